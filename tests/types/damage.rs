//! Damage: one token or statement of a Go file that is deleted, and what may suffer from it.
//!
//! In: the files of a package, parsed. Out: [`Damage`], and for each declaration whether it depends on the damaged one
//! ([`Dependence`]). Dependence is judged by names alone: a declaration depends on another if it mentions a name that the
//! other declares, or that is declared by one whose signature depends on it. Bodies of functions have no dependents.

use fastrand::Rng;
use rulec_gofront::File;
use rulec_tree::{Category, Kind, Node, Span, Tree};
use rustc_hash::FxHashSet;

/// Something deleted.
#[derive(Clone, Debug, PartialEq)]
pub struct Damage {
    /// What is deleted.
    pub removed: Span,
    /// What kind of thing that is.
    pub what: &'static str,
    /// The top-level declaration around it.
    pub declaration: Span,
    /// Whether it lies between the braces of a function, so that nothing outside depends on it.
    pub in_body: bool,
}

impl Damage {
    /// Where an offset outside of the declaration is after the damage.
    pub fn moved(&self, offset: u32) -> u32 {
        if offset >= self.removed.end { offset - (self.removed.end - self.removed.start) } else { offset }
    }

    /// The file without what is deleted.
    pub fn apply(&self, source: &[u8]) -> Vec<u8> {
        let Span { start, end } = self.removed;
        let [before, after] = [source.get(..start as usize), source.get(end as usize..)];
        [before.unwrap_or_default(), after.unwrap_or_default()].concat()
    }
}

/// Chooses what to delete; `None` if the file declares nothing.
pub fn choose(dice: &mut Rng, source: &[u8], file: &File) -> Option<Damage> {
    let tree = &file.tree;
    let declarations: Vec<Node> = declarations(tree).collect();
    let declaration = *declarations.get(dice.usize(..declarations.len().max(1)))?;
    let span = tree.span(declaration);
    let statements: Vec<Span> = statements(tree, declaration).collect();
    let (removed, what) = if !statements.is_empty() && dice.bool() {
        (statements[dice.usize(..statements.len())], "statement")
    } else {
        let tokens = tokens(source.get(span.range())?);
        let token = tokens.get(dice.usize(..tokens.len().max(1)))?;
        let removed = Span { start: span.start + token.start as u32, end: span.start + token.end as u32 };
        (removed, kind_of_token(source.get(removed.range())?))
    };
    let in_body = body(tree, declaration).is_some_and(|body| body.start < removed.start && removed.end < body.end);
    Some(Damage { removed, what, declaration: span, in_body })
}

fn declarations(tree: &Tree) -> impl Iterator<Item = Node> + '_ {
    tree.children(tree.slot(Node::ROOT, 1)).filter(|node| tree.kind(*node).category() == Category::Decl)
}

fn statements(tree: &Tree, declaration: Node) -> impl Iterator<Item = Span> + '_ {
    let is_statement = |node: &Node| tree.kind(*node).category() == Category::Stmt && tree.kind(*node) != Kind::Block;
    tree.descendants(declaration).filter(is_statement).map(|node| tree.span(node)).filter(|span| span.start < span.end)
}

/// The body of a function declaration, braces included.
fn body(tree: &Tree, declaration: Node) -> Option<Span> {
    let body = (tree.kind(declaration) == Kind::FuncDecl).then(|| tree.slot(declaration, 3))?;
    (tree.kind(body) == Kind::Block).then(|| tree.span(body))
}

fn kind_of_token(token: &[u8]) -> &'static str {
    match token.first() {
        Some(b'{' | b'}') => "brace",
        Some(b'(' | b')' | b'[' | b']') => "bracket",
        Some(b'"' | b'`' | b'\'') => "string",
        Some(byte) if is_word(*byte) => "word",
        _ => "operator",
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The tokens of a piece of Go, comments left out.
///
/// Source: The Go Programming Language Specification, "Lexical elements".
fn tokens(source: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let (len, counts) = token_len(rest);
        if counts {
            tokens.push(at..at + len);
        }
        at += len;
    }
    tokens
}

