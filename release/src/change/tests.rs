use super::*;
use rulec_plan::ir::Constant;
use rulec_plan::manifest::{CostClass, Level, MessagePiece, OptionMeta, OptionType, ReportMeta, Severity};

fn meta(id: &str) -> RuleMeta {
    RuleMeta {
        id: id.to_owned(),
        doc: String::new(),
        severity: Severity::Warning,
        level: Level::Strict,
        tags: Vec::new(),
        since: None,
        options: vec![OptionMeta {
            name: "max".to_owned(),
            ty: OptionType::Int,
            default: Constant::Int(3),
            doc: String::new(),
        }],
        skip_tests: false,
        only_tests: false,
        skip_generated: false,
        cost: CostClass::Kind,
        needs_types: false,
        needs_flow: false,
        fact: None,
        captures: Vec::new(),
        reports: Vec::new(),
        fix: None,
        file: String::new(),
        source: format!("/// Docs.\nrule {} {{ match call {{ f() }} }}", id.rsplit('.').next().unwrap_or(id)).into(),
        source_offset: 0,
    }
}

fn side<'a>(rules: &'a [RuleMeta], version: Version, migrations: &'a [Migration]) -> Side<'a> {
    let rules = rules.iter().map(|meta| RuleView { meta, examples: Vec::new() }).collect();
    Side { rules, items: BTreeMap::new(), migrations, version }
}

fn changed(change: impl FnOnce(&mut RuleMeta)) -> Vec<(Kind, String)> {
    let (old, mut new) = ([meta("p.f.a")], [meta("p.f.a")]);
    change(&mut new[0]);
    let changes = compare(&side(&old, Version::new(1, 0, 0), &[]), &side(&new, Version::new(2, 0, 0), &[]));
    changes.iter().map(|change| (change.kind, change.to_string())).collect()
}

#[test]
fn one_thing_at_a_time() {
    assert_eq!(changed(|_| ()), []);
    let of = |kind, text: &str| vec![(kind, format!("`f.a`: {text}"))];
    let is = |found: Vec<(Kind, String)>, kind, text: &str| assert_eq!(found, of(kind, text));
    is(changed(|rule| rule.severity = Severity::Error), Kind::SeverityRaised, "severity raised from warning to error");
    is(changed(|rule| rule.severity = Severity::Info), Kind::SeverityLowered, "severity lowered from warning to info");
    is(changed(|rule| rule.level = Level::Recommended), Kind::SwitchedOn, "level changed from strict to recommended");
    is(changed(|rule| rule.options.clear()), Kind::OptionRemoved, "option `max` is gone");
    is(
        changed(|rule| rule.options[0].default = Constant::Int(4)),
        Kind::OptionDefault,
        "option `max` is 4 by default, and was 3",
    );
    is(changed(|rule| rule.tags.push("x".to_owned())), Kind::Tags, "the tags are now [x], and were []");
    is(
        changed(|rule| rule.options[0].ty = OptionType::String),
        Kind::OptionType,
        "option `max` is now a string, and was an integer",
    );
    let report = ReportMeta {
        at: rulec_plan::manifest::CaptureId::MATCH,
        message: vec![MessagePiece::Text("x".to_owned())],
        trace: None,
    };
    is(changed(|rule| rule.reports.push(report)), Kind::Message, "the message is now \"x\", and was \"\"");
}

#[test]
fn rules_come_go_and_move() {
    let old = [meta("p.f.gone"), meta("p.f.moved"), meta("p.f.told")];
    let mut new = [meta("p.f.new"), meta("p.g.shifted"), meta("p.f.tale")];
    for (rule, text) in new.iter_mut().zip(["match call { g() }", "", "match call { h() }"]) {
        if !text.is_empty() {
            rule.source = format!("rule {} {{ {text} }}", rule.name()).into();
        }
    }
    let mut told = old.clone();
    told[0].source = "rule gone { match call { i() } }".to_owned().into();
    let what = What::Rule { from: "f.told".to_owned(), to: "f.tale".to_owned() };
    let migrations = [Migration { version: Version::new(2, 0, 0), what, note: None, span: Default::default() }];
    let changes = compare(&side(&told, Version::new(1, 0, 0), &[]), &side(&new, Version::new(2, 0, 0), &migrations));
    let texts: Vec<String> = changes.iter().map(Change::to_string).collect();
    let expected = [
        "rule `f.gone` is gone",
        "rule `f.new` is new",
        "rule `f.told` is now `f.tale`",
        "rule `f.moved` is now `g.shifted`",
    ];
    assert_eq!(texts, expected);
    assert_eq!(changes.iter().map(|change| change.migrated).collect::<Vec<_>>(), [false, false, true, false]);
    assert_eq!(step(&changes), Step::Major);
}

#[test]
fn items_of_a_module() {
    let found = items(
        "http",
        "predicate p($a, $b) { $a is const }\nsymbols s { \"a/b\".C }\nrule r { match call { f() } report \"x\" }\n",
    );
    assert_eq!(
        found,
        [
            ("http.p".to_owned(), "a predicate with 2 parameters".to_owned()),
            ("http.s".to_owned(), "a set of symbols".to_owned()),
        ]
    );
}

#[test]
fn the_least_version_that_may_follow() {
    for (step, old, least) in [
        (Step::Major, "1.2.3", "2.0.0"),
        (Step::Minor, "1.2.3", "1.3.0"),
        (Step::Patch, "1.2.3", "1.2.4"),
        (Step::Major, "0.2.3", "0.3.0"),
        (Step::Minor, "0.2.3", "0.2.4"),
        (Step::Major, "0.0.3", "0.0.4"),
    ] {
        let (old, least) = (Version::parse(old).expect("a version"), Version::parse(least).expect("a version"));
        assert_eq!(step.after(&old), least, "{step} after {old}");
        assert!(step.allows(&old, &least) && !step.allows(&old, &old));
        let candidate = Version::parse(&format!("{least}-rc.1")).expect("a version");
        assert!(step.allows(&old, &candidate), "a pre-release of it");
    }
    assert!(!Step::Major.allows(&Version::new(1, 0, 0), &Version::new(1, 9, 0)));
}
