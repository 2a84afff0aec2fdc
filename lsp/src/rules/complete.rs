//! What can be written at a place of a rule file.

use super::index::{Index, Named, Within};
use crate::words;
use gen_lsp_types::{CompletionItem, CompletionItemKind, Documentation, InsertTextFormat, MarkupContent, MarkupKind};
use rulec_grammar::{BlockKind, Lexeme, TokenKind};
use rulec_world::standard::{Standard, names_without};
use std::collections::BTreeSet;

/// A name that other files of the module offer, or that is brought in.
pub(crate) struct Offered {
    pub(crate) name: String,
    /// `predicate`, `symbols`, `fact`, …
    pub(crate) word: &'static str,
    pub(crate) doc: String,
}

/// The completions at an offset.
pub(crate) fn at(index: &Index, offset: u32, offered: &[Offered], tags: &BTreeSet<String>) -> Vec<CompletionItem> {
    let before = index.text.get(..offset as usize).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    if let Some(path) = use_path(line) {
        return packages(path);
    }
    let word_start = before
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let sign = before[..word_start].chars().next_back();
    let Some(number) = index.item_at(offset).filter(|number| is_in_body(index, *number, offset)) else {
        return words::ITEMS.iter().map(|entry| snippet(*entry)).collect();
    };
    let within = index.within(number, word_start as u32);
    match (within.block, sign) {
        (Some(BlockKind::Go | BlockKind::Comment), _) => Vec::new(),
        (_, Some('$' | '*')) => names(index, number, Named::Hole, ""),
        (_, Some('@')) => names(index, number, Named::Label, ""),
        (_, Some('.')) => members(index, &before[..word_start - 1]),
        (Some(BlockKind::Pattern), _) => in_pattern(index, number),
        (None, _) => in_clauses(index, number, within, word_start as u32, offered, tags),
    }
}

/// What was written of the path of a `use` line.
fn use_path(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("use ")?;
    let (_, path) = rest.split_once('"')?;
    (!path.contains('"')).then_some(path)
}

fn is_in_body(index: &Index, number: usize, offset: u32) -> bool {
    let item = &index.survey.items[number];
    item.body.is_some_and(|body| body.start <= offset && offset <= body.end.max(item.span.end))
        && item.span.end >= offset
        // Behind the closing brace the item is over.
        && !(offset == item.span.end && index.text[..offset as usize].ends_with('}'))
}

fn packages(path: &str) -> Vec<CompletionItem> {
    let Some(standard) = Standard::embedded().and_then(|standard| standard.on("linux", "amd64")) else {
        return Vec::new();
    };
    let fitting = standard.paths().filter(|own| own.starts_with(path) && !own.contains("internal"));
    // Clients replace the word in front of the cursor, which ends at a slash.
    let cut = path.rfind('/').map_or(0, |slash| slash + 1);
    fitting
        .map(|own| CompletionItem {
            label: own.to_owned(),
            kind: Some(CompletionItemKind::Module),
            insert_text: Some(own[cut..].to_owned()),
            filter_text: Some(own[cut..].to_owned()),
            ..CompletionItem::default()
        })
        .collect()
}

/// The exported names of the package that stands in front of a dot.
fn members(index: &Index, before: &str) -> Vec<CompletionItem> {
    let start = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
    let Some((path, _)) = before.get(start..).and_then(|name| index.packages.get(name)) else { return Vec::new() };
    // No name is empty, so these are all names.
    let names = names_without(path, "").unwrap_or_default();
    names
        .into_iter()
        .map(|name| CompletionItem {
            label: name,
            kind: Some(CompletionItemKind::Function),
            detail: Some(path.clone()),
            ..CompletionItem::default()
        })
        .collect()
}

fn in_pattern(index: &Index, number: usize) -> Vec<CompletionItem> {
    let mut items = names(index, number, Named::Hole, "$");
    items.extend(index.packages.iter().map(|(name, (path, _))| CompletionItem {
        label: name.clone(),
        kind: Some(CompletionItemKind::Module),
        detail: Some(path.clone()),
        ..CompletionItem::default()
    }));
    items
}

/// The holes, labels or options of an item, each once.
fn names(index: &Index, number: usize, named: Named, sign: &str) -> Vec<CompletionItem> {
    let own = index.mentions.iter().filter(|mention| mention.item == number && mention.named == named);
    let all: BTreeSet<&str> = own.map(|mention| mention.name.as_str()).collect();
    let kind = if named == Named::Option { CompletionItemKind::Property } else { CompletionItemKind::Variable };
    all.into_iter()
        .map(|name| CompletionItem { label: format!("{sign}{name}"), kind: Some(kind), ..CompletionItem::default() })
        .collect()
}

