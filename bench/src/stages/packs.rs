//! Packs: from rule text to a file, from a file to rules that run, and what runs beside code made for the run and the interpreter.
//!
//! In: rule files. Out: times of all rounds. A pack is signed, and lies on disk as users have it; the system has read it
//! before, so that no disk is measured. What a user waits for is in [`crate::stages::first`].

use crate::corpus::Corpus;
use crate::rules::plan;
use crate::stages::first::First;
use crate::stages::run;
use crate::table::{Measured, Table};
use crate::{Sample, sample};
use rulec_compiler::SourceFile;
use rulec_compiler::native::{self, NativeOptions};
use rulec_pack::file::{self, Contents, SourceText};
use rulec_pack::manifest::Manifest;
use rulec_pack::signature::SecretKey;
use rulec_pack::{Container, Engine, Executable};
use rulec_plan::Plan;
use rulec_runtime::RuleSet;
use std::path::Path;
use std::sync::Arc;

/// Measures these rules, `rounds` times, over a corpus; the files of the corpus are checked once each round with each engine.
///
/// # Errors
/// If the folder cannot be written to, if two engines find different things, or if `rulec` cannot be run.
///
/// # Panics
/// If a rule has a mistake, or there is no executable memory.
pub fn measure(
    name: &str,
    files: &[SourceFile],
    corpus: &Corpus,
    rounds: usize,
    folder: &Path,
    rulec: Option<&Path>,
) -> Result<Table, String> {
    let bytes = files.iter().map(|file| file.text.len() as u64).sum();
    let first = rulec.map(|rulec| First::new(rulec, folder, &key().public().to_string())).transpose()?;
    let mut table = Table::new(Measured { name: name.to_owned(), files: files.len(), bytes }, rounds);
    let path = folder.join(format!("{name}.rpack"));
    for _ in 0..rounds {
        let compiled = plan(files);
        table.add("plan", sample(|| count(&plan(files))));
        let mut pack = Vec::new();
        table.add("native-jit", sample(|| code(&compiled, &NativeOptions::JIT).bytes));
        table.add("native-pack", sample(|| code(&compiled, &NativeOptions::PACK).bytes));
        let stored = code(&compiled, &NativeOptions::PACK);
        table.add("write", written(&compiled, files, &stored, &mut pack));
        std::fs::write(&path, signed(pack)).map_err(|error| format!("{}: {error}", path.display()))?;
        table.add("load-first", sample(|| count(&load(&path, Container::plan).0)));
        table.add("load-again", sample(|| count(&load(&path, Container::trusted_plan).0)));
        table.add("ready-again", sample(|| ready(&path).rules().count().to_le_bytes().to_vec()));
        let jit =
            with(&compiled, Engine::Native(Executable::map(&code(&compiled, &NativeOptions::JIT)).expect("memory")));
        let interpreted = with(&compiled, Engine::Interp);
        let runs = [("run-jit", &jit), ("run-pack", &ready(&path)), ("run-interp", &interpreted)]
            .map(|(stage, rules)| (stage, run::measure(corpus, rules).0));
        if runs.iter().any(|(_, run)| run.result != runs[0].1.result) {
            return Err(format!("{name}: the engines find different things"));
        }
        runs.into_iter().for_each(|(stage, run)| table.add(stage, run));
        if let Some(first) = &first {
            add_first(&mut table, first, files, &path)?;
        }
    }
    Ok(table)
}

/// Adds the times to the first finding. The stock rules are part of rulec, so they need no pack and no files.
fn add_first(table: &mut Table, first: &First<'_>, files: &[SourceFile], pack: &Path) -> Result<(), String> {
    let [file] = files else {
        table.add("first-new", first.stock()?);
        table.add("first-kept", first.stock_again()?);
        return Ok(());
    };
    let rules = pack.with_extension("rule");
    std::fs::write(&rules, &file.text).map_err(|error| format!("{}: {error}", rules.display()))?;
    table.add("first-pack", first.pack(pack)?);
    table.add("first-recorded", first.pack_again(pack)?);
    table.add("first-jit", first.rule_files(&rules)?);
    table.add("first-interp", first.rule_files_interpreted(&rules)?);
    Ok(())
}

/// The key that packs are signed with here.
fn key() -> SecretKey {
    SecretKey::of_random([7; 32])
}

fn code(plan: &Plan, options: &NativeOptions) -> rulec_pack::Code {
    native::compile(plan, options).expect("machine code")
}

fn count(plan: &Plan) -> Vec<u8> {
    plan.rules.len().to_le_bytes().to_vec()
}

fn written(plan: &Plan, files: &[SourceFile], code: &rulec_pack::Code, pack: &mut Vec<u8>) -> Sample {
    let source = |file: &SourceFile| SourceText {
        pack: "bench".to_owned(),
        path: file.path.clone(),
        family: file.family.clone(),
        text: file.text.clone(),
    };
    let sources: Vec<_> = files.iter().map(source).collect();
    sample(|| {
        let manifest = Manifest::of_plan("bench", plan);
        let codes = std::slice::from_ref(code);
        *pack = file::write(&Contents { manifest: &manifest, sources: &sources, plan, codes });
        pack.len().to_le_bytes().to_vec()
    })
}

fn signed(pack: Vec<u8>) -> Vec<u8> {
    let container = Container::of_bytes(pack).expect("a pack just written");
    let signature = key().sign(container.content_hash());
    container.with_signatures(&[signature]).expect("a pack of this format")
}

/// Opens a pack file (its signature is checked), reads its plan and maps its code, both compared with their hashes.
fn load(path: &Path, plan: impl FnOnce(&Container) -> Result<Plan, rulec_pack::PackError>) -> (Plan, Executable) {
    let container = Container::open(path).expect("a pack just written");
    let plan = plan(&container).expect("a plan just written");
    let executable = Executable::of_pack(&container, plan.rules.len()).expect("executable memory");
    (plan, executable.expect("code for this machine"))
}

/// A pack that was verified before, linked with the runtime.
fn ready(path: &Path) -> RuleSet {
    let (plan, executable) = load(path, Container::trusted_plan);
    RuleSet::new(vec![(Arc::new(plan), Engine::Native(executable))], &[]).expect("a plan of the compiler")
}

fn with(plan: &Plan, engine: Engine) -> RuleSet {
    RuleSet::new(vec![(Arc::new(plan.clone()), engine)], &[]).expect("a plan of the compiler")
}
