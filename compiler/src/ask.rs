//! Conditions to steps and three-valued questions.
//!
//! In: [`Cond`](Syntax) of the syntax. Out: steps that fail where the condition does not hold. A condition that binds
//! names which something else uses becomes choices; all others become one question.

use crate::branches::in_each;
use crate::build::{Builder, push};
use crate::facts::Use;
use crate::flow;
use crate::operand::{Operand, constant, node_arg, nodes_arg, operand, table_arg, value_arg};
use crate::path;
use crate::predicate::expand;
use crate::shape;
use crate::symbols;
use crate::type_cond::{self, type_arg};
pub(crate) use crate::value_type::Type;
use crate::value_type::constant_type;
use rulec_grammar::ast::{Call, Cond as Syntax, Name, OptionType, Path, Value};
use rulec_plan::host::{Answer, HostFn, Param};
use rulec_plan::ir::{Arg, Cond, Constant, Op, Step, Test};
use rulec_tree::{Category, Kind, KindSet, Op as Operator, Span};

/// Makes everything after fail unless `cond` holds (`negated`: does not hold). `escaping` says whether a name that the
/// condition binds is used by something else.
pub(crate) fn require(
    builder: &mut Builder<'_>,
    cond: &Syntax,
    negated: bool,
    escaping: &dyn Fn(&str) -> bool,
    steps: &mut Vec<Step>,
) {
    match cond {
        Syntax::And(parts) if !negated => {
            // Questions about paths are the dearest, and nothing is bound by them.
            let (paths, others): (Vec<_>, Vec<_>) = parts.iter().enumerate().partition(|(_, part)| asks_paths(part));
            for (index, part) in others.into_iter().chain(paths) {
                require(builder, part, false, &|name| escaping(name) || others_mention(parts, index, name), steps);
            }
        }
        Syntax::Or(parts) if negated => parts.iter().for_each(|part| require(builder, part, true, escaping, steps)),
        Syntax::Or(parts) if parts.iter().any(|part| binds(part, &builder.bound, escaping)) => {
            let traces = builder.traces;
            let branches = in_each(builder, parts.len(), |builder, index, steps| {
                require(builder, &parts[index], false, escaping, steps);
            });
            builder.traces = traces;
            let origin = builder.origin(span_of(cond), "one of the conditions");
            push(steps, origin, Op::Either(branches));
        }
        Syntax::Not(inner, _) => require(builder, inner, !negated, escaping, steps),
        Syntax::Path(path) => drop(path::require(builder, path, negated, steps)),
        Syntax::Flow { .. } => drop(flow::require(builder, cond, negated, steps)),
        Syntax::Quantified { every: false, .. } if !negated && binds(cond, &builder.bound, escaping) => {
            flow::each_choice(builder, cond, escaping, steps);
        }
        Syntax::Shape { .. } if !negated && binds(cond, &builder.bound, escaping) => {
            shape::search(builder, cond, steps)
        }
        Syntax::Type { .. } if !negated && binds(cond, &builder.bound, escaping) => {
            type_cond::bind(builder, cond, steps)
        }
        Syntax::Call(call) if builder.scope.predicate(&call.name.value).is_some() => {
            if let Some(body) = expand(builder, call) {
                body.within(builder, |builder, cond| require(builder, cond, negated, escaping, steps));
            }
        }
        _ => {
            let asked = builder.opposite(negated, |builder| decide(builder, cond));
            let Some(asked) = asked else { return };
            let span = span_of(cond);
            let snippet = builder.snippet(span);
            let origin = builder.origin(span, if negated { format!("not: {snippet}") } else { snippet });
            push(steps, origin, Op::Ask(if negated { Cond::Not(Box::new(asked)) } else { asked }));
        }
    }
}

