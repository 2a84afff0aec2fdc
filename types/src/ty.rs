//! What a type is.
//!
//! Types are numbers into the [`Store`](crate::Store), made once for each structure: equal structure is an equal number.
//! Two types are identical in Go's sense mostly when their [canonical](crate::Store::canon) numbers are equal; only
//! structs, interfaces and generic function types need a comparison of their parts.

use crate::{Name, ObjId, PackageId};
use std::sync::OnceLock;

/// The number of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Ty(pub(crate) u32);

macro_rules! basics {
    ($( $(#[$doc:meta])* $variant:ident $constant:ident $text:literal; )*) => {
        /// The basic types, those of untyped constants included.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Basic { $( $(#[$doc])* $variant, )* }

        impl Basic {
            /// All of them, in the order of their numbers.
            pub const ALL: &'static [Basic] = &[$(Basic::$variant,)*];

            /// As `go/types` writes it.
            pub const fn name(self) -> &'static str {
                match self { $(Basic::$variant => $text,)* }
            }
        }

        impl Ty {
            $( $(#[$doc])* pub const $constant: Ty = Ty(Basic::$variant as u32); )*
        }
    };
}

basics! {
    /// Not known: what could not be found or makes no sense. Never identical to anything.
    Unknown UNKNOWN "unknown";
    /// `bool`
    Bool BOOL "bool";
    /// `int`
    Int INT "int";
    /// `int8`
    Int8 INT8 "int8";
    /// `int16`
    Int16 INT16 "int16";
    /// `int32`
    Int32 INT32 "int32";
    /// `int64`
    Int64 INT64 "int64";
    /// `uint`
    Uint UINT "uint";
    /// `uint8`
    Uint8 UINT8 "uint8";
    /// `uint16`
    Uint16 UINT16 "uint16";
    /// `uint32`
    Uint32 UINT32 "uint32";
    /// `uint64`
    Uint64 UINT64 "uint64";
    /// `uintptr`
    Uintptr UINTPTR "uintptr";
    /// `float32`
    Float32 FLOAT32 "float32";
    /// `float64`
    Float64 FLOAT64 "float64";
    /// `complex64`
    Complex64 COMPLEX64 "complex64";
    /// `complex128`
    Complex128 COMPLEX128 "complex128";
    /// `string`
    String STRING "string";
    /// `unsafe.Pointer`
    UnsafePointer UNSAFE_POINTER "unsafe.Pointer";
    /// The type of a comparison before it is used.
    UntypedBool UNTYPED_BOOL "untyped bool";
    /// The type of `1`.
    UntypedInt UNTYPED_INT "untyped int";
    /// The type of `'a'`.
    UntypedRune UNTYPED_RUNE "untyped rune";
    /// The type of `1.0`.
    UntypedFloat UNTYPED_FLOAT "untyped float";
    /// The type of `1i`.
    UntypedComplex UNTYPED_COMPLEX "untyped complex";
    /// The type of `"a"`.
    UntypedString UNTYPED_STRING "untyped string";
    /// The type of `nil`.
    UntypedNil UNTYPED_NIL "untyped nil";
    /// `byte`: written as such, identical to `uint8`.
    Byte BYTE "byte";
    /// `rune`: written as such, identical to `int32`.
    Rune RUNE "rune";
}

impl Ty {
    /// The empty tuple: the type of a call of a function without results.
    pub const EMPTY_TUPLE: Ty = Ty(Basic::ALL.len() as u32);
    /// `interface{}`
    pub const EMPTY_INTERFACE: Ty = Ty(Basic::ALL.len() as u32 + 1);
    /// `any`, an alias of `interface{}`.
    pub const ANY: Ty = Ty(Basic::ALL.len() as u32 + 2);
    /// `error`
    pub const ERROR: Ty = Ty(Basic::ALL.len() as u32 + 3);
    /// `comparable`
    pub const COMPARABLE: Ty = Ty(Basic::ALL.len() as u32 + 4);

    /// Whether nothing at all is known of it. Types can also be known in part: see [`Flags::UNKNOWN`].
    pub const fn is_unknown(self) -> bool {
        self.0 == Ty::UNKNOWN.0
    }

    /// Whether it is the type of untyped constants, `nil` or comparisons.
    pub const fn is_untyped(self) -> bool {
        self.0 >= Ty::UNTYPED_BOOL.0 && self.0 <= Ty::UNTYPED_NIL.0
    }
}

impl Basic {
    /// `bool`, typed or not.
    pub const fn is_boolean(self) -> bool {
        matches!(self, Basic::Bool | Basic::UntypedBool)
    }

    /// Integers, runes included.
    pub const fn is_integer(self) -> bool {
        use Basic::*;
        matches!(
            self,
            Int | Int8
                | Int16
                | Int32
                | Int64
                | Uint
                | Uint8
                | Uint16
                | Uint32
                | Uint64
                | Uintptr
                | UntypedInt
                | UntypedRune
                | Byte
                | Rune
        )
    }

    /// Integers without a sign.
    pub const fn is_unsigned(self) -> bool {
        use Basic::*;
        matches!(self, Uint | Uint8 | Uint16 | Uint32 | Uint64 | Uintptr | Byte)
    }

    /// Floating-point numbers.
    pub const fn is_float(self) -> bool {
        matches!(self, Basic::Float32 | Basic::Float64 | Basic::UntypedFloat)
    }

    /// Complex numbers.
    pub const fn is_complex(self) -> bool {
        matches!(self, Basic::Complex64 | Basic::Complex128 | Basic::UntypedComplex)
    }

    /// Integers, floating-point and complex numbers.
    pub const fn is_numeric(self) -> bool {
        self.is_integer() || self.is_float() || self.is_complex()
    }

    /// `string`, typed or not.
    pub const fn is_string(self) -> bool {
        matches!(self, Basic::String | Basic::UntypedString)
    }

    /// Types with an order: `<` is defined.
    pub const fn is_ordered(self) -> bool {
        self.is_integer() || self.is_float() || self.is_string()
    }

    /// Types that constants can have.
    pub const fn is_const_type(self) -> bool {
        self.is_boolean() || self.is_numeric() || self.is_string()
    }
}

/// The structure of a type.
#[derive(Debug)]
pub enum TypeData {
    /// A basic type.
    Basic(Basic),
    /// `[len]elem`; no length where it could not be found out.
    Array {
        /// The length in elements.
        len: Option<u64>,
        /// The type of the elements.
        elem: Ty,
    },
    /// `[]elem`
    Slice(Ty),
    /// `*elem`
    Pointer(Ty),
    /// `map[key]elem`
    Map {
        /// The type of the keys.
        key: Ty,
        /// The type of the values.
        elem: Ty,
    },
    /// `chan elem`
    Chan {
        /// What may be done with it.
        dir: ChanDir,
        /// The type of the elements.
        elem: Ty,
    },
    /// `struct { … }`
    Struct(Box<[Field]>),
    /// The results of a call: none, or two and more.
    Tuple(Box<[Ty]>),
    /// A function type.
    Func(Func),
    /// An interface, constraints included.
    Interface(Interface),
    /// `~A | B` as an element of a constraint.
    Union(Box<[Term]>),
    /// A declared type, or an instance of a generic one.
    Named(Named),
    /// An alias, or an instance of a generic one.
    Alias(Alias),
    /// A type parameter.
    TypeParam(TypeParam),
}

/// What may be done with a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChanDir {
    /// `chan`
    Both,
    /// `chan<-`
    Send,
    /// `<-chan`
    Recv,
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// Its name; of an embedded field, the name of its type.
    pub name: Name,
    /// The package in which it was written: names that are not exported differ between packages.
    pub pkg: PackageId,
    /// Its type.
    pub ty: Ty,
    /// Whether it is embedded.
    pub embedded: bool,
    /// Its tag as a value; empty for none.
    pub tag: Name,
}

/// A function type. Receivers and the names of parameters are no part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Func {
    /// Type parameters, each a [`TypeData::TypeParam`]; empty unless it is the type of a generic function.
    pub tparams: Box<[Ty]>,
    /// The types of the parameters; the last one of a variadic function is a slice (or `string` for the special case of
    /// `append([]byte, string...)`).
    pub params: Box<[Ty]>,
    /// The types of the results.
    pub results: Box<[Ty]>,
    /// Whether the last parameter is `...T`.
    pub variadic: bool,
}

/// A method of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Method {
    /// Its name.
    pub name: Name,
    /// The package in which it was written.
    pub pkg: PackageId,
    /// Its type, a [`TypeData::Func`].
    pub ty: Ty,
}

