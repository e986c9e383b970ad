"""What the program says at a terminal of 80 columns, run in this process from the top of the checkout."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

from kubectl_sharedip.cli.main import cli

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = "80"


def said(words: list[str], *, colour: bool = False) -> str:
    """The answer to ``kubectl sharedip`` with these words, without notes; with the colours of a terminal."""
    out = io.StringIO()
    os.environ["COLUMNS"] = COLUMNS
    os.chdir(ROOT)  # files are named as from the top of the checkout
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        given = [*words, *(("--color", "always") if colour else ())]
        cli.main(given, prog_name="kubectl sharedip", standalone_mode=False)
    return out.getvalue().rstrip("\n")
