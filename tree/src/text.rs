//! Interned texts and symbols: equal names are equal numbers, within one file and the rules applied to it.
//!
//! A [`Vocabulary`] holds what the loaded rules mention and is shared by all files. [`Texts`] adds what one file
//! mentions. Numbers up to the vocabulary's size mean the same in every file; higher ones belong to one file. So a
//! compiled rule compares its atoms by number, and a file never grows a table that another file reads.

use rustc_hash::{FxHashMap, FxHasher};
use std::hash::Hasher;
use std::ops::Range;
use std::sync::Arc;

/// The number of an interned byte string; [`Text::NONE`] where a node has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Text(pub u32);

impl Text {
    /// No text.
    pub const NONE: Text = Text(0);
}

/// The number of a symbol: a name in a package, such as `Get` of `net/http`. Predeclared names have the empty path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct SymbolId(pub u32);

impl SymbolId {
    /// The node names no symbol, as far as is known.
    pub const NONE: SymbolId = SymbolId(0);
}

/// The texts and symbols that the loaded rules mention; their numbers are the same in every file.
#[derive(Debug, Default)]
pub struct Vocabulary {
    texts: Vec<Box<[u8]>>,
    index: Index,
    symbols: Vec<(Text, Text)>,
    symbol_ids: FxHashMap<(Text, Text), SymbolId>,
}

impl Vocabulary {
    /// The number of `bytes`, added if new.
    pub fn text(&mut self, bytes: &[u8]) -> Text {
        let hash = hash_of(bytes);
        if let Some(text) = self.find(hash, bytes) {
            return text;
        }
        self.texts.push(bytes.into());
        let text = Text(self.texts.len() as u32);
        self.index.insert(hash, text);
        text
    }

    fn find(&self, hash: u32, bytes: &[u8]) -> Option<Text> {
        self.index.find(hash, |text| &*self.texts[text.0 as usize - 1] == bytes)
    }

    /// The number of the symbol `name` of the package with import path `path`, added if new.
    pub fn symbol(&mut self, path: &str, name: &str) -> SymbolId {
        let pair = (self.text(path.as_bytes()), self.text(name.as_bytes()));
        if let Some(&symbol) = self.symbol_ids.get(&pair) {
            return symbol;
        }
        self.symbols.push(pair);
        let symbol = SymbolId(self.symbols.len() as u32);
        self.symbol_ids.insert(pair, symbol);
        symbol
    }

    /// How many texts there are; their numbers are 1 to this.
    pub fn text_count(&self) -> usize {
        self.texts.len()
    }

    /// How many symbols there are; their numbers are 1 to this.
    pub fn symbol_count(&self) -> usize {
        self.symbols.len()
    }
}

/// The texts and symbols of one file, on top of a [`Vocabulary`].
#[derive(Clone, Debug)]
pub struct Texts {
    vocabulary: Arc<Vocabulary>,
    arena: Vec<u8>,
    local: Vec<Range<u32>>,
    /// The texts of this file, those of the vocabulary that occur in it included.
    index: Index,
    symbols: Vec<(Text, Text)>,
    symbol_ids: FxHashMap<(Text, Text), SymbolId>,
}

impl Texts {
    /// An empty table over `vocabulary`.
    pub fn new(vocabulary: Arc<Vocabulary>) -> Texts {
        Texts {
            vocabulary,
            arena: Vec::new(),
            local: Vec::new(),
            index: Index::default(),
            symbols: Vec::new(),
            symbol_ids: FxHashMap::default(),
        }
    }

    /// The number of `bytes`, added if new.
    pub fn intern(&mut self, bytes: &[u8]) -> Text {
        let hash = hash_of(bytes);
        if let Some(text) = self.index.find(hash, |text| self.bytes(text) == bytes) {
            return text;
        }
        let text = self.vocabulary.find(hash, bytes).unwrap_or_else(|| {
            let start = self.arena.len() as u32;
            self.arena.extend_from_slice(bytes);
            self.local.push(start..self.arena.len() as u32);
            Text((self.vocabulary.texts.len() + self.local.len()) as u32)
        });
        self.index.insert(hash, text);
        text
    }

    /// How many texts there are, the vocabulary's included; their numbers are 1 to this.
    pub fn count(&self) -> usize {
        self.vocabulary.texts.len() + self.local.len()
    }

