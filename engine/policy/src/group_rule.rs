//! What membership in a group gives: `groups: {"cn=team-*,*": "team-$1"}`.

use muster_model::{PolicyLine, dn};

/// One group, or all groups whose names fit a pattern, and what they give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRule {
    /// The group or the pattern, as it is written.
    pub group: String,
    /// What its members get.
    pub gives: Vec<Gift>,
    /// Where it stands.
    pub at: PolicyLine,
}

/// A text that a group gives, with what the stars of its pattern stood for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// As it is written.
    pub text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// What this star stood for; counted from 0.
    Star(usize),
}

impl Gift {
    /// Reads `area-$1`; `$$` is a dollar sign, and so is one that no digit
    /// follows. The number is that of a star that a name with so many of them
    /// does not have.
    pub fn parse(text: &str, stars: usize) -> Result<Self, usize> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text.chars().peekable();
        while let Some(char) = rest.next() {
            if char != '$' {
                plain.push(char);
                continue;
            }
            if rest.next_if_eq(&'$').is_some() {
                plain.push('$');
                continue;
            }
            let mut number = None;
            while let Some(digit) = rest.peek().and_then(|digit| digit.to_digit(10)) {
                rest.next();
                let tens = number.unwrap_or(0usize).saturating_mul(10);
                number = Some(tens.saturating_add(digit as usize));
            }
            match number {
                None => plain.push('$'),
                Some(number) if (1..=stars).contains(&number) => {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    parts.push(Part::Star(number - 1));
                }
                Some(number) => return Err(number),
            }
        }
        parts.push(Part::Text(plain));
        Ok(Self {
            text: text.to_owned(),
            parts,
        })
    }

    fn filled(&self, stars: &[String]) -> String {
        let texts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Star(place) => stars.get(*place).map_or("", String::as_str),
        });
        texts.collect::<String>().trim().to_owned()
    }
}

impl GroupRule {
    /// Number of stars in a name.
    pub fn stars(group: &str) -> usize {
        group.matches('*').count()
    }

    /// What a group of this name gives, if the rule is about it. Nothing is
    /// given of which nothing is left.
    pub fn items(&self, name: &str) -> Option<Vec<String>> {
        let stars = if Self::stars(&self.group) == 0 {
            is_same(&self.group, name).then(Vec::new)?
        } else {
            stand_for(&self.group, name)?
        };
        let items = self.gives.iter().map(|gift| gift.filled(&stars));
        Some(items.filter(|item| !item.is_empty()).collect())
    }
}

/// True if two names are one group's: in any letter case, and however a
/// distinguished name is written.
pub fn is_same(one: &str, other: &str) -> bool {
    fold(one.trim()).eq(fold(other.trim()))
        || matches!((dn::normal(one), dn::normal(other)), (Some(one), Some(other)) if one == other)
}

/// Takes letter case away as plugins do: upper case first, so that `ß` and `SS`
/// are the same.
fn fold(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(fold_char)
}

fn fold_char(char: char) -> impl Iterator<Item = char> {
    char.to_uppercase().flat_map(char::to_lowercase)
}

/// A character of a name, and whether it is a sign that only separates parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sign {
    char: char,
    is_escaped: bool,
}

/// What the stars of a pattern stand for in a name that it fits: each for as
/// little as it can, from left to right.
fn stand_for(pattern: &str, name: &str) -> Option<Vec<String>> {
    let is_dn = dn::normal(name).is_some();
    let signs = signs(name, is_dn);
    // Several letters may be the fold of one: each knows where it comes from.
    let folded: Vec<(Sign, usize)> = signs
        .iter()
        .enumerate()
        .flat_map(|(place, sign)| folds(*sign).map(move |folded| (folded, place)))
        .collect();
    let pieces: Vec<Vec<Sign>> = pattern
        .split('*')
        .map(|piece| {
            self::signs(piece, is_dn)
                .into_iter()
                .flat_map(folds)
                .collect()
        })
        .collect();
    let (first, others) = pieces.split_first()?;
    let (last, between) = others.split_last()?;
    let mut at = starts_with(&folded, first).then_some(first.len())?;
    let mut ranges = Vec::with_capacity(others.len());
    for piece in between {
        let found = (at..=folded.len())
            .find(|&from| starts_with(folded.get(from..).unwrap_or(&[]), piece))?;
        ranges.push(at..found);
        at = found + piece.len();
    }
    let end = folded
        .len()
        .checked_sub(last.len())
        .filter(|&end| end >= at)?;
    starts_with(folded.get(end..)?, last).then_some(())?;
    ranges.push(at..end);
    let place = |at: usize| folded.get(at).map_or(signs.len(), |(_, place)| *place);
    let text = |range: std::ops::Range<usize>| {
        let signs = signs.get(place(range.start)..place(range.end));
        signs
            .unwrap_or_default()
            .iter()
            .map(|sign| sign.char)
            .collect()
    };
    Some(ranges.into_iter().map(text).collect())
}

fn starts_with(name: &[(Sign, usize)], piece: &[Sign]) -> bool {
    name.len() >= piece.len()
        && name
            .iter()
            .zip(piece)
            .all(|((sign, _), other)| sign == other)
}

fn folds(sign: Sign) -> impl Iterator<Item = Sign> {
    fold_char(sign.char).map(move |char| Sign { char, ..sign })
}

