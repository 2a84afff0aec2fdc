//! What lowering one rule builds up: registers, origins, what is bound, and the plan's shared tables.

use crate::errors::Errors;
use crate::facts::Use;
use crate::scope::{Modules, Scope};
use rulec_grammar::ast::{Name, OptionType, RuleOption};
use rulec_grammar::diagnostic::Sink;
use rulec_plan::ir::{
    Arg, AtomId, ConstId, Constant, Op, Origin, OriginId, Register, RegisterType, RuleIndex, Step, SymbolIndex,
};
use rulec_tree::Span;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// The tables that the rules of a plan share; equal entries are one entry.
#[derive(Default)]
pub(crate) struct Tables {
    pub atoms: Vec<Vec<u8>>,
    atom_ids: HashMap<Vec<u8>, AtomId>,
    pub symbols: Vec<(String, String)>,
    symbol_ids: HashMap<(String, String), SymbolIndex>,
    pub constants: Vec<Constant>,
}

impl Tables {
    pub fn atom(&mut self, bytes: &[u8]) -> AtomId {
        if let Some(&atom) = self.atom_ids.get(bytes) {
            return atom;
        }
        let atom = AtomId(self.atoms.len() as u32);
        self.atoms.push(bytes.to_vec());
        self.atom_ids.insert(bytes.to_vec(), atom);
        atom
    }

    pub fn symbol(&mut self, path: &str, name: &str) -> SymbolIndex {
        let pair = (path.to_owned(), name.to_owned());
        if let Some(&symbol) = self.symbol_ids.get(&pair) {
            return symbol;
        }
        let symbol = SymbolIndex(self.symbols.len() as u32);
        self.symbols.push(pair.clone());
        self.symbol_ids.insert(pair, symbol);
        symbol
    }

    pub fn constant(&mut self, constant: Constant) -> ConstId {
        let known = self.constants.iter().position(|other| *other == constant);
        ConstId(known.unwrap_or_else(|| {
            self.constants.push(constant);
            self.constants.len() - 1
        }) as u32)
    }
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// A row.
    Node(Register),
    /// The elements from a first position to the position after the last.
    Run(Register, Register),
    /// A value: an operator.
    Value(Register),
    /// A type.
    Type(Register),
    /// A value of a list.
    Element(Register),
}

/// What sort of thing a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Node,
    Run,
    Value,
    Type,
    Element,
}

impl Bound {
    pub fn sort(self) -> Sort {
        match self {
            Bound::Node(_) => Sort::Node,
            Bound::Run(..) => Sort::Run,
            Bound::Value(_) => Sort::Value,
            Bound::Type(_) => Sort::Type,
            Bound::Element(_) => Sort::Element,
        }
    }
}

/// The state of lowering one rule.
pub(crate) struct Builder<'a> {
    pub modules: &'a Modules<'a>,
    pub scope: Rc<Scope<'a>>,
    /// The scope of the rule's own file.
    own_scope: Rc<Scope<'a>>,
    pub tables: &'a mut Tables,
    pub sink: &'a mut Sink,
    pub rule: RuleIndex,
    pub options: &'a [RuleOption],
    /// Options that something read.
    pub options_read: BTreeSet<usize>,
    pub registers: Vec<RegisterType>,
    pub origins: Vec<Origin>,
    /// The register of every name of the rule, `$x` or `@label`: the same in all alternatives.
    names: BTreeMap<String, Bound>,
    /// The names bound at this point.
    pub bound: BTreeSet<String>,
    /// Names bound in some alternatives only, until now.
    pub half_bound: BTreeSet<String>,
    /// Names that were reported as not bound; once is enough.
    pub reported: BTreeSet<String>,
    /// The register of the row of the whole file, if something asked for it.
    pub file_row: Option<Register>,
    /// The match as a whole.
    pub root: Bound,
    /// Predicates being expanded, to find circles.
    pub expanding: Vec<String>,
    /// Where the outermost of them is called in the rule's own file, or the name of the instance that borrows what is lowered.
    pub called_at: Option<Span>,
    /// The name of the rule.
    pub rule_name: Span,
    /// Numbers the expansions, so that names inside of them stay apart.
    pub expansions: usize,
    /// Within an event: the names that were bound before it. There they stand for the same value, not the same syntax.
    pub outer: Option<BTreeSet<String>>,
    /// How many sets of rows are gathered so far.
    pub gathers: u32,
    /// The facts that were asked for.
    pub facts: Vec<Use>,
    /// Whether what is lowered now holds the sooner the less the facts in it do.
    pub negative: bool,
    /// The ways that conditions found which hold on the way to here.
    pub traces: Traces,
}

/// Registers that hold ways.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traces {
    /// Of the last condition on paths.
    pub path: Option<Register>,
    /// Of the last `tainted by`.
    pub flow: Option<Register>,
}

