//! What is said of values: each file in `values/` is Go with questions and their answers behind `// want`.
//!
//! `nil X never`, `range X 0..9`, `len X 3..`, `const X 5`, `same X ~ Y yes`, `derives X ~ Y yes`, `escapes X returned+sent`,
//! `dead X yes`, `method X Close`, more of them behind semicolons. `X` is an expression as it is written on the
//! line, the first with that text; `Y@n` is one of the line with the mark `// at n`. A question is asked just before its
//! expression is evaluated; that of `dead` is about the assignment of the line to the variable `X`.

use rulec_flow::FileFlow;
use rulec_flow::ir::{Body, BodyId, Op, Place, Value};
use rulec_flow::summary::{Knowledge, Nilness, Often, ParamSummary, ResultSummary, Summary};
use rulec_flow::values::{EscapeKind, Interval, Keeper, Located, ValueCache, Values};
use rulec_gofront::{File, Reader};
use rulec_tree::{Node, Tri, Vocabulary};
use rulec_types::{Name, ObjId, Store, Ty};
use rulec_world::{FileTypes, MemoryFile, Packages};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn values_are_what_is_wanted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/values");
    let mut wrong = Vec::new();
    let mut asked = 0;
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for path in files {
        let source = std::fs::read_to_string(&path).unwrap();
        asked += check(&path, &source, &mut wrong);
    }
    assert!(asked > 100, "{asked} questions");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Asks all questions of a file; how many there are.
fn check(path: &Path, source: &str, wrong: &mut Vec<String>) -> usize {
    let of = MemoryFile { import_path: "p".to_owned(), path: "p/p.go".into(), content: source.as_bytes().to_vec() };
    let packages = Packages::of_memory(vec![of], Some(26));
    let file = Reader::new().read(source.as_bytes(), &Arc::new(Vocabulary::default())).unwrap();
    let types = packages.file(Path::new("p/p.go"), &file).unwrap();
    let known = Known { store: types.store(), summaries: summaries() };
    let flow = FileFlow::new(&file, Some(&types), &known);
    let cache = ValueCache::new(flow.all());
    let asker = Asker { source, file: &file, types: &types, flow: &flow, cache: &cache, known: &known };
    let mut asked = 0;
    for (number, line) in source.lines().enumerate() {
        let Some((_, questions)) = line.split_once("// want ") else { continue };
        let questions = questions.split(" // at ").next().unwrap();
        for question in questions.split("; ") {
            asked += 1;
            let (question, wanted) = question.trim().rsplit_once(' ').unwrap();
            let found = asker.answer(number, question);
            if found != wanted {
                let name = path.file_name().unwrap().to_string_lossy();
                wrong.push(format!("{name}:{}: {question}: {found}, not {wanted}", number + 1));
            }
        }
    }
    asked
}

struct Asker<'a> {
    source: &'a str,
    file: &'a File,
    types: &'a FileTypes<'a>,
    flow: &'a FileFlow,
    cache: &'a ValueCache,
    known: &'a Known<'a>,
}

impl Asker<'_> {
    fn answer(&self, line: usize, question: &str) -> String {
        let (what, of) = question.split_once(' ').unwrap();
        let (x, y) = of.split_once(" ~ ").unwrap_or((of, ""));
        if what == "dead" {
            return self.dead(line, x);
        }
        let (values, value) = self.value(line, x);
        match what {
            "nil" => format!("{:?}", values.nil_at(value, value)).to_lowercase(),
            "possibly" => format!("{:?}", values.possibly_nil_at(value, value)).to_lowercase(),
            "range" => interval(values.range_at(value, value)),
            "len" => interval(values.len_at(value, value)),
            "const" => values.constant(value).map_or("none".to_owned(), |constant| constant.exact_string()),
            "same" => {
                let (other, y) = self.value(line, y);
                let at = |values: &Values<'_>, value| Located { body: values.id(), value };
                tri(values.same_across(at(&values, value), at(&other, y)))
            }
            "derives" => {
                let (other, y) = self.value(line, y);
                let wanted = other.sources(y).found;
                tri(values.derives(value, &mut |at| Tri::of(wanted.contains(&at))).answer)
            }
            "escapes" => {
                let mut kinds: Vec<&str> = values.escapes(value).iter().map(|escape| kind(escape.how)).collect();
                kinds.sort_unstable();
                kinds.dedup();
                if kinds.is_empty() { "none".to_owned() } else { kinds.join("+") }
            }
            "method" => {
                values.method_value_of(value).map_or("none".to_owned(), |(_, row, _)| self.text(row).to_owned())
            }
            _ => panic!("no question: {what}"),
        }
    }

    fn text(&self, row: Node) -> &str {
        &self.source[self.file.tree.span(row).range()]
    }

    fn values(&self, id: BodyId) -> Values<'_> {
        Values::new(self.flow.all(), id, self.cache, self.known, Some(self.types.relations()))
    }

    /// The value of the first expression with this text on a line that has one.
    fn value(&self, line: usize, text: &str) -> (Values<'_>, Value) {
        let (text, line) = match text.split_once('@') {
            Some((text, mark)) => (text, self.marked(mark)),
            None => (text, line),
        };
        let rows = self.rows_of(line).filter(|row| self.text(*row) == text);
        let found = rows.filter_map(|row| {
            let body = self.flow.around(row)?;
            let value = self.flow.body(body).at(row)?;
            Some((self.values(body), value))
        });
        found.last().unwrap_or_else(|| panic!("line {}: no value of {text}", line + 1))
    }

    fn marked(&self, mark: &str) -> usize {
        let is_marked = |line: &str| line.rsplit_once("// at ").is_some_and(|(_, of)| of.trim() == mark);
        self.source.lines().position(is_marked).unwrap_or_else(|| panic!("no mark {mark}"))
    }

    fn rows_of(&self, line: usize) -> impl Iterator<Item = Node> {
        let start: usize = self.source.split_inclusive('\n').take(line).map(str::len).sum();
        let end = start + self.source.lines().nth(line).map_or(0, str::len);
        let starts_here = move |row: &Node| (start..end).contains(&(self.file.tree.span(*row).range().start));
        self.file.tree.nodes().filter(starts_here)
    }

    fn dead(&self, line: usize, name: &str) -> String {
        let rows: Vec<Node> = self.rows_of(line).collect();
        let bodies = rows.first().and_then(|row| self.flow.around(*row));
        let id = bodies.unwrap();
        let body: &Body = self.flow.body(id);
        let assigns = (0..body.insts.len() as u32).map(Value).filter(|value| match body.op(*value) {
            Op::Assign(var, _) => self.text(body.var(var).decl) == name && rows.contains(&body.inst(*value).row),
            Op::Store(place, _) => matches!(body.place(place), Place::Var(var)
                if self.text(body.var(var).decl) == name && rows.contains(&body.inst(*value).row)),
            _ => false,
        });
        let answers: Vec<String> = assigns.map(|assign| tri(self.values(id).is_dead(assign))).collect();
        answers.join("+")
    }
}