fn in_clauses(
    index: &Index,
    number: usize,
    within: Within<'_>,
    at: u32,
    offered: &[Offered],
    tags: &BTreeSet<String>,
) -> Vec<CompletionItem> {
    let item = &index.survey.items[number];
    let tokens: Vec<&Lexeme> =
        index.tokens_of(item).iter().filter(|lexeme| lexeme.token.span.end <= at && !is_comment(lexeme)).collect();
    let word = |back: usize| {
        let lexeme = tokens.len().checked_sub(back).and_then(|place| tokens.get(place));
        lexeme.map_or("", |lexeme| index.slice(lexeme.token.span))
    };
    let (last, before_last) = (word(1), word(2));
    let starts_line = index.text[..at as usize].rsplit('\n').next().is_some_and(|line| line.trim().is_empty());
    if last == "is" || last == "not" && before_last == "is" {
        return told(words::is_words(), CompletionItemKind::Property);
    }
    if matches!(last, "match" | "inside" | "contains" | "by" | "until" | "matches")
        || last == "in" && matches!(before_last, "first" | "last")
    {
        return entries(words::CATEGORIES, CompletionItemKind::TypeParameter);
    }
    if last == within.clause || within.clause == "fix" && matches!(last, "fix" | "safe" | "suggest" | "unsafe" | ",") {
        let values = words::values_of(within.clause);
        if !values.is_empty() {
            return entries(values, CompletionItemKind::EnumMember);
        }
    }
    if within.clause == "allow" && last != "]" {
        return entries(words::values_of("allow"), CompletionItemKind::EnumMember);
    }
    if within.clause == "tags" && last != "]" {
        return tags.iter().map(|tag| plain(tag, CompletionItemKind::Value, "")).collect();
    }
    let mut items = Vec::new();
    let takes_clauses = matches!(item.word, "rule" | "fact" | "instance");
    if takes_clauses && (starts_line || tokens.len() <= 2 || last == "{") {
        items.extend(words::CLAUSES.iter().map(|entry| snippet(*entry)));
        if last == "{" || !matches!(last, "and" | "or" | "not" | "where" | "unless") {
            return items;
        }
    }
    items.extend(names(index, number, Named::Hole, "$"));
    items.extend(names(index, number, Named::Label, "@"));
    items.extend(names(index, number, Named::Option, ""));
    items.extend(offered.iter().map(|one| plain(&one.name, CompletionItemKind::Function, &one.doc)));
    items.extend(entries(words::CONDITIONS, CompletionItemKind::Keyword));
    items.extend(words::functions().map(|(signature, shape)| CompletionItem {
        label: signature.name.to_owned(),
        kind: Some(CompletionItemKind::Function),
        detail: Some(shape),
        documentation: markdown(signature.doc),
        insert_text: Some(match signature.params {
            [] => format!("{}()", signature.name),
            _ => format!("{}($1)", signature.name),
        }),
        insert_text_format: Some(InsertTextFormat::Snippet),
        ..CompletionItem::default()
    }));
    items
}

fn is_comment(lexeme: &Lexeme) -> bool {
    matches!(lexeme.token.kind, TokenKind::Comment | TokenKind::Doc)
}

fn snippet((word, text, doc): words::Entry) -> CompletionItem {
    CompletionItem {
        label: word.to_owned(),
        kind: Some(CompletionItemKind::Keyword),
        documentation: markdown(doc),
        insert_text: Some(text.to_owned()),
        insert_text_format: Some(InsertTextFormat::Snippet),
        ..CompletionItem::default()
    }
}

fn entries(entries: &[(&str, &str)], kind: CompletionItemKind) -> Vec<CompletionItem> {
    entries.iter().map(|(word, doc)| plain(word, kind, doc)).collect()
}

fn told(words: Vec<(String, String)>, kind: CompletionItemKind) -> Vec<CompletionItem> {
    words.iter().map(|(word, doc)| plain(word, kind, doc)).collect()
}

fn plain(label: &str, kind: CompletionItemKind, doc: &str) -> CompletionItem {
    CompletionItem {
        label: label.to_owned(),
        kind: Some(kind),
        documentation: markdown(doc).filter(|_| !doc.is_empty()),
        ..CompletionItem::default()
    }
}

fn markdown(doc: &str) -> Option<Documentation> {
    Some(Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: doc.to_owned() }))
}
