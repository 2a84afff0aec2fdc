//! Forms of types: what stands behind `:` in a rule, with types for some of its holes.
//!
//! In: a type and a [`Form`]. Out: whether the type has the form, the types of its holes, or, for a form that describes one
//! type, that type.

use super::super::Facts;
use rulec_plan::host::Tri;
use rulec_plan::type_pattern::{Direction, TypeNode, TypeNodeId, TypePattern};
use rulec_types::{ChanDir, Field, Func, Method, Ty, TypeData};
use rulec_world::FileTypes;

/// A pattern of types.
#[derive(Clone, Debug)]
pub struct Form {
    pattern: TypePattern,
    /// The types of the holes that are filled, by number; the others are unknown types.
    holes: Vec<Ty>,
}

impl Form {
    /// The form that a pattern describes, all its holes open.
    pub fn new(pattern: TypePattern) -> Form {
        let holes = vec![Ty::UNKNOWN; usize::from(pattern.hole_count())];
        Form { pattern, holes }
    }

    /// The same form with a type for one of its holes; none if it has no such hole.
    pub fn with(&self, hole: usize, ty: Ty) -> Option<Form> {
        let mut form = self.clone();
        *form.holes.get_mut(hole)? = ty;
        Some(form)
    }

    /// As in the rule.
    pub fn shown(&self) -> String {
        self.pattern.to_string()
    }
}

/// Whether a type has a form, and the types of the holes then.
pub(super) fn has_form(facts: &Facts, ty: Ty, form: &Form) -> (Tri, Vec<Ty>) {
    let Ok(types) = facts.types() else { return (Tri::Unknown, form.holes.clone()) };
    if ty.is_unknown() {
        return (Tri::Unknown, form.holes.clone());
    }
    let relations = types.relations();
    let mut matching = Matching { facts, types, form, holes: form.holes.clone(), steps: 0 };
    let (base, is_pointer) = relations.deref(ty);
    let candidates = if form.pattern.maybe_pointer && is_pointer { vec![base, ty] } else { vec![ty] };
    let mut answer = Tri::No;
    for candidate in candidates {
        // A type parameter has the underlying type that all types of its set share.
        let candidate = match (form.pattern.underlying, relations.is_type_param(candidate)) {
            (false, _) => candidate,
            (true, false) => relations.underlying(candidate),
            (true, true) => match relations.core_type(candidate) {
                Some(core) => core,
                None => continue,
            },
        };
        answer = answer.or(matching.attempt(|matching| matching.has(TypeNodeId(0), candidate)));
        if answer == Tri::Yes {
            break;
        }
    }
    (answer, matching.holes)
}

/// The one type that a form describes; none if it describes several, or if a name in it is not known.
pub(super) fn described(facts: &Facts, form: &Form) -> Option<Ty> {
    let types = facts.types().ok()?;
    if !form.pattern.is_one_type() {
        return None;
    }
    let ty = Description { types, form }.of(TypeNodeId(0))?;
    (!ty.is_unknown()).then_some(ty)
}

/// Why a name in a form is not known, if one is not.
pub(super) fn unknown_name(facts: &Facts, form: &Form) -> Option<String> {
    let types = facts.types().ok()?;
    form.pattern.nodes.iter().find_map(|node| match node {
        TypeNode::Named { package, name, .. } => types.named(package, name).err(),
        _ => None,
    })
}

/// One question may look at this many parts of types.
const MAX_STEPS: u32 = 100_000;

struct Matching<'m> {
    facts: &'m Facts<'m>,
    types: &'m FileTypes<'m>,
    form: &'m Form,
    holes: Vec<Ty>,
    steps: u32,
}

/// A place in a list of types.
type One<'o, 'm> = &'o dyn Fn(&mut Matching<'m>, TypeNodeId, usize) -> Tri;

impl<'m> Matching<'m> {
    /// Holes keep what they were unless the answer is yes.
    fn attempt(&mut self, work: impl FnOnce(&mut Self) -> Tri) -> Tri {
        let before = self.holes.clone();
        let answer = work(self);
        if answer != Tri::Yes {
            self.holes = before;
        }
        answer
    }

