//! From where calls lead to a function: who waits for it, and whether it runs while the program starts and never later.
//!
//! In: a function. Out: the functions from which calls lead to it in the same goroutine; whether `main`, `init` and initial values
//! of variables are all that leads there.
//!
//! **Absent:** callers in packages that are not looked at; what a function does.

use crate::key::FunctionKey;
use crate::known::{Kinds, Known, MAX_VISITED};
use crate::package::CallHow;
use rustc_hash::{FxHashMap, FxHashSet};

/// Functions from which calls lead to one, that one first, those with shorter chains before others.
#[derive(Debug)]
pub struct Reaching {
    /// The functions.
    pub functions: Vec<FunctionKey>,
    /// Of each function the one that it was reached from, which is nearer to the start.
    reached_from: FxHashMap<FunctionKey, FunctionKey>,
}

impl Reaching {
    /// The functions from one of them to the first.
    pub fn chain(&self, from: FunctionKey) -> Vec<FunctionKey> {
        let mut chain = vec![from];
        let mut last = from;
        while let Some(next) = self.reached_from.get(&last).copied().filter(|next| *next != last) {
            chain.push(next);
            last = next;
        }
        chain
    }
}

impl Known<'_> {
    /// The functions that wait for a function, directly or through others: from which calls lead to it before they return. A function
    /// literal belongs to the function that it stands in, unless another goroutine runs it.
    pub fn reaching(&self, function: &FunctionKey) -> Reaching {
        let mut reached_from: FxHashMap<FunctionKey, FunctionKey> = FxHashMap::from_iter([(*function, *function)]);
        let mut functions = vec![*function];
        let mut next = 0;
        while let Some(key) = functions.get(next).copied() {
            next += 1;
            for above in self.waiting_for(&key) {
                if reached_from.len() < MAX_VISITED && !reached_from.contains_key(&above) {
                    reached_from.insert(above, key);
                    functions.push(above);
                }
            }
        }
        Reaching { functions, reached_from }
    }

    /// The functions that wait for a function that they call, in the order of their calls.
    fn waiting_for(&self, function: &FunctionKey) -> Vec<FunctionKey> {
        let (sites, _) = self.callers(function);
        let is_spawned = sites.iter().any(|(_, site)| site.how == CallHow::Go);
        let calling = sites.iter().filter(|(_, site)| Kinds::SAME_GOROUTINE.has(site));
        let mut above: Vec<FunctionKey> = calling
            .filter_map(|(package, site)| package.functions.get(site.caller as usize).map(|caller| caller.key))
            .collect();
        if let FunctionKey::At { .. } = function
            && !is_spawned
            && let Some((package, number)) = self.number_of(function)
        {
            let outer = package.functions.get(number as usize).and_then(|facts| facts.outer);
            above.extend(outer.and_then(|outer| package.functions.get(outer as usize)).map(|outer| outer.key));
        }
        above
    }

    /// Whether it is proven that a function runs only while the program starts: it is `main`, `init` or the initial value of
    /// variables, or only such functions call it, in the same goroutine. Calls in tests do not count.
    pub fn is_startup(&self, function: &FunctionKey) -> bool {
        let mut seen = FxHashSet::from_iter([*function]);
        let mut waiting = vec![*function];
        let mut has_start = false;
        while let Some(key) = waiting.pop() {
            if self.is_start(&key) {
                has_start = true;
                continue;
            }
            let (sites, complete) = self.callers(&key);
            let sites = sites.iter().filter(|(_, site)| !self.store().str(site.place.file).ends_with("_test.go"));
            if !complete || seen.len() > MAX_VISITED || sites.clone().any(|(_, site)| site.how == CallHow::Go) {
                return false;
            }
            let mut is_called = false;
            for (package, site) in sites {
                is_called = true;
                let caller = package.functions.get(site.caller as usize).map(|caller| caller.key);
                waiting.extend(caller.filter(|caller| seen.insert(*caller)));
            }
            if !is_called {
                return false;
            }
        }
        has_start
    }

    /// `main` of a command, an `init`, or the initialiser of variables of a package.
    fn is_start(&self, function: &FunctionKey) -> bool {
        match function {
            FunctionKey::Declared { package, recv, name } => {
                let is_command = self.store().str(self.store().package(*package).name) == "main";
                is_command && self.store().str(*recv).is_empty() && self.store().str(*name) == "main"
            }
            FunctionKey::At { .. } => self.facts_of(function).is_some_and(|facts| facts.outer.is_none()),
        }
    }
}
