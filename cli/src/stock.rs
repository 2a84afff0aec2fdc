//! The stock rules: the text of `stdlib-rules/`, embedded when the binary is built, or what that build made of it.

use crate::packs::Content;
#[cfg(feature = "compiler")]
use rulec_grammar::source::SourceFile;

include!(concat!(env!("OUT_DIR"), "/stock.rs"));

/// The name of the stock pack: the first part of the ids of its rules.
pub const PACK: &str = "stdlib";

/// The stock rules as they were compiled before: when this rulec was built, or by an earlier run of it.
pub fn compiled() -> Option<Content> {
    #[cfg(feature = "stock-pack")]
    if let Some(content) = crate::packs::part_of_rulec(STOCK_PACK) {
        return Some(content);
    }
    #[cfg(feature = "compiler")]
    return crate::packs::kept(&crate::packs::key(PACK, hash()));
    #[cfg(not(feature = "compiler"))]
    None
}

/// A hash over the rule files: names and texts.
#[cfg(feature = "compiler")]
pub fn hash() -> &'static [u8; 32] {
    &HASH
}

/// The rule files, sorted by path. The folder is the family.
#[cfg(feature = "compiler")]
pub fn sources() -> Vec<SourceFile> {
    FILES
        .iter()
        .map(|(path, text)| SourceFile {
            path: format!("{PACK}/{path}"),
            family: path.split('/').next().unwrap_or_default().to_owned(),
            text: (*text).to_owned(),
        })
        .collect()
}
