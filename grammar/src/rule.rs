//! Items and clauses: the outline of a file to [`Module`].
//!
//! In: a file cut into items. Out: the items without mistakes. Each clause is parsed by itself, so that a mistake costs
//! one diagnostic and the next clause is looked at all the same. `rule.pest` is the grammar; it sees the file with
//! comments and foreign text blanked out, at the same offsets. Patterns are left to `pattern`, conditions to `cond`.

mod cond;
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
pub(crate) const CLAUSE_WORDS: &[&str] = &[
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
            _ => self.symbols().map(|symbols| Parsed::Item(Box::new(Item::Symbols(symbols)))),
        }
    }

    // What pest sees

    fn parse(&mut self, rule: R, span: Span) -> Result<Node<'s>, Box<Error<R>>> {
        crate::limit_calls();
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

    // Clauses

    /// Parses the clauses of a body. Text is cut where a line starts with the word of a clause. A cut may be wrong: an
    /// option can be called `level`, and a line can start with it. So text that ends too early is joined with the next.
    fn read_clauses(&mut self, body: Span, rule: &mut Rule, seen: &mut Seen) {
        let starts = self.chunk_starts(body);
        let mut index = 0;
        let mut at = match starts.first() {
            Some(start) => *start,
            None => return,
        };
        while index < starts.len() {
            let end = |index: usize| starts.get(index + 1).copied().unwrap_or(body.end);
            let chunk = self.trimmed(Span::new(at, end(index)));
            let joined = (index + 1 < starts.len()).then(|| self.trimmed(Span::new(at, end(index + 1))));
            let next = self.clause(chunk, joined, rule, seen);
            while index < starts.len() && next >= self.trimmed(Span::new(starts[index], end(index))).end {
                index += 1;
            }
            at = starts.get(index).map_or(body.end, |start| (*start).max(next));
        }
    }

    /// Where the body's first token and the lines that start with the word of a clause begin.
    fn chunk_starts(&self, body: Span) -> Vec<u32> {
        let mut starts: Vec<u32> = Vec::new();
        for lexeme in self.tokens {
            let token = lexeme.token;
            let in_body = lexeme.depth == 1 && body.covers(token.span);
            if !in_body || matches!(token.kind, TokenKind::Comment | TokenKind::Doc) {
                continue;
            }
            let is_word = token.kind == TokenKind::Word && CLAUSE_WORDS.contains(&&self.source[token.span.range()]);
            if starts.is_empty() || token.first && is_word {
                starts.push(token.span.start);
            }
        }
        starts
    }

    fn trimmed(&self, span: Span) -> Span {
        let text = &self.masked[span.range()];
        let start = span.start + (text.len() - text.trim_start().len()) as u32;
        Span::new(start, (span.start + text.trim_end().len() as u32).max(start))
    }

    /// Parses one clause at the start of `chunk`; returns where the next one may start.
    fn clause(&mut self, chunk: Span, joined: Option<Span>, rule: &mut Rule, seen: &mut Seen) -> u32 {
        let Some(word) = self.clause_word(chunk).filter(|_| !self.has_bad_token(chunk)) else {
            self.pass_over(chunk, seen);
            return chunk.end;
        };
        let grammar_rule = grammar_rule(word);
        let parsed = match self.parse(grammar_rule, chunk) {
            Ok(pair) => Ok((pair, chunk)),
            Err(error) => self.mend(grammar_rule, chunk, joined, &error).ok_or(error),
        };
        match parsed {
            Ok((pair, text)) => {
                let span = self.span(&pair);
                self.check_once(word, span, seen);
                seen.parsed.push((word, span));
                self.clauses.push(span);
                let _ = self.add_clause(word, pair, span, rule);
                self.base = text.start;
                span.end
            }
            Err(error) => {
                self.pass_over(chunk, seen);
                self.clause_error(word, chunk, &error);
                chunk.end
            }
        }
    }

    /// Notes what clauses a text with mistakes may hold, so that none of them is missed.
    fn pass_over(&self, chunk: Span, seen: &mut Seen) {
        for lexeme in self.tokens_in(chunk).iter().filter(|lexeme| lexeme.depth == 1) {
            let text = &self.source[lexeme.token.span.range()];
            seen.passed_over.extend(CLAUSE_WORDS.iter().find(|word| **word == text));
        }
        // A misspelled word is one mistake; that its clause is missing is not another.
        let first = self.tokens_in(chunk).first().map(|lexeme| &self.source[lexeme.token.span.range()]);
        seen.passed_over.extend(first.and_then(|text| nearest(text, CLAUSE_WORDS.iter().copied())));
    }

    /// Another cut for a clause that does not parse: before a line that starts with an unknown word, or behind the next
    /// chunk.
    fn mend(&mut self, rule: R, chunk: Span, joined: Option<Span>, error: &Error<R>) -> Option<(Node<'s>, Span)> {
        let at = chunk.start + error_offset(error) as u32;
        if at >= chunk.end {
            let joined = joined.filter(|joined| !self.has_bad_token(*joined))?;
            let pair = self.parse(rule, joined).ok()?;
            return (self.span(&pair).end > chunk.end).then_some((pair, joined));
        }
        let lexeme = self.tokens_in(Span::new(at, chunk.end)).first()?;
        let is_first_word = lexeme.token.first && lexeme.token.kind == TokenKind::Word && lexeme.depth == 1;
        if !is_first_word || lexeme.token.span.start != at {
            return None;
        }
        let head = self.trimmed(Span::new(chunk.start, at));
        let pair = self.parse(rule, head).ok()?;
        Some((pair, head))
    }

    fn has_bad_token(&self, span: Span) -> bool {
        self.tokens_in(span).iter().any(|lexeme| lexeme.token.kind == TokenKind::Bad)
    }

    /// The word that a clause starts with; reports what is no such word.
    fn clause_word(&mut self, chunk: Span) -> Option<&'static str> {
        let first = self.tokens_in(chunk).first()?.token;
        let text = &self.source[first.span.range()];
        if let Some(word) = CLAUSE_WORDS.iter().find(|word| **word == text) {
            return Some(word);
        }
        if first.kind == TokenKind::Bad {
            return None;
        }
        let near = nearest(text, CLAUSE_WORDS.iter().copied());
        let help = match text {
            "or" => Some("`or` follows the pattern of a `match` or a condition".to_owned()),
            "fixed" => Some("`fixed { … }` follows the closing brace of a `test bad`".to_owned()),
            _ => near.map(|near| format!("did you mean `{near}`?")),
        };
        let text = text.lines().next().unwrap_or_default();
        let message = format!("`{text}` does not start a clause");
        self.sink.error(codes::E0106, self.file, first.span, message).help(help);
        None
    }

    fn clause_error(&mut self, word: &'static str, chunk: Span, error: &Error<R>) {
        let code = match word {
            "where" | "unless" => codes::E0118,
            "test" => codes::E0122,
            _ => codes::E0108,
        };
        let what = match word {
            "where" | "unless" => "condition".to_owned(),
            _ => format!("`{word}` clause"),
        };
        self.syntax_error(code, chunk, error, &what);
    }

    fn check_once(&mut self, word: &'static str, span: Span, seen: &Seen) {
        if !matches!(word, "severity" | "level" | "tags" | "since" | "allow" | "scan" | "match" | "report" | "fix") {
            return;
        }
        let Some((_, first)) = seen.parsed.iter().find(|(seen, _)| *seen == word) else { return };
        let help = match word {
            "match" => Some("further patterns follow the first with `or`: `match expr { … } or { … }`"),
            "report" => Some("further places are `also`: `also @label \"…\"`"),
            "fix" => Some("all edits stand in one clause, with commas"),
            _ => None,
        };
        self.sink
            .error(codes::E0109, self.file, span, format!("a rule has one `{word}` clause"))
            .related(self.file, *first, "the first one")
            .help(help);
    }

    /// `None` once a mistake is reported.
    fn add_clause(&mut self, word: &'static str, pair: Node<'s>, span: Span, rule: &mut Rule) -> Option<()> {
        let parts = pair.clone().into_inner().filter(|part| !matches!(part.as_rule(), R::EOI | R::p_open_bracket));
        match word {
            "severity" => rule.severity = Some(self.word_of(parts, SEVERITIES, "severity")?),
            "level" => rule.level = Some(self.word_of(parts, LEVELS, "level")?),
            "tags" => {
                for tag in parts {
                    let name = self.name(&tag);
                    self.check_kebab(&name, "tag");
                    rule.tags.push(name);
                }
            }
            "since" => {
                for version in parts {
                    rule.since = Some(self.string(&version));
                }
            }
            "option" => {
                let option = self.option(pair, span)?;
                if let Some(first) = rule.options.iter().find(|first| first.name.value == option.name.value) {
                    let message = format!("the option `{}` is declared already", option.name.value);
                    self.sink.error(codes::E0109, self.file, option.name.span, message).related(
                        self.file,
                        first.name.span,
                        "the first one",
                    );
                }
                rule.options.push(option);
            }
            "skip" => {
                let filter = self.word_of(parts, SKIPS, "`skip` word")?;
                rule.files.push(Spanned { value: filter.value, span });
            }
            "only" => {
                let filter = self.word_of(parts, ONLYS, "`only` word")?;
                rule.files.push(Spanned { value: filter.value, span });
            }
            "allow" => {
                for part in parts {
                    rule.allow.push(self.word_of(std::iter::once(part), EQUIVALENCES, "equivalence")?);
                }
            }
            "scan" => rule.scan_all = Some(span),
            "match" => {
                for part in parts {
                    if part.as_rule() == R::acquired {
                        rule.acquire = Some(self.acquired(part)?);
                        continue;
                    }
                    rule.alternatives.extend(self.alternatives(part)?);
                }
            }
            "where" | "unless" => {
                for part in parts {
                    let cond = self.cond(part)?;
                    rule.clauses.push(Clause { negated: word == "unless", cond, span });
                }
            }
            "report" => {
                let report = self.report(pair, span)?;
                rule.reports.insert(0, report);
            }
            "also" => {
                let report = self.report(pair, span)?;
                rule.reports.push(report);
            }
            "fix" => rule.fix = Some(self.fix(pair, span)?),
            "test" => rule.examples.push(self.example(pair, span)?),
            _ => {
                let cond = self.shape_clause(pair, span)?;
                rule.clauses.push(Clause { negated: false, cond, span });
            }
        }
        Some(())
    }

    /// One of a few words.
    fn word_of<'t, T: Copy>(
        &mut self,
        mut parts: impl Iterator<Item = Node<'t>>,
        words: &[(&'static str, T)],
        what: &str,
    ) -> Option<Spanned<T>> {
        let name = self.name(&parts.next()?);
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == name.value) {
            return Some(Spanned { value: *value, span: name.span });
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let near = nearest(&name.value, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let all = known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        self.sink
            .error(codes::E0110, self.file, name.span, format!("there is no {what} `{}`", name.value))
            .help(near)
            .help(format!("there is {all}"));
        None
    }

    fn option(&mut self, pair: Node<'_>, span: Span) -> Option<RuleOption> {
        let (mut name, mut ty, mut default, mut doc) = (None, None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                R::word => name = Some(self.name(&part)),
                R::option_type => {
                    let at = self.span(&part);
                    let is_list = part.as_str().starts_with('[');
                    let word = self.word_of(part.into_inner(), OPTION_TYPES, "option type")?.value;
                    let value = match (is_list, word) {
                        (false, word) => word,
                        (true, OptionType::String) => OptionType::Strings,
                        (true, OptionType::Int) => OptionType::Ints,
                        (true, _) => {
                            self.sink
                                .error(codes::E0110, self.file, at, "there are no options of this type")
                                .help("lists are `[string]` and `[int]`");
                            return None;
                        }
                    };
                    ty = Some(Spanned { value, span: at });
                }
                R::option_value => default = Some(self.value(part.into_inner().next()?)?),
                R::string => doc = Some(self.string(&part)),
                _ => {}
            }
        }
        let (name, ty, default) = (name?, ty?, default?);
        self.check_default(&ty, &default)?;
        Some(RuleOption { name, ty, default, doc, span })
    }

    fn check_default(&mut self, ty: &Spanned<OptionType>, default: &Value) -> Option<()> {
        let all = |items: &[Value], fits: fn(&Value) -> bool| items.iter().all(fits);
        let fits = match (ty.value, default) {
            (OptionType::Int, Value::Int(_))
            | (OptionType::String, Value::Str(_))
            | (OptionType::Bool, Value::Bool(_))
            | (OptionType::Duration, Value::Duration(_)) => true,
            (OptionType::Strings, Value::List(items, _)) => all(items, |item| matches!(item, Value::Str(_))),
            (OptionType::Ints, Value::List(items, _)) => all(items, |item| matches!(item, Value::Int(_))),
            _ => false,
        };
        if fits {
            return Some(());
        }
        let message = "the default is not of the option's type";
        self.sink.error(codes::E0110, self.file, default.span(), message).related(
            self.file,
            ty.span,
            "the type of the option",
        );
        None
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

const SEVERITIES: &[(&str, Severity)] =
    &[("error", Severity::Error), ("warning", Severity::Warning), ("info", Severity::Info)];
const LEVELS: &[(&str, Level)] =
    &[("recommended", Level::Recommended), ("strict", Level::Strict), ("pedantic", Level::Pedantic)];
const SKIPS: &[(&str, FileFilter)] = &[("tests", FileFilter::SkipTests), ("generated", FileFilter::SkipGenerated)];
const ONLYS: &[(&str, FileFilter)] = &[("tests", FileFilter::OnlyTests)];
const EQUIVALENCES: &[(&str, Equivalence)] =
    &[("define", Equivalence::Define), ("init", Equivalence::Init), ("commute", Equivalence::Commute)];
const OPTION_TYPES: &[(&str, OptionType)] = &[
    ("int", OptionType::Int),
    ("string", OptionType::String),
    ("bool", OptionType::Bool),
    ("duration", OptionType::Duration),
];

/// The grammar rule of a clause, by its word.
fn grammar_rule(word: &str) -> R {
    match word {
        "severity" => R::severity_clause,
        "level" => R::level_clause,
        "tags" => R::tags_clause,
        "since" => R::since_clause,
        "option" => R::option_clause,
        "skip" => R::skip_clause,
        "only" => R::only_clause,
        "allow" => R::allow_clause,
        "scan" => R::scan_clause,
        "match" => R::match_clause,
        "where" => R::where_clause,
        "unless" => R::unless_clause,
        "report" => R::report_clause,
        "also" => R::also_clause,
        "fix" => R::fix_clause,
        "test" => R::test_clause,
        _ => R::shape_clause,
    }
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
