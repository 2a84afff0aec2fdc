//! Expressions of patterns.

use super::{Lower, Node, op_of};
use crate::ast::{Form, OpForm, PatternId};
use crate::codes;
use crate::pattern::Rule;
use rulec_tree::{Kind, Op, Span, literal};

impl Lower<'_> {
    /// Operators and operands to a tree, by Go's five precedences, all of them left-associative.
    ///
    /// Source: Dijkstra's shunting-yard algorithm.
    pub(super) fn expr(&mut self, pair: Node<'_>) -> Option<PatternId> {
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

    pub(super) fn basic_literal(&mut self, pair: &Node<'_>) -> Option<PatternId> {
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
