#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use proptest::prelude::*;

fn digest(dn: &str) -> Digest {
    let mut types = Types::default();
    types.add(["exactName", "1.2.3.4"], Matching::CaseExact);
    types.add(["key", "1.2.3.5"], Matching::Octets);
    Names::new(types).digest(dn.as_bytes()).unwrap()
}

fn same(spellings: &[&str]) {
    for other in spellings {
        assert_eq!(
            digest(spellings[0]),
            digest(other),
            "{} and {other}",
            spellings[0]
        );
    }
}

fn different(one: &str, other: &str) {
    assert_ne!(digest(one), digest(other), "{one} and {other}");
}

#[test]
fn case_spaces_and_separators_do_not_matter() {
    same(&[
        "cn=Intranet,ou=Groups,dc=example,dc=org",
        "CN = intranet , OU=GROUPS,dc=Example,DC=ORG",
        "cn=intranet;ou=groups;dc=example;dc=org",
        "  cn=intranet,ou=groups,dc=example,dc=org",
        "2.5.4.3=intranet,OID.2.5.4.11=groups,0.9.2342.19200300.100.1.25=example,domainComponent=org",
        "cn=#0408696e7472616e6574,ou=groups,dc=example,dc=org",
        "cn=\"intranet\",ou=\"groups\",dc=example,dc=org",
        "cn=  in\\74ranet  ,ou=groups,dc=example,dc=org",
    ]);
    same(&["cn=a b", "cn=A  \\20 B", "cn=a\u{a0}b", "cn=a\u{3000}b"]);
}

#[test]
fn escapes_are_spellings() {
    same(&[
        "cn=Lučić\\, Ana",
        "cn=Lu\\C4\\8Di\\C4\\87\\2C Ana",
        "cn=\"Lučić, Ana\"",
        "cn=LUČIĆ\\2c ANA",
    ]);
    same(&["cn=\\#hash", "cn=\\23hash"]);
    same(&["cn=a\\+b", "cn=a\\2bb", "cn=\"a+b\""]);
    same(&["cn=back\\\\slash", "cn=back\\5cslash"]);
    same(&["cn=quo\\\"te", "cn=quo\\22te"]);
    different("cn=a\\,ou=b", "cn=a,ou=b");
    different("cn=a\\+sn=b", "cn=a+sn=b");
}

#[test]
fn unicode_spellings_are_one() {
    same(&["cn=Zoë", "cn=Zoe\u{308}", "cn=ZOË", "cn=\u{ff3a}OË"]);
    same(&["cn=Straße", "cn=STRASSE", "cn=strasse"]);
    same(&[
        "cn=soft\u{ad}hyphen",
        "cn=softhyphen",
        "cn=soft\u{200b}hyphen",
    ]);
    different("cn=Zoë", "cn=Zoe");
}

#[test]
fn several_pairs_have_no_order() {
    same(&["cn=a+uid=1,dc=x", "UID=1+CN=A,dc=x", "uid=1 + cn=a,dc=x"]);
    different("cn=a+uid=1,dc=x", "cn=a,uid=1,dc=x");
    different("cn=a+uid=1", "cn=a+uid=2");
}

#[test]
fn a_schema_makes_types_exact() {
    same(&["exactName=A,dc=x", "1.2.3.4=A,dc=x", "EXACTNAME=A,DC=X"]);
    different("exactName=A", "exactName=a");
    same(&["exactName=a  b", "exactName=a b"]);
    different("key=a  b", "key=a b");
}

#[test]
fn order_and_borders_matter() {
    different("ou=a,ou=b", "ou=b,ou=a");
    different("cn=ab,ou=c", "cn=a,ou=bc");
    different("cn=a", "ou=a");
    different("cn=a,dc=x", "cn=a");
    assert_eq!(digest(""), Digest::ROOT);
}

#[test]
fn what_is_no_name_is_refused() {
    for text in [
        "intranet",
        "cn=a,",
        ",cn=a",
        "cn=a,,dc=x",
        "=a",
        "cn=a\\",
        "cn=\"a",
        "cn=#0",
        "cn=#zz",
        "c n=a",
        "cn=a\\4",
        "cn=a+",
    ] {
        assert_eq!(
            Names::default().digest(text.as_bytes()),
            Err(NotAName),
            "{text}"
        );
    }
}

#[test]
fn below_is_by_name_not_by_text() {
    let mut names = Names::default();
    let people = names.digest(b"ou=people,dc=example").unwrap();
    let mut below = |dn: &str| names.is_below(dn.as_bytes(), &[people]).unwrap();
    assert!(below("uid=a,OU=People,dc=EXAMPLE"));
    assert!(below("uid=a,ou=oslo,ou=people,dc=example"));
    assert!(below("ou=people,dc=example"));
    assert!(!below("ou=otherpeople,dc=example"));
    assert!(!below("dc=example"));
    assert!(!below("uid=x\\,ou=people,dc=example"));
    assert!(names.is_below(b"cn=a", &[Digest::ROOT]).unwrap());
}

