//! What whole programs do not show: types that are not known, not yet, or without end.

use super::{Lookup, Types};
use crate::{
    Basic, ChanDir, Field, Func, Inferred, Method, Name, ObjectKind, PackageId, Scope, Store, Term, Ty, TypeData,
};
use rulec_constant::Value;
use rulec_tree::Tri;

/// A package `p` to declare types in.
struct Package {
    store: Store,
    id: PackageId,
}

impl Package {
    fn new() -> Package {
        let store = Store::new();
        let id = store.new_package("p", "p");
        Package { store, id }
    }

    fn types(&self) -> Types<'_> {
        Types { store: &self.store, extension: None, word_bytes: 8 }
    }

    /// A declared type whose underlying type is still to come.
    fn shell(&self, name: &str, tparams: &[Ty]) -> Ty {
        let object = self.store.new_object(ObjectKind::Type, self.store.name(name), self.id, None);
        let ty = self.store.new_named(object);
        let TypeData::Named(named) = self.store.data(ty) else { unreachable!() };
        named.tparams.set(tparams.into()).unwrap();
        ty
    }

    fn complete(&self, ty: Ty, underlying: Ty, methods: &[(&str, bool, Ty)]) {
        let TypeData::Named(named) = self.store.data(ty) else { unreachable!() };
        named.underlying.set(underlying).unwrap();
        let methods = methods.iter().map(|(name, pointer, method_ty)| {
            let method = self.store.new_object(ObjectKind::Method, self.store.name(name), self.id, None);
            let object = self.store.object(method);
            object.ty.set(*method_ty).unwrap();
            object.recv.set((ty, *pointer)).unwrap();
            method
        });
        named.methods.set(methods.collect()).unwrap();
    }

    fn named(&self, name: &str, underlying: Ty) -> Ty {
        let ty = self.shell(name, &[]);
        self.complete(ty, underlying, &[]);
        ty
    }

    fn tparam(&self, name: &str, constraint: Ty) -> Ty {
        let ty = self.store.new_type_param(self.store.name(name), 0);
        let TypeData::TypeParam(param) = self.store.data(ty) else { unreachable!() };
        param.constraint.set(constraint).unwrap();
        ty
    }

    fn field(&self, name: &str, ty: Ty, embedded: bool) -> Field {
        Field { name: self.store.name(name), pkg: self.id, ty, embedded, tag: Name::EMPTY }
    }

    fn struct_of(&self, fields: &[(&str, Ty)]) -> Ty {
        self.store.structure(fields.iter().map(|(name, ty)| self.field(name, *ty, false)).collect::<Vec<_>>())
    }

    fn embedding(&self, embedded: &[Ty]) -> Ty {
        let field = |(number, ty): (usize, &Ty)| self.field(&format!("E{number}"), *ty, true);
        self.store.structure(embedded.iter().enumerate().map(field).collect::<Vec<_>>())
    }

    fn func(&self, params: &[Ty], results: &[Ty]) -> Ty {
        self.store.func(Func { tparams: [].into(), params: params.into(), results: results.into(), variadic: false })
    }

    fn generic(&self, tparams: &[Ty], params: &[Ty], results: &[Ty]) -> Ty {
        let (params, results) = (params.into(), results.into());
        self.store.func(Func { tparams: tparams.into(), params, results, variadic: false })
    }

    fn interface(&self, methods: &[(&str, Ty)], embeds: &[Ty]) -> Ty {
        let method = |(name, ty): &(&str, Ty)| Method { name: self.store.name(name), pkg: self.id, ty: *ty };
        self.store.interface(methods.iter().map(method).collect(), embeds, false)
    }

    fn union(&self, terms: &[(bool, Ty)]) -> Ty {
        let terms: Vec<Term> = terms.iter().map(|(tilde, ty)| Term { tilde: *tilde, ty: *ty }).collect();
        self.interface(&[], &[self.store.union(terms)])
    }

    fn look(&self, ty: Ty, name: &str) -> Lookup {
        self.types().lookup(ty, self.id, self.store.name(name), true)
    }
}

