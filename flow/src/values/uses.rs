//! Where each value is used.

use crate::ir::{Body, Value};

/// The uses of all values of a body.
#[derive(Debug)]
pub(super) struct Uses {
    /// Where the uses of each value start in `all`; one more at the end.
    starts: Vec<u32>,
    all: Vec<Value>,
}

impl Uses {
    pub(super) fn new(body: &Body) -> Uses {
        let count = body.insts.len();
        let mut starts = vec![0u32; count + 1];
        let values = || (0..count as u32).map(Value);
        for user in values() {
            body.operands(user, |used| starts[used.0 as usize] += 1);
        }
        // From counts to ends; filling moves each end down to its start.
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut all = vec![Value(0); sum as usize];
        for user in values().rev() {
            body.operands(user, |used| {
                let start = &mut starts[used.0 as usize];
                *start -= 1;
                all[*start as usize] = user;
            });
        }
        Uses { starts, all }
    }

    /// The instructions that use a value, in the order of the body; one that uses it twice is there twice.
    pub(super) fn of(&self, value: Value) -> &[Value] {
        let at = value.0 as usize;
        &self.all[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}
