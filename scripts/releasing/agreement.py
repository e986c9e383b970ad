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
_SECTION = re.compile(r"(?m)^## \[(?P<version>[^]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What each place says: the version in setup.cfg, in the package and in the manifest, the tags of
    the commit, and the sections of the changelog with their dates ("" where there is none)."""

    setup: str
    package: str
    manifest: str
    tags: Sequence[str]
    sections: Sequence[tuple[str, str]]


def said() -> Said:
    """What the checkout says."""
    package = (ROOT / "kubectl_sharedip" / "__init__.py").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return Said(
        setup=metadata()["version"],
        package=re.findall(r'(?m)^__version__ = "(.+)"$', package)[0],
        manifest=str(manifest.read()["spec"]["version"]),
        tags=tags(),
        sections=[(m["version"], m["date"] or "") for m in _SECTION.finditer(changelog)],
    )


def disagreements(one: Said) -> list[str]:
    """A line for each place that says something else; none where all agree.

    A commit without a version's tag is on the way to the next release: its changelog then has a section
    Unreleased. A tagged one is that release: its section has the version and a date.
    """
    found = []
    if one.package != one.setup:
        found.append(f"kubectl_sharedip/__init__.py says {one.package}, setup.cfg {one.setup}")
    if one.manifest != f"v{one.setup}":
        found.append(f"krew/sharedip.yaml says {one.manifest}, setup.cfg {one.setup}: run scripts/release")
    versions = [tag for tag in one.tags if _TAG.match(tag)]
    if versions not in ([], [f"v{one.setup}"]):
        found.append(f"the commit is tagged {', '.join(versions)}, setup.cfg says {one.setup}")
    dated = dict(one.sections)
    if versions and not dated.get(one.setup):
        found.append(f"CHANGELOG.md has no section [{one.setup}] with a date, and the commit is tagged")
    if not versions and "Unreleased" not in dated and one.setup not in dated:
        found.append(f"CHANGELOG.md has neither a section [Unreleased] nor [{one.setup}]")
    return found
