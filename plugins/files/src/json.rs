//! JSON: one array of objects, alone or at a path inside objects.

use crate::cells::{Cells, Slots};
use crate::input::Input;
use crate::json_scan::{Ended, Scanner};
use crate::objects::Objects;
use crate::records::{Event, Name, Reach, Records};
use muster_sdk::Failure;

/// A file with a list of people somewhere in it.
///
/// Objects are found by their brackets and taken one by one, so that the list
/// may be larger than the memory.
pub struct Json {
    objects: Objects,
    /// Names that lead to the list.
    path: Vec<String>,
    scanner: Scanner,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    /// In the list, where another element may begin.
    First,
    Later,
    After,
    Done,
}

/// What is wrong with the file as a whole, and how far that reaches.
struct Fault(String, Reach);

impl Json {
    /// Looks for these names in the objects of the list at `path`: `data.people`.
    pub fn new(slots: Slots, path: Option<&str>) -> Self {
        Self {
            objects: Objects::new(slots),
            path: path
                .map(|path| path.split('.').map(str::to_owned).collect())
                .unwrap_or_default(),
            scanner: Scanner::default(),
            place: Place::Before,
        }
    }

    /// Finds the list. That it is not there is no matter of a single person.
    fn find(&mut self, input: &mut Input) -> Result<Option<Fault>, Failure> {
        let Some(mut byte) = self.scanner.peek(input)? else {
            self.place = Place::Done;
            return Ok(None);
        };
        for level in 0..self.path.len() {
            let name = self.path.get(level).cloned().unwrap_or_default();
            if byte != b'{' {
                return Err(self.no_list(input, level));
            }
            self.scanner.take(input, 1);
            if !self.member(input, &name, true)? {
                return match self.scanner.peek(input)? {
                    None => Ok(Some(self.cut())),
                    Some(_) => Err(self.no_list(input, level)),
                };
            }
            match self.scanner.peek(input)? {
                Some(next) => byte = next,
                None => return Ok(Some(self.cut())),
            }
        }
        if byte != b'[' {
            return Err(self.no_list(input, self.path.len()));
        }
        self.scanner.take(input, 1);
        self.place = Place::First;
        Ok(None)
    }

    /// Goes on to the value of a member, past all others; false if there is no
    /// such member: then the object's end, or what is no member, comes next.
    fn member(&mut self, input: &mut Input, name: &str, is_first: bool) -> Result<bool, Failure> {
        let mut needs_comma = !is_first;
        loop {
            if needs_comma {
                if self.scanner.peek(input)? != Some(b',') {
                    return Ok(false);
                }
                self.scanner.take(input, 1);
            }
            needs_comma = true;
            if self.scanner.peek(input)? != Some(b'"') {
                return Ok(false);
            }
            let mut key = Vec::new();
            self.scanner.value(input, Some(&mut key))?;
            if self.scanner.peek(input)? != Some(b':') {
                return Ok(false);
            }
            self.scanner.take(input, 1);
            let key: Option<String> = serde_json::from_slice(&key).ok();
            if key.as_deref() == Some(name) {
                return Ok(true);
            }
            if self.scanner.peek(input)?.is_none() {
                return Ok(false);
            }
            self.scanner.value(input, None)?;
        }
    }

