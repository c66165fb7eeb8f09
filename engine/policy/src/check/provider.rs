//! `provider:` – the plugin, its settings, and where its secrets come from.

use super::{keys, leaks, reader};
use crate::diagnostic::Code;
use crate::policy::{FullRead, Provider, SecretSource};
use crate::source::Source;
use crate::yaml::{Entry, Kind, Node, Origin, Plain, Scalar, Style};
use muster_model::PolicyLine;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::ops::Range;

/// Parts of names under which people keep secrets.
const SECRETIVE: [&str; 9] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
];
/// Endings that make of such a name the name of a place or a kind of secret.
const HARMLESS: [&str; 9] = [
    "_file",
    "_path",
    "_url",
    "_uri",
    "_endpoint",
    "_type",
    "_env",
    "_field",
    "_attribute",
];

pub(super) fn provider(source: &mut Source<'_>, entry: &Entry) -> Option<Provider> {
    let map = reader::mapping(source, &entry.value, &entry.at, &keys::PROVIDER)?;
    let plugin = map
        .get("plugin")
        .and_then(|node| reader::filled(source, node, "`plugin`"));
    let (config, config_lines) = map
        .get("config")
        .map_or_else(Default::default, |node| config(source, node));
    let secrets = map
        .get("secrets")
        .map_or_else(Default::default, |node| secrets(source, node));
    let full_read = map
        .get("full_read")
        .and_then(|node| full_read(source, node));
    let keep_reads = map
        .get("keep_reads")
        .and_then(|node| reader::whole(source, node, "`keep_reads`", MOST_KEPT));
    Some(Provider {
        full_read: full_read.unwrap_or_default(),
        keep_reads: keep_reads
            .and_then(|number| u32::try_from(number).ok())
            .unwrap_or(KEPT),
        plugin: plugin?.to_owned(),
        config,
        config_lines,
        secrets,
        at: source.line(entry.at.start),
    })
}

/// Of how many runs what was read is kept, unless the policy says otherwise.
const KEPT: u32 = 30;

/// Of how many runs it may be kept.
const MOST_KEPT: u64 = 10_000;

/// The longest time between two complete reads, in hours.
const LONGEST: u32 = 31 * 24;

/// `always`, or hours or days: `24h`, `7d`.
fn full_read(source: &mut Source<'_>, node: &Node) -> Option<FullRead> {
    let text = reader::filled(source, node, "`full_read`")?;
    if text == "always" {
        return Some(FullRead::Always);
    }
    let number = |digits: &str| digits.parse::<u32>().ok();
    let hours = match (text.strip_suffix('h'), text.strip_suffix('d')) {
        (Some(hours), _) => number(hours),
        (_, Some(days)) => number(days).and_then(|days| days.checked_mul(24)),
        _ => None,
    };
    match hours {
        Some(hours @ 1..=LONGEST) => Some(FullRead::Declared(hours)),
        Some(_) => {
            source
                .report(
                    Code::OutOfRange,
                    node.span.clone(),
                    format!("`full_read` cannot be `{text}`"),
                )
                .help("It can be anything from `1h` to `31d`, and `always`: only a complete read shows what a feed has missed.");
            None
        }
        None => {
            source
                .report(
                    Code::UnknownWord,
                    node.span.clone(),
                    format!("`{text}` is not possible for `full_read`"),
                )
                .help("It can be `always`, or a number of hours or days: `24h`, `7d`.");
            None
        }
    }
}

type Config = (Map<String, Value>, BTreeMap<String, PolicyLine>);

fn config(source: &mut Source<'_>, node: &Node) -> Config {
    let mut settings = Map::new();
    let mut lines = BTreeMap::new();
    for entry in reader::entries(source, node, "`config`").unwrap_or_default() {
        lines.insert(entry.key.clone(), source.line(entry.at.start));
        let value = setting(source, entry);
        settings.insert(entry.key.clone(), value);
    }
    (settings, lines)
}

/// One setting as JSON; what is wrong in it is reported, and null.
fn setting(source: &mut Source<'_>, entry: &Entry) -> Value {
    if let Kind::Scalar(scalar) = &entry.value.kind {
        let plain = scalar.style == Style::Plain;
        let holds_text =
            !(plain && matches!(Plain::of(&scalar.text), Plain::Null | Plain::Bool(_)));
        if holds_text && is_secretive(&entry.key) && !scalar.text.is_empty() {
            leaked(source, entry.value.span.clone(), &entry.key);
            return Value::Null;
        }
    }
    json(source, &entry.value, &entry.key)
}

