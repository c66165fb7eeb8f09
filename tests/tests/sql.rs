//! People from a real PostgreSQL server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

use muster_tests::postgres::{OWNER, PASSWORD};
use muster_tests::{Muster, Postgres};
use serde_json::Value;
use std::time::Instant;

/// A role that may read one table.
const READER: &str = "reader";

const TABLE: &str = "\
CREATE TYPE state AS ENUM ('employed', 'left', 'on leave');
CREATE TABLE people (
    number integer PRIMARY KEY, login text, given text, \"familyName\" text, mail text,
    state state, teams text[], entry date, changed timestamptz DEFAULT now(), salary numeric(30,2),
    card uuid, photo bytea, keen boolean, phones text[]
);
CREATE TABLE secret (number integer);
";

struct Scene {
    server: Postgres,
    muster: Muster,
}

impl Scene {
    fn new(rows: &str) -> Self {
        let server = Postgres::start();
        server.sql(TABLE);
        server.sql(rows);
        server.sql(&format!(
            "CREATE ROLE {READER} LOGIN PASSWORD '{PASSWORD}'; GRANT SELECT ON people TO {READER};"
        ));
        let mut muster = Muster::new();
        muster.set("SQL_PASSWORD", PASSWORD);
        Self { server, muster }
    }

    /// Writes a policy; `config` are lines below `provider.config`.
    fn policy(&self, url: &str, config: &str, rest: &str) {
        let policy = format!(
            "muster: 1\ndirectory: personnel\nprovider:\n  plugin: sql\n  config:\n    url: {url}\n    user: {READER}\n    id: number\n{config}\n  secrets: {{password: {{env: SQL_PASSWORD}}}}\nidentity: {{key: external_id, username: login}}\nguards: {{block: none, create: none, shrink: none}}\n{rest}",
        );
        self.muster.write("policy.yaml", &policy);
    }

    fn plain(&self, query: &str) {
        let config = format!(
            "    query: {query}\n    status: state\n    active: [employed, on leave]\n    blocked: [left]"
        );
        self.policy(
            &self.server.url(),
            &config,
            "fields: {first_name: given, email: {from: mail, default: none}}\n",
        );
    }

    fn accounts(&self) -> Vec<String> {
        let listed = self
            .muster
            .run(&["account", "list", "--format", "json"])
            .ok();
        let mut lines: Vec<String> = listed
            .json()
            .as_array()
            .unwrap()
            .iter()
            .map(|account| {
                let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
                format!(
                    "{} {} {}",
                    text(&account["username"]),
                    text(&account["status"]),
                    text(&account["fields"]["first_name"])
                )
            })
            .collect();
        lines.sort();
        lines
    }
}

const THREE: &str = "INSERT INTO people (number, login, given, mail, state, teams) VALUES
    (1, 'anna', 'Anna', 'anna@example.org', 'employed', '{staff,board}'),
    (2, 'bob', '', NULL, 'employed', '{staff}'),
    (3, 'li', 'Jürgen 李 😀', 'li@example.org', 'left', '{}');";

#[test]
fn people_come_and_go_with_their_rows() {
    let scene = Scene::new(THREE);
    scene.plain("select * from people");
    scene.muster.run(&["sync", "policy.yaml"]).ok();
    assert_eq!(scene.accounts(), ["anna active Anna", "bob active "]);
    scene
        .muster
        .run(&["plan", "policy.yaml", "--exit-code"])
        .ok();

    scene.server.sql("UPDATE people SET state = 'employed' WHERE number = 3; UPDATE people SET state = 'left' WHERE number = 1; DELETE FROM people WHERE number = 2;");
    scene.muster.run(&["sync", "policy.yaml"]).ok();
    assert_eq!(
        scene.accounts(),
        [
            "anna blocked Anna",
            "bob blocked ",
            "li active Jürgen 李 😀"
        ]
    );
}

#[test]
fn what_the_database_answered_is_recorded_and_gives_the_same_snapshot() {
    let scene = Scene::new(THREE);
    scene
        .server
        .sql("UPDATE people SET photo = '\\xff00ff' WHERE number = 1");
    scene.plain("select number, login, state, given, mail, photo from people");
    let record = ["snapshot", "record", "policy.yaml"];
    let calls = ["--calls", "calls", "--out", "live"];
    scene.muster.run(&[&record[..], &calls].concat()).ok();
    assert!(!scene.muster.read("calls").contains(PASSWORD));
    scene.server.kill();
    let replay = ["--replay", "calls", "--out", "replayed"];
    scene.muster.run(&[&record[..], &replay].concat()).ok();
    let bytes = |name: &str| std::fs::read(scene.muster.folder().join(name)).unwrap();
    assert_eq!(bytes("live"), bytes("replayed"));
}

