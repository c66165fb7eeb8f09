//! One read, from the first question to the last page.

use crate::bases::Bases;
use crate::changed::{Begun, Changed};
use crate::context::Context;
use crate::directory::{Lookup, open};
use crate::feed::{self, Cursor, Field, Key, Mark, Position};
use crate::filter;
use crate::groups::{Compared, Filtered, Membership, Roots, Walk, Way};
use crate::mapping::Mapping;
use crate::missing::{ByName, explain};
use crate::outcome;
use crate::people::{Noted, People};
use crate::record::Record;
use crate::settings::{MembershipSetting, Settings};
use crate::tally::Tally;
use muster_sdk::ldap::Search;
use muster_sdk::report::MISSING;
use muster_sdk::{Batch, Failure, FailureKind, PartialReason, ReadFrom, ReadRequest, host};
use std::collections::{HashSet, VecDeque};

/// People on a page at most, when they are read one by one.
const ROWS: usize = 1000;

/// A read under way.
#[derive(Debug)]
pub struct Read {
    people: People,
    stage: Stage,
    kind: Kind,
    /// Where the feed stood before the read began, if there is one.
    mark: Option<Mark>,
    fingerprint: Key,
    /// The reported groups that were found, as a digest.
    reported: Key,
}

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Everybody,
    Changes,
}

#[derive(Debug)]
enum Stage {
    /// Searching below one base after the other.
    Scan(Scan),
    /// Reading each member by name.
    ByName(ByName),
    /// Looking at those of whom the feed told.
    Changed(Changed),
    /// Nothing is left but to say so.
    Over,
}

#[derive(Debug)]
struct Scan {
    waiting: VecDeque<String>,
    filter: String,
    current: Option<(String, Search)>,
    /// Groups whose lists may be read again to find members who were missed.
    lists: Vec<String>,
}

impl Read {
    /// Connects, finds the groups, and begins.
    pub fn start(settings: &Settings, request: &ReadRequest) -> Result<Self, Failure> {
        match &request.start_at {
            ReadFrom::Start => Self::everybody(settings, request),
            ReadFrom::Since(cursor) => Self::changes(settings, request, cursor),
            ReadFrom::Resume(_) => Err(Failure::unsupported(
                "a read of this directory cannot go on after it broke",
            )),
        }
    }

    fn changes(settings: &Settings, request: &ReadRequest, cursor: &[u8]) -> Result<Self, Failure> {
        let cursor = Cursor::read(cursor)?;
        let fingerprint = cursor.fingerprint;
        let Begun {
            people,
            changed,
            mark,
            reported,
        } = Changed::start(settings, request, cursor)?;
        Ok(Self {
            people,
            stage: Stage::Changed(changed),
            kind: Kind::Changes,
            mark: Some(mark),
            fingerprint,
            reported,
        })
    }

    fn everybody(settings: &Settings, request: &ReadRequest) -> Result<Self, Failure> {
        let mut context = Context::open(settings)?;
        let mut tally = Tally::default();
        tally.fact("server", described(&context));
        let mut roots = Roots::of(&request.scope, &mut context)?;
        let bases = Bases::of(&request.scope, &mut context)?;
        for base in &bases.named {
            tally.fact("base", format!("{}: {base}", context.prove(base)?));
        }
        let mut mapping = Mapping::read(&request.attributes, &context)?;
        tally.fact("status", mapping.status.summary());
        let mark = mark(&roots, &bases, &mapping, &mut context, &mut tally)?;
        let (membership, stage) =
            begin(&mut roots, &bases, &mut mapping, &mut context, &mut tally)?;
        if let Some(missing) = roots.missing() {
            tally.fact(MISSING, missing);
        }
        let reported = roots.fingerprint(&mut context);
        let counts = matches!(stage, Stage::Scan(_))
            && !matches!(membership, Membership::Filtered(_))
            && matches!(
                &mark,
                Some(Mark {
                    position: Position::Refresh { .. },
                    ..
                })
            );
        let mut people = People::new(context, mapping, membership, bases, roots, tally);
        people.noted = mark.is_some().then(|| Noted::everybody(counts));
        Ok(Self {
            people,
            stage,
            kind: Kind::Everybody,
            mark,
            fingerprint: feed::fingerprint(settings, &request.attributes, &request.scope),
            reported,
        })
    }

