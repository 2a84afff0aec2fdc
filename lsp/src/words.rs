//! What the words of the rule language mean, in one sentence each: what completion and hover show.
//!
//! Words about code come from `rulec_plan::host` and `rulec_tree`; those of clauses and items are here, as
//! `docs/language/reference.md` tells them.

use rulec_plan::host::{Answer, HostFn, Param, Signature};
use rulec_tree::Kind;

/// A word, a snippet in the protocol's notation, and what it means.
pub(crate) type Entry = (&'static str, &'static str, &'static str);

/// What items start with.
pub(crate) const ITEMS: &[Entry] = &[
    ("use", "use \"${1:net/http}\"", "A Go package that patterns name, or names of another rule module."),
    (
        "rule",
        "rule ${1:name} {\n    severity ${2:warning}\n\n    match expr { ${3:f(\\$x)} }\n    report \"${4:what is wrong, and what to do}\"\n\n    test bad {\n        $5\n    }\n    test good {\n        $6\n    }\n}",
        "A rule: what is looked for, what has to hold, what is reported, and examples.",
    ),
    ("predicate", "predicate ${1:name}(\\$${2:x}) { $3 }", "A named condition; it stands for its body."),
    ("symbols", "symbols ${1:name} { $2 }", "A named set of functions, methods and types."),
    (
        "fact",
        "fact ${1:name}(func \\$${2:f}) {\n    $3\n}",
        "Something that functions have, found out bottom-up and asked for by its name.",
    ),
    (
        "resource",
        "resource ${1:name} {\n    acquire $2\n    value \\$${3:r}\n    release $4\n}",
        "What is acquired and has to be released.",
    ),
    (
        "instance",
        "instance ${1:name} = ${2:rule}(${3:resource}) {\n    $4\n}",
        "One rule made of a generic rule and a resource.",
    ),
    ("model", "model ${1:\"path\".Name} {\n    $2\n}", "What a function does whose code is not at hand."),
    ("declare", "declare \"${1:path}\" {\n    $2\n}", "What a package declares whose source may not be at hand."),
];

/// What clauses of rules start with.
pub(crate) const CLAUSES: &[Entry] = &[
    (
        "severity",
        "severity ${1|error,warning,info|}",
        "How bad a finding is: `error`, `warning` or `info`; `warning` if not said.",
    ),
    (
        "level",
        "level ${1|recommended,strict,pedantic|}",
        "Who has it on: `recommended` (everyone), `strict`, `pedantic` (taste); `recommended` if not said.",
    ),
    ("tags", "tags [$1]", "Words to select rules by."),
    ("since", "since \"$1\"", "The version of the pack that first had the rule."),
    ("option", "option ${1:name}: ${2:int} = ${3:1} \"${4:what it does}\"", "A value that a project may set."),
    ("skip", "skip ${1|tests,generated|}", "Files that the rule is not for: `tests` or `generated`."),
    ("only", "only tests", "The rule is for tests only."),
    ("allow", "allow [${1|define,init,commute|}]", "Equivalences asked for: `define`, `init`, `commute`."),
    ("scan", "scan all", "The rule may be tried at every node."),
    ("match", "match ${1|expr,stmt,stmts,decl,type,field,spec,file,comment|} { $2 }", "What is looked for."),
    (
        "inside",
        "inside ${1:stmt} { $2 }",
        "A node around it has this form; looks at ancestors, innermost first, up to the function.",
    ),
    ("contains", "contains ${1:stmt} { $2 }", "A node below it has this form."),
    ("preceded", "preceded by ${1:stmt} { $2 }", "An element in front of it in the same list has this form."),
    ("followed", "followed by ${1:stmt} { $2 }", "An element behind it in the same list has this form."),
    (
        "first",
        "first in ${1:stmt} { $2 }",
        "No statement stands in front of it in its list, whose owner has this form.",
    ),
    ("last", "last in ${1:stmt} { $2 }", "No statement stands behind it in its list, whose owner has this form."),
    ("not", "not ", "The structural condition behind it must not hold."),
    ("where", "where $1", "Must hold."),
    ("unless", "unless $1", "Must not hold."),
    ("report", "report at \\$${1:x} \"$2\"", "The message, and where the finding is; without `at`, the whole match."),
    ("also", "also ${1:@label} \"$2\"", "A related place."),
    (
        "fix",
        "fix ${1|safe,suggest,unsafe|} { $2 }",
        "New code for what was found: `safe` keeps the meaning, `suggest` is probably wanted, `unsafe` may change it.",
    ),
    (
        "test",
        "test ${1|bad,good|} {\n    $2\n}",
        "An example: `bad` code in which the rule reports, `good` code in which it does not.",
    ),
];

/// Words in conditions.
pub(crate) const CONDITIONS: &[(&str, &str)] = &[
    ("and", "Both conditions hold; binds tighter than `or`."),
    ("or", "One of the conditions holds."),
    ("not", "The condition does not hold."),
    ("is", "A property or a kind of node: `$x is const`, `$x is not call`."),
    ("in", "A value of a list, a key of a table, or a symbol of a set."),
    ("matches", "The regular expression matches somewhere in the string; or the node has this form."),
    ("inside", "A node around it has this form; looks at ancestors, innermost first, up to the function."),
    ("contains", "A node below it has this form."),
    ("implements", "The type has all methods of the interface."),
    ("assignable", "`$x assignable to T`: its values can be assigned to variables of T."),
    ("convertible", "`$x convertible to T`: its values can be converted to T."),
    ("identical", "`$x identical to T`: both types are identical."),
    ("across", "`across func`: functions do not end the search."),
    ("directly", "Only the parent, a child, or the neighbour."),
    ("until", "The search also ends at a node of this form."),
    ("some", "`some path from @a to exit avoiding …`, `some $s in … has (…)`: there is one."),
    ("every", "`every path …`, `every $s in … has (…)`: it holds for all."),
    ("always", "`always from @a eventually …`: on every path."),
    ("avoiding", "The path goes past none of these events."),
    ("derives", "`$y derives from $x`: its value is made of that one."),
    ("tainted", "`$y tainted by \"kind\" for \"purpose\"`: it comes from where nobody may trust it."),
    ("dominated", "`$x dominated by …`: every path to it goes past one of these events."),
    ("repeats", "`@x repeats`: some path leads from it to itself."),
    ("file", "The file as a whole."),
];

/// What patterns can be.
pub(crate) const CATEGORIES: &[(&str, &str)] = &[
    ("expr", "An expression."),
    ("stmt", "A statement."),
    ("stmts", "Statements that follow each other."),
    ("decl", "A declaration at top level."),
    ("type", "A type."),
    ("field", "A parameter, result, or field of a struct or interface."),
    ("spec", "One line of a declaration group."),
    ("file", "A whole file."),
    ("comment", "A comment."),
    ("func", "`func $f`: any function, declared or literal."),
];

/// The words that a clause of data takes.
pub(crate) fn values_of(clause: &str) -> &'static [(&'static str, &'static str)] {
    match clause {
        "severity" => &[("error", "Has to be mended."), ("warning", "Worth mending."), ("info", "Worth knowing.")],
        "level" => {
            &[("recommended", "On for everyone."), ("strict", "For teams that want more."), ("pedantic", "Taste.")]
        }
        "skip" => &[
            ("tests", "Not for `_test.go` files."),
            ("generated", "Not for generated files, even where these are checked."),
        ],
        "only" => &[("tests", "Only for `_test.go` files.")],
        "scan" => &[("all", "At every node.")],
        "allow" => &[
            ("define", "`x := y`, `x = y` and `var x = y` are the same."),
            ("init", "`s; if c {…}` and `if s; c {…}` are the same."),
            ("commute", "Operands may be swapped where their order of evaluation cannot be told."),
        ],
        "fix" => &[
            ("safe", "Keeps the meaning, or mends it for certain; applied by `--fix`."),
            ("suggest", "Probably what is wanted; applied by `--fix-unsafe`."),
            ("unsafe", "May change the meaning; applied by `--fix-unsafe`."),
            ("replace", "Replaces what a hole or label marks."),
            ("delete", "Removes it; a statement with its line."),
            ("insert", "`insert before`, `insert after`: puts code in front of it or behind it."),
        ],
        "test" => &[("bad", "Code in which the rule reports."), ("good", "Code in which it does not.")],
        _ => &[],
    }
}

