//! One part of a package: from its files to what is kept of it.
//!
//! In: a unit whose imports have been looked at. Out: [`PackageFacts`], from the cache if nothing that they depend on has
//! changed, and a hash over what the unit offers to those who import it. Nothing of it depends on who imports the unit.
//!
//! Files are lowered once; those that call functions of the package that were found never to return are lowered again.

use crate::annotated;
use crate::bodies::{FileBodies, PackageBodies};
use crate::concurrency::{self, Concurrency};
use crate::external;
use crate::functions::Options;
use crate::held::{HeldFile, Lowered, Made};
use crate::kept;
use crate::key::FunctionKey;
use crate::known::{Known, View};
use crate::offer;
use crate::order;
use crate::package::{FunctionFacts, PackageFacts};
use crate::returns::{never_returning, own_callee};
use crate::sites;
use crate::summarise::Summaries;
use rulec_flow::FileFlow;
use rulec_flow::ir::Op;
use rulec_flow::{Knowledge, Summary};
use rulec_gofront::{File, ObjectKind, Reader};
use rulec_tree::{Kind, KindSet, Node};
use rulec_types::check::Recorded;
use rulec_types::{Name, ObjId, Ty};
use rulec_world::{FileTypes, Part, Question, SourceFile, Unit, threads};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// The code that finds the facts: what it made of the same files may have been something else.
const CODE: &str = env!("RULEC_CALLS_CODE");

/// A package whose functions are summarised and whose bodies are still there.
pub struct InHand<'a> {
    /// Its trees, types and bodies.
    pub bodies: &'a PackageBodies<'a>,
    /// What is known of it: all but the facts of rules.
    pub facts: &'a PackageFacts,
    /// What is known of the packages that it imports.
    pub known: &'a Known<'a>,
    /// What it sees of them.
    pub view: View,
}

impl Knowledge for InHand<'_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        let key = FunctionKey::of_object(self.bodies.store, function)?;
        match self.facts.function(&key) {
            Some(facts) => Some(&facts.summary),
            None => self.known.summary(&key),
        }
    }

    fn method(&self, receiver: Ty, name: Name) -> Option<&Summary> {
        self.known.method(receiver, name)
    }
}

/// What came of looking at a unit.
pub(crate) struct Looked {
    pub(crate) facts: PackageFacts,
    /// A hash over all that decides them; none if they must not be kept.
    pub(crate) key: Option<[u8; 32]>,
    /// A hash over what it offers to those who import it.
    pub(crate) offer: [u8; 32],
}

/// A unit as the cache has it.
#[derive(Serialize, Deserialize)]
struct KeptUnit<'a> {
    /// What was asked about packages that it does not import, with hashes of the answers.
    asked: Vec<(Question, [u8; 32])>,
    /// A hash over what it offers by itself.
    offer: [u8; 32],
    facts: &'a [u8],
}

/// What is known of a unit. What goroutines have to do with each other is found out where somebody will ask.
pub(crate) fn unit<'k>(
    known: &'k Known<'k>,
    reader: &mut Reader,
    (unit, view): (&Unit, View),
    (options, is_root, threads): (&Options<'_>, bool, usize),
) -> Looked {
    let imports = imported(known, unit);
    let concurrency = options.facts.wants_concurrency(is_root);
    let key = key_of(known, unit, (options, concurrency), &imports);
    let bytes = key.and_then(|key| known.world().read_kept(key));
    if let Some(bytes) = bytes
        && let Ok(kept) = postcard::from_bytes::<KeptUnit<'_>>(&bytes)
        && known.world().has_same_answers(&unit.key, &kept.asked)
        && let Some(facts) = restored(known, unit, kept.facts)
    {
        return Looked { facts, key, offer: with_imports(&kept.offer, &imports) };
    }
    let look = AssertUnwindSafe(|| from_source(known, reader, (unit, view), (options, is_root, threads)));
    let (facts, asked) = catch_unwind(look).unwrap_or_else(|_| {
        let gap = format!("package `{}` could not be looked at: this is a mistake in rulec", unit.key);
        (PackageFacts { gaps: vec![gap], ..PackageFacts::default() }, BTreeSet::new())
    });
    let offer = offer::of(known, unit.package, &facts);
    let key = key.filter(|_| facts.gaps.is_empty() && known.world().is_settled());
    if let Some(key) = key
        && let Some(asked) = known.world().answers(&unit.key, asked)
        && let Some(bytes) = kept::write(known.store(), &facts)
        && let Ok(content) = postcard::to_allocvec(&KeptUnit { asked, offer, facts: &bytes })
    {
        known.world().write_kept(key, &content);
    }
    Looked { facts, key, offer: with_imports(&offer, &imports) }
}

