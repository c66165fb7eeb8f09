//! What every record is wrapped in: its kind, its version, its checksum.

/// Bytes of the wrapping: kind, version, CRC-32.
const HEAD: usize = 6;

/// What a record holds; a record read as something else is damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Accounts with neighbouring numbers.
    Accounts,
    /// Audit records of one run.
    Audit,
    /// A part of an index.
    Bucket,
    /// One thing as JSON.
    Json,
}

impl Kind {
    /// The letter that is stored, and the newest version that this program
    /// writes and reads.
    fn mark(self) -> (u8, u8) {
        match self {
            Self::Accounts => (b'a', 1),
            Self::Audit => (b't', 2),
            Self::Bucket => (b'i', 1),
            Self::Json => (b'j', 1),
        }
    }
}

/// Why a record cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// A later program wrote it.
    #[error("a record has version {found}, and this program reads up to {known}")]
    Newer {
        /// The record's version.
        found: u8,
        /// The newest that is known.
        known: u8,
    },
    /// The checksum is another one.
    #[error("a record's checksum does not match its content")]
    Checksum,
    /// The content is not what the record says it is.
    #[error("a record's content makes no sense: {0}")]
    Content(&'static str),
}

/// Wraps a record's content.
pub(crate) fn seal(kind: Kind, content: &[u8]) -> Vec<u8> {
    let (letter, version) = kind.mark();
    let mut out = Vec::with_capacity(HEAD + content.len());
    out.extend_from_slice(&[letter, version]);
    out.extend_from_slice(&checksum(letter, version, content).to_le_bytes());
    out.extend_from_slice(content);
    out
}

/// Takes the content out, if it is what it was.
pub(crate) fn unseal(kind: Kind, record: &[u8]) -> Result<&[u8], Unreadable> {
    let (letter, known) = kind.mark();
    let Some((&[found_letter, version, a, b, c, d], content)) = record.split_first_chunk::<HEAD>()
    else {
        return Err(Unreadable::Content("it is too short"));
    };
    if checksum(found_letter, version, content) != u32::from_le_bytes([a, b, c, d]) {
        return Err(Unreadable::Checksum);
    }
    if found_letter != letter {
        return Err(Unreadable::Content("it is of another kind"));
    }
    if version > known {
        return Err(Unreadable::Newer {
            found: version,
            known,
        });
    }
    Ok(content)
}

fn checksum(letter: u8, version: u8, content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[letter, version]);
    hasher.update(content);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn every_flipped_bit_is_noticed() {
        let record = seal(Kind::Json, b"content");
        assert_eq!(unseal(Kind::Json, &record).unwrap(), b"content");
        for at in 0..record.len() * 8 {
            let mut bent = record.clone();
            bent[at / 8] ^= 1 << (at % 8);
            assert_eq!(
                unseal(Kind::Json, &bent),
                Err(Unreadable::Checksum),
                "bit {at}"
            );
        }
        for len in 0..record.len() {
            assert!(unseal(Kind::Json, &record[..len]).is_err(), "cut at {len}");
        }
    }

    #[test]
    fn kinds_are_not_confused_and_newer_versions_are_refused() {
        let record = seal(Kind::Audit, b"");
        assert!(matches!(
            unseal(Kind::Json, &record),
            Err(Unreadable::Content(_))
        ));
        let mut newer = vec![b'j', 9];
        newer.extend_from_slice(&checksum(b'j', 9, b"x").to_le_bytes());
        newer.push(b'x');
        let refused = Err(Unreadable::Newer { found: 9, known: 1 });
        assert_eq!(unseal(Kind::Json, &newer), refused);
    }
}
