"""Every request of ``probe`` and everything that can go wrong with it; only loopback is tried.

As with the other commands that read: the right answer, one that says what it could not see, or exit 3.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.command_line.probed import HERE, advertisement, node
from tests.probe_room.listeners import closed, listening
from tests.real.drawing import ALL, PARTS, Tally, dealt, drawn, pairs_of
from tests.real.faults import Asked, Fault, run
from tests.real.telling import Tell
from tests.real.test_faults_reading import end_of
from tests.real.test_probe import SHORT, endpoints, pool, service
from tests.realcluster import examples
from tests.realcluster.cluster import RealCluster

_DRAWN = 6
_COMMANDS = (("probe", "-A", *SHORT), ("probe", "web", "-n", "default", *SHORT))


@pytest.fixture
def probed(cluster: RealCluster) -> Iterator[RealCluster]:
    """A cluster whose pool is one address of loopback, on which one port answers and one does not."""
    with ExitStack() as up:
        web, gone = up.enter_context(listening(host=HERE)), up.enter_context(closed(HERE))
        examples.create(cluster, [pool(), service("web", web), service("api", gone)])
        for body in (
            endpoints("web", True),
            endpoints("api", True, False),
            node("127.0.0.77"),
            advertisement("L2Advertisement"),
        ):
            cluster.apply(json.dumps(body))
        assert set(map(tuple, cluster.addresses().values())) == {(HERE,)}
        cluster.settle()
        yield cluster


@pytest.mark.parametrize("part", PARTS)
def test_a_probe_that_meets_a_fault(probed: RealCluster, tmp_path: Path, part: int, tell: Tell) -> None:
    for words in _COMMANDS:
        tally = _played(probed, tmp_path, words, part)
        tell.faults(tally)
        tally.check()


def _played(cluster: RealCluster, folder: Path, words: tuple[str, ...], part: int) -> Tally:
    """What came of one command's share of faults."""
    said = (*words, "-o", "json")
    whole = run(cluster, folder, said)
    assert whole.status in (0, 1) and whole.asked, whole.err
    pairs = pairs_of(whole)
    tally = Tally(command=" ".join(words), possible=len(pairs))

    def play(asked: Asked, fault: Fault) -> str:
        return end_of(whole, run(cluster, folder, said, at=asked, fault=fault), asked, fault)

    for pair in dealt(pairs, part) if ALL else drawn(pairs, str(words), _DRAWN):
        tally.play(pair, play)
    return tally
