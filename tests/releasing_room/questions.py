"""The same questions put to several installations: files, a cluster, and what becomes of them in each form.

It exists so that installations are held against each other by whole answers, not by a word in them.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.releasing_room.released import ROOT

_CLASSIC = str(ROOT / "examples" / "classic-conflict")
_FILES: tuple[tuple[str, ...], ...] = (
    ("--help",),
    ("fix", "--help"),
    ("ls", "-f", _CLASSIC, "-o", "wide"),
    ("ls", "-f", _CLASSIC, "--query", "items[].services[].name"),
    ("why", "-f", _CLASSIC),
    ("check", "--offline", "-f", _CLASSIC),
    ("pools", "-f", _CLASSIC, "-o", "tree"),
    ("fix", "service-b", "-f", _CLASSIC, "--allow", "unpin", "-o", "yaml"),
    ("explain", "SIP205"),
    ("why", "-f", "/nowhere"),
)
# One process for all: a start costs more than an answer.
_ASK = """\
import contextlib, io, json, sys
from kubectl_sharedip.cli.main import _run
answers = []
for words in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = _run(words)
    answers.append([words, status, out.getvalue(), err.getvalue()])
json.dump(answers, sys.stdout)
"""

Answers = list[tuple[Sequence[str], int, str, str]]


def answers(python: Path, kubeconfig: str, home: Path) -> Answers:
    """Words, exit status, stdout and stderr of every question, as this Python's installation answers."""
    live = [("ls", "-A"), ("why", "dot"), ("fix", "dot", "--dry-run=server")]
    asked = [*_FILES, *((*words, "--kubeconfig", kubeconfig) for words in live)]
    done = subprocess.run(
        [str(python), "-I", "-c", _ASK],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        cwd=home,
        env={"HOME": str(home), "LANG": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    found: Answers = [(words, status, out, err) for words, status, out, err in json.loads(done.stdout)]
    return found
