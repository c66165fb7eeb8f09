//! Every key of the policy language, once.

mod exceptions;
mod guards;

pub(crate) use super::steps::{DATE, MAP, OTHERWISE, REPLACE, STEP};
pub(crate) use super::waiting::{APPROVAL, LICENCES};
pub(crate) use exceptions::*;
pub(crate) use guards::{GUARDS, LIMIT, SHARE};

use super::steps::{CHAIN, CHAIN_DOC};
use super::waiting::{DAYS, UNBLOCK};
use super::{Choice, Key, Section, Takes};
use muster_model::FieldName;

/// Numbers of people.
pub(super) const COUNT: Takes = Takes::Whole(u32::MAX as u64);
const PERCENT: Takes = Takes::Whole(100);

pub(crate) const POLICY: Section = Section {
    name: "the policy",
    id: "policy",
    doc: "Which people of one directory have an account in the intranet, and what those accounts hold.",
    choice: Choice::Any,
    keys: &[
        Key::required(
            "muster",
            Takes::Version(1),
            "Version of the policy language.",
        ),
        Key::required(
            "directory",
            Takes::Name {
                pattern: "^[a-z0-9][a-z0-9._-]*$",
                longest: 64,
                reserved: &["local"],
            },
            "The directory's name, written on the accounts that it owns.",
        ),
        Key::optional(
            "include",
            Takes::Texts,
            "Files with fields, block rules and guards that several policies share, relative to the policy's folder.",
        ),
        Key::optional(
            "values",
            VALUES,
            "Values that differ between environments, with what holds where none is given; used as `${{ name }}`, in expressions as `values.name`.",
        ),
        Key::required(
            "provider",
            Takes::Section(&PROVIDER),
            "The plugin, its settings, and where its secrets come from.",
        ),
        Key::optional(
            "scope",
            Takes::Section(&SCOPE),
            "Which entries the policy manages.",
        ),
        Key::required(
            "identity",
            Takes::Section(&IDENTITY),
            "How an entry finds its account.",
        ),
        Key::optional("fields", FIELDS, FIELDS_DOC),
        Key::optional(
            "block",
            Takes::List(&Takes::Section(&BLOCK_RULE)),
            BLOCK_DOC,
        ),
        Key::optional(
            "upcoming",
            Takes::OneOf(&[
                Takes::Pattern(DAYS),
                Takes::Words(&[("none", "Nobody is told.")]),
            ]),
            "So many days ahead, plans tell who will be blocked.",
        )
        .or("30d"),
        Key::optional("licences", Takes::Section(&LICENCES), LICENCES.doc),
        Key::optional("guards", Takes::Section(&GUARDS), GUARDS.doc),
        Key::optional("approval", Takes::Section(&APPROVAL), APPROVAL.doc),
        Key::optional("precedence", Takes::Texts, PRECEDENCE_DOC),
        Key::optional(
            "exceptions",
            Takes::Texts,
            "Files with decisions about single people, relative to the policy's folder.",
        ),
    ],
};

/// What a file that policies include may hold.
pub(crate) const FRAGMENT: Section = Section {
    name: "an included file",
    id: "fragment",
    doc: "Parts of policies that several of them share.",
    choice: Choice::Any,
    keys: &[
        Key::required(
            "muster",
            Takes::Version(1),
            "Version of the policy language.",
        ),
        Key::optional("fields", FIELDS, FIELDS_DOC),
        Key::optional(
            "block",
            Takes::List(&Takes::Section(&BLOCK_RULE)),
            BLOCK_DOC,
        ),
        Key::optional("guards", Takes::Section(&GUARDS), GUARDS.doc),
        Key::optional("precedence", Takes::Texts, PRECEDENCE_DOC),
    ],
};

/// What the file of one environment holds.
pub(crate) const ENVIRONMENT: Section = Section {
    name: "a values file",
    id: "environment",
    doc: "Values of one environment, for the names that a policy declares under `values`.",
    choice: Choice::Any,
    keys: &[
        Key::required(
            "muster",
            Takes::Version(1),
            "Version of the policy language.",
        ),
        Key::required("values", VALUES, "A value for each name."),
    ],
};

const VALUES: Takes = Takes::Map {
    names: &Takes::Name {
        pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
        longest: 64,
        reserved: &[],
    },
    values: &Takes::Anything,
};

const FIELDS: Takes = Takes::Map {
    names: &Takes::Name {
        pattern: "^[A-Za-z][A-Za-z0-9._-]*$",
        longest: 64,
        reserved: &FieldName::RESERVED,
    },
    values: &FIELD_VALUE,
};
const FIELDS_DOC: &str =
    "How mapped fields get their values. A field that is not listed belongs to the intranet.";
