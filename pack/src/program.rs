//! Running all rules of one plan over one file, by machine code or by the interpreter.
//!
//! In: a verified plan, an engine, and trees made over the vocabulary that the plan was linked into. Out: calls of the
//! host, and which rules ran out of steps. Both engines make the same calls for each rule, in the same order, and spend
//! the same steps; the order of rules and candidates among each other is not defined, so hosts sort what they hear.
//!
//! A rule is entered at its *candidates*: rows of a start kind that pass its guards, or rows some parents above a use of
//! one of its symbols.

use crate::abi::{Frame, RULE_EXHAUSTED, RULE_OFF, RULE_ON, RuleFn, Status, dispatch_guards};
use crate::code::Executable;
use crate::helpers::{Context, HELPERS};
use rulec_plan::Plan;
use rulec_plan::host::{Host, Trap};
use rulec_plan::interp::{self, Link, Outcome, Subject};
use rulec_plan::ir::{Guard, GuardTest, RuleIndex, RulePlan, Start};
use rulec_tree::{Kind, KindSet, Node, SymbolId, Tree, Vocabulary};
use std::ops::Range;
use std::sync::Arc;

/// What runs the rules.
#[derive(Clone, Debug)]
pub enum Engine {
    /// Machine code of the plan.
    Native(Executable),
    /// The interpreter, which defines what a plan means.
    Interp,
}

/// The rules of one plan, linked into a vocabulary.
#[derive(Debug)]
pub struct Program {
    plan: Arc<Plan>,
    engine: Engine,
    link: Link,
    /// See [`Frame::atom_of`].
    atom_of: Vec<u32>,
    /// See [`Frame::symbol_of`].
    symbol_of: Vec<u32>,
    /// The rules that start at each kind.
    at_kind: Vec<Vec<RuleIndex>>,
    /// The rules that start at each symbol, by the first symbol index with it.
    at_symbol: Vec<Vec<RuleIndex>>,
}

/// How a run over one file went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunReport {
    /// Rules whose budget was used up, in their order: matches of these may be missing.
    pub exhausted: Vec<RuleIndex>,
    /// Steps spent by all rules.
    pub steps: u64,
}

impl RunReport {
    /// Adds how another run over the file went.
    pub fn add(&mut self, other: RunReport) {
        self.steps += other.steps;
        self.exhausted.extend(other.exhausted);
        self.exhausted.sort_unstable();
        self.exhausted.dedup();
    }
}

/// Which rules of a program are on, with what follows from it for each run.
#[derive(Clone, Debug)]
pub struct Selection {
    /// For each rule [`RULE_ON`] or [`RULE_OFF`].
    states: Vec<u8>,
    /// The kinds at which one of them starts.
    kinds: KindSet,
    /// Whether one of them starts at uses of symbols.
    uses: bool,
}

impl Selection {
    /// Whether a rule may start somewhere among rows of these kinds.
    pub fn may_start_among(&self, kinds: KindSet) -> bool {
        self.uses || !self.kinds.intersect(kinds).is_empty()
    }
}

