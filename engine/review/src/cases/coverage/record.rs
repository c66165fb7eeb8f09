//! Looks at the people of a read with the policy's own rules.

use super::{Coverage, from};
use crate::cases::scene::Person;
use crate::cases::source::{Standing, standing};
use jiff::Timestamp;
use muster_model::{Action, EntryView, Fault, Page, Plan, UsernameKey};
use muster_policy::{
    Evaluator, ExceptionDeed, FieldMapping, Person as Named, Policy, Texts, Transform,
    UsernameMapping, Usernames, ValueSource, Valuer,
};

/// Counts what one read meets.
pub(in crate::cases) struct Recorder<'p> {
    policy: &'p Policy,
    now: Timestamp,
    coverage: &'p mut Coverage,
}

impl<'p> Recorder<'p> {
    pub(in crate::cases) fn new(
        policy: &'p Policy,
        now: Timestamp,
        coverage: &'p mut Coverage,
    ) -> Self {
        Self {
            policy,
            now,
            coverage,
        }
    }

    /// Somebody of a test, whether or not the source delivers them.
    pub(in crate::cases) fn person(&mut self, person: &Person) {
        let scope = &self.policy.scope;
        match standing(self.policy, person) {
            Standing::In => {}
            Standing::NotInGroups => self.coverage.hit("scope.groups", "somebody outside"),
            Standing::NotUnder => self.coverage.hit("scope.under", "somebody outside"),
            Standing::ExceptGroup(at) => {
                if let Some(name) = scope.except_groups.get(at) {
                    let rule = format!("scope.exclude.groups {name}");
                    self.coverage.hit(&rule, "left out");
                }
            }
            Standing::ExceptUnder(at) => {
                if let Some(name) = scope.except_under.get(at) {
                    let rule = format!("scope.exclude.under {name}");
                    self.coverage.hit(&rule, "left out");
                }
            }
        }
    }

    /// People who are delivered.
    pub(in crate::cases) fn page(&mut self, page: &Page) {
        self.conditions(page);
        self.usernames(page);
        for field in &self.policy.fields {
            self.field(page, field);
        }
        for entry in page.entries() {
            for group in &self.policy.scope.groups {
                if entry.groups().any(|own| own == group) {
                    self.coverage
                        .hit(&format!("scope.groups {group}"), "member");
                }
            }
        }
    }

    fn conditions(&mut self, page: &Page) {
        let scope = self.policy.scope.condition.iter();
        let scope = scope.map(|condition| ("scope.where".to_owned(), condition));
        let blocks = self.policy.blocks.iter();
        let blocks = blocks.map(|rule| (format!("block.{}", rule.name), &rule.when));
        for (rule, condition) in scope.chain(blocks) {
            let mut evaluator = Evaluator::new(condition, self.now);
            for entry in page.entries() {
                match evaluator.test(entry) {
                    Ok(true) => self.coverage.hit(&rule, "true"),
                    Ok(false) => self.coverage.hit(&rule, "false"),
                    Err(_) => {}
                }
            }
        }
    }

    /// Who is called what, and what was decided about those who are called so.
    fn usernames(&mut self, page: &Page) {
        let mapping = &self.policy.identity.username;
        let raw = UsernameMapping {
            transform: Transform::default(),
            ..mapping.clone()
        };
        let mut raw = Valuer::of_username(&raw, self.now);
        let mut usernames = Usernames::new(&self.policy.identity, self.now);
        for entry in page.entries() {
            let made = usernames.of(entry);
            let names: Vec<UsernameKey> = match &made {
                Ok(texts) => texts
                    .as_slice()
                    .iter()
                    .map(|name| UsernameKey::of(name))
                    .collect(),
                Err(_) => Vec::new(),
            };
            if !names.is_empty() {
                self.coverage.hit("identity.username", "value");
                if made.ok() != raw.texts(entry).ok() {
                    self.coverage.hit("identity.username", "transform");
                }
            }
            for name in &self.policy.scope.except_usernames {
                if names.contains(name) {
                    let rule = format!("scope.exclude.usernames {}", name.as_str());
                    self.coverage.hit(&rule, "left out");
                }
            }
            self.exceptions(entry, &names);
        }
    }

