//! Two fields have the very same mapping.

use super::Finding;
use crate::diagnostic::Code;
use crate::policy::{FieldMapping, Policy};
use std::collections::BTreeMap;

pub(super) fn check(policy: &Policy) -> Vec<Finding> {
    let mut fields: Vec<&FieldMapping> = policy.fields.iter().collect();
    // The first is the one that was written first.
    fields.sort_by_key(|field| (&field.at.file, field.at.line, &field.name));
    let mut seen: BTreeMap<&str, &FieldMapping> = BTreeMap::new();
    let mut findings = Vec::new();
    for field in fields {
        let Some(first) = seen.get(field.digest.as_str()) else {
            seen.insert(&field.digest, field);
            continue;
        };
        findings.push(Finding {
            code: Code::MappedTwice,
            at: field.at.clone(),
            way: vec!["fields".to_owned(), field.name.to_string()],
            message: format!(
                "The fields `{}` and `{}` have the same mapping",
                first.name, field.name
            ),
            help: format!(
                "`{}` is mapped in {}. Keep one of the two, or map the other from what was meant.",
                first.name, first.at
            ),
        });
    }
    findings
}
