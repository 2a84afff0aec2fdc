//! Values of small expressions, and what must not happen with large ones.

use rulec_constant::{Kind, Target, Value};
use rulec_tree::Kind as Syntax;
use rulec_tree::Op;

fn literal(text: &str) -> Value {
    let kind = match text.as_bytes() {
        [.., b'i'] => Syntax::Imag,
        text if !text.starts_with(b"0x") && text.iter().any(|byte| b".eE".contains(byte)) => Syntax::Float,
        text if text.contains(&b'p') => Syntax::Float,
        _ => Syntax::Int,
    };
    Value::of_literal(kind, text.as_bytes())
}

fn op(text: &str) -> Op {
    Op::ALL.iter().copied().find(|op| op.text() == text).unwrap_or_default()
}

#[test]
fn literals_in_all_notations() {
    for (text, exact, kind) in [
        ("42", "42", Kind::Int),
        ("0x_1F", "31", Kind::Int),
        ("9223372036854775808", "9223372036854775808", Kind::Int),
        ("0.25", "1/4", Kind::Float),
        (".5e1", "5", Kind::Float),
        ("1e3", "1000", Kind::Float),
        ("1_0.5E+1", "105", Kind::Float),
        ("0x1p-2", "1/4", Kind::Float),
        ("0x1.8p1", "3", Kind::Float),
        ("0x.8p0", "1/2", Kind::Float),
        ("0e99999999999", "0", Kind::Float),
        ("0123i", "(0 + 123i)", Kind::Complex),
        ("0b11i", "(0 + 3i)", Kind::Complex),
        ("0o17i", "(0 + 15i)", Kind::Complex),
        ("0x10i", "(0 + 16i)", Kind::Complex),
        ("1.5i", "(0 + 3/2i)", Kind::Complex),
        ("1e1000000000", "unknown", Kind::Unknown),
        ("1e-1000000000", "0", Kind::Float),
        ("1e-9999999999", "unknown", Kind::Unknown),
        ("0x1p-2147483640", "0x.8p-2147483639", Kind::Float),
        ("1e", "unknown", Kind::Unknown),
        ("1.2.3", "unknown", Kind::Unknown),
        ("1e+", "unknown", Kind::Unknown),
        ("-1.0", "unknown", Kind::Unknown),
        ("x", "unknown", Kind::Unknown),
    ] {
        let value = literal(text);
        assert_eq!((value.exact_string().as_str(), value.kind()), (exact, kind), "{text}");
    }
}

#[test]
fn long_literals_end() {
    let digits = "9".repeat(200);
    assert_eq!(literal(&digits).kind(), Kind::Unknown);
    assert_eq!(literal(&format!("{digits}.0")).kind(), Kind::Float);
    assert_eq!(literal(&format!("0.{}", "3".repeat(9_900))).kind(), Kind::Float);
    assert_eq!(literal(&format!("0.{}", "3".repeat(10_000))).kind(), Kind::Unknown);
}

#[test]
fn operators() {
    for (left, operator, right, exact) in [
        ("7", "/", "2", "7/2"),
        ("9223372036854775807", "+", "1", "9223372036854775808"),
        ("3", "-", "0x8000000000000000", "-9223372036854775805"),
        ("7", "%", "4", "3"),
        ("7", "&^", "5", "2"),
        ("1", "<<", "100", "1267650600228229401496703205376"),
        (
            "1",
            "<<",
            "511.0",
            "6703903964971298549787012499102923063739682910296196688861780721860882015036773488400937149083451713845015929093243025426876941405973284973216824503042048",
        ),
        ("1", "<<", "512", "unknown"),
        ("1", ">>", "1075", "unknown"),
        ("1.5", "<<", "1", "unknown"),
        ("5", ">>", "1", "2"),
        ("1", "/", "0", "unknown"),
        ("1", "%", "0", "unknown"),
        ("1.0", "/", "0.0", "unknown"),
        ("1i", "/", "0i", "unknown"),
        ("1i", "*", "1i", "(-1 + 0i)"),
        ("1i", "<", "1", "unknown"),
        ("1i", "==", "1", "false"),
        ("2", "<=", "2.0", "true"),
        ("0.1", "==", "0.10", "true"),
        ("1e5000", "*", "1e-5000", "0x.8p+1"),
        ("1e5000", ">", "1e4999", "true"),
        ("1.5", "%", "1", "unknown"),
    ] {
        let value = literal(left).binary(op(operator), &literal(right));
        assert_eq!(value.exact_string(), exact, "{left} {operator} {right}");
    }
    assert_eq!(Value::from(i64::MIN).unary(Op::Sub, None).exact_string(), "9223372036854775808");
    assert_eq!(Value::from(1).unary(Op::Xor, None).as_i64(), Some(-2));
    assert_eq!(Value::from(1).unary(Op::Xor, Some(8)).as_i64(), Some(254));
    assert_eq!(Value::from(-7).whole_quotient(&Value::from(2)).as_i64(), Some(-3));
    assert_eq!(Value::from(-7).shift(Op::Shr, &Value::from(1)).as_i64(), Some(-4));
    assert_eq!(Value::from(1).shift(Op::Shl, &Value::from(-1)), Value::Unknown);
}

