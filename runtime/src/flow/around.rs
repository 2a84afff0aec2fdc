//! What is known around a file: functions of all packages, who calls whom, and the facts of rules.

use rulec_calls::asked::Question;
use rulec_calls::package::PackageFacts;
use rulec_calls::{Above, Entity, FunctionKey, Functions, Known, Targets, View};
use rulec_flow::{Knowledge, Summary};
use rulec_gofront::File;
use rulec_plan::host::Tri;
use rulec_tree::Node;
use rulec_types::{Name, ObjId, Ty};
use rustc_hash::FxHashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// What is known around a file. It differs between a package that is looked at for the first time, whose facts are just
/// being found, and a file that is checked.
pub trait Around: Knowledge {
    /// The same as what is known of functions.
    fn as_knowledge(&self) -> &dyn Knowledge;

    /// What the call at a row may call.
    fn callees(&self, path: &Path, call: Node) -> Targets;

    /// How many parameters a function has, its receiver counted.
    fn param_count(&self, function: &FunctionKey) -> Option<usize>;

    /// Whether the function is known from its source.
    fn has_source(&self, function: &FunctionKey) -> bool;

    /// The calls in this file that may call a function, and how many there are in other files; nothing if there may be
    /// more.
    fn callers(&self, path: &Path, function: &FunctionKey) -> (Vec<Node>, Option<usize>);

    /// Whether a fact holds of an entity.
    fn holds(&self, fact: &str, entity: &Entity) -> Tri;

    /// The annotated functions from which calls lead to a function; nothing while those who call it are not known.
    fn annotated_above(&self, function: &FunctionKey, name: &str) -> Option<Vec<Above<'_>>>;

    /// The functions in this file from which calls are known to lead to a function, itself included; nothing while those who call it
    /// are not known.
    fn reaching(&self, path: &Path, function: &FunctionKey) -> Option<Vec<Node>>;

    /// Whether it is proven that a function runs only while the program starts; nothing while those who call it are not known.
    fn is_startup(&self, function: &FunctionKey) -> Option<bool>;

    /// What is known of the package of a file.
    fn package(&self, path: &Path) -> Option<&PackageFacts>;

    /// The number of a file in [`PackageFacts::files`].
    fn file_number(&self, path: &Path) -> Option<u32>;

    /// Hears of the state in which a file is checked, before anything is asked about it.
    fn meet(&self, _path: &Path, _file: &File, _source: &[u8]) {}

    /// The row that a row of a file had when its package was looked at; none if it was not there.
    fn row_then(&self, _path: &Path, row: Node) -> Option<Node> {
        Some(row)
    }

    /// The row that a row of a package when it was looked at has in the file now; none if it is gone.
    fn row_now(&self, _path: &Path, row: Node) -> Option<Node> {
        Some(row)
    }
}

/// What is known around a file that is checked, and what it asks of the program around its package.
pub(crate) struct OfFile<'r, 'p> {
    functions: &'r Functions<'p>,
    path: &'r Path,
    name: OnceLock<Name>,
    view: OnceLock<Option<View>>,
    is_asked: AtomicBool,
    questions: Mutex<FxHashSet<Question>>,
}

impl<'r, 'p> OfFile<'r, 'p> {
    /// What these functions are for the file at a path.
    pub(crate) fn new(functions: &'r Functions<'p>, path: &'r Path) -> OfFile<'r, 'p> {
        OfFile {
            functions,
            path,
            name: OnceLock::new(),
            view: OnceLock::new(),
            is_asked: AtomicBool::default(),
            questions: Mutex::default(),
        }
    }

    /// What was asked of other packages than the file's own and those that it imports; nothing if nobody asked at all.
    pub(crate) fn asked(&self) -> Option<FxHashSet<Question>> {
        let questions = || self.questions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.is_asked.load(Ordering::Relaxed).then(questions)
    }

    fn known(&self) -> &Known<'p> {
        self.is_asked.store(true, Ordering::Relaxed);
        self.functions.known()
    }

    fn view(&self) -> Option<View> {
        *self.view.get_or_init(|| self.known().view_of(self.path))
    }

    /// The name of a path, mostly of the file's own.
    fn name_of(&self, path: &Path) -> Name {
        let name = || self.known().store().name(&path.to_string_lossy());
        if path.as_os_str() == self.path.as_os_str() { *self.name.get_or_init(name) } else { name() }
    }

    fn ask(&self, question: Question) {
        self.questions.lock().unwrap_or_else(PoisonError::into_inner).insert(question);
    }
}

impl Knowledge for OfFile<'_, '_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        self.known().function(function)
    }

    fn method(&self, receiver: Ty, name: Name) -> Option<&Summary> {
        let known = self.known();
        if let Some(question) = known.question_of_method(receiver, name) {
            self.ask(question);
        }
        known.method(receiver, name)
    }
}

impl Around for OfFile<'_, '_> {
    fn as_knowledge(&self) -> &dyn Knowledge {
        self
    }

    fn callees(&self, path: &Path, call: Node) -> Targets {
        let known = self.known();
        let Some(site) = known.site_at(self.name_of(path), call) else { return Targets::default() };
        if let Some(method) = site.interface {
            self.ask(Question::Method(method));
        }
        known.targets_of(site)
    }

    fn param_count(&self, function: &FunctionKey) -> Option<usize> {
        Some(self.known().summary(function)?.params.len())
    }

    fn has_source(&self, function: &FunctionKey) -> bool {
        self.known().facts_of(function).is_some()
    }

    fn callers(&self, path: &Path, function: &FunctionKey) -> (Vec<Node>, Option<usize>) {
        self.ask(Question::Callers(*function));
        let own = self.name_of(path);
        let (sites, complete) = self.known().callers(function);
        let (here, elsewhere): (Vec<_>, Vec<_>) = sites.iter().partition(|(_, site)| site.place.file == own);
        (here.iter().map(|(_, site)| site.place.row).collect(), complete.then_some(elsewhere.len()))
    }

    fn holds(&self, fact: &str, entity: &Entity) -> Tri {
        self.known().fact(self.view(), fact, entity)
    }

    fn annotated_above(&self, function: &FunctionKey, name: &str) -> Option<Vec<Above<'_>>> {
        self.ask(Question::Above(*function, name.to_owned()));
        Some(self.known().annotated_above(function, name))
    }

    fn reaching(&self, path: &Path, function: &FunctionKey) -> Option<Vec<Node>> {
        self.ask(Question::Reaching(*function));
        let own = self.name_of(path);
        let reaching = self.known().reaching(function);
        let places = reaching.functions.iter().filter_map(|key| Some(self.known().facts_of(key)?.place));
        Some(places.filter(|place| place.file == own).map(|place| place.row).collect())
    }

    fn is_startup(&self, function: &FunctionKey) -> Option<bool> {
        self.ask(Question::Startup(*function));
        Some(self.known().is_startup(function))
    }

    fn package(&self, path: &Path) -> Option<&PackageFacts> {
        self.known().package_of_file(path)
    }

    fn file_number(&self, path: &Path) -> Option<u32> {
        let own = self.name_of(path);
        let number = self.package(path)?.files.iter().position(|file| *file == own)?;
        u32::try_from(number).ok()
    }
}
