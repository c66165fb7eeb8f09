//! As much of BER as requests need.

/// A tagged value.
#[derive(Clone, Debug)]
pub struct Element {
    pub tag: u8,
    pub body: Vec<u8>,
    /// Octets that it takes, its head included.
    pub length: usize,
}

impl Element {
    /// The first element; nothing if it is not whole.
    pub fn first(bytes: &[u8]) -> Option<Self> {
        let (tag, short) = (*bytes.first()?, usize::from(*bytes.get(1)?));
        let (octets, size) = match short {
            0..128 => (0, short),
            _ => {
                let octets = short & 0x7f;
                let size = bytes.get(2..2 + octets)?;
                (
                    octets,
                    size.iter()
                        .fold(0, |sum, &octet| sum << 8 | usize::from(octet)),
                )
            }
        };
        let from = 2 + octets;
        let body = bytes.get(from..from + size)?.to_vec();
        Some(Self {
            tag,
            body,
            length: from + size,
        })
    }
}

/// The elements of a sequence or set.
pub fn list(mut body: &[u8]) -> Vec<Element> {
    let mut all = Vec::new();
    while let Some(element) = Element::first(body) {
        body = &body[element.length..];
        all.push(element);
    }
    all
}

/// Writes an element.
pub fn tlv(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut all = vec![tag];
    match u8::try_from(body.len()) {
        Ok(short @ 0..128) => all.push(short),
        _ => {
            all.push(0x84);
            all.extend(
                u32::try_from(body.len())
                    .expect("a small answer")
                    .to_be_bytes(),
            );
        }
    }
    all.extend_from_slice(body);
    all
}
