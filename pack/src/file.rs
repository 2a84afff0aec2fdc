//! The pack file: a plan and its machine code for some targets.
//!
//! In: any bytes at all. Out: a [`Pack`] whose plan is verified and whose sections have the hashes that the header
//! claims, or a [`PackError`]. Reading never panics and never runs anything. Machine code cannot be verified: run it only
//! if the pack is trusted as a program is.
//!
//! All numbers are little-endian:
//!
//! | Offset | Bytes | What |
//! |---|---|---|
//! | 0 | 4 | `RPAK` |
//! | 4 | 4 | format version, 1 |
//! | 8 | 8 | [`ABI_HASH`] |
//! | 16 | 4 | number of sections *n*, at most 1024 |
//! | 20 | 56 *n* | section table: tag (4), zero (4), offset (8), length in bytes (8), BLAKE3 hash (32) |
//! | 20 + 56 *n* | 32 | BLAKE3 hash of all bytes above |
//!
//! Sections with an unknown tag are skipped, so that later versions can add some.

use crate::abi::{ABI_HASH, host_target};
use crate::code::Code;
use rulec_plan::Plan;
use rulec_plan::verify::{Refused, verify};
use std::fmt;

/// What a pack holds.
#[derive(Debug)]
pub struct Pack {
    /// The rules, verified.
    pub plan: Plan,
    /// Their machine code, for each target at most once.
    pub codes: Vec<Code>,
}

impl Pack {
    /// The machine code for this machine, if the pack holds it.
    pub fn host_code(&self) -> Option<&Code> {
        let target = host_target();
        self.codes.iter().find(|code| code.target == target)
    }
}

/// Why a pack was refused. Each variant carries what a caller needs to act on it.
#[derive(Debug, PartialEq, Eq)]
pub enum PackError {
    /// The first four bytes are not `RPAK`: some other file.
    NotAPack,
    /// Written in a later format. A newer rulec reads it.
    Version {
        /// The pack's format version.
        pack: u32,
        /// The one read here.
        runtime: u32,
    },
    /// Built for another layout of the Go tree or other host functions. Rebuilding the pack mends it.
    AbiMismatch {
        /// The pack's.
        pack: u64,
        /// This program's.
        runtime: u64,
    },
    /// The file is shorter than its header says. Both are lengths in bytes.
    Truncated {
        /// What the header asks for.
        needed: u64,
        /// What is there.
        len: u64,
    },
    /// Bytes differ from the hash that was stored with them: the file was damaged or changed.
    Corrupt {
        /// Which part.
        section: &'static str,
    },
    /// A part with the right hash makes no sense: written by a faulty program, or with bad intent.
    Malformed {
        /// Which part.
        section: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The plan could make an engine go wrong.
    Refused(Refused),
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PackError::NotAPack => f.write_str("this is not a pack"),
            PackError::Version { pack, runtime } => {
                write!(f, "the pack has format version {pack}, and {runtime} is the newest known here")
            }
            PackError::AbiMismatch { pack, runtime } => write!(
                f,
                "the pack was built for another version of rulec (interface {pack:016x}, not {runtime:016x}); build it again"
            ),
            PackError::Truncated { needed, len } => write!(f, "the pack is cut off: {len} of {needed} bytes"),
            PackError::Corrupt { section } => write!(f, "the pack is damaged: the hash of its {section} does not fit"),
            PackError::Malformed { section, reason } => write!(f, "the pack's {section} makes no sense: {reason}"),
            PackError::Refused(refused) => write!(f, "the pack's plan is refused: {refused}"),
        }
    }
}

impl std::error::Error for PackError {}

const MAGIC: &[u8; 4] = b"RPAK";
const FORMAT: u32 = 1;
const HEADER_BYTES: usize = 20;
const ENTRY_BYTES: usize = 56;
const HASH_BYTES: usize = 32;
const MAX_SECTIONS: u32 = 1024;

const PLAN: u32 = 1;
const CODE: u32 = 2;

/// Reads a pack; `bytes` is the whole file. Bytes from anywhere are safe to pass: no input makes this panic.
///
/// # Errors
/// See [`PackError`].
pub fn read(bytes: &[u8]) -> Result<Pack, PackError> {
    let mut plan = None;
    let mut codes: Vec<Code> = Vec::new();
    for (tag, section) in sections(bytes)? {
        match tag {
            PLAN if plan.is_some() => return Err(malformed("plan", "there are two")),
            PLAN => plan = Some(read_plan(section)?),
            CODE => codes.push(read_code(section)?),
            _ => {}
        }
    }
    let plan = plan.ok_or_else(|| malformed("plan", "there is none"))?;
    check_codes(&plan, &codes)?;
    Ok(Pack { plan, codes })
}

