//! Giving a component its manifest and its settings' schema, as custom sections,
//! whatever toolchain built it.
//!
//! A binary is a head of eight bytes and sections: a number, a length, content.
//! Core modules and components that are inside another one are the content of
//! sections 1 and 4. Sections that are called as ours are taken out wherever they
//! stand, and put in anew at the end; nothing else is touched.

/// Custom sections that the host reads.
const MANIFEST: &str = "muster:manifest";
const SETTINGS: &str = "muster:settings-schema";

const MAGIC: &[u8; 4] = b"\0asm";
const MODULE: [u8; 4] = [1, 0, 0, 0];
const COMPONENT: [u8; 4] = [0x0d, 0, 1, 0];

/// Numbers of sections.
const CUSTOM: u8 = 0;
const CORE_MODULE: u8 = 1;
const INNER_COMPONENT: u8 = 4;

/// Components inside components.
const DEPTH: usize = 32;

/// Why a file cannot be packed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackFault {
    /// It is something else.
    #[error("it is no WebAssembly component")]
    NotAComponent,
    /// It is a core module, which a component is made from.
    #[error("it is a core module, not a component")]
    Module,
    /// It ends in the middle, or a length in it leads nowhere.
    #[error("it is damaged, from byte {at} on")]
    Damaged {
        /// Where.
        at: usize,
    },
    /// It is larger than any component may be.
    #[error("it is too large")]
    Large,
}

/// Returns the component with these two texts, in place of those that it has.
///
/// The same input gives the same bytes, and packing twice is packing once.
pub fn packed(component: &[u8], manifest: &str, settings: &str) -> Result<Vec<u8>, PackFault> {
    match component
        .split_at_checked(8)
        .map(|(head, _)| head.split_at(4))
    {
        Some((magic, kind)) if magic == MAGIC && kind == COMPONENT => {}
        Some((magic, kind)) if magic == MAGIC && kind == MODULE => return Err(PackFault::Module),
        _ => return Err(PackFault::NotAComponent),
    }
    let mut out = without_ours(component, 0, DEPTH)?.unwrap_or_else(|| component.to_vec());
    for (name, text) in [(MANIFEST, manifest), (SETTINGS, settings)] {
        let mut content = Vec::new();
        push_length(&mut content, name.len())?;
        content.extend_from_slice(name.as_bytes());
        content.extend_from_slice(text.as_bytes());
        push_section(&mut out, CUSTOM, &content)?;
    }
    Ok(out)
}

/// One section: where it begins and ends, its number, its content.
struct Section<'a> {
    whole: &'a [u8],
    number: u8,
    content: &'a [u8],
    /// Where the content begins in the file, for messages.
    at: usize,
}

/// A binary without our sections; none if it has none of them. `start` is where
/// the binary begins in the file.
fn without_ours(binary: &[u8], start: usize, depth: usize) -> Result<Option<Vec<u8>>, PackFault> {
    let damaged = |at| PackFault::Damaged { at: start + at };
    let (head, mut rest) = binary.split_at_checked(8).ok_or_else(|| damaged(0))?;
    let is_component = head.get(4..) == Some(&COMPONENT[..]);
    if !is_component && head.get(4..) != Some(&MODULE[..]) || head.get(..4) != Some(MAGIC) {
        return Err(damaged(0));
    }
    let (mut out, mut is_changed) = (head.to_vec(), false);
    while !rest.is_empty() {
        let at = binary.len() - rest.len();
        let (section, behind) = section(rest, start + at).ok_or_else(|| damaged(at))?;
        rest = behind;
        let inner = match section.number {
            CUSTOM if is_ours(&section)? => {
                is_changed = true;
                continue;
            }
            CORE_MODULE | INNER_COMPONENT if is_component => {
                let depth = depth.checked_sub(1).ok_or_else(|| damaged(at))?;
                without_ours(section.content, section.at, depth)?
            }
            _ => None,
        };
        match inner {
            Some(inner) => {
                is_changed = true;
                push_section(&mut out, section.number, &inner)?;
            }
            // As it was, its length included, which may be written in several ways.
            None => out.extend_from_slice(section.whole),
        }
    }
    Ok(is_changed.then_some(out))
}

fn section(bytes: &[u8], start: usize) -> Option<(Section<'_>, &[u8])> {
    let (&number, rest) = bytes.split_first()?;
    let (length, rest) = length(rest)?;
    let (content, behind) = rest.split_at_checked(length)?;
    let end = bytes.len() - behind.len();
    let section = Section {
        whole: bytes.get(..end)?,
        number,
        content,
        at: start + end - length,
    };
    Some((section, behind))
}

