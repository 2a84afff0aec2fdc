//! What types are made of: what their values contain, their fields, their sizes.
//!
//! In: types and names. Out: three-valued answers, lists of names, numbers. Walks over types have an explicit stack and a
//! budget; beyond it the answer is unknown.

use super::super::{Facts, tags};
use super::{count, kind_of, ty};
use crate::value::Value;
use rulec_plan::host::Tri;
use rulec_types::{Field, Lookup, Name, PackageId, Ty, TypeData, Types};
use rulec_world::FileTypes;
use std::collections::{BTreeSet, HashSet};

/// One question may look at this many types.
const MAX_TYPES: usize = 10_000;

/// Whether a value of a type contains, by value, one of a type in a list of full names.
pub(in super::super) fn holds(facts: &Facts, value: Option<&Value>, names: Option<&Value>) -> Tri {
    let (Ok(types), Some(ty), Some(Value::List(names))) = (facts.types(), ty(value), names) else {
        return Tri::Unknown;
    };
    let relations = types.relations();
    let mut is_open = false;
    // Types, and whether values certainly contain them: of the types of a type parameter one is meant.
    let (mut open, mut seen) = (vec![(ty, true)], HashSet::new());
    while let Some((ty, is_certain)) = open.pop() {
        let ty = types.store().canon(ty);
        if !seen.insert((ty, is_certain)) {
            continue;
        }
        if seen.len() > MAX_TYPES {
            return Tri::Unknown;
        }
        match Tri::any(names.iter().map(|name| has_full_name(types, ty, name))) {
            Tri::Yes if is_certain => return Tri::Yes,
            Tri::Yes | Tri::Unknown => is_open = true,
            Tri::No => {}
        }
        if relations.is_type_param(ty) {
            // Without specific types it contains nothing for certain.
            let terms = relations.terms_of(ty).unwrap_or(&[]);
            open.extend(terms.iter().map(|term| (term.ty, is_certain && terms.len() == 1)));
            continue;
        }
        match relations.under(ty) {
            _ if relations.is_unknown(ty) => is_open = true,
            TypeData::Struct(fields) => open.extend(fields.iter().map(|field| (field.ty, is_certain))),
            TypeData::Array { len: None, .. } => is_open = true,
            TypeData::Array { len: Some(1..), elem } => open.push((*elem, is_certain)),
            _ => {}
        }
    }
    if is_open { Tri::Unknown } else { Tri::No }
}

/// Whether a type is the one with a full name, or an instance of it: `sync/atomic.Pointer`, `string`.
fn has_full_name(types: &FileTypes, ty: Ty, full: &Value) -> Tri {
    let Value::Str(full) = full else { return Tri::Unknown };
    let store = types.store();
    let full = String::from_utf8_lossy(full);
    let (package, name) = full.rsplit_once('.').unwrap_or(("", &full));
    match store.data(ty) {
        _ if ty.is_unknown() => Tri::Unknown,
        TypeData::Named(named) => {
            let object = store.object(named.obj);
            Tri::of(store.str(object.name) == name && store.str(store.package(object.pkg).path) == package)
        }
        TypeData::Basic(_) if package.is_empty() => {
            types.named("", name).map_or(Tri::No, |named| types.relations().identical(named, ty))
        }
        _ => Tri::No,
    }
}

/// Whether code of the file can say a name that a package declares.
pub(super) fn can_name(types: &FileTypes, name: Name, package: PackageId) -> bool {
    let store = types.store();
    name != Name::BLANK
        && (store.is_exported(name) || store.package(package).path == store.package(types.package()).path)
}

/// A list of texts.
pub(super) fn texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Value {
    Value::List(texts.into_iter().map(|text| Value::Str(text.as_bytes().to_vec())).collect())
}

/// The names of the fields of a struct type that the file can name, of those that are wanted.
pub(in super::super) fn field_names(
    facts: &Facts,
    value: Option<&Value>,
    is_wanted: impl Fn(&FileTypes, &Field) -> bool,
) -> Option<Value> {
    let types = facts.types().ok()?;
    let TypeData::Struct(fields) = types.store().data(types.relations().core_type(ty(value)?)?) else { return None };
    let wanted = fields.iter().filter(|field| can_name(types, field.name, field.pkg) && is_wanted(types, field));
    Some(texts(wanted.map(|field| types.store().str(field.name))))
}

/// The names of the exported fields of a struct type.
pub(in super::super) fn exported_field_names(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    field_names(facts, value, |types, field| types.store().is_exported(field.name))
}

/// The names of the fields of a struct type whose tags have a key.
pub(in super::super) fn tagged_field_names(facts: &Facts, value: Option<&Value>, key: Option<&Value>) -> Option<Value> {
    let Some(Value::Str(key)) = key else { return None };
    field_names(facts, value, |types, field| tags::has_key(types.store().str(field.tag).as_bytes(), key))
}

