//! Where text goes: standard output and standard error, with or without colours.

use rulec_grammar::diagnostic::Diagnostic;
use rulec_report::{Notice, Remark, Screen, Source, diagnostics};
use std::env;
use std::io::{self, BufWriter, IsTerminal, Write};

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The standard streams.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    color: Color,
}

impl Console {
    /// The streams, with colours as asked for.
    pub fn new(color: Color) -> Console {
        Console { color }
    }

    /// Whether standard output shows colours.
    pub fn colored(&self) -> bool {
        self.colors(io::stdout().is_terminal())
    }

    /// Whether files and pipes get colours: only if asked for.
    pub fn colored_elsewhere(&self) -> bool {
        self.color == Color::Always
    }

    /// Standard output, buffered. Flush it: errors on drop are lost.
    pub fn out(&self) -> BufWriter<io::StdoutLock<'static>> {
        BufWriter::with_capacity(1 << 16, io::stdout().lock())
    }

    /// Writes mistakes of rule files, and others, to standard error.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic], sources: &[Source], notices: &[Notice]) {
        self.on_stderr(|screen| {
            diagnostics::write(diagnostics, sources, screen)?;
            diagnostics::write_notices(notices, screen)
        });
    }

    /// Writes remarks about texts to standard output.
    ///
    /// # Errors
    /// Those of standard output.
    pub fn remarks(&self, remarks: &[Remark], sources: &[Source], out: &mut dyn Write) -> io::Result<()> {
        diagnostics::write_remarks(remarks, sources, &mut Screen::new(out, self.colored()))
    }

    /// Writes an error to standard error.
    pub fn error(&self, message: &str) {
        self.diagnostics(&[], &[], &[Notice::error(message)]);
    }

    /// Writes a warning to standard error.
    pub fn warning(&self, message: &str) {
        self.diagnostics(&[], &[], &[Notice::warning(message)]);
    }

    /// Writes to standard error. Errors are dropped: there is nowhere left to tell of them.
    pub fn on_stderr(&self, write: impl FnOnce(&mut Screen<&mut dyn Write>) -> io::Result<()>) {
        let mut buffer = Vec::new();
        let color = self.colors(io::stderr().is_terminal());
        if write(&mut Screen::new(&mut buffer as &mut dyn Write, color)).is_ok() {
            let _ = io::stderr().lock().write_all(&buffer);
        }
    }

    fn colors(&self, terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                terminal && !unwanted && env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }
}
