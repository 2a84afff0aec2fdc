//! Why a pack was refused.

use rulec_plan::verify::Refused;
use std::fmt;

/// Why a pack was refused. Each variant carries what a caller needs to act on it.
#[derive(Debug, PartialEq, Eq)]
pub enum PackError {
    /// The file cannot be read.
    Unreadable {
        /// What the system says.
        reason: String,
    },
    /// The first four bytes are not `RPAK`: some other file.
    NotAPack,
    /// Written in a format that is not known here: a later one. A newer rulec reads it.
    Version {
        /// The pack's format version.
        pack: u32,
        /// The newest known here.
        runtime: u32,
    },
    /// The plan was stored by a rulec that encodes plans differently. The sources of the pack, if it has some, can be
    /// compiled again.
    AbiMismatch {
        /// The pack's.
        pack: u64,
        /// This program's.
        runtime: u64,
    },
    /// The plan calls host functions that are different by now. The sources of the pack can be compiled again.
    OtherHosts,
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
            PackError::Unreadable { reason } => write!(f, "cannot be read: {reason}"),
            PackError::NotAPack => f.write_str("this is not a pack"),
            PackError::Version { pack, runtime } => write!(
                f,
                "written by a newer rulec: the pack has format version {pack}, and {runtime} is the newest known here; \
                 update rulec, or build the pack again from its source"
            ),
            PackError::AbiMismatch { pack, runtime } => write!(
                f,
                "the pack was built by another version of rulec (interface {pack:016x}, not {runtime:016x}); \
                 build it again from its source"
            ),
            PackError::OtherHosts => f.write_str(
                "the pack was built by another version of rulec, whose host functions were different; build it again \
                 from its source",
            ),
            PackError::Truncated { needed, len } => write!(f, "the pack is cut off: {len} of {needed} bytes"),
            PackError::Corrupt { section } => write!(f, "the pack is damaged: the hash of its {section} does not fit"),
            PackError::Malformed { section, reason } => write!(f, "the pack's {section} makes no sense: {reason}"),
            PackError::Refused(refused) => write!(f, "the pack's plan is refused: {refused}"),
        }
    }
}

impl std::error::Error for PackError {}

pub(crate) fn malformed(section: &'static str, reason: impl Into<String>) -> PackError {
    PackError::Malformed { section, reason: reason.into() }
}
