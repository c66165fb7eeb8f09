//! The steps of `transform:`.

use super::{Choice, Key, Section, Takes};

/// What `transform` takes.
pub(crate) const CHAIN: Takes =
    Takes::OneOf(&[STEP_WORDS, Takes::Section(&STEP), Takes::List(&STEP_VALUE)]);
pub(crate) const CHAIN_DOC: &str = "Steps that the values go through, one after the other.";
const STEP_VALUE: Takes = Takes::OneOf(&[STEP_WORDS, Takes::Section(&STEP)]);
const STEP_WORDS: Takes = Takes::Words(&[
    ("trim", "Takes away white space around the text."),
    ("lower", "Small letters."),
    ("upper", "Capital letters."),
    ("title", "Each word with a capital: `Anna-Lena O'Neill`."),
    (
        "strip_diacritics",
        "Latin letters without accents: `Lukasz` for `Łukasz`.",
    ),
    ("first", "The first of several values."),
]);

pub(crate) const STEP: Section = Section {
    name: "a step",
    id: "step",
    doc: "A step of a chain that is told more than its name.",
    choice: Choice::One(&["replace", "split", "join", "date", "phone", "map"]),
    keys: &[
        Key::optional(
            "replace",
            Takes::Section(&REPLACE),
            "Replaces everything that a pattern finds.",
        ),
        Key::optional(
            "split",
            Takes::Text,
            "Cuts the text where this stands; the parts keep their order.",
        ),
        Key::optional(
            "join",
            Takes::AnyText,
            "Makes one text of several, with this between them.",
        ),
        Key::optional(
            "date",
            Takes::Section(&DATE),
            "Writes a date or a time in another way.",
        ),
        Key::optional(
            "phone",
            Takes::Text,
            "Writes a telephone number by E.164; one without a country is of this region (`DE`).",
        ),
        Key::optional(
            "map",
            Takes::Section(&MAP),
            "Looks the value up in a table.",
        ),
    ],
};

pub(crate) const REPLACE: Section = Section {
    name: "`replace`",
    id: "replace",
    doc: "Replaces everything that a pattern finds.",
    choice: Choice::Any,
    keys: &[
        Key::required("pattern", Takes::Text, "A regular expression."),
        Key::required(
            "with",
            Takes::AnyText,
            "What is put in its place; `$1` and `${name}` are captures, `$$` is a dollar.",
        ),
    ],
};

pub(crate) const DATE: Section = Section {
    name: "`date`",
    id: "date",
    doc: "Reads a date or a time in one notation and writes it in another.",
    choice: Choice::Any,
    keys: &[
        Key::optional(
            "from",
            Takes::Texts,
            "Notations by which it is read, such as `%d.%m.%Y`; the first that fits counts. What `timestamp()` takes is read in any case.",
        ),
        Key::required("to", Takes::Text, "The notation in which it is written."),
        Key::optional(
            "zone",
            Takes::Text,
            "The time zone of times without an offset, and of what is written: `Europe/Berlin`.",
        ),
    ],
};

pub(crate) const MAP: Section = Section {
    name: "`map`",
    id: "map",
    doc: "A table from what the source says to what the account holds.",
    choice: Choice::Any,
    keys: &[
        Key::required(
            "table",
            Takes::Map {
                names: &Takes::Text,
                values: &Takes::AnyText,
            },
            "Rows; keys are compared without regard to case.",
        ),
        Key::optional(
            "otherwise",
            Takes::OneOf(&[
                Takes::Words(&[
                    ("keep", "It stays as it is."),
                    ("drop", "It is no value."),
                    (
                        "fail",
                        "It cannot be computed: a finding, and what `on_error` says.",
                    ),
                ]),
                Takes::Section(&OTHERWISE),
            ]),
            "What becomes of a value that the table does not have.",
        )
        .or("keep"),
    ],
};

pub(crate) const OTHERWISE: Section = Section {
    name: "`otherwise`",
    id: "otherwise",
    doc: "What stands for all values that the table does not have.",
    choice: Choice::Any,
    keys: &[Key::required("text", Takes::AnyText, "The text.")],
};
