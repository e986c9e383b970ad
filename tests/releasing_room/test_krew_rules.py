"""Each rule of krew's is seen to be broken, on an archive or a manifest that breaks it alone."""

from __future__ import annotations

import copy
import hashlib
import io
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.releasing import krew_rules, manifest
from tests.releasing_room.released import ROOT

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def sound() -> dict[str, Any]:
    body = copy.deepcopy(manifest.read())
    body["spec"]["platforms"][0] |= {"uri": "https://example.org/a.tar.gz", "sha256": "0" * 64}
    return body


def platform(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["spec"]["platforms"][0]
    return found


_BROKEN: dict[str, tuple[Change, str]] = {
    "kind": (lambda b: b.update(kind="Plug"), "apiVersion and kind"),
    "name": (lambda b: b["metadata"].update(name="con"), "is refused"),
    "version without v": (lambda b: b["spec"].update(version="0.1.0"), "not semantic"),
    "two lines": (lambda b: b["spec"].update(shortDescription="a\nb"), "one line"),
    "51 characters": (lambda b: b["spec"].update(shortDescription="x" * 51), "one line of at most 50"),
    "wide description": (lambda b: b["spec"].update(description="x" * 81), "81 characters"),
    "homepage": (lambda b: b["spec"].update(homepage=""), "homepage"),
    "no platform": (lambda b: b["spec"].update(platforms=[]), "no platform"),
    "upper-case sum": (lambda b: platform(b).update(sha256="A" * 64), "lower-case"),
    "file uri": (lambda b: platform(b).update(uri="file:///a"), "http"),
    "no files": (lambda b: platform(b).update(files=[]), "empty list"),
    "unknown system": (
        lambda b: platform(b).update(selector={"matchLabels": {"os": "plan9"}}),
        "matches no known platform",
    ),
    "matched twice": (lambda b: b["spec"]["platforms"].append(copy.deepcopy(platform(b))), "both match"),
}


def test_the_manifest_as_it_is_breaks_none(sound: dict[str, Any]) -> None:
    assert [*krew_rules.manifest_breaches(sound, "sharedip.yaml")] == []


def test_the_caveats_say_what_is_needed_and_the_one_line_for_completion() -> None:
    caveats = manifest.read()["spec"]["caveats"]
    assert "Python 3.10 or newer" in caveats
    (line,) = [line.strip() for line in caveats.splitlines() if "ln -s" in line]
    assert line == "ln -s kubectl-sharedip ~/.krew/bin/kubectl_complete-sharedip"


def test_the_template_of_the_release_bot_is_the_manifest_with_other_places_left_open() -> None:
    text = (ROOT / ".krew.yaml").read_text()
    assert "/releases/download/{{ .TagName }}/kubectl-sharedip-{{ .TagName }}.tar.gz" in text
    filled = re.sub(r"\{\{addURIAndSha [^\n]*", "uri: ''\n      sha256: ''", text).replace(
        "{{ .TagName }}", "v1"
    )
    template, ours = yaml.safe_load(filled), manifest.read()
    for one in (template, ours):
        one["spec"]["version"] = "v1"
        one["spec"]["platforms"][0] |= {"uri": "", "sha256": ""}
    assert template == ours


@pytest.mark.parametrize("name", _BROKEN)
def test_a_broken_manifest(sound: dict[str, Any], name: str) -> None:
    change, said = _BROKEN[name]
    change(sound)
    breaches = [*krew_rules.manifest_breaches(sound, f"{sound['metadata']['name']}.yaml")]
    assert breaches and all(said in one for one in breaches)


def test_a_file_of_another_name(sound: dict[str, Any]) -> None:
    assert [*krew_rules.manifest_breaches(sound, "plugin.yaml")] == ["the file must be called sharedip.yaml"]


def packed(path: Path, *extra: tarfile.TarInfo, without: str = "", mode: int = 0o755) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, bits in (("LICENSE", 0o644), ("kubectl-sharedip", mode)):
            if name != without:
                info = tarfile.TarInfo(name)
                info.mode = bits
                tar.addfile(info, io.BytesIO())
        for info in extra:
            tar.addfile(info, io.BytesIO())
    return path


def entry(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "LICENSE" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
    return info


def breaches(archive: Path) -> list[str]:
    return [*krew_rules.archive_breaches(archive, "kubectl-sharedip")]


def test_a_sound_archive(tmp_path: Path) -> None:
    assert breaches(packed(tmp_path / "a.tar.gz", entry("lib", tarfile.DIRTYPE))) == []


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"extra": entry("l", tarfile.SYMTYPE)}, "l: neither a file nor a folder"),
        ({"extra": entry("l", tarfile.LNKTYPE)}, "l: neither a file nor a folder"),
        ({"extra": entry("a..b.py")}, "a..b.py: krew takes this name for an attack"),
        ({"extra": entry("/etc/x")}, "/etc/x: krew takes this name for an attack"),
        ({"mode": 0o644}, "kubectl-sharedip cannot be run: krew never sets a mode"),
        ({"without": "kubectl-sharedip"}, "kubectl-sharedip is not there"),
        ({"without": "LICENSE"}, "no licence at the top"),
    ],
)
def test_a_broken_archive(tmp_path: Path, made: dict[str, Any], said: str) -> None:
    extra = [made.pop("extra")] if "extra" in made else []
    assert breaches(packed(tmp_path / "a.tar.gz", *extra, **made)) == [said]


def test_another_sum(tmp_path: Path, sound: dict[str, Any]) -> None:
    archive = packed(tmp_path / "a.tar.gz")
    assert len([*krew_rules.sum_breaches(sound, archive)]) == 1
    platform(sound)["sha256"] = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert [*krew_rules.sum_breaches(sound, archive)] == []
