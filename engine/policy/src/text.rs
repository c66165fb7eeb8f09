//! What is done to texts, for expressions and transform chains alike.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Writes each word with a capital and small letters: `O'Neill`, `Jean-Luc`,
/// `Van Der Berg`. A capital within a word is not kept.
///
/// A word goes on behind an apostrophe, unless one letter stands before it:
/// `It's`, but `D'Angelo`.
pub(crate) fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = word(rest);
        let (word, behind) = rest.split_at(length.max(first.len_utf8()));
        if length == 0 {
            out.push(first);
        } else {
            capitalise(&mut out, word);
        }
        rest = behind;
    }
    out
}

/// Bytes of the word that a text begins with.
fn word(text: &str) -> usize {
    let mut letters = 0;
    for (at, letter) in text.char_indices() {
        let goes_on = if is_apostrophe(letter) {
            letters > 1
        } else {
            letter.is_alphanumeric() || is_combining_mark(letter) && letters > 0
        };
        if !goes_on {
            return at;
        }
        letters += usize::from(letter.is_alphanumeric());
    }
    text.len()
}

fn is_apostrophe(letter: char) -> bool {
    matches!(letter, '\'' | '\u{2019}' | '\u{02bc}')
}

fn capitalise(out: &mut String, word: &str) {
    let mut letters = word.chars();
    let Some(first) = letters.next() else {
        return;
    };
    if first.is_uppercase() {
        out.push(first);
    } else {
        // `ß` becomes two letters, of which the second stays small.
        let mut capital = first.to_uppercase();
        out.extend(capital.next());
        out.extend(capital.flat_map(char::to_lowercase));
    }
    out.push_str(&letters.as_str().to_lowercase());
}

/// Writes Latin letters without their accents, and those that are no accented
/// letters as one writes them for want of better: `Ødegård` becomes `Odegard`,
/// `Straße` becomes `Strasse`. Marks that other scripts spell with stay.
pub(crate) fn strip_diacritics(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let letters = text.nfd().filter(|letter| !is_diacritic(*letter));
    let mut letters = letters.peekable();
    while let Some(letter) = letters.next() {
        let small_follows = letters.peek().is_some_and(|next| next.is_lowercase());
        match plain(letter) {
            // `Þór` is `Thor`, and `ÞÓR` is `THOR`.
            Some(plain) if small_follows && letter.is_uppercase() => capitalise(&mut out, plain),
            Some(plain) => out.push_str(plain),
            None => out.push(letter),
        }
    }
    out.nfc().collect()
}

/// The blocks of combining diacritical marks.
fn is_diacritic(letter: char) -> bool {
    matches!(letter,
        '\u{0300}'..='\u{036f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Letters that Unicode does not take apart.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'Æ' => "AE",
        'æ' => "ae",
        'Ð' | 'Đ' | 'Ɖ' => "D",
        'ð' | 'đ' | 'ɖ' => "d",
        'Ħ' => "H",
        'ħ' => "h",
        'ı' => "i",
        'Ł' => "L",
        'ł' => "l",
        'Ŋ' => "N",
        'ŋ' | 'ŉ' => "n",
        'Ø' => "O",
        'ø' => "o",
        'Œ' => "OE",
        'œ' => "oe",
        'ẞ' => "SS",
        'ß' => "ss",
        'Ŧ' => "T",
        'ŧ' => "t",
        'Þ' => "TH",
        'þ' => "th",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_get_a_capital() {
        for (text, titled) in [
            ("", ""),
            ("anna", "Anna"),
            ("ANNA-LENA  lindner", "Anna-Lena  Lindner"),
            ("o'neill and d’angelo", "O'Neill And D’Angelo"),
            ("IT'S", "It's"),
            ("rock 'n' roll", "Rock 'N' Roll"),
            ("x.y_z/2nd", "X.Y_Z/2nd"),
            ("éric ØDEGÅRD", "Éric Ødegård"),
            ("e\u{301}ric n\u{303}", "E\u{301}ric N\u{303}"),
            ("ßtraße", "Sstraße"),
            ("ΟΔΥΣΣΕΥΣ ΣΟΦΟΣ", "Οδυσσευς Σοφος"),
            ("İBRAHIM", "İbrahim"),
            ("李 小龙", "李 小龙"),
            ("'quoted'", "'Quoted'"),
            ("\u{301}a", "\u{301}A"),
        ] {
            assert_eq!(title(text), titled, "{text}");
            assert_eq!(title(titled), titled, "{titled} again");
        }
    }

    #[test]
    fn accents_go_and_other_scripts_stay() {
        for (text, stripped) in [
            ("Anna", "Anna"),
            ("Ødegård", "Odegard"),
            ("e\u{301}E\u{301}", "eE"),
            ("Łukasz Żółć", "Lukasz Zolc"),
            ("Straße STRAẞE", "Strasse STRASSE"),
            ("Nguyễn Đức", "Nguyen Duc"),
            ("Æsir œuvre Þór ÞÓR", "Aesir oeuvre Thor THOR"),
            ("Dvořák Čapek", "Dvorak Capek"),
            ("İstanbul ışık", "Istanbul isik"),
            ("Ελλάδα", "Ελλαδα"),
            ("が 각 हिन्दी", "が 각 हिन्दी"),
            ("שָׁלוֹם", "שָׁלוֹם"),
        ] {
            assert_eq!(strip_diacritics(text), stripped, "{text}");
            assert_eq!(strip_diacritics(stripped), stripped, "{stripped} again");
        }
    }
}
