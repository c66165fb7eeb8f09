//! What a letter may become: one of its kind, so that case, alphabet, accents and
//! digits stay what they are.

use muster_model::UsernameKey;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use unicode_normalization::UnicodeNormalization;

/// Rows of letters that single characters fold into (`ß`, `ﬁ`): wherever they
/// stand, they stay, so that all spellings of a word keep one form.
const TOGETHER: [&str; 7] = ["ffi", "ffl", "ss", "ff", "fi", "fl", "st"];

/// Characters of an alphabet are exchanged among so many neighbours; of the large
/// ones, which have no letter case, among more.
const BLOCK: u32 = 128;
const LARGE_BLOCK: u32 = 1024;
const LARGE: [(char, char); 2] = [('\u{4e00}', '\u{9fff}'), ('\u{ac00}', '\u{d7a3}')];

/// What stands at one place of a folded word may become any of these.
pub(super) type Choice = Rc<[char]>;

/// The choices for each place of folded words.
#[derive(Default)]
pub(super) struct Letters {
    known: RefCell<HashMap<char, Choice>>,
}

/// What stands at one place of a folded word: a letter, and the accents on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) base: char,
    marks: Vec<char>,
}

impl Unit {
    /// Splits a folded word; of letters that are not English, accents are a part.
    pub(super) fn all(word: &str) -> Vec<Self> {
        let mut units: Vec<Self> = Vec::new();
        for one in word.chars() {
            match (is_mark(one), units.last_mut()) {
                (true, Some(last)) => last.marks.push(one),
                _ => units.push(Self::of(one)),
            }
        }
        units
    }

    fn of(one: char) -> Self {
        let mut parts = std::iter::once(one).nfd();
        let base = parts.next().filter(char::is_ascii_alphabetic);
        match base {
            Some(base) => Self {
                base,
                marks: parts.collect(),
            },
            None => Self {
                base: one,
                marks: Vec::new(),
            },
        }
    }

    /// Another letter with the same accents.
    pub(super) fn on(&self, base: char) -> String {
        let all = std::iter::once(base).chain(self.marks.iter().copied());
        all.nfc().collect()
    }
}

impl Letters {
    /// One choice for each letter of a folded word.
    pub(super) fn of(&self, word: &[char]) -> Vec<Choice> {
        let is_hex = is_hex(word);
        let is_number = word.iter().all(char::is_ascii_digit);
        let mut choices = Vec::with_capacity(word.len());
        while let Some(rest) = word.get(choices.len()..).filter(|rest| !rest.is_empty()) {
            if let Some(fixed) = together(rest) {
                choices.extend(fixed.iter().map(|one| Choice::from([*one])));
                continue;
            }
            choices.push(match rest.first().copied().unwrap_or_default() {
                '0' if is_number && choices.is_empty() => Choice::from(['0']),
                '1'..='9' if is_number && choices.is_empty() => ('1'..='9').collect(),
                'a'..='f' if is_hex => ('a'..='f').collect(),
                one => self.of_one(one),
            });
        }
        choices
    }

    fn of_one(&self, one: char) -> Choice {
        let known = self.known.borrow().get(&one).cloned();
        known.unwrap_or_else(|| {
            let choice = choice(one);
            self.known.borrow_mut().insert(one, choice.clone());
            choice
        })
    }
}

/// True for a combining mark.
pub(super) fn is_mark(one: char) -> bool {
    unicode_normalization::char::is_combining_mark(one)
}

/// Letters and digits of which all are hexadecimal, and some of each.
fn is_hex(word: &[char]) -> bool {
    word.iter().all(char::is_ascii_hexdigit)
        && word.iter().any(char::is_ascii_digit)
        && word.iter().any(char::is_ascii_alphabetic)
}

fn together(rest: &[char]) -> Option<Vec<char>> {
    let fixed = TOGETHER.iter().map(|text| text.chars().collect::<Vec<_>>());
    fixed.into_iter().find(|fixed| rest.starts_with(fixed))
}

/// Vowels stay vowels, so that most accents have a letter to stand on.
const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];

fn choice(one: char) -> Choice {
    if one.is_ascii_digit() {
        return ('0'..='9').collect();
    }
    if VOWELS.contains(&one) {
        return VOWELS.into();
    }
    if one.is_ascii_alphabetic() {
        return ('a'..='z')
            .filter(|other| !VOWELS.contains(other))
            .collect();
    }
    let alike = alphabet(one).filter(|other| is_alike(one, *other) && is_plain(*other));
    let found: Vec<char> = alike.collect();
    match found.contains(&one) {
        true => found.into(),
        false => Choice::from([one]),
    }
}

fn alphabet(one: char) -> impl Iterator<Item = char> {
    let is_large = LARGE
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&one));
    let block = match is_large {
        true => LARGE_BLOCK,
        false => BLOCK,
    };
    let first = u32::from(one) / block * block;
    (first..first + block).filter_map(char::from_u32)
}

fn is_alike(one: char, other: char) -> bool {
    let has_case = |c: char| c.to_uppercase().next() != Some(c);
    other.is_alphabetic() == one.is_alphabetic()
        && other.is_numeric() == one.is_numeric()
        && other.is_alphanumeric()
        && has_case(one) == has_case(other)
}

/// True for a character that folds into itself, and whose capital does so, too.
fn is_plain(one: char) -> bool {
    let folds = |text: &str| UsernameKey::of(text).as_str().chars().eq([one]);
    let capital: String = one.to_uppercase().collect();
    folds(one.encode_utf8(&mut [0; 4])) && folds(&capital) && capital.chars().count() == 1
}
