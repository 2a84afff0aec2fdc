//! Constant expressions: their values, folded as Go does, and whether an expression is constant at all.
//!
//! In: a node of the file. Out: a value, or nothing for what is not a constant or does not fit. Arithmetic is exact;
//! constants declared in the same file are followed, `iota` included. What lies in another file is asked of the types.
//!
//! Expressions are evaluated from their last row to the first (children stand behind their parents), so there is no
//! recursion over the nesting of the source; constants that refer to constants are followed to a fixed depth.

use super::{Facts, types};
use crate::value::{Ratio, Value};
use rulec_gofront::ObjectKind;
use rulec_plan::host::Tri;
use rulec_tree::{Kind, KindSet, Node, Op};
use rulec_types::check::Mode;
use std::cmp::Ordering;

/// Expressions of more rows are not folded: bounds the cost of one question.
const MAX_ROWS: usize = 4096;
/// How many declared constants may refer to each other in a row.
const MAX_DEPTH: u32 = 32;
/// Shifts beyond are out of reach of the arithmetic here.
const MAX_SHIFT: i128 = 126;

/// The kinds a constant expression is made of.
const CONSTANT_KINDS: KindSet = KindSet::of(&[
    Kind::Ident,
    Kind::Int,
    Kind::Float,
    Kind::Char,
    Kind::String,
    Kind::Paren,
    Kind::Selector,
    Kind::Unary,
    Kind::Binary,
    Kind::Call,
    Kind::Absent,
]);

/// The value of the constant expression `node`.
pub(super) fn value(facts: &Facts, node: Node) -> Option<Value> {
    let mut folder = Folder { facts, rows: 0, depth: 0 };
    folder.fold(node, None).map(|constant| constant.value).or_else(|| types::constant(facts, node))
}

/// Whether `node` is a constant expression.
pub(super) fn is_constant(facts: &Facts, node: Node) -> Tri {
    let mut answer = Tri::Yes;
    let mut row = node;
    while row < facts.tree().end(node) && answer != Tri::No {
        let (verdict, next) = constant_row(facts, row);
        answer = crate::value::and(answer, verdict);
        row = next;
    }
    match answer {
        Tri::Unknown => types::has_mode(facts, node, |mode| mode == Mode::Const),
        known => known,
    }
}

/// Whether one row can be part of a constant expression, and the row to look at next.
fn constant_row(facts: &Facts, row: Node) -> (Tri, Node) {
    let tree = facts.tree();
    let (inner, behind) = (Node(row.0 + 1), tree.end(row));
    match tree.kind(row) {
        Kind::Int | Kind::Float | Kind::Imag | Kind::Char | Kind::String => (Tri::Yes, behind),
        Kind::Paren | Kind::Binary => (Tri::Yes, inner),
        Kind::Unary => (Tri::of(!matches!(tree.op(row), Op::And | Op::Arrow)), inner),
        Kind::Ident => (facts.is_kind(row, &[ObjectKind::Const, ObjectKind::PredeclaredConst]), behind),
        Kind::Selector if known_symbol(facts, row).is_some() => (Tri::Yes, behind),
        Kind::Selector => (facts.is_kind(row, &[ObjectKind::Const]), behind),
        // The name of a type is no operand; its argument is what has to be constant.
        Kind::Call if conversion_type(facts, row).is_some() => (Tri::Yes, tree.tail(row).next().unwrap_or(behind)),
        Kind::Call => (unknown_callee(facts, row), behind),
        _ => (Tri::No, behind),
    }
}

/// A call that is no conversion to a known type: perhaps one to a type of another file.
fn unknown_callee(facts: &Facts, call: Node) -> Tri {
    let tree = facts.tree();
    let callee = tree.unparen(tree.slot(call, 0));
    let is_type = facts.is_kind(callee, &[ObjectKind::Type, ObjectKind::TypeParam, ObjectKind::PredeclaredType]);
    if is_type == Tri::No && !facts.is_builtin(callee, &["len", "cap", "min", "max", "real", "imag", "complex"]) {
        return Tri::No;
    }
    Tri::Unknown
}