/// Writes a pack; [`read`] gives back the same. The same plan and code make the same bytes.
///
/// # Panics
/// If code is for one machine only (`+host`), which is never stored.
pub fn write(plan: &Plan, codes: &[Code]) -> Vec<u8> {
    let plan = postcard::to_stdvec(plan).expect("every plan can be written");
    let codes = codes.iter().map(|code| {
        assert!(!code.target.contains('+'), "code for one machine only is never stored");
        (CODE, write_code(code))
    });
    let sections: Vec<(u32, Vec<u8>)> = std::iter::once((PLAN, plan)).chain(codes).collect();
    assemble(&sections)
}

fn sections(bytes: &[u8]) -> Result<Vec<(u32, &[u8])>, PackError> {
    if !bytes.starts_with(MAGIC) {
        return Err(PackError::NotAPack);
    }
    let mut header = Reader { rest: take_header(bytes, HEADER_BYTES as u64)? };
    header.bytes(MAGIC.len())?;
    let format = header.u32()?;
    if format != FORMAT {
        return Err(PackError::Version { pack: format, runtime: FORMAT });
    }
    let abi = header.u64()?;
    if abi != ABI_HASH {
        return Err(PackError::AbiMismatch { pack: abi, runtime: ABI_HASH });
    }
    let count = header.u32()?;
    if count > MAX_SECTIONS {
        return Err(malformed("header", format!("{count} sections")));
    }
    let hashed = HEADER_BYTES + ENTRY_BYTES * count as usize;
    let head = take_header(bytes, (hashed + HASH_BYTES) as u64)?;
    let (head, hash) = head.split_at(hashed);
    if blake3::hash(head).as_bytes() != hash {
        return Err(PackError::Corrupt { section: "header" });
    }
    let mut table = Reader { rest: &head[HEADER_BYTES..] };
    (0..count).map(|_| section(bytes, &mut table)).collect()
}

fn take_header(bytes: &[u8], needed: u64) -> Result<&[u8], PackError> {
    let len = bytes.len() as u64;
    if len < needed {
        return Err(PackError::Truncated { needed, len });
    }
    Ok(&bytes[..needed as usize])
}

/// The section that the next entry of the table describes.
fn section<'a>(bytes: &'a [u8], table: &mut Reader<'_>) -> Result<(u32, &'a [u8]), PackError> {
    let tag = table.u32()?;
    table.u32()?;
    let (offset, len) = (table.u64()?, table.u64()?);
    let hash = table.bytes(HASH_BYTES)?;
    let end = offset.checked_add(len).ok_or_else(|| malformed("header", "a section without end"))?;
    let upto = take_header(bytes, end)?;
    let section = &upto[offset as usize..];
    if blake3::hash(section).as_bytes() != hash {
        return Err(PackError::Corrupt { section: section_name(tag) });
    }
    Ok((tag, section))
}

fn section_name(tag: u32) -> &'static str {
    match tag {
        PLAN => "plan",
        CODE => "code",
        _ => "data",
    }
}

/// How much stack decoding a plan may use. A plan's conditions nest, and the decoder recurses over them; the verifier
/// bounds the nesting, but sees the plan only afterwards.
const DECODER_STACK_BYTES: usize = 4 << 20;

fn read_plan(section: &[u8]) -> Result<Plan, PackError> {
    let decode = || {
        let mut decoder = postcard::Deserializer::from_flavor(Shallow::new(section));
        let plan: Plan = serde::Deserialize::deserialize(&mut decoder)?;
        let rest = decoder.finalize()?;
        if rest.is_empty() { Ok(plan) } else { Err(postcard::Error::SerdeDeCustom) }
    };
    let decoded = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(DECODER_STACK_BYTES).spawn_scoped(scope, decode);
        thread.map_err(|error| error.to_string()).and_then(|thread| {
            let plan = thread.join().map_err(|_| "decoding it failed".to_owned())?;
            plan.map_err(|error| error.to_string())
        })
    });
    let plan = decoded.map_err(|reason| malformed("plan", reason))?;
    verify(&plan).map_err(PackError::Refused)?;
    Ok(plan)
}

/// Input for the decoder that ends where the stack gets low. Every level of recursion takes a byte at least, so none
/// goes unseen.
struct Shallow<'a> {
    input: &'a [u8],
    /// Where the stack stood when decoding started.
    top: usize,
}