/// The size of a struct type with its fields in the best order, in bytes.
pub(in super::super) fn best_size(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    facts.types().ok()?.relations().best_size_of(ty(value)?).map(|size| Value::Int(size.into()))
}

/// How many bits an integer type has; of a type parameter the smallest of its set.
pub(in super::super) fn bits(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    let relations = facts.types().ok()?.relations();
    let ty = ty(value)?;
    let of_one = |ty: Ty| {
        let is_integer = !ty.is_untyped() && relations.basic(ty)?.is_integer();
        is_integer.then(|| relations.size_of(ty)).flatten().map(|bytes| bytes * 8)
    };
    let bits = match relations.is_type_param(ty) {
        false => of_one(ty)?,
        true => {
            let set = relations.type_set(ty).filter(|set| !set.partial)?;
            let all = set.terms.as_ref()?.iter().map(|term| of_one(term.ty)).collect::<Option<Vec<u64>>>()?;
            all.into_iter().min()?
        }
    };
    Some(count(usize::try_from(bits).ok()?))
}

/// The kinds of all that an encoder reaches in a value of a type, sorted.
pub(in super::super) fn encoded_kinds(facts: &Facts, value: Option<&Value>, key: Option<&Value>) -> Option<Value> {
    let Some(Value::Str(key)) = key else { return None };
    let types = facts.types().ok()?;
    let format = String::from_utf8_lossy(key).to_uppercase();
    let marshalers = [format!("Marshal{format}"), "MarshalText".to_owned()];
    let encoding = Encoding { types, relations: types.relations(), key, marshalers };
    let kinds = encoding.kinds(ty(value)?)?;
    Some(texts(kinds.iter().map(String::as_str)))
}

/// How an encoder goes through values.
struct Encoding<'e> {
    types: &'e FileTypes<'e>,
    relations: Types<'e>,
    /// The key of its tags.
    key: &'e [u8],
    /// The methods that encode a value themselves.
    marshalers: [String; 2],
}

impl Encoding<'_> {
    fn kinds(&self, ty: Ty) -> Option<BTreeSet<String>> {
        let (mut kinds, mut seen) = (BTreeSet::new(), HashSet::new());
        // Types, and whether fields of an embedded struct are meant, which has no value of its own.
        let mut open = vec![(ty, false)];
        while let Some((ty, is_embedded)) = open.pop() {
            let ty = self.types.store().canon(ty);
            if !seen.insert((ty, is_embedded)) {
                continue;
            }
            let kind = kind_of(&self.relations, ty).filter(|_| seen.len() <= MAX_TYPES)?;
            if !is_embedded && kind != "interface" && self.is_marshaler(ty)? {
                kinds.insert("marshaler".to_owned());
                continue;
            }
            kinds.insert(kind.to_owned());
            match self.relations.under(ty) {
                _ if kind == "type parameter" => {}
                TypeData::Pointer(elem) => open.push((*elem, is_embedded)),
                TypeData::Slice(elem) | TypeData::Array { elem, .. } => open.push((*elem, false)),
                TypeData::Map { key, elem } => {
                    let key_kind = if self.is_marshaler(*key)? { "marshaler" } else { kind_of(&self.relations, *key)? };
                    kinds.insert(format!("key:{key_kind}"));
                    open.push((*elem, false));
                }
                TypeData::Struct(fields) => open.extend(fields.iter().filter_map(|field| self.encoded(field))),
                _ => {}
            }
        }
        Some(kinds)
    }

    /// Whether a value encodes itself.
    fn is_marshaler(&self, ty: Ty) -> Option<bool> {
        let store = self.types.store();
        let mut is_open = false;
        for method in &self.marshalers {
            match self.relations.lookup(ty, self.types.package(), store.name(method), true) {
                Lookup::Method { .. } => return Some(true),
                Lookup::Unknown => is_open = true,
                _ => {}
            }
        }
        (!is_open).then_some(false)
    }

    /// The type of a field that is encoded, and whether its own fields are in its place.
    fn encoded(&self, field: &Field) -> Option<(Ty, bool)> {
        let store = self.types.store();
        // As `reflect` reads it: what is malformed is as if it were not there.
        let tag = tags::lookup(store.str(field.tag).as_bytes(), self.key).map_or(String::new(), |tag| tag.shown());
        let is_renamed = !tag.split(',').next().unwrap_or("").is_empty();
        let base = self.relations.deref(field.ty).0;
        let is_embedded = field.embedded && matches!(self.relations.under(base), TypeData::Struct(_));
        // An embedded struct may have exported fields, whatever its own name.
        let is_encoded = tag != "-" && (is_embedded || store.is_exported(field.name));
        is_encoded.then_some((field.ty, is_embedded && !is_renamed))
    }
}
