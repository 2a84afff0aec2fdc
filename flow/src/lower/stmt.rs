//! Statements, other than those with clauses, loops and assignments.

use super::{Label, Lowerer, Target};
use crate::ir::{BlockId, How, Op, Value, When};
use rulec_gofront::ObjectId;
use rulec_tree::{Kind, Node, Op as Operator};
use rulec_types::Ty;

impl Lowerer<'_> {
    /// The statements of a block or a clause, one after the other.
    pub(super) fn statements(&mut self, parent: Node) {
        for statement in self.tree.tail(parent) {
            self.statement(statement);
        }
    }

    pub(super) fn statement(&mut self, node: Node) {
        let done = self.nested(|lowerer| lowerer.one_statement(node, None));
        if done.is_none() {
            self.opaque(&[], node);
        }
    }

    /// A statement, with the label before it.
    fn one_statement(&mut self, node: Node, label: Option<ObjectId>) {
        let first = Node(node.0 + 1);
        match self.tree.kind(node) {
            Kind::Block => self.statements(node),
            Kind::ExprStmt => {
                let value = self.expr(first);
                self.complete(node, value);
            }
            Kind::Send => self.send(node),
            Kind::IncDec => self.inc_dec(node),
            Kind::Assign => self.assign(node),
            Kind::Go => self.call_statement(node, How::Go),
            Kind::Defer => self.call_statement(node, How::Defer),
            Kind::Return => self.return_statement(node),
            Kind::Branch => self.branch_statement(node),
            Kind::If => self.if_statement(node),
            Kind::Switch => self.switch(node, label),
            Kind::TypeSwitch => self.type_switch(node, label),
            Kind::Select => self.select(node, label),
            Kind::For => self.for_loop(node, label),
            Kind::Range => self.range_loop(node, label),
            Kind::Labeled => self.labeled(node),
            Kind::DeclStmt => self.declaration(node),
            Kind::Empty | Kind::Absent => {}
            _ => {
                self.partial |= self.tree.kind(node) == Kind::Bad;
                self.opaque(&[], node);
            }
        }
    }

    fn send(&mut self, node: Node) {
        let [ch, value] = self.slots(node);
        let (ch, value) = (self.expr(ch), self.expr(value));
        let sent = self.builder.emit(Op::Send { ch, value }, node, Ty::UNKNOWN);
        self.complete(node, sent);
    }

    fn call_statement(&mut self, node: Node, how: How) {
        let call = self.tree.unparen(Node(node.0 + 1));
        let value = match self.tree.kind(call) {
            Kind::Call => {
                let value = self.call(call, how);
                self.complete(call, value);
                value
            }
            _ => self.expr(call),
        };
        self.complete(node, value);
    }

    fn declaration(&mut self, node: Node) {
        let decl = Node(node.0 + 1);
        if self.tree.kind(decl) != Kind::VarDecl {
            return;
        }
        let mut last = None;
        for spec in self.tree.children(decl).filter(|spec| self.tree.kind(*spec) == Kind::VarSpec) {
            last = self.var_spec(spec).or(last);
        }
        if let Some(last) = last {
            self.complete(decl, last);
            self.complete(node, last);
        }
    }

    // Leaving.

    fn return_statement(&mut self, node: Node) {
        let exprs: Vec<Node> = self.tree.children(node).collect();
        let results = self.results.clone();
        let mut values = Vec::with_capacity(results.len());
        if exprs.is_empty() {
            values.extend(results.iter().flatten().map(|var| self.read_var(*var, node)));
        } else {
            values = self.values_for(&exprs, results.len());
            // Named results get their values before deferred calls run.
            for (value, var) in values.iter_mut().zip(&results) {
                if let Some(var) = *var {
                    let ty = self.builder.vars[var.0 as usize].ty;
                    let is_memory = self.builder.vars[var.0 as usize].in_memory;
                    if is_memory {
                        let place = self.builder.place(crate::ir::Place::Var(var));
                        self.builder.emit(Op::Store(place, *value), node, ty);
                    } else {
                        *value = self.builder.emit(Op::Assign(var, *value), node, ty);
                    }
                }
            }
        }
        let list = self.builder.list(&values);
        let returned = self.builder.emit(Op::Return(list), node, Ty::UNKNOWN);
        self.complete(node, returned);
        self.leave_by_return();
    }

    pub(super) fn leave_by_return(&mut self) {
        self.builder.jump(self.ways_out.on_return);
        self.builder.dead_end();
    }

    fn branch_statement(&mut self, node: Node) {
        let branch = self.builder.emit(Op::Branch(None), node, Ty::UNKNOWN);
        self.complete(node, branch);
        let ident = Node(node.0 + 1);
        let label = self.facts.file.names.object(ident).filter(|_| self.tree.kind(ident) == Kind::Ident);
        let is_labeled = self.is_there(ident);
        let is_target = |target: &&Target| !is_labeled || target.label.is_some() && target.label == label;
        let mut targets = self.targets.iter().rev().filter(is_target);
        let to = match self.tree.op(node) {
            Operator::Break => targets.next().map(|target| target.leave),
            Operator::Continue => targets.find_map(|target| target.next),
            Operator::Goto => label.map(|label| self.label_block(label)),
            // Where it may stand, it is taken care of with its clause.
            _ => return,
        };
        match to {
            Some(to) => self.builder.jump(to),
            None => self.partial = true,
        }
        self.builder.dead_end();
    }

    fn label_block(&mut self, label: ObjectId) -> BlockId {
        let builder = &mut self.builder;
        self.labels.entry(label).or_insert_with(|| Label { block: builder.new_block(), is_placed: false }).block
    }

    fn labeled(&mut self, node: Node) {
        let [ident, statement] = self.slots(node);
        let label = self.facts.file.names.object(ident);
        if let Some(label) = label {
            let block = self.label_block(label);
            if let Some(label) = self.labels.get_mut(&label) {
                label.is_placed = true;
            }
            self.builder.jump(block);
            self.builder.go_on_in(block);
        }
        if self.nested(|lowerer| lowerer.one_statement(statement, label)).is_none() {
            self.opaque(&[], statement);
        }
    }

    /// Does work in which `break` leads to `leave` and `continue` to `next`.
    pub(super) fn within(
        &mut self,
        label: Option<ObjectId>,
        leave: BlockId,
        next: Option<BlockId>,
        work: impl FnOnce(&mut Self),
    ) {
        self.targets.push(Target { label, leave, next });
        work(self);
        self.targets.pop();
    }

    // Conditions.

    /// `if`, and all that follow by `else if`.
    fn if_statement(&mut self, node: Node) {
        let after = self.builder.new_block();
        let mut statement = node;
        loop {
            let [init, cond, then, otherwise] = self.slots(statement);
            self.statement(init);
            let (on_true, on_false) = (self.builder.new_block(), self.builder.new_block());
            let branch = self.condition(cond, on_true, on_false);
            self.complete(statement, branch);
            self.builder.go_on_in(on_true);
            self.statement(then);
            self.builder.jump(after);
            self.builder.go_on_in(on_false);
            if self.tree.kind(otherwise) != Kind::If {
                self.statement(otherwise);
                break;
            }
            statement = otherwise;
        }
        self.builder.jump(after);
        self.builder.go_on_in(after);
    }

    /// Evaluates a condition and leads on by its value. The result is the first branch: the one that is always come to.
    pub(super) fn condition(&mut self, node: Node, on_true: BlockId, on_false: BlockId) -> Value {
        let bare = self.tree.unparen(node);
        let is_const = self.facts.is_const(bare);
        if is_const || !matches!(self.tree.op(bare), Operator::Not | Operator::LogAnd | Operator::LogOr) {
            let cond = self.expr(node);
            return self.branch_on(cond, bare, on_true, on_false);
        }
        let done = self.nested(|lowerer| match (lowerer.tree.op(bare), lowerer.is_short_circuit(bare)) {
            (Operator::Not, false) => lowerer.negation(node, on_true, on_false),
            (Operator::Not, true) => {
                let branch = lowerer.condition(Node(bare.0 + 1), on_false, on_true);
                lowerer.complete_with_parens(node, bare, branch)
            }
            (operator, _) => {
                let [x, y] = lowerer.slots(bare);
                let between = lowerer.builder.new_block();
                let (x_true, x_false) =
                    if operator == Operator::LogAnd { (between, on_false) } else { (on_true, between) };
                let branch = lowerer.condition(x, x_true, x_false);
                lowerer.builder.go_on_in(between);
                lowerer.condition(y, on_true, on_false);
                lowerer.complete_with_parens(node, bare, branch)
            }
        });
        done.unwrap_or_else(|| {
            let cond = self.opaque(&[], bare);
            self.branch_on(cond, bare, on_true, on_false)
        })
    }

    /// `!x`, where `x` is neither `&&` nor `||`: the edges tell of `x`, all further negations removed.
    fn negation(&mut self, node: Node, on_true: BlockId, on_false: BlockId) -> Value {
        let row = self.tree.unparen(node);
        // Each negation with the parentheses around it.
        let mut negations = Vec::new();
        let mut x = node;
        loop {
            let bare = self.tree.unparen(x);
            if self.tree.op(bare) != Operator::Not || self.facts.is_const(bare) {
                break;
            }
            negations.push((x, bare));
            x = Node(bare.0 + 1);
        }
        let cond = self.expr(x);
        let mut value = cond;
        for (outer, bare) in negations.iter().rev() {
            value = self.builder.emit(Op::Unary(Operator::Not, value), *bare, self.facts.ty(*bare));
            self.complete_with_parens(*outer, *bare, value);
        }
        let is_flipped = negations.len() % 2 == 1;
        let (cond_true, cond_false) = if is_flipped { (on_false, on_true) } else { (on_true, on_false) };
        self.branch_on(cond, row, cond_true, cond_false)
    }

    fn branch_on(&mut self, cond: Value, row: Node, on_true: BlockId, on_false: BlockId) -> Value {
        let branch = self.builder.emit(Op::Branch(Some(cond)), row, Ty::UNKNOWN);
        let from = self.builder.current;
        self.builder.edge(from, on_true, When::Is { cond, truth: true });
        self.builder.edge(from, on_false, When::Is { cond, truth: false });
        branch
    }

    /// Whether it is `&&`, `||`, or the negation of one.
    pub(super) fn is_short_circuit(&self, node: Node) -> bool {
        let mut node = node;
        while self.tree.op(node) == Operator::Not && !self.facts.is_const(node) {
            node = self.tree.unparen(Node(node.0 + 1));
        }
        matches!(self.tree.op(node), Operator::LogAnd | Operator::LogOr) && !self.facts.is_const(node)
    }
}
