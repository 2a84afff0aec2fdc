//! The layout of a summary.
//!
//! Numbers are LEB128, texts are numbers into the table of names, lists start with their length. Sections in this order:
//!
//! 1. [`VERSION`] and the number of predeclared types, then *names*: texts, each once.
//! 2. *packages*: import paths. The first is that of the package itself; see [`PackageRef`].
//! 3. the content ([`Content`]), the package's name, and whether its scope is partial.
//! 4. *files*: names of files in the folder of the package.
//! 5. *objects*: kind, name and place of each.
//! 6. *types*: each refers to objects and to types before it. See [`Tag`].
//! 7. what is set when all of these exist, because it may refer to any of them: constraints of type parameters, underlying
//!    types and methods of declared types, types, values and receivers of objects; each list in the order of its tables.
//! 8. *scope*: the objects that can be referred to by name; of own tests also the methods they add, by type.
//!
//! **Absent:** type sets, underlying types of instances, canonical types: they follow from what is written.

use crate::{Basic, Ty};

/// The version of the layout. To be raised with every change to it, and to what [`Basic`] holds.
pub const VERSION: u64 = 1;

/// How many types every store has under the same numbers.
pub(super) const PREDECLARED: u64 = Ty::COMPARABLE.0 as u64 + 1;

const _: () = assert!(PREDECLARED == Basic::ALL.len() as u64 + 5, "the predeclared types come first");

/// A reference to a type: a predeclared one by its number, this for the interface behind `comparable`, and from the next
/// number on an entry of the table.
pub(super) const COMPARABLE_INTERFACE: u64 = PREDECLARED;

/// The first reference to an entry of the table of types.
pub(super) const FIRST_ENTRY: u64 = PREDECLARED + 1;

/// What a summary holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A package.
    Package = 0,
    /// What own tests add to a package.
    Tests = 1,
}

/// References to packages: three that are always there, then the table without its first entry.
#[derive(Debug)]
pub(super) struct PackageRef;

impl PackageRef {
    pub(super) const OWN: u64 = 0;
    pub(super) const UNIVERSE: u64 = 1;
    pub(super) const UNSAFE: u64 = 2;
    pub(super) const FIRST_OTHER: u64 = 3;
}

macro_rules! tags {
    ($( $(#[$doc:meta])* $name:ident = $number:literal; )*) => {
        /// The first byte of a type, with what follows it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Tag { $( $(#[$doc])* $name = $number, )* }

        impl Tag {
            pub(super) fn of(byte: u8) -> Option<Tag> {
                match byte { $( $number => Some(Tag::$name), )* _ => None }
            }
        }
    };
}

tags! {
    /// length, element
    Array = 0;
    /// element
    ArrayOfUnknownLength = 1;
    /// element
    Slice = 2;
    /// base
    Pointer = 3;
    /// key, element
    Map = 4;
    /// element
    Chan = 5;
    /// element
    SendChan = 6;
    /// element
    RecvChan = 7;
    /// fields: name, package, type, flags ([`FIELD_EMBEDDED`], [`FIELD_TAGGED`]), perhaps a tag
    Struct = 8;
    /// types
    Tuple = 9;
    /// type parameters, parameters, results
    Func = 10;
    /// type parameters, parameters, results
    VariadicFunc = 11;
    /// methods (name, package, type), embedded types
    Interface = 12;
    /// methods (name, package, type), embedded types
    ImplicitInterface = 13;
    /// terms: type, whether `~`
    Union = 14;
    /// name, number in its list, whether it shares the constraint of the one before
    TypeParam = 15;
    /// object, type parameters: a type declared here
    Named = 16;
    /// object, type parameters, actual type: an alias declared here
    Alias = 17;
    /// package, name: a type or alias declared elsewhere
    Elsewhere = 18;
    /// generic type, arguments
    Instance = 19;
}

/// The field is embedded.
pub(super) const FIELD_EMBEDDED: u8 = 1;
/// The field has a tag.
pub(super) const FIELD_TAGGED: u8 = 2;
