//! A read of what has changed: whoever a feed names is looked at again, with
//! the search, the groups and the rules of a full read.
//!
//! INVARIANT: nobody is said to be gone because a feed says so: each is asked
//! for first. Whatever cannot be told for certain ends in a stale cursor.

use crate::bases::Bases;
use crate::context::Context;
use crate::directory::{ANYTHING, Lookup, below, lookup, open, walk};
use crate::dn::Digest;
use crate::feed::{self, Changes, Cursor, Field, Key, Keys, Known, Mark, Position};
use crate::filter;
use crate::groups::{Filtered, Membership, Roots, Walk};
use crate::mapping::Mapping;
use crate::outcome;
use crate::people::{Noted, People};
use crate::read::Plan;
use crate::record::Record;
use crate::settings::Settings;
use crate::tally::Tally;
use muster_sdk::report::MISSING;
use muster_sdk::{Failure, ReadRequest, Removal};
use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

/// People who are asked for at once.
const AT_ONCE: usize = 50;

/// Changes up to which it is less work to look at each than at everybody.
const MOST: usize = 10_000;

/// Members that came or left, up to which each is looked up.
const LINKS: usize = 2000;

/// People who are still to be looked at.
#[derive(Debug)]
pub struct Changed {
    waiting: VecDeque<Vec<Key>>,
    gone: BTreeMap<Key, Removal>,
    keys: Keys,
    /// Where somebody may be who is not in scope.
    contexts: Vec<String>,
    /// What people in scope match.
    filter: String,
    /// Who was in scope before.
    before: Known,
}

/// A read of changes that was begun.
pub struct Begun {
    pub people: People,
    pub changed: Changed,
    pub mark: Mark,
    /// Digest of the reported groups that were found.
    pub reported: Key,
}

impl Changed {
    /// Asks the feed, and finds out whom to look at.
    pub fn start(
        settings: &Settings,
        request: &ReadRequest,
        cursor: Cursor,
    ) -> Result<Begun, Failure> {
        if cursor.fingerprint != feed::fingerprint(settings, &request.attributes, &request.scope) {
            return Err(Failure::stale_cursor("the cursor is of another policy"));
        }
        let mut context = Context::open(settings)?;
        let mut roots = Roots::of(&request.scope, &mut context)?;
        let bases = Bases::of(&request.scope, &mut context)?;
        for base in &bases.named {
            context.prove(base)?;
        }
        let mut mapping = Mapping::read(&request.attributes, &context)?;
        let mut field = Field::new(&mut context, &mapping, &bases.search, &roots)
            .map_err(Failure::stale_cursor)?;
        let (mut changes, position) = feed::changes(&mut field, &cursor.mark, &cursor.known)?;
        // This one does not tell which groups are gone: they are looked up.
        changes.named |= roots.is_reporting() && position == Position::Timestamp;
        let passing = passing(&field, cursor.mark.at)?;
        let (keys, contexts) = (field.keys, field.contexts);
        let mut tally = Tally::default();
        tally.fact("changes by", position.name());
        let noted = Noted::changes(cursor.known.clone());
        let mut look: BTreeSet<Key> = passing;
        look.extend(&changes.touched);
        look.extend(changes.gone.keys());
        look.extend(&cursor.watched);
        let mut scope = Members::everybody(&context);
        let mut reported = cursor.reported;
        if !look.is_empty() || !changes.is_empty() {
            scope = Members::of(&mut roots, &mut mapping, &mut context)?;
            if let Some(missing) = roots.missing() {
                tally.fact(MISSING, missing);
            }
            let wants_groups = request
                .attributes
                .iter()
                .any(|name| name.eq_ignore_ascii_case("memberOf"));
            scope.groups(&changes, wants_groups, keys, &mut look)?;
            reported = roots.fingerprint(&mut context);
            scope.again |= reported != cursor.reported;
        }
        let mark = Mark {
            server: cursor.mark.server,
            at: context.now,
            position,
        };
        let again = scope
            .again
            .then(|| scope.all_again(&cursor.known, &bases, &roots, &mut context));
        look.extend(again.transpose()?.unwrap_or_default());
        if look.len() > MOST {
            let text = format!(
                "{} entries changed: it is less work to read everybody",
                look.len()
            );
            return Err(Failure::stale_cursor(text));
        }
        tally.fact("entries looked at again", look.len().to_string());
        let look: Vec<Key> = look.into_iter().collect();
        let changed = Self {
            waiting: look.chunks(AT_ONCE).map(<[Key]>::to_vec).collect(),
            gone: changes.gone,
            keys,
            contexts,
            filter: scope.filter,
            before: cursor.known,
        };
        let mut people = People::new(context, mapping, scope.membership, bases, roots, tally);
        people.noted = Some(noted);
        Ok(Begun {
            people,
            changed,
            mark,
            reported,
        })
    }