/// Takes a name apart. Of a distinguished name, escapes are taken out, so that
/// an escaped comma is none that separates, and blanks around those that do.
fn signs(text: &str, is_dn: bool) -> Vec<Sign> {
    let plain = |char: char| Sign {
        char,
        is_escaped: false,
    };
    if !is_dn {
        return text.chars().map(plain).collect();
    }
    let is_separator = |char: char| matches!(char, ',' | ';' | '+');
    let mut signs: Vec<Sign> = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '\\' => {
                let char = unescaped(&mut rest);
                signs.push(Sign {
                    char,
                    is_escaped: is_separator(char),
                });
            }
            _ if is_separator(char) => {
                while signs.pop_if(|sign| sign.char == ' ').is_some() {}
                signs.push(plain(if char == ';' { ',' } else { char }));
                while rest.next_if_eq(&' ').is_some() {}
            }
            _ => signs.push(plain(char)),
        }
    }
    signs
}

/// Reads what follows a backslash: a sign, or the bytes of a character in hex.
fn unescaped(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> char {
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        let mut ahead = rest.clone();
        if !bytes.is_empty() && ahead.next() != Some('\\') {
            break;
        }
        let digit = |char: Option<char>| char.and_then(|char| char.to_digit(16));
        let (Some(high), Some(low)) = (digit(ahead.next()), digit(ahead.next())) else {
            break;
        };
        *rest = ahead;
        bytes.push((high << 4 | low) as u8);
        if let Some(char) = std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| text.chars().next())
        {
            return char;
        }
    }
    match bytes.is_empty() {
        true => rest.next().unwrap_or('\\'),
        false => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(group: &str, gives: &str) -> Option<GroupRule> {
        let gift = Gift::parse(gives, GroupRule::stars(group)).ok()?;
        Some(GroupRule {
            group: group.to_owned(),
            gives: vec![gift],
            at: PolicyLine {
                file: "p.yaml".to_owned(),
                line: 1,
            },
        })
    }

    fn given(group: &str, gives: &str, name: &str) -> Option<String> {
        rule(group, gives)?.items(name).map(|items| items.join("|"))
    }

    #[test]
    fn names_are_compared_without_regard_to_case() {
        for (group, name) in [
            ("editors", "Editors"),
            (" editors ", "editors"),
            ("cn=editors,ou=groups", "CN=Editors, OU=Groups"),
            ("straße", "STRASSE"),
            ("Équipe", "équipe"),
            ("a*", "A"),
            ("*", ""),
        ] {
            assert_eq!(
                given(group, "x", name).as_deref(),
                Some("x"),
                "{group} {name}"
            );
        }
        for (group, name) in [
            ("editors", "editors2"),
            ("cn=editors,ou=groups", "cn=editors"),
            ("cn=team-*", "cn=steam-1"),
            ("a*a", "a"),
            ("*,dc=x", "cn=a,dc=x,dc=y"),
        ] {
            assert_eq!(given(group, "x", name), None, "{group} {name}");
        }
    }

    #[test]
    fn stars_stand_for_as_little_as_they_can() {
        for (group, gives, name, expected) in [
            (
                "cn=area-*,*",
                "area-$1",
                "CN=Area-North,ou=g,dc=x",
                "area-North",
            ),
            ("*-*", "$1 and $2", "a-b-c", "a and b-c"),
            ("*-*-*", "$3$2$1", "a-b-c", "cba"),
            ("team **", "$1.$2", "Team Red", ".Red"),
            ("x*", "$1", "x", ""),
            ("x*", "price: $$1 $ $1", "xy", "price: $1 $ y"),
            ("x*y*y", "$1", "x1y2y", "1"),
            ("groß*", "$1", "GROSSE", "E"),
            ("*", "$1", "Zoë 李", "Zoë 李"),
        ] {
            let found = given(group, gives, name);
            assert_eq!(found.as_deref(), Some(expected), "{group} {name}");
        }
    }

    #[test]
    fn escaped_commas_separate_nothing() {
        for name in [
            "cn=area-North\\, East,ou=g",
            "cn=area-North\\2C East ,  ou=g",
            "cn=area-North\\2c\\20East;ou=g",
        ] {
            let found = given("cn=area-*,*", "$1", name);
            assert_eq!(found.as_deref(), Some("North, East"), "{name}");
        }
        let found = given("cn=*\\, East,*", "$1", "cn=North\\, East,ou=g");
        assert_eq!(found.as_deref(), Some("North"));
        let found = given("CORP\\team-*", "$1", "corp\\Team-Red");
        assert_eq!(found.as_deref(), Some("Red"), "no name of LDAP");
        let found = given("cn=*,o=x", "$1", "cn=Zo\\C3\\AB,o=x");
        assert_eq!(found.as_deref(), Some("Zoë"));
    }

    #[test]
    fn a_star_that_is_not_there_is_told() {
        assert_eq!(Gift::parse("$2", 1), Err(2));
        assert_eq!(Gift::parse("$0", 1), Err(0));
        assert_eq!(Gift::parse("$1", 0), Err(1));
        assert_eq!(Gift::parse("$12", 3), Err(12));
        assert!(Gift::parse("$$9 $", 0).is_ok());
    }
}
