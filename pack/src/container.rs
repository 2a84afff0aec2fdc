//! The outside of a pack file: header, table of sections, hashes, signatures.
//!
//! In: a file or bytes, from anywhere. Out: a [`Container`], whose table is as its hash says, and whose sections are read
//! and compared with their hashes when they are asked for. What a section means is for [`crate::file`] to say. Nothing is
//! ever run, and nothing panics.
//!
//! `docs/pack-format.md` tells the layout byte by byte.

use crate::bytes::Reader;
use crate::error::{PackError, malformed};
use crate::signature::Signature;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

const MAGIC: &[u8; 4] = b"RPAK";
const SIGNATURES_MAGIC: &[u8; 4] = b"RSIG";
/// The format that is written.
pub const FORMAT: u32 = 2;
const FORMAT_1: u32 = 1;
const HEADER_BYTES: usize = 24;
const FORMAT_1_HEADER_BYTES: usize = 20;
const ENTRY_BYTES: usize = 56;
const HASH_BYTES: usize = 32;
const MAX_SECTIONS: u32 = 1024;
/// Sections start at multiples of this.
const ALIGNMENT: u64 = 64;
/// More signatures than this are nobody's.
const MAX_SIGNATURES: u32 = 64;

/// What a section is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(pub u32);

impl Tag {
    /// Format 1: the whole plan.
    pub const PLAN_1: Tag = Tag(1);
    /// Format 1: machine code.
    pub const CODE_1: Tag = Tag(2);
    /// What the pack is.
    pub const MANIFEST: Tag = Tag(3);
    /// The rule files.
    pub const SOURCES: Tag = Tag(4);
    /// The plan without its details.
    pub const RULES: Tag = Tag(5);
    /// Steps, origins and texts of the rules.
    pub const DETAILS: Tag = Tag(6);
    /// Machine code for a target; there can be several.
    pub const CODE: Tag = Tag(7);

    /// Its name, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Tag::PLAN_1 | Tag::RULES => "plan",
            Tag::CODE_1 | Tag::CODE => "code",
            Tag::MANIFEST => "manifest",
            Tag::SOURCES => "sources",
            Tag::DETAILS => "details",
            _ => "unknown section",
        }
    }
}

/// A line of the table of sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What the section is for.
    pub tag: Tag,
    /// Where it starts in the file, in bytes.
    pub offset: u64,
    /// Its length in bytes.
    pub len: u64,
    /// The BLAKE3 hash of its bytes.
    pub hash: [u8; 32],
}

/// A pack whose table was checked.
#[derive(Debug)]
pub struct Container {
    source: Source,
    format: u32,
    /// Format 1 has one for the whole file.
    abi: Option<u64>,
    content_hash: [u8; 32],
    entries: Vec<Entry>,
    signatures: Vec<Signature>,
}

