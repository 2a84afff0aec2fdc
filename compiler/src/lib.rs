//! Rule syntax to checked rules, to plan, to decision graph, to native code. The only crate that knows Cranelift.
//!
//! In: rule files. Out: [`Compiled`], a plan that the verifier accepts and every mistake of every file; from a plan,
//! [`native`] makes machine code. A rule with a mistake is left out and does not hide the others.
//!
//! Read `rule` first: it lowers one rule. `sources` and `instances` say what belongs to its text, `forms` has the equivalences, `lower` the patterns, `ask` and `shape` the
//! conditions, `type_cond` those on types, `path` and `flow` those on what happens in functions, `order` puts dear questions last, `start` says where a rule is tried, `template` does messages and fixes.
//!
//! **Absent:** no Go file is ever read here, and nothing is executed.

#![warn(missing_docs)]

mod ask;
mod branches;
mod build;
pub mod categories;
mod check;
pub mod decision;
mod declarations;
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
mod operand;
mod order;
mod path;
mod place;
mod predicate;
mod rule;
mod scope;
mod shape;
mod sources;
mod start;
mod symbols;
mod template;
mod type_cond;
mod value_type;

pub use expand::{Expansion, expand};
pub use mutate::{Mutant, mutants};
pub use rulec_grammar::source::{OtherPack, SourceFile};
pub use scope::package_name;

use build::Tables;
use errors::Errors;
use rule::Context;
use rulec_grammar::ast::{Example, Item, Module, Rule};
use rulec_grammar::diagnostic::{Diagnostic, FileId, Sink};
use rulec_plan::Plan;
use rulec_plan::ir::RuleIndex;
use rulec_plan::model::Declaration;
use rulec_plan::verify::Sizes;
use rulec_tree::Span;
use scope::{Modules, Scope};
use sources::{Source, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

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
    /// Files of other packs that these use. In diagnostics their numbers follow those of the files compiled.
    pub others: Vec<SourceFile>,
    /// The names of the packs of these.
    pub other_packs: Vec<String>,
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

/// What is known of Go packages that rule files declare: given all declarations of a compilation, what is wrong with them.
pub type JudgeDeclared = fn(&[Declaration]) -> Declared;

/// What can be said of declarations.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// What is wrong with them: the index of a declaration, an offset in its text, and what is wrong there.
    pub faults: Vec<(usize, usize, String)>,
    /// By import path, the names that they have: `T`, and `T.M` for methods and fields.
    pub names: BTreeMap<String, BTreeSet<String>>,
}

/// What rule files are compiled against.
#[derive(Clone, Copy)]
pub struct Surroundings<'p> {
    /// Names that a Go package does not have are mistakes.
    pub names_without: NamesWithout,
    /// The packs that `use` lines can name.
    pub packs: &'p [OtherPack],
    /// Judges what rule files declare of Go packages.
    pub declared: JudgeDeclared,
}

impl Default for Surroundings<'_> {
    /// Nothing is known of Go packages, and there are no other packs.
    fn default() -> Self {
        Surroundings { names_without: |_, _| None, packs: &[], declared: |_| Declared::default() }
    }
}

/// Compiles rule files. [`FileId`] *n* is file *n*, and behind them come [`Compiled::others`]; `pack` is the first part of
/// the rules' ids.
pub fn compile(files: &[SourceFile], pack: &str) -> Compiled {
    compile_in(files, pack, Surroundings::default())
}

