//! tree-sitter's tree as rows: the one place that talks to the parser.
//!
//! In: Go text. Out: [`Rows`], the concrete syntax in preorder with our own small set of kinds, comments apart.
//! Walking tree-sitter's tree costs several foreign calls a node, so it is done once, here, and lowering reads rows.
//!
//! **Absent:** no decision about meaning; see `lower.rs`. Source that does not parse is cut up in `recover.rs`.

use rulec_tree::{Op, Span};
use std::ops::ControlFlow;
use std::sync::OnceLock;
use tree_sitter::{InputEdit, Language, ParseOptions, ParseState, Parser, Point, Tree};

macro_rules! syntax {
    ($( $name:ident: $($grammar:literal)* ;)*) => {
        /// The kinds of concrete syntax that lowering tells apart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Syntax { $( $name, )* }

        /// Which rules of the grammar have which kind.
        const RULES: &[(&str, Syntax)] = &[$( $( ($grammar, Syntax::$name), )* )*];
    };
}

syntax! {
    // Punctuation, and whatever else lowering can do without: such nodes get no row, but their children do.
    Skipped: ;
    // A token with an operator.
    Operator: ;
    // The tokens that lowering looks at.
    Colon: ;
    OpenBrace: ;
    OpenParen: ;
    Ellipsis: ;
    ChanWord: ;
    // What tree-sitter could not fit in, or made up.
    Error: ;
    Comment: "comment";
    SourceFile: "source_file";
    Package: "package_clause";
    ImportDecl: "import_declaration";
    SpecList: "import_spec_list" "var_spec_list";
    ImportSpec: "import_spec";
    ConstDecl: "const_declaration";
    ConstSpec: "const_spec";
    VarDecl: "var_declaration";
    VarSpec: "var_spec";
    NameList: "name_list";
    TypeDecl: "type_declaration";
    TypeSpec: "type_spec";
    TypeAlias: "type_alias";
    FuncDecl: "function_declaration";
    MethodDecl: "method_declaration";
    TypeParamList: "type_parameter_list";
    TypeParam: "type_parameter_declaration";
    ParamList: "parameter_list";
    Param: "parameter_declaration";
    VariadicType: "variadic_type";
    Ident: "identifier" "dot";
    QualifiedType: "qualified_type";
    GenericType: "generic_type";
    PointerType: "pointer_type";
    Paren: "parenthesized_type" "parenthesized_expression";
    StructType: "struct_type";
    FieldList: "field_declaration_list";
    Field: "field_declaration";
    InterfaceType: "interface_type";
    MethodElem: "method_elem";
    TypeElem: "type_elem";
    NegatedType: "negated_type";
    ArrayType: "array_type";
    ImplicitArrayType: "implicit_length_array_type";
    SliceType: "slice_type";
    MapType: "map_type";
    ChanType: "channel_type" "channel_expression";
    FuncType: "function_type";
    Unary: "unary_expression" "header_unary_expression";
    Binary: "binary_expression" "header_binary_expression";
    Selector: "selector_expression" "header_selector_expression";
    Index: "index_expression" "header_index_expression";
    Slice: "slice_expression" "header_slice_expression";
    Call: "call_expression" "header_call_expression";
    ArgumentList: "argument_list";
    VariadicArgument: "variadic_argument";
    TypeAssert: "type_assertion_expression" "header_type_assertion_expression";
    CompositeLit: "composite_literal" "header_composite_literal";
    LiteralValue: "literal_value";
    KeyValue: "keyed_element";
    FuncLit: "func_literal";
    String: "raw_string_literal" "interpreted_string_literal";
    Int: "int_literal";
    Float: "float_literal";
    Imag: "imaginary_literal";
    Char: "rune_literal";
    ExprList: "expression_list" "header_expression_list";
    Block: "block";
    ExprStmt: "expression_statement" "header_expression_statement";
    Send: "send_statement" "header_send_statement";
    Receive: "receive_statement";
    IncDec: "inc_statement" "dec_statement" "header_inc_statement" "header_dec_statement";
    Assign: "assignment_statement" "header_assignment_statement" "short_var_declaration" "header_short_var_declaration";
    Labeled: "labeled_statement" "empty_labeled_statement";
    Fallthrough: "fallthrough_statement";
    Break: "break_statement";
    Continue: "continue_statement";
    Goto: "goto_statement";
    Return: "return_statement";
    Go: "go_statement";
    Defer: "defer_statement";
    If: "if_statement";
    Initializer: "initializer";
    For: "for_statement";
    ForClause: "for_clause";
    ForCondition: "for_condition";
    RangeClause: "range_clause";
    Switch: "expression_switch_statement";
    ExprCase: "expression_case";
    DefaultCase: "default_case";
    TypeSwitch: "type_switch_statement";
    TypeCase: "type_case";
    Select: "select_statement";
    CommCase: "communication_case";
    Empty: "empty_statement";
}

