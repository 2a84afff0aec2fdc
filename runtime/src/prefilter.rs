//! The literal prefilter: which rules can match a file at all, by its text.
//!
//! In: what each rule needs (texts of which a file must hold one, for each of several lists) and the bytes of a file. Out: the
//! rules whose needs are met. One scan finds all texts of all rules; a file that meets no rule's needs is not parsed.

use crate::rules::Prepared;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use rustc_hash::FxHashMap;

/// Marks the comments that suppress findings: files that hold it are parsed to find unused ones.
const SUPPRESSION: &str = "rulec:ignore";

/// Up to so many bytes of texts are looked for by a table of all transitions, which is fast and large.
const TABLE_BYTES: usize = 1 << 15;

/// The needs of all rules, ready to be looked for.
pub(crate) struct Prefilter {
    /// Nothing if the texts are too many for one automaton; then every rule is allowed everywhere.
    automaton: Option<AhoCorasick>,
    texts: usize,
    /// For each program, for each rule, its lists of texts by number.
    needs: Vec<Vec<Vec<Vec<usize>>>>,
}

/// What a file's text allows.
pub(crate) struct Allowed {
    seen: Vec<bool>,
}

impl Prefilter {
    pub(crate) fn new(programs: &[Prepared]) -> Prefilter {
        let mut texts = vec![SUPPRESSION];
        let mut numbers: FxHashMap<&str, usize> = FxHashMap::default();
        let mut number = |text| {
            *numbers.entry(text).or_insert_with(|| {
                texts.push(text);
                texts.len() - 1
            })
        };
        let mut needs = Vec::new();
        for prepared in programs {
            let mut of_program = Vec::new();
            for rule in &prepared.program.plan().rules {
                let lists = rule.needs.iter().map(|list| list.iter().map(|text| number(text.as_str())).collect());
                of_program.push(lists.collect());
            }
            needs.push(of_program);
        }
        let is_small = texts.iter().map(|text| text.len()).sum::<usize>() <= TABLE_BYTES;
        let kind = is_small.then_some(AhoCorasickKind::DFA);
        Prefilter { automaton: AhoCorasick::builder().kind(kind).build(&texts).ok(), texts: texts.len(), needs }
    }

    /// Looks for all texts in a file.
    pub(crate) fn scan(&self, source: &[u8]) -> Allowed {
        let Some(automaton) = &self.automaton else { return Allowed { seen: vec![true; self.texts] } };
        let mut seen = vec![false; self.texts];
        for found in automaton.find_overlapping_iter(source) {
            seen[found.pattern().as_usize()] = true;
        }
        Allowed { seen }
    }

    /// Switches off the rules of a program that cannot match in the file.
    pub(crate) fn narrow(&self, allowed: &Allowed, program: usize, active: &mut [bool]) {
        for (needs, on) in self.needs[program].iter().zip(active) {
            *on = *on && needs.iter().all(|list| list.iter().any(|text| allowed.seen[*text]));
        }
    }
}

impl Allowed {
    /// Whether the file may hold a suppression.
    pub(crate) fn may_suppress(&self) -> bool {
        self.seen[0]
    }
}
