//! Whether a person may log in: what each dialect's attributes say of it.

mod active_directory;
mod ds389;
mod policies;
mod ppolicy;
mod shadow;

use crate::columns::Columns;
use crate::directory::ANYTHING;
use crate::record::Record;
use crate::root::{Dialect, Root};
use crate::schema::Schema;
use crate::settings::{Settings, StatusSetting, TemporaryLock};
use crate::time::{Millis, to_day, to_filetime, to_generalized};
use active_directory::ActiveDirectory;
use ds389::Ds389;
use muster_sdk::{BlockCause, Failure, Status};
use ppolicy::Ppolicy;
use shadow::Shadow;

/// How long a lock after wrong passwords lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockDuration {
    /// Until an administrator lifts it.
    Forever,
    /// This many milliseconds.
    Millis(i64),
    /// Nobody can tell: the policy is hidden.
    Unknown,
}

/// What one rule says of an entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Judgement {
    /// A person, and their status.
    Person(Status),
    /// No person: a machine's account, or a domain's.
    NotAPerson,
}

#[derive(Clone, Debug)]
enum Rule {
    ActiveDirectory(ActiveDirectory),
    Ppolicy(Ppolicy),
    Ds389(Ds389),
    Shadow(Shadow),
}

/// The rules that a read follows.
#[derive(Clone, Debug)]
pub struct StatusRules {
    rules: Vec<Rule>,
    now: Millis,
    temporary: TemporaryLock,
}

/// What rules need to know of the run.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub now: Millis,
    pub temporary: TemporaryLock,
}

impl StatusRules {
    /// Chooses the rules, and reads what they need of the directory: the
    /// domain's or the password policy's lock duration.
    pub fn read(
        settings: &Settings,
        root: &Root,
        schema: &Schema,
        now: Millis,
        columns: &mut Columns,
    ) -> Result<Self, Failure> {
        let mut rules = Vec::new();
        for wanted in chosen(settings.status, root.dialect, schema) {
            rules.push(match wanted {
                Wanted::ActiveDirectory => {
                    Rule::ActiveDirectory(ActiveDirectory::read(root, columns)?)
                }
                Wanted::Ppolicy => Rule::Ppolicy(Ppolicy::read(settings, root, columns)?),
                Wanted::Ds389 => Rule::Ds389(Ds389::read(columns)?),
                Wanted::Shadow => Rule::Shadow(Shadow::new(columns)),
            });
        }
        Ok(Self {
            rules,
            now,
            temporary: settings.temporary_lock,
        })
    }

    /// The status of an entry: the first rule that does not say *active*.
    pub fn judge(&self, record: Record<'_>) -> Judgement {
        let clock = Clock {
            now: self.now,
            temporary: self.temporary,
        };
        for rule in &self.rules {
            let judgement = match rule {
                Rule::ActiveDirectory(rule) => rule.judge(record, clock),
                Rule::Ppolicy(rule) => Judgement::Person(rule.judge(record, clock)),
                Rule::Ds389(rule) => Judgement::Person(rule.judge(record, clock)),
                Rule::Shadow(rule) => Judgement::Person(rule.judge(record, clock)),
            };
            if judgement != Judgement::Person(Status::Active) {
                return judgement;
            }
        }
        Judgement::Person(Status::Active)
    }

    /// Filters for people whose status becomes another one by the time alone:
    /// whose account began or ended since an instant, and all who are locked.
    pub fn passing(&self, since: Millis) -> Vec<String> {
        let between =
            |name: &str, from: String, to: String| format!("(&({name}>={from})({name}<={to}))");
        let each = self.rules.iter().flat_map(|rule| match rule {
            Rule::ActiveDirectory(_) => {
                let (from, to) = (to_filetime(since), to_filetime(self.now));
                vec![
                    between("accountExpires", from.to_string(), to.to_string()),
                    "(lockoutTime>=1)".to_owned(),
                ]
            }
            Rule::Ppolicy(_) => {
                let (from, to) = (to_generalized(since), to_generalized(self.now));
                vec![
                    between("pwdStartTime", from.clone(), to.clone()),
                    between("pwdEndTime", from, to),
                    "(pwdAccountLockedTime=*)".to_owned(),
                ]
            }
            Rule::Ds389(_) => vec!["(accountUnlockTime=*)".to_owned()],
            // The attribute has no order that a server could compare by.
            Rule::Shadow(_) => (to_day(since)..=to_day(self.now))
                .map(|day| format!("(shadowExpire={day})"))
                .collect(),
        });
        each.collect()
    }

    /// What the rules are, in a few words.
    pub fn summary(&self) -> String {
        let name = |rule: &Rule| match rule {
            Rule::ActiveDirectory(_) => "userAccountControl, accountExpires, lockoutTime",
            Rule::Ppolicy(_) => "pwdAccountLockedTime, pwdStartTime, pwdEndTime",
            Rule::Ds389(_) => "nsAccountLock, accountUnlockTime",
            Rule::Shadow(_) => "shadowExpire",
        };
        let names: Vec<&str> = self.rules.iter().map(name).collect();
        match names.is_empty() {
            true => "none: everybody may log in".to_owned(),
            false => names.join(", "),
        }
    }
}

enum Wanted {
    ActiveDirectory,
    Ppolicy,
    Ds389,
    Shadow,
}

fn chosen(setting: StatusSetting, dialect: Dialect, schema: &Schema) -> Vec<Wanted> {
    match (setting, dialect) {
        (StatusSetting::None, _) => vec![],
        (StatusSetting::ActiveDirectory, _) | (StatusSetting::Auto, Dialect::ActiveDirectory) => {
            vec![Wanted::ActiveDirectory]
        }
        (StatusSetting::Ppolicy, _) => vec![Wanted::Ppolicy],
        (StatusSetting::Ds389, _) => vec![Wanted::Ds389],
        (StatusSetting::Shadow, _) => vec![Wanted::Shadow],
        (StatusSetting::Auto, dialect) => {
            let mut wanted = Vec::new();
            if schema.get("nsAccountLock").is_some() || dialect == Dialect::Ds389 {
                wanted.push(Wanted::Ds389);
            }
            if schema.may_know("pwdAccountLockedTime") {
                wanted.push(Wanted::Ppolicy);
            }
            if schema.may_know("shadowExpire") {
                wanted.push(Wanted::Shadow);
            }
            wanted
        }
    }
}

/// A lock that began at `since`, for as long as it lasts.
fn locked(since: Millis, duration: LockDuration, clock: Clock) -> Status {
    let locked = Status::Blocked(BlockCause::Locked);
    match (duration, clock.temporary) {
        _ if since > clock.now => Status::Active,
        (LockDuration::Forever, _) => locked,
        (LockDuration::Millis(_) | LockDuration::Unknown, TemporaryLock::Ignore) => Status::Active,
        (LockDuration::Millis(lasts), TemporaryLock::Block) => {
            if clock.now < since.saturating_add(lasts) {
                locked
            } else {
                Status::Active
            }
        }
        // The stamp stays after the lock has run out, so it proves nothing.
        (LockDuration::Unknown, TemporaryLock::Block) => Status::Unknown,
    }
}

#[cfg(test)]
mod tests;
