//! Packs of format 1: one plan and its machine code, for one build of rulec.
//!
//! In: a [`Container`] of that format. Out: its plan, verified. Nothing said which names the numbers of host functions had,
//! so besides packs of this very build only those are read whose names were written down here, and only while plans are
//! encoded as they were.

use crate::abi::{ABI_HASH, PLAN_HASH};
use crate::container::{Container, Tag};
use crate::error::{PackError, malformed};
use crate::stored_plan::decode;
use rulec_plan::Plan;
use rulec_plan::numbering::Numbering;

/// The interface of the last build that wrote format 1.
const LAST_ABI: u64 = 0x802e_523b_f86b_6872;
/// How it encoded plans.
const LAST_PLAN: u64 = 0xedd1_9e18_8b98_ddd0;
/// The names of its host functions, by number.
const LAST_HOSTS: &str = include_str!("format1/hosts.txt");

/// The plan, not verified.
pub fn plan(container: &Container) -> Result<Plan, PackError> {
    let abi = container.abi().unwrap_or_default();
    let bytes = container.section(Tag::PLAN_1)?.ok_or_else(|| malformed("plan", "there is none"))?;
    if abi == ABI_HASH {
        decode("plan", &bytes)
    } else if abi == LAST_ABI && PLAN_HASH == LAST_PLAN {
        Numbering::of_names(LAST_HOSTS.lines()).decode(|| decode("plan", &bytes))
    } else {
        Err(PackError::AbiMismatch { pack: abi, runtime: ABI_HASH })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_encoded_as_format_1_had_them() {
        assert_eq!(
            PLAN_HASH, LAST_PLAN,
            "{PLAN_HASH:#018x}: packs of format 1 can no longer be read; say so in docs/pack-format.md"
        );
    }
}
