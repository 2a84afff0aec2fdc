//! Displayed paths as URI references.

use std::fmt::Write;

/// The URI of a displayed path: a relative reference, or `file:///…` for absolute ones.
///
/// Displayed paths have bytes that are not UTF-8 escaped as `%FF`; those stay as they are. A name in UTF-8 that holds such a
/// text by itself cannot be told from it.
pub fn of_path(path: &str) -> String {
    let mut uri = String::new();
    let mut drive = path.bytes();
    let has_drive = drive.next().is_some_and(|letter| letter.is_ascii_alphabetic()) && drive.next() == Some(b':');
    if path.starts_with('/') {
        uri.push_str("file://");
    } else if has_drive && drive.next() == Some(b'/') {
        uri.push_str("file:///");
    }
    for (index, name) in path.split('/').enumerate() {
        if index > 0 {
            uri.push('/');
        }
        push_segment(&mut uri, name);
    }
    uri
}

/// Source: RFC 3986, sections 2.3 and 3.3. `:` is escaped, since it would end a scheme in the first segment.
fn push_segment(uri: &mut String, name: &str) {
    let keeps_percent = has_escaped_bytes(name);
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => uri.push(byte as char),
            b'%' if keeps_percent => uri.push('%'),
            _ => {
                // Writing to a text cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
}

/// Whether the name was escaped because of bytes that are not UTF-8: every `%` starts an escape, and one is of such a byte.
fn has_escaped_bytes(name: &str) -> bool {
    let mut escapes = name.split('%').skip(1).map(|rest| rest.as_bytes().first_chunk::<2>());
    let is_hex = |digits: &[u8; 2]| digits.iter().all(|digit| digit.is_ascii_digit() || (b'A'..=b'F').contains(digit));
    let is_escape = |digits: &Option<&[u8; 2]>| digits.is_some_and(is_hex);
    let is_high = |digits: Option<&[u8; 2]>| digits.is_some_and(|digits| digits[0] >= b'8');
    escapes.clone().all(|digits| is_escape(&digits)) && escapes.any(is_high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        for (path, uri) in [
            ("a/b.go", "a/b.go"),
            ("/x/é b.go", "file:///x/%C3%A9%20b.go"),
            ("a:b.go", "a%3Ab.go"),
            ("100%.go", "100%25.go"),
            ("a%FFb%25.go", "a%FFb%25.go"),
            ("a%41.go", "a%2541.go"),
            ("a%FF%.go", "a%25FF%25.go"),
            ("C:/a.go", "file:///C%3A/a.go"),
            ("#?\n\\.go", "%23%3F%0A%5C.go"),
            (".", "."),
        ] {
            assert_eq!(of_path(path), uri, "{path}");
        }
    }
}
