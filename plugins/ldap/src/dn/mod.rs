//! Distinguished names, compared as RFC 4514 and the matching rules mean it.
//!
//! A name is turned into a digest of 128 bits, RDN by RDN from the top: two
//! names are equal if and only if their digests are, whatever the spelling. A
//! digest takes the digest of the parent in, so that names below one parent
//! cost one RDN each, and "below" is "has this digest among its ancestors".

mod prepare;
mod split;
mod types;

use std::cmp::Ordering;
use std::fmt;
pub use types::{Matching, Types};

/// What stands for a name: equal for equal names only.
///
/// The hash is cryptographic: people who choose their own names must not be
/// able to meet somebody else's.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 16]);

impl Digest {
    /// Of the empty name, above everything.
    pub const ROOT: Self = Self([0; 16]);

    /// Of a bare value that is compared byte by byte, apart from all names.
    pub fn of_exact(value: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("muster ldap exact value");
        hasher.update(value);
        Self::short(&hasher.finalize())
    }

    fn short(hash: &blake3::Hash) -> Self {
        hash.as_bytes()
            .first_chunk()
            .copied()
            .map_or(Self::ROOT, Self)
    }

    /// As a number: digests are spread evenly over all of them.
    pub fn number(self) -> u128 {
        u128::from_be_bytes(self.0)
    }
}

impl Ord for Digest {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number().cmp(&other.number())
    }
}

impl PartialOrd for Digest {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text that is no distinguished name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAName;

/// Turns names into digests. Remembers the last parent: people and members
/// come in runs below one.
#[derive(Debug, Default)]
pub struct Names {
    types: Types,
    parent: Vec<u8>,
    /// Digests of the parent and of everything above it, ending with the root.
    above: Vec<Digest>,
    scratch: Vec<u8>,
}

impl Names {
    /// Uses what a schema says of attribute types.
    pub fn new(types: Types) -> Self {
        Self {
            types,
            ..Self::default()
        }
    }

    /// Returns the digest of a name.
    pub fn digest(&mut self, dn: &[u8]) -> Result<Digest, NotAName> {
        if let Some(digest) = self.plain(dn) {
            return Ok(digest);
        }
        let (rdn, parent) = match split::first(dn)? {
            None => return Ok(Digest::ROOT),
            Some(parts) => parts,
        };
        self.remember(parent)?;
        let above = self.above.first().copied().unwrap_or(Digest::ROOT);
        self.rdn(rdn, above)
    }

    /// Returns the digest of a name, and those of everything above it.
    pub fn chain(&mut self, dn: &[u8]) -> Result<(Digest, &[Digest]), NotAName> {
        let digest = self.digest(dn)?;
        match digest {
            Digest::ROOT => Ok((digest, &[])),
            _ => Ok((digest, &self.above)),
        }
    }

    /// True if a name is one of these, or below one of them.
    pub fn is_below(&mut self, dn: &[u8], tops: &[Digest]) -> Result<bool, NotAName> {
        let (digest, above) = self.chain(dn)?;
        Ok(tops.iter().any(|top| *top == digest || above.contains(top)))
    }

    fn remember(&mut self, parent: &[u8]) -> Result<(), NotAName> {
        if !self.above.is_empty() && self.parent == parent {
            return Ok(());
        }
        self.above.clear();
        let mut rdns = Vec::new();
        let mut rest = parent;
        while let Some((rdn, above)) = split::first(rest)? {
            rdns.push(rdn);
            rest = above;
        }
        let mut digests = vec![Digest::ROOT];
        for rdn in rdns.into_iter().rev() {
            let above = digests.last().copied().unwrap_or(Digest::ROOT);
            digests.push(self.rdn(rdn, above)?);
        }
        digests.reverse();
        self.above = digests;
        self.parent.clear();
        self.parent.extend_from_slice(parent);
        Ok(())
    }

