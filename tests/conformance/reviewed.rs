//! Findings that the other linter does not ask for, and that were read and found right: the table `reviewed.csv`.
//!
//! One finding to a line: `suite,rule,file,line,reason`. The reason may hold commas.

use std::collections::BTreeMap;
use std::path::Path;

/// The table.
#[derive(Debug, Default)]
pub struct Reviewed {
    reasons: BTreeMap<(String, String, String, u32), String>,
}

impl Reviewed {
    /// Reads the table.
    ///
    /// # Errors
    /// If it cannot be read, or a line has no reason or is not of that form.
    pub fn read(path: &Path) -> Result<Reviewed, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Reviewed::parse(&text).map_err(|(number, error)| format!("{}:{number}: {error}", path.display()))
    }

    fn parse(text: &str) -> Result<Reviewed, (usize, String)> {
        let mut reviewed = Reviewed::default();
        for (index, line) in text.lines().enumerate().skip(1) {
            let wrong = || (index + 1, "expected suite,rule,file,line,reason".to_owned());
            let parts: Vec<&str> = line.splitn(5, ',').collect();
            let [suite, rule, file, number, reason] = parts[..] else { return Err(wrong()) };
            let number = number.parse().map_err(|_| wrong())?;
            if reason.trim().is_empty() {
                return Err((index + 1, "a reviewed finding needs a reason".to_owned()));
            }
            let key = (suite.to_owned(), rule.to_owned(), file.to_owned(), number);
            reviewed.reasons.insert(key, reason.to_owned());
        }
        Ok(reviewed)
    }

    /// Why a finding is right though nobody asks for it.
    pub fn reason(&self, suite: &str, rule: &str, file: &str, line: u32) -> Option<&str> {
        let key = (suite.to_owned(), rule.to_owned(), file.to_owned(), line);
        self.reasons.get(&key).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_need_a_reason() {
        let good = Reviewed::parse("suite,rule,file,line,reason\ns,r,a.go,3,right, since x\n").expect("a table");
        assert_eq!(good.reason("s", "r", "a.go", 3), Some("right, since x"));
        assert_eq!(good.reason("s", "r", "a.go", 4), None);
        assert!(Reviewed::parse("head\ns,r,a.go,3,\n").is_err());
        assert!(Reviewed::parse("head\ns,r,a.go,three,why\n").is_err());
    }
}
