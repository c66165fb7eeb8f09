//! Accounts with neighbouring numbers, packed into one record.

use super::pack::{Packer, Unpacker};
use super::seal::{Kind, Unreadable};
use muster_model::{Account, AccountId, AccountView, BlockReason, Value, ValueView};

/// Number of accounts that share a record. More would make a scan no faster,
/// and a single edit slower.
const BLOCK: u64 = 64;

/// Which record an account is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Block(pub(crate) u64);

impl Block {
    /// The block of an account.
    pub(crate) fn of(id: AccountId) -> Self {
        Self(id.0 / BLOCK)
    }

    fn offset(self, id: AccountId) -> u64 {
        id.0.saturating_sub(self.0.saturating_mul(BLOCK))
    }

    fn id(self, offset: u64) -> Result<AccountId, Unreadable> {
        if offset >= BLOCK {
            return Err(Unreadable::Content("an account is not of this block"));
        }
        let first = self.0.checked_mul(BLOCK);
        let id = first.and_then(|first| first.checked_add(offset));
        id.map(AccountId)
            .ok_or(Unreadable::Content("an account's number is too great"))
    }
}

/// How a "last synced" value stands in the record.
mod synced {
    pub(super) const NOTHING: u64 = 0;
    pub(super) const OWN: u64 = 1;
    /// The value of the field with this number, plus this.
    pub(super) const SAME: u64 = 2;
}

/// Packs the accounts of one block, in order of their ids.
pub(crate) fn pack_accounts<'a>(
    block: Block,
    accounts: impl ExactSizeIterator<Item = &'a Account>,
) -> Vec<u8> {
    let mut out = Packer::default();
    out.number(accounts.len() as u64);
    for account in accounts {
        pack(&mut out, block, account);
    }
    out.finish(Kind::Accounts)
}

fn pack(out: &mut Packer, block: Block, account: &Account) {
    let Account {
        id,
        username,
        owner,
        external_id,
        block_reasons,
        fields,
        synced: last,
    } = account;
    out.number(block.offset(*id));
    out.text(username.as_str());
    out.name(owner.as_str());
    match external_id {
        None => out.number(0),
        Some(id) => {
            out.number(id.as_str().len() as u64 + 1);
            out.bare_text(id.as_str());
        }
    }
    out.number(block_reasons.len() as u64);
    for reason in block_reasons {
        out.name(&reason.to_string());
    }
    out.number(fields.len() as u64);
    for (name, value) in fields {
        out.name(name.as_str());
        pack_value(out, value);
    }
    out.number(last.len() as u64);
    let mut numbered = fields.iter().enumerate().peekable();
    for (name, value) in last {
        out.name(name.as_str());
        while numbered.next_if(|(_, (field, _))| *field < name).is_some() {}
        let same = numbered
            .peek()
            .filter(|(_, (field, held))| *field == name && value.as_ref() == Some(*held));
        match (value, same) {
            (None, _) => out.number(synced::NOTHING),
            (_, Some((number, _))) => out.number(synced::SAME + *number as u64),
            (Some(value), None) => {
                out.number(synced::OWN);
                pack_value(out, value);
            }
        }
    }
}

/// Writes a text as its length doubled; a list as its number of items doubled,
/// plus one, and the items.
pub(super) fn pack_value(out: &mut Packer, value: &Value) {
    match value {
        Value::Text(text) => {
            out.number((text.len() as u64) << 1);
            out.bare_text(text);
        }
        Value::List(items) => {
            out.number((items.len() as u64) << 1 | 1);
            items.iter().for_each(|item| out.text(item));
        }
    }
}

pub(super) fn unpack_value<'a>(from: &mut Unpacker<'a>) -> Result<ValueView<'a>, Unreadable> {
    let mark = from.number()?;
    let size =
        usize::try_from(mark >> 1).map_err(|_| Unreadable::Content("a value is too long"))?;
    if mark & 1 == 0 {
        return Ok(ValueView::Text(from.bare_text(size)?));
    }
    let mut items = Vec::new();
    for _ in 0..size {
        items.push(from.text()?);
    }
    Ok(ValueView::List(items))
}

/// Hands out the accounts of a record, borrowed from it.
pub(crate) fn visit_accounts<'a>(
    block: Block,
    record: &'a [u8],
    visit: &mut dyn FnMut(AccountView<'a>),
) -> Result<(), Unreadable> {
    let mut from = Unpacker::open(Kind::Accounts, record)?;
    let mut last = None;
    for _ in 0..from.count()? {
        let view = unpack(&mut from, block)?;
        if last.replace(view.id).is_some_and(|last| last >= view.id) {
            return Err(Unreadable::Content("accounts are out of order"));
        }
        visit(view);
    }
    from.close()
}

