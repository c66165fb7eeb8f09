//! What spreadsheets do to identifiers without a word.

/// True for a number that a spreadsheet has shortened: `1.04858E+20`.
pub fn is_rounded(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once("E+") else {
        return false;
    };
    let mut parts = digits.splitn(2, ['.', ',']);
    let is_number = |part: Option<&str>| {
        part.is_none_or(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    };
    is_number(parts.next()) && is_number(parts.next()) && is_number(Some(exponent))
}

/// Most digits that are counted apart.
const LENGTHS: usize = 32;

/// Counts identifiers of digits by their length, with and without a zero in
/// front.
#[derive(Debug, Default)]
pub struct Zeros {
    with: [u64; LENGTHS],
    without: [u64; LENGTHS],
}

impl Zeros {
    /// Counts an identifier.
    pub fn note(&mut self, id: &str) {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let counts = match id.starts_with('0') {
            true => &mut self.with,
            false => &mut self.without,
        };
        if let Some(count) = counts.get_mut(id.len()) {
            *count += 1;
        }
    }

    /// How many identifiers have likely lost a zero in front: some have one, all
    /// of these have one length, and others are shorter but none is longer.
    pub fn eaten(&self) -> u64 {
        let mut lengths = (0..LENGTHS).filter(|&length| self.with.get(length) != Some(&0));
        let (Some(length), None) = (lengths.next(), lengths.next()) else {
            return 0;
        };
        let sum = |counts: Option<&[u64]>| counts.unwrap_or_default().iter().sum::<u64>();
        match sum(self.without.get(length + 1..)) {
            0 => sum(self.without.get(..length)),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortened_numbers_are_known() {
        for rounded in ["1.04858E+20", "1,04858E+20", "1E+15"] {
            assert!(is_rounded(rounded), "{rounded}");
        }
        for fine in ["104858", "E+20", "1.2.3E+4", "AE+1", "1E+", "1e20", "C+E"] {
            assert!(!is_rounded(fine), "{fine}");
        }
    }

    #[test]
    fn eaten_zeros_show_by_the_length_of_the_others() {
        let eaten = |ids: &[&str]| {
            let mut zeros = Zeros::default();
            ids.iter().for_each(|id| zeros.note(id));
            zeros.eaten()
        };
        assert_eq!(eaten(&["00042", "00043", "12345", "117", "9"]), 2);
        assert_eq!(eaten(&["00042", "00043", "12345"]), 0);
        assert_eq!(eaten(&["1", "22", "333"]), 0);
        assert_eq!(eaten(&["01", "002", "3"]), 0, "their lengths differ anyway");
        assert_eq!(eaten(&["01", "3", "100"]), 0, "so do these");
        assert_eq!(eaten(&["007", "x1", ""]), 0);
    }
}
