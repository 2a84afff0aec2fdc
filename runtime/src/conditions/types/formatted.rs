//! Which values the verbs of package fmt format.
//!
//! In: a directive and a type. Out: whether the verb is one for values of the type: yes, no or unknown; what an interface holds is
//! not known before it runs, and any verb may be right. The walk over a type has an explicit stack and a budget; beyond it the
//! answer is unknown.
//!
//! Source: documentation of package `fmt`, "Printing"; what is not said there, as `fmt.Printf` does it.

use super::super::Facts;
use super::ty;
use crate::value::Value;
use rulec_plan::host::Tri;
use rulec_types::{Basic, Lookup, PackageId, Ty, TypeData, Types};
use std::collections::HashSet;

/// One question may look at this many types.
const MAX_TYPES: usize = 1_000;

/// Whether a directive can format values of a type.
pub(in super::super) fn can_format(facts: &Facts, directive: Option<&Value>, value: Option<&Value>) -> Tri {
    let (Ok(types), Some(ty), Some(Value::Directive(directive))) = (facts.types(), ty(value), directive) else {
        return Tri::Unknown;
    };
    let relations = types.relations();
    match directive.verb {
        Some('v' | 'T') => Tri::Yes,
        Some('w') if relations.is_interface(ty) => Tri::Yes,
        Some('w') => types.named("", "error").map_or(Tri::Unknown, |error| relations.implements(ty, error)),
        Some(verb) => Walk { relations: types.relations(), verb }.formats(ty),
        None => Tri::Unknown,
    }
}

/// The verbs of integers, in the order of the documentation.
const OF_INTEGERS: &str = "bcdoOqxXU";
/// Those of floating-point and complex numbers.
const OF_FLOATS: &str = "beEfFgGxX";
/// Those of strings, and of slices and arrays of bytes as a whole.
const OF_STRINGS: &str = "sqxX";
/// Those of pointers, channels, functions and `unsafe.Pointer`.
const OF_POINTERS: &str = "pbdoxX";

/// A part of a value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Part {
    ty: Ty,
    /// Whether it is the argument itself: of that, pointers are followed.
    is_whole: bool,
    /// Whether its methods can be called: not those of what lies in fields that are not exported.
    has_methods: bool,
}

struct Walk<'t> {
    relations: Types<'t>,
    verb: char,
}

