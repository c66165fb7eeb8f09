//! The file as a window of UTF-8 bytes that moves forward.

use crate::encoding::{self, Decoder, Encoding};
use muster_sdk::Failure;
use sha2::{Digest, Sha256};
use std::io::BufRead;

/// Longer than any record: what is longer is a quote that nobody closed, or
/// another kind of file.
pub const LONGEST_RECORD: usize = 1024 * 1024;

/// Bytes that were read and not yet used, and where more come from.
///
/// INVARIANT: holds no more than one record and one chunk, whatever the size
/// of the file.
pub struct Input {
    source: Box<dyn BufRead>,
    name: String,
    encoding: Encoding,
    decoder: Decoder,
    window: Vec<u8>,
    used: usize,
    /// A buffer for bytes that are not yet decoded.
    head: Vec<u8>,
    digest: Option<Sha256>,
    /// Bytes that came from the file.
    read: u64,
    ended: bool,
}

impl Input {
    /// Takes a file from its beginning; `name` is for messages.
    pub fn new(source: Box<dyn BufRead>, name: impl Into<String>, encoding: Encoding) -> Self {
        Self {
            source,
            name: name.into(),
            encoding,
            decoder: Decoder::new(encoding),
            window: Vec::new(),
            used: 0,
            head: Vec::new(),
            digest: None,
            read: 0,
            ended: false,
        }
    }

    /// Computes the file's SHA-256 on the way.
    pub fn with_digest(mut self) -> Self {
        self.digest = Some(Sha256::new());
        self
    }

    /// Learns the encoding from the byte order mark, and drops the mark.
    /// Refuses encodings that nobody reads here.
    pub fn begin(&mut self) -> Result<(), Failure> {
        let mut head = Vec::new();
        while head.len() < 4 && self.chunk(&mut head)? {}
        let mark = match Encoding::marked(&head) {
            Some((encoding, mark)) => {
                self.encoding = encoding;
                self.decoder = Decoder::new(encoding);
                mark
            }
            None => 0,
        };
        if self.encoding == Encoding::Utf8
            && let Some(encoding) = encoding::foreign(head.get(mark..).unwrap_or_default())
        {
            return Err(self.foreign(encoding));
        }
        self.decoder
            .append(head.get(mark..).unwrap_or_default(), &mut self.window);
        Ok(())
    }

    fn foreign(&self, encoding: &str) -> Failure {
        let failure = Failure::data(format!(
            "`{}` line 1: the file is {encoding}, not UTF-8",
            self.name
        ));
        match encoding {
            "UTF-32" => failure.hint("save it as UTF-8; spreadsheets call it “CSV UTF-8”"),
            _ => failure.hint(format!(
                "set `encoding: {}`, or save it as UTF-8",
                encoding.to_lowercase()
            )),
        }
    }

    /// Reads the file as it is, to its end, if it has at most `limit` bytes.
    pub fn whole(&mut self, limit: usize) -> Result<Vec<u8>, Failure> {
        let mut all = Vec::new();
        while self.chunk(&mut all)? {
            if all.len() > limit {
                return Err(Failure::data(format!(
                    "`{}` is larger than {} MiB, which is the most that is read of this format",
                    self.name,
                    limit >> 20
                ))
                .hint("export it as CSV: a CSV may have any size"));
            }
        }
        Ok(all)
    }

    /// The SHA-256 of what was read, in hex, if it was to be computed.
    pub fn digest(&self) -> Option<String> {
        let digest = self.digest.clone()?.finalize();
        Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes that were read from the file so far.
    pub fn bytes_read(&self) -> u64 {
        self.read
    }

    /// What was read and not yet used.
    pub fn rest(&self) -> &[u8] {
        self.window.get(self.used..).unwrap_or_default()
    }

    /// Uses the first `count` bytes of the rest.
    pub fn take(&mut self, count: usize) {
        self.used = (self.used + count).min(self.window.len());
    }

    /// Reads on; false at the end of the file.
    pub fn more(&mut self) -> Result<bool, Failure> {
        if self.ended {
            return Ok(false);
        }
        self.window.drain(..self.used);
        self.used = 0;
        let mut chunk = std::mem::take(&mut self.head);
        chunk.clear();
        if self.chunk(&mut chunk)? {
            self.decoder.append(&chunk, &mut self.window);
        } else {
            self.decoder.finish(&mut self.window);
        }
        self.head = chunk;
        Ok(!self.ended || !self.rest().is_empty())
    }

    /// Appends the file's next bytes as they are; false at its end.
    fn chunk(&mut self, out: &mut Vec<u8>) -> Result<bool, Failure> {
        let chunk = self.source.fill_buf().map_err(Failure::from_io)?;
        let count = chunk.len();
        out.extend_from_slice(chunk);
        if let Some(digest) = &mut self.digest {
            digest.update(chunk);
        }
        self.source.consume(count);
        self.read += count as u64;
        self.ended = count == 0;
        Ok(!self.ended)
    }
}

#[cfg(test)]
pub mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::{self, Read};

    /// Gives out a text in chunks of a few bytes.
    pub struct Chunks {
        text: Vec<u8>,
        size: usize,
    }

    impl Read for Chunks {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("not used"))
        }
    }

    impl BufRead for Chunks {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            Ok(self.text.get(..self.size).unwrap_or(&self.text))
        }

        fn consume(&mut self, amount: usize) {
            self.text.drain(..amount);
        }
    }

    /// A file that comes in chunks of `size` bytes.
    pub fn chunked(text: &[u8], size: usize, encoding: Encoding) -> Input {
        let source = Chunks {
            text: text.to_vec(),
            size,
        };
        Input::new(Box::new(source), "people", encoding)
    }

    #[test]
    fn the_window_moves_over_the_whole_file() {
        let mut input = chunked("\u{feff}abcdef".as_bytes(), 2, Encoding::Utf8);
        input.begin().unwrap();
        let mut all = Vec::new();
        loop {
            all.extend_from_slice(input.rest());
            input.take(input.rest().len());
            if !input.more().unwrap() {
                break;
            }
        }
        assert_eq!(all, b"abcdef");
        assert_eq!(input.bytes_read(), 9);
    }

    #[test]
    fn utf_16_without_a_mark_is_refused_in_words() {
        let failure = chunked(b"i\0d\0", 1, Encoding::Utf8).begin().unwrap_err();
        assert!(
            failure.message.contains("line 1: the file is UTF-16LE"),
            "{}",
            failure.message
        );
    }
}
