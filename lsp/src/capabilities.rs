//! What the server offers, and what it has to know of the client.

use crate::rules::{RUN_EXAMPLES, TOKEN_TYPES};
use crate::text::Encoding;
use gen_lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProvider, CodeLensOptions, CompletionOptions,
    DefinitionProvider, DiagnosticOptions, DiagnosticProvider, DocumentFormattingProvider, DocumentSymbolProvider,
    ExecuteCommandOptions, FoldingRangeProvider, Full, HoverProvider, InitializeParams, InlayHintProvider,
    ReferencesProvider, RenameOptions, RenameProvider, Save, SemanticTokensLegend, SemanticTokensOptions,
    SemanticTokensProvider, ServerCapabilities, TextDocumentSync, TextDocumentSyncKind, TextDocumentSyncOptions,
};
use serde_json::Value;

/// What the client can do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    pub(crate) encoding: Encoding,
    /// It asks for diagnostics, and can be told to ask again. Otherwise they are sent.
    pub(crate) pulls: bool,
    /// It watches files if it is told which.
    pub(crate) watches: bool,
    /// It can be told to ask for inlay hints again.
    pub(crate) refreshes_hints: bool,
}

impl Client {
    pub(crate) fn of(params: &InitializeParams) -> Client {
        let capabilities = &params.capabilities;
        let offered = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        // Extensions can ask for diagnostics as soon as they are known, whatever their client could do.
        let wants_push = params.initialization_options.as_ref().and_then(|options| options.get("diagnostics"));
        Client {
            encoding: Encoding::of(offered.unwrap_or_default()),
            pulls: can_pull(capabilities) && wants_push != Some(&Value::String("push".to_owned())),
            watches: has(capabilities, &["workspace", "didChangeWatchedFiles", "dynamicRegistration"]),
            refreshes_hints: has(capabilities, &["workspace", "inlayHint", "refreshSupport"]),
        }
    }
}

fn can_pull(capabilities: &ClientCapabilities) -> bool {
    let asks = capabilities.text_document.as_ref().is_some_and(|text| text.diagnostic.is_some());
    asks && (has(capabilities, &["workspace", "diagnostics", "refreshSupport"])
        || has(capabilities, &["workspace", "diagnostic", "refreshSupport"]))
}

/// Whether a capability is there and true.
fn has(capabilities: &ClientCapabilities, path: &[&str]) -> bool {
    let value = serde_json::to_value(capabilities).unwrap_or_default();
    path.iter().try_fold(&value, |value, key| value.get(key)) == Some(&Value::Bool(true))
}

/// What the server can do for a client.
pub(crate) fn server(client: Client) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(client.encoding.kind()),
        text_document_sync: Some(TextDocumentSync::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Incremental),
            save: Some(Save::Bool(true)),
            ..TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(["$", "@", ".", "\"", "/"].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProvider::Bool(true)),
        definition_provider: Some(DefinitionProvider::Bool(true)),
        references_provider: Some(ReferencesProvider::Bool(true)),
        document_symbol_provider: Some(DocumentSymbolProvider::Bool(true)),
        code_action_provider: Some(CodeActionProvider::CodeActionOptions(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QuickFix, CodeActionKind::SourceFixAll]),
            ..CodeActionOptions::default()
        })),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false), ..CodeLensOptions::default() }),
        document_formatting_provider: Some(DocumentFormattingProvider::Bool(true)),
        rename_provider: Some(RenameProvider::RenameOptions(RenameOptions {
            prepare_provider: Some(true),
            ..RenameOptions::default()
        })),
        folding_range_provider: Some(FoldingRangeProvider::Bool(true)),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![RUN_EXAMPLES.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        semantic_tokens_provider: Some(SemanticTokensProvider::SemanticTokensOptions(SemanticTokensOptions {
            legend: SemanticTokensLegend {
                token_types: TOKEN_TYPES.iter().map(|name| (*name).to_owned()).collect(),
                token_modifiers: Vec::new(),
            },
            full: Some(Full::Bool(true)),
            ..SemanticTokensOptions::default()
        })),
        inlay_hint_provider: Some(InlayHintProvider::Bool(true)),
        diagnostic_provider: client.pulls.then(|| {
            DiagnosticProvider::DiagnosticOptions(DiagnosticOptions {
                identifier: Some("rulec".to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: false,
                ..DiagnosticOptions::default()
            })
        }),
        ..ServerCapabilities::default()
    }
}
