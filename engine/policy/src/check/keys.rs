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
    &FIELD,
    &BLOCK_RULE,
    &GUARDS,
    &LIMIT,
    &SHARE,
];
