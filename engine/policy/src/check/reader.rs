//! Reads typed values out of the tree, and reports what is not as it should be.

use crate::diagnostic::Code;
use crate::fix::Fix;
use crate::language::{Key, Need, Section, Takes};
use crate::nearest::{nearest, only_near};
use crate::source::Source;
use crate::yaml::{Entry, Kind, Node, Origin, Plain, Style};
use std::ops::Range;

/// The checked keys of one mapping.
#[derive(Debug)]
pub(crate) struct Mapping<'n>(Vec<&'n Entry>);

impl<'n> Mapping<'n> {
    /// The entry of a key.
    pub(crate) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.0.iter().copied().find(|entry| entry.key == key)
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }
}

/// Checks a mapping's keys against its section. `at` is where the mapping's own
/// key stands: what is missing is reported there.
pub(crate) fn mapping<'n>(
    source: &mut Source<'_>,
    node: &'n Node,
    at: &Range<usize>,
    section: &Section,
) -> Option<Mapping<'n>> {
    let entries = entries(source, node, section.name)?;
    let mut known = Vec::new();
    for entry in entries {
        match section.key(&entry.key) {
            Some(_) => known.push(entry),
            None => unknown_key(source, entry, section, entries),
        }
    }
    for key in section.keys {
        let there = entries.iter().any(|entry| entry.key == key.name);
        if key.need == Need::Required && !there {
            let message = format!("The key `{}` is missing in {}", key.name, section.name);
            let fix = version_line(source, node, key);
            source
                .report(Code::MissingKey, at.clone(), message)
                .help(example(key.name))
                .maybe_fix(fix);
        }
    }
    Some(Mapping(known))
}

/// The version of the language, which is only one, in a line of its own.
fn version_line(source: &Source<'_>, node: &Node, key: &Key) -> Option<Fix> {
    let Takes::Version(version) = key.takes else {
        return None;
    };
    let start = node.span.start;
    let before = source.text.get(..start)?;
    let begins_line = before.is_empty() || before.ends_with(['\n', '\u{feff}']);
    if !begins_line || source.text.get(start..)?.starts_with('{') {
        return None;
    }
    let line = format!("{}: {version}\n", key.name);
    Some(source.fix(format!("Write `{}`", line.trim()), [(start..start, line)]))
}

/// The entries of a mapping whose keys are free.
pub(crate) fn entries<'n>(
    source: &mut Source<'_>,
    node: &'n Node,
    what: &str,
) -> Option<&'n [Entry]> {
    match &node.kind {
        Kind::Map(entries) => Some(entries),
        _ => {
            wrong_type(source, node, what, "a mapping");
            None
        }
    }
}

fn example(key: &str) -> String {
    let value = match key {
        "muster" => "1",
        "directory" => "staff",
        "provider" => "{plugin: csv, config: {file: people.csv}}",
        "plugin" => "ldap",
        "identity" => "{key: external_id, username: uid}",
        "username" => "uid",
        "name" => "contract-ended",
        "when" => "entry.employeeType == \"service\"",
        "max_percent" => "20",
        "limit" => "500",
        _ => "…",
    };
    format!("Add `{key}: {value}`, or what it is for you.")
}

fn unknown_key(source: &mut Source<'_>, entry: &Entry, section: &Section, beside: &[Entry]) {
    let name = &entry.key;
    let here = section.keys.iter().map(|key| key.name);
    let elsewhere = source
        .sections
        .iter()
        .find(|other| other.key(name).is_some());
    let help = match (nearest(name, here.clone()), elsewhere) {
        (Some(near), _) => format!("Did you mean `{near}`?"),
        (None, Some(other)) => format!("`{name}` is a key of {}.", other.name),
        (None, None) => format!("It may have {}.", listing(here.clone())),
    };
    // A key that is there already was not meant.
    let free = here.filter(|key| !beside.iter().any(|other| other.key == *key));
    let fix = only_near(name, free)
        .map(|near| source.fix(format!("Write `{near}`"), [(entry.at.clone(), near)]));
    let message = format!("There is no key `{name}` in {}", section.name);
    source
        .report(Code::UnknownKey, entry.at.clone(), message)
        .help(help)
        .maybe_fix(fix);
}

/// Lists words in backticks: "`a`, `b` and `c`".
pub(crate) fn listing<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.pop() {
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
        None => String::new(),
    }
}

/// Reports that something else was wanted; a broken node was reported before.
pub(crate) fn wrong_type(source: &mut Source<'_>, node: &Node, what: &str, wanted: &str) {
    wrong_type_with(source, node, what, wanted, None);
}

