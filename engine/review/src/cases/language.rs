//! Every key of a file of tests, once.

use muster_policy::language::{Choice, Key, Section, Takes};

/// Names of a file's own: of people, accounts, fields.
const ANY_NAME: Takes = Takes::Text;

const VALUES: Takes = Takes::Map {
    names: &ANY_NAME,
    values: &Takes::Anything,
};

/// All kinds of mappings, the file itself first.
pub const SECTIONS: &[&Section] = &[
    &FILE,
    &DEFAULTS,
    &TEST,
    &SYNC,
    &PERSON,
    &ACCOUNT,
    &MISSING,
    &EXPECTATION,
];

/// The file.
pub const FILE: Section = Section {
    name: "a file of tests",
    id: "tests",
    doc: "Tests of one policy: what a sync would do to some people.",
    choice: Choice::Any,
    keys: &[
        Key::required("muster", Takes::Version(1), "Version of the language."),
        Key::required(
            "policy",
            Takes::Text,
            "The policy's file, relative to this one's folder.",
        ),
        Key::optional(
            "values",
            Takes::Text,
            "The values of the environment in which the policy is read, likewise.",
        ),
        Key::optional(
            "now",
            Takes::Text,
            "The instant of all tests that name no other.",
        )
        .or(super::read::NOW),
        Key::optional(
            "defaults",
            Takes::Section(&DEFAULTS),
            "What everybody has at the source, unless they say something else.",
        ),
        Key::optional(
            "people",
            PEOPLE,
            "People whom tests name, with what is so in all of them.",
        ),
        Key::required(
            "tests",
            Takes::List(&Takes::Section(&TEST)),
            "What is to be so.",
        ),
    ],
};

/// People, by the names that the file gives them.
const PEOPLE: Takes = Takes::Map {
    names: &ANY_NAME,
    values: &Takes::Section(&PERSON),
};

/// People, or only their names.
const CAST: Takes = Takes::OneOf(&[PEOPLE, Takes::Texts]);

/// Accounts, by username.
const ACCOUNTS: Takes = Takes::Map {
    names: &ANY_NAME,
    values: &Takes::Section(&ACCOUNT),
};

/// What everybody has.
pub const DEFAULTS: Section = Section {
    name: "`defaults`",
    id: "test-defaults",
    doc: "What everybody has at the source, unless they say something else.",
    choice: Choice::Any,
    keys: &[
        Key::optional("status", Takes::Text, "What the source says of them."),
        Key::optional("groups", Takes::Texts, "Groups that they are in."),
        Key::optional(
            "under",
            Takes::Texts,
            "Sub-trees or units that they are in.",
        ),
        Key::optional("attributes", VALUES, "What the source says of them."),
    ],
};

/// A test.
pub const TEST: Section = Section {
    name: "a test",
    id: "test",
    doc: "People, accounts, and what a sync would do.",
    choice: Choice::Any,
    keys: &[
        Key::required("name", Takes::Text, "What is to be so, as a sentence."),
        Key::optional("now", Takes::Text, "The instant of the sync."),
        Key::optional(
            "before",
            Takes::OneOf(&[Takes::Section(&SYNC), Takes::List(&Takes::Section(&SYNC))]),
            "Syncs that went before, and were applied.",
        ),
        Key::optional("people", CAST, "Who is at the source."),
        Key::optional(
            "snapshot",
            Takes::Text,
            "A recorded read in place of people, relative to this file's folder.",
        ),
        Key::optional(
            "accounts",
            Takes::OneOf(&[ACCOUNTS, Takes::Text]),
            "The intranet before: accounts by username, or a file as `state export` writes it.",
        ),
        Key::optional(
            "coverage",
            Takes::Text,
            "How much the read covers: `complete`, `partial` or `delta`.",
        )
        .or("complete"),
        Key::optional(
            "expect",
            Takes::Map {
                names: &ANY_NAME,
                values: &Takes::OneOf(&[Takes::Texts, Takes::Section(&EXPECTATION)]),
            },
            "What happens to whom.",
        ),
        Key::optional(
            "others",
            Takes::Text,
            "What may happen to whoever is not mentioned: `none`, or `any`.",
        ),
        Key::optional(
            "counts",
            VALUES,
            "How many changes there are of a kind: `3`, `at most 5`, `at least 1`.",
        ),
        Key::optional("guards", Takes::Texts, "Guards that stop the plan."),
        Key::optional(
            "findings",
            Takes::Texts,
            "What the plan finds, whomever it is about.",
        ),
    ],
};

