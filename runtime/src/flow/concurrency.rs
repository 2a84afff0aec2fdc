//! Questions about goroutines, channels and locks, as `rulec-calls` has found the answers for the whole package.

use super::Rows;
use crate::conditions::Facts;
use crate::value::Value;
use rulec_calls::concurrency::{Concurrency, Question, Relation, Spot, Text};
use rulec_plan::host::{HostFn, Tri};
use rulec_tree::Node;

/// The relation that a function asks for.
pub(crate) fn relation(host: HostFn) -> Option<Relation> {
    Some(match host {
        HostFn::Senders => Relation::Senders,
        HostFn::Receivers => Relation::Receivers,
        HostFn::Closers => Relation::Closers,
        HostFn::Makers => Relation::Makers,
        HostFn::Lockers => Relation::Lockers,
        HostFn::Unlockers => Relation::Unlockers,
        HostFn::Waiters => Relation::Waiters,
        HostFn::Adders => Relation::Adders,
        HostFn::Finishers => Relation::Finishers,
        HostFn::Signallers => Relation::Signallers,
        HostFn::Alternatives => Relation::Alternatives,
        HostFn::Spawns => Relation::Spawns,
        HostFn::HeldAt => Relation::HeldAt,
        HostFn::HeldTwice => Relation::HeldTwice,
        HostFn::HeldOnReturn => Relation::HeldOnReturn,
        HostFn::LockCycle => Relation::LockCycle,
        HostFn::StuckWith => Relation::StuckWith,
        _ => return None,
    })
}

/// Whether a function asks for what this module answers.
pub(crate) fn is_about_goroutines(host: HostFn) -> bool {
    use HostFn::{Capacity, Joined, MayQuit, Polled, Private, SameGoroutine, Stuck, StuckReason, WaitKind};
    relation(host).is_some()
        || matches!(
            host,
            Capacity | WaitKind | StuckReason | Stuck | Polled | Private | MayQuit | SameGoroutine | Joined
        )
}

/// The rows in this relation to one of the file.
pub(crate) fn rows(facts: &Facts, relation: Relation, row: Node) -> Option<Rows> {
    let (concurrency, at) = place(facts, row)?;
    let (here, elsewhere): (Vec<Spot>, Vec<Spot>) =
        concurrency.rows(relation, at)?.iter().partition(|spot| spot.file == at.file);
    let (around, path) = (facts.around()?, facts.location()?);
    let here = here.into_iter().map(|spot| around.row_now(path, spot.row)).collect::<Option<Vec<Node>>>()?;
    Some(Rows::new(here.into_iter().map(|row| (row, true))).and_elsewhere(Some(elsewhere.len())))
}

/// What is said of an operation.
pub(crate) fn value(facts: &Facts, host: HostFn, row: Node) -> Option<Value> {
    let (concurrency, at) = place(facts, row)?;
    let text = |text| concurrency.text(text, at).map(|text| Value::Str(text.as_bytes().to_vec()));
    match host {
        HostFn::Capacity => concurrency.capacity(at).map(|capacity| Value::Int(capacity.into())),
        HostFn::WaitKind => text(Text::WaitKind),
        HostFn::StuckReason => text(Text::StuckReason),
        _ => None,
    }
}

/// Whether something holds of an operation.
pub(crate) fn truth(facts: &Facts, host: HostFn, row: Node, other: Node) -> Option<Tri> {
    let (concurrency, at) = place(facts, row)?;
    let question = match host {
        HostFn::Stuck => Question::Stuck,
        HostFn::Polled => Question::Polled,
        HostFn::Private => Question::Private,
        HostFn::MayQuit => Question::MayQuit,
        HostFn::Joined => Question::Joined,
        HostFn::SameGoroutine => {
            let (_, other) = place(facts, other)?;
            return Some(concurrency.same_goroutine(at, other));
        }
        _ => return None,
    };
    Some(concurrency.truth(question, at))
}

fn place<'f>(facts: &Facts<'f>, row: Node) -> Option<(&'f Concurrency, Spot)> {
    let (around, path) = (facts.around()?, facts.location()?);
    let concurrency = around.package(path)?.concurrency.as_ref()?;
    let row = around.row_then(path, facts.tree().unparen(row))?;
    Some((concurrency, Spot { file: around.file_number(path)?, row }))
}