    fn exceptions(&mut self, entry: EntryView<'_>, names: &[UsernameKey]) {
        for exception in &self.policy.exceptions {
            if exception.is_expired(self.now) {
                continue;
            }
            let person = exception.deed.person();
            let is_meant = match &person {
                Named::Id(id) => entry.id() == Some(id.as_str()),
                Named::Username(name) => names.contains(&name.key()),
            };
            if is_meant && !matches!(exception.deed, ExceptionDeed::Pin { .. }) {
                self.decided(exception.deed.as_str(), person.as_str());
            }
        }
    }

    fn decided(&mut self, deed: &str, who: &str) {
        self.coverage
            .hit(&format!("exceptions.{deed} {who}"), "somebody");
    }

    fn field(&mut self, page: &Page, field: &FieldMapping) {
        let rule = format!("fields.{}", field.name);
        let plain = FieldMapping {
            transform: Transform::default(),
            ..field.clone()
        };
        let mut plain = Valuer::of_field(&plain, self.now);
        let mut valuer = Valuer::of_field(field, self.now);
        for entry in page.entries() {
            let is_there = match &field.value {
                ValueSource::Groups(rules) => {
                    let mut any = false;
                    for group in rules {
                        if entry.groups().any(|own| group.items(own).is_some()) {
                            self.coverage.hit(&rule, &from(&group.group));
                            any = true;
                        }
                    }
                    any
                }
                ValueSource::Reference(reference) => {
                    let names = |&id: &usize| entry.values(id).any(|value| !value.is_empty());
                    let is_there = reference.from.iter().any(names);
                    self.candidates(&rule, &reference.from, entry);
                    is_there
                }
                ValueSource::Attributes(candidates) => {
                    self.candidates(&rule, candidates, entry);
                    has_value(valuer.texts(entry).ok())
                }
                ValueSource::Expression(_) => has_value(valuer.texts(entry).ok()),
            };
            if is_there {
                self.coverage.hit(&rule, "value");
            } else if field.default.is_some() {
                self.coverage.hit(&rule, "default");
            }
            if !field.transform.is_empty() && valuer.texts(entry).ok() != plain.texts(entry).ok() {
                self.coverage.hit(&rule, "transform");
            }
        }
    }

    /// The first candidate with a value is the one that counts.
    fn candidates(&mut self, rule: &str, candidates: &[usize], entry: EntryView<'_>) {
        let has = |id: &&usize| entry.values(**id).any(|value| !value.trim().is_empty());
        let first = candidates.iter().find(has);
        if let Some(name) = first.and_then(|&id| self.policy.attributes.get(id)) {
            self.coverage.hit(rule, &from(name));
        }
    }

    /// What only the plan tells.
    pub(in crate::cases) fn plan(&mut self, plan: &Plan) {
        let waits = |memory: &muster_model::Memory| memory.missing.is_some();
        if plan.remembered.values().any(waits) {
            self.coverage.hit("scope.grace", "waits");
        }
        if plan
            .findings
            .iter()
            .any(|finding| finding.code == Fault::NoLicence)
        {
            self.coverage.hit("licences", "no seat");
        }
        let adopted = plan
            .changes
            .iter()
            .filter(|change| change.action == Action::Adopt);
        for change in adopted {
            for key in &self.policy.identity.adopt.keys {
                // The reason names the keys by which the account was found.
                if change.reason.text.contains(&format!("`{}`", key.as_str())) {
                    let rule = format!("identity.adopt {}", key.as_str());
                    self.coverage.hit(&rule, "adopted");
                }
            }
        }
        self.pins(plan);
    }

    fn pins(&mut self, plan: &Plan) {
        for exception in &self.policy.exceptions {
            let ExceptionDeed::Pin { id, .. } = &exception.deed else {
                continue;
            };
            let mut changes = plan.changes.iter();
            let is_theirs = |change: &muster_model::Change| {
                change.external_id.as_ref() == Some(id)
                    && change.reason.policy.as_ref() == Some(&exception.at)
            };
            if changes.any(is_theirs) {
                self.decided("pin", id.as_str());
            }
        }
    }
}

fn has_value(texts: Option<Texts<'_>>) -> bool {
    texts.is_some_and(|texts| texts.as_slice().iter().any(|text| !text.is_empty()))
}
