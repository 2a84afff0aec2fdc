//! The command line: commands, options and their help.

#[cfg(feature = "compiler")]
use crate::commands::{build, catalogue, expand, fmt, lint, lsp, migrate, new, test};
use crate::commands::{cache, check, completions, explain, init, inspect, list, man, pack, schema};
use crate::console::Color;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Rules for Go code, compiled to machine code.
#[derive(Debug, Parser)]
#[command(name = "rulec", version, max_term_width = 110, arg_required_else_help = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// When to use colours.
    #[arg(long, value_enum, default_value_t, global = true, value_name = "WHEN")]
    pub color: Color,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Apply rules to Go code.
    Check(Box<check::CheckArguments>),
    /// Run the examples in rules, and annotated Go files next to them.
    #[cfg(feature = "compiler")]
    Test(test::TestArguments),
    /// Check rules without running them.
    #[cfg(feature = "compiler")]
    Lint(lint::LintArguments),
    /// Format rule files.
    #[cfg(feature = "compiler")]
    Fmt(fmt::FmtArguments),
    /// List the rules there are.
    List(list::ListArguments),
    /// Write a page for each rule, and an index.
    #[cfg(feature = "compiler")]
    Catalogue(catalogue::CatalogueArguments),
    /// Explain a rule, a code, or why a rule fires at a place or does not.
    Explain(explain::ExplainArguments),
    /// Show what a rule is compiled to.
    #[cfg(feature = "compiler")]
    Expand(expand::ExpandArguments),
    /// Show what is known of Go files.
    Inspect(inspect::InspectArguments),
    /// Start a rule.
    #[cfg(feature = "compiler")]
    New(new::NewArguments),
    /// Start a configuration.
    Init(init::InitArguments),
    /// Print a JSON schema of `rulec.toml`, for editors.
    Schema(schema::SchemaArguments),
    /// Compile rules ahead of time into a pack.
    #[cfg(feature = "compiler")]
    Build(build::BuildArguments),
    /// Show, check, sign and compare packs, lock their versions, and say whose are trusted.
    Pack(pack::PackArguments),
    /// Take over what packs renamed: in the configuration, in suppressions and in rule files.
    #[cfg(feature = "compiler")]
    Migrate(Box<migrate::MigrateArguments>),
    /// Look after what is kept on disk from run to run.
    Cache(cache::CacheArguments),
    /// Serve an editor over standard input and output, by the Language Server Protocol.
    #[cfg(feature = "compiler")]
    Lsp(lsp::LspArguments),
    /// Write manual pages.
    Man(man::ManArguments),
    /// Print a completion script for a shell.
    Completions(completions::CompletionsArguments),
}

/// Where rules come from.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleArguments {
    /// Add the rules of a `.rule` file or of all such files in a folder [repeatable].
    #[arg(long, value_name = "PATH")]
    pub rules: Vec<PathBuf>,

    /// Add the rules of a pack [repeatable].
    #[arg(long, value_name = "FILE")]
    pub pack: Vec<PathBuf>,

    /// Refuse packs that no key has signed which is trusted here (`rulec pack trust`).
    #[arg(long)]
    pub require_signed: bool,

    /// Leave out the stock rules.
    #[arg(long)]
    pub no_stock: bool,

    /// This configuration holds, instead of the `rulec.toml` that is nearest to each file.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Read no configuration.
    #[arg(long)]
    pub no_config: bool,

    /// Take the packs of the configuration exactly as `rulec.lock` has them, or fail.
    #[arg(long)]
    pub locked: bool,
}

/// Which rules are on.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub struct SelectArguments {
    /// Run these rules instead of the recommended ones: ids, last segments, families, tags, severities, levels, globs.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub select: Vec<String>,

    /// Leave out these rules, of those that are selected.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub ignore: Vec<String>,
}

/// What runs the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum EngineName {
    /// Machine code.
    #[default]
    Native,
    /// The interpreter that defines what rules mean: slow, for comparison.
    Interp,
}
