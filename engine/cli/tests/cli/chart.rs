//! Who is above whom, and roles that groups give.

use crate::support::{Folder, POLICY};
use serde_json::json;

/// Kim is Anna's manager, Anna is Ben's. Anna is in two groups.
fn company() -> Folder {
    let folder = Folder::empty();
    folder.write(
        POLICY,
        "muster: 1\n\
         directory: staff\n\
         provider: {plugin: csv, config: {path: people.csv, id: id, groups: groups}}\n\
         identity: {username: username}\n\
         fields:\n  \
           email: email\n  \
           manager: {reference: manager}\n  \
           roles: {groups: {editors: editor, \"team-*\": \"team-$1\"}}\n",
    );
    folder.write(
        "people.csv",
        "id,username,email,manager,groups\n\
         1,kim.lee,kim.lee@example.org,,\n\
         2,anna,anna@example.org,KIM.LEE,editors;team-red\n\
         3,ben,ben@example.org,anna@example.org,\n",
    );
    folder
}

fn synced() -> Folder {
    let folder = company();
    folder.run(&["sync", POLICY]).exits(0);
    folder
}

#[test]
fn a_plan_says_whose_account_a_reference_means() {
    let folder = company();
    folder
        .run(&["plan", POLICY])
        .exits(0)
        .prints("manager  \"a3\" (kim.lee)")
        .prints("roles    [\"editor\", \"team-red\"]");
    folder.run(&["sync", POLICY]).exits(0);
    folder.edit("people.csv", ",KIM.LEE,", ",3,");
    folder
        .run(&["plan", POLICY])
        .exits(0)
        .prints("\"a3\" (kim.lee) → \"a2\" (ben)")
        .prints("`anna` → `ben` → `anna`");
    folder
        .run(&["run", "show", "r1"])
        .exits(0)
        .prints("\"a3\" (kim.lee)");
    let plan = folder.run(&["plan", POLICY, "--format", "json"]);
    let plan = plan.exits(0).json();
    assert_eq!(plan["names"], json!({"a2": "ben", "a3": "kim.lee"}));
    assert_eq!(plan["references"], json!(["manager"]));
    assert_eq!(plan["findings"][0]["code"], "reference-cycle");
}

#[test]
fn an_account_shows_who_is_above_it_and_who_reports_to_it() {
    let folder = synced();
    folder
        .run(&["account", "show", "ben"])
        .exits(0)
        .prints("\"a1\" (anna)  from staff")
        .prints("manager  anna → kim.lee");
    folder
        .run(&["account", "show", "kim.lee"])
        .exits(0)
        .prints("manager of  anna");
    folder.run(&["account", "block", "kim.lee"]).exits(0);
    folder
        .run(&["account", "show", "ben"])
        .exits(0)
        .prints("anna → kim.lee (blocked: manual)");
    let anna = folder.account("anna");
    let kim = json!({"id": "a3", "username": "kim.lee", "status": "blocked"});
    assert_eq!(anna["references"]["manager"], kim);
    assert_eq!(
        anna["chains"]["manager"],
        json!({"people": [kim], "end": "top"})
    );
    assert_eq!(
        anna["reports"],
        json!([{"field": "manager", "id": "a2", "username": "ben", "status": "active"}])
    );
    folder
        .run(&["account", "delete", "kim.lee", "--yes"])
        .exits(0);
    folder
        .run(&["account", "show", "anna"])
        .exits(0)
        .prints("\"a3\" (no such account)")
        .prints("a3, no such account");
}

#[test]
fn an_administrator_gives_and_takes_what_groups_do_not_give() {
    let folder = synced();
    let edit = |roles: &[&str]| {
        let mut arguments = vec!["account", "edit", "anna"];
        arguments.extend_from_slice(roles);
        folder.run(&arguments)
    };
    edit(&["roles=chief", "roles=editor"])
        .exits(1)
        .tells("the directory `staff` gives `team-red` in the field `roles` of `anna`")
        .tells("policy.yaml:8 maps it")
        .tells("'roles=chief' 'roles=editor' 'roles=team-red'");
    edit(&["roles=chief", "roles=editor", "roles=team-red"]).exits(0);
    let roles = json!(["chief", "editor", "team-red"]);
    assert_eq!(folder.account("anna")["fields"]["roles"], roles);
    folder
        .run(&["sync", POLICY])
        .exits(0)
        .prints("nothing to change");
    edit(&["--unset", "roles"]).exits(1);

    folder.edit("people.csv", "editors;team-red", "team-blue");
    folder
        .run(&["sync", POLICY])
        .exits(0)
        .prints("[\"chief\", \"editor\", \"team-red\"] → [\"chief\", \"team-blue\"]");
    edit(&["roles=team-blue"]).exits(0);
    assert_eq!(
        folder.account("anna")["fields"]["roles"],
        json!(["team-blue"])
    );
}
