//! What has changed since the last read, by whatever the server offers.
//!
//! A feed only says *where to look*: whoever it names is read again with the
//! same search, the same groups and the same rules as in a full read, so both
//! give the same people ([`crate::changed`]). What a feed cannot say ends in a
//! stale cursor, and everybody is read.
//!
//! | feed | server | tells deletions | bound to |
//! | --- | --- | --- | --- |
//! | [`dirsync`] | Active Directory, with the right to replicate | yes | one controller |
//! | [`usn`] | Active Directory, if deleted objects may be read | yes | one controller, and its life |
//! | [`refresh`] | OpenLDAP with `syncprov` | yes | one server, one search |
//! | [`timestamp`] | others with `modifyTimestamp` | **no** | – |
//!
//! INVARIANT: a mark is taken before the read that it belongs to begins, so
//! nothing can happen in between that nobody sees.

mod cursor;
mod dirsync;
mod keys;
mod refresh;
mod timestamp;
mod usn;

pub use cursor::{Cursor, fingerprint};
use keys::take;
pub use keys::{Key, Keys, Known, add};

use crate::context::Context;
use crate::directory::{CONNECTION, Found, below, open, walk};
use crate::dn::Digest;
use crate::groups::{Roots, holders};
use crate::mapping::Mapping;
use crate::outcome;
use crate::root::Dialect;
use crate::settings::FeedSetting;
use crate::time::Millis;
use muster_sdk::ldap::{self, Entry, Mode, Outcome, Query};
use muster_sdk::{Failure, FailureKind, Removal};
use std::collections::{BTreeMap, BTreeSet};

/// Where a feed stood at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Which server it is of.
    pub server: String,
    /// The run's instant: what passes by time is looked up from here.
    pub at: Millis,
    pub position: Position,
}

/// Where a feed stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// `highestCommittedUSN` of a domain controller.
    Usn(u64),
    /// Cookies of DirSync, by naming context and kind.
    DirSync(Vec<Vec<u8>>),
    /// Cookies of RFC 4533, by search.
    Refresh {
        cookies: Vec<Vec<u8>>,
        /// The set of groups and units.
        groups: u128,
        /// The set of all people whom the search finds; 0 if it is not known.
        content: u128,
    },
    /// Nothing but the mark's instant.
    Timestamp,
}

impl Position {
    /// As evidence says it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Usn(_) => "uSNChanged",
            Self::DirSync(_) => "DirSync",
            Self::Refresh { .. } => "syncrepl (RFC 4533)",
            Self::Timestamp => "modifyTimestamp, which does not tell who was deleted",
        }
    }
}

/// What a feed tells.
#[derive(Debug, Default)]
pub struct Changes {
    /// Entries that are to be looked at again.
    pub touched: BTreeSet<Key>,
    /// Entries that are gone from where the feed looks.
    pub gone: BTreeMap<Key, Removal>,
    /// Groups whose lists changed, nobody says how.
    pub groups: BTreeSet<Digest>,
    /// A group is gone, or several changed in a way that cannot be told.
    pub any_group: bool,
    /// A group came or has another name, and may be one that is reported.
    pub named: bool,
    /// Members that came into a group or left it: the group, and their names.
    pub links: Vec<(Digest, Vec<u8>)>,
}

impl Changes {
    /// True if nothing happened.
    pub fn is_empty(&self) -> bool {
        let Self {
            touched,
            gone,
            groups,
            any_group,
            named,
            links,
        } = self;
        touched.is_empty()
            && gone.is_empty()
            && groups.is_empty()
            && links.is_empty()
            && !any_group
            && !named
    }
}

/// Where a feed is asked.
pub struct Field<'a> {
    pub context: &'a mut Context,
    pub mapping: &'a Mapping,
    pub keys: Keys,
    /// Where people are searched.
    pub bases: &'a [String],
    /// Naming contexts that hold people and groups.
    pub contexts: Vec<String>,
}

impl<'a> Field<'a> {
    /// Finds the naming contexts of bases and groups; an error says why there
    /// can be no feed.
    pub fn new(
        context: &'a mut Context,
        mapping: &'a Mapping,
        bases: &'a [String],
        roots: &Roots,
    ) -> Result<Self, String> {
        let keys = Keys::of(mapping)
            .ok_or("people are identified by an attribute that feeds do not give")?;
        let mut contexts: Vec<String> = Vec::new();
        for name in bases.iter().chain(roots.deciding()) {
            let holder = context.naming_context(name);
            let holder =
                holder.ok_or_else(|| format!("no naming context of the server holds `{name}`"))?;
            if !contexts.contains(&holder) {
                contexts.push(holder);
            }
        }
        let (_, of_reports) = holders(roots, context);
        contexts.extend(
            of_reports
                .into_iter()
                .filter(|holder| !contexts.contains(holder))
                .collect::<Vec<_>>(),
        );
        Ok(Self {
            context,
            mapping,
            keys,
            bases,
            contexts,
        })
    }

    /// Makes a query for everything below a name, as its key, its class and
    /// other attributes.
    fn query(&self, base: &str, filter: String, mode: Mode, others: &[&str]) -> Query {
        let names = [self.keys.attribute(), "objectClass"];
        let names = names.iter().chain(others).map(|&name| name.to_owned());
        Query {
            mode,
            ..below(
                base,
                filter,
                names.collect(),
                self.context.settings.page_size,
            )
        }
    }

