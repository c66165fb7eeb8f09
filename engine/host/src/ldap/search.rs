//! A search: its question, its blocks, its end.

use super::block::Entries;
use super::connection::Order;
use super::failure::Failure;
use tokio::sync::mpsc;

/// Longest filter that is parsed.
const FILTER_BYTES: usize = 1 << 20;

/// Deepest filter that is parsed: the parser calls itself for each level.
const FILTER_DEPTH: usize = 50;

/// How far below its base a search looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The base alone.
    Base,
    /// The entries directly below the base.
    One,
    /// The base and everything below it.
    Sub,
}

/// What to search for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// A DN; empty with [`Scope::Base`] for the root DSE.
    pub base: String,
    /// How far below it.
    pub scope: Scope,
    /// RFC 4515.
    pub filter: String,
    /// Names of attributes; `1.1`, or nothing, for none.
    pub attributes: Vec<String>,
    /// Entries per RFC 2696 page; 0 for no paging.
    pub page_size: u32,
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
