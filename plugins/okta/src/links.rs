//! `Link` headers, RFC 8288: Okta sends one header line per link.

use muster_sdk::http::Response;

/// The next page's address, if there is one. Addresses are followed, never made.
pub fn next(response: &Response) -> Option<String> {
    let lines = response.headers.iter();
    lines
        .filter(|(name, _)| name.eq_ignore_ascii_case("link"))
        .flat_map(|(_, value)| links(value))
        .find(|(_, relation)| *relation == "next")
        .map(|(address, _)| address.to_owned())
}

/// Addresses and relations of one line; several may stand on it.
fn links(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split('<').skip(1).filter_map(|link| {
        let (address, rest) = link.split_once('>')?;
        let relation = rest.split(';').find_map(|part| {
            let value = part.trim().strip_prefix("rel=")?;
            Some(value.trim_end_matches([',', ' ']).trim_matches('"'))
        })?;
        Some((address, relation))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(lines: &[&str]) -> Option<String> {
        next(&Response {
            status: 200,
            headers: lines
                .iter()
                .map(|line| ("Link".to_owned(), (*line).to_owned()))
                .collect(),
            body: Vec::new(),
        })
    }

    #[test]
    fn links_may_stand_on_separate_header_lines() {
        let (this, next) = (
            "<https://x.okta.com/users?limit=2>; rel=\"self\"",
            "<https://x.okta.com/users?after=a,b&limit=2>; rel=\"next\"",
        );
        let expected = Some("https://x.okta.com/users?after=a,b&limit=2".to_owned());
        assert_eq!(with(&[this, next]), expected);
        assert_eq!(with(&[next, this]), expected);
        assert_eq!(with(&[&format!("{this}, {next}")]), expected);
        assert_eq!(with(&[&format!("{next}, {this}")]), expected);
        assert_eq!(with(&[this]), None);
        assert_eq!(with(&[]), None);
    }
}
