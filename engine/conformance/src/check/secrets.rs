//! Secrets, and the log.

use super::trouble::{HTML, status};
use super::{PAGE, PEOPLE, finding, judged, places};
use crate::people;
use crate::report::{Finding, Verdict};
use crate::stage::{End, Fault, Harm, Read, Stage, Trouble, Watch};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use muster_host::{FailureKind, ReadFrom, chain};
use muster_model::{Problem, Subject};

/// Letters of a secret that are looked for: a piece is as bad as the whole.
const PIECE: usize = 24;

/// Lines that the log of an ordinary read may have.
const LINES: usize = 100;

/// Texts that came out of a plugin, and where.
type Said = Vec<(&'static str, Vec<u8>)>;

pub(super) fn secrets(stage: &mut Stage) -> Result<Verdict, Trouble> {
    stage.set(people::plain(PEOPLE))?;
    let needles: Vec<Needle> = stage.canaries().into_iter().map(Needle::of).collect();
    if needles.is_empty() {
        return Ok(Verdict::NotTried("the case names no secrets".to_owned()));
    }
    let canary = stage
        .canaries()
        .first()
        .map_or(String::new(), |&secret| secret.to_owned());
    let (read, watch) = stage.plainly(PAGE);
    let calls = watch.seen().calls.len();
    let mut all = vec![("an ordinary read", said(&read, &watch))];
    all.push((
        "a check and a list of attributes",
        asked(stage, &Watch::onlooker()),
    ));
    for (done, harm) in echoes(&canary) {
        for at in places(calls) {
            let watch = Watch::harming(Fault::once(at, harm.clone()));
            let read = stage.read(PAGE, ReadFrom::Start, &watch);
            all.push((done, said(&read, &watch)));
        }
        let watch = Watch::harming(Fault::from(0, harm));
        all.push((done, asked(stage, &watch)));
    }
    let mut findings: Vec<Finding> = Vec::new();
    for (done, texts) in &all {
        for (place, text) in texts {
            let found = needles.iter().find_map(|needle| needle.found_in(text));
            let Some(form) = found else { continue };
            let found = finding(
                *done,
                "that the secret, which the source repeated, comes out nowhere",
                format!("it stands {form} in {place}"),
                "take from answers what is needed, by name; of an error tell the status",
            );
            if !findings.contains(&found) {
                findings.push(found);
            }
        }
    }
    Ok(judged(findings))
}

/// Answers that repeat the credential, as debug pages do.
fn echoes(canary: &str) -> Vec<(&'static str, Harm)> {
    let page = format!(
        "<h1>500</h1><pre>authorization: Bearer {canary}</pre><p>at people.list (people.js:12)</p>"
    );
    let json = format!(r#"{{"error": "bad token {canary}", "message": "token {canary}"}}"#);
    let headers = [("x-debug", canary)];
    let (unavailable, auth) = (FailureKind::Unavailable, FailureKind::Auth);
    vec![
        (
            "a call was answered 500, with a debug page that repeats the credential",
            status(500, unavailable, &headers, &page),
        ),
        (
            "a call was answered 401, with a text that repeats the credential's bytes in a header",
            status(401, auth, &headers, HTML),
        ),
        (
            "a call was answered 200, with a page that repeats the credential",
            Harm::Page(page),
        ),
        (
            "a call was answered 200, with an error in JSON that repeats the credential",
            Harm::Page(json),
        ),
    ]
}

/// Everything that a read has brought out.
fn said(read: &Read, watch: &Watch) -> Said {
    let mut all = Said::new();
    for row in &read.rows {
        let values = row
            .values
            .iter()
            .flatten()
            .chain(&row.id)
            .chain(&row.groups);
        all.extend(values.map(|value| ("a page", value.clone().into_bytes())));
    }
    for (_, cursor) in &read.pages {
        all.extend(cursor.iter().map(|cursor| ("a cursor", cursor.clone())));
    }
    for Problem {
        place,
        text,
        subject,
    } in &read.problems
    {
        all.push(("a problem", format!("{place} {text}").into_bytes()));
        if let Subject::Id(id) = subject {
            all.push(("a problem", id.as_str().as_bytes().to_vec()));
        }
    }
    match &read.end {
        End::Failed(error) => {
            all.push(("a failure", chain(error).into_bytes()));
            all.extend(error.hint().map(|hint| ("a hint", hint.into_bytes())));
        }
        End::Claimed { coverage, cursor } => {
            let facts = coverage.evidence().facts.iter();
            all.extend(
                facts.map(|(name, value)| ("a fact", format!("{name} {value}").into_bytes())),
            );
            all.push(("the coverage", read.told().into_bytes()));
            all.extend(cursor.iter().map(|cursor| ("a cursor", cursor.clone())));
        }
    }
    all.extend(lines(watch));
    all
}

/// Everything that check and attributes have brought out.
fn asked(stage: &Stage, watch: &std::sync::Arc<Watch>) -> Said {
    let mut all = Said::new();
    let bound = stage.watched(watch);
    match bound.check(&stage.scope()) {
        Ok(steps) => all.extend(steps.into_iter().map(|step| {
            let hint = step.hint.unwrap_or_default();
            (
                "a check",
                format!("{} {} {hint}", step.what, step.message).into_bytes(),
            )
        })),
        Err(error) => all.push(("a failure", chain(&error).into_bytes())),
    }
    match bound.attributes() {
        Ok(attributes) => all.extend(attributes.into_iter().map(|one| {
            (
                "the attributes",
                format!("{} {}", one.name, one.summary).into_bytes(),
            )
        })),
        Err(error) => all.push(("a failure", chain(&error).into_bytes())),
    }
    all.extend(lines(watch));
    all
}

fn lines(watch: &Watch) -> Said {
    let lines = watch.seen().lines.into_iter();
    lines.map(|line| ("the log", line.into_bytes())).collect()
}

/// A piece of a secret, in the forms in which it could come out.
struct Needle {
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Needle {
    fn of(secret: &str) -> Self {
        // Of a file with a key, a piece from the middle: its frame is no secret.
        let lines = secret.lines().filter(|line| !line.starts_with("-----"));
        let longest = lines.max_by_key(|line| line.len()).unwrap_or(secret);
        let start = match longest.len() > 4 * PIECE {
            true => longest.len() / 2,
            false => 0,
        };
        let piece: Vec<u8> = longest.bytes().skip(start).take(PIECE).collect();
        let hex = |upper: bool| {
            let digits = piece.iter().map(|byte| match upper {
                true => format!("{byte:02X}"),
                false => format!("{byte:02x}"),
            });
            digits.collect::<String>().into_bytes()
        };
        let mut forms = vec![
            ("as it is", piece.clone()),
            ("in hex", hex(false)),
            ("in hex", hex(true)),
        ];
        for before in 0..3 {
            // What stands around it decides on the first and the last signs.
            let padded = [&vec![0; before][..], &piece].concat();
            let cut = |text: String| {
                let inner = text.get(if before == 0 { 0 } else { 4 }..text.len().saturating_sub(4));
                inner.unwrap_or_default().as_bytes().to_vec()
            };
            forms.push(("in base64", cut(STANDARD_NO_PAD.encode(&padded))));
            forms.push(("in base64", cut(URL_SAFE_NO_PAD.encode(&padded))));
        }
        forms.retain(|(_, form)| form.len() >= 8);
        Self { forms }
    }

    fn found_in(&self, text: &[u8]) -> Option<&'static str> {
        let is_in = |form: &[u8]| text.windows(form.len()).any(|window| window == form);
        let found = self.forms.iter().find(|(_, form)| is_in(form));
        found.map(|(name, _)| *name)
    }
}

pub(super) fn log(stage: &mut Stage) -> Result<Verdict, Trouble> {
    stage.set(people::plain(PEOPLE))?;
    let (_, watch) = stage.plainly(PAGE);
    let logged = watch.seen().logged;
    if logged <= LINES {
        return Ok(Verdict::Passed(Some(match logged {
            1 => "1 line".to_owned(),
            logged => format!("{logged} lines"),
        })));
    }
    Ok(judged(vec![finding(
        format!("{PEOPLE} people were read"),
        format!("no more than {LINES} lines in the log: the host takes 1000 of a read"),
        format!("{logged} lines"),
        "log what an operator has to know, not what was delivered",
    )]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_in_every_form() {
        let secret = "canary-token-0123456789abcdef";
        let needle = Needle::of(secret);
        let found = |text: &str| needle.found_in(text.as_bytes());
        assert_eq!(found(&format!("Bearer {secret}!")), Some("as it is"));
        assert_eq!(found("canary-token-0123456789a"), Some("as it is"));
        for around in ["", "u:", "user:", "a:b"] {
            let text = STANDARD_NO_PAD.encode(format!("{around}{secret}{around}"));
            assert_eq!(found(&text), Some("in base64"), "{around}");
        }
        let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found(&hex), Some("in hex"));
        assert_eq!(found("canary-tokem"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn of_a_key_a_piece_of_its_middle_is_looked_for() {
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7".repeat(3);
        let key = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        let needle = Needle::of(&key);
        assert!(needle.found_in(key.as_bytes()).is_some());
        assert!(needle.found_in(b"-----BEGIN PRIVATE KEY-----").is_none());
    }
}
