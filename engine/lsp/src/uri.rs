//! Documents by their paths. A document that is no file goes by its URI.

use lsp_types::Uri;
use std::str::FromStr;
use url::Url;

/// The path of a document, or its URI if it is no file.
pub(crate) fn path_of(uri: &Uri) -> String {
    let path = Url::parse(uri.as_str())
        .ok()
        .filter(|url| url.scheme() == "file")
        .and_then(|url| url.to_file_path().ok());
    match path.as_ref().and_then(|path| path.to_str()) {
        Some(path) => path.to_owned(),
        None => uri.as_str().to_owned(),
    }
}

/// The URI of a path, or of what [`path_of`] made of one.
pub(crate) fn uri_of(path: &str) -> Option<Uri> {
    match Url::from_file_path(path) {
        Ok(url) => Uri::from_str(url.as_str()).ok(),
        Err(()) => Uri::from_str(path).ok(),
    }
}

/// True if other documents can stand beside this one.
pub(crate) fn is_file(path: &str) -> bool {
    Url::from_file_path(path).is_ok()
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn files_go_by_paths_and_others_by_uris() {
        for (uri, path) in [
            ("file:///home/anna/staff.yaml", "/home/anna/staff.yaml"),
            ("file:///home/a%20b/%C3%A9.yaml", "/home/a b/é.yaml"),
            ("untitled:Untitled-1", "untitled:Untitled-1"),
        ] {
            let parsed = Uri::from_str(uri).unwrap();
            assert_eq!(path_of(&parsed), path);
            assert_eq!(uri_of(path).unwrap().as_str(), uri);
            assert_eq!(is_file(path), path.starts_with('/'));
        }
        // Some clients write what others leave as it is.
        let colon = Uri::from_str("file:///home/a%3Ab.yaml").unwrap();
        assert_eq!(path_of(&colon), "/home/a:b.yaml");
    }
}
