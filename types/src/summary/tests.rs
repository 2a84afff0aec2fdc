//! Packages there and back again.

use super::{Damaged, Found, Surroundings, What, packages, read, write};
use crate::check::{Extension, FileScope, Imported, Unit, UnitFile, declare};
use crate::{ObjId, PackageId, Store, Ty, TypeData, Types};
use rulec_gofront::{File, Reader};
use rulec_tree::Vocabulary;
use rustc_hash::FxHashMap;
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// Declared packages by import path.
#[derive(Default)]
struct Program {
    store: Store,
    packages: FxHashMap<String, PackageId>,
}

const NO_TESTS: &Extension = &Extension {
    objects: FxHashMap::with_hasher(rustc_hash::FxBuildHasher),
    methods: FxHashMap::with_hasher(rustc_hash::FxBuildHasher),
};

impl Program {
    /// The package of one file that is declared as `m/NAME/NAME.go`.
    fn declare(&mut self, name: &str, text: &str) -> PackageId {
        let package = self.store.new_package(&format!("m/{name}"), name);
        self.declare_in(package, name, text, NO_TESTS);
        self.packages.insert(format!("m/{name}"), package);
        package
    }

    fn declare_in(&self, package: PackageId, name: &str, text: &str, extension: &Extension) -> Extension {
        let file = parsed(text);
        let resolve = |path: &str| self.packages.get(path).map_or(Imported::Unknown, |id| Imported::Package(*id));
        let imports = FileScope::build(&self.store, &file, resolve);
        let path = self.store.name(&format!("/src/{name}.go"));
        let files = vec![UnitFile::new(&file, path, imports)];
        let extension = extension.clone();
        declare(&Unit {
            store: &self.store,
            pkg: package,
            files,
            extension,
            word_bytes: 8,
            go_minor: Some(26),
            is_partial: false,
        })
    }

    fn read(&self, bytes: &[u8], extension: &Extension) -> Result<Found, Damaged> {
        let package_of = |path: &str| self.packages.get(path).copied();
        let folder = Path::new("/src");
        read(&self.store, bytes, &Surroundings { package_of: &package_of, extension, folder, word_bytes: 8 })
    }

    /// Reads the summary of a package that others may import.
    fn add(&mut self, path: &str, bytes: &[u8]) -> PackageId {
        let package = self.read(bytes, NO_TESTS).unwrap().package;
        self.packages.insert(path.to_owned(), package);
        package
    }

    /// All that is known of the objects of a package, as text.
    fn dump(&self, package: PackageId) -> String {
        let scope = self.store.package(package).scope.get().unwrap();
        dump(&self.store, &scope.objects.values().copied().collect::<Vec<_>>())
    }
}

fn parsed(text: &str) -> File {
    Reader::new().read_declarations(text.as_bytes(), &Arc::new(Vocabulary::default())).unwrap()
}

fn dump(store: &Store, objects: &[ObjId]) -> String {
    let mut lines: Vec<String> = objects.iter().map(|object| line(store, *object)).collect();
    lines.sort();
    lines.concat()
}

fn line(store: &Store, object: ObjId) -> String {
    let types = Types { store, extension: None, word_bytes: 8 };
    let found = store.object(object);
    let mut out = format!("{} {:?}", store.str(found.name), found.kind);
    if let Some(place) = found.decl {
        write!(out, " at {} {:?}", store.str(place.file), place.span).unwrap();
    }
    let Some(ty) = found.ty.get().copied() else { return out + " without type\n" };
    write!(out, ": {} = {}", types.print(ty), types.print(store.unalias(ty))).unwrap();
    if let Some(value) = found.value.get() {
        write!(out, " value {}", value.exact_string()).unwrap();
    }
    if let Some((recv, by_pointer)) = found.recv.get() {
        let tparams = found.recv_tparams.get().map_or(&[][..], |tparams| tparams);
        write!(out, " of {} {by_pointer} {}", types.print(*recv), constraints(&types, tparams)).unwrap();
    }
    out.push('\n');
    if let TypeData::Named(named) = store.data(ty) {
        let tparams = constraints(&types, types.type_params(ty));
        let underlying = named.underlying.get().map(|underlying| types.print(*underlying));
        writeln!(out, "  {tparams} underlying {underlying:?} flags {:?}", store.flags(ty)).unwrap();
        for method in named.methods.get().into_iter().flatten() {
            write!(out, "  {}", line(store, *method)).unwrap();
        }
    }
    out
}

