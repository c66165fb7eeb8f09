//! One read, from the groups to the last page.

use crate::api::{self, Users};
use crate::cursor::{Mark, Phase};
use crate::people::{Mapping, User};
use crate::photos::Photos;
use crate::refusal::{About, Cause};
use crate::roster::{Homes, Judged, Roster};
use crate::settings::{Settings, Whose, domain_of};
use crate::tally::{Reason, Tally};
use crate::units::Units;
use muster_sdk::http::Response;
use muster_sdk::json::{At, Record};
use muster_sdk::{Batch, Failure, ReadFrom, ReadRequest, Rows, Status, Subject, host};

/// Up to so many people are asked for one by one. A request brings one person
/// or a page of 500, and nobody says beforehand how many pages there are: with
/// this many, single requests are never dearer than an account of 25,000.
const FEW: usize = 50;

/// People who are asked for in one batch.
const TOGETHER: usize = 100;

/// Members whom no list had are asked for, up to so many.
const MOST_MISSING: usize = 2000;

/// A read under way.
#[derive(Debug)]
pub struct Read {
    settings: Settings,
    mapping: Mapping,
    rows: Rows,
    units: Units,
    roster: Roster,
    homes: Homes,
    tally: Tally,
    fingerprint: u64,
    phase: Phase,
}

impl Read {
    /// Finds out who is in scope, and where to begin.
    pub fn start(settings: &Settings, request: ReadRequest) -> Result<Self, Failure> {
        if let ReadFrom::Since(_) = request.start_at {
            return Err(Failure::unsupported(
                "Google has no feed of changed users and members",
            ));
        }
        let units = Units::new(&request.scope)?;
        let mapping = Mapping::new(&request.attributes, settings.photos, units.matter())?;
        let mut tally = Tally::default();
        let roster = Roster::read(&request.scope, settings, &mut tally)?;
        let is_short = !roster.is_everybody() && !units.matter() && roster.len() <= FEW;
        let mut read = Self {
            settings: settings.clone(),
            rows: mapping.rows(),
            homes: Homes::new(settings),
            fingerprint: roster.fingerprint(),
            phase: match is_short {
                true => Phase::Asking,
                false => Phase::Listing(None),
            },
            mapping,
            units,
            roster,
            tally,
        };
        if let ReadFrom::Resume(cursor) = &request.start_at {
            read.resume(cursor)?;
        }
        Ok(read)
    }

    fn resume(&mut self, cursor: &[u8]) -> Result<(), Failure> {
        let (mark, met) = Mark::read(cursor)?;
        if mark.fingerprint != self.fingerprint || !self.roster.remember(met, mark.newcomers) {
            return Err(Failure::drifted(
                "the groups changed while the read was interrupted; run it again",
            ));
        }
        let again = std::mem::replace(&mut self.tally, mark.tally);
        self.tally.join(again);
        self.homes.remember(mark.homes);
        self.units.remember(&mark.units);
        self.phase = mark.phase;
        Ok(())
    }

    /// The next batch.
    pub fn next(&mut self) -> Result<Batch, Failure> {
        let next = match self.phase.clone() {
            Phase::Listing(token) => self.list(Users::Live, token.as_deref())?,
            Phase::Asking => self.few()?,
            Phase::Missing(from) => self.missing(from)?,
            Phase::Deleted(token) => self.list(Users::Deleted, token.as_deref())?,
        };
        match next {
            Some(phase) => {
                self.phase = phase;
                let batch = Batch::more(&mut self.rows);
                Ok(match self.cursor() {
                    Some(cursor) => batch.resume_at(cursor),
                    None => batch,
                })
            }
            None => {
                self.look_back();
                let facts = [
                    ("people expected", self.roster.len() as u64),
                    ("nested groups", self.roster.nested),
                    ("groups of other accounts", self.roster.foreign),
                ];
                let coverage = self.tally.coverage(&facts);
                let coverage = coverage.missing_groups(&self.roster.missing);
                Ok(Batch::last(&mut self.rows, coverage))
            }
        }
    }

    fn cursor(&self) -> Option<Vec<u8>> {
        let (met, newcomers) = self.roster.met();
        let mark = Mark {
            phase: self.phase.clone(),
            fingerprint: self.fingerprint,
            tally: self.tally.clone(),
            homes: self.homes.list(),
            newcomers,
            units: self.units.met(),
        };
        mark.bytes(met)
    }

