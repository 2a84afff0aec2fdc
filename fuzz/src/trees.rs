//! Small trees in which every kind of node stands, with the children it must have.

use crate::mutate::Rng;
use rulec_tree::{Builder, Kind, Op, Span, Text, Texts, Tree, Vocabulary};
use std::sync::Arc;

/// Two trees over a vocabulary: one of all kinds, and a deep one of few.
pub fn over(vocabulary: &Arc<Vocabulary>) -> [Tree; 2] {
    let few = [Kind::Call, Kind::Block, Kind::Paren, Kind::Ident, Kind::Binary, Kind::Case, Kind::List];
    [tree(vocabulary, Kind::ALL, 1), tree(vocabulary, &few, 2)]
}

/// A tree of nodes of these kinds, which a seed determines.
pub fn tree(vocabulary: &Arc<Vocabulary>, kinds: &[Kind], seed: u64) -> Tree {
    named(vocabulary, kinds, seed, [b"f", b"p"])
}

/// The same with these names in it; the first can be a symbol of the package with the second as its path.
pub fn named(vocabulary: &Arc<Vocabulary>, kinds: &[Kind], seed: u64, names: [&[u8]; 2]) -> Tree {
    let mut texts = Texts::new(Arc::clone(vocabulary));
    let [own, package] = names.map(|name| texts.intern(name));
    let symbol = texts.symbol(package, own);
    let mut grower = Grower { rng: Rng::new(seed), kinds, names: [own, package, Text::NONE], rows: 40 };
    let mut builder = Builder::default();
    grower.grow(&mut builder, 0);
    let mut tree = builder.finish();
    let named: Vec<_> = tree.nodes().filter(|_| grower.rng.below(3) == 0).collect();
    named.into_iter().for_each(|node| tree.set_symbol(node, symbol));
    tree
}

struct Grower<'k> {
    rng: Rng,
    kinds: &'k [Kind],
    names: [Text; 3],
    rows: usize,
}

impl Grower<'_> {
    fn grow(&mut self, builder: &mut Builder, depth: usize) {
        self.rows = self.rows.saturating_sub(1);
        let is_leaf = self.rows == 0 || depth > 6;
        let kind = match (depth, is_leaf) {
            (0, _) => Kind::Block,
            (_, true) => [Kind::Absent, Kind::Ident, Kind::List][self.rng.below(3)],
            (_, false) => self.kinds[self.rng.below(self.kinds.len())],
        };
        let op = Op::ALL[self.rng.below(Op::ALL.len())];
        builder.open(kind, op, Span::default(), self.names[self.rng.below(3)]);
        let shape = kind.shape();
        let tail = if shape.tail.is_some() && !is_leaf { self.rng.below(4) + 3 * usize::from(depth == 0) } else { 0 };
        for _ in 0..shape.slots.len() + tail {
            self.grow(builder, depth + 1);
        }
        builder.close();
    }
}
