//! Facts, resources and models: what becomes of them in the plan.

use rulec_compiler::{Compiled, OtherPack, SourceFile, Surroundings, compile, compile_in, mutants};
use rulec_plan::manifest::FactKind;
use rulec_plan::model::{Model, Says, Slot, Subject};

fn compiled(files: &[(&str, &str)]) -> Compiled {
    let files = sources(files);
    let compiled = compile(&files, "local");
    let errors: Vec<_> = compiled.diagnostics.iter().filter(|one| one.code.text() != "W0605").collect();
    assert!(errors.is_empty(), "{errors:#?}");
    compiled
}

fn sources(files: &[(&str, &str)]) -> Vec<SourceFile> {
    let file = |(family, text): &(&str, &str)| SourceFile {
        path: format!("{family}.rule"),
        family: (*family).to_owned(),
        text: (*text).to_owned(),
    };
    files.iter().map(file).collect()
}

const FACTS: &str = r#"
use "os"

/// It opens a file.
fact opens(func $f) {
    match func $f
    where some path from entry of $f to expr { os.Open($_) } or expr { $g(...) } where opens($g)
}

/// It opens no file, whatever happens.
fact harmless(func $f) {
    match func $f
    where some path from entry of $f to exit
    unless opens($f)
}

fact spared(param $p) {
    match func $f
    where $f contains decl { func ($p $_) $_(...) { ... } }
}

predicate calls_harmless($call) { $call is call and harmless($call) }
"#;

const RULES: &str = r#"
use local.facts { calls_harmless }

rule asks {
    match expr { $f(...) } @call
    where calls_harmless(@call)
    report "{$f}"
}
"#;

