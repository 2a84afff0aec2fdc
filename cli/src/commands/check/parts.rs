//! The files of a run that are checked in one go: those of all configurations under which rules are the same and have the same
//! options.
//!
//! In: areas and files. Out: [`Part`]s, and what came of checking them one after the other, as of one run. Which rules are on and
//! how bad findings are may differ between the files of a part. All parts see the packages of all files.

use super::adoption::Adoption;
use super::files::{self, Input};
use super::{CheckArguments, Checked, Undecided, fixing};
use crate::areas::{Area, Areas};
use crate::arguments::EngineName;
use crate::interrupt::INTERRUPTED;
use crate::progress::Bar;
use crate::rules::Loaded;
use crate::settings::{adjust, option_values, rule_settings};
use rulec_config::Selection;
use rulec_program::{Config, Overlay};
use rulec_report::Notice;
use rulec_runtime::finding::Outcome;
use rulec_runtime::fix::FixOutcome;
use rulec_runtime::job::{Job, OptionValue, PathPolicy, Platform, RuleSetting, Target};
use rulec_runtime::suppress::Suppressions;
use rulec_runtime::{Profile, RuleSet, check_incrementally, check_source, profile};
use rulec_world::{Declaration, Packages};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

/// Files that are checked in one go.
pub struct Part<'a> {
    /// The areas that they are in.
    areas: Vec<&'a Area>,
    same: Same,
    rules: RuleSet,
    /// The settings for the files of the first area.
    settings: Vec<Vec<RuleSetting>>,
    /// Those for each file, if they differ.
    policy: Option<ByFile<'a>>,
    /// Files; none for standard input.
    targets: Vec<Target>,
}

/// What areas of one part have in common, besides their packs.
#[derive(PartialEq)]
struct Same {
    options: Vec<OptionValue>,
    suppressions: Suppressions,
    /// Whether generated files are checked.
    generated: bool,
}

/// The parts of a run; one at least.
///
/// # Errors
/// What to tell the user where rules cannot be run.
pub fn of<'a>(arguments: &CheckArguments, areas: &'a Areas, input: &'a Input) -> Result<Vec<Part<'a>>, String> {
    let mut parts: Vec<Part<'a>> = Vec::new();
    for area in areas.in_use() {
        let same = Same {
            options: option_values(&area.selection, &area.loaded),
            suppressions: area.configuration.suppressions(),
            generated: files::with_generated(&arguments.files, &area.configuration),
        };
        match parts.iter_mut().find(|part| part.same == same && have_same_packs(part.areas[0], area)) {
            Some(part) => part.areas.push(area),
            None => {
                let rules = rule_set(arguments.engine, &area.selection, &area.loaded)?;
                let rules = rules.with_suppressions(same.suppressions.clone());
                let settings = rule_settings(&area.selection, &area.loaded);
                parts.push(Part { areas: vec![area], same, rules, settings, policy: None, targets: Vec::new() });
            }
        }
    }
    for part in &mut parts {
        let is_in = |target: &&Target| {
            let area = areas.of(&target.display);
            area.is_some_and(|area| part.areas.iter().any(|own| std::ptr::eq(*own, area)))
        };
        part.targets = input.targets().iter().filter(is_in).cloned().collect();
        if part.areas.len() > 1 || part.areas[0].selection.depends_on_path() {
            let of_target =
                |target: &'a Target| Some((target.display.clone(), (areas.of(&target.display)?, &*target.path)));
            part.policy = Some(ByFile { files: input.all().iter().filter(is_in).filter_map(of_target).collect() });
        }
    }
    Ok(parts)
}

/// Whether all packs are the same ones, by identity: those that are made of the same are made once in a run.
fn have_same_packs(a: &Area, b: &Area) -> bool {
    let (a, b) = (&a.loaded.packs, &b.loaded.packs);
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_same(b))
}

/// The rules of all packs, ready to run.
///
/// # Errors
/// What to tell the user where they cannot be run.
pub fn rule_set(engine: EngineName, selection: &Selection, loaded: &Loaded) -> Result<RuleSet, String> {
    let mut parts = Vec::new();
    for pack in &loaded.packs {
        parts.push((pack.plan.clone(), pack.engine(engine)?));
    }
    RuleSet::new(parts, &option_values(selection, loaded)).map_err(|error| error.to_string())
}

