//! Whether a type implements an interface or satisfies a constraint.
//!
//! Source: Go specification, "Implementing an interface", "Satisfying a type constraint".

use super::{Lookup, Types};
use crate::{Method, Name, Ty, TypeData, TypeSet};
use rulec_tree::Tri;

impl Types<'_> {
    /// Whether a type implements an interface. Nothing implements a type that is no interface.
    pub fn implements(&self, ty: Ty, interface: Ty) -> Tri {
        self.in_type_set(ty, interface, Self::strictly_comparable)
    }

    /// Whether a type argument satisfies a constraint: interfaces count as comparable.
    pub fn satisfies(&self, arg: Ty, constraint: Ty) -> Tri {
        self.in_type_set(arg, constraint, Self::comparable)
    }

    /// The first method of an interface, by name, that a type certainly lacks or has with another type.
    pub fn missing_method(&self, ty: Ty, interface: Ty) -> Option<Name> {
        let methods = self.interface_methods(interface)?;
        methods.iter().find(|method| self.has_method(ty, method) == Tri::No).map(|method| method.name)
    }

    fn in_type_set(&self, ty: Ty, interface: Ty, comparable: impl Fn(&Self, Ty) -> Tri) -> Tri {
        if self.is_unknown(ty) || self.is_unknown(interface) {
            return Tri::Unknown;
        }
        if !matches!(self.under(interface), TypeData::Interface(_)) {
            return Tri::No;
        }
        let Some(set) = self.type_set(interface) else { return Tri::Unknown };
        let own = match self.under(ty) {
            TypeData::Interface(_) => match self.type_set(ty) {
                Some(own) => Some(own),
                None => return Tri::Unknown,
            },
            _ => None,
        };
        if own.is_some_and(is_empty) {
            return Tri::Yes;
        }
        let truth = Tri::all(set.methods.iter().map(|method| self.has_method(ty, method)))
            .and(if set.comparable { comparable(self, ty) } else { Tri::Yes })
            .and(match &set.terms {
                Some(terms) => self.within(ty, own, terms),
                None => Tri::Yes,
            });
        if set.partial && truth == Tri::Yes { Tri::Unknown } else { truth }
    }

    /// Whether a type, or each type of an interface's type set, lies in the terms.
    fn within(&self, ty: Ty, own: Option<&TypeSet>, terms: &[crate::Term]) -> Tri {
        match own {
            None => self.in_terms(ty, terms),
            Some(own) => {
                let within = own.terms.as_ref().map_or(Tri::No, |part| self.terms_within(part, terms));
                if own.partial && within == Tri::No { Tri::Unknown } else { within }
            }
        }
    }

    fn has_method(&self, ty: Ty, method: &Method) -> Tri {
        match self.lookup(ty, method.pkg, method.name, false) {
            Lookup::Method { ty, .. } => self.identical(ty, method.ty),
            Lookup::Unknown => Tri::Unknown,
            Lookup::Field { .. } | Lookup::Ambiguous | Lookup::Missing => Tri::No,
        }
    }
}

/// No type is in it, so that all of its types have every property.
fn is_empty(set: &TypeSet) -> bool {
    !set.partial && set.terms.as_ref().is_some_and(|terms| terms.is_empty())
}