impl Syntax {
    /// Tokens that say how things stand together, but are not things themselves.
    pub(crate) const fn is_token(self) -> bool {
        matches!(
            self,
            Syntax::Operator
                | Syntax::Colon
                | Syntax::OpenBrace
                | Syntax::OpenParen
                | Syntax::Ellipsis
                | Syntax::ChanWord
                | Syntax::Skipped
        )
    }

    /// Kinds whose children, if tree-sitter has any, are of no interest.
    const fn is_leaf(self) -> bool {
        self.is_token()
            || matches!(
                self,
                Syntax::Comment
                    | Syntax::Ident
                    | Syntax::String
                    | Syntax::Int
                    | Syntax::Float
                    | Syntax::Imag
                    | Syntax::Char
                    | Syntax::Fallthrough
                    | Syntax::Empty
            )
    }
}

/// Tokens that are kept, with their operator.
const TOKENS: &[(&str, Syntax)] = &[
    ("...", Syntax::Ellipsis),
    (":", Syntax::Colon),
    ("{", Syntax::OpenBrace),
    ("(", Syntax::OpenParen),
    ("chan", Syntax::ChanWord),
];

/// A node of the concrete syntax.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) syntax: Syntax,
    pub(crate) op: Op,
    /// Where it stands, without comments around it.
    pub(crate) span: Span,
    /// One past the last row below.
    pub(crate) end: u32,
}

/// Concrete syntax in preorder.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    /// Comments in source order; they have no rows.
    pub(crate) comments: Vec<Span>,
    /// Rows opened and not yet closed while a tree is read.
    open: Vec<u32>,
}

impl Rows {
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.comments.clear();
        self.open.clear();
    }

    pub(crate) fn row(&self, row: u32) -> Row {
        self.rows[row as usize]
    }

    pub(crate) fn syntax(&self, row: u32) -> Syntax {
        self.row(row).syntax
    }

    pub(crate) fn span(&self, row: u32) -> Span {
        self.row(row).span
    }

    /// The children of `row`, tokens included.
    pub(crate) fn children(&self, row: u32) -> Children<'_> {
        Children { rows: self, next: row + 1, end: self.row(row).end }
    }

    /// The children of `row` that are not tokens.
    pub(crate) fn parts(&self, row: u32) -> impl Iterator<Item = u32> + Clone + '_ {
        self.children(row).filter(|child| !self.syntax(*child).is_token())
    }

    /// Child number `index` of `row`, tokens not counted.
    pub(crate) fn part(&self, row: u32, index: usize) -> Option<u32> {
        self.parts(row).nth(index)
    }

    /// The operator of the first token of `row` that has one.
    pub(crate) fn operator(&self, row: u32) -> Op {
        let mut tokens = self.children(row).filter(|child| self.syntax(*child) == Syntax::Operator);
        tokens.next().map_or(Op::None, |token| self.row(token).op)
    }

    /// Whether `row` has a child of that kind.
    pub(crate) fn has(&self, row: u32, syntax: Syntax) -> bool {
        self.find(row, syntax).is_some()
    }

    /// The first child of `row` of that kind.
    pub(crate) fn find(&self, row: u32, syntax: Syntax) -> Option<u32> {
        self.children(row).find(|child| self.syntax(*child) == syntax)
    }
}

/// The rows of the children of one row.
#[derive(Clone)]
pub(crate) struct Children<'a> {
    rows: &'a Rows,
    next: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        (self.next < self.end).then(|| {
            let child = self.next;
            self.next = self.rows.row(child).end;
            child
        })
    }
}

/// Parses text into [`Rows`].
pub(crate) struct SyntaxReader {
    parser: Parser,
}

