//! Where a policy stands in its version control, if it is under one.

use crate::policies;
use muster_policy::Policy;
use muster_review::explain::report::PolicyVersion;
use std::path::Path;
use std::process::{Command, Stdio};

/// The commit that changed a policy's file last, and whether any of its files was
/// edited since. None if git does not know it, or is not there.
pub fn of(policy: &Policy) -> Option<PolicyVersion> {
    let main = Path::new(&policy.file);
    let folder = policies::folder(policy);
    let name = main.file_name()?.to_str()?;
    let commit = git(&folder, &["log", "-1", "--format=%h", "HEAD", "--", name])?;
    let beside = policy.files.iter().map(String::as_str);
    let mut files = beside.filter_map(|file| Path::new(file).strip_prefix(&folder).ok());
    let edited = is_edited(&folder, Path::new(name)) || files.any(|file| is_edited(&folder, file));
    (!commit.is_empty()).then_some(PolicyVersion { commit, edited })
}

/// Compares contents, without any filter that a repository may name.
fn is_edited(folder: &Path, file: &Path) -> bool {
    let Some(file) = file.to_str() else {
        return true;
    };
    let committed = git(folder, &["rev-parse", &format!("HEAD:./{file}")]);
    let present = git(folder, &["hash-object", "--no-filters", "--", file]);
    committed.is_none() || committed != present
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "core.fsmonitor=false", "--no-pager"])
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
