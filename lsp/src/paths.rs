//! Paths and `file:` URIs.

use gen_lsp_types::Uri;
use std::path::{Path, PathBuf};

/// The path that a URI names; none for what is no file of this machine.
pub(crate) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.0.strip_prefix("file://")?;
    // A host may stand before the path; only this machine's files can be read.
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return None;
    }
    let decoded = decode(path)?;
    // Windows: `/C:/a` means `C:/a`.
    let is_drive = cfg!(windows) && decoded.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if is_drive { &decoded[1..] } else { &decoded }))
}

/// The URI of a path, which is absolute.
pub(crate) fn uri_of(path: &Path) -> Uri {
    let text = path.to_string_lossy().replace('\\', "/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    let mut uri = format!("file://{slash}");
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    Uri(uri)
}

/// Undoes percent-escapes; none if they are wrong or give no UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        if byte == b'%' {
            let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back() {
        for path in ["/a/b.go", "/with space/ü#%?.rule", "/"] {
            assert_eq!(path_of(&uri_of(Path::new(path))).as_deref(), Some(Path::new(path)), "{path}");
        }
        assert_eq!(uri_of(Path::new("/a b/ü.go")).0, "file:///a%20b/%C3%BC.go");
    }

    #[test]
    fn what_is_no_file_here_has_no_path() {
        for uri in ["untitled:Untitled-1", "file://host/a.go", "file:///a%zz", "file:///%ff", "http://a/b.go", ""] {
            assert_eq!(path_of(&Uri(uri.to_owned())), None, "{uri}");
        }
        assert_eq!(path_of(&Uri("file://localhost/a%2Eb".to_owned())), Some(PathBuf::from("/a.b")));
    }
}
