//! One `rulec.toml`: its keys, their types, and every mistake at its place.

use crate::dependency::Dependency;
use crate::glob::Globs;
use crate::option::Written;
use crate::schema::{self, names};
use crate::selector::{SEVERITY_WORDS, severity};
use crate::table::{self, Table, TableReader, Value, in_order, span_of};
use rulec_grammar::ast::{Name, Spanned};
use rulec_grammar::codes::{E0803, E0804};
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_grammar::words::nearest;
use rulec_plan::manifest::Severity;
use std::path::{Path, PathBuf};

/// A configuration as written. Names of rules are not resolved yet; [`crate::select`] does.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file among the sources of the run, for diagnostics.
    pub file: FileId,
    /// Its folder, absolute; what paths in it are relative to. [`read`] leaves it empty.
    pub folder: PathBuf,
    /// The configurations that it starts from, relative to its folder.
    pub extends: Vec<Name>,
    /// What replaces the default selection.
    pub select: Option<Vec<Name>>,
    /// What is switched off after it.
    pub ignore: Vec<Name>,
    /// Selector and severity, in the order written; later lines win.
    pub severity: Vec<(Name, Severity)>,
    /// Options of rules: `[rules.NAME]`.
    pub options: Vec<RuleOptions>,
    /// Rule files and folders, relative to the configuration's folder.
    pub rule_paths: Vec<Name>,
    /// Which files are checked.
    pub files: Files,
    /// What differs for some paths, in the order written.
    pub per_path: Vec<PathRules>,
    /// What comments may waive.
    pub suppressions: Suppressions,
    /// Packs of other teams: `[packs]`.
    pub packs: Vec<Dependency>,
    /// The index folder of those that do not say where they are, relative to the configuration's folder.
    pub index: Option<Name>,
}

/// The table `[rules.NAME]`.
#[derive(Clone, Debug)]
pub struct RuleOptions {
    /// The rule, by id or last segment.
    pub rule: Name,
    /// Option and value as written.
    pub values: Vec<(Name, Spanned<Written>)>,
}

/// The table `[files]`.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// If not empty, only these are checked.
    pub include: Globs,
    /// These are not.
    pub exclude: Globs,
    /// Whether `_test.go` files are checked.
    pub tests: Option<bool>,
    /// Whether `vendor` folders are.
    pub vendor: Option<bool>,
    /// Whether `testdata` folders are.
    pub testdata: Option<bool>,
    /// Whether generated files are.
    pub generated: Option<bool>,
    /// Whether `.gitignore` is followed.
    pub gitignore: Option<bool>,
}

/// The table `[suppressions]`: what comments may waive.
#[derive(Clone, Copy, Debug, Default)]
pub struct Suppressions {
    /// Whether a comment without a reason waives nothing.
    pub require_reason: Option<bool>,
    /// Whether `//nolint` comments are understood.
    pub nolint: Option<bool>,
}

/// One `[[per-path]]`: what differs below some paths.
#[derive(Clone, Debug)]
pub struct PathRules {
    /// The paths, relative to the configuration's folder.
    pub paths: Globs,
    /// What is switched on besides.
    pub select: Vec<Name>,
    /// What is switched off after that.
    pub ignore: Vec<Name>,
    /// Selector and severity, in the order written; later lines win.
    pub severity: Vec<(Name, Severity)>,
}

/// The nearest `rulec.toml` in `folder` or above it.
pub fn find(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find_map(find_in)
}

/// The `rulec.toml` in `folder`, if there is one.
pub fn find_in(folder: &Path) -> Option<PathBuf> {
    Some(folder.join(FILE_NAME)).filter(|path| path.is_file())
}

/// The name of configurations that hold for the folder in which they stand.
pub const FILE_NAME: &str = "rulec.toml";

/// Reads the text of a configuration. Never fails: what has a mistake is left out, and `sink` hears of it.
pub fn read(text: &str, file: FileId, sink: &mut Sink) -> Config {
    let table = table::parse(text, file, sink);
    TableReader { file, sink }.config(table.get_ref())
}

