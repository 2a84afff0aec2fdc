//! Where a rule can start, and what every match of it is sure to hold.
//!
//! In: the forms of a rule. Out: [`Facts`]: kinds of the root, guards for dispatch, symbols whose uses lead to the root,
//! texts that a file must hold. All of them only filter: a fact that is missing costs time, never a finding.

use crate::build::Tables;
use crate::forms::Form;
use crate::place::{self, Place};
use crate::scope::Scope;
use rulec_grammar::ast::{Form as Shape, OpForm, Pattern, PatternId};
use rulec_plan::ir::{AtomId, Guard, GuardTest, Start, SymbolIndex};
use rulec_plan::manifest::CostClass;
use rulec_tree::{Category, Kind, KindSet, Op, Predeclared};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Guards are made for rows at most this many slots below the root.
const GUARD_DEPTH: usize = 3;
/// A root with more kinds than this is tried nearly everywhere.
const MANY_KINDS: u32 = 8;

/// What every match is sure to hold.
#[derive(Clone, Default)]
pub(crate) struct Facts {
    /// The kinds of the root.
    pub kinds: KindSet,
    /// By path: the kinds there, the operators, the texts.
    guards: BTreeMap<Vec<u8>, At>,
    /// By distance from the root: the match has a use of one of these symbols so many parents below its root.
    symbols: BTreeMap<u8, Vec<SymbolIndex>>,
    /// The file holds one text of each list.
    pub needs: Vec<Vec<String>>,
}

#[derive(Clone, Default)]
struct At {
    kinds: Option<KindSet>,
    ops: Option<u64>,
    texts: Option<Vec<AtomId>>,
}

