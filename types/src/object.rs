//! Objects of packages: what their declarations declare. Local objects live with the file that declares them.

use crate::{Name, Ty};
use rulec_constant::Value;
use rulec_tree::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::OnceLock;

/// The number of an object of some package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct ObjId(pub(crate) u32);

/// The number of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct PackageId(pub(crate) u32);

impl PackageId {
    /// Where predeclared names live.
    pub const UNIVERSE: PackageId = PackageId(0);
    /// Package `unsafe`.
    pub const UNSAFE: PackageId = PackageId(1);
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// A constant.
    Const,
    /// A variable.
    Var,
    /// A function.
    Func,
    /// A method with a receiver.
    Method,
    /// A type, an alias or a predeclared type.
    Type,
    /// A predeclared function or one of package `unsafe`.
    Builtin(Builtin),
    /// The predeclared `nil`.
    Nil,
}

macro_rules! builtins {
    ($( $variant:ident $package:ident $name:literal; )*) => {
        /// The functions that the language defines.
        ///
        /// Source: Go specification, "Built-in functions" and "Package unsafe".
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Builtin { $( #[doc = $name] $variant, )* }

        impl Builtin {
            /// All of them, each with the package that has it and its name there.
            pub const ALL: &'static [(Builtin, PackageId, &'static str)] =
                &[$( (Builtin::$variant, PackageId::$package, $name), )*];
        }
    };
}

builtins! {
    Append UNIVERSE "append";
    Cap UNIVERSE "cap";
    Clear UNIVERSE "clear";
    Close UNIVERSE "close";
    Complex UNIVERSE "complex";
    Copy UNIVERSE "copy";
    Delete UNIVERSE "delete";
    Imag UNIVERSE "imag";
    Len UNIVERSE "len";
    Make UNIVERSE "make";
    Max UNIVERSE "max";
    Min UNIVERSE "min";
    New UNIVERSE "new";
    Panic UNIVERSE "panic";
    Print UNIVERSE "print";
    Println UNIVERSE "println";
    Real UNIVERSE "real";
    Recover UNIVERSE "recover";
    Add UNSAFE "Add";
    Alignof UNSAFE "Alignof";
    Offsetof UNSAFE "Offsetof";
    Sizeof UNSAFE "Sizeof";
    Slice UNSAFE "Slice";
    SliceData UNSAFE "SliceData";
    String UNSAFE "String";
    StringData UNSAFE "StringData";
}

/// Something that a package declares.
#[derive(Debug)]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name.
    pub name: Name,
    /// The package that declares it.
    pub pkg: PackageId,
    /// Where; `None` for predeclared objects and for those that come from a summary.
    pub decl: Option<DeclPlace>,
    /// Its type: set by its declaration. For a method, of the function without its receiver.
    pub(crate) ty: OnceLock<Ty>,
    /// The value of a constant.
    pub(crate) value: OnceLock<Value>,
    /// The receiver of a method: the named type, and whether it is taken by pointer.
    pub(crate) recv: OnceLock<(Ty, bool)>,
    /// The type parameters that the receiver of a method declares, in the place of its type's own.
    pub(crate) recv_tparams: OnceLock<Box<[Ty]>>,
}

impl Object {
    /// The declared type that a method has as receiver, and whether it is taken by pointer; none for all other objects.
    pub fn receiver(&self) -> Option<(Ty, bool)> {
        self.recv.get().copied()
    }

    /// The value of a constant, if it is known.
    pub fn value(&self) -> Option<&Value> {
        self.value.get().filter(|value| !value.is_unknown())
    }
}

/// Where an object is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclPlace {
    /// The path of the file.
    pub file: Name,
    /// The identifier.
    pub span: Span,
}

/// A package: one scope of objects.
#[derive(Debug)]
pub struct Package {
    /// Its import path; of an external test with `_test` behind.
    pub path: Name,
    /// The name in its package clauses.
    pub name: Name,
    /// Its objects by name. Set when it is declared.
    pub(crate) scope: OnceLock<Scope>,
}

/// The objects that a package declares.
#[derive(Debug, Default)]
pub struct Scope {
    /// Objects by name; `_`, `init` and methods are not among them.
    pub objects: FxHashMap<Name, ObjId>,
    /// Whether there may be names that are not here: a file could not be read, or it is generated elsewhere.
    pub partial: bool,
    /// Names in declarations that could not be parsed: they may be declared there, as methods too.
    pub maybe: FxHashSet<Name>,
}
