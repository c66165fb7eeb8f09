//! What is done wrong, one thing each.

use crate::Place;
use crate::twist::{Twist, nobody, parsed};
use muster_sdk::prelude::*;
use serde_json::{Value, json};
use std::cell::RefCell;

type Answer = Result<http::Response, Failure>;

/// The twist of a name; without one, nothing is done wrong.
pub fn named(name: &str) -> Box<dyn Twist> {
    match name {
        "a cut is the end" => Box::new(CutIsTheEnd),
        "another host is the end" => Box::new(OtherHostIsTheEnd),
        "a refusal is the end" => Box::new(RefusalIsTheEnd),
        "a refusal is an outage" => Box::new(RefusalIsAnOutage),
        "an outage is wrong settings" => Box::new(OutageIsConfig),
        "not found is nobody" => Box::new(NotFoundIsNobody),
        "html is nobody" => Box::new(HtmlIsNobody),
        "stopped is complete" => Box::new(StoppedIsComplete),
        "an id comes twice" => Box::new(Repeats),
        "a page is lost" => Box::<LosesAPage>::default(),
        "a full last page loses one" => Box::new(LosesAtBorders),
        "whoever is blocked is active" => Box::new(AllActive),
        "counts one more" => Box::new(CountsOneMore),
        "order by request" => Box::new(Shuffles),
        "texts are cut at 255 bytes" => Box::new(Cuts),
        "letters beyond the first plane" => Box::new(Planes),
        "empty is absent" => Box::new(EmptyIsAbsent),
        "no end for nobody" => Box::new(NeverEnds),
        "panics for nobody" => Box::new(Panics),
        "one page for all" => Box::<OnePage>::default(),
        "keeps everything" => Box::new(Hoards),
        "a cursor loses one" => Box::new(CursorLoses),
        "any cursor will do" => Box::new(AnyCursor),
        "the mark is too new" => Box::new(LateMark),
        "removals are forgotten" => Box::new(ForgetsRemovals),
        "logs error pages" => Box::new(LogsErrorPages),
        "a fact tells the answer" => Box::<TellsTheAnswer>::default(),
        "a line for each value" => Box::new(Chatters),
        "a setting is unwrapped" => Box::new(Unwraps),
        "the check asks nothing" => Box::new(ChecksNothing),
        "the check is always well" => Box::new(AlwaysWell),
        _ => Box::new(Nothing),
    }
}

struct Nothing;
impl Twist for Nothing {}

/// Takes a connection that is cut for the end of the list.
struct CutIsTheEnd;
impl Twist for CutIsTheEnd {
    fn answered(&mut self, answer: Answer) -> Answer {
        match answer {
            Err(failure) if failure.kind == FailureKind::Unavailable => Ok(nobody()),
            answer => Nothing.answered(answer),
        }
    }
}

/// Takes what the host denies for the end of the list.
struct OtherHostIsTheEnd;
impl Twist for OtherHostIsTheEnd {
    fn answered(&mut self, answer: Answer) -> Answer {
        match answer {
            Err(failure) if failure.kind == FailureKind::Denied => Ok(nobody()),
            answer => Nothing.answered(answer),
        }
    }
}

/// Takes a refusal for the end of the list.
struct RefusalIsTheEnd;
impl Twist for RefusalIsTheEnd {
    fn answered(&mut self, answer: Answer) -> Answer {
        match answer {
            Ok(answer) if answer.status == 401 => Ok(nobody()),
            answer => Nothing.answered(answer),
        }
    }
}

/// Calls a refusal an outage, so that it is tried again and again.
struct RefusalIsAnOutage;
impl Twist for RefusalIsAnOutage {
    fn answered(&mut self, answer: Answer) -> Answer {
        match answer {
            Ok(answer) if answer.status == 401 => Err(Failure::unavailable("it does not answer")),
            answer => Nothing.answered(answer),
        }
    }
}

/// Calls an outage wrong settings, so that nobody tries again.
struct OutageIsConfig;
impl Twist for OutageIsConfig {
    fn answered(&mut self, answer: Answer) -> Answer {
        match answer {
            Ok(answer) if answer.status == 503 => Err(Failure::config("the URL is wrong")),
            answer => Nothing.answered(answer),
        }
    }
}

