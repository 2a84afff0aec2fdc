//! The name that was probably meant.

/// The known name closest to `name`, if one is close: at most a third of its letters differ. Of equally close ones, the
/// first.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = name.chars().count() / 3 + 1;
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        let distance = edits(name, candidate);
        if distance <= limit.min(candidate.chars().count() / 2) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The least number of letters inserted, dropped, replaced or swapped with their neighbour that makes `b` of `a`.
///
/// Source: the restricted edit distance of F. J. Damerau, "A technique for computer detection and correction of spelling
/// errors", 1964. Time and space are O(|a| · |b|).
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, &left) in a.iter().enumerate() {
        let mut current = vec![row + 1; b.len() + 1];
        for (column, &right) in b.iter().enumerate() {
            let replaced = above[column] + usize::from(left != right);
            let mut least = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && left == b[column - 1] && a[row - 1] == right {
                least = least.min(before[column - 1] + 1);
            }
            current[column + 1] = least;
        }
        before = above;
        above = current;
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        for (a, b, distance) in
            [("", "", 0), ("", "ab", 2), ("select", "slect", 1), ("ab", "ba", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(edits(a, b), distance, "{a} {b}");
            assert_eq!(edits(b, a), distance, "{b} {a}");
        }
    }

    #[test]
    fn suggests_only_what_is_close() {
        let known = ["select", "ignore", "severity", "files"];
        assert_eq!(nearest("selct", known), Some("select"));
        assert_eq!(nearest("severtiy", known), Some("severity"));
        assert_eq!(nearest("database", known), None);
        assert_eq!(nearest("x", ["y"]), None, "one letter is like any other");
    }
}
