//! The facts of rules: found for one package after the other, those of its imports being known.
//!
//! In: a package in hand, with trees, types and bodies. Out: for each fact what it holds of. The facts of one stratum ask
//! for each other, so their rules run over the declarations again until nothing new comes of it: that is the least set that they
//! describe. A declaration is looked at again only if it asked for something that has become known since.
//!
//! What hangs on an unknown answer is unknown; an answer only ever goes from *no* over *unknown* to *yes*, so the rounds end.

use crate::conditions::Facts;
use crate::evaluate;
use crate::flow::Flow;
use crate::flow::around::Around;
use crate::flow::entities::entity_of;
use crate::flow::states::{self, Stage};
use crate::flow::taint;
use crate::prefilter::Allowed;
use crate::rules::{Prepared, RuleSet};
use crate::wanted::Wanted;
use rulec_calls::bodies::FileBodies;
use rulec_calls::package::PackageFacts;
use rulec_calls::{Above, Entity, FactTable, FactsOf, FunctionKey, InHand, Targets};
use rulec_flow::{Knowledge, Summary};
use rulec_pack::program::Selection;
use rulec_plan::host::Tri;
use rulec_plan::ir::{Constant, RulePlan};
use rulec_tree::{KindSet, Node, Vocabulary};
use rulec_types::{Name, ObjId, Ty};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

impl FactsOf for Wanted<'_> {
    fn digest(&self) -> [u8; 32] {
        *self.digest.get_or_init(|| {
            let mut hasher = blake3::Hasher::new();
            for (prepared, wanted) in
                self.rules.prepared().iter().zip(&self.facts).filter(|(_, own)| own.contains(&true))
            {
                let plan = prepared.program.plan();
                let facts: Vec<_> = plan.rules.iter().zip(wanted).filter(|(_, wanted)| **wanted).collect();
                // Options differ between runs of one plan.
                let constants = plan.constants.iter().zip(&prepared.constants);
                let options = constants.filter(|(constant, _)| matches!(constant, Constant::Option { .. }));
                let options: Vec<_> = options.map(|(_, value)| value).collect();
                let all = (&plan.atoms, &plan.symbols, &plan.constants, options, facts);
                hasher.update(format!("{all:?}").as_bytes());
            }
            hasher.update(format!("{:?} {}", self.kinds, self.states).as_bytes());
            *hasher.finalize().as_bytes()
        })
    }

    fn vocabulary(&self) -> Arc<Vocabulary> {
        self.rules.vocabulary().clone()
    }

    fn wants_concurrency(&self, is_checked: bool) -> bool {
        self.facts_ask_of_goroutines || is_checked && self.rules_ask_of_goroutines
    }

    fn of_package(&self, package: &InHand<'_>) -> BTreeMap<String, FactTable> {
        let strata = strata(self);
        if strata.is_empty() && self.kinds.is_empty() && !self.states {
            return BTreeMap::new();
        }
        let hand = Hand { package, tables: RefCell::default(), asked: RefCell::default() };
        let files: Vec<Facts> = package.bodies.files.iter().map(|file| facts_of(file, self.rules, &hand)).collect();
        if !self.kinds.is_empty() {
            complete(package.bodies.functions.len(), &hand, |function| {
                sources_in(&self.kinds, &files, function, &hand)
            });
        }
        let has_states = self.states && self.rules.model_index().states().next().is_some();
        for stage in [Stage::Changes, Stage::Needs].into_iter().filter(|_| has_states) {
            complete(package.bodies.functions.len(), &hand, |function| states_in(&files, function, stage, &hand));
        }
        let allowed: Vec<Allowed> = files.iter().map(|file| self.rules.prefilter().scan(file.source)).collect();
        let parts: Vec<Part> = files.iter().enumerate().flat_map(|(number, file)| parts(number, file)).collect();
        for stratum in &strata {
            let selected: Vec<Selected> = allowed.iter().map(|allowed| selected(self, stratum, allowed)).collect();
            let started: Vec<&Part> = parts.iter().filter(|part| selected[part.file].may_start_in(part)).collect();
            complete(started.len(), &hand, |part| {
                let Part { file, rows, .. } = started[part];
                run_over(self, &selected[*file], &files[*file], rows, &hand)
            });
        }
        hand.tables.take().into_iter().map(|(name, table)| (name, table.finish())).collect()
    }
}

fn facts_of<'f>(file: &'f FileBodies<'f>, rules: &'f RuleSet, hand: &'f Hand<'f>) -> Facts<'f> {
    let facts = Facts::new(file.file, file.source, file.path.to_str().unwrap_or_default());
    facts.in_hand(file.path, file.types, file.lowered.clone()).with_surroundings(hand, rules)
}

/// Of each program the rules of one stratum that are on.
type Stratum = Vec<Vec<bool>>;

