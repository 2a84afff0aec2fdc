//! Path globs as `rulec.toml` writes them.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// A set of path globs. `*` stays within a folder, `**` crosses folders; a glob without `/` fits at any depth, and a glob
/// that fits a folder covers all below it.
#[derive(Clone, Debug, Default)]
pub struct Globs {
    set: GlobSet,
}

impl Globs {
    /// Reads globs.
    ///
    /// # Errors
    /// Index and fault of the first glob that is not well formed.
    pub fn new<'a>(globs: impl IntoIterator<Item = &'a str>) -> Result<Globs, (usize, String)> {
        let mut builder = GlobSetBuilder::new();
        for (index, glob) in globs.into_iter().enumerate() {
            for form in forms(glob) {
                let parsed = GlobBuilder::new(&form).literal_separator(true).build();
                builder.add(parsed.map_err(|error| (index, error.kind().to_string()))?);
            }
        }
        let set = builder.build().map_err(|error| (0, error.kind().to_string()))?;
        Ok(Globs { set })
    }

    /// Whether a path fits; it is relative to the folder of the configuration, with `/`.
    pub fn fit(&self, path: &str) -> bool {
        self.set.is_match(path)
    }

    /// Whether there are no globs.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }
}

/// The plain globs that one of ours stands for.
fn forms(glob: &str) -> [String; 2] {
    let trimmed = glob.trim_end_matches('/');
    let rooted = match trimmed.strip_prefix("./").or_else(|| trimmed.strip_prefix('/')) {
        Some(rest) => rest.to_owned(),
        None if trimmed.contains('/') => trimmed.to_owned(),
        None => format!("**/{trimmed}"),
    };
    [format!("{rooted}/**"), rooted]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_files_and_what_is_below_folders() {
        let cases = [
            ("internal/gen", "internal/gen/a/b.go", true),
            ("internal/gen/", "internal/gen/a.go", true),
            ("internal/gen", "x/internal/gen/a.go", false),
            ("*_mock.go", "a/b/c_mock.go", true),
            ("*_mock.go", "c_mock.go", true),
            ("third_party", "a/third_party/x.go", true),
            ("a/*.go", "a/b/c.go", false),
            ("a/**/*.go", "a/b/c.go", true),
            ("./a.go", "a.go", true),
            ("./a.go", "b/a.go", false),
        ];
        for (glob, path, fits) in cases {
            assert_eq!(Globs::new([glob]).expect(glob).fit(path), fits, "{glob} {path}");
        }
    }

    #[test]
    fn names_the_broken_glob() {
        assert_eq!(Globs::new(["a", "b[", "c"]).map(|_| ()).unwrap_err().0, 1);
    }
}
