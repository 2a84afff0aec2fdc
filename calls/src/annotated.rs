//! Annotations of functions, and what they mean for the functions that are called.
//!
//! In: the doc comments of the functions of a package; later, a function and the name of an annotation. Out: the annotations
//! of each function; the annotated functions from which calls lead to the one that is asked about, each with the chain of
//! calls. What another goroutine runs does not count: nobody waits for it.
//!
//! **Absent:** what annotations mean. Callers in packages that are not looked at are not seen.

use crate::bodies::{FileBodies, PackageBodies};
use crate::key::FunctionKey;
use crate::known::{Kinds, Known, MAX_VISITED};
use crate::package::CallHow;
use rulec_gofront::annotation::{Annotation, annotations};
use rulec_gofront::doc;
use rulec_tree::{Kind, Node};
use rustc_hash::FxHashMap;

/// An annotated function that leads to another one.
#[derive(Clone, Debug)]
pub struct Above<'k> {
    /// Its annotation.
    pub annotation: &'k Annotation,
    /// The functions from the annotated one to the one that was asked about; one, if that is annotated itself.
    pub chain: Vec<FunctionKey>,
}

/// The annotations of each function of a package, by its number.
pub(crate) fn in_package(package: &PackageBodies<'_>) -> Vec<Vec<Annotation>> {
    let comments: Vec<Vec<Node>> = package.files.iter().map(comments_if_annotated).collect();
    let of_function = |function: &crate::bodies::FunctionBody| {
        let file = &package.files[function.file as usize];
        let row = file.lowered.flow.body(function.body).func;
        let comments = &comments[function.file as usize];
        if comments.is_empty() || file.file.tree.kind(row) != Kind::FuncDecl {
            return Vec::new();
        }
        let above = doc::above(file.file, file.source, comments, row);
        annotations(&doc::text(file.file, file.source, above))
    };
    package.functions.iter().map(of_function).collect()
}

/// The comments of a file; none if none of them can hold an annotation.
fn comments_if_annotated(file: &FileBodies<'_>) -> Vec<Node> {
    let comments: Vec<Node> = doc::comments(file.file).collect();
    let bytes = |comment: &Node| file.source.get(file.file.tree.span(*comment).range()).unwrap_or_default();
    if comments.iter().any(|comment| bytes(comment).contains(&b'@')) { comments } else { Vec::new() }
}

impl Known<'_> {
    /// The functions with an annotation of this name from which calls lead to a function before they return, itself
    /// included; the shortest chain of each. A function literal belongs to the function that it stands in, unless another
    /// goroutine runs it.
    pub fn annotated_above(&self, function: &FunctionKey, name: &str) -> Vec<Above<'_>> {
        if !self.annotation_names().contains(name) {
            return Vec::new();
        }
        // Of each function the one that it was reached from, which is nearer to the start.
        let mut reached_from: FxHashMap<FunctionKey, FunctionKey> = FxHashMap::from_iter([(*function, *function)]);
        let mut waiting = vec![*function];
        let mut found = Vec::new();
        let mut next = 0;
        while let Some(key) = waiting.get(next).copied() {
            next += 1;
            let annotations = self.facts_of(&key).map_or(&[][..], |facts| &facts.annotations);
            if let Some(annotation) = annotations.iter().find(|annotation| annotation.name == name) {
                found.push(Above { annotation, chain: chain(&reached_from, key) });
            }
            for above in self.waiting_for(&key) {
                if reached_from.len() < MAX_VISITED && !reached_from.contains_key(&above) {
                    reached_from.insert(above, key);
                    waiting.push(above);
                }
            }
        }
        found
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
}

/// The functions from one that was reached to the start.
fn chain(reached_from: &FxHashMap<FunctionKey, FunctionKey>, from: FunctionKey) -> Vec<FunctionKey> {
    let mut chain = vec![from];
    let mut last = from;
    while let Some(next) = reached_from.get(&last).copied().filter(|next| *next != last) {
        chain.push(next);
        last = next;
    }
    chain
}
