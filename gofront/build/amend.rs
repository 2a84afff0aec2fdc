//! Amends the tree-sitter grammar of Go so that every valid file has one tree, the one that Go's own parser builds.
//!
//! In: the grammar as JSON, as the tree-sitter-go crate ships it. Out: the same with some rules replaced. The grammar
//! it starts from keeps types and expressions apart and lets the parser try both; here, as in Go's parser, a type that
//! stands where an expression may stand *is* an expression, so that conversions are calls and instantiations are index
//! expressions. What follows `if`, `for` and `switch` has expressions of its own, in which `{` after a name opens
//! the block. With both, almost every decision takes one token of lookahead, and the parser hardly ever has to fork.
//!
//! **Absent:** no lexical rule is changed but those of identifiers and strings, which become single tokens.

use serde_json::{Map, Value, json};

/// Amends `grammar` in place.
///
/// # Panics
/// If `grammar` is not the JSON of a tree-sitter grammar with the rules that are amended: then the build must stop.
pub fn amend(grammar: &mut Value) {
    let rules = grammar["rules"].as_object_mut().expect("a grammar has rules");
    for rule in rules.values_mut() {
        simplify(rule);
    }
    for name in UNUSED {
        rules.remove(*name).unwrap_or_else(|| panic!("the grammar has no rule {name} any more"));
    }
    tokens(rules);
    declarations(rules);
    types(rules);
    expressions(rules);
    statements(rules);
    headers(rules);
    grammar["name"] = json!("rulec_go");
    grammar["conflicts"] = json!(CONFLICTS);
    grammar["inline"] = json!(["_string_literal", "_interface_elem", "_top_level_declaration"]);
    grammar["supertypes"] = json!([]);
}

/// Rules that the amended grammar does without.
const UNUSED: &[&str] = &[
    "_type_identifier",
    "_field_identifier",
    "_package_identifier",
    "blank_identifier",
    "field_name_list",
    "type_arguments",
    "variadic_parameter_declaration",
    "type_conversion_expression",
    "type_instantiation_expression",
    "special_argument_list",
    "literal_element",
    "escape_sequence",
    "nil",
    "true",
    "false",
    "iota",
    "statement_list",
];

/// The places left where one token does not decide: `type T[P *C…`, an array length or type parameters.
const CONFLICTS: &[&[&str]] = &[
    &["type_parameter_declaration", "_expression"],
    &["_simple_type", "_expression"],
    &["_simple_type", "generic_type", "_expression"],
    &["qualified_type", "_expression"],
    &["generic_type", "_expression"],
];

/// Binding strengths; higher binds tighter. Levels 1 to 5 are Go's.
const PRIMARY: i32 = 7;
const UNARY: i32 = 6;
const BINARY: [(i32, &[&str]); 5] = [
    (5, &["*", "/", "%", "<<", ">>", "&", "&^"]),
    (4, &["+", "-", "|", "^"]),
    (3, &["==", "!=", "<", "<=", ">", ">="]),
    (2, &["&&"]),
    (1, &["||"]),
];

/// Takes out field names (children are told apart by kind and order) and the aliases that give one identifier several
/// kinds (what an identifier names is for name resolution to say).
fn simplify(rule: &mut Value) {
    // A rule is as deep as the grammar's author wrote it, so an explicit stack of references is all that is needed.
    let mut stack = vec![rule];
    while let Some(rule) = stack.pop() {
        loop {
            let kind = rule["type"].as_str().unwrap_or_default();
            let is_name = kind == "ALIAS" && (rule["content"]["type"] == "SYMBOL" || rule["value"] == "identifier");
            if kind != "FIELD" && !is_name {
                break;
            }
            *rule = rule["content"].take();
        }
        let short = match rule["name"].as_str() {
            Some("_type_identifier" | "_field_identifier" | "_package_identifier") => Some("identifier"),
            Some("statement_list") => Some("_statements"),
            _ => None,
        };
        if let Some(name) = short {
            *rule = sym(name);
        }
        stack.extend(parts(rule));
    }
}

/// The rules that a rule consists of.
fn parts(rule: &mut Value) -> Vec<&mut Value> {
    let mut parts = Vec::new();
    for (key, value) in rule.as_object_mut().into_iter().flatten() {
        if key == "members" {
            parts.extend(value.as_array_mut().into_iter().flatten());
        } else if key == "content" {
            parts.push(value);
        }
    }
    parts
}

