//! Cuts a file that does not parse into its top-level pieces, so that what is broken stays where it is.
//!
//! In: Go text. Out: the spans of its declarations, each to be parsed by itself. A semicolon outside of all brackets,
//! written or implied, ends a declaration. Where brackets do not balance, a `func` at the start of a line begins a
//! new one, and so does any other declaration in a file whose function bodies are indented; indented lines after what
//! seemed to be the end belong to it.
//!
//! **Absent:** no grammar. The lexer here knows only what it takes to step over strings and comments.

use memchr::memmem;
use rulec_tree::Span;

/// A declaration, or what stands between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// From its first token to the end of its last.
    pub(crate) span: Span,
    /// Whether it begins with `func`.
    pub(crate) is_func: bool,
    /// Whether it is a line that marks a merge conflict.
    pub(crate) is_marker: bool,
}

/// The chunks of `source` from `start` on, in source order, and all comments.
pub(crate) fn split(source: &[u8], start: u32) -> (Vec<Chunk>, Vec<Span>) {
    let mut splitter =
        Splitter { source, chunks: Vec::new(), comments: Vec::new(), depth: 0, flush_left: false, overrun: false };
    let mut lexer = Lexer { source, at: start as usize };
    let mut ended = true;
    while let Some(token) = lexer.next() {
        if token.kind == TokenKind::Comment {
            splitter.comments.push(token.span);
            continue;
        }
        if token.kind == TokenKind::Newline {
            continue;
        }
        if splitter.depth == 0 && source[token.span.range()] == *b";" {
            // A semicolon between declarations belongs to neither.
            ended = true;
            continue;
        }
        let at_line_start = is_line_start(source, token.span.start);
        if splitter.begins(&token, ended, at_line_start) {
            splitter.begin(&token);
        }
        splitter.add(&token, at_line_start);
        ended = lexer.ends_statement(&token);
    }
    (splitter.chunks, splitter.comments)
}

/// The identifiers in a piece of text, keywords and words in comments and strings among them, sorted, each once.
pub(crate) fn identifiers(text: &[u8]) -> Vec<String> {
    let words =
        text.split(|byte| !is_word(*byte)).filter(|word| word.first().is_some_and(|byte| !byte.is_ascii_digit()));
    let mut names: Vec<String> = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The offset of the brace that opens the body of the function declared in `span`.
pub(crate) fn body_brace(source: &[u8], span: Span) -> Option<u32> {
    let mut lexer = Lexer { source: source.get(..span.end as usize)?, at: span.start as usize };
    let mut depth = 0u32;
    let mut before: &[u8] = b"";
    while let Some(token) = lexer.next() {
        let text = &source[token.span.range()];
        match text {
            // The braces of a struct or interface type in the signature are no body.
            b"{" if depth == 0 && before != b"struct" && before != b"interface" => return Some(token.span.start),
            b"(" | b"[" | b"{" => depth += 1,
            b")" | b"]" | b"}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !matches!(token.kind, TokenKind::Comment | TokenKind::Newline) {
            before = text;
        }
    }
    None
}

struct Splitter<'a> {
    source: &'a [u8],
    chunks: Vec<Chunk>,
    comments: Vec<Span>,
    /// Open brackets of the chunk.
    depth: u32,
    /// Whether the chunk has lines inside of brackets that are not indented.
    flush_left: bool,
    /// Whether the chunk went on after it seemed to be complete.
    overrun: bool,
}