/// Whether a condition asks about paths.
pub(crate) fn asks_paths(cond: &Syntax) -> bool {
    match cond {
        Syntax::And(parts) | Syntax::Or(parts) => parts.iter().any(asks_paths),
        Syntax::Not(inner, _) => asks_paths(inner),
        Syntax::Path(_) | Syntax::Repeats { .. } => true,
        _ => false,
    }
}

/// What holds if steps have a solution, as a question. What they bind is not seen outside.
pub(crate) fn searched(builder: &mut Builder<'_>, lower: impl FnOnce(&mut Builder<'_>, &mut Vec<Step>)) -> Cond {
    let (bound, half_bound, traces) = (builder.bound.clone(), builder.half_bound.clone(), builder.traces);
    let mut steps = Vec::new();
    lower(builder, &mut steps);
    (builder.bound, builder.half_bound, builder.traces) = (bound, half_bound, traces);
    Cond::Search(steps)
}

/// Whether a condition binds a name that something else uses.
fn binds(cond: &Syntax, bound: &std::collections::BTreeSet<String>, escaping: &dyn Fn(&str) -> bool) -> bool {
    let mut found = false;
    crate::names::of_cond(cond, &mut |name, _, _| found |= !bound.contains(name) && escaping(name));
    found
}

/// Whether a part other than the one at `index` mentions the name.
fn others_mention(parts: &[Syntax], index: usize, name: &str) -> bool {
    let mut found = false;
    for part in parts.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, part)| part) {
        crate::names::of_cond(part, &mut |mentioned, _, _| found |= mentioned == name);
    }
    found
}

/// A conjunction one part of which binds what another uses: whether there is a way in which all of them hold.
fn search_all(builder: &mut Builder<'_>, cond: &Syntax) -> Cond {
    searched(builder, |builder, steps| require(builder, cond, false, &|_| false, steps))
}

/// A condition as one question.
pub(crate) fn decide(builder: &mut Builder<'_>, cond: &Syntax) -> Option<Cond> {
    match cond {
        Syntax::And(parts) => {
            let joined = |(index, part)| binds(part, &builder.bound, &|name| others_mention(parts, index, name));
            if parts.iter().enumerate().any(joined) {
                return Some(search_all(builder, cond));
            }
            Some(Cond::And(decide_all(builder, parts)?))
        }
        Syntax::Or(parts) => Some(Cond::Or(decide_all(builder, parts)?)),
        Syntax::Not(inner, _) => match &**inner {
            // What is not in a function has no paths: neither answer holds there.
            Syntax::Path(path) => decide_path(builder, path, true),
            inner => Some(Cond::Not(Box::new(builder.opposite(true, |builder| decide(builder, inner))?))),
        },
        Syntax::Path(path) => decide_path(builder, path, false),
        Syntax::Repeats { subject, .. } => {
            let node = node_arg(builder, subject, "`repeats`")?;
            Some(Cond::Host(HostFn::Repeats, vec![node]))
        }
        Syntax::Flow { .. } => {
            let mut lowered = None;
            let search = searched(builder, |builder, steps| lowered = flow::require(builder, cond, false, steps));
            lowered.map(|()| search)
        }
        Syntax::Quantified { .. } => flow::quantified(builder, cond),
        Syntax::Compare { op, left, right, span } => compare(builder, op.value, left, right, *span),
        Syntax::Is { subject, negated, word, .. } => {
            let asked = is_word(builder, subject, word)?;
            Some(if *negated { Cond::Not(Box::new(asked)) } else { asked })
        }
        Syntax::Matches { subject, regex, .. } => matches(builder, subject, regex),
        Syntax::In { subject, set, span } => is_in(builder, subject, set, *span),
        Syntax::Shape { .. } => Some(searched(builder, |builder, steps| shape::search(builder, cond, steps))),
        Syntax::Type { .. } => type_cond::decide(builder, cond),
        Syntax::Call(call) => call_predicate(builder, call),
    }
}

fn decide_path(builder: &mut Builder<'_>, path: &Path, negated: bool) -> Option<Cond> {
    let mut lowered = None;
    let search = searched(builder, |builder, steps| lowered = path::require(builder, path, negated, steps));
    lowered.map(|()| search)
}

