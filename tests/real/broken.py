"""One cluster that is broken in one way, kept for everything that is asked and done of it.

It exists because to break a cluster costs more than to ask about it: whoever has put it back as it was
leaves it to the next, and whoever has not says so. Refuses to guess which of the two it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.real.asking import Json
from tests.real.causes import Cause, Expected
from tests.real.making import Making
from tests.real.offers import diagnosis
from tests.realcluster.cluster import RealCluster


class Broken:
    """The cluster of ``cause`` on ``version``; ``making`` knows what MetalLB said in the last step."""

    def __init__(self, clean: Callable[[], RealCluster], version: str, cause: Cause) -> None:
        """``clean`` gives a running cluster with nothing in it, each time that it is called."""
        self._clean = clean
        self.version = version
        self.cause = cause
        self.expected: Expected = cause.expected_on(version)
        self._made_at_s: float | None = None
        self._said: Json | None = None
        self.cluster, self.making = self._made()

    def ready(self) -> RealCluster:
        """The cluster, made anew where it was spoilt, once nothing has happened for long enough."""
        if self._made_at_s is None:
            self.cluster, self.making = self._made()
        assert self._made_at_s is not None
        time.sleep(max(0.0, self._made_at_s + self.expected.after_s - time.monotonic()))
        return self.cluster

    def diagnosed(self) -> Json:
        """What ``why`` says of the Service, asked once of each cluster that is made."""
        cluster = self.ready()
        if self._said is None:
            (self._said,) = diagnosis(cluster, self.cause.service)
        return self._said

    def spoil(self) -> None:
        """It is no longer as it was made."""
        self._made_at_s = None

    def as_made(self) -> None:
        """It is again as it was made, a moment ago."""
        self._made_at_s = time.monotonic()

    def _made(self) -> tuple[RealCluster, Making]:
        cluster = self._clean()
        making = Making(cluster, self.cause.service, rests=not self.expected.flaps)
        making.play(self.cause.steps_on(self.version))
        self._made_at_s, self._said = time.monotonic(), None
        return cluster, making
