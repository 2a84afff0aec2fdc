//! Makes the file of `calls/std/` from a Go distribution: what the functions of its standard library do.
//!
//! `cargo run --release -p rulec-calls --bin summarise-std-calls -- --goroot /usr/local/go -o calls/std/standard-library.calls`

use rulec_calls::standard::summarise;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: summarise-std-calls [--goroot DIR] -o FILE";

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
    let made = summarise(&goroot, 0)?;
    std::fs::write(&output, &made.file).map_err(|error| format!("{}: {error}", output.display()))?;
    let (packages, functions, len) = (made.packages, made.functions, made.file.len());
    let version = made.go_version;
    Ok(format!("{}: {packages} packages, {functions} functions, {len} bytes, {version}", output.display()))
}
