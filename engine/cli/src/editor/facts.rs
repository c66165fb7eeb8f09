//! What is known of plugins: their settings at once, the attributes of their
//! source as soon as a thread has asked, without a network.

use crate::commands::check::Place;
use crate::plugins::{self, Fetching, Unusable};
use crate::session::Session;
use muster_host::{Attribute, AttributeShape, Binding, Host, PluginFile, Secret, bundled};
use muster_lsp::{AttributeFact, PluginFacts, SettingFact, Wanted};
use muster_policy::Diagnostic;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// After this long a source's attributes are asked for again: a file may have got
/// another column.
const FRESH: Duration = Duration::from_secs(10);

/// Finds out about plugins.
pub struct Facts {
    session: Session,
    known: Arc<Mutex<BTreeMap<Question, Answer>>>,
    host: Arc<Mutex<Option<Host>>>,
    /// Bundled plugins, as they were read once.
    files: Mutex<BTreeMap<String, PluginFile>>,
}

/// Which attributes are asked for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Question {
    plugin: String,
    folder: PathBuf,
    settings: String,
    secrets: Vec<String>,
}

/// What the plugin said, and when it was asked.
struct Answer {
    asked: Instant,
    attributes: Arc<Vec<AttributeFact>>,
}

impl Facts {
    pub fn new(session: &Session) -> Self {
        Self {
            session: session.clone(),
            known: Arc::default(),
            host: Arc::default(),
            files: Mutex::default(),
        }
    }

    /// What is known of a plugin, with what a snapshot knows of its source.
    pub fn of(
        &self,
        wanted: &Wanted<'_>,
        recorded: Option<&Vec<AttributeFact>>,
    ) -> Option<Arc<PluginFacts>> {
        let folder = folder(wanted);
        let file = self.file(wanted.plugin, folder).ok()?;
        let about = file.about().clone();
        let asked = self.attributes(file, wanted, folder);
        let mut attributes = recorded.cloned().unwrap_or_default();
        attributes.retain(|one| !asked.iter().any(|known| known.name == one.name));
        attributes.extend(asked.iter().cloned());
        Some(Arc::new(PluginFacts {
            attributes,
            settings: settings(&about.settings_schema),
            secrets: about
                .needs
                .secrets()
                .into_iter()
                .map(str::to_owned)
                .collect(),
        }))
    }

    /// What a plugin's file shows to be wrong with a policy's settings. Secrets are
    /// not fetched: that an editor has none of them says nothing.
    pub fn wrong(&self, wanted: &Wanted<'_>) -> Vec<Diagnostic> {
        let Some(provider) = wanted.draft.map(|draft| draft.provider()) else {
            return Vec::new();
        };
        let place = Place {
            file: wanted.path,
            text: wanted.text,
            plugin: wanted.plugin,
        };
        match self.file(wanted.plugin, folder(wanted)) {
            Err(error) => vec![place.plugin(&error, &self.session)],
            Ok(file) => {
                let secrets: Vec<&str> = provider.secrets.keys().map(String::as_str).collect();
                let wrong = file.check(&provider.config, &secrets);
                wrong
                    .iter()
                    .flat_map(|error| place.settings(error))
                    .collect()
            }
        }
    }

    /// A plugin's file, if it may run: an editor asks it for its attributes.
    /// Bundled ones stay what they are, and are kept.
    fn file(&self, plugin: &str, folder: &Path) -> Result<PluginFile, Unusable> {
        let is_bundled = bundled().any(|name| name == plugin);
        if let Some(file) = lock(&self.files).get(plugin).filter(|_| is_bundled) {
            return Ok(file.clone());
        }
        let file = plugins::read(plugin, folder, Fetching::Never, &self.session)?;
        if is_bundled {
            lock(&self.files).insert(plugin.to_owned(), file.clone());
        }
        Ok(file)
    }

