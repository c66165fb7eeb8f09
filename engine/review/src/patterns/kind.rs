//! What happens to one value, seen from afar.

use super::is_nothing;
use crate::words;
use muster_model::{Action, FieldChange, Value};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// What happens to a value, or to an account as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The action is all there is to say; with its reason as a sentence.
    Whole(Action, String),
    /// The values are not shown.
    Sensitive,
    /// There was a value, and there is none.
    Cleared,
    /// There was none, and there is one: this one.
    Filled(Option<Value>),
    /// Letters differ in case alone.
    LetterCase,
    /// White space differs, and nothing else.
    WhiteSpace,
    /// The same text in another Unicode form, or of compatible characters.
    Normalised,
    /// The same words, or items, in another order.
    Reordered,
    /// An address keeps what is before its `@`. Both domains, if they are alike.
    Domain(Option<(String, String)>),
    /// An address keeps its domain.
    LocalPart,
    /// Something was put before the value: this.
    PrefixAdded(Option<String>),
    /// Something was put behind the value: this.
    SuffixAdded(Option<String>),
    /// Something was taken from the value's beginning: this.
    PrefixRemoved(Option<String>),
    /// Something was taken from the value's end: this.
    SuffixRemoved(Option<String>),
    /// Items of a list come and go: these.
    Items(Vec<String>, Vec<String>),
    /// Items of a list come and go.
    OtherItems,
    /// One value becomes another.
    Replaced(Value, Value),
    /// Values become this one, whatever they were.
    Became(Value),
    /// Values become others, and share nothing.
    Other,
}

impl Kind {
    /// What happens to a field. What an account's number has in common with
    /// another one means nothing.
    pub(super) fn of(field: &FieldChange, is_reference: bool) -> Self {
        let (old, new) = (field.old.as_ref(), field.new.as_ref());
        match (is_nothing(old), is_nothing(new)) {
            (false, true) => return Self::Cleared,
            (true, false) if field.sensitive => return Self::Filled(None),
            (true, false) => return Self::Filled(new.cloned()),
            (true, true) => return Self::Other,
            (false, false) if field.sensitive => return Self::Sensitive,
            (false, false) => {}
        }
        match (old, new) {
            (Some(old), Some(new)) if is_reference => match (old, new) {
                (Value::List(old), Value::List(new)) => items(old, new),
                _ => Self::Replaced(old.clone(), new.clone()),
            },
            (Some(Value::Text(old)), Some(Value::Text(new))) => texts(old, new),
            (Some(Value::List(old)), Some(Value::List(new))) => items(old, new),
            (Some(old), Some(new)) => Self::Replaced(old.clone(), new.clone()),
            _ => Self::Other,
        }
    }

    /// The same without what anybody has; a domain is many people's.
    pub(super) fn without_values(self) -> Self {
        match self {
            Self::Domain(_) => self,
            other => other.in_general().unwrap_or(other),
        }
    }

    /// The same whatever it was before; `None` if there is no such thing to say.
    pub(super) fn whatever_it_was(&self) -> Option<Self> {
        match self {
            Self::Replaced(_, new) => Some(Self::Became(new.clone())),
            _ => None,
        }
    }

    /// The same without what only one person has; `None` if it has nothing of
    /// the kind.
    pub(super) fn in_general(&self) -> Option<Self> {
        Some(match self {
            Self::Filled(Some(_)) => Self::Filled(None),
            Self::Domain(Some(_)) => Self::Domain(None),
            Self::PrefixAdded(Some(_)) => Self::PrefixAdded(None),
            Self::SuffixAdded(Some(_)) => Self::SuffixAdded(None),
            Self::PrefixRemoved(Some(_)) => Self::PrefixRemoved(None),
            Self::SuffixRemoved(Some(_)) => Self::SuffixRemoved(None),
            Self::Items(_, _) => Self::OtherItems,
            Self::Replaced(_, _) => Self::Other,
            _ => return None,
        })
    }

