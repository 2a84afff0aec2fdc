//! The pack file: what a pack is, the rule files it was made of, their plan, and machine code for some targets.
//!
//! In: any bytes at all. Out: a [`Pack`] whose plan is verified and whose sections have the hashes that the table claims,
//! or a [`PackError`]. Reading never panics and never runs anything. Machine code cannot be verified: run it only if the
//! pack is trusted as a program is.
//!
//! `docs/pack-format.md` tells the layout byte by byte.

use crate::abi::{ABI_HASH, host_target};
use crate::bytes::{Reader, put_text};
use crate::code::Code;
use crate::container::{Container, Entry, Tag, assemble};
use crate::error::malformed;
use crate::manifest::Manifest;
use crate::{format1, stored_plan};
use rulec_plan::Plan;
use rulec_plan::verify::verify;

pub use crate::error::PackError;

/// What a pack holds.
#[derive(Debug)]
pub struct Pack {
    /// What it is. Packs of format 1 did not say.
    pub manifest: Option<Manifest>,
    /// The rule files, and those of other packs that they use. Packs of format 1 had none.
    pub sources: Vec<SourceText>,
    /// The rules, verified.
    pub plan: Plan,
    /// Their machine code, for each target at most once. Code for another interface is left out.
    pub codes: Vec<Code>,
}

impl Pack {
    /// The machine code for this machine, if the pack holds it.
    pub fn host_code(&self) -> Option<&Code> {
        let target = host_target();
        self.codes.iter().find(|code| code.target == target)
    }

    /// Whether the manifest speaks of the rules that there are, and tells of each what users select it by. What is run never
    /// hangs on it.
    ///
    /// # Errors
    /// [`PackError::Malformed`].
    pub fn check_manifest(&self) -> Result<(), PackError> {
        let Some(manifest) = &self.manifest else { return Ok(()) };
        let told = manifest.rules.iter().map(|rule| (rule.id.as_str(), rule.level, rule.severity));
        let rules = self.plan.rules.iter().map(|rule| &rule.meta).filter(|meta| meta.fact.is_none());
        let there = rules.map(|meta| (meta.id.as_str(), meta.level, meta.severity));
        if told.eq(there) { Ok(()) } else { Err(malformed("manifest", "its rules are not those of the plan")) }
    }
}

/// A rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// The pack it belongs to: this one, or one whose modules this one uses.
    pub pack: String,
    /// Its path, relative to its pack.
    pub path: String,
    /// The middle of the ids of its rules.
    pub family: String,
    /// Its text.
    pub text: String,
}

/// What is written into a pack.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// What it is.
    pub manifest: &'a Manifest,
    /// The rule files.
    pub sources: &'a [SourceText],
    /// The rules.
    pub plan: &'a Plan,
    /// Their machine code, for each target at most once.
    pub codes: &'a [Code],
}

/// Reads a pack; `bytes` is the whole file. Bytes from anywhere are safe to pass: no input makes this panic.
///
/// # Errors
/// See [`PackError`].
pub fn read(bytes: &[u8]) -> Result<Pack, PackError> {
    let container = Container::of_bytes(bytes.to_vec())?;
    container.check_all()?;
    let plan = container.plan()?;
    let codes = container.codes()?;
    check_codes(&plan, &codes)?;
    Ok(Pack { manifest: container.manifest()?, sources: container.sources()?, plan, codes })
}

/// Writes a pack; [`read`] gives back the same. The same contents make the same bytes.
///
/// # Panics
/// If code is for one machine only (`+host`), which is never stored.
pub fn write(contents: &Contents<'_>) -> Vec<u8> {
    let mut sections = vec![
        (Tag::MANIFEST, contents.manifest.to_bytes()),
        (Tag::SOURCES, write_sources(contents.sources)),
        (Tag::RULES, stored_plan::encode_rules(contents.plan)),
        (Tag::DETAILS, stored_plan::encode_details(contents.plan)),
    ];
    sections.extend(contents.codes.iter().map(|code| {
        assert!(!code.target.contains('+'), "code for one machine only is never stored");
        (Tag::CODE, write_code(code))
    }));
    assemble(&sections)
}

impl Container {
    /// What the pack is; packs of format 1 do not say.
    ///
    /// # Errors
    /// Those of reading the section.
    pub fn manifest(&self) -> Result<Option<Manifest>, PackError> {
        self.section(Tag::MANIFEST)?.map(|bytes| Manifest::read(&bytes)).transpose()
    }

