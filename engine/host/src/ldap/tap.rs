//! Between the wire and the ldap crate: entries are packed where they come in.
//!
//! The ldap crate makes about two hundred allocations of an entry with twelve
//! attributes: it parses a message into a tree, and copies the tree. Measured
//! for 100,000 entries, that takes as long as slapd takes to send them. So the
//! crate sees all messages but the entries of searches that have a [`Sink`]
//! here: those are packed from the bytes as they arrive. Whatever has no sink,
//! or needs more than packing, goes to the crate like all the rest.
//!
//! The crate talks to this module over a pair of sockets. What it gets is sound:
//! a message that breaks the rules of BER or nests too deep ends the wire here.

use super::ber::{Element, Size, first, is_sound, number, size};
use super::sink::{Sink, Taken};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Largest message that is taken. A group of a million members has 40 MB, and
/// the protocol sends it in one message.
const MESSAGE: usize = 1 << 30;

/// Bytes that are read at once: a reader that takes large pieces is not held up
/// by the kernel's timers.
const PIECE: usize = 256 << 10;

const ENTRY: u8 = 0x64;
const EXTENDED_RESPONSE: u8 = 0x78;

/// Sinks by message id. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Tap(Arc<Mutex<HashMap<i32, Arc<Mutex<Sink>>>>>);

impl Tap {
    /// Packs the entries of a search from now on.
    pub fn open(&self, id: i32, sink: Arc<Mutex<Sink>>) {
        locked(&self.0).insert(id, sink);
    }

    /// No longer packs the entries of a search.
    pub fn close(&self, id: i32) {
        locked(&self.0).remove(&id);
    }

    fn sink(&self, id: u32) -> Option<Arc<Mutex<Sink>>> {
        locked(&self.0).get(&i32::try_from(id).ok()?).cloned()
    }
}

/// A poisoned lock means that somebody panicked; what it guards is still whole
/// enough to end the search.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Carries messages from the wire to the sinks and to the crate, until one of
/// them ends. Returns why the wire ended; nothing if the crate did.
pub(super) async fn carry_down(
    mut wire: impl AsyncRead + Unpin,
    mut krate: impl AsyncWrite + Unpin,
    tap: Tap,
) -> Option<String> {
    let mut bytes = Vec::with_capacity(PIECE);
    loop {
        let needed = match deal(&mut bytes, &tap) {
            Ok(Dealt { forward, needed }) => {
                if krate.write_all(&forward).await.is_err() {
                    return None;
                }
                needed
            }
            Err(why) => return Some(why),
        };
        bytes.reserve(needed.max(PIECE));
        match wire.read_buf(&mut bytes).await {
            Ok(0) => return Some("the server closed it".to_owned()),
            Ok(_) => {}
            Err(error) => return Some(error.to_string()),
        }
    }
}

/// Carries the crate's requests to the wire.
pub(super) async fn carry_up(
    mut krate: impl AsyncRead + Unpin,
    mut wire: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    tokio::io::copy(&mut krate, &mut wire).await?;
    wire.shutdown().await
}

struct Dealt {
    /// Messages for the crate.
    forward: Vec<u8>,
    /// How many bytes the next message lacks, as far as is known.
    needed: usize,
}

/// Deals out the whole messages, and keeps what is left.
fn deal(bytes: &mut Vec<u8>, tap: &Tap) -> Result<Dealt, String> {
    let (mut at, mut forward, mut needed) = (0, Vec::new(), 0);
    // Entries come in runs of one search.
    let mut last: Option<(u32, Option<Arc<Mutex<Sink>>>)> = None;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match size(rest) {
            Size::Bytes(length) if length <= MESSAGE => length,
            Size::Unknown => break,
            Size::Bytes(length) => {
                return Err(format!("the server announced a message of {length} bytes"));
            }
            Size::Wrong => return Err("the server does not speak LDAP".to_owned()),
        };
        let Some(message) = rest.get(..length) else {
            needed = length - rest.len();
            break;
        };
        at += length;
        let nonsense = || "the server sent a message that breaks the protocol".to_owned();
        let (id, operation) = opened(message).ok_or_else(nonsense)?;
        if id == 0 {
            return Err(farewell(operation));
        }
        if operation.tag == ENTRY {
            let known = last
                .take_if(|(known, _)| *known == id)
                .unwrap_or_else(|| (id, tap.sink(id)));
            let taken = known
                .1
                .as_ref()
                .map(|sink| locked(sink).entry(operation.body));
            last = Some(known);
            match taken {
                Some(Taken::Packed) => continue,
                Some(Taken::Broken) => return Err(nonsense()),
                Some(Taken::NotHere) | None => {}
            }
        }
        if !is_sound(message) {
            return Err(nonsense());
        }
        forward.extend_from_slice(message);
    }
    bytes.drain(..at);
    Ok(Dealt { forward, needed })
}

