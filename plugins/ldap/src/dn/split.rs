//! Takes a name apart: RDNs, pairs, types, values; escapes as RFC 4514 and the
//! older RFCs 2253 and 1779 write them.

use super::NotAName;
use std::borrow::Cow;

/// A value, without its escapes.
#[derive(Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A string.
    Text(Cow<'a, [u8]>),
    /// `#04…` with something else than a string in it.
    Encoded(Vec<u8>),
}

/// What stands before a sign, and after it.
type Halves<'a> = (&'a [u8], &'a [u8]);

/// Splits off the first RDN; nothing if the name is empty.
pub fn first(dn: &[u8]) -> Result<Option<Halves<'_>>, NotAName> {
    let dn = dn.trim_ascii_start();
    if dn.is_empty() {
        return Ok(None);
    }
    match separator(dn, |byte| byte == b',' || byte == b';')? {
        None => Ok(Some((dn, &[]))),
        Some((rdn, rest)) if rest.trim_ascii().is_empty() || rdn.is_empty() => Err(NotAName),
        Some(parts) => Ok(Some(parts)),
    }
}

/// Splits off the first `type=value` pair of an RDN.
pub fn first_pair(rdn: &[u8]) -> Result<(&[u8], Option<&[u8]>), NotAName> {
    Ok(match separator(rdn, |byte| byte == b'+')? {
        None => (rdn, None),
        Some((pair, rest)) => (pair, Some(rest)),
    })
}

/// Splits a pair at its sign.
pub fn type_and_value(pair: &[u8]) -> Result<(&[u8], &[u8]), NotAName> {
    let at = pair.iter().position(|&byte| byte == b'=').ok_or(NotAName)?;
    let (name, value) = pair.split_at_checked(at).ok_or(NotAName)?;
    Ok((
        name.trim_ascii(),
        value.get(1..).unwrap_or_default().trim_ascii_start(),
    ))
}

/// Finds the first sign that is neither escaped nor quoted.
fn separator(
    text: &[u8],
    is_separator: impl Fn(u8) -> bool,
) -> Result<Option<Halves<'_>>, NotAName> {
    let (mut escaped, mut quoted) = (false, false);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            _ if !quoted && is_separator(byte) => {
                let (before, after) = text.split_at_checked(at).ok_or(NotAName)?;
                return Ok(Some((before, after.get(1..).unwrap_or_default())));
            }
            _ => {}
        }
    }
    if escaped || quoted {
        Err(NotAName)
    } else {
        Ok(None)
    }
}

/// Takes the escapes out of a value.
pub fn value(text: &[u8]) -> Result<Value<'_>, NotAName> {
    if let Some(hex) = text.strip_prefix(b"#") {
        return encoded(hex.trim_ascii_end());
    }
    if let Some(quoted) = text.strip_prefix(b"\"") {
        let inner = quoted
            .trim_ascii_end()
            .strip_suffix(b"\"")
            .ok_or(NotAName)?;
        return Ok(Value::Text(unescape(inner)?.0.into()));
    }
    if !text.contains(&b'\\') {
        return match text.contains(&b'"') {
            true => Err(NotAName),
            false => Ok(Value::Text(text.trim_ascii_end().into())),
        };
    }
    let (mut bytes, kept) = unescape(text)?;
    // Spaces at the end belong to the value only if they were escaped.
    while bytes.len() > kept && bytes.last() == Some(&b' ') {
        bytes.pop();
    }
    Ok(Value::Text(bytes.into()))
}

/// Returns the bytes, and how many of them end with the last escaped one.
fn unescape(text: &[u8]) -> Result<(Vec<u8>, usize), NotAName> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut kept = 0;
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let &next = rest.next().ok_or(NotAName)?;
        match hex_digit(next) {
            Some(high) => {
                let low = rest.next().copied().and_then(hex_digit).ok_or(NotAName)?;
                bytes.push(high << 4 | low);
            }
            None => bytes.push(next),
        }
        kept = bytes.len();
    }
    Ok((bytes, kept))
}

/// Reads `#` and the hex of a BER value; a string type gives its text.
fn encoded(hex: &[u8]) -> Result<Value<'static>, NotAName> {
    let mut bytes = Vec::with_capacity(hex.len() / 2);
    for pair in hex.chunks(2) {
        let [high, low] = pair else {
            return Err(NotAName);
        };
        bytes.push(hex_digit(*high).ok_or(NotAName)? << 4 | hex_digit(*low).ok_or(NotAName)?);
    }
    Ok(match bytes.as_slice() {
        // OCTET STRING, UTF8String, NumericString, PrintableString, T61String,
        // IA5String, VisibleString: their bytes are the text.
        [4 | 12 | 18 | 19 | 20 | 22 | 26, length @ 0..128, text @ ..]
            if text.len() == usize::from(*length) =>
        {
            Value::Text(text.to_vec().into())
        }
        [] => return Err(NotAName),
        _ => Value::Encoded(bytes),
    })
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
