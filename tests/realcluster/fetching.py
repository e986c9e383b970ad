"""Commands that fetch or unpack a part: what they said stands in the error, and nowhere else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .parts import PartMissing

_LINES_SHOWN = 10


def run(command: Sequence[str], folder: Path, **environment: str) -> None:
    """Runs it in the folder, with these variables on top. Raises PartMissing with its last lines."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-_LINES_SHOWN:])
        raise PartMissing(f"{Path(command[0]).name} failed:\n{tail}")
