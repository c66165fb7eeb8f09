//! Conversations with a server that misbehaves on demand.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod feeds;
mod server;

use super::*;
use server::{Asked, Say, Server, tlv};
use std::time::Duration;

fn settings(url: &str) -> Settings {
    Settings {
        servers: vec![url.to_owned()],
        bind_dn: Some("cn=sync".to_owned()),
        password: Some("secret".to_owned()),
        allow_plaintext: true,
        patience: Patience {
            connect: Duration::from_millis(900),
            answer: Duration::from_millis(900),
        },
        ..Settings::default()
    }
}

fn query(attributes: &[&str], page_size: u32) -> Query {
    Query {
        base: "dc=example".to_owned(),
        scope: Scope::Sub,
        filter: "(objectClass=*)".to_owned(),
        attributes: attributes.iter().map(|&name| name.to_owned()).collect(),
        page_size,
        mode: Mode::Plain,
    }
}

/// Rows as `dn: cell | cell`, and how it ended. Blocks must stay bounded.
async fn read(search: &mut Search) -> (Vec<String>, Result<Outcome, Failure>) {
    let mut rows: Vec<(String, Vec<Vec<String>>)> = Vec::new();
    let mut goes_on = false;
    let end = loop {
        let block = match search.next().await {
            Ok(block) => block,
            Err(failure) => break Err(failure),
        };
        assert!(
            block.data.len() < 3 << 20,
            "a block of {} bytes",
            block.data.len()
        );
        for row in 0..block.rows() {
            let cells: Vec<Vec<String>> = (0..=block.columns.len())
                .map(|cell| {
                    block
                        .cell(row, cell)
                        .map(|value| String::from_utf8_lossy(value).into_owned())
                        .collect()
                })
                .collect();
            match rows.last_mut().filter(|_| goes_on && row == 0) {
                Some((dn, before)) => {
                    assert_eq!(*dn, cells[0][0]);
                    before
                        .iter_mut()
                        .zip(&cells[1..])
                        .for_each(|(all, more)| all.extend_from_slice(more));
                }
                None => rows.push((cells[0][0].clone(), cells[1..].to_vec())),
            }
        }
        goes_on = block.continued;
        if let Some(end) = block.end {
            break Ok(end);
        }
    };
    let shown = |(dn, cells): (String, Vec<Vec<String>>)| {
        let cells: Vec<String> = cells.iter().map(|values| values.join(",")).collect();
        format!("{dn}: {}", cells.join(" | "))
    };
    (rows.into_iter().map(shown).collect(), end)
}

fn values(name: &str, values: &[&str]) -> (String, Vec<String>) {
    (
        name.to_owned(),
        values.iter().map(|&value| value.to_owned()).collect(),
    )
}

fn bound() -> Vec<Say> {
    vec![Say::Bound { code: 0, text: "" }]
}

async fn search(server: &Server, query: Query) -> Search {
    Connection::new(settings(&server.url))
        .unwrap()
        .search(query)
        .await
        .unwrap()
}

#[tokio::test]
async fn pages_are_read_to_the_empty_cookie() {
    let server = Server::new(|asked| match asked {
        Asked::Search {
            cookie: Some(cookie),
            ..
        } if cookie.is_empty() => vec![
            Say::Entry(
                "cn=a",
                vec![values("CN", &["a"]), values("mail", &["a@x", "b@x"])],
            ),
            Say::Reference,
            Say::Done {
                code: 0,
                cookie: Some(vec![7]),
            },
        ],
        Asked::Search { .. } => vec![
            Say::Entry(
                "cn=b",
                vec![values("other", &["x"]), values("mail;binary", &["b@x"])],
            ),
            Say::Done {
                code: 0,
                cookie: Some(vec![]),
            },
        ],
        _ => bound(),
    });
    let (rows, end) = read(&mut search(&server, query(&["cn", "Mail"], 1)).await).await;
    assert_eq!(rows, ["cn=a: a | a@x,b@x", "cn=b:  | b@x"]);
    let expected = Outcome {
        code: 0,
        matched_dn: String::new(),
        message: String::new(),
        references: 1,
        pages: 2,
        exhausted: true,
        feed: None,
    };
    assert_eq!(end, Ok(expected));
}

