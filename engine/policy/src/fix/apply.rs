//! Applies safe fixes, one after the other, for as long as each is one.

use super::{Applicability, Edit, Fix};
use crate::diagnostic::{Code, Diagnostic};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

/// More fixes than this nobody reads.
const MOST: usize = 1000;

/// Texts by the names of their files.
type Texts = BTreeMap<String, String>;

/// What came of fixing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The texts as they are now; those in which nothing was done are unchanged.
    pub texts: Texts,
    /// What was done, in order.
    pub applied: Vec<Applied>,
    /// What is still wrong.
    pub left: Vec<Diagnostic>,
}

/// One fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The file.
    pub file: String,
    /// Its line when the fix was applied.
    pub line: u32,
    /// What was wrong.
    pub code: Code,
    /// What was done about it.
    pub title: String,
}

/// Applies safe fixes until none is left.
///
/// `check` says what is wrong with texts. After each fix it is asked again, and
/// the fix is kept only if what it was for is gone, what could be read can still
/// be read, and nothing new is said of the place that it changed.
///
/// INVARIANT: it ends, for no state of the texts is entered twice.
pub fn fix(texts: Texts, check: &dyn Fn(&Texts) -> Vec<Diagnostic>) -> Fixed {
    let left = check(&texts);
    let mut fixed = Fixed {
        texts,
        applied: Vec::new(),
        left,
    };
    let mut seen = HashSet::from([fixed.texts.clone()]);
    while fixed.applied.len() < MOST && step(&mut fixed, &mut seen, check) {}
    fixed
}

/// Applies the first fix that is one. False if there is none.
fn step(
    fixed: &mut Fixed,
    seen: &mut HashSet<Texts>,
    check: &dyn Fn(&Texts) -> Vec<Diagnostic>,
) -> bool {
    for diagnostic in &fixed.left {
        let Some(fix) = safe(diagnostic) else {
            continue;
        };
        let Some(changed) = changed(&fixed.texts, &diagnostic.file, fix) else {
            continue;
        };
        if !seen.insert(changed.clone()) {
            continue;
        }
        let after = check(&changed);
        if is_better(diagnostic, fix, &fixed.left, &after) {
            fixed.applied.push(Applied {
                file: diagnostic.file.clone(),
                line: diagnostic.line,
                code: diagnostic.code,
                title: fix.title.clone(),
            });
            fixed.texts = changed;
            fixed.left = after;
            return true;
        }
    }
    false
}

fn safe(diagnostic: &Diagnostic) -> Option<&Fix> {
    let fix = diagnostic.fix.as_ref()?;
    (fix.applicability == Applicability::Safe).then_some(fix)
}

fn changed(texts: &Texts, file: &str, fix: &Fix) -> Option<Texts> {
    let text = edited(texts.get(file)?, &fix.edits)?;
    let mut changed = texts.clone();
    changed.insert(file.to_owned(), text);
    Some(changed)
}

/// A text with edits made. None if one is not within it, or within another.
pub(super) fn edited(text: &str, edits: &[Edit]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        out.push_str(text.get(done..edit.span.start)?);
        out.push_str(&edit.text);
        done = edit.span.end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

fn is_better(fixed: &Diagnostic, fix: &Fix, before: &[Diagnostic], after: &[Diagnostic]) -> bool {
    let ours = |one: &&Diagnostic| one.file == fixed.file;
    let place = moved(fixed.span.start, &fix.edits);
    let persists = after.iter().filter(ours).any(|one| {
        one.code == fixed.code && one.message == fixed.message && one.span.start == place
    });
    let hides = |said: &[Diagnostic]| said.iter().filter(ours).any(|one| one.code.hides_others());
    let unread = hides(after) && !hides(before);
    let changed = written(&fix.edits);
    let known = |one: &Diagnostic| {
        let alike = |other: &&Diagnostic| other.code == one.code && other.message == one.message;
        before.iter().any(|other| alike(&other))
    };
    let worse_there = !reveals(fixed.code)
        && after
            .iter()
            .filter(ours)
            .any(|one| changed.iter().any(|place| overlap(place, &one.span)) && !known(one));
    !persists && !unread && !worse_there
}

/// True if more may be known of the place once this mistake is gone.
fn reveals(code: Code) -> bool {
    code.hides_others() || matches!(code, Code::ExpressionSyntax | Code::Tag)
}

/// Where a byte of the old text stands in the new one.
fn moved(at: usize, edits: &[Edit]) -> usize {
    let mut place = at;
    for edit in edits.iter().filter(|edit| edit.span.start < at) {
        let gone = edit.span.end.min(at) - edit.span.start;
        place = place + edit.text.len() - gone;
    }
    place
}

/// What the edits wrote, in the new text.
fn written(edits: &[Edit]) -> Vec<Range<usize>> {
    let mut shift = 0_isize;
    let mut places = Vec::with_capacity(edits.len());
    for edit in edits {
        let start = edit.span.start.saturating_add_signed(shift);
        places.push(start..start + edit.text.len());
        shift += edit.text.len().cast_signed() - edit.span.len().cast_signed();
    }
    places
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
