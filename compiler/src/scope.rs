//! What the names of a rule file mean: packages, predicates and symbol sets, its own and those of other modules.

use crate::errors::Errors;
use crate::sources::Sources;
use crate::{NamesWithout, OtherPack};
use rulec_grammar::ast::{Fact, Item, Module, Name, PackageRef, Predicate, Says, Spanned, SymbolRef, SymbolSet, Use};
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_tree::Span;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The modules of one compilation: files with one family share a module, `pack.family`.
pub(crate) struct Modules<'a> {
    predicates: BTreeMap<(String, String), (FileId, &'a Predicate)>,
    symbols: BTreeMap<(String, String), (FileId, &'a SymbolSet)>,
    facts: BTreeMap<(String, String), (FileId, &'a Fact)>,
    /// Generic rules and resources, by module and name.
    templates: BTreeSet<(String, String)>,
    names: BTreeSet<String>,
    /// The kinds of sources that models of these files name.
    pub kinds: BTreeSet<String>,
    /// What values are to be safe for, by the sinks, sanitizers and guards of these models.
    pub purposes: BTreeSet<String>,
    pub sources: &'a Sources,
    pub names_without: NamesWithout,
}

impl<'a> Modules<'a> {
    /// Collects the items that other modules can bring in. Two of one name in a module are an error.
    pub fn new(sources: &'a Sources, sink: &mut Sink) -> Modules<'a> {
        let mut modules = Modules {
            predicates: BTreeMap::new(),
            symbols: BTreeMap::new(),
            facts: BTreeMap::new(),
            templates: BTreeSet::new(),
            names: BTreeSet::new(),
            kinds: BTreeSet::new(),
            purposes: BTreeSet::new(),
            sources,
            names_without: |_, _| None,
        };
        for (id, source) in sources.iter() {
            let path = source.module.clone();
            let mut errors = Errors { sink, file: id };
            modules.names.insert(path.clone());
            for item in &source.syntax.items {
                match item {
                    Item::Predicate(predicate) => {
                        let key = (path.clone(), predicate.name.value.clone());
                        if let Some((other, first)) = modules.predicates.get(&key) {
                            errors.duplicate(predicate.name.span, "predicate", &key.1, (*other, first.name.span));
                        }
                        modules.predicates.entry(key).or_insert((id, &**predicate));
                    }
                    Item::Symbols(set) => {
                        let key = (path.clone(), set.name.value.clone());
                        if let Some((other, first)) = modules.symbols.get(&key) {
                            errors.duplicate(set.name.span, "symbol set", &key.1, (*other, first.name.span));
                        }
                        modules.symbols.entry(key).or_insert((id, set));
                    }
                    Item::Fact(fact) => {
                        let name = &fact.rule.name;
                        let key = (path.clone(), name.value.clone());
                        let first = modules.facts.get(&key).map(|(other, first)| (*other, first.rule.name.span));
                        let first = first.or(modules.predicates.get(&key).map(|(other, one)| (*other, one.name.span)));
                        if let Some(first) = first {
                            errors.duplicate(name.span, "fact or predicate", &key.1, first);
                        }
                        modules.facts.entry(key).or_insert((id, &**fact));
                    }
                    Item::Model(model) => {
                        modules.kinds.extend(model.says.iter().filter_map(source_kind));
                        modules.purposes.extend(model.says.iter().filter_map(purpose));
                    }
                    Item::Rule(rule) if rule.param.is_some() => {
                        modules.templates.insert((path.clone(), rule.name.value.clone()));
                    }
                    Item::Resource(resource) => {
                        modules.templates.insert((path.clone(), resource.name.value.clone()));
                    }
                    Item::Rule(_) | Item::Instance(_) | Item::Declaration(_) => {}
                }
            }
        }
        modules
    }

    /// Adds the modules of other packs to those that are known by name.
    pub fn know(&mut self, others: &[OtherPack]) {
        let of_pack = |other: &OtherPack| {
            other.files.iter().map(|file| format!("{}.{}", other.name, file.family)).collect::<Vec<_>>()
        };
        self.names.extend(others.iter().flat_map(of_pack));
    }

    /// The names that one file can use.
    pub fn scope(&self, file: FileId, module: &Module, own: &str, sink: &mut Sink) -> Scope<'a> {
        let mut scope = Scope {
            file,
            spans: file,
            module: own.to_owned(),
            facts: BTreeMap::new(),
            packages: BTreeMap::new(),
            predicates: BTreeMap::new(),
            symbols: BTreeMap::new(),
            used: RefCell::default(),
            names_without: self.names_without,
        };
        scope.bring_in(self, own, |_| true);
        let mut errors = Errors { sink, file };
        for line in &module.uses {
            match line {
                Use::Package { path, alias, .. } => {
                    let name = alias.as_ref().map_or_else(|| package_name(&path.value), |alias| alias.value.clone());
                    scope.packages.insert(name, (path.value.clone(), path.span));
                }
                Use::Module { module, names, .. } => self.import(&mut scope, module, names, &mut errors),
            }
        }
        scope
    }

    fn import(&self, scope: &mut Scope<'a>, module: &Name, names: &[Name], errors: &mut Errors<'_>) {
        if !self.names.contains(&module.value) {
            let known: Vec<String> = self.names.iter().cloned().collect();
            errors.unknown_name(module.span, "module", &module.value, &known);
            return;
        }
        for name in names {
            scope.bring_in(self, &module.value, |own| own == name.value);
            let is_template = self.templates.contains(&(module.value.clone(), name.value.clone()));
            if !is_template && !scope.has_item(&name.value) {
                let known = self.items_of(&module.value);
                errors.unknown_name(name.span, &format!("item of `{}`", module.value), &name.value, &known);
            }
        }
    }

    /// The names that other modules can bring in from one.
    fn items_of(&self, module: &str) -> Vec<String> {
        let items = self.predicates.keys().chain(self.symbols.keys()).chain(self.facts.keys()).chain(&self.templates);
        items.filter(|(own, _)| own == module).map(|(_, name)| name.clone()).collect()
    }

    /// The whole text of a file.
    pub fn text(&self, file: FileId) -> &'a str {
        self.sources.get(file).map_or("", |source| &source.text)
    }

    /// The names that a file can use. What is wrong with its `use` lines is told elsewhere.
    pub fn scope_of(&self, file: FileId) -> Option<Scope<'a>> {
        let source = self.sources.get(file)?;
        Some(self.scope(file, &source.syntax, &source.module, &mut Sink::new()))
    }
}

