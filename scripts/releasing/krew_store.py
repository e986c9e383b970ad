"""An installation as krew makes it, in a folder of its own: a store, one link, nothing else."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def path_with(folder: Path) -> str:
    """PATH with the folder first, and without any that has a plugin of this name: kubectl warns of two."""
    others = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join([str(folder), *(o for o in others if not Path(o, "kubectl-sharedip").exists())])


def install(archive: Path, body: Mapping[str, Any], root: Path) -> Path:
    """Unpack the archive as krew would below ``root``; returns the folder that belongs on PATH.

    An earlier version's link is replaced, as by ``kubectl krew upgrade``.
    """
    spec, name = body["spec"], body["metadata"]["name"]
    store = root / "store" / name / spec["version"]
    store.mkdir(parents=True)
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            data = tar.extractfile(member)
            if data is None:
                continue
            target = store / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data.read())  # krew sets no times: they become those of now
            target.chmod(member.mode)
    folder = root / "bin"
    folder.mkdir(exist_ok=True)
    link = folder / f"kubectl-{name.replace('-', '_')}"
    link.unlink(missing_ok=True)
    link.symlink_to(store / spec["platforms"][0]["bin"])
    return folder
