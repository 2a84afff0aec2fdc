//! Every fixture on every engine, alone and with all other rules, on one thread and on eight.

use rulec_tests::engines::{Engine, PACK, Rules, json, part_of, run, target};
use rulec_tests::fixture::{Fixture, fixtures, updated};
use rulec_tests::{root, stock_rules};
use std::path::PathBuf;

fn suite() -> PathBuf {
    root().join("tests/suite")
}

fn all_fixtures() -> Vec<Fixture> {
    fixtures(&suite()).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Fails with all complaints at once.
fn no_complaints(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn fixtures_find_what_they_ask_for_on_every_engine() {
    let mut complaints = Vec::new();
    for fixture in all_fixtures() {
        match alone(&fixture) {
            Ok(found) => complaints.extend(found),
            Err(fault) => complaints.push(format!("{}: {fault}", fixture.name)),
        }
    }
    no_complaints(&complaints);
}

fn alone(fixture: &Fixture) -> Result<Vec<String>, String> {
    let rules = Rules::compile(std::slice::from_ref(&fixture.rules))?;
    let files = [target(&fixture.go, &suite())];
    let outcome = run(&rules.on(Engine::Interpreter, &[]), &files, 1);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&fixture.go, updated(fixture, &outcome)).map_err(|error| error.to_string())?;
        return Ok(Vec::new());
    }
    let mut complaints = fixture.complaints(&outcome);
    let meaning = json(&outcome);
    for engine in [Engine::Jit, Engine::Pack] {
        let found = json(&run(&rules.on(engine, &[]), &files, 1));
        if found != meaning {
            complaints.push(format!("{}: {engine:?} differs:\n{found}\nnot\n{meaning}", fixture.name));
        }
    }
    Ok(complaints)
}

#[test]
fn merged_with_all_rules_every_fixture_finds_the_same_on_any_number_of_threads() {
    let fixtures = all_fixtures();
    let files: Vec<_> = fixtures.iter().map(|fixture| target(&fixture.go, &suite())).collect();
    let own = fixtures.iter().map(|fixture| fixture.rules.clone());
    let merged: Vec<_> = own.chain(stock_rules()).collect();
    let rules = Rules::compile(&merged).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let outcome = run(&rules.on(Engine::Interpreter, &[]), &files, 1);
    let meaning = json(&outcome);
    let mut complaints = Vec::new();
    for engine in Engine::ALL {
        let rules = rules.on(engine, &[]);
        for threads in [1, 8] {
            if json(&run(&rules, &files, threads)) != meaning {
                complaints.push(format!("{engine:?} on {threads} threads differs from the interpreter on one"));
            }
        }
    }
    for (fixture, file) in fixtures.iter().zip(&files) {
        let alone =
            Rules::compile(std::slice::from_ref(&fixture.rules)).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let alone = run(&alone.on(Engine::Interpreter, &[]), std::slice::from_ref(file), 1);
        let prefix = fixture.prefix(PACK);
        let (ours, theirs) = (part_of(&alone, &prefix, &file.display), part_of(&outcome, &prefix, &file.display));
        if json(&ours) != json(&theirs) {
            complaints.push(format!("{}: with all rules merged, not as alone", fixture.name));
        }
    }
    no_complaints(&complaints);
}
