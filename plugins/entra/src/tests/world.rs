//! A tenant, and the plugin in front of it.

use crate::Tenant as Plugin;
use crate::settings::Settings;
use muster_emulators::graph::{Ask, Client, Reply, Tenant};
use muster_sdk::http::{Method, Request, Response};
use muster_sdk::testing::{self, PlainRow};
use muster_sdk::{
    Batch, Coverage, Failure, PartialReason, Problem, ReadFrom, ReadRequest, Scope, Source, Status,
};
use serde_json::json;
use std::cell::{RefCell, RefMut};
use std::collections::VecDeque;
use std::rc::Rc;

/// What the policy grants.
pub const BASE: &str = "https://graph.example";

/// The answer in place of an honest one: at targets with this text, after so many.
pub struct Fault {
    pub at: &'static str,
    pub after: usize,
    pub reply: Result<Reply, Failure>,
}

/// A tenant and what was asked of it.
pub struct World {
    tenant: Rc<RefCell<Tenant>>,
    asked: Rc<RefCell<Vec<Ask>>>,
    faults: Rc<RefCell<VecDeque<Fault>>>,
    pub settings: serde_json::Value,
    pub groups: Vec<String>,
    pub except: Vec<String>,
    pub report: Vec<String>,
    pub attributes: Vec<&'static str>,
    pub page_size: u32,
}

impl World {
    /// An empty tenant behind the host.
    pub fn new() -> Self {
        let tenant = Tenant::new(Client::secret("sync", "hush"));
        let world = Self {
            tenant: Rc::new(RefCell::new(tenant)),
            asked: Rc::default(),
            faults: Rc::default(),
            settings: json!({"tenant": "fabrikam.example", "client_id": "sync", "url": BASE}),
            groups: Vec::new(),
            except: Vec::new(),
            report: Vec::new(),
            attributes: vec!["userPrincipalName"],
            page_size: 1000,
        };
        let (tenant, asked, faults) = (
            world.tenant.clone(),
            world.asked.clone(),
            world.faults.clone(),
        );
        testing::http(move |request| serve(request, &tenant, &asked, &faults));
        world
    }

    /// The tenant, to change.
    pub fn tenant(&self) -> RefMut<'_, Tenant> {
        self.tenant.borrow_mut()
    }

    /// Misbehaves once.
    pub fn fail(&self, at: &'static str, after: usize, reply: Result<Reply, Failure>) {
        self.faults
            .borrow_mut()
            .push_back(Fault { at, after, reply });
    }

    /// Requests so far, forgotten then.
    pub fn asked(&self) -> Vec<Ask> {
        self.asked.take()
    }

    /// Adds a group with these members to the scope. Gives its id.
    pub fn syncing(&mut self, name: &str, members: &[&str]) -> String {
        let id = self.tenant().group(name);
        for member in members {
            self.tenant().join(&id, member);
        }
        self.groups.push(id.clone());
        id
    }

    pub fn scope(&self) -> Scope {
        Scope {
            groups: self.groups.clone(),
            except_groups: self.except.clone(),
            report: self.report.clone(),
            ..testing::everybody()
        }
    }

    pub fn plugin(&self) -> Plugin {
        let settings: Settings = serde_json::from_value(self.settings.clone()).unwrap();
        Plugin::open(settings).unwrap()
    }

    fn request(&self, from: ReadFrom) -> ReadRequest {
        ReadRequest {
            scope: self.scope(),
            page_size: self.page_size,
            start_at: from,
            ..testing::request(&self.attributes)
        }
    }

    /// Reads everybody.
    pub fn read(&self) -> Result<Got, Failure> {
        self.run(ReadFrom::Start)
    }

    /// Reads everybody, and lets something happen once the read has begun.
    pub fn meanwhile(&self, happens: impl FnOnce(&mut Tenant)) -> Result<Got, Failure> {
        let mut plugin = self.plugin();
        plugin.start(self.request(ReadFrom::Start))?;
        happens(&mut self.tenant());
        let mut got = Got::default();
        loop {
            let batch = plugin.next()?;
            if got.take(&batch) {
                return Ok(got);
            }
        }
    }

    /// Reads everybody, which must go well and be complete.
    #[track_caller]
    pub fn whole(&self) -> Got {
        let got = self.read().unwrap();
        assert!(got.coverage.is_complete(), "{:?}", got.coverage);
        got
    }

    /// Reads what changed.
    pub fn since(&self, cursor: &[u8]) -> Result<Got, Failure> {
        self.run(ReadFrom::Since(cursor.to_owned()))
    }

    /// Reads, and goes on in a fresh instance where the service failed.
    fn run(&self, from: ReadFrom) -> Result<Got, Failure> {
        let mut got = Got::default();
        let mut from = from;
        let mut resumed = 0;
        'fresh: loop {
            let mut plugin = self.plugin();
            plugin.start(self.request(from.clone()))?;
            for _ in 0..10_000 {
                let batch = match plugin.next() {
                    Ok(batch) => batch,
                    Err(failure) => match got.resume.take().filter(|_| resumed < 3) {
                        Some(cursor) => {
                            from = ReadFrom::Resume(cursor);
                            resumed += 1;
                            continue 'fresh;
                        }
                        None => return Err(failure),
                    },
                };
                if got.take(&batch) {
                    return Ok(got);
                }
            }
            panic!("the read does not end");
        }
    }
}

