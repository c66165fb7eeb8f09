//! Any text as a condition and as a computed value, run on any people: it is
//! refused, or gives a value or an error, and gives the same twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_model::page::PlainRow;
use muster_model::{Page, SourceStatus};
use muster_policy::{Evaluator, Policy, ValueSource, parse};

fn policy(expression: &str) -> Option<Policy> {
    // A block scalar takes any text, indented.
    let indented = expression.replace('\r', " ").replace('\n', "\n      ");
    let text = format!(
        "muster: 1\ndirectory: d\nprovider: {{plugin: csv}}\nidentity: {{username: uid}}\n\
         fields:\n  value:\n    expr: |-\n      {indented}\n\
         block:\n  - name: rule\n    when: |-\n      {indented}\n"
    );
    let whole = parse("p.yaml", &text);
    whole.ok().or_else(|| {
        // One of the two may be right by itself.
        let (fields, block) = text.split_once("block:\n")?;
        let head = text.split_once("fields:\n")?.0;
        parse("p.yaml", fields)
            .or_else(|_| parse("p.yaml", &format!("{head}block:\n{block}")))
            .ok()
    })
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (expression, people) = text.split_once("\n%%%\n").unwrap_or((text, "x"));
    let Some(policy) = policy(expression) else {
        return;
    };
    let rows: Vec<PlainRow> = people
        .lines()
        .take(8)
        .enumerate()
        .map(|(row, line)| PlainRow {
            id: Some(row.to_string()),
            groups: line.split(',').take(3).map(str::to_owned).collect(),
            status: SourceStatus::Active,
            values: policy
                .attributes
                .iter()
                .enumerate()
                .map(|(at, _)| {
                    let cells = line.split(';').nth(at % 4).into_iter();
                    cells.flat_map(|cell| cell.split('|').take(4)).map(str::to_owned).collect()
                })
                .collect(),
        })
        .collect();
    let page = Page::from_rows(policy.attributes.len(), &rows, Vec::new());
    let now = jiff::Timestamp::UNIX_EPOCH;
    let run = || {
        let mut said = Vec::new();
        for rule in &policy.blocks {
            let mut evaluator = Evaluator::new(&rule.when, now);
            said.extend(page.entries().map(|entry| format!("{:?}", evaluator.test(entry))));
        }
        for field in &policy.fields {
            if let ValueSource::Expression(expression) = &field.value {
                let mut evaluator = Evaluator::new(expression, now);
                said.extend(page.entries().map(|entry| format!("{:?}", evaluator.value(entry))));
            }
        }
        said
    };
    assert_eq!(run(), run());
});
