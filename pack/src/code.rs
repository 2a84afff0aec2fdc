//! Machine code and the executable memory it runs in.
//!
//! In: [`Code`], bytes without relocations, or the section of a pack that has some. Out: [`Executable`]. Memory is never writable and executable at once, and
//! nothing that others can write to is ever executed: on Linux the bytes go to a memory file, which is sealed against
//! every change, mapped readable and executable, and compared with what was meant. This works under
//! `PR_SET_MDWE` and SELinux's `execmem`, where a page that was ever writable may not become executable.

use crate::abi::{RuleFn, host_only_target, host_target};
use crate::container::Container;
use crate::error::PackError;
use crate::file::CodeSection;
use std::fmt;
use std::fs::File;
use std::io;
use std::sync::Arc;

/// [`Code::kinds`]: no rule starts at the kind.
pub const NO_START: u32 = u32::MAX;

/// The machine code of one plan for one target: position-independent, without relocations, data or addresses.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// What it runs on; see [`host_target`].
    pub target: String,
    /// All functions, one after the other.
    pub bytes: Vec<u8>,
    /// Offset of each rule's function.
    pub rules: Vec<u32>,
    /// Offset of the function of each start kind, by the kind's number, or [`NO_START`].
    pub kinds: [u32; 64],
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({}, {} bytes, {} rules)", self.target, self.bytes.len(), self.rules.len())
    }
}

impl Code {
    /// Whether every offset lies within the bytes.
    pub fn offsets_are_inside(&self) -> bool {
        let starts = self.kinds.iter().filter(|offset| **offset != NO_START);
        self.rules.iter().chain(starts).all(|offset| (*offset as usize) < self.bytes.len())
    }
}

/// Why the code of a pack cannot be executed.
#[derive(Debug)]
pub enum LoadError {
    /// The pack is at fault.
    Pack(PackError),
    /// The system is.
    Executable(ExecutableError),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Pack(error) => error.fmt(f),
            LoadError::Executable(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {}

impl From<PackError> for LoadError {
    fn from(error: PackError) -> LoadError {
        LoadError::Pack(error)
    }
}

impl From<ExecutableError> for LoadError {
    fn from(error: ExecutableError) -> LoadError {
        LoadError::Executable(error)
    }
}

/// Why code cannot be executed here.
#[derive(Debug)]
pub enum ExecutableError {
    /// The code is for another kind of machine.
    Target {
        /// What it is for.
        code: String,
        /// What this machine is.
        host: String,
    },
    /// An offset points out of the code.
    Offsets,
    /// The system refuses executable memory: hardening, a container's rules or a lack of memory. A pack does not help,
    /// the interpreter does.
    Refused {
        /// The system call that failed.
        call: &'static str,
        /// What it said.
        error: io::Error,
    },
    /// The mapped bytes are not those that were written.
    Changed,
    /// Machine code is not supported on this operating system yet: there is no way to map it that is never writable.
    Unsupported,
}

impl fmt::Display for ExecutableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExecutableError::Target { code, host } => write!(f, "machine code for {code} cannot run on {host}"),
            ExecutableError::Offsets => f.write_str("an entry point lies outside of the machine code"),
            ExecutableError::Refused { call, error } => {
                write!(f, "the system refuses executable memory ({call}: {error})")
            }
            ExecutableError::Changed => f.write_str("executable memory differs from what was written to it"),
            ExecutableError::Unsupported => {
                write!(f, "machine code is not supported on {}", std::env::consts::OS)
            }
        }
    }
}

impl std::error::Error for ExecutableError {}

/// Code mapped into memory, ready to be called. Clones share the memory.
#[derive(Clone, Debug)]
pub struct Executable {
    /// Keeps the functions in place.
    _mapping: Arc<platform::Mapping>,
    rules: Vec<RuleFn>,
    kinds: Vec<Option<RuleFn>>,
}

impl Executable {
    /// Maps code. Its functions are what its maker says they are: map only code that was just compiled, or that comes
    /// from a pack that is trusted as a program is.
    ///
    /// # Errors
    /// See [`ExecutableError`].
    pub fn map(code: &Code) -> Result<Executable, ExecutableError> {
        if code.target != host_target() && code.target != host_only_target() {
            return Err(ExecutableError::Target { code: code.target.clone(), host: host_target() });
        }
        if !code.offsets_are_inside() {
            return Err(ExecutableError::Offsets);
        }
        let mapping = platform::Mapping::new(&code.bytes)?;
        Ok(Executable::of_mapping(mapping, 0, &code.rules, &code.kinds))
    }

