"""All targets tried, so many at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from kubectl_sharedip.cluster.side_by_side import side_by_side
from kubectl_sharedip.model.probing import Attempt, Target
from kubectl_sharedip.probe.dial import dial

#: A connection that is not answered is asked for again by the system after one second and after three.
USUAL_TIMEOUT_S = 4.0
USUAL_PARALLEL = 32


def sweep(targets: Sequence[Target], *, parallel: int, timeout_s: float) -> tuple[Attempt, ...]:
    """What came of each target, in their order. ``parallel`` (1 or more) are tried at a time."""
    return tuple(side_by_side([partial(dial, target, timeout_s) for target in targets], workers=parallel))


def longest_s(targets: Sequence[Target], *, parallel: int, timeout_s: float) -> float:
    """The most that a sweep can take, in seconds."""
    tried = [target for target in targets if target.means != "none"]
    rounds = -(-len(tried) // parallel)
    two_steps = any(target.means in ("tls", "http", "https") for target in tried)
    return rounds * timeout_s * (2 if two_steps else 1)
