//! `rulec pack index`: adds packs to an index folder, which any file server can serve.

use crate::console::Console;
use crate::dependencies::{Content, of_pack_file};
use crate::rule_files;
use crate::status::{Failure, Status};
use crate::whole_file;
use rulec_release::index::{self, Entry, Needed};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct IndexArguments {
    /// The index folder; it is made if it is not there.
    folder: PathBuf,

    /// The packs to add.
    #[arg(required = true, value_name = "PACK")]
    packs: Vec<PathBuf>,
}

/// Adds the packs, one after the other; a version that is there is never replaced.
pub fn run(arguments: &IndexArguments, console: &Console) -> Result<Status, Failure> {
    let mut out = console.out();
    for pack in &arguments.packs {
        let told = add(&arguments.folder, pack).map_err(Failure::Message)?;
        writeln!(out, "{told}")?;
    }
    out.flush()?;
    Ok(Status::Clean)
}

fn add(folder: &Path, pack: &Path) -> Result<String, String> {
    let content = of_pack_file(pack, &pack.display().to_string())?;
    let (name, version) = (&content.name, &content.version);
    let folder = folder.join(name);
    let list = folder.join(index::FILE_NAME);
    let cannot = |path: &Path, error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    let text = if list.exists() {
        rule_files::text(&list).map_err(|why| format!("{} {why}", list.display()))?
    } else {
        String::new()
    };
    let mut entries = index::read(&text, name).map_err(|fault| format!("{}: {fault}", list.display()))?;
    if let Some(there) = entries.iter().find(|entry| entry.version == *version) {
        return match there.hash == content.hash {
            true => Ok(format!("{name} {version} is there already")),
            false => Err(format!(
                "{name} {version} is there with other content; what is published stays as it is: choose another version"
            )),
        };
    }
    let file = format!("{name}-{version}.pack");
    fs::create_dir_all(&folder).map_err(|error| cannot(&folder, error))?;
    let bytes = fs::read(pack).map_err(|error| format!("{} cannot be read: {error}", pack.display()))?;
    let place = folder.join(&file);
    whole_file::write(&place, |out| out.write_all(&bytes)).map_err(|error| cannot(&place, error))?;
    entries.push(entry(&content, file));
    let text = index::text(&entries)?;
    // Last: who reads the list finds every file that it names.
    whole_file::write(&list, |out| out.write_all(text.as_bytes())).map_err(|error| cannot(&list, error))?;
    Ok(format!("{name} {version} is added"))
}

fn entry(content: &Content, file: String) -> Entry {
    let needed = content.wants.iter();
    let dependencies = needed.map(|want| Needed { name: want.name.clone(), requirement: want.requirement.clone() });
    Entry {
        name: content.name.clone(),
        version: content.version.clone(),
        file,
        hash: content.hash.clone(),
        dependencies: dependencies.collect(),
        yanked: false,
    }
}
