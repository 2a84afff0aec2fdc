//! What selectors select, what calls call, and who declares what names stand for.

use super::super::{Facts, tags};
use super::{count, known, text, ty_of_expr};
use crate::value::Value;
use rulec_plan::host::Tri;
use rulec_tree::{Kind, Node, Op};
use rulec_types::check::{Mode, Selection, SelectionKind};
use rulec_types::{Func, Lookup, ObjId, ObjectKind, Store, Ty, TypeData, Types};
use rulec_world::FileTypes;

/// Deeper embedding of interfaces is not followed.
const MAX_EMBEDDED: usize = 200;

/// The selector that a node is, or is the name of.
fn selector(facts: &Facts, node: Node) -> Option<Node> {
    let tree = facts.tree();
    let node = tree.unparen(node);
    let is_name = |parent: Node| tree.kind(parent) == Kind::Selector && tree.slot(parent, 1) == node;
    match tree.kind(node) {
        Kind::Selector => Some(node),
        Kind::Ident => Some(tree.parent(node)).filter(|parent| is_name(*parent)),
        // `s.f[int]` selects `s.f`.
        Kind::Index => Some(tree.unparen(tree.slot(node, 0))).filter(|x| tree.kind(*x) == Kind::Selector),
        _ => None,
    }
}

/// Whether a node is a selector that selects something of this sort.
pub(in super::super) fn selects(facts: &Facts, node: Node, wanted: impl Fn(&Selection) -> bool) -> Tri {
    let Some(selector) = selector(facts, node) else { return Tri::No };
    let Ok(types) = facts.types() else { return Tri::Unknown };
    match types.selection(selector) {
        Some(selection) => Tri::of(wanted(selection)),
        None => Tri::of(false).or(if is_settled(types, facts, selector) { Tri::No } else { Tri::Unknown }),
    }
}

/// Whether a selector without selection is known to be the name of something in a package.
fn is_settled(types: &FileTypes, facts: &Facts, selector: Node) -> bool {
    let x = facts.tree().unparen(facts.tree().slot(selector, 0));
    types.mode(x) == Mode::Package || types.mode(selector) != Mode::Unknown
}

pub(in super::super) fn is_method(selection: &Selection) -> bool {
    matches!(selection.kind, SelectionKind::Method | SelectionKind::MethodExpr)
}

pub(in super::super) fn is_interface_method(selection: &Selection) -> bool {
    is_method(selection) && selection.method.is_none()
}

/// Whether a selector names one of these methods: lists of path, type and name.
pub(in super::super) fn names_method(facts: &Facts, node: Node, methods: Option<&Value>) -> Tri {
    let Some(Value::List(methods)) = methods else { return Tri::Unknown };
    let Some(selector) = selector(facts, node) else { return Tri::No };
    let name = facts.text_of(facts.tree().slot(selector, 1));
    let mut named = methods.iter().filter(|method| is_method_named(method, name)).peekable();
    // Most methods have other names, and then nobody need know the types.
    if named.peek().is_none() {
        return Tri::No;
    }
    let Ok(types) = facts.types() else { return Tri::Unknown };
    let one = |method: &Value| {
        let Value::List(parts) = method else { return Tri::Unknown };
        let [Value::Str(path), Value::Str(ty), Value::Str(_)] = &parts[..] else { return Tri::Unknown };
        match types.selection(selector) {
            Some(selection) if is_method(selection) => match is_declared_by(types, selection, path, ty) {
                Tri::No => Tri::of(is_promoted_to(types, selection, path, ty)),
                declared => declared,
            },
            Some(_) => Tri::No,
            None if is_settled(types, facts, selector) => Tri::No,
            None => Tri::Unknown,
        }
    };
    Tri::any(named.map(one))
}

/// Whether a list of path, type and name has this name; what is no such list may.
fn is_method_named(method: &Value, name: &[u8]) -> bool {
    match method {
        Value::List(parts) => !matches!(&parts[..], [_, _, Value::Str(other)] if other != name),
        _ => true,
    }
}

