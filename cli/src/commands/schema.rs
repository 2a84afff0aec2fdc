//! `rulec schema`: the JSON schema of `rulec.toml`, for editors.

use crate::arguments::RuleArguments;
use crate::console::Console;
use crate::rules::Loaded;
use crate::settings::Configuration;
use crate::status::{Failure, Status};
use std::io::Write;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct SchemaArguments {
    #[command(flatten)]
    rules: RuleArguments,
}

/// Prints the schema. It names the rules at hand and their options.
pub fn run(arguments: &SchemaArguments, console: &Console) -> Result<Status, Failure> {
    let configuration = Configuration::load(&arguments.rules).map_err(Failure::Message)?;
    let loaded = Loaded::new(&arguments.rules, &configuration);
    let rules: Vec<_> = loaded.rules().map(|found| found.meta).collect();
    let mut out = console.out();
    writeln!(out, "{:#}", rulec_config::schema(&rules))?;
    out.flush()?;
    console.diagnostics(&loaded.diagnostics, &loaded.sources, &loaded.notices);
    Ok(if loaded.has_errors() { Status::Usage } else { Status::Clean })
}
