//! Native code: a plan compiled by Cranelift.
//!
//! In: a verified plan. Out: [`Code`], position-independent and without relocations, used the same way right after
//! compilation and from a pack. It does exactly what [`rulec_plan::interp`] does: the same emits and doubts in the same
//! order for the same number of steps.
//!
//! One function for each rule ([`rule`]) and one for each start kind, which finds the rules to enter at a row
//! ([`dispatch`], over [`crate::decision`]). Everything a function needs comes through the frame it is handed (see
//! [`rulec_pack::abi`]), so there is nothing to relocate.
//!
//! Emission recurses over alternatives and conditions, whose nesting the verifier bounds; compiled code does not recurse.

mod convention;
mod dispatch;
mod emit;
mod rule;
mod target;

pub use target::Target;

use crate::decision;
use convention::Convention;
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{Function, Signature, UserFuncName, types};
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use rulec_pack::abi;
use rulec_pack::code::{Code, NO_START};
use rulec_plan::Plan;
use rulec_plan::ir::RuleIndex;
use rulec_tree::Kind;
use rustc_hash::FxHashMap;
use std::fmt;
use std::sync::Arc;

/// How to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NativeOptions {
    /// How much time to spend on the code's speed.
    pub opt: Opt,
    /// What the code is for.
    pub machine: Machine,
}

/// What code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// This very machine, with what it has beyond its architecture's baseline. Such code is not for packs.
    ThisOne,
    /// Every machine of this one's sort.
    LikeThisOne,
    /// Every machine of a sort.
    Any(Target),
}

impl NativeOptions {
    /// For code that is run once, right away.
    pub const JIT: NativeOptions = NativeOptions { opt: Opt::None, machine: Machine::ThisOne };
    /// For code that is stored in a pack and run on machines like this one.
    pub const PACK: NativeOptions = NativeOptions { opt: Opt::Speed, machine: Machine::LikeThisOne };

    /// For code that is stored in a pack and run on machines of this sort.
    pub fn pack_for(target: Target) -> NativeOptions {
        NativeOptions { opt: Opt::Speed, machine: Machine::Any(target) }
    }
}

/// How much time to spend on the code's speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opt {
    /// As little as possible.
    None,
    /// All that Cranelift can do.
    Speed,
}

/// Why a plan was not compiled. The interpreter can run it in every case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NativeError {
    /// Cranelift has no code generator for this machine.
    Unsupported(String),
    /// A function could not be compiled: too large, most likely.
    Function {
        /// The rule's id, or the start kind's name.
        name: String,
        /// What Cranelift says.
        reason: String,
    },
}

impl fmt::Display for NativeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NativeError::Unsupported(reason) => write!(f, "no machine code for this machine: {reason}"),
            NativeError::Function { name, reason } => write!(f, "no machine code for `{name}`: {reason}"),
        }
    }
}

impl std::error::Error for NativeError {}

/// Compiles a verified plan. The same plan and options give the same bytes.
///
/// # Errors
/// See [`NativeError`].
pub fn compile(plan: &Plan, options: &NativeOptions) -> Result<Code, NativeError> {
    let isa = isa(options)?;
    let graph = decision::graph(plan);
    let names = Names::new(plan);
    let rules = (0..plan.rules.len() as u32).map(|rule| Task::Rule(RuleIndex(rule)));
    let starts = graph.kinds.iter().map(|(kind, place)| Task::Start(*kind, place));
    let tasks: Vec<Task<'_>> = rules.chain(starts).collect();
    let functions = compile_all(&names, isa.as_ref(), &tasks)?;
    let target = match options.machine {
        Machine::ThisOne => abi::host_only_target(),
        Machine::LikeThisOne => abi::host_target(),
        Machine::Any(target) => target.name().to_owned(),
    };
    Ok(assemble(target, plan.rules.len(), &tasks, &functions))
}

/// The intermediate code of one rule, as Cranelift writes it.
///
/// # Errors
/// See [`NativeError`].
pub fn clif(plan: &Plan, rule: RuleIndex) -> Result<String, NativeError> {
    let isa = isa(&NativeOptions::PACK)?;
    let names = Names::new(plan);
    let mut worker = Worker::new(&names, isa.as_ref());
    worker.build(&Task::Rule(rule));
    Ok(worker.context.func.display().to_string())
}

/// The machine code of one rule, as Cranelift's assembly text.
///
/// # Errors
/// See [`NativeError`].
pub fn asm(plan: &Plan, rule: RuleIndex, options: &NativeOptions) -> Result<String, NativeError> {
    let isa = isa(options)?;
    let names = Names::new(plan);
    let mut worker = Worker::new(&names, isa.as_ref());
    let task = Task::Rule(rule);
    worker.build(&task);
    worker.context.set_disasm(true);
    worker.generate(&task)?;
    Ok(worker.context.compiled_code().and_then(|code| code.vcode.clone()).unwrap_or_default())
}

/// A plan and how its names are looked up.
struct Names<'a> {
    plan: &'a Plan,
    /// For each symbol index the first one with the same symbol: the number that [`abi::Frame::symbol_of`] gives.
    first_symbols: Vec<u32>,
}