const FIELD_VALUE: Takes = Takes::OneOf(&[Takes::Text, Takes::Section(&FIELD)]);
const PRECEDENCE_DOC: &str = "Directories, each of which outranks those behind it: a person of several has the account of the first.";
const BLOCK_DOC: &str = "Conditions under which an account is blocked; it is unblocked when the condition holds no longer.";

pub(crate) const PROVIDER: Section = Section {
    name: "`provider`",
    id: "provider",
    doc: "The plugin, its settings, and where its secrets come from.",
    choice: Choice::Any,
    keys: &[
        Key::required("plugin", Takes::Text, "A bundled plugin, or the path of a component."),
        Key::optional(
            "config",
            Takes::Settings,
            "Settings of the plugin: `muster provider show PLUGIN` lists them.",
        ),
        Key::optional(
            "secrets",
            Takes::Map {
                names: &Takes::Text,
                values: &Takes::Section(&SECRET),
            },
            "Where each secret comes from; never the secret itself.",
        ),
        Key::optional(
            "full_read",
            Takes::Pattern("^(always|[0-9]+[hd])$"),
            "How often everything is read where the source can tell what changed: `24h`, `7d`, or `always`.",
        )
        .or("24h"),
        Key::optional(
            "keep_reads",
            Takes::Whole(10_000),
            "Of so many runs what was read is kept in the state folder, for `muster explain --run`, proofs and comparisons; `0`: of none.",
        )
        .or("30"),
    ],
};

pub(crate) const SECRET: Section = Section {
    name: "a secret",
    id: "secret",
    doc: "Where a secret comes from: exactly one place.",
    choice: Choice::One(&["env", "file", "command"]),
    keys: &[
        Key::optional(
            "env",
            Takes::Pattern("^[A-Za-z_][A-Za-z0-9_]*$"),
            "An environment variable.",
        ),
        Key::optional(
            "file",
            Takes::Text,
            "A file, relative to the policy's folder.",
        ),
        Key::optional(
            "command",
            Takes::Command,
            "A program and its arguments; no shell is involved.",
        ),
    ],
};

pub(crate) const SCOPE: Section = Section {
    name: "`scope`",
    id: "scope",
    doc: "Which entries the policy manages.",
    choice: Choice::Any,
    keys: &[
        Key::optional(
            "groups",
            Takes::Texts,
            "Syncing groups; none means everybody. Nested membership counts.",
        ),
        Key::optional("under", Takes::Texts, "Sub-trees or units; none means all."),
        Key::optional(
            "where",
            Takes::Expression,
            "A condition that everybody in scope fulfils.",
        ),
        Key::optional("exclude", Takes::Section(&EXCLUDE), "Who is left out."),
        Key::optional(
            "grace",
            Takes::Pattern("^([0-9]+d|[0-9]+ *reads?)$"),
            "How long somebody may be out of scope before they are blocked for it: days (`14d`) or complete reads (`3 reads`).",
        ),
        Key::optional(
            "unblock",
            UNBLOCK,
            "Who lets people in again that are back in scope.",
        )
        .or("auto"),
    ],
};

pub(crate) const EXCLUDE: Section = Section {
    name: "`exclude`",
    id: "exclude",
    doc: "Who is left out.",
    choice: Choice::Any,
    keys: &[
        Key::optional("groups", Takes::Texts, "Groups whose members are left out."),
        Key::optional(
            "under",
            Takes::Texts,
            "Sub-trees or units that are left out.",
        ),
        Key::optional(
            "usernames",
            Takes::Texts,
            "People who are left out, in any letter case.",
        ),
    ],
};

pub(crate) const IDENTITY: Section = Section {
    name: "`identity`",
    id: "identity",
    doc: "How an entry finds its account.",
    choice: Choice::Any,
    keys: &[
        Key::optional(
            "key",
            Takes::Words(&[
                (
                    "external_id",
                    "The source's immutable identifier: a rename at the source renames the account.",
                ),
                (
                    "username",
                    "The username: somebody with a new name looks like somebody else.",
                ),
            ]),
            "By what accounts are matched. With `external_id`, a rename at the source renames the account.",
        )
        .or("external_id"),
        Key::required(
            "username",
            Takes::OneOf(&[Takes::Text, Takes::Section(&USERNAME)]),
            "The attribute that holds the username, or how it is made.",
        ),
        Key::optional("adopt", Takes::Section(&ADOPT), ADOPT.doc),
    ],
};

