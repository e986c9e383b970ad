"""Whether version, tag, changelog and manifest say the same.

A release whose parts disagree is found by its users one at a time; this finds it before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scripts.releasing import manifest
from scripts.releasing.tree import ROOT, metadata, tags

_TAG = re.compile(r"v\d")
_SUM = re.compile(r"[0-9a-f]{64}")
_SECTION = re.compile(r"(?m)^## \[(?P<version>[^]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What each place says: the version in setup.cfg, in the package and in the manifest, the archives
    that the manifest names (address and sum), the tags of the commit, and the sections of the changelog with
    their dates ("" where there is none)."""

    setup: str
    package: str
    manifest: str
    archives: Sequence[tuple[str, str]]
    tags: Sequence[str]
    sections: Sequence[tuple[str, str]]


def said() -> Said:
    """What the checkout says."""
    package = (ROOT / "kubectl_sharedip" / "__init__.py").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    spec = manifest.read()["spec"]
    return Said(
        setup=metadata()["version"],
        package=re.findall(r'(?m)^__version__ = "(.+)"$', package)[0],
        manifest=str(spec["version"]),
        archives=[(str(one["uri"]), str(one["sha256"])) for one in spec["platforms"]],
        tags=tags(),
        sections=[(m["version"], m["date"] or "") for m in _SECTION.finditer(changelog)],
    )


def disagreements(one: Said) -> list[str]:
    """A line for each place that says something else; none where all agree.

    A commit without a version's tag is on the way to the next release: its changelog then has a section
    Unreleased. A tagged one is that release: its section has the version and a date, and the manifest an
    archive and its sum.
    """
    found = []
    if one.package != one.setup:
        found.append(f"kubectl_sharedip/__init__.py says {one.package}, setup.cfg {one.setup}")
    if one.manifest != f"v{one.setup}":
        found.append(f"krew/sharedip.yaml says {one.manifest}, setup.cfg {one.setup}: run scripts/release")
    versions = [tag for tag in one.tags if _TAG.match(tag)]
    if versions not in ([], [f"v{one.setup}"]):
        found.append(f"the commit is tagged {', '.join(versions)}, setup.cfg says {one.setup}")
    for uri, sha256 in one.archives if versions else ():
        if not uri.endswith(f"/{manifest.archive_name(one.setup)}") or not _SUM.fullmatch(sha256):
            found.append("krew/sharedip.yaml names no archive of this version: run scripts/release")
    dated = dict(one.sections)
    if versions and not dated.get(one.setup):
        found.append(f"CHANGELOG.md has no section [{one.setup}] with a date, and the commit is tagged")
    if not versions and "Unreleased" not in dated and one.setup not in dated:
        found.append(f"CHANGELOG.md has neither a section [Unreleased] nor [{one.setup}]")
    return found
