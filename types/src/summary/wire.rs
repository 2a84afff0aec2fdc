//! Numbers and texts of a summary.

use super::Damaged;

/// Bytes being written.
#[derive(Debug, Default)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Bytes {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn number(&mut self, number: u64) {
        let mut rest = number;
        while rest >= 0x80 {
            self.0.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.0.push(rest as u8);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }
}

/// Bytes being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'b> {
    pub(super) rest: &'b [u8],
}

impl<'b> Cursor<'b> {
    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        let (first, rest) = self.rest.split_first().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*first)
    }

    pub(super) fn flag(&mut self) -> Result<bool, Damaged> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damaged),
        }
    }

    pub(super) fn number(&mut self) -> Result<u64, Damaged> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                return Err(Damaged);
            }
            number |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Damaged)
    }

    /// A number of 32 bits.
    pub(super) fn small(&mut self) -> Result<u32, Damaged> {
        u32::try_from(self.number()?).map_err(|_| Damaged)
    }

    /// The length of a list, each item of which takes a byte or more: room for it can be made.
    pub(super) fn len(&mut self) -> Result<usize, Damaged> {
        let len = usize::try_from(self.number()?).map_err(|_| Damaged)?;
        if len <= self.rest.len() { Ok(len) } else { Err(Damaged) }
    }

    pub(super) fn text(&mut self) -> Result<&'b str, Damaged> {
        let len = self.len()?;
        let (text, rest) = self.rest.split_at_checked(len).ok_or(Damaged)?;
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| Damaged)
    }

    pub(super) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T, Damaged>) -> Result<Vec<T>, Damaged> {
        let len = self.len()?;
        // Items may take much more room in memory than in bytes.
        let mut items = Vec::with_capacity(len.min(1024));
        for _ in 0..len {
            items.push(item(self)?);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_overlong_ones_are_refused() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut bytes = Bytes::default();
            bytes.number(number);
            let mut cursor = Cursor { rest: &bytes.0 };
            assert_eq!(cursor.number(), Ok(number));
            assert!(cursor.rest.is_empty());
            assert_eq!(Cursor { rest: &bytes.0[..bytes.0.len() - 1] }.number(), Err(Damaged));
        }
        assert_eq!(Cursor { rest: &[0xff; 20] }.number(), Err(Damaged));
        let mut too_much = [0xff; 10];
        too_much[9] = 2;
        assert_eq!(Cursor { rest: &too_much }.number(), Err(Damaged));
    }

    #[test]
    fn lengths_beyond_the_end_are_refused() {
        assert_eq!(Cursor { rest: &[3, b'a', b'b'] }.text(), Err(Damaged));
        assert_eq!(Cursor { rest: &[2, b'a', b'b'] }.text(), Ok("ab"));
        assert_eq!(Cursor { rest: &[2, 0xc3, 0x28] }.text(), Err(Damaged));
        assert_eq!(Cursor { rest: &[0xff, 0xff, 0xff, 0xff, 0x0f, 0] }.list(Cursor::byte), Err(Damaged));
    }
}
