//! `rulec fmt`: rule files in one layout.
//!
//! In: the text of a file. Out: the same items with four blanks of indentation, one clause a line and a blank line
//! between items. Comments stay where they are, and so do line breaks inside of a clause; Go text in braces moves as a
//! whole and keeps its own indentation. What is formatted already comes out unchanged, and the syntax is the same.
//!
//! A file with mistakes is refused: half-understood text is not moved around.

use crate::diagnostic::{Diagnostic, FileId, Sink};
use crate::lexer::{Lexer, Token, TokenKind};
use crate::outline::{Block, BlockKind, Lexeme, Outline, RawItem};
use crate::parse::with_stack;
use crate::{outline, rule};
use rulec_tree::Span;
use std::ops::Range;

/// Formats one `.rule` file.
///
/// # Errors
/// The diagnostics of a file with mistakes, in the order of their places.
pub fn format(source: &str) -> Result<String, Vec<Diagnostic>> {
    let mut sink = Sink::new();
    let outline = outline::outline(source, FileId::default(), &mut sink);
    let (_, clauses) = with_stack(|| rule::module(source, &outline, FileId::default(), &mut sink));
    if sink.has_errors() {
        return Err(sink.into_sorted());
    }
    let mut formatter = Formatter { source, outline: &outline, out: String::with_capacity(source.len()), last_end: 0 };
    formatter.file(&clauses);
    Ok(formatter.out)
}

const INDENT: usize = 4;

struct Formatter<'s> {
    source: &'s str,
    outline: &'s Outline,
    out: String,
    /// Where the last thing written ends in the source.
    last_end: usize,
}

/// What stands at the top level.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Top {
    Nothing,
    Comment,
    Doc,
    Use,
    Item,
}

