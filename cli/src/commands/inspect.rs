//! `rulec inspect`: what is known of Go files.

use crate::commands::cache::UseArguments;
use crate::console::Console;
use crate::settings::working_folder;
use crate::status::{Failure, Status};
use rayon::prelude::*;
use rulec_gofront::inspect::{self, Format};
use rulec_gofront::{File, Reader};
use rulec_program::Config;
use rulec_runtime::discover::{Filters, discover};
use rulec_runtime::job::Target;
use rulec_tree::Vocabulary;
use rulec_world::Packages;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
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

impl PackageArguments {
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
        What::Tree(files) => print(files, 1, console, |_| {
            |file: &File, _: &[u8], target: &Target| inspect::tree(file, &target.display, files.format.format())
        }),
        What::Names(arguments) => print(&arguments.files, arguments.jobs, console, |targets| {
            let packages = arguments.packages(targets);
            let format = arguments.files.format.format();
            move |file: &File, _: &[u8], target: &Target| match packages.file(&target.path, file) {
                Ok(types) => rulec_world::inspect::names(&types, &target.display, format),
                // Of files that the build leaves out, the names that they show by themselves are known.
                Err(_) => inspect::names(file, &target.display, format, &|_| None),
            }
        }),
        What::Types(arguments) => print(&arguments.files, arguments.jobs, console, |targets| {
            let packages = arguments.packages(targets);
            let format = arguments.files.format.format();
            move |file: &File, source: &[u8], target: &Target| match packages.file(&target.path, file) {
                Ok(types) => rulec_world::inspect::types(&types, source, &target.display, format),
                // Files that the build leaves out have no types.
                Err(_) => String::new(),
            }
        }),
    }
}

/// Reads the files and prints what the writer that `writer` makes has to say of each, in their order.
fn print<W: Fn(&File, &[u8], &Target) -> String + Sync>(
    arguments: &FileArguments,
    jobs: usize,
    console: &Console,
    writer: impl FnOnce(&[Target]) -> W,
) -> Result<Status, Failure> {
    let discovered = discover(&arguments.paths, &Filters::default(), &working_folder().map_err(Failure::Message)?);
    for error in &discovered.errors {
        console.error(&error.to_string());
    }
    let write = writer(&discovered.targets);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK_BYTES).build();
    let pool = pool.map_err(|error| Failure::Message(format!("cannot start threads: {error}")))?;
    let vocabulary = Arc::new(Vocabulary::default());
    let mut out = console.out();
    for targets in discovered.targets.chunks(FILES_AT_ONCE * pool.current_num_threads()) {
        let one = |reader: &mut Reader, target: &Target| lines_of(reader, &vocabulary, target, &write);
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
