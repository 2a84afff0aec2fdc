//! Leaves the bodies of functions out of Go text, so that reading declarations costs little.
//!
//! In: Go text. Out: the same text with `{}` for the bodies of top-level functions and methods, and how to get from its
//! offsets back to those of the whole. Signatures, types and the initial values of variables stay, function literals in
//! them included. Nothing comes out of text whose brackets do not balance or whose functions seem to run into each other.
//!
//! **Absent:** no grammar: whether what is left out was Go, nobody knows.

use crate::recover::CONTINUES;
use memchr::{memchr, memchr3, memmem};
use rulec_tree::Span;
use std::ops::Range;

/// Go text without the bodies of its functions.
#[derive(Debug, Default)]
pub(crate) struct Skeleton {
    /// What is left of the text.
    pub(crate) text: Vec<u8>,
    cuts: Vec<Cut>,
}

/// A place of the skeleton at which something was left out.
#[derive(Clone, Copy, Debug)]
struct Cut {
    /// Offset in the skeleton: behind the opening brace of a body.
    at: u32,
    /// How much was left out up to here, this place included.
    removed: u32,
}

impl Skeleton {
    /// Makes this the skeleton of `source`. Says no if that has no clear one.
    pub(crate) fn cut(&mut self, source: &[u8], start: u32) -> bool {
        self.text.clear();
        self.cuts.clear();
        let mut scanner = Scanner { source, at: start as usize, long_texts: Vec::new() };
        let mut copied = 0;
        let mut removed = 0;
        while let Some(next) = scanner.next_body() {
            let Some(body) = next else { return false };
            if body.is_empty() {
                continue;
            }
            self.text.extend_from_slice(&source[copied..body.start]);
            removed += body.len() as u32;
            self.cuts.push(Cut { at: self.text.len() as u32, removed });
            copied = body.end;
        }
        self.text.extend_from_slice(&source[copied..]);
        true
    }

    /// Takes spans from the skeleton to the text it was made of. They must come by ascending starts, which makes this quick.
    pub(crate) fn restore<'a>(&self, spans: impl Iterator<Item = &'a mut Span>) {
        let mut passed = 0;
        for span in spans {
            while passed < self.cuts.len() && self.cuts[passed].at < span.start {
                passed += 1;
            }
            while passed > 0 && self.cuts[passed - 1].at >= span.start {
                passed -= 1;
            }
            let mut inside = passed;
            // Only the whole file and functions go over cuts, so few steps are enough but for one span.
            while inside < self.cuts.len() && self.cuts[inside].at < span.end {
                inside += 1;
            }
            span.start += self.removed_before(passed);
            span.end += self.removed_before(inside);
        }
    }

    fn removed_before(&self, cuts: usize) -> u32 {
        cuts.checked_sub(1).map_or(0, |last| self.cuts[last].removed)
    }
}

struct Scanner<'a> {
    source: &'a [u8],
    at: usize,
    /// The raw strings and block comments of the body stepped over last, in order.
    long_texts: Vec<Range<usize>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a [u8]),
    /// A string or a character.
    Text,
    Open(u8),
    Close,
    /// A line end, also one within a comment.
    Newline,
    Other(u8),
    /// A string or a comment without an end.
    Broken,
}

impl Token<'_> {
    /// Whether Go puts a semicolon behind this token at the end of a line.
    fn can_end(self) -> bool {
        match self {
            Token::Word(word) => !CONTINUES.contains(&word),
            Token::Text | Token::Close => true,
            Token::Open(_) | Token::Newline | Token::Other(_) | Token::Broken => false,
        }
    }
}

/// What stands behind the name of a function.
enum Signature {
    /// The opening brace of its body was read.
    Body,
    /// The declaration has ended.
    NoBody,
    Broken,
}

impl<'a> Scanner<'a> {
    /// What stands between the braces of the next function; nothing at the end of the text, and nothing inside where
    /// brackets do not balance.
    fn next_body(&mut self) -> Option<Option<Range<usize>>> {
        let mut starts_declaration = true;
        let mut before = Token::Newline;
        while let Some(token) = self.next() {
            match token {
                Token::Broken | Token::Close => return Some(None),
                Token::Newline => starts_declaration |= before.can_end(),
                Token::Other(b';') => starts_declaration = true,
                Token::Word(b"func") if starts_declaration => match self.signature() {
                    Signature::Body => return Some(self.body()),
                    Signature::NoBody => continue,
                    Signature::Broken => return Some(None),
                },
                _ => starts_declaration = false,
            }
            if matches!(token, Token::Open(_)) && !self.skip_group() {
                return Some(None);
            }
            if token != Token::Newline {
                before = if matches!(token, Token::Open(_)) { Token::Close } else { token };
            }
        }
        None
    }

