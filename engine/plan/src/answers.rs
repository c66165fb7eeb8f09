//! Whom references mean, and what that changes: the second pass, when everybody
//! is known and has a number.

use crate::accounts::Row;
use crate::changes::Decided;
use crate::circles::{self, Node};
use crate::claims::Claimant;
use crate::desired::Desired;
use crate::edits::Places;
use crate::mapper::Outcome;
use crate::planner::{Fate, Planner, Seen};
use crate::references::{Name, One};
use crate::targets::{Meant, Targets};
use hashbrown::HashMap;
use muster_model::{
    AccountId, Cause, Change, Coverage, Fault, FieldChange, Finding, Username, Value,
};
use muster_policy::{By, Cycles, FieldMapping, Reference, Shape};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// What came of all references.
#[derive(Default)]
struct Answers {
    changes: Vec<(Claimant, FieldChange)>,
    unsettled: Vec<Row>,
    /// Whose reference could not be followed in a read that is only partial.
    kept: Vec<Row>,
    findings: Vec<(Option<Row>, Finding)>,
    /// Whom the person at hand refers to; used again for the next one.
    ids: Vec<(Name, AccountId, Claimant)>,
    scratch: String,
}

/// One field's references.
struct Field<'p> {
    place: usize,
    mapping: &'p FieldMapping,
    reference: &'p Reference,
    meant: HashMap<Name, Meant>,
    /// Who refers to whom, if circles are to be found.
    edges: Vec<(Node, Node)>,
}

impl<'p> Planner<'p> {
    /// Finds out whom references mean, and adds what that changes.
    pub(crate) fn settle_references(
        &mut self,
        coverage: &Coverage,
        decided: &mut Decided,
        numbers: &BTreeMap<usize, AccountId>,
    ) {
        if self.mapper.asked.ones().is_empty() {
            return;
        }
        let answers = {
            let is_whole = matches!(coverage, Coverage::Complete { .. });
            let targets = Targets::new(self, decided, numbers, is_whole);
            let is_partial = matches!(coverage, Coverage::Partial { .. });
            self.answers(&targets, is_partial)
        };
        let mut places = Places::of(&decided.edits);
        for (who, change) in answers.changes {
            match who {
                Claimant::Account(row) => places.add(&mut decided.edits, row, change),
                Claimant::Stranger(place) => add_to_new(decided, place, change),
            }
        }
        self.unsettled.extend(answers.unsettled);
        self.uncomputed.extend(answers.kept);
        self.findings.extend(answers.findings);
    }

    fn answers(&self, targets: &Targets<'_>, is_partial: bool) -> Answers {
        let mut answers = Answers::default();
        let texts = self.mapper.asked.texts();
        for (place, mapping) in self.policy.fields.iter().enumerate() {
            let Some(reference) = mapping.reference() else {
                continue;
            };
            let is_meant = |one: &&One| one.field() == place && self.is_followed(targets, one);
            let ones = || self.mapper.asked.ones().iter().filter(is_meant);
            let names: BTreeSet<Name> = ones()
                .flat_map(|one| self.mapper.asked.names_of(one))
                .copied()
                .chain(self.mapper.asked.fallback(place))
                .collect();
            let names: Vec<Name> = names.into_iter().collect();
            let mut field = Field {
                place,
                mapping,
                reference,
                meant: targets.find(&reference.by, &names, &texts),
                edges: Vec::new(),
            };
            self.report_default(&field, targets, &texts, &mut answers);
            for one in ones() {
                self.answer(&mut field, targets, &texts, one, is_partial, &mut answers);
            }
            if reference.cycles == Cycles::Report {
                self.report_circles(field, targets, &mut answers);
            }
        }
        answers
    }

    /// True if the person is not held, and has or gets an account.
    fn is_followed(&self, targets: &Targets<'_>, one: &One) -> bool {
        match one.who {
            Claimant::Account(row) => {
                let is_there = one.adopter().is_none() || targets.is_target(row);
                is_there && self.is_adopted(row, one.adopter()) && self.seen_of(row) != Seen::Held
            }
            Claimant::Stranger(_) => targets.id(one.who).is_some(),
        }
    }

