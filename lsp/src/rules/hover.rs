//! What the word at a place of a rule file means.

use super::complete::Offered;
use super::index::{Index, Mention, Named};
use crate::words;
use rulec_compiler::categories::{PatternHole, holes_of_alternatives, holes_of_cond, holes_of_rule};
use rulec_grammar::ast::{Item, Rule};
use rulec_grammar::{Lexeme, TokenKind};
use rulec_tree::{Category, Span};

/// The meaning of what stands at an offset, in Markdown, and where that stands.
pub(crate) fn at(index: &Index, offset: u32, offered: &[Offered]) -> Option<(Span, String)> {
    if let Some(mention) = index.mention_at(offset) {
        return Some((mention.span, of_mention(index, mention, offered)?));
    }
    let number = index.item_at(offset)?;
    let item = index.survey.items.get(number)?;
    let tokens = index.tokens_of(item);
    let place = tokens.iter().position(|lexeme| {
        let span = lexeme.token.span;
        lexeme.token.kind == TokenKind::Word && span.start <= offset && offset <= span.end
    })?;
    let span = tokens[place].token.span;
    let within = index.within(number, span.start);
    if within.block.is_some() {
        return None;
    }
    let text = of_word(index, item.word, tokens, place, within.clause)?;
    Some((span, text))
}

fn of_word(index: &Index, item: &str, tokens: &[Lexeme], place: usize, clause: &str) -> Option<String> {
    let word = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map_or("", |own| index.slice(own.token.span));
    let (text, last, before_last) = (word(Some(place)), word(place.checked_sub(1)), word(place.checked_sub(2)));
    let next = word(Some(place + 1));
    let find = |entries: &[(&str, &str)]| entries.iter().find(|entry| entry.0 == text).map(|entry| entry.1.to_owned());
    if place == 0 {
        let entry = words::ITEMS.iter().find(|entry| entry.0 == item)?;
        return Some(entry.2.to_owned());
    }
    if last == "is" || last == "not" && before_last == "is" {
        let found = words::is_words().into_iter().find(|(word, _)| word == text)?;
        return Some(format!("`is {text}`: {}", found.1));
    }
    if next == "("
        && let Some((signature, shape)) = words::functions().find(|(signature, _)| signature.name == text)
    {
        return Some(format!("```\n{shape}\n```\n{}\n\n*{}*", signature.doc, words::answer(&signature)));
    }
    if next == "{" || next.starts_with('$') && text == "func" {
        return find(words::CATEGORIES);
    }
    if text == clause
        && tokens[place].depth == 1
        && let Some(entry) = words::CLAUSES.iter().find(|entry| entry.0 == text)
    {
        return Some(entry.2.to_owned());
    }
    find(words::values_of(clause)).or_else(|| find(words::CONDITIONS))
}

fn of_mention(index: &Index, mention: &Mention, offered: &[Offered]) -> Option<String> {
    let name = &mention.name;
    match mention.named {
        Named::Hole => Some(match category(index, mention) {
            Some(hole) => format!("`${name}` stands for {}", described(&hole)),
            None => format!("`${name}` is bound by a condition, or by whoever asks"),
        }),
        Named::Label => Some(format!("`@{name}` marks what it stands behind")),
        Named::Package => {
            let (path, _) = index.packages.get(name)?;
            Some(format!("package `{path}`"))
        }
        Named::Option => {
            let item = index.survey.items.get(mention.item)?;
            let clause = index.survey.clauses.get(mention.item)?.iter().find(|clause| {
                let text = index.slice(**clause);
                text.strip_prefix("option").is_some_and(|rest| rest.trim_start().starts_with(name.as_str()))
            });
            let text = clause.map_or_else(
                || format!("an option of this {}", item.word),
                |clause| format!("```\n{}\n```", index.slice(*clause).trim_end()),
            );
            Some(text)
        }
        Named::Item => {
            let own = index.item_names().into_iter().find(|(_, own, _)| own == name);
            let (word, doc) = match own.and_then(|(number, _, _)| index.survey.items.get(number)) {
                Some(item) => (item.word, item.doc.trim_end()),
                None => {
                    let one = offered.iter().find(|one| one.name == *name)?;
                    (one.word, one.doc.trim_end())
                }
            };
            Some(format!("**{word} {name}**\n\n{doc}"))
        }
    }
}

/// The holes of an item without mistakes.
pub(crate) fn holes_of(index: &Index, number: usize) -> Vec<PatternHole> {
    let Some(raw) = index.survey.items.get(number) else { return Vec::new() };
    let is_here = |span: Span| raw.span.start <= span.start && span.end <= raw.span.end;
    let here = index.survey.module.items.iter().find(|item| is_here(span_of(item)));
    match here {
        Some(Item::Rule(rule)) => holes_of_rule(rule),
        Some(Item::Fact(fact)) => holes_of_rule(&fact.rule),
        Some(Item::Instance(instance)) => holes_of_rule(&instance.rule),
        Some(Item::Predicate(predicate)) => holes_of_cond(&predicate.body),
        Some(Item::Resource(resource)) => holes_of_alternatives(&resource.acquire),
        Some(Item::Symbols(_) | Item::Model(_) | Item::Declaration(_)) | None => Vec::new(),
    }
}

fn span_of(item: &Item) -> Span {
    let of_rule = |rule: &Rule| rule.span;
    match item {
        Item::Rule(rule) => of_rule(rule),
        Item::Fact(fact) => of_rule(&fact.rule),
        Item::Instance(instance) => of_rule(&instance.rule),
        Item::Predicate(predicate) => predicate.span,
        Item::Resource(resource) => resource.span,
        Item::Symbols(symbols) => symbols.span,
        Item::Model(model) => model.span,
        Item::Declaration(declaration) => declaration.span,
    }
}

fn category(index: &Index, mention: &Mention) -> Option<PatternHole> {
    holes_of(index, mention.item).into_iter().find(|hole| hole.name == mention.name)
}

/// `an expression`, `any number of statements`.
pub(crate) fn described(hole: &PatternHole) -> String {
    let (one, many) = category_words(hole.category);
    if hole.run { format!("any number of {many}") } else { one.to_owned() }
}

/// The word for a category in rules.
pub(crate) fn category_word(hole: &PatternHole) -> String {
    let word = match hole.category {
        Category::File => "file",
        Category::Decl => "decl",
        Category::Spec => "spec",
        Category::Field => "field",
        Category::Stmt | Category::Clause => "stmt",
        Category::Expr | Category::Element | Category::Nothing => "expr",
        Category::Type => "type",
        Category::Comment => "comment",
        Category::List => "stmts",
    };
    if hole.run { format!("{word}…") } else { word.to_owned() }
}

fn category_words(category: Category) -> (&'static str, &'static str) {
    match category {
        Category::File => ("a file", "files"),
        Category::Decl => ("a declaration or function", "declarations"),
        Category::Spec => ("a line of a declaration group", "lines of a declaration group"),
        Category::Field => ("a field, parameter or result", "fields, parameters or results"),
        Category::Stmt => ("a statement", "statements"),
        Category::Clause => ("a case", "cases"),
        Category::Expr | Category::Nothing => ("an expression", "expressions"),
        Category::Type => ("a type", "types"),
        Category::Element => ("an element of a literal", "elements of a literal"),
        Category::Comment => ("a comment", "comments"),
        Category::List => ("a list of statements", "lists of statements"),
    }
}
