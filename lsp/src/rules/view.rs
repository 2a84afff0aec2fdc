//! How a rule file is shown: semantic tokens, hints, code lenses, symbols, folds.

use super::hover::{category_word, described, holes_of};
use super::index::{Index, Named};
use crate::text::Text;
use crate::words;
use gen_lsp_types::{
    CodeLens, Command, DocumentSymbol, FoldingRange, InlayHint, InlayHintKind, Label, SemanticToken, SymbolKind,
    Tooltip, Uri,
};
use rulec_grammar::ast::{Item, Rule};
use rulec_grammar::{BlockKind, TokenKind, is_go_keyword};
use rulec_tree::Span;
use serde_json::json;
use std::collections::BTreeSet;

/// The kinds of semantic tokens, by their numbers.
pub(crate) const TOKEN_TYPES: &[&str] = &[
    "keyword",
    "variable",
    "decorator",
    "property",
    "namespace",
    "function",
    "type",
    "string",
    "number",
    "comment",
    "operator",
];

const KEYWORD: u32 = 0;
const VARIABLE: u32 = 1;
const DECORATOR: u32 = 2;
const PROPERTY: u32 = 3;
const NAMESPACE: u32 = 4;
const FUNCTION: u32 = 5;
const TYPE: u32 = 6;
const STRING: u32 = 7;
const NUMBER: u32 = 8;
const COMMENT: u32 = 9;
const OPERATOR: u32 = 10;

/// The command that runs the examples of a rule; its arguments are the URI of the file and the rule's name.
pub(crate) const RUN_EXAMPLES: &str = "rulec.runExamples";

/// The semantic tokens of a file, as differences to the one before. Go code of examples has none.
pub(crate) fn semantic_tokens(index: &Index, text: &Text) -> Vec<SemanticToken> {
    let mut all = Vec::new();
    let (mut line, mut column) = (0, 0);
    for (span, kind) in colours(index) {
        // Clients draw tokens of one line each.
        for piece in lines_of(index, span) {
            let at = text.position(piece.start);
            let delta_start = if at.line == line { at.character - column } else { at.character };
            all.push(SemanticToken {
                delta_line: at.line - line,
                delta_start,
                length: text.columns(piece),
                token_type: kind,
                token_modifiers_bitset: 0,
            });
            (line, column) = (at.line, at.character);
        }
    }
    all
}

fn lines_of(index: &Index, span: Span) -> Vec<Span> {
    let mut pieces = Vec::new();
    let mut start = span.start;
    for line in index.slice(span).split_inclusive('\n') {
        let len = line.trim_end_matches(['\n', '\r']).len() as u32;
        if len > 0 {
            pieces.push(Span::new(start, start + len));
        }
        start += line.len() as u32;
    }
    pieces
}

/// What is coloured how, in source order, nothing twice.
fn colours(index: &Index) -> Vec<(Span, u32)> {
    let mut colours = Vec::new();
    for mention in &index.mentions {
        let signed = |signs: u32| Span::new(mention.span.start - signs, mention.span.end);
        colours.push(match mention.named {
            Named::Hole => {
                let is_run = index.text[..mention.span.start as usize].ends_with("$*");
                (signed(if is_run { 2 } else { 1 }), VARIABLE)
            }
            Named::Label => (signed(1), DECORATOR),
            Named::Option => (mention.span, PROPERTY),
            Named::Package => (mention.span, NAMESPACE),
            Named::Item => (mention.span, FUNCTION),
        });
    }
    let named: BTreeSet<u32> = colours.iter().map(|(span, _)| span.start).collect();
    // Names in messages divide their strings.
    let inside: Vec<Span> = colours.iter().map(|(span, _)| *span).collect();
    for (number, item) in index.survey.items.iter().enumerate() {
        for lexeme in index.tokens_of(item) {
            let span = lexeme.token.span;
            if named.contains(&span.start) {
                continue;
            }
            if lexeme.token.kind == TokenKind::String {
                colours.extend(around(span, &inside).into_iter().map(|piece| (piece, STRING)));
            } else if let Some(kind) = colour(index, number, lexeme.token.kind, span) {
                colours.push((span, kind));
            }
        }
    }
    let comments =
        index.survey.tokens.iter().filter(|own| matches!(own.token.kind, TokenKind::Comment | TokenKind::Doc));
    colours.extend(comments.map(|own| (own.token.span, COMMENT)));
    colours.sort_by_key(|(span, _)| (span.start, span.end));
    colours.dedup_by_key(|(span, _)| span.start);
    // What starts within its forerunner is a part of a name with dashes.
    let mut end = 0;
    colours.retain(|(span, _)| {
        let is_new = span.start >= end;
        end = end.max(span.end);
        is_new
    });
    colours
}

