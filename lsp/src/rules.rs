//! Rule files: which are open, and everything that can be asked about them.
//!
//! A rule file is looked at together with the files that it is compiled with ([`Workshop::rule_files`]), each with the text
//! that the client has open. Mistakes are found in the background, after each change, for the last state; what is asked about
//! a place is answered at once from the names of the file ([`index`]).

mod check;
mod complete;
mod hover;
mod index;
mod modules;
mod view;

pub(crate) use check::of_rule_text;
pub(crate) use view::{RUN_EXAMPLES, TOKEN_TYPES};

use crate::paths::uri_of;
use crate::text::{Encoding, Text};
use crate::workshop::Workshop;
use check::{Mistakes, Run};
use complete::Offered;
use crossbeam_channel::Sender;
use gen_lsp_types::{
    CodeLens, CompletionItem, Diagnostic, DocumentSymbol, FoldingRange, InlayHint, Location, Range, SemanticToken,
    TextEdit, Uri, WorkspaceEdit,
};
use index::{Index, Mention, Named};
use modules::Modules;
use rulec_compiler::SourceFile;
use rulec_tree::Span;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

/// What happens beside the messages of the client.
pub(crate) enum RuleEvent {
    /// Files were checked; versions are those of the files that were open.
    Linted { mistakes: Mistakes, versions: BTreeMap<PathBuf, i32> },
    /// Examples were run.
    Ran { path: PathBuf, version: i32, run: Run },
}

/// All rule files that are open.
pub(crate) struct RuleFiles {
    workshop: Arc<dyn Workshop>,
    events: Sender<RuleEvent>,
    encoding: Encoding,
    files: BTreeMap<PathBuf, RuleFile>,
    /// A check is on its way; what is to be checked then.
    linting: bool,
    waiting: BTreeSet<PathBuf>,
}

struct RuleFile {
    uri: Uri,
    version: i32,
    text: Text,
    /// The version that was checked last, and its mistakes.
    mistakes: Option<(i32, Vec<Diagnostic>)>,
    /// The version whose examples were run last, and those that fail.
    failures: Option<(i32, Vec<Diagnostic>)>,
}

impl RuleFiles {
    pub(crate) fn new(workshop: Arc<dyn Workshop>, events: Sender<RuleEvent>, encoding: Encoding) -> RuleFiles {
        RuleFiles { workshop, events, encoding, files: BTreeMap::new(), linting: false, waiting: BTreeSet::new() }
    }

    // What the client does.

    pub(crate) fn open(&mut self, path: PathBuf, uri: Uri, version: i32, text: Text) {
        self.files.insert(path.clone(), RuleFile { uri, version, text, mistakes: None, failures: None });
        self.lint(path);
    }

    pub(crate) fn change(&mut self, path: &Path, version: i32, text: Text) {
        let Some(file) = self.files.get_mut(path) else { return };
        (file.version, file.text) = (version, text);
        self.lint(path.to_owned());
    }

    pub(crate) fn close(&mut self, path: &Path) {
        self.files.remove(path);
    }

    /// Files changed on disk with which open ones may be compiled.
    pub(crate) fn disk_changed(&mut self) {
        self.workshop.forget();
        let all: Vec<PathBuf> = self.files.keys().cloned().collect();
        all.into_iter().for_each(|path| self.lint(path));
    }

    // What happens in the background.

    fn lint(&mut self, path: PathBuf) {
        if self.linting {
            self.waiting.insert(path);
            return;
        }
        let versions = self.files.iter().map(|(path, file)| (path.clone(), file.version)).collect();
        if self.workshop.is_laid_out(&path) {
            // Nobody who looks at it there could mend anything.
            let mistakes = Mistakes::from([(path, Vec::new())]);
            self.linting = true;
            drop(self.events.send(RuleEvent::Linted { mistakes, versions }));
            return;
        }
        let (files, pack) = self.compiled_with(&path);
        let (workshop, events, encoding) = (self.workshop.clone(), self.events.clone(), self.encoding);
        self.linting = true;
        thread::spawn(move || {
            let mistakes = check::lint(&*workshop, &files, &pack, encoding);
            drop(events.send(RuleEvent::Linted { mistakes, versions }));
        });
    }

