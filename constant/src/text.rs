//! Strings that are put together from parts without copying them.
//!
//! In: bytes, and texts to join. Out: a [`Text`] of known length, and its bytes on demand. A chain of many `+` costs one
//! small allocation for each, whatever the length of what stands before it.
//!
//! **Absent:** no encoding: Go strings are bytes.

use std::borrow::Cow;
use std::mem::take;
use std::sync::Arc;

/// Longer strings are given up: doubling a string over and over would take all memory otherwise.
const MAX_BYTES: usize = 64 << 20;

/// An immutable string of bytes. Equal texts have equal bytes, however they were made.
#[derive(Clone, Debug)]
pub struct Text(Rope);

#[derive(Clone, Debug)]
enum Rope {
    Leaf(Arc<[u8]>),
    Join(Arc<Join>),
}

#[derive(Debug)]
struct Join {
    left: Rope,
    right: Rope,
    len: usize,
}

impl Text {
    /// A text of these bytes.
    pub fn new(bytes: &[u8]) -> Text {
        Text(Rope::Leaf(Arc::from(bytes)))
    }

    /// `self` followed by `right`; nothing if that is longer than 64 MiB.
    pub fn join(&self, right: &Text) -> Option<Text> {
        let len = self.len() + right.len();
        if self.is_empty() {
            return Some(right.clone());
        }
        if right.is_empty() {
            return Some(self.clone());
        }
        (len <= MAX_BYTES)
            .then(|| Text(Rope::Join(Arc::new(Join { left: self.0.clone(), right: right.0.clone(), len }))))
    }

    /// The length in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All bytes; those of a joined text are copied.
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        let mut whole = match &self.0 {
            Rope::Leaf(bytes) => return Cow::Borrowed(bytes),
            Rope::Join(join) => Vec::with_capacity(join.len),
        };
        let mut stack = vec![&self.0];
        while let Some(rope) = stack.pop() {
            match rope {
                Rope::Leaf(bytes) => whole.extend_from_slice(bytes),
                Rope::Join(join) => stack.extend([&join.right, &join.left]),
            }
        }
        Cow::Owned(whole)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.len() == other.len() && self.bytes() == other.bytes()
    }
}

impl Eq for Text {}

impl Rope {
    fn len(&self) -> usize {
        match self {
            Rope::Leaf(bytes) => bytes.len(),
            Rope::Join(join) => join.len,
        }
    }
}

impl Default for Rope {
    fn default() -> Rope {
        Rope::Leaf(Arc::default())
    }
}

impl Drop for Join {
    /// Takes long chains apart with a loop; dropping them part within part would need as much stack as they have parts.
    fn drop(&mut self) {
        if let (Rope::Leaf(_), Rope::Leaf(_)) = (&self.left, &self.right) {
            return;
        }
        let mut stack = vec![take(&mut self.left), take(&mut self.right)];
        while let Some(rope) = stack.pop() {
            if let Rope::Join(join) = rope
                && let Some(mut last) = Arc::into_inner(join)
            {
                stack.extend([take(&mut last.left), take(&mut last.right)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_of_any_length_and_direction_join_in_order() {
        let (mut left, mut right) = (Text::new(b""), Text::new(b""));
        let mut expected = Vec::new();
        for number in 0..200_000u32 {
            let part = Text::new(number.to_string().as_bytes());
            left = left.join(&part).unwrap_or(left);
            expected.extend_from_slice(&part.bytes());
        }
        for number in (0..200_000u32).rev() {
            right = Text::new(number.to_string().as_bytes()).join(&right).unwrap_or(right);
        }
        assert!(left.bytes() == expected.as_slice());
        assert!(left == right);
        assert_eq!(left.len(), expected.len());
    }

    #[test]
    fn doubling_ends() {
        let mut text = Text::new(b"ab");
        let mut doublings = 0;
        while let Some(twice) = text.join(&text) {
            text = twice;
            doublings += 1;
        }
        assert_eq!((text.len(), doublings), (MAX_BYTES, 25));
    }
}
