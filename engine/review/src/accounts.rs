//! An intranet from a file: an export of the state, or accounts alone.

use muster_model::Account;
use muster_store::{AccountJson, ImportError, MemoryStore, StoreError, import};

/// Why a file is no intranet.
#[derive(Debug, thiserror::Error)]
pub enum NoAccounts {
    /// It looks like an export and is none.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A line is no account.
    #[error("line {line} is no account: {why}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
    /// Two accounts cannot be in one intranet.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a file of accounts holds.
#[derive(Debug)]
pub enum Intranet {
    /// All that a state holds: what `muster state export` writes.
    Exported(Box<MemoryStore>),
    /// Accounts alone, one a line, or as one list: what `muster account list`
    /// prints.
    Accounts(Vec<Account>),
}

/// Reads a file of accounts.
pub fn read(text: &str) -> Result<Intranet, NoAccounts> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with("{\"header\"") {
        let mut store = MemoryStore::new();
        import(&mut store, &mut text.as_bytes())?;
        return Ok(Intranet::Exported(Box::new(store)));
    }
    if text.starts_with('[') {
        let accounts: Result<Vec<AccountJson>, _> = serde_json::from_str(text);
        return match accounts {
            Ok(accounts) => Ok(Intranet::Accounts(
                accounts.into_iter().map(known).collect(),
            )),
            Err(error) => Err(NoAccounts::Line {
                line: error.line(),
                why: error.to_string(),
            }),
        };
    }
    let mut accounts = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim().is_empty() {
            continue;
        }
        let account: AccountJson =
            serde_json::from_str(text).map_err(|error| NoAccounts::Line {
                line,
                why: error.to_string(),
            })?;
        accounts.push(known(account));
    }
    Ok(Intranet::Accounts(accounts))
}

/// Where nothing says what sync has written last, it has written what is there.
fn known(json: AccountJson) -> Account {
    let is_told = json.synced.is_some();
    let mut account = json.into_account();
    if !is_told && account.owner != muster_model::Owner::Local {
        let fields = account.fields.iter();
        account.synced = fields
            .map(|(name, value)| (name.clone(), Some(value.clone())))
            .collect();
    }
    account
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    const ANNA: &str = r#"{"id":"a1","username":"anna","directory":"staff","external_id":"1","status":"active","block_reasons":[],"fields":{"email":"a@example.org"}}"#;

    #[test]
    fn accounts_stand_one_a_line_or_in_a_list() {
        for text in [format!("{ANNA}\n\n"), format!("[{ANNA}]")] {
            let Ok(Intranet::Accounts(accounts)) = read(&text) else {
                panic!("{text}")
            };
            assert_eq!(accounts.len(), 1);
            let email = accounts.first().unwrap().synced.get("email").unwrap();
            assert_eq!(email.as_ref().unwrap().to_string(), "a@example.org");
        }
    }

    #[test]
    fn an_export_comes_back_whole() {
        let Ok(Intranet::Accounts(accounts)) = read(ANNA) else {
            panic!()
        };
        let store = MemoryStore::from_accounts(accounts.clone()).unwrap();
        let mut text = Vec::new();
        muster_store::export(&store, &mut text).unwrap();
        let Ok(Intranet::Exported(back)) = read(std::str::from_utf8(&text).unwrap()) else {
            panic!()
        };
        assert_eq!(back.accounts().cloned().collect::<Vec<_>>(), accounts);
    }

    #[test]
    fn what_is_no_account_is_named_by_its_line() {
        let wrong = read(&format!("{ANNA}\n{{\"id\": 1}}\n"))
            .unwrap_err()
            .to_string();
        assert!(wrong.starts_with("line 2 is no account: "), "{wrong}");
    }
}
