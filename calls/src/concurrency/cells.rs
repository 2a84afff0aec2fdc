//! Which expressions name the same channel or lock.