    /// A page of users; gives what comes next.
    fn list(&mut self, which: Users, token: Option<&str>) -> Result<Option<Phase>, Failure> {
        let target = api::users(&self.settings, which, &self.mapping.ask, api::USERS, token);
        self.tally.requests += 1;
        let answer = api::get(&target);
        if which == Users::Deleted
            && let Err(wrong) = &answer
            && wrong.cause() == Some(Cause::Forbidden)
        {
            // Absence is proven without it: it only tells why.
            host::warn(
                "deleted users may not be listed, so whoever was deleted is taken for somebody who left",
            );
            return Ok(None);
        }
        let response = answer.map_err(|wrong| {
            let is_old = wrong.cause() == Some(Cause::Invalid) && token.is_some();
            let failure = wrong.failure(About::Users, &self.settings);
            match is_old {
                // Page tokens live for three days.
                true => Failure::drifted(failure.message)
                    .hint("the page token is no longer valid: run it again"),
                false => failure,
            }
        })?;
        let photos = match which {
            Users::Live => self.photos(&response, At::Member("users"))?,
            Users::Deleted => Photos::default(),
        };
        let mapping = self.mapping.clone();
        let next = api::page(&response, "users", &mapping.selection, |record| {
            match which {
                Users::Live => self.live(&record, &photos),
                Users::Deleted => self.deleted(&record),
            };
        })?;
        if next.is_some() && next.as_deref() == token {
            return Err(Failure::data(
                "a page of users names itself as the next one",
            ));
        }
        Ok(match (which, next) {
            (Users::Live, None) => Some(Phase::Missing(0)),
            (Users::Live, next) => Some(Phase::Listing(next)),
            (Users::Deleted, None) => None,
            (Users::Deleted, next) => Some(Phase::Deleted(next)),
        })
    }

    /// Photos of the people of an answer who are in scope, before their rows
    /// are filled.
    fn photos(&mut self, response: &Response, at: At<'_>) -> Result<Photos, Failure> {
        if !self.mapping.has_photos() {
            return Ok(Photos::default());
        }
        let (mapping, mut ids) = (&self.mapping, Vec::new());
        let (roster, units) = (&self.roster, &mut self.units);
        mapping.selection.read(&response.body, at, |record| {
            if let Some(user) = mapping.user(&record)
                && user.has_photo
                && matches!(roster.judge(user.id), Judged::In(_))
                && units.judge(user.unit)
            {
                ids.push(user.id.to_owned());
            }
        })?;
        self.tally.requests += ids.len() as u64;
        Photos::fetch(&ids, &self.settings)
    }

    /// A user who is there.
    fn live(&mut self, record: &Record<'_>, photos: &Photos) {
        let Some(user) = self.mapping.user(record) else {
            let text = "a user without an identifier";
            return self.rows.problem("users", text, Subject::Nobody);
        };
        self.homes.learn(user.email, &self.settings);
        let is_inside = self.units.judge(user.unit);
        let groups = match self.roster.judge(user.id) {
            // Renamed while the list was read, so listed again.
            Judged::Again => return,
            Judged::In(groups) => groups,
            Judged::Out => {
                self.tally.strangers += 1;
                return;
            }
        };
        self.roster.meet(user.id);
        if !is_inside || !self.is_of_domain(user.email) {
            self.tally.strangers += 1;
            return;
        }
        if let Some(why) = photos.broken.get(user.id) {
            let place = format!("user {}", user.email);
            return self
                .rows
                .problem(place, why.clone(), Subject::Id(user.id.to_owned()));
        }
        self.tally.people += 1;
        self.tally.suspended += u64::from(user.suspended == Some(true));
        self.tally.archived += u64::from(user.archived == Some(true));
        self.deliver(record, user.status(), &groups, photos);
    }

    /// True unless the read is of one domain, and this address in another.
    fn is_of_domain(&self, email: &str) -> bool {
        match self.settings.whose() {
            Whose::Customer(_) => true,
            Whose::Domain(domain) => domain_of(email).eq_ignore_ascii_case(domain),
        }
    }

    /// A user who was deleted, and can be brought back. Who was deleted after
    /// having been delivered is left to the next read.
    fn deleted(&mut self, record: &Record<'_>) {
        let Some(user) = self.mapping.user(record) else {
            return;
        };
        if self.roster.was_met(user.id) || !self.is_of_domain(user.email) {
            return;
        }
        self.tally.deleted += 1;
        self.deliver(record, User::gone(), &[], &Photos::default());
    }

    fn deliver(&mut self, record: &Record<'_>, status: Status, groups: &[u16], photos: &Photos) {
        let names = groups.iter().filter_map(|&place| self.roster.name(place));
        self.mapping
            .add(&mut self.rows, record, status, names, photos);
    }

