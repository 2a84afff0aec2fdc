//! Fixtures: a rule file, and a Go file beside it that says what the rules report.
//!
//! | Comment | Asks for |
//! |---|---|
//! | `// want RULE "regex"` | a finding of the rule that starts in this line, whose message matches; more pairs may follow |
//! | `// undecided RULE "regex"` | a match left undecided that starts in this line, whose reason matches |
//! | `// gap RULE: why` | nothing, though there should be a finding: a known wrong answer |
//!
//! The rule may be left out where the rule file has one only. A finding that nobody asked for is a complaint, and so is a
//! gap that closed. [`updated`] writes `want` comments anew.

use rulec_compiler::SourceFile;
use rulec_plan::regex::compile;
use rulec_runtime::finding::Outcome;
use std::path::{Path, PathBuf};

/// A rule file and its Go file.
pub struct Fixture {
    /// `topic/name`.
    pub name: String,
    /// The rules.
    pub rules: SourceFile,
    /// Where the Go file is.
    pub go: PathBuf,
    /// Its text.
    pub text: String,
}

/// What a comment asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The line, from 1.
    pub line: u32,
    /// The rule, if it is named.
    pub rule: Option<String>,
    /// What of it.
    pub what: What,
}

/// See the table of the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A finding with such a message.
    Want(String),
    /// A match left undecided for such a reason.
    Undecided(String),
    /// Nothing, wrongly.
    Gap,
}

/// Every fixture below a folder, by name.
///
/// # Errors
/// If a rule file has no Go file beside it or the other way round, or a file cannot be read.
pub fn fixtures(folder: &Path) -> Result<Vec<Fixture>, String> {
    let rules = crate::files_below(folder, "rule");
    let lonely = crate::files_below(folder, "go").into_iter().find(|go| !go.with_extension("rule").exists());
    if let Some(lonely) = lonely {
        return Err(format!("{}: there is no rule file beside it", lonely.display()));
    }
    rules.iter().map(|path| fixture(folder, path)).collect()
}

fn fixture(folder: &Path, path: &Path) -> Result<Fixture, String> {
    let short = path.strip_prefix(folder).unwrap_or(path).with_extension("");
    let name = short.to_string_lossy().into_owned();
    let go = path.with_extension("go");
    let text = std::fs::read_to_string(&go).map_err(|error| format!("{}: {error}", go.display()))?;
    let file = crate::rule_file(path).ok_or_else(|| format!("{}: cannot be read", path.display()))?;
    // Fixtures of one topic stand in one folder and may name their rules alike.
    let family = name.replace(['/', '_'], "-");
    Ok(Fixture { rules: SourceFile { family, ..file }, name, go, text })
}

impl Fixture {
    /// What the ids of its rules begin with, given the pack's name.
    pub fn prefix(&self, pack: &str) -> String {
        format!("{pack}.{}.", self.rules.family)
    }

    /// Compares what was found with what the Go file asks for. One line for each difference.
    pub fn complaints(&self, outcome: &Outcome) -> Vec<String> {
        let asked = match asked(&self.text) {
            Ok(asked) => asked,
            Err(fault) => return vec![format!("{}: {fault}", self.name)],
        };
        let findings = outcome.findings.iter();
        let found = findings.map(|one| Said { line: one.start.line, rule: &one.rule_id, text: &one.message });
        let undecided = outcome.undecided.iter();
        let left = undecided.map(|one| Said { line: one.start.line, rule: &one.rule_id, text: &one.reason });
        let of = |wanted: fn(&What) -> Option<&str>| {
            asked.iter().filter_map(move |one| wanted(&one.what).map(|regex| (one, regex))).collect::<Vec<_>>()
        };
        let wants = of(|what| if let What::Want(regex) = what { Some(regex) } else { None });
        let doubts = of(|what| if let What::Undecided(regex) = what { Some(regex) } else { None });
        let gaps = asked.iter().filter(|one| one.what == What::Gap);
        let mut lines = gaps.filter_map(|gap| closed_gap(gap, found.clone())).collect::<Vec<_>>();
        lines.extend(differences("finding", &wants, &found.collect::<Vec<_>>()));
        lines.extend(differences("undecided match", &doubts, &left.collect::<Vec<_>>()));
        lines.extend(outcome.internal_errors.iter().map(|error| format!("0: internal error: {}", error.message)));
        lines.extend(outcome.skipped.iter().map(|file| format!("0: skipped: {}", file.reason)));
        lines.iter().map(|line| format!("{}.go:{line}", self.name)).collect()
    }
}

/// A finding or an undecided match.
#[derive(Clone, Copy)]
struct Said<'s> {
    line: u32,
    rule: &'s str,
    text: &'s str,
}

impl Said<'_> {
    fn is_of(&self, asked: &Asked) -> bool {
        let name = self.rule.rsplit('.').next();
        self.line == asked.line && asked.rule.as_deref().is_none_or(|rule| name == Some(rule))
    }
}

fn closed_gap<'s>(gap: &Asked, mut found: impl Iterator<Item = Said<'s>>) -> Option<String> {
    let said = found.find(|said| said.is_of(gap))?;
    Some(format!("{}: the gap is closed, write `want` instead: {} {:?}", gap.line, said.rule, said.text))
}

