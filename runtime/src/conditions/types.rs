//! Conditions on types: what type code has, how types are related, what they consist of.
//!
//! In: nodes, types and forms of types. Out: answers from [`rulec_world::FileTypes`]. Where a file has no types, or they are not
//! known, the answer is unknown. `form` matches patterns, `write` writes types as the file does, `selected` is about
//! selectors, calls and what names stand for, `content` about what types are made of, `formatted` about what verbs format, `enumerated` about constants and
//! implementations that belong to a type.

pub(super) mod content;
pub(super) mod enumerated;
mod form;
pub(super) mod formatted;
pub(super) mod selected;
mod write;

use super::Facts;
use crate::value::Value;
pub use form::Form;
use rulec_plan::host::Tri;
use rulec_plan::type_pattern::Direction;
use rulec_tree::{Category, Kind, Node};
use rulec_types::check::Mode;
use rulec_types::{Basic, Lookup, PackageId, Ty, TypeData, Types};
use rulec_world::FileTypes;
pub(crate) use write::{Written, written};

/// The type of an expression, of what a name or field declares, or that a type expression denotes. Code that can have no
/// type has the type of a call without results, which no other type is identical to.
pub(super) fn type_of(facts: &Facts, node: Node) -> Option<Value> {
    known(ty_of(facts.types().ok()?, facts, node))
}

fn ty_of(types: &FileTypes, facts: &Facts, node: Node) -> Ty {
    let tree = facts.tree();
    let node = tree.unparen(node);
    match tree.kind(node) {
        Kind::Field => ty_of_slot(types, facts, node, 1),
        Kind::Variadic => types.store().slice(ty_of_slot(types, facts, node, 0)),
        Kind::FuncDecl => ty_of_slot(types, facts, node, 1),
        Kind::TypeSpec => ty_of_slot(types, facts, node, 0),
        Kind::VarSpec | Kind::ConstSpec => {
            let mut names = tree.children(tree.slot(node, 0));
            match (names.next(), names.next()) {
                (Some(only), None) => ty_of_expr(types, only),
                _ => Ty::UNKNOWN,
            }
        }
        Kind::Bad | Kind::KeyValue => Ty::UNKNOWN,
        kind if kind.fits(Category::Expr) || kind.fits(Category::Type) => ty_of_expr(types, node),
        _ => Ty::EMPTY_TUPLE,
    }
}

fn ty_of_slot(types: &FileTypes, facts: &Facts, node: Node, slot: u32) -> Ty {
    let child = facts.tree().children(node).nth(slot as usize);
    child.map_or(Ty::UNKNOWN, |child| {
        let child = facts.tree().unparen(child);
        match facts.tree().kind(child) {
            Kind::Variadic => facts
                .tree()
                .children(child)
                .next()
                .map_or(Ty::UNKNOWN, |elem| types.store().slice(ty_of_expr(types, facts.tree().unparen(elem)))),
            _ => ty_of_expr(types, child),
        }
    })
}

fn ty_of_expr(types: &FileTypes, node: Node) -> Ty {
    match types.mode(node) {
        Mode::Package | Mode::Builtin(_) | Mode::NoValue => Ty::EMPTY_TUPLE,
        Mode::CommaOk | Mode::MapIndex => match types.store().data(types.ty(node)) {
            // With its second value it is recorded as both.
            TypeData::Tuple(both) => both.first().copied().unwrap_or(Ty::UNKNOWN),
            _ => types.ty(node),
        },
        _ => types.ty(node),
    }
}

fn known(ty: Ty) -> Option<Value> {
    (!ty.is_unknown()).then_some(Value::Type(ty))
}

fn ty(value: Option<&Value>) -> Option<Ty> {
    match value {
        Some(Value::Type(ty)) => Some(*ty),
        _ => None,
    }
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Str(text.as_bytes().to_vec()))
}

/// Whether a type has a form.
pub(super) fn has_form(facts: &Facts, value: Option<&Value>, form: Option<&Value>) -> Tri {
    match (ty(value), form) {
        (Some(ty), Some(Value::Form(form))) => form::has_form(facts, ty, form).0,
        _ => Tri::Unknown,
    }
}

/// Whether it is not known that a type has another form.
pub(super) fn may_have_form(facts: &Facts, value: Option<&Value>, form: Option<&Value>) -> Tri {
    Tri::of(has_form(facts, value, form) != Tri::No)
}

/// The type of a hole of a form that a type has.
pub(super) fn part(facts: &Facts, value: Option<&Value>, form: Option<&Value>, hole: Option<&Value>) -> Option<Value> {
    let (Value::Form(form), Value::Int(hole)) = (form?, hole?) else { return None };
    match form::has_form(facts, ty(value)?, form) {
        (Tri::Yes, holes) => known(*holes.get(usize::try_from(*hole).ok()?)?),
        _ => None,
    }
}

