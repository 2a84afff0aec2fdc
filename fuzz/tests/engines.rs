//! Plans that somebody changed and the verifier still accepts, on both engines: they do the same, and nothing goes wrong.
//!
//! `RULEC_FUZZ_CASES` asks for more of them than `cargo test` tries.

use rulec_compiler::SourceFile;
use rulec_compiler::native::{NativeOptions, compile};
use rulec_fuzz::host::{Heard, Listener};
use rulec_fuzz::mutate::{Rng, mutate};
use rulec_fuzz::{seeds, trees};
use rulec_pack::{Engine, Executable, Program, RunReport};
use rulec_plan::Plan;
use rulec_plan::verify::verify;
use rulec_runtime::RuleSet;
use rulec_tests::engines;
use rulec_tree::{Tree, Vocabulary};
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn cases(usual: usize) -> usize {
    std::env::var("RULEC_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

/// A plan that a few bytes of `encoded` were changed in, if it is accepted.
fn changed(encoded: &[u8], rng: &mut Rng) -> Option<Plan> {
    let mut bytes = encoded.to_vec();
    mutate(&mut bytes, rng);
    postcard::from_bytes::<Plan>(&bytes).ok().filter(|plan| verify(plan).is_ok())
}

fn encoded(plan: &Plan) -> Vec<u8> {
    postcard::to_stdvec(plan).unwrap()
}

/// Machine code for a plan; the few that are too large for it have none.
fn native(plan: &Plan) -> Option<Engine> {
    let code = compile(plan, &NativeOptions::JIT).ok()?;
    Some(Engine::Native(Executable::map(&code).unwrap()))
}

/// What is heard of each rule, and how the run went.
fn observe(program: &Program, tree: &Tree, budget: i64) -> (Vec<Heard>, RunReport) {
    let mut listener = Listener::new(tree.len());
    let enabled = vec![true; program.plan().rules.len()];
    let report = program.run_within(budget, tree, &enabled, &mut listener).unwrap();
    // Programs enter rules in different orders.
    listener.heard.sort_by_key(|(rule, ..)| *rule);
    (listener.heard, report)
}

#[test]
fn machine_code_does_what_the_interpreter_does() {
    let seeds: Vec<_> = seeds::plans().iter().map(encoded).collect();
    let (mut rng, mut compared, mut heard) = (Rng::new(2), 0, 0);
    for case in 0..cases(3000) {
        let Some(plan) = changed(&seeds[case % seeds.len()], &mut rng) else { continue };
        let Some(native) = native(&plan) else { continue };
        let plan = Arc::new(plan);
        let mut vocabulary = Vocabulary::default();
        let engines = [Engine::Interp, native];
        let programs = engines.map(|engine| Program::link(Arc::clone(&plan), engine, &mut vocabulary));
        for tree in trees::over(&Arc::new(vocabulary)) {
            for budget in [1 << 10, 7] {
                let [expected, found] = programs.each_ref().map(|program| observe(program, &tree, budget));
                assert!(expected == found, "case {case}\n{expected:?}\n{found:?}\n{plan:#?}\n{tree:?}");
                heard += expected.0.len();
            }
        }
        compared += 1;
    }
    assert!(compared > 100 && heard > 100, "{compared} plans compared, {heard} matches heard");
}

const GO: &str = r#"package p

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"
)

type T struct {
	mu sync.Mutex
	N  int `json:"n"`
}

// Get gets.
func Get(ctx context.Context, url string) (*T, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, fmt.Errorf("get: %v", err)
	}
	defer resp.Body.Close()
	return &T{N: len(url)}, nil
}

func (t *T) Add(xs ...int) (n int) {
	t.mu.Lock()
	for i, x := range xs {
		if x == x && i > 0 {
			n += x
		} else if errors.Is(nil, os.ErrNotExist) {
			continue
		}
	}
	go func() { t.N = n }()
	switch m := any(n).(type) {
	case int:
		fmt.Printf("%d %s\n", m, "x")
	}
	t.mu.Unlock()
	return n
}
"#;

/// Plans of some stock rule files, without what is only told to people.
fn stock() -> Vec<Plan> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../stdlib-rules");
    let of_family = |family: &str| {
        let mut paths: Vec<_> = fs::read_dir(folder.join(family)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "rule"));
        paths.sort();
        paths.into_iter().take(2).collect::<Vec<_>>()
    };
    let paths: Vec<_> =
        ["http", "errors", "correctness", "concurrency", "performance"].iter().flat_map(|f| of_family(f)).collect();
    let plan = |path: &Path| {
        let text = fs::read_to_string(path).unwrap();
        let family = path.parent().and_then(Path::file_name).unwrap().to_str().unwrap();
        let file = SourceFile { path: path.display().to_string(), family: family.to_owned(), text };
        let compiled = rulec_compiler::compile(&[file], "stdlib");
        let mut plan = compiled.plan;
        for rule in &mut plan.rules {
            (rule.meta.doc, rule.meta.file) = (String::new(), String::new());
            rule.meta.source = String::new().into();
            rule.origins.iter_mut().for_each(|origin| origin.what.clear());
        }
        plan
    };
    paths.iter().map(|path| plan(path)).filter(|plan| !plan.rules.is_empty()).collect()
}

#[test]
fn changed_stock_rules_find_the_same_on_both_engines() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("go.mod"), "module example.com/p\n\ngo 1.25\n").unwrap();
    let path = folder.path().join("p.go");
    fs::write(&path, GO).unwrap();
    let files = [engines::target(&path, folder.path())];
    let seeds: Vec<_> = stock().iter().chain(&seeds::plans()).map(encoded).collect();
    let (mut rng, mut compared, mut found) = (Rng::new(3), 0, 0);
    for case in 0..cases(400) {
        let Some(plan) = changed(&seeds[case % seeds.len()], &mut rng) else { continue };
        let Some(native) = native(&plan) else { continue };
        let plan = Arc::new(plan);
        let run = |engine| {
            let rules = RuleSet::new(vec![(Arc::clone(&plan), engine)], &[]).map_err(|error| error.to_string())?;
            let outcome = engines::run(&rules, &files, 1);
            assert!(outcome.internal_errors.is_empty(), "case {case}: {:?}\n{plan:#?}", outcome.internal_errors);
            Ok::<_, String>((engines::json(&outcome), outcome.findings.len() + outcome.undecided.len()))
        };
        let (expected, native) = (run(Engine::Interp), run(native));
        assert!(expected == native, "case {case}\n{expected:?}\n{native:?}\n{plan:#?}");
        compared += 1;
        found += expected.map_or(0, |(_, found)| found);
    }
    assert!(compared > 10 && found > 0, "{compared} plans compared, {found} findings");
}
