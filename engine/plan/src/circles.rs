//! Circles: people who refer to each other, so that a chart of them would never
//! end.

use std::collections::{BTreeMap, VecDeque};

/// Somebody, by a number of their own.
pub(crate) type Node = u32;

/// Finds all sets of people of whom each leads to each other; alone, somebody who
/// leads to themselves. `edges` are sorted. Each set is in ascending order.
///
/// Tarjan's strongly connected components, without recursion: a chain may be as
/// long as there are people.
pub(crate) fn circles(nodes: usize, edges: &[(Node, Node)]) -> Vec<Vec<Node>> {
    let mut search = Search {
        edges,
        first: first_edges(nodes, edges),
        order: vec![0; nodes],
        low: vec![0; nodes],
        counter: 0,
        open: Vec::new(),
        found: Vec::new(),
    };
    let mut last = None;
    for &(from, _) in edges {
        if last.replace(from) != Some(from) && search.is_new(from) {
            search.from(from);
        }
    }
    search.found.sort_unstable();
    search.found
}

/// The place of each node's first edge, and the end.
fn first_edges(nodes: usize, edges: &[(Node, Node)]) -> Vec<u32> {
    let mut first = vec![0u32; nodes + 1];
    for &(from, _) in edges {
        if let Some(count) = first.get_mut(from as usize + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for count in &mut first {
        sum += *count;
        *count = sum;
    }
    first
}

struct Search<'e> {
    edges: &'e [(Node, Node)],
    first: Vec<u32>,
    /// When a node was met, counted from 1; 0 is not yet.
    order: Vec<u32>,
    /// The earliest node that can be reached from one; `u32::MAX` once its set is
    /// complete.
    low: Vec<u32>,
    counter: u32,
    open: Vec<Node>,
    found: Vec<Vec<Node>>,
}

const DONE: u32 = u32::MAX;

impl Search<'_> {
    fn is_new(&self, node: Node) -> bool {
        self.order.get(node as usize) == Some(&0)
    }

    fn edges_of(&self, node: Node) -> std::ops::Range<u32> {
        let first = |node: usize| self.first.get(node).copied().unwrap_or(0);
        first(node as usize)..first(node as usize + 1)
    }

    fn meet(&mut self, node: Node) {
        self.counter += 1;
        let (order, low) = (
            self.order.get_mut(node as usize),
            self.low.get_mut(node as usize),
        );
        if let (Some(order), Some(low)) = (order, low) {
            (*order, *low) = (self.counter, self.counter);
        }
        self.open.push(node);
    }

    fn lower(&mut self, node: Node, to: u32) {
        if let Some(low) = self.low.get_mut(node as usize) {
            *low = (*low).min(to);
        }
    }

    fn from(&mut self, start: Node) {
        self.meet(start);
        let mut path = vec![(start, self.edges_of(start))];
        while let Some((node, edges)) = path.last_mut() {
            let node = *node;
            let next = edges.next().and_then(|edge| self.edges.get(edge as usize));
            match next {
                Some(&(_, to)) if self.is_new(to) => {
                    self.meet(to);
                    path.push((to, self.edges_of(to)));
                }
                Some(&(_, to)) => {
                    let low = self.low.get(to as usize).copied().unwrap_or(DONE);
                    // A set that is complete leads back to nobody.
                    if low != DONE {
                        let order = self.order.get(to as usize).copied().unwrap_or(0);
                        self.lower(node, order);
                    }
                }
                None => {
                    path.pop();
                    let low = self.low.get(node as usize).copied().unwrap_or(0);
                    if let Some(&(before, _)) = path.last() {
                        self.lower(before, low);
                    }
                    if self.order.get(node as usize) == Some(&low) {
                        self.close(node);
                    }
                }
            }
        }
    }

    /// Takes the set that begins with a node off the open ones.
    fn close(&mut self, node: Node) {
        let mut set = Vec::new();
        while let Some(member) = self.open.pop() {
            if let Some(low) = self.low.get_mut(member as usize) {
                *low = DONE;
            }
            set.push(member);
            if member == node {
                break;
            }
        }
        let refers_to_self = || {
            let edges = self.edges_of(node);
            let edges = self.edges.get(edges.start as usize..edges.end as usize);
            edges.unwrap_or_default().contains(&(node, node))
        };
        if set.len() > 1 || refers_to_self() {
            set.sort_unstable();
            self.found.push(set);
        }
    }
}

/// A shortest way from somebody back to themselves; `next` gives the others of the
/// circle to whom one refers, in the order that is preferred.
pub(crate) fn way_round(start: Node, next: impl Fn(Node) -> Vec<Node>) -> Vec<Node> {
    let mut came_from: BTreeMap<Node, Node> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for to in next(node) {
            if to == start {
                let mut way = vec![start];
                let mut at = node;
                while at != start {
                    way.push(at);
                    at = came_from.get(&at).copied().unwrap_or(start);
                }
                way.push(start);
                way.reverse();
                return way;
            }
            if let std::collections::btree_map::Entry::Vacant(entry) = came_from.entry(to) {
                entry.insert(node);
                queue.push_back(to);
            }
        }
    }
    vec![start]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(edges: &[(Node, Node)]) -> Vec<Vec<Node>> {
        let mut edges = edges.to_vec();
        edges.sort_unstable();
        circles(10, &edges)
    }

    #[test]
    fn chains_and_trees_have_none() {
        assert!(found(&[]).is_empty());
        assert!(found(&[(1, 2), (2, 3), (4, 3), (5, 4), (0, 5)]).is_empty());
        assert!(found(&[(1, 2), (1, 3), (2, 4), (3, 4)]).is_empty());
    }

    #[test]
    fn each_circle_is_found_once() {
        assert_eq!(found(&[(1, 1)]), [[1]]);
        assert_eq!(found(&[(1, 2), (2, 1), (3, 1), (1, 4)]), [[1, 2]]);
        assert_eq!(
            found(&[(9, 8), (8, 7), (7, 9), (0, 1), (1, 0)]),
            [vec![0, 1], vec![7, 8, 9]]
        );
        assert_eq!(found(&[(1, 2), (2, 3), (3, 1), (3, 2)]), [[1, 2, 3]]);
    }

    #[test]
    fn a_chain_may_be_as_long_as_there_are_people() {
        let people: u32 = 200_000;
        let mut edges: Vec<(Node, Node)> = (1..people).map(|node| (node - 1, node)).collect();
        assert!(circles(people as usize, &edges).is_empty());
        edges.push((people - 1, 0));
        let found = circles(people as usize, &edges);
        assert_eq!(found.first().map(Vec::len), Some(people as usize));
    }

    #[test]
    fn the_way_round_is_a_shortest_one() {
        let edges = [(1, 2), (2, 3), (3, 1), (2, 4), (4, 3), (5, 5)];
        let next = |node: Node| {
            let edges = edges.iter().filter(move |(from, _)| *from == node);
            edges.map(|(_, to)| *to).collect()
        };
        assert_eq!(way_round(1, next), [1, 2, 3, 1]);
        assert_eq!(way_round(3, next), [3, 1, 2, 3]);
        assert_eq!(way_round(5, next), [5, 5]);
    }
}