    /// Asks for the members of small groups, one by one.
    fn few(&mut self) -> Result<Option<Phase>, Failure> {
        let settings = self.settings.clone();
        let asks = |domain: Option<&str>| !is_elsewhere(domain, &settings);
        let unmet = self.roster.unmet(0, FEW, asks);
        let others = unmet.others;
        let asked = unmet.owned();
        if self.ask(&asked)?.hidden.is_empty() {
            self.tally.outsiders += others;
            return Ok(Some(Phase::Deleted(None)));
        }
        // The list tells who of them belongs to another account.
        self.tally.outsiders = 0;
        Ok(Some(Phase::Listing(None)))
    }

    /// Asks for members whom the list did not have, because they belong to
    /// another account, or were renamed, or came, while it was read.
    fn missing(&mut self, from: usize) -> Result<Option<Phase>, Failure> {
        let (settings, homes) = (self.settings.clone(), self.homes.clone());
        let asks = |domain: Option<&str>| {
            !is_elsewhere(domain, &settings) && domain.is_none_or(|domain| homes.has(domain))
        };
        if from == 0 && self.roster.unmet(0, MOST_MISSING + 1, asks).ids.len() > MOST_MISSING {
            let text = format!(
                "more than {MOST_MISSING} members have addresses in the account's domains and are not among its users; too many to ask for each: may `{}` see all organisational units?",
                self.settings.admin
            );
            self.tally.doubt(Reason::Unproven, text);
            return Ok(Some(Phase::Deleted(None)));
        }
        let unmet = self.roster.unmet(from, TOGETHER, asks);
        self.tally.outsiders += unmet.others;
        let next = unmet.next;
        let asked = unmet.owned();
        let answers = self.ask(&asked)?;
        self.tally.late += answers.found;
        if let Some(domain) = answers.hidden.first() {
            let text = format!(
                "a member with an address in `{domain}` may not be read: may `{}` see all organisational units?",
                self.settings.admin
            );
            self.tally.doubt(Reason::Unreadable, text);
            return Ok(Some(Phase::Deleted(None)));
        }
        Ok(Some(match next >= self.roster.len() {
            true => Phase::Deleted(None),
            false => Phase::Missing(next),
        }))
    }

    /// Asks for people by identifier, and delivers those who are there.
    fn ask(&mut self, asked: &[(String, String)]) -> Result<Answers, Failure> {
        let target = |(id, _): &(String, String)| api::user(id, &self.mapping.ask);
        let targets: Vec<String> = asked.iter().map(target).collect();
        self.tally.requests += targets.len() as u64;
        let mut answers = Answers::default();
        for ((id, domain), answer) in asked.iter().zip(api::get_all(&targets)) {
            match answer {
                Ok(response) => {
                    answers.found += 1;
                    self.found(id, &response)?;
                }
                Err(wrong) => match wrong.cause() {
                    // Elsewhere, or deleted since the groups were read.
                    Some(Cause::NotFound) => self.tally.outsiders += 1,
                    Some(Cause::Forbidden) => answers.hidden.push(domain.clone()),
                    _ => return Err(wrong.failure(About::Users, &self.settings)),
                },
            }
        }
        Ok(answers)
    }

    fn found(&mut self, id: &str, response: &Response) -> Result<(), Failure> {
        let photos = self.photos(response, At::One)?;
        let mapping = self.mapping.clone();
        let mut is_other = false;
        mapping.selection.read(&response.body, At::One, |record| {
            is_other = mapping.user(&record).is_none_or(|user| user.id != id);
            if !is_other {
                self.live(&record, &photos);
            }
        })?;
        match is_other {
            true => Err(Failure::data(format!(
                "the user `{id}` was asked for, and another was answered"
            ))),
            false => Ok(()),
        }
    }

    /// Doubts that only the end can raise.
    fn look_back(&mut self) {
        let quoted = |units: Vec<&str>| {
            let quoted: Vec<String> = units.iter().map(|unit| format!("`{unit}`")).collect();
            quoted.join(", ")
        };
        let missing = self.units.missing();
        if !missing.is_empty() {
            let text = format!("nobody is in the organisational unit {}", quoted(missing));
            self.tally.doubt(Reason::GroupMissing, text);
        }
        let exceptions = self.units.missing_exceptions();
        if !exceptions.is_empty() {
            host::warn(&format!(
                "nobody is in {}, which is to be left out: is it spelled as in the Admin console?",
                quoted(exceptions)
            ));
        }
    }
}

/// What came of asking for people one by one.
#[derive(Debug, Default)]
struct Answers {
    found: u64,
    /// Domains of those who may not be read.
    hidden: Vec<String>,
}

/// True if the operator says that a member's domain is in another account.
fn is_elsewhere(domain: Option<&str>, settings: &Settings) -> bool {
    domain.is_some_and(|domain| settings.is_elsewhere(&format!("@{domain}")))
}
