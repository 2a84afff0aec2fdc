//! One Go file, read.
//!
//! In: the bytes of a file. Out: a [`File`], or why it was [refused](Refusal). Broken code gives fewer facts, never a
//! failure: a function that does not parse keeps its signature, the other functions stay, and [`Coverage`] tells.
//!
//! **Absent:** no file is opened here, and no other file of the package is looked at.

use crate::constraint::{self, BuildConstraint};
use crate::lines::LineIndex;
use crate::lower::{self, Piece, Task};
use crate::names::{self, Names};
use crate::recover::{self, Chunk};
use crate::skeleton::Skeleton;
use crate::syntax::{LastParse, Outcome, Rows, Syntax, SyntaxReader};
use rulec_tree::{Kind, Node, Span, Texts, Tree, Vocabulary};
use std::fmt;
use std::sync::Arc;

/// Reads Go files, one after the other. Holds the parser and its buffers: make one for each thread.
pub struct Reader {
    syntax: SyntaxReader,
    rows: Rows,
    pieces: Vec<Piece>,
    stack: Vec<Task>,
    skeleton: Skeleton,
    max_bytes: usize,
}

/// Everything known about one file by itself.
#[derive(Clone, Debug)]
pub struct File {
    /// The canonical tree; name resolution has filled in the symbols.
    pub tree: Tree,
    /// The texts and symbols of the tree.
    pub texts: Texts,
    /// What its identifiers name.
    pub names: Names,
    /// Where the lines start.
    pub lines: LineIndex,
    /// What could not be parsed.
    pub coverage: Coverage,
    /// Whether the file says that it is generated, by Go's convention.
    pub generated: bool,
    /// The `//go:build` line, if the file has one that can be read.
    pub build: Option<BuildConstraint>,
}

impl File {
    /// Takes predeclared names (`len`, `any`, …) for which `is_declared` says yes for what they are: names that another
    /// file of the package declares. Their uses are unresolved from then on.
    pub fn hide_predeclared(&mut self, is_declared: impl Fn(&str) -> bool) {
        let texts = &self.texts;
        self.names.hide_predeclared(&mut self.tree, &|name| is_declared(&texts.str(name)));
    }

    /// The name in the package clause, if there is one.
    pub fn package_name(&self) -> Option<&[u8]> {
        let package = self.tree.slot(Node::ROOT, 0);
        let name = (self.tree.kind(package) == Kind::Package).then(|| self.tree.slot(package, 0))?;
        Some(self.texts.bytes(self.tree.text(name)))
    }
}

/// What of a file could not be parsed; nothing if all was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// In source order.
    pub bad: Vec<BadRegion>,
}

impl Coverage {
    /// Whether all of the file was understood.
    pub fn is_full(&self) -> bool {
        self.bad.is_empty()
    }
}

/// A part of a file that could not be parsed. Nothing in it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRegion {
    /// The body of the function, or the whole declaration.
    pub span: Span,
    /// The name of the function, `declaration` or `package clause`.
    pub what: String,
    /// Why.
    pub reason: BadReason,
    /// Where the first thing stands that does not fit.
    pub at: u32,
    /// The identifiers in it, sorted, each once: what it declares is among them. None for the body of a function, which
    /// declares nothing outside of it.
    pub names: Vec<String>,
}

impl fmt::Display for BadRegion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.what, self.reason)
    }
}

/// Why a part of a file could not be parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadReason {
    /// It is not Go.
    Syntax,
    /// It holds both sides of a merge.
    MergeConflict,
    /// Making sense of it took too long for its length.
    TooManySteps,
    /// It is not there.
    Missing,
}

impl fmt::Display for BadReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            BadReason::Syntax => "syntax error",
            BadReason::MergeConflict => "merge conflict",
            BadReason::TooManySteps => "parsing took too many steps",
            BadReason::Missing => "missing",
        })
    }
}

/// Why a file was not read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Longer than the limit; both in bytes.
    TooLarge {
        /// The file's length.
        len: u64,
        /// The limit.
        max: u64,
    },
    /// Go source is UTF-8; this byte is not.
    NotUtf8 {
        /// Where the first such byte stands.
        offset: u32,
    },
    /// Go source has no zero bytes; this is some other kind of file.
    NulByte {
        /// Where the first one stands.
        offset: u32,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::TooLarge { len, max } => write!(out, "the file has {len} bytes; at most {max} are read"),
            Refusal::NotUtf8 { offset } => write!(out, "the file is not UTF-8: see the byte at offset {offset}"),
            Refusal::NulByte { offset } => write!(out, "the file has a zero byte at offset {offset}, so it is not Go"),
        }
    }
}

impl std::error::Error for Refusal {}

