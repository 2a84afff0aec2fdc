//! Little-endian numbers and texts, taken from the front of bytes that anybody may have written.
//!
//! In: any bytes. Out: numbers and pieces of them, or that they are too short. Nothing is allocated by a length that was
//! read, and nothing panics.

use crate::error::{PackError, malformed};

/// Takes numbers from the front of a section.
pub struct Reader<'a> {
    section: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads the section of this name.
    pub fn new(section: &'static str, bytes: &'a [u8]) -> Reader<'a> {
        Reader { section, rest: bytes }
    }

    /// What was not taken yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next `count` bytes.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], PackError> {
        let taken = self.rest.split_at_checked(count);
        let (taken, rest) = taken.ok_or_else(|| malformed(self.section, "it is too short"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], PackError> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }

    /// The next four bytes as a number.
    pub fn u32(&mut self) -> Result<u32, PackError> {
        self.array().map(u32::from_le_bytes)
    }

    /// The next eight bytes as a number.
    pub fn u64(&mut self) -> Result<u64, PackError> {
        self.array().map(u64::from_le_bytes)
    }

    /// A length in bytes, and so many bytes of UTF-8.
    pub fn text(&mut self) -> Result<&'a str, PackError> {
        let len = self.u32()? as usize;
        std::str::from_utf8(self.bytes(len)?).map_err(|error| malformed(self.section, error.to_string()))
    }
}

/// Writes what [`Reader::text`] reads.
///
/// # Panics
/// If the text has 4 GiB or more.
pub fn put_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(u32::try_from(text.len()).expect("texts of rules are small").to_le_bytes());
    bytes.extend(text.as_bytes());
}
