//! The columns of one tree and the builder that fills them.

use crate::{Kind, KindSet, Op, SymbolId, Text};
use serde::{Deserialize, Serialize};

/// A half-open byte range of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset one past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`.
    pub const fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    /// The range as an index into the file's bytes.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `other` lies in this range.
    pub const fn covers(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A row of one [`Tree`]; means nothing in another tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(transparent)]
pub struct Node(pub u32);

impl Node {
    /// The root of every tree.
    pub const ROOT: Node = Node(0);

    /// The row as an index.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The syntax of one Go file: parallel columns, one row for each node, in preorder.
///
/// One more row stands after the last: the *end row*, of kind [`Kind::Absent`], its own parent and end. So the
/// position one past any list can be read like a node, and compiled code never reads outside of a column.
#[derive(Clone, Debug)]
pub struct Tree {
    kinds: Vec<Kind>,
    ops: Vec<Op>,
    parents: Vec<u32>,
    /// One past the last row below: the descendants of row `n` are rows `n + 1 .. ends[n]`.
    ends: Vec<u32>,
    spans: Vec<Span>,
    texts: Vec<Text>,
    /// The symbol a node names; written by name resolution.
    symbols: Vec<SymbolId>,
    /// Equal syntax has equal hashes, parentheses and positions apart.
    hashes: Vec<u32>,
    /// The kinds strictly below each row, so that a walk can step over whole subtrees.
    below: Vec<KindSet>,
    /// The row without the parentheses around it: the row itself unless it is one.
    bare: Vec<u32>,
}

/// The columns as compiled code reads them. Each points at `Tree::len() + 1` items.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Columns {
    /// Kinds, one byte each.
    pub kinds: *const Kind,
    /// Operators, one byte each.
    pub ops: *const Op,
    /// Parents, four bytes each.
    pub parents: *const u32,
    /// Ends of subtrees, four bytes each.
    pub ends: *const u32,
    /// Interned texts, four bytes each.
    pub texts: *const Text,
    /// Symbols, four bytes each.
    pub symbols: *const SymbolId,
    /// Structural hashes, four bytes each.
    pub hashes: *const u32,
    /// Kinds below, eight bytes each.
    pub below: *const KindSet,
    /// Rows without parentheses, four bytes each.
    pub bare: *const u32,
}

impl Tree {
    /// How many nodes there are; the end row does not count.
    pub fn len(&self) -> usize {
        self.kinds.len() - 1
    }

    /// Whether there are no nodes: never so for a tree that a [`Builder`] finished.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The end row.
    pub fn end_row(&self) -> Node {
        Node(self.len() as u32)
    }

    /// All nodes in preorder.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Node> + use<> {
        (0..self.len() as u32).map(Node)
    }

    /// The kind of `node`.
    pub fn kind(&self, node: Node) -> Kind {
        self.kinds[node.index()]
    }

    /// The operator of `node`.
    pub fn op(&self, node: Node) -> Op {
        self.ops[node.index()]
    }

    /// The parent of `node`; the root is its own.
    pub fn parent(&self, node: Node) -> Node {
        Node(self.parents[node.index()])
    }

    /// The row after the last descendant of `node`: its next sibling, if it has one.
    pub fn end(&self, node: Node) -> Node {
        Node(self.ends[node.index()])
    }

    /// The bytes that `node` covers.
    pub fn span(&self, node: Node) -> Span {
        self.spans[node.index()]
    }

    /// The interned text of an identifier or the value of a literal; [`Text::NONE`] for all else.
    pub fn text(&self, node: Node) -> Text {
        self.texts[node.index()]
    }

    /// The symbol that `node` names.
    pub fn symbol(&self, node: Node) -> SymbolId {
        self.symbols[node.index()]
    }

    /// Records the symbol that `node` names.
    pub fn set_symbol(&mut self, node: Node, symbol: SymbolId) {
        self.symbols[node.index()] = symbol;
    }

    /// The structural hash of `node`: equal for equal syntax, parentheses and positions apart.
    pub fn hash(&self, node: Node) -> u32 {
        self.hashes[node.index()]
    }

    /// The kinds strictly below `node`.
    pub fn below(&self, node: Node) -> KindSet {
        self.below[node.index()]
    }

    /// Child number `slot` of `node`, counted from 0.
    ///
    /// # Panics
    /// If `node` has no such child.
    pub fn slot(&self, node: Node, slot: usize) -> Node {
        self.children(node).nth(slot).expect("a slot of the node's shape")
    }

    /// The children of `node` in order, slots first.
    pub fn children(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        let end = self.end(node);
        let mut next = Node(node.0 + 1);
        std::iter::from_fn(move || {
            (next < end).then(|| {
                let child = next;
                next = self.end(child);
                child
            })
        })
    }

    /// The elements after the slots of `node`.
    pub fn tail(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.children(node).skip(self.kind(node).shape().slots.len())
    }

    /// All nodes strictly below `node`, in preorder.
    pub fn descendants(&self, node: Node) -> impl DoubleEndedIterator<Item = Node> + use<> {
        (node.0 + 1..self.end(node).0).map(Node)
    }

    /// The ancestors of `node`, innermost first, the root last.
    pub fn ancestors(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        let mut at = node;
        std::iter::from_fn(move || {
            let parent = self.parent(at);
            (parent != at).then(|| {
                at = parent;
                parent
            })
        })
    }

    /// Which child of its parent `node` is, counted from 0.
    pub fn index_in_parent(&self, node: Node) -> usize {
        self.children(self.parent(node)).position(|child| child == node).unwrap_or(0)
    }

    /// `node` without the parentheses around it.
    pub fn unparen(&self, node: Node) -> Node {
        Node(self.bare[node.index()])
    }

    /// Whether two subtrees are equal syntax, parentheses and positions apart.
    pub fn same(&self, a: Node, b: Node) -> bool {
        if a == b || self.hash(a) != self.hash(b) {
            return a == b;
        }
        let rows = |node: Node| {
            (node.0..self.end(node).0)
                .map(Node)
                .filter(|row| self.kind(*row) != Kind::Paren)
                .map(|row| (self.kind(row), self.op(row), self.text(row), self.children(row).count()))
        };
        rows(a).eq(rows(b))
    }

    /// The columns for compiled code. They are valid while the tree is neither changed nor dropped.
    pub fn columns(&self) -> Columns {
        Columns {
            kinds: self.kinds.as_ptr(),
            ops: self.ops.as_ptr(),
            parents: self.parents.as_ptr(),
            ends: self.ends.as_ptr(),
            texts: self.texts.as_ptr(),
            symbols: self.symbols.as_ptr(),
            hashes: self.hashes.as_ptr(),
            below: self.below.as_ptr(),
            bare: self.bare.as_ptr(),
        }
    }

    /// Size of the columns in bytes.
    pub fn size_bytes(&self) -> usize {
        self.kinds.len() * (2 + 4 * 6 + 8 + 8)
    }
}

