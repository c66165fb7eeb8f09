//! Reads one search, page by page, and hands its blocks on.

use super::block::Entries;
use super::controls;
use super::dial::Line;
use super::failure::Failure;
use super::names::Columns;
use super::paging::{self, Page};
use super::refresh::Refresh;
use super::search::{Feed, Mode, Outcome, Query, Scope};
use super::sink::Sink;
use super::tap::locked;
use super::whole::Whole;
use ldap3::controls::RawControl;
use ldap3::{LdapResult, ResultEntry, SearchStream};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use tokio::time::sleep;

/// Pages without an entry that a server may send in a row before it is taken
/// for one that will never end.
const EMPTY_PAGES: u32 = 1000;

pub(super) type Stream = SearchStream<'static, String, Vec<String>>;

/// Where blocks go.
pub(super) type Blocks = mpsc::Sender<Result<Entries, Failure>>;

/// Why reading stopped before the search's end.
pub(super) enum Stop {
    Failed(Failure),
    /// Nobody wants the rest.
    Unwanted,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Hands a block on, and waits for room.
pub(super) async fn send(blocks: &Blocks, block: Entries) -> Result<(), Stop> {
    blocks.send(Ok(block)).await.map_err(|_| Stop::Unwanted)
}

/// Reads one search.
pub(super) struct Reader {
    line: Line,
    query: Query,
    /// Takes the entries off the wire.
    sink: Arc<Mutex<Sink>>,
    /// Takes those that need more.
    whole: Whole,
    /// Takes those of a refresh.
    refresh: Option<Refresh>,
    blocks: Blocks,
}

impl Reader {
    pub fn new(line: Line, query: Query, columns: Columns, blocks: Blocks) -> Self {
        let names: Arc<[String]> = query.columns().into();
        let whole = Whole::new(line.clone(), columns.clone(), names.clone(), blocks.clone());
        let refresh = matches!(query.mode, Mode::Refresh(_))
            .then(|| Refresh::new(columns.clone(), names.clone()));
        let sink = Arc::new(Mutex::new(Sink::new(columns, names)));
        Self {
            line,
            query,
            sink,
            whole,
            refresh,
            blocks,
        }
    }

    /// Reads to the end, and hands on what came before it in any case.
    pub async fn run(mut self) {
        let outcome = match self.pages().await {
            Err(Stop::Unwanted) => return,
            other => other,
        };
        if self.hand_on_full().await.is_err() {
            return;
        }
        let mut rest = match &mut self.refresh {
            Some(refresh) => refresh.take(),
            None => locked(&self.sink).take(),
        };
        let last = match outcome {
            Ok(outcome) => {
                rest.end = Some(outcome);
                Ok(rest)
            }
            Err(Stop::Failed(failure)) => {
                let is_something = !rest.cell_ends.is_empty() || !rest.sets.is_empty();
                if is_something && send(&self.blocks, rest).await.is_err() {
                    return;
                }
                Err(failure)
            }
            Err(Stop::Unwanted) => return,
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
                    let feed = self.feed(&result)?;
                    return Ok(outcome(result, references, pages, feed));
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

    /// Where a feed stands at the end of its answer.
    fn feed(&mut self, result: &LdapResult) -> Result<Option<Feed>, Stop> {
        let feed = match (&self.query.mode, &mut self.refresh) {
            _ if result.rc != 0 => None,
            (Mode::DirSync(_), _) => {
                controls::dir_synced(&result.ctrls).map(|(more, cookie)| Feed {
                    cookie: Some(cookie),
                    more,
                    absent_are_gone: false,
                })
            }
            (Mode::Refresh(_), Some(refresh)) => controls::done(&result.ctrls).map(|done| Feed {
                cookie: done.cookie.or(refresh.cookie.take()),
                more: false,
                absent_are_gone: refresh.present_done || !done.deletes,
            }),
            _ => return Ok(None),
        };
        match feed {
            None if result.rc == 0 => Err(self
                .line
                .malformed("the end of a feed without its control")
                .into()),
            feed => Ok(feed),
        }
    }

    /// Reads one page, or everything if there is no paging.
    async fn page(
        &mut self,
        cookie: Vec<u8>,
        references: &mut u32,
    ) -> Result<(LdapResult, u64), Stop> {
        let paged = self.query.pages().map(|size| paging::request(size, cookie));
        let asked: Vec<RawControl> = paged
            .into_iter()
            .chain(controls::request(&self.query.mode))
            .collect();
        if !asked.is_empty() {
            self.line.ldap.with_controls(asked);
        }
        let Query {
            base,
            scope,
            filter,
            ..
        } = &self.query;
        let attributes = self.query.names();
        let mut stream = open(&mut self.line, base, *scope, filter, attributes).await?;
        let id = stream.ldap_handle().last_id();
        if self.refresh.is_none() {
            self.line.tap.open(id, self.sink.clone());
        }
        let read = self.items(&mut stream, references).await;
        self.line.tap.close(id);
        let result = stream.finish().await;
        if read.is_err() {
            // Best effort: the server may have closed the wire already.
            drop(self.line.ldap.abandon(id).await);
        }
        Ok((result, read?))
    }

    /// Reads to the page's end, and returns the number of its entries.
    async fn items(&mut self, stream: &mut Stream, references: &mut u32) -> Result<u64, Stop> {
        let (news, start) = {
            let sink = locked(&self.sink);
            (sink.news(), sink.entries())
        };
        let mut elsewhere = 0;
        loop {
            let before = locked(&self.sink).entries();
            tokio::select! {
                biased;
                item = stream.next() => match item {
                    Ok(None) => break,
                    Ok(Some(item)) if item.is_ref() => *references += 1,
                    Ok(Some(item)) => {
                        elsewhere += 1;
                        self.item(item).await?;
                    }
                    Err(error) => return Err(self.line.failure(error, "searching").await.into()),
                },
                () = news.notified() => {}
                () = sleep(self.line.patience.answer) => {
                    if locked(&self.sink).entries() == before {
                        return Err(self.line.silent(self.line.patience.answer, "searching").into());
                    }
                }
            }
            self.hand_on_full().await?;
        }
        Ok(locked(&self.sink).entries() - start + elsewhere)
    }

    /// Takes what does not come off the wire.
    async fn item(&mut self, item: ResultEntry) -> Result<(), Stop> {
        let Some(refresh) = &mut self.refresh else {
            return match item.is_intermediate() {
                true => Ok(()),
                false => self.whole.entry(item.0).await,
            };
        };
        let taken = match item.is_intermediate() {
            true => refresh.info(item.0),
            false => refresh.entry(item.0, &item.1),
        };
        taken.map_err(|what| self.line.malformed(what).into())
    }

    /// A full block, wherever it was packed.
    fn pop(&mut self) -> Option<Entries> {
        match &mut self.refresh {
            Some(refresh) => refresh.pop(),
            None => locked(&self.sink).pop(),
        }
    }

    async fn hand_on_full(&mut self) -> Result<(), Stop> {
        loop {
            let Some(block) = self.pop() else {
                return Ok(());
            };
            send(&self.blocks, block).await?;
        }
    }
}

fn outcome(result: LdapResult, references: u32, pages: u32, feed: Option<Feed>) -> Outcome {
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
        exhausted: result.rc == 0,
        feed,
    }
}

/// Begins a search.
pub(super) async fn open(
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