impl Splitter<'_> {
    fn begins(&mut self, token: &Token, ended: bool, at_line_start: bool) -> bool {
        if self.chunks.is_empty() || (self.depth == 0 && token.kind == TokenKind::Marker) {
            return true;
        }
        let text = &self.source[token.span.range()];
        if self.depth == 0 && ended {
            // What follows a function that was closed too early belongs to it: indented lines, and a bracket that
            // closes nothing.
            let starts =
                if at_line_start { !CLOSING.contains(&text) } else { DECLARES.contains(&text) && !self.overrun };
            self.overrun |= !starts;
            return starts;
        }
        let resumes = match text {
            b"func" => !is_func_literal(self.source, token.span.end),
            b"type" | b"var" | b"const" | b"import" => !self.flush_left,
            _ => false,
        };
        at_line_start && resumes
    }

    fn begin(&mut self, token: &Token) {
        self.depth = 0;
        self.flush_left = false;
        self.overrun = false;
        self.chunks.push(Chunk {
            span: token.span,
            is_func: &self.source[token.span.range()] == b"func",
            is_marker: token.kind == TokenKind::Marker,
        });
    }

    fn add(&mut self, token: &Token, at_line_start: bool) {
        match &self.source[token.span.range()] {
            b"(" | b"[" | b"{" => self.depth += 1,
            b")" | b"]" | b"}" => self.depth = self.depth.saturating_sub(1),
            _ => self.flush_left |= at_line_start && self.depth > 0 && token.kind == TokenKind::Word,
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.span.end = token.span.end;
        }
    }
}

/// Whether the `func` that ends at `end` has no name: `func (` followed, after the parentheses, by no name and `(`.
fn is_func_literal(source: &[u8], end: u32) -> bool {
    let mut lexer = Lexer { source, at: end as usize };
    let mut depth = 0u32;
    let mut before_was_receiver = true;
    for _ in 0..256 {
        let Some(token) = lexer.next() else { return true };
        match &source[token.span.range()] {
            b"(" => depth += 1,
            b")" => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ => return !(before_was_receiver && token.kind == TokenKind::Word && follows_paren(source, &token)),
        }
        before_was_receiver = true;
    }
    true
}

fn follows_paren(source: &[u8], name: &Token) -> bool {
    matches!(source.get(name.span.end as usize), Some(b'(' | b'['))
}

fn is_line_start(source: &[u8], at: u32) -> bool {
    at == 0 || source.get(at as usize - 1) == Some(&b'\n')
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenKind {
    /// An identifier, a keyword or a number.
    Word,
    Text,
    Comment,
    Newline,
    Marker,
    /// A single byte of anything else.
    Other,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    kind: TokenKind,
    span: Span,
}

struct Lexer<'a> {
    source: &'a [u8],
    at: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Option<Token> {
        while matches!(self.source.get(self.at), Some(b' ' | b'\t' | b'\r')) {
            self.at += 1;
        }
        let start = self.at;
        let rest = self.source.get(start..)?;
        let (kind, len) = match rest {
            [] => return None,
            [b'\n', ..] => (TokenKind::Newline, 1),
            [b'/', b'/', ..] => (TokenKind::Comment, line_len(rest)),
            [b'/', b'*', ..] => match memmem::find(&rest[2..], b"*/") {
                Some(len) => (TokenKind::Comment, len + 4),
                None => (TokenKind::Other, 1),
            },
            [b'`', ..] => match memchr::memchr(b'`', &rest[1..]) {
                Some(len) => (TokenKind::Text, len + 2),
                None => (TokenKind::Other, 1),
            },
            [quote @ (b'"' | b'\''), ..] => (TokenKind::Text, quoted_len(rest, *quote)),
            _ if is_line_start(self.source, start as u32) && is_marker(rest) => (TokenKind::Marker, line_len(rest)),
            [first, ..] if is_word(*first) => {
                (TokenKind::Word, rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len()))
            }
            _ => (TokenKind::Other, 1),
        };
        self.at = start + len;
        Some(Token { kind, span: Span::new(start as u32, self.at as u32) })
    }

    /// Whether a statement ends after `token`: before a semicolon, or at the end of the line if Go puts one there.
    fn ends_statement(&self, token: &Token) -> bool {
        let text = &self.source[token.span.range()];
        if text == b";" || token.kind == TokenKind::Marker {
            return true;
        }
        let could_end = match token.kind {
            TokenKind::Word => !CONTINUES.contains(&text),
            TokenKind::Text => true,
            _ => matches!(text, b")" | b"]" | b"}" | b"+" | b"-") && self.is_ender(token),
        };
        could_end && self.line_ends()
    }

    /// Brackets end statements, and so do `++` and `--`.
    fn is_ender(&self, token: &Token) -> bool {
        let start = token.span.start as usize;
        match self.source[start] {
            sign @ (b'+' | b'-') => start > 0 && self.source[start - 1] == sign,
            _ => true,
        }
    }

    /// Whether nothing but comments is left on this line.
    fn line_ends(&self) -> bool {
        let mut rest = Lexer { source: self.source, at: self.at };
        loop {
            match rest.next() {
                Some(token) if token.kind == TokenKind::Comment => {
                    if self.source[token.span.range()].contains(&b'\n') {
                        return true;
                    }
                }
                Some(token) => return token.kind == TokenKind::Newline || self.source[token.span.range()] == *b";",
                None => return true,
            }
        }
    }
}

