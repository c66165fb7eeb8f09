//! Groups that are told though they put nobody into scope.

use super::*;
use muster_emulators::server::Fault;

/// Reports these; `groups` are synced.
fn reporting(groups: &[&str], report: &[&str]) -> ReadRequest {
    let mut request = request(groups);
    request.scope.report = report.iter().map(|&name| name.to_owned()).collect();
    request
}

/// Anna, Ben and Cleo; Anna and Ben are in `Intranet`, Ben and Cleo in
/// `Team Red`, Cleo in `team blue`; nobody is in `Empty`.
struct Teams {
    org: Org,
    red: String,
    blue: String,
    people: [String; 3],
}

fn teams() -> Teams {
    let org = org();
    let [intranet, red, blue, _] =
        ["Intranet", "Team Red", "team blue", "Empty"].map(|name| org.group(name));
    let people = ["anna", "ben", "cleo"].map(|login| org.user(login, login, "Ek"));
    for (group, member) in [
        (&intranet, 0),
        (&intranet, 1),
        (&red, 1),
        (&red, 2),
        (&blue, 2),
    ] {
        org.join(group, &people[member]);
    }
    Teams {
        org,
        red,
        blue,
        people,
    }
}

/// Everybody's groups, as `anna: Intranet+Team Red`.
fn told(done: &Done) -> Vec<String> {
    let line = |row: &PlainRow| match row.text(0) {
        Some(login) => format!("{login}: {}", row.groups.join("+")),
        None => format!("- {:?}", row.status),
    };
    let mut lines: Vec<String> = done.rows.iter().map(line).collect();
    lines.sort();
    lines
}

fn fact(done: &Done, name: &str) -> Option<String> {
    let facts = done.last.coverage().unwrap().facts().iter();
    let mut found = facts.filter(|(known, _)| known == name);
    found.next().map(|(_, value)| value.clone())
}

#[test]
fn members_of_reported_groups_are_told() {
    let teams = teams();
    let report = ["Team Red", "TEAM *", "Empty", "Nobody", "club *"];
    let done = read(&teams.org, reporting(&["Intranet"], &report));
    assert_eq!(told(&done), ["anna: Intranet", "ben: Intranet+Team Red"]);
    let missing = fact(&done, "reported groups missing");
    assert_eq!(missing.as_deref(), Some("`Nobody`, `club *`"));
    let report = [&teams.red[..], "*BLUE", "every*"];
    let done = read(&teams.org, reporting(&[], &report));
    let red = &teams.red;
    assert_eq!(
        told(&done),
        [
            "anna: Everyone".to_owned(),
            format!("ben: {red}+Everyone"),
            format!("cleo: {red}+team blue+Everyone")
        ]
    );
    assert_eq!(fact(&done, "reported groups missing"), None);
    // Several syncing groups, of which one is reported as well.
    let done = read(
        &teams.org,
        reporting(&["Intranet", "Team Red"], &["Intranet", "team*"]),
    );
    assert_eq!(
        told(&done),
        [
            "anna: Intranet",
            "ben: Intranet+Team Red",
            "cleo: Team Red+team blue"
        ]
    );
}

#[test]
fn without_patterns_groups_are_not_listed() {
    let teams = teams();
    teams.org.server().forget();
    let list = |target: &String| target.starts_with("/api/v1/groups?limit=");
    read(&teams.org, reporting(&[], &["Team Red"]));
    assert!(!asked(&teams.org).iter().any(list));
    read(&teams.org, reporting(&[], &["team*", "*blue"]));
    assert_eq!(asked(&teams.org).iter().filter(|t| list(t)).count(), 1);
}

#[test]
fn a_reported_name_of_several_groups_is_refused() {
    let teams = teams();
    teams.org.group_of("APP_GROUP", "Team Red");
    let request = || reporting(&["Intranet"], &["Team Red"]);
    let failure = try_read(settings(&teams.org), request()).unwrap_err();
    assert!(failure.message.contains("2 groups"), "{failure:?}");
    // To a pattern, they are one.
    let done = read(&teams.org, reporting(&["Intranet"], &["Team R*"]));
    assert_eq!(told(&done), ["anna: Intranet", "ben: Intranet+Team Red"]);
}

#[test]
fn a_reported_group_that_cannot_be_read_is_no_empty_one() {
    let teams = teams();
    let path = format!("/api/v1/groups/{}/users", teams.red);
    teams.org.server().fail(Fault::once(&path, 403));
    let request = reporting(&["Intranet"], &["Team Red"]);
    let failure = try_read(settings(&teams.org), request).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied, "{failure:?}");
}

