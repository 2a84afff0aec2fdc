//! Call sites: which calls of a package call what, and which functions code that is not seen may call.
//!
//! In: bodies, summaries and the targets of function values. Out: a [`CallSite`] for each call, and one more for each
//! function that is handed to a function that calls it or starts a goroutine with it.

use crate::bodies::PackageBodies;
use crate::key::{FunctionKey, type_name};
use crate::known::Known;
use crate::package::{CallHow, CallSite, InterfaceMethod, Via};
use crate::returns::{own_callee, summary_of};
use crate::summarise::Summaries;
use crate::targets::{Flows, TargetSet};
use rulec_flow::Summary;
use rulec_flow::ir::{Body, Call, Callee, How, Op, Value};
use rulec_flow::summary::Often;
use rulec_types::{Name, ObjectKind, TypeData, Types};
use rustc_hash::FxHashSet;

/// The call sites of a package, and for each function whether it is open: see
/// [`FunctionFacts::open`](crate::FunctionFacts::open).
pub(crate) fn of(
    package: &PackageBodies<'_>,
    known: &Known<'_>,
    summaries: &Summaries<'_>,
) -> (Vec<CallSite>, Vec<bool>) {
    let flows = Flows::of(package, known);
    let all_calls = (0..package.functions.len() as u32).flat_map(|function| &package.body(function).calls);
    let in_interfaces = all_calls.filter_map(|call| match call.callee {
        Callee::Interface(name) => Some(name),
        _ => None,
    });
    let writer = Writer { package, known, summaries, flows: &flows, in_interfaces: in_interfaces.collect() };
    let mut sites = Vec::new();
    for function in 0..package.functions.len() as u32 {
        for call in &package.body(function).calls {
            sites.extend(writer.site(function, call));
            writer.callbacks(function, call, &mut sites);
        }
    }
    let open = (0..package.functions.len() as u32).map(|function| writer.is_open(function)).collect();
    (sites, open)
}

struct Writer<'a> {
    package: &'a PackageBodies<'a>,
    known: &'a Known<'a>,
    summaries: &'a Summaries<'a>,
    flows: &'a Flows,
    /// The methods of interfaces that the package calls.
    in_interfaces: FxHashSet<Name>,
}

impl Writer<'_> {
    /// None for predeclared functions.
    fn site(&self, function: u32, call: &Call) -> Option<CallSite> {
        let body = self.package.body(function);
        let static_one =
            |target: Option<FunctionKey>| (Via::Static, target.into_iter().collect(), target.is_some(), None);
        let (via, targets, complete, interface) = match call.callee {
            Callee::Builtin(_) => return None,
            Callee::Func(object) => static_one(FunctionKey::of_object(self.package.store, object)),
            Callee::Closure(literal) => {
                let literal = self.package.sibling(function, literal);
                static_one(Some(self.package.functions[literal as usize].key))
            }
            Callee::Interface(name) => {
                let receiver = body.list(call.args).first().copied();
                (Via::Interface, Vec::new(), false, receiver.and_then(|value| self.method(body, value, name)))
            }
            Callee::Value(value) => {
                let targets = self.flows.of_value(function, value);
                (Via::Value, self.keys(&targets), targets.complete, None)
            }
            Callee::Unknown => (Via::Value, Vec::new(), false, None),
        };
        let place = self.package.place(function, call.row);
        Some(CallSite { caller: function, place, how: call.how.into(), via, targets, complete, interface })
    }

    fn keys(&self, targets: &TargetSet) -> Vec<FunctionKey> {
        let mut keys = targets.functions.clone();
        keys.sort_unstable();
        keys
    }

    /// The method of a declared interface that a value's type has.
    fn method(&self, body: &Body, value: Value, name: Name) -> Option<InterfaceMethod> {
        let store = self.package.store;
        let ty = store.unalias(body.inst(value).ty);
        let TypeData::Named(named) = store.data(ty) else { return None };
        let interface = type_name(store, ty)?;
        Some(InterfaceMethod { package: store.object(named.obj).pkg, interface, method: name })
    }

    /// Functions that a call hands to one that calls them.
    fn callbacks(&self, function: u32, call: &Call, sites: &mut Vec<CallSite>) {
        let body = self.package.body(function);
        let Some(summary) = self.summary(function, body, call) else { return };
        let Some(last) = summary.params.len().checked_sub(1) else { return };
        for (position, arg) in body.list(call.args).iter().enumerate() {
            let Some(param) = summary.params.get(position.min(last)) else { continue };
            let how = match (param.spawned, param.called) {
                (true, _) => CallHow::Go,
                (false, Often::Never) => continue,
                (false, _) if call.how == How::Go => CallHow::Go,
                (false, _) => CallHow::Call,
            };
            let targets = self.flows.of_value(function, *arg);
            if targets.functions.is_empty() {
                continue;
            }
            sites.push(CallSite {
                caller: function,
                place: self.package.place(function, call.row),
                how,
                via: Via::Callback,
                targets: self.keys(&targets),
                complete: targets.complete,
                interface: None,
            });
        }
    }

    fn summary<'s>(&'s self, function: u32, body: &Body, call: &Call) -> Option<&'s Summary> {
        match own_callee(self.package, function, call) {
            Some(own) => Some(self.summaries.get(own)),
            None => summary_of(self.known, body, call),
        }
    }

    /// Whether code that is not seen may call a function.
    fn is_open(&self, function: u32) -> bool {
        let own = &self.package.functions[function as usize];
        let store = self.package.store;
        let Some(object) = own.object else {
            // A literal is called where its value goes; initialisers and `init` are started by the runtime.
            let is_literal = own.outer.is_some();
            return !is_literal || self.flows.is_lost(&own.key);
        };
        let declared = store.object(object);
        let is_command = store.str(store.package(self.package.package).name) == "main";
        let name = store.str(declared.name);
        let is_entry = declared.kind == ObjectKind::Func && (name == "init" || (is_command && name == "main"));
        let is_test = ["Test", "Benchmark", "Fuzz", "Example"].iter().any(|prefix| name.starts_with(prefix));
        let is_offered = store.is_exported(declared.name) && (!is_command || is_test);
        // A value of an interface brings its methods along, wherever it goes.
        let is_method = declared.kind == ObjectKind::Method;
        let is_in_interface =
            is_method && (store.is_exported(declared.name) || self.in_interfaces.contains(&declared.name));
        is_entry || is_offered || is_in_interface || self.flows.is_lost(&own.key)
    }
}

/// The functions that a value certainly names: a declared function, a method or a literal.
pub(crate) fn named_function(
    package: &PackageBodies<'_>,
    function: u32,
    body: &Body,
    value: Value,
) -> Option<FunctionKey> {
    match body.op(value) {
        Op::Func(object) => FunctionKey::of_object(package.store, object),
        Op::MethodValue { method: Some(method), .. } => FunctionKey::of_object(package.store, method),
        Op::Closure(literal) => Some(package.functions[package.sibling(function, literal) as usize].key),
        _ => None,
    }
}

/// Relations between types as a package sees them, its tests apart.
pub(crate) fn types_of<'a>(package: &PackageBodies<'a>, known: &Known<'_>) -> Types<'a> {
    Types { store: package.store, extension: None, word_bytes: known.world().source().word_bytes() }
}
