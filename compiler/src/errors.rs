//! The mistakes that checking finds: each has one function, which owns its code and its wording.

use rulec_grammar::codes;
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_grammar::words::nearest;
use rulec_tree::Span;

/// Where the mistakes of one rule file go.
pub(crate) struct Errors<'a> {
    pub sink: &'a mut Sink,
    pub file: FileId,
}

impl Errors<'_> {
    /// How many errors there are so far.
    pub fn count(&self) -> usize {
        self.sink.error_count()
    }

    /// E0210: what stands in a declaration is no Go, or means nothing.
    pub fn bad_declaration(&mut self, at: Span, why: &str) {
        self.sink.error(codes::E0210, self.file, at, why).help(
            "imports and declarations of Go stand here, without bodies of functions; `...` as the last field or method stands for all others",
        );
    }

    /// W0608: a name of a declared package that its declarations lack.
    pub fn not_declared(&mut self, at: Span, path: &str, name: &str) {
        let message = format!("what is declared for \"{path}\" has no `{name}`");
        self.sink
            .warning(codes::W0608, self.file, at, message)
            .help("where the package is not at hand, nothing is found by this name: declare it, or mend the name");
    }

    /// E0201: `{$y}` where no pattern binds `$y`.
    pub fn unbound(&mut self, at: Span, name: &str, bound: &[String]) {
        // What a predicate or an event mentions has the number of its expansion behind its name.
        let name = name.split('\'').next().unwrap_or(name);
        let near = nearest(name, bound.iter().map(String::as_str));
        self.sink.error(codes::E0201, self.file, at, format!("`{name}` is not bound here")).help(match near {
            Some(near) => format!("a similar name is bound: `{near}`"),
            None if bound.is_empty() => "nothing is bound at this point; a pattern before it has to hold it".to_owned(),
            None => format!("bound at this point: {}", listed(bound)),
        });
    }

    /// E0202: `$x` bound in one alternative and used after all of them.
    pub fn bound_on_some(&mut self, at: Span, name: &str) {
        self.sink
            .error(codes::E0202, self.file, at, format!("`{name}` is bound by some of the alternatives only"))
            .help("bind it in every alternative, or use it only inside of the one that does");
    }

    /// E0203: a plain name in a pattern that means nothing.
    pub fn bare_name(&mut self, at: Span, name: &str, packages: &[String]) {
        let near = nearest(name, packages.iter().map(String::as_str));
        let message = format!("`{name}` is neither predeclared nor a package that this file uses");
        let diagnostic = self.sink.error(codes::E0203, self.file, at, message);
        match near {
            Some(near) => diagnostic.help(format!("a package with a similar name is in use: `{near}`")),
            None => diagnostic.help(format!(
                "write `${name}` for a hole, and `name(${name}) == \"{name}\"` to ask for its name; or `use \"path/{name}\"` if it is a package"
            )),
        };
    }

    /// E0204: a named hole that nothing uses.
    pub fn unused_hole(&mut self, at: Span, name: &str, is_run: bool) {
        let (name, blank) = if is_run { (name.replacen('$', "$*", 1), "`...`") } else { (name.to_owned(), "`$_`") };
        self.sink
            .error(codes::E0204, self.file, at, format!("`{name}` is bound but never used"))
            .help(format!("write {blank} if it does not matter what stands here"));
    }

    /// E0205: `$x` as one node and `$*x` as a run.
    pub fn two_forms(&mut self, at: Span, name: &str) {
        self.sink
            .error(codes::E0205, self.file, at, format!("`{name}` stands for one thing here and for another elsewhere"))
            .help("a name is a node, a run or an operator all through a rule; use two names");
    }

    /// E0206: two items with one name.
    pub fn duplicate(&mut self, at: Span, what: &str, name: &str, first: (FileId, Span)) {
        self.sink.error(codes::E0206, self.file, at, format!("a {what} called `{name}` exists already")).related(
            first.0,
            first.1,
            "the first one",
        );
    }

    /// E0207: a label that marks nothing anyone asks for.
    pub fn unused_label(&mut self, at: Span, name: &str) {
        self.sink
            .error(codes::E0207, self.file, at, format!("`@{name}` is never used"))
            .help("remove it, or use it in `report at`, `also`, a condition or a fix");
    }

    /// E0208: a word, predicate, module or symbol set that does not exist.
    pub fn unknown_name(&mut self, at: Span, what: &str, name: &str, known: &[String]) {
        let near = nearest(name, known.iter().map(String::as_str));
        self.sink.error(codes::E0208, self.file, at, format!("there is no {what} called `{name}`")).help(match near {
            Some(near) => Some(format!("there is a similar one: `{near}`")),
            None if known.is_empty() || known.len() > MOST_LISTED => None,
            None => Some(format!("known are {}", listed(known))),
        });
    }

    /// E0209: predicates that use each other in a circle.
    pub fn cyclic_predicate(&mut self, at: Span, name: &str) {
        self.sink
            .error(codes::E0209, self.file, at, format!("the predicate `{name}` uses itself"))
            .help("predicates are shorthands and cannot recurse");
    }

    /// E0301: a pattern that no Go program contains.
    pub fn impossible(&mut self, at: Span, why: &str, help: &str) {
        self.sink
            .error(codes::E0301, self.file, at, format!("this can never match: {why}"))
            .help((!help.is_empty()).then(|| help.to_owned()));
    }

    /// E0302: an unexported name of another package.
    pub fn unexported(&mut self, at: Span, path: &str, name: &str) {
        self.sink
            .error(codes::E0302, self.file, at, format!("this can never match: `{name}` is not exported by \"{path}\""))
            .help("names that other packages can use start with an upper-case letter");
    }

    /// E0303: a pattern so wide that it would be tried everywhere.
    pub fn scans_all(&mut self, at: Span) {
        self.sink
            .error(codes::E0303, self.file, at, "this rule would be tried at every node")
            .help("make the outermost part of the pattern more definite, or ask for it with `scan all`");
    }

    /// E0304: a pattern or rule too large to lower.
    pub fn too_large(&mut self, at: Span, why: &str) {
        self.sink
            .error(codes::E0304, self.file, at, format!("this rule is too large: {why}"))
            .help("split it into several rules");
    }

    /// E0305: the start or end of a statement list that is a run.
    pub fn open_ended(&mut self, at: Span) {
        self.sink
            .error(
                codes::E0305,
                self.file,
                at,
                "a statement list that starts or ends with a run says no more than without it",
            )
            .help("remove the `...`: statements around the ones listed do not matter");
    }

    /// E0401: conditions that contradict each other.
    pub fn contradiction(&mut self, at: Span, why: &str, other: Option<Span>) {
        let file = self.file;
        let diagnostic = self.sink.error(codes::E0401, file, at, format!("this can never hold: {why}"));
        if let Some(other) = other {
            diagnostic.related(file, other, "together with this");
        }
    }

    /// E0402: a condition on something of the wrong sort.
    pub fn wrong_sort(&mut self, at: Span, message: String, help: &str) {
        self.sink.error(codes::E0402, self.file, at, message).help((!help.is_empty()).then(|| help.to_owned()));
    }

    /// E0403: a regular expression that is not one.
    pub fn bad_regex(&mut self, at: Span, reason: &str) {
        self.sink
            .error(codes::E0403, self.file, at, format!("the regular expression is not well formed: {reason}"))
            .help("the syntax is that of RE2 and Go's regexp: no look-around and no back-references");
    }

    /// E0404: values of two types compared.
    pub fn incomparable(&mut self, at: Span, left: &str, right: &str) {
        self.sink.error(codes::E0404, self.file, at, format!("{left} is compared with {right}; they are never equal"));
    }

    /// E0405: a condition that does not depend on the code.
    pub fn inert(&mut self, at: Span) {
        self.sink
            .error(codes::E0405, self.file, at, "this does not depend on the code that is matched")
            .help("compare a property of a hole, such as `name($x)` or `value($x)`");
    }

    /// E0406: a word behind `is` that means nothing.
    pub fn unknown_word(&mut self, at: Span, word: &str, known: &[String]) {
        let near = nearest(word, known.iter().map(String::as_str));
        self.sink.error(codes::E0406, self.file, at, format!("nothing is `{word}`")).help(match near {
            Some(near) => format!("there is a similar word: `{near}`"),
            None => "a word is a kind of node (`call`, `binary`, …) or a property (`const`, `pure`, `exported`, …)"
                .to_owned(),
        });
    }

    /// E0407: the wrong number of arguments.
    pub fn argument_count(&mut self, at: Span, name: &str, wanted: usize, got: usize) {
        let s = if wanted == 1 { "" } else { "s" };
        self.sink.error(
            codes::E0407,
            self.file,
            at,
            format!("`{name}` takes {wanted} argument{s}, and {got} are given"),
        );
    }

    /// E0409: the same condition twice.
    pub fn repeated(&mut self, at: Span, first: Span) {
        let file = self.file;
        self.sink.error(codes::E0409, file, at, "this condition stands here twice").related(
            file,
            first,
            "the first time",
        );
    }

    /// E0410: something else where a type has to stand.
    pub fn not_a_type(&mut self, at: Span, message: &str, help: &str) {
        self.sink
            .error(codes::E0410, self.file, at, message.to_owned())
            .help((!help.is_empty()).then(|| help.to_owned()));
    }

    /// E0411: `implements` and a type that is no interface.
    pub fn not_an_interface(&mut self, at: Span) {
        self.sink
            .error(codes::E0411, self.file, at, "this is no interface, and nothing implements it")
            .help("ask for the type itself with `:`");
    }

    /// E0412: an event that no path passes.
    pub fn never_happens(&mut self, at: Span, why: &str, help: &str) {
        self.sink
            .error(codes::E0412, self.file, at, format!("this never happens on a path: {why}"))
            .help(help.to_owned());
    }

    /// E0413: `trace` without a condition whose way it could tell.
    pub fn no_trace(&mut self, at: Span, word: &str, conditions: &str) {
        self.sink
            .error(codes::E0413, self.file, at, format!("there is no {word} to trace"))
            .help(format!("a rule that traces has {conditions} that has to hold, not as one part of an `or`"));
    }

    /// E0414: a fact that hangs on its own opposite. `names` are the facts of the circle, the first one again last.
    pub fn unstratified(&mut self, at: Span, names: &[&str]) {
        let message = format!("`{}` hangs on itself not holding", names.first().copied().unwrap_or_default());
        let circle = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" asks for ");
        self.sink
            .error(codes::E0414, self.file, at, message)
            .help(circle)
            .help("facts may ask for themselves, but not through `not`, `unless` or what a path avoids");
    }

    /// E0501: a fix that cannot be made.
    pub fn bad_fix(&mut self, at: Span, message: &str, help: &str) {
        self.sink
            .error(codes::E0501, self.file, at, message.to_owned())
            .help((!help.is_empty()).then(|| help.to_owned()));
    }

    /// E0502: two edits of one fix on one target.
    pub fn edits_fight(&mut self, at: Span, first: Span) {
        let file = self.file;
        self.sink.error(codes::E0502, file, at, "two edits of this fix change the same place").related(
            file,
            first,
            "the other one",
        );
    }

    /// W0601: an alternative that another one covers.
    pub fn shadowed(&mut self, at: Span, by: Span) {
        let file = self.file;
        self.sink
            .warning(codes::W0601, file, at, "this alternative matches nothing that an earlier one does not")
            .related(file, by, "the earlier one");
    }

    /// W0602: a package or name brought in and not used.
    pub fn unused_use(&mut self, at: Span, name: &str) {
        self.sink.warning(codes::W0602, self.file, at, format!("`{name}` is not used")).help("remove the `use`");
    }

    /// W0603: an option that no condition reads.
    pub fn unused_option(&mut self, at: Span, name: &str) {
        self.sink.warning(codes::W0603, self.file, at, format!("the option `{name}` changes nothing"));
    }

    /// W0604: `scan all` on a rule that needs it not.
    pub fn needless_scan_all(&mut self, at: Span) {
        self.sink
            .warning(codes::W0604, self.file, at, "this rule is not tried at every node")
            .help("remove `scan all`");
    }

    /// W0605: a rule that nothing shows to fire, or to stay quiet.
    pub fn without_examples(&mut self, at: Span, missing: &str) {
        self.sink
            .warning(codes::W0605, self.file, at, format!("this rule has no `test {missing}` example"))
            .help("`rulec build` refuses a rule without one bad and one good example");
    }

    /// W0607: an item that nothing asks for.
    pub fn unused_item(&mut self, at: Span, what: &str, name: &str) {
        self.sink
            .warning(codes::W0607, self.file, at, format!("nothing uses the {what} `{name}`"))
            .help("it is not checked any further; use it, or remove it");
    }

    /// W0606: `$x : $_`.
    pub fn always_holds(&mut self, at: Span) {
        self.sink
            .warning(codes::W0606, self.file, at, "this holds for every type")
            .help("say what the type has to be, or remove the condition");
    }
}

/// The most names that a message lists.
const MOST_LISTED: usize = 8;

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
