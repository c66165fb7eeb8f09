//! One walk of a record: serde's visitor along the tree of wanted names.

use super::leaf::{self, Leaf};
use super::record::{Mark, Values};
use super::selection::Selection;
use super::trie::{Key, Node, Target};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt::{self, Write as _};

/// One step from the outermost value to where the walk is.
#[derive(Clone, Debug)]
pub enum Step<'s> {
    Name(&'s str),
    Index(usize),
}

/// The state of a walk; it lasts for a page.
pub struct Walk<'s, 'de> {
    pub(super) selection: &'s Selection,
    pub(super) values: Values<'de>,
    pub(super) trail: Vec<Step<'s>>,
    /// For each key of the tree, the object in which it was met last.
    met: Vec<u64>,
    /// Number of objects so far.
    objects: u64,
    /// What stands below the open branches was so before their elements began.
    marks: Vec<Mark>,
    /// Whether the conditions of the open branches hold.
    holds: Vec<bool>,
}

impl<'s, 'de> Walk<'s, 'de> {
    pub fn new(selection: &'s Selection) -> Self {
        Self {
            selection,
            values: Values::new(selection.slots),
            trail: Vec::new(),
            met: vec![0; selection.keys],
            objects: 0,
            marks: Vec::new(),
            holds: Vec::new(),
        }
    }

    /// Where the walk is: `$.Resources[3].emails[0].value`. After an error, this
    /// is where it happened.
    pub fn place(&self) -> String {
        let mut place = "$".to_owned();
        for step in &self.trail {
            let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '@' | '$');
            // Writing to a text cannot fail.
            let _ = match step {
                Step::Index(index) => write!(place, "[{index}]"),
                Step::Name(name) if name.chars().all(is_plain) => write!(place, ".{name}"),
                Step::Name(name) => write!(place, "[{name:?}]"),
            };
        }
        place
    }

    fn node(&self, at: usize) -> Option<&'s Node> {
        self.selection.nodes.get(at)
    }

    fn leaf(&self) -> Leaf<'s> {
        Leaf {
            bare: self.selection.bare.as_deref(),
            names: self.selection.names,
        }
    }

    /// Takes a value that is wanted whole.
    fn capture(&mut self, node: &Node, json: &'de str) -> Result<(), serde_json::Error> {
        for &slot in &node.raws {
            self.values.meet(slot);
            if json != "null" {
                self.values.push(slot, Cow::Borrowed(json));
            }
        }
        let leaf = self.leaf();
        for &slot in &node.texts {
            self.values.meet(slot);
            leaf.texts(json, &mut |text| self.values.push(slot, text))?;
        }
        Ok(())
    }

    /// Takes a value that several wishes are about.
    fn share(
        &mut self,
        key: &'s Key,
        json: &'de str,
        frame: &Frame,
    ) -> Result<(), serde_json::Error> {
        for &target in &key.targets {
            match target {
                Target::Node(at) => self.aside(at, json)?,
                Target::Condition(branch, place) => self.judge(frame, branch, place, json)?,
            }
        }
        Ok(())
    }

    /// Goes on below a value that was captured.
    fn aside(&mut self, at: usize, json: &'de str) -> Result<(), serde_json::Error> {
        let Some(node) = self.node(at) else {
            return Ok(());
        };
        self.capture(node, json)?;
        if node.keys.is_empty() {
            return Ok(());
        }
        let seed = Wanted { walk: self, at };
        seed.deserialize(&mut serde_json::Deserializer::from_str(json))
    }

    fn judge(
        &mut self,
        frame: &Frame,
        branch: usize,
        place: usize,
        json: &'de str,
    ) -> Result<(), serde_json::Error> {
        let branches = frame.node.branches.iter().enumerate();
        let before: usize = branches
            .clone()
            .take(branch)
            .map(|(_, branch)| branch.conditions.len())
            .sum();
        let condition = frame
            .node
            .branches
            .get(branch)
            .and_then(|branch| branch.conditions.get(place));
        let hold = self.holds.get_mut(frame.holds + before + place);
        let (Some(condition), Some(hold)) = (condition, hold) else {
            return Ok(());
        };
        let text = match json.as_bytes().first() {
            Some(b'"') => leaf::text(json)?,
            _ => Cow::Borrowed(json),
        };
        let is_equal = self.selection.names.are_equal(&text, &condition.text);
        *hold = is_equal != condition.holds_without();
        Ok(())
    }

    /// An object begins.
    fn open(&mut self, node: &'s Node) -> Frame<'s> {
        self.objects += 1;
        let frame = Frame {
            node,
            object: self.objects,
            marks: self.marks.len(),
            holds: self.holds.len(),
        };
        for branch in &node.branches {
            let conditions = branch.conditions.iter();
            self.holds.extend(conditions.map(|c| c.holds_without()));
            let slots = branch.slots.iter();
            self.marks.extend(slots.map(|&slot| self.values.mark(slot)));
        }
        frame
    }

    /// The object ends: what came below branches whose conditions do not hold
    /// is taken back.
    fn close(&mut self, frame: &Frame) {
        if frame.node.branches.is_empty() {
            return;
        }
        let (mut mark, mut hold) = (frame.marks, frame.holds);
        for branch in &frame.node.branches {
            let holds = self.holds.iter().skip(hold).take(branch.conditions.len());
            let is_met = holds.copied().all(|holds| holds);
            for (&slot, &before) in branch.slots.iter().zip(self.marks.iter().skip(mark)) {
                if !is_met {
                    self.values.restore(slot, before);
                }
            }
            mark += branch.slots.len();
            hold += branch.conditions.len();
        }
        self.marks.truncate(frame.marks);
        self.holds.truncate(frame.holds);
    }

    /// Notes a member; false if the object had it before.
    fn meet(&mut self, key: &Key, frame: &Frame) -> bool {
        match self.met.get_mut(key.number) {
            Some(met) => std::mem::replace(met, frame.object) != frame.object,
            None => true,
        }
    }

    /// Takes a text that stands where an object is expected.
    fn bare(&mut self, at: usize, text: Cow<'de, str>) {
        let Some(node) = self.node(at) else { return };
        for &slot in &node.bare {
            self.values.meet(slot);
            self.values.push(slot, text.clone());
        }
    }
}

