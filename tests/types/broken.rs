//! Broken code: what is still known of a package in which one token or statement is missing.
//!
//! In: a seed. Out: for each of so many packages of the standard library, how many expressions outside of the damaged
//! declaration keep what was known of them. rulec has to end well each time.

use crate::corpora::go;
use crate::damage::{Damage, Dependence, choose};
use crate::lines::{Line, key, parse};
use crate::run::{Ended, Rulec};
use fastrand::Rng;
use rulec_gofront::{File, LineIndex, Reader};
use rulec_tree::{Span, Vocabulary};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Damages `rounds` packages and prints what is lost; the same seed, the same damage.
///
/// # Errors
/// If there is no Go distribution, or rulec cannot be run.
pub fn run(rulec: &Rulec, seed: u64, rounds: u64, limit: usize) -> Result<(), String> {
    let source = PathBuf::from(go(&std::env::temp_dir(), &["env", "GOROOT"])?).join("src");
    let folders = folders(&source);
    if folders.is_empty() {
        return Err(format!("no packages below {}", source.display()));
    }
    let mut dice = Rng::with_seed(seed);
    let mut outcomes = Vec::new();
    for _ in 0..rounds {
        let folder = &folders[dice.usize(..folders.len())];
        outcomes.extend(round(rulec, &mut dice, folder)?);
    }
    print(&outcomes, limit);
    Ok(())
}

/// The folders of the standard library that hold Go files, sorted.
fn folders(source: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![source.to_owned()];
    while let Some(folder) = waiting.pop() {
        if !go_files(&folder).is_empty() {
            found.push(folder.clone());
        }
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let below = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let walked = below.filter(|entry| ["testdata", "vendor", "cmd"].iter().all(|name| entry.file_name() != *name));
        waiting.extend(walked.map(|entry| entry.path()));
    }
    found.sort();
    found
}

/// The Go files of a folder, sorted.
fn go_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file())).map(|entry| entry.path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|own| own == "go")).collect();
    files.sort();
    files
}

/// What one round came to.
#[derive(Debug)]
struct Outcome {
    place: String,
    damage: Damage,
    text: String,
    /// How rulec ended, where it did not end well.
    failure: Option<String>,
    kept: u64,
    /// Known before, unknown or not there after.
    lost: u64,
    /// Something else is known after.
    changed: u64,
    /// Lost or changed, in declarations that depend on the damaged one.
    excused: u64,
    first: Option<String>,
}

/// A package in memory.
struct Package {
    names: Vec<String>,
    sources: Vec<Vec<u8>>,
    files: Vec<File>,
}

impl Package {
    fn read(folder: &Path) -> Package {
        let mut package = Package { names: Vec::new(), sources: Vec::new(), files: Vec::new() };
        let mut reader = Reader::new();
        let vocabulary = Arc::new(Vocabulary::default());
        for path in &go_files(folder) {
            let (Some(name), Ok(source)) = (path.file_name(), std::fs::read(path)) else { continue };
            if let Ok(file) = reader.read(&source, &vocabulary) {
                package.names.push(name.to_string_lossy().into_owned());
                package.sources.push(source);
                package.files.push(file);
            }
        }
        package
    }

    /// Writes it as a module of its own.
    fn write(&self, to: &Path) -> std::io::Result<()> {
        std::fs::write(to.join("go.mod"), "module damaged\n\ngo 1.26\n")?;
        self.names.iter().zip(&self.sources).try_for_each(|(name, source)| std::fs::write(to.join(name), source))
    }
}

/// Damages one package; `None` if it has nothing to damage.
fn round(rulec: &Rulec, dice: &mut Rng, folder: &Path) -> Result<Option<Outcome>, String> {
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    let package = Package::read(folder);
    let copy = tempfile::tempdir().map_err(fault)?;
    package.write(copy.path()).map_err(fault)?;
    let mut before = rulec.inspect(copy.path(), &[".".to_owned()])?;
    let known: Vec<usize> = (0..package.names.len()).collect();
    let before_lines: Vec<Vec<u8>> =
        known.iter().map(|file| lines_of(&mut before, &package.names[*file])).collect::<Result<_, _>>()?;
    let candidates: Vec<usize> = known.into_iter().filter(|file| !before_lines[*file].is_empty()).collect();
    let Some(damaged) = candidates.get(dice.usize(..candidates.len().max(1))).copied() else { return Ok(None) };
    let Some(damage) = choose(dice, &package.sources[damaged], &package.files[damaged]) else { return Ok(None) };
    let text = damage.apply(&package.sources[damaged]);
    std::fs::write(copy.path().join(&package.names[damaged]), text).map_err(fault)?;
    let mut after = rulec.inspect(copy.path(), &[".".to_owned()])?;

    let files: Vec<&File> = package.files.iter().collect();
    let dependence = Dependence::new(&files, damaged, &damage);
    let mut outcome = Outcome::new(folder, &package, damaged, damage);
    outcome.failure = [&before, &after].into_iter().find_map(failure);
    for file in candidates {
        let after = lines_of(&mut after, &package.names[file])?;
        outcome.compare(&package, file, file == damaged, &dependence, [&before_lines[file], &after]);
    }
    Ok(Some(outcome))
}

