//! The names in a rule file: which there are, what they mean, and where they stand.
//!
//! In: the text of a file, and the names that other files of its module offer. Out: [`Index`]: all [`Mention`]s in source
//! order. It is made of tokens, so that a file with mistakes has one too: it is the file that somebody is writing.

use rulec_compiler::package_name;
use rulec_grammar::ast::Use;
use rulec_grammar::{BlockKind, CLAUSE_WORDS, Lexeme, RawItem, Survey, Token, TokenKind, survey};
use rulec_tree::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    /// `$x`, `$*xs`: of its item.
    Hole,
    /// `@call`: of its item.
    Label,
    /// An option of its rule.
    Option,
    /// A Go package that the file uses.
    Package,
    /// A rule, predicate, symbol set, fact, resource or instance.
    Item,
}

/// A name at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) named: Named,
    /// Without `$`, `*` and `@`.
    pub(crate) name: String,
    /// The name alone, without these signs.
    pub(crate) span: Span,
    /// The item that it stands in, as a number.
    pub(crate) item: usize,
    /// It says what the name means.
    pub(crate) defines: bool,
}

/// A rule file with its names.
pub(crate) struct Index {
    pub(crate) text: String,
    pub(crate) survey: Survey,
    pub(crate) mentions: Vec<Mention>,
    /// The packages that the file uses: name to import path, and where that stands.
    pub(crate) packages: BTreeMap<String, (String, Span)>,
}

/// Where a token stands within its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Within<'t> {
    /// The word that its clause starts with; empty outside of clauses.
    pub(crate) clause: &'t str,
    /// The block around it.
    pub(crate) block: Option<BlockKind>,
}

/// Clauses whose words are data, and name nothing.
const DATA_CLAUSES: &[&str] = &["severity", "level", "tags", "since", "skip", "only", "allow", "scan"];

impl Index {
    /// The names of a file; `offered` are those of items in other files that it sees.
    pub(crate) fn new(text: &str, offered: &BTreeSet<String>) -> Index {
        let survey = survey(text);
        let packages = survey.module.uses.iter().filter_map(|used| match used {
            Use::Package { path, alias, .. } => {
                let name = alias.as_ref().map_or_else(|| package_name(&path.value), |alias| alias.value.clone());
                Some((name, (path.value.clone(), path.span)))
            }
            Use::Module { .. } => None,
        });
        let packages = packages.collect();
        let mut index = Index { text: text.to_owned(), survey, mentions: Vec::new(), packages };
        let items: BTreeSet<String> = index.item_names().into_iter().map(|(_, name, _)| name).collect();
        let mut mentions = Vec::new();
        for number in 0..index.survey.items.len() {
            let reader = ItemNames { index: &index, number, items: &items, offered, mentions: Vec::new() };
            mentions.extend(reader.read());
        }
        index.mentions = mentions;
        index
    }

    /// The items that have names: number, name, and where it stands.
    pub(crate) fn item_names(&self) -> Vec<(usize, String, Span)> {
        let named = self.survey.items.iter().enumerate().filter_map(|(number, item)| {
            let span = self.name_of(item)?;
            Some((number, self.slice(span).to_owned(), span))
        });
        named.collect()
    }

    fn name_of(&self, item: &RawItem) -> Option<Span> {
        if matches!(item.word, "use" | "model" | "declare") {
            return None;
        }
        let tokens = self.tokens_of(item);
        let first = tokens.get(1)?.token;
        (first.kind == TokenKind::Word || first.kind == TokenKind::Number).then(|| dashed(tokens, 1))
    }

    pub(crate) fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    pub(crate) fn tokens_of(&self, item: &RawItem) -> &[Lexeme] {
        self.survey.tokens.get(item.tokens.clone()).unwrap_or_default()
    }

    /// The item around an offset, as a number.
    pub(crate) fn item_at(&self, offset: u32) -> Option<usize> {
        self.survey.items.iter().position(|item| item.span.start <= offset && offset <= item.span.end)
    }

    /// The mention at an offset; one that ends there counts.
    pub(crate) fn mention_at(&self, offset: u32) -> Option<&Mention> {
        self.mentions.iter().find(|one| one.span.start <= offset && offset <= one.span.end).or_else(|| {
            // The sign in front of a name is part of it for whoever points at it.
            self.mentions
                .iter()
                .find(|one| one.span.start == offset + 1 && self.slice(Span::new(offset, offset + 1)) != " ")
        })
    }

