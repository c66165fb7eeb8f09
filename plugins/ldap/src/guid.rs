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

/// Reads a text as it is stored; nothing if it is no GUID.
pub fn stored(text: &str) -> Option<[u8; 16]> {
    let hyphens = [8, 13, 18, 23];
    let chars: Vec<char> = text.chars().collect();
    if chars.len() != 36 || !hyphens.iter().all(|&place| chars.get(place) == Some(&'-')) {
        return None;
    }
    let digits = chars
        .iter()
        .enumerate()
        .filter(|(place, _)| !hyphens.contains(place));
    let digits: Option<Vec<u32>> = digits.map(|(_, char)| char.to_digit(16)).collect();
    let digits = digits?;
    let mut stored = [0; 16];
    for (pair, place) in digits.chunks(2).zip(ORDER) {
        let [high, low] = pair else { return None };
        *stored.get_mut(place)? = u8::try_from(high << 4 | low).ok()?;
    }
    Some(stored)
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
    fn there_and_back_again() {
        let bytes: [u8; 16] = std::array::from_fn(|place| place as u8 * 17);
        let text = text(&bytes).map(|text| String::from_utf8_lossy(&text).into_owned());
        assert_eq!(text.as_deref().and_then(stored), Some(bytes));
        for wrong in [
            "",
            "3f2504e0-4f89-41d3-9a0c-0305e82c330",
            "3f2504e0x4f89-41d3-9a0c-0305e82c3301",
            "3f2504e0-4f89-41d3-9a0c-0305e82c33zz",
        ] {
            assert_eq!(stored(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn another_length_is_no_guid() {
        assert_eq!(text(&[0; 15]), None);
        assert_eq!(text(&[0; 17]), None);
    }
}