    /// Reads from behind `func` to behind the brace that opens the body.
    fn signature(&mut self) -> Signature {
        let mut before = Token::Word(b"func");
        let mut groups = 0;
        while let Some(token) = self.next() {
            match token {
                Token::Broken | Token::Close => return Signature::Broken,
                Token::Newline if before.can_end() => return Signature::NoBody,
                Token::Newline => continue,
                Token::Other(b';') => return Signature::NoBody,
                // The braces of a type in the results are no body.
                Token::Open(b'{') if groups > 0 && before != TYPE_WORDS[0] && before != TYPE_WORDS[1] => {
                    return Signature::Body;
                }
                Token::Open(_) => {
                    groups += 1;
                    if !self.skip_group() {
                        return Signature::Broken;
                    }
                }
                Token::Word(_) | Token::Text | Token::Other(_) => {}
            }
            before = if matches!(token, Token::Open(_)) { Token::Close } else { token };
        }
        Signature::NoBody
    }

    /// What stands between here and the closing brace, which is stepped over.
    fn body(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.long_texts.clear();
        if !self.skip_to_end::<false>() {
            return None;
        }
        let body = start..self.at - 1;
        // In a function that lacks a brace the next ones hide, and its end is taken from one of them.
        let is_text = |at: usize| {
            let started = self.long_texts.partition_point(|text| text.start <= at);
            started > 0 && at < self.long_texts[started - 1].end
        };
        let hides_function =
            memmem::find_iter(&self.source[body.clone()], b"\nfunc ").any(|found| !is_text(start + found));
        (!hides_function).then_some(body)
    }

    fn skip_group(&mut self) -> bool {
        self.skip_to_end::<true>()
    }

    /// Steps behind the bracket that closes the one just read. In code that makes sense braces alone are enough to find
    /// the end of a body; `ALL` counts parentheses and square brackets as well.
    fn skip_to_end<const ALL: bool>(&mut self) -> bool {
        let stops = if ALL { &STOPS_IN_GROUP } else { &STOPS_IN_BODY };
        let mut depth = 1u32;
        loop {
            let Some(rest) = self.source.get(self.at..) else { return false };
            let Some(stop) = rest.iter().position(|byte| stops[usize::from(*byte)]) else { return false };
            self.at += stop + 1;
            match rest[stop] {
                b'{' | b'(' | b'[' => depth += 1,
                b'}' | b')' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return true;
                    }
                }
                b'/' => match rest.get(stop + 1) {
                    Some(b'/') => self.at += memchr(b'\n', &rest[stop..]).unwrap_or(rest.len() - stop) - 1,
                    Some(b'*') if self.skip_comment().is_none() => return false,
                    _ => {}
                },
                quote => {
                    if !self.skip_text(quote) {
                        return false;
                    }
                }
            }
        }
    }

    /// The next token of the text outside of brackets.
    fn next(&mut self) -> Option<Token<'a>> {
        let source: &'a [u8] = self.source;
        loop {
            let rest = source.get(self.at..)?;
            let space = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r'))?;
            let rest = &rest[space..];
            self.at += space + 1;
            return Some(match rest {
                [b'\n', ..] => Token::Newline,
                [b'/', b'/', ..] => {
                    self.at += memchr(b'\n', rest).unwrap_or(rest.len()) - 1;
                    continue;
                }
                [b'/', b'*', ..] => match self.skip_comment() {
                    Some(true) => Token::Newline,
                    Some(false) => continue,
                    None => Token::Broken,
                },
                [quote @ (b'"' | b'\'' | b'`'), ..] => {
                    if self.skip_text(*quote) {
                        Token::Text
                    } else {
                        Token::Broken
                    }
                }
                [open @ (b'(' | b'[' | b'{'), ..] => Token::Open(*open),
                [b')' | b']' | b'}', ..] => Token::Close,
                [first, ..] if is_word(*first) => {
                    let len = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
                    self.at += len - 1;
                    Token::Word(&rest[..len])
                }
                [other, ..] => Token::Other(*other),
                [] => return None,
            });
        }
    }

    /// Steps over a block comment whose slash was read, and says whether it has several lines.
    fn skip_comment(&mut self) -> Option<bool> {
        let start = self.at + 1;
        let len = memmem::find(self.source.get(start..)?, b"*/")?;
        self.at = start + len + 2;
        self.long_texts.push(start..self.at);
        Some(memchr(b'\n', &self.source[start..self.at]).is_some())
    }

    /// Steps over a string or character whose first `quote` was read.
    fn skip_text(&mut self, quote: u8) -> bool {
        let start = self.at;
        if quote == b'`' {
            let Some(len) = memchr(quote, &self.source[start..]) else { return false };
            self.at += len + 1;
            self.long_texts.push(start..self.at);
            return true;
        }
        while let Some(stop) = self.source.get(self.at..).and_then(|rest| memchr3(quote, b'\\', b'\n', rest)) {
            self.at += stop + 1;
            match self.source[self.at - 1] {
                b'\\' => self.at += 1,
                byte => return byte == quote,
            }
        }
        false
    }
}

