//! Which platforms a file is for: `//go:build` lines and file names such as `poll_linux_amd64_test.go`.
//!
//! In: the comments before the package clause, or a file name. Out: yes or no for a [`BuildContext`].
//!
//! Source: the documentation of the go command, "Build constraints", and of `go/build`.

use rulec_tree::Span;

/// What files are selected for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildContext {
    /// The operating system, as in `linux`.
    pub goos: String,
    /// The processor architecture, as in `amd64`.
    pub goarch: String,
    /// Other tags that hold; `cgo` is one of them.
    pub tags: Vec<String>,
    /// The Go release: 26 for Go 1.26. The tags `go1.1` to `go1.26` hold then.
    pub go_minor: u32,
}

impl BuildContext {
    /// Whether `tag` holds.
    pub fn satisfies(&self, tag: &str) -> bool {
        if let Some(minor) = tag.strip_prefix("go1.") {
            return minor.parse().is_ok_and(|minor: u32| (1..=self.go_minor).contains(&minor));
        }
        tag == self.goos
            || tag == self.goarch
            || tag == "gc"
            || (tag == "unix" && UNIX.contains(&self.goos.as_str()))
            || IMPLIED.contains(&(self.goos.as_str(), tag))
            || self.tags.iter().any(|own| own == tag)
    }

    /// Whether a file of this name, which may have folders before it, is for this platform by its name alone.
    pub fn takes_file_name(&self, name: &str) -> bool {
        let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let stem = base.split('.').next().unwrap_or(base);
        // What stands before the first `_` is the name; `linux.go` is for every platform.
        let Some(start) = stem.find('_') else { return true };
        let mut words: Vec<&str> = stem[start + 1..].split('_').collect();
        if words.last() == Some(&"test") {
            words.pop();
        }
        match words.as_slice() {
            [.., os, arch] if OPERATING_SYSTEMS.contains(os) && ARCHITECTURES.contains(arch) => {
                self.satisfies(os) && self.satisfies(arch)
            }
            [.., word] if OPERATING_SYSTEMS.contains(word) || ARCHITECTURES.contains(word) => self.satisfies(word),
            _ => true,
        }
    }
}

/// The expression of a `//go:build` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildConstraint {
    /// In postfix order, so that it is evaluated without recursion.
    steps: Vec<Step>,
    /// Where the comment stands.
    span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Tag(String),
    Not,
    And,
    Or,
}

impl BuildConstraint {
    /// Reads the expression after `//go:build`; `span` is where the comment stands. `None` if it is no expression.
    pub fn parse(expression: &str, span: Span) -> Option<BuildConstraint> {
        let mut parser = Postfix::default();
        let mut rest = expression.trim_start();
        while !rest.is_empty() {
            let len = token_len(rest)?;
            parser.token(&rest[..len])?;
            rest = rest[len..].trim_start();
        }
        Some(BuildConstraint { steps: parser.finish()?, span })
    }

    /// Whether the constraint holds in `context`.
    pub fn eval(&self, context: &BuildContext) -> bool {
        self.eval_with(|tag| context.satisfies(tag))
    }

    /// Whether the constraint holds where `holds` says which tags do.
    pub fn eval_with(&self, holds: impl Fn(&str) -> bool) -> bool {
        let mut values: Vec<bool> = Vec::new();
        for step in &self.steps {
            match step {
                Step::Tag(tag) => values.push(holds(tag)),
                Step::Not => {
                    if let Some(last) = values.last_mut() {
                        *last = !*last;
                    }
                }
                Step::And | Step::Or => {
                    let (Some(b), Some(a)) = (values.pop(), values.pop()) else { return false };
                    values.push(if *step == Step::And { a && b } else { a || b });
                }
            }
        }
        values.pop().unwrap_or(false)
    }

    /// The tags that occur in it, in source order.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Tag(tag) => Some(tag.as_str()),
            Step::Not | Step::And | Step::Or => None,
        })
    }

    /// The least Go release that it asks for, if it asks for one in every case: 21 for `go1.21 && linux`.
    pub fn go_minor(&self) -> Option<u32> {
        let minors = self.tags().filter_map(|tag| tag.strip_prefix("go1.")?.parse::<u32>().ok());
        let mut minors: Vec<u32> = minors.collect();
        minors.sort_unstable();
        // The constraint asks for a release if it cannot hold below it, whatever the other tags are taken for; that
        // is monotone only where no tag of a release is negated, so each is tried.
        minors.into_iter().rev().find(|minor| {
            !self
                .possible(&|tag| tag.strip_prefix("go1.").and_then(|own| own.parse().ok()).map(|own: u32| own < *minor))
        })
    }

    /// Whether the constraint can hold when some tags are known (`Some`) and the others are free.
    fn possible(&self, known: &dyn Fn(&str) -> Option<bool>) -> bool {
        // Pairs: can be true, can be false. Free tags are taken as independent, which errs to "possible".
        let mut values: Vec<(bool, bool)> = Vec::new();
        for step in &self.steps {
            match step {
                Step::Tag(tag) => values.push(known(tag).map_or((true, true), |value| (value, !value))),
                Step::Not => {
                    if let Some(last) = values.last_mut() {
                        *last = (last.1, last.0);
                    }
                }
                Step::And | Step::Or => {
                    let (Some(b), Some(a)) = (values.pop(), values.pop()) else { return true };
                    let both = *step == Step::And;
                    values.push(if both { (a.0 && b.0, a.1 || b.1) } else { (a.0 || b.0, a.1 && b.1) });
                }
            }
        }
        values.pop().is_none_or(|value| value.0)
    }

    /// Where the comment stands.
    pub fn span(&self) -> Span {
        self.span
    }
}

