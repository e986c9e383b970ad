"""What krew and the reviewers of its index refuse, rule by rule, without krew.

Each function yields a line for each breach. The rules were tried out with krew v0.5.0; where the
source is a page for reviewers, it says so.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_API_VERSION = "krew.googlecontainertools.github.com/v1alpha2"
_NAME = re.compile(r"[\w-]+")
_SEMVER = re.compile(r"v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")
_LICENCE = re.compile(r"(?i)(licen[cs]es?|copying)(\.(txt|md))?")
_SHORT = 50  # krew search cuts here, and the review bot asks for it
_WIDTH = 80  # the review bot again
_PLATFORMS = (
    *(("linux", arch) for arch in ("386", "amd64", "arm", "arm64", "ppc64le")),
    *(("darwin", arch) for arch in ("386", "amd64", "arm64")),
    *(("windows", arch) for arch in ("386", "amd64", "arm64")),
)

Manifest = Mapping[str, Any]


def manifest_breaches(body: Manifest, file_name: str) -> Iterator[str]:
    """What is wrong with the manifest itself (pkg/index/validation, cmd/validate-krew-manifest)."""
    spec, name = body["spec"], str(body["metadata"]["name"])
    if body["apiVersion"] != _API_VERSION or body["kind"] != "Plugin":
        yield f"apiVersion and kind must be {_API_VERSION} and Plugin"
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        yield f"the name {name!r} is refused"
    if file_name != f"{name}.yaml":
        yield f"the file must be called {name}.yaml"
    if not _SEMVER.fullmatch(str(spec["version"])):
        yield f"the version {spec['version']!r} is not semantic with a v before it"
    short = spec["shortDescription"]
    if not short or "\n" in short or len(short) > _SHORT:
        yield f"shortDescription must be one line of at most {_SHORT} characters"
    for field in ("description", "caveats"):
        for line in str(spec.get(field, "")).splitlines():
            if len(line) > _WIDTH:
                yield f"{field} has a line of {len(line)} characters: {line}"
    if not re.match(r"https://", spec["homepage"]):
        yield "homepage must be a https address"
    yield from _platform_breaches(spec["platforms"])


def _platform_breaches(platforms: list[Manifest]) -> Iterator[str]:
    if not platforms:
        yield "there is no platform"
    taken: dict[tuple[str, str], int] = {}
    for number, platform in enumerate(platforms):
        if not re.fullmatch(r"[0-9a-f]{64}", str(platform["sha256"])):
            yield f"platform {number}: sha256 must be 64 lower-case hex digits"
        if not re.match(r"https?://", str(platform["uri"])):
            yield f"platform {number}: uri must be http or https"
        if platform.get("files") == []:
            yield f"platform {number}: an empty list of files installs nothing"
        matched = [place for place in _PLATFORMS if _selects(platform["selector"], *place)]
        if not matched:
            yield f"platform {number}: the selector matches no known platform"
        for place in matched:
            if place in taken:
                yield f"platforms {taken[place]} and {number} both match {'/'.join(place)}"
            taken.setdefault(place, number)


def _selects(selector: Manifest, os: str, arch: str) -> bool:
    labels = {"os": os, "arch": arch}
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for expression in selector.get("matchExpressions", ()):
        inside = labels.get(expression["key"]) in expression.get("values", ())
        if {"In": not inside, "NotIn": inside}[expression["operator"]]:
            return False
    return bool(selector)


def archive_breaches(archive: Path, binary: str) -> Iterator[str]:
    """What of the archive krew cannot install, or what then would not run."""
    with tarfile.open(archive) as tar:
        members = {member.name: member for member in tar.getmembers()}
    for name, member in members.items():
        if not (member.isfile() or member.isdir()):
            yield f"{name}: neither a file nor a folder"
        if ".." in name or name.startswith(("/", "\\")):
            yield f"{name}: krew takes this name for an attack"
    if binary not in members:
        yield f"{binary} is not there"
    elif not members[binary].mode & 0o111:
        yield f"{binary} cannot be run: krew never sets a mode"
    if not any(_LICENCE.fullmatch(name) for name in members):
        yield "no licence at the top"


def sum_breaches(body: Manifest, archive: Path) -> Iterator[str]:
    """Whether every platform's sha256 is that of the archive."""
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    for platform in body["spec"]["platforms"]:
        if platform["sha256"] != sha256:
            yield f"the manifest says {platform['sha256']}, the archive has {sha256}"
