//! A file that the suite writes, anew for each set of people.

use super::{Said, SourceError, said, template};
use crate::case::{File, FileFormat};
use crate::people::{FIELDS, Person, SEVERAL};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// The file.
pub struct Files {
    file: File,
    folder: PathBuf,
}

impl Files {
    /// Nothing is written yet.
    pub fn new(file: &File, folder: &Path) -> Self {
        Self {
            file: file.clone(),
            folder: folder.to_owned(),
        }
    }

    /// Writes the people, and puts the file in place in one step.
    pub fn set(&self, people: &[Person]) -> Result<Said, SourceError> {
        let path = self.folder.join(&self.file.name);
        let text = match self.file.format {
            FileFormat::Csv => csv(people),
            FileFormat::JsonLines => self.lines(people)?,
            FileFormat::Json => self.array(people)?,
        };
        let new = self.folder.join(".people.new");
        let written = fs::write(&new, text).and_then(|()| fs::rename(&new, &path));
        let shown = path.display().to_string();
        written.map_err(|source| SourceError::File {
            path: shown.clone(),
            source,
        })?;
        Ok(said("file", shown))
    }

    fn object(&self, one: &Person) -> Result<Value, SourceError> {
        let words = ["active", "blocked"].map(str::to_owned);
        Ok(match &self.file.person {
            Some(template) => template::person(template, one, &words)?,
            None => one.to_json(),
        })
    }

    fn lines(&self, people: &[Person]) -> Result<String, SourceError> {
        let mut text = String::new();
        for one in people {
            text.push_str(&self.object(one)?.to_string());
            text.push('\n');
        }
        Ok(text)
    }

    fn array(&self, people: &[Person]) -> Result<String, SourceError> {
        let all = people.iter().map(|one| self.object(one));
        Ok(Value::Array(all.collect::<Result<_, _>>()?).to_string())
    }
}

/// Every cell in quotes (RFC 4180): all fields, then `active` and `groups`. A
/// field that is absent is an empty cell.
fn csv(people: &[Person]) -> String {
    let mut text = String::new();
    let header = FIELDS.iter().map(|&field| field.to_owned());
    let row = |text: &mut String, cells: Vec<String>| {
        let cells = cells
            .into_iter()
            .map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        text.push_str(&cells.collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    };
    row(
        &mut text,
        header
            .chain(["active", "groups"].map(str::to_owned))
            .collect(),
    );
    for one in people {
        let cell = |field: &&str| match SEVERAL.contains(field) {
            true => one.values(field).join(";"),
            false => one.text(field).to_owned(),
        };
        let mut cells: Vec<String> = FIELDS.iter().map(cell).collect();
        cells.push(one.active.to_string());
        cells.push(one.groups.join(";"));
        row(&mut text, cells);
    }
    text
}
