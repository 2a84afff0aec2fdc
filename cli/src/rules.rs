//! From rule files and packs to checked rules.
//!
//! In: where rules come from. Out: [`Loaded`]: plans, the texts they were made of, and every mistake found. Rules with
//! mistakes are left out; all others are there.

use crate::arguments::{EngineName, RuleArguments};
use crate::rule_files;
use crate::settings::Configuration;
use crate::stock;
use rulec_compiler::native::{self, NativeOptions};
use rulec_compiler::{CompiledRule, Declared, OtherPack, SourceFile, Surroundings, compile, compile_in};
use rulec_grammar::codes::E0808;
use rulec_grammar::diagnostic::{Diagnostic, FileId, Severity, Sink};
use rulec_pack::{Code, Engine, Executable};
use rulec_plan::Plan;
use rulec_plan::ir::RuleIndex;
use rulec_plan::manifest::RuleMeta;
use rulec_report::{Notice, Source};
use rulec_world::declarations::{self, Declaration};
use rulec_world::standard::names_without;
use std::fs;
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
}

/// Rules compiled together.
pub struct RulePack {
    /// The first part of its rules' ids; empty for pack files.
    pub name: String,
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
    /// Machine code that came with the plan.
    pub code: Option<Code>,
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
    /// Reads and compiles all rules that the arguments and the configuration name.
    pub fn new(arguments: &RuleArguments, configuration: &Configuration) -> Loaded {
        let mut loaded = Loaded::default();
        loaded.sources.extend(configuration.source.clone());
        loaded.diagnostics.extend(configuration.diagnostics.iter().cloned());
        loaded.notices.extend(configuration.notices.iter().cloned());
        if !arguments.no_stock {
            loaded.compile(stock::sources(), stock::PACK, false);
        }
        let mut read = rule_files::read(&arguments.rules);
        loaded.configured(configuration, &mut read);
        loaded.notices.append(&mut read.mistakes);
        loaded.compile(read.files, LOCAL_PACK, true);
        for path in &arguments.pack {
            loaded.open(path);
        }
        loaded
    }

    /// Only the rules in these files and folders.
    pub fn of_paths(paths: &[PathBuf]) -> Loaded {
        Loaded::of_paths_in(paths, LOCAL_PACK)
    }

    /// The same as a pack of another name.
    pub fn of_paths_in(paths: &[PathBuf], pack: &str) -> Loaded {
        let mut loaded = Loaded::default();
        let mut read = rule_files::read(paths);
        loaded.notices.append(&mut read.mistakes);
        loaded.compile(read.files, pack, true);
        loaded
    }

    /// The rules that the configuration's `rule-paths` name.
    fn configured(&mut self, configuration: &Configuration, read: &mut rule_files::Read) {
        let Some(config) = &configuration.config else { return };
        let mut sink = Sink::new();
        for path in &config.rule_paths {
            let more = rule_files::read(&[configuration.display(&path.value)]);
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
        let first_source = self.sources.len();
        // What is embedded was checked when it was built.
        let compiled = match added {
            true => compile_in(&files, pack, surroundings(&other_packs())),
            false => compile(&files, pack),
        };
        self.sources.extend(files.iter().chain(&compiled.others).map(|file| Source::new(&file.path, &file.text)));
        self.diagnostics.extend(compiled.diagnostics.into_iter().map(|diagnostic| shifted(diagnostic, first_source)));
        self.packs.push(RulePack {
            name: pack.to_owned(),
            plan: Arc::new(compiled.plan),
            rules: compiled.rules,
            files,
            others: compiled.others.into_iter().zip(compiled.other_packs).map(|(file, pack)| (pack, file)).collect(),
            first_source,
            code: None,
            added,
        });
    }

    fn open(&mut self, path: &Path) {
        let display = path.display().to_string();
        match read_pack(path) {
            Ok((plan, code)) => self.packs.push(RulePack {
                name: String::new(),
                plan: Arc::new(plan),
                rules: Vec::new(),
                files: Vec::new(),
                others: Vec::new(),
                first_source: self.sources.len(),
                code,
                added: true,
            }),
            Err(reason) => self.notices.push(Notice::error(reason).about(display)),
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
    /// What runs the rules of this pack.
    ///
    /// # Errors
    /// What to tell the user where the system refuses executable memory, or the plan cannot be compiled.
    pub fn engine(&self, name: EngineName) -> Result<Engine, String> {
        if name == EngineName::Interp {
            return Ok(Engine::Interp);
        }
        let compiled;
        let code = match &self.code {
            Some(code) => code,
            None => {
                let done = native::compile(&self.plan, &NativeOptions::JIT);
                compiled = done.map_err(|error| format!("the rules cannot be compiled to machine code: {error}"))?;
                &compiled
            }
        };
        let executable = Executable::map(code).map_err(|error| {
            format!(
                "the system gives no executable memory: {error}; \
                 `rulec build` makes packs for `--pack` where it does, and `--engine interp` runs without"
            )
        })?;
        Ok(Engine::Native(executable))
    }
}

/// The packs whose modules rule files can use.
pub fn other_packs() -> Vec<OtherPack> {
    vec![OtherPack { name: stock::PACK.to_owned(), files: stock::sources() }]
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

/// The plan of a pack file, and its machine code if that is for this machine.
fn read_pack(path: &Path) -> Result<(Plan, Option<Code>), String> {
    let bytes = fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    let pack = rulec_pack::file::read(&bytes).map_err(|error| error.to_string())?;
    let code = pack.host_code().cloned();
    Ok((pack.plan, code))
}

fn shifted(mut diagnostic: Diagnostic, by: usize) -> Diagnostic {
    let shift = |file: &mut FileId| file.0 += by as u32;
    shift(&mut diagnostic.file);
    diagnostic.related.iter_mut().for_each(|(file, _, _)| shift(file));
    diagnostic
}