/// An interface as written.
#[derive(Debug)]
pub struct Interface {
    /// The methods it declares itself, sorted by name as text and, if not exported, by package path.
    pub methods: Box<[Method]>,
    /// Embedded interfaces, types and unions, in source order.
    pub embeds: Box<[Ty]>,
    /// Made for a constraint such as `[T ~int | string]`: written without `interface{ }`.
    pub implicit: bool,
    /// All its methods and types; filled when first asked for, after the types that it embeds are complete.
    pub(crate) type_set: OnceLock<TypeSet>,
}

/// The types that an interface stands for.
///
/// Source: Go specification, "Interface types", "General interfaces".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeSet {
    /// All methods, those of embedded interfaces included, in the order of [`Interface::methods`].
    pub methods: Box<[Method]>,
    /// The terms whose union the types lie in; `None` for all types.
    pub terms: Option<Box<[Term]>>,
    /// Whether only comparable types are in it: `comparable` is embedded.
    pub comparable: bool,
    /// Whether something that it embeds is not known: what follows from its elements still holds, but there may be
    /// more.
    pub partial: bool,
}

/// A term of a union.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// `~T`: all types with this underlying type.
    pub tilde: bool,
    /// The type.
    pub ty: Ty,
}

/// A declared type or an instance of one. Each declaration is a type of its own; an instance is one for its origin and
/// arguments.
#[derive(Debug)]
pub struct Named {
    /// The type's name.
    pub obj: ObjId,
    /// The generic type of which it is an instance.
    pub origin: Option<Ty>,
    /// The type arguments of an instance.
    pub args: Box<[Ty]>,
    /// The type parameters of a generic type; empty for all others. Set by its declaration.
    pub(crate) tparams: OnceLock<Box<[Ty]>>,
    /// Set by its declaration; for instances filled when first asked for. Never a named type, alias or unknown that
    /// may become known.
    pub(crate) underlying: OnceLock<Ty>,
    /// The methods declared with it as receiver in source order, which gives them their numbers; those of an instance are
    /// its origin's. Set by its declaration.
    pub(crate) methods: OnceLock<Box<[ObjId]>>,
}

