//! A query, prepared so that each of its columns comes in a form that is known.

use super::failure::{Failure, asked};
use super::pack::{Column, element, is_known};
use std::error::Error;
use std::fmt::Write as _;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};
use tokio_postgres::{Statement, Transaction};

/// A query and what its columns are.
pub(super) struct Prepared {
    pub statement: Statement,
    pub columns: Vec<Column>,
}

/// Prepares a query; one with columns of other types than the known ones once
/// more, with casts to text around it.
pub(super) async fn prepare(
    transaction: &Transaction<'_>,
    query: &str,
    lost: impl Fn(&tokio_postgres::Error) -> Failure,
) -> Result<Prepared, Failure> {
    let failed = |text: &str, error: tokio_postgres::Error| match error.as_db_error() {
        Some(said) => asked(said, text),
        None => lost(&error),
    };
    let first = transaction.prepare(query).await;
    let first = first.map_err(|error| failed(query, error))?;
    if first.columns().is_empty() {
        return Err(Failure::Query {
            code: String::new(),
            why: "it gives no columns".to_owned(),
            hint: Some("write one `SELECT`".to_owned()),
        });
    }
    let described = |column: &tokio_postgres::Column| Column::new(column.name(), column.type_());
    let columns: Vec<Column> = first.columns().iter().map(described).collect();
    let types: Vec<&Type> = first
        .columns()
        .iter()
        .map(|column| column.type_())
        .collect();
    let Some(text) = cast(query, &types) else {
        let statement = first;
        return Ok(Prepared { statement, columns });
    };
    let statement = transaction.prepare(&text).await;
    let statement = statement.map_err(|error| failed(&text, error))?;
    Ok(Prepared { statement, columns })
}

/// The query with casts around it; none if it needs none.
fn cast(query: &str, types: &[&Type]) -> Option<String> {
    let is_plain = |kind: &&Type| is_known(element(kind).unwrap_or(kind));
    if types.iter().all(is_plain) {
        return None;
    }
    let names: Vec<String> = (0..types.len()).map(|at| format!("c{at}")).collect();
    let mut text = "SELECT ".to_owned();
    for (at, (name, kind)) in names.iter().zip(types).enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        let form = match (is_plain(kind), element(kind)) {
            (true, _) => "",
            (false, Some(_)) => "::text[]",
            (false, None) => "::text",
        };
        let _ = write!(text, "{comma}q.{name}{form}");
    }
    let query = query.trim_end_matches(|c: char| c == ';' || c.is_whitespace());
    // The line break ends a comment at the query's end.
    let _ = write!(text, " FROM ({query}\n) AS q({})", names.join(", "));
    Some(text)
}

/// A parameter that is sent as text, whatever its type.
#[derive(Debug)]
pub(super) struct Parameter(pub Option<String>);

impl ToSql for Parameter {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match &self.0 {
            None => Ok(IsNull::Yes),
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    fn to_sql_checked(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.to_sql(kind, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_known_is_cast() {
        assert_eq!(cast("select 1", &[&Type::INT4, &Type::TEXT_ARRAY]), None);
        assert_eq!(
            cast(
                "select a, b, c from t -- all\n ; ",
                &[&Type::TEXT, &Type::NUMERIC, &Type::UUID_ARRAY]
            ),
            Some(
                "SELECT q.c0, q.c1::text, q.c2::text[] FROM (select a, b, c from t -- all\n) AS q(c0, c1, c2)"
                    .to_owned()
            )
        );
    }
}
