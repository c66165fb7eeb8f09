//! Files of another revision, by the program `git`. Only ever read; no shell is
//! involved.

use crate::exit::Exit;
use crate::trouble::Trouble;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

/// One revision of the repository in which a folder stands.
#[derive(Clone, Debug)]
pub struct Revision {
    /// As the caller called it.
    pub name: String,
    /// Where `git` runs.
    folder: PathBuf,
    /// The commit's full name.
    commit: String,
    /// The folder, from the repository's root.
    prefix: String,
}

impl Revision {
    /// The revision of a name, if there is a repository and it has one.
    pub fn find(folder: &Path, name: &str) -> Result<Option<Self>, Trouble> {
        let commit = format!("{name}^{{commit}}");
        let verify = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ];
        let Ok(commit) = git(folder, &verify)? else {
            return Ok(None);
        };
        let prefix = git(folder, &["rev-parse", "--show-prefix"])?;
        let prefix = prefix.map_err(|said| refused("git rev-parse", &said))?;
        Ok(Some(Self {
            name: name.to_owned(),
            folder: folder.to_owned(),
            commit: line(&commit),
            prefix: line(&prefix),
        }))
    }

    /// A path that is relative to the folder, from the repository's root.
    pub fn rooted(&self, path: &Path) -> Option<String> {
        tidy(&Path::new(&self.prefix).join(path))
    }

    /// A file's content, by its path from the repository's root.
    ///
    /// # Errors
    ///
    /// Why it cannot be had, as part of a sentence.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let object = format!("{}:{path}", self.commit);
        let show = ["show", "--no-textconv", "--end-of-options", &object];
        match git(&self.folder, &show) {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(_)) => Err(format!("there is no such file in `{}`", self.name)),
            Err(trouble) => Err(trouble.summary),
        }
    }

    /// All files below a folder, from the repository's root, in order. Of a file, it
    /// alone.
    pub fn list(&self, path: &str) -> Result<Vec<String>, Trouble> {
        let mut list = vec!["ls-tree", "-r", "-z", "--name-only", "--full-tree"];
        list.extend(["--end-of-options", self.commit.as_str()]);
        if !path.is_empty() {
            list.extend(["--", path]);
        }
        let listed = git(&self.folder, &list)?.map_err(|said| refused("git ls-tree", &said))?;
        let names = listed
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty());
        let names = names.map(|name| String::from_utf8_lossy(name).into_owned());
        Ok(names.collect())
    }
}

/// A path without `.` and `..`, with `/` between its parts; none if it leads out.
pub fn tidy(path: &Path) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::Normal(name) => parts.push(name.to_str()?.to_owned()),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// Hooks have these, and they are about another folder than ours.
const OF_HOOKS: [&str; 4] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"];

/// What the program has written; or what it has said, if it failed.
fn git(folder: &Path, arguments: &[&str]) -> Result<Result<Vec<u8>, String>, Trouble> {
    let mut command = Command::new("git");
    for variable in OF_HOOKS {
        command.env_remove(variable);
    }
    let output = command
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            Trouble::new(Exit::Failed, "the program `git` cannot be run")
                .because(Some(&error))
                .hint("revisions are read by `git`; install it, or name files and folders")
        })?;
    Ok(match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    })
}

fn refused(what: &str, said: &str) -> Trouble {
    let mut trouble = Trouble::new(Exit::Failed, format!("`{what}` has failed"));
    trouble
        .causes
        .extend((!said.is_empty()).then(|| said.to_owned()));
    trouble
}

fn line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .trim_end_matches('\n')
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::tidy;
    use std::path::Path;

    #[test]
    fn paths_lead_nowhere_out() {
        for (path, expected) in [
            ("policies/staff.yaml", Some("policies/staff.yaml")),
            ("policies/./a/../staff.yaml", Some("policies/staff.yaml")),
            ("policies/../../x", None),
            ("/etc/passwd", None),
            (".", Some("")),
        ] {
            assert_eq!(tidy(Path::new(path)).as_deref(), expected, "{path}");
        }
    }
}
