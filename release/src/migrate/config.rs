//! `rulec.toml`: selectors, severities, and options of rules. Comments and layout stay.

use super::{Fate, Known, Migrated, OptionChange, with_note};
use crate::conversion::{Conversion, Converted};
use rulec_config::{Written, selects_id};
use toml_edit::{Array, DocumentMut, Formatted, InlineTable, Item, TableLike, Value};

/// Applies the migrations.
///
/// # Errors
/// If the text is not TOML.
pub fn migrate(text: &str, known: &Known) -> Result<Migrated, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let mut work = Work { known, migrated: Migrated::default() };
    work.rules(document.as_table_mut());
    work.options(document.as_table_mut());
    // What is not touched keeps its bytes.
    work.migrated.text = if work.migrated.done.is_empty() { text.to_owned() } else { document.to_string() };
    Ok(work.migrated)
}

struct Work<'k> {
    known: &'k Known,
    migrated: Migrated,
}

impl Work<'_> {
    /// The names of rules, wherever they stand.
    fn rules(&mut self, table: &mut dyn TableLike) {
        self.selectors(table, "");
        if let Some(rules) = table.get_mut("rules").and_then(Item::as_table_like_mut) {
            self.keys(rules, "[rules]");
        }
        match table.get_mut("per-path") {
            Some(Item::ArrayOfTables(tables)) => {
                tables.iter_mut().for_each(|table| self.selectors(table, "[[per-path]] "));
            }
            Some(Item::Value(Value::Array(items))) => {
                let tables = items.iter_mut().filter_map(Value::as_inline_table_mut);
                tables.for_each(|table| self.selectors(table, "[[per-path]] "));
            }
            _ => {}
        }
    }

    fn selectors(&mut self, table: &mut dyn TableLike, place: &str) {
        for key in ["select", "ignore"] {
            if let Some(items) = table.get_mut(key).and_then(Item::as_array_mut) {
                self.list(items, &format!("{place}{key}"));
            }
        }
        if let Some(severities) = table.get_mut("severity").and_then(Item::as_table_like_mut) {
            self.keys(severities, &format!("{place}[severity]"));
        }
    }

    fn list(&mut self, items: &mut Array, place: &str) {
        let mut gone = Vec::new();
        for (at, item) in items.iter_mut().enumerate() {
            let Some(name) = item.as_str().map(str::to_owned) else { continue };
            match self.fate(&name, place) {
                Some(Some(new)) => replace(item, Value::from(new)),
                Some(None) => gone.push(at),
                None => {}
            }
        }
        gone.into_iter().rev().for_each(|at| drop(items.remove(at)));
    }

    /// Renames the keys that are rules. The table is filled anew, so that its order stays.
    fn keys(&mut self, table: &mut dyn TableLike, place: &str) {
        let names: Vec<String> = table.iter().map(|(name, _)| name.to_owned()).collect();
        let mut fates: Vec<(String, Option<String>)> = Vec::new();
        for name in &names {
            let now = match self.fate(name, place) {
                Some(Some(new)) if names.contains(&new) => {
                    self.migrated.done.pop();
                    self.migrated
                        .left
                        .push(format!("{place} has `{name}` and `{new}`, which are one rule now: keep one of them"));
                    Some(name.clone())
                }
                Some(new) => new,
                None => Some(name.clone()),
            };
            fates.push((name.clone(), now));
        }
        if fates.iter().all(|(old, new)| new.as_ref() == Some(old)) {
            return;
        }
        for (old, new) in fates {
            let decor = table.key(&old).map(|key| (key.leaf_decor().clone(), key.dotted_decor().clone()));
            let Some(item) = table.remove(&old) else { continue };
            let Some(new) = new else { continue };
            table.insert(&new, item);
            if let (Some(mut key), Some((leaf, dotted))) = (table.key_mut(&new), decor) {
                *key.leaf_decor_mut() = leaf;
                *key.dotted_decor_mut() = dotted;
            }
        }
    }

    /// What a name becomes: nothing to do, gone, or another name.
    #[expect(clippy::option_option, reason = "nothing to do, and gone, are not the same")]
    fn fate(&mut self, name: &str, place: &str) -> Option<Option<String>> {
        match self.known.fate(name) {
            Fate::Stays => None,
            Fate::Renamed(new) => {
                self.migrated.done.push(format!("{place}: `{name}` is now `{new}`"));
                Some(Some(new))
            }
            Fate::Removed(note) => {
                self.migrated.done.push(format!("{place}: `{name}` is gone{}", with_note(&note)));
                Some(None)
            }
            Fate::Unclear(why) => {
                self.migrated.left.push(format!("{place}: {why}"));
                None
            }
        }
    }

    fn options(&mut self, table: &mut dyn TableLike) {
        let Some(rules) = table.get_mut("rules").and_then(Item::as_table_like_mut) else { return };
        for change in self.known.option_changes() {
            for (name, item) in rules.iter_mut() {
                let Some(options) = item.as_table_like_mut() else { continue };
                if selects_id(name.get(), &change.rule) && options.contains_key(change.from) {
                    let place = format!("[rules.{}]", name.get());
                    self.option(options, &change, &place);
                }
            }
        }
    }

    fn option(&mut self, options: &mut dyn TableLike, change: &OptionChange<'_>, place: &str) {
        let from = change.from;
        let Some(to) = change.to else {
            if !self.known.has_option(&change.rule, from) {
                options.remove(from);
                self.migrated.done.push(format!("{place}: option `{from}` is gone{}", with_note(change.note)));
            }
            return;
        };
        let renamed = from != to;
        if renamed && self.known.has_option(&change.rule, from) {
            return;
        }
        if renamed && options.contains_key(to) {
            self.migrated
                .left
                .push(format!("{place} has `{from}` and `{to}`, which are one option now: keep one of them"));
            return;
        }
        match converted(options.get(from), change.convert, renamed) {
            Err(why) => {
                self.migrated.left.push(format!("{place}: the value of `{from}` cannot be converted for `{to}`: {why}"))
            }
            Ok(None) if !renamed => {}
            Ok(value) => {
                let shown = value.as_ref().map_or_else(String::new, |value| format!(" = {}", value.to_string().trim()));
                rename(options, from, to, value);
                self.migrated.done.push(format!("{place}: `{from}` is now `{to}{shown}`{}", with_note(change.note)));
            }
        }
    }
}

