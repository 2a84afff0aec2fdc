//! `rulec catalogue`: a page for each rule and an index, in Markdown, made from the rules themselves.

use crate::arguments::RuleArguments;
use crate::commands::explain::option_default;
use crate::commands::list::{fix_word, level_word};
use crate::console::Console;
use crate::rules::{Found, Loaded};
use crate::settings::Configuration;
use crate::status::{Failure, Status};
use crate::whole_file;
use rulec_grammar::ast::{Example, ExampleFile};
use rulec_pack::manifest::type_name;
use rulec_plan::manifest::{CostClass, Level, RuleMeta};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct CatalogueArguments {
    /// The folder to write: `README.md` with the index, and `FAMILY/NAME.md` for each rule.
    #[arg(short, long, value_name = "FOLDER")]
    output: PathBuf,

    #[command(flatten)]
    rules: RuleArguments,
}

/// Writes the pages. Pages of an earlier catalogue whose rules are gone are removed; other files are left alone.
pub fn run(arguments: &CatalogueArguments, console: &Console) -> Result<Status, Failure> {
    let configuration = Configuration::load(&arguments.rules).map_err(Failure::Message)?;
    let loaded = Loaded::with_sources(&arguments.rules, &configuration);
    console.diagnostics(&loaded.diagnostics, &loaded.sources, &loaded.notices);
    let mut rules: Vec<_> = loaded.rules().collect();
    rules.sort_by(|a, b| a.meta.id.cmp(&b.meta.id));
    let pages = pages(&rules);
    let removed = remove_stale(&arguments.output, &pages).map_err(Failure::Message)?;
    for (name, text) in &pages {
        write(&arguments.output.join(name), text).map_err(Failure::Message)?;
    }
    let mut out = console.out();
    let gone = if removed > 0 { format!(", {removed} removed") } else { String::new() };
    writeln!(out, "{} pages in {}{gone}", pages.len(), arguments.output.display())?;
    out.flush()?;
    Ok(if loaded.has_errors() { Status::Usage } else { Status::Clean })
}

/// The first line of every page, by which a later run knows its own.
const MARK: &str = "<!-- Made from the rules by `rulec catalogue`; changes here are lost. -->";

/// All pages by their names in the folder.
fn pages(rules: &[Found<'_>]) -> BTreeMap<PathBuf, String> {
    let own = rules.iter().map(|found| (path_of(found.meta), page(found)));
    own.chain([(PathBuf::from("README.md"), index(rules))]).collect()
}

fn path_of(meta: &RuleMeta) -> PathBuf {
    PathBuf::from(meta.family()).join(format!("{}.md", meta.name()))
}

fn index(rules: &[Found<'_>]) -> String {
    let mut families: BTreeMap<&str, Vec<&RuleMeta>> = BTreeMap::new();
    for found in rules {
        families.entry(found.meta.family()).or_default().push(found.meta);
    }
    let mut page = format!("{MARK}\n\n# Rules\n\n");
    let count = |level| rules.iter().filter(|found| found.meta.level == level).count();
    let _ = writeln!(
        page,
        "{} rules in {} families: {} recommended, which are on by default, {} strict and {} pedantic. In the tables, a fix is \
         applied by `rulec check --fix`, a suggestion by `--fix-unsafe`.\n",
        rules.len(),
        families.len(),
        count(Level::Recommended),
        count(Level::Strict),
        count(Level::Pedantic),
    );
    for (family, rules) in &families {
        let _ = writeln!(page, "- [{family}](#{family}): {}", rules.len());
    }
    for (family, rules) in &families {
        let _ =
            writeln!(page, "\n## {family}\n\n| Rule | Severity | Level | Fix | What it finds |\n|---|---|---|---|---|");
        for meta in rules {
            let (severity, level, fix) = (meta.severity.text(), level_word(meta.level), fix_word(meta));
            let summary = cell(&meta.summary());
            let _ =
                writeln!(page, "| [{0}]({family}/{0}.md) | {severity} | {level} | {fix} | {summary} |", meta.name());
        }
    }
    page
}

fn page(found: &Found<'_>) -> String {
    let meta = found.meta;
    let mut page = format!("{MARK}\n\n# {}\n\n{}\n\n", meta.name(), meta.summary());
    let _ = writeln!(page, "| | |\n|---|---|\n| Rule | `{}` |", meta.id);
    let _ = writeln!(page, "| Severity | {} |", meta.severity.text());
    let on = if meta.level == Level::Recommended { ": on by default" } else { "" };
    let _ = writeln!(page, "| Level | {}{on} |", level_word(meta.level));
    let rows = [
        ("Fix", fix_word(meta).to_owned()),
        ("Tags", meta.tags.join(", ")),
        ("Since", meta.since.clone().unwrap_or_default()),
        ("Files", files_word(meta).to_owned()),
        ("Needs", needs_word(meta).to_owned()),
        ("Cost", cost_word(meta.cost).to_owned()),
    ];
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(page, "| {name} | {value} |");
    }
    if let Some((_, rest)) = meta.doc.split_once("\n\n") {
        let _ = writeln!(page, "\n{}", rest.trim());
    }
    write_options(meta, &mut page);
    let examples =
        found.pack.rules.iter().find(|rule| rule.index == found.index).map_or(&[][..], |rule| &rule.examples);
    for (title, bad) in [("Reported", true), ("Not reported", false)] {
        if let Some(example) = examples.iter().find(|example| example.bad == bad) {
            let _ = writeln!(page, "\n## {title}\n\n```go\n{}\n```", code_of(example));
        }
    }
    page
}

fn write_options(meta: &RuleMeta, page: &mut String) {
    if meta.options.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n## Options\n\n| Option | Type | Default | What it does |\n|---|---|---|---|");
    for option in &meta.options {
        let (ty, default) = (type_name(option.ty), option_default(option));
        let _ = writeln!(page, "| `{}` | {} | {} | {} |", option.name, cell(ty), code(&default), cell(&option.doc));
    }
}

fn files_word(meta: &RuleMeta) -> &'static str {
    match (meta.only_tests, meta.skip_tests) {
        (true, _) => "tests only",
        (_, true) => "all but tests",
        _ => "",
    }
}

