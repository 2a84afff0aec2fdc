//! Terms of unions: which types they hold, and what several of them have in common.
//!
//! Source: Go specification, "General interfaces".

use super::Types;
use crate::{Term, Ty};
use rulec_tree::Tri;

impl Types<'_> {
    /// Whether the type lies in one of the terms.
    pub(super) fn in_terms(&self, ty: Ty, terms: &[Term]) -> Tri {
        Tri::any(terms.iter().map(|term| self.in_term(ty, *term)))
    }

    /// Whether each of the types of `part` lies in `whole`.
    pub(super) fn terms_within(&self, part: &[Term], whole: &[Term]) -> Tri {
        Tri::all(part.iter().map(|term| Tri::any(whole.iter().map(|other| self.term_within(*term, *other)))))
    }

    /// Whether both hold the same types.
    pub(crate) fn same_terms(&self, a: Option<&[Term]>, b: Option<&[Term]>) -> Tri {
        match (a, b) {
            (None, None) => Tri::Yes,
            (Some(a), Some(b)) => self.terms_within(a, b).and(self.terms_within(b, a)),
            _ => Tri::No,
        }
    }

    /// The types that lie in both unions, and whether that is certain: if not, an unknown term is among them.
    pub(super) fn intersection(&self, a: &[Term], b: &[Term]) -> (Vec<Term>, bool) {
        let mut common = Vec::new();
        let mut certain = true;
        for (one, other) in a.iter().flat_map(|one| b.iter().map(move |other| (*one, *other))) {
            let smaller = match (self.term_within(one, other), self.term_within(other, one)) {
                (Tri::Yes, _) => one,
                (_, Tri::Yes) => other,
                (Tri::No, Tri::No) => continue,
                _ => {
                    certain = false;
                    Term { tilde: false, ty: Ty::UNKNOWN }
                }
            };
            if !common.contains(&smaller) {
                common.push(smaller);
            }
        }
        (common, certain)
    }

    fn in_term(&self, ty: Ty, term: Term) -> Tri {
        let ty = if term.tilde { self.underlying(ty) } else { ty };
        // `~T` is written with a type that is its own underlying type, perhaps behind an alias.
        let other = if term.tilde { self.underlying(term.ty) } else { term.ty };
        self.identical(ty, other)
    }

    fn term_within(&self, part: Term, whole: Term) -> Tri {
        match (part.tilde, whole.tilde) {
            (true, false) => if_unknown(self.in_term(part.ty, whole)),
            _ => self.in_term(part.ty, whole),
        }
    }
}

/// Many types are never within one.
fn if_unknown(truth: Tri) -> Tri {
    if truth == Tri::Unknown { Tri::Unknown } else { Tri::No }
}
