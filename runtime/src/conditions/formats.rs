//! Conditions on formats of package fmt: their directives, and what each of them takes.
//!
//! In: the text of a format, or one of its directives. Out: lists, texts and numbers. What the directives can do with values of a
//! type is told by [`super::types::formatted`]. **Absent:** which functions take formats: rules say so.
//!
//! Source: documentation of package `fmt`, "Printing", "Explicit argument indexes", "Format errors".

use crate::value::Value;
use rulec_plan::host::Tri;
use std::sync::Arc;

/// A directive of a format: `%-5.*f`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// As written.
    pub text: String,
    /// Its flags, as written: `-`, `+#`.
    pub flags: String,
    /// Its verb; none where the format ends too soon.
    pub verb: Option<char>,
    /// The numbers of the arguments that `*` stands for, counted from 0.
    pub stars: Vec<usize>,
    /// The number of the argument that it formats, counted from 0; none for `%%`, and for what is not well formed.
    pub operand: Option<usize>,
    /// Whether there is a verb, and each index is a number from 1 on that stands where it belongs.
    pub well_formed: bool,
}

/// The directives of a format, in order; `%%` is none. As in package fmt, one that is not well formed takes no argument.
fn parse(format: &str) -> Vec<Directive> {
    let mut scan = Scan { format, at: 0, next: 0 };
    let mut directives = Vec::new();
    while let Some(offset) = format.get(scan.at..).and_then(|rest| rest.find('%')) {
        scan.at += offset;
        let directive = scan.directive();
        if directive.text != "%%" {
            directives.push(directive);
        }
    }
    directives
}

/// A place in a format, and the number of the argument that comes next.
struct Scan<'f> {
    format: &'f str,
    at: usize,
    next: usize,
}

/// An index in brackets, if there is one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Index {
    Absent,
    Good,
    Bad,
}

impl Scan<'_> {
    fn directive(&mut self) -> Directive {
        let start = self.at;
        self.at += 1;
        let flags = self.take_while(|byte| b"+-# 0".contains(&byte)).to_owned();
        let mut stars = Vec::new();
        let mut index = self.index();
        let mut well_formed = index != Index::Bad;
        if self.star(&mut stars) {
            index = Index::Absent;
        } else if !self.number().is_empty() {
            // An index stands before the verb, and not before the width.
            well_formed &= index == Index::Absent;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            well_formed &= index == Index::Absent;
            index = self.index();
            well_formed &= index != Index::Bad;
            if self.star(&mut stars) {
                index = Index::Absent;
            } else {
                self.number();
            }
        }
        if index == Index::Absent {
            well_formed &= self.index() != Index::Bad;
        }
        let verb = self.format.get(self.at..).and_then(|rest| rest.chars().next());
        self.at += verb.map_or(0, char::len_utf8);
        well_formed &= verb.is_some();
        let operand = (well_formed && verb != Some('%')).then_some(self.next);
        self.next += usize::from(operand.is_some());
        let text = self.format.get(start..self.at).unwrap_or_default().to_owned();
        Directive { text, flags, verb, stars, operand, well_formed }
    }

    fn peek(&self) -> Option<u8> {
        self.format.as_bytes().get(self.at).copied()
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &str {
        let start = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.format.get(start..self.at).unwrap_or_default()
    }

    fn number(&mut self) -> &str {
        self.take_while(|byte| byte.is_ascii_digit())
    }

    /// A `*`, and the argument that it stands for.
    fn star(&mut self, stars: &mut Vec<usize>) -> bool {
        let is_star = self.peek() == Some(b'*');
        if is_star {
            self.at += 1;
            stars.push(self.next);
            self.next += 1;
        }
        is_star
    }

    /// `[n]`: the argument with this number comes next, counted from 1.
    fn index(&mut self) -> Index {
        if self.peek() != Some(b'[') {
            return Index::Absent;
        }
        let Some(len) = self.format.get(self.at..).and_then(|rest| rest.find(']')) else {
            self.at += 1;
            return Index::Bad;
        };
        let number = self.format.get(self.at + 1..self.at + len).unwrap_or_default();
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        self.at += len + 1;
        match number.parse::<usize>() {
            Ok(number @ 1..) if is_number => {
                self.next = number - 1;
                Index::Good
            }
            _ => Index::Bad,
        }
    }
}

fn directive_of(value: Option<&Value>) -> Option<&Directive> {
    match value? {
        Value::Directive(directive) => Some(directive),
        _ => None,
    }
}

/// The directives of a format.
pub(super) fn directives(format: Option<&Value>) -> Option<Value> {
    let directives = parse(&format?.text()?).into_iter();
    Some(Value::List(directives.map(|directive| Value::Directive(Arc::new(directive))).collect()))
}

/// The verb of a directive; empty where the format ends too soon.
pub(super) fn verb(directive: Option<&Value>) -> Option<Value> {
    let verb = directive_of(directive)?.verb;
    Some(Value::Str(verb.map_or_else(String::new, String::from).into_bytes()))
}

