//! One folder of data, and what is done with it.

use crate::read::{Order, Read, Recorded};
use jiff::{SignedDuration, Timestamp};
use muster_model::{
    Account, Actor, DirectoryRecord, FeedRecord, FieldName, Owner, Plan, ReadKind, ReadNote,
    ReadReason, UsernameKey,
};
use muster_policy::{Beside, Colour, FieldMapping, Files, NamedText, Policy, check_with, render};
use muster_review::explain::report::Origin;
use muster_review::explain::{self, Explanation, Extent, Question};
use muster_store::{AccountJson, Commit, MemoryStore, Store};
use muster_sync::{
    ApplyContext, ApplyRefused, PlanOrigin, PreviewContext, Silent, Source, apply, preview,
    snapshot,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// The instant of all cases that name no other.
const NOW: &str = "2026-11-23T08:00:00Z";

/// What `run.json` may say.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    only: Option<String>,
    r#override: BTreeMap<String, String>,
    now: Option<String>,
    /// The policy, where it stands outside of the case's folder.
    policy: Option<String>,
    /// The values of an environment, likewise.
    values: Option<String>,
}

/// One folder of data.
pub struct Case {
    folder: PathBuf,
    /// What is planned by.
    pub policy: Policy,
    read: Read,
    options: Options,
    /// The intranet before.
    pub store: MemoryStore,
}

impl Case {
    /// Reads the folder.
    pub fn load(folder: &Path) -> Self {
        let text = |name: &str| fs::read_to_string(folder.join(name)).ok();
        let needed = |name: &str| {
            text(name).unwrap_or_else(|| panic!("{}/{name} is missing", folder.display()))
        };
        let options = text("run.json").map(|text| serde_json::from_str(&text).expect("run.json"));
        let options: Options = options.unwrap_or_default();
        let file = folder.join(options.policy.as_deref().unwrap_or("policy.yaml"));
        let values = options.values.as_deref().map(needed);
        let policy = policy(&file, values.as_deref());
        let read = Read::parse(&needed("entries.jsonl"), &policy.attributes);
        let before = folder.join("policy-before.yaml");
        let before = before.exists().then(|| self::policy(&before, None));
        Self {
            folder: folder.to_owned(),
            options,
            store: store(
                &needed("accounts.jsonl"),
                before.as_ref().unwrap_or(&policy),
                read.is_delta,
            ),
            read,
            policy,
        }
    }

    /// The instant of the case.
    pub fn now(&self) -> Timestamp {
        let now = self.options.now.as_deref().unwrap_or(NOW);
        now.parse().expect("an instant")
    }

    /// Plans with entries in some order, on pages of some size.
    pub fn plan(&self, store: &MemoryStore, order: Order, page: usize) -> Plan {
        self.plan_of(&mut Recorded::new(&self.read, order, page), store)
    }

    fn plan_of(&self, source: &mut dyn Source, store: &MemoryStore) -> Plan {
        let context = self.context();
        preview(&self.policy, source, store, &context, &Silent).expect("a plan")
    }

    /// Explains everybody. With `only`, a plan leaves the others out.
    pub fn explained(&self) -> Option<(Plan, Vec<Explanation>)> {
        if self.options.only.is_some() {
            return None;
        }
        let context = self.context();
        let mut source = Recorded::new(&self.read, Order::AsGiven, 2);
        let mut read = explain::Read::take(&mut source, &Silent).expect("a read");
        read.note = context.read.clone();
        let question = Question {
            policy: &self.policy,
            read: &read,
            store: &self.store,
            context: &context,
            origin: &Origin::Live,
            asked: "",
            beyond: None,
            reveal: true,
            whole: explain::WHOLE,
        };
        let all = explain::everybody(&question, Extent::Steps).expect("explanations");
        Some((self.plan(&self.store, Order::AsGiven, 2), all))
    }

    fn context(&self) -> PreviewContext {
        PreviewContext {
            now: self.now(),
            expires: self.now() + SignedDuration::from_hours(24),
            plugin: "golden 1.0.0".to_owned(),
            plugin_digest: "0".repeat(64),
            read: self.read.is_delta.then(|| ReadNote {
                kind: ReadKind::Delta,
                why: ReadReason::Feed,
                text: "the feed goes on where the last run ended".to_owned(),
            }),
            only: self.options.only.as_deref().map(UsernameKey::of),
            overrides: self.options.r#override.clone(),
        }
    }

    /// Plans from a snapshot of the read.
    pub fn plan_of_snapshot(&self, store: &MemoryStore) -> Plan {
        let about = snapshot::About {
            policy: &self.policy,
            plugin: snapshot::PluginStamp {
                name: "golden".to_owned(),
                version: "1.0.0".to_owned(),
                digest: "0".repeat(64),
            },
            now: self.now(),
            sensitive: BTreeSet::new(),
            people: snapshot::People::AsDelivered,
            also: Vec::new(),
            known: Vec::new(),
        };
        let mut source = Recorded::new(&self.read, Order::AsGiven, usize::MAX);
        let (mut spool, mut file) = (Cursor::new(Vec::new()), Vec::new());
        snapshot::write(&about, &mut source, &mut spool, &mut file, &Silent).expect("a snapshot");
        let recorded = snapshot::read(file.as_slice()).expect("a snapshot");
        let mut replay = snapshot::Replay::new(recorded, &self.policy).expect("this policy's");
        self.plan_of(&mut replay, store)
    }

