//! TOML with places: what `rulec.toml` and `pack.toml` are read with.
//!
//! In: the text of a file. Out: its values, and a diagnostic at its place for each that is not what is expected there. Nothing
//! fails: what has a mistake is left out.

use rulec_grammar::ast::Name;
use rulec_grammar::codes::{E0801, E0802, E0803};
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_grammar::words::nearest;
use rulec_tree::Span;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A table of a file.
pub type Table<'a, 'i> = &'a DeTable<'i>;

/// A value of a table.
pub type Value<'a, 'i> = &'a toml::Spanned<DeValue<'i>>;

/// The table that a text is. What is not TOML is told, and what is readable of it is there.
pub fn parse<'t>(text: &'t str, file: FileId, sink: &mut Sink) -> toml::Spanned<DeTable<'t>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().map_or(Span::default(), span_of);
        sink.error(E0801, file, span, format!("this is not TOML: {}", error.message()));
    }
    table
}

/// Reads values, and reports what is wrong with them.
pub struct TableReader<'s> {
    /// The file, for diagnostics.
    pub file: FileId,
    /// Who hears of mistakes.
    pub sink: &'s mut Sink,
}

impl TableReader<'_> {
    /// A string; none if it is something else.
    pub fn string(&mut self, value: Value<'_, '_>) -> Option<Name> {
        let read = value.get_ref().as_str().map(|text| Name { value: text.to_owned(), span: span_of(value.span()) });
        if read.is_none() {
            self.expected(value, "a string");
        }
        read
    }

    /// A list of strings; none if it is no list. What is no string in it is left out.
    pub fn strings(&mut self, value: Value<'_, '_>) -> Option<Vec<Name>> {
        let Some(items) = value.get_ref().as_array() else {
            self.expected(value, "a list of strings");
            return None;
        };
        let mut names = Vec::new();
        for item in items.iter() {
            names.extend(self.string(item));
        }
        Some(names)
    }

    /// A truth value; none if it is something else.
    pub fn bool(&mut self, value: Value<'_, '_>) -> Option<bool> {
        let read = value.get_ref().as_bool();
        if read.is_none() {
            self.expected(value, "`true` or `false`");
        }
        read
    }

    /// The entries of a table, in the order written; none if it is no table.
    pub fn entries<'a, 'i>(&mut self, value: Value<'a, 'i>) -> Vec<(Name, Value<'a, 'i>)> {
        match value.get_ref().as_table() {
            Some(table) => in_order(table),
            None => {
                self.expected(value, "a table");
                Vec::new()
            }
        }
    }

    /// Reports a value that is not `what`.
    pub fn expected(&mut self, value: Value<'_, '_>, what: &str) {
        let found = value.get_ref().type_str();
        self.sink.error(E0803, self.file, span_of(value.span()), format!("expected {what}, found a TOML {found}"));
    }

    /// Reports a key that `place` does not have.
    pub fn unknown_key(&mut self, key: &Name, place: &str, known: &[&str]) {
        let near = nearest(&key.value, known.iter().copied());
        let fault = self.sink.error(E0802, self.file, key.span, format!("{place} has no key `{}`", key.value));
        fault.help(match near {
            Some(near) => format!("there is a key with a similar name: `{near}`"),
            None => {
                format!("the keys are {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", "))
            }
        });
    }
}

/// The entries of a table in the order written; the parser keeps them sorted by key.
pub fn in_order<'a, 'i>(table: Table<'a, 'i>) -> Vec<(Name, Value<'a, 'i>)> {
    let mut entries: Vec<(Name, Value<'a, 'i>)> = table
        .iter()
        .map(|(key, value)| (Name { value: key.get_ref().to_string(), span: span_of(key.span()) }, value))
        .collect();
    entries.sort_by_key(|(key, _)| key.span);
    entries
}

/// The place of something written.
pub fn span_of(range: Range<usize>) -> Span {
    Span::new(range.start as u32, range.end as u32)
}
