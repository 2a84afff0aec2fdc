//! Why a rule fired at a line, or did not: how far it came at each candidate.
//!
//! In: a rule, a file, a line. Out: [`Attempt`]s, the furthest first, each with the condition of the rule that decided. The
//! interpreter runs the rule alone and is listened to; nothing here changes what a run finds.

use crate::check::Run;
use crate::conditions::Facts;
use crate::evaluate::{Because, FileHost, Match, Unknown};
use crate::finding::{Position, RuleRef};
use crate::findings::position;
use crate::flow::around::Around;
use crate::job::{Job, Target};
use crate::rules::RuleSet;
use crate::wanted::Wanted;
use rulec_gofront::Reader;
use rulec_pack::program::file_budget;
use rulec_plan::host::Trap;
use rulec_plan::interp::{self, Observer, Subject};
use rulec_plan::ir::{Origin, OriginId, RuleIndex, Start};
use rulec_tree::{KindSet, Node};
use rustc_hash::FxHashMap;

/// A rule tried at one candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Where the candidate starts.
    pub start: Position,
    /// One past its end.
    pub end: Position,
    /// How it went.
    pub result: AttemptResult,
}

/// How a rule went at a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptResult {
    /// It reports a finding.
    Fired,
    /// It would, if this condition were known to hold.
    Undecided {
        /// The condition.
        origin: Origin,
        /// Why it is not known, if that can be told.
        because: Option<String>,
    },
    /// The step that failed on the way that came furthest, after so many steps had not.
    Failed {
        /// The steps passed.
        passed: usize,
        /// The step, in the rule's text.
        origin: Origin,
    },
    /// The rule used up its steps for the file.
    Exhausted,
}

impl AttemptResult {
    /// Larger for what came further.
    fn rank(&self) -> (u8, usize) {
        match self {
            AttemptResult::Fired => (3, 0),
            AttemptResult::Undecided { .. } => (2, 0),
            AttemptResult::Exhausted => (1, 0),
            AttemptResult::Failed { passed, .. } => (0, *passed),
        }
    }
}

/// Runs `rule` at every candidate of the file that touches the line; the attempts come furthest first, then in source order.
/// `source` is taken as the content of `target`. Whether the rule is switched on does not matter.
///
/// # Errors
/// Why the file cannot be read, or what went wrong in the engine.
pub fn explain(
    job: &Job,
    rule: RuleRef,
    target: &Target,
    source: &[u8],
    line_number: u32,
) -> Result<Vec<Attempt>, String> {
    let wanted = Wanted::of_all(job.rules);
    let run = Run::new(job, &wanted, std::slice::from_ref(target));
    let file = Reader::new().read(source, job.rules.vocabulary()).map_err(|refusal| refusal.to_string())?;
    let around = run.around(target);
    let facts = run.facts(target, source, (&file, None), around.as_ref().map(|around| around as &dyn Around));
    trace(job.rules, rule, &facts, line_number).map_err(|trap| trap.0)
}

fn trace(rules: &RuleSet, rule: RuleRef, facts: &Facts, line_number: u32) -> Result<Vec<Attempt>, Trap> {
    let plan = rules.plan(rule.program);
    let Some(rule_plan) = plan.rules.get(rule.rule.0 as usize) else { return Ok(Vec::new()) };
    let kinds = match &rule_plan.start {
        Start::Kinds(kinds) | Start::Symbols { kinds, .. } => *kinds,
    };
    let tree = facts.tree();
    let subject = Subject { plan, rule: rule.rule, tree, link: rules.program(rule.program).names() };
    let mut attempts = Vec::new();
    for root in candidates(facts, kinds, line_number) {
        let mut host = FileHost::new(&rules.prepared()[rule.program], facts);
        let mut furthest = Furthest::new(&host, facts);
        let mut budget = file_budget(tree);
        let outcome = interp::run_observed(subject, root, &mut budget, &mut host, &mut furthest)?;
        let origin = |id: OriginId| rule_plan.origins.get(id.0 as usize).cloned();
        let sure = host.matches.iter().any(|one| one.doubt.is_none());
        let doubt = host.matches.iter().find_map(|one| one.doubt);
        let result =
            match (sure, doubt.and_then(origin), furthest.step.and_then(|(passed, id)| Some((passed, origin(id)?)))) {
                (true, ..) => AttemptResult::Fired,
                (false, Some(origin), _) => {
                    AttemptResult::Undecided { origin, because: reason_for(&furthest.reasons, doubt) }
                }
                _ if outcome == interp::Outcome::Exhausted => AttemptResult::Exhausted,
                (false, None, Some((passed, origin))) => AttemptResult::Failed { passed, origin },
                (false, None, None) => continue,
            };
        let span = tree.span(root);
        attempts.push(Attempt { start: position(facts, span.start), end: position(facts, span.end), result });
    }
    attempts.sort_by_key(|attempt| (std::cmp::Reverse(attempt.result.rank()), attempt.start, attempt.end));
    Ok(attempts)
}

