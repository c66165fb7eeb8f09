//! All paths of a selection as one tree of names, for one walk of a record.

use super::path::{Comparison, Condition, Segment};

/// Where a record begins.
pub const ROOT: usize = 0;

/// What is wanted of a value.
#[derive(Clone, Debug, Default)]
pub struct Node {
    /// Slots that want its text.
    pub texts: Vec<usize>,
    /// Slots that want its JSON.
    pub raws: Vec<usize>,
    /// Members of an object that are wanted, those of the branches included.
    pub keys: Vec<Key>,
    pub branches: Vec<Branch>,
    /// Slots that take a text which stands where an object is expected.
    pub bare: Vec<usize>,
}

/// A wanted member.
#[derive(Clone, Debug)]
pub struct Key {
    pub name: String,
    /// Its number among all keys of the tree.
    pub number: usize,
    pub targets: Vec<Target>,
}

/// What wants a member's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Node(usize),
    /// A condition of a branch of the node, by place.
    Condition(usize, usize),
}

/// What is wanted of an element only if conditions hold.
#[derive(Clone, Debug)]
pub struct Branch {
    pub conditions: Vec<Condition>,
    /// Slots that are filled below it.
    pub slots: Vec<usize>,
    node: usize,
}

/// How names are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    #[default]
    Exact,
    AnyCase,
}

impl Names {
    pub fn are_equal(self, a: &str, b: &str) -> bool {
        match self {
            Self::Exact => a == b,
            Self::AnyCase => a.eq_ignore_ascii_case(b),
        }
    }
}

impl Node {
    /// Finds a member's place.
    pub fn key(&self, name: &str, names: Names) -> Option<usize> {
        self.keys
            .iter()
            .position(|key| names.are_equal(&key.name, name))
    }

    /// True if the value is wanted in more than one way.
    pub fn is_mixed(&self) -> bool {
        self.is_leaf() && !self.keys.is_empty()
    }

    /// True if the value itself is wanted.
    pub fn is_leaf(&self) -> bool {
        !self.texts.is_empty() || !self.raws.is_empty()
    }
}

/// What a slot wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Raw,
}

/// Builds the tree path by path.
#[derive(Debug)]
pub struct Planting {
    names: Names,
    nodes: Vec<Node>,
}

impl Planting {
    pub fn new(names: Names) -> Self {
        Self {
            names,
            nodes: vec![Node::default()],
        }
    }

    pub fn plant(&mut self, path: &[Segment], slot: usize, kind: Kind) {
        let mut at = ROOT;
        for segment in path {
            at = self.member(at, &segment.name);
            if !segment.filter.is_empty() {
                at = self.branch(at, &segment.filter, slot);
            }
        }
        if let Some(node) = self.nodes.get_mut(at) {
            match kind {
                Kind::Text => node.texts.push(slot),
                Kind::Raw => node.raws.push(slot),
            }
        }
    }

    fn add(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    fn member(&mut self, at: usize, name: &str) -> usize {
        let names = self.names;
        let known = self.nodes.get(at).and_then(|node| {
            let key = node.keys.get(node.key(name, names)?)?;
            match key.targets.as_slice() {
                [Target::Node(child)] => Some(*child),
                _ => None,
            }
        });
        known.unwrap_or_else(|| {
            let child = self.add();
            if let Some(node) = self.nodes.get_mut(at) {
                node.keys.push(Key {
                    name: name.to_owned(),
                    number: 0,
                    targets: vec![Target::Node(child)],
                });
            }
            child
        })
    }

    fn branch(&mut self, at: usize, conditions: &[Condition], slot: usize) -> usize {
        let known = self.nodes.get_mut(at).and_then(|node| {
            let mut branches = node.branches.iter_mut();
            let branch = branches.find(|branch| branch.conditions == conditions)?;
            branch.slots.push(slot);
            Some(branch.node)
        });
        known.unwrap_or_else(|| {
            let child = self.add();
            if let Some(node) = self.nodes.get_mut(at) {
                node.branches.push(Branch {
                    conditions: conditions.to_owned(),
                    slots: vec![slot],
                    node: child,
                });
            }
            child
        })
    }

    /// Ends the building: an object is walked once, so what its branches want
    /// stands beside what is wanted of every element. `bare` is the member that
    /// a text in place of an object stands for.
    pub fn grown(mut self, bare: Option<&str>) -> (Vec<Node>, usize) {
        let plain = self.nodes.clone();
        let mut number = 0;
        for node in &mut self.nodes {
            if let Some(bare) = bare {
                node.bare = bare_slots(node, bare, &plain, self.names);
            }
            join_branches(node, &plain, self.names);
            for key in &mut node.keys {
                key.number = number;
                number += 1;
            }
        }
        (self.nodes, number)
    }
}

fn bare_slots(node: &Node, bare: &str, plain: &[Node], names: Names) -> Vec<usize> {
    let key = node.key(bare, names).and_then(|at| node.keys.get(at));
    match key.map(|key| key.targets.as_slice()) {
        Some([Target::Node(child)]) => plain
            .get(*child)
            .map_or_else(Vec::new, |child| child.texts.clone()),
        _ => Vec::new(),
    }
}

fn join_branches(node: &mut Node, plain: &[Node], names: Names) {
    let mut wanted = Vec::new();
    for (at, branch) in node.branches.iter().enumerate() {
        let keys = plain.get(branch.node).map_or(&[][..], |below| &below.keys);
        for key in keys {
            wanted.extend(key.targets.iter().map(|&target| (key.name.clone(), target)));
        }
        for (place, condition) in branch.conditions.iter().enumerate() {
            wanted.push((condition.name.clone(), Target::Condition(at, place)));
        }
    }
    for (name, target) in wanted {
        let known = node.key(&name, names);
        match known.and_then(|at| node.keys.get_mut(at)) {
            Some(key) => key.targets.push(target),
            None => node.keys.push(Key {
                name,
                number: 0,
                targets: vec![target],
            }),
        }
    }
}

impl Condition {
    /// Whether the condition holds before its name was met.
    pub fn holds_without(&self) -> bool {
        self.comparison == Comparison::Different
    }
}
