//! Plans as sections of a pack.
//!
//! In: a plan, or bytes of anybody. Out: two sections, or the plan that they hold, not verified. What machine code does
//! without (steps, origins, the texts of the rules) is a section of its own, the *details*, and is decoded rule by rule
//! when somebody looks at it.
//!
//! The rules say which names the numbers of host functions have, so that a plan outlives the adding of functions.

use crate::abi::PLAN_HASH;
use crate::bytes::{Reader, put_text};
use crate::error::{PackError, malformed};
use rulec_plan::Plan;
use rulec_plan::deferred::Deferred;
use rulec_plan::ir::RulePlan;
use rulec_plan::manifest::RuleMeta;
use rulec_plan::numbering::{Numbering, take_unknown};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::ops::Range;
use std::sync::Arc;

/// The rules without their details.
pub fn encode_rules(plan: &Plan) -> Vec<u8> {
    let mut bytes = PLAN_HASH.to_le_bytes().to_vec();
    let names = Numbering::own_names();
    bytes.extend((names.len() as u32).to_le_bytes());
    names.for_each(|name| put_text(&mut bytes, name));
    let bare = Plan { rules: plan.rules.iter().map(without_details).collect(), ..tables(plan) };
    bytes.extend(encoded(&bare));
    bytes
}

/// The details of the rules.
pub fn encode_details(plan: &Plan) -> Vec<u8> {
    let mut bytes = (plan.rules.len() as u32).to_le_bytes().to_vec();
    let mut parts = Vec::new();
    for rule in &plan.rules {
        for part in [encoded(&rule.body), encoded(&rule.origins), rule.meta.source.as_bytes().to_vec()] {
            bytes.extend((part.len() as u32).to_le_bytes());
            parts.extend(part);
        }
    }
    bytes.extend(parts);
    bytes
}

fn without_details(rule: &RulePlan) -> RulePlan {
    RulePlan {
        meta: RuleMeta { source: Deferred::default(), ..rule.meta.clone() },
        body: Deferred::default(),
        origins: Deferred::default(),
        registers: rule.registers.clone(),
        start: rule.start.clone(),
        guards: rule.guards.clone(),
        needs: rule.needs.clone(),
    }
}

fn tables(plan: &Plan) -> Plan {
    Plan {
        atoms: plan.atoms.clone(),
        symbols: plan.symbols.clone(),
        constants: plan.constants.clone(),
        rules: Vec::new(),
        models: plan.models.clone(),
        declarations: plan.declarations.clone(),
    }
}

fn encoded<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).expect("every part of a plan can be written")
}

/// A whole plan.
///
/// # Errors
/// [`PackError::AbiMismatch`] if plans are encoded differently here; [`PackError::Malformed`].
pub fn read(rules: &[u8], details: &[u8]) -> Result<Plan, PackError> {
    let (numbering, bytes) = heading(rules)?;
    numbering.decode(|| {
        let mut plan: Plan = decode("plan", bytes)?;
        let parts = parts(details, plan.rules.len())?;
        for (rule, [body, origins, source]) in plan.rules.iter_mut().zip(parts) {
            rule.body = Deferred::from(decode::<Vec<_>>("details", &details[body])?);
            rule.origins = Deferred::from(decode::<Vec<_>>("details", &details[origins])?);
            rule.meta.source = Deferred::from(text(&details[source])?);
        }
        Ok(plan)
    })
}

/// The same plan, whose details are decoded when somebody looks at them; those that cannot be decoded are empty. For
/// sections that were read and verified before.
///
/// # Errors
/// As [`read`].
pub fn read_deferred(rules: &[u8], details: Vec<u8>) -> Result<Plan, PackError> {
    let (numbering, bytes) = heading(rules)?;
    if !numbering.is_own() {
        return read(rules, &details);
    }
    let mut plan: Plan = decode("plan", bytes)?;
    let parts = parts(&details, plan.rules.len())?;
    let details: Arc<[u8]> = details.into();
    for (rule, [body, origins, source]) in plan.rules.iter_mut().zip(parts) {
        let (in_body, in_origins, in_source) = (Arc::clone(&details), Arc::clone(&details), Arc::clone(&details));
        rule.body = Deferred::later(move || decode("details", &in_body[body]).unwrap_or_default());
        rule.origins = Deferred::later(move || decode("details", &in_origins[origins]).unwrap_or_default());
        rule.meta.source = Deferred::later(move || text(&in_source[source]).unwrap_or_default());
    }
    Ok(plan)
}

/// Whether the numbers of host functions have other meanings than here.
pub fn has_other_hosts(rules: &[u8]) -> bool {
    heading(rules).is_ok_and(|(numbering, _)| !numbering.is_own())
}