/// Takes "not found" for a list with nobody in it.
struct NotFoundIsNobody;
impl Twist for NotFoundIsNobody {
    fn answered(&mut self, answer: Answer) -> Answer {
        match answer {
            Ok(answer) if answer.status == 404 => Ok(nobody()),
            answer => Nothing.answered(answer),
        }
    }
}

/// Takes what is no JSON for a list with nobody in it.
struct HtmlIsNobody;
impl Twist for HtmlIsNobody {
    fn parsed(&mut self, body: &[u8]) -> Result<Value, Failure> {
        Ok(parsed(body).unwrap_or_else(|_| json!({"people": []})))
    }
}

/// Ends as complete when it is stopped.
struct StoppedIsComplete;
impl Twist for StoppedIsComplete {
    fn answered(&mut self, answer: Answer) -> Answer {
        match host::cancelled() {
            true => Ok(nobody()),
            false => Nothing.answered(answer),
        }
    }
}

/// Delivers the first of each page twice.
struct Repeats;
impl Twist for Repeats {
    fn people(&mut self, people: &mut Vec<Value>, _: &http::Response, _: &ReadRequest) {
        if let Some(first) = people.first().cloned() {
            people.push(first);
        }
    }
}

/// Delivers nobody of the third page.
#[derive(Default)]
struct LosesAPage {
    pages: u32,
}
impl Twist for LosesAPage {
    fn people(&mut self, people: &mut Vec<Value>, _: &http::Response, _: &ReadRequest) {
        self.pages += 1;
        if self.pages == 3 {
            people.clear();
        }
    }
}

/// Loses somebody if the last page is full.
struct LosesAtBorders;
impl Twist for LosesAtBorders {
    fn people(&mut self, people: &mut Vec<Value>, answer: &http::Response, asked: &ReadRequest) {
        let is_last = parsed(&answer.body).is_ok_and(|page| page.get("next").is_none());
        if is_last && people.len() == 7 && asked.page_size == 7 {
            people.pop();
        }
    }
}

/// Lets everybody in.
struct AllActive;
impl Twist for AllActive {
    fn status(&self, _: Option<bool>) -> Status {
        Status::Active
    }
}

/// Tells a count that is not the source's.
struct CountsOneMore;
impl Twist for CountsOneMore {
    fn coverage(&self, total: Option<u64>) -> Coverage {
        Coverage::complete().source_count(total.unwrap_or(0) + 1)
    }
}

/// Turns pages round, by a header that counts requests.
struct Shuffles;
impl Twist for Shuffles {
    fn people(&mut self, people: &mut Vec<Value>, answer: &http::Response, _: &ReadRequest) {
        let number = answer
            .header("x-request-id")
            .and_then(|id| id.parse::<u64>().ok());
        if number.is_some_and(|number| number % 5 < 2) {
            people.reverse();
        }
    }
}

/// Has room for 255 bytes.
struct Cuts;
impl Twist for Cuts {
    fn text(&mut self, value: &str) -> Option<String> {
        let end = value.floor_char_boundary(255);
        value.get(..end).map(str::to_owned)
    }
}

/// Knows letters of 16 bits.
struct Planes;
impl Twist for Planes {
    fn text(&mut self, value: &str) -> Option<String> {
        let narrow = |letter: char| {
            if letter > '\u{ffff}' {
                '\u{fffd}'
            } else {
                letter
            }
        };
        Some(value.chars().map(narrow).collect())
    }
}

/// Tells an empty value as none.
struct EmptyIsAbsent;
impl Twist for EmptyIsAbsent {
    fn text(&mut self, value: &str) -> Option<String> {
        (!value.is_empty()).then(|| value.to_owned())
    }
}

/// Asks for the next page, for ever, if nobody came.
struct NeverEnds;
impl Twist for NeverEnds {
    fn goes_on(&self, people: &[Value]) -> bool {
        people.is_empty()
    }
}

/// Takes the first person without looking whether there is one.
struct Panics;
impl Twist for Panics {
    fn people(&mut self, people: &mut Vec<Value>, _: &http::Response, _: &ReadRequest) {
        let _ = &people[0];
    }
}

