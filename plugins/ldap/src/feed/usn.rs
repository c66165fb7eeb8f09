//! Active Directory: `uSNChanged`, which each domain controller counts by
//! itself.

use super::{Changes, Field, Position, Refusal, UNITS};
use crate::directory::{ANYTHING, CONNECTION, Found, Lookup, below, lookup};
use crate::filter;
use crate::root::Root;
use muster_sdk::ldap::{Mode, Query, Scope};
use muster_sdk::{Failure, Removal, ldap};

/// The number to begin with, if deleted objects can be seen: a feed that cannot
/// tell who is gone is none.
pub(super) fn position(field: &Field<'_>) -> Result<Result<Position, Refusal>, Failure> {
    let root = &field.context.root;
    let Some(usn) = root.highest_usn else {
        return Ok(Err("the server shows no `highestCommittedUSN`".to_owned()));
    };
    if field.context.is_global_catalogue() {
        return Ok(Err(
            "a global catalogue has only a part of every change".to_owned()
        ));
    }
    if invocation(root)?.is_none() {
        let why = "the login may not read the server's `invocationId`";
        return Ok(Err(why.to_owned()));
    }
    for context in &field.contexts {
        if !sees_deleted(context)? {
            return Ok(Err(format!(
                "the login sees no deleted object of `{context}`: give it the right to list and read `CN=Deleted Objects` there, and what is in it"
            )));
        }
    }
    Ok(Ok(Position::Usn(usn)))
}

fn deleted_objects(context: &str) -> String {
    format!("CN=Deleted Objects,{context}")
}

/// True if some deleted object is shown. That the container is shown proves
/// nothing: a server may show it to everybody, and nothing of what is in it.
fn sees_deleted(context: &str) -> Result<bool, Failure> {
    let base = deleted_objects(context);
    let query = Query {
        mode: Mode::WithDeleted,
        scope: Scope::One,
        ..below(
            &base,
            "(isDeleted=TRUE)".to_owned(),
            vec!["1.1".to_owned()],
            100,
        )
    };
    // The first block is enough; the rest is not asked for.
    let block = ldap::open(CONNECTION, &query)?.next()?;
    Ok(!block.is_empty())
}

/// The life of a domain controller, which ends when it is restored.
pub(super) fn invocation(root: &Root) -> Result<Option<String>, Failure> {
    let Some(service) = &root.service else {
        return Ok(None);
    };
    let Lookup::Found(found) = lookup(service, ANYTHING, &["invocationId"])? else {
        return Ok(None);
    };
    let hex = |value: &Vec<u8>| value.iter().map(|octet| format!("{octet:02x}")).collect();
    Ok(found.column(0).first().map(hex))
}

/// Everything that was changed or deleted after a number. Searched in whole
/// naming contexts, so that people who were moved out of the base are seen.
pub(super) fn changes(field: &mut Field<'_>, since: u64) -> Result<(Changes, Position), Failure> {
    let now = field.context.root.highest_usn.unwrap_or(since);
    let mut changes = Changes::default();
    if now < since {
        return Err(Failure::stale_cursor(
            "the server has gone back in time: it was restored",
        ));
    }
    if now == since {
        return Ok((changes, Position::Usn(now)));
    }
    let after = format!("(uSNChanged>={})", since.saturating_add(1));
    for context in field.contexts.clone() {
        let people = people(field);
        let wanted = filter::all(&[after.clone(), people]);
        let query = field.query(&context, wanted, Mode::Plain, &[]);
        field.each(&query, |entry| {
            changes.touched.extend(field.key(entry));
            Ok(())
        })?;
        let wanted = filter::any(&[field.group_filter(), UNITS.to_owned()]);
        let wanted = filter::all(&[after.clone(), wanted]);
        let query = field.query(&context, wanted, Mode::Plain, &["uSNCreated"]);
        let mut found = Vec::new();
        field.each(&query, |entry| {
            found.push(Found::of(entry, 3));
            Ok(())
        })?;
        for one in &found {
            let made: Option<u64> = one.text(2).and_then(|number| number.parse().ok());
            field.group_or_unit(one, made.is_some_and(|made| made > since), &mut changes)?;
        }
        let wanted = filter::all(&["(isDeleted=TRUE)".to_owned(), after.clone()]);
        let base = deleted_objects(&context);
        let query = field.query(&base, wanted, Mode::WithDeleted, &["isRecycled"]);
        field.each(&query, |entry| {
            deleted(field, entry, 2, &mut changes);
            Ok(())
        })?;
    }
    Ok((changes, Position::Usn(now)))
}

/// Whoever may be or have been a person.
pub(super) fn people(field: &Field<'_>) -> String {
    let own = field.context.people_filter().to_owned();
    filter::any(&["(objectCategory=person)".to_owned(), own])
}

/// Notes a deleted object.
pub(super) fn deleted(
    field: &Field<'_>,
    entry: ldap::Entry<'_>,
    recycled: usize,
    changes: &mut Changes,
) {
    if entry
        .values(1)
        .any(|class| class.eq_ignore_ascii_case(b"group"))
    {
        changes.any_group = true;
    }
    let is_recycled = entry
        .first(recycled)
        .is_some_and(|value| value.eq_ignore_ascii_case(b"TRUE"));
    let removal = match is_recycled {
        true => Removal::Final,
        false => Removal::Restorable,
    };
    if let Some(key) = field.key(entry) {
        changes.gone.insert(key, removal);
    }
}
