//! Proves settings, network, rights and the search itself, step by step.

use crate::bases::Bases;
use crate::context::Context;
use crate::directory::{Found, open};
use crate::filter;
use crate::groups::{Filtered, Place, Roots, Walk, fitting, look_up};
use crate::mapping::Mapping;
use crate::outcome;
use crate::read::{CATALOGUE, Plan};
use crate::record::Record;
use crate::settings::{Settings, StatusSetting};
use crate::status::Judgement;
use muster_sdk::ldap::Outcome;
use muster_sdk::{CheckStep, Failure, FailureKind, Scope, Status, report};

/// Goes through all steps; one that fails ends those that need it.
pub fn check(settings: &Settings, scope: &Scope) -> Vec<CheckStep> {
    let mut steps = Vec::new();
    let Some(mut context) = connect(settings, &mut steps) else {
        return steps;
    };
    schema(&context, &mut steps);
    let Some(bases) = bases(scope, &mut context, &mut steps) else {
        return steps;
    };
    let groups = groups(scope, &mut context, &mut steps);
    if let Some(groups) = groups {
        people(&bases, &groups, &context, &mut steps);
    }
    pages(&context, &mut steps);
    steps
}

fn connect(settings: &Settings, steps: &mut Vec<CheckStep>) -> Option<Context> {
    let (wire, login) = (
        format!("connect to {}", settings.urls().join(", then ")),
        format!("log in as {}", settings.login()),
    );
    match Context::open(settings) {
        Ok(context) => {
            let name = context.root.dialect.name();
            let vendor = Some(context.root.vendor.trim()).filter(|vendor| !vendor.is_empty());
            steps.push(CheckStep::ok(
                wire,
                vendor.map_or_else(|| name.to_owned(), |vendor| format!("{name} ({vendor})")),
            ));
            steps.push(CheckStep::ok(login, "accepted"));
            Some(context)
        }
        Err(failure) if failure.kind == FailureKind::Auth => {
            steps.push(CheckStep::ok(wire, "the server answers"));
            steps.push(CheckStep::failed(login, failure));
            None
        }
        Err(failure) => {
            steps.push(CheckStep::failed(wire, failure));
            steps.push(CheckStep::skipped(login, "there is no connection"));
            None
        }
    }
}

fn schema(context: &Context, steps: &mut Vec<CheckStep>) {
    let what = "read the schema";
    steps.push(match context.schema.types().len() {
        0 => CheckStep::warning(what, "the server does not show its schema, so a mistyped attribute cannot be told from an absent one")
            .hint("give the login the right to read the subschema entry that the root DSE names"),
        known => CheckStep::ok(what, format!("{known} attributes are known")),
    });
}

fn bases(scope: &Scope, context: &mut Context, steps: &mut Vec<CheckStep>) -> Option<Bases> {
    let bases = match Bases::of(scope, context) {
        Ok(bases) => bases,
        Err(failure) => {
            steps.push(CheckStep::failed("find the base", failure));
            return None;
        }
    };
    let mut all = true;
    for base in &bases.named {
        let what = format!("find the base {base}");
        steps.push(match context.prove(base) {
            Ok(found) => CheckStep::ok(what, found),
            Err(failure) => {
                all = false;
                CheckStep::failed(what, failure)
            }
        });
    }
    all.then_some(bases)
}

/// What people have to match besides the filter for people, and who they are
/// compared with.
struct Groups {
    filter: Option<String>,
    compared: bool,
}

fn groups(scope: &Scope, context: &mut Context, steps: &mut Vec<CheckStep>) -> Option<Groups> {
    let all = Groups {
        filter: None,
        compared: false,
    };
    let plan =
        Roots::of(scope, context).and_then(|roots| Ok((Plan::choose(&roots, context)?, roots)));
    let (plan, mut roots) = match plan {
        Ok(found) => found,
        Err(failure) => {
            steps.push(CheckStep::failed("find the syncing groups", failure));
            return None;
        }
    };
    if roots.decisive() == 0 {
        steps.push(CheckStep::ok(
            "find the syncing groups",
            "none: everybody below the base is in scope",
        ));
    }
    if plan == Plan::Everybody {
        return Some(all);
    }
    if context.is_global_catalogue() {
        steps.push(CheckStep::warning("know all groups", CATALOGUE));
    }
    let mut found = true;
    for group in roots.deciding() {
        let what = format!("find the group {group}");
        let step = one_group(Roots::only(group), plan, context, what.clone());
        steps.push(step.unwrap_or_else(|failure| {
            found = false;
            CheckStep::failed(what, failure)
        }));
    }
    steps.extend(reported(&roots, plan, context));
    if !found {
        return None;
    }
    match plan {
        Plan::Filter(way) => match Filtered::read(&mut roots, way, context) {
            Ok(filtered) => Some(Groups {
                filter: Some(filtered.filter),
                compared: false,
            }),
            Err(failure) => {
                steps.push(CheckStep::failed("find the groups", failure));
                None
            }
        },
        _ => Some(Groups {
            compared: roots.decisive() > 0,
            ..all
        }),
    }
}

