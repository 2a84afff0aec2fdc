//! What a rulec without compiler does where another one compiles: it says so, and lets the interpreter run what has no machine
//! code that may be run. The functions are those of `compiling`.

use super::{Loaded, RulePack, strangers};
use crate::arguments::RuleArguments;
use crate::settings::Configuration;
use rulec_grammar::diagnostic::FileId;
use rulec_grammar::source::SourceFile;
use rulec_pack::abi::host_target;
use rulec_pack::file::SourceText;
use rulec_pack::{Engine, ExecutableError};
use rulec_plan::ir::RuleIndex;
use rulec_report::Notice;

impl Loaded {
    /// All rules that the arguments and the configuration name. There are no sources.
    pub fn with_sources(arguments: &RuleArguments, configuration: &Configuration) -> Loaded {
        Loaded::new(arguments, configuration)
    }

    /// There are no stock rules, since they are text. Without any other rules it is no use to go on, which is told when all
    /// places were looked at.
    pub(super) fn compiled_stock(&mut self) {}

    /// Says that rule files are not read.
    pub(super) fn compile(&mut self, files: Vec<SourceFile>, _pack: &str, _added: bool) {
        let Some(first) = files.first() else { return };
        let message = "this rulec has no compiler and reads no rule files; where there is one, `rulec build` makes a pack of \
                       them for `--pack`";
        self.notices.push(Notice::error(message).about(&first.path));
    }

    /// Refuses a pack whose plan was made by another rulec.
    ///
    /// # Errors
    /// Always.
    pub(super) fn compile_again(&mut self, _name: &str, _sources: &[SourceText]) -> Result<(), String> {
        let reason = "it was built by another version of rulec, and this one has no compiler to make its rules anew; build it \
                      again with this version";
        Err(reason.to_owned())
    }
}

impl RulePack {
    /// The text that a rule stands in: none, since only plans are known.
    pub fn source_of(&self, _rule: RuleIndex) -> Option<FileId> {
        None
    }

    /// What runs the rules where there is no machine code that may be run.
    pub(super) fn engine_without_code(&self) -> Result<Engine, String> {
        Ok(Engine::Interp)
    }
}

/// What is said of packs whose rules the interpreter runs though machine code was asked for.
pub fn code_not_run(packs: &[&RulePack]) -> Vec<Notice> {
    let interpreted = || packs.iter().filter(|pack| pack.machine.is_none());
    let strange = interpreted().filter(|pack| pack.is_strange).count();
    let without = interpreted().filter(|pack| !pack.is_strange).map(|pack| {
        let message =
            format!("it has no machine code for {}, so the interpreter runs its rules: slowly", host_target());
        Notice::warning(message).about(pack.path.as_deref().unwrap_or(&pack.name))
    });
    strangers(strange, "the interpreter runs its rules: slowly").into_iter().chain(without).collect()
}

/// What to do where machine code cannot be run.
pub(super) fn no_executable_memory(error: &ExecutableError) -> String {
    format!("the system gives no executable memory: {error}; `--engine interp` runs without")
}
