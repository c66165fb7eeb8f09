//! What an author implements.

use crate::bindings::exports::muster::provider::provider as wit;
use crate::glue::wrapped;
use crate::ldap::{Password, Verdict};
use crate::{Coverage, Failure, Page, check};
use serde::de::DeserializeOwned;

pub use wit::{Attribute, AttributeShape, CheckStep, ReadFrom, ReadRequest, Scope, StepResult};

/// One configured source of people.
///
/// The host opens it once per run in a fresh instance, then either checks it,
/// asks for its attributes, or starts a read and pulls its batches.
pub trait Source: Sized + 'static {
    /// The policy's `provider.config`, after the schema's defaults were filled
    /// in. Secrets are never in it: the host adds them to the calls.
    type Settings: DeserializeOwned;

    /// Takes the settings. Opens nothing yet: that is for `check` and `start`.
    fn open(settings: Self::Settings) -> Result<Self, Failure>;

    /// Proves settings, network, rights and the search itself, by cheap calls.
    ///
    /// Without a body of its own it reads one small page and tells what came. Write
    /// one where several things can be wrong: an operator wants to know which.
    fn check(&mut self, scope: &Scope) -> Vec<CheckStep> {
        vec![check::first_page(self, scope)]
    }

    /// Attributes that the source can deliver, best effort. None are named
    /// without a body of its own.
    fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
        Ok(Vec::new())
    }

    /// Begins a read; one that was begun before is dropped.
    fn start(&mut self, request: ReadRequest) -> Result<(), Failure>;

    /// Delivers the next batch. Not called again after [`Batch::last`].
    fn next(&mut self) -> Result<Batch, Failure>;
}

/// A source that can say whether a person's password is right.
///
/// Needs the feature `login` of this crate, which no plugin has that does not
/// implement the trait. The host looks for it before it asks.
pub trait Login: Source {
    /// Tries a login of the person with this external id.
    fn authenticate(&mut self, id: &str, password: Password<'_>) -> Result<Verdict, Failure>;
}

/// One page, and where the read stands after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    page: Page,
    resume: Option<Vec<u8>>,
    end: Option<(Coverage, Option<Vec<u8>>)>,
}

impl Batch {
    /// A page that others follow. Give it `&mut rows` to go on with the same
    /// builder, which is emptied.
    pub fn more(page: impl Into<Page>) -> Self {
        Self {
            page: page.into(),
            resume: None,
            end: None,
        }
    }

    /// The last page, possibly empty, and how far the read went.
    pub fn last(page: impl Into<Page>, coverage: Coverage) -> Self {
        Self {
            end: Some((coverage, None)),
            ..Self::more(page)
        }
    }

    /// A page after which the read goes on at a cursor, or, without one, the last:
    /// for services that hand out a token with each page but the last.
    pub fn until(page: impl Into<Page>, next: Option<String>, coverage: Coverage) -> Self {
        match next {
            Some(next) => Self::more(page).resume_at(next),
            None => Self::last(page, coverage),
        }
    }

    /// A read can go on after this page with this cursor, a little less than
    /// 64 KiB. If a later `next` fails with
    /// [`Unavailable`](crate::FailureKind::Unavailable) or
    /// [`Throttled`](crate::FailureKind::Throttled), the host goes on with a fresh
    /// instance and [`ReadFrom::Resume`]: a source returns such a failure and
    /// tries nothing again by itself.
    #[must_use]
    pub fn resume_at(mut self, cursor: impl Into<Vec<u8>>) -> Self {
        self.resume = Some(cursor.into());
        self
    }

    /// The next delta begins at this cursor, at most 64 KiB. Only a last batch
    /// keeps it.
    #[must_use]
    pub fn delta_from(mut self, cursor: impl Into<Vec<u8>>) -> Self {
        if let Some((_, next)) = &mut self.end {
            *next = Some(cursor.into());
        }
        self
    }

    /// The page.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// How far the read went, if this is the last batch.
    pub fn coverage(&self) -> Option<&Coverage> {
        self.end.as_ref().map(|(coverage, _)| coverage)
    }

    /// Where a read can go on after this page, if it can.
    pub fn resumes_at(&self) -> Option<&[u8]> {
        self.resume.as_deref()
    }

    /// Where the next delta begins, if this is the last batch and there is a feed.
    pub fn next_delta(&self) -> Option<&[u8]> {
        self.end.as_ref()?.1.as_deref()
    }

    /// `entries` counts all rows of the read, with this batch's.
    pub(crate) fn into_wit(self, entries: u64) -> wit::Batch {
        wit::Batch {
            page: self.page,
            resume: self.resume.map(|cursor| wrapped(entries, &cursor)),
            end: self.end.map(|(coverage, next)| wit::End {
                coverage: coverage.into_wit(entries),
                next,
            }),
        }
    }
}

