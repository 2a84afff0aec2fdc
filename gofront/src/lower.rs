//! Concrete syntax to the canonical tree.
//!
//! In: [`Rows`] and the top-level pieces they make up. Out: the canonical [`Tree`], with slots, lists and texts as
//! `rulec_tree` defines them and spans as go/ast has them: a node's span has no comments around it, parentheses are a
//! node of their own, and a case ends with its last statement. Two spans are ours: a file covers all its bytes, and the
//! type of a function declaration begins with its type parameters or parameters, so that siblings do not overlap.
//!
//! One pass in preorder with a stack of [`Task`]s, no recursion. Start at [`lower`].

use crate::syntax::{Row, Rows, Syntax};
use rulec_tree::{Builder, Kind, Node, Op, Span, Text, Texts, Tree, literal};

/// A top-level piece of a file, in source order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Piece {
    /// A package clause or a declaration that parsed.
    Row(u32),
    /// A function whose body did not parse; the row is its declaration without the body.
    BadBody(u32, Span),
    /// A declaration that did not parse.
    Bad(Span),
}

/// Lowers one file. `rows` holds the syntax of `pieces`; `source` is the whole file.
pub(crate) fn lower(source: &[u8], rows: &Rows, pieces: &[Piece], texts: &mut Texts, stack: &mut Vec<Task>) -> Tree {
    stack.clear();
    let mut lowering = Lowering {
        source,
        rows,
        texts,
        out: Builder::with_capacity(rows.rows.len() + rows.rows.len() / 2 + rows.comments.len() + 8),
        stack,
        scratch: Vec::new(),
    };
    lowering.file(pieces);
    lowering.out.finish()
}

/// What is still to be done, the next on top of the stack.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    /// Lower the subtree of a row.
    Lower(u32),
    /// Lower a declaration: at the top of a file it is no statement.
    Decl(u32),
    /// Close the node that is open.
    Close,
    /// Put an empty slot at an offset.
    Absent(u32),
    /// Put an empty list at an offset.
    EmptyList(u32),
    /// Open a node whose children are the tasks up to its `Close`.
    Open(Kind, Op, Span),
    /// Put a node without children.
    Leaf(Kind, Op, Span),
    /// Lower a channel type that follows `<-`, whose offset is given.
    Receive(u32, u32),
    /// Lower a clause of a `select`; elsewhere `default:` belongs to a `switch`.
    Comm(u32),
    /// Lower a function declaration, with a span to put in the place of its body.
    BadBody(u32, Span),
}

struct Lowering<'a> {
    source: &'a [u8],
    rows: &'a Rows,
    texts: &'a mut Texts,
    out: Builder,
    stack: &'a mut Vec<Task>,
    /// The tasks of the row being lowered, first one first.
    scratch: Vec<Task>,
}

