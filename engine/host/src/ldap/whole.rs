//! Entries that come through the ldap crate: those that sent only a part of
//! their values (`member;range=0-1499`), and those that came before their
//! search was known to the tap.

use super::block::Packer;
use super::dial::Line;
use super::failure::Failure;
use super::names::{Columns, Found, Range, Upper};
use super::reader::{Blocks, Stop, Stream, open, send};
use super::refresh::pair;
use super::search::Scope;
use ldap3::ResultEntry;
use ldap3::asn1::{PL, StructureTag};
use std::sync::Arc;
use tokio::time::timeout;

/// The values of one column of one entry, as they came.
#[derive(Default)]
struct Slot {
    values: Vec<StructureTag>,
    /// Where the values go on, if the server sent only the first ones.
    rest: Option<u32>,
}

/// Packs entries of which the rest has to be fetched.
pub(super) struct Whole {
    line: Line,
    columns: Columns,
    slots: Vec<Slot>,
    packer: Packer,
    blocks: Blocks,
}

impl Whole {
    pub fn new(line: Line, columns: Columns, names: Arc<[String]>, blocks: Blocks) -> Self {
        let slots = names.iter().map(|_| Slot::default()).collect();
        Self {
            line,
            columns,
            slots,
            packer: Packer::new(names),
            blocks,
        }
    }

    /// Packs an entry, and hands it on at once: blocks of others must not come
    /// between its parts.
    pub async fn entry(&mut self, entry: StructureTag) -> Result<(), Stop> {
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
        self.packer.begin_row(&dn);
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
        send(&self.blocks, self.packer.take()).await
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
                send(&self.blocks, self.packer.cut(column)).await?;
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
}

/// Where an attribute's values go on, if they do.
fn rest(range: Range) -> Option<u32> {
    match range.upper {
        Upper::To(upper) => Some(upper.saturating_add(1)),
        Upper::Last => None,
    }
}

async fn next(line: &mut Line, stream: &mut Stream) -> Result<Option<ResultEntry>, Failure> {
    match timeout(line.patience.answer, stream.next()).await {
        Ok(Ok(item)) => Ok(item),
        Ok(Err(error)) => Err(line.failure(error, "searching").await),
        Err(_) => Err(line.silent(line.patience.answer, "searching")),
    }
}
