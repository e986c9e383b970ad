"""What goes wrong between this program and an API server, in kubectl's words.

One type for all of it, because whoever catches it asks the same three things: what, where, what
to do. It refuses to carry a credential: nothing of a request's headers comes near it.
"""

from __future__ import annotations

from typing import Literal

ErrorKind = Literal[
    "unreachable",
    "unauthorized",
    "forbidden",
    "conflict",
    "not-found",
    "timeout",
    "kubeconfig",
    "invalid",
    "server",
]

_LONGEST_LINE = 600  # an admission webhook may answer with a page


class ClusterError(Exception):
    """The cluster could not be asked, or refused.

    ``what`` is the problem, ``where`` the context, server or object, ``todo`` how to go on; each is
    one line. ``status`` is the HTTP status, None where no answer came. ``kind`` says what a caller
    may do about it: ``conflict`` is worth reading again, ``forbidden`` is worth doing without.
    """

    def __init__(
        self, *, what: str, where: str = "", todo: str = "", kind: ErrorKind, status: int | None = None
    ) -> None:
        self.what = one_line(what)
        self.where = one_line(where)
        self.todo = one_line(todo)
        self.kind: ErrorKind = kind
        self.status = status
        super().__init__(self.what, self.where, self.todo)

    def __str__(self) -> str:
        second = ": ".join(part for part in (self.where, self.todo) if part)
        return f"{self.what}\n{second}" if second else self.what


def one_line(text: str) -> str:
    """``text`` with every run of white space as one blank, cut at some hundreds of characters."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
