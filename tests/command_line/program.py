"""The real program as a process: what it prints, and with which status it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.command_line.schema import promised

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
COMMAND = (sys.executable, "-m", "kubectl_sharedip")
LONGEST_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A process that has ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on stdout, held against the schema of its kind."""
        return promised(json.loads(self.out))


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The program in a home of its own, with nobody's kubeconfig; its folder is ``home``."""

    home: Path
    env: Mapping[str, str]

    def __call__(self, *words: str, stdin: str = "", columns: int | None = None) -> Ended:
        """Runs one command line to its end."""
        env = {**self.env, **({"COLUMNS": str(columns)} if columns else {})}
        ended = subprocess.run(
            [*COMMAND, *words],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.home,
            env=env,
            timeout=LONGEST_S,
            check=False,
        )
        return Ended(status=ended.returncode, out=ended.stdout, err=ended.stderr)


def refused(ended: Ended, status: int, *said: str) -> None:
    """Asserts an error of cli.md: its status, one or two lines on stderr, and nothing else."""
    lines = ended.err.splitlines()
    assert ended.status == status, ended.err
    assert ended.out == ""
    assert 1 <= len(lines) <= 2, ended.err
    assert lines[0].startswith("error: ")
    assert "Traceback" not in ended.err
    for text in said:
        assert text in ended.err