    fn answer(
        &self,
        field: &mut Field<'_>,
        targets: &Targets<'_>,
        texts: &[&str],
        one: &One,
        is_partial: bool,
        answers: &mut Answers,
    ) {
        let asked = &self.mapper.asked;
        let is_list = field.mapping.shape == Shape::List;
        let mut is_open = false;
        answers.ids.clear();
        for &name in asked.names_of(one) {
            match field.meant.get(&name) {
                Some(&Meant::One(who, id)) => answers.ids.push((name, id, who)),
                Some(Meant::Nobody(_)) if is_partial => is_open = true,
                Some(meant) => {
                    is_open |= matches!(meant, Meant::NotInPlan(_));
                    let finding = self.problem(field, targets, one, text(texts, name), meant);
                    answers.findings.push(finding);
                }
                None => {}
            }
        }
        let is_open = is_open && (is_list || answers.ids.is_empty());
        match one.who {
            // Nobody can say whom it means: what the account has stays.
            Claimant::Account(row) if is_open => {
                answers.kept.push(row);
                return self.add_edges_of_account(field, targets, row);
            }
            Claimant::Stranger(_) if is_open => {}
            _ if answers.ids.is_empty() => {
                let default = asked.fallback(field.place);
                let meant = default.and_then(|name| Some((name, field.meant.get(&name)?)));
                if let Some((name, &Meant::One(who, id))) = meant
                    && who != one.who
                {
                    answers.ids.push((name, id, who));
                }
            }
            _ => {}
        }
        if !is_list {
            self.choose_one(field, one.who, texts, answers);
        }
        let from = self.node(one.who);
        let edges = answers.ids.iter().map(|&(.., to)| (from, self.node(to)));
        field.edges.extend(edges);
        self.conclude(field, one.who, answers);
    }

    /// Of several people for a field that takes one, any is right: the one that
    /// the account has, or else the first by name, so that a source without an
    /// order changes nothing.
    fn choose_one(&self, field: &Field<'_>, who: Claimant, texts: &[&str], answers: &mut Answers) {
        if answers.ids.len() < 2 {
            return;
        }
        let (ids, scratch) = (&answers.ids, &mut answers.scratch);
        let mut is_held = |id: AccountId| match who {
            Claimant::Account(row) => {
                self.accounts
                    .holds_text(row, field.place, written(id, scratch))
            }
            Claimant::Stranger(_) => false,
        };
        let held = ids.iter().find(|(_, id, _)| is_held(*id));
        let first = ids.iter().min_by_key(|(name, ..)| text(texts, *name));
        if let Some(&chosen) = held.or(first) {
            answers.ids.clear();
            answers.ids.push(chosen);
        }
    }

    /// Compares what was found with what the account holds.
    fn conclude(&self, field: &Field<'_>, who: Claimant, answers: &mut Answers) {
        let is_list = field.mapping.shape == Shape::List;
        if let (Claimant::Account(row), false, [(_, id, _)]) =
            (who, is_list, answers.ids.as_slice())
            && !self.accounts.is_unsettled(row, field.place)
            && self
                .accounts
                .holds_text(row, field.place, written(*id, &mut answers.scratch))
        {
            return;
        }
        let ids = answers.ids.iter().map(|(_, id, _)| id.to_string());
        let value = match is_list {
            true => Some(Value::list(ids.collect())).filter(|ids| !ids.is_empty()),
            false => answers
                .ids
                .first()
                .map(|(_, id, _)| Value::Text(id.to_string())),
        };
        match who {
            Claimant::Account(row) => {
                let desired = Desired::found(field.mapping, value);
                match self
                    .mapper
                    .outcome(&self.accounts, row, field.place, desired)
                {
                    Outcome::Agreed => {}
                    Outcome::Unsettled => answers.unsettled.push(row),
                    Outcome::Changed(mut change) => {
                        if self.adopters.contains_key(&row) {
                            // It is written for the first time.
                            change.cause = Cause::Source;
                        }
                        answers.changes.push((who, change));
                    }
                }
            }
            Claimant::Stranger(_) => {
                if value.is_some() {
                    let change = FieldChange {
                        name: field.mapping.name.clone(),
                        old: None,
                        new: value,
                        cause: Cause::Source,
                        policy: Some(field.mapping.at.clone()),
                        sensitive: field.mapping.sensitive,
                    };
                    answers.changes.push((who, change));
                }
            }
        }
    }

    /// A finding about a reference that means nobody, or more than one.
    fn problem(
        &self,
        field: &Field<'_>,
        targets: &Targets<'_>,
        one: &One,
        value: &str,
        meant: &Meant,
    ) -> (Option<Row>, Finding) {
        let (name, row) = match one.who {
            Claimant::Account(row) => (targets.username(one.who), Some(row)),
            Claimant::Stranger(_) => (targets.username(one.who), None),
        };
        let default = self.mapper.asked.fallback(field.place);
        let default = default.and_then(|name| field.meant.get(&name));
        let outcome = match (default, field.mapping.shape) {
            (Some(Meant::One(who, _)), _) if *who != one.who => "the default is taken",
            (_, Shape::List) => "it is left out",
            _ => "the field gets no value from it",
        };
        (
            row,
            self.finding(field, targets, Some(name), value, meant, outcome),
        )
    }

