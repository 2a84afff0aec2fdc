//! Patterns of types: what stands behind `:` in `$x : map[$K]$V`, as data.
//!
//! In: patterns that the compiler makes, or that a pack brings. Out: the same checked ([`TypePattern::check`]) and written
//! in Go's syntax. What a pattern matches is for the runtime to say, which knows types.
//!
//! A pattern is an arena in which parents stand before their children, and no node has two parents: so no pattern is a
//! circle, and going through one takes no more steps than it has nodes.

use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::fmt;

/// The most nodes of a pattern. Bounds the recursion over it.
pub const MAX_TYPE_NODES: usize = 128;
/// The most runs in one list of types: matching tries each split.
pub const MAX_RUNS: usize = 2;
/// The most holes of a pattern.
pub const MAX_TYPE_HOLES: u8 = 32;

/// A form of types, with numbered holes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypePattern {
    /// `~T`: the underlying type has the form.
    pub underlying: bool,
    /// `*?T`: the type or what it points to has the form. Looked through before [`TypePattern::underlying`].
    pub maybe_pointer: bool,
    /// The nodes; number 0 is the outermost one.
    pub nodes: Vec<TypeNode>,
}

/// The number of a node in [`TypePattern::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TypeNodeId(pub u16);

/// One node of a [`TypePattern`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypeNode {
    /// `$_`: any type.
    Any,
    /// `$T`: any type; where one number stands twice, identical ones.
    Hole(u8),
    /// `http.Client`, `int`, `atomic.Pointer[$T]`.
    Named {
        /// The import path; empty for predeclared types.
        package: String,
        /// The name.
        name: String,
        /// The type arguments, runs among them; without any written, every instance of a generic type.
        args: Option<Vec<TypeNodeId>>,
    },
    /// `$(A, B)`: one of these.
    AnyOf(Vec<TypeNodeId>),
    /// `*T`
    Pointer(TypeNodeId),
    /// `[]T`
    Slice(TypeNodeId),
    /// `[4]T`; without a length, an array of any.
    Array {
        /// The length in elements.
        len: Option<u64>,
        /// The elements.
        elem: TypeNodeId,
    },
    /// `map[K]V`
    Map {
        /// The keys.
        key: TypeNodeId,
        /// The values.
        elem: TypeNodeId,
    },
    /// `chan T`
    Chan {
        /// What may be done with it.
        direction: Direction,
        /// The elements.
        elem: TypeNodeId,
    },
    /// `func(params) results`; runs may stand in both.
    Func {
        /// The parameters.
        params: Vec<TypeNodeId>,
        /// The results.
        results: Vec<TypeNodeId>,
    },
    /// `struct { … }` of [`TypeNode::Field`] and runs.
    Struct(Vec<TypeNodeId>),
    /// `interface { … }` of [`TypeNode::Method`] and runs. Without a run it has these methods and no type elements.
    Interface(Vec<TypeNodeId>),
    /// `...T` as the last parameter.
    Variadic(TypeNodeId),
    /// `...`: any number of elements of a list.
    Run,
    /// A field of a struct.
    Field {
        /// Its name; none for any. Of an embedded field, that of its type.
        name: Option<String>,
        /// Whether it is embedded.
        embedded: bool,
        /// Its type.
        ty: TypeNodeId,
    },
    /// A method of an interface.
    Method {
        /// Its name; none for any.
        name: Option<String>,
        /// Its type.
        ty: TypeNodeId,
    },
}

/// What may be done with a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Direction {
    /// `chan T`
    Both,
    /// `chan<- T`
    Send,
    /// `<-chan T`
    Receive,
}

/// Where a node may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Type,
    /// Among type arguments or results.
    Listed,
    /// Among parameters; whether it is the last one.
    Param(bool),
    Field,
    Method,
    FuncOfMethod,
}

impl TypePattern {
    /// A node by its number; [`TypeNode::Any`] for a number that does not exist.
    pub fn node(&self, id: TypeNodeId) -> &TypeNode {
        self.nodes.get(usize::from(id.0)).unwrap_or(&TypeNode::Any)
    }

    /// How many holes it has: one more than the highest number.
    pub fn hole_count(&self) -> u8 {
        let number = |node: &TypeNode| if let TypeNode::Hole(number) = node { number.saturating_add(1) } else { 0 };
        self.nodes.iter().map(number).max().unwrap_or(0)
    }

    /// Whether it describes one type once its holes are filled: no runs, alternatives or `$_`.
    pub fn is_one_type(&self) -> bool {
        let open = |node: &TypeNode| match node {
            TypeNode::Any | TypeNode::AnyOf(_) | TypeNode::Run => true,
            TypeNode::Array { len, .. } => len.is_none(),
            TypeNode::Field { name, .. } | TypeNode::Method { name, .. } => name.is_none(),
            _ => false,
        };
        !self.underlying && !self.maybe_pointer && !self.nodes.iter().any(open)
    }

