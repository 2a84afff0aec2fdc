//! `//rulec:ignore RULE` in Go files.

use super::{Fate, Known, Migrated, with_note};
use std::ops::Range;

/// Applies the migrations to the names of rules in directives; `names` are their places in `text`, ascending, as a parser found
/// them.
pub fn migrate(text: &str, names: &[Range<usize>], known: &Known) -> Migrated {
    let mut migrated = Migrated::default();
    let mut from = 0;
    for range in names {
        let Some(name) = text.get(range.clone()) else { continue };
        let line = text[..range.start].matches('\n').count() + 1;
        match known.fate(name) {
            Fate::Stays => {}
            Fate::Renamed(new) => {
                migrated.text.push_str(text.get(from..range.start).unwrap_or_default());
                migrated.text.push_str(&new);
                from = range.end;
                migrated.done.push(format!("line {line}: `{name}` is now `{new}`"));
            }
            Fate::Removed(note) => {
                migrated.left.push(format!(
                    "line {line}: `{name}` is gone, and so is the need for the suppression{}",
                    with_note(&note)
                ));
            }
            Fate::Unclear(why) => migrated.left.push(format!("line {line}: {why}")),
        }
    }
    migrated.text.push_str(text.get(from..).unwrap_or_default());
    migrated
}