/// What came of parsing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything fits the grammar; the rows were added.
    Clean,
    /// Something does not, and first at this offset; no rows were added.
    Broken(u32),
    /// Making sense of it took more steps than allowed; no rows were added.
    GaveUp,
}

impl SyntaxReader {
    pub(crate) fn new() -> SyntaxReader {
        let mut parser = Parser::new();
        parser.set_language(&language()).expect("the parser was generated for the tree-sitter library built with it");
        SyntaxReader { parser }
    }

    /// Parses `range` of `source` and appends its rows.
    pub(crate) fn read(&mut self, source: &[u8], range: Span, out: &mut Rows) -> Outcome {
        let Some(tree) = self.parse(source, range) else { return Outcome::GaveUp };
        if tree.root_node().has_error() {
            return Outcome::Broken(first_error(&tree));
        }
        append(&tree, out);
        Outcome::Clean
    }

    /// The same for text of which an earlier state was read: what did not change is not parsed again. `last` is what was
    /// parsed then, and becomes what is parsed now; the rows are those of [`SyntaxReader::read`].
    pub(crate) fn read_again(&mut self, last: &mut LastParse, source: &[u8], range: Span, out: &mut Rows) -> Outcome {
        let before = last.edited(source, range);
        let tree = before.and_then(|tree| self.parse_after(source, range, Some(&tree)));
        // How broken text is taken apart can hang on what was reused: it is parsed anew.
        let Some(tree) = tree.filter(|tree| !tree.root_node().has_error()).or_else(|| self.parse(source, range)) else {
            return Outcome::GaveUp;
        };
        if tree.root_node().has_error() {
            return Outcome::Broken(first_error(&tree));
        }
        append(&tree, out);
        *last = LastParse { text: source.to_vec(), start: range.start, tree: Some(tree) };
        Outcome::Clean
    }

    fn parse(&mut self, source: &[u8], range: Span) -> Option<Tree> {
        self.parse_after(source, range, None)
    }

    /// `None` if the parser takes too many steps: what tree-sitter does with broken text can take the square of its
    /// length. Steps, not seconds, so that the answer is the same on every machine.
    fn parse_after(&mut self, source: &[u8], range: Span, before: Option<&Tree>) -> Option<Tree> {
        let source = &source[..range.end as usize];
        let start = tree_sitter::Range {
            start_byte: range.start as usize,
            end_byte: range.end as usize,
            start_point: tree_sitter::Point::default(),
            end_point: tree_sitter::Point { row: usize::MAX >> 32, column: usize::MAX >> 32 },
        };
        self.parser.set_included_ranges(&[start]).ok()?;
        // tree-sitter asks once for every hundred of its own steps; clean files take about one step a byte.
        let mut asks_left = 1_000 + (range.end - range.start) / 10;
        let mut on_progress = |_: &ParseState| {
            asks_left = asks_left.saturating_sub(1);
            if asks_left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut on_progress);
        let mut text = |offset: usize, _| source.get(offset..).unwrap_or_default();
        let tree = self.parser.parse_with_options(&mut text, before, Some(options));
        if tree.is_none() {
            self.parser.reset();
        }
        tree
    }
}

/// What was parsed last of one file: nothing at first.
#[derive(Default)]
pub(crate) struct LastParse {
    text: Vec<u8>,
    start: u32,
    tree: Option<Tree>,
}

impl LastParse {
    /// The tree, told what is different in `source`; none if there is nothing to start from.
    fn edited(&self, source: &[u8], range: Span) -> Option<Tree> {
        let mut tree = self.tree.clone().filter(|_| self.start == range.start && range.end as usize == source.len())?;
        let same_at_start = self.text.iter().zip(source).take_while(|(old, new)| old == new).count();
        let most = self.text.len().min(source.len()) - same_at_start;
        let ends = self.text.iter().rev().zip(source.iter().rev()).take(most);
        let same_at_end = ends.take_while(|(old, new)| old == new).count();
        let end = |text: &[u8]| text.len() - same_at_end;
        tree.edit(&InputEdit {
            start_byte: same_at_start,
            old_end_byte: end(&self.text),
            new_end_byte: end(source),
            start_position: point(source, same_at_start),
            old_end_position: point(&self.text, end(&self.text)),
            new_end_position: point(source, end(source)),
        });
        Some(tree)
    }
}

