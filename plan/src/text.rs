//! The readable text form of a plan: what `rulec expand --plan` shows.

use crate::ir::{Arg, Cond, Constant, GuardTest, Op, Over, Plan, Register, RulePlan, Start, Step, Test, Way};
use rulec_tree::{KindSet, Op as Operator};
use std::fmt::Write;

/// One rule as text, a step to a line, choices numbered by indentation only where they nest.
pub fn rule(plan: &Plan, rule: &RulePlan) -> String {
    let mut writer = Writer { plan, rule, out: String::new() };
    writer.header();
    writer.steps(&rule.body, 1);
    writer.out
}

struct Writer<'a> {
    plan: &'a Plan,
    rule: &'a RulePlan,
    out: String,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{:indent$}{text}", "", indent = depth * 2);
    }

    fn header(&mut self) {
        let sort = if self.rule.meta.fact.is_some() { "fact" } else { "rule" };
        self.line(0, &format!("{sort} {}", self.rule.meta.id));
        let start = match &self.rule.start {
            Start::Kinds(set) => format!("start at {}", kinds(*set)),
            Start::Symbols { symbols, up, kinds: set } => {
                let names: Vec<_> = symbols.iter().map(|symbol| self.symbol(symbol.0)).collect();
                format!("start {up} above uses of {} at {}", names.join(", "), kinds(*set))
            }
        };
        self.line(1, &start);
        for guard in &self.rule.guards {
            let path: String = guard.path.iter().map(|slot| format!(".{slot}")).collect();
            let test = match &guard.test {
                GuardTest::Kinds(set) => kinds(*set),
                GuardTest::Ops(ops) => operators(*ops),
                GuardTest::Texts(atoms) => atoms.iter().map(|atom| self.atom(atom.0)).collect::<Vec<_>>().join(" | "),
            };
            self.line(1, &format!("guard root{path} is {test}"));
        }
        for texts in &self.rule.needs {
            self.line(1, &format!("needs {}", texts.join(" | ")));
        }
    }

    fn steps(&mut self, steps: &[Step], depth: usize) {
        for step in steps {
            let what = &self.rule.origins[step.origin.0 as usize].what;
            let comment = if what.is_empty() { String::new() } else { format!("  -- {what}") };
            match &step.op {
                Op::Move { dst, src, way } => {
                    self.line(depth, &format!("{} = {} {}{comment}", reg(*dst), reg(*src), self.way(*way)));
                }
                Op::Test(test) => {
                    let test = self.test(test);
                    self.line(depth, &format!("test {test}{comment}"));
                }
                Op::Ask(cond) => {
                    self.line(depth, &format!("ask{comment}"));
                    self.cond(cond, depth + 1);
                }
                Op::Each { dst, over } => {
                    self.line(depth, &format!("each {} in {}{comment}", reg(*dst), self.over(over)));
                }
                Op::Either(branches) => {
                    for (index, branch) in branches.iter().enumerate() {
                        self.line(depth, if index == 0 { "either" } else { "or" });
                        self.steps(branch, depth + 1);
                    }
                    self.line(depth, "then");
                }
                Op::Let { dst, host, args } => {
                    let args = self.args(args);
                    self.line(depth, &format!("{} = {}({args}){comment}", reg(*dst), host.signature().name));
                }
                Op::Gather { dst, shared, steps, row } => {
                    let place = shared.map_or_else(String::new, |(_, at)| format!(" once for {}", reg(at)));
                    self.line(depth, &format!("{} = all {}{place}{comment}", reg(*dst), reg(*row)));
                    self.steps(steps, depth + 1);
                }
                Op::Emit(args) => {
                    let args = self.args(args);
                    self.line(depth, &format!("emit {args}"));
                }
            }
        }
    }

    fn cond(&mut self, cond: &Cond, depth: usize) {
        match cond {
            Cond::And(parts) | Cond::Or(parts) => {
                self.line(depth, if matches!(cond, Cond::And(_)) { "all of" } else { "one of" });
                for part in parts {
                    self.cond(part, depth + 1);
                }
            }
            Cond::Not(part) => {
                self.line(depth, "not");
                self.cond(part, depth + 1);
            }
            Cond::Test(test) => {
                let test = self.test(test);
                self.line(depth, &test);
            }
            Cond::Search(steps) => {
                self.line(depth, "some");
                self.steps(steps, depth + 1);
            }
            Cond::Host(host, args) => {
                let args = self.args(args);
                self.line(depth, &format!("{}({args})", host.signature().name));
            }
        }
    }

    fn test(&self, test: &Test) -> String {
        match test {
            Test::Kinds(register, set) => format!("{} is {}", reg(*register), kinds(*set)),
            Test::Ops(register, ops) => format!("{} operator {}", reg(*register), operators(*ops)),
            Test::Text(register, atom) => format!("{} text {}", reg(*register), self.atom(atom.0)),
            Test::Symbols(register, symbols) => {
                let names: Vec<_> = symbols.iter().map(|symbol| self.symbol(symbol.0)).collect();
                format!("{} names {}", reg(*register), names.join(" | "))
            }
            Test::Same(a, b) => format!("{} is {}", reg(*a), reg(*b)),
            Test::Before(a, b) => format!("{} before {}", reg(*a), reg(*b)),
            Test::Equal(a, b) => format!("{} equals {}", reg(*a), reg(*b)),
            Test::EqualRuns([a, a_end], [b, b_end]) => {
                format!("{}..{} equals {}..{}", reg(*a), reg(*a_end), reg(*b), reg(*b_end))
            }
        }
    }

    fn over(&self, over: &Over) -> String {
        match over {
            Over::Positions { from, end } => format!("positions {}..={}", reg(*from), reg(*end)),
            Over::Elements { from, end } => format!("elements {}..{}", reg(*from), reg(*end)),
            Over::Ancestors { of, stop } => format!("ancestors of {} until {}", reg(*of), kinds(*stop)),
            Over::Descendants { of, want, stop } => {
                format!("{} below {} not into {}", kinds(*want), reg(*of), kinds(*stop))
            }
            Over::Statement { of } => format!("statement around {}", reg(*of)),
            Over::Rows { of } => format!("rows of {}", reg(*of)),
            Over::Values { of } => format!("values of {}", reg(*of)),
        }
    }

    fn way(&self, way: Way) -> String {
        match way {
            Way::Same => String::new(),
            Way::Slot(slot) => format!("slot {slot}"),
            Way::Next => "next".into(),
            Way::End => "end".into(),
            Way::Parent => "parent".into(),
            Way::Unparen => "unparen".into(),
            Way::Root => "file".into(),
        }
    }

    fn args(&self, args: &[Arg]) -> String {
        args.iter().map(|arg| self.arg(arg)).collect::<Vec<_>>().join(", ")
    }

    fn arg(&self, arg: &Arg) -> String {
        match arg {
            Arg::Node(register) | Arg::Value(register) => reg(*register),
            Arg::Run(from, end) => format!("{}..{}", reg(*from), reg(*end)),
            Arg::Const(id) => self.plan.constants.get(id.0 as usize).map_or_else(|| "?".into(), |c| self.constant(c)),
            Arg::Call(host, args) => format!("{}({})", host.signature().name, self.args(args)),
        }
    }

    fn constant(&self, constant: &Constant) -> String {
        match constant {
            Constant::Int(value) => value.to_string(),
            Constant::Float(value) => value.clone(),
            Constant::Str(value) => format!("{value:?}"),
            Constant::Bool(value) => value.to_string(),
            Constant::Duration(nanoseconds) => format!("{nanoseconds}ns"),
            Constant::List(items) => {
                format!("[{}]", items.iter().map(|item| self.constant(item)).collect::<Vec<_>>().join(", "))
            }
            Constant::Table(entries) => {
                let entries = entries.iter().map(|(key, value)| format!("{key:?}: {}", self.constant(value)));
                format!("[{}]", entries.collect::<Vec<_>>().join(", "))
            }
            Constant::Symbols(symbols) => {
                format!("{{{}}}", symbols.iter().map(|symbol| self.symbol(symbol.0)).collect::<Vec<_>>().join(", "))
            }
            Constant::Regex(regex) => format!("/{regex}/"),
            Constant::Type(pattern) => format!("`{pattern}`"),
            Constant::Option { rule, option } => self
                .plan
                .rules
                .get(rule.0 as usize)
                .and_then(|rule| rule.meta.options.get(*option as usize))
                .map_or_else(|| "option ?".into(), |option| format!("option {}", option.name)),
        }
    }

    fn symbol(&self, index: u32) -> String {
        match self.plan.symbols.get(index as usize) {
            Some((path, name)) if path.is_empty() => name.clone(),
            Some((path, name)) => format!("{path}.{name}"),
            None => "?".into(),
        }
    }

    fn atom(&self, index: u32) -> String {
        self.plan
            .atoms
            .get(index as usize)
            .map_or_else(|| "?".into(), |atom| format!("{:?}", String::from_utf8_lossy(atom)))
    }
}

fn reg(register: Register) -> String {
    if register == Register::ROOT { "root".into() } else { format!("r{}", register.0) }
}

fn kinds(set: KindSet) -> String {
    if set.intersect(KindSet::ALL) == KindSet::ALL {
        return "anything".into();
    }
    let names: Vec<_> = set.iter().map(rulec_tree::Kind::name).collect();
    if names.is_empty() { "nothing".into() } else { names.join(" | ") }
}

fn operators(set: u64) -> String {
    let named = Operator::ALL.iter().filter(|op| set >> (**op as u8) & 1 == 1);
    named.map(|op| if op.text().is_empty() { "none" } else { op.text() }).collect::<Vec<_>>().join(" | ")
}
