//! What administrators do to fields whose values are shown to nobody.

use super::*;

#[test]
fn what_is_sensitive_stays_so_in_the_audit_of_administrators() {
    let mut record = directory("staff", "username");
    record.sensitive = BTreeSet::from([FieldName::from("room")]);
    let mut store = intranet();
    let commit = Commit {
        expected: store.version().unwrap(),
        directories: vec![record],
        ..Commit::default()
    };
    store.commit(commit).unwrap();
    let actor = actor();
    let context = AdminContext {
        at: AT,
        actor: &actor,
    };
    let set = |room: &str| Edit {
        set: BTreeMap::from([("room".to_owned(), vec![room.to_owned()])]),
        ..Edit::default()
    };
    for prepared in [
        edit(&store, context, "anna", &set("canary")),
        edit(&store, context, "reception", &set("canary")),
        create(&store, context, "pool", &set("canary")),
        delete(&store, context, &["anna".to_owned()]),
    ] {
        let Effect::Commit(commit) = prepared.unwrap().effect else {
            panic!("nothing would be done");
        };
        let fields = commit.audit.iter().flat_map(|record| &record.fields);
        let rooms: Vec<_> = fields
            .filter(|field| field.name.as_str() == "room")
            .collect();
        assert_eq!(rooms.len(), 1);
        assert!(rooms[0].sensitive);
        let json = serde_json::to_string(&commit.audit).unwrap();
        assert!(!json.contains("canary") && !json.contains("1.01"), "{json}");
    }
}
