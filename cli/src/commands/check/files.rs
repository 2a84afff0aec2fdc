//! Which files are checked.

use crate::areas::Configurations;
use crate::settings::Configuration;
use rulec_program::normalised;
use rulec_report::Notice;
use rulec_runtime::discover::{Discovery, Filters, display, pattern};
use rulec_runtime::finding::Skipped;
use rulec_runtime::job::{Platform, Target};
use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files, and how to look at them.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Files")]
pub struct FileArguments {
    /// Files, folders or Go patterns such as `./...`. What is named here is checked whatever the filters say of it.
    #[arg(default_value = ".", value_name = "PATH", help_heading = "Arguments")]
    paths: Vec<PathBuf>,

    /// Check standard input as if it were this file.
    #[arg(long, value_name = "PATH", conflicts_with = "paths")]
    stdin_filename: Option<PathBuf>,

    /// Leave out `_test.go` files.
    #[arg(long)]
    no_tests: bool,

    /// Check files that `.gitignore` names.
    #[arg(long)]
    no_gitignore: bool,

    /// Check folders called `vendor`.
    #[arg(long)]
    vendor: bool,

    /// Check folders called `testdata`.
    #[arg(long)]
    testdata: bool,

    /// Check files and folders whose names start with `_` or `.`.
    #[arg(long)]
    hidden: bool,

    /// Check files that say they are generated.
    #[arg(long)]
    generated: bool,

    /// Check what builds with these tags.
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    tags: Vec<String>,

    /// Check what builds for this operating system.
    #[arg(long, value_name = "OS")]
    goos: Option<String>,

    /// Check what builds for this architecture.
    #[arg(long, value_name = "ARCH")]
    goarch: Option<String>,

    /// The Go version, instead of what go.mod says.
    #[arg(long, value_name = "VERSION", value_parser = go_version)]
    go_version: Option<String>,

    /// Import paths are those of folders below `DIR/src`, where no go.mod says otherwise.
    #[arg(long, value_name = "DIR")]
    gopath: Option<PathBuf>,
}

impl FileArguments {
    /// Whether standard input is checked.
    pub fn is_stream(&self) -> bool {
        self.stdin_filename.is_some()
    }
}

fn go_version(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix("go").unwrap_or(text);
    let numbers: Vec<_> = bare.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if (2..=3).contains(&numbers.len()) && numbers.iter().all(is_number) {
        Ok(bare.to_owned())
    } else {
        Err("expected a version such as 1.22".to_owned())
    }
}

/// What is checked.
pub enum Input {
    /// Files.
    Files(Vec<Target>),
    /// The text of standard input.
    Stream {
        /// The file that it stands for.
        target: Target,
        /// The text.
        source: Vec<u8>,
    },
}

impl Input {
    /// The files; none for standard input.
    pub fn targets(&self) -> &[Target] {
        match self {
            Input::Files(targets) => targets,
            Input::Stream { .. } => &[],
        }
    }

    /// The same, with the file that standard input stands for.
    pub fn all(&self) -> &[Target] {
        match self {
            Input::Files(targets) => targets,
            Input::Stream { target, .. } => std::slice::from_ref(target),
        }
    }
}

/// Files found.
pub struct Found {
    /// What is checked.
    pub input: Input,
    /// Of each file of it, the number of its configuration.
    pub configurations: Vec<usize>,
    /// Folders that could not be read.
    pub skipped: Vec<Skipped>,
    /// What went wrong.
    pub notices: Vec<Notice>,
}

/// Finds the files, or reads standard input. Configurations that are nearest to what is walked are read.
pub fn find(arguments: &FileArguments, configurations: &mut Configurations<'_>) -> Found {
    match &arguments.stdin_filename {
        Some(path) => read_stream(path, configurations),
        None => find_files(arguments, configurations),
    }
}

