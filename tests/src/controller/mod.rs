//! A domain controller of a few lines, for the limits of Active Directory that
//! Samba does not impose: entries per page (`MaxPageSize`), values per answer
//! (`MaxValRange`), and answers that end early.
//!
//! It holds people and groups in memory, takes every login, and evaluates
//! filters by plain means.

mod ber;
mod filter;

use ber::{Element, list, tlv};
use filter::Filter;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The naming context.
pub const DOMAIN: &str = "DC=corp,DC=example";

/// What the controller does not give.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Entries per page, and without paging in all.
    pub page: usize,
    /// Values of an attribute in one answer.
    pub values: usize,
    /// Ends each search for people after this many entries with this code.
    pub ends: Option<(usize, u8)>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            page: 1000,
            values: 1500,
            ends: None,
        }
    }
}

/// An attribute, and its values.
pub type Attribute = (String, Vec<Vec<u8>>);

/// An entry: its name and its attributes.
#[derive(Clone, Debug)]
pub struct Entry {
    dn: String,
    attributes: Vec<Attribute>,
}

/// A running controller; ends when it is dropped.
#[derive(Debug)]
pub struct Controller {
    url: String,
    ends: Arc<AtomicBool>,
}

impl Controller {
    /// Serves this many people, all in the group `CN=Intranet`.
    pub fn serve(people: usize, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let ends = Arc::new(AtomicBool::new(false));
        let (over, entries) = (ends.clone(), Arc::new(domain(people)));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let entries = entries.clone();
                std::thread::spawn(move || talk(stream, &entries, limits));
            }
        });
        Self {
            url: format!("ldap://{address}"),
            ends,
        }
    }

    /// `ldap://…`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The group that everybody is in.
    pub fn group() -> String {
        format!("CN=Intranet,{DOMAIN}")
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over.
        drop(TcpStream::connect(self.url.trim_start_matches("ldap://")));
    }
}

fn entry(dn: &str, attributes: &[(&str, &[&str])]) -> Entry {
    let attributes = attributes.iter().map(|(name, values)| {
        let values = values.iter().map(|value| value.as_bytes().to_vec());
        ((*name).to_owned(), values.collect())
    });
    Entry {
        dn: dn.to_owned(),
        attributes: attributes.collect(),
    }
}

fn domain(people: usize) -> Vec<Entry> {
    let group = Controller::group();
    let names: Vec<String> = (0..people)
        .map(|number| format!("CN=p{number:05},CN=Users,{DOMAIN}"))
        .collect();
    let members: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut all = vec![
        entry(
            DOMAIN,
            &[
                ("objectClass", &["domain"]),
                ("lockoutDuration", &["-18000000000"]),
            ],
        ),
        entry(&group, &[("objectClass", &["group"]), ("member", &members)]),
    ];
    all.extend(names.iter().enumerate().map(|(number, dn)| {
        let name = format!("p{number:05}");
        let mut person = entry(
            dn,
            &[
                ("objectClass", &["person", "user"]),
                ("objectCategory", &["person"]),
                ("sAMAccountName", &[&name]),
                ("givenName", &["Given"]),
                ("sn", &[&name]),
                ("mail", &[&format!("{name}@example.org")]),
                ("userAccountControl", &["512"]),
                ("memberOf", &[&group]),
            ],
        );
        let guid = (number as u128 + 1).to_be_bytes().to_vec();
        person
            .attributes
            .push(("objectGUID".to_owned(), vec![guid]));
        person
    }));
    all
}

fn root() -> Entry {
    entry(
        "",
        &[
            ("objectClass", &["top"]),
            ("namingContexts", &[DOMAIN]),
            ("defaultNamingContext", &[DOMAIN]),
            ("supportedCapabilities", &["1.2.840.113556.1.4.800"]),
            ("supportedControl", &["1.2.840.113556.1.4.319"]),
        ],
    )
}

