//! Items and clauses: the outline of a file to [`Module`].
//!
//! In: a file cut into items. Out: the items without mistakes. Each clause is parsed by itself, so that a mistake costs
//! one diagnostic and the next clause is looked at all the same. `rule.pest` is the grammar; it sees the file with
//! comments and foreign text blanked out, at the same offsets. Patterns are left to `pattern`, conditions to `cond`.

mod clause;
mod cond;
mod declaration;
mod example;
mod expected;
mod item;
mod message;
mod path;
mod report;

use crate::ast::*;
use crate::codes::{self, Code};
use crate::diagnostic::{FileId, Sink};
use crate::lexer::TokenKind;
use crate::outline::{Lexeme, Outline, RawItem};
use crate::words::nearest;
use expected::expected;
use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};
use pest::iterators::Pair;
use rulec_tree::{Category, Span};

// The derived enum of grammar rules needs a module of its own: `ast::Rule` has the same name.
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "rule.pest"]
    pub(super) struct RuleParser;
}
use grammar::{Rule as R, RuleParser};

type Node<'t> = Pair<'t, R>;

/// The words that clauses start with.
pub const CLAUSE_WORDS: &[&str] = &[
    "severity", "level", "tags", "since", "option", "skip", "only", "allow", "scan", "match", "inside", "contains",
    "preceded", "followed", "first", "last", "not", "where", "unless", "report", "also", "fix", "test",
];

/// Parses the items of a file; those with mistakes are left out. Also returns, for each item of the outline, where its
/// clauses stand.
pub(crate) fn module(source: &str, outline: &Outline, file: FileId, sink: &mut Sink) -> (Module, Vec<Vec<Span>>) {
    let masked = mask(source, outline);
    let mut module = Module::default();
    let mut clauses = Vec::new();
    for item in &outline.items {
        if item.is_broken {
            clauses.push(Vec::new());
            continue;
        }
        let errors = sink.error_count();
        let tokens = &outline.tokens[item.tokens.clone()];
        let has_bad_tokens = tokens.iter().any(|lexeme| lexeme.token.kind == TokenKind::Bad);
        let mut reader =
            ItemReader { source, masked: &masked, item, tokens, file, sink, base: 0, map: None, clauses: Vec::new() };
        let parsed = reader.item();
        clauses.push(reader.clauses);
        if sink.error_count() > errors || has_bad_tokens {
            continue;
        }
        match parsed {
            Some(Parsed::Use(used)) => module.uses.push(used),
            Some(Parsed::Item(item)) => module.items.push(*item),
            None => {}
        }
    }
    (module, clauses)
}

/// The text of the file with comments and the contents of blocks blanked out.
fn mask(source: &str, outline: &Outline) -> String {
    let mut text = source.as_bytes().to_vec();
    let mut blank = |span: Span| {
        for byte in text[span.range()].iter_mut().filter(|byte| !matches!(**byte, b'\n' | b'\r')) {
            *byte = b' ';
        }
    };
    for lexeme in &outline.tokens {
        if matches!(lexeme.token.kind, TokenKind::Comment | TokenKind::Doc) {
            blank(lexeme.token.span);
        }
    }
    for block in outline.items.iter().flat_map(|item| &item.blocks) {
        blank(block.inner);
    }
    String::from_utf8(text).unwrap_or_default()
}

enum Parsed {
    Use(Use),
    Item(Box<Item>),
}

/// Reads one item. `base` and `map` say where the text that pest sees stands in the file.
struct ItemReader<'s, 'k> {
    source: &'s str,
    masked: &'s str,
    item: &'s RawItem,
    tokens: &'s [Lexeme],
    file: FileId,
    sink: &'k mut Sink,
    base: u32,
    /// For text with escapes, the offset in the file of each byte and of the end.
    map: Option<Vec<u32>>,
    /// Where the clauses stand, in order.
    clauses: Vec<Span>,
}

