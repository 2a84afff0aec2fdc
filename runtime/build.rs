//! A hash over the code that decides what a check finds: from rule text to machine code, and from Go text to findings.

#[path = "../world/code_hash.rs"]
mod code_hash;

fn main() -> std::io::Result<()> {
    code_hash::emit(
        "RULEC_CHECKING_CODE",
        &[
            "calls", "compiler", "constant", "flow", "gofront", "grammar", "pack", "plan", "program", "runtime",
            "tree", "types", "world",
        ],
    )
}
