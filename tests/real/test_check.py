"""check -f on clusters that nobody has recorded: what it says, and what happens when it is applied.

SHAREDIP_MANIFESTS_SEED plays the sets of an earlier run again.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line.schema import broken_promises
from tests.manifests.generate import generate
from tests.manifests.play import Player, Unfit
from tests.manifests.replay import asked, disagreements
from tests.real.conftest import Clusters
from tests.realcluster.api import Json
from tests.realcluster.cluster import RealCluster
from tests.worlds.world import VERSIONS

_SETS = 3  # of each version
_MOST_TRIES = 12


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_foretold_happens(
    version: str, clusters: Clusters, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = int(os.environ.get("SHAREDIP_MANIFESTS_SEED") or 1_000_000 + secrets.randbelow(1_000_000_000))
    with capsys.disabled():
        print(f"\nfresh manifests: SHAREDIP_MANIFESTS_SEED={first}")
    cluster = clusters.clean(version)
    player = Player(cluster)
    file = tmp_path / "manifests.json"
    played_sets, found = 0, []
    for seed in range(first, first + _MOST_TRIES):
        reports: list[dict[str, Any]] = []

        def ask(manifests: list[Json], reports: list[dict[str, Any]] = reports) -> None:
            file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests}))
            reports.append(asked(str(cluster.kubeconfig), "-f", str(file)))

        try:
            played = player.play(generate(version, seed), ask)
        except Unfit:
            continue
        played_sets += 1
        found += [f"{version} {seed}: {text}" for text in disagreements(played, reports[0])]
        found += [f"{version} {seed}: {text}" for text in _unlike_live(cluster)]
        if played_sets == _SETS:
            break
    assert played_sets == _SETS
    assert found == []


def _unlike_live(cluster: RealCluster) -> Iterator[str]:
    """Where ``check`` of the cluster as it is says otherwise than kubectl shows."""
    document = asked(str(cluster.kubeconfig), "-A")
    yield from broken_promises(document)
    shown = cluster.addresses()
    told = {f"{i['namespace']}/{i['name']}": i for i in document["items"] if i["kind"] == "Service"}
    if told.keys() != shown.keys():
        yield f"told of {sorted(told)}, there are {sorted(shown)}"
        return
    for name, addresses in shown.items():
        predicted, codes = told[name]["predicted"], {one["code"] for one in told[name]["findings"]}
        expected = {
            "state": "Assigned" if addresses else "Pending",
            "addresses": [addresses] if addresses else [],
        }
        if predicted != expected and "SIP504" not in codes:
            yield f"{name} is {predicted}, and has {addresses}"
        if (
            not addresses
            and not any(one["decisive"] for one in told[name]["findings"])
            and not _in_flight(document)
        ):
            yield f"{name} is Pending, and nothing decides"


def _in_flight(document: dict[str, Any]) -> bool:
    return any(note["code"] == "SIP904" for note in document["notes"])
