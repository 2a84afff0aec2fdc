//! Pages that are made from the code: `docs/language/conditions.md`, `docs/language/codes.md` and those below `docs/rules`.

use crate::{report, root, rulec, shown, updating};
use rulec_grammar::codes;
use rulec_plan::host::{Answer, HostFn, Param, Signature};
use rulec_tree::{Kind, Op};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn the_page_of_conditions_is_up_to_date() {
    keep("docs/language/conditions.md", &conditions());
}

#[test]
fn the_page_of_codes_is_up_to_date() {
    keep("docs/language/codes.md", &codes_page());
}

/// Every page of the catalogue of the stock rules, and no other.
#[test]
fn the_catalogue_is_up_to_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let written = if updating() { root().join("docs/rules") } else { folder.path().to_owned() };
    let output = rulec(&root(), &["catalogue", "--no-config", "-o", &written.to_string_lossy()]);
    assert!(output.status.success(), "{}", shown(&output));
    let pages = |folder: &Path| -> BTreeMap<PathBuf, String> {
        let families = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
        let files = families.flat_map(|path| match path.is_dir() {
            true => fs::read_dir(path).expect("a family").map(|entry| entry.expect("an entry").path()).collect(),
            false => vec![path],
        });
        let page = |path: PathBuf| {
            let name = path.strip_prefix(folder).expect("below the folder").to_owned();
            (name, fs::read_to_string(path).expect("a page"))
        };
        files.map(page).filter(|(_, text)| text.starts_with("<!-- Made from the rules")).collect()
    };
    let (wanted, is) = (pages(&written), pages(&root().join("docs/rules")));
    let names = wanted.keys().chain(is.keys());
    let differing: BTreeSet<_> = names.filter(|name| wanted.get(*name) != is.get(*name)).collect();
    let told = "`UPDATE=1 cargo test -p rulec-cli --test documents` rewrites them";
    assert!(differing.is_empty(), "pages of docs/rules are not what the rules say: {differing:?}; {told}");
}

/// Compares a page with what it should be, or rewrites it.
pub fn keep(name: &str, wanted: &str) {
    let path = root().join(name);
    if updating() {
        fs::write(&path, wanted).expect("the page is written");
    }
    let is = fs::read_to_string(&path).unwrap_or_default();
    let told = "is not what the code says; `UPDATE=1 cargo test -p rulec-cli --test documents` rewrites it";
    assert!(is == wanted, "{name} {told}");
}

/// The page is believed by the compiler: every word, condition and value on it is one that rules may use.
#[test]
fn everything_on_the_page_of_conditions_compiles() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = String::new();
    let kinds = Kind::ALL.iter().map(|kind| snake_case(kind.name())).chain(GROUPS.map(|(word, _)| word.to_owned()));
    let words = kinds.chain(signatures(is_word).map(|s| s.name[3..].to_owned()));
    let words = words.map(|word| format!("$x is {word}"));
    let conditions = signatures(|s| is_callable(s) && s.answer == Answer::Truth).map(|s| call(&s));
    let values = signatures(|s| is_callable(s) && s.answer == Answer::Value).map(|s| format!("{} == {0}", call(&s)));
    for (number, condition) in words.chain(conditions).chain(values).enumerate() {
        let rule = format!(
            "rule r{number} {{\n    scan all\n    match expr {{ $x }}\n    where {condition}\n    report \"{{$x}}\"\n}}\n"
        );
        text.push_str(&rule);
    }
    fs::write(folder.path().join("all.rule"), text).expect("the rules are written");
    let output = shown(&rulec(folder.path(), &["lint", "all.rule"]));
    // Unknown words, names and wrong arguments; that no expression is a `block` is another matter.
    let faults = ["[E0208]", "[E0406]", "[E0407]", "[E0402]", "[E0403]", "[E01"];
    let is_fault = |line: &&str| faults.iter().any(|fault| line.contains(fault));
    report(&output.lines().filter(is_fault).map(str::to_owned).collect::<Vec<_>>());
    assert!(output.contains("rule file"), "{output}");
}

