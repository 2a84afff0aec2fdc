//! `rulec pack inspect`: what a pack is and what it holds.

use crate::console::Console;
use crate::status::{Failure, Status};
use crate::trust::{Standing, Trust, TrustedKey};
use rulec_pack::Container;
use rulec_pack::manifest::Manifest;
use rulec_pack::signature::hex;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub struct InspectArguments {
    /// The pack.
    pack: PathBuf,

    /// How to show it.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
}

/// What is shown.
struct Shown {
    container: Container,
    manifest: Option<Manifest>,
    targets: Vec<(String, bool)>,
    keys: Vec<TrustedKey>,
    standing: Standing,
}

/// Shows it.
pub fn run(arguments: &InspectArguments, console: &Console) -> Result<Status, Failure> {
    let display = arguments.pack.display();
    let about = |error: rulec_pack::PackError| Failure::Message(format!("{display}: {error}"));
    let container = Container::open(&arguments.pack).map_err(about)?;
    let trust = Trust::of_this_user();
    let shown = Shown {
        manifest: container.manifest().map_err(about)?,
        targets: container.targets().map_err(about)?,
        keys: trust.keys().map_err(Failure::Message)?,
        standing: trust.standing(&container).map_err(Failure::Message)?,
        container,
    };
    let mut out = console.out();
    match arguments.format {
        Format::Text => write_text(&shown, &mut out)?,
        Format::Json => writeln!(out, "{:#}", as_json(&shown))?,
    }
    out.flush()?;
    Ok(Status::Clean)
}

fn write_text(shown: &Shown, out: &mut impl Write) -> std::io::Result<()> {
    let container = &shown.container;
    match &shown.manifest {
        Some(manifest) => write_manifest(manifest, out)?,
        None => writeln!(out, "a pack without a manifest")?,
    }
    writeln!(
        out,
        "format {}, {} bytes, content {}",
        container.format(),
        container.len(),
        hex(container.content_hash())
    )?;
    writeln!(out, "{}", standing_words(shown.standing))?;
    for signature in container.signatures() {
        let key = signature.public_key();
        let known = shown.keys.iter().find(|known| known.key == key);
        let trusted = known.map_or_else(|| "not trusted here".to_owned(), |known| format!("trusted {}", known.name));
        writeln!(out, "signature: {key}: {}", trusted.trim_end())?;
    }
    for (target, is_current) in &shown.targets {
        writeln!(out, "code: {target}{}", if *is_current { "" } else { ", for another version of rulec" })?;
    }
    for entry in container.entries() {
        writeln!(out, "section {}: {}, {} bytes", entry.tag.0, entry.tag.name(), entry.len)?;
    }
    Ok(())
}

fn write_manifest(manifest: &Manifest, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{} {}, edition {}", manifest.name, manifest.version, manifest.edition)?;
    manifest.description.iter().try_for_each(|text| writeln!(out, "{text}"))?;
    manifest.licence.iter().try_for_each(|text| writeln!(out, "licence: {text}"))?;
    for dependency in &manifest.dependencies {
        writeln!(out, "needs: {} {}", dependency.name, dependency.requirement)?;
    }
    if manifest.untested {
        writeln!(out, "built with rules that lack examples (--allow-untested)")?;
    }
    writeln!(out, "rules: {}", manifest.rules.len())?;
    for rule in &manifest.rules {
        let untested = if rule.examples.are_enough() { "" } else { " (untested)" };
        writeln!(out, "  {}{untested}: {}", rule.id, rule.title)?;
    }
    Ok(())
}

fn as_json(shown: &Shown) -> Value {
    let container = &shown.container;
    let signature = |signature: &rulec_pack::signature::Signature| {
        let key = signature.public_key();
        let known = shown.keys.iter().find(|known| known.key == key);
        json!({ "key": key.to_string(), "trusted": known.is_some(), "name": known.map(|known| &known.name) })
    };
    json!({
        "format": container.format(),
        "bytes": container.len(),
        "content_hash": hex(container.content_hash()),
        "standing": match shown.standing {
            Standing::Signed(_) => "signed",
            Standing::BuiltHere => "built-here",
            Standing::Unknown => "unknown",
        },
        "signatures": container.signatures().iter().map(signature).collect::<Value>(),
        "targets": shown.targets.iter().map(|(target, is_current)| json!({ "target": target, "current": is_current })).collect::<Value>(),
        "sections": container.entries().iter().map(|entry| json!({
            "tag": entry.tag.0, "name": entry.tag.name(), "offset": entry.offset, "bytes": entry.len, "hash": hex(&entry.hash),
        })).collect::<Value>(),
        "manifest": shown.manifest,
    })
}

/// What is known of a pack, in words.
pub fn standing_words(standing: Standing) -> String {
    match standing {
        Standing::Signed(key) => format!("signed by {key}, which is trusted here"),
        Standing::BuiltHere => "built on this machine".to_owned(),
        Standing::Unknown => "neither signed by a key that is trusted here nor built on this machine".to_owned(),
    }
}
