//! Type inference: the type arguments of generic functions that are not written.
//!
//! In: the type parameters, the type arguments that are written, and parameters with what is passed for them. Out: all type
//! arguments, those of generic functions among the operands too. An operand of unknown type makes unknown what may depend
//! on it and leaves the rest as it is.
//!
//! **Absent:** whether the type arguments satisfy their constraints; only what inference itself needs of that is looked
//! at.
//!
//! Source: Go specification, "Type inference", "Type unification".

mod unify;

use crate::relate::Types;
use crate::{Flags, Term, Ty, TypeData};
use rustc_hash::FxHashSet;
use unify::{Matching, Unifier};

/// What inference found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// The type arguments, one for each type parameter. Unknown where an operand of unknown type may decide.
    pub args: Vec<Ty>,
    /// For each operand that is a generic function, its type arguments.
    pub arg_instances: Vec<Option<Vec<Ty>>>,
}

impl Types<'_> {
    /// The type arguments for `tparams`, of which the first ones, or some, may be known. `params` are the types of the
    /// parameters and `args` those of what is passed for them: untyped operands with their untyped types, generic functions
    /// with their type parameters. Nothing if there are no type arguments that make them fit.
    pub fn infer(&self, tparams: &[Ty], known: &[Option<Ty>], params: &[Ty], args: &[Ty]) -> Option<Inferred> {
        Inference::new(*self, tparams, known, params, args).run()
    }

    /// Whether one of the type parameters occurs in a type.
    pub(crate) fn mentions(&self, ty: Ty, tparams: &[Ty]) -> bool {
        let mut seen = FxHashSet::default();
        let mut left = vec![ty];
        while let Some(ty) = left.pop() {
            if !self.store.flags(ty).has(Flags::TYPE_PARAM) || !seen.insert(ty) {
                continue;
            }
            if tparams.contains(&ty) {
                return true;
            }
            self.push_parts(ty, &mut left);
        }
        false
    }

    fn push_parts(&self, ty: Ty, parts: &mut Vec<Ty>) {
        match self.store.data(ty) {
            TypeData::Basic(_) | TypeData::TypeParam(_) => {}
            TypeData::Array { elem, .. } | TypeData::Chan { elem, .. } => parts.push(*elem),
            TypeData::Slice(elem) | TypeData::Pointer(elem) => parts.push(*elem),
            TypeData::Map { key, elem } => parts.extend([*key, *elem]),
            TypeData::Struct(fields) => parts.extend(fields.iter().map(|field| field.ty)),
            TypeData::Tuple(types) => parts.extend(types),
            TypeData::Func(func) => parts.extend(func.params.iter().chain(&func.results)),
            TypeData::Interface(interface) => {
                parts.extend(interface.methods.iter().map(|method| method.ty).chain(interface.embeds.iter().copied()));
            }
            TypeData::Union(terms) => parts.extend(terms.iter().map(|term| term.ty)),
            TypeData::Named(named) => parts.extend(&named.args),
            TypeData::Alias(_) => parts.push(self.store.unalias(ty)),
        }
    }

    /// Other type parameters with the same names and constraints: for a function that is used within itself, or twice.
    fn twins(&self, tparams: &[Ty]) -> Vec<Ty> {
        let twins: Vec<Ty> = tparams.iter().map(|tparam| self.store.twin(*tparam)).collect();
        for (tparam, twin) in tparams.iter().zip(&twins) {
            if let (TypeData::TypeParam(own), TypeData::TypeParam(other)) =
                (self.store.data(*tparam), self.store.data(*twin))
                && let Some(constraint) = own.constraint.get()
            {
                other.constraint.get_or_init(|| self.subst(*constraint, tparams, &twins));
            }
        }
        twins
    }
}