/// Turns infix tokens into postfix steps.
///
/// Source: E. W. Dijkstra, the shunting-yard algorithm, "Making a Translator for ALGOL 60", 1961.
#[derive(Default)]
struct Postfix {
    steps: Vec<Step>,
    /// Operators and opening parentheses (`None`) that wait for their right operand.
    waiting: Vec<Option<Step>>,
    /// Whether an operand has just ended.
    after_operand: bool,
}

impl Postfix {
    fn token(&mut self, token: &str) -> Option<()> {
        match token {
            "(" | "!" if self.after_operand => return None,
            "(" => self.waiting.push(None),
            "!" => self.waiting.push(Some(Step::Not)),
            "&&" | "||" | ")" if !self.after_operand => return None,
            "&&" => self.operator(Step::And),
            "||" => self.operator(Step::Or),
            ")" => {
                while let Some(step) = self.waiting.pop()? {
                    self.steps.push(step);
                }
                self.negate();
            }
            _ if self.after_operand => return None,
            tag => {
                self.steps.push(Step::Tag(tag.to_owned()));
                self.after_operand = true;
                self.negate();
            }
        }
        Some(())
    }

    /// Applies the `!` signs before an operand that has just ended.
    fn negate(&mut self) {
        while self.waiting.pop_if(|step| *step == Some(Step::Not)).is_some() {
            self.steps.push(Step::Not);
        }
    }

    fn operator(&mut self, step: Step) {
        // `&&` binds tighter than `||`, and both group to the left.
        let yields = |waiting: &mut Option<Step>| match waiting {
            Some(Step::And) => true,
            Some(Step::Or) => step == Step::Or,
            _ => false,
        };
        while let Some(Some(earlier)) = self.waiting.pop_if(yields) {
            self.steps.push(earlier);
        }
        self.waiting.push(Some(step));
        self.after_operand = false;
    }

    fn finish(mut self) -> Option<Vec<Step>> {
        while let Some(waiting) = self.waiting.pop() {
            self.steps.push(waiting?);
        }
        self.after_operand.then_some(self.steps)
    }
}

fn token_len(rest: &str) -> Option<usize> {
    if rest.starts_with("&&") || rest.starts_with("||") {
        return Some(2);
    }
    if rest.starts_with(['(', ')', '!']) {
        return Some(1);
    }
    let is_tag = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
    let len = rest.find(|character| !is_tag(character)).unwrap_or(rest.len());
    (len > 0).then_some(len)
}

/// The constraint among the comments before the package clause, if there is one that can be read.
pub(crate) fn of_comments(source: &[u8], comments: &[Span]) -> Option<BuildConstraint> {
    comments.iter().find_map(|comment| {
        let text = std::str::from_utf8(&source[comment.range()]).ok()?;
        let expression = text.strip_prefix("//go:build")?;
        expression.starts_with([' ', '\t']).then(|| BuildConstraint::parse(expression, *comment))?
    })
}

/// Whether a file says that it is generated, by Go's convention: a line `// Code generated … DO NOT EDIT.` before the
/// package clause. Reads no further than that, and needs no parser.
///
/// Source: the documentation of `go generate`.
pub fn says_generated(source: &[u8]) -> bool {
    is_generated(source, &header(source))
}

/// The comments before the first text that is neither comment nor white space.
pub(crate) fn header(source: &[u8]) -> Vec<Span> {
    let mut comments = Vec::new();
    let mut at = if source.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    loop {
        at += source[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let rest = &source[at..];
        let end = if rest.starts_with(b"//") {
            let line = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            rest[..line].strip_suffix(b"\r").map_or(line, <[u8]>::len)
        } else if rest.starts_with(b"/*") {
            match rest[2..].windows(2).position(|pair| pair == b"*/") {
                Some(inner) => inner + 4,
                None => return comments,
            }
        } else {
            return comments;
        };
        comments.push(Span::new(at as u32, (at + end) as u32));
        at += end;
    }
}

/// Whether one of the comments before the package clause says that the file is generated.
pub(crate) fn is_generated(source: &[u8], comments: &[Span]) -> bool {
    comments.iter().any(|comment| {
        let text = &source[comment.range()];
        let mut lines = text.split(|byte| *byte == b'\n');
        lines.any(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            line.strip_prefix(b"// Code generated ").is_some_and(|rest| rest.ends_with(b" DO NOT EDIT."))
        })
    })
}