fn one_group(
    mut alone: Roots,
    plan: Plan,
    context: &mut Context,
    what: String,
) -> Result<CheckStep, Failure> {
    match plan {
        Plan::Filter(way) => {
            let filtered = Filtered::read(&mut alone, way, context)?;
            Ok(by_filter(&filtered, context, what))
        }
        _ => Ok(by_lists(
            &Walk::down(&mut alone, context, &mut || Ok(()))?,
            what,
        )),
    }
}

/// The reported groups, each by itself; those that patterns stand for are only
/// counted.
fn reported(roots: &Roots, plan: Plan, context: &mut Context) -> Vec<CheckStep> {
    let mut steps = Vec::new();
    for name in roots.report.names() {
        let what = format!("find the reported group {name}");
        steps.push(match look_up(name, &["1.1"]) {
            Ok(Place::Missing) => report::missing(name),
            Ok(Place::Hidden) => CheckStep::failed(
                what,
                Failure::denied("it is there, and the login may not read it"),
            ),
            Ok(Place::There(_)) => one_group(Roots::only(name), plan, context, what.clone())
                .unwrap_or_else(|failure| CheckStep::failed(what, failure)),
            Err(failure) => CheckStep::failed(what, failure),
        });
    }
    if !roots.report.has_patterns() {
        return steps;
    }
    let what = "list the reported groups";
    let (mut patterns, mut weak) = (roots.clone(), Vec::new());
    match fitting(&mut patterns, "1.1", context, &mut weak) {
        Ok(found) => {
            let text = format!("{} groups fit", found.len());
            steps.push(match weak.first() {
                Some((_, doubt)) => CheckStep::warning(what, format!("{text}; {doubt}")),
                None => CheckStep::ok(what, text),
            });
            let unmet = patterns.report.unmet();
            steps.extend(unmet.iter().map(|name| report::missing(name)));
        }
        Err(failure) => steps.push(CheckStep::failed(what, failure)),
    }
    steps
}

fn by_lists(walk: &Walk, what: String) -> CheckStep {
    let nested = walk.reached().saturating_sub(1);
    let text = format!("{} members listed, {nested} nested groups", walk.count());
    match walk.weak.first() {
        Some((_, doubt)) => CheckStep::warning(what, format!("{text}; {doubt}")),
        None if walk.count() == 0 => CheckStep::warning(what, text).hint("it is empty"),
        None => CheckStep::ok(what, text),
    }
}

fn by_filter(filtered: &Filtered, context: &Context, what: String) -> CheckStep {
    let nested = filtered.groups.saturating_sub(1);
    match filtered.weak.first() {
        Some((_, doubt)) => CheckStep::warning(what, doubt.clone()),
        None if context.is_active_directory() => {
            CheckStep::ok(what, format!("found, {nested} nested groups"))
        }
        None => CheckStep::ok(
            what,
            format!(
                "found, {nested} nested groups; counts on the server to keep `memberOf` for every entry"
            ),
        ),
    }
}

/// Searches for people, and looks at those on the first page.
fn people(bases: &Bases, groups: &Groups, context: &Context, steps: &mut Vec<CheckStep>) {
    let filters: Vec<String> = std::iter::once(context.people_filter().to_owned())
        .chain(groups.filter.clone())
        .collect();
    let filter = filter::all(&filters);
    let what = format!("search for people: {}", context.people_filter());
    let mapping = match Mapping::read(&[], context) {
        Ok(mapping) => mapping,
        Err(failure) => {
            return steps.push(CheckStep::failed("know the immutable identifier", failure));
        }
    };
    let (mut sample, mut end) = (Vec::new(), None);
    for base in &bases.search {
        match first_page(base, &filter, &mapping, context) {
            Ok((found, said)) => {
                sample.extend(found);
                end = said.map(|said| (said, base.clone())).or(end);
            }
            Err(failure) => return steps.push(CheckStep::failed(what, failure)),
        }
    }
    steps.push(found(what, &sample, end.as_ref(), groups.compared));
    if !sample.is_empty() {
        steps.push(identified(&sample, &mapping));
        steps.push(judged(&sample, &mapping, context));
    }
}

