//! Evaluation: runs the rules of one program over one file and collects their matches.
//!
//! In: a program, [`Facts`] and which rules are active. Out: [`Match`]es in an order that depends neither on the engine nor
//! on the order of candidates, each once. Questions of the rules are answered by [`crate::conditions`]; what a match captured is kept as
//! rows and texts, so that nothing refers to the values of the run.

use crate::conditions::types::{Written, unknown_because, written};
use crate::conditions::{Answer, Arguments, Facts, Nodes, answer, nodes_of_word};
use crate::finding::RuleRef;
use crate::flow::trace::TraceStep;
use crate::flow::{self, Rows};
use crate::profile::Profile;
use crate::rules::Prepared;
use crate::value::Value;
use rulec_pack::RunReport;
use rulec_pack::program::{Selection, file_budget};
use rulec_plan::host::{Handle, Host, HostFn, Param, Trap, Tri, Word, run_of_word, set_word};
use rulec_plan::ir::{OriginId, RuleIndex};
use rulec_plan::manifest::CaptureForm;
use rulec_tree::{Kind, Node, Tree};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

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
    /// The places of a way.
    Way(Vec<TraceStep>),
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
            Captured::Value(_) | Captured::Type(_) | Captured::Way(_) => None,
        }
    }

    /// About how much memory it takes, in bytes.
    fn size_bytes(&self) -> usize {
        let texts = match self {
            Captured::Node(_) | Captured::Run(_) => 0,
            Captured::Value(text) => text.as_ref().map_or(0, String::len),
            Captured::Type(ty) => ty.text.len(),
            Captured::Way(steps) => steps.iter().map(|step| size_of::<TraceStep>() + step.text.len()).sum(),
        };
        size_of::<Captured>() + texts
    }
}

/// What came of running rules: their matches, sorted, and how it went.
pub(crate) type Ran = Result<(Vec<Match>, RunReport), Trap>;

/// Runs the selected rules from these rows: all of the file, those of whole declarations, or the root.
///
/// # Errors
/// [`Trap`] if the engine failed, or nobody waits for the answer any more.
pub(crate) fn run_from(rows: Range<u32>, prepared: &Prepared, facts: &Facts, selection: &Selection) -> Ran {
    let mut host = FileHost::new(prepared, facts);
    let tree = facts.tree();
    let report = prepared.program.run_from(rows, file_budget(tree), tree, selection, &mut host)?;
    host.matches.sort();
    host.matches.dedup();
    Ok((host.matches, report))
}

/// These rows of a file in parts that rules can start in one by one: the root, each function, what stands between two.
pub(crate) fn parts(tree: &Tree, rows: Range<u32>) -> Vec<Range<u32>> {
    let first = rows.start.max(Node::ROOT.0 + 1);
    let (mut parts, mut open) = (Vec::new(), first);
    parts.push(rows.start..first);
    for function in (first..rows.end).map(Node).filter(|node| tree.kind(*node) == Kind::FuncDecl) {
        let end = tree.end(function).0;
        parts.extend([open..function.0, function.0..end]);
        open = end;
    }
    parts.push(open..rows.end);
    parts.retain(|part| !part.is_empty());
    parts
}

/// Runs the rules that are active at once; or, while a profile is taken, one after the other, each for itself, and notes what it
/// costs. The matches are the same.
///
/// # Errors
/// [`Trap`] if the engine failed.
pub(crate) fn noted(profile: Option<&Profile>, program: usize, active: &[bool], run: impl Fn(&[bool]) -> Ran) -> Ran {
    let Some(profile) = profile else { return run(active) };
    let (mut all, mut report) = (Vec::new(), RunReport::default());
    let mut alone = vec![false; active.len()];
    for number in (0..active.len()).filter(|number| active[*number]) {
        alone[number] = true;
        let rule = RuleRef { program, rule: RuleIndex(number as u32) };
        let (matches, spent) = profile.rule(rule, || run(&alone))?;
        alone[number] = false;
        all.extend(matches);
        report.add(spent);
    }
    all.sort();
    Ok((all, report))
}

