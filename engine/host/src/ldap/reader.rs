//! Reads one search's entries off the wire and packs them.

use super::block::{Entries, Packer};
use super::dial::Line;
use super::failure::Failure;
use super::names::{Columns, Found, Range, Upper};
use super::paging::{self, Page};
use super::search::{Outcome, Query, Scope};
use ldap3::asn1::{PL, StructureTag};
use ldap3::{LdapResult, ResultEntry, SearchStream};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Pages without an entry that a server may send in a row before it is taken
/// for one that will never end.
const EMPTY_PAGES: u32 = 1000;

type Stream = SearchStream<'static, String, Vec<String>>;

/// Why reading stopped before the search's end.
enum Stop {
    Failed(Failure),
    /// Nobody wants the rest.
    Unwanted,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The values of one column of one entry, as they came.
#[derive(Default)]
struct Slot {
    values: Vec<StructureTag>,
    /// Where the values go on, if the server sent only the first ones.
    rest: Option<u32>,
}

/// Reads one search.
pub(super) struct Reader {
    line: Line,
    query: Query,
    columns: Columns,
    slots: Vec<Slot>,
    packer: Packer,
    blocks: mpsc::Sender<Result<Entries, Failure>>,
}

impl Reader {
    pub fn new(
        line: Line,
        query: Query,
        columns: Columns,
        blocks: mpsc::Sender<Result<Entries, Failure>>,
    ) -> Self {
        let names: Arc<[String]> = query.columns().into();
        let slots = names.iter().map(|_| Slot::default()).collect();
        Self {
            line,
            query,
            columns,
            slots,
            packer: Packer::new(names),
            blocks,
        }
    }

    /// Reads to the end, and hands on what came before it in any case.
    pub async fn run(mut self) {
        let last = match self.pages().await {
            Ok(outcome) => {
                let mut block = self.packer.take();
                block.end = Some(outcome);
                Ok(block)
            }
            Err(Stop::Unwanted) => return,
            Err(Stop::Failed(failure)) => {
                if !self.packer.is_empty() && self.hand_on().await.is_err() {
                    return;
                }
                Err(failure)
            }
        };
        // A caller that is gone does not miss it.
        drop(self.blocks.send(last).await);
    }

    async fn pages(&mut self) -> Result<Outcome, Stop> {
        let (mut cookie, mut pages, mut references, mut idle) = (Vec::new(), 0, 0, 0);
        loop {
            let (result, entries) = self.page(cookie, &mut references).await?;
            let page = paging::answer(&result.ctrls);
            pages += u32::from(matches!(page, Page::Last | Page::More(_)));
            match page {
                Page::Malformed => {
                    return Err(self
                        .line
                        .malformed("a page control without a cookie")
                        .into());
                }
                Page::More(next) if result.rc == 0 => cookie = next,
                Page::None | Page::Last | Page::More(_) => {
                    let exhausted = result.rc == 0;
                    return Ok(outcome(result, references, pages, exhausted));
                }
            }
            idle = if entries == 0 { idle + 1 } else { 0 };
            if idle >= EMPTY_PAGES {
                return Err(self
                    .line
                    .malformed(format!("{idle} empty pages in a row"))
                    .into());
            }
        }
    }

    /// Reads one page, or everything if there is no paging.
    async fn page(
        &mut self,
        cookie: Vec<u8>,
        references: &mut u32,
    ) -> Result<(LdapResult, u64), Stop> {
        if self.query.page_size > 0 {
            let control = paging::request(self.query.page_size, cookie);
            self.line.ldap.with_controls(control);
        }
        let Query {
            base,
            scope,
            filter,
            ..
        } = &self.query;
        let attributes = match self.query.columns() {
            none if none.is_empty() => vec!["1.1".to_owned()],
            some => some,
        };
        let mut stream = open(&mut self.line, base, *scope, filter, attributes).await?;
        let mut entries = 0;
        while let Some(item) = next(&mut self.line, &mut stream).await? {
            if item.is_ref() {
                *references += 1;
            } else if !item.is_intermediate() {
                entries += 1;
                if let Err(stop) = self.entry(item.0).await {
                    self.abandon(stream).await;
                    return Err(stop);
                }
            }
        }
        Ok((stream.finish().await, entries))
    }

    /// Tells the server to stop a search that nobody reads to its end.
    async fn abandon(&mut self, mut stream: Stream) {
        let id = stream.ldap_handle().last_id();
        stream.finish().await;
        // Best effort: the server may have closed the wire already.
        drop(self.line.ldap.abandon(id).await);
    }

    async fn entry(&mut self, entry: StructureTag) -> Result<(), Stop> {
        let (dn, attributes) =
            pair(entry).ok_or_else(|| self.line.malformed("an entry without a name"))?;
        for attribute in attributes {
            let (name, values) = pair(attribute)
                .ok_or_else(|| self.line.malformed("an attribute without a name"))?;
            if let Some(Found { column, range }) = self.columns.find(&name)
                && let Some(slot) = self.slots.get_mut(column)
            {
                slot.rest = range.and_then(rest).or(slot.rest);
                match slot.values.is_empty() {
                    true => slot.values = values,
                    false => slot.values.extend(values),
                }
            }
        }
        let packed = self.pack(dn).await;
        if packed.is_err() {
            self.packer.drop_row();
        }
        packed
    }

