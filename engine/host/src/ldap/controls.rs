//! Controls of feeds: deleted entries, DirSync of Active Directory, and the
//! refresh of RFC 4533.
//!
//! The ldap crate reads some of them, and panics where a server breaks the
//! rules; here that is a malformed answer.

use super::ber::{first, number, tlv};
use super::block::{Change, IdSet, State};
use super::search::{DirSync, Mode};
use ldap3::controls::{Control, RawControl};

const SHOW_DELETED: &str = "1.2.840.113556.1.4.417";
const DIR_SYNC: &str = "1.2.840.113556.1.4.841";
const SYNC_REQUEST: &str = "1.3.6.1.4.1.4203.1.9.1.1";
const SYNC_STATE: &str = "1.3.6.1.4.1.4203.1.9.1.2";
const SYNC_DONE: &str = "1.3.6.1.4.1.4203.1.9.1.3";
const SYNC_INFO: &[u8] = b"1.3.6.1.4.1.4203.1.9.1.4";

const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const ENUMERATED: u8 = 0x0a;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// Octets of an entryUUID.
const UUID: usize = 16;

/// Makes the control that a mode needs. Each is critical: a server that cannot
/// do it must not answer as if nothing had been asked.
pub(super) fn request(mode: &Mode) -> Option<RawControl> {
    let (oid, value) = match mode {
        Mode::Plain => return None,
        Mode::WithDeleted => (SHOW_DELETED, None),
        Mode::DirSync(ask) => (DIR_SYNC, Some(dir_sync(ask))),
        Mode::Refresh(cookie) => (SYNC_REQUEST, Some(refresh(cookie.as_deref()))),
    };
    Some(RawControl {
        ctype: oid.to_owned(),
        crit: true,
        val: value,
    })
}

/// `SEQUENCE { options INTEGER, maximum of bytes INTEGER, cookie OCTET STRING }`.
/// Options are 32 bits with a sign, and no maximum is the server's own.
fn dir_sync(ask: &DirSync) -> Vec<u8> {
    let options = tlv(INTEGER, &ask.options.cast_signed().to_be_bytes());
    let parts = [options, tlv(INTEGER, &[0]), tlv(OCTETS, &ask.cookie)];
    tlv(SEQUENCE, &parts.concat())
}

/// `SEQUENCE { mode ENUMERATED, cookie OCTET STRING OPTIONAL }`, refreshOnly.
fn refresh(cookie: Option<&[u8]>) -> Vec<u8> {
    let mut body = tlv(ENUMERATED, &[1]);
    body.extend(cookie.map(|cookie| tlv(OCTETS, cookie)).unwrap_or_default());
    tlv(SEQUENCE, &body)
}

fn value<'a>(controls: &'a [Control], oid: &str) -> Option<&'a [u8]> {
    let found = controls.iter().find(|control| control.1.ctype == oid)?;
    found.1.val.as_deref()
}

/// What DirSync said at the end of an answer: whether there is more, and the
/// next cookie.
pub(super) fn dir_synced(controls: &[Control]) -> Option<(bool, Vec<u8>)> {
    let whole = first(value(controls, DIR_SYNC)?)?;
    let more = first(whole.body)?;
    let cookie = first(first(more.rest)?.rest)?;
    let is_more = more.body.iter().any(|&octet| octet != 0);
    (cookie.tag == OCTETS).then(|| (is_more, cookie.body.to_vec()))
}

/// What a refresh says of an entry, and a cookie, if it comes with one.
pub(super) fn state(controls: &[Control]) -> Option<(State, Option<Vec<u8>>)> {
    let whole = first(value(controls, SYNC_STATE)?)?;
    let change = first(whole.body).filter(|change| change.tag == ENUMERATED)?;
    let uuid = first(change.rest).filter(|uuid| uuid.tag == OCTETS)?;
    let cookie = first(uuid.rest).map(|cookie| cookie.body.to_vec());
    let change = match number(change.body)? {
        0 => Change::Present,
        1 => Change::Add,
        2 => Change::Modify,
        3 => Change::Delete,
        _ => return None,
    };
    let uuid = uuid.body.try_into().ok()?;
    Some((State { change, uuid }, cookie))
}

/// The end of a refresh.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    pub cookie: Option<Vec<u8>>,
    /// Only what was named as deleted is gone.
    pub deletes: bool,
}

/// `SEQUENCE { cookie OCTET STRING OPTIONAL, refreshDeletes BOOLEAN }`.
pub(super) fn done(controls: &[Control]) -> Option<Done> {
    let mut rest = first(value(controls, SYNC_DONE)?)?.body;
    let mut done = Done::default();
    while !rest.is_empty() {
        let part = first(rest)?;
        rest = part.rest;
        match part.tag {
            OCTETS => done.cookie = Some(part.body.to_vec()),
            BOOLEAN => done.deletes = is_true(part.body),
            _ => return None,
        }
    }
    Some(done)
}

fn is_true(body: &[u8]) -> bool {
    body.iter().any(|&octet| octet != 0)
}

