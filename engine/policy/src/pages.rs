//! A page for each diagnostic: what it means, why it matters, a wrong example and
//! a right one.
//!
//! The pages are files of `policies/diagnostics`, for readers of the repository,
//! and part of the program, for `muster check --explain`. Their examples are the
//! diagnostics' tests.

use crate::diagnostic::Code;

/// Names and texts, in order of the names: written by the build script.
const PAGES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/pages.rs"));

impl Code {
    /// The diagnostic of a stable name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }

    /// The page about it, as Markdown. Empty if it was forgotten; a test fails then.
    pub fn page(self) -> &'static str {
        let place = PAGES.binary_search_by_key(&self.as_str(), |(name, _)| name);
        let page = place.ok().and_then(|place| PAGES.get(place));
        page.map_or("", |(_, page)| page)
    }

    /// What it is, in a sentence: the first of its page.
    pub fn summary(self) -> &'static str {
        paragraph(self.page(), 1)
    }

    /// Why it matters: what its page says before the first example.
    pub fn reason(self) -> &'static str {
        let page = self.page();
        let text = page.split_once("\n## ").map_or(page, |(text, _)| text);
        let after = text
            .split_once(self.summary())
            .map_or("", |(_, after)| after);
        after.trim()
    }

    /// Where the page stands in Muster's repository.
    pub fn page_path(self) -> String {
        format!("policies/diagnostics/{self}.md")
    }
}

fn paragraph(page: &str, number: usize) -> &str {
    page.split("\n\n").nth(number).unwrap_or("").trim()
}