    /// Where a place is within an item.
    pub(crate) fn within(&self, number: usize, offset: u32) -> Within<'_> {
        let Some(item) = self.survey.items.get(number) else { return Within { clause: "", block: None } };
        let block = item.blocks.iter().find(|block| block.inner.start <= offset && offset <= block.inner.end);
        let clauses = self.survey.clauses.get(number).map_or(&[][..], Vec::as_slice);
        let clause = clauses.iter().rfind(|clause| clause.start <= offset);
        let clause = match clause {
            Some(clause) => self.first_word(*clause),
            None => self.clause_by_tokens(item, offset),
        };
        Within { clause, block: block.map(|block| block.kind) }
    }

    fn first_word(&self, span: Span) -> &str {
        let text = self.slice(span);
        let len = text.bytes().take_while(|byte| byte.is_ascii_alphabetic()).count();
        &text[..len]
    }

    /// The clause of a place in an item whose clauses are not known: by the last word in front of it that starts a line and
    /// can start a clause.
    fn clause_by_tokens(&self, item: &RawItem, offset: u32) -> &str {
        let before = self.tokens_of(item).iter().rev().filter(|lexeme| lexeme.token.span.start <= offset);
        let words = before.filter(|lexeme| lexeme.token.kind == TokenKind::Word && lexeme.token.first);
        words.map(|lexeme| self.slice(lexeme.token.span)).find(|word| CLAUSE_WORDS.contains(word)).unwrap_or_default()
    }

    /// The mentions of the same thing as one of this file, in this file.
    pub(crate) fn same<'i>(&'i self, mention: &'i Mention) -> impl Iterator<Item = &'i Mention> {
        self.mentions.iter().filter(move |other| {
            let is_local = matches!(mention.named, Named::Hole | Named::Label | Named::Option);
            other.named == mention.named && other.name == mention.name && (!is_local || other.item == mention.item)
        })
    }
}

/// The token at a place with those that belong to its name: names of rules have dashes.
fn dashed(tokens: &[Lexeme], at: usize) -> Span {
    let mut span = tokens[at].token.span;
    for lexeme in &tokens[at + 1..] {
        let Token { kind, span: next, .. } = lexeme.token;
        let is_part = matches!(kind, TokenKind::Word | TokenKind::Number | TokenKind::Punct) && next.start == span.end;
        // `-` or `--`; nothing else stands in a name.
        if !is_part || kind == TokenKind::Punct && next.end - next.start > 2 {
            break;
        }
        span.end = next.end;
    }
    span
}

/// Reads the names of one item.
struct ItemNames<'i> {
    index: &'i Index,
    number: usize,
    items: &'i BTreeSet<String>,
    offered: &'i BTreeSet<String>,
    mentions: Vec<Mention>,
}

