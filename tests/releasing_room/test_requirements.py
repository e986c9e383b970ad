"""The constraints and the lock against the ranges of setup.cfg: nothing drifts apart unseen."""

from __future__ import annotations

import configparser

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.releasing import locks
from tests.releasing_room.released import ROOT


def ranges() -> dict[str, Requirement]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = parser["options"]["install_requires"].split("\n")
    return {canonicalize_name(one.name): one for one in map(Requirement, filter(None, lines))}


def pinned(file: str) -> dict[str, set[str]]:
    """The versions of each package of a file of pins; two where Pythons differ."""
    found: dict[str, set[str]] = {}
    for pin in locks.pins(ROOT / "requirements" / file):
        found.setdefault(canonicalize_name(pin.requirement.name), set()).add(pin.version)
    return found


def test_the_oldest_are_the_lower_bounds_themselves() -> None:
    oldest = pinned("oldest.txt")
    for name, one in ranges().items():
        (bound,) = [part.version for part in one.specifier if part.operator == ">="]
        version = oldest[name].pop()
        assert f"{version}.0".startswith(f"{bound}.") or version == bound, name


def test_the_lock_and_the_newest_are_within_the_ranges() -> None:
    for file in ("run.txt", "newest.txt"):
        versions = pinned(file)
        for name, one in ranges().items():
            assert all(one.specifier.contains(version) for version in versions[name]), (file, name)


def test_each_file_pins_every_package() -> None:
    whole = set(pinned("run.txt"))
    assert set(pinned("oldest.txt")) == whole
    assert set(pinned("newest.txt")) >= whole  # the newest client library needs more than that of the lock
