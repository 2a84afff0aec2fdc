//! The kinds of nodes and the shape of each: which children stand where.

use serde::{Deserialize, Serialize};

/// What may stand at a place of a pattern or of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Category {
    /// A whole file.
    File,
    /// A declaration: `func`, `var`, `const`, `type`, `import`.
    Decl,
    /// One line of a declaration group: `x, y int = 1, 2`, `io "io"`, `T = U`.
    Spec,
    /// A parameter, result, receiver, struct field, type parameter or interface element.
    Field,
    /// A statement.
    Stmt,
    /// A `case` of a `switch` or `select`.
    Clause,
    /// An expression. Types are expressions too, since only names can tell them apart.
    Expr,
    /// A type: an expression that can stand where only a type can.
    Type,
    /// An element of a composite literal: an expression or `key: value`.
    Element,
    /// A comment.
    Comment,
    /// A list that holds the elements of one slot.
    List,
    /// Nothing: an optional slot left empty.
    Nothing,
}

/// The children of a kind: `slots` fixed ones in source order, then any number of `tail` elements.
///
/// A slot that the source leaves out holds an [`Kind::Absent`] row, so that slot *k* is always child *k*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Name of each fixed slot.
    pub slots: &'static [&'static str],
    /// Name of the elements after the slots, if the kind takes any.
    pub tail: Option<&'static str>,
}

