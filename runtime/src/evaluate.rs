//! Evaluation: runs the rules of one program over one file and collects their matches.
//!
//! In: a program, [`Facts`] and which rules are active. Out: [`Match`]es in an order that depends neither on the engine nor
//! on the order of candidates, each once. Questions of the rules are answered by [`crate::conditions`]; what a match captured is kept as
//! rows and texts, so that nothing refers to the values of the run.

use crate::conditions::types::{Written, unknown_because, written};
use crate::conditions::{Answer, Arguments, Facts, Nodes, answer, nodes_of_word};
use crate::rules::Prepared;
use crate::value::Value;
use rulec_pack::RunReport;
use rulec_plan::host::{Handle, Host, HostFn, Param, Trap, Tri, Word, run_of_word};
use rulec_plan::ir::{OriginId, RuleIndex};
use rulec_plan::manifest::CaptureForm;
use rulec_tree::{Node, Tree};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// A rule matched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Match {
    pub(crate) rule: RuleIndex,
    /// What was captured, as the rule's [`rulec_plan::manifest::RuleMeta::captures`] lists it.
    pub(crate) captures: Vec<Captured>,
    /// The condition that was not known, if the match hangs on one.
    pub(crate) doubt: Option<OriginId>,
}

/// What a match captured.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Captured {
    /// One node.
    Node(CapturedNodes),
    /// A run of elements, perhaps none.
    Run(CapturedNodes),
    /// A value as messages show it; nothing if it is not known.
    Value(Option<String>),
    /// A type as the file writes it.
    Type(Written),
}

/// Rows with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CapturedNodes {
    first: u32,
    end: u32,
}

impl Captured {
    /// One node, whose subtree ends at `end`.
    #[cfg(test)]
    pub(crate) fn node(node: rulec_tree::Node, end: rulec_tree::Node) -> Captured {
        Captured::Node(CapturedNodes { first: node.0, end: end.0 })
    }

    /// The rows, if rows were captured.
    pub(crate) fn nodes(&self) -> Option<Nodes> {
        match self {
            Captured::Node(rows) | Captured::Run(rows) => {
                Some(Nodes { first: rulec_tree::Node(rows.first), end: rulec_tree::Node(rows.end) })
            }
            Captured::Value(_) | Captured::Type(_) => None,
        }
    }
}

/// Runs the rules for which `active` holds true.
///
/// # Errors
/// [`Trap`] if the engine failed.
pub(crate) fn run(prepared: &Prepared, facts: &Facts, active: &[bool]) -> Result<(Vec<Match>, RunReport), Trap> {
    let mut host = FileHost::new(prepared, facts);
    let report = prepared.program.run(facts.tree(), active, &mut host)?;
    host.matches.sort();
    host.matches.dedup();
    Ok((host.matches, report))
}

/// Answers questions about one file and collects matches.
pub(crate) struct FileHost<'a> {
    prepared: &'a Prepared,
    facts: &'a Facts<'a>,
    /// Values made by host functions; their handles follow those of the constants.
    made: Vec<Value>,
    /// Answers given: bounds `made` by the number of different questions, and saves asking twice.
    known: FxHashMap<(HostFn, [Word; MOST_PARAMS]), Handle>,
    pub(crate) matches: Vec<Match>,
    /// Why the last answer that depends on types was unknown.
    pub(crate) because: Because,
}

/// Why an answer was unknown, for whoever listens to a run.
pub(crate) type Because = Rc<RefCell<Option<Unknown>>>;

/// What an unknown answer hangs on.
#[derive(Clone, Debug)]
pub(crate) enum Unknown {
    /// What is not known about this node.
    Node(Node),
    /// What this says.
    Reason(String),
}

/// The most parameters of a host function.
const MOST_PARAMS: usize = {
    let (mut most, mut at) = (0, 0);
    while at < HostFn::ALL.len() {
        let params = HostFn::ALL[at].signature().params.len();
        most = if params > most { params } else { most };
        at += 1;
    }
    most
};

