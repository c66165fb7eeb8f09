//! XLSX: one sheet of a workbook, with a header.

use crate::cells::{Cells, Slots};
use crate::input::Input;
use crate::nearest;
use crate::records::{Event, Name, Reach, Records};
use crate::table::columns;
use crate::xlsx_cell::text;
use calamine::{DataRef, Reader, Xlsx, XlsxError};
use muster_sdk::Failure;
use std::io::Cursor;
use std::ops::Range;

/// Most bytes of a file: it is unpacked in memory.
const LARGEST: usize = 48 << 20;

/// Where in the workbook the people are.
pub struct Options<'a> {
    /// Name of the sheet; without it, the first one.
    pub sheet: Option<&'a str>,
    /// Number of the row with the header, from 1; without it, the first row
    /// that is not empty.
    pub header_row: Option<u32>,
    /// Columns that the sheet need not have.
    pub optional: &'a [String],
}

/// A sheet, of which only the wanted cells are kept.
pub struct Sheet {
    header: Vec<Name>,
    /// Cells of a row.
    width: usize,
    bytes: Vec<u8>,
    rows: std::vec::IntoIter<Row>,
    cells: Vec<Range<u32>>,
}

/// A row with something in it.
struct Row {
    line: u32,
    /// Place of its first cell; each slot has one, those of columns that the
    /// sheet lacks are empty.
    first: usize,
    fault: Option<String>,
}

type Book = Xlsx<Cursor<Vec<u8>>>;

impl Sheet {
    /// Reads the whole file; `None` if the sheet is empty.
    pub fn open(
        input: &mut Input,
        slots: &Slots,
        options: &Options<'_>,
    ) -> Result<Option<Self>, Failure> {
        let bytes = input.whole(LARGEST)?;
        if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(Failure::data(format!(
                "`{}` is an old or an encrypted workbook",
                input.name()
            ))
            .hint("save it as .xlsx, without a password"));
        }
        let mut book: Book =
            Xlsx::new(Cursor::new(bytes)).map_err(|error| damaged(input.name(), &error))?;
        let sheet = pick(&book, options, input.name())?;
        let mut reading = Reading::new(slots, options, input.name());
        reading.all(&mut book, &sheet)?;
        Ok(reading.finish())
    }
}

impl Records for Sheet {
    fn next(&mut self, _: &mut Input, cells: &mut Cells) -> Result<Event, Failure> {
        cells.clear();
        let Some(row) = self.rows.next() else {
            return Ok(Event::End);
        };
        let ranges = self.cells.get(row.first..row.first + self.width);
        for (slot, range) in ranges.unwrap_or_default().iter().enumerate() {
            // A column that the sheet lacks has no cell at all.
            if range.start != u32::MAX {
                let range = range.start as usize..range.end as usize;
                cells.push(slot, self.bytes.get(range).unwrap_or_default());
            }
        }
        let line = u64::from(row.line);
        Ok(match row.fault {
            None => Event::Record { line },
            Some(fault) => Event::Broken {
                line,
                fault,
                reach: Reach::Record,
            },
        })
    }

    fn names(&self) -> &[Name] {
        &self.header
    }
}

fn pick(book: &Book, options: &Options<'_>, file: &str) -> Result<String, Failure> {
    let names = book.sheet_names();
    let Some(wanted) = options.sheet else {
        let none = || Failure::data(format!("`{file}` has no sheet"));
        return names.first().cloned().ok_or_else(none);
    };
    if names.iter().any(|name| name == wanted) {
        return Ok(wanted.to_owned());
    }
    Err(Failure::config(format!("`{file}` has no sheet `{wanted}`"))
        .hint(nearest::hint(wanted, names.iter().map(String::as_str))))
}

fn damaged(file: &str, error: &XlsxError) -> Failure {
    Failure::data(format!("`{file}` cannot be read as a workbook: {error}"))
        .hint("open it in a spreadsheet and save it again as .xlsx; an unfinished copy looks like this, too")
}

