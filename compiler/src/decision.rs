//! Decision graphs: all rules that can start at a kind, merged by the tests they share.
//!
//! In: the guards of a plan's rules. Out: for each start kind a tree of [`Place`]s, in which every test of a column is
//! made once for all rules that want it, the most shared column first. A thousand rules that differ in a name cost one
//! switch on that name.
//!
//! All rules are kept: the rules reached at a row are exactly those whose guards hold there. A rule is copied into a
//! few arms at most; one that wants many values gets a test of its own, so a graph is as large as its rules.

use rulec_pack::abi::dispatch_guards;
use rulec_plan::Plan;
use rulec_plan::ir::{AtomId, Guard, GuardTest, RuleIndex, Start};
use rulec_tree::{Kind, Op};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The graphs of one plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionGraph {
    /// The kinds at which rules start, by number, and what to test there.
    pub kinds: Vec<(Kind, Place)>,
}

/// A point of the graph: some rules are reached, and every switch is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The rules all of whose guards hold, in their order.
    pub rules: Vec<RuleIndex>,
    /// What to test next; each on its own.
    pub switches: Vec<Switch>,
}

/// A test of one column: goes on at the arm that has the row's value, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// What is tested.
    pub column: Column,
    /// The arms; no value is in two of them.
    pub arms: Vec<Arm>,
}

/// Some values of a column and where they lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    /// Numbers of kinds, operators or atoms, ascending.
    pub values: Vec<u32>,
    /// Where they lead.
    pub place: Place,
}

/// An attribute of a row below the candidate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Column {
    /// The row: slots from the candidate, parentheses removed at each.
    pub path: Vec<u8>,
    /// The attribute.
    pub attribute: Attribute,
}

/// What of a row is tested. Ordered from the least selective one to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// The operator.
    Op,
    /// The kind.
    Kind,
    /// The text, as the first atom with it.
    Text,
}

/// A rule with more values than this in a column gets a test of its own.
const MAX_ARM_VALUES: usize = 8;
/// The most copies of one rule that switches over several values may make.
const MAX_COPIES: usize = 32;

/// Merges the rules of a plan that start at kinds.
pub fn graph(plan: &Plan) -> DecisionGraph {
    let first = first_atoms(plan);
    let kinds = Kind::ALL.iter().map(|kind| (*kind, place(start_entries(plan, *kind, &first))));
    DecisionGraph { kinds: kinds.filter(|(_, place)| *place != Place::default()).collect() }
}

/// For each atom the first one with the same bytes: the number under which a text is looked up.
fn first_atoms(plan: &Plan) -> Vec<u32> {
    let mut seen: BTreeMap<&[u8], u32> = BTreeMap::new();
    (0..).zip(&plan.atoms).map(|(index, atom)| *seen.entry(atom).or_insert(index)).collect()
}

/// A rule on its way through the graph.
#[derive(Clone)]
struct Entry {
    rule: RuleIndex,
    /// The guards not tested yet, in their order.
    guards: Vec<Tested>,
    /// How many copies of the rule there can be, this one among them.
    copies: usize,
}

/// A guard as values of a column.
#[derive(Clone)]
struct Tested {
    column: Column,
    /// Ascending.
    values: Vec<u32>,
}

impl Entry {
    /// The first guard on `column` that can be tested now, or on any column.
    fn testable<'e>(&'e self, column: Option<&'e Column>) -> impl Iterator<Item = usize> + 'e {
        let wanted = move |guard: &Tested| column.is_none_or(|column| guard.column == *column);
        (0..self.guards.len()).filter(move |index| wanted(&self.guards[*index]) && self.is_testable(*index))
    }

    /// Whether no guard before this one settles the kind of a row on the way to it.
    fn is_testable(&self, index: usize) -> bool {
        let path = &self.guards[index].column.path;
        self.guards[..index].iter().all(|earlier| {
            let above = earlier.column.path.len() < path.len() && path.starts_with(&earlier.column.path);
            earlier.column.attribute != Attribute::Kind || !above
        })
    }
}

fn start_entries(plan: &Plan, kind: Kind, first: &[u32]) -> Vec<Entry> {
    let starting = (0..).map(RuleIndex).zip(&plan.rules).filter(|(_, rule)| match &rule.start {
        Start::Kinds(kinds) => kinds.contains(kind),
        Start::Symbols { .. } => false,
    });
    let entries = starting.filter_map(|(rule, body)| {
        let mut guards = dispatch_guards(body).iter().map(|guard| tested(guard, first)).collect::<Vec<_>>();
        let own = |guard: &Tested| guard.column.path.is_empty() && guard.column.attribute == Attribute::Kind;
        let possible = guards.iter().filter(|guard| own(guard)).all(|guard| guard.values.contains(&(kind as u32)));
        guards.retain(|guard| !own(guard));
        possible.then_some(Entry { rule, guards, copies: 1 })
    });
    entries.collect()
}