/// Keywords after which the statement goes on with the next line.
pub(crate) const CONTINUES: &[&[u8]] = &[
    b"case",
    b"chan",
    b"const",
    b"default",
    b"defer",
    b"else",
    b"for",
    b"func",
    b"go",
    b"goto",
    b"if",
    b"import",
    b"interface",
    b"map",
    b"package",
    b"range",
    b"select",
    b"struct",
    b"switch",
    b"type",
    b"var",
];

/// The keywords that begin declarations.
const DECLARES: &[&[u8]] = &[b"package", b"import", b"const", b"type", b"var", b"func"];

const CLOSING: &[&[u8]] = &[b")", b"]", b"}"];

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn line_len(rest: &[u8]) -> usize {
    let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    if rest[..len].ends_with(b"\r") { len - 1 } else { len }
}

/// A quoted text ends at its quote or, if that is missing, at the end of the line.
fn quoted_len(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'\\' if rest.get(at + 1).is_some_and(|next| *next != b'\n') => at += 2,
            b'\n' => return at,
            byte if *byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// A line as version control systems write it between two versions of a text.
pub(crate) fn is_marker(rest: &[u8]) -> bool {
    let line = &rest[..line_len(rest)];
    [&b"<<<<<<<"[..], b">>>>>>>", b"|||||||", b"======="]
        .iter()
        .any(|marker| line.strip_prefix(*marker).is_some_and(|after| after.first().is_none_or(|byte| *byte == b' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(source: &str) -> Vec<&str> {
        split(source.as_bytes(), 0).0.iter().map(|chunk| &source[chunk.span.range()]).collect()
    }

    #[test]
    fn declarations_end_where_go_puts_semicolons() {
        assert_eq!(
            chunks("package p\nvar x =\n\t1 // c\nvar y = f(\n1,\n)\nfunc f() {}; type T int\n"),
            ["package p", "var x =\n\t1", "var y = f(\n1,\n)", "func f() {}", "type T int"]
        );
    }

    #[test]
    fn unbalanced_brackets_end_at_the_next_function() {
        assert_eq!(
            chunks("func a() { if x {\n}\n\nfunc (t T) b() {}\nfunc c[T any]() {}\n"),
            ["func a() { if x {\n}", "func (t T) b() {}", "func c[T any]() {}"]
        );
        assert_eq!(chunks("func a() { (\n\tx\n\ntype T int\n"), ["func a() { (\n\tx", "type T int"]);
        assert_eq!(chunks("func a() { \nx := 1\nvar y int\n}"), ["func a() { \nx := 1\nvar y int\n}"]);
    }

    #[test]
    fn text_and_comments_hide_brackets() {
        assert_eq!(
            chunks("var a = `{` + \"}\\\"(\" + '(' /* { */\nvar b int"),
            ["var a = `{` + \"}\\\"(\" + '('", "var b int"]
        );
    }

    #[test]
    fn conflict_markers_stand_alone_between_declarations() {
        assert_eq!(
            chunks("var a int\n<<<<<<< HEAD\nvar b int\n=======\nvar c int\n>>>>>>> x\n"),
            ["var a int", "<<<<<<< HEAD", "var b int", "=======", "var c int", ">>>>>>> x"]
        );
    }

    #[test]
    fn a_body_is_not_the_braces_of_a_type() {
        let source = "func f(x struct{ a int }) interface{ m() } { x }";
        let brace = body_brace(source.as_bytes(), Span::new(0, source.len() as u32)).unwrap_or(0);
        assert_eq!(&source[brace as usize..], "{ x }");
    }
}