/// Line and column of an offset, from 0.
fn point(text: &[u8], offset: usize) -> Point {
    let before = &text[..offset];
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    Point { row: memchr::memchr_iter(b'\n', before).count(), column: offset - line_start }
}

fn append(tree: &Tree, out: &mut Rows) {
    let table = table();
    let mut cursor = tree.walk();
    out.rows.reserve(cursor.node().descendant_count() / 2);
    loop {
        let node = cursor.node();
        let entry = table.get(usize::from(node.kind_id())).copied().unwrap_or(Entry::ERROR);
        let mut opened = false;
        match entry.syntax {
            Syntax::Skipped => {}
            Syntax::Comment => out.comments.push(span_of(&node)),
            syntax => {
                let row = out.rows.len() as u32;
                out.rows.push(Row { syntax, op: entry.op, span: span_of(&node), end: row + 1 });
                if !entry.leaf {
                    out.open.push(row);
                    opened = true;
                }
            }
        }
        if opened && cursor.goto_first_child() {
            continue;
        }
        if opened {
            close(out);
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
            close(out);
        }
    }
}

/// Where the first node stands that tree-sitter could not fit in or made up.
fn first_error(tree: &Tree) -> u32 {
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            return node.start_byte() as u32;
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return 0;
            }
        }
    }
}

fn close(out: &mut Rows) {
    if let Some(row) = out.open.pop() {
        out.rows[row as usize].end = out.rows.len() as u32;
    }
}

fn span_of(node: &tree_sitter::Node) -> Span {
    Span::new(node.start_byte() as u32, node.end_byte() as u32)
}

/// What a kind of tree-sitter's is to us.
#[derive(Clone, Copy)]
struct Entry {
    syntax: Syntax,
    op: Op,
    leaf: bool,
}

impl Entry {
    /// tree-sitter numbers errors 65535, beyond every table.
    const ERROR: Entry = Entry { syntax: Syntax::Error, op: Op::None, leaf: true };
}

/// The entry of each kind of tree-sitter's, by its number.
fn table() -> &'static [Entry] {
    static TABLE: OnceLock<Vec<Entry>> = OnceLock::new();
    TABLE.get_or_init(|| (0..language().node_kind_count() as u16).map(entry).collect())
}

fn entry(id: u16) -> Entry {
    let language = language();
    let name = language.node_kind_for_id(id).unwrap_or_default();
    let (syntax, op) = if language.node_kind_is_named(id) {
        let rule = RULES.iter().find(|rule| rule.0 == name);
        (rule.map_or(Syntax::Skipped, |rule| rule.1), Op::None)
    } else {
        token(name)
    };
    Entry { syntax, op, leaf: syntax.is_leaf() }
}

fn token(name: &str) -> (Syntax, Op) {
    if let Some(token) = TOKENS.iter().find(|token| token.0 == name) {
        return (token.1, Op::None);
    }
    let has_letters = name.bytes().any(|byte| byte.is_ascii_alphabetic());
    let op = Op::ALL.iter().copied().find(|op| op.text() == name && *op != Op::None && *op != Op::Spread);
    match op {
        Some(op) if !has_letters => (Syntax::Operator, op),
        _ => (Syntax::Skipped, Op::None),
    }
}

unsafe extern "C" {
    fn tree_sitter_rulec_go() -> *const ();
}

/// The amended grammar as tree-sitter sees it.
pub fn language() -> Language {
    // SAFETY: build.rs compiled this function from a grammar of that name; it returns a pointer to static tables laid
    // out as the header of the generator says, and `set_language` checks their version.
    unsafe { tree_sitter_language::LanguageFn::from_raw(tree_sitter_rulec_go) }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_named_here_is_in_the_grammar_and_the_other_way_round() {
        let language = language();
        let ids = 0..language.node_kind_count() as u16;
        let visible: Vec<&str> = ids
            .filter(|id| language.node_kind_is_named(*id) && language.node_kind_is_visible(*id))
            .filter_map(|id| language.node_kind_for_id(id))
            .collect();
        for (rule, _) in RULES {
            assert!(visible.contains(rule), "no rule {rule} in the grammar");
        }
        for rule in visible {
            assert!(RULES.iter().any(|known| known.0 == rule) || rule == "ERROR", "rule {rule} is not lowered");
        }
    }
}
