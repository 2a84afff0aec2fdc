//! Statements and clauses of patterns.

use super::{Lower, Node, is_blank, op_of};
use crate::ast::{Form, OpForm, PatternId};
use crate::codes;
use crate::pattern::Rule;
use rulec_tree::{Kind, Op, Span};

impl Lower<'_> {
    pub(super) fn block(&mut self, pair: Node<'_>) -> Option<PatternId> {
        let span = self.span(&pair);
        let statements = self.stmt_list(pair.into_inner().next()?)?;
        Some(self.node(Kind::Block, statements, span))
    }

    pub(super) fn stmt_list(&mut self, pair: Node<'_>) -> Option<Vec<PatternId>> {
        let statements = pair.into_inner().map(|stmt| self.stmt(stmt)).collect::<Option<Vec<_>>>()?;
        self.check_runs(&statements)?;
        Some(statements)
    }

    pub(super) fn stmt(&mut self, pair: Node<'_>) -> Option<PatternId> {
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

    pub(super) fn expr_list(&mut self, list: Node<'_>) -> Option<PatternId> {
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

/// Whether a header part is `...` alone.
fn is_dots(part: &Node<'_>) -> bool {
    part.as_str().trim_end_matches(is_blank) == "..."
}

fn has_range(part: &Node<'_>) -> bool {
    part.as_rule() == Rule::range_clause || part.clone().into_inner().any(|part| part.as_rule() == Rule::range_clause)
}
