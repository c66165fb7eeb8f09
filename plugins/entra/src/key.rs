//! Object ids, compared.

/// An object id in 16 bytes. Ids of Entra are GUIDs, which fit as they are;
/// anything else is digested, since ids are to be taken as opaque.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(u128);

impl Key {
    /// The key of an id.
    pub fn of(id: &str) -> Self {
        let digits = || id.bytes().filter(|byte| *byte != b'-');
        let guid = (id.len() == 36 && digits().count() == 32)
            .then(|| {
                digits().try_fold(0u128, |number, byte| {
                    let digit = char::from(byte).to_digit(16)?;
                    Some(number << 4 | u128::from(digit))
                })
            })
            .flatten();
        Self(guid.unwrap_or_else(|| digest(id)))
    }

    /// True if the text is a GUID.
    pub fn is_guid(id: &str) -> bool {
        let parts: Vec<usize> = id.split('-').map(str::len).collect();
        let hexadecimal = |byte: u8| byte == b'-' || byte.is_ascii_hexdigit();
        parts == [8, 4, 4, 4, 12] && id.bytes().all(hexadecimal)
    }
}

/// FNV-1a, 128 bits.
fn digest(text: &str) -> u128 {
    let start = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    text.bytes().fold(start, |sum: u128, byte| {
        (sum ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

/// A short digest of a text, for cursors.
pub fn fingerprint(text: &str) -> String {
    format!("{:032x}", digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_case_of_a_guid_means_nothing() {
        let lower = "6b1f7a52-3c0e-4a64-9f0b-2d6f0a9be111";
        assert_eq!(Key::of(lower), Key::of(&lower.to_uppercase()));
        assert_ne!(
            Key::of(lower),
            Key::of("6b1f7a52-3c0e-4a64-9f0b-2d6f0a9be112")
        );
        assert!(Key::is_guid(lower) && !Key::is_guid("All employees"));
        assert_ne!(Key::of("a"), Key::of("A"));
    }
}
