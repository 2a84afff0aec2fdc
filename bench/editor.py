#!/usr/bin/env python3
"""Measures the language server: how long after a change of a Go file its findings come.

    bench/editor.py RULEC FILE.go [CHANGES]

The file is opened as an editor does, and CHANGES times (40 if not given) a statement is typed into a function in its middle, letter
by letter. For each letter the time from sending `didChange` to receiving `publishDiagnostics` of that version is taken. What
is printed is one line of CSV, for bench/records: the file, its lines, seconds from opening it to its findings with an empty cache, how many
these are, and the median, the 95th percentile and the most of the times, in ms.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import queue
import time


class Client:
    """A client of the server, over its standard streams."""

    def __init__(self, rulec, root, cache):
        environment = {**os.environ, "RULEC_CACHE_DIR": cache}
        self.process = subprocess.Popen(
            [rulec, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root, env=environment
        )
        self.messages = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.send({"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": "file://" + root, "capabilities": {}}})
        self.wait(lambda message: message.get("id") == 1)
        self.tell("initialized", {})

    def read(self):
        output = self.process.stdout
        while True:
            length = 0
            while (line := output.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not length:
                self.messages.put((time.perf_counter(), None))
                return
            body = output.read(length)
            self.messages.put((time.perf_counter(), json.loads(body)))

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def wait(self, is_meant):
        """The time at which the first message came of which this holds, and the message."""
        while True:
            at, message = self.messages.get(timeout=600)
            if message is None:
                raise SystemExit("the server ended")
            if is_meant(message):
                return at, message

    def diagnostics(self, version):
        def is_meant(message):
            return (
                message.get("method") == "textDocument/publishDiagnostics"
                and message["params"].get("version") == version
            )

        at, message = self.wait(is_meant)
        return at, message["params"]["diagnostics"]


def middle(lines):
    """A line in the middle of the file behind the opening of a function's body."""
    half = len(lines) // 2
    return next(number for number in range(half, len(lines)) if re.match(r"func .*\{$", lines[number])) + 1


def main():
    rulec, path = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    changes = int(sys.argv[3]) if len(sys.argv) > 3 else 40
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = text.split("\n")
    root, uri = os.path.dirname(path), "file://" + path
    with tempfile.TemporaryDirectory() as cache:
        client = Client(rulec, root, cache)
        start = time.perf_counter()
        client.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "go", "version": 0, "text": text}})
        opened, found = client.diagnostics(0)
        place = {"line": middle(lines), "character": 0}
        typed = '_ = len("typed") + 1\n'
        times = []
        for version in range(1, changes + 1):
            letter = typed[(version - 1) % len(typed)]
            sent = time.perf_counter()
            change = {"range": {"start": place, "end": place}, "text": letter}
            client.tell(
                "textDocument/didChange",
                {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]},
            )
            answered, _ = client.diagnostics(version)
            times.append((answered - sent) * 1000)
            place = {"line": place["line"] + 1, "character": 0} if letter == "\n" else {
                "line": place["line"], "character": place["character"] + 1,
            }
            # As fast as people type.
            time.sleep(0.12)
        client.process.kill()
    times.sort()
    name = os.path.join(os.path.basename(root), os.path.basename(path))
    median, most = statistics.median(times), times[-1]
    nearly_all = times[int(len(times) * 0.95) - 1]
    print(f"{name},{len(lines)},{opened - start:.1f},{len(found)},{median:.1f},{nearly_all:.1f},{most:.1f}")


if __name__ == "__main__":
    main()
