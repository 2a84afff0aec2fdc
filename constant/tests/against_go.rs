//! Random constant expressions, computed here and by `go/types`: the exact texts must be the same.
//!
//! Skipped, loudly, where there is no `go` command.

use rulec_constant::{Target, Value, quote};
use rulec_tree::{Kind, Op, literal};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Command;

const EXPRESSIONS: usize = 6000;

/// Prints the exact value of each constant of a file, one a line, in source order.
const CHECKER: &str = r#"package main

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
)

func main() {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, os.Args[1], nil, 0)
	if err != nil {
		panic(err)
	}
	config := types.Config{Importer: importer.Default(), Error: func(error) {}}
	pkg, _ := config.Check("p", fset, []*ast.File{file}, nil)
	for _, decl := range file.Decls {
		name := decl.(*ast.GenDecl).Specs[0].(*ast.ValueSpec).Names[0].Name
		fmt.Println(pkg.Scope().Lookup(name).(*types.Const).Val().ExactString())
	}
}
"#;

/// Prints which characters `strconv.Quote` leaves as they are.
const PRINTER: &str = r#"package main

import (
	"fmt"
	"strconv"
)

func main() {
	for c := rune(0); c <= 0x10ffff; c++ {
		if c < 0xd800 || c > 0xdfff {
			fmt.Println(strconv.Quote(string(c)))
		}
	}
}
"#;

#[test]
fn random_expressions() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut source = "package p\n".to_owned();
    let mut expected = Vec::new();
    for number in 0..EXPRESSIONS {
        let (text, value) = expression(&mut random);
        let _ = writeln!(source, "const c{number} = {text}");
        expected.push(value.exact_string());
    }
    let Some(output) = run_go(CHECKER, Some(&source)) else { return };
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines.len(), EXPRESSIONS);
    let declarations = source.lines().skip(1);
    let mut known = 0;
    let mut differences = Vec::new();
    for ((declaration, ours), theirs) in declarations.zip(&expected).zip(lines) {
        known += usize::from(theirs != "unknown");
        if ours != theirs {
            differences.push(format!("{declaration}\n  here {ours}\n  go   {theirs}\n"));
        }
    }
    eprintln!("{known} of {EXPRESSIONS} expressions have a value, {} differ", differences.len());
    assert!(differences.is_empty(), "{}", differences.concat());
    assert!(known > EXPRESSIONS / 2, "most expressions must have a value: {known} of {EXPRESSIONS}");
}

#[test]
fn quoted_characters() {
    let Some(output) = run_go(PRINTER, None) else { return };
    let characters = (0..=0x10ffff).filter_map(char::from_u32);
    let mut newer = 0;
    for (character, theirs) in characters.zip(output.lines()) {
        let ours = quote(character.encode_utf8(&mut [0; 4]).as_bytes());
        // A character of a Unicode version that this Go does not know yet is one it escapes.
        let is_newer = theirs.starts_with("\"\\") && ours == format!("\"{character}\"");
        newer += usize::from(is_newer);
        assert!(ours == theirs || is_newer, "{ours} {theirs}");
    }
    eprintln!("{newer} characters are newer than Go's Unicode version");
    assert!(newer < 20_000);
}

/// What a Go program prints; nothing without a `go` command.
fn run_go(program: &str, input: Option<&str>) -> Option<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("main.go"), program).expect("a file in a temporary folder");
    std::fs::write(path("input.txt"), input.unwrap_or_default()).expect("a file in a temporary folder");
    let output = Command::new("go").arg("run").arg(path("main.go")).arg(path("input.txt")).output();
    let Ok(output) = output else {
        // Past the harness, which would swallow it.
        let _ = writeln!(std::io::stderr(), "SKIPPED: there is no `go` command to compare with");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("Go prints UTF-8"))
}

struct Random(u64);

impl Random {
    /// Below `end`. A xorshift generator.
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }
}

/// Untyped number types, each above the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Int,
    Rune,
    Float,
    Complex,
}

struct Number {
    text: String,
    value: Value,
    rank: Rank,
}

fn expression(random: &mut Random) -> (String, Value) {
    match random.below(8) {
        0 => string(random),
        1 => comparison(random),
        2 | 3 => typed(random),
        _ => {
            let depth = 1 + random.below(5);
            let number = number(random, depth);
            (number.text, number.value)
        }
    }
}

