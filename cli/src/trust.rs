//! Whose machine code is run: that of packs signed by keys which the user trusts, and of packs built on this machine.
//!
//! In: the folders of this user. Out: what is known of a pack. `docs/threat-model.md` says why it is enough. Nothing here reads
//! a pack's code or runs it.
//!
//! What was built here is recorded by its content hash, with a message authentication code under a key that only this user
//! can read. Whoever can write records, but not read that key, cannot make one that counts.

use crate::whole_file;
use rulec_pack::Container;
use rulec_pack::abi::ABI_HASH;
use rulec_pack::signature::{PublicKey, hex};
use rulec_world::folders::UserFolder;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What is known of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A key that the user trusts has signed it.
    Signed(PublicKey),
    /// It was built on this machine.
    BuiltHere,
    /// Nothing.
    Unknown,
}

impl Standing {
    /// Whether its machine code may be run.
    pub fn is_trusted(self) -> bool {
        self != Standing::Unknown
    }
}

/// A key that the user trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// The key.
    pub key: PublicKey,
    /// Whose it is, in the user's words.
    pub name: String,
}

/// What is recorded of the content of a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    /// It was built here, so its machine code may be run.
    Built,
    /// This rulec has verified its plan.
    Verified,
}

/// Keys and records of this user.
#[derive(Debug)]
pub struct Trust {
    configuration: Option<PathBuf>,
    data: Option<PathBuf>,
    cache: Option<PathBuf>,
}

impl Trust {
    /// Those in the folders of this user.
    pub fn of_this_user() -> Trust {
        Trust {
            configuration: UserFolder::CONFIGURATION.path(),
            data: UserFolder::DATA.path(),
            cache: UserFolder::CACHE.path(),
        }
    }

    /// What is known of a pack.
    ///
    /// # Errors
    /// What is wrong with the list of trusted keys.
    pub fn standing(&self, container: &Container) -> Result<Standing, String> {
        if !container.signatures().is_empty() {
            let trusted = self.keys()?;
            let keys = container.signatures().iter().map(|signature| signature.public_key());
            let signer = keys.into_iter().find(|key| trusted.iter().any(|known| known.key == *key));
            if let Some(key) = signer {
                return Ok(Standing::Signed(key));
            }
        }
        let is_ours = self.is_recorded(Record::Built, container.content_hash());
        Ok(if is_ours { Standing::BuiltHere } else { Standing::Unknown })
    }

    /// The keys that the user trusts, in the order in which they were added.
    ///
    /// # Errors
    /// What is wrong with the list.
    pub fn keys(&self) -> Result<Vec<TrustedKey>, String> {
        let Some(path) = self.list() else { return Ok(Vec::new()) };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(format!("{}: cannot be read: {error}", path.display())),
        };
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let key = |(number, line): (usize, &str)| {
            let (key, name) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            let key = key.parse().map_err(|error| format!("{}:{}: {error}", path.display(), number + 1))?;
            Ok(TrustedKey { key, name: name.trim().to_owned() })
        };
        lines.map(key).collect()
    }

    /// Trusts a key. Whether it was new.
    ///
    /// # Errors
    /// Why the list cannot be read or written.
    pub fn add(&self, key: PublicKey, name: &str) -> Result<bool, String> {
        let mut keys = self.keys()?;
        if keys.iter().any(|known| known.key == key) {
            return Ok(false);
        }
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        keys.push(TrustedKey { key, name });
        self.write(&keys).map(|()| true)
    }

    /// Trusts a key no longer. Whether it was trusted.
    ///
    /// # Errors
    /// Why the list cannot be read or written.
    pub fn remove(&self, key: PublicKey) -> Result<bool, String> {
        let keys = self.keys()?;
        let left: Vec<_> = keys.iter().filter(|known| known.key != key).cloned().collect();
        if left.len() == keys.len() {
            return Ok(false);
        }
        self.write(&left).map(|()| true)
    }

    fn list(&self) -> Option<PathBuf> {
        self.configuration.as_ref().map(|folder| folder.join("trusted-keys"))
    }

    fn write(&self, keys: &[TrustedKey]) -> Result<(), String> {
        let path = self.list().ok_or("there is no folder for configuration (set RULEC_CONFIG_DIR)")?;
        let mut text = String::from("# Keys whose packs may run machine code; see `rulec pack trust --help`.\n");
        for known in keys {
            text += format!("{} {}", known.key, known.name).trim_end();
            text.push('\n');
        }
        keep(&path, text.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Whether this machine has recorded this of a content.
    pub fn is_recorded(&self, record: Record, content_hash: &[u8; 32]) -> bool {
        let place = self.place(record, content_hash);
        let Some(recorded) = place.and_then(|path| fs::read_to_string(path).ok()) else { return false };
        let code = self.machine_key().map(|key| code(&key, record, content_hash));
        code.is_some_and(|code| blake3::Hash::from_hex(recorded.trim()).is_ok_and(|recorded| recorded == code))
    }

    /// Records this of a content.
    ///
    /// # Errors
    /// Why that cannot be; then it is as if it had not happened.
    pub fn record(&self, record: Record, content_hash: &[u8; 32]) -> io::Result<()> {
        let key = match self.machine_key() {
            Some(key) => key,
            None => self.make_machine_key()?,
        };
        let place = self.place(record, content_hash).ok_or(io::ErrorKind::NotFound)?;
        keep(&place, code(&key, record, content_hash).to_hex().as_bytes())
    }

    /// Whether this machine can record anything: it has a key, or can make one.
    pub fn can_record(&self) -> bool {
        self.machine_key().is_some() || self.make_machine_key().is_ok()
    }

    fn place(&self, record: Record, content_hash: &[u8; 32]) -> Option<PathBuf> {
        let name = hex(content_hash);
        match record {
            Record::Built => self.data.as_ref().map(|folder| folder.join("built").join(name)),
            Record::Verified => self.cache.as_ref().map(|folder| folder.join("packs").join(name + ".verified")),
        }
    }

    /// The key of this machine, if it has one that nobody else can read.
    fn machine_key(&self) -> Option<[u8; 32]> {
        let path = self.key_path()?;
        let metadata = fs::metadata(&path).ok()?;
        if !is_private(&metadata) {
            return None;
        }
        fs::read(path).ok()?.try_into().ok()
    }

    fn key_path(&self) -> Option<PathBuf> {
        self.data.as_ref().map(|folder| folder.join("machine-key"))
    }

    /// Of two processes that make one at the same time, one is heard.
    fn make_machine_key(&self) -> io::Result<[u8; 32]> {
        let path = self.key_path().ok_or(io::ErrorKind::NotFound)?;
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let key = random()?;
        let beside = folder.join(format!("machine-key.{}", std::process::id()));
        write_private(&beside, &key)?;
        let linked = fs::hard_link(&beside, &path);
        fs::remove_file(&beside)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.machine_key().ok_or_else(|| io::Error::other("the machine's key is not private")),
        }
    }
}

