//! An example of a rule as Go files.
//!
//! In: an example as written, and the packages that its rule file uses. Out: files that parse by themselves: text without
//! a package clause gets one, and imports of the packages that it mentions. Offsets lead back to the rule file.

use rulec_grammar::ast::{Example, ExampleFile, Spanned, Value};
use rulec_plan::ir::Constant;
use rulec_runtime::job::Platform;
use rulec_tree::Span;

/// One file of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoFile {
    /// Its name; `example.go` if the example does not say.
    pub path: String,
    /// Its text.
    pub text: String,
    /// How much of the text was added in front.
    header_len: u32,
    /// Where the rest stands in the rule file.
    span: Span,
}

impl GoFile {
    /// Where a place of the text stands in the rule file.
    pub fn in_rule_file(&self, span: Span) -> Span {
        let shift = |offset: u32| (self.span.start + offset.saturating_sub(self.header_len)).min(self.span.end);
        Span::new(shift(span.start), shift(span.end))
    }

    /// A file as it stands on disk.
    pub fn plain(path: &str, text: &str) -> GoFile {
        let span = Span::new(0, text.len() as u32);
        GoFile { path: path.to_owned(), text: text.to_owned(), header_len: 0, span }
    }
}

/// The Go files of an example, in order. `uses` are names and paths of packages.
pub fn go_files(files: &[ExampleFile], uses: &[(String, String)]) -> Vec<GoFile> {
    let is_go = |file: &&ExampleFile| file.path.as_ref().is_none_or(|path| path.value.ends_with(".go"));
    files.iter().filter(is_go).map(|file| go_file(file, uses)).collect()
}

fn go_file(file: &ExampleFile, uses: &[(String, String)]) -> GoFile {
    let text = &file.text.value;
    let header = if has_package_clause(text) { String::new() } else { header(text, uses) };
    GoFile {
        path: file.path.as_ref().map_or("example.go", |path| &path.value).to_owned(),
        header_len: header.len() as u32,
        text: header + text,
        span: file.text.span,
    }
}

/// `package example`, and the imports that the text implies.
fn header(text: &str, uses: &[(String, String)]) -> String {
    let mut imports: Vec<String> = uses
        .iter()
        .filter(|(name, path)| mentions(text, name) && !text.contains(&format!("\"{path}\"")))
        .map(|(name, path)| import(name, path))
        .collect();
    imports.sort();
    match &imports[..] {
        [] => "package example\n\n".to_owned(),
        [one] => format!("package example\n\nimport {one}\n\n"),
        several => format!("package example\n\nimport (\n\t{}\n)\n\n", several.join("\n\t")),
    }
}

fn import(name: &str, path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or(path);
    if last == name { format!("{path:?}") } else { format!("{name} {path:?}") }
}

/// Whether the text names something of the package: `name.` with no other name, and no selector, in front.
fn mentions(text: &str, name: &str) -> bool {
    let dotted = format!("{name}.");
    text.match_indices(&dotted).any(|(at, _)| {
        !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.' || c == '"' || c == '/')
    })
}

/// Whether a line is a package clause. One in a comment or raw string only costs the header, which it then needs itself.
fn has_package_clause(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().strip_prefix("package").is_some_and(|rest| rest.starts_with([' ', '\t'])))
}

/// What `with …` of an example says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// Names and values of options.
    pub options: Vec<(String, Constant)>,
    /// Go version and platform.
    pub platform: Platform,
    /// The module that a go.mod at the top of the example declares.
    pub module: Option<String>,
}

impl Settings {
    /// The import path of the package of a file. Folders whose first part has a dot are import paths themselves, and stand
    /// for packages of other modules.
    pub fn import_path(&self, path: &str) -> String {
        let module = self.module.as_deref().unwrap_or("example");
        match path.rsplit_once('/') {
            None => module.to_owned(),
            Some((folder, _)) if folder.split('/').next().is_some_and(|first| first.contains('.')) => folder.to_owned(),
            Some((folder, _)) => format!("{module}/{folder}"),
        }
    }
}

