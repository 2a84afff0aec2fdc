//! From rule files and packs to checked rules.
//!
//! In: where rules come from. Out: [`Loaded`]: plans, the texts they were made of, and every mistake found. Rules with
//! mistakes are left out; all others are there. The stock rules are taken from the pack that an earlier run has made of them.

mod needed;

use crate::arguments::{EngineName, RuleArguments};
use crate::dependencies::{Locking, Packs};
use crate::packs::{self, Content};
use crate::project::Project;
use crate::rule_files;
use crate::settings::Configuration;
use crate::stock;
use rulec_compiler::native::{self, NativeOptions};
use rulec_compiler::{Compiled, CompiledRule, Declared, OtherPack, SourceFile, Surroundings, compile, compile_in};
use rulec_grammar::codes::E0808;
use rulec_grammar::diagnostic::{Diagnostic, FileId, Severity, Sink};
use rulec_pack::file::{Contents, SourceText};
use rulec_pack::manifest::Manifest;
use rulec_pack::{Code, Container, Engine, Executable, ExecutableError, LoadError};
use rulec_plan::Plan;
use rulec_plan::ir::RuleIndex;
use rulec_plan::manifest::RuleMeta;
use rulec_report::{Notice, Source};
use rulec_world::declarations::{self, Declaration};
use rulec_world::standard::names_without;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of the pack that user's own rule files make.
pub const LOCAL_PACK: &str = "local";

/// Rules, and what went wrong on the way.
#[derive(Default)]
pub struct Loaded {
    /// One for the stock rules, one for the user's rule files, one for each pack file; without those that are empty.
    pub packs: Vec<RulePack>,
    /// The texts of rule files and of the configuration; a `FileId` is an index.
    pub sources: Vec<Source>,
    /// Mistakes in them.
    pub diagnostics: Vec<Diagnostic>,
    /// What else went wrong.
    pub notices: Vec<Notice>,
    /// The pack that the rule files make, if there is a `pack.toml`.
    pub project: Option<Project>,
    /// The packs that the configuration or `pack.toml` names, and those that these need.
    pub needed: Packs,
    /// Packs besides the stock rules whose modules rule files can use; a pack file brings along those it was built with.
    others: Vec<OtherPack>,
}

/// Rules compiled together.
pub struct RulePack {
    /// The first part of its rules' ids; empty for pack files.
    pub name: String,
    /// The pack file that the user named, as displayed.
    pub path: Option<String>,
    /// The rules.
    pub plan: Arc<Plan>,
    /// What the sources say besides; empty for pack files.
    pub rules: Vec<CompiledRule>,
    /// The sources; empty for pack files.
    pub files: Vec<SourceFile>,
    /// Files of other packs that these use, with the names of their packs.
    pub others: Vec<(String, SourceFile)>,
    /// The index of the first of `files` among [`Loaded::sources`].
    pub first_source: usize,
    /// The pack that holds its machine code, if that may be run.
    pub machine: Option<Arc<Container>>,
    /// Under what to keep it once it is compiled; nothing if it is compiled for this run alone.
    pub keep: Option<[u8; 32]>,
    /// There is machine code that is not run, since nobody vouches for it.
    pub is_strange: bool,
    /// The user named it, so its rules are on by default.
    pub added: bool,
}

/// A rule of [`Loaded`].
#[derive(Clone, Copy)]
pub struct Found<'a> {
    /// Its pack.
    pub pack: &'a RulePack,
    /// The index of its pack.
    pub program: usize,
    /// Its index in the pack's plan.
    pub index: RuleIndex,
    /// What is known of it.
    pub meta: &'a RuleMeta,
}

impl Loaded {
    /// All rules that the arguments and the configuration name, ready to run.
    pub fn new(arguments: &RuleArguments, configuration: &Configuration) -> Loaded {
        Loaded::load(arguments, configuration, Loaded::kept_stock)
    }

    /// The same, with the sources of the stock rules: what is written in them, besides what they do.
    pub fn with_sources(arguments: &RuleArguments, configuration: &Configuration) -> Loaded {
        Loaded::load(arguments, configuration, Loaded::compiled_stock)
    }