    /// The rule files; packs of format 1 have none.
    ///
    /// # Errors
    /// Those of reading the section.
    pub fn sources(&self) -> Result<Vec<SourceText>, PackError> {
        self.section(Tag::SOURCES)?.map_or_else(|| Ok(Vec::new()), |bytes| read_sources(&bytes))
    }

    /// The plan, decoded in full and verified.
    ///
    /// # Errors
    /// [`PackError::AbiMismatch`] if it was stored by a rulec that encodes plans differently, [`PackError::Refused`] by
    /// the verifier; those of reading the sections.
    pub fn plan(&self) -> Result<Plan, PackError> {
        if self.abi().is_some() {
            return format1::plan(self).and_then(verified);
        }
        let (rules, details) = (self.needed(Tag::RULES)?, self.needed(Tag::DETAILS)?);
        let plan = stored_plan::read(&rules, &details).and_then(verified);
        match plan {
            // What its host functions are called with may be as right as it was.
            Err(PackError::Malformed { .. } | PackError::Refused(_)) if stored_plan::has_other_hosts(&rules) => {
                Err(PackError::OtherHosts)
            }
            plan => plan,
        }
    }

    /// The plan of a pack that is trusted as a program is: what machine code does without is decoded when somebody looks at
    /// it, and the verifier does not see it.
    ///
    /// # Errors
    /// As [`Container::plan`].
    pub fn trusted_plan(&self) -> Result<Plan, PackError> {
        if self.abi().is_some() {
            return self.plan();
        }
        stored_plan::read_deferred(&self.needed(Tag::RULES)?, self.needed(Tag::DETAILS)?)
    }

    /// The machine code for all targets, as far as it is for this interface.
    ///
    /// # Errors
    /// Those of reading the sections.
    pub fn codes(&self) -> Result<Vec<Code>, PackError> {
        let mut codes = Vec::new();
        for entry in self.entries() {
            match (entry.tag, self.abi()) {
                (Tag::CODE_1, Some(ABI_HASH)) => codes.push(read_code_1(&self.bytes(entry)?)?),
                (Tag::CODE, None) => {
                    codes.extend(CodeSection::read(&self.bytes(entry)?)?.map(|section| section.to_code()))
                }
                _ => {}
            }
        }
        Ok(codes)
    }

