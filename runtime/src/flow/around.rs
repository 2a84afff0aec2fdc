//! What is known around a file: functions of all packages, who calls whom, and the facts of rules.

use rulec_calls::package::PackageFacts;
use rulec_calls::{Above, Entity, FunctionKey, Functions, Targets};
use rulec_flow::Knowledge;
use rulec_gofront::File;
use rulec_plan::host::Tri;
use rulec_tree::Node;
use std::path::Path;

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

impl Around for Functions<'_> {
    fn as_knowledge(&self) -> &dyn Knowledge {
        self
    }

    fn callees(&self, path: &Path, call: Node) -> Targets {
        self.known().callees(path, call)
    }

    fn param_count(&self, function: &FunctionKey) -> Option<usize> {
        Some(self.known().summary(function)?.params.len())
    }

    fn has_source(&self, function: &FunctionKey) -> bool {
        self.known().facts_of(function).is_some()
    }

    fn callers(&self, path: &Path, function: &FunctionKey) -> (Vec<Node>, Option<usize>) {
        let own = self.known().store().name(&path.to_string_lossy());
        let (sites, complete) = self.known().callers(function);
        let (here, elsewhere): (Vec<_>, Vec<_>) = sites.iter().partition(|(_, site)| site.place.file == own);
        (here.iter().map(|(_, site)| site.place.row).collect(), complete.then_some(elsewhere.len()))
    }

    fn holds(&self, fact: &str, entity: &Entity) -> Tri {
        self.known().fact(fact, entity)
    }

    fn annotated_above(&self, function: &FunctionKey, name: &str) -> Option<Vec<Above<'_>>> {
        Some(self.known().annotated_above(function, name))
    }

    fn package(&self, path: &Path) -> Option<&PackageFacts> {
        self.known().package_of_file(path)
    }

    fn file_number(&self, path: &Path) -> Option<u32> {
        let own = self.known().store().name(&path.to_string_lossy());
        let number = self.package(path)?.files.iter().position(|file| *file == own)?;
        u32::try_from(number).ok()
    }
}
