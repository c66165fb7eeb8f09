//! The component itself: what its manifest asks for, and what it uses.

use super::{finding, judged};
use crate::report::{Finding, Verdict};
use crate::stage::{Stage, Trouble};
use muster_host::{About, Needs};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) fn manifest(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let about = stage.plugin.about();
    let mut findings = Vec::new();
    if about.summary.trim().is_empty() {
        findings.push(finding(
            "the manifest was read",
            "a summary: what people see in `muster provider list`",
            "none",
            "add `summary = \"…\"` to plugin.toml",
        ));
    }
    findings.extend(unused(about));
    findings.extend(unknown_settings(about));
    Ok(judged(findings))
}

/// Needs whose capability the component cannot call.
fn unused(about: &About) -> Vec<Finding> {
    let needs = &about.needs;
    let kinds = [
        ("files", !needs.files.is_empty()),
        ("http", !needs.http.is_empty()),
        ("ldap", !needs.ldap.is_empty()),
        ("sql", !needs.sql.is_empty()),
    ];
    let imports = |kind: &str| {
        let interface = format!("muster:provider/{kind}@");
        about
            .imports
            .iter()
            .any(|import| import.starts_with(&interface))
    };
    let unused = kinds
        .iter()
        .filter(|(kind, asked)| *asked && !imports(kind));
    unused
        .map(|(kind, _)| {
            finding(
                "the manifest was held against the component's imports",
                format!("`[needs.{kind}.…]` only if the component calls `{kind}`"),
                format!("it imports {}", about.imports.join(", ")),
                format!(
                    "take `[needs.{kind}.…]` out of plugin.toml: nobody grants what is not used"
                ),
            )
        })
        .collect()
}

/// Settings that a need names, and that no policy can give.
fn unknown_settings(about: &About) -> Vec<Finding> {
    let schema: Value = serde_json::from_str(&about.settings_schema).unwrap_or_default();
    let properties = schema.get("properties").and_then(Value::as_object);
    if schema.get("additionalProperties") == Some(&Value::Bool(true)) {
        return Vec::new();
    }
    let known = |name: &str| properties.is_some_and(|all| all.contains_key(name));
    granting(&about.needs)
        .into_iter()
        .filter(|name| !known(name))
        .map(|name| {
            finding(
                "the manifest was held against the settings",
                format!("a setting `{name}`, which a need of the manifest names"),
                "the schema has none, so that no policy can give it",
                format!("add `{name}` to settings.schema.json, or take it out of plugin.toml"),
            )
        })
        .collect()
}

/// Settings whose values grant something, or say how: the host looks at them.
pub(super) fn granting(needs: &Needs) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let services = needs.files.values().filter_map(|need| need.url.as_deref());
    for need in needs.http.values().chain(services) {
        all.insert(need.base_url.clone());
        let optional = [
            &need.ca,
            &need.allow_plaintext,
            &need.proxy,
            &need.rate,
            &need.parallel,
        ];
        all.extend(optional.into_iter().flatten().cloned());
    }
    all.extend(needs.files.values().map(|need| need.path.clone()));
    for need in needs.ldap.values() {
        all.insert(need.url.clone());
        let optional = [
            &need.bind_dn,
            &need.ca,
            &need.starttls,
            &need.allow_plaintext,
        ];
        all.extend(optional.into_iter().flatten().cloned());
    }
    for need in needs.sql.values() {
        all.insert(need.url.clone());
        let optional = [
            &need.user,
            &need.ca,
            &need.allow_plaintext,
            &need.statement_timeout,
        ];
        all.extend(optional.into_iter().flatten().cloned());
    }
    all
}
