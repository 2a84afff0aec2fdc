//! Interned texts and symbols: equal names are equal numbers, within one file and the rules applied to it.
//!
//! A [`Vocabulary`] holds what the loaded rules mention and is shared by all files. [`Texts`] adds what one file
//! mentions. Numbers up to the vocabulary's size mean the same in every file; higher ones belong to one file. So a
//! compiled rule compares its atoms by number, and a file never grows a table that another file reads.

use rustc_hash::FxHashMap;
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
    text_ids: FxHashMap<Box<[u8]>, Text>,
    symbols: Vec<(Text, Text)>,
    symbol_ids: FxHashMap<(Text, Text), SymbolId>,
}

impl Vocabulary {
    /// The number of `bytes`, added if new.
    pub fn text(&mut self, bytes: &[u8]) -> Text {
        if let Some(&text) = self.text_ids.get(bytes) {
            return text;
        }
        self.texts.push(bytes.into());
        let text = Text(self.texts.len() as u32);
        self.text_ids.insert(bytes.into(), text);
        text
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
    local_ids: FxHashMap<Box<[u8]>, Text>,
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
            local_ids: FxHashMap::default(),
            symbols: Vec::new(),
            symbol_ids: FxHashMap::default(),
        }
    }

    /// The number of `bytes`, added if new.
    pub fn intern(&mut self, bytes: &[u8]) -> Text {
        if let Some(&text) = self.local_ids.get(bytes) {
            return text;
        }
        let text = self.vocabulary.text_ids.get(bytes).copied().unwrap_or_else(|| {
            let start = self.arena.len() as u32;
            self.arena.extend_from_slice(bytes);
            self.local.push(start..self.arena.len() as u32);
            Text((self.vocabulary.texts.len() + self.local.len()) as u32)
        });
        self.local_ids.insert(bytes.into(), text);
        text
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
