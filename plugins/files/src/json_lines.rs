//! JSON Lines: one object a line.

use crate::cells::{Cells, Slots};
use crate::input::Input;
use crate::lines::{Line, Lines};
use crate::objects::{Broken, Objects};
use crate::records::{Event, Name, Reach, Records};
use muster_sdk::Failure;

/// A file of one JSON object a line.
pub struct JsonLines {
    lines: Lines,
    line: Vec<u8>,
    objects: Objects,
    marker: Option<String>,
    begun: bool,
}

impl JsonLines {
    /// Looks for these names; dots lead into nested objects.
    pub fn new(slots: Slots, marker: Option<&str>) -> Self {
        Self {
            lines: Lines::default(),
            line: Vec::new(),
            objects: Objects::new(slots),
            marker: marker.map(str::to_owned),
            begun: false,
        }
    }

    fn record(&mut self, end: Line, cells: &mut Cells) -> Event {
        let line = self.lines.number();
        let taken = self.objects.take(&self.line, cells);
        let result = match end {
            Line::TooLong => Err(Broken::new("the line is longer than 1 MiB")),
            Line::Ended | Line::Last => taken,
        };
        let Err(broken) = result else {
            return Event::Record { line };
        };
        let reach = match (end, broken.unfinished) {
            (Line::Last, true) => Reach::Cut,
            _ => Reach::Record,
        };
        Event::Broken {
            line,
            fault: broken.text,
            reach,
        }
    }

    /// Refuses a file that is one big JSON array.
    fn begin(&mut self, file: &str) -> Result<(), Failure> {
        if !self.begun && self.line.trim_ascii_start().starts_with(b"[") {
            return Err(
                Failure::data(format!("`{file}` is one JSON array, not JSON Lines"))
                    .hint("set `format: json`"),
            );
        }
        self.begun = true;
        Ok(())
    }
}

impl Records for JsonLines {
    fn next(&mut self, input: &mut Input, cells: &mut Cells) -> Result<Event, Failure> {
        cells.clear();
        loop {
            self.line.clear();
            let Some(end) = self.lines.next(input, &mut self.line)? else {
                return Ok(Event::End);
            };
            let text = self.line.trim_ascii();
            if text.is_empty() {
                continue;
            }
            if self.marker.as_ref().is_some_and(|m| m.as_bytes() == text) {
                let line = self.lines.number();
                return Ok(Event::Marker { line });
            }
            self.begin(input.name())?;
            return Ok(self.record(end, cells));
        }
    }

    fn names(&self) -> &[Name] {
        self.objects.names()
    }
}
