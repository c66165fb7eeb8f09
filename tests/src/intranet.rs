//! An intranet with one directory: `muster`, a policy, and what came of it.

use crate::muster::{Muster, Output};
use crate::policy::{PASSWORD_VARIABLE, Policy, password_of};
use serde_json::Value;

/// The policy's file in the scratch folder.
pub const POLICY: &str = "policy.yaml";

/// A state folder, and the policy that it is kept in step by.
#[derive(Debug)]
pub struct Intranet {
    muster: Muster,
}

impl Intranet {
    /// Nobody has an account yet.
    pub fn new(policy: &Policy) -> Self {
        let mut muster = Muster::new();
        muster.set(PASSWORD_VARIABLE, password_of(policy));
        muster.write(POLICY, &policy.yaml());
        Self { muster }
    }

    /// The same with a policy that is written already, and the variables that it
    /// names its secrets by.
    pub fn of(yaml: &str, variables: &[(&str, &str)]) -> Self {
        let mut muster = Muster::new();
        for (name, value) in variables {
            muster.set(name, value);
        }
        muster.write(POLICY, yaml);
        Self { muster }
    }

    /// As [`Intranet::new`], after a first sync that went well.
    #[track_caller]
    pub fn synced(policy: &Policy) -> Self {
        let intranet = Self::new(policy);
        intranet.sync().ok();
        intranet
    }

    /// Replaces the policy.
    pub fn rewrite(&self, policy: &Policy) {
        self.muster.write(POLICY, &policy.yaml());
    }

    /// Replaces the policy by one that is written already.
    pub fn rewrite_yaml(&self, yaml: &str) {
        self.muster.write(POLICY, yaml);
    }

    /// The program and its folder.
    pub fn muster(&self) -> &Muster {
        &self.muster
    }

    /// The same, to set variables.
    pub fn muster_mut(&mut self) -> &mut Muster {
        &mut self.muster
    }

    /// Runs `muster` with these arguments.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.muster.run(arguments)
    }

    /// Runs `muster account`.
    #[track_caller]
    pub fn admin(&self, arguments: &[&str]) -> Output {
        let mut all = vec!["account"];
        all.extend_from_slice(arguments);
        self.run(&all)
    }

    /// Runs `muster sync`.
    #[track_caller]
    pub fn sync(&self) -> Output {
        self.run(&["sync", POLICY])
    }

    /// Makes a plan; it may be about an incomplete source.
    #[track_caller]
    pub fn plan(&self) -> Plan {
        let output = self.run(&["plan", POLICY, "--format", "json"]);
        assert!(matches!(output.code(), Some(0 | 4 | 5)), "{output}");
        Plan {
            json: output.json(),
        }
    }

    /// Demands that there is nothing to change, and nothing to remark.
    #[track_caller]
    pub fn is_settled(&self) {
        self.run(&["plan", POLICY, "--exit-code"]).ok();
        self.plan().changes_are(&[]);
    }

    /// All accounts, in order of their usernames; none before there is a state.
    #[track_caller]
    pub fn accounts(&self) -> Vec<Account> {
        if !self.muster.folder().join(".muster").exists() {
            return Vec::new();
        }
        let output = self.admin(&["list", "--format", "json"]).ok();
        let list = output.json();
        let list = list
            .as_array()
            .unwrap_or_else(|| panic!("not a list: {output}"));
        let mut accounts: Vec<Account> = list
            .iter()
            .map(|json| Account { json: json.clone() })
            .collect();
        accounts.sort_by_key(|account| account.username().to_owned());
        accounts
    }

    /// Usernames of all accounts, in order.
    #[track_caller]
    pub fn usernames(&self) -> Vec<String> {
        self.accounts()
            .iter()
            .map(|account| account.username().to_owned())
            .collect()
    }

    /// One account.
    #[track_caller]
    pub fn account(&self, username: &str) -> Account {
        let output = self.admin(&["show", username, "--format", "json"]).ok();
        Account {
            json: output.json(),
        }
    }

    /// Demands that no account is blocked, and that there are this many.
    #[track_caller]
    pub fn nobody_is_blocked(&self, population: usize) {
        let accounts = self.accounts();
        assert_eq!(accounts.len(), population, "{accounts:?}");
        for account in &accounts {
            assert_eq!(account.status(), "active", "{account:?}");
        }
    }

    /// Changes a field without asking Muster: what an intranet's own forms, or
    /// a restored back-up, may do.
    pub fn tamper(&self, username: &str, field: &str, value: &str) {
        self.run(&["state", "export", "before.jsonl"]).ok();
        let mut found = false;
        let lines: Vec<String> = self
            .muster
            .read("before.jsonl")
            .lines()
            .map(|line| {
                let mut record: Value = serde_json::from_str(line).expect("a line of an export");
                if let Some(account) = account_in(&mut record, username) {
                    account["fields"][field] = Value::from(value);
                    found = true;
                }
                record.to_string()
            })
            .collect();
        assert!(found, "`{username}` is not in the export");
        self.muster.write("after.jsonl", &(lines.join("\n") + "\n"));
        let state = self.muster.folder().join(".muster");
        std::fs::remove_dir_all(state).expect("the state goes");
        self.run(&["state", "import", "after.jsonl"]).ok();
    }
}

