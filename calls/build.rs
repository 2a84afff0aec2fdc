//! A hash over the code that decides what is known of functions, beside the code that decides what packages declare.

#[path = "../world/code_hash.rs"]
mod code_hash;

fn main() -> std::io::Result<()> {
    code_hash::emit("RULEC_CALLS_CODE", &["calls", "flow"])
}
