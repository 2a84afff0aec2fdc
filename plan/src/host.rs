//! Host functions: what a plan can ask about a file beyond the columns of its tree.
//!
//! Each function has a name (as in the rule language), a signature and a sentence of documentation. Adding one is adding a
//! line here and an arm where the runtime answers it; the language reference is checked against this list.

pub use rulec_tree::Tri;

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Param {
    /// A row.
    Node,
    /// A row or a run of elements.
    Nodes,
    /// A string, number or other value; constants included.
    Value,
    /// A value that is a type. In rules, code stands for its type here, and a name for the type that it names.
    Type,
}

/// What a function answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Yes, no or unknown: a condition.
    Truth,
    /// A value, which may be unknown.
    Value,
}

/// Name, parameters, answer and meaning of a host function.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// As written in rules: `name` of `name($x)`, or `is const`. Names that start with `is ` are words behind `is`.
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static [Param],
    /// Its answer.
    pub answer: Answer,
    /// Whether the answer can depend on the types of the file, so that the packages it imports may have to be read.
    pub types: bool,
    /// Whether the answer depends on what happens inside of functions: on control flow, values, calls, goroutines. Then
    /// it depends on types too.
    pub flow: bool,
    /// What it means, for the reference.
    pub doc: &'static str,
}

macro_rules! hosts {
    (@types) => { false };
    (@types $by:ident) => { true };
    (@flow) => { false };
    (@flow types) => { false };
    (@flow flow) => { true };
    ($( $variant:ident $name:literal ($($param:ident),*) -> $answer:ident $(by $by:ident)?, $doc:literal; )*) => {
        /// A host function. Plans are stored with its number, and packs say which number has which name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum HostFn { $( #[doc = $doc] $variant, )* }

        impl HostFn {
            /// All functions, in the order of their numbers.
            pub const ALL: &'static [HostFn] = &[$(HostFn::$variant,)*];

            /// Its name, parameters, answer and meaning.
            pub const fn signature(self) -> Signature {
                match self {
                    $(HostFn::$variant => Signature {
                        name: $name,
                        params: &[$(Param::$param),*],
                        answer: Answer::$answer,
                        types: hosts!(@types $($by)?),
                        flow: hosts!(@flow $($by)?),
                        doc: $doc,
                    },)*
                }
            }
        }
    };
}

