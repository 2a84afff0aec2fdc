//! Running a function and the goroutines it starts, within bounds, to find operations that wait for ever.
//!
//! In: the bodies of a package and a function to start from. Out: the operations at which a goroutine stands in a state
//! where it and all that could let it go on stand still, each with where the others stand. Values are concrete where the
//! code says them; all else is a [`value::Sym`], and a branch on one is taken both ways, always the same way for the same
//! test. What code outside of the package can reach is *open*: it never keeps anyone waiting. So a run that is found exists,
//! as far as the tests on its way are independent of each other; that none is found within the bounds proves nothing.
//!
//! States are searched in the order of the number of switches between goroutines: most blocked goroutines need few.
//!
//! Source of the last step, which goroutines can never go on: reachability of what they wait for, as in the goroutine
//! leak profile of Go 1.26; of the order: Musuvathi and Qadeer, *Iterative context bounding*, 2007.

pub(crate) mod memory;
pub(crate) mod state;
pub(crate) mod value;

mod advance;
mod branch;
mod call;
mod evaluate;
mod known_calls;
mod place;
mod settle;
mod wait;

use super::Spot;
use super::program::{CodeId, Program};
use rustc_hash::{FxHashMap, FxHashSet};
use state::State;
use value::Interner;

/// How many states are looked at from one function, at most.
pub(crate) const MAX_STATES: usize = 6_000;

/// What a state costs, as so many instructions.
pub(crate) const STATE_COST: usize = 30;

/// How many switches between goroutines that could have gone on a run may have.
const MAX_SWITCHES: usize = 6;

/// An operation at which a goroutine waits for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stuck {
    /// What it waits for.
    pub(crate) kind: state::WaitKind,
    /// The operation.
    pub(crate) at: Spot,
    /// Where the goroutine was started; none for the one of the function itself.
    pub(crate) spawned: Option<Spot>,
    /// The locks that it waits for or that others wait for, where they were taken, and where other goroutines stand.
    pub(crate) with: Vec<Spot>,
    /// Whether it only waits for goroutines that are stuck themselves: a consequence.
    pub(crate) follows: bool,
}

/// What came of running a function.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) stuck: Vec<Stuck>,
    /// Operations that some run went past or came to.
    pub(crate) seen: FxHashSet<Spot>,
    /// Operations at which some run waits for ever, if what other packages do lets it come to that.
    pub(crate) doubtful: FxHashSet<Spot>,
    /// Whether all states within the bounds were looked at.
    pub(crate) complete: bool,
}

/// Runs a function.
pub(crate) struct Run<'p, 'a> {
    pub(crate) program: &'p Program<'a>,
    pub(crate) interner: Interner,
    pub(crate) outcome: Outcome,
    steps: usize,
    /// How many instructions may be run.
    most: usize,
    /// The function that is run.
    root: CodeId,
}

impl<'p, 'a> Run<'p, 'a> {
    /// Runs a function with arguments that nothing is known of, at this cost at most; and what it cost.
    pub(crate) fn of(program: &'p Program<'a>, root: CodeId, most: usize) -> (Outcome, usize) {
        let outcome = Outcome::default();
        let mut run = Run { program, interner: Interner::default(), outcome, steps: 0, most, root };
        let start = run.start(root);
        run.search(start);
        (run.outcome, run.steps)
    }

    /// Looks at all states, those reached with the fewest switches first.
    fn search(&mut self, start: State) {
        let mut queue: Vec<Vec<State>> = vec![Vec::new(); MAX_SWITCHES + 1];
        let mut seen: FxHashMap<u64, usize> = FxHashMap::default();
        queue[0].push(start);
        let mut looked = 0usize;
        while let Some(cost) = queue.iter().position(|states| !states.is_empty()) {
            let Some(state) = queue[cost].pop() else { continue };
            if looked >= MAX_STATES || self.steps >= self.most {
                return;
            }
            looked += 1;
            self.steps += STATE_COST;
            for (mut next, switches) in self.successors(state) {
                next.tidy(self.program, &self.interner);
                let total = cost + switches;
                if total > MAX_SWITCHES {
                    continue;
                }
                let known = seen.entry(next.digest()).or_insert(usize::MAX);
                if total < *known {
                    *known = total;
                    queue[total].push(next);
                }
            }
        }
        self.outcome.complete = self.steps < self.most;
    }
}

impl Stuck {
    /// Why it waits for ever, as a clause.
    pub(crate) fn reason(&self) -> String {
        use state::WaitKind::*;
        let reason = match self.kind {
            Send => "nobody is left who receives the value",
            Receive => "nobody is left who sends a value or closes the channel",
            Range => "nobody is left who closes the channel",
            Select => "nobody is left who makes one of its cases ready",
            Lock | ReadLock => "whoever holds the lock waits for ever too, or never releases it",
            Group => "not all that the group counts are done",
            Once => "the function of the once waits for ever",
            Condition => "nobody is left who signals the condition",
        };
        reason.to_owned()
    }
}
