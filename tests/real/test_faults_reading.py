"""Every request of every command that reads, and everything that can go wrong with it, on a real server.

What comes is the right answer, one that says what it could not see, or exit 3 with a clear line: never a
partial answer that looks whole. SHAREDIP_FAULTS=all plays every combination; else some are drawn, by a
seed that is printed (SHAREDIP_FAULTS_SEED plays it again).
"""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest

from tests.real.crash_town import SHARED, CrashTown, service
from tests.real.faults import FAULTS, Asked, Done, Fault, run

_ALL = os.environ.get("SHAREDIP_FAULTS") == "all"
_SEED = int(os.environ.get("SHAREDIP_FAULTS_SEED") or random.SystemRandom().randrange(10**6))
_DRAWN = 14  # for each command
_SERVER = re.compile(r"http://127\.0\.0\.1:\d+")
_PAGES = ("--chunk-size", "3")
_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("ls", "-A", *_PAGES),
    ("ls", "-A", "--endpoints"),
    ("why", "-n", "default", *_PAGES),
    ("why", "home", "plain", "-n", "default"),
    ("check", "-A"),
    ("check", "-n", "default", "-f", "MANIFEST"),
    ("pools", *_PAGES),
    ("snapshot",),
    ("fix", "one", "-n", "default", "--allow", "others", "--dry-run=client"),
    ("fix", "one", "-n", "default", "--allow", "others", "--dry-run=server"),
)


@pytest.mark.parametrize("words", _COMMANDS, ids=" ".join)
def test_whatever_goes_wrong_no_part_looks_whole(
    town: CrashTown, tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    town.begin(2)
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(service("home", 9, loadBalancerIP=SHARED)))
    words = tuple(str(manifest) if word == "MANIFEST" else word for word in (*words, "-o", "json"))
    whole = run(town.cluster, tmp_path, words)
    assert whole.status in (0, 1) and whole.asked, whole.err
    pairs = [(asked, fault) for asked in whole.asked for fault in FAULTS]
    drawn = pairs if _ALL else random.Random(f"{_SEED} {words}").sample(pairs, min(_DRAWN, len(pairs)))
    versions = town.versions()
    ends: dict[str, int] = {}
    for asked, fault in drawn:
        done = run(town.cluster, tmp_path, words, at=asked, fault=fault)
        end = _end(whole, done, asked, fault)
        ends[end] = ends.get(end, 0) + 1
    assert town.versions() == versions
    with capsys.disabled():
        figures = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
        print(f"\n  {' '.join(words[:2])}, seed {_SEED}: {len(drawn)} of {len(pairs)} faults: {figures}")


def _end(whole: Done, done: Done, asked: Asked, fault: Fault) -> str:
    about = f"{fault.name} at {asked}: exit {done.status}\n{done.err}\n{done.out[:2000]}"
    assert "Traceback" not in done.err and "this is a fault" not in done.err, about
    if not done.struck:
        return "not met"
    if done.status == 3:
        errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1 and done.out == "", about
        return "refused"
    assert done.status in (0, 1), about
    document, before = _document(done), _document(whole)
    if _said(document) == _said(before):
        return "right all the same"
    more = [gap for gap in document["source"]["notRead"] if gap not in before["source"]["notRead"]]
    nameless = _uid(document) is None and _uid(before) is not None
    assert more or nameless or _notes(document) - _notes(before), f"a part that looks whole: {about}"
    return "said what is missing"


def _document(done: Done) -> dict[str, Any]:
    """The answer as if the proxy had listened at one and the same port."""
    found: dict[str, Any] = json.loads(_SERVER.sub("http://proxy", done.out))
    return found


def _uid(document: dict[str, Any]) -> str | None:
    """What the answer calls the cluster, where it does: null says that this is not known."""
    uid: str | None = document.get("cluster", {}).get("uid", document.get("clusterUID"))
    return uid


def _notes(document: dict[str, Any]) -> set[str]:
    return {note["message"] for note in document["notes"]}


def _said(document: dict[str, Any]) -> dict[str, Any]:
    """The answer without when it was made."""
    return {**document, "source": {**document["source"], "takenAt": None}, "id": None}