impl<'s> ItemReader<'s, '_> {
    fn item(&mut self) -> Option<Parsed> {
        match self.item.word {
            "use" => self.use_line().map(Parsed::Use),
            "rule" => self.rule().map(|rule| Parsed::Item(Box::new(Item::Rule(Box::new(rule))))),
            "predicate" => {
                self.predicate().map(|predicate| Parsed::Item(Box::new(Item::Predicate(Box::new(predicate)))))
            }
            "fact" => self.fact().map(|fact| Parsed::Item(Box::new(Item::Fact(Box::new(fact))))),
            "resource" => self.resource().map(|resource| Parsed::Item(Box::new(Item::Resource(Box::new(resource))))),
            "instance" => self.instance().map(|instance| Parsed::Item(Box::new(Item::Instance(Box::new(instance))))),
            "model" => self.model().map(|model| Parsed::Item(Box::new(Item::Model(model)))),
            "declare" => self.declaration().map(|declared| Parsed::Item(Box::new(Item::Declaration(declared)))),
            _ => self.symbols().map(|symbols| Parsed::Item(Box::new(Item::Symbols(symbols)))),
        }
    }

    // What pest sees

    fn parse(&mut self, rule: R, span: Span) -> Result<Node<'s>, Box<Error<R>>> {
        crate::parse::limit_calls();
        let masked = self.masked;
        let parsed = RuleParser::parse(rule, &masked[span.range()])?.next();
        self.base = span.start;
        self.map = None;
        // Every entry yields one pair, its own.
        parsed.ok_or_else(|| Box::new(custom_error(&masked[span.range()])))
    }

    fn place(&self, offset: usize) -> u32 {
        match &self.map {
            Some(map) => map.get(offset).or(map.last()).copied().unwrap_or(self.base),
            None => self.base + offset as u32,
        }
    }

    fn span(&self, pair: &Node<'_>) -> Span {
        let span = pair.as_span();
        let len = span.as_str().trim_end().len();
        Span::new(self.place(span.start()), self.place(span.start() + len))
    }

    fn name(&self, pair: &Node<'_>) -> Name {
        let value = pair.as_str().trim_end().trim_start_matches(['$', '@', '*']).to_owned();
        Name { value, span: self.span(pair) }
    }

    /// A string literal as a name: its value, and the span with quotes.
    fn string(&mut self, pair: &Node<'_>) -> Name {
        let span = self.span(pair);
        let value = message::unquote(pair.as_str().trim_end()).map(|(text, _)| text);
        if value.is_none() {
            self.sink
                .error(codes::E0120, self.file, span, "this string has an escape that Go does not know")
                .help("backslashes are doubled, or the text stands in backquotes, which know no escapes");
        }
        Name { value: value.unwrap_or_default(), span }
    }

    /// Parses a part of an item that is not a clause.
    fn part(&mut self, rule: R, span: Span, what: &str) -> Option<Node<'s>> {
        match self.parse(rule, span) {
            Ok(pair) => Some(pair),
            Err(error) => {
                self.syntax_error(codes::E0108, span, &error, what);
                None
            }
        }
    }

    /// Reports where the grammar refuses the text in `span`.
    fn syntax_error(&mut self, code: Code, span: Span, error: &Error<R>, what: &str) {
        let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
            self.sink.error(codes::E0123, self.file, span, format!("this {what} is too long or too involved to parse"));
            return;
        };
        let at = span.start as usize + error_offset(error);
        let (expected, words) = expected(positives);
        let mut lexer = crate::lexer::Lexer::new(&self.source[..span.end as usize], at);
        let found = lexer.next_token().map(|token| token.span);
        let (at, message) = match found {
            Some(found) => {
                let text = self.source[found.range()].lines().next().unwrap_or_default();
                (found, format!("`{text}` cannot stand here in {}", with_article(what)))
            }
            None => (self.end_of(span), format!("{} ends too early", with_article(what))),
        };
        let near = found.and_then(|found| nearest(&self.source[found.range()], words.iter().copied()));
        let diagnostic = self.sink.error(code, self.file, at, message);
        diagnostic.help(near.map(|near| format!("did you mean `{near}`?")));
        if !expected.is_empty() {
            diagnostic.label(format!("expected {expected}"));
        }
    }

    /// The last token in front of the end of a text, or the end itself.
    fn end_of(&self, span: Span) -> Span {
        let is_code = |lexeme: &&Lexeme| !matches!(lexeme.token.kind, TokenKind::Comment | TokenKind::Doc);
        let last = self.tokens_in(span).iter().rev().find(is_code);
        last.map_or(Span::new(span.end, span.end), |lexeme| lexeme.token.span)
    }

    /// The tokens that lie in `span`.
    fn tokens_in(&self, span: Span) -> &'s [Lexeme] {
        let first = self.tokens.partition_point(|lexeme| lexeme.token.span.start < span.start);
        let end = self.tokens.partition_point(|lexeme| lexeme.token.span.end <= span.end);
        self.tokens.get(first..end).unwrap_or_default()
    }

    // Items

    fn use_line(&mut self) -> Option<Use> {
        let span = self.item.span;
        let pair = self.part(R::use_item, span, "`use` line")?;
        let mut alias = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                R::used_alias => alias = Some(self.name(&part)),
                R::string => {
                    let path = self.string(&part);
                    if path.value.is_empty() {
                        self.sink.error(codes::E0108, self.file, path.span, "an import path cannot be empty");
                    }
                    return Some(Use::Package { path, alias, span });
                }
                R::used_module => {
                    let mut inner = part.into_inner();
                    let module = self.name(&inner.next()?);
                    let names = inner.map(|name| self.name(&name)).collect();
                    return Some(Use::Module { module, names, span });
                }
                _ => {}
            }
        }
        None
    }

    pub(super) fn head(&mut self, rule: R) -> Option<(Node<'s>, Span)> {
        let Some(body) = self.item.body else {
            let word = self.item.word;
            self.sink.error(codes::E0108, self.file, self.item.span, format!("this `{word}` has no body")).help(
                format!(
                    "write `{word} {} {{ … }}`",
                    match word {
                        "predicate" => "name($x)",
                        "fact" => "name(func $f)",
                        "instance" => "name = rule(resource)",
                        "model" => "\"net/http\".Get",
                        "declare" => "\"github.com/jmoiron/sqlx\"",
                        _ => "name",
                    }
                ),
            );
            return None;
        };
        let span = Span::new(self.item.span.start, body.start - 1);
        let pair = self.part(rule, span, self.item.word)?;
        Some((pair, body))
    }

    fn symbols(&mut self) -> Option<SymbolSet> {
        let (head, body) = self.head(R::symbols_head)?;
        let name = self.name(&head.into_inner().next()?);
        let list = self.part(R::symbols_body, body, "list of symbols")?;
        let mut members = Vec::new();
        for symbol in list.into_inner().filter(|pair| pair.as_rule() == R::symbol) {
            members.push(self.symbol(symbol)?);
        }
        Some(SymbolSet { doc: self.item.doc.clone(), name, members, span: self.item.span })
    }

    fn symbol(&mut self, pair: Node<'_>) -> Option<SymbolRef> {
        let mut parts = pair.into_inner().filter(|part| part.as_rule() != R::p_dot);
        let package = parts.next()?;
        let span = self.span(&package);
        let value = if package.as_rule() == R::string {
            PackageRef::Path(self.string(&package).value)
        } else {
            PackageRef::Used(self.name(&package).value)
        };
        let name = self.name(&parts.next()?);
        let method = parts.next().map(|method| self.name(&method));
        Some(SymbolRef { package: Spanned { value, span }, name, method })
    }

    fn predicate(&mut self) -> Option<Predicate> {
        let (head, body) = self.head(R::predicate_head)?;
        let mut parts = head.into_inner();
        let name = self.name(&parts.next()?);
        let mut params: Vec<Name> = Vec::new();
        for part in parts.filter(|part| part.as_rule() == R::hole) {
            let param = self.name(&part);
            if let Some(first) = params.iter().find(|first| first.value == param.value) {
                self.sink
                    .error(codes::E0109, self.file, param.span, format!("`${}` is a parameter already", param.value))
                    .related(self.file, first.span, "the first one");
            }
            params.push(param);
        }
        let pair = match self.parse(R::predicate_body, body) {
            Ok(pair) => pair,
            Err(error) => {
                self.syntax_error(codes::E0118, body, &error, "condition");
                return None;
            }
        };
        let body = self.cond(pair.into_inner().next()?)?;
        Some(Predicate { doc: self.item.doc.clone(), name, params, body, span: self.item.span })
    }

    fn rule(&mut self) -> Option<Rule> {
        let (head, body) = self.head(R::rule_head)?;
        let mut head = head.into_inner();
        let name = self.name(&head.next()?);
        self.check_kebab(&name, "rule");
        let param = head.find(|part| part.as_rule() == R::rule_param);
        let param = param.and_then(|param| param.into_inner().find(|part| part.as_rule() == R::hole));
        let param = param.map(|hole| self.name(&hole));
        let (rule, seen) = self.clauses(name, param, body);
        self.demand("rule", &rule, &[("match", "what the rule looks for"), ("report", "what it says about it")], &seen);
        if let (None, Some(acquire)) = (&rule.param, &rule.acquire) {
            let message = format!("`${}` is no parameter of this rule", acquire.resource.value);
            self.sink
                .error(codes::E0108, self.file, acquire.resource.span, message)
                .help("a rule for resources has one: `rule name(resource $R) { … }`");
        }
        Some(rule)
    }

    /// The clauses of a body, and which there were.
    pub(super) fn clauses(&mut self, name: Name, param: Option<Name>, body: Span) -> (Rule, Seen) {
        let mut rule = Rule {
            doc: self.item.doc.clone(),
            name,
            param,
            severity: None,
            level: None,
            tags: Vec::new(),
            since: None,
            options: Vec::new(),
            allow: Vec::new(),
            scan_all: None,
            files: Vec::new(),
            alternatives: Vec::new(),
            acquire: None,
            clauses: Vec::new(),
            reports: Vec::new(),
            fix: None,
            examples: Vec::new(),
            span: self.item.span,
        };
        let mut seen = Seen::default();
        self.read_clauses(body, &mut rule, &mut seen);
        (rule, seen)
    }

    /// Reports clauses that are missing.
    pub(super) fn demand(&mut self, what: &str, rule: &Rule, words: &[(&'static str, &str)], seen: &Seen) {
        for (word, purpose) in words {
            if !seen.passed_over.contains(word) && !seen.parsed.iter().any(|(seen, _)| seen == word) {
                let message = format!("the {what} `{}` has no `{word}` clause", rule.name.value);
                self.sink
                    .error(codes::E0121, self.file, rule.name.span, message)
                    .help(format!("`{word}` says {purpose}"));
            }
        }
    }

    /// Reports clauses that do not stand in an item of this sort.
    pub(super) fn allow_only(&mut self, what: &str, words: &[&str], seen: &Seen) {
        for (word, span) in seen.parsed.iter().filter(|(word, _)| !words.contains(word)) {
            let message = format!("`{word}` does not stand in {}", with_article(what));
            self.sink.error(codes::E0106, self.file, *span, message);
        }
    }

    pub(super) fn check_kebab(&mut self, name: &Name, what: &str) {
        let is_part =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let value = &name.value;
        if value.split('-').all(is_part) && !value.starts_with(|c: char| c.is_ascii_digit()) {
            return;
        }
        let spelled = kebab(value);
        let message = format!("`{value}` is not a name for a {what}");
        let example = if spelled.is_empty() { "nil-body".to_owned() } else { spelled };
        self.sink
            .error(codes::E0107, self.file, name.span, message)
            .help(format!("names are small letters and digits, joined by `-`: `{example}`"));
    }

    // Patterns

    fn alternatives(&mut self, pair: Node<'_>) -> Option<Vec<Alternative>> {
        let mut alternatives = Vec::new();
        let mut category: Option<Category> = None;
        let mut failed = false;
        for part in pair.into_inner() {
            if !matches!(part.as_rule(), R::first_alternative | R::next_alternative) {
                continue;
            }
            match self.alternative(part, &mut category) {
                Some(alternative) => alternatives.push(alternative),
                None => failed = true,
            }
        }
        (!failed).then_some(alternatives)
    }

    fn alternative(&mut self, pair: Node<'_>, category: &mut Option<Category>) -> Option<Alternative> {
        let mut pattern = None;
        let mut label = None;
        let mut is_known = true;
        for part in pair.into_inner() {
            match part.as_rule() {
                R::any_func => {
                    let span = self.span(&part);
                    let hole = part.into_inner().find(|part| part.as_rule() == R::hole);
                    pattern = Some(crate::pattern::any_func(hole.map(|hole| hole.as_str()), span));
                    *category = Some(Category::Decl);
                }
                R::word => {
                    *category = self.category(&part);
                    is_known = category.is_some();
                }
                R::block if is_known => {
                    let inner = self.inner(&part);
                    // Without a category of its own or in front of it, the mistake is reported already.
                    pattern = crate::pattern::parse(self.source, inner, (*category)?, self.file, self.sink);
                }
                R::label => label = Some(self.name(&part)),
                _ => {}
            }
        }
        Some(Alternative { pattern: pattern?, label })
    }

    fn category(&mut self, pair: &Node<'_>) -> Option<Category> {
        let name = self.name(pair);
        let category = crate::pattern::category(&name.value);
        if category.is_none() {
            let near = nearest(&name.value, crate::pattern::CATEGORY_WORDS.iter().copied());
            let help = match name.value.as_str() {
                "func" => "`func $f` stands without braces; a form of function is `decl { func $f(...) … }`".to_owned(),
                "or" => "the first pattern names its category".to_owned(),
                _ => near.map_or_else(
                    || {
                        "categories are `expr`, `stmt`, `stmts`, `decl`, `type`, `field`, `spec`, `file`, `comment`"
                            .into()
                    },
                    |near| format!("did you mean `{near}`?"),
                ),
            };
            self.sink
                .error(codes::E0111, self.file, name.span, format!("there is no pattern category `{}`", name.value))
                .help(help);
        }
        category
    }

    /// What stands between the braces of a block.
    fn inner(&self, pair: &Node<'_>) -> Span {
        let span = self.span(pair);
        Span::new(span.start + 1, span.end - 1)
    }
}

/// The clauses met so far.
#[derive(Default)]
struct Seen {
    /// Those that were understood.
    parsed: Vec<(&'static str, Span)>,
    /// The words of clauses in text with mistakes, some of which may be no clauses.
    passed_over: Vec<&'static str>,
}

fn error_offset(error: &Error<R>) -> usize {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

fn custom_error(text: &str) -> Error<R> {
    let variant = ErrorVariant::CustomError { message: String::new() };
    Error::new_from_pos(variant, pest::Position::from_start(text))
}

fn with_article(what: &str) -> String {
    match what.trim_start_matches('`').chars().next() {
        Some('a' | 'e' | 'i' | 'o') => format!("an {what}"),
        _ => format!("a {what}"),
    }
}

/// A name respelled as rules are named.
fn kebab(name: &str) -> String {
    let mut spelled = String::new();
    let mut after_small = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_small {
            spelled.push('-');
        }
        after_small = c.is_ascii_lowercase() || c.is_ascii_digit();
        spelled.push(if c == '_' { '-' } else { c.to_ascii_lowercase() });
    }
    spelled
        .trim_matches('-')
        .trim_start_matches(|c: char| c.is_ascii_digit())
        .split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}
