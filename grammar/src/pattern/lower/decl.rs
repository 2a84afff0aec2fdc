//! Declarations and specs of patterns.

use super::{Lower, Node};
use crate::ast::{OpForm, PatternId};
use crate::pattern::Rule;
use rulec_tree::{Kind, Op, Span};

impl Lower<'_> {
    pub(super) fn top_decl(&mut self, pair: Node<'_>) -> Option<PatternId> {
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
    pub(super) fn gen_decl(&mut self, pair: Node<'_>) -> Option<PatternId> {
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
}
