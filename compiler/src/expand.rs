//! What a rule really matches: its concrete forms, its plan and how it is found. For `rulec expand`.

use crate::forms;
use crate::{SourceFile, compile, parse};
use rulec_grammar::ast::{Item, Rule};
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
pub fn expand(files: &[SourceFile], pack: &str, id: &str) -> Option<Expansion> {
    let compiled = compile(files, pack);
    let found: &RulePlan = compiled.plan.rules.iter().find(|rule| rule.meta.id == id)?;
    let parsed = parse(files, &mut Sink::new());
    let rule = rules(&parsed).find(|rule| rule.name.value == found.meta.name())?;
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

pub(crate) fn rules(parsed: &[rulec_grammar::ast::Module]) -> impl Iterator<Item = &Rule> {
    parsed.iter().flat_map(|module| &module.items).filter_map(|item| match item {
        Item::Rule(rule) => Some(&**rule),
        Item::Fact(fact) => Some(&fact.rule),
        _ => None,
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
