//! `rulec build -o FILE`: rules to a pack with machine code for this machine's architecture.

use crate::arguments::EngineName;
use crate::commands::test::{failures, run_examples};
use crate::console::Console;
use crate::dependencies::Locking;
use crate::packs;
use crate::project;
use crate::rules::{Loaded, RulePack};
use crate::status::{Failure, Status};
use crate::whole_file;
use rulec_compiler::CompiledRule;
use rulec_compiler::native::{self, NativeError, NativeOptions, Target};
use rulec_config::is_pack_name;
use rulec_pack::Code;
use rulec_pack::file::{Contents, SourceText};
use rulec_pack::manifest::{self, Examples, Manifest, RuleEntry, Version};
use rulec_plan::Plan;
use rulec_release::{Migration, PackToml};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct BuildArguments {
    /// Rule files and folders; a folder with `pack.toml` stands for the rule files that it names.
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The pack to write.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// The first part of the rules' ids; if not given, the name that `pack.toml` says, or else that of the pack file.
    #[arg(long)]
    name: Option<String>,

    /// What to make machine code for: `x86_64-linux`, `aarch64-linux`, `riscv64-linux`, `s390x-linux`; this machine if not
    /// given [repeatable].
    #[arg(long, value_parser = target, value_name = "TARGET")]
    target: Vec<Target>,

    /// Build rules that lack a bad or a good example. Examples that fail still stop the build.
    #[arg(long)]
    allow_untested: bool,

    /// Take the packs that `pack.toml` names exactly as `rulec.lock` has them, or fail.
    #[arg(long)]
    locked: bool,
}

/// The target of this name.
///
/// # Errors
/// Which there are.
pub fn target(name: &str) -> Result<Target, String> {
    Target::by_name(name).ok_or_else(|| {
        let names: Vec<_> = Target::ALL.iter().map(|target| target.name()).collect();
        format!("there is {}", names.join(", "))
    })
}

/// Builds the pack, unless a rule has mistakes or an example fails.
pub fn run(arguments: &BuildArguments, console: &Console) -> Result<Status, Failure> {
    let locking = if arguments.locked { Locking::Demand } else { Locking::Heed };
    let name = given_name(arguments)?;
    let mut loaded = Loaded::of_pack(&arguments.paths, name.as_deref(), locking);
    // The code that goes into the pack is made for any machine of its architecture, so the interpreter judges it as well.
    let mut results = run_examples(&mut loaded, EngineName::Interp).map_err(Failure::Message)?;
    if arguments.allow_untested {
        results.failures.retain(|failure| !failure.missing);
    }
    console.diagnostics(&loaded.diagnostics, &loaded.sources, &loaded.notices);
    console.on_stderr(|screen| rulec_report::diagnostics::write_remarks(&failures(&results), &loaded.sources, screen));
    if loaded.has_errors() {
        console.error("no pack was written: see the mistakes above");
        return Ok(Status::Usage);
    }
    if !results.failures.is_empty() {
        console.error("no pack was written: see the examples above");
        return Ok(Status::Findings);
    }
    write(arguments, &loaded, console)
}

/// The name of the pack; none if `pack.toml` says it.
fn given_name(arguments: &BuildArguments) -> Result<Option<String>, Failure> {
    let is_told = arguments.name.is_none() && project::folder_around(&arguments.paths).is_some();
    if is_told {
        return Ok(None);
    }
    let stem = arguments.output.file_stem().unwrap_or_default().to_string_lossy();
    let name = arguments.name.as_deref().unwrap_or(&stem);
    if !is_pack_name(name) {
        let message =
            format!("`{name}` cannot be the first part of a rule's id; give letters, digits and `-` with `--name`");
        return Err(Failure::Message(message));
    }
    Ok(Some(name.to_owned()))
}

