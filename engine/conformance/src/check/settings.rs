//! Settings: those that are wrong, and those that are only odd.

use super::component::granting;
use super::{finding, judged};
use crate::report::{Finding, Verdict};
use crate::stage::{End, Stage, Trouble, Watch};
use crate::truth::shown;
use muster_host::{CheckError, Crash, OpenError, ReadError, ReadRequest, StartError, chain};
use serde_json::{Map, Value, json};

/// A setting that no plugin has.
const UNKNOWN: &str = "no_plugin_has_such_a_setting";

pub(super) fn schema(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let schema: Value =
        serde_json::from_str(&stage.plugin.about().settings_schema).unwrap_or_default();
    let mut findings = Vec::new();
    for name in required(&schema) {
        let without = stage.bind(|settings| {
            settings.remove(&name);
        });
        if without.is_ok() {
            findings.push(finding(
                format!("the required setting `{name}` was left out"),
                "that it is missed before anything is read",
                "nobody missed it",
                "a setting with a `default` is not `required`: take it out of one of them",
            ));
        }
    }
    let with = stage.bind(|settings| {
        settings.insert(UNKNOWN.to_owned(), json!("x"));
    });
    if with.is_ok() {
        findings.push(finding(
            format!("an unknown setting `{UNKNOWN}` was given"),
            "that it is refused: a typo in a setting must not go unnoticed",
            "it was taken",
            "set `\"additionalProperties\": false` in settings.schema.json",
        ));
    }
    findings.extend(undescribed(&schema));
    Ok(judged(findings))
}

fn required(schema: &Value) -> Vec<String> {
    let names = schema.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

fn properties(schema: &Value) -> Map<String, Value> {
    let all = schema.get("properties").and_then(Value::as_object);
    all.cloned().unwrap_or_default()
}

fn undescribed(schema: &Value) -> Option<Finding> {
    let bare = |value: &Value| {
        ["title", "description"]
            .iter()
            .all(|key| value.get(key).is_none())
    };
    let all = properties(schema);
    let names: Vec<String> = all
        .iter()
        .filter(|(_, value)| bare(value))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    (!names.is_empty()).then(|| {
        finding(
            "the schema of the settings was read",
            "a title or a description of each: it is all that an administrator sees of it",
            format!("none for {}", names.join(", ")),
            "add `\"title\"` or `\"description\"` in settings.schema.json",
        )
    })
}

pub(super) fn odd(stage: &mut Stage) -> Result<Verdict, Trouble> {
    super::baseline(stage)?;
    let schema: Value =
        serde_json::from_str(&stage.plugin.about().settings_schema).unwrap_or_default();
    let granting = granting(&stage.plugin.about().needs);
    let (mut findings, mut tried) = (Vec::new(), 0);
    for (turn, (name, about)) in properties(&schema).into_iter().enumerate() {
        // What grants something is the host's to look at.
        if granting.contains(&name) {
            continue;
        }
        for value in odd_values(&about, turn) {
            let odd = value.clone();
            let Ok(bound) = stage.bind(|settings| {
                settings.insert(name.clone(), odd);
            }) else {
                continue;
            };
            tried += 1;
            let bound = bound.tapped(Watch::onlooker());
            let broke = broken_check(&bound, stage)
                .or_else(|| broken_read(&bound, stage.request(super::PAGE)));
            if let Some(broke) = broke {
                findings.push(finding(
                    format!("the setting `{name}` was `{}`", shown(&value.to_string())),
                    "a failure of kind `config` that says what is wrong, or a read",
                    broke,
                    "look at the setting in `open`, and return `Failure::config`",
                ));
                break;
            }
        }
    }
    Ok(match judged(findings) {
        Verdict::Passed(_) => Verdict::Passed(Some(format!("{tried} tried"))),
        other => other,
    })
}

fn broken_check(bound: &muster_host::Bound, stage: &Stage) -> Option<String> {
    match bound.check(&stage.scope()) {
        Err(error @ (CheckError::Crashed { .. } | CheckError::Open(OpenError::Crashed { .. }))) => {
            Some(chain(&error))
        }
        _ => None,
    }
}

fn broken_read(bound: &muster_host::Bound, request: ReadRequest) -> Option<String> {
    let read = crate::stage::Read::collect(bound, request);
    match &read.end {
        // What is wrong with pages is other checks'.
        End::Failed(error) if matches!(**error, ReadError::Breach { .. }) => None,
        End::Failed(error) => is_broken(error).then(|| chain(error)),
        End::Claimed { .. } => None,
    }
}

/// True if the plugin broke, or broke a rule: it did not say itself why it failed.
/// One that was stopped from outside has done neither.
pub(super) fn is_broken(error: &ReadError) -> bool {
    match error {
        ReadError::Crashed { crash, .. }
        | ReadError::Open(OpenError::Crashed { crash, .. })
        | ReadError::Start(StartError::Crashed { crash, .. }) => *crash != Crash::Cancelled,
        ReadError::Breach { .. } => true,
        ReadError::Failed { .. }
        | ReadError::Open(OpenError::Failed { .. })
        | ReadError::Start(StartError::Failed { .. }) => false,
    }
}

/// Texts that are tried with each setting. A source may be slow: all settings
/// together meet all texts.
const TEXTS_EACH: usize = 4;

/// Values that a property's own schema may take; `turn` picks among texts.
fn odd_values(about: &Value, turn: usize) -> Vec<Value> {
    if let Some(words) = about.get("enum").and_then(Value::as_array) {
        return words.clone();
    }
    let kinds: Vec<&str> = match about.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec!["string"],
    };
    let mut values = Vec::new();
    for kind in kinds {
        match kind {
            "string" => values.extend(texts(turn).map(|text| json!(text))),
            "boolean" => values.extend([json!(true), json!(false)]),
            "integer" | "number" => {
                let bounds = ["minimum", "maximum"].map(|key| about.get(key).cloned());
                values.extend(bounds.into_iter().flatten());
                values.extend([json!(0), json!(1), json!(-1), json!(1_000_000_007)]);
            }
            "array" => {
                values.push(json!([]));
                values.extend(texts(turn).map(|text| json!([text])));
            }
            _ => {}
        }
    }
    values
}

const TEXTS: [&str; 8] = [
    " ",
    "Zoë\u{301} 𠮷 👩\u{200d}👧",
    "a\u{0}b\nc",
    "../../etc/passwd",
    "?a=b&c#d%zz",
    "(((*)",
    "[{\"a\":",
    "a.b..c[0][",
];

/// The empty text, and others in turn.
fn texts(turn: usize) -> impl Iterator<Item = String> {
    let long = "x".repeat(10_000);
    let others: Vec<String> = TEXTS.map(str::to_owned).into_iter().chain([long]).collect();
    let picked = others.into_iter().cycle().skip(turn * (TEXTS_EACH - 1));
    [String::new()]
        .into_iter()
        .chain(picked.take(TEXTS_EACH - 1))
}
