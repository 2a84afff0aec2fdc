//! Patterns to text: the canonical spelling, on one line, as `rulec expand` shows it.
//!
//! In: a [`Pattern`] as [`parse`](crate::parse) makes them. Out: the text that stands between the braces; parsed again,
//! it gives the same pattern. Comments, line breaks and the spelling of literals are not kept.
//!
//! No recursion: chains such as `a + b + …` may be long.

use crate::ast::{Form, OpForm, Pattern, PatternId, PatternNode};
use rulec_tree::{Category, Kind, Op};

/// The text of a pattern, without the braces around it. For `func $f`, which has none, all of it.
pub fn pattern(pattern: &Pattern) -> String {
    let printer = Printer { pattern };
    let mut text = String::new();
    let mut tasks = vec![printer.root()];
    while let Some(task) = tasks.pop() {
        match task {
            Task::Text(piece) => text.push_str(piece),
            Task::Owned(piece) => text.push_str(&piece),
            Task::Node(id, place) => {
                let parts = printer.node(id, place);
                tasks.extend(parts.into_iter().rev());
            }
            Task::Spec(id) => {
                let keyword = printer.kind(id).and_then(spec_keyword).unwrap_or_default();
                tasks.push(Task::Node(id, Place::Other));
                tasks.push(Task::Text(keyword));
            }
        }
    }
    text
}

struct Printer<'p> {
    pattern: &'p Pattern,
}

/// What is left to print.
enum Task {
    Text(&'static str),
    Owned(String),
    Node(PatternId, Place),
    /// The spec of a `spec` pattern, with its keyword.
    Spec(PatternId),
}

/// Where a node stands, if that changes its spelling.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A parameter: `f func()`, where an interface has `f()`.
    Param,
    Other,
}

/// `parts!["if ", cond, …]`: texts and nodes in order.
macro_rules! parts {
    ($($part:expr),* $(,)?) => { vec![$(Task::from($part)),*] };
}

impl From<&'static str> for Task {
    fn from(text: &'static str) -> Task {
        Task::Text(text)
    }
}

impl From<String> for Task {
    fn from(text: String) -> Task {
        Task::Owned(text)
    }
}

impl From<PatternId> for Task {
    fn from(id: PatternId) -> Task {
        Task::Node(id, Place::Other)
    }
}

