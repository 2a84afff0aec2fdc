//! `rulec init`: a `rulec.toml` to start from, made for the project that it is in.

use crate::console::Console;
use crate::rule_files;
use crate::status::{Failure, Status};
use crate::whole_file;
use ignore::WalkBuilder;
use rulec_program::normalised;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct InitArguments {
    /// The folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
}

/// Writes the file, unless there is one.
pub fn run(arguments: &InitArguments, console: &Console) -> Result<Status, Failure> {
    let folder = &arguments.folder;
    let path = folder.join(rulec_config::FILE_NAME);
    let display = path.strip_prefix("./").unwrap_or(&path).display();
    if path.symlink_metadata().is_ok() {
        return Err(Failure::Message(format!("{display} exists already; it is left as it is")));
    }
    let project = Project::look(folder);
    let written = whole_file::write(&path, |out| write(&project, out));
    written.map_err(|error| Failure::Message(format!("{display} cannot be written: {error}")))?;
    let mut out = console.out();
    writeln!(out, "wrote {display}; `rulec check` reads it")?;
    out.flush()?;
    Ok(Status::Clean)
}

/// What a folder shows of itself.
#[derive(Debug, Default)]
struct Project {
    /// The module of the folder's go.mod.
    module: Option<String>,
    go_files: usize,
    generated: usize,
    /// No more files were looked at.
    is_cut: bool,
    /// Folders with rule files.
    rule_folders: Vec<String>,
    /// Folders of code from elsewhere.
    foreign: Vec<&'static str>,
    /// The nearest configuration above, relative to the folder.
    above: Option<String>,
}

/// More files are not looked at: the first ones show what there is.
const MAX_FILES: usize = 20_000;

/// Names that are common for folders of code from elsewhere, besides `vendor`, which is left out in any case.
const FOREIGN: [&str; 4] = ["third_party", "thirdparty", "external", "node_modules"];

impl Project {
    fn look(folder: &Path) -> Project {
        let mut project =
            Project { module: module_of(folder), above: configuration_above(folder), ..Project::default() };
        for entry in WalkBuilder::new(folder).build().flatten() {
            let path = entry.path();
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            if is_folder {
                let foreign = FOREIGN.iter().find(|name| path.file_name().is_some_and(|file| file == **name));
                project.foreign.extend(foreign.filter(|name| !project.foreign.contains(name)));
            } else if path.extension().is_some_and(|extension| extension == "go") {
                project.is_cut = project.go_files == MAX_FILES;
                if project.is_cut {
                    break;
                }
                project.go_files += 1;
                project.generated += usize::from(says_generated(path));
            }
        }
        project.foreign.sort_unstable();
        project.rule_folders = rule_folders(folder);
        project
    }

    /// What was seen, in a sentence.
    fn summary(&self) -> String {
        let module = self.module.as_deref().map_or("No go.mod".to_owned(), |module| format!("Module {module}"));
        let least = if self.is_cut { "at least " } else { "" };
        format!("{module}, {least}{} Go files, {} of them generated.", self.go_files, self.generated)
    }
}

/// `../../rulec.toml`
fn configuration_above(folder: &Path) -> Option<String> {
    let folder = std::path::absolute(folder).map(|folder| normalised(&folder)).ok()?;
    let up = folder.ancestors().skip(1).position(|above| rulec_config::find_in(above).is_some())?;
    Some(format!("{}{}", "../".repeat(up + 1), rulec_config::FILE_NAME))
}

fn module_of(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(folder.join("go.mod")).ok()?;
    let name = text.lines().find_map(|line| line.trim().strip_prefix("module "))?.trim();
    let name = name.split("//").next().unwrap_or(name).trim().trim_matches('"');
    // It goes into a comment.
    (!name.is_empty() && !name.contains(char::is_control)).then(|| name.to_owned())
}

/// Whether a file says at its start that it is generated.
fn says_generated(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(1 << 12).read_to_end(&mut start));
    read.is_ok() && rulec_gofront::says_generated(&start)
}

/// The outermost folders that hold nothing but folders with rule files, as far as their names can be written.
fn rule_folders(folder: &Path) -> Vec<String> {
    let mut folders: Vec<String> = Vec::new();
    for path in rule_files::find(folder) {
        let below = path.strip_prefix(folder).unwrap_or(&path);
        let top = below.components().next().and_then(|part| part.as_os_str().to_str());
        let Some(top) = top.filter(|_| below.components().count() > 1) else { continue };
        let name = format!("{top}/");
        if !folders.contains(&name) {
            folders.push(name);
        }
    }
    folders
}

fn write(project: &Project, out: &mut dyn Write) -> io::Result<()> {
    let list = |items: &[String]| items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join(", ");
    let foreign: Vec<String> = project.foreign.iter().map(|name| (*name).to_owned()).collect();
    writeln!(
        out,
        "# What rulec checks here. Every key may be left out; `rulec list` shows the rules, and `rulec schema` prints"
    )?;
    writeln!(out, "# a JSON schema that editors complete this file with.")?;
    writeln!(out, "# {}", project.summary())?;
    out.write_all(SELECTION.as_bytes())?;
    if project.rule_folders.is_empty() {
        writeln!(out, "# rule-paths = [\"rules/\"]")?;
    } else {
        writeln!(out, "rule-paths = [{}]", list(&project.rule_folders))?;
    }
    writeln!(
        out,
        "\n# Configurations that this one starts from, such as that of the whole repository. What stands here wins."
    )?;
    match &project.above {
        Some(above) => writeln!(out, "extends = [{above:?}]")?,
        None => writeln!(out, "# extends = [\"../rulec.toml\"]")?,
    }
    out.write_all(RULES.as_bytes())?;
    if foreign.is_empty() {
        writeln!(out, "# exclude = [\"third_party\", \"**/*.pb.go\"]")?;
    } else {
        writeln!(out, "exclude = [{}]", list(&foreign))?;
    }
    if project.generated > 0 {
        writeln!(out, "# Files that say they are generated: here {}.", project.generated)?;
    }
    out.write_all(FILES.as_bytes())
}

const SELECTION: &str = r#"
# Rules that are on. A selector is a rule, a family, a tag, a severity, a level or a glob. The levels:
#   recommended  mistakes, with few false alarms: for every project
#   strict       what is a mistake in most places, or asks for care: for code that must not fail
#   pedantic     matters of form and habit: for teams that agree on them
# Without this line, those of level `recommended` are on, and all rules of your own.
# select = ["recommended", "http"]

# Rules that are off, of those selected.
ignore = []

# Rule files of your own, relative to this file; `rulec new rule NAME` starts one.
"#;

const RULES: &str = r#"
# How bad findings are: "error", "warning" or "info". Errors make `rulec check` fail.
[severity]
# "stdlib.http.*" = "error"

# Options of a rule; `rulec explain RULE` shows what it has.
# [rules.file-mode]
# max = 0o644

# Which files are checked besides those named on the command line.
[files]
"#;

const FILES: &str = r#"# generated = false
# tests = true
# vendor = false
# testdata = false
# gitignore = true

# What differs for some paths.
# [[per-path]]
# paths = ["internal/legacy/**"]
# ignore = ["warning"]

# There is much old code? `rulec check --baseline rulec-baseline.json --write-baseline` lists what is known, and
# `--baseline rulec-baseline.json` alone reports what is new.
"#;