    fn finding(
        &self,
        field: &Field<'_>,
        targets: &Targets<'_>,
        username: Option<String>,
        value: &str,
        meant: &Meant,
        outcome: &str,
    ) -> Finding {
        let name = &field.mapping.name;
        let (code, text) = match meant {
            Meant::Several(way, who) => {
                let mut people: Vec<String> =
                    who.iter().map(|&who| introduce(targets, who)).collect();
                people.sort_unstable();
                let way = field.reference.by.get(*way);
                let way = way.map_or_else(String::new, |by| self.in_words(by));
                let people = people.join(" and ");
                (
                    Fault::ReferenceAmbiguous,
                    format!(
                        "field `{name}` refers to `{value}`, and by {way} that is {people}; none of \
                         them is taken: {outcome}"
                    ),
                )
            }
            Meant::Nobody(Some(row)) => (
                Fault::ReferenceMissing,
                format!(
                    "field `{name}` refers to `{value}`, whose account `{}` ({}) is out of scope; \
                     {outcome}",
                    self.accounts.username(*row),
                    self.accounts.id(*row)
                ),
            ),
            Meant::NotInPlan(who) => (
                Fault::ReferenceMissing,
                format!(
                    "field `{name}` refers to `{value}`, who is new and whose account (`{}`) is not \
                     in this plan; plan without `--only`",
                    targets.username(*who)
                ),
            ),
            Meant::Nobody(None) | Meant::One(..) => (
                Fault::ReferenceMissing,
                format!(
                    "field `{name}` refers to `{value}`, and nobody who has or gets an account here \
                     is that by {}; {outcome}",
                    self.ways_in_words(field.reference)
                ),
            ),
        };
        Finding {
            code,
            username,
            text,
            policy: Some(field.mapping.at.clone()),
            held: false,
        }
    }

    /// A default that means nobody is the policy's own mistake: it is told once.
    fn report_default(
        &self,
        field: &Field<'_>,
        targets: &Targets<'_>,
        texts: &[&str],
        answers: &mut Answers,
    ) {
        let Some(name) = self.mapper.asked.fallback(field.place) else {
            return;
        };
        if let Some(meant @ (Meant::Nobody(_) | Meant::Several(..))) = field.meant.get(&name) {
            let value = text(texts, name);
            let outcome = "where the source names nobody, the field has no value";
            let mut finding = self.finding(field, targets, None, value, meant, outcome);
            finding.text = format!("as its default, {}", finding.text);
            answers.findings.push((None, finding));
        }
    }

    fn ways_in_words(&self, reference: &Reference) -> String {
        let mut ways: Vec<String> = reference.by.iter().map(|by| self.in_words(by)).collect();
        match ways.pop() {
            Some(last) if ways.is_empty() => last,
            Some(last) => format!("{} or {last}", ways.join(", ")),
            None => String::new(),
        }
    }

    fn in_words(&self, by: &By) -> String {
        match by {
            By::Id => "identifier".to_owned(),
            By::Username => "username".to_owned(),
            By::Email(_) => "e-mail".to_owned(),
            By::Attribute(attribute) => {
                let name = self.policy.attributes.get(*attribute);
                format!("`{}`", name.map_or("", String::as_str))
            }
        }
    }

    /// Names each circle once.
    fn report_circles(&self, mut field: Field<'_>, targets: &Targets<'_>, answers: &mut Answers) {
        let told: BTreeSet<Node> = field.edges.iter().map(|(from, _)| *from).collect();
        for row in self.accounts.own_rows() {
            if matches!(self.seen_of(row), Seen::Not | Seen::Held) {
                self.add_edges_of_account(&mut field, targets, row);
            }
        }
        field.edges.sort_unstable();
        field.edges.dedup();
        let nodes = self.accounts.len() + targets.newcomers();
        for circle in circles::circles(nodes, &field.edges) {
            // Whom a delta has not delivered was told of before.
            if !circle.iter().any(|node| told.contains(node)) {
                continue;
            }
            let finding = self.circle(&field, targets, &circle);
            answers.findings.push((None, finding));
        }
    }