    /// Maps the machine code that a pack has for this machine and this interface, if it has some, for a plan of so many
    /// rules. The bytes that are compared with the hash are those that are mapped: nobody can change them any more.
    ///
    /// The code is what its maker says it is: call this for packs that are trusted as a program is.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn of_pack(container: &Container, rule_count: usize) -> Result<Option<Executable>, LoadError> {
        let Some(entry) = container.host_code_entry()? else { return Ok(None) };
        let fill = |file: &mut File| container.copy(entry, file);
        let mapping = platform::Mapping::filled(entry.len as usize, fill)?;
        if *blake3::hash(mapping.bytes()).as_bytes() != entry.hash {
            return Err(PackError::Corrupt { section: "code" }.into());
        }
        let Some(section) = CodeSection::read(mapping.bytes())? else { return Ok(None) };
        let code_start = mapping.bytes().len() - section.code.len();
        let (rules, kinds) = (section.rules, section.kinds);
        let is_inside = |offset: &u32| (*offset as usize) < section.code.len();
        let starts = kinds.iter().filter(|offset| **offset != NO_START);
        if rules.len() != rule_count || !rules.iter().chain(starts).all(is_inside) {
            return Err(ExecutableError::Offsets.into());
        }
        Ok(Some(Executable::of_mapping(mapping, code_start, &rules, &kinds)))
    }

    /// The functions at offsets from the start of the code, which lie in the mapping.
    fn of_mapping(mapping: platform::Mapping, start: usize, rules: &[u32], kinds: &[u32]) -> Executable {
        let function = |offset: &u32| mapping.function(start + *offset as usize);
        let rules = rules.iter().map(function).collect();
        let kinds = kinds.iter().map(|offset| (*offset != NO_START).then(|| function(offset))).collect();
        Executable { _mapping: Arc::new(mapping), rules, kinds }
    }

    /// The entry point of each rule, valid while `self` lives.
    pub(crate) fn rules(&self) -> &[RuleFn] {
        &self.rules
    }

    /// The entry point of each start kind, valid while `self` lives.
    pub(crate) fn kinds(&self) -> &[Option<RuleFn>] {
        &self.kinds
    }
}

#[cfg(target_os = "linux")]
mod platform {
    use super::ExecutableError;
    use crate::abi::RuleFn;
    use std::fs::File;
    use std::io::{self, Write};
    use std::os::fd::{AsRawFd, FromRawFd};
    use std::ptr::NonNull;

    /// Readable and executable pages that nobody can write to.
    #[derive(Debug)]
    pub struct Mapping {
        base: NonNull<u8>,
        /// In bytes; more than 0.
        len: usize,
    }

    // SAFETY: the pages are never written after `new`, so any thread may read and execute them.
    unsafe impl Send for Mapping {}
    // SAFETY: as above.
    unsafe impl Sync for Mapping {}

    impl Mapping {
        pub fn new(bytes: &[u8]) -> Result<Mapping, ExecutableError> {
            // A mapping of no bytes is an error; a plan without rules has none.
            let bytes = if bytes.is_empty() { &[0][..] } else { bytes };
            let fill = |file: &mut File| file.write_all(bytes).map(|()| bytes.len() as u64);
            let mapping = Mapping::filled(bytes.len(), fill)?;
            if mapping.bytes() == bytes { Ok(mapping) } else { Err(ExecutableError::Changed) }
        }

        /// The pages of a memory file that `fill` writes, and says how many bytes it wrote; `len` are expected, more than 0.
        pub fn filled(len: usize, fill: impl FnOnce(&mut File) -> io::Result<u64>) -> Result<Mapping, ExecutableError> {
            let mut file = memory_file()?;
            let written = fill(&mut file).map_err(|error| ExecutableError::Refused { call: "write", error })?;
            if written != len as u64 {
                return Err(ExecutableError::Changed);
            }
            seal(&file)?;
            Mapping::of_file(&file, len)
        }

        fn of_file(file: &File, len: usize) -> Result<Mapping, ExecutableError> {
            // SAFETY: the kernel chooses the address, so no memory of ours is touched; the file is as long as `len` and
            // sealed, so reading the pages cannot fault.
            let base = unsafe {
                libc::mmap(
                    std::ptr::null_mut(),
                    len,
                    libc::PROT_READ | libc::PROT_EXEC,
                    // All of it is read at once, to be compared.
                    libc::MAP_PRIVATE | libc::MAP_POPULATE,
                    file.as_raw_fd(),
                    0,
                )
            };
            match NonNull::new(base.cast::<u8>()) {
                Some(pages) if base != libc::MAP_FAILED => Ok(Mapping { base: pages, len }),
                _ => Err(refused("mmap")),
            }
        }

        /// What is mapped.
        pub fn bytes(&self) -> &[u8] {
            // SAFETY: `base` is a mapping of `len` readable bytes, which nobody can write to.
            unsafe { std::slice::from_raw_parts(self.base.as_ptr(), self.len) }
        }

