//! What the rules that are on want of the functions around a file: which facts, which kinds of taint, whether states and
//! goroutines.
//!
//! In: the rules of a job, and which of them are on in some file. Out: [`Wanted`], by which `rulec-calls` finds what these
//! rules can ask for, directly or through facts, and nothing else.
//!
//! **Absent:** how facts are found, which is for [`crate::facts`].

use crate::flow;
use crate::job::{Job, RuleSetting, Target};
use crate::profile::Profile;
use crate::rules::{Prepared, RuleSet};
use crate::value::Value;
use rulec_plan::host::HostFn;
use rulec_plan::ir::{Arg, Cond, Op, RulePlan, Step};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// What the rules that are on want.
pub(crate) struct Wanted<'r> {
    /// All rules.
    pub(crate) rules: &'r RuleSet,
    /// Of each program the facts that somebody asks for.
    pub(crate) facts: Vec<Vec<bool>>,
    /// The kinds of taint that somebody asks for.
    pub(crate) kinds: BTreeSet<String>,
    /// Whether somebody asks about states.
    pub(crate) states: bool,
    /// Whether rules ask about goroutines, in the files that are checked.
    pub(crate) rules_ask_of_goroutines: bool,
    /// Whether facts do, in all packages.
    pub(crate) facts_ask_of_goroutines: bool,
    /// A hash over all that decides what is found, made once.
    pub(crate) digest: OnceLock<[u8; 32]>,
    /// Notes what facts cost.
    pub(crate) profile: Option<&'r Profile>,
}

/// What one rule or fact asks for.
#[derive(Default)]
struct Asked {
    facts: Names,
    kinds: Names,
    states: bool,
    goroutines: bool,
}

/// Names that are asked for.
enum Names {
    These(Vec<String>),
    /// It hangs on the code which.
    Any,
}

