"""``ls -w`` while the cluster changes fifty times a second and its connections are cut every 20 s.

At rest its last screen is what a fresh ``ls`` says, as a table and as documents, and it has not grown.
SHAREDIP_SOAK_S is how long it goes on (120 s), SHAREDIP_SOAK_SEED draws an earlier run's changes again.
"""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path

from tests.command_line.schema import promised
from tests.real.relay import Relay
from tests.real.running import Running
from tests.real.screen import Screen, median, rows, without_time
from tests.real.soaking import Soak
from tests.real.telling import Tell
from tests.realcluster.cluster import RealCluster
from tests.realcluster.processes import wait_until

_SEED = int(os.environ.get("SHAREDIP_SOAK_SEED") or random.SystemRandom().randrange(10**6))
_LASTS_S = int(os.environ.get("SHAREDIP_SOAK_S") or 120)
_CHANGES_A_SECOND = 50
_CUT_EVERY_S = 20.0
_SAMPLED_EVERY_S = 0.5
_AT_REST_WITHIN_S = 60.0
_STILL_S = 2.0
# Over half of a long run: one that left some 5 kB behind at each answer grew by 2.3 and 2.5 MB, one that
# gives them back by 0.6 and 1.1 MB, perhaps since caches of texts fill.
_GROWS_AT_MOST_MB = 2.0


def test_ls_that_goes_on(cluster: RealCluster, program: Path, tmp_path: Path, tell: Tell) -> None:
    total = _LASTS_S * _CHANGES_A_SECOND
    memory: dict[str, list[float]] = {"table": [], "documents": []}
    with Relay(cluster) as relay:
        config = str(relay.kubeconfig(tmp_path / "config"))
        words = ("ls", "-A", "--kubeconfig", config)
        table = Screen(program, tmp_path / "table", *words, "-w", "-o", "wide")
        documents = Screen(program, tmp_path / "documents", *words, "-w", "-o", "json")
        with table, documents:
            dropped = cuts = 0
            begun = time.monotonic()
            with Soak(cluster, _SEED, total=total, rate=_CHANGES_A_SECOND) as soak:
                while not soak.wait(_SAMPLED_EVERY_S):
                    memory["table"].append(table.memory_mb())
                    memory["documents"].append(documents.memory_mb())
                    if time.monotonic() - begun > (cuts + 1) * _CUT_EVERY_S:
                        # A far end closes, knows nothing of it, or is gone in the middle of an event.
                        way = cuts % 3
                        dropped += relay.cut(reset=way == 1, within_bytes=700 if way == 2 else 0)
                        cuts += 1
            took_s = time.monotonic() - begun
            cluster.settle(_AT_REST_WITHIN_S)

            def fresh(form: str) -> str:
                with Running(program, [*words, "-o", form]) as running:
                    ended = running.ended()
                assert ended.status == 0, ended.err
                return ended.out

            document = without_time(promised(json.loads(fresh("json"))))
            wait_until(
                lambda: without_time(documents.document) == document,
                _AT_REST_WITHIN_S,
                "the last document to be that of a fresh ls",
            )
            relay.wait_still(_STILL_S, _AT_REST_WITHIN_S)
            shown = rows(table.printed)
            assert shown == rows(fresh("wide"))
            said = table.said + documents.said
    quarters = {name: _quarters(samples) for name, samples in memory.items()}
    made = ", ".join(f"{number} {what}" for what, number in sorted(soak.made.items()))
    tell(
        f"soak, seed {_SEED}: {soak.made.total()} changes in {took_s:.0f} s ({made});"
        f" {cuts} cuts dropped {dropped} connections; {len(shown)} rows at rest, as a fresh ls;"
        f" {len(documents.printed.splitlines())} documents, {said.count('error: ')} errors said;"
        + ";".join(
            f" memory of {name} {second:.1f} MB in the second quarter, {last:.1f} MB in the last"
            for name, (second, last) in quarters.items()
        )
    )
    assert soak.made.total() == total and dropped > cuts > 0
    assert "Traceback" not in said and "this is a fault" not in said, said
    for name, (second, last) in quarters.items():
        assert last - second <= _GROWS_AT_MOST_MB, (name, memory[name])


def _quarters(samples: list[float]) -> tuple[float, float]:
    """The medians of the second quarter, when all is warm, and of the last, in MB."""
    quarter = len(samples) // 4
    return median(samples[quarter : 2 * quarter]), median(samples[-quarter:])
