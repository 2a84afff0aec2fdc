//! Rule text to tokens, one at a time, without looking at what they mean.
//!
//! In: the bytes of one file. Out: [`Token`]s with spans. Rule clauses, Go patterns and Go examples share these tokens,
//! since the rule language takes its strings, comments and brackets from Go. Text that fits no token comes out as
//! [`TokenKind::Bad`] together with a [`Fault`]; the caller decides whether that is a mistake.
//!
//! One pass, constant memory, no recursion.

use rulec_tree::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or keyword.
    Word,
    /// `0o600`, `1.5`, `500ms`.
    Number,
    /// `"…"` or a raw string.
    String,
    /// `'x'`.
    Rune,
    /// `$x`.
    Hole,
    /// `$*xs`.
    Run,
    /// `$(`: counts as an opening parenthesis.
    AltOpen,
    /// `@label`.
    Label,
    /// `...`.
    Dots,
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close(u8),
    /// An operator or separator.
    Punct,
    /// `//…` or `/*…*/`.
    Comment,
    /// `///…`.
    Doc,
    /// Not a token.
    Bad,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
    /// It is the first on its line.
    pub first: bool,
}

/// Why a token is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A character that no token starts with.
    Character,
    /// `$` or `@` without a name.
    Sigil,
    /// A string, rune or comment without an end; the word says which.
    Unterminated(&'static str),
}

/// Reads tokens from a source.
pub(crate) struct Lexer<'s> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    first: bool,
    line_start: usize,
    /// How many bytes of blanks the current line starts with.
    pub(crate) indentation: usize,
    /// The fault of the last bad token.
    pub(crate) fault: Option<Fault>,
}

/// Operators of more than one byte, longest first.
const LONG_OPERATORS: &[&str] = &[
    "<<=", ">>=", "&^=", "<<", ">>", "&^", "&&", "||", "<-", "++", "--", "==", "!=", "<=", ">=", ":=", "+=", "-=",
    "*=", "/=", "%=", "&=", "|=", "^=", ":?", "*?",
];