    /// Checks that children come behind their parents and stand where they may.
    ///
    /// # Errors
    /// What is wrong with the first node that is not well formed.
    pub fn check(&self) -> Result<(), String> {
        if self.nodes.is_empty() || self.nodes.len() > MAX_TYPE_NODES {
            return Err(format!("a type of {} nodes; 1 to {MAX_TYPE_NODES} are allowed", self.nodes.len()));
        }
        self.check_place(0, Place::Type)?;
        let has_parent = vec![Cell::new(false); self.nodes.len()];
        (0..self.nodes.len()).try_for_each(|index| self.check_children(index, &has_parent))
    }

    fn check_children(&self, index: usize, has_parent: &[Cell<bool>]) -> Result<(), String> {
        let one = |child: TypeNodeId, place| {
            let child = usize::from(child.0);
            if child <= index || child >= self.nodes.len() {
                return Err(format!("part {child} of a type in front of the whole, or behind the last"));
            }
            if has_parent[child].replace(true) {
                return Err(format!("part {child} of a type in two places"));
            }
            self.check_place(child, place)
        };
        let list = |children: &[TypeNodeId], place: &dyn Fn(bool) -> Place| {
            let runs = children.iter().filter(|child| *self.node(**child) == TypeNode::Run).count();
            if runs > MAX_RUNS {
                return Err(format!("more than {MAX_RUNS} runs in a list of types"));
            }
            let last = children.len().saturating_sub(1);
            children.iter().enumerate().try_for_each(|(index, child)| one(*child, place(index == last)))
        };
        match &self.nodes[index] {
            TypeNode::Any | TypeNode::Run => Ok(()),
            TypeNode::Hole(number) if *number < MAX_TYPE_HOLES => Ok(()),
            TypeNode::Hole(_) => Err(format!("more than {MAX_TYPE_HOLES} holes in a type")),
            TypeNode::Named { name, .. } if name.is_empty() => Err("a type without a name".to_owned()),
            TypeNode::Named { args, .. } => list(args.as_deref().unwrap_or_default(), &|_| Place::Listed),
            TypeNode::AnyOf(options) => options.iter().try_for_each(|option| one(*option, Place::Type)),
            TypeNode::Pointer(elem) | TypeNode::Slice(elem) | TypeNode::Variadic(elem) => one(*elem, Place::Type),
            TypeNode::Array { elem, .. } | TypeNode::Chan { elem, .. } => one(*elem, Place::Type),
            TypeNode::Map { key, elem } => one(*key, Place::Type).and_then(|()| one(*elem, Place::Type)),
            TypeNode::Func { params, results } => {
                list(params, &Place::Param)?;
                list(results, &|_| Place::Listed)
            }
            TypeNode::Struct(fields) => list(fields, &|_| Place::Field),
            TypeNode::Interface(methods) => list(methods, &|_| Place::Method),
            TypeNode::Field { ty, .. } => one(*ty, Place::Type),
            TypeNode::Method { ty, .. } => one(*ty, Place::FuncOfMethod),
        }
    }

    fn check_place(&self, index: usize, place: Place) -> Result<(), String> {
        let fits = match &self.nodes[index] {
            TypeNode::Run => matches!(place, Place::Listed | Place::Param(_) | Place::Field | Place::Method),
            TypeNode::Variadic(_) => place == Place::Param(true),
            TypeNode::Field { .. } => place == Place::Field,
            TypeNode::Method { .. } => place == Place::Method,
            TypeNode::Func { .. } => !matches!(place, Place::Field | Place::Method),
            _ => matches!(place, Place::Type | Place::Listed | Place::Param(_)),
        };
        if fits { Ok(()) } else { Err("a part of a type where it cannot stand".to_owned()) }
    }

    fn write(&self, id: TypeNodeId, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node(id) {
            TypeNode::Any => out.write_str("$_"),
            TypeNode::Hole(number) => write!(out, "${number}"),
            TypeNode::Named { package, name, args } => {
                write!(out, "{package}{}{name}", if package.is_empty() { "" } else { "." })?;
                args.as_deref().map_or(Ok(()), |args| self.write_list(args, ["[", ", ", "]"], out))
            }
            TypeNode::AnyOf(options) => self.write_list(options, ["$(", ", ", ")"], out),
            TypeNode::Pointer(elem) => self.write_behind("*", *elem, out),
            TypeNode::Slice(elem) => self.write_behind("[]", *elem, out),
            TypeNode::Variadic(elem) => self.write_behind("...", *elem, out),
            TypeNode::Array { len, elem } => {
                let len = len.map_or_else(|| "$_".to_owned(), |len| len.to_string());
                self.write_behind(&format!("[{len}]"), *elem, out)
            }
            TypeNode::Map { key, elem } => {
                self.write_behind("map[", *key, out)?;
                self.write_behind("]", *elem, out)
            }
            TypeNode::Chan { direction, elem } => {
                let word = match direction {
                    Direction::Both => "chan ",
                    Direction::Send => "chan<- ",
                    Direction::Receive => "<-chan ",
                };
                self.write_behind(word, *elem, out)
            }
            TypeNode::Func { params, results } => {
                out.write_str("func")?;
                self.write_signature(params, results, out)
            }
            TypeNode::Struct(fields) => self.write_list(fields, ["struct{", "; ", "}"], out),
            TypeNode::Interface(methods) => self.write_list(methods, ["interface{", "; ", "}"], out),
            TypeNode::Run => out.write_str("..."),
            TypeNode::Field { name, embedded, ty } => match name {
                _ if *embedded => self.write(*ty, out),
                Some(name) => self.write_behind(&format!("{name} "), *ty, out),
                None => self.write_behind("$_ ", *ty, out),
            },
            TypeNode::Method { name, ty } => {
                out.write_str(name.as_deref().unwrap_or("$_"))?;
                match self.node(*ty) {
                    TypeNode::Func { params, results } => self.write_signature(params, results, out),
                    _ => Ok(()),
                }
            }
        }
    }

