"""Every request of every command that reads, and everything that can go wrong with it, on a real server.

What comes is the right answer, one that says what it could not see, or exit 3 with a clear line: never a
partial answer that looks whole. SHAREDIP_FAULTS=all plays every combination; else some are drawn, by a
seed that is printed (SHAREDIP_FAULTS_SEED plays it again).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kubectl_sharedip.cluster.resources import RESOURCES
from tests.real.crash_town import SHARED, CrashTown, service
from tests.real.drawing import ALL, PARTS, Tally, dealt, drawn, pairs_of
from tests.real.faults import Asked, Done, Fault, run
from tests.real.telling import Tell

_DRAWN = 10  # for each command
_SERVER = re.compile(r"http://127\.0\.0\.1:\d+")
_PLURALS = {row.plural for row in RESOURCES.values()}
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
    ("version",),
    ("fix", "one", "-n", "default", "--allow", "others", "--dry-run=client"),
    ("fix", "one", "-n", "default", "--allow", "others", "--dry-run=server"),
)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("words", _COMMANDS, ids=" ".join)
def test_whatever_goes_wrong_no_part_looks_whole(
    town: CrashTown, tmp_path: Path, words: tuple[str, ...], part: int, tell: Tell
) -> None:
    town.begin(2)
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(service("home", 9, loadBalancerIP=SHARED)))
    said = tuple(str(manifest) if word == "MANIFEST" else word for word in (*words, "-o", "json"))
    whole = run(town.cluster, tmp_path, said)
    assert whole.status in (0, 1) and whole.asked, whole.err
    pairs = pairs_of(whole)
    tally = Tally(command=" ".join(words), possible=len(pairs))
    versions = town.versions()
    for pair in dealt(pairs, part) if ALL else drawn(pairs, str(words), _DRAWN):
        tally.play(
            pair,
            lambda asked, fault: end_of(
                whole, run(town.cluster, tmp_path, said, at=asked, fault=fault), asked, fault
            ),
        )
    tell.faults(tally)
    tally.check()
    assert town.versions() == versions


def end_of(whole: Done, done: Done, asked: Asked, fault: Fault) -> str:
    """How it ended. Raises AssertionError where that is none of the ends that there may be."""
    about = f"{fault.name} at {asked}: exit {done.status}\n{done.err}\n{done.out[:2000]}"
    assert "Traceback" not in done.err and "this is a fault" not in done.err, about
    if not done.struck:
        return "not met"
    gone = _gone(asked, fault)
    if done.status == 3:
        errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1, about
        if done.out == "" or _is_this_side(done):
            return "refused"
        assert gone is not None and f'"{gone.name}" not found' in done.err, about
        return "not found, the other names answered"
    assert done.status in (0, 1), about
    document, before = _document(done), _document(whole)
    if _said(document) == _said(before):
        return "right all the same"
    more = [gap for gap in document["source"]["notRead"] if gap not in before["source"]["notRead"]]
    nameless = _uid(document) is None and _uid(before) is not None
    if more or nameless or _notes(document) - _notes(before):
        return "said what is missing"
    assert gone is not None, f"a part that looks whole: {about}"
    stale = done.status == 1 and done.out != "" and f"{gone.name} is gone" in done.err
    assert stale or _said(document) == _without(gone, _said(before)), f"a part that looks whole: {about}"
    return "refused, since it is gone" if stale else "right without what is gone"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Gone:
    """An object that the server says it has not."""

    plural: str
    name: str


def _gone(asked: Asked, fault: Fault) -> _Gone | None:
    """404 to the question for one object is how a server says that there is none of that name."""
    *_, plural, name = asked.path.split("/")
    return _Gone(plural=plural, name=name) if fault.name == "404" and plural in _PLURALS else None


def _without(gone: _Gone, document: dict[str, Any]) -> dict[str, Any]:
    """A snapshot as it would be without the object."""
    kept = [
        item
        for item in document["items"]
        if item.get("metadata", {}).get("name") != gone.name or f"{item['kind'].lower()}s" != gone.plural
    ]
    return {**document, "items": kept}


def _is_this_side(done: Done) -> bool:
    """Whether it is what ``version`` knows by itself, and says before it says that it knows no more."""
    document = _document(done)
    source = document["source"]
    return document["kind"] == "Version" and source["kubernetes"] is source["server"] is None


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
    """The answer without when it was made, and how long anything took."""
    items = [{**item, "latency_ms": None} for item in document.get("items", ())]
    return {**document, "source": {**document["source"], "takenAt": None}, "id": None, "items": items}
