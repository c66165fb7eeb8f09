//! Feeds of changes, and several servers for one directory.

use super::server::{Asked, Say, Server, control, tlv};
use super::{bound, query, read, settings, values};
use crate::ldap::*;

const STATE: &str = "1.3.6.1.4.1.4203.1.9.1.2";
const DONE: &str = "1.3.6.1.4.1.4203.1.9.1.3";
const INFO: &str = "1.3.6.1.4.1.4203.1.9.1.4";
const DIR_SYNC: &str = "1.2.840.113556.1.4.841";

fn state(change: u8, uuid: u8) -> Vec<u8> {
    let parts = [tlv(0x0a, &[change]), tlv(4, &[uuid; 16])].concat();
    control(STATE, &tlv(0x30, &parts))
}

fn ids(deleted: bool, uuids: &[u8]) -> Say {
    let set: Vec<u8> = uuids.iter().flat_map(|&one| tlv(4, &[one; 16])).collect();
    let flag = tlv(1, &[if deleted { 0xff } else { 0 }]);
    Say::Info(INFO, tlv(0xa3, &[flag, tlv(0x31, &set)].concat()))
}

fn done(parts: &[Vec<u8>]) -> Say {
    Say::Ended(0, control(DONE, &tlv(0x30, &parts.concat())))
}

async fn ask(server: &Server, mode: Mode, attributes: &[&str]) -> Search {
    let query = Query {
        mode,
        ..query(attributes, 100)
    };
    let connection = Connection::new(settings(&server.url)).unwrap();
    connection.search(query).await.unwrap()
}

#[tokio::test]
async fn a_refresh_tells_who_changed_who_is_there_and_who_is_gone() {
    let server = Server::new(|asked| match asked {
        Asked::Search {
            cookie: None,
            controls,
            ..
        } => {
            assert_eq!(
                controls[0].1,
                tlv(0x30, &[tlv(0x0a, &[1]), tlv(4, b"old")].concat())
            );
            vec![
                Say::Marked("cn=a", vec![values("cn", &["a"])], state(1, 1)),
                Say::Info("1.2.3", vec![]),
                Say::Marked("cn=b", vec![], state(3, 2)),
                ids(false, &[3, 4]),
                ids(true, &[5]),
                done(&[tlv(4, b"new"), tlv(1, &[0xff])]),
            ]
        }
        _ => bound(),
    });
    let mut search = ask(&server, Mode::Refresh(Some(b"old".to_vec())), &["cn"]).await;
    let block = search.next().await.unwrap();
    assert_eq!(block.rows(), 2);
    let told: Vec<(Change, u8)> = block
        .states
        .iter()
        .map(|one| (one.change, one.uuid[0]))
        .collect();
    assert_eq!(told, [(Change::Add, 1), (Change::Delete, 2)]);
    let sets: Vec<(bool, usize)> = block
        .sets
        .iter()
        .map(|set| (set.deleted, set.uuids.len()))
        .collect();
    assert_eq!(sets, [(false, 32), (true, 16)]);
    let feed = block.end.unwrap().feed.unwrap();
    assert_eq!(feed.cookie.as_deref(), Some(&b"new"[..]));
    assert!(!feed.absent_are_gone);
}

#[tokio::test]
async fn absence_counts_only_after_a_present_phase() {
    let present = |absent: bool, says: fn() -> Vec<Say>| async move {
        let server = Server::new(move |asked| match asked {
            Asked::Search { .. } => says(),
            _ => bound(),
        });
        let mut search = ask(&server, Mode::Refresh(None), &["cn"]).await;
        let feed = search.next().await.unwrap().end.unwrap().feed.unwrap();
        assert_eq!(feed.absent_are_gone, absent);
    };
    present(true, || vec![done(&[])]).await;
    present(false, || vec![done(&[tlv(1, &[1])])]).await;
    // A present phase, and then a delete phase.
    present(true, || {
        vec![Say::Info(INFO, tlv(0xa2, &[])), done(&[tlv(1, &[1])])]
    })
    .await;
}

#[tokio::test]
async fn a_refresh_that_the_server_cannot_give_is_an_outcome() {
    let server = Server::new(|asked| match asked {
        Asked::Search { .. } => vec![Say::Done {
            code: 4096,
            cookie: None,
        }],
        _ => bound(),
    });
    let (_, end) = read(&mut ask(&server, Mode::Refresh(None), &["cn"]).await).await;
    let end = end.unwrap();
    assert_eq!((end.code, end.feed), (4096, None));
}

#[tokio::test]
async fn a_feed_that_ends_without_a_word_is_no_feed() {
    for mode in [Mode::Refresh(None), Mode::DirSync(DirSync::default())] {
        let server = Server::new(|asked| match asked {
            Asked::Search { .. } => vec![Say::Done {
                code: 0,
                cookie: None,
            }],
            _ => bound(),
        });
        let (_, end) = read(&mut ask(&server, mode, &["cn"]).await).await;
        assert_eq!(end.unwrap_err().kind(), Kind::Data);
    }
}