/// The type of a constant, as far as arithmetic needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    /// Typed or not: strings and truth values compute the same either way.
    String,
    Bool,
    /// `bits` is 0 where it depends on the platform.
    Int {
        bits: u32,
        signed: bool,
    },
    Float {
        mantissa_bits: u32,
    },
    Duration,
    /// A declared type.
    Named,
}

impl Type {
    fn is_untyped(self) -> bool {
        matches!(self, Type::UntypedInt | Type::UntypedRune | Type::UntypedFloat)
    }

    fn is_integer(self) -> bool {
        matches!(self, Type::UntypedInt | Type::UntypedRune | Type::Int { .. } | Type::Duration)
    }

    fn of_name(name: &[u8]) -> Option<Type> {
        let int = |bits, signed| Some(Type::Int { bits, signed });
        match name {
            b"int" => int(0, true),
            b"int8" => int(8, true),
            b"int16" => int(16, true),
            b"int32" | b"rune" => int(32, true),
            b"int64" => int(64, true),
            b"uint" | b"uintptr" => int(0, false),
            b"uint8" | b"byte" => int(8, false),
            b"uint16" => int(16, false),
            b"uint32" => int(32, false),
            b"uint64" => int(64, false),
            b"float32" => Some(Type::Float { mantissa_bits: 24 }),
            b"float64" => Some(Type::Float { mantissa_bits: 53 }),
            b"string" => Some(Type::String),
            b"bool" => Some(Type::Bool),
            _ => None,
        }
    }
}

/// A constant with its type.
#[derive(Clone, Debug)]
struct Constant {
    value: Value,
    ty: Type,
}

impl Constant {
    fn int(value: i128, ty: Type) -> Option<Constant> {
        Some(Constant { value: Value::Int(value), ty })
    }

    fn number(ratio: Ratio, ty: Type) -> Option<Constant> {
        match ty {
            Type::UntypedFloat => Some(Constant { value: Value::Ratio(ratio), ty }),
            Type::Float { mantissa_bits } => {
                ratio.fits_float(mantissa_bits).then_some(Constant { value: Value::Ratio(ratio), ty })
            }
            Type::Duration => Some(Constant { value: Value::Duration(ratio.integer()?), ty }),
            Type::Named => {
                let value = ratio.integer().map_or(Value::Ratio(ratio), Value::Int);
                Some(Constant { value, ty })
            }
            Type::UntypedInt | Type::UntypedRune | Type::Int { .. } => Constant::int(ratio.integer()?, ty),
            Type::String | Type::Bool => None,
        }
    }

    fn bool(truth: bool) -> Option<Constant> {
        Some(Constant { value: Value::Bool(truth), ty: Type::Bool })
    }

    fn string(bytes: Vec<u8>) -> Option<Constant> {
        Some(Constant { value: Value::Str(bytes), ty: Type::String })
    }

    /// The same value as one of type `ty`.
    fn converted(self, ty: Type) -> Option<Constant> {
        match (&self.value, ty) {
            (Value::Str(_), Type::String | Type::Named) | (Value::Bool(_), Type::Bool | Type::Named) => {
                Some(Constant { value: self.value, ty: if ty == Type::Named { self.ty } else { ty } })
            }
            (Value::Int(code), Type::String) if self.ty.is_integer() => {
                let character =
                    u32::try_from(*code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                Constant::string(character.to_string().into_bytes())
            }
            _ => Constant::number(self.value.number()?, ty),
        }
    }
}

struct Folder<'a> {
    facts: &'a Facts<'a>,
    /// Rows evaluated so far, those of declared constants included.
    rows: usize,
    depth: u32,
}

