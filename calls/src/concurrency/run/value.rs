//! Values of a run: concrete ones, references, and symbols for what is not known.

use crate::concurrency::program::CodeId;
use crate::numbered::Numbered;
use rulec_flow::ir::{Value, VarId};
use rulec_tree::Op as Operator;
use rulec_types::{Name, ObjId, Ty};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Where in a run something was made: an instruction in an activation, in an iteration. Equal in all runs that come there
/// the same way, whatever other goroutines do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Site(pub(crate) u32);

/// A value of which nothing is known but where it comes from: equal numbers, equal values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sym(pub(crate) u32);

/// Something in memory: a variable, struct, array, channel, map or context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjRef(pub(crate) u32);

/// Fields and indices from the start of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PathId(pub(crate) u32);

impl PathId {
    /// The object itself.
    pub(crate) const ROOT: PathId = PathId(0);
}

/// How many symbols one is said to be made from, at most.
const MAX_SOURCES: usize = 8;

/// What a symbol stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Term {
    /// Something new, made here.
    Fresh(Site),
    /// What a place of something unknown holds at first.
    Content(ObjRef, PathId),
    /// Its length.
    Len(Sym),
    /// One of its elements or results, or a value made of it.
    Part(Sym, u32),
    /// A function of two values that is not computed.
    Of(u32, Sym, Sym),
    /// A constant in such a function.
    Number(i64),
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Origin {
    /// Made by an instruction; the number tells several of one instruction apart.
    Made(Site, u32),
    /// A variable of an activation.
    Variable(Site, VarId, u32),
    /// What an unknown value points to.
    Behind(Sym),
    /// A variable of a package.
    Global(ObjId),
}

/// A step into an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    Field(Name),
    Index(i64),
    /// An element that is not known which.
    Some,
}

/// A place in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Loc {
    pub(crate) object: ObjRef,
    pub(crate) path: PathId,
}

/// A boolean that depends on a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Test {
    /// The symbol is true.
    True(Sym),
    /// It is nil.
    Nil(Sym),
    /// It is smaller than this number.
    Less(Sym, i64),
    /// It is this number.
    Equal(Sym, i64),
}

impl Test {
    pub(crate) fn sym(self) -> Sym {
        let (Test::True(sym) | Test::Nil(sym) | Test::Less(sym, _) | Test::Equal(sym, _)) = self;
        sym
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Val {
    Unknown(Sym),
    Nil,
    Int(i64),
    Bool(bool),
    /// Some other constant.
    Text(Rc<str>),
    /// The truth of a test, or its opposite.
    Test(Test, bool),
    Ptr(Loc),
    /// A channel, map, slice or context.
    Ref(ObjRef),
    Func(ObjId),
    Closure(Rc<Closure>),
    /// A method with its receiver.
    Bound(Rc<Val>, ObjId),
    /// A method of an interface with its receiver.
    BoundInterface(Rc<Val>, Name),
    /// The function that ends a context.
    Cancel(ObjRef),
    /// The read half of a lock.
    ReadHalf(Loc),
    Struct(Rc<Fields>),
    Tuple(Rc<[Val]>),
    /// What a lock, group, once or condition holds.
    Sync(Rc<Sync>),
}

/// A struct as a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fields {
    pub(crate) ty: Ty,
    /// By path from the struct, sorted; fields that are not there are zero.
    pub(crate) cells: Vec<(PathId, Val)>,
}

/// A function literal with the variables that it captures.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Closure {
    pub(crate) code: CodeId,
    /// Variables of the bodies around it, each under the body that declares it; sorted.
    pub(crate) captured: Vec<((CodeId, VarId), ObjRef)>,
}

/// The state of a lock, group, once or condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sync {
    Lock {
        /// The goroutine that holds it for writing.
        writer: Option<Holder>,
        readers: Vec<Holder>,
        /// Goroutines that wait for writing: no reader comes in before them.
        pending: Vec<Site>,
    },
    Group {
        count: i64,
        /// Added to the count: numbers that are not known yet.
        more: Vec<Sym>,
    },
    Once {
        /// The goroutine that runs the function; none when it is done.
        runs: Option<Site>,
    },
    Cond {
        waits: Vec<Site>,
        woken: Vec<Site>,
    },
}

/// Who holds a lock, and where it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Holder {
    pub(crate) goroutine: Site,
    pub(crate) at: (CodeId, Value),
}

/// Sites, symbols, objects and paths by number. Grows through a run; numbers never change their meaning.
#[derive(Debug)]
pub(crate) struct Interner {
    /// What results of functions that are not run here were made from.
    made_from: FxHashMap<Sym, Rc<[Sym]>>,
    sites: Numbered<(Option<Site>, CodeId, Value, u32)>,
    terms: Numbered<Term>,
    origins: Numbered<Origin>,
    paths: Numbered<(PathId, Step)>,
}

