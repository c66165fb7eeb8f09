//! Why an administrator's operation is not carried out.

use muster_model::{Account, DirectoryName, ExternalId, FieldName, Owner, Username};
use muster_store::StoreError;

/// Why an operation was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such account.
    #[error("there is no account `{username}`")]
    UnknownUser {
        /// As it was typed.
        username: String,
    },
    /// A username is needed, and there is only white space.
    #[error("a username cannot be blank")]
    BlankUsername,
    /// Usernames are unique in the intranet.
    #[error("the username `{username}` belongs to account {} ({})", holder.id, ownership(&holder.owner))]
    UsernameTaken {
        /// The username that was asked for.
        username: Username,
        /// Who has it.
        holder: Box<Account>,
    },
    /// The field is written by a directory on every sync.
    #[error("the field `{field}` of `{username}` is controlled by the directory `{directory}`")]
    FieldIsMapped {
        /// Whose.
        username: Username,
        /// The field.
        field: FieldName,
        /// Who writes it.
        directory: DirectoryName,
        /// The policy file of its last sync, if one is known.
        policy_file: Option<String>,
    },
    /// Groups at the source give these items of the field.
    #[error(
        "the directory `{directory}` gives {} in the field `{field}` of `{username}`",
        quoted(&items.lost)
    )]
    ItemsAreGiven {
        /// Whose.
        username: Username,
        /// The field.
        field: FieldName,
        /// Who gives them.
        directory: DirectoryName,
        /// The policy file of its last sync, if one is known.
        policy_file: Option<String>,
        /// Which ones.
        items: Box<GivenItems>,
    },
    /// The name is one that every account has of its own, or sync's.
    #[error("`{field}` is no field: {}", why_reserved(field))]
    FieldIsReserved {
        /// The name.
        field: String,
    },
    /// A field's name is needed, and there is only white space.
    #[error("a field's name cannot be blank")]
    BlankField,
    /// The account follows the source's name.
    #[error("the username of `{username}` is decided by the directory `{directory}`")]
    SourceDecidesUsername {
        /// Whose.
        username: Username,
        /// Who decides.
        directory: DirectoryName,
        /// The policy file of its last sync.
        policy_file: String,
    },
    /// No sync has ever been applied for the directory.
    #[error("no sync of a directory `{directory}` has been applied to this state")]
    UnknownDirectory {
        /// As it was typed, or as it stands on the account.
        directory: DirectoryName,
        /// Directories that are known, in order.
        known: Vec<DirectoryName>,
    },
    /// The account belongs to another directory.
    #[error("`{username}` belongs to the directory `{owner}`")]
    OwnedByAnother {
        /// Whose.
        username: Username,
        /// To whom it belongs.
        owner: DirectoryName,
    },
    /// The directory matches by an identifier, and none was given.
    #[error("the directory `{directory}` finds its accounts by external id, and none was given")]
    ExternalIdNeeded {
        /// The directory.
        directory: DirectoryName,
    },
    /// Two accounts of a directory would be one person.
    #[error("the external id `{external_id}` belongs to `{holder}` in the directory `{directory}`")]
    ExternalIdTaken {
        /// The identifier.
        external_id: ExternalId,
        /// Who has it.
        holder: Username,
        /// Where.
        directory: DirectoryName,
    },
    /// The accounts could not be read.
    #[error("the state could not be read")]
    Store(#[from] StoreError),
}

/// Items of a field that groups at the source give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenItems {
    /// Those that would be taken away.
    pub lost: Vec<String>,
    /// The list that was asked for, and all that are given.
    pub all: Vec<String>,
}

impl Refused {
    /// What the administrator can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::UnknownUser { .. } => {
                "`muster account list` shows all accounts; letter case does not matter".to_owned()
            }
            Self::UsernameTaken { holder, .. } => format!(
                "choose another name, or look at the holder with `muster account show {}`",
                holder.username
            ),
            Self::FieldIsMapped {
                username,
                policy_file,
                ..
            } => mapped_hint(username, policy_file.as_deref()),
            Self::ItemsAreGiven {
                username,
                field,
                policy_file,
                items,
                ..
            } => given_hint(username, field, policy_file.as_deref(), &items.all),
            Self::FieldIsReserved { field } => reserved_hint(field).to_owned(),
            Self::SourceDecidesUsername { username, .. } => format!(
                "rename the person at the source, and the next sync renames the account; or make it local first: `muster account detach {username}`"
            ),
            Self::UnknownDirectory { known, .. } => known_hint(known),
            Self::OwnedByAnother { username, .. } => format!(
                "an account belongs to one directory at a time; make it local first: `muster account detach {username}`"
            ),
            Self::ExternalIdNeeded { .. } => {
                "give the person's identifier at the source with `--external-id`".to_owned()
            }
            Self::ExternalIdTaken { holder, .. } => format!(
                "one person has one account; look at it with `muster account show {holder}`"
            ),
            Self::BlankUsername | Self::BlankField | Self::Store(_) => return None,
        })
    }
}

/// Says to whom an account belongs.
fn ownership(owner: &Owner) -> String {
    match owner {
        Owner::Local => "local".to_owned(),
        Owner::Directory(name) => format!("of the directory `{name}`"),
    }
}

fn mapped_hint(username: &Username, policy_file: Option<&str>) -> String {
    let place = policy_file.map_or("the mapping in its policy".to_owned(), |file| {
        format!("the mapping in `{file}`")
    });
    format!(
        "change the value at the source, or {place}; or make the account local: `muster account detach {username}`"
    )
}

fn why_reserved(field: &str) -> &'static str {
    if field.starts_with(FieldName::HIDDEN) {
        "a name with `@` in front is sync's own"
    } else {
        "every account has it of its own"
    }
}

fn quoted(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
    items.join(", ")
}

fn given_hint(
    username: &Username,
    field: &FieldName,
    policy_file: Option<&str>,
    all: &[String],
) -> String {
    let place = policy_file.map_or("the policy".to_owned(), |file| format!("`{file}`"));
    let all: Vec<String> = all.iter().map(|item| format!("'{field}={item}'")).collect();
    format!(
        "end the person's membership in the group, or change the rule in {place}; to write the \
         intranet's own items only: `muster account edit {username} {}`",
        all.join(" ")
    )
}

fn reserved_hint(field: &str) -> &'static str {
    match field {
        "username" => "use `muster account rename OLD NEW`",
        "directory" | "external_id" => "use `muster account attach` or `muster account detach`",
        "status" | "block_reasons" => "use `muster account block` or `muster account unblock`",
        _ => "choose another name for the field",
    }
}

fn known_hint(known: &[DirectoryName]) -> String {
    if known.is_empty() {
        return "apply a sync of its policy first: `muster apply POLICY`".to_owned();
    }
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!(
        "known directories: {}; a new one is known once its first sync is applied",
        names.join(", ")
    )
}
