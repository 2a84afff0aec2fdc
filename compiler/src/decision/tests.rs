//! Decision graphs against the plain reading of guards.

use super::*;
use crate::native::tests::random::{Rng, meta, origins, random_guards, random_plan, random_tree};
use rulec_plan::ir::{RegisterType, RulePlan};
use rulec_tree::{KindSet, Node, Text, Tree, Vocabulary};
use std::sync::Arc;

/// Walks the graph at a row: the rules reached, and how many columns were looked at.
fn reached(graph: &DecisionGraph, tree: &Tree, atom_of: impl Fn(Text) -> Option<u32>, root: Node) -> (Vec<u32>, usize) {
    let start = graph.kinds.iter().find(|(kind, _)| *kind == tree.kind(root));
    let mut pending: Vec<&Place> = start.map(|(_, place)| place).into_iter().collect();
    let (mut rules, mut looks) = (Vec::new(), 0);
    while let Some(place) = pending.pop() {
        rules.extend(place.rules.iter().map(|rule| rule.0));
        for switch in &place.switches {
            looks += 1;
            let row = row_at(tree, root, &switch.column.path);
            let value = match switch.column.attribute {
                Attribute::Kind => Some(tree.kind(row) as u32),
                Attribute::Op => Some(tree.op(row) as u32),
                Attribute::Text => atom_of(tree.text(row)),
            };
            let arm = switch.arms.iter().find(|arm| value.is_some_and(|value| arm.values.contains(&value)));
            pending.extend(arm.map(|arm| &arm.place));
        }
    }
    rules.sort_unstable();
    (rules, looks)
}

fn row_at(tree: &Tree, root: Node, path: &[u8]) -> Node {
    path.iter().fold(root, |row, slot| tree.unparen(tree.slot(row, usize::from(*slot))))
}

fn guard_holds(tree: &Tree, root: Node, guard: &Guard, atoms: &[Text]) -> bool {
    let row = row_at(tree, root, &guard.path);
    match &guard.test {
        GuardTest::Kinds(kinds) => kinds.contains(tree.kind(row)),
        GuardTest::Ops(ops) => ops >> (tree.op(row) as u8) & 1 == 1,
        GuardTest::Texts(texts) => texts.iter().any(|atom| atoms[atom.0 as usize] == tree.text(row)),
    }
}

fn guarded_rule(index: usize, start: KindSet, guards: Vec<Guard>) -> RulePlan {
    RulePlan {
        meta: meta(index),
        registers: vec![RegisterType::Node],
        body: Vec::new().into(),
        start: Start::Kinds(start),
        guards,
        needs: Vec::new(),
        origins: origins().into(),
    }
}

#[test]
fn the_rules_reached_are_those_whose_guards_hold() {
    let mut found = 0;
    for seed in 0..20 {
        let rng = &mut Rng::new(seed);
        let mut plan = random_plan(rng, 0);
        for index in 0..60 {
            let start = KindSet(rng.kinds().0 & !KindSet::of(&[Kind::Absent]).0);
            let guards = random_guards(rng, start);
            plan.rules.push(guarded_rule(index, start, guards));
        }
        let graph = graph(&plan);
        let mut vocabulary = Vocabulary::default();
        let atoms: Vec<Text> = plan.atoms.iter().map(|atom| vocabulary.text(atom)).collect();
        let tree = random_tree(rng, &plan, Arc::new(vocabulary));
        for root in tree.nodes() {
            let holds = |rule: &RulePlan| {
                let Start::Kinds(start) = rule.start else { return false };
                start.contains(tree.kind(root))
                    && rule.guards.iter().all(|guard| guard_holds(&tree, root, guard, &atoms))
            };
            let expected: Vec<u32> =
                (0..).zip(&plan.rules).filter(|(_, rule)| holds(rule)).map(|(rule, _)| rule).collect();
            let atom_of = |text| (0..).zip(&atoms).find(|(_, atom)| **atom == text).map(|(index, _)| index);
            assert_eq!(reached(&graph, &tree, atom_of, root).0, expected, "seed {seed}, {root:?}");
            found += expected.len();
        }
    }
    assert!(found > 300, "{found} rules were reached");
}

/// Rules for calls of a selector, each with a name of its own.
fn rules_by_name(count: u32) -> Plan {
    let mut plan = Plan { atoms: (0..count).map(|name| format!("n{name}").into_bytes()).collect(), ..Plan::default() };
    plan.rules = (0..count)
        .map(|name| {
            let guards = vec![
                Guard { path: vec![0], test: GuardTest::Kinds(KindSet::of(&[Kind::Selector])) },
                Guard { path: vec![0, 1], test: GuardTest::Texts(vec![AtomId(name)]) },
            ];
            guarded_rule(name as usize, KindSet::of(&[Kind::Call]), guards)
        })
        .collect();
    plan
}

/// The most switches on one way through a place: what a row costs.
fn depth(place: &Place) -> usize {
    place.switches.iter().map(|switch| 1 + switch.arms.iter().map(|arm| depth(&arm.place)).max().unwrap_or(0)).sum()
}

#[test]
fn a_thousand_names_cost_what_ten_do() {
    for count in [10, 1000] {
        let graph = graph(&rules_by_name(count));
        assert_eq!(depth(&graph.kinds[0].1), 2, "one switch on a kind, one on a name");
    }
}

#[test]
fn rules_that_want_many_values_are_not_copied() {
    let mut plan = rules_by_name(20);
    let texts = GuardTest::Texts((0..20).map(AtomId).collect());
    plan.rules.push(guarded_rule(20, KindSet::of(&[Kind::Call]), vec![Guard { path: vec![], test: texts }]));
    let place = &graph(&plan).kinds[0].1;
    let leaves = |place: &Place| {
        let (mut pending, mut leaves) = (vec![place], 0);
        while let Some(place) = pending.pop() {
            leaves += place.rules.len();
            pending.extend(place.switches.iter().flat_map(|switch| &switch.arms).map(|arm| &arm.place));
        }
        leaves
    };
    assert_eq!(leaves(place), 21);
}

#[test]
fn a_graph_reads_like_a_table() {
    let mut plan = rules_by_name(2);
    plan.rules.push(guarded_rule(2, KindSet::of(&[Kind::Call]), Vec::new()));
    let expected = "\
at Call
    rule test.random.rule-2
    Kind of root.0
      Selector
        Text of root.0.1
          \"n0\"
            rule test.random.rule-0
          \"n1\"
            rule test.random.rule-1
";
    assert_eq!(graph(&plan).text(&plan), expected);
}

#[test]
fn plans_without_rules_have_no_starts() {
    assert_eq!(graph(&Plan::default()), DecisionGraph::default());
}
