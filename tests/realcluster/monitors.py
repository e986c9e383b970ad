"""The programs of Prometheus that the files for it are held against: promtool and the blackbox exporter.

Taken from PATH, or else unpacked from Debian's packages into the cache.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .debian import unpack
from .parts import cache_folder, once

_PACKAGES = ("prometheus", "prometheus-blackbox-exporter")
_PROMTOOL = "promtool"
_BLACKBOX = ("blackbox_exporter", "prometheus-blackbox-exporter")


@dataclass(frozen=True, kw_only=True, slots=True)
class Monitors:
    """Paths of both programs."""

    promtool: Path
    blackbox: Path


def obtain() -> Monitors:
    """Both programs. Raises PartMissing where they are neither on PATH nor to be had from Debian."""
    promtool = shutil.which(_PROMTOOL)
    blackbox = next(filter(None, map(shutil.which, _BLACKBOX)), None)
    if promtool and blackbox:
        return Monitors(promtool=Path(promtool), blackbox=Path(blackbox))
    folder = cache_folder() / "monitors"
    programs = once(folder, "promtool and the blackbox exporter", partial(unpack, _PACKAGES)) / "usr" / "bin"
    return Monitors(promtool=programs / _PROMTOOL, blackbox=programs / _BLACKBOX[-1])
