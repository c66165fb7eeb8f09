//! Members whom the search for people did not show: gone, elsewhere, no people,
//! or hidden? Only the last one takes the proof of absence away.

use crate::context::Context;
use crate::directory::{ANYTHING, Lookup, finish_lookup, lookup, one, open};
use crate::dn::Digest;
use crate::groups::{Compared, Recalled, read_again};
use crate::outcome;
use crate::tally::Tally;
use muster_sdk::ldap::Search;
use muster_sdk::{Failure, PartialReason};
use std::collections::VecDeque;

/// Members up to which each is looked up.
const MOST: usize = 200;

/// Finds what has members, whatever its class.
const HAS_MEMBERS: &str = "(|(member=*)(uniqueMember=*)(memberUid=*))";

/// Searches that run side by side.
const WINDOW: usize = 16;

/// Why a member is no person of this read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fates {
    gone: u64,
    elsewhere: u64,
    others: u64,
    hidden: u64,
    groups: u64,
}

impl Fates {
    /// A member in another part of the directory than the base.
    pub fn outside(&mut self) {
        self.elsewhere += 1;
    }

    /// Asks why the filter for people did not find a member that may be there.
    pub fn ask(&mut self, dn: &str) -> Result<(), Failure> {
        match lookup(dn, ANYTHING, &["1.1"])? {
            Lookup::Found(_) => match lookup(dn, HAS_MEMBERS, &["1.1"])? {
                Lookup::Found(_) => self.groups += 1,
                _ => self.others += 1,
            },
            Lookup::Hidden => self.hidden += 1,
            Lookup::Refused(said) => self.refused(dn, &said)?,
        }
        Ok(())
    }

    /// Takes the server's refusal for what it means.
    pub fn refused(&mut self, dn: &str, said: &muster_sdk::ldap::Outcome) -> Result<(), Failure> {
        match said.code {
            _ if outcome::is_missing(said) => self.gone += 1,
            _ if outcome::is_elsewhere(said) => self.elsewhere += 1,
            // Not a name that this server could hold.
            34 => self.gone += 1,
            50 => self.hidden += 1,
            _ => return Err(outcome::failure(said, &format!("the member `{dn}`"))),
        }
        Ok(())
    }

    /// Writes down what was found.
    pub fn tell(self, tally: &mut Tally) {
        let Self {
            gone,
            elsewhere,
            others,
            hidden,
            groups,
        } = self;
        let facts = [
            ("members that do not exist", gone),
            ("members outside the base", elsewhere),
            ("members that are not people", others),
        ];
        for (name, count) in facts.into_iter().filter(|(_, count)| *count > 0) {
            tally.fact(name, count.to_string());
        }
        if groups > 0 {
            let text = format!(
                "{groups} nested groups are of a kind that is not known, so their members were not read"
            );
            tally.doubt(PartialReason::GroupMissing, text);
        }
        if hidden > 0 {
            let text = format!(
                "{hidden} members of the syncing groups exist, but the login may not read them"
            );
            tally.doubt(PartialReason::Unreadable, text);
        }
    }
}

/// Finds out about the members whom a whole read of everybody did not show.
pub fn explain(
    compared: &mut Compared,
    lists: &[String],
    context: &mut Context,
    below: &[Digest],
    tally: &mut Tally,
) -> Result<(), Failure> {
    if compared.odd > 0 {
        tally.fact("members that are no DN", compared.odd.to_string());
    }
    let unseen = compared.unseen();
    if unseen == 0 {
        return Ok(());
    }
    let (mut fates, mut names, mut fresh, mut met) = (Fates::default(), Vec::new(), 0_u64, 0);
    read_again(lists, |dn| {
        let Ok(digest) = context.names.digest(dn) else {
            return;
        };
        match compared.recall(&digest) {
            Recalled::Seen | Recalled::Group => {}
            Recalled::New => fresh += 1,
            Recalled::Unseen => {
                met += 1;
                match context.names.is_below(dn, below) {
                    Ok(true) => names.push(String::from_utf8_lossy(dn).into_owned()),
                    _ => fates.outside(),
                }
                // More than enough to know that they are too many.
                names.truncate(MOST + 1);
            }
        }
    })?;
    // Logins have no entry of their own to be asked for.
    if fresh > 0 || (met < unseen && !compared.expects_logins()) {
        tally.doubt(
            PartialReason::Drifted,
            "the groups changed while the directory was read; run it again",
        );
        return Ok(());
    }
    if names.len() > MOST {
        let text = format!(
            "more than {MOST} members of the syncing groups are below the base but were not among the people; too many to ask for each: does `people_filter` fit, and may the login read them?"
        );
        tally.doubt(PartialReason::Unproven, text);
        return Ok(());
    }
    let filter = context.people_filter().to_owned();
    let mut late = 0;
    for dn in &names {
        match lookup(dn, &filter, &["1.1"])? {
            Lookup::Found(_) => late += 1,
            Lookup::Hidden => fates.ask(dn)?,
            Lookup::Refused(said) => fates.refused(dn, &said)?,
        }
    }
    fates.tell(tally);
    if late > 0 {
        let text =
            format!("{late} people came or moved while the directory was read; run it again");
        tally.doubt(PartialReason::Drifted, text);
    }
    Ok(())
}

/// Reads members by name, several at once.
#[derive(Debug)]
pub struct ByName {
    waiting: std::vec::IntoIter<String>,
    asked: VecDeque<(String, Search)>,
    filter: String,
    attributes: Vec<String>,
    pub fates: Fates,
}

impl ByName {
    pub fn new(names: Vec<String>, filter: String, attributes: Vec<String>) -> Self {
        Self {
            waiting: names.into_iter(),
            asked: VecDeque::new(),
            filter,
            attributes,
            fates: Fates::default(),
        }
    }

    /// The next answer; nothing after the last.
    pub fn next(&mut self) -> Result<Option<(String, Lookup)>, Failure> {
        let attributes: Vec<&str> = self.attributes.iter().map(String::as_str).collect();
        while self.asked.len() < WINDOW
            && let Some(dn) = self.waiting.next()
        {
            let search = open(&one(&dn, &self.filter, &attributes))?;
            self.asked.push_back((dn, search));
        }
        let Some((dn, search)) = self.asked.pop_front() else {
            return Ok(None);
        };
        Ok(Some((dn, finish_lookup(&search)?)))
    }
}
