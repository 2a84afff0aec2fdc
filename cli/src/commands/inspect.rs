//! `rulec inspect`: what is known of Go files.

use crate::commands::cache::UseArguments;
use crate::console::Console;
use crate::settings::working_folder;
use crate::status::{Failure, Status};
use rayon::prelude::*;
use rulec_calls::{Functions, Known, NoFacts, Options};
use rulec_flow::summary::Ignorance;
use rulec_flow::{Body, FileFlow, dot, text};
use rulec_gofront::inspect::{self, Format};
use rulec_gofront::{File, Reader};
use rulec_program::Config;
use rulec_runtime::discover::{Discovered, Filters, discover};
use rulec_runtime::job::Target;
use rulec_tree::Vocabulary;
use rulec_world::Packages;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct InspectArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// The syntax tree that rules match: one node to a line.
    Tree(FileArguments),
    /// What each identifier means: one to a line.
    Names(PackageArguments),
    /// The type, mode and value of each expression: one to a line.
    Types(PackageArguments),
    /// What functions do, step by step: blocks of instructions, and where each leads.
    Flow(FlowArguments),
    /// Which functions call which: one edge to a line.
    Calls(PackageArguments),
    /// What is known of each function and function literal: one to a line.
    Facts(PackageArguments),
}

#[derive(Debug, clap::Args)]
struct FileArguments {
    /// Files, folders or Go patterns.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// For people, or for programs.
    #[arg(long, value_enum, default_value_t)]
    format: FormatName,
}

#[derive(Debug, clap::Args)]
struct PackageArguments {
    #[command(flatten)]
    files: FileArguments,

    #[command(flatten)]
    build: BuildArguments,
}

#[derive(Debug, clap::Args)]
struct FlowArguments {
    /// Files, folders or Go patterns.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Only functions and methods of this name, and the literals in them.
    #[arg(long, value_name = "NAME")]
    func: Option<String>,

    /// For people, or for graphviz.
    #[arg(long, value_enum, default_value_t)]
    format: FlowFormat,

    #[command(flatten)]
    build: BuildArguments,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum FlowFormat {
    #[default]
    Text,
    Dot,
}

#[derive(Debug, clap::Args)]
struct BuildArguments {
    /// Build tags.
    #[arg(long, value_delimiter = ',', value_name = "TAG")]
    tags: Vec<String>,

    /// The operating system, as in GOOS.
    #[arg(long, value_name = "OS")]
    goos: Option<String>,

    /// The processor architecture, as in GOARCH.
    #[arg(long, value_name = "ARCH")]
    goarch: Option<String>,

    /// How many threads to use; one for each core if not given.
    #[arg(short, long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    jobs: usize,

