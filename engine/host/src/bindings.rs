//! What the WIT package looks like in Rust, generated. No other crate sees it.

wasmtime::component::bindgen!({
    path: "../../wit/0.1",
    world: "source",
    imports: {
        "muster:provider/files": async | trappable,
        "muster:provider/http": async | trappable,
        "muster:provider/ldap": async | trappable,
        "muster:provider/sql": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    with: {
        "muster:provider/files.reader": crate::capability::files::OpenFile,
        "muster:provider/ldap.search": crate::capability::ldap::OpenSearch,
        "muster:provider/ldap.password": crate::capability::ldap::Password,
        "muster:provider/sql.answer": crate::capability::sql::OpenAnswer,
    },
});

pub(crate) use exports::muster::provider::provider;
pub(crate) use muster::provider::{files, host, http, ldap, people, sql, text, types};