fn lines_of(ended: &mut Ended, name: &str) -> Result<Vec<u8>, String> {
    ended.lines.take(name).map(Option::unwrap_or_default).map_err(|error| format!("{name}: {error}"))
}

fn failure(ended: &Ended) -> Option<String> {
    match ended.status {
        Some(0) => None,
        Some(status) => Some(format!("exit status {status}: {}", ended.said)),
        None => Some(format!("ended by a signal: {}", ended.said)),
    }
}

impl Outcome {
    fn new(folder: &Path, package: &Package, damaged: usize, damage: Damage) -> Outcome {
        let source = &package.sources[damaged];
        let (line, column) = package.files[damaged].lines.position(damage.removed.start);
        let text = String::from_utf8_lossy(source.get(damage.removed.range()).unwrap_or_default());
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
        Outcome {
            place: format!("{}:{line}:{column}", folder.join(&package.names[damaged]).display()),
            damage,
            text,
            failure: None,
            kept: 0,
            lost: 0,
            changed: 0,
            excused: 0,
            first: None,
        }
    }

    /// Counts what became of the lines of one file.
    fn compare(
        &mut self,
        package: &Package,
        file: usize,
        is_damaged: bool,
        dependence: &Dependence,
        sides: [&[u8]; 2],
    ) {
        let [before, after] = sides.map(|text| text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()));
        let after: FxHashMap<_, Line> = after.filter_map(|line| Some((key(line)?, parse(line)?))).collect();
        let known = before.filter_map(parse).filter(|line| line.of.is_some());
        for line in known {
            let span = Span { start: line.start, end: line.end };
            let outside = span.end <= self.damage.declaration.start || span.start >= self.damage.declaration.end;
            if is_damaged && !outside {
                continue;
            }
            let [start, end] = [span.start, span.end].map(|at| if is_damaged { self.damage.moved(at) } else { at });
            let now = after.get(&(start, std::cmp::Reverse(end), line.ident));
            if now.is_some_and(|now| now.of == line.of && now.mode == line.mode && now.value == line.value) {
                self.kept += 1;
            } else if dependence.covers(file, span) {
                self.excused += 1;
            } else {
                let of = now.and_then(|now| now.of.as_deref());
                *if of.is_none() { &mut self.lost } else { &mut self.changed } += 1;
                self.first.get_or_insert_with(|| first(package, file, &line, of));
            }
        }
    }
}

/// The first loss, for people.
fn first(package: &Package, file: usize, line: &Line, now: Option<&str>) -> String {
    let source = &package.sources[file];
    let (number, column) = LineIndex::new(source).position(line.start);
    let text = source.get(line.start as usize..line.end as usize).unwrap_or_default();
    let text: String = String::from_utf8_lossy(text).chars().take(60).collect();
    let (before, now) = (line.of.as_deref().unwrap_or_default(), now.unwrap_or("unknown"));
    format!("{}:{number}:{column}  {}: {before} → {now}", package.names[file], text.replace('\n', " "))
}

fn print(outcomes: &[Outcome], limit: usize) {
    let sum = |count: fn(&Outcome) -> u64| outcomes.iter().map(count).sum::<u64>();
    let (kept, lost, changed, excused) = (sum(|o| o.kept), sum(|o| o.lost), sum(|o| o.changed), sum(|o| o.excused));
    let all = (kept + lost + changed).max(1) as f64;
    println!(
        "{} packages damaged, {} of them with a loss",
        outcomes.len(),
        outcomes.iter().filter(|o| o.is_loss()).count()
    );
    println!("outside of the damaged declarations and of what depends on them:");
    for (what, count) in [("kept", kept), ("lost", lost), ("changed", changed)] {
        println!("{what:>9} {count:>10}  {:>8.4} %", 100.0 * count as f64 / all);
    }
    println!("{excused} more are lost or changed in what depends on the damaged declarations");
    for outcome in outcomes.iter().filter(|outcome| outcome.failure.is_some()) {
        println!("rulec fails: {} without {} `{}`", outcome.place, outcome.damage.what, outcome.text);
        println!("    {}", outcome.failure.as_deref().unwrap_or_default());
    }
    let mut losses: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.is_loss()).collect();
    losses.sort_by_key(|outcome| std::cmp::Reverse(outcome.lost + outcome.changed));
    for outcome in losses.into_iter().take(limit) {
        let Outcome { place, damage, text, lost, changed, kept, .. } = outcome;
        println!("{lost:>7} lost, {changed} changed, {kept} kept: {place} without {} `{text}`", damage.what);
        println!("            first: {}", outcome.first.as_deref().unwrap_or_default());
    }
}

impl Outcome {
    fn is_loss(&self) -> bool {
        self.lost + self.changed > 0
    }
}
