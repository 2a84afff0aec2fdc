//! The memory of a state: objects and what they hold.

use super::value::{Fields, Interner, Loc, ObjRef, Origin, PathId, Step, Sym, Sync, Term, Val};
use rulec_types::{Name, Ty};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

/// Something in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Object {
    /// Whether code that is not run here can reach it.
    pub(crate) open: bool,
    pub(crate) data: Data,
}

impl Object {
    /// Code elsewhere may have written to it: of what it holds only references stay, to what may still be there.
    pub(crate) fn forget(&mut self) {
        match &mut self.data {
            Data::Cells { cells, unknown, .. } => {
                cells.retain(|(_, value)| {
                    !matches!(value, Val::Nil | Val::Int(_) | Val::Bool(_) | Val::Text(_) | Val::Test(..))
                });
                *unknown = true;
            }
            // A slice that is held here stays as long as it is.
            Data::List { items, exact } if items.contains(&Val::Nil) => {
                items.retain(|item| !matches!(item, Val::Nil));
                *exact = false;
            }
            Data::List { .. } => {}
            Data::Map { exact, .. } => *exact = false,
            Data::Chan { .. } | Data::Context { .. } => {}
        }
    }
}

/// What it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Data {
    /// Variables and structs: values by path, sorted; what is not there is zero, or unknown if `unknown`.
    Cells {
        ty: Ty,
        cells: Vec<(PathId, Val)>,
        unknown: bool,
    },
    Chan {
        capacity: Capacity,
        queue: VecDeque<Val>,
        closed: bool,
    },
    /// An array behind slices; `exact`: these are all elements.
    List {
        items: Vec<Val>,
        exact: bool,
    },
    Map {
        entries: Vec<(Val, Val)>,
        exact: bool,
    },
    /// A context: the channel that is closed when it is done, and the context it was made from.
    Context {
        done: Option<ObjRef>,
        parent: Option<ObjRef>,
    },
}

/// How many values a channel holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Capacity {
    Known(i64),
    Symbol(Sym),
}

/// All objects of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Memory {
    objects: BTreeMap<ObjRef, Rc<Object>>,
}

impl Memory {
    /// An object, if it was made or touched.
    pub(crate) fn get(&self, object: ObjRef) -> Option<&Object> {
        self.objects.get(&object).map(|object| &**object)
    }

    pub(crate) fn get_mut(&mut self, object: ObjRef) -> Option<&mut Object> {
        self.objects.get_mut(&object).map(Rc::make_mut)
    }

    pub(crate) fn add(&mut self, object: ObjRef, data: Data) {
        self.objects.insert(object, Rc::new(Object { open: false, data }));
    }

    /// Leaves only these objects.
    pub(crate) fn retain(&mut self, keep: impl Fn(ObjRef) -> bool) {
        self.objects.retain(|object, _| keep(*object));
    }

