//! Versions of the Go language and of modules.
//!
//! In: their text. Out: an order, and names for folders of the module cache.
//!
//! Source: the Go Modules Reference, "Versions" and "Module cache"; the Go toolchain documentation, "Go versions".

use std::cmp::Ordering;

/// A language version: `1.22`. Patch releases do not change the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoVersion {
    /// 1, so far.
    pub major: u32,
    /// 22 of `1.22`.
    pub minor: u32,
}

impl GoVersion {
    /// Reads `1.22`, `go1.22`, `1.22.3` or `1.23rc1`.
    pub fn parse(text: &str) -> Option<GoVersion> {
        let text = text.strip_prefix("go").unwrap_or(text);
        let (major, rest) = text.split_once('.').unwrap_or((text, "0"));
        let minor = &rest[..rest.bytes().take_while(u8::is_ascii_digit).count()];
        Some(GoVersion { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }

    /// Whether it is `1.minor` or later.
    pub fn is_at_least(self, minor: u32) -> bool {
        self >= GoVersion { major: 1, minor }
    }
}

impl std::fmt::Display for GoVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The order of two module versions. Pseudo-versions and `+incompatible` need no care of their own: the former are
/// pre-releases, the latter is build metadata. What is no version comes before all that are.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    match (semantic(a), semantic(b)) {
        (Some(a), Some(b)) => a.cmp_precedence(&b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// Whether `text` is a full version, as a go.mod has to have it.
pub(crate) fn is_version(text: &str) -> bool {
    semantic(text).is_some()
}

fn semantic(text: &str) -> Option<semver::Version> {
    semver::Version::parse(text.strip_prefix('v')?).ok()
}

/// A module path or version as the module cache writes it, on file systems that may ignore case: `!azure` for `Azure`.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 2);
    for character in text.chars() {
        if character.is_ascii_uppercase() {
            escaped.push('!');
        }
        escaped.push(character.to_ascii_lowercase());
    }
    escaped
}

/// The inverse of [`escape`]; `None` if `text` is nothing that it makes.
pub(crate) fn unescape(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '!' => plain.push(characters.next().filter(char::is_ascii_lowercase)?.to_ascii_uppercase()),
            _ if character.is_ascii_uppercase() => return None,
            _ => plain.push(character),
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_versions_ignore_patches() {
        for (text, shown) in [("1.22", "1.22"), ("go1.9", "1.9"), ("1.22.3", "1.22"), ("1.23rc1", "1.23"), ("2", "2.0")]
        {
            assert_eq!(GoVersion::parse(text).map(|version| version.to_string()).as_deref(), Some(shown), "{text}");
        }
        assert_eq!(GoVersion::parse("x"), None);
        assert_eq!(GoVersion::parse("1.x"), None);
        assert!(GoVersion::parse("1.9") < GoVersion::parse("1.10"));
    }

    #[test]
    fn module_versions_are_ordered() {
        let ordered = [
            "master",
            "v0.0.0-20190101000000-abcdefabcdef",
            "v0.0.0-20200101000000-000000000000",
            "v0.0.0",
            "v1.2.3-0.20200101000000-abcdefabcdef",
            "v1.2.3-alpha",
            "v1.2.3-rc.2",
            "v1.2.3-rc.10",
            "v1.2.3",
            "v1.2.10",
            "v2.0.0+incompatible",
            "v10.0.0",
        ];
        for pair in ordered.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(compare("v1.0.0+incompatible", "v1.0.0"), Ordering::Equal);
        assert!(!is_version("v1.2") && !is_version("1.2.3") && is_version("v1.2.3+incompatible"));
    }

    #[test]
    fn upper_case_is_escaped_both_ways() {
        assert_eq!(escape("github.com/Azure/azure-SDK"), "github.com/!azure/azure-!s!d!k");
        assert_eq!(unescape("github.com/!azure/azure-!s!d!k").as_deref(), Some("github.com/Azure/azure-SDK"));
        assert_eq!(unescape("a!"), None);
        assert_eq!(unescape("a!1"), None);
        assert_eq!(unescape("Azure"), None);
    }
}
