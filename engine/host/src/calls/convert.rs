//! Between the interface's types and those of calls.

use super::{FileEntry, FileInfo, Level, Method, Place, Request, Response};
use crate::bindings::{files, host, http};

impl From<http::Request> for Request {
    fn from(request: http::Request) -> Self {
        Self {
            method: match request.method {
                http::Method::Get => Method::Get,
                http::Method::Post => Method::Post,
                http::Method::Put => Method::Put,
                http::Method::Patch => Method::Patch,
                http::Method::Delete => Method::Delete,
            },
            endpoint: request.endpoint,
            target: request.target,
            headers: request.headers,
            body: request.body,
        }
    }
}

impl From<http::Response> for Response {
    fn from(response: http::Response) -> Self {
        Self {
            status: response.status,
            headers: response.headers,
            body: response.body,
        }
    }
}

impl From<Response> for http::Response {
    fn from(response: Response) -> Self {
        Self {
            status: response.status,
            headers: response.headers,
            body: response.body,
        }
    }
}

impl From<files::Source> for Place {
    fn from(place: files::Source) -> Self {
        match place {
            files::Source::File => Self::File,
            files::Source::Url => Self::Url,
            files::Source::Folder(entries) => Self::Folder(
                entries
                    .into_iter()
                    .map(|entry| FileEntry {
                        name: entry.name,
                        size: entry.size,
                        modified_ms: entry.modified_ms,
                    })
                    .collect(),
            ),
        }
    }
}

impl From<Place> for files::Source {
    fn from(place: Place) -> Self {
        match place {
            Place::File => Self::File,
            Place::Url => Self::Url,
            Place::Folder(entries) => Self::Folder(
                entries
                    .into_iter()
                    .map(|entry| files::Entry {
                        name: entry.name,
                        size: entry.size,
                        modified_ms: entry.modified_ms,
                    })
                    .collect(),
            ),
        }
    }
}

impl From<files::Info> for FileInfo {
    fn from(info: files::Info) -> Self {
        Self {
            name: info.name,
            size: info.size,
            tag: info.tag,
        }
    }
}

impl From<FileInfo> for files::Info {
    fn from(info: FileInfo) -> Self {
        Self {
            name: info.name,
            size: info.size,
            tag: info.tag,
        }
    }
}

impl From<host::Level> for Level {
    fn from(level: host::Level) -> Self {
        match level {
            host::Level::Error => Self::Error,
            host::Level::Warn => Self::Warn,
            host::Level::Info => Self::Info,
            host::Level::Debug => Self::Debug,
        }
    }
}