    fn load(arguments: &RuleArguments, configuration: &Configuration, stock: fn(&mut Loaded)) -> Loaded {
        let mut loaded = Loaded::default();
        loaded.sources.extend(configuration.sources.iter().cloned());
        loaded.diagnostics.extend(configuration.diagnostics.iter().cloned());
        loaded.notices.extend(configuration.notices.iter().cloned());
        if !arguments.no_stock {
            stock(&mut loaded);
        }
        loaded.configured_packs(configuration, arguments);
        let mut read = rule_files::read(&arguments.rules);
        loaded.configured(configuration, &mut read);
        loaded.notices.append(&mut read.mistakes);
        loaded.compile(read.files, LOCAL_PACK, true);
        for path in &arguments.pack {
            loaded.open(path, arguments.require_signed);
        }
        loaded
    }

    /// The stock rules as an earlier run has compiled them.
    fn kept_stock(&mut self) {
        match packs::kept(&packs::key(stock::PACK, stock::hash())) {
            Some(Content::Plan(plan, machine)) => {
                let name = stock::PACK.to_owned();
                let first_source = self.sources.len();
                self.packs.push(RulePack { machine, ..RulePack::of_plan(name, plan, first_source, false) });
            }
            _ => self.compiled_stock(),
        }
    }

    fn compiled_stock(&mut self) {
        self.compile(stock::sources(), stock::PACK, false);
        self.packs.iter_mut().for_each(|pack| pack.keep = Some(packs::key(stock::PACK, stock::hash())));
    }

    /// Only the rules in these files and folders. Where they belong to a pack, its `pack.toml` says which packs they can use;
    /// elsewhere the nearest `rulec.toml` does.
    pub fn of_paths(paths: &[PathBuf]) -> Loaded {
        Loaded::of_pack(paths, None, Locking::Heed)
    }

    /// The same as a pack of this name; if none is given, of the name that its `pack.toml` says.
    pub fn of_pack(paths: &[PathBuf], name: Option<&str>, locking: Locking) -> Loaded {
        let mut loaded = Loaded::default();
        loaded.project(paths, locking);
        let (own, roots) = match &loaded.project {
            Some(project) => (project.toml.as_ref().map(|toml| toml.name.value.clone()), project.rule_paths(paths)),
            None => (None, paths.to_vec()),
        };
        let mut read = rule_files::read(&roots);
        loaded.notices.append(&mut read.mistakes);
        let name = name.map(str::to_owned).or(own);
        loaded.compile(read.files, name.as_deref().unwrap_or(LOCAL_PACK), true);
        loaded
    }

    /// The rules that the configuration's `rule-paths` name.
    fn configured(&mut self, configuration: &Configuration, read: &mut rule_files::Read) {
        let mut sink = Sink::new();
        let paths =
            configuration.layers.iter().flat_map(|config| config.rule_paths.iter().map(move |path| (config, path)));
        for (config, path) in paths {
            let more = rule_files::read(&[configuration.display(config, &path.value)]);
            for mistake in more.mistakes {
                let at = mistake.path.unwrap_or_default();
                sink.error(E0808, config.file, path.span, format!("{at}: {}", mistake.message));
            }
            let new = more.files.into_iter().filter(|file| read.files.iter().all(|known| known.path != file.path));
            let new: Vec<_> = new.collect();
            read.files.extend(new);
        }
        self.diagnostics.extend(sink.into_sorted());
    }

    fn compile(&mut self, files: Vec<SourceFile>, pack: &str, added: bool) {
        if files.is_empty() {
            return;
        }
        // What is embedded was checked when it was built.
        let compiled = match added {
            true => compile_in(&files, pack, surroundings(&self.usable())),
            false => compile(&files, pack),
        };
        self.take(compiled, files, pack, added);
    }

    /// The packs whose modules rule files can use.
    fn usable(&self) -> Vec<OtherPack> {
        let mut packs = self.others.clone();
        if packs.iter().all(|pack| pack.name != stock::PACK) {
            packs.push(OtherPack { name: stock::PACK.to_owned(), files: stock::sources() });
        }
        packs
    }