/// What a refresh says between entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Info {
    /// A cookie, and nothing else that matters here.
    Cookie(Option<Vec<u8>>),
    /// A present phase has come to its end.
    PresentDone(Option<Vec<u8>>),
    /// Entries by their id alone.
    Ids(Option<Vec<u8>>, IdSet),
    /// An intermediate message of another kind.
    Other,
}

/// Reads the value of an intermediate message with this name.
pub(super) fn info(name: &[u8], value: &[u8]) -> Option<Info> {
    if name != SYNC_INFO {
        return Some(Info::Other);
    }
    let choice = first(value)?;
    if choice.tag == 0x80 {
        return Some(Info::Cookie(Some(choice.body.to_vec())));
    }
    let (mut cookie, mut flag, mut uuids) = (None, false, Vec::new());
    let mut rest = choice.body;
    while !rest.is_empty() {
        let part = first(rest)?;
        rest = part.rest;
        match part.tag {
            OCTETS => cookie = Some(part.body.to_vec()),
            BOOLEAN => flag = is_true(part.body),
            SET => uuids = ids(part.body)?,
            _ => return None,
        }
    }
    match choice.tag {
        0xa1 => Some(Info::Cookie(cookie)),
        0xa2 => Some(Info::PresentDone(cookie)),
        0xa3 => Some(Info::Ids(
            cookie,
            IdSet {
                deleted: flag,
                uuids,
            },
        )),
        _ => None,
    }
}

fn ids(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut all = Vec::with_capacity(body.len());
    while !body.is_empty() {
        let id = first(body).filter(|id| id.tag == OCTETS && id.body.len() == UUID)?;
        all.extend_from_slice(id.body);
        body = id.rest;
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn control(oid: &str, val: Vec<u8>) -> Vec<Control> {
        let raw = RawControl {
            ctype: oid.to_owned(),
            crit: false,
            val: Some(val),
        };
        vec![Control(None, raw)]
    }

    #[test]
    fn dir_sync_options_carry_a_sign() {
        let ask = DirSync {
            options: 0x8000_0001,
            cookie: vec![7],
        };
        let control = request(&Mode::DirSync(ask)).unwrap();
        assert!(control.crit);
        let expected = [0x30, 12, 2, 4, 0x80, 0, 0, 1, 2, 1, 0, 4, 1, 7];
        assert_eq!(control.val.unwrap(), expected);
    }

    #[test]
    fn dir_sync_tells_whether_there_is_more() {
        let answer = |more: u8| {
            let parts = [
                tlv(INTEGER, &[more]),
                tlv(INTEGER, &[0]),
                tlv(OCTETS, &[9, 9]),
            ];
            dir_synced(&control(DIR_SYNC, tlv(SEQUENCE, &parts.concat())))
        };
        assert_eq!(answer(1), Some((true, vec![9, 9])));
        assert_eq!(answer(0), Some((false, vec![9, 9])));
        assert_eq!(dir_synced(&control(DIR_SYNC, vec![0x30, 0])), None);
    }

    #[test]
    fn a_state_has_sixteen_octets_and_a_known_change() {
        let answer = |change: u8, uuid: &[u8]| {
            let parts = [tlv(ENUMERATED, &[change]), tlv(OCTETS, uuid)];
            state(&control(SYNC_STATE, tlv(SEQUENCE, &parts.concat())))
        };
        let expected = State {
            change: Change::Delete,
            uuid: [5; 16],
        };
        assert_eq!(answer(3, &[5; 16]), Some((expected, None)));
        assert_eq!(answer(4, &[5; 16]), None);
        assert_eq!(answer(3, &[5; 15]), None);
    }

    #[test]
    fn both_parts_of_done_may_be_left_out() {
        let answer = |parts: &[Vec<u8>]| done(&control(SYNC_DONE, tlv(SEQUENCE, &parts.concat())));
        assert_eq!(answer(&[]), Some(Done::default()));
        let both = answer(&[tlv(OCTETS, b"c"), tlv(BOOLEAN, &[0xff])]).unwrap();
        assert_eq!(
            both,
            Done {
                cookie: Some(b"c".to_vec()),
                deletes: true
            }
        );
        assert_eq!(done(&[]), None);
    }

    #[test]
    fn present_and_deleted_sets_are_told_apart() {
        let set = tlv(
            SET,
            &[tlv(OCTETS, &[1; 16]), tlv(OCTETS, &[2; 16])].concat(),
        );
        let uuids = [[1; 16], [2; 16]].concat();
        let present = tlv(0xa3, &set);
        let expected = IdSet {
            deleted: false,
            uuids: uuids.clone(),
        };
        assert_eq!(info(SYNC_INFO, &present), Some(Info::Ids(None, expected)));
        let gone = tlv(0xa3, &[tlv(BOOLEAN, &[0xff]), set].concat());
        let expected = IdSet {
            deleted: true,
            uuids,
        };
        assert_eq!(info(SYNC_INFO, &gone), Some(Info::Ids(None, expected)));
        assert_eq!(
            info(SYNC_INFO, &tlv(0xa2, &[])),
            Some(Info::PresentDone(None))
        );
        assert_eq!(info(b"1.2.3", &[]), Some(Info::Other));
        assert_eq!(
            info(SYNC_INFO, &tlv(0xa3, &tlv(SET, &tlv(OCTETS, &[1])))),
            None
        );
    }
}