hosts! {
    CompareEq "==" (Value, Value) -> Truth, "Both values are equal; unknown if one is.";
    CompareLt "<" (Value, Value) -> Truth, "The first value is smaller; unknown if one is, or if they cannot be compared.";
    CompareLe "<=" (Value, Value) -> Truth, "The first value is smaller or equal.";
    Matches "matches" (Value, Value) -> Truth, "The regular expression (second) matches somewhere in the string (first).";
    In "in" (Value, Value) -> Truth, "The list (second) holds the value (first).";
    StartsWith "starts_with" (Value, Value) -> Truth, "The string (first) starts with the other one.";
    EndsWith "ends_with" (Value, Value) -> Truth, "The string (first) ends with the other one.";
    Includes "includes" (Value, Value) -> Truth, "The string (first) holds the other one.";
    NamesSymbol "names symbol" (Node, Value) -> Truth, "The node names a symbol of the set.";

    NamesPackage "names package" (Node, Value) -> Truth, "The identifier is the name under which the file imports the package with this path.";
    Operator "operator" (Node) -> Value, "The operator of a unary or binary expression, an assignment or an increment, as written in Go.";

    Text "text" (Nodes) -> Value, "The source text, comments and line breaks included.";
    Name "name" (Node) -> Value, "The name of an identifier, of a selector's last part, or of what a declaration declares; unknown for other nodes.";
    ConstValue "value" (Node) -> Value by types, "The value of a constant expression, folded as Go does, through declared constants of other files and packages; unknown for what is not constant.";
    Count "count" (Nodes) -> Value, "How many elements a run or list has; the number of children of a node.";
    Line "line" (Node) -> Value, "The line number on which a node starts.";
    LineCount "lines" (Node) -> Value, "How many lines a node covers.";
    ImportPath "import_path" (Node) -> Value, "The import path of the package that an identifier or a qualified name stands for; unknown for others.";
    DeclaredAt "declaration" (Node) -> Value, "Where the object of an identifier is declared, as an opaque value to compare; unknown if not in this file.";
    FilePath "file_path" () -> Value, "The path of the file, with `/`.";
    FileName "file_name" () -> Value, "The last part of the file's path.";
    PackageName "package_name" () -> Value, "The name in the file's package clause.";
    GoVersion "go_version" () -> Value, "The language version of the file, such as `1.22`, from go.mod and `//go:build`; unknown without go.mod. Versions compare as versions.";
    Tag "tag" (Node, Value) -> Value, "The value of a key in the struct tag of a field or tag literal, empty if it has no such key; unknown if the tag is malformed.";
    Doc "doc" (Node) -> Value, "The text of the comment directly above a declaration, spec or field, comment marks removed; empty if there is none.";
    Lower "lower" (Value) -> Value, "The string in lower case.";
    Length "len" (Value) -> Value, "The length of a string in bytes, or of a list.";

    Same "same_object" (Node, Node) -> Truth, "Both identifiers mean the same object; unknown for two that this file does not declare, where types do not tell.";
    Pure "is pure" (Node) -> Truth, "Evaluating it has no effect and cannot panic or block by its own form: literals, names, selectors, and operators and conversions of predeclared types over these.";
    Const "is constant" (Node) -> Truth by types, "A constant expression: literals, declared constants of any package, and operators and conversions over them.";
    Literal "is literal" (Node) -> Truth, "A basic, composite or function literal.";
    IsConst "is const" (Node) -> Truth by types, "An identifier that is declared with `const`.";
    IsVar "is var" (Node) -> Truth by types, "An identifier that is a variable: local, parameter, result, receiver or global.";
    IsLocal "is local" (Node) -> Truth, "A variable declared in a function; parameters, results and receivers are not.";
    IsGlobal "is global" (Node) -> Truth by types, "A variable declared at package level.";
    IsParam "is parameter" (Node) -> Truth, "A parameter of a function.";
    IsResult "is result" (Node) -> Truth, "A named result of a function.";
    IsReceiver "is receiver" (Node) -> Truth, "The receiver of a method.";
    IsFunc "is func" (Node) -> Truth by types, "A declared function.";
    IsType "is type_name" (Node) -> Truth by types, "A declared or predeclared type, or a type parameter.";
    IsPackage "is package" (Node) -> Truth, "The name of an import.";
    IsBuiltin "is builtin" (Node) -> Truth, "A predeclared function.";
    IsPredeclared "is predeclared" (Node) -> Truth, "The name means a predeclared thing here.";
    IsPredeclaredName "is predeclared_name" (Node) -> Truth, "The identifier is spelled like a predeclared one, whatever it means here.";
    IsBlank "is blank" (Node) -> Truth, "The blank identifier `_`.";
    IsExported "is exported" (Node) -> Truth, "A name that starts with an upper-case letter.";
    IsDefinition "is definition" (Node) -> Truth, "The identifier declares its object here, rather than using it.";
    IsCaptured "is captured" (Node) -> Truth, "The variable is used in a function literal within the function that declares it.";
    IsAssignedOnce "is assigned_once" (Node) -> Truth, "The variable is never assigned after its declaration and its address is never taken.";
    IsAddressTaken "is address_taken" (Node) -> Truth, "The address of the variable is taken with `&`, or it is captured.";
    IsUsedAfter "used_after" (Node, Node) -> Truth, "The variable (first) is mentioned in its function after the end of the node (second), or in a loop around it.";
    IsUsed "is used" (Node) -> Truth, "The object of the identifier is mentioned besides its declaration.";
    IsMentioned "mentions" (Nodes, Node) -> Truth, "The object of the identifier (second) is mentioned in the nodes (first).";
    IsDirective "is directive" (Node) -> Truth, "A comment such as `//go:embed`.";
    IsDocComment "is doc" (Node) -> Truth, "A comment directly above a declaration, spec or field.";
    IsTrailing "is trailing" (Node) -> Truth, "A comment with code before it on its line.";
    HasDoc "has_doc" (Node) -> Truth, "A comment stands directly above the declaration, spec or field, or above its group if it is the only one there.";
    HasComment "has_comment" (Node) -> Truth, "A comment stands within the node.";
    IsTestFile "in_test_file" () -> Truth, "The file's name ends in `_test.go`.";
    IsGenerated "in_generated_file" () -> Truth, "The file says that it is generated, by Go's convention.";
    Imports "imports" (Value) -> Truth, "The file imports the package with this path.";
    FileExists "file_exists" (Value) -> Truth, "A file matches this path, relative to the Go file's folder; unknown without a file system.";
    Adjacent "adjacent" (Node, Node) -> Truth, "The second node starts on the line after the first ends, or on the same line.";
    WellFormedTag "well_formed_tag" (Node) -> Truth, "The struct tag is a list of `key:\"value\"` pairs separated by single spaces.";
    Terminates "terminates" (Node) -> Truth, "The statement is a terminating statement, or a call that never returns as far as its name tells.";

    TypeIs ":" (Type, Value) -> Truth by types, "The type (first) has the form of the pattern (second).";
    TypeMayBe ":?" (Type, Value) -> Truth by types, "It is not known that the type has another form than the pattern: never unknown.";
    TypePart "type part" (Type, Value, Value) -> Value by types, "The type that stands where the pattern (second) has the hole with this number (third).";
    TypeNamed "type named" (Value) -> Value by types, "The type that a pattern without holes describes.";
    TypeWith "type with" (Value, Value, Type) -> Value by types, "The pattern (first) with a type (third) for its hole with this number (second).";
    Implements "implements" (Type, Type) -> Truth by types, "The first type has all methods of the second, an interface, and lies in its type set.";
    AssignableTo "assignable to" (Type, Type) -> Truth by types, "Values of the first type can be assigned to variables of the second.";
    ConvertibleTo "convertible to" (Type, Type) -> Truth by types, "Values of the first type can be converted to the second.";
    IdenticalTo "identical to" (Type, Type) -> Truth by types, "Both types are identical.";
    NamesMethod "names method" (Node, Value) -> Truth by types, "The selector names one of these methods, as they are declared.";

    TypeOf "type_of" (Node) -> Value by types, "The type of an expression, of what an identifier or field declares, or that a type expression denotes.";
    Elem "elem" (Type) -> Value by types, "The type of the elements of an array, slice, map or channel, or what a pointer points to, of the underlying type; unknown for others.";
    Key "key" (Type) -> Value by types, "The type of the keys of a map, of the underlying type; unknown for others.";
    Underlying "underlying" (Type) -> Value by types, "The underlying type.";
    Deref "deref" (Type) -> Value by types, "What the type points to, if it is a pointer type; otherwise the type itself.";
    FieldType "field_type" (Type, Value) -> Value by types, "The type of the field with this name, promoted ones included, pointers looked through; unknown without one.";
    MethodType "method_type" (Type, Value) -> Value by types, "The function type of the method with this name, its receiver left out; unknown without one.";
    ResultType "result_type" (Node, Value) -> Value by types, "The type of a call's result with this number, counted from 0; unknown without one.";
    ParamType "param_type" (Node, Value) -> Value by types, "The type of the parameter that a call's argument with this number, counted from 0, is passed for: of a variadic one, of its elements; unknown without one.";
    TypeText "type_text" (Type) -> Value by types, "The type in full, packages by import path: `map[string]net/http.Header`.";
    TypeName "type_name" (Type) -> Value by types, "The name of a declared or predeclared type, without package and type arguments; unknown for others.";
    TypePackage "type_package" (Type) -> Value by types, "The import path of the package that declares the type, empty for predeclared ones; unknown for types without a name.";
    TypeKind "type_kind" (Type) -> Value by types, "What the underlying type is: `int`, `string` and the other basic types (`uint8` for `byte`), `unsafe.Pointer`, `array`, `slice`, `pointer`, `map`, `chan`, `struct`, `func`, `interface`, or `type parameter`.";
    TypeSize "size" (Type) -> Value by types, "The size of the type's values in bytes, by the rules of the gc compiler.";
    FieldCount "fields" (Type) -> Value by types, "How many fields a struct type has, promoted ones not counted, of the underlying type; unknown for others.";
    MethodCount "methods" (Type) -> Value by types, "How many methods the method set of the type has.";
    Direction "direction" (Type) -> Value by types, "What may be done with a channel: `both`, `send` or `receive`; unknown for other types.";
    MissingMethod "missing_method" (Type, Type) -> Value by types, "The name of a method of the second type, an interface, that the first lacks; empty if it lacks none.";
    Results "results" (Node) -> Value by types, "How many results a call has; 1 for a conversion.";
    Callee "callee" (Node) -> Value by types, "The full name of the function or method that a call names: `net/http.Get`, `net/http.Client.Do`, `io.Closer.Close`; empty for calls of values and for conversions.";
    FieldTag "field_tag" (Node, Value) -> Value by types, "The value of a key in the struct tag of the field that a selector selects, empty if it has no such key; unknown for other nodes.";
    DeclaredIn "declared_in" (Node) -> Value by types, "The import path of the package that declares what an identifier or selector names, fields and methods included; empty for predeclared names.";
    PackagePath "package_path" () -> Value by types, "The import path of the file's package, `_test` behind it for external tests.";

    HasMethod "has_method" (Type, Value) -> Truth by types, "The method set of the type, or of the pointer to it, has a method with this name.";
    HasField "has_field" (Type, Value) -> Truth by types, "The type is a struct, or a pointer to one, with a field of this name, promoted ones included.";
    IsConversion "is conversion" (Node) -> Truth by types, "A call whose callee is a type.";
    IsFunctionCall "is function_call" (Node) -> Truth by types, "A call whose callee is a function, predeclared ones included, and no type.";
    IsInstantiation "is instantiation" (Node) -> Truth by types, "An index expression that gives type arguments to a generic function or type.";
    IsSelectedField "is selected_field" (Node) -> Truth by types, "A selector that selects a field.";
    IsSelectedMethod "is selected_method" (Node) -> Truth by types, "A selector that selects a method: called, as a value, or of a type.";
    IsInterfaceMethod "is interface_method" (Node) -> Truth by types, "A selector that selects a method of an interface, so that what is called depends on the value.";
    IsPromoted "is promoted" (Node) -> Truth by types, "A selector of a field or method that is found through an embedded field.";
    IsTypeExpression "is type" (Node) -> Truth by types, "An expression that denotes a type.";
    IsValue "is value" (Node) -> Truth by types, "An expression with a value: no type, package, predeclared function or call without result.";
    IsAddressable "is addressable" (Node) -> Truth by types, "A variable, dereference, element or field whose address can be taken.";
    IsNil "is nil" (Node) -> Truth by types, "The predeclared `nil`.";
    IsDiscarded "is discarded" (Node) -> Truth, "A call or receive that stands as a statement, or behind `go` or `defer`, so that nothing takes its result.";
    IsUntyped "is untyped" (Type) -> Truth by types, "The type of constants, comparisons or `nil` that no context gave a type.";
    IsInteger "is integer" (Type) -> Truth by types, "An integer type by its underlying type; of a type parameter, each type of its set. So for the words that follow.";
    IsUnsigned "is unsigned" (Type) -> Truth by types, "An unsigned integer type.";
    IsFloating "is floating" (Type) -> Truth by types, "A floating-point type.";
    IsNumeric "is numeric" (Type) -> Truth by types, "An integer, floating-point or complex type.";
    IsBoolean "is boolean" (Type) -> Truth by types, "A boolean type.";
    IsOrdered "is ordered" (Type) -> Truth by types, "A type with `<`: integers, floating-point numbers and strings.";
    IsComparable "is comparable" (Type) -> Truth by types, "A type with `==`; interfaces count, though comparing may panic.";
    IsGeneric "is generic" (Type) -> Truth by types, "A generic function or type whose type arguments are not given.";
    IsImportedName "is imported_name" (Node) -> Truth, "The identifier is spelled like the name of a package that the file imports, whatever it means here.";

    Without "without" (Value, Value) -> Value, "The elements of the first list that the second does not hold.";
    Join "join" (Value, Value) -> Value, "The elements of the list (first) with a string (second) between them.";
    Remainder "remainder" (Value, Value) -> Value, "What is left of the first integer when it is divided by the second, with the sign of the first.";
    Position "position" (Node) -> Value, "How many elements stand before the node in its list: of arguments, elements, fields, statements, ...; unknown outside of lists.";
    Cyclomatic "cyclomatic" (Node) -> Value, "The cyclomatic complexity: 1, and 1 for each `if`, `for`, `case` with an expression or communication, `&&` and `||` in the node, function literals included.";
    Cognitive "cognitive" (Node) -> Value, "The cognitive complexity after Campbell: 1 for each branch, loop, jump to a label, change of `&&` and `||`, and for recursion, and for branches and loops 1 more for each that they are nested in.";

    Holds "holds" (Type, Value) -> Truth by types, "A value of the type contains one of a type in the list of full names (`sync.Mutex`): it is one, or a field or array element at any depth is; pointers, slices, maps and interfaces are not followed.";
    FieldNames "field_names" (Type) -> Value by types, "The names of the fields of the struct type that this file can name, in order, promoted ones and `_` left out, of the underlying type; unknown for others.";
    ExportedFieldNames "exported_field_names" (Type) -> Value by types, "Those of `field_names` that are exported.";
    TaggedFieldNames "tagged_field_names" (Type, Value) -> Value by types, "Those of `field_names` whose tags have the key (second).";
    Keys "keys" (Node) -> Value by types, "What a composite literal sets: names of fields, or its constant keys or indices as `cases` writes them; unknown if a key is not constant.";
    Constants "constants" (Type) -> Value by types, "The names of the package-level constants declared with exactly this type in its package that this file can name, in source order; of those with equal values the first.";
    Cases "cases" (Node) -> Value by types, "What the cases of a switch name: for constants the name that `constants` has for the value or, without one, the value, unknown if one is not constant; for types the names that `implementations` has, or the types in full.";
    Implementations "implementations" (Type) -> Value by types, "The names of the types in the package of a declared interface that implement it and that this file can name, in source order: `T`, or `*T` if only pointers do; interfaces left out.";
    ConflictingMethod "conflicting_method" (Type, Type) -> Value by types, "The name of a method that both types have, with different types, so that no type can have both; empty if there is none.";
    ValueMethods "value_methods" (Type) -> Value by types, "How many methods are declared with a value of the declared type as receiver, a pointer to it looked through.";
    PointerMethods "pointer_methods" (Type) -> Value by types, "How many methods are declared with a pointer to the declared type as receiver, a pointer to it looked through.";
    BestSize "best_size" (Type) -> Value by types, "The size in bytes that the struct type has with its fields in the best order; unknown for others.";
    Bits "bits" (Type) -> Value by types, "How many bits an integer type has; of a type parameter the smallest of its set; unknown for others.";
    EncodedKinds "encoded_kinds" (Type, Value) -> Value by types, "The kinds, as `type_kind` says, of all that an encoder by a tag key (second) such as `json` reaches in a value: through pointers, elements and exported fields without the tag `-`; of map keys as `key:int`, and `marshaler` for what has a method such as `MarshalJSON` or `MarshalText`.";
    IsSealed "is sealed" (Type) -> Truth by types, "An interface type with a method that is not exported, so that only its own package can declare types that implement it.";

    RowsKnown "rows known" () -> Value, "The set that was closed under this number (first) at this row (second); unknown if there is none.";
    RowsOpen "rows open" () -> Value, "A new set of rows, empty.";
    RowsAdd "rows add" () -> Truth, "Puts a row (second) into the set; doubtful if the third word is 1, sure if it is 0. Always yes.";
    RowsClose "rows close" () -> Value, "The set, finished: sorted, each row once, sure if it was sure once; equal sets are one value. Kept under this number (second) at this row (third), unless the number is 0.";
    RowAfter "row after" () -> Value, "The first row of the set behind a row, no handle but a word: the row shifted up by one bit, the lowest set if it is doubtful; 0 if there is none.";
    RowsComplete "rows complete" (Value) -> Truth by flow, "All rows of the set lie in this file; unknown if some do not, or may not.";
    RowsOf "rows of" (Node) -> Value, "The set of this row.";

    EventsAt "events at" (Value, Node) -> Value by flow, "Where the rows of the set happen in the function around the node (second): where they are evaluated; at its ends if a deferred call does it; at a call that always calls the function literal which holds them.";
    EventsExit "events exit" (Value, Node) -> Value by flow, "The ends of the function around the node (second): `return`, `panic`, `process`, `any`.";
    EventsWhen "events when" (Node, Value, Node) -> Value by flow, "The branches of the function around the node (third) on which the value of the first is `nil`, `not nil`, `true` or `false`.";
    EventsWhenRows "events when rows" (Value, Value, Node) -> Value by flow, "The branches of the function around the node (third) on which a condition of the set is `true` or `false`.";
    EventsEscape "events escape" (Node, Node) -> Value by flow, "Where the value of the first node escapes in the function around the second.";
    EventsAssign "events assign" (Node, Node) -> Value by flow, "Where the variable of the first node is assigned in the function around the second.";
    EventsRead "events read" (Node, Node) -> Value by flow, "Where the variable of the first node is read in the function around the second, while it holds the value that it has at the first.";
    EventsJoin "events join" (Value, Value) -> Value by flow, "Both.";
    EventsNone "events none" () -> Value by flow, "Nothing that happens.";
    PathFrom "path from" (Node, Value, Value, Value) -> Value by flow, "A path from a node, `after` it or from the `entry` of the function around it, to one of the events (third) past none of the others (fourth).";
    PathEndless "path endless" (Node, Value, Value) -> Value by flow, "A path from a node, `after` it or from the `entry` of the function around it, past none of the events (third), that never ends or reaches an end of the function.";
    Found "path found" (Value) -> Truth by flow, "There is such a path, or such a flow.";
    Repeats "repeats itself" (Node) -> Truth by flow, "Some path leads from behind the node to the node.";

    SameValue "same value" (Node, Node) -> Truth by flow, "Both hold the same value, through assignments, conversions that keep it, and captured variables.";
    DerivesFrom "derives from" (Node, Node) -> Truth by flow, "The value of the first is made from that of the second: a copy, a part, or computed from it.";
    DerivesFromRows "derives from rows" (Node, Value) -> Truth by flow, "The value is made from that of one of the rows.";
    DerivesFromSymbols "derives from symbols" (Node, Value) -> Truth by flow, "The value is made from one of the symbols: a call of it, or its own.";
    Escapes "escapes" (Node) -> Truth by flow, "The value leaves the hands of its function: returned, stored in a field, element or package-level variable, sent, captured by a function literal that is kept, or passed to a function that keeps it or is not known.";
    IsAlwaysNil "is always_nil" (Node) -> Truth by flow, "It is proven that the value is nil whenever it is evaluated here.";
    IsNeverNil "is never_nil" (Node) -> Truth by flow, "It is proven that the value is never nil when it is evaluated here; no where nothing proves it.";
    IsMaybeNil "is maybe_nil" (Node) -> Truth by flow, "It is proven that the value is nil on some path to here; no where nothing proves it.";
    IsUnusedValue "is unused_value" (Node) -> Truth by flow, "What is assigned to the variable here is read on no path; no where nothing proves it.";
    Least "least" (Node) -> Value by flow, "The least value that the integer can have here, by the conditions on the way to it; unknown if there is no bound.";
    Greatest "greatest" (Node) -> Value by flow, "The greatest value that the integer can have here; unknown if there is no bound.";
    LeastLen "least_len" (Node) -> Value by flow, "The least length that the slice, array, string, map or channel can have here.";
    GreatestLen "greatest_len" (Node) -> Value by flow, "The greatest length that it can have here; unknown if there is no bound.";
    FlowValue "flow_value" (Node) -> Value by flow, "The constant that the expression has here on all paths, through variables; unknown without one.";
    Definitions "definitions" (Node) -> Value by flow, "The rows: the values that are assigned to the variable and may be what it holds here, through copies.";
    Uses "uses" (Node) -> Value by flow, "The rows: where the value that is assigned here, or the parameter that is declared here, is used.";
    Callers "callers" (Node) -> Value by flow, "The rows: calls that may call the function, `go` and `defer` included.";
    CallsOf "calls_of" (Node) -> Value by flow, "The rows: the calls that the function makes itself, those of its function literals not counted.";
    TaintedBy "tainted by" (Node, Value) -> Value by flow, "The way on which a value of this kind, as models say where there are some, comes to the expression; nothing that cleans it lies on it. As `KIND for PURPOSE`, what cleans it for the purpose counts too.";
    Fact "fact holds" (Node, Value) -> Truth by flow, "The fact with this name holds for what the node is, or for all functions that the call may call.";

    Senders "senders" (Node) -> Value by flow, "The rows: what sends to the channel of this operation or expression.";
    Receivers "receivers" (Node) -> Value by flow, "The rows: what receives from the channel, `range` and cases of `select` included.";
    Closers "closers" (Node) -> Value by flow, "The rows: calls that close the channel.";
    Makers "makers" (Node) -> Value by flow, "The rows: where the channel, lock, group or condition is made or declared.";
    Lockers "lockers" (Node) -> Value by flow, "The rows: calls that acquire the lock.";
    Unlockers "unlockers" (Node) -> Value by flow, "The rows: calls that release the lock.";
    Waiters "waiters" (Node) -> Value by flow, "The rows: calls that wait for the group or condition.";
    Adders "adders" (Node) -> Value by flow, "The rows: calls that add to the group.";
    Finishers "finishers" (Node) -> Value by flow, "The rows: calls that take from the group, `Done` above all.";
    Signallers "signallers" (Node) -> Value by flow, "The rows: calls that wake those who wait for the condition.";
    Alternatives "alternatives" (Node) -> Value by flow, "The rows: the other cases of the `select` that the operation is a case of, `default` included.";
    Spawns "spawns" (Node) -> Value by flow, "The rows: `go` statements and their like in whose goroutines the node runs; none if only its callers' goroutine does.";
    HeldAt "held_at" (Node) -> Value by flow, "The rows: the acquisitions of locks that may be held when the node is evaluated, by this function or by all its callers.";
    HeldTwice "held_twice" (Node) -> Value by flow, "The rows: for the acquisition of a lock, the earlier ones of the same lock that are still held then, directly or through calls.";
    HeldOnReturn "held_on_return" (Node) -> Value by flow, "The rows: for the acquisition of a lock, the returns that some path reaches with it still held, while this function releases it on another.";
    LockCycle "lock_cycle" (Node) -> Value by flow, "The rows: for the acquisition of a lock while another is held, those that close a circle in the order of locks in other goroutines; for a send or receive with a lock held, those on the other side of the channel if all of them hold it too.";
    StuckWith "stuck_with" (Node) -> Value by flow, "The rows: where the other goroutines stand in the run that `stuck` found.";
    Capacity "capacity" (Node) -> Value by flow, "The capacity of the channel; unknown if it is not constant.";
    WaitKind "wait_kind" (Node) -> Value by flow, "What the operation waits for: `send`, `receive`, `range`, `select`, `lock`, `read lock`, `group`, `once`, `condition`; unknown for what does not wait.";
    StuckReason "stuck_reason" (Node) -> Value by flow, "Why the operation that is `stuck` never goes on, as a clause: `nobody receives from it any more`.";
    Stuck "stuck" (Node) -> Truth by flow, "There is a run of the program around it in which the goroutine of this operation waits for ever.";
    Polled "polled" (Node) -> Truth by flow, "The operation is a case of a `select` that has a `default`.";
    Private "private" (Node) -> Truth by flow, "All code that can touch the channel, lock, group or condition is in this package.";
    MayQuit "may_quit" (Node) -> Truth by flow, "After this receive a return is reachable without receiving again.";
    SameGoroutine "same_goroutine" (Node, Node) -> Truth by flow, "Both run in one goroutine.";
    Joined "joined" (Node) -> Truth by flow, "The function that starts this goroutine waits for its end on every path.";

    IsPossiblyNil "is possibly_nil" (Node) -> Truth by flow, "It is proven that the value is nil on some path to here, or it is what a function gave that returns nil on some of its paths, and no error or boolean beside it that was asked for tells on which; no where nothing proves it.";
    IsSink "sink" (Node, Value) -> Truth by flow, "The expression is passed for an argument, or is the receiver, of a call for which models say `sink` of this kind.";

    Required "required" (Node) -> Value by flow, "The states that a call requires of the expression, which is its receiver or an argument: as models say, or as functions with source need on some path; empty if there are none.";
    RequiredBy "required_by" (Node) -> Value by flow, "The states of the program as a whole that the call requires.";
    Ended "ended" (Node) -> Value by flow, "The states that a call ends of the expression, which is its receiver or an argument.";
    Lacked "lacked" (Node) -> Value by flow, "The states that the value lacks as it was made in the same function, at least on some path: by a literal, `new`, `var`, or a call of which models say so, or whose source shows it; empty if there are none.";
    EventsEstablish "events establish" (Node, Value, Node) -> Value by flow, "Where one of the states (second) is established of the value of the first node, or is known to hold, in the function around the third.";
    EventsEstablishProgram "events establish program" (Value, Node) -> Value by flow, "Where one of the states (first) of the program as a whole is established in the function around the second.";
    Established "established" (Node) -> Value by flow, "The states that a call establishes of the expression, which is its receiver or an argument.";
    EstablishedBy "established_by" (Node) -> Value by flow, "The states of the program as a whole that the call establishes.";
    Common "common" (Value, Value) -> Value, "The elements of the first list that the second holds too.";
    Takes "takes" (Node, Value) -> Truth by flow, "The expression is what models say `takes` of this kind of: an argument of a call, or the value that a field is given in a literal or assignment.";
    MayPanic "may_panic" (Node) -> Truth by flow, "Models say of the function that is called that it `may panic`.";
    ZeroMeans "zero_means" (Type, Value) -> Value by flow, "The names of the fields of a declared struct type of which models say `zero means` this kind, in alphabetical order.";

    IsAnnotated "annotated" (Node, Value) -> Truth, "The comment directly above the declaration, spec or field has an annotation with this name: a line that starts with `@Name`, arguments right behind it as in `@Name(key = 200ms)`.";
    Annotation "annotation" (Node, Value, Value) -> Value, "The value of an argument (third) of the annotation (second); of a list of keys that of the first which it has; unknown without one.";
    AnnotationKind "annotation_kind" (Node, Value, Value) -> Value, "What the value of this argument is: `duration`, `number`, `string` or `bool`; empty if the annotation has no such argument, unknown without annotation.";
    AnnotationKeys "annotation_keys" (Node, Value) -> Value, "The keys of the annotation's arguments, in the order written; unknown without annotation.";
    AnnotationFault "annotation_fault" (Node, Value) -> Value, "What is wrong with how the annotation is written, as a clause; empty if nothing is, unknown without annotation.";
    Inherits "inherits" (Node, Value, Value) -> Truth by flow, "The function around the node has an annotation (second) with this argument (third, or the first of a list), or one has from which calls lead to it that are not in goroutines of their own.";
    Inherited "inherited" (Node, Value, Value) -> Value by flow, "The least value of this argument over these functions; unknown without one.";
    InheritedBy "inherited_by" (Node, Value, Value) -> Value by flow, "The functions on the way from the one with this least value to the one around the node: `Server.Pay → charge`.";

    Lookup "lookup" (Value, Value, Value) -> Value, "What the table (first) has for a key (second), or the third value if it has none.";
    FileExistsAbove "file_exists_above" (Value) -> Truth, "A file matches this path, relative to the Go file's folder or to one above it, up to the root of the module; unknown without a file system.";
    UnmatchedEmbeds "unmatched_embeds" (Node) -> Value, "The patterns of a `//go:embed` comment that embed no file; unknown without a file system.";
    EmbeddedNames "embedded_names" (Node) -> Value, "The names of the files and folders that a variable holds by the `//go:embed` above its declaration, `.` among them; unknown if this file does not declare it, or it has no directive.";

    Directives "directives" (Value) -> Value, "The directives of a format of package fmt, in order: `%d`, `%-5.*f`; `%%` is none. One is shown as it is written.";
    Verb "verb" (Value) -> Value, "The verb of a directive: `d`; empty where the format ends too soon.";
    Flags "flags" (Value) -> Value, "The flags of a directive, as written: `-`, `+#`.";
    Operand "operand" (Value) -> Value, "The number of the argument behind the format that a directive formats, counted from 0, explicit indexes heeded; -1 if it formats none.";
    StarOperands "star_operands" (Value) -> Value, "The numbers of the arguments that a directive takes for `*` in its width and precision, counted from 0.";
    OperandCount "operand_count" (Value) -> Value, "How many arguments a format takes: one more than the highest number of one.";
    WellFormedDirective "well_formed_directive" (Value) -> Truth, "The directive has a verb, and its explicit indexes are numbers from 1 on that stand where they belong.";
    CanFormat "can_format" (Value, Type) -> Truth by types, "The verb of the directive (first) is one for values of the type, as package fmt documents it: elements, fields, pointers to compound values, and methods such as `String` and `Format` heeded; any for an interface.";

    RegexpErrors "regexp_errors" (Value) -> Value, "Why the string is no regular expression of package regexp: one reason, or none if it is one; unknown if it names a script of Unicode.";
    RegexpParts "regexp_parts" (Value) -> Value, "All parts of a regular expression of package regexp, each before those it consists of; unknown if it is not valid. A part is shown as it is written, and equal to one that is written alike.";
    RegexpSubparts "regexp_subparts" (Value) -> Value, "What a part of a regular expression consists of: alternatives, what stands in a group or is repeated, the members of a class, the parts of a sequence.";
    RegexpKind "regexp_kind" (Value) -> Value, "What a part of a regular expression is: `alternation`, `sequence`, `capture`, `group`, `flags`, `repeat`, `char`, `range`, `class`, `any`, `begin`, `end`, `boundary`.";
    RegexpText "regexp_text" (Value) -> Value, "A part of a regular expression as it is written.";
    RegexpStart "regexp_start" (Value) -> Value, "Where a part of a regular expression starts in it, in bytes.";
    RegexpFlags "regexp_flags" (Value) -> Value, "The flags that are set where a flag, group or anchor of a regular expression starts, each one letter.";
    RegexpFlagsSet "regexp_flags_set" (Value) -> Value, "The flags that a part of a regular expression such as `(?i)` or `(?i:re)` sets.";
    RegexpFlagsCleared "regexp_flags_cleared" (Value) -> Value, "The flags that a part of a regular expression such as `(?-i)` clears.";
    RegexpOverlap "regexp_overlap" (Value, Value) -> Truth, "Two members of a class of a regular expression stand for a character in common; unknown for classes of Unicode.";

    ListOf "list of" (Value) -> Value, "The list itself; unknown for what is none.";
    ElementAt "element at" () -> Value, "The element of the list (first) with this number (second), counted from 0; unknown behind the last.";
    ListKnown "list known" (Value) -> Truth, "The value is a list; unknown if it is not known.";
    IsDeprecated "is deprecated" (Node) -> Truth by types, "A name, selector or import of something whose documentation has a paragraph that starts with `Deprecated:`; no for local objects, unknown where the documentation is not at hand.";
    Deprecation "deprecation" (Node) -> Value by types, "What that paragraph says, its first sentence; of the standard library, since which release and what to use instead. Empty if it is not deprecated.";
    DeprecatedSince "deprecated_since" (Node) -> Value by types, "The Go release since which something of the standard library has what stands for it, as `1.16`; `1.0` if that is not known, or it is not deprecated.";
    IsUnused "is unused" (Node) -> Truth by types, "The identifier declares a constant, variable, function or type at package level, a method, or a field of such a type, that is not exported and that nothing in the package and its tests needs, code aside that is unused itself; no for what belongs to an unused type.";
    IsOnlyCalled "is only_called" (Node) -> Truth by types, "The identifier declares a function or method that is not exported, that no interface of the package asks for, and that the package and its tests mention in calls alone, so that nobody relies on its type.";
    TagKeys "tag_keys" (Node) -> Value, "The keys in the struct tag of a field or tag literal, in the order they stand; unknown if the tag is malformed.";
    TagInColumns "tag_in_columns" (Node) -> Value, "The struct tag of a field with the first keys of all neighbours below each other, then the second ones, and so on. Neighbours are fields with tags on lines of their own without a line between. Unknown for a field over several lines, and if the tag of a neighbour is malformed.";
    Ordered "ordered" (Value, Value) -> Value, "The strings of the first list: those that the second holds, in its order, then the others in the order of their bytes.";
    IsBitSet "is bit_set" (Type) -> Truth by types, "A type whose values are combinations: its constants, as `constants` has them, are three powers of two or more and unions of these, and no row of consecutive numbers.";
    Product "product" (Value, Value) -> Value, "The first number times the second; a duration if one of them is one, unknown if both are.";
    Iterations "iterations" (Node) -> Value by flow, "How often the body of a loop runs if nothing leaves it before: of one that counts from a constant to another, and of `range` over a constant number, an array, or a slice whose length is known; unknown for others.";
    AtStartup "at_startup" (Node) -> Truth by flow, "It is proven that the node is evaluated only while the program starts: in `main`, `init` or the initial value of a package-level variable, or in functions that only these call, directly or not and in no other goroutine; calls in tests do not count; no where nothing proves it.";
    ReachedFrom "reached_from" (Node) -> Value by flow, "The rows: the functions of this file from which calls are known to lead to the node, the one around it included; those of other goroutines are not among them.";
    Callees "callees" (Node) -> Value by flow, "The full names, as `callee` writes them, of all functions that a call may call, function values followed; that of a function literal is empty. Unknown if there may be others.";
}

