use super::*;
use crate::file::read;
use crate::layers::Layers;
use rulec_plan::manifest::{CostClass, OptionType};

fn rule(id: &str, level: Level, severity: Severity, tags: &[&str]) -> RuleMeta {
    let option = |name: &str, ty, default| OptionMeta { name: name.into(), ty, default, doc: String::new() };
    RuleMeta {
        id: id.into(),
        doc: String::new(),
        severity,
        level,
        tags: tags.iter().map(|&tag| tag.into()).collect(),
        since: None,
        options: vec![
            option("max", OptionType::Int, Constant::Int(1)),
            option("wait", OptionType::Duration, Constant::Duration(1)),
        ],
        skip_tests: false,
        only_tests: false,
        skip_generated: false,
        cost: CostClass::Kind,
        needs_types: false,
        needs_flow: false,
        fact: None,
        captures: vec![],
        reports: vec![],
        fix: None,
        file: String::new(),
        source: String::new().into(),
        source_offset: 0,
    }
}

fn rules() -> Vec<RuleMeta> {
    vec![
        rule("stdlib.http.nil-body", Level::Recommended, Severity::Warning, &["http", "style"]),
        rule("stdlib.http.no-status", Level::Strict, Severity::Error, &["http"]),
        rule("stdlib.time.sleep", Level::Pedantic, Severity::Info, &["style"]),
        rule("local.own.mine", Level::Strict, Severity::Warning, &[]),
    ]
}

type Ran = (Selection, Vec<String>);

fn run(config: &str, select: &[&str], ignore: &[&str]) -> Ran {
    run_all(&[config], select, ignore)
}

/// The same with several configurations, of which later ones win; they stand in the folder `/p`.
fn run_all(configs: &[&str], select: &[&str], ignore: &[&str]) -> Ran {
    let mut sink = Sink::new();
    let layers = configs.iter().map(|config| Config { folder: "/p".into(), ..read(config, FileId(0), &mut sink) });
    let layers: Layers = layers.collect();
    let selection = given(select, ignore, |line, candidates| super::select(&layers, line, candidates, &mut sink));
    let said = sink
        .into_sorted()
        .iter()
        .map(|fault| format!("{} {}; {}", fault.code, fault.message, fault.help.join("; ")))
        .collect();
    (selection, said)
}

/// Does something with a command line and [`rules`].
fn given<T>(select: &[&str], ignore: &[&str], work: impl FnOnce(CommandLine<'_>, &[Candidate<'_>]) -> T) -> T {
    let rules = rules();
    let candidates: Vec<_> = rules.iter().map(|rule| Candidate { rule, added: rule.id.starts_with("local") }).collect();
    let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let (selected, ignored) = (owned(select), owned(ignore));
    work(CommandLine { select: &selected, ignore: &ignored }, &candidates)
}

fn on(config: &str, select: &[&str], ignore: &[&str]) -> String {
    let (selection, mistakes) = run(config, select, ignore);
    assert_eq!(mistakes, Vec::<String>::new(), "{config}");
    let rules = rules();
    let on = rules.iter().zip(&selection.settings).filter(|(_, setting)| setting.on);
    on.map(|(rule, _)| rule.name()).collect::<Vec<_>>().join(" ")
}

#[test]
fn command_line_and_configuration_select() {
    let cases: &[(&str, &[&str], &[&str], &str)] = &[
        ("", &[], &[], "nil-body mine"),
        ("", &["strict"], &[], "no-status mine"),
        ("", &["http"], &[], "nil-body no-status"),
        ("", &["stdlib.http"], &["nil-body"], "no-status"),
        ("", &["stdlib"], &[], "nil-body no-status sleep"),
        ("", &["style", "error"], &[], "nil-body no-status sleep"),
        ("", &["stdlib.*.n*"], &[], "nil-body no-status"),
        ("", &["*"], &["info"], "nil-body no-status mine"),
        ("", &[], &["local"], "nil-body"),
        ("", &["stdlib.time.sleep"], &[], "sleep"),
        ("select = ['http']", &[], &[], "nil-body no-status"),
        ("select = ['http']\nignore = ['no-status']", &[], &[], "nil-body"),
        ("ignore = ['nil-body']", &[], &[], "mine"),
        ("ignore = ['nil-body']", &["nil-body"], &[], "nil-body"),
        ("ignore = ['nil-body']", &[], &["mine"], ""),
        ("select = []", &[], &[], ""),
        ("select = ['pedantic']", &[], &["sleep"], ""),
    ];
    for (config, select, ignore, expected) in cases {
        assert_eq!(on(config, select, ignore), *expected, "{config} {select:?} {ignore:?}");
    }
}

