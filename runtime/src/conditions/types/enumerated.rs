//! What belongs to a type in its package, and what switches and literals say of it: constants and implementations.
//!
//! In: types, switches and composite literals. Out: lists of names that can be compared with each other: what has the same
//! value has the same name in all of them. **Absent:** nothing is a guess; where a declaration may be missing the list is unknown.

use super::super::Facts;
use super::content::{can_name, texts};
use super::{ty, ty_of, ty_of_expr};
use crate::value::Value;
use rulec_plan::host::Tri;
use rulec_tree::{Kind, Node};
use rulec_types::{ObjectKind, Ty, TypeData};
use rulec_world::FileTypes;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The names of the constants of a type that have different values.
pub(in super::super) fn constants(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    let types = facts.types().ok()?;
    let constants = constants_of(types, ty(value)?)?;
    Some(texts(constants.iter().map(|constant| constant.name)))
}

/// Whether the constants of a type are single bits and unions of these.
pub(in super::super) fn is_bit_set(facts: &Facts, value: Option<&Value>) -> Tri {
    let constants = facts.types().ok().and_then(|types| constants_of(types, ty(value)?));
    let Some(constants) = constants else { return Tri::Unknown };
    let values: Option<BTreeSet<u64>> = constants.iter().map(|constant| constant.value.parse().ok()).collect();
    Tri::of(values.is_some_and(|values| are_bits(&values)))
}

/// 1, 2, 3, 4 are powers of two and unions of them as well, and an enumeration.
fn are_bits(values: &BTreeSet<u64>) -> bool {
    let powers = values.iter().filter(|value| value.is_power_of_two());
    let all = powers.clone().fold(0, |all, power| all | power);
    let (Some(first), Some(last)) = (values.iter().find(|value| **value != 0), values.last()) else { return false };
    let is_row = (last - first) as usize + 1 == values.range(1..).count();
    powers.count() >= 3 && !is_row && values.iter().all(|value| value & !all == 0)
}

struct Constant<'t> {
    name: &'t str,
    /// Exact.
    value: String,
}

/// The constants of exactly this type that the file can name; of equal values the first.
fn constants_of<'t>(types: &FileTypes<'t>, ty: Ty) -> Option<Vec<Constant<'t>>> {
    let store = types.store();
    let ty = store.canon(ty);
    match store.data(ty) {
        TypeData::TypeParam(_) => return None,
        _ if ty.is_unknown() => return None,
        TypeData::Named(_) => {}
        _ => return Some(Vec::new()),
    }
    let mut constants = Vec::new();
    for object in types.relations().declared_beside(ty)? {
        let (own, object) = (store.type_of(object), store.object(object));
        if object.kind != ObjectKind::Const {
            continue;
        }
        let own = own.filter(|own| !own.is_unknown())?;
        if store.canon(own) == ty && can_name(types, object.name, object.pkg) {
            let number = object.value()?.as_int().map(|number| number.into_owned());
            constants.push((object.decl.is_none().then_some(number), object));
        }
    }
    // Without places in files, the order of the values is the likely one of the declarations.
    constants.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut seen = HashSet::new();
    let all = constants.into_iter().filter_map(|(_, object)| {
        Some(Constant { name: store.str(object.name), value: object.value()?.exact_string() })
    });
    Some(all.filter(|constant| seen.insert(constant.value.clone())).collect())
}

/// Names for values, by the constants of their types.
struct Naming<'n, 't> {
    types: &'n FileTypes<'t>,
    by_type: BTreeMap<Ty, HashMap<String, &'t str>>,
}

impl<'n, 't> Naming<'n, 't> {
    fn new(types: &'n FileTypes<'t>) -> Naming<'n, 't> {
        Naming { types, by_type: BTreeMap::new() }
    }

    /// The name of the first constant with a value; otherwise the value.
    fn of_value(&mut self, ty: Ty, value: String) -> Option<String> {
        if !self.by_type.contains_key(&ty) {
            let constants = constants_of(self.types, ty)?;
            let names = constants.into_iter().map(|constant| (constant.value, constant.name)).collect();
            self.by_type.insert(ty, names);
        }
        let name = self.by_type.get(&ty)?.get(&value).map(|name| (*name).to_owned());
        Some(name.unwrap_or(value))
    }

    fn of_expr(&mut self, expr: Node) -> Option<String> {
        let value = self.types.value(expr).filter(|value| !value.is_unknown())?.exact_string();
        self.of_value(ty_of_expr(self.types, expr), value)
    }
}

/// What the cases of a switch name.
pub(in super::super) fn cases(facts: &Facts, node: Node) -> Option<Value> {
    let (types, tree) = (facts.types().ok()?, facts.tree());
    let node = if tree.kind(node) == Kind::Labeled { tree.slot(node, 1) } else { node };
    let in_body = |body: Node| {
        let clauses = tree.children(body).filter(|clause| tree.kind(*clause) == Kind::Case);
        clauses.flat_map(|clause| tree.children(tree.slot(clause, 0))).map(|expr| tree.unparen(expr))
    };
    let names = match tree.kind(node) {
        Kind::Switch if tree.kind(tree.slot(node, 1)) != Kind::Absent => {
            let mut naming = Naming::new(types);
            in_body(tree.slot(node, 2)).map(|expr| naming.of_expr(expr)).collect::<Option<Vec<_>>>()?
        }
        Kind::TypeSwitch => {
            let subject = ty_of_expr(types, tree.unparen(tree.slot(node, 2)));
            type_cases(types, subject, in_body(tree.slot(node, 3)).map(|expr| types.ty(expr)))?
        }
        _ => return None,
    };
    Some(texts(names.iter().map(String::as_str)))
}

