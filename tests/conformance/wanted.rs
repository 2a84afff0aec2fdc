//! The rules that are wanted: `rules.csv`, one to a line, and the choice among them by family and power.

use std::path::Path;

/// A rule that is worth having.
#[derive(Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Last segment.
    pub name: String,
    /// Family, as the data has it; ours may differ.
    pub family: String,
    /// What its test data needs: S syntax, N names, T types, F flow in a function, I across functions, O other.
    pub power: String,
    /// Open expectations.
    pub expected: usize,
}

/// Which of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Families; all if empty.
    pub families: Vec<String>,
    /// Letters of power that have to be there.
    pub with: String,
    /// Letters of power that must not be there.
    pub without: String,
}

impl Choice {
    /// Whether anything was chosen.
    pub fn is_all(&self) -> bool {
        *self == Choice::default()
    }

    /// Whether a rule is chosen. Rules without open expectations never are: there is nothing to count.
    pub fn takes(&self, rule: &Wanted) -> bool {
        rule.expected > 0
            && (self.families.is_empty() || self.families.contains(&rule.family))
            && self.with.chars().all(|letter| rule.power.contains(letter))
            && !self.without.chars().any(|letter| rule.power.contains(letter))
    }
}

/// Reads all rules.
///
/// # Errors
/// If the file cannot be read, or a line lacks columns; tells which.
pub fn read(path: &Path) -> Result<Vec<Wanted>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().enumerate().skip(1).filter(|(_, line)| !line.is_empty());
    lines
        .map(|(number, line)| parse(line).ok_or_else(|| format!("{}:{}: not a rule", path.display(), number + 1)))
        .collect()
}

/// `rule,family,power,open_expectations,hint`; only the hint may hold commas.
fn parse(line: &str) -> Option<Wanted> {
    let mut columns = line.splitn(5, ',');
    let mut next = || columns.next().map(str::to_owned);
    Some(Wanted { name: next()?, family: next()?, power: next()?, expected: next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_chosen_by_family_and_power() {
        let rule = parse("lost-cancel,ctx,FI,8,\"a hint, with a comma\"").expect("a rule");
        assert_eq!((rule.name.as_str(), rule.expected), ("lost-cancel", 8));
        let choice = |families: &str, with: &str, without: &str| Choice {
            families: families.split_terminator(',').map(str::to_owned).collect(),
            with: with.to_owned(),
            without: without.to_owned(),
        };
        assert!(choice("conc,ctx", "I", "").takes(&rule));
        assert!(choice("", "FI", "T").takes(&rule));
        assert!(!choice("", "F", "I").takes(&rule));
        assert!(!choice("nil", "", "").takes(&rule));
        assert!(!choice("", "", "").takes(&parse("r,ctx,FI,0,").expect("a rule")));
        assert!(parse("r,ctx,FI").is_none());
    }
}
