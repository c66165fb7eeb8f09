//! Active Directory: DirSync, for logins that may replicate. It tells changes
//! of the attributes that it is asked for, deleted objects, and members one by
//! one.

use super::usn::{deleted, invocation};
use super::{Changes, Field, Position, Refusal, UNITS, is_refused, renamed_unit};
use crate::directory::{open, walk};
use crate::filter;
use crate::outcome;
use muster_sdk::Failure;
use muster_sdk::ldap::{DirSync, Entry, Mode, Outcome, Query};

/// Members that came, members that left: marked so, and no ranges.
const CAME: &str = "member;range=1-1";
const LEFT: &str = "member;range=0-0";

/// Locked now, as the server computes it.
const COMPUTED: &str = "msDS-User-Account-Control-Computed";

/// Values of links one by one.
const INCREMENTAL: u32 = 0x8000_0000;

/// Answers to one question that are taken before it is given up.
const ANSWERS: usize = 100_000;

/// `supportedControl`.
const CONTROL: &str = "1.2.840.113556.1.4.841";

/// What is asked for: deleted objects have lost their category, so it is the
/// class that counts.
const KINDS: [&str; 3] = [PEOPLE, GROUPS, UNITS];
const PEOPLE: &str = "(objectClass=person)";
const GROUPS: &str = "(objectClass=group)";

/// The cookies to begin with. The server gives none without showing what there
/// is, so this passes once over everybody, for two attributes.
pub(super) fn position(field: &mut Field<'_>) -> Result<Result<Position, Refusal>, Failure> {
    let root = &field.context.root;
    if !root.controls.iter().any(|control| control == CONTROL)
        || root.default_naming_context.is_none()
    {
        return Ok(Err("the server offers no DirSync".to_owned()));
    }
    if invocation(root)?.is_none() || field.context.is_global_catalogue() {
        return Ok(Err("the server cannot be told from others".to_owned()));
    }
    let mut cookies = Vec::new();
    for context in field.contexts.clone() {
        for kind in KINDS {
            let query = field.query(&context, kind.to_owned(), Mode::Plain, &["name"]);
            match pass(query, Vec::new(), |_| Ok(()))? {
                Ok(cookie) => cookies.push(cookie),
                Err(said) if is_refused(&said) => {
                    return Ok(Err(format!(
                        "DirSync needs the right `Replicating Directory Changes` on `{context}`: {}",
                        outcome::said(&said)
                    )));
                }
                Err(said) => return Err(outcome::failure(&said, "DirSync")),
            }
        }
    }
    Ok(Ok(Position::DirSync(cookies)))
}

/// Everything that happened after the cookies.
pub(super) fn changes(
    field: &mut Field<'_>,
    cookies: &[Vec<u8>],
) -> Result<(Changes, Position), Failure> {
    let mut changes = Changes::default();
    let (mut before, mut after) = (cookies.iter(), Vec::new());
    for context in field.contexts.clone() {
        for kind in KINDS {
            let cookie = before.next().cloned();
            let cookie = cookie
                .ok_or_else(|| Failure::stale_cursor("the cursor is of other naming contexts"))?;
            let query = asked(field, &context, kind);
            let passed = pass(query, cookie, |entry| {
                note(field, kind, entry, &mut changes)
            })?;
            // A cookie of another controller, or one that is too old.
            after.push(passed.map_err(|said| {
                Failure::stale_cursor(format!(
                    "DirSync does not take the cursor: {}",
                    outcome::said(&said)
                ))
            })?);
        }
    }
    Ok((changes, Position::DirSync(after)))
}

/// Whatever changes a person's row: what is not asked for is not told.
fn asked(field: &Field<'_>, context: &str, kind: &str) -> Query {
    let common = ["isDeleted", "isRecycled", "name"];
    if kind != PEOPLE {
        let links = [&common[..], &[CAME, LEFT]].concat();
        return field.query(context, kind.to_owned(), Mode::Plain, &links);
    }
    let mut query = field.query(context, kind.to_owned(), Mode::Plain, &common);
    let by_filter = filter::names(field.context.people_filter());
    let primary = "primaryGroupID".to_owned();
    for name in field
        .mapping
        .names()
        .iter()
        .chain(&by_filter)
        .chain([&primary])
    {
        let is_there = query
            .attributes
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name));
        // What the server computes never changes, as DirSync sees it.
        if !is_there && !name.eq_ignore_ascii_case(COMPUTED) {
            query.attributes.push(name.clone());
        }
    }
    query
}

fn note(
    field: &mut Field<'_>,
    kind: &str,
    entry: Entry<'_>,
    changes: &mut Changes,
) -> Result<(), Failure> {
    let is_deleted = entry
        .first(2)
        .is_some_and(|value| value.eq_ignore_ascii_case(b"TRUE"));
    if is_deleted {
        // Its class did not change, so it may not be told.
        changes.any_group |= kind == GROUPS;
        deleted(field, entry, 3, changes);
        return Ok(());
    }
    if kind == PEOPLE {
        changes.touched.extend(field.key(entry));
        return Ok(());
    }
    if kind == UNITS {
        // A new unit comes with its class; a renamed one with its name alone.
        return match entry.first(1) {
            Some(_) => Ok(()),
            None => Err(renamed_unit(&String::from_utf8_lossy(entry.dn()))),
        };
    }
    // Told if it is new or was renamed: then others may be reported than before.
    changes.named |= entry.first(4).is_some();
    let Ok(group) = field.context.names.digest(entry.dn()) else {
        changes.any_group = true;
        return Ok(());
    };
    for column in [5, 6] {
        changes
            .links
            .extend(entry.values(column).map(|member| (group, member.to_vec())));
    }
    Ok(())
}

/// Asks until there is no more, and returns the last cookie, or the answer of a
/// server that refuses.
fn pass(
    query: Query,
    mut cookie: Vec<u8>,
    mut each: impl FnMut(Entry<'_>) -> Result<(), Failure>,
) -> Result<Result<Vec<u8>, Outcome>, Failure> {
    for _ in 0..ANSWERS {
        let ask = DirSync {
            options: INCREMENTAL,
            cookie: std::mem::take(&mut cookie),
        };
        let query = Query {
            mode: Mode::DirSync(ask),
            ..query.clone()
        };
        let said = walk(&open(&query)?, &mut each)?;
        let Some(feed) = said.feed.clone().filter(|_| said.code == 0) else {
            return Ok(Err(said));
        };
        cookie = feed.cookie.unwrap_or_default();
        if !feed.more {
            return Ok(Ok(cookie));
        }
    }
    Err(Failure::data("DirSync does not come to an end"))
}
