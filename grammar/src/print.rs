//! Patterns to text: the canonical spelling of a pattern, as `rulec expand` shows it.
use crate::ast::Pattern;

/// The text of a pattern, without the braces around it.
pub fn pattern(pattern: &Pattern) -> String {
    let _ = pattern;
    String::new()
}
