//! One field: what is read, what each step makes of it, what it should hold, and
//! what becomes of it.

use super::conditions::attribute;
use super::listed;
use super::matching::creates;
use crate::explain::case::Case;
use crate::explain::report::{ChainSeen, FieldOutcome, FieldSeen, LastSynced, WantedSeen};
use muster_model::{Account, EntryView, FieldChange, Value};
use muster_plan::{Wanted, wanted};
use muster_policy::{FieldMapping, MappingFailed, Mode, OnError, Texts, ValueSource, Valuer};
use std::borrow::Cow;

/// How a field's value comes about.
struct Made {
    steps: Vec<ChainSeen>,
    wanted: WantedSeen,
    /// The same, where it can be compared with what the account holds.
    exact: Option<Wanted>,
}

pub(super) fn field(case: &Case<'_>, field: &FieldMapping, entry: EntryView<'_>) -> FieldSeen {
    let account = case.account.as_ref();
    let current = account.and_then(|account| account.fields.get(&field.name));
    let change = case
        .deed()
        .fields
        .iter()
        .find(|change| change.name == field.name);
    let made = made(case, field, entry);
    let outcome = outcome(case, field, &made, current, change);
    FieldSeen {
        name: field.name.as_str().to_owned(),
        policy: field.at.clone(),
        mode: match field.mode {
            Mode::Always => "always",
            Mode::Create => "create",
            Mode::IfEmpty => "if-empty",
        },
        sensitive: field.sensitive,
        required: field.required,
        from: from(case, field),
        reads: field
            .value
            .origins()
            .into_iter()
            .map(|id| attribute(case.policy(), id, entry))
            .collect(),
        note: note(field, &made, outcome, current)
            .filter(|_| account.is_some() || change.is_some()),
        steps: made.steps,
        wanted: made.wanted,
        current: current.cloned(),
        last_synced: last_synced(account, field),
        outcome,
        cause: change.map(|change| change.cause),
        new: change.and_then(|change| change.new.clone()),
    }
}

fn last_synced(account: Option<&Account>, field: &FieldMapping) -> LastSynced {
    let last = account.and_then(|account| account.synced.get(&field.name));
    last.map_or(LastSynced::Never, |last| LastSynced::Wrote(last.clone()))
}

/// What the policy says a field is made of.
fn from(case: &Case<'_>, field: &FieldMapping) -> String {
    let names = |ids: &[usize]| {
        let names = ids
            .iter()
            .filter_map(|&id| case.policy().attributes.get(id));
        let quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
        quoted.join(", or else ")
    };
    match &field.value {
        ValueSource::Attributes(ids) => names(ids),
        ValueSource::Expression(expression) => expression.text.clone(),
        ValueSource::Reference(reference) => {
            format!("the account of whom {} names", names(&reference.from))
        }
        ValueSource::Groups(rules) => {
            let groups: Vec<&str> = rules.iter().map(|rule| rule.group.as_str()).collect();
            format!("membership in {}", listed(&groups))
        }
    }
}

fn made(case: &Case<'_>, field: &FieldMapping, entry: EntryView<'_>) -> Made {
    match &field.value {
        ValueSource::Reference(_) => Made {
            steps: Vec::new(),
            wanted: WantedSeen::SeenLater,
            exact: None,
        },
        ValueSource::Groups(rules) => {
            let given = entry.groups().map(|group| {
                let items = rules.iter().filter_map(|rule| rule.items(group)).flatten();
                (group.to_owned(), items.collect::<Vec<String>>())
            });
            let steps = given.filter(|(_, items)| !items.is_empty());
            let steps = steps.map(|(group, items)| ChainSeen {
                step: format!("group `{group}`"),
                policy: None,
                made: Some(items),
            });
            Made {
                steps: steps.collect(),
                wanted: WantedSeen::SeenLater,
                exact: None,
            }
        }
        ValueSource::Attributes(_) | ValueSource::Expression(_) => chain(case, field, entry),
    }
}

