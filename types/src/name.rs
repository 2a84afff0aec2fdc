//! Names and other short texts, interned for all packages of a run.

/// The number of an interned text, such as an identifier, an import path or a struct tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Name(pub(crate) u32);

impl Name {
    /// The empty text.
    pub const EMPTY: Name = Name(0);
    /// `_`
    pub const BLANK: Name = Name(1);
}