#[tokio::test]
async fn an_entry_of_a_refresh_without_its_state_makes_no_sense() {
    let server = Server::new(|asked| match asked {
        Asked::Search { .. } => vec![Say::Entry("cn=a", vec![]), done(&[])],
        _ => bound(),
    });
    let (_, end) = read(&mut ask(&server, Mode::Refresh(None), &["cn"]).await).await;
    assert_eq!(end.unwrap_err().kind(), Kind::Data);
}

#[tokio::test]
async fn dir_sync_marks_links_with_what_looks_like_ranges() {
    let server = Server::new(|asked| match asked {
        Asked::Search {
            attributes,
            controls,
            ..
        } => {
            assert_eq!(attributes, &["name", "member"]);
            assert_eq!(controls[0].0, DIR_SYNC);
            let links = vec![
                values("member;range=0-0", &["cn=gone"]),
                values("member;range=1-1", &["cn=new", "cn=newer"]),
            ];
            let parts = [tlv(2, &[1]), tlv(2, &[0]), tlv(4, b"next")].concat();
            vec![
                Say::Entry("cn=g", links),
                Say::Ended(0, control(DIR_SYNC, &tlv(0x30, &parts))),
            ]
        }
        _ => bound(),
    });
    let ask_for = DirSync {
        options: 0x8000_0000,
        cookie: Vec::new(),
    };
    let columns = ["name", "member;range=1-1", "member;range=0-0"];
    let (rows, end) = read(&mut ask(&server, Mode::DirSync(ask_for), &columns).await).await;
    assert_eq!(rows, ["cn=g:  | cn=new,cn=newer | cn=gone"]);
    let feed = end.unwrap().feed.unwrap();
    assert_eq!((feed.cookie, feed.more), (Some(b"next".to_vec()), true));
}

fn answers(dn: &'static str) -> Server {
    Server::new(move |asked| match asked {
        Asked::Search { base, .. } if base == "dc=cut" => vec![Say::Close],
        Asked::Search { .. } => vec![
            Say::Entry(dn, vec![]),
            Say::Done {
                code: 0,
                cookie: None,
            },
        ],
        _ => bound(),
    })
}

fn several(servers: &[&str]) -> Settings {
    Settings {
        servers: servers.iter().map(|&url| url.to_owned()).collect(),
        ..settings("")
    }
}

#[tokio::test]
async fn the_next_server_is_asked_if_one_is_down() {
    let busy = Server::new(|_| vec![Say::Bound { code: 51, text: "" }]);
    let (good, spare) = (answers("cn=good"), answers("cn=spare"));
    let servers = ["ldap://127.0.0.1:1", &busy.url, &good.url, &spare.url];
    let connection = Connection::new(several(&servers)).unwrap();
    let (rows, _) = read(&mut connection.search(query(&[], 0)).await.unwrap()).await;
    assert_eq!(rows, ["cn=good: "]);
    assert!(good.url.ends_with(&connection.server().await.unwrap()));
    assert_eq!(spare.asked(), []);
    let verdict = verify(&several(&servers[2..]), "cn=anna", "pw").await;
    assert_eq!(verdict, Ok(Verdict::Accepted));
}

#[tokio::test]
async fn a_read_does_not_go_on_at_another_server() {
    let (first, spare) = (answers("cn=first"), answers("cn=spare"));
    let connection = Connection::new(several(&[&first.url, &spare.url])).unwrap();
    let cut = Query {
        base: "dc=cut".to_owned(),
        ..query(&[], 10)
    };
    assert!(
        read(&mut connection.search(cut).await.unwrap())
            .await
            .1
            .is_err()
    );
    let (rows, _) = read(&mut connection.search(query(&[], 10)).await.unwrap()).await;
    assert_eq!(rows, ["cn=first: "]);
    assert_eq!(spare.asked(), []);
}

#[tokio::test]
async fn a_refused_login_is_not_tried_elsewhere() {
    let first = Server::new(|_| vec![Say::Bound { code: 49, text: "" }]);
    let spare = answers("cn=spare");
    let connection = Connection::new(several(&[&first.url, &spare.url])).unwrap();
    assert_eq!(connection.open().await.unwrap_err().kind(), Kind::Auth);
    assert_eq!(spare.asked(), []);
}

#[tokio::test]
async fn all_servers_are_named_if_none_answers() {
    let down = several(&["ldap://127.0.0.1:1", "ldap://127.0.0.1:2"]);
    let failure = Connection::new(down).unwrap().open().await.unwrap_err();
    let text = failure.to_string();
    assert!(
        text.contains("none of 2 servers") && text.contains("127.0.0.1:2"),
        "{text}"
    );
    assert_eq!(failure.kind(), Kind::Unavailable);
}

#[test]
fn a_client_certificate_needs_tls_and_a_key() {
    let identity = |servers: &[&str], pem: &[u8]| {
        let shown = Settings {
            identity: Some(pem.to_vec()),
            ..several(servers)
        };
        Connection::new(shown)
            .err()
            .map(|failure| failure.to_string())
    };
    let authority = include_bytes!("authority.pem");
    let no_key = identity(&["ldaps://dc1"], authority).unwrap();
    assert!(no_key.contains("no private key"), "{no_key}");
    assert!(
        identity(&["ldaps://dc1"], b"")
            .unwrap()
            .contains("no certificate")
    );
}
