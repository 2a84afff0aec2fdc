//! Models to the plan's form.

use crate::errors::Errors;
use crate::scope::Scope;
use rulec_grammar::ast::{Item, Module, Says as Syntax, Slot as Argument};
use rulec_plan::model::{Model, Says, Slot, Subject};

/// The models of a file; names that do not exist are reported.
pub(crate) fn of_file(module: &Module, scope: &Scope<'_>, errors: &mut Errors<'_>) -> Vec<Model> {
    let mut models = Vec::new();
    for item in &module.items {
        let Item::Model(model) = item else { continue };
        for subject in &model.subjects {
            let Some((package, name)) = scope.resolve(subject, errors) else { continue };
            let member = subject.method.as_ref().map(|member| member.value.clone());
            let says = model.says.iter().map(|says| of_syntax(&says.value)).collect();
            models.push(Model { subject: Subject { package, name, member }, says });
        }
    }
    models
}

fn of_syntax(says: &Syntax) -> Says {
    match says {
        Syntax::NeverReturns => Says::NeverReturns,
        Syntax::MayBlock => Says::MayBlock,
        Syntax::Pure => Says::Pure,
        Syntax::Calls(arg) => Says::Calls(slot(*arg)),
        Syntax::Spawns(arg) => Says::Spawns(slot(*arg)),
        Syntax::Keeps(arg) => Says::Keeps(slot(*arg)),
        Syntax::Borrows(arg) => Says::Borrows(slot(*arg)),
        Syntax::Dereferences(arg) => Says::Dereferences(slot(*arg)),
        Syntax::Checks(arg) => Says::Checks(slot(*arg)),
        Syntax::ChecksNot(arg) => Says::ChecksNot(slot(*arg)),
        Syntax::CallsMethod(arg, method) => Says::CallsMethod(slot(*arg), method.clone()),
        Syntax::Derives(result, arg) => Says::Derives(*result, slot(*arg)),
        Syntax::Returns(result, arg) => Says::Returns(*result, slot(*arg)),
        Syntax::NeverNil(result) => Says::NeverNil(*result),
        Syntax::MayBeNil(result) => Says::MayBeNil(*result),
        Syntax::NeverNilWithoutError(result) => Says::NeverNilWithoutError(*result),
        Syntax::Writes(to, from) => Says::Writes(slot(*to), slot(*from)),
        Syntax::Source(kind) => Says::Source(kind.clone()),
        Syntax::SourceIn(kind, arg) => Says::SourceIn(kind.clone(), slot(*arg)),
        Syntax::Sink(kind, arg) => Says::Sink(kind.clone(), slot(*arg)),
        Syntax::Sanitizes(kind) => Says::Sanitizes(kind.clone()),
        Syntax::Guards(kind, arg) => Says::Guards(kind.clone(), slot(*arg)),
        Syntax::MayPanic => Says::MayPanic,
        Syntax::Requires(state, arg) => Says::Requires(state.clone(), arg.map(slot)),
        Syntax::Establishes(state, arg) => Says::Establishes(state.clone(), arg.map(slot)),
        Syntax::Ends(state, arg) => Says::Ends(state.clone(), slot(*arg)),
        Syntax::Lacks(state) => Says::Lacks(state.clone()),
        Syntax::ResultLacks(result, state) => Says::ResultLacks(*result, state.clone()),
        Syntax::Takes(kind, arg) => Says::Takes(kind.clone(), arg.map(slot)),
        Syntax::ZeroMeans(kind) => Says::ZeroMeans(kind.clone()),
    }
}

fn slot(arg: Argument) -> Slot {
    match arg {
        Argument::Receiver => Slot::Receiver,
        Argument::Arg(number) => Slot::Arg(number),
        Argument::From(number) => Slot::From(number),
    }
}
