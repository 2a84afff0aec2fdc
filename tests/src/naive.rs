//! A matcher that knows nothing of plans: rule syntax directly on the tree.
//!
//! In: a rule's syntax and a tree. Out: [`solutions`], everything that the rule binds, as a set. It tries all there is to
//! try, in the plainest way, and is the third opinion beside the interpreter and native code. It is written from the
//! language reference alone, and understands a part of the language:
//!
//! - nodes by kind, operator and text; holes, repeated ones by equal syntax; runs, named or not; alternations; labels;
//!   operators by hole; parentheses that never matter but at the root; mirrored comparisons with literals and `nil`;
//! - `where`, `unless`, `and`, `or`, `not`; `matches`, `inside` and `contains` with their bounds, of the match or a name.
//!
//! Bare names stand for their spelling here, so programs must not declare what a pattern mentions. It recurses, so the
//! trees must be shallow.

use rulec_grammar::ast::{Alternative, Bound, Cond, Form, OpForm, Pattern, PatternId, Relation, Rule, Value};
use rulec_tree::{Category, Kind, KindSet, Node, Op, Texts, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// What a name is bound to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A row.
    Node(u32),
    /// The first row of a run, and the position after its last.
    Run(u32, u32),
    /// An operator.
    Op(u8),
}

/// Names with what they are bound to: `$x`, `@label`; the match as a whole has the empty name.
pub type Bindings = BTreeMap<String, Thing>;

/// A condition that is not among those understood here.
#[derive(Debug, PartialEq, Eq)]
pub struct NotUnderstood;

/// Everything that a rule binds in a tree, a solution each.
///
/// # Errors
/// [`NotUnderstood`] if the rule says more than this matcher understands.
pub fn solutions(rule: &Rule, tree: &Tree, texts: &Texts) -> Result<BTreeSet<Bindings>, NotUnderstood> {
    let naive = Naive { tree, texts };
    let mut all = BTreeSet::new();
    for root in tree.nodes() {
        let mut found = naive.alternatives(&rule.alternatives, root, &Bindings::new());
        for clause in &rule.clauses {
            found = naive.require(&clause.cond, clause.negated, found)?;
        }
        all.extend(found);
    }
    Ok(all)
}

/// For each row, the first row of equal syntax, parentheses apart.
///
/// A name that occurs twice may stand for either occurrence, so solutions are compared by these.
pub fn classes(tree: &Tree) -> Vec<u32> {
    let mut first: BTreeMap<String, u32> = BTreeMap::new();
    let mut written = vec![String::new(); tree.len()];
    for node in tree.nodes().rev() {
        let text = match tree.kind(node) {
            Kind::Paren => written[node.index() + 1].clone(),
            kind => {
                let children: String = tree.children(node).map(|child| written[child.index()].as_str()).collect();
                format!("({} {:?} {} {children})", kind as u8, tree.op(node), tree.text(node).0)
            }
        };
        first.insert(text.clone(), node.0);
        written[node.index()] = text;
    }
    written.iter().map(|text| first[text]).collect()
}

struct Naive<'t> {
    tree: &'t Tree,
    texts: &'t Texts,
}

