//! Any text as a policy, with any texts beside it: nothing panics, every span
//! lies in its text, and the same texts give the same answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_policy::{Beside, Colour, NamedText, check_with, fix, format, render};
use std::collections::BTreeMap;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    // The policy, an included file and a values file, with a mark between.
    let mut parts = text.splitn(3, "\n%%%\n");
    let policy = parts.next().unwrap_or("");
    let files: BTreeMap<String, String> = parts
        .next()
        .map(|text| ("shared.yaml".to_owned(), text.to_owned()))
        .into_iter()
        .collect();
    let values = parts.next();
    let beside = Beside {
        files: &files,
        values: values.map(|text| NamedText {
            name: "values.yaml",
            text,
        }),
    };
    let checked = check_with("p.yaml", policy, &beside);
    for found in &checked.diagnostics {
        let text = match found.file.as_str() {
            "p.yaml" => policy,
            "values.yaml" => values.unwrap_or(""),
            other => files.get(other).map_or("", String::as_str),
        };
        assert!(text.get(found.span.clone()).is_some(), "{found:?}");
    }
    let _ = render(&checked.diagnostics, &checked, Colour::Always);
    let again = check_with("p.yaml", policy, &beside);
    assert_eq!(checked.diagnostics, again.diagnostics);
    if let Ok(formatted) = format("p.yaml", policy) {
        let twice = format("p.yaml", &formatted).expect("what was formatted can be formatted");
        assert_eq!(formatted, twice);
    }
    let texts = [("p.yaml".to_owned(), policy.to_owned())].into();
    let check = |texts: &BTreeMap<String, String>| {
        check_with("p.yaml", texts.get("p.yaml").map_or("", String::as_str), &beside).diagnostics
    };
    let fixed = fix(texts, &check);
    // What can be read at last may show mistakes that nobody saw before, but all that
    // can be put right by itself is.
    let again = fix(fixed.texts.clone(), &check);
    assert_eq!(again.texts, fixed.texts);
});