/// The names that one file can use.
pub(crate) struct Scope<'a> {
    /// The file in which the names stand.
    pub file: FileId,
    /// The file in whose whole text the places are: another where an instance borrows from this one.
    pub spans: FileId,
    /// The module that the file is part of: `pack.family`.
    pub module: String,
    /// The ids of facts.
    facts: BTreeMap<String, String>,
    /// Name to import path.
    packages: BTreeMap<String, (String, Span)>,
    predicates: BTreeMap<String, (FileId, &'a Predicate)>,
    symbols: BTreeMap<String, (FileId, &'a SymbolSet)>,
    used: RefCell<BTreeSet<String>>,
    names_without: NamesWithout,
}

impl<'a> Scope<'a> {
    fn bring_in(&mut self, modules: &Modules<'a>, path: &str, wanted: impl Fn(&str) -> bool) {
        for ((module, name), item) in &modules.predicates {
            if module == path && wanted(name) {
                self.predicates.insert(name.clone(), *item);
            }
        }
        for ((module, name), item) in &modules.symbols {
            if module == path && wanted(name) {
                self.symbols.insert(name.clone(), *item);
            }
        }
        for (module, name) in modules.facts.keys() {
            if module == path && wanted(name) {
                self.facts.insert(name.clone(), format!("{module}.{name}"));
            }
        }
    }

    fn has_item(&self, name: &str) -> bool {
        self.predicates.contains_key(name) || self.symbols.contains_key(name) || self.facts.contains_key(name)
    }

    /// The scope of a predicate's body: that of its own file.
    pub fn within(&self, modules: &Modules<'a>, file: FileId) -> Scope<'a> {
        modules.scope_of(file).unwrap_or_else(|| Scope {
            file,
            spans: file,
            module: self.module.clone(),
            facts: self.facts.clone(),
            packages: BTreeMap::new(),
            predicates: self.predicates.clone(),
            symbols: self.symbols.clone(),
            used: RefCell::default(),
            names_without: self.names_without,
        })
    }

    /// The import path of the package that patterns call `name`.
    pub fn package(&self, name: &str) -> Option<&str> {
        let (path, _) = self.packages.get(name)?;
        self.used.borrow_mut().insert(name.to_owned());
        Some(path)
    }

    /// A predicate by name.
    pub fn predicate(&self, name: &str) -> Option<(FileId, &'a Predicate)> {
        self.predicates.get(name).copied()
    }

    /// The id of a fact by name.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name).map(String::as_str)
    }

    /// A symbol set by name.
    pub fn symbol_set(&self, name: &str) -> Option<(FileId, &'a SymbolSet)> {
        self.symbols.get(name).copied()
    }

    /// The names of the packages in use.
    pub fn package_names(&self) -> Vec<String> {
        self.packages.keys().cloned().collect()
    }

    /// Packages in use, name to path, in the order of their names.
    pub fn packages(&self) -> impl Iterator<Item = (&str, &str)> {
        self.packages.iter().map(|(name, (path, _))| (name.as_str(), path.as_str()))
    }

    /// The names of predicates, symbol sets and facts.
    pub fn item_names(&self) -> Vec<String> {
        self.predicates.keys().chain(self.symbols.keys()).chain(self.facts.keys()).cloned().collect()
    }

    /// Import path and name of a symbol.
    pub fn resolve(&self, symbol: &SymbolRef, errors: &mut Errors<'_>) -> Option<(String, String)> {
        let path = match &symbol.package.value {
            PackageRef::Path(path) => path.clone(),
            PackageRef::Used(name) => match self.package(name) {
                Some(path) => path.to_owned(),
                None => {
                    errors.unknown_name(symbol.package.span, "package in use", name, &self.package_names());
                    return None;
                }
            },
        };
        if !path.is_empty() && !self.can_name(&path, &symbol.name.value, symbol.name.span, errors) {
            return None;
        }
        Some((path, symbol.name.value.clone()))
    }

    /// Whether rules can name this of the package with that import path: it is exported, and the package may have it. If
    /// not, that is reported.
    pub fn can_name(&self, path: &str, name: &str, at: Span, errors: &mut Errors<'_>) -> bool {
        if !is_exported(name) {
            errors.unexported(at, path, name);
            return false;
        }
        let names = (self.names_without)(path, name);
        if let Some(names) = &names {
            errors.unknown_name(at, &format!("name in \"{path}\""), name, names);
        }
        names.is_none()
    }

    /// `use` lines of packages that nothing named; call when everything of the file is lowered. Examples count: what
    /// they mention is imported for them.
    pub fn report_unused(&self, mentioned: impl Fn(&str) -> bool, errors: &mut Errors<'_>) {
        for (name, (_, span)) in &self.packages {
            if !self.used.borrow().contains(name) && !mentioned(name) {
                errors.unused_use(*span, name);
            }
        }
    }
}

/// The kind of source that a model names.
fn source_kind(says: &Spanned<Says>) -> Option<String> {
    match &says.value {
        Says::Source(kind) | Says::SourceIn(kind, _) => Some(kind.clone()),
        _ => None,
    }
}

/// What a model says that values are to be safe for.
fn purpose(says: &Spanned<Says>) -> Option<String> {
    match &says.value {
        Says::Sink(purpose, _) | Says::Sanitizes(purpose) | Says::Guards(purpose, _) => Some(purpose.clone()),
        _ => None,
    }
}

/// Whether other packages can use the name.
pub(crate) fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

/// The name that patterns use for a package: the last element of its path that is not a version.
pub fn package_name(path: &str) -> String {
    let mut elements = path.rsplit('/');
    let last = elements.next().unwrap_or(path);
    let is_version = last.len() > 1 && last.starts_with('v') && last[1..].bytes().all(|byte| byte.is_ascii_digit());
    let name = if is_version { elements.next().unwrap_or(last) } else { last };
    let name = name.split_once(".v").map_or(name, |(name, _)| name);
    name.strip_prefix("go-").unwrap_or(name).replace(['-', '.'], "_")
}

#[cfg(test)]
mod tests {
    use super::package_name;

    #[test]
    fn names_of_packages() {
        for (path, name) in [
            ("net/http", "http"),
            ("github.com/jackc/pgx/v5", "pgx"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("github.com/mattn/go-sqlite3", "sqlite3"),
        ] {
            assert_eq!(package_name(path), name);
        }
    }
}
