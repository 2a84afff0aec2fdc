//! Makes the file of `world/std/` from a Go distribution: what the packages of its standard library declare.
//!
//! `cargo run --release -p rulec-world --bin summarise-std -- --goroot /usr/local/go -o world/std/standard-library.summary`

use rulec_world::standard::summarise;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: summarise-std [--goroot DIR] -o FILE";

fn main() -> ExitCode {
    match run() {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, String> {
    let (mut goroot, mut output) = (PathBuf::from("/usr/local/go"), None);
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or(USAGE)?;
        match argument.to_str() {
            Some("--goroot") => goroot = PathBuf::from(value),
            Some("-o") => output = Some(PathBuf::from(value)),
            _ => return Err(USAGE.to_owned()),
        }
    }
    let output = output.ok_or(USAGE)?;
    let made = summarise(&goroot)?;
    std::fs::write(&output, &made.file).map_err(|error| format!("{}: {error}", output.display()))?;
    let notes: Vec<String> = made.notes.iter().map(|note| format!("note: {note}\n")).collect();
    let (packages, len) = (made.packages, made.file.len());
    Ok(format!("{}{}: {packages} packages, {len} bytes, {}", notes.concat(), output.display(), made.go_version))
}