fn tested(guard: &Guard, first: &[u32]) -> Tested {
    let (attribute, mut values) = match &guard.test {
        GuardTest::Kinds(kinds) => (Attribute::Kind, kinds.iter().map(|kind| kind as u32).collect()),
        GuardTest::Ops(ops) => (Attribute::Op, (0..64).filter(|op| ops >> op & 1 == 1).collect()),
        GuardTest::Texts(atoms) => (Attribute::Text, atoms.iter().map(|atom| first[atom.0 as usize]).collect()),
    };
    let values: &mut Vec<u32> = &mut values;
    values.sort_unstable();
    values.dedup();
    Tested { column: Column { path: guard.path.clone(), attribute }, values: std::mem::take(values) }
}

/// Recursion is as deep as a rule has guards, which dispatch bounds.
fn place(mut entries: Vec<Entry>) -> Place {
    let mut place = Place::default();
    while let Some(column) = best_column(&entries) {
        let (mut there, others) = entries.into_iter().partition(|entry| entry.testable(Some(&column)).next().is_some());
        entries = others;
        add_switches(&mut place, &column, &mut there);
    }
    place.rules = entries.into_iter().map(|entry| entry.rule).collect();
    place
}

/// The column that most rules can test now; the more selective one of two.
fn best_column(entries: &[Entry]) -> Option<Column> {
    let mut wanted: BTreeMap<&Column, usize> = BTreeMap::new();
    for entry in entries {
        let mut columns: Vec<_> = entry.testable(None).map(|index| &entry.guards[index].column).collect();
        columns.sort_unstable();
        columns.dedup();
        columns.into_iter().for_each(|column| *wanted.entry(column).or_default() += 1);
    }
    let best = wanted.into_iter().max_by_key(|(column, rules)| (*rules, column.attribute, std::cmp::Reverse(*column)));
    best.map(|(column, _)| column.clone())
}

/// One switch for the rules that want few values, and one for each set of values of the others.
fn add_switches(place: &mut Place, column: &Column, entries: &mut [Entry]) {
    let mut by_value: BTreeMap<u32, Vec<Entry>> = BTreeMap::new();
    let mut by_set: BTreeMap<Vec<u32>, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        let Some(index) = entry.testable(Some(column)).next() else { continue };
        let values = entry.guards.remove(index).values;
        if values.len() <= MAX_ARM_VALUES && entry.copies * values.len() <= MAX_COPIES {
            entry.copies *= values.len().max(1);
            values.iter().for_each(|value| by_value.entry(*value).or_default().push(entry.clone()));
        } else {
            by_set.entry(values).or_default().push(entry.clone());
        }
    }
    if !by_value.is_empty() {
        place.switches.push(Switch { column: column.clone(), arms: arms(by_value) });
    }
    for (values, entries) in by_set {
        let arms = vec![Arm { values, place: self::place(entries) }];
        place.switches.push(Switch { column: column.clone(), arms });
    }
}

/// Values that lead to the same rules share an arm.
fn arms(by_value: BTreeMap<u32, Vec<Entry>>) -> Vec<Arm> {
    let mut shared: BTreeMap<Vec<RuleIndex>, (Vec<u32>, Vec<Entry>)> = BTreeMap::new();
    for (value, entries) in by_value {
        let rules = entries.iter().map(|entry| entry.rule).collect();
        shared.entry(rules).or_insert_with(|| (Vec::new(), entries)).0.push(value);
    }
    shared.into_values().map(|(values, entries)| Arm { values, place: place(entries) }).collect()
}

impl DecisionGraph {
    /// The graph as indented text, one test or rule a line.
    pub fn text(&self, plan: &Plan) -> String {
        let mut text = String::new();
        for (kind, place) in &self.kinds {
            let _ = writeln!(text, "at {}", kind.name());
            write_place(&mut text, plan, place, 1);
        }
        text
    }
}

fn write_place(text: &mut String, plan: &Plan, place: &Place, depth: usize) {
    let indent = "    ".repeat(depth);
    for rule in &place.rules {
        let _ = writeln!(text, "{indent}rule {}", plan.rules[rule.0 as usize].meta.id);
    }
    for switch in &place.switches {
        let path = switch.column.path.iter().map(|slot| format!(".{slot}")).collect::<String>();
        let _ = writeln!(text, "{indent}{:?} of root{path}", switch.column.attribute);
        for arm in &switch.arms {
            let names = arm.values.iter().map(|value| value_name(plan, switch.column.attribute, *value));
            let _ = writeln!(text, "{indent}  {}", names.collect::<Vec<_>>().join(", "));
            write_place(text, plan, &arm.place, depth + 1);
        }
    }
}

fn value_name(plan: &Plan, attribute: Attribute, value: u32) -> String {
    match attribute {
        Attribute::Op => u8::try_from(value).ok().and_then(Op::from_u8).map_or("?", Op::text).to_owned(),
        Attribute::Kind => u8::try_from(value).ok().and_then(Kind::from_u8).map_or("?", Kind::name).to_owned(),
        Attribute::Text => {
            let atom = AtomId(value);
            format!("{:?}", String::from_utf8_lossy(&plan.atoms[atom.0 as usize]))
        }
    }
}

#[cfg(test)]
mod tests;
