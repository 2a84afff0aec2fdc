//! Functions in the order in which they are summarised: those that are called before those that call them.
//!
//! Source: R. Tarjan, "Depth-first search and linear graph algorithms", 1972; without recursion.

/// The strongly connected components of a graph, each after all that its edges lead to. `edges[n]` lists where the edges of
/// node *n* lead. Linear in nodes and edges.
pub(crate) fn components(edges: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut search = Search {
        numbers: vec![UNSEEN; edges.len()],
        lowest: vec![0; edges.len()],
        is_open: vec![false; edges.len()],
        open: Vec::new(),
        found: Vec::new(),
        count: 0,
    };
    for node in 0..edges.len() as u32 {
        if search.numbers[node as usize] == UNSEEN {
            search.from(node, edges);
        }
    }
    search.found
}

const UNSEEN: u32 = u32::MAX;

struct Search {
    /// In which order nodes were met.
    numbers: Vec<u32>,
    /// The lowest number that is known to be in the same component.
    lowest: Vec<u32>,
    is_open: Vec<bool>,
    open: Vec<u32>,
    found: Vec<Vec<u32>>,
    count: u32,
}

impl Search {
    fn from(&mut self, start: u32, edges: &[Vec<u32>]) {
        let mut path = vec![(self.enter(start), 0)];
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            let Some(to) = edges[node as usize].get(*next).copied() else {
                path.pop();
                self.leave(node);
                if let Some((before, _)) = path.last() {
                    self.lower(*before, self.lowest[node as usize]);
                }
                continue;
            };
            *next += 1;
            if self.numbers[to as usize] == UNSEEN {
                path.push((self.enter(to), 0));
            } else if self.is_open[to as usize] {
                self.lower(node, self.numbers[to as usize]);
            }
        }
    }

    fn enter(&mut self, node: u32) -> u32 {
        self.numbers[node as usize] = self.count;
        self.lowest[node as usize] = self.count;
        self.is_open[node as usize] = true;
        self.open.push(node);
        self.count += 1;
        node
    }

    fn lower(&mut self, node: u32, to: u32) {
        let lowest = &mut self.lowest[node as usize];
        *lowest = (*lowest).min(to);
    }

    fn leave(&mut self, node: u32) {
        if self.lowest[node as usize] != self.numbers[node as usize] {
            return;
        }
        let mut component = Vec::new();
        while let Some(member) = self.open.pop() {
            self.is_open[member as usize] = false;
            component.push(member);
            if member == node {
                break;
            }
        }
        component.sort_unstable();
        self.found.push(component);
    }
}

#[cfg(test)]
mod tests {
    use super::components;

    /// Edges, and the components in their order.
    type Case = (&'static [&'static [u32]], &'static [&'static [u32]]);

    #[test]
    fn what_is_called_comes_first() {
        let cases: [Case; 4] = [
            (&[], &[]),
            (&[&[1], &[2], &[]], &[&[2], &[1], &[0]]),
            (&[&[1], &[2], &[0], &[2, 3]], &[&[0, 1, 2], &[3]]),
            (&[&[1, 3], &[2], &[1, 4], &[0], &[4]], &[&[4], &[1, 2], &[0, 3]]),
        ];
        for (edges, expected) in cases {
            let edges: Vec<Vec<u32>> = edges.iter().map(|to| to.to_vec()).collect();
            assert_eq!(components(&edges), expected, "{edges:?}");
        }
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let edges: Vec<Vec<u32>> = (0..200_000).map(|node| vec![(node + 1) % 200_000]).collect();
        assert_eq!(components(&edges).len(), 1);
    }
}