    fn take(&mut self, compiled: Compiled, files: Vec<SourceFile>, pack: &str, added: bool) {
        let first_source = self.sources.len();
        self.sources.extend(files.iter().chain(&compiled.others).map(|file| Source::new(&file.path, &file.text)));
        self.diagnostics.extend(compiled.diagnostics.into_iter().map(|diagnostic| shifted(diagnostic, first_source)));
        self.packs.push(RulePack {
            rules: compiled.rules,
            files,
            others: compiled.other_packs.into_iter().zip(compiled.others).collect(),
            ..RulePack::of_plan(pack.to_owned(), compiled.plan, first_source, added)
        });
    }

    fn open(&mut self, path: &Path, require_signed: bool) {
        let opened = packs::open(path, require_signed);
        self.add(path.display().to_string(), opened);
    }

    fn add(&mut self, display: String, opened: Result<packs::Opened, String>) {
        let opened = match opened {
            Ok(opened) => opened,
            Err(reason) => return self.notices.push(Notice::error(reason).about(display)),
        };
        let known = self.packs.len();
        match opened.content {
            Content::Plan(plan, machine) => {
                let pack = RulePack::of_plan(String::new(), plan, self.sources.len(), true);
                self.packs.push(RulePack { machine, ..pack });
            }
            Content::Sources(name, sources) => self.compile_again(&name, &sources),
        }
        for pack in self.packs.iter_mut().skip(known) {
            (pack.keep, pack.is_strange, pack.path) = (Some(opened.key), opened.is_strange, Some(display.clone()));
        }
    }

    /// Compiles the sources of a pack whose plan was made by another rulec.
    fn compile_again(&mut self, name: &str, sources: &[SourceText]) {
        let file = |source: &SourceText| SourceFile {
            path: source.path.clone(),
            family: source.family.clone(),
            text: source.text.clone(),
        };
        let (own, others): (Vec<_>, Vec<_>) = sources.iter().partition(|source| source.pack == name);
        let packs = by_pack(others.into_iter().map(|source| (source.pack.clone(), file(source))));
        let files: Vec<SourceFile> = own.into_iter().map(file).collect();
        let compiled = compile_in(&files, name, surroundings(&packs));
        self.take(compiled, files, name, true);
    }

    /// All rules, pack by pack; facts are none. They stand behind the rules of their pack.
    pub fn rules(&self) -> impl Iterator<Item = Found<'_>> {
        self.packs.iter().enumerate().flat_map(|(program, pack)| {
            let rules = pack.plan.rules.iter().enumerate().filter(|(_, rule)| rule.meta.fact.is_none());
            rules.map(move |(index, rule)| Found { pack, program, index: RuleIndex(index as u32), meta: &rule.meta })
        })
    }

    /// The rule with this id or last segment.
    ///
    /// # Errors
    /// What to tell the user: there is none, or there are several.
    pub fn find(&self, name: &str) -> Result<Found<'_>, String> {
        let named: Vec<_> = self.rules().filter(|found| found.meta.id == name || found.meta.name() == name).collect();
        match named[..] {
            [found] => Ok(found),
            [] => Err(self.unknown(name)),
            _ => {
                let ids: Vec<_> = named.iter().map(|found| format!("`{}`", found.meta.id)).collect();
                Err(format!("`{name}` may be {}", ids.join(" or ")))
            }
        }
    }

    fn unknown(&self, name: &str) -> String {
        let names = self.rules().flat_map(|found| [found.meta.name(), found.meta.id.as_str()]);
        match rulec_grammar::words::nearest(name, names) {
            Some(near) => format!("there is no rule `{name}`; there is `{near}`"),
            None => format!("there is no rule `{name}`; `rulec list` shows what there is"),
        }
    }

    /// Whether anything is wrong with rule files, packs or the configuration.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
            || self.notices.iter().any(|notice| notice.severity == Severity::Error)
    }
}

impl RulePack {
    /// Rules of which only the plan is known.
    fn of_plan(name: String, plan: Plan, first_source: usize, added: bool) -> RulePack {
        RulePack {
            name,
            path: None,
            plan: Arc::new(plan),
            rules: Vec::new(),
            files: Vec::new(),
            others: Vec::new(),
            first_source,
            machine: None,
            keep: None,
            is_strange: false,
            added,
        }
    }