/// The form with a type for one of its holes.
pub(super) fn with(form: Option<&Value>, hole: Option<&Value>, value: Option<&Value>) -> Option<Value> {
    let (Value::Form(form), Value::Int(hole)) = (form?, hole?) else { return None };
    form.with(usize::try_from(*hole).ok()?, ty(value)?).map(Value::Form)
}

/// The one type that a form describes.
pub(super) fn named(facts: &Facts, form: Option<&Value>) -> Option<Value> {
    let Some(Value::Form(form)) = form else { return None };
    form::described(facts, form).map(Value::Type)
}

/// Why an answer about these values is not known, where they themselves are.
pub(crate) fn unknown_because(facts: &Facts, values: &[Option<&Value>]) -> Option<String> {
    facts.types().ok()?;
    let of_value = |value: &Value| match value {
        Value::Form(form) => form::unknown_name(facts, form),
        Value::Type(ty) => {
            let partly = facts.types().ok()?.store().flags(*ty).has(rulec_types::Flags::UNKNOWN);
            let written = written(facts, *ty).filter(|_| partly)?;
            Some(format!("not all of the type `{}` is known", written.text))
        }
        _ => None,
    };
    values.iter().flatten().find_map(|value| of_value(value))
}

/// How two types are related.
pub(super) fn related(
    facts: &Facts,
    first: Option<&Value>,
    second: Option<&Value>,
    relation: impl Fn(&Types, Ty, Ty) -> Tri,
) -> Tri {
    match (facts.types(), ty(first), ty(second)) {
        (Ok(types), Some(first), Some(second)) => relation(&types.relations(), first, second),
        _ => Tri::Unknown,
    }
}

/// A question about one type; `ask` gets types that are known.
pub(super) fn holds(facts: &Facts, value: Option<&Value>, ask: impl Fn(&Types, Ty) -> Tri) -> Tri {
    match (facts.types(), ty(value)) {
        (Ok(types), Some(ty)) => ask(&types.relations(), ty),
        _ => Tri::Unknown,
    }
}

/// Whether the underlying type is a basic one of some sort; of a type parameter, that of each type of its set.
pub(super) fn is_basic(facts: &Facts, value: Option<&Value>, sort: impl Fn(Basic) -> bool) -> Tri {
    let one = |relations: &Types, ty| match relations.under(ty) {
        TypeData::Basic(Basic::Unknown) => Tri::Unknown,
        TypeData::Basic(basic) => Tri::of(sort(*basic)),
        _ => Tri::No,
    };
    holds(facts, value, |relations, ty| relations.all_types(ty, |ty| one(relations, ty)))
}

/// Whether type arguments are missing.
pub(super) fn is_generic(facts: &Facts, value: Option<&Value>) -> Tri {
    holds(facts, value, |relations, ty| match relations.store.data(ty) {
        TypeData::Named(named) if named.origin.is_some() => Tri::No,
        TypeData::Alias(alias) if alias.origin.is_some() => Tri::No,
        _ => Tri::of(!relations.type_params(ty).is_empty()),
    })
}

/// Something that is made of a type.
pub(super) fn made_of(facts: &Facts, value: Option<&Value>, make: impl Fn(&Types, Ty) -> Option<Ty>) -> Option<Value> {
    known(make(&facts.types().ok()?.relations(), ty(value)?)?)
}

pub(super) fn elem(relations: &Types, ty: Ty) -> Option<Ty> {
    match relations.store.data(relations.core_type(ty)?) {
        TypeData::Slice(elem) | TypeData::Pointer(elem) => Some(*elem),
        TypeData::Array { elem, .. } | TypeData::Map { elem, .. } | TypeData::Chan { elem, .. } => Some(*elem),
        _ => None,
    }
}

pub(super) fn key(relations: &Types, ty: Ty) -> Option<Ty> {
    match relations.store.data(relations.core_type(ty)?) {
        TypeData::Map { key, .. } => Some(*key),
        _ => None,
    }
}

/// What may be done with a channel.
pub(super) fn direction(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    let relations = facts.types().ok()?.relations();
    let TypeData::Chan { dir, .. } = relations.store.data(relations.core_type(ty(value)?)?) else { return None };
    text(match form::direction_of(*dir) {
        Direction::Both => "both",
        Direction::Send => "send",
        Direction::Receive => "receive",
    })
}

/// The type in full.
pub(super) fn full_text(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    text(&facts.types().ok()?.relations().print(ty(value)?))
}

/// The name of a declared or predeclared type.
pub(super) fn name(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    let store = facts.types().ok()?.store();
    let ty = ty(value)?;
    match store.data(store.canon(ty)) {
        TypeData::Basic(basic) => text(basic.name().trim_start_matches("unsafe.")),
        TypeData::Named(named) => text(store.str(store.object(named.obj).name)),
        TypeData::TypeParam(param) => text(store.str(param.name)),
        _ => None,
    }
}

/// The import path of the package that declares a type.
pub(super) fn package(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    let store = facts.types().ok()?.store();
    let ty = ty(value)?;
    match store.data(store.canon(ty)) {
        TypeData::Basic(Basic::UnsafePointer) => text("unsafe"),
        TypeData::Basic(_) => text(""),
        TypeData::Named(named) => text(store.str(store.package(store.object(named.obj).pkg).path)),
        _ => None,
    }
}

/// What the underlying type is.
pub(super) fn kind(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    text(kind_of(&facts.types().ok()?.relations(), ty(value)?)?)
}

fn kind_of(relations: &Types, ty: Ty) -> Option<&'static str> {
    if relations.is_type_param(ty) {
        return Some("type parameter");
    }
    Some(match relations.under(ty) {
        TypeData::Basic(Basic::Unknown) => return None,
        TypeData::Basic(basic) => basic.name(),
        TypeData::Array { .. } => "array",
        TypeData::Slice(_) => "slice",
        TypeData::Pointer(_) => "pointer",
        TypeData::Map { .. } => "map",
        TypeData::Chan { .. } => "chan",
        TypeData::Struct(_) => "struct",
        TypeData::Func(_) => "func",
        TypeData::Interface(_) => "interface",
        TypeData::Tuple(_) | TypeData::Union(_) | TypeData::Named(_) | TypeData::Alias(_) | TypeData::TypeParam(_) => {
            return None;
        }
    })
}

/// The size of values of a type in bytes.
pub(super) fn size(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    facts.types().ok()?.relations().size_of(ty(value)?).map(|size| Value::Int(size.into()))
}

/// How many fields a struct type has.
pub(super) fn field_count(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    let relations = facts.types().ok()?.relations();
    match relations.store.data(relations.core_type(ty(value)?)?) {
        TypeData::Struct(fields) => Some(count(fields.len())),
        _ => None,
    }
}

/// How many methods the method set of a type has; not known if something that it embeds is not.
pub(super) fn method_count(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    let relations = facts.types().ok()?.relations();
    let ty = ty(value)?;
    has_known_methods(&relations, ty).then(|| count(relations.method_set(ty).len()))
}

/// Whether all methods of a type are known.
fn has_known_methods(relations: &Types, ty: Ty) -> bool {
    // A name that nothing has is missing for certain only if everything embedded is known.
    let probe = relations.store.name("·");
    relations.lookup(ty, PackageId::UNIVERSE, probe, true) != Lookup::Unknown
}

/// The name of a method that two types have with different types; empty if there is none.
pub(super) fn conflicting_method(facts: &Facts, value: Option<&Value>, other: Option<&Value>) -> Option<Value> {
    let relations = facts.types().ok()?.relations();
    let (first, second) = (ty(value)?, ty(other)?);
    let others = relations.method_set(second);
    let mut is_open = !has_known_methods(&relations, first) || !has_known_methods(&relations, second);
    for own in relations.method_set(first) {
        let is_same = |other: &&rulec_types::MethodEntry| {
            let is_one = own.pkg == other.pkg || relations.store.is_exported(own.name);
            own.name == other.name && is_one
        };
        match others.iter().find(is_same).map_or(Tri::Yes, |other| relations.identical(own.ty, other.ty)) {
            Tri::Yes => {}
            Tri::No => return text(relations.store.str(own.name)),
            Tri::Unknown => is_open = true,
        }
    }
    (!is_open).then(|| Value::Str(Vec::new()))
}

/// Whether an interface has a method that is not exported.
pub(super) fn is_sealed(relations: &Types, ty: Ty) -> Tri {
    if !relations.is_interface(ty) {
        return if relations.is_unknown(ty) { Tri::Unknown } else { Tri::No };
    }
    match relations.type_set(ty) {
        Some(set) if set.methods.iter().any(|method| !relations.store.is_exported(method.name)) => Tri::Yes,
        Some(set) if !set.partial => Tri::No,
        _ => Tri::Unknown,
    }
}

/// How many methods are declared for a type or for what it points to, by one of the two sorts of receivers.
pub(super) fn receivers(facts: &Facts, value: Option<&Value>, of: impl Fn((usize, usize)) -> usize) -> Option<Value> {
    let relations = facts.types().ok()?.relations();
    let (base, _) = relations.deref(ty(value)?);
    relations.receivers(base).map(|both| count(of(both)))
}

fn count(number: usize) -> Value {
    Value::Int(number as i128)
}

