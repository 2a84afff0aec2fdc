//! `rulec pack diff OLD NEW`: what changed between two versions of a pack for its users, and which version step that asks for.
//!
//! A version is a pack file, or a folder of source. Rules of both are run on the examples of both.

use crate::console::Console;
use crate::dependencies::{Locking, of_pack_file};
use crate::rules::{Loaded, RulePack};
use crate::status::{Failure, Status};
use rulec_compiler::CompiledRule;
use rulec_release::Migration;
use rulec_release::change::{self, Change, RuleView, Side, Step};
use rulec_release::migration::What;
use rulec_testing::Bench;
use rulec_tree::Span;
use semver::Version;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct DiffArguments {
    /// The earlier version: a pack file, or a folder of source.
    old: PathBuf,

    /// The later one.
    new: PathBuf,

    /// How to write it.
    #[arg(long, value_enum, default_value_t)]
    format: DiffFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum DiffFormat {
    #[default]
    Text,
    Json,
}

/// Writes what changed.
pub fn run(arguments: &DiffArguments, console: &Console) -> Result<Status, Failure> {
    let Some(difference) = difference(&arguments.old, &arguments.new, console)? else { return Ok(Status::Usage) };
    let mut out = console.out();
    match arguments.format {
        DiffFormat::Text => difference.write_text(&mut out)?,
        DiffFormat::Json => writeln!(out, "{:#}", difference.json())?,
    }
    out.flush()?;
    Ok(Status::Clean)
}

/// What became of a pack.
pub struct Difference {
    old: (String, Version),
    new: (String, Version),
    changes: Vec<Change>,
    /// Examples that could not be run with the other version.
    not_compared: usize,
}

/// Compares two versions; none if one of them is broken, which the console was told.
///
/// # Errors
/// If one cannot be read, or they are not versions of one pack.
pub fn difference(old: &Path, new: &Path, console: &Console) -> Result<Option<Difference>, Failure> {
    let (old, new) = (Release::open(old)?, Release::open(new)?);
    for release in [&old, &new] {
        console.diagnostics(&release.loaded.diagnostics, &release.loaded.sources, &release.loaded.notices);
    }
    if old.loaded.has_errors() || new.loaded.has_errors() {
        return Ok(None);
    }
    if old.name != new.name {
        let message = format!("`{}` and `{}` are not versions of one pack", old.name, new.name);
        return Err(Failure::Message(message));
    }
    let sides = (old.side(), new.side());
    let mut changes = change::compare(&sides.0, &sides.1);
    let mut judge = Judge { old: &old, new: &new, changes: Vec::new(), not_compared: 0 };
    judge.run(&change::pairs(&sides.0, &sides.1)).map_err(Failure::Message)?;
    let not_compared = judge.not_compared;
    changes.append(&mut judge.changes);
    changes.sort();
    let (old, new) = ((old.name.clone(), old.version.clone()), (new.name.clone(), new.version.clone()));
    Ok(Some(Difference { old, new, changes, not_compared }))
}

impl Difference {
    /// What to say if the later version's number is too small.
    pub fn too_small(&self) -> Option<String> {
        let step = change::step(&self.changes);
        let (old, new) = (&self.old.1, &self.new.1);
        (!step.allows(old, new)).then(|| {
            let least = step.after(old);
            format!(
                "{} {new} is too small a step from {old}: what changed is {step}, so it has to be {least} or later",
                self.new.0
            )
        })
    }

    /// The changes that ask for the greatest step, as lines.
    pub fn reasons(&self) -> Vec<String> {
        self.lines(change::step(&self.changes))
    }

    fn lines(&self, step: Step) -> Vec<String> {
        let told = self.changes.iter().filter(|change| change.kind.step() == step);
        told.map(|change| format!("{change}{}", if change.migrated { " (migrated)" } else { "" })).collect()
    }

    fn write_text(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let step = change::step(&self.changes);
        let (name, old, new) = (&self.new.0, &self.old.1, &self.new.1);
        match self.changes.is_empty() {
            true => writeln!(out, "{name} {old} → {new}: nothing changed")?,
            false => writeln!(out, "{name} {old} → {new}: a {step} step, so {} or later", step.after(old))?,
        }
        for step in [Step::Major, Step::Minor, Step::Patch] {
            let lines = self.lines(step);
            if !lines.is_empty() {
                writeln!(out, "\n{step}")?;
            }
            for line in lines {
                writeln!(out, "  {line}")?;
            }
        }
        if self.not_compared > 0 {
            writeln!(out, "\n{} could not be run with both versions", counted(self.not_compared, "example"))?;
        }
        Ok(())
    }

    fn json(&self) -> serde_json::Value {
        let step = change::step(&self.changes);
        let version = |(name, version): &(String, Version)| serde_json::json!({ "name": name, "version": version });
        let change = |change: &Change| {
            let mut value = serde_json::to_value(change).unwrap_or_default();
            value["step"] = change.kind.step().to_string().into();
            value["text"] = change.to_string().into();
            value
        };
        serde_json::json!({
            "schema": 1,
            "old": version(&self.old),
            "new": version(&self.new),
            "step": step,
            "least": step.after(&self.old.1),
            "allowed": step.allows(&self.old.1, &self.new.1),
            "changes": self.changes.iter().map(change).collect::<Vec<_>>(),
            "not_compared": self.not_compared,
        })
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// One version, compiled.
struct Release {
    loaded: Loaded,
    name: String,
    version: Version,
    migrations: Vec<Migration>,
}

impl Release {
    fn open(path: &Path) -> Result<Release, Failure> {
        if path.is_file() && path.extension().is_none_or(|extension| extension != "rule") {
            let content = of_pack_file(path, &path.display().to_string()).map_err(Failure::Message)?;
            let (name, version, migrations) =
                (content.name.clone(), content.version.clone(), content.migrations.clone());
            return Ok(Release { loaded: Loaded::of_content(content), name, version, migrations });
        }
        let loaded = Loaded::of_pack(&[path.to_owned()], None, Locking::Heed);
        let toml = loaded.project.as_ref().and_then(|project| project.toml.as_ref());
        let (name, version, migrations) = match toml {
            Some(toml) => (toml.name.value.clone(), toml.version.clone(), toml.migrations.clone()),
            None => (crate::rules::LOCAL_PACK.to_owned(), Version::new(0, 0, 0), Vec::new()),
        };
        Ok(Release { loaded, name, version, migrations })
    }

    fn pack(&self) -> Option<&RulePack> {
        self.loaded.packs.first()
    }

    fn side(&self) -> Side<'_> {
        let view = |(pack, rule): (&'_ RulePack, &CompiledRule)| {
            // The plan outlives the view: it is a part of this.
            let at = rule.index.0 as usize;
            let examples = rule.examples.iter().flat_map(|example| &example.files).map(|file| file.text.value.clone());
            (pack.plan.rules.get(at).map(|_| at), examples.collect::<Vec<_>>())
        };
        let pack = self.pack();
        let views = pack.into_iter().flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)));
        let rules = views.filter_map(|(pack, rule)| {
            let (at, examples) = view((pack, rule));
            Some(RuleView { meta: &pack.plan.rules.get(at?)?.meta, examples })
        });
        let files = pack.into_iter().flat_map(|pack| &pack.files);
        let items: BTreeMap<String, String> = files.flat_map(|file| change::items(&file.family, &file.text)).collect();
        Side { rules: rules.collect(), items, migrations: &self.migrations, version: self.version.clone() }
    }
}