#[test]
fn strings_join_and_compare() {
    let (a, b) = (Value::string(b"a"), Value::string(b"\xff"));
    assert_eq!(a.binary(Op::Add, &b).exact_string(), r#""a\xff""#);
    assert_eq!(a.compare(Op::Lt, &b), Some(true));
    assert_eq!(a.binary(Op::Sub, &b), Value::Unknown);
    assert_eq!(a.compare(Op::Eq, &Value::from(1)), None);
}

#[test]
fn representable_in_basic_types() {
    for (text, ty, exact) in [
        ("255", "uint8", "255"),
        ("256", "uint8", "none"),
        ("127.0", "int8", "127"),
        ("128", "int8", "none"),
        ("1.5", "int", "none"),
        ("18446744073709551615", "uintptr", "18446744073709551615"),
        ("9223372036854775808", "int", "none"),
        ("0.1", "float64", "3602879701896397/36028797018963968"),
        ("0.1", "float32", "13421773/134217728"),
        ("1e-46", "float32", "0"),
        ("1e-45", "float32", "1/713623846352979940529142984724747568191373312"),
        ("3.4028235677973367e38", "float32", "none"),
        ("3.4028235677973366e38", "float32", "340282346638528859811704183484516925440"),
        ("1e309", "float64", "none"),
        ("16777217", "float32", "16777216"),
        ("0i", "int", "0"),
        ("1i", "int", "none"),
        ("1i", "complex64", "(0 + 1i)"),
        ("0.1i", "complex64", "(0 + 13421773/134217728i)"),
        ("1", "string", "none"),
        ("1", "bool", "none"),
    ] {
        let target = Target::of_name(ty.as_bytes(), 64).expect("a predeclared type");
        let value = literal(text).represented(target);
        assert_eq!(value.map_or("none".to_owned(), |value| value.exact_string()), exact, "{ty}({text})");
    }
    let int8 = Target::Int { bits: 8, signed: true };
    assert!(Value::from(-128).represented(int8).is_some() && Value::from(-129).represented(int8).is_none());
    assert_eq!(Value::Unknown.represented(int8), Some(Value::Unknown));
}

#[test]
fn nearest_float64() {
    for (text, near) in [
        ("0.1", 0.1),
        ("5e-324", 5e-324),
        ("2.4703282292062327e-324", 0.0),
        ("1.7976931348623157e308", f64::MAX),
        ("1e400", f64::INFINITY),
        ("1e5000", f64::INFINITY),
        ("1e-5000", 0.0),
        ("9007199254740993", 9007199254740992.0),
    ] {
        assert_eq!(literal(text).as_f64(), Some(near), "{text}");
    }
    assert_eq!(literal("1e5000").unary(Op::Sub, None).as_f64(), Some(f64::NEG_INFINITY));
}

#[test]
fn repeated_squaring_ends() {
    let mut complex = literal("3").binary(Op::Add, &literal("2i"));
    let mut float = literal("1.1");
    let mut int = literal("3");
    for _ in 0..64 {
        complex = complex.binary(Op::Mul, &complex);
        float = float.binary(Op::Mul, &float);
        int = int.binary(Op::Mul, &int);
    }
    assert_eq!((complex, float, int), (Value::Unknown, Value::Unknown, Value::Unknown));
}

#[test]
fn shown_as_people_write() {
    for (text, shown) in [
        ("1.0", "1.0"),
        ("0.001", "0.001"),
        ("12.375", "12.375"),
        ("1e30", "1e+30"),
        ("1e-40", "1e-40"),
        ("1e5000", "1e+5000"),
        ("1.5e-5000", "1.5e-5000"),
        ("1e-400", "1e-400"),
        ("1.5i", "(0 + 1.5i)"),
        ("77", "77"),
    ] {
        assert_eq!(literal(text).to_string(), shown, "{text}");
    }
    assert_eq!(literal("1").binary(Op::Div, &literal("3.0")).to_string(), "1/3");
}

#[test]
fn stored_values_come_back_and_damaged_ones_do_not() {
    let texts = ["0", "-1", "1e3", "0.1", "1e5000", "1.5i", "18446744073709551616", "1e-1233"];
    let mut values: Vec<Value> = texts.iter().map(|text| literal(text)).collect();
    values.extend([Value::Unknown, Value::Bool(true), Value::string(b"\xff")]);
    for value in values {
        let bytes = postcard::to_stdvec(&value).expect("values can be stored");
        assert_eq!(postcard::from_bytes::<Value>(&bytes).as_ref(), Ok(&value));
        for position in 0..bytes.len() {
            for byte in [0, 1, 2, 0x7f, 0x80, 0xff] {
                let mut damaged = bytes.clone();
                damaged[position] = byte;
                if let Ok(value) = postcard::from_bytes::<Value>(&damaged) {
                    // Whatever came back can be computed with.
                    let sum = value.binary(Op::Add, &Value::from(1)).binary(Op::Div, &value);
                    let _ = (sum.exact_string(), sum.to_string(), sum.as_f64(), sum.to_int());
                }
            }
        }
    }
}