fn constraints(types: &Types<'_>, tparams: &[Ty]) -> String {
    let one = |ty: &Ty| match types.store.data(*ty) {
        TypeData::TypeParam(param) => {
            let constraint = param.constraint.get().map(|constraint| types.print(*constraint));
            format!("{} {} {constraint:?} {};", types.print(*ty), param.index, param.shares_constraint.get().is_some())
        }
        _ => "no type parameter".to_owned(),
    };
    tparams.iter().map(one).collect()
}

/// Of everything one.
const BASE: &str = r#"package base
import "unsafe"
const Small, Big, Text = 1, 1 << 200, "a\x00b"
const Third, Huge = 1.0 / 3, 1e1000000
const Im = 2i
const Typed Level = iota + 3
const hidden = 'x'
type Level uint8
func (Level) String() string { return "" }
func (l *Level) Set(text string) error { return nil }
func (Level) hidden() {}
type List[T any] struct { head *node[T]; len int }
type node[T any] struct { value T; next *node[T] }
func (l *List[E]) Push(value E) *List[E] { return l }
func (l List[_]) Len() int { return 0 }
type Number interface { ~int | ~float64; comparable }
type Shape interface { Area() float64; interface{ Name() string }; secret() }
type Ordered[K comparable, A, B ~int | string] map[K]chan<- [3]func(A, ...B) (K, error)
type Alias = List[int]
type Pairs[K comparable] = map[K]List[Pairs2[K]]
type Pairs2[K any] = struct { A, B K "tag:\"x\""; *Level; List[K] }
type Recursive struct { Self *Recursive; Map map[string][]Recursive; F func(Recursive) Recursive }
type Self[T interface{ Less(T) bool }] struct { x T }
type Comparable comparable
type Bytes []byte
type Runes = []rune
type Rec interface { M() Rec }
type MyError error
type Any = any
type unexported struct { X int }
func New() *unexported { return nil }
func (u *unexported) Method(int) (a, b string) { return }
func Map[T, U any](list []T, f func(T) U) []U { return nil }
func Sum[N Number](numbers ...N) (sum N) { return }
func Raw(p unsafe.Pointer, c <-chan chan (<-chan int)) {}
var Array [Small + 2]string
var A, B = 1, "b"
var F = func(x int) func() { return nil }
var Missing = nowhere.New()
var Partly func(nowhere.Type, int) [unknown]int
var (
	anon struct { Level; embedded *unexported }
	Anon = anon
)
"#;

/// What uses it.
const USER: &str = r#"package user
import ("m/base"; "unsafe")
type Derived base.Recursive
type Wrapped struct { base.Shape; *base.List[Derived]; u unsafe.Pointer }
type Deep base.List[base.List[map[string]base.Pairs[int]]]
var Made = base.New()
var Method = Made.Method
var Level base.Level = base.Typed
const Copy = base.Big + 1
var Anon = base.Anon
func (w *Wrapped) Use(x base.Any, y ...base.MyError) base.Alias { return base.Alias{} }
type Less struct{}
func (Less) Less(Less) bool { return false }
type Instance = base.Self[Less]
type Constrained[T base.Number] struct { x []T }
"#;

fn both(what: What) -> (Program, Program) {
    let mut first = Program::default();
    let ids = [first.declare("base", BASE), first.declare("user", USER)];
    let mut second = Program::default();
    for (id, path) in ids.into_iter().zip(["m/base", "m/user"]) {
        second.add(path, &write(&first.store, id, what, NO_TESTS));
    }
    (first, second)
}

#[test]
fn packages_come_back_as_they_were() {
    let (first, second) = both(What::All);
    for path in ["m/base", "m/user"] {
        let (before, after) = (first.packages[path], second.packages[path]);
        let dumped = first.dump(before);
        assert!(dumped.lines().count() > 15, "{dumped}");
        assert_eq!(dumped, second.dump(after), "{path}");
        let [before, after] = [(&first, before), (&second, after)]
            .map(|(program, package)| write(&program.store, package, What::All, NO_TESTS));
        assert_eq!(before, after, "a summary of what a summary gave is the same");
    }
}

#[test]
fn types_of_several_packages_stay_one_type() {
    let (_, second) = both(What::Exported);
    let store = &second.store;
    let ty = |path: &str, name: &str| {
        store.type_of(store.lookup_in(second.packages[path], store.name(name)).unwrap()).unwrap()
    };
    assert_eq!(ty("m/user", "Level"), ty("m/base", "Level"));
    assert_eq!(ty("m/user", "Made"), store.pointer(ty("m/base", "unexported")));
    assert_eq!(store.canon(ty("m/user", "Anon")), store.canon(ty("m/base", "Anon")));
}

