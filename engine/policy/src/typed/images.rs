//! Pictures, in base64.

use crate::transform::Odd;
use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

/// Bytes of a picture, unless the policy says another number.
pub(crate) const MAX_BYTES: u32 = 100 * 1024;
/// Bytes that a policy may allow.
pub(crate) const MOST_BYTES: u32 = 10 << 20;

/// What pictures begin with.
const KINDS: [(&str, &[u8]); 4] = [
    ("JPEG", b"\xff\xd8\xff"),
    ("PNG", b"\x89PNG\r\n\x1a\n"),
    ("GIF", b"GIF87a"),
    ("GIF", b"GIF89a"),
];

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const PLAIN: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Reads a picture in base64, in either alphabet, with line breaks or as a
/// `data:` URL, and writes it in the one form of RFC 4648.
pub(super) fn read(text: &str, max_bytes: u32) -> Result<String, Odd> {
    let code = match text.strip_prefix("data:") {
        Some(url) => match url.split_once(";base64,") {
            Some((_, code)) => code,
            None => return Err("is no picture in base64".to_owned()),
        },
        None => text,
    };
    let most = max_bytes as usize;
    // Decoding what is much too large is not needed to know that it is.
    if code.len() / 4 > most
        && code
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .count()
            / 4
            * 3
            > most + 3
    {
        return Err(too_large(max_bytes));
    }
    let picture = decoded(code).ok_or_else(|| "is no picture in base64".to_owned())?;
    if picture.len() > most {
        return Err(too_large(max_bytes));
    }
    if !is_picture(&picture) {
        return Err("is no JPEG, PNG, GIF or WebP picture".to_owned());
    }
    Ok(STANDARD.encode(picture))
}

fn too_large(max_bytes: u32) -> Odd {
    format!("is a picture of more than {max_bytes} bytes, which `max_bytes` does not allow")
}

fn decoded(code: &str) -> Option<Vec<u8>> {
    let dense: String;
    let code = if code.contains(|letter: char| letter.is_ascii_whitespace()) {
        dense = code.split_ascii_whitespace().collect();
        &dense
    } else {
        code
    };
    let alphabet = match code.contains(['-', '_']) {
        true => &URL_SAFE,
        false => &PLAIN,
    };
    alphabet.decode(code).ok()
}

fn is_picture(bytes: &[u8]) -> bool {
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    is_webp || KINDS.iter().any(|(_, begins)| bytes.starts_with(begins))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
    use super::*;
    use proptest::prelude::*;

    fn encoded(begins: &[u8], length: usize) -> String {
        let mut bytes = begins.to_vec();
        bytes.resize(length, 0xfb);
        STANDARD.encode(bytes)
    }

    #[test]
    fn pictures_are_told_by_how_they_begin() {
        for begins in [
            &b"\xff\xd8\xff"[..],
            b"\x89PNG\r\n\x1a\n",
            b"GIF89a",
            b"RIFFxxxxWEBP",
        ] {
            let code = encoded(begins, 100);
            assert_eq!(read(&code, 100), Ok(code.clone()));
            assert_eq!(
                read(&format!("data:image/png;base64,{code}"), 100),
                Ok(code.clone())
            );
            let safe = code.replace('+', "-").replace('/', "_").replace('=', "");
            assert_eq!(read(&safe, 100), Ok(code.clone()));
            let lines: Vec<&str> = code
                .as_bytes()
                .chunks(20)
                .map(|l| std::str::from_utf8(l).unwrap())
                .collect();
            assert_eq!(read(&lines.join("\r\n"), 100), Ok(code));
        }
        for odd in [
            encoded(b"%PDF", 100),
            "anna".to_owned(),
            "!".to_owned(),
            "data:image/png,x".to_owned(),
        ] {
            assert!(read(&odd, 100).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_picture_that_is_too_large_is_none() {
        let code = |length| encoded(b"GIF89a", length);
        assert!(read(&code(1000), 1000).is_ok());
        assert!(read(&code(1001), 1000).unwrap_err().contains("max_bytes"));
        assert!(
            read(&code(100_000), 1000)
                .unwrap_err()
                .contains("max_bytes")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}|data:.{0,20}") {
            let _ = read(text.trim(), 100);
        }
    }
}
