//! What may be written in an expression.

use super::Cursor;
use super::insert::{Offer, escaped};
use crate::docs;
use crate::expression::{Writing, Written, locals, writing};
use crate::outline::Style;
use lsp_types::{CompletionItem, CompletionItemKind};
use muster_policy::{CallStyle, Function, functions};

/// The words that a status can be.
const STATUS: [&str; 5] = ["active", "pending", "blocked", "removed", "unknown"];

impl Cursor<'_> {
    /// Names, functions and attributes, by what stands before the cursor.
    pub(super) fn expression(&self, start: usize, style: Style) -> Vec<CompletionItem> {
        let written = Written::of(self.typed(start), start, style);
        let (writing, typed) = writing(&written.text);
        let begin = self.offset.saturating_sub(typed);
        let mut offers = match writing {
            Writing::Nothing => Vec::new(),
            Writing::Word => self.variables(begin, &written.text),
            Writing::Attribute { back } => self.behind_entry(begin, back, style),
            Writing::Index => self.in_brackets(begin),
            Writing::Value => self.given_values(begin),
            Writing::Member => self.functions(begin, is_member),
            Writing::Status => {
                let words = STATUS.iter();
                let kind = CompletionItemKind::ENUM_MEMBER;
                words
                    .map(|word| Offer::word(word, kind, self.insert.name(begin)))
                    .collect()
            }
        };
        if writing == Writing::Word {
            offers.extend(self.functions(begin, is_plain));
        }
        offers
            .into_iter()
            .map(|offer| self.insert.item(offer))
            .collect()
    }

    fn variables(&self, begin: usize, text: &str) -> Vec<Offer> {
        let replaces = self.insert.name(begin);
        let fixed = docs::VARIABLES.iter().map(|(name, doc)| Offer {
            doc: (*doc).to_owned(),
            rank: 1,
            ..Offer::word(name, CompletionItemKind::VARIABLE, replaces.clone())
        });
        let local = locals(text).into_iter().map(|name| Offer {
            doc: "Each item of the list in turn.".to_owned(),
            rank: 0,
            ..Offer::word(&name, CompletionItemKind::VARIABLE, replaces.clone())
        });
        let words = ["true", "false", "null"].into_iter().map(|word| Offer {
            rank: 4,
            ..Offer::word(word, CompletionItemKind::KEYWORD, replaces.clone())
        });
        fixed.chain(local).chain(words).collect()
    }

    fn functions(&self, begin: usize, fits: fn(&Function) -> bool) -> Vec<Offer> {
        let replaces = self.insert.name(begin);
        let calls = self.insert.follows(&replaces).starts_with('(');
        let fitting = functions().iter().filter(|function| fits(function));
        fitting
            .map(|function| Offer {
                detail: Some(format!("{} → {}", function.signature(), function.gives())),
                doc: docs::function(function),
                text: match calls {
                    true => escaped(function.name),
                    false => format!("{}($1)", escaped(function.name)),
                },
                is_snippet: true,
                rank: 3,
                ..Offer::word(
                    function.name,
                    CompletionItemKind::FUNCTION,
                    replaces.clone(),
                )
            })
            .collect()
    }

    /// Attributes behind `entry.`; those that are no names go into brackets.
    fn behind_entry(&self, begin: usize, back: usize, style: Style) -> Vec<Offer> {
        let known = self.workspace.attributes(self.path);
        known
            .iter()
            .map(|attribute| {
                let name = attribute.name.as_str();
                let is_name = is_name(name);
                let replaces = self.insert.name(if is_name { begin } else { begin - back });
                let quoted = match style {
                    Style::Double => format!(
                        "['{}']",
                        name.replace('\\', "\\\\\\\\").replace('\'', "\\\\'")
                    ),
                    Style::Single => format!("[\"{}\"]", in_quotes(name).replace('\'', "''")),
                    _ => format!("[\"{}\"]", in_quotes(name)),
                };
                Offer {
                    detail: docs::several(attribute).map(str::to_owned),
                    doc: attribute.summary.clone(),
                    text: if is_name { name.to_owned() } else { quoted },
                    filter: (!is_name).then(|| format!(".{name}")),
                    rank: 1,
                    ..Offer::word(name, CompletionItemKind::FIELD, replaces)
                }
            })
            .collect()
    }

    fn in_brackets(&self, begin: usize) -> Vec<Offer> {
        let known = self.workspace.attributes(self.path);
        let offers = known.iter().map(|attribute| Offer {
            detail: docs::several(attribute).map(str::to_owned),
            doc: attribute.summary.clone(),
            ..Offer::word(
                &attribute.name,
                CompletionItemKind::FIELD,
                self.insert.name(begin),
            )
        });
        offers.collect()
    }

    fn given_values(&self, begin: usize) -> Vec<Offer> {
        let replaces = self.insert.name(begin);
        let values = self.workspace.declared(self.path).into_iter();
        values
            .map(|value| Offer {
                detail: value.written,
                doc: "A value of the environment.".to_owned(),
                ..Offer::word(&value.name, CompletionItemKind::CONSTANT, replaces.clone())
            })
            .collect()
    }
}

/// Functions that stand behind a dot.
fn is_member(function: &Function) -> bool {
    match function.style {
        CallStyle::Member | CallStyle::Both => true,
        CallStyle::Macro => function.parameters.len() > 1,
        CallStyle::Plain => false,
    }
}

/// Functions that stand in front of their arguments.
fn is_plain(function: &Function) -> bool {
    match function.style {
        CallStyle::Plain | CallStyle::Both => true,
        CallStyle::Macro => function.parameters.len() == 1,
        CallStyle::Member => false,
    }
}

fn is_name(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn in_quotes(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