fn index_of(found: &Lookup) -> Option<&[u32]> {
    match found {
        Lookup::Field { index, .. } | Lookup::Method { index, .. } => Some(index),
        _ => None,
    }
}

#[test]
fn what_lies_above_an_unknown_embedded_field_is_found_and_what_may_lie_in_it_is_not() {
    let p = Package::new();
    let inner = p.named("Inner", p.struct_of(&[("below", Ty::INT)]));
    let mid = p.named("Mid", p.store.structure([p.field("beside", Ty::INT, false), p.field("Inner", inner, true)]));
    let outer = p.store.structure([
        p.field("own", Ty::INT, false),
        p.field("Mid", mid, true),
        p.field("Lost", Ty::UNKNOWN, true),
    ]);
    assert_eq!(index_of(&p.look(outer, "own")), Some(&[0][..]));
    assert_eq!(index_of(&p.look(outer, "Lost")), Some(&[2][..]));
    for name in ["beside", "below", "nowhere"] {
        assert_eq!(p.look(outer, name), Lookup::Unknown, "{name}");
    }
    assert_eq!(index_of(&p.look(mid, "below")), Some(&[1, 0][..]));
    assert_eq!(p.look(mid, "nowhere"), Lookup::Missing);
}

#[test]
fn methods_of_an_interface_that_embeds_something_unknown_have_no_number() {
    let p = Package::new();
    let partial = p.interface(&[("M", p.func(&[], &[]))], &[Ty::UNKNOWN]);
    assert!(matches!(p.look(partial, "M"), Lookup::Method { ty, index, .. } if !ty.is_unknown() && index.is_empty()));
    assert_eq!(p.look(partial, "N"), Lookup::Unknown);
}

#[test]
fn nothing_is_kept_of_types_that_are_not_declared_yet() {
    let p = Package::new();
    let later = p.shell("Later", &[]);
    let interface = p.interface(&[("M", p.func(&[], &[]))], &[later]);
    let outer = p.embedding(&[later]);
    assert_eq!(p.types().type_set(interface), None);
    assert_eq!(p.look(outer, "N"), Lookup::Unknown);
    assert_eq!(p.types().comparable(later), Tri::Unknown);
    p.complete(later, p.interface(&[("N", p.func(&[], &[]))], &[]), &[]);
    assert_eq!(p.types().type_set(interface).map(|set| set.methods.len()), Some(2));
    assert_eq!(index_of(&p.look(outer, "N")), Some(&[0, 0][..]));
    assert_eq!(p.types().comparable(later), Tri::Yes);
}

#[test]
fn methods_with_pointer_receivers_need_a_pointer_or_a_variable() {
    let p = Package::new();
    let signature = p.func(&[], &[Ty::INT]);
    let ty = p.shell("T", &[]);
    p.complete(ty, p.struct_of(&[]), &[("V", false, signature), ("P", true, signature)]);
    let (by_value, by_pointer) = (p.embedding(&[ty]), p.embedding(&[p.store.pointer(ty)]));
    let name = p.store.name("P");
    let found = |ty, addressable| index_of(&p.types().lookup(ty, p.id, name, addressable)).map(<[u32]>::to_vec);
    assert_eq!(found(ty, true), Some(vec![1]));
    assert_eq!(found(ty, false), None);
    assert_eq!(found(p.store.pointer(ty), false), Some(vec![1]));
    assert_eq!(found(by_value, false), None);
    assert_eq!(found(by_pointer, false), Some(vec![0, 1]));
    let names = |ty| p.types().method_set(ty).iter().map(|entry| p.store.str(entry.name)).collect::<Vec<_>>();
    assert_eq!(names(by_value), ["V"]);
    assert_eq!(names(by_pointer), ["P", "V"]);
    let both = p.interface(&[("P", signature), ("V", signature)], &[]);
    assert_eq!(p.types().implements(by_pointer, both), Tri::Yes);
    assert_eq!(p.types().implements(by_value, both), Tri::No);
    assert_eq!(p.types().missing_method(by_value, both), Some(name));
}