/// Identifiers as Go defines them. A string is one token: what is in it is not syntax.
fn tokens(rules: &mut Map<String, Value>) {
    set(rules, "identifier", pattern(r"[_\p{L}][_\p{L}\p{Nd}]*"));
    set(rules, "raw_string_literal", token(pattern("`[^`]*`")));
    set(rules, "interpreted_string_literal", token(pattern(r#""([^"\\\n]|\\[^\n])*""#)));
}

fn declarations(rules: &mut Map<String, Value>) {
    let declaration = || choice([sym("_top_level_declaration"), sym("_declaration")]);
    set(rules, "source_file", seq([repeat(seq([declaration(), terminator()])), optional(declaration())]));
    set(rules, "import_spec", seq([optional(choice([sym("dot"), sym("identifier")])), sym("_string_literal")]));
    set(rules, "const_declaration", seq([lit("const"), choice([sym("const_spec"), group("const_spec")])]));
    set(rules, "var_spec_list", group("var_spec"));
    let values = || seq([lit("="), sym("expression_list")]);
    set(rules, "name_list", comma_separated(sym("identifier")));
    set(rules, "const_spec", seq([sym("name_list"), optional(sym("_type")), optional(values())]));
    set(rules, "var_spec", seq([sym("name_list"), choice([seq([sym("_type"), optional(values())]), values()])]));
    set(
        rules,
        "method_declaration",
        prec(
            "PREC_RIGHT",
            1,
            seq([
                lit("func"),
                sym("parameter_list"),
                sym("identifier"),
                optional(sym("type_parameter_list")),
                signature(),
                optional(sym("block")),
            ]),
        ),
    );
    set(rules, "type_parameter_declaration", seq([comma_separated(sym("identifier")), sym("type_elem")]));
    // One entry is a type, a name and a type, or a name that shares the type of a later entry: which of them a lone
    // identifier is shows only at the end of the list, and lowering settles it.
    set(rules, "parameter_list", seq([lit("("), listed(sym("parameter_declaration")), lit(")")]));
    set(
        rules,
        "parameter_declaration",
        choice([
            sym("_type"),
            seq([sym("identifier"), sym("_type")]),
            seq([optional(sym("identifier")), sym("variadic_type")]),
        ]),
    );
    set(rules, "variadic_type", seq([lit("..."), sym("_type")]));
}

fn types(rules: &mut Map<String, Value>) {
    let literal_types = ["struct_type", "interface_type", "array_type", "slice_type", "map_type", "function_type"];
    let named = ["identifier", "qualified_type", "generic_type", "pointer_type", "channel_type"];
    set(rules, "_simple_type", choice(named.iter().chain(&literal_types).map(|name| sym(name))));
    set(rules, "_type", choice([sym("_simple_type"), sym("parenthesized_type")]));
    // In `[]p.T[int]`, the `.` and the `[` belong to the element type.
    set(rules, "qualified_type", prec("PREC", 1, seq([sym("identifier"), lit("."), sym("identifier")])));
    set(
        rules,
        "generic_type",
        prec(
            "PREC",
            1,
            seq([
                choice([sym("identifier"), sym("qualified_type")]),
                lit("["),
                some_listed(sym("_expression")),
                lit("]"),
            ]),
        ),
    );
    set(rules, "negated_type", seq([lit("~"), sym("_type")]));
    let term = || choice([sym("_type"), sym("negated_type")]);
    set(rules, "type_elem", seq([term(), repeat(seq([lit("|"), term()]))]));
    // The arrow of `chan<- chan T` belongs to the `chan` on its left, so the `chan T` on its right ends first.
    let channel = || {
        let elem = choice([sym("_type"), seq([lit("<-"), sym("_type")])]);
        prec("PREC_RIGHT", 1, seq([lit("chan"), elem]))
    };
    let receiving = seq([lit("<-"), lit("chan"), sym("_type")]);
    set(rules, "channel_type", choice([channel(), prec("PREC_RIGHT", 0, receiving)]));
    // `<-chan T` among expressions is a receive operation until lowering has seen its operand.
    set(rules, "channel_expression", channel());
    // `type T[P *C] int` and `type T [len(x)]int` can be read as generic types too; Go's parser takes both for arrays.
    let array = seq([lit("["), sym("_expression"), lit("]"), sym("_type")]);
    set(rules, "array_type", prec("PREC_RIGHT", 0, prec("PREC_DYNAMIC", 1, array)));
}

fn expressions(rules: &mut Map<String, Value>) {
    let alternatives = OPERAND_KINDS.iter().chain(EXPRESSION_KINDS).chain(&["composite_literal"]);
    set(rules, "_expression", choice(alternatives.map(|name| sym(name))));

    let expression = || sym("_expression");
    let primary = |members: Vec<Value>| prec("PREC", PRIMARY, seq(members));
    set(rules, "call_expression", primary(vec![expression(), sym("argument_list")]));
    set(rules, "argument_list", seq([lit("("), listed(choice([expression(), sym("variadic_argument")])), lit(")")]));
    let index = vec![expression(), lit("["), some_listed(enclosed()), lit("]")];
    set(rules, "index_expression", primary(index));
    set(
        rules,
        "slice_expression",
        primary(vec![
            expression(),
            lit("["),
            optional(enclosed()),
            lit(":"),
            choice([optional(enclosed()), seq([enclosed(), lit(":"), enclosed()])]),
            lit("]"),
        ]),
    );
    set(rules, "composite_literal", primary(vec![expression(), sym("literal_value")]));
    let element = || choice([enclosed(), sym("literal_value")]);
    set(rules, "keyed_element", seq([element(), lit(":"), element()]));
    set(rules, "literal_value", seq([lit("{"), listed(choice([element(), sym("keyed_element")])), lit("}")]));
    set(
        rules,
        "unary_expression",
        prec("PREC", UNARY, seq([choice(["+", "-", "!", "^", "*", "&", "<-"].map(lit)), expression()])),
    );
    let binary = BINARY.iter().map(|(strength, operators)| {
        let operator = choice(operators.iter().map(|operator| lit(operator)));
        prec("PREC_LEFT", *strength, seq([expression(), operator, expression()]))
    });
    set(rules, "binary_expression", choice(binary));
}

/// Expressions that begin and end with a token of their own, or a type: the same in every place.
const OPERAND_KINDS: &[&str] = &[
    "identifier",
    "parenthesized_expression",
    "func_literal",
    "int_literal",
    "float_literal",
    "imaginary_literal",
    "rune_literal",
    "_string_literal",
    "struct_type",
    "interface_type",
    "array_type",
    "implicit_length_array_type",
    "slice_type",
    "map_type",
    "function_type",
    "channel_expression",
];

/// Expressions that begin or end with another expression.
const EXPRESSION_KINDS: &[&str] = &[
    "unary_expression",
    "binary_expression",
    "selector_expression",
    "index_expression",
    "slice_expression",
    "call_expression",
    "type_assertion_expression",
];

/// The statements that can stand in the header of an `if`, `for` or `switch`.
const SIMPLE_STATEMENTS: &[&str] = &[
    "expression_statement",
    "send_statement",
    "inc_statement",
    "dec_statement",
    "assignment_statement",
    "short_var_declaration",
];

fn statements(rules: &mut Map<String, Value>) {
    let labels = || sym("empty_labeled_statement");
    set(
        rules,
        "_statements",
        choice([
            seq([
                sym("_statement"),
                repeat(seq([terminator(), sym("_statement")])),
                optional(seq([terminator(), optional(labels())])),
            ]),
            labels(),
        ]),
    );
    set(rules, "empty_labeled_statement", seq([sym("identifier"), lit(":"), optional(labels())]));
    let simple = SIMPLE_STATEMENTS.iter().map(|name| sym(name));
    set(rules, "_simple_statement", choice(simple));

    let ended = |name: &str| choice([lit(";"), seq([sym(name), semicolon()])]);
    let initializer = || sym("initializer");
    set(rules, "initializer", ended("_header_statement"));
    set(rules, "for_condition", ended("_header_expression"));
    set(
        rules,
        "if_statement",
        seq([
            lit("if"),
            optional(initializer()),
            sym("_header_expression"),
            sym("block"),
            optional(seq([lit("else"), choice([sym("block"), sym("if_statement")])])),
        ]),
    );
    set(
        rules,
        "for_statement",
        seq([
            lit("for"),
            optional(choice([sym("_header_expression"), sym("for_clause"), sym("range_clause")])),
            sym("block"),
        ]),
    );
    set(rules, "for_clause", seq([initializer(), sym("for_condition"), optional(sym("_header_statement"))]));
    let assigned = seq([sym("header_expression_list"), choice([lit("="), lit(":=")])]);
    set(rules, "range_clause", seq([optional(assigned), lit("range"), sym("_header_expression")]));
    set(
        rules,
        "expression_switch_statement",
        seq([
            lit("switch"),
            optional(initializer()),
            optional(sym("_header_expression")),
            lit("{"),
            repeat(choice([sym("expression_case"), sym("default_case")])),
            lit("}"),
        ]),
    );
    set(
        rules,
        "_type_switch_header",
        seq([
            optional(initializer()),
            optional(seq([sym("header_expression_list"), lit(":=")])),
            sym("_header_expression"),
            lit("."),
            lit("("),
            lit("type"),
            lit(")"),
        ]),
    );
}

/// Copies the rules of expressions and simple statements for the headers of `if`, `for` and `switch`, where `T {` is
/// a type name and the opening brace of the block. Inside brackets, everything is as elsewhere.
fn headers(rules: &mut Map<String, Value>) {
    for name in EXPRESSION_KINDS.iter().chain(SIMPLE_STATEMENTS).chain(&["expression_list"]) {
        let mut copy = rules[*name].clone();
        in_header(&mut copy);
        set(rules, &format!("header_{name}"), copy);
    }
    for name in EXPRESSION_KINDS {
        replace_enclosed(&mut rules[*name]);
    }
    for name in ["keyed_element", "literal_value"] {
        replace_enclosed(&mut rules[name]);
    }
    let operands = OPERAND_KINDS.iter().map(|name| sym(name));
    let compound = EXPRESSION_KINDS.iter().map(|name| sym(&format!("header_{name}")));
    let expressions: Vec<Value> = operands.chain(compound).chain([sym("header_composite_literal")]).collect();
    set(rules, "_header_expression", choice(expressions));
    let statements = SIMPLE_STATEMENTS.iter().map(|name| sym(&format!("header_{name}")));
    set(rules, "_header_statement", choice(statements));
    let literal_types = ["struct_type", "array_type", "implicit_length_array_type", "slice_type", "map_type"];
    let literal = seq([choice(literal_types.map(sym)), sym("literal_value")]);
    set(rules, "header_composite_literal", prec("PREC", PRIMARY, literal));
}

/// Makes a copied rule refer to the expressions of headers, except inside its own brackets.
fn in_header(rule: &mut Value) {
    rewrite(rule, &|name| match name {
        "_expression" => Some("_header_expression"),
        "expression_list" => Some("header_expression_list"),
        _ => None,
    });
    replace_enclosed(rule);
}

fn replace_enclosed(rule: &mut Value) {
    rewrite(rule, &|name| (name == ENCLOSED).then_some("_expression"));
}

fn rewrite(rule: &mut Value, rename: &dyn Fn(&str) -> Option<&'static str>) {
    let mut stack = vec![rule];
    while let Some(rule) = stack.pop() {
        if let Some(name) = rule["name"].as_str().and_then(rename) {
            *rule = sym(name);
        }
        stack.extend(parts(rule));
    }
}

/// Stands for an expression between the brackets of another one while rules are being made.
const ENCLOSED: &str = "an expression in brackets";

fn enclosed() -> Value {
    sym(ENCLOSED)
}

fn set(rules: &mut Map<String, Value>, name: &str, rule: Value) {
    rules.insert(name.to_owned(), rule);
}

fn sym(name: &str) -> Value {
    json!({ "type": "SYMBOL", "name": name })
}

fn lit(text: &str) -> Value {
    json!({ "type": "STRING", "value": text })
}

fn pattern(regex: &str) -> Value {
    json!({ "type": "PATTERN", "value": regex })
}

fn token(rule: Value) -> Value {
    json!({ "type": "TOKEN", "content": rule })
}

fn seq(members: impl IntoIterator<Item = Value>) -> Value {
    json!({ "type": "SEQ", "members": members.into_iter().collect::<Vec<_>>() })
}

fn choice(members: impl IntoIterator<Item = Value>) -> Value {
    json!({ "type": "CHOICE", "members": members.into_iter().collect::<Vec<_>>() })
}

fn optional(rule: Value) -> Value {
    choice([rule, json!({ "type": "BLANK" })])
}

fn repeat(rule: Value) -> Value {
    json!({ "type": "REPEAT", "content": rule })
}

fn prec(how: &str, strength: i32, rule: Value) -> Value {
    json!({ "type": how, "value": strength, "content": rule })
}

fn comma_separated(rule: Value) -> Value {
    seq([rule.clone(), repeat(seq([lit(","), rule]))])
}

/// One or more, a comma after the last allowed.
fn some_listed(rule: Value) -> Value {
    seq([comma_separated(rule), optional(lit(","))])
}

/// None or more, a comma after the last allowed.
fn listed(rule: Value) -> Value {
    optional(some_listed(rule))
}

/// Specs in parentheses; the last needs no terminator.
fn group(spec: &str) -> Value {
    let specs = seq([sym(spec), repeat(seq([terminator(), sym(spec)])), optional(terminator())]);
    seq([lit("("), optional(specs), lit(")")])
}

/// Results of a function after its parameters.
fn signature() -> Value {
    seq([sym("parameter_list"), optional(choice([sym("parameter_list"), sym("_simple_type")]))])
}

/// What ends a statement: a semicolon, or the end of a line where Go would put one. The zero byte is how a
/// tree-sitter lexer sees the end of the file.
fn terminator() -> Value {
    choice([pattern(r"\n"), lit(";"), lit("\0")])
}

/// A semicolon in a header, written or put there by the end of a line.
fn semicolon() -> Value {
    choice([pattern(r"\n"), lit(";")])
}