/// The new value; none if the value stays.
fn converted(item: Option<&Item>, convert: Option<&Conversion>, renamed: bool) -> Result<Option<Value>, String> {
    let (Some(item), Some(convert)) = (item, convert) else { return Ok(None) };
    let value = item.as_value().ok_or("it is a table of its own")?;
    match convert.apply(&written(value), renamed)? {
        Converted::Already => Ok(None),
        Converted::To(new) => Ok(Some(to_value(&new))),
    }
}

/// Gives an option another name and, perhaps, another value, in its place.
fn rename(options: &mut dyn TableLike, from: &str, to: &str, value: Option<Value>) {
    let names: Vec<String> = options.iter().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let decor = options.key(&name).map(|key| key.leaf_decor().clone());
        let Some(mut item) = options.remove(&name) else { continue };
        let now = if name == from { to } else { &name };
        if name == from
            && let (Some(old), Some(new)) = (item.as_value_mut(), value.clone())
        {
            replace(old, new);
        }
        options.insert(now, item);
        if let (Some(mut key), Some(decor)) = (options.key_mut(now), decor) {
            *key.leaf_decor_mut() = decor;
        }
    }
}

/// Puts a value in the place of another, with the blanks and comments around it.
fn replace(old: &mut Value, new: Value) {
    let decor = old.decor().clone();
    *old = new;
    *old.decor_mut() = decor;
}

fn written(value: &Value) -> Written {
    match value {
        Value::String(text) => Written::Str(text.value().clone()),
        Value::Integer(number) => Written::Int(*number.value()),
        Value::Boolean(truth) => Written::Bool(*truth.value()),
        Value::Array(items) => Written::List(items.iter().map(single).collect()),
        Value::InlineTable(entries) => {
            Written::Table(entries.iter().map(|(key, value)| (key.to_owned(), single(value))).collect())
        }
        Value::Float(_) | Value::Datetime(_) => Written::Other,
    }
}

/// A list or table holds no lists and tables: no option has such a value.
fn single(value: &Value) -> Written {
    if value.is_array() || value.is_inline_table() { Written::Other } else { written(value) }
}

fn to_value(written: &Written) -> Value {
    match written {
        Written::Int(number) => Value::Integer(Formatted::new(*number)),
        Written::Str(text) => Value::from(text.as_str()),
        Written::Bool(truth) => Value::from(*truth),
        Written::List(items) => Value::Array(items.iter().map(scalar).collect()),
        Written::Table(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.as_str(), scalar(value)));
            Value::InlineTable(entries.collect::<InlineTable>())
        }
        Written::Other => Value::from(""),
    }
}

/// The elements of lists and tables are neither.
fn scalar(written: &Written) -> Value {
    match written {
        Written::List(_) | Written::Table(_) | Written::Other => Value::from(""),
        other => to_value(other),
    }
}