    /// Takes in an event: the open files whose diagnostics are new, and what to say to people.
    pub(crate) fn event(&mut self, event: RuleEvent) -> (Vec<PathBuf>, Option<(bool, String)>) {
        match event {
            RuleEvent::Linted { mistakes, versions } => {
                self.linting = false;
                let mut new = Vec::new();
                for (path, mistakes) in mistakes {
                    if let (Some(file), Some(version)) = (self.files.get_mut(&path), versions.get(&path)) {
                        file.mistakes = Some((*version, mistakes));
                        new.push(path);
                    }
                }
                // One check can do for several files; what it has not checked in this state is still open.
                let mut waiting = std::mem::take(&mut self.waiting);
                while let Some(path) = waiting.pop_first() {
                    self.lint(path);
                }
                (new, None)
            }
            RuleEvent::Ran { path, version, run } => {
                if let Some(file) = self.files.get_mut(&path) {
                    file.failures = Some((version, run.failures));
                }
                (vec![path], Some((run.failed, run.summary)))
            }
        }
    }

    /// Runs the examples of a rule. Says no for files that are not open.
    pub(crate) fn run_examples(&self, path: &Path, rule: &str) -> bool {
        let Some(file) = self.files.get(path) else { return false };
        let version = file.version;
        let (files, pack) = self.compiled_with(path);
        let (workshop, events, encoding) = (self.workshop.clone(), self.events.clone(), self.encoding);
        let (path, rule) = (path.to_owned(), rule.to_owned());
        thread::spawn(move || {
            let run = check::run_examples(&*workshop, &files, &pack, (&path, &rule), encoding);
            drop(events.send(RuleEvent::Ran { path, version, run }));
        });
        true
    }

    /// The files that one is compiled with, as they are open.
    fn compiled_with(&self, path: &Path) -> (Vec<SourceFile>, String) {
        let (mut files, pack) = self.workshop.rule_files(path);
        for file in &mut files {
            if let Some(open) = self.files.get(Path::new(&file.path)) {
                open.text.as_str().clone_into(&mut file.text);
            }
        }
        (files, pack)
    }

    // What is known.

