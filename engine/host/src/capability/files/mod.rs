//! Files that the policy named, on a disk or behind a URL, read once from the
//! beginning to the end.

mod fingerprint;
mod folder;
mod local;
mod remote;

use super::granted;
use super::through::nobody;
use crate::bindings::files::{Host, HostReader, Info, Source};
use crate::bindings::types::Failure;
use crate::calls::{self, Call, FileInfo, Opened};
use crate::failure::{FailureKind, failed_hint};
use crate::http::Fetched;
use crate::instance::State;
use local::{LocalFile, unreadable};
use remote::RemoteFile;
use std::path::{Path, PathBuf};
use wasmtime::component::Resource;

/// What a file's checksum is called, behind the file's own name.
const SIDECAR: &str = ".sha256";

/// A file that a plugin has open.
pub struct OpenFile {
    number: u32,
    info: FileInfo,
    /// None if a tap answers in the file's place.
    place: Option<Place>,
}

/// Where its bytes come from.
enum Place {
    Disk(LocalFile),
    Url(RemoteFile),
}

impl Place {
    fn info(&self) -> Info {
        match self {
            Self::Disk(file) => file.info(),
            Self::Url(file) => file.info(),
        }
    }

    async fn read(&mut self, max: u32) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Disk(file) => file.read(max),
            Self::Url(file) => file.read(max).await,
        }
    }
}

/// The path that a plugin asks for, below the one that the policy named.
fn resolve(granted: &Path, name: Option<&str>) -> Result<PathBuf, Failure> {
    let Some(name) = name else {
        return Ok(granted.to_owned());
    };
    if granted.is_dir() {
        return folder::inside(granted, name);
    }
    let own = granted.file_name().unwrap_or_default().to_string_lossy();
    let is_sidecar = name.strip_suffix(SIDECAR) == Some(&own);
    match is_sidecar {
        true => Ok(granted.with_file_name(name)),
        false => Err(failed_hint(
            FailureKind::Denied,
            format!("the plugin asked for `{name}` beside `{own}`"),
            format!("beside a file, only its checksum can be read: `{own}{SIDECAR}`"),
        )),
    }
}

fn opened(
    granted: &Path,
    name: Option<&str>,
    unless: Option<&str>,
) -> Result<Option<LocalFile>, Failure> {
    let file = LocalFile::open(&resolve(granted, name)?)?;
    let same = unless.is_some() && file.tag().as_deref() == unless;
    Ok((!same).then_some(file))
}

fn looked(granted: &Path) -> Result<Source, Failure> {
    let about = std::fs::metadata(granted).map_err(|error| unreadable(granted, error))?;
    match about.is_dir() {
        true => folder::list(granted).map(Source::Folder),
        false => Ok(Source::File),
    }
}

impl State {
    /// True for a need that is bound to a URL.
    fn is_remote(&self, need: &str) -> bool {
        self.capabilities.grants.downloads.contains_key(need)
    }

    async fn find(
        &mut self,
        need: &str,
        name: Option<&str>,
        unless: Option<&str>,
    ) -> Result<Option<Place>, Failure> {
        if !self.is_remote(need) {
            let path = granted(&self.capabilities.grants.files, "files", need)?;
            return Ok(opened(path, name, unless)?.map(Place::Disk));
        }
        // Beside a file behind a URL, too, only its checksum can be read.
        let suffix = match name {
            None => "",
            Some(name) if name.ends_with(SIDECAR) => SIDECAR,
            Some(name) => {
                return Err(failed_hint(
                    FailureKind::Denied,
                    format!("the plugin asked for `{name}` beside a file behind a URL"),
                    format!(
                        "beside a file, only its checksum can be read: its name and `{SIDECAR}`"
                    ),
                ));
            }
        };
        let fetched = self.capabilities.http.clone();
        match fetched.download(need, suffix, unless).await? {
            Fetched::NotModified => Ok(None),
            Fetched::Body(body) => Ok(Some(Place::Url(RemoteFile::new(body)))),
        }
    }
}

impl Host for State {
    async fn look(&mut self, need: String) -> wasmtime::Result<Result<Source, Failure>> {
        let wanted = need.clone();
        let place = self.through(
            || Call::Look { need },
            async |state| {
                if state.is_remote(&wanted) {
                    return Ok(calls::Place::Url);
                }
                let path = granted(&state.capabilities.grants.files, "files", &wanted)?;
                looked(path).map(calls::Place::from)
            },
        );
        Ok(place.await.map(Into::into))
    }

    async fn open(
        &mut self,
        need: String,
        name: Option<String>,
        unless: Option<String>,
    ) -> wasmtime::Result<Result<Option<Resource<OpenFile>>, Failure>> {
        let number = self.capabilities.tapping.number();
        let asked = (need.clone(), name.clone(), unless.clone());
        let mut place = None;
        let opened = self.through(
            || Call::OpenFile {
                file: number,
                need: asked.0,
                name: asked.1,
                unless: asked.2,
            },
            async |state| {
                let found = state.find(&need, name.as_deref(), unless.as_deref());
                place = found.await?;
                Ok(match &place {
                    Some(place) => Opened::Open(place.info().into()),
                    None => Opened::NotModified,
                })
            },
        );
        let opened = match opened.await {
            Ok(Opened::Open(info)) => OpenFile {
                number,
                info,
                place,
            },
            Ok(Opened::NotModified) => return Ok(Ok(None)),
            Err(failure) => return Ok(Err(failure)),
        };
        Ok(Ok(Some(self.capabilities.table.push(opened)?)))
    }
}

impl HostReader for State {
    async fn info(&mut self, file: Resource<OpenFile>) -> wasmtime::Result<Info> {
        let file = self.capabilities.table.get(&file)?;
        Ok(file.info.clone().into())
    }

    async fn read(
        &mut self,
        file: Resource<OpenFile>,
        max: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, Failure>> {
        let number = self.capabilities.table.get(&file)?.number;
        let chunk = self.through(
            || Call::ReadFile { file: number, max },
            async |state| {
                let open = state.capabilities.table.get_mut(&file);
                let place = open.ok().and_then(|open| open.place.as_mut());
                place.ok_or_else(nobody)?.read(max).await
            },
        );
        Ok(chunk.await)
    }

    async fn drop(&mut self, file: Resource<OpenFile>) -> wasmtime::Result<()> {
        self.capabilities.table.delete(file)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_a_file_only_its_checksum_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        for name in ["people.csv", "people.csv.sha256", "other.csv"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let open = |name| opened(&path, name, None).map(|file| file.unwrap().info().name);
        assert_eq!(open(None).unwrap(), "people.csv");
        assert_eq!(
            open(Some("people.csv.sha256")).unwrap(),
            "people.csv.sha256"
        );
        for wrong in [
            "people.csv",
            "other.csv",
            "other.csv.sha256",
            "../people.csv.sha256",
        ] {
            let kind = open(Some(wrong)).unwrap_err().kind;
            assert_eq!(kind, FailureKind::Denied.into(), "{wrong}");
        }
    }
}
