//! What the analyses of values ask of types. Without types all is unknown.

use rulec_tree::Tri;
use rulec_types::{Basic, Ty, TypeData, Types};

/// Types, if there are some.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed<'a>(pub(super) Option<Types<'a>>);

impl<'a> Typed<'a> {
    fn under(&self, ty: Ty) -> Option<&'a TypeData> {
        let types = self.0?;
        (!ty.is_unknown() && !types.is_type_param(ty)).then(|| types.under(ty))
    }

    /// Whether a value of the one type, put into a variable of the other, goes into an interface.
    pub(super) fn boxes(&self, from: Ty, to: Ty) -> bool {
        self.is_interface(to) == Tri::Yes && self.is_interface(from) == Tri::No && from != Ty::UNTYPED_NIL
    }

    /// Of a type parameter: whether all types of its type set are interfaces, or none.
    pub(super) fn is_interface(&self, ty: Ty) -> Tri {
        let Some(types) = self.0.filter(|_| !ty.is_unknown()) else { return Tri::Unknown };
        let of_type = |ty| match types.under(ty) {
            TypeData::Interface(_) => Tri::Yes,
            TypeData::Basic(Basic::Unknown) => Tri::Unknown,
            _ => Tri::No,
        };
        if !types.is_type_param(ty) {
            return of_type(ty);
        }
        let mut all = types.terms_of(ty).unwrap_or(&[]).iter().map(|term| of_type(term.ty));
        match all.next() {
            Some(first) if all.all(|other| other == first) => first,
            _ => Tri::Unknown,
        }
    }

    /// Whether values of this type can be nil.
    pub(super) fn has_nil(&self, ty: Ty) -> Tri {
        match self.0 {
            Some(types) if !ty.is_unknown() => types.has_nil(ty),
            _ => Tri::Unknown,
        }
    }

    /// The type of one of several results.
    pub(super) fn part_of(&self, tuple: Ty, number: u32) -> Option<Ty> {
        match self.0?.store.data(tuple) {
            TypeData::Tuple(types) => types.get(number as usize).copied(),
            _ => None,
        }
    }

    pub(super) fn is_bool(&self, ty: Ty) -> bool {
        matches!(self.under(ty), Some(TypeData::Basic(Basic::Bool)))
    }

    pub(super) fn is_string(&self, ty: Ty) -> bool {
        matches!(self.under(ty), Some(TypeData::Basic(basic)) if basic.is_string())
    }

    /// Whether values of this type are numbers, strings or booleans: who is given one cannot change it.
    pub(super) fn is_immutable(&self, ty: Ty) -> bool {
        matches!(self.under(ty), Some(TypeData::Basic(basic)) if !matches!(basic, Basic::Unknown | Basic::UnsafePointer))
    }

    pub(super) fn is_slice(&self, ty: Ty) -> bool {
        matches!(self.under(ty), Some(TypeData::Slice(_)))
    }

    /// The least length that a slice has which can be converted to this type: that of an array, or of the array that a
    /// pointer points to. No array type, none.
    ///
    /// Source: Go specification, "Conversions from slice to array or array pointer".
    pub(super) fn converted_len(&self, ty: Ty) -> Option<u64> {
        let types = self.0?;
        let array = match self.under(ty)? {
            TypeData::Pointer(to) => types.under(*to),
            other => other,
        };
        match array {
            TypeData::Array { len, .. } => *len,
            _ => None,
        }
    }

    /// Whether both are known to have the same underlying type: a conversion then changes nothing of the value.
    pub(super) fn same_underlying(&self, a: Ty, b: Ty) -> bool {
        let Some(types) = self.0 else { return false };
        let (a, b) = (types.underlying(a), types.underlying(b));
        !a.is_unknown() && !b.is_unknown() && types.identical_ignoring_tags(a, b) == Tri::Yes
    }

    /// Whether a conversion or assertion hands on what it is given: it only puts it into an interface or takes it out, or
    /// gives it another name.
    pub(super) fn hands_on(&self, from: Ty, to: Ty) -> bool {
        let interface = |ty| self.is_interface(ty) == Tri::Yes;
        interface(from) || interface(to) || self.same_underlying(from, to)
    }

    /// Whether two types are known to be different.
    pub(super) fn differ(&self, a: Ty, b: Ty) -> bool {
        self.0.is_some_and(|types| !a.is_unknown() && !b.is_unknown() && types.identical(a, b) == Tri::No)
    }

    /// Whether no value of the one type can be held as the other: both are known and different, and if one of them is an interface,
    /// the other lacks a method of it.
    pub(super) fn exclude(&self, a: Ty, b: Ty) -> bool {
        if !self.differ(a, b) {
            return false;
        }
        match (self.is_interface(a), self.is_interface(b)) {
            (Tri::No, Tri::No) => true,
            (Tri::No, Tri::Yes) => self.cannot_be_put_into(a, b),
            (Tri::Yes, Tri::No) => self.cannot_be_put_into(b, a),
            _ => false,
        }
    }

    fn cannot_be_put_into(&self, ty: Ty, interface: Ty) -> bool {
        ty != Ty::UNTYPED_NIL && self.0.is_some_and(|types| types.implements(ty, interface) == Tri::No)
    }

    /// Whether it is known to be the type of pointers to anything.
    pub(super) fn is_unsafe_pointer(&self, ty: Ty) -> bool {
        matches!(self.under(ty), Some(TypeData::Basic(Basic::UnsafePointer)))
    }

    /// Whether values of this type may have parts with places of their own: structs, arrays, and all that is not known.
    pub(super) fn may_have_parts(&self, ty: Ty) -> bool {
        match self.under(ty) {
            Some(TypeData::Struct(_) | TypeData::Array { .. } | TypeData::Basic(Basic::Unknown)) | None => true,
            Some(_) => false,
        }
    }

    /// Whether the length is part of the value: of strings, slices and arrays, not of maps and channels.
    pub(super) fn has_fixed_len(&self, ty: Ty) -> bool {
        match self.under(ty) {
            Some(TypeData::Slice(_) | TypeData::Array { .. } | TypeData::Pointer(_)) => true,
            Some(TypeData::Basic(basic)) => basic.is_string(),
            _ => false,
        }
    }
}
