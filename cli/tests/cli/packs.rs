//! Packs: built, loaded, believed and not believed.

use crate::support::{GO, RULES, Run, Sandbox};
use rulec_pack::container::{Tag, assemble};
use rulec_pack::file::Contents;
use rulec_pack::signature::SecretKey;
use rulec_pack::{Container, Pack};
use rulec_plan::Plan;
use rulec_plan::ir::{Arg, ConstId, Op, OriginId, Register, RegisterType, Way};
use std::fs;

/// A sandbox with `a.go`, `rules/own.rule` and the pack `own.rpack` of it.
fn with_pack() -> Sandbox {
    let sandbox = Sandbox::new(&[("a.go", GO), ("rules/own.rule", RULES)]);
    sandbox.run(&["build", "rules", "-o", "own.rpack"]).exits(0).says(&["own.rpack: 2 rules"]);
    sandbox
}

/// `check` of `a.go` with nothing but the pack.
const CHECK: &[&str] =
    &["check", "--no-stock", "--no-config", "--format", "json", "--no-timings", "--pack", "own.rpack", "a.go"];

fn check(sandbox: &Sandbox, more: &[&str]) -> Run {
    sandbox.run(&[CHECK, more].concat())
}

/// As on a machine where nothing is known of what was built here.
fn on_another_machine(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    let mut command = sandbox.command(arguments);
    Run::of(command.env("RULEC_DATA_DIR", sandbox.path(".other")).output().expect("the binary runs"))
}

const NOT_RUN: &str = "the machine code of a pack is not run";

#[test]
fn a_pack_reports_what_its_rules_report() {
    let sandbox = with_pack();
    // The name of the pack is part of the ids of its rules.
    sandbox.run(&["build", "rules", "-o", "own.rpack", "--name", "local"]).exits(0);
    let from_rules = ["check", "--no-stock", "--no-config", "--format", "json", "--no-timings"];
    let from_rules = sandbox.run(&[&from_rules[..], &["--rules", "rules", "a.go"]].concat()).exits(1);
    let from_pack = check(&sandbox, &[]).exits(1);
    assert_eq!((&from_pack.out, from_pack.err.as_str()), (&from_rules.out, ""));
    assert_eq!(check(&sandbox, &["--engine", "interp"]).exits(1).out, from_pack.out);
}

#[test]
fn the_same_rules_make_the_same_pack_wherever_they_are() {
    let sandbox = with_pack();
    sandbox.write("elsewhere/rules/own.rule", RULES);
    sandbox.run(&["build", "elsewhere/rules", "-o", "elsewhere/own.rpack"]).exits(0);
    let bytes = |path: &str| fs::read(sandbox.path(path)).expect("a pack");
    assert_eq!(bytes("own.rpack"), bytes("elsewhere/own.rpack"));
}

#[test]
fn code_of_strangers_is_not_run() {
    let sandbox = with_pack();
    let known = check(&sandbox, &[]).exits(1);
    for _ in 0..2 {
        // The second time it was compiled before, and still is a stranger's.
        let strange = on_another_machine(&sandbox, CHECK).exits(1).complains(&[NOT_RUN]);
        assert_eq!(strange.json()["findings"], known.json()["findings"]);
    }
    let interpreted = on_another_machine(&sandbox, &[CHECK, &["--engine", "interp"]].concat()).exits(1);
    assert_eq!(interpreted.err, "", "no code is run that anybody would have to trust");
}