pub(crate) const ADOPT: Section = Section {
    name: "`adopt`",
    id: "adopt",
    doc: "Which existing accounts may become the directory's own. Without it, none.",
    choice: Choice::Some(&["match", "file"]),
    keys: &[
        Key::optional(
            "match",
            Takes::Texts,
            "By what an entry without an account finds an existing one, in order: `external_id`, `username`, or a mapped field.",
        ),
        Key::optional(
            "file",
            Takes::Text,
            "A CSV file that says which account becomes whose: `existing_username,new_username,target_directory`.",
        ),
    ],
};

pub(crate) const USERNAME: Section = Section {
    name: "`username`",
    id: "username",
    doc: "How a username is made.",
    choice: Choice::One(&["from", "expr"]),
    keys: &[
        Key::optional(
            "from",
            Takes::Texts,
            "An attribute, or several of which the first with a value counts.",
        ),
        Key::optional(
            "expr",
            Takes::Expression,
            "An expression that gives the username.",
        ),
        Key::optional("transform", CHAIN, CHAIN_DOC),
    ],
};

pub(crate) const FIELD: Section = Section {
    name: "a field",
    id: "field",
    doc: "How a field's value is made.",
    choice: Choice::One(&["from", "expr", "reference", "groups"]),
    keys: &[
        Key::optional(
            "from",
            Takes::Texts,
            "An attribute, or several of which the first with a value counts.",
        ),
        Key::optional("expr", Takes::Expression, "An expression that gives the value."),
        Key::optional("transform", CHAIN, CHAIN_DOC),
        Key::optional(
            "default",
            Takes::AnyText,
            "Taken where the source has no value, or an empty one.",
        ),
        Key::optional(
            "empty",
            Takes::Words(&[
                ("write", "The field is empty."),
                ("absent", "As if the source had no value."),
                ("keep", "The account keeps what it has."),
            ]),
            "What an empty value at the source does.",
        )
        .or("write"),
        Key::optional(
            "absent",
            Takes::Words(&[
                ("remove", "The account has no such field."),
                ("keep", "The account keeps what it has."),
            ]),
            "What no value at the source does.",
        )
        .or("remove"),
        Key::optional(
            "required",
            Takes::Bool,
            "A person without a value is held: a new one gets no account, an account keeps its fields.",
        )
        .or("false"),
        Key::optional(
            "on_error",
            Takes::Words(&[
                ("hold", "None of the person's fields is written."),
                ("keep", "The account keeps what it has; the other fields are written."),
                ("absent", "As if the source had no value."),
            ]),
            "What a value that cannot be computed does, beside the finding.",
        )
        .or("hold"),
        Key::optional(
            "mode",
            Takes::Words(&[
                ("always", "On every sync; local edits are reverted."),
                ("create", "Once, when the account is made; then it belongs to the intranet."),
                ("if-empty", "Whenever the account has no value."),
            ]),
            "When it is written: on every sync; once, when the account is made; whenever the account has no value.",
        )
        .or("always"),
        Key::optional(
            "type",
            Takes::Words(&[
                ("text", "One value; of several at the source any is right."),
                ("list", "All values, sorted, each once."),
                ("bool", "`true` or `false`, in whatever spelling the source has it."),
                ("number", "A number, written with a decimal point."),
                ("date", "A date (`2026-11-23`), or a point in time in UTC (RFC 3339)."),
                ("image", "A JPEG, PNG, GIF or WebP picture in base64."),
            ]),
            "What the field holds.",
        )
        .or("text"),
        Key::optional(
            "max_bytes",
            Takes::Whole(10 << 20),
            "Bytes of a picture (`type: image`) at most.",
        )
        .or("102400"),
        Key::optional(
            "sensitive",
            Takes::Bool,
            "Its values are shown to nobody: in plans, lists, the history and messages `•••` stands for them.",
        )
        .or("false"),
        Key::optional(
            "reference",
            Takes::Texts,
            "An attribute that names other people, or several of which the first with a value counts: the field holds their accounts.",
        ),
        Key::optional(
            "by",
            Takes::OneOf(&[BY_WORD, Takes::Section(&BY), Takes::List(&Takes::OneOf(&[BY_WORD, Takes::Section(&BY)]))]),
            "What a reference's value says of the person whom it names; of several ways the first that finds somebody counts. Without it: `dn` with the plugin `ldap`, else `[id, username, email]`.",
        ),
        Key::optional(
            "cycles",
            Takes::Words(&[
                ("report", "A finding names the circle; the values are written all the same."),
                ("allow", "Nothing is said."),
            ]),
            "What is said of people who refer to each other in a circle.",
        )
        .or("report"),
        Key::optional(
            "groups",
            Takes::Map {
                names: &Takes::Text,
                values: &Takes::Texts,
            },
            "Groups, by name or with `*`, and what membership in each gives; `$1` is what the first `*` stood for. The field is a list, to which the intranet may add items of its own.",
        ),
    ],
};

