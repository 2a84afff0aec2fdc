//! Declared packages to the plan's form, and what is wrong with them.

use crate::errors::Errors;
use crate::scope::package_name;
use crate::sources::{Source, Sources};
use crate::{Declared, JudgeDeclared};
use rulec_grammar::ast::{self, Item, Module, PackageRef, SymbolRef, Use};
use rulec_grammar::diagnostic::Sink;
use rulec_plan::model::Declaration;
use rulec_tree::Span;

/// The declarations of a file.
pub(crate) fn of_file(module: &Module) -> Vec<Declaration> {
    items_of(module).map(of_syntax).collect()
}

fn of_syntax(declaration: &ast::Declaration) -> Declaration {
    Declaration {
        import_path: declaration.path.value.clone(),
        package_name: match &declaration.alias {
            Some(alias) => alias.value.clone(),
            None => package_name(&declaration.path.value),
        },
        text: declaration.text.value.clone(),
    }
}

fn items_of(module: &Module) -> impl Iterator<Item = &ast::Declaration> {
    module.items.iter().filter_map(|item| match item {
        Item::Declaration(declaration) => Some(declaration),
        _ => None,
    })
}

/// Reports what is wrong with the declarations of a compilation, in the order of its files, and names of declared packages
/// that models and symbol sets have and the declarations lack.
pub(crate) fn check(sources: &Sources, declarations: &[Declaration], judge: JudgeDeclared, sink: &mut Sink) {
    if declarations.is_empty() {
        return;
    }
    let judged = judge(declarations);
    let own = || sources.iter().filter(|(_, source)| source.is_own);
    let places: Vec<_> =
        own().flat_map(|(file, source)| items_of(&source.syntax).map(move |item| (file, item.text.span))).collect();
    for (number, at, message) in &judged.faults {
        let Some((file, text)) = places.get(*number) else { continue };
        let start = (text.start + *at as u32).min(text.end);
        let rest = sources.get(*file).and_then(|source| source.text.get(start as usize..text.end as usize));
        let len = rest.map_or(0, |rest| rest.split(|c: char| c.is_whitespace()).next().unwrap_or_default().len());
        Errors { sink, file: *file }.bad_declaration(Span::new(start, start + len as u32), message);
    }
    for (file, source) in own() {
        let mut errors = Errors { sink, file };
        for symbol in symbols_of(&source.syntax) {
            check_symbol(source, symbol, &judged, &mut errors);
        }
    }
}

fn symbols_of(module: &Module) -> impl Iterator<Item = &SymbolRef> {
    module.items.iter().flat_map(|item| match item {
        Item::Model(model) => &model.subjects[..],
        Item::Symbols(set) => &set.members[..],
        _ => &[],
    })
}

fn check_symbol(source: &Source, symbol: &SymbolRef, judged: &Declared, errors: &mut Errors<'_>) {
    let path = match &symbol.package.value {
        PackageRef::Path(path) => Some(path.as_str()),
        PackageRef::Used(name) => path_of(&source.syntax, name),
    };
    let Some((path, names)) = path.and_then(|path| Some((path, judged.names.get(path)?))) else { return };
    let (name, at) = match &symbol.method {
        Some(member) => (format!("{}.{}", symbol.name.value, member.value), member.span),
        None => (symbol.name.value.clone(), symbol.name.span),
    };
    if !names.contains(&name) {
        errors.not_declared(at, path, &name);
    }
}

/// The path of the package that a file uses by this name.
fn path_of<'m>(module: &'m Module, name: &str) -> Option<&'m str> {
    module.uses.iter().find_map(|line| match line {
        Use::Package { path, alias, .. } => {
            let own = alias.as_ref().map_or_else(|| package_name(&path.value), |alias| alias.value.clone());
            (own == name).then_some(path.value.as_str())
        }
        Use::Module { .. } => None,
    })
}
