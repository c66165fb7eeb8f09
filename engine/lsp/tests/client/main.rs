//! A client in memory: what is said over the wire, and when.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use lsp_server::{Connection, Message};
use muster_lsp::{ServeFailed, serve};
use serde_json::{Value, json};
use std::thread;
use support::*;

#[test]
fn it_says_what_it_can_do_and_goodbye() {
    let mut client = Client::new(&Disk::default(), &all());
    let can = &client.answer["capabilities"];
    assert_eq!(can["positionEncoding"], "utf-8");
    assert_eq!(can["textDocumentSync"]["change"], 2);
    for ability in [
        "hoverProvider",
        "documentFormattingProvider",
        "documentSymbolProvider",
        "definitionProvider",
    ] {
        assert_eq!(can[ability], true, "{ability}");
    }
    assert_eq!(client.answer["serverInfo"]["name"], "muster");
    let refused = client
        .raw("textDocument/rename", json!({}))
        .response_result
        .unwrap_err();
    assert_eq!(refused.code, lsp_server::ErrorCode::MethodNotFound as i32);
    let odd = client
        .raw("textDocument/hover", json!({"position": 7}))
        .response_result
        .unwrap_err();
    assert_eq!(odd.code, lsp_server::ErrorCode::InvalidParams as i32);
    client.tell("textDocument/didChange", json!({"odd": true}));
    client.tell("$/setTrace", json!({"value": "off"}));
    assert_eq!(
        client.ask("textDocument/hover", place(POLICY, 0, 0)),
        Value::Null
    );
    let asked = client.heard.iter().any(|message| match message {
        Message::Request(request) => request.method == "client/registerCapability",
        _ => false,
    });
    assert!(asked, "it asks to be told of files that change");
    client.bye();
}

#[test]
fn a_client_that_knows_nothing_else_counts_in_utf_16() {
    let mut client = Client::new(&Disk::default(), &json!({}));
    assert_eq!(client.answer["capabilities"]["positionEncoding"], "utf-16");
    let text = "muster: 1\r\ndirectory: \"😀\"\r\nprovider: {plugin: csv}\r\nidentity: {username: uid}\r\nfields: {a: {expr: '\"😀\" + entri.x'}}\r\n";
    client.open(POLICY, text);
    let told = client.told(POLICY);
    let found: Vec<&Value> = told["diagnostics"].as_array().unwrap().iter().collect();
    assert_eq!(found[0]["code"], "bad-name");
    assert_eq!(
        found[0]["range"],
        json!({"start": {"line": 1, "character": 11}, "end": {"line": 1, "character": 15}})
    );
    let unknown = found
        .iter()
        .find(|one| one["code"] == "unknown-variable")
        .unwrap();
    assert_eq!(
        unknown["range"]["start"],
        json!({"line": 4, "character": 27})
    );
    assert_eq!(unknown["range"]["end"], json!({"line": 4, "character": 32}));
    // The emoji is deleted by its two units, and the name behind it is put right.
    client.edit(POLICY, 2, json!([
        {"range": {"start": {"line": 1, "character": 12}, "end": {"line": 1, "character": 14}}, "text": "staff"},
        {"range": {"start": {"line": 4, "character": 31}, "end": {"line": 4, "character": 32}}, "text": "y"},
    ]));
    let told = client.told(POLICY);
    assert_eq!(told["diagnostics"], json!([]));
    assert_eq!(told["version"], 2);
    client.bye();
}

#[test]
fn mistakes_are_told_when_they_are_made_and_taken_back() {
    let mut client = Client::new(&Disk::default(), &all());
    client.open(POLICY, &TEXT.replace("fields", "feilds"));
    let told = client.told(POLICY);
    let found = &told["diagnostics"][0];
    assert_eq!(found["code"], "unknown-key");
    assert_eq!(found["severity"], 1);
    assert_eq!(found["source"], "muster");
    assert!(
        found["message"]
            .as_str()
            .unwrap()
            .contains("Did you mean `fields`?")
    );
    assert_eq!(
        found["data"]["explain"],
        "muster check --explain unknown-key"
    );
    client.edit(POLICY, 2, json!([{"text": TEXT}]));
    assert_eq!(client.codes(POLICY), Vec::<String>::new());
    client.edit(POLICY, 3, json!([{"text": "muster: 1\n"}]));
    assert_eq!(client.codes(POLICY), ["missing-key"; 3]);
    client.tell(
        "textDocument/didClose",
        json!({"textDocument": {"uri": uri(POLICY)}}),
    );
    assert_eq!(client.codes(POLICY), Vec::<String>::new());
    client.bye();
}