/// Whether the method selected is declared with this type: as its receiver, or as an interface that has it.
fn is_declared_by(types: &FileTypes, selection: &Selection, path: &[u8], name: &[u8]) -> Tri {
    let store = types.store();
    let is_it = |object: ObjId| {
        let object = store.object(object);
        store.str(object.name).as_bytes() == name && store.str(store.package(object.pkg).path).as_bytes() == path
    };
    if let Some(method) = selection.method {
        return match store.object(method).receiver().map(|(recv, _)| store.data(recv)) {
            Some(TypeData::Named(named)) => Tri::of(is_it(named.obj)),
            _ => Tri::Unknown,
        };
    }
    let Some(interface) = holder(&types.relations(), selection) else { return Tri::Unknown };
    let (declarers, complete) = declarers(&types.relations(), interface, selection);
    if declarers.iter().any(|object| is_it(*object)) {
        return Tri::Yes;
    }
    if complete { Tri::No } else { Tri::Unknown }
}

/// Whether a declared type has the method selected by promotion: `testing.T` that of an unexported type that it embeds.
fn is_promoted_to(types: &FileTypes, selection: &Selection, path: &[u8], name: &[u8]) -> bool {
    let named = types.named(&String::from_utf8_lossy(path), &String::from_utf8_lossy(name));
    let Ok(ty) = named else { return false };
    let found = types.relations().lookup(ty, types.package(), selection.name, true);
    let Lookup::Method { method: Some(method), .. } = found else { return false };
    // Selected through the type itself, or through what embeds it.
    selection.method == Some(method) && passes_through(&types.relations(), selection, ty)
}

/// Whether a type is the receiver of a selection, or one of the embedded fields on the way.
fn passes_through(relations: &Types, selection: &Selection, wanted: Ty) -> bool {
    let store = relations.store;
    let is_it = |ty: Ty| {
        let base = relations.deref(ty).0;
        let origin = match store.data(store.unalias(base)) {
            TypeData::Named(named) => named.origin.unwrap_or(base),
            _ => base,
        };
        store.canon(origin) == store.canon(wanted)
    };
    (1..=selection.index.len()).any(|length| {
        let index = selection.index.iter().copied().take(length).collect();
        holder(relations, &Selection { index, ..selection.clone() }).is_some_and(is_it)
    })
}

/// The type that has what is selected: the receiver, or the last of the embedded fields on the way.
fn holder(relations: &Types, selection: &Selection) -> Option<Ty> {
    let mut ty = selection.recv;
    let (_, way) = selection.index.split_last()?;
    for field in way {
        let base = relations.pointer_base(ty).unwrap_or(ty);
        let TypeData::Struct(fields) = relations.under(base) else { return None };
        ty = fields.get(*field as usize)?.ty;
    }
    Some(ty)
}

/// The declared interfaces through which an interface has the method, outermost first, and whether all are known.
fn declarers(relations: &Types, interface: Ty, selection: &Selection) -> (Vec<ObjId>, bool) {
    let store = relations.store;
    let (mut found, mut complete) = (Vec::new(), true);
    let (mut open, mut seen) = (vec![interface], 0);
    while let Some(ty) = open.pop() {
        seen += 1;
        let Some(set) = relations.type_set(ty).filter(|_| seen <= MAX_EMBEDDED) else {
            complete = false;
            continue;
        };
        complete &= !set.partial;
        if !set.methods.iter().any(|method| method.name == selection.name) {
            continue;
        }
        if let TypeData::Named(named) = store.data(store.unalias(ty)) {
            found.push(named.obj);
        }
        if let TypeData::Interface(own) = relations.under(ty) {
            open.extend(own.embeds.iter().rev());
        }
    }
    (found, complete)
}

/// The field that a selector selects, as the struct has it.
fn selected_field<'t>(types: &'t FileTypes, selection: &Selection) -> Option<&'t rulec_types::Field> {
    let relations = types.relations();
    let base = holder(&relations, selection)?;
    let base = relations.pointer_base(base).unwrap_or(base);
    let under = relations.underlying(base);
    match types.store().data(under) {
        TypeData::Struct(fields) => fields.get(*selection.index.last()? as usize),
        _ => None,
    }
}

