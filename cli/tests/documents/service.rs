//! The service of `docs/examples/service`: what is wrong with it is found, and what is right with it is left alone.

use crate::markdown::code;
use crate::{report, root, rulec, shown, updating};
use std::fs;

const FOLDER: &str = "docs/examples/service";

/// The report of the faulty version is the one that is shown.
#[test]
fn the_report_of_the_faulty_service_is_up_to_date() {
    let output = rulec(&root().join(FOLDER).join("faulty"), &["check", "--no-timings", "--color", "never"]);
    assert_eq!(output.status.code(), Some(1), "it has errors:\n{}", shown(&output));
    let said = String::from_utf8_lossy(&output.stdout);
    let path = root().join(FOLDER).join("report.txt");
    if updating() {
        fs::write(&path, &*said).expect("the report is written");
    }
    let is = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        is == *said,
        "{FOLDER}/report.txt is not what is said; `UPDATE=1 cargo test -p rulec-cli --test documents`"
    );
}

#[test]
fn nothing_is_found_in_the_repaired_service() {
    let output = rulec(&root().join(FOLDER).join("repaired"), &["check", "--no-timings"]);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert!(shown(&output).contains("no findings"), "{}", shown(&output));
}

/// Each rule that the tables of its page name reports something in the faulty version, in the file that the row names.
#[test]
fn every_fault_of_the_tables_is_found() {
    let page = fs::read_to_string(root().join(FOLDER).join("README.md")).expect("the page");
    let said = fs::read_to_string(root().join(FOLDER).join("report.txt")).expect("the report");
    let mut rows = 0;
    let mut complaints = Vec::new();
    for line in page.lines().filter(|line| line.starts_with("| ")) {
        let [_, place, _, rules, _] = line.split('|').collect::<Vec<_>>()[..] else { continue };
        let Some(file) = code(place).next() else { continue };
        rows += 1;
        for rule in code(rules) {
            let is_found = said.split("\n\n").any(|finding| {
                finding.lines().next().is_some_and(|head| head.contains(&format!(".{rule}]"))) && finding.contains(file)
            });
            if !is_found {
                complaints.push(format!("`{rule}` reports nothing in {file}"));
            }
        }
    }
    assert!(rows > 30, "only {rows} rows name a file");
    report(&complaints);
}