/// What values and matches of one program in one file may take: far more than any rule needs.
const MAX_HELD_BYTES: usize = 1 << 30;

/// Answers questions about one file and collects matches.
pub(crate) struct FileHost<'a> {
    prepared: &'a Prepared,
    facts: &'a Facts<'a>,
    /// Values made by host functions; their handles follow those of the constants.
    made: Vec<Value>,
    /// Answers given: bounds `made` by the number of different questions, and saves asking twice.
    known: FxHashMap<(HostFn, [Word; MOST_PARAMS]), Handle>,
    /// Sets of rows that are being made, the innermost last.
    open_sets: Vec<Vec<(Node, bool)>>,
    /// Sets of rows that were made, so that equal ones have one handle.
    sets: FxHashMap<Arc<Rows>, Handle>,
    /// Those that were made under a number and at a row.
    shared_sets: FxHashMap<(Word, Word), Handle>,
    pub(crate) matches: Vec<Match>,
    /// How much values and matches take, in bytes.
    held_bytes: usize,
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
            open_sets: Vec::new(),
            sets: FxHashMap::default(),
            shared_sets: FxHashMap::default(),
            matches: Vec::new(),
            held_bytes: 0,
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
        if signature.flow {
            let values = signature.params.iter().zip(args).map(|(param, word)| match param {
                Param::Value => self.value_of(*word),
                _ => None,
            });
            let of_fact = || {
                let (row, name) = (run_of_word(*args.first()?).0, self.value_of(*args.get(1)?)?);
                flow::fact_unknown_because(self.facts, row, name)
            };
            let of_values = flow::unknown_because(&values.collect::<Vec<_>>());
            if let Some(reason) = of_values.or_else(|| of_fact().filter(|_| host == HostFn::Fact)) {
                self.because.replace(Some(Unknown::Reason(reason)));
                return;
            }
        }
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

    /// Ends the run if nobody waits for it any more.
    fn go_on(&self) -> Result<(), Trap> {
        if self.facts.is_stopped() { Err(Trap("nobody waits for this any more".into())) } else { Ok(()) }
    }

    fn keep(&mut self, value: Option<Value>) -> Result<Handle, Trap> {
        let Some(value) = value else { return Ok(Handle::UNKNOWN) };
        self.hold(value.size_bytes())?;
        self.made.push(value);
        Ok(Handle((self.prepared.constants.len() + self.made.len()) as Word))
    }

    /// Counts what values and matches take. The budget of steps bounds how many there are, but not how long their texts.
    fn hold(&mut self, bytes: usize) -> Result<(), Trap> {
        self.held_bytes = self.held_bytes.saturating_add(bytes);
        match self.held_bytes <= MAX_HELD_BYTES {
            true => Ok(()),
            false => Err(Trap(format!("the rules hold more than {} MiB of this file", MAX_HELD_BYTES >> 20))),
        }
    }

    fn capture(&self, form: CaptureForm, word: Word) -> Captured {
        let tree: &Tree = self.facts.tree();
        let rows = |nodes: Nodes| CapturedNodes { first: nodes.first.0, end: nodes.end.0 };
        match form {
            CaptureForm::Node => Captured::Node(rows(nodes_of_word(tree, word))),
            CaptureForm::Run => Captured::Run(rows(nodes_of_word(tree, word))),
            CaptureForm::Value => match self.value_of(word) {
                Some(Value::Type(ty)) => written(self.facts, *ty).map_or(Captured::Value(None), Captured::Type),
                Some(Value::Trace(trace)) => Captured::Way(trace.steps.clone()),
                value => Captured::Value(value.map(Value::shown)),
            },
        }
    }
}

