//! Attribute names in answers: any case, with options, in any order.

use super::failure::Failure;

/// The columns of a search, found again by what servers call them.
///
/// `;binary` and `;range=…` say how values are sent and belong to the plain
/// attribute. Other options (`;lang-de`) make an attribute of its own: its
/// values belong only to a column that was requested with the same options.
#[derive(Clone)]
pub(super) struct Columns {
    wanted: Vec<Described>,
    /// Spellings met, in the order of the last entries, and their columns.
    seen: Vec<(Vec<u8>, Option<usize>)>,
    next: usize,
    ranges: Ranges,
}

/// What `;range=…` means in answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ranges {
    /// A part of the values.
    Parts,
    /// An option like others: DirSync marks added and removed links with it.
    Options,
}

/// An attribute description in comparable form.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Described {
    base: String,
    options: Vec<String>,
}

/// Up to where a value range goes, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upper {
    To(u32),
    Last,
}

/// A part of an attribute's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub from: u32,
    pub upper: Upper,
}

/// Where an attribute of an answer belongs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub column: usize,
    pub range: Option<Range>,
}

impl Columns {
    /// Takes the names as requested.
    pub fn new(names: &[String], ranges: Ranges) -> Result<Self, Failure> {
        let mut wanted = Vec::with_capacity(names.len());
        for name in names {
            let why = match name.as_str() {
                "*" | "+" => format!("`{name}` asks for whatever there is; name the attributes"),
                "" => "an attribute has no name".to_owned(),
                _ => {
                    wanted.push(describe(name, ranges).0);
                    continue;
                }
            };
            return Err(Failure::Query { why });
        }
        Ok(Self {
            wanted,
            seen: Vec::new(),
            next: 0,
            ranges,
        })
    }

    /// Returns the name of a column without options, for follow-up reads.
    pub fn base(&self, column: usize) -> &str {
        self.wanted
            .get(column)
            .map_or("", |described| &described.base)
    }

    /// Finds the column of an attribute.
    pub fn find(&mut self, name: &[u8]) -> Option<Found> {
        if let Some(column) = self.seen_before(name) {
            return column.map(|column| Found {
                column,
                range: None,
            });
        }
        let (described, range) = describe(std::str::from_utf8(name).ok()?, self.ranges);
        let column = self.wanted.iter().position(|wanted| *wanted == described);
        if range.is_none() {
            self.seen.push((name.to_vec(), column));
            self.next = self.seen.len();
        }
        column.map(|column| Found { column, range })
    }

    /// Servers send the same attributes in the same order again and again, so
    /// the next one is most often the one that came after it before.
    fn seen_before(&mut self, name: &[u8]) -> Option<Option<usize>> {
        let (before, after) = self
            .seen
            .split_at_checked(self.next)
            .unwrap_or((&self.seen, &[]));
        let found = after
            .iter()
            .chain(before)
            .position(|(spelling, _)| spelling == name)?;
        let at = (self.next + found) % self.seen.len();
        self.next = at + 1;
        self.seen.get(at).map(|(_, column)| *column)
    }
}

fn describe(name: &str, ranges: Ranges) -> (Described, Option<Range>) {
    let mut parts = name.split(';');
    let base = parts.next().unwrap_or("").to_ascii_lowercase();
    let (mut options, mut range) = (Vec::new(), None);
    for option in parts {
        let option = option.to_ascii_lowercase();
        match option.strip_prefix("range=") {
            Some(text) if ranges == Ranges::Parts => range = parse_range(text),
            Some(_) => options.push(option),
            None if option == "binary" => {}
            None => options.push(option),
        }
    }
    options.sort_unstable();
    (Described { base, options }, range)
}

fn parse_range(text: &str) -> Option<Range> {
    let (from, to) = text.split_once('-')?;
    let upper = match to {
        "*" => Upper::Last,
        number => Upper::To(number.parse().ok()?),
    };
    Some(Range {
        from: from.parse().ok()?,
        upper,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn columns(names: &[&str]) -> Columns {
        Columns::new(
            &names
                .iter()
                .map(|&name| name.to_owned())
                .collect::<Vec<_>>(),
            Ranges::Parts,
        )
        .unwrap()
    }

    fn column(columns: &mut Columns, name: &str) -> Option<usize> {
        columns.find(name.as_bytes()).map(|found| found.column)
    }

    #[test]
    fn case_and_transfer_options_do_not_matter() {
        let mut all = columns(&["userCertificate", "cn", "cn;lang-de", "SN"]);
        for _ in 0..3 {
            assert_eq!(column(&mut all, "usercertificate;BINARY"), Some(0));
            assert_eq!(column(&mut all, "CN"), Some(1));
            assert_eq!(column(&mut all, "cn;lang-DE"), Some(2));
            assert_eq!(column(&mut all, "cn;lang-fr"), None);
            assert_eq!(column(&mut all, "sn"), Some(3));
            assert_eq!(column(&mut all, "other"), None);
        }
    }

    #[test]
    fn any_order_is_found() {
        let mut all = columns(&["a", "b", "c"]);
        for order in [["a", "b", "c"], ["c", "a", "b"], ["b", "b", "a"]] {
            for name in order {
                let expected = ["a", "b", "c"].iter().position(|other| *other == name);
                assert_eq!(column(&mut all, name), expected, "{order:?}");
            }
        }
    }

    #[test]
    fn ranges_are_read_from_the_answer() {
        let mut all = columns(&["member"]);
        let range = |all: &mut Columns, name: &str| all.find(name.as_bytes()).unwrap().range;
        let first = Range {
            from: 0,
            upper: Upper::To(999),
        };
        assert_eq!(range(&mut all, "member;range=0-999"), Some(first));
        let last = Range {
            from: 1000,
            upper: Upper::Last,
        };
        assert_eq!(range(&mut all, "Member;Range=1000-*"), Some(last));
        assert_eq!(range(&mut all, "member"), None);
    }

    #[test]
    fn everything_is_not_a_name() {
        assert!(Columns::new(&["*".to_owned()], Ranges::Parts).is_err());
        assert!(Columns::new(&["+".to_owned()], Ranges::Parts).is_err());
    }

    #[test]
    fn marks_of_dir_sync_are_no_ranges() {
        let names = ["member;range=1-1", "member;range=0-0"].map(str::to_owned);
        let mut all = Columns::new(&names, Ranges::Options).unwrap();
        for (name, column) in [("member;range=0-0", 1), ("Member;Range=1-1", 0)] {
            let found = Found {
                column,
                range: None,
            };
            assert_eq!(all.find(name.as_bytes()), Some(found));
        }
        assert_eq!(all.find(b"member"), None);
    }
}
