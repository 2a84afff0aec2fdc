//! From the words of a suite's `config` to options of ours: the table `config.toml`.

use crate::suites::Suite;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The table.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// The Go version where a suite names none and brings no go.mod.
    go: String,
    /// The first entry that fits a suite counts.
    #[serde(default)]
    config: Vec<Entry>,
    /// Check and the rules that stand for it, where a suite has several.
    #[serde(default)]
    checks: BTreeMap<String, Vec<String>>,
    /// Name in the data, and rules of ours that say a part of what it means, beside the rule of that name.
    #[serde(default)]
    beside: BTreeMap<String, Vec<String>>,
    /// Checks that report one defect twice: where it begins, and where the path that shows it ends.
    #[serde(default)]
    ends: BTreeSet<String>,
    /// By module, releases that hold files which the newest one lacks, for proxies that serve no commits.
    #[serde(default)]
    releases: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    linter: String,
    /// Words that `config` consists of; absent for any.
    words: Option<String>,
    /// A part of the suite's name; absent for any.
    suite: Option<String>,
    go: Option<String>,
    /// Rule, option, value.
    #[serde(default)]
    options: toml::Table,
    /// Why the suite cannot be scored.
    untranslatable: Option<String>,
}

/// How to run a suite.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// The text of a `rulec.toml`.
    pub config: String,
    /// The Go version; `None` if the suite has a go.mod.
    pub go: Option<String>,
}

impl Translation {
    /// Reads the table.
    ///
    /// # Errors
    /// If it cannot be read or has unknown keys.
    pub fn read(path: &Path) -> Result<Translation, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// By module, releases to look into for the files of its suites.
    pub fn releases(&self) -> BTreeMap<String, Vec<String>> {
        self.releases.clone()
    }

    /// Rules of ours that say a part of what the data has under this name.
    pub fn beside(&self, rule: &str) -> &[String] {
        self.beside.get(rule).map_or(&[], Vec::as_slice)
    }

    /// How to run a suite.
    ///
    /// # Errors
    /// Why it cannot be scored: its configuration has no counterpart here.
    pub fn of(&self, suite: &Suite) -> Result<Run, String> {
        let entry = self.config.iter().find(|entry| entry.fits(suite));
        if let Some(reason) = entry.and_then(|entry| entry.untranslatable.as_ref()) {
            return Err(format!("{}: {reason}", suite.config));
        }
        let version = suite.config.strip_prefix("go=");
        if entry.is_none() && version.is_none() && !suite.config.is_empty() {
            return Err(format!("no translation of the configuration `{}`", suite.config));
        }
        let has_module = suite.fixtures.keys().chain(suite.files.keys()).any(|file| file.ends_with("go.mod"));
        let go = entry.and_then(|entry| entry.go.as_deref()).or(version).map(str::to_owned);
        let config = match entry {
            Some(entry) if !entry.options.is_empty() => {
                let rules = toml::Table::from_iter([("rules".to_owned(), entry.options.clone().into())]);
                toml::to_string(&rules).map_err(|error| error.to_string())?
            }
            _ => String::new(),
        };
        Ok(Run { config, go: go.or_else(|| (!has_module).then(|| self.go.clone())) })
    }

    /// File and line of what a rule is to report in a suite: of the checks that it stands for.
    pub fn expected(&self, suite: &Suite, rule: &str) -> BTreeSet<(String, u32)> {
        let is_own = |check: &str| match self.checks.get(check) {
            Some(rules) => rules.iter().any(|name| name == rule),
            None => true,
        };
        let own = suite.expect.iter().filter(|expectation| is_own(&expectation.check));
        own.map(|expectation| (expectation.file.clone(), expectation.line)).collect()
    }

    /// The same, of checks that report the end of a path besides its beginning.
    pub fn ends(&self, suite: &Suite) -> BTreeSet<(String, u32)> {
        let twice = suite.expect.iter().filter(|expectation| self.ends.contains(&expectation.check));
        twice.map(|expectation| (expectation.file.clone(), expectation.line)).collect()
    }
}

impl Entry {
    fn fits(&self, suite: &Suite) -> bool {
        self.linter == suite.linter
            && self.words.as_ref().is_none_or(|words| *words == suite.config)
            && self.suite.as_ref().is_none_or(|part| suite.name.contains(part.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
        go = "1.26"
        checks.other = ["other-rule"]
        [[config]]
        linter = "l"
        words = "strict"
        options.some-rule = { strict = true }
        [[config]]
        linter = "l"
        words = "odd"
        untranslatable = "we have no such thing"
    "#;

    fn suite(config: &str, fixture: &str) -> Suite {
        let json = format!(
            r#"{{"suite":"l:a","linter":"l","checks":["c"],"rules":["some-rule"],"module":"m","commit":"c",
                "files":{{"a.go":"00"}},"fixtures":{{"{fixture}":"00"}},"config":"{config}",
                "expect":[{{"check":"c","file":"a.go","line":3}},{{"check":"other","file":"a.go","line":4}}]}}"#
        );
        serde_json::from_str(&json).expect("a suite")
    }

    #[test]
    fn configurations_are_translated_or_named() {
        let table: Translation = toml::from_str(TABLE).expect("a table");
        let run = |config, fixture| table.of(&suite(config, fixture));
        assert_eq!(run("", "b.go"), Ok(Run { config: String::new(), go: Some("1.26".to_owned()) }));
        assert_eq!(run("", "go.mod"), Ok(Run { config: String::new(), go: None }));
        assert_eq!(run("go=1.4", "go.mod"), Ok(Run { config: String::new(), go: Some("1.4".to_owned()) }));
        let strict = run("strict", "b.go").expect("a translation");
        assert_eq!(strict.config.trim(), "[rules.some-rule]\nstrict = true");
        assert!(run("odd", "b.go").is_err_and(|reason| reason.contains("we have no such thing")));
        assert!(run("unheard-of", "b.go").is_err_and(|reason| reason.contains("unheard-of")));
    }

    #[test]
    fn checks_of_other_rules_are_not_expected() {
        let table: Translation = toml::from_str(TABLE).expect("a table");
        let expected = table.expected(&suite("", "b.go"), "some-rule");
        assert_eq!(expected, BTreeSet::from([("a.go".to_owned(), 3)]));
        assert_eq!(table.expected(&suite("", "b.go"), "other-rule").len(), 2);
    }
}
