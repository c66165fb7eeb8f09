//! Keys of `guards:`.

use super::{COUNT, PERCENT};
use crate::language::{Choice, Key, Section, Takes};

const LIMIT_VALUE: Takes = Takes::OneOf(&[NONE, Takes::Section(&LIMIT)]);
const SHARE_VALUE: Takes = Takes::OneOf(&[NONE, Takes::Section(&SHARE)]);
const NONE: Takes = Takes::Words(&[("none", "No limit, and none built in.")]);

pub(crate) const GUARDS: Section = Section {
    name: "`guards`",
    id: "guards",
    doc: "What stops a plan.",
    choice: Choice::Any,
    keys: &[
        Key::optional("create", LIMIT_VALUE, "Limits new accounts."),
        Key::optional("update", LIMIT_VALUE, "Limits changes of fields."),
        Key::optional(
            "rename",
            LIMIT_VALUE,
            "Limits renames, and adoptions under another username.",
        ),
        Key::optional(
            "block",
            LIMIT_VALUE,
            "Limits blocks. Without it, 10 % of 50 or more active accounts.",
        ),
        Key::optional("unblock", LIMIT_VALUE, "Limits unblocks."),
        Key::optional("adopt", LIMIT_VALUE, "Limits adoptions."),
        Key::optional("detach", LIMIT_VALUE, "Limits detaching."),
        Key::optional(
            "shrink",
            SHARE_VALUE,
            "The source suddenly has fewer people. Without it, 20 % of 50 or more.",
        ),
        Key::optional(
            "clear",
            SHARE_VALUE,
            "A mapped field would be emptied for many at once. Without it, 20 % of 50 or more.",
        ),
        Key::optional(
            "protect",
            Takes::Texts,
            "Usernames that a plan may neither block, rename nor adopt.",
        ),
    ],
};

pub(crate) const LIMIT: Section = Section {
    name: "a guard",
    id: "limit",
    doc: "How much of one kind a plan may do.",
    choice: Choice::Some(&["max", "max_percent"]),
    keys: &[
        Key::optional("max", COUNT, "More people than this stop the plan."),
        Key::optional(
            "max_percent",
            PERCENT,
            "A larger part of the active accounts stops it.",
        ),
        Key::optional(
            "min_population",
            COUNT,
            "With fewer active accounts, percentages do not count.",
        )
        .or("50"),
    ],
};

pub(crate) const SHARE: Section = Section {
    name: "a guard",
    id: "share",
    doc: "How large a part of the people a plan may concern.",
    choice: Choice::Any,
    keys: &[
        Key::required("max_percent", PERCENT, "A larger part stops the plan."),
        Key::optional(
            "min_population",
            COUNT,
            "With fewer people, percentages do not count.",
        )
        .or("50"),
    ],
};
