//! Type sets: all methods of an interface, and the types it stands for.
//!
//! Source: Go specification, "Interface types".

use super::{MAX_DEPTH, Types};
use crate::{Interface, Method, Term, Ty, TypeData, TypeSet};
use rulec_tree::Tri;

impl<'a> Types<'a> {
    /// The type set of an interface, or of the constraint of a type parameter. None for all other types, and as long as
    /// a type that matters has not been declared.
    pub fn type_set(&self, ty: Ty) -> Option<&'a TypeSet> {
        self.type_set_of(self.underlying(ty), &mut Vec::new())
    }

    /// The methods of an interface or of the constraint of a type parameter; none of all other types.
    pub(crate) fn interface_methods(&self, ty: Ty) -> Option<&'a [Method]> {
        self.type_set(ty).map(|set| &*set.methods)
    }

    /// `around`: the interfaces that embed this one and whose type set waits for it.
    fn type_set_of(&self, under: Ty, around: &mut Vec<Ty>) -> Option<&'a TypeSet> {
        let TypeData::Interface(interface) = self.store.data(under) else { return None };
        if let Some(set) = interface.type_set.get() {
            return Some(set);
        }
        around.push(under);
        let set = self.compute(interface, around);
        around.pop();
        set.map(|set| interface.type_set.get_or_init(|| set))
    }

    fn compute(&self, interface: &'a Interface, around: &mut Vec<Ty>) -> Option<TypeSet> {
        let mut set = TypeSet { methods: interface.methods.clone(), ..TypeSet::default() };
        let own = set.methods.len();
        let mut methods = std::mem::take(&mut set.methods).into_vec();
        for embedded in &interface.embeds {
            let part = self.part(*embedded, around)?;
            methods.extend(part.methods);
            set.comparable |= part.comparable;
            set.partial |= part.partial;
            self.narrow(&mut set, part.terms);
        }
        if methods.len() > own {
            // Those it declares itself stay before those of the same name that it embeds.
            methods.sort_by_key(|method| self.store.name_order(method.name, method.pkg));
            methods.dedup_by(|b, a| self.same_name((a.name, a.pkg), (b.name, b.pkg)));
        }
        set.methods = methods.into();
        self.drop_incomparable(&mut set);
        Some(set)
    }

    /// The type set of something that an interface embeds; none if it has not been declared yet.
    fn part(&self, embedded: Ty, around: &mut Vec<Ty>) -> Option<TypeSet> {
        let unknown = TypeSet { partial: true, ..TypeSet::default() };
        if self.is_undeclared(embedded) {
            return None;
        }
        let under = self.underlying(embedded);
        Some(match self.store.data(under) {
            TypeData::Interface(_) if around.contains(&under) || around.len() as u32 >= MAX_DEPTH => unknown,
            TypeData::Interface(_) => self.type_set_of(under, around)?.clone(),
            TypeData::Union(terms) => self.of_union(terms, around)?,
            _ if under.is_unknown() => unknown,
            _ => of_terms(vec![Term { tilde: false, ty: embedded }]),
        })
    }

    fn of_union(&self, terms: &[Term], around: &mut Vec<Ty>) -> Option<TypeSet> {
        let mut all = Vec::new();
        let (mut partial, mut unbounded) = (false, false);
        for term in terms {
            if self.is_undeclared(term.ty) {
                return None;
            }
            let under = self.underlying(term.ty);
            if under.is_unknown() {
                all.push(Term { tilde: term.tilde, ty: Ty::UNKNOWN });
            } else if matches!(self.store.data(under), TypeData::Interface(_)) {
                let part = self.part(term.ty, around)?;
                partial |= part.partial;
                match part.terms {
                    Some(terms) => all.extend(terms),
                    None => unbounded = true,
                }
            } else {
                all.push(*term);
            }
        }
        // A term that is not known may add types, unlike anything else that is not known of an interface: it stays in the
        // list, as a type of which nothing holds for certain.
        let terms = (!unbounded).then(|| all.into());
        Some(TypeSet { terms, partial, ..TypeSet::default() })
    }

    fn narrow(&self, set: &mut TypeSet, terms: Option<Box<[Term]>>) {
        let Some(terms) = terms else { return };
        set.terms = Some(match set.terms.take() {
            None => terms,
            Some(old) => {
                let (common, certain) = self.intersection(&old, &terms);
                set.partial |= !certain;
                common.into()
            }
        });
    }

    /// With `comparable` among the embedded, only comparable types are left of those listed.
    fn drop_incomparable(&self, set: &mut TypeSet) {
        if let (true, Some(terms)) = (set.comparable, &mut set.terms) {
            let left: Vec<Term> =
                terms.iter().filter(|term| self.strictly_comparable(term.ty) != Tri::No).copied().collect();
            *terms = left.into();
            set.comparable = false;
        }
    }

    /// Whether it is a declared type whose declaration has not been looked at.
    fn is_undeclared(&self, ty: Ty) -> bool {
        match self.store.data(self.store.unalias(ty)) {
            TypeData::Named(named) if named.underlying.get().is_none() => match named.origin {
                Some(origin) => self.is_undeclared(origin),
                None => true,
            },
            _ => false,
        }
    }
}

fn of_terms(terms: Vec<Term>) -> TypeSet {
    TypeSet { terms: Some(terms.into()), ..TypeSet::default() }
}
