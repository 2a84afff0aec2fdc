//! `rulec lsp`, driven as an editor drives it.

mod client;
mod edits;

use crate::support::Sandbox;
use client::{Client, place, uri};
use serde_json::{Value, json};

const RULES: &str = r#"use "fmt"

/// A thing that is big.
predicate is_big($n) { count($n) > 3 }

/// Nothing is printed: logs are kept.
rule no-print {
    severity warning
    option most: int = 1 "how much may be printed"
    match expr { fmt.Println($first, $*more) } @call
    where count($*more) < most
    report at $first "{$first} is printed, more than {most}"
    also @call "here"
    fix safe replace @call { println($first, $*more) }
    test bad {
        func f() {
            fmt.Println(1)
        }
    }
    test good {
        func f() {
            println(1)
        }
    }
}
"#;

const GO: &str = "package w\n\nimport \"fmt\"\n\nfunc F(s string) {\n\tfmt.Println(s)\n}\n";

fn sandbox() -> Sandbox {
    Sandbox::new(&[
        ("go.mod", "module example.com/w\n\ngo 1.26\n"),
        ("rulec.toml", "rule-paths = [\"rules/\"]\n"),
        ("rules/print.rule", RULES),
        ("a.go", GO),
    ])
}

fn start(sandbox: &Sandbox) -> Client {
    Client::start(sandbox, &["--no-stock"], json!({}))
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    diagnostics.iter().filter_map(|one| one["code"].as_str()).collect()
}

/// The edits that an action or answer makes in a file.
fn edits<'v>(edit: &'v Value, uri: &str) -> &'v Vec<Value> {
    edit["changes"][uri].as_array().expect("edits")
}

#[test]
fn findings_follow_the_text_that_is_typed() {
    let sandbox = sandbox();
    let mut client = start(&sandbox);
    let go = uri(&sandbox, "a.go");
    // What is open counts, not what is on disk: there are two calls, one of them behind a wide character.
    client.open(&go, &GO.replace("\tfmt", "\t_ = \"😀\"; fmt.Println(2)\n\tfmt"));
    let found = client.diagnostics(&go, |params| params["version"] == 1);
    assert_eq!(codes(&found), ["local.print.no-print", "local.print.no-print"]);
    assert_eq!(found[0]["range"], json!({"start": place((5, 23)), "end": place((5, 24))}), "in UTF-16");
    assert_eq!(found[0]["severity"], 2);
    assert_eq!(found[0]["relatedInformation"][0]["message"], "here");
    assert_eq!(found[0]["message"], "2 is printed, more than 1");
    // The first call goes; the second one moves.
    client.edit(&go, 2, (5, 0), (6, 0), "");
    let found = client.diagnostics(&go, |params| params["version"] == 2);
    assert_eq!(found[0]["range"]["start"], place((5, 13)));
    // An import and a function that packages do not have yet are known once they were loaded again.
    client.edit(&go, 3, (6, 1), (6, 1), "\n\nfunc G() { fmt.Println(len(F2())) }\n\nfunc F2() string { return \"\" }");
    let found = client.diagnostics(&go, |params| {
        params["version"] == 3 && params["diagnostics"].as_array().is_some_and(|all| all.len() == 2)
    });
    assert_eq!(found[1]["range"]["start"], place((8, 23)));
    assert_eq!(client.end(), Some(0));
}

