//! Keeping tables beyond a run: names and packages are numbers of one run, and texts in what is kept.
//!
//! In: a value with `serde`'s derives whose fields of type [`Name`] and [`PackageId`] say
//! `#[serde(with = "kept::name")]` and so on. Out: bytes, and the value again in another run.
//!
//! `serde` hands no context to the parts of a value, so the table of texts lies on the thread while [`write`] or [`read`]
//! is at work, and nowhere else: outside of them such fields can be neither written nor read.

use crate::numbered::Numbered;
use rulec_types::{Name, PackageId, Store};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;

/// The bytes of a value; none if it cannot be written.
pub fn write<T: Serialize>(store: &Store, value: &T) -> Option<Vec<u8>> {
    let _guard = Guard::enter(Table::default());
    let body = postcard::to_allocvec(value).ok()?;
    let used =
        TABLE.with_borrow_mut(|table| table.take()).map(|table| (table.names.into_all(), table.packages.into_all()))?;
    let names: Vec<&str> = used.0.iter().map(|name| store.str(*name)).collect();
    let packages: Vec<&str> = used.1.iter().map(|package| store.str(store.package(*package).path)).collect();
    postcard::to_allocvec(&(names, packages, &*body)).ok()
}

/// The value of bytes; none if they are not those of one, or speak of a package that `package_of` does not know.
pub fn read<T: for<'a> Deserialize<'a>>(
    store: &Store,
    bytes: &[u8],
    package_of: &dyn Fn(&str) -> Option<PackageId>,
) -> Option<T> {
    let (names, packages, body): (Vec<&str>, Vec<&str>, &[u8]) = postcard::from_bytes(bytes).ok()?;
    let names = names.iter().map(|name| store.name(name)).collect();
    let packages = packages.iter().map(|path| package_of(path)).collect::<Option<_>>()?;
    let _guard = Guard::enter(Table { names, packages });
    postcard::from_bytes(body).ok()
}

thread_local! {
    static TABLE: RefCell<Option<Table>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Table {
    names: Numbered<Name>,
    packages: Numbered<PackageId>,
}

/// Takes the table away again, whatever happens.
struct Guard;

impl Guard {
    fn enter(table: Table) -> Guard {
        TABLE.set(Some(table));
        Guard
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        TABLE.set(None);
    }
}

const OUTSIDE: &str = "names are kept by `kept::write` and read by `kept::read` only";

fn number_of<T: Copy + Eq + std::hash::Hash>(thing: T, of: fn(&mut Table) -> &mut Numbered<T>) -> Option<u32> {
    TABLE.with_borrow_mut(|table| table.as_mut().map(|table| of(table).number(thing)))
}

fn thing_at<T: Copy + Eq + std::hash::Hash>(number: u32, of: fn(&mut Table) -> &mut Numbered<T>) -> Option<T> {
    TABLE.with_borrow_mut(|table| of(table.as_mut()?).get(number))
}

/// For fields of type [`Name`].
pub mod name {
    use super::*;

    /// Writes the number of the name in the table.
    ///
    /// # Errors
    /// Outside of [`write`](super::write).
    pub fn serialize<S: Serializer>(name: &Name, out: S) -> Result<S::Ok, S::Error> {
        number_of(*name, |table| &mut table.names).ok_or_else(|| serde::ser::Error::custom(OUTSIDE))?.serialize(out)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Outside of [`read`](super::read), and for damaged bytes.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Name, D::Error> {
        let number = u32::deserialize(from)?;
        thing_at(number, |table| &mut table.names).ok_or_else(|| serde::de::Error::custom(OUTSIDE))
    }
}

/// For fields of type `Vec<Name>`.
pub mod names {
    use super::*;

    struct One(Name);

    impl Serialize for One {
        fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
            name::serialize(&self.0, out)
        }
    }

    impl<'de> Deserialize<'de> for One {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<One, D::Error> {
            name::deserialize(from).map(One)
        }
    }

    /// Writes the numbers of the names in the table.
    ///
    /// # Errors
    /// Outside of [`write`](super::write).
    pub fn serialize<S: Serializer>(names: &[Name], out: S) -> Result<S::Ok, S::Error> {
        out.collect_seq(names.iter().copied().map(One))
    }

    /// Reads them.
    ///
    /// # Errors
    /// Outside of [`read`](super::read), and for damaged bytes.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Name>, D::Error> {
        let names: Vec<One> = Vec::deserialize(from)?;
        Ok(names.into_iter().map(|One(name)| name).collect())
    }
}

/// For fields of type [`PackageId`].
pub mod package {
    use super::*;

    /// Writes the number of the package in the table.
    ///
    /// # Errors
    /// Outside of [`write`](super::write).
    pub fn serialize<S: Serializer>(package: &PackageId, out: S) -> Result<S::Ok, S::Error> {
        let number = number_of(*package, |table| &mut table.packages);
        number.ok_or_else(|| serde::ser::Error::custom(OUTSIDE))?.serialize(out)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Outside of [`read`](super::read), and for damaged bytes.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PackageId, D::Error> {
        let number = u32::deserialize(from)?;
        thing_at(number, |table| &mut table.packages).ok_or_else(|| serde::de::Error::custom(OUTSIDE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::FunctionKey;
    use rulec_tree::Node;

    #[test]
    fn keys_mean_the_same_in_another_run() {
        let (here, there) = (Store::new(), Store::new());
        let package = here.new_package("a.b/c", "c");
        let literal = FunctionKey::At { file: here.name("c.go"), row: Node(7) };
        let declared = FunctionKey::Declared { package, recv: Name::EMPTY, name: here.name("F") };
        let bytes = write(&here, &vec![literal, declared]).unwrap_or_default();
        there.name("something else comes first");
        there.new_package("x", "x");
        let package = there.new_package("a.b/c", "c");
        let read: Vec<FunctionKey> =
            read(&there, &bytes, &|path| (path == "a.b/c").then_some(package)).unwrap_or_default();
        let literal = FunctionKey::At { file: there.name("c.go"), row: Node(7) };
        assert_eq!(read, [literal, FunctionKey::Declared { package, recv: Name::EMPTY, name: there.name("F") }]);
    }

    #[test]
    fn what_speaks_of_unknown_packages_is_not_read() {
        let store = Store::new();
        let package = store.new_package("p", "p");
        let key = FunctionKey::Declared { package, recv: Name::EMPTY, name: store.name("F") };
        let bytes = write(&store, &key).unwrap_or_default();
        assert_eq!(read::<FunctionKey>(&store, &bytes, &|_| None), None);
        assert_eq!(read::<FunctionKey>(&store, &bytes[..bytes.len() - 1], &|_| Some(package)), None);
        assert!(postcard::to_allocvec(&key).is_err(), "there is no table of texts outside of `write`");
    }
}
