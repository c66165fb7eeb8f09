//! By what references find their targets: values of attributes, in the form in
//! which they are compared.
//!
//! Distinguished names are compared as names, all other values without regard to
//! case and to how Unicode writes a letter. What is kept of a value is a digest,
//! so that a million people take little room.

use muster_model::{UsernameKey, ValueView, dn};

/// Stands for a value: equal for equal values only.
///
/// The hash is cryptographic: people who choose their own names must not be able
/// to meet somebody else's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct KeyDigest([u8; 16]);

impl KeyDigest {
    /// Digests a value; a blank one names nobody.
    pub(crate) fn of(value: &str, scratch: &mut String) -> Option<Self> {
        scratch.clear();
        scratch.push('n');
        if !dn::write_normal(value, scratch) {
            scratch.clear();
            scratch.push('v');
            UsernameKey::write(value, scratch);
        }
        if scratch.len() < 2 {
            return None;
        }
        let hash = blake3::hash(scratch.as_bytes());
        hash.as_bytes().first_chunk().copied().map(Self)
    }

    /// Digests all values of one attribute, in ascending order, each once.
    pub(crate) fn of_all<'v>(
        values: impl Iterator<Item = &'v str>,
        scratch: &mut String,
        out: &mut Vec<Self>,
    ) {
        let start = out.len();
        out.extend(values.filter_map(|value| Self::of(value, scratch)));
        if out.len() > start + 1 {
            let mut own = out.split_off(start);
            own.sort_unstable();
            own.dedup();
            out.append(&mut own);
        }
    }
}

/// What accounts remember of such attributes, packed.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    digests: Vec<KeyDigest>,
    /// One for each attribute of each account, in order.
    ends: Vec<u32>,
    scratch: String,
}

impl Remembered {
    /// Adds what one account remembers of one attribute.
    pub(crate) fn push(&mut self, last: Option<&Option<ValueView<'_>>>) {
        let (digests, scratch) = (&mut self.digests, &mut self.scratch);
        match last.and_then(Option::as_ref) {
            None => {}
            Some(ValueView::Text(text)) => {
                KeyDigest::of_all(std::iter::once(*text), scratch, digests);
            }
            Some(ValueView::List(items)) => {
                KeyDigest::of_all(items.iter().copied(), scratch, digests);
            }
        }
        // Each is one of a text of at most 4 GiB, with more than two bytes each.
        self.ends
            .push(u32::try_from(self.digests.len()).unwrap_or(u32::MAX));
    }

    /// What was added at a place.
    pub(crate) fn get(&self, place: usize) -> &[KeyDigest] {
        let end = |place: usize| self.ends.get(place).map_or(0, |end| *end as usize);
        let start = place.checked_sub(1).map_or(0, end);
        self.digests.get(start..end(place)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_as_what_they_are() {
        let of = |value: &str| KeyDigest::of(value, &mut String::new());
        assert_eq!(of("CN=Kim, OU=People"), of("cn=kim,ou=people"));
        assert_eq!(of(" E-17 "), of("e-17"));
        assert_ne!(of("cn=kim,ou=people"), of("kim"));
        assert_eq!(of(" "), None);
    }

    #[test]
    fn what_is_remembered_is_found_again() {
        let mut some = Remembered::default();
        let text = Some(ValueView::Text("b"));
        let list = Some(ValueView::List(vec!["c", "A", "a"]));
        some.push(Some(&text));
        some.push(None);
        some.push(Some(&list));
        some.push(Some(&None));
        let mut all = Vec::new();
        KeyDigest::of_all(["a", "c"].into_iter(), &mut String::new(), &mut all);
        let lengths = [0, 1, 2, 3].map(|place| some.get(place).len());
        assert_eq!(lengths, [1, 0, 2, 0]);
        assert_eq!(some.get(2), all);
    }
}
