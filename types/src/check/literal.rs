//! Composite literals.
//!
//! In: a literal with a type, or an element of another one without. Out: its type, and rows for elements and keys: keys of
//! structs are names of fields, those of arrays and slices constants.
//!
//! Source: Go specification, "Composite literals".

use super::{Checker, Mode, Operand};
use crate::{Field, PackageId, Ty, TypeData};
use rulec_tree::{Kind, Node};

impl<'a> Checker<'a> {
    /// `T{…}`, or `{…}` where `hint` is the type that the elements around it have.
    pub(super) fn composite(&mut self, node: Node, hint: Option<Ty>) -> Operand {
        let tree = self.tree();
        let written = Node(node.0 + 1);
        if tree.kind(written) == Kind::Absent {
            let Some(ty) = hint else {
                self.unknown_elements(node);
                return Operand::unknown(node);
            };
            // `{…}` stands for `&T{…}` too.
            let base = self.types.core_type(ty).and_then(|core| self.types.pointer_base(core)).unwrap_or(ty);
            self.elements(node, base);
            return Operand::value(node, ty);
        }
        if self.is_open_array(written) {
            return self.open_array(node, written);
        }
        let ty = self.type_expr(written);
        self.elements(node, ty);
        Operand::value(node, ty)
    }

    /// Whether it is `[...]T`.
    fn is_open_array(&self, ty: Node) -> bool {
        let tree = self.tree();
        tree.kind(ty) == Kind::ArrayType && tree.kind(Node(ty.0 + 1)) == Kind::Variadic
    }

    fn open_array(&mut self, node: Node, written: Node) -> Operand {
        // The elements need their type, and the type their number.
        let open = self.array_of_length(written, None);
        let TypeData::Array { elem, .. } = self.store.data(open) else { return Operand::unknown(node) };
        let len = self.listed_elements(node, *elem);
        let ty = self.array_of_length(written, len);
        Operand::value(node, ty)
    }

    fn elements(&mut self, node: Node, ty: Ty) {
        match self.types.core_type(ty).map(|core| self.store.data(core)) {
            Some(TypeData::Struct(fields)) => self.fields(node, fields),
            Some(TypeData::Array { elem, .. } | TypeData::Slice(elem)) => {
                self.listed_elements(node, *elem);
            }
            Some(TypeData::Map { key, elem }) => self.map_elements(node, *key, *elem),
            _ => self.unknown_elements(node),
        }
    }

    fn fields(&mut self, node: Node, fields: &[Field]) {
        let tree = self.tree();
        for (number, element) in tree.tail(node).enumerate() {
            if tree.kind(element) != Kind::KeyValue {
                let target = fields.get(number).map_or(Ty::UNKNOWN, |field| field.ty);
                self.element(element, target);
                continue;
            }
            let [key, value] = self.slots(element);
            let field = match tree.kind(key) {
                Kind::Ident => self.field_of(key, fields),
                _ => None,
            };
            if let Some(field) = field {
                self.record_name(key, Mode::Var, field.ty);
            }
            let mut x = self.expr(value, None);
            self.assign_to(&mut x, field.map_or(Ty::UNKNOWN, |field| field.ty));
        }
    }

    fn field_of<'f>(&self, key: Node, fields: &'f [Field]) -> Option<&'f Field> {
        let name = self.name_of(key);
        fields.iter().find(|field| field.name == name && (self.store.is_exported(name) || self.is_own(field.pkg)))
    }

    fn is_own(&self, package: PackageId) -> bool {
        let path = |package: PackageId| self.store.package(package).path;
        package == self.unit.pkg || path(package) == path(self.unit.pkg)
    }

    /// Elements of an array or a slice. How many there are, if all indexes are known.
    fn listed_elements(&mut self, node: Node, elem: Ty) -> Option<u64> {
        let tree = self.tree();
        let (mut next, mut len) = (Some(0u64), Some(0u64));
        for element in tree.tail(node) {
            let value = match tree.kind(element) {
                Kind::KeyValue => {
                    let [key, value] = self.slots(element);
                    next = self.index_value(key);
                    value
                }
                _ => element,
            };
            self.element(value, elem);
            next = next.and_then(|next| next.checked_add(1));
            len = len.zip(next).map(|(len, next)| len.max(next));
        }
        len
    }

    fn map_elements(&mut self, node: Node, key_type: Ty, elem: Ty) {
        let tree = self.tree();
        for element in tree.tail(node) {
            if tree.kind(element) != Kind::KeyValue {
                self.element(element, Ty::UNKNOWN);
                continue;
            }
            let [key, value] = self.slots(element);
            self.element(key, key_type);
            self.element(value, elem);
        }
    }

    /// A value whose type may be left out if it is a literal itself.
    fn element(&mut self, node: Node, target: Ty) {
        let hint = (self.kind(node) == Kind::CompositeLit).then_some(target);
        let mut x = self.expr(node, hint);
        self.assign_to(&mut x, target);
    }

    /// Elements of a literal whose type is not known. A name as a key may be one of a field, so nothing is said of it.
    fn unknown_elements(&mut self, node: Node) {
        let tree = self.tree();
        for element in tree.tail(node) {
            let value = match tree.kind(element) {
                Kind::KeyValue => {
                    let [key, value] = self.slots(element);
                    if tree.kind(key) != Kind::Ident {
                        self.element(key, Ty::UNKNOWN);
                    }
                    value
                }
                _ => element,
            };
            self.element(value, Ty::UNKNOWN);
        }
    }
}