    fn write_signature(
        &self,
        params: &[TypeNodeId],
        results: &[TypeNodeId],
        out: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        self.write_list(params, ["(", ", ", ")"], out)?;
        match results {
            [] => Ok(()),
            [only] if *self.node(*only) != TypeNode::Run => self.write_behind(" ", *only, out),
            several => self.write_list(several, [" (", ", ", ")"], out),
        }
    }

    fn write_behind(&self, before: &str, id: TypeNodeId, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(before)?;
        self.write(id, out)
    }

    fn write_list(
        &self,
        ids: &[TypeNodeId],
        [open, between, close]: [&str; 3],
        out: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        for (index, id) in ids.iter().enumerate() {
            self.write_behind(if index == 0 { open } else { between }, *id, out)?;
        }
        out.write_str(if ids.is_empty() { open } else { "" })?;
        out.write_str(close)
    }
}

/// In the syntax of rules; holes by their numbers. The pattern must be well formed.
impl fmt::Display for TypePattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(if self.underlying { "~" } else { "" })?;
        out.write_str(if self.maybe_pointer { "*?" } else { "" })?;
        self.write(TypeNodeId(0), out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(nodes: Vec<TypeNode>) -> TypePattern {
        TypePattern { underlying: false, maybe_pointer: false, nodes }
    }

    fn named(name: &str) -> TypeNode {
        TypeNode::Named { package: String::new(), name: name.to_owned(), args: None }
    }

    fn id(number: u16) -> TypeNodeId {
        TypeNodeId(number)
    }

    #[test]
    fn patterns_are_written_as_in_rules() {
        let map = pattern(vec![TypeNode::Map { key: id(1), elem: id(2) }, TypeNode::Hole(0), named("int")]);
        assert_eq!((map.to_string().as_str(), map.hole_count(), map.is_one_type()), ("map[$0]int", 1, true));
        let func = TypeNode::Func { params: vec![id(1), id(2)], results: vec![id(3), id(4)] };
        let parts = [named("string"), TypeNode::Variadic(id(5)), TypeNode::Run, named("error"), TypeNode::Any];
        let func = pattern([vec![func], parts.to_vec()].concat());
        assert_eq!((func.to_string().as_str(), func.check()), ("func(string, ...$_) (..., error)", Ok(())));
        let method = TypeNode::Method { name: Some("Close".to_owned()), ty: id(2) };
        let func = TypeNode::Func { params: vec![], results: vec![id(3)] };
        let mut closer = pattern(vec![TypeNode::Interface(vec![id(1)]), method, func, named("error")]);
        closer.underlying = true;
        assert_eq!((closer.to_string().as_str(), closer.check()), ("~interface{Close() error}", Ok(())));
        assert_eq!(pattern(vec![TypeNode::Struct(Vec::new())]).to_string(), "struct{}");
    }

    #[test]
    fn what_an_enemy_sends_is_refused() {
        let refused = |nodes| pattern(nodes).check().is_err();
        assert!(refused(Vec::new()));
        assert!(refused(vec![TypeNode::Pointer(id(0))]), "a circle");
        assert!(refused(vec![TypeNode::Pointer(id(2)), named("int"), TypeNode::Slice(id(1))]), "a child in front");
        assert!(refused(vec![TypeNode::Slice(id(1))]), "a child that does not exist");
        let twice = pattern(vec![TypeNode::AnyOf(vec![id(1), id(1)]), named("int")]);
        assert_eq!(twice.check(), Err("part 1 of a type in two places".to_owned()), "else 2 to the power of 127 ways");
        assert!(refused(vec![TypeNode::Slice(id(1)), TypeNode::Run]));
        assert!(refused(vec![TypeNode::Run]));
        assert!(refused(vec![TypeNode::Struct(vec![id(1)]), named("int")]));
        let variadic = TypeNode::Func { params: vec![id(1), id(2)], results: vec![] };
        assert!(refused(vec![variadic, TypeNode::Variadic(id(3)), named("int"), named("int")]), "not the last");
        assert!(refused(vec![TypeNode::Hole(MAX_TYPE_HOLES)]));
        let runs = TypeNode::Func { params: vec![id(1), id(2), id(3)], results: vec![] };
        assert!(refused(vec![runs, TypeNode::Run, TypeNode::Run, TypeNode::Run]));
        assert!(refused(vec![TypeNode::Any; MAX_TYPE_NODES + 1]));
    }
}