/// What the numbers of host functions mean, and what follows.
fn heading(rules: &[u8]) -> Result<(Numbering, &[u8]), PackError> {
    let mut reader = Reader::new("plan", rules);
    let pack = reader.u64()?;
    if pack != PLAN_HASH {
        return Err(PackError::AbiMismatch { pack, runtime: PLAN_HASH });
    }
    let count = reader.u32()?;
    let names = (0..count).map(|_| reader.text()).collect::<Result<Vec<_>, _>>()?;
    Ok((Numbering::of_names(names.into_iter()), reader.rest()))
}

/// Where body, origins and source of each rule are.
fn parts(details: &[u8], rule_count: usize) -> Result<Vec<[Range<usize>; 3]>, PackError> {
    let mut reader = Reader::new("details", details);
    let count = reader.u32()? as usize;
    if count != rule_count {
        return Err(malformed("details", format!("it has {count} rules and the plan {rule_count}")));
    }
    let table = reader.bytes(count.checked_mul(12).ok_or_else(|| malformed("details", "too many rules"))?)?;
    let mut table = Reader::new("details", table);
    let mut at = details.len() - reader.rest().len();
    let mut part = || {
        let end = at.checked_add(table.u32()? as usize).filter(|end| *end <= details.len());
        let end = end.ok_or_else(|| malformed("details", "it is too short"))?;
        Ok(std::mem::replace(&mut at, end)..end)
    };
    let parts = (0..count).map(|_| Ok([part()?, part()?, part()?])).collect::<Result<Vec<_>, PackError>>()?;
    if at == details.len() { Ok(parts) } else { Err(malformed("details", "it is too long")) }
}

fn text(bytes: &[u8]) -> Result<String, PackError> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| malformed("details", error.to_string()))
}

/// How much stack decoding may use. Conditions nest, and the decoder recurses over them; the verifier bounds the nesting,
/// but sees the plan only afterwards.
const DECODER_STACK_BYTES: usize = 1 << 20;

/// Decodes bytes to the end.
///
/// # Errors
/// [`PackError::Malformed`].
pub fn decode<T: DeserializeOwned>(section: &'static str, bytes: &[u8]) -> Result<T, PackError> {
    // What is decoded is dropped on the stack that there is, and needs less of it.
    stacker::maybe_grow(2 * DECODER_STACK_BYTES, 4 * DECODER_STACK_BYTES, || {
        let mut decoder = postcard::Deserializer::from_flavor(Shallow::new(bytes));
        let value = T::deserialize(&mut decoder);
        let rest = decoder.finalize().map_or(0, <[u8]>::len);
        match value {
            Ok(value) if rest == 0 => Ok(value),
            Ok(_) => Err(malformed(section, format!("{rest} bytes follow it"))),
            Err(error) => {
                let reason = take_unknown().map_or_else(|| error.to_string(), unknown_function);
                Err(malformed(section, format!("at byte {} of {}: {reason}", bytes.len() - rest, bytes.len())))
            }
        }
    })
}

fn unknown_function(number: u32) -> String {
    format!("it calls host function {number}, which there is none of")
}

/// Input for the decoder that ends where the stack gets low. Every level of recursion takes a byte at least, so none
/// goes unseen.
struct Shallow<'a> {
    input: &'a [u8],
    /// Where the stack stood when decoding started.
    top: usize,
    /// How many bytes were taken since somebody looked where it stands.
    unseen: u32,
}

/// How many bytes are taken before somebody looks: so many levels of recursion use little stack.
const UNSEEN: u32 = 32;

impl<'a> Shallow<'a> {
    fn new(input: &'a [u8]) -> Shallow<'a> {
        Shallow { input, top: stack_position(), unseen: 0 }
    }

    fn check_stack(&mut self) -> postcard::Result<()> {
        self.unseen += 1;
        if self.unseen < UNSEEN {
            return Ok(());
        }
        self.unseen = 0;
        let used = self.top.abs_diff(stack_position());
        if used < DECODER_STACK_BYTES { Ok(()) } else { Err(postcard::Error::SerdeDeCustom) }
    }
}

/// About where the stack stands.
#[inline(never)]
fn stack_position() -> usize {
    let local = 0u8;
    std::ptr::from_ref(std::hint::black_box(&local)).addr()
}

impl<'de> postcard::de_flavors::Flavor<'de> for Shallow<'de> {
    type Remainder = &'de [u8];
    type Source = &'de [u8];

    fn pop(&mut self) -> postcard::Result<u8> {
        self.check_stack()?;
        let (first, rest) = self.input.split_first().ok_or(postcard::Error::DeserializeUnexpectedEnd)?;
        self.input = rest;
        Ok(*first)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.input.len())
    }

    fn try_take_n(&mut self, count: usize) -> postcard::Result<&'de [u8]> {
        let (taken, rest) = self.input.split_at_checked(count).ok_or(postcard::Error::DeserializeUnexpectedEnd)?;
        self.input = rest;
        Ok(taken)
    }

    fn finalize(self) -> postcard::Result<&'de [u8]> {
        Ok(self.input)
    }
}
