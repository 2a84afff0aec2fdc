//! Places: what can be assigned to and what has an address.
//!
//! Source: the Go specification, "Selectors", "Index expressions", "Address operators".

use super::Lowerer;
use super::facts::Shape;
use crate::ir::{Field, Op, Place, PlaceId, Value};
use rulec_tree::{Kind, Node};
use rulec_types::check::{Selection, SelectionKind};
use rulec_types::{ObjId, Ty};

/// Something of which a part is taken.
#[derive(Clone, Copy)]
pub(super) struct Part {
    what: What,
    ty: Ty,
}

#[derive(Clone, Copy)]
enum What {
    Value(Value),
    /// With its content, if that has been loaded.
    Place(PlaceId, Option<Value>),
}

impl Lowerer<'_> {
    /// The place that an expression denotes, to be assigned to or pointed to. What it consists of is evaluated, the
    /// expression itself is not.
    pub(super) fn place_of(&mut self, node: Node) -> PlaceId {
        let bare = self.tree.unparen(node);
        let place = self.nested(|lowerer| lowerer.bare_place(bare));
        place.unwrap_or_else(|| self.builder.place(Place::Unknown))
    }

    fn bare_place(&mut self, node: Node) -> PlaceId {
        let first = Node(node.0 + 1);
        let place = match self.tree.kind(node) {
            Kind::Ident => self.place_of_name(node),
            Kind::Star => Place::Deref(self.expr(first)),
            Kind::Selector if self.facts.is_qualified(node) => {
                self.facts.global(node).map_or(Place::Unknown, Place::Global)
            }
            Kind::Selector => match self.facts.selection(node) {
                Some(selection) if selection.kind == SelectionKind::Field => {
                    let part = self.field(node, selection);
                    return self.place_of_part(part);
                }
                _ => {
                    self.expr(first);
                    Place::Unknown
                }
            },
            Kind::Index => return self.place_of_index(node),
            _ => {
                self.expr(node);
                Place::Unknown
            }
        };
        self.builder.place(place)
    }

    fn place_of_index(&mut self, node: Node) -> PlaceId {
        let [x, key] = self.slots(node);
        let place = match self.facts.shape(self.facts.ty(x)) {
            Shape::Array => {
                let part = self.element(node, x, key);
                return self.place_of_part(part);
            }
            Shape::ArrayPointer => {
                let array = Place::Deref(self.expr(x));
                let array = self.builder.place(array);
                Place::Elem(array, self.expr(key))
            }
            Shape::Slice => Place::SliceElem(self.expr(x), self.expr(key)),
            Shape::Map => Place::MapElem(self.expr(x), self.expr(key)),
            _ => {
                self.expr(x);
                self.expr(key);
                Place::Unknown
            }
        };
        self.builder.place(place)
    }

    pub(super) fn load(&mut self, place: Place, row: Node, ty: Ty) -> Value {
        let place = self.builder.place(place);
        self.builder.emit(Op::Load(place), row, ty)
    }

    /// The address of what `x` denotes.
    pub(super) fn address(&mut self, x: Node, row: Node, ty: Ty) -> Value {
        let place = self.place_of(x);
        let address = self.builder.emit(Op::Addr(place), row, ty);
        self.complete_with_parens(x, self.tree.unparen(x), address)
    }

    // Parts.

    /// An expression of which a part is taken; its row is completed by its value.
    fn whole(&mut self, node: Node) -> Part {
        let bare = self.tree.unparen(node);
        let ty = self.facts.ty(bare);
        if !self.is_place(bare) {
            return Part { what: What::Value(self.expr(node)), ty };
        }
        let place = self.place_of(bare);
        let value = self.builder.emit(Op::Load(place), bare, ty);
        self.complete_with_parens(node, bare, value);
        Part { what: What::Place(place, Some(value)), ty }
    }

    /// Whether an expression denotes a variable that is memory, or a part of one.
    fn is_place(&self, node: Node) -> bool {
        let mut node = node;
        loop {
            let first = Node(node.0 + 1);
            node = match self.tree.kind(node) {
                Kind::Paren => first,
                Kind::Ident => return self.is_memory(node),
                Kind::Star => return !self.facts.is_type(node),
                Kind::Selector if self.facts.is_qualified(node) => return self.facts.global(node).is_some(),
                Kind::Selector => match self.facts.selection(node) {
                    Some(selection) if selection.kind == SelectionKind::Field && selection.indirect => return true,
                    Some(selection) if selection.kind == SelectionKind::Field => first,
                    _ => return false,
                },
                Kind::Index => match self.facts.shape(self.facts.ty(first)) {
                    Shape::Slice | Shape::ArrayPointer => return true,
                    Shape::Array => first,
                    _ => return false,
                },
                _ => return false,
            };
        }
    }

    fn is_memory(&self, ident: Node) -> bool {
        let names = &self.facts.file.names;
        let Some(id) = names.object(ident) else { return self.facts.global(ident).is_some() };
        let object = names.get(id);
        match object.func {
            Some(func) => object.kind.is_variable() && self.context.objects.storage(id).is_memory_in(func == self.func),
            None => self.facts.global(ident).is_some(),
        }
    }

    /// The field that a selector selects, through embedded ones.
    pub(super) fn field(&mut self, selector: Node, selection: &Selection) -> Part {
        let mut part = self.whole(Node(selector.0 + 1));
        for index in &selection.index {
            part = self.field_of(part, *index, selector);
        }
        part
    }

    fn field_of(&mut self, part: Part, index: u32, row: Node) -> Part {
        let mut part = part;
        if let Some(base) = self.facts.pointer_base(part.ty) {
            let pointer = self.read(part, row);
            let place = self.builder.place(Place::Deref(pointer));
            part = Part { what: What::Place(place, None), ty: base };
        }
        let Some((name, ty)) = self.facts.field(part.ty, index) else {
            let value = self.read(part, row);
            let list = self.builder.list(&[value]);
            let value = self.builder.emit(Op::Opaque(list), row, Ty::UNKNOWN);
            return Part { what: What::Value(value), ty: Ty::UNKNOWN };
        };
        let field = Field { owner: part.ty, name };
        let what = match part.what {
            What::Place(place, _) => What::Place(self.builder.place(Place::Field(place, field)), None),
            What::Value(value) => What::Value(self.builder.emit(Op::Field(value, field), row, ty)),
        };
        Part { what, ty }
    }

    /// An element of an array.
    pub(super) fn element(&mut self, row: Node, array: Node, key: Node) -> Part {
        let array = self.whole(array);
        let key = self.expr(key);
        let ty = self.facts.ty(row);
        let what = match array.what {
            What::Place(place, _) => What::Place(self.builder.place(Place::Elem(place, key)), None),
            What::Value(value) => What::Value(self.builder.emit(Op::Elem(value, key), row, ty)),
        };
        Part { what, ty }
    }

    /// The value of a part.
    pub(super) fn read(&mut self, part: Part, row: Node) -> Value {
        match part.what {
            What::Value(value) | What::Place(_, Some(value)) => value,
            What::Place(place, None) => self.builder.emit(Op::Load(place), row, part.ty),
        }
    }

    fn place_of_part(&mut self, part: Part) -> PlaceId {
        match part.what {
            What::Place(place, _) => place,
            What::Value(_) => self.builder.place(Place::Unknown),
        }
    }

    // Receivers.

    /// The receiver that a method gets: implicit fields, `&` and `*` are done.
    pub(super) fn receiver(&mut self, selector: Node, selection: &Selection) -> Value {
        let x = Node(selector.0 + 1);
        let by_pointer = selection.method.is_some_and(|method| self.facts.has_pointer_receiver(method));
        // The index of a method ends with the number of the method.
        let embedded = selection.index.split_last().map_or(&[][..], |(_, fields)| fields);
        let is_pointer = self.facts.pointer_base(self.facts.ty(x)).is_some();
        if by_pointer && embedded.is_empty() && !is_pointer {
            return self.address(x, x, self.pointer_type(selection.method, self.facts.ty(x)));
        }
        let mut part = self.whole(x);
        for index in embedded {
            part = self.field_of(part, *index, selector);
        }
        match (selection.method, part.what, self.facts.pointer_base(part.ty)) {
            (Some(method), What::Place(place, _), None) if by_pointer => {
                let ty = self.pointer_type(Some(method), part.ty);
                self.builder.emit(Op::Addr(place), selector, ty)
            }
            (Some(_), _, Some(base)) if !by_pointer => {
                let pointer = self.read(part, selector);
                self.load(Place::Deref(pointer), selector, base)
            }
            _ => self.read(part, selector),
        }
    }

    /// The type of the address of a receiver.
    fn pointer_type(&self, method: Option<ObjId>, of: Ty) -> Ty {
        let types = self.facts.types.filter(|_| method.is_some());
        types.map_or(Ty::UNKNOWN, |types| types.store().pointer(of))
    }
}