#[test]
fn signatures_of_trusted_keys_count() {
    let sandbox = with_pack();
    let strict = [CHECK, &["--require-signed"]].concat();
    sandbox.run(&strict).exits(2).complains(&["own.rpack", "it is not signed"]);
    sandbox.run(&["pack", "keygen", "-o", "team.key"]).exits(0).says(&["team.key.pub: ed25519:"]);
    sandbox.run(&["pack", "keygen", "-o", "team.key"]).exits(2).complains(&["team.key", "exists"]);
    sandbox.run(&["pack", "sign", "own.rpack", "--key", "a.go"]).exits(2).complains(&["this is no secret key"]);
    sandbox.run(&["pack", "sign", "own.rpack", "--key", "team.key"]).exits(0).says(&["signed by ed25519:"]);
    on_another_machine(&sandbox, &strict).exits(2).complains(&["which is not trusted here"]);
    on_another_machine(&sandbox, CHECK).exits(1).complains(&[NOT_RUN]);

    sandbox
        .run(&["pack", "trust", "add", "team.key.pub", "--name", "the team"])
        .exits(0)
        .says(&["trusted from now on"]);
    sandbox.run(&["pack", "trust", "list"]).exits(0).says(&[" the team\n"]);
    for _ in 0..2 {
        assert_eq!(on_another_machine(&sandbox, &strict).exits(1).err, "");
    }
    let verify = ["pack", "verify", "own.rpack", "--require-signed"];
    sandbox.run(&verify).exits(0).says(&["sound: 2 rules, signed by ed25519:"]);

    sandbox.run(&["pack", "trust", "remove", "team.key.pub"]).exits(0);
    sandbox.run(&["pack", "trust", "remove", "team.key.pub"]).exits(2).complains(&["is not trusted"]);
    on_another_machine(&sandbox, &strict).exits(2);
    sandbox.run(&verify).exits(2).complains(&["no key that is trusted here"]);
}

#[test]
fn a_pack_holds_code_for_the_targets_that_are_named() {
    let sandbox = with_pack();
    let expected = check(&sandbox, &[]).exits(1).out;
    let mut build = vec!["build", "rules", "-o", "own.rpack"];
    for target in ["s390x-linux", "x86_64-linux", "riscv64-linux", "aarch64-linux", "x86_64-linux"] {
        build.extend(["--target", target]);
    }
    sandbox.run(&build).exits(0);
    let code = ["code: aarch64-linux\n", "code: riscv64-linux\n", "code: s390x-linux\n", "code: x86_64-linux\n"];
    sandbox.run(&["pack", "inspect", "own.rpack"]).exits(0).says(&code);
    assert_eq!(check(&sandbox, &[]).exits(1).out, expected);
    let only = if cfg!(target_arch = "s390x") { "x86_64-linux" } else { "s390x-linux" };
    sandbox.run(&["build", "rules", "-o", "own.rpack", "--target", only]).exits(0);
    let compiled = check(&sandbox, &[]).exits(1);
    assert_eq!((compiled.out, compiled.err.as_str()), (expected, ""));
    let unknown = sandbox.run(&["build", "rules", "-o", "own.rpack", "--target", "pdp11-unix"]).exits(2);
    unknown.complains(&["aarch64-linux, riscv64-linux, s390x-linux, x86_64-linux"]);
    let asm = ["expand", "nil-body", "--no-stock", "--rules", "rules", "--asm", "--target", "aarch64-linux"];
    sandbox.run(&asm).exits(0).says(&["ret"]);
}

#[test]
fn damaged_packs_are_refused() {
    let sandbox = with_pack();
    let bytes = fs::read(sandbox.path("own.rpack")).expect("a pack");
    let container = Container::of_bytes(bytes.clone()).expect("a pack");
    for entry in container.entries().iter().filter(|entry| !matches!(entry.tag, Tag::MANIFEST | Tag::SOURCES)) {
        let mut damaged = bytes.clone();
        damaged[(entry.offset + entry.len - 1) as usize] ^= 1;
        sandbox.write("own.rpack", damaged);
        let refused = format!("the hash of its {} does not fit", entry.tag.name());
        check(&sandbox, &[]).exits(2).complains(&["own.rpack", &refused]);
    }
    sandbox.write("own.rpack", &bytes[..bytes.len() - 1]);
    check(&sandbox, &[]).exits(2).complains(&["the pack is cut off"]);
    sandbox.run(&["pack", "verify", "own.rpack"]).exits(2).complains(&["the pack is cut off"]);
}