#[test]
fn two_at_one_depth_are_ambiguous_unless_one_lies_above() {
    let p = Package::new();
    let a = p.named("A", p.struct_of(&[("x", Ty::INT), ("y", Ty::INT)]));
    let b = p.named("B", p.struct_of(&[("x", Ty::INT)]));
    let twice = p.named("Twice", p.embedding(&[a, b]));
    assert_eq!(p.look(twice, "x"), Lookup::Ambiguous);
    assert_eq!(index_of(&p.look(twice, "y")), Some(&[0, 1][..]));
    let diamond = p.embedding(&[p.named("L", p.embedding(&[a])), p.named("R", p.embedding(&[a]))]);
    assert_eq!(p.look(diamond, "y"), Lookup::Ambiguous);
    assert_eq!(index_of(&p.look(p.embedding(&[twice, b]), "x")), Some(&[1, 0][..]));
}

#[test]
fn a_generic_type_that_grows_with_each_instance_ends() {
    let p = Package::new();
    let tparam = p.tparam("P", Ty::ANY);
    let grow = p.shell("Grow", &[tparam]);
    let larger = p.types().instantiate(grow, &[p.store.slice(tparam)]);
    let fields = [p.field("Grow", p.store.pointer(larger), true), p.field("value", larger, false)];
    p.complete(grow, p.store.structure(fields), &[]);
    let of_int = p.types().instantiate(grow, &[Ty::INT]);
    assert_eq!(index_of(&p.look(of_int, "value")), Some(&[1][..]));
    assert_eq!(p.look(of_int, "nowhere"), Lookup::Unknown);
    // It holds itself by value, which no compiler takes.
    assert_eq!(p.types().comparable(of_int), Tri::Unknown);
    assert_eq!(p.types().size_of(of_int), None);
    assert!(p.types().method_set(of_int).is_empty());
}

#[test]
fn deep_and_wide_types_cost_no_more_than_they_hold() {
    let p = Package::new();
    let tparam = p.tparam("P", Ty::ANY);
    let (mut deep, mut wide) = (tparam, tparam);
    for _ in 0..20_000 {
        deep = p.store.slice(deep);
    }
    for _ in 0..200 {
        wide = p.struct_of(&[("a", wide), ("b", wide)]);
    }
    assert!(p.types().print(deep).ends_with('…'));
    assert!(p.types().print(wide).len() < 2 << 20);
    let of_int = p.types().subst(wide, &[tparam], &[Ty::INT]);
    assert_eq!(p.types().identical(wide, of_int), Tri::No);
    let _ = p.types().subst(deep, &[tparam], &[Ty::INT]);
    assert!(p.types().mentions(deep, &[tparam]) && !p.types().mentions(of_int, &[tparam]));
}