/// The name of a method that a type lacks for an interface; empty if it lacks none.
pub(super) fn missing_method(facts: &Facts, value: Option<&Value>, interface: Option<&Value>) -> Option<Value> {
    let relations = facts.types().ok()?.relations();
    let (ty, interface) = (ty(value)?, ty(interface)?);
    match (relations.missing_method(ty, interface), relations.implements(ty, interface)) {
        (Some(name), _) => text(relations.store.str(name)),
        (None, Tri::Unknown) => None,
        (None, _) => relations.is_interface(interface).then(|| Value::Str(Vec::new())),
    }
}

/// The member of a type with this name, as the package that declares the type sees it.
fn member(facts: &Facts, value: Option<&Value>, name: Option<&Value>) -> Lookup {
    let (Ok(types), Some(ty), Some(Value::Str(name))) = (facts.types(), ty(value), name) else {
        return Lookup::Unknown;
    };
    let (relations, store) = (types.relations(), types.store());
    let name = store.name(&String::from_utf8_lossy(name));
    let package = match store.data(store.unalias(relations.deref(ty).0)) {
        TypeData::Named(named) if !store.is_exported(name) => store.object(named.obj).pkg,
        _ => types.package(),
    };
    relations.lookup(ty, package, name, true)
}

/// Whether a type, or the pointer to it, has a method of this name.
pub(super) fn has_method(facts: &Facts, value: Option<&Value>, name: Option<&Value>) -> Tri {
    match member(facts, value, name) {
        Lookup::Unknown => Tri::Unknown,
        found => Tri::of(matches!(found, Lookup::Method { .. })),
    }
}

/// Whether a type has a field of this name.
pub(super) fn has_field(facts: &Facts, value: Option<&Value>, name: Option<&Value>) -> Tri {
    match member(facts, value, name) {
        Lookup::Unknown => Tri::Unknown,
        found => Tri::of(matches!(found, Lookup::Field { .. })),
    }
}

/// The type of a method, without its receiver.
pub(super) fn method_type(facts: &Facts, value: Option<&Value>, name: Option<&Value>) -> Option<Value> {
    match member(facts, value, name) {
        Lookup::Method { ty, .. } => known(ty),
        _ => None,
    }
}

/// The type of a field.
pub(super) fn field_type(facts: &Facts, value: Option<&Value>, name: Option<&Value>) -> Option<Value> {
    match member(facts, value, name) {
        Lookup::Field { ty, .. } => known(ty),
        _ => None,
    }
}

/// Whether an expression is of some sort, by its mode; `otherwise` for what is no expression or nothing is known of.
pub(super) fn has_mode(facts: &Facts, node: Node, wanted: impl Fn(Mode) -> bool) -> Tri {
    let tree = facts.tree();
    let node = tree.unparen(node);
    let kind = tree.kind(node);
    if kind.category() == Category::Type {
        return Tri::of(wanted(Mode::Type));
    }
    if !kind.fits(Category::Expr) {
        return Tri::No;
    }
    match facts.types().map_or(Mode::Unknown, |types| types.mode(node)) {
        Mode::Unknown => Tri::Unknown,
        mode => Tri::of(wanted(mode)),
    }
}

/// Whether an expression has a value.
pub(super) fn is_value(facts: &Facts, node: Node) -> Tri {
    has_mode(facts, node, |mode| {
        matches!(mode, Mode::Const | Mode::Var | Mode::MapIndex | Mode::Value | Mode::Nil | Mode::CommaOk)
    })
}

/// The value of a constant, as far as it can be computed with.
pub(super) fn constant(facts: &Facts, node: Node) -> Option<Value> {
    let types = facts.types().ok()?;
    let node = facts.tree().unparen(node);
    value_of_constant(facts, types.value(node)?, types.ty(node))
}

/// The value of a constant of this type, as far as it can be computed with.
pub(crate) fn value_of_constant(facts: &Facts, value: &rulec_constant::Value, ty: Ty) -> Option<Value> {
    if let Some(truth) = value.as_bool() {
        return Some(Value::Bool(truth));
    }
    if let Some(bytes) = value.as_bytes() {
        return Some(Value::Str(bytes.into_owned()));
    }
    if let Some(int) = value.as_int() {
        let int: i128 = int.to_string().parse().ok()?;
        let is_duration = name(facts, Some(&Value::Type(ty))).is_some_and(|name| is_str(&name, "Duration"))
            && package(facts, Some(&Value::Type(ty))).is_some_and(|path| is_str(&path, "time"));
        return Some(if is_duration { Value::Duration(int) } else { Value::Int(int) });
    }
    let text = value.exact_string();
    let (numerator, denominator) = text.split_once('/').unwrap_or((&text, "1"));
    crate::value::Ratio::new(numerator.parse().ok()?, denominator.parse().ok()?).map(Value::Ratio)
}

fn is_str(value: &Value, wanted: &str) -> bool {
    matches!(value, Value::Str(text) if text == wanted.as_bytes())
}
