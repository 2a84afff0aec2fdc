//! Rows as a value: what a rule gathers, or what a question answers with.

use rulec_plan::host::Tri;
use rulec_tree::Node;
use std::collections::BTreeMap;

/// Rows of the file in source order, each once, with whether they belong to the set for sure.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rows {
    rows: Vec<(Node, bool)>,
    /// How many more there are in other files; nothing if it is not known.
    elsewhere: Option<usize>,
}

impl Rows {
    /// These rows; a row that is there twice is sure if it is so once.
    pub fn new(rows: impl IntoIterator<Item = (Node, bool)>) -> Rows {
        let mut sorted = BTreeMap::new();
        for (row, sure) in rows {
            *sorted.entry(row).or_insert(sure) |= sure;
        }
        Rows { rows: sorted.into_iter().collect(), elsewhere: Some(0) }
    }

    /// One row, for sure.
    pub fn one(row: Node) -> Rows {
        Rows { rows: vec![(row, true)], elsewhere: Some(0) }
    }

    /// The same rows, with so many more in other files; nothing if it is not known how many.
    #[must_use]
    pub fn and_elsewhere(self, elsewhere: Option<usize>) -> Rows {
        Rows { elsewhere, ..self }
    }

    /// The rows, and whether each belongs to the set for sure.
    pub fn iter(&self) -> impl Iterator<Item = (Node, bool)> + '_ {
        self.rows.iter().copied()
    }

    /// The first row after `last`, and whether it belongs to the set for sure.
    pub fn after(&self, last: Node) -> Option<(Node, bool)> {
        let next = self.rows.partition_point(|(row, _)| *row <= last);
        self.rows.get(next).copied()
    }

    /// Whether these are all that there are.
    pub fn is_complete(&self) -> bool {
        self.elsewhere == Some(0)
    }

    /// Whether `row` is one of them.
    pub fn holds(&self, row: Node) -> Tri {
        match self.rows.binary_search_by_key(&row, |(row, _)| *row).ok().and_then(|found| self.rows.get(found)) {
            Some((_, true)) => Tri::Yes,
            Some((_, false)) => Tri::Unknown,
            None => Tri::No,
        }
    }

    /// How much memory the rows take, in bytes.
    pub fn size_bytes(&self) -> usize {
        std::mem::size_of_val(&self.rows[..])
    }

    /// How many rows there are, those in other files included, if it is known.
    pub fn count(&self) -> Option<usize> {
        let all_sure = self.rows.iter().all(|(_, sure)| *sure);
        self.elsewhere.filter(|_| all_sure).map(|elsewhere| elsewhere + self.rows.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_order_and_doubt_gives_way_to_certainty() {
        let rows = Rows::new([(Node(7), false), (Node(3), true), (Node(7), true), (Node(9), false)]);
        assert_eq!(rows.iter().collect::<Vec<_>>(), [(Node(3), true), (Node(7), true), (Node(9), false)]);
        assert_eq!(rows.after(Node(0)), Some((Node(3), true)));
        assert_eq!(rows.after(Node(3)), Some((Node(7), true)));
        assert_eq!(rows.after(Node(9)), None);
        assert_eq!((rows.holds(Node(9)), rows.holds(Node(4))), (Tri::Unknown, Tri::No));
        assert_eq!((rows.count(), Rows::one(Node(5)).count()), (None, Some(1)));
        let (more, unknown) = (Rows::one(Node(5)).and_elsewhere(Some(2)), Rows::one(Node(5)).and_elsewhere(None));
        assert_eq!((more.count(), more.is_complete()), (Some(3), false));
        assert_eq!((unknown.count(), unknown.is_complete()), (None, false));
    }
}
