//! Lines of `rulec inspect types --format jsonl` and of `gotypes`, one file at a time.
//!
//! In: streams of any length. Out: [`Block`]s, all lines of one Go file, and [`Spilled`], a stream put on disk so that the
//! lines of any file can be had at once. Never holds more than one file in memory.

use flate2::read::MultiGzDecoder;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// One line: an expression, or an identifier that is none.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Line {
    /// Byte offset at which it starts.
    pub start: u32,
    /// Byte offset behind it.
    pub end: u32,
    /// Its type; `None` if that is not known.
    #[serde(rename = "type")]
    pub of: Option<String>,
    /// What kind of thing it denotes.
    pub mode: String,
    /// The value of a constant.
    #[serde(default)]
    pub value: Option<String>,
    /// What a selector selects.
    #[serde(default)]
    pub selection: Option<Selection>,
    /// Whether it is an identifier that is no expression.
    #[serde(default)]
    pub ident: bool,
}

/// What a selector selects.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Selection {
    /// `field`, `method` or `methodexpr`.
    pub kind: String,
    /// The type of what stands before the dot.
    pub recv: Option<String>,
    /// The name of the field or method.
    pub obj: String,
    /// The way to it through embedded fields.
    pub index: Vec<i64>,
    /// Whether a pointer was followed on the way.
    pub indirect: bool,
}

/// Where a line belongs in the order of its file: by start, longest first.
pub type Key = (u32, Reverse<u32>, bool);

/// Reads a line; `None` if it is not what the format says.
pub fn parse(line: &[u8]) -> Option<Line> {
    serde_json::from_slice(line).ok()
}

/// The place of a line in its file.
pub fn key(line: &[u8]) -> Option<Key> {
    if let Some(((start, end), ident)) = quick_span(line).zip(Some(line.ends_with(b"\"ident\":true}"))) {
        return Some((start, Reverse(end), ident));
    }
    parse(line).map(|line| (line.start, Reverse(line.end), line.ident))
}

/// Start and end where keys stand in the usual order.
fn quick_span(line: &[u8]) -> Option<(u32, u32)> {
    let rest = &line[quick_path(line)?.1..];
    let (start, rest) = number(rest.strip_prefix(b"\",\"start\":")?)?;
    let (end, _) = number(rest.strip_prefix(b",\"end\":")?)?;
    Some((start, end))
}

fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let len = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(len);
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, rest))
}

/// The path where it stands first and needs no unescaping, and where it ends.
fn quick_path(line: &[u8]) -> Option<(&str, usize)> {
    const OPENING: &[u8] = b"{\"path\":\"";
    let rest = line.strip_prefix(OPENING)?;
    let len = memchr::memchr2(b'"', b'\\', rest)?;
    if rest[len] == b'\\' {
        return None;
    }
    Some((std::str::from_utf8(&rest[..len]).ok()?, OPENING.len() + len))
}

#[derive(Deserialize)]
struct Pathed {
    path: String,
}

fn path(line: &[u8]) -> Option<Cow<'_, str>> {
    if let Some((path, _)) = quick_path(line) {
        return Some(Cow::Borrowed(path));
    }
    serde_json::from_slice(line).ok().map(|Pathed { path }| Cow::Owned(path))
}

/// Opens a file of lines, compressed if its name ends in `.gz`.
pub fn open(path: &Path) -> Result<Box<dyn BufRead>, String> {
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let packed = path.extension().is_some_and(|extension| extension == "gz");
    let reader: Box<dyn Read> = if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    Ok(Box::new(BufReader::with_capacity(1 << 20, reader)))
}

/// What `gotypes` writes, in its order.
#[derive(Debug, PartialEq)]
pub enum Event {
    /// The lines of a file.
    File(Block),
    /// A file that is left out, since it imports "C".
    Skipped(String),
    /// A package in which go/types found mistakes: how many, and the first.
    Mistakes(Mistakes),
}

/// The lines of one file.
#[derive(Debug, Default, PartialEq)]
pub struct Block {
    /// The path as written.
    pub path: String,
    /// Whole lines.
    pub text: Vec<u8>,
}

/// A package in which go/types found mistakes.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Mistakes {
    /// Its path, and the test that it is built for.
    pub package: String,
    /// How many.
    pub errors: u32,
    /// The first of them.
    pub first: String,
}

/// What `gotypes` wrote, file by file.
pub struct Events<R> {
    reader: R,
    line: Vec<u8>,
    open: Block,
    waiting: Option<Event>,
}

impl<R: BufRead> Events<R> {
    /// The events of a stream.
    pub fn new(reader: R) -> Events<R> {
        Events { reader, line: Vec::new(), open: Block::default(), waiting: None }
    }

    /// The next event; `None` at the end.
    ///
    /// # Errors
    /// If the stream cannot be read, or has a line that is none of those that `gotypes` writes.
    pub fn next(&mut self) -> Result<Option<Event>, String> {
        if let Some(event) = self.waiting.take() {
            return Ok(Some(event));
        }
        loop {
            self.line.clear();
            let read = self.reader.read_until(b'\n', &mut self.line).map_err(|error| error.to_string())?;
            if read == 0 {
                return Ok(self.close(Block::default()).map(Event::File));
            }
            if let Some(note) = note(&self.line) {
                self.waiting = Some(note);
                return Ok(match self.close(Block::default()) {
                    Some(block) => Some(Event::File(block)),
                    None => self.waiting.take(),
                });
            }
            let path =
                path(&self.line).ok_or_else(|| format!("not a line: {}", String::from_utf8_lossy(&self.line)))?;
            if self.open.path == path {
                self.open.text.extend_from_slice(&self.line);
                continue;
            }
            let next = Block { path: path.into_owned(), text: self.line.clone() };
            if let Some(block) = self.close(next) {
                return Ok(Some(Event::File(block)));
            }
        }
    }

