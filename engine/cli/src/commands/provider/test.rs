//! `muster provider test`: a plugin is held to what it promises.

use crate::args::{Format, ProviderTestArgs};
use crate::exit::Exit;
use crate::files;
use crate::plugins;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_conformance::{CHECKS, Case, Large, Options, Report, Verdict};
use muster_host::{LoadError, PluginFile};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The case's name, where nobody gives another.
const CASE: &str = "conformance.yaml";

/// Folders above a component in which its case is looked for: a build puts it
/// some folders below its project.
const ABOVE: usize = 6;

pub(super) fn run(args: &ProviderTestArgs, session: &Session) -> Result<Exit, Trouble> {
    let component = match &args.component {
        Some(component) if !args.list => component,
        _ => return list(args, session),
    };
    known(&args.only)?;
    let file = PluginFile::read(component, Path::new("."));
    if let Err(error @ (LoadError::Read { .. } | LoadError::Unknown { .. })) = &file {
        return Err(plugins::unusable(error));
    }
    let case = case(component, args.case.as_deref())?;
    let options = Options {
        only: args.only.clone(),
        large: match (args.quick, args.people) {
            (true, _) => Large::LeftOut,
            (false, Some(people)) => Large::People(usize::try_from(people).unwrap_or(usize::MAX)),
            (false, None) => Large::AsTheCaseSays,
        },
        cache_dir: plugins::cache_dir(&session.state),
        now_ms: u64::try_from(session.now.as_millisecond()).unwrap_or_default(),
    };
    let report = muster_conformance::run(file, case, &options).map_err(|error| {
        let exit = match error.is_of_the_case() {
            true => Exit::Invalid,
            false => Exit::Failed,
        };
        Trouble::of(exit, &error).hint_if(error.hint())
    })?;
    print(args, &report, session)?;
    Ok(match report.failed() {
        0 => Exit::Done,
        _ => Exit::Failed,
    })
}

fn print(args: &ProviderTestArgs, report: &Report, session: &Session) -> Result<(), Trouble> {
    if let Some(file) = &args.junit {
        let xml = muster_conformance::junit(report);
        files::whole(file, |out| out.write_all(xml.as_bytes())).map_err(|error| {
            let summary = format!("`{}` cannot be written", file.display());
            Trouble::new(Exit::Failed, summary).because(Some(&error))
        })?;
    }
    match args.format {
        Format::Text => session.print(&muster_conformance::text(report))?,
        Format::Json => session.print_json(&muster_conformance::json(report))?,
    }
    let tried = |verdict: &Verdict| !matches!(verdict, Verdict::NotTried(_));
    if !report.checks.iter().any(|one| tried(&one.verdict)) {
        session.note("no check was made");
    }
    Ok(())
}

fn list(args: &ProviderTestArgs, session: &Session) -> Result<Exit, Trouble> {
    match args.format {
        Format::Text => session.print(&muster_conformance::listing())?,
        Format::Json => {
            let checks = CHECKS.iter().map(
                |check| json!({"name": check.name, "group": check.group, "holds": check.holds}),
            );
            session.print_json(&checks.collect::<Value>())?;
        }
    }
    Ok(Exit::Done)
}

fn known(only: &[String]) -> Result<(), Trouble> {
    let unknown = only
        .iter()
        .find(|name| CHECKS.iter().all(|check| check.name != name.as_str()));
    match unknown {
        None => Ok(()),
        Some(name) => {
            let summary = format!("there is no check `{name}`");
            Err(Trouble::new(Exit::Invalid, summary).hint("`muster provider test --list` has all"))
        }
    }
}

/// Reads the case that was given, or the one that is found.
fn case(component: &str, given: Option<&Path>) -> Result<Case, Trouble> {
    let path = match given {
        Some(path) => path.to_owned(),
        None => found(component)?,
    };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let summary = format!("the case `{}` cannot be read", path.display());
        Trouble::new(Exit::Invalid, summary).because(Some(&error))
    })?;
    let folder = match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let folder = folder.canonicalize().unwrap_or(folder);
    Case::parse(&text, &path.display().to_string(), &folder)
        .map_err(|error| Trouble::of(Exit::Invalid, &error).hint(error.hint.clone()))
}

fn found(component: &str) -> Result<PathBuf, Trouble> {
    let here = Path::new(component).canonicalize().ok();
    let folders = here
        .iter()
        .flat_map(|path| path.ancestors().skip(1).take(ABOVE));
    let folders = folders.map(Path::to_owned).chain([PathBuf::new()]);
    let mut cases = folders.map(|folder| folder.join(CASE));
    cases.find(|case| case.is_file()).ok_or_else(|| {
        let summary = format!("there is no `{CASE}` beside `{component}`, above it, or here");
        Trouble::new(Exit::Invalid, summary)
            .hint("write one: `plugins/conformance.md` of Muster says how; or give `--case FILE`")
    })
}