fn write(arguments: &BuildArguments, loaded: &Loaded, console: &Console) -> Result<Status, Failure> {
    let Some(pack) = loaded.packs.first() else {
        return Err(Failure::Message("there are no rules to build".to_owned()));
    };
    let codes = codes(&pack.plan, &arguments.target).map_err(|error| Failure::Message(error.to_string()))?;
    let mut roots = arguments.paths.clone();
    roots.extend(loaded.project.iter().map(|project| project.folder.clone()));
    let (plan, sources) = portable(&pack.name, pack, &roots);
    let toml = loaded.project.as_ref().and_then(|project| project.toml.as_ref());
    let manifest = manifest(toml, pack, &plan).map_err(Failure::Message)?;
    let contents = Contents { manifest: &manifest, sources: &sources, plan: &plan, codes: &codes };
    let bytes = rulec_pack::file::write(&contents);
    let display = arguments.output.display();
    whole_file::write(&arguments.output, |out| out.write_all(&bytes))
        .map_err(|error| Failure::Message(format!("{display} cannot be written: {error}")))?;
    if let Err(reason) = packs::record_built(&bytes) {
        console.warning(&format!(
            "it cannot be recorded that the pack was built here, so its machine code is not run unless it is signed: {reason}"
        ));
    }
    let mut out = console.out();
    let rules = pack.plan.rules.iter().filter(|rule| rule.meta.fact.is_none()).count();
    writeln!(out, "wrote {display}: {rules} {}, {} bytes", if rules == 1 { "rule" } else { "rules" }, bytes.len())?;
    out.flush()?;
    Ok(Status::Clean)
}

/// Machine code for each target, in their order; without any for machines like this one.
fn codes(plan: &Plan, targets: &[Target]) -> Result<Vec<Code>, NativeError> {
    if targets.is_empty() {
        return native::compile(plan, &NativeOptions::PACK).map(|code| vec![code]);
    }
    let targets: BTreeSet<Target> = targets.iter().copied().collect();
    targets.into_iter().map(|target| native::compile(plan, &NativeOptions::pack_for(target))).collect()
}

/// What the pack is.
fn manifest(toml: Option<&PackToml>, pack: &RulePack, plan: &Plan) -> Result<Manifest, String> {
    let mut manifest = Manifest::new(&pack.name, Version::new(0, 0, 0));
    if let Some(toml) = toml {
        manifest.version = toml.version.clone();
        manifest.edition.clone_from(&toml.edition);
        manifest.licence.clone_from(&toml.licence);
        manifest.description.clone_from(&toml.description);
        let needed = toml.dependencies.iter();
        let needed = needed
            .map(|one| manifest::Dependency { name: one.name.value.clone(), requirement: one.requirement.clone() });
        manifest.dependencies = needed.collect();
        manifest.migrations = toml.migrations.iter().map(record).collect::<Result<_, _>>()?;
    }
    let of_rule = |rule: &CompiledRule| {
        let bad = rule.examples.iter().filter(|example| example.bad).count() as u32;
        let examples = Examples { bad, good: rule.examples.len() as u32 - bad };
        plan.rules.get(rule.index.0 as usize).map(|plan| RuleEntry::new(plan, examples))
    };
    manifest.rules = pack.rules.iter().filter_map(of_rule).collect();
    manifest.untested = manifest.rules.iter().any(|rule| !rule.examples.are_enough());
    Ok(manifest)
}

/// A migration as a manifest keeps it.
fn record(migration: &Migration) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    match serde_json::to_value(migration) {
        Ok(serde_json::Value::Object(record)) => Ok(record),
        Ok(_) => Err("a migration is no table".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The plan and the rule files with paths that do not tell where they were built: relative to the folder named.
fn portable(own: &str, pack: &RulePack, roots: &[PathBuf]) -> (Plan, Vec<SourceText>) {
    let names: BTreeMap<&str, String> =
        pack.files.iter().map(|file| (file.path.as_str(), relative(Path::new(&file.path), roots))).collect();
    let are_distinct = names.values().collect::<BTreeSet<_>>().len() == names.len();
    let name = |path: &str| names.get(path).filter(|_| are_distinct).map_or_else(|| path.to_owned(), String::clone);
    let mut plan = Plan::clone(&pack.plan);
    plan.rules.iter_mut().for_each(|rule| rule.meta.file = name(&rule.meta.file));
    let sources = pack.files.iter().map(|file| SourceText {
        pack: own.to_owned(),
        path: name(&file.path),
        family: file.family.clone(),
        text: file.text.clone(),
    });
    let others = pack.others.iter().map(|(pack, file)| SourceText {
        pack: pack.clone(),
        path: file.path.clone(),
        family: file.family.clone(),
        text: file.text.clone(),
    });
    (plan, sources.chain(others).collect())
}

fn relative(path: &Path, roots: &[PathBuf]) -> String {
    let below = roots.iter().filter_map(|root| path.strip_prefix(root).ok()).next();
    let relative = match below {
        Some(below) if below.as_os_str().is_empty() => path.file_name().map_or(path, Path::new),
        Some(below) => below,
        None => path,
    };
    relative.to_string_lossy().replace('\\', "/")
}
