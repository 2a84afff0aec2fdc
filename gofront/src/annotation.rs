//! Annotations in documentation: `@Slo(p95 = 200ms, service = "payment-api")`.
//!
//! In: the text of a doc comment, comment marks removed. Out: the [`Annotation`]s in it, in the order written. One starts a
//! line with `@` and a name. Arguments stand in parentheses right behind the name, each `key = value`, and may go on over
//! several lines; a value is a duration, a number, a string of Go, `true` or `false`.
//!
//! What cannot be read is told as the annotation's [fault](Annotation::fault), and never guessed; arguments in front of it are
//! kept. **Absent:** what annotations mean, and which there are.

use rulec_tree::{duration, literal};
use serde::{Deserialize, Serialize};

/// An annotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// What stands behind the `@`.
    pub name: String,
    /// Its arguments in the order written.
    pub arguments: Vec<Argument>,
    /// What is wrong with how it is written, as a clause.
    pub fault: Option<String>,
}

/// An argument of an annotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Argument {
    /// What stands before the `=`.
    pub key: String,
    /// What stands behind it.
    pub value: ArgumentValue,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ArgumentValue {
    /// A duration in nanoseconds.
    Duration(i64),
    /// An integer.
    Int(i64),
    /// A decimal fraction, as written.
    Decimal(String),
    /// A string.
    Text(String),
    /// A truth value.
    Truth(bool),
}

impl Annotation {
    /// The argument with this key.
    pub fn argument(&self, key: &str) -> Option<&ArgumentValue> {
        self.arguments.iter().find(|argument| argument.key == key).map(|argument| &argument.value)
    }
}

/// The annotations in the text of a doc comment.
pub fn annotations(documentation: &str) -> Vec<Annotation> {
    let mut found = Vec::new();
    let mut rest = documentation;
    while !rest.is_empty() {
        let line_len = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        let read = annotation_at(rest);
        // Lines that belong to the arguments are no lines of their own.
        let used = read.as_ref().map_or(0, |(_, used)| *used);
        found.extend(read.map(|(annotation, _)| annotation));
        let end_of_line = rest[used..].find('\n').map_or(rest.len(), |newline| used + newline + 1);
        rest = &rest[end_of_line.max(line_len)..];
    }
    found
}

/// The annotation with which a line starts, and how many bytes it takes.
fn annotation_at(text: &str) -> Option<(Annotation, usize)> {
    let behind_mark = text.trim_start_matches(is_margin).strip_prefix('@')?;
    let name_len = behind_mark.find(|c| !is_word(c)).unwrap_or(behind_mark.len());
    let (name, behind) = behind_mark.split_at(name_len);
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(())?;
    let mut annotation = Annotation { name: name.to_owned(), arguments: Vec::new(), fault: None };
    let mut cursor = Cursor { rest: behind };
    match behind.chars().next() {
        Some('(') => {
            cursor.take("(");
            annotation.fault = cursor.arguments(&mut annotation.arguments).err();
        }
        None => {}
        Some(next) if next.is_whitespace() => {}
        // An address or a path.
        Some(_) => return None,
    }
    let read = &text[..text.len() - cursor.rest.len()];
    // White space in front of what could not be read is not part of it: there, another annotation may start.
    Some((annotation, read.trim_end().len()))
}

/// What stands in front of the text of a line: white space, and the star of block comments.
fn is_margin(c: char) -> bool {
    c == ' ' || c == '\t' || c == '*'
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

struct Cursor<'t> {
    rest: &'t str,
}

impl<'t> Cursor<'t> {
    /// Reads what stands between the parentheses, and the closing one.
    fn arguments(&mut self, arguments: &mut Vec<Argument>) -> Result<(), String> {
        loop {
            self.skip_space();
            if self.take(")") {
                return Ok(());
            }
            let argument = self.argument()?;
            if arguments.iter().any(|other| other.key == argument.key) {
                return Err(format!("`{}` is given twice", argument.key));
            }
            arguments.push(argument);
            self.skip_space();
            if !self.take(",") && !self.rest.starts_with(')') {
                return Err(match self.rest.is_empty() {
                    true => "the parenthesis is not closed".to_owned(),
                    false => "arguments are separated by `,`".to_owned(),
                });
            }
        }
    }

    fn argument(&mut self) -> Result<Argument, String> {
        let key = self.word();
        if key.is_empty() {
            return Err(match self.rest.is_empty() {
                true => "the parenthesis is not closed".to_owned(),
                false => "an argument is written `key = value`".to_owned(),
            });
        }
        self.skip_space();
        if !self.take("=") {
            return Err(format!("`{key}` has no value: an argument is written `key = value`"));
        }
        self.skip_space();
        Ok(Argument { key: key.to_owned(), value: self.value(key)? })
    }

