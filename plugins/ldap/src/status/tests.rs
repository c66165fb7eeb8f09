#![allow(clippy::unwrap_used)]

use super::*;
use crate::directory::Found;
use crate::time::generalized;

const NOW: &[u8] = b"20260401000000Z";

fn now() -> Millis {
    generalized(NOW).unwrap()
}

fn clock(temporary: TemporaryLock) -> Clock {
    Clock {
        now: now(),
        temporary,
    }
}

fn found(values: &[&str]) -> Found {
    let values = values.iter().map(|value| match *value {
        "" => vec![],
        value => vec![value.as_bytes().to_vec()],
    });
    Found {
        dn: b"cn=a".to_vec(),
        values: values.collect(),
    }
}

const LOCKED: Status = Status::Blocked(BlockCause::Locked);
const DISABLED: Status = Status::Blocked(BlockCause::Disabled);
const EXPIRED: Status = Status::Blocked(BlockCause::Expired);

/// A FILETIME so many minutes from now.
fn ticks(minutes: i64) -> String {
    ((now() + minutes * 60_000 + 11_644_473_600_000) * 10_000).to_string()
}

fn active_directory(values: &[&str], temporary: TemporaryLock) -> Judgement {
    let half_an_hour = LockDuration::Millis(30 * 60_000);
    ActiveDirectory::of(half_an_hour).judge(Record::Whole(&found(values)), clock(temporary))
}

#[test]
fn active_directory_has_bits_dates_and_stamps() {
    let judge = |control: &str, expires: &str, lockout: &str| {
        active_directory(&[control, expires, lockout, "", ""], TemporaryLock::Block)
    };
    let person = Judgement::Person;
    assert_eq!(judge("512", "0", "0"), person(Status::Active));
    assert_eq!(
        judge("512", "9223372036854775807", ""),
        person(Status::Active)
    );
    assert_eq!(judge("66048", "", ""), person(Status::Active));
    assert_eq!(judge("514", "0", "0"), person(DISABLED));
    assert_eq!(judge("66050", "0", "0"), person(DISABLED));
    assert_eq!(judge("", "0", "0"), person(Status::Unknown));
    assert_eq!(judge("512", &ticks(-1), "0"), person(EXPIRED));
    assert_eq!(judge("512", &ticks(0), "0"), person(EXPIRED));
    assert_eq!(judge("512", &ticks(1), "0"), person(Status::Active));
    assert_eq!(judge("512", "soon", "0"), person(Status::Unknown));
    assert_eq!(judge("512", "0", &ticks(-29)), person(LOCKED));
    assert_eq!(
        judge("512", "0", &ticks(-30)),
        person(Status::Active),
        "the stamp stays after the lock"
    );
    for machine in ["4096", "8192", "2048", "4130"] {
        assert_eq!(judge(machine, "0", "0"), Judgement::NotAPerson);
    }
}

#[test]
fn active_directory_deleted_is_removed() {
    let judge = |deleted: &str, recycled: &str| {
        active_directory(&["512", "0", "0", deleted, recycled], TemporaryLock::Block)
    };
    assert_eq!(
        judge("TRUE", ""),
        Judgement::Person(Status::Removed(muster_sdk::Removal::Restorable))
    );
    assert_eq!(
        judge("TRUE", "TRUE"),
        Judgement::Person(Status::Removed(muster_sdk::Removal::Final))
    );
}

#[test]
fn temporary_locks_can_be_ignored() {
    let locked = ["512", "0", &ticks(-1), "", ""];
    assert_eq!(
        active_directory(&locked, TemporaryLock::Block),
        Judgement::Person(LOCKED)
    );
    assert_eq!(
        active_directory(&locked, TemporaryLock::Ignore),
        Judgement::Person(Status::Active)
    );
}