#[test]
fn facts_stand_behind_the_rules_that_ask_for_them() {
    let compiled = compile(&sources(&[("facts", FACTS), ("rules", RULES)]), "local");
    let unused: Vec<_> = compiled.diagnostics.iter().filter(|one| one.code.text() != "W0605").collect();
    assert!(matches!(unused[..], [one] if one.message.contains("spared")), "{unused:#?}");
    let facts: Vec<_> = compiled.plan.rules.iter().map(|rule| (&rule.meta.id[..], rule.meta.fact.clone())).collect();
    let stratum = |stratum| Some(rulec_plan::manifest::FactMeta { of: FactKind::Func, stratum });
    assert_eq!(
        facts,
        [("local.rules.asks", None), ("local.facts.opens", stratum(0)), ("local.facts.harmless", stratum(1))]
    );
    assert!(compiled.plan.rules.iter().all(|rule| rule.meta.needs_flow));
    assert_eq!(compiled.rules.len(), 1, "facts have no examples of their own");
    let text = rulec_plan::text::rule(&compiled.plan, &compiled.plan.rules[0]);
    assert!(text.contains(r#", "local.facts.harmless")"#), "{text}");
    let text = rulec_plan::text::rule(&compiled.plan, &compiled.plan.rules[1]);
    assert!(text.starts_with("fact local.facts.opens\n"), "{text}");
}

const RESOURCES: &str = r#"
use "os"

/// Opened is closed.
rule must-release(resource $R) {
    severity error
    option strictly: bool = true "whether"
    match acquire $R @open
    where strictly == true
    unless every path from @open to exit passes release $R
    report at @open "{$R} is not released" trace path
}

resource file {
    acquire stmt { $f, $err := os.Open($p) } or { $f, $err := os.Create($p) } where $p is not const
    value $f
    release expr { $f.Close() }
    transfer escapes($f)
    fails when $err != nil or when not $f
}

/// A file is closed.
instance file-not-closed = must-release(file) {
    severity warning
    tags [files]
    option strictly: bool = false "nothing"
    where $p is used
    test bad { func f() {} }
    test good { func f() {} }
}
"#;

#[test]
fn instances_are_rules_like_others() {
    let compiled = compiled(&[("res", RESOURCES)]);
    let [rule] = &compiled.plan.rules[..] else { panic!("{:#?}", compiled.plan.rules) };
    assert_eq!(rule.meta.id, "local.res.file-not-closed");
    assert_eq!(
        (rule.meta.severity, &rule.meta.tags[..]),
        (rulec_plan::manifest::Severity::Warning, &["files".to_owned()][..])
    );
    assert_eq!((&rule.meta.doc[..], rule.meta.options.len()), ("A file is closed.\n", 1));
    assert!(rule.meta.source.starts_with("/// A file is closed.\ninstance file-not-closed"), "{}", rule.meta.source);
    assert_eq!(compiled.rules[0].examples.len(), 2);
    let text = rulec_plan::text::rule(&compiled.plan, rule);
    for part in
        ["os.Open", "os.Create", "events escape", "\"not nil\"", "\"false\"", "is const", "is used", "option strictly"]
    {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
    assert!(rule.meta.reports[0].trace.is_some());
}

#[test]
fn mutants_drop_events_too() {
    let files = sources(&[("res", RESOURCES), ("facts", FACTS), ("rules", RULES)]);
    let dropped: Vec<_> = mutants(&files, "local", "local.res.file-not-closed", Surroundings::default());
    let events: Vec<_> = dropped.iter().filter(|mutant| mutant.what == "the event").map(|mutant| mutant.span).collect();
    let texts: Vec<_> = events.iter().map(|span| &RESOURCES[span.range()]).collect();
    assert!(dropped.iter().all(|mutant| mutant.file.0 == 0));
    assert_eq!(texts, ["expr { $f.Close() }", "escapes($f)", "when $err != nil", "when not $f"]);
    let dropped = mutants(&files, "local", "local.rules.asks", Surroundings::default());
    assert!(!dropped.is_empty() && dropped.iter().all(|mutant| mutant.plan.rules[0].meta.fact.is_none()));
}

#[test]
fn models_are_data_of_the_plan() {
    let compiled = compiled(&[(
        "models",
        "use \"net/http\"\nuse \"os\"\n\n/// What comes from outside.\nmodel http.Request.FormValue, os.Getenv {\n    \
         source input\n    result 0 derives from receiver\n    result 1 never nil without error; pure\n}\n\n\
         model \"database/sql\".DB.Query { sink sql arg 0\n keeps args from 1\n calls Close on arg 2 never returns \
         checks arg 3 is nil checks arg 4 is false }\n",
    )]);
    let subject = |package: &str, name: &str, member: Option<&str>| Subject {
        package: package.to_owned(),
        name: name.to_owned(),
        member: member.map(str::to_owned),
    };
    let input = vec![
        Says::Source("input".to_owned()),
        Says::Derives(0, Slot::Receiver),
        Says::NeverNilWithoutError(1),
        Says::Pure,
    ];
    let query = vec![
        Says::Sink("sql".to_owned(), Slot::Arg(0)),
        Says::Keeps(Slot::From(1)),
        Says::CallsMethod(Slot::Arg(2), "Close".to_owned()),
        Says::NeverReturns,
        Says::ChecksNot(Slot::Arg(3)),
        Says::ChecksNot(Slot::Arg(4)),
    ];
    assert_eq!(
        compiled.plan.models,
        [
            Model { subject: subject("net/http", "Request", Some("FormValue")), says: input.clone() },
            Model { subject: subject("os", "Getenv", None), says: input },
            Model { subject: subject("database/sql", "DB", Some("Query")), says: query },
        ]
    );
}

#[test]
fn layout_of_all_items() {
    for text in [FACTS, RULES, RESOURCES] {
        let formatted = rulec_grammar::format(text).unwrap();
        assert_eq!(rulec_grammar::format(&formatted).unwrap(), formatted);
        assert_eq!(formatted.trim(), text.trim(), "these are formatted already");
    }
}

const TEMPLATES: &str = r#"
use "os"

/// Opened is closed.
rule must-release(resource $R) {
    severity error
    match acquire $R @open
    where some path from @open to exit avoiding release $R or expr { $g(...) } where ends($g)
    report at @open "{$R} is not released" trace path
}

/// It ends the process.
fact ends(func $f) {
    match func $f
    where some path from entry of $f to expr { os.Exit($_) }
}
"#;

const RESOURCE: &str = r#"
use store "example.com/store"

symbols opens { store.Open }

resource table {
    acquire stmt { $t, $err := $open(...) } where $open in opens
    value $t
    release expr { $t.Close() } or expr { store.Drop($t) }
    fails when $err != nil
}
"#;

/// Generic rule, resource and instance each in a file of their own: of one module, of another, and of another pack.
#[test]
fn templates_are_seen_across_files_modules_and_packs() {
    let instance = "instance table-not-closed = must-release(table) {\n    where $t is used\n}\n";
    let of_pack = |module: &str, name: &str| format!("use {module} {{ {name} }}\n{instance}");
    let stdlib = OtherPack { name: "stdlib".to_owned(), files: sources(&[("base", TEMPLATES), ("other", RULES)]) };
    let here = |files: &[(&str, &str)]| compile(&sources(files), "local");
    let with_pack = |files: &[(&str, &str)]| {
        let surroundings = Surroundings { packs: std::slice::from_ref(&stdlib), ..Surroundings::default() };
        compile_in(&sources(files), "local", surroundings)
    };
    let both = format!("use local.base {{ must-release }}\n{}", of_pack("local.tables", "table"));
    let cases = [
        ("local.all", "local.all.ends", here(&[("all", TEMPLATES), ("all", instance), ("all", RESOURCE)])),
        ("local.mine", "local.base.ends", here(&[("mine", &both), ("base", TEMPLATES), ("tables", RESOURCE)])),
        (
            "local.tables",
            "stdlib.base.ends",
            with_pack(&[("tables", RESOURCE), ("tables", &of_pack("stdlib.base", "must-release"))]),
        ),
    ];
    for (module, fact, compiled) in cases {
        let others: Vec<_> = compiled.diagnostics.iter().filter(|one| one.code.text() != "W0605").collect();
        assert!(others.is_empty(), "{module}: {others:#?}");
        let ids: Vec<_> = compiled.plan.rules.iter().map(|rule| rule.meta.id.as_str()).collect();
        assert_eq!(ids, [&format!("{module}.table-not-closed"), fact]);
        let rule = &compiled.plan.rules[0];
        assert_eq!(rule.meta.severity, rulec_plan::manifest::Severity::Error);
        let text = rulec_plan::text::rule(&compiled.plan, rule);
        for part in [r#"example.com/store"#, "Open", "Drop", fact, "\"not nil\"", "is used"] {
            assert!(text.contains(part), "{module}: no `{part}` in\n{text}");
        }
        let (start, end) = (rule.meta.source_offset, rule.meta.source_offset as usize + rule.meta.source.len());
        let inside = |origin: &rulec_plan::ir::Origin| start <= origin.start && origin.end as usize <= end;
        let outside: Vec<_> = rule.origins.iter().skip(1).filter(|origin| !inside(origin)).collect();
        assert!(outside.is_empty(), "{module}: {outside:#?} in {start}..{end}");
    }
}

/// Conditions of an instance are no part of what is traced: the way is that of the generic rule's condition.
#[test]
fn instances_trace_what_the_generic_rule_found() {
    let plain = compiled(&[("res", RESOURCES)]);
    let narrowed = RESOURCES.replace("where $p is used", "where $p is used\n    where some path from @open to panic");
    let narrowed = compiled(&[("res", &narrowed)]);
    let traced = |compiled: &Compiled| {
        let meta = &compiled.plan.rules[0].meta;
        let trace = meta.reports[0].trace.expect("the generic rule traces");
        let text = rulec_plan::text::rule(&compiled.plan, &compiled.plan.rules[0]);
        let emitted = text.lines().rfind(|line| line.trim().starts_with("emit")).expect("a rule emits").to_owned();
        let args: Vec<_> = emitted.trim().trim_start_matches("emit").split(',').map(str::trim).collect();
        let register = args[trace.0 as usize].to_owned();
        let line = text.lines().find(|line| line.contains(&format!("{register} = path"))).map(str::to_owned);
        line.unwrap_or_else(|| panic!("no way in {register}:\n{text}"))
    };
    assert!(traced(&plain).contains("\"return\""), "{}", traced(&plain));
    assert!(traced(&narrowed).contains("\"return\""), "{}", traced(&narrowed));
}

/// A mistake in a generic rule is told once, where it stands, and names the instances that have it.
#[test]
fn mistakes_in_templates_name_both_places() {
    let broken = TEMPLATES.replace("ends($g)", "end($g)");
    let instances = "use local.base { must-release }\ninstance first = must-release(table) {}\n\
                     instance second = must-release(table) {}\n";
    let diagnostics =
        compile(&sources(&[("mine", instances), ("mine", RESOURCE), ("base", &broken)]), "local").diagnostics;
    let mistakes: Vec<_> = diagnostics.iter().filter(|one| one.code.text() == "E0208").collect();
    let [mistake] = &mistakes[..] else { panic!("{diagnostics:#?}") };
    assert_eq!((mistake.file.0, &broken[mistake.span.range()]), (2, "end"));
    let related: Vec<_> = mistake.related.iter().map(|(file, span, _)| (file.0, &instances[span.range()])).collect();
    assert_eq!(related, [(0, "first"), (0, "second")]);
}

/// What is said of items that do not fit together.
#[test]
fn mistakes_between_items() {
    let cases = [
        (
            "instance a = must-close(file) {}\nrule must-release(resource $R) {\n    match acquire $R @open\n    \
             where some path from @open to exit avoiding free $R\n    report at @open \"{$R}\"\n}\n\
             resource fil {\n    acquire expr { $f() }\n    value $f\n    release expr { $f() }\n}\n",
            &[
                "there is no generic rule called `must-close`",
                "there is no resource called `file`",
                "nothing uses the generic rule `must-release`",
                "nothing uses the resource `fil`",
            ][..],
        ),
        (
            "resource file {\n    acquire expr { $f() } @open\n    value $f\n    release expr { $f() }\n}\n\
             rule must-release(resource $R) {\n    match acquire $R\n    \
             where some path from @open to exit avoiding free $R\n    report at @open \"{$R}\"\n}\n\
             instance a = must-release(file) {}\n",
            &["there is no part of a resource called `free`"],
        ),
        (
            "resource file {\n    acquire expr { $f() }\n    value $file\n    release expr { $f() }\n}\n\
             rule must-release(resource $R) {\n    match acquire $R @open\n    \
             where some path from @open to exit avoiding release $R\n    report at @open \"{$R}\"\n}\n\
             instance a = must-release(file) {}\n",
            &["`$file` is not bound here"],
        ),
        (
            "rule r {\n    match expr { $f() } @x\n    where $f derives from @x for \"sql\"\n    report \"{$f}\"\n}\n",
            &["no purpose can stand behind `derives from`"],
        ),
        (
            "use \"os\"\nmodel os.Getenv { source http_input }\nmodel os.Exec { sink sql arg 0 }\nrule r {\n    \
             match expr { os.Open($p) }\n    where $p tainted by \"http_input\" for \"sqk\"\n    report \"{$p}\"\n}\n",
            &["there is no purpose called `sqk`"],
        ),
        (
            "resource file {\n    value $f\n}\n",
            &["the resource `file` has no `acquire`", "the resource `file` has no `release`"],
        ),
        (
            "use \"os\"\nmodel os.Getenv { source http_input }\nrule r {\n    match expr { os.Open($p) }\n    \
             where $p tainted by \"http_imput\"\n    report \"{$p}\"\n}\n",
            &["there is no kind of source called `http_imput`"],
        ),
        (
            "rule r {\n    match expr { $f(...) } @call\n    where some path from @call to release $f\n    \
             report \"{$f}\"\n}\n",
            &["`$f` is no resource here"],
        ),
    ];
    for (text, messages) in cases {
        let diagnostics = compile(&sources(&[("t", text)]), "local").diagnostics;
        for message in messages {
            assert!(diagnostics.iter().any(|one| one.message == *message), "no `{message}` in {diagnostics:#?}");
        }
    }
}

/// A predicate can be asked about a label, also in events.
#[test]
fn labels_are_arguments_of_predicates() {
    let compiled = compiled(&[(
        "t",
        "predicate closed($x, $at) { every path from $at to exit passes expr { $x.Close() } }\n\n\
         rule r {\n    match stmt { $_ := open($p @path) } @open\n    where closed(@path, @open)\n    report \"{$p}\"\n}\n"
            .replace("open(", "make(")
            .as_str(),
    )]);
    let text = rulec_plan::text::rule(&compiled.plan, &compiled.plan.rules[0]);
    let asked = text.lines().find(|line| line.trim().starts_with("same value(")).unwrap_or_default();
    let bound = text.lines().find(|line| line.contains("binds `@path`")).unwrap_or_default();
    let register = bound.trim().split(' ').next().unwrap_or_default();
    assert!(!register.is_empty() && asked.ends_with(&format!(", {register})")), "{text}");
}

/// What stands in a file for others needs its `use` lines, though nothing of the file is a rule.
#[test]
fn packages_of_shared_items_are_used() {
    let shared = "use \"net/http\"\nuse \"os\"\nuse \"io\"\nuse \"fmt\"\n\nsymbols calls { http.Get }\n\n\
                  predicate opened($x) { $x matches expr { os.Open(...) } }\n\n\
                  fact reads(func $f) {\n    match func $f\n    where some path from entry of $f to expr { $(io, fmt).$_(...) }\n}\n";
    let diagnostics = compile(&sources(&[("shared", shared)]), "local").diagnostics;
    assert!(diagnostics.iter().all(|one| one.code.text() == "W0607"), "{diagnostics:#?}");
    let diagnostics = compile(&sources(&[("shared", "use \"os\"\nsymbols s { \"io\".EOF }\n")]), "local").diagnostics;
    assert!(matches!(&diagnostics[..], [one] if one.code.text() == "W0602"), "{diagnostics:#?}");
}