    #[command(flatten)]
    cache: UseArguments,
}

impl BuildArguments {
    /// The packages of the files, for this platform.
    fn packages(&self, targets: &[Target]) -> Packages {
        let config = Config {
            goos: self.goos.clone(),
            goarch: self.goarch.clone(),
            tags: self.tags.clone(),
            ..Config::of_this_machine()
        };
        let files = targets.iter().map(|target| target.path.clone()).collect();
        self.cache.apply(Packages::of_disk(config, files, self.jobs))
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum FormatName {
    #[default]
    Text,
    Jsonl,
}

impl FormatName {
    fn format(self) -> Format {
        match self {
            FormatName::Text => Format::Text,
            FormatName::Jsonl => Format::Jsonl,
        }
    }
}

/// How many files are in memory at once, for each thread.
const FILES_AT_ONCE: usize = 16;

/// Type checking goes into nested expressions; the bound on their nesting is made for this.
const STACK_BYTES: usize = 256 << 20;

/// What a file gives: lines, and what there is to warn of.
type Lines = (Vec<u8>, Vec<String>);

/// Prints it, file by file.
pub fn run(arguments: &InspectArguments, console: &Console) -> Result<Status, Failure> {
    match &arguments.what {
        What::Tree(files) => {
            let found = find(&files.paths, console)?;
            let format = files.format.format();
            print(&found, 1, console, &|file, _, target| inspect::tree(file, &target.display, format))
        }
        What::Names(arguments) => {
            let found = find(&arguments.files.paths, console)?;
            let packages = arguments.build.packages(&found.targets);
            let format = arguments.files.format.format();
            print(&found, arguments.build.jobs, console, &|file, _, target| match packages.file(&target.path, file) {
                Ok(types) => rulec_world::inspect::names(&types, &target.display, format),
                // Of files that the build leaves out, the names that they show by themselves are known.
                Err(_) => inspect::names(file, &target.display, format, &|_| None),
            })
        }
        What::Types(arguments) => {
            let found = find(&arguments.files.paths, console)?;
            let packages = arguments.build.packages(&found.targets);
            let format = arguments.files.format.format();
            print(&found, arguments.build.jobs, console, &|file, source, target| {
                match packages.file(&target.path, file) {
                    Ok(types) => rulec_world::inspect::types(&types, source, &target.display, format),
                    // Files that the build leaves out have no types.
                    Err(_) => String::new(),
                }
            })
        }
        What::Flow(arguments) => flow(arguments, console),
        What::Calls(arguments) => of_functions(arguments, console, rulec_calls::inspect::calls),
        What::Facts(arguments) => of_functions(arguments, console, rulec_calls::inspect::facts),
    }
}

/// What there is to say of the functions of a file.
type WriteKnown = fn(&Known<'_>, &Path, &File, &str, Format) -> String;

/// Prints what is known of functions.
fn of_functions(arguments: &PackageArguments, console: &Console, write: WriteKnown) -> Result<Status, Failure> {
    let found = find(&arguments.files.paths, console)?;
    let packages = arguments.build.packages(&found.targets);
    let functions = Functions::new(&packages, Options { models: &[], facts: &NoFacts, tests: true, held_bytes: 0 });
    let format = arguments.files.format.format();
    print(&found, arguments.build.jobs, console, &|file, _, target| {
        write(functions.known(), &target.path, file, &target.display, format)
    })
}

/// Prints the bodies of functions.
fn flow(arguments: &FlowArguments, console: &Console) -> Result<Status, Failure> {
    let found = find(&arguments.paths, console)?;
    let packages = arguments.build.packages(&found.targets);
    let functions = Functions::new(&packages, Options { models: &[], facts: &NoFacts, tests: true, held_bytes: 0 });
    let is_chosen = |body: &Body, file: &File| arguments.func.as_ref().is_none_or(|name| dot::is_of(body, file, name));
    print(&found, arguments.build.jobs, console, &|file, _, target| {
        // Without types less is known of what a call calls, and control flow is the same.
        let types = packages.file(&target.path, file).ok();
        let flow = match &types {
            Some(types) => FileFlow::new(file, Some(types), &functions),
            None => FileFlow::new(file, None, &Ignorance),
        };
        let chosen = |body: &Body| is_chosen(body, file);
        match arguments.format {
            FlowFormat::Text => {
                let texts = text::texts_of(&flow, file, types.as_ref(), chosen);
                texts.into_iter().map(|text| format!("{}: {text}\n", target.display)).collect()
            }
            FlowFormat::Dot => dot::file_dot(&flow, file, types.as_ref(), &target.display, chosen),
        }
    })
}

/// Finds the files to print, and says which paths there are not.
fn find(paths: &[PathBuf], console: &Console) -> Result<Discovered, Failure> {
    let discovered = discover(paths, &Filters::default(), &working_folder().map_err(Failure::Message)?);
    for error in &discovered.errors {
        console.error(&error.to_string());
    }
    Ok(discovered)
}

/// Reads the files and prints what `write` has to say of each, in their order.
fn print(
    discovered: &Discovered,
    jobs: usize,
    console: &Console,
    write: &(impl Fn(&File, &[u8], &Target) -> String + Sync),
) -> Result<Status, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK_BYTES).build();
    let pool = pool.map_err(|error| Failure::Message(format!("cannot start threads: {error}")))?;
    let vocabulary = Arc::new(Vocabulary::default());
    let mut out = console.out();
    for targets in discovered.targets.chunks(FILES_AT_ONCE * pool.current_num_threads()) {
        let one = |reader: &mut Reader, target: &Target| lines_of(reader, &vocabulary, target, write);
        let all: Vec<Lines> = pool.install(|| targets.par_iter().map_init(Reader::new, one).collect());
        for (lines, warnings) in all {
            warnings.iter().for_each(|warning| console.warning(warning));
            out.write_all(&lines)?;
        }
    }
    out.flush()?;
    Ok(if discovered.errors.is_empty() { Status::Clean } else { Status::Usage })
}

fn lines_of(
    reader: &mut Reader,
    vocabulary: &Arc<Vocabulary>,
    target: &Target,
    write: &(impl Fn(&File, &[u8], &Target) -> String + Sync),
) -> Lines {
    let read = fs::read(&target.path).map_err(|error| error.to_string()).and_then(|source| {
        let file = reader.read(&source, vocabulary).map_err(|refusal| refusal.to_string())?;
        Ok((source, file))
    });
    match read {
        Ok((source, file)) => (write(&file, &source, target).into_bytes(), gaps(&file, &target.display)),
        Err(reason) => (Vec::new(), vec![format!("{}: {reason}", target.display)]),
    }
}

/// What does not parse is not in the output: says so.
fn gaps(file: &File, path: &str) -> Vec<String> {
    let gap = |bad: &rulec_gofront::BadRegion| {
        let (line, column) = file.lines.position(bad.at);
        format!("{path}:{line}:{column}: {} in {}", bad.reason, bad.what)
    };
    file.coverage.bad.iter().map(gap).collect()
}