const BY_WORD: Takes = Takes::Words(&[
    ("id", "The person's identifier at the source."),
    ("username", "The username."),
    (
        "email",
        "What the field `email` or `mail` of the person's account holds.",
    ),
    ("dn", "The name of the person's entry in an LDAP directory."),
]);

/// How a reference's value names somebody by an attribute.
pub(crate) const BY: Section = Section {
    name: "`by`",
    id: "by",
    doc: "An attribute of the entry of the person who is meant.",
    choice: Choice::Any,
    keys: &[Key::required(
        "attribute",
        Takes::Text,
        "The attribute one of whose values equals the reference's.",
    )],
};

pub(crate) const BLOCK_RULE: Section = Section {
    name: "a block rule",
    id: "rule",
    doc: "A named condition under which an account is blocked.",
    choice: Choice::Any,
    keys: &[
        Key::required(
            "name",
            Takes::Name {
                pattern: "^[a-z0-9-]+$",
                longest: 64,
                reserved: &[],
            },
            "Appears on the account as `rule:NAME`.",
        ),
        Key::required(
            "when",
            Takes::Expression,
            "Holds: blocked; holds no longer: unblocked.",
        ),
        Key::optional(
            "reason",
            Takes::Text,
            "The sentence that plans and accounts give for it.",
        ),
        Key::optional(
            "unblock",
            UNBLOCK,
            "Who lets people in again for whom it holds no longer.",
        )
        .or("auto"),
        Key::optional(
            "grace",
            Takes::Pattern(DAYS),
            "For so many days (`14d`) it must have held before it blocks an account.",
        ),
    ],
};

/// All of them, for suggestions and for the schema.
pub(crate) const ALL: &[&Section] = &[
    &POLICY,
    &PROVIDER,
    &SECRET,
    &SCOPE,
    &EXCLUDE,
    &IDENTITY,
    &USERNAME,
    &ADOPT,
    &FIELD,
    &STEP,
    &REPLACE,
    &DATE,
    &MAP,
    &OTHERWISE,
    &BY,
    &BLOCK_RULE,
    &LICENCES,
    &APPROVAL,
    &GUARDS,
    &LIMIT,
    &SHARE,
    &FRAGMENT,
    &EXCEPTIONS,
    &EXCEPTION,
    &PERSON,
    &RENAMED,
    &PIN,
    &ENVIRONMENT,
];

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_section_and_key_stands_once_and_says_what_it_is() {
        let mut ids = BTreeSet::new();
        for section in ALL {
            assert!(ids.insert(section.id), "`{}` twice", section.id);
            assert!(!section.doc.is_empty(), "{}", section.id);
            let mut names = BTreeSet::new();
            for key in section.keys {
                assert!(names.insert(key.name), "`{}` twice", key.name);
                assert!(!key.doc.is_empty(), "{}.{}", section.id, key.name);
            }
            let chosen = match section.choice {
                Choice::Any => &[],
                Choice::One(names) | Choice::Some(names) => names,
            };
            for name in chosen {
                assert!(names.contains(name), "{}.{name}", section.id);
            }
        }
    }

    #[test]
    fn every_section_that_is_used_is_listed() {
        fn walk(takes: &Takes, found: &mut BTreeSet<&'static str>) {
            match takes {
                Takes::Section(section) if found.insert(section.id) => {
                    section.keys.iter().for_each(|key| walk(&key.takes, found));
                }
                Takes::List(inner) => walk(inner, found),
                Takes::Map { values, .. } => walk(values, found),
                Takes::OneOf(choices) => choices.iter().for_each(|one| walk(one, found)),
                _ => {}
            }
        }
        let mut found = BTreeSet::from(["fragment", "environment"]);
        walk(&Takes::Section(&POLICY), &mut found);
        walk(&Takes::Section(&EXCEPTIONS), &mut found);
        let listed: BTreeSet<&str> = ALL.iter().map(|section| section.id).collect();
        assert_eq!(found, listed);
    }
}
