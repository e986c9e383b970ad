"""The program called in this process, with a lab to ask: its status and both outputs, without a process."""

from __future__ import annotations

import contextlib
import io

from kubectl_sharedip.cli import main
from tests.command_line.program import Ended


def ran(*words: str) -> Ended:
    """How ``kubectl sharedip`` with these words ends."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main._run(list(words))
    return Ended(status=status, out=out.getvalue(), err=err.getvalue())
