//! Files that the policy named, on a disk or behind a URL. Nothing else can be
//! opened.

use crate::Failure;
pub use crate::bindings::muster::provider::files::{Entry, Info, Source as Place};
use std::io::{self, BufRead, Read};

#[cfg(target_family = "wasm")]
use crate::bindings::muster::provider::files as imports;
#[cfg(not(target_family = "wasm"))]
use crate::testing::files as imports;

/// What one call asks the host for: large enough that the call costs nothing.
const CHUNK: u32 = 256 * 1024;

/// Opens the file that the policy bound to a need of the manifest.
pub fn open(need: &str) -> Result<Reader, Failure> {
    let opened = open_unless(need, None, None)?;
    opened.ok_or_else(|| Failure::internal("the host took a file for unchanged that nobody knew"))
}

/// Opens a file of a need: `name` is one of a folder, or of a need that is one
/// file, its own name with `.sha256` behind it. `None` if the file still has the
/// tag `unless`, which an [`Info`] gave before.
pub fn open_unless(
    need: &str,
    name: Option<&str>,
    unless: Option<&str>,
) -> Result<Option<Reader>, Failure> {
    let opened = imports::open(need, name, unless)?;
    Ok(opened.map(|inner| Reader {
        inner,
        chunk: Vec::new(),
        at: 0,
    }))
}

/// Says what the policy bound to a need: a file, a folder with its files, or a
/// URL.
pub fn look(need: &str) -> Result<Place, Failure> {
    imports::look(need)
}

/// A file, read from its beginning to its end, with a buffer of its own.
///
/// Its I/O errors carry a [`Failure`]: see [`Failure::from_io`]. At the end, the
/// file must be as it was when it was opened, or the failure is `drifted`.
#[derive(Debug)]
pub struct Reader {
    inner: imports::Reader,
    chunk: Vec<u8>,
    at: usize,
}

impl Reader {
    /// Name, size and tag of the file.
    pub fn info(&self) -> Info {
        self.inner.info()
    }

    /// Reads the whole file: for small ones.
    pub fn read_all(mut self) -> Result<Vec<u8>, Failure> {
        let mut all = Vec::new();
        self.read_to_end(&mut all).map_err(Failure::from_io)?;
        Ok(all)
    }
}

impl BufRead for Reader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.chunk.len() {
            self.chunk = self.inner.read(CHUNK)?;
            self.at = 0;
        }
        Ok(self.chunk.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at = (self.at + amount).min(self.chunk.len());
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}