/// The settings of each file, by how it is shown.
struct ByFile<'a> {
    files: HashMap<Arc<str>, (&'a Area, &'a Path)>,
}

impl PathPolicy for ByFile<'_> {
    fn adjust(&self, path: &str, settings: &mut [Vec<RuleSetting>]) {
        if let Some((area, path)) = self.files.get(path) {
            adjust(&area.selection, path, settings);
        }
    }
}

/// What came of the parts.
#[derive(Default)]
struct Done {
    outcomes: Vec<Outcome>,
    fixed: Vec<FixOutcome>,
    profiles: Vec<Vec<profile::Row>>,
    /// What is wrong with packages.
    problems: Vec<String>,
}

/// Checks them, and fixes what is to be fixed.
pub fn check(
    arguments: &CheckArguments,
    parts: &[Part<'_>],
    input: &Input,
    adoption: &Adoption<'_>,
    notices: &mut Vec<Notice>,
) -> Checked {
    let bar = Bar::new(!arguments.output.is_quiet(), input.targets().len());
    let platform = files::platform(&arguments.files);
    let all = loaded_packages(arguments, parts, input, &platform);
    let mut done = Done::default();
    for part in parts {
        let packages =
            all.iter().find(|(declared, _)| *declared == part.rules.declarations()).map(|(_, packages)| packages);
        let profile = arguments.output.wants_profile().then(|| Profile::new(&part.rules));
        let job = Job {
            rules: &part.rules,
            settings: &part.settings,
            policy: part.policy.as_ref().map(|policy| policy as &dyn PathPolicy),
            files: &part.targets,
            threads: arguments.jobs,
            generated: part.same.generated,
            prefilter: !arguments.fail_on_skipped,
            platform: &platform,
            packages,
            reasons: arguments.undecided != Undecided::Ignore,
            profile: profile.as_ref(),
            progress: &bar,
            interrupt: &INTERRUPTED,
        };
        if arguments.fix.is_wanted() {
            done.fixed.push(fixing::fixed(&arguments.fix, &job, input, adoption));
        } else {
            done.add(&job, input);
        }
        done.profiles.extend(profile.map(|profile| profile.rows(&part.rules)));
    }
    if arguments.fix.is_wanted() {
        return fixing::checked(&arguments.fix, FixOutcome::of_all(done.fixed), input, notices);
    }
    notices.extend(done.problems.into_iter().map(Notice::warning));
    let profile = profile::in_sum(done.profiles);
    Checked { outcome: Outcome::of_all(done.outcomes), profile, ..Checked::default() }
}

impl Done {
    fn add(&mut self, job: &Job<'_>, input: &Input) {
        let (outcome, problems) = match input {
            Input::Files(_) => {
                let checked = check_incrementally(job);
                (checked.outcome, checked.problems)
            }
            Input::Stream { target, source } => {
                (check_source(job, target, source), job.packages.map_or_else(Vec::new, Packages::problems))
            }
        };
        self.outcomes.push(outcome);
        let new: Vec<String> = problems.into_iter().filter(|problem| !self.problems.contains(problem)).collect();
        self.problems.extend(new);
    }
}

/// What is on standard input stands for its file, for questions about the package as well.
fn overlay(input: &Input) -> Overlay {
    match input {
        Input::Files(_) => Overlay::default(),
        Input::Stream { target, source } => {
            Overlay::new(BTreeMap::from([(target.path.clone(), source.as_slice().into())]))
        }
    }
}

/// The packages of all files, once for all rules that declare the same of packages without source.
fn loaded_packages<'p>(
    arguments: &CheckArguments,
    parts: &'p [Part<'_>],
    input: &Input,
    platform: &Platform,
) -> Vec<(&'p [Declaration], Packages)> {
    let mut all: Vec<(&'p [Declaration], Packages)> = Vec::new();
    for part in parts {
        let declared = part.rules.declarations();
        if all.iter().all(|(known, _)| *known != declared) {
            let paths = input.all().iter().map(|target| target.path.clone()).collect();
            let config = Config { overlay: overlay(input), ..platform.config() };
            let packages = Packages::of_disk(config, paths, arguments.jobs).with_declarations(declared);
            all.push((declared, arguments.parcel.apply(packages, arguments.cache)));
        }
    }
    all
}
