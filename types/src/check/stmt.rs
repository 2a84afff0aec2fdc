//! Statements: what is written down of the expressions in them.
//!
//! In: a statement. Out: rows, and known types for the variables it declares. Labels and branches say nothing about types.
//!
//! Source: Go specification, "Statements".

use super::Checker;
use crate::{Ty, TypeData};
use rulec_tree::{Kind, Node};

impl Checker<'_> {
    /// The statements of a block.
    pub(super) fn block(&mut self, node: Node) {
        let tree = self.tree();
        for stmt in tree.children(node) {
            self.stmt(stmt);
        }
    }

    /// The statements of a clause, behind its head.
    pub(super) fn clause_body(&mut self, clause: Node) {
        let tree = self.tree();
        for stmt in tree.tail(clause) {
            self.stmt(stmt);
        }
    }

    /// One statement; nothing is known of what is nested too deep.
    pub(super) fn stmt(&mut self, node: Node) {
        self.deeper(|checker| checker.stmt_of_kind(node));
    }

    fn stmt_of_kind(&mut self, node: Node) {
        let first = Node(node.0 + 1);
        match self.kind(node) {
            Kind::ExprStmt | Kind::Go | Kind::Defer => {
                self.multi_expr(first);
            }
            Kind::Assign => self.assignment(node),
            Kind::IncDec => {
                self.inc_dec(first);
            }
            Kind::Send => self.send(node),
            Kind::Return => self.return_stmt(node),
            Kind::Block => self.block(node),
            Kind::If => self.if_stmt(node),
            Kind::For => {
                let [init, cond, post, body] = self.slots(node);
                self.stmt(init);
                self.condition(cond);
                self.stmt(post);
                self.stmt(body);
            }
            Kind::Range => self.range_stmt(node),
            Kind::Switch => self.switch(node),
            Kind::TypeSwitch => self.type_switch(node),
            Kind::Select => self.select(node),
            Kind::Labeled => self.labeled(node),
            Kind::DeclStmt => self.decl_stmt(first),
            _ => {}
        }
    }

    /// A condition stays an untyped truth value if it is one.
    fn condition(&mut self, node: Node) {
        if self.is_there(node) {
            self.expr(node, None);
        }
    }

    /// `if`, and all that follow it behind `else`.
    fn if_stmt(&mut self, node: Node) {
        let mut next = node;
        while self.kind(next) == Kind::If {
            let [init, cond, then, otherwise] = self.slots(next);
            self.stmt(init);
            self.condition(cond);
            self.stmt(then);
            next = otherwise;
        }
        self.stmt(next);
    }

    fn labeled(&mut self, node: Node) {
        let mut node = node;
        while self.kind(node) == Kind::Labeled {
            [_, node] = self.slots(node);
        }
        self.stmt(node);
    }

    fn send(&mut self, node: Node) {
        let [ch, value] = self.slots(node);
        let ch = self.expr(ch, None);
        let mut value = self.expr(value, None);
        let elem = match self.types.core_type(ch.ty).map(|ty| self.store.data(ty)) {
            Some(TypeData::Chan { elem, .. }) => *elem,
            _ => Ty::UNKNOWN,
        };
        self.assign_to(&mut value, elem);
    }

    fn decl_stmt(&mut self, decl: Node) {
        let tree = self.tree();
        match self.kind(decl) {
            Kind::ConstDecl => self.const_decl(decl),
            Kind::VarDecl => tree.children(decl).for_each(|spec| self.var_spec(spec)),
            Kind::TypeDecl => tree.children(decl).for_each(|spec| self.local_type(spec)),
            _ => {}
        }
    }
}
