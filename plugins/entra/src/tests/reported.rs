//! Groups that are told though they put nobody into scope.

use super::world::{Got, World, reply};
use muster_sdk::testing::PlainRow;
use muster_sdk::{FailureKind, PartialReason, Removal, Source, Status, StepResult};
use serde_json::json;

/// `a` to `d`; `Staff` holds a, b and c; `Team Red` holds b and `Inner`, which
/// holds c, d and `Team Red`; nobody is in `Team Blue`.
struct Teams {
    world: World,
    staff: String,
    red: String,
    inner: String,
    blue: String,
    people: Vec<String>,
}

fn teams(report: &[&str]) -> Teams {
    let world = World::new();
    let (people, [staff, red, inner, blue]) = {
        let mut tenant = world.tenant();
        let people = ["a", "b", "c", "d"];
        let people: Vec<String> = people
            .iter()
            .map(|name| tenant.user(&format!("{name}@fabrikam.example"), json!({})))
            .collect();
        let groups = ["Staff", "Team Red", "Inner", "Team Blue"].map(|name| tenant.group(name));
        (people, groups)
    };
    let joins = [
        (&staff, &people[0]),
        (&staff, &people[1]),
        (&staff, &people[2]),
        (&red, &people[1]),
        (&red, &inner),
        (&inner, &people[2]),
        (&inner, &people[3]),
        (&inner, &red),
    ];
    for (group, member) in joins {
        world.tenant().join(group, member);
    }
    let mut teams = Teams {
        world,
        staff,
        red,
        inner,
        blue,
        people,
    };
    teams.world.report = report.iter().map(|&name| name.to_owned()).collect();
    teams
}

/// Everybody's groups, as `a: Staff+Team Red`; those who are gone by `-`.
fn told(got: &Got) -> Vec<String> {
    let line = |row: &PlainRow| match row.text(0) {
        Some(name) => format!("{}: {}", &name[..1], row.groups.join("+")),
        None => format!("- {:?}", row.status),
    };
    let mut lines: Vec<String> = got.rows.iter().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn nested_members_of_reported_groups_are_told() {
    let report = ["Team Red", "TEAM *", "Nobody", "club *"];
    let mut teams = teams(&report);
    let got = teams.world.whole();
    let red = "Team Red";
    assert_eq!(
        told(&got),
        [
            "a: ".to_owned(),
            format!("b: {red}"),
            format!("c: {red}"),
            format!("d: {red}")
        ]
    );
    let missing = got.fact("reported groups missing");
    assert_eq!(missing, Some("`Nobody`, `club *`"));
    teams.world.groups = vec!["Staff".to_owned()];
    let got = teams.world.whole();
    assert_eq!(
        told(&got),
        ["a: Staff", "b: Staff+Team Red", "c: Staff+Team Red"]
    );
    // By object id, which is told as it is written; and among several groups.
    teams.world.groups = vec![teams.inner.clone(), "Staff".to_owned()];
    teams.world.report = vec![teams.red.clone(), "team blue*".to_owned()];
    let (inner, red) = (teams.inner.clone(), teams.red.clone());
    let got = teams.world.whole();
    assert_eq!(got.of(&teams.people[0]).groups, ["Staff"]);
    assert_eq!(
        got.of(&teams.people[2]).groups,
        [&inner[..], "Staff", &red[..]]
    );
    assert_eq!(got.of(&teams.people[3]).groups, [inner, red]);
    assert_eq!(
        got.fact("reported groups missing"),
        None,
        "an empty one is there"
    );
}

#[test]
fn patterns_list_the_groups_once_and_without_them_nothing_is_listed() {
    let mut teams = teams(&["Team *", "*Red"]);
    let lists = |teams: &Teams| {
        let asked = teams.world.asked();
        let listed = asked
            .iter()
            .filter(|ask| ask.target.contains("/groups?$select"));
        listed.count()
    };
    teams.world.settings["feed"] = json!("none");
    teams.world.whole();
    assert_eq!(lists(&teams), 1);
    teams.world.report = vec!["Team Red".to_owned()];
    teams.world.whole();
    assert_eq!(lists(&teams), 0);
}

#[test]
fn groups_of_one_name_are_one_to_a_pattern_and_unclear_by_name() {
    let mut teams = teams(&["Team R*"]);
    let second = teams.world.tenant().group("Team Red");
    teams.world.tenant().join(&second, &teams.people[0]);
    let got = teams.world.whole();
    assert_eq!(
        told(&got),
        ["a: Team Red", "b: Team Red", "c: Team Red", "d: Team Red"]
    );
    teams.world.report = vec!["Team Red".to_owned()];
    let got = teams.world.read().unwrap();
    assert_eq!(got.reason(), Some(PartialReason::GroupMissing));
    assert_eq!(got.fact("reported groups missing"), None);
}

#[test]
fn a_reported_group_that_cannot_be_read_is_no_empty_one() {
    let teams = teams(&["Team Red"]);
    teams.world.tenant().hide(&teams.red);
    let got = teams.world.read().unwrap();
    assert_eq!(got.reason(), Some(PartialReason::Unreadable));
    let target = format!("{}/transitiveMembers/microsoft.graph.user", teams.blue);
    let target: &'static str = Box::leak(target.into_boxed_str());
    let mut teams = teams;
    teams.world.report = vec!["Team Blue".to_owned()];
    teams.world.fail(target, 0, Ok(reply(403)));
    let failure = teams.world.read().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied, "{failure:?}");
}

