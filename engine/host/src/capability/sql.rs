//! Databases that the policy named: from the interface to [`crate::sql`].

use super::granted;
use crate::bindings::people::ColumnKind;
use crate::bindings::sql as wit;
use crate::bindings::types::Failure;
use crate::failure::failed;
use crate::instance::State;
use crate::sql::{Answer, Column, Database, Failure as SqlFailure, Rows};
use std::sync::Arc;
use wasmtime::component::Resource;

impl wit::Host for State {
    async fn open(
        &mut self,
        database: String,
        query: wit::Query,
    ) -> wasmtime::Result<Result<Resource<Answer>, Failure>> {
        let database = match self.database(&database) {
            Ok(database) => database,
            Err(failure) => return Ok(Err(failure)),
        };
        self.meter.pause();
        let answer = database.ask(query.text, query.parameters).await;
        self.meter.resume();
        Ok(match answer {
            Ok(answer) => Ok(self.capabilities.table.push(answer)?),
            Err(failure) => Err(told(&failure)),
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
    async fn columns(&mut self, answer: Resource<Answer>) -> wasmtime::Result<Vec<wit::Column>> {
        let answer = self.capabilities.table.get(&answer)?;
        Ok(answer.columns().iter().map(described).collect())
    }

    async fn next(
        &mut self,
        answer: Resource<Answer>,
    ) -> wasmtime::Result<Result<wit::Rows, Failure>> {
        let answer = self.capabilities.table.get(&answer)?;
        self.meter.pause();
        let rows = answer.next().await;
        self.meter.resume();
        Ok(rows.map(packed).map_err(|failure| told(&failure)))
    }

    async fn drop(&mut self, answer: Resource<Answer>) -> wasmtime::Result<()> {
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
