//! Types as text.
//!
//! In: a type. Out: its text, as `go/types` writes it with full package paths, or with package names as people write it.
//! Parameters and results have no names, and type parameters nothing but theirs. What is not known is `?`, what is too
//! deep or too long ends in `…`.
//!
//! **Absent:** what is read back: two different types may have the same text.

use crate::relate::Types;
use crate::{Basic, ChanDir, Field, Func, Interface, Method, Name, ObjId, Term, Ty, TypeData};
use std::fmt::Write;

/// How deep the parts of a type may lie to be written.
const MAX_DEPTH: u32 = 1_000;

/// How long a text may get, in bytes: structure that is shared in the store is not shared in texts.
const MAX_LEN: usize = 1 << 20;

impl Types<'_> {
    /// The type as `go/types` writes it, with full package paths.
    pub fn print(&self, ty: Ty) -> String {
        self.printer(true).finish(ty)
    }

    /// The same, if all that it would say is known: constraints of type parameters too, which are no parts of a type.
    pub fn print_if_known(&self, ty: Ty) -> Option<String> {
        let mut printer = self.printer(true);
        printer.ty(ty);
        printer.is_whole.then_some(printer.out)
    }

    /// The type as people write it, with package names only.
    pub fn print_for_people(&self, ty: Ty) -> String {
        self.printer(false).finish(ty)
    }

    fn printer(&self, full_paths: bool) -> Printer<'_> {
        Printer { types: *self, out: String::new(), full_paths, depth: 0, is_whole: true }
    }
}

struct Printer<'a> {
    types: Types<'a>,
    out: String,
    full_paths: bool,
    depth: u32,
    /// Whether all of it could be written so far.
    is_whole: bool,
}