    /// Digest of an RDN below a parent: its pairs in a fixed order, each with
    /// its lengths, so that no two lists of pairs give the same bytes.
    fn rdn(&mut self, rdn: &[u8], above: Digest) -> Result<Digest, NotAName> {
        self.scratch.clear();
        self.scratch.extend_from_slice(&above.0);
        let (first, rest) = split::first_pair(rdn)?;
        write_pair(first, &self.types, &mut self.scratch)?;
        if let Some(rest) = rest {
            let mut pairs = vec![self.scratch.split_off(above.0.len())];
            let mut rest = Some(rest);
            while let Some(text) = rest {
                let (pair, others) = split::first_pair(text)?;
                let mut written = Vec::new();
                write_pair(pair, &self.types, &mut written)?;
                pairs.push(written);
                rest = others;
            }
            pairs.sort_unstable();
            self.scratch.extend(pairs.into_iter().flatten());
        }
        Ok(Digest::short(&blake3::hash(&self.scratch)))
    }

    /// As [`Names::digest`] for the names that most entries have: one plain
    /// pair below the parent that was met last. Nothing for any other, which is
    /// not said to be wrong.
    fn plain(&mut self, dn: &[u8]) -> Option<Digest> {
        let above = *self.above.first()?;
        let sign = dn.iter().take(32).position(|&byte| byte == b'=')?;
        let (name, value) = (dn.get(..sign)?, dn.get(sign + 1..)?);
        if !name.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(&above.0);
        self.scratch.extend_from_slice(&[0; LENGTHS]);
        let Ok(Matching::CaseIgnore) = self.types.canonical(name, &mut self.scratch) else {
            return None;
        };
        let middle = self.scratch.len();
        let end = value
            .iter()
            .position(|byte| !IS_PLAIN.get(usize::from(*byte)).is_some_and(|is| *is))?;
        let (value, parent) = value.split_at_checked(end)?;
        let is_known = parent.split_first() == Some((&b',', self.parent.as_slice()));
        if !is_known || value.is_empty() {
            return None;
        }
        self.scratch
            .extend(value.iter().map(u8::to_ascii_lowercase));
        write_lengths(above.0.len(), middle, &mut self.scratch);
        Some(Digest::short(&blake3::hash(&self.scratch)))
    }
}

/// Bytes that stand for themselves wherever they stand in a value: no spaces,
/// no signs that a name is made with.
static IS_PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        let char = byte as u8;
        #[expect(
            clippy::indexing_slicing,
            reason = "evaluated by the compiler, which refuses it"
        )]
        {
            plain[byte] = char.is_ascii_alphanumeric()
                || matches!(
                    char,
                    b'-' | b'_'
                        | b'.'
                        | b'@'
                        | b'\''
                        | b':'
                        | b'/'
                        | b'&'
                        | b'!'
                        | b'$'
                        | b'%'
                        | b'*'
                        | b'?'
                        | b'~'
                        | b'('
                        | b')'
                );
        }
        byte += 1;
    }
    plain
};

/// Bytes that the two lengths of a pair take.
const LENGTHS: usize = 8;

fn write_pair(pair: &[u8], types: &Types, out: &mut Vec<u8>) -> Result<(), NotAName> {
    let (name, value) = split::type_and_value(pair)?;
    let start = out.len();
    out.extend_from_slice(&[0; LENGTHS]);
    let matching = types.canonical(name, out)?;
    let middle = out.len();
    prepare::write(split::value(value)?, matching, out);
    write_lengths(start, middle, out);
    Ok(())
}

/// Writes how long the type and the value of a pair are, before them.
fn write_lengths(start: usize, middle: usize, out: &mut [u8]) {
    let lengths = [middle - start - LENGTHS, out.len() - middle];
    let lengths = lengths.map(|length| (length as u32).to_be_bytes());
    let spaces = out.iter_mut().skip(start);
    spaces
        .zip(lengths.as_flattened())
        .for_each(|(to, from)| *to = *from);
}

#[cfg(test)]
mod tests;