fn string(random: &mut Random) -> (String, Value) {
    let (mut text, mut value) = (String::new(), Value::string(b""));
    for part in 0..1 + random.below(4) {
        let source = random.pick(&[
            r#""a""#,
            r#""\xff\n""#,
            r#""é\t\\""#,
            "`raw\\n\"`",
            r#""\u200b\U0001F600\a\x00""#,
            "string(65)",
            "string(-1)",
            "string(0xd800)",
            "string(uint64(1<<32 + 65))",
        ]);
        let operand = match source {
            "string(65)" => Value::from(65).to_char_string(),
            "string(-1)" => Value::from(-1).to_char_string(),
            "string(0xd800)" => Value::from(0xd800).to_char_string(),
            "string(uint64(1<<32 + 65))" => Value::from((1 << 32) + 65).to_char_string(),
            _ => Value::string(&literal::string_text(source.as_bytes()).expect("a string literal")),
        };
        let _ = write!(text, "{}{source}", if part > 0 { " + " } else { "" });
        value = value.binary(Op::Add, &operand);
    }
    (text, value)
}

fn comparison(random: &mut Random) -> (String, Value) {
    loop {
        let (left, right) = (number(random, 2), number(random, 2));
        let op = match left.rank.max(right.rank) {
            Rank::Complex => random.pick(&[Op::Eq, Op::Ne]),
            _ => random.pick(&[Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge]),
        };
        // For go/constant nothing equals an unknown value; here the answer is unknown.
        if !left.value.is_unknown() && !right.value.is_unknown() {
            let text = format!("!({} {} {})", left.text, op.text(), right.text);
            return (text, left.value.binary(op, &right.value).unary(Op::Not, None));
        }
    }
}

/// A few operations among values of one basic type.
fn typed(random: &mut Random) -> (String, Value) {
    const TYPES: &[&str] = &[
        "int",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "uintptr",
        "float32",
        "float64",
        "complex64",
        "complex128",
    ];
    let name = random.pick(TYPES);
    let target = Target::of_name(name.as_bytes(), 64).expect("a predeclared type");
    let converted = |value: &Value| value.represented(target).unwrap_or(Value::Unknown);
    let unsigned_bits = match target {
        Target::Int { bits, signed: false } => Some(bits),
        _ => None,
    };
    let operand = number(random, 1);
    let (mut text, mut value) = (format!("{name}({})", operand.text), converted(&operand.value));
    for _ in 0..random.below(3) {
        let right = number(random, 0);
        let (ops, is_int): (&[Op], bool) = match target {
            Target::Int { .. } => {
                (&[Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Rem, Op::And, Op::Or, Op::Xor, Op::AndNot], true)
            }
            _ => (&[Op::Add, Op::Sub, Op::Mul, Op::Div], false),
        };
        let op = random.pick(ops);
        let right_value = converted(&right.value);
        let result = match op {
            Op::Div if is_int => value.whole_quotient(&right_value),
            _ => value.binary(op, &right_value),
        };
        text = format!("({text} {} {})", op.text(), right.text);
        value = converted(&result);
        if is_int && random.below(3) == 0 {
            text = format!("^{text}");
            value = converted(&value.unary(Op::Xor, unsigned_bits));
        }
    }
    (text, value)
}

