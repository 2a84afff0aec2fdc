//! Questions about all values of the Go distribution are answered: without panics, and in time.

use rulec_flow::ir::{Op, Place, Value};
use rulec_flow::summary::{Ignorance, Nilness};
use rulec_flow::{FileFlow, ValueCache, Values};
use rulec_gofront::Reader;
use rulec_program::{Config, Goroot, Loader};
use rulec_tree::{Tri, Vocabulary};
use rulec_world::Packages;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[test]
fn all_is_answered_in_some_packages() {
    let folders = ["net/http", "encoding/json", "sync", "strconv"];
    ask(&|path| folders.iter().any(|folder| path.parent().is_some_and(|parent| parent.ends_with(folder))));
}

#[test]
#[ignore = "slow: all of the distribution"]
fn all_is_answered_in_the_distribution() {
    ask(&|_| true);
}

/// What was found, in all bodies.
#[derive(Default)]
struct Seen {
    insts: usize,
    dereferences: usize,
    never: usize,
    /// Dereferences of what is nil on some path, with their places.
    nil: Vec<String>,
    dead: usize,
    escapes: usize,
    bounded: usize,
    lowering: Duration,
    nil_time: Duration,
    range_time: Duration,
    escape_time: Duration,
}

fn ask(is_wanted: &dyn Fn(&Path) -> bool) {
    let Some(goroot) = rulec_program::Environment::current().goroot() else {
        eprintln!("SKIPPED: Go is not installed");
        return;
    };
    let config = || Config { goroot: Goroot::Dir(goroot.clone()), cgo: Some(true), ..Config::default() };
    let dirs = Loader::new(config()).packages_below(&goroot.join("src"));
    let files = dirs.iter().flat_map(|dir| dir.files()).filter(|file| file.excluded.is_none());
    let files: Vec<PathBuf> = files.map(|file| file.path.clone()).filter(|path| is_wanted(path)).collect();
    let packages = Packages::of_disk(config(), files.clone(), 2);
    packages.prepare();
    let (mut reader, vocabulary) = (Reader::new(), Arc::new(Vocabulary::default()));
    let mut seen = Seen::default();
    for path in &files {
        let Ok(source) = std::fs::read(path) else { continue };
        let Ok(file) = reader.read(&source, &vocabulary) else { continue };
        let Ok(types) = packages.file(path, &file) else { continue };
        let started = Instant::now();
        let flow = FileFlow::new(&file, Some(&types), &Ignorance);
        seen.lowering += started.elapsed();
        let cache = ValueCache::new(flow.all());
        for (id, _) in flow.bodies() {
            let values = Values::new(flow.all(), id, &cache, &Ignorance, Some(types.relations()));
            let place = |value: Value| {
                let row = values.body().inst(value).row;
                let at = file.tree.span(row).range().start;
                let line = source[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
                format!("{}:{line}: {}", path.display(), String::from_utf8_lossy(&source[file.tree.span(row).range()]))
            };
            ask_body(&values, &mut seen, &place);
        }
    }
    report(&seen, files.len());
}

fn ask_body(values: &Values<'_>, seen: &mut Seen, place: &dyn Fn(Value) -> String) {
    let body = values.body();
    let insts = body.insts.len() as u32;
    seen.insts += insts as usize;
    let started = Instant::now();
    for at in (0..insts).map(Value).filter(|at| values.graph().reaches(body.block_of(*at))) {
        let Some(pointer) = dereferenced(values, at) else { continue };
        seen.dereferences += 1;
        match values.nil_at(pointer, at) {
            Nilness::Never => seen.never += 1,
            Nilness::Always | Nilness::Sometimes => seen.nil.push(place(at)),
            Nilness::Unknown => {}
        }
    }
    seen.nil_time += started.elapsed();
    let started = Instant::now();
    for value in (0..insts).map(Value) {
        let range = values.range_at(value, value);
        seen.bounded += usize::from(range.low.is_some() || range.high.is_some());
        if matches!(body.op(value), Op::Slice(..) | Op::Load(_)) {
            values.len_at(value, value);
        }
        if matches!(body.op(value), Op::Assign(..)) {
            seen.dead += usize::from(values.is_dead(value) == Tri::Yes);
        }
    }
    seen.range_time += started.elapsed();
    let started = Instant::now();
    for value in (0..insts).map(Value).filter(|value| matches!(body.op(*value), Op::New(_) | Op::Call(_) | Op::Make(_)))
    {
        seen.escapes += usize::from(!values.escapes(value).is_empty());
        values.derives(value, &mut |_| Tri::No);
    }
    seen.escape_time += started.elapsed();
}

/// The pointer that an instruction follows.
fn dereferenced(values: &Values<'_>, at: Value) -> Option<Value> {
    let (Op::Load(place) | Op::Store(place, _)) = values.body().op(at) else { return None };
    let mut place = place;
    loop {
        match values.body().place(place) {
            Place::Field(outer, _) | Place::Elem(outer, _) => place = outer,
            Place::Deref(pointer) => return Some(pointer),
            _ => return None,
        }
    }
}

fn report(seen: &Seen, files: usize) {
    for place in &seen.nil {
        println!("{place}");
    }
    println!(
        "{files} files, {} instructions; lowering {:?}, nil {:?}, ranges {:?}, escapes and derivations {:?}",
        seen.insts, seen.lowering, seen.nil_time, seen.range_time, seen.escape_time
    );
    println!(
        "{} dereferences: {} of what is never nil, {} of what is nil on some path; {} dead definitions, {} escapes, {} bounded",
        seen.dereferences,
        seen.never,
        seen.nil.len(),
        seen.dead,
        seen.escapes,
        seen.bounded
    );
    assert!(seen.never * 20 > seen.dereferences, "what is checked is known");
}
