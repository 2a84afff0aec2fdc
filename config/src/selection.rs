//! Which rules are on, with which severity and options; by default and for some paths.

use crate::file::{Config, PathRules};
use crate::glob::Globs;
use crate::layers::{Layers, relative};
use crate::option;
use crate::selector::{is_word, selects, suggest};
use rulec_grammar::ast::{Name, Spanned};
use rulec_grammar::codes::{E0805, E0806, E0807};
use rulec_grammar::diagnostic::{FileId, Sink};
use rulec_grammar::words::nearest;
use rulec_plan::ir::Constant;
use rulec_plan::manifest::{Level, OptionMeta, RuleMeta, Severity};
use std::fmt;
use std::path::{Path, PathBuf};

/// A rule that could be switched on.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// What is known of it.
    pub rule: &'a RuleMeta,
    /// The user named its file or pack, so it is on whatever its level is, unless something else is selected.
    pub added: bool,
}

/// What the command line says about the selection.
#[derive(Clone, Copy, Debug, Default)]
pub struct CommandLine<'a> {
    /// `--select`. If there is any, it replaces `select` and `ignore` of the configuration.
    pub select: &'a [String],
    /// `--ignore`.
    pub ignore: &'a [String],
}

/// How one rule runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Whether it is on.
    pub on: bool,
    /// The severity of its findings.
    pub severity: Severity,
    /// Values of its options: indices into the rule's options, and what replaces the default.
    pub options: Vec<(u32, Constant)>,
}

/// One setting for each candidate, in their order, and what differs for some paths.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// How each rule runs where no path says otherwise.
    pub settings: Vec<Setting>,
    paths: Vec<PathSettings>,
}

impl Selection {
    /// What is on for the file with this absolute path.
    pub fn on_path(&self, path: &Path) -> OnPath<'_> {
        let fits = |paths: &&PathSettings| paths.globs.fit(&relative(&paths.folder, path));
        OnPath { selection: self, changes: self.paths.iter().filter(fits).map(|paths| &paths.changes[..]).collect() }
    }

    /// Whether the rule is on for any path.
    pub fn anywhere(&self, rule: usize) -> bool {
        self.settings.get(rule).is_some_and(|setting| setting.on)
            || self.paths.iter().any(|paths| paths.changes.get(rule).is_some_and(|change| change.on == Some(true)))
    }

    /// Whether settings differ between paths.
    pub fn depends_on_path(&self) -> bool {
        !self.paths.is_empty()
    }
}

/// The settings for one file.
#[derive(Clone, Debug)]
pub struct OnPath<'a> {
    selection: &'a Selection,
    /// Of each `[[per-path]]` that fits.
    changes: Vec<&'a [Change]>,
}

impl OnPath<'_> {
    /// The severity of the findings of the rule with this index, if it is on.
    pub fn severity(&self, rule: usize) -> Option<Severity> {
        let base = self.selection.settings.get(rule)?;
        let mut setting = (base.on, base.severity);
        for changes in &self.changes {
            let change = changes.get(rule).copied().unwrap_or_default();
            setting = (change.on.unwrap_or(setting.0), change.severity.unwrap_or(setting.1));
        }
        setting.0.then_some(setting.1)
    }
}

#[derive(Clone, Debug)]
struct PathSettings {
    /// Where the globs start.
    folder: PathBuf,
    globs: Globs,
    /// One for each candidate.
    changes: Vec<Change>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Change {
    on: Option<bool>,
    severity: Option<Severity>,
}

/// A selector of the command line that stands for no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSelector {
    /// The option it was given to.
    pub option: &'static str,
    /// The selector.
    pub selector: String,
    /// What was probably meant.
    pub near: Option<String>,
}

impl UnknownSelector {
    /// Whether this is the same selector of the same option, whatever was probably meant.
    pub fn is_same(&self, other: &UnknownSelector) -> bool {
        (self.option, &self.selector) == (other.option, &other.selector)
    }
}

