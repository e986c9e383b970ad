"""When MetalLB has finished a step, read off its log: sooner and surer than by waiting long.

Why it exists: a step's work takes some 15 ms, and a recording has more than ten thousand steps. Quiet
is when every look has ended, every repeat that MetalLB has announced has come, and then nothing
was logged nor written to the cluster for a quarter of a second.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.realcluster.cluster import RealCluster

QUIET_S = 0.25
_TIMEOUT_S = 8.0
_POLL_S = 0.01
_SEEN_S = 1.0  # on a busy machine MetalLB may learn of a step late; of some steps it learns nothing
# MetalLB's own lines, and controller-runtime's on a failed look, which is then repeated.
_TOKEN = re.compile(
    rb'"start reconcile":"(?P<start>[^"]*)"|"end reconcile":"(?P<end>[^"]*)"'
    rb'|"Reconciler error","controller":"service".*?"namespace":"(?P<ns>[^"]*)","name":"(?P<name>[^"]*)"'
    rb"|(?P<stuck>reload failed, retry)|(?P<free>config reloaded|failed to parse the con|did not change, ign)"
)


class NeverQuiet(Exception):
    """MetalLB goes on and on."""


class LogWatch:
    """Follows the log of one controller process."""

    def __init__(self, cluster: RealCluster) -> None:
        self._cluster = cluster
        self._log: Path = cluster.folder / "controller.log"
        self._offset = self._log.stat().st_size
        self._rest = b""
        self._begun = False
        self._running: set[bytes] = set()  # a set: of the first looks only the end may be seen
        self._owed: set[bytes] = set()
        self.stuck = False  # it tries pools again and again that would orphan an address (0.13)

    def forget(self) -> None:
        """The controller was started anew: its last words may be half a look."""
        self._offset = self._log.stat().st_size
        self._rest = b""
        self._running.clear()
        self._owed.clear()
        self.stuck = False

    def wait(self, quiet_s: float) -> None:
        """Wait for quiet after a step that MetalLB should take notice of. Raises NeverQuiet."""
        begun_by = time.monotonic() + _SEEN_S
        deadline = begun_by + _TIMEOUT_S
        written, since = "", time.monotonic()
        while True:
            time.sleep(_POLL_S)
            now = time.monotonic()
            if now > deadline:
                raise NeverQuiet
            if self._read() or self._running or self._owed:
                written, since = "", now
            elif not self._begun and now < begun_by:
                continue
            elif not written and now - since >= quiet_s / 2:
                written = self._written()
            elif written and now - since >= quiet_s:
                newest = self._written()
                if newest == written:
                    self._begun = False
                    return
                written, since = newest, now - quiet_s / 2

    def _written(self) -> str:
        """Changes with every write to the cluster: a list has the resourceVersion of the store."""
        answer = self._cluster.request("GET", "/api/v1/namespaces/default/services?limit=1")
        return str(answer["metadata"]["resourceVersion"])

    def _read(self) -> bool:
        """Whether there was anything new."""
        size = self._log.stat().st_size
        if size <= self._offset:
            return False
        with self._log.open("rb") as stream:
            stream.seek(self._offset)
            text = self._rest + stream.read(size - self._offset)
        self._offset = size
        whole, newline, self._rest = text.rpartition(b"\n")
        for found in _TOKEN.finditer(whole + newline):
            if found["start"] is not None:
                self._begun = True
                self._running.add(found["start"])
                self._owed.discard(found["start"].lstrip(b"/"))
            elif found["end"] is not None:
                self._running.discard(found["end"])
            elif found["name"] is not None:
                self._owed.add(found["ns"] + b"/" + found["name"])
            else:
                self.stuck = found["stuck"] is not None
        return True
