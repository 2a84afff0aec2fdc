//! What may stand at each place of a pattern: the category, whether it may be empty, and whether a plain name there is a
//! use of something or just spelled so.

use rulec_tree::{Category, Kind, KindSet, Op};

/// What may stand somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The category.
    pub category: Category,
    /// The slot may be empty.
    pub optional: bool,
    /// A plain name stands for its spelling: it declares something, or is looked up in a type.
    pub spelled: bool,
    /// What the elements of a list here are.
    pub element: Option<Category>,
    /// Nothing but one node of the category ever stands here in a Go tree, so that a hole has nothing to ask.
    pub sure: bool,
}

impl Place {
    /// A place for exactly one node of this category.
    pub const fn of(category: Category) -> Place {
        Place { category, optional: false, spelled: false, element: None, sure: false }
    }

    const fn optional(self) -> Place {
        Place { optional: true, ..self }
    }

    const fn spelled(self) -> Place {
        Place { spelled: true, ..self }
    }

    const fn list(element: Category) -> Place {
        Place { element: Some(element), ..Place::of(Category::List) }
    }

    /// The place of an element of a list that stands here.
    pub fn of_element(self) -> Place {
        Place { spelled: self.spelled, ..Place::of(self.element.unwrap_or(Category::Expr)) }.checked_by_parser()
    }

    /// Expressions, types and lists stand where Go's grammar wants them; only empty slots and bad source take their place.
    const fn checked_by_parser(self) -> Place {
        Place {
            sure: !self.optional && matches!(self.category, Category::Expr | Category::Type | Category::List),
            ..self
        }
    }

    /// The kinds that can stand here; [`Kind::Absent`] does not count, parenthesised expressions count as what they hold.
    pub fn kinds(self) -> KindSet {
        match self.category {
            // A body of cases is a block of clauses, so a hole among them is one of these.
            Category::Stmt => KindSet::of_category(Category::Stmt).union(KindSet::of_category(Category::Clause)),
            category => KindSet::of_category(category),
        }
    }

    /// Whether parentheses can stand around what stands here.
    pub fn may_have_parens(self) -> bool {
        matches!(self.category, Category::Expr | Category::Type | Category::Element) && !self.spelled
    }
}

