//! Expressions.
//!
//! Constant expressions are one instruction, whatever they are made of. Names of types, of packages and of functions that
//! are called have none.
//!
//! Source: the Go specification, "Expressions".

use super::Lowerer;
use super::facts::Shape;
use crate::ir::{How, Op, Place, Value};
use rulec_gofront::ObjectKind;
use rulec_tree::{Kind, Node, Op as Operator};
use rulec_types::Ty;
use rulec_types::check::{Mode, SelectionKind};

impl Lowerer<'_> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, node: Node) -> Value {
        self.expr_for(node, 1)
    }

    /// The value of an expression, or a tuple for so many places.
    pub(super) fn expr_for(&mut self, node: Node, count: usize) -> Value {
        let bare = self.tree.unparen(node);
        let value = self.nested(|lowerer| lowerer.bare_expr(bare, count == 2));
        let value = value.unwrap_or_else(|| self.opaque(&[], bare));
        self.complete_with_parens(node, bare, value)
    }

    /// `comma`: whether a second value is asked for that says whether there is a first.
    fn bare_expr(&mut self, node: Node, comma: bool) -> Value {
        if self.facts.is_const(node) {
            return self.constant_expr(node);
        }
        let ty = self.facts.ty(node);
        match self.tree.kind(node) {
            Kind::Ident => self.ident(node),
            Kind::Int | Kind::Float | Kind::Imag | Kind::Char | Kind::String => self.constant_expr(node),
            Kind::CompositeLit => self.composite(node),
            Kind::FuncLit => self.closure(node),
            Kind::Selector => self.selector(node),
            Kind::Index => self.index(node, comma),
            Kind::Star => {
                let pointer = self.expr(Node(node.0 + 1));
                self.load(Place::Deref(pointer), node, ty)
            }
            Kind::Slice => self.slice(node),
            Kind::TypeAssert => {
                let x = self.expr(Node(node.0 + 1));
                self.builder.emit(Op::Assert { x, comma }, node, ty)
            }
            Kind::Call => self.call(node, How::Now),
            Kind::Unary => self.unary(node, comma),
            Kind::Binary => self.binary(node),
            kind => {
                self.partial |= kind == Kind::Bad;
                self.opaque(&[], node)
            }
        }
    }

    // Operands.

    fn constant_expr(&mut self, node: Node) -> Value {
        let number = self.facts.value(node).cloned().map(|value| self.constant(value));
        self.builder.emit(Op::Const(number), node, self.facts.ty(node))
    }

    pub(super) fn constant(&mut self, value: rulec_constant::Value) -> u32 {
        self.builder.consts.push(value);
        self.builder.consts.len() as u32 - 1
    }

    fn ident(&mut self, node: Node) -> Value {
        if let Some(var) = self.local(node) {
            return self.read_var(var, node);
        }
        let ty = self.facts.ty(node);
        if self.facts.mode(node) == Mode::Nil {
            return self.builder.emit(Op::Nil, node, ty);
        }
        match self.facts.kind_of(node) {
            Some(ObjectKind::Nil) => self.builder.emit(Op::Nil, node, ty),
            Some(ObjectKind::PredeclaredConst) => self.truth(node),
            Some(ObjectKind::Const) => self.builder.emit(Op::Const(None), node, ty),
            _ => self.declared(node),
        }
    }

    /// `true` and `false` where there are no types.
    fn truth(&mut self, node: Node) -> Value {
        let truth = match self.facts.file.texts.bytes(self.tree.text(node)) {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        };
        let number = truth.map(|truth| self.constant(rulec_constant::Value::from(truth)));
        self.builder.emit(Op::Const(number), node, self.facts.ty(node))
    }

    /// A function or variable of a package.
    fn declared(&mut self, node: Node) -> Value {
        let ty = self.facts.ty(node);
        if let Some(function) = self.facts.named_func(node) {
            return self.builder.emit(Op::Func(function), node, ty);
        }
        match self.facts.global(node) {
            Some(global) => self.load(Place::Global(global), node, ty),
            None if self.facts.file.names.object(node).is_some() => self.load(Place::Unknown, node, ty),
            None => self.opaque(&[], node),
        }
    }

    fn closure(&mut self, node: Node) -> Value {
        let ty = self.facts.ty(node);
        match self.body_of(node) {
            Some(body) => self.builder.emit(Op::Closure(body), node, ty),
            None => self.opaque(&[], node),
        }
    }

    /// The elements in source order; of a map each key before its value.
    fn composite(&mut self, node: Node) -> Value {
        let ty = self.facts.ty(node);
        let of = self.facts.pointer_base(ty).filter(|_| !self.is_there(Node(node.0 + 1)));
        let shape = self.facts.shape(of.unwrap_or(ty));
        let mut values = Vec::new();
        for element in self.tree.tail(node) {
            if self.tree.kind(element) != Kind::KeyValue {
                values.push(self.expr(element));
                continue;
            }
            let [key, value] = self.slots(element);
            let is_key_value = match shape {
                Shape::Map => true,
                // Fields have names, elements of arrays and slices constant numbers. What may be a variable counts as read.
                Shape::Unknown => match self.tree.kind(key) {
                    Kind::Ident => self.facts.file.names.object_of_key(key).is_some(),
                    kind => kind != Kind::Int,
                },
                _ => false,
            };
            if is_key_value {
                values.push(self.expr(key));
            }
            let value = self.expr(value);
            self.complete(element, value);
            values.push(value);
        }
        if shape == Shape::Struct {
            self.note_named_fields(node);
        }
        let list = self.builder.list(&values);
        let literal = self.builder.emit(Op::Composite(list), node, of.unwrap_or(ty));
        // `{…}` in the place of `&T{…}`.
        match of {
            Some(_) => self.builder.emit(Op::New(Some(literal)), node, ty),
            None => literal,
        }
    }

    fn note_named_fields(&mut self, literal: Node) {
        let elements = self.tree.tail(literal).filter(|element| self.tree.kind(*element) == Kind::KeyValue);
        let names = elements.filter_map(|element| self.facts.field_name(Node(element.0 + 1)));
        let names: Box<[_]> = names.collect();
        if !names.is_empty() {
            self.builder.named_fields.push((literal, names));
        }
    }

    // Selectors.

    fn selector(&mut self, node: Node) -> Value {
        if self.facts.is_qualified(node) {
            return self.declared(node);
        }
        let ty = self.facts.ty(node);
        let Some(selection) = self.facts.selection(node) else {
            let x = self.expr(Node(node.0 + 1));
            return self.opaque(&[x], node);
        };
        match selection.kind {
            SelectionKind::Field => {
                let part = self.field(node, selection);
                self.read(part, node)
            }
            SelectionKind::Method => {
                let recv = self.receiver(node, selection);
                self.builder.emit(Op::MethodValue { recv, method: selection.method }, node, ty)
            }
            SelectionKind::MethodExpr => match selection.method {
                Some(method) => self.builder.emit(Op::Func(method), node, ty),
                None => self.opaque(&[], node),
            },
        }
    }

    fn index(&mut self, node: Node, comma: bool) -> Value {
        let [x, key] = self.slots(node);
        let ty = self.facts.ty(node);
        if let Some(function) = self.facts.named_func(node) {
            return self.builder.emit(Op::Func(function), node, ty);
        }
        match self.facts.shape(self.facts.ty(x)) {
            Shape::Map => self.lookup(node, x, key, comma),
            // Only maps have a second value.
            Shape::Unknown if comma => self.lookup(node, x, key, comma),
            Shape::Array => {
                let part = self.element(node, x, key);
                self.read(part, node)
            }
            Shape::Slice | Shape::ArrayPointer => {
                let place = self.place_of(node);
                self.builder.emit(Op::Load(place), node, ty)
            }
            Shape::String => {
                let (x, key) = (self.expr(x), self.expr(key));
                self.builder.emit(Op::Elem(x, key), node, ty)
            }
            // A generic function that is not known, or something that cannot be indexed.
            _ if self.facts.is_type(self.tree.unparen(key)) => {
                let x = self.expr(x);
                self.opaque(&[x], node)
            }
            _ => {
                let parts = [self.expr(x), self.expr(key)];
                self.opaque(&parts, node)
            }
        }
    }

    fn lookup(&mut self, node: Node, map: Node, key: Node, comma: bool) -> Value {
        let (map, key) = (self.expr(map), self.expr(key));
        self.builder.emit(Op::Lookup { map, key, comma }, node, self.facts.ty(node))
    }

    fn slice(&mut self, node: Node) -> Value {
        let [x, low, high, max] = self.slots(node);
        let ty = self.facts.ty(node);
        let operand = match self.facts.shape(self.facts.ty(x)) {
            Shape::Array => self.address(x, x, self.facts.ty(x)),
            _ => self.expr(x),
        };
        let mut bounds = Vec::new();
        // What stands in front counts from nothing, so that the place in the list tells which bound it is.
        if self.is_there(low) {
            bounds.push(self.expr(low));
        } else if self.is_there(high) {
            let nothing = self.constant(rulec_constant::Value::from(0));
            bounds.push(self.builder.emit(Op::Const(Some(nothing)), node, Ty::INT));
        }
        for bound in [high, max].into_iter().filter(|bound| self.tree.kind(*bound) != Kind::Absent) {
            bounds.push(self.expr(bound));
        }
        let list = self.builder.list(&bounds);
        self.builder.emit(Op::Slice(operand, list), node, ty)
    }

    // Operators.

    fn unary(&mut self, node: Node, comma: bool) -> Value {
        let x = Node(node.0 + 1);
        let ty = self.facts.ty(node);
        match self.tree.op(node) {
            Operator::And => match self.tree.kind(self.tree.unparen(x)) {
                Kind::CompositeLit => {
                    let literal = self.expr(x);
                    self.builder.emit(Op::New(Some(literal)), node, ty)
                }
                _ => self.address(x, node, ty),
            },
            Operator::Arrow => {
                let ch = self.expr(x);
                self.builder.emit(Op::Receive { ch, comma }, node, ty)
            }
            operator => {
                let x = self.expr(x);
                self.builder.emit(Op::Unary(operator, x), node, ty)
            }
        }
    }

    fn binary(&mut self, node: Node) -> Value {
        if matches!(self.tree.op(node), Operator::LogAnd | Operator::LogOr) {
            return self.short_circuit(node);
        }
        // `a + b + c + …` is nested to the left: no recursion there.
        let mut operations = vec![node];
        let mut left = Node(node.0 + 1);
        while self.tree.kind(left) == Kind::Binary && !self.is_short_circuit(left) && !self.facts.is_const(left) {
            operations.push(left);
            left = Node(left.0 + 1);
        }
        let mut value = self.expr(left);
        for operation in operations.into_iter().rev() {
            let [_, right] = self.slots(operation);
            let right = self.expr(right);
            let op = Op::Binary(self.tree.op(operation), value, right);
            value = self.builder.emit(op, operation, self.facts.ty(operation));
            self.complete(operation, value);
        }
        value
    }

    /// `x && y` as a value: that of `y`, or `false` where `x` is false.
    fn short_circuit(&mut self, node: Node) -> Value {
        let [x, y] = self.slots(node);
        let is_and = self.tree.op(node) == Operator::LogAnd;
        let (right, short, after) = (self.builder.new_block(), self.builder.new_block(), self.builder.new_block());
        let (on_true, on_false) = if is_and { (right, short) } else { (short, right) };
        self.condition(x, on_true, on_false);
        self.builder.go_on_in(right);
        let value = self.expr(y);
        let right_end = self.builder.current;
        self.builder.jump(after);
        self.builder.go_on_in(short);
        let known = self.constant(rulec_constant::Value::from(!is_and));
        let ty = self.facts.ty(node);
        let known = self.builder.emit(Op::Const(Some(known)), node, ty);
        self.builder.jump(after);
        self.builder.go_on_in(after);
        self.builder.join(&[(right_end, value), (short, known)], node, ty)
    }
}