    async fn pack(&mut self, dn: Vec<u8>) -> Result<(), Stop> {
        self.packer.begin_row(dn);
        for column in 0..self.slots.len() {
            let Slot { values, rest } = self
                .slots
                .get_mut(column)
                .map(std::mem::take)
                .unwrap_or_default();
            self.values(column, values).await?;
            if let Some(from) = rest {
                self.rest(column, from).await?;
            }
            self.packer.end_cell();
        }
        self.packer.end_row();
        match self.packer.is_full() {
            true => self.hand_on().await,
            false => Ok(()),
        }
    }

    async fn values(&mut self, column: usize, values: Vec<StructureTag>) -> Result<(), Stop> {
        for value in values {
            let PL::P(bytes) = value.payload else {
                return Err(self
                    .line
                    .malformed("an attribute's value is not a string of octets")
                    .into());
            };
            self.packer.value(&bytes);
            if self.packer.row_is_long() {
                let block = self.packer.cut(column);
                self.send(block).await?;
            }
        }
        Ok(())
    }

    /// Reads the values that the server held back (`member;range=1500-*`).
    ///
    /// INVARIANT: where a range ends is taken from the answer: the server's
    /// step is its administrator's choice.
    async fn rest(&mut self, column: usize, mut from: u32) -> Result<(), Stop> {
        let base = String::from_utf8(self.packer.dn().to_vec())
            .map_err(|_| self.line.malformed("a DN that is not UTF-8"))?;
        let attribute = self.columns.base(column).to_owned();
        loop {
            let wanted = vec![format!("{attribute};range={from}-*")];
            let mut stream = open(
                &mut self.line,
                &base,
                Scope::Base,
                "(objectClass=*)",
                wanted,
            )
            .await?;
            let mut found = None;
            while let Some(item) = next(&mut self.line, &mut stream).await? {
                if item.is_ref() || item.is_intermediate() {
                    continue;
                }
                let (_, attributes) =
                    pair(item.0).ok_or_else(|| self.line.malformed("an entry without a name"))?;
                for (name, values) in attributes.into_iter().filter_map(pair) {
                    let range = self
                        .columns
                        .find(&name)
                        .filter(|it| it.column == column)
                        .and_then(|it| it.range);
                    if let Some(range) = range.filter(|range| range.from == from) {
                        found = Some(range);
                        self.values(column, values).await?;
                    }
                }
            }
            let result = stream.finish().await;
            match (result.rc, found) {
                (
                    0,
                    Some(Range {
                        upper: Upper::Last, ..
                    }),
                ) => return Ok(()),
                (
                    0,
                    Some(Range {
                        upper: Upper::To(upper),
                        ..
                    }),
                ) if upper >= from => {
                    from = upper.saturating_add(1);
                }
                (0, Some(_)) => {
                    return Err(self
                        .line
                        .malformed("a range of values that runs backwards")
                        .into());
                }
                (code, _) => {
                    let code = if code == 0 { 16 } else { code };
                    let message = result.text;
                    return Err(Failure::Range {
                        dn: base,
                        attribute,
                        code,
                        message,
                    }
                    .into());
                }
            }
        }
    }

    async fn hand_on(&mut self) -> Result<(), Stop> {
        let block = self.packer.take();
        self.send(block).await
    }

    async fn send(&mut self, block: Entries) -> Result<(), Stop> {
        self.blocks
            .send(Ok(block))
            .await
            .map_err(|_| Stop::Unwanted)
    }
}

/// Where an attribute's values go on, if they do.
fn rest(range: Range) -> Option<u32> {
    match range.upper {
        Upper::To(upper) => Some(upper.saturating_add(1)),
        Upper::Last => None,
    }
}

/// Takes apart a sequence of a string of octets and a list.
fn pair(tag: StructureTag) -> Option<(Vec<u8>, Vec<StructureTag>)> {
    let PL::C(parts) = tag.payload else {
        return None;
    };
    let mut parts = parts.into_iter();
    match (parts.next()?.payload, parts.next()?.payload) {
        (PL::P(name), PL::C(list)) => Some((name, list)),
        _ => None,
    }
}

fn outcome(result: LdapResult, references: u32, pages: u32, exhausted: bool) -> Outcome {
    let mut message = result.text;
    for reference in &result.refs {
        message.push_str(" refers to ");
        message.push_str(reference);
    }
    Outcome {
        code: result.rc,
        matched_dn: result.matched,
        message: message.trim().to_owned(),
        references,
        pages,
        exhausted,
    }
}

async fn open(
    line: &mut Line,
    base: &str,
    scope: Scope,
    filter: &str,
    attributes: Vec<String>,
) -> Result<Stream, Failure> {
    let scope = match scope {
        Scope::Base => ldap3::Scope::Base,
        Scope::One => ldap3::Scope::OneLevel,
        Scope::Sub => ldap3::Scope::Subtree,
    };
    match line
        .ldap
        .streaming_search(base, scope, filter, attributes)
        .await
    {
        Ok(stream) => Ok(stream),
        Err(error) => Err(line.failure(error, "beginning a search").await),
    }
}

async fn next(line: &mut Line, stream: &mut Stream) -> Result<Option<ResultEntry>, Failure> {
    match timeout(line.patience.answer, stream.next()).await {
        Ok(Ok(item)) => Ok(item),
        Ok(Err(error)) => Err(line.failure(error, "searching").await),
        Err(_) => Err(line.silent(line.patience.answer, "searching")),
    }
}