fn talk(mut stream: TcpStream, entries: &[Entry], limits: Limits) {
    let (mut buffer, mut chunk) = (Vec::new(), [0; 65536]);
    loop {
        while let Some(message) = Element::first(&buffer) {
            let (whole, answer) = (message.length, answer(&message, entries, limits));
            buffer.drain(..whole);
            match answer {
                Some(answer) if stream.write_all(&answer).is_ok() => {}
                _ => return,
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return,
            Ok(read) => buffer.extend_from_slice(&chunk[..read]),
        }
    }
}

/// The answer to a request; nothing at the end of the conversation.
fn answer(message: &Element, entries: &[Entry], limits: Limits) -> Option<Vec<u8>> {
    let parts = list(&message.body);
    let id = &parts[0].body;
    let operation = &parts[1];
    let wrap = |operation: Vec<u8>, controls: &[u8]| {
        tlv(0x30, &[tlv(2, id), operation, controls.to_vec()].concat())
    };
    match operation.tag {
        0x60 => Some(wrap(result(0x61, 0), &[])),
        0x63 => {
            let (found, code, control) = search(operation, parts.get(2), entries, limits);
            let mut all: Vec<u8> = found.into_iter().flat_map(|one| wrap(one, &[])).collect();
            all.extend(wrap(result(0x65, code), &control));
            Some(all)
        }
        0x50 => Some(Vec::new()),
        _ => None,
    }
}

fn result(tag: u8, code: u8) -> Vec<u8> {
    tlv(tag, &[tlv(10, &[code]), tlv(4, b""), tlv(4, b"")].concat())
}

/// Entries, the code at the end, and the answer's control.
fn search(
    request: &Element,
    controls: Option<&Element>,
    entries: &[Entry],
    limits: Limits,
) -> (Vec<Vec<u8>>, u8, Vec<u8>) {
    let parts = list(&request.body);
    let base = String::from_utf8_lossy(&parts[0].body).to_lowercase();
    let is_base = parts[1].body == [0];
    let filter = Filter::read(&parts[6]);
    let wanted: Vec<String> = list(&parts[7].body)
        .iter()
        .map(|name| String::from_utf8_lossy(&name.body).into_owned())
        .collect();
    let rootdse = [root()];
    let all: &[Entry] = if base.is_empty() && is_base {
        &rootdse
    } else {
        entries
    };
    let is_here = |dn: &str| dn == base || (!is_base && dn.ends_with(&format!(",{base}")));
    if !all.iter().any(|one| one.dn.to_lowercase() == base) {
        return (Vec::new(), 32, Vec::new());
    }
    let found: Vec<&Entry> = all
        .iter()
        .filter(|one| is_here(&one.dn.to_lowercase()) && filter.holds(&one.attributes))
        .collect();
    let page = controls.and_then(paged);
    let from = page.as_ref().map_or(0, |(_, from)| *from);
    let size = page
        .as_ref()
        .map_or(limits.page, |(size, _)| (*size).min(limits.page));
    let to = (from + size).min(found.len());
    let sent = |to: usize| {
        found[from..to]
            .iter()
            .map(|one| packed(one, &wanted, limits))
            .collect()
    };
    let ends = limits.ends.filter(|(after, _)| found.len() > *after);
    if let Some((after, code)) = ends.filter(|(after, _)| to > *after) {
        return (sent(after.max(from)), code, Vec::new());
    }
    match (page, to < found.len()) {
        (None, true) => (sent(to), 4, Vec::new()),
        (None, false) => (sent(to), 0, Vec::new()),
        (Some(_), more) => {
            let cookie = if more { to.to_string() } else { String::new() };
            (sent(to), 0, page_control(cookie.as_bytes()))
        }
    }
}

const PAGES: &[u8] = b"1.2.840.113556.1.4.319";

/// The page's size, and where it begins.
fn paged(controls: &Element) -> Option<(usize, usize)> {
    let all = list(&controls.body);
    let ours = all
        .iter()
        .map(|control| list(&control.body))
        .find(|parts| parts[0].body == PAGES)?;
    let value = Element::first(&ours.last()?.body)?;
    let parts = list(&value.body);
    let size = parts[0]
        .body
        .iter()
        .fold(0, |sum, &octet| sum << 8 | usize::from(octet));
    let cookie = String::from_utf8_lossy(&parts[1].body).into_owned();
    Some((size, cookie.parse().unwrap_or(0)))
}

fn page_control(cookie: &[u8]) -> Vec<u8> {
    let value = tlv(0x30, &[tlv(2, &[0]), tlv(4, cookie)].concat());
    tlv(0xa0, &tlv(0x30, &[tlv(4, PAGES), tlv(4, &value)].concat()))
}

/// An entry with the attributes that were asked for: of one with many values
/// only a range, and beside it the attribute's plain name with none.
fn packed(entry: &Entry, wanted: &[String], limits: Limits) -> Vec<u8> {
    let mut attributes = Vec::new();
    let mut add = |name: &str, values: &[Vec<u8>]| {
        let values: Vec<u8> = values.iter().flat_map(|value| tlv(4, value)).collect();
        let parts = [tlv(4, name.as_bytes()), tlv(0x31, &values)].concat();
        attributes.extend(tlv(0x30, &parts));
    };
    for asked in wanted {
        let (name, range) = asked.split_once(";range=").unwrap_or((asked, ""));
        let known = entry
            .attributes
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        let Some((name, values)) = known else {
            continue;
        };
        let from: usize = range
            .split('-')
            .next()
            .and_then(|from| from.parse().ok())
            .unwrap_or(0);
        let to = (from + limits.values).min(values.len());
        match (range.is_empty(), to == values.len()) {
            (true, true) => add(name, values),
            (is_first, is_last) => {
                if is_first {
                    add(name, &[]);
                }
                let end = if is_last {
                    "*".to_owned()
                } else {
                    (to - 1).to_string()
                };
                add(
                    &format!("{name};range={from}-{end}"),
                    &values[from.min(to)..to],
                );
            }
        }
    }
    tlv(
        0x64,
        &[tlv(4, entry.dn.as_bytes()), tlv(0x30, &attributes)].concat(),
    )
}