    /// Says what happens. Nothing in it steers a terminal or hides text; it is
    /// escaped for no other place. `named` says what a text stands for.
    pub(super) fn phrase(&self, named: impl Fn(&str) -> String) -> String {
        let text = |text: &String| words::value(Some(&Value::Text(named(text))));
        let plain = |text: &str| words::safe(text);
        let value = |value: &Value| match value {
            Value::Text(one) => text(one),
            Value::List(items) => {
                let items = items.iter().map(|item| named(item)).collect();
                words::value(Some(&Value::List(items)))
            }
        };
        match self {
            Self::Whole(action, reason) => format!("{}: {}", action.done(), plain(reason)),
            Self::Sensitive => "another value (not shown)".to_owned(),
            Self::Cleared => "cleared".to_owned(),
            Self::Filled(None) => "first filled".to_owned(),
            Self::Filled(Some(new)) => format!("first filled with {}", value(new)),
            Self::LetterCase => "letter case only".to_owned(),
            Self::WhiteSpace => "white space only".to_owned(),
            Self::Normalised => "the form of characters only".to_owned(),
            Self::Reordered => "reordered".to_owned(),
            Self::Domain(Some((old, new))) => format!("domain {} → {}", plain(old), plain(new)),
            Self::Domain(None) => "another domain".to_owned(),
            Self::LocalPart => "another name before the same domain".to_owned(),
            Self::PrefixAdded(it) => part("prefix", it.as_ref().map(text), "added"),
            Self::SuffixAdded(it) => part("suffix", it.as_ref().map(text), "added"),
            Self::PrefixRemoved(it) => part("prefix", it.as_ref().map(text), "removed"),
            Self::SuffixRemoved(it) => part("suffix", it.as_ref().map(text), "removed"),
            Self::Items(added, removed) => come_and_go(added, removed, text),
            Self::OtherItems => "other items".to_owned(),
            Self::Replaced(old, new) => format!("{} → {}", value(old), value(new)),
            Self::Became(new) => format!("other values → {}", value(new)),
            Self::Other => "other values".to_owned(),
        }
    }
}

fn part(what: &str, it: Option<String>, how: &str) -> String {
    match it {
        Some(it) => format!("{what} {it} {how}"),
        None => format!("{what} {how}"),
    }
}

fn come_and_go(added: &[String], removed: &[String], text: impl Fn(&String) -> String) -> String {
    let said = |items: &[String], how: &str| {
        let items: Vec<String> = items.iter().map(&text).collect();
        (!items.is_empty()).then(|| format!("{} {how}", items.join(", ")))
    };
    let parts = [said(added, "added"), said(removed, "removed")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The first thing that explains the whole difference, from the most harmless
/// on.
fn texts(old: &str, new: &str) -> Kind {
    if squeezed(old) == squeezed(new) {
        return Kind::WhiteSpace;
    }
    if old.nfkc().eq(new.nfkc()) {
        return Kind::Normalised;
    }
    if folded(old) == folded(new) {
        return Kind::LetterCase;
    }
    addresses(old, new)
        .or_else(|| is_reordered(old, new).then_some(Kind::Reordered))
        .or_else(|| around(old, new))
        .unwrap_or_else(|| Kind::Replaced(Value::from(old), Value::from(new)))
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn folded(text: &str) -> String {
    caseless::default_case_fold_str(&text.nfkc().collect::<String>())
}

fn addresses(old: &str, new: &str) -> Option<Kind> {
    let ((old_name, old_domain), (new_name, new_domain)) = (address(old)?, address(new)?);
    if old_name == new_name {
        let domains = (old_domain.to_lowercase(), new_domain.to_lowercase());
        return Some(Kind::Domain(Some(domains)));
    }
    old_domain
        .eq_ignore_ascii_case(new_domain)
        .then_some(Kind::LocalPart)
}

fn address(text: &str) -> Option<(&str, &str)> {
    let (name, domain) = text.split_once('@')?;
    let is_one = !name.is_empty() && !domain.is_empty() && !domain.contains('@');
    (is_one && !text.contains(char::is_whitespace)).then_some((name, domain))
}

/// `Anna Berg` and `Berg, Anna`.
fn is_reordered(old: &str, new: &str) -> bool {
    let words = |text: &str| {
        let mut count: BTreeMap<String, u64> = BTreeMap::new();
        let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        for word in words.filter(|word| !word.is_empty()) {
            *count.entry(word.to_owned()).or_default() += 1;
        }
        count
    };
    let words_of_old = words(old);
    words_of_old.len() > 1 && words_of_old == words(new)
}

fn around(old: &str, new: &str) -> Option<Kind> {
    let some = |text: &str| Some(text.to_owned());
    if let Some(prefix) = new.strip_suffix(old) {
        return Some(Kind::PrefixAdded(some(prefix)));
    }
    if let Some(suffix) = new.strip_prefix(old) {
        return Some(Kind::SuffixAdded(some(suffix)));
    }
    if let Some(prefix) = old.strip_suffix(new) {
        return Some(Kind::PrefixRemoved(some(prefix)));
    }
    let suffix = old.strip_prefix(new)?;
    Some(Kind::SuffixRemoved(some(suffix)))
}

fn items(old: &[String], new: &[String]) -> Kind {
    let without = |of: &[String], other: &[String]| -> Vec<String> {
        let mut left: Vec<String> = of
            .iter()
            .filter(|one| !other.contains(one))
            .cloned()
            .collect();
        left.sort_unstable();
        left
    };
    let (added, removed) = (without(new, old), without(old, new));
    match added.is_empty() && removed.is_empty() {
        true => Kind::Reordered,
        false => Kind::Items(added, removed),
    }
}
