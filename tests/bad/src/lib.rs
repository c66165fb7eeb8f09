//! A provider of a JSON service with one thing done wrong, for the tests of the
//! conformance suite. The setting `twist` says which: see [`twists`]. Without
//! one, everything is as it should be.

mod twist;
mod twists;

use muster_sdk::prelude::*;
use serde_json::Value;
use twist::Twist;

#[derive(serde::Deserialize)]
pub struct Settings {
    twist: String,
    pattern: String,
}

/// The plugin.
pub struct Bad {
    twist: Box<dyn Twist>,
    request: Option<ReadRequest>,
    place: Place,
}

/// Where a read stands.
#[derive(Clone, Debug, Default)]
struct Place {
    after: Option<String>,
    /// The mark of the first page: what changes later is told by the next delta.
    mark: Option<String>,
    /// The mark of a delta that is asked for.
    since: Option<String>,
}

/// What the plugin's own cursors begin with.
const OURS: &str = "bad1";

impl Place {
    fn cursor(&self) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        format!("{OURS}\n{}\n{}", text(&self.mark), text(&self.after))
    }

    fn read(cursor: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(cursor).ok()?;
        let mut parts = text.split('\n');
        let (ours, mark, after) = (parts.next()?, parts.next()?, parts.next()?);
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (ours == OURS && parts.next().is_none()).then(|| Self {
            mark: given(mark),
            after: given(after),
            since: None,
        })
    }
}

impl Source for Bad {
    type Settings = Settings;

    fn open(settings: Settings) -> Result<Self, Failure> {
        let mut twist = twists::named(&settings.twist);
        twist.pattern(&settings.pattern)?;
        Ok(Self {
            twist,
            request: None,
            place: Place::default(),
        })
    }

    fn check(&mut self, scope: &Scope) -> Vec<CheckStep> {
        if let Some(steps) = self.twist.check() {
            return steps;
        }
        let asked = http::get("api", "/people?limit=1");
        vec![match asked {
            Ok(_) if scope.groups.is_empty() => CheckStep::ok("read a person", "it works"),
            Ok(_) => CheckStep::failed("read a person", Failure::config("there are no groups")),
            Err(failure) => CheckStep::failed("read a person", failure),
        }]
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        self.place = match &request.start_at {
            ReadFrom::Start => Place::default(),
            ReadFrom::Resume(cursor) => self.twist.resumed(cursor)?,
            ReadFrom::Since(cursor) => {
                let place = Place::read(cursor);
                let mark = place.and_then(|place| place.mark);
                Place {
                    since: Some(mark.ok_or_else(|| Failure::stale_cursor("no cursor of ours"))?),
                    ..Place::default()
                }
            }
        };
        self.request = Some(request);
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        let Some(request) = self.request.clone() else {
            return Err(Failure::internal("not started"));
        };
        if let Some(since) = self.place.since.clone() {
            return self.changes(&request, &since);
        }
        let mut target = http::Target::new("/people").query("limit", request.page_size);
        if let Some(after) = &self.place.after {
            target = target.query("after", after);
        }
        let request_of = http::Request::get("api", target);
        let answer = self.twist.answered(http::send(&request_of))?;
        let page = self.twist.parsed(&answer.body)?;
        let last = text(&page, "mark");
        self.place.mark = self.place.mark.take().or_else(|| last.clone());
        let mut people = self.twist.list(&page)?;
        self.twist.people(&mut people, &answer, &request);
        self.place.after = text(&page, "next");
        let rows = self.rows(&people, &request)?;
        if self.place.after.is_some() || self.twist.goes_on(&people) {
            return Ok(Batch::more(rows).resume_at(self.place.cursor()));
        }
        let total = page.get("total").and_then(Value::as_u64);
        let coverage = self.twist.coverage(total);
        let mark = self.twist.mark(self.place.mark.clone(), last);
        let batch = Batch::last(rows, coverage);
        let cursor = Place {
            mark,
            ..Place::default()
        };
        Ok(match cursor.mark {
            Some(_) => batch.delta_from(cursor.cursor()),
            None => batch,
        })
    }
}

impl Bad {
    fn rows(&mut self, people: &[Value], request: &ReadRequest) -> Result<Rows, Failure> {
        let mut rows = Rows::new(&request.attributes);
        for one in people {
            let Some(id) = one.get("id").and_then(Value::as_str) else {
                return Err(Failure::data("somebody has no id"));
            };
            let active = one.get("active").and_then(Value::as_bool);
            let mut row = rows.add(self.twist.status(active));
            row.id(id);
            for (column, attribute) in request.attributes.iter().enumerate() {
                let value = one.get(attribute).and_then(Value::as_str);
                if let Some(value) = value.and_then(|value| self.twist.text(value)) {
                    row.value(column, value);
                }
            }
        }
        Ok(rows)
    }

    fn changes(&mut self, request: &ReadRequest, since: &str) -> Result<Batch, Failure> {
        let target = http::Target::new("/changes").query("since", since);
        let answer = http::send(&http::Request::get("api", target))?;
        if answer.status == 410 {
            return Err(Failure::stale_cursor("the mark is too old"));
        }
        let answer = self.twist.answered(Ok(answer))?;
        let page = self.twist.parsed(&answer.body)?;
        let people = self.twist.list(&page)?;
        let mut rows = self.rows(&people, request)?;
        let gone = page.get("removed").and_then(Value::as_array);
        for id in gone.into_iter().flatten().filter_map(Value::as_str) {
            if self.twist.tells_removals() {
                rows.add(Status::Removed(Removal::Final)).id(id);
            }
        }
        let cursor = Place {
            mark: text(&page, "mark"),
            ..Place::default()
        };
        Ok(Batch::last(rows, Coverage::delta()).delta_from(cursor.cursor()))
    }
}

fn text(page: &Value, name: &str) -> Option<String> {
    page.get(name)?.as_str().map(str::to_owned)
}

muster_sdk::plugin!(Bad);