#[test]
fn groups_come_from_an_array_or_a_query() {
    let scene = Scene::new(THREE);
    scene.server.sql(&format!(
        "CREATE VIEW members AS SELECT number, unnest(teams) AS team FROM people; GRANT SELECT ON members TO {READER};"
    ));
    for groups in [
        "groups: teams",
        "groups_query: select number, team from members",
    ] {
        let config = format!("    query: select * from people;\n    {groups}");
        scene.policy(
            &scene.server.url(),
            &config,
            "scope: {groups: [Staff], exclude: {groups: [board]}}\nfields: {first_name: given}\n",
        );
        let plan = scene
            .muster
            .run(&["plan", "policy.yaml", "--format", "json"])
            .ok()
            .json();
        let names: Vec<&Value> = plan["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| &change["username"])
            .collect();
        assert_eq!(names, ["bob"], "{groups}");
    }
}

#[test]
fn every_type_has_one_form() {
    let scene = Scene::new(
        "INSERT INTO people VALUES (7, 'x', '', 'X', NULL, 'employed', '{a,NULL,\"b c\"}', '2026-02-28',
        '2026-11-23 08:00:00.5+01', 12345678901234567890.10, '00000000-0000-0000-0000-0000000000ff', '\\x00ff', true, '{}');",
    );
    scene.policy(
        &scene.server.url(),
        "    query: |\n      select *, 0.1::float8 as tenth, interval '1 day 2 hours' as pause, '{1.50,2}'::numeric[] as shares, '{\"a\": 1}'::jsonb as doc from people -- all",
        "fields: {entry: entry, changed: changed, salary: salary, card: card, photo: photo, keen: keen, family: familyName, tenth: tenth, pause: pause, doc: doc, teams: {from: teams, type: list}, shares: {from: shares, type: list}, empty: given}\n",
    );
    scene.muster.run(&["sync", "policy.yaml"]).ok();
    let shown = scene
        .muster
        .run(&["account", "show", "x", "--format", "json"])
        .ok()
        .json();
    let fields = &shown["fields"];
    for (name, wanted) in [
        ("entry", "2026-02-28"),
        ("changed", "2026-11-23T07:00:00.5Z"),
        ("salary", "12345678901234567890.10"),
        ("card", "00000000-0000-0000-0000-0000000000ff"),
        ("photo", "AP8="),
        ("keen", "true"),
        ("family", "X"),
        ("tenth", "0.1"),
        ("pause", "P1DT2H"),
        ("doc", "{\"a\": 1}"),
        ("empty", ""),
    ] {
        assert_eq!(fields[name], wanted, "{name} in {fields}");
    }
    assert_eq!(fields["teams"], serde_json::json!(["a", "b c"]));
    assert_eq!(fields["shares"], serde_json::json!(["1.50", "2"]));
}

#[test]
fn each_wrong_input_has_its_sentence() {
    let mut scene = Scene::new(THREE);
    let query = "    query: select * from people";
    let url = scene.server.url();
    let check = |scene: &Scene, url: &str, config: &str| {
        scene.policy(url, config, "fields: {first_name: given}\n");
        scene.muster.run(&["provider", "check", "policy.yaml"])
    };
    let wrong = |scene: &Scene, url: &str, config: &str, words: &[&str]| {
        let mut output = check(scene, url, config);
        assert_ne!(output.code(), Some(0), "{output}");
        for word in words {
            output = output.says(word);
        }
        output.never_says(PASSWORD);
    };
    check(&scene, &url, query).ok().says("`number` int4");
    wrong(
        &scene,
        "postgresql://no-such-host.invalid/hr",
        "    query: x\n    allow_plaintext: true",
        &["cannot be resolved"],
    );
    wrong(
        &scene,
        "postgresql://127.0.0.1:1/hr",
        query,
        &["cannot be reached"],
    );
    wrong(
        &scene,
        &url.replace("/hr", "/hrr"),
        query,
        &["database \"hrr\" does not exist"],
    );
    wrong(
        &scene,
        &url,
        "    query: select * form people",
        &["syntax error", "line 1, column 10: `select * ^form people`"],
    );
    wrong(
        &scene,
        &url,
        "    query: select * from persons",
        &["\"persons\" does not exist"],
    );
    wrong(
        &scene,
        &url,
        "    query: select nme from people",
        &["column \"nme\" does not exist"],
    );
    wrong(
        &scene,
        &url,
        "    query: select * from secret",
        &["permission denied for table secret", "GRANT SELECT"],
    );
    wrong(
        &scene,
        &url,
        "    query: select 1; select 2",
        &["multiple commands"],
    );
    wrong(
        &scene,
        &url,
        "    query: insert into people (number) values (9) returning number",
        &["read-only transaction"],
    );
    wrong(&scene, &url, "    query: vacuum", &["it gives no columns"]);
    wrong(
        &scene,
        &url,
        "    query: select * from people where pg_sleep(5) is not null\n    statement_timeout: 1",
        &["statement timeout", "statement_timeout"],
    );
    wrong(
        &scene,
        &url,
        "    query: select 1/0 as number",
        &["division by zero"],
    );
    scene.muster.set("SQL_PASSWORD", "wrong-horse");
    wrong(
        &scene,
        &url,
        query,
        &["password authentication failed", "`password`"],
    );
}