impl Default for Reader {
    fn default() -> Reader {
        Reader::new()
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Reader").field("max_bytes", &self.max_bytes).finish_non_exhaustive()
    }
}

impl Reader {
    /// The default limit on the length of a file: 64 MiB. Parsing takes about 30 times as much memory for a moment.
    pub const MAX_BYTES: usize = 64 << 20;

    /// A reader with the default limit.
    pub fn new() -> Reader {
        Reader::with_max_bytes(Reader::MAX_BYTES)
    }

    /// A reader that refuses files of more than `max_bytes`, which is 1 GiB at most.
    pub fn with_max_bytes(max_bytes: usize) -> Reader {
        Reader {
            syntax: SyntaxReader::new(),
            rows: Rows::default(),
            pieces: Vec::new(),
            stack: Vec::new(),
            skeleton: Skeleton::default(),
            max_bytes: max_bytes.min(1 << 30),
        }
    }

    /// Reads one file. `source` may begin with a byte order mark and may have CRLF line ends; all spans are offsets
    /// into it as it is. Texts and symbols get the numbers that `vocabulary` gives them.
    ///
    /// # Errors
    /// See [`Refusal`]. No content that Go's own tools would take is refused but for its size.
    pub fn read(&mut self, source: &[u8], vocabulary: &Arc<Vocabulary>) -> Result<File, Refusal> {
        self.check(source)?;
        self.clear();
        let mut coverage = Coverage::default();
        self.parse(source, None, &mut coverage);
        Ok(self.finish(source, vocabulary, coverage))
    }