#[test]
fn identity_looks_at_what_counts() {
    let p = Package::new();
    let q = p.store.new_package("q", "q");
    let field = |name: &str, pkg, tag: &str| {
        p.store.structure([Field {
            name: p.store.name(name),
            pkg,
            ty: Ty::INT,
            embedded: false,
            tag: p.store.name(tag),
        }])
    };
    let identical = |a, b| p.types().identical(a, b);
    assert_eq!(identical(field("X", p.id, ""), field("X", q, "")), Tri::Yes);
    assert_eq!(identical(field("x", p.id, ""), field("x", q, "")), Tri::No);
    assert_eq!(identical(field("X", p.id, "t"), field("X", p.id, "")), Tri::No);
    assert_eq!(p.types().identical_ignoring_tags(field("X", p.id, "t"), field("X", q, "")), Tri::Yes);
    assert_eq!(identical(p.store.slice(Ty::BYTE), p.store.slice(Ty::UINT8)), Tri::Yes);
    assert_eq!(identical(Ty::ANY, Ty::EMPTY_INTERFACE), Tri::Yes);

    let nullary = p.func(&[], &[]);
    let one = p.named("One", p.interface(&[("M", nullary)], &[]));
    let spelled = p.interface(&[("M", nullary), ("N", nullary)], &[]);
    let embedding = p.interface(&[("N", nullary)], &[one]);
    assert_eq!(identical(spelled, embedding), Tri::Yes);
    assert_eq!(identical(p.store.slice(spelled), p.store.slice(embedding)), Tri::Yes);
    assert_eq!(identical(spelled, p.interface(&[("N", nullary)], &[])), Tri::No);
    assert_eq!(identical(spelled, p.interface(&[("N", nullary)], &[Ty::UNKNOWN])), Tri::Unknown);

    let (a, b) = (p.tparam("A", Ty::ANY), p.tparam("B", Ty::EMPTY_INTERFACE));
    let c = p.tparam("C", Ty::COMPARABLE);
    let id = |t: Ty| p.generic(&[t], &[t], &[t]);
    assert_eq!(identical(id(a), id(b)), Tri::Yes);
    assert_eq!(identical(id(a), id(c)), Tri::No);
    assert_eq!(identical(a, b), Tri::No);

    assert_eq!(identical(Ty::UNKNOWN, Ty::INT), Tri::Unknown);
    assert_eq!(identical(p.store.slice(Ty::UNKNOWN), Ty::INT), Tri::No);
    assert_eq!(identical(p.store.array(None, Ty::INT), p.store.array(Some(2), Ty::INT)), Tri::Unknown);
    assert_eq!(identical(p.store.array(None, Ty::INT), p.store.array(Some(2), Ty::STRING)), Tri::No);
}

#[test]
fn a_method_that_leads_back_to_its_interface_is_compared_once() {
    let p = Package::new();
    let looping = |name: &str| {
        let ty = p.shell(name, &[]);
        let inner = p.interface(&[], &[ty]);
        p.complete(ty, p.interface(&[("M", p.func(&[], &[inner]))], &[]), &[]);
        p.types().underlying(ty)
    };
    assert_eq!(p.types().identical(looping("A"), looping("B")), Tri::Yes);
}

#[test]
fn values_are_assignable_as_the_specification_lists() {
    let p = Package::new();
    let s = &p.store;
    let named_slice = p.named("Slice", s.slice(Ty::INT));
    let other_slice = p.named("Other", s.slice(Ty::INT));
    let my_int = p.named("MyInt", Ty::INT);
    let ints = p.tparam("I", p.union(&[(true, Ty::INT), (true, Ty::INT8)]));
    let slices = p.tparam("S", p.union(&[(true, s.slice(Ty::INT))]));
    let (both, recv) = (s.chan(ChanDir::Both, Ty::INT), s.chan(ChanDir::Recv, Ty::INT));
    let named_chan = p.named("Chan", both);
    let cases = [
        (Ty::INT, Ty::INT, Tri::Yes),
        (Ty::INT, my_int, Tri::No),
        (s.slice(Ty::INT), named_slice, Tri::Yes),
        (named_slice, other_slice, Tri::No),
        (both, recv, Tri::Yes),
        (recv, both, Tri::No),
        (named_chan, recv, Tri::Yes),
        (my_int, Ty::ANY, Tri::Yes),
        (my_int, Ty::ERROR, Tri::No),
        (Ty::ERROR, Ty::ANY, Tri::Yes),
        (Ty::UNTYPED_NIL, named_slice, Tri::Yes),
        (Ty::UNTYPED_NIL, my_int, Tri::No),
        (Ty::UNTYPED_NIL, slices, Tri::Yes),
        (Ty::UNTYPED_NIL, ints, Tri::No),
        (Ty::UNTYPED_BOOL, Ty::ANY, Tri::Yes),
        (Ty::UNTYPED_BOOL, Ty::INT, Tri::No),
        (s.slice(Ty::INT), slices, Tri::Yes),
        (named_slice, slices, Tri::No),
        (slices, s.slice(Ty::INT), Tri::Yes),
        (ints, Ty::INT, Tri::No),
        (ints, Ty::ANY, Tri::Yes),
        (Ty::UNKNOWN, Ty::INT, Tri::Unknown),
        (s.slice(Ty::UNKNOWN), named_slice, Tri::Unknown),
        (s.slice(Ty::UNKNOWN), my_int, Tri::No),
    ];
    for (from, to, expected) in cases {
        let (from_text, to_text) = (p.types().print(from), p.types().print(to));
        assert_eq!(p.types().assignable(from, None, to), expected, "{from_text} to {to_text}");
    }
    let constant = |value: i64, to| p.types().assignable(Ty::UNTYPED_INT, Some(&Value::from(value)), to);
    assert_eq!(constant(127, ints), Tri::Yes);
    assert_eq!(constant(128, ints), Tri::No);
    assert_eq!(constant(1, Ty::FLOAT32), Tri::Yes);
    assert_eq!(constant(1, Ty::STRING), Tri::No);
    assert_eq!(constant(1, Ty::ANY), Tri::Yes);
}

