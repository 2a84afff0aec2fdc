//! The bodies of one part of a package, as long as they are looked at.

use crate::held::Lowered;
use crate::key::{FunctionKey, Place};
use rulec_flow::ir::{Body, BodyId};
use rulec_gofront::File;
use rulec_tree::{Kind, Node};
use rulec_types::{Name, ObjId, PackageId, Store};
use rulec_world::{FileTypes, Part};
use rustc_hash::FxHashMap;
use std::path::Path;

/// A part of a package with its trees, types and bodies.
pub struct PackageBodies<'a> {
    /// The package.
    pub package: PackageId,
    /// Which part of it.
    pub part: Part,
    /// Where names and types live.
    pub store: &'a Store,
    /// Its files in the order of their names.
    pub files: Vec<FileBodies<'a>>,
    /// Its functions, function literals and initialisers, file by file in source order: one that stands in another comes
    /// after it. Declared functions without a body are not among them.
    pub functions: Vec<FunctionBody>,
    numbers: FxHashMap<FunctionKey, u32>,
    /// By file, then by body.
    of_body: Vec<Vec<u32>>,
}

/// A file with its bodies.
pub struct FileBodies<'a> {
    /// Its path, as a name of the store.
    pub name: Name,
    /// Its path.
    pub path: &'a Path,
    /// Its content.
    pub source: &'a [u8],
    /// Its tree and names.
    pub file: &'a File,
    /// What is known of its expressions.
    pub types: Option<&'a FileTypes<'a>>,
    /// Its bodies.
    pub lowered: Lowered,
}

/// A function of the package.
#[derive(Clone, Copy, Debug)]
pub struct FunctionBody {
    /// What it is called.
    pub key: FunctionKey,
    /// Its file, a number in [`PackageBodies::files`].
    pub file: u32,
    /// Its body there.
    pub body: BodyId,
    /// The function that a literal stands in, a number in [`PackageBodies::functions`].
    pub outer: Option<u32>,
    /// The object of a declared function.
    pub object: Option<ObjId>,
}

impl<'a> PackageBodies<'a> {
    /// The functions of these files.
    pub(crate) fn new(
        package: PackageId,
        part: Part,
        store: &'a Store,
        files: Vec<FileBodies<'a>>,
    ) -> PackageBodies<'a> {
        let (functions, numbers, of_body) = (Vec::new(), FxHashMap::default(), Vec::new());
        let mut package = PackageBodies { package, part, store, files, functions, numbers, of_body };
        for number in 0..package.files.len() {
            package.add_functions(number);
        }
        package
    }

    fn add_functions(&mut self, number: usize) {
        let file = &self.files[number];
        let mut of_body: Vec<u32> = Vec::new();
        for (id, body) in file.lowered.flow.bodies() {
            let object = declared_object(file, body.func);
            let declared = object.and_then(|object| FunctionKey::of_object(self.store, object));
            // Of two with one name, which no compiler takes, the second has none.
            let declared = declared.filter(|key| !self.numbers.contains_key(key));
            let key = declared.unwrap_or(FunctionKey::At { file: file.name, row: body.func });
            let outer = body.outer.and_then(|outer| of_body.get(outer.0 as usize).copied());
            let own = self.functions.len() as u32;
            self.functions.push(FunctionBody { key, file: number as u32, body: id, outer, object });
            self.numbers.insert(key, own);
            of_body.push(own);
        }
        self.of_body.push(of_body);
    }

    /// The body of a function.
    ///
    /// # Panics
    /// If it is of another package. So for all that follow.
    pub fn body(&self, function: u32) -> &Body {
        let function = &self.functions[function as usize];
        self.files[function.file as usize].lowered.flow.body(function.body)
    }

    /// The file that a function stands in.
    pub fn file_of(&self, function: u32) -> &FileBodies<'a> {
        &self.files[self.functions[function as usize].file as usize]
    }

    /// The number of a function.
    pub fn number_of(&self, key: &FunctionKey) -> Option<u32> {
        self.numbers.get(key).copied()
    }

    /// The number of the function with this body, of the file that another one is of.
    pub fn sibling(&self, function: u32, body: BodyId) -> u32 {
        self.of_body[self.functions[function as usize].file as usize][body.0 as usize]
    }

    /// The number of a declared function, if it has a body here.
    pub fn number_of_object(&self, object: ObjId) -> Option<u32> {
        (self.store.object(object).pkg == self.package)
            .then(|| FunctionKey::of_object(self.store, object))
            .flatten()
            .and_then(|key| self.number_of(&key))
    }

    /// Where a row of a function's file is.
    pub fn place(&self, function: u32, row: Node) -> Place {
        let file = self.file_of(function);
        Place { file: file.name, row, span: file.file.tree.span(row) }
    }
}

/// The object of a function declaration.
fn declared_object(file: &FileBodies<'_>, func: Node) -> Option<ObjId> {
    let tree = &file.file.tree;
    let is_declared = tree.kind(func) == Kind::FuncDecl;
    is_declared.then(|| file.types?.object(tree.slot(func, 1))).flatten()
}
