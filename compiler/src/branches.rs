//! Alternatives: what each of several ways binds, and what is bound behind all of them.

use crate::build::Builder;
use rulec_plan::ir::Step;
use std::collections::BTreeSet;

/// Something that lowers alternatives, each from what is bound before all of them.
pub(crate) trait Lowers {
    /// The names bound now, and those bound in some alternatives only.
    fn names(&mut self) -> (&mut BTreeSet<String>, &mut BTreeSet<String>);
}

impl Lowers for Builder<'_> {
    fn names(&mut self) -> (&mut BTreeSet<String>, &mut BTreeSet<String>) {
        (&mut self.bound, &mut self.half_bound)
    }
}

/// Lowers `count` alternatives. Behind them those names are bound that all of them bind.
pub(crate) fn in_each<L: Lowers>(
    lowering: &mut L,
    count: usize,
    mut each: impl FnMut(&mut L, usize, &mut Vec<Step>),
) -> Vec<Vec<Step>> {
    let (before, half_before) = (lowering.names().0.clone(), lowering.names().1.clone());
    let mut on_all: Option<BTreeSet<String>> = None;
    let mut on_some = BTreeSet::new();
    let branches = (0..count)
        .map(|index| {
            let (bound, half_bound) = lowering.names();
            (*bound, *half_bound) = (before.clone(), half_before.clone());
            let mut steps = Vec::new();
            each(lowering, index, &mut steps);
            let (bound, half_bound) = lowering.names();
            on_some.extend(bound.iter().chain(half_bound.iter()).cloned());
            let bound = bound.clone();
            on_all = Some(match on_all.take() {
                None => bound,
                Some(others) => others.intersection(&bound).cloned().collect(),
            });
            steps
        })
        .collect();
    let on_all = on_all.unwrap_or(before);
    let (bound, half_bound) = lowering.names();
    *half_bound = on_some.difference(&on_all).cloned().collect();
    *bound = on_all;
    branches
}