impl Container {
    /// Opens a pack file. Its sections are read later, so it stays open.
    ///
    /// # Errors
    /// See [`PackError`].
    pub fn open(path: &Path) -> Result<Container, PackError> {
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(PackError::Unreadable { reason: "it is no regular file".to_owned() });
        }
        Container::of_source(Source::File { file: Mutex::new(file), len: metadata.len() })
    }

    /// A pack in memory; `bytes` is the whole file.
    ///
    /// # Errors
    /// See [`PackError`].
    pub fn of_bytes(bytes: Vec<u8>) -> Result<Container, PackError> {
        Container::of_source(Source::Bytes(bytes))
    }

    fn of_source(source: Source) -> Result<Container, PackError> {
        let start = source.read(0, source.len().min(8))?;
        if !start.starts_with(MAGIC) {
            return Err(PackError::NotAPack);
        }
        source.must_have(8)?;
        match Reader::new("header", &start[MAGIC.len()..]).u32()? {
            FORMAT => format_2(source),
            FORMAT_1 => format_1(source),
            pack => Err(PackError::Version { pack, runtime: FORMAT }),
        }
    }

    /// The version of its format.
    pub fn format(&self) -> u32 {
        self.format
    }

    /// The interface that a pack of format 1 was built for.
    pub(crate) fn abi(&self) -> Option<u64> {
        self.abi
    }

    /// The hash of all that is not a signature: of header and table, which has the hashes of the sections.
    pub fn content_hash(&self) -> &[u8; 32] {
        &self.content_hash
    }

    /// The sections, in their order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The signatures. Each is right; whether its key is to be trusted is for the caller to know.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The bytes of the only section with this tag.
    ///
    /// # Errors
    /// [`PackError::Corrupt`] if they differ from their hash; others of reading.
    pub fn section(&self, tag: Tag) -> Result<Option<Vec<u8>>, PackError> {
        self.entries.iter().find(|entry| entry.tag == tag).map(|entry| self.bytes(entry)).transpose()
    }

    /// The bytes of a section.
    ///
    /// # Errors
    /// As [`Container::section`].
    pub fn bytes(&self, entry: &Entry) -> Result<Vec<u8>, PackError> {
        let bytes = self.source.read(entry.offset, entry.len)?;
        if *blake3::hash(&bytes).as_bytes() == entry.hash {
            Ok(bytes)
        } else {
            Err(PackError::Corrupt { section: entry.tag.name() })
        }
    }

    /// The first `len` bytes of a section, or all if it has fewer, not compared with the hash.
    pub(crate) fn start_of(&self, entry: &Entry, len: u64) -> Result<Vec<u8>, PackError> {
        self.source.read(entry.offset, entry.len.min(len))
    }

    /// Copies a section, not compared with its hash: whoever uses the copy does that.
    pub(crate) fn copy(&self, entry: &Entry, to: &mut File) -> std::io::Result<u64> {
        match &self.source {
            Source::Bytes(all) => {
                let end = entry.offset.saturating_add(entry.len).min(all.len() as u64);
                let section = all.get(entry.offset as usize..end as usize).unwrap_or_default();
                to.write_all(section).map(|()| section.len() as u64)
            }
            Source::File { file, .. } => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(entry.offset))?;
                std::io::copy(&mut (&mut *file).take(entry.len), to)
            }
        }
    }

    /// Compares all sections with their hashes, those of unknown tags included.
    ///
    /// # Errors
    /// As [`Container::section`].
    pub fn check_all(&self) -> Result<(), PackError> {
        self.entries.iter().try_for_each(|entry| self.bytes(entry).map(drop))
    }

    /// The whole file with other signatures. Sections are taken as they are.
    ///
    /// # Errors
    /// [`PackError::Version`] for a pack of format 1, which has no place for them; others of reading.
    pub fn with_signatures(&self, signatures: &[Signature]) -> Result<Vec<u8>, PackError> {
        if self.format != FORMAT {
            return Err(malformed("header", "a pack of format version 1 cannot be signed; build it again"));
        }
        let content_len = self.entries.iter().map(|entry| entry.offset + entry.len).max();
        let mut bytes = self.source.read(0, content_len.unwrap_or(HEADER_BYTES as u64 + HASH_BYTES as u64))?;
        put_signatures(&mut bytes, signatures);
        Ok(bytes)
    }

    /// How many bytes the file has.
    pub fn len(&self) -> u64 {
        self.source.len()
    }

    /// Never: a pack has a header.
    pub fn is_empty(&self) -> bool {
        false
    }
}

