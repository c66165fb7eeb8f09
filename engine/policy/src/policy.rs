//! A checked policy: what the YAML said, with every rule's place in the file.

use crate::adoption::Adopt;
use crate::approval::ApprovalTerms;
use crate::beside::FileTexts;
use crate::exception::Exception;
use crate::expression::Expression;
use crate::grace::{Grace, Unblock};
use crate::group_rule::GroupRule;
use crate::licences::LicenceTerms;
use crate::reference::Reference;
use crate::transform::Transform;
use muster_model::{Action, DirectoryName, FieldName, PolicyLine, UsernameKey};
use std::collections::BTreeMap;

/// A policy in which every name is known, every expression is compiled and
/// every rule remembers its line.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Written on the accounts that it owns.
    pub directory: DirectoryName,
    /// The file as it was named by the caller.
    pub file: String,
    /// SHA-256 of the text, in hex; of all texts, if it names other files.
    pub digest: String,
    /// Other files that it is made of, as they are shown.
    pub files: Vec<String>,
    /// The values file of its environment, as the caller named it.
    pub environment: Option<String>,
    /// Where the people come from.
    pub provider: Provider,
    /// Which of them the policy manages.
    pub scope: Scope,
    /// How an entry finds its account.
    pub identity: Identity,
    /// How mapped fields get their values, in order of their names.
    pub fields: Vec<FieldMapping>,
    /// When an account is blocked, in the order of the file.
    pub blocks: Vec<BlockRule>,
    /// So many days ahead, plans tell who will be blocked; none: they do not.
    pub upcoming: Option<u32>,
    /// How many accounts may be active; none: as many as there are.
    pub licences: Option<LicenceTerms>,
    /// Who has to approve of a plan; none: nobody.
    pub approval: Option<ApprovalTerms>,
    /// What stops a plan.
    pub guards: Guards,
    /// Directories from the one that outranks all to the one that none does;
    /// empty if the policy ranks none.
    pub precedence: Vec<DirectoryName>,
    /// What was decided about single people, in the order of the files.
    pub exceptions: Vec<Exception>,
    /// Attributes that the rules above read, each once, in a stable order: what
    /// the source is asked for. An [`AttributeId`] is a place in this list, and
    /// the columns of a checked page are in this order.
    pub attributes: Vec<String>,
    /// What it was made from: its own text and those of the other files.
    pub texts: FileTexts,
}

impl Policy {
    /// The digest of every mapping, by the field that it makes: what the next
    /// run needs to tell an edited mapping from an edited person. No mapped
    /// field can be called `username`, so that stands for the username.
    pub fn mappings(&self) -> BTreeMap<FieldName, String> {
        let username = &self.identity.username;
        let username = (FieldName::from(USERNAME_FIELD), username.digest.clone());
        let fields = self.fields.iter();
        let fields = fields.map(|field| (field.name.clone(), field.digest.clone()));
        fields.chain([username]).collect()
    }
}

/// The name under which the username stands among mapped fields.
pub const USERNAME_FIELD: &str = "username";

/// A place in [`Policy::attributes`].
pub type AttributeId = usize;

/// The plugin, its settings, and where its secrets come from.
#[derive(Clone, Debug)]
pub struct Provider {
    /// A bundled plugin's name, the path of a component (it has a `/`, a `\` or
    /// ends in `.wasm`) relative to the policy's folder, or a package's address
    /// (`oci://…`).
    pub plugin: String,
    /// The settings, as JSON.
    pub config: serde_json::Map<String, serde_json::Value>,
    /// Line of each top-level setting, for messages.
    pub config_lines: BTreeMap<String, PolicyLine>,
    /// Where each secret comes from; never the secret itself.
    pub secrets: BTreeMap<String, SecretSource>,
    /// How often everything is read, where the source could tell what changed.
    pub full_read: FullRead,
    /// Of so many runs what was read is kept; 0: of none.
    pub keep_reads: u32,
    /// Where `provider:` stands.
    pub at: PolicyLine,
}

/// How often everything is read, where the source could tell what changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FullRead {
    /// Every time.
    Always,
    /// After so many hours; the policy says so.
    Declared(u32),
    /// After so many hours, unless the policy depends on time.
    BuiltIn(u32),
}

impl Default for FullRead {
    fn default() -> Self {
        Self::BuiltIn(24)
    }
}

/// Where a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable.
    Env(String),
    /// The content of a file, without its last line break; relative to the
    /// policy's folder.
    File(String),
    /// The standard output of a command, without its last line break. The
    /// first item is the program; no shell is involved.
    Command(Vec<String>),
}

/// Which entries a policy manages.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Syncing groups; none means everybody that the provider delivers.
    pub groups: Vec<String>,
    /// Sub-trees or units; none means all.
    pub under: Vec<String>,
    /// Groups whose members are left out.
    pub except_groups: Vec<String>,
    /// Sub-trees that are left out.
    pub except_under: Vec<String>,
    /// People who are left out.
    pub except_usernames: Vec<UsernameKey>,
    /// A condition that everybody in scope fulfils.
    pub condition: Option<Expression>,
    /// How long somebody may be out of scope before they are blocked for it.
    pub grace: Option<Grace>,
    /// Who lets people in again that are back in scope.
    pub unblock: Unblock,
    /// Where `scope:` stands, or `directory:` if there is none.
    pub at: PolicyLine,
}

/// By what an entry finds its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The username: a rename at the source looks like another person.
    Username,
    /// The immutable id: a rename at the source renames the account.
    ExternalId,
}

impl Key {
    /// Returns the word that stands in the policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::ExternalId => "external_id",
        }
    }
}

