"""jq, with which people group what kubectl prints: from PATH, or else out of Debian's packages."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.realcluster.debian import unpack
from tests.realcluster.parts import cache_folder, once

_PACKAGES = ("jq", "libjq1", "libonig5")


def obtain() -> Path:
    """The program. Raises PartMissing where it is neither on PATH nor to be had from Debian."""
    found = shutil.which("jq")
    if found:
        return Path(found)
    return once(cache_folder() / "jq", "jq", _unpack) / "jq"


def _unpack(work: Path, target: Path) -> None:
    unpack(_PACKAGES, work, target)
    # It looks for its libraries where they would be installed.
    libraries = next(target.glob("usr/lib/*/libjq.so.1")).parent.relative_to(target)
    launcher = target / "jq"
    folder = cache_folder() / "jq"
    launcher.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={folder / libraries} exec {folder}/usr/bin/jq "$@"\n')
    launcher.chmod(0o755)
