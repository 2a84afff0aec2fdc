//! `rulec lsp`: the language server, over standard input and output.
//!
//! What the server has to know of rules and configurations is found here as `rulec check` finds it; the rest is
//! `rulec-lsp`'s.

mod usable;

use crate::arguments::{EngineName, RuleArguments, SelectArguments};
use crate::commands::cache::UseArguments;
use crate::commands::check::rule_set;
use crate::console::Console;
use crate::laid_out;
use crate::rule_files;
use crate::rules::{LOCAL_PACK, Loaded, surroundings};
use crate::settings::{Configuration, adjust, path_for, rule_settings, working_folder};
use crate::status::{Failure, Status};
use rulec_compiler::{Compiled, OtherPack, SourceFile, compile_in};
use rulec_config::Selection;
use rulec_lsp::{FileFaults, Project, ServeError, Workshop, serve, transport};
use rulec_report::Notice;
use rulec_runtime::job::{PathPolicy, Platform, RuleSetting};
use rulec_world::Packages;
use std::io::{BufReader, stdin, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use usable::UsablePacks;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct LspArguments {
    #[command(flatten)]
    rules: RuleArguments,

    #[command(flatten)]
    cache: UseArguments,

    /// Use standard input and output. Nothing else is there: clients that say so are understood.
    #[arg(long)]
    stdio: bool,
}

/// Serves until the client asks for the end.
pub fn run(arguments: &LspArguments, console: &Console) -> Result<Status, Failure> {
    let packs = UsablePacks::default();
    let workshop = Arc::new(Rules { arguments: arguments.rules.clone(), cache: arguments.cache, packs });
    let (connection, threads) = transport::connect(BufReader::new(stdin()), stdout());
    let served = serve(&connection, workshop);
    drop(connection);
    threads.finish()?;
    match served {
        Ok(()) => Ok(Status::Clean),
        // An editor that was closed in a hurry is no mistake of anybody.
        Err(ServeError::Disconnected) => Ok(Status::Clean),
        Err(error @ ServeError::NoShutdown) => {
            console.error(&error.to_string());
            Ok(Status::Findings)
        }
    }
}

/// Finds rules as the arguments say.
struct Rules {
    arguments: RuleArguments,
    cache: UseArguments,
    packs: UsablePacks,
}

impl Rules {
    /// The configuration of a folder. Without a working folder there is none, and paths are shown in full.
    fn configuration(&self, folder: &Path) -> Configuration {
        Configuration::of_folder(&self.arguments, folder).unwrap_or_default()
    }

    /// Where it is, if there is one.
    fn configuration_path(&self, folder: &Path) -> Option<PathBuf> {
        path_for(&self.arguments, folder, &working_folder().unwrap_or_default())
    }
}

impl Workshop for Rules {
    fn enter(&self, root: &Path) {
        // Where that is not possible, paths are shown in full.
        let _ = std::env::set_current_dir(root);
    }

    fn project(&self, folder: &Path) -> Project {
        let configuration = self.configuration(folder);
        let mut loaded = Loaded::new(&self.arguments, &configuration);
        let selection = configuration.select(&SelectArguments::default(), &mut loaded).unwrap_or_default();
        let rules = rule_set(EngineName::Native, &selection, &loaded);
        let rules = rules.map(|rules| rules.with_suppressions(configuration.suppressions()));
        let settings = rule_settings(&selection, &loaded);
        let path = self.configuration_path(folder);
        // It may extend others, whose texts are there as well.
        let faults = path.and_then(|path| {
            let display = rulec_runtime::discover::display(&path, &configuration.cwd);
            let source = configuration.sources.iter().find(|source| source.path == display)?;
            let own = loaded.diagnostics.iter().filter(|fault| is_in(&loaded, fault, &source.path));
            Some(FileFaults { path, text: source.text.clone(), diagnostics: own.cloned().collect() })
        });
        let configuration = Arc::new(configuration);
        let generated = configuration.layers.of_files(|files| files.generated).unwrap_or(false);
        let depends_on_path = selection.depends_on_path();
        let policy = OwnPolicy { selection, configuration: configuration.clone() };
        Project {
            root: configuration.cwd.clone(),
            rules,
            settings,
            policy: depends_on_path.then(|| Box::new(policy) as Box<dyn PathPolicy + Send + Sync>),
            generated,
            platform: Platform::default(),
            excludes: Box::new(move |display| !configuration.layers.include(&configuration.cwd.join(display))),
            configuration: faults,
            notices: loaded.notices.iter().map(text_of).collect(),
        }
    }

    fn project_key(&self, folder: &Path) -> PathBuf {
        self.configuration_path(folder).unwrap_or_else(|| PathBuf::from("/"))
    }

    fn rule_files(&self, path: &Path) -> (Vec<SourceFile>, String) {
        if let Some(pack) = self.packs.laid_out(path) {
            return (pack.files.clone(), pack.name.clone());
        }
        let configuration = self.configuration(path.parent().unwrap_or(path));
        let layers = configuration.layers.iter();
        let configured = layers.flat_map(|config| config.rule_paths.iter().map(move |path| (config, path)));
        let mut roots: Vec<PathBuf> =
            configured.map(|(config, path)| configuration.display(config, &path.value)).collect();
        roots.extend(self.arguments.rules.iter().cloned());
        let mut files = absolute(rule_files::read(&roots).files, &configuration.cwd);
        if !files.iter().any(|file| Path::new(&file.path) == path) {
            files = of_folder(path, &configuration.cwd);
        }
        (files, LOCAL_PACK.to_owned())
    }

    fn compile(&self, files: &[SourceFile], pack: &str) -> Compiled {
        let usable = self.packs.of(files);
        // A pack that is looked at where it was laid out is not its own surroundings.
        let others: Vec<OtherPack> = usable.iter().filter(|other| other.name != pack).cloned().collect();
        compile_in(files, pack, surroundings(&others))
    }

    fn usable(&self, files: &[SourceFile]) -> Arc<Vec<OtherPack>> {
        self.packs.of(files)
    }

    fn lay_out(&self, path: &Path) -> bool {
        let Some(pack) = self.packs.laid_out(path) else { return path.is_absolute() };
        let file = pack.files.iter().find(|file| Path::new(&file.path) == path);
        file.is_some_and(|file| laid_out::lay_out(file).is_ok())
    }

    fn is_laid_out(&self, path: &Path) -> bool {
        self.packs.laid_out(path).is_some()
    }

    fn forget(&self) {
        self.packs.forget();
    }

    fn cached(&self, packages: Packages) -> Packages {
        self.cache.apply(packages)
    }
}

/// Whether a mistake is one in the file that is displayed like this.
fn is_in(loaded: &Loaded, fault: &rulec_grammar::diagnostic::Diagnostic, display: &str) -> bool {
    loaded.sources.get(fault.file.0 as usize).is_some_and(|source| source.path == display)
}

fn text_of(notice: &Notice) -> String {
    match &notice.path {
        Some(path) => format!("{path}: {}", notice.message),
        None => notice.message.clone(),
    }
}

/// The files with their paths in full.
fn absolute(mut files: Vec<SourceFile>, cwd: &Path) -> Vec<SourceFile> {
    for file in &mut files {
        file.path = cwd.join(&file.path).to_string_lossy().into_owned();
    }
    files
}

/// The rule files in the folder of one that no configuration names: they are one family. It may not be on disk yet.
fn of_folder(path: &Path, cwd: &Path) -> Vec<SourceFile> {
    let folder = path.parent().unwrap_or(path);
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let mut files = absolute(rule_files::read(&[folder.to_owned()]).files, cwd);
    files.retain(|file| Path::new(&file.path).parent() == Some(folder));
    if !files.iter().any(|file| Path::new(&file.path) == path) {
        let path = path.to_string_lossy().into_owned();
        files.push(SourceFile { path, family: String::new(), text: String::new() });
    }
    for file in &mut files {
        file.family = rule_files::identifier(&name);
    }
    files
}

/// `[[per-path]]`, for as long as the server wants it.
struct OwnPolicy {
    selection: Selection,
    configuration: Arc<Configuration>,
}

impl PathPolicy for OwnPolicy {
    fn adjust(&self, path: &str, settings: &mut [Vec<RuleSetting>]) {
        adjust(&self.selection, &self.configuration.cwd.join(path), settings);
    }
}