    /// Recursion is as deep as the pattern, whose size is bounded.
    fn has(&mut self, id: TypeNodeId, ty: Ty) -> Tri {
        self.steps += 1;
        if ty.is_unknown() || self.steps > MAX_STEPS {
            return Tri::Unknown;
        }
        let store = self.types.store();
        // A hole keeps the alias that the code has.
        let (written, ty) = (ty, store.unalias(ty));
        let form = self.form;
        match (form.pattern.node(id), store.data(ty)) {
            _ if ty.is_unknown() => Tri::Unknown,
            (TypeNode::Any, _) => Tri::Yes,
            (TypeNode::Hole(number), _) => self.fill(usize::from(*number), written),
            // What has several values or none has no form.
            (_, TypeData::Tuple(_)) => Tri::No,
            (TypeNode::AnyOf(options), _) => self.any_of(options, ty),
            (TypeNode::Named { package, name, args }, _) => self.is_named(package, name, args.as_deref(), ty),
            (TypeNode::Pointer(elem), TypeData::Pointer(own)) | (TypeNode::Slice(elem), TypeData::Slice(own)) => {
                self.has(*elem, *own)
            }
            (TypeNode::Array { len, elem }, TypeData::Array { len: own_len, elem: own }) => {
                let same_len = match (len, own_len) {
                    (None, _) => Tri::Yes,
                    (Some(len), Some(own)) => Tri::of(len == own),
                    (Some(_), None) => Tri::Unknown,
                };
                self.both(same_len, |matching| matching.has(*elem, *own))
            }
            (TypeNode::Map { key, elem }, TypeData::Map { key: own_key, elem: own }) => {
                let keys = self.has(*key, *own_key);
                self.both(keys, |matching| matching.has(*elem, *own))
            }
            (TypeNode::Chan { direction, elem }, TypeData::Chan { dir, elem: own }) => {
                let same = direction_of(*dir) == *direction;
                self.both(Tri::of(same), |matching| matching.has(*elem, *own))
            }
            (TypeNode::Func { params, results }, TypeData::Func(func)) if func.tparams.is_empty() => {
                let of_params = self.list(params, func.params.len(), &|matching, id, at| matching.param(id, func, at));
                self.both(of_params, |matching| {
                    matching.list(results, func.results.len(), &|matching, id, at| matching.has(id, func.results[at]))
                })
            }
            (TypeNode::Struct(wanted), TypeData::Struct(fields)) => {
                self.list(wanted, fields.len(), &|matching, id, at| matching.field(id, &fields[at]))
            }
            (TypeNode::Interface(wanted), TypeData::Interface(_)) => self.interface(wanted, ty),
            _ => Tri::No,
        }
    }

    fn both(&mut self, first: Tri, second: impl FnOnce(&mut Self) -> Tri) -> Tri {
        if first == Tri::No { Tri::No } else { first.and(second(self)) }
    }

    fn fill(&mut self, number: usize, ty: Ty) -> Tri {
        match self.holes.get_mut(number) {
            Some(hole) if hole.is_unknown() => {
                *hole = ty;
                Tri::Yes
            }
            Some(hole) => self.types.relations().identical(*hole, ty),
            None => Tri::Unknown,
        }
    }

    fn any_of(&mut self, options: &[TypeNodeId], ty: Ty) -> Tri {
        let mut answer = Tri::No;
        for option in options {
            answer = answer.or(self.attempt(|matching| matching.has(*option, ty)));
            if answer == Tri::Yes {
                break;
            }
        }
        answer
    }

