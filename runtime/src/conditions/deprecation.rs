//! What documentation says of the end of things, and what nothing needs.

use super::Facts;
use crate::value::Value;
use rulec_program::GoVersion;
use rulec_tree::{Kind, Node, Tri};
use rulec_world::{Deprecation, FileTypes};

/// The release that stands for *since ever, as far as is known*.
const EVER: u32 = 0;

/// Whether a name, selector or import stands for something deprecated.
pub(super) fn is_deprecated(facts: &Facts, node: Node) -> Tri {
    match of(facts, node) {
        Some(found) => Tri::of(found.is_some()),
        None => Tri::Unknown,
    }
}

/// What the documentation says of it; empty if it is not deprecated.
pub(super) fn text(facts: &Facts, node: Node) -> Option<Value> {
    let text = of(facts, node)?.map(|found| found.text).unwrap_or_default();
    Some(Value::Str(text.into_bytes()))
}

/// The release since which what stands for it is there.
pub(super) fn since(facts: &Facts, node: Node) -> Option<Value> {
    let minor = of(facts, node)?.and_then(|found| found.since).unwrap_or(EVER);
    Some(Value::Version(GoVersion { major: 1, minor }))
}

fn of(facts: &Facts, node: Node) -> Option<Option<Deprecation>> {
    facts.types().ok()?.deprecation(node).ok()
}

/// What the package tells of what an identifier declares; no for everything else.
pub(super) fn of_ident(facts: &Facts, node: Node, ask: impl Fn(&FileTypes<'_>, Node) -> Tri) -> Tri {
    if facts.tree().kind(node) != Kind::Ident {
        return Tri::No;
    }
    facts.types().map_or(Tri::Unknown, |types| ask(types, node))
}
