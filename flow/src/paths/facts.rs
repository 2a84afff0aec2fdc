//! What calls tell about values, and conditions about the values that they are made of.
//!
//! In: a [`Body`], summaries of what it calls, and types for telling `errors.Is` and `errors.As`. Out: facts that
//! follow from facts, facts that hold after calls, and what an edge implies.
//!
//! **Absent:** paths.

use super::{Fact, Paths};
use crate::ir::{BlockId, Body, Call, Callee, Op, Place, Value, When};
use crate::summary::{Knowledge, Nilness, Summary};
use rulec_tree::{Node, Op as Operator};
use rulec_types::{Basic, Builtin, ObjId, Ty, TypeData, Types};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many steps back from a condition are taken to find out what it says.
const MAX_STEPS: u32 = 32;

/// What follows from what calls do.
#[derive(Clone, Debug, Default)]
pub(super) struct CallFacts {
    pub(super) implications: Vec<Implication>,
    /// After this call, if it returns, this holds of a value.
    pub(super) after: Vec<(Value, Value, Fact)>,
    /// Calls that change nothing that others see.
    pub(super) pure: FxHashSet<Value>,
    /// Ranges over what has an end.
    pub(super) finite: FxHashSet<Value>,
}

/// If something holds of a value, something does of another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Implication {
    pub(super) when: (Value, Fact),
    pub(super) then: (Value, Fact),
}

impl CallFacts {
    pub(super) fn new(body: &Body, knowledge: &dyn Knowledge, types: Option<Types>) -> CallFacts {
        let mut facts = CallFacts::default();
        let mut results: FxHashMap<Value, Vec<(u32, Value)>> = FxHashMap::default();
        for number in 0..body.insts.len() {
            let value = Value(number as u32);
            match body.op(value) {
                Op::Extract(of, result) => results.entry(of).or_default().push((result, value)),
                Op::Call(_) => facts.add_call(body, value, knowledge, types),
                Op::Binary(Operator::Eq, a, b) => facts.add_sentinel(body, (value, Fact::True), (a, b), types),
                Op::Binary(Operator::Ne, a, b) => facts.add_sentinel(body, (value, Fact::False), (a, b), types),
                Op::Range(of) if is_finite(body, of, types) => {
                    facts.finite.insert(value);
                }
                _ => {}
            }
        }
        for (call, results) in &results {
            let summary = body.call_at(*call).and_then(|call| summary(body, call, knowledge));
            summary.into_iter().for_each(|summary| facts.add_results(summary, results));
        }
        facts
    }

    /// What a call says of its arguments.
    fn add_call(&mut self, body: &Body, value: Value, knowledge: &dyn Knowledge, types: Option<Types>) {
        let Some(call) = body.call_at(value) else { return };
        let args = body.list(call.args);
        if let (Callee::Func(function), [error, ..], Some(types)) = (call.callee, args, types)
            && tests_error(function, types)
        {
            self.implications.push(Implication { when: (value, Fact::True), then: (*error, Fact::NotNil) });
        }
        // `copy` and `clear` change elements, which a pointer may point to.
        if matches!(call.callee, Callee::Builtin(builtin) if !matches!(builtin, Builtin::Copy | Builtin::Clear)) {
            self.pure.insert(value);
        }
        let Some(summary) = summary(body, call, knowledge) else { return };
        if summary.pure {
            self.pure.insert(value);
        }
        for (arg, param) in args.iter().zip(&summary.params) {
            let boolean = types.and_then(|types| types.basic(body.inst(*arg).ty)).is_some_and(Basic::is_boolean);
            let (holds, is_nil) = if boolean { (Fact::True, Fact::False) } else { (Fact::NotNil, Fact::Nil) };
            let told = [(param.holds_after, holds), (param.nil_after, is_nil)].into_iter().filter(|(said, _)| *said);
            self.after.extend(told.map(|(_, fact)| (value, *arg, fact)));
        }
    }

    /// An error that equals one which a package declares is not nil: those are there to be told from no error.
    fn add_sentinel(&mut self, body: &Body, equal: (Value, Fact), (a, b): (Value, Value), types: Option<Types>) {
        let Some(types) = types else { return };
        for (error, with) in [(a, b), (b, a)] {
            let declared = matches!(body.op(with), Op::Load(place) if matches!(body.place(place), Place::Global(_)));
            if declared && types.store.unalias(body.inst(with).ty) == Ty::ERROR {
                self.implications.push(Implication { when: equal, then: (error, Fact::NotNil) });
            }
        }
    }

    /// What the results of a call say of each other.
    fn add_results(&mut self, summary: &Summary, results: &[(u32, Value)]) {
        let last = summary.results.len().saturating_sub(1) as u32;
        let Some((_, last_value)) = results.iter().find(|(number, _)| *number == last) else { return };
        for (number, value) in results.iter().filter(|(number, _)| *number != last) {
            let Some(result) = summary.results.get(*number as usize) else { continue };
            let then = (*value, Fact::NotNil);
            if result.nil_without_error == Nilness::Never {
                self.implications.push(Implication { when: (*last_value, Fact::Nil), then });
            }
            if result.nil_if_ok == Nilness::Never {
                self.implications.push(Implication { when: (*last_value, Fact::True), then });
            }
        }
    }
}

fn summary<'a>(body: &Body, call: &Call, knowledge: &'a dyn Knowledge) -> Option<&'a Summary> {
    match call.callee {
        Callee::Func(function) => knowledge.function(function),
        Callee::Interface(name) => knowledge.method(body.inst(*body.list(call.args).first()?).ty, name),
        Callee::Builtin(_) | Callee::Closure(_) | Callee::Value(_) | Callee::Unknown => None,
    }
}

