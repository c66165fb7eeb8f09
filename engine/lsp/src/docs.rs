//! What the language, its functions and a source's attributes are, in Markdown.

use crate::language::in_words;
use crate::surroundings::{AttributeFact, SettingFact};
use muster_policy::Function;
use muster_policy::language::{Choice, Key, Need, Section, Takes};

/// Names that every expression has.
pub(crate) const VARIABLES: [(&str, &str); 5] = [
    (
        "entry",
        "The person, as the source reports them: `entry.mail`, `entry[\"mail\"]`. A text; a list if there are several values; `null` if there is none.",
    ),
    (
        "groups",
        "The syncing groups that the person is in: a list.",
    ),
    (
        "status",
        "What the source says of the person's right to log in: `\"active\"`, `\"pending\"`, `\"blocked\"`, `\"removed\"` or `\"unknown\"`.",
    ),
    ("now", "The plan's instant: one for everybody."),
    (
        "values",
        "Values of the environment, as the policy declares them: `values.site`. The values of an attribute are `values(entry.mail)`.",
    ),
];

/// A key of the language.
pub(crate) fn key(section: &Section, key: &Key) -> String {
    let mut parts = vec![key.doc.to_owned()];
    parts.push(format!("Takes {}.", in_words(key.takes)));
    if let Takes::Words(words) = key.takes {
        let words = words.iter().map(|(word, doc)| format!("- `{word}`: {doc}"));
        parts.push(words.collect::<Vec<_>>().join("\n"));
    }
    parts.push(need(section, key));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

fn need(section: &Section, key: &Key) -> String {
    let others = |names: &[&str]| {
        let others = names.iter().filter(|name| **name != key.name);
        others
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match (key.need, key.default, section.choice) {
        (Need::Required, ..) => "Must be there.".to_owned(),
        (_, _, Choice::One(names)) if names.contains(&key.name) => {
            format!("Excludes {}; one of them must be there.", others(names))
        }
        (_, Some(default), _) => format!("Without it: `{default}`."),
        (_, None, Choice::Some(names)) if names.contains(&key.name) => {
            format!("This or {} must be there.", others(names))
        }
        (Need::Optional, None, _) => "May be left out.".to_owned(),
    }
}

/// A function of the language.
pub(crate) fn function(function: &Function) -> String {
    let parameters = function.parameters.iter().map(|one| {
        let optional = if one.optional {
            ", may be left out"
        } else {
            ""
        };
        format!("- `{}`: {}{optional}", one.name, one.takes())
    });
    let parameters: Vec<String> = parameters.collect();
    format!(
        "`{}` → {}\n\n{}.\n\n{}\n\n`{}` is `{}`",
        function.signature(),
        function.gives(),
        function.doc.trim_end_matches('.'),
        parameters.join("\n"),
        function.example,
        function.result,
    )
}

/// A setting of a plugin.
pub(crate) fn setting(setting: &SettingFact) -> String {
    let takes = match setting.words.is_empty() {
        true => setting.kind.clone(),
        false => {
            let words = setting.words.iter().map(|word| format!("`{word}`"));
            words.collect::<Vec<_>>().join(" or ")
        }
    };
    let need = match (&setting.default, setting.required) {
        (_, true) => "Must be there.".to_owned(),
        (Some(default), false) => format!("Without it: `{default}`."),
        (None, false) => "May be left out.".to_owned(),
    };
    let parts = [setting.doc.clone(), format!("Takes {takes}."), need];
    let parts = parts
        .into_iter()
        .filter(|part| !part.is_empty() && part != "Takes .");
    parts.collect::<Vec<_>>().join("\n\n")
}

/// How many values an attribute has, in words.
pub(crate) fn several(attribute: &AttributeFact) -> Option<&'static str> {
    attribute.several.map(|several| match several {
        true => "several values",
        false => "one value",
    })
}

/// An attribute of a source.
pub(crate) fn attribute(attribute: &AttributeFact) -> String {
    let mut text = format!("Attribute `{}` of the source", attribute.name);
    if let Some(several) = several(attribute) {
        text.push_str(&format!(" ({several})"));
    }
    if !attribute.summary.is_empty() {
        text.push_str(&format!("\n\n{}", attribute.summary));
    }
    text
}
