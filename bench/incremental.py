#!/usr/bin/env python3
"""Runs over one module with and without what earlier runs have kept: how much they cost, and whether they say the same.

    bench/incremental.py RULEC MODULE [--edits N] [--seed S] [--record FILE] [-- ARGUMENT…]

RULEC is the binary, MODULE a folder with a Go module; it is copied, and the copy is changed. Prints one line for each kind of run:
without a cache, the first with one, one over unchanged files, and one after one file was changed in a way that others cannot see, in the
exported declarations of a package, and in the comment of a file. Processor seconds are those of the process (user and system), as
the operating system counts them. With --edits N, so many random edits follow, each with a run with and one without the cache,
whose outputs have to be equal. --record appends rows of comma-separated values. Exit status 1 if two outputs differ.
"""

import argparse
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def run(arguments, module, cache, extra):
    """Wall-clock and processor seconds of one run, and what it printed."""
    environment = dict(os.environ, RULEC_CACHE_DIR=str(cache))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    command = [arguments.rulec, "check", ".", "--format", "json", "--no-timings", "--quiet", "--undecided", "list"]
    done = subprocess.run(command + arguments.more + extra, cwd=module, env=environment, capture_output=True)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode > 1:
        sys.exit(f"status {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, done.stdout + done.stderr


def go_files(module):
    """The Go files of the module that runs look at, without tests, by size."""
    skipped = ("vendor", "testdata", "node_modules")
    files = [
        path
        for path in module.rglob("*.go")
        if not path.name.endswith("_test.go")
        and not any(part in skipped or part.startswith((".", "_")) for part in path.relative_to(module).parts)
    ]
    return sorted(files, key=lambda path: (path.stat().st_size, str(path)))


def edit_body(text):
    """The text with a statement more in its first function."""
    return re.sub(rb"(?m)^(func [^\n]*\{)$", rb"\1\n\tprintln()", text, count=1)


def edit_export(text):
    """The text with an exported function more."""
    return text + b"\n// Added is new.\nfunc Added(n int) int { return n }\n"


def edit_comment(text):
    """The text with a comment in front of it, so that all lines move."""
    return b"// A comment.\n\n" + text


def edit_at_random(text, chance):
    """The text with one of its lines, or a part of one, taken out, doubled or changed."""
    lines = text.split(b"\n")
    at = chance.randrange(len(lines))
    what = chance.randrange(6)
    if what == 0:
        del lines[at]
    elif what == 1:
        lines.insert(at, lines[at])
    elif what == 2:
        lines[at] = re.sub(rb"\b(nil|true|err|ctx|0|1)\b", lambda _: chance.choice([b"nil", b"false", b"err", b"2"]), lines[at])
    elif what == 3:
        return edit_body(text)
    elif what == 4:
        return edit_export(text)
    else:
        lines[at] = lines[at] + b" // changed"
    return b"\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("rulec")
    parser.add_argument("module", type=Path)
    parser.add_argument("--edits", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", type=Path)
    arguments, arguments.more = parser.parse_known_args()
    arguments.more = [argument for argument in arguments.more if argument != "--"]
    arguments.rulec = os.path.abspath(arguments.rulec)
    with tempfile.TemporaryDirectory() as folder:
        module, cache = Path(folder, "module"), Path(folder, "cache")
        shutil.copytree(arguments.module, module, symlinks=True)
        subprocess.run(["chmod", "-R", "u+w", str(module)], check=True)
        sys.exit(0 if measure(arguments, module, cache) and compare(arguments, module, cache) else 1)


def measure(arguments, module, cache):
    """Prints the cost of each kind of run. Whether their outputs are equal where they have to be."""
    files = go_files(module)
    middle = files[len(files) // 2]
    rows, same = [], True
    wall, cold, fresh = run(arguments, module, cache, ["--no-cache"])
    rows.append(("without a cache", wall, cold))
    for name, edit in [
        ("first with a cache", None),
        ("unchanged", None),
        ("body of one file", edit_body),
        ("unchanged again", None),
        ("exported function more", edit_export),
        ("lines moved", edit_comment),
    ]:
        if edit:
            middle.write_bytes(edit(middle.read_bytes()))
            fresh = run(arguments, module, cache, ["--no-cache"])[2]
        wall, cpu, output = run(arguments, module, cache, [])
        rows.append((name, wall, cpu))
        same &= output == fresh
        if output != fresh:
            print(f"{name}: the output differs")
    for name, wall, cpu in rows:
        print(f"{name:24} {wall:8.2f} s wall {cpu:8.2f} s cpu {100 * cpu / cold:6.1f} %")
    if arguments.record:
        with arguments.record.open("a") as record:
            for name, wall, cpu in rows:
                record.write(f"{arguments.module.name},{name},{wall:.2f},{cpu:.2f},{100 * cpu / cold:.1f}\n")
    return same


def compare(arguments, module, cache):
    """Random edits: whether runs with and without the cache say the same after each."""
    chance, files, same = random.Random(arguments.seed), go_files(module), True
    for number in range(arguments.edits):
        path = chance.choice(files)
        path.write_bytes(edit_at_random(path.read_bytes(), chance))
        kept, fresh = (run(arguments, module, cache, extra)[2] for extra in ([], ["--no-cache"]))
        if kept != fresh:
            print(f"edit {number} of {path.relative_to(module)}: the output differs")
            same = False
    if arguments.edits:
        print(f"{arguments.edits} random edits: {'the same each time' if same else 'DIFFERENT'}")
    return same


if __name__ == "__main__":
    main()