    /// Looks at the next few; false after the last.
    pub fn step(&mut self, people: &mut People) -> Result<bool, Failure> {
        let Some(some) = self.waiting.pop_front() else {
            return Ok(false);
        };
        let named = self.named(&some, people);
        if let Some(noted) = &mut people.noted {
            noted.met.clear();
        }
        let wanted = filter::all(&[self.filter.clone(), named]);
        for base in people.bases.search.clone() {
            let size = people.context.settings.page_size;
            let search = open(&people.mapping.query(&base, wanted.clone(), size))?;
            loop {
                let block = search.next()?;
                people.block(&block);
                if let Some(said) = block.outcome() {
                    whole(said, &base)?;
                    break;
                }
            }
        }
        let met = people.noted.as_ref().map(|noted| &noted.met);
        let missing: Vec<Key> = some
            .into_iter()
            .filter(|key| met.is_some_and(|met| !met.contains(key)))
            .filter(|key| self.before.may_hold(key))
            .collect();
        self.removed(missing, people)?;
        Ok(true)
    }

    fn named(&self, some: &[Key], people: &People) -> String {
        let each = some.iter().map(|key| self.keys.text(key));
        let each: Vec<String> = each
            .filter_map(|id| people.mapping.filter_for(&id))
            .collect();
        filter::any(&each)
    }

    /// Tells of those who are not in scope: still there, or gone.
    fn removed(&self, missing: Vec<Key>, people: &mut People) -> Result<(), Failure> {
        if missing.is_empty() {
            return Ok(());
        }
        let wanted = self.named(&missing, people);
        let mut there = BTreeSet::new();
        for context in &self.contexts {
            let names = vec![self.keys.attribute().to_owned()];
            let query = below(
                context,
                wanted.clone(),
                names,
                people.context.settings.page_size,
            );
            let said = walk(&open(&query)?, |entry| {
                there.extend(entry.first(0).and_then(|value| self.keys.of_value(value)));
                Ok(())
            })?;
            whole(&said, context)?;
        }
        for key in missing {
            let removal = match (there.contains(&key), self.gone.get(&key)) {
                (true, _) => Removal::LeftScope,
                (false, Some(removal)) => *removal,
                // Nobody says that they are gone: perhaps they are hidden.
                (false, None) => continue,
            };
            people.removed(&key, self.keys, removal);
        }
        Ok(())
    }
}

/// A search for changes that is not whole is none.
fn whole(said: &muster_sdk::ldap::Outcome, base: &str) -> Result<(), Failure> {
    match outcome::shortfall(said, base) {
        None => Ok(()),
        Some((_, text)) => Err(Failure::stale_cursor(text)),
    }
}

/// People whose status is another one without a change of their entry: whose
/// account expired, who is locked.
fn passing(field: &Field<'_>, since: crate::time::Millis) -> Result<BTreeSet<Key>, Failure> {
    let parts = field.mapping.status.passing(since);
    let mut found = BTreeSet::new();
    if parts.is_empty() {
        return Ok(found);
    }
    let people = field.context.people_filter().to_owned();
    let wanted = filter::all(&[people, filter::any(&parts)]);
    for base in field.bases {
        let names = vec![field.keys.attribute().to_owned()];
        let query = below(
            base,
            wanted.clone(),
            names,
            field.context.settings.page_size,
        );
        let said = walk(&open(&query)?, |entry| {
            found.extend(entry.first(0).and_then(|value| field.keys.of_value(value)));
            Ok(())
        })?;
        whole(&said, base)?;
    }
    Ok(found)
}

/// Who is in scope by the groups, as they are now.
struct Members {
    membership: Membership,
    filter: String,
    /// Groups of the policy, and those nested in them.
    relevant: HashSet<Digest>,
    /// True if nobody knows whose membership changed.
    again: bool,
}

impl Members {
    fn everybody(context: &Context) -> Self {
        Self {
            membership: Membership::Everybody,
            filter: context.people_filter().to_owned(),
            relevant: HashSet::new(),
            again: false,
        }
    }

