//! Conditions on types to questions.
//!
//! In: `$x : map[$K]$V` and its like. Out: questions to host functions. A type is a value that host functions make; a
//! pattern of types is a constant with numbered holes. `$K` is a register that holds a type: the part of the type that stands
//! where the pattern has the hole. A hole that is bound already takes part in the pattern as the type it is bound to.
//!
//! **Absent:** nothing is known here of what types exist; names are import path and name.

use crate::ask::value_span;
use crate::build::{Bound, Builder, Sort, push};
use crate::names::hole_key;
use crate::operand::{Operand, operand};
use rulec_grammar::ast::{
    Cond as Syntax, Form as Shape, Name, OpForm, Pattern, PatternId, SymbolRef, TypePattern as Written, TypeRelation,
    Value,
};
use rulec_grammar::diagnostic::FileId;
use rulec_plan::host::HostFn;
use rulec_plan::ir::{Arg, Cond, Constant, Op, Step};
use rulec_plan::type_pattern::{
    Direction, MAX_RUNS, MAX_TYPE_HOLES, MAX_TYPE_NODES, TypeNode, TypeNodeId, TypePattern,
};
use rulec_tree::{Kind, Op as Operator, Predeclared, Span};
use std::rc::Rc;

/// Whether a name is that of a predeclared type.
pub(crate) fn is_predeclared_type(name: &str) -> bool {
    Predeclared::of(name.as_bytes()) == Some(Predeclared::Type)
}

/// A condition on a type as one question. Holes that it would bind mean nothing outside of it.
pub(crate) fn decide(builder: &mut Builder<'_>, cond: &Syntax) -> Option<Cond> {
    Some(lower(builder, cond)?.cond)
}

/// Goes on if the condition holds, with the types of its holes.
pub(crate) fn bind(builder: &mut Builder<'_>, cond: &Syntax, steps: &mut Vec<Step>) {
    let Some(Lowered { cond: asked, subject, pattern, fresh }) = lower(builder, cond) else { return };
    let span = crate::ask::span_of(cond);
    let snippet = builder.snippet(span);
    let origin = builder.origin(span, snippet);
    push(steps, origin, Op::Ask(asked));
    for hole in fresh {
        let Some(Bound::Type(dst)) = builder.name(&hole.key, Sort::Type, hole.span) else { continue };
        if builder.half_bound.contains(&hole.key) && builder.reported.insert(hole.key.clone()) {
            builder.errors().bound_on_some(hole.span, &hole.key);
        }
        builder.bound.insert(hole.key.clone());
        let args = vec![subject.clone(), pattern.clone(), number(builder, hole.number)];
        let origin = builder.origin(hole.span, format!("binds `{}`", hole.key));
        push(steps, origin, Op::Let { dst, host: HostFn::TypePart, args });
    }
}

/// A value that has to be a type: code stands for its type, a name for the type that it names.
pub(crate) fn type_arg(builder: &mut Builder<'_>, value: &Value, asker: &str) -> Option<Arg> {
    let named = match value {
        Value::Symbol(symbol) => Some(symbol_node(builder, symbol, None)?),
        Value::Word(name) if is_predeclared_type(&name.value) => Some(predeclared(&name.value)),
        _ => None,
    };
    if let Some(node) = named {
        let pattern = TypePattern { underlying: false, maybe_pointer: false, nodes: vec![node] };
        let pattern = Arg::Const(builder.tables.constant(Constant::Type(pattern)));
        return Some(Arg::Call(HostFn::TypeNamed, vec![pattern]));
    }
    let wrong = match operand(builder, value)? {
        Operand::Node(arg) => return Some(Arg::Call(HostFn::TypeOf, vec![arg])),
        Operand::Value(arg, crate::ask::Type::Go) => return Some(arg),
        Operand::Value(_, ty) => format!("{asker} is about a type, and this is {}", ty.words()),
        Operand::Run(_) => format!("{asker} is about one type, and this is a run of code"),
    };
    builder.errors().wrong_sort(value_span(value), wrong, "name a hole, a label, or a type such as `http.Client`");
    None
}

/// A condition, taken apart.
struct Lowered {
    cond: Cond,
    subject: Arg,
    /// The pattern as it is written, its holes open.
    pattern: Arg,
    /// The holes that nothing has bound before.
    fresh: Vec<Hole>,
}

