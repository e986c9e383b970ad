"""Every recorded set: what ``check -f`` says beforehand is what a real cluster then did.

The recordings are made by scripts/record-checks; see CONTRIBUTING for when to make them anew.
"""

from __future__ import annotations

import json
import lzma
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.manifests, however pytest was started

from tests.manifests.play import Played
from tests.manifests.replay import disagreements, foretold
from tests.worlds.world import VERSIONS

RECORDINGS = Path(__file__).parent / "recordings"
_SETS = 30
_PROXIES = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "KUBECONFIG")


def _recorded(version: str) -> list[Played]:
    with lzma.open(RECORDINGS / f"{version}.jsonl.xz", "rt") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize("version", VERSIONS)
def test_check_foretells_what_the_manifests_did(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in _PROXIES:
        monkeypatch.delenv(name, raising=False)
    sets = _recorded(version)

    assert len(sets) >= _SETS
    found = [
        (played["seed"], text)
        for played in sets
        for text in disagreements(played, foretold(played, tmp_path))
    ]
    assert found == []


def test_the_sets_have_all_that_there_is_to_foretell() -> None:
    """Losses, moves, Services that stay out, pools: else an answer that never says so would pass, too."""
    sets = [played for version in VERSIONS for played in _recorded(version)]
    ends = [(played["before"], played["after"][-1]) for played in sets]

    lost = sum(1 for before, after in ends if any(had and not after.get(n) for n, had in before.items()))
    moved = sum(
        1
        for before, after in ends
        if any(had and after.get(name) and had != after[name] for name, had in before.items())
    )
    pending = sum(
        1 for before, after in ends for name, has in after.items() if name not in before and not has
    )
    pools = sum(1 for played in sets if any(one["kind"] == "IPAddressPool" for one in played["manifests"]))
    assert min(lost, moved, pending, pools) >= 8, (lost, moved, pending, pools)
