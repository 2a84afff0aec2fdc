//! The verifier: a plan that passes can be run by any engine without reading outside of a tree's columns.
//!
//! In: any plan, an enemy's too. Out: nothing, or why it was refused, and where. Checked are indices into tables, that
//! registers are assigned before use with the right type, that slots exist for every kind a row can have, the signatures of
//! host functions, captures, what rules say of themselves ([`data`]), and bounds on sizes and nesting.
//!
//! What is checked is enough for memory safety and for an end: machine code that was compiled from an accepted plan reads
//! rows of the tree only, and every loop of it spends of a budget that the plan has no say in. **Absent:** whether the rule
//! is a sensible one; whether a regular expression can be read, which whoever compiles it says
//! ([`crate::regex::compile`]).

mod data;
mod steps;

use crate::ir::{GuardTest, Plan, RegisterType, RulePlan, Start};
use rulec_tree::{Kind, KindSet};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// The most steps one rule may have, conditions, arguments and alternatives included. Bounds the interpreter's recursion.
pub const MAX_STEPS: usize = 4096;
/// The deepest nesting of searches, alternatives and conditions.
pub const MAX_NESTING: usize = 64;
/// The most registers of one rule.
pub const MAX_REGISTERS: usize = 4096;
/// The most entries of each table of a plan, rules included.
pub const MAX_TABLE: usize = 1 << 20;
/// The most guards of one rule.
pub const MAX_GUARDS: usize = 1024;

/// Why a plan was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The rule, if it is one rule's fault.
    pub rule: Option<String>,
    /// What is wrong, and where.
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rule {
            // What an enemy wrote is not shown as it is.
            Some(rule) => write!(f, "rule `{}`: {}", rule.escape_debug(), self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

impl std::error::Error for Refused {}

/// Checks a whole plan.
///
/// # Errors
/// [`Refused`] for the first fault found.
pub fn verify(plan: &Plan) -> Result<(), Refused> {
    data::check_tables(plan).map_err(|reason| Refused { rule: None, reason })?;
    plan.rules.iter().try_for_each(|rule| verify_rule(Sizes::of(plan), rule))?;
    let mut ids = HashSet::new();
    match plan.rules.iter().find(|rule| !ids.insert(rule.meta.id.as_str())) {
        Some(twice) => Err(Refused { rule: Some(twice.meta.id.clone()), reason: "its id is that of another".into() }),
        None => Ok(()),
    }
}

/// The sizes of a plan's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Of [`Plan::atoms`].
    pub atoms: usize,
    /// Of [`Plan::symbols`].
    pub symbols: usize,
    /// Of [`Plan::constants`].
    pub constants: usize,
}

impl Sizes {
    /// The sizes of a plan's tables.
    pub fn of(plan: &Plan) -> Sizes {
        Sizes { atoms: plan.atoms.len(), symbols: plan.symbols.len(), constants: plan.constants.len() }
    }
}

/// Checks one rule of a plan whose tables have these sizes.
///
/// # Errors
/// [`Refused`] for the first fault found.
pub fn verify_rule(sizes: Sizes, rule: &RulePlan) -> Result<(), Refused> {
    check_rule(sizes, rule).map_err(|reason| Refused { rule: Some(rule.meta.id.clone()), reason })
}

type Check<T = ()> = Result<T, String>;

fn check_rule(sizes: Sizes, rule: &RulePlan) -> Check {
    data::check_meta(sizes, &rule.meta)?;
    data::check_texts(rule)?;
    if rule.registers.first() != Some(&RegisterType::Node) {
        return Err("register 0 is the candidate root and must be a node".into());
    }
    at_most(MAX_REGISTERS, rule.registers.len(), "registers")?;
    check_start(sizes, rule)?;
    check_guards(sizes, rule)?;
    let asked = steps::check(sizes, rule, start_kinds(&rule.start))?;
    if asked.types && !rule.meta.needs_types {
        return Err("it asks about types, and does not say so".into());
    }
    if asked.flow && !rule.meta.needs_flow {
        return Err("it asks what happens inside of functions, and does not say so".into());
    }
    Ok(())
}

fn start_kinds(start: &Start) -> KindSet {
    let (Start::Kinds(kinds) | Start::Symbols { kinds, .. }) = start;
    *kinds
}

fn check_start(sizes: Sizes, rule: &RulePlan) -> Check {
    let kinds = start_kinds(&rule.start);
    if kinds.0 & !KindSet::ALL.0 != 0 {
        return Err("it starts at a kind that does not exist".into());
    }
    if kinds.contains(Kind::Absent) {
        return Err("it starts at empty slots".into());
    }
    if let Start::Symbols { symbols, .. } = &rule.start {
        symbols.iter().try_for_each(|symbol| in_table(symbol.0, sizes.symbols, "start: symbol"))?;
    }
    Ok(())
}

fn check_guards(sizes: Sizes, rule: &RulePlan) -> Check {
    at_most(MAX_GUARDS, rule.guards.len(), "guards")?;
    let mut known: HashMap<&[u8], KindSet> = HashMap::from([(&[][..], start_kinds(&rule.start))]);
    for (number, guard) in rule.guards.iter().enumerate() {
        if let Some((slot, parent)) = guard.path.split_last() {
            let kinds =
                known.get(parent).ok_or_else(|| format!("guard {number}: the kind of the row above is open"))?;
            if kinds.iter().any(|kind| kind.shape().slots.len() <= usize::from(*slot)) {
                return Err(format!("guard {number}: slot {slot} does not exist there"));
            }
        }
        match &guard.test {
            GuardTest::Kinds(kinds) => {
                let now = known.get(&guard.path[..]).map_or(*kinds, |before| before.intersect(*kinds));
                known.insert(&guard.path, now.intersect(KindSet::ALL));
            }
            GuardTest::Ops(_) => {}
            GuardTest::Texts(atoms) => {
                let in_atoms = |atom: &crate::ir::AtomId| in_table(atom.0, sizes.atoms, "atom");
                atoms.iter().try_for_each(in_atoms).map_err(|reason| format!("guard {number}: {reason}"))?;
            }
        }
    }
    Ok(())
}

fn in_table(index: u32, len: usize, what: &str) -> Check {
    if (index as usize) < len { Ok(()) } else { Err(format!("{what} {index} of {len}")) }
}

fn at_most(most: usize, count: usize, what: &str) -> Check {
    if count <= most { Ok(()) } else { Err(format!("{count} {what}; {most} are the most")) }
}

#[cfg(test)]
mod tests;