impl Folder<'_> {
    fn fold(&mut self, node: Node, iota: Option<i128>) -> Option<Constant> {
        let tree = self.facts.tree();
        let rows = (tree.end(node).0 - node.0) as usize;
        self.rows += rows;
        let kinds = tree.below(node).union(KindSet::of(&[tree.kind(node)]));
        if self.rows > MAX_ROWS || self.depth > MAX_DEPTH || kinds.intersect(CONSTANT_KINDS) != kinds {
            return None;
        }
        let mut values: Vec<Option<Constant>> = vec![None; rows];
        for row in (node.0..tree.end(node).0).rev().map(Node) {
            values[(row.0 - node.0) as usize] = self.fold_row(row, iota, node, &mut values);
        }
        values.swap_remove(0)
    }

    /// The constant at `row`, from those of its children, which are taken out of `values` (indexed from `base`).
    fn fold_row(
        &mut self,
        row: Node,
        iota: Option<i128>,
        base: Node,
        values: &mut [Option<Constant>],
    ) -> Option<Constant> {
        let tree = self.facts.tree();
        let mut taken = |child: Node| values.get_mut((child.0 - base.0) as usize)?.take();
        match tree.kind(row) {
            Kind::Int => Constant::int(self.parsed(row)?, Type::UntypedInt),
            Kind::Char => Constant::int(self.parsed(row)?, Type::UntypedRune),
            Kind::Float => {
                let text = self.facts.text_of(row);
                Constant::number(Ratio::parse(std::str::from_utf8(text).ok()?)?, Type::UntypedFloat)
            }
            Kind::String => Constant::string(self.facts.text_of(row).to_vec()),
            Kind::Ident => self.fold_name(row, iota),
            Kind::Selector => known_symbol(self.facts, row),
            Kind::Paren => taken(Node(row.0 + 1)),
            Kind::Unary => unary(tree.op(row), taken(Node(row.0 + 1))?),
            Kind::Binary => {
                let left = Node(row.0 + 1);
                let (left, right) = (taken(left)?, taken(tree.end(left))?);
                binary(tree.op(row), left, right)
            }
            Kind::Call => self.fold_call(row, taken),
            _ => None,
        }
    }

    fn parsed(&self, row: Node) -> Option<i128> {
        std::str::from_utf8(self.facts.text_of(row)).ok()?.parse().ok()
    }

    fn fold_name(&mut self, ident: Node, iota: Option<i128>) -> Option<Constant> {
        let object = self.facts.object(ident)?;
        match object.kind {
            ObjectKind::PredeclaredConst => match self.facts.text_of(ident) {
                b"true" => Constant::bool(true),
                b"false" => Constant::bool(false),
                b"iota" => Constant::int(iota?, Type::UntypedInt),
                _ => None,
            },
            ObjectKind::Const => {
                let declared = declared_value(self.facts, object.decl?)?;
                self.depth += 1;
                let value = self.fold(declared.expression, Some(declared.iota));
                self.depth -= 1;
                match declared.ty {
                    Some(ty) => value?.converted(named_type(self.facts, ty)),
                    None => value,
                }
            }
            _ => None,
        }
    }

    fn fold_call(&mut self, call: Node, mut taken: impl FnMut(Node) -> Option<Constant>) -> Option<Constant> {
        let tree = self.facts.tree();
        let mut arguments = tree.tail(call);
        let (Some(argument), None) = (arguments.next(), arguments.next()) else { return None };
        if let Some(ty) = conversion_type(self.facts, call) {
            return taken(argument)?.converted(ty);
        }
        let callee = tree.unparen(tree.slot(call, 0));
        match (self.facts.is_builtin(callee, &["len"]), taken(argument)?.value) {
            (true, Value::Str(bytes)) => Constant::int(bytes.len() as i128, Type::Int { bits: 0, signed: true }),
            _ => None,
        }
    }
}

/// The type that a call converts to, if its callee is a predeclared type or `time.Duration`.
fn conversion_type(facts: &Facts, call: Node) -> Option<Type> {
    let tree = facts.tree();
    match named_type(facts, tree.slot(call, 0)) {
        Type::Named => None,
        ty => Some(ty),
    }
}

