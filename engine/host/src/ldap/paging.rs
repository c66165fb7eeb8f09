//! RFC 2696 pages: the control, and what its answer says.

use ldap3::asn1::{PL, parse_tag};
use ldap3::controls::{Control, ControlType, PagedResults, RawControl};

/// What a page's control said.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// There was no control: the server does not page here.
    None,
    /// The last page.
    Last,
    /// More, after this cookie.
    More(Vec<u8>),
    /// A control that cannot be read.
    Malformed,
}

/// Makes the request's control. It is not critical: a server that cannot page
/// sends everything, and its size limit shows as such.
pub(super) fn request(size: u32, cookie: Vec<u8>) -> RawControl {
    let size = i32::try_from(size).unwrap_or(i32::MAX);
    PagedResults { size, cookie }.into()
}

/// Reads the answer's control.
pub(super) fn answer(controls: &[Control]) -> Page {
    let ours = |control: &&Control| matches!(control.0, Some(ControlType::PagedResults));
    let Some(Control(_, raw)) = controls.iter().find(ours) else {
        return Page::None;
    };
    match raw.val.as_deref().and_then(cookie) {
        None => Page::Malformed,
        Some(cookie) if cookie.is_empty() => Page::Last,
        Some(cookie) => Page::More(cookie),
    }
}

/// Takes the cookie out of `SEQUENCE { size INTEGER, cookie OCTET STRING }`.
fn cookie(value: &[u8]) -> Option<Vec<u8>> {
    let (_, tag) = parse_tag(value).ok()?;
    let PL::C(parts) = tag.payload else {
        return None;
    };
    match parts.into_iter().nth(1)?.payload {
        PL::P(cookie) => Some(cookie),
        PL::C(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(value: Option<&[u8]>) -> Vec<Control> {
        let raw = RawControl {
            ctype: "1.2.840.113556.1.4.319".to_owned(),
            crit: false,
            val: value.map(<[u8]>::to_vec),
        };
        vec![Control(Some(ControlType::PagedResults), raw)]
    }

    #[test]
    fn the_last_page_has_an_empty_cookie() {
        assert_eq!(answer(&[]), Page::None);
        assert_eq!(
            answer(&control(Some(&[0x30, 5, 2, 1, 0, 4, 0]))),
            Page::Last
        );
        let more = answer(&control(Some(&[0x30, 7, 2, 1, 0, 4, 2, 7, 8])));
        assert_eq!(more, Page::More(vec![7, 8]));
    }

    #[test]
    fn nonsense_is_not_the_last_page() {
        for value in [
            None,
            Some(&[][..]),
            Some(&[0x30, 3, 2, 1, 0]),
            Some(&[0x04, 1, 0]),
        ] {
            assert_eq!(answer(&control(value)), Page::Malformed, "{value:?}");
        }
    }
}
