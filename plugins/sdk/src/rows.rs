//! The builder of packed pages: values are copied once, straight to where they
//! stay, and no string is made on the way.

pub use crate::bindings::muster::provider::people::{
    BlockCause, Column, ColumnKind, Page, Problem, Removal, Status, Subject,
};
use crate::ldap::Entry;
use std::ops::Range;

/// Cells that stand before the first column: external id and groups.
const FIXED: usize = 2;

/// People of one page.
///
/// Fill each row column by column, in the order of the columns: then every
/// value is one copy. Any other order gives the same page, more slowly.
#[derive(Clone, Debug)]
pub struct Rows {
    page: Page,
}

impl Rows {
    /// Begins a page whose columns are these attributes, as text.
    pub fn new<S: AsRef<str>>(attributes: impl IntoIterator<Item = S>) -> Self {
        let columns = attributes
            .into_iter()
            .map(|name| Column {
                name: name.as_ref().to_owned(),
                kind: ColumnKind::Text,
            })
            .collect();
        Self {
            page: empty(columns, &[0; 4]),
        }
    }

    /// Finds an attribute's column.
    pub fn column(&self, attribute: &str) -> Option<usize> {
        self.page.columns.iter().position(|c| c.name == attribute)
    }

    /// Says what a column holds, for all rows of the page. Values of text and
    /// reference columns must be UTF-8, or the host refuses the page.
    pub fn kind(&mut self, column: usize, kind: ColumnKind) {
        if let Some(column) = self.page.columns.get_mut(column) {
            column.kind = kind;
        }
    }

    /// Adds a person. The row ends when it is dropped.
    pub fn add(&mut self, status: Status) -> Row<'_> {
        let start = Start {
            data: self.page.data.len(),
            values: self.page.value_ends.len(),
            cells: self.page.cell_ends.len(),
        };
        self.page.statuses.push(status);
        Row {
            page: &mut self.page,
            start,
            at: 0,
        }
    }

    /// Adds a record that could not be turned into a person: `place` is where
    /// it stands, `message` is what is wrong. [`Subject::Nobody`] takes away
    /// the read's proof of absence.
    pub fn problem(
        &mut self,
        place: impl Into<String>,
        message: impl Into<String>,
        subject: Subject,
    ) {
        self.page.problems.push(Problem {
            place: place.into(),
            message: message.into(),
            subject,
        });
    }

    /// Number of people on the page so far.
    pub fn len(&self) -> usize {
        self.page.statuses.len()
    }

    /// True while nobody is on the page; it may still have problems.
    pub fn is_empty(&self) -> bool {
        self.page.statuses.is_empty()
    }

    /// Bytes of the values so far: a page of more than 16 MiB is refused.
    pub fn size(&self) -> usize {
        self.page.data.len()
    }

    /// Takes the page out and begins the next one with the same columns, and
    /// with room for as much.
    pub fn take(&mut self) -> Page {
        let room = [
            self.page.data.len(),
            self.page.value_ends.len(),
            self.page.cell_ends.len(),
            self.page.statuses.len(),
        ];
        let next = empty(self.page.columns.clone(), &room.map(|n| n + n / 8));
        std::mem::replace(&mut self.page, next)
    }
}

impl Status {
    /// What a service says with `active: true` or `false`. Anything else, and
    /// nothing at all, is unknown: that opens no account and blocks none.
    pub fn of_flag(active: Option<&str>) -> Self {
        match active {
            Some(text) if text.eq_ignore_ascii_case("true") => Self::Active,
            Some(text) if text.eq_ignore_ascii_case("false") => Self::Blocked(BlockCause::Disabled),
            _ => Self::Unknown,
        }
    }
}

fn empty(columns: Vec<Column>, &[data, values, cells, rows]: &[usize; 4]) -> Page {
    Page {
        columns,
        data: Vec::with_capacity(data),
        value_ends: Vec::with_capacity(values),
        cell_ends: Vec::with_capacity(cells),
        statuses: Vec::with_capacity(rows),
        problems: Vec::new(),
    }
}

impl From<Rows> for Page {
    fn from(rows: Rows) -> Self {
        rows.page
    }
}

impl From<&mut Rows> for Page {
    fn from(rows: &mut Rows) -> Self {
        rows.take()
    }
}

/// Where a row begins in each list.
#[derive(Clone, Copy, Debug)]
struct Start {
    data: usize,
    values: usize,
    cells: usize,
}

/// One person, being filled in.
#[derive(Debug)]
pub struct Row<'a> {
    page: &'a mut Page,
    start: Start,
    /// The cell that is open; those before it are closed.
    at: usize,
}