#[test]
fn what_is_no_policy_is_left_alone() {
    let mut client = Client::new(&Disk::default(), &all());
    client.open("/compose.yaml", "services:\n  web: {image: x}\n");
    client.open("/empty.yaml", "");
    assert_eq!(client.untaken("/compose.yaml"), 0);
    assert_eq!(client.codes("/empty.yaml"), Vec::<String>::new());
    let items = client.ask("textDocument/completion", place("/compose.yaml", 0, 0));
    assert_eq!(items, json!([]));
    let items = client.ask("textDocument/completion", place("/empty.yaml", 0, 0));
    assert!(
        items
            .as_array()
            .unwrap()
            .iter()
            .any(|item| item["label"] == "muster")
    );
    assert_eq!(client.ask("textDocument/formatting", json!({"textDocument": {"uri": uri("/compose.yaml")}, "options": {"tabSize": 2, "insertSpaces": true}})), Value::Null);
    client.bye();
}

#[test]
fn mistakes_in_an_included_file_are_told_of_that_file() {
    let disk = Disk::default();
    let shared = "muster: 1\nfields:\n  phone: {from: tel, mode: never}\n";
    disk.files
        .lock()
        .unwrap()
        .insert(SHARED.to_owned(), shared.to_owned());
    let mut client = Client::new(&disk, &all());
    let text = format!("{TEXT}include: [shared/fields.yaml]\n");
    client.open(POLICY, &text);
    assert_eq!(client.codes(POLICY), Vec::<String>::new());
    let told = client.told(SHARED);
    assert_eq!(told["diagnostics"][0]["code"], "unknown-word");
    assert_eq!(told["diagnostics"][0]["range"]["start"]["line"], 2);
    let related = &told["diagnostics"][0]["relatedInformation"][0]["location"];
    assert_eq!(related["uri"], uri(POLICY));
    assert_eq!(related["range"]["start"]["line"], 6);
    // In the editor it is another one than on the disk.
    client.open(SHARED, &shared.replace("never", "create"));
    assert_eq!(client.codes(SHARED), Vec::<String>::new());
    client.edit(
        SHARED,
        2,
        json!([{"text": shared.replace("{from: tel, mode: never}", "entry.tel")}]),
    );
    assert_eq!(client.codes(SHARED), ["bad-name"]);
    // The policy itself no longer includes it: it is checked alone.
    client.edit(POLICY, 2, json!([{"text": TEXT}]));
    assert_eq!(client.codes(POLICY), Vec::<String>::new());
    let told = client.told(SHARED);
    assert_eq!(told["diagnostics"][0]["code"], "bad-name");
    assert_eq!(told["diagnostics"][0]["relatedInformation"], Value::Null);
    client.edit(SHARED, 3, json!([{"text": shared}]));
    assert_eq!(client.codes(SHARED), ["unknown-word"]);
    client.bye();
}

#[test]
fn a_policy_is_checked_again_when_what_it_includes_has_changed() {
    let disk = Disk::default();
    let mut client = Client::new(&disk, &all());
    client.open(POLICY, &format!("{TEXT}include: [shared/fields.yaml]\n"));
    assert_eq!(client.codes(POLICY), ["unreadable-file"]);
    // Another program writes it.
    disk.files.lock().unwrap().insert(
        SHARED.to_owned(),
        "muster: 1\nfields: {phone: tel}\n".to_owned(),
    );
    client.tell(
        "workspace/didChangeWatchedFiles",
        json!({"changes": [{"uri": uri(SHARED), "type": 1}]}),
    );
    assert_eq!(client.codes(POLICY), Vec::<String>::new());
    // Somebody edits it, and maps what is mapped.
    client.open(SHARED, "muster: 1\nguards: {create: {max: none}}\n");
    assert_eq!(client.codes(SHARED), ["wrong-type"]);
    client.tell(
        "textDocument/didClose",
        json!({"textDocument": {"uri": uri(SHARED)}}),
    );
    assert_eq!(client.codes(SHARED), Vec::<String>::new());
    client.bye();
}

#[test]
fn values_files_are_checked_with_the_policies_that_declare_their_names() {
    let values = "/policies/test.values.yaml";
    let disk = Disk {
        values: Some(values.to_owned()),
        ..Disk::default()
    };
    disk.files.lock().unwrap().insert(
        values.to_owned(),
        "muster: 1\nvalues: {site: x, sitte: y}\n".to_owned(),
    );
    let mut client = Client::new(&disk, &all());
    let policy =
        format!("{TEXT}values: {{site: Berlin}}\nscope: {{where: entry.l == values.site}}\n");
    client.open(POLICY, &policy);
    assert_eq!(client.codes(values), ["unknown-value"]);
    let found = client.ask("textDocument/definition", place(POLICY, 7, 34));
    assert_eq!(found[0]["uri"], uri(POLICY));
    assert_eq!(
        found[0]["range"]["start"],
        json!({"line": 6, "character": 9})
    );
    assert_eq!(found[1]["uri"], uri(values));
    client.open(values, "muster: 1\nvalues: {site: x}\n");
    assert_eq!(client.codes(values), Vec::<String>::new());
    let found = client.ask("textDocument/definition", place(values, 1, 10));
    assert_eq!(found[0]["uri"], uri(POLICY));
    assert_eq!(found.as_array().unwrap().len(), 1);
    client.bye();
}