#[tokio::test]
async fn a_server_that_does_not_page_is_told_apart() {
    let server = Server::new(|asked| match asked {
        Asked::Search { .. } => vec![
            Say::Entry("cn=a", vec![]),
            Say::Done {
                code: 0,
                cookie: None,
            },
        ],
        _ => bound(),
    });
    let (rows, end) = read(&mut search(&server, query(&["cn"], 10)).await).await;
    let end = end.unwrap();
    assert_eq!((rows.len(), end.pages, end.exhausted), (1, 0, true));
}

#[tokio::test]
async fn limits_are_outcomes_after_the_entries() {
    for code in [3, 4, 11, 10, 32, 53] {
        let server = Server::new(move |asked| match asked {
            Asked::Search { .. } => {
                vec![Say::Entry("cn=a", vec![]), Say::Done { code, cookie: None }]
            }
            _ => bound(),
        });
        let (rows, end) = read(&mut search(&server, query(&["cn"], 10)).await).await;
        let end = end.unwrap();
        assert_eq!((rows.len(), end.code, end.exhausted), (1, code, false));
    }
}

#[tokio::test]
async fn a_cut_connection_fails_after_what_came() {
    let server = Server::new(|asked| match asked {
        Asked::Search { .. } => vec![
            Say::Entry("cn=a", vec![]),
            Say::Entry("cn=b", vec![]),
            Say::Close,
        ],
        _ => bound(),
    });
    let (rows, end) = read(&mut search(&server, query(&[], 10)).await).await;
    assert_eq!(rows.len(), 2);
    let failure = end.unwrap_err();
    assert_eq!(failure.kind(), Kind::Unavailable);
    assert!(
        failure.to_string().contains("broke: the server closed it"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_lost_connection_is_opened_again_for_the_next_search() {
    let server = Server::new(|asked| match asked {
        Asked::Search { base, .. } if base == "dc=cut" => vec![Say::Close],
        Asked::Search { .. } => vec![Say::Done {
            code: 0,
            cookie: None,
        }],
        _ => bound(),
    });
    let connection = Connection::new(settings(&server.url)).unwrap();
    let cut = Query {
        base: "dc=cut".to_owned(),
        ..query(&[], 0)
    };
    assert!(
        read(&mut connection.search(cut).await.unwrap())
            .await
            .1
            .is_err()
    );
    for _ in 0..2 {
        assert!(
            read(&mut connection.search(query(&[], 0)).await.unwrap())
                .await
                .1
                .is_ok()
        );
    }
    let connects = server
        .asked()
        .iter()
        .filter(|asked| **asked == Asked::Connected)
        .count();
    assert_eq!(connects, 2);
}

#[tokio::test]
async fn nonsense_ends_the_search_and_not_the_process() {
    for bytes in [tlv(0x30, &tlv(2, &[2])), vec![0xff; 40], tlv(0x30, &[])] {
        let server = Server::new(move |asked| match asked {
            Asked::Search { .. } => vec![
                Say::Entry("cn=a", vec![]),
                Say::Raw(bytes.clone()),
                Say::Hang,
            ],
            _ => bound(),
        });
        let (rows, end) = read(&mut search(&server, query(&[], 10)).await).await;
        assert_eq!(rows.len(), 1);
        assert_eq!(end.unwrap_err().kind(), Kind::Unavailable);
    }
}

#[tokio::test]
async fn why_the_server_hangs_up_is_told() {
    let result = [tlv(0x0a, &[52]), tlv(4, b""), tlv(4, b"shutting down")].concat();
    let notice = tlv(0x30, &[tlv(2, &[0]), tlv(0x78, &result)].concat());
    let server = Server::new(move |asked| match asked {
        Asked::Search { .. } => vec![
            Say::Entry("cn=a", vec![]),
            Say::Raw(notice.clone()),
            Say::Hang,
        ],
        _ => bound(),
    });
    let (rows, end) = read(&mut search(&server, query(&[], 10)).await).await;
    assert_eq!(rows.len(), 1);
    let text = end.unwrap_err().to_string();
    assert!(
        text.contains("the server ended it: shutting down"),
        "{text}"
    );
}

#[tokio::test]
async fn a_message_without_measure_is_not_waited_for() {
    let server = Server::new(|asked| match asked {
        Asked::Search { .. } => vec![
            Say::Raw(vec![0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]),
            Say::Hang,
        ],
        _ => bound(),
    });
    let (_, end) = read(&mut search(&server, query(&[], 10)).await).await;
    let text = end.unwrap_err().to_string();
    assert!(text.contains("2147483653 bytes"), "{text}");
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_without_end() {
    let server = Server::new(|asked| match asked {
        Asked::Search { .. } => vec![Say::Entry("cn=a", vec![]), Say::Hang],
        _ => bound(),
    });
    let (rows, end) = read(&mut search(&server, query(&[], 10)).await).await;
    assert_eq!(rows.len(), 1);
    assert!(matches!(end, Err(Failure::Silent { .. })), "{end:?}");
}

#[tokio::test]
async fn pages_without_end_are_noticed() {
    let server = Server::new(|asked| match asked {
        Asked::Search { .. } => vec![Say::Done {
            code: 0,
            cookie: Some(vec![1]),
        }],
        _ => bound(),
    });
    let (_, end) = read(&mut search(&server, query(&[], 10)).await).await;
    assert!(matches!(end, Err(Failure::Malformed { .. })), "{end:?}");
}

/// Answers like Active Directory: `step` values at a time, as ranges.
fn ranged(all: usize, step: usize) -> impl Fn(&Asked) -> Vec<Say> + Send + Sync + Clone + 'static {
    move |asked| {
        let Asked::Search { attributes, .. } = asked else {
            return bound();
        };
        let asked_from = attributes[0]
            .split("range=")
            .nth(1)
            .and_then(|range| range.split('-').next());
        let from: usize = asked_from.map_or(0, |from| from.parse().unwrap());
        let to = (from + step).min(all);
        let upper = if to == all {
            "*".to_owned()
        } else {
            (to - 1).to_string()
        };
        let members = (from..to).map(|member| format!("cn={member}")).collect();
        let mut sent = vec![(format!("member;range={from}-{upper}"), members)];
        if asked_from.is_none() {
            sent.insert(0, values("member", &[]));
            sent.push(values("cn", &["g"]));
        }
        vec![
            Say::Entry("cn=g", sent),
            Say::Done {
                code: 0,
                cookie: None,
            },
        ]
    }
}

#[tokio::test]
async fn ranges_are_completed_whatever_the_step() {
    for (all, step) in [(7, 3), (6, 3), (1, 5), (100, 1)] {
        let server = Server::new(ranged(all, step));
        let (rows, end) = read(&mut search(&server, query(&["member", "cn"], 10)).await).await;
        let members: Vec<String> = (0..all).map(|member| format!("cn={member}")).collect();
        assert_eq!(
            rows,
            [format!("cn=g: {} | g", members.join(","))],
            "{all} by {step}"
        );
        assert!(end.is_ok());
    }
}

#[tokio::test]
async fn a_range_that_vanishes_is_no_whole_attribute() {
    let server = Server::new(|asked| match asked {
        Asked::Search { attributes, .. } if attributes[0].contains("range") => {
            vec![Say::Done {
                code: 32,
                cookie: None,
            }]
        }
        Asked::Search { .. } => vec![
            Say::Entry("cn=g", vec![values("member;range=0-1", &["cn=0", "cn=1"])]),
            Say::Done {
                code: 0,
                cookie: None,
            },
        ],
        _ => bound(),
    });
    let (rows, end) = read(&mut search(&server, query(&["member"], 10)).await).await;
    assert!(rows.is_empty(), "{rows:?}");
    assert_eq!(end.unwrap_err().kind(), Kind::Drifted);
}

#[tokio::test]
async fn huge_groups_flow_in_bounded_blocks() {
    const MEMBERS: usize = 200_000;
    let server = Server::new(|asked| match asked {
        Asked::Search { .. } => {
            let members = (0..MEMBERS)
                .map(|member| format!("uid={member},ou=people,dc=example"))
                .collect();
            let sent = vec![
                values("cn", &["g"]),
                ("member".to_owned(), members),
                values("o", &["x"]),
            ];
            vec![
                Say::Entry("cn=g", sent),
                Say::Done {
                    code: 0,
                    cookie: None,
                },
            ]
        }
        _ => bound(),
    });
    let (rows, end) = read(&mut search(&server, query(&["cn", "member", "o"], 10)).await).await;
    assert!(end.is_ok());
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].split(",dc=example").count(), MEMBERS + 1);
    assert!(rows[0].starts_with("cn=g: g | uid=0,") && rows[0].ends_with(" | x"));
}

#[tokio::test]
async fn searches_share_one_connection_and_one_login() {
    let server = Server::new(|asked| match asked {
        Asked::Search { .. } => vec![
            Say::Entry("cn=a", vec![]),
            Say::Done {
                code: 0,
                cookie: None,
            },
        ],
        _ => bound(),
    });
    let connection = Connection::new(settings(&server.url)).unwrap();
    let mut first = connection.search(query(&[], 0)).await.unwrap();
    let mut second = connection.search(query(&[], 0)).await.unwrap();
    let (one, two) = tokio::join!(read(&mut first), read(&mut second));
    assert_eq!((one.0.len(), two.0.len()), (1, 1));
    assert_eq!(first.next().await, Err(Failure::Ended));
    let asked = server.asked();
    let bind = Asked::Bind {
        who: "cn=sync".to_owned(),
    };
    assert_eq!(asked[..2], [Asked::Connected, bind.clone()]);
    assert_eq!(asked.iter().filter(|asked| **asked == bind).count(), 1);
}

#[tokio::test]
async fn a_search_that_is_dropped_is_abandoned() {
    let server = Server::new(|asked| match asked {
        Asked::Search { .. } => (0..20_000).map(|_| Say::Entry("cn=a", vec![])).collect(),
        _ => bound(),
    });
    let connection = Connection::new(settings(&server.url)).unwrap();
    let mut dropped = connection.search(query(&[], 0)).await.unwrap();
    dropped.next().await.unwrap();
    drop(dropped);
    assert!(server.asked().contains(&Asked::Abandon));
    drop(connection);
    assert!(server.asked().contains(&Asked::Unbind));
}

#[tokio::test]
async fn starttls_never_falls_back_to_clear_text() {
    for code in [2, 52] {
        let server = Server::new(move |asked| match asked {
            Asked::StartTls => vec![Say::Extended { code }],
            _ => bound(),
        });
        let starttls = Settings {
            starttls: true,
            trust: some_authority(),
            ..settings(&server.url)
        };
        let refused = Connection::new(starttls).unwrap().open().await.unwrap_err();
        assert!(matches!(refused, Failure::StartTls { .. }), "{refused}");
        assert_eq!(server.asked(), [Asked::Connected, Asked::StartTls]);
    }
}

#[tokio::test]
async fn a_server_that_does_not_begin_tls_is_not_waited_for() {
    let server = Server::new(|_| vec![Say::Close]);
    let starttls = Settings {
        starttls: true,
        trust: some_authority(),
        ..settings(&server.url)
    };
    let refused = Connection::new(starttls).unwrap().open().await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Unavailable, "{refused}");
}

