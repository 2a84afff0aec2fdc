//! Patterns to steps.
//!
//! In: a [`Form`] and the register of the row it has to match. Out: steps that bind its holes and fail where it does not
//! match. Tests that need no choice come first, in the order of the pattern; lists with runs in their middle and
//! alternatives, which do, come behind them.

use crate::branches::{Lowers, in_each};
use crate::build::{Bound, Builder, Sort, push};
use crate::forms::Form;
use crate::names::{hole_key, label_key};
use crate::place::{self, Place};
use rulec_grammar::ast::{Form as Shape, Name, OpForm, Pattern, PatternId};
use rulec_plan::host::HostFn;
use rulec_plan::ir::{Arg, Cond, Constant, Op, OriginId, Over, Register, Step, SymbolIndex, Test, Way};
use rulec_tree::{Category, Kind, KindSet, Predeclared, Span};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

/// What waits until all tests without a choice are made.
enum Later {
    /// The rest of a list, from a position on.
    List { elements: Vec<PatternId>, from: Register, end: Register, place: Place, closed: Closed },
    /// An alternation at a row.
    Either { options: Vec<PatternId>, at: Register, place: Place },
}

/// Where a list of patterns ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Closed {
    /// With the list of the tree.
    AtEnd,
    /// Anywhere; the position after the last element is stored in this register.
    Anywhere(Register),
}

/// Lowers one form.
pub(crate) struct Lowering<'b, 'a, 'f> {
    builder: &'b mut Builder<'a>,
    form: &'f Form,
    later: VecDeque<Later>,
}

/// Matches a form at the row in `at`, whose parentheses are not looked through.
pub(crate) fn at_row(builder: &mut Builder<'_>, form: &Form, at: Register, steps: &mut Vec<Step>) {
    let place = Place::of(form.pattern.category);
    let mut lowering = Lowering { builder, form, later: VecDeque::new() };
    lowering.node(form.pattern.root, at, place, steps);
    lowering.finish(steps);
}

/// Matches the statements of a form from the statement in `first` on. The position after the last is put into `end`.
pub(crate) fn at_statements(
    builder: &mut Builder<'_>,
    form: &Form,
    first: Register,
    end: Register,
    steps: &mut Vec<Step>,
) {
    let pattern = &form.pattern;
    let Shape::Node { children, .. } = &pattern.nodes[pattern.root.0 as usize].form else { return };
    let is_run = |id: &PatternId| matches!(pattern.nodes[id.0 as usize].form, Shape::Run(_));
    for outer in [children.first(), children.last()].into_iter().flatten().filter(|id| is_run(id)) {
        builder.errors().open_ended(pattern.nodes[outer.0 as usize].span);
    }
    let origin = builder.origin(pattern.span, "a statement of a list");
    let (listed, list, limit) = (builder.node_register(), builder.node_register(), builder.node_register());
    push(steps, origin, Op::Each { dst: listed, over: Over::Statement { of: first } });
    push(steps, origin, Op::Test(Test::Same(listed, first)));
    push(steps, origin, Op::Move { dst: list, src: first, way: Way::Parent });
    push(steps, origin, Op::Move { dst: limit, src: list, way: Way::End });
    let mut lowering = Lowering { builder, form, later: VecDeque::new() };
    let place = Place::of(Category::Stmt);
    lowering.list(children.clone(), first, limit, place, Closed::Anywhere(end), false, steps);
    lowering.finish(steps);
    if let Some(label) = &pattern.nodes[pattern.root.0 as usize].label {
        builder.errors().impossible(
            label.span,
            "a list of statements has no row of its own",
            "label one of its statements",
        );
    }
}