/// Something that an enemy does to a plan, and the reason for which it is refused.
type Evil = (fn(&mut Plan), &'static str);

const EVIL: [Evil; 5] = [
    (|plan| plan.rules[0].body[0].origin = OriginId(9999), "step 0: origin 9999 of"),
    (
        |plan| plan.rules[0].body[0].op = Op::Move { dst: Register(1), src: Register::ROOT, way: Way::Slot(200) },
        "step 0: slot 200 of a kind with",
    ),
    (|plan| plan.rules[0].body[0].op = Op::Either(vec![Vec::new(); 100_000]), "step 0: more than 4096 steps"),
    (|plan| plan.rules[0].body[0].op = Op::Emit(vec![Arg::Const(ConstId(0))]), "captures reported of"),
    (|plan| plan.rules[0].registers = vec![RegisterType::Node; 60_000], "60000 registers; 4096 are the most"),
];

#[test]
fn evil_plans_are_refused_whoever_signed_them() {
    let sandbox = with_pack();
    let own = rulec_pack::file::read(&fs::read(sandbox.path("own.rpack")).expect("a pack")).expect("a pack");
    let key = SecretKey::of_random([5; 32]);
    sandbox.run(&["pack", "trust", "add", &key.public().to_string()]).exits(0);
    for (change, reason) in EVIL {
        let mut plan = own.plan.clone();
        change(&mut plan);
        let manifest = own.manifest.as_ref().expect("a manifest");
        let contents = Contents { manifest, sources: &own.sources, plan: &plan, codes: &own.codes };
        let bytes = rulec_pack::file::write(&contents);
        let container = Container::of_bytes(bytes.clone()).expect("a pack");
        let signed =
            container.with_signatures(&[key.sign(container.content_hash())]).expect("a pack that can be signed");
        for bytes in [bytes, signed] {
            sandbox.write("own.rpack", bytes);
            let run = check(&sandbox, &[]).exits(2).complains(&["own.rpack", "the pack's plan is refused", reason]);
            assert_eq!(run.json()["findings"].as_array().map(Vec::len), Some(0), "{reason}");
            sandbox.run(&["pack", "verify", "own.rpack"]).exits(2).complains(&[reason]);
        }
    }
}

#[test]
fn a_plan_of_another_rulec_is_compiled_again_from_the_sources_of_the_pack() {
    let sandbox = with_pack();
    let before = check(&sandbox, &[]).exits(1).out;
    let container = Container::of_bytes(fs::read(sandbox.path("own.rpack")).expect("a pack")).expect("a pack");
    let sections = |changed: &[Tag]| -> Vec<_> {
        let section = |entry: &rulec_pack::container::Entry| {
            let mut bytes = container.bytes(entry).expect("a section");
            if changed.contains(&entry.tag) {
                bytes[0] ^= 1;
            }
            (entry.tag, bytes)
        };
        container.entries().iter().map(section).collect()
    };
    sandbox.write("own.rpack", assemble(&sections(&[Tag::RULES, Tag::CODE])));
    assert_eq!(check(&sandbox, &[]).exits(1).out, before);
    let mut without = sections(&[Tag::RULES, Tag::CODE]);
    without.retain(|(tag, _)| *tag != Tag::SOURCES);
    sandbox.write("own.rpack", assemble(&without));
    check(&sandbox, &[]).exits(2).complains(&["built by another version of rulec", "build it again from its source"]);
}

#[test]
fn a_pack_of_format_1_still_checks() {
    let sandbox = Sandbox::new(&[("a.go", GO)]);
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/packs/format-1.rpack");
    fs::copy(old, sandbox.path("own.rpack")).expect("a pack of format 1");
    let run = check(&sandbox, &[]).exits(1);
    let findings = run.json()["findings"].as_array().expect("findings").clone();
    let rules: Vec<_> = findings.iter().map(|finding| finding["rule"].as_str().unwrap_or_default()).collect();
    assert_eq!(rules, ["old.http.nil-body", "old.http.no-panic"]);
    sandbox.run(&["pack", "inspect", "own.rpack"]).exits(0).says(&["a pack without a manifest", "format 1"]);
    sandbox.run(&["pack", "keygen", "-o", "k"]).exits(0);
    sandbox.run(&["pack", "sign", "own.rpack", "-k", "k"]).exits(2).complains(&["cannot be signed; build it again"]);
}

#[test]
fn a_pack_tells_what_it_is() {
    let sandbox = with_pack();
    let text =
        ["own 0.0.0, edition 2026", "rules: 2\n", "own.own.nil-body: A request without", "built on this machine"];
    sandbox.run(&["pack", "inspect", "own.rpack"]).exits(0).says(&text);
    let json = sandbox.run(&["pack", "inspect", "own.rpack", "--format", "json"]).exits(0).json();
    assert_eq!(json["standing"], "built-here");
    let rule = &json["manifest"]["rules"][1];
    assert_eq!((&rule["examples"]["bad"], &rule["cost"]), (&1.into(), &"symbol".into()));
    assert_eq!(rule["options"][0]["type"], "[string]");
    let pack: Pack = rulec_pack::file::read(&fs::read(sandbox.path("own.rpack")).expect("a pack")).expect("a pack");
    let sources: Vec<_> = pack.sources.iter().map(|source| (source.path.as_str(), source.text.as_str())).collect();
    assert_eq!(sources, [("own.rule", RULES)]);
}

#[test]
fn stock_rules_are_kept_as_a_pack_and_not_believed_blindly() {
    let sandbox = Sandbox::new(&[("a.go", GO)]);
    let check = ["check", "--no-config", "--format", "json", "--no-timings", "--select", "stdlib", "a.go"];
    let first = sandbox.run(&check);
    let kept: Vec<_> = fs::read_dir(sandbox.cache().join("packs")).expect("a folder of packs").flatten().collect();
    let kept = kept.iter().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|end| end == "rpack"));
    let kept = kept.expect("the stock rules as a pack");
    assert_eq!(sandbox.run(&check).out, first.out);
    let source = ["explain", "stdlib.http.nil-body", "--source"];
    let source = sandbox.run(&source).exits(0).says(&["rule nil-body {"]).out;
    let mut bytes = fs::read(&kept).expect("a pack");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&kept, bytes).expect("a pack");
    assert_eq!(sandbox.run(&check).out, first.out, "what is damaged is made again");
    assert_eq!(sandbox.run(&["explain", "stdlib.http.nil-body", "--source"]).exits(0).out, source);
    sandbox.run(&["cache", "clean"]).exits(0);
    assert!(!kept.exists());
}