/// The type that a type expression names; [`Type::Named`] for all that is not predeclared or `time.Duration`.
fn named_type(facts: &Facts, node: Node) -> Type {
    let node = facts.tree().unparen(node);
    if facts.symbol_is(node, "time", "Duration") {
        return Type::Duration;
    }
    let predeclared = facts.object(node).is_some_and(|object| object.kind == ObjectKind::PredeclaredType);
    let ty = if predeclared { Type::of_name(facts.text_of(node)) } else { None };
    ty.unwrap_or(Type::Named)
}

/// Where the value of a declared constant comes from.
struct Declared {
    expression: Node,
    ty: Option<Node>,
    iota: i128,
}

/// Finds the expression behind the name `decl` of a `const` declaration; a spec without values repeats the one before.
fn declared_value(facts: &Facts, decl: Node) -> Option<Declared> {
    let tree = facts.tree();
    let spec = tree.parent(tree.parent(decl));
    if tree.kind(spec) != Kind::ConstSpec {
        return None;
    }
    let index = tree.index_in_parent(decl);
    let mut source = None;
    let mut iota = 0;
    for (position, sibling) in tree.children(tree.parent(spec)).enumerate() {
        if tree.children(tree.slot(sibling, 2)).next().is_some() {
            source = Some(sibling);
        }
        if sibling == spec {
            iota = position as i128;
            break;
        }
    }
    let source = source?;
    let ty = tree.slot(source, 1);
    Some(Declared {
        expression: tree.children(tree.slot(source, 2)).nth(index)?,
        ty: (tree.kind(ty) != Kind::Absent).then_some(ty),
        iota,
    })
}

/// The standard library's constants that code computes with.
fn known_symbol(facts: &Facts, selector: Node) -> Option<Constant> {
    let (path, name) = facts.symbol_of(selector)?;
    let integer = |value: i128| Constant::int(value, Type::UntypedInt);
    let duration = |nanoseconds: i128| Some(Constant { value: Value::Duration(nanoseconds), ty: Type::Duration });
    match (path, name) {
        (b"time", b"Nanosecond") => duration(1),
        (b"time", b"Microsecond") => duration(1_000),
        (b"time", b"Millisecond") => duration(1_000_000),
        (b"time", b"Second") => duration(1_000_000_000),
        (b"time", b"Minute") => duration(60 * 1_000_000_000),
        (b"time", b"Hour") => duration(3600 * 1_000_000_000),
        (b"math", b"MaxInt8") => integer(i8::MAX.into()),
        (b"math", b"MinInt8") => integer(i8::MIN.into()),
        (b"math", b"MaxInt16") => integer(i16::MAX.into()),
        (b"math", b"MinInt16") => integer(i16::MIN.into()),
        (b"math", b"MaxInt32") => integer(i32::MAX.into()),
        (b"math", b"MinInt32") => integer(i32::MIN.into()),
        (b"math", b"MaxInt64") => integer(i64::MAX.into()),
        (b"math", b"MinInt64") => integer(i64::MIN.into()),
        (b"math", b"MaxUint8") => integer(u8::MAX.into()),
        (b"math", b"MaxUint16") => integer(u16::MAX.into()),
        (b"math", b"MaxUint32") => integer(u32::MAX.into()),
        (b"math", b"MaxUint64") => integer(u64::MAX.into()),
        (b"os" | b"io/fs", b"ModePerm") => Constant::int(0o777, Type::Named),
        _ => None,
    }
}

fn unary(op: Op, operand: Constant) -> Option<Constant> {
    match (op, operand.value) {
        (Op::Not, Value::Bool(truth)) => Constant::bool(!truth),
        (Op::Xor, Value::Int(value)) => match operand.ty {
            Type::Int { signed: false, bits: 0 } | Type::Named => None,
            Type::Int { signed: false, bits } => Constant::int(!value & ((1 << bits) - 1), operand.ty),
            ty => Constant::int(!value, ty),
        },
        (Op::Add, value) => Constant::number(value.number()?, operand.ty),
        (Op::Sub, value) => Constant::number(value.number()?.negated()?, operand.ty),
        _ => None,
    }
}

