//! The few rules of BER that LDAP messages are written by (RFC 4511 5.1).

/// Deepest nesting that a message may have. The ldap crate calls itself for
/// each level.
const DEPTH: usize = 32;

/// A tagged value, and what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub tag: u8,
    pub body: &'a [u8],
    pub rest: &'a [u8],
}

/// Takes the first element; nothing if it is not whole or breaks the rules.
pub(super) fn first(bytes: &[u8]) -> Option<Element<'_>> {
    let (&tag, after) = bytes.split_first()?;
    let (&short, after) = after.split_first()?;
    let (length, after) = match short {
        0..128 => (usize::from(short), after),
        _ => long(short, after)?,
    };
    let (body, rest) = after.split_at_checked(length)?;
    Some(Element { tag, body, rest })
}

/// A length of several octets.
fn long(first: u8, after: &[u8]) -> Option<(usize, &[u8])> {
    let (octets, after) = after.split_at_checked(usize::from(first & 0x7f))?;
    if octets.is_empty() || octets.len() > 8 {
        return None;
    }
    let length = octets
        .iter()
        .fold(0_u64, |sum, &octet| sum << 8 | u64::from(octet));
    Some((usize::try_from(length).ok()?, after))
}

/// Writes an element.
pub(super) fn tlv(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(body.len() + 6);
    all.push(tag);
    match u8::try_from(body.len()) {
        Ok(short @ 0..128) => all.push(short),
        _ => {
            let length = body.len().to_be_bytes();
            let skip = length.iter().take_while(|&&octet| octet == 0).count();
            all.push(0x80 | (length.len() - skip) as u8);
            all.extend(length.iter().skip(skip));
        }
    }
    all.extend_from_slice(body);
    all
}

/// How many bytes a message takes, header included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// The header is not whole yet.
    Unknown,
    /// This many.
    Bytes(usize),
    /// It is no LDAP message.
    Wrong,
}

/// Reads the header of a message: a sequence with a definite length.
pub(super) fn size(bytes: &[u8]) -> Size {
    match bytes {
        [] | [0x30] => Size::Unknown,
        [0x30, short @ 0..128, ..] => Size::Bytes(2 + usize::from(*short)),
        [0x30, 0x80 | 0x89..=0xff, ..] => Size::Wrong,
        [0x30, first, after @ ..] if after.len() < usize::from(first & 0x7f) => Size::Unknown,
        [0x30, first, after @ ..] => match long(*first, after) {
            Some((length, rest)) => Size::Bytes((bytes.len() - rest.len()).saturating_add(length)),
            None => Size::Wrong,
        },
        _ => Size::Wrong,
    }
}

/// True if bytes are nothing but whole elements, and not too deep.
pub(super) fn is_sound(bytes: &[u8]) -> bool {
    is_sound_to(bytes, DEPTH)
}

fn is_sound_to(mut bytes: &[u8], depth: usize) -> bool {
    while !bytes.is_empty() {
        let Some(Element { tag, body, rest }) = first(bytes) else {
            return false;
        };
        let is_constructed = tag & 0x20 != 0;
        let has_long_tag = tag & 0x1f == 0x1f;
        if has_long_tag || depth == 0 || (is_constructed && !is_sound_to(body, depth - 1)) {
            return false;
        }
        bytes = rest;
    }
    true
}

/// Reads a number that is not negative.
pub(super) fn number(body: &[u8]) -> Option<u32> {
    match body {
        [] | [0x80..=0xff, ..] => None,
        [0, rest @ ..] if rest.len() > 4 => None,
        _ if body.len() > 5 => None,
        _ => u32::try_from(
            body.iter()
                .fold(0_u64, |sum, &octet| sum << 8 | u64::from(octet)),
        )
        .ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_taken_one_by_one() {
        let found = first(&[4, 2, b'a', b'b', 5, 0]);
        assert_eq!(
            found,
            Some(Element {
                tag: 4,
                body: b"ab",
                rest: &[5, 0]
            })
        );
        assert_eq!(
            first(&[4, 0x82, 0, 1, b'a']).map(|it| it.body),
            Some(&b"a"[..])
        );
        for broken in [
            &[][..],
            &[4],
            &[4, 2, b'a'],
            &[4, 0x80],
            &[4, 0x81],
            &[4, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
        ] {
            assert_eq!(first(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let body = vec![7; length];
            let written = tlv(4, &body);
            assert_eq!(first(&written).map(|it| it.body), Some(&body[..]));
            assert_eq!(size(&tlv(0x30, &body)), Size::Bytes(written.len()));
        }
    }

    #[test]
    fn a_message_tells_its_size_before_it_is_whole() {
        assert_eq!(size(&[0x30]), Size::Unknown);
        assert_eq!(size(&[0x30, 5]), Size::Bytes(7));
        assert_eq!(size(&[0x30, 0x82, 1]), Size::Unknown);
        assert_eq!(size(&[0x30, 0x82, 1, 0]), Size::Bytes(260));
        for wrong in [&[0x31, 5][..], &[0x30, 0x80], &[0x30, 0xff], b"HTTP/1.1"] {
            assert_eq!(size(wrong), Size::Wrong, "{wrong:?}");
        }
        assert_eq!(
            size(&[0x30, 0x88, 255, 255, 255, 255, 255, 255, 255, 255]),
            Size::Bytes(usize::MAX)
        );
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |levels: usize| {
            (0..levels).fold(vec![5, 0], |inner, _| {
                [vec![0x30, inner.len() as u8], inner].concat()
            })
        };
        assert!(is_sound(&nested(20)));
        assert!(!is_sound(&nested(40)));
        assert!(!is_sound(&[0x30, 3, 4, 2, b'a']));
        assert!(!is_sound(&[0x3f, 0]));
    }

    #[test]
    fn numbers_are_not_negative() {
        assert_eq!(number(&[0]), Some(0));
        assert_eq!(number(&[0x7f, 0xff, 0xff, 0xff]), Some(i32::MAX as u32));
        assert_eq!(number(&[0, 0xff, 0xff, 0xff, 0xff]), Some(u32::MAX));
        for wrong in [&[][..], &[0x80], &[1, 0, 0, 0, 0], &[0, 0, 0, 0, 0, 1]] {
            assert_eq!(number(wrong), None, "{wrong:?}");
        }
    }
}
