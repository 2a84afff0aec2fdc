//! The server: messages in, messages out, and nothing that takes long in between.
//!
//! Requests are answered in the order in which they come, from what is known; those for diagnostics wait until these are known
//! for the text as the client has it, and can be cancelled until then. A handler that panics costs its answer, not the server.

use crate::capabilities::{self, Client};
use crate::go::{AnalysisNews, GoEvent, GoFiles};
use crate::paths::{path_of, uri_of};
use crate::rules::{RUN_EXAMPLES, RuleEvent, RuleFiles, of_rule_text};
use crate::text::Text;
use crate::workshop::Workshop;
use crossbeam_channel::{Receiver, Sender, at, never, select, unbounded};
use gen_lsp_types::{
    self as lsp, CodeActionResponse, CompletionResponse, Contents, Definition, DefinitionResponse, Diagnostic,
    DocumentDiagnosticReport, DocumentSymbolResponse, FullDocumentDiagnosticReport, Hover, InitializeParams,
    InitializeResult, MarkupContent, MarkupKind, MessageType, Notification as _, PrepareRenamePlaceholder,
    PrepareRenameResult, PublishDiagnosticsParams, RelatedFullDocumentDiagnosticReport, Request as _, SemanticTokens,
    ServerInfo, ShowMessageParams, TextDocumentPositionParams, Uri, WorkspaceFolders,
};
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use rulec_tree::Span;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a server ended other than by being asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServeError {
    /// The client went away without a word.
    Disconnected,
    /// The client asked for the end before it asked for a shutdown.
    NoShutdown,
}

impl fmt::Display for ServeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            ServeError::Disconnected => "the client closed the connection without `exit`",
            ServeError::NoShutdown => "the client sent `exit` without `shutdown`",
        })
    }
}

impl std::error::Error for ServeError {}

/// Serves one client until it asks for the end.
///
/// # Errors
/// See [`ServeError`].
pub fn serve(connection: &Connection, workshop: Arc<dyn Workshop>) -> Result<(), ServeError> {
    let params = initialized(connection, &*workshop)?;
    let client = Client::of(&params);
    let (go_events, from_go) = unbounded();
    let (rule_events, from_rules) = unbounded();
    let server = Server {
        client,
        sender: connection.sender.clone(),
        go: GoFiles::new(workshop.clone(), go_events),
        rules: RuleFiles::new(workshop, rule_events, client.encoding),
        pulls: Vec::new(),
        said: BTreeSet::new(),
        is_shut_down: false,
        requests: 0,
    };
    server.run(&connection.receiver, &from_go, &from_rules)
}

/// Answers everything up to the request to initialise, and that.
fn initialized(connection: &Connection, workshop: &dyn Workshop) -> Result<InitializeParams, ServeError> {
    for message in &connection.receiver {
        match message {
            Message::Request(request) if request.method == lsp::InitializeRequest::METHOD.as_str() => {
                let params: InitializeParams = match serde_json::from_value(request.params) {
                    Ok(params) => params,
                    Err(error) => {
                        let (code, message) = (ErrorCode::InvalidParams as i32, error.to_string());
                        drop(connection.sender.send(Response::new_err(request.id, code, message).into()));
                        continue;
                    }
                };
                if let Some(root) = root_of(&params) {
                    workshop.enter(&root);
                }
                let result = InitializeResult {
                    capabilities: capabilities::server(Client::of(&params)),
                    server_info: Some(ServerInfo {
                        name: "rulec".to_owned(),
                        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
                    }),
                };
                drop(connection.sender.send(Response::new_ok(request.id, result).into()));
                return Ok(params);
            }
            Message::Request(request) => {
                let (code, message) = (ErrorCode::ServerNotInitialized as i32, "expected `initialize`".to_owned());
                drop(connection.sender.send(Response::new_err(request.id, code, message).into()));
            }
            Message::Notification(notification) if notification.method == lsp::ExitNotification::METHOD.as_str() => {
                return Err(ServeError::NoShutdown);
            }
            Message::Notification(_) | Message::Response(_) => {}
        }
    }
    Err(ServeError::Disconnected)
}