    /// The next object of the list; none at the list's end.
    fn element(&mut self, input: &mut Input, cells: &mut Cells) -> Result<Option<Event>, Failure> {
        let line = |scanner: &Scanner| scanner.line();
        let mut next = self.scanner.peek(input)?;
        if next == Some(b']') {
            self.scanner.take(input, 1);
            self.place = Place::After;
            return Ok(None);
        }
        if self.place == Place::Later {
            if next.is_some_and(|byte| byte != b',') {
                let text = "there is no comma before the next object";
                return Ok(Some(self.stop(Fault(text.to_owned(), Reach::Cut))));
            }
            self.scanner.take(input, 1);
            next = self.scanner.peek(input)?;
        }
        self.place = Place::Later;
        if matches!(next, None | Some(b',' | b']' | b'}' | b':')) {
            let fault = match next {
                None => self.cut(),
                Some(_) => Fault("an object is missing".to_owned(), Reach::Cut),
            };
            return Ok(Some(self.stop(fault)));
        }
        let line = line(&self.scanner);
        let mut text = Vec::new();
        let ended = self.scanner.value(input, Some(&mut text))?;
        let taken = self.objects.take(&text, cells);
        Ok(Some(match (ended, taken) {
            (Ended::Whole, Ok(())) => Event::Record { line },
            (Ended::Whole, Err(broken)) => Event::Broken {
                line,
                fault: broken.text.replace("the line", "the record"),
                reach: Reach::Record,
            },
            (Ended::TooLong, _) => Event::Broken {
                line,
                fault: "the record is longer than 1 MiB".to_owned(),
                reach: Reach::Record,
            },
            (Ended::File, _) => {
                self.place = Place::Done;
                Event::Broken {
                    line,
                    fault: "the file ends inside the record".to_owned(),
                    reach: Reach::Cut,
                }
            }
        }))
    }

    /// Reads what follows the list: nothing but the ends of the objects around
    /// it, and their other members.
    fn tail(&mut self, input: &mut Input) -> Result<Option<Fault>, Failure> {
        for name in self.path.clone().iter().rev() {
            if self.member(input, name, false)? {
                let text = format!("`{name}` is given twice");
                return Ok(Some(Fault(text, Reach::Neighbours)));
            }
            match self.scanner.peek(input)? {
                Some(b'}') => self.scanner.take(input, 1),
                None => return Ok(Some(self.cut())),
                Some(_) => {
                    let text = "what follows the list of people is no JSON".to_owned();
                    return Ok(Some(Fault(text, Reach::Neighbours)));
                }
            }
        }
        match self.scanner.peek(input)? {
            None => Ok(None),
            Some(_) => {
                let text = "something follows the list of people".to_owned();
                Ok(Some(Fault(text, Reach::Neighbours)))
            }
        }
    }

    fn cut(&self) -> Fault {
        Fault(
            "the file ends before its brackets are closed".to_owned(),
            Reach::Cut,
        )
    }

    fn stop(&mut self, Fault(fault, reach): Fault) -> Event {
        self.place = Place::Done;
        Event::Broken {
            line: self.scanner.line(),
            fault,
            reach,
        }
    }

    fn no_list(&self, input: &Input, level: usize) -> Failure {
        let file = input.name();
        let way: Vec<&str> = self
            .path
            .iter()
            .take(level + 1)
            .map(String::as_str)
            .collect();
        if self.path.is_empty() {
            return Failure::data(format!("`{file}` is no JSON array of people"))
                .hint("if the array stands inside an object, say where: `records: data.people`");
        }
        Failure::config(format!("`{file}` has no array at `{}`", way.join(".")))
            .hint("`records` holds the names that lead to the array, with dots between them")
    }
}

impl Records for Json {
    fn next(&mut self, input: &mut Input, cells: &mut Cells) -> Result<Event, Failure> {
        cells.clear();
        if self.place == Place::Before
            && let Some(fault) = self.find(input)?
        {
            return Ok(self.stop(fault));
        }
        if matches!(self.place, Place::First | Place::Later)
            && let Some(event) = self.element(input, cells)?
        {
            return Ok(event);
        }
        if self.place == Place::After {
            if let Some(fault) = self.tail(input)? {
                return Ok(self.stop(fault));
            }
            self.place = Place::Done;
        }
        // The rest is read all the same: a checksum is of the whole file.
        while self.scanner.peek(input)?.is_some() {
            let rest = input.rest().len();
            self.scanner.take(input, rest);
        }
        Ok(Event::End)
    }

    fn names(&self) -> &[Name] {
        self.objects.names()
    }
}
