"""The libraries that travel with the program: the locked ones, in pure Python, with their licences.

Refuses anything compiled: one archive serves every platform. PyYAML and charset-normalizer have
compiled parts that they do without.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

#: Left out, since nothing here reaches for it: dateutil's zones by name. A test tries the rest without.
LEFT_OUT = ("tzdata",)

_COMPILED = (".so", ".pyd", ".dylib", ".a", ".pyc")
_KEPT_OF_METADATA = ("METADATA", "top_level.txt")
_LICENCE_WORDS = ("licen", "copying", "notice", "authors")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Library:
    """A library in the archive: name and version as on the index, its licence as it states it."""

    name: str
    version: str
    licence: str


def gather(lock: Path, folder: Path) -> list[Library]:
    """Install what the lock names into the folder, for any platform; returns what is there, sorted.

    Raises CalledProcessError where pip cannot have it, or has another file than the lock knows; ValueError
    for one without a licence text.
    """
    command = [sys.executable, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    flags = ["--no-input", "--no-deps", "--no-compile", "--only-binary=:all:", "--require-hashes"]
    subprocess.run([*command, *flags, "--target", str(folder), "-r", str(lock)], check=True)
    shutil.rmtree(folder / "bin", ignore_errors=True)
    for path in sorted(folder.rglob("*")):
        if path.suffix in _COMPILED:
            path.unlink()
        elif path.name in ("__pycache__", "tests") and path.is_dir():
            shutil.rmtree(path)
    return sorted(library for info in sorted(folder.glob("*.dist-info")) for library in _kept(info, folder))


def _kept(info: Path, folder: Path) -> list[Library]:
    """What stays of one library's metadata: who it is, and its licences."""
    about = HeaderParser().parsestr((info / "METADATA").read_text(encoding="utf-8"))
    if about["Name"] in LEFT_OUT:
        shutil.rmtree(info)
        shutil.rmtree(folder / about["Name"])
        return []
    licences = 0
    for path in sorted(info.rglob("*")):
        if path.is_file() and any(word in path.name.lower() for word in _LICENCE_WORDS):
            licences += 1
        elif path.is_file() and path.name not in _KEPT_OF_METADATA:
            path.unlink()
    if not licences:
        raise ValueError(f"{about['Name']} brings no licence text")
    licence = about["License-Expression"] or about["License"] or ""
    return [Library(name=about["Name"], version=about["Version"], licence=licence.strip().split("\n")[0])]
