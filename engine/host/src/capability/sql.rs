//! Databases that the policy named: from the interface to [`crate::sql`].

use super::granted;
use super::through::nobody;
use crate::bindings::people::ColumnKind;
use crate::bindings::sql as wit;
use crate::bindings::types::Failure;
use crate::calls::Call;
use crate::failure::failed;
use crate::instance::State;
use crate::sql::{Answer, Column, Database, Failure as SqlFailure, Rows};
use std::sync::Arc;
use wasmtime::component::Resource;

/// An answer that a plugin has open.
pub struct OpenAnswer {
    number: u32,
    columns: Vec<Column>,
    /// None if a tap answers in the database's place.
    answer: Option<Answer>,
}

impl wit::Host for State {
    async fn open(
        &mut self,
        database: String,
        query: wit::Query,
    ) -> wasmtime::Result<Result<Resource<OpenAnswer>, Failure>> {
        let number = self.capabilities.tapping.number();
        let (need, asked) = (database.clone(), query.clone());
        let mut answer = None;
        let begun = self.through(
            || Call::Ask {
                answer: number,
                database,
                text: asked.text,
                parameters: asked.parameters,
            },
            async |state| {
                let database = state.database(&need)?;
                let begun = database.ask(query.text, query.parameters).await;
                let begun = begun.map_err(|failure| told(&failure))?;
                let columns = begun.columns().to_vec();
                answer = Some(begun);
                Ok(columns)
            },
        );
        Ok(match begun.await {
            Ok(columns) => Ok(self.capabilities.table.push(OpenAnswer {
                number,
                columns,
                answer,
            })?),
            Err(failure) => Err(failure),
        })
    }
}

impl State {
    fn database(&mut self, need: &str) -> Result<Arc<Database>, Failure> {
        if let Some(database) = self.capabilities.databases.get(need) {
            return Ok(database.clone());
        }
        let settings = granted(&self.capabilities.grants.sql, "sql", need)?;
        let database = Arc::new(Database::new(settings.clone()));
        let databases = &mut self.capabilities.databases;
        databases.insert(need.to_owned(), database.clone());
        Ok(database)
    }
}

impl wit::HostAnswer for State {
    async fn columns(
        &mut self,
        answer: Resource<OpenAnswer>,
    ) -> wasmtime::Result<Vec<wit::Column>> {
        let answer = self.capabilities.table.get(&answer)?;
        Ok(answer.columns.iter().map(described).collect())
    }

    async fn next(
        &mut self,
        answer: Resource<OpenAnswer>,
    ) -> wasmtime::Result<Result<wit::Rows, Failure>> {
        let number = self.capabilities.table.get(&answer)?.number;
        let rows = self.through(
            || Call::Rows { answer: number },
            async |state| {
                let open = state.capabilities.table.get(&answer);
                let open = open.ok().and_then(|open| open.answer.as_ref());
                let rows = open.ok_or_else(nobody)?.next().await;
                rows.map_err(|failure| told(&failure))
            },
        );
        Ok(rows.await.map(packed))
    }

    async fn drop(&mut self, answer: Resource<OpenAnswer>) -> wasmtime::Result<()> {
        self.capabilities.table.delete(answer)?;
        Ok(())
    }
}

fn described(column: &Column) -> wit::Column {
    wit::Column {
        name: column.name.clone(),
        kind: match column.binary {
            true => ColumnKind::Binary,
            false => ColumnKind::Text,
        },
        type_name: column.type_name.clone(),
        several: column.several,
    }
}

fn packed(rows: Rows) -> wit::Rows {
    wit::Rows {
        data: rows.data,
        value_ends: rows.value_ends,
        cell_ends: rows.cell_ends,
        last: rows.last,
    }
}

fn told(failure: &SqlFailure) -> Failure {
    Failure {
        hint: failure.hint(),
        ..failed(failure.kind(), failure.to_string())
    }
}