    /// Whether a type is the one with this name, or an instance of it.
    fn is_named(&mut self, package: &str, name: &str, args: Option<&[TypeNodeId]>, ty: Ty) -> Tri {
        let store = self.types.store();
        let own = match store.data(ty) {
            TypeData::Named(named) => Some((store.object(named.obj), &named.args)),
            _ => None,
        };
        if let Some((object, own_args)) = own
            && store.str(object.name) == name
            && store.str(store.package(object.pkg).path) == package
        {
            return match args {
                None => Tri::Yes,
                Some(args) => self.list(args, own_args.len(), &|matching, id, at| matching.has(id, own_args[at])),
            };
        }
        // Another type, unless the name is that of an alias.
        match self.types.named(package, name) {
            Ok(named) => match store.data(named) {
                TypeData::Named(_) => Tri::No,
                _ if args.is_some() => Tri::Unknown,
                _ => self.types.relations().identical(named, ty),
            },
            // What the file does not import and nobody knows is nothing that the file has.
            Err(_) if !package.is_empty() && !imports(self.facts, package) => Tri::No,
            Err(_) => Tri::Unknown,
        }
    }

    fn param(&mut self, id: TypeNodeId, func: &Func, at: usize) -> Tri {
        let variadic = func.variadic && at + 1 == func.params.len();
        match self.form.pattern.node(id) {
            TypeNode::Variadic(elem) => match self.types.store().data(func.params[at]) {
                TypeData::Slice(own) if variadic => self.has(*elem, *own),
                _ => Tri::No,
            },
            TypeNode::Any => Tri::Yes,
            _ if variadic => Tri::No,
            _ => self.has(id, func.params[at]),
        }
    }

    fn field(&mut self, id: TypeNodeId, field: &Field) -> Tri {
        let TypeNode::Field { name, embedded, ty } = self.form.pattern.node(id) else { return Tri::No };
        let ty = *ty;
        let named = name.as_ref().is_none_or(|name| self.types.store().str(field.name) == name);
        self.both(Tri::of(named && *embedded == field.embedded), |matching| matching.has(ty, field.ty))
    }

    /// Matches a list with runs in it; each split is tried, shorter runs first.
    fn list(&mut self, wanted: &[TypeNodeId], len: usize, one: One<'_, 'm>) -> Tri {
        self.list_from(wanted, 0, len, one)
    }

    fn list_from(&mut self, wanted: &[TypeNodeId], at: usize, len: usize, one: One<'_, 'm>) -> Tri {
        let Some((first, rest)) = wanted.split_first() else { return Tri::of(at == len) };
        if *self.form.pattern.node(*first) == TypeNode::Run {
            let mut answer = Tri::No;
            for next in at..=len {
                answer = answer.or(self.attempt(|matching| matching.list_from(rest, next, len, one)));
                if answer == Tri::Yes {
                    break;
                }
            }
            return answer;
        }
        if at == len {
            return Tri::No;
        }
        let here = one(self, *first, at);
        self.both(here, |matching| matching.list_from(rest, at + 1, len, one))
    }

    /// Methods in any order; without a run among them, these and no others.
    fn interface(&mut self, wanted: &[TypeNodeId], ty: Ty) -> Tri {
        let has_run = wanted.iter().any(|id| *self.form.pattern.node(*id) == TypeNode::Run);
        if has_run && wanted.len() == 1 {
            return Tri::Yes;
        }
        let Some(set) = self.types.relations().type_set(ty) else { return Tri::Unknown };
        let mut left: Vec<&Method> = set.methods.iter().collect();
        let mut answer = if set.partial { Tri::Unknown } else { Tri::Yes };
        // Methods with a name take theirs first.
        for by_name in [true, false] {
            for id in wanted {
                let TypeNode::Method { name, ty } = self.form.pattern.node(*id) else { continue };
                if name.is_some() == by_name {
                    answer = answer.and(self.method(name.as_deref(), *ty, &mut left));
                }
            }
        }
        let complete = has_run || left.is_empty() && set.terms.is_none() && !set.comparable;
        answer.and(Tri::of(complete))
    }

    fn method(&mut self, name: Option<&str>, ty: TypeNodeId, left: &mut Vec<&Method>) -> Tri {
        let store = self.types.store();
        let mut answer = Tri::No;
        for index in 0..left.len() {
            if name.is_some_and(|name| store.str(left[index].name) != name) {
                continue;
            }
            let own = left[index].ty;
            match self.attempt(|matching| matching.has(ty, own)) {
                Tri::Yes => {
                    left.remove(index);
                    return Tri::Yes;
                }
                other => answer = answer.or(other),
            }
        }
        answer
    }
}

