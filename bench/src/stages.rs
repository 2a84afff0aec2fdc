//! One file for each stage. Each takes what the stage before it gives and says what the stage took over a whole corpus,
//! on one thread.

pub mod compile;
pub mod first;
pub mod flow;
pub mod front;
pub mod load;
pub mod packs;
pub mod parse;
pub mod read;
pub mod run;
pub mod types;
pub mod vet;