    /// The number of the symbol `name` of the package with import path `path`, added if new.
    pub fn symbol(&mut self, path: Text, name: Text) -> SymbolId {
        if let Some(&symbol) =
            self.vocabulary.symbol_ids.get(&(path, name)).or_else(|| self.symbol_ids.get(&(path, name)))
        {
            return symbol;
        }
        self.symbols.push((path, name));
        let symbol = SymbolId((self.vocabulary.symbols.len() + self.symbols.len()) as u32);
        self.symbol_ids.insert((path, name), symbol);
        symbol
    }

    /// The number of the symbol, if the rules mention it.
    pub fn known_symbol(&self, path: Text, name: Text) -> Option<SymbolId> {
        self.vocabulary.symbol_ids.get(&(path, name)).copied()
    }

    /// The bytes of `text`; empty for [`Text::NONE`].
    ///
    /// # Panics
    /// If `text` was made by another table.
    pub fn bytes(&self, text: Text) -> &[u8] {
        let Some(index) = (text.0 as usize).checked_sub(1) else { return &[] };
        match self.vocabulary.texts.get(index) {
            Some(bytes) => bytes,
            None => {
                let range = &self.local[index - self.vocabulary.texts.len()];
                &self.arena[range.start as usize..range.end as usize]
            }
        }
    }

    /// The bytes of `text` as a string, with invalid UTF-8 replaced.
    pub fn str(&self, text: Text) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(text))
    }

    /// Import path and name of `symbol`, or nothing for [`SymbolId::NONE`].
    ///
    /// # Panics
    /// If `symbol` was made by another table.
    pub fn symbol_parts(&self, symbol: SymbolId) -> Option<(Text, Text)> {
        let index = (symbol.0 as usize).checked_sub(1)?;
        let known = &self.vocabulary.symbols;
        Some(*known.get(index).unwrap_or_else(|| &self.symbols[index - known.len()]))
    }

    /// The vocabulary below this table.
    pub fn vocabulary(&self) -> &Arc<Vocabulary> {
        &self.vocabulary
    }
}

/// A hash table of texts that are stored elsewhere: open addressing, so that a look-up is one hash and mostly one probe.
#[derive(Clone, Debug, Default)]
struct Index {
    /// Hash and text; [`Text::NONE`] where free. As long as a power of two, and at most half full.
    slots: Vec<(u32, Text)>,
    len: usize,
}

impl Index {
    fn find(&self, hash: u32, is_it: impl Fn(Text) -> bool) -> Option<Text> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = hash as usize & mask;
        loop {
            let (own, text) = self.slots[at];
            if text == Text::NONE {
                return None;
            }
            if own == hash && is_it(text) {
                return Some(text);
            }
            at = (at + 1) & mask;
        }
    }

    fn insert(&mut self, hash: u32, text: Text) {
        if self.len * 2 >= self.slots.len() {
            let free = vec![(0, Text::NONE); (self.slots.len() * 2).max(256)];
            let full = std::mem::replace(&mut self.slots, free);
            full.into_iter().filter(|slot| slot.1 != Text::NONE).for_each(|(hash, text)| self.place(hash, text));
        }
        self.place(hash, text);
        self.len += 1;
    }

    fn place(&mut self, hash: u32, text: Text) {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at].1 != Text::NONE {
            at = (at + 1) & mask;
        }
        self.slots[at] = (hash, text);
    }
}

fn hash_of(bytes: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(bytes);
    hasher.finish() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_and_keeps_it() {
        let mut vocabulary = Vocabulary::default();
        let known = vocabulary.text(b"known");
        let mut texts = Texts::new(Arc::new(vocabulary));
        let names: Vec<String> = (0..5_000).map(|number| format!("name{number}")).collect();
        let numbers: Vec<Text> = names.iter().map(|name| texts.intern(name.as_bytes())).collect();
        for (name, number) in names.iter().zip(&numbers) {
            assert_eq!(texts.intern(name.as_bytes()), *number);
            assert_eq!(texts.bytes(*number), name.as_bytes());
        }
        assert_eq!(texts.intern(b"known"), known);
        assert_eq!(texts.intern(b""), texts.intern(b""));
        assert_eq!(texts.count(), 5_002);
    }

    #[test]
    fn symbols_of_the_vocabulary_keep_their_numbers() {
        let mut vocabulary = Vocabulary::default();
        let get = vocabulary.symbol("net/http", "Get");
        let mut texts = Texts::new(Arc::new(vocabulary));
        let [path, name, other] = [&b"net/http"[..], b"Get", b"Post"].map(|text| texts.intern(text));
        assert_eq!(texts.symbol(path, name), get);
        assert_ne!(texts.symbol(path, other), get);
        assert_eq!(texts.symbol_parts(get), Some((path, name)));
    }
}
