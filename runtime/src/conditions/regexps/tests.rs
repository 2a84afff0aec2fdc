//! What package regexp says of the same expressions.

use super::*;

fn value(text: &str) -> Value {
    Value::Str(text.as_bytes().to_vec())
}

fn reason(expression: &str) -> Option<String> {
    errors(Some(&value(expression))).map(|reason| reason.shown())
}

#[test]
fn expressions_are_valid_or_not() {
    for valid in [
        "",
        "a",
        "a|b",
        "|",
        "(|a)",
        "a*?",
        "a{2}",
        "a{2,}?",
        "a{,2}",
        "a{02}",
        "{",
        "a{x}",
        "^*",
        "(?i)a",
        "(?i-s:a)",
        "(?:a)*",
        "(?P<n>a)(?<m>b)",
        "[]a]",
        "[^]a]",
        "[a-]",
        "[-a]",
        "[a-z-9]",
        "[[:alpha:]]",
        "[[:^digit:]x]",
        r"[\d\pL]",
        r"\x7F\x{10FFFF}",
        r"\012\0",
        r"\.\_\-",
        r"\Qa*b",
        r"\Qa\E*",
        r"\bé\B",
        "(a{10}){100}",
        "[a[:b]",
        "(?i)",
    ] {
        assert_eq!(reason(valid).as_deref(), Some(""), "{valid}");
    }
    for (invalid, why) in [
        ("(", "missing closing )"),
        ("a)", "unexpected )"),
        ("[a", "missing closing ]"),
        ("[z-a]", "invalid character class range"),
        (r"[a-\d]", "invalid character class range"),
        ("[[:foo:]]", "invalid character class range"),
        ("*a", "missing argument to repetition operator"),
        ("a|*", "missing argument to repetition operator"),
        ("(?i)*", "missing argument to repetition operator"),
        ("a**", "invalid nested repetition operator"),
        ("a{2}{3}", "invalid nested repetition operator"),
        ("a{1001}", "invalid repeat count"),
        ("a{3,2}", "invalid repeat count"),
        ("a{99999999999}", "invalid repeat count"),
        ("(a{100}){100}", "invalid repeat count"),
        (r"\", "trailing backslash"),
        (r"\8", "invalid escape sequence"),
        (r"(a)\1", "invalid escape sequence"),
        (r"\y", "invalid escape sequence"),
        (r"\é", "invalid escape sequence"),
        (r"\x{110000}", "invalid escape sequence"),
        (r"\x1", "invalid escape sequence"),
        ("(?=a)", "invalid or unsupported Perl syntax"),
        ("(?", "invalid or unsupported Perl syntax"),
        ("(?i-)", "invalid or unsupported Perl syntax"),
        ("(?P<>a)", "invalid named capture"),
        ("(?P<n>a)(?P<n>b)", "duplicate capture group name"),
    ] {
        let reason = reason(invalid).unwrap();
        assert!(reason.starts_with(why), "{invalid}: {reason}");
    }
    assert_eq!(reason(r"\p{Greek}"), None);
    assert!(reason(&"(".repeat(2000)).is_some_and(|reason| reason.starts_with("expression nests too deeply")));
    assert_eq!(errors(Some(&Value::Str(vec![0xff]))).unwrap().shown(), "invalid UTF-8");
    assert!(errors(Some(&Value::Int(1))).is_none());
}

#[test]
fn parts_come_before_what_they_consist_of() {
    let shown = |expression: &str| {
        let Some(Value::List(all)) = parts(Some(&value(expression))) else { panic!("{expression}") };
        let one = |part: &Value| format!("{} {}", kind(Some(part)).unwrap().shown(), part.shown());
        all.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(shown("a|"), "alternation a|, char a, sequence ");
    assert_eq!(
        shown("^(?:ab+)$"),
        "sequence ^(?:ab+)$, begin ^, group (?:ab+), sequence ab+, char a, repeat b+, char b, end $"
    );
    assert_eq!(shown(r"[a-f\d.]"), r"class [a-f\d.], range a-f, class \d, char .");
    assert_eq!(
        shown("(a|b)*?|c"),
        "alternation (a|b)*?|c, repeat (a|b)*?, capture (a|b), alternation a|b, char a, char b, char c"
    );
    assert_eq!(shown("(?i).\\b"), "sequence (?i).\\b, flags (?i), any ., boundary \\b");
}

#[test]
fn characters_and_classes_overlap_or_not() {
    let members = |class: &str| match parts(Some(&value(class))) {
        Some(Value::List(all)) => (all[1].clone(), all[2].clone()),
        _ => panic!("{class}"),
    };
    for (class, expected) in [
        ("[a-fc]", Tri::Yes),
        (r"[a\x61]", Tri::Yes),
        ("[a-fg]", Tri::No),
        (r"[\w_]", Tri::Yes),
        (r"[\s\v]", Tri::No),
        (r"[\D5]", Tri::No),
        (r"[\De]", Tri::Yes),
        (r"[\w\W]", Tri::No),
        ("[[:alpha:]z]", Tri::Yes),
        ("[[:^alpha:]z]", Tri::No),
        (r"[\pLz]", Tri::Unknown),
    ] {
        let (first, second) = members(class);
        assert_eq!(overlap(Some(&first), Some(&second)), expected, "{class}");
        assert_eq!(overlap(Some(&second), Some(&first)), expected, "{class}");
    }
    assert_eq!(start(Some(&members("[a-fc]").1)).unwrap().shown(), "4");
}

#[test]
fn flags_hold_to_the_end_of_their_group() {
    let shown = |expression: &str, kind_of: &str| {
        let Some(Value::List(all)) = parts(Some(&value(expression))) else { panic!("{expression}") };
        let of = |part: &Value, which: fn(&Flags) -> &[char]| flags(Some(part), which).unwrap().shown();
        let wanted = all.iter().filter(|part| kind(Some(part)).unwrap().shown() == kind_of);
        let one = |part: &Value| {
            format!(
                "{}+{}-{}",
                of(part, |flags| &flags.before),
                of(part, |flags| &flags.set),
                of(part, |flags| &flags.cleared)
            )
        };
        wanted.map(one).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown("(?i)(?i-m)(?-i)", "flags"), "+i- i+i-m i+-i");
    assert_eq!(shown("((?s)a)(?m:b(?i))(?U)", "flags"), "+s- m+i- +U-");
    assert_eq!(shown("(?s)(?m:b)(?:c)", "group"), "s+m- s+-");
    assert_eq!(shown("(?m)a^", "begin"), "m+-");
}
