//! Values of sensitive fields come to light nowhere: a canary in them is looked
//! for in whatever the program says and writes.

use crate::support::{Finished, Folder, POLICY};

const PLAN: &str = "staff.muster-plan";

/// Stands in every sensitive value of these tests, and in nothing else.
const CANARY: &str = "canary";

const STAFF: &str = r##"muster: 1
directory: staff
provider:
  plugin: csv
  config: {path: people.csv, id: id, end_marker: '#END'}
identity: {key: external_id, username: username}
fields:
  surname: surname
  iban: {from: iban, sensitive: true}
  codes: {from: codes, type: list, sensitive: true}
  masked: {expr: 'entry.iban.split("-")[1]', sensitive: true}
"##;

const HEAD: &str = "id,username,surname,iban,codes\n";

struct Intranet(Folder);

impl Intranet {
    fn new(rows: &[&str]) -> Self {
        let folder = Folder::empty();
        folder.write(POLICY, STAFF);
        let intranet = Self(folder);
        intranet.people(rows);
        intranet
    }

    fn people(&self, rows: &[&str]) {
        let rows: String = rows.iter().map(|row| format!("{row}\n")).collect();
        self.0.write("people.csv", &format!("{HEAD}{rows}#END\n"));
    }

    /// Runs a command with all that it could log, and looks for the canary.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Finished {
        let loud = [arguments, &["-vvv"]].concat();
        self.0.run(&loud).never_says(CANARY)
    }
}

const ANNA: &str = "1,anna,Berg,canary-one,canary-a;canary-b";
const BEA: &str = "2,bea,Lind,canary-two,";

/// Two people who were synced, one of whom has another IBAN by now.
fn moved() -> Intranet {
    let intranet = Intranet::new(&[ANNA, BEA]);
    intranet.run(&["sync", POLICY]).exits(0);
    intranet.people(&["1,anna,Berg,canary-new,canary-a;canary-c", BEA]);
    intranet
}

