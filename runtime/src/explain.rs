//! Why a rule fired at a line, or did not: how far it came at each candidate.
//!
//! In: a rule, a file, a line. Out: [`Attempt`]s, the furthest first, each with the condition of the rule that decided. The
//! interpreter runs the rule alone and is listened to; nothing here changes what a run finds.

use crate::check::Run;
use crate::conditions::Facts;
use crate::evaluate::FileHost;
use crate::finding::{Position, RuleRef};
use crate::findings::position;
use crate::job::{Job, Target};
use crate::rules::RuleSet;
use rulec_gofront::Reader;
use rulec_pack::program::file_budget;
use rulec_plan::host::Trap;
use rulec_plan::interp::{self, Observer, Subject};
use rulec_plan::ir::{Origin, OriginId, Start};
use rulec_tree::{KindSet, Node};

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
    Undecided(Origin),
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
            AttemptResult::Undecided(_) => (2, 0),
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
    let run = Run::new(job, std::slice::from_ref(target));
    let file = Reader::new().read(source, job.rules.vocabulary()).map_err(|refusal| refusal.to_string())?;
    trace(job.rules, rule, &run.facts(target, source, &file), line_number).map_err(|trap| trap.0)
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
        let mut furthest = Furthest::default();
        let mut budget = file_budget(tree);
        let outcome = interp::run_observed(subject, root, &mut budget, &mut host, &mut furthest)?;
        let origin = |id: OriginId| rule_plan.origins.get(id.0 as usize).cloned();
        let sure = host.matches.iter().any(|one| one.doubt.is_none());
        let doubt = host.matches.iter().find_map(|one| one.doubt);
        let result =
            match (sure, doubt.and_then(origin), furthest.step.and_then(|(passed, id)| Some((passed, origin(id)?)))) {
                (true, ..) => AttemptResult::Fired,
                (false, Some(origin), _) => AttemptResult::Undecided(origin),
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

/// Remembers the failure that came furthest; of equals the first.
#[derive(Default)]
struct Furthest {
    step: Option<(usize, OriginId)>,
}

impl Observer for Furthest {
    fn failed(&mut self, passed: usize, origin: OriginId) {
        if self.step.is_none_or(|(furthest, _)| furthest < passed) {
            self.step = Some((passed, origin));
        }
    }

    /// Whether an unknown condition mattered shows in the doubt of the match.
    fn unknown(&mut self, _: usize, _: OriginId) {}
}
