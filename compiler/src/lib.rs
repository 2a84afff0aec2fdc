//! Rule syntax to checked rules, to plan, to decision graph, to native code. The only crate that knows Cranelift.
//!
//! In: rule files. Out: [`Compiled`], a plan that the verifier accepts and every mistake of every file; from a plan,
//! [`native`] makes machine code. A rule with a mistake is left out and does not hide the others.
//!
//! Read `rule` first: it lowers one rule. `forms` has the equivalences, `lower` the patterns, `ask` and `shape` the
//! conditions, `type_cond` those on types, `path` and `flow` those on what happens in functions, `order` puts dear questions last, `start` says where a rule is tried, `template` does messages and fixes.
//!
//! **Absent:** no Go file is ever read here, and nothing is executed.

#![warn(missing_docs)]

mod ask;
mod build;
mod check;
pub mod decision;
mod errors;
mod expand;
mod facts;
mod flow;
mod forms;
mod instances;
mod lower;
mod models;
mod mutate;
mod names;
pub mod native;
mod order;
mod path;
mod place;
mod predicate;
mod rule;
mod scope;
mod shape;
mod start;
mod symbols;
mod template;
mod type_cond;
mod value_type;

pub use expand::{Expansion, expand};
pub use mutate::{Mutant, mutants};

use build::Tables;
use errors::Errors;
use rule::Context;
use rulec_grammar::ast::{Example, Item, Module, Rule};
use rulec_grammar::diagnostic::{Diagnostic, FileId, Sink};
use rulec_plan::Plan;
use rulec_plan::ir::RuleIndex;
use rulec_plan::verify::Sizes;
use rulec_tree::Span;
use scope::{Modules, Scope};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A rule file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path, for messages.
    pub path: String,
    /// The family of its rules: the middle of their ids.
    pub family: String,
    /// Its text.
    pub text: String,
}

/// Rules that compiled, and what is wrong with the others.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The plan; [`rulec_plan::verify`] accepts it.
    pub plan: Plan,
    /// Every mistake and warning, sorted by file and place; [`FileId`] is an index into the files compiled.
    pub diagnostics: Vec<Diagnostic>,
    /// The rules of the plan, in its order. Behind them the plan has the facts that they ask for.
    pub rules: Vec<CompiledRule>,
    /// How many rules are written, those with mistakes included. Items that do not even parse do not count.
    pub written: usize,
}

impl Compiled {
    /// Whether a rule, or anything else in a file, has a mistake.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == rulec_grammar::diagnostic::Severity::Error)
    }
}

/// What is known of a compiled rule besides its plan.
#[derive(Clone, Debug)]
pub struct CompiledRule {
    /// Its plan.
    pub index: RuleIndex,
    /// Its examples.
    pub examples: Vec<Example>,
    /// The file in which it stands.
    pub file: FileId,
    /// Its name in that file.
    pub name_span: Span,
    /// The packages that its file uses, name and import path: what examples may mention without importing it.
    pub uses: Vec<(String, String)>,
}

/// What is known of Go packages that rules name: given an import path and a name, the names of the package if it certainly
/// does not have that one.
pub type NamesWithout = fn(&str, &str) -> Option<Vec<String>>;

/// Compiles rule files. [`FileId`] *n* is file *n*; `pack` is the first part of the rules' ids.
pub fn compile(files: &[SourceFile], pack: &str) -> Compiled {
    compile_against(files, pack, |_, _| None)
}