impl Printer<'_> {
    fn root(&self) -> Task {
        let root = self.pattern.root;
        match self.pattern.category {
            Category::Spec => Task::Spec(root),
            _ => Task::from(root),
        }
    }

    fn get(&self, id: PatternId) -> Option<&PatternNode> {
        self.pattern.nodes.get(id.0 as usize)
    }

    fn form(&self, id: PatternId) -> &Form {
        self.get(id).map_or(&Form::Absent, |node| &node.form)
    }

    fn kind(&self, id: PatternId) -> Option<Kind> {
        match self.form(id) {
            Form::Node { kind, .. } => Some(*kind),
            _ => None,
        }
    }

    fn children(&self, id: PatternId) -> &[PatternId] {
        match self.form(id) {
            Form::Node { children, .. } => children,
            _ => &[],
        }
    }

    fn is_absent(&self, id: PatternId) -> bool {
        matches!(self.form(id), Form::Absent)
    }

    fn is_any(&self, id: PatternId) -> bool {
        matches!(self.form(id), Form::Any)
    }

    fn node(&self, id: PatternId, place: Place) -> Vec<Task> {
        let mut parts = match self.form(id) {
            Form::Node { kind, op, text, children } => self.kind_parts(*kind, op, text.as_deref(), children, place),
            Form::Hole(name) => parts![format!("${}", name.as_deref().unwrap_or("_"))],
            Form::Run(Some(name)) => parts![format!("$*{name}")],
            Form::Run(None) | Form::Any => parts!["..."],
            Form::OneOf(items) => self.between("$(", self.joined(items, ", "), ")"),
            Form::Absent => Vec::new(),
            Form::AnyFunc(Some(name)) => parts![format!("func ${name}")],
            Form::AnyFunc(None) => parts!["func"],
            Form::Comment(Some(text)) => parts![text.clone()],
            Form::Comment(None) => parts!["..."],
        };
        if let Some(label) = self.get(id).and_then(|node| node.label.as_ref()) {
            parts.push(Task::Owned(format!(" @{}", label.value)));
        }
        parts
    }

    fn kind_parts(
        &self,
        kind: Kind,
        op: &OpForm,
        text: Option<&[u8]>,
        children: &[PatternId],
        place: Place,
    ) -> Vec<Task> {
        let lossy = || String::from_utf8_lossy(text.unwrap_or_default()).into_owned();
        match (kind, children) {
            (Kind::Ident | Kind::Int | Kind::Float | Kind::Imag, _) => parts![lossy()],
            (Kind::Char, _) => parts![rune(&lossy())],
            (Kind::String, _) => parts![quoted(text.unwrap_or_default())],
            (Kind::List, _) => self.joined(children, if self.pattern.category == Category::List { "; " } else { ", " }),
            (Kind::Block, []) => parts!["{}"],
            (Kind::Block, _) => self.between("{ ", self.joined(children, "; "), " }"),

            (Kind::File, &[package, decls, _]) => {
                let mut parts = parts![package];
                for decl in self.children(decls) {
                    parts.extend(parts!["; ", *decl]);
                }
                parts
            }
            (Kind::Package, &[name]) => parts!["package ", name],
            (Kind::ImportDecl, _) => self.group("import ", op, children),
            (Kind::ConstDecl, _) => self.group("const ", op, children),
            (Kind::VarDecl, _) => self.group("var ", op, children),
            (Kind::TypeDecl, _) => self.group("type ", op, children),
            (Kind::ImportSpec, &[name, path]) => match self.is_any(name) || self.is_absent(name) {
                true => parts![path],
                false => parts![name, " ", path],
            },
            (Kind::ConstSpec | Kind::VarSpec, &[names, ty, values]) => {
                let mut parts = self.joined(self.children(names), ", ");
                if !self.is_absent(ty) {
                    parts.extend(parts![" ", ty]);
                }
                if !self.children(values).is_empty() {
                    parts.push(Task::Text(" = "));
                    parts.extend(self.joined(self.children(values), ", "));
                }
                parts
            }
            (Kind::TypeSpec, &[name, tparams, ty]) => {
                let mut parts = parts![name];
                parts.extend(self.tparams(tparams));
                parts.extend(parts![if is_op(op, Op::Alias) { " = " } else { " " }, ty]);
                parts
            }
            (Kind::FuncDecl, &[recv, name, ty, body]) => {
                let mut parts = parts!["func "];
                if self.is_any(recv) {
                    parts.push(Task::Text("(...) "));
                } else if !self.is_absent(recv) {
                    parts.extend(self.params(recv));
                    parts.push(Task::Text(" "));
                }
                parts.push(Task::from(name));
                parts.extend(self.signature(ty));
                if !self.is_any(body) {
                    parts.extend(parts![" ", body]);
                }
                parts
            }
            (Kind::FuncLit, &[ty, body]) => {
                let mut parts = parts!["func"];
                parts.extend(self.signature(ty));
                parts.extend(parts![" ", body]);
                parts
            }
            (Kind::Field, &[names, ty, tag]) => self.field(names, ty, tag, place),
            (Kind::FuncType, &[tparams, params, results]) => {
                let mut parts = parts!["func"];
                parts.extend(self.signature_parts(tparams, params, results));
                parts
            }

            (Kind::StructType, []) => parts!["struct{}"],
            (Kind::StructType, _) => self.between("struct{ ", self.joined(children, "; "), " }"),
            (Kind::InterfaceType, []) => parts!["interface{}"],
            (Kind::InterfaceType, _) => self.between("interface{ ", self.joined(children, "; "), " }"),
            (Kind::MapType, &[key, value]) => parts!["map[", key, "]", value],
            (Kind::ChanType, &[elem]) => {
                let word = match op {
                    OpForm::OneOf(ops) if ops[..] == [Op::SendOnly] => "chan<- ",
                    OpForm::OneOf(ops) if ops[..] == [Op::RecvOnly] => "<-chan ",
                    _ => "chan ",
                };
                parts![word, elem]
            }
            (Kind::ArrayType, &[len, elem]) => parts!["[", len, "]", elem],
            (Kind::SliceType, &[elem]) => parts!["[]", elem],
            (Kind::Variadic, &[elem]) => parts!["...", elem],

            (Kind::CompositeLit, [ty, elements @ ..]) => {
                let mut parts = parts![*ty];
                parts.extend(self.between("{", self.joined(elements, ", "), "}"));
                parts
            }
            (Kind::KeyValue, &[key, value]) => parts![key, ": ", value],
            (Kind::Paren, &[x]) => parts!["(", x, ")"],
            (Kind::Selector, &[x, name]) => parts![x, ".", name],
            (Kind::Index, [x, indices @ ..]) => {
                let mut parts = parts![*x];
                parts.extend(self.between("[", self.joined(indices, ", "), "]"));
                parts
            }
            (Kind::Slice, &[x, low, high, max]) => {
                let mut parts = parts![x, "[", low, ":", high];
                if is_op(op, Op::Full) {
                    parts.extend(parts![":", max]);
                }
                parts.push(Task::Text("]"));
                parts
            }
            (Kind::TypeAssert, &[x, ty]) => parts![x, ".(", ty, ")"],
            (Kind::Call, [callee, args @ ..]) => {
                let mut parts = parts![*callee];
                let end = if is_op(op, Op::Spread) { "...)" } else { ")" };
                parts.extend(self.between("(", self.joined(args, ", "), end));
                parts
            }
            (Kind::Star, &[x]) => parts!["*", x],
            (Kind::Unary, &[x]) => {
                // A blank keeps `- -x` from becoming `--x`.
                let is_operator = matches!(self.kind(x), Some(Kind::Unary | Kind::Star));
                parts![op_text(op), if is_operator { " " } else { "" }, x]
            }
            (Kind::Binary, &[x, y]) => parts![x, " ", op_text(op), " ", y],

            (Kind::ExprStmt | Kind::DeclStmt, &[x]) => parts![x],
            (Kind::Send, &[ch, value]) => parts![ch, " <- ", value],
            (Kind::IncDec, &[x]) => parts![x, op_text(op)],
            (Kind::Assign, &[lhs, rhs]) => {
                let mut parts = self.joined(self.children(lhs), ", ");
                parts.extend(parts![" ", op_text(op), " "]);
                parts.extend(self.joined(self.children(rhs), ", "));
                parts
            }
            (Kind::Go, &[call]) => parts!["go ", call],
            (Kind::Defer, &[call]) => parts!["defer ", call],
            (Kind::Return, []) => parts!["return"],
            (Kind::Return, _) => self.between("return ", self.joined(children, ", "), ""),
            (Kind::Branch, &[label]) => match self.is_absent(label) {
                true => parts![op_text(op)],
                false => parts![op_text(op), " ", label],
            },
            (Kind::If, &[init, cond, then, other]) => {
                let mut parts = parts!["if "];
                parts.extend(self.header(init, parts![cond], self.is_any(cond)));
                parts.extend(parts![" ", then]);
                if !self.is_absent(other) {
                    parts.extend(parts![" else ", other]);
                }
                parts
            }
            (Kind::Switch, &[init, tag, body]) => {
                if self.is_absent(init) && self.is_absent(tag) {
                    return parts!["switch ", body];
                }
                let mut parts = parts!["switch "];
                parts.extend(self.header(init, parts![tag], self.is_any(tag)));
                parts.extend(parts![" ", body]);
                parts
            }
            (Kind::TypeSwitch, &[init, name, x, body]) => {
                let guard = match self.is_absent(name) {
                    true => parts![x, ".(type)"],
                    false => parts![name, " := ", x, ".(type)"],
                };
                let mut parts = parts!["switch "];
                parts.extend(self.header(init, guard, false));
                parts.extend(parts![" ", body]);
                parts
            }
            (Kind::Case | Kind::Comm, [head, stmts @ ..]) => {
                let mut parts = match is_op(op, Op::Default) {
                    true => parts!["default:"],
                    false => parts!["case ", *head, ":"],
                };
                if !stmts.is_empty() {
                    parts.extend(self.between(" ", self.joined(stmts, "; "), ""));
                }
                parts
            }
            (Kind::Select, &[body]) => parts!["select ", body],
            (Kind::For, &[init, cond, post, body]) => {
                let mut parts = parts!["for "];
                let slots = [init, cond, post];
                if slots.iter().all(|slot| self.is_any(*slot)) {
                    parts.push(Task::Text("..."));
                } else if slots.iter().all(|slot| self.is_absent(*slot)) {
                    return parts!["for ", body];
                } else if !self.is_absent(init) || !self.is_absent(post) || self.is_any(cond) {
                    parts.extend(parts![init, "; ", cond, "; ", post]);
                } else {
                    parts.push(Task::from(cond));
                }
                parts.extend(parts![" ", body]);
                parts
            }
            (Kind::Range, &[key, value, x, body]) => {
                let mut parts = parts!["for "];
                if !self.is_absent(key) {
                    parts.push(Task::from(key));
                    if !self.is_absent(value) && !self.is_any(value) {
                        parts.extend(parts![", ", value]);
                    }
                    let op = if *op == OpForm::Any { String::new() } else { format!(" {}", op_text(op)) };
                    parts.extend(parts![op, " "]);
                }
                parts.extend(parts!["range ", x, " ", body]);
                parts
            }
            (Kind::Labeled, &[label, stmt]) => parts![label, ": ", stmt],
            // An empty statement has no text; comments, bad and absent nodes stand in no pattern as nodes.
            _ => Vec::new(),
        }
    }

    fn joined(&self, items: &[PatternId], separator: &'static str) -> Vec<Task> {
        let mut parts = Vec::with_capacity(items.len() * 2);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                parts.push(Task::Text(separator));
            }
            parts.push(Task::from(*item));
        }
        parts
    }

    fn between(&self, open: &'static str, inner: Vec<Task>, close: &'static str) -> Vec<Task> {
        let mut parts = parts![open];
        parts.extend(inner);
        parts.push(Task::Text(close));
        parts
    }

    /// `var x`, or `var (x; y)` where the pattern says that the declaration is grouped.
    fn group(&self, keyword: &'static str, op: &OpForm, specs: &[PatternId]) -> Vec<Task> {
        let specs = self.joined(specs, "; ");
        let inner = if is_op(op, Op::Grouped) { self.between("(", specs, ")") } else { specs };
        self.between(keyword, inner, "")
    }

    /// `init; rest` of `if` and `switch`; a lone `...` leaves both open.
    fn header(&self, init: PatternId, rest: Vec<Task>, rest_is_any: bool) -> Vec<Task> {
        if rest_is_any && self.is_any(init) {
            return parts!["..."];
        }
        if self.is_absent(init) && !rest_is_any {
            return rest;
        }
        let mut parts = parts![init, "; "];
        parts.extend(rest);
        parts
    }

    fn field(&self, names: PatternId, ty: PatternId, tag: PatternId, place: Place) -> Vec<Task> {
        let names = self.written(names, place);
        let mut parts = self.joined(&names, ", ");
        // A method of an interface; parameters have no tag either, but say `func`.
        if place == Place::Other && self.is_absent(tag) && names.len() == 1 && self.kind(ty) == Some(Kind::FuncType) {
            parts.extend(self.signature(ty));
            return parts;
        }
        if !names.is_empty() {
            parts.push(Task::Text(" "));
        }
        parts.push(Task::from(ty));
        if !self.is_absent(tag) && !self.is_any(tag) {
            parts.extend(parts![" ", tag]);
        }
        parts
    }

    /// The names of a field, but for those that the `...` beside a parameter stands for.
    fn written(&self, names: PatternId, place: Place) -> Vec<PatternId> {
        let span = |id: PatternId| self.get(id).map(|node| node.span);
        let is_inside = |id: &PatternId| match (span(names), span(*id)) {
            (Some(all), Some(own)) => all.covers(own),
            _ => true,
        };
        self.children(names).iter().copied().filter(|id| place != Place::Param || is_inside(id)).collect()
    }

    fn tparams(&self, list: PatternId) -> Vec<Task> {
        match self.form(list) {
            Form::Node { children, .. } => self.between("[", self.params_inner(children), "]"),
            _ => Vec::new(),
        }
    }

    fn params(&self, list: PatternId) -> Vec<Task> {
        self.between("(", self.params_inner(self.children(list)), ")")
    }

    fn params_inner(&self, fields: &[PatternId]) -> Vec<Task> {
        let mut parts = self.joined(fields, ", ");
        for part in &mut parts {
            if let Task::Node(_, place) = part {
                *place = Place::Param;
            }
        }
        parts
    }

    /// A function type without `func`.
    fn signature(&self, ty: PatternId) -> Vec<Task> {
        match *self.children(ty) {
            [tparams, params, results] => self.signature_parts(tparams, params, results),
            _ => Vec::new(),
        }
    }

    fn signature_parts(&self, tparams: PatternId, params: PatternId, results: PatternId) -> Vec<Task> {
        let mut parts = self.tparams(tparams);
        parts.extend(self.params(params));
        if self.is_any(results) {
            parts.push(Task::Text(" (...)"));
        } else if !self.is_absent(results) {
            parts.push(Task::Text(" "));
            match self.lone_result(results) {
                Some(ty) => parts.push(Task::from(ty)),
                None => parts.extend(self.params(results)),
            }
        }
        parts
    }

    /// The type of a single result that needs no parentheses.
    fn lone_result(&self, results: PatternId) -> Option<PatternId> {
        let &[field] = self.children(results) else { return None };
        let &[names, ty, _] = self.children(field) else { return None };
        let is_plain = self.get(field).is_some_and(|field| field.label.is_none())
            && self.children(names).is_empty()
            && !matches!(self.kind(ty), Some(Kind::Paren | Kind::Variadic));
        is_plain.then_some(ty)
    }
}

