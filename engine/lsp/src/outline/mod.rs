//! A document as its indentation shows it, whatever is wrong with it.
//!
//! While somebody types, a text is no YAML most of the time. An outline needs
//! none: it takes the text line by line, brackets and quotes as far as they go,
//! and says which keys there are and where. The outline of a text that ends at the
//! cursor also says what is being written there ([`Slot`]), for what stands behind
//! the cursor has no say in that.
//!
//! INVARIANT: every text has an outline, in time that grows with its length.

mod flow;
mod scan;

use std::ops::Range;

/// Keys and items of a document, each behind the one that it belongs to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outline {
    pub(crate) nodes: Vec<Node>,
    /// What is being written at the end of the text.
    pub(crate) slot: Slot,
}

/// A place in [`Outline::nodes`].
pub(crate) type NodeId = usize;

/// A key of a mapping, or an item of a list.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// What it stands in; none at the top.
    pub(crate) parent: Option<NodeId>,
    pub(crate) step: Step,
    /// The key as it is written, or where the item begins.
    pub(crate) at: Range<usize>,
    /// Its value, if that is a text.
    pub(crate) scalar: Option<Scalar>,
    /// Where all that belongs to it ends.
    pub(crate) end: usize,
}

/// One step on the way to a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    /// Counted from 0.
    Item(usize),
}

/// A text as it is written, its quotes left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scalar {
    pub(crate) range: Range<usize>,
    pub(crate) style: Style,
}

/// How a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// As it is; also one of which nothing is there yet.
    Plain,
    /// Within braces or brackets, where commas end it.
    Flow,
    Single,
    Double,
    Block,
}

/// What is being written where a text ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Nothing that we know of: a comment, something behind a closing quote.
    #[default]
    Nothing,
    /// On a line of its own or behind a dash: a key of this mapping, or its value
    /// if it is none.
    Entry {
        /// None at the top.
        container: Option<NodeId>,
        start: usize,
    },
    /// In braces: a key of this mapping.
    Key {
        container: Option<NodeId>,
        start: usize,
    },
    /// The text that is the value of this key or item.
    Value {
        node: NodeId,
        start: usize,
        style: Style,
    },
}

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hit {
    /// The key itself.
    Key(NodeId),
    /// The value of this key or item.
    Scalar(NodeId),
}

impl Outline {
    /// The outline of a text.
    pub(crate) fn of(text: &str) -> Self {
        scan::scan(text)
    }

    pub(crate) fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The way to a node, from the top.
    pub(crate) fn path(&self, id: Option<NodeId>) -> Vec<&Step> {
        let mut path = Vec::new();
        let mut next = id.and_then(|id| self.node(id));
        while let Some(node) = next {
            path.push(&node.step);
            next = node.parent.and_then(|parent| self.node(parent));
        }
        path.reverse();
        path
    }

    /// What stands directly in a node, or at the top.
    pub(crate) fn children(&self, of: Option<NodeId>) -> impl Iterator<Item = (NodeId, &Node)> {
        let all = self.nodes.iter().enumerate();
        all.filter(move |(_, node)| node.parent == of)
    }

    /// The names of the keys that stand directly in a node, or at the top.
    pub(crate) fn keys(&self, of: Option<NodeId>) -> impl Iterator<Item = &str> {
        self.children(of).filter_map(|(_, node)| node.key())
    }

    /// The node to which a way of keys leads.
    pub(crate) fn find(&self, way: &[&str]) -> Option<NodeId> {
        let mut at = None;
        for name in way {
            let mut children = self.children(at);
            at = Some(children.find(|(_, node)| node.key() == Some(name))?.0);
        }
        at
    }

    /// The node that begins at a byte, as another outline of the text knows it.
    pub(crate) fn same(&self, node: &Node) -> Option<NodeId> {
        let alike =
            |other: &&Node| other.at.start == node.at.start && other.step.is_like(&node.step);
        self.nodes.iter().position(|other| alike(&other))
    }

    /// What stands at a byte; the place behind the last letter counts as well.
    pub(crate) fn hit(&self, offset: usize) -> Option<Hit> {
        let holds = |range: &Range<usize>| range.start <= offset && offset <= range.end;
        self.nodes.iter().enumerate().rev().find_map(|(id, node)| {
            let scalar = node.scalar.as_ref();
            if scalar.is_some_and(|scalar| holds(&scalar.range)) {
                return Some(Hit::Scalar(id));
            }
            (node.key().is_some() && holds(&node.at)).then_some(Hit::Key(id))
        })
    }
}

impl Node {
    /// The key's name; none for an item.
    pub(crate) fn key(&self) -> Option<&str> {
        match &self.step {
            Step::Key(name) => Some(name),
            Step::Item(_) => None,
        }
    }
}

impl Step {
    fn is_like(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Key(_), Self::Key(_)) | (Self::Item(_), Self::Item(_))
        )
    }
}

#[cfg(test)]
mod tests;
