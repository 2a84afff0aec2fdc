//! Rule files to checked rules, and plans to machine code: what needs the compiler.

use super::{LOCAL_PACK, Loaded, RulePack, renumbered, strangers};
use crate::arguments::RuleArguments;
use crate::dependencies::{Content, Locking};
use crate::settings::Configuration;
use crate::{packs, rule_files, stock};
use rulec_compiler::native::{self, NativeOptions};
use rulec_compiler::{Compiled, Declared, Surroundings, compile, compile_in};
use rulec_grammar::diagnostic::FileId;
use rulec_grammar::source::{OtherPack, SourceFile};
use rulec_pack::file::{Contents, SourceText};
use rulec_pack::manifest::Manifest;
use rulec_pack::{Code, Engine, Executable, ExecutableError};
use rulec_plan::ir::RuleIndex;
use rulec_report::{Notice, Source};
use rulec_world::declarations::{self, Declaration};
use rulec_world::standard::names_without;
use std::path::{Path, PathBuf};

impl Loaded {
    /// All rules that the arguments and the configuration name, with the sources of the stock rules: what is written in them,
    /// besides what they do.
    pub fn with_sources(arguments: &RuleArguments, configuration: &Configuration) -> Loaded {
        Loaded::default().load(arguments, configuration, Loaded::compiled_stock)
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

    /// The rules of one pack, compiled from its source.
    pub fn of_content(content: Content) -> Loaded {
        let mut loaded = Loaded { others: content.others, ..Loaded::default() };
        loaded.compile(content.files, &content.name, true);
        loaded
    }

    /// The stock rules, from their text.
    pub(super) fn compiled_stock(&mut self) {
        self.compile(stock::sources(), stock::PACK, false);
        self.packs.iter_mut().for_each(|pack| pack.keep = Some(packs::key(stock::PACK, stock::hash())));
    }

    /// The rules in these files, as a pack.
    pub(super) fn compile(&mut self, files: Vec<SourceFile>, pack: &str, added: bool) {
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

    /// The rules of a pack whose plan was made by another rulec, from its sources. Mistakes are told as those of files are.
    pub(super) fn compile_again(&mut self, name: &str, sources: &[SourceText]) -> Result<(), String> {
        let file = |source: &SourceText| SourceFile {
            path: source.path.clone(),
            family: source.family.clone(),
            text: source.text.clone(),
        };
        let (own, others): (Vec<_>, Vec<_>) = sources.iter().partition(|source| source.pack == name);
        let packs = OtherPack::of_files(others.into_iter().map(|source| (source.pack.clone(), file(source))));
        let files: Vec<SourceFile> = own.into_iter().map(file).collect();
        let compiled = compile_in(&files, name, surroundings(&packs));
        self.take(compiled, files, name, true);
        Ok(())
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
        let shifted = |file: FileId| FileId(file.0 + first_source as u32);
        self.diagnostics.extend(compiled.diagnostics.iter().map(|diagnostic| renumbered(diagnostic, shifted)));
        self.packs.push(RulePack {
            rules: compiled.rules,
            files,
            others: compiled.other_packs.into_iter().zip(compiled.others).collect(),
            first_source,
            ..RulePack::of_plan(pack.to_owned(), compiled.plan, added)
        });
    }
}

impl RulePack {
    /// The text that a rule stands in, among [`Loaded::sources`]; none if only its plan is known.
    pub fn source_of(&self, rule: RuleIndex) -> Option<FileId> {
        let rule = self.rules.iter().find(|own| own.index == rule)?;
        Some(FileId(self.first_source as u32 + rule.file.0))
    }

    /// The files of other packs that its files use, by pack.
    pub fn other_packs(&self) -> Vec<OtherPack> {
        OtherPack::of_files(self.others.iter().cloned())
    }

    /// What runs the rules where there is no machine code that may be run: code that is made for it.
    pub(super) fn engine_without_code(&self) -> Result<Engine, String> {
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

/// What is said, once, of packs whose machine code is not run.
pub fn code_not_run(packs: &[&RulePack]) -> Vec<Notice> {
    let strange = packs.iter().filter(|pack| pack.is_strange).count();
    strangers(strange, "the rules are compiled again").into_iter().collect()
}

/// What to do where machine code cannot be run.
pub(super) fn no_executable_memory(error: &ExecutableError) -> String {
    format!(
        "the system gives no executable memory: {error}; `rulec build` makes packs for `--pack` where it does, and \
         `--engine interp` runs without"
    )
}

/// The packs whose modules rule files can use where the first of them stands: those that its `pack.toml` or `rulec.toml` names,
/// as far as they can be had, and the stock rules. With them the folder at which the paths of their files start.
pub fn usable_by(files: &[SourceFile]) -> (Vec<OtherPack>, PathBuf) {
    let folder = files.first().and_then(|file| Path::new(&file.path).parent());
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let loaded = Loaded::for_lock(folder, Locking::Heed);
    (loaded.usable(), loaded.needed.folder)
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