/// An argument of each sort for each parameter.
fn call(signature: &Signature) -> String {
    let argument = |(number, param): (usize, &Param)| match param {
        // The only one that wants a table.
        Param::Value if signature.name == "lookup" && number == 0 => "[\"a\": \"b\"]",
        Param::Value => "\"a\"",
        Param::Node | Param::Nodes | Param::Type => "$x",
    };
    let arguments: Vec<_> = signature.params.iter().enumerate().map(argument).collect();
    format!("{}({})", signature.name, arguments.join(", "))
}

fn signatures(wanted: impl Fn(&Signature) -> bool) -> impl Iterator<Item = Signature> {
    HostFn::ALL.iter().map(|host| host.signature()).filter(move |signature| wanted(signature))
}

fn is_word(signature: &Signature) -> bool {
    signature.name.starts_with("is ")
}

/// Written as `name(…)` in rules. The others are relations with a syntax of their own, or belong to the compiler.
fn is_callable(signature: &Signature) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    signature.name.bytes().all(plain) && !["matches", "in", "implements"].contains(&signature.name)
}

/// Words behind `is` that stand for several kinds.
const GROUPS: [(&str, &str); 5] = [
    ("expr", "any expression, types included"),
    ("stmt", "any statement"),
    ("decl", "any declaration"),
    ("basic_lit", "a literal of a basic type: `int`, `float`, `imag`, `char`, `string`"),
    ("any_func", "a function: `func_decl` or `func_lit`"),
];

const HEAD: &str = "\
<!-- Made from `plan/src/host.rs` and `tree/src/kind.rs`; `UPDATE=1 cargo test -p rulec-cli --test documents` rewrites it. -->

# Conditions: words, predicates and values

What the conditions of a rule can ask, from the table in `plan/src/host.rs`. How conditions are combined, the relations
between them (`==`, `matches`, `in`, `inside`, …) and clauses are in the [reference](reference.md); how to add a condition
is on [a page of its own](../add-a-condition.md).

Every answer is yes, no or *unknown*; every value may be unknown, and what is asked of an unknown value is unknown. A rule
reports on yes alone; matches that hang on an unknown answer are counted as undecided, and
`rulec check --undecided=list` shows them. In the tables, `$x` and `$y` are holes or labels, `$xs` is that or a named run,
`v` and `w` are values: a string, number, option or another value, and `T` and `U` are types: holes that a condition on
types binds, values that are types, names such as `io.Reader` and `error`, and code, which stands for its type.
";

fn conditions() -> String {
    let mut page = HEAD.to_owned();
    let _ = writeln!(
        page,
        "\n## Words about names, constants, types and comments\n\nWritten `$x is WORD` or `$x is not WORD`.\n"
    );
    table(&mut page, ["Word", "Yes if"], signatures(is_word).map(|s| [code(&s.name[3..]), s.doc.to_owned()]));
    let _ = writeln!(page, "\n## Predicates\n\nConditions by themselves: `where in_test_file()`.\n");
    let predicates = signatures(|s| is_callable(s) && s.answer == Answer::Truth);
    table(&mut page, ["Predicate", "Yes if"], predicates.map(|s| [code(&shape(&s)), s.doc.to_owned()]));
    let _ =
        writeln!(page, "\n## Values\n\nTo be compared, looked for, or put into a message: `where count($*xs) > 1`.\n");
    let values = signatures(|s| is_callable(s) && s.answer == Answer::Value);
    table(&mut page, ["Value", "What it is"], values.map(|s| [code(&shape(&s)), s.doc.to_owned()]));
    let _ = writeln!(page, "\n## Words about the form of code\n\n{FORM}\n");
    table(&mut page, ["Word", "Stands for"], GROUPS.iter().map(|(word, what)| [code(word), (*what).to_owned()]));
    page.push('\n');
    table(
        &mut page,
        ["Word", "Children"],
        Kind::ALL.iter().map(|kind| [code(&snake_case(kind.name())), children(*kind)]),
    );
    let _ = writeln!(page, "\n## Operators\n\n{OPERATORS}\n");
    let operators =
        Op::ALL.iter().map(|op| op.text()).filter(|text| text.starts_with(|c: char| c.is_ascii_punctuation()));
    let operators: Vec<_> = operators.filter(|text| !text.contains("chan") && *text != "...").map(code).collect();
    page + &operators.join(", ") + "\n"
}

