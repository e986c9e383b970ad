"""The program called in this process: its commands on files, without the cost of a process each."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubectl_sharedip.cli.main import cli
from kubectl_sharedip.cli.reading import Reading, read
from kubectl_sharedip.cli.request import Request
from tests.command_line.schema import promised

_READS = ("events", "namespaces", "configurationstates", "servicelb-daemonsets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Exit status, and what went to stdout."""

    status: int
    text: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document that was asked for, held against the schema of its kind."""
        return promised(json.loads(self.text))


def ask(*words: str) -> Answer:
    """The answer to a command line. Raises what the program would report as an error."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        status = cli.main(list(words), prog_name="kubectl sharedip", standalone_mode=False)
    return Answer(status=int(status or 0), text=out.getvalue())


def ask_again(command: str) -> Answer:
    """The answer to a printed command, as a plan for machines."""
    kubectl, sharedip, *words = shlex.split(command)
    assert (kubectl, sharedip) == ("kubectl", "sharedip")
    return ask(*words, "--dry-run=client", "-o", "json")


def fix(file: Path, service: str, *, allow: Sequence[str] = (), share_with: str | None = None) -> Answer:
    """The plan for one Service of a file, named as namespace/name."""
    words = ["fix", service, "-f", str(file), "--dry-run=client", "-o", "json"]
    words += ["--allow", ",".join(allow)] if allow else []
    words += ["--share-with", share_with] if share_with else []
    return ask(*words)


def reading_of(file: Path) -> Reading:
    """What ``why`` reads from a file; of a snapshot each command takes what it would ask the cluster for."""
    return read(Request(files=(str(file),)), _READS)