/// An object that the walk is in.
struct Frame<'s> {
    node: &'s Node,
    object: u64,
    marks: usize,
    holds: usize,
}

/// A value of which members are wanted.
pub struct Wanted<'w, 's, 'de> {
    pub walk: &'w mut Walk<'s, 'de>,
    pub at: usize,
}

impl<'de> Wanted<'_, '_, 'de> {
    pub fn members<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let (walk, at) = (self.walk, self.at);
        let Some(node) = walk.node(at) else {
            return Ok(());
        };
        let frame = walk.open(node);
        let names = walk.selection.names;
        while let Some(found) = members.next_key_seed(Name { node, names })? {
            let Some(key) = found.and_then(|place| node.keys.get(place)) else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            walk.trail.push(Step::Name(&key.name));
            if !walk.meet(key, &frame) {
                return Err(A::Error::custom("this name stands twice in its object"));
            }
            member(walk, key, &frame, &mut members)?;
            walk.trail.pop();
        }
        walk.close(&frame);
        Ok(())
    }
}

fn member<'s, 'de, A: MapAccess<'de>>(
    walk: &mut Walk<'s, 'de>,
    key: &'s Key,
    frame: &Frame<'s>,
    members: &mut A,
) -> Result<(), A::Error> {
    let only = match key.targets.as_slice() {
        [Target::Node(at)] => walk.node(*at).map(|node| (*at, node)),
        _ => None,
    };
    match only {
        Some((at, node)) if !node.is_leaf() => members.next_value_seed(Wanted { walk, at }),
        Some((_, node)) if !node.is_mixed() => {
            let json = members.next_value::<&'de RawValue>()?;
            walk.capture(node, json.get()).map_err(A::Error::custom)
        }
        _ => {
            let json = members.next_value::<&'de RawValue>()?;
            walk.share(key, json.get(), frame).map_err(A::Error::custom)
        }
    }
}

impl<'de> DeserializeSeed<'de> for Wanted<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        self.members(members)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let (walk, at) = (self.walk, self.at);
        for index in 0.. {
            walk.trail.push(Step::Index(index));
            let element = list.next_element_seed(Wanted {
                walk: &mut *walk,
                at,
            })?;
            walk.trail.pop();
            if element.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.walk.bare(self.at, Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.walk.bare(self.at, Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.walk.bare(self.at, Cow::Owned(value.to_string()));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.walk.bare(self.at, Cow::Owned(value.to_string()));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.walk.bare(self.at, Cow::Owned(value.to_string()));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.walk.bare(self.at, Cow::Owned(value.to_string()));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A member's name, compared where it stands.
struct Name<'s> {
    node: &'s Node,
    names: super::trie::Names,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.node.key(name, self.names))
    }
}