/// How an entry finds its account.
#[derive(Clone, Debug)]
pub struct Identity {
    /// By what.
    pub key: Key,
    /// How an entry's username is made.
    pub username: UsernameMapping,
    /// Which existing accounts may become the directory's own.
    pub adopt: Adopt,
    /// Where `identity:` stands.
    pub at: PolicyLine,
}

/// How an entry's username is made.
#[derive(Clone, Debug)]
pub struct UsernameMapping {
    /// Where it comes from.
    pub value: ValueSource,
    /// What its values go through.
    pub transform: Transform,
    /// Digest of what was written, without its place: tells an edited mapping
    /// from a renamed person.
    pub digest: String,
    /// Where it stands.
    pub at: PolicyLine,
}

/// How one field gets its value.
#[derive(Clone, Debug)]
pub struct FieldMapping {
    /// The account's field.
    pub name: FieldName,
    /// Where the value comes from.
    pub value: ValueSource,
    /// What its values go through.
    pub transform: Transform,
    /// Taken where the source has no value, or an empty one.
    pub default: Option<String>,
    /// When it is written.
    pub mode: Mode,
    /// What it holds.
    pub shape: Shape,
    /// What an empty value at the source does.
    pub empty: OnEmpty,
    /// What no value at the source does.
    pub absent: OnAbsent,
    /// What a value that cannot be computed does.
    pub on_error: OnError,
    /// True if a person without a value is held.
    pub required: bool,
    /// True if its values are shown to nobody.
    pub sensitive: bool,
    /// Digest of what was written, without its place: tells an edited mapping
    /// from an edited person.
    pub digest: String,
    /// Where it stands.
    pub at: PolicyLine,
}

impl FieldMapping {
    /// Maps an attribute as it is.
    pub fn of_attribute(name: FieldName, attribute: AttributeId, at: PolicyLine) -> Self {
        Self {
            name,
            value: ValueSource::Attributes(vec![attribute]),
            transform: Transform::default(),
            default: None,
            mode: Mode::Always,
            shape: Shape::Text,
            empty: OnEmpty::default(),
            absent: OnAbsent::default(),
            on_error: OnError::default(),
            required: false,
            sensitive: false,
            digest: String::new(),
            at,
        }
    }
}

impl UsernameMapping {
    /// Takes an attribute as it is.
    pub fn of_attribute(attribute: AttributeId, at: PolicyLine) -> Self {
        Self {
            value: ValueSource::Attributes(vec![attribute]),
            transform: Transform::default(),
            digest: String::new(),
            at,
        }
    }
}

/// Where a field's value, or a username, comes from.
#[derive(Clone, Debug)]
pub enum ValueSource {
    /// The first of these attributes that has a value.
    Attributes(Vec<AttributeId>),
    /// A computed value.
    Expression(Expression),
    /// The accounts of the people whom an attribute names.
    Reference(Reference),
    /// What the groups give in which the person is.
    Groups(Vec<GroupRule>),
}

/// When a mapped field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// On every sync; local edits are reverted.
    Always,
    /// Once, when the account is made; then it belongs to the intranet.
    Create,
    /// Whenever the account has no value.
    IfEmpty,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One text.
    Text,
    /// All values, sorted.
    List,
    /// `true` or `false`.
    Bool,
    /// A number with a decimal point.
    Number,
    /// A date, or a point in time in UTC.
    Date,
    /// A picture in base64.
    Image {
        /// Bytes of the picture at most.
        max_bytes: u32,
    },
}

/// What becomes of a field for which the source has an empty value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnEmpty {
    /// The field is empty.
    #[default]
    Write,
    /// As if the source had none.
    Absent,
    /// The account keeps what it has.
    Keep,
}

/// What becomes of a field for which the source has no value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnAbsent {
    /// The account has no such field.
    #[default]
    Remove,
    /// The account keeps what it has.
    Keep,
}

/// What becomes of a field whose value cannot be computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// None of the person's fields is written.
    #[default]
    Hold,
    /// The account keeps what it has; the other fields are written.
    Keep,
    /// As if the source had no value.
    Absent,
}

/// A named condition under which an account is blocked.
#[derive(Clone, Debug)]
pub struct BlockRule {
    /// Appears as `rule:NAME` on the account.
    pub name: String,
    /// Holds: blocked; holds no longer: unblocked.
    pub when: Expression,
    /// The sentence that stands for it in plans and on accounts.
    pub reason: Option<String>,
    /// Who lets people in again for whom it holds no longer.
    pub unblock: Unblock,
    /// For so many days it must have held before it blocks an account.
    pub grace: Option<u32>,
    /// Where it stands.
    pub at: PolicyLine,
}

impl BlockRule {
    /// Says why an account is blocked by it.
    pub fn sentence(&self) -> String {
        match &self.reason {
            Some(reason) => reason.clone(),
            None => format!("rule `{}` holds", self.name),
        }
    }
}

/// What stops a plan.
#[derive(Clone, Debug)]
pub struct Guards {
    /// Limits per action.
    pub limits: BTreeMap<Action, Limit>,
    /// The source suddenly has fewer people.
    pub shrink: Limit,
    /// A mapped field would be emptied for many people at once.
    pub clear: Limit,
    /// Usernames that a plan may neither block nor rename.
    pub protect: Vec<Protected>,
}

/// A guard's limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// More people than this stop the plan.
    pub max: Option<u64>,
    /// A larger part of the directory's active accounts than this stops it.
    pub max_percent: Option<u64>,
    /// With fewer active accounts than this, percentages do not count.
    pub min_population: u64,
    /// Where it stands; none for a built-in limit.
    pub at: Option<PolicyLine>,
}

/// An account that is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protected {
    /// By the username's key.
    pub username: UsernameKey,
    /// Where it stands.
    pub at: PolicyLine,
}