fn number(random: &mut Random, depth: u64) -> Number {
    if depth == 0 {
        return operand(random);
    }
    match random.below(10) {
        0 => {
            let inner = number(random, depth - 1);
            let op = match inner.rank {
                Rank::Int | Rank::Rune => random.pick(&[Op::Add, Op::Sub, Op::Xor]),
                _ => random.pick(&[Op::Add, Op::Sub]),
            };
            let value = inner.value.unary(op, None);
            Number { text: format!("{}({})", op.text(), inner.text), value, rank: inner.rank }
        }
        1 => shift(random, depth),
        2 => {
            let inner = number(random, depth - 1);
            let (name, value) = random.pick(&[("real", Value::real as fn(&Value) -> Value), ("imag", Value::imag)]);
            Number { text: format!("{name}({})", inner.text), value: value(&inner.value), rank: Rank::Float }
        }
        3 => {
            let (re, im) = (number(random, depth - 1), number(random, depth - 1));
            if re.rank == Rank::Complex || im.rank == Rank::Complex {
                return re;
            }
            let value = Value::make_complex(&re.value, &im.value);
            Number { text: format!("complex({}, {})", re.text, im.text), value, rank: Rank::Complex }
        }
        _ => {
            let (left, right) = (number(random, depth - 1), number(random, depth - 1));
            let rank = left.rank.max(right.rank);
            let is_int = rank <= Rank::Rune;
            let op = match is_int {
                true => {
                    random.pick(&[Op::Add, Op::Sub, Op::Mul, Op::Div, Op::Rem, Op::And, Op::Or, Op::Xor, Op::AndNot])
                }
                false => random.pick(&[Op::Add, Op::Sub, Op::Mul, Op::Mul, Op::Div]),
            };
            let value = match op {
                Op::Div if is_int => left.value.whole_quotient(&right.value),
                _ => left.value.binary(op, &right.value),
            };
            Number { text: format!("({} {} {})", left.text, op.text(), right.text), value, rank }
        }
    }
}

fn shift(random: &mut Random, depth: u64) -> Number {
    let inner = number(random, depth - 1);
    let op = random.pick(&[Op::Shl, Op::Shr]);
    let count = random.pick(&["0", "1", "3.0", "'\\a'", "63", "64", "200", "511", "512", "1074", "1075", "2i", "4+0i"]);
    let count_value = match count {
        "'\\a'" => Value::from(7),
        "4+0i" => Value::from(4).to_complex(),
        "2i" => Value::of_literal(Kind::Imag, b"2i"),
        "3.0" => Value::of_literal(Kind::Float, b"3.0"),
        _ => Value::of_literal(Kind::Int, count.as_bytes()),
    };
    let rank = if inner.rank == Rank::Rune { Rank::Rune } else { Rank::Int };
    Number {
        text: format!("({} {} ({count}))", inner.text, op.text()),
        value: inner.value.shift(op, &count_value),
        rank,
    }
}

fn operand(random: &mut Random) -> Number {
    let digits = random.below(1 << 40) >> random.below(40);
    let exponent =
        random.pick(&[0, 1, 2, 5, 20, 37, 38, 39, 45, 150, 308, 309, 324, 600, 1200, 1233, 1234, 3000, 40_000]);
    let sign = random.pick(&["", "-", "+"]);
    let (kind, text, rank) = match random.below(12) {
        0..3 => (Kind::Int, random.below(5).to_string(), Rank::Int),
        3 => (Kind::Int, digits.to_string(), Rank::Int),
        4 => (
            Kind::Int,
            random
                .pick(&[
                    "9223372036854775807",
                    "9223372036854775808",
                    "0xffff_ffff_ffff_ffff_ffff",
                    "0o777",
                    "0b1011",
                    "0644",
                ])
                .to_owned(),
            Rank::Int,
        ),
        5 => (Kind::Int, format!("0x{}", "9a3".repeat(1 + random.below(45) as usize)), Rank::Int),
        6 => (Kind::Char, random.pick(&["'a'", "'\\x00'", "'é'", "'\\U0010FFFF'"]).to_owned(), Rank::Rune),
        7 => (Kind::Float, format!("{}.{}", random.below(10), random.below(1000)), Rank::Float),
        8 => (Kind::Float, format!("{digits}.{}e{sign}{exponent}", random.below(100)), Rank::Float),
        9 => (Kind::Float, format!("0X{:x}.{:x}P{sign}{}", digits, random.below(256), exponent * 3), Rank::Float),
        10 => (
            Kind::Imag,
            format!("{}i", random.pick(&["1", "010", "0x1F", ".5", "1e3", "0b1", "2.5E-3"])),
            Rank::Complex,
        ),
        _ => (Kind::Imag, format!("{digits}e{sign}{exponent}i"), Rank::Complex),
    };
    let value = match kind {
        Kind::Char => Value::of_literal(kind, &literal::char_text(text.as_bytes()).expect("a character literal")),
        _ => Value::of_literal(kind, text.as_bytes()),
    };
    Number { text, value, rank }
}