/// All of them, so that every mistake is reported; `None` if there is one.
fn decide_all(builder: &mut Builder<'_>, parts: &[Syntax]) -> Option<Vec<Cond>> {
    let decided: Vec<Option<Cond>> = parts.iter().map(|part| decide(builder, part)).collect();
    decided.into_iter().collect()
}

/// `left op right`.
fn compare(builder: &mut Builder<'_>, op: Operator, left: &Value, right: &Value, span: Span) -> Option<Cond> {
    let (l, r) = (operand(builder, left), operand(builder, right));
    let (l, r) = (l?, r?);
    match (&l, &r, op) {
        (Operand::Node(Arg::Node(a)), Operand::Node(Arg::Node(b)), Operator::Eq | Operator::Ne) => {
            Some(negated_if(op == Operator::Ne, Cond::Test(Test::Equal(*a, *b))))
        }
        (Operand::Run(Arg::Run(a, a_end)), Operand::Run(Arg::Run(b, b_end)), Operator::Eq | Operator::Ne) => {
            Some(negated_if(op == Operator::Ne, Cond::Test(Test::EqualRuns([*a, *a_end], [*b, *b_end]))))
        }
        (Operand::Value(a, left_type), Operand::Value(b, right_type), _) => {
            if is_fixed(builder, a) && is_fixed(builder, b) {
                builder.errors().inert(span);
                return None;
            }
            if !left_type.compares_with(*right_type) {
                builder.errors().incomparable(span, left_type.words(), right_type.words());
                return None;
            }
            let ask = |host, a: &Arg, b: &Arg| Cond::Host(host, vec![a.clone(), b.clone()]);
            let of_types = *left_type == Type::Go;
            Some(match op {
                Operator::Eq | Operator::Ne if of_types => {
                    negated_if(op == Operator::Ne, ask(HostFn::IdenticalTo, a, b))
                }
                _ if of_types => {
                    let message = "types have no order".to_owned();
                    builder.errors().wrong_sort(span, message, "compare with `==` or `!=`, or ask for `size(…)`");
                    return None;
                }
                Operator::Eq => ask(HostFn::CompareEq, a, b),
                Operator::Ne => negated_if(true, ask(HostFn::CompareEq, a, b)),
                Operator::Lt => ask(HostFn::CompareLt, a, b),
                Operator::Le => ask(HostFn::CompareLe, a, b),
                Operator::Gt => ask(HostFn::CompareLt, b, a),
                _ => ask(HostFn::CompareLe, b, a),
            })
        }
        (Operand::Node(_), Operand::Node(_), _) => {
            let message = format!("code cannot be compared with `{}`", op.text());
            builder.errors().wrong_sort(span, message, "compare `value(…)` of both");
            None
        }
        _ => {
            let what = builder.snippet(value_span(if matches!(l, Operand::Value(..)) { right } else { left }));
            let message = format!("`{what}` is code and cannot be compared with a value");
            let help =
                format!("ask for a property of it: `name({what})`, `text({what})`, `value({what})`, `count({what})`");
            builder.errors().wrong_sort(span, message, &help);
            None
        }
    }
}

/// Whether an argument is the same for all code and all configurations.
fn is_fixed(builder: &Builder<'_>, arg: &Arg) -> bool {
    match arg {
        Arg::Const(id) => !matches!(builder.tables.constants[id.0 as usize], Constant::Option { .. }),
        _ => false,
    }
}

pub(crate) fn negated_if(negated: bool, cond: Cond) -> Cond {
    if negated { Cond::Not(Box::new(cond)) } else { cond }
}

