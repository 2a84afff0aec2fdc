//! Rule files that use predicates, symbol sets, facts, resources and generic rules of a pack.

use super::{Known, Migrated};
use crate::migration::What;
use rulec_grammar::ast::{Item, Module, Name, Use};
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_tree::Span;
use std::collections::BTreeMap;

/// Applies the migrations. A file with mistakes in it is left alone as far as these reach.
pub fn migrate(text: &str, known: &Known) -> Migrated {
    // What is wrong with the file is told by `rulec lint`.
    let module = rulec_grammar::parse(text, FileId::default(), &mut Sink::new());
    let mut work = Work { text, edits: Vec::new(), migrated: Migrated::default() };
    for line in &module.uses {
        let Use::Module { module: path, names, span } = line else { continue };
        work.use_line(path, names, *span, known);
    }
    work.options(&module, known);
    work.finish()
}

struct Work<'t> {
    text: &'t str,
    edits: Vec<(Span, String)>,
    migrated: Migrated,
}

impl Work<'_> {
    fn use_line(&mut self, path: &Name, names: &[Name], span: Span, known: &Known) {
        let Some((pack, family)) = path.value.split_once('.') else { return };
        let Some(renamed) = renamed_items(pack, known) else { return };
        let (mut stay, mut move_away) = (Vec::new(), BTreeMap::<&str, Vec<&str>>::new());
        let mut changed = Vec::new();
        for name in names {
            let old = format!("{family}.{}", name.value);
            let new = renamed.get(&old).and_then(|new| new.split_once('.'));
            let (to_family, to_name) = new.unwrap_or((family, &name.value));
            match to_family == family {
                true => stay.push(to_name),
                false => move_away.entry(to_family).or_default().push(to_name),
            }
            if new.is_some() {
                changed.push((name.value.as_str(), to_name, to_family));
            }
        }
        if changed.is_empty() {
            return;
        }
        let lines = std::iter::once((family, stay)).chain(move_away).filter(|(_, names)| !names.is_empty());
        let lines: Vec<String> =
            lines.map(|(family, names)| format!("use {pack}.{family} {{ {} }}", names.join(", "))).collect();
        self.edits.push((span, lines.join("\n")));
        for (old, new, family) in changed {
            self.references(old, new, span, None);
            self.migrated.done.push(format!(
                "line {}: `{}.{old}` is now `{pack}.{family}.{new}`",
                self.line(span),
                path.value
            ));
        }
    }

    /// Renames what stands for an item: names outside of Go patterns and examples.
    fn references(&mut self, old: &str, new: &str, besides: Span, within: Option<Span>) {
        if old == new {
            return;
        }
        for span in rulec_grammar::names(self.text) {
            let is_here = within.is_none_or(|outer| outer.start <= span.start && span.end <= outer.end);
            let is_use = besides.start <= span.start && span.end <= besides.end;
            if is_here && !is_use && self.text.get(span.range()) == Some(old) {
                self.edits.push((span, new.to_owned()));
            }
        }
    }

    /// Options of generic rules, where an instance gives them another default.
    fn options(&mut self, module: &Module, known: &Known) {
        let changes = known.option_changes();
        for item in &module.items {
            let Item::Instance(instance) = item else { continue };
            let Some(id) = used_as(module, &instance.generic.value) else { continue };
            for change in changes.iter().filter(|change| change.rule == id) {
                let Some(option) = instance.rule.options.iter().find(|option| option.name.value == change.from) else {
                    continue;
                };
                let line = self.line(option.span);
                match (change.to, change.convert) {
                    (Some(to), None) => {
                        self.references(change.from, to, Span::default(), Some(instance.rule.span));
                        self.migrated.done.push(format!("line {line}: option `{}` is now `{to}`", change.from));
                    }
                    (to, _) => {
                        let now = to.map_or("gone".to_owned(), |to| format!("`{to}` now, with other values"));
                        self.migrated.left.push(format!("line {line}: option `{}` of `{id}` is {now}", change.from));
                    }
                }
            }
        }
    }

    fn line(&self, span: Span) -> usize {
        self.text.get(..span.start as usize).map_or(0, |before| before.matches('\n').count()) + 1
    }

    fn finish(mut self) -> Migrated {
        self.edits.sort_by_key(|(span, _)| (span.start, span.end));
        let mut from = 0;
        for (span, new) in &self.edits {
            let range = span.range();
            // One name may be renamed by the line that brings it in and by an option; the first has it.
            if range.start < from {
                continue;
            }
            self.migrated.text.push_str(self.text.get(from..range.start).unwrap_or_default());
            self.migrated.text.push_str(new);
            from = range.end;
        }
        self.migrated.text.push_str(self.text.get(from..).unwrap_or_default());
        self.migrated
    }
}

/// By old name, the items of a pack that have another one; none if the pack has no migrations.
fn renamed_items(pack: &str, known: &Known) -> Option<BTreeMap<String, String>> {
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for migration in known.migrations.get(pack)? {
        let What::Item { from, to } = &migration.what else { continue };
        renamed.values_mut().filter(|name| *name == from).for_each(|name| name.clone_from(to));
        renamed.entry(from.clone()).or_insert_with(|| to.clone());
    }
    Some(renamed)
}

/// The id of what a `use` line brings in under this name.
fn used_as(module: &Module, name: &str) -> Option<String> {
    module.uses.iter().find_map(|line| match line {
        Use::Module { module, names, .. } if names.iter().any(|one| one.value == name) => {
            Some(format!("{}.{name}", module.value))
        }
        _ => None,
    })
}
