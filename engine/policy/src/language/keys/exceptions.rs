//! Keys of files with exceptions.

use super::{Choice, Key, Section, Takes};

/// What a file of exceptions holds.
pub(crate) const EXCEPTIONS: Section = Section {
    name: "a file of exceptions",
    id: "exceptions",
    doc: "Decisions about single people, each with who answers for it, why, and until when.",
    choice: Choice::Any,
    keys: &[
        Key::required(
            "muster",
            Takes::Version(1),
            "Version of the policy language.",
        ),
        Key::required(
            "exceptions",
            Takes::List(&Takes::Section(&EXCEPTION)),
            "The decisions.",
        ),
    ],
};

pub(crate) const EXCEPTION: Section = Section {
    name: "an exception",
    id: "exception",
    doc: "A decision about one person: exactly one of `exclude`, `rename`, `pin` and `hold`.",
    choice: Choice::One(&["exclude", "rename", "pin", "hold"]),
    keys: &[
        Key::optional(
            "exclude",
            PERSON_VALUE,
            "Whom to leave out, as `scope.exclude.usernames` does.",
        ),
        Key::optional(
            "rename",
            Takes::Section(&RENAMED),
            "Whose account has another username than the source says.",
        ),
        Key::optional(
            "pin",
            Takes::Section(&PIN),
            "Which entry is which account, whatever the policy would find.",
        ),
        Key::optional("hold", PERSON_VALUE, "Whose account stays as it is."),
        Key::required("owner", Takes::Text, "Who answers for it."),
        Key::required("reason", Takes::Text, "Why it is so."),
        Key::optional(
            "expires",
            Takes::Pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
            "Its last day, in UTC: then it does nothing any more. Only a pin may go without.",
        ),
    ],
};

const PERSON_VALUE: Takes = Takes::OneOf(&[Takes::Text, Takes::Section(&PERSON)]);

pub(crate) const PERSON: Section = Section {
    name: "a person",
    id: "person",
    doc: "A person: by username in any letter case, or by the source's identifier.",
    choice: Choice::One(&["username", "id"]),
    keys: &[
        Key::optional("username", Takes::Text, "The username, in any letter case."),
        Key::optional("id", Takes::Text, "The source's identifier."),
    ],
};

pub(crate) const RENAMED: Section = Section {
    name: "`rename`",
    id: "renamed",
    doc: "A person, and the username of their account.",
    choice: Choice::One(&["username", "id"]),
    keys: &[
        Key::optional(
            "username",
            Takes::Text,
            "The source's username, in any letter case.",
        ),
        Key::optional("id", Takes::Text, "The source's identifier."),
        Key::required(
            "to",
            Takes::Text,
            "The username that the account has instead.",
        ),
    ],
};

pub(crate) const PIN: Section = Section {
    name: "`pin`",
    id: "pin",
    doc: "An entry and the account that it is.",
    choice: Choice::Any,
    keys: &[
        Key::required("id", Takes::Text, "The source's identifier."),
        Key::required(
            "account",
            Takes::Text,
            "The account's username, in any letter case.",
        ),
    ],
};