impl<'f> Lowering<'_, '_, 'f> {
    fn pattern(&self) -> &'f Pattern {
        &self.form.pattern
    }

    fn shape(&self, id: PatternId) -> &'f Shape {
        &self.pattern().nodes[id.0 as usize].form
    }

    fn span(&self, id: PatternId) -> Span {
        self.pattern().nodes[id.0 as usize].span
    }

    /// Does what had to wait.
    fn finish(&mut self, steps: &mut Vec<Step>) {
        while let Some(later) = self.later.pop_front() {
            match later {
                Later::List { elements, from, end, place, closed } => {
                    self.list(elements, from, end, place, closed, true, steps);
                }
                Later::Either { options, at, place } => self.either(&options, at, place, steps),
            }
        }
    }

    /// Matches pattern node `id` at the row in `at`; parentheses were looked through already.
    fn node(&mut self, id: PatternId, at: Register, place: Place, steps: &mut Vec<Step>) {
        let span = self.span(id);
        match self.shape(id) {
            Shape::Any => {}
            Shape::Absent => {
                let origin = self.builder.origin(span, "nothing stands here");
                push(steps, origin, Op::Test(Test::Kinds(at, KindSet::of(&[Kind::Absent]))));
            }
            Shape::Hole(name) => {
                if !place.sure {
                    let origin = self.builder.origin(span, "something stands here that the hole can hold");
                    push(steps, origin, Op::Test(Test::Kinds(at, place.kinds())));
                }
                if let Some(name) = name {
                    self.bind_node(&hole_key(name), at, place.spelled, span, steps);
                }
            }
            Shape::AnyFunc(name) => {
                let origin = self.builder.origin(span, "a function");
                push(steps, origin, Op::Test(Test::Kinds(at, KindSet::FUNCS)));
                if let Some(name) = name {
                    self.bind_node(&hole_key(name), at, true, span, steps);
                }
            }
            Shape::Comment(text) => self.comment(text.as_deref(), at, span, steps),
            Shape::OneOf(options) => self.one_of(options, at, place, span, steps),
            Shape::Node { kind: Kind::Paren, children, .. } => {
                for child in children {
                    self.node(*child, at, place, steps);
                }
            }
            Shape::Node { kind, op, text, children } => {
                let parts = NodeParts { kind: *kind, op, text: text.as_deref(), children };
                self.plain_node(id, &parts, at, place, steps);
            }
            // Only elements of lists can be runs; the grammar refuses others.
            Shape::Run(_) => {}
        }
        self.label(id, at, steps);
    }

    fn label(&mut self, id: PatternId, at: Register, steps: &mut Vec<Step>) {
        if let Some(Name { value, span }) = &self.pattern().nodes[id.0 as usize].label {
            self.bind_node(&label_key(value), at, true, *span, steps);
        }
    }

    fn plain_node(&mut self, id: PatternId, parts: &NodeParts<'_>, at: Register, place: Place, steps: &mut Vec<Step>) {
        let span = self.span(id);
        if let Some(symbols) = self.qualified(parts) {
            let what = format!("names `{}`", self.builder.snippet(span));
            let origin = self.builder.origin(span, what);
            push(steps, origin, Op::Test(Test::Kinds(at, KindSet::of(&[Kind::Selector, Kind::Ident]))));
            push(steps, origin, Op::Test(Test::Symbols(at, symbols)));
            return;
        }
        let origin = self.builder.origin(span, format!("is `{}`", self.builder.snippet(span)));
        if parts.kind != Kind::List || !place.sure {
            push(steps, origin, Op::Test(Test::Kinds(at, KindSet::of(&[parts.kind]))));
        }
        self.operator(parts, at, span, origin, steps);
        self.text(parts, at, place, span, origin, steps);
        if self.form.swapped.contains(&id) {
            self.ask_pure(parts, at, origin, steps);
        }
        if self.package_of_hole(parts, at, span, steps) {
            return;
        }
        let slots = parts.kind.shape().slots.len();
        let op = parts.single_op();
        for (index, child) in parts.children.iter().enumerate().take(slots) {
            self.slot(*child, at, index, place::child(parts.kind, op, index), origin, steps);
        }
        if parts.kind.shape().tail.is_some() {
            let of_tail = place::child(parts.kind, op, slots);
            let of_tail = if parts.kind == Kind::List { place.of_element() } else { of_tail };
            self.tail(parts.children[slots..].to_vec(), at, slots, of_tail, origin, steps);
        }
    }

    /// Matches the child in a slot.
    fn slot(
        &mut self,
        child: PatternId,
        at: Register,
        index: usize,
        place: Place,
        origin: OriginId,
        steps: &mut Vec<Step>,
    ) {
        if self.asks_nothing(child, place) {
            return;
        }
        let row = self.builder.node_register();
        push(steps, origin, Op::Move { dst: row, src: at, way: Way::Slot(index as u8) });
        let row = self.through_parens(row, place, origin, steps);
        self.node(child, row, place, steps);
    }

    /// Whether whatever stands at `place` matches, and nothing is bound to it.
    fn asks_nothing(&self, id: PatternId, place: Place) -> bool {
        let node = &self.pattern().nodes[id.0 as usize];
        let open = match node.form {
            Shape::Any => true,
            Shape::Hole(None) => place.sure,
            _ => false,
        };
        open && node.label.is_none()
    }

    /// The row without parentheses around it, where there can be some.
    fn through_parens(&mut self, row: Register, place: Place, origin: OriginId, steps: &mut Vec<Step>) -> Register {
        if !place.may_have_parens() {
            return row;
        }
        let bare = self.builder.node_register();
        push(steps, origin, Op::Move { dst: bare, src: row, way: Way::Unparen });
        bare
    }

    /// Matches the elements after the slots.
    fn tail(
        &mut self,
        elements: Vec<PatternId>,
        at: Register,
        slots: usize,
        place: Place,
        origin: OriginId,
        steps: &mut Vec<Step>,
    ) {
        if let [only] = elements[..]
            && matches!(self.shape(only), Shape::Run(None))
        {
            return;
        }
        let (from, end) = (self.builder.node_register(), self.builder.node_register());
        push(steps, origin, Op::Move { dst: from, src: at, way: Way::Slot(slots as u8) });
        push(steps, origin, Op::Move { dst: end, src: at, way: Way::End });
        self.list(elements, from, end, place, Closed::AtEnd, false, steps);
    }

    /// Matches elements from the position in `from` on. Unless it may `choose`, a run that is not the last element, and
    /// what follows it, has to wait.
    #[expect(clippy::too_many_arguments, reason = "a list is what stands where, and how it ends")]
    fn list(
        &mut self,
        elements: Vec<PatternId>,
        from: Register,
        end: Register,
        place: Place,
        closed: Closed,
        choose: bool,
        steps: &mut Vec<Step>,
    ) {
        let mut at = from;
        for (index, element) in elements.iter().enumerate() {
            let span = self.span(*element);
            if let Shape::Run(name) = self.shape(*element) {
                let is_last = index + 1 == elements.len();
                if !is_last && !choose {
                    let rest = Later::List { elements: elements[index..].to_vec(), from: at, end, place, closed };
                    self.later.push_back(rest);
                    return;
                }
                at = self.run(name.as_deref(), at, end, is_last && closed == Closed::AtEnd, span, steps);
                continue;
            }
            let what = format!("there is an element for `{}`", self.builder.snippet(span));
            let origin = self.builder.origin(span, what);
            push(steps, origin, Op::Test(Test::Before(at, end)));
            if !self.asks_nothing(*element, place) {
                let row = self.through_parens(at, place, origin, steps);
                self.node(*element, row, place, steps);
            }
            let next = self.builder.node_register();
            push(steps, origin, Op::Move { dst: next, src: at, way: Way::Next });
            at = next;
        }
        let origin = self.builder.origin(self.pattern().span, "there are no more elements");
        match closed {
            Closed::AtEnd => push(steps, origin, Op::Test(Test::Same(at, end))),
            Closed::Anywhere(register) => push(steps, origin, Op::Move { dst: register, src: at, way: Way::Same }),
        }
    }

    /// Matches a run and gives the position after it.
    fn run(
        &mut self,
        name: Option<&str>,
        from: Register,
        end: Register,
        to_end: bool,
        span: Span,
        steps: &mut Vec<Step>,
    ) -> Register {
        let origin = self.builder.origin(span, "a run of elements");
        let after = if to_end {
            end
        } else {
            let after = self.builder.node_register();
            push(steps, origin, Op::Each { dst: after, over: Over::Positions { from, end } });
            after
        };
        if let Some(name) = name {
            self.bind_run(&hole_key(name), from, after, span, steps);
        }
        after
    }

    /// An alternation: a test where all options are names, a choice otherwise.
    fn one_of(&mut self, options: &[PatternId], at: Register, place: Place, span: Span, steps: &mut Vec<Step>) {
        if let Some(symbols) = self.all_symbols(options, place) {
            let what = format!("is one of `{}`", self.builder.snippet(span));
            let origin = self.builder.origin(span, what);
            push(steps, origin, Op::Test(Test::Kinds(at, KindSet::of(&[Kind::Selector, Kind::Ident]))));
            push(steps, origin, Op::Test(Test::Symbols(at, symbols)));
            return;
        }
        self.later.push_back(Later::Either { options: options.to_vec(), at, place });
    }

    /// The symbols of options that are all qualified or predeclared names without labels.
    fn all_symbols(&mut self, options: &[PatternId], place: Place) -> Option<Vec<SymbolIndex>> {
        let mut symbols = Vec::new();
        for option in options {
            let node = &self.pattern().nodes[option.0 as usize];
            let Shape::Node { kind, op, text, children } = &node.form else { return None };
            if node.label.is_some() {
                return None;
            }
            let parts = NodeParts { kind: *kind, op, text: text.as_deref(), children };
            match (kind, parts.name()) {
                (Kind::Selector, _) => symbols.extend(self.qualified(&parts)?),
                (Kind::Ident, Some(name)) if !place.spelled && Predeclared::of(name.as_bytes()).is_some() => {
                    symbols.push(self.builder.tables.symbol("", name));
                }
                _ => return None,
            }
        }
        Some(symbols)
    }

    fn either(&mut self, options: &[PatternId], at: Register, place: Place, steps: &mut Vec<Step>) {
        let origin = self.builder.origin(self.span(options[0]), "one of the alternatives");
        let waiting = std::mem::take(&mut self.later);
        let branches = in_each(self, options.len(), |lowering, index, steps| {
            lowering.node(options[index], at, place, steps);
            lowering.finish(steps);
        });
        self.later = waiting;
        push(steps, origin, Op::Either(branches));
    }

    fn operator(&mut self, parts: &NodeParts<'_>, at: Register, span: Span, origin: OriginId, steps: &mut Vec<Step>) {
        match parts.op {
            OpForm::Any => {}
            OpForm::OneOf(_) if !place::has_operator(parts.kind) => {}
            OpForm::OneOf(ops) => {
                let set = ops.iter().fold(0, |set, op| set | 1 << (*op as u8));
                push(steps, origin, Op::Test(Test::Ops(at, set)));
            }
            OpForm::Hole(name) => self.bind_operator(&hole_key(name), at, span, steps),
        }
    }

    fn text(
        &mut self,
        parts: &NodeParts<'_>,
        at: Register,
        place: Place,
        span: Span,
        origin: OriginId,
        steps: &mut Vec<Step>,
    ) {
        let Some(text) = parts.text else { return };
        let is_use = parts.kind == Kind::Ident && !place.spelled && text != b"_";
        let name = std::str::from_utf8(text).unwrap_or("");
        if !is_use {
            let atom = self.builder.tables.atom(text);
            push(steps, origin, Op::Test(Test::Text(at, atom)));
        } else if Predeclared::of(name.as_bytes()).is_some() {
            let symbol = self.builder.tables.symbol("", name);
            push(steps, origin, Op::Test(Test::Symbols(at, vec![symbol])));
        } else if self.builder.scope.package(name).is_some() {
            let why = format!("`{name}` is a package and cannot stand by itself");
            self.builder.errors().impossible(span, &why, "name something of it");
        } else {
            let packages = self.builder.scope.package_names();
            self.builder.errors().bare_name(span, name, &packages);
        }
    }

    /// The symbols that a selector on packages names: `http.Get`, `$(strings, bytes).Index`, `context.$(A, B)`.
    fn qualified(&mut self, parts: &NodeParts<'_>) -> Option<Vec<SymbolIndex>> {
        let (Kind::Selector, [x, selected]) = (parts.kind, parts.children) else { return None };
        let paths = self.package_paths(*x)?;
        let names = self.spellings(*selected)?;
        let mut symbols = Vec::new();
        for path in &paths {
            for (name, span) in &names {
                let scope = Rc::clone(&self.builder.scope);
                scope.can_name(path, name, *span, &mut self.builder.errors());
                symbols.push(self.builder.tables.symbol(path, name));
            }
        }
        Some(symbols)
    }

    /// The import paths, if `id` is a package in use or an alternation of such.
    fn package_paths(&self, id: PatternId) -> Option<Vec<String>> {
        let names = self.spellings(id)?;
        names.iter().map(|(name, _)| self.builder.scope.package(name).map(str::to_owned)).collect()
    }

    /// The names, if `id` is an identifier or an alternation of such, without labels.
    fn spellings(&self, id: PatternId) -> Option<Vec<(String, Span)>> {
        let node = &self.pattern().nodes[id.0 as usize];
        match &node.form {
            _ if node.label.is_some() => None,
            Shape::Node { kind: Kind::Ident, text: Some(text), .. } => {
                Some(vec![(String::from_utf8_lossy(text).into_owned(), node.span)])
            }
            Shape::OneOf(options) => {
                let each: Option<Vec<_>> = options.iter().map(|option| self.spellings(*option)).collect();
                each.map(|names| names.concat())
            }
            _ => None,
        }
    }

    /// `http.$f`: the package is known, the name is not. Whether `parts` is such a selector.
    fn package_of_hole(&mut self, parts: &NodeParts<'_>, at: Register, span: Span, steps: &mut Vec<Step>) -> bool {
        let (Kind::Selector, [x, selected]) = (parts.kind, parts.children) else { return false };
        let Some(paths) = self.package_paths(*x) else { return false };
        let what = format!("is of the package `{}`", self.builder.snippet(self.span(*x)));
        let origin = self.builder.origin(span, what);
        let package = self.builder.node_register();
        push(steps, origin, Op::Move { dst: package, src: at, way: Way::Slot(0) });
        let asked = paths.iter().map(|path| {
            let path = self.builder.tables.constant(Constant::Str(path.clone()));
            Cond::Host(HostFn::NamesPackage, vec![Arg::Node(package), Arg::Const(path)])
        });
        let asked = Cond::Or(asked.collect());
        push(steps, origin, Op::Test(Test::Kinds(package, KindSet::of(&[Kind::Ident]))));
        push(steps, origin, Op::Ask(asked));
        self.slot(*selected, at, 1, place::child(Kind::Selector, None, 1), origin, steps);
        true
    }

    /// Swapped operands match where both are pure.
    fn ask_pure(&mut self, parts: &NodeParts<'_>, at: Register, origin: OriginId, steps: &mut Vec<Step>) {
        let rows: Vec<Register> = (0..parts.children.len())
            .map(|index| {
                let row = self.builder.node_register();
                push(steps, origin, Op::Move { dst: row, src: at, way: Way::Slot(index as u8) });
                row
            })
            .collect();
        let pure = rows.into_iter().map(|row| Cond::Host(HostFn::Pure, vec![Arg::Node(row)])).collect();
        push(steps, origin, Op::Ask(Cond::And(pure)));
    }

    fn comment(&mut self, text: Option<&str>, at: Register, span: Span, steps: &mut Vec<Step>) {
        let origin = self.builder.origin(span, format!("is a comment `{}`", text.unwrap_or("")));
        push(steps, origin, Op::Test(Test::Kinds(at, KindSet::of(&[Kind::Comment]))));
        let Some(text) = text else { return };
        let pieces: Vec<String> = text.split("...").map(escape_regex).collect();
        let regex = format!("^(?s:{})$", pieces.join(".*"));
        let regex = self.builder.tables.constant(Constant::Regex(regex));
        let comment = Arg::Call(HostFn::Text, vec![Arg::Node(at)]);
        push(steps, origin, Op::Ask(Cond::Host(HostFn::Matches, vec![comment, Arg::Const(regex)])));
    }

    /// Whether the name is bound here, rather than before. An error if only some ways to here have bound it: on these it
    /// would have to be compared, on the others bound.
    fn is_first(&mut self, name: &str, span: Span) -> bool {
        let is_first = self.builder.bound.insert(name.to_owned());
        if is_first && self.builder.half_bound.contains(name) && self.builder.reported.insert(name.to_owned()) {
            self.builder.errors().bound_on_some(span, name);
        }
        is_first
    }

    /// Binds a row, or asks that it is equal to what the name is bound to. Within an event names from outside of it stand
    /// for their values, but where only spelling counts.
    fn bind_node(&mut self, name: &str, at: Register, spelled: bool, span: Span, steps: &mut Vec<Step>) {
        let Some(Bound::Node(register)) = self.builder.name(name, Sort::Node, span) else { return };
        if self.is_first(name, span) {
            let origin = self.builder.origin(span, format!("binds `{name}`"));
            push(steps, origin, Op::Move { dst: register, src: at, way: Way::Same });
        } else if self.builder.outer.as_ref().is_some_and(|outer| outer.contains(name)) && !spelled {
            let origin = self.builder.origin(span, format!("has the same value as `{name}`"));
            let same = Cond::Host(HostFn::SameValue, vec![Arg::Node(at), Arg::Node(register)]);
            push(steps, origin, Op::Ask(same));
        } else {
            let origin = self.builder.origin(span, format!("is the same as the other `{name}`"));
            push(steps, origin, Op::Test(Test::Equal(register, at)));
        }
    }

    fn bind_run(&mut self, name: &str, from: Register, after: Register, span: Span, steps: &mut Vec<Step>) {
        let Some(Bound::Run(first, end)) = self.builder.name(name, Sort::Run, span) else { return };
        if self.is_first(name, span) {
            let origin = self.builder.origin(span, format!("binds `{name}`"));
            push(steps, origin, Op::Move { dst: first, src: from, way: Way::Same });
            push(steps, origin, Op::Move { dst: end, src: after, way: Way::Same });
        } else {
            let origin = self.builder.origin(span, format!("is the same as the other `{name}`"));
            push(steps, origin, Op::Test(Test::EqualRuns([first, end], [from, after])));
        }
    }

    fn bind_operator(&mut self, name: &str, at: Register, span: Span, steps: &mut Vec<Step>) {
        let Some(Bound::Value(register)) = self.builder.name(name, Sort::Value, span) else { return };
        let args = vec![Arg::Node(at)];
        if self.is_first(name, span) {
            let origin = self.builder.origin(span, format!("binds `{name}`"));
            push(steps, origin, Op::Let { dst: register, host: HostFn::Operator, args });
        } else {
            let origin = self.builder.origin(span, format!("is the same operator as the other `{name}`"));
            let same = vec![Arg::Value(register), Arg::Call(HostFn::Operator, args)];
            push(steps, origin, Op::Ask(Cond::Host(HostFn::CompareEq, same)));
        }
    }
}

/// The parts of a plain pattern node.
struct NodeParts<'p> {
    kind: Kind,
    op: &'p OpForm,
    text: Option<&'p [u8]>,
    children: &'p [PatternId],
}

impl NodeParts<'_> {
    fn single_op(&self) -> Option<rulec_tree::Op> {
        match self.op {
            OpForm::OneOf(ops) if ops.len() == 1 => Some(ops[0]),
            // `=` and `:=` alike, or any: the left side may declare.
            _ if self.kind == Kind::Assign || self.kind == Kind::Range => None,
            _ => Some(rulec_tree::Op::None),
        }
    }

    fn name(&self) -> Option<&str> {
        std::str::from_utf8(self.text?).ok()
    }
}

impl Lowers for Lowering<'_, '_, '_> {
    fn names(&mut self) -> (&mut BTreeSet<String>, &mut BTreeSet<String>) {
        (&mut self.builder.bound, &mut self.builder.half_bound)
    }
}

/// A regular expression for the text itself.
fn escape_regex(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
