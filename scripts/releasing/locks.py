"""What a lock in requirements/ says: every package in one version, with the sums of its files.

It exists so that the script which writes the sums and the tests which hold them read a lock alike. Refuses
ranges, options and addresses: with one of these another machine could have other bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from scripts.releasing import tree

FOLDER = tree.ROOT / "requirements"
#: What is installed from, by the scripts and by the tests of the real thing; the others only limit versions.
LOCKS = ("run.txt", "test.txt", "node.txt")

_SUM = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One package in one version. ``sums`` are the SHA-256 of its files, as they stand."""

    requirement: Requirement
    version: str
    sums: tuple[str, ...]


def pins(file: Path) -> list[Pin]:
    """What a lock, or a file of constraints, pins, in its order; another file that it names is left out.

    Raises ValueError as ``pin_of``.
    """
    lines = file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [pin for line in lines if (pin := pin_of(line, file.name)) is not None]


def pin_of(line: str, where: str) -> Pin | None:
    """The pin of a line whose continuations were joined; None where it is a comment, or names another file.

    Raises ValueError for a line that is neither, with ``where`` for the place: an address, say.
    """
    if not line or re.fullmatch(r"#.*|-r \w+\.txt", line):
        return None
    told, *words = re.split(r"\s+(?=--)", line.strip())
    requirement = Requirement(told)  # InvalidRequirement is a ValueError
    sums = [_SUM.fullmatch(word) for word in words]
    versions = [one.version for one in requirement.specifier if one.operator == "=="]
    if requirement.url or len(versions) != 1 or len(requirement.specifier) != 1 or None in sums:
        raise ValueError(f"{where}: not one version with its sums: {told}")
    return Pin(requirement=requirement, version=versions[0], sums=tuple(found[1] for found in sums if found))


def written(requirement: str, sums: Iterable[str]) -> str:
    """The lines of one pin."""
    return " \\\n    ".join([requirement, *(f"--hash=sha256:{one}" for one in sorted(sums))]) + "\n"
