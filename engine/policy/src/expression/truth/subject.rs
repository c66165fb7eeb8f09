//! Something that questions are asked about, and the ways in which they can be
//! answered together.

use crate::expression::STATUS;

/// What a subject is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// True or false; nothing else is known of it.
    Opaque,
    /// That something equals itself: true.
    Itself,
    /// An attribute: no value, one, or several.
    Attribute,
    /// One value, of which only equality is known.
    Term,
    /// One of five words.
    Status,
    /// A set of names.
    Groups,
}

/// What is asked about a subject; constants by their place in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether it is true.
    Holds,
    /// Whether there is a value.
    Has,
    /// Whether it is this constant.
    Is(usize),
    /// Whether this constant is among its values.
    Contains(usize),
}

/// A subject, with all the constants that it is held against.
#[derive(Debug)]
pub(super) struct Subject {
    kind: Kind,
    constants: Vec<String>,
    /// For each constant that is looked for among several, its bit in a set.
    bits: Vec<Option<u32>>,
    sought: u32,
}

impl Subject {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            constants: Vec::new(),
            bits: Vec::new(),
            sought: 0,
        }
    }

    /// Asks whether it is a constant.
    pub(super) fn is(&mut self, constant: &str) -> Question {
        Question::Is(self.place(constant))
    }

    /// Asks whether a constant is among its values.
    pub(super) fn contains(&mut self, constant: &str) -> Question {
        let place = self.place(constant);
        if let Some(bit @ None) = self.bits.get_mut(place) {
            *bit = Some(self.sought);
            self.sought += 1;
        }
        Question::Contains(place)
    }

    fn place(&mut self, constant: &str) -> usize {
        let known = self.constants.iter().position(|known| known == constant);
        known.unwrap_or_else(|| {
            self.constants.push(constant.to_owned());
            self.bits.push(None);
            self.constants.len() - 1
        })
    }

    /// In how many ways its questions can be answered.
    pub(super) fn cases(&self) -> u64 {
        let constants = self.constants.len() as u64;
        let sets = 1_u64.checked_shl(self.sought).unwrap_or(u64::MAX);
        match self.kind {
            Kind::Opaque => 2,
            Kind::Itself => 1,
            // Nothing; one of the constants; one other text; several texts, any
            // of those that are sought among them.
            Kind::Attribute => sets.saturating_add(constants + 2),
            Kind::Term => constants + 1,
            Kind::Status => STATUS.len() as u64,
            Kind::Groups => sets,
        }
    }

    /// The answer to a question in one case.
    pub(super) fn answer(&self, question: Question, case: u64) -> bool {
        match (self.kind, question) {
            (Kind::Opaque, _) => case == 1,
            (Kind::Itself, _) => true,
            (Kind::Attribute, Question::Has) => case > 0,
            (Kind::Attribute, Question::Is(place)) => case == place as u64 + 1,
            (Kind::Attribute, Question::Contains(place)) => {
                let several = case.checked_sub(self.constants.len() as u64 + 2);
                case == place as u64 + 1 || several.is_some_and(|set| self.is_in(place, set))
            }
            (Kind::Term, Question::Is(place)) => case == place as u64,
            (Kind::Status, Question::Is(place)) => {
                let word = usize::try_from(case).ok().and_then(|case| STATUS.get(case));
                word.is_some() && word.copied() == self.constants.get(place).map(String::as_str)
            }
            (Kind::Groups, Question::Contains(place)) => self.is_in(place, case),
            _ => false,
        }
    }

    fn is_in(&self, place: usize, set: u64) -> bool {
        let bit = self.bits.get(place).copied().flatten();
        bit.is_some_and(|bit| set.checked_shr(bit).is_some_and(|rest| rest & 1 == 1))
    }
}