    /// The objects.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (ObjRef, &Object)> {
        self.objects.iter().map(|(number, object)| (*number, &**object))
    }

    /// Whether code that is not run here can reach it: unknown things can always be.
    pub(crate) fn is_open(&self, object: ObjRef, interner: &Interner) -> bool {
        match self.get(object) {
            Some(object) => object.open,
            None => !matches!(interner.origin(object), Some(Origin::Made(..) | Origin::Variable(..))),
        }
    }

    /// The cells of a variable or struct; of something unknown they are made now.
    fn cells_mut(&mut self, object: ObjRef, interner: &Interner) -> Option<&mut Vec<(PathId, Val)>> {
        let made = self.objects.entry(object).or_insert_with(|| {
            let unknown = matches!(interner.origin(object), Some(Origin::Behind(_) | Origin::Global(_)));
            let data = Data::Cells { ty: Ty::UNKNOWN, cells: Vec::new(), unknown };
            Rc::new(Object { open: unknown, data })
        });
        match &mut Rc::make_mut(made).data {
            Data::Cells { cells, .. } => Some(cells),
            _ => None,
        }
    }

    /// The state of a lock, group, once or condition at a place.
    pub(crate) fn sync(&self, loc: Loc) -> Option<&Sync> {
        let Data::Cells { cells, .. } = &self.get(loc.object)?.data else { return None };
        let found = cells.binary_search_by_key(&loc.path, |(path, _)| *path).ok()?;
        match &cells[found].1 {
            Val::Sync(sync) => Some(sync),
            _ => None,
        }
    }

    pub(crate) fn set_sync(&mut self, loc: Loc, sync: Sync, interner: &Interner) {
        self.write(loc, Val::Sync(Rc::new(sync)), interner);
    }

    /// Writes one cell.
    fn write(&mut self, loc: Loc, value: Val, interner: &Interner) {
        let Some(cells) = self.cells_mut(loc.object, interner) else { return };
        match cells.binary_search_by_key(&loc.path, |(path, _)| *path) {
            Ok(at) => cells[at].1 = value,
            Err(at) => cells.insert(at, (loc.path, value)),
        }
    }

    /// Writes a value to a place: a struct field by field.
    pub(crate) fn store(&mut self, loc: Loc, value: Val, interner: &mut Interner) {
        if let Some(cells) = self.cells_mut(loc.object, interner) {
            cells.retain(|(path, _)| !interner.starts_with(*path, loc.path));
        }
        if let Val::Struct(fields) = &value {
            for (path, field) in &fields.cells {
                let path = interner.rebase(*path, PathId::ROOT, loc.path);
                self.write(Loc { path, ..loc }, field.clone(), interner);
            }
            // A struct without fields that are known is one all the same.
            if loc.path == PathId::ROOT
                && let Some(Data::Cells { ty, .. }) = self.get_mut(loc.object).map(|object| &mut object.data)
                && ty.is_unknown()
            {
                *ty = fields.ty;
            }
            return;
        }
        self.write(loc, value, interner);
    }

    /// Writes a struct to a place of an interface type: as one value, with its type.
    pub(crate) fn store_whole(&mut self, loc: Loc, value: Val, interner: &Interner) {
        if let Some(cells) = self.cells_mut(loc.object, interner) {
            cells.retain(|(path, _)| !interner.starts_with(*path, loc.path));
        }
        self.write(loc, value, interner);
    }

    /// What a place holds; `ty`: of what type the place is, for structs and zero values.
    pub(crate) fn load(&mut self, loc: Loc, kind: Content, interner: &mut Interner) -> Val {
        let unknown = match self.get(loc.object).map(|object| &object.data) {
            Some(Data::Cells { cells, unknown, .. }) => {
                if let Ok(at) = cells.binary_search_by_key(&loc.path, |(path, _)| *path) {
                    return cells[at].1.clone();
                }
                let unknown = *unknown;
                match self.whole(loc, kind, interner) {
                    Some(whole) if !unknown => return whole,
                    _ => unknown,
                }
            }
            Some(_) => true,
            None => !matches!(interner.origin(loc.object), Some(Origin::Made(..) | Origin::Variable(..))),
        };
        if unknown {
            let content = Val::Unknown(interner.sym(Term::Content(loc.object, loc.path)));
            self.write(loc, content.clone(), interner);
            return content;
        }
        kind.zero()
    }

    /// A struct put together from its fields.
    fn whole(&self, loc: Loc, kind: Content, interner: &mut Interner) -> Option<Val> {
        let Content::Struct(ty) = kind else { return None };
        let Data::Cells { cells, .. } = &self.get(loc.object)?.data else { return None };
        let own: Vec<_> = cells.iter().filter(|(path, _)| interner.starts_with(*path, loc.path)).cloned().collect();
        let rebased = own.into_iter().map(|(path, value)| (interner.rebase(path, loc.path, PathId::ROOT), value));
        let mut cells: Vec<(PathId, Val)> = rebased.collect();
        cells.sort_unstable_by_key(|(path, _)| *path);
        Some(Val::Struct(Rc::new(Fields { ty, cells })))
    }

    /// The type of what stands at the start of an object.
    pub(crate) fn ty(&self, object: ObjRef) -> Ty {
        match self.get(object).map(|object| &object.data) {
            Some(Data::Cells { ty, .. }) => *ty,
            _ => Ty::UNKNOWN,
        }
    }
}

/// What the zero value of a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Nil,
    Int,
    Bool,
    Struct(Ty),
    Other,
}

impl Content {
    pub(crate) fn zero(self) -> Val {
        match self {
            Content::Nil => Val::Nil,
            Content::Int => Val::Int(0),
            Content::Bool => Val::Bool(false),
            Content::Struct(ty) => Val::Struct(Rc::new(Fields { ty, cells: Vec::new() })),
            Content::Other => Val::Text("".into()),
        }
    }
}

/// The place of a field.
pub(crate) fn field(loc: Loc, name: Name, interner: &mut Interner) -> Loc {
    Loc { path: interner.path(loc.path, Step::Field(name)), ..loc }
}
