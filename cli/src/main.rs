//! The binary `rulec`.

fn main() {}
