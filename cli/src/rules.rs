//! From rule files and packs to checked rules.
//!
//! In: where rules come from. Out: [`Loaded`]: plans, the texts they were made of, and every mistake found. Rules with
//! mistakes are left out; all others are there. The stock rules are taken from the pack that an earlier run has made of them.
//!
//! What reads rule files is in `compiling`. A rulec without compiler has `not_compiling` in its place, which says so.

#[cfg(feature = "compiler")]
mod compiling;
mod needed;
#[cfg(not(feature = "compiler"))]
mod not_compiling;
mod shelf;

pub use shelf::{Shelf, renumbered};

#[cfg(not(feature = "compiler"))]
use not_compiling as compiling;

use crate::arguments::{EngineName, RuleArguments};
use crate::dependencies::Packs;
use crate::packs::{self, Content};
use crate::project::Project;
use crate::rule_files;
use crate::settings::Configuration;
use crate::stock;
#[cfg(feature = "compiler")]
use rulec_compiler::CompiledRule;
use rulec_grammar::codes::E0808;
use rulec_grammar::diagnostic::{Diagnostic, Severity, Sink};
use rulec_grammar::source::{OtherPack, SourceFile};
use rulec_pack::signature::hex;
use rulec_pack::{Container, Engine, Executable, LoadError};
use rulec_plan::Plan;
use rulec_plan::ir::RuleIndex;
use rulec_plan::manifest::RuleMeta;
use rulec_report::{Notice, Source};
use std::path::Path;
use std::sync::{Arc, OnceLock};

pub use compiling::code_not_run;
#[cfg(feature = "compiler")]
pub use compiling::{surroundings, usable_by};

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
    /// What was loaded before in this run.
    shelf: Shelf,
}

/// Rules compiled together. Clones share plan and machine code.
#[derive(Clone)]
pub struct RulePack {
    /// The first part of its rules' ids; empty for pack files.
    pub name: String,
    /// The pack file that the user named, as displayed.
    pub path: Option<String>,
    /// The rules.
    pub plan: Arc<Plan>,
    /// What the sources say besides; empty for pack files.
    #[cfg(feature = "compiler")]
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
    /// What runs its rules, once somebody has asked.
    ready: Arc<OnceLock<Engine>>,
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
        Loaded::sharing(arguments, configuration, &Shelf::default())
    }

    /// The same; what stands on the shelf is not loaded again, and what is loaded is put there.
    pub fn sharing(arguments: &RuleArguments, configuration: &Configuration, shelf: &Shelf) -> Loaded {
        let loaded = Loaded { shelf: shelf.clone(), ..Loaded::default() };
        loaded
            .load(arguments, configuration, |loaded| loaded.once_by(Shelf::key(&["stock rules"]), Loaded::ready_stock))
    }

    fn load(
        mut self,
        arguments: &RuleArguments,
        configuration: &Configuration,
        stock: impl FnOnce(&mut Loaded),
    ) -> Loaded {
        let loaded = &mut self;
        loaded.sources.extend(configuration.sources.iter().cloned());
        loaded.diagnostics.extend(configuration.diagnostics.iter().cloned());
        loaded.notices.extend(configuration.notices.iter().cloned());
        if !arguments.no_stock {
            stock(loaded);
        }
        loaded.configured_packs(configuration, arguments);
        let mut read = rule_files::read(&arguments.rules);
        loaded.configured(configuration, &mut read);
        loaded.notices.append(&mut read.mistakes);
        loaded.compile_once(read.files, LOCAL_PACK);
        for path in &arguments.pack {
            loaded.open(path, arguments.require_signed);
        }
        loaded.must_have_rules(arguments);
        self
    }

    /// The rules in these files, as a pack that the user named.
    fn compile_once(&mut self, files: Vec<SourceFile>, pack: &str) {
        let mut key = vec!["rule files", pack];
        let usable = self.others.clone();
        for file in files.iter().chain(usable.iter().flat_map(|other| &other.files)) {
            key.extend([file.path.as_str(), &file.family, &file.text]);
        }
        let key = Shelf::key(&key);
        self.once_by(key, |loaded| loaded.compile(files, pack, true));
    }

    /// The stock rules as they were compiled before.
    fn ready_stock(&mut self) {
        match stock::compiled() {
            Some(Content::Plan(plan, machine)) => {
                self.packs.push(RulePack { machine, ..RulePack::of_plan(stock::PACK.to_owned(), plan, false) });
            }
            _ => self.compiled_stock(),
        }
    }

    /// Without stock rules and any others there is nothing to do, which users should not take for code without findings.
    fn must_have_rules(&mut self, arguments: &RuleArguments) {
        if self.packs.is_empty() && !arguments.no_stock && !self.has_errors() {
            let message = "there are no rules: this rulec has no compiler for the stock rules; name a pack with `--pack`, or in \
                           `[packs]` of rulec.toml";
            self.notices.push(Notice::error(message));
        }
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

    fn open(&mut self, path: &Path, require_signed: bool) {
        let opened = packs::open(path, require_signed);
        self.add(path.display().to_string(), opened);
    }

    fn add(&mut self, display: String, opened: Result<packs::Opened, String>) {
        match opened {
            Ok(opened) => {
                let key = Shelf::key(&["pack", &display, &hex(&opened.key)]);
                self.once_by(key, |loaded| loaded.add_opened(display, opened));
            }
            Err(reason) => self.notices.push(Notice::error(reason).about(display)),
        }
    }

    fn add_opened(&mut self, display: String, opened: packs::Opened) {
        let known = self.packs.len();
        match opened.content {
            Content::Plan(plan, machine) => {
                self.packs.push(RulePack { machine, ..RulePack::of_plan(String::new(), plan, true) });
            }
            Content::Sources(name, sources) => {
                if let Err(reason) = self.compile_again(&name, &sources) {
                    self.notices.push(Notice::error(reason).about(&display));
                }
            }
        }
        for pack in self.packs.iter_mut().skip(known) {
            (pack.keep, pack.is_strange, pack.path) = (Some(opened.key), opened.is_strange, Some(display.clone()));
        }
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
    fn of_plan(name: String, plan: Plan, added: bool) -> RulePack {
        RulePack {
            name,
            path: None,
            plan: Arc::new(plan),
            #[cfg(feature = "compiler")]
            rules: Vec::new(),
            files: Vec::new(),
            others: Vec::new(),
            first_source: 0,
            machine: None,
            keep: None,
            is_strange: false,
            added,
            ready: Arc::default(),
        }
    }

    /// Whether they are clones of one pack.
    pub fn is_same(&self, other: &RulePack) -> bool {
        Arc::ptr_eq(&self.plan, &other.plan)
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
        if let Some(engine) = self.ready.get() {
            return Ok(engine.clone());
        }
        let engine = self.native_engine()?;
        Ok(self.ready.get_or_init(|| engine).clone())
    }

    fn native_engine(&self) -> Result<Engine, String> {
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
                Err(LoadError::Executable(error)) => return Err(compiling::no_executable_memory(&error)),
            }
        }
        self.engine_without_code()
    }
}

/// What is said, once, of packs whose machine code is not run. `instead` is what happens.
fn strangers(count: usize, instead: &str) -> Option<Notice> {
    let packs = if count == 1 { "a pack".to_owned() } else { format!("{count} packs") };
    let message = format!(
        "the machine code of {packs} is not run, since it was neither built on this machine nor signed by a key that is \
         trusted here (`rulec pack trust add`); {instead}"
    );
    (count > 0).then(|| Notice::warning(message))
}