/// Delivers everybody on one page, at the end.
#[derive(Default)]
struct OnePage {
    before: Vec<Value>,
}
impl Twist for OnePage {
    fn people(&mut self, people: &mut Vec<Value>, answer: &http::Response, asked: &ReadRequest) {
        if asked.page_size < 1000 {
            return;
        }
        self.before.append(people);
        if parsed(&answer.body).is_ok_and(|page| page.get("next").is_none()) {
            *people = std::mem::take(&mut self.before);
        }
    }
}

thread_local! {
    static KEPT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Forgets nothing.
struct Hoards;
impl Twist for Hoards {
    fn text(&mut self, value: &str) -> Option<String> {
        KEPT.with_borrow_mut(|kept| kept.push(value.to_owned()));
        Some(value.to_owned())
    }
}

/// Goes on one person too late.
struct CursorLoses;
impl Twist for CursorLoses {
    fn resumed(&self, cursor: &[u8]) -> Result<Place, Failure> {
        let mut place = Nothing.resumed(cursor)?;
        let at = place.after.take().unwrap_or_default();
        let at = at.strip_prefix("c0-").and_then(|at| at.parse::<u64>().ok());
        place.after = at.map(|at| format!("c0-{}", at + 1));
        Ok(place)
    }
}

/// Takes a cursor that it does not understand for the beginning.
struct AnyCursor;
impl Twist for AnyCursor {
    fn resumed(&self, cursor: &[u8]) -> Result<Place, Failure> {
        Ok(Place::read(cursor).unwrap_or_default())
    }
}

/// Gives the mark of the end of the read.
struct LateMark;
impl Twist for LateMark {
    fn mark(&self, _: Option<String>, last: Option<String>) -> Option<String> {
        last
    }
}

/// Tells nobody who is gone.
struct ForgetsRemovals;
impl Twist for ForgetsRemovals {
    fn tells_removals(&self) -> bool {
        false
    }
}

/// Logs what it does not understand.
struct LogsErrorPages;
impl Twist for LogsErrorPages {
    fn answered(&mut self, answer: Answer) -> Answer {
        if let Ok(answer) = &answer
            && answer.status >= 400
        {
            host::warn(&String::from_utf8_lossy(&answer.body));
        }
        Nothing.answered(answer)
    }
}

/// Ends as partial after an error, and says what came.
#[derive(Default)]
struct TellsTheAnswer {
    came: Option<String>,
}
impl Twist for TellsTheAnswer {
    fn answered(&mut self, answer: Answer) -> Answer {
        match answer {
            Ok(answer) if answer.status == 500 => {
                self.came = Some(String::from_utf8_lossy(&answer.body).into_owned());
                Ok(nobody())
            }
            answer => Nothing.answered(answer),
        }
    }

    fn coverage(&self, total: Option<u64>) -> Coverage {
        match &self.came {
            None => Nothing.coverage(total),
            Some(came) => Coverage::partial(PartialReason::Unreadable, "the service failed")
                .fact("answer", came),
        }
    }
}

/// Tells its log everything.
struct Chatters;
impl Twist for Chatters {
    fn text(&mut self, value: &str) -> Option<String> {
        host::info("a value was read");
        Some(value.to_owned())
    }
}

/// Takes a setting for what it should be.
struct Unwraps;
impl Twist for Unwraps {
    fn pattern(&mut self, pattern: &str) -> Result<(), Failure> {
        pattern.chars().next().expect("a pattern has a letter");
        Ok(())
    }
}

/// Says that all is well without asking.
struct ChecksNothing;
impl Twist for ChecksNothing {
    fn check(&mut self) -> Option<Vec<CheckStep>> {
        Some(vec![CheckStep::ok("settings", "they are there")])
    }
}

/// Asks, and says that all is well.
struct AlwaysWell;
impl Twist for AlwaysWell {
    fn check(&mut self) -> Option<Vec<CheckStep>> {
        let asked = http::get("api", "/people?limit=1");
        let found = asked.map_or("no answer", |_| "an answer");
        Some(vec![CheckStep::ok("read a person", found)])
    }
}
