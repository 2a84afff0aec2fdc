//! Operators and the small variations of a kind, one byte a node.

use serde::{Deserialize, Serialize};

macro_rules! ops {
    ($( $(#[$doc:meta])* $name:ident $text:literal ;)*) => {
        /// The operator of a node, or which variety of its kind it is.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum Op { $( $(#[$doc])* $name, )* }

        impl Op {
            /// All operators, in the order of their numbers.
            pub const ALL: &'static [Op] = &[$(Op::$name,)*];

            /// As written in Go, or a word for varieties that Go writes otherwise.
            pub const fn text(self) -> &'static str {
                match self { $(Op::$name => $text,)* }
            }
        }
    };
}

ops! {
    /// Nothing to tell.
    #[default] None "";
    /// `+`
    Add "+";
    /// `-`
    Sub "-";
    /// `*`
    Mul "*";
    /// `/`
    Div "/";
    /// `%`
    Rem "%";
    /// `&`, binary and unary
    And "&";
    /// `|`
    Or "|";
    /// `^`, binary and unary
    Xor "^";
    /// `<<`
    Shl "<<";
    /// `>>`
    Shr ">>";
    /// `&^`
    AndNot "&^";
    /// `&&`
    LogAnd "&&";
    /// `||`
    LogOr "||";
    /// `==`
    Eq "==";
    /// `!=`
    Ne "!=";
    /// `<`
    Lt "<";
    /// `<=`
    Le "<=";
    /// `>`
    Gt ">";
    /// `>=`
    Ge ">=";
    /// `!`
    Not "!";
    /// `~` of a constraint
    Tilde "~";
    /// `<-`: a receive
    Arrow "<-";
    /// `++`
    Inc "++";
    /// `--`
    Dec "--";
    /// `=`
    Assign "=";
    /// `:=`
    Define ":=";
    /// `+=`
    AddAssign "+=";
    /// `-=`
    SubAssign "-=";
    /// `*=`
    MulAssign "*=";
    /// `/=`
    DivAssign "/=";
    /// `%=`
    RemAssign "%=";
    /// `&=`
    AndAssign "&=";
    /// `|=`
    OrAssign "|=";
    /// `^=`
    XorAssign "^=";
    /// `<<=`
    ShlAssign "<<=";
    /// `>>=`
    ShrAssign ">>=";
    /// `&^=`
    AndNotAssign "&^=";
    /// `break`
    Break "break";
    /// `continue`
    Continue "continue";
    /// `goto`
    Goto "goto";
    /// `fallthrough`
    Fallthrough "fallthrough";
    /// A parenthesised declaration.
    Grouped "grouped";
    /// `type A = B`
    Alias "alias";
    /// `f(xs...)`
    Spread "...";
    /// `default:`
    Default "default";
    /// `chan<-`
    SendOnly "chan<-";
    /// `<-chan`
    RecvOnly "<-chan";
    /// `x[a:b:c]`
    Full "full";
    /// `// …`
    Line "line";
    /// `/* … */`
    BlockComment "block";
    /// `//tool:word …`, `//line …`, `//export …`, `//extern …`
    Directive "directive";
}

const _: () = assert!(Op::ALL.len() <= 64, "a set of operators is one machine word");

impl Op {
    /// The operator with this number, if there is one.
    pub fn from_u8(number: u8) -> Option<Op> {
        Op::ALL.get(usize::from(number)).copied()
    }

    /// Binding strength of a binary operator as Go defines it: 5 for `*` down to 1 for `||`; 0 for all else.
    ///
    /// Source: The Go Programming Language Specification, "Operator precedence".
    pub const fn precedence(self) -> u8 {
        match self {
            Op::Mul | Op::Div | Op::Rem | Op::Shl | Op::Shr | Op::And | Op::AndNot => 5,
            Op::Add | Op::Sub | Op::Or | Op::Xor => 4,
            Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge => 3,
            Op::LogAnd => 2,
            Op::LogOr => 1,
            _ => 0,
        }
    }
}
