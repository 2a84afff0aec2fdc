//! `rulec migrate`: what packs renamed or changed, taken over in the configuration, in suppressions and in rule files.
//!
//! The migrations are those of the stock rules, of the packs that the configuration or `pack.toml` names, and of `--pack`. Doing it twice
//! does no more than doing it once.

use crate::arguments::RuleArguments;
use crate::console::Console;
use crate::dependencies::of_pack_file;
use crate::rule_files;
use crate::rules::Loaded;
use crate::settings::{Configuration, working_folder};
use crate::status::{Failure, Status};
use crate::{stock, whole_file};
use rulec_gofront::Reader;
use rulec_release::Migration;
use rulec_release::migrate::{Known, Migrated, config, rules, suppressions};
use rulec_runtime::discover::{Filters, discover};
use rulec_runtime::fix::{Change, unified_diff};
use rulec_tree::{Kind, Vocabulary};
use std::collections::BTreeMap;
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct MigrateArguments {
    /// Go files, rule files and folders of them; the configuration is always one of what is changed.
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    rules: RuleArguments,

    /// Change nothing; exit with 1 if there is something to change.
    #[arg(long)]
    check: bool,

    /// Change nothing, and print what would be changed as a unified diff; exit with 1 if there is something.
    #[arg(long)]
    diff: bool,
}

/// Applies the migrations.
pub fn run(arguments: &MigrateArguments, console: &Console) -> Result<Status, Failure> {
    let cwd = working_folder().map_err(Failure::Message)?;
    let configuration = Configuration::load(&arguments.rules).map_err(Failure::Message)?;
    let loaded = Loaded::new(&arguments.rules, &configuration);
    let of_pack = Loaded::of_paths(&arguments.paths);
    console.diagnostics(&[], &[], &loaded.notices);
    let known = known(arguments, &loaded, &of_pack, stock::migrations())?;
    let mut work = Work { known: &known, console, changed: Vec::new(), done: Vec::new(), left: Vec::new() };
    for source in &configuration.sources {
        work.file(Path::new(&source.path), &source.path, config::migrate);
    }
    for path in rule_paths(arguments) {
        let shown = rulec_runtime::discover::display(&path, &cwd);
        work.file(&path, &shown, |text, known| Ok(rules::migrate(text, known)));
    }
    let go_paths: Vec<PathBuf> = arguments.paths.iter().filter(|path| !is_rule_file(path)).cloned().collect();
    let discovered = discover(&go_paths, &Filters::default(), &cwd);
    if let Some(error) = discovered.errors.first() {
        return Err(Failure::Message(error.to_string()));
    }
    for target in &discovered.targets {
        work.file(&target.path, &target.display, go_file);
    }
    work.finish(arguments)
}

/// What is known of the packs in use. `stock` are the migrations of the stock rules.
fn known(
    arguments: &MigrateArguments,
    loaded: &Loaded,
    of_pack: &Loaded,
    stock: Vec<Migration>,
) -> Result<Known, Failure> {
    let mut migrations = BTreeMap::new();
    if !arguments.rules.no_stock {
        migrations.insert(stock::PACK.to_owned(), stock);
    }
    for content in loaded.needed.all.iter().chain(&of_pack.needed.all) {
        migrations.insert(content.name.clone(), content.migrations.clone());
    }
    for path in &arguments.rules.pack {
        let content = of_pack_file(path, &path.display().to_string()).map_err(Failure::Message)?;
        migrations.insert(content.name, content.migrations);
    }
    let options = |found: crate::rules::Found<'_>| {
        (found.meta.id.clone(), found.meta.options.iter().map(|option| option.name.clone()).collect())
    };
    Ok(Known { migrations, rules: loaded.rules().map(options).collect() })
}

/// The rule files below the paths.
fn rule_paths(arguments: &MigrateArguments) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        arguments.paths.iter().chain(&arguments.rules.rules).flat_map(|path| rule_files::find(path)).collect();
    paths.retain(|path| is_rule_file(path));
    paths.sort();
    paths.dedup();
    paths
}

fn is_rule_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rule")
}

