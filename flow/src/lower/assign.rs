//! Assignments, declarations of variables, `++` and `--`.
//!
//! Source: the Go specification, "Assignment statements", "Variable declarations", "Order of evaluation".

use super::Lowerer;
use crate::ir::{Op, Place, PlaceId, Value, VarId};
use rulec_gofront::ObjectKind;
use rulec_tree::{Kind, Node, Op as Operator};
use rulec_types::Ty;

/// Where a value is assigned to; what it consists of has been evaluated.
#[derive(Clone, Copy)]
pub(super) enum AssignTarget {
    /// `_`
    Blank,
    /// A variable in single assignment form.
    Var(VarId),
    /// Anything else.
    Place(PlaceId),
}

impl Lowerer<'_> {
    pub(super) fn assign(&mut self, node: Node) {
        let [lhs, rhs] = self.slots(node);
        let (left, right): (Vec<Node>, Vec<Node>) =
            (self.tree.children(lhs).collect(), self.tree.children(rhs).collect());
        if let Some(operator) = binary_operator(self.tree.op(node)) {
            if let (Some(x), Some(y)) = (left.first(), right.first()) {
                self.update(node, *x, operator, Some(*y));
            }
            return;
        }
        let targets = self.assign_targets(&left);
        let values = self.values_for(&right, left.len());
        let mut last = values.last().copied();
        for ((target, value), row) in targets.iter().zip(&values).zip(&left) {
            if let Some(stored) = self.store(*target, *value, *row) {
                last = Some(stored);
            }
        }
        if let Some(last) = last {
            self.complete(node, last);
        }
    }

    /// `v, ok := <-ch` of a `select`, once the value is there.
    pub(super) fn assign_received(&mut self, node: Node, received: Value, comma: bool) {
        let [lhs] = self.slots(node);
        let left: Vec<Node> = self.tree.children(lhs).collect();
        let targets = self.assign_targets(&left);
        let values = if comma { self.parts_of(received, left.len()) } else { vec![received] };
        let mut last = received;
        for ((target, value), row) in targets.iter().zip(&values).zip(&left) {
            last = self.store(*target, *value, *row).unwrap_or(last);
        }
        self.complete(node, last);
    }

    pub(super) fn inc_dec(&mut self, node: Node) {
        let operator = if self.tree.op(node) == Operator::Inc { Operator::Add } else { Operator::Sub };
        self.update(node, Node(node.0 + 1), operator, None);
    }

    /// `x op= y`; without `y` it is 1. What `x` consists of is evaluated once.
    fn update(&mut self, node: Node, x: Node, operator: Operator, y: Option<Node>) {
        let target = self.assign_targets(&[x]).first().copied().unwrap_or(AssignTarget::Blank);
        let bare = self.tree.unparen(x);
        let ty = self.facts.ty(bare);
        let old = match target {
            AssignTarget::Var(var) => self.read_var(var, bare),
            AssignTarget::Place(place) => self.load_for_update(place, bare, ty),
            AssignTarget::Blank => self.opaque(&[], bare),
        };
        let by = match y {
            Some(y) => self.expr(y),
            None => {
                let one = self.constant(rulec_constant::Value::from(1));
                self.builder.emit(Op::Const(Some(one)), node, ty)
            }
        };
        let new = self.builder.emit(Op::Binary(operator, old, by), node, ty);
        let stored = self.store(target, new, x).unwrap_or(new);
        self.complete(node, stored);
    }

    fn load_for_update(&mut self, place: PlaceId, row: Node, ty: Ty) -> Value {
        match self.builder.places[place.0 as usize] {
            Place::MapElem(map, key) => self.builder.emit(Op::Lookup { map, key, comma: false }, row, ty),
            _ => self.builder.emit(Op::Load(place), row, ty),
        }
    }

    /// A line of a `var` declaration, of a function or of the package; the result is its last assignment.
    pub(super) fn var_spec(&mut self, spec: Node) -> Option<Value> {
        let [names, _, values] = self.slots(spec);
        let names: Vec<Node> = self.tree.children(names).collect();
        let exprs: Vec<Node> = self.tree.children(values).collect();
        let values = if exprs.is_empty() {
            let zero = |lowerer: &mut Self, name: Node| lowerer.builder.emit(Op::Zero, name, lowerer.facts.ty(name));
            names.iter().map(|name| zero(self, *name)).collect()
        } else {
            self.values_for(&exprs, names.len())
        };
        let targets = self.assign_targets(&names);
        let mut last = values.last().copied();
        for ((target, value), row) in targets.iter().zip(&values).zip(&names) {
            last = self.store(*target, *value, *row).or(last);
        }
        self.complete(spec, last?);
        last
    }

    // The two sides.

    /// Evaluates what the left side consists of.
    pub(super) fn assign_targets(&mut self, left: &[Node]) -> Vec<AssignTarget> {
        left.iter().map(|target| self.assign_target(*target)).collect()
    }

    fn assign_target(&mut self, target: Node) -> AssignTarget {
        let bare = self.tree.unparen(target);
        if self.tree.kind(bare) != Kind::Ident {
            return AssignTarget::Place(self.place_of(bare));
        }
        if self.facts.file.texts.bytes(self.tree.text(bare)) == b"_" {
            return AssignTarget::Blank;
        }
        match self.local(bare) {
            Some(var) if !self.builder.vars[var.0 as usize].in_memory => AssignTarget::Var(var),
            _ => AssignTarget::Place(self.place_of(bare)),
        }
    }

    /// The instruction that assigns; none for `_`.
    pub(super) fn store(&mut self, target: AssignTarget, value: Value, row: Node) -> Option<Value> {
        let bare = self.tree.unparen(row);
        let op = match target {
            AssignTarget::Blank => return None,
            AssignTarget::Var(var) => Op::Assign(var, value),
            AssignTarget::Place(place) => Op::Store(place, value),
        };
        let ty = self.facts.ty(bare);
        let stored = self.builder.emit(op, bare, ty);
        Some(self.complete_with_parens(row, bare, stored))
    }

    /// The values of the right side for so many places: those of a call with several results, or with a second one that
    /// says whether there is a first, are taken apart.
    pub(super) fn values_for(&mut self, exprs: &[Node], count: usize) -> Vec<Value> {
        match exprs {
            [only] if count > 1 => {
                let tuple = self.expr_for(*only, count);
                self.parts_of(tuple, count)
            }
            _ => exprs.iter().map(|expr| self.expr(*expr)).collect(),
        }
    }

    pub(super) fn parts_of(&mut self, tuple: Value, count: usize) -> Vec<Value> {
        let inst = self.builder.insts[tuple.0 as usize];
        let part = |lowerer: &mut Self, n: usize| {
            let ty = lowerer.facts.part(inst.ty, n);
            lowerer.builder.emit(Op::Extract(tuple, n as u32), inst.row, ty)
        };
        (0..count).map(|n| part(self, n)).collect()
    }

    /// The place of a package-level variable or of one that is memory.
    pub(super) fn place_of_name(&mut self, ident: Node) -> Place {
        match self.local(ident) {
            Some(var) => Place::Var(var),
            None if self.facts.kind_of(ident) == Some(ObjectKind::Package) => Place::Unknown,
            None => self.facts.global(ident).map_or(Place::Unknown, Place::Global),
        }
    }
}

/// The operator of `x op= y`.
fn binary_operator(assignment: Operator) -> Option<Operator> {
    Some(match assignment {
        Operator::AddAssign => Operator::Add,
        Operator::SubAssign => Operator::Sub,
        Operator::MulAssign => Operator::Mul,
        Operator::DivAssign => Operator::Div,
        Operator::RemAssign => Operator::Rem,
        Operator::AndAssign => Operator::And,
        Operator::OrAssign => Operator::Or,
        Operator::XorAssign => Operator::Xor,
        Operator::ShlAssign => Operator::Shl,
        Operator::ShrAssign => Operator::Shr,
        Operator::AndNotAssign => Operator::AndNot,
        _ => return None,
    })
}
