//! Complex numbers: pairs of numbers, computed with as `go/constant` does.
//!
//! In: two of them and an operator. Out: another, or nothing where there is no result. The formulas matter: where parts are
//! rounded, other formulas of the same meaning give other last bits.
//!
//! **Absent:** no polar form and no infinities.

use crate::real::Real;
use rulec_tree::Op;
use std::sync::Arc;

/// Parts of more bits are given up; squaring over and over would take all memory otherwise.
const MAX_PART_BITS: u64 = 1 << 14;

/// A complex number. Its parts may be integers, as in `2i`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complex(Arc<(Real, Real)>);

impl Complex {
    /// The number of these parts; nothing if one is an integer of more than 16,384 bits.
    pub(crate) fn new(re: Real, im: Real) -> Option<Complex> {
        let is_short = |part: &Real| part.as_int().is_none_or(|int| int.bits() <= MAX_PART_BITS);
        (is_short(&re) && is_short(&im)).then(|| Complex(Arc::new((re, im))))
    }

    /// The real part.
    pub fn re(&self) -> &Real {
        &self.0.0
    }

    /// The imaginary part.
    pub fn im(&self) -> &Real {
        &self.0.1
    }

    pub(crate) fn negated(&self) -> Option<Complex> {
        Complex::new(self.re().negated()?, self.im().negated()?)
    }

    /// `self op right` for `+ - * /`.
    pub(crate) fn binary(&self, op: Op, right: &Complex) -> Option<Complex> {
        let (a, b, c, d) = (self.re(), self.im(), right.re(), right.im());
        match op {
            Op::Add | Op::Sub => Complex::new(a.binary(op, c)?, b.binary(op, d)?),
            Op::Mul => {
                let re = times(a, c)?.binary(Op::Sub, &times(b, d)?)?;
                let im = times(b, c)?.binary(Op::Add, &times(a, d)?)?;
                Complex::new(re, im)
            }
            Op::Div => {
                let scale = times(c, c)?.binary(Op::Add, &times(d, d)?)?;
                let re = times(a, c)?.binary(Op::Add, &times(b, d)?)?.binary(Op::Div, &scale)?;
                let im = times(b, c)?.binary(Op::Sub, &times(a, d)?)?.binary(Op::Div, &scale)?;
                Complex::new(re, im)
            }
            _ => None,
        }
    }
}

fn times(a: &Real, b: &Real) -> Option<Real> {
    a.binary(Op::Mul, b)
}
