//! The file, opened in its format, with a slot for each name that is needed.

use crate::cells::{Slot, Slots, same_name};
use crate::checksum::Expected;
use crate::input::Input;
use crate::json::Json;
use crate::json_lines::JsonLines;
use crate::ldif::{self, Ldif};
use crate::records::Records;
use crate::settings::{Format, Settings};
use crate::source::Which;
use crate::table::{Options, Table};
use crate::xlsx::{self, Sheet};
use muster_sdk::{Failure, files};

/// The need of the manifest that the policy binds to a path.
pub const NEED: &str = "people";

/// What a column is used for.
#[derive(Debug)]
pub struct Roles {
    /// The identifier.
    pub id: Option<Slot>,
    /// True if it is written in bytes.
    pub id_is_binary: bool,
    /// The word that tells the status.
    pub status: Option<Slot>,
    /// The groups.
    pub groups: Option<Slot>,
    /// What stands between two of them in one value, if they share one.
    pub groups_separator: Option<String>,
    /// The unit.
    pub unit: Option<Slot>,
    /// True if a header has named all columns before the first record.
    pub is_table: bool,
    /// What was requested, in the order of the request.
    pub attributes: Vec<Requested>,
}

/// A requested attribute.
#[derive(Debug)]
pub struct Requested {
    /// As it was requested.
    pub name: String,
    /// Where its values are.
    pub slot: Slot,
    /// What stands between two of its values in one cell.
    pub separator: Option<String>,
    /// True if it holds bytes.
    pub binary: bool,
}

/// A file that was opened.
pub struct Opened {
    /// Its bytes.
    pub input: Input,
    /// What its checksum should be.
    pub expected: Option<Expected>,
    /// Its records; none if it is empty.
    pub records: Option<Box<dyn Records>>,
    /// Every name that is needed.
    pub slots: Slots,
    /// What each is used for.
    pub roles: Roles,
}

/// A file that was opened, and nothing yet read of it.
pub struct File {
    /// Its bytes.
    pub input: Input,
    /// Tells this version of it from others.
    pub tag: Option<String>,
    /// What its checksum should be.
    pub expected: Option<Expected>,
    /// The settings, with its name for the path.
    pub settings: Settings,
}

/// Opens a file that the policy names.
pub fn file(settings: &Settings, name: &Which) -> Result<File, Failure> {
    let opened = files::open_unless(NEED, name.as_deref(), None)?;
    let file = opened.ok_or_else(|| Failure::internal("the host did not open the file"))?;
    let info = file.info();
    let told = match (name, &settings.url) {
        (Some(name), _) => name.as_str(),
        (None, Some(_)) => info.name.as_str(),
        (None, None) => settings.path.as_str(),
    };
    let settings = settings.of(told);
    settings.check_format()?;
    let expected = Expected::new(&settings, &info.name);
    let mut input = Input::new(Box::new(file), info.name, settings.encoding);
    if expected.is_some() {
        input = input.with_digest();
    }
    // A workbook is no text.
    if settings.format() != Format::Xlsx {
        input.begin()?;
    }
    Ok(File {
        input,
        tag: info.tag,
        expected,
        settings,
    })
}

/// Opens the records of a file, for these attributes.
pub fn records(file: File, attributes: &[String]) -> Result<Opened, Failure> {
    let File {
        mut input,
        expected,
        settings,
        ..
    } = file;
    let settings = &settings;
    let (slots, roles) = assign(settings, attributes);
    let marker = settings.marker();
    let records: Option<Box<dyn Records>> = match settings.format() {
        Format::Jsonl => Some(Box::new(JsonLines::new(slots.clone(), marker))),
        Format::Json => Some(Box::new(Json::new(
            slots.clone(),
            settings.records.as_deref(),
        ))),
        Format::Ldif => {
            let binary = binary(settings);
            Some(Box::new(Ldif::new(slots.clone(), &binary, marker)))
        }
        Format::Xlsx => {
            let options = xlsx::Options {
                sheet: settings.sheet.as_deref(),
                header_row: settings.header_row,
                optional: &settings.optional,
            };
            boxed(Sheet::open(&mut input, &slots, &options)?)
        }
        Format::Csv | Format::Tsv | Format::Auto => {
            let options = Options {
                delimiter: settings.delimiter()?,
                marker,
                optional: &settings.optional,
            };
            boxed(Table::open(&mut input, &slots, &options)?)
        }
    };
    Ok(Opened {
        input,
        expected,
        records,
        slots,
        roles,
    })
}

fn boxed(records: Option<impl Records + 'static>) -> Option<Box<dyn Records>> {
    records.map(|records| Box::new(records) as Box<dyn Records>)
}

fn assign(settings: &Settings, attributes: &[String]) -> (Slots, Roles) {
    let mut slots = Slots::default();
    let mut slot = |name: &Option<String>| name.as_deref().map(|name| slots.add(name));
    let (id, status) = (slot(&settings.id), slot(&settings.status));
    let (groups, unit) = (slot(&settings.groups), slot(&settings.unit));
    let ldif = settings.format() == Format::Ldif;
    let binary = if ldif { binary(settings) } else { Vec::new() };
    let is_binary = |name: &String| binary.iter().any(|known| same_name(known, name));
    let requested = |name: &String| Requested {
        name: name.clone(),
        slot: slots.add(name),
        separator: separator(settings, name),
        binary: is_binary(name),
    };
    let attributes = attributes.iter().map(requested).collect();
    // DNs have semicolons in them now and then, and LDIF has a line for each.
    let shared = !ldif || settings.groups_separator.is_some();
    let roles = Roles {
        id,
        id_is_binary: settings.id.as_ref().is_some_and(is_binary),
        status,
        groups,
        groups_separator: shared.then(|| settings.groups_separator().to_owned()),
        unit,
        is_table: settings.format().is_table(),
        attributes,
    };
    (slots, roles)
}

fn separator(settings: &Settings, name: &str) -> Option<String> {
    let mut listed = settings.multi.iter();
    let (_, separator) = listed.find(|(column, _)| same_name(column, name))?;
    Some(separator.clone())
}

fn binary(settings: &Settings) -> Vec<String> {
    match &settings.binary {
        Some(given) => given.clone(),
        None => ldif::BINARY.iter().map(|name| (*name).to_owned()).collect(),
    }
}
