//! Search filters (RFC 4515), and values that cannot break out of them.

use std::fmt::Write;

/// Follows nested groups on Active Directory.
pub const IN_CHAIN: &str = ":1.2.840.113556.1.4.1941:";

/// Escapes a value: what the grammar uses, and what is no UTF-8, octet by octet.
pub fn escape(value: &[u8]) -> String {
    let mut text = String::with_capacity(value.len());
    for chunk in value.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '*' | '(' | ')' | '\\' | '\0' => hex(char as u8, &mut text),
                _ => text.push(char),
            }
        }
        chunk
            .invalid()
            .iter()
            .for_each(|&octet| hex(octet, &mut text));
    }
    text
}

fn hex(octet: u8, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\\{octet:02x}");
}

/// `(attribute=value)` for a value of bytes, each of them escaped.
pub fn equals_bytes(attribute: &str, value: &[u8]) -> String {
    let mut text = String::new();
    value.iter().for_each(|&octet| hex(octet, &mut text));
    format!("({attribute}={text})")
}

/// `(attribute=value)`; the attribute may carry a matching rule.
pub fn equals(attribute: &str, value: &[u8]) -> String {
    format!("({attribute}={})", escape(value))
}

/// Attributes that a filter looks at.
pub fn names(filter: &str) -> Vec<String> {
    let parts = filter.split('(').map(|part| {
        let end = part.find(['=', '<', '>', '~', ':']).unwrap_or(0);
        part.get(..end).unwrap_or_default().trim().to_owned()
    });
    parts.filter(|name| !name.is_empty()).collect()
}

/// True if every part is; a part of nothing asks for nothing.
pub fn all(parts: &[String]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .filter(|part| !part.is_empty())
        .cloned()
        .collect();
    joined('&', &parts)
}

/// True if one part is; false if there are none.
pub fn any(parts: &[String]) -> String {
    joined('|', parts)
}

/// True if the part is not.
pub fn not(part: &str) -> String {
    format!("(!{part})")
}

fn joined(sign: char, parts: &[String]) -> String {
    match parts {
        [one] => one.clone(),
        several => format!("({sign}{})", several.concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_break_out() {
        assert_eq!(escape(b"a*)(uid=*"), "a\\2a\\29\\28uid=\\2a");
        assert_eq!(escape(b"back\\slash\0"), "back\\5cslash\\00");
        assert_eq!(escape("Jón".as_bytes()), "Jón");
        assert_eq!(escape(&[0xe0, 0x04, b'a']), "\\e0\u{4}a");
    }

    #[test]
    fn a_filter_names_its_attributes() {
        let filter =
            "(&(objectCategory=person)(!(employeeType~=x))(memberOf:1.2:=cn=a\\28b)(age>=3))";
        assert_eq!(
            names(filter),
            ["objectCategory", "employeeType", "memberOf", "age"]
        );
    }

    #[test]
    fn one_part_stands_alone() {
        let (one, two) = (equals("cn", b"a"), equals("cn", b"b"));
        assert_eq!(all(std::slice::from_ref(&one)), "(cn=a)");
        assert_eq!(all(&[one.clone(), String::new()]), "(cn=a)");
        assert_eq!(any(&[one.clone(), two]), "(|(cn=a)(cn=b))");
        assert_eq!(not(&one), "(!(cn=a))");
    }
}