/// The implementations that cases of a type switch cover, and the other types in them.
fn type_cases(types: &FileTypes, subject: Ty, cases: impl Iterator<Item = Ty>) -> Option<Vec<String>> {
    let relations = types.relations();
    let known = implementations_of(types, subject).unwrap_or_default();
    let mut names = Vec::new();
    for case in cases {
        if case.is_unknown() {
            return None;
        }
        let mut is_covered = false;
        for implementation in &known {
            let covers = match relations.is_interface(case) {
                true => relations.implements(implementation.ty, case),
                false => relations.identical(implementation.ty, case),
            };
            match covers {
                Tri::Yes => {
                    is_covered = true;
                    names.push(implementation.name.clone());
                }
                Tri::No => {}
                Tri::Unknown => return None,
            }
        }
        match case {
            Ty::UNTYPED_NIL => names.push("nil".to_owned()),
            _ if is_covered => {}
            _ => names.push(relations.print(case)),
        }
    }
    Some(names)
}

/// The names of the types that implement an interface where it is declared.
pub(in super::super) fn implementations(facts: &Facts, value: Option<&Value>) -> Option<Value> {
    let implementations = implementations_of(facts.types().ok()?, ty(value)?)?;
    Some(texts(implementations.iter().map(|implementation| implementation.name.as_str())))
}

struct Implementation {
    /// `T` or `*T`.
    name: String,
    ty: Ty,
}

fn implementations_of(types: &FileTypes, interface: Ty) -> Option<Vec<Implementation>> {
    let (store, relations) = (types.store(), types.relations());
    if !relations.is_interface(interface) {
        return None;
    }
    let mut found = Vec::new();
    for object in relations.declared_beside(interface)? {
        let (ty, object) = (store.type_of(object), store.object(object));
        if object.kind != ObjectKind::Type || !can_name(types, object.name, object.pkg) {
            continue;
        }
        let ty = ty.filter(|ty| !ty.is_unknown())?;
        // An alias is another name for what is declared elsewhere, or beside it.
        if !matches!(store.data(ty), TypeData::Named(_)) || relations.is_interface(ty) {
            continue;
        }
        let name = store.str(object.name);
        let pointer = store.pointer(ty);
        let (by_value, by_pointer) = (relations.implements(ty, interface), relations.implements(pointer, interface));
        match (by_value, by_pointer) {
            (Tri::No, Tri::No) => {}
            // It is an instance that implements: nobody can list them.
            _ if !relations.type_params(ty).is_empty() => return None,
            (Tri::Yes, _) => found.push(Implementation { name: name.to_owned(), ty }),
            (Tri::No, Tri::Yes) => found.push(Implementation { name: format!("*{name}"), ty: pointer }),
            _ => return None,
        }
    }
    Some(found)
}

/// What the elements of a composite literal are for: fields, keys or indices.
pub(in super::super) fn keys(facts: &Facts, node: Node) -> Option<Value> {
    let (types, tree) = (facts.types().ok()?, facts.tree());
    let node = tree.unparen(node);
    if tree.kind(node) != Kind::CompositeLit {
        return None;
    }
    let relations = types.relations();
    let own = ty_of(types, facts, node);
    let core = relations.core_type(relations.deref(own).0)?;
    let key_of = |element: Node| (tree.kind(element) == Kind::KeyValue).then(|| tree.unparen(tree.slot(element, 0)));
    let elements: Vec<Option<Node>> = tree.tail(node).map(key_of).collect();
    let names: Option<Vec<String>> = match types.store().data(core) {
        TypeData::Struct(fields) => {
            let name_of = |(at, key): (usize, &Option<Node>)| match key {
                Some(key) => Some(String::from_utf8_lossy(facts.text_of(*key)).into_owned()),
                None => fields.get(at).map(|field| types.store().str(field.name).to_owned()),
            };
            elements.iter().enumerate().map(name_of).collect()
        }
        TypeData::Map { .. } => {
            let mut naming = Naming::new(types);
            elements.iter().map(|key| naming.of_expr((*key)?)).collect()
        }
        TypeData::Array { .. } | TypeData::Slice(_) => indices(types, &elements),
        _ => None,
    };
    Some(texts(names?.iter().map(String::as_str)))
}

/// The indices of elements; those without a key follow the one before.
fn indices(types: &FileTypes, elements: &[Option<Node>]) -> Option<Vec<String>> {
    let mut naming = Naming::new(types);
    let (mut next, mut ty) = (0_i64, Ty::INT);
    let mut names = Vec::with_capacity(elements.len());
    for key in elements {
        if let Some(key) = key {
            next = types.value(*key)?.as_i64()?;
            ty = ty_of_expr(types, *key);
        }
        names.push(naming.of_value(ty, next.to_string())?);
        next = next.checked_add(1)?;
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_told_from_lists() {
        for (values, bits) in [
            (&[1, 2, 4][..], true),
            (&[0, 1, 2, 4, 7], true),
            (&[2, 4, 8], true),
            (&[1, 1 << 40, 1 << 63], true),
            (&[0, 1, 2, 3, 4], false),
            (&[1, 2, 3, 4], false),
            (&[1, 2], false),
            (&[1, 2, 4, 9], false),
            (&[200, 404, 500], false),
            (&[], false),
            (&[0], false),
            (&[1, u64::MAX], false),
        ] {
            assert_eq!(are_bits(&values.iter().copied().collect()), bits, "{values:?}");
        }
    }
}