impl Walk<'_> {
    /// Whether the verb formats all parts of a value.
    fn formats(&self, ty: Ty) -> Tri {
        let mut open = vec![Part { ty, is_whole: true, has_methods: true }];
        let mut seen = HashSet::new();
        let mut answer = Tri::Yes;
        while let Some(part) = open.pop() {
            let part = Part { ty: self.relations.store.canon(part.ty), ..part };
            if !seen.insert(part) {
                continue;
            }
            if seen.len() > MAX_TYPES {
                return Tri::Unknown;
            }
            match self.formats_itself(part) {
                Tri::Yes => continue,
                Tri::No => {}
                Tri::Unknown => {
                    answer = Tri::Unknown;
                    continue;
                }
            }
            match self.part(part, &mut open) {
                Tri::Yes => {}
                Tri::No => return Tri::No,
                Tri::Unknown => answer = Tri::Unknown,
            }
        }
        answer
    }

    /// Whether a method of the value does it: `Format`, or `Error` and `String` for the verbs of strings.
    fn formats_itself(&self, part: Part) -> Tri {
        if !part.has_methods || self.relations.is_interface(part.ty) {
            return Tri::No;
        }
        self.has_method(part.ty, "Format", 2, 0).or(self.has_text(part.ty))
    }

    /// Whether the verb is one of strings, and the type has a method for it.
    fn has_text(&self, ty: Ty) -> Tri {
        match OF_STRINGS.contains(self.verb) {
            true => self.has_method(ty, "Error", 0, 1).or(self.has_method(ty, "String", 0, 1)),
            false => Tri::No,
        }
    }

    /// Whether the method set has a method with so many parameters and results; the one result is a string.
    fn has_method(&self, ty: Ty, name: &str, params: usize, results: usize) -> Tri {
        let relations = &self.relations;
        match relations.lookup(ty, PackageId::UNIVERSE, relations.store.name(name), false) {
            Lookup::Method { ty, .. } if ty.is_unknown() => Tri::Unknown,
            Lookup::Method { ty, .. } => match relations.store.data(ty) {
                TypeData::Func(func) => {
                    let is_text = |ty: &Ty| relations.basic(*ty) == Some(Basic::String);
                    Tri::of(func.params.len() == params && func.results.len() == results)
                        .and(Tri::of(func.results.iter().all(is_text)))
                }
                _ => Tri::Unknown,
            },
            Lookup::Unknown => Tri::Unknown,
            _ => Tri::No,
        }
    }

    /// Whether the verb formats this part, those apart that are added to `open`.
    fn part(&self, part: Part, open: &mut Vec<Part>) -> Tri {
        let relations = &self.relations;
        let inner = |ty| Part { ty, is_whole: false, has_methods: part.has_methods };
        if relations.is_type_param(part.ty) {
            // One without specific types can be anything.
            let terms = relations.terms_of(part.ty).unwrap_or(&[]);
            open.extend(terms.iter().map(|term| Part { ty: term.ty, ..part }));
            return Tri::Yes;
        }
        let is_one_of = |verbs: &str| Tri::of(verbs.contains(self.verb));
        match relations.under(part.ty) {
            TypeData::Basic(Basic::Unknown) => Tri::Unknown,
            TypeData::Basic(basic) => Tri::of(self.of_basic(*basic)),
            // What lies in a field that is not exported is not asked for its text.
            TypeData::Interface(_) if !part.has_methods => self.has_text(part.ty).not(),
            TypeData::Interface(_) => Tri::Yes,
            TypeData::Chan { .. } | TypeData::Func(_) => is_one_of(OF_POINTERS),
            TypeData::Pointer(base) => {
                let is_compound = matches!(
                    relations.under(*base),
                    TypeData::Struct(_) | TypeData::Array { .. } | TypeData::Slice(_) | TypeData::Map { .. }
                );
                if relations.is_unknown(*base) {
                    return Tri::Unknown;
                }
                if !part.is_whole || !is_compound || self.verb == 'p' {
                    return is_one_of(OF_POINTERS);
                }
                open.push(inner(*base));
                Tri::Yes
            }
            TypeData::Map { .. } | TypeData::Slice(_) if self.verb == 'p' => Tri::of(part.is_whole),
            _ if self.verb == 'p' => Tri::No,
            TypeData::Map { key, elem } => {
                open.extend([inner(*key), inner(*elem)]);
                Tri::Yes
            }
            TypeData::Slice(elem) | TypeData::Array { elem, .. } => {
                let is_bytes = matches!(relations.basic(*elem), Some(Basic::Uint8 | Basic::Byte));
                if !(is_bytes && OF_STRINGS.contains(self.verb)) {
                    open.push(inner(*elem));
                }
                Tri::Yes
            }
            TypeData::Struct(_) if self.is_reflect_value(part.ty) => Tri::Yes,
            TypeData::Struct(fields) => {
                open.extend(fields.iter().map(|field| {
                    let has_methods = part.has_methods && relations.store.is_exported(field.name);
                    Part { has_methods, ..inner(field.ty) }
                }));
                Tri::Yes
            }
            _ => Tri::Unknown,
        }
    }

    fn of_basic(&self, basic: Basic) -> bool {
        let verbs = match basic {
            Basic::UnsafePointer => OF_POINTERS,
            basic if basic.is_boolean() => "t",
            basic if basic.is_integer() => OF_INTEGERS,
            basic if basic.is_numeric() => OF_FLOATS,
            basic if basic.is_string() => OF_STRINGS,
            // The untyped nil.
            _ => "",
        };
        verbs.contains(self.verb)
    }

    /// `reflect.Value` is formatted as the value that it holds.
    fn is_reflect_value(&self, ty: Ty) -> bool {
        let store = self.relations.store;
        match store.data(store.canon(ty)) {
            TypeData::Named(named) => {
                let object = store.object(named.obj);
                store.str(object.name) == "Value" && store.str(store.package(object.pkg).path) == "reflect"
            }
            _ => false,
        }
    }
}