    /// Delivers the next page.
    pub fn next(&mut self) -> Result<Batch, Failure> {
        while !matches!(self.stage, Stage::Over) {
            if host::cancelled() {
                return Err(Failure::cancelled());
            }
            if let Err(failure) = self.step() {
                self.stage = Stage::Over;
                self.broke(failure)?;
            }
            if !self.people.rows.is_empty() && !matches!(self.stage, Stage::Over) {
                return Ok(Batch::more(&mut self.people.rows));
            }
        }
        let coverage = match self.kind {
            Kind::Everybody => self.people.tally.coverage(),
            Kind::Changes => self.people.tally.changes(),
        };
        let is_whole = self.kind == Kind::Changes || coverage.is_complete();
        let cursor = self.cursor().filter(|_| is_whole);
        let last = Batch::last(&mut self.people.rows, coverage);
        Ok(match cursor {
            Some(cursor) => last.delta_from(cursor),
            None => last,
        })
    }

    /// Where the next read of changes begins.
    fn cursor(&mut self) -> Option<Vec<u8>> {
        let (mut mark, noted) = (self.mark.take()?, self.people.noted.take()?);
        if let (Position::Refresh { content, .. }, Kind::Everybody) =
            (&mut mark.position, self.kind)
        {
            *content = noted.content;
        }
        let cursor = Cursor {
            fingerprint: self.fingerprint,
            reported: self.reported,
            mark,
            known: noted.known,
            watched: noted.watched,
        };
        cursor.write()
    }

    fn step(&mut self) -> Result<(), Failure> {
        match &mut self.stage {
            Stage::Over => Ok(()),
            Stage::Scan(_) => self.scan(),
            Stage::ByName(_) => self.by_name(),
            Stage::Changed(changed) => {
                if !changed.step(&mut self.people)? {
                    self.stage = Stage::Over;
                }
                Ok(())
            }
        }
    }

    /// What was delivered stays; that there was no more is not known.
    fn broke(&mut self, failure: Failure) -> Result<(), Failure> {
        let is_final = failure.kind == FailureKind::Cancelled || self.kind == Kind::Changes;
        if !self.people.tally.has_delivered() || is_final {
            return Err(failure);
        }
        let reason = match failure.kind {
            FailureKind::Drifted => PartialReason::Drifted,
            FailureKind::Throttled => PartialReason::Throttled,
            _ => PartialReason::Interrupted,
        };
        self.people.tally.doubt(reason, failure.message);
        Ok(())
    }

    fn scan(&mut self) -> Result<(), Failure> {
        let Stage::Scan(scan) = &mut self.stage else {
            return Ok(());
        };
        let (base, search) = match scan.current.take() {
            Some(current) => current,
            None => match scan.waiting.pop_front() {
                Some(base) => scan.open(base, &self.people)?,
                None => return self.end_of_scan(),
            },
        };
        let block = search.next()?;
        self.people.block(&block);
        let tally = &mut self.people.tally;
        let Some(said) = block.outcome() else {
            scan.current = Some((base, search));
            return Ok(());
        };
        tally.pages += said.pages;
        tally.references += said.references;
        match outcome::shortfall(said, &base) {
            None => Ok(()),
            Some((reason, _)) if !tally.has_delivered() && !is_limit(reason) => Err(
                outcome::failure(said, &format!("the search below `{base}`")),
            ),
            Some((reason, text)) => {
                tally.doubt(reason, text);
                Ok(())
            }
        }
    }

