//! Examples: `test bad { … } fixed { … }`.

use super::{ItemReader, Node, R};
use crate::ast::{Example, ExampleFile, Name, Spanned};
use crate::codes;
use rulec_tree::Span;

const KINDS: &[(&str, bool)] = &[("bad", true), ("good", false)];

impl ItemReader<'_, '_> {
    pub(super) fn example(&mut self, pair: Node<'_>, span: Span) -> Option<Example> {
        let (mut bad, mut name) = (None, None);
        let mut settings: Vec<(Name, crate::ast::Value)> = Vec::new();
        let (mut files, mut fixed) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                R::word => bad = Some(self.word_of(std::iter::once(part), KINDS, "kind of example")?),
                R::string => name = Some(self.string(&part)),
                R::settings => {
                    for setting in part.into_inner().filter(|part| part.as_rule() == R::setting) {
                        let mut parts = setting.into_inner().filter(|part| part.as_rule() != R::p_equals);
                        let key = self.name(&parts.next()?);
                        if let Some((first, _)) = settings.iter().find(|(first, _)| first.value == key.value) {
                            let first = first.span;
                            self.sink
                                .error(codes::E0122, self.file, key.span, format!("`{}` is set twice", key.value))
                                .related(self.file, first, "the first one");
                        }
                        settings.push((key, self.value(parts.next()?)?));
                    }
                }
                R::block => files = self.files(self.inner(&part))?,
                R::fixed => {
                    let block = part.into_inner().find(|part| part.as_rule() == R::block)?;
                    let at = self.span(&block);
                    if bad.as_ref().is_some_and(|bad| !bad.value) {
                        self.sink
                            .error(codes::E0122, self.file, at, "a good example has nothing to fix")
                            .help("`fixed { … }` follows a `test bad`");
                        return None;
                    }
                    fixed = self.files(self.inner(&block))?;
                }
                _ => {}
            }
        }
        Some(Example { bad: bad?.value, name, settings, files, fixed, span })
    }

    /// Cuts the text of an example at its `-- name --` lines.
    fn files(&mut self, inner: Span) -> Option<Vec<ExampleFile>> {
        let text = &self.source[inner.range()];
        let mut files: Vec<ExampleFile> = Vec::new();
        let mut path: Option<Name> = None;
        let mut start = inner.start;
        let mut at = inner.start;
        for line in text.split_inclusive('\n') {
            let end = at + line.len() as u32;
            if let Some(name) = self.file_name(line, at) {
                self.close_file(&mut files, path.take(), Span::new(start, at), true)?;
                if let Some(first) = files.iter().filter_map(|f| f.path.as_ref()).find(|f| f.value == name.value) {
                    self.sink
                        .error(codes::E0122, self.file, name.span, format!("the file `{}` stands twice", name.value))
                        .related(self.file, first.span, "the first one");
                    return None;
                }
                path = Some(name);
                start = end;
            }
            at = end;
        }
        self.close_file(&mut files, path, Span::new(start, inner.end), false)?;
        Some(files)
    }

    /// The name in a line `-- name --`.
    fn file_name(&self, line: &str, at: u32) -> Option<Name> {
        let name = line.trim().strip_prefix("-- ")?.strip_suffix(" --")?.trim();
        let start = at + line.find(name)? as u32;
        let span = Span::new(start, start + name.len() as u32);
        (!name.is_empty()).then(|| Name { value: name.to_owned(), span })
    }

    /// Adds the file that ends here; `is_followed` by another. In front of the first `-- name --` line nothing may stand.
    fn close_file(
        &mut self,
        files: &mut Vec<ExampleFile>,
        path: Option<Name>,
        span: Span,
        is_followed: bool,
    ) -> Option<()> {
        let text = &self.source[span.range()];
        if path.is_none() && is_followed {
            if text.trim().is_empty() {
                return Some(());
            }
            let start = span.start + (text.len() - text.trim_start().len()) as u32;
            let span = Span::new(start, start + text.trim().len() as u32);
            self.sink
                .error(codes::E0122, self.file, span, "this text belongs to no file")
                .help("an example of several files starts with a line `-- name.go --`");
            return None;
        }
        files.push(ExampleFile { path, text: Spanned { value: text.to_owned(), span } });
        Some(())
    }
}