fn binary(op: Op, left: Constant, right: Constant) -> Option<Constant> {
    if matches!(op, Op::Shl | Op::Shr) {
        return shift(op, left, &right);
    }
    if let (Value::Bool(a), Value::Bool(b)) = (&left.value, &right.value) {
        return match op {
            Op::LogAnd => Constant::bool(*a && *b),
            Op::LogOr => Constant::bool(*a || *b),
            Op::Eq => Constant::bool(a == b),
            Op::Ne => Constant::bool(a != b),
            _ => None,
        };
    }
    if let (Value::Str(_), Value::Str(_)) = (&left.value, &right.value) {
        return strings(op, left.value, right.value);
    }
    let ty = common_type(left.ty, right.ty)?;
    let (a, b) = (left.value.number()?, right.value.number()?);
    if ty.is_integer() && (a.integer().is_none() || b.integer().is_none()) {
        return None;
    }
    if op.precedence() == 3 {
        return Constant::bool(ordered(op, a.compare(b)?)?);
    }
    match op {
        Op::Add => Constant::number(a.plus(b)?, ty),
        Op::Sub => Constant::number(a.plus(b.negated()?)?, ty),
        Op::Mul => Constant::number(a.times(b)?, ty),
        Op::Div if ty.is_integer() => whole(a.integer()?.checked_div(b.integer()?)?, ty),
        // A declared type may be one of integers or of floats, which divide differently.
        Op::Div if ty == Type::Named => None,
        Op::Div => Constant::number(a.over(b)?, ty),
        _ if !ty.is_integer() && ty != Type::Named => None,
        Op::Rem => whole(a.integer()?.checked_rem(b.integer()?)?, ty),
        Op::And => whole(a.integer()? & b.integer()?, ty),
        Op::Or => whole(a.integer()? | b.integer()?, ty),
        Op::Xor => whole(a.integer()? ^ b.integer()?, ty),
        Op::AndNot => whole(a.integer()? & !b.integer()?, ty),
        _ => None,
    }
}

fn whole(value: i128, ty: Type) -> Option<Constant> {
    Constant::number(Ratio::whole(value), ty)
}

fn shift(op: Op, left: Constant, right: &Constant) -> Option<Constant> {
    let ty = if left.ty == Type::UntypedFloat { Type::UntypedInt } else { left.ty };
    let value = left.value.number()?.integer()?;
    let count = right.value.number()?.integer()?;
    if !(0..=MAX_SHIFT).contains(&count) {
        return None;
    }
    match op {
        Op::Shl => whole(value.checked_mul(1i128.checked_shl(count as u32)?)?, ty),
        _ => whole(value >> count, ty),
    }
}

fn strings(op: Op, left: Value, right: Value) -> Option<Constant> {
    let (Value::Str(mut left), Value::Str(right)) = (left, right) else { return None };
    if op == Op::Add {
        left.extend_from_slice(&right);
        return Constant::string(left);
    }
    Constant::bool(ordered(op, left.cmp(&right))?)
}

fn ordered(op: Op, ordering: Ordering) -> Option<bool> {
    Some(match op {
        Op::Eq => ordering.is_eq(),
        Op::Ne => ordering.is_ne(),
        Op::Lt => ordering.is_lt(),
        Op::Le => ordering.is_le(),
        Op::Gt => ordering.is_gt(),
        Op::Ge => ordering.is_ge(),
        _ => return None,
    })
}

/// The type both operands take. Untyped ones become the typed one's, or the larger of integer, rune and float.
fn common_type(left: Type, right: Type) -> Option<Type> {
    match (left.is_untyped(), right.is_untyped()) {
        (true, true) => {
            let order = [Type::UntypedInt, Type::UntypedRune, Type::UntypedFloat];
            order.into_iter().rev().find(|ty| left == *ty || right == *ty)
        }
        (true, false) => Some(right),
        (false, true) => Some(left),
        (false, false) => (left == right).then_some(left),
    }
}

