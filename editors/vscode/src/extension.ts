// Starts `rulec lsp` and connects it to the editor. Everything that is known about code and rules is the server's.

import { commands, type ExtensionContext, window, workspace } from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions, TransportKind } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  context.subscriptions.push(
    commands.registerCommand("rulec.restart", restart),
    commands.registerCommand("rulec.showOutput", () => client?.outputChannel.show()),
    workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("rulec.path") || change.affectsConfiguration("rulec.arguments")) {
        await restart();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await stop();
}

async function restart(): Promise<void> {
  await stop();
  await start();
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  await running?.dispose();
}

async function start(): Promise<void> {
  const settings = workspace.getConfiguration("rulec");
  const command = settings.get<string>("path", "rulec");
  const serverOptions: ServerOptions = {
    command,
    args: ["lsp", ...settings.get<string[]>("arguments", [])],
    transport: TransportKind.stdio,
    // Displayed paths and relative ones start at the first folder, as on the command line.
    options: { cwd: workspace.workspaceFolders?.[0]?.uri.fsPath },
  };
  const clientOptions: LanguageClientOptions = {
    documentSelector: [
      { scheme: "file", language: "go" },
      { scheme: "file", language: "rulec" },
    ],
    // Findings are sent as soon as they are known, rather than when the editor asks.
    initializationOptions: { diagnostics: "push" },
  };
  const starting = new LanguageClient("rulec", "rulec", serverOptions, clientOptions);
  client = starting;
  try {
    await starting.start();
  } catch (error) {
    // Without the program, colours still work.
    const reason = error instanceof Error ? error.message : String(error);
    void window.showErrorMessage(`rulec cannot be started as \`${command}\`: ${reason}. Is the setting rulec.path right?`);
  }
}
