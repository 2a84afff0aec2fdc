//! Packs that a configuration or a `pack.toml` names, as a part of what is loaded.

use super::Loaded;
use crate::arguments::RuleArguments;
use crate::dependencies::{Content, Locking, Packs, Request};
use crate::packs;
use crate::project::Project;
use crate::settings::Configuration;
use rulec_config::Config;
use rulec_grammar::codes::E0810;
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_report::Notice;
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Loaded {
    /// Chooses the packs that the nearest `pack.toml` names, from the folder upwards, or the nearest `rulec.toml`. No rules are loaded.
    pub fn for_lock(folder: &Path, locking: Locking) -> Loaded {
        let mut loaded = Loaded::default();
        loaded.project(&[folder.to_owned()], locking);
        loaded
    }

    /// Adds the packs of the configuration with their rules; other rule files can use their modules.
    pub(super) fn configured_packs(&mut self, configuration: &Configuration, arguments: &RuleArguments) {
        let Some(config) = with_packs(configuration) else { return };
        let locking = if arguments.locked { Locking::Demand } else { Locking::Heed };
        self.need(of_configuration(config, locking), config.file);
        for content in std::mem::take(&mut self.needed.all) {
            if config.packs.iter().any(|named| named.name.value == content.name) {
                match &content.container {
                    Some(container) => {
                        let opened = packs::of_container(Arc::clone(container), arguments.require_signed);
                        self.add(content.shown.clone(), opened);
                    }
                    None if arguments.require_signed => self.notices.push(unsigned(&content)),
                    None => self.compile_once(content.files.clone(), &content.name),
                }
            }
            self.needed.all.push(content);
        }
    }

    /// Finds the pack that the rule files at these paths belong to, and what they can use.
    pub(super) fn project(&mut self, paths: &[PathBuf], locking: Locking) {
        match Project::around(paths, FileId(self.sources.len() as u32)) {
            Ok(Some(project)) => {
                self.sources.push(project.source.clone());
                self.diagnostics.extend(project.diagnostics.iter().cloned());
                if let Some(toml) = &project.toml {
                    let name = format!("{} {}", toml.name.value, toml.version);
                    let index = toml.index.as_ref().map(|index| index.value.as_str());
                    let (folder, dependencies) = (project.folder.as_path(), &toml.dependencies[..]);
                    self.need(Request { name: &name, folder, dependencies, index, locking }, toml.file);
                }
                self.project = Some(project);
            }
            Ok(None) => self.packs_of_configuration(paths.first().map_or(Path::new("."), PathBuf::as_path), locking),
            Err(notice) => self.notices.push(notice),
        }
    }

    /// Rule files of a project can use the packs that its configuration names. What else is wrong with the configuration is for
    /// those commands to tell that follow it.
    fn packs_of_configuration(&mut self, path: &Path, locking: Locking) {
        let config = std::path::absolute(path).ok().and_then(|path| rulec_config::find(&path));
        let Some(found) = config else { return };
        let arguments = RuleArguments { config: Some(found), ..RuleArguments::default() };
        let Ok(configuration) = Configuration::load(&arguments) else { return };
        let Some(config) = with_packs(&configuration) else { return };
        if config.packs.is_empty() && matches!(locking, Locking::Heed | Locking::Demand) {
            return;
        }
        self.sources.extend(configuration.sources.iter().cloned());
        self.need(of_configuration(config, locking), config.file);
    }

    /// Chooses packs, whose modules can be used from here on. If there are none that fit, that is a mistake in `file`.
    fn need(&mut self, request: Request<'_>, file: FileId) {
        match Packs::resolve(request) {
            Ok(packs) => {
                self.others.extend(packs.others());
                self.needed = packs;
            }
            Err(fault) => match fault.dependency.and_then(|index| request.dependencies.get(index)) {
                Some(dependency) => {
                    let mut sink = Sink::new();
                    sink.error(E0810, file, dependency.name.span, fault.message);
                    self.diagnostics.extend(sink.into_sorted());
                }
                None => self.notices.push(Notice::error(fault.message)),
            },
        }
    }
}

/// The last layer that names packs, or the last of all.
fn with_packs(configuration: &Configuration) -> Option<&Config> {
    let named = configuration.layers.setting(|config| (!config.packs.is_empty()).then_some(config.file));
    let layers = &configuration.layers;
    named.and_then(|file| layers.iter().find(|config| config.file == file)).or_else(|| layers.iter().last())
}

/// What a configuration asks for; paths are relative to its own folder.
fn of_configuration(config: &Config, locking: Locking) -> Request<'_> {
    let index = config.index.as_ref().map(|index| index.value.as_str());
    Request { name: "rulec.toml", folder: &config.folder, dependencies: &config.packs, index, locking }
}

fn unsigned(content: &Content) -> Notice {
    let message = "it is a folder of source, which cannot be signed, and `--require-signed` asks for a signature";
    Notice::error(message).about(content.shown.clone())
}
