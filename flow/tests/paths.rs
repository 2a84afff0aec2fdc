//! Paths through Go functions: each function of a file in `paths/` says above what is asked and what the answer is.
//!
//! `//path TO = ANSWER`: is there a path from after the first call of `open` (from the entry if there is none) to TO
//! that calls no `done`? TO is `return`, `panic`, `process`, `any`, `use` (a call of it) or `endless` (to any end, or
//! on and on).

use rulec_flow::FileFlow;
use rulec_flow::ir::{Body, How, Op, Value};
use rulec_flow::paths::{Answer, Events, Exits, Paths, Question, Start};
use rulec_flow::summary::{Knowledge, Nilness, ResultSummary, Summary};
use rulec_gofront::{File, Reader};
use rulec_tree::{Kind, Node, Vocabulary};
use rulec_types::{Name, ObjId, Store, Ty};
use rulec_world::{FileTypes, MemoryFile, Packages};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// `exit` never returns; `get` returns something that is not nil if its error is.
struct Known<'a> {
    store: &'a Store,
    exit: Summary,
    get: Summary,
}

impl<'a> Known<'a> {
    fn new(store: &'a Store) -> Known<'a> {
        let result = ResultSummary { nil_without_error: Nilness::Never, ..ResultSummary::default() };
        Known {
            store,
            exit: Summary { never_returns: true, ..Summary::default() },
            get: Summary { results: vec![result, ResultSummary::default()], ..Summary::default() },
        }
    }
}

impl Knowledge for Known<'_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        match self.store.str(self.store.object(function).name) {
            "exit" => Some(&self.exit),
            "get" => Some(&self.get),
            _ => None,
        }
    }

    fn method(&self, _: Ty, _: Name) -> Option<&Summary> {
        None
    }
}

#[test]
fn functions_answer_as_they_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/paths");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for path in files {
        let source = std::fs::read_to_string(&path).unwrap();
        asked += check(&source, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 50, "{asked}");
}