/// A sheet that is being read.
struct Reading<'a> {
    slots: &'a Slots,
    options: &'a Options<'a>,
    file: &'a str,
    header: Option<Header>,
    /// Cells of the row that is being read: column, text or fault.
    row: Vec<(u32, Result<String, String>)>,
    number: u32,
    bytes: Vec<u8>,
    cells: Vec<Range<u32>>,
    rows: Vec<Row>,
}

struct Header {
    names: Vec<Name>,
    /// Column of the sheet of each slot.
    columns: Vec<Option<u32>>,
}

impl<'a> Reading<'a> {
    fn new(slots: &'a Slots, options: &'a Options<'a>, file: &'a str) -> Self {
        Self {
            slots,
            options,
            file,
            header: None,
            row: Vec::new(),
            number: 0,
            bytes: Vec::new(),
            cells: Vec::new(),
            rows: Vec::new(),
        }
    }

    fn all(&mut self, book: &mut Book, sheet: &str) -> Result<(), Failure> {
        let file = self.file;
        let failed = |error: XlsxError| damaged(file, &error);
        let mut cells = book.worksheet_cells_reader(sheet).map_err(failed)?;
        while let Some(cell) = cells.next_cell().map_err(failed)? {
            let (row, column) = cell.get_position();
            if row + 1 != self.number {
                self.end_row()?;
                self.number = row + 1;
            }
            let value = cell.get_value();
            if *value != DataRef::Empty && self.is_wanted(column) {
                self.row.push((column, text(value)));
            }
        }
        self.end_row()
    }

    /// True before the header is known, and then for the columns in it.
    fn is_wanted(&self, column: u32) -> bool {
        let header = self.header.as_ref();
        header.is_none_or(|header| header.columns.contains(&Some(column)))
    }

    fn end_row(&mut self) -> Result<(), Failure> {
        let row = std::mem::take(&mut self.row);
        let blank = |(_, text): &(u32, Result<String, String>)| {
            text.as_ref().is_ok_and(|text| text.trim().is_empty())
        };
        if row.iter().all(blank) {
            return Ok(());
        }
        match &self.header {
            Some(_) => self.push(&row),
            None if self
                .options
                .header_row
                .is_some_and(|wanted| wanted != self.number) => {}
            None => self.header = Some(self.read_header(row)?),
        }
        Ok(())
    }

    fn read_header(&self, row: Vec<(u32, Result<String, String>)>) -> Result<Header, Failure> {
        let mut places = Vec::with_capacity(row.len());
        let mut names = Vec::with_capacity(row.len());
        for (column, text) in row {
            places.push(column);
            let name = text.unwrap_or_default().trim().to_owned();
            let several = false;
            names.push(Name { name, several });
        }
        let found = columns(&names, self.slots, self.options.optional, self.file)?;
        let columns = found.into_iter().map(|place| places.get(place?).copied());
        let columns = columns.collect();
        Ok(Header { names, columns })
    }

    fn push(&mut self, row: &[(u32, Result<String, String>)]) {
        let Some(header) = &self.header else { return };
        let first = self.cells.len();
        let mut fault = None;
        for (slot, column) in header.columns.iter().enumerate() {
            let Some(column) = column else {
                self.cells.push(u32::MAX..u32::MAX);
                continue;
            };
            let start = self.bytes.len() as u32;
            match row.iter().find(|(place, _)| place == column) {
                Some((_, Ok(text))) => self.bytes.extend_from_slice(text.as_bytes()),
                Some((_, Err(error))) => {
                    let name = self.slots.name(slot);
                    fault.get_or_insert_with(|| format!("`{name}` holds {error}"));
                    self.cells.push(u32::MAX..u32::MAX);
                    continue;
                }
                None => {}
            }
            self.cells.push(start..self.bytes.len() as u32);
        }
        self.rows.push(Row {
            line: self.number,
            first,
            fault,
        });
    }

    fn finish(self) -> Option<Sheet> {
        Some(Sheet {
            header: self.header?.names,
            width: self.slots.names().len(),
            bytes: self.bytes,
            rows: self.rows.into_iter(),
            cells: self.cells,
        })
    }
}
