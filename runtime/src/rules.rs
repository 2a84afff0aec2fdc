//! The rules of a run: programs linked into one vocabulary, their constants ready to be used.
//!
//! In: plans with engines, and option values. Out: a [`RuleSet`], shared by all threads and all files of the run.

use crate::conditions::Form;
use crate::finding::RuleRef;
use crate::flow::models::ModelIndex;
use crate::job::{OptionValue, RuleSetting};
use crate::prefilter::Prefilter;
use crate::suppress::{RuleNames, Suppressions};
use crate::untyped;
use crate::value::{Ratio, Value};
use rulec_pack::{Engine, Program};
use rulec_plan::Plan;
use rulec_plan::interp::Link;
use rulec_plan::ir::{Constant, RuleIndex};
use rulec_plan::manifest::{FactKind, Level, RuleMeta};
use rulec_plan::model::Model;
use rulec_tree::Vocabulary;
use rulec_world::Declaration;
use rustc_hash::FxHashMap;
use std::sync::{Arc, OnceLock};

/// The rules of a run.
pub struct RuleSet {
    vocabulary: Arc<Vocabulary>,
    programs: Vec<Prepared>,
    prefilter: Prefilter,
    names: RuleNames,
    models: Vec<Model>,
    model_index: ModelIndex,
    declarations: Vec<Declaration>,
    /// What each fact is about.
    facts: FxHashMap<String, FactKind>,
    /// Over all that decides what the rules mean.
    digest: blake3::Hasher,
}

/// One program of the run, with all that does not depend on a file.
pub(crate) struct Prepared {
    pub(crate) program: Program,
    /// The plan's constants, options replaced by their values.
    pub(crate) constants: Vec<Option<Value>>,
    /// The identity of each rule.
    pub(crate) identities: Vec<Identity>,
    /// Of each rule whether it decides nothing where no types are known; found out with the first such file.
    undecided_untyped: OnceLock<Vec<bool>>,
}

impl Prepared {
    /// Of each rule whether all of its matches are doubtful in a file of which no types are known.
    pub(crate) fn undecided_untyped(&self) -> &[bool] {
        let rules = &self.program.plan().rules;
        self.undecided_untyped.get_or_init(|| rules.iter().map(|rule| untyped::are_doubtful(&rule.body)).collect())
    }
}

/// What every finding of a rule carries.
pub(crate) struct Identity {
    pub(crate) id: Arc<str>,
    pub(crate) tags: Arc<[String]>,
}

/// A rule set could not be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleSetError {
    /// A regular expression of a plan does not compile. The compiler refuses these, so the plan is not one of its own.
    Regex {
        /// The expression.
        regex: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The regular expressions of a run take too much memory, all together.
    RegexesTooLarge {
        /// How much they may take, in bytes.
        most_bytes: usize,
    },
    /// An option value is for an option that does not exist.
    NoSuchOption {
        /// The rule that lacks it.
        rule: RuleRef,
        /// Its index.
        option: u32,
    },
}

impl std::fmt::Display for RuleSetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RuleSetError::Regex { regex, reason } => {
                write!(f, "the regular expression {regex:?} is not valid: {reason}")
            }
            RuleSetError::RegexesTooLarge { most_bytes } => {
                write!(f, "the regular expressions of the rules take more than {} MiB", most_bytes >> 20)
            }
            RuleSetError::NoSuchOption { rule, option } => {
                write!(f, "rule {} of program {} has no option number {option}", rule.rule.0, rule.program)
            }
        }
    }
}

impl std::error::Error for RuleSetError {}

impl RuleSet {
    /// Links the plans and prepares their constants; options take the values given, or their defaults.
    ///
    /// # Errors
    /// See [`RuleSetError`].
    pub fn new(parts: Vec<(Arc<Plan>, Engine)>, options: &[OptionValue]) -> Result<RuleSet, RuleSetError> {
        let mut vocabulary = Vocabulary::default();
        let digest = digest_of(&parts, options);
        let options = options_by_place(&parts, options)?;
        let linked: Vec<Program> =
            parts.into_iter().map(|(plan, engine)| Program::link(plan, engine, &mut vocabulary)).collect();
        let mut regex_bytes = 0;
        let prepared =
            linked.into_iter().enumerate().map(|(index, program)| prepare(index, program, &options, &mut regex_bytes));
        let programs: Vec<Prepared> = prepared.collect::<Result<_, _>>()?;
        let (prefilter, names) = (Prefilter::new(&programs), RuleNames::new(&programs, Suppressions::default()));
        let models: Vec<Model> = programs.iter().flat_map(|one| one.program.plan().models.iter().cloned()).collect();
        let model_index = ModelIndex::new(&models);
        let declarations = programs.iter().flat_map(|one| &one.program.plan().declarations).map(declaration).collect();
        let facts = programs.iter().flat_map(|one| &one.program.plan().rules);
        let facts = facts.filter_map(|rule| Some((rule.meta.id.clone(), rule.meta.fact.as_ref()?.of))).collect();
        let vocabulary = Arc::new(vocabulary);
        Ok(RuleSet { vocabulary, programs, prefilter, names, models, model_index, declarations, facts, digest })
    }