/// A hole of a pattern of types.
struct Hole {
    key: String,
    span: Span,
    number: u8,
    /// The type that it is bound to.
    bound: Option<Arg>,
}

fn lower(builder: &mut Builder<'_>, cond: &Syntax) -> Option<Lowered> {
    let Syntax::Type { subject, relation, ty, span } = cond else { return None };
    let asker = builder.snippet(relation.span);
    let subject = type_arg(builder, subject, &format!("`{asker}`"));
    match relation.value {
        TypeRelation::Is => has_form(builder, HostFn::TypeIs, subject?, ty, *span),
        TypeRelation::MaybeIs => has_form(builder, HostFn::TypeMayBe, subject?, ty, *span),
        TypeRelation::Implements => is_related(builder, HostFn::Implements, subject?, ty),
        TypeRelation::AssignableTo => is_related(builder, HostFn::AssignableTo, subject?, ty),
        TypeRelation::ConvertibleTo => is_related(builder, HostFn::ConvertibleTo, subject?, ty),
        TypeRelation::IdenticalTo => is_related(builder, HostFn::IdenticalTo, subject?, ty),
    }
}

/// `:` and `:?`.
fn has_form(builder: &mut Builder<'_>, host: HostFn, subject: Arg, ty: &Written, span: Span) -> Option<Lowered> {
    let (pattern, holes) = read(builder, ty, ty.pattern.root)?;
    let open = !pattern.underlying && !pattern.maybe_pointer && pattern.nodes == [TypeNode::Any];
    if open {
        builder.errors().always_holds(span);
    }
    let written = Arg::Const(builder.tables.constant(Constant::Type(pattern)));
    let filled = fill(builder, written.clone(), &holes);
    let cond = Cond::Host(host, vec![subject.clone(), filled]);
    let fresh = holes.into_iter().filter(|hole| hole.bound.is_none()).collect();
    Some(Lowered { cond, subject, pattern: written, fresh })
}

/// The relations to one type; of alternatives, to one of them.
fn is_related(builder: &mut Builder<'_>, host: HostFn, subject: Arg, ty: &Written) -> Option<Lowered> {
    if ty.underlying || ty.maybe_pointer {
        let message = "`~` and `*?` stand behind `:` and `:?` only";
        builder.errors().not_a_type(ty.pattern.span, message, "");
        return None;
    }
    let roots = match &ty.pattern.nodes[ty.pattern.root.0 as usize].form {
        Shape::OneOf(options) => options.clone(),
        _ => vec![ty.pattern.root],
    };
    let mut parts = Vec::new();
    for root in roots {
        let target = one_type(builder, host, ty, root)?;
        parts.push(Cond::Host(host, vec![subject.clone(), target]));
    }
    let cond = if parts.len() == 1 { parts.remove(0) } else { Cond::Or(parts) };
    Some(Lowered { cond, subject: subject.clone(), pattern: subject, fresh: Vec::new() })
}

/// The one type that a part of a pattern describes; holes have to be bound.
fn one_type(builder: &mut Builder<'_>, host: HostFn, ty: &Written, root: PatternId) -> Option<Arg> {
    let (pattern, holes) = read(builder, ty, root)?;
    let mut complete = true;
    for hole in holes.iter().filter(|hole| hole.bound.is_none()) {
        complete &= builder.lookup(&hole.key, hole.span).is_some();
    }
    if let ([TypeNode::Hole(_)], [Hole { bound: Some(bound), .. }]) = (&pattern.nodes[..], &holes[..]) {
        return Some(bound.clone());
    }
    let span = ty.pattern.nodes[root.0 as usize].span;
    if !pattern.is_one_type() {
        let help = "write a type without `$_`, `...` and alternatives, or ask for a form with `:`";
        builder.errors().not_a_type(span, "this describes several types, and one has to stand here", help);
        return None;
    }
    if host == HostFn::Implements && is_no_interface(&pattern.nodes[0]) {
        builder.errors().not_an_interface(span);
        return None;
    }
    let pattern = Arg::Const(builder.tables.constant(Constant::Type(pattern)));
    let filled = fill(builder, pattern, &holes);
    complete.then(|| Arg::Call(HostFn::TypeNamed, vec![filled]))
}