impl Row<'_> {
    /// Sets the external id; leave it out if the source has none. A second one
    /// makes the page invalid.
    pub fn id(&mut self, id: impl AsRef<[u8]>) -> &mut Self {
        self.push(0, id.as_ref())
    }

    /// Adds a syncing or reported group that the person is in. One that is there
    /// already is not told twice.
    pub fn group(&mut self, group: impl AsRef<[u8]>) -> &mut Self {
        match self.has_group(group.as_ref()) {
            true => self,
            false => self.push(1, group.as_ref()),
        }
    }

    fn has_group(&self, group: &[u8]) -> bool {
        let cells = self.page.cell_ends.get(self.start.cells..);
        let (from, to) = match cells.unwrap_or_default() {
            [] => return false,
            [id] => (*id as usize, self.page.value_ends.len()),
            [id, groups, ..] => (*id as usize, *groups as usize),
        };
        let end = |value: usize| {
            self.page
                .value_ends
                .get(value)
                .map_or(0, |&end| end as usize)
        };
        let start = |value: usize| value.checked_sub(1).map_or(0, end);
        (from..to).any(|value| self.page.data.get(start(value)..end(value)) == Some(group))
    }

    /// Adds a value to a column. A column without a value is absent; a value
    /// of no bytes is empty.
    pub fn value(&mut self, column: usize, value: impl AsRef<[u8]>) -> &mut Self {
        if column < self.page.columns.len() {
            self.push(column + FIXED, value.as_ref());
        }
        self
    }

    /// Adds values to a column.
    pub fn values<V: AsRef<[u8]>>(
        &mut self,
        column: usize,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        for value in values {
            self.value(column, value);
        }
        self
    }

    /// Copies neighbouring attributes of an LDAP entry to the columns from
    /// `column` on, in one piece: the columns up to the last of them must not
    /// have been filled yet, or the call does nothing.
    pub fn copy(&mut self, column: usize, entry: Entry<'_>, from: Range<usize>) -> &mut Self {
        let span = entry.span(from);
        let first = column + FIXED;
        if self.at > first || first + span.cells.len() > self.page.columns.len() + FIXED {
            return self;
        }
        self.close_until(first);
        let (data, values) = (
            self.page.data.len() as u32,
            self.page.value_ends.len() as u32,
        );
        self.page.data.extend_from_slice(span.data);
        let moved = |end: &u32| end - span.values_from + data;
        self.page.value_ends.extend(span.values.iter().map(moved));
        // The last cell stays open, as after any other value.
        let Some((last, closed)) = span.cells.split_last() else {
            return self;
        };
        let moved = |end: &u32| end - span.cells_from + values;
        self.page.cell_ends.extend(closed.iter().map(moved));
        self.at += closed.len();
        debug_assert_eq!(moved(last) as usize, self.page.value_ends.len());
        self
    }

    /// Sets the status anew.
    pub fn status(&mut self, status: Status) -> &mut Self {
        if let Some(last) = self.page.statuses.last_mut() {
            *last = status;
        }
        self
    }

    /// Takes the whole row back, as if it had never been added.
    pub fn discard(self) {
        let mut row = self;
        row.page.data.truncate(row.start.data);
        row.page.value_ends.truncate(row.start.values);
        row.page.cell_ends.truncate(row.start.cells);
        row.page.statuses.pop();
        // Nothing is left to close when the row is dropped.
        row.at = usize::MAX;
    }

    fn push(&mut self, cell: usize, value: &[u8]) -> &mut Self {
        if cell < self.at {
            self.insert(cell, value);
            return self;
        }
        self.close_until(cell);
        self.page.data.extend_from_slice(value);
        self.page.value_ends.push(self.page.data.len() as u32);
        self
    }

    fn close_until(&mut self, cell: usize) {
        let end = self.page.value_ends.len() as u32;
        while self.at < cell {
            self.page.cell_ends.push(end);
            self.at += 1;
        }
    }

    /// Puts a value at the end of a cell that is closed already: what stands
    /// behind it in the row moves up.
    fn insert(&mut self, cell: usize, value: &[u8]) {
        let page = &mut *self.page;
        let Some(cells) = page.cell_ends.get_mut(self.start.cells + cell..) else {
            return;
        };
        let at = cells.first().map_or(self.start.values, |&end| end as usize);
        cells.iter_mut().for_each(|end| *end += 1);
        let start = match at.checked_sub(1) {
            Some(before) => page.value_ends.get(before).map_or(0, |&end| end as usize),
            None => 0,
        };
        page.data.splice(start..start, value.iter().copied());
        page.value_ends.insert(at, start as u32);
        for end in page.value_ends.iter_mut().skip(at) {
            *end += value.len() as u32;
        }
    }
}