impl fmt::Display for UnknownSelector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let UnknownSelector { option, selector, .. } = self;
        write!(out, "`{option} {selector}` names no rule, family, tag, severity or level")?;
        match &self.near {
            Some(near) => write!(out, "; there is `{near}`"),
            None => write!(out, "; `rulec list` shows what there is"),
        }
    }
}

/// Decides which of the candidates are on. Mistakes of the configuration go to `sink`; a selector of the command line that names
/// nothing selects nothing, and is for [`unknown_selectors`] to tell.
pub fn select(layers: &Layers, line: CommandLine<'_>, candidates: &[Candidate<'_>], sink: &mut Sink) -> Selection {
    let mut selection = Selection { settings: base(layers, line, candidates), paths: Vec::new() };
    for config in layers {
        check_names(config, candidates, sink);
        set_options(config, candidates, &mut selection.settings, sink);
        let folder = &config.folder;
        selection.paths.extend(config.per_path.iter().map(|rules| path_settings(folder, rules, line, candidates)));
    }
    selection
}

/// The selectors of the command line that stand for none of the candidates, in the order given.
pub fn unknown_selectors(line: CommandLine<'_>, candidates: &[Candidate<'_>]) -> Vec<UnknownSelector> {
    let given = line.select.iter().map(|selector| ("--select", selector));
    let given = given.chain(line.ignore.iter().map(|selector| ("--ignore", selector)));
    given
        .filter(|(_, selector)| !known(selector, candidates))
        .map(|(option, selector)| UnknownSelector {
            option,
            selector: selector.clone(),
            near: suggest(selector, rules(candidates)).map(str::to_owned),
        })
        .collect()
}

fn base(layers: &Layers, line: CommandLine<'_>, candidates: &[Candidate<'_>]) -> Vec<Setting> {
    candidates
        .iter()
        .map(|candidate| {
            let rule = candidate.rule;
            let severity = layers.setting(|config| last_severity(&config.severity, rule));
            let on = is_on(layers, line, *candidate);
            Setting { on, severity: severity.unwrap_or(rule.severity), options: Vec::new() }
        })
        .collect()
}

/// A `select` begins anew: what the configurations before it select and ignore does not count any more.
fn is_on(layers: &Layers, line: CommandLine<'_>, candidate: Candidate<'_>) -> bool {
    let rule = candidate.rule;
    let named = |names: &[Name]| names.iter().any(|name| selects(&name.value, rule));
    let given = |selectors: &[String]| selectors.iter().any(|selector| selects(selector, rule));
    let mut on = candidate.added || rule.level == Level::Recommended;
    if !line.select.is_empty() {
        return given(line.select) && !given(line.ignore);
    }
    for config in layers {
        on = config.select.as_deref().map_or(on, named) && !named(&config.ignore);
    }
    on && !given(line.ignore)
}

fn last_severity(severities: &[(Name, Severity)], rule: &RuleMeta) -> Option<Severity> {
    severities.iter().rev().find(|(name, _)| selects(&name.value, rule)).map(|&(_, severity)| severity)
}

/// What a `[[per-path]]` changes. The command line has the last word.
fn path_settings(
    folder: &Path,
    rules: &PathRules,
    line: CommandLine<'_>,
    candidates: &[Candidate<'_>],
) -> PathSettings {
    let change = |candidate: &Candidate<'_>| {
        let rule = candidate.rule;
        let named = |names: &[Name]| names.iter().any(|name| selects(&name.value, rule));
        let switched_on = line.select.is_empty()
            && named(&rules.select)
            && !line.ignore.iter().any(|selector| selects(selector, rule));
        let on = if named(&rules.ignore) { Some(false) } else { switched_on.then_some(true) };
        Change { on, severity: last_severity(&rules.severity, rule) }
    };
    PathSettings {
        folder: folder.to_owned(),
        globs: rules.paths.clone(),
        changes: candidates.iter().map(change).collect(),
    }
}