#[test]
fn nothing_can_be_written_whatever_the_role_may() {
    let scene = Scene::new(THREE);
    scene.server.sql(&format!("GRANT {OWNER} TO {READER};"));
    scene.policy(
        &scene.server.url(),
        "    query: with gone as (delete from people returning number, login, given) select * from gone",
        "fields: {first_name: given}\n",
    );
    scene
        .muster
        .run(&["sync", "policy.yaml"])
        .exits(1)
        .says("read-only transaction");
    assert_eq!(scene.server.sql("SELECT count(*) FROM people").trim(), "3");
}

#[test]
fn tls_is_used_and_checked() {
    let scene = Scene::new(THREE);
    let ca = scene.server.authority().ca();
    let secure = "SELECT p.*, s.ssl::text AS given2 FROM people p, pg_stat_ssl s WHERE s.pid = pg_backend_pid()";
    let with_ca = format!("    query: {secure}\n    ca: {}", ca.display());
    scene.policy(
        &scene.server.named_url(),
        &with_ca,
        "fields: {encrypted: given2}\n",
    );
    let plan = scene
        .muster
        .run(&["plan", "policy.yaml", "--format", "json"])
        .ok();
    assert!(plan.stdout().contains("\"true\""), "{plan}");

    let other = Postgres::start();
    let stranger = format!(
        "    query: {secure}\n    ca: {}",
        other.authority().ca().display()
    );
    scene.policy(
        &scene.server.named_url(),
        &stranger,
        "fields: {encrypted: given2}\n",
    );
    scene
        .muster
        .run(&["plan", "policy.yaml"])
        .exits(1)
        .says("is refused");
}

#[test]
fn a_hundred_thousand_people_and_a_server_that_dies() {
    let scene = Scene::new(
        "INSERT INTO people (number, login, given, mail, state) SELECT n, 'user' || n, 'Given ' || n, 'user' || n || '@example.org', 'employed' FROM generate_series(1, 100000) n;",
    );
    scene.plain("select * from people\n    count_query: select count(*) from people");
    let start = Instant::now();
    scene.muster.run(&["sync", "policy.yaml"]).ok();
    println!("first sync of 100,000: {:?}", start.elapsed());
    let start = Instant::now();
    scene
        .muster
        .run(&["plan", "policy.yaml", "--exit-code"])
        .ok();
    let plan = start.elapsed();
    println!("plan of 100,000, nothing changed: {plan:?}");

    // Half of them are left out of the query, which the count shows.
    scene.plain(
        "select * from people where number <= 50000\n    count_query: select count(*) from people",
    );
    let partial = scene.muster.run(&["sync", "policy.yaml"]).exits(5);
    assert!(
        partial.stdout().contains("100000") || partial.stderr().contains("100000"),
        "{partial}"
    );

    // Reading takes longer than this: the server dies in the middle.
    scene.plain("select *, pg_sleep(0.0001) is null as slow from people");
    let mut command = scene.muster.command(&["sync", "policy.yaml"]);
    let child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    scene.server.kill();
    let output = child.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_ne!(output.status.code(), Some(0), "{words}");
    let accounts = scene
        .muster
        .run(&["account", "list", "--format", "json"])
        .ok()
        .json();
    let accounts = accounts.as_array().unwrap();
    assert_eq!(accounts.len(), 100_000);
    assert!(
        accounts.iter().all(|account| account["status"] == "active"),
        "nobody is blocked"
    );
}

#[test]
fn changes_alone_are_read_where_a_column_tells_them() {
    let scene = Scene::new(THREE);
    scene
        .server
        .sql("UPDATE people SET changed = now() - interval '1 day'");
    scene.policy(
        &scene.server.url(),
        "    query: select * from people\n    groups: teams\n    changed_since: changed",
        "scope: {groups: [staff]}\nfields: {first_name: given}\n",
    );
    scene.muster.run(&["sync", "policy.yaml"]).ok();
    assert_eq!(scene.accounts(), ["anna active Anna", "bob active "]);
    scene.server.sql("UPDATE people SET teams = '{}', changed = now() WHERE number = 2; UPDATE people SET given = 'Änne', changed = now() WHERE number = 1;");
    scene.muster.run(&["sync", "policy.yaml"]).ok();
    assert_eq!(scene.accounts(), ["anna active Änne", "bob blocked "]);
    // A deletion shows when everything is read.
    scene.server.sql("DELETE FROM people WHERE number = 1");
    scene.muster.run(&["sync", "policy.yaml"]).ok();
    assert_eq!(scene.accounts(), ["anna active Änne", "bob blocked "]);
    scene.server.sql(
        "INSERT INTO people (number, login, given, teams) VALUES (5, 'eve', 'Eve', '{staff}')",
    );
    scene.muster.run(&["sync", "policy.yaml", "--reset"]).ok();
    assert_eq!(
        scene.accounts(),
        ["anna blocked Änne", "bob blocked ", "eve active Eve"]
    );
}