    /// The section of machine code for this machine and this interface. What it says of itself is not compared with its
    /// hash yet.
    pub(crate) fn host_code_entry(&self) -> Result<Option<&Entry>, PackError> {
        let mut wanted = ABI_HASH.to_le_bytes().to_vec();
        put_text(&mut wanted, &host_target());
        for entry in self.entries().iter().filter(|entry| entry.tag == Tag::CODE) {
            if self.start_of(entry, wanted.len() as u64)? == wanted {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// Whether there is machine code for this machine and this interface.
    ///
    /// # Errors
    /// Those of reading the file.
    pub fn has_host_code(&self) -> Result<bool, PackError> {
        self.host_code_entry().map(|entry| entry.is_some())
    }

    /// The targets that there is machine code for, in the order of the file; those for another interface say so.
    ///
    /// # Errors
    /// Those of reading the sections.
    pub fn targets(&self) -> Result<Vec<(String, bool)>, PackError> {
        let target = |entry: &Entry| {
            let bytes = self.bytes(entry)?;
            let mut reader = Reader::new("code", &bytes);
            let abi = self.abi().map_or_else(|| reader.u64(), Ok)?;
            Ok((reader.text()?.to_owned(), abi == ABI_HASH))
        };
        let entries = self.entries().iter().filter(|entry| matches!(entry.tag, Tag::CODE | Tag::CODE_1));
        entries.map(target).collect()
    }

    fn needed(&self, tag: Tag) -> Result<Vec<u8>, PackError> {
        self.section(tag)?.ok_or_else(|| malformed(tag.name(), "there is none"))
    }
}

fn verified(plan: Plan) -> Result<Plan, PackError> {
    verify(&plan).map_err(PackError::Refused)?;
    Ok(plan)
}

fn write_sources(sources: &[SourceText]) -> Vec<u8> {
    let mut bytes = (sources.len() as u32).to_le_bytes().to_vec();
    for source in sources {
        [&source.pack, &source.path, &source.family, &source.text]
            .into_iter()
            .for_each(|text| put_text(&mut bytes, text));
    }
    bytes
}

fn read_sources(bytes: &[u8]) -> Result<Vec<SourceText>, PackError> {
    let mut reader = Reader::new("sources", bytes);
    let count = reader.u32()?;
    let mut text = || reader.text().map(str::to_owned);
    let sources = (0..count).map(|_| Ok(SourceText { pack: text()?, path: text()?, family: text()?, text: text()? }));
    let sources = sources.collect::<Result<_, _>>()?;
    if reader.rest().is_empty() { Ok(sources) } else { Err(malformed("sources", "something follows them")) }
}

fn write_code(code: &Code) -> Vec<u8> {
    let mut bytes = ABI_HASH.to_le_bytes().to_vec();
    put_text(&mut bytes, &code.target);
    bytes.extend(code.kinds.iter().flat_map(|offset| offset.to_le_bytes()));
    bytes.extend((code.rules.len() as u32).to_le_bytes());
    bytes.extend(code.rules.iter().flat_map(|offset| offset.to_le_bytes()));
    bytes.resize(bytes.len().next_multiple_of(CODE_ALIGNMENT), 0);
    bytes.extend(&code.bytes);
    bytes
}

/// Machine code starts at multiples of this in its section. Its functions do, too, relative to its start.
const CODE_ALIGNMENT: usize = 16;

/// A section of machine code, taken apart.
pub(crate) struct CodeSection<'a> {
    /// What it runs on.
    pub target: &'a str,
    /// See [`Code::rules`].
    pub rules: Vec<u32>,
    /// See [`Code::kinds`].
    pub kinds: [u32; 64],
    /// The machine code.
    pub code: &'a [u8],
}

impl<'a> CodeSection<'a> {
    /// Nothing if it is for another interface.
    pub fn read(section: &'a [u8]) -> Result<Option<CodeSection<'a>>, PackError> {
        let mut reader = Reader::new("code", section);
        if reader.u64()? != ABI_HASH {
            return Ok(None);
        }
        let mut found = CodeSection::tables(&mut reader)?;
        let tables = section.len() - reader.rest().len();
        let padding = reader.bytes(tables.next_multiple_of(CODE_ALIGNMENT) - tables)?;
        if padding.iter().any(|byte| *byte != 0) {
            return Err(malformed("code", "there is something in front of it"));
        }
        found.code = reader.rest();
        Ok(Some(found))
    }

    /// All but the code itself.
    fn tables(reader: &mut Reader<'a>) -> Result<CodeSection<'a>, PackError> {
        let target = reader.text()?;
        let mut kinds = [0; 64];
        for offset in &mut kinds {
            *offset = reader.u32()?;
        }
        let rule_count = reader.u32()? as usize;
        let rule_bytes = rule_count.checked_mul(4).ok_or_else(|| malformed("code", "too many rules"))?;
        let mut table = Reader::new("code", reader.bytes(rule_bytes)?);
        let rules = (0..rule_count).map(|_| table.u32()).collect::<Result<_, _>>()?;
        Ok(CodeSection { target, rules, kinds, code: &[] })
    }

    fn to_code(&self) -> Code {
        Code { target: self.target.to_owned(), bytes: self.code.to_vec(), rules: self.rules.clone(), kinds: self.kinds }
    }
}

/// Code as format 1 has it: for the one interface of its file, and unaligned.
fn read_code_1(section: &[u8]) -> Result<Code, PackError> {
    let mut reader = Reader::new("code", section);
    let found = CodeSection::tables(&mut reader)?;
    Ok(CodeSection { code: reader.rest(), ..found }.to_code())
}

fn check_codes(plan: &Plan, codes: &[Code]) -> Result<(), PackError> {
    for (index, code) in codes.iter().enumerate() {
        if code.rules.len() != plan.rules.len() {
            let reason = format!("it has {} rules and the plan {}", code.rules.len(), plan.rules.len());
            return Err(malformed("code", reason));
        }
        if !code.offsets_are_inside() {
            return Err(malformed("code", "an entry point lies outside of it"));
        }
        if code.target.contains('+') || codes[..index].iter().any(|other| other.target == code.target) {
            return Err(malformed("code", format!("target `{}`", code.target)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
