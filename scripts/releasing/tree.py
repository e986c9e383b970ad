"""The tree that a release is made from: what is committed, and nothing else.

It exists so that two releases of one commit are the same, whatever lies about in the checkout.
"""

from __future__ import annotations

import configparser
import io
import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMIT_FILE = "kubectl_sharedip/commit.txt"
_MANIFEST = "krew/sharedip.yaml"


class Unfit(Exception):
    """No release can be made, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit: its full hash, and its time in seconds since 1970 (or SOURCE_DATE_EPOCH, where set)."""

    hash: str
    epoch_s: int


def head() -> Commit:
    """What is checked out: the newest commit that changed anything but krew's manifest.

    The manifest names the archive's sum, so it is committed after the archive is made, and must not
    make it another one. Raises Unfit outside a git checkout.
    """
    hash_, epoch = _git("log", "-1", "--format=%H %ct", "--", ".", f":(exclude){_MANIFEST}").split()
    given = os.environ.get("SOURCE_DATE_EPOCH") or epoch
    if not given.isdigit():
        raise Unfit(f"SOURCE_DATE_EPOCH is {given!r}: it is a number of seconds since 1970")
    return Commit(hash=hash_, epoch_s=int(given))


def tags() -> list[str]:
    """The tags of the commit that is checked out, sorted."""
    return sorted(_git("tag", "--points-at", "HEAD").split())


def uncommitted() -> list[str]:
    """The files that differ from the commit or are not in it."""
    return [line[3:] for line in _git("status", "--porcelain").splitlines()]


def export(commit: Commit, folder: Path) -> None:
    """Write the committed files into the folder, and the hash where ``version`` looks for it."""
    packed = subprocess.run(
        ["git", "-C", str(ROOT), "archive", "--format=tar", commit.hash], check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(folder)
    (folder / COMMIT_FILE).write_text(commit.hash + "\n")


def metadata() -> configparser.SectionProxy:
    """The section ``metadata`` of setup.cfg: name, version, url and the like."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser["metadata"]


def _git(*words: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unfit(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout
