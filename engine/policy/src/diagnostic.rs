//! What is wrong with a policy, and where.

use crate::fix::{Applicability, Fix};
use crate::source::Source;
use crate::yaml;
use serde::Serialize;
use std::fmt;
use std::ops::Range;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy cannot be used.
    Error,
    /// The policy can be used, but is hardly what was meant.
    Warning,
}

/// One thing that is wrong, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// What kind of mistake it is.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// The file, as the caller named it.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// The line of the first letter behind it.
    pub end_line: u32,
    /// The column of the first letter behind it.
    pub end_column: u32,
    /// Bytes of the text that it is about.
    pub span: Range<usize>,
    /// What stands at the place.
    pub label: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Edits that would put it right.
    pub fix: Option<Fix>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            message,
            code,
            ..
        } = self;
        write!(f, "{file}:{line}:{column}: {message} [{code}]")
    }
}

impl Diagnostic {
    /// What a caller has found out about a policy, at the key to which a way leads
    /// (`provider`, `config`, `url`), or as near to it as there is one. A step may
    /// be several keys with dots between them.
    pub fn at_key(
        code: Code,
        (file, text): (&str, &str),
        way: &[&str],
        message: impl Into<String>,
    ) -> Self {
        let span = yaml::find(&Source::new(file, text), way);
        Source::new(file, text).diagnostic(code, span, message.into())
    }