/// The settings of an example. `go.mod` among its files says which Go version it is for.
///
/// # Errors
/// Span and fault of a value that cannot stand there.
pub fn settings(example: &Example) -> Result<Settings, (Span, String)> {
    let mut settings = Settings::default();
    settings.platform.go_version = example.files.iter().find_map(go_version);
    let at_the_top = example.files.iter().filter(|file| file.path.as_ref().is_some_and(|path| path.value == "go.mod"));
    settings.module = at_the_top.filter_map(|file| directive(file, "module ")).next();
    for (name, value) in &example.settings {
        match name.value.as_str() {
            "go" => settings.platform.go_version = Some(text(name.span, value)?),
            "goos" => settings.platform.goos = Some(text(name.span, value)?),
            "goarch" => settings.platform.goarch = Some(text(name.span, value)?),
            "tags" => settings.platform.tags = texts(name.span, value)?,
            option => {
                let fault =
                    || (name.span, format!("`{option}` takes a number, string, truth value, duration, list or table"));
                settings.options.push((option.to_owned(), constant(value).ok_or_else(fault)?));
            }
        }
    }
    Ok(settings)
}

/// The version in the `go` line of a go.mod file.
fn go_version(file: &ExampleFile) -> Option<String> {
    file.path.as_ref().filter(|path| path.value == "go.mod" || path.value.ends_with("/go.mod"))?;
    directive(file, "go ")
}

/// What stands behind a word at the start of a line.
fn directive(file: &ExampleFile, word: &str) -> Option<String> {
    let line = file.text.value.lines().find_map(|line| line.trim().strip_prefix(word))?;
    Some(line.trim().to_owned())
}

fn text(at: Span, value: &Value) -> Result<String, (Span, String)> {
    match value {
        Value::Str(text) => Ok(text.value.clone()),
        _ => Err((at, "expected a string".to_owned())),
    }
}

fn texts(at: Span, value: &Value) -> Result<Vec<String>, (Span, String)> {
    match value {
        Value::List(values, _) => values.iter().map(|value| text(at, value)).collect(),
        single => text(at, single).map(|text| vec![text]),
    }
}

fn constant(value: &Value) -> Option<Constant> {
    match value {
        Value::List(values, _) => values.iter().map(scalar).collect::<Option<_>>().map(Constant::List),
        Value::Table(entries, _) => {
            let entry = |(key, value): &(Spanned<String>, Value)| Some((key.value.clone(), scalar(value)?));
            entries.iter().map(entry).collect::<Option<_>>().map(Constant::Table)
        }
        single => scalar(single),
    }
}

fn scalar(value: &Value) -> Option<Constant> {
    Some(match value {
        Value::Str(text) => Constant::Str(text.value.clone()),
        Value::Int(int) => Constant::Int(int.value),
        Value::Bool(truth) => Constant::Bool(truth.value),
        Value::Duration(nanoseconds) => Constant::Duration(nanoseconds.value),
        Value::Float(text) => Constant::Float(text.value.clone()),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> GoFile {
        let uses = [("http", "net/http"), ("pgx", "github.com/jackc/pgx/v5")];
        let uses = uses.map(|(name, path)| (name.to_owned(), path.to_owned()));
        let span = Span::new(100, 100 + text.len() as u32);
        go_file(&ExampleFile { path: None, text: Spanned { value: text.to_owned(), span } }, &uses)
    }

    #[test]
    fn implied_imports() {
        assert_eq!(sample("func f() {}").text, "package example\n\nfunc f() {}");
        assert_eq!(sample("var x = http.Get").text, "package example\n\nimport \"net/http\"\n\nvar x = http.Get");
        let two = "package example\n\nimport (\n\t\"net/http\"\n\tpgx \"github.com/jackc/pgx/v5\"\n)\n\nvar x = http.Get(pgx.A)";
        assert_eq!(sample("var x = http.Get(pgx.A)").text, two);
        for without in ["var x = s.http.Get", "var x = myhttp.Get", "import \"net/http\"\nvar x = http.Get"] {
            assert_eq!(sample(without).text, format!("package example\n\n{without}"));
        }
        assert_eq!(sample("\tpackage main\nvar x = http.Get").text, "\tpackage main\nvar x = http.Get");
    }

    #[test]
    fn folders_are_packages() {
        let mut settings = Settings::default();
        let paths =
            |settings: &Settings| ["a.go", "b/c.go", "example.com/x/x.go"].map(|path| settings.import_path(path));
        assert_eq!(paths(&settings), ["example", "example/b", "example.com/x"]);
        settings.module = Some("my.org/m".to_owned());
        assert_eq!(paths(&settings), ["my.org/m", "my.org/m/b", "example.com/x"]);
    }

    #[test]
    fn places_lead_back() {
        let sample = sample("var x = http.Get");
        let at = sample.text.find("http.Get").expect("the text") as u32;
        assert_eq!(sample.in_rule_file(Span::new(at, at + 8)), Span::new(108, 116));
        assert_eq!(sample.in_rule_file(Span::new(0, 7)), Span::new(100, 100), "what was added has no place of its own");
    }
}