#[test]
fn who_joins_or_leaves_a_reported_group_is_told() {
    for report in ["Team Red", "TEAM R*"] {
        let teams = teams();
        let (org, [anna, ben, cleo]) = (&teams.org, &teams.people);
        let request = || reporting(&["Intranet"], &[report]);
        let done = read(org, request());
        let done = since(org, &done, request()).unwrap();
        org.join(&teams.red, anna);
        org.leave(&teams.red, ben);
        let done = since(org, &done, request()).unwrap();
        assert_eq!(told(&done), ["anna: Intranet+Team Red", "ben: Intranet"]);
        // Of somebody who is not in scope, there is nothing to tell but that.
        org.leave(&teams.red, cleo);
        let done = since(org, &done, request()).unwrap();
        assert_eq!(done.row(cleo).status, Status::Removed(Removal::LeftScope));
        org.edit(anna, "login", "ann");
        let done = since(org, &done, request()).unwrap();
        assert_eq!(told(&done), ["ann: Intranet+Team Red"]);
    }
}

#[test]
fn everybody_is_asked_for_their_reported_groups() {
    let teams = teams();
    let request = || reporting(&[], &["team*"]);
    let done = read(&teams.org, request());
    let done = since(&teams.org, &done, request()).unwrap();
    teams.org.join(&teams.blue, &teams.people[0]);
    let done = since(&teams.org, &done, request()).unwrap();
    assert_eq!(told(&done), ["anna: team blue"]);
}

/// The log does not say who joined or left a group of which rights come.
#[test]
fn a_reported_group_that_changed_without_an_event_needs_everybody() {
    let teams = teams();
    let request = || reporting(&["Intranet"], &["Team Red"]);
    let done = read(&teams.org, request());
    let done = since(&teams.org, &done, request()).unwrap();
    teams.org.join_unlogged(&teams.red, &teams.people[0]);
    let failure = since(&teams.org, &done, request()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::StaleCursor);
    assert!(failure.message.contains("Team Red"), "{failure:?}");
}

#[test]
fn a_reported_group_that_comes_goes_or_is_renamed_makes_the_cursor_stale() {
    type Happens = fn(&Teams);
    let cases: [(&str, Happens); 5] = [
        ("team *", |teams| drop(teams.org.group("Team Green"))),
        ("team *", |teams| {
            teams.org.rename_group(&teams.blue, "Club")
        }),
        ("Nobody", |teams| drop(teams.org.group("Nobody"))),
        ("team blue", |teams| {
            teams.org.rename_group(&teams.blue, "x")
        }),
        ("team blue", |teams| teams.org.delete_group(&teams.blue)),
    ];
    for (number, (report, happens)) in cases.into_iter().enumerate() {
        let teams = teams();
        let request = || reporting(&["Intranet"], &[report]);
        let done = read(&teams.org, request());
        let done = since(&teams.org, &done, request()).unwrap();
        happens(&teams);
        let failure = since(&teams.org, &done, request()).unwrap_err();
        assert_eq!(
            failure.kind,
            FailureKind::StaleCursor,
            "{number}: {failure:?}"
        );
    }
}

#[test]
fn a_position_of_other_reported_groups_is_stale() {
    let teams = teams();
    let done = read(&teams.org, reporting(&["Intranet"], &["team*"]));
    for report in [&[][..], &["Team Red"], &["team*", "x"]] {
        let failure = since(&teams.org, &done, reporting(&["Intranet"], report)).unwrap_err();
        assert_eq!(failure.kind, FailureKind::StaleCursor, "{report:?}");
    }
}

#[test]
fn a_position_for_too_many_groups_is_not_kept() {
    let teams = teams();
    for number in 0..1500 {
        teams.org.group(&format!("role {number}"));
    }
    let done = read(&teams.org, reporting(&["Intranet"], &["role *"]));
    assert_eq!(done.feed(), None);
    let text = fact(&done, "changes").unwrap();
    assert!(text.contains("1501 groups"), "{text}");
}

#[test]
fn a_check_tells_which_reported_groups_are_missing() {
    let teams = teams();
    let request = reporting(&[], &["Team Red", "team red", "team*", "club*"]);
    let steps = open(&teams.org).check(&request.scope);
    let shown = steps.iter().filter(|step| step.what.contains("reported"));
    let shown: Vec<(&str, StepResult)> = shown
        .map(|step| (step.what.as_str(), step.outcome))
        .collect();
    assert_eq!(
        shown,
        [
            ("find the reported group Team Red", StepResult::Ok),
            ("find the reported group team red", StepResult::Warning),
            ("list the reported groups", StepResult::Ok),
            ("find the reported group club*", StepResult::Warning),
        ]
    );
}
