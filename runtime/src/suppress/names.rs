//! What names in suppressions stand for: rules by id, name and family, and other linters by the rules that say the same.

use crate::finding::RuleRef;
use crate::rules::{Prepared, metas};
use rulec_tree::words::nearest;
use rustc_hash::FxHashMap;

/// What comments may waive, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppressions {
    /// A comment that gives no reason waives nothing.
    pub require_reason: bool,
    /// `//nolint` comments count; `None` if they do not.
    pub nolint: Option<Vec<Linter>>,
}

/// Another linter, and which of our rules it stands for in `//nolint:LINTER`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linter {
    /// Its name, in lower case.
    pub name: String,
    /// Names of rules, as suppressions write them.
    pub rules: Vec<String>,
}

/// The rules by the names that suppressions use.
pub(crate) struct RuleNames {
    by_name: FxHashMap<String, Vec<RuleRef>>,
    by_linter: FxHashMap<String, Vec<RuleRef>>,
    /// Last segments of ids, sorted: what a mistyped name is compared with.
    short: Vec<String>,
    policy: Suppressions,
}

/// The rules that a name stands for.
pub(super) enum Meant {
    /// All there are.
    All,
    /// These; none for a name that means nothing.
    These(Vec<RuleRef>),
}

impl Meant {
    pub(super) fn includes(&self, rule: RuleRef) -> bool {
        match self {
            Meant::All => true,
            Meant::These(rules) => rules.contains(&rule),
        }
    }
}

impl RuleNames {
    pub(crate) fn new(programs: &[Prepared], policy: Suppressions) -> RuleNames {
        let mut names =
            RuleNames { by_name: FxHashMap::default(), by_linter: FxHashMap::default(), short: Vec::new(), policy };
        for (rule, meta) in metas(programs) {
            let within = meta.id.rsplit_once('.').map_or("", |(rest, _)| rest);
            let mut written =
                vec![meta.id.clone(), meta.name().to_owned(), format!("{within}.*"), format!("{}.*", meta.family())];
            written.sort();
            written.dedup();
            for name in written {
                names.by_name.entry(name).or_default().push(rule);
            }
            names.short.push(meta.name().to_owned());
        }
        names.short.sort();
        names.short.dedup();
        for linter in names.policy.nolint.iter().flatten() {
            let rules = names.by_linter.entry(linter.name.clone()).or_default();
            rules.extend(linter.rules.iter().flat_map(|rule| names.by_name.get(rule).into_iter().flatten()));
        }
        names
    }

    /// Whether a comment without a reason waives nothing.
    pub(super) fn require_reason(&self) -> bool {
        self.policy.require_reason
    }

    /// Whether `//nolint` counts.
    pub(super) fn understands_nolint(&self) -> bool {
        self.policy.nolint.is_some()
    }

    /// The rules with this name, or of the family that it stands for.
    pub(super) fn rules(&self, name: &str) -> Meant {
        Meant::These(self.by_name.get(name).cloned().unwrap_or_default())
    }

    /// The rules that `//nolint:NAME` waives: those that say what the linter says. Rules may be named as well, and `rulec`
    /// stands for all.
    pub(super) fn of_linter(&self, name: &str) -> Meant {
        let name = name.to_ascii_lowercase();
        match self.by_linter.get(&name) {
            _ if name == "all" || name == "rulec" => Meant::All,
            Some(rules) => Meant::These(rules.clone()),
            None => self.rules(&name),
        }
    }

    /// The name of a rule that is nearly this one.
    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        let last = name.rsplit('.').next().unwrap_or(name);
        nearest(last, self.short.iter().map(String::as_str))
    }
}