    fn end_of_scan(&mut self) -> Result<(), Failure> {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let People {
            membership,
            context,
            bases,
            tally,
            ..
        } = &mut self.people;
        if tally.is_whole() {
            tally.fact("last page", "reached");
        }
        match (stage, membership) {
            (Stage::Scan(scan), Membership::Compared(compared)) if tally.is_whole() => {
                explain(compared, &scan.lists, context, &bases.below, tally)
            }
            (_, Membership::Filtered(filtered)) if tally.has_delivered() => {
                if let Some((reason, text)) = filtered.unshown()? {
                    tally.doubt(reason, text);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn by_name(&mut self) -> Result<(), Failure> {
        let Stage::ByName(members) = &mut self.stage else {
            return Ok(());
        };
        while self.people.rows.len() < ROWS {
            let Some((dn, found)) = members.next()? else {
                members.fates.tell(&mut self.people.tally);
                self.stage = Stage::Over;
                return Ok(());
            };
            match found {
                Lookup::Found(found) => self.people.entry(Record::Whole(&found)),
                Lookup::Hidden => members.fates.ask(&dn)?,
                Lookup::Refused(said) => members.fates.refused(&dn, &said)?,
            }
        }
        Ok(())
    }
}

impl Scan {
    fn open(&self, base: String, people: &People) -> Result<(String, Search), Failure> {
        let search = people_below(&base, &self.filter, &people.mapping, &people.context)?;
        Ok((base, search))
    }
}

/// Takes the feed's mark, before anything of the read is asked for.
fn mark(
    roots: &Roots,
    bases: &Bases,
    mapping: &Mapping,
    context: &mut Context,
    tally: &mut Tally,
) -> Result<Option<Mark>, Failure> {
    let field = Field::new(context, mapping, &bases.search, roots);
    let found = match field {
        Ok(mut field) => feed::mark(&mut field)?,
        Err(why) => Err(why),
    };
    match &found {
        Ok(mark) => tally.fact("next changes by", mark.position.name()),
        Err(why) => tally.fact("next changes by", format!("none: {why}")),
    }
    Ok(found.ok())
}

fn people_below(
    base: &str,
    filter: &str,
    mapping: &Mapping,
    context: &Context,
) -> Result<Search, Failure> {
    open(&mapping.query(base, filter.to_owned(), context.settings.page_size))
}

fn is_limit(reason: PartialReason) -> bool {
    matches!(reason, PartialReason::SizeLimit | PartialReason::TimeLimit)
}

fn described(context: &Context) -> String {
    match context.root.vendor.as_str() {
        "" => context.root.dialect.name().to_owned(),
        vendor => format!("{} ({vendor})", context.root.dialect.name()),
    }
}

/// What a global catalogue cannot know.
pub const CATALOGUE: &str = "a global catalogue (port 3268 or 3269) does not know all groups of people; use a domain controller's port 636 or 389";

/// How membership will be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    Everybody,
    Walk,
    Filter(Way),
}

impl Plan {
    /// `auto` takes what cannot be wrong: Active Directory keeps `memberOf` by
    /// itself; elsewhere it depends on how the server was set up and filled, so
    /// the groups' own lists count.
    pub fn choose(roots: &Roots, context: &Context) -> Result<Self, Failure> {
        if roots.is_empty() {
            return Ok(Self::Everybody);
        }
        match context.settings.membership {
            MembershipSetting::Member => Ok(Self::Walk),
            MembershipSetting::Auto if !context.is_active_directory() => Ok(Self::Walk),
            MembershipSetting::Auto => Ok(Self::Filter(Way::MemberOf)),
            MembershipSetting::MemberOf if context.schema.may_know("memberOf") => {
                Ok(Self::Filter(Way::MemberOf))
            }
            MembershipSetting::MemberOf => {
                Err(Failure::config("this server does not know `memberOf`")
                    .hint("`membership: member` reads the groups' own lists"))
            }
            MembershipSetting::InChain if context.is_active_directory() => {
                Ok(Self::Filter(Way::InChain))
            }
            MembershipSetting::InChain => Err(Failure::config(
                "`membership: in-chain` is a rule of Active Directory",
            )
            .hint("leave `membership` out")),
        }
    }

    /// As evidence says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Walk => "the groups' lists",
            Self::Filter(Way::MemberOf) => "memberOf",
            Self::Filter(Way::InChain) => "memberOf, in chain",
        }
    }
}

fn begin(
    roots: &mut Roots,
    bases: &Bases,
    mapping: &mut Mapping,
    context: &mut Context,
    tally: &mut Tally,
) -> Result<(Membership, Stage), Failure> {
    let plan = Plan::choose(roots, context)?;
    tally.fact("membership by", plan.name());
    if plan != Plan::Everybody && context.is_global_catalogue() {
        tally.doubt(PartialReason::Unproven, CATALOGUE);
    }
    let filter = context.people_filter().to_owned();
    match plan {
        Plan::Everybody => Ok((Membership::Everybody, scan(bases, filter, None, Vec::new()))),
        Plan::Walk => walked(roots, bases, mapping, context, tally, filter),
        Plan::Filter(way) => {
            let mut filtered = Filtered::read(roots, way, context)?;
            tally.fact("groups", filtered.groups.to_string());
            doubt(std::mem::take(&mut filtered.weak), roots, tally)?;
            tally.doubts(std::mem::take(&mut filtered.weak_reports));
            if filtered.needs_member_of() {
                mapping.want_member_of();
                if context.is_active_directory() {
                    mapping.want_primary();
                }
            }
            let filter = filter::all(&[filter, filtered.filter.clone()]);
            Ok((
                Membership::Filtered(filtered),
                scan(bases, filter, None, Vec::new()),
            ))
        }
    }
}

/// Notes what is not known of the groups. If some are to be left out, who they
/// are must be known: otherwise they would be let in.
fn doubt(
    weak: Vec<(PartialReason, String)>,
    roots: &Roots,
    tally: &mut Tally,
) -> Result<(), Failure> {
    for (reason, text) in weak {
        if reason != PartialReason::GroupMissing && !roots.except.is_empty() {
            let text = format!("who is to be left out is not known: {text}");
            return Err(Failure::denied(text).hint("give the login the right to read all groups"));
        }
        tally.doubt(reason, text);
    }
    Ok(())
}

fn scan(bases: &Bases, filter: String, first: Option<Search>, lists: Vec<String>) -> Stage {
    let mut waiting: VecDeque<String> = bases.search.iter().cloned().collect();
    let current = first.and_then(|search| Some((waiting.pop_front()?, search)));
    Stage::Scan(Scan {
        waiting,
        filter,
        current,
        lists,
    })
}

fn walked(
    roots: &mut Roots,
    bases: &Bases,
    mapping: &mut Mapping,
    context: &mut Context,
    tally: &mut Tally,
    filter: String,
) -> Result<(Membership, Stage), Failure> {
    if context.is_active_directory() {
        mapping.want_primary();
    }
    // Once there are too many members to read each, everybody is: the server
    // begins with that while the lists are still being read.
    let mut first = None;
    let query = bases
        .search
        .first()
        .map(|base| mapping.query(base, filter.clone(), context.settings.page_size));
    let mut walk = Walk::down(roots, context, &mut || {
        first = query.as_ref().map(open).transpose()?;
        Ok(())
    })?;
    tally.fact("groups", walk.reached().to_string());
    tally.fact("members listed", walk.count().to_string());
    doubt(std::mem::take(&mut walk.weak), roots, tally)?;
    tally.doubts(std::mem::take(&mut walk.weak_reports));
    if walk.has_logins() {
        mapping.want_login();
        first = None;
    }
    let few = walk.few().filter(|_| !roots.syncing.is_empty());
    let lists = walk.lists();
    let compared = walk.seal(roots);
    let stage = match few {
        Some(names) => Stage::ByName(by_name(
            names, &compared, bases, mapping, context, tally, filter,
        )),
        None => scan(bases, filter, first, lists),
    };
    Ok((Membership::Compared(compared), stage))
}

fn by_name(
    names: Vec<String>,
    compared: &Compared,
    bases: &Bases,
    mapping: &Mapping,
    context: &mut Context,
    tally: &mut Tally,
    filter: String,
) -> ByName {
    if compared.odd > 0 {
        tally.fact("members that are no DN", compared.odd.to_string());
    }
    let (mut once, mut outside) = (HashSet::new(), 0);
    let mut wanted = Vec::new();
    for dn in names {
        match context.names.digest(dn.as_bytes()) {
            Ok(digest) if once.insert(digest) => {
                match context.names.is_below(dn.as_bytes(), &bases.below) {
                    Ok(true) => wanted.push(dn),
                    _ => outside += 1,
                }
            }
            _ => {}
        }
    }
    let mut by_name = ByName::new(wanted, filter, mapping.names().to_vec());
    (0..outside).for_each(|_| by_name.fates.outside());
    by_name
}
