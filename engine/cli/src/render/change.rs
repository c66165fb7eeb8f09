//! One change: a line with sign, person, reason and policy line, then its values.

use super::Palette;
use super::text::{hidden, pad, pair, safe};
use muster_model::{Action, Cause, Change, FieldChange, Plan, PolicyLine, Reason, Value};
use muster_review::people::People;

/// Usernames up to this length line up.
const USERNAME_WIDTH: usize = 20;

/// What is shown of a change, whether it is planned or was made.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    /// An action's word, or an administrator's verb.
    pub verb: &'a str,
    /// The account's username after the change.
    pub username: &'a str,
    /// Why.
    pub reason: &'a Reason,
    /// Values that change.
    pub fields: &'a [FieldChange],
    /// Whom values mean that are accounts.
    pub people: Option<People<'a>>,
}

impl<'a> From<&'a Change> for Deed<'a> {
    fn from(change: &'a Change) -> Self {
        Self {
            verb: change.action.as_str(),
            username: change.username.as_str(),
            reason: &change.reason,
            fields: &change.fields,
            people: None,
        }
    }
}

impl<'a> Deed<'a> {
    /// A planned change, of which the plan knows whom it mentions.
    pub fn planned(change: &'a Change, plan: &'a Plan) -> Self {
        Self {
            people: Some(People::of(plan)),
            ..change.into()
        }
    }
}

/// Appends one change with its values.
pub fn write(out: &mut String, deed: Deed<'_>, palette: Palette) {
    let line = format!(
        "  {} {}  {}{}\n",
        head(deed.verb, palette),
        pad(&safe(deed.username), USERNAME_WIDTH),
        safe(&deed.reason.text),
        place(deed.reason.policy.as_ref(), palette),
    );
    out.push_str(&line);
    let shown: Vec<&FieldChange> = deed
        .fields
        .iter()
        .filter(|field| !says_the_reason_again(field, deed.reason))
        .collect();
    let width = shown
        .iter()
        .map(|field| safe(field.name.as_str()).chars().count())
        .max()
        .unwrap_or(0);
    for field in shown {
        out.push_str(&field_line(field, deed, width, palette));
    }
}

/// A sign and a verb, in the action's colour.
pub fn head(verb: &str, palette: Palette) -> String {
    let action = Action::ALL.into_iter().find(|a| a.as_str() == verb);
    let text = format!("{} {verb:<7}", sign(action));
    match action {
        Some(Action::Create | Action::Unblock | Action::Adopt) => palette.good(text),
        Some(Action::Update | Action::Rename | Action::Detach) => palette.change(text),
        Some(Action::Block) | None => palette.bad(text),
    }
}

fn sign(action: Option<Action>) -> char {
    match action {
        Some(Action::Create) => '+',
        Some(Action::Adopt) => '=',
        Some(Action::Rename) => '→',
        Some(Action::Update) => '~',
        Some(Action::Unblock) => '✓',
        Some(Action::Block) => '!',
        Some(Action::Detach) => '-',
        None => '×',
    }
}

/// `  policies/staff.yaml:23`, if it is known.
pub fn place(line: Option<&PolicyLine>, palette: Palette) -> String {
    line.map(|line| format!("  {}", palette.faint(safe(&line.to_string()))))
        .unwrap_or_default()
}

/// A block of an active account for one reason, or its end, is told by the
/// reason already.
fn says_the_reason_again(field: &FieldChange, reason: &Reason) -> bool {
    let alone = |value: &Option<Value>| *value == Some(Value::List(vec![reason.code.clone()]));
    let none = |value: &Option<Value>| value.as_ref().is_none_or(Value::is_empty);
    field.name.as_str() == "block_reasons"
        && (none(&field.old) && alone(&field.new) || alone(&field.old) && none(&field.new))
}

fn field_line(field: &FieldChange, deed: Deed<'_>, width: usize, palette: Palette) -> String {
    let name = pad(&safe(field.name.as_str()), width);
    let people = deed.people.and_then(|people| people.pair(field));
    let (old, new) = match (field.sensitive, people) {
        (true, _) => (hidden(field.old.as_ref()), hidden(field.new.as_ref())),
        (false, Some(people)) => people,
        (false, None) => pair(field.old.as_ref(), field.new.as_ref()),
    };
    if deed.verb == Action::Create.as_str() && field.old.is_none() {
        return format!("        {}  {new}\n", palette.faint(name));
    }
    let own_line = field
        .policy
        .as_ref()
        .filter(|line| Some(*line) != deed.reason.policy.as_ref());
    format!(
        "        {}  {} → {}{}{}\n",
        palette.faint(name),
        palette.bad(old),
        palette.good(new),
        cause(field, deed, palette),
        place(own_line, palette),
    )
}

/// Why the value changes, where the change's own reason may be another one.
fn cause(field: &FieldChange, deed: Deed<'_>, palette: Palette) -> String {
    if deed.verb != Action::Update.as_str()
        || matches!(deed.reason.code.as_str(), "administrator" | "undo")
    {
        return String::new();
    }
    let words = field.cause.in_words();
    let text = match field.cause {
        Cause::LocalEdit => palette.change(words),
        Cause::Source | Cause::Policy => palette.faint(words),
    };
    format!("  {text}")
}