/// Message id and operation of `SEQUENCE { id, operation, … }`.
fn opened(message: &[u8]) -> Option<(u32, Element<'_>)> {
    let id = first(first(message)?.body).filter(|id| id.tag == 2)?;
    Some((number(id.body)?, first(id.rest)?))
}

/// What the server says when it ends the conversation by itself.
fn farewell(operation: Element<'_>) -> String {
    let text = (operation.tag == EXTENDED_RESPONSE)
        .then(|| first(first(first(operation.body)?.rest)?.rest))
        .flatten()
        .map(|text| String::from_utf8_lossy(text.body).trim().to_owned())
        .filter(|text| !text.is_empty());
    match text {
        Some(text) => format!("the server ended it: {text}"),
        None => "the server ended it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::super::names::{Columns, Ranges};
    use super::*;

    fn tlv(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
        let body = parts.concat();
        [vec![tag, body.len() as u8], body].concat()
    }

    fn text(text: &str) -> Vec<u8> {
        tlv(4, &[text.as_bytes().to_vec()])
    }

    fn entry(id: u8, dn: &str, name: &str, value: &str) -> Vec<u8> {
        let attribute = tlv(0x30, &[text(name), tlv(0x31, &[text(value)])]);
        let entry = tlv(ENTRY, &[text(dn), tlv(0x30, &[attribute])]);
        tlv(0x30, &[tlv(2, &[vec![id]]), entry])
    }

    fn tapped() -> (Tap, Arc<Mutex<Sink>>) {
        let names = vec!["cn".to_owned()];
        let columns = Columns::new(&names, Ranges::Parts).unwrap();
        let sink = Arc::new(Mutex::new(Sink::new(columns, names.into())));
        let tap = Tap::default();
        tap.open(2, sink.clone());
        (tap, sink)
    }

    #[test]
    fn messages_may_be_cut_anywhere() {
        let others = [
            entry(3, "cn=x", "cn", "x"),
            entry(2, "cn=r", "cn;range=0-1", "r"),
        ]
        .concat();
        let stream = [
            entry(2, "cn=a", "CN", "a"),
            others.clone(),
            entry(2, "cn=b", "sn", "b"),
        ]
        .concat();
        for piece in 1..stream.len() {
            let (tap, sink) = tapped();
            let (mut bytes, mut forward) = (Vec::new(), Vec::new());
            for piece in stream.chunks(piece) {
                bytes.extend_from_slice(piece);
                forward.extend(deal(&mut bytes, &tap).ok().unwrap().forward);
            }
            assert_eq!(forward, others, "in pieces of {piece}");
            let block = locked(&sink).take();
            assert_eq!(block.rows(), 2);
            assert_eq!(block.data, b"cn=aacn=b");
            assert_eq!(block.cell_ends, [1, 2, 3, 3]);
        }
    }

    #[test]
    fn what_breaks_the_protocol_goes_no_further() {
        let broken = |message: Vec<u8>| {
            let (tap, sink) = tapped();
            let refused = deal(&mut message.clone(), &tap).is_err();
            assert!(locked(&sink).take().data.is_empty(), "{message:?}");
            refused
        };
        let whole = entry(2, "cn=a", "cn", "a");
        let id = tlv(2, &[vec![2]]);
        assert!(broken(b"HTTP/1.1 400 Bad Request".to_vec()));
        assert!(broken(tlv(0x30, &[])));
        assert!(broken(tlv(0x30, &[id.clone(), tlv(ENTRY, &[])])));
        assert!(broken(tlv(
            0x30,
            &[id.clone(), tlv(ENTRY, &[text("cn=a"), text("cn")])]
        )));
        assert!(broken(tlv(0x30, &[id, vec![0x65, 0x7f]])));
        // Any byte of a value's head that is wrong.
        let value = whole.len() - 3;
        assert!(broken([&whole[..value], &[9, 1, b'a']].concat()));
        assert!(broken([&whole[..value], &[4, 9, b'a']].concat()));
    }
}
