//! Places of memory whose content conditions may ask for.
//!
//! In: the places that a body loads from. Out: a [`Cell`] for each that can be told from others: variables, globals,
//! fields, what pointers point to. Elements of arrays, slices and maps have none.
//!
//! **Absent:** what is in a cell, and when: see [`super::conditions`].

use super::terms::TermId;
use crate::ir::{Body, Field, Place, PlaceId, VarId};
use rulec_types::{ObjId, Ty};
use rustc_hash::FxHashMap;

/// How many fields may be selected from a place.
const MAX_DEPTH: usize = 8;

/// A cell of one [`Cells`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Cell(u32);

/// Where a cell begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Root {
    Var(VarId),
    Global(ObjId),
    /// What this points to.
    Deref(TermId),
}

/// Where a store goes.
#[derive(Clone, Debug)]
struct Target {
    root: Option<Root>,
    fields: Vec<Field>,
    /// Whether an element lies on the way.
    element: bool,
    /// Whether it is all that a pointer points to.
    whole: bool,
}

/// The cells of a body.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    paths: Vec<(Root, Vec<Field>)>,
    types: Vec<Ty>,
    ids: FxHashMap<(Root, Vec<Field>), Cell>,
    by_place: FxHashMap<PlaceId, Cell>,
}

impl Cells {
    /// Gives a place a cell, if it can have one; `terms` holds those of the values so far.
    pub(super) fn add(&mut self, body: &Body, place: PlaceId, ty: Ty, terms: &[Option<TermId>]) {
        let Some(path) = path(body, place, terms) else { return };
        let next = Cell(self.paths.len() as u32);
        let cell = *self.ids.entry(path.clone()).or_insert(next);
        if cell == next {
            self.paths.push(path);
            self.types.push(ty);
        }
        self.by_place.insert(place, cell);
    }

    /// The cell of a place that is loaded from.
    pub(super) fn at(&self, place: PlaceId) -> Option<Cell> {
        self.by_place.get(&place).copied()
    }

    /// The cell that a store to this place fills: also if the place is one that no load names.
    pub(super) fn stored_at(&self, body: &Body, place: PlaceId, terms: &[Option<TermId>]) -> Option<Cell> {
        self.ids.get(&path(body, place, terms)?).copied()
    }

    /// Where a cell begins.
    pub(super) fn root(&self, cell: Cell) -> Root {
        self.paths[cell.0 as usize].0
    }

    /// The type of what is in a cell.
    pub(super) fn ty(&self, cell: Cell) -> Ty {
        self.types[cell.0 as usize]
    }

    /// Whether a store to a place, which is not that of the cell, may change what is in the cell.
    pub(super) fn may_change(&self, body: &Body, place: PlaceId, cell: Cell) -> bool {
        let Some(target) = target(body, place) else { return false };
        let (root, fields) = &self.paths[cell.0 as usize];
        match (target.root, root) {
            (Some(to), Root::Var(_) | Root::Global(_)) => {
                let within = fields.starts_with(&target.fields) || target.fields.starts_with(fields);
                to == *root && (target.element || within)
            }
            (_, Root::Deref(_)) => target.element || fields.is_empty() || target.meets(fields),
            // A field or an element that a pointer leads to is no whole variable.
            (None, _) => target.whole || !fields.is_empty() && (target.element || target.meets(fields)),
        }
    }
}

impl Target {
    /// Whether it may be the same as, around or within something with these fields on the way to it.
    fn meets(&self, fields: &[Field]) -> bool {
        self.fields.last().is_none_or(|field| fields.contains(field))
    }
}

/// The root and the fields of a place, if it has a cell.
fn path(body: &Body, place: PlaceId, terms: &[Option<TermId>]) -> Option<(Root, Vec<Field>)> {
    let mut fields = Vec::new();
    let mut at = place;
    let root = loop {
        match body.place(at) {
            Place::Field(of, field) if fields.len() < MAX_DEPTH => {
                fields.push(field);
                at = of;
            }
            Place::Var(var) => break Root::Var(var),
            Place::Global(global) => break Root::Global(global),
            Place::Deref(pointer) => break Root::Deref((*terms.get(pointer.0 as usize)?)?),
            Place::Field(..) | Place::Elem(..) | Place::SliceElem(..) | Place::MapElem(..) | Place::Unknown => {
                return None;
            }
        }
    };
    fields.reverse();
    Some((root, fields))
}

/// Where a store goes; nothing for elements of maps, which have no addresses: no cell is in one.
fn target(body: &Body, place: PlaceId) -> Option<Target> {
    let mut target = Target { root: None, fields: Vec::new(), element: false, whole: false };
    let mut at = place;
    loop {
        match body.place(at) {
            Place::Field(of, field) => {
                target.fields.push(field);
                at = of;
            }
            Place::Elem(of, _) => {
                // What was selected of the element counts as the element.
                target.fields.clear();
                target.element = true;
                at = of;
            }
            Place::Var(var) => {
                target.root = Some(Root::Var(var));
                break;
            }
            Place::Global(global) => {
                target.root = Some(Root::Global(global));
                break;
            }
            Place::Deref(_) => {
                target.whole = target.fields.is_empty() && !target.element;
                break;
            }
            Place::SliceElem(..) => {
                target.fields.clear();
                target.element = true;
                break;
            }
            Place::Unknown => {
                target.whole = true;
                target.element = true;
                break;
            }
            Place::MapElem(..) => return None,
        }
    }
    target.fields.reverse();
    Some(target)
}
