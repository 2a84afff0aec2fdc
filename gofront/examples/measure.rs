//! Measures parsing and reading, one thread: `measure PATH…` prints MB/s for each stage over all Go files below.
//!
//! Time is time on the processor where the system tells (Linux), so that a busy machine does not count so much.

use rulec_gofront::Reader;
use rulec_tree::Vocabulary;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let files = go_files(std::env::args_os().skip(1).map(PathBuf::from).collect());
    let bytes: usize = files.iter().map(|file| file.1.len()).sum();
    println!("{} files, {bytes} bytes", files.len());
    let stage = |name: &str, run: &mut dyn FnMut(&[u8]) -> usize| {
        let (started, before) = (Instant::now(), processor_seconds());
        let result: usize = files.iter().map(|file| run(&file.1)).sum();
        let elapsed = started.elapsed().as_secs_f64();
        let seconds = processor_seconds().zip(before).map_or(elapsed, |(after, before)| after - before);
        println!("{name}: {:.2} MB/s, {:.0} ms, {result}", bytes as f64 / 1e6 / seconds, seconds * 1e3);
    };

    let mut stock = tree_sitter::Parser::new();
    stock.set_language(&tree_sitter_go::LANGUAGE.into()).expect("the grammar fits the library");
    stage("stock grammar, nodes", &mut |source| {
        stock.parse(source, None).map_or(0, |tree| tree.root_node().descendant_count())
    });
    let mut amended = tree_sitter::Parser::new();
    amended.set_language(&rulec_gofront::language()).expect("the grammar fits the library");
    stage("amended grammar, nodes", &mut |source| {
        amended.parse(source, None).map_or(0, |tree| tree.root_node().descendant_count())
    });
    let mut reader = Reader::new();
    let vocabulary = Arc::new(Vocabulary::default());
    stage("read, nodes", &mut |source| reader.read(source, &vocabulary).map_or(0, |file| file.tree.len()));

    for (path, source) in &files {
        match reader.read(source, &vocabulary) {
            Ok(file) => {
                for region in &file.coverage.bad {
                    let (line, column) = file.lines.position(region.at);
                    println!("{}:{line}:{column}: {}: {}", path.display(), region.what, region.reason);
                }
            }
            Err(refusal) => println!("{}: {refusal}", path.display()),
        }
    }
}

/// Time that this process has had on a processor.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn go_files(mut stack: Vec<PathBuf>) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    while let Some(path) = stack.pop() {
        if let Ok(entries) = std::fs::read_dir(&path) {
            stack.extend(entries.flatten().map(|entry| entry.path()));
        } else if path.extension().is_some_and(|extension| extension == "go") {
            files.extend(std::fs::read(&path).map(|source| (path, source)));
        }
    }
    files.sort();
    files
}
