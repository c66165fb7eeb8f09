//! Any server that keeps `modifyTimestamp`: tells who was changed, never who is
//! gone.

use super::{CLOCKS, Changes, Field, Position, Refusal, UNITS};
use crate::directory::Found;
use crate::filter;
use crate::time::{Millis, to_generalized};
use muster_sdk::Failure;
use muster_sdk::ldap::Mode;

pub(super) fn position(field: &Field<'_>) -> Result<Position, Refusal> {
    match field.context.schema.may_know("modifyTimestamp") && !field.context.is_active_directory() {
        true => Ok(Position::Timestamp),
        false => Err("the server keeps no `modifyTimestamp` that could be used".to_owned()),
    }
}

/// Everything that was changed since shortly before an instant.
pub(super) fn changes(
    field: &mut Field<'_>,
    since: Millis,
) -> Result<(Changes, Position), Failure> {
    let mut changes = Changes::default();
    let after = format!(
        "(modifyTimestamp>={})",
        to_generalized(since.saturating_sub(CLOCKS))
    );
    for base in field.bases {
        let wanted = filter::all(&[field.context.people_filter().to_owned(), after.clone()]);
        let query = field.query(base, wanted, Mode::Plain, &[]);
        field.each(&query, |entry| {
            changes.touched.extend(field.key(entry));
            Ok(())
        })?;
    }
    for context in field.contexts.clone() {
        let wanted = filter::any(&[field.group_filter(), UNITS.to_owned()]);
        let wanted = filter::all(&[wanted, after.clone()]);
        let both = ["createTimestamp", "modifyTimestamp"];
        let query = field.query(&context, wanted, Mode::Plain, &both);
        let mut found = Vec::new();
        field.each(&query, |entry| {
            found.push(Found::of(entry, 4));
            Ok(())
        })?;
        for one in &found {
            let is_new = one.text(2) == one.text(3);
            field.group_or_unit(one, is_new, &mut changes)?;
        }
    }
    Ok((changes, Position::Timestamp))
}
