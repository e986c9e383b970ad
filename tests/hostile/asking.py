"""A command line on spoilt input, in this process, and what must never come of it."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass

from kubectl_sharedip.cli import main

#: Every command that reads files, in forms that say different things.
COMMANDS: tuple[tuple[str, ...], ...] = (
    *(
        ("ls",),
        ("ls", "-o", "json"),
        ("ls", "-o", "wide", "--show-labels", "--endpoints"),
        ("ls", "-o", "tree"),
    ),
    *(("ls", "-o", "csv"), ("ls", "-o", "markdown"), ("ls", "-o", "mermaid"), ("ls", "-o", "yaml")),
    *(("why",), ("why", "-o", "json"), ("why", "-o", "tree"), ("why", "--events", "--habits")),
    *(("check", "--offline"), ("check", "--offline", "-o", "json"), ("check", "--offline", "-o", "sarif")),
    *(("check", "--offline", "-o", "prometheus"), ("check", "--offline", "-o", "github")),
    *(("pools",), ("pools", "-o", "json"), ("pools", "--for", "443/TCP", "--key", "dns")),
    *(("fix", "--dry-run=client"), ("fix", "--dry-run=client", "-o", "json")),
    *(("fix", "--dry-run=client", "-o", "commands"), ("fix", "--dry-run=client", "-o", "diff")),
    *(("snapshot",), ("snapshot", "--redact")),
)
STATUSES = (0, 1, 2, 3)
_FAULT = "this is a fault of kubectl-sharedip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a command line ended."""

    status: int
    out: str
    err: str


def say(*words: str) -> Said:
    """The command line to its end. Raises AssertionError where it ends as no command line may."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main._run(list(words))
    out.seek(0)
    said = Said(status=status, out=out.read(), err=err.getvalue())
    assert status in STATUSES, (words, said)
    assert _FAULT not in said.err and "Traceback" not in said.err, (words, said.err)
    assert status != 3 or said.err, (words, "exit 3 without a word")
    return said
