//! What the words of a status column mean.

use crate::{BlockCause, Failure, Status};

const ACTIVE: [&str; 6] = ["active", "enabled", "true", "yes", "y", "1"];
const BLOCKED: [&str; 11] = [
    "inactive",
    "disabled",
    "blocked",
    "suspended",
    "locked",
    "expired",
    "archived",
    "false",
    "no",
    "n",
    "0",
];

/// The words of one status column, in any letter case.
#[derive(Debug)]
pub struct Words {
    words: Vec<(String, Status)>,
}

impl Words {
    /// Takes the operator's words; each list that they give replaces Muster's
    /// own, and what they call active is not blocked, whatever Muster thinks.
    pub fn new(active: Option<&[String]>, blocked: Option<&[String]>) -> Result<Self, Failure> {
        let given = |list: Option<&[String]>| -> Option<Vec<String>> {
            let list = list?;
            Some(list.iter().map(|word| word.trim().to_lowercase()).collect())
        };
        let own = |list: &[&str], taken: &Option<Vec<String>>| -> Vec<String> {
            let is_free = |word: &&&str| {
                !taken
                    .as_ref()
                    .is_some_and(|taken| taken.iter().any(|t| t == **word))
            };
            list.iter()
                .filter(is_free)
                .map(|word| (*word).to_owned())
                .collect()
        };
        let (active, blocked) = (given(active), given(blocked));
        if let (Some(active), Some(blocked)) = (&active, &blocked)
            && let Some(word) = active.iter().find(|word| blocked.contains(word))
        {
            return Err(Failure::config(format!(
                "`{word}` cannot mean both active and blocked"
            )));
        }
        let yes = active.clone().unwrap_or_else(|| own(&ACTIVE, &blocked));
        let no = blocked.unwrap_or_else(|| own(&BLOCKED, &active));
        let yes = yes.into_iter().map(|word| (word, Status::Active));
        let no = no.into_iter().map(|word| {
            let status = Status::Blocked(cause(&word));
            (word, status)
        });
        Ok(Self {
            words: yes.chain(no).filter(|(word, _)| !word.is_empty()).collect(),
        })
    }

    /// What a cell says. A word that nobody explained is no permission.
    pub fn status(&self, cell: Option<&[u8]>) -> Status {
        let Some(Ok(word)) = cell.map(|cell| std::str::from_utf8(cell.trim_ascii())) else {
            return Status::Unknown;
        };
        let is_it = |known: &str| {
            known.eq_ignore_ascii_case(word) || (!word.is_ascii() && known == word.to_lowercase())
        };
        self.words
            .iter()
            .find(|(known, _)| is_it(known))
            .map_or(Status::Unknown, |&(_, status)| status)
    }
}

fn cause(word: &str) -> BlockCause {
    match word {
        "suspended" => BlockCause::Suspended,
        "locked" => BlockCause::Locked,
        "expired" => BlockCause::Expired,
        "archived" => BlockCause::Archived,
        "blocked" => BlockCause::Other,
        _ => BlockCause::Disabled,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn list(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn the_usual_words_are_known_in_any_case() {
        let words = Words::new(None, None).unwrap();
        for yes in ["active", "TRUE", "Yes", " 1 ", "enabled"] {
            assert_eq!(words.status(Some(yes.as_bytes())), Status::Active, "{yes}");
        }
        for (no, cause) in [
            ("Inactive", BlockCause::Disabled),
            ("0", BlockCause::Disabled),
            ("suspended", BlockCause::Suspended),
            ("blocked", BlockCause::Other),
        ] {
            assert_eq!(
                words.status(Some(no.as_bytes())),
                Status::Blocked(cause),
                "{no}"
            );
        }
        for unknown in [None, Some(&b""[..]), Some(b"on leave"), Some(b"\xff")] {
            assert_eq!(words.status(unknown), Status::Unknown);
        }
    }

    #[test]
    fn given_words_replace_the_list_that_they_are_of() {
        let words = Words::new(Some(&list(&["ÖK", "no"])), None).unwrap();
        assert_eq!(words.status(Some("ök".as_bytes())), Status::Active);
        assert_eq!(words.status(Some(b"No")), Status::Active);
        assert_eq!(words.status(Some(b"yes")), Status::Unknown);
        assert_eq!(
            words.status(Some(b"0")),
            Status::Blocked(BlockCause::Disabled)
        );
    }

    #[test]
    fn a_word_has_one_meaning() {
        let (x, other) = (list(&["X"]), list(&["x"]));
        assert!(
            Words::new(Some(&x), Some(&other))
                .unwrap_err()
                .message
                .contains("`x` cannot mean both")
        );
    }
}