/// The flags of a directive.
pub(super) fn flags(directive: Option<&Value>) -> Option<Value> {
    Some(Value::Str(directive_of(directive)?.flags.clone().into_bytes()))
}

/// The number of the argument that a directive formats, counted from 0; -1 for one that formats none.
pub(super) fn operand(directive: Option<&Value>) -> Option<Value> {
    let operand = directive_of(directive)?.operand.map_or(Some(-1), |operand| i128::try_from(operand).ok());
    operand.map(Value::Int)
}

/// The numbers of the arguments that a directive takes for its width and precision, counted from 0.
pub(super) fn star_operands(directive: Option<&Value>) -> Option<Value> {
    let stars = directive_of(directive)?.stars.iter();
    Some(Value::List(stars.filter_map(|star| i128::try_from(*star).ok()).map(Value::Int).collect()))
}

/// How many arguments a format takes: one more than the highest number of one.
pub(super) fn operand_count(format: Option<&Value>) -> Option<Value> {
    let directives = parse(&format?.text()?);
    let numbers = directives.iter().flat_map(|directive| directive.stars.iter().chain(&directive.operand));
    let count = numbers.max().map_or(Some(0), |greatest| greatest.checked_add(1))?;
    Some(Value::Int(i128::try_from(count).ok()?))
}

/// Whether a directive has a verb, and its indexes are numbers from 1 on that stand where they belong.
pub(super) fn is_well_formed(directive: Option<&Value>) -> Tri {
    directive_of(directive).map_or(Tri::Unknown, |directive| Tri::of(directive.well_formed))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The directives: text, flags, verb, stars, operand.
    fn shown(format: &str) -> Vec<String> {
        let show = |directive: &Directive| {
            let Directive { text, flags, verb, stars, operand, well_formed } = directive;
            let verb = verb.map_or_else(|| "none".to_owned(), String::from);
            let operand = operand.map_or_else(|| "none".to_owned(), |operand| operand.to_string());
            let bad = if *well_formed { "" } else { " malformed" };
            format!("{text}: {flags:?} {verb} {stars:?} {operand}{bad}")
        };
        parse(format).iter().map(show).collect()
    }

    #[test]
    fn directives_take_arguments_in_order() {
        assert_eq!(shown("no directive, 100%%"), Vec::<String>::new());
        assert_eq!(shown("a %d and %-5.2f"), ["%d: \"\" d [] 0", "%-5.2f: \"-\" f [] 1"]);
        assert_eq!(shown("%*d|%.*f|%*.*s"), ["%*d: \"\" d [0] 1", "%.*f: \"\" f [2] 3", "%*.*s: \"\" s [4, 5] 6"]);
        assert_eq!(shown("%+#v%é"), ["%+#v: \"+#\" v [] 0", "%é: \"\" é [] 1"]);
        assert_eq!(shown("%*% %d"), ["%*%: \"\" % [0] none", "%d: \"\" d [] 1"]);
    }

    #[test]
    fn indexes_say_which_argument_comes_next() {
        assert_eq!(shown("%[2]d %d %[1]s"), ["%[2]d: \"\" d [] 1", "%d: \"\" d [] 2", "%[1]s: \"\" s [] 0"]);
        assert_eq!(shown("%[3]*.[2]*[1]f"), ["%[3]*.[2]*[1]f: \"\" f [2, 1] 0"]);
        assert_eq!(shown("%6.[2]f"), ["%6.[2]f: \"\" f [] 1"]);
    }

    #[test]
    fn what_is_not_well_formed_takes_nothing() {
        for format in ["%", "%-", "%5.", "%[1", "%[1]"] {
            assert!(shown(format)[0].contains("none [] none malformed"), "{format}");
        }
        for format in ["%[x]d", "%[0]d", "%[]d", "%[+1]d", "%[1]5d", "%[1].2d", "%[-1]d", "%[99999999999999999999]d"] {
            let [first, second] = &shown(&format!("{format}%d"))[..] else { panic!("{format}") };
            assert!(first.ends_with("d [] none malformed"), "{first}");
            assert!(second.ends_with("d [] 0"), "{format}: {second}");
        }
    }

    #[test]
    fn formats_take_as_many_arguments_as_the_highest_number() {
        for (format, count) in [("", "0"), ("%%", "0"), ("%d %d", "2"), ("%[3]d", "3"), ("%*d", "2"), ("%*%", "1")] {
            let count_of = operand_count(Some(&Value::Str(format.as_bytes().to_vec())));
            assert_eq!(count_of.map(|count| count.shown()).as_deref(), Some(count), "{format}");
        }
        assert!(operand_count(Some(&Value::Int(1))).is_none());
        assert_eq!(is_well_formed(Some(&Value::Int(1))), Tri::Unknown);
    }
}
