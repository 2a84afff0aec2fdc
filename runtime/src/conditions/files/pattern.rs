//! Patterns of names, as Go's `path.Match` takes them.
//!
//! In: a pattern without `/` and a name. Out: whether it matches. `*` is any text, `?` any character, `[a-c]` and `[^a-c]` are sets,
//! and `\` takes the meaning from what follows.
//!
//! **Absent:** folders; [`super`] goes through them part by part.

/// A pattern of one name.
#[derive(Debug)]
pub(crate) struct NamePattern(Vec<Token>);

#[derive(Debug)]
enum Token {
    AnyText,
    AnyChar,
    Char(char),
    Set { negated: bool, ranges: Vec<(char, char)> },
}

impl NamePattern {
    /// Reads a pattern; nothing for what Go refuses.
    pub(crate) fn new(text: &str) -> Option<NamePattern> {
        let mut tokens = Vec::new();
        let mut rest = text.chars();
        while let Some(next) = rest.next() {
            tokens.push(match next {
                '*' => Token::AnyText,
                '?' => Token::AnyChar,
                '[' => set(&mut rest)?,
                '\\' => Token::Char(rest.next()?),
                plain => Token::Char(plain),
            });
        }
        Some(NamePattern(tokens))
    }

    /// Whether a name matches as a whole.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut token, mut at) = (0, 0);
        // Where the last `*` stands, and where what follows it was last tried.
        let mut retry: Option<(usize, usize)> = None;
        loop {
            match (self.0.get(token), name.get(at)) {
                (None, None) => return true,
                (Some(Token::AnyText), _) => {
                    retry = Some((token + 1, at));
                    token += 1;
                    continue;
                }
                (Some(wanted), Some(found)) if wanted.takes(*found) => {
                    (token, at) = (token + 1, at + 1);
                    continue;
                }
                _ => {}
            }
            match retry {
                Some((behind, start)) if start < name.len() => {
                    retry = Some((behind, start + 1));
                    (token, at) = (behind, start + 1);
                }
                _ => return false,
            }
        }
    }
}

impl Token {
    fn takes(&self, found: char) -> bool {
        match self {
            Token::AnyText => false,
            Token::AnyChar => true,
            Token::Char(wanted) => *wanted == found,
            Token::Set { negated, ranges } => {
                ranges.iter().any(|(low, high)| *low <= found && found <= *high) != *negated
            }
        }
    }
}

/// What stands behind a `[`, up to its `]`.
fn set(rest: &mut std::str::Chars<'_>) -> Option<Token> {
    let negated = rest.as_str().starts_with('^');
    if negated {
        rest.next();
    }
    let mut ranges = Vec::new();
    loop {
        if rest.as_str().starts_with(']') && !ranges.is_empty() {
            rest.next();
            return Some(Token::Set { negated, ranges });
        }
        let low = set_char(rest)?;
        let high = match rest.as_str().starts_with('-') {
            true => {
                rest.next();
                set_char(rest)?
            }
            false => low,
        };
        ranges.push((low, high));
    }
}

fn set_char(rest: &mut std::str::Chars<'_>) -> Option<char> {
    match rest.next()? {
        '-' | ']' => None,
        '\\' => rest.next(),
        plain => Some(plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_a_whole() {
        for (pattern, name, expected) in [
            ("*.css", "a.css", true),
            ("*.css", ".css", true),
            ("*.css", "a.cs", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("**", "", true),
            ("?", "ä", true),
            ("?", "", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[^a-c]x", "dx", true),
            ("[\\]]", "]", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("{a,b}", "a", false),
            ("{a,b}", "{a,b}", true),
        ] {
            assert_eq!(NamePattern::new(pattern).map(|one| one.matches(name)), Some(expected), "{pattern} {name}");
        }
    }

    #[test]
    fn bad_patterns_are_refused() {
        for pattern in ["[", "[]", "[a", "[-a]", "[a-]", "a\\", "[^]"] {
            assert!(NamePattern::new(pattern).is_none(), "{pattern}");
        }
    }
}
