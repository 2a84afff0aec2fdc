//! `engines PACK`: machine code of a pack beside the interpreter, for machines on which the tests do not run.
//!
//! In: a pack with code for this machine. Out: how many matches both engines found alike over small trees that have names
//! of the pack's rules; exit status 1 if they differ. It needs neither the compiler nor Go, so that it is quickly built for
//! another machine; `fuzz/emulated` does that.

use rulec_fuzz::host::{Heard, Listener};
use rulec_fuzz::mutate::Rng;
use rulec_fuzz::trees;
use rulec_pack::abi::host_target;
use rulec_pack::{Container, Engine, Executable, Program, RunReport};
use rulec_plan::Plan;
use rulec_tree::{Kind, Tree, Vocabulary};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// How many trees the rules are run over.
const TREES: u64 = 400;
/// How many steps a rule may spend in one of them.
const BUDGET: i64 = 2000;

fn main() -> ExitCode {
    match run() {
        Ok(found) => {
            println!("{found}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, String> {
    let path = std::env::args().nth(1).ok_or("usage: engines PACK")?;
    let container = Container::open(Path::new(&path)).map_err(|error| error.to_string())?;
    let plan = Arc::new(container.plan().map_err(|error| error.to_string())?);
    let code = Executable::of_pack(&container, plan.rules.len()).map_err(|error| error.to_string())?;
    let code = code.ok_or_else(|| format!("the pack has no code for {}", host_target()))?;
    let mut vocabulary = Vocabulary::default();
    let native = Program::link(Arc::clone(&plan), Engine::Native(code), &mut vocabulary);
    let interpreter = Program::link(Arc::clone(&plan), Engine::Interp, &mut vocabulary);
    let vocabulary = Arc::new(vocabulary);
    let mut found = 0;
    for seed in 0..TREES {
        let tree = tree(&plan, &vocabulary, seed);
        let (meant, done) = (heard(&interpreter, &tree)?, heard(&native, &tree)?);
        if meant != done {
            let differs = meant.0.iter().zip(&done.0).find(|(one, other)| one != other);
            return Err(format!("tree {seed}: the engines differ, first in {differs:?}: {:?}, {:?}", meant.1, done.1));
        }
        found += meant.0.len();
    }
    let rules = plan.rules.len();
    Ok(format!("{}: {rules} rules over {TREES} trees, {found} matches on both engines", host_target()))
}

/// A tree that a seed determines, with names that the rules look for.
fn tree(plan: &Plan, vocabulary: &Arc<Vocabulary>, seed: u64) -> Tree {
    let mut rng = Rng::new(seed);
    let few = [Kind::Call, Kind::Block, Kind::Paren, Kind::Ident, Kind::Binary, Kind::Selector, Kind::List];
    let kinds = if seed.is_multiple_of(2) { Kind::ALL } else { &few };
    let symbol = plan.symbols.get(rng.below(plan.symbols.len().max(1)));
    let names = symbol.map_or([&b"f"[..], b"p"], |(package, name)| [name.as_bytes(), package.as_bytes()]);
    trees::named(vocabulary, kinds, seed, names)
}

fn heard(program: &Program, tree: &Tree) -> Result<(Vec<Heard>, RunReport), String> {
    let mut listener = Listener::new(tree.len());
    let enabled = vec![true; program.plan().rules.len()];
    let report = program.run_within(BUDGET, tree, &enabled, &mut listener);
    // In what order the rules that start at a row are run is for each engine to choose.
    listener.heard.sort_by_key(|(rule, _, _)| *rule);
    report.map(|report| (listener.heard, report)).map_err(|trap| trap.0)
}
