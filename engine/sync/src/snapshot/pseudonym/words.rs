//! Words under other words: the same word always gets the same one, two words never
//! do, and how a word is spelled can still be seen.

use super::letters::{Choice, Letters, Unit, is_mark};
use super::permute::{Circle, number};
use muster_model::UsernameKey;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use unicode_normalization::UnicodeNormalization;

/// Up to this many possible words, one to one; beyond, by chance one to one.
const COUNTED: u128 = 1 << 63;

/// Words in front of these signs say what follows, and belong to no person.
const KINDS: [&str; 21] = [
    "cn",
    "ou",
    "dc",
    "o",
    "uid",
    "l",
    "st",
    "c",
    "street",
    "sn",
    "gn",
    "mail",
    "employeenumber",
    "smtp",
    "sip",
    "x500",
    "http",
    "https",
    "tel",
    "mailto",
    "urn",
];

/// Gives words their pseudonyms.
pub(super) struct Words {
    key: [u8; 32],
    /// Folded words that stay.
    kept: BTreeSet<String>,
    letters: Letters,
    known: RefCell<HashMap<Vec<char>, Vec<char>>>,
}

impl Words {
    pub(super) fn new(key: [u8; 32], kept: BTreeSet<String>) -> Self {
        Self {
            key,
            kept,
            letters: Letters::default(),
            known: RefCell::default(),
        }
    }

    /// A text with all its words exchanged; signs and white space stay.
    pub(super) fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_word = |c: char| c.is_alphanumeric() || is_mark(c);
            let end = match is_word(first) {
                true => rest.find(|c| !is_word(c)),
                false => rest.find(is_word),
            };
            let (piece, behind) = rest.split_at(end.unwrap_or(rest.len()));
            match is_word(first) {
                false => out.push_str(piece),
                true if is_kind(piece, behind) => out.push_str(piece),
                true => out.push_str(&self.word(piece)),
            }
            rest = behind;
        }
        out
    }

    /// A telephone number in any notation: all its digits are one word, but for the
    /// first two, which are a country's. None if the text is something else.
    pub(super) fn phone(&self, text: &str) -> Option<String> {
        let rest = text.strip_prefix('+')?;
        let is_sign = |c: char| " ()./-\u{a0}".contains(c);
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        let is_phone = rest.chars().all(|c| c.is_ascii_digit() || is_sign(c));
        let (country, number) = digits.split_at_checked(2)?;
        if !is_phone || number.len() < 4 {
            return None;
        }
        let other = self.word(number);
        let mut others = country.chars().chain(other.chars());
        let exchange = |c: char| match is_sign(c) {
            true => Some(c),
            false => others.next(),
        };
        Some(
            std::iter::once('+')
                .chain(rest.chars().filter_map(exchange))
                .collect(),
        )
    }

    /// A word under another one.
    fn word(&self, word: &str) -> String {
        // A number is the same with zeros in front of it.
        if word.len() > 1 && word.starts_with('0') && word.bytes().all(|b| b.is_ascii_digit()) {
            let (zero, rest) = word.split_at(1);
            return format!("{zero}{}", self.word(rest));
        }
        let folded = UsernameKey::of(word);
        let units = Unit::all(folded.as_str());
        let bases: Vec<char> = units.iter().map(|unit| unit.base).collect();
        if self.kept.contains(&bases.iter().collect::<String>()) {
            return word.to_owned();
        }
        let others = self.bases(bases);
        let pieces = units.iter().zip(others).map(|(unit, base)| unit.on(base));
        spelled(word, &pieces.collect::<Vec<_>>())
    }

    /// A folded word without its accents, under another one.
    fn bases(&self, word: Vec<char>) -> Vec<char> {
        if let Some(known) = self.known.borrow().get(&word) {
            return known.clone();
        }
        let choices = self.letters.of(&word);
        let other = self.exchanged(&word, &choices);
        self.known.borrow_mut().insert(word, other.clone());
        other
    }

    fn exchanged(&self, letters: &[char], choices: &[Choice]) -> Vec<char> {
        let size = choices.iter().try_fold(1_u128, |size, choice| {
            size.checked_mul(choice.len() as u128)
                .filter(|size| *size <= COUNTED)
        });
        // A pseudonym has the form of its word: two forms never share one.
        let is_unfit = |other: &[char]| {
            let form = |choices: &[Choice]| -> Vec<_> {
                choices
                    .iter()
                    .map(|one| (one.first().copied(), one.len()))
                    .collect()
            };
            self.kept.contains(&other.iter().collect::<String>())
                || form(&self.letters.of(other)) != form(choices)
        };
        match size.and_then(|size| u64::try_from(size).ok()) {
            Some(0 | 1) => letters.to_vec(),
            Some(size) => {
                // One circle for each form of words: their pseudonyms have it as well.
                let key = self.form(choices);
                let circle = Circle::new(&key, size);
                let mut number = circle.next(to_number(letters, choices));
                let mut other = of_number(number, choices);
                while is_unfit(&other) {
                    number = circle.next(number);
                    other = of_number(number, choices);
                }
                other
            }
            None => (0_u64..)
                .map(|attempt| self.by_chance(letters, attempt, choices))
                .find(|other| other != letters && !is_unfit(other))
                .unwrap_or_default(),
        }
    }

    fn form(&self, choices: &[Choice]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(b"form");
        for choice in choices {
            let first = choice.first().copied().unwrap_or_default();
            hasher.update(&u32::from(first).to_le_bytes());
            hasher.update(&(choice.len() as u64).to_le_bytes());
        }
        *hasher.finalize().as_bytes()
    }

    fn by_chance(&self, word: &[char], attempt: u64, choices: &[Choice]) -> Vec<char> {
        let pick = |(place, choice): (usize, &Choice)| {
            let mut hasher = blake3::Hasher::new_keyed(&self.key);
            hasher.update(b"word");
            hasher.update(&(place as u64).to_le_bytes());
            hasher.update(&attempt.to_le_bytes());
            hasher.update(word.iter().collect::<String>().as_bytes());
            let at = number(&hasher.finalize()) % choice.len().max(1) as u64;
            choice.get(at as usize).copied().unwrap_or_default()
        };
        choices.iter().enumerate().map(pick).collect()
    }
}

