//! `exceptions:` – files with decisions about single people.

use super::fragment::{self, Fragment};
use super::library::Library;
use super::{keys, reader};
use crate::diagnostic::Code;
use crate::exception::{Exception, ExceptionDeed, Person};
use crate::source::Source;
use crate::yaml::{Entry, Kind, Node};
use jiff::civil::Date;
use muster_model::{ExternalId, Username};
use reader::Mapping;
use std::collections::HashMap;

/// Opens the files that a policy names, in the order in which it names them.
pub(super) fn files<'t>(
    source: &mut Source<'_>,
    root: Option<&Node>,
    library: &'t Library,
) -> Vec<Fragment<'t>> {
    fragment::named(source, root, library, "exceptions", &keys::EXCEPTIONS)
}

/// Reads all of them. Nobody is decided about twice in one way.
pub(super) fn all(files: &mut [Fragment<'_>]) -> Vec<Exception> {
    let mut all = Vec::new();
    let mut known = Known::default();
    for file in files {
        let Some((source, entry)) = file.entry("exceptions") else {
            continue;
        };
        let Kind::List(items) = &entry.value.kind else {
            reader::wrong_type(source, &entry.value, "`exceptions`", "a list");
            continue;
        };
        for item in items {
            if let Some(exception) = exception(source, item)
                && known.is_new(source, item, &exception)
            {
                all.push(exception);
            }
        }
    }
    all
}

fn exception(source: &mut Source<'_>, node: &Node) -> Option<Exception> {
    let map = reader::mapping(source, node, &node.span, &keys::EXCEPTION)?;
    let deed = one_deed(source, node, &map).and_then(|entry| deed(source, entry));
    let text = |source: &mut Source<'_>, key: &str| {
        let text = reader::filled(source, map.get(key)?, &format!("`{key}`"))?;
        Some(text.trim().to_owned())
    };
    let (owner, reason) = (text(source, "owner"), text(source, "reason"));
    let expires = map.get("expires").map(|node| day(source, node));
    let needs_end = !matches!(deed, Some(ExceptionDeed::Pin { .. }) | None);
    if needs_end && expires.is_none() {
        source
            .report(
                Code::MissingKey,
                node.span.clone(),
                "The key `expires` is missing in an exception",
            )
            .help("Add its last day: `expires: 2027-03-31`. Only a pin may go without.");
        return None;
    }
    Some(Exception {
        deed: deed?,
        owner: owner?,
        reason: reason?,
        expires: match expires {
            Some(day) => Some(day?),
            None => None,
        },
        at: source.line(node.span.start),
    })
}

/// The one key that says what an exception does.
fn one_deed<'n>(source: &mut Source<'_>, node: &Node, map: &Mapping<'n>) -> Option<&'n Entry> {
    let deeds = ["exclude", "rename", "pin", "hold"];
    let mut given = deeds.into_iter().filter_map(|key| map.entry(key));
    let first = given.next();
    if first.is_none() {
        source
            .report(
                Code::MissingKey,
                node.span.clone(),
                "The exception does not say what it does",
            )
            .help(format!("It needs one of {}.", reader::listing(deeds)));
    }
    if let Some(second) = given.next() {
        source
            .report(
                Code::KeyConflict,
                second.at.clone(),
                format!(
                    "An exception does one thing, and `{}` is another",
                    second.key
                ),
            )
            .help("Make it an exception of its own.");
        return None;
    }
    first
}

fn deed(source: &mut Source<'_>, entry: &Entry) -> Option<ExceptionDeed> {
    let node = &entry.value;
    match entry.key.as_str() {
        "exclude" => person(source, node, "`exclude`").map(ExceptionDeed::Exclude),
        "hold" => person(source, node, "`hold`").map(ExceptionDeed::Hold),
        "rename" => {
            let map = reader::mapping(source, node, &entry.at, &keys::RENAMED)?;
            let to = username(source, map.get("to"), "`to`");
            Some(ExceptionDeed::Rename {
                person: named(source, &map, node, "`rename`")?,
                to: to?,
            })
        }
        _ => {
            let map = reader::mapping(source, node, &entry.at, &keys::PIN)?;
            let account = username(source, map.get("account"), "`account`");
            let id = reader::filled(source, map.get("id")?, "`id`");
            Some(ExceptionDeed::Pin {
                id: ExternalId::from(id?),
                account: account?,
            })
        }
    }
}

