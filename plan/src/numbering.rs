//! Host functions as numbers in stored plans.
//!
//! In: the names that another build gave to its numbers. Out: plans of that build, decoded with the functions that have
//! these names now. So a plan stays readable when functions are added, in whatever place.
//!
//! A number is stored as the index of an enumeration is, which is how plans were stored before names came with them.

use crate::host::HostFn;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::{Cell, RefCell};

/// What the numbers of host functions mean in a stored plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbering(Vec<Option<HostFn>>);

thread_local! {
    /// That of the plan which this thread decodes, if it is not ours.
    static IN_FORCE: RefCell<Option<Numbering>> = const { RefCell::new(None) };
    /// The number that meant nothing, since decoders drop what errors say.
    static UNKNOWN: Cell<Option<u32>> = const { Cell::new(None) };
}

/// The number of a host function that this thread decoded last without knowing it, once.
pub fn take_unknown() -> Option<u32> {
    UNKNOWN.take()
}

impl Numbering {
    /// Numbers are places among these names. Names of functions that are no more have no meaning.
    pub fn of_names<'n>(names: impl Iterator<Item = &'n str>) -> Numbering {
        let own = HostFn::ALL.iter().copied().map(Some).chain(std::iter::repeat(None));
        // Most have the number that they have here.
        let named = |(name, own): (&str, Option<HostFn>)| {
            own.filter(|host| host.signature().name == name).or_else(|| HostFn::by_name(name))
        };
        Numbering(names.zip(own).map(named).collect())
    }

    /// The names of this build, by number.
    pub fn own_names() -> impl ExactSizeIterator<Item = &'static str> {
        HostFn::ALL.iter().map(|host| host.signature().name)
    }

    /// Whether every number means what it means in this build.
    pub fn is_own(&self) -> bool {
        self.0.iter().copied().eq(HostFn::ALL.iter().copied().map(Some))
    }

    /// Decodes something with this meaning of the numbers.
    pub fn decode<T>(&self, work: impl FnOnce() -> T) -> T {
        struct Restored(Option<Numbering>);
        impl Drop for Restored {
            fn drop(&mut self) {
                IN_FORCE.set(self.0.take());
            }
        }
        let _restored = Restored(IN_FORCE.replace(Some(self.clone())));
        work()
    }
}

/// The function that a number means in what this thread decodes.
fn by_number(number: u32) -> Option<HostFn> {
    let number = usize::try_from(number).ok()?;
    IN_FORCE.with_borrow(|in_force| match in_force {
        Some(numbering) => numbering.0.get(number).copied().flatten(),
        None => HostFn::ALL.get(number).copied(),
    })
}

impl Serialize for HostFn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(*self as u32)
    }
}

impl<'de> Deserialize<'de> for HostFn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<HostFn, D::Error> {
        let number = u32::deserialize(deserializer)?;
        by_number(number).ok_or_else(|| {
            UNKNOWN.set(Some(number));
            D::Error::custom(format!("there is no host function {number}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, U32Deserializer};

    fn decoded(number: u32) -> Option<HostFn> {
        let deserializer: U32Deserializer<Error> = number.into_deserializer();
        HostFn::deserialize(deserializer).ok()
    }

    #[test]
    fn names_decide_what_numbers_mean() {
        let other = Numbering::of_names(["is pure", "gone for good", "text"].into_iter());
        assert!(!other.is_own());
        let meant = other.decode(|| [0, 1, 2, 3].map(decoded));
        assert_eq!(meant, [Some(HostFn::Pure), None, Some(HostFn::Text), None]);
        assert_eq!(decoded(HostFn::Pure as u32), Some(HostFn::Pure), "and afterwards what they meant before");
        assert_eq!(take_unknown(), Some(3));
        assert_eq!((decoded(u32::MAX), take_unknown(), take_unknown()), (None, Some(u32::MAX), None));
    }

    #[test]
    fn each_function_has_a_name_of_its_own() {
        assert!(Numbering::of_names(Numbering::own_names()).is_own());
    }
}
