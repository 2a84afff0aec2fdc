//! The outline of a rule file: items, their bodies and the blocks of foreign text in them.
//!
//! In: the whole text. Out: [`Outline`], tokens with bracket depths, cut into items. Everything that concerns
//! characters and brackets is reported here, so that later stages see balanced text nested at most [`MAX_DEPTH`] deep
//! and may walk it recursively. A file of a million brackets costs one pass.
//!
//! An item whose brackets do not pair up ends, at the latest, where the next item starts at the left margin.

use crate::codes;
use crate::diagnostic::{FileId, Sink};
use crate::lexer::{Fault, Lexer, Token, TokenKind};
use rulec_tree::Span;

/// How deep brackets may be nested in one item.
pub(crate) const MAX_DEPTH: usize = 200;

/// The words that items start with.
pub const ITEM_WORDS: &[&str] =
    &["use", "rule", "predicate", "symbols", "fact", "resource", "instance", "model", "declare"];

/// A file cut into items.
#[derive(Debug, Default)]
pub struct Outline {
    /// All tokens but those inside of examples and comment patterns; comments included.
    pub tokens: Vec<Lexeme>,
    /// The items in order.
    pub items: Vec<RawItem>,
}

/// A token in its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Lexeme {
    /// The token.
    pub token: Token,
    /// How many brackets of its item are open around it; those that it opens or closes itself do not count.
    pub depth: u32,
}

/// One item, not looked into yet.
#[derive(Debug)]
pub struct RawItem {
    /// The word it starts with, one of [`ITEM_WORDS`].
    pub word: &'static str,
    /// The `///` lines above it, markers removed.
    pub doc: String,
    /// From the keyword to the last token.
    pub span: Span,
    /// Its tokens, as indices of [`Outline::tokens`].
    pub tokens: std::ops::Range<usize>,
    /// What stands between the braces of its body.
    pub body: Option<Span>,
    /// Blocks in its body, in order, none inside of another.
    pub blocks: Vec<Block>,
    /// Its brackets have mistakes: spans and depths mean nothing.
    pub is_broken: bool,
}

/// Text in braces that is not rule text.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// What stands between the braces.
    pub inner: Span,
    /// What it is.
    pub kind: BlockKind,
}

/// What stands in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A Go pattern, or the braces of a Go type.
    Pattern,
    /// The text of a comment pattern: only braces count in it.
    Comment,
    /// Go text: files of an example, or declarations.
    Go,
}

/// Cuts a file into items.
pub(crate) fn outline(source: &str, file: FileId, sink: &mut Sink) -> Outline {
    let from = if source.starts_with('\u{feff}') { 3 } else { 0 };
    let mut outliner = Outliner {
        source,
        file,
        sink,
        lexer: Lexer::new(source, from),
        pending: None,
        outline: Outline::default(),
        open: Vec::new(),
        suspect: None,
        is_broken: false,
        is_cut_short: false,
    };
    outliner.run();
    outliner.outline
}

struct Outliner<'s, 'k> {
    source: &'s str,
    file: FileId,
    sink: &'k mut Sink,
    lexer: Lexer<'s>,
    /// A token read ahead.
    pending: Option<Token>,
    outline: Outline,
    /// The open brackets of the item: which, where, and the indentation of its line.
    open: Vec<(u8, Span, usize)>,
    /// The first bracket of the item that is closed at another indentation than it was opened at.
    suspect: Option<Span>,
    is_broken: bool,
    /// A string or comment of the item has no end: that it took closing brackets is no mistake of its own.
    is_cut_short: bool,
}

impl Outliner<'_, '_> {
    fn run(&mut self) {
        let mut doc = String::new();
        while let Some(token) = self.next() {
            match token.kind {
                TokenKind::Comment => self.push(token),
                TokenKind::Doc => {
                    doc.push_str(doc_line(self.text(token)));
                    doc.push('\n');
                    self.push(token);
                }
                _ => match self.item_word(token) {
                    Some(word) => self.item(word, token, std::mem::take(&mut doc)),
                    None => {
                        doc.clear();
                        self.stray(token);
                    }
                },
            }
        }
    }

    /// The next token; what is wrong with it is reported.
    fn next(&mut self) -> Option<Token> {
        if let Some(token) = self.pending.take() {
            return Some(token);
        }
        let token = self.lexer.next_token()?;
        if token.kind == TokenKind::Bad {
            self.report_fault(token.span);
        }
        Some(token)
    }