impl HostFn {
    /// Whether only engines call it, for [`crate::ir::Op::Gather`], [`crate::ir::Over::Rows`] and
    /// [`crate::ir::Over::Values`], with words of their own: it stands in no plan.
    pub const fn is_of_engines(self) -> bool {
        matches!(
            self,
            HostFn::RowsKnown
                | HostFn::RowsOpen
                | HostFn::RowsAdd
                | HostFn::RowsClose
                | HostFn::RowAfter
                | HostFn::ElementAt
        )
    }

    /// The function with this number, if there is one.
    pub fn from_u16(number: u16) -> Option<HostFn> {
        HostFn::ALL.get(usize::from(number)).copied()
    }

    /// The function with this name: `name`, `is const`.
    pub fn by_name(name: &str) -> Option<HostFn> {
        HostFn::ALL.iter().copied().find(|host| host.signature().name == name)
    }
}

/// An argument as a host function gets it, and a value as it gives one: one machine word.
///
/// A row is its number; a run is its first row plus the position after its last, shifted up by 32 bits; a value is a
/// [`Handle`].
pub type Word = u64;

/// A value held by the host while it looks at one file: 0 is *unknown*, 1 to *n* the plan's *n* constants, more what host
/// functions made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle(pub Word);

impl Handle {
    /// The value is not known.
    pub const UNKNOWN: Handle = Handle(0);

