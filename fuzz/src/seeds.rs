//! What fuzzing starts from: small plans that use every instruction, and packs of them.

use rulec_pack::abi::PLAN_HASH;
use rulec_pack::container::{Container, Tag};
use rulec_pack::file::{self, Contents, SourceText};
use rulec_pack::manifest::{Manifest, Version};
use rulec_plan::Plan;
use rulec_plan::host::HostFn;
use rulec_plan::ir::{
    Arg, AtomId, Cond, ConstId, Constant, Guard, GuardTest, Op, Origin, OriginId, Over, Register, RegisterType,
    RuleIndex, RulePlan, Start, Step, SymbolIndex, Test, Way,
};
use rulec_plan::manifest::{
    Applicability, Capture, CaptureForm, CaptureId, CostClass, EditAction, EditMeta, FactKind, FactMeta, FixMeta,
    Level, MessagePiece, OptionMeta, OptionType, ReportMeta, RuleMeta, Severity, TemplateMeta, TemplatePiece,
};
use rulec_plan::model::{Declaration, Model, Says, Slot, Subject};
use rulec_plan::numbering::Numbering;
use rulec_plan::type_pattern::{TypeNode, TypeNodeId, TypePattern};
use rulec_tree::{Category, Kind, KindSet};

/// The seeds of each target.
pub fn all() -> [(&'static str, Vec<Vec<u8>>); 3] {
    let plans = plans();
    let packs: Vec<Vec<u8>> = plans.iter().map(pack).collect();
    let sections = packs.iter().map(|pack| sections_of(pack)).collect();
    let encoded = plans.iter().map(|plan| postcard::to_stdvec(plan).unwrap_or_default()).collect();
    [("reader", packs), ("sections", sections), ("plan", encoded)]
}

/// A pack of a plan, without machine code.
pub fn pack(plan: &Plan) -> Vec<u8> {
    let manifest = Manifest::new("p", Version::new(1, 0, 0));
    let source =
        SourceText { pack: "p".into(), path: "f/r.rule".into(), family: "f".into(), text: "rule r { }".into() };
    file::write(&Contents { manifest: &manifest, sources: &[source], plan, codes: &[] })
}

/// So many host functions have a name in the heading of [`heading`]: all names would be most of what is read.
const NAMED: usize = 64;

/// The heading of a plan's section: what its encoding hangs on, and names of host functions.
pub fn heading() -> Vec<u8> {
    let mut heading = PLAN_HASH.to_le_bytes().to_vec();
    heading.extend((NAMED as u32).to_le_bytes());
    for name in Numbering::own_names().take(NAMED) {
        heading.extend((name.len() as u32).to_le_bytes());
        heading.extend(name.as_bytes());
    }
    heading
}

/// The sections of a pack in the form of [`crate::sections`].
fn sections_of(pack: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let Ok(container) = Container::of_bytes(pack.to_vec()) else { return bytes };
    for entry in container.entries() {
        let content = container.bytes(entry).unwrap_or_default();
        let own_heading: usize = 12 + Numbering::own_names().map(|name| 4 + name.len()).sum::<usize>();
        let skipped = if entry.tag == Tag::RULES { own_heading } else { 0 };
        let content = content.get(skipped..).unwrap_or_default();
        bytes.push(entry.tag.0 as u8);
        bytes.extend((content.len() as u16).to_le_bytes());
        bytes.extend(content);
    }
    bytes
}

const ROOT: Register = Register::ROOT;

/// Plans that the verifier accepts.
pub fn plans() -> Vec<Plan> {
    vec![of(vec![], 0, 0), of(walks(), 9, 0), of(choices(), 4, 2), of(questions(), 2, 3), rich()]
}

/// A plan of one rule with these steps, so many registers for rows behind the root, and then for values.
fn of(ops: Vec<Op>, rows: usize, values: usize) -> Plan {
    let registers = [vec![RegisterType::Node; 1 + rows], vec![RegisterType::Value; values]].concat();
    let whole = Capture { name: String::new(), form: CaptureForm::Node };
    let steps = ops.into_iter().chain([Op::Emit(vec![Arg::Node(ROOT)])]);
    let body: Vec<Step> = steps.map(|op| Step { op, origin: OriginId(0) }).collect();
    let origins = vec![Origin { start: 0, end: 4, what: "it is".into() }];
    let rule = RulePlan {
        meta: meta("p.f.r", vec![whole]),
        registers,
        body: body.into(),
        start: Start::Kinds(KindSet::of(&[Kind::Block, Kind::Call])),
        guards: Vec::new(),
        needs: Vec::new(),
        origins: origins.into(),
    };
    Plan {
        atoms: vec![b"f".to_vec(), b"p".to_vec()],
        symbols: vec![("p".into(), "f".into()), (String::new(), "nil".into())],
        constants: vec![Constant::Int(1), Constant::Str("f".into())],
        rules: vec![rule],
        models: Vec::new(),
        declarations: Vec::new(),
    }
}

fn meta(id: &str, captures: Vec<Capture>) -> RuleMeta {
    RuleMeta {
        id: id.into(),
        doc: "D.".into(),
        severity: Severity::Warning,
        level: Level::Recommended,
        tags: Vec::new(),
        since: None,
        options: Vec::new(),
        skip_tests: false,
        only_tests: false,
        skip_generated: false,
        cost: CostClass::Kind,
        needs_types: true,
        needs_flow: true,
        fact: None,
        captures,
        reports: vec![ReportMeta { at: CaptureId::MATCH, message: vec![MessagePiece::Text("m".into())], trace: None }],
        fix: None,
        file: "f/r.rule".into(),
        source: String::from("rule r { }").into(),
        source_offset: 0,
    }
}

fn go(dst: u16, src: u16, way: Way) -> Op {
    Op::Move { dst: Register(dst), src: Register(src), way }
}

fn each(dst: u16, over: Over) -> Op {
    Op::Each { dst: Register(dst), over }
}

/// Every way and every walk.
fn walks() -> Vec<Op> {
    let calls = KindSet::of(&[Kind::Call, Kind::Binary]);
    vec![
        Op::Test(Test::Kinds(ROOT, KindSet::of(&[Kind::Call]))),
        go(1, 0, Way::Slot(0)),
        go(2, 0, Way::Slot(1)),
        go(3, 0, Way::End),
        each(4, Over::Elements { from: Register(2), end: Register(3) }),
        each(5, Over::Descendants { of: ROOT, want: KindSet::ALL, stop: calls }),
        Op::Test(Test::Symbols(Register(5), vec![SymbolIndex(0), SymbolIndex(1)])),
        each(6, Over::Ancestors { of: Register(5), stop: calls }),
        each(7, Over::Statement { of: Register(6) }),
        go(8, 7, Way::Unparen),
        Op::Test(Test::Before(Register(2), Register(3))),
        go(9, 2, Way::Next),
    ]
}

/// Alternatives, sets, searches.
fn choices() -> Vec<Op> {
    let step = |op| Step { op, origin: OriginId(0) };
    let below = Over::Descendants { of: ROOT, want: KindSet::ALL, stop: KindSet::EMPTY };
    let equal = Op::Test(Test::Text(Register(2), AtomId(0)));
    let search = Cond::Search(vec![step(go(4, 1, Way::Parent)), step(Op::Test(Test::Same(Register(4), ROOT)))]);
    vec![
        Op::Either(vec![vec![step(go(1, 0, Way::Same))], vec![step(each(1, below.clone()))]]),
        Op::Gather {
            dst: Register(5),
            shared: Some((1, ROOT)),
            steps: vec![step(each(2, below)), step(equal)],
            row: Register(2),
        },
        Op::Let { dst: Register(6), host: HostFn::Length, args: vec![Arg::Value(Register(5))] },
        each(3, Over::Rows { of: Register(5) }),
        Op::Ask(Cond::Or(vec![search, Cond::Not(Box::new(Cond::Test(Test::Equal(Register(1), Register(3)))))])),
        Op::Test(Test::EqualRuns([ROOT, Register(3)], [Register(1), Register(3)])),
    ]
}

/// Host functions with rows, runs, values, constants and calls.
fn questions() -> Vec<Op> {
    let call = Arg::Call(HostFn::Lower, vec![Arg::Call(HostFn::Text, vec![Arg::Node(ROOT)])]);
    vec![
        go(1, 0, Way::Root),
        go(2, 0, Way::End),
        Op::Let { dst: Register(3), host: HostFn::Text, args: vec![Arg::Run(ROOT, Register(2))] },
        Op::Let { dst: Register(4), host: HostFn::Count, args: vec![Arg::Node(Register(1))] },
        each(5, Over::Values { of: Register(3) }),
        Op::Ask(Cond::And(vec![
            Cond::Host(HostFn::StartsWith, vec![Arg::Value(Register(3)), Arg::Const(ConstId(1))]),
            Cond::Host(HostFn::CompareEq, vec![call, Arg::Value(Register(5))]),
            Cond::Host(HostFn::Pure, vec![Arg::Node(ROOT)]),
        ])),
    ]
}

/// All that a plan can hold besides steps.
fn rich() -> Plan {
    let mut plan = of(Vec::new(), 0, 0);
    let pattern = |nodes| Constant::Type(TypePattern { underlying: true, maybe_pointer: false, nodes });
    let named = |name: &str| TypeNode::Named { package: String::new(), name: name.into(), args: None };
    let func = TypeNode::Func { params: vec![TypeNodeId(1)], results: vec![TypeNodeId(2)] };
    plan.constants.extend([
        Constant::Float("1.5".into()),
        Constant::Bool(true),
        Constant::Duration(7),
        Constant::List(vec![Constant::Str("a".into()), Constant::List(vec![Constant::Int(-1)])]),
        Constant::Table(vec![("k".into(), Constant::Int(4))]),
        Constant::Symbols(vec![SymbolIndex(1)]),
        Constant::Regex("^a+$".into()),
        pattern(vec![func, TypeNode::Run, TypeNode::AnyOf(vec![TypeNodeId(3)]), TypeNode::Hole(0)]),
        pattern(vec![TypeNode::Map { key: TypeNodeId(1), elem: TypeNodeId(2) }, named("int"), TypeNode::Any]),
        Constant::Option { rule: RuleIndex(0), option: 0 },
    ]);
    let subject = Subject { package: "p".into(), name: "T".into(), member: Some("M".into()) };
    let says =
        vec![Says::Calls(Slot::Arg(1)), Says::Derives(0, Slot::Receiver), Says::Sink("sql".into(), Slot::From(2))];
    plan.models = vec![Model { subject, says }];
    let text = "type T struct{ F int }\nfunc (T) M(a, b string)\n".into();
    plan.declarations = vec![Declaration { import_path: "e.org/p".into(), package_name: "p".into(), text }];
    let forms = [("", CaptureForm::Node), ("$*xs", CaptureForm::Run), ("v", CaptureForm::Value)];
    let captures = forms.map(|(name, form)| Capture { name: name.into(), form }).to_vec();
    let mut fact = plan.rules[0].clone();
    fact.meta.id = "p.f.fact".into();
    fact.meta.fact = Some(FactMeta { of: FactKind::Func, stratum: 1 });
    fact.guards = vec![Guard { path: Vec::new(), test: GuardTest::Kinds(KindSet::of(&[Kind::Call])) }];
    fact.guards.push(Guard { path: vec![0], test: GuardTest::Texts(vec![AtomId(1)]) });
    fact.guards.push(Guard { path: vec![0], test: GuardTest::Ops(3) });
    plan.rules.push(fact);
    let rule = &mut plan.rules[0];
    rule.start = Start::Symbols { symbols: vec![SymbolIndex(0)], up: 1, kinds: KindSet(KindSet::ALL.0 & !1) };
    rule.registers.push(RegisterType::Node);
    let emit = Op::Emit(vec![Arg::Node(ROOT), Arg::Run(ROOT, Register(1)), Arg::Const(ConstId(0))]);
    let body: Vec<Step> = [go(1, 0, Way::End), emit].into_iter().map(|op| Step { op, origin: OriginId(0) }).collect();
    rule.body = body.into();
    rule.needs = vec![vec!["f".into(), "p".into()]];
    rule.meta.captures = captures;
    rule.meta.options = vec![OptionMeta {
        name: "o".into(),
        ty: OptionType::Strings,
        default: Constant::List(vec![Constant::Str("x".into())]),
        doc: String::new(),
    }];
    rule.meta.reports[0].message.push(MessagePiece::Capture(CaptureId(2)));
    rule.meta.reports[0].trace = Some(CaptureId(2));
    let pieces = vec![
        TemplatePiece::Text("if ".into()),
        TemplatePiece::Capture { capture: CaptureId(1), binds: 6 },
        TemplatePiece::Package { path: "e.org/p".into(), name: "p".into() },
    ];
    let template = Some(TemplateMeta { category: Some(Category::Stmt), binds: 0, pieces });
    let edits = vec![
        EditMeta { action: EditAction::InsertBefore, target: CaptureId::MATCH, template },
        EditMeta { action: EditAction::Delete, target: CaptureId(1), template: None },
    ];
    rule.meta.fix = Some(FixMeta { applicability: Applicability::Suggest, edits });
    plan
}
