//! The tree-sitter grammar of rule files, for editors.
//!
//! In: nothing; the parser is made from `src/grammar.json`, which `grammar.js` describes. Out: [`LANGUAGE`], for the tests here;
//! editors compile `src/parser.c`. rulec itself reads rule files with `rulec-grammar`.

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_rulec() -> *const ();
}

/// The grammar as tree-sitter sees it.
// SAFETY: build.rs compiled this function from a grammar of that name; it returns a pointer to static tables laid out as the
// header of the generator says, and whoever sets the language checks their version.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_rulec) };

/// The parser that `src/grammar.json` gives.
pub const PARSER: &str = include_str!(concat!(env!("OUT_DIR"), "/parser.c"));
