"""The other kubernetes library: the newest that setup.cfg allows, beside the one that the lock names.

It is installed once, from the registry that pip uses, into a folder that goes before all others on the
path of a program that is to run with it. Refuses to touch the packages of the tests themselves.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

PINNED = Path(__file__).with_name("kubernetes-37.txt")


class NotReached(Exception):
    """The registry does not give it; the text has pip's words."""


def other_library() -> Path:
    """The folder with it, beside the packages of the tests; the first to ask installs it (some 10 s).

    Raises NotReached.
    """
    place = Path(sys.prefix) / "other-kubernetes"
    with place.with_suffix(".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # tests run side by side
        whole = place / PINNED.name
        if whole.exists() and whole.read_bytes() == PINNED.read_bytes():
            return place
        shutil.rmtree(place, ignore_errors=True)
        command = [sys.executable, "-I", "-m", "pip", "install", "--quiet", "--no-input", "--no-deps"]
        quick = ["--no-compile", "--disable-pip-version-check", "--target", str(place)]
        done = subprocess.run(
            [*command, *quick, "-r", str(PINNED)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NotReached(done.stderr.strip())
        shutil.copyfile(PINNED, whole)
    return place


def with_other_library(environment: dict[str, str]) -> dict[str, str]:
    """An environment in which Python finds the other library first. Raises NotReached."""
    before = environment.get("PYTHONPATH")
    places = [str(other_library()), *([before] if before else [])]
    return {**environment, "PYTHONPATH": os.pathsep.join(places)}