    /// The same rules, with what comments may waive.
    #[must_use]
    pub fn with_suppressions(mut self, suppressions: Suppressions) -> RuleSet {
        self.digest.update(format!("{suppressions:?}").as_bytes());
        self.names = RuleNames::new(&self.programs, suppressions);
        self
    }

    /// A hash over all that decides what the rules mean: plans, options, what comments may waive.
    pub(crate) fn digest(&self) -> [u8; 32] {
        *self.digest.finalize().as_bytes()
    }

    /// The names that the rules mention; files are read over it.
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }

    /// How many programs there are.
    pub fn program_count(&self) -> usize {
        self.programs.len()
    }

    /// The plan of a program.
    pub fn plan(&self, program: usize) -> &Arc<Plan> {
        self.programs[program].program.plan()
    }

    /// A program.
    pub fn program(&self, program: usize) -> &Program {
        &self.programs[program].program
    }

    /// What rule files say of functions.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// What they say of packages whose source may not be at hand.
    pub fn declarations(&self) -> &[Declaration] {
        &self.declarations
    }

    /// The models by the names that they speak of.
    pub(crate) fn model_index(&self) -> &ModelIndex {
        &self.model_index
    }

    /// What the fact with this name is about.
    pub(crate) fn fact_kind(&self, name: &str) -> Option<FactKind> {
        self.facts.get(name).copied()
    }

    /// All rules, by program and index.
    pub fn rules(&self) -> impl Iterator<Item = (RuleRef, &RuleMeta)> {
        metas(&self.programs)
    }

    /// What is known of a rule.
    pub fn meta(&self, rule: RuleRef) -> &RuleMeta {
        &self.plan(rule.program).rules[rule.rule.0 as usize].meta
    }

    /// The settings that the rules ask for themselves: on if their level is recommended, severity as declared.
    pub fn default_settings(&self) -> Vec<Vec<RuleSetting>> {
        self.settings(|meta| meta.level == Level::Recommended)
    }

    /// Settings with the severities that the rules declare, and on where `enabled` says so.
    pub fn settings(&self, enabled: impl Fn(&RuleMeta) -> bool) -> Vec<Vec<RuleSetting>> {
        let of_program = |prepared: &Prepared| {
            let rules = prepared.program.plan().rules.iter();
            rules
                .map(|rule| RuleSetting {
                    enabled: rule.meta.fact.is_none() && enabled(&rule.meta),
                    severity: rule.meta.severity,
                })
                .collect()
        };
        self.programs.iter().map(of_program).collect()
    }

    pub(crate) fn prepared(&self) -> &[Prepared] {
        &self.programs
    }

    /// Which rules a file's text allows to match.
    pub(crate) fn prefilter(&self) -> &Prefilter {
        &self.prefilter
    }

    /// The rules by the names that suppressions use.
    pub(crate) fn names(&self) -> &RuleNames {
        &self.names
    }

    pub(crate) fn identity(&self, rule: RuleRef) -> &Identity {
        &self.programs[rule.program].identities[rule.rule.0 as usize]
    }
}

fn digest_of(parts: &[(Arc<Plan>, Engine)], options: &[OptionValue]) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new();
    for (plan, _) in parts {
        let plan = postcard::to_allocvec(&**plan).unwrap_or_else(|_| format!("{plan:?}").into_bytes());
        hasher.update(&(plan.len() as u64).to_le_bytes()).update(&plan);
    }
    hasher.update(format!("{options:?}").as_bytes());
    hasher
}

/// What a rule file says of a package, in the form of those who find packages.
pub fn declaration(declared: &rulec_plan::model::Declaration) -> Declaration {
    Declaration {
        import_path: declared.import_path.clone(),
        package_name: declared.package_name.clone(),
        text: declared.text.clone(),
    }
}

