//! Rule files, parsed, with those of other packs that they use, and with what their instances borrow from each other.
//!
//! In: the files to compile, and the packs that they may use. Out: [`Source`]s, numbered as [`FileId`]s are: first the files
//! to compile, then the files of other packs that one of them uses, directly or through others.
//!
//! An instance can be made of a generic rule and a resource that stand in other files. The texts of these files are put
//! behind the text of its own file, and they are parsed there, so that all parts of a rule have places in one text: the
//! *whole* text of the source. Places behind the file's own text lead back to where they really stand.

use crate::{OtherPack, SourceFile};
use rulec_grammar::ast::{Module, Use};
use rulec_grammar::diagnostic::{Diagnostic, FileId, Sink};
use rulec_tree::Span;
use std::collections::BTreeSet;

/// A rule file.
pub(crate) struct Source {
    /// Its module: `pack.family`.
    pub module: String,
    /// Its path, for messages.
    pub path: String,
    /// Its text, and behind it the texts that its instances borrow from.
    pub text: String,
    /// Its items; instances are written out as rules.
    pub syntax: Module,
    /// The names of the rules that were instances.
    pub instances: BTreeSet<String>,
    /// It is to be compiled, and not only used.
    pub is_own: bool,
    /// What stands behind its own text, in order.
    regions: Vec<Region>,
}

/// The text of another file within a whole text.
struct Region {
    start: u32,
    file: FileId,
}

impl Source {
    fn new(pack: &str, file: &SourceFile, id: FileId, is_own: bool, sink: &mut Sink) -> Source {
        Source {
            module: format!("{pack}.{}", file.family),
            path: file.path.clone(),
            text: file.text.clone(),
            syntax: rulec_grammar::parse(&file.text, id, sink),
            instances: BTreeSet::new(),
            is_own,
            regions: Vec::new(),
        }
    }

    /// The length of the file, in bytes.
    pub fn own_len(&self) -> usize {
        self.regions.first().map_or(self.text.len(), |region| region.start as usize)
    }

    /// Puts the text of another file behind the whole text; its items, with places there.
    pub fn borrow_from(&mut self, file: FileId, text: &str) -> Module {
        self.text.push('\n');
        let start = self.text.len() as u32;
        self.text.push_str(text);
        self.regions.push(Region { start, file });
        // What is wrong with the file is told of the file itself.
        rulec_grammar::parse_at(start, text, FileId::default(), &mut Sink::new())
    }

    /// The file in which what stands at a place of the whole text really stands, if that is another, and where.
    fn borrowed(&self, span: Span) -> Option<(FileId, Span)> {
        let region = self.regions.iter().rfind(|region| region.start <= span.start)?;
        let back = |offset: u32| offset.saturating_sub(region.start);
        Some((region.file, Span::new(back(span.start), back(span.end))))
    }
}

/// All rule files of one compilation.
pub(crate) struct Sources {
    all: Vec<Source>,
}

impl Sources {
    /// Parses the files of `pack`, and those of other packs that they use.
    pub fn read(files: &[SourceFile], pack: &str, others: &[OtherPack], sink: &mut Sink) -> Sources {
        let own = files.iter().enumerate();
        let mut all: Vec<Source> =
            own.map(|(number, file)| Source::new(pack, file, FileId(number as u32), true, sink)).collect();
        let (mut next, mut seen) = (0, BTreeSet::new());
        while let Some(source) = all.get(next) {
            let used: Vec<String> = source.syntax.uses.iter().filter_map(used_module).collect();
            next += 1;
            for module in used.into_iter().filter(|module| seen.insert(module.clone())) {
                for (other, file) in files_of(others, pack, &module) {
                    let id = FileId(all.len() as u32);
                    all.push(Source::new(&other.name, file, id, false, &mut Sink::new()));
                }
            }
        }
        Sources { all }
    }

    /// The files, with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.all.iter().enumerate().map(|(number, source)| (FileId(number as u32), source))
    }

    /// A file.
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.all.get(file.0 as usize)
    }

    /// A file, to be changed.
    pub fn get_mut(&mut self, file: FileId) -> Option<&mut Source> {
        self.all.get_mut(file.0 as usize)
    }

    /// The files that are used and not compiled.
    pub fn others(&self) -> Vec<SourceFile> {
        let others = self.all.iter().filter(|source| !source.is_own);
        let file = |source: &Source| SourceFile {
            path: source.path.clone(),
            family: source.module.rsplit('.').next().unwrap_or_default().to_owned(),
            text: source.text[..source.own_len()].to_owned(),
        };
        others.map(file).collect()
    }

    /// The names of the packs of [`Sources::others`].
    pub fn other_packs(&self) -> Vec<String> {
        let others = self.all.iter().filter(|source| !source.is_own);
        others.map(|source| source.module.split('.').next().unwrap_or_default().to_owned()).collect()
    }

    /// The file in which what stands at a place of a whole text really stands, and where in it.
    pub fn place(&self, file: FileId, span: Span) -> (FileId, Span) {
        self.get(file).and_then(|source| source.borrowed(span)).unwrap_or((file, span))
    }

    /// Lets a diagnostic tell of files and no longer of whole texts.
    pub fn relocate(&self, diagnostic: &mut Diagnostic) {
        (diagnostic.file, diagnostic.span) = self.place(diagnostic.file, diagnostic.span);
        for (file, span, _) in &mut diagnostic.related {
            (*file, *span) = self.place(*file, *span);
        }
    }

    /// The diagnostics in order: those of one mistake in a generic rule are one, though each instance has it. What is wrong
    /// with files that are only used is left out, unless it concerns something that is compiled.
    pub fn sorted(&self, mut sink: Sink) -> Vec<Diagnostic> {
        sink.diagnostics_from(0).iter_mut().for_each(|diagnostic| self.relocate(diagnostic));
        let mut diagnostics = sink.into_sorted();
        diagnostics.dedup_by(|other, first| {
            let same = |one: &Diagnostic| (one.code, one.file, one.span, one.message.clone(), one.help.clone());
            let is_same = same(other) == same(first);
            if is_same {
                let new = other.related.drain(..).filter(|place| !first.related.contains(place)).collect::<Vec<_>>();
                first.related.extend(new);
            }
            is_same
        });
        let is_own = |file: FileId| self.get(file).is_some_and(|source| source.is_own);
        diagnostics.retain(|one| is_own(one.file) || one.related.iter().any(|(file, _, _)| is_own(*file)));
        diagnostics
    }
}

fn used_module(line: &Use) -> Option<String> {
    match line {
        Use::Module { module, .. } => Some(module.value.clone()),
        Use::Package { .. } => None,
    }
}

/// The files of a module of another pack.
fn files_of<'p>(others: &'p [OtherPack], pack: &str, module: &str) -> Vec<(&'p OtherPack, &'p SourceFile)> {
    let others = others.iter().filter(|other| other.name != pack);
    let named = others.filter_map(|other| Some((other, module.strip_prefix(&other.name)?.strip_prefix('.')?)));
    named
        .flat_map(|(other, family)| other.files.iter().filter(move |f| f.family == family).map(move |f| (other, f)))
        .collect()
}
