//! A block rule has the condition of another.

use super::Finding;
use crate::diagnostic::Code;
use crate::policy::{BlockRule, Policy};
use std::collections::BTreeMap;

pub(super) fn check(policy: &Policy) -> Vec<Finding> {
    let mut seen: BTreeMap<String, &BlockRule> = BTreeMap::new();
    let mut findings = Vec::new();
    for rule in &policy.blocks {
        let condition = rule.when.canonical();
        let Some(first) = seen.get(&condition) else {
            seen.insert(condition, rule);
            continue;
        };
        findings.push(Finding {
            code: Code::RepeatedRule,
            at: rule.at.clone(),
            way: Vec::new(),
            message: format!(
                "The rule `{}` has the same condition as `{}`",
                rule.name, first.name
            ),
            help: format!(
                "`{}` stands in {}. An account would carry both reasons, always together.",
                first.name, first.at
            ),
        });
    }
    findings
}