/// An alias, or an instance of a generic one.
#[derive(Debug)]
pub struct Alias {
    /// The alias's name.
    pub obj: ObjId,
    /// The generic alias of which it is an instance.
    pub origin: Option<Ty>,
    /// The type arguments of an instance.
    pub args: Box<[Ty]>,
    /// The type parameters of a generic alias. Set by its declaration.
    pub(crate) tparams: OnceLock<Box<[Ty]>>,
    /// The type it stands for, which may be an alias again. Set by its declaration; for instances when they are made.
    pub(crate) actual: OnceLock<Ty>,
}

/// A type parameter; each declaration is a type of its own.
#[derive(Debug)]
pub struct TypeParam {
    /// Its name.
    pub name: Name,
    /// Its place in the list of type parameters, counted from 0.
    pub index: u32,
    /// Its constraint; always an interface behind aliases and names, or unknown. Set by its declaration.
    pub(crate) constraint: OnceLock<Ty>,
    /// Set if it was declared in one group with the type parameter before it, which decides how lists are written.
    pub(crate) shares_constraint: OnceLock<()>,
    /// Another type parameter like it, for inference: see [`Store::twin`](crate::Store::twin).
    pub(crate) twin: OnceLock<Ty>,
}

/// What occurs in a type, its parts included; of named types only their type arguments count as parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u8);

impl Flags {
    /// Something in it is not known.
    pub const UNKNOWN: Flags = Flags(1);
    /// A type parameter.
    pub const TYPE_PARAM: Flags = Flags(2);
    /// A struct with fields, an interface with elements or a generic function type: identity must look at its parts.
    pub const STRUCTURAL: Flags = Flags(4);
    /// An alias, so that it is not its own canonical type.
    pub const ALIAS: Flags = Flags(8);

    /// Nothing of the sort.
    pub const NONE: Flags = Flags(0);

    /// Whether any of `other` is there.
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}