#[test]
fn values_are_convertible_as_the_specification_lists() {
    let p = Package::new();
    let s = &p.store;
    let tagged = |tag: &str, ty| s.structure([Field { tag: s.name(tag), ..p.field("X", ty, false) }]);
    let (with_tag, without) = (p.named("Tagged", tagged("t", Ty::INT)), p.named("Plain", tagged("", Ty::INT)));
    let my_bytes = p.named("Bytes", s.slice(p.named("MyByte", Ty::UINT8)));
    let numbers = p.tparam("N", p.union(&[(true, Ty::INT), (true, Ty::FLOAT64)]));
    let text = p.tparam("T", p.union(&[(true, Ty::STRING), (true, s.slice(Ty::BYTE))]));
    let cases = [
        (with_tag, without, Tri::Yes),
        (s.pointer(with_tag), s.pointer(without), Tri::Yes),
        (s.pointer(with_tag), s.pointer(Ty::INT), Tri::No),
        (Ty::INT, Ty::FLOAT32, Tri::Yes),
        (Ty::INT, Ty::COMPLEX64, Tri::No),
        (Ty::COMPLEX64, Ty::COMPLEX128, Tri::Yes),
        (Ty::INT, Ty::STRING, Tri::Yes),
        (Ty::FLOAT64, Ty::STRING, Tri::No),
        (Ty::STRING, my_bytes, Tri::Yes),
        (my_bytes, Ty::STRING, Tri::Yes),
        (s.slice(Ty::RUNE), Ty::STRING, Tri::Yes),
        (Ty::STRING, s.slice(Ty::INT), Tri::No),
        (s.pointer(Ty::INT), Ty::UNSAFE_POINTER, Tri::Yes),
        (Ty::UINTPTR, Ty::UNSAFE_POINTER, Tri::Yes),
        (Ty::UNSAFE_POINTER, Ty::INT, Tri::No),
        (s.slice(Ty::INT), s.array(Some(4), Ty::INT), Tri::Yes),
        (s.slice(Ty::INT), s.pointer(s.array(Some(4), Ty::INT)), Tri::Yes),
        (s.slice(Ty::INT), s.array(Some(4), Ty::STRING), Tri::No),
        (numbers, Ty::INT, Tri::Yes),
        (numbers, Ty::STRING, Tri::No),
        (Ty::INT8, numbers, Tri::Yes),
        (text, s.slice(Ty::BYTE), Tri::Yes),
        (text, numbers, Tri::No),
        (Ty::BOOL, Ty::INT, Tri::No),
        (Ty::UNKNOWN, Ty::INT, Tri::Unknown),
    ];
    for (from, to, expected) in cases {
        let (from_text, to_text) = (p.types().print(from), p.types().print(to));
        assert_eq!(p.types().convertible(from, None, to), expected, "{from_text} to {to_text}");
    }
    let constant = |value: i64, to| p.types().convertible(Ty::UNTYPED_INT, Some(&Value::from(value)), to);
    assert_eq!(
        [constant(300, Ty::INT8), constant(300, Ty::STRING), constant(3, numbers)],
        [Tri::No, Tri::Yes, Tri::Yes]
    );
}

