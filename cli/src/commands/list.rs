//! `rulec list`: the rules there are.

use crate::arguments::{RuleArguments, SelectArguments};
use crate::console::Console;
use crate::rules::{Found, Loaded};
use crate::settings::Configuration;
use crate::status::{Failure, Status};
use rulec_plan::manifest::{Applicability, Level, RuleMeta, Severity};
use std::io::Write;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct ListArguments {
    #[command(flatten)]
    rules: RuleArguments,

    #[command(flatten)]
    select: SelectArguments,

    /// Only the rules that are on.
    #[arg(long)]
    selected: bool,
}

/// Prints one line for each rule: `*` if it is on, id, severity, level, fix, summary.
pub fn run(arguments: &ListArguments, console: &Console) -> Result<Status, Failure> {
    let configuration = Configuration::load(&arguments.rules).map_err(Failure::Message)?;
    let mut loaded = Loaded::new(&arguments.rules, &configuration);
    let selection = configuration.select(&arguments.select, &mut loaded);
    console.diagnostics(&loaded.diagnostics, &loaded.sources, &loaded.notices);
    let Some(selection) = selection else { return Ok(Status::Usage) };
    let rules = loaded.rules().zip(&selection.settings).filter(|(_, setting)| setting.on || !arguments.selected);
    let mut rows: Vec<_> = rules.map(|(found, setting)| row(found, setting.on, setting.severity)).collect();
    rows.sort_by(|a, b| a[1].cmp(&b[1]));
    let mut out = console.out();
    write_table(&rows, &mut out)?;
    out.flush()?;
    Ok(if loaded.has_errors() { Status::Usage } else { Status::Clean })
}

type Row = [String; 6];

fn row(found: Found<'_>, on: bool, severity: Severity) -> Row {
    let meta = found.meta;
    [
        if on { "*" } else { " " }.to_owned(),
        meta.id.clone(),
        severity.text().to_owned(),
        level_word(meta.level).to_owned(),
        fix_word(meta).to_owned(),
        meta.summary(),
    ]
}

/// The name of a level.
pub fn level_word(level: Level) -> &'static str {
    match level {
        Level::Recommended => "recommended",
        Level::Strict => "strict",
        Level::Pedantic => "pedantic",
    }
}

/// What the fix of a rule is, in a word.
pub fn fix_word(meta: &RuleMeta) -> &'static str {
    match meta.fix.as_ref().map(|fix| fix.applicability) {
        None => "",
        Some(Applicability::Safe) => "fix",
        Some(Applicability::Suggest) => "suggestion",
        Some(Applicability::Unsafe) => "unsafe fix",
    }
}

fn write_table(rows: &[Row], out: &mut impl Write) -> Result<(), Failure> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);
    for row in rows {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}