/// All rules of some programs, by program and index; facts are none.
pub(crate) fn metas(programs: &[Prepared]) -> impl Iterator<Item = (RuleRef, &RuleMeta)> {
    programs.iter().enumerate().flat_map(|(program, prepared)| {
        let rules = prepared.program.plan().rules.iter().enumerate();
        rules
            .filter(|(_, plan)| plan.meta.fact.is_none())
            .map(move |(rule, plan)| (RuleRef { program, rule: RuleIndex(rule as u32) }, &plan.meta))
    })
}

/// Options set, by program, rule and index.
type Options<'a> = FxHashMap<(usize, RuleIndex, u32), &'a Constant>;

fn options_by_place<'a>(
    parts: &[(Arc<Plan>, Engine)],
    options: &'a [OptionValue],
) -> Result<Options<'a>, RuleSetError> {
    let mut by_place = Options::default();
    for OptionValue { rule, option, value } in options {
        let plan = parts.get(rule.program).and_then(|(plan, _)| plan.rules.get(rule.rule.0 as usize));
        if plan.is_none_or(|plan| plan.meta.options.len() <= *option as usize) {
            return Err(RuleSetError::NoSuchOption { rule: *rule, option: *option });
        }
        by_place.insert((rule.program, rule.rule, *option), value);
    }
    Ok(by_place)
}

fn prepare(
    index: usize,
    program: Program,
    options: &Options,
    regex_bytes: &mut usize,
) -> Result<Prepared, RuleSetError> {
    let plan = program.plan().clone();
    let constants = plan.constants.iter().map(|constant| {
        let constant = match constant {
            Constant::Option { rule, option } => {
                let default = &plan.rules[rule.0 as usize].meta.options[*option as usize].default;
                options.get(&(index, *rule, *option)).map_or_else(|| default.clone(), |value| value.over(default))
            }
            constant => constant.clone(),
        };
        value_of(&constant, program.names(), regex_bytes)
    });
    let constants = constants.collect::<Result<_, _>>()?;
    let identities = plan
        .rules
        .iter()
        .map(|rule| Identity { id: rule.meta.id.as_str().into(), tags: rule.meta.tags.clone().into() });
    Ok(Prepared { constants, identities: identities.collect(), undecided_untyped: OnceLock::new(), program })
}

/// The regular expressions of a run may take this much memory, all together.
const MAX_REGEX_BYTES: usize = 1 << 28;

/// The value of a constant; nothing for a floating-point number out of reach. `regex_bytes` counts what regular
/// expressions take.
fn value_of(constant: &Constant, names: &Link, regex_bytes: &mut usize) -> Result<Option<Value>, RuleSetError> {
    Ok(match constant {
        Constant::Int(value) => Some(Value::Int((*value).into())),
        Constant::Float(text) => Ratio::parse(&text.to_ascii_lowercase().replace('_', "")).map(Value::Ratio),
        Constant::Str(text) => Some(Value::Str(text.clone().into_bytes())),
        Constant::Bool(truth) => Some(Value::Bool(*truth)),
        Constant::Duration(nanoseconds) => Some(Value::Duration((*nanoseconds).into())),
        Constant::List(constants) => {
            let values: Vec<_> =
                constants.iter().map(|one| value_of(one, names, regex_bytes)).collect::<Result<_, _>>()?;
            values.into_iter().collect::<Option<Vec<_>>>().map(Value::List)
        }
        Constant::Table(entries) => {
            let mut entry = |(key, value): &(String, Constant)| {
                Ok(value_of(value, names, regex_bytes)?.map(|value| (key.clone().into_bytes(), value)))
            };
            let entries: Vec<_> = entries.iter().map(&mut entry).collect::<Result<_, _>>()?;
            entries.into_iter().collect::<Option<Vec<_>>>().map(Value::Table)
        }
        Constant::Symbols(indices) => {
            let mut symbols: Vec<_> = indices.iter().map(|index| names.symbols[index.0 as usize]).collect();
            symbols.sort();
            Some(Value::Symbols(symbols))
        }
        Constant::Regex(regex) => match rulec_plan::regex::compile(regex) {
            Ok(compiled) => {
                *regex_bytes = regex_bytes.saturating_add(compiled.memory_usage());
                if *regex_bytes > MAX_REGEX_BYTES {
                    return Err(RuleSetError::RegexesTooLarge { most_bytes: MAX_REGEX_BYTES });
                }
                Some(Value::Regex(compiled))
            }
            Err(reason) => return Err(RuleSetError::Regex { regex: regex.clone(), reason }),
        },
        Constant::Type(pattern) => Some(Value::Form(Form::new(pattern.clone()))),
        // An option's value is no option itself; the verifier of plans sees to it.
        Constant::Option { .. } => None,
    })
}
