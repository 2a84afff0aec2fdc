//! Parsed Go patterns to the arena of [`Pattern`]: the same kinds and slots that Go files are lowered to.
//!
//! In: pest's pairs for one pattern. Out: nodes; what pest cannot see (a run as an operand, a label set twice) is
//! reported. Recursion follows brackets only, and these are at most 200 deep; chains such as `a + b + …`, `x.y.z…`,
//! `[][]T` and `else if` are loops.

use super::Rule;
use crate::ast::{Form, Name, OpForm, PatternId, PatternNode};
use crate::codes::{self, Code};
use crate::diagnostic::{FileId, Sink};
use crate::outline::MAX_DEPTH;
use pest::iterators::Pair;
use rulec_tree::{Kind, Op, Span, literal};

pub(super) struct Lower<'k> {
    pub(super) nodes: Vec<PatternNode>,
    pub(super) file: FileId,
    pub(super) sink: &'k mut Sink,
    /// Where the pattern's text starts in the file.
    pub(super) base: u32,
    /// How many results of function types are open: `func() func() …` nests without brackets around it.
    pub(super) result_depth: usize,
}

type Node<'t> = Pair<'t, Rule>;

impl Lower<'_> {
    // Entries

    /// Lowers the whole of a pattern, by its entry rule. `None` once a mistake is reported.
    pub(super) fn root(&mut self, entry: Node<'_>) -> Option<PatternId> {
        let span = self.span(&entry);
        let rule = entry.as_rule();
        let mut inner = significant(entry);
        if rule == Rule::file_pattern {
            return self.file_root(inner, span);
        }
        let Some(body) = inner.next() else {
            return (rule == Rule::stmts_pattern).then(|| self.list(Vec::new(), span));
        };
        let id = match body.as_rule() {
            Rule::expr => self.expr(body)?,
            Rule::go_type => self.go_type(body)?,
            Rule::stmt => self.stmt(body)?,
            Rule::stmt_list => {
                let span = self.span(&body);
                let statements = self.stmt_list(body)?;
                self.list(statements, span)
            }
            Rule::top_decl => self.top_decl(body)?,
            Rule::gen_decl => self.lone_spec(body)?,
            Rule::method => self.method(body)?,
            Rule::lone_param => self.param_field(body)?,
            Rule::field_item => self.field_item(body)?,
            _ => self.hole(&body),
        };
        for label in inner {
            self.label(id, &label)?;
        }
        Some(id)
    }

    fn file_root<'t>(&mut self, inner: impl Iterator<Item = Node<'t>>, span: Span) -> Option<PatternId> {
        let mut package = None;
        let mut decls = Vec::new();
        for pair in inner {
            if pair.as_rule() == Rule::name {
                let at = self.span(&pair);
                let name = self.name(pair)?;
                package = Some(self.node(Kind::Package, vec![name], at));
            } else {
                decls.push(self.top_decl(pair)?);
            }
        }
        self.check_runs(&decls)?;
        let decls = self.list(decls, span);
        let comments = self.leaf(Form::Any, span);
        Some(self.node(Kind::File, vec![package?, decls, comments], span))
    }

    /// `spec { var x = 1 }`: the spec of a declaration that has exactly one and no parentheses.
    fn lone_spec(&mut self, decl: Node<'_>) -> Option<PatternId> {
        let span = self.span(&decl);
        let decl = self.gen_decl(decl)?;
        let Form::Node { kind, op: OpForm::Any, children, .. } = &self.nodes[decl.0 as usize].form else {
            return self.refuse(
                codes::E0112,
                span,
                "a `spec` pattern is one spec, without parentheses",
                |diagnostic| {
                    diagnostic.help("write `spec { var $x = $v }`, or `decl { var ( … ) }` for a whole group");
                },
            );
        };
        let (kind, spec) = (*kind, *children.first()?);
        let Form::Node { kind: Kind::ImportSpec, children, .. } = &self.nodes[spec.0 as usize].form else {
            return Some(spec);
        };
        debug_assert!(kind == Kind::ImportDecl, "import specs stand in import declarations only");
        let name = *children.first()?;
        let name = &mut self.nodes[name.0 as usize];
        if matches!(name.form, Form::Absent) {
            name.form = Form::Any;
        }
        Some(spec)
    }

    // Nodes

    fn span(&self, pair: &Node<'_>) -> Span {
        let span = pair.as_span();
        // pest counts the blanks in front of an optional part that is missing, and those behind the start of the text.
        let text = span.as_str().trim_end_matches(is_blank);
        let skipped = text.len() - text.trim_start_matches(is_blank).len();
        Span::new(self.base + (span.start() + skipped) as u32, self.base + (span.start() + text.len()) as u32)
    }

    fn add(&mut self, form: Form, span: Span) -> PatternId {
        self.nodes.push(PatternNode { form, label: None, span });
        PatternId(self.nodes.len() as u32 - 1)
    }

    fn leaf(&mut self, form: Form, span: Span) -> PatternId {
        self.add(form, span)
    }

    fn absent(&mut self, at: u32) -> PatternId {
        self.add(Form::Absent, Span::new(at, at))
    }

    fn any(&mut self, at: u32) -> PatternId {
        self.add(Form::Any, Span::new(at, at))
    }

    fn node(&mut self, kind: Kind, children: Vec<PatternId>, span: Span) -> PatternId {
        self.node_op(kind, OpForm::OneOf(vec![Op::None]), children, span)
    }

    fn node_op(&mut self, kind: Kind, op: OpForm, children: Vec<PatternId>, span: Span) -> PatternId {
        let shape = kind.shape();
        debug_assert!(
            children.len() == shape.slots.len() || shape.tail.is_some() && children.len() > shape.slots.len(),
            "{kind:?} has the slots {:?}, not {} children",
            shape.slots,
            children.len()
        );
        self.add(Form::Node { kind, op, text: None, children }, span)
    }

    fn text_node(&mut self, kind: Kind, text: Vec<u8>, span: Span) -> PatternId {
        let op = OpForm::OneOf(vec![Op::None]);
        self.add(Form::Node { kind, op, text: Some(text), children: Vec::new() }, span)
    }

    fn list(&mut self, elements: Vec<PatternId>, span: Span) -> PatternId {
        self.node(Kind::List, elements, span)
    }

    fn is_run(&self, id: PatternId) -> bool {
        matches!(self.nodes[id.0 as usize].form, Form::Run(_))
    }

    fn node_span(&self, id: PatternId) -> Span {
        self.nodes[id.0 as usize].span
    }

    fn refuse<T>(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        with: impl FnOnce(&mut crate::diagnostic::Diagnostic),
    ) -> Option<T> {
        with(self.sink.error(code, self.file, span, message));
        None
    }

    /// Refuses two runs side by side: how much each of them takes would be arbitrary.
    fn check_runs(&mut self, elements: &[PatternId]) -> Option<()> {
        let pair = elements.windows(2).find(|pair| self.is_run(pair[0]) && self.is_run(pair[1]));
        let Some(&[first, second]) = pair else { return Some(()) };
        let (first, second) = (self.node_span(first), self.node_span(second));
        self.refuse(codes::E0115, second, "two runs stand side by side", |diagnostic| {
            diagnostic.help("leave one of them out: nothing tells where the first ends");
            diagnostic.related.push((diagnostic.file, first, "the first run".to_owned()));
        })
    }

    fn hole(&mut self, pair: &Node<'_>) -> PatternId {
        let span = self.span(pair);
        self.leaf(Form::Hole(sigil_name(pair.as_str())), span)
    }

    fn run(&mut self, pair: &Node<'_>) -> PatternId {
        let span = self.span(pair);
        let text = pair.as_str().trim_end();
        let name = text.strip_prefix("$*").filter(|name| *name != "_").map(str::to_owned);
        self.leaf(Form::Run(name), span)
    }

    fn label(&mut self, id: PatternId, pair: &Node<'_>) -> Option<()> {
        let span = self.span(pair);
        if let Some(first) = &self.nodes[id.0 as usize].label {
            let first = first.span;
            return self.refuse(codes::E0117, span, "this node has a label already", |diagnostic| {
                diagnostic.related.push((diagnostic.file, first, "the first label".to_owned()));
            });
        }
        let value = pair.as_str().trim_end().trim_start_matches('@').to_owned();
        self.nodes[id.0 as usize].label = Some(Name { value, span });
        Some(())
    }

    /// Lowers `X label?`, where `lower` takes X.
    fn labelled(
        &mut self,
        pair: Node<'_>,
        lower: impl FnOnce(&mut Self, Node<'_>) -> Option<PatternId>,
    ) -> Option<PatternId> {
        let mut inner = pair.into_inner();
        let id = lower(self, inner.next()?)?;
        for label in inner.filter(|pair| pair.as_rule() == Rule::label) {
            self.label(id, &label)?;
        }
        Some(id)
    }

    fn ident(&mut self, pair: &Node<'_>) -> PatternId {
        let span = self.span(pair);
        self.text_node(Kind::Ident, pair.as_str().trim_end().as_bytes().to_vec(), span)
    }

    /// A name, a hole or an alternation of names.
    fn name(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let inner = pair.into_inner().next()?;
        match inner.as_rule() {
            Rule::hole => Some(self.hole(&inner)),
            Rule::ident => Some(self.ident(&inner)),
            _ => {
                let span = self.span(&inner);
                let id = self.alternation(inner)?;
                let Form::OneOf(items) = &self.nodes[id.0 as usize].form else { return Some(id) };
                let is_name = |item: &PatternId| {
                    let form = &self.nodes[item.0 as usize].form;
                    matches!(form, Form::Node { kind: Kind::Ident, .. } | Form::Hole(_))
                };
                if items.iter().all(is_name) {
                    return Some(id);
                }
                self.refuse(codes::E0116, span, "only names can be alternatives where a name stands", |diagnostic| {
                    diagnostic.help("write the whole pattern twice: `match expr { … } or { … }`");
                })
            }
        }
    }

    fn alternation(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let items = pair.into_inner().map(|item| self.expr(item)).collect::<Option<Vec<_>>>()?;
        Some(self.leaf(Form::OneOf(items), span))
    }

    // Operators

    /// The operators of `op_token` or of `$(op, op)`.
    fn ops(&mut self, pair: Node<'_>, read: impl Fn(&str) -> Option<Op>) -> Option<OpForm> {
        let mut ops = Vec::new();
        let mut queue = vec![pair];
        while let Some(pair) = queue.pop() {
            if pair.as_rule() == Rule::hole {
                return Some(sigil_name(pair.as_str()).map_or(OpForm::Any, OpForm::Hole));
            }
            let text = pair.as_str().trim_end().to_owned();
            let mut inner: Vec<_> = pair.into_inner().collect();
            if inner.is_empty() {
                ops.push(read(&text)?);
            }
            inner.reverse();
            queue.extend(inner);
        }
        Some(OpForm::OneOf(ops))
    }

    // Expressions

    /// Operators and operands to a tree, by Go's five precedences, all of them left-associative.
    ///
    /// Source: Dijkstra's shunting-yard algorithm.
    fn expr(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let mut operands: Vec<PatternId> = Vec::new();
        let mut operators: Vec<(OpForm, u8)> = Vec::new();
        let span = self.span(&pair);
        let mut free = false;
        let mut count = 0;
        for part in pair.into_inner() {
            if part.as_rule() != Rule::binary_op {
                operands.push(self.unary(part)?);
                continue;
            }
            count += 1;
            let op = self.ops(part, |text| op_of(text, |op| op.precedence() > 0))?;
            let precedence = precedence(&op);
            free |= precedence.is_none();
            let precedence = precedence.unwrap_or(1);
            while operators.last().is_some_and(|(_, above)| *above >= precedence) {
                self.reduce(&mut operands, &mut operators)?;
            }
            operators.push((op, precedence));
        }
        if free && count > 1 {
            return self.refuse(
                codes::E0116,
                span,
                "how strongly this operator binds is open, so the operands need parentheses",
                |diagnostic| {
                    diagnostic.help("write `($x $op $y) + $z` or `$x $op ($y + $z)`");
                },
            );
        }
        while !operators.is_empty() {
            self.reduce(&mut operands, &mut operators)?;
        }
        operands.pop()
    }

    fn reduce(&mut self, operands: &mut Vec<PatternId>, operators: &mut Vec<(OpForm, u8)>) -> Option<()> {
        let (op, _) = operators.pop()?;
        let (right, left) = (operands.pop()?, operands.pop()?);
        let span = Span::new(self.node_span(left).start, self.node_span(right).end);
        operands.push(self.node_op(Kind::Binary, op, vec![left, right], span));
        Some(())
    }

    fn unary(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let mut ops = Vec::new();
        let mut operand = None;
        for part in pair.into_inner() {
            if part.as_rule() == Rule::unary_op {
                let start = self.span(&part).start;
                ops.push((self.ops(part, |text| op_of(text, |_| true))?, start));
            } else {
                operand = Some(self.postfix(part)?);
            }
        }
        let mut id = operand?;
        for (op, start) in ops.into_iter().rev() {
            let span = Span::new(start, self.node_span(id).end);
            id = match &op {
                OpForm::OneOf(ops) if *ops == [Op::Mul] => self.node(Kind::Star, vec![id], span),
                OpForm::OneOf(ops) if ops.contains(&Op::Mul) => {
                    return self.refuse(codes::E0116, span, "`*` cannot be one of several operators", |diagnostic| {
                        diagnostic.help("a dereference is a node of its own: `match expr { *$x } or { … }`");
                    });
                }
                _ => self.node_op(Kind::Unary, op, vec![id], span),
            };
        }
        Some(id)
    }

    fn postfix(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let mut parts = pair.into_inner();
        let mut id = self.operand(parts.next()?)?;
        for part in parts {
            let end = self.span(&part).end;
            let span = Span::new(self.node_span(id).start, end);
            id = match part.as_rule() {
                Rule::label => {
                    self.label(id, &part)?;
                    id
                }
                Rule::selector => {
                    let name = self.name(part.into_inner().next()?)?;
                    self.node(Kind::Selector, vec![id, name], span)
                }
                Rule::assertion => {
                    let ty = self.go_type(part.into_inner().next()?)?;
                    self.node(Kind::TypeAssert, vec![id, ty], span)
                }
                Rule::guard => {
                    let ty = self.absent(end);
                    self.node(Kind::TypeAssert, vec![id, ty], span)
                }
                Rule::call => self.call(id, part, span)?,
                Rule::subscript => self.subscript(id, part, span)?,
                _ => self.literal_body(id, part, span)?,
            };
        }
        Some(id)
    }

    fn call(&mut self, callee: PatternId, pair: Node<'_>, span: Span) -> Option<PatternId> {
        let mut children = vec![callee];
        let mut op = OpForm::OneOf(vec![Op::None]);
        for arg in pair.into_inner() {
            let mut parts = arg.into_inner();
            let first = parts.next()?;
            let id = if first.as_rule() == Rule::run { self.run(&first) } else { self.expr(first)? };
            if op == OpForm::OneOf(vec![Op::Spread]) {
                return self.refuse(codes::E0113, self.node_span(id), "nothing can follow `x...`", |_| {});
            }
            for part in parts {
                if part.as_rule() == Rule::spread {
                    op = OpForm::OneOf(vec![Op::Spread]);
                } else {
                    self.label(id, &part)?;
                }
            }
            children.push(id);
        }
        // `f(...)` is a call with any arguments, spread or not.
        if children.last().is_some_and(|last| matches!(self.nodes[last.0 as usize].form, Form::Run(None))) {
            op = OpForm::Any;
        }
        self.check_runs(&children[1..])?;
        Some(self.node_op(Kind::Call, op, children, span))
    }

    fn subscript(&mut self, x: PatternId, pair: Node<'_>, span: Span) -> Option<PatternId> {
        let start = self.span(&pair).start;
        let mut items = Vec::new();
        let mut slices = Vec::new();
        for part in pair.into_inner() {
            let at = self.span(&part);
            let is_item = part.as_rule() == Rule::index_item;
            match part.into_inner().next() {
                Some(run) if run.as_rule() == Rule::run => items.push(self.run(&run)),
                Some(expr) if is_item => items.push(self.expr(expr)?),
                Some(expr) => slices.push(self.expr(expr)?),
                None => slices.push(self.absent(at.end)),
            }
        }
        if slices.is_empty() {
            self.check_runs(&items)?;
            items.insert(0, x);
            return Some(self.node(Kind::Index, items, span));
        }
        if items.len() > 1 || slices.len() > 2 || items.first().is_some_and(|item| self.is_run(*item)) {
            return self.refuse(codes::E0113, span, "a slice expression is `x[low:high]` or `x[low:high:max]`", |_| {});
        }
        let op = if slices.len() == 2 { Op::Full } else { Op::None };
        let low = items.pop().unwrap_or_else(|| self.absent(start + 1));
        if slices.len() == 1 {
            slices.push(self.absent(span.end));
        }
        Some(self.node_op(Kind::Slice, OpForm::OneOf(vec![op]), vec![x, low, slices[0], slices[1]], span))
    }

    /// `T{…}` behind its type.
    fn literal_body(&mut self, ty: PatternId, body: Node<'_>, span: Span) -> Option<PatternId> {
        let is_type = match &self.nodes[ty.0 as usize].form {
            Form::Node { kind, .. } => matches!(
                kind,
                Kind::Ident
                    | Kind::Selector
                    | Kind::Index
                    | Kind::ArrayType
                    | Kind::SliceType
                    | Kind::MapType
                    | Kind::StructType
            ),
            form => matches!(form, Form::Hole(_) | Form::OneOf(_) | Form::Absent),
        };
        if !is_type {
            let at = self.node_span(ty);
            return self.refuse(codes::E0113, at, "a composite literal starts with a type", |_| {});
        }
        let mut children = vec![ty];
        for element in body.into_inner() {
            children.push(self.element(element)?);
        }
        self.check_runs(&children[1..])?;
        Some(self.node(Kind::CompositeLit, children, span))
    }

    fn element(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let mut values = Vec::new();
        let mut label = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::run => values.push(self.run(&part)),
                Rule::label => label = Some(part),
                _ => values.push(self.element_value(part)?),
            }
        }
        let id = match values[..] {
            [key, value] => {
                let span = Span::new(self.node_span(key).start, self.node_span(value).end);
                self.node(Kind::KeyValue, vec![key, value], span)
            }
            _ => *values.first()?,
        };
        if let Some(label) = label {
            self.label(id, &label)?;
        }
        Some(id)
    }

    fn element_value(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let inner = pair.into_inner().next()?;
        if inner.as_rule() == Rule::expr {
            return self.expr(inner);
        }
        let span = self.span(&inner);
        let ty = self.absent(span.start);
        self.literal_body(ty, inner, span)
    }

    fn operand(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let inner = pair.into_inner().next()?;
        let span = self.span(&inner);
        match inner.as_rule() {
            Rule::func_operand => self.func_operand(inner, span),
            Rule::typed_lit => {
                let mut parts = inner.into_inner();
                let ty = self.literal_type(parts.next()?)?;
                match parts.next() {
                    Some(body) => self.literal_body(ty, body, span),
                    None => Some(ty),
                }
            }
            Rule::alt => self.alternation(inner),
            Rule::hole => Some(self.hole(&inner)),
            Rule::ident => Some(self.ident(&inner)),
            Rule::paren => {
                let x = self.expr(inner.into_inner().next()?)?;
                Some(self.node(Kind::Paren, vec![x], span))
            }
            _ => self.basic_literal(&inner),
        }
    }

    fn basic_literal(&mut self, pair: &Node<'_>) -> Option<PatternId> {
        let span = self.span(pair);
        let source = pair.as_str().trim_end().as_bytes();
        let (kind, text) = match pair.as_rule() {
            Rule::string_lit => (Kind::String, literal::string_text(source)),
            Rule::rune_lit => (Kind::Char, literal::char_text(source)),
            _ if source.ends_with(b"i") => (Kind::Imag, literal::imag_text(source)),
            _ => match literal::int_text(source) {
                Some(text) => (Kind::Int, Some(text)),
                None => (Kind::Float, literal::float_text(source).filter(|_| is_float(source))),
            },
        };
        match text {
            Some(text) => Some(self.text_node(kind, text, span)),
            None => {
                let message = format!("`{}` is not a Go literal", pair.as_str().trim_end());
                self.refuse(codes::E0120, span, message, |_| {})
            }
        }
    }

    fn func_operand(&mut self, pair: Node<'_>, span: Span) -> Option<PatternId> {
        let (mut ty_end, mut block) = (span.end, None);
        let mut parts = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() == Rule::block {
                block = Some(part);
            } else {
                ty_end = self.span(&part).end;
                parts.push(part);
            }
        }
        let ty = self.func_type(parts, Span::new(span.start, ty_end))?;
        match block {
            Some(block) => {
                let body = self.block(block)?;
                Some(self.node(Kind::FuncLit, vec![ty, body], span))
            }
            None => Some(ty),
        }
    }

    // Types

    fn go_type(&mut self, pair: Node<'_>) -> Option<PatternId> {
        self.literal_type(pair)
    }

    /// Prefixes and the type behind them.
    fn literal_type(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let mut prefixes = Vec::new();
        let mut core = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::type_prefix => prefixes.push(part.into_inner().next()?),
                Rule::array_prefix | Rule::map_prefix | Rule::chan_prefix => prefixes.push(part),
                Rule::type_core => core = Some(self.type_core(part.into_inner().next()?)?),
                _ => core = Some(self.type_core(part)?),
            }
        }
        let mut id = core?;
        for prefix in prefixes.into_iter().rev() {
            let start = self.span(&prefix);
            let span = Span::new(start.start, self.node_span(id).end);
            id = match prefix.as_rule() {
                Rule::star => self.node(Kind::Star, vec![id], span),
                Rule::array_prefix => match prefix.into_inner().next() {
                    None => self.node(Kind::SliceType, vec![id], span),
                    Some(dots) if dots.as_rule() == Rule::dots => {
                        let at = self.span(&dots);
                        let elem = self.absent(at.end);
                        let len = self.node(Kind::Variadic, vec![elem], at);
                        self.node(Kind::ArrayType, vec![len, id], span)
                    }
                    Some(len) => {
                        let len = self.expr(len)?;
                        self.node(Kind::ArrayType, vec![len, id], span)
                    }
                },
                Rule::map_prefix => {
                    let key = prefix.into_inner().find(|pair| pair.as_rule() == Rule::go_type)?;
                    let key = self.go_type(key)?;
                    self.node(Kind::MapType, vec![key, id], span)
                }
                _ => {
                    let mut op = Op::None;
                    for mark in prefix.into_inner() {
                        match mark.as_rule() {
                            Rule::receive_chan => op = Op::RecvOnly,
                            Rule::send_mark => op = Op::SendOnly,
                            _ => {}
                        }
                    }
                    self.node_op(Kind::ChanType, OpForm::OneOf(vec![op]), vec![id], span)
                }
            };
        }
        Some(id)
    }

    fn type_core(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::func_type => {
                let parts = pair.into_inner().collect();
                self.func_type(parts, span)
            }
            Rule::struct_type => {
                let items = pair.into_inner().filter(|part| part.as_rule() == Rule::field_item);
                let fields = items.map(|item| self.field_item(item)).collect::<Option<Vec<_>>>()?;
                self.check_runs(&fields)?;
                Some(self.node(Kind::StructType, fields, span))
            }
            Rule::interface_type => {
                let items = pair.into_inner().filter(|part| part.as_rule() == Rule::interface_item);
                let elements = items.map(|item| self.interface_item(item)).collect::<Option<Vec<_>>>()?;
                self.check_runs(&elements)?;
                Some(self.node(Kind::InterfaceType, elements, span))
            }
            Rule::paren_type => {
                let x = self.go_type(pair.into_inner().next()?)?;
                Some(self.node(Kind::Paren, vec![x], span))
            }
            _ => self.named_type(pair, span),
        }
    }

    fn named_type(&mut self, pair: Node<'_>, span: Span) -> Option<PatternId> {
        let mut id = None;
        for part in pair.into_inner() {
            let end = self.span(&part).end;
            id = Some(match (id, part.as_rule()) {
                (None, Rule::ident) => self.ident(&part),
                (None, Rule::hole) => self.hole(&part),
                (None, _) => self.alternation(part)?,
                (Some(x), Rule::name) => {
                    let name = self.name(part)?;
                    self.node(Kind::Selector, vec![x, name], Span::new(span.start, end))
                }
                (Some(x), _) => {
                    let mut children = vec![x];
                    for arg in part.into_inner() {
                        let inner = arg.into_inner().next()?;
                        let is_run = inner.as_rule() == Rule::run;
                        children.push(if is_run { self.run(&inner) } else { self.go_type(inner)? });
                    }
                    self.check_runs(&children[1..])?;
                    self.node(Kind::Index, children, Span::new(span.start, end))
                }
            });
        }
        id
    }

    /// `[tparams] (params) results`; `parts` may hold other pairs, which are passed over.
    fn func_type(&mut self, parts: Vec<Node<'_>>, span: Span) -> Option<PatternId> {
        let mut tparams = None;
        let mut params = None;
        let mut results = None;
        for part in parts {
            match part.as_rule() {
                Rule::tparams => tparams = Some(self.tparams(part)?),
                Rule::params => params = Some(self.params(part)?),
                Rule::results => results = Some(self.results(part)?),
                _ => {}
            }
        }
        let tparams = tparams.unwrap_or_else(|| self.any(span.start));
        let results = results.unwrap_or_else(|| self.absent(span.end));
        Some(self.node(Kind::FuncType, vec![tparams, params?, results], span))
    }

    fn results(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let inner = pair.into_inner().next()?;
        let span = self.span(&inner);
        if inner.as_rule() == Rule::params {
            let list = self.params(inner)?;
            return Some(if self.is_lone_run(list) { self.any(span.start) } else { list });
        }
        if self.result_depth == MAX_DEPTH {
            let message = format!("function types are nested more than {MAX_DEPTH} deep");
            return self.refuse(codes::E0104, span, message, |diagnostic| {
                diagnostic.help("name a part with a hole: `func() $t`");
            });
        }
        self.result_depth += 1;
        let ty = self.go_type(inner)?;
        self.result_depth -= 1;
        let field = self.unnamed_field(ty, span);
        Some(self.list(vec![field], span))
    }

    /// Whether a list is `(...)`.
    fn is_lone_run(&self, list: PatternId) -> bool {
        match &self.nodes[list.0 as usize].form {
            Form::Node { children, .. } => match children[..] {
                [only] => matches!(self.nodes[only.0 as usize].form, Form::Run(None)),
                _ => false,
            },
            _ => false,
        }
    }

    fn unnamed_field(&mut self, ty: PatternId, span: Span) -> PatternId {
        let names = self.list(Vec::new(), Span::new(span.start, span.start));
        let tag = self.absent(span.end);
        self.node(Kind::Field, vec![names, ty, tag], span)
    }

    /// Parameters, as Go groups them: `(a, b int)` is one field with two names, `(a, b)` two without.
    fn params(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut entries: Vec<Entry> = Vec::new();
        for param in pair.into_inner() {
            entries.push(self.param(param)?);
        }
        let named = entries.iter().any(|entry| matches!(entry.what, Param::Named(..)));
        let mut fields = Vec::new();
        let mut names: Vec<PatternId> = Vec::new();
        for entry in entries {
            match entry.what {
                Param::Run(id) if names.is_empty() => fields.push(id),
                Param::Type(id) if named => {
                    let form = &self.nodes[id.0 as usize].form;
                    if !matches!(form, Form::Node { kind: Kind::Ident, .. } | Form::Hole(_) | Form::OneOf(_)) {
                        return self.mixed_params(entry.span);
                    }
                    names.push(id);
                }
                Param::Type(id) => {
                    let field = self.unnamed_field(id, entry.span);
                    fields.push(field);
                    self.entry_label(field, entry.label)?;
                }
                Param::Named(name, ty) => {
                    names.push(name);
                    let start = self.node_span(names[0]).start;
                    let at = Span::new(start, entry.span.end);
                    let end = self.node_span(name).end;
                    let names = self.list(std::mem::take(&mut names), Span::new(start, end));
                    let tag = self.absent(at.end);
                    let field = self.node(Kind::Field, vec![names, ty, tag], at);
                    fields.push(field);
                    self.entry_label(field, entry.label)?;
                }
                Param::Run(_) => return self.mixed_params(entry.span),
            }
        }
        if let Some(name) = names.first() {
            return self.mixed_params(self.node_span(*name));
        }
        self.check_runs(&fields)?;
        Some(self.list(fields, span))
    }

    fn mixed_params<T>(&mut self, span: Span) -> Option<T> {
        self.refuse(codes::E0113, span, "parameters have either all a name or none", |diagnostic| {
            diagnostic.help("write `$name $type` for a parameter with a name, `...` for any parameters");
        })
    }

    fn entry_label(&mut self, id: PatternId, label: Option<Name>) -> Option<()> {
        self.nodes[id.0 as usize].label = label;
        Some(())
    }

    fn param(&mut self, pair: Node<'_>) -> Option<Entry> {
        let span = self.span(&pair);
        let mut inner = pair.into_inner();
        let body = inner.next()?;
        let at = self.span(&body);
        let label = inner.next().map(|label| {
            let value = label.as_str().trim_end().trim_start_matches('@').to_owned();
            Name { value, span: self.span(&label) }
        });
        let what = match body.as_rule() {
            Rule::run => {
                let id = self.run(&body);
                self.entry_label(id, label.clone())?;
                Param::Run(id)
            }
            Rule::variadic => Param::Type(self.variadic(body)?),
            Rule::unnamed => Param::Type(self.go_type(body.into_inner().next()?)?),
            _ => {
                let mut parts = body.into_inner();
                let name = parts.next()?;
                let name = if name.as_rule() == Rule::named_run { self.run(&name) } else { self.name(name)? };
                let ty = parts.next()?;
                let is_variadic = ty.as_rule() == Rule::variadic;
                Param::Named(name, if is_variadic { self.variadic(ty)? } else { self.go_type(ty)? })
            }
        };
        let span = if label.is_some() { at } else { span };
        Some(Entry { what, span, label })
    }

    fn variadic(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let ty = pair.into_inner().find(|part| part.as_rule() == Rule::go_type)?;
        let ty = self.go_type(ty)?;
        Some(self.node(Kind::Variadic, vec![ty], span))
    }

    /// `field { $x ...T }`: a variadic parameter as a whole pattern.
    fn param_field(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut names = Vec::new();
        let mut ty = None;
        let mut label = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => names.push(self.name(part)?),
                Rule::label => label = Some(part),
                _ => ty = Some(self.variadic(part)?),
            }
        }
        let names = self.list(names, Span::new(span.start, span.start));
        let tag = self.absent(span.end);
        let id = self.node(Kind::Field, vec![names, ty?, tag], span);
        if let Some(label) = label {
            self.label(id, &label)?;
        }
        Some(id)
    }

    /// Type parameters, grouped like parameters.
    fn tparams(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut fields = Vec::new();
        let mut names: Vec<PatternId> = Vec::new();
        for group in pair.into_inner() {
            if group.as_rule() == Rule::run {
                fields.push(self.run(&group));
                continue;
            }
            for part in group.into_inner() {
                match part.as_rule() {
                    Rule::run => fields.push(self.run(&part)),
                    Rule::name => names.push(self.name(part)?),
                    _ => {
                        let constraint = self.expr(part.into_inner().next()?)?;
                        let start = names.first().map_or(span.start, |name| self.node_span(*name).start);
                        let at = Span::new(start, self.node_span(constraint).end);
                        let names = self.list(std::mem::take(&mut names), at);
                        let tag = self.absent(at.end);
                        fields.push(self.node(Kind::Field, vec![names, constraint, tag], at));
                    }
                }
            }
        }
        if let Some(name) = names.first() {
            let at = self.node_span(*name);
            return self.refuse(codes::E0113, at, "a type parameter needs a constraint", |diagnostic| {
                diagnostic.help("write `[$T any]`, or `[...]` for any type parameters");
            });
        }
        self.check_runs(&fields)?;
        Some(self.list(fields, span))
    }

    fn field_item(&mut self, pair: Node<'_>) -> Option<PatternId> {
        self.labelled(pair, |lower, item| {
            if item.as_rule() == Rule::run {
                return Some(lower.run(&item));
            }
            lower.field(item)
        })
    }

    fn field(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut names = Vec::new();
        let mut names_span = Span::new(span.start, span.start);
        let mut ty = None;
        let mut tag = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::dots => {
                    names_span = self.span(&part);
                    names.push(self.run(&part));
                }
                Rule::field_names => {
                    names_span = self.span(&part);
                    for name in part.into_inner() {
                        let inner = name.into_inner().next()?;
                        let is_run = inner.as_rule() == Rule::named_run;
                        names.push(if is_run { self.run(&inner) } else { self.name(inner)? });
                    }
                }
                Rule::tag => {
                    let inner = part.into_inner().next()?;
                    let is_hole = inner.as_rule() == Rule::hole;
                    tag = Some(if is_hole { self.hole(&inner) } else { self.basic_literal(&inner)? });
                }
                _ => ty = Some(self.go_type(part)?),
            }
        }
        self.check_runs(&names)?;
        let names = self.list(names, names_span);
        let tag = tag.unwrap_or_else(|| self.any(span.end));
        Some(self.node(Kind::Field, vec![names, ty?, tag], span))
    }

    fn interface_item(&mut self, pair: Node<'_>) -> Option<PatternId> {
        self.labelled(pair, |lower, item| match item.as_rule() {
            Rule::run => Some(lower.run(&item)),
            Rule::method => lower.method(item),
            _ => {
                let span = lower.span(&item);
                let ty = lower.expr(item.into_inner().next()?)?;
                Some(lower.unnamed_field(ty, span))
            }
        })
    }

    /// A method of an interface: a field whose type is a function type.
    fn method(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut parts: Vec<_> = pair.into_inner().collect();
        if parts.is_empty() {
            return None;
        }
        let name = parts.remove(0);
        let name_span = self.span(&name);
        let name = self.name(name)?;
        let start = parts.first().map_or(span.end, |params| self.span(params).start);
        let ty = self.func_type(parts, Span::new(start, span.end))?;
        let names = self.list(vec![name], name_span);
        let tag = self.absent(span.end);
        Some(self.node(Kind::Field, vec![names, ty, tag], span))
    }

    // Declarations

    fn top_decl(&mut self, pair: Node<'_>) -> Option<PatternId> {
        self.labelled(pair, |lower, item| match item.as_rule() {
            Rule::func_decl => lower.func_decl(item),
            Rule::gen_decl => lower.gen_decl(item),
            Rule::run => Some(lower.run(&item)),
            _ => Some(lower.hole(&item)),
        })
    }

    fn func_decl(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let (mut receiver, mut name, mut body) = (None, None, None);
        let mut parts = Vec::new();
        let mut ty_span: Option<Span> = None;
        for part in pair.into_inner() {
            let at = self.span(&part);
            match part.as_rule() {
                Rule::receiver => {
                    let list = self.params(part.into_inner().next()?)?;
                    receiver = Some(if self.is_lone_run(list) { self.any(at.start) } else { list });
                }
                Rule::name => name = Some(self.name(part)?),
                Rule::block => body = Some(self.block(part)?),
                Rule::kw_func => {}
                _ => {
                    let start = ty_span.map_or(at.start, |span| span.start);
                    ty_span = Some(Span::new(start, at.end));
                    parts.push(part);
                }
            }
        }
        let ty = self.func_type(parts, ty_span?)?;
        let receiver = receiver.unwrap_or_else(|| self.absent(span.start));
        let body = body.unwrap_or_else(|| self.any(span.end));
        Some(self.node(Kind::FuncDecl, vec![receiver, name?, ty, body], span))
    }

    /// `var`, `const`, `type` and `import`. Without parentheses the declaration may be grouped all the same.
    fn gen_decl(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let decl = pair.into_inner().next()?;
        let kind = match decl.as_rule() {
            Rule::var_decl => Kind::VarDecl,
            Rule::const_decl => Kind::ConstDecl,
            Rule::type_decl => Kind::TypeDecl,
            _ => Kind::ImportDecl,
        };
        let mut specs = Vec::new();
        let mut op = OpForm::Any;
        for part in decl.into_inner() {
            match part.as_rule() {
                Rule::kw_var | Rule::kw_const | Rule::kw_type | Rule::kw_import | Rule::EOI => {}
                Rule::var_group | Rule::const_group | Rule::type_group | Rule::import_group => {
                    op = OpForm::OneOf(vec![Op::Grouped]);
                    for item in part.into_inner() {
                        specs.push(self.labelled(item, Self::spec)?);
                    }
                }
                _ => specs.push(self.spec(part)?),
            }
        }
        self.check_runs(&specs)?;
        Some(self.node_op(kind, op, specs, span))
    }

    fn spec(&mut self, pair: Node<'_>) -> Option<PatternId> {
        match pair.as_rule() {
            Rule::run => Some(self.run(&pair)),
            Rule::hole => Some(self.hole(&pair)),
            Rule::var_spec => self.value_spec(pair, Kind::VarSpec),
            Rule::const_spec => self.value_spec(pair, Kind::ConstSpec),
            Rule::type_spec => self.type_spec(pair),
            _ => self.import_spec(pair),
        }
    }

    fn value_spec(&mut self, pair: Node<'_>, kind: Kind) -> Option<PatternId> {
        let span = self.unlabelled_span(&pair);
        let (mut names, mut ty, mut values, mut label) = (None, None, None, None);
        for part in pair.into_inner() {
            let at = self.span(&part);
            match part.as_rule() {
                Rule::name_list => {
                    let mut items = Vec::new();
                    for item in part.into_inner() {
                        let inner = item.into_inner().next()?;
                        let is_run = inner.as_rule() == Rule::run;
                        items.push(if is_run { self.run(&inner) } else { self.name(inner)? });
                    }
                    self.check_runs(&items)?;
                    names = Some(self.list(items, at));
                }
                Rule::values => values = Some(self.expr_list(part.into_inner().next()?)?),
                Rule::label => label = Some(part),
                _ => ty = Some(self.go_type(part)?),
            }
        }
        let ty = ty.unwrap_or_else(|| self.absent(span.end));
        let values = values.unwrap_or_else(|| self.list(Vec::new(), Span::new(span.end, span.end)));
        let id = self.node(kind, vec![names?, ty, values], span);
        if let Some(label) = label {
            self.label(id, &label)?;
        }
        Some(id)
    }

    /// The span without a label at the end.
    fn unlabelled_span(&self, pair: &Node<'_>) -> Span {
        let span = self.span(pair);
        let mut end = None;
        let mut has_label = false;
        for part in pair.clone().into_inner() {
            if part.as_rule() == Rule::label {
                has_label = true;
            } else {
                end = Some(self.span(&part).end);
            }
        }
        if has_label { Span::new(span.start, end.unwrap_or(span.end)) } else { span }
    }

    fn type_spec(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.unlabelled_span(&pair);
        let (mut name, mut tparams, mut ty, mut label) = (None, None, None, None);
        let mut op = Op::None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.name(part)?),
                Rule::type_spec_tparams => tparams = Some(self.tparams(part)?),
                Rule::alias_mark => op = Op::Alias,
                Rule::label => label = Some(part),
                _ => ty = Some(self.go_type(part)?),
            }
        }
        let name = name?;
        let tparams = tparams.unwrap_or_else(|| self.any(self.node_span(name).end));
        let id = self.node_op(Kind::TypeSpec, OpForm::OneOf(vec![op]), vec![name, tparams, ty?], span);
        if let Some(label) = label {
            self.label(id, &label)?;
        }
        Some(id)
    }

    fn import_spec(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.unlabelled_span(&pair);
        let (mut name, mut path, mut label) = (None, None, None);
        for part in pair.into_inner() {
            let at = self.span(&part);
            match part.as_rule() {
                Rule::import_name => {
                    name = Some(match part.into_inner().next() {
                        Some(inner) => self.name(inner)?,
                        None => self.text_node(Kind::Ident, b".".to_vec(), at),
                    });
                }
                Rule::label => label = Some(part),
                _ => {
                    let inner = part.into_inner().next()?;
                    path = Some(match inner.as_rule() {
                        Rule::hole => self.hole(&inner),
                        Rule::alt => self.alternation(inner)?,
                        _ => self.basic_literal(&inner)?,
                    });
                }
            }
        }
        let name = name.unwrap_or_else(|| self.absent(span.start));
        let id = self.node(Kind::ImportSpec, vec![name, path?], span);
        if let Some(label) = label {
            self.label(id, &label)?;
        }
        Some(id)
    }

    // Statements

    fn block(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let statements = self.stmt_list(pair.into_inner().next()?)?;
        Some(self.node(Kind::Block, statements, span))
    }

    fn stmt_list(&mut self, pair: Node<'_>) -> Option<Vec<PatternId>> {
        let statements = pair.into_inner().map(|stmt| self.stmt(stmt)).collect::<Option<Vec<_>>>()?;
        self.check_runs(&statements)?;
        Some(statements)
    }

    fn stmt(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut labels = Vec::new();
        let mut body = None;
        for part in pair.into_inner() {
            if part.as_rule() == Rule::label_prefix {
                let start = self.span(&part).start;
                labels.push((self.name(part.into_inner().next()?)?, start));
            } else {
                body = Some(self.stmt_body(part)?);
            }
        }
        let mut id = match body {
            Some(id) => id,
            None => self.node(Kind::Empty, Vec::new(), Span::new(span.end, span.end)),
        };
        for (label, start) in labels.into_iter().rev() {
            if self.is_run(id) {
                let at = self.node_span(id);
                return self.refuse(codes::E0114, at, "a label stands before one statement, not before a run", |_| {});
            }
            let at = Span::new(start, self.node_span(id).end);
            id = self.node(Kind::Labeled, vec![label, id], at);
        }
        Some(id)
    }

    fn stmt_body(&mut self, pair: Node<'_>) -> Option<PatternId> {
        self.labelled(pair, |lower, stmt| {
            let span = lower.span(&stmt);
            match stmt.as_rule() {
                Rule::run_stmt => lower.labelled(stmt, |lower, run| Some(lower.run(&run))),
                Rule::gen_decl => {
                    let decl = lower.gen_decl(stmt)?;
                    Some(lower.node(Kind::DeclStmt, vec![decl], span))
                }
                Rule::if_stmt => lower.if_stmt(stmt),
                Rule::for_stmt => lower.for_stmt(stmt, span),
                Rule::switch_stmt => lower.switch_stmt(stmt, span),
                Rule::select_stmt => {
                    let clauses = stmt.into_inner().find(|part| part.as_rule() == Rule::clauses)?;
                    let body = lower.clauses(clauses, Kind::Comm)?;
                    Some(lower.node(Kind::Select, vec![body], span))
                }
                Rule::return_stmt => {
                    let list = stmt.into_inner().find(|part| part.as_rule() == Rule::expr_list);
                    let results = match list {
                        Some(list) => lower.expr_items(list)?,
                        None => Vec::new(),
                    };
                    Some(lower.node(Kind::Return, results, span))
                }
                Rule::branch_stmt => lower.branch_stmt(stmt, span),
                Rule::go_stmt | Rule::defer_stmt => {
                    let kind = if stmt.as_rule() == Rule::go_stmt { Kind::Go } else { Kind::Defer };
                    let call = stmt.into_inner().find(|part| part.as_rule() == Rule::expr)?;
                    let call = lower.expr(call)?;
                    Some(lower.node(kind, vec![call], span))
                }
                Rule::block => lower.block(stmt),
                _ => lower.simple(stmt),
            }
        })
    }

    fn branch_stmt(&mut self, pair: Node<'_>, span: Span) -> Option<PatternId> {
        let mut op = None;
        let mut label = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::branch_word => op = op_of(part.as_str().trim_end(), |_| true),
                Rule::dots => label = Some(self.any(self.span(&part).start)),
                _ => label = Some(self.name(part)?),
            }
        }
        let label = label.unwrap_or_else(|| self.absent(span.end));
        Some(self.node_op(Kind::Branch, OpForm::OneOf(vec![op?]), vec![label], span))
    }

    fn expr_items(&mut self, list: Node<'_>) -> Option<Vec<PatternId>> {
        let mut items = Vec::new();
        for item in list.into_inner() {
            items.push(self.labelled(item, |lower, inner| match inner.as_rule() {
                Rule::run => Some(lower.run(&inner)),
                _ => lower.expr(inner),
            })?);
        }
        self.check_runs(&items)?;
        Some(items)
    }

    fn expr_list(&mut self, list: Node<'_>) -> Option<PatternId> {
        let span = self.span(&list);
        let items = self.expr_items(list)?;
        Some(self.list(items, span))
    }

    /// An expression, assignment, `x++` or send as a statement.
    fn simple(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let left_pair = parts.next()?;
        let left_span = self.span(&left_pair);
        let mut left = self.expr_items(left_pair)?;
        let Some(rest) = parts.next() else {
            let x = self.only(&mut left, left_span)?;
            return Some(match self.nodes[x.0 as usize].form {
                Form::Hole(_) | Form::Run(_) => x,
                _ => self.node(Kind::ExprStmt, vec![x], span),
            });
        };
        match rest.as_rule() {
            Rule::assign_op => {
                let op = self.ops(rest, |text| op_of(text, |_| true))?;
                let right = self.expr_list(parts.next()?)?;
                let left = self.list(left, left_span);
                Some(self.node_op(Kind::Assign, op, vec![left, right], span))
            }
            Rule::step_op => {
                let op = self.ops(rest, |text| op_of(text, |_| true))?;
                let x = self.only(&mut left, left_span)?;
                self.no_run(x)?;
                Some(self.node_op(Kind::IncDec, op, vec![x], span))
            }
            _ => {
                let ch = self.only(&mut left, left_span)?;
                self.no_run(ch)?;
                let value = self.expr(rest.into_inner().next()?)?;
                Some(self.node(Kind::Send, vec![ch, value], span))
            }
        }
    }

    /// The one element of a list.
    fn only(&mut self, items: &mut Vec<PatternId>, span: Span) -> Option<PatternId> {
        if items.len() == 1 {
            return items.pop();
        }
        self.refuse(codes::E0113, span, "several expressions stand where a statement has one", |diagnostic| {
            diagnostic.help("only the two sides of `=` and `:=` are lists");
        })
    }

    fn no_run(&mut self, id: PatternId) -> Option<()> {
        if !self.is_run(id) {
            return Some(());
        }
        let span = self.node_span(id);
        self.refuse(codes::E0114, span, "a run stands for any number of list elements; here stands exactly one", |d| {
            d.help("write a hole: `$x`, or `$_` for any");
        })
    }

    /// What stands between the keyword and the `{`, cut at the semicolons.
    fn header<'t>(&mut self, pair: Node<'t>) -> Vec<Option<Node<'t>>> {
        let mut parts = vec![None];
        for part in pair.into_inner() {
            if part.as_rule() == Rule::header_semi {
                parts.push(None);
            } else if let Some(last) = parts.last_mut() {
                *last = part.into_inner().next();
            }
        }
        parts
    }

    /// A statement in a header; `...` means any, or none.
    fn header_stmt(&mut self, part: Option<Node<'_>>, at: u32) -> Option<PatternId> {
        let Some(part) = part else { return Some(self.absent(at)) };
        if is_dots(&part) {
            return Some(self.any(self.span(&part).start));
        }
        if part.as_rule() == Rule::range_clause || part.clone().into_inner().any(|p| p.as_rule() == Rule::range_clause)
        {
            let span = self.span(&part);
            return self.refuse(codes::E0113, span, "`range` stands behind `for` only", |_| {});
        }
        let id = self.simple(part)?;
        self.no_run(id)?;
        Some(id)
    }

    /// An expression in a header; `...` means any, or none.
    fn header_expr(&mut self, part: Option<Node<'_>>, at: u32) -> Option<PatternId> {
        let id = self.header_stmt(part, at)?;
        match &self.nodes[id.0 as usize].form {
            Form::Node { kind: Kind::ExprStmt, children, .. } => children.first().copied(),
            Form::Node { .. } => {
                let span = self.node_span(id);
                self.refuse(codes::E0113, span, "expected an expression, found a statement", |diagnostic| {
                    diagnostic.help("a comparison is `==`; a statement before the condition ends with `;`");
                })
            }
            _ => Some(id),
        }
    }

    fn if_stmt(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let end = self.span(&pair).end;
        // Each `if` with where it starts; the last `else` ends them all.
        let mut arms = Vec::new();
        let mut other = None;
        let mut start = self.span(&pair).start;
        let mut header = None;
        let mut queue: Vec<_> = pair.into_inner().collect();
        queue.reverse();
        while let Some(part) = queue.pop() {
            match part.as_rule() {
                Rule::kw_if => start = self.span(&part).start,
                Rule::header => header = Some(part),
                Rule::else_if => {
                    let mut inner: Vec<_> = part.into_inner().collect();
                    inner.reverse();
                    queue.extend(inner);
                }
                Rule::block => {
                    let mut parts = self.header(header.take()?);
                    let at = self.span(&part).start;
                    if parts.len() > 2 {
                        let span = Span::new(start, at);
                        return self.refuse(codes::E0113, span, "an `if` has at most one `;`", |_| {});
                    }
                    let cond = parts.pop().flatten();
                    if cond.is_none() {
                        let span = Span::new(start, start + 2);
                        return self.refuse(codes::E0113, span, "this `if` has no condition", |diagnostic| {
                            diagnostic.help("write `if $_ { … }` for any condition, `if ... { … }` for any header");
                        });
                    }
                    // `if ... {` leaves both slots open.
                    let is_open = parts.is_empty() && cond.as_ref().is_some_and(is_dots);
                    let init = match parts.pop() {
                        Some(init) => self.header_stmt(init, start + 2)?,
                        None if is_open => self.any(start + 2),
                        None => self.absent(start + 2),
                    };
                    let cond = self.header_expr(cond, at)?;
                    let then = self.block(part)?;
                    arms.push((start, init, cond, then));
                }
                Rule::else_part => {
                    let inner = part.into_inner().find(|part| part.as_rule() != Rule::kw_else)?;
                    other = Some(match inner.as_rule() {
                        Rule::block => self.block(inner)?,
                        Rule::hole => self.hole(&inner),
                        _ => self.any(self.span(&inner).start),
                    });
                }
                _ => {}
            }
        }
        let mut other = other.unwrap_or_else(|| self.absent(end));
        for (start, init, cond, then) in arms.into_iter().rev() {
            other = self.node(Kind::If, vec![init, cond, then, other], Span::new(start, end));
        }
        Some(other)
    }

    fn for_stmt(&mut self, pair: Node<'_>, span: Span) -> Option<PatternId> {
        let mut header = None;
        let mut body = None;
        let mut at = span.start + 3;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::header => header = Some(part),
                Rule::block => {
                    at = self.span(&part).start;
                    body = Some(self.block(part)?);
                }
                _ => {}
            }
        }
        let body = body?;
        let mut parts = self.header(header?);
        match parts.len() {
            1 => match parts.pop().flatten() {
                Some(part) if is_dots(&part) => {
                    let slots = vec![self.any(at), self.any(at), self.any(at), body];
                    Some(self.node(Kind::For, slots, span))
                }
                Some(part) if has_range(&part) => self.range(part, body, span),
                part => {
                    let init = self.absent(at);
                    let cond = self.header_expr(part, at)?;
                    let post = self.absent(at);
                    Some(self.node(Kind::For, vec![init, cond, post, body], span))
                }
            },
            3 => {
                let post = parts.pop().flatten();
                let cond = parts.pop().flatten();
                let init = self.header_stmt(parts.pop().flatten(), at)?;
                let cond = self.header_expr(cond, at)?;
                let post = self.header_stmt(post, at)?;
                Some(self.node(Kind::For, vec![init, cond, post, body], span))
            }
            _ => self.refuse(codes::E0113, Span::new(span.start, at), "a `for` has no `;` or two of them", |d| {
                d.help("write `for init; cond; post { … }`; each of the three may be `...`, or left out");
            }),
        }
    }

    fn range(&mut self, pair: Node<'_>, body: PatternId, span: Span) -> Option<PatternId> {
        let mut op = OpForm::OneOf(vec![Op::None]);
        let mut slots = Vec::new();
        let mut clause = None;
        let mut names_span = span;
        if pair.as_rule() == Rule::range_clause {
            clause = Some(pair);
        } else {
            for part in pair.into_inner() {
                match part.as_rule() {
                    Rule::expr_list_nc => {
                        names_span = self.span(&part);
                        slots = self.expr_items(part)?;
                    }
                    Rule::assign_op => op = self.ops(part, |text| op_of(text, |_| true))?,
                    Rule::range_clause => clause = Some(part),
                    _ => {}
                }
            }
        }
        let clause = clause?;
        let at = self.span(&clause).start;
        let x = clause.into_inner().find(|part| part.as_rule() == Rule::expr_nc)?;
        let x = self.expr(x)?;
        let is_plain = op == OpForm::OneOf(vec![Op::None]);
        let runs = slots.iter().filter(|slot| matches!(self.nodes[slot.0 as usize].form, Form::Run(None))).count();
        if runs == 1 && slots.len() == 1 {
            // `for ... range x`: any key, value and operator; `for ... := range x`: any key and value.
            let op = if is_plain { OpForm::Any } else { op };
            let slots = vec![self.any(at), self.any(at), x, body];
            return Some(self.node_op(Kind::Range, op, slots, span));
        }
        let fits = slots.len() <= 2 && is_plain == slots.is_empty();
        let is_assignment = |op: &Op| matches!(op, Op::None | Op::Assign | Op::Define);
        let op_fits = matches!(&op, OpForm::OneOf(ops) if ops.iter().all(is_assignment));
        if !fits || !op_fits {
            return self.refuse(codes::E0113, names_span, "this is not a `range` loop", |diagnostic| {
                diagnostic
                    .help("write `for $k, $v := range $x { … }`, or `for ... range $x { … }` for any of its forms");
            });
        }
        for slot in slots.clone() {
            self.no_run(slot)?;
        }
        while slots.len() < 2 {
            slots.push(self.absent(at));
        }
        slots.extend([x, body]);
        Some(self.node_op(Kind::Range, op, slots, span))
    }

    fn switch_stmt(&mut self, pair: Node<'_>, span: Span) -> Option<PatternId> {
        let mut header = None;
        let mut body = None;
        let mut at = span.end;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::header => header = Some(part),
                Rule::clauses => {
                    at = self.span(&part).start;
                    body = Some(self.clauses(part, Kind::Case)?);
                }
                _ => {}
            }
        }
        let (body, mut parts) = (body?, self.header(header?));
        if parts.len() > 2 {
            return self.refuse(codes::E0113, Span::new(span.start, at), "a `switch` has at most one `;`", |_| {});
        }
        let tag = parts.pop().flatten();
        let is_open = parts.is_empty() && tag.as_ref().is_some_and(is_dots);
        let init = match parts.pop() {
            Some(init) => self.header_stmt(init, at)?,
            None if is_open => self.any(at),
            None => self.absent(at),
        };
        let tag = self.header_stmt(tag, at)?;
        if let Some((name, x)) = self.type_switch_guard(tag)? {
            return Some(self.node(Kind::TypeSwitch, vec![init, name, x, body], span));
        }
        let tag = match &self.nodes[tag.0 as usize].form {
            Form::Node { kind: Kind::ExprStmt, children, .. } => *children.first()?,
            Form::Node { .. } => {
                let at = self.node_span(tag);
                return self.refuse(codes::E0113, at, "expected an expression, found a statement", |diagnostic| {
                    diagnostic.help("a statement before the tag ends with `;`");
                });
            }
            _ => tag,
        };
        Some(self.node(Kind::Switch, vec![init, tag, body], span))
    }

    /// The name and operand of `name := x.(type)` or `x.(type)`; `Some(None)` if it is something else.
    fn type_switch_guard(&mut self, tag: PatternId) -> Option<Option<(PatternId, PatternId)>> {
        let (name, guard) = match &self.nodes[tag.0 as usize].form {
            Form::Node { kind: Kind::ExprStmt, children, .. } => (None, *children.first()?),
            Form::Node { kind: Kind::Assign, op, children, .. } if *op == OpForm::OneOf(vec![Op::Define]) => {
                match (self.single(*children.first()?), self.single(*children.get(1)?)) {
                    (Some(name), Some(guard)) => (Some(name), guard),
                    _ => return Some(None),
                }
            }
            _ => return Some(None),
        };
        let Form::Node { kind: Kind::TypeAssert, children, .. } = &self.nodes[guard.0 as usize].form else {
            return Some(None);
        };
        let (x, ty) = (*children.first()?, *children.get(1)?);
        if !matches!(self.nodes[ty.0 as usize].form, Form::Absent) {
            return Some(None);
        }
        let start = self.node_span(guard).start;
        // The assertion is no node of the tree; its empty type slot marks it as used.
        self.nodes[guard.0 as usize].form = Form::Absent;
        let name = name.unwrap_or_else(|| self.absent(start));
        Some(Some((name, x)))
    }

    fn single(&self, list: PatternId) -> Option<PatternId> {
        match &self.nodes[list.0 as usize].form {
            Form::Node { children, .. } if children.len() == 1 => children.first().copied(),
            _ => None,
        }
    }

    /// The body of a `switch` or `select`. Behind `case x: ...` a second `...` is a run of clauses, not of statements.
    fn clauses(&mut self, pair: Node<'_>, kind: Kind) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut clauses = Vec::new();
        for clause in pair.into_inner() {
            let mut behind = None;
            let id = self.labelled(clause, |lower, inner| match inner.as_rule() {
                Rule::run => Some(lower.run(&inner)),
                Rule::hole => Some(lower.hole(&inner)),
                _ => {
                    let (id, run) = lower.clause(inner, kind)?;
                    behind = run;
                    Some(id)
                }
            })?;
            clauses.push(id);
            clauses.extend(behind);
        }
        self.check_runs(&clauses)?;
        Some(self.node(Kind::Block, clauses, span))
    }

    fn clause(&mut self, pair: Node<'_>, kind: Kind) -> Option<(PatternId, Option<PatternId>)> {
        let span = self.span(&pair);
        let is_default = pair.as_rule() == Rule::default_clause;
        let at = span.start + 4;
        let (mut head, mut statements) = (None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::simple if kind == Kind::Comm => head = Some(self.comm(part)?),
                Rule::simple => head = Some(self.case_exprs(part)?),
                Rule::stmt_list => {
                    statements = part.into_inner().map(|stmt| self.stmt(stmt)).collect::<Option<Vec<_>>>()?;
                }
                _ => {}
            }
        }
        let behind = match statements[..] {
            [.., first, second] if self.is_run(first) && self.is_run(second) => statements.pop(),
            _ => None,
        };
        self.check_runs(&statements)?;
        let op = if is_default { Op::Default } else { Op::None };
        let head = match head {
            Some(head) => head,
            None if kind == Kind::Comm => self.absent(at),
            None => self.list(Vec::new(), Span::new(at, at)),
        };
        statements.insert(0, head);
        Some((self.node_op(kind, OpForm::OneOf(vec![op]), statements, span), behind))
    }

    fn comm(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        if is_dots(&pair) {
            return Some(self.any(span.start));
        }
        let id = self.simple(pair)?;
        self.no_run(id)?;
        Some(id)
    }

    fn case_exprs(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let list = self.expr_list(parts.next()?)?;
        if parts.next().is_some() {
            return self.refuse(
                codes::E0113,
                span,
                "a `case` of a `switch` holds expressions or types",
                |diagnostic| {
                    diagnostic.help("sends and receives stand in the cases of a `select`");
                },
            );
        }
        Some(list)
    }
}

