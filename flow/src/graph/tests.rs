//! Random graphs, against definitions taken literally.

use super::*;

/// A graph of up to ten nodes.
fn random(random: &mut fastrand::Rng) -> Vec<Vec<u32>> {
    let count = random.u32(1..10);
    let degree = random.usize(1..4);
    (0..count).map(|_| (0..random.usize(0..=degree)).map(|_| random.u32(0..count)).collect()).collect()
}

/// What a node leads to, with one node taken away.
fn reached(graph: &[Vec<u32>], from: u32, without: Option<u32>) -> Vec<bool> {
    let mut seen = vec![false; graph.len()];
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        if Some(node) == without || std::mem::replace(&mut seen[node as usize], true) {
            continue;
        }
        open.extend(&graph[node as usize]);
    }
    seen
}

#[test]
fn dominators_are_what_every_path_passes() {
    let mut rng = fastrand::Rng::with_seed(4);
    for _ in 0..20_000 {
        let graph = random(&mut rng);
        let dominators = Dominators::of(&graph, 0);
        let all = reached(&graph, 0, None);
        for a in 0..graph.len() as u32 {
            let without = reached(&graph, 0, Some(a));
            for b in 0..graph.len() as u32 {
                let expected = all[a as usize] && all[b as usize] && !without[b as usize];
                assert_eq!(dominators.dominates(BlockId(a), BlockId(b)), expected, "{a} over {b} in {graph:?}");
            }
            let strict = |b: &u32| *b != a && dominators.dominates(BlockId(*b), BlockId(a));
            let nearest = (0..graph.len() as u32).filter(strict).find(|b| {
                (0..graph.len() as u32).filter(strict).all(|c| dominators.dominates(BlockId(c), BlockId(*b)))
            });
            assert_eq!(dominators.immediate(BlockId(a)), nearest.map(BlockId), "{a} in {graph:?}");
        }
    }
}

#[test]
fn components_are_what_leads_to_each_other() {
    let mut rng = fastrand::Rng::with_seed(5);
    for _ in 0..20_000 {
        let graph = random(&mut rng);
        let components = Components::of(&graph);
        let leads: Vec<Vec<bool>> = (0..graph.len() as u32).map(|node| reached(&graph, node, None)).collect();
        for a in 0..graph.len() {
            let again = graph[a].iter().any(|next| leads[*next as usize][a]);
            assert_eq!(components.repeats(BlockId(a as u32)), again, "{a} in {graph:?}");
            for (b, back) in leads.iter().enumerate() {
                assert_eq!(components.of[a] == components.of[b], leads[a][b] && back[a], "{a}, {b} in {graph:?}");
                assert!(!leads[a][b] || components.of[a] >= components.of[b], "{a} leads to {b} in {graph:?}");
            }
        }
    }
}

#[test]
fn ten_thousand_nested_nodes_are_no_trouble() {
    // Down a chain and back from each node to the first: the worst case of walks that go up a tree step by step.
    let count = 100_000;
    let graph: Vec<Vec<u32>> =
        (0..count).map(|node| if node + 1 < count { vec![node + 1, count - 1, 0] } else { vec![] }).collect();
    let dominators = Dominators::of(&graph, 0);
    assert_eq!(dominators.immediate(BlockId(count - 1)), Some(BlockId(0)));
    assert_eq!(dominators.immediate(BlockId(count - 2)), Some(BlockId(count - 3)));
    assert!(Components::of(&graph).repeats(BlockId(5)));
}