/// The keys of a configuration.
impl TableReader<'_> {
    fn config(&mut self, table: Table<'_, '_>) -> Config {
        let mut config = Config { file: self.file, ..Config::default() };
        for (key, value) in in_order(table) {
            match key.value.as_str() {
                "extends" => config.extends = self.strings(value).unwrap_or_default(),
                "select" => config.select = self.strings(value),
                "ignore" => config.ignore = self.strings(value).unwrap_or_default(),
                "severity" => config.severity = self.severities(value),
                "rule-paths" => config.rule_paths = self.strings(value).unwrap_or_default(),
                "rules" => config.options = self.options(value),
                "files" => config.files = self.files(value),
                "per-path" => config.per_path = self.per_path(value),
                "suppressions" => config.suppressions = self.suppressions(value),
                "packs" => config.packs = self.dependencies(value),
                "index" => config.index = self.string(value),
                _ => self.unknown_key(&key, "a configuration", &names(schema::CONFIGURATION)),
            }
        }
        config
    }

    fn options(&mut self, value: Value<'_, '_>) -> Vec<RuleOptions> {
        if value.get_ref().is_array() {
            let span = span_of(value.span());
            let fault = self.sink.error(E0803, self.file, span, "`rules` is a table of the options of rules");
            fault.help("paths of rule files stand in `rule-paths = [\"rules/\"]`".to_owned());
            return Vec::new();
        }
        let mut options = Vec::new();
        for (rule, value) in self.entries(value) {
            let values = self.entries(value).into_iter().map(|(name, value)| (name, written(value))).collect();
            options.push(RuleOptions { rule, values });
        }
        options
    }

    fn files(&mut self, value: Value<'_, '_>) -> Files {
        let mut files = Files::default();
        for (key, value) in self.entries(value) {
            match key.value.as_str() {
                "include" => files.include = self.globs(value),
                "exclude" => files.exclude = self.globs(value),
                "tests" => files.tests = self.bool(value),
                "vendor" => files.vendor = self.bool(value),
                "testdata" => files.testdata = self.bool(value),
                "generated" => files.generated = self.bool(value),
                "gitignore" => files.gitignore = self.bool(value),
                _ => self.unknown_key(&key, "`[files]`", &names(schema::FILES)),
            }
        }
        files
    }

    fn suppressions(&mut self, value: Value<'_, '_>) -> Suppressions {
        let mut suppressions = Suppressions::default();
        for (key, value) in self.entries(value) {
            match key.value.as_str() {
                "require-reason" => suppressions.require_reason = self.bool(value),
                "nolint" => suppressions.nolint = self.bool(value),
                _ => self.unknown_key(&key, "`[suppressions]`", &names(schema::SUPPRESSIONS)),
            }
        }
        suppressions
    }

    fn per_path(&mut self, value: Value<'_, '_>) -> Vec<PathRules> {
        let Some(items) = value.get_ref().as_array() else {
            self.expected(value, "a list of tables, each `[[per-path]]`");
            return Vec::new();
        };
        items.iter().map(|item| self.path_rules(item)).collect()
    }

    fn path_rules(&mut self, value: Value<'_, '_>) -> PathRules {
        let mut rules = PathRules { paths: Globs::default(), select: vec![], ignore: vec![], severity: vec![] };
        for (key, value) in self.entries(value) {
            match key.value.as_str() {
                "paths" => rules.paths = self.globs(value),
                "select" => rules.select = self.strings(value).unwrap_or_default(),
                "ignore" => rules.ignore = self.strings(value).unwrap_or_default(),
                "severity" => rules.severity = self.severities(value),
                _ => self.unknown_key(&key, "`[[per-path]]`", &names(schema::PER_PATH)),
            }
        }
        let has_paths =
            value.get_ref().as_table().is_some_and(|table| table.keys().any(|key| key.get_ref() == "paths"));
        if !has_paths && value.get_ref().is_table() {
            let message = "`[[per-path]]` does not say for which paths";
            let fault = self.sink.error(E0803, self.file, span_of(value.span()), message);
            fault.help("add `paths = [\"internal/**\"]`".to_owned());
        }
        rules
    }

    fn severities(&mut self, value: Value<'_, '_>) -> Vec<(Name, Severity)> {
        let mut severities = Vec::new();
        for (selector, value) in self.entries(value) {
            let Some(word) = value.get_ref().as_str() else {
                self.expected(value, "a severity: \"error\", \"warning\" or \"info\"");
                continue;
            };
            match severity(word) {
                Some(severity) => severities.push((selector, severity)),
                None => {
                    let message = format!("`{word}` is not a severity");
                    let near = nearest(word, SEVERITY_WORDS);
                    let fault = self.sink.error(E0803, self.file, span_of(value.span()), message);
                    fault.help(match near {
                        Some(near) => format!("there is `{near}`"),
                        None => "severities are \"error\", \"warning\" and \"info\"; `ignore` switches a rule off"
                            .to_owned(),
                    });
                }
            }
        }
        severities
    }

    fn globs(&mut self, value: Value<'_, '_>) -> Globs {
        let names = self.strings(value).unwrap_or_default();
        match Globs::new(names.iter().map(|name| name.value.as_str())) {
            Ok(globs) => globs,
            Err((index, fault)) => {
                let name = names.get(index);
                let span = name.map_or(span_of(value.span()), |name| name.span);
                let glob = name.map_or("", |name| name.value.as_str());
                self.sink.error(E0804, self.file, span, format!("`{glob}` is not a glob: {fault}"));
                Globs::default()
            }
        }
    }
}

