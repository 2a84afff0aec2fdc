//! What a rule really matches: its concrete forms, its plan and how it is found. For `rulec expand`.

use crate::forms;
use crate::sources::Source;
use crate::{SourceFile, Surroundings, compile_in, parse, rules_of};
use rulec_grammar::ast::Rule;
use rulec_grammar::diagnostic::Sink;
use rulec_plan::ir::RulePlan;
use rulec_plan::manifest::CostClass;

/// The most forms listed.
const MOST_FORMS: usize = 64;

/// A rule, expanded.
#[derive(Clone, Debug)]
pub struct Expansion {
    /// The patterns it stands for after equivalences, without alternations.
    pub forms: Vec<String>,
    /// Whether there are more than are listed.
    pub more: bool,
    /// How its candidates are found.
    pub cost: CostClass,
    /// Its plan, as text.
    pub plan: String,
    /// The decision graphs in which it takes part, as text.
    pub graph: String,
}

/// Expands the rule with this id, alone. `None` if it is not among the files, or has mistakes.
pub fn expand(files: &[SourceFile], pack: &str, id: &str, surroundings: Surroundings<'_>) -> Option<Expansion> {
    let compiled = compile_in(files, pack, surroundings);
    let found: &RulePlan = compiled.plan.rules.iter().find(|rule| rule.meta.id == id)?;
    let sources = parse(files, pack, surroundings, &mut Sink::new());
    let is_named =
        |source: &Source, rule: &Rule| id.strip_prefix(&source.module) == Some(&format!(".{}", rule.name.value));
    let mut rules = sources.iter().flat_map(|(_, source)| rules_of(source).map(move |rule| (source, rule)));
    let (_, rule) = rules.find(|(source, rule)| is_named(source, rule))?;
    let (forms, more) = forms_of(rule);
    let alone = rulec_plan::Plan { rules: vec![found.clone()], ..compiled.plan.clone() };
    Some(Expansion {
        forms,
        more,
        cost: found.meta.cost,
        plan: rulec_plan::text::rule(&compiled.plan, found),
        graph: crate::decision::graph(&alone).text(&alone),
    })
}

fn forms_of(rule: &Rule) -> (Vec<String>, bool) {
    let allow: Vec<_> = rule.allow.iter().map(|equivalence| equivalence.value).collect();
    let mut forms: Vec<String> = Vec::new();
    for alternative in &rule.alternatives {
        for form in forms::forms(&alternative.pattern, &allow) {
            for spelled in forms::spelled_out(&form.pattern, MOST_FORMS + 1) {
                let text = rulec_grammar::print::pattern(&spelled);
                if !forms.contains(&text) {
                    forms.push(text);
                }
            }
        }
    }
    let more = forms.len() > MOST_FORMS;
    forms.truncate(MOST_FORMS);
    (forms, more)
}