impl Formatter<'_> {
    fn file(&mut self, clauses: &[Vec<Span>]) {
        let outline = self.outline;
        let mut last = Top::Nothing;
        let mut at = 0;
        for (item, clauses) in outline.items.iter().zip(clauses) {
            last = self.comments(at..item.tokens.start, last);
            let top = if item.word == "use" { Top::Use } else { Top::Item };
            self.separate(last, top, item.span.start as usize);
            self.item(item, clauses);
            at = item.tokens.end;
            last = top;
        }
        self.comments(at..outline.tokens.len(), last);
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// Comments between items.
    fn comments(&mut self, tokens: Range<usize>, mut last: Top) -> Top {
        for lexeme in self.outline.tokens.get(tokens).unwrap_or_default() {
            let token = lexeme.token;
            let top = if token.kind == TokenKind::Doc { Top::Doc } else { Top::Comment };
            if token.first {
                self.separate(last, top, token.span.start as usize);
            } else if last != Top::Nothing {
                self.out.push(' ');
            }
            self.write(token);
            last = if token.first { top } else { last };
        }
        last
    }

    /// Ends the line, and leaves one more blank between items, or where the source does.
    fn separate(&mut self, last: Top, next: Top, start: usize) {
        if last == Top::Nothing {
            return;
        }
        self.out.push('\n');
        let blank = match (last, next) {
            (Top::Doc, _) => false,
            (Top::Item, _) | (Top::Use, Top::Item | Top::Doc) => true,
            _ => self.blank_before(start),
        };
        if blank {
            self.out.push('\n');
        }
    }

    /// Whether the source has an empty line between the last thing written and `start`.
    fn blank_before(&self, start: usize) -> bool {
        let gap = self.source.get(self.last_end..start).unwrap_or_default();
        gap.bytes().filter(|byte| *byte == b'\n').count() > 1
    }

    fn text(&self, token: Token) -> &str {
        &self.source[token.span.range()]
    }

    fn write(&mut self, token: Token) {
        let text = &self.source[token.span.range()];
        if matches!(token.kind, TokenKind::Comment | TokenKind::Doc) {
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            self.out.push_str(&lines.join("\n"));
        } else {
            self.out.push_str(text);
        }
        self.last_end = token.span.end as usize;
    }

    fn line(&mut self, indent: usize) {
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn item(&mut self, item: &RawItem, clauses: &[Span]) {
        let tokens = &self.outline.tokens[item.tokens.clone()];
        match item.body {
            Some(body) if !matches!(item.word, "predicate" | "symbols" | "declare") => {
                self.rule(item, tokens, body, clauses)
            }
            _ => self.run(tokens, 0, &item.blocks),
        }
    }

    fn rule(&mut self, item: &RawItem, tokens: &[Lexeme], body: Span, clauses: &[Span]) {
        let head = tokens.iter().position(|lexeme| lexeme.token.span.start >= body.start).unwrap_or(tokens.len());
        self.run(&tokens[..head], 0, &[]);
        let mut at = head;
        let mut clauses = clauses.iter().peekable();
        let mut is_first = true;
        while let Some(lexeme) = tokens.get(at).filter(|lexeme| lexeme.token.span.start < body.end) {
            let token = lexeme.token;
            let is_comment = matches!(token.kind, TokenKind::Comment | TokenKind::Doc);
            if is_comment && !token.first {
                self.out.push(' ');
            } else {
                if !is_first && self.blank_before(token.span.start as usize) {
                    self.out.push('\n');
                }
                self.line(INDENT);
            }
            is_first = false;
            if is_comment {
                self.write(token);
                at += 1;
                continue;
            }
            // A clause starts at every token that is no comment: the file has no mistakes.
            let end = clauses.find(|clause| clause.start >= token.span.start).map_or(body.end, |clause| clause.end);
            let len = tokens[at..].iter().take_while(|lexeme| lexeme.token.span.end <= end).count().max(1);
            self.run(&tokens[at..at + len], INDENT, &item.blocks);
            at += len;
        }
        if is_first {
            self.out.push('}');
        } else {
            self.line(0);
            self.out.push('}');
        }
        self.last_end = item.span.end as usize;
    }

    /// Tokens of one clause or head, starting on a line indented by `indent`.
    fn run(&mut self, tokens: &[Lexeme], indent: usize, blocks: &[Block]) {
        let mut last: Option<Token> = None;
        let mut line_indent = indent;
        let mut index = 0;
        while let Some(lexeme) = tokens.get(index) {
            let token = lexeme.token;
            if let Some(last) = last {
                if self.breaks(last, token) {
                    let closes = matches!(token.kind, TokenKind::Close(_));
                    line_indent = if closes { indent } else { indent + INDENT };
                    self.line(line_indent);
                } else if self.spaced(last, token) {
                    self.out.push(' ');
                }
            }
            index += 1;
            let opens_block = token.kind == TokenKind::Open(b'{');
            let block = blocks.iter().find(|block| opens_block && block.inner.start == token.span.end);
            match block {
                Some(block) => {
                    self.block(block, line_indent);
                    let is_inside = |lexeme: &&Lexeme| lexeme.token.span.start < block.inner.end;
                    index += tokens[index..].iter().take_while(is_inside).count();
                    let close = tokens.get(index).map(|lexeme| lexeme.token);
                    self.last_end = block.inner.end as usize + 1;
                    index += 1;
                    last = close;
                }
                None => {
                    self.write(token);
                    last = Some(token);
                }
            }
        }
    }

    /// Whether a token goes to a line of its own: where the source says so, but for braces and what follows them.
    fn breaks(&self, last: Token, token: Token) -> bool {
        if matches!(last.kind, TokenKind::Comment | TokenKind::Doc) && self.text(last).starts_with("//") {
            return true;
        }
        let opens = token.kind == TokenKind::Open(b'{');
        let follows_brace = last.kind == TokenKind::Close(b'}') && matches!(self.text(token), "fixed" | ",");
        token.first && !opens && !follows_brace
    }

    /// Whether a blank goes between two tokens on one line. Where nothing speaks for either, the source decides.
    fn spaced(&self, last: Token, token: Token) -> bool {
        let (before, text) = (self.text(last), self.text(token));
        if matches!(token.kind, TokenKind::Comment | TokenKind::Doc) {
            return true;
        }
        if matches!(last.kind, TokenKind::Open(b'(' | b'[') | TokenKind::AltOpen) {
            return false;
        }
        if matches!(token.kind, TokenKind::Close(b')' | b']')) || text == "," || before == "." || text == "." {
            return false;
        }
        let is_type = matches!(before, "struct" | "interface");
        if before == "," || text == "{" && !is_type || before == "{" || text == "}" {
            return true;
        }
        if matches!(text, "==" | "!=" | "<=" | ">=" | "=" | ":?")
            || matches!(before, "==" | "!=" | "<=" | ">=" | "=" | ":?")
        {
            return true;
        }
        last.span.end != token.span.start || last.kind == TokenKind::Word && token.kind == TokenKind::String
    }

    /// Foreign text in braces. One line stays one line.
    fn block(&mut self, block: &Block, indent: usize) {
        let inner = &self.source[block.inner.range()];
        let trimmed = inner.trim();
        if trimmed.is_empty() {
            self.out.push_str("{}");
            return;
        }
        if block.kind == BlockKind::Comment || !inner.contains('\n') {
            self.out.push_str("{ ");
            self.out.push_str(trimmed);
            self.out.push_str(" }");
            return;
        }
        self.out.push('{');
        self.block_lines(block, indent + INDENT);
        self.line(indent);
        self.out.push('}');
    }

    fn block_lines(&mut self, block: &Block, indent: usize) {
        let inner = &self.source[block.inner.range()];
        let raw = raw_ranges(inner);
        let mut lines: Vec<(&str, bool)> = Vec::new();
        let mut start = 0;
        for line in inner.split('\n') {
            let index = raw.partition_point(|range| range.end < start);
            let is_raw = raw.get(index).is_some_and(|range| range.start < start && start <= range.end);
            // A raw string that goes on keeps every blank at the end of the line.
            let end = start + line.len();
            let goes_on = raw.iter().any(|range| range.start < end && end < range.end);
            let line = if goes_on { line } else { line.trim_end() };
            lines.push((line, is_raw));
            start = end + 1;
        }
        let is_blank = |(line, is_raw): &(&str, bool)| line.trim().is_empty() && !is_raw;
        let first = lines.iter().position(|line| !is_blank(line)).unwrap_or(0);
        let last = lines.iter().rposition(|line| !is_blank(line)).unwrap_or(0);
        // The first line stands behind the brace: its indentation is not known.
        let others = lines.iter().enumerate().filter(|(index, line)| *index > 0 && !is_blank(line) && !line.1);
        let shared = others.map(|(_, (line, _))| indentation(line)).reduce(common).unwrap_or_default();
        for (index, line) in lines.iter().enumerate().take(last + 1).skip(first) {
            match line {
                (text, true) => {
                    self.out.push('\n');
                    self.out.push_str(text);
                }
                _ if is_blank(line) => self.out.push('\n'),
                (text, false) => {
                    self.out.push('\n');
                    self.out.extend(std::iter::repeat_n(' ', indent));
                    let text = if index == 0 { text.trim_start() } else { text.get(shared.len()..).unwrap_or(text) };
                    self.out.push_str(text);
                }
            }
        }
    }
}

/// Where the raw strings of several lines stand: their text is not ours to move.
fn raw_ranges(text: &str) -> Vec<Range<usize>> {
    let mut lexer = Lexer::new(text, 0);
    let mut ranges = Vec::new();
    while let Some(token) = lexer.next_token() {
        let range = token.span.range();
        if text[range.clone()].starts_with('`') && text[range.clone()].contains('\n') {
            ranges.push(range);
        }
    }
    ranges
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// The start that two indentations share.
fn common<'l>(a: &'l str, b: &'l str) -> &'l str {
    let len = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    &a[..len]
}
