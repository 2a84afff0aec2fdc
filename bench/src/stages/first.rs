//! The first finding: from the start of a `rulec check` to the first byte that it reports, as a user waits for it.
//!
//! In: the binary, and a set of rules as a pack and as text. Out: times by the clock, of processes of their own, over one small file in
//! which some of the rules report. The system has read binary and rules before, so that no disk is measured. Results of
//! files are not kept from run to run; what is known of packs is, where the stage says so.

use crate::{Sample, rules};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What is checked with what.
pub struct First<'a> {
    rulec: &'a Path,
    /// Holds everything that is written.
    folder: &'a Path,
}

impl<'a> First<'a> {
    /// Writes the Go file that is checked, and trusts a key.
    ///
    /// # Errors
    /// If something cannot be written.
    pub fn new(rulec: &'a Path, folder: &'a Path, trusted: &str) -> Result<First<'a>, String> {
        let first = First { rulec, folder };
        write(&first.go_file(), &rules::go_file())?;
        write(&folder.join("config/trusted-keys"), trusted)?;
        Ok(first)
    }

    /// Of a signed pack that this machine has not seen before: its plan is verified, and that is recorded.
    ///
    /// # Errors
    /// If the process reports nothing.
    pub fn pack(&self, pack: &Path) -> Result<Sample, String> {
        self.forget()?;
        self.pack_again(pack)
    }

    /// Of one that was verified before.
    ///
    /// # Errors
    /// If the process reports nothing.
    pub fn pack_again(&self, pack: &Path) -> Result<Sample, String> {
        self.check(&["--no-stock", "--require-signed", "--pack"], Some(pack))
    }

    /// Of rule files, for which machine code is made in the run.
    ///
    /// # Errors
    /// If the process reports nothing.
    pub fn rule_files(&self, files: &Path) -> Result<Sample, String> {
        self.check(&["--no-stock", "--rules"], Some(files))
    }

    /// Of rule files that the interpreter runs.
    ///
    /// # Errors
    /// If the process reports nothing.
    pub fn rule_files_interpreted(&self, files: &Path) -> Result<Sample, String> {
        self.check(&["--no-stock", "--engine=interp", "--rules"], Some(files))
    }

    /// Of the stock rules where rulec runs for the first time.
    ///
    /// # Errors
    /// If the process reports nothing.
    pub fn stock(&self) -> Result<Sample, String> {
        self.forget()?;
        self.stock_again()
    }

    /// Of the stock rules in later runs.
    ///
    /// # Errors
    /// If the process reports nothing.
    pub fn stock_again(&self) -> Result<Sample, String> {
        self.check(&["--select=stdlib"], None)
    }

    /// Forgets what is known of packs.
    fn forget(&self) -> Result<(), String> {
        for folder in ["cache", "data"].map(|name| self.folder.join(name)) {
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(format!("{}: {error}", folder.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check(&self, options: &[&str], rules: Option<&Path>) -> Result<Sample, String> {
        let mut command = Command::new(self.rulec);
        command.args(["check", "--no-config", "--no-cache", "--quiet", "--jobs=1", "--format=jsonl"]);
        command.args(options).args(rules).arg(self.go_file());
        for (variable, folder) in [("CACHE", "cache"), ("DATA", "data"), ("CONFIG", "config")] {
            command.env(format!("RULEC_{variable}_DIR"), self.folder.join(folder));
        }
        first_output(&mut command)
    }

    fn go_file(&self) -> PathBuf {
        self.folder.join("first.go")
    }
}

/// Runs a process until it has written its first byte to standard output, and then to its end. What it writes is the result that
/// is hashed; there is one time, by the clock.
///
/// # Errors
/// If it cannot be run, or writes nothing.
pub fn first_output(command: &mut Command) -> Result<Sample, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |error: std::io::Error| format!("{name}: {error}");
    let started = Instant::now();
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let (mut stdout, stderr) = (child.stdout.take().ok_or("no output")?, child.stderr.take().ok_or("no errors")?);
    // Whoever is not listened to waits.
    let told = std::thread::spawn(move || std::io::read_to_string(stderr).unwrap_or_default());
    let mut output = vec![0];
    let read = stdout.read(&mut output).map_err(failed)?;
    let ms = started.elapsed().as_secs_f64() * 1000.0;
    stdout.read_to_end(&mut output).map_err(failed)?;
    child.wait().map_err(failed)?;
    if read == 0 {
        return Err(format!("{name} reports nothing: {}", told.join().unwrap_or_default().trim()));
    }
    let result = crate::sample(|| output).result;
    Ok(Sample { cpu_ms: ms, wall_ms: ms, result })
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(told)?;
    fs::write(path, text).map_err(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_process_is_timed_to_its_first_byte_and_read_to_its_end() {
        let shell = |script: &str| first_output(Command::new("sh").args(["-c", script]));
        let quick = shell("head -c 200000 /dev/zero >&2; echo one; echo two").expect("output");
        assert_eq!(quick.result, crate::sample(|| b"one\ntwo\n".to_vec()).result);
        let silent = shell("echo mistake >&2; exit 2").expect_err("nothing is written");
        assert!(silent.ends_with("reports nothing: mistake"), "{silent}");
    }
}
