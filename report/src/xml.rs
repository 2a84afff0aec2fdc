//! Text in XML 1.0.

use std::fmt::{self, Display, Formatter, Write};

/// Shows a text as the content of an element or of an attribute in double quotes. Characters that XML cannot hold, such as
/// most control characters, become U+FFFD.
///
/// Source: Extensible Markup Language (XML) 1.0, sections 2.2 and 3.3.3; attributes would lose line breaks and tabs that are
/// not written as references.
pub struct Escaped<'a>(pub &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => out.write_str("&amp;")?,
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '"' => out.write_str("&quot;")?,
                '\'' => out.write_str("&apos;")?,
                '\t' | '\n' | '\r' => write!(out, "&#{};", character as u32)?,
                '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.write_char('\u{fffd}')?,
                _ => out.write_char(character)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out() {
        let escaped = Escaped("<a href=\"x\">&'\t\r\n\0\u{1b}\u{fffe}é😀").to_string();
        let expected = "&lt;a href=&quot;x&quot;&gt;&amp;&apos;&#9;&#13;&#10;\u{fffd}\u{fffd}\u{fffd}é😀";
        assert_eq!(escaped, expected);
    }
}