fn unpack<'a>(from: &mut Unpacker<'a>, block: Block) -> Result<AccountView<'a>, Unreadable> {
    let id = block.id(from.number()?)?;
    let username = from.text()?;
    let owner = from.name()?;
    let external_id = match from.number()? {
        0 => None,
        more => {
            let length = usize::try_from(more - 1)
                .map_err(|_| Unreadable::Content("an identifier is too long"))?;
            Some(from.bare_text(length)?)
        }
    };
    let mut block_reasons = Vec::new();
    for _ in 0..from.count()? {
        let reason: Result<BlockReason, _> = from.name()?.parse();
        block_reasons.push(reason.map_err(|_| Unreadable::Content("a block reason is unknown"))?);
    }
    let count = from.count()?;
    let mut fields = Vec::with_capacity(count);
    for _ in 0..count {
        fields.push((from.name()?, unpack_value(from)?));
    }
    let count = from.count()?;
    let mut synced = Vec::with_capacity(count);
    for _ in 0..count {
        synced.push((from.name()?, unpack_synced(from, &fields)?));
    }
    Ok(AccountView {
        id,
        username,
        owner,
        external_id,
        block_reasons,
        fields,
        synced,
    })
}

fn unpack_synced<'a>(
    from: &mut Unpacker<'a>,
    fields: &[(&'a str, ValueView<'a>)],
) -> Result<Option<ValueView<'a>>, Unreadable> {
    match from.number()? {
        synced::NOTHING => Ok(None),
        synced::OWN => unpack_value(from).map(Some),
        same => usize::try_from(same - synced::SAME)
            .ok()
            .and_then(|number| fields.get(number))
            .map(|(_, value)| Some(value.clone()))
            .ok_or(Unreadable::Content("a synced value refers to no field")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use muster_model::{ExternalId, FieldName, Owner, Username};

    fn account(id: u64) -> Account {
        let field = |name: &str, value: Value| (FieldName::from(name), value);
        let list = Value::list(vec!["b".into(), "ä".into()]);
        Account {
            id: AccountId(id),
            username: Username::new(&format!("Zoë{id}")).unwrap(),
            owner: Owner::from_name(if id.is_multiple_of(2) {
                "local"
            } else {
                "staff"
            }),
            external_id: (!id.is_multiple_of(3)).then(|| ExternalId::new(format!("e{id}"))),
            block_reasons: [BlockReason::Manual, BlockReason::Rule("gone".into())]
                .into_iter()
                .take(id as usize % 3)
                .collect(),
            fields: [
                field("email", Value::from("")),
                field("phone", Value::from("+49")),
                field("roles", list.clone()),
            ]
            .into(),
            synced: [
                (FieldName::from("email"), Some(Value::from("other"))),
                (FieldName::from("mobile"), Some(Value::from("+1"))),
                (FieldName::from("pager"), None),
                (FieldName::from("phone"), Some(Value::from("+49"))),
                (FieldName::from("roles"), Some(list)),
            ]
            .into(),
        }
    }

    fn unpacked(block: Block, record: &[u8]) -> Result<Vec<Account>, Unreadable> {
        let mut found = Vec::new();
        visit_accounts(block, record, &mut |view| {
            found.push(view.to_account().unwrap())
        })?;
        Ok(found)
    }

    #[test]
    fn accounts_come_back_as_they_were() {
        let accounts: Vec<_> = (128..192).map(account).collect();
        let record = pack_accounts(Block(2), accounts.iter());
        assert_eq!(unpacked(Block(2), &record).unwrap(), accounts);
        let mut number = 0;
        let mut equal = |view: AccountView<'_>| {
            assert_eq!(view, accounts[number].view());
            number += 1;
        };
        visit_accounts(Block(2), &record, &mut equal).unwrap();
        assert_eq!(
            unpacked(Block(2), &pack_accounts(Block(2), [].iter())).unwrap(),
            []
        );
    }

    #[test]
    fn a_block_that_is_none_is_refused() {
        let accounts: Vec<_> = (0..3).map(account).collect();
        let record = pack_accounts(Block(0), accounts.iter());
        assert!(unpacked(Block(u64::MAX), &record).is_err());
        let backwards: Vec<_> = accounts.iter().rev().collect();
        assert!(unpacked(Block(0), &pack_accounts(Block(0), backwards.into_iter())).is_err());
        for len in 0..record.len() {
            assert!(unpacked(Block(0), &record[..len]).is_err());
        }
    }
}