/// The same, where more is known than the files.
pub fn compile_in(files: &[SourceFile], pack: &str, surroundings: Surroundings<'_>) -> Compiled {
    let mut sink = Sink::new();
    let sources = parse(files, pack, surroundings, &mut sink);
    let mut modules = Modules::new(&sources, &mut sink);
    modules.know(surroundings.packs);
    modules.names_without = surroundings.names_without;
    let mut tables = Tables::default();
    let mut compiled = Compiled {
        plan: Plan::default(),
        diagnostics: Vec::new(),
        rules: Vec::new(),
        written: 0,
        others: sources.others(),
        other_packs: sources.other_packs(),
    };
    let mut ids: BTreeMap<String, (FileId, Span)> = BTreeMap::new();
    let (mut facts, mut asked) = (Vec::new(), Vec::new());
    for (id, source) in sources.iter() {
        let scope = Rc::new(modules.scope(id, &source.syntax, &source.module, &mut sink));
        for rule in rules_of(source) {
            compiled.written += 1;
            let rule_id = format!("{}.{}", source.module, rule.name.value);
            if let Some(first) = ids.get(&rule_id) {
                Errors { sink: &mut sink, file: id }.duplicate(rule.name.span, "rule", &rule.name.value, *first);
                continue;
            }
            ids.insert(rule_id.clone(), (id, rule.name.span));
            let first = sink.diagnostics().len();
            asked.extend(compile_rule(&modules, &scope, &mut tables, &mut sink, rule, rule_id, source, &mut compiled));
            if source.instances.contains(&rule.name.value) {
                instances::in_instance(&mut sink, first, id, rule);
            }
        }
        facts.extend(facts::of_file(&modules, &scope, &mut tables, &mut sink, source));
        if source.is_own {
            let mut errors = Errors { sink: &mut sink, file: id };
            compiled.plan.declarations.extend(declarations::of_file(&source.syntax));
            compiled.plan.models.extend(models::of_file(&source.syntax, &scope, &mut errors));
            scope.report_unused(|name| mentions(source, name), &mut errors);
        }
    }
    declarations::check(&sources, &compiled.plan.declarations, surroundings.declared, &mut sink);
    compiled.plan.rules.extend(facts::stratified(facts, &asked, &mut sink));
    compiled.plan.atoms = tables.atoms;
    compiled.plan.symbols = tables.symbols;
    compiled.plan.constants = tables.constants;
    debug_assert_eq!(rulec_plan::verify::verify(&compiled.plan), Ok(()), "each rule was verified by itself");
    compiled.diagnostics = sources.sorted(sink);
    compiled
}

pub(crate) fn parse(files: &[SourceFile], pack: &str, surroundings: Surroundings<'_>, sink: &mut Sink) -> Sources {
    let mut sources = Sources::read(files, pack, surroundings.packs, sink);
    instances::expand(&mut sources, sink);
    sources
}

/// The rules of a file that are compiled: generic ones are not, and those of other packs are compiled there.
pub(crate) fn rules_of(source: &Source) -> impl Iterator<Item = &Rule> {
    source.syntax.items.iter().filter(|_| source.is_own).filter_map(|item| match item {
        Item::Rule(rule) if rule.param.is_none() => Some(&**rule),
        _ => None,
    })
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
    source: &Source,
    compiled: &mut Compiled,
) -> Vec<facts::Use> {
    let (before, constants) = (sink.error_count(), tables.constants.len());
    if check::too_deep(rule, &mut Errors { sink, file: scope.file }) {
        return Vec::new();
    }
    rule::check(rule, &source.text, &mut Errors { sink, file: scope.file });
    let index = RuleIndex(compiled.plan.rules.len() as u32);
    let context = Context { modules, scope: Rc::clone(scope), tables, sink };
    let lowered = rule::lower(context, rule, None, index, id, &source.path).filter(|_| sink.error_count() == before);
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

/// Whether a file mentions a package by this name where it is not lowered, or lowered for others: in examples, and in items
/// that others use.
fn mentions(source: &Source, name: &str) -> bool {
    examples_mention(&source.syntax, name) || items_mention(source, name)
}

fn items_mention(source: &Source, name: &str) -> bool {
    let mut spans = source.syntax.items.iter().filter_map(|item| match item {
        Item::Predicate(predicate) => Some(predicate.span),
        Item::Symbols(symbols) => Some(symbols.span),
        Item::Fact(fact) => Some(fact.rule.span),
        Item::Rule(rule) if rule.param.is_some() => Some(rule.span),
        Item::Resource(resource) => Some(resource.span),
        _ => None,
    });
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let has_word = |text: &str| text.split(|c| !is_word(c)).any(|word| word == name);
    spans.any(|span| source.text.get(span.range()).is_some_and(has_word))
}

/// Whether an example of the file mentions a package by this name.
fn examples_mention(module: &Module, name: &str) -> bool {
    let mention = format!("{name}.");
    let rules = module.items.iter().filter_map(|item| if let Item::Rule(rule) = item { Some(rule) } else { None });
    let mut files =
        rules.flat_map(|rule| &rule.examples).flat_map(|example| example.files.iter().chain(&example.fixed));
    files.any(|file| file.text.value.contains(&mention))
}
