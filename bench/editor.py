#!/usr/bin/env python3
"""Measures the language server: how long after a change of a Go file its findings come.

    bench/editor.py RULEC FILE.go [CHANGES]

The file is opened as an editor does, and CHANGES times (40 if not given) a statement is typed into a function in its middle, letter
by letter. For each letter the time from sending `didChange` to receiving `publishDiagnostics` of that version is taken: the findings in
the function are those of the new text then, those elsewhere may be those of a moment before. How long all of the file takes is seen
from a comment that is put there and taken away, half as many times: that a suppression is unused is known when everything was looked at.

What is printed is one line of CSV, for bench/records: the file, its lines, seconds from opening it to its findings with an empty cache, how
many these are, the median, the 95th percentile and the most of the first times, and the median and the 95th percentile of the second
ones, in ms.
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


# Between two letters, in seconds: as fast as people type.
PAUSE_S = 0.12


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

    def diagnostics(self, version, code=None):
        """The first diagnostics of a version; with a code, the first that have one with this code."""

        def is_meant(message):
            return (
                message.get("method") == "textDocument/publishDiagnostics"
                and message["params"].get("version") == version
                and (code is None or any(one.get("code") == code for one in message["params"]["diagnostics"]))
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
            time.sleep(PAUSE_S)
        # What was typed last may be no Go, of which nobody can say that a suppression is unused.
        back = {"textDocument": {"uri": uri, "version": changes + 1}, "contentChanges": [{"text": text}]}
        client.tell("textDocument/didChange", back)
        client.diagnostics(changes + 1)
        whole = all_of_the_file(client, uri, changes + 1, middle(lines), changes // 2)
        client.process.kill()
    name = os.path.join(os.path.basename(root), os.path.basename(path))
    first = f"{statistics.median(times):.1f},{nearly_all(times):.1f},{max(times):.1f}"
    second = f"{statistics.median(whole):.1f},{nearly_all(whole):.1f}"
    print(f"{name},{len(lines)},{opened - start:.1f},{len(found)},{first},{second}")


def all_of_the_file(client, uri, version, line, rounds):
    """The times from a change to what is known of the whole file with it, in ms."""
    times = []
    start, end = {"line": line, "character": 0}, {"line": line + 1, "character": 0}
    for _ in range(rounds):
        for place, text in ((start, "//rulec:ignore printf\n"), (end, "")):
            version += 1
            sent = time.perf_counter()
            change = {"range": {"start": start, "end": place}, "text": text}
            client.tell(
                "textDocument/didChange",
                {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]},
            )
            answered, _ = client.diagnostics(version, "rulec.suppression.unused" if text else None)
            if text:
                times.append((answered - sent) * 1000)
            time.sleep(PAUSE_S)
    return times


def nearly_all(times):
    return sorted(times)[int(len(times) * 0.95) - 1]


if __name__ == "__main__":
    main()