/// `subject is word`.
fn is_word(builder: &mut Builder<'_>, subject: &Value, word: &Name) -> Option<Cond> {
    let asker = format!("`is {}`", word.value);
    if let Some(host) = property(&word.value) {
        let of_type = host.signature().params == [Param::Type];
        let arg = if of_type { type_arg(builder, subject, &asker) } else { node_arg(builder, subject, &asker) };
        return Some(Cond::Host(host, vec![arg?]));
    }
    let node = node_arg(builder, subject, &asker);
    let Some(kinds) = kinds_of_word(&word.value) else {
        builder.errors().unknown_word(word.span, &word.value, &words());
        return None;
    };
    let Arg::Node(register) = node? else { return None };
    Some(Cond::Test(Test::Kinds(register, kinds)))
}

/// The property that a word behind `is` stands for.
fn property(word: &str) -> Option<HostFn> {
    HostFn::by_name(&format!("is {word}"))
}

/// The kinds that a word behind `is` stands for: a category or one kind in snake case. `package` is a property.
pub(crate) fn kinds_of_word(word: &str) -> Option<KindSet> {
    match word {
        _ if property(word).is_some() => None,
        "expr" => Some(KindSet::of_category(Category::Expr)),
        "stmt" => Some(KindSet::of_category(Category::Stmt)),
        "decl" => Some(KindSet::of_category(Category::Decl)),
        "basic_lit" => Some(KindSet::BASIC_LITS),
        "any_func" => Some(KindSet::FUNCS),
        _ => Kind::ALL.iter().find(|kind| snake_case(kind.name()) == word).map(|kind| KindSet::of(&[*kind])),
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (index, character) in name.char_indices() {
        if character.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

/// Every word that may stand behind `is`.
fn words() -> Vec<String> {
    let kinds = Kind::ALL.iter().map(|kind| snake_case(kind.name()));
    let hosts = HostFn::ALL.iter().filter_map(|host| host.signature().name.strip_prefix("is ").map(str::to_owned));
    let groups = ["expr", "stmt", "decl", "basic_lit", "any_func"].map(str::to_owned);
    kinds.chain(hosts).chain(groups).collect()
}

/// `subject matches "regex"`.
fn matches(builder: &mut Builder<'_>, subject: &Value, regex: &Name) -> Option<Cond> {
    let subject = string_arg(builder, subject);
    if let Err(reason) = rulec_plan::regex::compile(&regex.value) {
        builder.errors().bad_regex(regex.span, &reason);
        return None;
    }
    let regex = builder.tables.constant(Constant::Regex(regex.value.clone()));
    Some(Cond::Host(HostFn::Matches, vec![subject?, Arg::Const(regex)]))
}

/// A value that is a string.
fn string_arg(builder: &mut Builder<'_>, value: &Value) -> Option<Arg> {
    match operand(builder, value)? {
        Operand::Value(arg, Type::Str | Type::Any | Type::Version) => Some(arg),
        Operand::Value(_, ty) => {
            let message = format!("{} is not a string", ty.words());
            builder.errors().wrong_sort(value_span(value), message, "");
            None
        }
        Operand::Node(_) | Operand::Run(_) => {
            let what = builder.snippet(value_span(value));
            let help = format!("ask for its text or name: `text({what})`, `name({what})`, `value({what})`");
            builder.errors().wrong_sort(value_span(value), format!("`{what}` is code, not a string"), &help);
            None
        }
    }
}

/// `subject in set`.
fn is_in(builder: &mut Builder<'_>, subject: &Value, set: &Value, span: Span) -> Option<Cond> {
    if let Some(members) = symbols::members(builder, set) {
        let message = match operand(builder, subject)? {
            Operand::Node(node) => return symbols::names_one(builder, node, &members),
            Operand::Run(_) => "a run is looked for in a set of symbols",
            Operand::Value(..) => "a value is looked for in a set of symbols",
        };
        builder.errors().wrong_sort(span, message.to_owned(), "symbols are named by code: `$f in …`");
        return None;
    }
    if let Value::Call(call) = set {
        return is_in_computed(builder, subject, set, call.span);
    }
    let (subject, set) = (operand(builder, subject), constant(builder, set));
    match (subject?, set?) {
        (Operand::Node(_) | Operand::Run(_), _) => {
            let message = "code is looked for in a list of values".to_owned();
            builder.errors().wrong_sort(span, message, "ask for a property of it: `name(…) in […]`");
            None
        }
        (Operand::Value(arg, _), set) if is_fixed(builder, &arg) && !matches!(set, Constant::Option { .. }) => {
            builder.errors().inert(span);
            None
        }
        (Operand::Value(arg, ty), set) => {
            let of_elements = element_type(&set, builder);
            match of_elements {
                None => {
                    let message = "this is not a list".to_owned();
                    builder.errors().wrong_sort(span, message, "write `[…]`, or name an option or a symbol set");
                    None
                }
                Some(element) if !ty.compares_with(element) => {
                    builder.errors().incomparable(span, ty.words(), element.words());
                    None
                }
                Some(_) => {
                    let set = builder.tables.constant(set);
                    Some(Cond::Host(HostFn::In, vec![arg, Arg::Const(set)]))
                }
            }
        }
    }
}

/// Whether a value is in a list that the code decides: `"json" in keys($literal)`. All such lists hold strings.
fn is_in_computed(builder: &mut Builder<'_>, subject: &Value, set: &Value, span: Span) -> Option<Cond> {
    let (subject, set) = (operand(builder, subject), operand(builder, set));
    match (subject?, set?) {
        (Operand::Value(_, ty), Operand::Value(_, Type::List)) if !ty.compares_with(Type::Str) => {
            builder.errors().incomparable(span, ty.words(), Type::Str.words());
            None
        }
        (Operand::Value(arg, _), Operand::Value(list, Type::List)) => Some(Cond::Host(HostFn::In, vec![arg, list])),
        (Operand::Value(..), _) => {
            let help = "write `[…]`, or name an option or a symbol set";
            builder.errors().wrong_sort(span, "this is not a list".to_owned(), help);
            None
        }
        _ => {
            let message = "code is looked for in a list of values".to_owned();
            builder.errors().wrong_sort(span, message, "ask for a property of it: `name(…) in […]`");
            None
        }
    }
}

fn element_type(set: &Constant, builder: &Builder<'_>) -> Option<Type> {
    match set {
        Constant::List(items) => Some(items.first().map_or(Type::Any, |item| constant_type(item, builder))),
        // What a table holds are its keys.
        Constant::Table(_) => Some(Type::Str),
        Constant::Option { option, .. } => match builder.option_type(*option as usize) {
            OptionType::Strings | OptionType::StringTable | OptionType::IntTable => Some(Type::Str),
            OptionType::Ints => Some(Type::Int),
            _ => None,
        },
        _ => None,
    }
}

/// A call that stands as a condition.
fn call_predicate(builder: &mut Builder<'_>, call: &Call) -> Option<Cond> {
    if builder.scope.predicate(&call.name.value).is_some() {
        let body = expand(builder, call)?;
        return body.within(builder, decide);
    }
    if let Some(fact) = builder.scope.fact(&call.name.value) {
        let fact = fact.to_owned();
        return ask_fact(builder, call, fact);
    }
    let host = host_named(builder, &call.name, Answer::Truth)?;
    let args = host_args(builder, host, call)?;
    Some(Cond::Host(host, args))
}

/// Whether a fact holds for what a value is.
fn ask_fact(builder: &mut Builder<'_>, call: &Call, fact: String) -> Option<Cond> {
    let ([value], []) = (&call.args[..], &call.named[..]) else {
        builder.errors().argument_count(call.span, &call.name.value, 1, call.args.len() + call.named.len());
        return None;
    };
    let node = node_arg(builder, value, &format!("`{}`", call.name.value))?;
    let span = builder.called_at.unwrap_or(call.span);
    builder.facts.push(Use { fact: fact.clone(), negative: builder.negative, span });
    let name = builder.text(&fact);
    Some(Cond::Host(HostFn::Fact, vec![node, name]))
}

/// A host function by the name that rules use.
pub(crate) fn host_named(builder: &mut Builder<'_>, name: &Name, answer: Answer) -> Option<HostFn> {
    let callable = |host: &HostFn| {
        let signature = host.signature();
        signature.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && signature.name != "matches"
            && signature.name != "in"
            && signature.name != "implements"
    };
    let found = HostFn::by_name(&name.value).filter(callable);
    match found {
        Some(host) if host.signature().answer == answer => Some(host),
        Some(_) => {
            let (message, help) = match answer {
                Answer::Truth => (format!("`{}` is a value, not a condition", name.value), "compare it with something"),
                Answer::Value => (format!("`{}` is a condition, not a value", name.value), "use it by itself"),
            };
            builder.errors().wrong_sort(name.span, message, help);
            None
        }
        None => {
            let hosts = HostFn::ALL.iter().filter(|host| callable(host) && host.signature().answer == answer);
            let mut known: Vec<String> = hosts.map(|host| host.signature().name.to_owned()).collect();
            let what = match answer {
                Answer::Truth => {
                    known.extend(builder.scope.item_names());
                    "condition or predicate"
                }
                Answer::Value => "value",
            };
            builder.errors().unknown_name(name.span, what, &name.value, &known);
            None
        }
    }
}

pub(crate) fn host_args(builder: &mut Builder<'_>, host: HostFn, call: &Call) -> Option<Vec<Arg>> {
    let signature = host.signature();
    if let Some((name, _)) = call.named.first() {
        let message = format!("`{}` takes no argument called `{}`", signature.name, name.value);
        builder.errors().wrong_sort(name.span, message, "");
        return None;
    }
    if call.args.len() != signature.params.len() {
        builder.errors().argument_count(call.span, signature.name, signature.params.len(), call.args.len());
        return None;
    }
    let args: Vec<Option<Arg>> = call
        .args
        .iter()
        .zip(signature.params)
        .enumerate()
        .map(|(index, (value, param))| match param {
            Param::Node => node_arg(builder, value, &format!("`{}`", signature.name)),
            Param::Nodes => nodes_arg(builder, value, signature.name),
            Param::Value if host == HostFn::Lookup && index == 0 => table_arg(builder, value, signature.name),
            Param::Value => value_arg(builder, value, signature.name),
            Param::Type => type_arg(builder, value, &format!("`{}`", signature.name)),
        })
        .collect();
    args.into_iter().collect()
}

/// Where a value stands.
pub(crate) fn value_span(value: &Value) -> Span {
    match value {
        Value::Root(span) | Value::List(_, span) | Value::Table(_, span) => *span,
        Value::Hole(name) | Value::Label(name) | Value::Word(name) | Value::Float(name) | Value::Str(name) => name.span,
        Value::Int(value) | Value::Duration(value) => value.span,
        Value::Bool(value) => value.span,
        Value::Symbol(symbol) => symbol.span(),
        Value::Call(call) => call.span,
    }
}

/// Where a condition stands.
pub(crate) fn span_of(cond: &Syntax) -> Span {
    match cond {
        Syntax::And(parts) | Syntax::Or(parts) => {
            let first = parts.first().map_or(Span::default(), span_of);
            let last = parts.last().map_or(first, span_of);
            Span::new(first.start, last.end)
        }
        Syntax::Not(_, span)
        | Syntax::Compare { span, .. }
        | Syntax::Is { span, .. }
        | Syntax::Matches { span, .. }
        | Syntax::In { span, .. }
        | Syntax::Shape { span, .. }
        | Syntax::Type { span, .. }
        | Syntax::Repeats { span, .. }
        | Syntax::Flow { span, .. }
        | Syntax::Quantified { span, .. } => *span,
        Syntax::Path(path) => path.span,
        Syntax::Call(call) => call.span,
    }
}
