//! The stock rules: the text of `stdlib-rules/`, embedded when the binary is built.

use rulec_compiler::SourceFile;

include!(concat!(env!("OUT_DIR"), "/stock.rs"));

/// The name of the stock pack: the first part of the ids of its rules.
pub const PACK: &str = "stdlib";

/// A hash over the rule files: names and texts.
pub fn hash() -> &'static [u8; 32] {
    &HASH
}

/// The rule files, sorted by path. The folder is the family.
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