#[test]
fn plans_and_their_files_do_not_have_them_and_are_applied_all_the_same() {
    let intranet = Intranet::new(&[ANNA, BEA]);
    intranet.run(&["check", POLICY]).exits(0);
    intranet
        .run(&["check", POLICY, "--online"])
        .exits(0)
        .prints("iban     •••");
    for format in ["text", "json"] {
        intranet
            .run(&["plan", POLICY, "--out", PLAN, "--format", format])
            .exits(0)
            .prints("•••");
    }
    let file = intranet.0.read(PLAN);
    assert!(!file.contains(CANARY) && file.contains("sealed_values"));
    assert!(file.contains("\"Berg\""), "what is not sensitive is there");
    intranet.run(&["apply", PLAN]).exits(0);
    let shown = intranet
        .0
        .run(&["account", "show", "anna", "--reveal", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(shown["fields"]["iban"], "canary-one");
    assert_eq!(shown["fields"]["masked"], "one");
    let none = intranet.run(&["plan", POLICY, "--format", "json"]).json();
    assert_eq!(none["changes"], serde_json::json!([]));
}

#[test]
fn a_change_is_seen_and_its_values_are_not() {
    let intranet = moved();
    let plan = intranet.run(&["plan", POLICY, "--format", "json"]).json();
    let fields = plan["changes"][0]["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 3);
    for field in fields {
        assert_eq!(field["old"], "•••");
        assert_eq!(field["new"], "•••");
        assert_eq!(field["sensitive"], true);
    }
    intranet
        .run(&["plan", POLICY])
        .exits(0)
        .prints("iban    ••• → •••  changed at source");
    intranet.run(&["plan", POLICY, "--out", PLAN]).exits(0);
    assert!(!intranet.0.read(PLAN).contains(CANARY));
    intranet.run(&["apply", PLAN]).exits(0);
    let all = intranet.0.run(&["account", "show", "anna", "--reveal"]);
    all.exits(0).prints("canary-new").prints("canary-c");
}

#[test]
fn an_edited_plan_file_is_refused_wherever_it_was_edited() {
    let intranet = moved();
    intranet.run(&["plan", POLICY, "--out", PLAN]).exits(0);
    let file = intranet.0.read(PLAN);
    let (before, sealed) = file.split_once("\"sealed_values\": \"").unwrap();
    let begins = if sealed.starts_with('A') { "B" } else { "A" };
    let bent = format!("{before}\"sealed_values\": \"{begins}{}", &sealed[1..]);
    for edited in [bent, file.replacen("•••", "••", 1)] {
        assert_ne!(edited, file);
        intranet.0.write(PLAN, &edited);
        intranet
            .run(&["apply", PLAN])
            .exits(6)
            .tells("edited after it was made");
    }
}

#[test]
fn accounts_and_history_show_them_only_if_asked() {
    let intranet = moved();
    intranet.run(&["sync", POLICY]).exits(0);
    let text = intranet.run(&["account", "show", "anna"]).exits(0);
    text.prints("iban     •••  from staff").prints("\"Berg\"");
    let json = intranet.run(&["account", "show", "anna", "--format", "json"]);
    let json = json.exits(0).json();
    assert_eq!(json["fields"]["iban"], "•••");
    assert_eq!(
        json["sensitive"],
        serde_json::json!(["codes", "iban", "masked"])
    );
    for format in ["text", "json"] {
        let format = ["--format", format];
        for command in [&["account", "list"][..], &["run", "list"]] {
            intranet.run(&[command, &format].concat()).exits(0);
        }
        for run in ["r1", "r2"] {
            let show = [&["run", "show", run][..], &format].concat();
            intranet.run(&show).exits(0).prints("•••");
        }
    }
    let list = ["account", "list", "--reveal", "--format", "json"];
    intranet.0.run(&list).exits(0).prints("canary-two");
}

#[test]
fn administrators_do_not_see_what_they_write_or_leave_behind() {
    let intranet = moved();
    intranet
        .run(&["account", "edit", "anna", "iban=hers"])
        .exits(1)
        .tells("`iban` of `anna` is controlled by the directory `staff`")
        .never_says("hers");
    intranet.run(&["account", "detach", "anna"]).exits(0);
    intranet
        .run(&["account", "show", "anna"])
        .exits(0)
        .prints("•••");
    intranet
        .run(&["account", "edit", "anna", "iban=written-by-hand"])
        .exits(0)
        .prints("iban  ••• → •••")
        .never_says("written-by-hand");
    intranet
        .run(&["account", "create", "reception", "iban=written-by-hand"])
        .exits(0)
        .prints("iban  •••")
        .never_says("written-by-hand");
    intranet
        .run(&["account", "delete", "anna", "bea", "--yes"])
        .exits(0)
        .prints("iban");
    for run in ["r1", "r2", "r3", "r4", "r5"] {
        for format in ["text", "json"] {
            intranet
                .run(&["run", "show", run, "--format", format])
                .exits(0)
                .never_says("written-by-hand");
        }
    }
}

#[test]
fn what_fails_on_a_value_does_not_quote_it() {
    let intranet = Intranet::new(&[ANNA, "3,cleo,Novak,canaryless,canary-x"]);
    intranet.0.edit(
        POLICY,
        "'entry.iban.split(\"-\")[1]'",
        "'date(entry.iban, \"%Y\" + \"-%m-%d\")'",
    );
    intranet.run(&["check", POLICY]).exits(3);
    intranet.0.edit(
        POLICY,
        "'date(entry.iban, \"%Y\" + \"-%m-%d\")'",
        "'date(entry.iban, \"%Y-%m-%d\")'",
    );
    for command in [
        &["plan", POLICY][..],
        &["plan", POLICY, "--format", "json"],
        &["check", POLICY, "--online"],
    ] {
        let finished = intranet.run(command);
        finished.prints("the value is no time of the form `%Y-%m-%d`");
    }
    // A record that cannot be told from others by a sensitive value.
    intranet.people(&[ANNA, "canary-only,half a record"]);
    intranet.0.edit(POLICY, "id: id", "id: iban");
    intranet.run(&["plan", POLICY, "--format", "json"]);
}

#[test]
fn a_field_becomes_sensitive_with_the_policy_and_stays_so() {
    let intranet = Intranet::new(&[ANNA]);
    intranet
        .0
        .write(POLICY, &STAFF.replace(", sensitive: true", ""));
    intranet.0.run(&["sync", POLICY]).exits(0);
    intranet.0.run(&["account", "show", "anna"]).prints(CANARY);
    intranet.0.write(POLICY, STAFF);
    intranet
        .run(&["sync", POLICY])
        .exits(0)
        .prints("nothing to change");
    let look: [&[&str]; 4] = [
        &["account", "show", "anna"],
        &["account", "list", "--format", "json"],
        &["run", "show", "r1"],
        &["run", "show", "r1", "--format", "json"],
    ];
    for command in look {
        intranet.run(command).exits(0);
    }
    // A field that is mapped no longer has left its values behind.
    let without: Vec<&str> = STAFF
        .lines()
        .filter(|line| !line.contains("iban:"))
        .collect();
    intranet.0.write(POLICY, &(without.join("\n") + "\n"));
    intranet.run(&["sync", POLICY]).exits(0);
    for command in look {
        intranet.run(command).exits(0);
    }
}

#[test]
fn a_back_up_has_them_and_says_so() {
    let intranet = moved();
    intranet
        .run(&["state", "export", "--help"])
        .exits(0)
        .prints("sensitive");
    intranet.run(&["state", "export", "backup.jsonl"]).exits(0);
    let backup = intranet.0.read("backup.jsonl");
    let audited = backup.lines().filter(|line| line.contains("\"iban\""));
    let audited: Vec<&str> = audited.filter(|line| line.contains("\"audit\"")).collect();
    assert!(!audited.is_empty() && audited.iter().all(|line| line.contains(CANARY)));
    intranet
        .run(&["--state", "other", "state", "import", "backup.jsonl"])
        .exits(0);
    intranet
        .run(&["--state", "other", "account", "show", "anna"])
        .exits(0)
        .prints("•••");
    let again = intranet.0.run(&["--state", "other", "state", "export"]);
    let lines = |text: &str| text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&again.stdout), lines(&backup));
}

#[test]
fn one_person_alone_is_enough_to_hide_a_field() {
    let intranet = Intranet::new(&[ANNA, BEA]);
    intranet
        .0
        .write(POLICY, &STAFF.replace(", sensitive: true", ""));
    intranet.0.run(&["sync", POLICY]).exits(0);
    intranet.0.write(POLICY, STAFF);
    intranet.people(&["1,anna,Bergman,canary-one,canary-a;canary-b", BEA]);
    intranet
        .run(&["plan", POLICY, "--only", "anna", "--out", PLAN])
        .exits(0);
    intranet.run(&["apply", PLAN]).exits(0);
    intranet.run(&["account", "show", "anna"]).exits(0);
}

#[test]
fn pictures_are_shown_as_what_they_are() {
    let picture = format!("/9j/4AAQ{}", "SkZJRgABAQAA".repeat(1000));
    let intranet = Intranet::new(&[&format!("1,anna,{picture},canary-one,")]);
    intranet
        .run(&["plan", POLICY])
        .exits(0)
        .prints("surname  image/jpeg, 9 kB, sha256:");
    let plan = intranet.run(&["plan", POLICY, "--format", "json"]).json();
    let fields = plan["changes"][0]["fields"].as_array().unwrap();
    let surname = fields.iter().find(|field| field["name"] == "surname");
    assert_eq!(surname.unwrap()["new"], picture);
}