fn json(source: &mut Source<'_>, node: &Node, name: &str) -> Value {
    match &node.kind {
        Kind::Broken => Value::Null,
        Kind::Scalar(scalar) => scalar_json(source, scalar, &node.span, name),
        Kind::List(items) => items.iter().map(|item| json(source, item, name)).collect(),
        Kind::Map(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), setting(source, entry)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

fn scalar_json(source: &mut Source<'_>, scalar: &Scalar, span: &Range<usize>, name: &str) -> Value {
    if has_credentials(&scalar.text) {
        source
            .report(Code::SecretInPolicy, span.clone(), format!("The address in `{name}` holds a password"))
            .label("a policy is under version control; no secret belongs here")
            .help("Take user and password out of the address; the plugin has a setting for the user and a secret for the password. Then change the password: whoever read this file knows it.");
        return Value::Null;
    }
    if leaks::looks_random(&scalar.text) {
        leaked(source, span.clone(), name);
        return Value::Null;
    }
    if scalar.style != Style::Plain {
        return Value::from(scalar.text.as_str());
    }
    match Plain::of(&scalar.text) {
        Plain::Null => Value::Null,
        Plain::Bool(flag) => flag.into(),
        Plain::Whole(number) => number.into(),
        Plain::Float(number) => number.into(),
        Plain::Text => scalar.text.as_str().into(),
        Plain::Ambiguous => {
            let text = &scalar.text;
            let number = text.ends_with(|c: char| c.is_ascii_digit());
            let help = if number {
                format!("Write `\"{text}\"` for the text, or the number without zeros in front.")
            } else {
                format!("Write `true` or `false`, or `\"{text}\"` for the text.")
            };
            let in_quotes = format!("\"{text}\"");
            let title = format!("Write the text `{in_quotes}`");
            let fix = (scalar.origin == Origin::File)
                .then(|| source.fix(title, [(span.clone(), in_quotes)]))
                .map(|fix| if number { fix.guess() } else { fix });
            source
                .report(
                    Code::Ambiguous,
                    span.clone(),
                    format!("`{text}` means different things to different readers of YAML"),
                )
                .help(help)
                .maybe_fix(fix);
            Value::Null
        }
    }
}

fn is_secretive(name: &str) -> bool {
    let name: String = name.to_lowercase().replace('-', "_");
    SECRETIVE.iter().any(|part| name.contains(part))
        && !HARMLESS.iter().any(|end| name.ends_with(end))
}

/// True for `scheme://user:password@host`.
fn has_credentials(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    authority
        .rsplit_once('@')
        .and_then(|(user, _)| user.split_once(':'))
        .is_some_and(|(_, password)| !password.is_empty())
}

fn leaked(source: &mut Source<'_>, span: Range<usize>, name: &str) {
    source
        .report(Code::SecretInPolicy, span, format!("The policy holds a secret in `{name}`"))
        .label("a policy is under version control; no secret belongs here")
        .help(format!(
            "Under `secrets`, say where it comes from: `{name}: {{env: NAME}}`, `{{file: PATH}}` or `{{command: [PROGRAM, …]}}`. Then change the secret: whoever read this file knows it."
        ));
}

fn secrets(source: &mut Source<'_>, node: &Node) -> BTreeMap<String, SecretSource> {
    let entries = reader::entries(source, node, "`secrets`").unwrap_or_default();
    let named = entries
        .iter()
        .filter_map(|entry| secret(source, entry).map(|from| (entry.key.clone(), from)));
    named.collect()
}

fn secret(source: &mut Source<'_>, entry: &Entry) -> Option<SecretSource> {
    if let Kind::Scalar(scalar) = &entry.value.kind
        && !scalar.text.is_empty()
    {
        leaked(source, entry.value.span.clone(), &entry.key);
        return None;
    }
    let map = reader::mapping(source, &entry.value, &entry.at, &keys::SECRET)?;
    let given: Vec<&str> = ["env", "file", "command"]
        .into_iter()
        .filter(|key| map.get(key).is_some())
        .collect();
    match given.as_slice() {
        ["env"] => variable(source, map.get("env")?).map(SecretSource::Env),
        ["file"] => reader::filled(source, map.get("file")?, "`file`")
            .map(|path| SecretSource::File(path.to_owned())),
        ["command"] => command(source, map.get("command")?).map(SecretSource::Command),
        [] => {
            source
                .report(
                    Code::MissingKey,
                    entry.at.clone(),
                    format!("It is not said where `{}` comes from", entry.key),
                )
                .help("Give `env`, `file` or `command`.");
            None
        }
        _ => {
            let message = format!(
                "`{}` comes from several places: {}",
                entry.key,
                reader::listing(given)
            );
            source
                .report(Code::KeyConflict, entry.at.clone(), message)
                .help("Keep one of them.");
            None
        }
    }
}

fn variable(source: &mut Source<'_>, node: &Node) -> Option<String> {
    let name = reader::filled(source, node, "`env`")?;
    if !is_variable(name) {
        let bare = name.trim_start_matches('$').trim_matches(['{', '}']);
        let fix = (is_variable(bare) && reader::stands_in_file(node))
            .then(|| source.fix(format!("Write `{bare}`"), [(node.span.clone(), bare)]));
        source
            .report(
                Code::BadName,
                node.span.clone(),
                "This cannot be the name of an environment variable",
            )
            .help("Give the variable's name, without `$`: letters, digits and `_`.")
            .maybe_fix(fix);
        return None;
    }
    Some(name.to_owned())
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn command(source: &mut Source<'_>, node: &Node) -> Option<Vec<String>> {
    if !matches!(node.kind, Kind::List(_)) {
        reader::wrong_type(
            source,
            node,
            "`command`",
            "a list: the program and its arguments",
        );
        return None;
    }
    let words: Vec<String> = reader::texts(source, node, "`command`")
        .into_iter()
        .map(|(_, word)| word.to_owned())
        .collect();
    if words.is_empty() {
        source
            .report(Code::EmptyValue, node.span.clone(), "The command is empty")
            .help("The first item is the program: `[pass, show, ldap]`.");
        return None;
    }
    Some(words)
}
