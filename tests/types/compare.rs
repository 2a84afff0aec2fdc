//! The comparison of one file: what go/types says against what rulec says.
//!
//! In: the lines of both. Out: [`Counts`], and each [`Difference`]. Says nothing about causes.

use crate::lines::{Key, Line, key, parse};
use std::ops::AddAssign;

/// What a comparison of one line comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// Type, mode, value and selection are the same.
    Agree,
    /// go/types does not know the type, so nobody can tell.
    Untold,
    /// We do not know the type.
    Unknown,
    /// Both know a type, and not the same.
    Wrong,
    /// The same type, and another mode.
    Mode,
    /// The same type and mode, and another constant or none on one side.
    Value,
    /// The rest is the same, and another selection or none on one side.
    Selection,
    /// We have no such line.
    Missing,
    /// Only we have such a line.
    Extra,
}

impl Verdict {
    /// All of them, in the order of reports.
    pub const ALL: [Verdict; 9] = [
        Verdict::Agree,
        Verdict::Unknown,
        Verdict::Wrong,
        Verdict::Mode,
        Verdict::Value,
        Verdict::Selection,
        Verdict::Missing,
        Verdict::Extra,
        Verdict::Untold,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Agree => "agree",
            Verdict::Untold => "untold",
            Verdict::Unknown => "unknown",
            Verdict::Wrong => "wrong",
            Verdict::Mode => "mode",
            Verdict::Value => "value",
            Verdict::Selection => "selection",
            Verdict::Missing => "missing",
            Verdict::Extra => "extra",
        }
    }

    /// Whether we say something that is not so.
    pub const fn is_false(self) -> bool {
        matches!(self, Verdict::Wrong | Verdict::Mode | Verdict::Value | Verdict::Selection | Verdict::Extra)
    }
}

/// How many lines came to which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    by_verdict: [u64; Verdict::ALL.len()],
    /// Our lines that are not as the format says.
    pub malformed: u64,
    /// Files whose lines we have in another order than by start, longest first.
    pub disordered: u64,
}

impl Counts {
    /// How many lines came to a verdict.
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.by_verdict[verdict as usize]
    }

    /// The lines of which go/types knows the type: what shares are shares of.
    pub fn scored(&self) -> u64 {
        let scored = |verdict: &&Verdict| !matches!(verdict, Verdict::Untold | Verdict::Extra);
        Verdict::ALL.iter().filter(scored).map(|verdict| self.of(*verdict)).sum()
    }

    /// The share of scored lines that came to a verdict; 0 if nothing was scored.
    pub fn share(&self, verdict: Verdict) -> f64 {
        self.of(verdict) as f64 / self.scored().max(1) as f64
    }

    fn add(&mut self, verdict: Verdict) {
        self.by_verdict[verdict as usize] += 1;
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.by_verdict.iter_mut().zip(other.by_verdict).for_each(|(own, other)| *own += other);
        self.malformed += other.malformed;
        self.disordered += other.disordered;
    }
}

/// A line on which the two do not agree. At least one side is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// What it comes to.
    pub verdict: Verdict,
    /// What go/types says.
    pub theirs: Option<Line>,
    /// What we say.
    pub ours: Option<Line>,
}

impl Difference {
    /// Whichever line there is.
    pub fn line(&self) -> Option<&Line> {
        self.theirs.as_ref().or(self.ours.as_ref())
    }
}

/// Compares the lines of one file. Differences come by start, longest first.
///
/// # Errors
/// If their lines are not as the format says; ours are counted then.
pub fn compare(theirs: &[u8], ours: &[u8]) -> Result<(Counts, Vec<Difference>), String> {
    let mut counts = Counts::default();
    let mut differences = Vec::new();
    let theirs = sorted(theirs);
    if let Some(bad) = theirs.malformed.first() {
        return Err(format!("not a line: {}", String::from_utf8_lossy(bad)));
    }
    let ours = sorted(ours);
    counts.malformed += ours.malformed.len() as u64;
    counts.disordered += u64::from(ours.disordered);
    let (mut left, mut right) = (theirs.lines.iter().peekable(), ours.lines.iter().peekable());
    loop {
        let (theirs, ours) = match (left.peek(), right.peek()) {
            (None, None) => return Ok((counts, differences)),
            (Some(theirs), Some(ours)) if theirs.0 == ours.0 => (left.next(), right.next()),
            (Some(theirs), Some(ours)) if theirs.0 < ours.0 => (left.next(), None),
            (Some(_), None) => (left.next(), None),
            (_, Some(_)) => (None, right.next()),
        };
        if let (Some((_, theirs)), Some((_, ours))) = (theirs, ours)
            && theirs == ours
            && memchr::memmem::find(theirs, b",\"mode\":\"unknown\"").is_none()
        {
            counts.add(Verdict::Agree);
            continue;
        }
        let difference = judge(theirs.and_then(|line| parse(line.1)), ours.and_then(|line| parse(line.1)));
        counts.add(difference.verdict);
        if !matches!(difference.verdict, Verdict::Agree | Verdict::Untold) {
            differences.push(difference);
        }
    }
}

struct Sorted<'a> {
    lines: Vec<(Key, &'a [u8])>,
    malformed: Vec<&'a [u8]>,
    disordered: bool,
}

fn sorted(text: &[u8]) -> Sorted<'_> {
    let mut sorted = Sorted { lines: Vec::new(), malformed: Vec::new(), disordered: false };
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match key(line) {
            Some(key) => sorted.lines.push((key, line)),
            None => sorted.malformed.push(line),
        }
    }
    // An identifier that is no expression may stand before or behind an expression at the same place.
    let places = |key: &Key| (key.0, key.1);
    sorted.disordered = !sorted.lines.is_sorted_by_key(|(key, _)| places(key));
    sorted.lines.sort_by_key(|(key, _)| *key);
    sorted
}

