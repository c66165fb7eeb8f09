//! Pictures, which accounts hold as base64: what one is, in place of its letters.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest, Sha256};

/// No shorter text is taken for a picture.
const SHORTEST: usize = 100;

/// Describes a text that is a picture: `image/jpeg, 12 kB, sha256:ab12cd34…`. Two
/// that differ look different. `None` for every other text.
pub fn describe(text: &str) -> Option<String> {
    if text.len() < SHORTEST {
        return None;
    }
    let bytes = decoded(text)?;
    let kind = kind(&bytes)?;
    let digest = Sha256::digest(&bytes);
    let short: String = digest.iter().take(4).map(|b| format!("{b:02x}")).collect();
    Some(format!("{kind}, {}, sha256:{short}…", size(bytes.len())))
}

/// Reads base64 of either alphabet, padded or not, with or without line breaks,
/// or a `data:` address of it.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text = match text.strip_prefix("data:") {
        Some(address) => address.split_once(";base64,")?.1,
        None => text,
    };
    let packed: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let url_safe = packed.iter().any(|b| matches!(b, b'-' | b'_'));
    let alphabet = if url_safe { &URL_SAFE } else { &STANDARD };
    let any_padding =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, any_padding)
        .decode(packed)
        .ok()
}

/// What the first bytes say.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    const SIGNS: [(&str, &[u8]); 8] = [
        ("image/jpeg", b"\xff\xd8\xff"),
        ("image/png", b"\x89PNG\r\n\x1a\n"),
        ("image/gif", b"GIF87a"),
        ("image/gif", b"GIF89a"),
        ("image/tiff", b"II*\0"),
        ("image/tiff", b"MM\0*"),
        ("image/x-icon", b"\0\0\x01\0"),
        ("image/svg+xml", b"<svg"),
    ];
    let sign = SIGNS.iter().find(|(_, sign)| bytes.starts_with(sign));
    sign.map(|(kind, _)| *kind).or_else(|| {
        let (first, rest) = (bytes.get(..4)?, bytes.get(8..12)?);
        match (first, rest) {
            (b"RIFF", b"WEBP") => Some("image/webp"),
            _ if bytes.get(4..8) == Some(b"ftyp") => match rest {
                b"avif" => Some("image/avif"),
                b"heic" | b"heix" | b"mif1" => Some("image/heic"),
                _ => None,
            },
            // Its first number is the file's own length.
            _ if bytes.starts_with(b"BM") => {
                let length = u32::from_le_bytes(bytes.get(2..6)?.try_into().ok()?);
                (usize::try_from(length) == Ok(bytes.len())).then_some("image/bmp")
            }
            _ => None,
        }
    })
}

/// In thousands, as file managers tell it.
fn size(bytes: usize) -> String {
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{} kB", (bytes + 500) / 1000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

    fn picture(begins: &[u8], length: usize) -> Vec<u8> {
        let mut bytes = begins.to_vec();
        bytes.extend((begins.len()..length).map(|at| (at % 251) as u8));
        bytes
    }

    #[test]
    fn pictures_are_told_by_what_they_are() {
        for (begins, kind) in [
            (&b"\xff\xd8\xff\xe0"[..], "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n", "image/png"),
            (b"GIF89a", "image/gif"),
            (b"RIFF\x10\0\0\0WEBP", "image/webp"),
            (b"\0\0\0\x20ftypheic", "image/heic"),
            (b"\0\0\0\x20ftypavif", "image/avif"),
            (b"BM\xe0\x2e\0\0", "image/bmp"),
            (b"II*\0", "image/tiff"),
            (b"<svg xmlns=", "image/svg+xml"),
        ] {
            let bytes = picture(begins, 12_000);
            for text in [
                STANDARD.encode(&bytes),
                STANDARD_NO_PAD.encode(&bytes),
                URL_SAFE.encode(&bytes),
                format!("data:{kind};base64,{}", STANDARD.encode(&bytes)),
                STANDARD.encode(&bytes).replace("B", "B\r\n "),
            ] {
                let told = describe(&text).unwrap_or_default();
                assert!(
                    told.starts_with(&format!("{kind}, 12 kB, sha256:")),
                    "{told}"
                );
                assert_eq!(told.chars().count(), kind.len() + 25, "{told}");
            }
        }
    }

    #[test]
    fn two_pictures_look_different() {
        let told = |length| describe(&STANDARD.encode(picture(b"GIF89a", length))).unwrap();
        assert_ne!(told(12_000), told(12_001));
        assert!(told(500).contains(", 500 bytes, "));
        assert!(told(1_250_000).contains(", 1.2 MB, "));
    }

    #[test]
    fn nothing_else_is_taken_for_a_picture() {
        for text in [
            "",
            "/9j/4AAQ",
            &"/9j/4AAQ".repeat(20).replace('j', "!"),
            &"a".repeat(5000),
            &STANDARD.encode(picture(b"MZ", 1000)),
            &STANDARD.encode(picture(b"BM", 1000)),
            &STANDARD.encode(picture(b"RIFF\0\0\0\0WAVE", 1000)),
            &format!("data:text/plain,{}", "x".repeat(200)),
            &format!("{} is where Anna works", "long text ".repeat(20)),
        ] {
            assert_eq!(describe(text), None, "{text}");
        }
    }
}
