//! The archive of fixed files that `go vet -fix` reads: a zip file whose entries are named as the files are.
//!
//! In: paths and contents. Out: the bytes of the archive, not compressed, the same for the same files.
//!
//! Source: PKWARE, ".ZIP File Format Specification" 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.

use flate2::Crc;
use std::path::PathBuf;

/// The first of January 1980, the earliest date that there is.
const DATE: u16 = 1 << 5 | 1;
/// Names are UTF-8.
const UTF8: u16 = 1 << 11;
/// The version that readers need: nothing beyond the oldest that knows folders.
const VERSION: u16 = 20;

/// The archive of these files.
pub fn of(files: &[(PathBuf, Vec<u8>)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (path, content) in files {
        let name = path.to_string_lossy();
        let offset = bytes.len() as u32;
        let common = common(&name, content);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(name.as_bytes());
        bytes.extend(content);
        directory.extend(b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&common);
        // Comment, disk, attributes: none.
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, count) = (bytes.len() as u32, files.len() as u16);
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06");
    bytes.extend([0; 4]);
    bytes.extend(count.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

/// What the header of an entry and its line in the directory have in common.
fn common(name: &str, content: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(content);
    let mut bytes = Vec::new();
    // Version, flags, no compression, time, date.
    for field in [VERSION, UTF8, 0, 0, DATE] {
        bytes.extend(field.to_le_bytes());
    }
    for field in [crc.sum(), content.len() as u32, content.len() as u32] {
        bytes.extend(field.to_le_bytes());
    }
    bytes.extend((name.len() as u16).to_le_bytes());
    bytes.extend(0u16.to_le_bytes());
    bytes
}