fn ppolicy(values: &[&str], duration: Option<LockDuration>, temporary: TemporaryLock) -> Status {
    Ppolicy::of(policies::Policies::of(duration))
        .judge(Record::Whole(&found(values)), clock(temporary))
}

#[test]
fn password_policies_lock_for_ever_or_for_a_while() {
    let quarter = Some(LockDuration::Millis(900_000));
    let judge = |stamp: &str, duration| ppolicy(&[stamp, "", ""], duration, TemporaryLock::Block);
    assert_eq!(judge("", quarter), Status::Active);
    assert_eq!(judge("000001010000Z", quarter), LOCKED);
    assert_eq!(judge("20260331235000Z", quarter), LOCKED);
    assert_eq!(
        judge("20260331234500Z", quarter),
        Status::Active,
        "a stale stamp"
    );
    assert_eq!(judge("20260401000100Z", quarter), Status::Active, "not yet");
    assert_eq!(
        judge("20200101000000Z", Some(LockDuration::Forever)),
        LOCKED
    );
    assert_eq!(judge("20260331235000Z", None), Status::Unknown);
    assert_eq!(judge("nonsense", quarter), Status::Unknown);
    let ignore = |stamp: &str, duration| ppolicy(&[stamp, "", ""], duration, TemporaryLock::Ignore);
    assert_eq!(ignore("20260331235000Z", quarter), Status::Active);
    assert_eq!(ignore("000001010000Z", quarter), LOCKED);
    assert_eq!(
        ignore("20260331235000Z", Some(LockDuration::Forever)),
        LOCKED
    );
}

#[test]
fn password_policies_have_a_beginning_and_an_end() {
    let judge = |start: &str, end: &str| ppolicy(&["", start, end], None, TemporaryLock::Block);
    assert_eq!(judge("20260101000000Z", "20270101000000Z"), Status::Active);
    assert_eq!(
        judge("20260501000000Z", ""),
        Status::Blocked(BlockCause::NotYetValid)
    );
    assert_eq!(judge("", "20260401000000Z"), EXPIRED);
    assert_eq!(judge("", "later"), Status::Unknown);
}

#[test]
fn ds389_has_a_flag_and_stamps() {
    let judge = |values: &[&str], rule: Ds389| {
        rule.judge(Record::Whole(&found(values)), clock(TemporaryLock::Block))
    };
    let unlocking = || Ds389::of(true, true, 3);
    assert_eq!(judge(&["", "", ""], unlocking()), Status::Active);
    assert_eq!(judge(&["TRUE", "", ""], unlocking()), DISABLED);
    assert_eq!(judge(&["false", "", ""], unlocking()), Status::Active);
    assert_eq!(judge(&["", "3", "20260401001000Z"], unlocking()), LOCKED);
    assert_eq!(
        judge(&["", "2", "20260401001000Z"], unlocking()),
        Status::Active
    );
    assert_eq!(
        judge(&["", "3", "20260331000000Z"], unlocking()),
        Status::Active
    );
    assert_eq!(
        judge(&["", "3", "19700101000000Z"], Ds389::of(true, false, 3)),
        LOCKED
    );
    assert_eq!(
        judge(&["", "3", "19700101000000Z"], unlocking()),
        Status::Active
    );
    assert_eq!(
        judge(&["", "9", "20260401001000Z"], Ds389::of(false, true, 3)),
        Status::Active
    );
}

#[test]
fn shadow_counts_days() {
    let judge = |value: &str| {
        Shadow::new(&mut Columns::default())
            .judge(Record::Whole(&found(&[value])), clock(TemporaryLock::Block))
    };
    // 2026-04-01 is day 20544.
    assert_eq!(judge("20544"), EXPIRED);
    assert_eq!(judge("20545"), Status::Active);
    assert_eq!(judge(""), Status::Active);
    assert_eq!(judge("0"), Status::Active);
    assert_eq!(judge("-1"), Status::Active);
    assert_eq!(judge("x"), Status::Unknown);
}