fn written(value: Value<'_, '_>) -> Spanned<Written> {
    Spanned { value: Written::from(value.get_ref()), span: span_of(value.span()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        let mut sink = Sink::new();
        read(text, FileId(0), &mut sink);
        let said = |fault: &rulec_grammar::diagnostic::Diagnostic| {
            format!("{} {:?} {}; {}", fault.code, &text[fault.span.range()], fault.message, fault.help.join("; "))
        };
        sink.into_sorted().iter().map(said).collect()
    }

    #[test]
    fn reads_every_key() {
        let text = r#"
            extends = ["../rulec.toml"]
            select = ["recommended", "http"]
            ignore = ["nil-body"]
            rule-paths = ["rules/"]
            severity = { "stdlib.http.*" = "error", http = "info" }
            [rules.file-mode]
            max = 0o644
            [files]
            include = ["a"]
            exclude = ["*.pb.go"]
            tests = false
            vendor = true
            testdata = true
            generated = true
            gitignore = false
            [suppressions]
            require-reason = true
            nolint = false
            [[per-path]]
            paths = ["internal/**"]
            select = ["strict"]
            ignore = ["b"]
            severity = { c = "warning" }
        "#;
        let mut sink = Sink::new();
        let config = read(text, FileId(0), &mut sink);
        assert_eq!(sink.diagnostics(), []);
        assert_eq!(config.select.map(|names| names.len()), Some(2));
        assert_eq!((config.ignore.len(), config.rule_paths.len(), config.severity.len()), (1, 1, 2));
        assert_eq!(config.extends[0].value, "../rulec.toml");
        assert_eq!(config.severity[0].1, Severity::Error, "in the order written, not sorted by name");
        assert_eq!(config.options[0].values[0].1.value, Written::Int(0o644));
        let files = config.files;
        assert_eq!((files.tests, files.vendor, files.testdata), (Some(false), Some(true), Some(true)));
        assert_eq!((files.generated, files.gitignore), (Some(true), Some(false)));
        assert!(files.include.fit("a/b.go") && files.exclude.fit("x/y.pb.go"));
        let suppressions = config.suppressions;
        assert_eq!((suppressions.require_reason, suppressions.nolint), (Some(true), Some(false)));
        let [rules] = &config.per_path[..] else { panic!("one table") };
        assert!(rules.paths.fit("internal/x.go"));
        assert_eq!((rules.select.len(), rules.ignore.len(), rules.severity.len()), (1, 1, 1));
    }

    #[test]
    fn every_mistake_has_its_place() {
        let cases = [
            (
                "selct = []",
                r#"E0802 "selct" a configuration has no key `selct`; there is a key with a similar name: `select`"#,
            ),
            (
                "[files]\nincludes = []",
                r#"E0802 "includes" `[files]` has no key `includes`; there is a key with a similar name: `include`"#,
            ),
            (
                "[suppressions]\nrequire-reasons = true",
                r#"E0802 "require-reasons" `[suppressions]` has no key `require-reasons`; there is a key with a similar name: `require-reason`"#,
            ),
            ("select = 1", r#"E0803 "1" expected a list of strings, found a TOML integer; "#),
            ("ignore = [1]", r#"E0803 "1" expected a string, found a TOML integer; "#),
            ("severity = { a = \"eror\" }", r#"E0803 "\"eror\"" `eror` is not a severity; there is `error`"#),
            (
                "rules = [\"a\"]",
                r#"E0803 "[\"a\"]" `rules` is a table of the options of rules; paths of rule files stand in `rule-paths = ["rules/"]`"#,
            ),
            ("files = 1", r#"E0803 "1" expected a table, found a TOML integer; "#),
            ("[files]\ntests = \"no\"", r#"E0803 "\"no\"" expected `true` or `false`, found a TOML string; "#),
            (
                "[files]\nexclude = [\"a\", \"b[\"]",
                r#"E0804 "\"b[\"" `b[` is not a glob: unclosed character class; missing ']'; "#,
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(mistakes(text), [expected], "{text}");
        }
    }

    #[test]
    fn goes_on_after_a_mistake() {
        let found = mistakes("a = 1\nb = 2\nselect = 3\n[[per-path]]\nignore = []\n");
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(mistakes("select = [\nx = ").iter().any(|fault| fault.starts_with("E0801")));
    }
}
