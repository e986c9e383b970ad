"""``probe -w``: tries again and again, and prints what has changed.

The cluster is read again only when it has changed, and seldom: what is asked all the time are the
addresses. Where the API server goes away, that is said once, and what was read last is tried on.
"""

from __future__ import annotations

import json
import time
from datetime import datetime, timezone
from functools import partial
from typing import Any, NoReturn

from kubectl_sharedip.cli.output import (
    print_answer,
    print_document,
    say,
    wants_document,
    width,
)
from kubectl_sharedip.cli.probe import Sight, answer, look, show
from kubectl_sharedip.cli.probe_request import ProbeRequest
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cli.watching import tidy
from kubectl_sharedip.cluster.errand import Errand
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.render.probe import changes
from kubectl_sharedip.render.text import visible, wrap
from kubectl_sharedip.report.envelope import Document

_EVERY_S = 2.0
_READ_EVERY_S = 5.0
_WATCHED = ("services", "endpointslices")


class _Source:
    """What there is to try, read anew beside the attempts when the cluster has changed."""

    def __init__(self, request: Request, wanted: ProbeRequest) -> None:
        self._request, self._wanted = request, wanted
        self._changes = None
        if not request.files:
            from kubectl_sharedip.cluster.changes import Changes
            from kubectl_sharedip.cluster.connection import connect

            self._changes = Changes(connect(request.connection), _WATCHED)
        self.sight: Sight = look(request, wanted)
        self._read_at = time.monotonic()
        self._stale = False
        self._reading: Errand[Sight] | None = None
        self._trouble = ""

    def pause(self) -> None:
        """Waits for the next round; takes over what was read meanwhile, and has it read where that is due.

        Raises what keeps the cluster from being read, unless it is that the server is away.
        """
        if self._changes is None:
            time.sleep(_EVERY_S)
            return
        until = time.monotonic() + _EVERY_S
        while (left_s := until - time.monotonic()) > 0:
            self._stale = self._changes.wait(left_s, gather_s=0.0) or self._stale
        if self._reading is not None and self._reading.over:
            reading, self._reading = self._reading, None
            self._take(reading)
        due = (self._stale or self._changes.unwatched) and time.monotonic() - self._read_at >= _READ_EVERY_S
        if due and self._reading is None:
            self._stale = False
            # A server that does not answer takes its time to show it, and nobody should wait for that.
            self._reading = Errand(partial(look, self._request, self._wanted))

    def _take(self, reading: Errand[Sight]) -> None:
        self._read_at = time.monotonic()
        try:
            self.sight = reading.result()
        except ClusterError as error:
            self._stale = True  # so it is read as soon as that is possible
            if str(error) != self._trouble:
                what, *_ = str(error).splitlines()
                say([f"{_now()} {what}: what was read of the cluster before is tried on."])
            self._trouble = str(error)
            return
        if self._trouble:
            say([f"{_now()} The cluster is read again."])
        self._trouble = ""


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%H:%M:%SZ")


def watch(request: Request, wanted: ProbeRequest) -> NoReturn:
    """Shows the whole answer, and then every change of it, until it is interrupted.

    Raises FileError, ClusterError where there is no first answer.
    """
    source = _Source(request, wanted)
    told = answer(request, source.sight, wanted)
    show(request, wanted, source.sight, told)
    shown, answers = told.document, 0
    while True:
        answers += 1
        tidy(answers)
        source.pause()
        document = answer(request, source.sight, wanted).document
        if wants_document(request):
            if _lasting(document) != _lasting(shown):
                print_document(document, request, one_line=True)
                shown = document
            continue
        lines = changes(shown["items"], document["items"], _now())
        text = [part for line in lines for part in wrap(visible(line), width(), 2)]
        if text:
            print_answer("\n".join(text))
        shown = document


def _lasting(document: Document) -> str:
    """All that a document says, but for times."""
    source = {**document["source"], "takenAt": None}
    items: list[dict[str, Any]] = [{**item, "latency_ms": None} for item in document["items"]]
    return json.dumps({**document, "source": source, "items": items})