fn first_page(
    base: &str,
    filter: &str,
    mapping: &Mapping,
    context: &Context,
) -> Result<(Vec<Found>, Option<Outcome>), Failure> {
    let search = open(&mapping.query(base, filter.to_owned(), context.settings.page_size))?;
    let block = search.next()?;
    let found = block
        .iter()
        .map(|entry| Found::of(entry, block.columns().len()));
    Ok((found.collect(), block.outcome().cloned()))
}

fn found(
    what: String,
    sample: &[Found],
    end: Option<&(Outcome, String)>,
    compared: bool,
) -> CheckStep {
    let of_whom = if compared {
        " before they are compared with the groups"
    } else {
        ""
    };
    let more = if end.is_none() {
        ", and there are more"
    } else {
        ""
    };
    let text = format!("{} people on the first page{of_whom}{more}", sample.len());
    match end.and_then(|(said, base)| outcome::shortfall(said, base)) {
        Some((_, doubt)) => CheckStep::warning(what, format!("{text}; {doubt}")),
        None if sample.is_empty() => CheckStep::warning(
            what,
            "nobody was found, so nobody would be blocked for being gone",
        )
        .hint("check `base_dn` and `people_filter`, and that the login may read people"),
        None => CheckStep::ok(what, text),
    }
}

fn identified(sample: &[Found], mapping: &Mapping) -> CheckStep {
    let Some(name) = mapping.id_name() else {
        return CheckStep::warning(
            "read the immutable identifier",
            "there is none: a renamed person looks like another",
        )
        .hint("use `identity.key: username`");
    };
    let what = format!("read the immutable identifier {name}");
    let mut rows = mapping.rows();
    let faults: Vec<String> = sample
        .iter()
        .filter_map(|entry| {
            let fault = mapping
                .add(Record::Whole(entry), Status::Active, &[], &mut rows)
                .err()?;
            Some(format!("`{}`: {fault}", entry.name()))
        })
        .collect();
    match faults.first() {
        None => CheckStep::ok(what, format!("all {} have one", sample.len())),
        Some(first) => CheckStep::failed(
            what,
            Failure::data(format!(
                "{} of {} people cannot be identified; {first}",
                faults.len(),
                sample.len()
            )),
        )
        .hint("give the login the right to read it, or name another attribute: `external_id`"),
    }
}

fn judged(sample: &[Found], mapping: &Mapping, context: &Context) -> CheckStep {
    let what = format!("read the status: {}", mapping.status.summary());
    let (mut active, mut blocked, mut unknown, mut machines) = (0, 0, 0, 0);
    for entry in sample {
        match mapping.status.judge(Record::Whole(entry)) {
            Judgement::Person(Status::Active) => active += 1,
            Judgement::Person(Status::Unknown) => unknown += 1,
            Judgement::Person(_) => blocked += 1,
            Judgement::NotAPerson => machines += 1,
        }
    }
    let text = format!(
        "{active} may log in, {blocked} may not, of {unknown} it is not known, {machines} are machines"
    );
    match unknown {
        0 if context.settings.status == StatusSetting::None => CheckStep::ok(what, "not read: `status: none`"),
        0 => CheckStep::ok(what, text),
        _ => CheckStep::warning(what, text).hint(if context.is_active_directory() {
            "give the login the right to read `userAccountControl`"
        } else {
            "name the password policy (`ppolicy_dn`), so that a lock that has run out is told from one that holds"
        }),
    }
}

fn pages(context: &Context, steps: &mut Vec<CheckStep>) {
    let what = format!("read in pages of {}", context.settings.page_size);
    steps.push(match context.root.pages {
        true => CheckStep::ok(
            what,
            "the server can; its size limit for this login shows only in a whole read",
        ),
        false => CheckStep::warning(
            what,
            "the server does not say that it can, so its size limit may cut the read short",
        )
        .hint("let the server give this login everything, or split `base_dn`"),
    });
}
