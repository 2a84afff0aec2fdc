//! Which files are checked.

use crate::settings::Configuration;
use rulec_report::Notice;
use rulec_runtime::discover::{Filters, discover, display};
use rulec_runtime::finding::Skipped;
use rulec_runtime::job::{Platform, Target};
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
    /// What the configuration has to be near to.
    pub fn places(&self) -> &[PathBuf] {
        self.stdin_filename.as_ref().map_or(&self.paths, std::slice::from_ref)
    }

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
}

/// Files found.
pub struct Found {
    /// What is checked.
    pub input: Input,
    /// Folders that could not be read.
    pub skipped: Vec<Skipped>,
}

/// Finds the files, or reads standard input.
pub fn find(arguments: &FileArguments, configuration: &Configuration, notices: &mut Vec<Notice>) -> Found {
    match &arguments.stdin_filename {
        Some(path) => read_stream(path, configuration, notices),
        None => find_files(arguments, configuration, notices),
    }
}

fn read_stream(path: &Path, configuration: &Configuration, notices: &mut Vec<Notice>) -> Found {
    let mut source = Vec::new();
    let target = Target {
        path: configuration.cwd.join(path),
        display: Arc::from(display(path, &configuration.cwd)),
        explicit: true,
    };
    let input = match io::stdin().lock().read_to_end(&mut source) {
        Ok(_) => Input::Stream { target, source },
        Err(error) => {
            notices.push(Notice::error(format!("standard input cannot be read: {error}")));
            Input::Files(Vec::new())
        }
    };
    Found { input, skipped: Vec::new() }
}

fn find_files(arguments: &FileArguments, configuration: &Configuration, notices: &mut Vec<Notice>) -> Found {
    let mut discovered = discover(&arguments.paths, &filters(arguments, configuration), &configuration.cwd);
    discovered.targets.retain(|target| target.explicit || configuration.layers.include(&target.path));
    let errors = discovered.errors.iter();
    notices.extend(errors.map(|error| Notice::error(&error.reason).about(&error.path)));
    for nested in configuration.nested(discovered.targets.iter().map(|target| target.path.as_path())) {
        let nested = display(&nested, &configuration.cwd);
        let folder = nested.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
        let message = format!("not read: one configuration holds for a run; `rulec check {folder}` reads this one");
        notices.push(Notice::warning(message).about(nested));
    }
    if discovered.targets.is_empty() && discovered.errors.is_empty() {
        notices.push(Notice::warning("there are no Go files to check"));
    }
    Found { input: Input::Files(discovered.targets), skipped: discovered.skipped }
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
        include: None,
        exclude: None,
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
