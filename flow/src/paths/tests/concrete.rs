//! Runs bodies with all values that they can have, one instruction at a time: what the path engine should find.

use super::random::{CELLS, Made, Sort};
use crate::ir::{BlockId, Op, Value, When};
use crate::paths::{Assumption, Events, Exits, Question, Start};
use rulec_tree::Op as Operator;
use rustc_hash::FxHashMap;

/// What everything is at some moment: values, cells, and which deferred calls are registered.
type Env = Vec<u8>;

/// Where a run is: before this instruction of a block, or at the block's end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Moment {
    block: u32,
    number: u32,
    env: Env,
}

/// What happens between two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    Inst(Value),
    Edge(u32, u32),
}

/// All runs of a body.
pub struct Runs<'a> {
    made: &'a Made,
    moments: Vec<Moment>,
    steps: Vec<Vec<(Happening, u32)>>,
}

/// Where a run is that contradicts what is assumed.
const NOWHERE: u32 = u32::MAX;

/// So many moments are too many.
const MAX_MOMENTS: usize = 1500;

impl<'a> Runs<'a> {
    /// Runs a body; nothing if that takes too long. With `clobber`, calls may change what is in memory.
    pub fn new(made: &'a Made, clobber: bool, assume: &[Assumption]) -> Option<Runs<'a>> {
        let insts = made.body.insts.len();
        let mut runs = Runs { made, moments: Vec::new(), steps: Vec::new() };
        let mut ids: FxHashMap<Moment, u32> = FxHashMap::default();
        for cells in 0..4 {
            // Memory may hold anything at first.
            let mut env = vec![0; insts + CELLS.len() + insts];
            env[insts] = cells & 1;
            env[insts + 1] = cells >> 1;
            runs.moments.push(Moment { block: 0, number: 0, env });
        }
        ids.extend(runs.moments.iter().zip(0..).map(|(moment, number)| (moment.clone(), number)));
        while let Some(moment) = runs.moments.get(runs.steps.len()).cloned() {
            let mut steps = Vec::new();
            for (happening, after) in runs.after(&moment, clobber) {
                if let Happening::Inst(value) = happening
                    && !assume.iter().all(|assumption| agrees(*assumption, value, &after.env))
                {
                    // It happens, and nothing comes after it.
                    steps.push((happening, NOWHERE));
                    continue;
                }
                let next = runs.moments.len() as u32;
                let id = *ids.entry(after.clone()).or_insert(next);
                if id == next {
                    runs.moments.push(after);
                }
                steps.push((happening, id));
            }
            runs.steps.push(steps);
            if runs.moments.len() > MAX_MOMENTS {
                return None;
            }
        }
        Some(runs)
    }

    fn after(&self, moment: &Moment, clobber: bool) -> Vec<(Happening, Moment)> {
        let body = &self.made.body;
        let block = body.block(BlockId(moment.block));
        let at = Value(block.start + moment.number);
        if at.0 == block.end {
            let holds = |(number, edge): (usize, &crate::ir::Edge)| {
                self.holds(edge.when, &moment.env).then(|| {
                    let env = self.entered(moment, number);
                    let after = Moment { block: edge.to.0, number: 0, env };
                    (Happening::Edge(moment.block, number as u32), after)
                })
            };
            return block.succs.iter().enumerate().filter_map(holds).collect();
        }
        let envs = self.ran(at, &moment.env, clobber);
        let next = |env| (Happening::Inst(at), Moment { block: moment.block, number: moment.number + 1, env });
        envs.into_iter().map(next).collect()
    }

    /// What is after an edge: phis have their values.
    fn entered(&self, moment: &Moment, number: usize) -> Env {
        let body = &self.made.body;
        let succs = &body.block(BlockId(moment.block)).succs;
        let to = succs[number].to;
        let before = succs[..number].iter().filter(|edge| edge.to == to).count();
        let mut places = (0..body.block(to).preds.len()).filter(|place| body.block(to).preds[*place].0 == moment.block);
        let place = places.nth(before).unwrap();
        let mut env = moment.env.clone();
        for value in body.insts_of(to) {
            if let Op::Phi(_, operands) = body.op(value) {
                env[value.0 as usize] = moment.env[body.list(operands)[place].0 as usize];
            }
        }
        env
    }

    fn ran(&self, at: Value, env: &Env, clobber: bool) -> Vec<Env> {
        let body = &self.made.body;
        let insts = body.insts.len();
        let own = at.0 as usize;
        let read = |value: Value| env[value.0 as usize];
        let with = |slot: usize, content: u8| {
            let mut env = env.clone();
            env[slot] = content;
            vec![env]
        };
        match body.op(at) {
            Op::Opaque(_) => {
                // One more integer than there are constants.
                let most = if self.made.sorts[own] == Sort::Int { 4 } else { 2 };
                (0..most).flat_map(|content| with(own, content)).collect()
            }
            Op::Call(_) | Op::RunDefer(_) if clobber => (0..4)
                .map(|cells| {
                    let mut env = env.clone();
                    env[insts] = cells & 1;
                    env[insts + 1] = cells >> 1;
                    env
                })
                .collect(),
            Op::Const(Some(number)) => {
                let constant = &body.consts[number as usize];
                let content = constant.as_bool().map_or_else(|| constant.as_u64().unwrap() as u8, u8::from);
                with(own, content)
            }
            Op::Nil => with(own, 0),
            Op::New(_) => with(own, 1),
            Op::Unary(Operator::Not, of) => with(own, 1 - read(of)),
            Op::Binary(op, a, b) => {
                let equal = u8::from(read(a) == read(b));
                with(own, if op == Operator::Eq { equal } else { 1 - equal })
            }
            Op::Read(_, of) => with(own, read(of)),
            Op::Load(place) => with(own, env[insts + place.0 as usize]),
            Op::Store(place, of) => with(insts + place.0 as usize, read(of)),
            Op::Defer(_) => with(insts + CELLS.len() + own, 1),
            _ => vec![env.clone()],
        }
    }

    fn holds(&self, when: When, env: &Env) -> bool {
        let read = |value: Value| env[value.0 as usize];
        match when {
            When::Is { cond, truth } => (read(cond) == 1) == truth,
            When::Case { tag, case, equal } => (read(tag) == read(case)) == equal,
            When::Registered { defer, truth } => {
                (env[self.made.body.insts.len() + CELLS.len() + defer.0 as usize] == 1) == truth
            }
            _ => true,
        }
    }

    /// Whether some run answers a question.
    pub fn some_path(&self, question: &Question) -> bool {
        self.search(question, |runs, moment| {
            let ends = runs.exits(moment);
            ends.intersects(question.to.exits)
        })
        .0
    }

    /// Whether some run ends or goes on for ever without what is avoided: whether it ends, and whether it may go on.
    pub fn endless(&self, question: &Question) -> (bool, bool) {
        let is_end = |runs: &Runs, moment: u32| {
            let Moment { block, number, .. } = &runs.moments[moment as usize];
            let block = runs.made.body.block(BlockId(*block));
            block.start + number == block.end && block.succs.is_empty()
        };
        let (ends, seen) = self.search(question, is_end);
        (ends, self.has_cycle(&seen, question.avoid))
    }

    fn exits(&self, moment: u32) -> Exits {
        let Moment { block, number, .. } = &self.moments[moment as usize];
        let body = &self.made.body;
        let at = body.block(BlockId(*block));
        if at.start + number < at.end || !at.succs.is_empty() {
            return Exits::NONE;
        }
        match BlockId(*block) {
            block if block == body.returned => Exits::RETURN,
            block if block == body.panicked => Exits::PANIC,
            _ => Exits::PROCESS,
        }
    }

    fn search(&self, question: &Question, reached: impl Fn(&Runs, u32) -> bool) -> (bool, Vec<bool>) {
        let mut open: Vec<u32> = match question.from {
            Start::Entry => (0..4).collect(),
            Start::After(value) => {
                let all = self.steps.iter().flatten();
                let starts = all.filter(|(happening, to)| *happening == Happening::Inst(value) && *to != NOWHERE);
                starts.map(|(_, to)| *to).collect()
            }
        };
        let mut seen = vec![false; self.moments.len()];
        while let Some(at) = open.pop() {
            if std::mem::replace(&mut seen[at as usize], true) {
                continue;
            }
            if reached(self, at) {
                return (true, seen);
            }
            for (happening, to) in &self.steps[at as usize] {
                if self.is_in(*happening, question.to) {
                    return (true, seen);
                }
                if *to != NOWHERE && !self.is_in(*happening, question.avoid) {
                    open.push(*to);
                }
            }
        }
        (false, seen)
    }

    fn is_in(&self, happening: Happening, events: &Events) -> bool {
        match happening {
            Happening::Inst(value) => {
                let deferred = |defer| events.defers.contains(&defer);
                let run = matches!(self.made.body.op(value), Op::RunDefer(defer) if deferred(defer));
                run || events.insts.contains(&value)
            }
            Happening::Edge(block, number) => events.edges.contains(&(BlockId(block), number)),
        }
    }

    fn has_cycle(&self, seen: &[bool], avoid: &Events) -> bool {
        let kept = |from: usize| {
            let steps = self.steps[from].iter().filter(move |(happening, _)| !self.is_in(*happening, avoid));
            steps.map(|(_, to)| *to).filter(|to| *to != NOWHERE && seen[*to as usize]).collect::<Vec<u32>>()
        };
        let graph: Vec<Vec<u32>> =
            (0..seen.len()).map(|from| if seen[from] { kept(from) } else { Vec::new() }).collect();
        let components = crate::graph::Components::of(&graph);
        (0..seen.len() as u32).any(|moment| components.repeats(BlockId(moment)))
    }
}

fn agrees(assumption: Assumption, value: Value, env: &Env) -> bool {
    let is = |of: Value| env[of.0 as usize] == 1;
    match assumption {
        Assumption::Nil(of) | Assumption::False(of) => of != value || !is(of),
        Assumption::NotNil(of) | Assumption::True(of) => of != value || is(of),
    }
}
