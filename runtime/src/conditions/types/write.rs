//! Types as the file writes them: packages by the names under which it imports them.
//!
//! In: a type. Out: [`Written`], for messages and for the code of fixes.

use super::super::Facts;
use rulec_types::{ChanDir, Field, Func, Method, Name, ObjId, PackageId, Term, Ty, TypeData};
use rulec_world::FileTypes;

/// A type as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Written {
    /// The text.
    pub(crate) text: String,
    /// Whether the file can say it so, once it imports the packages: every name is one that it can use.
    pub(crate) in_reach: bool,
    /// Import path and name of the packages in it.
    pub(crate) packages: Vec<(String, String)>,
}

/// Deeper parts are written as `…`.
const MAX_DEPTH: u32 = 50;

/// Writes a type; none for what is not known.
pub(crate) fn written(facts: &Facts, ty: Ty) -> Option<Written> {
    let types = facts.types().ok().filter(|_| !ty.is_unknown())?;
    let mut writer = Writer { facts, types, text: String::new(), in_reach: true, packages: Vec::new(), depth: 0 };
    writer.ty(ty);
    Some(Written { text: writer.text, in_reach: writer.in_reach, packages: writer.packages })
}

struct Writer<'w> {
    facts: &'w Facts<'w>,
    types: &'w FileTypes<'w>,
    text: String,
    in_reach: bool,
    packages: Vec<(String, String)>,
    depth: u32,
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn ty(&mut self, ty: Ty) {
        if self.depth == MAX_DEPTH || ty.is_unknown() {
            self.in_reach = false;
            return self.put("…");
        }
        self.depth += 1;
        self.of_data(ty);
        self.depth -= 1;
    }

    fn of_data(&mut self, ty: Ty) {
        let store = self.types.store();
        match store.data(ty) {
            TypeData::Basic(basic) if ty == Ty::UNSAFE_POINTER => {
                let name = basic.name().trim_start_matches("unsafe.");
                self.qualified(PackageId::UNSAFE, store.name(name));
            }
            TypeData::Basic(basic) => {
                self.in_reach &= !ty.is_untyped();
                self.put(basic.name());
            }
            TypeData::Array { len, elem } => {
                self.in_reach &= len.is_some();
                let len = len.map_or_else(|| "…".to_owned(), |len| len.to_string());
                self.behind(&format!("[{len}]"), *elem);
            }
            TypeData::Slice(elem) => self.behind("[]", *elem),
            TypeData::Pointer(elem) => self.behind("*", *elem),
            TypeData::Map { key, elem } => {
                self.behind("map[", *key);
                self.behind("]", *elem);
            }
            TypeData::Chan { dir, elem } => self.channel(*dir, *elem),
            TypeData::Struct(fields) => {
                self.put("struct{");
                self.each(fields, "; ", Self::field);
                self.put("}");
            }
            TypeData::Tuple(types) => self.tuple(types),
            TypeData::Func(func) => {
                self.in_reach &= func.tparams.is_empty();
                self.put("func");
                self.signature(func);
            }
            TypeData::Interface(interface) if interface.methods.is_empty() && interface.embeds.is_empty() => {
                self.put("interface{}");
            }
            TypeData::Interface(interface) => {
                self.put("interface{");
                self.each(&interface.methods, "; ", Self::method);
                self.put(if interface.methods.is_empty() || interface.embeds.is_empty() { "" } else { "; " });
                self.each(&interface.embeds, "; ", |writer, embed| writer.ty(*embed));
                self.put("}");
            }
            TypeData::Union(terms) => self.each(terms, " | ", Self::term),
            TypeData::Named(named) => self.instance(named.obj, &named.args),
            TypeData::Alias(alias) => self.instance(alias.obj, &alias.args),
            TypeData::TypeParam(param) => self.put(store.str(param.name)),
        }
    }

    fn behind(&mut self, before: &str, ty: Ty) {
        self.put(before);
        self.ty(ty);
    }

    fn each<T>(&mut self, items: &[T], between: &str, mut write: impl FnMut(&mut Self, &T)) {
        for (index, item) in items.iter().enumerate() {
            self.put(if index == 0 { "" } else { between });
            write(self, item);
        }
    }

    fn tuple(&mut self, types: &[Ty]) {
        self.in_reach = false;
        self.put("(");
        self.each(types, ", ", |writer, ty| writer.ty(*ty));
        self.put(")");
    }

    fn channel(&mut self, dir: ChanDir, elem: Ty) {
        let receives = |ty| matches!(self.types.store().data(ty), TypeData::Chan { dir: ChanDir::Recv, .. });
        let wrap = dir != ChanDir::Recv && receives(elem);
        self.put(match dir {
            ChanDir::Both => "chan ",
            ChanDir::Send => "chan<- ",
            ChanDir::Recv => "<-chan ",
        });
        self.put(if wrap { "(" } else { "" });
        self.ty(elem);
        self.put(if wrap { ")" } else { "" });
    }

    fn field(&mut self, field: &Field) {
        let store = self.types.store();
        if !field.embedded {
            self.in_reach &= field.pkg == self.types.package() || store.is_exported(field.name);
            self.put(store.str(field.name));
            self.put(" ");
        }
        self.ty(field.ty);
        let tag = store.str(field.tag);
        if !tag.is_empty() {
            self.put(&format!(" {}", String::from_utf8_lossy(rulec_constant::quote(tag.as_bytes()).as_bytes())));
        }
    }

    fn method(&mut self, method: &Method) {
        let store = self.types.store();
        self.in_reach &= method.pkg == self.types.package() || store.is_exported(method.name);
        self.put(store.str(method.name));
        if let TypeData::Func(func) = store.data(method.ty) {
            self.signature(func);
        }
    }

    fn term(&mut self, term: &Term) {
        self.behind(if term.tilde { "~" } else { "" }, term.ty);
    }

    fn signature(&mut self, func: &Func) {
        self.put("(");
        let last = func.params.len().saturating_sub(1);
        for (index, param) in func.params.iter().enumerate() {
            self.put(if index == 0 { "" } else { ", " });
            match self.types.store().data(*param) {
                TypeData::Slice(elem) if func.variadic && index == last => self.behind("...", *elem),
                _ => self.ty(*param),
            }
        }
        self.put(")");
        match &*func.results {
            [] => {}
            [only] => self.behind(" ", *only),
            several => {
                self.put(" (");
                self.each(several, ", ", |writer, ty| writer.ty(*ty));
                self.put(")");
            }
        }
    }

    fn instance(&mut self, object: ObjId, args: &[Ty]) {
        let object = self.types.store().object(object);
        self.qualified(object.pkg, object.name);
        if !args.is_empty() {
            self.put("[");
            self.each(args, ", ", |writer, ty| writer.ty(*ty));
            self.put("]");
        }
    }

    fn qualified(&mut self, package: PackageId, name: Name) {
        let store = self.types.store();
        if package != PackageId::UNIVERSE && package != self.types.package() {
            self.in_reach &= store.is_exported(name);
            let prefix = self.prefix(package);
            self.put(&prefix);
        }
        self.put(store.str(name));
    }

    /// The name of a package as the file has it, and the dot behind it.
    fn prefix(&mut self, package: PackageId) -> String {
        let store = self.types.store();
        let package = store.package(package);
        let (path, name) = (store.str(package.path), store.str(package.name));
        self.packages.push((path.to_owned(), name.to_owned()));
        // Nobody else can import what is internal; where the file already does, it may.
        let is_internal = path.split('/').any(|part| matches!(part, "internal" | "vendor"));
        let tree = self.facts.tree();
        let spec = self.facts.imports().find(|spec| self.facts.text_of(tree.slot(*spec, 1)) == path.as_bytes());
        match spec.and_then(|spec| self.facts.import_name(spec)).as_deref() {
            Some(".") => String::new(),
            Some(name) if name != "_" => format!("{name}."),
            _ => {
                self.in_reach &= !is_internal;
                format!("{name}.")
            }
        }
    }
}