/// The words before braces that belong to a type.
const TYPE_WORDS: [Token; 2] = [Token::Word(b"struct"), Token::Word(b"interface")];

const STOPS_IN_BODY: [bool; 256] = table(b"{}\"'`/");
const STOPS_IN_GROUP: [bool; 256] = table(b"{}()[]\"'`/");

const fn table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        table[bytes[at] as usize] = true;
        at += 1;
    }
    table
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skeleton(source: &str) -> Option<String> {
        let mut skeleton = Skeleton::default();
        skeleton.cut(source.as_bytes(), 0).then(|| String::from_utf8_lossy(&skeleton.text).into_owned())
    }

    #[test]
    fn bodies_go_and_types_stay() {
        for (source, left) in [
            ("func f() { x }\nvar a int\n", "func f() {}\nvar a int\n"),
            ("func f() struct{ a int } { x }", "func f() struct{ a int } {}"),
            ("func f() interface{ M() } { x }", "func f() interface{ M() } {}"),
            ("func f() struct\n{ a int } { x }", "func f() struct\n{ a int } {}"),
            (
                "func (r T[struct{}]) m(x func() struct{}) (y map[string]interface{}) { x }",
                "func (r T[struct{}]) m(x func() struct{}) (y map[string]interface{}) {}",
            ),
            (
                "func f[T interface{ ~int }](a T) [len([...]int{1, 2})]T { x }",
                "func f[T interface{ ~int }](a T) [len([...]int{1, 2})]T {}",
            ),
            ("func f() func() interface{} { return func() {} }", "func f() func() interface{} {}"),
            ("func f(a struct{}) (struct{}, error) { x }", "func f(a struct{}) (struct{}, error) {}"),
            ("func f() *struct{} { x }", "func f() *struct{} {}"),
            ("func f() [2]struct{ a struct{ b int } } { x }", "func f() [2]struct{ a struct{ b int } } {}"),
            ("func f() map[string]chan\nint { x }", "func f() map[string]chan\nint {}"),
            ("func f() /* { */ { x } // }\n", "func f() /* { */ {} // }\n"),
            ("func external(a int) int\n\nfunc f() { x }", "func external(a int) int\n\nfunc f() {}"),
            ("func external(a int) int /*\n*/ func f() { x }", "func external(a int) int /*\n*/ func f() {}"),
            ("var v = func() { x }\nfunc f() { x }", "var v = func() { x }\nfunc f() {}"),
            ("var v =\nfunc(a int) t { x }\nfunc f() { x }", "var v =\nfunc(a int) t { x }\nfunc f() {}"),
            ("type t func() struct{}\nfunc f() { x }", "type t func() struct{}\nfunc f() {}"),
            ("type (\n\tt struct { f func() }\n)\nfunc f() { x }", "type (\n\tt struct { f func() }\n)\nfunc f() {}"),
            ("func f() { `}` ; \"}\\\"}\"; '}'; '\\''; a / b; /*}*/ //}\n}\nfunc g() {\n}", "func f() {}\nfunc g() {}"),
            ("func f() { `\nfunc g() {` }", "func f() {}"),
            ("func f() {}; func g() { x }", "func f() {}; func g() {}"),
            ("\u{feff}package p\r\nfunc f() {\r\n\tx\r\n}\r\n", "\u{feff}package p\r\nfunc f() {}\r\n"),
            ("", ""),
        ] {
            assert_eq!(skeleton(source).as_deref(), Some(left), "{source}");
        }
    }

    #[test]
    fn what_does_not_balance_has_no_skeleton() {
        for source in [
            "func f() { x",
            "func f() { \"x }\n",
            "func f() { ` }",
            "func f() { /* }",
            "func f() { if x { }\n\nfunc g() { } }\n",
            "func f() { } }\nfunc g() {}",
            "func f( { x }",
            "var a = `",
            "/*",
            "func f() {\"\\",
        ] {
            assert_eq!(skeleton(source), None, "{source}");
        }
    }

    #[test]
    fn spans_are_restored() {
        let source = "func f() { x }\nfunc g() { yy }\nvar a int\n";
        let mut skeleton = Skeleton::default();
        assert!(skeleton.cut(source.as_bytes(), 0));
        let text = String::from_utf8_lossy(&skeleton.text).into_owned();
        let span = |part: &str| {
            let start = text.find(part).unwrap_or(0);
            Span::new(start as u32, (start + part.len()) as u32)
        };
        let mut spans = [span(&text), span("func f() {}"), span("g()"), span("{}\nvar"), span("var a int")];
        skeleton.restore(spans.iter_mut());
        let restored = spans.map(|span| &source[span.range()]);
        assert_eq!(restored, [source, "func f() { x }", "g()", "{ yy }\nvar", "var a int"]);
    }
}