/// Whether a type is sure to be none that can be implemented.
fn is_no_interface(node: &TypeNode) -> bool {
    match node {
        TypeNode::Named { package, name, .. } => {
            package.is_empty() && !["any", "error", "comparable"].contains(&name.as_str())
        }
        TypeNode::Interface(_) | TypeNode::Hole(_) | TypeNode::Any | TypeNode::AnyOf(_) => false,
        _ => true,
    }
}

/// A pattern with types for the holes that are bound.
fn fill(builder: &mut Builder<'_>, pattern: Arg, holes: &[Hole]) -> Arg {
    holes.iter().fold(pattern, |pattern, hole| match &hole.bound {
        Some(bound) => Arg::Call(HostFn::TypeWith, vec![pattern, number(builder, hole.number), bound.clone()]),
        None => pattern,
    })
}

fn number(builder: &mut Builder<'_>, number: u8) -> Arg {
    Arg::Const(builder.tables.constant(Constant::Int(i64::from(number))))
}

/// Reads a part of a written pattern.
fn read(builder: &mut Builder<'_>, ty: &Written, root: PatternId) -> Option<(TypePattern, Vec<Hole>)> {
    let mut reading = Reading { builder, pattern: &ty.pattern, nodes: Vec::new(), holes: Vec::new() };
    reading.ty(root)?;
    let Reading { nodes, holes, .. } = reading;
    let pattern = TypePattern { underlying: ty.underlying, maybe_pointer: ty.maybe_pointer, nodes };
    if let Err(reason) = pattern.check() {
        builder.errors().not_a_type(ty.pattern.span, &format!("this is not a type: {reason}"), "");
        return None;
    }
    Some((pattern, holes))
}

struct Reading<'b, 'a, 'p> {
    builder: &'b mut Builder<'a>,
    pattern: &'p Pattern,
    nodes: Vec<TypeNode>,
    holes: Vec<Hole>,
}

