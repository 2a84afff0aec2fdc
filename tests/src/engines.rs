//! One set of rules on every engine.
//!
//! In: rule files. Out: [`Rules`], which check Go files by the interpreter, by code compiled for this run, and by a pack
//! that was written and read back; and the findings as the bytes that `--format json --no-timings` prints.

use rulec_compiler::native::{self, NativeOptions};
use rulec_compiler::{Compiled, SourceFile};
use rulec_grammar::diagnostic::Severity;
use rulec_pack::file::{self, Contents};
use rulec_pack::manifest::Manifest;
use rulec_pack::{Code, Container, Executable};
use rulec_plan::Plan;
use rulec_program::{Config, Goroot};
use rulec_report::{Report, View};
use rulec_runtime::finding::Outcome;
use rulec_runtime::job::{Job, OptionValue, Platform, Quiet, Target};
use rulec_runtime::{RuleSet, check};
use rulec_world::Packages;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What runs rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The plain interpreter, which defines the meaning.
    Interpreter,
    /// Machine code as `check` makes it.
    Jit,
    /// Machine code as `build` stores it, read back from the bytes of a pack.
    Pack,
}

impl Engine {
    /// All of them, the one that defines the meaning first.
    pub const ALL: [Engine; 3] = [Engine::Interpreter, Engine::Jit, Engine::Pack];
}

/// The pack of all rules here: that of the stock rules, which bring each other in by its name.
pub const PACK: &str = "stdlib";

/// Rules compiled for every engine.
pub struct Rules {
    plan: Arc<Plan>,
    jit: Code,
    pack: Vec<u8>,
}

impl Rules {
    /// Compiles rule files. Rules with mistakes are not left out quietly.
    ///
    /// # Errors
    /// Every mistake of every file, one a line.
    pub fn compile(files: &[SourceFile]) -> Result<Rules, String> {
        let compiled = rulec_compiler::compile(files, PACK);
        if compiled.has_errors() {
            return Err(mistakes(&compiled, files));
        }
        Rules::of_plan(compiled.plan)
    }

    /// Compiles a plan.
    ///
    /// # Errors
    /// If there is no machine code for it.
    pub fn of_plan(plan: Plan) -> Result<Rules, String> {
        let code = |options| native::compile(&plan, &options).map_err(|error| error.to_string());
        let (jit, stored) = (code(NativeOptions::JIT)?, code(NativeOptions::PACK)?);
        let manifest = Manifest::of_plan(PACK, &plan);
        let pack = file::write(&Contents { manifest: &manifest, sources: &[], plan: &plan, codes: &[stored] });
        Ok(Rules { plan: Arc::new(plan), jit, pack })
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The rules on one engine.
    ///
    /// # Panics
    /// If the system gives no executable memory, or the pack cannot be read back: there is nothing to compare then.
    pub fn on(&self, engine: Engine, options: &[OptionValue]) -> RuleSet {
        let map = |code: &Code| rulec_pack::Engine::Native(Executable::map(code).expect("executable memory"));
        let part = match engine {
            Engine::Interpreter => (Arc::clone(&self.plan), rulec_pack::Engine::Interp),
            Engine::Jit => (Arc::clone(&self.plan), map(&self.jit)),
            // As `check` opens a pack that it has seen before.
            Engine::Pack => {
                let container = Container::of_bytes(self.pack.clone()).expect("a pack just written");
                let plan = container.trusted_plan().expect("a plan just written");
                let code = Executable::of_pack(&container, plan.rules.len()).expect("executable memory");
                (Arc::new(plan), rulec_pack::Engine::Native(code.expect("code for this machine")))
            }
        };
        RuleSet::new(vec![part], options).expect("a plan of the compiler")
    }
}

fn mistakes(compiled: &Compiled, files: &[SourceFile]) -> String {
    let errors = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let lines = errors.map(|error| {
        let file = files.get(error.file.0 as usize);
        let line = file.map_or(0, |file| file.text[..error.span.start as usize].matches('\n').count() + 1);
        let path = file.map_or("?", |file| file.path.as_str());
        format!("{path}:{line}: {}: {}", error.code.text(), error.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Checks files with all rules on, whatever their level, on so many threads.
pub fn run(rules: &RuleSet, files: &[Target], threads: usize) -> Outcome {
    let settings = rules.settings(|_| true);
    // Without a Go distribution, so that answers are the same on every machine.
    let config = Config { goroot: Goroot::None, ..Config::default() };
    let packages = Packages::of_disk(config, files.iter().map(|target| target.path.clone()).collect(), threads);
    let packages = packages.with_declarations(rules.declarations());
    check(&Job {
        rules,
        settings: &settings,
        policy: None,
        files,
        threads,
        generated: true,
        prefilter: true,
        platform: &Platform::default(),
        packages: Some(&packages),
        reasons: true,
        profile: None,
        progress: &Quiet,
        interrupt: &AtomicBool::new(false),
    })
}

/// A file to check, shown by its path from `root`.
pub fn target(path: &Path, root: &Path) -> Target {
    let display = path.strip_prefix(root).unwrap_or(path).to_string_lossy();
    Target { path: path.to_owned(), display: display.as_ref().into(), explicit: true }
}

/// The outcome as `--format json --no-timings --undecided=list` prints it.
pub fn json(outcome: &Outcome) -> String {
    let view = View { color: false, quiet: false, timings: false, undecided: true, statistics: false };
    let report = Report {
        outcome,
        diagnostics: &[],
        sources: &[],
        notices: &[],
        profile: &[],
        rules: &[],
        exit_code: 0,
        version: "",
        view,
    };
    let mut bytes = Vec::new();
    let format = rulec_report::format("json").expect("a format of that name");
    format.write(&report, &mut bytes).expect("writing to memory");
    String::from_utf8(bytes).expect("JSON is UTF-8")
}

/// What an outcome says of the rules whose ids begin with `prefix` in one file, and nothing else.
pub fn part_of(outcome: &Outcome, prefix: &str, path: &str) -> Outcome {
    let findings = outcome.findings.iter().filter(|one| one.rule_id.starts_with(prefix) && &*one.path == path);
    let undecided = outcome.undecided.iter().filter(|one| one.rule_id.starts_with(prefix) && &*one.path == path);
    Outcome { findings: findings.cloned().collect(), undecided: undecided.cloned().collect(), ..Outcome::default() }
}
