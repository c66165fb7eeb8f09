//! What an earlier run has left waiting in an intranet that was made by hand.

use muster_model::{Account, BlockReason, DirectoryName, Memory, Owner, Pending};

/// What a directory's record says of its accounts. When the first grace ends is
/// for the planner to find out.
pub fn pending(accounts: &[Account], directory: &DirectoryName) -> Pending {
    let owner = Owner::Directory(directory.clone());
    let own = || accounts.iter().filter(|account| account.owner == owner);
    let waits = |account: &&Account| account.block_reasons.contains(&BlockReason::NoLicence);
    let remembers = |account: &Account| !Memory::of(account).is_empty();
    Pending {
        due: own()
            .any(remembers)
            .then(|| "2026-01-01T00:00:00Z".to_owned()),
        waiting: own().filter(waits).count() as u64,
    }
}
