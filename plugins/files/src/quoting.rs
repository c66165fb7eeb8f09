//! Whether a record's quotes stand where RFC 4180 wants them.
//!
//! The CSV parser finds *a* reading of any bytes. A quote in the wrong place
//! usually means that cells have run into each other, so such a record is not
//! believed.

/// What the quotes of one record look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// Every quote opens, closes or is doubled.
    Sound,
    /// A quote stands inside an unquoted cell, or text follows a closing one.
    Misplaced {
        /// The cell, counted from 0. Cells before it are as they were meant.
        cell: usize,
    },
    /// The last cell was opened and never closed.
    Open {
        /// The cell, counted from 0.
        cell: usize,
    },
}

enum At {
    Start,
    Plain,
    Quoted,
    Closed,
}

/// Judges the raw bytes of one record, without its line break.
pub fn judge(raw: &[u8], delimiter: u8) -> Quoting {
    let mut at = At::Start;
    let mut cell = 0;
    for &byte in raw {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, _) => At::Quoted,
            (At::Start | At::Plain | At::Closed, byte) if byte == delimiter => {
                cell += 1;
                At::Start
            }
            (At::Start | At::Closed, b'"') => At::Quoted,
            (At::Plain, b'"') | (At::Closed, _) => return Quoting::Misplaced { cell },
            (At::Start | At::Plain, _) => At::Plain,
        };
    }
    match at {
        At::Quoted => Quoting::Open { cell },
        _ => Quoting::Sound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_judged_by_their_place() {
        for (raw, verdict) in [
            (r#"1,"a, b",c"#, Quoting::Sound),
            (r#""","""","a""b""#, Quoting::Sound),
            ("\"a\nb\",c", Quoting::Sound),
            ("", Quoting::Sound),
            (r#"1,5" pipe,c"#, Quoting::Misplaced { cell: 1 }),
            (r#"1,2,"a"b"#, Quoting::Misplaced { cell: 2 }),
            (r#"1, "a""#, Quoting::Misplaced { cell: 1 }),
            (r#"1,"a,b"#, Quoting::Open { cell: 1 }),
            (r#"""#, Quoting::Open { cell: 0 }),
            (r#"1,"a"""#, Quoting::Open { cell: 1 }),
        ] {
            assert_eq!(judge(raw.as_bytes(), b','), verdict, "{raw}");
        }
    }
}