impl Printer<'_> {
    fn finish(mut self, ty: Ty) -> String {
        self.ty(ty);
        self.out
    }

    fn ty(&mut self, ty: Ty) {
        if self.depth >= MAX_DEPTH || self.out.len() >= MAX_LEN {
            self.unknown("…");
            return;
        }
        self.depth += 1;
        self.structure(ty);
        self.depth -= 1;
    }

    fn unknown(&mut self, text: &str) {
        self.out.push_str(text);
        self.is_whole = false;
    }

    fn structure(&mut self, ty: Ty) {
        match self.types.store.data(ty) {
            TypeData::Basic(Basic::Unknown) => self.unknown("?"),
            TypeData::Basic(basic) => self.out.push_str(basic.name()),
            TypeData::Array { len, elem } => {
                match len {
                    Some(len) => self.number(*len),
                    None => self.unknown("[?]"),
                }
                self.ty(*elem);
            }
            TypeData::Slice(elem) => self.with_prefix("[]", *elem),
            TypeData::Pointer(elem) => self.with_prefix("*", *elem),
            TypeData::Map { key, elem } => {
                self.with_prefix("map[", *key);
                self.with_prefix("]", *elem);
            }
            TypeData::Chan { dir, elem } => self.chan(*dir, *elem),
            TypeData::Struct(fields) => self.fields(fields),
            TypeData::Tuple(types) => self.list("(", types, ")"),
            TypeData::Func(func) => {
                self.out.push_str("func");
                self.signature(func);
            }
            TypeData::Interface(interface) => self.interface(interface),
            TypeData::Union(terms) => self.union(terms),
            TypeData::Named(named) => self.declared(named.obj, &named.args, ty),
            TypeData::Alias(alias) => self.declared(alias.obj, &alias.args, ty),
            TypeData::TypeParam(param) => self.name(param.name),
        }
    }

    fn with_prefix(&mut self, prefix: &str, ty: Ty) {
        self.out.push_str(prefix);
        self.ty(ty);
    }

    fn number(&mut self, len: u64) {
        // Writing to a String cannot fail.
        let _ = write!(self.out, "[{len}]");
    }

    fn chan(&mut self, dir: ChanDir, elem: Ty) {
        match dir {
            ChanDir::Send => self.with_prefix("chan<- ", elem),
            ChanDir::Recv => self.with_prefix("<-chan ", elem),
            // `chan <-chan T` would be read as `chan<- chan T`.
            ChanDir::Both if matches!(self.types.store.data(elem), TypeData::Chan { dir: ChanDir::Recv, .. }) => {
                self.with_prefix("chan (", elem);
                self.out.push(')');
            }
            ChanDir::Both => self.with_prefix("chan ", elem),
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        self.out.push_str("struct{");
        for (number, field) in fields.iter().enumerate() {
            self.separate(number, "; ");
            if !field.embedded {
                self.name(field.name);
                self.out.push(' ');
            }
            self.ty(field.ty);
            if field.tag != Name::EMPTY {
                self.out.push(' ');
                self.out.push_str(&rulec_constant::quote(self.types.store.str(field.tag).as_bytes()));
            }
        }
        self.out.push('}');
    }

    fn list(&mut self, open: &str, types: &[Ty], close: &str) {
        self.out.push_str(open);
        for (number, ty) in types.iter().enumerate() {
            self.separate(number, ", ");
            self.ty(*ty);
        }
        self.out.push_str(close);
    }

    fn signature(&mut self, func: &Func) {
        if !func.tparams.is_empty() {
            self.type_param_list(&func.tparams);
        }
        match (func.variadic, func.params.split_last()) {
            (true, Some((last, first))) => {
                self.list("(", first, "");
                self.separate(first.len(), ", ");
                self.variadic(*last);
                self.out.push(')');
            }
            _ => self.list("(", &func.params, ")"),
        }
        match &*func.results {
            [] => {}
            [only] => self.with_prefix(" ", *only),
            results => self.list(" (", results, ")"),
        }
    }

    fn variadic(&mut self, last: Ty) {
        match self.types.store.data(last) {
            TypeData::Slice(elem) => self.with_prefix("...", *elem),
            // The special case of `append([]byte, string...)`.
            _ => {
                self.ty(last);
                self.out.push_str("...");
            }
        }
    }

    fn interface(&mut self, interface: &Interface) {
        if let (true, [], [only]) = (interface.implicit, &*interface.methods, &*interface.embeds) {
            return self.ty(*only);
        }
        if interface.type_set.get().is_some_and(|set| set.comparable) && interface.embeds.is_empty() {
            return self.out.push_str("interface{comparable}");
        }
        self.out.push_str("interface{");
        for (number, method) in interface.methods.iter().enumerate() {
            self.separate(number, "; ");
            self.method(method);
        }
        for (number, embedded) in interface.embeds.iter().enumerate() {
            self.separate(interface.methods.len() + number, "; ");
            self.ty(*embedded);
        }
        self.out.push('}');
    }

    fn method(&mut self, method: &Method) {
        self.name(method.name);
        match self.types.store.data(method.ty) {
            TypeData::Func(func) => self.signature(func),
            _ => self.with_prefix(" ", method.ty),
        }
    }

    fn union(&mut self, terms: &[Term]) {
        for (number, term) in terms.iter().enumerate() {
            self.separate(number, " | ");
            self.with_prefix(if term.tilde { "~" } else { "" }, term.ty);
        }
    }

    /// A declared type or an alias: with type arguments if it is an instance, with type parameters if it is generic.
    fn declared(&mut self, object: ObjId, args: &[Ty], ty: Ty) {
        self.qualified(object);
        if !args.is_empty() {
            self.out.push('[');
            for (number, arg) in args.iter().enumerate() {
                self.separate(number, ", ");
                self.ty(*arg);
            }
            self.out.push(']');
        } else {
            let tparams = self.types.type_params(ty);
            if !tparams.is_empty() {
                self.type_param_list(tparams);
            }
        }
    }

    fn qualified(&mut self, object: ObjId) {
        let store = self.types.store;
        let object = store.object(object);
        let package = store.package(object.pkg);
        let qualifier = store.str(if self.full_paths { package.path } else { package.name });
        if !qualifier.is_empty() {
            self.out.push_str(qualifier);
            self.out.push('.');
        }
        self.name(object.name);
    }

    /// `[K comparable, V any]`: a constraint is written behind the last type parameter that shares it.
    fn type_param_list(&mut self, tparams: &[Ty]) {
        self.out.push('[');
        let mut pending = None;
        for tparam in tparams {
            let constraint = self.constraint(*tparam);
            if let Some(previous) = pending {
                if !self.shares(*tparam, previous, constraint) {
                    self.with_prefix(" ", previous);
                }
                self.out.push_str(", ");
            }
            self.ty(*tparam);
            pending = Some(constraint);
        }
        if let Some(last) = pending {
            self.with_prefix(" ", last);
        }
        self.out.push(']');
    }

    /// Constraints by name are one; those that are written out are one only within a group.
    fn shares(&self, tparam: Ty, previous: Ty, constraint: Ty) -> bool {
        let store = self.types.store;
        let TypeData::TypeParam(param) = store.data(tparam) else { return false };
        let by_name = matches!(store.data(constraint), TypeData::Named(_) | TypeData::Alias(_));
        // `[A, B int]`: each is given an interface of its own.
        let is_plain_type = match store.data(constraint) {
            TypeData::Interface(interface) if interface.implicit => {
                interface.embeds.iter().any(|embedded| !matches!(store.data(*embedded), TypeData::Union(_)))
            }
            _ => false,
        };
        previous == constraint && (by_name || (param.shares_constraint.get().is_some() && !is_plain_type))
    }

    fn constraint(&self, tparam: Ty) -> Ty {
        match self.types.store.data(tparam) {
            TypeData::TypeParam(param) => param.constraint.get().copied().unwrap_or(Ty::UNKNOWN),
            _ => Ty::UNKNOWN,
        }
    }

    fn name(&mut self, name: Name) {
        self.out.push_str(self.types.store.str(name));
    }

    fn separate(&mut self, number: usize, separator: &str) {
        if number > 0 {
            self.out.push_str(separator);
        }
    }
}
