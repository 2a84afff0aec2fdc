//! Pack files on the way to rules that run.
//!
//! In: a pack file, or what one is made of. Out: a plan, and machine code if there is some that may be run. Whose code that is is
//! for [`crate::trust`] to say; all other plans are compiled again, or run by the interpreter.
//!
//! Packs that are made for rulec's own use (the stock rules, packs of strangers compiled again) are kept in the cache folder. They are
//! found by what they were made of, and believed because they were built here. Where nothing can be kept, they are made in each run.

use crate::trust::{Record, Standing, Trust};
use crate::whole_file;
use rulec_pack::abi::{ABI_HASH, host_target};
use rulec_pack::file::SourceText;
use rulec_pack::signature::hex;
use rulec_pack::{Container, PackError};
use rulec_plan::Plan;
use rulec_world::folders::UserFolder;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A pack that was opened.
#[derive(Debug)]
pub struct Opened {
    /// What runs.
    pub content: Content,
    /// Nobody vouches for its machine code, so that is not run.
    pub is_strange: bool,
    /// By what it is found once it was compiled again.
    pub key: [u8; 32],
}

/// What of a pack can be used.
#[derive(Debug)]
pub enum Content {
    /// Its plan, and where its machine code is, if that may be run.
    Plan(Plan, Option<Arc<Container>>),
    /// The plan was made by a rulec that is too different, but its source can be compiled again.
    Sources(String, Vec<SourceText>),
}

/// Opens a pack file.
///
/// # Errors
/// Why it is refused.
pub fn open(path: &Path, require_signed: bool) -> Result<Opened, String> {
    let container = Container::open(path).map_err(|error| error.to_string())?;
    of_container(Arc::new(container), require_signed)
}

/// The same for a pack that was looked into before.
///
/// # Errors
/// Why it is refused.
pub fn of_container(container: Arc<Container>, require_signed: bool) -> Result<Opened, String> {
    let trust = Trust::of_this_user();
    let standing = trust.standing(&container)?;
    if require_signed && !matches!(standing, Standing::Signed(_)) {
        return Err(not_signed(&container));
    }
    let refused = |error: PackError| error.to_string();
    let has_code = container.has_host_code().map_err(refused)?;
    if standing.is_trusted() && has_code {
        let plan = verified_plan(&container, &trust).map_err(refused)?;
        let key = key_of(&container);
        return Ok(Opened { content: Content::Plan(plan, Some(container)), is_strange: false, key });
    }
    let content = match container.plan() {
        Ok(plan) => again(&container, &trust).unwrap_or(Content::Plan(plan, None)),
        Err(error @ (PackError::AbiMismatch { .. } | PackError::OtherHosts)) => {
            let sources = container.sources().map_err(refused)?;
            let manifest = container.manifest().map_err(refused)?;
            match manifest.filter(|_| !sources.is_empty()) {
                Some(manifest) => Content::Sources(manifest.name, sources),
                None => return Err(refused(error)),
            }
        }
        Err(error) => return Err(refused(error)),
    };
    Ok(Opened { content, is_strange: has_code && !standing.is_trusted(), key: key_of(&container) })
}

fn not_signed(container: &Container) -> String {
    let keys: Vec<_> = container.signatures().iter().map(|signature| signature.public_key().to_string()).collect();
    match keys.is_empty() {
        true => "it is not signed, and `--require-signed` asks for a signature (`rulec pack sign`)".to_owned(),
        false => format!(
            "it is signed by {}, which is not trusted here (`rulec pack trust add KEY`), and `--require-signed` asks for \
             a trusted signature",
            keys.join(" and ")
        ),
    }
}

/// The plan of a pack whose code may be run. It is verified once; after that, what runs without is decoded when needed.
fn verified_plan(container: &Container, trust: &Trust) -> Result<Plan, PackError> {
    if trust.is_recorded(Record::Verified, container.content_hash()) {
        return container.trusted_plan();
    }
    let plan = container.plan()?;
    // Without a record it is verified again the next time.
    let _ = trust.record(Record::Verified, container.content_hash());
    Ok(plan)
}

/// What an earlier run made of a pack of strangers.
fn again(container: &Container, trust: &Trust) -> Option<Content> {
    kept_with(trust, &key_of(container))
}

/// By what a pack of strangers is found when it was compiled again.
fn key_of(container: &Container) -> [u8; 32] {
    key("again", container.content_hash())
}

/// By what a pack for rulec's own use is found: what it is made of, by whom, for what.
pub fn key(what: &str, of: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(what.as_bytes()).update(b"\n").update(env!("CARGO_PKG_VERSION").as_bytes()).update(b"\n");
    hasher.update(host_target().as_bytes()).update(&ABI_HASH.to_le_bytes()).update(of);
    *hasher.finalize().as_bytes()
}

/// A pack that was kept for rulec's own use.
pub fn kept(key: &[u8; 32]) -> Option<Content> {
    kept_with(&Trust::of_this_user(), key)
}

/// Nothing that is wrong with it is said: it is made again.
fn kept_with(trust: &Trust, key: &[u8; 32]) -> Option<Content> {
    let container = Container::open(&place(key)?).ok()?;
    if !trust.is_recorded(Record::Built, container.content_hash()) || !container.has_host_code().ok()? {
        return None;
    }
    let plan = verified_plan(&container, trust).ok()?;
    Some(Content::Plan(plan, Some(Arc::new(container))))
}

/// Whether packs that are made here can be found again and believed.
pub fn can_keep() -> bool {
    folder().is_some() && Trust::of_this_user().can_record()
}

/// Keeps a pack that was made here for rulec's own use. Where that cannot be, it is made again the next time.
pub fn keep(key: &[u8; 32], bytes: &[u8]) {
    let Some(path) = place(key) else { return };
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(folder).and_then(|()| whole_file::write(&path, |out| out.write_all(bytes)));
    // Neither of both failures is anything to tell: what is not kept is made again.
    let _ = written.map(|()| record_built(bytes));
    forget_old(folder);
}

/// What is made again after so long, if it is still used: packs of other rules and other versions of rulec go away.
const KEPT: Duration = Duration::from_secs(60 * 24 * 60 * 60);

fn forget_old(folder: &Path) {
    for file in fs::read_dir(folder).into_iter().flatten().flatten() {
        let written = file.metadata().and_then(|metadata| metadata.modified());
        if written.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > KEPT)) {
            // Another process may have done it.
            let _ = fs::remove_file(file.path());
        }
    }
}

/// Records that a pack was built here, so its machine code may be run, and that its plan is as the compiler made it.
///
/// # Errors
/// Why that cannot be recorded.
pub fn record_built(bytes: &[u8]) -> Result<(), String> {
    let container = Container::of_bytes(bytes.to_vec()).map_err(|error| error.to_string())?;
    let trust = Trust::of_this_user();
    let record = |record| trust.record(record, container.content_hash()).map_err(|error| error.to_string());
    record(Record::Built).and_then(|()| record(Record::Verified))
}

fn place(key: &[u8; 32]) -> Option<PathBuf> {
    Some(folder()?.join(format!("{}.rpack", hex(key))))
}

fn folder() -> Option<PathBuf> {
    UserFolder::CACHE.path().map(|folder| folder.join("packs"))
}

/// Removes what is kept of packs. Returns how many bytes that were.
///
/// # Errors
/// What could not be removed.
pub fn clean() -> std::io::Result<u64> {
    let Some(folder) = folder() else { return Ok(0) };
    let files = fs::read_dir(&folder).into_iter().flatten().flatten();
    let bytes = files.filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum();
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(bytes),
    }
}
