//! A lock's text, read.

use super::{Entry, FORMAT, Lock, LockFault};
use crate::digest::Digest;
use crate::key::PublicKey;
use crate::reference::Reference;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::str::FromStr;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "it was looked at before")]
    format: toml::Value,
    #[serde(default)]
    plugin: Vec<Spanned<Plugin>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plugin {
    source: Spanned<String>,
    name: String,
    version: String,
    api: String,
    digest: Spanned<String>,
    #[serde(default)]
    manifest: Option<Spanned<String>>,
    memory_mib: u32,
    needs: Vec<String>,
    #[serde(default)]
    key: Option<Spanned<String>>,
}

/// What a merge writes at the beginning of a line.
const MARKS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

pub(super) fn parse(text: &str) -> Result<Lock, LockFault> {
    // Some editors write one.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = Lines(text);
    let is_mark = |line: &str| MARKS.iter().any(|mark| line.starts_with(mark));
    if let Some(at) = text.lines().position(is_mark) {
        return Err(LockFault::Conflict { line: at + 1 });
    }
    let wrong = |error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        lines.fault(at, one_line(error.message()))
    };
    let table: toml::Table = toml::from_str(text).map_err(wrong)?;
    // What the rest means depends on it.
    match table.get("format") {
        Some(toml::Value::Integer(found)) if *found == i64::from(FORMAT) => {}
        Some(toml::Value::Integer(found)) => {
            return Err(LockFault::Format {
                found: *found,
                wanted: FORMAT,
            });
        }
        _ => return Err(lines.fault(0, format!("it does not begin with `format = {FORMAT}`"))),
    }
    let file: File = toml::from_str(text).map_err(wrong)?;
    entries(&file.plugin, &lines)
}

fn entries(plugins: &[Spanned<Plugin>], lines: &Lines<'_>) -> Result<Lock, LockFault> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for plugin in plugins {
        let source = &plugin.get_ref().source;
        let (source, at) = (source.get_ref(), source.span().start);
        if let Some(first) = seen.insert(source, at) {
            return Err(LockFault::Twice {
                source_name: source.clone(),
                first: lines.of(first),
                second: lines.of(at),
            });
        }
    }
    let mut lock = Lock::default();
    for plugin in plugins {
        lock.put(entry(plugin.get_ref(), lines)?);
    }
    Ok(lock)
}

fn entry(plugin: &Plugin, lines: &Lines<'_>) -> Result<Entry, LockFault> {
    let source = plugin.source.get_ref();
    let at = plugin.source.span().start;
    let manifest = plugin.manifest.as_ref();
    let manifest = manifest
        .map(|text| lines.value::<Digest>(text))
        .transpose()?;
    let key = plugin.key.as_ref();
    let key = key.map(|text| lines.value::<PublicKey>(text)).transpose()?;
    if Reference::is_meant(source) {
        Reference::parse(source).map_err(|error| lines.fault(at, error.to_string()))?;
        if manifest.is_none() {
            let why = format!("`{source}` comes from a registry, and its `manifest` is missing");
            return Err(lines.fault(at, why));
        }
    } else if source.is_empty() {
        return Err(lines.fault(at, "the source is empty".to_owned()));
    } else if manifest.is_some() || key.is_some() {
        let why = format!("`{source}` is a file: it has neither a `manifest` nor a `key`");
        return Err(lines.fault(at, why));
    }
    Ok(Entry {
        source: source.clone(),
        name: plugin.name.clone(),
        version: plugin.version.clone(),
        api: plugin.api.clone(),
        digest: lines.value(&plugin.digest)?,
        manifest,
        memory_mib: plugin.memory_mib,
        needs: plugin.needs.clone(),
        key,
    })
}

/// Where something stands in a text.
struct Lines<'t>(&'t str);

impl Lines<'_> {
    /// The line of a byte, counted from 1.
    fn of(&self, at: usize) -> usize {
        let before = self.0.as_bytes().iter().take(at);
        before.filter(|byte| **byte == b'\n').count() + 1
    }

    fn fault(&self, at: usize, why: String) -> LockFault {
        LockFault::Text {
            line: self.of(at),
            why,
        }
    }

    fn value<T: FromStr<Err: ToString>>(&self, text: &Spanned<String>) -> Result<T, LockFault> {
        let parsed = text.get_ref().parse();
        parsed.map_err(|error: T::Err| self.fault(text.span().start, error.to_string()))
    }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