#[test]
fn fixes_are_offered_where_something_is_wrong() {
    let mut client = Client::new(&Disk::default(), &all());
    let text = TEXT
        .replace("fields", "feilds")
        .replace("username:", "usernam:");
    client.open(POLICY, &text);
    let told = client.told(POLICY);
    let wrong = told["diagnostics"].as_array().unwrap();
    let at = |only: Value, line: u32| {
        json!({
            "textDocument": {"uri": uri(POLICY)},
            "range": {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 30}},
            "context": {"diagnostics": wrong, "only": only},
        })
    };
    let actions = client.ask("textDocument/codeAction", at(json!(["quickfix"]), 4));
    assert_eq!(actions[0]["title"], "Write `fields`");
    assert_eq!(actions[0]["kind"], "quickfix");
    assert_eq!(actions[0]["isPreferred"], true);
    assert_eq!(actions[0]["diagnostics"][0]["code"], "unknown-key");
    let change = &actions[0]["edit"]["documentChanges"][0];
    assert_eq!(
        change["textDocument"],
        json!({"uri": uri(POLICY), "version": 1})
    );
    assert_eq!(
        change["edits"],
        json!([{
            "range": {"start": {"line": 4, "character": 0}, "end": {"line": 4, "character": 6}},
            "newText": "fields",
        }])
    );
    assert_eq!(actions.as_array().unwrap().len(), 1);
    assert_eq!(
        client.ask("textDocument/codeAction", at(json!(["quickfix"]), 0)),
        json!([])
    );
    for kind in ["source.fixAll", "source"] {
        let actions = client.ask("textDocument/codeAction", at(json!([kind]), 0));
        assert_eq!(actions[0]["kind"], "source.fixAll");
        assert_eq!(actions[0]["title"], "Put 2 mistakes right");
        let edits = actions[0]["edit"]["documentChanges"][0]["edits"]
            .as_array()
            .unwrap();
        assert_eq!(edits.len(), 1);
        assert_eq!(edits[0]["newText"], "identity: {username: uid}\nfields:\n");
        assert_eq!(
            edits[0]["range"]["start"],
            json!({"line": 3, "character": 0})
        );
        assert_eq!(edits[0]["range"]["end"], json!({"line": 5, "character": 0}));
    }
    assert_eq!(
        client.ask(
            "textDocument/codeAction",
            at(json!(["source.organizeImports"]), 0)
        ),
        json!([])
    );
    client.edit(POLICY, 2, json!([{"text": TEXT}]));
    assert_eq!(
        client.ask("textDocument/codeAction", at(Value::Null, 4)),
        json!([])
    );
    client.bye();
}

#[test]
fn documents_are_brought_into_their_form() {
    let mut client = Client::new(&Disk::default(), &json!({}));
    let text = TEXT.replace("  email: mail", "    email:    'mail'");
    client.open(POLICY, &text);
    let ask = json!({
        "textDocument": {"uri": uri(POLICY)},
        "options": {"tabSize": 8, "insertSpaces": false},
    });
    let edits = client.ask("textDocument/formatting", ask.clone());
    assert_eq!(
        edits,
        json!([{
            "range": {"start": {"line": 5, "character": 0}, "end": {"line": 6, "character": 0}},
            "newText": "  email: \"mail\"\n",
        }])
    );
    client.edit(POLICY, 2, json!([{"text": TEXT}]));
    assert_eq!(
        client.ask("textDocument/formatting", ask.clone()),
        json!([])
    );
    client.edit(POLICY, 3, json!([{"text": format!("{TEXT}x: [\n")}]));
    assert_eq!(client.ask("textDocument/formatting", ask), Value::Null);
    client.bye();
}