fn judge(theirs: Option<Line>, ours: Option<Line>) -> Difference {
    let verdict = match (&theirs, &ours) {
        (None, _) => Verdict::Extra,
        (Some(theirs), _) if theirs.mode == "unknown" => Verdict::Untold,
        (Some(_), None) => Verdict::Missing,
        (Some(theirs), Some(ours)) => of_both(theirs, ours),
    };
    Difference { verdict, theirs, ours }
}

fn of_both(theirs: &Line, ours: &Line) -> Verdict {
    // What go/types says of these is not of interest, or they have none.
    let typed = !matches!(theirs.mode.as_str(), "builtin" | "package");
    if typed && theirs.of != ours.of {
        return if ours.of.is_none() { Verdict::Unknown } else { Verdict::Wrong };
    }
    if theirs.mode != ours.mode {
        return if ours.mode == "unknown" { Verdict::Unknown } else { Verdict::Mode };
    }
    if theirs.value != ours.value {
        return Verdict::Value;
    }
    if theirs.selection != ours.selection {
        return Verdict::Selection;
    }
    Verdict::Agree
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(start: u32, end: u32, of: &str, rest: &str) -> String {
        format!("{{\"path\":\"a.go\",\"start\":{start},\"end\":{end},\"type\":{of}{rest}}}\n")
    }

    fn verdicts(theirs: &str, ours: &str) -> Vec<Verdict> {
        let (counts, differences) = compare(theirs.as_bytes(), ours.as_bytes()).unwrap();
        let listed: Vec<Verdict> = differences.iter().map(|difference| difference.verdict).collect();
        for verdict in Verdict::ALL.into_iter().filter(|verdict| !matches!(verdict, Verdict::Agree | Verdict::Untold)) {
            let count = listed.iter().filter(|listed| **listed == verdict).count() as u64;
            assert_eq!(counts.of(verdict), count, "{verdict:?}");
        }
        listed
    }

    #[test]
    fn each_kind_of_difference_is_told() {
        let value = |of: &str| line(1, 2, of, ",\"mode\":\"value\"");
        let selected = |index: &str| {
            let selection = format!(
                r#","mode":"value","selection":{{"kind":"field","recv":"T","obj":"f","index":{index},"indirect":false}}"#
            );
            line(1, 2, "\"int\"", &selection)
        };
        let constant = |value: &str| line(1, 2, "\"int\"", &format!(",\"mode\":\"const\",\"value\":\"{value}\""));
        let cases = [
            (value("\"int\""), value("\"int\""), None),
            (value("\"int\""), value("null"), Some(Verdict::Unknown)),
            (value("\"int\""), value("\"uint\""), Some(Verdict::Wrong)),
            (value("\"int\""), line(1, 2, "\"int\"", ",\"mode\":\"type\""), Some(Verdict::Mode)),
            (constant("1"), constant("2"), Some(Verdict::Value)),
            (selected("[0]"), selected("[0,1]"), Some(Verdict::Selection)),
            (value("\"int\""), String::new(), Some(Verdict::Missing)),
            (String::new(), value("\"int\""), Some(Verdict::Extra)),
            (line(1, 2, "null", ",\"mode\":\"unknown\""), value("\"int\""), None),
            (line(1, 2, "null", ",\"mode\":\"builtin\""), line(1, 2, "\"func()\"", ",\"mode\":\"builtin\""), None),
        ];
        for (theirs, ours, verdict) in cases {
            assert_eq!(verdicts(&theirs, &ours), Vec::from_iter(verdict), "{theirs}{ours}");
        }
    }

    #[test]
    fn lines_are_paired_by_place() {
        let at = |start, end| line(start, end, "\"int\"", ",\"mode\":\"value\"");
        let theirs = [at(1, 9), at(1, 3), at(4, 9), at(7, 8)].concat();
        let ours = [at(1, 9), at(1, 4), at(4, 9), at(8, 9)].concat();
        assert_eq!(verdicts(&theirs, &ours), [Verdict::Extra, Verdict::Missing, Verdict::Missing, Verdict::Extra]);
    }

    #[test]
    fn order_and_form_of_our_lines_are_checked() {
        let at = |start, end| line(start, end, "\"int\"", ",\"mode\":\"value\"");
        let theirs = [at(1, 9), at(4, 9)].concat();
        let ours = [at(4, 9), "{}\n".to_owned(), at(1, 9)].concat();
        let (counts, differences) = compare(theirs.as_bytes(), ours.as_bytes()).unwrap();
        assert_eq!((counts.of(Verdict::Agree), counts.malformed, counts.disordered), (2, 1, 1));
        assert!(differences.is_empty());
        assert!(compare(b"{}\n", b"").is_err());
    }

    #[test]
    fn shares_are_of_what_go_types_knows() {
        let known = line(1, 2, "\"int\"", ",\"mode\":\"value\"");
        let untold = line(3, 4, "null", ",\"mode\":\"unknown\"");
        let theirs = [known.clone(), untold].concat();
        let ours = [known, line(5, 6, "\"int\"", ",\"mode\":\"value\"")].concat();
        let (counts, _) = compare(theirs.as_bytes(), ours.as_bytes()).unwrap();
        assert_eq!((counts.scored(), counts.share(Verdict::Agree)), (1, 1.0));
        assert_eq!((counts.of(Verdict::Untold), counts.of(Verdict::Extra)), (1, 1));
    }
}