const OPERATING_SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

const ARCHITECTURES: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

const UNIX: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "linux",
    "netbsd",
    "openbsd",
    "solaris",
];

/// Systems that count as another one too.
const IMPLIED: &[(&str, &str)] = &[("android", "linux"), ("illumos", "solaris"), ("ios", "darwin")];

#[cfg(test)]
mod tests {
    use super::*;

    fn linux() -> BuildContext {
        let [goos, goarch] = ["linux", "amd64"].map(str::to_owned);
        BuildContext { goos, goarch, tags: vec!["cgo".to_owned()], go_minor: 26 }
    }

    fn eval(expression: &str) -> Option<bool> {
        BuildConstraint::parse(expression, Span::default()).map(|constraint| constraint.eval(&linux()))
    }

    #[test]
    fn constraints_are_evaluated_as_go_does() {
        for (expression, holds) in [
            ("linux", Some(true)),
            ("windows", Some(false)),
            ("!windows", Some(true)),
            ("!!linux", Some(true)),
            ("linux && !cgo", Some(false)),
            ("windows || linux && amd64", Some(true)),
            ("linux || windows && arm64", Some(true)),
            ("(linux || windows) && arm64", Some(false)),
            ("!(windows || arm64)", Some(true)),
            ("!(windows || arm64) && windows", Some(false)),
            ("windows && linux || linux", Some(true)),
            ("unix && go1.26 && !go1.27", Some(true)),
            ("gc && cgo", Some(true)),
            ("a || b || linux", Some(true)),
            ("", None),
            ("linux &&", None),
            ("linux windows", None),
            ("(linux", None),
            ("linux)", None),
            ("linux & windows", None),
            ("! && linux", None),
            ("()", None),
        ] {
            assert_eq!(eval(expression), holds, "{expression}");
        }
    }

    #[test]
    fn nesting_costs_no_stack() {
        let deep = format!("{}linux{}", "!(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(eval(&deep), Some(true));
    }

    #[test]
    fn the_release_asked_for_is_known_where_it_is_certain() {
        for (expression, minor) in [
            ("go1.21", Some(21)),
            ("go1.21 && linux", Some(21)),
            ("go1.18 && go1.21", Some(21)),
            ("go1.18 || go1.21", Some(18)),
            ("go1.21 || linux", None),
            ("!go1.21", None),
            ("linux", None),
        ] {
            let constraint = BuildConstraint::parse(expression, Span::default());
            assert_eq!(constraint.and_then(|constraint| constraint.go_minor()), minor, "{expression}");
        }
    }

    #[test]
    fn file_names_select_platforms() {
        for (name, taken) in [
            ("a.go", true),
            ("linux.go", true),
            ("a_linux.go", true),
            ("dir_windows/a.go", true),
            ("a_windows.go", false),
            ("a_windows_test.go", false),
            ("a_linux_amd64_test.go", true),
            ("a_linux_arm64.go", false),
            ("a_amd64.go", true),
            ("a_arm64.go", false),
            ("a_windows_extra.go", true),
            ("a_test.go", true),
            ("a_unix.go", true),
            ("a_windows.pb.go", false),
            ("_linux.go", true),
            ("a_linux_windows.go", false),
        ] {
            assert_eq!(linux().takes_file_name(name), taken, "{name}");
        }
    }

    #[test]
    fn only_what_stands_before_the_package_clause_counts() {
        let line = "// Code generated by x. DO NOT EDIT.";
        for (source, generated) in [
            (format!("{line}\npackage p\n"), true),
            (format!("\u{feff}/* a */ // b\r\n\r\n{line}\r\n\r\npackage p\r\n"), true),
            (format!("package p\n\n{line}\n"), false),
            (format!("/* {line}\npackage p\n"), false),
            (String::new(), false),
        ] {
            assert_eq!(says_generated(source.as_bytes()), generated, "{source}");
        }
    }

    #[test]
    fn generated_files_say_so_on_a_line_of_their_own() {
        for (comment, generated) in [
            ("// Code generated by x. DO NOT EDIT.", true),
            ("// Code generated by x. DO NOT EDIT", false),
            ("//Code generated by x. DO NOT EDIT.", false),
            ("/*\n// Code generated by x. DO NOT EDIT.\n*/", true),
        ] {
            let span = Span::new(0, comment.len() as u32);
            assert_eq!(is_generated(comment.as_bytes(), &[span]), generated, "{comment}");
        }
    }
}
