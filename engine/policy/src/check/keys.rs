//! Every key of the policy language, once: the parser checks against these
//! tables, and a test holds that the JSON Schema knows the same keys.

/// What is known about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Must be there.
    Required,
    /// May be there.
    Optional,
    /// Belongs to the language, but this version cannot do it.
    Later,
}

/// A kind of mapping and the keys that it may have.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its name, for messages: `provider`.
    pub(crate) name: &'static str,
    pub(crate) keys: &'static [(&'static str, Need)],
}

use Need::{Later, Optional, Required};

pub(crate) const POLICY: Section = Section {
    name: "the policy",
    keys: &[
        ("muster", Required),
        ("directory", Required),
        ("provider", Required),
        ("scope", Optional),
        ("identity", Required),
        ("fields", Optional),
        ("block", Optional),
        ("licences", Later),
        ("guards", Optional),
    ],
};

pub(crate) const PROVIDER: Section = Section {
    name: "`provider`",
    keys: &[
        ("plugin", Required),
        ("config", Optional),
        ("secrets", Optional),
        ("full_read", Optional),
    ],
};

pub(crate) const SECRET: Section = Section {
    name: "a secret",
    keys: &[("env", Optional), ("file", Optional), ("command", Optional)],
};

pub(crate) const SCOPE: Section = Section {
    name: "`scope`",
    keys: &[
        ("groups", Optional),
        ("under", Optional),
        ("where", Optional),
        ("exclude", Optional),
    ],
};

pub(crate) const EXCLUDE: Section = Section {
    name: "`exclude`",
    keys: &[
        ("groups", Optional),
        ("under", Optional),
        ("usernames", Optional),
    ],
};

pub(crate) const IDENTITY: Section = Section {
    name: "`identity`",
    keys: &[("key", Optional), ("username", Required), ("adopt", Later)],
};

pub(crate) const USERNAME: Section = Section {
    name: "`username`",
    keys: &[("from", Optional), ("expr", Optional), ("transform", Later)],
};

pub(crate) const FIELD: Section = Section {
    name: "a field",
    keys: &[
        ("from", Optional),
        ("expr", Optional),
        ("default", Optional),
        ("mode", Optional),
        ("type", Optional),
        ("transform", Later),
        ("reference", Later),
        ("groups", Later),
    ],
};

pub(crate) const BLOCK_RULE: Section = Section {
    name: "a block rule",
    keys: &[("name", Required), ("when", Required)],
};

pub(crate) const GUARDS: Section = Section {
    name: "`guards`",
    keys: &[
        ("create", Optional),
        ("update", Optional),
        ("rename", Optional),
        ("block", Optional),
        ("unblock", Optional),
        ("adopt", Optional),
        ("detach", Optional),
        ("shrink", Optional),
        ("clear", Optional),
        ("protect", Optional),
    ],
};

pub(crate) const LIMIT: Section = Section {
    name: "a guard",
    keys: &[
        ("max", Optional),
        ("max_percent", Optional),
        ("min_population", Optional),
    ],
};

pub(crate) const SHARE: Section = Section {
    name: "a guard",
    keys: &[("max_percent", Required), ("min_population", Optional)],
};

/// All of them, for suggestions and for the test of the schema.
pub(crate) const ALL: &[&Section] = &[
    &POLICY,
    &PROVIDER,
    &SECRET,
    &SCOPE,
    &EXCLUDE,
    &IDENTITY,
    &USERNAME,
    &FIELD,
    &BLOCK_RULE,
    &GUARDS,
    &LIMIT,
    &SHARE,
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    /// Where the schema speaks of a section.
    const PLACES: [(&str, &Section); 12] = [
        ("", &POLICY),
        ("/$defs/provider", &PROVIDER),
        ("/$defs/secret", &SECRET),
        ("/$defs/scope", &SCOPE),
        ("/$defs/scope/properties/exclude", &EXCLUDE),
        ("/$defs/identity", &IDENTITY),
        ("/$defs/identity/properties/username/oneOf/1", &USERNAME),
        ("/$defs/field/oneOf/1", &FIELD),
        ("/$defs/rule", &BLOCK_RULE),
        ("/$defs/guards", &GUARDS),
        ("/$defs/limit/oneOf/1", &LIMIT),
        ("/$defs/share/oneOf/1", &SHARE),
    ];

    #[test]
    fn the_schema_knows_the_keys_that_the_parser_knows() {
        assert_eq!(PLACES.len(), ALL.len());
        let schema: Value = serde_json::from_str(crate::SCHEMA).unwrap();
        for (place, section) in PLACES {
            let described = schema
                .pointer(place)
                .unwrap_or_else(|| panic!("no `{place}`"));
            let known = |wanted: fn(Need) -> bool| {
                let keys = section.keys.iter().filter(move |(_, need)| wanted(*need));
                keys.map(|(key, _)| *key).collect::<BTreeSet<_>>()
            };
            let properties: BTreeSet<&str> = described["properties"]
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            assert_eq!(
                properties,
                known(|need| need != Need::Later),
                "keys of `{place}`"
            );
            let required = described["required"].as_array();
            let required: BTreeSet<&str> = required
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            assert_eq!(
                required,
                known(|need| need == Need::Required),
                "required in `{place}`"
            );
            assert_eq!(described["additionalProperties"], false, "`{place}`");
        }
    }
}
