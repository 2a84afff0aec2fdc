//! The stable codes of diagnostics, each with a title and an explanation in Markdown.
//!
//! In: a code as written, `E0101`. Out: what it means, an example that triggers it, how to mend it.
//! A new code is one file `codes/E….md` and one line here. A code is never reused for another meaning.
//!
//! Ranges: E01 syntax, E02 names and bindings, E03 patterns, E04 conditions, E05 fixes and examples, W06 warnings,
//! E07 packs, E08 configuration. Codes that are given no more: E0408.

use std::fmt;

/// The code of a diagnostic, such as `E0101`. Only the constants of this module exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

impl Code {
    /// As users see it.
    pub const fn text(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

/// What a code means.
#[derive(Clone, Copy, Debug)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// One line.
    pub title: &'static str,
    /// Markdown: what it means, an example that triggers it, how to mend it.
    pub text: &'static str,
}

/// What the code means; `None` if there is no such code. Upper and lower case are the same.
pub fn explain(code: &str) -> Option<&'static Explanation> {
    EXPLANATIONS.iter().find(|explanation| explanation.code.0.eq_ignore_ascii_case(code))
}

/// All codes, by number.
pub fn all() -> &'static [Explanation] {
    EXPLANATIONS
}

macro_rules! codes {
    ($($code:ident $title:literal;)*) => {
        $(
            #[doc = $title]
            pub const $code: Code = Code(stringify!($code));
        )*

        const EXPLANATIONS: &[Explanation] = &[$(
            Explanation {
                code: $code,
                title: $title,
                text: include_str!(concat!("../codes/", stringify!($code), ".md")),
            },
        )*];
    };
}

codes! {
    E0101 "a character that the language does not have";
    E0102 "a string, rune or comment does not end";
    E0103 "brackets do not pair up";
    E0104 "brackets are nested too deep";
    E0105 "not an item";
    E0106 "not a clause";
    E0107 "a name is not formed as names are";
    E0108 "an item or a clause is not formed as it should be";
    E0109 "a clause stands twice";
    E0110 "not one of the words that may stand here";
    E0111 "not a category";
    E0112 "the pattern is not of its category";
    E0113 "the pattern is not Go";
    E0114 "a run cannot stand here";
    E0115 "two runs side by side";
    E0116 "an alternation cannot stand here";
    E0117 "a label cannot stand here";
    E0118 "a condition is not formed as it should be";
    E0119 "a message has a mistake in its braces";
    E0120 "a literal has no value";
    E0121 "a clause is missing";
    E0122 "an example is not formed as it should be";
    E0123 "the text is too long or too involved to parse";
    E0124 "a table has a key twice";

    E0201 "a name is used that nothing binds";
    E0202 "a name is bound by some alternatives only";
    E0203 "a plain name in a pattern means nothing";
    E0204 "a hole is bound and never used";
    E0205 "one name for two sorts of things";
    E0206 "two items of one name";
    E0207 "a label is never used";
    E0208 "a name that does not exist";
    E0209 "a predicate uses itself";
    E0210 "a declaration of a package that is not Go";
    E0301 "a pattern that no Go program contains";
    E0302 "an unexported name of another package";
    E0303 "a rule that would be tried everywhere";
    E0304 "a rule that is too large";
    E0305 "a statement list with an open end";
    E0401 "a condition that can never hold";
    E0402 "a condition on something of another sort";
    E0403 "a regular expression that is not one";
    E0404 "values that are never equal";
    E0405 "a condition that does not depend on the code";
    E0406 "a word that means nothing behind `is`";
    E0407 "another number of arguments";
    E0409 "a condition that stands twice";
    E0410 "not a type";
    E0411 "not an interface";
    E0412 "an event that never happens";
    E0413 "nothing to trace";
    E0414 "a fact that hangs on itself not holding";
    E0501 "a fix that cannot be made";
    E0502 "two edits that fight";

    W0601 "an alternative that another one covers";
    W0602 "a `use` that nothing needs";
    W0603 "an option that changes nothing";
    W0604 "`scan all` that is not needed";
    W0605 "a rule without examples";
    W0606 "a condition on types that holds for every type";
    W0607 "an item that nothing uses";
    W0608 "a name that a declared package lacks";

    E0801 "the configuration is not TOML";
    E0802 "the configuration has an unknown key";
    E0803 "a value of the configuration is not what is expected there";
    E0804 "a glob of the configuration is not well formed";
    E0805 "the configuration names a rule that does not exist";
    E0806 "the configuration sets an option that the rule does not have";
    E0807 "the configuration sets an option to a value of another type";
    E0808 "rule files cannot be read";
    E0809 "a pack or a version is not named as it should be";
    E0810 "a pack cannot be had";
    E0811 "a migration makes no sense";
    E0812 "a configuration that is extended cannot be read";
    E0813 "configurations extend each other in a circle";
}