/// What the units offer that this one sees.
fn imported(known: &Known<'_>, unit: &Unit) -> Vec<[u8; 32]> {
    let own = |part| known.offer(&unit.key, part);
    let mut offers = Vec::new();
    if unit.part != Part::Base {
        offers.push(own(Part::Base).unwrap_or_default());
    }
    if unit.part == Part::External {
        offers.push(own(Part::Tests).unwrap_or_default());
    }
    for import in &unit.imports {
        // An import that goes in a circle was cut: nothing of it is seen.
        offers.push(known.offer(import, Part::Base).unwrap_or_default());
    }
    offers
}

fn key_of(
    known: &Known<'_>,
    unit: &Unit,
    (options, concurrency): (&Options<'_>, bool),
    imports: &[[u8; 32]],
) -> Option<[u8; 32]> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"facts of a package\0");
    hasher.update(CODE.as_bytes());
    hasher.update(&unit.digest?);
    hasher.update(known.models().digest());
    hasher.update(&options.facts.digest());
    hasher.update(&[u8::from(concurrency)]);
    // Places are told with the paths of files.
    hasher.update(unit.key.to_string().as_bytes());
    for offer in imports {
        hasher.update(offer);
    }
    Some(*hasher.finalize().as_bytes())
}

/// What a unit offers by itself and by way of what it imports.
fn with_imports(offer: &[u8; 32], imports: &[[u8; 32]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(offer);
    for offer in imports {
        hasher.update(offer);
    }
    *hasher.finalize().as_bytes()
}

fn restored(known: &Known<'_>, unit: &Unit, bytes: &[u8]) -> Option<PackageFacts> {
    let package_of = |path: &str| known.package_below(unit, path);
    kept::read::<PackageFacts>(known.store(), bytes, &package_of).map(PackageFacts::finish)
}

/// A file of the unit that could be read.
struct ReadFile<'s> {
    place: &'s SourceFile,
    content: Vec<u8>,
    file: File,
}

fn from_source<'k>(
    known: &'k Known<'k>,
    reader: &mut Reader,
    (unit, view): (&Unit, View),
    (options, is_root, threads): (&Options<'_>, bool, usize),
) -> (PackageFacts, BTreeSet<Question>) {
    let mut gaps = Vec::new();
    let read = read_files(known, reader, unit, (options, threads), &mut gaps);
    let types: Vec<Option<FileTypes<'_>>> =
        read.iter().map(|read| known.world().file(&unit.key, &read.place.path, &read.file).ok()).collect();
    let typed: Vec<_> = read.iter().zip(&types).collect();
    let files = threads::map(
        threads,
        &typed,
        || (),
        |(), (read, types)| FileBodies {
            name: known.store().name(&read.place.path.to_string_lossy()),
            path: &read.place.path,
            source: &read.content,
            file: &read.file,
            types: types.as_ref(),
            lowered: lowered(&read.file, types.as_ref(), known),
        },
    );
    let mut bodies = PackageBodies::new(unit.package, unit.part, known.store(), files);
    let is_standard = unit.source.as_ref().is_some_and(|source| source.standard);
    let never = settle_returns(&mut bodies, known, is_standard);
    let mut facts = summarised(&bodies, known, &never, is_standard);
    facts.gaps = gaps;
    if options.facts.wants_concurrency(is_root) {
        facts.concurrency = concurrency_of(&InHand { bodies: &bodies, facts: &facts, known, view });
    }
    let in_hand = InHand { bodies: &bodies, facts: &facts, known, view };
    let found = options.facts.of_package(&in_hand);
    let facts = facts.with_facts(found);
    let asked = types.iter().flatten().flat_map(FileTypes::asked).collect();
    let lowered: Vec<Lowered> = bodies.files.into_iter().map(|file| file.lowered).collect();
    if is_root {
        let recorded: Vec<Option<Recorded>> =
            types.into_iter().map(|types| types.map(FileTypes::into_recorded)).collect();
        hold(known, read, recorded, lowered);
    }
    (facts, asked)
}

