//! The regular expressions of rules: one syntax and one limit for the compiler, which refuses bad ones, and for the
//! runtime, which runs them. Matching is linear in the text.

use regex_automata::meta::Regex;

/// The largest compiled regular expression, in bytes.
const SIZE_LIMIT_BYTES: usize = 1 << 20;

/// Compiles a regular expression.
///
/// # Errors
/// What is wrong with it, on one line.
pub fn compile(regex: &str) -> Result<Regex, String> {
    let config = Regex::config().nfa_size_limit(Some(SIZE_LIMIT_BYTES)).hybrid_cache_capacity(SIZE_LIMIT_BYTES);
    Regex::builder().configure(config).build(regex).map_err(|error| match error.syntax_error() {
        Some(regex_syntax::Error::Parse(error)) => error.kind().to_string(),
        Some(regex_syntax::Error::Translate(error)) => error.kind().to_string(),
        _ => error.to_string(),
    })
}
