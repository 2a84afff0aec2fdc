//! What a pack holds, whether it is a folder of source or a pack file.

use super::wants;
use crate::rule_files;
use rulec_grammar::diagnostic::{FileId, Severity, Sink};
use rulec_grammar::source::{OtherPack, SourceFile};
use rulec_pack::file::SourceText;
use rulec_pack::{Container, PackError, manifest};
use rulec_release::pack_toml::{self, PackToml};
use rulec_release::resolve::{Candidate, Source, Want};
use rulec_release::{Migration, hash_of_files};
use rulec_report::Source as Text;
use semver::Version;
use std::path::Path;
use std::sync::Arc;

/// One version of a pack.
#[derive(Clone, Debug)]
pub struct Content {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Where it was found, for messages.
    pub shown: String,
    /// Its rule files.
    pub files: Vec<SourceFile>,
    /// The files of other packs that these use, if it is a pack file: it brings them along.
    pub others: Vec<OtherPack>,
    /// The pack file, if it is one: what is run is what was read here.
    pub container: Option<Arc<Container>>,
    /// What users of earlier versions have to change.
    pub migrations: Vec<Migration>,
    /// The hash of all of it.
    pub hash: String,
    /// The commit that it was taken from.
    pub commit: Option<String>,
    /// What it needs.
    pub wants: Vec<Want>,
}

impl Content {
    /// As the resolver takes it.
    pub fn candidate(&self) -> Candidate {
        Candidate { version: self.version.clone(), hash: self.hash.clone(), yanked: false, wants: self.wants.clone() }
    }
}

/// Reads a folder with `pack.toml`. `shown` is what the folder is called in messages, `relative` its path from the root's folder.
///
/// # Errors
/// What is wrong with it.
pub fn in_folder(folder: &Path, shown: &str, relative: &str) -> Result<Content, String> {
    let path = folder.join(pack_toml::FILE_NAME);
    let text = rule_files::text(&path).map_err(|reason| match path.exists() {
        true => format!("{shown}/{} {reason}", pack_toml::FILE_NAME),
        false => format!("there is no `{}` in {shown}", pack_toml::FILE_NAME),
    })?;
    let toml = read_toml(&text, shown)?;
    let roots: Vec<_> = toml.rule_paths.iter().map(|path| folder.join(&path.value)).collect();
    let read = rule_files::read(&roots);
    if let Some(mistake) = read.mistakes.first() {
        return Err(format!("{}: {}", mistake.path.clone().unwrap_or_default(), mistake.message));
    }
    let mut files = read.files;
    for file in &mut files {
        let below = Path::new(&file.path).strip_prefix(folder).unwrap_or(Path::new(&file.path));
        file.path = below.to_string_lossy().replace('\\', "/");
    }
    let mut hashed: Vec<(&str, &[u8])> = files.iter().map(|file| (file.path.as_str(), file.text.as_bytes())).collect();
    hashed.push((pack_toml::FILE_NAME, text.as_bytes()));
    hashed.sort_unstable();
    let hash = hash_of_files(hashed);
    for file in &mut files {
        file.path = format!("{shown}/{}", file.path);
    }
    Ok(Content {
        name: toml.name.value,
        version: toml.version,
        files,
        others: Vec::new(),
        shown: shown.to_owned(),
        container: None,
        wants: wants(&toml.dependencies, relative)
            .into_iter()
            .map(|want| with_index(want, &toml.index, relative))
            .collect(),
        migrations: toml.migrations,
        hash,
        commit: None,
    })
}

/// What does not say where it is, is in the index of the pack that wants it.
fn with_index(want: Want, index: &Option<rulec_grammar::ast::Name>, folder: &str) -> Want {
    let own = index.as_ref().map(|index| Source::Index(super::joined(folder, &index.value)));
    Want { source: want.source.or(own), ..want }
}

/// The pack's own words; the first mistake is the fault.
fn read_toml(text: &str, shown: &str) -> Result<PackToml, String> {
    let mut sink = Sink::new();
    let read = pack_toml::read(text, FileId::default(), &mut sink);
    let mistake = sink.into_sorted().into_iter().find(|one| one.severity == Severity::Error);
    match (read, mistake) {
        (Some(toml), None) => Ok(toml),
        (_, mistake) => {
            let path = format!("{shown}/{}", pack_toml::FILE_NAME);
            let Some(mistake) = mistake else { return Err(format!("{path} says neither name nor version")) };
            let line = Text::new(&path, text).position(mistake.span.start).line;
            Err(format!("{path}:{line}: {}", mistake.message))
        }
    }
}

/// Reads a pack file. `shown` is what it is called in messages.
///
/// # Errors
/// Why it is refused.
pub fn of_pack_file(path: &Path, shown: &str) -> Result<Content, String> {
    let refused = |error: PackError| format!("{shown}: {error}");
    let container = Container::open(path).map_err(refused)?;
    let Some(manifest) = container.manifest().map_err(refused)? else {
        return Err(format!("{shown}: the pack says neither its name nor its version; build it again"));
    };
    let migration = |record| {
        serde_json::from_value(serde_json::Value::Object(record))
            .map_err(|error| format!("{shown}: a migration makes no sense: {error}"))
    };
    let want = |needed: manifest::Dependency| Want { name: needed.name, requirement: needed.requirement, source: None };
    let file = |source: SourceText| {
        (source.pack, SourceFile { path: format!("{shown}/{}", source.path), family: source.family, text: source.text })
    };
    let sources = container.sources().map_err(refused)?.into_iter().map(file);
    let (own, others): (Vec<_>, Vec<_>) = sources.partition(|(pack, _)| *pack == manifest.name);
    Ok(Content {
        files: own.into_iter().map(|(_, file)| file).collect(),
        others: OtherPack::of_files(others),
        shown: shown.to_owned(),
        hash: hash_of_pack(&container),
        name: manifest.name,
        version: manifest.version,
        container: Some(Arc::new(container)),
        migrations: manifest.migrations.into_iter().map(migration).collect::<Result<_, _>>()?,
        commit: None,
        wants: manifest.dependencies.into_iter().map(want).collect(),
    })
}

/// The hash of all that a pack holds but its signatures, so that signing it does not make it another pack.
fn hash_of_pack(container: &Container) -> String {
    format!("blake3:{}", rulec_pack::signature::hex(container.content_hash()))
}