/// The place of child `index` of a node of `kind`; tail elements all have the place of the first one.
pub(crate) fn child(kind: Kind, op: Option<Op>, index: usize) -> Place {
    use Category::{Clause, Decl, Element, Expr, Field, Spec, Stmt, Type};
    let declares = op == Some(Op::Define) || op.is_none();
    let place = match (kind, index) {
        (Kind::File, 0) => Place::of(Spec),
        (Kind::File, 1) => Place::list(Decl),
        (Kind::File, _) => Place::list(Category::Comment),
        (Kind::Package, _) => Place::of(Expr).spelled(),
        (Kind::ImportDecl | Kind::ConstDecl | Kind::VarDecl | Kind::TypeDecl, _) => Place::of(Spec),
        (Kind::ImportSpec, 0) => Place::of(Expr).spelled().optional(),
        (Kind::ImportSpec, _) => Place::of(Expr),
        (Kind::ConstSpec | Kind::VarSpec | Kind::Field, 0) => Place::list(Expr).spelled(),
        (Kind::ConstSpec | Kind::VarSpec, 1) => Place::of(Type).optional(),
        (Kind::ConstSpec | Kind::VarSpec, _) => Place::list(Expr),
        (Kind::TypeSpec, 0) => Place::of(Expr).spelled(),
        (Kind::TypeSpec, 1) => Place::list(Field).optional(),
        (Kind::TypeSpec, _) => Place::of(Type),
        (Kind::FuncDecl, 0) => Place::list(Field).optional(),
        (Kind::FuncDecl, 1) => Place::of(Expr).spelled(),
        (Kind::FuncDecl, 2) | (Kind::FuncLit, 0) => Place::of(Type),
        (Kind::FuncDecl, _) => Place::of(Stmt).optional(),
        (Kind::FuncLit, _) => Place::of(Stmt),
        (Kind::Field, 1) => Place::of(Type),
        (Kind::Field, _) => Place::of(Expr).optional(),
        (Kind::StructType | Kind::InterfaceType, _) => Place::of(Field),
        (Kind::FuncType, 1) => Place::list(Field),
        (Kind::FuncType, _) => Place::list(Field).optional(),
        (Kind::MapType | Kind::ChanType | Kind::SliceType, _) => Place::of(Type),
        (Kind::ArrayType, 0) => Place::of(Expr),
        (Kind::ArrayType, _) => Place::of(Type),
        (Kind::Variadic, _) => Place::of(Type).optional(),
        (Kind::CompositeLit, 0) => Place::of(Type).optional(),
        (Kind::CompositeLit, _) => Place::of(Element),
        (Kind::KeyValue, 0) => Place::of(Element).spelled(),
        (Kind::KeyValue, _) => Place::of(Element),
        (Kind::Selector, 1) => Place::of(Expr).spelled(),
        (Kind::Slice, 1..) => Place::of(Expr).optional(),
        (Kind::TypeAssert, 1) => Place::of(Type),
        (Kind::Paren | Kind::Selector | Kind::Index | Kind::Slice | Kind::TypeAssert, _) => Place::of(Expr),
        (Kind::Call | Kind::Star | Kind::Unary | Kind::Binary, _) => Place::of(Expr),
        (Kind::Block, _) => Place::of(Stmt),
        (Kind::ExprStmt | Kind::Send | Kind::IncDec | Kind::Go | Kind::Defer | Kind::Return, _) => Place::of(Expr),
        (Kind::Assign, 0) if declares => Place::list(Expr).spelled(),
        (Kind::Assign, _) => Place::list(Expr),
        (Kind::Branch, _) => Place::of(Expr).spelled().optional(),
        (Kind::If, 1) => Place::of(Expr),
        (Kind::If, 2) => Place::of(Stmt),
        (Kind::If, _) => Place::of(Stmt).optional(),
        (Kind::Switch, 0) | (Kind::TypeSwitch, 0) | (Kind::For, 0 | 2) => Place::of(Stmt).optional(),
        (Kind::Switch, 1) | (Kind::For, 1) => Place::of(Expr).optional(),
        (Kind::TypeSwitch, 1) => Place::of(Expr).spelled().optional(),
        (Kind::TypeSwitch, 2) | (Kind::Range, 2) => Place::of(Expr),
        (Kind::Switch | Kind::TypeSwitch | Kind::Select | Kind::For, _) => Place::of(Stmt),
        (Kind::Range, 0 | 1) if declares => Place::of(Expr).spelled().optional(),
        (Kind::Range, 0 | 1) => Place::of(Expr).optional(),
        (Kind::Range, _) => Place::of(Stmt),
        (Kind::Case, 0) => Place::list(Expr),
        (Kind::Comm, 0) => Place::of(Stmt).optional(),
        (Kind::Case | Kind::Comm, _) => Place::of(Stmt),
        (Kind::Labeled, 0) => Place::of(Expr).spelled(),
        (Kind::Labeled, _) => Place::of(Stmt),
        (Kind::DeclStmt, _) => Place::of(Decl),
        (Kind::List, _) => Place::of(Expr),
        // Kinds without children.
        (Kind::Absent | Kind::Bad | Kind::Ident | Kind::Empty | Kind::Comment, _)
        | (Kind::Int | Kind::Float | Kind::Imag | Kind::Char | Kind::String, _) => Place::of(Category::Nothing),
    };
    debug_assert!(place.category != Clause, "clauses stand in blocks, whose elements count as statements");
    place.checked_by_parser()
}

/// Whether nodes of this kind can have an operator other than none.
pub(crate) fn has_operator(kind: Kind) -> bool {
    use Kind::{
        Assign, Binary, Branch, Call, Case, ChanType, Comm, Comment, ConstDecl, ImportDecl, IncDec, Range, Slice,
        TypeDecl, TypeSpec, Unary, VarDecl,
    };
    const WITH: KindSet = KindSet::of(&[
        Assign, Binary, Branch, Call, Case, ChanType, Comm, Comment, ConstDecl, ImportDecl, IncDec, Range, Slice,
        TypeDecl, TypeSpec, Unary, VarDecl,
    ]);
    WITH.contains(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_say_what_their_elements_are() {
        for kind in Kind::ALL {
            for index in 0..kind.shape().slots.len() {
                let place = child(*kind, None, index);
                assert_eq!(place.category == Category::List, place.element.is_some(), "{kind:?} {index}");
            }
        }
    }
}
