//! Keys about people who wait: for a grace to end, or for a seat.

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
