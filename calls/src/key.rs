//! What functions, and what facts speak of, are called: names that outlive the trees they stand in.

use crate::kept;
use rulec_tree::{Node, Span};
use rulec_types::{Name, ObjId, ObjectKind, PackageId, Store, TypeData};
use serde::{Deserialize, Serialize};

/// A function of some package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FunctionKey {
    /// A declared function or method that has a name of its own.
    Declared {
        /// The package.
        #[serde(with = "kept::package")]
        package: PackageId,
        /// The declared type that a method has as receiver; empty for functions.
        #[serde(with = "kept::name")]
        recv: Name,
        /// Its name.
        #[serde(with = "kept::name")]
        name: Name,
    },
    /// A function literal, one of several `init` or `_`, or the initialiser of variables: by its row.
    At {
        /// The path of the file.
        #[serde(with = "kept::name")]
        file: Name,
        /// The function literal, function declaration or `VarSpec`.
        row: Node,
    },
}

impl FunctionKey {
    /// The key of a declared function or method; none for all other objects, and for those called `_` or `init`.
    pub fn of_object(store: &Store, object: ObjId) -> Option<FunctionKey> {
        let declared = store.object(object);
        let recv = match declared.kind {
            ObjectKind::Func => Name::EMPTY,
            ObjectKind::Method => type_name(store, declared.receiver()?.0)?,
            _ => return None,
        };
        let has_no_name = declared.name == Name::BLANK || (recv == Name::EMPTY && store.str(declared.name) == "init");
        (!has_no_name).then_some(FunctionKey::Declared { package: declared.pkg, recv, name: declared.name })
    }

    /// As people write it: `net/http.Client.Do`, `file.go@17` for a literal at row 17.
    pub fn text(self, store: &Store) -> String {
        match self {
            FunctionKey::Declared { package, recv, name } => {
                let package = store.str(store.package(package).path);
                match store.str(recv) {
                    "" => format!("{package}.{}", store.str(name)),
                    recv => format!("{package}.{recv}.{}", store.str(name)),
                }
            }
            FunctionKey::At { file, row } => format!("{}@{}", store.str(file), row.0),
        }
    }
}

/// The name of a declared type, aliases apart.
pub(crate) fn type_name(store: &Store, ty: rulec_types::Ty) -> Option<Name> {
    match store.data(store.unalias(ty)) {
        TypeData::Named(named) => Some(store.object(named.obj).name),
        _ => None,
    }
}

/// A row of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The path of the file.
    #[serde(with = "kept::name")]
    pub file: Name,
    /// The row.
    pub row: Node,
    /// Its bytes.
    pub span: Span,
}

/// What a fact can speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Entity {
    /// A function.
    Func(FunctionKey),
    /// A parameter by its number, the receiver counted as 0 if there is one.
    Param(FunctionKey, u32),
    /// A result by its number.
    Result(FunctionKey, u32),
    /// A declared type.
    Type {
        /// Its package.
        #[serde(with = "kept::package")]
        package: PackageId,
        /// Its name.
        #[serde(with = "kept::name")]
        name: Name,
    },
    /// A field of a declared struct type.
    Field {
        /// The package of the type.
        #[serde(with = "kept::package")]
        package: PackageId,
        /// The name of the type.
        #[serde(with = "kept::name")]
        of: Name,
        /// The name of the field.
        #[serde(with = "kept::name")]
        name: Name,
    },
    /// A variable of a package.
    Global {
        /// Its package.
        #[serde(with = "kept::package")]
        package: PackageId,
        /// Its name.
        #[serde(with = "kept::name")]
        name: Name,
    },
}

impl Entity {
    /// The function that it is, or is a parameter or result of.
    pub fn function(&self) -> Option<&FunctionKey> {
        match self {
            Entity::Func(function) | Entity::Param(function, _) | Entity::Result(function, _) => Some(function),
            Entity::Type { .. } | Entity::Field { .. } | Entity::Global { .. } => None,
        }
    }
}