/// Puts a pack of format 2 together. The same sections make the same bytes.
pub fn assemble(sections: &[(Tag, Vec<u8>)]) -> Vec<u8> {
    let head_len = (HEADER_BYTES + ENTRY_BYTES * sections.len() + HASH_BYTES) as u64;
    let mut offset = head_len;
    let mut table = Vec::new();
    for (tag, section) in sections {
        offset = offset.next_multiple_of(ALIGNMENT);
        table.extend(tag.0.to_le_bytes());
        table.extend(0u32.to_le_bytes());
        table.extend(offset.to_le_bytes());
        table.extend((section.len() as u64).to_le_bytes());
        table.extend(blake3::hash(section).as_bytes());
        offset += section.len() as u64;
    }
    let mut bytes = Vec::with_capacity(offset as usize);
    bytes.extend(MAGIC);
    bytes.extend(FORMAT.to_le_bytes());
    bytes.extend(offset.to_le_bytes());
    bytes.extend((sections.len() as u32).to_le_bytes());
    bytes.extend(0u32.to_le_bytes());
    bytes.extend(table);
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    for (_, section) in sections {
        bytes.resize(bytes.len().next_multiple_of(ALIGNMENT as usize), 0);
        bytes.extend(section);
    }
    bytes
}

fn put_signatures(bytes: &mut Vec<u8>, signatures: &[Signature]) {
    if signatures.is_empty() {
        return;
    }
    bytes.extend(SIGNATURES_MAGIC);
    bytes.extend((signatures.len() as u32).to_le_bytes());
    for signature in signatures {
        bytes.extend(signature.key);
        bytes.extend(signature.signature);
    }
}

fn format_2(source: Source) -> Result<Container, PackError> {
    let header = source.take(0, HEADER_BYTES as u64)?;
    let mut header = Reader::new("header", &header[8..]);
    let (content_len, count, zero) = (header.u64()?, header.u32()?, header.u32()?);
    if zero != 0 {
        return Err(malformed("header", "a reserved field is not zero"));
    }
    source.must_have(content_len)?;
    let (entries, content_hash) = table(&source, HEADER_BYTES, count)?;
    check_layout(&source, &entries, content_len)?;
    for (index, entry) in entries.iter().enumerate() {
        let is_single = matches!(entry.tag, Tag::MANIFEST | Tag::SOURCES | Tag::RULES | Tag::DETAILS);
        if is_single && entries[..index].iter().any(|other| other.tag == entry.tag) {
            return Err(malformed(entry.tag.name(), "there are two"));
        }
    }
    let signatures = signatures(&source, content_len, &content_hash)?;
    Ok(Container { source, format: FORMAT, abi: None, content_hash, entries, signatures })
}

fn format_1(source: Source) -> Result<Container, PackError> {
    let header = source.take(0, FORMAT_1_HEADER_BYTES as u64)?;
    let mut header = Reader::new("header", &header[8..]);
    let (abi, count) = (header.u64()?, header.u32()?);
    let (entries, content_hash) = table(&source, FORMAT_1_HEADER_BYTES, count)?;
    for entry in &entries {
        let end = entry.offset.checked_add(entry.len);
        source.must_have(end.ok_or_else(|| malformed("header", "a section without end"))?)?;
    }
    let signatures = Vec::new();
    Ok(Container { source, format: FORMAT_1, abi: Some(abi), content_hash, entries, signatures })
}

/// The table of sections behind a header, and the hash of both, which is checked.
fn table(source: &Source, header_len: usize, count: u32) -> Result<(Vec<Entry>, [u8; 32]), PackError> {
    if count > MAX_SECTIONS {
        return Err(malformed("header", format!("{count} sections")));
    }
    let hashed = header_len + ENTRY_BYTES * count as usize;
    let head = source.take(0, (hashed + HASH_BYTES) as u64)?;
    let (head, stored) = head.split_at(hashed);
    let hash = *blake3::hash(head).as_bytes();
    if hash != stored {
        return Err(PackError::Corrupt { section: "header" });
    }
    let mut table = Reader::new("header", &head[header_len..]);
    let entry = |_| {
        let tag = Tag(table.u32()?);
        if table.u32()? != 0 {
            return Err(malformed("header", "a reserved field is not zero"));
        }
        Ok(Entry { tag, offset: table.u64()?, len: table.u64()?, hash: table.array()? })
    };
    Ok(((0..count).map(entry).collect::<Result<_, _>>()?, hash))
}

