//! Which rules say what other linters say, for `//nolint:LINTER`.
//!
//! In: the tables of `docs/other-linters.md`, part of the binary, so that what is documented is what happens. Out: one
//! [`Linter`] for each name that golangci-lint knows a linter of the page by.

use rulec_runtime::suppress::Linter;
use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../docs/other-linters.md");

/// The linters of the page, by name.
pub fn known() -> Vec<Linter> {
    let mut rules: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut section = "";
    for line in PAGE.lines() {
        section = line.strip_prefix("## ").unwrap_or(section);
        if let [_, check, beside, ..] = line.split('|').collect::<Vec<_>>()[..] {
            for name in names(section, check) {
                rules.entry(name).or_default().extend(code(beside));
            }
        }
    }
    rules.into_iter().map(|(name, rules)| Linter { name, rules }).filter(|linter| !linter.rules.is_empty()).collect()
}

/// The names that golangci-lint has for the linter of a row.
fn names(section: &str, check: &str) -> Vec<String> {
    let of_staticcheck = |other: &str| vec!["staticcheck".to_owned(), other.to_owned()];
    match section {
        "go vet" => vec!["govet".to_owned()],
        "staticcheck" if check.contains("`ST") => of_staticcheck("stylecheck"),
        "staticcheck" if check.contains("`S1") => of_staticcheck("gosimple"),
        "staticcheck" | "gosec" | "errcheck" => vec![section.to_owned()],
        "More linters of golangci-lint" => code(check).collect(),
        _ => Vec::new(),
    }
}

/// What stands between backquotes.
fn code(cell: &str) -> impl Iterator<Item = String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_understood() {
        let linters = known();
        let of = |name: &str| linters.iter().find(|linter| linter.name == name).map_or(&[][..], |one| &one.rules);
        let has = |name: &str, rule: &str| of(name).iter().any(|one| one == rule);
        assert!(
            has("govet", "lost-cancel") && has("errcheck", "unchecked-error") && has("bodyclose", "body-not-closed")
        );
        assert!(has("gosec", "sql-injection") && has("staticcheck", "deprecated-use"));
        assert!(has("gosimple", "bool-simplify") && has("staticcheck", "bool-simplify"));
        assert!(has("stylecheck", "dot-import") && !has("stylecheck", "bool-simplify"));
        assert!(linters.len() > 40, "only {} linters", linters.len());
    }
}