    fn value(&mut self, key: &str) -> Result<ArgumentValue, String> {
        if self.rest.starts_with(['"', '`']) {
            return self.string().ok_or_else(|| format!("the string of `{key}` is not closed"));
        }
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ')');
        let text = self.split_off(self.rest.find(ends).unwrap_or(self.rest.len()));
        plain_value(text).ok_or_else(|| match text {
            "" => format!("`{key}` has no value"),
            _ => format!("the value of `{key}`, `{text}`, is no duration, number, string, `true` or `false`"),
        })
    }

    /// A string literal of Go: in quotes on one line, or in backquotes.
    fn string(&mut self) -> Option<ArgumentValue> {
        let len = literal::string_len(self.rest)?;
        let bytes = literal::string_text(&self.rest.as_bytes()[..len])?;
        self.split_off(len);
        Some(ArgumentValue::Text(String::from_utf8_lossy(&bytes).into_owned()))
    }

    fn word(&mut self) -> &'t str {
        self.split_off(self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len()))
    }

    /// Steps over white space, line breaks, and the margins of the lines behind them.
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        while let Some(behind) = self.rest.strip_prefix(['\n', '\r']) {
            self.rest = behind.trim_start_matches(is_margin);
        }
    }

    fn take(&mut self, mark: &str) -> bool {
        let behind = self.rest.strip_prefix(mark);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    fn split_off(&mut self, len: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(len);
        self.rest = rest;
        taken
    }
}

/// The value that a text without quotes stands for.
fn plain_value(text: &str) -> Option<ArgumentValue> {
    if let "true" | "false" = text {
        return Some(ArgumentValue::Truth(text == "true"));
    }
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    if let Some(decimal) = literal::int_text(digits.as_bytes()).and_then(|digits| String::from_utf8(digits).ok()) {
        return format!("{sign}{decimal}").parse().ok().map(ArgumentValue::Int);
    }
    if let Some(nanoseconds) = duration::nanoseconds(digits) {
        return Some(ArgumentValue::Duration(if sign.is_empty() { nanoseconds } else { -nanoseconds }));
    }
    let (whole, fraction) = digits.split_once('.')?;
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (is_digits(whole) && is_digits(fraction)).then(|| ArgumentValue::Decimal(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each annotation on one line: its name, its arguments, and its fault.
    fn shown(documentation: &str) -> Vec<String> {
        let of_one = |one: Annotation| {
            let arguments = one.arguments.iter().map(|argument| format!(" {}={:?}", argument.key, argument.value));
            let fault = one.fault.map_or(String::new(), |fault| format!(" ! {fault}"));
            format!("{}{}{fault}", one.name, arguments.collect::<String>())
        };
        annotations(documentation).into_iter().map(of_one).collect()
    }

    #[test]
    fn annotations_start_lines() {
        for (text, expected) in [
            ("Pay pays.\n\n@Slo(p95 = 200ms)", &["Slo p95=Duration(200000000)"][..]),
            ("@Router /accounts/{id} [get]\n@Deprecated", &["Router", "Deprecated"]),
            (
                " * @Slo(\n *   p95 = 1.5s,\n *   n = 3,\n * )\n * @Next",
                &["Slo p95=Duration(1500000000) n=Int(3)", "Next"],
            ),
            ("see @Slo(p95 = 1s)", &[]),
            ("@example.com is a host\n@a/b\n@ x\n@9", &[]),
            ("@Slo() @Other()", &["Slo"]),
            ("@Slo(a = 1\n@Slo(b = 2)", &["Slo a=Int(1) ! arguments are separated by `,`", "Slo b=Int(2)"]),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn values_are_read_exactly() {
        for (text, expected) in [
            ("@A(a = \"x, \\\"y\\\")\", b = `z`)", "A a=Text(\"x, \\\"y\\\")\") b=Text(\"z\")"),
            ("@A(a = -5, b = 0x10, c = 99.95)", "A a=Int(-5) b=Int(16) c=Decimal(\"99.95\")"),
            ("@A(a=true,b=false , c = -1m30s)", "A a=Truth(true) b=Truth(false) c=Duration(-90000000000)"),
        ] {
            assert_eq!(shown(text), [expected], "{text}");
        }
    }

    #[test]
    fn faults_are_told() {
        for (text, expected) in [
            ("@A(200ms)", "A ! `200ms` has no value: an argument is written `key = value`"),
            ("@A(= 1)", "A ! an argument is written `key = value`"),
            ("@A(a = 1, a = 2)", "A a=Int(1) ! `a` is given twice"),
            ("@A(a = 200 ms)", "A a=Int(200) ! arguments are separated by `,`"),
            ("@A(a = 200msec)", "A ! the value of `a`, `200msec`, is no duration, number, string, `true` or `false`"),
            ("@A(a = )", "A ! `a` has no value"),
            ("@A(a = \"x)", "A ! the string of `a` is not closed"),
            ("@A(a = 1", "A a=Int(1) ! the parenthesis is not closed"),
            ("@A(", "A ! the parenthesis is not closed"),
            (
                "@A(a = 99999999999999999999)",
                "A ! the value of `a`, `99999999999999999999`, is no duration, number, string, `true` or `false`",
            ),
            ("@A(ä = 1)", "A ! an argument is written `key = value`"),
        ] {
            assert_eq!(shown(text), [expected], "{text}");
        }
    }
}