impl<'a> Shallow<'a> {
    fn new(input: &'a [u8]) -> Shallow<'a> {
        Shallow { input, top: stack_position() }
    }

    fn check_stack(&self) -> postcard::Result<()> {
        let used = self.top.abs_diff(stack_position());
        if used < DECODER_STACK_BYTES / 4 { Ok(()) } else { Err(postcard::Error::SerdeDeCustom) }
    }
}

/// About where the stack stands.
#[inline(never)]
fn stack_position() -> usize {
    let local = 0u8;
    std::ptr::from_ref(std::hint::black_box(&local)).addr()
}

impl<'de> postcard::de_flavors::Flavor<'de> for Shallow<'de> {
    type Remainder = &'de [u8];
    type Source = &'de [u8];

    fn pop(&mut self) -> postcard::Result<u8> {
        self.check_stack()?;
        let (first, rest) = self.input.split_first().ok_or(postcard::Error::DeserializeUnexpectedEnd)?;
        self.input = rest;
        Ok(*first)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.input.len())
    }

    fn try_take_n(&mut self, count: usize) -> postcard::Result<&'de [u8]> {
        let (taken, rest) = self.input.split_at_checked(count).ok_or(postcard::Error::DeserializeUnexpectedEnd)?;
        self.input = rest;
        Ok(taken)
    }

    fn finalize(self) -> postcard::Result<&'de [u8]> {
        Ok(self.input)
    }
}

fn read_code(section: &[u8]) -> Result<Code, PackError> {
    let mut reader = Reader { rest: section };
    let target_len = reader.u32()? as usize;
    let target =
        std::str::from_utf8(reader.bytes(target_len)?).map_err(|error| malformed("code", error.to_string()))?;
    let mut kinds = [0; 64];
    for offset in &mut kinds {
        *offset = reader.u32()?;
    }
    let rule_count = reader.u32()? as usize;
    let rule_bytes = rule_count.checked_mul(4).ok_or_else(|| malformed("code", "too many rules"))?;
    let mut table = Reader { rest: reader.bytes(rule_bytes)? };
    let rules = (0..rule_count).map(|_| table.u32()).collect::<Result<_, _>>()?;
    Ok(Code { target: target.to_owned(), bytes: reader.rest.to_vec(), rules, kinds })
}

fn check_codes(plan: &Plan, codes: &[Code]) -> Result<(), PackError> {
    for (index, code) in codes.iter().enumerate() {
        if code.rules.len() != plan.rules.len() {
            let reason = format!("it has {} rules and the plan {}", code.rules.len(), plan.rules.len());
            return Err(malformed("code", reason));
        }
        if !code.offsets_are_inside() {
            return Err(malformed("code", "an entry point lies outside of it"));
        }
        if code.target.contains('+') || codes[..index].iter().any(|other| other.target == code.target) {
            return Err(malformed("code", format!("target `{}`", code.target)));
        }
    }
    Ok(())
}

fn write_code(code: &Code) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(code.bytes.len() + 4 * code.rules.len() + 512);
    bytes.extend((code.target.len() as u32).to_le_bytes());
    bytes.extend(code.target.as_bytes());
    bytes.extend(code.kinds.iter().flat_map(|offset| offset.to_le_bytes()));
    bytes.extend((code.rules.len() as u32).to_le_bytes());
    bytes.extend(code.rules.iter().flat_map(|offset| offset.to_le_bytes()));
    bytes.extend(&code.bytes);
    bytes
}

fn assemble(sections: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(MAGIC);
    bytes.extend(FORMAT.to_le_bytes());
    bytes.extend(ABI_HASH.to_le_bytes());
    bytes.extend((sections.len() as u32).to_le_bytes());
    let mut offset = HEADER_BYTES + ENTRY_BYTES * sections.len() + HASH_BYTES;
    for (tag, section) in sections {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(0u32.to_le_bytes());
        bytes.extend((offset as u64).to_le_bytes());
        bytes.extend((section.len() as u64).to_le_bytes());
        bytes.extend(blake3::hash(section).as_bytes());
        offset += section.len();
    }
    let hash = blake3::hash(&bytes);
    bytes.extend(hash.as_bytes());
    sections.iter().for_each(|(_, section)| bytes.extend(section));
    bytes
}

fn malformed(section: &'static str, reason: impl Into<String>) -> PackError {
    PackError::Malformed { section, reason: reason.into() }
}

/// Takes numbers from the front of a section.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], PackError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or_else(|| malformed("section", "it is too short"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn u32(&mut self) -> Result<u32, PackError> {
        let mut number = [0; 4];
        number.copy_from_slice(self.bytes(4)?);
        Ok(u32::from_le_bytes(number))
    }

    fn u64(&mut self) -> Result<u64, PackError> {
        let mut number = [0; 8];
        number.copy_from_slice(self.bytes(8)?);
        Ok(u64::from_le_bytes(number))
    }
}

#[cfg(test)]
mod tests;
