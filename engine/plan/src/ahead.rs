//! Expressions at the end of each day to come.
//!
//! A condition that reads `now` is evaluated once more at the end of the
//! horizon; only if it has changed by then, the day is searched for. A condition
//! that changes and changes back in between is not found.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use muster_model::EntryView;
use muster_policy::{Evaluator, Expression, Grace, Policy};
use std::collections::BTreeMap;

/// Looks at people as they will be on the days to come.
#[derive(Debug)]
pub(crate) struct Ahead<'p> {
    today: Date,
    /// Days from today on; none: nobody wants to know.
    pub(crate) days: Option<u32>,
    /// Block rules that read `now`, by their place in the policy.
    pub(crate) rules: Vec<(usize, Watch<'p>)>,
    /// The scope's condition, if it reads `now`.
    pub(crate) condition: Option<Watch<'p>>,
}

/// One expression, at the end of each day to come.
#[derive(Debug)]
pub(crate) struct Watch<'p> {
    pub(crate) expression: &'p Expression,
    today: Date,
    /// Days to look ahead; the grace comes after them.
    reach: u32,
    pub(crate) grace: u32,
    days: BTreeMap<u32, Option<Evaluator<'p>>>,
    /// What the expression will be on the day that is wanted.
    becomes: bool,
}

impl<'p> Ahead<'p> {
    pub(crate) fn new(policy: &'p Policy, now: Timestamp) -> Self {
        let today = now.to_zoned(TimeZone::UTC).date();
        let watch = |expression: &'p Expression, grace: u32, becomes: bool| {
            let reach = policy.upcoming?.checked_sub(grace)?;
            expression.depends_on_time().then(|| Watch {
                expression,
                today,
                reach,
                grace,
                days: BTreeMap::new(),
                becomes,
            })
        };
        let rules = policy.blocks.iter().enumerate();
        let rules = rules
            .filter_map(|(at, rule)| Some((at, watch(&rule.when, rule.grace.unwrap_or(0), true)?)));
        let patience = match policy.scope.grace {
            None => Some(0),
            Some(Grace::Days(days)) => Some(days),
            // How often everything will be read, nobody knows.
            Some(Grace::Reads(_)) => None,
        };
        let condition = policy.scope.condition.as_ref();
        Self {
            today,
            days: policy.upcoming,
            rules: rules.collect(),
            condition: patience.and_then(|days| watch(condition?, days, false)),
        }
    }

    /// The day of an instant, if it is near enough.
    pub(crate) fn near(&self, instant: Timestamp) -> Option<Date> {
        let last = later(self.today, self.days?)?;
        let day = instant.to_zoned(TimeZone::UTC).date();
        (day <= last).then_some(day.max(self.today))
    }
}

impl Watch<'_> {
    /// The first day on which the expression has changed for a person, the grace
    /// added.
    pub(crate) fn day(&mut self, entry: EntryView<'_>) -> Option<Date> {
        if !self.has_changed(self.reach, entry) {
            return None;
        }
        let (mut low, mut high) = (0, self.reach);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.has_changed(middle, entry) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        later(self.today, low.checked_add(self.grace)?)
    }

    /// True if the expression has changed by the end of a day.
    fn has_changed(&mut self, day: u32, entry: EntryView<'_>) -> bool {
        let (expression, today) = (self.expression, self.today);
        let evaluator = self.days.entry(day).or_insert_with(|| {
            let end = end_of_day(later(today, day)?)?;
            Some(Evaluator::new(expression, end))
        });
        let becomes = self.becomes;
        let value = evaluator.as_mut().map(|evaluator| evaluator.test(entry));
        matches!(value, Some(Ok(value)) if value == becomes)
    }
}

fn later(day: Date, days: u32) -> Option<Date> {
    let span = Span::new().try_days(days).ok()?;
    day.checked_add(span).ok()
}

fn end_of_day(day: Date) -> Option<Timestamp> {
    let next = later(day, 1)?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    next.checked_sub(1.nanosecond()).ok()
}
