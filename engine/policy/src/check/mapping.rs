//! `identity.adopt.file:` – a CSV file that says which account becomes whose.

use super::fragment::unreadable;
use super::library::Library;
use super::reader;
use crate::adoption::MappingRow;
use crate::diagnostic::Code;
use crate::nearest::nearest;
use crate::source::Source;
use crate::yaml::Node;
use csv_core::{ReadRecordResult, Reader};
use muster_model::{DirectoryName, PolicyLine, Username};
use std::collections::HashMap;
use std::ops::Range;

/// The columns, in the order in which the vendor's guide has them.
const COLUMNS: [&str; 3] = ["existing_username", "new_username", "target_directory"];

/// Reads the rows about one directory. The file's own diagnostics are in the
/// source that comes with them.
pub(super) fn rows<'t>(
    source: &mut Source<'_>,
    library: &'t Library,
    node: &Node,
    directory: &DirectoryName,
) -> Option<(Vec<MappingRow>, Source<'t>)> {
    let path = reader::filled(source, node, "`file`")?;
    let loaded = match library.get(path) {
        Ok(loaded) => loaded,
        Err(why) => {
            unreadable(source, node, path, why);
            return None;
        }
    };
    let mut own = Source::new(&loaded.file, &loaded.text);
    let mut records = records(&loaded.text);
    let rows = match records.next() {
        None => {
            own.report(Code::BadTable, 0..0, "The mapping file is empty")
                .help(header_help());
            Vec::new()
        }
        Some((span, header)) => match order(&mut own, span, &header) {
            Some(order) => read(&mut own, records, order, directory),
            None => Vec::new(),
        },
    };
    Some((rows, own))
}

fn header_help() -> String {
    format!("Its first line is `{}`.", COLUMNS.join(","))
}

/// The place of each column in the file.
fn order(source: &mut Source<'_>, span: Range<usize>, header: &[String]) -> Option<[usize; 3]> {
    let names: Vec<String> = header
        .iter()
        .map(|name| name.trim().to_lowercase())
        .collect();
    let place = |column: &str| names.iter().position(|name| name == column);
    let unknown = names.iter().find(|name| !COLUMNS.contains(&name.as_str()));
    match COLUMNS.map(place) {
        [Some(existing), Some(new), Some(target)] if names.len() == COLUMNS.len() => {
            Some([existing, new, target])
        }
        _ => {
            let label = unknown.map(|name| match nearest(name, COLUMNS) {
                Some(near) => format!("`{name}` is no column of it; did you mean `{near}`?"),
                None => format!("`{name}` is no column of it"),
            });
            let report = source.report(
                Code::BadTable,
                span,
                "The mapping file has other columns than it should",
            );
            let report = match label {
                Some(label) => report.label(label),
                None => report,
            };
            report.help(header_help());
            None
        }
    }
}

fn read(
    source: &mut Source<'_>,
    records: impl Iterator<Item = (Range<usize>, Vec<String>)>,
    order: [usize; 3],
    directory: &DirectoryName,
) -> Vec<MappingRow> {
    let mut rows: Vec<MappingRow> = Vec::new();
    let mut known: HashMap<(usize, String), PolicyLine> = HashMap::new();
    for (span, record) in records {
        if record.len() != COLUMNS.len() {
            let message = format!(
                "A row has {} values, and the file has {} columns",
                record.len(),
                COLUMNS.len()
            );
            source
                .report(Code::BadTable, span, message)
                .help("A comma in a name needs quotes around the name.");
            continue;
        }
        let cell = |column: usize| {
            let place = order.get(column).copied().unwrap_or(column);
            record.get(place).map_or("", |cell| cell.trim())
        };
        if cell(2) != directory.as_str() && !cell(2).is_empty() {
            continue;
        }
        let empty = (0..COLUMNS.len()).find(|&column| cell(column).is_empty());
        if let Some(column) = empty.and_then(|column| COLUMNS.get(column)) {
            source.report(Code::EmptyValue, span, format!("The row has no `{column}`"));
            continue;
        }
        let (Some(existing), Some(new)) = (Username::new(cell(0)), Username::new(cell(1))) else {
            continue;
        };
        let at = source.line(span.start);
        if twice(source, &span, &at, [&existing, &new], &mut known) {
            continue;
        }
        rows.push(MappingRow { existing, new, at });
    }
    rows
}

/// Reports an account, or a person, that two rows are about.
fn twice(
    source: &mut Source<'_>,
    span: &Range<usize>,
    at: &PolicyLine,
    names: [&Username; 2],
    known: &mut HashMap<(usize, String), PolicyLine>,
) -> bool {
    for (column, name) in names.into_iter().enumerate() {
        let key = (column, name.key().as_str().to_owned());
        if let Some(before) = known.insert(key, at.clone()) {
            let column = COLUMNS.get(column).copied().unwrap_or("");
            source
                .report(
                    Code::DuplicateName,
                    span.clone(),
                    format!("Two rows have the `{column}` `{name}`"),
                )
                .label(format!("the other one is line {}", before.line))
                .help("An account becomes one person, and a person has one account.");
            return true;
        }
    }
    false
}

/// All records with their places; empty lines are none.
fn records(text: &str) -> impl Iterator<Item = (Range<usize>, Vec<String>)> + '_ {
    let mut reader = Reader::new();
    let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    std::iter::from_fn(move || {
        let (mut bytes, mut ends) = (vec![0; 256], vec![0; 8]);
        let (mut filled, mut cells) = (0, 0);
        let begin = at;
        loop {
            let input = text.as_bytes().get(at..).unwrap_or_default();
            let (result, read, wrote, ended) = reader.read_record(
                input,
                bytes.get_mut(filled..).unwrap_or_default(),
                ends.get_mut(cells..).unwrap_or_default(),
            );
            at += read;
            filled += wrote;
            cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => bytes.resize(bytes.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
                ReadRecordResult::End => return None,
                ReadRecordResult::Record => {
                    let starts = std::iter::once(0).chain(ends.iter().copied());
                    let cells = starts.zip(&ends).take(cells);
                    let cells = cells.map(|(start, &end)| {
                        let cell = bytes.get(start..end).unwrap_or_default();
                        String::from_utf8_lossy(cell).into_owned()
                    });
                    return Some((place(text, begin..at), cells.collect()));
                }
            }
        }
    })
}

/// A record's place without the line breaks around it.
fn place(text: &str, span: Range<usize>) -> Range<usize> {
    let record = text.get(span.clone()).unwrap_or("");
    let breaks = record.len() - record.trim_start_matches(['\r', '\n']).len();
    span.start + breaks..span.start + record.trim_end().len().max(breaks)
}

#[cfg(test)]
mod tests {
    use super::records;

    #[test]
    fn records_know_their_places() {
        let text = "\u{feff}a,b\r\n\r\n\"x, \"\"y\"\"\nz\",ü\n\nlast,";
        let found: Vec<_> = records(text).collect();
        let shown: Vec<(&str, Vec<&str>)> = found
            .iter()
            .map(|(span, cells)| {
                let cells = cells.iter().map(String::as_str).collect();
                (text.get(span.clone()).unwrap_or(""), cells)
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("a,b", vec!["a", "b"]),
                ("\"x, \"\"y\"\"\nz\",ü", vec!["x, \"y\"\nz", "ü"]),
                ("last,", vec!["last", ""]),
            ]
        );
    }
}