impl<'s> Lexer<'s> {
    /// Starts at byte `from`, which begins a line or stands behind a bracket.
    pub(crate) fn new(source: &'s str, from: usize) -> Lexer<'s> {
        Lexer { source, bytes: source.as_bytes(), at: from, first: true, line_start: from, indentation: 0, fault: None }
    }

    /// The offset behind the last token.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Goes on at another offset, which must not lie inside of a character.
    pub(crate) fn seek(&mut self, at: usize) {
        self.at = at;
        self.first = false;
    }

    /// The next token; `None` at the end.
    pub(crate) fn next_token(&mut self) -> Option<Token> {
        self.skip_space();
        let start = self.at;
        let byte = *self.bytes.get(start)?;
        let first = std::mem::replace(&mut self.first, false);
        if first {
            self.indentation = start - self.line_start;
        }
        let kind = self.scan(byte);
        Some(Token { kind, span: Span::new(start as u32, self.at as u32), first })
    }

    fn skip_space(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => {
                    self.first = true;
                    self.line_start = self.at + 1;
                }
                b' ' | b'\t' | b'\r' => {}
                _ => break,
            }
            self.at += 1;
        }
    }

    fn scan(&mut self, byte: u8) -> TokenKind {
        match byte {
            b'/' if self.peek(1) == Some(b'/') => self.line_comment(),
            b'/' if self.peek(1) == Some(b'*') => self.block_comment(),
            b'"' => self.quoted(b'"', "string", TokenKind::String),
            b'\'' => self.quoted(b'\'', "rune", TokenKind::Rune),
            b'`' => self.raw_string(),
            b'(' | b'[' | b'{' => self.take(1, TokenKind::Open(byte)),
            b')' | b']' | b'}' => self.take(1, TokenKind::Close(byte)),
            b'$' => self.dollar(),
            b'@' => self.sigil(TokenKind::Label),
            b'.' if self.bytes[self.at..].starts_with(b"...") => self.take(3, TokenKind::Dots),
            b'.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => self.number(),
            b'0'..=b'9' => self.number(),
            _ if is_name_byte(byte) => self.word(),
            _ => self.punct(byte),
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn take(&mut self, len: usize, kind: TokenKind) -> TokenKind {
        self.at += len;
        kind
    }

    fn bad(&mut self, fault: Fault) -> TokenKind {
        self.fault = Some(fault);
        TokenKind::Bad
    }

    fn line_comment(&mut self) -> TokenKind {
        let rest = &self.bytes[self.at..];
        let is_doc = rest.starts_with(b"///") && rest.get(3) != Some(&b'/');
        let len = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        let len = if rest[..len].ends_with(b"\r") { len - 1 } else { len };
        self.take(len, if is_doc { TokenKind::Doc } else { TokenKind::Comment })
    }

    fn block_comment(&mut self) -> TokenKind {
        match self.source[self.at + 2..].find("*/") {
            Some(len) => self.take(len + 4, TokenKind::Comment),
            None => {
                self.at = self.bytes.len();
                self.bad(Fault::Unterminated("comment"))
            }
        }
    }

    /// A string or rune; both end on their line.
    fn quoted(&mut self, quote: u8, what: &'static str, kind: TokenKind) -> TokenKind {
        let mut end = self.at + 1;
        loop {
            match self.bytes.get(end) {
                None | Some(b'\n') => {
                    self.at = end.min(self.bytes.len());
                    return self.bad(Fault::Unterminated(what));
                }
                Some(b'\\') if !matches!(self.bytes.get(end + 1), None | Some(b'\n')) => end += 2,
                Some(&byte) if byte == quote => {
                    self.at = end + 1;
                    return kind;
                }
                Some(_) => end += 1,
            }
        }
    }

    fn raw_string(&mut self) -> TokenKind {
        match self.source[self.at + 1..].find('`') {
            Some(len) => self.take(len + 2, TokenKind::String),
            None => {
                self.at = self.bytes.len();
                self.bad(Fault::Unterminated("raw string"))
            }
        }
    }

    fn dollar(&mut self) -> TokenKind {
        match self.peek(1) {
            Some(b'(') => self.take(2, TokenKind::AltOpen),
            Some(b'*') => {
                self.at += 1;
                self.sigil(TokenKind::Run)
            }
            _ => self.sigil(TokenKind::Hole),
        }
    }

    /// A sign and the name behind it.
    fn sigil(&mut self, kind: TokenKind) -> TokenKind {
        self.at += 1;
        match self.peek(0) {
            Some(byte) if is_name_byte(byte) && !byte.is_ascii_digit() => {
                self.word();
                kind
            }
            _ => self.bad(Fault::Sigil),
        }
    }

    fn number(&mut self) -> TokenKind {
        let hex = matches!(&self.bytes[self.at..], [b'0', b'x' | b'X', ..]);
        let mut before = b' ';
        while let Some(byte) = self.peek(0) {
            let is_exponent = if hex { matches!(before, b'p' | b'P') } else { matches!(before, b'e' | b'E') };
            let is_sign = matches!(byte, b'+' | b'-') && is_exponent;
            let is_dot = byte == b'.' && !self.bytes[self.at..].starts_with(b"..");
            if !(is_sign || is_dot || byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()) {
                break;
            }
            before = byte;
            self.at += 1;
        }
        TokenKind::Number
    }

    fn word(&mut self) -> TokenKind {
        while self.peek(0).is_some_and(is_name_byte) {
            self.at += 1;
        }
        TokenKind::Word
    }

    fn punct(&mut self, byte: u8) -> TokenKind {
        let rest = &self.source[self.at..];
        if let Some(operator) = LONG_OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
            return self.take(operator.len(), TokenKind::Punct);
        }
        self.at += rest.chars().next().map_or(1, char::len_utf8);
        match byte {
            b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'<' | b'>' | b'=' | b'!' | b'~' | b'.' | b','
            | b':' | b';' => TokenKind::Punct,
            _ => self.bad(Fault::Character),
        }
    }
}

/// Whether a byte can be part of a name. Every character beyond ASCII counts as a letter here; Go names that are not
/// made of letters fit no Go file and so do no harm.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