fn chain(case: &Case<'_>, field: &FieldMapping, entry: EntryView<'_>) -> Made {
    let mut valuer = Valuer::of_field(field, case.question.now());
    let trace = valuer.trace(entry);
    let mut steps: Vec<ChainSeen> = Vec::new();
    if matches!(field.value, ValueSource::Expression(_)) && trace.before.is_some() {
        steps.push(ChainSeen {
            step: "expr".to_owned(),
            policy: Some(field.at.clone()),
            made: trace.before.clone(),
        });
    }
    steps.extend(trace.steps.into_iter().map(|step| ChainSeen {
        step: step.name,
        policy: step.at,
        made: step.made,
    }));
    match trace.result {
        Ok(texts) => {
            let exact = wanted(field, texts_of(texts));
            Made {
                steps,
                wanted: shown(&exact),
                exact: Some(exact),
            }
        }
        Err(failed) => {
            let exact = match field.on_error {
                OnError::Hold => None,
                OnError::Keep => Some(Wanted::Kept),
                OnError::Absent => Some(wanted(field, Texts::Absent)),
            };
            let why = match (&failed, field.sensitive) {
                (MappingFailed::Step(step), false) => step.with_value(),
                (failed, _) => failed.to_string(),
            };
            Made {
                steps,
                wanted: WantedSeen::Failed { why },
                exact,
            }
        }
    }
}

fn texts_of(texts: Option<Vec<String>>) -> Texts<'static> {
    let own = |text: String| Cow::Owned(text);
    match texts {
        None => Texts::Absent,
        Some(mut texts) if texts.len() == 1 => texts
            .pop()
            .map_or(Texts::Absent, |text| Texts::One(own(text))),
        Some(texts) => Texts::Many(texts.into_iter().map(own).collect()),
    }
}

fn shown(wanted: &Wanted) -> WantedSeen {
    match wanted {
        Wanted::Absent => WantedSeen::Absent,
        Wanted::Kept => WantedSeen::Kept,
        Wanted::Value(value) => WantedSeen::Value {
            value: value.clone(),
        },
        Wanted::AnyOf(values) => WantedSeen::AnyOf {
            values: values.clone(),
        },
    }
}

fn outcome(
    case: &Case<'_>,
    field: &FieldMapping,
    made: &Made,
    current: Option<&Value>,
    change: Option<&FieldChange>,
) -> FieldOutcome {
    if change.is_some() {
        return FieldOutcome::Changes;
    }
    if case.account.is_none() && !creates(case) && !case.is_held() {
        return FieldOutcome::NotWritten;
    }
    let is_blank = current.is_none_or(is_blank);
    let is_written = match field.mode {
        Mode::Always => true,
        Mode::Create => (case.account.is_none() || case.deed().adopts.is_some()) && is_blank,
        Mode::IfEmpty => is_blank,
    };
    let is_nothing = |wanted: &Wanted| match wanted {
        Wanted::Absent => true,
        Wanted::Kept => false,
        Wanted::Value(value) => value.is_empty(),
        Wanted::AnyOf(values) => values.is_empty(),
    };
    let is_right = match &made.exact {
        // What others have to do with it, the plan has seen.
        None => !matches!(made.wanted, WantedSeen::Failed { .. }),
        Some(wanted) => {
            wanted.is_met_by(current) || (field.mode != Mode::Always && is_nothing(wanted))
        }
    };
    match (is_written, is_right) {
        (false, _) => FieldOutcome::NotWritten,
        (true, true) => FieldOutcome::Unchanged,
        (true, false) => FieldOutcome::Held,
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Text(text) => text.is_empty(),
        Value::List(items) => items.iter().all(String::is_empty),
    }
}

fn note(
    field: &FieldMapping,
    made: &Made,
    outcome: FieldOutcome,
    current: Option<&Value>,
) -> Option<String> {
    let is_default = |value: &Value| match value {
        Value::Text(text) => Some(text) == field.default.as_ref(),
        Value::List(items) => items.len() == 1 && items.first() == field.default.as_ref(),
    };
    match (&made.wanted, outcome) {
        (_, FieldOutcome::NotWritten) if field.mode == Mode::Always => None,
        (_, FieldOutcome::NotWritten) if field.mode == Mode::Create => {
            Some("written once, when the account was made; it belongs to the intranet".to_owned())
        }
        (_, FieldOutcome::NotWritten) => {
            Some("the account has a value, and the policy writes only empty ones".to_owned())
        }
        (WantedSeen::Failed { .. }, _) => Some(
            match field.on_error {
                OnError::Hold => "`on_error: hold`: none of the person's fields is written",
                OnError::Keep => "`on_error: keep`: the field is left as it is",
                OnError::Absent => "`on_error: absent`: it counts as absent",
            }
            .to_owned(),
        ),
        (WantedSeen::Kept, _) => Some(match current {
            Some(_) => "the source has nothing, and the policy keeps what is there".to_owned(),
            None => "the source has nothing".to_owned(),
        }),
        (WantedSeen::Value { value }, _) if is_default(value) => Some("`default`".to_owned()),
        _ => None,
    }
}
