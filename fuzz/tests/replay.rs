//! Bytes that once made a target fail, and some more that nobody has looked at.

use rulec_fuzz::mutate::{Rng, mutate};
use rulec_fuzz::seeds;
use std::fs;
use std::path::Path;

type Target = fn(&[u8]) -> bool;

const TARGETS: [(&str, Target); 3] =
    [("reader", rulec_fuzz::reader), ("sections", rulec_fuzz::sections), ("plan", rulec_fuzz::plan)];

fn target(name: &str) -> Target {
    TARGETS.iter().find(|(own, _)| *own == name).unwrap_or_else(|| panic!("no target {name}")).1
}

#[test]
fn what_once_went_wrong_does_so_no_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut replayed = 0;
    for (name, target) in TARGETS {
        for entry in fs::read_dir(folder.join(name)).unwrap() {
            let path = entry.unwrap().path();
            target(&fs::read(&path).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed >= TARGETS.len(), "{replayed} files in {}", folder.display());
}

#[test]
fn every_seed_is_accepted() {
    for (name, seeds) in seeds::all() {
        for (number, seed) in seeds.iter().enumerate() {
            assert!(target(name)(seed), "seed {number} of {name}");
        }
    }
}

#[test]
fn changed_seeds_are_accepted_or_refused() {
    for (name, seeds) in seeds::all() {
        let (mut rng, mut accepted, mut refused) = (Rng::new(1), 0, 0);
        for round in 0..400 {
            let mut bytes = seeds[round % seeds.len()].clone();
            mutate(&mut bytes, &mut rng);
            if target(name)(&bytes) { accepted += 1 } else { refused += 1 }
        }
        // A changed pack file has a wrong hash.
        assert_eq!(accepted > 20, name != "reader", "{name}: {accepted} accepted");
        assert!(refused > 20, "{name}: {refused} refused");
    }
}