/// The length of what stands first, and whether it is a token: white space and comments are none.
fn token_len(rest: &[u8]) -> (usize, bool) {
    const OPERATORS: &[&str] = &[
        "<<=", ">>=", "&^=", "...", "&&", "||", "<-", "++", "--", "==", "!=", "<=", ">=", ":=", "+=", "-=", "*=", "/=",
        "%=", "&=", "|=", "^=", "<<", ">>", "&^",
    ];
    let up_to = |found: Option<usize>| found.unwrap_or(rest.len());
    match rest {
        [b' ' | b'\t' | b'\r' | b'\n', ..] => (1, false),
        [b'/', b'/', ..] => (up_to(memchr::memchr(b'\n', rest)), false),
        [b'/', b'*', ..] => (up_to(memchr::memmem::find(rest, b"*/").map(|at| at + 2)), false),
        [b'`', inner @ ..] => (up_to(memchr::memchr(b'`', inner).map(|at| at + 2)), true),
        [quote @ (b'"' | b'\''), ..] => (quoted_len(rest, *quote), true),
        [first, ..] if is_word(*first) => (up_to(rest.iter().position(|byte| !is_word(*byte))), true),
        _ => (OPERATORS.iter().find(|op| rest.starts_with(op.as_bytes())).map_or(1, |op| op.len()), true),
    }
}

fn quoted_len(rest: &[u8], quote: u8) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.iter().enumerate().skip(1) {
        if !escaped && *byte == quote {
            return at + 1;
        }
        escaped = *byte == b'\\' && !escaped;
    }
    rest.len()
}

/// A top-level declaration, by names.
#[derive(Debug)]
struct Declaration {
    file: usize,
    span: Span,
    declares: FxHashSet<String>,
    /// Names outside of the body of a function.
    signature: FxHashSet<String>,
    body: FxHashSet<String>,
}

/// Which declarations of a package depend on a damaged one.
#[derive(Debug)]
pub struct Dependence {
    /// File and span of each.
    dependents: Vec<(usize, Span)>,
}

impl Dependence {
    /// What depends on the damaged declaration of file number `damaged`.
    pub fn new(files: &[&File], damaged: usize, damage: &Damage) -> Dependence {
        if damage.in_body {
            return Dependence { dependents: Vec::new() };
        }
        let all: Vec<Declaration> = files.iter().enumerate().flat_map(|(number, file)| read(number, file)).collect();
        let is_damaged = |one: &&Declaration| one.file == damaged && one.span == damage.declaration;
        let mut lost: FxHashSet<String> = all.iter().filter(is_damaged).flat_map(|one| one.declares.clone()).collect();
        loop {
            let before = lost.len();
            for one in &all {
                if !one.signature.is_disjoint(&lost) {
                    lost.extend(one.declares.iter().cloned());
                }
            }
            if lost.len() == before {
                break;
            }
        }
        let depends = |one: &&Declaration| !one.signature.is_disjoint(&lost) || !one.body.is_disjoint(&lost);
        Dependence { dependents: all.iter().filter(depends).map(|one| (one.file, one.span)).collect() }
    }

    /// Whether what stands at `span` in file number `file` depends on the damage.
    pub fn covers(&self, file: usize, span: Span) -> bool {
        self.dependents.iter().any(|(number, around)| *number == file && around.covers(span))
    }
}

fn read(number: usize, file: &File) -> impl Iterator<Item = Declaration> {
    let tree = &file.tree;
    declarations(tree).map(move |node| {
        let body = body(tree, node);
        let mut one = Declaration {
            file: number,
            span: tree.span(node),
            declares: FxHashSet::default(),
            signature: FxHashSet::default(),
            body: FxHashSet::default(),
        };
        for below in tree.descendants(node) {
            let in_body = body.is_some_and(|body| body.covers(tree.span(below)));
            if tree.kind(below) == Kind::ImportSpec {
                one.declares.extend(imported(file, below));
            } else if tree.kind(below) == Kind::Ident {
                let text = file.texts.str(tree.text(below)).into_owned();
                if !in_body && is_declared(tree, below) {
                    one.declares.insert(text.clone());
                }
                if in_body { &mut one.body } else { &mut one.signature }.insert(text);
            }
        }
        one
    })
}