    /// The attributes that are known by now. A thread asks for those that are not.
    fn attributes(
        &self,
        file: PluginFile,
        wanted: &Wanted<'_>,
        folder: &Path,
    ) -> Arc<Vec<AttributeFact>> {
        let Some(provider) = wanted.draft.map(|draft| draft.provider()) else {
            return Arc::default();
        };
        let question = Question {
            plugin: format!("{} {}", provider.plugin, file.about().digest),
            folder: folder.to_owned(),
            settings: Value::Object(provider.config.clone()).to_string(),
            secrets: provider.secrets.keys().cloned().collect(),
        };
        let mut known = lock(&self.known);
        let before = known.get(&question);
        let attributes = before.map_or_else(Arc::default, |answer| answer.attributes.clone());
        if before.is_some_and(|answer| answer.asked.elapsed() < FRESH) {
            return attributes;
        }
        // Whoever asks meanwhile is given what was known before.
        known.insert(
            question.clone(),
            Answer {
                asked: Instant::now(),
                attributes: attributes.clone(),
            },
        );
        drop(known);
        let (known, host) = (Arc::clone(&self.known), Arc::clone(&self.host));
        let (session, config) = (self.session.clone(), provider.config.clone());
        thread::spawn(move || {
            let found = ask(file, &question, &config, &host, &session);
            if let (Some(found), Some(answer)) = (found, lock(&known).get_mut(&question)) {
                answer.attributes = Arc::new(found);
            }
        });
        attributes
    }
}

/// The folder that a policy's paths are relative to.
fn folder<'w>(wanted: &Wanted<'w>) -> &'w Path {
    Path::new(wanted.path).parent().unwrap_or(Path::new("."))
}

/// Asks a plugin that reaches no server. What cannot be had that way is not known.
fn ask(
    file: PluginFile,
    question: &Question,
    config: &Map<String, Value>,
    host: &Mutex<Option<Host>>,
    session: &Session,
) -> Option<Vec<AttributeFact>> {
    let plugin = {
        let mut host = lock(host);
        if host.is_none() {
            *host = plugins::host(session).ok();
        }
        file.compile(host.as_ref()?).ok()?
    };
    let stand_in = |name: &String| (name.clone(), Secret::stand_in());
    let secrets: BTreeMap<String, Secret> = question.secrets.iter().map(stand_in).collect();
    let bound = plugin.bind(Binding {
        settings: config,
        secrets: &secrets,
        folder: &question.folder,
        now_ms: u64::try_from(session.now.as_millisecond()).unwrap_or_default(),
    });
    let attributes = bound.ok()?.offline().attributes().ok()?;
    Some(attributes.into_iter().map(fact).collect())
}

fn fact(attribute: Attribute) -> AttributeFact {
    AttributeFact {
        several: match attribute.shape {
            AttributeShape::Single => Some(false),
            AttributeShape::Multiple => Some(true),
            AttributeShape::Unknown => None,
        },
        name: attribute.name,
        summary: attribute.summary,
    }
}

/// A thread that panicked has left what it guards as it was.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The settings of a JSON Schema. One that cannot be read never gets here: the
/// host refuses it.
fn settings(schema: &str) -> Vec<SettingFact> {
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let required = schema.get("required").and_then(Value::as_array);
    let is_required =
        |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
    let properties = schema.get("properties").and_then(Value::as_object);
    let properties = properties.into_iter().flatten();
    let fact = |(name, property): (&String, &Value)| {
        let text = |key: &str| {
            property
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let words = property.get("enum").and_then(Value::as_array);
        let words = words.into_iter().flatten().filter_map(Value::as_str);
        SettingFact {
            name: name.clone(),
            kind: kind(property),
            required: is_required(name),
            default: property.get("default").map(ToString::to_string),
            words: words.map(str::to_owned).collect(),
            doc: text("description").to_owned(),
        }
    };
    properties.map(fact).collect()
}

/// What kinds of values a setting takes, in the schema's words.
fn kind(property: &Value) -> String {
    match property.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            kinds.join(" or ")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_from_the_schema() {
        let schema = r#"{"required": ["url"], "properties": {
            "url": {"type": "string", "description": "Where"},
            "mode": {"enum": ["a", "b"], "default": "a", "type": ["string", "null"]}
        }}"#;
        let found = settings(schema);
        let url = found.iter().find(|one| one.name == "url");
        assert!(url.is_some_and(|url| url.required && url.kind == "string" && url.doc == "Where"));
        let mode = found.iter().find(|one| one.name == "mode");
        assert!(mode.is_some_and(|mode| {
            !mode.required
                && mode.words == ["a", "b"]
                && mode.default.as_deref() == Some("\"a\"")
                && mode.kind == "string or null"
        }));
        assert!(settings("{}").is_empty());
    }
}
