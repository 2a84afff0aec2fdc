//! What functions do: the call graph, summaries of functions found from the bottom up, and what goroutines have to do with
//! each other.
//!
//! In: [`rulec_world::Packages`], models, and a hook that evaluates the facts of rules. Out: [`Functions`], which answers
//! as [`rulec_flow::Knowledge`] and keeps [`PackageFacts`] of each package. Packages are looked at in the order of their
//! imports, each once: read with its bodies, lowered, summarised to a fixed point, and forgotten but for its facts, which
//! the cache keeps under a hash of all that they depend on. The standard library's summaries are part of this crate.
//!
//! **Absent:** rules and their syntax; a path that a question of a rule needs.
//!
//! Read in this order: [`key`], [`package`], [`bodies`], [`functions`], `known` (what is asked), `prepare` (one package),
//! `summarise`, `targets`, `offer`, [`asked`]; [`concurrency`] stands for itself.

#![warn(missing_docs)]

pub mod asked;
pub mod bodies;
pub mod concurrency;
pub mod functions;
pub mod key;
pub mod package;

mod annotated;
mod interfaces;
mod join;
mod known;
mod models;
mod offer;
mod prepare;
mod reaching;

pub mod kept;
mod numbered;
pub mod standard;

mod external;
mod held;
mod order;
mod returns;
mod summarise;

mod sites;
mod targets;

pub mod inspect;

pub use annotated::Above;
pub use bodies::PackageBodies;
pub use functions::{FactsOf, Functions, NoFacts, Options};
pub use held::{HeldFile, Lowered, Made};
pub use key::{Entity, FunctionKey, Place};

pub use known::{Kinds, Known, Targets, View};
pub use package::{CallHow, CallSite, FactTable, FunctionFacts, PackageFacts, Via};
pub use prepare::InHand;
pub use reaching::Reaching;
