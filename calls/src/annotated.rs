//! Annotations of functions, and what they mean for the functions that are called.
//!
//! In: the doc comments of the functions of a package; later, a function and the name of an annotation. Out: the annotations
//! of each function; the annotated functions from which calls lead to the one that is asked about, each with the chain of
//! calls. What another goroutine runs does not count: nobody waits for it.
//!
//! **Absent:** what annotations mean; who calls whom, which [`crate::reaching`] tells.

use crate::bodies::{FileBodies, PackageBodies};
use crate::key::FunctionKey;
use crate::known::Known;
use rulec_gofront::annotation::{Annotation, annotations};
use rulec_gofront::doc;
use rulec_tree::{Kind, Node};

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
        let reaching = self.reaching(function);
        let annotated = reaching.functions.iter().filter_map(|key| {
            let annotations = self.facts_of(key).map_or(&[][..], |facts| &facts.annotations);
            Some((*key, annotations.iter().find(|annotation| annotation.name == name)?))
        });
        annotated.map(|(key, annotation)| Above { annotation, chain: reaching.chain(key) }).collect()
    }
}
