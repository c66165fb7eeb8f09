//! What a read and a check begin with: server, schema, names, clock.

use crate::directory::{ANYTHING, Lookup, lookup};
use crate::dn::{Digest, Names};
use crate::outcome;
use crate::root::{Dialect, Root};
use crate::schema::Schema;
use crate::settings::Settings;
use crate::time::Millis;
use muster_sdk::{Failure, host};

/// What is known of the server.
#[derive(Debug)]
pub struct Context {
    pub settings: Settings,
    pub root: Root,
    pub schema: Schema,
    pub names: Names,
    pub now: Millis,
}

impl Context {
    /// Connects, logs in, and asks the server what it is and knows.
    pub fn open(settings: &Settings) -> Result<Self, Failure> {
        let root = Root::read(settings)?;
        let schema = Schema::read(root.subschema.as_deref())?;
        Ok(Self {
            settings: settings.clone(),
            names: Names::new(schema.for_names()),
            now: i64::try_from(host::now_ms()).unwrap_or(i64::MAX),
            root,
            schema,
        })
    }

    /// Finds people.
    pub fn people_filter(&self) -> &str {
        let default = || self.root.dialect.people_filter();
        self.settings
            .people_filter
            .as_deref()
            .unwrap_or_else(default)
    }

    /// True on Active Directory.
    pub fn is_active_directory(&self) -> bool {
        self.root.dialect == Dialect::ActiveDirectory
    }

    /// True if the URL is that of a global catalogue, which holds the people of
    /// a whole forest, but of their groups only some.
    pub fn is_global_catalogue(&self) -> bool {
        let is_one = |url: &String| {
            let url = url.trim_end_matches('/');
            url.ends_with(":3268") || url.ends_with(":3269")
        };
        self.is_active_directory() && self.settings.urls().iter().any(is_one)
    }

    /// The naming context that holds an entry, or nothing if the server does
    /// not say.
    pub fn naming_context(&mut self, dn: &str) -> Option<String> {
        let (own, above) = self.names.chain(dn.as_bytes()).ok()?;
        let above: Vec<Digest> = std::iter::once(own).chain(above.iter().copied()).collect();
        let place = |context: &String, names: &mut Names| {
            let digest = names.digest(context.as_bytes()).ok()?;
            above.iter().position(|other| *other == digest)
        };
        let contexts = self.root.naming_contexts.iter();
        let held = contexts.filter_map(|context| Some((place(context, &mut self.names)?, context)));
        held.min_by_key(|(steps, _)| *steps)
            .map(|(_, context)| context.clone())
    }

    /// Refuses a base that is not there: an empty answer below it would look as
    /// if everybody had gone.
    pub fn prove(&self, base: &str) -> Result<&'static str, Failure> {
        match lookup(base, ANYTHING, &["1.1"])? {
            Lookup::Found(_) => Ok("found"),
            Lookup::Hidden => Ok("there, but not readable itself"),
            Lookup::Refused(said) => Err(outcome::failure(&said, &format!("the base `{base}`"))),
        }
    }
}