impl Naive<'_> {
    /// The ways in which one of the alternatives matches at a row; the match has the empty name then.
    fn alternatives(&self, alternatives: &[Alternative], root: Node, known: &Bindings) -> Vec<Bindings> {
        let mut all = Vec::new();
        for Alternative { pattern, label } in alternatives {
            for (mut found, whole) in self.whole(pattern, root, known) {
                if let Some(label) = label {
                    found.insert(format!("@{}", label.value), whole.clone());
                }
                found.insert(String::new(), whole);
                all.push(found);
            }
        }
        all
    }

    /// The ways in which a whole pattern matches at a row, with what it covers.
    fn whole(&self, pattern: &Pattern, root: Node, known: &Bindings) -> Vec<(Bindings, Thing)> {
        if pattern.category != Category::List {
            // A hole alone stands for what its category says.
            let is_hole = matches!(pattern.nodes[pattern.root.0 as usize].form, Form::Hole(_));
            if is_hole && !self.tree.kind(root).fits(pattern.category) {
                return Vec::new();
            }
            let found = self.node(pattern, pattern.root, root, known);
            return found.into_iter().map(|found| (found, Thing::Node(root.0))).collect();
        }
        let Form::Node { children, .. } = &pattern.nodes[pattern.root.0 as usize].form else { return Vec::new() };
        let Some(rest) = self.statements_from(root) else { return Vec::new() };
        let mut all = Vec::new();
        for len in 0..=rest.len() {
            let after = rest.get(len).map_or(self.tree.end(self.tree.parent(root)).0, |row| row.0);
            let found = self.list(pattern, children, &rest[..len], after, known);
            all.extend(found.into_iter().map(|found| (found, Thing::Run(root.0, after))));
        }
        all
    }

    /// The statement and those behind it, if it is an element of a list of statements.
    fn statements_from(&self, statement: Node) -> Option<Vec<Node>> {
        let list = self.tree.parent(statement);
        let elements: Vec<Node> = match self.tree.kind(list) {
            Kind::Block | Kind::Case | Kind::Comm if list != statement => self.tree.tail(list).collect(),
            _ => return None,
        };
        let at = elements.iter().position(|element| *element == statement)?;
        Some(elements[at..].to_vec())
    }

    fn node(&self, pattern: &Pattern, id: PatternId, node: Node, known: &Bindings) -> Vec<Bindings> {
        let syntax = &pattern.nodes[id.0 as usize];
        let kind = self.tree.kind(node);
        let found = match &syntax.form {
            Form::Any => vec![known.clone()],
            Form::Absent => keep(kind == Kind::Absent, known),
            Form::Hole(name) => match name {
                _ if matches!(kind, Kind::Absent | Kind::Bad) => Vec::new(),
                None => vec![known.clone()],
                Some(name) => self.bind(format!("${name}"), node, known),
            },
            Form::AnyFunc(name) => match name {
                _ if !KindSet::FUNCS.contains(kind) => Vec::new(),
                None => vec![known.clone()],
                Some(name) => self.bind(format!("${name}"), node, known),
            },
            Form::OneOf(options) => {
                options.iter().flat_map(|option| self.node(pattern, *option, node, known)).collect()
            }
            // Parentheses of a pattern are no more than those of the program.
            Form::Node { kind: Kind::Paren, children, .. } => self.node(pattern, children[0], node, known),
            Form::Node { kind: wanted, op, text, children } => {
                let text = text.as_deref();
                let mut found = self.plain(pattern, (*wanted, op, text, children), node, known);
                if let (Some(mirrored), [x, y]) = (mirrored(pattern, *wanted, op, children), &children[..]) {
                    found.extend(self.plain(pattern, (*wanted, &mirrored, text, &[*y, *x]), node, known));
                }
                found
            }
            Form::Run(_) | Form::Comment(_) => Vec::new(),
        };
        match &syntax.label {
            None => found,
            Some(label) => found.iter().flat_map(|found| self.bind(format!("@{}", label.value), node, found)).collect(),
        }
    }

    fn plain(
        &self,
        pattern: &Pattern,
        (kind, op, text, children): (Kind, &OpForm, Option<&[u8]>, &[PatternId]),
        node: Node,
        known: &Bindings,
    ) -> Vec<Bindings> {
        if self.tree.kind(node) != kind || text.is_some_and(|text| self.texts.bytes(self.tree.text(node)) != text) {
            return Vec::new();
        }
        let own = self.tree.op(node);
        let known = match op {
            OpForm::Any => vec![known.clone()],
            OpForm::OneOf(ops) => keep(ops.contains(&own), known),
            OpForm::Hole(name) => {
                bind(format!("${name}"), Thing::Op(own as u8), known, |bound| *bound == Thing::Op(own as u8))
            }
        };
        let rows: Vec<Node> = self.tree.children(node).collect();
        known.iter().flat_map(|known| self.list(pattern, children, &rows, self.tree.end(node).0, known)).collect()
    }

    /// Matches elements one by one; a run takes any number. `after` is the position behind the last row.
    fn list(
        &self,
        pattern: &Pattern,
        elements: &[PatternId],
        rows: &[Node],
        after: u32,
        known: &Bindings,
    ) -> Vec<Bindings> {
        let Some((first, rest)) = elements.split_first() else { return keep(rows.is_empty(), known) };
        if let Form::Run(name) = &pattern.nodes[first.0 as usize].form {
            let splits = (0..=rows.len()).flat_map(|taken| {
                let (run, behind) = rows.split_at(taken);
                let bound = match name {
                    None => vec![known.clone()],
                    Some(name) => {
                        self.bind_run(format!("${name}"), run, behind.first().map_or(after, |row| row.0), known)
                    }
                };
                bound.into_iter().flat_map(move |known| self.list(pattern, rest, behind, after, &known))
            });
            return splits.collect();
        }
        let Some((row, behind)) = rows.split_first() else { return Vec::new() };
        let found = self.node(pattern, *first, self.tree.unparen(*row), known);
        found.iter().flat_map(|known| self.list(pattern, rest, behind, after, known)).collect()
    }

    fn bind(&self, name: String, node: Node, known: &Bindings) -> Vec<Bindings> {
        bind(name, Thing::Node(node.0), known, |bound| match bound {
            Thing::Node(row) => self.same(Node(*row), node),
            _ => false,
        })
    }

    fn bind_run(&self, name: String, run: &[Node], after: u32, known: &Bindings) -> Vec<Bindings> {
        let first = run.first().map_or(after, |row| row.0);
        bind(name, Thing::Run(first, after), known, |bound| match bound {
            Thing::Run(from, end) => {
                let others = self.elements(*from, *end);
                others.len() == run.len() && others.iter().zip(run).all(|(a, b)| self.same(*a, *b))
            }
            _ => false,
        })
    }

    /// The elements of a list from one position to another.
    fn elements(&self, from: u32, end: u32) -> Vec<Node> {
        let mut elements = Vec::new();
        let mut at = Node(from);
        while at.0 < end {
            elements.push(at);
            at = self.tree.end(at);
        }
        elements
    }

    /// Equal syntax, parentheses apart.
    fn same(&self, a: Node, b: Node) -> bool {
        let (a, b) = (self.tree.unparen(a), self.tree.unparen(b));
        let parts = |node| (self.tree.kind(node), self.tree.op(node), self.tree.text(node));
        let (of_a, of_b): (Vec<_>, Vec<_>) = (self.tree.children(a).collect(), self.tree.children(b).collect());
        parts(a) == parts(b) && of_a.len() == of_b.len() && of_a.iter().zip(&of_b).all(|(a, b)| self.same(*a, *b))
    }

    /// The solutions that meet a condition, each once for each way in which it does.
    fn require(&self, cond: &Cond, negated: bool, known: Vec<Bindings>) -> Result<Vec<Bindings>, NotUnderstood> {
        let mut all = Vec::new();
        for known in known {
            let found = self.cond(cond, &known)?;
            match negated {
                false => all.extend(found),
                true if found.is_empty() => all.push(known),
                true => {}
            }
        }
        Ok(all)
    }

    fn cond(&self, cond: &Cond, known: &Bindings) -> Result<Vec<Bindings>, NotUnderstood> {
        match cond {
            Cond::And(parts) => {
                parts.iter().try_fold(vec![known.clone()], |found, part| self.require(part, false, found))
            }
            Cond::Or(parts) => {
                let each: Vec<_> = parts.iter().map(|part| self.cond(part, known)).collect::<Result<_, _>>()?;
                Ok(each.concat())
            }
            Cond::Not(inner, _) => self.require(inner, true, vec![known.clone()]),
            Cond::Shape { subject, relation, alternatives, bound, .. } => {
                self.shape(subject, relation.value, alternatives, bound, known)
            }
            _ => Err(NotUnderstood),
        }
    }

    fn shape(
        &self,
        subject: &Value,
        relation: Relation,
        alternatives: &[Alternative],
        bound: &Bound,
        known: &Bindings,
    ) -> Result<Vec<Bindings>, NotUnderstood> {
        let name = match subject {
            Value::Root(_) => String::new(),
            Value::Hole(name) => format!("${}", name.value.trim_start_matches('*')),
            Value::Label(name) => format!("@{}", name.value),
            _ => return Err(NotUnderstood),
        };
        let subjects = match known.get(&name) {
            Some(Thing::Node(row)) => vec![Node(*row)],
            Some(Thing::Run(from, end)) => self.elements(*from, *end),
            _ => return Err(NotUnderstood),
        };
        let is_run = matches!(known.get(&name), Some(Thing::Run(..)));
        let rows = match (relation, subjects.first()) {
            (_, None) => Vec::new(),
            (Relation::Matches, Some(first)) => vec![*first],
            (Relation::Inside, Some(first)) => self.above(*first, bound, known)?,
            (Relation::Contains, _) => {
                let mut rows = Vec::new();
                for subject in &subjects {
                    rows.extend(is_run.then_some(*subject));
                    rows.extend(self.below(*subject, bound, known)?);
                }
                rows
            }
            _ => return Err(NotUnderstood),
        };
        let mut all = Vec::new();
        for row in rows {
            for mut found in self.alternatives(alternatives, row, known) {
                // The empty name stays the rule's own match.
                found.extend(known.get("").map(|root| (String::new(), root.clone())));
                all.push(found);
            }
        }
        Ok(all)
    }

    /// The ancestors up to the bound, which is itself among them.
    fn above(&self, of: Node, bound: &Bound, known: &Bindings) -> Result<Vec<Node>, NotUnderstood> {
        let mut rows = Vec::new();
        for row in self.tree.ancestors(of) {
            rows.push(row);
            if self.ends(row, bound, known)? {
                break;
            }
        }
        Ok(rows)
    }

    /// The rows below, not those below a bound.
    fn below(&self, of: Node, bound: &Bound, known: &Bindings) -> Result<Vec<Node>, NotUnderstood> {
        let mut rows = Vec::new();
        let mut at = of.0 + 1;
        while at < self.tree.end(of).0 {
            let row = Node(at);
            rows.push(row);
            at = if self.ends(row, bound, known)? { self.tree.end(row).0 } else { at + 1 };
        }
        Ok(rows)
    }

    fn ends(&self, row: Node, bound: &Bound, known: &Bindings) -> Result<bool, NotUnderstood> {
        let is_func = KindSet::FUNCS.contains(self.tree.kind(row));
        match bound {
            Bound::Func => Ok(is_func),
            Bound::Across(_) => Ok(false),
            Bound::Until(until) => Ok(is_func || !self.alternatives(until, row, known).is_empty()),
            Bound::Directly(_) => Err(NotUnderstood),
        }
    }
}