#[test]
fn only_what_is_reached_from_exported_objects_is_exported() {
    let (_, second) = both(What::Exported);
    let dumped = second.dump(second.packages["m/base"]);
    let has = |name: &str| dumped.lines().any(|line| line.starts_with(&format!("{name} ")));
    assert!(has("New") && has("unexported") && has("node") && has("Anon"), "{dumped}");
    assert!(!has("hidden") && !has("anon"), "{dumped}");
    assert!(!dumped.contains(" at "), "{dumped}");
}

#[test]
fn what_is_missing_is_unknown_and_nothing_else() {
    let mut first = Program::default();
    first.declare("base", BASE);
    let user = first.declare("user", USER);
    let bytes = write(&first.store, user, What::All, NO_TESTS);
    assert_eq!(packages(&bytes), Ok(vec!["m/base"]));
    let mut alone = Program::default();
    let user = alone.add("m/user", &bytes);
    let dumped = alone.dump(user);
    let of = |name: &str| dumped.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(of("Made ").contains(": ? = ?") || of("Made ").contains(": *? = *?"), "{dumped}");
    assert!(of("Copy ").contains("untyped int = untyped int value"), "{dumped}");
    assert!(of("Less ").contains("m/user.Less"), "{dumped}");
}

#[test]
fn own_and_external_tests_come_back() {
    const OWN: &str = "package base\nvar Exported = hidden\ntype helper struct{ Level }\n\
        func (helper) Help() {}\nfunc (l *List[T]) ForTest(T) int { return 0 }\nfunc (Level) ForTest() {}\n";
    const EXTERNAL: &str = "package base_test\nimport \"m/base\"\nvar V = base.Exported\nvar H base.Level\n\
        type T struct{ base.TestType }\n";
    let own = format!("{OWN}type TestType int\n");
    let mut first = Program::default();
    let base = first.declare("base", BASE);
    let extension = first.declare_in(base, "base_test", &own, NO_TESTS);
    assert_eq!(extension.methods.len(), 2);
    let external = first.store.new_package("m/base_test", "base_test");
    first.declare_in(external, "x_test", EXTERNAL, &extension);

    let mut second = Program::default();
    second.add("m/base", &write(&first.store, base, What::All, NO_TESTS));
    let own = second.read(&write(&first.store, base, What::Tests, &extension), NO_TESTS).unwrap();
    assert_eq!(own.package, second.packages["m/base"]);
    let methods = |extension: &Extension| extension.methods.values().flatten().copied().collect::<Vec<_>>();
    let objects = |extension: &Extension| extension.objects.values().copied().collect::<Vec<_>>();
    assert_eq!(dump(&first.store, &objects(&extension)), dump(&second.store, &objects(&own.extension)));
    assert_eq!(dump(&first.store, &methods(&extension)), dump(&second.store, &methods(&own.extension)));
    let bytes = write(&first.store, external, What::All, &extension);
    let found = second.read(&bytes, &own.extension).unwrap();
    let dumped = first.dump(external);
    assert!(dumped.contains("m/base.TestType"), "{dumped}");
    assert_eq!(dumped, second.dump(found.package));
}

#[test]
fn damaged_bytes_are_refused_or_read_without_harm() {
    let mut first = Program::default();
    let base = first.declare("base", BASE);
    let user = first.declare("user", USER);
    let mut random = fastrand::Rng::with_seed(7);
    let (mut refused, mut accepted) = (0, 0);
    for id in [base, user] {
        let bytes = write(&first.store, id, What::All, NO_TESTS);
        for end in 0..bytes.len() {
            assert!(first.read(&bytes[..end], NO_TESTS).is_err(), "cut off at {end}");
        }
        for _ in 0..4_000 {
            let mut damaged = bytes.clone();
            for _ in 0..random.u32(1..4) {
                let at = random.usize(..damaged.len());
                damaged[at] = if random.bool() { random.u8(..) } else { damaged[at] ^ 1 << random.u32(..8) };
            }
            match first.read(&damaged, NO_TESTS) {
                Ok(found) => {
                    accepted += 1;
                    first.dump(found.package);
                    write(&first.store, found.package, What::All, NO_TESTS);
                }
                Err(Damaged) => refused += 1,
            }
        }
    }
    assert!(refused > 100 && accepted > 100, "{refused} refused, {accepted} accepted");
}

#[test]
fn nesting_is_no_depth_of_calls() {
    let mut first = Program::default();
    let mut text = "package base\n".to_owned();
    for number in 0..20_000 {
        writeln!(text, "type A{} = []A{number}", number + 1).unwrap();
    }
    text.push_str("type A0 int\n");
    let base = first.declare("base", &text);
    let bytes = write(&first.store, base, What::All, NO_TESTS);
    let mut second = Program::default();
    let base = second.add("m/base", &bytes);
    assert_eq!(write(&second.store, base, What::All, NO_TESTS), bytes);
}