#[cfg(target_os = "linux")]
mod hardened {
    use super::*;
    use std::io;
    use std::os::unix::process::CommandExt;

    /// Runs `rulec` in a process that has changed itself before.
    fn run_after(sandbox: &Sandbox, arguments: &[&str], change: fn() -> io::Result<()>) -> Run {
        let mut command = sandbox.command(arguments);
        // SAFETY: between fork and exec, `change` makes system calls and nothing else.
        unsafe { command.pre_exec(change) };
        Run::of(command.output().expect("the binary runs"))
    }

    /// Pages that were ever writable cannot become executable. Kernels before 6.3 do not know it; then there is nothing to
    /// deny, and the runs below are like others.
    fn deny_write_execute() -> io::Result<()> {
        // SAFETY: the call takes integers and touches no memory of ours.
        unsafe { libc::prctl(libc::PR_SET_MDWE, libc::PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) };
        Ok(())
    }

    /// There are no memory files, so no executable memory of ours.
    fn deny_memory_files() -> io::Result<()> {
        let statement = |code: u32, k: u32| libc::sock_filter { code: code as u16, jt: 0, jf: 0, k };
        let number_is = |number: i64| libc::sock_filter {
            code: (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16,
            jt: 0,
            jf: 1,
            k: number as u32,
        };
        let mut filter = [
            statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0),
            number_is(libc::SYS_memfd_create),
            statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ERRNO | libc::EPERM as u32),
            statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
        ];
        let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
        // SAFETY: the calls take integers, and a pointer at a program that lives until they are done.
        let denied = unsafe {
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
                && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0
        };
        if denied { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    #[test]
    fn packs_and_rules_run_where_writable_pages_never_become_executable() {
        let sandbox = with_pack();
        let expected = check(&sandbox, &[]).exits(1).out;
        assert_eq!(run_after(&sandbox, CHECK, deny_write_execute).exits(1).out, expected);
        let from_rules = ["check", "--no-stock", "--no-config", "--rules", "rules", "a.go"];
        run_after(&sandbox, &from_rules, deny_write_execute).exits(1).says(&["use http.NoBody"]);
    }

    #[test]
    fn where_no_memory_may_be_executable_the_ways_out_are_named() {
        let sandbox = with_pack();
        let ways = ["the system gives no executable memory", "`--pack`", "`--engine interp`"];
        let from_rules = ["check", "--no-stock", "--no-config", "--rules", "rules", "a.go"];
        run_after(&sandbox, &from_rules, deny_memory_files).exits(2).complains(&ways);
        run_after(&sandbox, CHECK, deny_memory_files).exits(2).complains(&ways);
        let interpreted = [CHECK, &["--engine", "interp"]].concat();
        let expected = check(&sandbox, &[]).exits(1).out;
        assert_eq!(run_after(&sandbox, &interpreted, deny_memory_files).exits(1).out, expected);
    }
}