    pub(crate) fn has(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    pub(crate) fn text(&self, path: &Path) -> Option<&Text> {
        Some(&self.files.get(path)?.text)
    }

    /// The diagnostics of a file as the client has it now; none while they are not known.
    pub(crate) fn diagnostics(&self, path: &Path) -> Option<(Uri, i32, Vec<Diagnostic>)> {
        let file = self.files.get(path)?;
        let of_now = |found: &Option<(i32, Vec<Diagnostic>)>| {
            found.as_ref().filter(|(version, _)| *version == file.version).map(|(_, found)| found.clone())
        };
        let mut all = of_now(&file.mistakes)?;
        all.extend(of_now(&file.failures).unwrap_or_default());
        Some((file.uri.clone(), file.version, all))
    }

    /// A file with its names, and those that it sees of others.
    fn index(&self, path: &Path) -> Option<(Index, Vec<Offered>)> {
        let file = self.files.get(path)?;
        let offered = self.modules(path).offered(path);
        let names = offered.iter().map(|one| one.name.clone()).collect();
        Some((Index::new(file.text.as_str(), &names), offered))
    }

    /// The files that one is compiled with, and the packs that they can use.
    fn modules(&self, path: &Path) -> Modules {
        let (files, pack) = self.compiled_with(path);
        let others = self.workshop.usable(&files);
        Modules { files, pack, others }
    }

    // What is asked about a place.

    pub(crate) fn completions(&self, path: &Path, offset: u32) -> Vec<CompletionItem> {
        let Some((index, offered)) = self.index(path) else { return Vec::new() };
        complete::at(&index, offset, &offered, &self.tags(path))
    }

    /// The tags that rules have: those of this pack and of the packs that it can use.
    fn tags(&self, path: &Path) -> BTreeSet<String> {
        let modules = self.modules(path);
        let clauses = modules.texts().flat_map(|text| {
            let lists = text.lines().filter_map(|line| line.trim_start().strip_prefix("tags [")?.split_once(']'));
            let tags = lists.flat_map(|(tags, _)| tags.split(',')).map(|tag| tag.trim().to_owned());
            tags.filter(|tag| !tag.is_empty()).collect::<Vec<_>>()
        });
        clauses.collect()
    }

    pub(crate) fn hover(&self, path: &Path, offset: u32) -> Option<(Span, String)> {
        let (index, offered) = self.index(path)?;
        if let Some((module, span, files)) = self.modules(path).module_at(&index, offset) {
            return Some((span, Modules::described(&module, &files)));
        }
        hover::at(&index, offset, &offered)
    }

    /// Where the name at a place gets its meaning; of a module its files.
    pub(crate) fn definition(&self, path: &Path, offset: u32) -> Vec<Location> {
        let Some((index, _)) = self.index(path) else { return Vec::new() };
        if let Some((_, _, files)) = self.modules(path).module_at(&index, offset) {
            return files.iter().filter_map(|file| self.location(file, Span::new(0, 0))).collect();
        }
        self.places(path, offset).into_iter().filter(|(_, defines)| *defines).map(|(place, _)| place).collect()
    }

    /// All places of the name at a place.
    pub(crate) fn references(&self, path: &Path, offset: u32, with_definition: bool) -> Vec<Location> {
        let places = self.places(path, offset).into_iter();
        places.filter(|(_, defines)| with_definition || !*defines).map(|(place, _)| place).collect()
    }

    /// The name at a place that can be changed.
    pub(crate) fn renamable(&self, path: &Path, offset: u32) -> Option<(Range, String)> {
        let (index, _) = self.index(path)?;
        let mention = index.mention_at(offset).filter(|mention| mention.named != Named::Package)?;
        // What other packs declare keeps its name.
        let own: Vec<Uri> = self.compiled_with(path).0.iter().map(|file| uri_of(Path::new(&file.path))).collect();
        let is_own = |place: &Location| {
            self.files.get(path).is_some_and(|file| file.uri == place.uri) || own.contains(&place.uri)
        };
        let is_here = |(place, defines): &(Location, bool)| *defines && is_own(place);
        self.places(path, offset).iter().find(|place| is_here(place) && !self.workshop.is_laid_out(path))?;
        Some((self.text(path)?.range(mention.span), mention.name.clone()))
    }

    /// The edits that give the name at a place another name.
    ///
    /// # Errors
    /// Why it cannot have that name.
    pub(crate) fn rename(&self, path: &Path, offset: u32, new: &str) -> Result<WorkspaceEdit, String> {
        let (index, offered) = self.index(path).ok_or("the file is not open")?;
        let mention = index.mention_at(offset).ok_or("there is no name here")?;
        self.renamable(path, offset).ok_or("this name is not declared in files that can be changed")?;
        let new = new.trim_start_matches(['$', '*', '@']);
        let is_rule = mention.named == Named::Item && self.is_rule(path, &mention.name);
        let is_name = |text: &str| {
            let mut characters = text.chars();
            characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
                && characters.all(|c| c.is_alphanumeric() || c == '_' || is_rule && c == '-')
        };
        if !is_name(new) {
            return Err(format!("`{new}` is not a name"));
        }
        let is_taken = match mention.named {
            Named::Item => {
                index.item_names().iter().any(|(_, name, _)| name == new) || offered.iter().any(|one| one.name == new)
            }
            named => index.mentions.iter().any(|one| one.named == named && one.item == mention.item && one.name == new),
        };
        if is_taken && new != mention.name {
            return Err(format!("there is a `{new}` already"));
        }
        let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
        for (place, _) in self.places(path, offset) {
            changes.entry(place.uri).or_default().push(TextEdit { range: place.range, new_text: new.to_owned() });
        }
        Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
    }

    fn is_rule(&self, path: &Path, name: &str) -> bool {
        let (files, _) = self.compiled_with(path);
        files.iter().any(|file| {
            let index = Index::new(&file.text, &BTreeSet::new());
            index
                .item_names()
                .iter()
                .any(|(number, own, _)| own == name && matches!(index.survey.items[*number].word, "rule" | "instance"))
        })
    }

    /// All places of the name at a place, in all files that it is seen in, and whether they say what it means.
    fn places(&self, path: &Path, offset: u32) -> Vec<(Location, bool)> {
        let Some((index, _)) = self.index(path) else { return Vec::new() };
        let Some(mention) = index.mention_at(offset) else { return Vec::new() };
        let at = |text: &Text, uri: &Uri, span| Location { uri: uri.clone(), range: text.range(span) };
        let Some(file) = self.files.get(path) else { return Vec::new() };
        match mention.named {
            Named::Package => {
                let own = index.same(mention).map(|one| (at(&file.text, &file.uri, one.span), false));
                let used = index.packages.get(&mention.name).map(|(_, span)| (at(&file.text, &file.uri, *span), true));
                used.into_iter().chain(own).collect()
            }
            Named::Hole | Named::Label | Named::Option => {
                let first = index.same(mention).find(|one| one.defines).map(|one| one.span);
                let own = index.same(mention);
                own.map(|one| (at(&file.text, &file.uri, one.span), Some(one.span) == first)).collect()
            }
            Named::Item => self.places_of_item(path, mention),
        }
    }

    fn places_of_item(&self, path: &Path, mention: &Mention) -> Vec<(Location, bool)> {
        let modules = self.modules(path);
        let places = modules.places(path, mention).into_iter();
        places.filter_map(|place| Some((self.location(place.file, place.span)?, place.defines))).collect()
    }

    /// A place in a file, as it is open or as it can be opened.
    fn location(&self, file: &SourceFile, span: Span) -> Option<Location> {
        let path = Path::new(&file.path);
        if let Some(open) = self.files.get(path) {
            return Some(Location { uri: open.uri.clone(), range: open.text.range(span) });
        }
        let text = Text::new(file.text.as_str(), self.encoding);
        self.workshop.lay_out(path).then(|| Location { uri: uri_of(path), range: text.range(span) })
    }

    // What is asked about a file.

    /// The edits that bring a file into the layout of `rulec fmt`; none for a file with mistakes.
    pub(crate) fn formatted(&self, path: &Path) -> Option<Vec<TextEdit>> {
        let text = self.text(path)?;
        let new_text = rulec_grammar::format(text.as_str()).ok()?;
        if new_text == text.as_str() {
            return Some(Vec::new());
        }
        Some(vec![TextEdit { range: text.whole(), new_text }])
    }

    pub(crate) fn semantic_tokens(&self, path: &Path) -> Option<Vec<SemanticToken>> {
        Some(view::semantic_tokens(&self.index(path)?.0, self.text(path)?))
    }

    pub(crate) fn hints(&self, path: &Path, range: Range) -> Option<Vec<InlayHint>> {
        let text = self.text(path)?;
        Some(view::hints(&self.index(path)?.0, text, text.span(range)))
    }

    pub(crate) fn lenses(&self, path: &Path) -> Option<Vec<CodeLens>> {
        let file = self.files.get(path)?;
        Some(view::lenses(&self.index(path)?.0, &file.text, &file.uri))
    }

    pub(crate) fn symbols(&self, path: &Path) -> Option<Vec<DocumentSymbol>> {
        Some(view::symbols(&self.index(path)?.0, self.text(path)?))
    }

    pub(crate) fn folds(&self, path: &Path) -> Option<Vec<FoldingRange>> {
        Some(view::folds(&self.index(path)?.0, self.text(path)?))
    }
}
