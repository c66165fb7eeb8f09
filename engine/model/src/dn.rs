//! Distinguished names in one spelling, so that two of them can be compared.
//!
//! RFC 4514 and the older ways to write one: escapes, quotes, `;` between the
//! parts, blanks around signs, letter case and the order inside a part with
//! several values do not matter. What a server's schema says beyond that is not
//! known here: values are compared without regard to case, as those of nearly all
//! types that names are made of.

use crate::username::UsernameKey;

/// Returns a name's one spelling; `None` if the text is no distinguished name.
///
/// ```
/// use muster_model::dn::normal;
///
/// let name = normal("CN=Berg\\2C Anna , OU=People,dc=example");
/// assert_eq!(name, normal("cn=\"berg, anna\";ou=people;DC=Example"));
/// assert_eq!(normal("anna.berg"), None);
/// ```
pub fn normal(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    write_normal(text, &mut out).then_some(out)
}

/// Appends a name's one spelling. False if the text is no distinguished name;
/// then nothing is appended.
pub fn write_normal(text: &str, out: &mut String) -> bool {
    let start = out.len();
    if write_plain(text, out) {
        return true;
    }
    out.truncate(start);
    let is_name = write_parts(text, out).is_some();
    if !is_name {
        out.truncate(start);
    }
    is_name
}

/// The names that most people have: ASCII, well-known types, nothing escaped.
/// False, with something appended, for all others.
fn write_plain(text: &str, out: &mut String) -> bool {
    let mut any = false;
    for part in text.split(',') {
        let Some((name, value)) = part.split_once('=') else {
            return false;
        };
        let Some(name) = plain_type(name) else {
            return false;
        };
        if any {
            out.push(',');
        }
        any = true;
        out.push_str(name);
        out.push('=');
        if value.is_empty() || value.starts_with([' ', '#', '"']) || value.ends_with(' ') {
            return false;
        }
        let mut blank = false;
        for byte in value.bytes() {
            let is_blank = byte == b' ';
            let is_special = matches!(byte, b'\\' | b'"' | b'+' | b';' | b'<' | b'>');
            if !(b' '..=b'~').contains(&byte) || is_special || (blank && is_blank) {
                return false;
            }
            blank = is_blank;
            out.push(char::from(byte.to_ascii_lowercase()));
        }
    }
    any
}

fn plain_type(name: &str) -> Option<&'static str> {
    ["cn", "ou", "dc", "uid", "o", "c", "l", "st"]
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(name))
}

fn write_parts(text: &str, out: &mut String) -> Option<()> {
    for (place, part) in split(text, &[',', ';'])?.into_iter().enumerate() {
        let pairs: Option<Vec<String>> = split(part, &['+'])?.into_iter().map(pair).collect();
        let mut pairs = pairs?;
        pairs.sort_unstable();
        if place > 0 {
            out.push(',');
        }
        out.push_str(&pairs.join("+"));
    }
    Some(())
}

/// Splits at signs that are neither escaped nor quoted.
fn split<'t>(text: &'t str, signs: &[char]) -> Option<Vec<&'t str>> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut escaped, mut quoted) = (false, false);
    for (at, char) in text.char_indices() {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            sign if !quoted && signs.contains(&sign) => {
                parts.push(text.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..)?);
    (!escaped && !quoted).then_some(parts)
}

/// `type=value`, in one spelling.
fn pair(text: &str) -> Option<String> {
    let (name, value) = text.split_once('=')?;
    let mut out = type_of(name.trim())?;
    out.push('=');
    let value = value.trim_start();
    if let Some(hex) = value.strip_prefix('#') {
        let hex = hex.trim_end();
        let is_hex = !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        // No value in its one spelling begins so: signs in it are escaped.
        return is_hex.then(|| format!("{out}\\#{}", hex.to_ascii_lowercase()));
    }
    let value = match value.strip_prefix('"') {
        Some(rest) => unescape(rest.trim_end().strip_suffix('"')?)?,
        None if value.contains('"') && !value.contains('\\') => return None,
        None => unescape(value)?,
    };
    let mut folded = String::with_capacity(value.len());
    UsernameKey::write(&value, &mut folded);
    if folded.is_empty() {
        return None;
    }
    for (place, word) in folded.split_whitespace().enumerate() {
        if place > 0 {
            out.push(' ');
        }
        for char in word.chars() {
            if matches!(char, ',' | '+' | '\\') {
                out.push('\\');
            }
            out.push(char);
        }
    }
    Some(out)
}

