//! A search: its question, its blocks, its end.

use super::block::Entries;
use super::connection::Order;
use super::failure::Failure;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

/// Longest filter that is parsed.
const FILTER_BYTES: usize = 1 << 20;

/// Deepest filter that is parsed: the parser calls itself for each level.
const FILTER_DEPTH: usize = 50;

/// How far below its base a search looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The base alone.
    Base,
    /// The entries directly below the base.
    One,
    /// The base and everything below it.
    Sub,
}

/// Changes in a naming context of Active Directory: what to ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirSync {
    /// As [MS-ADTS] 3.1.1.3.4.1.3 has them.
    pub options: u32,
    /// Empty: from the beginning.
    #[serde(with = "crate::octets")]
    pub cookie: Vec<u8>,
}

/// What a search asks of the server besides its filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Nothing.
    #[default]
    Plain,
    /// Deleted entries, too (Active Directory).
    WithDeleted,
    /// Changes by DirSync. With incremental values, `member;range=1-1` and
    /// `member;range=0-0` are columns of their own and no ranges.
    DirSync(DirSync),
    /// A refresh of RFC 4533, with the cookie of the last one.
    Refresh(#[serde(with = "crate::octets::optional")] Option<Vec<u8>>),
}

impl Mode {
    /// True if what comes is not everything that there is.
    pub(super) fn is_feed(&self) -> bool {
        matches!(self, Self::DirSync(_) | Self::Refresh(_))
    }
}

/// What to search for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// A DN; empty with [`Scope::Base`] for the root DSE.
    pub base: String,
    /// How far below it.
    pub scope: Scope,
    /// RFC 4515.
    pub filter: String,
    /// Names of attributes; `1.1`, or nothing, for none.
    pub attributes: Vec<String>,
    /// Entries per RFC 2696 page; 0 for no paging. Feeds are not paged.
    pub page_size: u32,
    /// What else is asked.
    pub mode: Mode,
}

impl Query {
    /// The requested attributes, each a column.
    pub(super) fn columns(&self) -> Vec<String> {
        self.attributes
            .iter()
            .filter(|name| *name != "1.1")
            .cloned()
            .collect()
    }

    /// What the server is asked for: the columns, but each link of a DirSync
    /// search once and without its range.
    pub(super) fn names(&self) -> Vec<String> {
        let mut all = Vec::new();
        for column in self.columns() {
            let asked = match (&self.mode, column.split_once(";range=")) {
                (Mode::DirSync(_), Some((link, _))) => link.to_owned(),
                _ => column,
            };
            if !all.contains(&asked) {
                all.push(asked);
            }
        }
        match all.is_empty() {
            true => vec!["1.1".to_owned()],
            false => all,
        }
    }

    /// Entries per page, if the search is paged.
    pub(super) fn pages(&self) -> Option<u32> {
        (self.page_size > 0 && !self.mode.is_feed()).then_some(self.page_size)
    }

    /// Refuses a filter that is wrong, or that is made to exhaust the parser.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let shown: String = self.filter.chars().take(200).collect();
        let wrong = |what: &str| Failure::Query {
            why: format!("the filter `{shown}` {what}"),
        };
        let (mut depth, mut deepest) = (0_usize, 0_usize);
        for byte in self.filter.bytes() {
            match byte {
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        if self.filter.len() > FILTER_BYTES || deepest > FILTER_DEPTH {
            return Err(wrong("is too long or too deep"));
        }
        match ldap3::parse_filter(&self.filter) {
            Ok(_) => Ok(()),
            Err(()) => Err(wrong("is not a search filter (RFC 4515)")),
        }
    }
}

/// How a search ended, as the server said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// RFC 4511 result code; 0 is success.
    pub code: u32,
    /// How much of the base exists, if the server says so.
    pub matched_dn: String,
    /// The server's words.
    pub message: String,
    /// Search result references that were skipped.
    pub references: u32,
    /// Pages that the server sent; 0 if it was not asked for any, or took no
    /// notice of the wish.
    pub pages: u32,
    /// True if the last page came with an empty cookie, or without paging.
    pub exhausted: bool,
    /// What a feed gave.
    pub feed: Option<Feed>,
}

/// Where a feed stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    /// For the next question.
    #[serde(with = "crate::octets::optional")]
    pub cookie: Option<Vec<u8>>,
    /// DirSync: there is more, to be asked for with this cookie.
    pub more: bool,
    /// Refresh: a present phase was completed, so whoever was known and is
    /// neither sent nor named as present is gone.
    pub absent_are_gone: bool,
}

/// A search under way.
pub struct Search {
    pub(super) blocks: mpsc::Receiver<Result<Entries, Failure>>,
    pub(super) over: bool,
    /// Keeps the connection open for as long as somebody reads from it.
    pub(super) _line: mpsc::UnboundedSender<Order>,
}

impl Search {
    /// Returns the next block; the last one has an [`Outcome`].
    ///
    /// # Errors
    /// What broke the conversation, after the blocks received before it.
    pub async fn next(&mut self) -> Result<Entries, Failure> {
        if self.over {
            return Err(Failure::Ended);
        }
        let block = self.blocks.recv().await.unwrap_or(Err(Failure::Ended));
        self.over = block.as_ref().map_or(true, |block| block.end.is_some());
        block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(filter: &str) -> Result<(), Failure> {
        let attributes = vec![];
        Query {
            base: String::new(),
            scope: Scope::Base,
            filter: filter.into(),
            attributes,
            page_size: 0,
            mode: Mode::Plain,
        }
        .check()
    }

    #[test]
    fn filters_are_checked_before_they_are_sent() {
        assert_eq!(
            check("(&(objectClass=person)(!(cn=J\\c3\\b3n \\28x\\29)))"),
            Ok(())
        );
        assert_eq!(
            check("(memberOf:1.2.840.113556.1.4.1941:=cn=Jón,dc=example)"),
            Ok(())
        );
        assert!(check("(cn=a").is_err());
        assert!(check("").is_err());
    }

    #[test]
    fn a_filter_cannot_exhaust_the_parser() {
        assert!(
            check(&format!(
                "{}(cn=a){}",
                "(!".repeat(100_000),
                ")".repeat(100_000)
            ))
            .is_err()
        );
        assert!(check(&format!("{}(cn=a){}", "(!".repeat(40), ")".repeat(40))).is_ok());
        assert!(check(&format!("(cn={})", "a".repeat(FILTER_BYTES))).is_err());
    }
}