/// Holds the files until they are checked, as far as there is room.
fn hold(known: &Known<'_>, read: Vec<ReadFile<'_>>, recorded: Vec<Option<Recorded>>, lowered: Vec<Lowered>) {
    for ((ReadFile { place, content, file }, recorded), lowered) in read.into_iter().zip(recorded).zip(lowered) {
        if known.held.takes(content.len()) {
            let name = known.store().name(&place.path.to_string_lossy());
            known.held.put(name, HeldFile { content, file, made: Made { recorded, lowered } });
        }
    }
}

fn read_files<'s>(
    known: &Known<'_>,
    reader: &mut Reader,
    unit: &'s Unit,
    (options, threads): (&Options<'_>, usize),
    gaps: &mut Vec<String>,
) -> Vec<ReadFile<'s>> {
    let vocabulary = options.facts.vocabulary();
    let places: Vec<&SourceFile> = unit.source.iter().flat_map(|source| source.part(unit.part)).collect();
    let read = |reader: &mut Reader, place: &&'s SourceFile| {
        let content = known.world().read(place).map_err(|error| error.to_string())?;
        let file = reader.read(&content, &vocabulary).map_err(|refusal| refusal.to_string())?;
        Ok(ReadFile { place, content, file })
    };
    let results: Vec<Result<ReadFile<'s>, String>> = match threads {
        ..=1 => places.iter().map(|place| read(reader, place)).collect(),
        _ => threads::map(threads, &places, Reader::new, read),
    };
    let mut files = Vec::new();
    for (place, result) in places.iter().zip(results) {
        match result {
            Ok(read) => files.push(read),
            Err(reason) => gaps.push(format!("{}: {reason}", place.path.display())),
        }
    }
    files
}

/// Finds out which functions never return, and lowers the files that call them again. Gives back which do not.
fn settle_returns(bodies: &mut PackageBodies<'_>, known: &Known<'_>, is_standard: bool) -> Vec<bool> {
    let never = never_returning(bodies, known, is_standard);
    let calls_one = |function: u32| {
        let mut calls = bodies.body(function).calls.iter();
        calls.any(|call| own_callee(bodies, function, call).is_some_and(|own| never[own as usize]))
    };
    let mut affected: Vec<u32> = (0..bodies.functions.len() as u32)
        .filter(|function| calls_one(*function))
        .map(|function| bodies.functions[function as usize].file)
        .collect();
    affected.dedup();
    if affected.is_empty() {
        return never;
    }
    let found = Found { bodies, never: &never, known, summary: Summary { never_returns: true, ..Summary::default() } };
    let again = |number: &u32| {
        let file = &found.bodies.files[*number as usize];
        lowered(file.file, file.types, &found)
    };
    let all: Vec<Lowered> = affected.iter().map(again).collect();
    for (number, lowered) in affected.into_iter().zip(all) {
        bodies.files[number as usize].lowered = lowered;
    }
    never
}

/// The bodies of a file.
fn lowered(file: &File, types: Option<&FileTypes<'_>>, knowledge: &dyn Knowledge) -> Lowered {
    let listening = Listening { knowledge, methods: Mutex::default() };
    let flow = Arc::new(FileFlow::new(file, types, &listening));
    let methods = listening.methods.into_inner().unwrap_or_else(PoisonError::into_inner);
    Lowered { flow, methods: methods.into_iter().collect() }
}

