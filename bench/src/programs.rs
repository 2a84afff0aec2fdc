//! Go programs of any size, written for measuring how cost grows with them.
//!
//! In: a number of functions. Out: a module on disk, the same for the same number: packages of 50 functions, each importing
//! the one before it; functions that branch, return errors, take locks, start goroutines and close what they open, each
//! calling its neighbour and one of the package before.

use std::fmt::Write;
use std::path::Path;

const FUNCTIONS_OF_PACKAGE: usize = 50;

/// Writes a program with so many functions into a folder, which has to be empty.
///
/// # Errors
/// If the folder cannot be written to.
pub fn write(folder: &Path, functions: usize) -> std::io::Result<()> {
    std::fs::write(folder.join("go.mod"), "module bench.test/program\n\ngo 1.26\n")?;
    for package in 0..functions.div_ceil(FUNCTIONS_OF_PACKAGE) {
        let count = FUNCTIONS_OF_PACKAGE.min(functions - package * FUNCTIONS_OF_PACKAGE);
        let inside = folder.join(format!("p{package}"));
        std::fs::create_dir(&inside)?;
        std::fs::write(inside.join("code.go"), source(package, count))?;
    }
    Ok(())
}

/// The one file of a package.
fn source(package: usize, functions: usize) -> String {
    let mut text = format!("package p{package}\n\nimport (\n\t\"errors\"\n\t\"os\"\n\t\"sync\"\n");
    let before = package.checked_sub(1);
    if let Some(before) = before {
        let _ = writeln!(text, "\n\t\"bench.test/program/p{before}\"");
    }
    text.push_str(")\n\nvar errNegative = errors.New(\"negative\")\n");
    text.push_str("\ntype state struct {\n\tmu    sync.Mutex\n\tcount map[string]int\n}\n");
    for number in 0..functions {
        let next = if number == 0 { "n - 1".to_owned() } else { format!("F{}(n - 1)", number - 1) };
        let far = before.map_or("n".to_owned(), |before| format!("p{before}.F{number}(n)"));
        let _ = write!(text, "\n{}", function(number, &next, &far));
    }
    text
}

/// A function whose form its number chooses; `next` and `far` are calls of others.
fn function(number: usize, next: &str, far: &str) -> String {
    let body = match number % 5 {
        0 => format!(
            "\tsum := 0\n\tfor i := range n {{\n\t\tif i%2 == 0 && i > 3 {{\n\t\t\tcontinue\n\t\t}}\n\t\tsum += i\n\t}}\n\tif sum > 100 \
             {{\n\t\treturn {far}\n\t}}\n\treturn sum + {next}\n"
        ),
        1 => format!(
            "\tread := func(n int) (int, error) {{\n\t\tif n < 0 {{\n\t\t\treturn 0, errNegative\n\t\t}}\n\t\treturn {next}, \
             nil\n\t}}\n\tv, err := read(n)\n\tif err != nil {{\n\t\treturn {far}\n\t}}\n\treturn v\n"
        ),
        2 => format!(
            "\ts := &state{{count: make(map[string]int)}}\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n\tif n == 0 {{\n\t\treturn \
             0\n\t}}\n\ts.count[\"n\"] += {next}\n\treturn s.count[\"n\"] + {far}\n"
        ),
        3 => format!(
            "\tresults := make(chan int, 1)\n\tvar wg sync.WaitGroup\n\twg.Add(1)\n\tgo func() {{\n\t\tdefer \
             wg.Done()\n\t\tresults <- {far}\n\t}}()\n\twg.Wait()\n\tselect {{\n\tcase v := <-results:\n\t\treturn \
             v\n\tdefault:\n\t\treturn {next}\n\t}}\n"
        ),
        _ => format!(
            "\tfile, err := os.Open(\"data\")\n\tif err != nil {{\n\t\treturn {next}\n\t}}\n\tdefer file.Close()\n\tbuffer := \
             make([]byte, 16)\n\tread, err := file.Read(buffer)\n\tswitch {{\n\tcase err != nil:\n\t\treturn {far}\n\tcase read \
             == 0:\n\t\treturn 0\n\t}}\n\treturn int(buffer[0])\n"
        ),
    };
    format!("// F{number} is one of many.\nfunc F{number}(n int) int {{\n{body}}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_valid_go_of_the_size_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), 120).expect("a program");
        let mut functions = 0;
        for package in 0..3 {
            let text = std::fs::read(folder.path().join(format!("p{package}/code.go"))).expect("a file");
            let file = rulec_gofront::Reader::new().read(&text, &Default::default()).expect("it is read");
            assert!(file.coverage.is_full(), "p{package}");
            functions += text.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"func F")).count();
        }
        assert_eq!(functions, 120);
        assert!(!folder.path().join("p3").exists());
    }
}