#[cfg(test)]
mod tests {
    use crate::conditions::testing::with_expression;
    use crate::value::Value;
    use rulec_plan::host::Tri;

    const CONTEXT: &str = r#"package p
import ("time"; "math"; "os")
const ( a, b = iota + 1, "b"; c, d; e, _ )
const timeout time.Duration = 1500
const mode Mode = 0o644
const loop = loop2
const loop2 = loop
const big = 1 << 100
var v = 3
func f(p int) { _ = EXPR }
"#;

    fn folded(expression: &str) -> String {
        with_expression(CONTEXT, expression, |facts, node| {
            super::value(facts, node).as_ref().map_or("unknown".to_owned(), Value::shown)
        })
    }

    #[test]
    fn constants_fold_as_go_does() {
        for (expression, value) in [
            ("1 + 2*3", "7"),
            ("7 / 2", "3"),
            ("-7 / 2", "-3"),
            ("-7 % 3", "-1"),
            ("7 / 2.0", "3.5"),
            ("'a' + 1", "98"),
            ("1 << 10", "1024"),
            ("1.0 << 3", "8"),
            ("1 << 200", "unknown"),
            ("big >> 98", "4"),
            ("big * big", "unknown"),
            ("^0", "-1"),
            ("^uint8(1)", "254"),
            ("^uint(1)", "unknown"),
            ("0xF &^ 3", "12"),
            ("1 / 0", "unknown"),
            ("\"a\" + `b`", "ab"),
            ("len(\"héllo\")", "6"),
            ("string('x')", "x"),
            ("\"a\" < \"b\"", "true"),
            ("!true || 1 == 1.0", "true"),
            ("5 * time.Second", "5s"),
            ("time.Duration(90) * time.Second", "1m30s"),
            ("time.Second / 4", "250ms"),
            ("1.5 * time.Second", "unknown"),
            ("2.0 * time.Second", "2s"),
            ("timeout", "1.5µs"),
            ("mode | 0o111", "493"),
            ("mode / 2", "unknown"),
            ("os.ModePerm", "511"),
            ("math.MaxInt64 + 1", "9223372036854775808"),
            ("float64(1) / 4", "0.25"),
            ("float64(1) / 3", "unknown"),
            ("a + c + e", "6"),
            ("d", "b"),
            ("(((1)))", "1"),
            ("loop", "unknown"),
            ("v", "unknown"),
            ("p + 1", "unknown"),
            ("other", "unknown"),
            ("f(1)", "unknown"),
            ("[]int{1}", "unknown"),
            ("1 + 'a' == 98", "true"),
        ] {
            assert_eq!(folded(expression), value, "{expression}");
        }
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let nested = format!("{}1{}", "(".repeat(1000), ")".repeat(1000));
        assert_eq!(folded(&nested), "1");
        let sum = vec!["1"; 1000].join(" + ");
        assert_eq!(folded(&sum), "1000");
        let too_long = vec!["1"; 5000].join(" + ");
        assert_eq!(folded(&too_long), "unknown");
    }

    #[test]
    fn constancy_is_known_unless_names_lie_elsewhere() {
        for (expression, answer) in [
            ("1 + 2", Tri::Yes),
            ("1 << 200", Tri::Yes),
            ("a + len(\"x\")", Tri::Unknown),
            ("int64(a) + 1", Tri::Yes),
            ("int64(int32(a + 1))", Tri::Yes),
            ("int64(v)", Tri::No),
            ("time.Second * 2", Tri::Yes),
            ("other", Tri::Unknown),
            ("os.PathSeparator", Tri::Unknown),
            ("v", Tri::No),
            ("p", Tri::No),
            ("f(1)", Tri::No),
            ("Other(1)", Tri::Unknown),
            ("nil", Tri::No),
            ("&v", Tri::No),
            ("[]int{1}", Tri::No),
        ] {
            let got = with_expression(CONTEXT, expression, super::is_constant);
            assert_eq!(got, answer, "{expression}");
        }
    }
}