/// Format 2 leaves no freedom: sections follow each other, what is between them is zero, and nothing is left over.
fn check_layout(source: &Source, entries: &[Entry], content_len: u64) -> Result<(), PackError> {
    let mut end = (HEADER_BYTES + ENTRY_BYTES * entries.len() + HASH_BYTES) as u64;
    for entry in entries {
        let start = end.checked_next_multiple_of(ALIGNMENT);
        if start != Some(entry.offset) {
            return Err(malformed("header", "a section stands in the wrong place"));
        }
        if source.take(end, entry.offset - end)?.iter().any(|byte| *byte != 0) {
            return Err(malformed("header", "there is something between two sections"));
        }
        end = entry.offset.checked_add(entry.len).ok_or_else(|| malformed("header", "a section without end"))?;
    }
    if end == content_len { Ok(()) } else { Err(malformed("header", "its length is not that of its sections")) }
}

/// What follows the content: nothing, or signatures of it to the end of the file.
fn signatures(source: &Source, content_len: u64, content_hash: &[u8; 32]) -> Result<Vec<Signature>, PackError> {
    if source.len() == content_len {
        return Ok(Vec::new());
    }
    let head = source.take(content_len, 8)?;
    let mut head = Reader::new("signatures", &head);
    if &head.array()? != SIGNATURES_MAGIC {
        return Err(malformed("signatures", "something else follows the pack"));
    }
    let count = head.u32()?;
    if count == 0 || count > MAX_SIGNATURES {
        return Err(malformed("signatures", format!("there are {count}")));
    }
    let len = u64::from(count) * Signature::BYTES as u64;
    let bytes = source.take(content_len + 8, len)?;
    if source.len() != content_len + 8 + len {
        return Err(malformed("signatures", "something else follows them"));
    }
    let mut reader = Reader::new("signatures", &bytes);
    let mut found: Vec<Signature> = Vec::new();
    for _ in 0..count {
        let signature = Signature { key: reader.array()?, signature: reader.array()? };
        if found.iter().any(|other| other.key == signature.key) {
            return Err(malformed("signatures", "two are of one key"));
        }
        if !signature.is_of(content_hash) {
            return Err(PackError::Corrupt { section: "signatures" });
        }
        found.push(signature);
    }
    Ok(found)
}

/// Where the bytes are.
#[derive(Debug)]
enum Source {
    Bytes(Vec<u8>),
    File { file: Mutex<File>, len: u64 },
}

impl Source {
    fn len(&self) -> u64 {
        match self {
            Source::Bytes(bytes) => bytes.len() as u64,
            Source::File { len, .. } => *len,
        }
    }

    fn must_have(&self, needed: u64) -> Result<(), PackError> {
        let len = self.len();
        if len < needed { Err(PackError::Truncated { needed, len }) } else { Ok(()) }
    }

    /// These bytes, which have to be there.
    fn take(&self, offset: u64, len: u64) -> Result<Vec<u8>, PackError> {
        self.must_have(offset.checked_add(len).ok_or_else(|| malformed("header", "a section without end"))?)?;
        self.read(offset, len)
    }

    /// These bytes, which are there unless the file became shorter.
    fn read(&self, offset: u64, len: u64) -> Result<Vec<u8>, PackError> {
        let mut bytes = Vec::with_capacity(usize::try_from(len).unwrap_or(0));
        match self {
            Source::Bytes(all) => bytes.extend(all.iter().skip(offset as usize).take(len as usize)),
            Source::File { file, .. } => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(offset)).map_err(unreadable)?;
                (&mut *file).take(len).read_to_end(&mut bytes).map_err(unreadable)?;
            }
        }
        if bytes.len() as u64 == len {
            Ok(bytes)
        } else {
            Err(PackError::Truncated { needed: offset.saturating_add(len), len: offset + bytes.len() as u64 })
        }
    }
}

fn unreadable(error: std::io::Error) -> PackError {
    PackError::Unreadable { reason: error.to_string() }
}
