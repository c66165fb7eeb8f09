//! Who is in which reported group.

use crate::groups::Groups;
use crate::key::Key;
use crate::members;
use crate::tally::Tally;
use muster_sdk::report::Memberships;
use muster_sdk::{Failure, PartialReason, host};

/// Asks who is in each, by its place; nested groups are included. What is not
/// whole is a doubt: nobody loses a group by it.
pub fn read(groups: &Groups, tally: &mut Tally) -> Result<Memberships<Key>, Failure> {
    let mut members = Memberships::default();
    for (place, group) in groups.reported.iter().enumerate() {
        if host::cancelled() {
            return Err(Failure::cancelled());
        }
        let listed = members::users(group)?;
        let mut different = 0;
        for id in &listed.ids {
            different += u64::from(members.add(Key::of(id), place));
        }
        let written = &group.written;
        if listed.count.is_some_and(|count| count != different) {
            let text = format!("the members of `{written}` changed while they were read");
            tally.doubt(PartialReason::Drifted, text);
        }
        if group.hidden && listed.ids.is_empty() {
            let text = format!(
                "the members of `{written}` are hidden: seeing them needs `Member.Read.Hidden`"
            );
            tally.doubt(PartialReason::Unreadable, text);
        }
    }
    Ok(members)
}