/// 32 bytes that nobody can guess.
///
/// # Errors
/// If the system has none.
pub fn random() -> io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

/// The message authentication code of a record.
fn code(key: &[u8; 32], record: Record, content_hash: &[u8; 32]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new_keyed(key);
    match record {
        Record::Built => hasher.update(b"built here\n"),
        // What another rulec has verified says nothing of this one.
        Record::Verified => {
            hasher.update(b"verified by ").update(env!("CARGO_PKG_VERSION").as_bytes()).update(&ABI_HASH.to_le_bytes())
        }
    };
    hasher.update(content_hash).finalize()
}

#[cfg(unix)]
fn is_private(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 == 0
}

/// Files of a user's folder are the user's.
#[cfg(not(unix))]
fn is_private(_: &fs::Metadata) -> bool {
    true
}

/// Writes a new file that only this user can read.
///
/// # Errors
/// If there is one already, or it cannot be written.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

/// Writes a file whole, and the folders above it.
fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    whole_file::write(path, |out| out.write_all(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulec_pack::signature::SecretKey;

    fn trust(folder: &Path) -> Trust {
        let below = |name: &str| Some(folder.join(name));
        Trust { configuration: below("config"), data: below("data"), cache: below("cache") }
    }

    #[test]
    fn keys_are_added_listed_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let trust = trust(folder.path());
        let key = SecretKey::of_random([1; 32]).public();
        assert_eq!(trust.keys(), Ok(Vec::new()));
        assert_eq!((trust.add(key, "the  platform\nteam"), trust.add(key, "again")), (Ok(true), Ok(false)));
        assert_eq!(trust.keys(), Ok(vec![TrustedKey { key, name: "the platform team".to_owned() }]));
        assert_eq!((trust.remove(key), trust.remove(key)), (Ok(true), Ok(false)));
        fs::write(folder.path().join("config/trusted-keys"), "# a comment\n\nnonsense\n").unwrap();
        assert!(trust.keys().unwrap_err().contains("trusted-keys:3: a public key is"));
    }

    #[test]
    fn records_count_on_the_machine_that_made_them_only() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (here, there) = (trust(folder.path()), trust(other.path()));
        here.record(Record::Built, &[1; 32]).unwrap();
        there.record(Record::Built, &[2; 32]).unwrap();
        assert!(here.is_recorded(Record::Built, &[1; 32]));
        assert!(!here.is_recorded(Record::Built, &[2; 32]));
        let name = |hash: u8| format!("data/built/{}", hex(&[hash; 32]));
        fs::copy(other.path().join(name(2)), folder.path().join(name(2))).unwrap();
        assert!(!here.is_recorded(Record::Built, &[2; 32]), "a record of another machine");
        fs::copy(folder.path().join(name(1)), folder.path().join(name(3))).unwrap();
        assert!(!here.is_recorded(Record::Built, &[3; 32]), "a record of another pack");
        assert!(!here.is_recorded(Record::Verified, &[1; 32]), "a record of something else");
    }

    #[test]
    #[cfg(unix)]
    fn a_key_that_others_can_read_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let trust = trust(folder.path());
        trust.record(Record::Built, &[1; 32]).unwrap();
        let key = folder.path().join("data/machine-key");
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(!trust.is_recorded(Record::Built, &[1; 32]));
    }
}