/// Makes a [`Tree`]: nodes are opened in preorder and closed in the opposite order.
#[derive(Debug)]
pub struct Builder {
    tree: Tree,
    open: Vec<Node>,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::with_capacity(0)
    }
}

impl Builder {
    /// An empty builder with room for `rows` nodes.
    pub fn with_capacity(rows: usize) -> Builder {
        let tree = Tree {
            kinds: Vec::with_capacity(rows),
            ops: Vec::with_capacity(rows),
            parents: Vec::with_capacity(rows),
            ends: Vec::with_capacity(rows),
            spans: Vec::with_capacity(rows),
            texts: Vec::with_capacity(rows),
            symbols: Vec::new(),
            hashes: Vec::new(),
            below: Vec::new(),
            bare: Vec::new(),
        };
        Builder { tree, open: Vec::new() }
    }

    /// Opens a node below the node that is open; what is opened next becomes its child.
    pub fn open(&mut self, kind: Kind, op: Op, span: Span, text: Text) -> Node {
        let node = Node(self.tree.kinds.len() as u32);
        let parent = self.open.last().copied().unwrap_or(node);
        self.push(kind, op, span, text, parent);
        self.open.push(node);
        node
    }

    /// Closes the node opened last.
    ///
    /// # Panics
    /// If no node is open.
    pub fn close(&mut self) {
        let node = self.open.pop().expect("close follows open");
        self.tree.ends[node.index()] = self.tree.kinds.len() as u32;
    }

    /// Adds a node without children.
    pub fn leaf(&mut self, kind: Kind, op: Op, span: Span, text: Text) -> Node {
        let node = self.open(kind, op, span, text);
        self.close();
        node
    }

    /// Adds an empty slot at the byte offset `at`.
    pub fn absent(&mut self, at: u32) -> Node {
        self.leaf(Kind::Absent, Op::None, Span::new(at, at), Text::NONE)
    }

    /// Changes the span of a node, for those whose end shows only after their children.
    pub fn set_span(&mut self, node: Node, span: Span) {
        self.tree.spans[node.index()] = span;
    }

    /// Changes the operator of a node.
    pub fn set_op(&mut self, node: Node, op: Op) {
        self.tree.ops[node.index()] = op;
    }

    /// How many nodes there are so far.
    pub fn len(&self) -> usize {
        self.tree.kinds.len()
    }

    /// Whether there are no nodes yet.
    pub fn is_empty(&self) -> bool {
        self.tree.kinds.is_empty()
    }

