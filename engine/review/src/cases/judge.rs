//! Compares a plan with what was expected of it.

mod after;
mod words;

use super::scene::{Count, Counted, Expectation, Others, Test};
use super::subject::{Directory, Subject};
use after::After;
use muster_model::sensitive::MASK;
use muster_model::{Change, Fault, FieldChange, Finding, Plan, PolicyLine, UsernameKey, Value};
use muster_policy::Policy;
use muster_store::MemoryStore;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use words::{Differences, compare_why, decisions, joined, listed, reasons, shown};

/// What is otherwise than it was expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Whom it is about, as the test calls them; none for the plan as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The line of the test.
    pub at: PolicyLine,
    /// What was expected and found.
    pub differences: Vec<Difference>,
    /// What the plan says of them, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<Found>,
}

/// One thing that is otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is about: `is`, `fields.email`, `reason`.
    pub of: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// The line of the test.
    pub at: PolicyLine,
}

/// A change or a finding of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// `block`, `update`; for a finding its code.
    pub is: String,
    /// Who, after the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Why, as a sentence.
    pub text: String,
    /// The line of policy that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyLine>,
    /// Values that change, as `name: old → new`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

impl Failure {
    /// Of a test that got no plan.
    pub(super) fn of_test(test: &Test, expected: &str, found: String) -> Self {
        Self::of_plan(test, "plan", expected, found, &test.at)
    }

    fn of_plan(test: &Test, of: &str, expected: &str, found: String, at: &PolicyLine) -> Self {
        Self {
            person: None,
            at: test.at.clone(),
            differences: vec![Difference {
                of: of.to_owned(),
                expected: expected.to_owned(),
                found,
                at: at.clone(),
            }],
            plan: Vec::new(),
        }
    }
}

/// A test and what came of it.
pub(super) struct Case<'c> {
    pub(super) test: &'c Test,
    pub(super) policy: &'c Policy,
    pub(super) plan: &'c Plan,
    pub(super) store: &'c MemoryStore,
    pub(super) directory: &'c Directory,
}

/// Everything that is otherwise.
pub(super) fn compare(case: &Case<'_>) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut mentioned = Vec::new();
    for expectation in &case.test.expectations {
        let subject = case.subject(&expectation.who);
        failures.extend(case.person(expectation, &subject));
        mentioned.push(subject);
    }
    if case.test.others == Others::Nothing {
        failures.extend(case.others(&mentioned));
    }
    failures.extend(
        case.test
            .counts
            .iter()
            .filter_map(|count| case.count(count)),
    );
    failures.extend(case.findings());
    failures.extend(case.guards());
    failures
}

