//! Who holds a person's password. Never Muster.

use super::{Refused, find};
use muster_model::{Account, DirectoryName, Owner};
use muster_store::Store;

/// Who controls the password of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordControl {
    /// The source of this directory: it is changed there.
    Source {
        /// The account.
        account: Box<Account>,
        /// The directory.
        directory: DirectoryName,
        /// The policy file of its last sync, if one is known.
        policy_file: Option<String>,
    },
    /// The intranet's own log-in; Muster stores no passwords.
    Intranet {
        /// The account.
        account: Box<Account>,
    },
}

/// Answers who controls the password of an account.
pub fn password_control(store: &dyn Store, username: &str) -> Result<PasswordControl, Refused> {
    let account = Box::new(find(store, username)?);
    Ok(match &account.owner {
        Owner::Local => PasswordControl::Intranet { account },
        Owner::Directory(directory) => PasswordControl::Source {
            directory: directory.clone(),
            policy_file: store.directory(directory)?.map(|record| record.policy_file),
            account,
        },
    })
}