/// A type's one name: the short one, of those that names are made of.
fn type_of(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let name = lower.strip_prefix("oid.").unwrap_or(&lower);
    let is_type = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_type) {
        return None;
    }
    Some(
        match name {
            "commonname" | "2.5.4.3" => "cn",
            "organizationalunitname" | "2.5.4.11" => "ou",
            "domaincomponent" | "0.9.2342.19200300.100.1.25" => "dc",
            "userid" | "0.9.2342.19200300.100.1.1" => "uid",
            "organizationname" | "2.5.4.10" => "o",
            "countryname" | "2.5.4.6" => "c",
            "localityname" | "2.5.4.7" => "l",
            "stateorprovincename" | "2.5.4.8" => "st",
            "surname" | "2.5.4.4" => "sn",
            "emailaddress" | "e" | "1.2.840.113549.1.9.1" => "email",
            other => other,
        }
        .to_owned(),
    )
}

/// Takes the escapes out: `\,` and `\2C`, whose bytes are UTF-8.
fn unescape(text: &str) -> Option<String> {
    if !text.contains('\\') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let next = rest.next()?;
        match hex(next) {
            Some(high) => bytes.push(high << 4 | rest.next().and_then(hex)?),
            None => bytes.push(next),
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_equal() {
        for (a, b) in [
            (
                "cn=Kim Lee,ou=People,dc=example",
                "CN=kim lee,OU=people,DC=EXAMPLE",
            ),
            ("cn=kim,ou=people", "cn = kim , ou = people"),
            ("cn=kim  lee,o=x", "cn= kim lee ,o=x"),
            ("cn=Berg\\, Anna,o=x", "cn=Berg\\2C Anna,o=x"),
            ("cn=Berg\\, Anna,o=x", "cn=\"Berg, Anna\",o=x"),
            ("cn=kim,o=x", "cn=kim;o=x"),
            ("cn=kim+uid=7,o=x", "uid=7 + cn=Kim,o=x"),
            ("cn=Zo\\C3\\AB,o=x", "cn=ZOË,o=x"),
            ("cn=Jose\u{301},o=x", "cn=JOSÉ,o=x"),
            ("commonName=kim,2.5.4.10=x", "cn=kim,o=x"),
            ("cn=a=b,o=x", "cn=A\\=B,o=x"),
            ("cn=\\ kim\\ ,o=x", "cn=kim,o=x"),
            ("cn=#0403616263,o=x", "CN=#0403616263,o=X"),
            ("cn=O\\\"Hara,o=x", "cn=o\\22hara,o=x"),
        ] {
            let (left, right) = (normal(a), normal(b));
            assert!(left.is_some(), "`{a}` is a name");
            assert_eq!(left, right, "`{a}` and `{b}`");
        }
    }

    #[test]
    fn names_that_differ_stay_apart() {
        for (a, b) in [
            ("cn=kim,ou=people", "cn=kim"),
            ("cn=kim lee,o=x", "cn=kimlee,o=x"),
            ("cn=a\\,o=b,o=x", "cn=a,o=b,o=x"),
            ("cn=a\\+sn=b,o=x", "cn=a+sn=b,o=x"),
            ("cn=#61,o=x", "cn=\\#61,o=x"),
            ("cn=kim,o=x", "uid=kim,o=x"),
        ] {
            assert!(normal(a).is_some() && normal(b).is_some(), "`{a}`, `{b}`");
            assert_ne!(normal(a), normal(b), "`{a}` and `{b}`");
        }
    }

    #[test]
    fn the_short_way_and_the_long_way_agree() {
        for name in [
            "cn=kim,ou=people,dc=example,dc=org",
            "CN=Kim Lee-O'Hara (x),OU=A/B & C,dc=example",
            "uid=k=1,o=x",
        ] {
            let (mut short, mut long) = (String::new(), String::new());
            assert!(write_plain(name, &mut short));
            assert!(write_parts(name, &mut long).is_some());
            assert_eq!(short, long);
        }
    }

    #[test]
    fn other_texts_are_no_names() {
        for text in [
            "",
            " ",
            "kim",
            "kim@example.org",
            "cn=",
            "=kim",
            "cn=kim,",
            ",cn=kim",
            "cn=kim,x",
            "c n=kim",
            "cn=kim\\",
            "cn=\"kim",
            "cn=ki\"m",
            "cn=\\zz\\4",
            "cn=#xy",
            "cn=#",
            "cn=\\FF",
        ] {
            assert_eq!(normal(text), None, "`{text}`");
        }
    }
}
