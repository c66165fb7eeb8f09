//! PostgreSQL: a row for each person.

use crate::StandIn;
use muster_tests::Postgres;
use muster_tests::postgres::{OWNER, PASSWORD};
use serde_json::{Value, json};

/// A row remembers what it was made from, so that only what differs is changed.
const TABLES: &str = "\
CREATE TABLE people (
    id text PRIMARY KEY, username text, mail text, name text, given text, family text, title text,
    department text, city text, phone text, about text, phones text[], labels text[], groups text[],
    active boolean, changed timestamptz DEFAULT now(), doc jsonb
);
CREATE TABLE raw (doc jsonb);
";

/// Texts of JSON hold no control characters, so that these end no value.
const COPY: &str = "COPY raw FROM STDIN WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02');\n";

const MERGE: &str = "\
DELETE FROM people WHERE id NOT IN (SELECT doc->>'id' FROM raw);
INSERT INTO people
    SELECT doc->>'id', doc->>'username', doc->>'mail', doc->>'name', doc->>'given', doc->>'family',
        doc->>'title', doc->>'department', doc->>'city', doc->>'phone', doc->>'about',
        ARRAY(SELECT jsonb_array_elements_text(doc->'phones')),
        ARRAY(SELECT jsonb_array_elements_text(doc->'labels')),
        ARRAY(SELECT jsonb_array_elements_text(doc->'groups')),
        (doc->>'active')::boolean, clock_timestamp(), doc
    FROM raw
    ON CONFLICT (id) DO UPDATE SET (username, mail, name, given, family, title, department, city,
        phone, about, phones, labels, groups, active, changed, doc) =
        (excluded.username, excluded.mail, excluded.name, excluded.given, excluded.family,
        excluded.title, excluded.department, excluded.city, excluded.phone, excluded.about,
        excluded.phones, excluded.labels, excluded.groups, excluded.active, excluded.changed,
        excluded.doc)
    WHERE people.doc IS DISTINCT FROM excluded.doc;
DELETE FROM raw;
COMMIT;
";

/// The server.
pub struct Sql {
    server: Postgres,
}

impl Sql {
    /// Starts it, with a table of nobody.
    pub fn start() -> Self {
        let server = Postgres::start();
        server.sql(TABLES);
        Self { server }
    }
}

impl StandIn for Sql {
    fn load(&mut self, people: &str) -> Value {
        self.server
            .sql(&format!("BEGIN;\n{COPY}{people}\\.\n{MERGE}"));
        json!({
            "url": self.server.url(),
            "user": OWNER,
            "secrets": {"password": PASSWORD},
        })
    }
}
