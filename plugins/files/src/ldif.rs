//! LDIF content records (RFC 2849), as directory servers export them.

use crate::cells::{Cells, Slot, Slots};
use crate::input::Input;
use crate::ldif_lines::{LdifLines, Logical};
use crate::records::{Event, Name, Names, Reach, Records};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use muster_sdk::Failure;

/// A file of LDIF records.
pub struct Ldif {
    lines: LdifLines,
    slots: Slots,
    binary: Vec<bool>,
    marker: Option<String>,
    names: Names,
    record: Record,
    /// The event that follows the one that was just given.
    pending: Option<Event>,
}

/// Attributes that hold bytes, unless the operator says otherwise.
pub const BINARY: [&str; 5] = [
    "objectGUID",
    "objectSid",
    "jpegPhoto",
    "thumbnailPhoto",
    "userCertificate",
];

/// What is known of the record that is being read.
#[derive(Default)]
struct Record {
    /// Where it begins; 0 between records.
    line: u64,
    kind: Kind,
    attributes: u32,
    fault: Option<(String, Reach)>,
    /// Names that were met, while names are collected.
    names: Option<Vec<String>>,
}

/// What a record's first line says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Kind {
    /// A person.
    #[default]
    Entry,
    /// What `ldapsearch` writes below the people.
    Trailer { result: Option<String> },
    /// Where other people are, says the server.
    Reference,
}

impl Ldif {
    /// Looks for these attributes; those named in `binary` may hold any bytes.
    pub fn new(slots: Slots, binary: &[String], marker: Option<&str>) -> Self {
        let is_binary = |name: &String| is_listed(name, binary.iter().map(String::as_str));
        Self {
            lines: LdifLines::default(),
            binary: slots.names().iter().map(is_binary).collect(),
            slots,
            marker: marker.map(str::to_owned),
            names: Names::default(),
            record: Record::default(),
            pending: None,
        }
    }

    /// Takes one line into the record.
    fn take(&mut self, file: &str, cells: &mut Cells) -> Result<(), Failure> {
        let number = self.lines.number();
        let is_first = self.record.line == 0;
        let line = split(self.lines.text());
        if let (true, Some(("version", value))) = (is_first, &line) {
            return version(value, file);
        }
        if is_first {
            self.record.line = number;
            self.record.names = self.names.collecting().then(Vec::new);
        }
        let Some((name, value)) = line else {
            let text = format!("line {number} is no `attribute: value`");
            self.record.fail(text, Reach::Record);
            return Ok(());
        };
        if is_first {
            self.record.begin(name);
        } else if name.eq_ignore_ascii_case("dn") {
            let text = format!("there is no empty line before the next record, line {number}");
            self.record.fail(text, Reach::Neighbours);
        }
        self.record.count(name, &mut self.names);
        match &mut self.record.kind {
            Kind::Entry if is_listed(name, ["changetype", "control"].into_iter()) => {
                return Err(change_record(file, number));
            }
            Kind::Entry => {
                if let Err(text) = self.attribute(plain(name), &value, cells) {
                    let text = format!("`{name}` in line {number} {text}");
                    self.record.fail(text, Reach::Record);
                }
            }
            Kind::Trailer { result } if name.eq_ignore_ascii_case("result") => {
                *result = value.text().map(str::to_owned);
            }
            Kind::Trailer { .. } | Kind::Reference => {}
        }
        Ok(())
    }

    fn attribute(&self, name: &str, value: &Written<'_>, cells: &mut Cells) -> Result<(), String> {
        let Some(slot) = self.slots.find(name) else {
            return Ok(());
        };
        cells.meet(slot);
        if self.lines.is_too_long() {
            return Err("is longer than 1 MiB".into());
        }
        push(slot, value, self.binary.get(slot) == Some(&true), cells)
    }

    /// Ends the record, and says what it was; nothing for what is no person.
    fn finish(&mut self, cells: &mut Cells, end: RecordEnd) -> Option<Event> {
        let mut record = std::mem::take(&mut self.record);
        if record.line == 0 {
            return None;
        }
        let line = record.line;
        match record.kind {
            Kind::Reference => return None,
            Kind::Trailer { result } => {
                let text = result.unwrap_or_default();
                let success = text.split(' ').next() == Some("0");
                return Some(Event::Verdict {
                    line,
                    success,
                    text,
                });
            }
            Kind::Entry => {}
        }
        if end == RecordEnd::Torn || (end == RecordEnd::File && record.attributes == 0) {
            record.fault = Some(("the file ends inside the record".into(), Reach::Cut));
        }
        cells.sort();
        Some(match record.fault {
            None => Event::Record { line },
            Some((fault, reach)) => Event::Broken { line, fault, reach },
        })
    }

    fn is_marker(&self) -> bool {
        self.marker
            .as_ref()
            .is_some_and(|marker| self.lines.text().trim_ascii() == marker.as_bytes())
    }
}

/// What ended a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RecordEnd {
    /// An empty line.
    Gap,
    /// The end of the file, after a whole line.
    File,
    /// The end of the file, in the middle of a line.
    Torn,
}

