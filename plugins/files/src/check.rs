//! What an operator sees who asks whether the file can be read.

use crate::nearest;
use crate::open::{self, Opened};
use crate::reading::Reading;
use crate::records::Name;
use crate::settings::{Format, Settings};
use crate::source::{self, Which};
use crate::tally::Tally;
use muster_sdk::{CheckStep, Coverage, Failure, Problem, ReadFrom, ReadRequest, Scope, report};

/// Problems that are shown; the rest is counted.
const SHOWN: usize = 3;

/// Opens the first file and reads all of them once, as a sync would.
pub fn steps(settings: &Settings, scope: &Scope) -> Vec<CheckStep> {
    let mut steps = Vec::new();
    let opened = source::pick(settings).and_then(|files| {
        let first = files.first().cloned().flatten();
        let file = open::file(settings, &first)?;
        Ok((file, files))
    });
    let (file, files) = match opened {
        Ok(opened) => opened,
        Err(failure) => return vec![CheckStep::failed("open the file", failure)],
    };
    let more = match files.len() {
        0 | 1 => String::new(),
        number => format!(", the first of {number}"),
    };
    steps.push(CheckStep::ok(
        "open the file",
        format!("`{}` can be read{more}", file.input.name()),
    ));
    let format = file.settings.format();
    match open::records(file, &[]) {
        Ok(opened) => {
            steps.push(columns(format, &opened));
            records(settings, files, scope, &mut steps);
        }
        Err(failure) => steps.push(CheckStep::failed("find the columns", failure)),
    }
    steps
}

fn columns(format: Format, opened: &Opened) -> CheckStep {
    let what = "find the columns";
    match &opened.records {
        None => CheckStep::skipped(what, "the file is empty"),
        Some(records) if format.is_table() => {
            let names = records.names().iter().map(|name| name.name.as_str());
            CheckStep::ok(what, format!("the header has {}", nearest::list(names)))
        }
        Some(_) => CheckStep::skipped(what, "the format has no header; see below"),
    }
}

fn records(settings: &Settings, files: Vec<Which>, scope: &Scope, steps: &mut Vec<CheckStep>) {
    let what = "read the records";
    let request = ReadRequest {
        attributes: Vec::new(),
        scope: scope.clone(),
        page_size: 1000,
        start_at: ReadFrom::Start,
    };
    let read = Reading::new(settings, files, &request).and_then(|mut reading| {
        let (coverage, problems) = exhaust(&mut reading)?;
        steps.push(counted(what, reading.tally(), &problems));
        steps.extend(spreadsheets(reading.tally()));
        steps.extend(statuses(settings, reading.tally()));
        steps.extend(reported(scope, &reading.missing_reported()));
        steps.push(completeness(settings, &coverage));
        Ok(())
    });
    if let Err(failure) = read {
        steps.push(CheckStep::failed(what, failure));
    }
}

fn exhaust(reading: &mut Reading) -> Result<(Coverage, Vec<Problem>), Failure> {
    let mut problems = Vec::new();
    loop {
        let batch = reading.next()?;
        let room = SHOWN.saturating_sub(problems.len());
        problems.extend(batch.page().problems.iter().take(room).cloned());
        if let Some(coverage) = batch.coverage() {
            return Ok((coverage.clone(), problems));
        }
    }
}

fn counted(what: &str, tally: &Tally, problems: &[Problem]) -> CheckStep {
    let mut text = format!(
        "{} records: {} people in scope, {} out of scope",
        tally.records, tally.delivered, tally.out_of_scope
    );
    let odd = tally.records - tally.delivered - tally.out_of_scope;
    if odd == 0 {
        return CheckStep::ok(what, text);
    }
    text.push_str(&format!(", {odd} that cannot be taken"));
    for problem in problems {
        text.push_str(&format!("; {}: {}", problem.place, problem.message));
    }
    CheckStep::warning(what, text).hint("their people are held: nothing changes for them")
}

/// What a spreadsheet may have done to the file.
fn spreadsheets(tally: &Tally) -> Option<CheckStep> {
    (tally.eaten_zeros > 0).then(|| {
        let text = format!(
            "{} identifiers are shorter than those with a zero in front",
            tally.eaten_zeros
        );
        CheckStep::warning("look for what spreadsheets do", text)
            .hint("export it again with the column as text: a spreadsheet may have cut zeros off")
    })
}

fn statuses(settings: &Settings, tally: &Tally) -> Option<CheckStep> {
    let column = settings.status.as_ref()?;
    let what = "understand the statuses";
    if tally.status_unknown == 0 {
        return Some(CheckStep::ok(
            what,
            format!("every word in `{column}` is known"),
        ));
    }
    let text = format!(
        "{} people have a word in `{column}` that is neither active nor blocked, or none",
        tally.status_unknown
    );
    Some(
        CheckStep::warning(what, text)
            .hint("list it under `active` or `blocked` in the provider's config"),
    )
}

fn reported(scope: &Scope, missing: &[String]) -> Vec<CheckStep> {
    let what = "find the reported groups";
    match (scope.report.is_empty(), missing) {
        (true, _) => Vec::new(),
        (false, []) => vec![CheckStep::ok(what, "somebody is in each")],
        (false, names) => names.iter().map(|name| report::missing(name)).collect(),
    }
}

fn completeness(settings: &Settings, coverage: &Coverage) -> CheckStep {
    let what = "see whether the file is whole";
    if let Some(message) = coverage.message() {
        return CheckStep::warning(what, message)
            .hint("as long as this is so, nobody is blocked for not being in the file");
    }
    if settings.checksum.is_some() {
        return CheckStep::ok(what, "it has the declared checksum");
    }
    match (settings.rows, settings.marker()) {
        (Some(rows), _) => CheckStep::ok(what, format!("it has the {rows} declared rows")),
        (None, Some(marker)) => CheckStep::ok(what, format!("it ends with `{marker}`")),
        (None, None) if !has_lines(settings) => {
            CheckStep::ok(what, "its format shows that it is whole")
        }
        (None, None) => CheckStep::ok(what, "it ends with a whole record; nothing else tells").hint(
            "a file that is cut between two lines looks whole: `end_marker` or `rows` would show it",
        ),
    }
}

/// True for formats that a file of is whole wherever it is cut between lines.
fn has_lines(settings: &Settings) -> bool {
    !matches!(settings.format(), Format::Json | Format::Xlsx)
}

/// Names that the file has, for `attributes`.
pub fn names(settings: &Settings) -> Result<Vec<Name>, Failure> {
    let everything = Settings {
        id: None,
        status: None,
        groups: None,
        unit: None,
        ..settings.clone()
    };
    let first = source::pick(settings)?.into_iter().next().flatten();
    let file = open::file(&everything, &first)?;
    let is_table = file.settings.format().is_table();
    let opened = open::records(file, &[])?;
    let (Some(mut records), mut input) = (opened.records, opened.input) else {
        return Ok(Vec::new());
    };
    let mut cells = crate::cells::Cells::default();
    // The first hundred records tell; of a table, the header alone.
    let looks = if is_table { 0 } else { 100 };
    for _ in 0..looks {
        if records.next(&mut input, &mut cells)? == crate::records::Event::End {
            break;
        }
    }
    Ok(records.names().to_vec())
}
