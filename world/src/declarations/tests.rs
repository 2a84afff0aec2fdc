use super::*;
use crate::memory::{MemoryFile, MemorySource};
use crate::packages::Packages;
use rulec_tree::{Kind, Node};

fn declaration(path: &str, name: &str, text: &str) -> Declaration {
    Declaration { import_path: path.to_owned(), package_name: name.to_owned(), text: text.to_owned() }
}

const STORE: &str = "import \"os\"\ntype File struct { *os.File; _ _ }\nfunc Open(name string) (*File, error)\n";

/// The type of the first argument of the call `show(…)` in a file that imports `example.com/store`.
fn type_of(expression: &str, declarations: &[Declaration], beside: Option<&str>) -> String {
    let text = format!(
        "package p\nimport \"example.com/store\"\nfunc show(any) {{}}\nfunc f(file *store.File) {{ show({expression}) }}\n"
    );
    let memory = |import_path: &str, path: &str, text: &str| MemoryFile {
        import_path: import_path.to_owned(),
        path: PathBuf::from(path),
        content: text.as_bytes().to_vec(),
    };
    let mut files = vec![memory("p", "p/p.go", &text)];
    files.extend(beside.map(|beside| memory("example.com/store", "store/store.go", beside)));
    let packages = Packages::of_memory(files, Some(26)).with_declarations(declarations);
    let file = Reader::new().read(text.as_bytes(), &Arc::new(Vocabulary::default())).unwrap();
    let types = packages.file(Path::new("p/p.go"), &file).unwrap();
    let tree = &file.tree;
    // The outermost comes first.
    let mut calls = (0..tree.len() as u32).map(Node).filter(|node| tree.kind(*node) == Kind::Call);
    let show = calls.next().unwrap();
    let argument = tree.children(show).nth(1).unwrap();
    types.relations().print(types.ty(argument))
}

#[test]
fn a_declared_package_stands_in_for_one_without_source() {
    let declared = [declaration("example.com/store", "store", STORE)];
    assert_eq!(type_of("file", &[], None), "*?");
    assert_eq!(type_of("file", &declared, None), "*example.com/store.File");
    assert_eq!(type_of("store.Open", &declared, None), "func(string) (*example.com/store.File, error)");
    // What is left out of the struct may hide what an embedded type has.
    assert_eq!(type_of("file.Name()", &declared, None), "?");
}

#[test]
fn what_is_not_declared_is_unknown() {
    let declared = [declaration("example.com/store", "store", STORE)];
    assert_eq!(type_of("store.Create", &declared, None), "?");
    assert_eq!(type_of("file.Flush", &declared, None), "?");
}

#[test]
fn source_wins() {
    let declared = [declaration("example.com/store", "store", STORE)];
    let source = "package store\ntype File struct{ Size int }\n";
    assert_eq!(type_of("file.Size", &declared, Some(source)), "int");
}

#[test]
fn declarations_of_one_package_add_up() {
    let more = "func Remove(name string) error";
    let declared = [declaration("example.com/store", "store", STORE), declaration("example.com/store", "x", more)];
    assert_eq!(type_of("store.Remove(file.Name())", &declared, None), "error");
}

#[test]
fn declared_packages_import_each_other() {
    let other = "import \"example.com/store\"\nfunc All() []*store.File";
    let user = "import \"example.com/other\"\ntype File struct { _ _ }\nfunc First() T\ntype T = other.T";
    let declared = [
        declaration("example.com/other", "other", "type T struct { N int }"),
        declaration("example.com/third", "third", other),
        declaration("example.com/store", "store", user),
    ];
    assert_eq!(type_of("store.First().N", &declared, None), "int");
}

#[test]
fn mistakes_are_found() {
    let text = "import \"example.com/none\"\nfunc F(a Missing) int\nfunc G( int\n";
    let judged =
        judge(&[declaration("example.com/store", "store", STORE), declaration("example.com/bad", "bad", text)]);
    let found: Vec<&str> = judged.faults.iter().map(|fault| text[fault.at..].get(..7).unwrap_or_default()).collect();
    assert!(judged.faults.iter().all(|fault| fault.declaration == 1), "{:?}", judged.faults);
    assert!(found.contains(&"\"exampl"), "{found:?} {:?}", judged.faults);
    assert!(found.contains(&"Missing"), "{found:?} {:?}", judged.faults);
    assert!(judged.faults.len() > 2, "{:?}", judged.faults);
    let names = &judged.names["example.com/store"];
    assert!(["Open", "File", "File.Name"].iter().all(|name| names.contains(*name)), "{names:?}");
}

#[test]
fn unreadable_declarations_are_told() {
    let declared = [declaration("example.com/store", "store", "func (((\n")];
    let source = WithDeclarations::new(Box::new(MemorySource::default()), &declared);
    let from = PackageKey::Memory("p".to_owned());
    let Import::Package(key) = source.resolve(&from, "example.com/store") else { panic!("it is declared") };
    assert_eq!(source.package(&key).map(|package| package.files.len()), Some(1));
    assert!(source.problems().iter().any(|problem| problem.contains("example.com/store")), "{:?}", source.problems());
}
