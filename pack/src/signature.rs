//! Signatures of packs: Ed25519 over the hash of the content.
//!
//! In: a content hash, and a key. Out: a signature, or whether one is right. Whose key is to be trusted is for callers to
//! know; nothing here reads files.
//!
//! Source: RFC 8032; verification is strict, so that nobody can make a second signature out of one.

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use std::fmt;
use std::str::FromStr;

/// What is signed begins with this, so that a signature of a pack is no signature of anything else.
const PURPOSE: &[u8] = b"rulec pack, format 2\n";

/// The name of the method in written keys.
const METHOD: &str = "ed25519:";

/// A signature and the public key that it goes with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The public key.
    pub key: [u8; 32],
    /// The signature.
    pub signature: [u8; 64],
}

impl Signature {
    /// How many bytes one has in a pack.
    pub const BYTES: usize = 96;

    /// Whether its key signed this content.
    pub fn is_of(&self, content_hash: &[u8; 32]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&self.signature);
        VerifyingKey::from_bytes(&self.key)
            .is_ok_and(|key| key.verify_strict(&signed_bytes(content_hash), &signature).is_ok())
    }

    /// The key.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.key)
    }
}

/// A key that signatures are checked with. Written as `ed25519:` and 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey(pub [u8; 32]);

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{METHOD}{}", hex(&self.0))
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<PublicKey, KeyError> {
        let digits = text.trim().strip_prefix(METHOD).ok_or(KeyError)?;
        let bytes = unhex(digits).ok_or(KeyError)?;
        VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError)?;
        Ok(PublicKey(bytes))
    }
}

/// A key that signs. Written as `rulec-secret-key:` and 64 hexadecimal digits.
pub struct SecretKey(SigningKey);

/// How secret keys are written.
const SECRET: &str = "rulec-secret-key:";

impl SecretKey {
    /// The key that 32 random bytes make.
    pub fn of_random(bytes: [u8; 32]) -> SecretKey {
        SecretKey(SigningKey::from_bytes(&bytes))
    }

    /// The key that goes with it.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a pack's content. The same content gets the same signature.
    pub fn sign(&self, content_hash: &[u8; 32]) -> Signature {
        let signature = self.0.sign(&signed_bytes(content_hash));
        Signature { key: self.public().0, signature: signature.to_bytes() }
    }

    /// The key as it is kept in a file.
    pub fn to_text(&self) -> String {
        format!("{SECRET}{}\n", hex(self.0.as_bytes()))
    }

    /// The key of such a text.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn of_text(text: &str) -> Result<SecretKey, KeyError> {
        let digits = text.trim().strip_prefix(SECRET).ok_or(KeyError)?;
        Ok(SecretKey::of_random(unhex(digits).ok_or(KeyError)?))
    }
}

/// A text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyError;

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a public key is `{METHOD}` and 64 hexadecimal digits, as `rulec pack keygen` writes it")
    }
}

impl std::error::Error for KeyError {}

fn signed_bytes(content_hash: &[u8; 32]) -> Vec<u8> {
    [PURPOSE, content_hash].concat()
}

/// Hexadecimal digits, lower case.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(digits: &str) -> Option<[u8; 32]> {
    let digits = digits.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_one_content_and_one_key() {
        let key = SecretKey::of_random([7; 32]);
        let signature = key.sign(&[1; 32]);
        assert!(signature.is_of(&[1; 32]));
        assert!(!signature.is_of(&[2; 32]));
        let other = SecretKey::of_random([8; 32]).public().0;
        assert!(!Signature { key: other, ..signature.clone() }.is_of(&[1; 32]));
        for bit in 0..512 {
            let mut flipped = signature.clone();
            flipped.signature[bit / 8] ^= 1 << (bit % 8);
            assert!(!flipped.is_of(&[1; 32]), "bit {bit}");
        }
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        let key = SecretKey::of_random([9; 32]);
        assert_eq!(SecretKey::of_text(&key.to_text()).map(|key| key.public()), Ok(key.public()));
        assert_eq!(key.public().to_string().parse(), Ok(key.public()));
        for text in ["", "ed25519:", "ed25519:00", "ed25519:zz", &format!("ed25519:{}", "é".repeat(32))] {
            assert_eq!(text.parse::<PublicKey>(), Err(KeyError), "{text}");
        }
    }
}
