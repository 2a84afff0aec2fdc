//! Selectors: words that stand for rules, on the command line and in `rulec.toml`.
//!
//! A selector is the id of a rule (`stdlib.http.nil-body`), its last segment (`nil-body`), a family (`http`,
//! `stdlib.http`), a pack (`stdlib`), a tag, a severity, a level, or a glob over ids and last segments (`http.*`,
//! `nil-*`). One word may stand for several of these; it then selects the rules of all.

use rulec_grammar::words::nearest;
use rulec_plan::manifest::{Level, RuleMeta, Severity};

/// Whether the selector stands for this rule.
pub fn selects(selector: &str, rule: &RuleMeta) -> bool {
    if selector.contains(['*', '?']) {
        return names(rule).any(|name| fits(selector, name));
    }
    names(rule).any(|name| name == selector)
        || groups(rule).any(|group| group == selector)
        || rule.severity.text() == selector
        || level_word(rule.level) == selector
        || rule.tags.iter().any(|tag| tag == selector)
}

/// Whether the selector names the rule with this id: it is the id or an end of it, or a glob that fits one.
pub fn selects_id(selector: &str, id: &str) -> bool {
    let is_glob = selector.contains(['*', '?']);
    suffixes(id).any(|name| if is_glob { fits(selector, name) } else { name == selector })
}

/// Whether the selector is one of the words that always mean something, even if no rule is of that kind.
pub(crate) fn is_word(selector: &str) -> bool {
    WORDS.contains(&selector)
}

/// The selector that was probably meant.
pub(crate) fn suggest<'a>(selector: &str, rules: impl Iterator<Item = &'a RuleMeta> + Clone) -> Option<&'a str> {
    let names = rules.clone().flat_map(|rule| names(rule).chain(groups(rule)));
    let tags = rules.flat_map(|rule| rule.tags.iter().map(String::as_str));
    nearest(selector, names.chain(tags).chain(WORDS.iter().copied()))
}

/// The severity with this name.
pub(crate) fn severity(word: &str) -> Option<Severity> {
    SEVERITIES.into_iter().find(|&severity| severity.text() == word)
}

pub(crate) const SEVERITY_WORDS: [&str; 3] = ["error", "warning", "info"];

const WORDS: [&str; 6] = ["error", "warning", "info", "recommended", "strict", "pedantic"];

const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

/// The word for a level.
pub fn level_word(level: Level) -> &'static str {
    match level {
        Level::Recommended => "recommended",
        Level::Strict => "strict",
        Level::Pedantic => "pedantic",
    }
}

/// `stdlib.http.nil-body`, `http.nil-body`, `nil-body`.
fn names(rule: &RuleMeta) -> impl Iterator<Item = &str> {
    suffixes(&rule.id)
}

/// `stdlib.http`, `http`, and the pack, `stdlib`.
fn groups(rule: &RuleMeta) -> impl Iterator<Item = &str> {
    let group = rule.id.rsplit_once('.').map_or("", |(group, _)| group);
    suffixes(group).chain(group.split('.').next())
}

fn suffixes(dotted: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(dotted), |rest| rest.split_once('.').map(|(_, rest)| rest))
}

/// Whether the glob fits the whole text: `*` stands for any text, `?` for one character. Time is O(|glob| · |text|).
fn fits(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut g, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match glob.get(g) {
            Some('*') => {
                star = Some((g, t));
                g += 1;
            }
            Some(&c) if c == '?' || c == text[t] => (g, t) = (g + 1, t + 1),
            _ => match star {
                // The last star takes one character more.
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    (g, t) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_fit_whole_names() {
        for (glob, text, expected) in [
            ("*", "", true),
            ("http.*", "http.nil-body", true),
            ("http.*", "xhttp.nil-body", false),
            ("*-body", "nil-body", true),
            ("*a*b", "xaab", true),
            ("*a*b", "xaba", false),
            ("n?l", "nil", true),
            ("n?l", "nl", false),
            ("a**c", "abbc", true),
        ] {
            assert_eq!(fits(glob, text), expected, "{glob} {text}");
        }
    }
}
