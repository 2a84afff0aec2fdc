//! The function of a rule: its steps as a nest of loops.
//!
//! A list of steps is emitted one after the other. Where a step fails, control goes to `fail`: the block that advances
//! the nearest choice before it. A choice makes such a block and becomes the nearest one for the steps behind it. Behind
//! an [`Op::Either`] the nearest choice depends on which alternative was gone through, so a variable remembers it; the
//! steps behind are emitted once.
//!
//! Registers, the cursors of choices and the doubt are variables of Cranelift's frontend, which turns them into SSA form.

use super::Names;
use super::emit::{Column, Emitter, Helper};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value, types};
use cranelift_frontend::{Switch, Variable};
use rulec_pack::abi::{Frame, HELPER_TRAPPED, RULE_EXHAUSTED, Status};
use rulec_plan::host::{Handle, HostFn, gathered_word};
use rulec_plan::ir::{Arg, Cond, Op, OriginId, Over, Register, RegisterType, RuleIndex, Step, SymbolIndex, Test, Way};
use rulec_tree::{Kind, KindSet};
use std::mem::offset_of;

/// Emits the function of a rule of a verified plan.
pub fn emit(mut emitter: Emitter<'_>, names: &Names<'_>, rule: RuleIndex) {
    let body = &names.plan.rules[rule.0 as usize];
    let registers = body.registers.iter().map(|register| {
        emitter.ins.declare_var(match register {
            RegisterType::Node => types::I32,
            RegisterType::Value => types::I64,
        })
    });
    let registers = registers.collect();
    let (done, exhausted) = (emitter.block(), emitter.block());
    emitter.ins.set_cold_block(exhausted);
    let doubt = emitter.ins.declare_var(types::I32);
    let mut emission = Emission {
        emitter,
        names,
        rule,
        registers,
        doubt,
        doubtful: steps_may_doubt(&body.body),
        fail: done,
        exhausted,
    };
    emission.function(&body.body, done);
    emission.emitter.finish();
}

struct Emission<'a, 'b> {
    emitter: Emitter<'b>,
    names: &'a Names<'a>,
    rule: RuleIndex,
    registers: Vec<Variable>,
    /// One more than the origin of the first unknown answer on the way to here, or 0; within a search, its own.
    doubt: Variable,
    /// Whether the doubt can be anything but 0.
    doubtful: bool,
    /// Advances the nearest choice before here.
    fail: Block,
    /// Returns that the budget is used up.
    exhausted: Block,
}