        /// The function at `offset`.
        pub fn function(&self, offset: usize) -> RuleFn {
            assert!(offset < self.len, "memory safety hangs on it");
            // SAFETY: the offset was just checked.
            let address = unsafe { self.base.as_ptr().add(offset) };
            // SAFETY: an address is a valid function pointer; that a function of this type stands there matters to the
            // caller of the function, who trusts the code's maker.
            unsafe { std::mem::transmute::<*mut u8, RuleFn>(address) }
        }
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            // SAFETY: `base` and `len` are those of a mapping that is ours, and nothing refers to it any more.
            unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
        }
    }

    /// An empty file in memory which can be sealed. `MFD_NOEXEC_SEAL` says that it is not to be run as a program, which
    /// hardened systems demand; kernels before 6.3 do not know it.
    fn memory_file() -> Result<File, ExecutableError> {
        let flags = libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING;
        create(flags | libc::MFD_NOEXEC_SEAL)
            .or_else(|error| if error.raw_os_error() == Some(libc::EINVAL) { create(flags) } else { Err(error) })
            .map_err(|error| ExecutableError::Refused { call: "memfd_create", error })
    }

    fn create(flags: libc::c_uint) -> io::Result<File> {
        // SAFETY: the name is a string that ends in a zero byte.
        let fd = unsafe { libc::memfd_create(c"rulec-code".as_ptr(), flags) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just opened, and nobody else owns it.
        Ok(unsafe { File::from_raw_fd(fd) })
    }

    /// From here on nobody can change the file, neither its bytes nor its length nor its seals.
    fn seal(file: &File) -> Result<(), ExecutableError> {
        let seals = libc::F_SEAL_WRITE | libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
        // SAFETY: the call takes an integer and touches no memory of ours.
        match unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } {
            0 => Ok(()),
            _ => Err(refused("fcntl(F_ADD_SEALS)")),
        }
    }

    fn refused(call: &'static str) -> ExecutableError {
        ExecutableError::Refused { call, error: io::Error::last_os_error() }
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use super::ExecutableError;
    use crate::abi::RuleFn;
    use std::fs::File;
    use std::io;

    /// Has no values: executable memory cannot be had here.
    #[derive(Debug)]
    pub enum Mapping {}

    impl Mapping {
        pub fn new(_bytes: &[u8]) -> Result<Mapping, ExecutableError> {
            Err(ExecutableError::Unsupported)
        }

        pub fn filled(
            _len: usize,
            _fill: impl FnOnce(&mut File) -> io::Result<u64>,
        ) -> Result<Mapping, ExecutableError> {
            Err(ExecutableError::Unsupported)
        }

        pub fn bytes(&self) -> &[u8] {
            match *self {}
        }

        pub fn function(&self, _offset: usize) -> RuleFn {
            match *self {}
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::abi::Frame;

    /// A function that returns 42.
    #[cfg(target_arch = "x86_64")]
    const FORTY_TWO: &[u8] = &[0xb8, 42, 0, 0, 0, 0xc3];
    #[cfg(target_arch = "aarch64")]
    const FORTY_TWO: &[u8] = &[0x40, 0x05, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6];

    fn code() -> Code {
        Code { target: host_target(), bytes: FORTY_TWO.to_vec(), rules: vec![0], kinds: [NO_START; 64] }
    }

    fn call(executable: &Executable) -> u32 {
        let function = executable.rules()[0];
        // SAFETY: the function ignores its arguments.
        unsafe { function(std::ptr::null_mut::<Frame>(), 0) }
    }

    #[test]
    fn mapped_code_runs() {
        assert_eq!(call(&Executable::map(&code()).unwrap()), 42);
    }

    #[test]
    fn mapped_code_cannot_be_written() {
        let executable = Executable::map(&code()).unwrap();
        let address = format!("{:x}-", executable.rules()[0] as usize);
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let line = maps.lines().find(|line| line.starts_with(&address)).unwrap();
        assert!(line.contains(" r-xp "), "{line}");
    }

    #[test]
    fn code_of_another_machine_is_refused() {
        let code = Code { target: "pdp11-unix".into(), ..code() };
        assert!(matches!(Executable::map(&code), Err(ExecutableError::Target { .. })));
    }

    #[test]
    fn entry_points_outside_are_refused() {
        let code = Code { rules: vec![FORTY_TWO.len() as u32], ..code() };
        assert!(matches!(Executable::map(&code), Err(ExecutableError::Offsets)));
    }

    /// Set in the process that gives up writable and executable memory, since that cannot be taken back.
    const CHILD: &str = "RULEC_TEST_MDWE_CHILD";

    #[test]
    fn code_is_mapped_where_writable_pages_never_become_executable() {
        if std::env::var_os(CHILD).is_some() {
            return deny_write_execute_and_map();
        }
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "code::tests::code_is_mapped_where_writable_pages_never_become_executable"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
    }

    fn deny_write_execute_and_map() {
        // SAFETY: the call takes integers and touches no memory of ours.
        let denied = unsafe { libc::prctl(libc::PR_SET_MDWE, libc::PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) };
        if denied != 0 {
            // Kernels before 6.3 cannot deny it, so there is nothing to test.
            return;
        }
        let rwx = libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: the kernel chooses the address, so no memory of ours is touched.
        let page = unsafe { libc::mmap(std::ptr::null_mut(), 1, rwx, flags, -1, 0) };
        assert_eq!(page, libc::MAP_FAILED, "the denial is in force");
        assert_eq!(call(&Executable::map(&code()).unwrap()), 42);
    }
}