fn read_stream(path: &Path, configurations: &mut Configurations<'_>) -> Found {
    let mut source = Vec::new();
    let cwd = configurations.cwd();
    let target = Target { path: normalised(&cwd.join(path)), display: Arc::from(display(path, cwd)), explicit: true };
    let number = of_file(&target.path, configurations);
    let (input, notices) = match io::stdin().lock().read_to_end(&mut source) {
        Ok(_) => (Input::Stream { target, source }, Vec::new()),
        Err(error) => {
            let notice = Notice::error(format!("standard input cannot be read: {error}"));
            (Input::Files(Vec::new()), vec![notice])
        }
    };
    let configurations = input.all().iter().map(|_| number).collect();
    Found { input, configurations, skipped: Vec::new(), notices }
}

fn find_files(arguments: &FileArguments, configurations: &mut Configurations<'_>) -> Found {
    let cwd = configurations.cwd().to_owned();
    let mut discovery = Discovery::new(&cwd);
    let mut waiting: VecDeque<PathBuf> = arguments.paths.iter().cloned().collect();
    while let Some(path) = waiting.pop_front() {
        let start = normalised(&cwd.join(pattern(&path).1));
        let number = if start.is_dir() { configurations.of_folder(&start) } else { of_file(&start, configurations) };
        let layers = &configurations.get(number).layers;
        let border = configurations.are_searched().then_some(rulec_config::FILE_NAME);
        let filters = Filters { border, ..filters(arguments, configurations.get(number)) };
        // What a configuration excludes is left out with the configurations in it.
        let borders = discovery.add(&path, &filters).into_iter();
        waiting.extend(borders.filter(|border| !layers.exclude(pattern(border).1)));
    }
    let discovered = discovery.finish();
    let mut targets = Vec::new();
    let mut numbers = Vec::new();
    for target in discovered.targets {
        let number = of_file(&target.path, configurations);
        if target.explicit || configurations.get(number).layers.include(&target.path) {
            targets.push(target);
            numbers.push(number);
        }
    }
    let errors = discovered.errors.iter();
    let mut notices: Vec<Notice> = errors.map(|error| Notice::error(&error.reason).about(&error.path)).collect();
    if targets.is_empty() && notices.is_empty() {
        notices.push(Notice::warning("there are no Go files to check"));
    }
    Found { input: Input::Files(targets), configurations: numbers, skipped: discovered.skipped, notices }
}

/// The number of the configuration that holds for a file with this absolute path.
fn of_file(path: &Path, configurations: &mut Configurations<'_>) -> usize {
    configurations.of_folder(path.parent().unwrap_or(path))
}

/// The command line switches more on; the configuration decides about the rest.
fn filters(arguments: &FileArguments, configuration: &Configuration) -> Filters {
    let layers = &configuration.layers;
    Filters {
        gitignore: !arguments.no_gitignore && layers.of_files(|files| files.gitignore).unwrap_or(true),
        vendor: !(arguments.vendor || layers.of_files(|files| files.vendor).unwrap_or(false)),
        testdata: !(arguments.testdata || layers.of_files(|files| files.testdata).unwrap_or(false)),
        hidden: !arguments.hidden,
        tests: arguments.no_tests || !layers.of_files(|files| files.tests).unwrap_or(true),
        ..Filters::default()
    }
}

/// Whether generated files are checked.
pub fn with_generated(arguments: &FileArguments, configuration: &Configuration) -> bool {
    arguments.generated || configuration.layers.of_files(|files| files.generated).unwrap_or(false)
}

/// Whether files that build constraints exclude are left out.
pub fn is_for_a_platform(arguments: &FileArguments) -> bool {
    platform(arguments).is_given()
}

/// The platform that the files are checked for.
pub fn platform(arguments: &FileArguments) -> Platform {
    Platform {
        goos: arguments.goos.clone(),
        goarch: arguments.goarch.clone(),
        tags: arguments.tags.clone(),
        go_version: arguments.go_version.clone(),
        gopath: arguments.gopath.clone(),
    }
}