impl<'p> Reading<'_, '_, 'p> {
    fn form(&self, id: PatternId) -> &'p Shape {
        &self.pattern.nodes[id.0 as usize].form
    }

    fn span(&self, id: PatternId) -> Span {
        self.pattern.nodes[id.0 as usize].span
    }

    fn refuse<T>(&mut self, id: PatternId, message: &str, help: &str) -> Option<T> {
        let span = self.span(id);
        self.builder.errors().not_a_type(span, message, help);
        None
    }

    /// Adds a node in front of its parts.
    fn add(&mut self, id: PatternId, parts: impl FnOnce(&mut Self) -> Option<TypeNode>) -> Option<TypeNodeId> {
        if self.nodes.len() == MAX_TYPE_NODES {
            return self.refuse(id, &format!("this type has more than {MAX_TYPE_NODES} parts"), "");
        }
        let number = self.nodes.len();
        self.nodes.push(TypeNode::Any);
        self.nodes[number] = parts(self)?;
        Some(TypeNodeId(number as u16))
    }

    /// A type. Recursion is as deep as the pattern, which `check::too_deep` bounds.
    fn ty(&mut self, id: PatternId) -> Option<TypeNodeId> {
        if let Some(label) = &self.pattern.nodes[id.0 as usize].label {
            let message = "labels mark code, and there is no code in a condition on types";
            self.builder.errors().not_a_type(label.span, message, "use a hole");
            return None;
        }
        match self.form(id) {
            Shape::Node { kind: Kind::Paren, children, .. } => self.ty(*children.first()?),
            Shape::Node { kind, op, text, children } => {
                self.add(id, |reading| reading.node(id, *kind, op, text.as_deref(), children))
            }
            Shape::Hole(None) | Shape::Any => self.add(id, |_| Some(TypeNode::Any)),
            Shape::Hole(Some(name)) => {
                let number = self.hole(&hole_key(name), id)?;
                self.add(id, |_| Some(TypeNode::Hole(number)))
            }
            Shape::OneOf(options) => self.one_of(id, options),
            Shape::Run(_) | Shape::Absent | Shape::AnyFunc(_) | Shape::Comment(_) => {
                self.refuse(id, "this is not a type", "")
            }
        }
    }

    fn node(
        &mut self,
        id: PatternId,
        kind: Kind,
        op: &OpForm,
        text: Option<&[u8]>,
        children: &[PatternId],
    ) -> Option<TypeNode> {
        match (kind, children) {
            (Kind::Ident, _) => self.plain_name(id, std::str::from_utf8(text?).ok()?),
            (Kind::Selector, [package, name]) => self.qualified(id, *package, *name),
            (Kind::Index, [generic, args @ ..]) => self.instance(*generic, args),
            (Kind::Star, [elem]) => Some(TypeNode::Pointer(self.ty(*elem)?)),
            (Kind::SliceType, [elem]) => Some(TypeNode::Slice(self.ty(*elem)?)),
            (Kind::ArrayType, [len, elem]) => {
                let len = self.length(*len)?;
                Some(TypeNode::Array { len, elem: self.ty(*elem)? })
            }
            (Kind::MapType, [key, elem]) => {
                let key = self.ty(*key)?;
                Some(TypeNode::Map { key, elem: self.ty(*elem)? })
            }
            (Kind::ChanType, [elem]) => {
                let direction = match op {
                    OpForm::OneOf(ops) if ops[..] == [Operator::SendOnly] => Direction::Send,
                    OpForm::OneOf(ops) if ops[..] == [Operator::RecvOnly] => Direction::Receive,
                    _ => Direction::Both,
                };
                Some(TypeNode::Chan { direction, elem: self.ty(*elem)? })
            }
            (Kind::FuncType, [_, params, results]) => {
                let params = self.types_of_fields(*params)?;
                Some(TypeNode::Func { params, results: self.types_of_fields(*results)? })
            }
            (Kind::StructType, fields) => Some(TypeNode::Struct(self.members(fields, Self::field)?)),
            (Kind::InterfaceType, methods) => Some(TypeNode::Interface(self.members(methods, Self::method)?)),
            (Kind::Variadic, [elem]) => Some(TypeNode::Variadic(self.ty(*elem)?)),
            _ => self.refuse(id, "this is not a type", ""),
        }
    }

    /// A predeclared type or a set of types.
    fn plain_name(&mut self, id: PatternId, name: &str) -> Option<TypeNode> {
        if is_predeclared_type(name) {
            return Some(predeclared(name));
        }
        if let Some((file, set)) = self.builder.scope.symbol_set(name) {
            let mut options = Vec::new();
            for member in &set.members {
                let node = symbol_node(self.builder, member, Some(file))?;
                options.push(self.add(id, |_| Some(node))?);
            }
            return Some(TypeNode::AnyOf(options));
        }
        if Predeclared::of(name.as_bytes()).is_some() {
            return self.refuse(id, &format!("`{name}` is not a type"), "");
        }
        let span = self.span(id);
        if self.builder.scope.package(name).is_some() {
            return self.refuse(id, &format!("`{name}` is a package, not a type"), "name a type of it");
        }
        let mut known = self.builder.scope.package_names();
        let types = Predeclared::ALL.iter().filter(|(_, predeclared)| *predeclared == Predeclared::Type);
        known.extend(types.map(|(name, _)| (*name).to_owned()));
        self.builder.errors().bare_name(span, name, &known);
        None
    }

    /// `http.Client`, `http.$(Client, Server)`.
    fn qualified(&mut self, id: PatternId, package: PatternId, name: PatternId) -> Option<TypeNode> {
        let mut options = Vec::new();
        for package in self.spellings(package)? {
            let Some(path) = self.builder.scope.package(&package.value).map(str::to_owned) else {
                let known = self.builder.scope.package_names();
                self.builder.errors().unknown_name(package.span, "package in use", &package.value, &known);
                return None;
            };
            for name in self.spellings(name)? {
                let scope = Rc::clone(&self.builder.scope);
                if !scope.can_name(&path, &name.value, name.span, &mut self.builder.errors()) {
                    return None;
                }
                options.push(TypeNode::Named { package: path.clone(), name: name.value, args: None });
            }
        }
        if options.len() == 1 {
            return options.pop();
        }
        let options = options.into_iter().map(|node| self.add(id, |_| Some(node)));
        options.collect::<Option<Vec<_>>>().map(TypeNode::AnyOf)
    }

    /// The names that an identifier or an alternation of identifiers stands for.
    fn spellings(&mut self, id: PatternId) -> Option<Vec<Name>> {
        match self.form(id) {
            Shape::Node { kind: Kind::Ident, text: Some(text), .. } => {
                let value = String::from_utf8_lossy(text).into_owned();
                Some(vec![Name { value, span: self.span(id) }])
            }
            Shape::OneOf(options) => {
                let each: Option<Vec<_>> = options.iter().map(|option| self.spellings(*option)).collect();
                each.map(|names| names.concat())
            }
            _ => self.refuse(
                id,
                "the name of a type is written out here",
                "ask for `type_name(…)` in a condition of its own",
            ),
        }
    }

    /// `atomic.Pointer[$T]`.
    fn instance(&mut self, generic: PatternId, args: &[PatternId]) -> Option<TypeNode> {
        let Shape::Node { kind: Kind::Selector, children, .. } = self.form(generic) else {
            return self.refuse(generic, "this type takes no type arguments", "");
        };
        let [package, name] = children[..] else { return None };
        match self.qualified(generic, package, name)? {
            TypeNode::Named { package, name, .. } => {
                Some(TypeNode::Named { package, name, args: Some(self.list(args)?) })
            }
            _ => self.refuse(generic, "type arguments stand behind one type", "write an alternative for each"),
        }
    }

    /// The length of an array; none for any.
    fn length(&mut self, id: PatternId) -> Option<Option<u64>> {
        match self.form(id) {
            Shape::Hole(None) => Some(None),
            Shape::Node { kind: Kind::Int, text: Some(text), .. } => {
                match std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()) {
                    Some(len) => Some(Some(len)),
                    None => self.refuse(id, "no array is that long", ""),
                }
            }
            _ => self.refuse(id, "the length of an array is a number here, or `$_` for any", ""),
        }
    }

    /// Types and runs.
    fn list(&mut self, ids: &[PatternId]) -> Option<Vec<TypeNodeId>> {
        self.members(ids, Self::ty)
    }

    fn members(
        &mut self,
        ids: &[PatternId],
        mut member: impl FnMut(&mut Self, PatternId) -> Option<TypeNodeId>,
    ) -> Option<Vec<TypeNodeId>> {
        let mut runs = 0;
        let mut members = Vec::new();
        for id in ids {
            let added = match self.form(*id) {
                Shape::Run(Some(_)) => self.refuse(*id, "a run of types cannot be named", "write `...`")?,
                Shape::Run(None) if runs == MAX_RUNS => {
                    self.refuse(*id, &format!("at most {MAX_RUNS} runs stand in one list of types"), "")?
                }
                Shape::Run(None) => {
                    runs += 1;
                    self.add(*id, |_| Some(TypeNode::Run))?
                }
                _ => member(self, *id)?,
            };
            members.push(added);
        }
        Some(members)
    }

    /// Parameters or results: lists of fields, whose names do not matter, absent, or any.
    fn types_of_fields(&mut self, list: PatternId) -> Option<Vec<TypeNodeId>> {
        match self.form(list) {
            Shape::Node { kind: Kind::List, children, .. } => {
                let mut types = Vec::new();
                for field in children {
                    match self.form(*field) {
                        Shape::Node { kind: Kind::Field, children, .. } => {
                            let names = self.name_count(*children.first()?);
                            types.extend(std::iter::repeat_n(*children.get(1)?, names.max(1)));
                        }
                        _ => types.push(*field),
                    }
                }
                self.list(&types)
            }
            Shape::Any => Some(vec![self.add(list, |_| Some(TypeNode::Run))?]),
            _ => Some(Vec::new()),
        }
    }

    fn name_count(&self, names: PatternId) -> usize {
        match self.form(names) {
            Shape::Node { children, .. } => children.len(),
            _ => 0,
        }
    }

    /// A field of a struct, one for each of its names.
    fn field(&mut self, id: PatternId) -> Option<TypeNodeId> {
        let (names, ty) = self.field_parts(id)?;
        if names.len() > 1 {
            return self.refuse(id, "fields are written one by one here", "");
        }
        let Some(name) = names.first() else {
            return self.add(id, |reading| Some(TypeNode::Field { name: None, embedded: true, ty: reading.ty(ty)? }));
        };
        let name = self.member_name(*name)?;
        self.add(id, |reading| Some(TypeNode::Field { name, embedded: false, ty: reading.ty(ty)? }))
    }

    /// A method of an interface.
    fn method(&mut self, id: PatternId) -> Option<TypeNodeId> {
        let (names, ty) = self.field_parts(id)?;
        let [name] = names[..] else {
            let help = "write its methods, or ask with `implements`";
            return self.refuse(id, "interfaces embedded in others are not told apart from their methods", help);
        };
        let name = self.member_name(name)?;
        self.add(id, |reading| Some(TypeNode::Method { name, ty: reading.ty(ty)? }))
    }

    fn field_parts(&mut self, id: PatternId) -> Option<(Vec<PatternId>, PatternId)> {
        let Shape::Node { kind: Kind::Field, children, .. } = self.form(id) else {
            return self.refuse(id, "this is not part of a type", "");
        };
        let [names, ty, ..] = children[..] else { return None };
        let names = match self.form(names) {
            Shape::Node { children, .. } => children.clone(),
            _ => Vec::new(),
        };
        Some((names, ty))
    }

    /// The name of a field or method; none for any.
    fn member_name(&mut self, id: PatternId) -> Option<Option<String>> {
        match self.form(id) {
            Shape::Hole(None) => Some(None),
            Shape::Node { kind: Kind::Ident, text: Some(text), .. } => {
                Some(Some(String::from_utf8_lossy(text).into_owned()))
            }
            _ => self.refuse(id, "a name stands here, or `$_` for any", ""),
        }
    }

    /// Alternatives: none binds what another does not.
    fn one_of(&mut self, id: PatternId, options: &[PatternId]) -> Option<TypeNodeId> {
        let before = self.holes.len();
        let mut in_each: Vec<Vec<TypeNode>> = Vec::new();
        let added = self.add(id, |reading| {
            let mut added = Vec::new();
            for option in options {
                let start = reading.nodes.len();
                added.push(reading.ty(*option)?);
                in_each.push(reading.nodes[start..].to_vec());
            }
            Some(TypeNode::AnyOf(added))
        })?;
        let is_lacking = |hole: &&Hole| in_each.iter().any(|nodes| !nodes.contains(&TypeNode::Hole(hole.number)));
        let partial = self.holes[before..].iter().filter(|hole| hole.bound.is_none()).find(is_lacking);
        if let Some((span, key)) = partial.map(|hole| (hole.span, hole.key.clone())) {
            self.builder.errors().bound_on_some(span, &key);
            return None;
        }
        Some(added)
    }

    /// The number of a hole.
    fn hole(&mut self, key: &str, id: PatternId) -> Option<u8> {
        if let Some(hole) = self.holes.iter().find(|hole| hole.key == key) {
            return Some(hole.number);
        }
        let span = self.span(id);
        let bound = match self.builder.bound.contains(key).then(|| self.builder.lookup(key, span)).flatten() {
            Some(Bound::Type(register)) => Some(Arg::Value(register)),
            // A hole that stands for code stands for its type here.
            Some(Bound::Node(register)) => Some(Arg::Call(HostFn::TypeOf, vec![Arg::Node(register)])),
            Some(Bound::Run(..) | Bound::Value(_) | Bound::Element(_)) => {
                self.builder.errors().two_forms(span, key);
                return None;
            }
            None => None,
        };
        let number = self.holes.len() as u8;
        if number == MAX_TYPE_HOLES {
            return self.refuse(id, &format!("this type has more than {MAX_TYPE_HOLES} holes"), "");
        }
        self.holes.push(Hole { key: key.to_owned(), span, number, bound });
        Some(number)
    }
}

fn predeclared(name: &str) -> TypeNode {
    TypeNode::Named { package: String::new(), name: name.to_owned(), args: None }
}

/// The type that a symbol names; those of a set are resolved where the set stands.
fn symbol_node(builder: &mut Builder<'_>, symbol: &SymbolRef, file: Option<FileId>) -> Option<TypeNode> {
    let scope = match file {
        Some(file) => Rc::new(builder.scope.within(builder.modules, file)),
        None => Rc::clone(&builder.scope),
    };
    let mut errors = crate::errors::Errors { sink: builder.sink, file: scope.spans };
    if let Some(method) = &symbol.method {
        errors.not_a_type(symbol.span(), &format!("`{}` is a method, not a type", method.value), "");
        return None;
    }
    let (package, name) = scope.resolve(symbol, &mut errors)?;
    Some(TypeNode::Named { package, name, args: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_from_other_predeclared_names() {
        assert!(is_predeclared_type("uintptr") && is_predeclared_type("any") && is_predeclared_type("comparable"));
        assert!(!is_predeclared_type("true") && !is_predeclared_type("append") && !is_predeclared_type("nil"));
    }
}
