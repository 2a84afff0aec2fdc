//! What comments waive, and what is said of them.

use super::*;
use crate::suppress::{Linter, MALFORMED, Suppressions};

#[test]
fn suppressions_cover_what_they_stand_at() {
    for (body, expected, suppressed) in [
        ("bad(1) //rulec:ignore bad why", &[][..], 1),
        ("bad(1) //rulec:ignore test.calls.bad", &[], 1),
        ("bad(1) //rulec:ignore calls.*", &[], 1),
        (
            "bad(1) //rulec:ignore plain,bad",
            &["4:24 rulec.suppression.unused: the suppression of `plain` hides nothing"],
            1,
        ),
        (
            "bad(1) //rulec:ignore plain, bad why",
            &["4:24 rulec.suppression.unused: the suppression of `plain` hides nothing"],
            1,
        ),
        ("//rulec:ignore bad\n\tbad(1)", &[], 1),
        ("//rulec:ignore bad\n\t// why\n\tif x {\n\t\tbad(1)\n\t}\n\tbad(2)", &["9:2 bad: call of bad"], 1),
        (
            "//rulec:ignore bad\n\n\tbad(1)",
            &["4:17 rulec.suppression.unused: the suppression of `bad` hides nothing", "6:2 bad: call of bad"],
            0,
        ),
        ("bad(1) // see rulec:ignore bad", &["4:2 bad: call of bad"], 0),
        ("bad(1) // rulec:ignore is explained elsewhere", &["4:2 bad: call of bad"], 0),
        ("bad(1) //rulec:ignored bad", &["4:2 bad: call of bad"], 0),
        (
            "good(1) //rulec:ignore nonsense",
            &["4:25 rulec.suppression.unknown: there is no rule `nonsense` to suppress"],
            0,
        ),
        (
            "good(1) //rulec:ignore",
            &["4:10 rulec.suppression.malformed: the suppression names no rule: write `//rulec:ignore RULE reason`"],
            0,
        ),
        ("_ = \"//rulec:ignore\"", &[], 0),
    ] {
        let outcome = checked("x.go", &format!("package p\n\nfunc f() {{\n\t{body}\n}}\n"));
        assert_eq!(shown(&outcome), expected, "{body}");
        assert_eq!(outcome.suppressed.len(), suppressed, "{body}");
    }
    let outcome =
        checked("x.go", "//rulec:ignore-file bad all of it\npackage p\n\nfunc f() { bad(1); bad(2); plain(3) }\n");
    assert_eq!((shown(&outcome), outcome.suppressed.len()), (vec!["4:28 plain: call of plain".to_owned()], 2));
    let spaced = checked("x.go", "package p\n\nfunc f() {\n\tbad(1) // rulec:ignore bad\n}\n");
    assert_eq!(spaced.findings[1].rule_id.as_ref(), MALFORMED);
}

/// The outcome of a body under a policy about suppressions.
fn checked_under(policy: &Suppressions, source: &str) -> Outcome {
    let rules = rules().with_suppressions(policy.clone());
    job(&rules, &[], |_| {}, |job| check_source(job, &target("x.go"), source.as_bytes()))
}

#[test]
fn what_is_suppressed_is_kept_with_its_reason() {
    let outcome = checked("x.go", "package p\n\nfunc f() {\n\tbad(1)\n\tbad(1) //rulec:ignore bad why not\n}\n");
    let [suppressed] = &outcome.suppressed[..] else { panic!("{:?}", outcome.suppressed) };
    assert_eq!((suppressed.finding.start.line, suppressed.reason.as_deref()), (5, Some("why not")));
    assert_eq!((suppressed.start.column, suppressed.end.column), (9, 35));
    let both = checked("x.go", "package p\n\nfunc f() {\n\tbad(1)\n\tbad(1)\n}\n");
    assert_eq!(
        suppressed.finding.fingerprint, both.findings[1].fingerprint,
        "waiving one keeps the others as they are"
    );
}

