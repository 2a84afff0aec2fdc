//! `for` in all its forms.
//!
//! Source: the Go specification, "For statements".

use super::Lowerer;
use crate::ir::{Op, Value, When};
use rulec_gofront::ObjectId;
use rulec_tree::{Node, Op as Operator};
use rulec_types::{Ty, TypeData};

impl Lowerer<'_> {
    pub(super) fn for_loop(&mut self, node: Node, label: Option<ObjectId>) {
        let [init, cond, post, body] = self.slots(node);
        self.statement(init);
        let head = self.builder.jump_to_new();
        let (inside, next, after) = (self.builder.new_block(), self.builder.new_block(), self.builder.new_block());
        let branch = if self.is_there(cond) {
            self.condition(cond, inside, after)
        } else {
            let branch = self.builder.emit(Op::Branch(None), node, Ty::UNKNOWN);
            self.builder.jump(inside);
            branch
        };
        self.complete(node, branch);
        self.builder.go_on_in(inside);
        self.within(label, after, Some(next), |lowerer| lowerer.statement(body));
        self.builder.jump(next);
        self.builder.go_on_in(next);
        self.statement(post);
        self.builder.jump(head);
        self.builder.go_on_in(after);
    }

    /// What is ranged over is evaluated once. An iterator function counts as a sequence of unknown length.
    pub(super) fn range_loop(&mut self, node: Node, label: Option<ObjectId>) {
        let [key, value, x, body] = self.slots(node);
        let over = self.expr(x);
        let head = self.builder.jump_to_new();
        let range = self.builder.emit(Op::Range(over), node, Ty::UNKNOWN);
        self.complete(node, range);
        let (inside, after) = (self.builder.new_block(), self.builder.new_block());
        self.builder.edge(head, inside, When::Next(range));
        self.builder.edge(head, after, When::Done(range));
        self.builder.go_on_in(inside);
        let types = self.element_types(self.facts.ty(x));
        if self.tree.op(node) != Operator::None {
            self.range_variables([key, value], range, &types);
        }
        self.within(label, after, Some(head), |lowerer| lowerer.statement(body));
        self.builder.jump(head);
        self.builder.go_on_in(after);
    }

    /// Key and value of an iteration. What both consist of is evaluated before either is assigned to.
    fn range_variables(&mut self, variables: [Node; 2], range: Value, types: &[Ty]) {
        let variables: Vec<(u32, Node)> =
            (0..).zip(variables).filter(|(_, variable)| self.is_there(*variable)).collect();
        let rows: Vec<Node> = variables.iter().map(|(_, row)| *row).collect();
        let targets = self.assign_targets(&rows);
        for ((number, row), target) in variables.into_iter().zip(targets) {
            let ty = types.get(number as usize).copied().unwrap_or(Ty::UNKNOWN);
            let part = self.builder.emit(Op::Extract(range, number), row, ty);
            self.store(target, part, row);
        }
    }

    /// The types of the values that ranging over a value of this type yields.
    fn element_types(&self, ty: Ty) -> Vec<Ty> {
        let Some(types) = self.facts.types else { return Vec::new() };
        let relations = types.relations();
        let mut core = relations.core_type(ty).unwrap_or(Ty::UNKNOWN);
        if let TypeData::Pointer(to) = types.store().data(core) {
            core = relations.core_type(*to).unwrap_or(Ty::UNKNOWN);
        }
        match types.store().data(core) {
            TypeData::Array { elem, .. } | TypeData::Slice(elem) => vec![Ty::INT, *elem],
            TypeData::Basic(basic) if basic.is_string() => vec![Ty::INT, Ty::RUNE],
            TypeData::Basic(basic) if basic.is_integer() => vec![ty],
            TypeData::Map { key, elem } => vec![*key, *elem],
            TypeData::Chan { elem, .. } => vec![*elem],
            TypeData::Func(iterator) => {
                let yields = iterator.params.first().and_then(|of_yield| relations.core_type(*of_yield));
                match yields.map(|yields| types.store().data(yields)) {
                    Some(TypeData::Func(yields)) => yields.params.to_vec(),
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }
}