/// Predicates and values: `name($x)`, and what they mean.
pub(crate) fn functions() -> impl Iterator<Item = (Signature, String)> {
    let all = HostFn::ALL.iter().map(|host| host.signature());
    let written =
        all.filter(|signature| signature.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
    written.map(|signature| (signature, shape(&signature)))
}

/// `name($x, v)`.
fn shape(signature: &Signature) -> String {
    let (mut nodes, mut values, mut types) = (["$x", "$y"].iter(), ["v", "w"].iter(), ["T", "U"].iter());
    let params = signature.params.iter().map(|param| match param {
        Param::Node => nodes.next().copied().unwrap_or("$z"),
        Param::Nodes => "$xs",
        Param::Value => values.next().copied().unwrap_or("v"),
        Param::Type => types.next().copied().unwrap_or("T"),
    });
    format!("{}({})", signature.name, params.collect::<Vec<_>>().join(", "))
}

/// What a function answers.
pub(crate) fn answer(signature: &Signature) -> &'static str {
    match signature.answer {
        Answer::Truth => "condition: yes, no or unknown",
        Answer::Value => "value, which may be unknown",
    }
}

/// The words behind `is`: properties, then kinds of nodes.
pub(crate) fn is_words() -> Vec<(String, String)> {
    let properties = HostFn::ALL.iter().map(|host| host.signature()).filter_map(|signature| {
        let word = signature.name.strip_prefix("is ")?;
        Some((word.to_owned(), signature.doc.to_owned()))
    });
    let kinds = Kind::ALL.iter().map(|kind| {
        let shape = kind.shape();
        let children: Vec<&str> = shape.slots.iter().copied().chain(shape.tail).collect();
        (snake_case(kind.name()), format!("A kind of node. Its children: {}.", children.join(", ")))
    });
    properties.chain(kinds).collect()
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (at, character) in name.char_indices() {
        if character.is_uppercase() && at > 0 {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulec_grammar::{CLAUSE_WORDS, ITEM_WORDS};

    #[test]
    fn every_item_and_clause_has_its_words() {
        assert!(ITEMS.iter().map(|entry| entry.0).eq(ITEM_WORDS.iter().copied()));
        assert!(CLAUSES.iter().map(|entry| entry.0).eq(CLAUSE_WORDS.iter().copied()));
    }
}
