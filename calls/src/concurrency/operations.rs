//! What is done with each cell.
use super::{Concurrency, program::Program, roots::Roots};
pub(crate) fn add(_: &Program<'_>, _: &Roots, _: &mut Concurrency) {}
