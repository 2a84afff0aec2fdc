//! The names that Go knows without a declaration.

/// What a predeclared name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Predeclared {
    /// A type, such as `int` or `any`.
    Type,
    /// `true`, `false` or `iota`.
    Const,
    /// `nil`
    Nil,
    /// A function, such as `len`.
    Func,
}

macro_rules! predeclared {
    ($( $kind:ident: $($name:literal)*; )*) => {
        impl Predeclared {
            /// All predeclared names.
            pub const ALL: &'static [(&'static str, Predeclared)] = &[$( $( ($name, Predeclared::$kind), )* )*];

            /// What `name` means where nothing declares it.
            ///
            /// Source: The Go Programming Language Specification, "Predeclared identifiers".
            pub fn of(name: &[u8]) -> Option<Predeclared> {
                // A match on text compiles to few comparisons; it is asked at every unresolved identifier.
                match std::str::from_utf8(name).ok()? {
                    $( $($name)|* => Some(Predeclared::$kind), )*
                    _ => None,
                }
            }
        }
    };
}

predeclared! {
    Type: "any" "bool" "byte" "comparable" "complex64" "complex128" "error" "float32" "float64" "int" "int8" "int16"
        "int32" "int64" "rune" "string" "uint" "uint8" "uint16" "uint32" "uint64" "uintptr";
    Const: "true" "false" "iota";
    Nil: "nil";
    Func: "append" "cap" "clear" "close" "complex" "copy" "delete" "imag" "len" "make" "max" "min" "new" "panic" "print"
        "println" "real" "recover";
}
