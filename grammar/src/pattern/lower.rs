//! Parsed Go patterns to the arena of [`Pattern`]: the same kinds and slots that Go files are lowered to.
//!
//! In: pest's pairs for one pattern. Out: nodes; what pest cannot see (a run as an operand, a label set twice) is
//! reported. Recursion follows brackets only, and these are at most 200 deep; chains such as `a + b + …`, `x.y.z…`,
//! `[][]T` and `else if` are loops.

mod decl;
mod expr;
mod stmt;
mod types;

use super::Rule;
use crate::ast::{Form, Name, OpForm, PatternId, PatternNode};
use crate::codes::{self, Code};
use crate::diagnostic::{FileId, Sink};
use pest::iterators::Pair;
use rulec_tree::{Kind, Op, Span};

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

/// Blanks, and semicolons, which end no node.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | ';')
}
