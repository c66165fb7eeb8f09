//! A file behind a URL, read once from the beginning to the end.

use crate::bindings::files::Info;
use crate::bindings::types::Failure;
use crate::http::Download;

/// A download that a plugin reads in pieces of its own size.
pub(super) struct RemoteFile {
    download: Box<Download>,
    /// What came and was not yet asked for.
    chunk: Vec<u8>,
    used: usize,
}

impl RemoteFile {
    /// Takes an answer whose body has not been touched.
    pub fn new(download: Box<Download>) -> Self {
        Self {
            download,
            chunk: Vec::new(),
            used: 0,
        }
    }

    /// What the server says of it.
    pub fn info(&self) -> Info {
        Info {
            name: self.download.name.clone(),
            size: self.download.length,
            tag: self.download.tag.clone(),
        }
    }

    /// Reads on. An empty piece is the end, so none is handed on before it.
    pub async fn read(&mut self, max: u32) -> Result<Vec<u8>, Failure> {
        while self.used >= self.chunk.len() {
            match self.download.chunk().await? {
                Some(chunk) => (self.chunk, self.used) = (chunk, 0),
                None => return Ok(Vec::new()),
            }
        }
        let end = (self.used + max as usize).min(self.chunk.len());
        let piece = self.chunk.get(self.used..end).unwrap_or_default().to_vec();
        self.used = end;
        Ok(piece)
    }
}