#[test]
fn a_read_that_is_resumed_tells_the_same() {
    let mut teams = teams(&["Team *", "Nobody"]);
    teams.world.page_size = 1;
    let whole = teams.world.whole();
    teams.world.fail("/users?", 2, Ok(reply(503)));
    let resumed = teams.world.whole();
    assert_eq!(told(&whole), told(&resumed));
    assert_eq!(whole.coverage.facts(), resumed.coverage.facts());
}

/// Reads what changed, and moves on.
fn next(teams: &Teams, cursor: &mut Vec<u8>) -> Vec<String> {
    let got = teams.world.since(cursor).unwrap();
    *cursor = got.cursor();
    told(&got)
}

#[test]
fn who_joins_or_leaves_a_reported_group_is_told() {
    for report in ["Team Red", "team r*"] {
        let mut teams = teams(&[report]);
        teams.world.groups = vec!["Staff".to_owned()];
        let mut cursor = teams.world.whole().cursor();
        assert!(next(&teams, &mut cursor).is_empty());
        let [a, b, c, d] = [0, 1, 2, 3].map(|at| teams.people[at].clone());
        teams.world.tenant().leave(&teams.red, &b);
        teams.world.tenant().join(&teams.red, &a);
        assert_eq!(next(&teams, &mut cursor), ["a: Staff+Team Red", "b: Staff"]);
        // Within the nested group; d is in no syncing group.
        teams.world.tenant().leave(&teams.inner, &c);
        teams.world.tenant().leave(&teams.inner, &d);
        let left = format!("- {:?}", Status::Removed(Removal::LeftScope));
        assert_eq!(next(&teams, &mut cursor), [&left, "c: Staff"]);
        // With the nested group.
        teams.world.tenant().join(&teams.inner, &c);
        assert_eq!(next(&teams, &mut cursor), ["c: Staff+Team Red"]);
        teams.world.tenant().leave(&teams.red, &teams.inner);
        let got = next(&teams, &mut cursor);
        assert!(got.contains(&"c: Staff".to_owned()), "{got:?}");
        // A change of the person alone tells all groups, too.
        teams
            .world
            .tenant()
            .set(&a, "userPrincipalName", json!("a2@fabrikam.example"));
        assert_eq!(next(&teams, &mut cursor), ["a: Staff+Team Red"]);
    }
}

#[test]
fn a_reported_group_that_comes_goes_or_is_renamed_makes_the_cursor_stale() {
    type Happens = fn(&Teams);
    let cases: [(&[&str], Happens); 5] = [
        (&["Team *"], |teams| {
            drop(teams.world.tenant().group("Team Green"))
        }),
        (&["Team *"], |teams| {
            teams.world.tenant().rename_group(&teams.blue, "Club");
        }),
        (&["Nobody"], |teams| {
            drop(teams.world.tenant().group("Nobody"))
        }),
        (&["Team Blue"], |teams| {
            teams.world.tenant().rename_group(&teams.blue, "Club");
        }),
        (&["Team Blue"], |teams| {
            teams.world.tenant().delete_group(&teams.blue);
        }),
    ];
    for (number, (report, happens)) in cases.into_iter().enumerate() {
        let teams = teams(report);
        let cursor = teams.world.whole().cursor();
        assert!(teams.world.since(&cursor).is_ok());
        happens(&teams);
        let failure = teams.world.since(&cursor).unwrap_err();
        assert_eq!(
            failure.kind,
            FailureKind::StaleCursor,
            "{number}: {failure:?}"
        );
    }
}

#[test]
fn a_cursor_of_other_reported_groups_is_stale() {
    let mut teams = teams(&["Team *"]);
    let cursor = teams.world.whole().cursor();
    for report in [&[][..], &["Team Red"], &["Team *", "x"]] {
        teams.world.report = report.iter().map(|&name| name.to_owned()).collect();
        let failure = teams.world.since(&cursor).unwrap_err();
        assert_eq!(failure.kind, FailureKind::StaleCursor, "{report:?}");
    }
}

#[test]
fn a_check_tells_which_reported_groups_are_missing() {
    let teams = teams(&["Team Red", "team red", "Team *", "club *"]);
    let steps = teams.world.plugin().check(&teams.world.scope());
    let shown = steps.iter().filter(|step| step.what.contains("reported"));
    let shown: Vec<(&str, StepResult, &str)> = shown
        .map(|step| (step.what.as_str(), step.outcome, step.message.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (
                "find the reported group Team Red",
                StepResult::Ok,
                "`Team Red`, 3 users in it, nested groups included"
            ),
            (
                "find the reported group team red",
                StepResult::Warning,
                "the group `team red` was not found; there is one called `Team Red`, so nobody is in it"
            ),
            ("list the reported groups", StepResult::Ok, "2 groups fit"),
            (
                "find the reported group club *",
                StepResult::Warning,
                "no group fits, so nobody is in one"
            ),
        ]
    );
    assert!(!teams.staff.is_empty());
}