    /// Says what to do about it.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// True if it has edits that can be made without looking.
    pub fn is_fixable(&self) -> bool {
        let fix = self.fix.as_ref();
        fix.is_some_and(|fix| fix.applicability == Applicability::Safe)
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// Kinds of mistakes. Each has a stable name, and a fixture of that
        /// name in `tests/fixtures`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// All kinds.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the stable name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

codes! {
    // The text as YAML.
    /// The text is longer than a policy may be.
    TooLarge = "too-large",
    /// There is nothing in the file.
    Empty = "empty",
    /// The text is not YAML.
    Syntax = "syntax",
    /// A tab stands where only spaces may.
    Tab = "tab",
    /// Collections are nested too deeply.
    TooDeep = "too-deep",
    /// There is more than one document.
    SeveralDocuments = "several-documents",
    /// An alias or a merge key is used.
    Alias = "alias",
    /// A YAML tag is used; mostly a condition that begins with `!`.
    Tag = "tag",
    /// A key is given twice.
    DuplicateKey = "duplicate-key",
    /// A key is a list or a mapping.
    OddKey = "odd-key",

    // The policy's shape.
    /// The policy is written for another version of Muster.
    Version = "version",
    /// There is no such key.
    UnknownKey = "unknown-key",
    /// A key that must be there is not.
    MissingKey = "missing-key",
    /// Two keys exclude each other.
    KeyConflict = "key-conflict",
    /// A list stands where a text is wanted, and the like.
    WrongType = "wrong-type",
    /// A word that means one thing in YAML 1.1 and another in 1.2.
    Ambiguous = "ambiguous",
    /// A number is too small or too large.
    OutOfRange = "out-of-range",
    /// The word is none of those that are possible here.
    UnknownWord = "unknown-word",
    /// A name has letters that it may not have.
    BadName = "bad-name",
    /// A name that means something else already.
    ReservedName = "reserved-name",
    /// Two things have one name.
    DuplicateName = "duplicate-name",
    /// A text or a list is empty, and must not be.
    EmptyValue = "empty-value",
    /// A table has other columns or rows than it should.
    BadTable = "bad-table",
    /// People shall be found by e-mail, and no field holds it.
    NoEmailField = "no-email-field",
    /// `$2` where a group's name has no second `*`.
    UnknownStar = "unknown-star",
    /// A secret itself stands in the policy.
    SecretInPolicy = "secret-in-policy",

    /// There is no mapped field of this name.
    UnknownField = "unknown-field",

    // Several files.
    /// A file that the policy names cannot be read.
    UnreadableFile = "unreadable-file",
    /// Two files map one field.
    MappedInTwoFiles = "mapped-in-two-files",
    /// A value that the policy does not declare.
    UnknownValue = "unknown-value",
    /// A value that is declared, and given nowhere.
    MissingValue = "missing-value",
    /// A value is put into the text of an expression.
    ValueInExpression = "value-in-expression",

    // Expressions.
    /// The expression cannot be read.
    ExpressionSyntax = "expression-syntax",
    /// The expression is too long, too deep or loops in loops.
    ExpressionTooLarge = "expression-too-large",
    /// CEL has it, policies do not.
    ExpressionUnsupported = "expression-unsupported",
    /// There is no such variable.
    UnknownVariable = "unknown-variable",
    /// There is no such function.
    UnknownFunction = "unknown-function",
    /// A function is called with too many or too few arguments.
    WrongArguments = "wrong-arguments",
    /// `entry` is used in a way that hides which attributes are read.
    EntryUse = "entry-use",
    /// Values that can never be compared or combined.
    WrongOperands = "wrong-operands",
    /// The condition can never be true or false.
    NotACondition = "not-a-condition",
    /// The expression's result cannot be a field's value.
    NotAValue = "not-a-value",
    /// The pattern of `matches` or of `replace` cannot be read.
    BadPattern = "bad-pattern",
    /// A text refers to a capture that the pattern does not have.
    UnknownCapture = "unknown-capture",
    /// A format of times, or a time zone, that cannot be used.
    BadFormat = "bad-format",
    /// A constant that is no instant, no duration, or no value of a field's type.
    BadConstant = "bad-constant",

    // What the text alone does not show.
    /// Two policies are about one directory.
    DirectoryTwice = "directory-twice",
    /// A secret is not where the policy says.
    MissingSecret = "missing-secret",
    /// A secret that the plugin does not know, needs, or can use.
    WrongSecret = "wrong-secret",
    /// A setting that the plugin does not know, needs, or can use.
    WrongSetting = "wrong-setting",
    /// The plugin cannot be loaded.
    UnusablePlugin = "unusable-plugin",

    // Tests of policies.
    /// A test gives an attribute that the policy does not read.
    UnreadAttribute = "unread-attribute",
    /// A test expects something of somebody whom it does not have.
    UnknownPerson = "unknown-person",

    // Warnings.
    /// The condition is the same for everybody.
    ConstantCondition = "constant-condition",
    /// One attribute is spelled in two ways.
    SpelledTwice = "spelled-twice",
    /// A guard that can never stop anything.
    IdleGuard = "idle-guard",
    /// A key that makes no difference where it stands.
    IdleKey = "idle-key",
    /// A condition that holds for nobody.
    NeverHolds = "never-holds",
    /// A condition that holds for everybody.
    MatchesEverybody = "matches-everybody",
    /// `status` is compared with a word that it never is.
    UnknownStatus = "unknown-status",
    /// A name stands in a list twice.
    ListedTwice = "listed-twice",
    /// A group or unit is in scope and excluded from it.
    IncludedAndExcluded = "included-and-excluded",
    /// Two fields have the very same mapping.
    MappedTwice = "mapped-twice",
    /// A value is declared, and used nowhere.
    UnusedValue = "unused-value",
    /// An empty list that means everybody.
    EmptyList = "empty-list",
    /// A block rule has the condition of another.
    RepeatedRule = "repeated-rule",
    /// An order of directories without the policy's own.
    IdlePrecedence = "idle-precedence",
    /// A grace so long that the condition behind it hardly counts.
    LongGrace = "long-grace",
}

impl Code {
    /// Tells whether a policy with this mistake can be used.
    pub fn severity(self) -> Severity {
        match self {
            Self::ConstantCondition
            | Self::SpelledTwice
            | Self::IdleGuard
            | Self::IdleKey
            | Self::NeverHolds
            | Self::MatchesEverybody
            | Self::UnknownStatus
            | Self::ListedTwice
            | Self::IncludedAndExcluded
            | Self::MappedTwice
            | Self::UnusedValue
            | Self::EmptyList
            | Self::RepeatedRule
            | Self::IdlePrecedence
            | Self::LongGrace => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl Code {
    /// True if a policy's text, with files beside it, shows the mistake; for others
    /// the plugin, the secrets or other policies are looked at.
    pub fn is_of_the_text(self) -> bool {
        !matches!(
            self,
            Self::DirectoryTwice
                | Self::MissingSecret
                | Self::WrongSecret
                | Self::WrongSetting
                | Self::UnusablePlugin
                | Self::UnreadAttribute
                | Self::UnknownPerson
        )
    }

    /// True if reading stopped there, so that other mistakes are not seen yet.
    pub(crate) fn hides_others(self) -> bool {
        matches!(
            self,
            Self::TooLarge | Self::Empty | Self::Syntax | Self::Tab | Self::SeveralDocuments
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.as_str())
    }
}