/// The value of a key in the tag of the field that is selected.
pub(in super::super) fn field_tag(facts: &Facts, node: Node, key: Option<&Value>) -> Option<Value> {
    let types = facts.types().ok()?;
    let selection = types.selection(selector(facts, node)?)?;
    if selection.kind != SelectionKind::Field {
        return None;
    }
    let field = selected_field(types, selection)?;
    let Some(Value::Str(key)) = key else { return None };
    tags::lookup(types.store().str(field.tag).as_bytes(), key)
}

/// The callee of a call, parentheses removed.
fn callee(facts: &Facts, node: Node) -> Option<Node> {
    let tree = facts.tree();
    let node = tree.unparen(node);
    (tree.kind(node) == Kind::Call).then(|| tree.unparen(tree.slot(node, 0)))
}

/// Whether a call is a conversion.
pub(in super::super) fn is_conversion(facts: &Facts, node: Node) -> Tri {
    callee(facts, node).map_or(Tri::No, |callee| super::has_mode(facts, callee, |mode| mode == Mode::Type))
}

/// Whether a call calls something.
pub(in super::super) fn is_function_call(facts: &Facts, node: Node) -> Tri {
    callee(facts, node).map_or(Tri::No, |callee| super::has_mode(facts, callee, |mode| mode != Mode::Type))
}

/// Whether an index expression gives type arguments.
pub(in super::super) fn is_instantiation(facts: &Facts, node: Node) -> Tri {
    let tree = facts.tree();
    let node = tree.unparen(node);
    if tree.kind(node) != Kind::Index {
        return Tri::No;
    }
    let Ok(types) = facts.types() else { return Tri::Unknown };
    let x = tree.unparen(tree.slot(node, 0));
    let name = if tree.kind(x) == Kind::Selector { tree.slot(x, 1) } else { x };
    match types.mode(x) {
        _ if types.instance(name).is_some() => Tri::Yes,
        Mode::Type => Tri::Yes,
        Mode::Unknown => Tri::Unknown,
        _ => match types.store().data(types.ty(x)) {
            TypeData::Func(_) => Tri::Yes,
            _ => Tri::No,
        },
    }
}

/// The signature of what a call calls.
fn signature<'t>(types: &'t FileTypes, facts: &Facts, call: Node) -> Option<&'t Func> {
    let callee = callee(facts, call)?;
    if matches!(types.mode(callee), Mode::Type | Mode::Builtin(_)) {
        return None;
    }
    let core = types.relations().core_type(types.ty(callee))?;
    match types.store().data(core) {
        TypeData::Func(func) => Some(func),
        _ => None,
    }
}

fn index(value: Option<&Value>) -> Option<usize> {
    match value {
        Some(Value::Int(index)) => usize::try_from(*index).ok(),
        _ => None,
    }
}

/// How many results a call has.
pub(in super::super) fn results(facts: &Facts, node: Node) -> Option<Value> {
    let types = facts.types().ok()?;
    if let Some(func) = signature(types, facts, node) {
        return Some(count(func.results.len()));
    }
    match (types.mode(callee(facts, node)?), types.mode(facts.tree().unparen(node))) {
        (Mode::Type | Mode::Builtin(_), Mode::NoValue) => Some(count(0)),
        (Mode::Type | Mode::Builtin(_), mode) if mode != Mode::Unknown => Some(count(1)),
        _ => None,
    }
}

/// The type of a result.
pub(in super::super) fn result_type(facts: &Facts, node: Node, number: Option<&Value>) -> Option<Value> {
    let types = facts.types().ok()?;
    let number = index(number)?;
    match signature(types, facts, node) {
        Some(func) => known(*func.results.get(number)?),
        None => {
            callee(facts, node)?;
            let ty = ty_of_expr(types, facts.tree().unparen(node));
            (number == 0 && ty != Ty::EMPTY_TUPLE).then(|| known(ty)).flatten()
        }
    }
}

