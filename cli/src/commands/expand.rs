//! `rulec expand RULE`: what a rule is compiled to.

use crate::arguments::RuleArguments;
use crate::commands::build::target;
use crate::console::Console;
use crate::rules::{Found, Loaded, surroundings};
use crate::settings::Configuration;
use crate::status::{Failure, Status};
use rulec_compiler::expand;
use rulec_compiler::native::{self, NativeOptions, Target};
use rulec_plan::manifest::CostClass;
use std::io::Write;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct ExpandArguments {
    /// The rule, by id or last segment.
    rule: String,

    #[command(flatten)]
    show: Show,

    /// With `--asm`: for this machine instead of the one at hand: `x86_64-linux`, `aarch64-linux`, `riscv64-linux`,
    /// `s390x-linux`.
    #[arg(long, value_parser = target, requires = "asm", value_name = "TARGET")]
    target: Option<Target>,

    #[command(flatten)]
    rules: RuleArguments,
}

/// What to show instead of forms, cost and plan.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct Show {
    /// Show the plan alone.
    #[arg(long)]
    plan: bool,

    /// Show the intermediate code.
    #[arg(long)]
    clif: bool,

    /// Show the machine code that packs hold.
    #[arg(long)]
    asm: bool,
}

/// Prints it.
pub fn run(arguments: &ExpandArguments, console: &Console) -> Result<Status, Failure> {
    let configuration = Configuration::load(&arguments.rules).map_err(Failure::Message)?;
    let loaded = Loaded::with_sources(&arguments.rules, &configuration);
    console.diagnostics(&loaded.diagnostics, &loaded.sources, &loaded.notices);
    let found = loaded.find(&arguments.rule).map_err(Failure::Message)?;
    let options = arguments.target.map_or(NativeOptions::PACK, NativeOptions::pack_for);
    let text = text(found, &arguments.show, &options).map_err(Failure::Message)?;
    let mut out = console.out();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(if loaded.has_errors() { Status::Usage } else { Status::Clean })
}

fn text(found: Found<'_>, show: &Show, options: &NativeOptions) -> Result<String, String> {
    let plan = &found.pack.plan;
    if show.clif {
        return native::clif(plan, found.index).map_err(|error| error.to_string());
    }
    if show.asm {
        return native::asm(plan, found.index, options).map_err(|error| error.to_string());
    }
    let rule = plan.rules.get(found.index.0 as usize).ok_or("the rule is gone")?;
    let plan_text = rulec_plan::text::rule(plan, rule);
    Ok(if show.plan { plan_text } else { format!("{}{plan_text}", overview(found)) })
}

/// Forms, cost and decision graph. A rule of a pack file has no source, so its forms are not known.
fn overview(found: Found<'_>) -> String {
    let id = &found.meta.id;
    let cost = format!("cost: {}\n\n", cost(found.meta.cost));
    let packs = found.pack.other_packs();
    let expanded = expand(&found.pack.files, &found.pack.name, id, surroundings(&packs));
    let Some(expansion) = expanded else { return cost };
    let forms: String = expansion.forms.iter().map(|form| format!("    {}\n", form.replace('\n', "\n    "))).collect();
    let more = if expansion.more { "    and more\n" } else { "" };
    format!("{id} matches\n{forms}{more}\n{cost}{}\n", expansion.graph)
}

fn cost(cost: CostClass) -> &'static str {
    match cost {
        CostClass::Symbol => "by symbol: tried where certain names of packages are used",
        CostClass::Literal => "by literal: tried in files that hold certain texts",
        CostClass::Kind => "by kind: tried at nodes of some kinds",
        CostClass::ScanAll => "scan all: tried everywhere",
    }
}