#[test]
fn selectors_that_name_nothing_are_mistakes() {
    let unknown = given(&["nil-bdy", "error"], &["zzzzzz"], super::unknown_selectors);
    let said: Vec<_> = unknown.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "`--select nil-bdy` names no rule, family, tag, severity or level; there is `nil-body`",
            "`--ignore zzzzzz` names no rule, family, tag, severity or level; `rulec list` shows what there is",
        ]
    );
    let config = "ignore = ['slep']\nseverity = { htp = 'error' }\n[rules.mie]\na = 1\n[[per-path]]\npaths = ['a']\nignore = ['stle']";
    let mistakes = run(config, &[], &[]).1;
    assert_eq!(mistakes.len(), 4, "{mistakes:?}");
    assert!(mistakes[0].ends_with("there is `sleep`") && mistakes[3].ends_with("there is `style`"), "{mistakes:?}");
}

#[test]
fn options_are_typed() {
    let (selection, mistakes) = run("[rules.sleep]\nmax = 0x10\nwait = '2s'", &[], &[]);
    assert_eq!(mistakes, Vec::<String>::new());
    assert_eq!(selection.settings[2].options, [(0, Constant::Int(16)), (1, Constant::Duration(2_000_000_000))]);
    let (_, mistakes) = run("[rules.sleep]\nmax = 'a'\nwait = 5\nmx = 1", &[], &[]);
    assert_eq!(
        mistakes,
        [
            "E0807 option `max` of `sleep` is an integer of 64 bits; ",
            "E0807 option `wait` of `sleep` is a duration in quotes, such as \"1m30s\"; ",
            "E0806 `sleep` has no option `mx`; there is an option with a similar name: `max`",
        ]
    );
}

fn at(selection: &Selection, path: &str, rule: usize) -> Option<Severity> {
    selection.on_path(&Path::new("/p").join(path)).severity(rule)
}

#[test]
fn later_configurations_win() {
    let on = |configs: &[&str]| {
        let (selection, mistakes) = run_all(configs, &[], &[]);
        assert_eq!(mistakes, Vec::<String>::new(), "{configs:?}");
        let names: Vec<String> = rules().iter().map(|rule| rule.name().to_owned()).collect();
        let on = names.iter().zip(&selection.settings).filter(|(_, setting)| setting.on);
        (on.map(|(name, _)| name.clone()).collect::<Vec<_>>().join(" "), selection)
    };
    assert_eq!(on(&["ignore = ['nil-body']", "select = ['http']"]).0, "nil-body no-status");
    assert_eq!(on(&["select = ['http']", "ignore = ['nil-body']"]).0, "no-status");
    assert_eq!(on(&["select = ['http']\nignore = ['no-status']", "ignore = ['nil-body']"]).0, "");
    let configs = [
        "severity = { http = 'error', style = 'error' }\n[rules.sleep]\nmax = 1\nwait = '1s'\n[[per-path]]\npaths = ['a']\nignore = ['http']",
        "severity = { nil-body = 'info' }\n[rules.sleep]\nmax = 2\n[[per-path]]\npaths = ['a/b']\nselect = ['nil-body']",
    ];
    let (_, selection) = on(&configs);
    let severities: Vec<_> = selection.settings.iter().map(|setting| setting.severity).collect();
    assert_eq!(severities, [Severity::Info, Severity::Error, Severity::Error, Severity::Warning]);
    // The last value of an option counts.
    let options = &selection.settings[2].options;
    let last = options.iter().rev().find(|(option, _)| *option == 0);
    assert_eq!(last, Some(&(0, Constant::Int(2))));
    assert_eq!(at(&selection, "a/x.go", 0), None);
    assert_eq!(at(&selection, "a/b/x.go", 0), Some(Severity::Info));
}

#[test]
fn paths_and_severities() {
    let config = "severity = { http = 'info', nil-body = 'error' }
        [[per-path]]
        paths = ['gen']
        ignore = ['http']
        select = ['sleep']
        [[per-path]]
        paths = ['gen/own/**']
        select = ['nil-body']
        severity = { style = 'warning' }";
    let (selection, mistakes) = run(config, &[], &[]);
    assert_eq!(mistakes, Vec::<String>::new());
    assert_eq!(at(&selection, "a.go", 0), Some(Severity::Error));
    assert_eq!(at(&selection, "a.go", 2), None);
    assert_eq!(at(&selection, "gen/a.go", 0), None);
    assert_eq!(at(&selection, "gen/a.go", 2), Some(Severity::Info));
    assert_eq!(at(&selection, "gen/own/a.go", 0), Some(Severity::Warning));
    assert_eq!(selection.settings[1].severity, Severity::Info);
    assert!(selection.anywhere(2) && !selection.anywhere(1));
    let (selection, _) = run(config, &["sleep"], &[]);
    assert_eq!(at(&selection, "gen/own/a.go", 0), None, "the command line has the last word");
}