    /// Drops `node` and all rows after it, for a subtree that turned out to be bad. Nodes opened since are closed.
    pub fn truncate(&mut self, node: Node) {
        let rows = node.index();
        self.tree.kinds.truncate(rows);
        self.tree.ops.truncate(rows);
        self.tree.parents.truncate(rows);
        self.tree.ends.truncate(rows);
        self.tree.spans.truncate(rows);
        self.tree.texts.truncate(rows);
        self.open.retain(|open| open.index() < rows);
    }

    /// The finished tree, with hashes and kinds below filled in.
    ///
    /// # Panics
    /// If nodes are still open, or none was ever opened.
    pub fn finish(mut self) -> Tree {
        assert!(self.open.is_empty() && !self.is_empty(), "every node opened is closed");
        let end = Node(self.tree.kinds.len() as u32);
        self.push(Kind::Absent, Op::None, Span::default(), Text::NONE, end);
        self.tree.ends[end.index()] = end.0;
        self.tree.symbols = vec![SymbolId::NONE; end.index() + 1];
        fill_columns(&mut self.tree);
        self.tree
    }

    fn push(&mut self, kind: Kind, op: Op, span: Span, text: Text, parent: Node) {
        self.tree.kinds.push(kind);
        self.tree.ops.push(op);
        self.tree.parents.push(parent.0);
        self.tree.ends.push(0);
        self.tree.spans.push(span);
        self.tree.texts.push(text);
    }
}

/// One pass from the last row to the first: children come before their parents then, the last child first.
fn fill_columns(tree: &mut Tree) {
    let rows = tree.kinds.len();
    tree.hashes = vec![0; rows];
    tree.below = vec![KindSet::EMPTY; rows];
    tree.bare = (0..rows as u32).collect();
    for row in (0..rows - 1).rev() {
        let kind = tree.kinds[row];
        let of_children = tree.hashes[row];
        // Parentheses are transparent: their hash is their child's.
        let hash = if kind == Kind::Paren {
            tree.bare[row] = tree.bare[row + 1];
            tree.hashes[row + 1]
        } else {
            let own = (kind as u32) << 8 | tree.ops[row] as u32;
            mix(mix(of_children, own), tree.texts[row].0)
        };
        tree.hashes[row] = hash;
        let parent = tree.parents[row] as usize;
        if parent != row {
            tree.hashes[parent] = mix(tree.hashes[parent], hash);
            let below = tree.below[row].union(KindSet::of(&[kind]));
            tree.below[parent] = tree.below[parent].union(below);
        }
    }
}

/// Mixes one word into a hash. Multiplication by an odd constant is a bijection, so no information is lost early.
fn mix(hash: u32, word: u32) -> u32 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(a) + a` and `a + (a)`, with `a` as text 1.
    fn sum(left_paren: bool, right_paren: bool) -> Tree {
        let mut builder = Builder::default();
        builder.open(Kind::Binary, Op::Add, Span::new(0, 5), Text::NONE);
        for paren in [left_paren, right_paren] {
            if paren {
                builder.open(Kind::Paren, Op::None, Span::default(), Text::NONE);
            }
            builder.leaf(Kind::Ident, Op::None, Span::default(), Text(1));
            if paren {
                builder.close();
            }
        }
        builder.close();
        builder.finish()
    }

    #[test]
    fn parentheses_do_not_change_a_hash() {
        assert_eq!(sum(true, false).hash(Node::ROOT), sum(false, true).hash(Node::ROOT));
    }

    #[test]
    fn operands_of_equal_text_are_the_same_syntax() {
        let tree = sum(true, false);
        let [left, right] = [tree.slot(Node::ROOT, 0), tree.slot(Node::ROOT, 1)];
        assert_eq!(tree.kind(left), Kind::Paren);
        assert!(tree.same(left, right));
        assert!(!tree.same(left, Node::ROOT));
    }

    #[test]
    fn the_end_row_can_be_read_like_a_node() {
        let tree = sum(false, false);
        assert_eq!(tree.kind(tree.end_row()), Kind::Absent);
        assert_eq!(tree.end(tree.end_row()), tree.end_row());
        assert_eq!(tree.end(Node::ROOT), tree.end_row());
    }

    #[test]
    fn below_holds_the_kinds_strictly_below() {
        let tree = sum(true, false);
        assert_eq!(tree.below(Node::ROOT), KindSet::of(&[Kind::Paren, Kind::Ident]));
    }

    #[test]
    fn truncate_forgets_a_subtree() {
        let mut builder = Builder::default();
        builder.open(Kind::List, Op::None, Span::default(), Text::NONE);
        let bad = builder.open(Kind::Call, Op::None, Span::default(), Text::NONE);
        builder.open(Kind::Selector, Op::None, Span::default(), Text::NONE);
        builder.truncate(bad);
        builder.leaf(Kind::Bad, Op::None, Span::default(), Text::NONE);
        builder.close();
        assert_eq!(builder.finish().len(), 2);
    }
}