impl<'a> Names<'a> {
    fn new(plan: &'a Plan) -> Names<'a> {
        let mut seen = FxHashMap::default();
        let first_symbols = (0..).zip(&plan.symbols).map(|(index, name)| *seen.entry(name).or_insert(index)).collect();
        Names { plan, first_symbols }
    }
}

/// A function to compile.
enum Task<'a> {
    Rule(RuleIndex),
    Start(Kind, &'a decision::Place),
}

fn isa(options: &NativeOptions) -> Result<Arc<dyn TargetIsa>, NativeError> {
    let unsupported = |reason: String| NativeError::Unsupported(reason);
    let builder = match options.machine {
        Machine::ThisOne => cranelift_native::builder_with_options(true).map_err(|reason| unsupported(reason.into())),
        Machine::LikeThisOne => {
            cranelift_native::builder_with_options(false).map_err(|reason| unsupported(reason.into()))
        }
        Machine::Any(target) => target.builder().map_err(unsupported),
    }?;
    let mut flags = settings::builder();
    let (opt, allocator) = match options.opt {
        Opt::None => ("none", "single_pass"),
        Opt::Speed => ("speed", "backtracking"),
    };
    let verifier = if cfg!(debug_assertions) { "true" } else { "false" };
    let choices = [
        ("opt_level", opt),
        ("regalloc_algorithm", allocator),
        ("enable_verifier", verifier),
        // A frame may be larger than the page behind the stack that nobody can touch: a rule may have thousands of registers.
        // Probes within the code need no relocation.
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
        ("unwind_info", "false"),
        ("is_pic", "true"),
        // Jump tables are indexed by values of our own tables and columns only.
        ("enable_table_access_spectre_mitigation", "false"),
    ];
    for (name, value) in choices {
        flags.set(name, value).map_err(|error| unsupported(error.to_string()))?;
    }
    builder.finish(settings::Flags::new(flags)).map_err(|error| unsupported(error.to_string()))
}

/// Below this many functions for each thread, starting one costs more than it gains.
const MIN_TASKS_PER_THREAD: usize = 32;

/// The bytes of each task's function, in order.
fn compile_all(names: &Names<'_>, isa: &dyn TargetIsa, tasks: &[Task<'_>]) -> Result<Vec<Vec<u8>>, NativeError> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(tasks.len() / MIN_TASKS_PER_THREAD).max(1);
    let compile_chunk = |chunk: &[Task<'_>]| {
        let mut worker = Worker::new(names, isa);
        chunk.iter().map(|task| worker.compile(task)).collect::<Result<Vec<_>, _>>()
    };
    if threads == 1 {
        return compile_chunk(tasks);
    }
    let chunks = tasks.chunks(tasks.len().div_ceil(threads));
    let results = std::thread::scope(|scope| {
        let running: Vec<_> = chunks.map(|chunk| scope.spawn(move || compile_chunk(chunk))).collect();
        running.into_iter().map(|thread| thread.join()).collect::<Vec<_>>()
    });
    let mut functions = Vec::with_capacity(tasks.len());
    for result in results {
        functions.extend(result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
    }
    Ok(functions)
}

/// Compiles functions one after the other in the same buffers.
struct Worker<'a> {
    names: &'a Names<'a>,
    isa: &'a dyn TargetIsa,
    context: Context,
    builder_context: FunctionBuilderContext,
}

impl<'a> Worker<'a> {
    fn new(names: &'a Names<'a>, isa: &'a dyn TargetIsa) -> Worker<'a> {
        Worker { names, isa, context: Context::new(), builder_context: FunctionBuilderContext::new() }
    }

    fn compile(&mut self, task: &Task<'_>) -> Result<Vec<u8>, NativeError> {
        self.build(task);
        self.generate(task)
    }

    /// The bytes of the function that `build` made.
    fn generate(&mut self, task: &Task<'_>) -> Result<Vec<u8>, NativeError> {
        let compiled = self.context.compile(self.isa, &mut ControlPlane::default());
        match compiled.map_err(|error| error.inner) {
            Ok(code) => {
                assert!(code.buffer.relocs().is_empty(), "compiled code is mapped as it is");
                Ok(code.buffer.data().to_vec())
            }
            Err(error) => Err(self.failed(task, error.to_string())),
        }
    }

    /// Makes the task's intermediate code in `self.context`.
    fn build(&mut self, task: &Task<'_>) {
        self.context.clear();
        self.context.func = Function::with_name_signature(UserFuncName::default(), self.signature());
        let builder = FunctionBuilder::new(&mut self.context.func, &mut self.builder_context);
        let emitter = emit::Emitter::new(builder, self.isa);
        match task {
            Task::Rule(rule) => rule::emit(emitter, self.names, *rule),
            Task::Start(_, place) => dispatch::emit(emitter, place),
        }
    }

    /// That of [`abi::RuleFn`].
    fn signature(&self) -> Signature {
        Convention::of(self.isa).signature(&[types::I32], types::I32)
    }

    fn failed(&self, task: &Task<'_>, reason: String) -> NativeError {
        let name = match task {
            Task::Rule(rule) => self.names.plan.rules[rule.0 as usize].meta.id.clone(),
            Task::Start(kind, _) => kind.name().to_owned(),
        };
        NativeError::Function { name, reason }
    }
}

/// Functions start at multiples of this.
const FUNCTION_ALIGNMENT: usize = 16;

fn assemble(target: String, rule_count: usize, tasks: &[Task<'_>], functions: &[Vec<u8>]) -> Code {
    let mut code = Code { target, bytes: Vec::new(), rules: vec![0; rule_count], kinds: [NO_START; 64] };
    for (task, function) in tasks.iter().zip(functions) {
        code.bytes.resize(code.bytes.len().next_multiple_of(FUNCTION_ALIGNMENT), 0);
        let offset = code.bytes.len() as u32;
        match task {
            Task::Rule(rule) => code.rules[rule.0 as usize] = offset,
            Task::Start(kind, _) => code.kinds[*kind as usize] = offset,
        }
        code.bytes.extend(function);
    }
    code
}

#[cfg(test)]
pub(crate) mod tests;
