//! What an edit does, for programs.

use super::{Look, Outcome, Told};
use crate::effect::{Affected, Difference, Effect, Side, Way};
use crate::patterns::Values;
use serde_json::{Map, Value, json};

/// The name and version of the format.
pub const EFFECT_FORMAT: &str = "muster.effect/1";

/// `muster.effect/1`. Names are stable; more may be added.
pub fn json(all: &[Told], look: Look) -> Value {
    let affected: u64 = all.iter().map(Told::affected).sum();
    let effects: Vec<Value> = all.iter().map(|told| one(told, look)).collect();
    json!({
        "format": EFFECT_FORMAT,
        "affected": affected,
        "known": all.iter().all(|told| told.unknown().is_none()),
        "directories": effects,
    })
}

fn one(told: &Told, look: Look) -> Value {
    let mut document = json!({
        "directory": told.directory,
        "old": told.old,
        "new": told.new,
        "compared": told.basis,
        "known": told.unknown().is_none(),
        "affected": told.affected(),
    });
    let more = match &told.outcome {
        Outcome::Unchanged => json!({"summary": {}, "people": [], "groups": [], "guards": []}),
        Outcome::Known(effect) => known(effect, look),
        Outcome::Unknown(why, hints) => {
            let lacks = why.lacks().iter().map(ToString::to_string);
            json!({
                "why": told.unknown().map(|(why, _)| why),
                "lacks": lacks.collect::<Vec<_>>(),
                "hints": hints,
            })
        }
        Outcome::NoBasis(_, hints) => json!({
            "why": told.unknown().map(|(why, _)| why),
            "lacks": [],
            "hints": hints,
        }),
    };
    if let (Some(document), Value::Object(more)) = (document.as_object_mut(), more) {
        document.extend(more);
    }
    document
}

fn known(effect: &Effect, look: Look) -> Value {
    let mut summary = Map::new();
    for way in Way::ALL {
        let counts = effect.counts();
        let counts = counts.iter().filter(|((of, _), _)| *of == way);
        let counts: Map<String, Value> = counts
            .map(|((_, deed), count)| (deed.as_str().to_owned(), json!(count)))
            .collect();
        if let Value::String(name) = json!(way) {
            summary.insert(name, Value::Object(counts));
        }
    }
    let groups = effect.groups(look.values);
    let groups = groups.iter().map(|group| {
        json!({
            "way": group.way,
            "is": group.deed.as_str(),
            "text": group.pattern.sentence(),
            "reason": group.pattern.reason,
            "count": group.pattern.count,
            "policy": group.pattern.policy,
            "usernames": group.usernames,
        })
    });
    let people = effect.people.iter().map(|one| person(one, look));
    json!({
        "summary": summary,
        "people": people.collect::<Vec<_>>(),
        "groups": groups.collect::<Vec<_>>(),
        "guards": effect.guards,
        "newly_stopped": effect.newly_stopped,
        "incomplete": effect.incomplete,
    })
}

fn person(one: &Affected, look: Look) -> Value {
    let differences: Vec<Value> = one
        .differences
        .iter()
        .map(|difference| told(difference, look))
        .collect();
    json!({"username": one.username, "differences": differences})
}

fn told(difference: &Difference, look: Look) -> Value {
    json!({
        "way": difference.way,
        "is": difference.deed.as_str(),
        "old": difference.old.as_ref().map(|side| self::side(side, look)),
        "new": difference.new.as_ref().map(|side| self::side(side, look)),
    })
}

/// Values of a change are masked where they are sensitive; a sentence about
/// somebody who is held has values in it.
fn side(side: &Side, look: Look) -> Value {
    let mut told = json!({"code": side.code(), "policy": side.policy()});
    let Some(map) = told.as_object_mut() else {
        return told;
    };
    let shows = look.values == Values::Shown;
    match side {
        Side::Held(_) if !shows => {}
        side => drop(map.insert("text".to_owned(), json!(side.text()))),
    }
    if let Side::Change(change) = side {
        let fields = match shows {
            true => json!(change.fields),
            false => {
                let names = change.fields.iter();
                json!(
                    names
                        .map(|field| json!({"name": field.name}))
                        .collect::<Vec<_>>()
                )
            }
        };
        map.insert("fields".to_owned(), fields);
    }
    told
}