/// The suppressions of a Go file. A file without any is not parsed.
fn go_file(text: &str, known: &Known) -> Result<Migrated, String> {
    if !text.contains("rulec:ignore") {
        return Ok(Migrated { text: text.to_owned(), ..Migrated::default() });
    }
    let read = Reader::new().read(text.as_bytes(), &Arc::new(Vocabulary::default()));
    let file = read.map_err(|refusal| refusal.to_string())?;
    let tree = &file.tree;
    let mut names: Vec<Range<usize>> = Vec::new();
    for node in tree.nodes().filter(|node| tree.kind(*node) == Kind::Comment) {
        let span = tree.span(node);
        let comment = text.get(span.range()).unwrap_or_default();
        let start = span.start as usize;
        names.extend(
            rulec_runtime::suppress::names_in(comment).into_iter().map(|name| start + name.start..start + name.end),
        );
    }
    Ok(suppressions::migrate(text, &names, known))
}

struct Work<'w> {
    known: &'w Known,
    console: &'w Console,
    changed: Vec<(PathBuf, Change)>,
    done: Vec<String>,
    left: Vec<String>,
}

impl Work<'_> {
    fn file(&mut self, path: &Path, shown: &str, migrate: impl Fn(&str, &Known) -> Result<Migrated, String>) {
        let migrated = rule_files::text(path).and_then(|text| Ok((migrate(&text, self.known)?, text)));
        let (migrated, text) = match migrated {
            Ok(migrated) => migrated,
            Err(reason) => return self.console.warning(&format!("{shown}: {reason}; it was left alone")),
        };
        self.done.extend(migrated.done.iter().map(|done| format!("{shown}: {done}")));
        self.left.extend(migrated.left.iter().map(|left| format!("{shown}: {left}")));
        if migrated.text != text {
            let (before, after) = (text.into_bytes(), migrated.text.into_bytes());
            let change = Change { path: shown.to_owned(), before, after, applied: migrated.done.len() };
            self.changed.push((path.to_owned(), change));
        }
    }

    fn finish(self, arguments: &MigrateArguments) -> Result<Status, Failure> {
        let mut out = self.console.out();
        let dry = arguments.check || arguments.diff;
        for (path, change) in &self.changed {
            if arguments.diff {
                out.write_all(unified_diff(change).as_bytes())?;
            }
            if !dry {
                whole_file::write(path, |file| file.write_all(&change.after))
                    .map_err(|error| Failure::Message(format!("{} cannot be written: {error}", change.path)))?;
            }
        }
        if !arguments.diff {
            for done in &self.done {
                writeln!(out, "{done}")?;
            }
            let files = self.changed.len();
            let word = if dry { "to change" } else { "changed" };
            writeln!(out, "{} in {files} {} {word}", self.done.len(), if files == 1 { "file" } else { "files" })?;
        }
        out.flush()?;
        for left in &self.left {
            self.console.warning(&format!("{left}; this was not changed"));
        }
        Ok(if dry && !self.changed.is_empty() { Status::Findings } else { Status::Clean })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::{Arguments, Command};
    use clap::Parser;
    use rulec_grammar::diagnostic::{FileId, Sink};
    use rulec_release::migration::read_file;

    /// What a configuration and a rule file for the stock rules of another version become.
    fn migrated(line: &[&str]) -> (String, String) {
        let stock = read_file(
            "[[migration]]\nversion = \"2.0.0\"\nrule = \"http.old-name\"\nto = \"http.new-name\"\n\
             [[migration]]\nversion = \"2.0.0\"\nrule = \"http.new-name\"\noption = \"most\"\nto = \"max\"\n\
             [[migration]]\nversion = \"2.0.0\"\nitem = \"http.is_old\"\nto = \"http.is_new\"\n",
            FileId::default(),
            &mut Sink::new(),
        );
        let arguments = Arguments::try_parse_from([&["rulec", "migrate"], line].concat()).expect("arguments");
        let Command::Migrate(arguments) = arguments.command else { panic!("another command") };
        let none = Loaded::default();
        let known = known(&arguments, &none, &none, stock).unwrap_or_else(|_| panic!("there are no packs to open"));
        let toml = "ignore = [\"http.old-name\"]\n[rules.\"stdlib.http.old-name\"]\nmost = 3\n";
        let rule = "use stdlib.http { is_old }\n";
        (config::migrate(toml, &known).expect("TOML").text, rules::migrate(rule, &known).text)
    }

    #[test]
    fn stock_rules_can_have_other_names_and_options() {
        let (toml, rule) = migrated(&[]);
        assert_eq!(toml, "ignore = [\"http.new-name\"]\n[rules.\"stdlib.http.new-name\"]\nmax = 3\n");
        assert_eq!(rule, "use stdlib.http { is_new }\n");
        let (toml, rule) = migrated(&["--no-stock"]);
        assert!(toml.contains("http.old-name") && rule.contains("is_old"), "{toml}{rule}");
    }
}