/// The parts of a span that none of these covers.
fn around(span: Span, inside: &[Span]) -> Vec<Span> {
    let mut pieces = Vec::new();
    let mut start = span.start;
    for name in inside.iter().filter(|name| span.start <= name.start && name.end <= span.end) {
        if start < name.start {
            pieces.push(Span::new(start, name.start));
        }
        start = start.max(name.end);
    }
    if start < span.end {
        pieces.push(Span::new(start, span.end));
    }
    pieces
}

fn colour(index: &Index, item: usize, kind: TokenKind, span: Span) -> Option<u32> {
    match kind {
        TokenKind::Number => Some(NUMBER),
        TokenKind::Rune => Some(STRING),
        TokenKind::Hole | TokenKind::Run => Some(VARIABLE),
        TokenKind::Dots => Some(OPERATOR),
        TokenKind::Word => {
            let within = index.within(item, span.start);
            match within.block {
                Some(BlockKind::Pattern) => is_go_keyword(index.slice(span)).then_some(KEYWORD),
                Some(_) => None,
                None => Some(word_colour(index, span)),
            }
        }
        _ => None,
    }
}

fn word_colour(index: &Index, span: Span) -> u32 {
    let word = index.slice(span);
    let behind = index.text[span.end as usize..].trim_start();
    let is_category = words::CATEGORIES.iter().any(|entry| entry.0 == word);
    match () {
        () if behind.starts_with('(') => FUNCTION,
        () if is_category && behind.starts_with(['{', '$']) => TYPE,
        () => KEYWORD,
    }
}

/// Behind each hole where it is bound: what it stands for.
pub(crate) fn hints(index: &Index, text: &Text, wanted: Span) -> Vec<InlayHint> {
    let mut hints = Vec::new();
    for number in 0..index.survey.items.len() {
        let mut seen = BTreeSet::new();
        for hole in holes_of(index, number) {
            if !seen.insert(hole.name.clone()) || hole.span.end < wanted.start || wanted.end < hole.span.start {
                continue;
            }
            // `func $f` says itself what it is.
            if index.slice(hole.span).starts_with("func") {
                continue;
            }
            hints.push(InlayHint {
                position: text.position(hole.span.end),
                label: Label::String(format!(": {}", category_word(&hole))),
                kind: Some(InlayHintKind::Type),
                text_edits: None,
                tooltip: Some(Tooltip::String(described(&hole))),
                padding_left: None,
                padding_right: None,
                data: None,
            });
        }
    }
    hints
}

/// Above each rule with examples: a way to run them.
pub(crate) fn lenses(index: &Index, text: &Text, uri: &Uri) -> Vec<CodeLens> {
    let rules = index.survey.module.items.iter().filter_map(|item| match item {
        Item::Rule(rule) => Some(&**rule),
        Item::Instance(instance) => Some(&instance.rule),
        _ => None,
    });
    let lens = |rule: &Rule| CodeLens {
        range: text.range(rule.name.span),
        command: Some(Command {
            title: match rule.examples.len() {
                1 => "▶ run 1 example".to_owned(),
                count => format!("▶ run {count} examples"),
            },
            command: RUN_EXAMPLES.to_owned(),
            arguments: Some(vec![json!(uri.0), json!(rule.name.value)]),
            tooltip: None,
        }),
        data: None,
    };
    rules.filter(|rule| !rule.examples.is_empty()).map(lens).collect()
}

/// The items of a file.
pub(crate) fn symbols(index: &Index, text: &Text) -> Vec<DocumentSymbol> {
    let named = index.item_names().into_iter().filter_map(|(number, name, span)| {
        let item = index.survey.items.get(number)?;
        let kind = match item.word {
            "rule" | "instance" => SymbolKind::Class,
            "predicate" | "fact" => SymbolKind::Function,
            "symbols" => SymbolKind::Array,
            _ => SymbolKind::Object,
        };
        #[expect(deprecated, reason = "the field has to be given a value")]
        let symbol = DocumentSymbol {
            name,
            detail: Some(item.word.to_owned()),
            kind,
            tags: None,
            deprecated: None,
            range: text.range(item.span),
            selection_range: text.range(span),
            children: None,
        };
        Some(symbol)
    });
    named.collect()
}

/// The bodies of items, and the blocks in them.
pub(crate) fn folds(index: &Index, text: &Text) -> Vec<FoldingRange> {
    let blocks =
        index.survey.items.iter().flat_map(|item| item.blocks.iter().map(|block| block.inner).chain(item.body));
    let lines = blocks.map(|span| (text.position(span.start).line, text.position(span.end).line));
    let long = lines.filter(|(start, end)| end > &(start + 1)).collect::<BTreeSet<_>>();
    long.into_iter()
        .map(|(start_line, end_line)| FoldingRange { start_line, end_line: end_line - 1, ..FoldingRange::default() })
        .collect()
}
