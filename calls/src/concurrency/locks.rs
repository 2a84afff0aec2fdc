//! Which locks are held where.
use super::{Concurrency, program::Program, roots::Roots};
pub(crate) fn add(_: &Program<'_>, _: &Roots, _: &mut Concurrency) {}