impl<'r> Wanted<'r> {
    /// What a job wants of these of its files.
    pub(crate) fn of(job: &Job<'r>, targets: &[Target]) -> Wanted<'r> {
        let mut is_on: Vec<Vec<bool>> = on(job.settings);
        if let Some(policy) = job.policy {
            for target in targets {
                let mut settings = job.settings.to_vec();
                policy.adjust(&target.display, &mut settings);
                let here = on(&settings);
                for (all, here) in is_on.iter_mut().flatten().zip(here.iter().flatten()) {
                    *all |= here;
                }
            }
        }
        Wanted { profile: job.profile, ..Wanted::by(job.rules, &is_on) }
    }

    /// What the rules want if all of them are on.
    pub(crate) fn of_all(rules: &'r RuleSet) -> Wanted<'r> {
        let all: Vec<Vec<bool>> =
            rules.prepared().iter().map(|one| vec![true; one.program.plan().rules.len()]).collect();
        Wanted::by(rules, &all)
    }

    /// What these rules want: those on, of each program.
    fn by(rules: &'r RuleSet, is_on: &[Vec<bool>]) -> Wanted<'r> {
        let none = |prepared: &Prepared| vec![false; prepared.program.plan().rules.len()];
        let mut wanted = Wanted {
            rules,
            facts: rules.prepared().iter().map(none).collect(),
            kinds: BTreeSet::new(),
            states: false,
            rules_ask_of_goroutines: false,
            facts_ask_of_goroutines: false,
            digest: OnceLock::new(),
            profile: None,
        };
        let by_name = facts_by_name(rules);
        let mut waiting: Vec<(usize, usize)> = Vec::new();
        for (program, is_on) in is_on.iter().enumerate() {
            let on = is_on.iter().enumerate().filter(|(_, on)| **on);
            waiting.extend(on.map(|(rule, _)| (program, rule)));
        }
        while let Some((program, number)) = waiting.pop() {
            let Some(prepared) = rules.prepared().get(program) else { continue };
            let Some(rule) = prepared.program.plan().rules.get(number) else { continue };
            let asked = asked(prepared, rule);
            wanted.add_kinds(asked.kinds);
            wanted.states |= asked.states;
            match rule.meta.fact {
                Some(_) => wanted.facts_ask_of_goroutines |= asked.goroutines,
                None => wanted.rules_ask_of_goroutines |= asked.goroutines,
            }
            let more: Vec<(usize, usize)> = match asked.facts {
                Names::These(names) => {
                    names.iter().filter_map(|name| by_name.get(&**name)).flatten().copied().collect()
                }
                Names::Any => by_name.values().flatten().copied().collect(),
            };
            let is_new =
                |(program, fact): &(usize, usize)| !std::mem::replace(&mut wanted.facts[*program][*fact], true);
            waiting.extend(more.into_iter().filter(is_new));
        }
        wanted
    }

    fn add_kinds(&mut self, kinds: Names) {
        match kinds {
            Names::These(names) => self.kinds.extend(names),
            Names::Any => self.kinds.extend(self.rules.model_index().kinds().map(str::to_owned)),
        }
    }
}

/// The rules that are on.
fn on(settings: &[Vec<RuleSetting>]) -> Vec<Vec<bool>> {
    settings.iter().map(|rules| rules.iter().map(|rule| rule.enabled).collect()).collect()
}

/// All facts by their names: program and number.
fn facts_by_name(rules: &RuleSet) -> FxHashMap<&str, Vec<(usize, usize)>> {
    let mut by_name: FxHashMap<&str, Vec<(usize, usize)>> = FxHashMap::default();
    for (program, prepared) in rules.prepared().iter().enumerate() {
        for (number, rule) in prepared.program.plan().rules.iter().enumerate() {
            if rule.meta.fact.is_some() {
                by_name.entry(&rule.meta.id).or_default().push((program, number));
            }
        }
    }
    by_name
}

impl Default for Names {
    fn default() -> Names {
        Names::These(Vec::new())
    }
}

impl Names {
    /// Takes in what an argument names.
    fn add(&mut self, prepared: &Prepared, name: Option<&Arg>) {
        let constant = match name {
            Some(Arg::Const(id)) => prepared.constants.get(id.0 as usize).and_then(Option::as_ref),
            _ => None,
        };
        match (constant, &mut *self) {
            (Some(Value::Str(name)), Names::These(names)) => names.push(String::from_utf8_lossy(name).into_owned()),
            (Some(Value::Str(_)), Names::Any) => {}
            _ => *self = Names::Any,
        }
    }
}

/// What a rule asks for.
fn asked(prepared: &Prepared, rule: &RulePlan) -> Asked {
    let mut asked = Asked::default();
    each_question(rule, |host, args| match host {
        HostFn::Fact => asked.facts.add(prepared, args.get(1)),
        HostFn::TaintedBy => asked.kinds.add(prepared, args.get(1)),
        HostFn::Required
        | HostFn::RequiredBy
        | HostFn::Ended
        | HostFn::Established
        | HostFn::EstablishedBy
        | HostFn::Lacked
        | HostFn::EventsEstablish
        | HostFn::EventsEstablishProgram => asked.states = true,
        _ => asked.goroutines |= flow::is_about_goroutines(host),
    });
    asked
}

/// A part of a plan.
enum Part<'p> {
    Steps(&'p [Step]),
    Cond(&'p Cond),
    Args(&'p [Arg]),
}

/// All questions of a rule to the host, with their arguments.
fn each_question(rule: &RulePlan, mut question: impl FnMut(HostFn, &[Arg])) {
    let mut waiting = vec![Part::Steps(&rule.body)];
    while let Some(part) = waiting.pop() {
        match part {
            Part::Steps(steps) => {
                for step in steps {
                    match &step.op {
                        Op::Move { .. } | Op::Test(_) | Op::Each { .. } => {}
                        Op::Ask(cond) => waiting.push(Part::Cond(cond)),
                        Op::Either(lists) => waiting.extend(lists.iter().map(|steps| Part::Steps(steps))),
                        Op::Let { host, args, .. } => {
                            question(*host, args);
                            waiting.push(Part::Args(args));
                        }
                        Op::Gather { steps, .. } => waiting.push(Part::Steps(steps)),
                        Op::Emit(args) => waiting.push(Part::Args(args)),
                    }
                }
            }
            Part::Cond(Cond::And(all) | Cond::Or(all)) => waiting.extend(all.iter().map(Part::Cond)),
            Part::Cond(Cond::Not(cond)) => waiting.push(Part::Cond(cond)),
            Part::Cond(Cond::Test(_)) => {}
            Part::Cond(Cond::Search(steps)) => waiting.push(Part::Steps(steps)),
            Part::Cond(Cond::Host(host, args)) => {
                question(*host, args);
                waiting.push(Part::Args(args));
            }
            Part::Args(args) => {
                for arg in args {
                    if let Arg::Call(host, args) = arg {
                        question(*host, args);
                        waiting.push(Part::Args(args));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
