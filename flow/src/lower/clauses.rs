//! `switch`, type switches and `select`.
//!
//! Source: the Go specification, "Switch statements", "Select statements".

use super::Lowerer;
use crate::ir::{BlockId, Op, Value, When};
use rulec_gofront::ObjectId;
use rulec_tree::{Kind, Node, Op as Operator};
use rulec_types::Ty;
use rulec_types::check::Mode;

impl Lowerer<'_> {
    /// The cases are tried in source order; `default` is where the last one leads that does not hold.
    pub(super) fn switch(&mut self, node: Node, label: Option<ObjectId>) {
        let [init, tag, body] = self.slots(node);
        self.statement(init);
        let tag = self.is_there(tag).then(|| self.expr(tag));
        self.begin(node, tag);
        let (clauses, blocks, after) = self.clause_blocks(body);
        for (clause, block) in clauses.iter().zip(&blocks) {
            for case in self.case_exprs(*clause) {
                let next = self.builder.new_block();
                match tag {
                    Some(tag) => self.tagged_case(tag, case, *block, next),
                    None => {
                        self.condition(case, *block, next);
                    }
                }
                self.builder.go_on_in(next);
            }
        }
        self.no_case_holds(&clauses, &blocks, after);
        self.within(label, after, None, |lowerer| {
            for (number, (clause, block)) in clauses.iter().zip(&blocks).enumerate() {
                lowerer.builder.go_on_in(*block);
                lowerer.statements(*clause);
                let falls = lowerer.falls_through(*clause);
                let next = blocks.get(number + 1).copied().filter(|_| falls);
                lowerer.builder.jump(next.unwrap_or(after));
            }
        });
        self.builder.go_on_in(after);
    }

    pub(super) fn type_switch(&mut self, node: Node, label: Option<ObjectId>) {
        let [init, name, x, body] = self.slots(node);
        self.statement(init);
        let x = self.expr(x);
        self.begin(node, Some(x));
        let (clauses, blocks, after) = self.clause_blocks(body);
        for (clause, block) in clauses.iter().zip(&blocks) {
            for row in self.case_exprs(*clause) {
                if self.facts.mode(row) == Mode::Nil {
                    // `case nil` has an instruction that tells it from types.
                    self.expr(row);
                }
                let next = self.builder.new_block();
                self.builder.emit(Op::Branch(Some(x)), row, Ty::UNKNOWN);
                let from = self.builder.current;
                self.builder.edge(from, *block, When::Type { of: x, row, equal: true });
                self.builder.edge(from, next, When::Type { of: x, row, equal: false });
                self.builder.go_on_in(next);
            }
        }
        self.no_case_holds(&clauses, &blocks, after);
        self.within(label, after, None, |lowerer| {
            for (number, (clause, block)) in clauses.iter().zip(&blocks).enumerate() {
                lowerer.builder.go_on_in(*block);
                let object = lowerer.context.objects.clause_var(name, number);
                if let Some(var) = object.and_then(|object| lowerer.var(object)) {
                    let ty = lowerer.builder.vars[var.0 as usize].ty;
                    let narrow = lowerer.builder.emit(Op::Narrow(x), *clause, ty);
                    lowerer.set_var(var, narrow, *clause);
                }
                lowerer.statements(*clause);
                lowerer.builder.jump(after);
            }
        });
        self.builder.go_on_in(after);
    }

    /// The instruction that stands for the whole statement, before its cases are tried.
    fn begin(&mut self, node: Node, tag: Option<Value>) {
        let branch = self.builder.emit(Op::Branch(tag), node, Ty::UNKNOWN);
        self.complete(node, branch);
        self.builder.jump_to_new();
    }

    fn clause_blocks(&mut self, body: Node) -> (Vec<Node>, Vec<BlockId>, BlockId) {
        let is_clause = |clause: &Node| matches!(self.tree.kind(*clause), Kind::Case | Kind::Comm);
        let clauses: Vec<Node> = self.tree.children(body).filter(is_clause).collect();
        let blocks = clauses.iter().map(|_| self.builder.new_block()).collect();
        (clauses, blocks, self.builder.new_block())
    }

    fn case_exprs(&self, clause: Node) -> Vec<Node> {
        let exprs = self.tree.children(clause).next().filter(|exprs| self.tree.kind(*exprs) == Kind::List);
        exprs.map(|exprs| self.tree.children(exprs).collect()).unwrap_or_default()
    }

    fn tagged_case(&mut self, tag: Value, case: Node, block: BlockId, next: BlockId) {
        let value = self.expr(case);
        self.builder.emit(Op::Branch(Some(tag)), case, Ty::UNKNOWN);
        let from = self.builder.current;
        self.builder.edge(from, block, When::Case { tag, case: value, equal: true });
        self.builder.edge(from, next, When::Case { tag, case: value, equal: false });
    }

    fn no_case_holds(&mut self, clauses: &[Node], blocks: &[BlockId], after: BlockId) {
        let default = clauses.iter().position(|clause| self.tree.op(*clause) == Operator::Default);
        let default = default.and_then(|default| blocks.get(default)).copied();
        self.builder.jump(default.unwrap_or(after));
    }

    /// Whether the last statement of a clause is `fallthrough`, labels before it included.
    fn falls_through(&self, clause: Node) -> bool {
        let Some(mut last) = self.tree.tail(clause).last() else { return false };
        while self.tree.kind(last) == Kind::Labeled {
            last = self.slots::<2>(last)[1];
        }
        self.tree.kind(last) == Kind::Branch && self.tree.op(last) == Operator::Fallthrough
    }

    /// Channels and values to send are evaluated for all cases before one is chosen.
    pub(super) fn select(&mut self, node: Node, label: Option<ObjectId>) {
        let [body] = self.slots(node);
        let (clauses, blocks, after) = self.clause_blocks(body);
        let comms: Vec<Comm> = clauses.iter().map(|clause| self.comm(*clause)).collect();
        let default = comms.iter().any(|comm| matches!(comm, Comm::Default));
        let op = Op::Select { default, cases: clauses.len() as u32 };
        let select = self.builder.emit(op, node, Ty::UNKNOWN);
        self.complete(node, select);
        let from = self.builder.current;
        for (case, block) in blocks.iter().enumerate() {
            self.builder.edge(from, *block, When::Chosen { select, case: case as u32 });
        }
        self.within(label, after, None, |lowerer| {
            for ((clause, block), comm) in clauses.iter().zip(&blocks).zip(comms) {
                lowerer.builder.go_on_in(*block);
                lowerer.communicate(comm);
                lowerer.statements(*clause);
                lowerer.builder.jump(after);
            }
        });
        self.builder.go_on_in(after);
    }

    /// What is evaluated of a case before any is chosen.
    fn comm(&mut self, clause: Node) -> Comm {
        let [comm] = self.slots(clause);
        match self.tree.kind(comm) {
            Kind::Send => {
                let [ch, value] = self.slots(comm);
                Comm::Send { row: comm, ch: self.expr(ch), value: self.expr(value) }
            }
            Kind::ExprStmt => self.received(comm, Node(comm.0 + 1)),
            Kind::Assign => {
                let [_, values] = self.slots(comm);
                let first = self.tree.children(values).next();
                first.map_or(Comm::Other(comm), |x| self.received(comm, x))
            }
            Kind::Absent if self.tree.op(clause) == Operator::Default => Comm::Default,
            _ => Comm::Other(comm),
        }
    }

    fn received(&mut self, row: Node, x: Node) -> Comm {
        let receive = self.tree.unparen(x);
        if self.tree.kind(receive) != Kind::Unary || self.tree.op(receive) != Operator::Arrow {
            return Comm::Other(row);
        }
        let ch = self.expr(Node(receive.0 + 1));
        Comm::Receive { row, outer: x, receive, ch }
    }

    /// What happens first once a case is chosen.
    fn communicate(&mut self, comm: Comm) {
        match comm {
            Comm::Default => {}
            Comm::Other(row) => {
                self.opaque(&[], row);
            }
            Comm::Send { row, ch, value } => {
                let sent = self.builder.emit(Op::Send { ch, value }, row, Ty::UNKNOWN);
                self.complete(row, sent);
            }
            Comm::Receive { row, outer, receive, ch } => {
                let is_assign = self.tree.kind(row) == Kind::Assign;
                let [lhs] = self.slots(row);
                let comma = is_assign && self.tree.children(lhs).nth(1).is_some();
                let value = self.builder.emit(Op::Receive { ch, comma }, receive, self.facts.ty(receive));
                self.complete(receive, value);
                self.complete_parens(outer, receive, value);
                if is_assign {
                    self.assign_received(row, value, comma);
                } else {
                    self.complete(row, value);
                }
            }
        }
    }
}

/// A case of a `select` whose operands have been evaluated.
enum Comm {
    Default,
    Send {
        row: Node,
        ch: Value,
        value: Value,
    },
    /// The statement, the expression with the parentheses around it, and without.
    Receive {
        row: Node,
        outer: Node,
        receive: Node,
        ch: Value,
    },
    /// Nothing that can stand there.
    Other(Node),
}