impl Drop for Row<'_> {
    fn drop(&mut self) {
        self.close_until(self.page.columns.len() + FIXED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PlainRow, rows};

    fn plain(id: &str, groups: &[&str], values: &[&[&str]]) -> PlainRow {
        PlainRow {
            id: Some(id.into()),
            groups: groups.iter().map(|g| (*g).into()).collect(),
            status: Status::Active,
            values: values
                .iter()
                .map(|cell| cell.iter().map(|v| v.as_bytes().to_vec()).collect())
                .collect(),
        }
    }

    #[test]
    fn any_order_gives_the_same_page() {
        let mut in_order = Rows::new(["a", "b", "c"]);
        in_order.add(Status::Active).id("0").value(2, "zero");
        in_order
            .add(Status::Active)
            .id("1")
            .group("g")
            .group("h")
            .value(0, "x")
            .values(2, ["y", "zz"]);
        let mut other = Rows::new(["a", "b", "c"]);
        other
            .add(Status::Unknown)
            .value(2, "zero")
            .id("0")
            .status(Status::Active);
        other
            .add(Status::Active)
            .value(2, "y")
            .value(0, "x")
            .group("g")
            .value(2, "zz")
            .id("1")
            .group("h");
        let (a, b) = (in_order.take(), other.take());
        assert_eq!(a, b);
        let expected = [
            plain("0", &[], &[&[], &[], &["zero"]]),
            plain("1", &["g", "h"], &[&["x"], &[], &["y", "zz"]]),
        ];
        assert_eq!(rows(&a), expected);
    }

    #[test]
    fn a_group_is_told_once_however_the_row_is_filled() {
        let mut some = Rows::new(["a"]);
        some.add(Status::Active).id("0").group("g").value(0, "g");
        let mut row = some.add(Status::Active);
        row.group("g").group("").id("1").group("h").group("g");
        row.value(0, "h").group("").group("h").group("i");
        drop(row);
        let expected = [
            plain("0", &["g"], &[&["g"]]),
            plain("1", &["g", "", "h", "i"], &[&["h"]]),
        ];
        assert_eq!(rows(&some.take()), expected);
    }

    #[test]
    fn a_discarded_row_leaves_no_trace() {
        let mut some = Rows::new(["a"]);
        some.add(Status::Active).id("1").value(0, "x");
        let without = some.clone();
        let mut row = some.add(Status::Active);
        row.id("2").value(0, "y");
        row.discard();
        assert_eq!(some.take(), Page::from(without));
    }

    #[test]
    fn copied_cells_are_as_if_filled_one_by_one() {
        use crate::ldap::{Mode, Query, Scope};
        let query = Query {
            base: String::new(),
            scope: Scope::Base,
            filter: String::new(),
            attributes: ["a", "b", "c", "d"].map(str::to_owned).into(),
            page_size: 0,
            mode: Mode::Plain,
        };
        let server = |_: &str, query: &Query| {
            let block = crate::testing::Block::new(query)
                .entry("cn=1", &[("a", &[b"x"]), ("c", &[b"1", b"", b"333"])])
                .entry("cn=2", &[("b", &[b"y", b"zz"]), ("d", &[b"w"])])
                .entry("cn=3", &[]);
            Ok(vec![block.success()])
        };
        crate::testing::ldap(server);
        let block = crate::ldap::open("x", &query).unwrap().next().unwrap();
        for from in [0..4, 0..3, 1..4, 2..3, 1..1] {
            let (mut copied, mut filled) = (
                Rows::new(["p", "q", "r", "s", "t"]),
                Rows::new(["p", "q", "r", "s", "t"]),
            );
            for entry in block.iter() {
                let mut row = copied.add(Status::Active);
                row.id(entry.dn())
                    .copy(1, entry, from.clone())
                    .value(4, "end");
                let mut row = filled.add(Status::Active);
                row.id(entry.dn());
                for column in from.clone() {
                    row.values(1 + column - from.start, entry.values(column));
                }
                row.value(4, "end");
            }
            assert_eq!(copied.take(), filled.take(), "{from:?}");
        }
    }

    #[test]
    fn taking_empties_the_builder() {
        let mut some = Rows::new(["a"]);
        some.add(Status::Active).id("1");
        some.problem("line 2", "is broken", Subject::Nobody);
        let page = some.take();
        assert_eq!((page.statuses.len(), page.problems.len()), (1, 1));
        assert!(some.is_empty() && some.take().problems.is_empty());
        assert_eq!(page.columns[0].name, "a");
    }
}