fn is_ours(section: &Section<'_>) -> Result<bool, PackFault> {
    let name = length(section.content).and_then(|(length, rest)| rest.get(..length));
    let name = name.ok_or(PackFault::Damaged { at: section.at })?;
    Ok(name == MANIFEST.as_bytes() || name == SETTINGS.as_bytes())
}

/// A number of up to 32 bits in LEB128.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0_u64;
    for (at, &byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            let value = u32::try_from(value).ok()?;
            return Some((usize::try_from(value).ok()?, bytes.get(at + 1..)?));
        }
    }
    None
}

fn push_section(out: &mut Vec<u8>, number: u8, content: &[u8]) -> Result<(), PackFault> {
    out.push(number);
    push_length(out, content.len())?;
    out.extend_from_slice(content);
    Ok(())
}

fn push_length(out: &mut Vec<u8>, length: usize) -> Result<(), PackFault> {
    let mut rest = u32::try_from(length).map_err(|_| PackFault::Large)?;
    while rest >= 0x80 {
        // Seven bits, and the sign that more follow.
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn binary(kind: [u8; 4], sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let mut out = [*MAGIC, kind].concat();
        for (number, content) in sections {
            push_section(&mut out, *number, content).unwrap();
        }
        out
    }

    fn custom(name: &str, text: &str) -> (u8, Vec<u8>) {
        let mut content = Vec::new();
        push_length(&mut content, name.len()).unwrap();
        content.extend_from_slice(name.as_bytes());
        content.extend_from_slice(text.as_bytes());
        (CUSTOM, content)
    }

    #[test]
    fn texts_stand_at_the_end_once_wherever_they_stood_before() {
        let other = custom("producers", "x");
        let inner = |own: &[(u8, Vec<u8>)]| binary(MODULE, own);
        let old = |inner: Vec<u8>| {
            let deep = binary(COMPONENT, &[(CORE_MODULE, inner), custom(MANIFEST, "old")]);
            binary(
                COMPONENT,
                &[
                    custom(SETTINGS, "old"),
                    (INNER_COMPONENT, deep),
                    other.clone(),
                    (7, vec![1, 2, 3]),
                ],
            )
        };
        let given = old(inner(&[
            custom(MANIFEST, "old"),
            (3, vec![9; 300]),
            custom(SETTINGS, "old"),
        ]));
        let deep = binary(COMPONENT, &[(CORE_MODULE, inner(&[(3, vec![9; 300])]))]);
        let expected = binary(
            COMPONENT,
            &[
                (INNER_COMPONENT, deep),
                other.clone(),
                (7, vec![1, 2, 3]),
                custom(MANIFEST, "name"),
                custom(SETTINGS, "{}"),
            ],
        );
        assert_eq!(packed(&given, "name", "{}").unwrap(), expected);
        assert_eq!(packed(&expected, "name", "{}").unwrap(), expected);
    }

    #[test]
    fn what_is_not_ours_keeps_its_bytes() {
        // A length in five bytes where one would do, as some linkers write it.
        let mut given = [*MAGIC, COMPONENT].concat();
        given.extend_from_slice(&[0, 0x83, 0x80, 0x80, 0x80, 0x00, 1, b'x', b'y']);
        let packed = packed(&given, "m", "s").unwrap();
        assert!(packed.starts_with(&given));
    }

    #[test]
    fn other_files_are_refused() {
        assert_eq!(packed(b"", "", ""), Err(PackFault::NotAComponent));
        assert_eq!(
            packed(b"name,mail\n", "", ""),
            Err(PackFault::NotAComponent)
        );
        assert_eq!(packed(&binary(MODULE, &[]), "", ""), Err(PackFault::Module));
        let mut cut = binary(COMPONENT, &[(7, vec![1; 200])]);
        cut.truncate(100);
        assert_eq!(packed(&cut, "", ""), Err(PackFault::Damaged { at: 8 }));
        let inner = binary(
            COMPONENT,
            &[(CORE_MODULE, b"\0asm\x01\0\0\0\x01\x7f".to_vec())],
        );
        assert_eq!(packed(&inner, "", ""), Err(PackFault::Damaged { at: 18 }));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_twice_is_once(mut bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let head = [*MAGIC, COMPONENT].concat();
            bytes.splice(0..bytes.len().min(8), head);
            if let Ok(once) = packed(&bytes, "m\u{e9}", "{}") {
                prop_assert_eq!(packed(&once, "m\u{e9}", "{}").unwrap(), once.clone());
                prop_assert_ne!(packed(&once, "n", "{}").unwrap(), once);
            }
        }
    }
}
