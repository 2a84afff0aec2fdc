//! What Go's own tools say of files and packages.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Files on one command line of gofmt.
const AT_ONCE: usize = 500;

/// The files that gofmt cannot parse.
pub fn not_parsed(folder: &Path, files: &[String]) -> Result<Vec<String>, String> {
    let mut faulty = BTreeSet::new();
    for files in files.chunks(AT_ONCE) {
        let output = run(Command::new("gofmt").arg("-e").arg("-l").args(files).current_dir(folder))?;
        // `name.go:12:3: expected …`
        let named = output.1.lines().filter_map(|line| line.split_once(".go:").map(|(name, _)| format!("{name}.go")));
        faulty.extend(named);
    }
    Ok(faulty.into_iter().collect())
}

/// The files that gofmt would write in another way.
pub fn not_formatted(folder: &Path, files: &[String]) -> Result<Vec<String>, String> {
    let mut unformatted = Vec::new();
    for files in files.chunks(AT_ONCE) {
        let output = run(Command::new("gofmt").arg("-l").args(files).current_dir(folder))?;
        unformatted.extend(output.0.lines().map(str::to_owned));
    }
    Ok(unformatted)
}

/// The packages of a module of which `go vet` accepts the types, those of tests included.
pub fn packages_with_sound_types(module: &Path) -> Result<BTreeSet<String>, String> {
    let listed = run(Command::new("go").args(["list", "-mod=mod", "-e", "./..."]).current_dir(module))?;
    let all: BTreeSet<String> = listed.0.lines().map(str::to_owned).collect();
    if all.is_empty() {
        return Err(format!("go list names no package: {}", listed.1));
    }
    // One cheap check: what is wanted is that types are looked at in front of it.
    let vetted = run(Command::new("go").args(["vet", "-mod=mod", "-ifaceassert", "./..."]).current_dir(module))?;
    // A package with mistakes: `# path` and the mistakes below it; `vet: file: …` says the same of the last one named.
    let mut broken = BTreeSet::new();
    let mut package = String::new();
    for line in vetted.1.lines() {
        if let Some(name) = line.strip_prefix("# ") {
            package = name.trim_matches(['[', ']']).split(' ').next().unwrap_or_default().replace("_test", "");
        } else if line.starts_with("vet: ") || line.contains(".go:") {
            broken.insert(package.trim_end_matches(".test").to_owned());
        }
    }
    Ok(all.difference(&broken).cloned().collect())
}

/// Standard output and standard error; the status does not matter.
fn run(command: &mut Command) -> Result<(String, String), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((text(&output.stdout), text(&output.stderr)))
}
