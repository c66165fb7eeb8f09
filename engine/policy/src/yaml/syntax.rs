//! What is said of a text that is not YAML.

use super::tree::DEEPEST;
use crate::diagnostic::Code;
use crate::fix::{quotes, tabs};
use crate::source::Source;
use serde_yaml::granit_parser::{ErrorKind, ScanError};

/// Reports where reading stopped, and why.
pub(super) fn syntax_error(source: &mut Source<'_>, error: &ScanError) {
    let at = error.marker().byte_offset().unwrap_or(0);
    let one = source.text.get(at..).and_then(|rest| rest.chars().next());
    let span = at..at + one.map_or(0, char::len_utf8);
    match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar => {
            // The parser stands behind the tab.
            let line = source
                .text
                .get(..span.end)
                .and_then(|before| before.rfind('\t'));
            let tab = line.map_or(span, |tab| tab..tab + 1);
            let fix = tabs(source);
            source
                .report(Code::Tab, tab, "A tab is used as indentation")
                .help("Indent with spaces; YAML allows no tabs there.")
                .maybe_fix(fix);
        }
        ErrorKind::RecursionLimitExceeded => {
            let message = format!("Lists and mappings are nested more than {DEEPEST} levels deep");
            source.report(Code::TooDeep, span, message);
        }
        kind => {
            let message = format!("The file is not YAML: {}", error.info());
            let fix = quotes(source, span.start);
            source
                .report(Code::Syntax, span, message)
                .label("reading stopped here")
                .maybe_help(advice(kind))
                .maybe_fix(fix);
        }
    }
}

/// What mostly lies behind an error of the parser.
fn advice(kind: &ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar
        | ErrorKind::MissingAnchorOrAliasName
        | ErrorKind::UnexpectedCharacter { .. }
        | ErrorKind::InvalidTagTerminator
        | ErrorKind::UndeclaredTagHandle => {
            "If this is an expression or a text, put the whole of it in single quotes."
        }
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence => {
            "Check the brackets and commas; a text with `{`, `[`, `,` or `: ` needs quotes."
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::ExpectedBlockMappingKey => {
            "A key needs a colon and a space behind it: `name: value`."
        }
        ErrorKind::InvalidIndentation => "Keys of one mapping begin in the same column.",
        ErrorKind::UnclosedQuotedScalar => "A quote is opened and never closed.",
        _ => return None,
    })
}