/// Whether an identifier names what a declaration declares, fields and methods of types included.
fn is_declared(tree: &Tree, name: Node) -> bool {
    let above = tree.parent(name);
    let holder = if tree.kind(above) == Kind::List { tree.parent(above) } else { above };
    match tree.kind(holder) {
        Kind::FuncDecl => tree.slot(holder, 1) == name,
        Kind::TypeSpec => tree.slot(holder, 0) == name,
        Kind::ConstSpec | Kind::VarSpec => tree.slot(holder, 0) == above,
        // Embedded fields are named by their types.
        Kind::Field => {
            let in_type = matches!(tree.kind(tree.parent(holder)), Kind::StructType | Kind::InterfaceType);
            in_type && (tree.slot(holder, 0) == above || tree.slot(holder, 1) == name)
        }
        _ => false,
    }
}

/// The names that an import may bring in: a package mostly has the name of its folder, or of the one above `v2`.
fn imported(file: &File, spec: Node) -> Vec<String> {
    let tree = &file.tree;
    let own = tree.slot(spec, 0);
    if tree.kind(own) == Kind::Ident {
        return vec![file.texts.str(tree.text(own)).into_owned()];
    }
    let path = file.texts.str(tree.text(tree.slot(spec, 1)));
    path.rsplit('/').take(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulec_gofront::Reader;
    use rulec_tree::Vocabulary;
    use std::sync::Arc;

    fn file(source: &str) -> File {
        Reader::new().read(source.as_bytes(), &Arc::new(Vocabulary::default())).unwrap()
    }

    #[test]
    fn tokens_are_those_of_go() {
        let source = "a.b := `x\n`+\"\\\"/*\" // c\n/* d */ x &^= 'y' << 0x1F";
        let texts: Vec<&str> = tokens(source.as_bytes()).into_iter().map(|range| &source[range]).collect();
        assert_eq!(texts, ["a", ".", "b", ":=", "`x\n`", "+", "\"\\\"/*\"", "x", "&^=", "'y'", "<<", "0x1F"]);
        for unfinished in ["\"a\\", "`a", "/* a", "'"] {
            assert!(tokens(unfinished.as_bytes()).len() <= 1, "{unfinished}");
        }
    }

    const SOURCE: &str = "package p\n\nimport \"a/b\"\n\ntype T struct{ f int }\n\nfunc (t T) m() int { return t.f }\n\n\
                          func use() { var x S; x.m() }\n\nfunc free() { b.X() }\n";

    #[test]
    fn what_mentions_lost_names_depends() {
        let file = file(SOURCE);
        let span_of = |text: &str| {
            let start = SOURCE.find(text).unwrap() as u32;
            Span { start, end: start + 1 }
        };
        let spans: Vec<Span> = declarations(&file.tree).map(|node| file.tree.span(node)).collect();
        let damage = |declaration: usize, in_body| Damage {
            removed: Span { start: spans[declaration].start, end: spans[declaration].start + 1 },
            what: "word",
            declaration: spans[declaration],
            in_body,
        };
        let depend = |damage: &Damage| {
            let dependence = Dependence::new(&[&file], 0, damage);
            ["func (t T)", "func use", "func free"].map(|text| dependence.covers(0, span_of(text)))
        };
        assert_eq!(depend(&damage(1, false)), [true, true, false], "m is lost with T, and use mentions m");
        assert_eq!(depend(&damage(0, false)), [false, false, true]);
        assert_eq!(depend(&damage(2, true)), [false; 3]);
    }

    #[test]
    fn damage_is_one_token_or_statement() {
        let file = file(SOURCE);
        let mut dice = Rng::with_seed(1);
        let mut kinds = FxHashSet::default();
        for _ in 0..200 {
            let damage = choose(&mut dice, SOURCE.as_bytes(), &file).unwrap();
            assert!(damage.declaration.covers(damage.removed) && damage.removed.start < damage.removed.end);
            let damaged = damage.apply(SOURCE.as_bytes());
            let end = damage.declaration.end;
            assert_eq!(damaged[damage.moved(end) as usize..], SOURCE.as_bytes()[end as usize..]);
            kinds.insert(damage.what);
        }
        assert!(kinds.len() >= 5, "{kinds:?}");
    }
}
