//! Assignability, conversions and representable constants.
//!
//! Source: Go specification, "Assignability", "Conversions", "Representability".

use super::Types;
use crate::{Basic, Ty, TypeData};
use rulec_constant::{Target, Value};
use rulec_tree::Tri;

impl Types<'_> {
    /// Whether a value of type `from` can be assigned to a variable of type `to`. Untyped operands have their untyped type,
    /// those of constants a value, too, if it is known.
    pub fn assignable(&self, from: Ty, value: Option<&Value>, to: Ty) -> Tri {
        if self.is_unknown(from) || self.is_unknown(to) {
            return Tri::Unknown;
        }
        if from.is_untyped() {
            return self.untyped_assignable(from, value, to);
        }
        let same = self.identical(from, to);
        if same == Tri::Yes {
            return Tri::Yes;
        }
        same.or(self.assignable_otherwise(from, to))
    }

    /// Whether a value of type `from` can be converted to type `to`. A constant brings its value, if it is known.
    pub fn convertible(&self, from: Ty, value: Option<&Value>, to: Ty) -> Tri {
        if self.is_unknown(from) || self.is_unknown(to) {
            return Tri::Unknown;
        }
        if let Some(value) = value {
            return self.constant_convertible(from, value, to);
        }
        let from = self.default_type(from);
        self.assignable(from, None, to).or(self.convertible_otherwise(from, to))
    }

    /// The value as a basic type holds it; none if the type cannot represent it.
    pub fn representable(&self, value: &Value, basic: Basic) -> Option<Value> {
        value.represented(self.target(basic)?)
    }

    /// The value as a type holds it whose underlying type is a basic one.
    pub fn representable_as(&self, value: &Value, ty: Ty) -> Option<Value> {
        self.representable(value, self.basic(ty)?)
    }

    fn untyped_assignable(&self, from: Ty, value: Option<&Value>, to: Ty) -> Tri {
        if from == Ty::UNTYPED_NIL {
            return self.has_nil(to);
        }
        if self.is_interface(to) {
            return self.implements(self.default_type(from), to);
        }
        self.all_types(to, |to| {
            let (Some(basic), Some(kind)) = (self.basic(to), self.basic(from)) else {
                return if self.is_unknown(to) { Tri::Unknown } else { Tri::No };
            };
            match value {
                _ if kind.is_boolean() || basic.is_boolean() => Tri::of(kind.is_boolean() && basic.is_boolean()),
                _ if kind.is_string() || basic.is_string() => Tri::of(kind.is_string() && basic.is_string()),
                Some(value) if !value.is_unknown() => Tri::of(self.representable(value, basic).is_some()),
                _ if basic.is_numeric() => Tri::Unknown,
                _ => Tri::No,
            }
        })
    }

    /// What the specification lists after "V and T are identical".
    fn assignable_otherwise(&self, from: Ty, to: Ty) -> Tri {
        let (from_param, to_param) = (self.is_type_param(from), self.is_type_param(to));
        let unnamed = !self.has_name(from) || !self.has_name(to);
        if from_param || to_param {
            let mut truth = Tri::No;
            if self.is_interface(to) {
                truth = truth.or(self.implements(from, to));
            }
            if to_param && !self.has_name(from) {
                truth = truth.or(self.all_types(to, |to| self.assignable(from, None, to)));
            }
            if from_param && !self.has_name(to) {
                truth = truth.or(self.all_types(from, |from| self.assignable(from, None, to)));
            }
            return truth;
        }
        let (from_under, to_under) = (self.underlying(from), self.underlying(to));
        let mut truth = if unnamed { self.identical(from_under, to_under) } else { Tri::No };
        if truth != Tri::Yes && self.is_interface(to) {
            truth = truth.or(self.implements(from, to));
        }
        if truth != Tri::Yes && unnamed {
            truth = truth.or(self.undirected(from_under, to_under));
        }
        truth
    }

    /// From a channel for both directions to one of the same elements.
    fn undirected(&self, from: Ty, to: Ty) -> Tri {
        match (self.store.data(from), self.store.data(to)) {
            (TypeData::Chan { dir: crate::ChanDir::Both, elem: a }, TypeData::Chan { elem: b, .. }) => {
                self.identical(*a, *b)
            }
            _ => Tri::No,
        }
    }

    fn constant_convertible(&self, from: Ty, value: &Value, to: Ty) -> Tri {
        if from == Ty::UNTYPED_NIL {
            return self.has_nil(to);
        }
        let to_constant = |to: Ty| match self.basic(to) {
            Some(basic) if basic.is_const_type() => {
                let integer = self.basic(from).is_some_and(Basic::is_integer);
                let known = !value.is_unknown();
                let represented =
                    if known { Tri::of(self.representable(value, basic).is_some()) } else { Tri::Unknown };
                represented.or(Tri::of(integer && basic.is_string()))
            }
            _ => {
                let from = self.default_type(from);
                self.assignable(from, None, to).or(self.convertible_otherwise(from, to))
            }
        };
        self.all_types(to, to_constant)
    }

    /// What the specification lists after "x is assignable to T".
    fn convertible_otherwise(&self, from: Ty, to: Ty) -> Tri {
        match (self.is_type_param(from), self.is_type_param(to)) {
            (false, false) => self.plainly_convertible(from, to),
            (_, true) => self.all_types(to, |to| self.all_types(from, |from| self.convertible(from, None, to))),
            (true, false) => self.all_types(from, |from| self.convertible(from, None, to)),
        }
    }

    fn plainly_convertible(&self, from: Ty, to: Ty) -> Tri {
        let (from_under, to_under) = (self.underlying(from), self.underlying(to));
        if from_under.is_unknown() || to_under.is_unknown() {
            return Tri::Unknown;
        }
        self.identical_ignoring_tags(from_under, to_under)
            .or(self.pointers_convertible(from, to))
            .or(Tri::of(self.basics_convertible(from_under, to_under)))
            .or(self.slice_convertible(from_under, to_under))
    }

    fn pointers_convertible(&self, from: Ty, to: Ty) -> Tri {
        match (self.deref(from), self.deref(to)) {
            ((a, true), (b, true)) if !self.is_type_param(a) && !self.is_type_param(b) => {
                self.identical_ignoring_tags(self.underlying(a), self.underlying(b))
            }
            _ => Tri::No,
        }
    }

    fn basics_convertible(&self, from: Ty, to: Ty) -> bool {
        let is_text = |ty| self.is_byte_slice(ty) || self.is_rune_slice(ty);
        let is_address = |ty| ty == Ty::UINTPTR || matches!(self.store.data(ty), TypeData::Pointer(_));
        match (self.basic(from), self.basic(to)) {
            (Some(Basic::UnsafePointer), _) => is_address(to),
            (_, Some(Basic::UnsafePointer)) => is_address(from),
            (Some(a), Some(b)) => {
                let real = |basic: Basic| basic.is_integer() || basic.is_float();
                (real(a) && real(b)) || (a.is_complex() && b.is_complex()) || (a.is_integer() && b.is_string())
            }
            (Some(a), None) => a.is_string() && is_text(to),
            (None, Some(b)) => b.is_string() && is_text(from),
            (None, None) => false,
        }
    }

    /// From a slice to an array of the same elements, or a pointer to one.
    fn slice_convertible(&self, from: Ty, to: Ty) -> Tri {
        let TypeData::Slice(elem) = self.store.data(from) else { return Tri::No };
        let array = match self.store.data(to) {
            TypeData::Pointer(base) => self.under(*base),
            array => array,
        };
        match array {
            TypeData::Array { elem: other, .. } => self.identical(*elem, *other),
            _ => Tri::No,
        }
    }

    /// What `constant` needs to know of a basic type; none for types without constants.
    fn target(&self, basic: Basic) -> Option<Target> {
        Some(match basic {
            Basic::UntypedBool => Target::Bool,
            Basic::UntypedString => Target::String,
            Basic::UntypedInt | Basic::UntypedRune => Target::UntypedInt,
            Basic::UntypedFloat => Target::UntypedFloat,
            Basic::UntypedComplex => Target::UntypedComplex,
            Basic::Unknown | Basic::UntypedNil | Basic::UnsafePointer => return None,
            _ => Target::of_name(basic.name().as_bytes(), u32::from(self.word_bytes) * 8)?,
        })
    }
}