/// The first folder that the client works in.
fn root_of(params: &InitializeParams) -> Option<PathBuf> {
    let first = match &params.workspace_folders_initialize_params.workspace_folders {
        Some(WorkspaceFolders::WorkspaceFolderList(folders)) => folders.first().map(|folder| &folder.uri),
        _ => None,
    };
    #[expect(deprecated, reason = "older clients send nothing else")]
    let uri = first.or(params.root_uri.as_ref());
    uri.and_then(path_of)
}

struct Server {
    client: Client,
    sender: Sender<Message>,
    go: GoFiles,
    rules: RuleFiles,
    /// Requests for diagnostics that are not known yet.
    pulls: Vec<(RequestId, PathBuf)>,
    /// What people were told, so that they are told once.
    said: BTreeSet<String>,
    is_shut_down: bool,
    /// How many requests were sent to the client.
    requests: i32,
}

/// Why a request has no answer.
struct Refused {
    code: ErrorCode,
    message: String,
}

impl From<String> for Refused {
    fn from(message: String) -> Refused {
        Refused { code: ErrorCode::RequestFailed, message }
    }
}

impl Server {
    fn run(
        mut self,
        messages: &Receiver<Message>,
        from_go: &Receiver<GoEvent>,
        from_rules: &Receiver<RuleEvent>,
    ) -> Result<(), ServeError> {
        loop {
            let timer = self.go.next_due().map_or_else(never, at);
            select! {
                recv(messages) -> message => match message {
                    Ok(Message::Notification(own)) if own.method == lsp::ExitNotification::METHOD.as_str() => {
                        return if self.is_shut_down { Ok(()) } else { Err(ServeError::NoShutdown) };
                    }
                    Ok(message) => self.message(message),
                    Err(_) => return Err(ServeError::Disconnected),
                },
                recv(from_go) -> event => if let Ok(event) = event {
                    let news = self.go.event(event);
                    self.go_news(&news);
                },
                recv(from_rules) -> event => if let Ok(event) = event {
                    self.rule_event(event);
                },
                recv(timer) -> _ => self.go.tick(),
            }
        }
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(notification) => self.notification(notification),
            // What the client answers to what it was asked changes nothing.
            Message::Response(_) => {}
        }
    }

    // What the server says.

    fn send(&self, message: impl Into<Message>) {
        // A client that is gone hears nothing; that its messages end is noticed there.
        drop(self.sender.send(message.into()));
    }

    fn notify<N: lsp::Notification>(&self, params: N::Params) {
        let params = serde_json::to_value(params).unwrap_or_default();
        self.send(Notification { method: N::METHOD.as_str().to_owned(), params });
    }

    fn ask<R: lsp::Request>(&mut self, params: Value) {
        self.requests += 1;
        self.send(Request { id: self.requests.into(), method: R::METHOD.as_str().to_owned(), params });
    }

    fn say(&mut self, kind: MessageType, message: String) {
        self.notify::<lsp::ShowMessageNotification>(ShowMessageParams { kind, message });
    }

    fn go_news(&mut self, news: &AnalysisNews) {
        for path in &news.files {
            self.diagnostics_known(path);
        }
        let Some(project) = news.project.as_ref().and_then(|key| self.go.project(key)) else { return };
        if let Some(configuration) = &project.configuration {
            let text = Text::new(configuration.text.as_str(), self.client.encoding);
            let diagnostics = configuration.diagnostics.iter().map(|own| of_rule_text(own, &text)).collect();
            self.publish(uri_of(&configuration.path), None, diagnostics);
        }
        let broken = project.rules.as_ref().err().cloned();
        for message in project.notices.iter().cloned().chain(broken) {
            if self.said.insert(message.clone()) {
                self.say(MessageType::Warning, message);
            }
        }
        let waiting: Vec<PathBuf> = self.pulls.iter().map(|(_, path)| path.clone()).collect();
        for path in &waiting {
            self.answer_pulls(path);
        }
    }

    fn rule_event(&mut self, event: RuleEvent) {
        let (new, said) = self.rules.event(event);
        for path in new {
            self.diagnostics_known(&path);
        }
        if let Some((failed, message)) = said {
            self.say(if failed { MessageType::Warning } else { MessageType::Info }, message);
        }
    }

    /// The diagnostics of a file are new: they are sent, or the client asks for them.
    fn diagnostics_known(&mut self, path: &Path) {
        if self.client.pulls {
            // A client that is waiting hears now; one that asked before is told to ask again.
            if !self.answer_pulls(path) {
                self.ask::<lsp::DiagnosticRefreshRequest>(Value::Null);
            }
        } else if let Some((uri, version, diagnostics)) = self.diagnostics(path) {
            self.publish(uri, Some(version), diagnostics);
        }
    }

    fn publish(&self, uri: Uri, version: Option<i32>, diagnostics: Vec<Diagnostic>) {
        self.notify::<lsp::PublishDiagnosticsNotification>(PublishDiagnosticsParams { uri, version, diagnostics });
    }

    fn diagnostics(&self, path: &Path) -> Option<(Uri, i32, Vec<Diagnostic>)> {
        self.go.diagnostics(path).or_else(|| self.rules.diagnostics(path))
    }

    /// Answers those who wait for the diagnostics of a file, if these are known. Says whether somebody did.
    fn answer_pulls(&mut self, path: &Path) -> bool {
        let Some((_, _, diagnostics)) = self.diagnostics(path) else { return false };
        let (mine, others) = std::mem::take(&mut self.pulls).into_iter().partition(|(_, own)| own == path);
        self.pulls = others;
        let mine: Vec<(RequestId, PathBuf)> = mine;
        for (id, _) in &mine {
            self.send(Response::new_ok(id.clone(), report(diagnostics.clone())));
        }
        !mine.is_empty()
    }

    // Requests.

    fn request(&mut self, request: Request) {
        if self.is_shut_down {
            let message = "the server was shut down".to_owned();
            return self.send(Response::new_err(request.id, ErrorCode::InvalidRequest as i32, message));
        }
        let id = request.id.clone();
        let answered = catch_unwind(AssertUnwindSafe(|| self.answered(request)));
        let refused = |code: ErrorCode, message: String| Response::new_err(id.clone(), code as i32, message);
        match answered {
            Ok(Ok(Some(value))) => self.send(Response::new_ok(id, value)),
            // It is answered later.
            Ok(Ok(None)) => {}
            Ok(Err(Refused { code, message })) => self.send(refused(code, message)),
            Err(_) => self.send(refused(ErrorCode::InternalError, "this is a fault of rulec".to_owned())),
        }
    }

    /// The answer to a request; none if it comes later.
    fn answered(&mut self, request: Request) -> Result<Option<Value>, Refused> {
        let Request { id, method, params } = request;
        match method.as_str() {
            "shutdown" => {
                self.is_shut_down = true;
                Ok(Some(Value::Null))
            }
            "textDocument/diagnostic" => self.pull(id, read::<lsp::DocumentDiagnosticRequest>(params)?),
            "textDocument/hover" => {
                let at = read::<lsp::HoverRequest>(params)?.text_document_position_params;
                write::<lsp::HoverRequest>(self.hover(&at))
            }
            "textDocument/codeAction" => {
                let params = read::<lsp::CodeActionRequest>(params)?;
                write::<lsp::CodeActionRequest>(Some(self.actions(&params)))
            }
            "textDocument/completion" => {
                let at = read::<lsp::CompletionRequest>(params)?.text_document_position_params;
                let items = self.in_rules(&at).map(|(path, offset)| self.rules.completions(&path, offset));
                write::<lsp::CompletionRequest>(items.map(CompletionResponse::CompletionItemList))
            }
            "textDocument/definition" => {
                let at = read::<lsp::DefinitionRequest>(params)?.text_document_position_params;
                let places = self.in_rules(&at).map(|(path, offset)| self.rules.definition(&path, offset));
                let definition = |places| DefinitionResponse::Definition(Definition::LocationList(places));
                write::<lsp::DefinitionRequest>(places.map(definition))
            }
            "textDocument/references" => {
                let params = read::<lsp::ReferencesRequest>(params)?;
                let (at, all) = (params.text_document_position_params, params.context.include_declaration);
                write::<lsp::ReferencesRequest>(
                    self.in_rules(&at).map(|(path, offset)| self.rules.references(&path, offset, all)),
                )
            }
            "textDocument/prepareRename" => {
                let at = read::<lsp::PrepareRenameRequest>(params)?.text_document_position_params;
                let found = self.in_rules(&at).and_then(|(path, offset)| self.rules.renamable(&path, offset));
                let result = found.map(|(range, placeholder)| {
                    PrepareRenameResult::PrepareRenamePlaceholder(PrepareRenamePlaceholder { range, placeholder })
                });
                write::<lsp::PrepareRenameRequest>(result)
            }
            "textDocument/rename" => {
                let params = read::<lsp::RenameRequest>(params)?;
                let place = self.in_rules(&params.text_document_position_params);
                let (path, offset) = place.ok_or_else(|| "names of rule files can be changed".to_owned())?;
                let edit = self.rules.rename(&path, offset, &params.new_name)?;
                write::<lsp::RenameRequest>(Some(edit))
            }
            "workspace/executeCommand" => {
                let params = read::<lsp::ExecuteCommandRequest>(params)?;
                self.command(&params.command, params.arguments.as_deref().unwrap_or_default())?;
                Ok(Some(Value::Null))
            }
            _ => self.answered_of_file(&method, params),
        }
    }

    /// The answer to a request about a rule file as a whole.
    fn answered_of_file(&mut self, method: &str, params: Value) -> Result<Option<Value>, Refused> {
        match method {
            "textDocument/formatting" => {
                let path = path_of(&read::<lsp::DocumentFormattingRequest>(params)?.text_document.uri);
                write::<lsp::DocumentFormattingRequest>(path.and_then(|path| self.rules.formatted(&path)))
            }
            "textDocument/semanticTokens/full" => {
                let path = path_of(&read::<lsp::SemanticTokensRequest>(params)?.text_document.uri);
                let tokens = path.and_then(|path| self.rules.semantic_tokens(&path));
                write::<lsp::SemanticTokensRequest>(tokens.map(|data| SemanticTokens { result_id: None, data }))
            }
            "textDocument/inlayHint" => {
                let params = read::<lsp::InlayHintRequest>(params)?;
                let path = path_of(&params.text_document.uri);
                write::<lsp::InlayHintRequest>(path.and_then(|path| self.rules.hints(&path, params.range)))
            }
            "textDocument/codeLens" => {
                let path = path_of(&read::<lsp::CodeLensRequest>(params)?.text_document.uri);
                write::<lsp::CodeLensRequest>(path.and_then(|path| self.rules.lenses(&path)))
            }
            "textDocument/documentSymbol" => {
                let path = path_of(&read::<lsp::DocumentSymbolRequest>(params)?.text_document.uri);
                let symbols = path.and_then(|path| self.rules.symbols(&path));
                write::<lsp::DocumentSymbolRequest>(symbols.map(DocumentSymbolResponse::DocumentSymbolList))
            }
            "textDocument/foldingRange" => {
                let path = path_of(&read::<lsp::FoldingRangeRequest>(params)?.text_document.uri);
                write::<lsp::FoldingRangeRequest>(path.and_then(|path| self.rules.folds(&path)))
            }
            _ => Err(Refused { code: ErrorCode::MethodNotFound, message: format!("`{method}` is not served") }),
        }
    }

    fn pull(&mut self, id: RequestId, params: lsp::DocumentDiagnosticParams) -> Result<Option<Value>, Refused> {
        let path = path_of(&params.text_document.uri);
        let known = path.as_ref().filter(|path| self.go.has(path) || self.rules.has(path));
        let Some(path) = known else { return Ok(Some(report(Vec::new()))) };
        match self.diagnostics(path) {
            Some((_, _, diagnostics)) => Ok(Some(report(diagnostics))),
            None => {
                self.pulls.push((id, path.clone()));
                Ok(None)
            }
        }
    }

    fn hover(&self, at: &TextDocumentPositionParams) -> Option<Hover> {
        let path = path_of(&at.text_document.uri)?;
        let text = self.go.text(&path).or_else(|| self.rules.text(&path))?;
        let offset = text.offset(at.position);
        let (span, value) = self.go.hover(&path, offset).or_else(|| self.rules.hover(&path, offset))?;
        let contents = Contents::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
        Some(Hover { contents, range: Some(text.range(span)) })
    }

    fn actions(&self, params: &lsp::CodeActionParams) -> Vec<CodeActionResponse> {
        let path = path_of(&params.text_document.uri);
        let Some((path, text)) = path.as_ref().and_then(|path| Some((path, self.go.text(path)?))) else {
            return Vec::new();
        };
        let Span { start, end } = text.span(params.range);
        let wanted = |action: &lsp::CodeAction| {
            let kind = action.kind.as_ref().map(ToString::to_string).unwrap_or_default();
            let fits = |wanted: &lsp::CodeActionKind| {
                let wanted = wanted.to_string();
                wanted.is_empty() || kind == wanted || kind.starts_with(&format!("{wanted}."))
            };
            params.context.only.as_ref().is_none_or(|only| only.iter().any(fits))
        };
        let actions = self.go.actions(path, Span::new(start, end)).into_iter().filter(wanted);
        actions.map(CodeActionResponse::CodeAction).collect()
    }

    /// A place in a rule file that is open.
    fn in_rules(&self, at: &TextDocumentPositionParams) -> Option<(PathBuf, u32)> {
        let path = path_of(&at.text_document.uri)?;
        let offset = self.rules.text(&path)?.offset(at.position);
        Some((path, offset))
    }

    fn command(&mut self, command: &str, arguments: &[Value]) -> Result<(), Refused> {
        let invalid = |message: &str| Refused { code: ErrorCode::InvalidParams, message: message.to_owned() };
        if command != RUN_EXAMPLES {
            return Err(invalid("there is no such command"));
        }
        let [Value::String(uri), Value::String(rule)] = arguments else {
            return Err(invalid("expected the URI of a rule file, and the name of a rule"));
        };
        let path = path_of(&Uri(uri.clone())).ok_or_else(|| invalid("the URI is not that of a file"))?;
        if self.rules.run_examples(&path, rule) { Ok(()) } else { Err("the file is not open".to_owned().into()) }
    }

    // Notifications.

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        // What cannot be understood is not answered: notifications have no answers.
        match method.as_str() {
            "initialized" => self.watch(),
            "$/cancelRequest" => self.cancel(&params),
            "textDocument/didOpen" => {
                if let Some(params) = heard::<lsp::DidOpenTextDocumentNotification>(params) {
                    self.opened(params);
                }
            }
            "textDocument/didChange" => {
                if let Some(params) = heard::<lsp::DidChangeTextDocumentNotification>(params) {
                    self.changed(&params);
                }
            }
            "textDocument/didSave" => {
                if let Some(params) = heard::<lsp::DidSaveTextDocumentNotification>(params) {
                    self.saved(&params.text_document.uri);
                }
            }
            "textDocument/didClose" => {
                if let Some(params) = heard::<lsp::DidCloseTextDocumentNotification>(params) {
                    self.closed(&params.text_document.uri);
                }
            }
            "workspace/didChangeWatchedFiles" => {
                if let Some(params) = heard::<lsp::DidChangeWatchedFilesNotification>(params) {
                    self.changed_on_disk(&params);
                }
            }
            _ => {}
        }
    }

    /// Asks the client to tell of files that change on disk.
    fn watch(&mut self) {
        if !self.client.watches {
            return;
        }
        let globs =
            ["**/*.go", "**/go.mod", "**/go.work", "**/*.rule", "**/rulec.toml", "**/pack.toml", "**/rulec.lock"];
        let watchers: Vec<Value> = globs.iter().map(|glob| json!({ "globPattern": glob })).collect();
        self.ask::<lsp::RegistrationRequest>(json!({ "registrations": [{
            "id": "watch",
            "method": lsp::DidChangeWatchedFilesNotification::METHOD.as_str(),
            "registerOptions": { "watchers": watchers },
        }] }));
    }

    fn cancel(&mut self, params: &Value) {
        let Some(id) = params.get("id").cloned().and_then(|id| serde_json::from_value::<RequestId>(id).ok()) else {
            return;
        };
        let before = self.pulls.len();
        self.pulls.retain(|(own, _)| *own != id);
        if self.pulls.len() < before {
            let message = "the client has cancelled the request".to_owned();
            self.send(Response::new_err(id, ErrorCode::RequestCanceled as i32, message));
        }
    }

    fn opened(&mut self, params: lsp::DidOpenTextDocumentParams) {
        let document = params.text_document;
        let Some(path) = path_of(&document.uri) else { return };
        let text = Text::new(document.text, self.client.encoding);
        match extension(&path) {
            "go" => self.go.open(path, document.uri, document.version, text),
            "rule" => self.rules.open(path, document.uri, document.version, text),
            _ => {}
        }
    }

    fn changed(&mut self, params: &lsp::DidChangeTextDocumentParams) {
        let Some(path) = path_of(&params.text_document.text_document_identifier.uri) else { return };
        let version = params.text_document.version;
        if let Some(text) = self.go.text(&path).cloned() {
            self.go.change(&path, version, text.changed(&params.content_changes));
        } else if let Some(text) = self.rules.text(&path).cloned() {
            self.rules.change(&path, version, text.changed(&params.content_changes));
            if self.client.refreshes_hints {
                self.ask::<lsp::InlayHintRefreshRequest>(Value::Null);
            }
        }
    }

    fn saved(&mut self, uri: &Uri) {
        let Some(path) = path_of(uri) else { return };
        self.go.saved(&path);
        // Clients that watch files tell of this one too, and of configurations.
        if !self.client.watches && (self.rules.has(&path) || self.go.has_old_configuration()) {
            self.rules.disk_changed();
            self.go.rules_changed();
        }
    }

    fn closed(&mut self, uri: &Uri) {
        let Some(path) = path_of(uri) else { return };
        self.go.close(&path);
        self.rules.close(&path);
        let (gone, others) = std::mem::take(&mut self.pulls).into_iter().partition(|(_, own)| *own == path);
        self.pulls = others;
        let gone: Vec<(RequestId, PathBuf)> = gone;
        gone.into_iter().for_each(|(id, _)| self.send(Response::new_ok(id, report(Vec::new()))));
        if !self.client.pulls {
            self.publish(uri.clone(), None, Vec::new());
        }
    }

    fn changed_on_disk(&mut self, params: &lsp::DidChangeWatchedFilesParams) {
        let paths: Vec<PathBuf> = params.changes.iter().filter_map(|change| path_of(&change.uri)).collect();
        let is_rule = |path: &PathBuf| matches!(extension(path), "rule" | "toml" | "lock");
        if paths.iter().any(is_rule) {
            self.rules.disk_changed();
            self.go.rules_changed();
        }
        // The texts of open files come from the client.
        if paths.iter().any(|path| !is_rule(path) && !self.go.has(path)) {
            self.go.sources_changed();
        }
    }
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

/// The parameters of a request.
fn read<R: lsp::Request>(params: Value) -> Result<R::Params, Refused> {
    let refused = |error: serde_json::Error| Refused { code: ErrorCode::InvalidParams, message: error.to_string() };
    serde_json::from_value(params).map_err(refused)
}

/// The result of a request.
fn write<R: lsp::Request>(result: R::Result) -> Result<Option<Value>, Refused> {
    let refused = |error: serde_json::Error| Refused { code: ErrorCode::InternalError, message: error.to_string() };
    serde_json::to_value(result).map(Some).map_err(refused)
}

/// The parameters of a notification; none if they make no sense.
fn heard<N: lsp::Notification>(params: Value) -> Option<N::Params> {
    serde_json::from_value(params).ok()
}

/// All diagnostics of a file, as the answer to who asks for them.
fn report(items: Vec<Diagnostic>) -> Value {
    let report = DocumentDiagnosticReport::RelatedFullDocumentDiagnosticReport(RelatedFullDocumentDiagnosticReport {
        full_document_diagnostic_report: FullDocumentDiagnosticReport { result_id: None, items },
        ..RelatedFullDocumentDiagnosticReport::default()
    });
    serde_json::to_value(report).unwrap_or_default()
}
