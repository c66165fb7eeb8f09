//! A large directory, written as LDIF without holding it in memory.

use crate::slapd::{Plaintext, Slapd};
use crate::tree::{SUFFIX, group_dn, person_dn};
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// The group that everybody in a crowd belongs to.
pub const GROUP: &str = "intranet";

/// Attributes of each person: what a policy maps and what `ldapsearch` is asked
/// for beside it.
pub const ATTRIBUTES: [&str; 12] = [
    "uid",
    "cn",
    "givenName",
    "sn",
    "mail",
    "telephoneNumber",
    "mobile",
    "title",
    "departmentNumber",
    "employeeNumber",
    "l",
    "preferredLanguage",
];

const GIVEN_NAMES: [&str; 8] = [
    "Anna", "Ben", "Chloe", "David", "Emma", "Farid", "Gita", "Hugo",
];
const SURNAMES: [&str; 7] = [
    "Almeida", "Berg", "Costa", "Dahl", "Eriksen", "Fischer", "Garcia",
];
const TITLES: [&str; 5] = ["Engineer", "Nurse", "Accountant", "Teacher", "Electrician"];
const PLACES: [&str; 4] = ["Oslo", "Bergen", "Trondheim", "Stavanger"];

/// The uid of the person with this number.
pub fn uid(number: usize) -> String {
    format!("u{number:07}")
}

/// Starts a server with `count` people.
pub fn serve(count: usize) -> Slapd {
    Slapd::start_with(Plaintext::Accepted, |folder| {
        let path = folder.join("crowd.ldif");
        let mut file = BufWriter::new(File::create(&path).expect("a file for the crowd"));
        write_ldif(count, &mut file)
            .and_then(|()| file.flush())
            .expect("the crowd as LDIF");
        path
    })
}

/// Writes `count` people with twelve attributes each, all in [`GROUP`].
///
/// # Errors
///
/// Fails if `out` does.
pub fn write_ldif(count: usize, out: &mut impl Write) -> io::Result<()> {
    let group = group_dn(GROUP);
    for number in 0..count {
        write_person(number, &group, out)?;
    }
    writeln!(out, "dn: {group}\nobjectClass: groupOfNames\ncn: {GROUP}")?;
    for number in 0..count {
        writeln!(out, "member: {}", person_dn(&uid(number)))?;
    }
    writeln!(out)
}

fn write_person(number: usize, group: &str, out: &mut impl Write) -> io::Result<()> {
    let uid = uid(number);
    let given_name = pick(&GIVEN_NAMES, number);
    let surname = pick(&SURNAMES, number / 3);
    writeln!(
        out,
        "dn: uid={uid},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: {uid}"
    )?;
    writeln!(
        out,
        "cn: {given_name} {surname} {number}\ngivenName: {given_name}\nsn: {surname}"
    )?;
    writeln!(
        out,
        "mail: {uid}@example.org\ntelephoneNumber: +47 22 {number:07}\nmobile: +47 9{number:07}"
    )?;
    writeln!(
        out,
        "title: {}\ndepartmentNumber: D{:03}",
        pick(&TITLES, number),
        number % 200
    )?;
    writeln!(
        out,
        "employeeNumber: {number:07}\nl: {}\npreferredLanguage: nb-NO",
        pick(&PLACES, number / 5)
    )?;
    writeln!(out, "memberOf: {group}\n")
}

fn pick<'a>(from: &[&'a str], number: usize) -> &'a str {
    from[number % from.len()]
}
