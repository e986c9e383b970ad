"""What can go wrong with one request, and the requests of a command line that it can go wrong with."""

from __future__ import annotations

import contextlib
import io
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from kubectl_sharedip.cli import main
from tests.real.between import Between, Instead, Lost, Passing
from tests.realcluster.cluster import RealCluster

_HANGS_S = 4.0
REQUEST_TIMEOUT = "1s"  # what the program is told; a request that hangs is given up long before it ends


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """``act`` raises what the program gets, before the server has heard of the request or after.

    ``lasting`` is one that stays for every request from then on, as a token that has expired.
    """

    name: str
    act: Callable[[], None]
    when: Literal["before", "after"] = "before"
    lasting: bool = False


def _status(code: int, reason: str, **headers: str) -> Callable[[], None]:
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": code}
    said = json.dumps({**body, "reason": reason, "message": f"made to fail ({reason})"}).encode()

    def act() -> None:
        raise Instead(code, said, {name.replace("_", "-"): value for name, value in headers.items()})

    return act


def _lose() -> None:
    raise Lost


def _half() -> None:
    raise Instead(200, b'{"kind": "List", "apiVersion": "v1", "metadata": {}, "items": [', part=True)


def _web_page() -> None:
    raise Instead(200, b"<html><body>Welcome</body></html>", {"Content-Type": "text/html"})


def _hang() -> None:
    threading.Event().wait(_HANGS_S)
    raise Lost


EXPIRED = "401 for good"
FAULTS: tuple[Fault, ...] = (
    Fault(name=EXPIRED, act=_status(401, "Unauthorized"), lasting=True),
    Fault(name="403", act=_status(403, "Forbidden")),
    Fault(name="404", act=_status(404, "NotFound")),
    Fault(name="400", act=_status(400, "BadRequest")),
    Fault(name="409", act=_status(409, "Conflict")),
    Fault(name="410", act=_status(410, "Expired")),
    Fault(name="422", act=_status(422, "Invalid")),
    Fault(name="429 with Retry-After", act=_status(429, "TooManyRequests", Retry_After="1")),
    Fault(name="429 for good", act=_status(429, "TooManyRequests", Retry_After="0"), lasting=True),
    Fault(name="500", act=_status(500, "InternalError")),
    Fault(name="503", act=_status(503, "ServiceUnavailable")),
    Fault(name="reset, not heard", act=_lose),
    Fault(name="reset, heard", act=_lose, when="after"),
    Fault(name="half a body", act=_half),
    Fault(name="half a body, heard", act=_half, when="after"),
    Fault(name="a web page", act=_web_page),
    Fault(name="a hang", act=_hang),
    Fault(name="a hang, heard", act=_hang, when="after"),
)


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Asked:
    """A request of a command line: which, not in what order, since some go side by side.

    ``further`` says that it asks for a later page, ``watch`` that it waits for changes; ``number`` tells
    those that are alike apart, 0 or more.
    """

    path: str
    method: str
    further: bool
    watch: bool
    number: int

    def __str__(self) -> str:
        more = " (next page)" if self.further else " (watch)" if self.watch else ""
        return f"{self.method} {self.path}{more} #{self.number}"


class Numbering:
    """Gives every request its identity as it comes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str, bool, bool], int] = {}
        self._known: dict[int, Asked] = {}

    def __call__(self, passing: Passing) -> Asked:
        """Which request it is; the same one for the same passing."""
        with self._lock:
            if passing.number not in self._known:
                parts = urlsplit(passing.path)
                query = parse_qs(parts.query)
                kind = (parts.path, passing.method, "continue" in query, "watch" in query)
                number = self._counts.get(kind, 0)
                self._counts[kind] = number + 1
                path, method, further, watch = kind
                self._known[passing.number] = Asked(
                    path=path, method=method, further=further, watch=watch, number=number
                )
            return self._known[passing.number]


class Strike:
    """A fault at one of the requests that come through a proxy; without one it only numbers them.

    ``struck`` is set once it has come, ``lifted`` ends one that stays. A fault that hangs does so until
    ``hangs_until``, where that is given.
    """

    def __init__(
        self,
        at: Asked | None = None,
        fault: Fault | None = None,
        *,
        hangs_until: threading.Event | None = None,
    ) -> None:
        self.numbering = Numbering()
        self.struck, self.lifted = threading.Event(), threading.Event()
        self._at, self._fault, self._hangs_until = at, fault, hangs_until

    def before(self, passing: Passing) -> None:
        """Hook of the proxy."""
        self._strike(passing, "before")

    def after(self, passing: Passing) -> None:
        """Hook of the proxy."""
        self._strike(passing, "after")

    def _strike(self, passing: Passing, when: str) -> None:
        asked, fault = self.numbering(passing), self._fault
        if fault is None or fault.when != when or self.lifted.is_set():
            return
        if asked != self._at and not (fault.lasting and self.struck.is_set()):
            return
        self.struck.set()
        if fault.act is _hang and self._hangs_until is not None:
            self._hangs_until.wait()
            raise Lost
        fault.act()


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """How a command line ended, and every request that it made; ``struck``: the fault has come.

    ``answered`` are the statuses that the server itself gave, to those of ``asked`` that it got.
    """

    status: int
    out: str
    err: str
    asked: tuple[Asked, ...]
    answered: Mapping[Asked, int]
    struck: bool


def run(
    cluster: RealCluster,
    folder: Path,
    words: Sequence[str],
    *,
    at: Asked | None = None,
    fault: Fault | None = None,
) -> Done:
    """The command line in this process through a proxy, with a fault at one of its requests."""
    strike = Strike(at, fault)
    with Between(cluster, before=strike.before, after=strike.after) as between:
        kubeconfig = between.kubeconfig(folder / "faulty.kubeconfig")
        flags = ("--kubeconfig", str(kubeconfig), "--request-timeout", REQUEST_TIMEOUT)
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main._run([*words, *flags])
        out.seek(0)
        return done(strike, between, status=status, out=out.read(), err=err.getvalue())


def done(strike: Strike, between: Between, *, status: int, out: str, err: str) -> Done:
    """A run that has ended so, with what the proxy saw of it."""
    numbering = strike.numbering
    return Done(
        status=status,
        out=out,
        err=err,
        asked=tuple(sorted({numbering(one) for one in between.seen})),
        answered={
            numbering(one): between.answered[one.number]
            for one in between.seen
            if one.number in between.answered
        },
        struck=strike.struck.is_set(),
    )
