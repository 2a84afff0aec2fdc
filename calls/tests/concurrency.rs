//! Relations of goroutines: the files of `concurrency/` say in comments what holds of what stands on their lines.
//!
//! `// stuck: KIND` of an operation at which some goroutine waits for ever; of all lines without it none does.
//! `// RELATION: LINES` gives the lines of the rows, `// QUESTION: yes|no`, `// capacity: N`. Several are separated by `;`.

use rulec_calls::concurrency::{Concurrency, Question, Relation, SourceFile, Spot, Text, analyse};
use rulec_flow::FileFlow;
use rulec_flow::summary::Ignorance;
use rulec_gofront::Reader;
use rulec_tree::{Node, Tri, Vocabulary};
use rulec_world::{MemoryFile, Packages};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn relations_are_as_the_comments_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/concurrency");
    let mut wrong = Vec::new();
    for name in ["worker.go", "locks.go"] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(!text.is_empty());
        wrong.extend(differences(name, &text));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn differences(name: &str, text: &str) -> Vec<String> {
    let path = PathBuf::from(name);
    let content = text.as_bytes().to_vec();
    let memory = MemoryFile { import_path: "p".to_owned(), path: path.clone(), content: content.clone() };
    let packages = Packages::of_memory(vec![memory], Some(26));
    let file = Reader::new().read(&content, &Arc::new(Vocabulary::default())).expect("the case can be parsed");
    let types = packages.file(&path, &file).expect("the case has types");
    let flow = FileFlow::new(&file, Some(&types), &Ignorance);
    let sources = [SourceFile { number: 0, file: &file, types: &types, flow: &flow }];
    let found = analyse(&sources, &Ignorance);
    let line_of = |row: Node| 1 + text[..file.tree.span(row).start as usize].matches('\n').count();
    let rows_of = |line: usize| {
        let rows = file.tree.nodes().filter(move |row| line_of(*row) == line);
        rows.map(|row| Spot { file: 0, row }).collect::<Vec<Spot>>()
    };
    let lines = |rows: &[Spot]| rows.iter().map(|spot| line_of(spot.row)).collect::<BTreeSet<usize>>();
    let mut wrong = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let expected = line.split_once("// ").map_or("", |(_, comment)| comment);
        let stuck = rows_of(number).into_iter().find(|at| found.truth(Question::Stuck, *at) == Tri::Yes);
        let kind = stuck.and_then(|at| found.text(Text::WaitKind, at)).unwrap_or_default();
        let said: Vec<(&str, &str)> = expected.split(';').filter_map(|part| part.split_once(':')).collect();
        let expects = |word: &str| said.iter().find(|(key, _)| key.trim() == word).map(|(_, value)| value.trim());
        if kind != expects("stuck").unwrap_or_default() {
            wrong.push(format!("{name}:{number}: stuck: `{kind}`"));
        }
        for (key, value) in said.iter().map(|(key, value)| (key.trim(), value.trim())) {
            let answer = match (relation(key), question(key)) {
                (Some(relation), _) => {
                    let rows = rows_of(number).into_iter().filter_map(|at| found.rows(relation, at));
                    let all: BTreeSet<usize> = rows.flat_map(lines).collect();
                    all.into_iter().map(|line| line.to_string()).collect::<Vec<_>>().join(" ")
                }
                (None, Some(question)) => truth(&found, question, &rows_of(number)),
                (None, None) if key == "capacity" => {
                    let capacity = rows_of(number).into_iter().find_map(|at| found.capacity(at));
                    capacity.map_or_else(String::new, |capacity| capacity.to_string())
                }
                (None, None) => continue,
            };
            if answer != value {
                wrong.push(format!("{name}:{number}: {key}: `{answer}` rather than `{value}`"));
            }
        }
    }
    wrong
}

fn truth(found: &Concurrency, question: Question, rows: &[Spot]) -> String {
    let truths: BTreeSet<&str> = rows
        .iter()
        .filter_map(|at| match found.truth(question, *at) {
            Tri::Yes => Some("yes"),
            Tri::No => Some("no"),
            Tri::Unknown => None,
        })
        .collect();
    // Of what stands below on the line the answer is no.
    let yes = truths.contains("yes");
    (if yes { "yes" } else { truths.into_iter().next().unwrap_or("unknown") }).to_owned()
}

fn relation(word: &str) -> Option<Relation> {
    Some(match word {
        "senders" => Relation::Senders,
        "receivers" => Relation::Receivers,
        "closers" => Relation::Closers,
        "waiters" => Relation::Waiters,
        "adders" => Relation::Adders,
        "finishers" => Relation::Finishers,
        "alternatives" => Relation::Alternatives,
        "spawns" => Relation::Spawns,
        "held_at" => Relation::HeldAt,
        "held_twice" => Relation::HeldTwice,
        "held_on_return" => Relation::HeldOnReturn,
        "lock_cycle" => Relation::LockCycle,
        _ => return None,
    })
}

fn question(word: &str) -> Option<Question> {
    Some(match word {
        "polled" => Question::Polled,
        "may_quit" => Question::MayQuit,
        "joined" => Question::Joined,
        "private" => Question::Private,
        _ => return None,
    })
}