/// The facts that are wanted, of all programs, lowest stratum first.
fn strata(wanted: &Wanted) -> Vec<Stratum> {
    let numbers = |(prepared, wanted): (&Prepared, &Vec<bool>)| {
        let rules = prepared.program.plan().rules.iter().zip(wanted);
        let of_rule = |(rule, wanted): (&RulePlan, &bool)| Some(rule.meta.fact.as_ref().filter(|_| *wanted)?.stratum);
        rules.map(of_rule).collect::<Vec<_>>()
    };
    let of_rules: Vec<Vec<Option<u32>>> = wanted.rules.prepared().iter().zip(&wanted.facts).map(numbers).collect();
    let all: BTreeSet<u32> = of_rules.iter().flatten().flatten().copied().collect();
    let active =
        |stratum: u32| of_rules.iter().map(move |rules| rules.iter().map(|own| *own == Some(stratum)).collect());
    all.into_iter().map(|stratum| active(stratum).collect()).collect()
}

/// The rules of a stratum that can find something in a file, of each program that has some.
struct Selected(Vec<(usize, Vec<bool>, Selection)>);

fn selected(wanted: &Wanted, stratum: &Stratum, allowed: &Allowed) -> Selected {
    let of_program = |(program, active): (usize, &Vec<bool>)| {
        let mut active = active.clone();
        wanted.rules.prefilter().narrow(allowed, program, &mut active);
        let selection = active.contains(&true).then(|| wanted.rules.program(program).select(&active))?;
        Some((program, active, selection))
    };
    let stratum = stratum.iter().enumerate().filter(|(_, active)| active.contains(&true));
    Selected(stratum.filter_map(of_program).collect())
}

impl Selected {
    fn may_start_in(&self, part: &Part) -> bool {
        self.0.iter().any(|(_, _, selection)| selection.may_start_among(part.kinds))
    }
}

/// Rows of a file that are looked at by themselves.
struct Part {
    file: usize,
    rows: Range<u32>,
    kinds: KindSet,
}

fn parts(file: usize, facts: &Facts) -> Vec<Part> {
    let tree = facts.tree();
    let part = |rows: Range<u32>| {
        let kinds = rows.clone().fold(KindSet::EMPTY, |kinds, row| kinds.union(KindSet::of(&[tree.kind(Node(row))])));
        Part { file, rows, kinds }
    };
    evaluate::parts(tree, 0..tree.len() as u32).into_iter().map(part).collect()
}

/// Looks at so many things until nothing new comes of it; `look` says of which entities more is known than before.
fn complete(count: usize, hand: &Hand, look: impl Fn(usize) -> Vec<Entity>) {
    let mut asking: FxHashMap<Entity, Vec<usize>> = FxHashMap::default();
    let mut waiting: Vec<usize> = (0..count).collect();
    while !waiting.is_empty() {
        let mut changed = FxHashSet::default();
        for number in std::mem::take(&mut waiting) {
            hand.asked.borrow_mut().clear();
            changed.extend(look(number));
            for entity in hand.asked.take() {
                asking.entry(entity).or_default().push(number);
            }
        }
        waiting.extend(changed.iter().filter_map(|entity| asking.get(entity)).flatten());
        // Each in its order, so that the rounds are the same in all runs.
        waiting.sort_unstable();
        waiting.dedup();
    }
}

/// The results of a function that come from where models say that nobody may trust them.
fn sources_in(kinds: &BTreeSet<String>, files: &[Facts], function: usize, hand: &Hand) -> Vec<Entity> {
    let (function, mut changed) = (&hand.package.bodies.functions[function], Vec::new());
    let flow = Flow::of(&files[function.file as usize]);
    for kind in taint::sources_within(flow, function.body, kinds) {
        for (result, answer) in taint::returns(flow, function.body, kind) {
            let entity = Entity::Result(function.key, result);
            if hand.learn(&taint::fact_name(kind), entity, answer == Tri::Yes) {
                changed.push(entity);
            }
        }
    }
    changed
}

/// What a function that others can call by its name does to states of its parameters, its results and the program.
fn states_in(files: &[Facts], function: usize, stage: Stage, hand: &Hand) -> Vec<Entity> {
    let function = &hand.package.bodies.functions[function];
    if function.outer.is_some() || !matches!(function.key, FunctionKey::Declared { .. }) {
        return Vec::new();
    }
    let flow = Flow::of(&files[function.file as usize]);
    let learned = states::of_function(flow, function.body, function.key, stage);
    let new = learned.into_iter().filter(|(fact, entity, sure)| hand.learn(fact, *entity, *sure));
    new.map(|(_, entity, _)| entity).collect()
}

