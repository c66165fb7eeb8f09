//! What a policy grants of what a plugin asks for.

use super::Palette;
use super::text::safe;
use muster_host::{About, Answer, Granted, Need, Reach, SecretUse};
use serde_json::{Value, json};

/// As words.
pub fn text(about: &About, policy: &str, granted: &Granted, palette: Palette) -> String {
    let mut out = format!(
        "{} {}, as {} has it\n  sha256 {}\n",
        palette.strong(safe(&about.name)),
        safe(&about.version),
        safe(policy),
        about.digest
    );
    for (need, answer) in &granted.needs {
        let name = palette.name(safe(&format!("{} {}", need.kind, need.name)));
        let lines = match answer {
            Answer::Reaches(reach) => reaches(reach),
            Answer::Open { add } => vec![
                palette.faint("asked for and not granted"),
                format!("to grant it, below `provider`: {}", safe(add)),
            ],
            Answer::Wrong { why, hint } => {
                let hint = hint.iter().map(|hint| safe(&format!("help: {hint}")));
                let why = palette.bad(safe(&format!("not granted: {why}")));
                std::iter::once(why).chain(hint).collect()
            }
        };
        out.push_str(&format!("  {name}\n"));
        for line in lines {
            out.push_str(&format!("    {line}\n"));
        }
    }
    if granted.needs.is_empty() {
        out.push_str("  it asks for nothing and reaches nothing\n");
    }
    for secret in &granted.unused_secrets {
        let text =
            format!("the policy gives the secret `{secret}`, which the plugin does not take");
        out.push_str(&format!("  {}\n", palette.change(safe(&text))));
    }
    for problem in &granted.problems {
        out.push_str(&format!("  {}\n", palette.bad(safe(problem))));
    }
    out
}

fn reaches(reach: &Reach) -> Vec<String> {
    let places = reach.places.iter().map(|place| safe(place));
    let secrets = reach.secrets.iter();
    let secrets = secrets.map(|used| safe(&format!("with the {used}")));
    let tokens = reach.token_url.iter();
    let tokens = tokens.map(|url| safe(&format!("tokens are asked for at {url}")));
    let notes = reach.notes.iter().map(|note| safe(note));
    places.chain(secrets).chain(tokens).chain(notes).collect()
}

/// As JSON.
pub fn json(policy: &str, granted: &Granted) -> Value {
    let needs = granted.needs.iter().map(|(need, answer)| {
        let mut shown = ask(need);
        let more = match answer {
            Answer::Reaches(reach) => json!({
                "answer": "granted",
                "reaches": reach.places,
                "uses": reach.secrets.iter().map(used).collect::<Vec<_>>(),
                "token_url": reach.token_url,
                "notes": reach.notes,
            }),
            Answer::Open { add } => json!({"answer": "open", "add": add}),
            Answer::Wrong { why, hint } => json!({"answer": "wrong", "why": why, "hint": hint}),
        };
        if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), more) {
            shown.extend(more);
        }
        shown
    });
    json!({
        "policy": policy,
        "needs": needs.collect::<Vec<_>>(),
        "unused_secrets": granted.unused_secrets,
        "problems": granted.problems,
    })
}

/// What a plugin asks for, as JSON.
pub fn asks(needs: &[Need]) -> Vec<Value> {
    needs.iter().map(ask).collect()
}

fn ask(need: &Need) -> Value {
    json!({
        "kind": need.kind.to_string(),
        "name": need.name,
        "settings": need.settings,
        "secrets": need.secrets.iter().map(used).collect::<Vec<_>>(),
        "anonymous": need.anonymous,
    })
}

fn used(used: &SecretUse) -> Value {
    json!({"secret": used.secret, "what": used.what})
}