#[test]
fn constraints_are_satisfied_by_what_lies_in_their_type_sets() {
    let p = Package::new();
    let s = &p.store;
    let my_int = p.named("MyInt", Ty::INT);
    let exact = p.union(&[(false, Ty::INT), (false, Ty::STRING)]);
    let tilde = p.union(&[(true, Ty::INT), (true, Ty::STRING)]);
    let narrow = p.interface(&[], &[tilde, exact]);
    let none = p.interface(&[], &[p.union(&[(false, Ty::BOOL)]), exact]);
    let tparam = p.tparam("T", exact);
    let of_any = s.array(Some(1), Ty::ANY);
    let cases = [
        (Ty::INT, exact, Tri::Yes),
        (my_int, exact, Tri::No),
        (my_int, tilde, Tri::Yes),
        (my_int, narrow, Tri::No),
        (Ty::STRING, narrow, Tri::Yes),
        (Ty::INT, none, Tri::No),
        (tparam, tilde, Tri::Yes),
        (p.tparam("U", tilde), exact, Tri::No),
        (of_any, Ty::COMPARABLE, Tri::Yes),
        (s.slice(Ty::INT), Ty::COMPARABLE, Tri::No),
        (Ty::UNKNOWN, exact, Tri::Unknown),
        (Ty::INT, p.union(&[(true, Ty::UNKNOWN)]), Tri::Unknown),
        (Ty::INT, p.union(&[(true, Ty::UNKNOWN), (true, Ty::INT)]), Tri::Yes),
    ];
    for (arg, constraint, expected) in cases {
        let (arg_text, constraint_text) = (p.types().print(arg), p.types().print(constraint));
        assert_eq!(p.types().satisfies(arg, constraint), expected, "{arg_text} in {constraint_text}");
    }
    assert_eq!(p.types().implements(of_any, Ty::COMPARABLE), Tri::No);
    assert_eq!(p.types().core_type(p.tparam("C", tilde)), None);
    assert_eq!(p.types().core_type(p.tparam("D", p.union(&[(true, Ty::INT), (false, my_int)]))), Some(Ty::INT));
}

#[test]
fn unknown_operands_make_unknown_what_they_may_decide() {
    let p = Package::new();
    let s = &p.store;
    let (t, u) = (p.tparam("T", Ty::ANY), p.tparam("U", Ty::ANY));
    let infer = |params: &[Ty], args: &[Ty]| p.types().infer(&[t, u], &[], params, args).map(|found| found.args);
    assert_eq!(infer(&[t, u], &[Ty::UNKNOWN, Ty::STRING]), Some(vec![Ty::UNKNOWN, Ty::STRING]));
    // A slice could still become a declared type, an untyped constant anything.
    assert_eq!(infer(&[t, t, u], &[s.slice(Ty::INT), Ty::UNKNOWN, Ty::INT]), Some(vec![Ty::UNKNOWN, Ty::INT]));
    assert_eq!(infer(&[t, t, u], &[Ty::UNTYPED_INT, Ty::UNKNOWN, Ty::INT]), Some(vec![Ty::UNKNOWN, Ty::INT]));
    assert_eq!(infer(&[t, t], &[Ty::INT, Ty::STRING]), None);
    assert_eq!(infer(&[t], &[Ty::INT]), None);
    let of_slice = p.tparam("S", p.interface(&[], &[s.union([Term { tilde: true, ty: s.slice(t) }])]));
    let found = p.types().infer(&[of_slice, t], &[], &[of_slice], &[Ty::UNKNOWN]);
    assert_eq!(found, Some(Inferred { args: vec![Ty::UNKNOWN; 2], arg_instances: vec![None] }));
}