/// What a read brought.
#[derive(Debug)]
pub struct Got {
    pub rows: Vec<PlainRow>,
    pub problems: Vec<Problem>,
    pub coverage: Coverage,
    pub cursor: Option<Vec<u8>>,
    resume: Option<Vec<u8>>,
}

impl Default for Got {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            problems: Vec::new(),
            coverage: Coverage::delta(),
            cursor: None,
            resume: None,
        }
    }
}

impl Got {
    /// Takes a batch in; true if it is the last.
    fn take(&mut self, batch: &Batch) -> bool {
        self.rows.extend(testing::rows(batch.page()));
        self.problems.extend(batch.page().problems.clone());
        self.resume = batch.resumes_at().map(<[u8]>::to_vec);
        if let Some(coverage) = batch.coverage() {
            self.coverage = coverage.clone();
            self.cursor = batch.next_delta().map(<[u8]>::to_vec);
        }
        batch.coverage().is_some()
    }

    /// First values of the first column, in order; ids of who is gone.
    pub fn names(&self) -> Vec<String> {
        let name = |row: &PlainRow| row.text(0).or_else(|| row.id.clone()).unwrap_or_default();
        let mut names: Vec<String> = self.rows.iter().map(name).collect();
        names.sort();
        names
    }

    /// The row of a person.
    #[track_caller]
    pub fn of(&self, id: &str) -> &PlainRow {
        let found = self.rows.iter().find(|row| row.id.as_deref() == Some(id));
        found.unwrap_or_else(|| panic!("{id} was not delivered: {:?}", self.rows))
    }

    #[track_caller]
    pub fn status(&self, id: &str) -> Status {
        self.of(id).status
    }

    #[track_caller]
    pub fn text(&self, id: &str, column: usize) -> Option<String> {
        self.of(id).text(column)
    }

    pub fn reason(&self) -> Option<PartialReason> {
        self.coverage.reason()
    }

    #[track_caller]
    pub fn cursor(&self) -> Vec<u8> {
        self.cursor.clone().expect("a cursor")
    }

    /// A fact of the coverage.
    pub fn fact(&self, name: &str) -> Option<&str> {
        let found = self
            .coverage
            .facts()
            .iter()
            .find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What the host does: the token, and the grant.
fn serve(
    request: &Request,
    tenant: &RefCell<Tenant>,
    asked: &RefCell<Vec<Ask>>,
    faults: &RefCell<VecDeque<Fault>>,
) -> Result<Response, Failure> {
    assert_eq!(request.endpoint, "graph");
    let target = match request.target.strip_prefix("https://") {
        Some(_) => match request.target.strip_prefix(BASE) {
            Some(below) => below.to_owned(),
            None => {
                return Err(Failure::denied(format!(
                    "`{}` is not granted",
                    request.target
                )));
            }
        },
        None => request.target.clone(),
    };
    let mut tenant = tenant.borrow_mut();
    let mut headers: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.clone()))
        .collect();
    headers.push((
        "authorization".to_owned(),
        format!("Bearer {}", tenant.token()),
    ));
    let ask = Ask {
        method: match request.method {
            Method::Get => "GET".to_owned(),
            _ => "POST".to_owned(),
        },
        target,
        headers,
        body: String::from_utf8(request.body.clone()).unwrap(),
        base: BASE.to_owned(),
    };
    asked.borrow_mut().push(ask.clone());
    let mut faults = faults.borrow_mut();
    let due = faults.iter_mut().position(|fault| {
        let here = ask.target.contains(fault.at);
        let due = here && fault.after == 0;
        if here && !due {
            fault.after -= 1;
        }
        due
    });
    let reply = match due.and_then(|due| faults.remove(due)) {
        Some(fault) => fault.reply?,
        None => tenant.answer(&ask),
    };
    Ok(Response {
        status: reply.status,
        headers: reply.headers,
        body: reply.body,
    })
}

/// A reply without a body.
pub fn reply(status: u16) -> Reply {
    Reply::json(status, &json!({}))
}