/// A sync before.
pub const SYNC: Section = Section {
    name: "an earlier sync",
    id: "test-sync",
    doc: "A sync that went before, and was applied.",
    choice: Choice::Any,
    keys: &[
        Key::optional("now", Takes::Text, "Its instant."),
        Key::optional("people", CAST, "Who was at the source."),
        Key::optional("coverage", Takes::Text, "How much the read covered."),
    ],
};

/// Somebody at the source.
pub const PERSON: Section = Section {
    name: "a person",
    id: "test-person",
    doc: "Somebody at the source.",
    choice: Choice::Any,
    keys: &[
        Key::optional(
            "id",
            Takes::Text,
            "Their identifier; without it, the name by which the file calls them.",
        ),
        Key::optional(
            "status",
            Takes::Text,
            "What the source says of their right to log in.",
        )
        .or("active"),
        Key::optional("groups", Takes::Texts, "Groups that they are in."),
        Key::optional(
            "under",
            Takes::Texts,
            "Sub-trees or units that they are in.",
        ),
        Key::optional("attributes", VALUES, "What the source says of them."),
    ],
};

/// Somebody in the intranet.
pub const ACCOUNT: Section = Section {
    name: "an account",
    id: "test-account",
    doc: "An account of the intranet before the sync.",
    choice: Choice::Any,
    keys: &[
        Key::optional(
            "directory",
            Takes::Text,
            "The directory that owns it, or `local`; without it, the policy's.",
        ),
        Key::optional(
            "id",
            Takes::Text,
            "Its person's identifier at the source; without it, that of the person whom the file calls as the account is called.",
        ),
        Key::optional(
            "count",
            Takes::Whole(100_000),
            "So many accounts of this kind: `name-1`, `name-2` …",
        ),
        Key::optional("blocked", Takes::Texts, "Why it is blocked."),
        Key::optional("fields", VALUES, "What it holds."),
        Key::optional(
            "synced",
            VALUES,
            "What the last sync has written, where that is something else than it holds.",
        ),
        Key::optional(
            "missing",
            Takes::OneOf(&[Takes::Text, Takes::Section(&MISSING)]),
            "Since when it is out of scope, where the policy has a grace.",
        ),
        Key::optional(
            "rules",
            VALUES,
            "Since when rules hold for it that have a grace.",
        ),
    ],
};

/// How long somebody is out of scope.
pub const MISSING: Section = Section {
    name: "`missing`",
    id: "test-missing",
    doc: "Since when an account is out of scope.",
    choice: Choice::Any,
    keys: &[
        Key::required("since", Takes::Text, "Since which instant."),
        Key::optional("reads", Takes::Whole(1000), "For so many complete reads.").or("1"),
    ],
};

/// What happens to somebody.
pub const EXPECTATION: Section = Section {
    name: "an expectation",
    id: "test-expectation",
    doc: "What happens to somebody.",
    choice: Choice::Any,
    keys: &[
        Key::optional(
            "is",
            Takes::Texts,
            "What is done: `create`, `update`, `none`, `held` …; all of it, if several things are.",
        ),
        Key::optional("username", Takes::Text, "The username afterwards."),
        Key::optional(
            "fields",
            VALUES,
            "What the account holds afterwards, of fields that are named; `null` is nothing.",
        ),
        Key::optional("reason", Takes::Text, "The code of a change's reason."),
        Key::optional(
            "blocked",
            Takes::Texts,
            "Why the account is blocked afterwards; an empty list: it is not.",
        ),
        Key::optional("finding", Takes::Texts, "What is found; `none`: nothing."),
        Key::optional(
            "hidden",
            Takes::Texts,
            "Changed fields whose values are shown to nobody: these, and no others.",
        ),
        Key::optional(
            "rule",
            Takes::Text,
            "The rule of the policy behind it: `scope.where`, `block.NAME`, `fields.NAME` …",
        ),
    ],
};