    fn of(
        roots: &mut Roots,
        mapping: &mut Mapping,
        context: &mut Context,
    ) -> Result<Self, Failure> {
        let everybody = Self::everybody(context);
        let (members, weak) = match Plan::choose(roots, context)? {
            Plan::Everybody => return Ok(everybody),
            Plan::Walk => {
                let mut walk = Walk::down(roots, context, &mut || Ok(()))?;
                if context.is_active_directory() {
                    mapping.want_primary();
                }
                if walk.has_logins() {
                    mapping.want_login();
                }
                let mut weak = std::mem::take(&mut walk.weak);
                weak.append(&mut walk.weak_reports);
                let relevant = walk.reached_names();
                let membership = Membership::Compared(walk.seal(roots));
                (
                    Self {
                        membership,
                        relevant,
                        ..everybody
                    },
                    weak,
                )
            }
            Plan::Filter(way) => {
                let mut filtered = Filtered::read(roots, way, context)?;
                if filtered.needs_member_of() {
                    mapping.want_member_of();
                    if context.is_active_directory() {
                        mapping.want_primary();
                    }
                }
                let filter = filter::all(&[everybody.filter.clone(), filtered.filter.clone()]);
                let mut weak = std::mem::take(&mut filtered.weak);
                weak.append(&mut filtered.weak_reports);
                let relevant = filtered.names(&mut context.names);
                let membership = Membership::Filtered(filtered);
                (
                    Self {
                        membership,
                        filter,
                        relevant,
                        ..everybody
                    },
                    weak,
                )
            }
        };
        match weak.into_iter().next() {
            // A full read says what it means.
            Some((_, text)) => Err(Failure::stale_cursor(text)),
            None => Ok(members),
        }
    }

    /// Finds out whom changes of groups are about.
    fn groups(
        &mut self,
        changes: &Changes,
        wants_groups: bool,
        keys: Keys,
        look: &mut BTreeSet<Key>,
    ) -> Result<(), Failure> {
        if wants_groups && (changes.any_group || !changes.groups.is_empty()) {
            return Err(Failure::stale_cursor(
                "groups changed, and the policy reads the groups of people",
            ));
        }
        if self.relevant.is_empty() && !wants_groups {
            return Ok(());
        }
        let is_relevant = |group: &Digest| self.relevant.contains(group);
        self.again = changes.any_group || changes.groups.iter().any(is_relevant);
        let links: Vec<_> = changes
            .links
            .iter()
            .filter(|(group, _)| wants_groups || is_relevant(group))
            .collect();
        if links.len() > LINKS {
            self.again = true;
            return Ok(());
        }
        for (group, member) in links {
            let name = String::from_utf8_lossy(member);
            let wanted = [keys.attribute(), "objectClass"];
            // Who is not there was renamed or deleted, and is told of.
            if let Lookup::Found(found) = lookup(&name, ANYTHING, &wanted)? {
                let is_group = found
                    .texts(1)
                    .any(|class| class.eq_ignore_ascii_case("group"));
                self.again |= is_group && self.relevant.contains(group);
                look.extend(
                    found
                        .column(0)
                        .first()
                        .and_then(|value| keys.of_value(value)),
                );
            }
        }
        Ok(())
    }

    /// Compares who is in scope now with who was: one search for everybody, for
    /// their names alone.
    fn all_again(
        &mut self,
        known: &Known,
        bases: &Bases,
        roots: &Roots,
        context: &mut Context,
    ) -> Result<BTreeSet<Key>, Failure> {
        let Some(known) = known.keys() else {
            return Err(Failure::stale_cursor(
                "a group changed, and too many people are in scope to remember who was",
            ));
        };
        let mut mapping = Mapping::read(&[], context)?;
        match &self.membership {
            Membership::Compared(compared) if compared.has_logins() => mapping.want_login(),
            Membership::Filtered(filtered) if filtered.needs_member_of() => {
                mapping.want_member_of()
            }
            _ => {}
        }
        if context.is_active_directory() {
            mapping.want_primary();
        }
        let mut now = BTreeSet::new();
        for base in &bases.search {
            let query = mapping.query(base, self.filter.clone(), context.settings.page_size);
            let said = walk(&open(&query)?, |entry| {
                let record = Record::Packed(entry);
                let is_out = context.names.is_below(record.dn(), &bases.except) == Ok(true);
                let is_in = self
                    .membership
                    .judge(record, &mut context.names, &mapping)
                    .is_some();
                if is_in && !is_out {
                    now.extend(mapping.key(record));
                }
                Ok(())
            })?;
            whole(&said, base)?;
        }
        // With several groups, whoever stays may be in others than before.
        Ok(match roots.syncing.len() {
            0 | 1 if !roots.is_reporting() => now.symmetric_difference(known).copied().collect(),
            _ => now.union(known).copied().collect(),
        })
    }
}
