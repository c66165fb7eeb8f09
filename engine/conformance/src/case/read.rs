//! From the text of a case to a case, or to what is wrong with it.

use super::written::{Json, Paging, Written, WrittenSource};
use super::{Case, File, FileFormat, Source, field};
use crate::people::FIELDS;
use serde_json::Value;
use serde_yaml::{Location, Spanned};
use std::collections::BTreeMap;
use std::path::Path;

/// What is wrong with a case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {text}", line.map_or(String::new(), |line| format!(":{line}")))]
pub struct CaseError {
    /// Which file.
    pub file: String,
    /// Which line, counted from 1.
    pub line: Option<u64>,
    /// What is wrong.
    pub text: String,
    /// What to do about it.
    pub hint: String,
}

/// Largest number of people that one read is tried with.
const MOST: usize = 5_000_000;

const REFERENCE: &str = "`plugins/conformance.md` of Muster says how a case is written";

struct Reader<'a> {
    file: &'a str,
}

impl Case {
    /// Reads a case from its text. `file` is its name for messages.
    pub fn parse(text: &str, file: &str, folder: &Path) -> Result<Self, CaseError> {
        let reader = Reader { file };
        let written: Written = serde_yaml::from_str(text).map_err(|error| {
            let line = error
                .location()
                .map(|at| at.line())
                .filter(|line| *line > 0);
            let text = error.without_snippet().to_string();
            reader.wrong(line, text, REFERENCE)
        })?;
        reader.case(written, folder)
    }
}

