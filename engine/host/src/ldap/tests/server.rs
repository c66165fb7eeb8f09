//! An LDAP server of a few lines that says what a test wants said.

use ldap3::asn1::{PL, StructureTag, parse_tag};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// What a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Connected,
    Bind {
        who: String,
    },
    Search {
        base: String,
        attributes: Vec<String>,
        cookie: Option<Vec<u8>>,
        /// Other controls than that of pages: name and value.
        controls: Vec<(String, Vec<u8>)>,
    },
    Abandon,
    Unbind,
    StartTls,
}

/// What the server does about it, in order.
pub enum Say {
    Entry(&'static str, Vec<(String, Vec<String>)>),
    Reference,
    Done {
        code: u32,
        cookie: Option<Vec<u8>>,
    },
    /// An entry with a control.
    Marked(&'static str, Vec<(String, Vec<String>)>, Vec<u8>),
    /// The end, with a control.
    Ended(u32, Vec<u8>),
    /// A message between entries.
    Info(&'static str, Vec<u8>),
    Bound {
        code: u32,
        text: &'static str,
    },
    Extended {
        code: u32,
    },
    Raw(Vec<u8>),
    Hang,
    Close,
}

pub struct Server {
    pub url: String,
    asked: Receiver<Asked>,
}

impl Server {
    /// Listens, and answers each request as `script` says.
    pub fn new(script: impl Fn(&Asked) -> Vec<Say> + Send + Sync + Clone + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("ldap://{}", listener.local_addr().unwrap());
        let (tell, asked) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().take(8).flatten() {
                let (tell, script) = (tell.clone(), script.clone());
                tell.send(Asked::Connected).unwrap();
                std::thread::spawn(move || {
                    talk(stream, &script, |asked| drop(tell.send(asked.clone())))
                });
            }
        });
        Self { url, asked }
    }

    /// What was asked until now, waiting a moment for what is on its way.
    pub fn asked(&self) -> Vec<Asked> {
        let mut all = Vec::new();
        while let Ok(asked) = self.asked.recv_timeout(Duration::from_millis(200)) {
            all.push(asked);
        }
        all
    }
}

fn talk(mut stream: TcpStream, script: &impl Fn(&Asked) -> Vec<Say>, tell: impl Fn(&Asked)) {
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let (mut buffer, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        while let Ok((rest, message)) = parse_tag(&buffer) {
            let used = buffer.len() - rest.len();
            buffer.drain(..used);
            let (id, asked) = request(message);
            tell(&asked);
            for say in script(&asked) {
                match say {
                    Say::Close => return,
                    Say::Hang => std::thread::sleep(Duration::from_secs(3)),
                    Say::Raw(bytes) => drop(stream.write_all(&bytes)),
                    other => {
                        if stream.write_all(&answer(&id, other)).is_err() {
                            return;
                        }
                    }
                }
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return,
            Ok(read) => buffer.extend_from_slice(&chunk[..read]),
        }
    }
}

fn list(tag: StructureTag) -> Vec<StructureTag> {
    match tag.payload {
        PL::C(parts) => parts,
        PL::P(_) => vec![],
    }
}

fn octets(tag: StructureTag) -> Vec<u8> {
    match tag.payload {
        PL::P(bytes) => bytes,
        PL::C(_) => vec![],
    }
}

fn text(tag: StructureTag) -> String {
    String::from_utf8(octets(tag)).unwrap()
}

fn request(message: StructureTag) -> (Vec<u8>, Asked) {
    let mut parts = list(message).into_iter();
    let id = octets(parts.next().unwrap());
    let operation = parts.next().unwrap();
    let controls = parts.next();
    let asked = match operation.id {
        0 => Asked::Bind {
            who: text(list(operation).swap_remove(1)),
        },
        2 => Asked::Unbind,
        3 => {
            let mut parts = list(operation);
            let attributes = list(parts.swap_remove(7)).into_iter().map(text).collect();
            let mut cookie = None;
            let mut others = Vec::new();
            for (name, value) in controls.into_iter().flat_map(list).map(named) {
                match name.as_str() {
                    PAGES => {
                        let value = list(parse_tag(&value).unwrap().1).swap_remove(1);
                        cookie = Some(octets(value));
                    }
                    _ => others.push((name, value)),
                }
            }
            Asked::Search {
                base: text(parts.swap_remove(0)),
                attributes,
                cookie,
                controls: others,
            }
        }
        16 => Asked::Abandon,
        23 => Asked::StartTls,
        other => panic!("operation {other}"),
    };
    (id, asked)
}

const PAGES: &str = "1.2.840.113556.1.4.319";

/// A control's name, and its value, if it has one.
fn named(control: StructureTag) -> (String, Vec<u8>) {
    let mut parts = list(control);
    let value = parts.pop().filter(|part| part.id == 4).map(octets);
    let value = value.filter(|_| !parts.is_empty()).unwrap_or_default();
    (text(parts.swap_remove(0)), value)
}

/// `[0] { SEQUENCE { name, value } }`
pub fn control(name: &str, value: &[u8]) -> Vec<u8> {
    let parts = [tlv(4, name.as_bytes()), tlv(4, value)].concat();
    tlv(0xa0, &tlv(0x30, &parts))
}

pub fn tlv(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut all = vec![tag];
    match body.len() {
        short @ 0..128 => all.push(short as u8),
        long => {
            all.push(0x84);
            all.extend((long as u32).to_be_bytes());
        }
    }
    all.extend(body);
    all
}

fn result(tag: u8, code: u32, text: &str) -> Vec<u8> {
    let digits: Vec<u8> = match code {
        0..128 => vec![code as u8],
        _ => (code as u16).to_be_bytes().to_vec(),
    };
    let code = tlv(0x0a, &digits);
    tlv(tag, &[code, tlv(4, b""), tlv(4, text.as_bytes())].concat())
}

fn answer(id: &[u8], say: Say) -> Vec<u8> {
    let operation = match say {
        Say::Entry(dn, attributes) => entry(dn, attributes),
        Say::Reference => tlv(0x73, &tlv(4, b"ldap://other/dc=example")),
        Say::Bound { code, text } => result(0x61, code, text),
        Say::Extended { code } => result(0x78, code, ""),
        Say::Done { code, cookie: None } => result(0x65, code, ""),
        Say::Done {
            code,
            cookie: Some(cookie),
        } => [result(0x65, code, ""), page_control(&cookie)].concat(),
        Say::Marked(dn, attributes, control) => [entry(dn, attributes), control].concat(),
        Say::Ended(code, control) => [result(0x65, code, ""), control].concat(),
        Say::Info(name, value) => tlv(
            0x79,
            &[tlv(0x80, name.as_bytes()), tlv(0x81, &value)].concat(),
        ),
        Say::Raw(_) | Say::Hang | Say::Close => unreachable!("handled before"),
    };
    tlv(0x30, &[tlv(2, id), operation].concat())
}

fn entry(dn: &str, attributes: Vec<(String, Vec<String>)>) -> Vec<u8> {
    let attributes: Vec<u8> = attributes
        .into_iter()
        .flat_map(|(name, values)| {
            let values: Vec<u8> = values
                .iter()
                .flat_map(|value| tlv(4, value.as_bytes()))
                .collect();
            tlv(
                0x30,
                &[tlv(4, name.as_bytes()), tlv(0x31, &values)].concat(),
            )
        })
        .collect();
    tlv(
        0x64,
        &[tlv(4, dn.as_bytes()), tlv(0x30, &attributes)].concat(),
    )
}

fn page_control(cookie: &[u8]) -> Vec<u8> {
    let value = tlv(0x30, &[tlv(2, &[0]), tlv(4, cookie)].concat());
    control(PAGES, &value)
}