struct Inference<'a, 's> {
    types: Types<'a>,
    /// All type parameters to find arguments for: first those of the function itself, then those of operands.
    tparams: Vec<Ty>,
    known: Vec<Option<Ty>>,
    params: Vec<Ty>,
    args: Vec<Ty>,
    /// For each operand that is a generic function, which of `tparams` are its own: from where, and how many.
    generic_args: Vec<Option<(usize, usize)>>,
    own: &'s [Ty],
}

impl<'a, 's> Inference<'a, 's> {
    fn new(types: Types<'a>, own: &'s [Ty], known: &[Option<Ty>], params: &[Ty], args: &[Ty]) -> Inference<'a, 's> {
        let is_used = |tparams: &[Ty], ty: &Ty| types.mentions(*ty, tparams);
        let mut tparams = own.to_vec();
        if args.iter().chain(known.iter().flatten()).any(|ty| is_used(own, ty)) {
            tparams = types.twins(own);
        }
        let params = params.iter().map(|ty| types.subst(*ty, own, &tparams)).collect();
        let mut known = known.to_vec();
        known.resize(own.len(), None);
        let mut inference =
            Inference { types, tparams, known, params, args: args.to_vec(), generic_args: Vec::new(), own };
        for number in 0..args.len() {
            let generic = inference.add_generic(number, args);
            inference.generic_args.push(generic);
        }
        let count = inference.tparams.len();
        inference.known.resize(count, None);
        inference
    }

    /// Takes the type parameters of an operand that is a generic function among those to find arguments for.
    fn add_generic(&mut self, number: usize, args: &[Ty]) -> Option<(usize, usize)> {
        let TypeData::Func(func) = self.types.store.data(args[number]) else { return None };
        if func.tparams.is_empty() {
            return None;
        }
        let mut tparams = func.tparams.to_vec();
        let others = args.iter().enumerate().filter(|(other, _)| *other != number);
        let mut others = others.map(|(_, ty)| *ty).chain(self.known.iter().flatten().copied());
        if others.any(|ty| self.types.mentions(ty, &tparams)) {
            tparams = self.types.twins(&tparams);
        }
        // Each round is one more use of the same function.
        while tparams.iter().any(|tparam| self.tparams.contains(tparam)) {
            tparams = self.types.twins(&tparams);
        }
        self.args[number] = self.types.subst(self.types.without_type_params(func), &func.tparams, &tparams);
        let first = self.tparams.len();
        self.tparams.append(&mut tparams);
        Some((first, self.tparams.len() - first))
    }

    fn run(self) -> Option<Inferred> {
        let mut unifier = Unifier::new(self.types, &self.tparams, &self.known);
        let untyped = self.match_operands(&mut unifier)?;
        self.match_constraints(&mut unifier)?;
        if !unifier.met_unknown() {
            self.default_types(&mut unifier, &untyped)?;
        }
        let all = self.simplified(&unifier)?;
        let of = |range: &(usize, usize)| all[range.0..range.0 + range.1].to_vec();
        let arg_instances = self.generic_args.iter().map(|range| range.as_ref().map(of)).collect();
        Some(Inferred { args: all[..self.own.len()].to_vec(), arg_instances })
    }

    /// Step 1: what typed operands tell. Returns type parameters that untyped constants are passed for, with their types.
    fn match_operands(&self, unifier: &mut Unifier) -> Option<Vec<(Ty, Ty)>> {
        let (own, known): (Vec<Ty>, Vec<Ty>) =
            self.tparams.iter().zip(&self.known).filter_map(|(tparam, known)| Some((*tparam, (*known)?))).unzip();
        let mut untyped = Vec::new();
        for (param, arg) in self.params.iter().zip(&self.args) {
            let param = self.types.subst(*param, &own, &known);
            if !self.types.mentions(param, &self.tparams) && !self.types.mentions(*arg, &self.tparams) {
                continue;
            }
            if arg.is_untyped() {
                if *arg != Ty::UNTYPED_NIL && self.tparams.contains(&param) {
                    untyped.push((param, *arg));
                }
            } else if !unifier.unify(param, *arg, Matching::Assign) {
                return None;
            }
        }
        Some(untyped)
    }

