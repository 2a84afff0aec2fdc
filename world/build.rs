//! A hash over the code that decides what packages declare.

mod code_hash;

fn main() -> std::io::Result<()> {
    code_hash::emit("RULEC_DECLARING_CODE", &["constant", "gofront", "tree", "types", "world"])
}