    fn push(&mut self, token: Token) {
        self.outline.tokens.push(Lexeme { token, depth: self.open.len() as u32 });
    }

    fn text(&self, token: Token) -> &str {
        &self.source[token.span.range()]
    }

    fn item_word(&self, token: Token) -> Option<&'static str> {
        let text = self.text(token);
        ITEM_WORDS.iter().copied().find(|word| token.kind == TokenKind::Word && *word == text)
    }

    /// Reports text that starts no item, and skips to the next item.
    fn stray(&mut self, token: Token) {
        if token.kind != TokenKind::Bad {
            let near = crate::words::nearest(self.text(token), ITEM_WORDS.iter().copied());
            let message = format!("`{}` does not start an item", self.text(token));
            self.sink
                .error(codes::E0105, self.file, token.span, message)
                .help(near.map(|word| format!("did you mean `{word}`?")))
                .help("a file holds `use`, `rule`, `predicate`, `symbols`, `fact`, `resource`, `instance`, `model` and `declare`");
        }
        let mut depth = usize::from(matches!(token.kind, TokenKind::Open(_) | TokenKind::AltOpen));
        while let Some(next) = self.next() {
            match next.kind {
                TokenKind::Open(_) | TokenKind::AltOpen => depth += 1,
                TokenKind::Close(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
            let starts_item = self.item_word(next).is_some() || next.kind == TokenKind::Doc;
            if next.first && starts_item && (depth == 0 || self.is_item_header(next)) {
                self.pending = Some(next);
                return;
            }
        }
    }

    fn item(&mut self, word: &'static str, keyword: Token, doc: String) {
        let first = self.outline.tokens.len();
        self.open.clear();
        self.suspect = None;
        self.is_broken = false;
        self.is_cut_short = false;
        let mut item = RawItem {
            word,
            doc,
            span: keyword.span,
            tokens: first..first,
            body: None,
            blocks: Vec::new(),
            is_broken: false,
        };
        self.push(keyword);
        if word == "use" {
            self.use_line(&mut item);
        } else {
            self.body(&mut item);
        }
        item.tokens = first..self.outline.tokens.len();
        item.is_broken = self.is_broken;
        self.open.clear();
        self.outline.items.push(item);
    }

    /// A `use` line ends where the next line starts, unless braces are open.
    fn use_line(&mut self, item: &mut RawItem) {
        let mut behind_name = false;
        while let Some(token) = self.next() {
            let at_end = token.first && token.kind != TokenKind::Open(b'{')
                || behind_name && self.item_word(token).is_some()
                || token.kind == TokenKind::Doc;
            if self.open.is_empty() && at_end || self.is_item_header(token) {
                self.pending = Some(token);
                break;
            }
            behind_name = matches!(token.kind, TokenKind::String | TokenKind::Close(_));
            self.bracketed(token);
            if token.kind != TokenKind::Comment {
                item.span.end = token.span.end;
            }
        }
        self.report_open();
    }

    /// The rest of an item, to the brace that closes it.
    fn body(&mut self, item: &mut RawItem) {
        let has_blocks = !matches!(item.word, "symbols" | "model");
        while let Some(token) = self.next() {
            let starts_next =
                self.is_item_header(token) || self.open.is_empty() && token.first && self.item_word(token).is_some();
            if starts_next {
                self.pending = Some(token);
                break;
            }
            let opens_brace = token.kind == TokenKind::Open(b'{');
            if opens_brace && self.open.is_empty() && item.word == "declare" {
                self.foreign_body(token, item);
                return;
            } else if opens_brace && self.open.is_empty() {
                item.body = Some(Span::new(token.span.end, token.span.end));
            } else if opens_brace && has_blocks && item.body.is_some() {
                item.span.end = self.block(token, &mut item.blocks);
                continue;
            }
            self.bracketed(token);
            item.span.end = token.span.end;
            if let Some(body) = &mut item.body
                && self.open.is_empty()
                && matches!(token.kind, TokenKind::Close(_))
            {
                body.end = token.span.start;
                return;
            }
        }
        self.report_open();
    }

    /// A body that is Go text as a whole.
    fn foreign_body(&mut self, open: Token, item: &mut RawItem) {
        self.bracketed(open);
        item.span.end = self.raw_block(true);
        let is_closed = self.open.is_empty();
        let inner = Span::new(open.span.end, (item.span.end - u32::from(is_closed)).max(open.span.end));
        item.body = Some(inner);
        item.blocks.push(Block { inner, kind: BlockKind::Go });
        self.report_open();
    }

    /// A block in a body, from its opening brace to its closing one. Returns where it ends.
    fn block(&mut self, open: Token, blocks: &mut Vec<Block>) -> u32 {
        let kind = self.block_kind(blocks);
        let depth = self.open.len();
        self.bracketed(open);
        let mut end = open.span.end;
        match kind {
            BlockKind::Pattern => {
                while self.open.len() > depth {
                    let Some(token) = self.next() else { break };
                    if self.is_item_header(token) {
                        self.pending = Some(token);
                        break;
                    }
                    self.bracketed(token);
                    end = token.span.end;
                }
            }
            BlockKind::Comment => end = self.raw_block(false),
            BlockKind::Go => end = self.raw_block(true),
        }
        let inner_end = if self.open.len() > depth { end } else { end.saturating_sub(1) };
        blocks.push(Block { inner: Span::new(open.span.end, inner_end.max(open.span.end)), kind });
        end
    }

    /// What the block holds whose brace comes next: told by the words in front of it.
    fn block_kind(&self, blocks: &[Block]) -> BlockKind {
        let mut words = self.outline.tokens.iter().rev().filter(|lexeme| lexeme.token.kind != TokenKind::Comment);
        let word = |lexeme: Option<&Lexeme>| match lexeme {
            Some(lexeme) if lexeme.token.kind == TokenKind::Word => &self.source[lexeme.token.span.range()],
            _ => "",
        };
        let last = word(words.clone().next());
        let last_kind = blocks.last().map(|block| block.kind);
        if last == "comment" || last == "or" && last_kind == Some(BlockKind::Comment) {
            return BlockKind::Comment;
        }
        if last == "fixed" && last_kind == Some(BlockKind::Go) {
            return BlockKind::Go;
        }
        // `test bad "name" with a = 1 {`: look back to the last closing brace or to the body's opening one.
        let mut behind = "";
        for lexeme in &mut words {
            if matches!(lexeme.token.kind, TokenKind::Open(b'{') | TokenKind::Close(b'}')) {
                break;
            }
            let here = word(Some(lexeme));
            let is_clause = matches!(behind, "bad" | "good") || lexeme.token.first && !matches!(behind, "" | "with");
            if here == "test" && is_clause {
                return BlockKind::Go;
            }
            behind = here;
        }
        BlockKind::Pattern
    }

    /// Skips text whose only structure is its braces; with `go`, also Go's strings, runes and comments. Returns where
    /// it ends. Nothing in it is reported: examples may be broken on purpose.
    fn raw_block(&mut self, go: bool) -> u32 {
        let mut depth = 1;
        if go {
            while let Some(token) = self.lexer.next_token() {
                match token.kind {
                    TokenKind::Open(b'{') => depth += 1,
                    TokenKind::Close(b'}') => depth -= 1,
                    _ if self.is_item_header(token) => {
                        self.pending = Some(token);
                        return token.span.start;
                    }
                    _ => continue,
                }
                if depth == 0 {
                    self.bracketed(token);
                    return token.span.end;
                }
            }
            return self.source.len() as u32;
        }
        for (offset, byte) in self.source.bytes().enumerate().skip(self.lexer.position()) {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                self.lexer.seek(offset + 1);
                let span = Span::new(offset as u32, offset as u32 + 1);
                self.bracketed(Token { kind: TokenKind::Close(b'}'), span, first: false });
                return span.end;
            }
        }
        self.lexer.seek(self.source.len());
        self.source.len() as u32
    }

    /// Records a token, and keeps the stack of open brackets.
    fn bracketed(&mut self, token: Token) {
        match token.kind {
            TokenKind::Open(_) | TokenKind::AltOpen => {
                self.push(token);
                let bracket = if let TokenKind::Open(bracket) = token.kind { bracket } else { b'(' };
                self.open.push((bracket, token.span, self.lexer.indentation));
                if self.open.len() == MAX_DEPTH + 1 {
                    self.report_depth(token.span);
                }
            }
            TokenKind::Close(bracket) => {
                self.close(bracket, token);
                self.push(token);
            }
            _ => self.push(token),
        }
    }

    fn close(&mut self, bracket: u8, token: Token) {
        let opener = match bracket {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        match self.open.last().copied() {
            Some((open, span, indentation)) if open == opener => {
                self.open.pop();
                if token.first && indentation != self.lexer.indentation {
                    self.suspect.get_or_insert(span);
                }
            }
            Some((open, span, _)) => {
                self.report_mismatch(token.span, open, span);
                // A brace closes all that is open inside of it; a stray parenthesis or bracket is passed over.
                if bracket == b'}' {
                    while let Some((open, ..)) = self.open.pop() {
                        if open == b'{' {
                            break;
                        }
                    }
                }
            }
            None => self.report_mismatch(token.span, 0, token.span),
        }
    }

    /// Whether an item starts here, at the left margin, where no part of an item can look like that.
    fn is_item_header(&self, token: Token) -> bool {
        let start = token.span.start as usize;
        if token.kind != TokenKind::Word || !token.first || start > 0 && self.source.as_bytes()[start - 1] != b'\n' {
            return false;
        }
        match self.text(token) {
            "rule" | "predicate" | "symbols" | "fact" | "resource" | "instance" => {}
            _ => return false,
        }
        let rest = self.source[token.span.end as usize..].trim_start_matches([' ', '\t']);
        let name_len = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)).count();
        let behind = rest[name_len..].trim_start_matches([' ', '\t']);
        name_len > 0 && rest.len() < self.source.len() - token.span.end as usize && behind.starts_with(['{', '(', '='])
    }

    fn report_fault(&mut self, span: Span) {
        let text = &self.source[span.range()];
        match self.lexer.fault.take() {
            Some(Fault::Unterminated(what)) => {
                // Raw strings and comments run to the end of the file: their first line is enough.
                let len = text.lines().next().map_or(text.len(), str::len);
                let span = Span::new(span.start, span.start + len as u32);
                self.is_cut_short = true;
                let help = match what {
                    "raw string" => "a raw string ends at the next backquote",
                    "comment" => "a comment that starts with `/*` ends at `*/`",
                    "rune" => "text stands in double quotes; a rune is one character in single quotes",
                    _ => "a string ends on its line; backquotes hold text of several lines",
                };
                self.sink.error(codes::E0102, self.file, span, format!("this {what} does not end")).help(help);
            }
            Some(Fault::Sigil) => {
                let help = if text.starts_with('@') {
                    "a label is `@name`"
                } else {
                    "a hole is `$name`, a run is `$*name` or `...`, an alternation is `$(a, b)`"
                };
                self.sink.error(codes::E0101, self.file, span, format!("`{text}` needs a name")).help(help);
            }
            _ => {
                let message = format!("the character `{}` has no meaning here", text.escape_debug());
                self.sink.error(codes::E0101, self.file, span, message);
            }
        }
    }

    fn report_depth(&mut self, span: Span) {
        if !self.is_broken {
            let message = format!("brackets are nested more than {MAX_DEPTH} deep");
            self.sink
                .error(codes::E0104, self.file, span, message)
                .help("name a part with a hole, and say more about it in a `where` clause");
        }
        self.is_broken = true;
    }

    fn report_mismatch(&mut self, span: Span, open: u8, opened: Span) {
        let text = &self.source[span.range()];
        if !self.is_broken && !self.is_cut_short {
            let partner = match open {
                b'(' => "`)`",
                b'[' => "`]`",
                _ => "`}`",
            };
            if open == 0 {
                self.sink.error(codes::E0103, self.file, span, format!("nothing is open that `{text}` could close"));
            } else {
                self.sink.error(codes::E0103, self.file, span, format!("expected {partner}, found `{text}`")).related(
                    self.file,
                    opened,
                    format!("this needs a {partner}"),
                );
            }
        }
        self.is_broken = true;
    }

    /// Reports the innermost bracket that is still open where the item has to end.
    fn report_open(&mut self) {
        let Some(&(_, span, _)) = self.open.last() else { return };
        if !self.is_broken && !self.is_cut_short {
            let text = &self.source[span.range()];
            let suspect = self.suspect;
            let diagnostic = self.sink.error(codes::E0103, self.file, span, format!("this `{text}` is never closed"));
            if let Some(suspect) = suspect {
                let text = "closed at another indentation: perhaps the closing brace is missing here";
                diagnostic.related(self.file, suspect, text);
            }
        }
        self.is_broken = true;
    }
}

/// The text of a `///` line.
fn doc_line(line: &str) -> &str {
    let text = line.trim_start_matches("///");
    text.strip_prefix(' ').unwrap_or(text).trim_end()
}
