//! Writes the table of what is deprecated in the standard library: `summarise-deprecated GOROOT FILE`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [goroot, file] = &arguments[..] else {
        eprintln!("usage: summarise-deprecated GOROOT FILE");
        return ExitCode::from(2);
    };
    let made = rulec_world::deprecation::table::make(goroot.as_ref());
    match made.and_then(|table| std::fs::write(file, table).map_err(|error| format!("{file}: {error}"))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