impl<'a> FileHost<'a> {
    pub(crate) fn new(prepared: &'a Prepared, facts: &'a Facts<'a>) -> FileHost<'a> {
        FileHost {
            prepared,
            facts,
            made: Vec::new(),
            known: FxHashMap::default(),
            matches: Vec::new(),
            because: Because::default(),
        }
    }

    fn value_of(&self, handle: Word) -> Option<&Value> {
        let index = usize::try_from(handle.checked_sub(1)?).ok()?;
        match self.prepared.constants.get(index) {
            Some(constant) => constant.as_ref(),
            None => self.made.get(index - self.prepared.constants.len()),
        }
    }

    fn answer(&self, host: HostFn, words: &[Word]) -> Answer {
        let value = |handle| self.value_of(handle);
        answer(host, self.facts, &Arguments { words, tree: self.facts.tree(), value: &value })
    }

    /// Notes why an answer about types is unknown. If that is because an argument is, it was noted before.
    fn note(&self, host: HostFn, args: &[Word]) {
        let signature = host.signature();
        let is_unknown = |(param, word): (&Param, &Word)| {
            matches!(param, Param::Value | Param::Type) && self.value_of(*word).is_none()
        };
        let cause = match signature.params.first() {
            _ if !signature.types || signature.params.iter().zip(args).any(is_unknown) => return,
            Some(Param::Node | Param::Nodes) => args.first().map(|word| Unknown::Node(run_of_word(*word).0)),
            _ => {
                let values: Vec<_> = args.iter().map(|word| self.value_of(*word)).collect();
                unknown_because(self.facts, &values).map(Unknown::Reason)
            }
        };
        self.because.replace(cause);
    }

    fn keep(&mut self, value: Option<Value>) -> Handle {
        let Some(value) = value else { return Handle::UNKNOWN };
        self.made.push(value);
        Handle((self.prepared.constants.len() + self.made.len()) as Word)
    }

    fn capture(&self, form: CaptureForm, word: Word) -> Captured {
        let tree: &Tree = self.facts.tree();
        let rows = |nodes: Nodes| CapturedNodes { first: nodes.first.0, end: nodes.end.0 };
        match form {
            CaptureForm::Node => Captured::Node(rows(nodes_of_word(tree, word))),
            CaptureForm::Run => Captured::Run(rows(nodes_of_word(tree, word))),
            CaptureForm::Value => match self.value_of(word) {
                Some(Value::Type(ty)) => written(self.facts, *ty).map_or(Captured::Value(None), Captured::Type),
                value => Captured::Value(value.map(Value::shown)),
            },
        }
    }
}

impl Host for FileHost<'_> {
    fn ask(&mut self, host: HostFn, args: &[Word]) -> Result<Tri, Trap> {
        match self.answer(host, args) {
            Answer::Truth(Tri::Unknown) => {
                self.note(host, args);
                Ok(Tri::Unknown)
            }
            Answer::Truth(truth) => Ok(truth),
            Answer::Value(_) => Err(Trap(format!("`{}` was asked as a condition", host.signature().name))),
        }
    }

    fn value(&mut self, host: HostFn, args: &[Word]) -> Result<Handle, Trap> {
        let question = (host, std::array::from_fn(|index| args.get(index).copied().unwrap_or(0)));
        if let Some(&handle) = self.known.get(&question) {
            if handle == Handle::UNKNOWN {
                self.note(host, args);
            }
            return Ok(handle);
        }
        let Answer::Value(value) = self.answer(host, args) else {
            return Err(Trap(format!("`{}` was asked for a value", host.signature().name)));
        };
        if value.is_none() {
            self.note(host, args);
        }
        let handle = self.keep(value);
        self.known.insert(question, handle);
        Ok(handle)
    }

    fn emit(&mut self, rule: RuleIndex, doubt: Option<OriginId>, captures: &[Word]) -> Result<(), Trap> {
        let plan = self.prepared.program.plan();
        let forms = plan.rules.get(rule.0 as usize).map_or(&[][..], |rule| &rule.meta.captures);
        let captures = forms.iter().zip(captures).map(|(capture, word)| self.capture(capture.form, *word)).collect();
        self.matches.push(Match { rule, captures, doubt });
        Ok(())
    }
}