#[test]
fn type_parameters_that_go_in_a_circle_are_not_inferred() {
    let p = Package::new();
    let a = p.store.new_type_param(p.store.name("A"), 0);
    let TypeData::TypeParam(param) = p.store.data(a) else { unreachable!() };
    param.constraint.set(p.interface(&[], &[p.store.pointer(a)])).unwrap();
    assert_eq!(p.types().infer(&[a], &[], &[], &[]), None);
}

#[test]
fn a_generic_function_can_be_passed_to_itself() {
    let p = Package::new();
    let t = p.tparam("T", Ty::ANY);
    let id = p.generic(&[t], &[t], &[t]);
    let apply = |f: Ty| p.types().infer(&[t], &[], &[t, p.func(&[t], &[t])], &[Ty::STRING, f]);
    let of_string = Some(Inferred { args: vec![Ty::STRING], arg_instances: vec![None, Some(vec![Ty::STRING])] });
    assert_eq!(apply(id), of_string);
    // Within itself, the operand is of the type of its own type parameter.
    let within = p.types().infer(&[t], &[], &[t], &[p.store.pointer(t)]);
    assert_eq!(within.map(|found| found.args), Some(vec![p.store.pointer(t)]));
}

#[test]
fn sizes_are_those_of_the_compiler() {
    let p = Package::new();
    let s = &p.store;
    let mixed = p.struct_of(&[("a", Ty::BYTE), ("b", Ty::INT64), ("c", Ty::INT16), ("d", Ty::STRING)]);
    let padded = p.struct_of(&[("a", Ty::INT32), ("z", p.struct_of(&[]))]);
    let sizes = |word_bytes| {
        let types = Types { word_bytes, ..p.types() };
        [mixed, padded, Ty::COMPLEX128, s.array(Some(3), Ty::INT16), Ty::ANY, s.slice(Ty::INT), Ty::INT]
            .map(|ty| types.size_of(ty))
    };
    assert_eq!(sizes(8), [40, 8, 16, 6, 16, 24, 8].map(Some));
    assert_eq!(sizes(4), [24, 8, 16, 6, 8, 12, 4].map(Some));
    assert_eq!(p.types().size_of(s.array(Some(1 << 62), Ty::INT64)), None);
    assert_eq!(p.types().size_of(s.array(None, Ty::INT64)), None);
    assert_eq!(p.types().align_of(Ty::COMPLEX64), Some(4));
}

#[test]
fn packages_with_unread_files_may_have_more_methods() {
    let p = Package::new();
    let ty = p.named("T", p.struct_of(&[("x", Ty::INT)]));
    assert_eq!(p.look(ty, "M"), Lookup::Missing);
    p.store.package(p.id).scope.set(Scope { partial: true, ..Scope::default() }).unwrap();
    assert_eq!(p.look(ty, "M"), Lookup::Unknown);
    assert_eq!(index_of(&p.look(ty, "x")), Some(&[0][..]));
}

#[test]
fn every_basic_type_has_a_default_that_is_typed() {
    let p = Package::new();
    for (number, basic) in Basic::ALL.iter().enumerate() {
        let ty = Ty(number as u32);
        let default = p.types().default_type(ty);
        assert_eq!(default.is_untyped(), ty == Ty::UNTYPED_NIL, "{basic:?}");
        assert_eq!(default == ty, !ty.is_untyped() || ty == Ty::UNTYPED_NIL, "{basic:?}");
    }
}
