//! Makes the parser from `src/grammar.json` and compiles it.

use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/grammar.json");
    let grammar = fs::read_to_string("src/grammar.json")?;
    let version = Some((0, 1, 0));
    let (_, parser) = tree_sitter_generate::generate_parser_for_grammar(
        &grammar,
        version,
        tree_sitter_generate::OptLevel::default(),
        &mut Vec::new(),
    )?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let headers = out.join("tree_sitter");
    fs::create_dir_all(&headers)?;
    fs::write(headers.join("parser.h"), tree_sitter_generate::PARSER_HEADER)?;
    let source = out.join("parser.c");
    fs::write(&source, parser)?;
    cc::Build::new().std("c11").include(&out).file(&source).warnings(false).try_compile("rulec-editor-grammar")?;
    Ok(())
}