impl<'a> Emission<'a, '_> {
    fn function(&mut self, body: &'a [Step], done: Block) {
        let root = self.emitter.root;
        self.set(Register::ROOT, root);
        self.define_number(self.doubt, 0);
        self.spend();
        self.steps(body);
        let fail = self.fail;
        self.emitter.jump(fail);
        self.emitter.enter(done);
        self.emitter.answer(Status::Done);
        self.emitter.enter(self.exhausted);
        self.mark_exhausted();
        self.emitter.answer(Status::Exhausted);
    }

    fn mark_exhausted(&mut self) {
        let states = self.emitter.frame_field(types::I64, offset_of!(Frame, states));
        let state = self.emitter.int(types::I8, i64::from(RULE_EXHAUSTED));
        self.emitter.ins.ins().store(MemFlagsData::trusted(), state, states, self.rule.0 as i32);
    }

    /// Spends one step of the budget.
    fn spend(&mut self) {
        let budgets = self.emitter.frame_field(types::I64, offset_of!(Frame, budgets));
        let offset = self.rule.0 as i32 * 8;
        let before = self.emitter.ins.ins().load(types::I64, MemFlagsData::trusted(), budgets, offset);
        let one = self.emitter.int(types::I64, 1);
        let after = self.emitter.ins.ins().isub(before, one);
        self.emitter.ins.ins().store(MemFlagsData::trusted(), after, budgets, offset);
        let (exhausted, next) = (self.exhausted, self.emitter.block());
        self.emitter.branch_if_number(IntCC::SignedLessThan, after, 0, exhausted, next);
        self.emitter.enter(next);
    }

    // Steps.

    /// Goes on behind the steps, with `fail` as it is for what follows.
    fn steps(&mut self, steps: &'a [Step]) {
        for step in steps {
            match &step.op {
                Op::Move { dst, src, way } => {
                    let from = self.get(*src);
                    let row = self.reach(from, *way);
                    self.set(*dst, row);
                }
                Op::Test(test) => {
                    let (next, fail) = (self.emitter.block(), self.fail);
                    self.test(test, next, fail);
                    self.emitter.enter(next);
                }
                Op::Ask(cond) => self.ask(cond, step.origin),
                Op::Each { dst, over: Over::Rows { of } } => self.each_of_set(*dst, *of, step.origin),
                Op::Each { dst, over: Over::Values { of } } => self.each_of_list(*dst, *of),
                Op::Each { dst, over } => self.each(*dst, over),
                Op::Either(branches) => self.either(branches),
                Op::Let { dst, host, args } => {
                    let value = self.value(*host, args);
                    self.set(*dst, value);
                }
                Op::Gather { dst, shared, steps, row } => self.gather(*dst, *shared, steps, *row),
                Op::Emit(captures) => self.report(captures),
            }
        }
    }

    fn reach(&mut self, row: Value, way: Way) -> Value {
        match way {
            Way::Same => row,
            Way::Slot(slot) => self.emitter.slot(row, slot),
            Way::Next | Way::End => self.emitter.end(row),
            Way::Parent => self.emitter.column(Column::PARENTS, row),
            Way::Unparen => self.emitter.unparen(row),
            Way::Root => self.emitter.int(types::I32, 0),
        }
    }

    fn ask(&mut self, cond: &'a Cond, origin: OriginId) {
        let (next, fail) = (self.emitter.block(), self.fail);
        if !may_be_unknown(cond) {
            self.cond(cond, next, fail, fail);
            return self.emitter.enter(next);
        }
        let unknown = self.emitter.block();
        self.cond(cond, next, fail, unknown);
        self.emitter.enter(unknown);
        self.doubt_because_of(origin);
        self.emitter.jump(next);
        self.emitter.enter(next);
    }

    /// Notes an unknown answer, unless one came before.
    fn doubt_because_of(&mut self, origin: OriginId) {
        let before = self.emitter.ins.use_var(self.doubt);
        let own = self.emitter.int(types::I32, i64::from(origin.0) + 1);
        let first = self.emitter.ins.ins().select(before, before, own);
        self.emitter.ins.def_var(self.doubt, first);
    }

    fn report(&mut self, captures: &'a [Arg]) {
        let words = self.words(captures);
        let rule = self.emitter.int(types::I32, i64::from(self.rule.0));
        let doubt = self.emitter.ins.use_var(self.doubt);
        let (args, count) = self.emitter.pass_words(&words);
        let answer = self.emitter.call_helper(&Helper::EMIT, &[rule, doubt, args, count]);
        let (trapped, next) = (self.emitter.trapped, self.emitter.block());
        self.emitter.branch(answer, trapped, next);
        self.emitter.enter(next);
    }

    // Choices.

    /// A variable that holds the doubt as it is now, to be restored when a choice advances.
    fn save_doubt(&mut self) -> Option<Variable> {
        self.doubtful.then(|| {
            let now = self.emitter.ins.use_var(self.doubt);
            self.new_variable(now)
        })
    }

    fn restore_doubt(&mut self, saved: Option<Variable>) {
        if let Some(saved) = saved {
            let before = self.emitter.ins.use_var(saved);
            self.emitter.ins.def_var(self.doubt, before);
        }
    }

    fn either(&mut self, branches: &'a [Vec<Step>]) {
        let saved = self.save_doubt();
        let outer = self.fail;
        let taken = self.emitter.ins.declare_var(types::I32);
        let (join, resume) = (self.emitter.block(), self.emitter.block());
        let mut resumed = Vec::with_capacity(branches.len());
        for (index, branch) in branches.iter().enumerate() {
            let is_last = index + 1 == branches.len();
            let next = if is_last { outer } else { self.emitter.block() };
            self.fail = next;
            self.spend();
            self.steps(branch);
            self.define_number(taken, index as i64);
            self.emitter.jump(join);
            resumed.push(self.fail);
            if !is_last {
                self.emitter.switch_to(next);
                self.restore_doubt(saved);
            }
        }
        self.emitter.switch_to(resume);
        self.resume(taken, &resumed);
        self.emitter.enter(join);
        self.fail = resume;
    }

    /// Advances the nearest choice of the alternative that was taken.
    fn resume(&mut self, taken: Variable, resumed: &[Block]) {
        let Some((last, others)) = resumed.split_last() else { return };
        let taken = self.emitter.ins.use_var(taken);
        let mut switch = Switch::new();
        (0..).zip(others).for_each(|(index, block)| switch.set_entry(index, *block));
        switch.emit(&mut self.emitter.ins, taken, *last);
    }

    fn each(&mut self, dst: Register, over: &Over) {
        if let Over::Statement { of } = over {
            return self.statement(dst, *of);
        }
        let saved = self.save_doubt();
        let (advance, visit) = (self.emitter.block(), self.emitter.block());
        let choice = Choice { saved, advance, visit, outer: self.fail };
        let cursor = match over {
            Over::Positions { from, end } => self.positions(*from, *end, &choice),
            Over::Elements { from, end } => self.elements(*from, *end, &choice),
            Over::Ancestors { of, stop } => self.ancestors(*of, *stop, &choice),
            Over::Descendants { of, want, stop } => return self.descendants(dst, *of, *want, *stop, &choice),
            Over::Statement { .. } | Over::Rows { .. } | Over::Values { .. } => return,
        };
        self.emitter.enter(visit);
        self.spend();
        self.take(dst, cursor, &choice);
    }

    /// Goes on with the row under the cursor.
    fn take(&mut self, dst: Register, cursor: Variable, choice: &Choice) {
        let row = self.emitter.ins.use_var(cursor);
        self.set(dst, row);
        self.fail = choice.advance;
    }

    /// The rows of a set, which the host walks.
    fn each_of_set(&mut self, dst: Register, of: Register, origin: OriginId) {
        let saved = self.save_doubt();
        let (advance, visit) = (self.emitter.block(), self.emitter.block());
        let choice = Choice { saved, advance, visit, outer: self.fail };
        let [head, doubtful, taken] = std::array::from_fn(|_| self.emitter.block());
        let first = self.emitter.int(types::I64, 0);
        let last = self.new_variable(first);
        self.emitter.jump(head);
        self.advance(&choice);
        self.emitter.jump(head);
        self.emitter.enter(head);
        let (set, before) = (self.get(of), self.emitter.ins.use_var(last));
        let word = self.host_value(HostFn::RowAfter, &[set, before]);
        let one = self.emitter.int(types::I64, 1);
        let row = self.emitter.ins.ins().ushr(word, one);
        self.emitter.ins.def_var(last, row);
        self.emitter.branch(row, visit, choice.outer);
        self.emitter.enter(visit);
        self.spend();
        let is_doubtful = self.emitter.ins.ins().band(word, one);
        self.emitter.branch(is_doubtful, doubtful, taken);
        self.emitter.enter(doubtful);
        self.doubt_because_of(origin);
        self.emitter.jump(taken);
        self.emitter.enter(taken);
        let row = self.emitter.ins.ins().ireduce(types::I32, row);
        self.set(dst, row);
        self.fail = choice.advance;
    }

    /// The values of a list, by their numbers.
    fn each_of_list(&mut self, dst: Register, of: Register) {
        let saved = self.save_doubt();
        let (advance, visit) = (self.emitter.block(), self.emitter.block());
        let choice = Choice { saved, advance, visit, outer: self.fail };
        let head = self.emitter.block();
        let first = self.emitter.int(types::I64, 0);
        let number = self.new_variable(first);
        self.emitter.jump(head);
        self.advance(&choice);
        let (before, one) = (self.emitter.ins.use_var(number), self.emitter.int(types::I64, 1));
        let next = self.emitter.ins.ins().iadd(before, one);
        self.emitter.ins.def_var(number, next);
        self.emitter.jump(head);
        self.emitter.enter(head);
        let (list, at) = (self.get(of), self.emitter.ins.use_var(number));
        let element = self.host_value(HostFn::ElementAt, &[list, at]);
        self.emitter.branch(element, visit, choice.outer);
        self.emitter.enter(visit);
        self.spend();
        self.set(dst, element);
        self.fail = choice.advance;
    }

    /// The set of the rows that steps find, unless the host has it already. Like a search, it has its own doubt and its
    /// own choices.
    fn gather(&mut self, dst: Register, shared: Option<(u32, Register)>, steps: &'a [Step], row: Register) {
        let done = self.emitter.block();
        let zero = self.emitter.int(types::I64, 0);
        let key = match shared {
            Some((number, at)) => {
                let key = [self.emitter.int(types::I64, gathered_word(self.rule, number) as i64), self.wide(at)];
                let known = self.host_value(HostFn::RowsKnown, &key);
                self.set(dst, known);
                let make = self.emitter.block();
                self.emitter.branch(known, done, make);
                self.emitter.enter(make);
                key
            }
            None => [zero, zero],
        };
        let set = self.host_value(HostFn::RowsOpen, &[]);
        let end = self.emitter.block();
        let outer = (self.fail, self.doubt, self.doubtful);
        let none = self.emitter.int(types::I32, 0);
        (self.fail, self.doubt, self.doubtful) = (end, self.new_variable(none), steps_may_doubt(steps));
        self.steps(steps);
        let doubt = self.emitter.ins.use_var(self.doubt);
        let doubtful = self.emitter.ins.ins().icmp_imm_u(IntCC::NotEqual, doubt, 0);
        let doubtful = self.emitter.ins.ins().uextend(types::I64, doubtful);
        let found = self.wide(row);
        self.host_yes(HostFn::RowsAdd, &[set, found, doubtful]);
        let next = self.fail;
        self.emitter.jump(next);
        (self.fail, self.doubt, self.doubtful) = outer;
        self.emitter.enter(end);
        let made = self.host_value(HostFn::RowsClose, &[set, key[0], key[1]]);
        self.set(dst, made);
        self.emitter.jump(done);
        self.emitter.enter(done);
    }

    fn positions(&mut self, from: Register, end: Register, choice: &Choice) -> Variable {
        let (cursor, limit) = (self.copy(from), self.copy(end));
        self.emitter.jump(choice.visit);
        self.advance(choice);
        let row = self.emitter.ins.use_var(cursor);
        let end = self.emitter.ins.use_var(limit);
        let more = self.emitter.block();
        self.emitter.branch_if(IntCC::UnsignedLessThan, row, end, more, choice.outer);
        self.emitter.enter(more);
        self.go_to_end_of(row, cursor);
        self.emitter.jump(choice.visit);
        cursor
    }

    fn elements(&mut self, from: Register, end: Register, choice: &Choice) -> Variable {
        let (cursor, limit) = (self.copy(from), self.copy(end));
        let head = self.emitter.block();
        self.emitter.jump(head);
        self.advance(choice);
        let row = self.emitter.ins.use_var(cursor);
        self.go_to_end_of(row, cursor);
        self.emitter.jump(head);
        self.visit_below(head, cursor, limit, choice);
        cursor
    }

    fn ancestors(&mut self, of: Register, stop: KindSet, choice: &Choice) -> Variable {
        let cursor = self.copy(of);
        let (climb, found) = (self.emitter.block(), self.emitter.block());
        self.emitter.jump(climb);
        self.advance(choice);
        let row = self.emitter.ins.use_var(cursor);
        let kind = self.emitter.kind(row);
        self.emitter.branch_on_kinds(kind, stop, choice.outer, climb);
        self.emitter.enter(climb);
        let row = self.emitter.ins.use_var(cursor);
        let parent = self.emitter.column(Column::PARENTS, row);
        self.emitter.branch_if(IntCC::Equal, parent, row, choice.outer, found);
        self.emitter.enter(found);
        self.emitter.ins.def_var(cursor, parent);
        self.emitter.jump(choice.visit);
        cursor
    }

    fn descendants(&mut self, dst: Register, of: Register, want: KindSet, stop: KindSet, choice: &Choice) {
        let of = self.get(of);
        let first = self.emitter.following(of);
        let end = self.emitter.end(of);
        let (cursor, limit) = (self.new_variable(first), self.new_variable(end));
        let [head, open, enter, skip, wanted] = std::array::from_fn(|_| self.emitter.block());
        self.emitter.jump(head);
        self.advance(choice);
        let row = self.emitter.ins.use_var(cursor);
        let kind = self.emitter.kind(row);
        self.emitter.branch_on_kinds(kind, stop, skip, open);
        self.emitter.enter(open);
        let below = self.emitter.column(Column::BELOW, row);
        let want_bits = self.emitter.int(types::I64, want.0 as i64);
        let met = self.emitter.ins.ins().band(below, want_bits);
        self.emitter.branch(met, enter, skip);
        self.emitter.enter(enter);
        let child = self.emitter.following(row);
        self.emitter.ins.def_var(cursor, child);
        self.emitter.jump(head);
        self.emitter.enter(skip);
        self.go_to_end_of(row, cursor);
        self.emitter.jump(head);
        self.visit_below(head, cursor, limit, choice);
        self.emitter.enter(choice.visit);
        self.spend();
        let row = self.emitter.ins.use_var(cursor);
        let kind = self.emitter.kind(row);
        self.emitter.branch_on_kinds(kind, want, wanted, choice.advance);
        self.emitter.enter(wanted);
        self.take(dst, cursor, choice);
    }

    /// Goes on in the block that takes the choice's next value.
    fn advance(&mut self, choice: &Choice) {
        self.emitter.switch_to(choice.advance);
        self.restore_doubt(choice.saved);
    }

    /// The block `head`: visits the row under the cursor if it stands before the limit.
    fn visit_below(&mut self, head: Block, cursor: Variable, limit: Variable, choice: &Choice) {
        self.emitter.enter(head);
        let row = self.emitter.ins.use_var(cursor);
        let end = self.emitter.ins.use_var(limit);
        self.emitter.branch_if(IntCC::UnsignedLessThan, row, end, choice.visit, choice.outer);
    }

    fn go_to_end_of(&mut self, row: Value, cursor: Variable) {
        let next = self.emitter.end(row);
        self.emitter.ins.def_var(cursor, next);
    }

    /// The statement around a row. There is one at most, so it makes no choice: what follows fails as before.
    fn statement(&mut self, dst: Register, of: Register) {
        let cursor = self.copy(of);
        let [head, in_block, not_block, in_case, climb, up, found] = std::array::from_fn(|_| self.emitter.block());
        self.emitter.jump(head);
        self.emitter.switch_to(head);
        self.spend();
        let row = self.emitter.ins.use_var(cursor);
        let parent = self.emitter.column(Column::PARENTS, row);
        let kind = self.emitter.kind(parent);
        self.emitter.branch_if_number(IntCC::Equal, kind, Kind::Block as i64, in_block, not_block);
        self.emitter.enter(in_block);
        self.emitter.branch_if(IntCC::Equal, parent, row, climb, found);
        self.emitter.enter(not_block);
        self.emitter.branch_on_kinds(kind, KindSet::of(&[Kind::Case, Kind::Comm]), in_case, climb);
        self.emitter.enter(in_case);
        // The first child of a case is what the case tests.
        let first = self.emitter.following(parent);
        self.emitter.branch_if(IntCC::Equal, row, first, climb, found);
        self.emitter.enter(climb);
        self.emitter.branch_if(IntCC::Equal, parent, row, self.fail, up);
        self.emitter.enter(up);
        self.emitter.ins.def_var(cursor, parent);
        self.emitter.jump(head);
        self.emitter.ins.seal_block(head);
        self.emitter.enter(found);
        self.set(dst, row);
    }

    // Tests.

    /// Branches on a test of columns.
    fn test(&mut self, test: &Test, yes: Block, no: Block) {
        match test {
            Test::Kinds(register, kinds) => {
                let row = self.get(*register);
                let kind = self.emitter.kind(row);
                self.emitter.branch_on_kinds(kind, *kinds, yes, no);
            }
            Test::Ops(register, ops) => {
                let row = self.get(*register);
                let op = self.emitter.column(Column::OPS, row);
                self.emitter.branch_on_bits(op, *ops, yes, no);
            }
            Test::Text(register, atom) => {
                let row = self.get(*register);
                let text = self.emitter.column(Column::TEXTS, row);
                let atom = self.emitter.table_item(offset_of!(Frame, atoms), atom.0);
                self.emitter.branch_if(IntCC::Equal, text, atom, yes, no);
            }
            Test::Symbols(register, symbols) => self.symbols(*register, symbols, yes, no),
            Test::Same(a, b) => self.compare(IntCC::Equal, *a, *b, yes, no),
            Test::Before(a, b) => self.compare(IntCC::UnsignedLessThan, *a, *b, yes, no),
            Test::Equal(a, b) => self.equal(*a, *b, yes, no),
            Test::EqualRuns(a, b) => {
                let ends = [a[0], a[1], b[0], b[1]].map(|register| self.get(register));
                let answer = self.emitter.call_helper(&Helper::EQUAL_RUNS, &ends);
                self.emitter.branch_on_truth(answer, yes, no);
            }
        }
    }

    fn compare(&mut self, code: IntCC, a: Register, b: Register, yes: Block, no: Block) {
        let (a, b) = (self.get(a), self.get(b));
        self.emitter.branch_if(code, a, b, yes, no);
    }

    /// Equal syntax has equal hashes, so that the helper is seldom called in vain.
    fn equal(&mut self, a: Register, b: Register, yes: Block, no: Block) {
        let (a, b) = (self.get(a), self.get(b));
        let hashes = [a, b].map(|row| self.emitter.column(Column::HASHES, row));
        let likely = self.emitter.block();
        self.emitter.branch_if(IntCC::Equal, hashes[0], hashes[1], likely, no);
        self.emitter.enter(likely);
        let answer = self.emitter.call_helper(&Helper::EQUAL, &[a, b]);
        self.emitter.branch_on_truth(answer, yes, no);
    }

    /// A few symbols are compared one by one, more are looked up.
    fn symbols(&mut self, register: Register, symbols: &[SymbolIndex], yes: Block, no: Block) {
        const MAX_COMPARED: usize = 4;
        let row = self.get(register);
        let symbol = self.emitter.column(Column::SYMBOLS, row);
        if symbols.len() <= MAX_COMPARED {
            for wanted in symbols {
                let next = self.emitter.block();
                let wanted = self.emitter.table_item(offset_of!(Frame, symbols), wanted.0);
                self.emitter.branch_if(IntCC::Equal, symbol, wanted, yes, next);
                self.emitter.enter(next);
            }
            return self.emitter.jump(no);
        }
        let (table, len) = (offset_of!(Frame, symbol_of), offset_of!(Frame, symbol_of_len));
        let item = self.emitter.reverse_item(table, len, symbol);
        let mut firsts: Vec<u32> = symbols.iter().map(|symbol| self.names.first_symbols[symbol.0 as usize]).collect();
        firsts.sort_unstable();
        firsts.dedup();
        let mut switch = Switch::new();
        firsts.into_iter().for_each(|first| switch.set_entry(u128::from(first) + 1, yes));
        switch.emit(&mut self.emitter.ins, item, no);
    }

    // Conditions.

    /// Branches on a condition. If it cannot be unknown, `unknown` is not used.
    fn cond(&mut self, cond: &'a Cond, yes: Block, no: Block, unknown: Block) {
        match cond {
            Cond::And(parts) => self.all(parts, false, [yes, no, unknown]),
            Cond::Or(parts) => self.all(parts, true, [no, yes, unknown]),
            Cond::Not(part) => self.cond(part, no, yes, unknown),
            Cond::Test(test) => self.test(test, yes, no),
            Cond::Search(steps) => self.search(steps, yes, no, unknown),
            Cond::Host(host, args) => {
                let words = self.words(args);
                let answer = self.call_host(&Helper::ASK, *host, &words);
                let [not_no, not_yes] = std::array::from_fn(|_| self.emitter.block());
                self.emitter.branch_if_number(IntCC::Equal, answer, 0, no, not_no);
                self.emitter.enter(not_no);
                self.emitter.branch_if_number(IntCC::Equal, answer, 1, yes, not_yes);
                self.emitter.enter(not_yes);
                let trapped = self.emitter.trapped;
                self.emitter.branch_if_number(IntCC::Equal, answer, 2, unknown, trapped);
            }
        }
    }

    /// Kleene's conjunction, or disjunction if `any`: `passed` is where a part leads on that does not settle the answer,
    /// `settled` where the first one leads that does.
    fn all(&mut self, parts: &'a [Cond], any: bool, [passed, settled, unknown]: [Block; 3]) {
        let Some((last, others)) = parts.split_last() else { return self.emitter.jump(passed) };
        let seen = others.iter().any(may_be_unknown).then(|| {
            let none = self.emitter.int(types::I32, 0);
            self.new_variable(none)
        });
        let part = |this: &mut Self, part, passed, unknown| match any {
            false => this.cond(part, passed, settled, unknown),
            true => this.cond(part, settled, passed, unknown),
        };
        for other in others {
            let next = self.emitter.block();
            let Some(seen) = seen.filter(|_| may_be_unknown(other)) else {
                part(self, other, next, next);
                self.emitter.enter(next);
                continue;
            };
            let undecided = self.emitter.block();
            part(self, other, next, undecided);
            self.emitter.enter(undecided);
            self.define_number(seen, 1);
            self.emitter.jump(next);
            self.emitter.enter(next);
        }
        let Some(seen) = seen else { return part(self, last, passed, unknown) };
        let end = self.emitter.block();
        part(self, last, end, unknown);
        self.emitter.enter(end);
        let seen = self.emitter.ins.use_var(seen);
        self.emitter.branch(seen, unknown, passed);
    }

    /// Ends at the first solution without doubt. The search has its own doubt and its own choices.
    fn search(&mut self, steps: &'a [Step], yes: Block, no: Block, unknown: Block) {
        let doubtful = steps_may_doubt(steps);
        let end = self.emitter.block();
        let outer = (self.fail, self.doubt, self.doubtful);
        let none = self.emitter.int(types::I32, 0);
        let (doubt, found) = (self.new_variable(none), self.new_variable(none));
        (self.fail, self.doubt, self.doubtful) = (end, doubt, doubtful);
        self.steps(steps);
        if doubtful {
            let in_doubt = self.emitter.block();
            let doubt = self.emitter.ins.use_var(doubt);
            self.emitter.branch(doubt, in_doubt, yes);
            self.emitter.enter(in_doubt);
            self.define_number(found, 1);
            let fail = self.fail;
            self.emitter.jump(fail);
        } else {
            self.emitter.jump(yes);
        }
        (self.fail, self.doubt, self.doubtful) = outer;
        self.emitter.enter(end);
        if doubtful {
            let found = self.emitter.ins.use_var(found);
            self.emitter.branch(found, unknown, no);
        } else {
            self.emitter.jump(no);
        }
    }

    // Host functions.

    fn value(&mut self, host: HostFn, args: &'a [Arg]) -> Value {
        let words = self.words(args);
        self.host_value(host, &words)
    }

    fn host_value(&mut self, host: HostFn, words: &[Value]) -> Value {
        let value = self.call_host(&Helper::VALUE, host, words);
        let (trapped, next) = (self.emitter.trapped, self.emitter.block());
        // VALUE_TRAPPED: all bits set.
        self.emitter.branch_if_number(IntCC::Equal, value, -1, trapped, next);
        self.emitter.enter(next);
        value
    }

    /// Asks what is always answered by yes.
    fn host_yes(&mut self, host: HostFn, words: &[Value]) {
        let answer = self.call_host(&Helper::ASK, host, words);
        let (trapped, next) = (self.emitter.trapped, self.emitter.block());
        self.emitter.branch_if_number(IntCC::Equal, answer, i64::from(HELPER_TRAPPED), trapped, next);
        self.emitter.enter(next);
    }

    fn call_host(&mut self, helper: &Helper, host: HostFn, words: &[Value]) -> Value {
        let host = self.emitter.int(types::I32, host as i64);
        let (args, count) = self.emitter.pass_words(words);
        self.emitter.call_helper(helper, &[host, args, count])
    }

    /// The arguments as words. Calls among them are made first to last, before any word is stored.
    fn words(&mut self, args: &'a [Arg]) -> Vec<Value> {
        args.iter().map(|arg| self.word(arg)).collect()
    }

    fn word(&mut self, arg: &'a Arg) -> Value {
        match arg {
            Arg::Node(register) => self.wide(*register),
            Arg::Value(register) => self.get(*register),
            Arg::Run(from, end) => {
                let (from, end) = (self.wide(*from), self.wide(*end));
                let half = self.emitter.int(types::I64, 32);
                let high = self.emitter.ins.ins().ishl(end, half);
                self.emitter.ins.ins().bor(from, high)
            }
            Arg::Const(id) => self.emitter.int(types::I64, Handle::constant(*id).0 as i64),
            Arg::Call(host, args) => self.value(*host, args),
        }
    }

    // Registers and variables.

    fn get(&mut self, register: Register) -> Value {
        self.emitter.ins.use_var(self.registers[usize::from(register.0)])
    }

    fn set(&mut self, register: Register, value: Value) {
        self.emitter.ins.def_var(self.registers[usize::from(register.0)], value);
    }

    /// A row as a word.
    fn wide(&mut self, register: Register) -> Value {
        let row = self.get(register);
        self.emitter.ins.ins().uextend(types::I64, row)
    }

    /// A new variable that starts as the register is now.
    fn copy(&mut self, register: Register) -> Variable {
        let now = self.get(register);
        self.new_variable(now)
    }

    fn new_variable(&mut self, value: Value) -> Variable {
        let ty = self.emitter.ins.func.dfg.value_type(value);
        let variable = self.emitter.ins.declare_var(ty);
        self.emitter.ins.def_var(variable, value);
        variable
    }

    fn define_number(&mut self, variable: Variable, number: i64) {
        let number = self.emitter.int(types::I32, number);
        self.emitter.ins.def_var(variable, number);
    }
}

/// The blocks of a choice.
struct Choice {
    /// The doubt before it.
    saved: Option<Variable>,
    /// Takes its next value.
    advance: Block,
    /// Visits the row under its cursor.
    visit: Block,
    /// Advances the choice before it.
    outer: Block,
}

/// Whether a condition can be unknown.
fn may_be_unknown(cond: &Cond) -> bool {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => parts.iter().any(may_be_unknown),
        Cond::Not(part) => may_be_unknown(part),
        Cond::Test(_) => false,
        Cond::Search(steps) => steps_may_doubt(steps),
        Cond::Host(..) => true,
    }
}

/// Whether a solution of the steps can be doubtful.
fn steps_may_doubt(steps: &[Step]) -> bool {
    steps.iter().any(|step| match &step.op {
        Op::Ask(cond) => may_be_unknown(cond),
        Op::Each { over: Over::Rows { .. }, .. } => true,
        Op::Either(branches) => branches.iter().any(|branch| steps_may_doubt(branch)),
        _ => false,
    })
}