/// The rows of these kinds that touch a line.
fn candidates<'a>(facts: &'a Facts, kinds: KindSet, line_number: u32) -> impl Iterator<Item = Node> + 'a {
    let tree = facts.tree();
    tree.nodes().filter(move |node| {
        let span = tree.span(*node);
        kinds.contains(tree.kind(*node)) && facts.line(span.start) <= line_number && line_number <= facts.line(span.end)
    })
}

/// Why conditions on which matches hang are not known. A rule is run once more at each root of such matches, however many
/// of them there are: what is unknown at one root was unknown for the same reason each time.
pub(crate) struct Doubts<'a> {
    rules: &'a RuleSet,
    facts: &'a Facts<'a>,
    program: usize,
    known: FxHashMap<(RuleIndex, Node), Vec<(OriginId, String)>>,
}

impl<'a> Doubts<'a> {
    pub(crate) fn new(rules: &'a RuleSet, facts: &'a Facts<'a>, program: usize) -> Doubts<'a> {
        Doubts { rules, facts, program, known: FxHashMap::default() }
    }

    /// Why the condition on which a match hangs is not known.
    pub(crate) fn because(&mut self, one: &Match) -> Option<String> {
        let plan = self.rules.plan(self.program);
        plan.rules.get(one.rule.0 as usize).filter(|rule| rule.meta.needs_types)?;
        let root = one.captures.first()?.nodes()?.first;
        let (rules, facts, program) = (self.rules, self.facts, self.program);
        let reasons =
            self.known.entry((one.rule, root)).or_insert_with(|| reasons_at(rules, facts, program, one.rule, root));
        reason_for(reasons, one.doubt)
    }
}

/// The reasons for which conditions of a rule are unknown at a root.
fn reasons_at(rules: &RuleSet, facts: &Facts, program: usize, rule: RuleIndex, root: Node) -> Vec<(OriginId, String)> {
    let subject = Subject { plan: rules.plan(program), rule, tree: facts.tree(), link: rules.program(program).names() };
    let mut host = FileHost::new(&rules.prepared()[program], facts);
    let mut furthest = Furthest::new(&host, facts);
    let mut budget = file_budget(facts.tree());
    // Whatever ends the run, the reasons up to there stand.
    let _ = interp::run_observed(subject, root, &mut budget, &mut host, &mut furthest);
    furthest.reasons
}

/// The first reason for which this condition was unknown.
fn reason_for(reasons: &[(OriginId, String)], doubt: Option<OriginId>) -> Option<String> {
    let reason = reasons.iter().find(|(origin, _)| Some(*origin) == doubt);
    reason.map(|(_, reason)| reason.clone())
}

/// Remembers the failure that came furthest, of equals the first, and why conditions were unknown.
struct Furthest<'f> {
    facts: &'f Facts<'f>,
    step: Option<(usize, OriginId)>,
    /// Why the last answer was unknown.
    last: Because,
    reasons: Vec<(OriginId, String)>,
}

impl<'f> Furthest<'f> {
    fn new(host: &FileHost, facts: &'f Facts<'f>) -> Furthest<'f> {
        Furthest { facts, step: None, last: host.because.clone(), reasons: Vec::new() }
    }
}

impl Observer for Furthest<'_> {
    fn failed(&mut self, passed: usize, origin: OriginId) {
        if self.step.is_none_or(|(furthest, _)| furthest < passed) {
            self.step = Some((passed, origin));
        }
    }

    fn unknown(&mut self, _: usize, origin: OriginId) {
        let last = self.last.take();
        if self.reasons.iter().any(|(known, _)| *known == origin) {
            return;
        }
        let reason = match last {
            Some(Unknown::Reason(reason)) => reason,
            Some(Unknown::Node(node)) => match self.facts.types() {
                // What is known all the same is not the cause.
                Ok(types) if types.ty(node).is_unknown() => types.unknown_because(node),
                Ok(_) => return,
                Err(reason) => reason.to_owned(),
            },
            None => return,
        };
        self.reasons.push((origin, reason));
    }
}
