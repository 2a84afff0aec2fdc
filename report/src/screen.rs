//! Text with or without colours.

use codespan_reporting::term::termcolor::{Ansi, Color, ColorSpec, NoColor, WriteColor};
use std::io::{self, Write};

/// Writes text; colours become escape codes, or nothing.
pub enum Screen<W: Write> {
    /// With escape codes.
    Colored(Ansi<W>),
    /// Without.
    Plain(NoColor<W>),
}

impl<W: Write> Screen<W> {
    /// A screen over `out`.
    pub fn new(out: W, color: bool) -> Screen<W> {
        if color { Screen::Colored(Ansi::new(out)) } else { Screen::Plain(NoColor::new(out)) }
    }

    /// Writes `text` in bold, in a colour if one is given.
    ///
    /// # Errors
    /// Those of the writer below.
    pub fn bold(&mut self, color: Option<Color>, text: &str) -> io::Result<()> {
        self.set_color(ColorSpec::new().set_bold(true).set_fg(color))?;
        self.write_all(text.as_bytes())?;
        self.reset()
    }
}

impl<W: Write> Write for Screen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Screen::Colored(out) => out.write(bytes),
            Screen::Plain(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Screen::Colored(out) => out.flush(),
            Screen::Plain(out) => out.flush(),
        }
    }
}

impl<W: Write> WriteColor for Screen<W> {
    fn supports_color(&self) -> bool {
        matches!(self, Screen::Colored(_))
    }

    fn set_color(&mut self, spec: &ColorSpec) -> io::Result<()> {
        match self {
            Screen::Colored(out) => out.set_color(spec),
            Screen::Plain(out) => out.set_color(spec),
        }
    }

    fn reset(&mut self) -> io::Result<()> {
        match self {
            Screen::Colored(out) => out.reset(),
            Screen::Plain(out) => out.reset(),
        }
    }
}