/// Whether a function is `errors.Is` or `errors.As`, which are false for an error that is nil.
///
/// `errors.Is(nil, nil)` is true, but nobody asks.
fn tests_error(function: ObjId, types: Types) -> bool {
    let object = types.store.object(function);
    types.store.str(types.store.package(object.pkg).path) == "errors"
        && matches!(types.store.str(object.name), "Is" | "As")
}

/// Whether a range over this comes to an end, whatever others do: over all but channels and functions.
fn is_finite(body: &Body, of: Value, types: Option<Types>) -> bool {
    let Some(types) = types else { return false };
    match types.under(body.inst(of).ty) {
        TypeData::Basic(basic) => basic.is_string() || basic.is_integer(),
        TypeData::Slice(_) | TypeData::Array { .. } | TypeData::Map { .. } | TypeData::Pointer(_) => true,
        _ => false,
    }
}

/// Whether a case of a type switch is `nil`: then the instruction before its branch is.
pub(super) fn is_nil_case(body: &Body, row: Node) -> bool {
    let nil = |value: u32| body.insts.get(value as usize).is_some_and(|inst| inst.row == row && inst.op == Op::Nil);
    body.at(row).is_some_and(|value| nil(value.0) || value.0.checked_sub(1).is_some_and(nil))
}

/// Whether a range is over something that is certain to have elements, and an end.
pub(super) fn finite_and_not_empty(body: &Body, range: Value) -> bool {
    let Op::Range(of) = body.op(range) else { return false };
    match body.op(body.source_of(of)) {
        Op::Composite(elements) => !body.list(elements).is_empty(),
        Op::Const(Some(number)) => body.consts.get(number as usize).is_some_and(|constant| {
            let text = constant.as_bytes().is_some_and(|text| !text.is_empty());
            text || constant.sign().is_some_and(|sign| sign > 0)
        }),
        _ => false,
    }
}

impl Paths {
    /// What holds of values when an edge is taken: of those that the condition is made of, through `!`, comparisons
    /// with `nil`, `true` and `false`, and the parts of `&&` and `||` that are kept in variables. Values are named by
    /// [`Body::source_of`].
    pub fn implied(&self, body: &Body, when: When) -> Vec<(Value, Fact)> {
        let mut found = Vec::new();
        match when {
            When::Is { cond, truth } => self.imply(body, cond, truth, &mut found),
            When::Case { tag, case, equal } => self.imply_equal(body, tag, case, equal, &mut found),
            When::Type { of, row, equal } => {
                let nil = is_nil_case(body, row);
                if nil || equal {
                    found.push((body.source_of(of), if nil == equal { Fact::Nil } else { Fact::NotNil }));
                }
            }
            _ => {}
        }
        found
    }

    /// The edges that are taken because a boolean expression is true, or because it is false.
    pub fn edges_of(&self, body: &Body, condition: Value, truth: bool) -> Vec<(BlockId, u32)> {
        let source = body.source_of(condition);
        let fact = if truth { Fact::True } else { Fact::False };
        self.edges(body, |paths, when| paths.implied(body, when).contains(&(source, fact)))
    }

    fn edges(&self, body: &Body, is: impl Fn(&Paths, When) -> bool) -> Vec<(BlockId, u32)> {
        let mut found = Vec::new();
        for block in self.graph.reverse_postorder() {
            for (number, edge) in body.block(*block).succs.iter().enumerate() {
                if edge.when != When::Always && is(self, edge.when) {
                    found.push((*block, number as u32));
                }
            }
        }
        found.sort_unstable();
        found
    }

    fn imply(&self, body: &Body, cond: Value, truth: bool, found: &mut Vec<(Value, Fact)>) {
        let mut open = vec![(cond, truth)];
        let mut steps = 0;
        while let Some((cond, truth)) = open.pop() {
            steps += 1;
            if steps > MAX_STEPS {
                return;
            }
            let source = body.source_of(cond);
            found.push((source, if truth { Fact::True } else { Fact::False }));
            match body.op(source) {
                Op::Unary(Operator::Not, of) => open.push((of, !truth)),
                Op::Binary(Operator::Eq, a, b) => self.imply_equal(body, a, b, truth, found),
                Op::Binary(Operator::Ne, a, b) => self.imply_equal(body, a, b, !truth, found),
                Op::Join(operands) => {
                    // `a && b` is true only by way of its last operand; the others stand for their being false.
                    let parts = body.list(operands);
                    let fixed = |part: &&Value| self.fixed(body, **part) == Some(!truth);
                    let mut rest = parts.iter().filter(|part| !fixed(part));
                    if let (Some(part), None) = (rest.next(), rest.next()) {
                        open.push((*part, truth));
                    }
                }
                _ => {}
            }
            for implication in &self.facts.implications {
                if implication.when == (source, if truth { Fact::True } else { Fact::False }) {
                    found.push((body.source_of(implication.then.0), implication.then.1));
                }
            }
        }
    }

    fn imply_equal(&self, body: &Body, a: Value, b: Value, equal: bool, found: &mut Vec<(Value, Fact)>) {
        for (value, with) in [(a, b), (b, a)] {
            let of = body.source_of(value);
            match body.op(body.source_of(with)) {
                Op::Nil => found.push((of, if equal { Fact::Nil } else { Fact::NotNil })),
                _ => {
                    if let Some(constant) = self.fixed(body, with) {
                        found.push((of, if equal == constant { Fact::True } else { Fact::False }));
                    }
                }
            }
        }
    }

    /// A boolean constant.
    fn fixed(&self, body: &Body, value: Value) -> Option<bool> {
        match body.op(body.source_of(value)) {
            Op::Const(Some(number)) => body.consts.get(number as usize)?.as_bool(),
            _ => None,
        }
    }
}