#[test]
fn what_is_found_can_be_mended_suppressed_and_explained() {
    let sandbox = sandbox();
    let mut client = start(&sandbox);
    let go = uri(&sandbox, "a.go");
    client.open(&go, GO);
    client.diagnostics(&go, |params| params["diagnostics"].as_array().is_some_and(|all| all.len() == 1));
    let range = json!({"start": place((5, 13)), "end": place((5, 13))});
    let wanted = |only: Value| json!({"textDocument": {"uri": go}, "range": range, "context": {"diagnostics": [], "only": only}});
    let actions = client.ask("textDocument/codeAction", wanted(json!(["quickfix"])));
    let titles: Vec<&str> = actions.as_array().into_iter().flatten().filter_map(|one| one["title"].as_str()).collect();
    assert_eq!(titles, ["Fix: s is printed, more than 1", "Suppress local.print.no-print here"]);
    assert_eq!(actions[0]["isPreferred"], true);
    assert_eq!(actions[0]["diagnostics"][0]["code"], "local.print.no-print");
    // The import goes with its last use.
    let fix = edits(&actions[0]["edit"], &go);
    assert!(fix.iter().any(|edit| edit["newText"] == "println(s)"), "{fix:?}");
    assert!(fix.iter().any(|edit| edit["newText"] == "" && edit["range"]["start"]["line"] == 2), "{fix:?}");
    let suppression = edits(&actions[1]["edit"], &go);
    assert_eq!(suppression[0]["newText"], "\t//rulec:ignore no-print\n");
    assert_eq!(suppression[0]["range"]["start"], place((5, 0)));
    let all = client.ask("textDocument/codeAction", wanted(json!(["source.fixAll"])));
    assert_eq!(all.as_array().map(Vec::len), Some(1));
    assert!(!edits(&all[0]["edit"], &go).is_empty());
    let hover = client.at("textDocument/hover", &go, (5, 13));
    let text = hover["contents"]["value"].as_str().unwrap_or_default();
    assert!(text.contains("Nothing is printed: logs are kept.") && text.contains("option `most`"), "{text}");
    // Suppressed, it is gone.
    client.edit(&go, 2, (5, 0), (5, 0), "\t//rulec:ignore no-print\n");
    assert_eq!(client.diagnostics(&go, |params| params["version"] == 2), Vec::<Value>::new());
    assert_eq!(client.at("textDocument/hover", &go, (6, 13)), Value::Null);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn configurations_and_rules_are_read_again_when_they_change() {
    let sandbox = sandbox();
    let mut client = start(&sandbox);
    let (go, toml) = (uri(&sandbox, "a.go"), uri(&sandbox, "rulec.toml"));
    client.open(&go, GO);
    client.diagnostics(&go, |params| params["diagnostics"].as_array().is_some_and(|all| all.len() == 1));
    let tell = |client: &mut Client, uri: &str| {
        client.tell("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri, "type": 2}]}));
    };
    sandbox.write("rulec.toml", "rule-paths = [\"rules/\"]\n[rules.no-print]\nmost = 0\nmsot = 1\n");
    tell(&mut client, &toml);
    let faults = client.diagnostics(&toml, |params| !params["diagnostics"].as_array().is_none_or(Vec::is_empty));
    assert_eq!(codes(&faults), ["E0806"]);
    assert_eq!(faults[0]["range"]["start"], place((3, 0)));
    assert_eq!(client.diagnostics(&go, |_| true), Vec::<Value>::new(), "the option holds");
    sandbox.write("rulec.toml", "rule-paths = [\"rules/\"]\n");
    sandbox.write("rules/print.rule", RULES.replace("severity warning", "severity error"));
    tell(&mut client, &uri(&sandbox, "rules/print.rule"));
    client.diagnostics(&toml, |params| params["diagnostics"].as_array().is_some_and(Vec::is_empty));
    let found = client.diagnostics(&go, |params| !params["diagnostics"].as_array().is_none_or(Vec::is_empty));
    assert_eq!(found[0]["severity"], 1);
    // Another file of the package changes on disk: what it declares is known.
    client.edit(&go, 2, (5, 13), (5, 14), "there()");
    sandbox.write("b.go", "package w\n\nfunc there() string { return \"\" }\n");
    tell(&mut client, &uri(&sandbox, "b.go"));
    client.diagnostics(&go, |params| params["version"] == 2);
    client.tell("textDocument/didClose", json!({"textDocument": {"uri": go}}));
    client.diagnostics(&go, |params| params["diagnostics"].as_array().is_some_and(Vec::is_empty));
    assert_eq!(client.end(), Some(0));
}

#[test]
fn clients_that_watch_nothing_have_configurations_read_when_they_save() {
    let sandbox = sandbox();
    let mut client = start(&sandbox);
    let go = uri(&sandbox, "a.go");
    client.open(&go, GO);
    client.diagnostics(&go, |params| params["diagnostics"].as_array().is_some_and(|all| all.len() == 1));
    let save = |client: &mut Client| client.tell("textDocument/didSave", json!({"textDocument": {"uri": go}}));
    sandbox.write("rulec.toml", "rule-paths = [\"rules/\"]\n[rules.no-print]\nmost = 0\n");
    save(&mut client);
    assert_eq!(client.diagnostics(&go, |_| true), Vec::<Value>::new());
    sandbox.write("rulec.toml", "rule-paths = [\"rules/\"]\n");
    save(&mut client);
    assert_eq!(codes(&client.diagnostics(&go, |_| true)), ["local.print.no-print"]);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn diagnostics_are_given_to_those_who_ask_and_can_be_cancelled() {
    let sandbox = sandbox();
    let capabilities = json!({
        "general": {"positionEncodings": ["utf-8", "utf-16"]},
        "textDocument": {"diagnostic": {}},
        "workspace": {"diagnostics": {"refreshSupport": true}},
    });
    let mut client = Client::start(&sandbox, &["--no-stock"], capabilities);
    assert_eq!(client.capabilities["positionEncoding"], "utf-8");
    assert_eq!(client.capabilities["diagnosticProvider"]["identifier"], "rulec");
    let (go, rule) = (uri(&sandbox, "a.go"), uri(&sandbox, "rules/print.rule"));
    client.open(&go, GO);
    // Packages are still being loaded.
    let pull = |uri: &str| json!({"textDocument": {"uri": uri}});
    let cancelled = client.begin("textDocument/diagnostic", pull(&go));
    client.tell("$/cancelRequest", json!({"id": cancelled}));
    let answer = client.answer(cancelled);
    assert!(answer["error"]["code"] == -32800 || answer["result"]["kind"] == "full", "{answer}");
    let report = client.ask("textDocument/diagnostic", pull(&go));
    assert_eq!(report["kind"], "full");
    assert_eq!(report["items"][0]["code"], "local.print.no-print");
    client.open(&rule, &RULES.replace("severity warning", "severity worrying"));
    let report = client.ask("textDocument/diagnostic", pull(&rule));
    assert_eq!(codes(report["items"].as_array().map_or(&[], Vec::as_slice)), ["W0602", "E0110"], "{report}");
    assert_eq!(client.ask("textDocument/diagnostic", pull("file:///nowhere/a.go"))["items"], json!([]));
    assert_eq!(client.end(), Some(0));
}

#[test]
fn rule_files_have_mistakes_names_and_meanings() {
    let sandbox = sandbox();
    sandbox.write("rules/other.rule", "use local.print { is_big }\n\n/// Two things.\nsymbols two { \"fmt\".Print }\n");
    let mut client = start(&sandbox);
    let rule = uri(&sandbox, "rules/print.rule");
    client.open(&rule, RULES);
    assert_eq!(client.diagnostics(&rule, |_| true), Vec::<Value>::new());
    let ask = |client: &mut Client, method: &str| client.ask(method, json!({"textDocument": {"uri": rule}}));
    // The first place of a hole says what it is; messages and fixes are places too.
    let definition = client.at("textDocument/definition", &rule, (11, 25));
    assert_eq!(definition[0]["range"]["start"], place((9, 30)));
    let places = client.ask(
        "textDocument/references",
        json!({"textDocument": {"uri": rule}, "position": place((9, 31)), "context": {"includeDeclaration": true}}),
    );
    assert_eq!(places.as_array().map(Vec::len), Some(4), "{places}");
    let renamed = client.ask(
        "textDocument/rename",
        json!({"textDocument": {"uri": rule}, "position": place((9, 31)), "newName": "$one"}),
    );
    assert!(edits(&renamed, &rule).iter().all(|edit| edit["newText"] == "one") && edits(&renamed, &rule).len() == 4);
    // Items are renamed in all files.
    let renamed = client.ask(
        "textDocument/rename",
        json!({"textDocument": {"uri": rule}, "position": place((3, 12)), "newName": "is_large"}),
    );
    assert_eq!(edits(&renamed, &uri(&sandbox, "rules/other.rule")).len(), 1);
    let taken = json!({"textDocument": {"uri": rule}, "position": place((3, 12)), "newName": "no-print"});
    assert_eq!(client.refused("textDocument/rename", taken), -32803);
    for (at, text) in [
        ((3, 23), "How many elements a run or list has"),
        ((9, 31), "`$first` stands for an expression"),
        ((9, 38), "`$more` stands for any number of expressions"),
        ((9, 18), "package `fmt`"),
        ((7, 6), "How bad a finding is"),
        ((7, 15), "Worth mending."),
        ((8, 12), "how much may be printed"),
        ((9, 12), "An expression."),
        ((13, 9), "Keeps the meaning"),
    ] {
        let hover = client.at("textDocument/hover", &rule, at);
        let told = hover["contents"]["value"].as_str().unwrap_or_default();
        assert!(told.contains(text), "{at:?}: {told}");
    }
    assert_eq!(ask(&mut client, "textDocument/documentSymbol")[1]["name"], "no-print");
    assert!(ask(&mut client, "textDocument/foldingRange").as_array().is_some_and(|folds| folds.len() >= 2));
    let range = json!({"start": place((0, 0)), "end": place((99, 0))});
    let hints = client.ask("textDocument/inlayHint", json!({"textDocument": {"uri": rule}, "range": range}));
    let labels: Vec<&str> = hints.as_array().into_iter().flatten().filter_map(|one| one["label"].as_str()).collect();
    assert_eq!(labels, [": expr", ": expr…"]);
    let tokens = ask(&mut client, "textDocument/semanticTokens/full");
    let numbers: Vec<u64> = tokens["data"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    assert!(numbers.len() > 100 && numbers.len().is_multiple_of(5), "{numbers:?}");
    assert_eq!(numbers[..5], [0, 0, 3, 0, 0], "`use` is a keyword");
    // A text that is laid out otherwise comes into form; one with a mistake stays.
    client.edit(&rule, 2, (7, 4), (7, 4), "   ");
    let options = json!({"textDocument": {"uri": rule}, "options": {"tabSize": 4, "insertSpaces": true}});
    assert_eq!(client.ask("textDocument/formatting", options.clone())[0]["newText"], RULES);
    client.edit(&rule, 3, (7, 0), (7, 0), "}}");
    assert_eq!(client.ask("textDocument/formatting", options), Value::Null);
    let found = client.diagnostics(&rule, |params| params["version"] == 3);
    assert!(!found.is_empty());
    assert_eq!(client.end(), Some(0));
}

#[test]
fn what_can_be_written_is_offered() {
    let sandbox = sandbox();
    let mut client = start(&sandbox);
    let rule = uri(&sandbox, "rules/new.rule");
    let text = "use \"net/ht\"\nuse \"fmt\"\nuse local.print { is_big }\n\nrule r {\n    severity \n    match expr { fmt.P } @call\n    where $x is \n    where \n    report \"{$x}\"\n    \n}\n";
    client.open(&rule, text);
    let labels = |client: &mut Client, at| {
        let items = client.at("textDocument/completion", &rule, at);
        let all = items.as_array().into_iter().flatten().filter_map(|one| one["label"].as_str().map(str::to_owned));
        all.collect::<Vec<String>>()
    };
    for (at, some, none) in [
        ((0, 11), vec!["net/http", "net/http/httptest"], vec!["fmt", "rule"]),
        ((3, 0), vec!["rule", "predicate", "use"], vec!["severity"]),
        ((5, 13), vec!["error", "warning", "info"], vec!["match"]),
        ((6, 22), vec!["Println", "Printf"], vec!["fmt"]),
        ((7, 16), vec!["const", "call", "pure"], vec!["error"]),
        ((8, 10), vec!["$x", "@call", "count", "is_big", "not"], vec!["severity"]),
        ((10, 4), vec!["where", "fix", "test"], vec!["use"]),
    ] {
        let offered = labels(&mut client, at);
        let has = |label: &&str| offered.iter().any(|own| own == label);
        assert!(some.iter().all(has), "{at:?}: {offered:?}");
        assert!(!none.iter().any(has), "{at:?}: {offered:?}");
    }
    assert_eq!(client.end(), Some(0));
}

#[test]
fn the_examples_of_a_rule_can_be_run() {
    let sandbox = sandbox();
    let mut client = start(&sandbox);
    let rule = uri(&sandbox, "rules/print.rule");
    client.open(&rule, &RULES.replace("            println(1)", "            fmt.Println(1)"));
    client.diagnostics(&rule, |_| true);
    let lenses = client.ask("textDocument/codeLens", json!({"textDocument": {"uri": rule}}));
    assert_eq!(lenses[0]["command"]["title"], "▶ run 2 examples");
    let command = json!({"command": lenses[0]["command"]["command"], "arguments": lenses[0]["command"]["arguments"]});
    client.ask("workspace/executeCommand", command.clone());
    let said = client.wait(|message| message["method"] == "window/showMessage");
    assert_eq!(said["params"]["message"], "no-print: 1 of 2 examples fail");
    let found = client.diagnostics(&rule, |params| params["diagnostics"][0]["source"] == "rulec test");
    assert_eq!(found[0]["range"]["start"]["line"], 21, "{found:?}");
    client.edit(&rule, 2, (21, 12), (21, 16), "");
    client.diagnostics(&rule, |params| params["version"] == 2 && params["diagnostics"] == json!([]));
    assert_eq!(client.refused("workspace/executeCommand", json!({"command": "rm"})), -32602);
    let nowhere = json!({"command": "rulec.runExamples", "arguments": ["file:///nowhere.rule", "r"]});
    assert_eq!(client.refused("workspace/executeCommand", nowhere), -32803);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn messages_that_make_no_sense_do_no_harm() {
    let sandbox = sandbox();
    let mut client = Client::raw(&sandbox, &["--no-stock"]);
    assert_eq!(client.refused("textDocument/hover", json!({})), -32002, "not initialised");
    client.send("{");
    assert_eq!(client.wait(|message| message["id"].is_null())["error"]["code"], -32700);
    assert_eq!(client.refused("initialize", json!({"capabilities": 3})), -32602);
    client.ask("initialize", json!({"processId": null, "rootUri": null, "capabilities": {}}));
    client.send(r#"{"jsonrpc":"2.0","id":77,"nothing":1}"#);
    assert_eq!(client.wait(|message| message["id"] == 77)["error"]["code"], -32600);
    assert_eq!(client.refused("no/such", json!({})), -32601);
    assert_eq!(client.refused("textDocument/hover", json!({"textDocument": 1})), -32602);
    client.tell("textDocument/didChange", json!({"textDocument": {"uri": "file:///x.go", "version": 1}}));
    client.tell("textDocument/didOpen", json!([]));
    client.tell("$/unknown", Value::Null);
    client.tell("$/cancelRequest", json!({"id": {}}));
    client.open("untitled:a.go", GO);
    let nowhere = json!({"textDocument": {"uri": "untitled:a.go"}, "position": place((9, 9))});
    for method in ["hover", "definition", "completion", "prepareRename"] {
        assert_eq!(client.ask(&format!("textDocument/{method}"), nowhere.clone()), Value::Null);
    }
    // Places far outside of a text are its end.
    let rule = uri(&sandbox, "rules/print.rule");
    client.open(&rule, RULES);
    client.edit(&rule, 2, (900, 900), (901, 901), "\n");
    assert_eq!(client.at("textDocument/hover", &rule, (999, 999)), Value::Null);
    assert_eq!(client.ask("shutdown", Value::Null), Value::Null);
    assert_eq!(client.refused("textDocument/hover", nowhere), -32600, "after the end");
    assert_eq!(client.exit(), Some(0));
    let client = Client::raw(&sandbox, &[]);
    assert_eq!(client.exit(), Some(1), "nobody asked for a shutdown");
}

#[test]
fn names_of_other_packs_lead_to_their_text() {
    let sandbox = sandbox();
    let text = "use stdlib.http { requests_sent }\n\n/// A request.\nrule sends {\n    match expr { $f(...) } @call\n    where $f in requests_sent\n    report \"sent\"\n}\n";
    sandbox.write("rules/print.rule", text);
    let mut client = Client::start(&sandbox, &[], json!({}));
    let rule = uri(&sandbox, "rules/print.rule");
    client.open(&rule, text);
    for at in [(0, 20), (5, 18)] {
        let definition = client.at("textDocument/definition", &rule, at);
        let path =
            definition[0]["uri"].as_str().and_then(|uri| uri.strip_prefix("file://")).expect("a file").to_owned();
        assert!(path.ends_with("/stdlib/http/response-before-err-check.rule"), "{path}");
        let stock = std::fs::read_to_string(&path).expect("it can be opened");
        let line = definition[0]["range"]["start"]["line"].as_u64().expect("a line") as usize;
        assert!(stock.lines().nth(line).is_some_and(|line| line.starts_with("symbols requests_sent")), "{definition}");
        assert!(std::fs::metadata(&path).expect("a file").permissions().readonly());
    }
    let hover = client.at("textDocument/hover", &rule, (5, 18));
    assert!(hover["contents"]["value"].as_str().is_some_and(|text| text.contains("symbols requests_sent")), "{hover}");
    let hover = client.at("textDocument/hover", &rule, (0, 6));
    assert!(
        hover["contents"]["value"].as_str().is_some_and(|text| text.contains("- symbols `requests_sent`")),
        "{hover}"
    );
    let all = client.ask(
        "textDocument/references",
        json!({"textDocument": {"uri": rule}, "position": place((5, 18)), "context": {"includeDeclaration": false}}),
    );
    let places = all.as_array().expect("places");
    let is_in = |own: &Value, end: &str| own["uri"].as_str().is_some_and(|uri| uri.ends_with(end));
    assert_eq!(places.iter().filter(|own| is_in(own, "/rules/print.rule")).count(), 2, "{all}");
    let renaming = json!({"textDocument": {"uri": rule}, "position": place((5, 18)), "newName": "other"});
    assert_eq!(client.refused("textDocument/rename", renaming), -32803, "what another pack declares keeps its name");
    // There one can look on; there is nothing to mend, and nothing to change.
    let stock = places.iter().find(|own| is_in(own, "/nil-when-err.rule")).expect("a place").clone();
    let uri = stock["uri"].as_str().expect("a URI").to_owned();
    let text = std::fs::read_to_string(uri.trim_start_matches("file://")).expect("a file");
    client.open(&uri, &text);
    assert_eq!(client.diagnostics(&uri, |_| true), Vec::<Value>::new());
    let at = json!({"textDocument": {"uri": uri}, "position": stock["range"]["start"]});
    let definition = client.ask("textDocument/definition", at.clone());
    assert!(is_in(&definition[0], "/stdlib/http/response-before-err-check.rule"), "{definition}");
    assert_eq!(client.ask("textDocument/prepareRename", at), Value::Null);
    assert_eq!(client.end(), Some(0));
    sandbox.run(&["cache", "clean"]).exits(0);
    assert!(!std::path::Path::new(uri.trim_start_matches("file://")).exists());
}

#[test]
fn packs_are_chosen_anew_when_something_that_decides_changes() {
    let sandbox = sandbox();
    sandbox.write("base/pack.toml", "name = \"base\"\nversion = \"1.0.0\"\n");
    sandbox.write("base/rules/words.rule", "/// Words.\nsymbols words { \"fmt\".Println }\n");
    sandbox.write("rulec.toml", "rule-paths = [\"rules/\"]\n[packs]\nbase = { path = \"base\" }\n");
    let text = "use base.words { words }\n\n/// A word.\nrule says {\n    match expr { $f(...) }\n    where $f in words\n    report \"said\"\n}\n";
    sandbox.write("rules/print.rule", text);
    let mut client = start(&sandbox);
    let rule = uri(&sandbox, "rules/print.rule");
    client.open(&rule, text);
    let errors = |params: &Value| {
        let all = params["diagnostics"].as_array().map_or(&[][..], Vec::as_slice);
        all.iter().filter(|one| one["severity"] == 1).count()
    };
    client.diagnostics(&rule, |params| params["version"] == 1 && errors(params) == 0);
    // A pack in a folder is opened where it is.
    let definition = client.at("textDocument/definition", &rule, (5, 16));
    assert_eq!(definition[0]["uri"], uri(&sandbox, "base/rules/words.rule"));
    // What was chosen is kept while somebody types, whatever became of it.
    std::fs::rename(sandbox.path("base"), sandbox.path("gone")).expect("a folder");
    client.edit(&rule, 2, (2, 0), (2, 0), "/// It is said.\n");
    client.diagnostics(&rule, |params| params["version"] == 2 && errors(params) == 0);
    sandbox.write("rulec.toml", "rule-paths = [\"rules/\"]\n# Another text.\n");
    client.edit(&rule, 3, (2, 0), (2, 0), "/// Again.\n");
    client.diagnostics(&rule, |params| params["version"] == 3 && errors(params) > 0);
    assert_eq!(client.end(), Some(0));
}

#[test]
fn a_name_of_another_module_is_another_name() {
    let sandbox = sandbox();
    sandbox.write("rules/a/one.rule", "/// Big.\npredicate is_large($n) { count($n) > 3 }\n");
    let other =
        "/// Long.\npredicate is_large($n) { count($n) > 9 }\n\n/// Both.\npredicate both($n) { is_large($n) }\n";
    sandbox.write("rules/b/two.rule", other);
    let user = "use local.a { is_large }\n\n/// Either.\npredicate either($n) { is_large($n) }\n";
    sandbox.write("rules/c/three.rule", user);
    let mut client = start(&sandbox);
    let one = uri(&sandbox, "rules/a/one.rule");
    client.open(&one, "/// Big.\npredicate is_large($n) { count($n) > 3 }\n");
    let renaming = json!({"textDocument": {"uri": one}, "position": place((1, 12)), "newName": "is_huge"});
    let renamed = client.ask("textDocument/rename", renaming);
    assert_eq!(edits(&renamed, &one).len(), 1);
    assert_eq!(edits(&renamed, &uri(&sandbox, "rules/c/three.rule")).len(), 2);
    assert_eq!(renamed["changes"].as_object().map(serde_json::Map::len), Some(2), "{renamed}");
    assert_eq!(client.end(), Some(0));
}