#[test]
fn an_exact_value_is_never_a_name() {
    assert_ne!(Digest::of_exact(b"anna"), Digest::of_exact(b"Anna"));
    assert_ne!(Digest::of_exact(b"cn=a"), digest("cn=a"));
}

/// How a character may be written.
#[derive(Clone, Debug)]
enum Spelling {
    Plain,
    Upper,
    Hex,
}

fn spell(value: &str, spellings: &[Spelling]) -> String {
    let mut text = String::new();
    for (at, char) in value.chars().enumerate() {
        let special = ",+\"\\<>;=# ".contains(char);
        match spellings[at % spellings.len()] {
            Spelling::Hex => char
                .to_string()
                .bytes()
                .for_each(|byte| text.push_str(&format!("\\{byte:02X}"))),
            Spelling::Upper if !special => text.extend(char.to_uppercase()),
            _ if special => {
                text.push('\\');
                text.push(char);
            }
            _ => text.push(char),
        }
    }
    text
}

fn spelling() -> impl Strategy<Value = Vec<Spelling>> {
    let one = prop_oneof![
        Just(Spelling::Plain),
        Just(Spelling::Upper),
        Just(Spelling::Hex)
    ];
    prop::collection::vec(one, 1..6)
}

fn pair() -> impl Strategy<Value = (usize, String)> {
    (0..TYPES.len(), "[a-zæøåé0-9 ,+=#\"\\\\<>;.-]{1,12}")
}

const TYPES: [[&str; 3]; 4] = [
    ["cn", "CommonName", "2.5.4.3"],
    ["ou", "OU", "oid.2.5.4.11"],
    ["uid", "userId", "0.9.2342.19200300.100.1.1"],
    ["dc", "DC", "domaincomponent"],
];

type Name = Vec<Vec<(usize, String)>>;

fn name() -> impl Strategy<Value = Name> {
    prop::collection::vec(prop::collection::vec(pair(), 1..3), 1..5)
}

fn write_name(name: &Name, spellings: &[Spelling], style: usize) -> String {
    let rdns = name.iter().map(|rdn| {
        let mut pairs: Vec<String> = rdn
            .iter()
            .map(|(kind, value)| format!("{}={}", TYPES[*kind][style % 3], spell(value, spellings)))
            .collect();
        if style % 2 == 1 {
            pairs.reverse();
        }
        pairs.join(if style % 5 == 1 { " + " } else { "+" })
    });
    rdns.collect::<Vec<_>>()
        .join(if style % 4 == 1 { " , " } else { "," })
}

/// The plain reading of what equality means, by strings.
fn plain(name: &Name) -> Vec<Vec<(usize, String)>> {
    let value = |value: &str| {
        let words: Vec<String> = value
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.join(" ")
    };
    name.iter()
        .map(|rdn| {
            let mut pairs: Vec<_> = rdn
                .iter()
                .map(|(kind, text)| (*kind, value(text)))
                .collect();
            pairs.sort();
            pairs
        })
        .collect()
}

proptest! {
    #[test]
    fn the_short_way_gives_the_same(name in name(), values in prop::collection::vec("[a-zA-Z0-9 ._,+='-]{0,8}", 1..5)) {
        let parent = write_name(&name, &[Spelling::Plain], 0);
        let mut names = Names::default();
        names.digest(format!("cn=x,{parent}").as_bytes()).unwrap();
        for value in values {
            let dn = format!("UID={value},{parent}");
            // A table that has not met the parent goes the long way.
            prop_assert_eq!(names.digest(dn.as_bytes()), Names::default().digest(dn.as_bytes()), "{}", dn);
            names.digest(format!("cn=x,{parent}").as_bytes()).unwrap();
        }
    }

    #[test]
    fn any_spelling_gives_the_same_digest(name in name(), a in spelling(), b in spelling(), style in 0usize..60) {
        let (one, other) = (write_name(&name, &a, 0), write_name(&name, &b, style));
        prop_assert_eq!(digest(&one), digest(&other), "{} and {}", one, other);
    }

    #[test]
    fn digests_are_equal_for_equal_names_only(one in name(), other in name(), a in spelling()) {
        let equal = plain(&one) == plain(&other);
        let (one, other) = (write_name(&one, &a, 0), write_name(&other, &a, 1));
        prop_assert_eq!(digest(&one) == digest(&other), equal, "{} and {}", one, other);
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = Names::default().digest(&bytes);
    }
}
