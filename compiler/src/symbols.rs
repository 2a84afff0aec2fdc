//! Sets of symbols behind `in`: functions, variables and other names of packages, and methods of their types.
//!
//! In: `http.Get`, `[http.Get, http.Client.Do]`, or a set by its name. Out: one question whether a node names one of them.

use crate::build::Builder;
use crate::errors::Errors;
use crate::scope::is_exported;
use rulec_grammar::ast::{SymbolRef, Value};
use rulec_grammar::diagnostic::FileId;
use rulec_plan::host::HostFn;
use rulec_plan::ir::{Arg, Cond, Constant, Test};
use std::rc::Rc;

/// A symbol, and the file in whose scope its package is looked up.
pub(crate) struct Member {
    symbol: SymbolRef,
    file: FileId,
}

/// The symbols that a value consists of; none if it is something else.
pub(crate) fn members(builder: &Builder<'_>, set: &Value) -> Option<Vec<Member>> {
    let here = builder.scope.file;
    match set {
        Value::Symbol(symbol) => Some(vec![Member { symbol: symbol.clone(), file: here }]),
        Value::Word(name) if builder.options.iter().all(|option| option.name.value != name.value) => {
            let (file, set) = builder.scope.symbol_set(&name.value)?;
            Some(set.members.iter().map(|symbol| Member { symbol: symbol.clone(), file }).collect())
        }
        Value::List(items, _) if !items.is_empty() => {
            let each: Option<Vec<_>> = items.iter().map(|item| members(builder, item)).collect();
            Some(each?.into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// Import path, name and method of each symbol; `None` if one of them does not exist, which is reported.
fn resolved(builder: &mut Builder<'_>, members: &[Member]) -> Option<Vec<(String, String, Option<String>)>> {
    let each = members.iter().map(|Member { symbol, file }| {
        let scope = match *file == builder.scope.file {
            true => Rc::clone(&builder.scope),
            false => Rc::new(builder.scope.within(builder.modules, *file)),
        };
        let mut errors = Errors { sink: builder.sink, file: scope.spans };
        let (path, name) = scope.resolve(symbol, &mut errors)?;
        match &symbol.method {
            Some(method) if !is_exported(&method.value) => {
                errors.unexported(method.span, &format!("{path}.{name}"), &method.value);
                None
            }
            method => Some((path, name, method.as_ref().map(|method| method.value.clone()))),
        }
    });
    each.collect()
}

/// The symbols as a constant: a list of lists of import path, name and, perhaps, method.
pub(crate) fn names(builder: &mut Builder<'_>, members: &[Member]) -> Option<Constant> {
    let symbols = resolved(builder, members)?.into_iter().map(|(path, name, method)| {
        Constant::List([path, name].into_iter().chain(method).map(Constant::Str).collect())
    });
    Some(Constant::List(symbols.collect()))
}

/// Whether a node names one of the symbols.
pub(crate) fn names_one(builder: &mut Builder<'_>, node: Arg, members: &[Member]) -> Option<Cond> {
    let Arg::Node(register) = node else { return None };
    let (mut symbols, mut methods) = (Vec::new(), Vec::new());
    for (path, name, method) in resolved(builder, members)? {
        match method {
            None => symbols.push(builder.tables.symbol(&path, &name)),
            Some(method) => methods.push(Constant::List([path, name, method].map(Constant::Str).into())),
        }
    }
    let mut asked = Vec::new();
    if !symbols.is_empty() {
        asked.push(Cond::Test(Test::Symbols(register, symbols)));
    }
    if !methods.is_empty() {
        let methods = builder.tables.constant(Constant::List(methods));
        asked.push(Cond::Host(HostFn::NamesMethod, vec![Arg::Node(register), Arg::Const(methods)]));
    }
    Some(if asked.len() == 1 { asked.remove(0) } else { Cond::Or(asked) })
}