impl ItemNames<'_> {
    fn read(mut self) -> Vec<Mention> {
        let Some(item) = self.index.survey.items.get(self.number) else { return Vec::new() };
        let tokens = self.index.tokens_of(item);
        let name = self.index.name_of(item);
        if let Some(span) = name {
            self.add(Named::Item, span, true);
        }
        let options = self.options(item, tokens);
        let mut skip_to = name.map_or(0, |name| name.end);
        for (at, lexeme) in tokens.iter().enumerate() {
            let token = lexeme.token;
            if token.span.start < skip_to {
                continue;
            }
            match token.kind {
                TokenKind::Hole | TokenKind::Run => self.hole(token.span),
                TokenKind::Label => self.label(tokens, at),
                TokenKind::String => self.string(token.span, &options),
                TokenKind::Word => skip_to = self.word(item, tokens, at, &options),
                _ => {}
            }
        }
        self.define_first(Named::Hole);
        self.define_first(Named::Label);
        self.mentions.sort_by_key(|mention| mention.span.start);
        self.mentions
    }

    fn add(&mut self, named: Named, span: Span, defines: bool) {
        let name = self.index.slice(span).to_owned();
        self.mentions.push(Mention { named, name, span, item: self.number, defines });
    }

    fn hole(&mut self, span: Span) {
        let signs = self.index.slice(span).bytes().take_while(|byte| matches!(byte, b'$' | b'*')).count() as u32;
        let name = Span::new(span.start + signs, span.end);
        // `$_` names nothing.
        if self.index.slice(name) != "_" {
            self.add(Named::Hole, name, false);
        }
    }

    /// A label is given behind what it marks, and used everywhere else.
    fn label(&mut self, tokens: &[Lexeme], at: usize) {
        let span = Span::new(tokens[at].token.span.start + 1, tokens[at].token.span.end);
        let behind_block = at > 0 && tokens[at - 1].token.kind == TokenKind::Close(b'}');
        let in_pattern = self.index.within(self.number, span.start).block == Some(BlockKind::Pattern);
        self.add(Named::Label, span, behind_block || in_pattern);
    }

    /// What a message names between its braces.
    fn string(&mut self, span: Span, options: &BTreeSet<String>) {
        let clause = self.index.within(self.number, span.start).clause;
        if !matches!(clause, "report" | "also" | "fix") {
            return;
        }
        let text = self.index.slice(span);
        let mut from = 0;
        while let Some(open) = text[from..].find('{').map(|at| from + at) {
            if text[open + 1..].starts_with('{') {
                from = open + 2;
                continue;
            }
            let Some(close) = text[open..].find('}').map(|at| open + at) else { return };
            let start = span.start + open as u32 + 1;
            for token in rulec_grammar::tokens(&text[open + 1..close]) {
                let place = Span::new(start + token.span.start, start + token.span.end);
                match token.kind {
                    TokenKind::Hole | TokenKind::Run => self.hole(place),
                    TokenKind::Label => self.add(Named::Label, Span::new(place.start + 1, place.end), false),
                    TokenKind::Word if options.contains(self.index.slice(place)) => {
                        self.add(Named::Option, place, false);
                    }
                    _ => {}
                }
            }
            from = close + 1;
        }
    }

    /// The names of the options of the item.
    fn options(&self, item: &RawItem, tokens: &[Lexeme]) -> BTreeSet<String> {
        let pairs = tokens.windows(2).filter(|pair| {
            let [word, name] = pair else { return false };
            word.depth == 1
                && word.token.kind == TokenKind::Word
                && self.index.slice(word.token.span) == "option"
                && name.token.kind == TokenKind::Word
        });
        let names = pairs.map(|pair| self.index.slice(pair[1].token.span).to_owned());
        if matches!(item.word, "rule" | "fact" | "instance") { names.collect() } else { BTreeSet::new() }
    }

    /// A word. Gives back where the next one may start.
    fn word(&mut self, item: &RawItem, tokens: &[Lexeme], at: usize, options: &BTreeSet<String>) -> u32 {
        let span = tokens[at].token.span;
        let text = self.index.slice(span);
        let next = tokens.get(at + 1).map_or("", |next| self.index.slice(next.token.span));
        let before = at.checked_sub(1).map_or("", |before| self.index.slice(tokens[before].token.span));
        let Within { clause, block } = self.index.within(self.number, span.start);
        if next == "." && before != "." && self.index.packages.contains_key(text) {
            self.add(Named::Package, span, false);
            return span.end;
        }
        if block.is_some() || before == "." || DATA_CLAUSES.contains(&clause) && item.word != "use" {
            return span.end;
        }
        if options.contains(text) && clause != "test" {
            self.add(Named::Option, span, before == "option");
            return span.end;
        }
        let whole = dashed(tokens, at);
        let name = self.index.slice(whole);
        let takes_dashes = matches!(item.word, "use" | "instance");
        let name_span = if takes_dashes { whole } else { span };
        let is_item = |name: &str| self.items.contains(name) || self.offered.contains(name);
        if is_item(if takes_dashes { name } else { text }) && clause != "test" && next != ":" {
            self.add(Named::Item, name_span, false);
        }
        name_span.end
    }

    /// Where nothing says what a name means, its first place does.
    fn define_first(&mut self, named: Named) {
        let mut seen: BTreeSet<String> =
            self.mentions.iter().filter(|one| one.named == named && one.defines).map(|one| one.name.clone()).collect();
        for mention in self.mentions.iter_mut().filter(|one| one.named == named) {
            mention.defines |= seen.insert(mention.name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"use "net/http"

predicate is_call($f) { $f is call and name($f) == "Get" }

rule long-name {
    option limit: int = 3 "most"
    match expr { http.Get($url, $(a, b)) } @call
    where is_call(@call) and count(@call) > limit
    report at $url "{$url} in {@call}, {{not $this}}, more than {limit}"
    fix safe replace $url { f($url) }
    test bad { func f() { http.Get($url) } }
}
"#;

    fn told(text: &str) -> Vec<(Named, String, u32, bool)> {
        let index = Index::new(text, &BTreeSet::new());
        let line = |span: Span| text[..span.start as usize].matches('\n').count() as u32;
        index.mentions.iter().map(|one| (one.named, one.name.clone(), line(one.span), one.defines)).collect()
    }

    #[test]
    fn every_name_is_found_with_its_meaning() {
        let told = told(TEXT);
        let of = |named: Named, name: &str| -> Vec<(u32, bool)> {
            let own = told.iter().filter(|(own, text, ..)| *own == named && text == name);
            own.map(|(_, _, line, defines)| (*line, *defines)).collect()
        };
        assert_eq!(of(Named::Hole, "f"), [(2, true), (2, false), (2, false)]);
        assert_eq!(of(Named::Hole, "url"), [(6, true), (8, false), (8, false), (9, false), (9, false)]);
        assert_eq!(of(Named::Hole, "this"), []);
        assert_eq!(of(Named::Label, "call"), [(6, true), (7, false), (7, false), (8, false)]);
        assert_eq!(of(Named::Option, "limit"), [(5, true), (7, false), (8, false)]);
        assert_eq!(of(Named::Item, "is_call"), [(2, true), (7, false)]);
        assert_eq!(of(Named::Item, "long-name"), [(4, true)]);
        assert_eq!(of(Named::Package, "http"), [(6, false)]);
    }

    #[test]
    fn a_file_with_mistakes_has_names_too() {
        let broken = TEXT.replace("match expr {", "match expr {{").replace("where is_call", "where and is_call");
        let told = told(&broken);
        assert!(
            told.iter().any(|(named, name, line, _)| *named == Named::Hole && name == "url" && *line == 8),
            "{told:?}"
        );
    }

    #[test]
    fn other_files_offer_names() {
        let offered = BTreeSet::from(["there".to_owned()]);
        let index = Index::new("use local.x { there }\nrule r { match expr { f() } where there($x) }\n", &offered);
        let spans: Vec<_> = index.mentions.iter().filter(|one| one.name == "there").map(|one| one.item).collect();
        assert_eq!(spans, [0, 1]);
    }
}