fn keep(holds: bool, known: &Bindings) -> Vec<Bindings> {
    if holds { vec![known.clone()] } else { Vec::new() }
}

fn bind(name: String, thing: Thing, known: &Bindings, same: impl Fn(&Thing) -> bool) -> Vec<Bindings> {
    match known.get(&name) {
        Some(bound) => keep(same(bound), known),
        None => {
            let mut known = known.clone();
            known.insert(name, thing);
            vec![known]
        }
    }
}

/// The operators of a comparison with its operands swapped, if that is the same: one operand is a literal, `nil`, `true`
/// or `false`.
fn mirrored(pattern: &Pattern, kind: Kind, op: &OpForm, children: &[PatternId]) -> Option<OpForm> {
    let (Kind::Binary, OpForm::OneOf(ops)) = (kind, op) else { return None };
    let swapped = |op: &Op| match op {
        Op::Eq | Op::Ne => Some(*op),
        Op::Lt => Some(Op::Gt),
        Op::Gt => Some(Op::Lt),
        Op::Le => Some(Op::Ge),
        Op::Ge => Some(Op::Le),
        _ => None,
    };
    let ops = ops.iter().map(swapped).collect::<Option<Vec<_>>>()?;
    children.iter().any(|child| is_fixed(pattern, *child)).then_some(OpForm::OneOf(ops))
}

/// A literal, `nil`, `true` or `false`, or one of several such, whatever the parentheses.
fn is_fixed(pattern: &Pattern, id: PatternId) -> bool {
    match &pattern.nodes[id.0 as usize].form {
        Form::Node { kind: Kind::Ident, text, .. } => matches!(text.as_deref(), Some(b"nil" | b"true" | b"false")),
        Form::Node { kind: Kind::Paren, children, .. } => is_fixed(pattern, children[0]),
        Form::Node { kind, .. } => KindSet::BASIC_LITS.contains(*kind),
        Form::OneOf(options) => options.iter().all(|option| is_fixed(pattern, *option)),
        _ => false,
    }
}