fn needs_word(meta: &RuleMeta) -> &'static str {
    match (meta.needs_flow, meta.needs_types) {
        (true, _) => "types, and what happens inside of functions",
        (_, true) => "types",
        _ => "",
    }
}

fn cost_word(cost: CostClass) -> &'static str {
    match cost {
        CostClass::Symbol => "by symbol",
        CostClass::Literal => "by literal",
        CostClass::Kind => "by kind",
        CostClass::ScanAll => "scan all",
    }
}

/// The Go code of an example: its first lines may name files; what the findings have to say is left out.
fn code_of(example: &Example) -> String {
    let of_file = |file: &ExampleFile| {
        let head = file.path.as_ref().map_or_else(String::new, |path| format!("// {}\n", path.value));
        format!("{head}{}", dedented(&file.text.value))
    };
    let files: Vec<_> = example.files.iter().map(of_file).collect();
    files.join("\n\n")
}

/// The lines without the indentation that all of them have, and with a mark where a finding is expected.
fn dedented(text: &str) -> String {
    let lines: Vec<&str> = text.trim_matches('\n').lines().collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let shown = lines.iter().map(|line| {
        let line = line.get(common..).unwrap_or("").trim_end();
        line.split_once("// want ").map_or(line.to_owned(), |(code, _)| format!("{code}// reported"))
    });
    shown.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Text as code in a cell.
fn code(text: &str) -> String {
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", cell(text))
}

/// Removes the pages of an earlier catalogue that are none of these: how many there were.
fn remove_stale(folder: &Path, pages: &BTreeMap<PathBuf, String>) -> Result<usize, String> {
    let mut removed = 0;
    for family in subfolders(folder)? {
        for entry in entries(&folder.join(&family))? {
            let name = Path::new(&family).join(&entry);
            let path = folder.join(&name);
            let is_own = || fs::read_to_string(&path).is_ok_and(|text| text.starts_with(MARK));
            if !pages.contains_key(&name) && name.extension().is_some_and(|extension| extension == "md") && is_own() {
                fs::remove_file(&path).map_err(|error| format!("{} cannot be removed: {error}", path.display()))?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

fn subfolders(folder: &Path) -> Result<Vec<std::ffi::OsString>, String> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    Ok(entries(folder)?.into_iter().filter(|name| folder.join(name).is_dir()).collect())
}

fn entries(folder: &Path) -> Result<Vec<std::ffi::OsString>, String> {
    let told = |error: std::io::Error| format!("{} cannot be read: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(told)?;
    entries.map(|entry| entry.map(|entry| entry.file_name()).map_err(told)).collect()
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(told)?;
    whole_file::write(path, |out| out.write_all(text.as_bytes())).map_err(told)
}
