//! How an offer gets into the text.

use crate::capabilities::Client;
use crate::text::{Encoding, Text};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, InsertTextFormat,
    InsertTextMode, MarkupContent, MarkupKind, TextEdit,
};
use std::ops::Range;

/// What is offered, and in which place of the list.
pub(super) struct Offer {
    pub(super) label: String,
    pub(super) kind: CompletionItemKind,
    pub(super) detail: Option<String>,
    pub(super) doc: String,
    /// What is put in; `$1` and `$0` are places to fill in.
    pub(super) text: String,
    /// True if the text has such places.
    pub(super) is_snippet: bool,
    /// Bytes that it takes the place of.
    pub(super) replaces: Range<usize>,
    /// What the editor compares with what was typed; the label if there is none.
    pub(super) filter: Option<String>,
    /// Those with a smaller one come first.
    pub(super) rank: u8,
}

impl Offer {
    /// A word that is put in as it is.
    pub(super) fn word(label: &str, kind: CompletionItemKind, replaces: Range<usize>) -> Self {
        Self {
            label: label.to_owned(),
            kind,
            detail: None,
            doc: String::new(),
            text: label.to_owned(),
            is_snippet: false,
            replaces,
            filter: None,
            rank: 5,
        }
    }
}

/// Makes items of offers, as the client can take them.
pub(super) struct Insert {
    client: Client,
    text: Text,
    encoding: Encoding,
    /// The document's line break.
    pub(super) line_break: &'static str,
    /// The rest of the line behind the cursor.
    pub(super) behind: String,
    offset: usize,
}

impl Insert {
    pub(super) fn new(client: &Client, text: &Text, offset: usize, encoding: Encoding) -> Self {
        let whole = text.as_str();
        let first = whole.split_inclusive('\n').next().unwrap_or("");
        let behind = whole.get(offset..).unwrap_or("");
        let behind = behind.split(['\n', '\r']).next().unwrap_or("");
        Self {
            client: *client,
            text: text.clone(),
            encoding,
            line_break: match first.ends_with("\r\n") {
                true => "\r\n",
                false => "\n",
            },
            behind: behind.to_owned(),
            offset,
        }
    }

    /// From a byte to the end of the word that the cursor stands in.
    pub(super) fn word(&self, start: usize) -> Range<usize> {
        start
            ..self.offset
                + self.rest_of(|letter| letter.is_alphanumeric() || "_-.".contains(letter))
    }

    /// The same for a name within an expression.
    pub(super) fn name(&self, start: usize) -> Range<usize> {
        start..self.offset + self.rest_of(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    }

    fn rest_of(&self, belongs: impl Fn(char) -> bool) -> usize {
        let rest = self.behind.find(|letter| !belongs(letter));
        rest.unwrap_or(self.behind.len())
    }

    /// What follows behind some bytes, on the same line.
    pub(super) fn follows(&self, range: &Range<usize>) -> &str {
        let done = range.end.saturating_sub(self.offset);
        self.behind.get(done..).unwrap_or("").trim_start()
    }

    /// An item of a completion.
    pub(super) fn item(&self, offer: Offer) -> CompletionItem {
        let snippet = offer.is_snippet && self.client.snippets;
        let text = match offer.is_snippet && !snippet {
            true => plain(&offer.text),
            false => offer.text,
        };
        let several_lines = text.contains('\n');
        CompletionItem {
            label: offer.label.clone(),
            kind: Some(offer.kind),
            detail: offer.detail,
            documentation: (!offer.doc.is_empty()).then(|| self.documentation(offer.doc)),
            sort_text: Some(format!("{}", offer.rank)),
            filter_text: offer.filter,
            insert_text_format: snippet.then_some(InsertTextFormat::SNIPPET),
            insert_text_mode: (several_lines && self.client.as_is).then_some(InsertTextMode::AS_IS),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit {
                range: self.text.span(offer.replaces, self.encoding),
                new_text: text,
            })),
            ..CompletionItem::default()
        }
    }

    fn documentation(&self, text: String) -> Documentation {
        match self.client.markdown_items {
            true => Documentation::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value: text,
            }),
            false => Documentation::String(text),
        }
    }
}

/// Gives the items an order that editors keep: first by rank, then as they stand.
pub(super) fn in_order(mut items: Vec<CompletionItem>) -> Vec<CompletionItem> {
    for (place, item) in items.iter_mut().enumerate() {
        let rank = item.sort_text.take().unwrap_or_default();
        item.sort_text = Some(format!("{rank}{place:04}"));
    }
    items
}

/// Text that stands for itself within a snippet.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '$' | '}' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// A snippet without its places: for editors that know none.
fn plain(snippet: &str) -> String {
    let mut out = String::with_capacity(snippet.len());
    let mut letters = snippet.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next()),
            '$' if letters.peek() == Some(&'{') => {
                for letter in letters.by_ref() {
                    if letter == '}' {
                        break;
                    }
                }
            }
            '$' => while letters.next_if(char::is_ascii_digit).is_some() {},
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_where_nobody_knows_them() {
        assert_eq!(plain("mode: ${1|always,create|}$0"), "mode: ");
        assert_eq!(plain("a: $12b"), "a: b");
        assert_eq!(plain(&escaped("a $1 {b} \\")), "a $1 {b} \\");
    }
}