/// `CN` in front of `=`, `SMTP` in front of `:`.
fn is_kind(piece: &str, behind: &str) -> bool {
    behind.starts_with(['=', ':']) && KINDS.contains(&piece.to_ascii_lowercase().as_str())
}

fn to_number(letters: &[char], choices: &[Choice]) -> u64 {
    let digits = letters.iter().zip(choices);
    digits.fold(0, |number, (letter, choice)| {
        let digit = choice.iter().position(|one| one == letter).unwrap_or(0);
        number * choice.len() as u64 + digit as u64
    })
}

fn of_number(mut number: u64, choices: &[Choice]) -> Vec<char> {
    let mut letters: Vec<char> = Vec::with_capacity(choices.len());
    for choice in choices.iter().rev() {
        let size = choice.len().max(1) as u64;
        letters.extend(choice.get((number % size) as usize));
        number /= size;
    }
    letters.reverse();
    letters
}

/// Spells the pieces of a folded word as another one is spelled: letter case, composed
/// or decomposed accents, wide letters, ligatures.
fn spelled(word: &str, pieces: &[String]) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = pieces;
    for cluster in clusters(word) {
        let folded = UsernameKey::of(cluster);
        let count = Unit::all(folded.as_str()).len();
        let Some((part, behind)) = rest.split_at_checked(count) else {
            return pieces.concat();
        };
        out.push_str(&alike(cluster, folded.as_str(), part.concat()));
        rest = behind;
    }
    // Letters that only fold together cannot be told apart: the word stays folded.
    match rest.is_empty() && UsernameKey::of(&out) == UsernameKey::of(&pieces.concat()) {
        true => out,
        false => pieces.concat(),
    }
}

/// A character with the marks behind it.
fn clusters(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let mut letters = rest.char_indices().skip(1);
        let end = letters.find(|(_, c)| !is_mark(*c)).map(|(at, _)| at);
        let (cluster, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        (!cluster.is_empty()).then_some(cluster)
    })
}

fn alike(cluster: &str, folded: &str, part: String) -> String {
    let ways: [fn(&str) -> String; 6] = [
        str::to_owned,
        |text| text.to_uppercase(),
        |text| text.nfd().collect(),
        |text| text.to_uppercase().nfd().collect(),
        |text| text.chars().map(wide).collect(),
        |text| text.to_uppercase().chars().map(wide).collect(),
    ];
    let way = ways.iter().find(|way| way(folded) == cluster);
    match way {
        Some(way) => way(&part),
        None if folded == part => cluster.to_owned(),
        None => part,
    }
}

/// Letters and digits as wide as Chinese ones.
fn wide(c: char) -> char {
    match c.is_ascii_alphanumeric() {
        true => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
        false => c,
    }
}