impl Reader<'_> {
    fn wrong(&self, line: Option<u64>, text: String, hint: impl Into<String>) -> CaseError {
        CaseError {
            file: self.file.to_owned(),
            line,
            text,
            hint: hint.into(),
        }
    }

    fn at(&self, at: &Location, text: String, hint: impl Into<String>) -> CaseError {
        self.wrong(Some(at.line()).filter(|line| *line > 0), text, hint)
    }

    fn case(&self, written: Written, folder: &Path) -> Result<Case, CaseError> {
        let attributes = written
            .attributes
            .iter()
            .map(|(name, of)| Ok((name.clone(), self.field(of)?)))
            .collect::<Result<_, _>>()?;
        let attributes: BTreeMap<String, &'static str> = attributes;
        let id = match (&written.id, &written.known_by) {
            (Some(id), None) => self.field(id)?,
            (None, None) => "id",
            (None, Some(by)) => self.known_by(by, &attributes)?,
            (Some(id), Some(_)) => {
                let text = "`id` and `known_by` exclude each other".to_owned();
                return Err(self.at(&id.referenced, text, REFERENCE));
            }
        };
        if let Some(people) = written
            .people
            .filter(|people| !(10..=MOST).contains(people))
        {
            let text = format!("`people: {people}` is not between 10 and {MOST}");
            return Err(self.wrong(None, text, "leave it out: 100000 is the default"));
        }
        Ok(Case {
            file: self.file.to_owned(),
            folder: folder.to_owned(),
            config: written.config,
            secrets: written.secrets.into_iter().map(|one| one.value).collect(),
            attributes,
            id,
            known_by: written.known_by.map(|by| by.value),
            also: written.also,
            groups: written.groups,
            status: written.status,
            without: written.without,
            changes: written.changes,
            large: written.people,
            source: self.source(written.source)?,
        })
    }

    /// The field of an attribute that tells people apart.
    fn known_by(
        &self,
        by: &Spanned<String>,
        attributes: &BTreeMap<String, &'static str>,
    ) -> Result<&'static str, CaseError> {
        match attributes.get(&by.value) {
            Some(field @ (&"id" | &"username" | &"mail")) => Ok(field),
            Some(field) => {
                let text = format!("`{}` holds `{field}`, which several people share", by.value);
                let hint = "take an attribute that holds `id`, `username` or `mail`";
                Err(self.at(&by.referenced, text, hint))
            }
            None => {
                let text = format!("`{}` is none of `attributes`", by.value);
                Err(self.at(&by.referenced, text, "add it there, or take another"))
            }
        }
    }

    fn field(&self, of: &Spanned<String>) -> Result<&'static str, CaseError> {
        field(&of.value).ok_or_else(|| {
            let text = format!("made-up people have no field `{}`", of.value);
            self.at(
                &of.referenced,
                text,
                format!("they have {}", FIELDS.join(", ")),
            )
        })
    }

    fn source(&self, written: Spanned<WrittenSource>) -> Result<Source, CaseError> {
        let at = written.referenced;
        match written.value {
            WrittenSource {
                json: Some(json),
                file: None,
                person: None,
                command: None,
            } => {
                self.json(&json, &at)?;
                Ok(Source::Json(Box::new(json)))
            }
            WrittenSource {
                json: None,
                file: Some(name),
                person,
                command: None,
            } => self.file(&name, person),
            WrittenSource {
                json: None,
                file: None,
                person: None,
                command: Some(command),
            } if !command.is_empty() => Ok(Source::Command(command)),
            _ => Err(self.at(
                &at,
                "`source` must be one of `json`, `file` and `command`".to_owned(),
                REFERENCE,
            )),
        }
    }

    fn file(&self, name: &Spanned<String>, person: Option<Value>) -> Result<Source, CaseError> {
        let format = match name.value.rsplit_once('.').map(|(_, ending)| ending) {
            Some("csv") => FileFormat::Csv,
            Some("json") => FileFormat::Json,
            Some("jsonl") => FileFormat::JsonLines,
            _ => {
                let text = format!("`{}` has no ending that the suite can write", name.value);
                return Err(self.at(&name.referenced, text, "end it in .csv, .json or .jsonl"));
            }
        };
        if name.value.contains(['/', '\\']) {
            let text = format!("`{}` is a path", name.value);
            return Err(self.at(
                &name.referenced,
                text,
                "give a name alone: the suite chooses the folder",
            ));
        }
        if let Some(person) = person.as_ref().filter(|person| !person.is_object()) {
            let text = format!("`person` is no object: {person}");
            return Err(self.at(&name.referenced, text, REFERENCE));
        }
        Ok(Source::File(File {
            name: name.value.clone(),
            format,
            person,
        }))
    }

    fn json(&self, json: &Json, at: &Location) -> Result<(), CaseError> {
        let paths = [
            Some(&json.path),
            json.changes.as_ref().map(|feed| &feed.path),
        ];
        if let Some(path) = paths
            .into_iter()
            .flatten()
            .find(|path| !path.starts_with('/'))
        {
            let text = format!("the path `{path}` does not begin with `/`");
            return Err(self.at(at, text, format!("write `path: /{path}`")));
        }
        if !json.person.is_object() {
            let text = "`person` must be an object".to_owned();
            return Err(self.at(
                at,
                text,
                "write, say, `person: {id: \"{id}\", name: \"{name}\"}`",
            ));
        }
        match &json.paging {
            None => Ok(()),
            Some(paging) => self.paging(paging, at),
        }
    }

    fn paging(&self, paging: &Paging, at: &Location) -> Result<(), CaseError> {
        let ways = [
            paging.cursor.is_some(),
            paging.offset.is_some(),
            paging.page.is_some(),
            paging.url.is_some(),
            paging.link,
        ];
        if ways.iter().filter(|given| **given).count() != 1 {
            let text = "`paging` must name one of `cursor`, `offset`, `page`, `url` and `link`";
            return Err(self.at(at, text.to_owned(), REFERENCE));
        }
        if paging.cursor.is_some() != paging.next.is_some() {
            let text = "`cursor` and `next` go together in `paging`".to_owned();
            let hint = "`cursor` is the parameter of the request, `next` the member of the answer";
            return Err(self.at(at, text, hint));
        }
        if paging.most == 0 {
            return Err(self.at(at, "`most: 0` gives no pages".to_owned(), "leave it out"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        let error = Case::parse(text, "case.yaml", Path::new(".")).unwrap_err();
        assert!(!error.hint.is_empty());
        error.to_string()
    }

    const GOOD: &str = "\
config: {url: '{url}/v1'}
secrets: [token]
attributes: {displayName: name, mail: mail}
source:
  json: {path: /v1/people, items: people, person: {id: '{id}', name: '{name}'}, paging: {cursor: after, next: next, limit: limit}}
";

    #[test]
    fn a_case_is_read() {
        let case = Case::parse(GOOD, "case.yaml", Path::new(".")).unwrap();
        assert_eq!(case.wanted(), ["displayName", "mail"]);
        assert_eq!(case.id, "id");
        assert!(case.status && !case.groups);
        assert!(matches!(case.source, Source::Json(_)));
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let line = |from: &str, to: &str| wrong(&GOOD.replace(from, to));
        assert_eq!(
            line("mail: mail", "mail: email"),
            "case.yaml:3: made-up people have no field `email`"
        );
        let unknown = line("secrets:", "secret:");
        assert!(unknown.starts_with("case.yaml:2: "), "{unknown}");
        assert!(unknown.contains("secret"), "{unknown}");
        let both = line("cursor: after, next: next", "cursor: after, link: true");
        assert!(
            both.ends_with("`cursor`, `offset`, `page`, `url` and `link`"),
            "{both}"
        );
        assert!(line(", next: next", "").contains("go together"));
        assert!(line("/v1/people", "v1/people").contains("does not begin with `/`"));
        let text = "attributes: {a: name}\nsource:\n  file: people.txt\n";
        assert!(wrong(text).starts_with("case.yaml:3: `people.txt` has no ending"));
        assert!(wrong("attributes: {a: name}\nsource: {}\n").contains("must be one of"));
        assert!(wrong("- a\n").starts_with("case.yaml"));
    }
}
