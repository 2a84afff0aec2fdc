//! Sets of rules to measure with.

use rulec_compiler::native::{self, NativeOptions};
use rulec_compiler::{SourceFile, compile};
use rulec_pack::{Engine, Executable};
use rulec_plan::Plan;
use rulec_runtime::RuleSet;
use std::path::Path;
use std::sync::Arc;

/// The stock rules.
pub fn stock() -> Vec<SourceFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../stdlib-rules");
    let mut files = Vec::new();
    for family in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        for rule in std::fs::read_dir(family.path()).into_iter().flatten().flatten() {
            let path = rule.path();
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let family = family.file_name().to_string_lossy().into_owned();
            files.push(SourceFile { path: path.to_string_lossy().into_owned(), family, text });
        }
    }
    files.retain(|file| file.path.ends_with(".rule"));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Names that are common in Go programs of every sort, so that the text of a file seldom rules them out.
const NAMES: &[&str] = &[
    "String",
    "Error",
    "Close",
    "Name",
    "Get",
    "Set",
    "Add",
    "Len",
    "Write",
    "Read",
    "Type",
    "Value",
    "Kind",
    "Run",
    "Key",
    "Errorf",
    "Fatalf",
    "Fatal",
    "Background",
    "Equal",
    "Context",
    "Now",
    "Lock",
    "Unlock",
    "Data",
    "Id",
    "Path",
    "Size",
    "Start",
    "Stop",
    "Init",
    "New",
    "Next",
    "Done",
    "Wait",
    "Print",
    "Printf",
    "Println",
    "Sprintf",
    "Index",
    "Contains",
    "Join",
    "Split",
    "HasPrefix",
    "HasSuffix",
    "Trim",
    "Replace",
    "Bytes",
    "Buffer",
    "Reader",
    "Writer",
    "Request",
    "Response",
    "Header",
    "Body",
    "Method",
    "URL",
    "Host",
    "Port",
    "Addr",
    "Time",
    "Duration",
    "Second",
    "Sleep",
    "After",
    "Before",
    "Sub",
    "Parse",
    "Format",
    "Unix",
    "Itoa",
    "Atoi",
    "Append",
    "Copy",
    "Delete",
    "Load",
    "Store",
    "Range",
    "Swap",
    "Do",
    "Call",
    "Args",
    "Flags",
    "Parent",
    "Children",
    "Node",
    "Root",
    "Left",
    "Right",
    "First",
    "Last",
    "Insert",
    "Remove",
    "Update",
    "List",
    "Create",
    "Open",
    "Stat",
    "Mode",
    "Exit",
];

/// What each generated rule looks for, with `NAME` in it. All are rare, so that time is spent on looking.
const FORMS: &[&str] = &[
    "match expr { $x.NAME($y, $y) }\n    where $y is call\n    report \"{$x} {$y}\"",
    "match expr { $x.NAME(nil, $y) }\n    where $y is literal and value($y) == 4711\n    report \"{$x}\"",
    "match stmt { $x.NAME = $x.NAME }\n    report \"{$x}\"",
    "match stmt { defer $x.NAME($y, ..., $y) }\n    report \"{$x} {$y}\"",
    "match stmts { $x.NAME($y); $x.NAME($y) }\n    where $y is call\n    report \"{$x} {$y}\"",
    "match stmt { if $x.NAME == nil { return $x.NAME } }\n    inside stmt { for ... { ... } }\n    report \"{$x}\"",
    "match stmt { for $_, $v := range $x.NAME { $x.NAME = $v } }\n    report \"{$x} {$v}\"",
    "match expr { $x.NAME == $x.NAME }\n    report \"{$x}\"",
    "match field { NAME chan $t }\n    where $t is map_type\n    report \"{$t}\"",
    "match expr { &$t{..., NAME: nil, ...} }\n    where $t is array_type\n    report \"{$t}\"",
];

/// So many rules made of ten forms and a hundred names, each another one.
pub fn generated(count: usize) -> Vec<SourceFile> {
    let rule = |number: usize| {
        // A name of its own for each form, so that few rules are as mixed as many.
        let (form, round) = (number % FORMS.len(), number / FORMS.len());
        let (form, name) = (FORMS[form], NAMES[(round + form * FORMS.len()) % NAMES.len()]);
        format!("rule generated-{number} {{\n    {}\n}}\n", form.replace("NAME", name))
    };
    one_file((0..count).map(rule).collect())
}

/// Rules that name what no file holds.
pub fn absent(count: usize) -> Vec<SourceFile> {
    let rule = |number: usize| {
        format!(
            "rule absent-{number} {{\n    match expr {{ $x.Zqx{number}Absent($y) }}\n    report \"{{$x}} {{$y}}\"\n}}\n"
        )
    };
    one_file((0..count).map(rule).collect())
}

/// A Go file in which one of ten [`generated`] rules reports, and a stock rule.
pub fn go_file() -> String {
    let uses = NAMES.iter().map(|name| format!("\t_ = x.{name} == x.{name}\n")).collect::<String>();
    let request = "\thttp.NewRequest(\"GET\", \"/\", nil)\n";
    format!("package first\n\nimport \"net/http\"\n\nfunc f(x T) {{\n{request}{uses}}}\n")
}

fn one_file(text: String) -> Vec<SourceFile> {
    vec![SourceFile { path: "generated.rule".into(), family: "generated".into(), text }]
}

/// The plan of rule files.
///
/// # Panics
/// If one of them has a mistake.
pub fn plan(files: &[SourceFile]) -> Plan {
    // As the stock rules are, which bring each other in by this name.
    let compiled = compile(files, "stdlib");
    assert!(!compiled.has_errors(), "{:#?}", compiled.diagnostics.iter().find(|one| one.code.text().starts_with('E')));
    compiled.plan
}

/// Rules as `check` runs them: compiled for this machine, for this run.
///
/// # Panics
/// If there is no machine code for them, or no executable memory: there is nothing to measure then.
pub fn ready(plan: &Arc<Plan>) -> RuleSet {
    let code = native::compile(plan, &NativeOptions::JIT).expect("machine code");
    let engine = Engine::Native(Executable::map(&code).expect("executable memory"));
    RuleSet::new(vec![(Arc::clone(plan), engine)], &[]).expect("a plan of the compiler")
}
