"""What a release makes, for tests: made once for all processes of a run, where a registry is reached."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.releasing import manifest

ROOT = Path(__file__).parents[2]
RELEASE = Path("scripts", "releasing", "release.py")  # what scripts/release runs
_REACHED = "six==1.17.0"  # small, and in the lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What one run of scripts/release made."""

    dist: Path
    archive: Path
    manifest: dict[str, Any]


def make(folder: Path, *flags: str) -> None:
    """Run scripts/release into the folder, with a manifest of its own to fill in."""
    folder.mkdir(parents=True)
    template = folder / "sharedip.yaml"
    template.write_text((ROOT / "krew" / "sharedip.yaml").read_text())
    command = [sys.executable, "-I", str(ROOT / RELEASE), "--dist", str(folder / "dist")]
    done = subprocess.run(
        [*command, "--manifest", str(template), *flags], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def made(folder: Path) -> Release:
    """What lies in a folder of ``make``."""
    body = manifest.read(folder / "sharedip.yaml")
    archive = folder / "dist" / manifest.archive_name(body["spec"]["version"][1:])
    return Release(dist=folder / "dist", archive=archive, manifest=body)


def once(factory: pytest.TempPathFactory, name: str, fill: Callable[[Path], object]) -> Path:
    """A folder that the first process of the run fills, and the others wait for and use."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    whole = base / name
    with (base / f"{name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not whole.exists():
            half = factory.mktemp(name) / "made"
            fill(half)
            half.rename(whole)
    return whole


def ask_registry(answer: Path) -> None:
    """Writes into the folder whether pip, with the settings of whoever runs the tests, reaches a registry."""
    answer.mkdir()
    words = ("--quiet", "--no-cache-dir", "--retries", "1", "--timeout", "15", "--dest", str(answer / "got"))
    pip = [sys.executable, "-I", "-m", "pip", "download", "--no-deps", *words, _REACHED]
    done = subprocess.run(pip, capture_output=True, check=False)
    (answer / "reached").write_text("yes" if done.returncode == 0 else "")
