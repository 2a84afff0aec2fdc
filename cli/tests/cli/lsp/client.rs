//! A client of the language server: the built binary, driven over its standard streams.

use crate::support::Sandbox;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// How long an answer may take before a test fails; nothing is asserted about time.
const PATIENCE: Duration = Duration::from_secs(240);

/// A server, and what it has said.
pub struct Client {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    /// What was said while something else was waited for.
    waiting: VecDeque<Value>,
    asked: i32,
    pub capabilities: Value,
}

impl Client {
    /// Starts a server in a sandbox and initialises it, with these capabilities of the client.
    pub fn start(sandbox: &Sandbox, arguments: &[&str], capabilities: Value) -> Client {
        let mut client = Client::raw(sandbox, arguments);
        let root = uri(sandbox, "");
        let params = json!({"processId": null, "rootUri": root, "capabilities": capabilities});
        client.capabilities = client.ask("initialize", params)["capabilities"].clone();
        client.tell("initialized", json!({}));
        client
    }

    /// Starts a server and says nothing.
    pub fn raw(sandbox: &Sandbox, arguments: &[&str]) -> Client {
        let all: Vec<&str> = ["lsp"].iter().chain(arguments).copied().collect();
        let mut child = sandbox.command(&all).stdin(std::process::Stdio::piped()).spawn().expect("the binary runs");
        let input = child.stdin.take().expect("a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, messages) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        Client { child, input, messages, waiting: VecDeque::new(), asked: 0, capabilities: Value::Null }
    }

    /// Sends bytes as one message.
    pub fn send(&mut self, body: &str) {
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    /// Sends a request, and gives back its number.
    pub fn begin(&mut self, method: &str, params: Value) -> i32 {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string());
        id
    }

    /// The whole answer to a request.
    #[track_caller]
    pub fn answer(&mut self, id: i32) -> Value {
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    /// Sends a request and gives back its result.
    #[track_caller]
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params);
        let answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Sends a request that has to be refused: the code of the error.
    #[track_caller]
    pub fn refused(&mut self, method: &str, params: Value) -> i64 {
        let id = self.begin(method, params);
        self.answer(id)["error"]["code"].as_i64().expect("an error")
    }

    /// The first message, past or to come, of which something holds.
    #[track_caller]
    pub fn wait(&mut self, is_meant: impl Fn(&Value) -> bool) -> Value {
        if let Some(found) = self.waiting.iter().position(&is_meant) {
            return self.waiting.remove(found).unwrap_or_default();
        }
        loop {
            let message = self.messages.recv_timeout(PATIENCE).expect("the server goes on talking");
            if is_meant(&message) {
                return message;
            }
            self.waiting.push_back(message);
        }
    }

    /// The next diagnostics of a file of which something holds.
    #[track_caller]
    pub fn diagnostics(&mut self, uri: &str, is_meant: impl Fn(&Value) -> bool) -> Vec<Value> {
        let message = self.wait(|message| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics" && params["uri"] == uri && is_meant(params)
        });
        message["params"]["diagnostics"].as_array().cloned().unwrap_or_default()
    }

    pub fn open(&mut self, uri: &str, text: &str) {
        let language = if uri.ends_with(".go") { "go" } else { "rulec" };
        let document = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Replaces a range: lines and columns from 0.
    pub fn edit(&mut self, uri: &str, version: i32, from: (u32, u32), to: (u32, u32), text: &str) {
        let change = json!({"range": {"start": place(from), "end": place(to)}, "text": text});
        let document = json!({"uri": uri, "version": version});
        self.tell("textDocument/didChange", json!({"textDocument": document, "contentChanges": [change]}));
    }

    /// Asks about a place.
    #[track_caller]
    pub fn at(&mut self, method: &str, uri: &str, at: (u32, u32)) -> Value {
        self.ask(method, json!({"textDocument": {"uri": uri}, "position": place(at)}))
    }

    /// Shuts the server down: its exit status.
    #[track_caller]
    pub fn end(mut self) -> Option<i32> {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.exit()
    }

    pub fn exit(mut self) -> Option<i32> {
        self.tell("exit", Value::Null);
        self.child.wait().expect("the server ends").code()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that failed has not asked the server to end; one that ended is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn place((line, character): (u32, u32)) -> Value {
    json!({"line": line, "character": character})
}

/// The URI of a file in a sandbox.
pub fn uri(sandbox: &Sandbox, path: &str) -> String {
    let root = sandbox.path("").canonicalize().expect("a folder");
    format!("file://{}", root.join(path).display())
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", number)) => length = number.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