impl Default for Interner {
    fn default() -> Interner {
        let mut paths = Numbered::default();
        // The root takes number 0; a step from itself stands for it and is never made otherwise.
        paths.number((PathId(u32::MAX), Step::Some));
        Interner {
            made_from: FxHashMap::default(),
            sites: Numbered::default(),
            terms: Numbered::default(),
            origins: Numbered::default(),
            paths,
        }
    }
}

impl Interner {
    pub(crate) fn site(&mut self, around: Option<Site>, code: CodeId, value: Value, iteration: u32) -> Site {
        Site(self.sites.number((around, code, value, iteration)))
    }

    pub(crate) fn sym(&mut self, term: Term) -> Sym {
        Sym(self.terms.number(term))
    }

    /// A function that is not run here made this from those.
    pub(crate) fn set_sources(&mut self, result: Sym, sources: &[Sym]) {
        self.made_from.insert(result, sources.into());
    }

    /// The symbols that one was made from by functions that are not run here, or itself.
    pub(crate) fn sources(&self, sym: Sym) -> Vec<Sym> {
        let (mut found, mut todo) = (Vec::new(), vec![sym]);
        // Terms are made of earlier ones: this ends.
        while let Some(at) = todo.pop() {
            if found.len() >= MAX_SOURCES {
                break;
            }
            match (self.made_from.get(&at), self.term(at)) {
                (Some(sources), _) if !sources.is_empty() => found.extend(sources.iter().copied()),
                (_, Some(Term::Part(of, _) | Term::Len(of))) => todo.push(of),
                (_, Some(Term::Of(_, x, y))) => todo.extend([x, y]),
                (_, Some(Term::Content(object, _))) => match self.origin(object) {
                    Some(Origin::Behind(pointer)) => todo.push(pointer),
                    _ => found.push(at),
                },
                (_, Some(Term::Number(_))) => {}
                _ => found.push(at),
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    pub(crate) fn term(&self, sym: Sym) -> Option<Term> {
        self.terms.get(sym.0)
    }

    /// A symbol as another one and a number that is added to it.
    pub(crate) fn linear(&self, sym: Sym) -> (Sym, i64) {
        let (mut at, mut more) = (sym, 0i64);
        while let Some(Term::Of(op, x, y)) = self.term(at) {
            let number = |sym| match self.term(sym) {
                Some(Term::Number(number)) => Some(number),
                _ => None,
            };
            match (number(x), number(y)) {
                (None, Some(by)) if op == Operator::Add as u32 => (at, more) = (x, more.saturating_add(by)),
                (Some(by), None) if op == Operator::Add as u32 => (at, more) = (y, more.saturating_add(by)),
                (None, Some(by)) if op == Operator::Sub as u32 => (at, more) = (x, more.saturating_sub(by)),
                _ => break,
            }
        }
        (at, more)
    }

    /// The same test of the symbol that a number is added to.
    pub(crate) fn base(&self, test: Test) -> Test {
        let (sym, more) = self.linear(test.sym());
        match test {
            Test::Less(_, number) => Test::Less(sym, number.saturating_sub(more)),
            Test::Equal(_, number) => Test::Equal(sym, number.saturating_sub(more)),
            Test::True(_) | Test::Nil(_) => test,
        }
    }

    pub(crate) fn object(&mut self, origin: Origin) -> ObjRef {
        ObjRef(self.origins.number(origin))
    }

    pub(crate) fn origin(&self, object: ObjRef) -> Option<Origin> {
        self.origins.get(object.0)
    }

    pub(crate) fn path(&mut self, path: PathId, step: Step) -> PathId {
        PathId(self.paths.number((path, step)))
    }

    /// The steps of a path, the last one first.
    pub(crate) fn steps(&self, path: PathId) -> impl Iterator<Item = Step> + '_ {
        let mut at = path;
        std::iter::from_fn(move || {
            if at == PathId::ROOT {
                return None;
            }
            let (before, step) = self.paths.get(at.0)?;
            at = before;
            Some(step)
        })
    }

    /// Whether a path starts with another one.
    pub(crate) fn starts_with(&self, mut path: PathId, prefix: PathId) -> bool {
        loop {
            if path == prefix {
                return true;
            }
            match self.paths.get(path.0) {
                Some((before, _)) if path != PathId::ROOT => path = before,
                _ => return false,
            }
        }
    }

    /// The same path with another beginning.
    pub(crate) fn rebase(&mut self, path: PathId, from: PathId, to: PathId) -> PathId {
        let mut steps = Vec::new();
        let mut at = path;
        while at != from && at != PathId::ROOT {
            let Some((before, step)) = self.paths.get(at.0) else { break };
            steps.push(step);
            at = before;
        }
        steps.into_iter().rev().fold(to, |path, step| self.path(path, step))
    }
}