    /// Reads a file of which an earlier state may have been read with the same `last`: what did not change is not parsed
    /// again. What comes out is what [`Reader::read`] gives.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn read_again(
        &mut self,
        last: &mut LastRead,
        source: &[u8],
        vocabulary: &Arc<Vocabulary>,
    ) -> Result<File, Refusal> {
        self.check(source)?;
        self.clear();
        let mut coverage = Coverage::default();
        self.parse(source, Some(&mut last.0), &mut coverage);
        Ok(self.finish(source, vocabulary, coverage))
    }

    /// Reads one file for its declarations: as [`Reader::read`], but top-level functions and methods have empty blocks for
    /// bodies, as have those whose bodies are empty. Comments in bodies are left out as well. All spans are those of
    /// `source`; a body's is that of the whole body.
    ///
    /// Bodies are not parsed, so [`File::coverage`] says nothing about them. A file whose declarations do not parse is
    /// read whole, bodies included.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn read_declarations(&mut self, source: &[u8], vocabulary: &Arc<Vocabulary>) -> Result<File, Refusal> {
        self.check(source)?;
        self.clear();
        let start = text_start(source);
        let mut coverage = Coverage::default();
        if self.parse_skeleton(source, start) {
            self.require_package(start, &mut coverage);
        } else {
            self.parse(source, None, &mut coverage);
        }
        Ok(self.finish(source, vocabulary, coverage))
    }

    fn clear(&mut self) {
        self.rows.clear();
        self.pieces.clear();
    }

    /// Lowers what was parsed.
    fn finish(&mut self, source: &[u8], vocabulary: &Arc<Vocabulary>, coverage: Coverage) -> File {
        trim_carriage_returns(source, &mut self.rows.comments);

        let mut texts = Texts::new(Arc::clone(vocabulary));
        let mut tree = lower::lower(source, &self.rows, &self.pieces, &mut texts, &mut self.stack);
        let names = names::resolve(&mut tree, &mut texts);
        let header = constraint::header(source);
        File {
            generated: constraint::is_generated(source, &header),
            build: constraint::of_comments(source, &header),
            lines: LineIndex::new(source),
            tree,
            texts,
            names,
            coverage,
        }
    }

    fn check(&self, source: &[u8]) -> Result<(), Refusal> {
        if source.len() > self.max_bytes {
            return Err(Refusal::TooLarge { len: source.len() as u64, max: self.max_bytes as u64 });
        }
        if let Some(offset) = memchr::memchr(0, source) {
            return Err(Refusal::NulByte { offset: offset as u32 });
        }
        match std::str::from_utf8(source) {
            Ok(_) => Ok(()),
            Err(error) => Err(Refusal::NotUtf8 { offset: error.valid_up_to() as u32 }),
        }
    }

    fn parse(&mut self, source: &[u8], last: Option<&mut LastParse>, coverage: &mut Coverage) {
        let start = text_start(source);
        let whole = Span::new(start, source.len() as u32);
        let outcome = match last {
            Some(last) => self.syntax.read_again(last, source, whole, &mut self.rows),
            None => self.syntax.read(source, whole, &mut self.rows),
        };
        if outcome == Outcome::Clean {
            self.add_pieces(0);
        } else {
            self.parse_in_chunks(source, start, coverage);
        }
        self.require_package(start, coverage);
    }

    /// Parses `source` without the bodies of its functions. Says no if that does not parse.
    fn parse_skeleton(&mut self, source: &[u8], start: u32) -> bool {
        if !self.skeleton.cut(source, start) {
            return false;
        }
        let whole = Span::new(start, self.skeleton.text.len() as u32);
        if self.syntax.read(&self.skeleton.text, whole, &mut self.rows) != Outcome::Clean {
            return false;
        }
        self.skeleton.restore(self.rows.rows.iter_mut().map(|row| &mut row.span));
        self.skeleton.restore(self.rows.comments.iter_mut());
        self.add_pieces(0);
        true
    }

    fn require_package(&self, start: u32, coverage: &mut Coverage) {
        let has_package = match self.pieces.first() {
            Some(Piece::Row(row)) => self.rows.syntax(*row) == Syntax::Package,
            _ => false,
        };
        if !has_package {
            let span = Span::new(start, start);
            let (what, reason, names) = ("package clause".to_owned(), BadReason::Missing, Vec::new());
            coverage.bad.insert(0, BadRegion { span, what, reason, at: start, names });
        }
    }

    /// Takes the children of the source file at `row`, read last, as pieces.
    fn add_pieces(&mut self, row: u32) {
        self.pieces.extend(self.rows.parts(row).map(Piece::Row));
    }

    fn parse_in_chunks(&mut self, source: &[u8], start: u32, coverage: &mut Coverage) {
        let (chunks, comments) = recover::split(source, start);
        for chunk in chunks {
            let row = self.rows.rows.len() as u32;
            match self.syntax.read(source, chunk.span, &mut self.rows) {
                Outcome::Clean if !chunk.is_marker => self.add_pieces(row),
                outcome => {
                    let region = self.add_bad(source, chunk, outcome);
                    coverage.bad.push(region);
                }
            }
        }
        self.rows.comments = comments;
    }

    fn add_bad(&mut self, source: &[u8], chunk: Chunk, outcome: Outcome) -> BadRegion {
        let at = match outcome {
            Outcome::Broken(at) => at.max(chunk.span.start),
            Outcome::Clean | Outcome::GaveUp => chunk.span.start,
        };
        let text = &source[chunk.span.range()];
        let reason = match outcome {
            _ if chunk.is_marker || text.split(|byte| *byte == b'\n').any(recover::is_marker) => {
                BadReason::MergeConflict
            }
            Outcome::GaveUp => BadReason::TooManySteps,
            Outcome::Clean | Outcome::Broken(_) => BadReason::Syntax,
        };
        if chunk.is_func
            && let Some((row, body)) = self.signature(source, chunk)
        {
            self.pieces.push(Piece::BadBody(row, body));
            let name = self.rows.find(row, Syntax::Ident).map_or(Span::default(), |name| self.rows.span(name));
            let what = String::from_utf8_lossy(&source[name.range()]).into_owned();
            return BadRegion { span: body, what, reason, at, names: Vec::new() };
        }
        self.pieces.push(Piece::Bad(chunk.span));
        BadRegion { span: chunk.span, what: "declaration".to_owned(), reason, at, names: recover::identifiers(text) }
    }

    /// The declaration of the function in `chunk` without its body, if that parses, and where the body stands.
    fn signature(&mut self, source: &[u8], chunk: Chunk) -> Option<(u32, Span)> {
        let brace = recover::body_brace(source, chunk.span)?;
        let root = self.rows.rows.len() as u32;
        let outcome = self.syntax.read(source, Span::new(chunk.span.start, brace), &mut self.rows);
        if outcome != Outcome::Clean {
            return None;
        }
        let func = self.rows.part(root, 0)?;
        let is_func = matches!(self.rows.syntax(func), Syntax::FuncDecl | Syntax::MethodDecl);
        is_func.then_some((func, Span::new(brace, chunk.span.end)))
    }
}

/// What was read last of one file: what [`Reader::read_again`] need not parse again.
#[derive(Default)]
pub struct LastRead(LastParse);

impl fmt::Debug for LastRead {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("LastRead").finish_non_exhaustive()
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Where Go begins: behind a byte order mark.
fn text_start(source: &[u8]) -> u32 {
    if source.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() as u32 } else { 0 }
}

/// A line comment ends before its line end, be that LF or CRLF.
fn trim_carriage_returns(source: &[u8], comments: &mut [Span]) {
    for comment in comments {
        if source[comment.range()].starts_with(b"//") && source[comment.range()].ends_with(b"\r") {
            comment.end -= 1;
        }
    }
}