impl Records for Ldif {
    fn next(&mut self, input: &mut Input, cells: &mut Cells) -> Result<Event, Failure> {
        if let Some(event) = self.pending.take() {
            return Ok(event);
        }
        cells.clear();
        loop {
            let ended = match self.lines.next(input)? {
                Logical::End => {
                    let event = self.finish(cells, RecordEnd::File);
                    return Ok(event.unwrap_or(Event::End));
                }
                Logical::Empty => self.finish(cells, RecordEnd::Gap),
                _ if self.is_marker() => {
                    let line = self.lines.number();
                    self.pending = Some(Event::Marker { line });
                    let before = self.finish(cells, RecordEnd::Gap);
                    before.or_else(|| self.pending.take())
                }
                Logical::Comment => None,
                Logical::Text => {
                    self.take(input.name(), cells)?;
                    None
                }
                Logical::Torn => {
                    self.take(input.name(), cells)?;
                    self.finish(cells, RecordEnd::Torn)
                }
            };
            if let Some(event) = ended {
                return Ok(event);
            }
        }
    }

    fn names(&self) -> &[Name] {
        self.names.all()
    }
}

impl Record {
    /// Learns from the name of the first line what kind of record it is.
    fn begin(&mut self, name: &str) {
        if name.eq_ignore_ascii_case("search") {
            self.kind = Kind::Trailer { result: None };
        } else if name.eq_ignore_ascii_case("ref") {
            self.kind = Kind::Reference;
        } else if !name.eq_ignore_ascii_case("dn") {
            self.fail("the record does not begin with `dn:`".into(), Reach::Record);
        }
    }

    /// Counts an attribute, and collects its name as long as names are.
    fn count(&mut self, name: &str, names: &mut Names) {
        if self.kind != Kind::Entry {
            return;
        }
        if !name.eq_ignore_ascii_case("dn") {
            self.attributes += 1;
        }
        if let Some(met) = &mut self.names {
            let name = plain(name);
            names.add(name, is_listed(name, met.iter().map(String::as_str)));
            met.push(name.to_owned());
        }
    }

    /// The first fault of a record is the one that is told; the widest reach
    /// is the one that counts.
    fn fail(&mut self, text: String, reach: Reach) {
        match &mut self.fault {
            None => self.fault = Some((text, reach)),
            Some((_, known)) if reach != Reach::Record => *known = reach,
            Some(_) => {}
        }
    }
}

/// A value as it is written.
#[derive(Clone, Copy)]
enum Written<'a> {
    Plain(&'a [u8]),
    Base64(&'a [u8]),
    Url,
}

impl<'a> Written<'a> {
    fn text(&self) -> Option<&'a str> {
        match *self {
            Self::Plain(text) => std::str::from_utf8(text).ok(),
            Self::Base64(_) | Self::Url => None,
        }
    }
}

fn split(line: &[u8]) -> Option<(&str, Written<'_>)> {
    let colon = memchr::memchr(b':', line)?;
    let name = std::str::from_utf8(line.get(..colon)?).ok()?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ';' | '_');
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    let rest = line.get(colon + 1..)?;
    let value = match rest.first() {
        Some(b':') => Written::Base64(rest.get(1..)?.trim_ascii()),
        Some(b'<') => Written::Url,
        _ => {
            let spaces = rest.iter().take_while(|&&byte| byte == b' ').count();
            Written::Plain(rest.get(spaces..)?)
        }
    };
    Some((name, value))
}

/// A name without the option that says how its value travels.
fn plain(name: &str) -> &str {
    match name.rsplit_once(';') {
        Some((base, option)) if option.eq_ignore_ascii_case("binary") => base,
        _ => name,
    }
}

fn is_listed<'a>(name: &str, mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|known| known.eq_ignore_ascii_case(name))
}

fn push(slot: Slot, value: &Written<'_>, binary: bool, cells: &mut Cells) -> Result<(), String> {
    let decoded;
    let bytes = match *value {
        Written::Plain(text) => text,
        Written::Url => return Err("stands in another file, which is not read".into()),
        Written::Base64(text) => {
            decoded = STANDARD
                .decode(text)
                .map_err(|error| format!("is no base64: {error}"))?;
            decoded.as_slice()
        }
    };
    if !binary && std::str::from_utf8(bytes).is_err() {
        return Err("is no UTF-8 text; list the attribute under `binary` if it is none".into());
    }
    cells.push(slot, bytes);
    Ok(())
}

fn version(value: &Written<'_>, file: &str) -> Result<(), Failure> {
    match value.text().map(str::trim) {
        Some("1") => Ok(()),
        _ => Err(Failure::data(format!("`{file}` is not LDIF version 1"))),
    }
}

fn change_record(file: &str, line: u64) -> Failure {
    Failure::data(format!(
        "`{file}` line {line}: this is a list of changes, not of people"
    ))
    .hint("export the entries themselves, without `changetype:`")
}

/// Writes a binary identifier as text: an `objectGUID` as Active Directory's
/// own tools show it (its first three groups are little-endian), anything else
/// in base64.
pub fn id_text(name: &str, bytes: &[u8]) -> String {
    let guid: Option<[u8; 16]> = bytes.try_into().ok();
    match guid {
        Some([a, b, c, d, e, f, g, h, tail @ ..]) if name.eq_ignore_ascii_case("objectGUID") => {
            let head = [d, c, b, a, f, e, h, g];
            let mut text = String::with_capacity(36);
            for (place, byte) in head.into_iter().chain(tail).enumerate() {
                if matches!(place, 4 | 6 | 8 | 10) {
                    text.push('-');
                }
                text.push_str(&format!("{byte:02x}"));
            }
            text
        }
        _ => STANDARD.encode(bytes),
    }
}
