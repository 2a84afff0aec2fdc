//! Programs by chance, and rules that are likely to match in them.
//!
//! In: a [`Dice`]. Out: a Go file, and rule files whose patterns are pieces of that file with holes, runs and alternations
//! in place of some parts. Names are few and lists are short, so that repeated holes often find equal syntax.

use std::fmt::Write;

/// Random numbers from a seed: the same seed, the same numbers.
///
/// Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014 (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that fall as the seed says.
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635)
    }

    /// A number below `bound`, which is not zero.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % bound as u64) as usize
    }

    /// True `percent` times of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

/// A piece of Go, with holes in patterns.
#[derive(Clone, Debug)]
pub struct Piece {
    form: Form,
    parts: Vec<Piece>,
}

/// How the parts of a piece hold together. Lists stand at the end of the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    // Expressions.
    Name(&'static str),
    /// A predeclared name or a literal: stands for itself in patterns too.
    Fixed(&'static str),
    Paren,
    Unary(&'static str),
    Binary(&'static str),
    Select(&'static str),
    Index,
    /// Callee, then arguments.
    Call,
    /// Type, then elements.
    Literal,
    /// One block.
    FuncLit,
    // Statements.
    Expr,
    Assign(&'static str),
    Increment,
    Defer,
    Return,
    /// Condition, block.
    If,
    /// Condition, block, block.
    IfElse,
    /// Block.
    Endless,
    /// Variable, range, block.
    Range,
    /// Statements.
    Block,
    // Patterns.
    Hole(u8),
    Blank,
    Run(Option<u8>),
    OneOf,
}

const NAMES: &[&str] = &["a", "b", "c"];
const FIXED: &[&str] = &["1", "2", "nil", "true", "\"s\""];
const FIELDS: &[&str] = &["M", "N"];
const OPERATORS: &[&str] = &["+", "-", "==", "!=", "<", "&&"];

impl Piece {
    fn leaf(form: Form) -> Piece {
        Piece { form, parts: Vec::new() }
    }

    fn of(form: Form, parts: Vec<Piece>) -> Piece {
        Piece { form, parts }
    }

    fn is_statement(&self) -> bool {
        use Form::{Assign, Block, Defer, Endless, Expr, If, IfElse, Increment, Range, Return};
        matches!(self.form, Expr | Assign(_) | Increment | Defer | Return | If | IfElse | Endless | Range | Block)
    }

    /// All pieces of this one, itself first.
    fn pieces(&self) -> Vec<&Piece> {
        let mut all = vec![self];
        let mut next = 0;
        while let Some(piece) = all.get(next) {
            let parts = &piece.parts;
            all.extend(parts);
            next += 1;
        }
        all
    }
}

/// A Go file with two functions, and the pieces of them.
pub fn program(dice: &mut Dice) -> (String, Vec<Piece>) {
    let blocks: Vec<Piece> = (0..2).map(|_| block(dice, 3)).collect();
    let mut text = String::from("package p\n");
    for (name, block) in ["f", "g"].iter().zip(&blocks) {
        let _ = write!(text, "\nfunc {name}() ");
        write_piece(block, &mut text);
        text.push('\n');
    }
    (text, blocks)
}

fn block(dice: &mut Dice, depth: usize) -> Piece {
    let count = dice.below(4) + usize::from(depth == 3);
    Piece::of(Form::Block, (0..count).map(|_| statement(dice, depth)).collect())
}

fn statement(dice: &mut Dice, depth: usize) -> Piece {
    let choices = if depth == 0 { 5 } else { 10 };
    match dice.below(choices) {
        0 | 1 => Piece::of(Form::Expr, vec![call(dice, 2)]),
        2 => Piece::of(Form::Assign(dice.pick(&["=", ":=", "+="])), vec![name(dice), expression(dice, 2)]),
        3 if dice.chance(50) => Piece::of(Form::Increment, vec![name(dice)]),
        3 => Piece::of(Form::Defer, vec![call(dice, 1)]),
        4 => {
            let results = dice.below(3);
            Piece::of(Form::Return, (0..results).map(|_| expression(dice, 1)).collect())
        }
        5 | 6 => Piece::of(Form::If, vec![expression(dice, 2), block(dice, depth - 1)]),
        7 => Piece::of(Form::IfElse, vec![expression(dice, 2), block(dice, depth - 1), block(dice, depth - 1)]),
        8 if dice.chance(50) => Piece::of(Form::Endless, vec![block(dice, depth - 1)]),
        8 => Piece::of(Form::Range, vec![name(dice), name(dice), block(dice, depth - 1)]),
        _ => block(dice, depth - 1),
    }
}

fn name(dice: &mut Dice) -> Piece {
    Piece::leaf(Form::Name(dice.pick(NAMES)))
}

fn expression(dice: &mut Dice, depth: usize) -> Piece {
    if depth == 0 {
        return if dice.chance(60) { name(dice) } else { Piece::leaf(Form::Fixed(dice.pick(FIXED))) };
    }
    match dice.below(12) {
        0..4 => expression(dice, 0),
        4 => Piece::of(Form::Paren, vec![expression(dice, depth - 1)]),
        5 => Piece::of(Form::Unary(dice.pick(&["-", "!", "&"])), vec![expression(dice, depth - 1)]),
        6 | 7 => {
            let operands = vec![expression(dice, depth - 1), expression(dice, depth - 1)];
            Piece::of(Form::Binary(dice.pick(OPERATORS)), operands)
        }
        8 => Piece::of(Form::Select(dice.pick(FIELDS)), vec![expression(dice, depth - 1)]),
        9 => Piece::of(Form::Index, vec![name(dice), expression(dice, depth - 1)]),
        10 if dice.chance(50) => Piece::of(Form::FuncLit, vec![block(dice, 0)]),
        10 => {
            let (mut parts, count) = (vec![name(dice)], dice.below(3));
            parts.extend((0..count).map(|_| expression(dice, depth - 1)));
            Piece::of(Form::Literal, parts)
        }
        _ => call(dice, depth),
    }
}

fn call(dice: &mut Dice, depth: usize) -> Piece {
    let callee = match dice.below(4) {
        0 => Piece::leaf(Form::Fixed("len")),
        1 => Piece::of(Form::Select(dice.pick(FIELDS)), vec![name(dice)]),
        _ => name(dice),
    };
    let count = dice.below(5);
    let mut parts = vec![callee];
    for _ in 0..count {
        parts.push(expression(dice, depth.saturating_sub(1)));
    }
    Piece::of(Form::Call, parts)
}

/// A rule likely to match in a program made of these pieces.
pub fn rule(dice: &mut Dice, name: &str, program: &[Piece]) -> String {
    let mut holes = Holes::default();
    let mut text = format!("rule {name} {{\n    match {}", pattern(dice, program, &mut holes));
    for _ in 0..dice.below(3) {
        let _ = write!(text, "\n    {}", clause(dice, program, &mut holes));
    }
    let pieces: Vec<String> = holes.mentioned().map(|hole| format!("{{{hole}}}")).collect();
    let _ = write!(text, "\n    report \"m {}\"\n}}\n", pieces.join(" "));
    text
}

/// The holes that a rule has so far. Those bound in alternatives or negations alone are blank instead.
#[derive(Default)]
struct Holes {
    nodes: u8,
    runs: u8,
    operators: u8,
    /// Nothing new may be bound.
    closed: bool,
}

impl Holes {
    fn mentioned(&self) -> impl Iterator<Item = String> {
        let nodes = (0..self.nodes).map(|hole| format!("$h{hole}"));
        nodes
            .chain((0..self.runs).map(|run| format!("$*r{run}")))
            .chain((0..self.operators).map(|op| format!("$o{op}")))
    }

    fn node(&mut self, dice: &mut Dice) -> Form {
        if self.nodes > 0 && dice.chance(if self.closed { 60 } else { 35 }) {
            return Form::Hole(dice.below(self.nodes.into()) as u8);
        }
        if self.closed || self.nodes == 5 || dice.chance(25) {
            return Form::Blank;
        }
        self.nodes += 1;
        Form::Hole(self.nodes - 1)
    }

    fn run(&mut self, dice: &mut Dice) -> Form {
        if self.runs > 0 && dice.chance(40) {
            return Form::Run(Some(dice.below(self.runs.into()) as u8));
        }
        if self.closed || self.runs == 2 || dice.chance(50) {
            return Form::Run(None);
        }
        self.runs += 1;
        Form::Run(Some(self.runs - 1))
    }
}

/// `expr { … }`, `stmt { … }` or `stmts { … }`, a piece of the program with holes.
fn pattern(dice: &mut Dice, program: &[Piece], holes: &mut Holes) -> String {
    let pieces: Vec<&Piece> = program.iter().flat_map(Piece::pieces).collect();
    let mut piece = dice.pick(&pieces);
    // A piece without parts makes a rule that matches everywhere or nothing.
    for _ in 0..20 {
        if !matches!(piece.form, Form::Name(_) | Form::Fixed(_) | Form::Paren) {
            break;
        }
        piece = dice.pick(&pieces);
    }
    let mut text = String::new();
    if piece.form == Form::Block && piece.parts.len() > 1 && dice.chance(60) {
        let from = dice.below(piece.parts.len() - 1);
        let mut parts = with_runs(dice, &piece.parts[from..], holes);
        while parts.first().is_some_and(is_run) {
            parts.remove(0);
        }
        while parts.last().is_some_and(is_run) {
            parts.pop();
        }
        if !parts.is_empty() {
            write_list(&parts, "; ", &mut text);
            return format!("stmts {{ {text} }}");
        }
    }
    let parts = parts_with_holes(dice, piece, holes);
    write_piece(&Piece::of(piece.form, parts), &mut text);
    format!("{} {{ {text} }}", if piece.is_statement() { "stmt" } else { "expr" })
}

fn is_run(piece: &Piece) -> bool {
    matches!(piece.form, Form::Run(_))
}

fn clause(dice: &mut Dice, program: &[Piece], holes: &mut Holes) -> String {
    let negated = dice.chance(30);
    let was_closed = std::mem::replace(&mut holes.closed, true);
    let mut subject = String::new();
    if holes.nodes > 0 && dice.chance(40) {
        let _ = write!(subject, "$h{}", dice.below(holes.nodes.into()));
    } else if holes.runs > 0 && dice.chance(40) {
        let _ = write!(subject, "$*r{}", dice.below(holes.runs.into()));
    }
    // What a condition of its own binds may be used behind it, unless it is negated or one of several.
    let alone = dice.chance(60);
    holes.closed = negated || !alone || was_closed;
    // Where a name stands that occurs twice is open, so that only the match is asked what it is inside of.
    let relation = if subject.is_empty() { dice.pick(&["inside", "contains"]) } else { "contains" };
    let mut text =
        format!("{subject} {}{relation} {}", if negated { "not " } else { "" }, pattern(dice, program, holes));
    holes.closed = true;
    if !alone {
        let _ = write!(text, " or {}", pattern(dice, program, holes));
    }
    match dice.below(6) {
        0 => text += " across func",
        1 => {
            let _ = write!(text, " until {}", pattern(dice, program, holes));
        }
        _ => {}
    }
    holes.closed = was_closed;
    if subject.is_empty() { text.trim_start().to_owned() } else { format!("where {text}") }
}

/// The parts of a piece with holes in place of some, and of all names.
fn parts_with_holes(dice: &mut Dice, piece: &Piece, holes: &mut Holes) -> Vec<Piece> {
    let slots = match piece.form {
        Form::Call | Form::Literal => 1,
        Form::Return | Form::Block => 0,
        _ => piece.parts.len(),
    };
    let (fixed, list) = piece.parts.split_at(slots.min(piece.parts.len()));
    let mut parts: Vec<Piece> = fixed
        .iter()
        .map(|part| match part.form {
            // Blocks, and the names that a statement declares, are no places for alternations.
            Form::Block => Piece::of(Form::Block, parts_with_holes(dice, part, holes)),
            _ if matches!(piece.form, Form::Assign(_) | Form::Range) => Piece::leaf(holes.node(dice)),
            Form::Name(_) => Piece::leaf(holes.node(dice)),
            _ => with_holes(dice, part, holes),
        })
        .collect();
    if matches!(piece.form, Form::Assign(_)) && parts.len() == 2 && dice.chance(50) {
        parts[1] = with_holes(dice, &piece.parts[1], holes);
    }
    parts.extend(with_runs(dice, list, holes));
    parts
}

fn with_holes(dice: &mut Dice, piece: &Piece, holes: &mut Holes) -> Piece {
    if matches!(piece.form, Form::Name(_)) || dice.chance(30) {
        return Piece::leaf(holes.node(dice));
    }
    let plain = Piece::of(piece.form, parts_with_holes(dice, piece, holes));
    if piece.is_statement() || !dice.chance(12) {
        return plain;
    }
    // The other alternatives bind nothing of their own: every hole is bound on each of them, or on none.
    let was_closed = std::mem::replace(&mut holes.closed, true);
    let of = Piece::of(piece.form, parts_with_holes(dice, piece, holes));
    let other = expression(dice, 1);
    let other = Piece::of(other.form, parts_with_holes(dice, &other, holes));
    let other = if matches!(other.form, Form::Name(_)) { Piece::leaf(Form::Fixed("3")) } else { other };
    holes.closed = was_closed;
    Piece::of(Form::OneOf, if dice.chance(50) { vec![of, other] } else { vec![other, of] })
}

/// A list with runs in place of some stretches.
fn with_runs(dice: &mut Dice, list: &[Piece], holes: &mut Holes) -> Vec<Piece> {
    let mut parts: Vec<Piece> = Vec::new();
    let mut rest = list;
    while let Some((first, behind)) = rest.split_first() {
        if dice.chance(25) && !parts.last().is_some_and(is_run) {
            parts.push(Piece::leaf(holes.run(dice)));
            rest = &rest[dice.below(rest.len() + 1)..];
            continue;
        }
        parts.push(with_holes(dice, first, holes));
        rest = behind;
    }
    if dice.chance(15) && !parts.last().is_some_and(is_run) {
        parts.push(Piece::leaf(holes.run(dice)));
    }
    parts
}

fn write_list(pieces: &[Piece], separator: &str, text: &mut String) {
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        write_piece(piece, text);
    }
}

/// Writes an operand: what binds less tightly, or may be taken for something else there, is put in parentheses.
fn write_operand(piece: &Piece, text: &mut String) {
    // `2.M` would be a number and a name.
    let is_number = matches!(piece.form, Form::Fixed("1" | "2" | "3"));
    let is_plain = !is_number
        && matches!(
            piece.form,
            Form::Name(_)
                | Form::Fixed(_)
                | Form::Paren
                | Form::Select(_)
                | Form::Index
                | Form::Call
                | Form::Hole(_)
                | Form::Blank
                | Form::OneOf
        );
    if is_plain {
        return write_piece(piece, text);
    }
    text.push('(');
    write_piece(piece, text);
    text.push(')');
}

fn write_piece(piece: &Piece, text: &mut String) {
    let parts = &piece.parts;
    match piece.form {
        Form::Name(name) | Form::Fixed(name) => text.push_str(name),
        Form::Hole(number) => text.push_str(&format!("$h{number}")),
        Form::Blank => text.push_str("$_"),
        Form::Run(None) => text.push_str("..."),
        Form::Run(Some(number)) => text.push_str(&format!("$*r{number}")),
        Form::OneOf => {
            text.push_str("$(");
            write_list(parts, ", ", text);
            text.push(')');
        }
        Form::Paren => {
            text.push('(');
            write_piece(&parts[0], text);
            text.push(')');
        }
        Form::Unary(operator) => {
            text.push_str(operator);
            write_operand(&parts[0], text);
        }
        Form::Binary(operator) => {
            write_operand(&parts[0], text);
            text.push_str(&format!(" {operator} "));
            write_operand(&parts[1], text);
        }
        Form::Select(field) => {
            write_operand(&parts[0], text);
            text.push_str(&format!(".{field}"));
        }
        Form::Index => {
            write_operand(&parts[0], text);
            text.push('[');
            write_piece(&parts[1], text);
            text.push(']');
        }
        Form::Call => {
            write_operand(&parts[0], text);
            text.push('(');
            write_list(&parts[1..], ", ", text);
            text.push(')');
        }
        Form::Literal => {
            write_operand(&parts[0], text);
            text.push('{');
            write_list(&parts[1..], ", ", text);
            text.push('}');
        }
        Form::FuncLit => {
            text.push_str("func() ");
            write_piece(&parts[0], text);
        }
        Form::Expr => write_piece(&parts[0], text),
        Form::Assign(operator) => {
            write_piece(&parts[0], text);
            text.push_str(&format!(" {operator} "));
            write_piece(&parts[1], text);
        }
        Form::Increment => {
            write_piece(&parts[0], text);
            text.push_str("++");
        }
        Form::Defer => {
            text.push_str("defer ");
            write_piece(&parts[0], text);
        }
        Form::Return => {
            text.push_str("return ");
            write_list(parts, ", ", text);
        }
        Form::If | Form::IfElse => {
            text.push_str("if ");
            write_operand(&parts[0], text);
            text.push(' ');
            write_piece(&parts[1], text);
            if let Some(other) = parts.get(2) {
                text.push_str(" else ");
                write_piece(other, text);
            }
        }
        Form::Endless => {
            text.push_str("for ");
            write_piece(&parts[0], text);
        }
        Form::Range => {
            text.push_str("for _, ");
            write_piece(&parts[0], text);
            text.push_str(" := range ");
            write_operand(&parts[1], text);
            text.push(' ');
            write_piece(&parts[2], text);
        }
        Form::Block => {
            text.push_str("{ ");
            write_list(parts, "; ", text);
            text.push_str(" }");
        }
    }
}
