//! Finds the name that was probably meant.

/// Returns the candidate that `name` is most likely a misspelling of, if any
/// is near enough: one slip in a short word, one in three letters in a long one.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(name, candidates)
        .min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.cmp(b.1)))
        .map(|(_, candidate)| candidate)
}

/// Returns the candidate that `name` is a misspelling of, if it can be no other:
/// only one is near enough.
pub(crate) fn only_near<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let mut near = near(name, candidates).map(|(_, candidate)| candidate);
    let one = near.next()?;
    near.all(|other| other == one).then_some(one)
}

/// The candidates that are near enough, with how far they are.
fn near<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = (usize, &'a str)> {
    let wanted = fold(name);
    let limit = match wanted.len() {
        0 | 65.. => None,
        length => Some((length / 3).max(1)),
    };
    candidates.into_iter().filter_map(move |candidate| {
        let distance = distance(&wanted, &fold(candidate));
        let within = limit.is_some_and(|limit| distance <= limit);
        (within && candidate.len() > distance).then_some((distance, candidate))
    })
}

/// Upper and lower case, and the marks between words, do not count.
fn fold(name: &str) -> Vec<char> {
    name.chars()
        .filter(|c| !matches!(c, '-' | '_' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Counts insertions, deletions, replacements and swaps of neighbours.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (row, &left) in a.iter().enumerate() {
        let mut line = vec![row + 1];
        let mut up_left = None;
        for (column, &right) in b.iter().enumerate() {
            let at =
                |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX);
            let mut best = (at(&last, column) + usize::from(left != right))
                .min(at(&last, column + 1) + 1)
                .min(at(&line, column) + 1);
            if previous == Some(right) && up_left == Some(left) {
                best = best.min(at(&before_last, column.saturating_sub(1)).saturating_add(1));
            }
            line.push(best);
            up_left = Some(right);
        }
        before_last = std::mem::replace(&mut last, line);
        previous = Some(left);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let keys = [
            "directory",
            "provider",
            "scope",
            "identity",
            "fields",
            "max",
            "min_population",
        ];
        for (written, meant) in [
            ("directroy", Some("directory")),
            ("Provider", Some("provider")),
            ("scop", Some("scope")),
            ("feilds", Some("fields")),
            ("min-population", Some("min_population")),
            ("mx", Some("max")),
            ("licence", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, keys), meant, "{written}");
        }
    }

    #[test]
    fn what_may_be_two_names_is_neither() {
        let keys = ["max", "max_percent", "mix", "where"];
        assert_eq!(only_near("mx", keys), None, "`max` or `mix`");
        assert_eq!(only_near("wehre", keys), Some("where"));
        assert_eq!(only_near("wehre", ["where", "where"]), Some("where"));
        assert_eq!(only_near("other", keys), None);
    }

    #[test]
    fn a_swap_counts_once() {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        assert_eq!(distance(&letters("when"), &letters("wehn")), 1);
        assert_eq!(distance(&letters("abc"), &letters("")), 3);
        assert_eq!(distance(&letters("kitten"), &letters("sitting")), 3);
    }
}
