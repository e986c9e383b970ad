"""The program called in this process, with a lab to ask: its status and both outputs, without a process."""

from __future__ import annotations

import contextlib
import io

from kubectl_sharedip.cli import main
from tests.command_line.program import Ended


def ran(*words: str) -> Ended:
    """How ``kubectl sharedip`` with these words ends."""
    written, err = io.BytesIO(), io.StringIO()
    out = io.TextIOWrapper(written, encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main._run(list(words))
    out.flush()
    return Ended(status=status, out=written.getvalue().decode(), err=err.getvalue())