    /// Applies a plan.
    pub fn apply(&self, plan: &Plan, store: &mut MemoryStore) -> Result<(), ApplyRefused> {
        let context = ApplyContext {
            now: self.now(),
            actor: Actor {
                name: "golden".to_owned(),
                command: "apply".to_owned(),
            },
            plugin_digest: "0".repeat(64),
            origin: PlanOrigin::Fresh,
            approvals: Default::default(),
        };
        apply(plan, &self.policy, store, &context).map(|_| ())
    }

    /// Compares with a file of the folder, or writes it.
    pub fn differs(&self, name: &str, found: &str) -> Option<String> {
        let path = self.folder.join(name);
        if env::var_os("MUSTER_BLESS").is_some() {
            fs::write(&path, found).expect("the file can be written");
            return None;
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if expected == found {
            return None;
        }
        let lines = || (1..).zip(expected.lines().zip(found.lines()));
        let first = lines().find(|(_, (expected, found))| expected != found);
        Some(self.fault(&match first {
            Some((line, (expected, found))) => {
                format!("{name}:{line}\n  expected {expected}\n  found    {found}")
            }
            None => format!(
                "{name}: expected {} lines, found {}",
                expected.lines().count(),
                found.lines().count()
            ),
        }))
    }

    /// Names the case in front of a sentence.
    pub fn fault(&self, text: &str) -> String {
        let name = self.folder.file_name().unwrap_or_default();
        format!("{}: {text}", name.to_string_lossy())
    }
}

/// Files that a policy names, in its folder.
struct Folder<'f>(&'f Path);

impl Files for Folder<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        fs::read_to_string(self.0.join(path)).map_err(|error| error.to_string())
    }
}

fn policy(file: &Path, values: Option<&str>) -> Policy {
    let text = fs::read_to_string(file).unwrap_or_else(|_| panic!("{}", file.display()));
    let beside = Beside {
        files: &Folder(file.parent().expect("a folder")),
        values: values.map(|text| NamedText {
            name: "values.yaml",
            text,
        }),
    };
    let name = match file.file_name().and_then(|name| name.to_str()) {
        Some("policy-before.yaml") | None => "policy.yaml",
        Some(name) => name,
    };
    let checked = check_with(name, &text, &beside);
    let shown = render(&checked.diagnostics, &checked, Colour::Never);
    checked
        .policy
        .unwrap_or_else(|| panic!("{}:\n{shown}", file.display()))
}

/// The intranet before, with what it remembers of the last run.
fn store(accounts: &str, policy: &Policy, has_feed: bool) -> MemoryStore {
    let accounts: Vec<Account> = accounts
        .lines()
        .map(|line| serde_json::from_str::<AccountJson>(line).expect("an account"))
        .map(AccountJson::into_account)
        .collect();
    let was_synced = accounts
        .iter()
        .any(|account| account.owner == Owner::Directory(policy.directory.clone()));
    let pending = crate::pending::pending(&accounts, &policy.directory);
    let mut store = MemoryStore::from_accounts(accounts).expect("accounts");
    if was_synced {
        let record = DirectoryRecord {
            name: policy.directory.clone(),
            key: policy.identity.key.as_str().to_owned(),
            policy_file: policy.file.clone(),
            policy: policy.digest.clone(),
            mappings: policy.mappings(),
            sensitive: policy.sensitive(),
            cursor: has_feed.then(|| b"last".to_vec()),
            feed: has_feed.then(|| FeedRecord {
                plugin: "0".repeat(64),
                full_read: "2026-11-23T02:00:00Z".to_owned(),
                held: None,
            }),
            pending,
            references: names(policy, |field| field.reference().is_some()),
            merged: names(policy, FieldMapping::is_merged),
        };
        let expected = store.version().expect("a version");
        store
            .commit(Commit {
                expected,
                directories: vec![record],
                ..Commit::default()
            })
            .expect("the last run");
    }
    store
}

/// The names of some fields.
fn names(policy: &Policy, wanted: fn(&FieldMapping) -> bool) -> BTreeSet<FieldName> {
    let fields = policy.fields.iter().filter(|field| wanted(field));
    fields.map(|field| field.name.clone()).collect()
}

/// All accounts, one a line.
pub fn export(store: &MemoryStore) -> String {
    store
        .accounts()
        .map(|account| {
            let account = AccountJson::complete(account.clone());
            serde_json::to_string(&account).expect("JSON") + "\n"
        })
        .collect()
}