fn imports(facts: &Facts, path: &str) -> bool {
    facts.imports().any(|spec| facts.text_of(facts.tree().slot(spec, 1)) == path.as_bytes())
}

pub(super) fn direction_of(direction: ChanDir) -> Direction {
    match direction {
        ChanDir::Both => Direction::Both,
        ChanDir::Send => Direction::Send,
        ChanDir::Recv => Direction::Receive,
    }
}

/// Makes the type that a form describes.
struct Description<'d> {
    types: &'d FileTypes<'d>,
    form: &'d Form,
}

impl Description<'_> {
    /// Recursion is as deep as the pattern, whose size is bounded.
    fn of(&self, id: TypeNodeId) -> Option<Ty> {
        let store = self.types.store();
        let all = |ids: &[TypeNodeId]| ids.iter().map(|id| self.of(*id)).collect::<Option<Vec<Ty>>>();
        Some(match self.form.pattern.node(id) {
            TypeNode::Hole(number) => *self.form.holes.get(usize::from(*number)).filter(|ty| !ty.is_unknown())?,
            TypeNode::Named { package, name, args } => {
                let named = self.types.named(package, name).ok()?;
                match args {
                    Some(args) => self.types.relations().instantiate(named, &all(args)?),
                    None => named,
                }
            }
            TypeNode::Pointer(elem) => store.pointer(self.of(*elem)?),
            TypeNode::Slice(elem) | TypeNode::Variadic(elem) => store.slice(self.of(*elem)?),
            TypeNode::Array { len, elem } => store.array(Some((*len)?), self.of(*elem)?),
            TypeNode::Map { key, elem } => store.map(self.of(*key)?, self.of(*elem)?),
            TypeNode::Chan { direction, elem } => {
                let dir = match direction {
                    Direction::Both => ChanDir::Both,
                    Direction::Send => ChanDir::Send,
                    Direction::Receive => ChanDir::Recv,
                };
                store.chan(dir, self.of(*elem)?)
            }
            TypeNode::Func { params, results } => {
                let is_variadic = |id: &TypeNodeId| matches!(self.form.pattern.node(*id), TypeNode::Variadic(_));
                let variadic = params.last().is_some_and(is_variadic);
                let (params, results) = (all(params)?.into(), all(results)?.into());
                store.func(Func { tparams: Box::default(), params, results, variadic })
            }
            TypeNode::Struct(fields) => {
                let fields: Option<Vec<Field>> = fields.iter().map(|field| self.field(*field)).collect();
                store.structure(fields?)
            }
            TypeNode::Interface(methods) => {
                let methods: Option<Vec<Method>> = methods.iter().map(|method| self.method(*method)).collect();
                store.interface(methods?, [], false)
            }
            TypeNode::Any | TypeNode::AnyOf(_) | TypeNode::Run | TypeNode::Field { .. } | TypeNode::Method { .. } => {
                return None;
            }
        })
    }

    fn field(&self, id: TypeNodeId) -> Option<Field> {
        let store = self.types.store();
        let TypeNode::Field { name, embedded, ty } = self.form.pattern.node(id) else { return None };
        let ty = self.of(*ty)?;
        let name = match name {
            Some(name) => store.name(name),
            None => match store.data(store.unalias(self.types.relations().deref(ty).0)) {
                TypeData::Named(named) => store.object(named.obj).name,
                _ => return None,
            },
        };
        Some(Field { name, pkg: self.types.package(), ty, embedded: *embedded, tag: store.name("") })
    }

    fn method(&self, id: TypeNodeId) -> Option<Method> {
        let TypeNode::Method { name, ty } = self.form.pattern.node(id) else { return None };
        let name = self.types.store().name(name.as_deref()?);
        Some(Method { name, pkg: self.types.package(), ty: self.of(*ty)? })
    }
}
