//! Offsets to lines and back.

/// Where the lines of one file start. Lines and columns count from 1, columns in bytes.
#[derive(Clone, Debug, Default)]
pub struct LineIndex {
    starts: Vec<u32>,
    len: u32,
}

impl LineIndex {
    /// The lines of `source`.
    pub fn new(source: &[u8]) -> LineIndex {
        let newlines = memchr::memchr_iter(b'\n', source).map(|newline| newline as u32 + 1);
        LineIndex { starts: std::iter::once(0).chain(newlines).collect(), len: source.len() as u32 }
    }

    /// Line and column of `offset`; an offset beyond the end is taken as the end.
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let offset = offset.min(self.len);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or(0);
        (line.max(1) as u32, offset - start + 1)
    }

    /// The offset at which a line starts, if there is such a line.
    pub fn line_start(&self, line_number: u32) -> Option<u32> {
        self.starts.get((line_number as usize).checked_sub(1)?).copied()
    }

    /// How many lines there are; what follows the last newline counts as one.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let lines = LineIndex::new(b"ab\n\nc");
        let positions: Vec<_> = (0..7).map(|offset| lines.position(offset)).collect();
        assert_eq!(positions, [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2), (3, 2)]);
        assert_eq!([lines.line_start(3), lines.line_start(4), lines.line_start(0)], [Some(4), None, None]);
        assert_eq!(LineIndex::new(b"").position(0), (1, 1));
    }
}