    /// The files of other packs that its files use, by pack.
    pub fn other_packs(&self) -> Vec<OtherPack> {
        by_pack(self.others.iter().cloned())
    }

    /// What runs the rules of this pack.
    ///
    /// # Errors
    /// What to tell the user where the system refuses executable memory, the pack is damaged, or the plan cannot be
    /// compiled.
    pub fn engine(&self, name: EngineName) -> Result<Engine, String> {
        if name == EngineName::Interp {
            return Ok(Engine::Interp);
        }
        if let Some(container) = &self.machine {
            match Executable::of_pack(container, self.plan.rules.len()) {
                Ok(Some(executable)) => return Ok(Engine::Native(executable)),
                Ok(None) => {}
                // What rulec made for itself is made again.
                Err(LoadError::Pack(error)) => {
                    if let Some(path) = &self.path {
                        return Err(format!("{path}: {error}"));
                    }
                }
                Err(LoadError::Executable(error)) => return Err(no_executable_memory(&error)),
            }
        }
        // Code that is kept is worth some more time.
        let keep = self.keep.filter(|_| packs::can_keep());
        let options = if keep.is_some() { NativeOptions::PACK } else { NativeOptions::JIT };
        let code = native::compile(&self.plan, &options)
            .map_err(|error| format!("the rules cannot be compiled to machine code: {error}"))?;
        let executable = Executable::map(&code).map_err(|error| no_executable_memory(&error))?;
        if let Some(key) = &keep {
            self.keep_as(key, code);
        }
        Ok(Engine::Native(executable))
    }

    /// Keeps it for the next run.
    fn keep_as(&self, key: &[u8; 32], code: Code) {
        let source = |file: &SourceFile| SourceText {
            pack: self.name.clone(),
            path: file.path.clone(),
            family: file.family.clone(),
            text: file.text.clone(),
        };
        let sources: Vec<SourceText> = self.files.iter().map(source).collect();
        let manifest = Manifest::of_plan(&self.name, &self.plan);
        let contents = Contents { manifest: &manifest, sources: &sources, plan: &self.plan, codes: &[code] };
        packs::keep(key, &rulec_pack::file::write(&contents));
    }
}

fn no_executable_memory(error: &ExecutableError) -> String {
    format!(
        "the system gives no executable memory: {error}; `rulec build` makes packs for `--pack` where it does, and \
         `--engine interp` runs without"
    )
}

/// The packs whose modules rule files can use where the first of them stands: those that its `pack.toml` or `rulec.toml` names,
/// as far as they can be had, and the stock rules.
pub fn usable_by(files: &[SourceFile]) -> Vec<OtherPack> {
    let folder = files.first().and_then(|file| Path::new(&file.path).parent());
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Loaded::for_lock(folder, Locking::Heed).usable()
}

/// Files of packs, by pack.
pub fn by_pack(files: impl IntoIterator<Item = (String, SourceFile)>) -> Vec<OtherPack> {
    let mut packs: Vec<OtherPack> = Vec::new();
    for (name, file) in files {
        match packs.iter_mut().find(|pack| pack.name == name) {
            Some(pack) => pack.files.push(file),
            None => packs.push(OtherPack { name, files: vec![file] }),
        }
    }
    packs
}

/// What rule files are compiled against.
pub fn surroundings(packs: &[OtherPack]) -> Surroundings<'_> {
    Surroundings { names_without, packs, declared: judge_declared }
}

/// What Go's front end says of the packages that rule files declare.
fn judge_declared(declarations: &[rulec_plan::model::Declaration]) -> Declared {
    let declarations: Vec<Declaration> = declarations.iter().map(rulec_runtime::declaration).collect();
    let judged = declarations::judge(&declarations);
    let faults = judged.faults.into_iter().map(|fault| (fault.declaration, fault.at, fault.message));
    Declared { faults: faults.collect(), names: judged.names }
}

fn shifted(mut diagnostic: Diagnostic, by: usize) -> Diagnostic {
    let shift = |file: &mut FileId| file.0 += by as u32;
    shift(&mut diagnostic.file);
    diagnostic.related.iter_mut().for_each(|(file, _, _)| shift(file));
    diagnostic
}
