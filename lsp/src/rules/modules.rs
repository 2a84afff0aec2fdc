//! Modules: which rule files see which names of others.
//!
//! In: the files of a pack with the texts that the client has open, and the packs that they can use. Out: what a file is offered
//! ([`Offered`]), where a name is declared, and all places of it. A module is the files of one pack and one family; it sees all that
//! it declares itself, and what its `use` lines bring in by name.

use super::complete::Offered;
use super::index::{Index, Mention, Named};
use rulec_compiler::{OtherPack, SourceFile};
use rulec_grammar::ast::Use;
use rulec_grammar::survey;
use rulec_tree::Span;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// Rule files with all that they can see.
pub(crate) struct Modules {
    /// The files of one pack, as they are open.
    pub(crate) files: Vec<SourceFile>,
    /// The name of that pack.
    pub(crate) pack: String,
    /// The other packs.
    pub(crate) others: Arc<Vec<OtherPack>>,
}

/// A file and its module.
struct Member<'m> {
    file: &'m SourceFile,
    /// `pack.family`.
    module: String,
}

/// A place of a name in a file.
pub(crate) struct Place<'m> {
    pub(crate) file: &'m SourceFile,
    pub(crate) span: Span,
    pub(crate) defines: bool,
}

impl Modules {
    fn members(&self) -> impl Iterator<Item = Member<'_>> {
        let own = self.files.iter().map(|file| (self.pack.as_str(), file));
        // A pack is not its own surroundings.
        let others = self.others.iter().filter(|pack| pack.name != self.pack);
        let others = others.flat_map(|pack| pack.files.iter().map(|file| (pack.name.as_str(), file)));
        own.chain(others).map(|(pack, file)| Member { file, module: format!("{pack}.{}", file.family) })
    }

    fn member(&self, path: &Path) -> Option<Member<'_>> {
        self.members().find(|member| Path::new(&member.file.path) == path)
    }

    /// All texts: those of the pack and of the others.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.members().map(|member| member.file.text.as_str())
    }

    /// The items of other files that a file sees.
    pub(crate) fn offered(&self, path: &Path) -> Vec<Offered> {
        let Some(own) = self.member(path) else { return Vec::new() };
        let uses = survey(&own.file.text).module.uses;
        let mut offered = Vec::new();
        for member in self.members().filter(|member| Path::new(&member.file.path) != path) {
            let names = brought(&uses, &member.module);
            let sees_all = member.module == own.module;
            if !sees_all && names.is_empty() {
                continue;
            }
            let index = Index::new(&member.file.text, &BTreeSet::new());
            for (number, name, _) in index.item_names() {
                if sees_all || names.contains(name.as_str()) {
                    let item = &index.survey.items[number];
                    offered.push(Offered { name, word: item.word, doc: item.doc.clone() });
                }
            }
        }
        offered
    }

    /// The module of which a file has an item of this name: its own, or one that it uses.
    fn home(&self, path: &Path, name: &str) -> Option<String> {
        let own = self.member(path)?;
        let declares = |member: &Member<'_>| {
            member.file.text.contains(name)
                && Index::new(&member.file.text, &BTreeSet::new()).item_names().iter().any(|item| item.1 == name)
        };
        if self.members().filter(|member| member.module == own.module).any(|member| declares(&member)) {
            return Some(own.module);
        }
        survey(&own.file.text).module.uses.into_iter().find_map(|used| match used {
            Use::Module { module, names, .. } if names.iter().any(|own| own.value == name) => Some(module.value),
            _ => None,
        })
    }

    /// The places of an item that is mentioned in a file: in the files of its module, and in those that bring it in.
    pub(crate) fn places(&self, path: &Path, mention: &Mention) -> Vec<Place<'_>> {
        let name = mention.name.as_str();
        let Some(home) = self.home(path, name) else { return Vec::new() };
        let mut places = Vec::new();
        for member in self.members().filter(|member| member.file.text.contains(name)) {
            let index = Index::new(&member.file.text, &BTreeSet::from([name.to_owned()]));
            if member.module != home && !brought(&index.survey.module.uses, &home).contains(name) {
                continue;
            }
            let same = index.mentions.iter().filter(|one| one.named == Named::Item && one.name == name);
            places.extend(same.map(|one| Place { file: member.file, span: one.span, defines: one.defines }));
        }
        places
    }

    /// The files of the module whose path a `use` line has at an offset, with the path and its place.
    pub(crate) fn module_at(&self, index: &Index, offset: u32) -> Option<(String, Span, Vec<&SourceFile>)> {
        let used = index.survey.module.uses.iter().find_map(|used| match used {
            Use::Module { module, .. } if module.span.start <= offset && offset <= module.span.end => Some(module),
            _ => None,
        })?;
        let files = self.members().filter(|member| member.module == used.value).map(|member| member.file);
        Some((used.value.clone(), used.span, files.collect()))
    }

    /// What a module offers, in Markdown.
    pub(crate) fn described(module: &str, files: &[&SourceFile]) -> String {
        let mut text = format!("module `{module}`\n");
        for file in files {
            let index = Index::new(&file.text, &BTreeSet::new());
            for (number, name, _) in index.item_names() {
                let item = &index.survey.items[number];
                // Rules are nobody's to bring in, unless they are generic; a module may have a hundred of them.
                if item.word != "rule" && item.word != "instance" {
                    text.push_str(&format!("\n- {} `{name}`", item.word));
                }
            }
        }
        text
    }
}

/// The names that `use` lines bring in from a module.
fn brought<'u>(uses: &'u [Use], module: &str) -> BTreeSet<&'u str> {
    let of_module = uses.iter().filter_map(|used| match used {
        Use::Module { module: name, names, .. } if name.value == module => Some(names),
        _ => None,
    });
    of_module.flatten().map(|name| name.value.as_str()).collect()
}
