//! A policy's text in its one canonical form.
//!
//! Indentation, quotes, white space and the column of trailing comments are
//! canonical; words, order, blank lines and comments stay. What comes out is read
//! again: a text that says anything else than before is given to nobody.

mod comments;

use crate::check::LONGEST;
use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::yaml::{self, Node};
use pretty_yaml::config::{FormatOptions, LanguageOptions, LayoutOptions, LineBreak, Quotes};

/// Longer lines are broken where a collection allows it.
const WIDTH: usize = 120;

/// Comes before a part that stays as it is.
const IGNORE: &str = "muster-fmt-ignore";

/// Each round makes a text that changes less; almost all need one.
const MOST_ROUNDS: usize = 4;

/// The stack of the printer, which recurses as deep as collections are nested.
const STACK: usize = 16 << 20;

/// Why a text was not brought into its canonical form.
#[derive(Debug, thiserror::Error)]
pub enum NotFormatted {
    /// It cannot be read.
    #[error("the text cannot be read as YAML")]
    Unreadable(Vec<Diagnostic>),
    /// The printer cannot do it, or it would change what the text says.
    #[error("the canonical form would not say the same")]
    WouldDiffer,
}

/// Brings a policy's text into its canonical form. `file` is only a name, for
/// places.
///
/// INVARIANT: the result has the same tree and the same comments, and is its own
/// canonical form.
pub fn format(file: &str, text: &str) -> Result<String, NotFormatted> {
    let before = read(file, text)?;
    let mut formatted = text.to_owned();
    for _ in 0..MOST_ROUNDS {
        let next = once(&formatted).ok_or(NotFormatted::WouldDiffer)?;
        if next == formatted {
            let after = read(file, &formatted).map_err(|_| NotFormatted::WouldDiffer)?;
            let same = before.says_the_same(&after) && comments::same(text, &formatted);
            return same.then_some(formatted).ok_or(NotFormatted::WouldDiffer);
        }
        formatted = next;
    }
    Err(NotFormatted::WouldDiffer)
}

/// The tree of a text in which nothing is wrong as YAML.
fn read(file: &str, text: &str) -> Result<Node, NotFormatted> {
    let mut source = Source::new(file, text);
    let tree = (text.len() <= LONGEST)
        .then(|| yaml::read(&mut source))
        .flatten();
    let wrong = source.into_diagnostics();
    match tree {
        Some(tree) if wrong.is_empty() => Ok(tree),
        _ => Err(NotFormatted::Unreadable(wrong)),
    }
}

/// One round. None if the printer gives up; it may, on a thread of its own.
fn once(text: &str) -> Option<String> {
    let (mark, body) = match text.strip_prefix('\u{feff}') {
        Some(body) => ("\u{feff}", body),
        None => ("", text),
    };
    let work = || pretty_yaml::format_text(body, &options(body));
    let printed = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, work);
        thread.ok()?.join().ok()?.ok()
    })?;
    Some(format!("{mark}{}", comments::align(&printed)))
}

fn options(text: &str) -> FormatOptions {
    let first = text.split_inclusive('\n').next().unwrap_or("");
    FormatOptions {
        layout: LayoutOptions {
            print_width: WIDTH,
            indent_width: 2,
            line_break: match first.ends_with("\r\n") {
                true => LineBreak::Crlf,
                false => LineBreak::Lf,
            },
        },
        language: LanguageOptions {
            quotes: Quotes::PreferDouble,
            trailing_comma: false,
            brace_spacing: false,
            bracket_spacing: false,
            // In a block scalar they are part of the text.
            trim_trailing_whitespaces: false,
            ignore_comment_directive: IGNORE.to_owned(),
            ..LanguageOptions::default()
        },
    }
}