fn check_names(config: &Config, candidates: &[Candidate<'_>], sink: &mut Sink) {
    let selected = config.select.iter().flatten().chain(&config.ignore);
    let rated = config.severity.iter().map(|(name, _)| name);
    let by_path = config
        .per_path
        .iter()
        .flat_map(|rules| rules.select.iter().chain(&rules.ignore).chain(rules.severity.iter().map(|(name, _)| name)));
    for name in selected.chain(rated).chain(by_path) {
        if !known(&name.value, candidates) {
            unknown_selector(config.file, name, candidates, sink);
        }
    }
}

fn unknown_selector(file: FileId, name: &Name, candidates: &[Candidate<'_>], sink: &mut Sink) {
    let message = format!("`{}` names no rule, family, tag, severity or level", name.value);
    let near = suggest(&name.value, rules(candidates));
    let fault = sink.error(E0805, file, name.span, message);
    fault.help(match near {
        Some(near) => format!("there is `{near}`"),
        None => "`rulec list` shows what there is".to_owned(),
    });
}

fn known(selector: &str, candidates: &[Candidate<'_>]) -> bool {
    is_word(selector) || rules(candidates).any(|rule| selects(selector, rule))
}

fn rules<'a>(candidates: &'a [Candidate<'a>]) -> impl Iterator<Item = &'a RuleMeta> + Clone {
    candidates.iter().map(|candidate| candidate.rule)
}

fn set_options(config: &Config, candidates: &[Candidate<'_>], settings: &mut [Setting], sink: &mut Sink) {
    for table in &config.options {
        let name = &table.rule;
        let meant: Vec<usize> =
            (0..candidates.len()).filter(|&index| is_rule(&name.value, candidates[index].rule)).collect();
        if meant.is_empty() {
            unknown_rule(config.file, name, candidates, sink);
        }
        for index in meant {
            for value in &table.values {
                let set = option_value(config.file, candidates[index].rule, value, sink);
                settings[index].options.extend(set);
            }
        }
    }
}

fn is_rule(name: &str, rule: &RuleMeta) -> bool {
    rule.id == name || rule.name() == name
}

fn unknown_rule(file: FileId, name: &Name, candidates: &[Candidate<'_>], sink: &mut Sink) {
    let near = nearest(&name.value, rules(candidates).flat_map(|rule| [rule.name(), rule.id.as_str()]));
    let fault = sink.error(E0805, file, name.span, format!("there is no rule `{}`", name.value));
    fault.help(match near {
        Some(near) => format!("there is `{near}`"),
        None => "`rulec list` shows the rules there are".to_owned(),
    });
}

fn option_value(
    file: FileId,
    rule: &RuleMeta,
    (name, value): &(Name, Spanned<option::Written>),
    sink: &mut Sink,
) -> Option<(u32, Constant)> {
    let Some(index) = rule.options.iter().position(|option| option.name == name.value) else {
        unknown_option(file, rule, name, sink);
        return None;
    };
    match option::read(&value.value, rule.options[index].ty) {
        Ok(constant) => Some((index as u32, constant)),
        Err(expected) => {
            let message = format!("option `{}` of `{}` is {expected}", name.value, rule.name());
            let fault = sink.error(E0807, file, value.span, message);
            fault.help(Some(rule.options[index].doc.clone()).filter(|doc| !doc.is_empty()));
            None
        }
    }
}

fn unknown_option(file: FileId, rule: &RuleMeta, name: &Name, sink: &mut Sink) {
    let names = || rule.options.iter().map(|option: &OptionMeta| option.name.as_str());
    let message = format!("`{}` has no option `{}`", rule.name(), name.value);
    let fault = sink.error(E0806, file, name.span, message);
    fault.help(match nearest(&name.value, names()) {
        Some(near) => format!("there is an option with a similar name: `{near}`"),
        None if rule.options.is_empty() => "it has no options".to_owned(),
        None => format!("its options are {}", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    });
}

#[cfg(test)]
mod tests;