impl<'a> Builder<'a> {
    pub fn new(
        modules: &'a Modules<'a>,
        scope: Rc<Scope<'a>>,
        tables: &'a mut Tables,
        sink: &'a mut Sink,
        rule: RuleIndex,
        options: &'a [RuleOption],
    ) -> Builder<'a> {
        Builder {
            modules,
            own_scope: Rc::clone(&scope),
            scope,
            tables,
            sink,
            rule,
            options,
            options_read: BTreeSet::new(),
            registers: vec![RegisterType::Node],
            origins: vec![Origin { start: 0, end: 0, what: String::new() }],
            names: BTreeMap::new(),
            bound: BTreeSet::new(),
            half_bound: BTreeSet::new(),
            reported: BTreeSet::new(),
            file_row: None,
            root: Bound::Node(Register::ROOT),
            expanding: Vec::new(),
            called_at: None,
            rule_name: Span::default(),
            expansions: 0,
            outer: None,
            gathers: 0,
            facts: Vec::new(),
            negative: false,
            traces: Traces::default(),
        }
    }

    pub fn errors(&mut self) -> Errors<'_> {
        Errors { sink: self.sink, file: self.scope.spans }
    }

    /// A new register for a row or position.
    pub fn node_register(&mut self) -> Register {
        self.register(RegisterType::Node)
    }

    /// The register of the row of the whole file.
    pub fn file(&mut self) -> Register {
        if let Some(row) = self.file_row {
            return row;
        }
        let row = self.node_register();
        *self.file_row.insert(row)
    }

    /// A new register for a value.
    pub fn value_register(&mut self) -> Register {
        self.register(RegisterType::Value)
    }

    /// Lowers something that is asked for as its opposite, if it is.
    pub fn opposite<T>(&mut self, opposite: bool, lower: impl FnOnce(&mut Builder<'a>) -> T) -> T {
        let outer = self.negative;
        self.negative ^= opposite;
        let lowered = lower(self);
        self.negative = outer;
        lowered
    }

    /// Lowers something in the scope of the file in which it stands: an instance may borrow it from another.
    pub fn standing<T>(&mut self, at: Span, lower: impl FnOnce(&mut Builder<'a>) -> T) -> T {
        let spans = self.scope.spans;
        let (file, _) = self.modules.sources.place(spans, at);
        if file == self.scope.file {
            return lower(self);
        }
        let scope = match file == self.own_scope.file {
            true => Rc::clone(&self.own_scope),
            false => {
                let mut scope = self.scope.within(self.modules, file);
                scope.spans = spans;
                Rc::new(scope)
            }
        };
        let is_own = file == spans;
        let called_at = if is_own { None } else { self.called_at.or(Some(self.rule_name)) };
        let outer = (std::mem::replace(&mut self.scope, scope), std::mem::replace(&mut self.called_at, called_at));
        let lowered = lower(self);
        (self.scope, self.called_at) = outer;
        lowered
    }

    /// A string as an argument.
    pub fn text(&mut self, text: &str) -> Arg {
        Arg::Const(self.tables.constant(Constant::Str(text.to_owned())))
    }

    fn register(&mut self, ty: RegisterType) -> Register {
        self.registers.push(ty);
        // A plan with more registers than fit is refused by the verifier, whose limit is far lower.
        Register(u16::try_from(self.registers.len() - 1).unwrap_or(u16::MAX))
    }

    /// The origin for steps that come from `span`; `what` says what they ask. Steps of a predicate come from its call.
    pub fn origin(&mut self, span: Span, what: impl Into<String>) -> OriginId {
        let what = what.into();
        let span = self.called_at.unwrap_or(span);
        let origin = Origin { start: span.start, end: span.end, what };
        if self.origins.last() != Some(&origin) {
            self.origins.push(origin);
        }
        OriginId(self.origins.len() as u32 - 1)
    }

    /// The source at `span` on one line, shortened.
    pub fn snippet(&self, span: Span) -> String {
        let text = self.modules.text(self.scope.spans).get(span.range()).unwrap_or("");
        let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() > 60 {
            line = line.chars().take(57).collect::<String>() + "...";
        }
        line
    }

    /// What `name` (`$x`, `@label`) stands for in this rule, made up if it is new. `None`, and an error, if it already
    /// stands for something of another sort.
    pub fn name(&mut self, name: &str, sort: Sort, span: Span) -> Option<Bound> {
        if let Some(bound) = self.names.get(name) {
            if bound.sort() == sort {
                return Some(*bound);
            }
            let bound = name.to_owned();
            self.errors().two_forms(span, &bound);
            return None;
        }
        let bound = match sort {
            Sort::Node => Bound::Node(self.node_register()),
            Sort::Run => Bound::Run(self.node_register(), self.node_register()),
            Sort::Value => Bound::Value(self.register(RegisterType::Value)),
            Sort::Type => Bound::Type(self.register(RegisterType::Value)),
            Sort::Element => Bound::Element(self.register(RegisterType::Value)),
        };
        self.names.insert(name.to_owned(), bound);
        Some(bound)
    }

    /// What a name that has to be bound stands for; an error if it is not.
    pub fn lookup(&mut self, name: &str, span: Span) -> Option<Bound> {
        if self.bound.contains(name) {
            return self.names.get(name).copied();
        }
        if !self.reported.insert(name.to_owned()) {
            return None;
        }
        if self.half_bound.contains(name) {
            self.errors().bound_on_some(span, name);
        } else {
            let known: Vec<String> = self.bound.iter().filter(|name| !name.contains('\'')).cloned().collect();
            self.errors().unbound(span, name, &known);
        }
        None
    }

    /// An option of the rule by name: its index.
    pub fn option(&mut self, name: &Name) -> Option<usize> {
        let index = self.options.iter().position(|option| option.name.value == name.value)?;
        self.options_read.insert(index);
        Some(index)
    }

    /// The type of an option.
    pub fn option_type(&self, index: usize) -> OptionType {
        self.options[index].ty.value
    }
}

/// Adds a step.
pub(crate) fn push(steps: &mut Vec<Step>, origin: OriginId, op: Op) {
    steps.push(Step { op, origin });
}
