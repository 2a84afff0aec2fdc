//! `rulec explain`: a rule, a code, or why a rule fires at a place or does not.

mod trace;

use crate::arguments::{RuleArguments, SelectArguments};
use crate::commands::list::{fix_word, level_word};
use crate::console::Console;
use crate::rules::Loaded;
use crate::settings::{Configuration, option_values, working_folder};
use crate::status::{Failure, Status};
use rulec_grammar::codes;
use rulec_pack::manifest::type_name;
use rulec_plan::ir::Constant;
use rulec_plan::manifest::{OptionMeta, RuleMeta};
use rulec_program::normalised;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct ExplainArguments {
    /// A rule, by id or last segment, or a code such as E0101.
    #[arg(value_name = "RULE|CODE")]
    name: String,

    /// A line of a Go file: shows why the rule fires there or does not, condition by condition.
    #[arg(value_name = "FILE:LINE", value_parser = place)]
    place: Option<Place>,

    /// Show the text of the rule.
    #[arg(long, conflicts_with = "place")]
    source: bool,

    #[command(flatten)]
    rules: RuleArguments,
}

#[derive(Clone, Debug)]
struct Place {
    path: PathBuf,
    line: u32,
}

fn place(text: &str) -> Result<Place, String> {
    let parts = text.rsplit_once(':').and_then(|(path, line)| Some((path, line.parse().ok()?)));
    match parts {
        Some((path, line)) if !path.is_empty() && line > 0 => Ok(Place { path: PathBuf::from(path), line }),
        _ => Err("expected a file and a line, such as main.go:12".to_owned()),
    }
}

/// Prints the explanation.
pub fn run(arguments: &ExplainArguments, console: &Console) -> Result<Status, Failure> {
    let mut out = console.out();
    if let Some(explanation) = codes::explain(&arguments.name) {
        writeln!(out, "{}: {}\n\n{}", explanation.code, explanation.title, explanation.text.trim_end())?;
        out.flush()?;
        return Ok(Status::Clean);
    }
    if is_code(&arguments.name) {
        return Err(Failure::Message(unknown_code(&arguments.name)));
    }
    let configuration = configuration(arguments).map_err(Failure::Message)?;
    let load = if arguments.place.is_some() { Loaded::with_sources } else { Loaded::new };
    let mut loaded = load(&arguments.rules, &configuration);
    let selection = configuration.select(&SelectArguments::default(), &mut loaded).unwrap_or_default();
    console.diagnostics(&loaded.diagnostics, &loaded.sources, &loaded.notices);
    let found = loaded.find(&arguments.name).map_err(Failure::Message)?;
    match (&arguments.place, arguments.source) {
        (Some(Place { path, line }), _) => {
            let options = option_values(&selection, &loaded);
            let question = trace::Question { found, options: &options, path, line: *line, cwd: &configuration.cwd };
            trace::write(&loaded, &question, console, &mut out)?;
        }
        (None, true) => writeln!(out, "{}", found.meta.source.trim_end())?,
        (None, false) => write_rule(found.meta, &mut out)?,
    }
    out.flush()?;
    Ok(if loaded.has_errors() { Status::Usage } else { Status::Clean })
}

/// The configuration that holds for the place, if one is given.
fn configuration(arguments: &ExplainArguments) -> Result<Configuration, String> {
    let Some(place) = &arguments.place else { return Configuration::load(&arguments.rules) };
    let path = normalised(&working_folder()?.join(&place.path));
    Configuration::of_folder(&arguments.rules, path.parent().unwrap_or(&path))
}

/// A letter and four digits: no rule has such a name.
fn is_code(name: &str) -> bool {
    let digits = name.strip_prefix(['E', 'W', 'e', 'w']);
    digits.is_some_and(|digits| digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn unknown_code(name: &str) -> String {
    let all = codes::all().iter().map(|explanation| explanation.code.text());
    match rulec_grammar::words::nearest(&name.to_ascii_uppercase(), all) {
        Some(near) => format!("there is no code `{name}`; there is `{near}`"),
        None => format!("there is no code `{name}`"),
    }
}

fn write_rule(rule: &RuleMeta, out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "{}", rule.id)?;
    let mut facts = vec![rule.severity.text().to_owned(), level_word(rule.level).to_owned()];
    facts.extend(Some(fix_word(rule).to_owned()).filter(|word| !word.is_empty()));
    facts.extend(rule.since.iter().map(|version| format!("since {version}")));
    writeln!(out, "{}", facts.join(" · "))?;
    if !rule.tags.is_empty() {
        writeln!(out, "tags: {}", rule.tags.join(", "))?;
    }
    writeln!(out, "file: {}\n", rule.file)?;
    writeln!(out, "{}", rule.doc.trim_end())?;
    if !rule.options.is_empty() {
        writeln!(out, "\n## Options\n")?;
        rule.options.iter().try_for_each(|option| writeln!(out, "{}", option_line(option)))?;
    }
    Ok(())
}

/// `- `max`: int = 384 (0o600): the widest mode allowed`.
fn option_line(option: &OptionMeta) -> String {
    let doc = if option.doc.is_empty() { String::new() } else { format!(": {}", option.doc) };
    format!("- `{}`: {} = {}{doc}", option.name, type_name(option.ty), option_default(option))
}

/// What an option is where nobody sets it.
pub fn option_default(option: &OptionMeta) -> String {
    shown(&option.default)
}

fn shown(constant: &Constant) -> String {
    match constant {
        Constant::Int(int) => int.to_string(),
        Constant::Float(text) => text.clone(),
        Constant::Str(text) | Constant::Regex(text) => format!("{text:?}"),
        Constant::Bool(truth) => truth.to_string(),
        Constant::Duration(nanoseconds) => format!("{:?}", std::time::Duration::from_nanos(nanoseconds.unsigned_abs())),
        // The default of an option is a literal or a list of literals, so lists do not nest.
        Constant::List(items) => {
            let items: Vec<_> = items.iter().filter(|item| !matches!(item, Constant::List(_))).map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        // Those of a table are scalars.
        Constant::Table(entries) => {
            let entries = entries.iter().map(|(key, value)| match value {
                Constant::Int(int) => format!("{key:?}: {int}"),
                Constant::Str(text) => format!("{key:?}: {text:?}"),
                _ => format!("{key:?}: …"),
            });
            format!("[{}]", entries.collect::<Vec<_>>().join(", "))
        }
        Constant::Symbols(_) | Constant::Type(_) | Constant::Option { .. } => "…".to_owned(),
    }
}
