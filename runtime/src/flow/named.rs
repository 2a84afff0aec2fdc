//! What instructions name: the functions they call, the fields and package-level things they read, by full names such as
//! `net/http.Request.FormValue`.

use super::Flow;
use rulec_flow::Body;
use rulec_flow::ir::{Call, Callee, Op, Place, Value};
use rulec_types::{Name, ObjId, PackageId, Ty, TypeData};

/// The full name of what an instruction calls or reads. Names whose last part is not wanted are not put together.
pub(crate) fn name_at(flow: Flow, body: &Body, at: Value, wanted: &dyn Fn(&str) -> bool) -> Option<String> {
    match body.op(at) {
        Op::Call(call) => name_of_callee(flow, body, body.call(call), wanted),
        // One of several results.
        Op::Extract(tuple, _) => match body.op(tuple) {
            Op::Call(call) => name_of_callee(flow, body, body.call(call), wanted),
            _ => None,
        },
        Op::Func(function) => name_of_object(flow, function, wanted),
        Op::Load(place) => match body.place(place) {
            Place::Global(object) => name_of_object(flow, object, wanted),
            Place::Field(_, field) => name_of_member(flow, field.owner, field.name, wanted),
            _ => None,
        },
        Op::Field(_, field) => name_of_member(flow, field.owner, field.name, wanted),
        Op::Const(_) => {
            let row = flow.facts.tree().unparen(body.inst(at).row);
            name_of_object(flow, flow.facts.types().ok()?.object(row)?, wanted)
        }
        _ => None,
    }
}

/// The full name of the function or method that is called.
pub(crate) fn name_of_callee(flow: Flow, body: &Body, call: &Call, wanted: &dyn Fn(&str) -> bool) -> Option<String> {
    match call.callee {
        Callee::Func(function) => name_of_object(flow, function, wanted),
        Callee::Interface(name) => {
            let receiver = body.list(call.args).first()?;
            name_of_member(flow, body.inst(*receiver).ty, name, wanted)
        }
        Callee::Unknown | Callee::Value(_) => name_of_symbol(flow, call, wanted),
        Callee::Builtin(_) | Callee::Closure(_) => None,
    }
}

/// The full name of a function of a package that is not at hand, as its import tells.
fn name_of_symbol(flow: Flow, call: &Call, wanted: &dyn Fn(&str) -> bool) -> Option<String> {
    let tree = flow.facts.tree();
    let (path, name) = flow.facts.symbol_of(tree.unparen(tree.slot(call.row, 0)))?;
    let (path, name) = (std::str::from_utf8(path).ok()?, std::str::from_utf8(name).ok()?);
    wanted(name).then(|| format!("{path}.{name}"))
}

fn name_of_object(flow: Flow, object: ObjId, wanted: &dyn Fn(&str) -> bool) -> Option<String> {
    let store = flow.store()?;
    let object = store.object(object);
    let name = store.str(object.name);
    wanted(name).then_some(())?;
    match object.receiver() {
        Some((receiver, _)) => name_of_member(flow, receiver, object.name, wanted),
        None => Some(format!("{}.{name}", store.str(store.package(object.pkg).path))),
    }
}

/// The package and full name of a declared type, a pointer to it looked through.
pub(crate) fn name_of_type(flow: Flow, ty: Ty, wanted: &dyn Fn(&str) -> bool) -> Option<(PackageId, String)> {
    let store = flow.store()?;
    let base = match store.data(store.unalias(ty)) {
        TypeData::Pointer(base) => *base,
        _ => ty,
    };
    let TypeData::Named(named) = store.data(store.unalias(base)) else { return None };
    let object = store.object(named.obj);
    let name = store.str(object.name);
    wanted(name).then(|| (object.pkg, format!("{}.{name}", store.str(store.package(object.pkg).path))))
}

/// The full name of a field or method of a declared type, a pointer to it looked through.
fn name_of_member(flow: Flow, owner: Ty, member: Name, wanted: &dyn Fn(&str) -> bool) -> Option<String> {
    let store = flow.store()?;
    let name = store.str(member);
    wanted(name).then_some(())?;
    let (_, owner) = name_of_type(flow, owner, &|_| true)?;
    Some(format!("{owner}.{name}"))
}
