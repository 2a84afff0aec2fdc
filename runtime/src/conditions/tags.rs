//! Conditions on struct tags.

use super::Facts;
use crate::value::Value;
use rulec_plan::host::Tri;
use rulec_tree::{Kind, Node, literal};

/// The value of a key in a struct tag, empty if there is no such key; nothing if the tag is malformed before it.
pub(super) fn value(facts: &Facts, node: Node, key: Option<&Value>) -> Option<Value> {
    let Some(Value::Str(key)) = key else { return None };
    let tree = facts.tree();
    let has_none = tree.kind(node) == Kind::Field && tree.kind(tree.slot(node, 2)) == Kind::Absent;
    let tag = if has_none { &[] } else { tag_of(facts, node)? };
    lookup(tag, key)
}

/// The value of a key in the text of a tag, empty if there is no such key.
pub(super) fn lookup(tag: &[u8], key: &[u8]) -> Option<Value> {
    // As `reflect.StructTag.Lookup`: spaces before a key are skipped, and the first pair with the key counts.
    let mut rest = tag;
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return Some(Value::Str(Vec::new()));
        }
        let (pair, behind) = first_pair(rest)?;
        if pair.key == key {
            return literal::string_text(pair.quoted).map(Value::Str);
        }
        rest = behind;
    }
}

/// Whether the text of a tag has a key, though its value may be empty; none behind what is malformed.
pub(super) fn has_key(tag: &[u8], key: &[u8]) -> bool {
    let mut rest = tag;
    while let Some((pair, behind)) = first_pair(rest.trim_ascii_start()) {
        if pair.key == key {
            return true;
        }
        rest = behind;
    }
    false
}

/// Whether the tag is a list of `key:"value"` pairs separated by single spaces.
pub(super) fn is_well_formed(facts: &Facts, node: Node) -> Tri {
    let Some(tag) = tag_of(facts, node) else { return Tri::Unknown };
    let mut rest = tag;
    while !rest.is_empty() {
        let Some((pair, behind)) = first_pair(rest) else { return Tri::No };
        let separated = match behind {
            [] => true,
            [b' ', next, ..] => *next != b' ',
            _ => false,
        };
        if !separated || literal::string_text(pair.quoted).is_none() {
            return Tri::No;
        }
        rest = behind.get(1..).unwrap_or(&[]);
    }
    Tri::Yes
}

/// The keys of a tag, in the order they stand.
pub(super) fn keys(facts: &Facts, node: Node) -> Option<Value> {
    let pairs = pairs(tag_of(facts, node)?)?;
    Some(Value::List(pairs.into_iter().map(|pair| Value::Str(pair.key.to_vec())).collect()))
}

/// The tag of a field, padded so that the keys of its neighbours and its own stand in columns.
pub(super) fn in_columns(facts: &Facts, field: Node) -> Option<Value> {
    let tree = facts.tree();
    let fields: Vec<Node> = tree.tail(tree.parent(field)).collect();
    let at = fields.iter().position(|other| *other == field)?;
    if tree.kind(field) != Kind::Field || !has_line_with_tag(facts, field) {
        return None;
    }
    let is_break = |above: &Node, below: &Node| !are_neighbours(facts, *above, *below);
    let start = (0..at).rev().find(|one| is_break(&fields[*one], &fields[one + 1])).map_or(0, |one| one + 1);
    let end = (at..fields.len() - 1).find(|one| is_break(&fields[*one], &fields[one + 1])).unwrap_or(fields.len() - 1);
    let tags: Option<Vec<Vec<Pair<'_>>>> = fields[start..=end].iter().map(|one| pairs(tag_of(facts, *one)?)).collect();
    let tags = tags?;
    let width = |column: usize| tags.iter().filter_map(|tag| tag.get(column)).map(Pair::width).max().unwrap_or(0);
    let mut text = Vec::new();
    let mut gap = 0;
    for (column, pair) in tags[at - start].iter().enumerate() {
        text.resize(text.len() + gap, b' ');
        pair.write(&mut text);
        gap = width(column) + 1 - pair.width();
    }
    Some(Value::Str(text))
}

fn are_neighbours(facts: &Facts, above: Node, below: Node) -> bool {
    let line = |node| facts.line(facts.tree().span(node).start);
    has_line_with_tag(facts, above) && has_line_with_tag(facts, below) && line(below) == line(above) + 1
}

/// Whether a field has a tag and begins and ends on one line.
fn has_line_with_tag(facts: &Facts, field: Node) -> bool {
    let tree = facts.tree();
    let span = tree.span(field);
    tree.kind(field) == Kind::Field
        && tree.kind(tree.slot(field, 2)) == Kind::String
        && facts.line(span.start) == facts.line(span.end)
}

/// The pairs of a tag; nothing if it is malformed.
fn pairs(tag: &[u8]) -> Option<Vec<Pair<'_>>> {
    let mut pairs = Vec::new();
    let mut rest = tag.trim_ascii();
    while !rest.is_empty() {
        let (pair, behind) = first_pair(rest)?;
        pairs.push(pair);
        rest = behind.trim_ascii_start();
    }
    Some(pairs)
}

