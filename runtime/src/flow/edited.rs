//! What is known around a file that has changed since its package was looked at: text in an editor.
//!
//! In: what was known, the tree of the file then, and the tree now. Out: the same answers, with the rows of the tree as it is
//! now. Declarations at the start and at the end of the file that did not change have their old rows moved; of all
//! others it is unknown whom they call, who calls them and what goroutines do there. So an answer may be missing, and a
//! rule is undecided, but no answer is one about other code.

use super::around::Around;
use super::row_map::RowMap;
use rulec_calls::package::PackageFacts;
use rulec_calls::{Above, Entity, FunctionKey, Targets};
use rulec_flow::{Knowledge, Summary};
use rulec_gofront::File;
use rulec_plan::host::Tri;
use rulec_tree::Node;
use rulec_types::{Name, ObjId, Ty};
use std::path::Path;
use std::sync::OnceLock;

/// A file as it was when its package was looked at.
#[derive(Clone, Copy)]
pub(crate) struct Before<'e> {
    /// Its path.
    pub(crate) path: &'e Path,
    /// Its path, as keys of functions have it.
    pub(crate) name: Name,
    pub(crate) file: &'e File,
    pub(crate) source: &'e [u8],
}

/// What is known around a file that has changed.
pub(crate) struct Edited<'e> {
    inner: &'e (dyn Around + Sync),
    before: Before<'e>,
    rows: OnceLock<RowMap>,
}

impl<'e> Edited<'e> {
    pub(crate) fn new(inner: &'e (dyn Around + Sync), before: Before<'e>) -> Edited<'e> {
        Edited { inner, before, rows: OnceLock::new() }
    }

    fn rows(&self) -> &RowMap {
        self.rows.get_or_init(RowMap::default)
    }

    fn key_then(&self, key: &FunctionKey) -> Option<FunctionKey> {
        match *key {
            FunctionKey::At { file, row } if file == self.before.name => {
                Some(FunctionKey::At { file, row: self.rows().then(row)? })
            }
            key => Some(key),
        }
    }

    fn key_now(&self, key: &FunctionKey) -> Option<FunctionKey> {
        match *key {
            FunctionKey::At { file, row } if file == self.before.name => {
                Some(FunctionKey::At { file, row: self.rows().now(row)? })
            }
            key => Some(key),
        }
    }

    fn entity_then(&self, entity: &Entity) -> Option<Entity> {
        Some(match entity {
            Entity::Func(function) => Entity::Func(self.key_then(function)?),
            Entity::Param(function, number) => Entity::Param(self.key_then(function)?, *number),
            Entity::Result(function, number) => Entity::Result(self.key_then(function)?, *number),
            Entity::Type { .. } | Entity::Field { .. } | Entity::Global { .. } => *entity,
        })
    }
}

impl Knowledge for Edited<'_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        self.inner.as_knowledge().function(function)
    }

    fn method(&self, receiver: Ty, name: Name) -> Option<&Summary> {
        self.inner.as_knowledge().method(receiver, name)
    }
}

impl Around for Edited<'_> {
    fn as_knowledge(&self) -> &dyn Knowledge {
        self
    }

    fn meet(&self, path: &Path, file: &File, source: &[u8]) {
        if path == self.before.path {
            // The run that this belongs to looks at one state of the file.
            self.rows.get_or_init(|| RowMap::new((self.before.file, self.before.source), (file, source)));
        }
    }

    fn callees(&self, path: &Path, call: Node) -> Targets {
        let Some(call) = self.row_then(path, call) else { return Targets::default() };
        let then = self.inner.callees(path, call);
        let functions: Vec<_> = then.functions.iter().filter_map(|function| self.key_now(function)).collect();
        Targets { complete: then.complete && functions.len() == then.functions.len(), functions }
    }

    fn param_count(&self, function: &FunctionKey) -> Option<usize> {
        self.inner.param_count(&self.key_then(function)?)
    }

    fn has_source(&self, function: &FunctionKey) -> bool {
        self.key_then(function).is_none_or(|function| self.inner.has_source(&function))
    }

    fn callers(&self, path: &Path, function: &FunctionKey) -> (Vec<Node>, Option<usize>) {
        let Some(function) = self.key_then(function) else { return (Vec::new(), None) };
        let (then, elsewhere) = self.inner.callers(path, &function);
        let now: Vec<Node> = then.iter().filter_map(|row| self.row_now(path, *row)).collect();
        let elsewhere = elsewhere.filter(|_| now.len() == then.len());
        (now, elsewhere)
    }

    fn holds(&self, fact: &str, entity: &Entity) -> Tri {
        self.entity_then(entity).map_or(Tri::Unknown, |entity| self.inner.holds(fact, &entity))
    }

    fn annotated_above(&self, function: &FunctionKey, name: &str) -> Option<Vec<Above<'_>>> {
        self.inner.annotated_above(&self.key_then(function)?, name)
    }

    fn reaching(&self, path: &Path, function: &FunctionKey) -> Option<Vec<Node>> {
        let then = self.inner.reaching(path, &self.key_then(function)?)?;
        Some(then.into_iter().filter_map(|row| self.row_now(path, row)).collect())
    }

    fn is_startup(&self, function: &FunctionKey) -> Option<bool> {
        self.inner.is_startup(&self.key_then(function)?)
    }

    fn package(&self, path: &Path) -> Option<&PackageFacts> {
        self.inner.package(path)
    }

    fn file_number(&self, path: &Path) -> Option<u32> {
        self.inner.file_number(path)
    }

    fn row_then(&self, path: &Path, row: Node) -> Option<Node> {
        if path == self.before.path { self.rows().then(row) } else { Some(row) }
    }

    fn row_now(&self, path: &Path, row: Node) -> Option<Node> {
        if path == self.before.path { self.rows().now(row) } else { Some(row) }
    }
}