    fn close(&mut self, next: Block) -> Option<Block> {
        let closed = std::mem::replace(&mut self.open, next);
        (!closed.text.is_empty()).then_some(closed)
    }
}

/// A line that is about a package or a whole file.
fn note(line: &[u8]) -> Option<Event> {
    if line.starts_with(b"{\"package\":") {
        return serde_json::from_slice(line).ok().map(Event::Mistakes);
    }
    if line.ends_with(b",\"skipped\":\"cgo\"}\n") {
        return path(line).map(|path| Event::Skipped(path.into_owned()));
    }
    None
}

/// A stream of lines on disk, by file.
#[derive(Debug)]
pub struct Spilled {
    file: File,
    /// For each path: where its lines stand, as offset and length in bytes.
    pieces: FxHashMap<String, Vec<(u64, u64)>>,
    /// Lines that are no JSON or have no path.
    pub malformed: u64,
    /// How often a path comes before one that it should follow.
    pub disorder: u64,
}

impl Spilled {
    /// Reads a stream to its end.
    ///
    /// # Errors
    /// If it cannot be read, or the disk is full.
    pub fn read(mut from: impl BufRead) -> std::io::Result<Spilled> {
        let mut spilled =
            Spilled { file: tempfile::tempfile()?, pieces: FxHashMap::default(), malformed: 0, disorder: 0 };
        let mut out = BufWriter::with_capacity(1 << 20, spilled.file.try_clone()?);
        let (mut line, mut last, mut offset) = (Vec::new(), String::new(), 0);
        loop {
            line.clear();
            if from.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            if !line.ends_with(b"\n") {
                line.push(b'\n');
            }
            let Some(path) = path(&line) else {
                spilled.malformed += 1;
                continue;
            };
            out.write_all(&line)?;
            let len = line.len() as u64;
            match spilled.pieces.get_mut(path.as_ref()) {
                Some(pieces) if last == path => pieces.iter_mut().last().into_iter().for_each(|piece| piece.1 += len),
                _ => {
                    spilled.disorder += u64::from(path.as_ref() < last.as_str());
                    spilled.pieces.entry(path.clone().into_owned()).or_default().push((offset, len));
                    last = path.into_owned();
                }
            }
            offset += len;
        }
        out.flush()?;
        Ok(spilled)
    }

    /// The lines of a file, which are forgotten then; `None` if there are none.
    ///
    /// # Errors
    /// If the disk fails.
    pub fn take(&mut self, path: &str) -> std::io::Result<Option<Vec<u8>>> {
        let Some(pieces) = self.pieces.remove(path) else { return Ok(None) };
        let mut text = Vec::new();
        for (offset, len) in pieces {
            self.file.seek(SeekFrom::Start(offset))?;
            (&self.file).take(len).read_to_end(&mut text)?;
        }
        Ok(Some(text))
    }

    /// The files that were never taken, sorted.
    pub fn left(&self) -> Vec<&str> {
        let mut paths: Vec<&str> = self.pieces.keys().map(String::as_str).collect();
        paths.sort_unstable();
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = r#"{"path":"a.go","start":1,"end":5,"type":"int","mode":"value"}"#;
    const B: &str = r#"{"path":"b.go","start":2,"end":3,"type":null,"mode":"unknown","ident":true}"#;

    #[test]
    fn keys_are_read_in_any_order() {
        assert_eq!(key(A.as_bytes()), Some((1, Reverse(5), false)));
        assert_eq!(key(B.as_bytes()), Some((2, Reverse(3), true)));
        let turned = br#"{"ident":true,"mode":"value","end":5,"start":1,"type":"int","path":"a\u002ego"}"#;
        assert_eq!(key(turned), Some((1, Reverse(5), true)));
        assert_eq!(path(turned).as_deref(), Some("a.go"));
        assert_eq!(key(b"{\"path\":\"a.go\",\"start\":99999999999,\"end\":1}"), None);
    }

    #[test]
    fn events_are_files_and_notes() {
        let text = format!(
            "{{\"package\":\"p\",\"errors\":2,\"first\":\"x\"}}\n{A}\n{A}\n{{\"path\":\"c.go\",\"skipped\":\"cgo\"}}\n{B}\n"
        );
        let mut events = Events::new(text.as_bytes());
        let mut next = || events.next().unwrap();
        let mistakes = Mistakes { package: "p".into(), errors: 2, first: "x".into() };
        assert_eq!(next(), Some(Event::Mistakes(mistakes)));
        let file = |path: &str, text: String| Event::File(Block { path: path.into(), text: text.into() });
        assert_eq!(next(), Some(file("a.go", format!("{A}\n{A}\n"))));
        assert_eq!(next(), Some(Event::Skipped("c.go".into())));
        assert_eq!(next(), Some(file("b.go", format!("{B}\n"))));
        assert_eq!(next(), None);
        assert!(Events::new(&b"nonsense\n"[..]).next().is_err());
    }

    #[test]
    fn spilled_files_come_back_from_several_pieces() {
        let text = format!("{A}\n{B}\nnonsense\n{A}");
        let mut spilled = Spilled::read(text.as_bytes()).unwrap();
        assert_eq!((spilled.malformed, spilled.disorder), (1, 1));
        assert_eq!(spilled.take("a.go").unwrap(), Some(format!("{A}\n{A}\n").into_bytes()));
        assert_eq!(spilled.take("a.go").unwrap(), None);
        assert_eq!(spilled.left(), ["b.go"]);
    }
}