/// Functions of several shapes with `n` branches each.
fn grown(n: usize) -> [(&'static str, String); 5] {
    let repeat = |text: &str| (0..n).map(|i| text.replace('#', &i.to_string())).collect::<String>();
    let errors = repeat("if _, err = get(); err != nil { done(); return }\n");
    let joined = repeat("if ready() { _, err = get() }\nif err != nil { done(); return }\n");
    let flags = repeat("if opened { use(#) }\n");
    let cases = repeat("case #: done(); return\n");
    let defers = repeat("if ready() { defer use(#) }\n");
    [
        ("errors", format!("_, err := open()\n{errors}\ndone()")),
        ("joined", format!("var err error\nopen()\n{joined}done()")),
        ("flags", format!("open()\nopened := true\n{flags}if opened {{ done() }}")),
        ("switch", format!("k := len(name)\nopen()\nfor {{ switch k {{\n{cases}}}\nk++ }}")),
        ("defers", format!("{defers}open()\ndefer done()")),
    ]
}

const HEAD: &str = "package p
func open() (any, error)
func get() (any, error)
func done()
func use(...any)
func ready() bool
";

#[test]
#[ignore = "measures"]
fn time_grows_with_size() {
    for n in [100, 1_000, 10_000] {
        for (shape, code) in grown(n) {
            let source = format!("{HEAD}func f(name string) {{\n{code}\n}}\n");
            with_flow(&source, |file, types, knowledge, flow| {
                let (_, body) = flow.bodies().max_by_key(|(_, body)| body.insts.len()).unwrap();
                let start = Instant::now();
                let paths = Paths::new(body, knowledge, Some(types.relations()));
                let prepared = start.elapsed();
                let start = Instant::now();
                assert_eq!(ask(flow, body, file, &source, &paths, "return"), Answer::No);
                let asked = start.elapsed();
                println!("{shape:8} {n:6}: {:7} instructions, {prepared:9.1?}, {asked:9.1?}", body.insts.len());
            });
        }
    }
}

/// Lowers a file with types, and hands it on.
fn with_flow<T>(source: &str, work: impl FnOnce(&File, &FileTypes<'_>, &Known<'_>, &FileFlow) -> T) -> T {
    let path = PathBuf::from("p/p.go");
    let of = MemoryFile { import_path: "p".to_owned(), path: path.clone(), content: source.as_bytes().to_vec() };
    let packages = Packages::of_memory(vec![of], Some(26));
    let file = Reader::new().read(source.as_bytes(), &Arc::new(Vocabulary::default())).unwrap();
    let types = packages.file(&path, &file).unwrap();
    let knowledge = Known::new(types.store());
    let flow = FileFlow::new(&file, Some(&types), &knowledge);
    work(&file, &types, &knowledge, &flow)
}

fn check(source: &str, wrong: &mut Vec<String>) -> usize {
    with_flow(source, |file, types, knowledge, flow| {
        let mut asked = 0;
        for (_, body) in flow.bodies() {
            let start = file.tree.span(body.func).start as usize;
            let paths = Paths::new(body, knowledge, Some(types.relations()));
            for (to, expected) in questions_above(source, start) {
                asked += 1;
                let answer = ask(flow, body, file, source, &paths, to);
                let found = match &answer {
                    Answer::Yes(_) => "yes".to_owned(),
                    Answer::No => "no".to_owned(),
                    Answer::Unknown(reason) => format!("unknown {reason:?}").to_lowercase(),
                };
                if found != expected {
                    let head = source[start..].lines().next().unwrap_or("");
                    let text = rulec_flow::text::body_text(body, file, Some(types));
                    wrong.push(format!("{head}: to {to}: {expected} expected, {answer:?}\n{text}"));
                }
            }
        }
        asked
    })
}

/// The lines `//path TO = ANSWER` right above a function.
fn questions_above(source: &str, start: usize) -> Vec<(&str, &str)> {
    let lines = source[..start].lines().rev();
    let questions = lines.map_while(|line| line.strip_prefix("//path ")?.split_once(" = "));
    questions.collect()
}

fn ask(flow: &FileFlow, body: &Body, file: &File, source: &str, paths: &Paths, to: &str) -> Answer {
    let calls = |body: &Body, name: &str| -> Vec<(Value, How)> {
        let all = (0..body.insts.len() as u32).map(Value);
        let named = all.filter_map(|value| {
            let call = body.call_at(value)?;
            let callee = file.tree.span(file.tree.slot(call.row, 0));
            (source.get(callee.start as usize..callee.end as usize)? == name).then_some((value, call.how))
        });
        named.collect()
    };
    let mut avoid = Events::none();
    for (value, how) in calls(body, "done") {
        match how {
            How::Now => avoid.insts.push(value),
            How::Defer => avoid.defers.push(value),
            How::Go => {}
        }
    }
    // A literal that is deferred, and calls it.
    for value in (0..body.insts.len() as u32).map(Value) {
        if let Op::Defer(call) = body.op(value)
            && let Some(literal) = literal_of(file, body.call(call).row)
            && let Some(inner) = flow.body_of(literal)
            && !calls(flow.body(inner), "done").is_empty()
        {
            avoid.defers.push(value);
        }
    }
    let from = calls(body, "open").first().map_or(Start::Entry, |(value, _)| Start::After(*value));
    let to = match to {
        "return" => Events::exit(Exits::RETURN),
        "panic" => Events::exit(Exits::PANIC),
        "process" => Events::exit(Exits::PROCESS),
        "any" => Events::exit(Exits::ANY),
        "endless" => return paths.endless_or_exit_avoiding(body, from, &avoid, &[]),
        name => Events { insts: calls(body, name).into_iter().map(|(value, _)| value).collect(), ..Events::none() },
    };
    paths.some_path(body, &Question { from, to: &to, avoid: &avoid, assume: &[] })
}

/// The literal that a call calls.
fn literal_of(file: &File, call: Node) -> Option<Node> {
    let callee = file.tree.slot(call, 0);
    (file.tree.kind(callee) == Kind::FuncLit).then_some(callee)
}
