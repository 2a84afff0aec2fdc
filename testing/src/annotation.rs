//! `// want` and `// gap` comments in Go files.
//!
//! In: a Go file that was read. Out: what its comments ask for, line by line. `// want "regex"` asks for a finding on its
//! line whose message matches; several expressions ask for several findings; `// want rule "regex"` names the rule.
//! `// gap rule: why` says that a finding is missing there and known to be.

use rulec_gofront::File;
use rulec_tree::{Node, Span};

/// What a comment asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The line, from 1.
    pub line: u32,
    /// Where the comment stands.
    pub span: Span,
    /// The rule, by id or last segment, if it is named.
    pub rule: Option<String>,
    /// What is asked.
    pub asks: Asks,
}

/// What an [`Annotation`] asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// A finding whose message matches this expression; any message without one.
    Want(Option<String>),
    /// No finding, though there should be one.
    Gap,
}

/// A comment that begins like an annotation and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// Where it stands.
    pub span: Span,
    /// What is wrong with it.
    pub reason: String,
}

/// The annotations of a file, in source order.
///
/// # Errors
/// The first comment that is malformed.
pub fn annotations(file: &File, source: &str) -> Result<Vec<Annotation>, Malformed> {
    let mut all = Vec::new();
    for comment in comments(file) {
        let span = file.tree.span(comment);
        let text = source.get(span.range()).unwrap_or_default();
        let Some((word, rest)) = marked(text) else { continue };
        let (line, _) = file.lines.position(span.start);
        let malformed = |reason: &str| Malformed { span, reason: reason.to_owned() };
        let asked = if word == "want" { wants(rest).map_err(malformed)? } else { vec![gap(rest).map_err(malformed)?] };
        all.extend(asked.into_iter().map(|(rule, asks)| Annotation { line, span, rule, asks }));
    }
    Ok(all)
}

/// The comments of a file, in source order.
pub fn comments(file: &File) -> impl Iterator<Item = Node> {
    file.tree.nodes().filter(|&node| file.tree.kind(node) == rulec_tree::Kind::Comment)
}

/// The word `want` or `gap` and what follows it. The mark stands at the start of the comment, or behind the text of a
/// comment that is itself what the rule is about: `// go:generate x // want "space"`.
fn marked(comment: &str) -> Option<(&'static str, &str)> {
    let inner = comment.strip_prefix("/*").and_then(|rest| rest.strip_suffix("*/"));
    if let Some(inner) = inner {
        return ["want", "gap"].into_iter().find_map(|word| Some((word, after_word(inner.trim_start(), word)?)));
    }
    let marks = comment.match_indices("//").filter_map(|(at, mark)| {
        let rest = comment[at + mark.len()..].trim_start();
        ["want", "gap"].into_iter().find_map(|word| Some((word, after_word(rest, word)?)))
    });
    marks.last()
}

fn after_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    text.strip_prefix(word).filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])).map(str::trim)
}

type Asked = (Option<String>, Asks);

/// `"a" "b"`, `rule "a"`, `rule`, `rule "a" other "b"`.
fn wants(text: &str) -> Result<Vec<Asked>, &'static str> {
    let mut wants = Vec::new();
    let mut rule: Option<String> = None;
    // Whether the rule named last still waits for its expression.
    let mut waits = false;
    let mut rest = text;
    while !rest.is_empty() {
        if rest.starts_with(['"', '`']) {
            let (regex, behind) = string(rest).ok_or("the string does not end")?;
            wants.push((rule.clone(), Asks::Want(Some(regex))));
            waits = false;
            rest = behind.trim_start();
        } else {
            let (name, behind) = rest.split_at(rest.find([' ', '\t', '"', '`']).unwrap_or(rest.len()));
            if !is_rule_name(name) {
                return Err("expected the name of a rule or a regular expression in quotes");
            }
            if waits {
                wants.push((rule.take(), Asks::Want(None)));
            }
            rule = Some(name.to_owned());
            waits = true;
            rest = behind.trim_start();
        }
    }
    if waits {
        wants.push((rule, Asks::Want(None)));
    }
    if wants.is_empty() {
        Err("`want` asks for nothing: name a rule, or give a regular expression in quotes")
    } else {
        Ok(wants)
    }
}

fn gap(text: &str) -> Result<Asked, &'static str> {
    let (rule, why) = text.split_once(':').ok_or("a gap is written `gap rule: why`")?;
    if !is_rule_name(rule.trim()) || why.trim().is_empty() {
        return Err("a gap is written `gap rule: why`");
    }
    Ok((Some(rule.trim().to_owned()), Asks::Gap))
}

fn is_rule_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// A Go string at the start of `text`, and what follows. Escapes that Go does not have are those of the regular
/// expression: `"\."` is `\.`.
fn string(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    let inner = &text[quote.len_utf8()..];
    if quote == '`' {
        return inner.split_once('`').map(|(raw, rest)| (raw.to_owned(), rest));
    }
    let mut value = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return Some((value, &inner[at + 1..])),
            '\\' => match characters.next()?.1 {
                escaped @ ('"' | '\\') => value.push(escaped),
                'n' => value.push('\n'),
                't' => value.push('\t'),
                other => value.extend(['\\', other]),
            },
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn want(rule: Option<&str>, regex: Option<&str>) -> Asked {
        (rule.map(str::to_owned), Asks::Want(regex.map(str::to_owned)))
    }

    #[test]
    fn reads_wants() {
        let cases = [
            (r#""a b""#, vec![want(None, Some("a b"))]),
            (r#""a" `b\.`"#, vec![want(None, Some("a")), want(None, Some(r"b\."))]),
            (r#"nil-body "a""#, vec![want(Some("nil-body"), Some("a"))]),
            ("nil-body", vec![want(Some("nil-body"), None)]),
            (r#"a b "x""#, vec![want(Some("a"), None), want(Some("b"), Some("x"))]),
            (r#""say \"hi\" \d\\.""#, vec![want(None, Some(r#"say "hi" \d\."#))]),
        ];
        for (text, expected) in cases {
            assert_eq!(wants(text), Ok(expected), "{text}");
        }
        for text in ["", "\"a", "it to be (quick)", "`a"] {
            assert!(wants(text).is_err(), "{text}");
        }
    }

    #[test]
    fn finds_the_mark() {
        assert_eq!(marked("// want \"a\""), Some(("want", "\"a\"")));
        assert_eq!(marked("//want a"), Some(("want", "a")));
        assert_eq!(marked("/* want \"a\" */"), Some(("want", "\"a\"")));
        assert_eq!(marked("// go:generate x // want \"a\""), Some(("want", "\"a\"")));
        assert_eq!(marked("// gap r: why"), Some(("gap", "r: why")));
        assert_eq!(marked("// we want this"), None);
        assert_eq!(marked("// wanted: one"), None);
    }

    #[test]
    fn a_gap_names_rule_and_reason() {
        assert_eq!(gap("a-b: not yet"), Ok((Some("a-b".to_owned()), Asks::Gap)));
        assert!(gap("a-b").is_err() && gap(": why").is_err() && gap("a:").is_err());
    }
}