/// Runs the rules of one stratum over a part of one file: of which entities more is known than before.
fn run_over(wanted: &Wanted, selected: &Selected, facts: &Facts, rows: &Range<u32>, hand: &Hand) -> Vec<Entity> {
    let mut changed = Vec::new();
    for (program, active, selection) in &selected.0 {
        let prepared = &wanted.rules.prepared()[*program];
        let run = |selection: &Selection| evaluate::run_from(rows.clone(), prepared, facts, selection);
        let each = |active: &[bool]| run(&prepared.program.select(active));
        let result = match wanted.profile {
            Some(_) => evaluate::noted(wanted.profile, *program, active, each),
            None => run(selection),
        };
        let Ok((matches, _)) = result else { continue };
        for one in matches {
            let Some(rule) = prepared.program.plan().rules.get(one.rule.0 as usize) else { continue };
            let (Some(fact), Some(nodes)) = (&rule.meta.fact, one.captures.first().and_then(|first| first.nodes()))
            else {
                continue;
            };
            if let Some(entity) = entity_of(facts, nodes.first, fact.of)
                && hand.learn(&rule.meta.id, entity, one.doubt.is_none())
            {
                changed.push(entity);
            }
        }
    }
    changed
}

/// A package in hand with the facts found so far.
struct Hand<'p> {
    package: &'p InHand<'p>,
    tables: RefCell<BTreeMap<String, Table>>,
    /// What was asked for by what is looked at.
    asked: RefCell<FxHashSet<Entity>>,
}

/// What a fact holds of, as far as it is found.
#[derive(Default)]
struct Table {
    holds: BTreeSet<Entity>,
    unknown: BTreeSet<Entity>,
}

impl Table {
    fn finish(self) -> FactTable {
        let unknown = self.unknown.difference(&self.holds).copied().collect();
        FactTable { holds: self.holds.into_iter().collect(), unknown }
    }
}

impl Hand<'_> {
    /// Whether this was not known.
    fn learn(&self, fact: &str, entity: Entity, sure: bool) -> bool {
        let mut tables = self.tables.borrow_mut();
        let table = tables.entry(fact.to_owned()).or_default();
        if sure { table.holds.insert(entity) } else { !table.holds.contains(&entity) && table.unknown.insert(entity) }
    }

    fn found(&self, fact: &str, entity: &Entity) -> Tri {
        match self.tables.borrow().get(fact) {
            Some(table) if table.holds.contains(entity) => Tri::Yes,
            Some(table) if table.unknown.contains(entity) => Tri::Unknown,
            _ => Tri::No,
        }
    }

    /// Whether an entity is declared by the files in hand.
    fn is_own(&self, entity: &Entity) -> bool {
        match entity {
            Entity::Func(function) | Entity::Param(function, _) | Entity::Result(function, _) => {
                self.package.facts.function(function).is_some()
            }
            Entity::Type { package, .. } | Entity::Field { package, .. } | Entity::Global { package, .. } => {
                *package == self.package.bodies.package
            }
        }
    }
}

impl Knowledge for Hand<'_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        self.package.function(function)
    }

    fn method(&self, receiver: Ty, name: Name) -> Option<&Summary> {
        self.package.method(receiver, name)
    }
}

impl Around for Hand<'_> {
    fn as_knowledge(&self) -> &dyn Knowledge {
        self
    }

    fn callees(&self, path: &Path, call: Node) -> Targets {
        let file = self.package.bodies.store.name(&path.to_string_lossy());
        let sites = self.package.facts.calls_at(file, call);
        let site = sites.iter().find(|site| site.via != rulec_calls::Via::Callback);
        site.map_or_else(Targets::default, |site| self.package.known.targets_seen(self.package.view, site))
    }

    fn param_count(&self, function: &FunctionKey) -> Option<usize> {
        let own = self.package.facts.function(function).map(|facts| &facts.summary);
        Some(own.or_else(|| self.package.known.summary(function))?.params.len())
    }

    fn has_source(&self, function: &FunctionKey) -> bool {
        self.package.facts.function(function).or_else(|| self.package.known.facts_of(function)).is_some()
    }

    /// Those who call the package are not known yet.
    fn callers(&self, _: &Path, _: &FunctionKey) -> (Vec<Node>, Option<usize>) {
        (Vec::new(), None)
    }

    fn holds(&self, fact: &str, entity: &Entity) -> Tri {
        self.asked.borrow_mut().insert(*entity);
        match self.found(fact, entity) {
            Tri::No if !self.is_own(entity) => self.package.known.fact(Some(self.package.view), fact, entity),
            known => known,
        }
    }

    /// Those who call the package are not known yet.
    fn annotated_above(&self, _: &FunctionKey, _: &str) -> Option<Vec<Above<'_>>> {
        None
    }

    /// Those who call the package are not known yet.
    fn reaching(&self, _: &Path, _: &FunctionKey) -> Option<Vec<Node>> {
        None
    }

    /// Those who call the package are not known yet.
    fn is_startup(&self, _: &FunctionKey) -> Option<bool> {
        None
    }

    fn package(&self, _: &Path) -> Option<&PackageFacts> {
        Some(self.package.facts)
    }

    fn file_number(&self, path: &Path) -> Option<u32> {
        let own = self.package.bodies.store.name(&path.to_string_lossy());
        let number = self.package.facts.files.iter().position(|file| *file == own)?;
        u32::try_from(number).ok()
    }
}

#[cfg(test)]
pub(crate) mod tests;