fn spec_keyword(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::ImportSpec => Some("import "),
        Kind::ConstSpec => Some("const "),
        Kind::VarSpec => Some("var "),
        Kind::TypeSpec => Some("type "),
        _ => None,
    }
}

fn is_op(op: &OpForm, wanted: Op) -> bool {
    matches!(op, OpForm::OneOf(ops) if ops[..] == [wanted])
}

fn op_text(op: &OpForm) -> String {
    match op {
        OpForm::Any => "$_".to_owned(),
        OpForm::Hole(name) => format!("${name}"),
        OpForm::OneOf(ops) => match ops[..] {
            [only] => only.text().to_owned(),
            _ => format!("$({})", ops.iter().map(|op| op.text()).collect::<Vec<_>>().join(", ")),
        },
    }
}

/// A rune literal for a code point in decimal.
fn rune(code_point: &str) -> String {
    let value = code_point.parse::<u32>().ok();
    match value.and_then(char::from_u32) {
        Some('\'') => r"'\''".to_owned(),
        Some('\\') => r"'\\'".to_owned(),
        Some(c) if !c.is_control() => format!("'{c}'"),
        _ => format!("'\\U{:08x}'", value.unwrap_or_default()),
    }
}

/// A string literal with this value.
fn quoted(value: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in value.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\\' => text.extend(['\\', c]),
                '\n' => text.push_str("\\n"),
                '\t' => text.push_str("\\t"),
                '\r' => text.push_str("\\r"),
                c if c.is_control() => text.push_str(&format!("\\U{:08x}", u32::from(c))),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text.push('"');
    text
}
