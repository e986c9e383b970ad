"""check -f on clusters that nobody has recorded: what it says, and what happens when it is applied.

SHAREDIP_MANIFESTS_SEED plays the sets of an earlier run again.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

import pytest

from tests.manifests.generate import generate
from tests.manifests.play import Player, Unfit
from tests.manifests.replay import asked, disagreements
from tests.real.conftest import Clusters
from tests.realcluster.api import Json
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
            reports.append(asked(file, str(cluster.kubeconfig)))

        try:
            played = player.play(generate(version, seed), ask)
        except Unfit:
            continue
        played_sets += 1
        found += [f"{version} {seed}: {text}" for text in disagreements(played, reports[0])]
        if played_sets == _SETS:
            break
    assert played_sets == _SETS
    assert found == []