/// The object in a record of an export that is this person's account.
fn account_in<'a>(record: &'a mut Value, username: &str) -> Option<&'a mut Value> {
    let account = record.get_mut("account")?;
    (account["username"] == username).then_some(account)
}

/// A plan, as its JSON says it.
#[derive(Clone, Debug)]
pub struct Plan {
    json: Value,
}

impl Plan {
    /// The whole of it.
    pub fn json(&self) -> &Value {
        &self.json
    }

    /// Demands exactly these changes, as action, username and reason code, in
    /// any order.
    #[track_caller]
    pub fn changes_are(&self, wanted: &[(&str, &str, &str)]) {
        let mut found: Vec<(&str, &str, &str)> = self
            .changes()
            .iter()
            .map(|change| {
                (
                    text(change, "action"),
                    text(change, "username"),
                    text(&change["reason"], "code"),
                )
            })
            .collect();
        found.sort_unstable();
        let mut wanted = wanted.to_vec();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "{:#}", self.json);
    }

    /// The change of this kind for this person.
    #[track_caller]
    pub fn change(&self, action: &str, username: &str) -> &Value {
        self.changes()
            .iter()
            .find(|change| change["action"] == action && change["username"] == username)
            .unwrap_or_else(|| panic!("no {action} of {username}: {:#}", self.json))
    }

    /// One field of a change: old value, new value, cause.
    #[track_caller]
    pub fn field(&self, action: &str, username: &str, field: &str) -> (Value, Value, String) {
        let change = self.change(action, username);
        let found = change["fields"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|candidate| candidate["name"] == field)
            .unwrap_or_else(|| panic!("no `{field}` in {change:#}"));
        (
            found["old"].clone(),
            found["new"].clone(),
            text(found, "cause").to_owned(),
        )
    }

    /// Texts of all findings with this code, in order.
    pub fn findings(&self, code: &str) -> Vec<&str> {
        self.json["findings"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|finding| finding["code"] == code)
            .map(|finding| text(finding, "text"))
            .collect()
    }

    /// `complete`, `partial` or `delta`, and the reason if it is partial.
    pub fn coverage(&self) -> (&str, Option<&str>) {
        let coverage = &self.json["coverage"];
        (text(coverage, "kind"), coverage["reason"].as_str())
    }

    /// Number of changes of this kind.
    pub fn count(&self, action: &str) -> u64 {
        self.json["summary"][action]
            .as_u64()
            .unwrap_or_else(|| panic!("no summary of {action}: {:#}", self.json))
    }

    fn changes(&self) -> &[Value] {
        self.json["changes"].as_array().map_or(&[], Vec::as_slice)
    }
}

/// An account, as its JSON says it.
#[derive(Clone, Debug)]
pub struct Account {
    json: Value,
}

impl Account {
    /// As it is spelled.
    pub fn username(&self) -> &str {
        text(&self.json, "username")
    }

    /// `a17`: tells an account from another of the same name.
    pub fn id(&self) -> &str {
        text(&self.json, "id")
    }

    /// `local` or a policy's name.
    pub fn directory(&self) -> &str {
        text(&self.json, "directory")
    }

    /// The person's identifier at the source.
    pub fn external_id(&self) -> Option<&str> {
        self.json["external_id"].as_str()
    }

    /// `active` or `blocked`.
    pub fn status(&self) -> &str {
        text(&self.json, "status")
    }

    /// Why it is blocked.
    pub fn reasons(&self) -> Vec<&str> {
        let reasons = self.json["block_reasons"].as_array();
        reasons
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// A field's value; null if it is absent.
    pub fn field(&self, name: &str) -> &Value {
        &self.json["fields"][name]
    }
}

fn text<'a>(json: &'a Value, name: &str) -> &'a str {
    json[name]
        .as_str()
        .unwrap_or_else(|| panic!("no text `{name}` in {json:#}"))
}
