//! `transform:` – a chain of steps, compiled.

use super::keys;
use super::reader::{self, Mapping};
use crate::constant::{self, Notation, Unusable};
use crate::diagnostic::Code;
use crate::source::Source;
use crate::transform::{
    Dates, Kind as Does, LONGEST_WITH, Otherwise, Phones, Replacement, Step, Table, Transform,
    unknown_capture,
};
use crate::yaml::{Entry, Kind, Node};
use regex::Regex;

/// Bytes of a pattern.
const LONGEST_PATTERN: usize = 4096;

/// Reads the chain of a mapping; empty if there is none. `None` if a step cannot
/// be used.
pub(super) fn transform(source: &mut Source<'_>, map: &Mapping<'_>) -> Option<Transform> {
    let Some(node) = map.get("transform") else {
        return Some(Transform::default());
    };
    // One step may stand for a chain of one.
    let nodes = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let steps: Vec<Option<Step>> = nodes.iter().map(|node| step(source, node)).collect();
    let steps: Option<Vec<Step>> = steps.into_iter().collect();
    steps.map(Transform::new)
}

fn step(source: &mut Source<'_>, node: &Node) -> Option<Step> {
    let kind = match &node.kind {
        Kind::Map(_) => described(source, node)?,
        Kind::Scalar(_) => word(source, node)?,
        _ => {
            let wanted = "a word such as `trim`, or a mapping such as `{split: \",\"}`";
            reader::wrong_type(source, node, "a step", wanted);
            return None;
        }
    };
    let at = source.line(node.span.start);
    Some(Step { kind, at })
}

/// A step that is a bare word.
fn word(source: &mut Source<'_>, node: &Node) -> Option<Does> {
    let described = keys::STEP.key(reader::peek(node).unwrap_or_default());
    if let Some(key) = described {
        let message = format!("The step `{}` needs to be told more", key.name);
        let help = format!("For example `{}`.", example(key.name));
        source
            .report(Code::WrongType, node.span.clone(), message)
            .help(help);
        return None;
    }
    let words = Does::WORDS;
    let places: Vec<(&'static str, usize)> = (0..).zip(&words).map(|(n, (w, _))| (*w, n)).collect();
    let place = reader::word(source, node, "a step", &places)?;
    words.into_iter().nth(place).map(|(_, kind)| kind)
}

fn example(step: &str) -> &'static str {
    match step {
        "replace" => "{replace: {pattern: \"[^0-9]\", with: \"\"}}",
        "split" => "{split: \",\"}",
        "join" => "{join: \", \"}",
        "date" => "{date: {from: \"%d.%m.%Y\", to: \"%Y-%m-%d\"}}",
        "phone" => "{phone: DE}",
        _ => "{map: {table: {DE: Germany}, otherwise: keep}}",
    }
}

/// A step that is told more.
fn described(source: &mut Source<'_>, node: &Node) -> Option<Does> {
    bare_words(source, node)?;
    let map = reader::mapping(source, node, &node.span, &keys::STEP)?;
    let mut given = keys::STEP.keys.iter().filter_map(|key| map.entry(key.name));
    let entry = given.next()?;
    if let Some(second) = given.next() {
        source
            .report(
                Code::KeyConflict,
                second.at.clone(),
                "A step has one key; this is a second one",
            )
            .help("Write each step as an item of its own: `[{split: \",\"}, first]`.");
        return None;
    }
    let value = &entry.value;
    match entry.key.as_str() {
        "replace" => replace(source, entry).map(Does::Replace),
        "split" => mark(source, value).map(Does::Split),
        "join" => reader::text(source, value, "`join`").map(|mark| Does::Join(mark.to_owned())),
        "date" => date(source, entry).map(Does::Date),
        "phone" => phone(source, value).map(Does::Phone),
        _ => table(source, entry).map(Does::Map),
    }
}

/// `{trim: true}` is the slip of somebody who has seen the others.
fn bare_words(source: &mut Source<'_>, node: &Node) -> Option<()> {
    let Kind::Map(entries) = &node.kind else {
        return None;
    };
    let is_bare = |entry: &&Entry| Does::WORDS.iter().any(|(word, _)| *word == entry.key);
    let Some(entry) = entries.iter().find(is_bare) else {
        let is_nothing = entries.is_empty();
        if is_nothing {
            source
                .report(Code::EmptyValue, node.span.clone(), "The step is empty")
                .help("Take it out, or name a step: `trim`.");
        }
        return (!is_nothing).then_some(());
    };
    let message = format!("The step `{}` is a word alone", entry.key);
    let help = format!("Write `{}`, without a colon.", entry.key);
    source
        .report(Code::WrongType, entry.at.clone(), message)
        .help(help);
    None
}

fn mark(source: &mut Source<'_>, node: &Node) -> Option<String> {
    let mark = reader::text(source, node, "`split`")?;
    if mark.is_empty() {
        source
            .report(Code::EmptyValue, node.span.clone(), "`split` is empty")
            .help("Say what stands between the parts: `{split: \",\"}`.");
        return None;
    }
    Some(mark.to_owned())
}