fn tri(tri: Tri) -> String {
    format!("{tri:?}").to_lowercase()
}

fn interval(interval: Interval) -> String {
    let bound = |bound: Option<i128>| bound.map_or(String::new(), |bound| bound.to_string());
    match (interval.low, interval.high) {
        (Some(low), Some(high)) if low == high => low.to_string(),
        (low, high) => format!("{}..{}", bound(low), bound(high)),
    }
}

fn kind(how: EscapeKind) -> &'static str {
    match how {
        EscapeKind::Returned => "returned",
        EscapeKind::Panicked => "panicked",
        EscapeKind::Stored(Keeper::Field) => "field",
        EscapeKind::Stored(Keeper::Global) => "global",
        EscapeKind::Stored(Keeper::Element) => "element",
        EscapeKind::Stored(Keeper::MapElement) => "map",
        EscapeKind::Stored(Keeper::Pointer) => "pointer",
        EscapeKind::Stored(Keeper::Outer) => "outer",
        EscapeKind::Sent => "sent",
        EscapeKind::CapturedByGo(_) => "go",
        EscapeKind::CapturedAndKept(_) => "kept",
        EscapeKind::Passed { .. } => "passed",
        EscapeKind::Spawned { .. } => "spawned",
        EscapeKind::Unknown => "unknown",
    }
}

/// Knows functions by their names.
struct Known<'a> {
    store: &'a Store,
    summaries: HashMap<&'static str, Summary>,
}

impl Knowledge for Known<'_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        self.summaries.get(self.store.str(self.store.object(function).name))
    }

    fn method(&self, _: Ty, name: Name) -> Option<&Summary> {
        self.summaries.get(self.store.str(name))
    }
}

/// The functions that the Go of the tests declares without bodies, or with ones that do not matter.
fn summaries() -> HashMap<&'static str, Summary> {
    let param = |of: ParamSummary| Summary { params: vec![of], complete: true, ..Summary::default() };
    let result = |of: ResultSummary| Summary {
        params: vec![ParamSummary::default()],
        results: vec![of, ResultSummary::default()],
        complete: true,
        ..Summary::default()
    };
    let nil = |nil| ResultSummary { nil, ..ResultSummary::default() };
    let none = Summary { params: vec![ParamSummary::default(); 3], complete: true, ..Summary::default() };
    HashMap::from([
        ("borrow", Summary { pure: true, ..none.clone() }),
        ("cond", Summary { pure: true, ..none.clone() }),
        ("other", Summary { pure: true, ..none.clone() }),
        ("pure", Summary { pure: true, ..none.clone() }),
        ("fatal", Summary { never_returns: true, ..none.clone() }),
        ("keep", param(ParamSummary { kept: true, ..ParamSummary::default() })),
        ("spawn", param(ParamSummary { spawned: true, ..ParamSummary::default() })),
        ("run", param(ParamSummary { called: Often::Always, ..ParamSummary::default() })),
        ("use", param(ParamSummary { dereferenced: Often::Always, ..ParamSummary::default() })),
        ("must", param(ParamSummary { holds_after: true, ..ParamSummary::default() })),
        ("mustNot", param(ParamSummary { nil_after: true, ..ParamSummary::default() })),
        ("find", Summary { results: vec![nil(Nilness::Sometimes)], ..none.clone() }),
        ("get", result(nil(Nilness::Never))),
        (
            "open",
            result(ResultSummary {
                nil: Nilness::Sometimes,
                nil_without_error: Nilness::Never,
                ..ResultSummary::default()
            }),
        ),
        (
            "lookup",
            result(ResultSummary { nil: Nilness::Sometimes, nil_if_ok: Nilness::Never, ..ResultSummary::default() }),
        ),
        ("identity", result(ResultSummary { copies: 1, derives: 1, ..ResultSummary::default() })),
        ("compute", result(ResultSummary { derives: 1, ..ResultSummary::default() })),
        ("constant", result(ResultSummary::default())),
        (
            "fill",
            Summary {
                params: vec![ParamSummary { filled_from: 2, ..ParamSummary::default() }, ParamSummary::default()],
                complete: true,
                ..Summary::default()
            },
        ),
    ])
}