const FORM: &str = "\
`$x is WORD` also takes a kind of node, as `rulec inspect tree FILE` shows them, in lower case with underscores. First come
words for several kinds, then each kind with its children: those in a fixed place by name, then `…` and the name of the
elements of which there may be any number. A child that the code leaves out is `absent`.";

const OPERATORS: &str = "`operator($x)` is one of these texts:";

/// `name($x)`.
fn shape(signature: &Signature) -> String {
    let (mut names, mut values, mut types) = (["$x", "$y"].into_iter(), ["v", "w"].into_iter(), ["T", "U"].into_iter());
    let name = |param: &Param| match param {
        Param::Node => names.next().unwrap_or("$z"),
        Param::Nodes => "$xs",
        Param::Value => values.next().unwrap_or("v"),
        Param::Type => types.next().unwrap_or("T"),
    };
    let params: Vec<_> = signature.params.iter().map(name).collect();
    format!("{}({})", signature.name, params.join(", "))
}

fn children(kind: Kind) -> String {
    let shape = kind.shape();
    let slots = shape.slots.iter().map(|slot| (*slot).to_owned());
    let all: Vec<_> = slots.chain(shape.tail.map(|tail| format!("… {tail}"))).collect();
    all.join(", ")
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (index, character) in name.char_indices() {
        if character.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn table(page: &mut String, head: [&str; 2], rows: impl Iterator<Item = [String; 2]>) {
    let _ = writeln!(page, "| {} | {} |\n|---|---|", head[0], head[1]);
    for row in rows {
        let [left, right] = row.map(|cell| cell.replace('|', "\\|"));
        let _ = writeln!(page, "| {left} | {right} |");
    }
}

const CODES_HEAD: &str = "\
<!-- Made from `grammar/src/codes.rs`; `UPDATE=1 cargo test -p rulec-cli --test documents` rewrites it. -->

# Codes of errors and warnings

Every mistake in a rule file or in `rulec.toml` has a code that keeps its meaning. `rulec explain CODE` shows what it means,
an example, and how to mend it; the table links the same text. Codes with `E` are errors: the rule is left out, and the
command exits with 2. Codes with `W` are warnings.
";

/// What the first two digits stand for.
const RANGES: &[(&str, &str)] = &[
    ("01", "Syntax"),
    ("02", "Names and bindings"),
    ("03", "Patterns"),
    ("04", "Conditions"),
    ("05", "Fixes, examples and options"),
    ("06", "Warnings"),
    ("07", "Packs"),
    ("08", "Configuration"),
];

fn codes_page() -> String {
    let mut page = CODES_HEAD.to_owned();
    for (range, title) in RANGES {
        let of_range: Vec<_> = codes::all().iter().filter(|one| &one.code.text()[1..3] == *range).collect();
        if of_range.is_empty() {
            continue;
        }
        let _ = writeln!(page, "\n## {title}\n");
        let link = |text: &str| format!("[{text}](../../grammar/codes/{text}.md)");
        table(&mut page, ["Code", "Title"], of_range.iter().map(|one| [link(one.code.text()), one.title.to_owned()]));
    }
    let known = |code: &str| RANGES.iter().any(|(range, _)| &code[1..3] == *range);
    assert!(codes::all().iter().all(|one| known(one.code.text())), "a code of a range without a title");
    page
}
