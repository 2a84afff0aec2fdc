//! Random bodies and all questions about them, against runs with all values; and bodies that were wrong once.

mod concrete;
mod random;

use super::*;
use crate::summary::Ignorance;
use concrete::Runs;
use fastrand::Rng;
use random::{Made, Sort};
use rulec_types::Store;

/// How many questions are asked, and what came of them.
#[derive(Debug, Default)]
struct Count {
    questions: u32,
    yes: u32,
    /// Answers that would be others if conditions did not matter.
    refuted: u32,
    memory: u32,
    not_known: u32,
}

fn events(rng: &mut Rng, made: &Made, most: u32) -> Events {
    let body = &made.body;
    let mut events = Events::none();
    for _ in 0..rng.u32(0..=most) {
        let value = Value(rng.u32(0..body.insts.len().max(1) as u32));
        let block = BlockId(rng.u32(0..body.blocks.len() as u32));
        match rng.u8(0..5) {
            0 if !body.block(block).succs.is_empty() => {
                events.edges.push((block, rng.u32(0..body.block(block).succs.len() as u32)));
            }
            1 => events.defers.push(value),
            _ => events.insts.push(value),
        }
    }
    events
}

fn start(rng: &mut Rng, made: &Made) -> Start {
    match rng.u8(0..4) {
        0 => Start::Entry,
        _ => Start::After(Value(rng.u32(0..made.body.insts.len().max(1) as u32))),
    }
}

fn assumption(rng: &mut Rng, made: &Made) -> Option<Assumption> {
    let value = Value(rng.u32(0..made.body.insts.len().max(1) as u32));
    match (made.sorts.get(value.0 as usize)?, rng.bool()) {
        (Sort::Bool, true) => Some(Assumption::True(value)),
        (Sort::Bool, false) => Some(Assumption::False(value)),
        (Sort::Pointer, true) => Some(Assumption::NotNil(value)),
        (Sort::Pointer, false) => Some(Assumption::Nil(value)),
        _ => None,
    }
}

/// Compares answers about random bodies with what runs show.
fn compare(seed: u64, bodies: u32) -> Count {
    let mut rng = Rng::with_seed(seed);
    let mut count = Count::default();
    let store = Store::new();
    let types = Types { store: &store, extension: None, word_bytes: 8 };
    for _ in 0..bodies {
        let made = random::body(&mut rng);
        let assume: Vec<Assumption> =
            if rng.u8(0..4) == 0 { assumption(&mut rng, &made).into_iter().collect() } else { Vec::new() };
        let runs = (Runs::new(&made, false, &assume), Runs::new(&made, true, &assume));
        let (Some(kept), Some(clobbered)) = runs else { continue };
        let paths = Paths::new(&made.body, &Ignorance, Some(types));
        let unconditional = without_conditions(&made.body);
        let blind = Paths::new(&unconditional, &Ignorance, None);
        for _ in 0..40 {
            let mut to = events(&mut rng, &made, 2);
            to.exits = [Exits::NONE, Exits::RETURN, Exits::PANIC, Exits::PROCESS, Exits::ANY][rng.usize(0..5)];
            let avoid = events(&mut rng, &made, 3);
            let question = Question { from: start(&mut rng, &made), to: &to, avoid: &avoid, assume: &assume };
            count.questions += 1;
            let answer = paths.some_path(&made.body, &question);
            let expected = (kept.some_path(&question), clobbered.some_path(&question));
            let agrees = match &answer {
                Answer::Yes(path) => expected.0 && connected(&made.body, path),
                Answer::No => !expected.1,
                Answer::Unknown(Reason::Memory) => !expected.0 && expected.1,
                Answer::Unknown(_) => true,
            };
            assert!(agrees, "{answer:?} but {expected:?} for {question:?} in {}", shown(&made.body));
            let plain = || matches!(blind.some_path(&unconditional, &question), Answer::Yes(_));
            count.refuted += u32::from(answer == Answer::No && plain());
            count.yes += u32::from(matches!(answer, Answer::Yes(_)));
            count.memory += u32::from(answer == Answer::Unknown(Reason::Memory));
            count.not_known += u32::from(answer == Answer::Unknown(Reason::Conditions));
            check_endless(&made, &paths, &question, &kept, &clobbered);
        }
    }
    count
}

fn check_endless(made: &Made, paths: &Paths, question: &Question, kept: &Runs, clobbered: &Runs) {
    let none = Events::none();
    let question = Question { to: &none, ..*question };
    let answer = paths.endless_or_exit_avoiding(&made.body, question.from, question.avoid, question.assume);
    let (ends, goes_on) = kept.endless(&question);
    let (may_end, may_go_on) = clobbered.endless(&question);
    let agrees = match &answer {
        Answer::Yes(_) => ends || goes_on,
        Answer::No => !may_end && !may_go_on,
        Answer::Unknown(Reason::MayEnd) => !ends,
        Answer::Unknown(_) => true,
    };
    assert!(agrees, "{answer:?} but {ends} {goes_on} for endless {question:?} in {}", shown(&made.body));
}

/// A body whose edges can all be taken.
fn without_conditions(body: &Body) -> Body {
    let mut body = body.clone();
    body.blocks.iter_mut().flat_map(|block| &mut block.succs).for_each(|edge| edge.when = When::Always);
    body
}

/// Whether each step of a path is reached from the one before, with no branch between.
fn connected(body: &Body, path: &Path) -> bool {
    let mut at = None;
    path.steps.iter().all(|step| {
        let block = step.branch.map_or_else(|| body.block_of(step.value), |(block, _)| block);
        let mut from = at.unwrap_or(block);
        let mut left = body.blocks.len();
        while from != block && left > 0 {
            let [edge] = body.block(from).succs.as_slice() else { return false };
            from = edge.to;
            left -= 1;
        }
        at = Some(match step.branch {
            Some((block, succ)) => body.block(block).succs[succ as usize].to,
            None => block,
        });
        from == block
    })
}

/// A body, block by block.
fn shown(body: &Body) -> String {
    let mut text = format!("returned {:?} panicked {:?}\n", body.returned, body.panicked);
    for (number, block) in body.blocks.iter().enumerate() {
        text += &format!("block {number}, from {:?}\n", block.preds);
        for value in body.insts_of(BlockId(number as u32)) {
            let operands = match body.op(value) {
                Op::Phi(_, list) => format!("{:?}", body.list(list)),
                _ => String::new(),
            };
            text += &format!("  {value:?} {:?} {operands}\n", body.op(value));
        }
        for edge in &block.succs {
            text += &format!("  -> {:?} {:?}\n", edge.to, edge.when);
        }
    }
    text
}

#[test]
fn answers_are_those_of_all_runs() {
    let count = compare(11, 2_600);
    assert!(count.questions > 100_000 && count.yes * 10 > count.questions, "{count:?}");
    assert!(count.refuted > 1_000 && count.memory > 0, "{count:?}");
    assert_eq!(count.not_known, 0, "{count:?}");
}

/// `PATHS_BODIES` says how many.
#[test]
#[ignore = "takes minutes"]
fn answers_are_those_of_all_runs_of_many_more() {
    let bodies = std::env::var("PATHS_BODIES").ok().and_then(|bodies| bodies.parse().ok()).unwrap_or(100_000);
    println!("{:?}", compare(12, bodies));
}
