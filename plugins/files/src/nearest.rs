//! What somebody who mistyped a name may have meant.

/// Returns up to three names that look like `wanted`, the most similar first;
/// if none does, the first names that there are.
pub fn hint<'a>(wanted: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let lower = wanted.to_lowercase();
    let mut near: Vec<(f64, &str)> = names
        .clone()
        .map(|name| (strsim::jaro_winkler(&lower, &name.to_lowercase()), name))
        .filter(|&(similarity, _)| similarity > 0.75)
        .collect();
    near.sort_by(|(a, left), (b, right)| b.total_cmp(a).then(left.cmp(right)));
    if near.is_empty() {
        let some = list(names.take(20));
        return format!("the file has {some}");
    }
    let some = list(near.iter().take(3).map(|&(_, name)| name));
    format!("did you mean {some}?")
}

/// Writes names in backticks with commas.
pub fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    if quoted.is_empty() {
        "no names at all".to_owned()
    } else {
        quoted.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_names_come_first() {
        let names = ["employee_id", "Mail", "department"];
        assert_eq!(hint("mial", names.into_iter()), "did you mean `Mail`?");
        assert_eq!(
            hint("xyz", names.into_iter()),
            "the file has `employee_id`, `Mail`, `department`"
        );
        assert_eq!(hint("xyz", [].into_iter()), "the file has no names at all");
    }
}
