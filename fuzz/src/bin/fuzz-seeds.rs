//! Writes what fuzzing starts from: one folder for each target, in the folder that is named.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1) else {
        eprintln!("usage: fuzz-seeds FOLDER");
        return ExitCode::from(2);
    };
    match write(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", Path::new(&folder).display());
            ExitCode::from(2)
        }
    }
}

fn write(folder: &Path) -> io::Result<()> {
    for (target, seeds) in rulec_fuzz::seeds::all() {
        let of_target = folder.join(target);
        fs::create_dir_all(&of_target)?;
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(of_target.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