impl Program {
    /// Links a plan: its names become numbers of `vocabulary`. All programs of a run are linked into one vocabulary
    /// before the first file is read.
    ///
    /// # Panics
    /// If the engine's code is not of this plan: it has another number of rules.
    pub fn link(plan: Arc<Plan>, engine: Engine, vocabulary: &mut Vocabulary) -> Program {
        if let Engine::Native(executable) = &engine {
            assert_eq!(executable.rules().len(), plan.rules.len(), "memory safety hangs on it");
        }
        let link = Link::new(&plan, vocabulary);
        let atom_of = reversed(link.atoms.iter().map(|text| text.0));
        let symbol_of = reversed(link.symbols.iter().map(|symbol| symbol.0));
        let at_kind = rules_at_kinds(&plan);
        let at_symbol = rules_at_symbols(&plan, &link, &symbol_of);
        Program { plan, engine, link, atom_of, symbol_of, at_kind, at_symbol }
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The numbers of the plan's names in the vocabulary.
    pub fn names(&self) -> &Link {
        &self.link
    }

    /// Whether the rules are run by machine code.
    pub fn is_native(&self) -> bool {
        matches!(self.engine, Engine::Native(_))
    }

    /// Runs the rules that `enabled` holds true for over one file, each within [`file_budget`].
    ///
    /// `tree` was made over the vocabulary of [`Program::link`] and is shaped as [`Kind::shape`] says.
    ///
    /// # Errors
    /// [`Trap`] if the host fails by a fault of its own; what it heard so far is not complete.
    pub fn run(&self, tree: &Tree, enabled: &[bool], host: &mut dyn Host) -> Result<RunReport, Trap> {
        self.run_within(file_budget(tree), tree, enabled, host)
    }

    /// Like [`Program::run`], but each rule may spend `budget` steps.
    ///
    /// # Errors
    /// As there.
    pub fn run_within(
        &self,
        budget: i64,
        tree: &Tree,
        enabled: &[bool],
        host: &mut dyn Host,
    ) -> Result<RunReport, Trap> {
        self.run_from(0..tree.len() as u32, budget, tree, &self.select(enabled), host)
    }

    /// The rules that `enabled` holds true for.
    pub fn select(&self, enabled: &[bool]) -> Selection {
        let mut states: Vec<u8> = enabled.iter().map(|on| if *on { RULE_ON } else { RULE_OFF }).collect();
        states.resize(self.plan.rules.len(), RULE_OFF);
        let (mut kinds, mut uses) = (KindSet::EMPTY, false);
        for (rule, _) in self.plan.rules.iter().zip(&states).filter(|(_, state)| **state == RULE_ON) {
            match &rule.start {
                Start::Kinds(own) => kinds = kinds.union(*own),
                Start::Symbols { .. } => uses = true,
            }
        }
        Selection { states, kinds, uses }
    }

    /// Like [`Program::run_within`], but rules start only at `rows`, which hold the whole subtree of each of them or the
    /// root of the file.
    ///
    /// # Errors
    /// As there.
    pub fn run_from(
        &self,
        rows: Range<u32>,
        budget: i64,
        tree: &Tree,
        selection: &Selection,
        host: &mut dyn Host,
    ) -> Result<RunReport, Trap> {
        let mut states = selection.states.clone();
        let mut budgets = vec![budget; self.plan.rules.len()];
        let there = tree.below(Node::ROOT).union(KindSet::of(&[tree.kind(Node::ROOT)]));
        let wanted = selection.kinds.intersect(there);
        let uses = if selection.uses { self.candidates_at_uses(&states, tree, &rows) } else { Vec::new() };
        let starts = Starts { rows: &rows, wanted, uses: &uses };
        match &self.engine {
            Engine::Native(executable) => {
                self.run_native(executable, tree, &starts, &mut states, &mut budgets, host)?
            }
            Engine::Interp => self.run_interp(tree, &starts, &mut states, &mut budgets, host)?,
        }
        Ok(report(&states, &budgets, budget))
    }

    fn run_native(
        &self,
        executable: &Executable,
        tree: &Tree,
        starts: &Starts<'_>,
        states: &mut [u8],
        budgets: &mut [i64],
        host: &mut dyn Host,
    ) -> Result<(), Trap> {
        let mut context = Context { tree, host, trap: None };
        let mut frame = Frame {
            columns: tree.columns(),
            atoms: self.link.atoms.as_ptr(),
            symbols: self.link.symbols.as_ptr(),
            atom_of: self.atom_of.as_ptr(),
            symbol_of: self.symbol_of.as_ptr(),
            atom_of_len: self.atom_of.len() as u32,
            symbol_of_len: self.symbol_of.len() as u32,
            rules: executable.rules().as_ptr(),
            states: states.as_mut_ptr(),
            budgets: budgets.as_mut_ptr(),
            helpers: &HELPERS,
            context: (&raw mut context).cast(),
        };
        let frame = &raw mut frame;
        let call = |function: RuleFn, row: Node| {
            // SAFETY: the code was made for this plan (its maker says so, and `link` compared the number of rules). The
            // frame points at tables of this plan's sizes and at the columns of a live tree, the row is one of the
            // tree's and has a start kind, and nobody uses the context meanwhile.
            unsafe { function(frame, row.0) }
        };
        let mut trapped = false;
        if !starts.wanted.is_empty() {
            let functions = executable.kinds();
            for node in starts.rows.clone().map(Node) {
                let kind = tree.kind(node);
                if starts.wanted.contains(kind)
                    && let Some(function) = functions[kind as usize]
                {
                    trapped = call(function, node) == Status::Trapped as u32;
                    if trapped {
                        break;
                    }
                }
            }
        }
        for &(rule, root) in starts.uses {
            if trapped {
                break;
            }
            let index = rule.0 as usize;
            // SAFETY: `states` holds one byte for each rule; it is read through the frame's pointer since compiled code
            // writes through it.
            if unsafe { *(*frame).states.add(index) } == RULE_ON {
                trapped = call(executable.rules()[index], root) == Status::Trapped as u32;
            }
        }
        match context.trap {
            Some(trap) => Err(trap),
            None if trapped => Err(Trap("compiled code stopped without a reason".into())),
            None => Ok(()),
        }
    }

    fn run_interp(
        &self,
        tree: &Tree,
        starts: &Starts<'_>,
        states: &mut [u8],
        budgets: &mut [i64],
        host: &mut dyn Host,
    ) -> Result<(), Trap> {
        let mut enter = |states: &mut [u8], rule: RuleIndex, root: Node| {
            let index = rule.0 as usize;
            let subject = Subject { plan: &self.plan, rule, tree, link: &self.link };
            let outcome = interp::run(subject, root, &mut budgets[index], host)?;
            if outcome == Outcome::Exhausted {
                states[index] = RULE_EXHAUSTED;
            }
            Ok(())
        };
        if !starts.wanted.is_empty() {
            for node in starts.rows.clone().map(Node).filter(|node| starts.wanted.contains(tree.kind(*node))) {
                for &rule in &self.at_kind[tree.kind(node) as usize] {
                    if states[rule.0 as usize] == RULE_ON && self.guards_hold(rule, tree, node) {
                        enter(states, rule, node)?;
                    }
                }
            }
        }
        for &(rule, root) in starts.uses {
            if states[rule.0 as usize] == RULE_ON {
                enter(states, rule, root)?;
            }
        }
        Ok(())
    }

    /// Where enabled rules start because of a use of a symbol: each once, by rule and row.
    fn candidates_at_uses(&self, states: &[u8], tree: &Tree, rows: &Range<u32>) -> Vec<(RuleIndex, Node)> {
        let mut candidates = Vec::new();
        // A rule that starts at the root may do so because of a use anywhere.
        let uses = if rows.contains(&Node::ROOT.0) { 0..tree.len() as u32 } else { rows.clone() };
        for node in uses.map(Node) {
            let symbol = tree.symbol(node);
            if symbol == SymbolId::NONE {
                continue;
            }
            for &rule in self.rules_at_symbol(symbol) {
                let on = states[rule.0 as usize] == RULE_ON;
                if let Some(root) = on.then(|| root_above(tree, node, &self.rule(rule).start)).flatten()
                    && rows.contains(&root.0)
                {
                    candidates.push((rule, root));
                }
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
    }

    fn rules_at_symbol(&self, symbol: SymbolId) -> &[RuleIndex] {
        match self.symbol_of.get(symbol.0 as usize) {
            Some(&index) if index > 0 => &self.at_symbol[index as usize - 1],
            _ => &[],
        }
    }

    fn guards_hold(&self, rule: RuleIndex, tree: &Tree, root: Node) -> bool {
        dispatch_guards(self.rule(rule)).iter().all(|guard| self.guard_holds(guard, tree, root))
    }

    fn guard_holds(&self, guard: &Guard, tree: &Tree, root: Node) -> bool {
        let row = guard.path.iter().fold(root, |row, slot| {
            let child = (0..*slot).fold(Node(row.0 + 1), |child, _| tree.end(child));
            tree.unparen(child)
        });
        match &guard.test {
            GuardTest::Kinds(kinds) => kinds.contains(tree.kind(row)),
            GuardTest::Ops(ops) => ops >> (tree.op(row) as u8) & 1 == 1,
            GuardTest::Texts(atoms) => {
                let text = tree.text(row);
                atoms.iter().any(|atom| self.link.atoms[atom.0 as usize] == text)
            }
        }
    }

    fn rule(&self, rule: RuleIndex) -> &RulePlan {
        &self.plan.rules[rule.0 as usize]
    }
}

/// Where the rules of a run may start.
struct Starts<'s> {
    rows: &'s Range<u32>,
    /// The kinds at which an enabled rule starts and which the tree has.
    wanted: KindSet,
    /// Each once, by rule and row.
    uses: &'s [(RuleIndex, Node)],
}

/// How many steps a rule may spend in one file: enough for any sensible rule, and bounded by the file's size.
pub fn file_budget(tree: &Tree) -> i64 {
    (1 << 20) + 64 * tree.len() as i64
}

/// For each number, one more than the first index at which it stands, or 0.
fn reversed(numbers: impl Iterator<Item = u32> + Clone) -> Vec<u32> {
    let len = numbers.clone().max().map_or(0, |max| max as usize + 1);
    let mut table = vec![0; len];
    for (index, number) in numbers.enumerate() {
        let entry = &mut table[number as usize];
        if *entry == 0 {
            *entry = index as u32 + 1;
        }
    }
    table
}

fn rules_at_kinds(plan: &Plan) -> Vec<Vec<RuleIndex>> {
    let mut at_kind = vec![Vec::new(); Kind::ALL.len()];
    for (index, rule) in (0..).map(RuleIndex).zip(&plan.rules) {
        if let Start::Kinds(kinds) = &rule.start {
            kinds.iter().for_each(|kind| at_kind[kind as usize].push(index));
        }
    }
    at_kind
}

fn rules_at_symbols(plan: &Plan, link: &Link, symbol_of: &[u32]) -> Vec<Vec<RuleIndex>> {
    let mut at_symbol = vec![Vec::new(); plan.symbols.len()];
    for (index, rule) in (0..).map(RuleIndex).zip(&plan.rules) {
        if let Start::Symbols { symbols, .. } = &rule.start {
            for symbol in symbols {
                let first = symbol_of[link.symbols[symbol.0 as usize].0 as usize] - 1;
                let rules: &mut Vec<RuleIndex> = &mut at_symbol[first as usize];
                if rules.last() != Some(&index) {
                    rules.push(index);
                }
            }
        }
    }
    at_symbol
}

/// The row some parents above a use, parentheses not counted, if there is one and its kind is a start kind.
fn root_above(tree: &Tree, using: Node, start: &Start) -> Option<Node> {
    let Start::Symbols { up, kinds, .. } = start else { return None };
    let mut row = using;
    for _ in 0..*up {
        row = tree.ancestors(row).find(|above| tree.kind(*above) != Kind::Paren)?;
    }
    kinds.contains(tree.kind(row)).then_some(row)
}

fn report(states: &[u8], budgets: &[i64], full: i64) -> RunReport {
    let exhausted = (0..).map(RuleIndex).zip(states).filter(|(_, state)| **state == RULE_EXHAUSTED);
    let steps = budgets.iter().map(|left| (full - left) as u64).sum();
    RunReport { exhausted: exhausted.map(|(rule, _)| rule).collect(), steps }
}

#[cfg(test)]
mod tests;