fn wrong_type_with(
    source: &mut Source<'_>,
    node: &Node,
    what: &str,
    wanted: &str,
    fix: Option<Fix>,
) {
    let found = match &node.kind {
        Kind::Broken => return,
        Kind::List(_) => "a list",
        Kind::Map(_) => "a mapping",
        Kind::Scalar(scalar) if scalar.style != Style::Plain => "a text",
        Kind::Scalar(scalar) => match Plain::of(&scalar.text) {
            Plain::Null => "nothing",
            Plain::Bool(_) => "a truth value",
            Plain::Whole(_) => "a number",
            Plain::Float(_) => "a number with a fraction",
            Plain::Ambiguous | Plain::Text => "a text",
        },
    };
    let message = format!("{} must be {wanted}, not {found}", capital(what));
    source
        .report(Code::WrongType, node.span.clone(), message)
        .label(format!("this is {found}"))
        .maybe_fix(fix);
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// A text. A plain scalar counts as it is written, so that `no`, `007` and
/// `2026-11-23` are the texts that they look like; only nothing is no text.
pub(crate) fn text<'n>(source: &mut Source<'_>, node: &'n Node, what: &str) -> Option<&'n str> {
    let text = peek(node);
    if text.is_none() {
        wrong_type(source, node, what, "a text");
    }
    text
}

/// A text, if it is one; nothing is reported.
pub(crate) fn peek(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Scalar(scalar) if scalar.style != Style::Plain => Some(&scalar.text),
        Kind::Scalar(scalar) if Plain::of(&scalar.text) != Plain::Null => Some(&scalar.text),
        _ => None,
    }
}

/// A text with something in it.
pub(crate) fn filled<'n>(source: &mut Source<'_>, node: &'n Node, what: &str) -> Option<&'n str> {
    let text = text(source, node, what)?;
    if text.trim().is_empty() {
        let message = format!("{} is empty", capital(what));
        source.report(Code::EmptyValue, node.span.clone(), message);
        return None;
    }
    Some(text)
}

/// A list of texts; one text stands for a list of one.
pub(crate) fn texts<'n>(
    source: &mut Source<'_>,
    node: &'n Node,
    what: &str,
) -> Vec<(&'n Node, &'n str)> {
    match &node.kind {
        Kind::List(items) => items
            .iter()
            .filter_map(|item| filled(source, item, what).map(|text| (item, text)))
            .collect(),
        Kind::Scalar(_) => filled(source, node, what)
            .map(|text| (node, text))
            .into_iter()
            .collect(),
        _ => {
            wrong_type(source, node, what, "a list of texts");
            Vec::new()
        }
    }
}

/// `true` or `false`.
pub(crate) fn flag(source: &mut Source<'_>, node: &Node, what: &str) -> Option<bool> {
    let plain = match &node.kind {
        Kind::Scalar(scalar) if scalar.style == Style::Plain => Plain::of(&scalar.text),
        _ => Plain::Text,
    };
    match plain {
        Plain::Bool(flag) => Some(flag),
        Plain::Ambiguous => {
            source
                .report(
                    Code::Ambiguous,
                    node.span.clone(),
                    format!("{} must be `true` or `false`", capital(what)),
                )
                .help("`yes`, `no`, `on` and `off` mean different things to different readers of YAML.");
            None
        }
        _ => {
            wrong_type(source, node, what, "`true` or `false`");
            None
        }
    }
}

/// A whole number from 0 to `most`.
pub(crate) fn whole(source: &mut Source<'_>, node: &Node, what: &str, most: u64) -> Option<u64> {
    let number = match &node.kind {
        Kind::Scalar(scalar) if scalar.style == Style::Plain => match Plain::of(&scalar.text) {
            Plain::Whole(number) => Some(number),
            _ => None,
        },
        _ => None,
    };
    let Some(number) = number else {
        not_whole(source, node, what, most);
        return None;
    };
    match u64::try_from(number) {
        Ok(number) if number <= most => Some(number),
        _ => {
            let message = format!("{} must lie between 0 and {most}", capital(what));
            source.report(Code::OutOfRange, node.span.clone(), message);
            None
        }
    }
}

fn not_whole(source: &mut Source<'_>, node: &Node, what: &str, most: u64) {
    let digits = match &node.kind {
        Kind::Scalar(scalar) if matches!(scalar.style, Style::Single | Style::Double) => {
            scalar.text.as_str()
        }
        _ => "",
    };
    let is_meant = matches!(Plain::of(digits), Plain::Whole(number)
        if u64::try_from(number).is_ok_and(|number| number <= most));
    let fix = (is_meant && stands_in_file(node))
        .then(|| source.fix(format!("Write `{digits}`"), [(node.span.clone(), digits)]));
    wrong_type_with(source, node, what, "a whole number", fix);
}

/// False for what a value of the environment put there.
pub(crate) fn stands_in_file(node: &Node) -> bool {
    !matches!(&node.kind, Kind::Scalar(scalar) if scalar.origin == Origin::Value)
}

/// One of some words.
pub(crate) fn word<T: Copy>(
    source: &mut Source<'_>,
    node: &Node,
    what: &str,
    words: &[(&'static str, T)],
) -> Option<T> {
    let text = text(source, node, what)?;
    if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
        return Some(*meaning);
    }
    let known = words.iter().map(|(word, _)| *word);
    let help = match nearest(text, known.clone()) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => format!("It can be {}.", listing(known.clone())),
    };
    let fix = only_near(text, known)
        .filter(|_| stands_in_file(node))
        .map(|near| source.fix(format!("Write `{near}`"), [(node.span.clone(), near)]));
    let message = format!("`{text}` is not possible for {what}");
    source
        .report(Code::UnknownWord, node.span.clone(), message)
        .help(help)
        .maybe_fix(fix);
    None
}