macro_rules! kinds {
    ($( $(#[$doc:meta])* $name:ident $category:ident [$($slot:literal)*] $($tail:literal)? ;)*) => {
        /// The kind of a node. At most 64, so that a set of kinds is one machine word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum Kind { $( $(#[$doc])* $name, )* }

        impl Kind {
            /// All kinds, in the order of their numbers.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The name as written in `rulec inspect tree`.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$name => stringify!($name),)* }
            }

            /// What this kind can stand for.
            pub const fn category(self) -> Category {
                match self { $(Kind::$name => Category::$category,)* }
            }

            /// The children of this kind.
            pub const fn shape(self) -> Shape {
                match self { $(Kind::$name => Shape { slots: &[$($slot),*], tail: kinds!(@tail $($tail)?) },)* }
            }
        }
    };
    (@tail) => { None };
    (@tail $tail:literal) => { Some($tail) };
}

kinds! {
    /// An optional slot that is empty. Its span is empty and lies where the thing would stand.
    Absent Nothing [];
    /// A list in a slot: names, expressions, fields, declarations or comments.
    List List [] "element";
    /// Source that could not be understood; it has no children. Nothing matches it.
    Bad Nothing [];
    /// A file. `comments` holds every comment of the file in source order, wherever it stands.
    File File ["package" "decls" "comments"];
    /// `package p`.
    Package Spec ["name"];
    /// `import …`; [`Op::Grouped`](crate::Op::Grouped) where parenthesised.
    ImportDecl Decl [] "spec";
    /// `name "path"`.
    ImportSpec Spec ["name" "path"];
    /// `const …`; grouped or not.
    ConstDecl Decl [] "spec";
    /// `names type = values`; `values` is an empty list where the source repeats the previous ones.
    ConstSpec Spec ["names" "type" "values"];
    /// `var …`; grouped or not.
    VarDecl Decl [] "spec";
    /// `names type = values`.
    VarSpec Spec ["names" "type" "values"];
    /// `type …`; grouped or not.
    TypeDecl Decl [] "spec";
    /// `name[tparams] type`; [`Op::Alias`](crate::Op::Alias) for `name = type`.
    TypeSpec Spec ["name" "tparams" "type"];
    /// A function or method; `recv` is a list of one field or absent, `body` is absent for external functions.
    FuncDecl Decl ["recv" "name" "type" "body"];
    /// `names type tag`; embedded fields and unnamed parameters have no names, interface methods have a
    /// [`Kind::FuncType`] as type.
    Field Field ["names" "type" "tag"];
    /// `struct { … }`.
    StructType Type [] "field";
    /// `interface { … }`.
    InterfaceType Type [] "element";
    /// `func[tparams](params) results`; `tparams` and `results` are lists or absent.
    FuncType Type ["tparams" "params" "results"];
    /// `map[key]value`.
    MapType Type ["key" "value"];
    /// `chan elem`; the operator holds the direction.
    ChanType Type ["elem"];
    /// `[len]elem`; `len` is a [`Kind::Variadic`] with an absent element for `[...]elem`.
    ArrayType Type ["len" "elem"];
    /// `[]elem`.
    SliceType Type ["elem"];
    /// `...elem` of a last parameter.
    Variadic Type ["elem"];
    /// An identifier.
    Ident Expr [];
    /// `42`; its text is the value in decimal.
    Int Expr [];
    /// `1.5`.
    Float Expr [];
    /// `2i`.
    Imag Expr [];
    /// `'x'`; its text is the code point in decimal.
    Char Expr [];
    /// `"x"` or a raw string; its text is the value.
    String Expr [];
    /// `type{elements}`; `type` is absent where elided.
    CompositeLit Expr ["type"] "element";
    /// `key: value` in a composite literal.
    KeyValue Element ["key" "value"];
    /// `func(…) { … }`.
    FuncLit Expr ["type" "body"];
    /// `(x)`, of expressions and types.
    Paren Expr ["x"];
    /// `x.name`.
    Selector Expr ["x" "name"];
    /// `x[index, …]`: element access or instantiation.
    Index Expr ["x"] "index";
    /// `x[low:high:max]`.
    Slice Expr ["x" "low" "high" "max"];
    /// `x.(type)`; `type` is absent only in the guard of a type switch, which has no such node.
    TypeAssert Expr ["x" "type"];
    /// `callee(args)`: call or conversion; [`Op::Spread`](crate::Op::Spread) for `f(xs...)`.
    Call Expr ["callee"] "arg";
    /// `*x`: dereference or pointer type.
    Star Expr ["x"];
    /// `-x`, `!x`, `<-x`, `&x`, `~T`, by operator.
    Unary Expr ["x"];
    /// `x + y` and the like, `T | U` in constraints too.
    Binary Expr ["x" "y"];
    /// `{ … }`.
    Block Stmt [] "stmt";
    /// An expression as a statement.
    ExprStmt Stmt ["x"];
    /// `ch <- value`.
    Send Stmt ["ch" "value"];
    /// `x++`, `x--`.
    IncDec Stmt ["x"];
    /// `lhs = rhs`, `lhs := rhs`, `lhs += rhs`, by operator; both sides are lists.
    Assign Stmt ["lhs" "rhs"];
    /// `go call`.
    Go Stmt ["call"];
    /// `defer call`.
    Defer Stmt ["call"];
    /// `return results`.
    Return Stmt [] "result";
    /// `break`, `continue`, `goto`, `fallthrough`, by operator.
    Branch Stmt ["label"];
    /// `if init; cond { } else …`; `else` is a block, another `if` or absent.
    If Stmt ["init" "cond" "then" "else"];
    /// `switch init; tag { … }`; the body is a block of [`Kind::Case`].
    Switch Stmt ["init" "tag" "body"];
    /// `switch init; name := x.(type) { … }`.
    TypeSwitch Stmt ["init" "name" "x" "body"];
    /// `case exprs:` or, with [`Op::Default`](crate::Op::Default), `default:`.
    Case Clause ["exprs"] "stmt";
    /// `select { … }`; the body is a block of [`Kind::Comm`].
    Select Stmt ["body"];
    /// `case comm:` of a select, or `default:`.
    Comm Clause ["comm"] "stmt";
    /// `for init; cond; post { }`.
    For Stmt ["init" "cond" "post" "body"];
    /// `for key, value := range x { }`; the operator says `:=`, `=` or none.
    Range Stmt ["key" "value" "x" "body"];
    /// `label: stmt`.
    Labeled Stmt ["label" "stmt"];
    /// A declaration as a statement.
    DeclStmt Stmt ["decl"];
    /// `;` alone.
    Empty Stmt [];
    /// `// …` or `/* … */`, by operator; directives such as `//go:embed` have an operator of their own.
    Comment Comment [];
}

const _: () = assert!(Kind::ALL.len() <= 64, "a set of kinds is one machine word");

impl Kind {
    /// The kind with this number, if there is one.
    pub fn from_u8(number: u8) -> Option<Kind> {
        Kind::ALL.get(usize::from(number)).copied()
    }

    /// Whether a node of this kind can stand where `category` is asked for.
    pub fn fits(self, category: Category) -> bool {
        let own = self.category();
        match category {
            Category::Expr => matches!(own, Category::Expr | Category::Type) && self != Kind::Variadic,
            Category::Type => own == Category::Type || KindSet::TYPE_NAMES.contains(self),
            Category::Element => matches!(own, Category::Element) || self.fits(Category::Expr),
            _ => own == category,
        }
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KindSet(pub u64);

impl KindSet {
    /// No kind at all.
    pub const EMPTY: KindSet = KindSet(0);
    /// Every kind.
    pub const ALL: KindSet = KindSet(u64::MAX >> (64 - Kind::ALL.len()));
    /// Expression kinds that can also denote a type.
    pub const TYPE_NAMES: KindSet =
        KindSet::of(&[Kind::Ident, Kind::Selector, Kind::Index, Kind::Star, Kind::Paren, Kind::Unary, Kind::Binary]);
    /// Function declarations and function literals.
    pub const FUNCS: KindSet = KindSet::of(&[Kind::FuncDecl, Kind::FuncLit]);
    /// Literals of the basic types.
    pub const BASIC_LITS: KindSet = KindSet::of(&[Kind::Int, Kind::Float, Kind::Imag, Kind::Char, Kind::String]);

    /// The set of the kinds listed.
    pub const fn of(kinds: &[Kind]) -> KindSet {
        let mut bits = 0;
        let mut i = 0;
        while i < kinds.len() {
            bits |= 1 << kinds[i] as u8;
            i += 1;
        }
        KindSet(bits)
    }

    /// The kinds that can stand where `category` is asked for.
    pub fn of_category(category: Category) -> KindSet {
        Kind::ALL.iter().filter(|kind| kind.fits(category)).copied().collect()
    }

    /// Whether `kind` is in the set.
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 >> (kind as u8) & 1 == 1
    }

    /// Whether the set has no kinds.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Kinds in both sets.
    pub const fn intersect(self, other: KindSet) -> KindSet {
        KindSet(self.0 & other.0)
    }

    /// Kinds in either set.
    pub const fn union(self, other: KindSet) -> KindSet {
        KindSet(self.0 | other.0)
    }

    /// The kinds of the set, by number.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> KindSet {
        kinds.into_iter().fold(KindSet::EMPTY, |set, kind| set.union(KindSet::of(&[kind])))
    }
}