/// The same; names that a package does not have are mistakes.
pub fn compile_against(files: &[SourceFile], pack: &str, names_without: NamesWithout) -> Compiled {
    let mut sink = Sink::new();
    let parsed = parse(files, &mut sink);
    let mut modules = Modules::new(pack, files, &parsed, &mut sink);
    modules.names_without = names_without;
    let mut tables = Tables::default();
    let mut compiled = Compiled { plan: Plan::default(), diagnostics: Vec::new(), rules: Vec::new(), written: 0 };
    let mut ids: BTreeMap<String, (FileId, Span)> = BTreeMap::new();
    let (mut facts, mut asked) = (Vec::new(), Vec::new());
    for (number, (file, module)) in files.iter().zip(&parsed).enumerate() {
        let id = FileId(number as u32);
        let scope = Rc::new(modules.scope(id, module, &format!("{pack}.{}", file.family), &mut sink));
        for item in &module.items {
            let Item::Rule(rule) = item else { continue };
            compiled.written += 1;
            let rule_id = format!("{pack}.{}.{}", file.family, rule.name.value);
            if let Some(first) = ids.get(&rule_id) {
                Errors { sink: &mut sink, file: id }.duplicate(rule.name.span, "rule", &rule.name.value, *first);
                continue;
            }
            ids.insert(rule_id.clone(), (id, rule.name.span));
            let uses = compile_rule(&modules, &scope, &mut tables, &mut sink, rule, rule_id, file, &mut compiled);
            asked.extend(uses);
        }
        facts.extend(facts::of_file(&modules, &scope, &mut tables, &mut sink, module, file));
        let models = models::of_file(module, &scope, &mut Errors { sink: &mut sink, file: id });
        compiled.plan.models.extend(models);
        let mentioned = |name: &str| examples_mention(module, name) || items_mention(module, &file.text, name);
        scope.report_unused(mentioned, &mut Errors { sink: &mut sink, file: id });
    }
    compiled.plan.rules.extend(facts::stratified(facts, &asked, &mut sink));
    compiled.plan.atoms = tables.atoms;
    compiled.plan.symbols = tables.symbols;
    compiled.plan.constants = tables.constants;
    debug_assert_eq!(rulec_plan::verify::verify(&compiled.plan), Ok(()), "each rule was verified by itself");
    compiled.diagnostics = sink.into_sorted();
    // Equivalent spellings of one pattern have the same mistakes.
    compiled.diagnostics.dedup();
    compiled
}

pub(crate) fn parse(files: &[SourceFile], sink: &mut Sink) -> Vec<Module> {
    let parsed = files.iter().enumerate();
    let each = parsed.map(|(number, file)| {
        let id = FileId(number as u32);
        let mut module = rulec_grammar::parse(&file.text, id, sink);
        instances::expand(&mut module, id, sink);
        module
    });
    each.collect()
}

/// Compiles a rule. The facts that it asks for.
#[expect(clippy::too_many_arguments, reason = "one step of `compile`")]
fn compile_rule<'a>(
    modules: &'a Modules<'a>,
    scope: &Rc<Scope<'a>>,
    tables: &mut Tables,
    sink: &mut Sink,
    rule: &'a Rule,
    id: String,
    file: &'a SourceFile,
    compiled: &mut Compiled,
) -> Vec<facts::Use> {
    let (before, constants) = (sink.error_count(), tables.constants.len());
    if check::too_deep(rule, &mut Errors { sink, file: scope.file }) {
        return Vec::new();
    }
    rule::check(rule, &file.text, &mut Errors { sink, file: scope.file });
    let index = RuleIndex(compiled.plan.rules.len() as u32);
    let context = Context { modules, scope: Rc::clone(scope), tables, sink };
    let lowered = rule::lower(context, rule, None, index, id, &file.path).filter(|_| sink.error_count() == before);
    let Some((plan, uses)) = lowered else {
        // Constants can name the rule's options, by a number that the next rule gets.
        tables.constants.truncate(constants);
        return Vec::new();
    };
    // Only size can make the verifier refuse what lowering made; anything else is a fault of lowering, and said as it is.
    let sizes = Sizes { atoms: tables.atoms.len(), symbols: tables.symbols.len(), constants: tables.constants.len() };
    if let Err(refused) = rulec_plan::verify::verify_rule(sizes, &plan) {
        tables.constants.truncate(constants);
        Errors { sink, file: scope.file }.too_large(rule.name.span, &refused.reason);
        return Vec::new();
    }
    compiled.plan.rules.push(plan);
    compiled.rules.push(CompiledRule {
        index,
        examples: rule.examples.clone(),
        file: scope.file,
        name_span: rule.name.span,
        uses: scope.packages().map(|(name, path)| (name.to_owned(), path.to_owned())).collect(),
    });
    uses
}

/// Whether an item that others lower, when they use it, mentions a package by this name.
fn items_mention(module: &Module, source: &str, name: &str) -> bool {
    let mut spans = module.items.iter().filter_map(|item| match item {
        Item::Predicate(predicate) => Some(predicate.span),
        Item::Symbols(symbols) => Some(symbols.span),
        Item::Fact(fact) => Some(fact.rule.span),
        _ => None,
    });
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    spans.any(|span| source.get(span.range()).is_some_and(|text| text.split(|c| !is_word(c)).any(|word| word == name)))
}

/// Whether an example of the file mentions a package by this name.
fn examples_mention(module: &Module, name: &str) -> bool {
    let mention = format!("{name}.");
    let rules = module.items.iter().filter_map(|item| if let Item::Rule(rule) = item { Some(rule) } else { None });
    let mut files =
        rules.flat_map(|rule| &rule.examples).flat_map(|example| example.files.iter().chain(&example.fixed));
    files.any(|file| file.text.value.contains(&mention))
}
