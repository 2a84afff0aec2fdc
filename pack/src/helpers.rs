//! The functions that compiled code calls, and what they need of a run.
//!
//! Nothing here lets a panic out: it would have to unwind through compiled code, which has no way to. A panic becomes a
//! trap, compiled code returns at once, and [`crate::Program::run`] reports it.

use crate::abi::{Frame, HELPER_TRAPPED, Helpers, VALUE_TRAPPED};
use rulec_plan::host::{Host, HostFn, Trap, Word};
use rulec_plan::interp;
use rulec_plan::ir::{OriginId, RuleIndex};
use rulec_tree::{Node, Tree};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What [`Frame::context`] points at.
pub struct Context<'a> {
    /// The tree of the frame's columns.
    pub tree: &'a Tree,
    /// Who answers and hears of matches.
    pub host: &'a mut dyn Host,
    /// Why a helper failed.
    pub trap: Option<Trap>,
}

/// The helpers.
pub static HELPERS: Helpers = Helpers { ask, value, emit, equal, equal_runs };

unsafe extern "C" fn ask(frame: *mut Frame, host: u32, args: *const Word, count: u32) -> u32 {
    // SAFETY: compiled code passes the frame it was called with and words on its stack, as [`Helpers`] demands.
    let (context, args) = unsafe { (context(frame), words(args, count)) };
    guarded(context, |context| Ok(context.host.ask(host_fn(host)?, args)? as u32)).unwrap_or(HELPER_TRAPPED)
}

unsafe extern "C" fn value(frame: *mut Frame, host: u32, args: *const Word, count: u32) -> Word {
    // SAFETY: as in `ask`.
    let (context, args) = unsafe { (context(frame), words(args, count)) };
    let answer = guarded(context, |context| match context.host.value(host_fn(host)?, args)?.0 {
        VALUE_TRAPPED => Err(Trap("a value has the number kept for failures".into())),
        handle => Ok(handle),
    });
    answer.unwrap_or(VALUE_TRAPPED)
}

unsafe extern "C" fn emit(frame: *mut Frame, rule: u32, doubt: u32, args: *const Word, count: u32) -> u32 {
    // SAFETY: as in `ask`.
    let (context, args) = unsafe { (context(frame), words(args, count)) };
    let doubt = doubt.checked_sub(1).map(OriginId);
    guarded(context, |context| context.host.emit(RuleIndex(rule), doubt, args).map(|()| 0)).unwrap_or(HELPER_TRAPPED)
}

unsafe extern "C" fn equal(frame: *mut Frame, a: u32, b: u32) -> u32 {
    // SAFETY: as in `ask`.
    let context = unsafe { context(frame) };
    guarded(context, |context| Ok(u32::from(context.tree.same(Node(a), Node(b))))).unwrap_or(HELPER_TRAPPED)
}

unsafe extern "C" fn equal_runs(frame: *mut Frame, a: u32, a_end: u32, b: u32, b_end: u32) -> u32 {
    // SAFETY: as in `ask`.
    let context = unsafe { context(frame) };
    let (a, b) = ((Node(a), Node(a_end)), (Node(b), Node(b_end)));
    guarded(context, |context| Ok(u32::from(interp::equal_runs(context.tree, a, b)))).unwrap_or(HELPER_TRAPPED)
}

/// The context of a frame.
///
/// # Safety
/// `frame` is the frame of the run that is under way, and no other reference to its context is in use.
unsafe fn context<'a>(frame: *mut Frame) -> &'a mut Context<'a> {
    // SAFETY: the frame is live, and `Program::run` made `context` point at a live context.
    unsafe { &mut *(*frame).context.cast::<Context<'a>>() }
}

/// The words at `args`.
///
/// # Safety
/// `args` points at `count` words, or `count` is 0.
unsafe fn words<'a>(args: *const Word, count: u32) -> &'a [Word] {
    if count == 0 {
        return &[];
    }
    // SAFETY: the caller promises it.
    unsafe { std::slice::from_raw_parts(args, count as usize) }
}

fn host_fn(number: u32) -> Result<HostFn, Trap> {
    let known = u16::try_from(number).ok().and_then(HostFn::from_u16);
    known.ok_or_else(|| Trap(format!("there is no host function {number}")))
}

/// Runs `step`; a trap or panic is kept in the context.
fn guarded<'a, T>(context: &mut Context<'a>, step: impl FnOnce(&mut Context<'a>) -> Result<T, Trap>) -> Option<T> {
    let outcome = catch_unwind(AssertUnwindSafe(|| step(context)));
    let outcome = outcome.unwrap_or_else(|panic| Err(Trap(panic_message(&*panic))));
    outcome.map_err(|trap| context.trap = Some(trap)).ok()
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a host function panicked: {}", text.unwrap_or("no message"))
}
