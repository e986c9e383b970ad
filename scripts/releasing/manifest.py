"""krew's manifest of the plugin: what of it a release fills in, and what of it is read back.

The rest of krew/sharedip.yaml is written by people and stays byte for byte.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from scripts.releasing.tree import ROOT

MANIFEST = ROOT / "krew" / "sharedip.yaml"


def filled(text: str, *, version: str, homepage: str, uri: str, sha256: str) -> str:
    """The manifest for one archive, of which ``version`` is without the v.

    Raises ValueError where a field is missing.
    """
    values = {"version": f"v{version}", "homepage": homepage, "uri": uri, "sha256": sha256}
    for field, value in values.items():
        text, count = re.subn(rf"(?m)^(\s+{field}:).*$", rf"\g<1> {value}", text)
        if count != 1:
            raise ValueError(f"the manifest has {count} fields {field}")
    return text


def read(path: Path = MANIFEST) -> dict[str, Any]:
    """The manifest as krew sees it."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def archive_name(version: str) -> str:
    """The file that people download."""
    return f"kubectl-sharedip-v{version}.tar.gz"


def archive_uri(repository: str, version: str) -> str:
    """Where they download it: the release of this version at the repository's address."""
    return f"{repository}/releases/download/v{version}/{archive_name(version)}"