#[tokio::test]
async fn a_refused_login_says_why() {
    let text =
        "80090308: LdapErr: DSID-0C09042A, comment: AcceptSecurityContext error, data 775, v3839";
    let server = Server::new(move |_| vec![Say::Bound { code: 49, text }]);
    let refused = Connection::new(settings(&server.url))
        .unwrap()
        .open()
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Auth);
    assert!(
        refused
            .to_string()
            .contains("locked after too many failed logins"),
        "{refused}"
    );
    let verdict = verify(&settings(&server.url), "cn=anna", "pw").await;
    assert_eq!(verdict, Ok(Verdict::Locked));
}

#[tokio::test]
async fn an_empty_password_is_never_sent() {
    let server = Server::new(|_| bound());
    let empty = Settings {
        password: Some(String::new()),
        ..settings(&server.url)
    };
    assert!(matches!(
        Connection::new(empty),
        Err(Failure::EmptyPassword { .. })
    ));
    assert_eq!(
        verify(&settings(&server.url), "cn=anna", "").await,
        Ok(Verdict::Refused)
    );
    assert_eq!(
        verify(&settings(&server.url), "", "pw").await,
        Ok(Verdict::Refused)
    );
    assert_eq!(server.asked(), []);
}

#[tokio::test]
async fn nobody_there_is_said_so() {
    let gone = Connection::new(settings("ldap://127.0.0.1:1"))
        .unwrap()
        .open()
        .await
        .unwrap_err();
    assert!(matches!(gone, Failure::Unreachable { .. }), "{gone}");
    let unknown = Connection::new(settings("ldap://nowhere.invalid"))
        .unwrap()
        .open()
        .await
        .unwrap_err();
    assert!(matches!(unknown, Failure::Name { .. }), "{unknown}");
}

/// An authority that signed nothing here: enough to begin TLS with.
fn some_authority() -> Trust {
    Trust::Only(include_bytes!("tests/authority.pem").to_vec())
}
