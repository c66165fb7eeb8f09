//! What is known of a value before any person is looked at.

/// What kind of value an expression gives, as far as its text shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing is known.
    Any,
    /// Nothing is known but that it is never true or false.
    Open,
    /// An attribute: a text, a list of texts, or null.
    Attribute,
    Bool,
    Whole,
    Fraction,
    Text,
    Instant,
    Duration,
    List,
    Map,
    Null,
    Bytes,
    Type,
}

impl Shape {
    /// The kind in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Any | Self::Open => "a value",
            Self::Attribute => "an attribute (a text)",
            Self::Bool => "true or false",
            Self::Whole => "a whole number",
            Self::Fraction => "a number",
            Self::Text => "a text",
            Self::Instant => "a time",
            Self::Duration => "a duration",
            Self::List => "a list",
            Self::Map => "a table",
            Self::Null => "null",
            Self::Bytes => "bytes",
            Self::Type => "a type",
        }
    }

    /// True if it may turn out to be nearly anything.
    pub(super) fn is_unknown(self) -> bool {
        matches!(self, Self::Any | Self::Open)
    }

    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Whole | Self::Fraction)
    }

    fn is_texty(self) -> bool {
        matches!(self, Self::Attribute | Self::Text)
    }

    /// False if the value is certainly not true or false.
    pub(super) fn may_be_bool(self) -> bool {
        matches!(self, Self::Any | Self::Bool)
    }

    /// False if the two can never be equal.
    pub(super) fn may_equal(self, other: Self) -> bool {
        self.alike(other)
            || self == Self::Null
            || other == Self::Null
            || matches!(
                (self, other),
                (Self::Attribute, Self::List) | (Self::List, Self::Attribute)
            )
    }

    /// False if one can never be less than the other.
    pub(super) fn may_order(self, other: Self) -> bool {
        let never = |shape| matches!(shape, Self::List | Self::Map | Self::Null | Self::Type);
        self.alike(other) && !never(self) && !never(other)
    }

    fn alike(self, other: Self) -> bool {
        self == other
            || self == Self::Any
            || other == Self::Any
            || (self == Self::Open && other != Self::Bool)
            || (other == Self::Open && self != Self::Bool)
            || (self.is_texty() && other.is_texty())
            || (self.is_number() && other.is_number())
    }

    /// The kind of a sum; none if the two cannot be added.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        use Shape::{Any, Attribute, Bytes, Duration, Fraction, Instant, List, Open, Text, Whole};
        Some(match (self, other) {
            (Instant | Any | Open, Duration) | (Duration, Instant) => self.or_any(Instant),
            (Attribute, List) | (List, Attribute) => List,
            (Text, Attribute | Text | Any | Open) | (Attribute | Any | Open, Text) => Text,
            (Attribute, Attribute) => Attribute,
            (Any | Open, _) | (_, Any | Open) => Any,
            (Whole, Whole)
            | (Fraction, Fraction)
            | (Duration, Duration)
            | (List, List)
            | (Bytes, Bytes) => self,
            _ => return None,
        })
    }

    /// The kind of a difference; none if there is none.
    pub(super) fn minus(self, other: Self) -> Option<Self> {
        use Shape::{Any, Duration, Fraction, Instant, Open, Whole};
        Some(match (self, other) {
            (Instant, Instant) => Duration,
            (Instant, Duration) => Instant,
            (Any | Open, _) | (_, Any | Open) => Any,
            (Whole, Whole) | (Fraction, Fraction) | (Duration, Duration) => self,
            _ => return None,
        })
    }

    /// The kind of a product, quotient or remainder; none if there is none.
    pub(super) fn times(self, other: Self) -> Option<Self> {
        use Shape::{Any, Fraction, Open, Whole};
        Some(match (self, other) {
            (Any | Open, Any | Open | Whole | Fraction) | (Whole | Fraction, Any | Open) => Any,
            (Whole, Whole) | (Fraction, Fraction) => self,
            _ => return None,
        })
    }

    fn or_any(self, known: Self) -> Self {
        if self.is_unknown() { Self::Any } else { known }
    }

    /// The kind of a value that is one or the other.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (one, two) if one == two => one,
            (Self::Null, Self::Text | Self::Attribute)
            | (Self::Text | Self::Attribute, Self::Null) => Self::Attribute,
            (one, two) if one.is_texty() && two.is_texty() => Self::Attribute,
            (one, two) if !one.may_be_bool() && !two.may_be_bool() => Self::Open,
            _ => Self::Any,
        }
    }
}
