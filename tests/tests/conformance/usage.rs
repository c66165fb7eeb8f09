//! How the command is used: what is wrong is said, and reports can be read.

use crate::{component, muster};
use muster_tests::Muster;
use muster_tests::muster::workspace;

fn hello_case(muster: &Muster) {
    let case = workspace().join("plugins/sdk/examples/hello/conformance.yaml");
    muster.write("conformance.yaml", &std::fs::read_to_string(case).unwrap());
}

#[test]
fn checks_are_listed_without_a_component() {
    let muster = muster();
    let listed = muster.run(&["provider", "test", "--list"]).ok();
    assert_eq!(
        listed.stdout().matches("\n  ").count(),
        31,
        "{}",
        listed.stdout()
    );
    let json = muster
        .run(&["provider", "test", "--list", "--format", "json"])
        .ok();
    let json: serde_json::Value = serde_json::from_str(json.stdout()).unwrap();
    assert_eq!(json[0]["name"], "manifest");
}

#[test]
fn wrong_usage_is_told() {
    let muster = muster();
    let hello = component("muster_plugin_hello");
    let test = |arguments: &[&str]| {
        let all = [&["provider", "test"], arguments].concat();
        muster.run(&all).exits(3)
    };
    test(&[]).says("<COMPONENT>");
    test(&["./nowhere.wasm"]).says("nowhere.wasm");
    test(&["no-such-plugin"]).says("there is no plugin `no-such-plugin`");
    test(&[&hello]).says("there is no `conformance.yaml` beside");
    test(&[&hello, "--case", "none.yaml"]).says("the case `none.yaml` cannot be read");
    muster.write(
        "case.yaml",
        "attributes: {mail: email}\nsource: {file: a.csv}\n",
    );
    test(&[&hello, "--case", "case.yaml"])
        .says("case.yaml:1: made-up people have no field `email`")
        .says("they have id, username, mail");
    muster.write(
        "case.yaml",
        "config: {url: \"{link}\"}\nattributes: {mail: mail}\nsource: {file: a.csv}\n",
    );
    test(&[&hello, "--case", "case.yaml"]).says("`{link}` stands for nothing; known are file");
    hello_case(&muster);
    test(&[&hello, "--only", "cuts"]).says("there is no check `cuts`");
    muster.write("case.yaml", "config: {url: \"{url}\", colour: 1}\nattributes: {mail: mail}\nsource: {json: {path: /a, person: {id: \"{id}\"}}}\n");
    test(&[&hello, "--case", "case.yaml"]).says("colour");
}

#[test]
fn a_component_that_does_not_load_is_a_finding() {
    let muster = muster();
    muster.write("broken.wasm", "this is no component");
    muster.write(
        "conformance.yaml",
        "attributes: {mail: mail}\nsource: {file: a.csv}\n",
    );
    let output = muster.run(&["provider", "test", "./broken.wasm"]).exits(1);
    output
        .says("FAIL manifest")
        .says("not tried: it needs `manifest`");
}

#[test]
fn reports_are_written_for_people_and_for_builds() {
    let muster = muster();
    hello_case(&muster);
    let hello = component("muster_plugin_hello");
    let text = muster
        .run(&[
            "provider",
            "test",
            &hello,
            "--only",
            "everybody",
            "--only",
            "cut",
            "--junit",
            "out.xml",
        ])
        .ok();
    assert!(
        text.stdout().ends_with("\n2 checks passed\n"),
        "{}",
        text.stdout()
    );
    let xml = muster.read("out.xml");
    assert!(xml.starts_with("<?xml version=\"1.0\""), "{xml}");
    assert_eq!(xml.matches("<testcase ").count(), 2, "{xml}");
    let bad = std::fs::read_to_string(workspace().join("tests/bad/conformance.yaml")).unwrap();
    let bad = bad.replacen("config: {", "config: {twist: \"a page is lost\", ", 1);
    muster.write("bad.yaml", &bad);
    let component = component("muster_bad");
    let red = muster
        .run(&[
            "provider",
            "test",
            &component,
            "--case",
            "bad.yaml",
            "--only",
            "everybody",
            "--junit",
            "bad.xml",
        ])
        .exits(1);
    let red = red
        .says("FAILED everybody")
        .says("1 check failed, 0 passed");
    for word in ["done  ", "expected  ", "came  ", "to do  "] {
        assert!(red.stdout().contains(word), "{}", red.stdout());
    }
    let xml = muster.read("bad.xml");
    assert!(
        xml.contains("<failure message=\"7 people are missing"),
        "{xml}"
    );
}