    /// Calls `each` with every entry that a query finds, all of them.
    fn each(
        &self,
        query: &Query,
        each: impl FnMut(Entry<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let said = walk(&open(query)?, each)?;
        match outcome::shortfall(&said, &query.base) {
            None => Ok(()),
            Some(_) => Err(outcome::failure(
                &said,
                &format!("the changes below `{}`", query.base),
            )),
        }
    }

    /// The key of an entry that a query of this module found.
    fn key(&self, entry: Entry<'_>) -> Option<Key> {
        entry.first(0).and_then(|value| self.keys.of_value(value))
    }

    /// Notes a group or a unit that was changed. A unit that is new held nobody
    /// before: who came into it since is told of.
    fn group_or_unit(
        &mut self,
        found: &Found,
        is_new: bool,
        changes: &mut Changes,
    ) -> Result<(), Failure> {
        if !is_group(found) {
            return match is_new {
                true => Ok(()),
                false => Err(renamed_unit(&found.name())),
            };
        }
        match self.context.names.digest(&found.dn) {
            Ok(digest) => drop(changes.groups.insert(digest)),
            Err(_) => changes.any_group = true,
        }
        Ok(())
    }

    fn group_filter(&self) -> String {
        self.context.root.dialect.group_filter().to_owned()
    }
}

/// Parts of the directory that hold others.
const UNITS: &str = "(|(objectClass=organizationalUnit)(objectClass=organization)(objectClass=container)(objectClass=locality))";

/// By how much the clocks of server and host may differ.
const CLOCKS: Millis = 5 * 60 * 1000;

/// True if an entry is a group, by its class in column 1.
fn is_group(found: &Found) -> bool {
    const UNIT: [&str; 4] = [
        "organizationalUnit",
        "organization",
        "container",
        "locality",
    ];
    !found
        .texts(1)
        .any(|class| UNIT.iter().any(|unit| class.eq_ignore_ascii_case(unit)))
}

fn renamed_unit(name: &str) -> Failure {
    Failure::stale_cursor(format!(
        "the unit `{name}` was changed: everybody below it may have another name"
    ))
}

/// A feed that a server cannot give, and why.
type Refusal = String;

/// A feed that nobody asked for by name, and that the server refuses, is none:
/// the read goes on without it.
fn unless_refused(
    position: Result<Result<Position, Refusal>, Failure>,
) -> Result<Result<Position, Refusal>, Failure> {
    match position {
        Err(failure)
            if !matches!(
                failure.kind,
                FailureKind::Auth | FailureKind::Unavailable | FailureKind::Cancelled
            ) =>
        {
            Ok(Err(failure.message))
        }
        position => position,
    }
}

/// Takes the mark of a full read that is about to begin; a refusal says why
/// there is no feed.
///
/// # Errors
/// A feed that the settings ask for by name and that cannot be had.
pub fn mark(field: &mut Field<'_>) -> Result<Result<Mark, Refusal>, Failure> {
    let wanted = field.context.settings.feed;
    let position = match (wanted, field.context.root.dialect) {
        (FeedSetting::None, _) => return Ok(Err("`feed: none`".to_owned())),
        (FeedSetting::Auto, Dialect::ActiveDirectory) => match dirsync::position(field)? {
            Ok(position) => Ok(position),
            Err(_) => unless_refused(usn::position(field))?,
        },
        (FeedSetting::Auto, Dialect::OpenLdap) => unless_refused(refresh::position(field))?,
        // Nobody shall stay in for a day because nobody chose otherwise.
        (FeedSetting::Auto, Dialect::Ds389) => Err("its `modifyTimestamp` does not tell who was \
             deleted; `feed: timestamp` takes it all the same"
            .to_owned()),
        (FeedSetting::Auto, Dialect::Generic) => Err("this kind of server is not known".to_owned()),
        (FeedSetting::Dirsync, _) => dirsync::position(field)?,
        (FeedSetting::Usn, _) => usn::position(field)?,
        (FeedSetting::Syncrepl, _) => refresh::position(field)?,
        (FeedSetting::Timestamp, _) => timestamp::position(field),
    };
    match position {
        Ok(position) => Ok(Ok(Mark {
            server: server(field)?,
            at: field.context.now,
            position,
        })),
        Err(why) if wanted == FeedSetting::Auto => Ok(Err(why)),
        Err(why) => {
            let text = format!("the feed that `feed` asks for cannot be had: {why}");
            Err(Failure::config(text).hint(
                "leave `feed` out, or see the plugin's documentation for the rights that it needs",
            ))
        }
    }
}

/// Asks what has changed since a mark, and where the feed stands now.
///
/// # Errors
/// A stale cursor for a mark of another server, and for what only a full read
/// can find out.
pub fn changes(
    field: &mut Field<'_>,
    mark: &Mark,
    known: &Known,
) -> Result<(Changes, Position), Failure> {
    let server = server(field)?;
    if server != mark.server {
        return Err(Failure::stale_cursor(format!(
            "the cursor is of the server `{}`, and `{server}` answers",
            mark.server
        )));
    }
    match &mark.position {
        Position::Usn(since) => usn::changes(field, *since),
        Position::DirSync(cookies) => dirsync::changes(field, cookies),
        Position::Refresh {
            cookies,
            groups,
            content,
        } => refresh::changes(field, (cookies, *groups, *content), mark.at, known),
        Position::Timestamp => timestamp::changes(field, mark.at),
    }
}

/// Which server it is that answers. A domain controller that was restored from
/// a backup is another one: it has another `invocationId`.
fn server(field: &Field<'_>) -> Result<String, Failure> {
    let root = &field.context.root;
    match (&root.host_name, usn::invocation(root)?) {
        (Some(name), Some(life)) => Ok(format!("{name} {life}")),
        _ => ldap::server(CONNECTION),
    }
}

/// True for the answer of a server that does not grant a control.
fn is_refused(said: &Outcome) -> bool {
    matches!(said.code, 8 | 12 | 50 | 53) || said.message.contains("00002105")
}
