use super::*;
use crate::conversion::TimeForm;
use semver::Version;

fn migration(version: (u64, u64), what: What) -> Migration {
    Migration { version: Version::new(version.0, version.1, 0), what, note: None, span: rulec_tree::Span::default() }
}

fn rule(from: &str, to: &str) -> What {
    What::Rule { from: from.to_owned(), to: to.to_owned() }
}

fn option(rule: &str, from: &str, to: &str, convert: Option<Conversion>) -> What {
    What::Option { rule: rule.to_owned(), from: from.to_owned(), to: to.to_owned(), convert }
}

fn item(from: &str, to: &str) -> What {
    What::Item { from: from.to_owned(), to: to.to_owned() }
}

/// From 1 to 3: `timeout_ms = 30000` became `lifetime = "PT30S"`, and the rule was renamed twice.
fn known() -> Known {
    let time = Conversion::Time { from: TimeForm::Milliseconds, to: TimeForm::Iso8601 };
    let words = Conversion::Values(vec![("strict".to_owned(), "all".to_owned())]);
    let list = vec![
        migration((1, 1), rule("http.timeout", "http.client-timeout")),
        migration((2, 0), option("http.client-timeout", "timeout_ms", "lifetime", Some(time))),
        migration((2, 0), option("http.client-timeout", "mode", "mode", Some(words))),
        migration((2, 0), item("http.is_slow", "http.takes_long")),
        migration((2, 1), item("http.must-close", "files.must-close")),
        migration((3, 0), rule("http.client-timeout", "net.client-lifetime")),
        migration((3, 0), What::RuleRemoved { rule: "http.old".to_owned() }),
        migration((3, 0), What::OptionRemoved { rule: "net.client-lifetime".to_owned(), option: "unused".to_owned() }),
    ];
    let options = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
    Known {
        migrations: BTreeMap::from([("acme".to_owned(), list)]),
        rules: BTreeMap::from([
            ("acme.net.client-lifetime".to_owned(), options(&["lifetime", "mode"])),
            ("stdlib.http.nil-body".to_owned(), options(&[])),
        ]),
    }
}

#[test]
fn names_follow_every_rename() {
    let known = known();
    for (written, expected) in [
        ("timeout", Fate::Renamed("client-lifetime".to_owned())),
        ("http.timeout", Fate::Renamed("net.client-lifetime".to_owned())),
        ("acme.http.client-timeout", Fate::Renamed("acme.net.client-lifetime".to_owned())),
        ("client-lifetime", Fate::Stays),
        ("nil-body", Fate::Stays),
        ("http", Fate::Stays),
        ("old", Fate::Removed(String::new())),
    ] {
        assert_eq!(known.fate(written), expected, "{written}");
    }
    assert!(matches!(known.fate("client-t*"), Fate::Unclear(_)));
    assert_eq!(known.fate("*"), Fate::Stays, "it still selects the rule");
}

#[test]
fn a_name_that_means_something_else_too_is_left_to_its_author() {
    let mut known = known();
    known.rules.insert("stdlib.slo.timeout".to_owned(), BTreeSet::new());
    assert!(matches!(known.fate("timeout"), Fate::Unclear(why) if why.contains("acme.http.timeout")));
    assert_eq!(known.fate("http.timeout"), Fate::Renamed("net.client-lifetime".to_owned()));
    known.rules.insert("acme.http.timeout".to_owned(), BTreeSet::new());
    assert_eq!(known.fate("http.timeout"), Fate::Stays, "the pack has that rule again");
}

#[test]
fn configurations_keep_comments_and_order() {
    let text = "# ours\nselect = [\"recommended\", \"timeout\" ] # mind\nignore = [\n  \"old\",\n  \"nil-body\", # why\n]\n\n\
                [severity]\n\"http.timeout\" = \"error\" # bad\nnil-body = \"info\"\n\n[rules.timeout] # ours\n# thirty seconds\n\
                timeout_ms = 30000 # ms\nmode = \"strict\"\nunused = 1\n\n[rules.nil-body]\n\n[[per-path]]\npaths = [\"a\"]\n\
                select = [\"client-timeout\"]\n";
    let expected = "# ours\nselect = [\"recommended\", \"client-lifetime\" ] # mind\nignore = [\n  \"nil-body\", # why\n]\n\n\
                [severity]\n\"net.client-lifetime\" = \"error\" # bad\nnil-body = \"info\"\n\n[rules.client-lifetime] # ours\n\
                # thirty seconds\nlifetime = \"PT30S\" # ms\nmode = \"all\"\n\n[rules.nil-body]\n\n[[per-path]]\npaths = [\"a\"]\n\
                select = [\"client-lifetime\"]\n";
    let migrated = config::migrate(text, &known()).expect("TOML");
    assert_eq!(migrated.text, expected);
    assert_eq!(migrated.left, Vec::<String>::new());
    assert_eq!(migrated.done.len(), 8, "{:#?}", migrated.done);
    let again = config::migrate(&migrated.text, &known()).expect("TOML");
    assert_eq!((again.text.as_str(), again.done.len(), again.left.len()), (expected, 0, 0));
}

#[test]
fn configurations_that_need_a_hand() {
    for (text, expected) in [
        ("select = [\"client-t*\"]\n", "select: `client-t*` selected `acme.http.client-timeout`"),
        (
            "[rules.timeout]\ntimeout_ms = \"soon\"\n",
            "the value of `timeout_ms` cannot be converted for `lifetime`: it is no time",
        ),
        ("[rules.timeout]\ntimeout_ms = 1\nlifetime = \"PT1S\"\n", "which are one option now"),
        ("[rules.timeout]\n[rules.client-lifetime]\n", "which are one rule now"),
    ] {
        let migrated = config::migrate(text, &known()).expect("TOML");
        assert!(migrated.left.iter().any(|left| left.contains(expected)), "{text}: {migrated:#?}");
    }
    assert!(config::migrate("select = [", &known()).is_err());
}

#[test]
fn suppressions() {
    let text = "package p\n\nvar x = 1 //rulec:ignore timeout,nil-body why\nvar y = 2 //rulec:ignore old gone\n";
    let place = |name: &str| text.find(name).map(|at| at..at + name.len()).expect("a place");
    let migrated = suppressions::migrate(text, &[place("timeout"), place("nil-body"), place("old")], &known());
    assert_eq!(migrated.text, text.replace("timeout", "client-lifetime"));
    assert_eq!(migrated.done, ["line 3: `timeout` is now `client-lifetime`"]);
    assert!(migrated.left[0].starts_with("line 4: `old` is gone"));
}

#[test]
fn rule_files_that_use_the_pack() {
    let text = "use acme.http { is_slow, is_fast, must-close }\n\n/// About is_slow.\nrule a {\n    match call { is_slow($x) }\n    \
                where is_slow($x) and not is_fast($x)\n    report \"is_slow\"\n}\n\ninstance b = must-close(r) {\n}\n";
    let expected = "use acme.http { takes_long, is_fast }\nuse acme.files { must-close }\n\n/// About is_slow.\nrule a {\n    \
                match call { is_slow($x) }\n    where takes_long($x) and not is_fast($x)\n    report \"is_slow\"\n}\n\n\
                instance b = must-close(r) {\n}\n";
    let migrated = rules::migrate(text, &known());
    assert_eq!(migrated.text, expected);
    assert_eq!(migrated.done.len(), 2, "{:#?}", migrated.done);
    assert_eq!(rules::migrate(&migrated.text, &known()).done, Vec::<String>::new());
}
