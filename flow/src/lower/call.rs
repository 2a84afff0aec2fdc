//! Calls, conversions and predeclared functions.
//!
//! Source: the Go specification, "Calls", "Conversions", "Built-in functions".

use super::Lowerer;
use crate::ir::{BodyId, Call, Callee, How, List, Op, Value};
use rulec_tree::{Kind, Node, Op as Operator};
use rulec_types::check::{Mode, SelectionKind};
use rulec_types::{Builtin, Ty};

impl Lowerer<'_> {
    pub(super) fn call(&mut self, node: Node, how: How) -> Value {
        let outer = Node(node.0 + 1);
        let callee = self.tree.unparen(outer);
        if self.facts.is_type(callee) {
            return self.conversion(node);
        }
        if let Some(builtin) = self.facts.builtin(callee) {
            return self.builtin(node, builtin, how);
        }
        let (callee, receiver) = self.callee(outer, callee);
        let mut args: Vec<Value> = receiver.into_iter().collect();
        args.extend(self.arguments(node));
        self.emit_call(node, callee, &args, receiver.is_some(), how)
    }

    fn conversion(&mut self, node: Node) -> Value {
        let args: Vec<Value> = self.tree.tail(node).map(|arg| self.expr(arg)).collect();
        match args.as_slice() {
            [only] => self.builder.emit(Op::Convert(*only), node, self.facts.ty(node)),
            _ => self.opaque(&args, node),
        }
    }

    /// What is called, and the receiver if it is a method; `outer` is the callee with the parentheses around it.
    fn callee(&mut self, outer: Node, callee: Node) -> (Callee, Option<Value>) {
        if let Some(function) = self.facts.named_func(callee) {
            return (Callee::Func(function), None);
        }
        match self.tree.kind(callee) {
            Kind::FuncLit => {
                self.expr(outer);
                (self.body_of(callee).map_or(Callee::Unknown, Callee::Closure), None)
            }
            Kind::Selector => self.selected_callee(outer, callee),
            // A function of another file, where there are no types.
            Kind::Ident if self.local(callee).is_none() && self.facts.global(callee).is_none() => {
                (Callee::Unknown, None)
            }
            _ => {
                let value = self.expr(outer);
                (self.only_closure(callee).map_or(Callee::Value(value), Callee::Closure), None)
            }
        }
    }

    /// The body of the literal that is all that a variable ever holds.
    fn only_closure(&self, ident: Node) -> Option<BodyId> {
        let object = self.facts.file.names.object(ident).filter(|_| self.tree.kind(ident) == Kind::Ident)?;
        self.body_of(self.context.objects.only_literal(&self.facts, object)?)
    }

    fn selected_callee(&mut self, outer: Node, selector: Node) -> (Callee, Option<Value>) {
        if self.facts.is_qualified(selector) {
            return match self.facts.global(selector) {
                Some(_) => (Callee::Value(self.expr(outer)), None),
                None => (Callee::Unknown, None),
            };
        }
        let Some(selection) = self.facts.selection(selector) else {
            return (Callee::Unknown, Some(self.expr(Node(selector.0 + 1))));
        };
        let method = selection.method.map_or(Callee::Interface(selection.name), Callee::Func);
        match selection.kind {
            SelectionKind::Method => (method, Some(self.receiver(selector, selection))),
            // The receiver is the first argument as written.
            SelectionKind::MethodExpr => (method, None),
            SelectionKind::Field => (Callee::Value(self.expr(outer)), None),
        }
    }

    /// The arguments; of `f(g())` the results of `g`.
    fn arguments(&mut self, node: Node) -> Vec<Value> {
        let args: Vec<Node> = self.tree.tail(node).collect();
        if let [only] = args.as_slice() {
            let count = self.facts.parts(self.facts.ty(*only)).map_or(1, <[Ty]>::len);
            // A receive or the like has a pair as its type only where a pair is asked for.
            if count > 1 && self.tree.kind(self.tree.unparen(*only)) == Kind::Call {
                return self.values_for(&args, count);
            }
        }
        args.into_iter().map(|arg| self.expr(arg)).collect()
    }

    fn emit_call(&mut self, node: Node, callee: Callee, args: &[Value], has_receiver: bool, how: How) -> Value {
        let has_receiver = has_receiver || self.is_method_expr(node);
        let receiver = args.first().filter(|_| has_receiver).map(|recv| self.builder.insts[recv.0 as usize].ty);
        let list = self.builder.list(args);
        let value = self.emit_call_of(node, callee, list, has_receiver, how);
        if how == How::Now && self.facts.never_returns(callee, receiver.unwrap_or(Ty::UNKNOWN)) {
            self.builder.dead_end();
        }
        value
    }

    fn emit_call_of(&mut self, node: Node, callee: Callee, args: List, has_receiver: bool, how: How) -> Value {
        let spread = self.tree.op(node) == Operator::Spread;
        let call = self.builder.call(Call { row: node, callee, args, has_receiver, spread, how });
        match how {
            How::Now => self.builder.emit(Op::Call(call), node, self.facts.ty(node)),
            How::Go => self.builder.emit(Op::Go(call), node, Ty::UNKNOWN),
            How::Defer => {
                let defer = self.builder.emit(Op::Defer(call), node, Ty::UNKNOWN);
                self.ways_out.defers.push(defer);
                defer
            }
        }
    }

    fn is_method_expr(&self, call: Node) -> bool {
        let selection = self.facts.selection(self.tree.unparen(Node(call.0 + 1)));
        selection.is_some_and(|selection| selection.kind == SelectionKind::MethodExpr)
    }

    fn builtin(&mut self, node: Node, builtin: Builtin, how: How) -> Value {
        let ty = self.facts.ty(node);
        let args: Vec<Node> = self.tree.tail(node).collect();
        match (builtin, args.as_slice()) {
            (Builtin::Make, [_, sizes @ ..]) if how == How::Now => {
                let sizes: Vec<Value> = sizes.iter().map(|size| self.expr(*size)).collect();
                let list = self.builder.list(&sizes);
                self.builder.emit(Op::Make(list), node, ty)
            }
            (Builtin::New, [of]) if how == How::Now => {
                // From Go 1.26 it takes a value as well.
                let is_value = !matches!(self.facts.mode(*of), Mode::Type | Mode::Unknown);
                let content = is_value.then(|| self.expr(*of));
                self.builder.emit(Op::New(content), node, ty)
            }
            (Builtin::Panic, [value]) if how == How::Now => {
                let value = self.expr(*value);
                let panic = self.builder.emit(Op::Panic(value), node, ty);
                self.builder.jump(self.ways_out.on_panic);
                self.builder.dead_end();
                panic
            }
            _ => {
                let args = self.arguments(node);
                self.emit_call(node, Callee::Builtin(builtin), &args, false, how)
            }
        }
    }

    /// The body of a function literal.
    pub(super) fn body_of(&self, literal: Node) -> Option<BodyId> {
        let found = self.context.spans.binary_search_by_key(&literal, |span| span.func).ok()?;
        Some(BodyId(found as u32))
    }
}
