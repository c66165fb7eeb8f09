//! A directory with a feed: a file to whose end people are written, `ID NAME MAIL`
//! or `ID -` for somebody who is gone, after a line `people N` for as many who are
//! invented. A cursor is a number of lines; `lost` forgets all cursors.
use muster_sdk::prelude::*;
use std::collections::BTreeMap;

#[derive(serde::Deserialize)]
pub struct Settings {}

pub struct Journal {
    request: Option<ReadRequest>,
    invented: u64,
    next: u64,
    people: BTreeMap<String, Option<(String, String)>>,
    lines: usize,
}

impl Journal {
    fn is_delta(&self) -> bool {
        let from = self.request.as_ref().map(|request| &request.start_at);
        matches!(from, Some(ReadFrom::Since(_)))
    }
}

impl Source for Journal {
    type Settings = Settings;

    fn open(_: Settings) -> Result<Self, Failure> {
        Ok(Self {
            request: None,
            invented: 0,
            next: 0,
            people: BTreeMap::new(),
            lines: 0,
        })
    }

    fn check(&mut self, _: &Scope) -> Vec<CheckStep> {
        vec![CheckStep::ok("journal", "it is there")]
    }

    fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
        Ok(vec![Attribute::single("uid"), Attribute::single("mail")])
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        let text = muster_sdk::files::open("journal")?.read_all()?;
        let text = String::from_utf8(text).map_err(|_| Failure::data("no text"))?;
        let since = match &request.start_at {
            ReadFrom::Since(cursor) => {
                let cursor = String::from_utf8_lossy(cursor).parse();
                let known = cursor.ok().filter(|_| !text.contains("lost"));
                known.ok_or_else(|| Failure::stale_cursor("the journal was begun anew"))?
            }
            _ => 0,
        };
        for line in text.lines().skip(since) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["people", number] => {
                    self.invented = number.parse().map_err(|_| Failure::data("no number"))?;
                }
                [id, name, mail] => {
                    let person = ((*name).to_owned(), (*mail).to_owned());
                    self.people.insert((*id).to_owned(), Some(person));
                }
                [id, "-"] => {
                    self.people.insert((*id).to_owned(), None);
                }
                _ => {}
            }
        }
        self.lines = text.lines().count();
        self.request = Some(request);
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        let is_delta = self.is_delta();
        let Some(request) = &self.request else {
            return Err(Failure::internal("not started"));
        };
        let mut rows = Rows::new(&request.attributes);
        let (uid, mail) = (rows.column("uid"), rows.column("mail"));
        let add = |rows: &mut Rows, id: &str, name: &str, address: &str| {
            let mut row = rows.add(Status::Active);
            row.id(id);
            if let Some(uid) = uid {
                row.value(uid, name);
            }
            if let Some(mail) = mail {
                row.value(mail, address);
            }
        };
        let end = self.invented.min(self.next + 5_000);
        for number in self.next..end {
            let name = format!("user{number}");
            add(
                &mut rows,
                &format!("i{number}"),
                &name,
                &format!("{name}@example.org"),
            );
        }
        self.next = end;
        if end < self.invented {
            return Ok(Batch::more(rows));
        }
        for (id, person) in &self.people {
            match person {
                Some((name, address)) => add(&mut rows, id, name, address),
                None if is_delta => {
                    rows.add(Status::Removed(Removal::LeftScope)).id(id);
                }
                None => {}
            }
        }
        let coverage = if is_delta {
            Coverage::delta()
        } else {
            Coverage::complete()
        };
        Ok(Batch::last(rows, coverage).delta_from(self.lines.to_string()))
    }
}

muster_sdk::plugin!(
    Journal,
    manifest = "name = \"journal\"\nversion = \"1.0.0\"\napi = \"muster:provider@0.1\"\nsummary = \"Reads a journal\"\ndelta = true\n\
                [needs.files.journal]\npath = \"path\"\n",
    settings =
        r#"{"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}"#
);
