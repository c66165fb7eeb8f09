//! `objectGUID`: 16 octets, of which the first three fields are little-endian.

/// Where the octets of the text stand in the value.
const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/// Writes a stored GUID as text; nothing if it has not 16 octets.
pub fn text(stored: &[u8]) -> Option<[u8; 36]> {
    let stored: &[u8; 16] = stored.try_into().ok()?;
    let digits = ORDER
        .iter()
        .filter_map(|&place| stored.get(place))
        .flat_map(|octet| {
            [octet >> 4, octet & 15].map(|digit| match digit {
                0..=9 => b'0' + digit,
                _ => b'a' + digit - 10,
            })
        });
    let mut text = [b'-'; 36];
    let places = (0..36).filter(|place| ![8, 13, 18, 23].contains(place));
    for (place, digit) in places.zip(digits) {
        if let Some(char) = text.get_mut(place) {
            *char = digit;
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_three_fields_are_turned() {
        let stored = [
            0xe0, 0x04, 0x25, 0x3f, 0x89, 0x4f, 0xd3, 0x41, 0x9a, 0x0c, 0x03, 0x05, 0xe8, 0x2c,
            0x33, 0x01,
        ];
        assert_eq!(
            text(&stored),
            Some(*b"3f2504e0-4f89-41d3-9a0c-0305e82c3301")
        );
    }

    #[test]
    fn another_length_is_no_guid() {
        assert_eq!(text(&[0; 15]), None);
        assert_eq!(text(&[0; 17]), None);
    }
}