/// The value of the tag that a field has or a literal is.
fn tag_of<'a>(facts: &Facts<'a>, node: Node) -> Option<&'a [u8]> {
    let tree = facts.tree();
    let literal = if tree.kind(node) == Kind::Field { tree.slot(node, 2) } else { tree.unparen(node) };
    (tree.kind(literal) == Kind::String).then(|| facts.text_of(literal))
}

struct Pair<'t> {
    key: &'t [u8],
    /// With its quotes.
    quoted: &'t [u8],
}

impl Pair<'_> {
    /// How many columns it takes, as gofmt counts them: one for each character.
    fn width(&self) -> usize {
        self.key.len() + 1 + String::from_utf8_lossy(self.quoted).chars().count()
    }

    fn write(&self, text: &mut Vec<u8>) {
        text.extend(self.key);
        text.push(b':');
        text.extend(self.quoted);
    }
}

/// The pair that a tag starts with, and what stands behind it.
fn first_pair(tag: &[u8]) -> Option<(Pair<'_>, &[u8])> {
    let is_key = |byte: &u8| *byte > b' ' && *byte != b':' && *byte != b'"' && *byte != 0x7f;
    let key_length = tag.iter().take_while(|byte| is_key(byte)).count();
    let quoted = tag.get(key_length..)?.strip_prefix(b":")?;
    if key_length == 0 || quoted.first() != Some(&b'"') {
        return None;
    }
    let mut end = 1;
    while *quoted.get(end)? != b'"' {
        end += if quoted[end] == b'\\' { 2 } else { 1 };
    }
    Some((Pair { key: &tag[..key_length], quoted: &quoted[..=end] }, &quoted[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::testing::at_mark;

    #[test]
    fn tags_are_read_as_reflect_does() {
        for (tag, json, well_formed) in [
            (r#"`json:"a,omitempty"`"#, Some("a,omitempty"), true),
            (r#"`xml:"x" json:"b"`"#, Some("b"), true),
            (r#"`xml:"x"  json:"b"`"#, Some("b"), false),
            (r#"`xml:"x",json:"b"`"#, Some(""), false),
            (r#"`xml:"x"json:"b"`"#, Some("b"), false),
            (r#"`json:b`"#, None, false),
            (r#"`json: "b"`"#, None, false),
            (r#"`json:"b`"#, None, false),
            (r#"`json:"b\"c"`"#, Some("b\"c"), true),
            (r#""json:\"b\"""#, Some("b"), true),
            (r#"`json:"a" `"#, Some("a"), false),
            ("``", Some(""), true),
            (r#"`xml:"x"`"#, Some(""), true),
            ("`plain`", None, false),
        ] {
            let source = format!("package p\ntype s struct {{\n\t/*@*/a int {tag}\n}}\n");
            at_mark(&source, |facts, field| {
                let key = Value::Str(b"json".to_vec());
                let got = value(facts, field, Some(&key)).map(|value| value.shown());
                assert_eq!(got.as_deref(), json, "{tag}");
                assert_eq!(is_well_formed(facts, field), Tri::of(well_formed), "{tag}");
            });
        }
    }

    #[test]
    fn a_field_without_tag_has_empty_values() {
        at_mark("package p\ntype s struct {\n\t/*@*/a int\n}\n", |facts, field| {
            assert_eq!(is_well_formed(facts, field), Tri::Unknown);
            let json = value(facts, field, Some(&Value::Str(b"json".to_vec())));
            assert_eq!(json.map(|value| value.shown()).as_deref(), Some(""));
        });
    }

    #[test]
    fn tags_are_put_into_columns() {
        for (fields, wanted) in [
            ("/*@*/a int `json:\"a\"   xml:\"b\"`", Some("json:\"a\" xml:\"b\"")),
            ("/*@*/a int `json:\"a\" xml:\"b\"`\n\tb int `json:\"bcd\"`", Some("json:\"a\"   xml:\"b\"")),
            ("/*@*/a int `json:\"ä\" xml:\"b\"`\n\tb int `json:\"xy\"`", Some("json:\"ä\"  xml:\"b\"")),
            ("/*@*/a int `json:\"a\" xml:\"b\"`\n\n\tb int `json:\"bcd\"`", Some("json:\"a\" xml:\"b\"")),
            ("b int `json:\"bcd\"`\n\t/*@*/a int `json:\"a\" xml:\"b\"`\n\tc int", Some("json:\"a\"   xml:\"b\"")),
            ("/*@*/a int `json:\"a\"`\n\tb int `json`", None),
            ("/*@*/a struct {\n\t} `json:\"a\"`", None),
            ("/*@*/a int", None),
        ] {
            let source = format!("package p\ntype s struct {{\n\t{fields}\n}}\n");
            at_mark(&source, |facts, field| {
                let got = in_columns(facts, field).map(|value| value.shown());
                assert_eq!(got.as_deref(), wanted, "{fields}");
            });
        }
    }

    #[test]
    fn keys_stand_in_their_order() {
        for (tag, wanted) in [(r#"`xml:"x"  json:"b"`"#, Some("xml, json")), ("``", Some("")), ("`json`", None)] {
            let source = format!("package p\ntype s struct {{\n\t/*@*/a int {tag}\n}}\n");
            at_mark(&source, |facts, field| {
                assert_eq!(keys(facts, field).map(|value| value.shown()).as_deref(), wanted, "{tag}");
            });
        }
    }
}
