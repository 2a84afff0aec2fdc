//! The stock rules: the text of `stdlib-rules/`, embedded when the binary is built.

use crate::packs::Content;
#[cfg(feature = "compiler")]
use rulec_grammar::diagnostic::{FileId, Sink};
#[cfg(feature = "compiler")]
use rulec_grammar::source::SourceFile;
#[cfg(feature = "compiler")]
use rulec_release::{Migration, migration};

include!(concat!(env!("OUT_DIR"), "/stock.rs"));

/// The name of the stock pack: the first part of the ids of its rules.
pub const PACK: &str = "stdlib";

/// The stock rules as an earlier run has compiled them.
pub fn compiled() -> Option<Content> {
    #[cfg(feature = "compiler")]
    return crate::packs::kept(&crate::packs::key(PACK, hash()));
    #[cfg(not(feature = "compiler"))]
    None
}

/// A hash over the rule files: names and texts.
#[cfg(feature = "compiler")]
pub fn hash() -> &'static [u8; 32] {
    &HASH
}

/// The rule files, sorted by path. The folder is the family.
#[cfg(feature = "compiler")]
pub fn sources() -> Vec<SourceFile> {
    FILES
        .iter()
        .map(|(path, text)| SourceFile {
            path: format!("{PACK}/{path}"),
            family: path.split('/').next().unwrap_or_default().to_owned(),
            text: (*text).to_owned(),
        })
        .collect()
}

/// What users of earlier versions have to change.
#[cfg(feature = "compiler")]
const MIGRATIONS: &str = include_str!("../../stdlib-rules/migrations.toml");

/// What users of earlier versions of the stock rules have to change. That it has no mistakes is tested.
#[cfg(feature = "compiler")]
pub fn migrations() -> Vec<Migration> {
    migration::read_file(MIGRATIONS, FileId::default(), &mut Sink::new())
}

#[cfg(all(test, feature = "compiler"))]
mod tests {
    use super::*;
    use rulec_release::migration::What;

    #[test]
    fn migrations_lead_to_what_there_is() {
        let mut sink = Sink::new();
        let migrations = migration::read_file(MIGRATIONS, FileId::default(), &mut sink);
        assert!(!sink.has_errors(), "{:?}", sink.diagnostics());
        let current = semver::Version::parse(env!("CARGO_PKG_VERSION")).unwrap();
        let compiled = rulec_compiler::compile(&sources(), PACK);
        let is_there = |path: &str| {
            let rules = compiled.plan.rules.iter().map(|rule| rule.meta.id.strip_prefix("stdlib.").unwrap_or_default());
            rules.into_iter().any(|own| own == path)
        };
        for (at, one) in migrations.iter().enumerate() {
            assert!(one.version <= current, "{one:?} is for a version that is still to come");
            let What::Rule { to, .. } = &one.what else { continue };
            let renamed_again = migrations[at..].iter().any(|later| match &later.what {
                What::Rule { from, .. } | What::RuleRemoved { rule: from } => from == to,
                _ => false,
            });
            assert!(renamed_again || is_there(to), "{one:?} leads nowhere");
        }
    }
}
