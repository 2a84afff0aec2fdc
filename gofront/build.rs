//! Makes the parser: amends the grammar of the tree-sitter-go crate that cargo fetched, generates C from it, compiles.
//!
//! Nothing is fetched here. See `docs/decisions/0002-amended-grammar.md`.

#[path = "build/amend.rs"]
mod amend;

use std::path::{Path, PathBuf};
use std::{env, fs, process::Command};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build/amend.rs");
    let grammar_path = find_grammar()?;
    println!("cargo::rerun-if-changed={}", grammar_path.display());

    let mut grammar = serde_json::from_slice(&fs::read(&grammar_path)?)?;
    amend::amend(&mut grammar);
    let (_, parser) = tree_sitter_generate::generate_parser_for_grammar(
        &grammar.to_string(),
        None,
        tree_sitter_generate::OptLevel::default(),
        &mut Vec::new(),
    )?;
    compile(&parser)
}

/// Finds `grammar.json` of the crate tree-sitter-go: beside the crate tree-sitter, which tells where it is, be it in
/// cargo's registry or among vendored sources; otherwise where `cargo metadata` says.
fn find_grammar() -> Result<PathBuf, Failure> {
    let beside = env::var_os("DEP_TREE_SITTER_INCLUDE").and_then(|include| {
        let sources = Path::new(&include).ancestors().nth(2)?.to_owned();
        let mut found: Vec<PathBuf> = fs::read_dir(sources).ok()?.flatten().map(|entry| entry.path()).collect();
        found.retain(|path| is_the_grammar_crate(path));
        found.pop()
    });
    let folder = match beside {
        Some(folder) => folder,
        None => ask_cargo()?,
    };
    Ok(folder.join("src/grammar.json"))
}

/// The version whose rules `build/amend.rs` knows.
const GRAMMAR_VERSION: &str = "0.25.0";

fn is_the_grammar_crate(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    if name != "tree-sitter-go" && name != format!("tree-sitter-go-{GRAMMAR_VERSION}") {
        return false;
    }
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    manifest.contains(&format!("\nversion = \"{GRAMMAR_VERSION}\"\n"))
}

fn ask_cargo() -> Result<PathBuf, Failure> {
    let output = Command::new(env::var("CARGO")?)
        .args(["metadata", "--offline", "--format-version", "1", "--filter-platform", &env::var("TARGET")?])
        .arg("--manifest-path")
        .arg(Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("Cargo.toml"))
        .output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr)))?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let manifest = packages
        .iter()
        .find(|package| package["name"] == "tree-sitter-go" && package["version"] == GRAMMAR_VERSION)
        .and_then(|package| package["manifest_path"].as_str())
        .ok_or("cargo knows no crate tree-sitter-go of the version that is amended")?;
    Ok(Path::new(manifest).parent().ok_or("a manifest is in a folder")?.to_owned())
}

fn compile(parser: &str) -> Result<(), Failure> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let headers = out.join("tree_sitter");
    fs::create_dir_all(&headers)?;
    fs::write(headers.join("parser.h"), tree_sitter_generate::PARSER_HEADER)?;
    fs::write(headers.join("alloc.h"), tree_sitter_generate::ALLOC_HEADER)?;
    fs::write(headers.join("array.h"), tree_sitter_generate::ARRAY_HEADER)?;
    let source = out.join("parser.c");
    fs::write(&source, parser)?;
    cc::Build::new().std("c11").include(&out).file(&source).opt_level(2).warnings(false).try_compile("rulec-go")?;
    Ok(())
}