/// The facts that hold for all forms of a rule, each with the scope of the file in which it stands.
pub(crate) fn facts(forms: &[(Form, Rc<Scope<'_>>)], tables: &mut Tables) -> Facts {
    let each = forms.iter().map(|(form, scope)| of_form(form, scope, tables)).collect();
    either(each)
}

impl Facts {
    /// The start, its guards and the cost class.
    pub fn start(&self, tables: &Tables) -> (Start, Vec<Guard>, CostClass) {
        let guards = self.guards();
        let has_text = guards.iter().any(|guard| matches!(guard.test, GuardTest::Texts(_)));
        match self.best_symbols(tables) {
            Some((up, symbols)) => (Start::Symbols { symbols, up, kinds: self.kinds }, guards, CostClass::Symbol),
            None => {
                let cost = match self.kinds.0.count_ones() {
                    _ if has_text || !self.needs.is_empty() => CostClass::Literal,
                    0..=MANY_KINDS => CostClass::Kind,
                    _ => CostClass::ScanAll,
                };
                (Start::Kinds(self.kinds), guards, cost)
            }
        }
    }

    /// Symbols of imported packages before predeclared functions, near ones before far ones.
    fn best_symbols(&self, tables: &Tables) -> Option<(u8, Vec<SymbolIndex>)> {
        let imported =
            |symbols: &&Vec<SymbolIndex>| symbols.iter().all(|symbol| !tables.symbols[symbol.0 as usize].0.is_empty());
        let nearest = self.symbols.iter().find(|(_, symbols)| imported(symbols)).or_else(|| self.symbols.iter().next());
        nearest.map(|(up, symbols)| (*up, symbols.clone()))
    }

    fn guards(&self) -> Vec<Guard> {
        let mut guards = Vec::new();
        for (path, at) in &self.guards {
            // A row below can only be reached if the kinds of every row above it are known.
            let reachable = (0..path.len()).all(|len| {
                let above = self.guards.get(&path[..len]).and_then(|at| at.kinds).unwrap_or(KindSet::ALL);
                above.iter().all(|kind| kind.shape().slots.len() > usize::from(path[len]))
            });
            if !reachable {
                continue;
            }
            let tests =
                [at.kinds.map(GuardTest::Kinds), at.ops.map(GuardTest::Ops), at.texts.clone().map(GuardTest::Texts)];
            guards.extend(tests.into_iter().flatten().map(|test| Guard { path: path.clone(), test }));
        }
        guards
    }
}

/// The kinds that the node `id` of a pattern can match at a place of this category.
pub(crate) fn root_kinds(pattern: &Pattern, id: PatternId, category: Category) -> KindSet {
    match &pattern.nodes[id.0 as usize].form {
        Shape::Node { kind: Kind::Paren, children, .. } => {
            children.first().map_or(KindSet::EMPTY, |child| root_kinds(pattern, *child, category))
        }
        Shape::Node { kind: Kind::Selector, children, .. } if may_be_package(pattern, children) => {
            KindSet::of(&[Kind::Selector, Kind::Ident])
        }
        Shape::Node { kind, .. } => KindSet::of(&[*kind]),
        Shape::OneOf(options) => {
            options.iter().fold(KindSet::EMPTY, |kinds, option| kinds.union(root_kinds(pattern, *option, category)))
        }
        Shape::AnyFunc(_) => KindSet::FUNCS,
        Shape::Comment(_) => KindSet::of(&[Kind::Comment]),
        Shape::Hole(_) | Shape::Any => Place::of(category).kinds(),
        Shape::Run(_) | Shape::Absent => KindSet::EMPTY,
    }
}

fn may_be_package(pattern: &Pattern, children: &[PatternId]) -> bool {
    children.first().is_some_and(|x| {
        matches!(pattern.nodes[x.0 as usize].form, Shape::Node { kind: Kind::Ident, .. } | Shape::OneOf(_))
    })
}

fn of_form(form: &Form, scope: &Scope<'_>, tables: &mut Tables) -> Facts {
    let pattern = &form.pattern;
    let mut walk = Walk { pattern, scope, tables };
    let (Shape::Node { children, .. }, Category::List) =
        (&pattern.nodes[pattern.root.0 as usize].form, pattern.category)
    else {
        let mut facts = walk.node(pattern.root, Place::of(pattern.category), Some(Vec::new()), 0);
        facts.kinds = root_kinds(pattern, pattern.root, pattern.category);
        return facts;
    };
    let mut all = Facts::default();
    for (index, child) in children.iter().enumerate() {
        let path = (index == 0).then(Vec::new);
        let facts = walk.node(*child, Place::of(Category::Stmt), path, 0);
        if index == 0 {
            all = facts;
            all.kinds = root_kinds(pattern, *child, Category::Stmt);
        } else {
            all.needs.extend(facts.needs);
        }
    }
    all
}

struct Walk<'w, 'a> {
    pattern: &'w Pattern,
    scope: &'w Scope<'a>,
    tables: &'w mut Tables,
}

impl Walk<'_, '_> {
    /// The facts of a node; `path` leads to it by slots, if it does; `up` parents lie between it and the root.
    fn node(&mut self, id: PatternId, place: Place, path: Option<Vec<u8>>, up: u8) -> Facts {
        match &self.pattern.nodes[id.0 as usize].form {
            Shape::OneOf(options) => {
                let each = options.iter().map(|option| self.node(*option, place, path.clone(), up)).collect();
                either(each)
            }
            Shape::Node { kind: Kind::Paren, children, .. } => match children.first() {
                Some(child) => self.node(*child, place, path, up),
                None => Facts::default(),
            },
            Shape::Node { kind, op, text, children } => {
                let mut facts = Facts::default();
                let kinds = root_kinds(self.pattern, id, place.category);
                if let Some(symbols) = self.qualified(*kind, children, &mut facts) {
                    facts.symbols.insert(up, symbols);
                    self.guard(&mut facts, path.as_deref(), |at| at.kinds = Some(kinds));
                    return facts;
                }
                self.guard(&mut facts, path.as_deref(), |at| at.kinds = Some(KindSet::of(&[*kind])));
                if let OpForm::OneOf(ops) = op
                    && place::has_operator(*kind)
                {
                    let set = ops.iter().fold(0, |set, op| set | 1 << (*op as u8));
                    self.guard(&mut facts, path.as_deref(), |at| at.ops = Some(set));
                }
                if let (Kind::Ident, Some(text)) = (kind, text) {
                    self.identifier(text, place, path.as_deref(), up, &mut facts);
                }
                self.children(*kind, op, children, place, path, up, &mut facts);
                facts
            }
            _ => Facts::default(),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one node, and where it stands")]
    fn children(
        &mut self,
        kind: Kind,
        op: &OpForm,
        children: &[PatternId],
        place: Place,
        path: Option<Vec<u8>>,
        up: u8,
        facts: &mut Facts,
    ) {
        let slots = kind.shape().slots.len();
        let op = match op {
            OpForm::OneOf(ops) if ops.len() == 1 => Some(ops[0]),
            _ if matches!(kind, Kind::Assign | Kind::Range) => None,
            _ => Some(Op::None),
        };
        for (index, child) in children.iter().enumerate() {
            let below = path.as_ref().filter(|path| index < slots && path.len() < GUARD_DEPTH).map(|path| {
                let mut below = path.clone();
                below.push(index as u8);
                below
            });
            let at = if kind == Kind::List { place.of_element() } else { place::child(kind, op, index) };
            let of_child = self.node(*child, at, below, up.saturating_add(1));
            facts.add(of_child);
        }
    }

    fn guard(&self, facts: &mut Facts, path: Option<&[u8]>, set: impl FnOnce(&mut At)) {
        if let Some(path) = path {
            set(facts.guards.entry(path.to_vec()).or_default());
        }
    }

    /// An identifier that is spelled or predeclared.
    fn identifier(&mut self, text: &[u8], place: Place, path: Option<&[u8]>, up: u8, facts: &mut Facts) {
        let Ok(name) = std::str::from_utf8(text) else { return };
        if place.spelled || name == "_" {
            let atom = self.tables.atom(text);
            self.guard(facts, path, |at| at.texts = Some(vec![atom]));
            if name != "_" {
                facts.needs.push(vec![name.to_owned()]);
            }
        } else if let Some(predeclared) = Predeclared::of(text) {
            facts.needs.push(vec![name.to_owned()]);
            // Only functions: `nil` and the names of types are used nearly everywhere.
            if predeclared == Predeclared::Func {
                facts.symbols.insert(up, vec![self.tables.symbol("", name)]);
            }
        }
    }

    /// The symbols of a qualified name, with the texts they need.
    fn qualified(&mut self, kind: Kind, children: &[PatternId], facts: &mut Facts) -> Option<Vec<SymbolIndex>> {
        let (Kind::Selector, [x, selected]) = (kind, children) else { return None };
        let packages = self.spellings(*x)?;
        let paths: Option<Vec<String>> =
            packages.iter().map(|name| self.scope.package(name).map(str::to_owned)).collect();
        let paths = paths?;
        facts.needs.push(paths.clone());
        let names = self.spellings(*selected)?;
        facts.needs.push(names.clone());
        let pairs = paths.iter().flat_map(|path| names.iter().map(move |name| (path, name)));
        Some(pairs.map(|(path, name)| self.tables.symbol(path, name)).collect())
    }

    fn spellings(&self, id: PatternId) -> Option<Vec<String>> {
        match &self.pattern.nodes[id.0 as usize].form {
            Shape::Node { kind: Kind::Ident, text: Some(text), .. } => {
                Some(vec![String::from_utf8(text.clone()).ok()?])
            }
            Shape::OneOf(options) => {
                let each: Option<Vec<_>> = options.iter().map(|option| self.spellings(*option)).collect();
                each.map(|names| names.concat())
            }
            _ => None,
        }
    }
}

impl Facts {
    /// Both hold.
    fn add(&mut self, other: Facts) {
        for (path, at) in other.guards {
            let own = self.guards.entry(path).or_default();
            own.kinds = own.kinds.or(at.kinds);
            own.ops = own.ops.or(at.ops);
            own.texts = own.texts.take().or(at.texts);
        }
        for (up, symbols) in other.symbols {
            self.symbols.entry(up).or_insert(symbols);
        }
        self.needs.extend(other.needs);
    }
}

/// What holds whichever of the facts hold.
fn either(mut each: Vec<Facts>) -> Facts {
    let Some(mut all) = each.pop() else { return Facts::default() };
    for facts in each {
        all.kinds = all.kinds.union(facts.kinds);
        all.guards = both_keys(all.guards, facts.guards, |a, b| At {
            kinds: a.kinds.zip(b.kinds).map(|(a, b)| a.union(b)),
            ops: a.ops.zip(b.ops).map(|(a, b)| a | b),
            texts: a.texts.zip(b.texts).map(|(a, b)| merged(a, b)),
        });
        all.symbols = both_keys(all.symbols, facts.symbols, merged);
        // Each of the two has all of its needs, so one need of the one or one of the other is there.
        let (mut ours, mut theirs) = (all.needs, facts.needs);
        ours.sort_by_key(|need| std::cmp::Reverse(need.iter().map(String::len).min()));
        theirs.sort_by_key(|need| std::cmp::Reverse(need.iter().map(String::len).min()));
        all.needs = ours.into_iter().zip(theirs).map(|(a, b)| merged(a, b)).collect();
    }
    all
}

fn both_keys<K: Ord, V>(a: BTreeMap<K, V>, mut b: BTreeMap<K, V>, merge: impl Fn(V, V) -> V) -> BTreeMap<K, V> {
    a.into_iter().filter_map(|(key, value)| b.remove(&key).map(|other| (key, merge(value, other)))).collect()
}

fn merged<T: Ord>(mut a: Vec<T>, b: Vec<T>) -> Vec<T> {
    a.extend(b);
    a.sort();
    a.dedup();
    a
}