/// Sets of rows, which engines make and walk with words of their own, and lists, which they walk.
impl FileHost<'_> {
    /// The handle of a set that is open: far from those of values.
    const OPEN: Word = 1 << 62;

    fn add_to_set(&mut self, args: &[Word]) -> Result<Tri, Trap> {
        let &[set, row, doubtful] = args else { return Err(wrong_words(HostFn::RowsAdd)) };
        let index = set.checked_sub(Self::OPEN).and_then(|index| usize::try_from(index).ok());
        let set = index.and_then(|index| self.open_sets.get_mut(index)).ok_or(wrong_words(HostFn::RowsAdd))?;
        set.push((run_of_word(row).0, doubtful == 0));
        Ok(Tri::Yes)
    }

    fn value_of_set(&mut self, host: HostFn, args: &[Word]) -> Result<Handle, Trap> {
        match (host, args) {
            (HostFn::RowsKnown, &[number, at]) => {
                Ok(self.shared_sets.get(&(number, at)).copied().unwrap_or(Handle::UNKNOWN))
            }
            (HostFn::RowsOpen, []) => {
                self.open_sets.push(Vec::new());
                Ok(Handle(Self::OPEN + self.open_sets.len() as Word - 1))
            }
            (HostFn::RowsClose, &[_, number, at]) => {
                let rows = self.open_sets.pop().ok_or(wrong_words(host))?;
                let handle = self.keep_set(Arc::new(Rows::new(rows)))?;
                if number != 0 {
                    self.shared_sets.insert((number, at), handle);
                }
                Ok(handle)
            }
            (HostFn::RowAfter, &[set, last]) => {
                let next = match self.value_of(set) {
                    Some(Value::Rows(rows)) => rows.after(run_of_word(last).0),
                    _ => None,
                };
                Ok(Handle(set_word(next.map(|(row, sure)| (row, !sure)))))
            }
            _ => Err(wrong_words(host)),
        }
    }

    fn element(&mut self, args: &[Word]) -> Result<Handle, Trap> {
        let &[list, number] = args else { return Err(wrong_words(HostFn::ElementAt)) };
        let element = match self.value_of(list) {
            Some(Value::List(elements)) => usize::try_from(number).ok().and_then(|number| elements.get(number)),
            _ => None,
        };
        let element = element.cloned();
        self.keep(element)
    }

    fn keep_set(&mut self, rows: Arc<Rows>) -> Result<Handle, Trap> {
        if let Some(&handle) = self.sets.get(&rows) {
            return Ok(handle);
        }
        let handle = self.keep(Some(Value::Rows(rows.clone())))?;
        self.sets.insert(rows, handle);
        Ok(handle)
    }
}

fn wrong_words(host: HostFn) -> Trap {
    Trap(format!("`{}` was given the wrong words", host.signature().name))
}

impl Host for FileHost<'_> {
    fn ask(&mut self, host: HostFn, args: &[Word]) -> Result<Tri, Trap> {
        self.go_on()?;
        if host == HostFn::RowsAdd {
            return self.add_to_set(args);
        }
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
        self.go_on()?;
        if host.is_of_engines() && host != HostFn::ElementAt {
            return self.value_of_set(host, args);
        }
        let question = (host, std::array::from_fn(|index| args.get(index).copied().unwrap_or(0)));
        if let Some(&handle) = self.known.get(&question) {
            if handle == Handle::UNKNOWN {
                self.note(host, args);
            }
            return Ok(handle);
        }
        if host == HostFn::ElementAt {
            let handle = self.element(args)?;
            self.known.insert(question, handle);
            return Ok(handle);
        }
        let Answer::Value(value) = self.answer(host, args) else {
            return Err(Trap(format!("`{}` was asked for a value", host.signature().name)));
        };
        if value.is_none() {
            self.note(host, args);
        }
        let handle = self.keep(value)?;
        self.known.insert(question, handle);
        Ok(handle)
    }

    fn emit(&mut self, rule: RuleIndex, doubt: Option<OriginId>, captures: &[Word]) -> Result<(), Trap> {
        let plan = self.prepared.program.plan();
        let forms = plan.rules.get(rule.0 as usize).map_or(&[][..], |rule| &rule.meta.captures);
        let captures: Vec<Captured> =
            forms.iter().zip(captures).map(|(capture, word)| self.capture(capture.form, *word)).collect();
        self.hold(captures.iter().map(Captured::size_bytes).sum())?;
        self.matches.push(Match { rule, captures, doubt });
        Ok(())
    }
}