/// Runs the rules of both versions on the examples of both.
struct Judge<'r> {
    old: &'r Release,
    new: &'r Release,
    changes: Vec<Change>,
    not_compared: usize,
}

impl Judge<'_> {
    fn run(&mut self, pairs: &[(usize, usize, bool)]) -> Result<(), String> {
        let (Some(old), Some(new)) = (self.old.pack(), self.new.pack()) else { return Ok(()) };
        let bench = |pack: &RulePack| Bench::interpreted(Arc::clone(&pack.plan)).map_err(|error| error.to_string());
        let (old_bench, new_bench) = (bench(old)?, bench(new)?);
        for &(before, after, _) in pairs {
            let (Some(before), Some(after)) = (old.rules.get(before), new.rules.get(after)) else { continue };
            let id = new.plan.rules.get(after.index.0 as usize).map_or("", |rule| &rule.meta.id);
            let name = id.split_once('.').map_or(id, |(_, name)| name);
            let (mut more, mut fewer) = (Vec::new(), Vec::new());
            for (release, owner) in [(self.new, after), (self.old, before)] {
                for example in &owner.examples {
                    let is_old = std::ptr::eq(release, self.old);
                    let renamed = |option: &str, to_new: bool| self.option(name, option, to_new);
                    let in_old = |option: &str| if is_old { option.to_owned() } else { renamed(option, false) };
                    let in_new = |option: &str| if is_old { renamed(option, true) } else { option.to_owned() };
                    let places = (
                        rulec_testing::places(&old_bench, before.index, example, &owner.uses, in_old),
                        rulec_testing::places(&new_bench, after.index, example, &owner.uses, in_new),
                    );
                    let (Some(then), Some(now)) = places else {
                        self.not_compared += 1;
                        continue;
                    };
                    let told = |spans: &[Span], others: &[Span]| -> Vec<String> {
                        let missing = spans.iter().filter(|span| !others.contains(span));
                        missing.map(|span| release.place(owner, *span)).collect()
                    };
                    more.extend(told(&now, &then));
                    fewer.extend(told(&then, &now));
                }
            }
            for list in [&mut more, &mut fewer] {
                list.dedup();
            }
            self.changes.extend(change::of_examples(name, &more, &fewer));
        }
        Ok(())
    }

    /// The name of an option on the other side.
    fn option(&self, rule: &str, option: &str, to_new: bool) -> String {
        let mut now = option.to_owned();
        let told = self.new.migrations.iter().filter(|one| one.version > self.old.version);
        let told: Vec<&Migration> = if to_new { told.collect() } else { told.rev().collect() };
        for migration in told {
            let What::Option { rule: of, from, to, .. } = &migration.what else { continue };
            let (from, to) = if to_new { (from, to) } else { (to, from) };
            if of == rule && *from == now {
                now.clone_from(to);
            }
        }
        now
    }
}

impl Release {
    /// `rules/http.rule:12`.
    fn place(&self, rule: &CompiledRule, span: Span) -> String {
        let first = self.pack().map_or(0, |pack| pack.first_source);
        let source = self.loaded.sources.get(first + rule.file.0 as usize);
        source.map_or_else(String::new, |source| format!("{}:{}", source.path, source.position(span.start).line))
    }
}