impl Case<'_> {
    /// Whom a name means, also by the names that they get.
    fn subject(&self, who: &str) -> Subject {
        let mut subject = self.directory.subject(who, self.policy, self.store);
        if subject.is_nobody() {
            return subject;
        }
        let theirs = self
            .plan
            .changes
            .iter()
            .filter(|change| subject.owns(change));
        let names: Vec<UsernameKey> = theirs.map(|change| change.username.key()).collect();
        subject.names.extend(names);
        subject
    }

    fn person(&self, expected: &Expectation, subject: &Subject) -> Option<Failure> {
        let changes: Vec<&Change> = self
            .plan
            .changes
            .iter()
            .filter(|change| subject.owns(change))
            .collect();
        let findings: Vec<&Finding> = self
            .plan
            .findings
            .iter()
            .filter(|finding| subject.concerns(finding))
            .collect();
        let mut told = Differences {
            at: &expected.at,
            all: Vec::new(),
        };
        if subject.is_nobody() {
            told.add("person", "somebody who is called so", "nobody");
        } else {
            self.compare_person(expected, subject, &changes, &findings, &mut told);
        }
        (!told.all.is_empty()).then(|| Failure {
            person: Some(expected.who.clone()),
            at: expected.at.clone(),
            differences: told.all,
            plan: self.found(&changes, &findings),
        })
    }

    fn compare_person(
        &self,
        expected: &Expectation,
        subject: &Subject,
        changes: &[&Change],
        findings: &[&Finding],
        told: &mut Differences<'_>,
    ) {
        let is = decisions(changes, findings);
        let after = After::of(self, subject, changes);
        if let Some(wanted) = &expected.is
            && *wanted != is
        {
            told.add("is", &listed(wanted), &listed(&is));
            // Of whom nothing happens, there is nothing more to say; and what an
            // account does not hold that is not there goes without saying.
            if changes.is_empty() && findings.is_empty() {
                return;
            }
            if after.is_none() {
                return compare_why(expected, changes, findings, told);
            }
        }
        if let Some(wanted) = &expected.username {
            let found = after.as_ref().map(|after| after.username.as_str());
            if found != Some(wanted) {
                let found = found.map_or("no account".to_owned(), |name| format!("`{name}`"));
                told.add("username", &format!("`{wanted}`"), &found);
            }
        }
        self.compare_fields(expected, after.as_ref(), told);
        if let Some(wanted) = &expected.blocked {
            let found = after.as_ref().map(|after| &after.blocked);
            if found != Some(wanted) {
                let found = found.map_or("no account".to_owned(), reasons);
                told.add("blocked", &reasons(wanted), &found);
            }
        }
        if let Some(wanted) = &expected.hidden {
            let fields = changes.iter().flat_map(|change| &change.fields);
            let hidden = fields.filter(|field| field.sensitive);
            let found: BTreeSet<&str> = hidden.map(|field| field.name.as_str()).collect();
            let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
            if wanted != found {
                told.add("hidden", &joined(wanted), &joined(found));
            }
        }
        compare_why(expected, changes, findings, told);
    }

    fn compare_fields(
        &self,
        expected: &Expectation,
        after: Option<&After>,
        told: &mut Differences<'_>,
    ) {
        for (name, (wanted, at)) in &expected.fields {
            let of = format!("fields.{name}");
            let Some(after) = after else {
                told.add_at(at, &of, &shown(wanted.as_ref()), "no account");
                continue;
            };
            let found = after.fields.get(name);
            if self.is_same(name, wanted.as_ref(), found) {
                continue;
            }
            let hidden = self.policy.sensitive().contains(name);
            let found = match (hidden, found) {
                (true, Some(_)) => format!("another value ({MASK})"),
                _ => shown(self.named(name, found).as_ref()),
            };
            told.add_at(at, &of, &shown(wanted.as_ref()), &found);
        }
    }

    fn is_same(
        &self,
        name: &muster_model::FieldName,
        wanted: Option<&Value>,
        found: Option<&Value>,
    ) -> bool {
        if after::is_equal(wanted, found) {
            return true;
        }
        let (Some(wanted), Some(found)) = (wanted, self.named(name, found)) else {
            return false;
        };
        // Of a reference: the account is called so, or its person is.
        let wanted = after::items(wanted).into_iter().map(|who| {
            let subject = self.directory.subject(who, self.policy, self.store);
            let mut names = subject.names.into_iter().chain([UsernameKey::of(who)]);
            let found = after::items(&found);
            found.iter().any(|found| {
                let key = UsernameKey::of(found);
                names.any(|name| name == key)
            })
        });
        self.plan.references.contains(name)
            && wanted.len() == after::items(&found).len()
            && wanted.into_iter().all(|is_there| is_there)
    }

    /// A field's value, with usernames in place of accounts.
    fn named(&self, name: &muster_model::FieldName, value: Option<&Value>) -> Option<Value> {
        let value = value?;
        if !self.plan.references.contains(name) {
            return Some(value.clone());
        }
        let call = |text: &str| -> String {
            let Ok(id) = text.parse() else {
                return text.to_owned();
            };
            let planned = self.plan.names.get(&id).map(ToString::to_string);
            let held = || {
                let mut accounts = self.store.accounts();
                let account = accounts.find(|account| account.id == id)?;
                Some(account.username.to_string())
            };
            planned.or_else(held).unwrap_or_else(|| text.to_owned())
        };
        Some(match value {
            Value::Text(text) => Value::Text(call(text)),
            Value::List(items) => Value::list(items.iter().map(|text| call(text)).collect()),
        })
    }

    /// Changes and held people whom nobody has mentioned.
    fn others(&self, mentioned: &[Subject]) -> Vec<Failure> {
        let mut by_name: BTreeMap<String, (Vec<&Change>, Vec<&Finding>)> = BTreeMap::new();
        for change in &self.plan.changes {
            if !mentioned.iter().any(|subject| subject.owns(change)) {
                let entry = by_name.entry(change.username.to_string()).or_default();
                entry.0.push(change);
            }
        }
        for finding in self.plan.findings.iter().filter(|finding| finding.held) {
            if !mentioned.iter().any(|subject| subject.concerns(finding)) {
                let name = finding.username.clone().unwrap_or_default();
                by_name.entry(name).or_default().1.push(finding);
            }
        }
        let failures = by_name
            .into_iter()
            .map(|(name, (changes, findings))| Failure {
                at: self.test.at.clone(),
                differences: vec![Difference {
                    of: "is".to_owned(),
                    expected: "none, for the test does not mention them".to_owned(),
                    found: listed(&decisions(&changes, &findings)),
                    at: self.test.at.clone(),
                }],
                plan: self.found(&changes, &findings),
                person: Some(name),
            });
        failures.collect()
    }

    fn count(&self, count: &Count) -> Option<Failure> {
        let plan = self.plan;
        let skipped = |finding: &&Finding| finding.code == Fault::Skipped;
        let found = match count.of {
            Counted::Changes => plan.changes.len() as u64,
            Counted::Held => plan.held() as u64,
            Counted::Skipped => plan.findings.iter().filter(skipped).count() as u64,
            Counted::Of(action) => plan.summary.get(&action).copied().unwrap_or(0),
        };
        if (count.least..=count.most).contains(&found) {
            return None;
        }
        let expected = match (count.least, count.most) {
            (least, most) if least == most => least.to_string(),
            (0, most) => format!("at most {most}"),
            (least, u64::MAX) => format!("at least {least}"),
            (least, most) => format!("{least} to {most}"),
        };
        let of = format!("counts.{}", count.of.as_str());
        let found = found.to_string();
        Some(Failure::of_plan(
            self.test, &of, &expected, found, &count.at,
        ))
    }

    fn findings(&self) -> Option<Failure> {
        let found: BTreeSet<&str> = self
            .plan
            .findings
            .iter()
            .map(|one| one.code.as_str())
            .collect();
        let wanted: Vec<&str> = self.test.findings.iter().map(String::as_str).collect();
        if wanted.iter().all(|code| found.contains(code)) {
            return None;
        }
        let at = &self.test.at;
        Some(Failure::of_plan(
            self.test,
            "findings",
            &joined(wanted),
            joined(found),
            at,
        ))
    }

    /// A plan that a guard stops does nothing, so that has to be expected.
    fn guards(&self) -> Option<Failure> {
        let tripped = self.plan.guards.iter().filter(|guard| guard.tripped);
        let tripped: Vec<&str> = tripped.map(|guard| guard.name.as_str()).collect();
        let fits =
            |wanted: &str, name: &str| name == wanted || name.split('.').next() == Some(wanted);
        let wanted = &self.test.guards;
        let all_told = tripped
            .iter()
            .all(|name| wanted.iter().any(|one| fits(one, name)));
        let all_trip = wanted
            .iter()
            .all(|one| tripped.iter().any(|name| fits(one, name)));
        if all_told && all_trip {
            return None;
        }
        let none = |list: Vec<&str>| match list.is_empty() {
            true => "none".to_owned(),
            false => list.join(", "),
        };
        let expected = none(wanted.iter().map(String::as_str).collect());
        let at = &self.test.at;
        Some(Failure::of_plan(
            self.test,
            "guards",
            &expected,
            none(tripped),
            at,
        ))
    }

    fn found(&self, changes: &[&Change], findings: &[&Finding]) -> Vec<Found> {
        let changes = changes.iter().map(|change| Found {
            is: change.action.to_string(),
            username: Some(change.username.to_string()),
            text: change.reason.text.clone(),
            policy: change.reason.policy.clone(),
            fields: change
                .fields
                .iter()
                .map(|field| self.field(field))
                .collect(),
        });
        let findings = findings.iter().map(|finding| Found {
            is: finding.code.as_str().to_owned(),
            username: finding.username.clone(),
            text: finding.text.clone(),
            policy: finding.policy.clone(),
            fields: Vec::new(),
        });
        changes.chain(findings).collect()
    }

    fn field(&self, field: &FieldChange) -> String {
        let show = |value: Option<&Value>| match (field.sensitive, value) {
            (true, Some(_)) => MASK.to_owned(),
            _ => shown(self.named(&field.name, value).as_ref()),
        };
        let (old, new) = (show(field.old.as_ref()), show(field.new.as_ref()));
        format!("{}: {old} → {new}", field.name)
    }
}