impl ReadFrom {
    /// The text cursor to go on at; none at the start. A source whose manifest
    /// says `delta = true` has to look for [`ReadFrom::Since`] before.
    pub fn resumed(self) -> Result<Option<String>, Failure> {
        match self {
            Self::Start => Ok(None),
            Self::Resume(cursor) => String::from_utf8(cursor)
                .map(Some)
                .map_err(|_| Failure::stale_cursor("this is no cursor to go on from")),
            Self::Since(_) => Err(Failure::unsupported(
                "this provider cannot tell what has changed",
            )),
        }
    }
}

impl Scope {
    /// Lets only the scope of everybody pass, for sources without groups and
    /// units. To leave such a scope unread would let in whom the policy leaves out.
    pub fn expect_everybody(&self) -> Result<(), Failure> {
        let groups = self.groups.iter().chain(&self.except_groups);
        let units = self.under.iter().chain(&self.except_under);
        let named = groups.chain(&self.report).map(|name| ("group", name));
        let Some((kind, name)) = named.chain(units.map(|name| ("unit", name))).next() else {
            return Ok(());
        };
        Err(Failure::config(format!(
            "the policy names the {kind} `{name}`, and this provider knows no {kind}s"
        ))
        .hint(format!("take the {kind}s out of the policy")))
    }
}

impl CheckStep {
    /// A step that went well; `what` was tried, `message` was found.
    pub fn ok(what: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(what, StepResult::Ok, message)
    }

    /// A step that went well, but shows something that is likely unwanted.
    pub fn warning(what: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(what, StepResult::Warning, message)
    }

    /// A step that was not tried, and why.
    pub fn skipped(what: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(what, StepResult::Skipped, message)
    }

    /// A step that failed; message and hint are the failure's.
    pub fn failed(what: impl Into<String>, failure: Failure) -> Self {
        Self {
            hint: failure.hint,
            ..Self::new(what, StepResult::Failed, failure.message)
        }
    }

    fn new(what: impl Into<String>, outcome: StepResult, message: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            outcome,
            message: message.into(),
            hint: None,
        }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl Attribute {
    /// An attribute with at most one value.
    pub fn single(name: impl Into<String>) -> Self {
        Self::new(name, AttributeShape::Single)
    }

    /// An attribute with any number of values.
    pub fn multiple(name: impl Into<String>) -> Self {
        Self::new(name, AttributeShape::Multiple)
    }

    /// An attribute of which nothing more is known.
    pub fn new(name: impl Into<String>, shape: AttributeShape) -> Self {
        Self {
            name: name.into(),
            shape,
            summary: String::new(),
        }
    }

    /// Says what the attribute is.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{everybody, reporting};
    use crate::{FailureKind, Rows};

    #[test]
    fn a_cursor_is_a_text_or_stale() {
        let text = |from: ReadFrom| from.resumed().map_err(|failure| failure.kind);
        assert_eq!(text(ReadFrom::Start), Ok(None));
        let resumed = text(ReadFrom::Resume("page é".into()));
        assert_eq!(resumed, Ok(Some("page é".to_owned())));
        let odd = text(ReadFrom::Resume(vec![0xff]));
        assert_eq!(odd, Err(FailureKind::StaleCursor));
        let since = text(ReadFrom::Since(b"x".to_vec()));
        assert_eq!(since, Err(FailureKind::Unsupported));
    }

    #[test]
    fn whatever_narrows_a_scope_is_refused() {
        assert_eq!(everybody().expect_everybody(), Ok(()));
        let one = || vec!["x".to_owned()];
        let narrowed = [
            (
                Scope {
                    groups: one(),
                    ..everybody()
                },
                "group",
            ),
            (
                Scope {
                    except_groups: one(),
                    ..everybody()
                },
                "group",
            ),
            (reporting(&["x"]), "group"),
            (
                Scope {
                    under: one(),
                    ..everybody()
                },
                "unit",
            ),
            (
                Scope {
                    except_under: one(),
                    ..everybody()
                },
                "unit",
            ),
        ];
        for (scope, kind) in narrowed {
            let failure = scope.expect_everybody().unwrap_err();
            assert_eq!(failure.kind, FailureKind::Config);
            let named = format!("the policy names the {kind} `x`");
            assert!(failure.message.starts_with(&named), "{failure:?}");
        }
    }

    #[test]
    fn a_page_without_a_token_is_the_last() {
        let page = || Rows::new(["a"]);
        let more = Batch::until(page(), Some("2".to_owned()), Coverage::complete());
        assert_eq!(
            (more.resumes_at(), more.coverage()),
            (Some(&b"2"[..]), None)
        );
        let last = Batch::until(page(), None, Coverage::complete());
        assert_eq!((last.resumes_at(), last.coverage().is_some()), (None, true));
    }
}
