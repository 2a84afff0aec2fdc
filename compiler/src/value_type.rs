//! What sort of thing a value of a condition is, so that rules compare like with like.

use crate::build::Builder;
use rulec_grammar::ast::OptionType;
use rulec_plan::host::HostFn;
use rulec_plan::ir::Constant;

/// What a value is, as far as it matters for comparing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Int,
    Float,
    Str,
    Bool,
    Duration,
    List,
    Table,
    Version,
    Place,
    /// A type of the Go code.
    Go,
    /// A set of rows of Go files.
    Rows,
    /// A constant of the Go code: a number, string, truth value or duration.
    Any,
}

impl Type {
    pub fn words(self) -> &'static str {
        match self {
            Type::Int => "an integer",
            Type::Float => "a number",
            Type::Str => "a string",
            Type::Bool => "a truth value",
            Type::Duration => "a duration",
            Type::List => "a list",
            Type::Table => "a table",
            Type::Version => "a version",
            Type::Place => "a place",
            Type::Go => "a type",
            Type::Rows => "a set of places in the code",
            Type::Any => "a constant",
        }
    }

    pub fn compares_with(self, other: Type) -> bool {
        let numeric = |ty| matches!(ty, Type::Int | Type::Float | Type::Duration);
        let is_any = |ty, other| ty == Type::Any && !matches!(other, Type::Go | Type::Rows | Type::Table);
        self == other && !matches!(self, Type::Rows | Type::Table)
            || is_any(self, other)
            || is_any(other, self)
            || (numeric(self) && numeric(other))
            || matches!((self, other), (Type::Version, Type::Str) | (Type::Str, Type::Version))
    }
}

/// The type of what a host function answers.
pub(crate) fn answer_type(host: HostFn) -> Type {
    match host {
        HostFn::Count
        | HostFn::Line
        | HostFn::LineCount
        | HostFn::Length
        | HostFn::TypeSize
        | HostFn::FieldCount
        | HostFn::MethodCount
        | HostFn::Results
        | HostFn::Remainder
        | HostFn::Position
        | HostFn::Cyclomatic
        | HostFn::Cognitive
        | HostFn::ValueMethods
        | HostFn::PointerMethods
        | HostFn::BestSize
        | HostFn::Bits
        | HostFn::Operand
        | HostFn::OperandCount
        | HostFn::RegexpStart
        | HostFn::Least
        | HostFn::Greatest
        | HostFn::LeastLen
        | HostFn::GreatestLen
        | HostFn::Capacity
        | HostFn::Iterations => Type::Int,
        HostFn::Definitions
        | HostFn::Uses
        | HostFn::Callers
        | HostFn::CallsOf
        | HostFn::Senders
        | HostFn::Receivers
        | HostFn::Closers
        | HostFn::Makers
        | HostFn::Lockers
        | HostFn::Unlockers
        | HostFn::Waiters
        | HostFn::Adders
        | HostFn::Finishers
        | HostFn::Signallers
        | HostFn::Alternatives
        | HostFn::Spawns
        | HostFn::HeldAt
        | HostFn::HeldTwice
        | HostFn::HeldOnReturn
        | HostFn::LockCycle
        | HostFn::StuckWith
        | HostFn::ReachedFrom => Type::Rows,
        HostFn::Without
        | HostFn::Common
        | HostFn::Ordered
        | HostFn::TagKeys
        | HostFn::Required
        | HostFn::RequiredBy
        | HostFn::Ended
        | HostFn::Established
        | HostFn::EstablishedBy
        | HostFn::Lacked
        | HostFn::ZeroMeans
        | HostFn::FieldNames
        | HostFn::ExportedFieldNames
        | HostFn::TaggedFieldNames
        | HostFn::Keys
        | HostFn::Constants
        | HostFn::Cases
        | HostFn::Implementations
        | HostFn::EncodedKinds
        | HostFn::AnnotationKeys
        | HostFn::UnmatchedEmbeds
        | HostFn::EmbeddedNames
        | HostFn::ListOf
        | HostFn::Directives
        | HostFn::RegexpErrors
        | HostFn::RegexpParts
        | HostFn::RegexpSubparts
        | HostFn::RegexpFlags
        | HostFn::RegexpFlagsSet
        | HostFn::RegexpFlagsCleared
        | HostFn::StarOperands
        | HostFn::Callees => Type::List,
        HostFn::TypeOf
        | HostFn::Elem
        | HostFn::Key
        | HostFn::Underlying
        | HostFn::Deref
        | HostFn::FieldType
        | HostFn::MethodType
        | HostFn::ResultType
        | HostFn::ParamType => Type::Go,
        HostFn::ConstValue
        | HostFn::FlowValue
        | HostFn::Annotation
        | HostFn::Inherited
        | HostFn::Lookup
        | HostFn::Product => Type::Any,
        HostFn::DeclaredAt => Type::Place,
        HostFn::GoVersion | HostFn::DeprecatedSince => Type::Version,
        _ => Type::Str,
    }
}

pub(crate) fn constant_type(constant: &Constant, builder: &Builder<'_>) -> Type {
    match constant {
        Constant::Int(_) => Type::Int,
        Constant::Float(_) => Type::Float,
        Constant::Str(_) | Constant::Regex(_) => Type::Str,
        Constant::Bool(_) => Type::Bool,
        Constant::Duration(_) => Type::Duration,
        Constant::List(_) | Constant::Symbols(_) => Type::List,
        Constant::Table(_) => Type::Table,
        Constant::Type(_) => Type::Go,
        Constant::Option { option, .. } => match builder.option_type(*option as usize) {
            OptionType::Int => Type::Int,
            OptionType::String => Type::Str,
            OptionType::Bool => Type::Bool,
            OptionType::Duration => Type::Duration,
            OptionType::Strings | OptionType::Ints => Type::List,
            OptionType::StringTable | OptionType::IntTable => Type::Table,
        },
    }
}
