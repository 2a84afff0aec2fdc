//! Parts of a plan that are decoded when somebody looks at them.
//!
//! In: a value, or a way to make it. Out: the value, made once, by whoever asks first. A pack of hundreds of rules is ready
//! to run before the steps of the first rule are decoded, since machine code does not look at them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

/// Makes a value, once. It does not panic: what it cannot make is the default.
type Make<T> = Box<dyn FnOnce() -> T + Send + Sync>;

/// A value that is there, or is made when it is first looked at.
///
/// It is compared, copied and written as the value is.
pub struct Deferred<T>(Form<T>);

enum Form<T> {
    Here(T),
    Later(LazyLock<T, Make<T>>),
}

impl<T> Deferred<T> {
    /// A value that `make` will make.
    pub fn later(make: impl FnOnce() -> T + Send + Sync + 'static) -> Deferred<T> {
        Deferred(Form::Later(LazyLock::new(Box::new(make))))
    }
}

impl<T> From<T> for Deferred<T> {
    fn from(value: T) -> Deferred<T> {
        Deferred(Form::Here(value))
    }
}

impl<T> Deref for Deferred<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Form::Here(value) => value,
            Form::Later(value) => LazyLock::force(value),
        }
    }
}

impl<T: Clone> DerefMut for Deferred<T> {
    fn deref_mut(&mut self) -> &mut T {
        if let Form::Later(value) = &self.0 {
            self.0 = Form::Here(LazyLock::force(value).clone());
        }
        match &mut self.0 {
            Form::Here(value) => value,
            Form::Later(_) => unreachable!("it was just put in its place"),
        }
    }
}

impl<T: Clone> Clone for Deferred<T> {
    fn clone(&self) -> Deferred<T> {
        Deferred::from((**self).clone())
    }
}

impl<T: Default> Default for Deferred<T> {
    fn default() -> Deferred<T> {
        Deferred::from(T::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Deferred<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Deferred<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Deferred<T> {
    fn eq(&self, other: &Deferred<T>) -> bool {
        **self == **other
    }
}

impl<T: Serialize> Serialize for Deferred<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Deferred<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Deferred<T>, D::Error> {
        T::deserialize(deserializer).map(Deferred::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_value_is_made_once_and_only_when_looked_at() {
        let made = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&made);
        let value = Deferred::later(move || count.fetch_add(1, Ordering::Relaxed) + 7);
        assert_eq!(made.load(Ordering::Relaxed), 0);
        assert_eq!((*value, *value), (7, 7));
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_value_can_be_changed_in_its_place() {
        let mut value = Deferred::later(|| vec![1]);
        value.push(2);
        assert_eq!(*value, [1, 2]);
        assert_eq!(value, Deferred::from(vec![1, 2]));
    }
}
