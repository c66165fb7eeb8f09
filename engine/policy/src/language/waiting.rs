//! Keys about what waits: people for the end of a grace or for a seat, plans for
//! somebody to approve of them.

use super::keys::COUNT;
use super::{Choice, Key, Section, Takes};

/// A number of days.
pub(crate) const DAYS: &str = "^[0-9]+d$";

/// Who takes a block reason away.
pub(crate) const UNBLOCK: Takes = Takes::Words(&[
    ("auto", "The next sync."),
    ("manual", "An administrator, and never a sync."),
]);

pub(crate) const LICENCES: Section = Section {
    name: "`licences`",
    id: "licences",
    doc: "How many accounts may be active. Blocked ones use no seat.",
    choice: Choice::Any,
    keys: &[
        Key::required("limit", COUNT, "Seats in all."),
        Key::optional(
            "count",
            Takes::Words(&[
                ("directory", "Active accounts of this directory use a seat."),
                (
                    "intranet",
                    "All active accounts do, local ones and other directories' too.",
                ),
            ]),
            "Which active accounts use a seat.",
        )
        .or("directory"),
        Key::optional(
            "order",
            Takes::Texts,
            "Mapped fields whose values say which new person comes first; then the username does.",
        ),
        Key::optional("warn", COUNT, "With fewer seats left, a plan says so.").or("0"),
    ],
};

pub(crate) const APPROVAL: Section = Section {
    name: "`approval`",
    id: "approval",
    doc: "Who has to approve of a plan before it may be applied. Only a plan that was written to a file can be approved of.",
    choice: Choice::Any,
    keys: &[
        Key::required("required", COUNT, "So many people, each once; 1 at least."),
        Key::optional(
            "keys",
            Takes::Map {
                names: &Takes::Text,
                values: &Takes::Pattern("^ed25519:[A-Za-z0-9+/]{43}=$"),
            },
            "Approvers and their public keys, as `muster plan key NAME` prints them: approvals have to be signed. Without it, whoever can write to the state may approve.",
        ),
        Key::optional(
            "by_others",
            Takes::Bool,
            "Whoever made the plan, or let it past a guard, does not count.",
        )
        .or("false"),
    ],
};
