"""The commands of README and of the runbook, as they stand there, on a real API server with its MetalLB.

Each situation is made as its example is; its commands are typed one after the other. What is asked for
gets an address, nobody else loses one, and the way back ends where it began.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.pages_room.reading import README, RUNBOOK, Section, asks_no_cluster, sections
from tests.realcluster import examples
from tests.realcluster.cluster import RealCluster

_CONFLICT = "classic-conflict"
_SITUATIONS = [section for section in sections(RUNBOOK) if section.heading[0].isdigit()]
_FIRST = next(section for section in sections(RUNBOOK) if section.heading == "Always first")
_NAMED = ("why", "fix", "ls", "undo", "pools", "snapshot")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots are written where the commands are typed."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("situation", _SITUATIONS, ids=[section.heading for section in _SITUATIONS])
def test_a_situation_from_the_first_look_to_the_repair_and_back(
    cluster: RealCluster, situation: Section
) -> None:
    (example,) = set(re.findall(r"examples/([a-z-]+)", situation.text))
    examples.create(cluster, examples.manifests(example))
    before = cluster.addresses()
    (pending,) = (name for name, ips in before.items() if not ips)
    repaired = None
    for words in _live(situation):
        said = _typed(cluster, words)
        if words[0] == "why":
            assert f"{pending} is Pending" in said
        if words[0] == "fix" and "--yes" in words:
            cluster.settle()
            repaired = cluster.addresses()
            assert repaired[pending]
            assert {name: ips for name, ips in repaired.items() if name != pending} == {
                name: ips for name, ips in before.items() if name != pending
            }
        if words[0] == "ls":
            assert repaired is not None
            assert repaired[pending][0] in said
        if words[0] == "undo":
            cluster.settle()
            assert cluster.addresses() == before
    assert repaired is not None


def test_what_is_always_first_and_the_commands_of_readme(cluster: RealCluster, tmp_path: Path) -> None:
    examples.create(cluster, examples.manifests(_CONFLICT))
    before = cluster.addresses()
    for words in _live(_FIRST):
        assert "SIP206" in _typed(cluster, words) or words[0] == "snapshot"
    assert (tmp_path / "before.json.gz").exists()

    look, why, shown, fix, undo = (words for section in sections(README) for words in _live(section))

    assert "SIP206" in _typed(cluster, look)
    assert "SIP206" in _typed(cluster, why)
    assert "What comes of it" in _typed(cluster, shown)
    _done_once_it_is_said(cluster, fix)
    assert cluster.addresses()["default/service-b"]
    _done_once_it_is_said(cluster, undo)
    assert cluster.addresses() == before


def _done_once_it_is_said(cluster: RealCluster, words: list[str]) -> None:
    """Off a terminal a plan is shown and nothing is done; with --yes it is."""
    before = cluster.addresses()
    asked = cluster.kubectl("sharedip", *words, check=False)
    assert (asked.returncode, cluster.addresses()) == (1, before)
    _typed(cluster, [*words, "--yes"])
    cluster.settle()


def _live(section: Section) -> list[list[str]]:
    return [words for words in section.commands if not asks_no_cluster(words)]


def _typed(cluster: RealCluster, words: list[str]) -> str:
    assert words[0] in _NAMED
    done = cluster.kubectl("sharedip", *words, check=False)
    assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