/// The type of the parameter that an argument is passed for.
pub(in super::super) fn param_type(facts: &Facts, node: Node, number: Option<&Value>) -> Option<Value> {
    let types = facts.types().ok()?;
    let tree = facts.tree();
    let number = index(number)?;
    let func = signature(types, facts, node)?;
    let last = func.params.len().checked_sub(1)?;
    if !func.variadic || number < last {
        return known(*func.params.get(number)?);
    }
    let slice = *func.params.get(last)?;
    if tree.op(tree.unparen(node)) == Op::Spread {
        return (number == last).then(|| known(slice)).flatten();
    }
    match types.store().data(slice) {
        TypeData::Slice(elem) => known(*elem),
        _ => None,
    }
}

/// The full name of the function or method that a call names; empty where it calls a value, or is a conversion.
pub(in super::super) fn full_callee(facts: &Facts, node: Node) -> Option<Value> {
    let types = facts.types().ok()?;
    let store = types.store();
    let tree = facts.tree();
    let mut named = callee(facts, node)?;
    if tree.kind(named) == Kind::Index {
        named = tree.unparen(tree.slot(named, 0));
    }
    if let Some(selection) = selector(facts, named).and_then(|selector| types.selection(selector)) {
        if !is_method(selection) {
            return text("");
        }
        let declared = match selection.method {
            Some(method) => match store.data(store.object(method).receiver()?.0) {
                TypeData::Named(named) => named.obj,
                _ => return None,
            },
            None => *declarers(&types.relations(), holder(&types.relations(), selection)?, selection).0.last()?,
        };
        return text(&format!("{}.{}", full_name(store, declared), store.str(selection.name)));
    }
    match types.object(naming(facts, named)).map(|object| (object, store.object(object).kind)) {
        Some((object, ObjectKind::Func | ObjectKind::Builtin(_))) => text(&full_name(store, object)),
        None if types.mode(named) == Mode::Unknown => None,
        _ => text(""),
    }
}

fn full_name(store: &Store, object: ObjId) -> String {
    let object = store.object(object);
    match store.str(store.package(object.pkg).path) {
        "" => store.str(object.name).to_owned(),
        path => format!("{path}.{}", store.str(object.name)),
    }
}

/// The identifier that names what a name or qualified name stands for.
fn naming(facts: &Facts, node: Node) -> Node {
    let tree = facts.tree();
    let node = tree.unparen(node);
    if tree.kind(node) == Kind::Selector { tree.slot(node, 1) } else { node }
}

/// What an identifier or qualified name stands for, if a package declares it.
pub(in super::super) fn object_kind(facts: &Facts, node: Node) -> Option<ObjectKind> {
    let types = facts.types().ok()?;
    types.object(naming(facts, node)).map(|object| types.store().object(object).kind)
}

/// The import path of the package that declares what a name stands for.
pub(in super::super) fn declared_in(facts: &Facts, node: Node) -> Option<Value> {
    let types = facts.types().ok()?;
    let store = types.store();
    let path = |package| text(store.str(store.package(package).path));
    let node = facts.tree().unparen(node);
    if let Some(selection) = selector(facts, node).and_then(|selector| types.selection(selector)) {
        return path(selection.pkg);
    }
    if let Some(object) = types.object(naming(facts, node)) {
        return path(store.object(object).pkg);
    }
    // What a function declares is its file's.
    let local = facts.object(node).is_some_and(|object| object.func.is_some());
    if local { path(types.package()) } else { None }
}

/// The import path of the file's package.
pub(in super::super) fn package_path(facts: &Facts) -> Option<Value> {
    let types = facts.types().ok()?;
    text(types.store().str(types.store().package(types.package()).path))
}

/// Whether nothing takes the result of a call or receive.
pub(in super::super) fn is_discarded(facts: &Facts, node: Node) -> Tri {
    let tree = facts.tree();
    let node = tree.unparen(node);
    let mut parent = tree.parent(node);
    while tree.kind(parent) == Kind::Paren {
        parent = tree.parent(parent);
    }
    let is_call = tree.kind(node) == Kind::Call || tree.kind(node) == Kind::Unary && tree.op(node) == Op::Arrow;
    Tri::of(is_call && matches!(tree.kind(parent), Kind::ExprStmt | Kind::Go | Kind::Defer))
}