struct Entry {
    what: Param,
    span: Span,
    label: Option<Name>,
}

enum Param {
    Run(PatternId),
    /// A type without a name, or a name whose type follows.
    Type(PatternId),
    Named(PatternId, PatternId),
}

/// The pairs that carry meaning.
fn significant(pair: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    pair.into_inner().filter(|pair| !matches!(pair.as_rule(), Rule::EOI | Rule::kw_package))
}

/// The name behind `$`; none for `$_`.
fn sigil_name(text: &str) -> Option<String> {
    let name = text.trim_end().trim_start_matches('$');
    (name != "_").then(|| name.to_owned())
}

fn op_of(text: &str, fits: impl Fn(Op) -> bool) -> Option<Op> {
    Op::ALL.iter().copied().find(|op| op.text() == text && fits(*op))
}

/// How strongly an operator binds; `None` where that is open.
fn precedence(op: &OpForm) -> Option<u8> {
    let OpForm::OneOf(ops) = op else { return None };
    let first = ops.first()?.precedence();
    ops.iter().all(|op| op.precedence() == first).then_some(first)
}

/// Whether digits, letters and signs make a float: at least a point, an exponent or a fraction, and no other letters.
fn is_float(source: &[u8]) -> bool {
    let text = String::from_utf8_lossy(source).to_ascii_lowercase().replace('_', "");
    if let Some(hex) = text.strip_prefix("0x") {
        let Some((mantissa, exponent)) = hex.split_once('p') else { return false };
        return mantissa.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'.')
            && exponent.parse::<i32>().is_ok();
    }
    let is_fraction = text.contains(['.', 'e']);
    is_fraction
        && text.bytes().all(|byte| byte.is_ascii_digit() || b".e+-".contains(&byte))
        && text.parse::<f64>().is_ok()
}

/// Whether a header part is `...` alone.
fn is_dots(part: &Node<'_>) -> bool {
    part.as_str().trim_end_matches(is_blank) == "..."
}

/// Blanks, and semicolons, which end no node.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | ';')
}

fn has_range(part: &Node<'_>) -> bool {
    part.as_rule() == Rule::range_clause || part.clone().into_inner().any(|part| part.as_rule() == Rule::range_clause)
}