impl Lowering<'_> {
    fn file(&mut self, pieces: &[Piece]) {
        let whole = Span::new(0, self.source.len() as u32);
        self.out.open(Kind::File, Op::None, whole, Text::NONE);
        let package = pieces.first().and_then(|piece| match piece {
            Piece::Row(row) if self.rows.syntax(*row) == Syntax::Package => Some(*row),
            _ => None,
        });
        let decls = match package {
            Some(row) => {
                self.run(Task::Lower(row));
                &pieces[1..]
            }
            None => {
                self.out.leaf(Kind::Bad, Op::None, Span::new(0, 0), Text::NONE);
                pieces
            }
        };
        self.decls(decls);
        self.comments(whole);
        self.out.close();
    }

    fn decls(&mut self, pieces: &[Piece]) {
        let span_of = |piece: &Piece| match piece {
            Piece::Row(row) => self.rows.span(*row),
            Piece::BadBody(row, body) => Span::new(self.rows.span(*row).start, body.end),
            Piece::Bad(span) => *span,
        };
        let end = self.source.len() as u32;
        let span = match (pieces.first(), pieces.last()) {
            (Some(first), Some(last)) => Span::new(span_of(first).start, span_of(last).end),
            _ => Span::new(end, end),
        };
        self.out.open(Kind::List, Op::None, span, Text::NONE);
        for piece in pieces {
            self.run(match piece {
                // A second package clause: Go takes only one.
                Piece::Row(row) if self.rows.syntax(*row) == Syntax::Package => {
                    Task::Leaf(Kind::Bad, Op::None, self.rows.span(*row))
                }
                Piece::Row(row) => Task::Decl(*row),
                Piece::BadBody(row, body) => Task::BadBody(*row, *body),
                Piece::Bad(span) => Task::Leaf(Kind::Bad, Op::None, *span),
            });
        }
        self.out.close();
    }

    fn comments(&mut self, whole: Span) {
        let comments = &self.rows.comments;
        let span = match (comments.first(), comments.last()) {
            (Some(first), Some(last)) => Span::new(first.start, last.end),
            _ => Span::new(whole.end, whole.end),
        };
        self.out.open(Kind::List, Op::None, span, Text::NONE);
        for comment in comments {
            let op = comment_op(&self.source[comment.range()]);
            self.out.leaf(Kind::Comment, op, *comment, Text::NONE);
        }
        self.out.close();
    }

    fn run(&mut self, task: Task) {
        self.stack.push(task);
        while let Some(task) = self.stack.pop() {
            match task {
                Task::Lower(row) => self.row(row),
                Task::Decl(row) => self.decl(row),
                Task::Close => self.out.close(),
                Task::Absent(at) => {
                    self.out.absent(at);
                }
                Task::EmptyList(at) => {
                    self.out.leaf(Kind::List, Op::None, Span::new(at, at), Text::NONE);
                }
                Task::Open(kind, op, span) => {
                    self.out.open(kind, op, span, Text::NONE);
                }
                Task::Leaf(kind, op, span) => {
                    self.out.leaf(kind, op, span, Text::NONE);
                }
                Task::Receive(row, arrow) => self.receive_type(row, arrow),
                Task::Comm(row) => self.comm(row),
                Task::BadBody(row, body) => self.func_decl(row, Some(body)),
            }
            // What a row asked for comes next, in the order it was asked for.
            self.stack.extend(self.scratch.drain(..).rev());
        }
    }

    fn then(&mut self, task: Task) {
        self.scratch.push(task);
    }

    fn then_row(&mut self, row: Option<u32>, otherwise: u32) {
        self.then(row.map_or(Task::Absent(otherwise), Task::Lower));
    }

    fn then_rows(&mut self, rows: impl Iterator<Item = u32>) {
        self.scratch.extend(rows.map(Task::Lower));
    }

    fn open(&mut self, kind: Kind, op: Op, span: Span) -> Node {
        self.out.open(kind, op, span, Text::NONE)
    }

    /// A node whose children are the parts of `row`, in order.
    fn plain(&mut self, kind: Kind, op: Op, row: u32) {
        self.open(kind, op, self.rows.span(row));
        self.then_rows(self.rows.parts(row));
        self.then(Task::Close);
    }

    /// A list of `rows`, or an empty one at `at`.
    fn then_list(&mut self, rows: impl Iterator<Item = u32> + Clone, at: u32) {
        let Some(first) = rows.clone().next() else {
            self.then(Task::EmptyList(at));
            return;
        };
        let last = rows.clone().last().unwrap_or(first);
        let span = Span::new(self.rows.span(first).start, self.rows.span(last).end);
        self.then(Task::Open(Kind::List, Op::None, span));
        self.then_rows(rows);
        self.then(Task::Close);
    }

    /// The list in `row`: an expression list, names, fields.
    fn then_list_of(&mut self, row: Option<u32>, otherwise: u32) {
        match row {
            Some(row) => self.then_list(self.rows.parts(row), self.rows.span(row).start),
            None => self.then(Task::EmptyList(otherwise)),
        }
    }

    fn row(&mut self, row: u32) {
        let Row { syntax, op, span, .. } = self.rows.row(row);
        debug_assert!(op == Op::None, "tokens are not lowered by themselves");
        match syntax {
            Syntax::Ident => self.literal(Kind::Ident, span),
            Syntax::Int => self.literal(Kind::Int, span),
            Syntax::Float => self.literal(Kind::Float, span),
            Syntax::Imag => self.literal(Kind::Imag, span),
            Syntax::Char => self.literal(Kind::Char, span),
            Syntax::String => self.literal(Kind::String, span),

            Syntax::Package => self.plain(Kind::Package, Op::None, row),
            // Those at the top of a file are lowered by `decl`.
            Syntax::ImportDecl | Syntax::ConstDecl | Syntax::VarDecl | Syntax::TypeDecl => {
                self.open(Kind::DeclStmt, Op::None, span);
                self.then(Task::Decl(row));
                self.then(Task::Close);
            }
            Syntax::ImportSpec => self.import_spec(row),
            Syntax::ConstSpec => self.value_spec(Kind::ConstSpec, row),
            Syntax::VarSpec => self.value_spec(Kind::VarSpec, row),
            Syntax::TypeSpec => self.type_spec(Op::None, row),
            Syntax::TypeAlias => self.type_spec(Op::Alias, row),
            Syntax::FuncDecl | Syntax::MethodDecl => self.func_decl(row, None),

            Syntax::TypeParam => self.type_param(row),
            Syntax::Field => self.struct_field(row),
            Syntax::MethodElem => self.method_elem(row),
            Syntax::TypeElem => self.type_elem(row),

            Syntax::QualifiedType | Syntax::Selector => self.plain(Kind::Selector, Op::None, row),
            Syntax::GenericType | Syntax::Index => self.plain(Kind::Index, Op::None, row),
            Syntax::PointerType => self.plain(Kind::Star, Op::None, row),
            Syntax::Paren => self.plain(Kind::Paren, Op::None, row),
            Syntax::NegatedType => self.plain(Kind::Unary, Op::Tilde, row),
            Syntax::VariadicType => self.plain(Kind::Variadic, Op::None, row),
            Syntax::StructType => self.struct_type(row),
            Syntax::InterfaceType => self.plain(Kind::InterfaceType, Op::None, row),
            Syntax::ArrayType => self.plain(Kind::ArrayType, Op::None, row),
            Syntax::ImplicitArrayType => self.implicit_array(row),
            Syntax::SliceType => self.plain(Kind::SliceType, Op::None, row),
            Syntax::MapType => self.plain(Kind::MapType, Op::None, row),
            Syntax::ChanType => self.chan_type(row),
            Syntax::FuncType => {
                let mut parts = self.rows.parts(row);
                let [params, results] = [parts.next(), parts.next()];
                self.func_type(span, None, params, results);
                self.close_now();
            }

            Syntax::Unary => self.unary(row),
            Syntax::Binary => self.plain(Kind::Binary, self.rows.operator(row), row),
            Syntax::Slice => self.slice(row),
            Syntax::Call => self.call(row),
            Syntax::TypeAssert => self.plain(Kind::TypeAssert, Op::None, row),
            Syntax::CompositeLit => self.composite(row),
            Syntax::LiteralValue => self.elided_composite(row),
            Syntax::KeyValue => self.plain(Kind::KeyValue, Op::None, row),
            Syntax::FuncLit => self.func_lit(row),

            Syntax::Block => self.plain(Kind::Block, Op::None, row),
            Syntax::ExprStmt => self.plain(Kind::ExprStmt, Op::None, row),
            Syntax::Send => self.plain(Kind::Send, Op::None, row),
            Syntax::Receive => self.receive(row),
            Syntax::IncDec => self.plain(Kind::IncDec, self.rows.operator(row), row),
            Syntax::Assign => {
                self.open(Kind::Assign, self.rows.operator(row), span);
                self.then_list_of(self.rows.part(row, 0), span.start);
                self.then_list_of(self.rows.part(row, 1), span.end);
                self.then(Task::Close);
            }
            Syntax::Labeled => self.labeled(row),
            Syntax::Fallthrough => self.branch(Op::Fallthrough, row),
            Syntax::Break => self.branch(Op::Break, row),
            Syntax::Continue => self.branch(Op::Continue, row),
            Syntax::Goto => self.branch(Op::Goto, row),
            Syntax::Return => {
                self.open(Kind::Return, Op::None, span);
                if let Some(list) = self.rows.part(row, 0) {
                    self.then_rows(self.rows.parts(list));
                }
                self.then(Task::Close);
            }
            Syntax::Go => self.plain(Kind::Go, Op::None, row),
            Syntax::Defer => self.plain(Kind::Defer, Op::None, row),
            Syntax::If => self.if_stmt(row),
            Syntax::For => self.for_stmt(row),
            Syntax::Switch => self.switch(row),
            Syntax::TypeSwitch => self.type_switch(row),
            Syntax::ExprCase | Syntax::TypeCase | Syntax::DefaultCase => self.case(row),
            Syntax::Select => self.select(row),
            Syntax::CommCase => self.comm(row),
            Syntax::Empty => {
                self.out.leaf(Kind::Empty, Op::None, span, Text::NONE);
            }

            // These are lowered with the rows around them; the grammar puts them nowhere else.
            Syntax::Skipped
            | Syntax::Operator
            | Syntax::Colon
            | Syntax::OpenBrace
            | Syntax::OpenParen
            | Syntax::Ellipsis
            | Syntax::ChanWord
            | Syntax::Error
            | Syntax::Comment
            | Syntax::SourceFile
            | Syntax::SpecList
            | Syntax::NameList
            | Syntax::TypeParamList
            | Syntax::ParamList
            | Syntax::Param
            | Syntax::FieldList
            | Syntax::ArgumentList
            | Syntax::VariadicArgument
            | Syntax::ExprList
            | Syntax::Initializer
            | Syntax::ForClause
            | Syntax::ForCondition
            | Syntax::RangeClause => {
                debug_assert!(false, "{syntax:?} is lowered with its parent");
                self.out.leaf(Kind::Bad, Op::None, span, Text::NONE);
            }
        }
    }

    /// Closes the node after the tasks asked for so far.
    fn close_now(&mut self) {
        self.then(Task::Close);
    }

    /// An identifier or a literal of a basic type, with its text.
    fn literal(&mut self, kind: Kind, span: Span) {
        let source = &self.source[span.range()];
        let value = match kind {
            Kind::Int => literal::int_text(source),
            Kind::Float => literal::float_text(source),
            Kind::Imag => literal::imag_text(source),
            Kind::Char => literal::char_text(source),
            Kind::String => literal::string_text(source),
            _ => None,
        };
        let text = self.texts.intern(value.as_deref().unwrap_or(source));
        self.out.leaf(kind, Op::None, span, text);
    }

    // Declarations.

    fn decl(&mut self, row: u32) {
        match self.rows.syntax(row) {
            Syntax::ImportDecl => self.group(Kind::ImportDecl, row),
            Syntax::ConstDecl => self.group(Kind::ConstDecl, row),
            Syntax::VarDecl => self.group(Kind::VarDecl, row),
            Syntax::TypeDecl => self.group(Kind::TypeDecl, row),
            _ => self.row(row),
        }
    }

    /// `const`, `var`, `type` or `import`, in parentheses or not.
    fn group(&mut self, kind: Kind, row: u32) {
        let list = self.rows.find(row, Syntax::SpecList);
        let grouped = list.is_some() || self.rows.has(row, Syntax::OpenParen);
        self.open(kind, if grouped { Op::Grouped } else { Op::None }, self.rows.span(row));
        self.then_rows(self.rows.parts(list.unwrap_or(row)));
        self.then(Task::Close);
    }

    fn import_spec(&mut self, row: u32) {
        let span = self.rows.span(row);
        self.open(Kind::ImportSpec, Op::None, span);
        if !self.rows.has(row, Syntax::Ident) {
            self.then(Task::Absent(span.start));
        }
        self.then_rows(self.rows.parts(row));
        self.then(Task::Close);
    }

    fn value_spec(&mut self, kind: Kind, row: u32) {
        let span = self.rows.span(row);
        let names = self.rows.find(row, Syntax::NameList);
        let values = self.rows.find(row, Syntax::ExprList);
        let of_type = self.rows.parts(row).find(|part| Some(*part) != names && Some(*part) != values);
        let names_end = names.map_or(span.start, |names| self.rows.span(names).end);
        self.open(kind, Op::None, span);
        self.then_list_of(names, span.start);
        self.then_row(of_type, names_end);
        self.then_list_of(values, span.end);
        self.then(Task::Close);
    }

    fn type_spec(&mut self, op: Op, row: u32) {
        let span = self.rows.span(row);
        self.open(Kind::TypeSpec, op, span);
        let tparams = self.rows.find(row, Syntax::TypeParamList);
        for part in self.rows.parts(row) {
            if Some(part) == tparams {
                self.type_params(part);
                continue;
            }
            self.then(Task::Lower(part));
            if tparams.is_none() && part == row + 1 {
                self.then(Task::Absent(self.rows.span(part).end));
            }
        }
        self.then(Task::Close);
    }

    fn type_params(&mut self, row: u32) {
        self.then(Task::Open(Kind::List, Op::None, self.rows.span(row)));
        self.then_rows(self.rows.parts(row));
        self.then(Task::Close);
    }

    fn type_param(&mut self, row: u32) {
        let span = self.rows.span(row);
        let constraint = self.rows.find(row, Syntax::TypeElem);
        self.open(Kind::Field, Op::None, span);
        self.then_list(self.rows.parts(row).filter(|part| Some(*part) != constraint), span.start);
        match constraint {
            Some(constraint) => self.union(constraint),
            None => self.then(Task::Absent(span.end)),
        }
        self.then(Task::Absent(span.end));
        self.then(Task::Close);
    }

    fn func_decl(&mut self, row: u32, bad_body: Option<Span>) {
        let is_method = self.rows.syntax(row) == Syntax::MethodDecl;
        let mut parts = self.rows.parts(row).peekable();
        let recv = if is_method { parts.next() } else { None };
        let name = parts.next();
        let tparams = parts.next_if(|part| self.rows.syntax(*part) == Syntax::TypeParamList);
        let params = parts.next();
        let results = parts.next_if(|part| self.rows.syntax(*part) != Syntax::Block);
        let body = parts.next();

        let mut span = self.rows.span(row);
        let name_span = name.map_or(span, |name| self.rows.span(name));
        let type_start =
            [tparams, params].into_iter().flatten().next().map_or(name_span.end, |row| self.rows.span(row).start);
        let type_end = results.or(params).map_or(name_span.end, |row| self.rows.span(row).end);
        span.end = bad_body.map_or(span.end, |body| body.end);
        self.open(Kind::FuncDecl, Op::None, span);
        match recv {
            Some(recv) => self.params(recv),
            None => self.then(Task::Absent(name_span.start)),
        }
        self.then_row(name, span.start);
        self.then(Task::Open(Kind::FuncType, Op::None, Span::new(type_start, type_end)));
        self.signature(tparams, params, results, type_end);
        self.then(Task::Close);
        match bad_body {
            Some(body) => self.then(Task::Leaf(Kind::Bad, Op::None, body)),
            None => self.then_row(body, span.end),
        }
        self.then(Task::Close);
    }

    /// Opens a function type now; its slots come next.
    fn func_type(&mut self, span: Span, tparams: Option<u32>, params: Option<u32>, results: Option<u32>) {
        self.open(Kind::FuncType, Op::None, span);
        self.signature(tparams, params, results, span.end);
    }

    /// The slots of a function type.
    fn signature(&mut self, tparams: Option<u32>, params: Option<u32>, results: Option<u32>, end: u32) {
        let start = params.map_or(end, |params| self.rows.span(params).start);
        match tparams {
            Some(tparams) => self.type_params(tparams),
            None => self.then(Task::Absent(start)),
        }
        match params {
            Some(params) => self.params(params),
            None => self.then(Task::EmptyList(end)),
        }
        match results {
            Some(results) if self.rows.syntax(results) == Syntax::ParamList => self.params(results),
            Some(result) => {
                let span = self.rows.span(result);
                self.then(Task::Open(Kind::List, Op::None, span));
                self.unnamed_field(Task::Lower(result), span);
                self.then(Task::Close);
            }
            None => self.then(Task::Absent(end)),
        }
    }

    fn unnamed_field(&mut self, of_type: Task, span: Span) {
        self.then(Task::Open(Kind::Field, Op::None, span));
        self.then(Task::EmptyList(span.start));
        self.then(of_type);
        self.then(Task::Absent(span.end));
        self.then(Task::Close);
    }

    /// A parameter list. If any entry has a name and a type, the entries that look like lone types are names, which
    /// share the type of the next entry that has one.
    fn params(&mut self, row: u32) {
        self.then(Task::Open(Kind::List, Op::None, self.rows.span(row)));
        let named = self.rows.parts(row).any(|param| self.rows.parts(param).count() > 1);
        let mut names_from = None;
        for param in self.rows.parts(row) {
            let span = self.rows.span(param);
            let mut parts = self.rows.parts(param);
            let (Some(first), second) = (parts.next(), parts.next()) else { continue };
            match second {
                None if !named => self.unnamed_field(Task::Lower(first), span),
                None if self.rows.syntax(first) == Syntax::Ident => {
                    names_from.get_or_insert(param);
                }
                // Go refuses `(a int, []T)`; whatever stands there is kept as a type.
                None => self.unnamed_field(Task::Lower(first), span),
                Some(of_type) => {
                    let from = names_from.take().unwrap_or(param);
                    self.named_field(row, from, param, of_type);
                }
            }
        }
        // Names after the last type: `(a int, b)`, which Go refuses too.
        if let Some(from) = names_from {
            for param in self.rows.parts(row).filter(|param| *param >= from) {
                self.unnamed_field(Task::Lower(param + 1), self.rows.span(param));
            }
        }
        self.then(Task::Close);
    }

    /// The entries `from` to `last` of a parameter list, of which the last has the type.
    fn named_field(&mut self, list: u32, from: u32, last: u32, of_type: u32) {
        let start = self.rows.span(from).start;
        let end = self.rows.span(last).end;
        let names_end = self.rows.span(last + 1).end;
        self.then(Task::Open(Kind::Field, Op::None, Span::new(start, end)));
        self.then(Task::Open(Kind::List, Op::None, Span::new(start, names_end)));
        let entries = self.rows.parts(list).filter(|param| (from..=last).contains(param));
        // The name is the first row of each entry.
        self.then_rows(entries.map(|param| param + 1));
        self.then(Task::Close);
        self.then(Task::Lower(of_type));
        self.then(Task::Absent(end));
        self.then(Task::Close);
    }

    // Types.

    fn struct_type(&mut self, row: u32) {
        self.open(Kind::StructType, Op::None, self.rows.span(row));
        if let Some(list) = self.rows.find(row, Syntax::FieldList) {
            self.then_rows(self.rows.parts(list));
        }
        self.then(Task::Close);
    }

    fn struct_field(&mut self, row: u32) {
        let span = self.rows.span(row);
        let parts = self.rows.parts(row);
        let tag = parts.clone().filter(|part| self.rows.syntax(*part) == Syntax::String).last();
        let untagged = parts.filter(move |part| Some(*part) != tag);
        let count = untagged.clone().count();
        self.open(Kind::Field, Op::None, span);
        let of_type = untagged.clone().last();
        let end = of_type.map_or(span.end, |of_type| self.rows.span(of_type).end);
        if count > 1 {
            self.then_list(untagged.filter(move |part| Some(*part) != of_type), span.start);
            self.then_row(of_type, span.start);
        } else {
            self.then(Task::EmptyList(span.start));
            let pointer = self.rows.has(row, Syntax::Operator);
            if pointer {
                self.then(Task::Open(Kind::Star, Op::None, Span::new(span.start, end)));
            }
            self.then_row(of_type, span.start);
            if pointer {
                self.then(Task::Close);
            }
        }
        self.then_row(tag, end);
        self.then(Task::Close);
    }

    fn method_elem(&mut self, row: u32) {
        let span = self.rows.span(row);
        let mut parts = self.rows.parts(row);
        let (name, params, results) = (parts.next(), parts.next(), parts.next());
        self.open(Kind::Field, Op::None, span);
        self.then_list(name.into_iter(), span.start);
        let start = params.map_or(span.end, |params| self.rows.span(params).start);
        self.then(Task::Open(Kind::FuncType, Op::None, Span::new(start, span.end)));
        self.signature(None, params, results, span.end);
        self.then(Task::Close);
        self.then(Task::Absent(span.end));
        self.then(Task::Close);
    }

    fn type_elem(&mut self, row: u32) {
        let span = self.rows.span(row);
        self.open(Kind::Field, Op::None, span);
        self.then(Task::EmptyList(span.start));
        self.union(row);
        self.then(Task::Absent(span.end));
        self.then(Task::Close);
    }

    /// `A | B | C` groups to the left, as binary operators do.
    fn union(&mut self, row: u32) {
        let start = self.rows.span(row).start;
        let terms: Vec<u32> = self.rows.parts(row).collect();
        let Some((first, others)) = terms.split_first() else { return };
        for term in others.iter().rev() {
            self.then(Task::Open(Kind::Binary, Op::Or, Span::new(start, self.rows.span(*term).end)));
        }
        self.then(Task::Lower(*first));
        for term in others {
            self.then(Task::Lower(*term));
            self.then(Task::Close);
        }
    }

    fn implicit_array(&mut self, row: u32) {
        let span = self.rows.span(row);
        let elem = self.rows.part(row, 0);
        let dots = self.rows.find(row, Syntax::Ellipsis).map_or(span, |token| self.rows.span(token));
        self.open(Kind::ArrayType, Op::None, span);
        self.then(Task::Open(Kind::Variadic, Op::None, dots));
        self.then(Task::Absent(dots.end));
        self.then(Task::Close);
        self.then_row(elem, span.end);
        self.then(Task::Close);
    }

    fn chan_type(&mut self, row: u32) {
        let op = self.channel_op(row);
        self.plain(Kind::ChanType, op, row);
    }

    fn channel_op(&self, row: u32) -> Op {
        let mut tokens =
            self.rows.children(row).map(|child| self.rows.syntax(child)).filter(|syntax| syntax.is_token());
        match (tokens.next(), tokens.next()) {
            (Some(Syntax::Operator), _) => Op::RecvOnly,
            (_, Some(Syntax::Operator)) => Op::SendOnly,
            _ => Op::None,
        }
    }

    /// `<-chan T` among expressions: the arrow belongs to the type. In `<-chan<- chan T` Go gives the second arrow to
    /// the element, as parser.go's `parseUnaryExpr` does.
    fn receive_type(&mut self, row: u32, arrow: u32) {
        let Span { end, .. } = self.rows.span(row);
        self.open(Kind::ChanType, Op::RecvOnly, Span::new(arrow, end));
        let elem = self.rows.part(row, 0);
        let own_arrow = self.rows.find(row, Syntax::Operator).map(|token| self.rows.span(token).start);
        match (elem, own_arrow) {
            (Some(elem), Some(own)) if self.rows.syntax(elem) == Syntax::ChanType => {
                self.then(Task::Receive(elem, own));
            }
            _ => self.then_row(elem, end),
        }
        self.then(Task::Close);
    }

    // Expressions.

    fn unary(&mut self, row: u32) {
        let operand = self.rows.part(row, 0);
        match self.rows.operator(row) {
            Op::Mul => self.plain(Kind::Star, Op::None, row),
            Op::Arrow if operand.is_some_and(|operand| self.is_plain_channel(operand)) => {
                self.then(Task::Receive(operand.unwrap_or(row), self.rows.span(row).start));
            }
            op => self.plain(Kind::Unary, op, row),
        }
    }

    fn is_plain_channel(&self, row: u32) -> bool {
        self.rows.syntax(row) == Syntax::ChanType && self.channel_op(row) != Op::RecvOnly
    }

    fn slice(&mut self, row: u32) {
        let colons = self.rows.children(row).filter(|child| self.rows.syntax(*child) == Syntax::Colon).count();
        let span = self.rows.span(row);
        self.open(Kind::Slice, if colons > 1 { Op::Full } else { Op::None }, span);
        let mut children = self.rows.children(row);
        let x = children.next();
        self.then_row(x, span.start);
        // What stands before each colon, and after the last.
        let mut pending = None;
        let mut filled = 0;
        for child in children {
            match self.rows.syntax(child) {
                Syntax::Colon => {
                    self.then_row(pending.take(), self.rows.span(child).start);
                    filled += 1;
                }
                syntax if syntax.is_token() => {}
                _ => pending = Some(child),
            }
        }
        self.then_row(pending, span.end.saturating_sub(1));
        if filled < 2 {
            self.then(Task::Absent(span.end.saturating_sub(1)));
        }
        self.then(Task::Close);
    }

    fn call(&mut self, row: u32) {
        let arguments = self.rows.find(row, Syntax::ArgumentList);
        let spread = arguments.and_then(|list| self.rows.find(list, Syntax::VariadicArgument));
        let op = if spread.is_some() { Op::Spread } else { Op::None };
        self.open(Kind::Call, op, self.rows.span(row));
        self.then_row(self.rows.part(row, 0), self.rows.span(row).start);
        for argument in arguments.into_iter().flat_map(|list| self.rows.parts(list)) {
            let is_spread = self.rows.syntax(argument) == Syntax::VariadicArgument;
            self.then(Task::Lower(if is_spread { argument + 1 } else { argument }));
        }
        self.then(Task::Close);
    }

    fn composite(&mut self, row: u32) {
        self.open(Kind::CompositeLit, Op::None, self.rows.span(row));
        self.then_row(self.rows.part(row, 0), self.rows.span(row).start);
        if let Some(value) = self.rows.part(row, 1) {
            self.then_rows(self.rows.parts(value));
        }
        self.then(Task::Close);
    }

    fn elided_composite(&mut self, row: u32) {
        let span = self.rows.span(row);
        self.open(Kind::CompositeLit, Op::None, span);
        self.then(Task::Absent(span.start));
        self.then_rows(self.rows.parts(row));
        self.then(Task::Close);
    }

    fn func_lit(&mut self, row: u32) {
        let span = self.rows.span(row);
        let mut parts = self.rows.parts(row).peekable();
        let params = parts.next();
        let results = parts.next_if(|part| self.rows.syntax(*part) != Syntax::Block);
        let body = parts.next();
        let end = results.or(params).map_or(span.start, |row| self.rows.span(row).end);
        self.open(Kind::FuncLit, Op::None, span);
        self.then(Task::Open(Kind::FuncType, Op::None, Span::new(span.start, end)));
        self.signature(None, params, results, end);
        self.then(Task::Close);
        self.then_row(body, span.end);
        self.then(Task::Close);
    }

    // Statements.

    /// The communication of a `select` case that receives.
    fn receive(&mut self, row: u32) {
        let span = self.rows.span(row);
        let lhs = self.rows.find(row, Syntax::ExprList);
        let x = self.rows.parts(row).last();
        match (lhs, x) {
            (Some(_), Some(x)) => {
                self.open(Kind::Assign, self.rows.operator(row), span);
                self.then_list_of(lhs, span.start);
                self.then_list(std::iter::once(x), span.end);
                self.then(Task::Close);
            }
            _ => self.plain(Kind::ExprStmt, Op::None, row),
        }
    }

    fn labeled(&mut self, row: u32) {
        let span = self.rows.span(row);
        self.open(Kind::Labeled, Op::None, span);
        let mut parts = self.rows.parts(row);
        let (label, stmt) = (parts.next(), parts.next());
        self.then_row(label, span.start);
        // A label at the end of a block labels an empty statement.
        let empty = Task::Leaf(Kind::Empty, Op::None, Span::new(span.end, span.end));
        self.then(stmt.map_or(empty, Task::Lower));
        self.then(Task::Close);
    }

    fn branch(&mut self, op: Op, row: u32) {
        let span = self.rows.span(row);
        self.open(Kind::Branch, op, span);
        self.then_row(self.rows.part(row, 0), span.end);
        self.then(Task::Close);
    }

    /// The statement in an initializer; it is absent in `if ; cond {`.
    fn then_initializer(&mut self, row: Option<u32>, otherwise: u32) {
        self.then_row(row.and_then(|row| self.rows.part(row, 0)), otherwise);
    }

    fn if_stmt(&mut self, row: u32) {
        let span = self.rows.span(row);
        let mut parts = self.rows.parts(row).peekable();
        let init = parts.next_if(|part| self.rows.syntax(*part) == Syntax::Initializer);
        let (cond, then, otherwise) = (parts.next(), parts.next(), parts.next());
        self.open(Kind::If, Op::None, span);
        self.then_initializer(init, cond.map_or(span.start, |cond| self.rows.span(cond).start));
        self.then_row(cond, span.end);
        self.then_row(then, span.end);
        self.then_row(otherwise, span.end);
        self.then(Task::Close);
    }

    fn for_stmt(&mut self, row: u32) {
        let span = self.rows.span(row);
        let body = self.rows.parts(row).last();
        let header = self.rows.part(row, 0).filter(|header| Some(*header) != body);
        let at = body.map_or(span.end, |body| self.rows.span(body).start);
        match header.map(|header| (header, self.rows.syntax(header))) {
            Some((header, Syntax::RangeClause)) => self.range_header(span, header),
            Some((header, Syntax::ForClause)) => {
                self.open(Kind::For, Op::None, span);
                let start = self.rows.span(header).start;
                let mut parts = self.rows.parts(header);
                let (init, cond, post) = (parts.next(), parts.next(), parts.next());
                self.then_initializer(init, start);
                self.then_initializer(cond, init.map_or(start, |init| self.rows.span(init).end));
                self.then_row(post, self.rows.span(header).end);
            }
            _ => {
                self.open(Kind::For, Op::None, span);
                self.then(Task::Absent(header.map_or(at, |header| self.rows.span(header).start)));
                self.then_row(header, at);
                self.then(Task::Absent(at));
            }
        }
        self.then_row(body, span.end);
        self.then(Task::Close);
    }

    fn range_header(&mut self, span: Span, header: u32) {
        let start = self.rows.span(header).start;
        self.open(Kind::Range, self.rows.operator(header), span);
        let list = self.rows.find(header, Syntax::ExprList);
        let mut names = list.into_iter().flat_map(|list| self.rows.parts(list));
        let (key, value) = (names.next(), names.next());
        self.then_row(key, start);
        self.then_row(value, list.map_or(start, |list| self.rows.span(list).end));
        self.then_row(self.rows.parts(header).last(), self.rows.span(header).end);
    }

    /// The block of a `switch` or `select`: from its brace to the end of the statement.
    fn then_clauses(&mut self, row: u32, task: fn(u32) -> Task) {
        let brace = self.rows.find(row, Syntax::OpenBrace).unwrap_or(row);
        let span = Span::new(self.rows.span(brace).start, self.rows.span(row).end);
        self.then(Task::Open(Kind::Block, Op::None, span));
        let clauses = self.rows.parts(row).filter(|part| *part > brace);
        self.scratch.extend(clauses.map(task));
        self.then(Task::Close);
    }

    fn switch(&mut self, row: u32) {
        let span = self.rows.span(row);
        let brace = self.rows.find(row, Syntax::OpenBrace).unwrap_or(row);
        let at = self.rows.span(brace).start;
        let mut header = self.rows.parts(row).take_while(|part| *part < brace).peekable();
        let init = header.next_if(|part| self.rows.syntax(*part) == Syntax::Initializer);
        let tag = header.next();
        self.open(Kind::Switch, Op::None, span);
        self.then_initializer(init, tag.map_or(at, |tag| self.rows.span(tag).start));
        self.then_row(tag, at);
        self.then_clauses(row, Task::Lower);
        self.then(Task::Close);
    }

    fn type_switch(&mut self, row: u32) {
        let span = self.rows.span(row);
        let mut header = self.rows.parts(row).peekable();
        let init = header.next_if(|part| self.rows.syntax(*part) == Syntax::Initializer);
        let names = header.next_if(|part| self.rows.syntax(*part) == Syntax::ExprList);
        let x = header.next();
        let at = x.map_or(span.end, |x| self.rows.span(x).start);
        self.open(Kind::TypeSwitch, Op::None, span);
        self.then_initializer(init, names.map_or(at, |names| self.rows.span(names).start));
        self.then_row(names.and_then(|names| self.rows.part(names, 0)), at);
        self.then_row(x, at);
        self.then_clauses(row, Task::Lower);
        self.then(Task::Close);
    }

    fn select(&mut self, row: u32) {
        self.open(Kind::Select, Op::None, self.rows.span(row));
        self.then_clauses(row, Task::Comm);
        self.then(Task::Close);
    }

    /// A clause of a `switch`. It ends with its last statement, not with the line.
    fn case(&mut self, row: u32) {
        let colon = self.rows.find(row, Syntax::Colon).unwrap_or(row);
        let is_default = self.rows.syntax(row) == Syntax::DefaultCase;
        self.open(Kind::Case, if is_default { Op::Default } else { Op::None }, self.clause_span(row, colon));
        let exprs = self.rows.parts(row).take_while(|part| *part < colon);
        match self.rows.part(row, 0).filter(|first| self.rows.syntax(*first) == Syntax::ExprList) {
            Some(list) => self.then_list_of(Some(list), self.rows.span(colon).start),
            None => self.then_list(exprs, self.rows.span(colon).start),
        }
        self.then_rows(self.rows.parts(row).filter(|part| *part > colon));
        self.then(Task::Close);
    }

    fn comm(&mut self, row: u32) {
        let colon = self.rows.find(row, Syntax::Colon).unwrap_or(row);
        let is_default = self.rows.syntax(row) == Syntax::DefaultCase;
        self.open(Kind::Comm, if is_default { Op::Default } else { Op::None }, self.clause_span(row, colon));
        self.then_row(self.rows.part(row, 0).filter(|part| *part < colon), self.rows.span(colon).start);
        self.then_rows(self.rows.parts(row).filter(|part| *part > colon));
        self.then(Task::Close);
    }

    fn clause_span(&self, row: u32, colon: u32) -> Span {
        let last = self.rows.parts(row).last().filter(|last| *last > colon).unwrap_or(colon);
        Span::new(self.rows.span(row).start, self.rows.span(last).end)
    }
}

/// Which variety of comment this is. Directives look as `go/ast` has them: `//tool:word…`, `//line `, `//extern `,
/// `//export `, without a space after the slashes.
fn comment_op(comment: &[u8]) -> Op {
    let Some(text) = comment.strip_prefix(b"//") else { return Op::BlockComment };
    let is_word = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let has_verb = || {
        let colon = text.iter().position(|byte| *byte == b':').filter(|colon| *colon > 0);
        colon.is_some_and(|colon| text[..colon].iter().all(is_word) && text.get(colon + 1).is_some_and(is_word))
    };
    let known = [&b"line "[..], b"extern ", b"export "].iter().any(|word| text.starts_with(word));
    if known || has_verb() { Op::Directive } else { Op::Line }
}
