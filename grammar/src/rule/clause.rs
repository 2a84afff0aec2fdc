//! Clauses of rules, facts and instances.
//!
//! In: a body. Out: its clauses, each parsed by itself; one that is cut short by a mistake costs only itself.

use super::{CLAUSE_WORDS, ItemReader, Node, R, Seen, error_offset};
use crate::ast::*;
use crate::codes;
use crate::lexer::TokenKind;
use crate::words::nearest;
use pest::error::Error;
use rulec_tree::Span;

impl<'s> ItemReader<'s, '_> {
    /// Parses the clauses of a body. Text is cut where a line starts with the word of a clause. A cut may be wrong: an
    /// option can be called `level`, and a line can start with it. So text that ends too early is joined with the next.
    pub(super) fn read_clauses(&mut self, body: Span, rule: &mut Rule, seen: &mut Seen) {
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
    pub(super) fn word_of<'t, T: Copy>(
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
                    ty = Some(Spanned { value: self.option_type(part, at)?, span: at });
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

    fn option_type(&mut self, pair: Node<'_>, at: Span) -> Option<OptionType> {
        let is_list = pair.as_str().starts_with('[');
        let mut words = pair.into_inner();
        let first = self.word_of(words.by_ref(), OPTION_TYPES, "option type")?.value;
        let second = match words.next() {
            Some(word) => Some(self.word_of(std::iter::once(word), OPTION_TYPES, "option type")?.value),
            None => None,
        };
        match (is_list, first, second) {
            (false, word, _) => Some(word),
            (true, OptionType::String, None) => Some(OptionType::Strings),
            (true, OptionType::Int, None) => Some(OptionType::Ints),
            (true, OptionType::String, Some(OptionType::String)) => Some(OptionType::StringTable),
            (true, OptionType::String, Some(OptionType::Int)) => Some(OptionType::IntTable),
            (true, _, _) => {
                self.sink
                    .error(codes::E0110, self.file, at, "there are no options of this type")
                    .help("lists are `[string]` and `[int]`, tables `[string: string]` and `[string: int]`");
                None
            }
        }
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
            (OptionType::StringTable, Value::Table(entries, _)) => {
                entries.iter().all(|(_, value)| matches!(value, Value::Str(_)))
            }
            (OptionType::IntTable, Value::Table(entries, _)) => {
                entries.iter().all(|(_, value)| matches!(value, Value::Int(_)))
            }
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