/// Notes which methods of interfaces somebody asks about.
struct Listening<'k> {
    knowledge: &'k dyn Knowledge,
    methods: Mutex<BTreeSet<(Ty, Name)>>,
}

impl Knowledge for Listening<'_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        self.knowledge.function(function)
    }

    fn method(&self, receiver: Ty, name: Name) -> Option<&Summary> {
        self.methods.lock().unwrap_or_else(PoisonError::into_inner).insert((receiver, name));
        self.knowledge.method(receiver, name)
    }
}

/// What is known of other packages, and which functions of this one never return.
struct Found<'a> {
    bodies: &'a PackageBodies<'a>,
    never: &'a [bool],
    known: &'a Known<'a>,
    /// Of those.
    summary: Summary,
}

impl Knowledge for Found<'_> {
    fn function(&self, function: ObjId) -> Option<&Summary> {
        match self.bodies.number_of_object(function) {
            Some(own) => self.never[own as usize].then_some(&self.summary),
            None => self.known.function(function),
        }
    }

    fn method(&self, receiver: Ty, name: Name) -> Option<&Summary> {
        self.known.method(receiver, name)
    }
}

/// Summaries and call edges.
fn summarised<'k>(bodies: &PackageBodies<'_>, known: &'k Known<'k>, never: &[bool], is_standard: bool) -> PackageFacts {
    let edges = (0..bodies.functions.len() as u32).map(|function| depends_on(bodies, function)).collect::<Vec<_>>();
    let order = order::components(&edges);
    let summaries = Summaries::of(bodies, known, never, &order, external::summaries(bodies, known, is_standard));
    let (calls, open) = sites::of(bodies, known, &summaries);
    let mut annotations = annotated::in_package(bodies);
    let functions = bodies.functions.iter().enumerate().map(|(number, function)| {
        let row = bodies.body(number as u32).func;
        FunctionFacts {
            key: function.key,
            place: bodies.place(number as u32, row),
            outer: function.outer,
            summary: summaries.get(number as u32).clone(),
            annotations: std::mem::take(&mut annotations[number]),
            open: open[number],
        }
    });
    let mut functions: Vec<FunctionFacts> = functions.collect();
    functions.extend(external::functions(bodies, known, is_standard));
    let files = bodies.files.iter().map(|file| file.name).collect();
    PackageFacts { files, functions, calls, ..PackageFacts::default() }.finish()
}

/// The relations between goroutines, if there can be any.
fn concurrency_of(package: &InHand<'_>) -> Option<Concurrency> {
    const SIGNS: KindSet = KindSet::of(&[Kind::Go, Kind::Send, Kind::Select, Kind::ChanType]);
    const PACKAGES: [&str; 2] = ["sync", "context"];
    let files = &package.bodies.files;
    let has_signs = files.iter().any(|file| !file.file.tree.below(Node::ROOT).intersect(SIGNS).is_empty());
    let has_imports = || files.iter().any(|file| imports_one_of(file.file, &PACKAGES));
    if !has_signs && !has_imports() {
        return None;
    }
    let sources = (0..).zip(files).filter_map(|(number, file)| {
        Some(concurrency::SourceFile { number, file: file.file, types: file.types?, flow: &file.lowered.flow })
    });
    Some(concurrency::analyse(&sources.collect::<Vec<_>>(), package))
}

fn imports_one_of(file: &File, paths: &[&str]) -> bool {
    file.names
        .objects()
        .any(|(_, object)| object.kind == ObjectKind::Package && paths.contains(&&*file.texts.str(object.path)))
}

/// The functions of the package that must be known to summarise one: those that it calls, and its literals.
fn depends_on(bodies: &PackageBodies<'_>, function: u32) -> Vec<u32> {
    let body = bodies.body(function);
    let called = body.calls.iter().filter_map(|call| own_callee(bodies, function, call));
    let literals = body.insts.iter().filter_map(|inst| match inst.op {
        Op::Closure(literal) => Some(bodies.sibling(function, literal)),
        _ => None,
    });
    let mut all: Vec<u32> = called.chain(literals).collect();
    all.sort_unstable();
    all.dedup();
    all
}