fn replace(source: &mut Source<'_>, entry: &Entry) -> Option<Replacement> {
    let map = reader::mapping(source, &entry.value, &entry.at, &keys::REPLACE)?;
    let pattern = map.get("pattern").and_then(|node| pattern(source, node));
    let with = map.get("with").and_then(|node| {
        let with = reader::text(source, node, "`with`")?;
        if with.len() > LONGEST_WITH {
            let message = format!(
                "`with` has {} bytes; at most {LONGEST_WITH} are allowed",
                with.len()
            );
            source.report(Code::OutOfRange, node.span.clone(), message);
            return None;
        }
        Some((node, with))
    });
    let (pattern, (node, with)) = (pattern?, with?);
    if let Some(unknown) = unknown_capture(&pattern, with) {
        let mut report = format!("The pattern has no capture `{}`", unknown.name);
        let is_number = unknown.name.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number && !unknown.written.starts_with("${") {
            report.push_str("; a name goes on as long as letters, digits and `_` follow");
        }
        source
            .report(Code::UnknownCapture, node.span.clone(), report)
            .help(
                "Captures are `$1` or `${name}`, in braces where letters follow; `$$` is a dollar.",
            );
        return None;
    }
    Some(Replacement::new(pattern, with))
}

fn pattern(source: &mut Source<'_>, node: &Node) -> Option<Regex> {
    let text = reader::text(source, node, "`pattern`")?;
    if text.is_empty() {
        source.report(Code::EmptyValue, node.span.clone(), "`pattern` is empty");
        return None;
    }
    let why = match text.len() > LONGEST_PATTERN {
        true => format!(
            "The pattern has {} bytes; at most {LONGEST_PATTERN} are allowed",
            text.len()
        ),
        false => match constant::pattern(text) {
            Ok(pattern) => return Some(pattern),
            Err(why) => why,
        },
    };
    source
        .report(Code::BadPattern, node.span.clone(), why)
        .help("In single quotes YAML leaves backslashes as they are: `'\\d+'`.");
    None
}

fn date(source: &mut Source<'_>, entry: &Entry) -> Option<Dates> {
    let map = reader::mapping(source, &entry.value, &entry.at, &keys::DATE)?;
    let mut from = Some(Vec::new());
    if let Some(node) = map.get("from") {
        let texts = reader::texts(source, node, "`from`");
        let notations: Vec<Option<Notation>> = texts
            .into_iter()
            .map(|(node, text)| usable(source, node, Notation::reading(text)))
            .collect();
        from = notations.into_iter().collect();
    }
    let to = map.get("to").and_then(|node| {
        let text = reader::filled(source, node, "`to`")?;
        usable(source, node, Notation::writing(text))
    });
    let zone = match map.get("zone") {
        Some(node) => {
            let text = reader::filled(source, node, "`zone`")?;
            Some(usable(source, node, constant::zone(text))?)
        }
        None => None,
    };
    Some(Dates::new(from?, to?, zone))
}

fn usable<T>(source: &mut Source<'_>, node: &Node, found: Result<T, Unusable>) -> Option<T> {
    match found {
        Ok(found) => Some(found),
        Err(Unusable { why, help }) => {
            source
                .report(Code::BadFormat, node.span.clone(), why)
                .help(help);
            None
        }
    }
}

fn phone(source: &mut Source<'_>, node: &Node) -> Option<Phones> {
    let region = reader::filled(source, node, "`phone`")?;
    let phones = Phones::new(region);
    if phones.is_none() {
        let help = match region.to_ascii_uppercase().as_str() {
            "UK" => "Great Britain is `GB`.",
            _ => "Regions have two letters, as in ISO 3166: `DE`, `GB`, `US`.",
        };
        source
            .report(
                Code::UnknownWord,
                node.span.clone(),
                format!("`{region}` is no region with telephone numbers"),
            )
            .help(help);
    }
    phones
}

fn table(source: &mut Source<'_>, entry: &Entry) -> Option<Table> {
    let map = reader::mapping(source, &entry.value, &entry.at, &keys::MAP)?;
    let otherwise = match map.entry("otherwise") {
        Some(entry) => otherwise(source, entry),
        None => Some(Otherwise::Keep),
    };
    let node = map.get("table")?;
    let rows = reader::entries(source, node, "`table`")?;
    if rows.is_empty() {
        source.report(Code::EmptyValue, node.span.clone(), "The table is empty");
        return None;
    }
    let mut table = Table::new(otherwise?);
    let mut complete = true;
    for row in rows {
        let value = reader::text(source, &row.value, "a value of the table");
        complete &= value.is_some() && add(source, &mut table, row, value.unwrap_or_default());
    }
    complete.then_some(table)
}

fn add(source: &mut Source<'_>, table: &mut Table, row: &Entry, value: &str) -> bool {
    if row.key.trim().is_empty() {
        source
            .report(
                Code::EmptyValue,
                row.at.clone(),
                "A key of the table is empty",
            )
            .help("What an empty value does is said by the field: `empty: absent`.");
        return false;
    }
    let is_new = table.add(&row.key, value);
    if !is_new {
        let message = format!("The table has a row for `{}` already", row.key);
        source
            .report(Code::DuplicateKey, row.at.clone(), message)
            .help("Keys are compared without regard to case and to how Unicode writes a letter.");
    }
    is_new
}

fn otherwise(source: &mut Source<'_>, entry: &Entry) -> Option<Otherwise> {
    if let Kind::Map(_) = &entry.value.kind {
        let map = reader::mapping(source, &entry.value, &entry.at, &keys::OTHERWISE)?;
        let text = reader::text(source, map.get("text")?, "`text`")?;
        return Some(Otherwise::Text(text.to_owned()));
    }
    let words = ["keep", "drop", "fail"].map(|word| (word, word));
    let word = reader::word(source, &entry.value, "`otherwise`", &words)?;
    Some(match word {
        "keep" => Otherwise::Keep,
        "drop" => Otherwise::Drop,
        _ => Otherwise::Fail,
    })
}