    /// Step 2: what constraints tell, until nothing new comes of it.
    fn match_constraints(&self, unifier: &mut Unifier) -> Option<()> {
        loop {
            let before = unifier.count_missing();
            for tparam in &self.tparams {
                self.match_core(unifier, *tparam)?;
                self.match_methods(unifier, *tparam)?;
            }
            if unifier.count_missing() == before {
                return Some(());
            }
        }
    }

    fn match_core(&self, unifier: &mut Unifier, tparam: Ty) -> Option<()> {
        let Some((core, single)) = self.core_term(tparam) else { return Some(()) };
        match unifier.at(tparam) {
            Some(arg) => unifier.unify(arg, core.ty, Matching::Loose).then_some(()),
            None => {
                if single && !core.tilde {
                    unifier.set(tparam, core.ty);
                }
                Some(())
            }
        }
    }

    /// A type argument has the methods of its constraint, and the parts of their types must fit.
    fn match_methods(&self, unifier: &mut Unifier, tparam: Ty) -> Option<()> {
        let Some(arg) = unifier.at(tparam).filter(|arg| !self.types.mentions(*arg, &self.tparams)) else {
            return Some(());
        };
        for method in self.types.interface_methods(tparam).unwrap_or_default() {
            if !unifier.has_method(arg, method) {
                return None;
            }
        }
        Some(())
    }

    /// The only term of a constraint, or else its core type; and whether it is the only one.
    fn core_term(&self, tparam: Ty) -> Option<(Term, bool)> {
        let terms = self.types.terms_of(tparam)?;
        if let [only] = terms {
            return (!self.types.is_unknown(only.ty)).then_some((*only, true));
        }
        let ty = self.types.core_type(tparam)?;
        Some((Term { tilde: terms.iter().any(|term| term.tilde), ty }, false))
    }

    /// Step 3: untyped constants decide where nothing else does, by the kind that comes last among int, rune, float and
    /// complex.
    fn default_types(&self, unifier: &mut Unifier, untyped: &[(Ty, Ty)]) -> Option<()> {
        let mut kinds: Vec<(Ty, Ty)> = Vec::new();
        for (tparam, ty) in untyped.iter().filter(|(tparam, _)| unifier.at(*tparam).is_none()) {
            match kinds.iter_mut().find(|(other, _)| other == tparam) {
                Some((_, kind)) => *kind = self.larger_kind(*kind, *ty)?,
                None => kinds.push((*tparam, *ty)),
            }
        }
        for (tparam, kind) in kinds {
            unifier.set(tparam, self.types.default_type(kind));
        }
        Some(())
    }

    fn larger_kind(&self, a: Ty, b: Ty) -> Option<Ty> {
        let is_numeric = |ty| self.types.basic(ty).is_some_and(|basic| basic.is_numeric());
        match a == b {
            true => Some(a),
            // Their numbers are in that order.
            false => (is_numeric(a) && is_numeric(b)).then_some(a.max(b)),
        }
    }

    /// Step 4: type parameters that occur in the type arguments of others are replaced until there are none left.
    fn simplified(&self, unifier: &Unifier) -> Option<Vec<Ty>> {
        let (mut own, mut args) = (Vec::new(), Vec::new());
        for tparam in &self.tparams {
            match unifier.certain(*tparam) {
                Some(arg) => {
                    own.push(*tparam);
                    args.push(arg);
                }
                // What an unknown operand may decide is not known. Otherwise nothing decides it.
                None if unifier.met_unknown() => {
                    own.push(*tparam);
                    args.push(Ty::UNKNOWN);
                }
                None => return None,
            }
        }
        // One round replaces at least one type parameter for good, unless they go in a circle.
        for _ in 0..=self.tparams.len() {
            if !args.iter().any(|ty| self.types.mentions(*ty, &self.tparams)) {
                return Some(args);
            }
            args = args.iter().map(|ty| self.types.subst(*ty, &own, &args)).collect();
        }
        None
    }
}
