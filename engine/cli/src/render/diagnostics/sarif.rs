//! SARIF 2.1.0, as code hosts read it: relative addresses, columns in characters,
//! a page for each rule.

use super::{Base, Report};
use muster_policy::{Applicability, Code, Diagnostic, Edit, Fix, Severity};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Where addresses begin, in the words that code hosts know.
const ROOT: &str = "%SRCROOT%";

/// GitHub takes so many results of one run, and refuses the whole file if there
/// are more.
const MOST: usize = 25_000;

/// The log file.
pub fn log(reports: &[Report], base: &Base) -> Value {
    let all = || reports.iter().flat_map(|report| &report.diagnostics);
    let codes: BTreeSet<Code> = all().map(|one| one.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let mut places = BTreeMap::new();
    let results: Vec<Value> = all()
        .take(MOST)
        .map(|one| result(one, &codes, base, &mut places))
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "Muster",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {ROOT: {"description": {
                "text": "The root of the repository, or the folder in which Muster was called."
            }}},
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    let level = level(code.severity());
    json!({
        "id": code,
        "name": camel_case(code.as_str()),
        "shortDescription": {"text": code.summary()},
        "fullDescription": {"text": plain(code.reason())},
        "help": {
            "text": format!("{}\n\nmuster check --explain {code}", plain(code.reason())),
            "markdown": code.page(),
        },
        "defaultConfiguration": {"level": level},
        "properties": {"problem.severity": level, "tags": ["policy"]},
    })
}

fn result(
    diagnostic: &Diagnostic,
    codes: &[Code],
    base: &Base,
    places: &mut BTreeMap<String, u32>,
) -> Value {
    let mut text = format!("{}.", diagnostic.message);
    for more in [&diagnostic.label, &diagnostic.help].into_iter().flatten() {
        text.push('\n');
        text.push_str(more);
    }
    let artifact = artifact(&diagnostic.file, base);
    let mut result = json!({
        "ruleId": diagnostic.code,
        "ruleIndex": codes.iter().position(|code| *code == diagnostic.code),
        "level": level(diagnostic.severity),
        "message": {"text": text},
        "locations": [{"physicalLocation": {
            "artifactLocation": artifact,
            "region": {
                "startLine": diagnostic.line,
                "startColumn": diagnostic.column,
                "endLine": diagnostic.end_line,
                "endColumn": diagnostic.end_column,
            },
        }}],
        "partialFingerprints": {"musterDiagnostic/v1": fingerprint(diagnostic, base, places)},
    });
    if let (Some(fix), Some(result)) = (&diagnostic.fix, result.as_object_mut()) {
        result.insert("fixes".to_owned(), json!([fix_of(fix, &artifact)]));
    }
    result
}

fn fix_of(fix: &Fix, artifact: &Value) -> Value {
    let title = match fix.applicability {
        Applicability::Safe => fix.title.clone(),
        Applicability::Unsafe => format!("{} (look at it first)", fix.title),
    };
    json!({
        "description": {"text": title},
        "artifactChanges": [{
            "artifactLocation": artifact,
            "replacements": fix.edits.iter().map(replacement).collect::<Vec<_>>(),
        }],
    })
}

fn replacement(edit: &Edit) -> Value {
    json!({
        "deletedRegion": {
            "startLine": edit.line,
            "startColumn": edit.column,
            "endLine": edit.end_line,
            "endColumn": edit.end_column,
        },
        "insertedContent": {"text": edit.text},
    })
}

fn artifact(file: &str, base: &Base) -> Value {
    let uri = base.uri(file);
    match uri.starts_with("file:") {
        true => json!({"uri": uri}),
        false => json!({"uri": uri, "uriBaseId": ROOT}),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Tells a diagnostic from others although lines move: what is said of which
/// file, for the how-manieth time.
fn fingerprint(diagnostic: &Diagnostic, base: &Base, places: &mut BTreeMap<String, u32>) -> String {
    let file = base.path(&diagnostic.file);
    let said = format!("{}\0{file}\0{}", diagnostic.code, diagnostic.message);
    let digest = Sha256::digest(said.as_bytes());
    let short: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let count = places.entry(said).or_default();
    *count += 1;
    format!("{short}:{count}")
}

/// `unknown-key` as `UnknownKey`.
fn camel_case(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    });
    words.collect()
}

/// Lines of a paragraph belong together.
fn plain(text: &str) -> String {
    let paragraphs = text
        .split("\n\n")
        .map(|paragraph| paragraph.replace('\n', " "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}