    fn circle(&self, field: &Field<'_>, targets: &Targets<'_>, circle: &[Node]) -> Finding {
        let name = |node: Node| targets.username(self.claimant(node));
        let mut members: Vec<(String, Node)> =
            circle.iter().map(|&node| (name(node), node)).collect();
        members.sort_unstable();
        let is_only = |name: &str| {
            let only = self.context.only.as_ref();
            only.is_some_and(|only| muster_model::UsernameKey::of(name) == *only)
        };
        let only = members.iter().find(|(name, _)| is_only(name));
        let start = only.or(members.first()).map_or(0, |(_, node)| *node);
        let way = circles::way_round(start, |node| {
            let from = field.edges.partition_point(|&(from, _)| from < node);
            let edges = field.edges.get(from..).unwrap_or_default().iter();
            let to = edges
                .take_while(|(from, _)| *from == node)
                .map(|(_, to)| *to);
            let mut to: Vec<Node> = to.filter(|to| circle.binary_search(to).is_ok()).collect();
            to.sort_by_cached_key(|node| name(*node));
            to
        });
        let way: Vec<String> = way
            .into_iter()
            .map(|node| format!("`{}`", name(node)))
            .collect();
        Finding {
            code: Fault::ReferenceCycle,
            username: Some(name(start)),
            text: format!(
                "field `{}` leads in a circle: {}; the values are written as the source has them. \
                 Correct one of them there, or say `cycles: allow` if they are right",
                field.mapping.name,
                way.join(" → ")
            ),
            policy: Some(field.mapping.at.clone()),
            held: false,
        }
    }

    /// Whom an account refers to that stays as it is.
    fn add_edges_of_account(&self, field: &mut Field<'_>, targets: &Targets<'_>, row: Row) {
        if field.reference.cycles == Cycles::Allow || !targets.is_target(row) {
            return;
        }
        for id in self.accounts.values_of_field(row, field.place) {
            let to = id.parse().ok().and_then(|id| self.accounts.by_id(id));
            if let Some(to) = to.filter(|&to| targets.is_target(to)) {
                let (from, to) = (Claimant::Account(row), Claimant::Account(to));
                field.edges.push((self.node(from), self.node(to)));
            }
        }
    }

    /// Accounts come first, new people after them.
    fn node(&self, who: Claimant) -> Node {
        let place = match who {
            Claimant::Account(row) => row.place(),
            Claimant::Stranger(place) => self.accounts.len() + place,
        };
        Node::try_from(place).unwrap_or(Node::MAX)
    }

    fn claimant(&self, node: Node) -> Claimant {
        let place = node as usize;
        match place.checked_sub(self.accounts.len()) {
            Some(place) => Claimant::Stranger(place),
            None => Claimant::Account(Row::at(node)),
        }
    }

    /// Whom the accounts belong to that changed references name, after the plan.
    pub(crate) fn names(&self, changes: &[Change]) -> BTreeMap<AccountId, Username> {
        let is_reference = |change: &&FieldChange| {
            let mut fields = self.policy.fields.iter();
            fields.any(|field| field.name == change.name && field.reference().is_some())
        };
        let fields = changes.iter().flat_map(|change| &change.fields);
        let mut names: BTreeMap<AccountId, Option<Username>> = BTreeMap::new();
        for value in fields
            .filter(is_reference)
            .flat_map(|change| [&change.old, &change.new])
            .flatten()
        {
            let items = match value {
                Value::Text(text) => std::slice::from_ref(text),
                Value::List(items) => items,
            };
            for id in items.iter().filter_map(|item| item.parse().ok()) {
                names.entry(id).or_default();
            }
        }
        if names.is_empty() {
            return BTreeMap::new();
        }
        for change in changes {
            if let Some(name) = names.get_mut(&change.account_id) {
                *name = Some(change.username.clone());
            }
        }
        let known = |id: AccountId| Username::new(self.accounts.username(self.accounts.by_id(id)?));
        let names = names.into_iter();
        names
            .filter_map(|(id, name)| Some((id, name.or_else(|| known(id))?)))
            .collect()
    }
}

fn text<'t>(texts: &[&'t str], name: Name) -> &'t str {
    texts.get(name as usize).copied().unwrap_or("")
}

/// Writes a number without making a string of its own.
fn written(id: AccountId, scratch: &mut String) -> &str {
    scratch.clear();
    // Writing into a string cannot fail.
    let _ = write!(scratch, "{id}");
    scratch
}

fn introduce(targets: &Targets<'_>, who: Claimant) -> String {
    let name = targets.username(who);
    match targets.id(who) {
        Some(id) => format!("`{name}` ({id})"),
        None => format!("`{name}`"),
    }
}

fn add_to_new(decided: &mut Decided, place: usize, change: FieldChange) {
    // They are in the order of their places.
    let found = decided
        .strangers
        .binary_search_by_key(&place, |(place, _)| *place);
    let stranger = found
        .ok()
        .and_then(|found| decided.strangers.get_mut(found));
    if let Some((_, stranger)) = stranger
        && let Fate::Create(fields) = &mut stranger.fate
    {
        fields.push(change);
        fields.sort_by(|a, b| a.name.cmp(&b.name));
    }
}
