//! Which rules of a policy have made a difference in its tests.
//!
//! A rule has sides: a condition is true for somebody and false for somebody, a
//! field has a value, or takes its default. A side that no test has met may say
//! anything; it is named with its line.

mod record;

pub(super) use record::Recorder;

use muster_model::PolicyLine;
use muster_policy::{FieldMapping, Policy, Transform, ValueSource};
use serde::Serialize;

/// What the tests of one policy have met.
#[derive(Clone, Debug, Serialize)]
pub struct Coverage {
    /// The policy's file.
    pub policy: String,
    #[serde(skip)]
    digest: String,
    /// Its rules, in order of their lines.
    pub rules: Vec<RuleHits>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleHits {
    /// `scope.where`, `block.contract-ended`, `fields.email`.
    pub rule: String,
    /// Where it stands.
    pub at: PolicyLine,
    /// What it can do.
    pub sides: Vec<Side>,
}

/// One thing that a rule can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Side {
    /// `true`, `false`, `value`, `default`.
    pub is: String,
    /// How often it was met.
    pub hits: u64,
}

impl Coverage {
    /// Of a policy that no test has met.
    pub fn of(policy: &Policy) -> Self {
        let mut rules = Rules::default();
        scope(policy, &mut rules);
        identity(policy, &mut rules);
        for field in &policy.fields {
            rules.add(
                format!("fields.{}", field.name),
                &field.at,
                sides(policy, field),
            );
        }
        for rule in &policy.blocks {
            rules.condition(format!("block.{}", rule.name), &rule.at);
        }
        if let Some(terms) = &policy.licences {
            rules.add("licences".to_owned(), &terms.at, vec!["no seat".to_owned()]);
        }
        for exception in &policy.exceptions {
            let deed = exception.deed.as_str();
            let who = exception.deed.person();
            let sides = vec!["somebody".to_owned()];
            rules.add(
                format!("exceptions.{deed} {}", who.as_str()),
                &exception.at,
                sides,
            );
        }
        Self {
            policy: policy.file.clone(),
            digest: policy.digest.clone(),
            rules: rules.0,
        }
    }

    /// True if it is about this policy, as it is now.
    pub fn is_of(&self, policy: &Policy) -> bool {
        self.policy == policy.file && self.digest == policy.digest
    }

    /// Sides that were met.
    pub fn met(&self) -> u64 {
        self.all().filter(|(_, side)| side.hits > 0).count() as u64
    }

    /// All sides.
    pub fn total(&self) -> u64 {
        self.all().count() as u64
    }

    /// Sides that were met, of a hundred; rounded down, so that 100 means all.
    pub fn percent(&self) -> u64 {
        (100 * self.met()).checked_div(self.total()).unwrap_or(100)
    }

    /// Sides that no test has met.
    pub fn dead(&self) -> impl Iterator<Item = (&RuleHits, &Side)> {
        self.all().filter(|(_, side)| side.hits == 0)
    }

    fn all(&self) -> impl Iterator<Item = (&RuleHits, &Side)> {
        let rules = self.rules.iter();
        rules.flat_map(|rule| rule.sides.iter().map(move |side| (rule, side)))
    }

    fn hit(&mut self, rule: &str, is: &str) {
        let rule = self.rules.iter_mut().find(|known| known.rule == rule);
        let sides = rule.into_iter().flat_map(|rule| &mut rule.sides);
        for side in sides.filter(|side| side.is == is) {
            side.hits += 1;
        }
    }
}

#[derive(Default)]
struct Rules(Vec<RuleHits>);

impl Rules {
    fn add(&mut self, rule: String, at: &PolicyLine, sides: Vec<String>) {
        let sides = sides.into_iter().map(|is| Side { is, hits: 0 });
        self.0.push(RuleHits {
            rule,
            at: at.clone(),
            sides: sides.collect(),
        });
    }

    fn condition(&mut self, rule: String, at: &PolicyLine) {
        self.add(rule, at, vec!["true".to_owned(), "false".to_owned()]);
    }
}

fn scope(policy: &Policy, rules: &mut Rules) {
    let scope = &policy.scope;
    let many = [
        ("scope.groups", &scope.groups, "member"),
        ("scope.exclude.groups", &scope.except_groups, "left out"),
        ("scope.exclude.under", &scope.except_under, "left out"),
    ];
    for (key, names, side) in many {
        for name in names {
            rules.add(format!("{key} {name}"), &scope.at, vec![side.to_owned()]);
        }
    }
    let outside = [
        ("scope.groups", scope.groups.is_empty()),
        ("scope.under", scope.under.is_empty()),
    ];
    for (key, _) in outside.iter().filter(|(_, is_empty)| !is_empty) {
        rules.add(
            (*key).to_owned(),
            &scope.at,
            vec!["somebody outside".to_owned()],
        );
    }
    for name in &scope.except_usernames {
        let rule = format!("scope.exclude.usernames {}", name.as_str());
        rules.add(rule, &scope.at, vec!["left out".to_owned()]);
    }
    if let Some(condition) = &scope.condition {
        rules.condition("scope.where".to_owned(), &condition.at);
    }
    if scope.grace.is_some() {
        rules.add(
            "scope.grace".to_owned(),
            &scope.at,
            vec!["waits".to_owned()],
        );
    }
}

fn identity(policy: &Policy, rules: &mut Rules) {
    let username = &policy.identity.username;
    let mut sides = vec!["value".to_owned()];
    sides.extend(transform(&username.transform));
    rules.add("identity.username".to_owned(), &username.at, sides);
    let adopt = &policy.identity.adopt;
    let at = adopt.at.as_ref().unwrap_or(&policy.identity.at);
    for key in &adopt.keys {
        let rule = format!("identity.adopt {}", key.as_str());
        rules.add(rule, at, vec!["adopted".to_owned()]);
    }
}

/// What a field can do.
fn sides(policy: &Policy, field: &FieldMapping) -> Vec<String> {
    let mut sides = match &field.value {
        ValueSource::Attributes(candidates) if candidates.len() > 1 => {
            let names = candidates
                .iter()
                .filter_map(|&id| policy.attributes.get(id));
            names.map(|name| from(name)).collect()
        }
        ValueSource::Groups(rules) => rules.iter().map(|rule| from(&rule.group)).collect(),
        _ => vec!["value".to_owned()],
    };
    sides.extend(transform(&field.transform));
    sides.extend(field.default.is_some().then(|| "default".to_owned()));
    sides
}

fn from(name: &str) -> String {
    format!("from {name}")
}

fn transform(transform: &Transform) -> Option<String> {
    (!transform.is_empty()).then(|| "transform".to_owned())
}