#[test]
fn nolint_is_understood_where_it_is_asked_for() {
    let linter = |name: &str, rules: &[&str]| Linter {
        name: name.to_owned(),
        rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
    };
    let linters = vec![linter("first-linter", &["bad", "no-such-rule"]), linter("second", &["plain"])];
    let policy = Suppressions { nolint: Some(linters), ..Suppressions::default() };
    let left = |source: &str| {
        let outcome = checked_under(&policy, source);
        (shown(&outcome).len(), outcome.suppressed.len())
    };
    for (body, expected) in [
        ("bad(1) //nolint", (0, 1)),
        ("bad(1) //nolint:all", (0, 1)),
        ("bad(1) //nolint:First-Linter // why", (0, 1)),
        ("bad(1) //nolint:second,first-linter", (0, 1)),
        ("bad(1) //nolint:second", (1, 0)),
        ("bad(1) //nolint:plain,calls.bad,bad", (0, 1)),
        ("bad(1) //nolint:nobody", (1, 0)),
        ("bad(1) // nolint is not for this", (1, 0)),
        ("good(1) //nolint", (0, 0)),
        ("//nolint:first-linter\n\tif x {\n\t\tbad(1)\n\t\tplain(1)\n\t}\n\tbad(2)", (2, 1)),
    ] {
        assert_eq!(left(&format!("package p\n\nfunc f() {{\n\t{body}\n}}\n")), expected, "{body}");
    }
    let function =
        "package p\n\n// Doc.\n//\n//nolint:first-linter // why\nfunc f() {\n\tbad(1)\n}\n\nfunc g() { bad(1) }\n";
    assert_eq!(left(function), (1, 1), "above a declaration");
    assert_eq!(
        left("//nolint:first-linter\npackage p\n\nfunc f() { bad(1); plain(1) }\n"),
        (1, 1),
        "above the package"
    );
    assert_eq!(left("//nolint\n\npackage p\n\nfunc f() { bad(1) }\n"), (1, 0), "a blank line is between");
    let off = checked("x.go", "package p\n\nfunc f() { bad(1) } //nolint\n");
    assert_eq!((off.findings.len(), off.suppressed.len()), (1, 0), "nobody asked for it");
}

#[test]
fn a_reason_can_be_demanded() {
    let policy = Suppressions { require_reason: true, nolint: Some(Vec::new()) };
    let lacking = "3:19 rulec.suppression.no-reason: the suppression gives no reason, so it hides nothing: write why behind the \
                   name of the rule";
    for (comment, expected) in [
        ("//rulec:ignore bad why", &[][..]),
        ("//nolint // why", &[]),
        ("//rulec:ignore bad", &["3:12 bad: call of bad", lacking]),
        ("//nolint", &["3:12 bad: call of bad", lacking]),
    ] {
        let outcome = checked_under(&policy, &format!("package p\n\nfunc f() {{ bad(1) {comment}\n}}\n"));
        assert_eq!(shown(&outcome), expected, "{comment}");
    }
    let elsewhere = checked_under(&policy, "package p\n\nfunc f() { good(1) } //nolint\n");
    assert_eq!(shown(&elsewhere), [""; 0], "a comment for other linters that hides nothing of ours");
    let mistyped = checked("x.go", "package p\n\nfunc f() {} //rulec:ignore plian why\n");
    assert_eq!(
        shown(&mistyped),
        ["3:28 rulec.suppression.unknown: there is no rule `plian` to suppress; there is `plain`"]
    );
}

#[test]
fn a_suppression_of_a_rule_that_is_off_is_not_unused() {
    let rules = rules();
    let off = vec![vec![RuleSetting { enabled: false, severity: Severity::Error }; 4]];
    let source = b"package p\n\nfunc f() {} //rulec:ignore bad\n";
    let outcome = job(
        &rules,
        &[],
        |_| {},
        |job| {
            let job = Job { settings: &off, ..*job };
            check_source(&job, &target("x.go"), source)
        },
    );
    assert_eq!(shown(&outcome), [""; 0]);
}