#[test]
fn the_outline_has_sections_fields_and_rules() {
    let text =
        format!("{TEXT}  name:\n    from: cn\nblock:\n  - name: ended\n    when: has(entry.x)\n");
    let ask = json!({"textDocument": {"uri": uri(POLICY)}});
    let mut client = Client::new(&Disk::default(), &all());
    client.open(POLICY, &text);
    let symbols = client.ask("textDocument/documentSymbol", ask.clone());
    let names = |symbols: &Value| -> Vec<String> {
        let all = symbols.as_array().unwrap().iter();
        all.map(|symbol| symbol["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        names(&symbols),
        [
            "muster",
            "directory",
            "provider",
            "identity",
            "fields",
            "block"
        ]
    );
    assert_eq!(symbols[1]["detail"], "staff");
    assert_eq!(names(&symbols[4]["children"]), ["email", "name"]);
    assert_eq!(symbols[4]["children"][0]["kind"], 8);
    assert_eq!(names(&symbols[5]["children"]), ["ended"]);
    let rule = &symbols[5]["children"][0];
    assert_eq!(rule["range"]["start"]["line"], 9);
    assert_eq!(rule["range"]["end"]["line"], 10);
    assert_eq!(
        rule["selectionRange"]["start"],
        json!({"line": 9, "character": 10})
    );
    client.bye();

    let mut client = Client::new(&Disk::default(), &json!({}));
    client.open(POLICY, &text);
    let symbols = client.ask("textDocument/documentSymbol", ask);
    let ended = symbols
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "ended")
        .unwrap();
    assert_eq!(ended["containerName"], "block");
    assert_eq!(ended["location"]["uri"], uri(POLICY));
    client.bye();
}

#[test]
fn included_files_are_found() {
    let disk = Disk::default();
    disk.files
        .lock()
        .unwrap()
        .insert(SHARED.to_owned(), "muster: 1\n".to_owned());
    let mut client = Client::new(&disk, &json!({}));
    client.open(
        POLICY,
        &format!("{TEXT}include:\n  - \"shared/fields.yaml\"\n  - nowhere.yaml\n"),
    );
    let found = client.ask("textDocument/definition", place(POLICY, 7, 10));
    assert_eq!(found["uri"], uri(SHARED));
    assert_eq!(
        client.ask("textDocument/definition", place(POLICY, 8, 8)),
        Value::Null
    );
    assert_eq!(
        client.ask("textDocument/definition", place(POLICY, 1, 14)),
        Value::Null
    );
    client.bye();
}

#[test]
fn a_document_that_is_no_file_has_nothing_beside_it() {
    let mut client = Client::new(&Disk::default(), &json!({}));
    client.open(
        "untitled:Untitled-1",
        &format!("{TEXT}include: [fields.yaml]\n"),
    );
    let told = client.told("untitled:Untitled-1");
    assert_eq!(told["diagnostics"][0]["code"], "unreadable-file");
    assert!(
        told["diagnostics"][0]["message"]
            .as_str()
            .unwrap()
            .contains("no file yet")
    );
    client.bye();
}

#[test]
fn a_client_that_goes_away_is_noticed() {
    let (wire, servers) = Connection::memory();
    let server = thread::spawn(move || serve(&servers, &Disk::default()));
    drop(wire);
    assert!(matches!(
        server.join().unwrap(),
        Err(ServeFailed::Protocol(_))
    ));
    let client = Client::new(&Disk::default(), &json!({}));
    client.tell("exit", Value::Null);
    let Client { server, .. } = client;
    assert!(matches!(
        server.unwrap().join().unwrap(),
        Err(ServeFailed::Gone)
    ));
}

/// Whatever is typed, letter by letter: nothing falls over, and at the end all is
/// well.
#[test]
fn a_policy_is_typed_letter_by_letter() {
    let mut client = Client::new(&Disk::default(), &json!({}));
    client.open(POLICY, "");
    let text = format!(
        "{TEXT}  name: {{expr: 'entry.cn + \"é😀\"'}}\nblock:\n  - name: ended\n    when: |\n      has(entry.x) &&\n        timestamp(entry.x) < now\n"
    );
    let (mut line, mut character) = (0_u32, 0_u32);
    for (version, letter) in (2..).zip(text.chars()) {
        let here = json!({"line": line, "character": character});
        client.edit(
            POLICY,
            version,
            json!([{"range": {"start": here, "end": here}, "text": letter.to_string()}]),
        );
        match letter {
            '\n' => (line, character) = (line + 1, 0),
            other => character += other.len_utf16() as u32,
        }
        let here = place(POLICY, line, character);
        client.ask("textDocument/completion", here.clone());
        client.ask("textDocument/hover", here.clone());
        client.ask("textDocument/definition", here);
    }
    let last =
        std::iter::from_fn(|| (client.untaken(POLICY) > 0).then(|| client.told(POLICY))).last();
    assert_eq!(last.unwrap()["diagnostics"], json!([]));
    client.bye();
}