fn differences(noun: &str, asked: &[(&Asked, &str)], said: &[Said<'_>]) -> Vec<String> {
    let mut taken = vec![false; said.len()];
    let mut lines = Vec::new();
    for (one, regex) in asked {
        let regex = match compile(regex) {
            Ok(regex) => regex,
            Err(fault) => {
                lines.push(format!("{}: {fault}", one.line));
                continue;
            }
        };
        let fits = |(index, said): &(usize, &Said<'_>)| {
            !taken[*index] && said.is_of(one) && regex.is_match(said.text.as_bytes())
        };
        match said.iter().enumerate().find(fits) {
            Some((index, _)) => taken[index] = true,
            None => lines.push(format!("{}: there is no {noun} as asked: {:?}", one.line, one)),
        }
    }
    let surplus = said.iter().zip(&taken).filter(|(_, taken)| !**taken);
    lines.extend(
        surplus.map(|(said, _)| format!("{}: nobody asked for this {noun}: {} {:?}", said.line, said.rule, said.text)),
    );
    lines
}

/// What the comments of a Go file ask for.
///
/// # Errors
/// The first comment that makes no sense.
pub fn asked(text: &str) -> Result<Vec<Asked>, String> {
    let mut all = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        let mut content = content;
        while let Some((at, word, rest)) = comment(content) {
            ask(line, word, rest, &mut all).map_err(|fault| format!("{line}: {fault}: {content}"))?;
            content = &content[..at];
        }
    }
    Ok(all)
}

/// What one comment asks for: the word, and what follows it.
fn ask(line: u32, word: &str, rest: &str, all: &mut Vec<Asked>) -> Result<(), &'static str> {
    if word == "gap" {
        let (rule, why) = rest.split_once(':').ok_or("a gap is written `gap RULE: why`")?;
        if why.trim().is_empty() {
            return Err("a gap says why");
        }
        all.push(Asked { line, rule: Some(rule.trim().to_owned()), what: What::Gap });
        return Ok(());
    }
    let mut rest = rest.trim();
    if rest.is_empty() {
        return Err("this asks for nothing");
    }
    let mut rule = None;
    while !rest.is_empty() {
        let (name, quoted) = rest.split_at(rest.find(['"', '`']).ok_or("expected a string")?);
        if !name.trim().is_empty() {
            rule = Some(name.trim().to_owned());
        }
        let (regex, behind) = string(quoted).ok_or("the string does not end")?;
        let what = if word == "want" { What::Want(regex) } else { What::Undecided(regex) };
        all.push(Asked { line, rule: rule.clone(), what });
        rest = behind.trim();
    }
    Ok(())
}

/// Where the last asking comment of a line starts, its word and what follows.
fn comment(line: &str) -> Option<(usize, &'static str, &str)> {
    let starts = line.rmatch_indices("// ");
    starts.into_iter().find_map(|(at, mark)| {
        let text = &line[at + mark.len()..];
        let word = ["want", "undecided", "gap"]
            .into_iter()
            .find(|word| text.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))?;
        Some((at, word, &text[word.len()..]))
    })
}

/// A string at the start of `text`, and what follows. In `"…"`, `\"` is a quote and other escapes are the regular
/// expression's.
fn string(text: &str) -> Option<(String, &str)> {
    if let Some(raw) = text.strip_prefix('`') {
        return raw.split_once('`').map(|(regex, rest)| (regex.to_owned(), rest));
    }
    let inner = text.strip_prefix('"')?;
    let mut regex = String::new();
    let mut characters = inner.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((regex, &inner[at + 1..])),
            '\\' => match characters.next()?.1 {
                '"' => regex.push('"'),
                other => regex.extend(['\\', other]),
            },
            other => regex.push(other),
        }
    }
    None
}

/// The Go file with `want` and `undecided` comments that ask for what was found. Gaps stay.
pub fn updated(fixture: &Fixture, outcome: &Outcome) -> String {
    let mut text = String::new();
    for (number, line) in (1..).zip(fixture.text.lines()) {
        let mut kept = line;
        while let Some((at, "want" | "undecided", _)) = comment(kept) {
            kept = kept[..at].trim_end();
        }
        text += kept;
        let found = outcome.findings.iter().filter(|one| one.start.line == number);
        let wants: Vec<_> = found.map(|one| asking(&one.rule_id, &one.message)).collect();
        let left = outcome.undecided.iter().filter(|one| one.start.line == number);
        let doubts: Vec<_> = left.map(|one| asking(&one.rule_id, &one.reason)).collect();
        for (word, asked) in [("want", wants), ("undecided", doubts)] {
            if !asked.is_empty() {
                text += &format!(" // {word} {}", asked.join(" "));
            }
        }
        text.push('\n');
    }
    text
}

fn asking(rule: &str, message: &str) -> String {
    let mut escaped = String::new();
    for character in message.chars() {
        if r#"\.+*?()|[]{}^$""#.contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    format!("{} \"{escaped}\"", rule.rsplit('.').next().unwrap_or(rule))
}