    /// A constant of the plan.
    pub fn constant(id: crate::ir::ConstId) -> Handle {
        Handle(u64::from(id.0) + 1)
    }
}

/// A run as a word.
pub fn run_word(from: rulec_tree::Node, end: rulec_tree::Node) -> Word {
    u64::from(from.0) | u64::from(end.0) << 32
}

/// First row and end position of a run.
pub fn run_of_word(word: Word) -> (rulec_tree::Node, rulec_tree::Node) {
    (rulec_tree::Node(word as u32), rulec_tree::Node((word >> 32) as u32))
}

/// The number of a [`crate::ir::Op::Gather`] in all rules of a plan. Never 0.
pub fn gathered_word(rule: crate::ir::RuleIndex, number: u32) -> Word {
    u64::from(rule.0) << 32 | u64::from(number)
}

/// What [`HostFn::RowAfter`] answers: a row, and whether it is doubtful.
pub fn set_word(row: Option<(rulec_tree::Node, bool)>) -> Word {
    row.map_or(0, |(row, doubtful)| u64::from(row.0) << 1 | u64::from(doubtful))
}

/// The row that [`HostFn::RowAfter`] answers, and whether it is doubtful. The row of the whole file is in no set.
pub fn row_of_set_word(word: Word) -> Option<(rulec_tree::Node, bool)> {
    let row = rulec_tree::Node((word >> 1) as u32);
    (row != rulec_tree::Node::ROOT).then_some((row, word & 1 == 1))
}

/// A host function could not answer: a fault of the engine, never of the input. The file's analysis stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap(pub String);

/// What runs rules over one file and hears of matches. One host serves both engines.
pub trait Host {
    /// Answers a function whose [`Answer`] is truth.
    ///
    /// # Errors
    /// [`Trap`] if the function fails by a fault of its own.
    fn ask(&mut self, host: HostFn, args: &[Word]) -> Result<Tri, Trap>;

    /// Answers a function whose [`Answer`] is a value.
    ///
    /// # Errors
    /// [`Trap`] if the function fails by a fault of its own.
    fn value(&mut self, host: HostFn, args: &[Word]) -> Result<Handle, Trap>;

    /// Hears of a match. `doubt` is the origin of the first unknown answer on the way, if there was one.
    ///
    /// # Errors
    /// [`Trap`] if the match cannot be recorded.
    fn emit(
        &mut self,
        rule: crate::ir::RuleIndex,
        doubt: Option<crate::ir::OriginId>,
        captures: &[Word],
    ) -> Result<(), Trap>;
}