/// A person by username, or as `{id: …}`.
fn person(source: &mut Source<'_>, node: &Node, what: &str) -> Option<Person> {
    match &node.kind {
        Kind::Map(_) => {
            let map = reader::mapping(source, node, &node.span, &keys::PERSON)?;
            named(source, &map, node, what)
        }
        _ => username(source, Some(node), what).map(Person::Username),
    }
}

fn named(source: &mut Source<'_>, map: &Mapping<'_>, node: &Node, what: &str) -> Option<Person> {
    match (map.get("id"), map.get("username")) {
        (Some(id), None) => {
            let id = reader::filled(source, id, "`id`")?;
            Some(Person::Id(ExternalId::from(id)))
        }
        (None, Some(name)) => username(source, Some(name), "`username`").map(Person::Username),
        (Some(_), Some(second)) => {
            source
                .report(
                    Code::KeyConflict,
                    second.span.clone(),
                    format!("{what} names a person by `id` or by `username`, not by both"),
                )
                .help("The identifier survives a rename at the source.");
            None
        }
        (None, None) => {
            source
                .report(
                    Code::MissingKey,
                    node.span.clone(),
                    format!("{what} does not say whom it is about"),
                )
                .help("Name the person by `id` or by `username`.");
            None
        }
    }
}

fn username(source: &mut Source<'_>, node: Option<&Node>, what: &str) -> Option<Username> {
    Username::new(reader::filled(source, node?, what)?)
}

/// A day; none if it is not one.
fn day(source: &mut Source<'_>, node: &Node) -> Option<Date> {
    let text = reader::filled(source, node, "`expires`")?;
    let is_plain = text.len() == 10 && text.chars().all(|c| c.is_ascii_digit() || c == '-');
    let day = text.parse::<Date>().ok().filter(|_| is_plain);
    if day.is_none() {
        source
            .report(
                Code::BadConstant,
                node.span.clone(),
                format!("`{text}` is no day"),
            )
            .help("Write year, month and day: `2027-03-31`.");
    }
    day
}

/// What was decided so far, to tell when something is decided twice.
#[derive(Default)]
struct Known(HashMap<(&'static str, String), String>);

impl Known {
    fn is_new(&mut self, source: &mut Source<'_>, node: &Node, exception: &Exception) -> bool {
        let deed = &exception.deed;
        let person = match deed.person() {
            Person::Id(id) => format!("id {id}"),
            Person::Username(name) => format!("username {}", name.key()),
        };
        let taken = match deed {
            ExceptionDeed::Rename { to, .. } => Some(("to", to)),
            ExceptionDeed::Pin { account, .. } => Some(("account", account)),
            ExceptionDeed::Exclude(_) | ExceptionDeed::Hold(_) => None,
        };
        let mut claims = vec![((deed.as_str(), person), deed.person().as_str().to_owned())];
        claims.extend(taken.map(|(key, name)| {
            let claim = (key, name.key().as_str().to_owned());
            (claim, name.as_str().to_owned())
        }));
        for (claim, name) in claims {
            let before = self.0.insert(claim, exception.at.to_string());
            if let Some(before) = before {
                source
                    .report(
                        Code::DuplicateName,
                        node.span.clone(),
                        format!("`{}` decides about `{name}` a second time", deed.as_str()),
                    )
                    .label(format!("it was decided in {before}"))
                    .help("Keep one of the two.");
                return false;
            }
        }
        true
    }
}
