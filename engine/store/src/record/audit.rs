//! Audit records of one run, packed together.

use super::accounts::{pack_value, unpack_value};
use super::pack::{Packer, Unpacker};
use super::seal::{Kind, Unreadable};
use muster_model::{
    AccountId, Actor, AuditRecord, Cause, FieldChange, FieldName, PolicyLine, Reason, RunId,
    Username, Value,
};

/// Stands beside a field's cause if its values are not shown.
const SENSITIVE: u64 = 1 << 2;

/// Packs records that follow one another.
pub(crate) fn pack_audit(records: &[AuditRecord]) -> Vec<u8> {
    let mut out = Packer::default();
    out.number(records.len() as u64);
    for record in records {
        pack(&mut out, record);
    }
    out.finish(Kind::Audit)
}

fn pack(out: &mut Packer, record: &AuditRecord) {
    let AuditRecord {
        seq,
        run,
        at,
        actor: Actor { name, command },
        account_id,
        username,
        action,
        reason: Reason { code, text, policy },
        fields,
    } = record;
    out.number(*seq);
    out.number(run.0);
    out.name(at);
    out.name(name);
    out.name(command);
    out.number(account_id.0);
    out.text(username.as_str());
    out.name(action);
    out.name(code);
    out.name(text);
    pack_policy(out, policy.as_ref());
    out.number(fields.len() as u64);
    for field in fields {
        pack_field(out, field);
    }
}

fn pack_field(out: &mut Packer, field: &FieldChange) {
    let FieldChange {
        name,
        old,
        new,
        cause,
        policy,
        sensitive,
    } = field;
    out.name(name.as_str());
    pack_optional(out, old.as_ref());
    pack_optional(out, new.as_ref());
    let cause = match cause {
        Cause::Source => 0,
        Cause::LocalEdit => 1,
        Cause::Policy => 2,
    };
    out.number(cause | if *sensitive { SENSITIVE } else { 0 });
    pack_policy(out, policy.as_ref());
}

fn pack_optional(out: &mut Packer, value: Option<&Value>) {
    out.number(u64::from(value.is_some()));
    if let Some(value) = value {
        pack_value(out, value);
    }
}

/// Writes the line, which is counted from 1, or 0 for none.
fn pack_policy(out: &mut Packer, policy: Option<&PolicyLine>) {
    match policy {
        None => out.number(0),
        Some(PolicyLine { file, line }) => {
            out.number(u64::from(*line) + 1);
            out.name(file);
        }
    }
}

/// Hands out the records of one record.
pub(crate) fn visit_audit(
    record: &[u8],
    visit: &mut dyn FnMut(AuditRecord),
) -> Result<(), Unreadable> {
    let mut from = Unpacker::open(Kind::Audit, record)?;
    for _ in 0..from.count()? {
        visit(unpack(&mut from)?);
    }
    from.close()
}

fn unpack(from: &mut Unpacker<'_>) -> Result<AuditRecord, Unreadable> {
    Ok(AuditRecord {
        seq: from.number()?,
        run: RunId(from.number()?),
        at: from.name()?.to_owned(),
        actor: Actor {
            name: from.name()?.to_owned(),
            command: from.name()?.to_owned(),
        },
        account_id: AccountId(from.number()?),
        username: Username::new(from.text()?).ok_or(Unreadable::Content("a username is blank"))?,
        action: from.name()?.to_owned(),
        reason: Reason {
            code: from.name()?.to_owned(),
            text: from.name()?.to_owned(),
            policy: unpack_policy(from)?,
        },
        fields: (0..from.count()?)
            .map(|_| unpack_field(from))
            .collect::<Result<_, _>>()?,
    })
}

fn unpack_field(from: &mut Unpacker<'_>) -> Result<FieldChange, Unreadable> {
    let name = FieldName::from(from.name()?);
    let (old, new) = (unpack_optional(from)?, unpack_optional(from)?);
    let cause = from.number()?;
    Ok(FieldChange {
        name,
        old,
        new,
        cause: match cause & !SENSITIVE {
            0 => Cause::Source,
            1 => Cause::LocalEdit,
            2 => Cause::Policy,
            _ => return Err(Unreadable::Content("a cause is unknown")),
        },
        policy: unpack_policy(from)?,
        sensitive: cause & SENSITIVE != 0,
    })
}

fn unpack_optional(from: &mut Unpacker<'_>) -> Result<Option<Value>, Unreadable> {
    Ok(match from.number()? {
        0 => None,
        _ => Some(unpack_value(from)?.to_owned()),
    })
}

fn unpack_policy(from: &mut Unpacker<'_>) -> Result<Option<PolicyLine>, Unreadable> {
    Ok(match from.number()? {
        0 => None,
        line => Some(PolicyLine {
            line: u32::try_from(line - 1).map_err(|_| Unreadable::Content("a line is none"))?,
            file: from.name()?.to_owned(),
        }),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn audit_comes_back_as_it_was() {
        let line = |line| {
            Some(PolicyLine {
                file: "staff.yaml".into(),
                line,
            })
        };
        let field = |cause, policy, sensitive| FieldChange {
            name: FieldName::from("email"),
            old: None,
            new: Some(Value::list(vec!["a".into(), "b".into()])),
            cause,
            policy,
            sensitive,
        };
        let record = AuditRecord {
            seq: 300,
            run: RunId(7),
            at: "2026-11-23T00:00:00Z".into(),
            actor: Actor {
                name: "root".into(),
                command: "apply".into(),
            },
            account_id: AccountId(1 << 40),
            username: Username::new("Zoë").unwrap(),
            action: "update".into(),
            reason: Reason {
                code: "source".into(),
                text: "changed at the source".into(),
                policy: line(0),
            },
            fields: vec![
                field(Cause::Source, None, false),
                field(Cause::LocalEdit, line(u32::MAX), true),
                field(Cause::Policy, line(3), true),
            ],
        };
        let records = vec![record.clone(), AuditRecord { seq: 301, ..record }];
        let mut back = Vec::new();
        visit_audit(&pack_audit(&records), &mut |record| back.push(record)).unwrap();
        assert_eq!(back, records);
    }
}
