"""The archive for krew: every rule of krew's holds, twice the same bytes, and it runs where it is put."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

from scripts.releasing import krew_rules, locks, tree
from scripts.releasing.libraries import LEFT_OUT
from tests.releasing_room.released import ROOT, Release, made, make

_MOST_BYTES = 2_621_440
_EXAMPLE = ROOT / "examples" / "classic-conflict"


def run(program: Path, *words: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home or "/nowhere")}
    return subprocess.run(
        [str(program), *words], env=environment, capture_output=True, text=True, check=False
    )


def locked() -> dict[str, str]:
    """The libraries of the lock with their versions, names as in folders, without what is left out."""
    found = locks.pins(ROOT / "requirements" / "run.txt")
    named = {pin.requirement.name.lower().replace("-", "_"): pin.version for pin in found}
    return {name: version for name, version in named.items() if name not in LEFT_OUT}


def test_every_rule_of_krew_holds(release: Release) -> None:
    body = release.manifest
    assert [*krew_rules.manifest_breaches(body, "sharedip.yaml")] == []
    assert [*krew_rules.archive_breaches(release.archive, "kubectl-sharedip")] == []
    assert [*krew_rules.sum_breaches(body, release.archive)] == []


def test_it_is_small(release: Release) -> None:
    assert release.archive.stat().st_size <= _MOST_BYTES


def test_made_twice_all_of_it_is_the_same(release: Release, tmp_path: Path) -> None:
    make(tmp_path / "again")
    again = made(tmp_path / "again")

    names = sorted(file.name for file in release.dist.iterdir())
    assert len(names) == 5
    assert sorted(file.name for file in again.dist.iterdir()) == names
    for name in names:
        assert (again.dist / name).read_bytes() == (release.dist / name).read_bytes(), name
    assert again.manifest == release.manifest


def test_it_holds_regular_files_of_one_time_and_nobody(release: Release) -> None:
    with tarfile.open(release.archive) as tar:
        members = tar.getmembers()
    assert all(member.isfile() for member in members)
    assert {(member.uid, member.gid, member.uname, member.gname) for member in members} == {(0, 0, "", "")}
    assert {member.mtime for member in members} == {tree.head().epoch_s}
    assert [member.name for member in members if member.mode == 0o755] == ["kubectl-sharedip"]
    assert {member.mode for member in members} == {0o755, 0o644}


def test_it_holds_the_program_as_it_is_committed_and_says_which_commit(release: Release) -> None:
    with tarfile.open(release.archive) as tar:
        file = tar.extractfile("lib/kubectl_sharedip/commit.txt")
        assert file is not None
        commit = file.read().decode().strip()
        packed = {name for name in tar.getnames() if name.startswith("lib/kubectl_sharedip/")}
    assert _git("diff", "--name-only", commit, "HEAD") in ([], ["krew/sharedip.yaml"])
    listed = _git("ls-files", "kubectl_sharedip")
    assert packed == {f"lib/{name}" for name in listed} | {"lib/kubectl_sharedip/commit.txt"}


def _git(*words: str) -> list[str]:
    done = subprocess.run(["git", "-C", str(ROOT), *words], check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_each_library_brings_its_licence_and_nothing_compiled(release: Release) -> None:
    with tarfile.open(release.archive) as tar:
        names = tar.getnames()
    about = {name.split("/")[1] for name in names if ".dist-info/" in name}
    assert {one.split("-")[0].lower() for one in about} == set(locked())
    for one in about:
        there = [name.lower() for name in names if name.startswith(f"lib/{one}/")]
        assert any("licen" in name or "copying" in name for name in there), one
    assert "LICENSE" in names
    assert [name for name in names if name.endswith((".so", ".pyc", ".pyd"))] == []


def test_what_is_in_it_is_listed(release: Release) -> None:
    (listed,) = release.dist.glob("*.cdx.json")
    body = json.loads(listed.read_text())
    assert (body["bomFormat"], body["specVersion"]) == ("CycloneDX", "1.6")
    parts = {one["name"].lower().replace("-", "_"): one["version"] for one in body["components"]}
    assert parts == locked()
    assert all(one["licenses"][0]["license"]["name"] for one in body["components"])
    lines = (release.dist / "SHA256SUMS").read_text().splitlines()
    sums = {name: value for value, _, name in (line.partition("  ") for line in lines)}
    assert set(sums) | {"SHA256SUMS"} == {file.name for file in release.dist.iterdir()}
    assert sums[release.archive.name] == release.manifest["spec"]["platforms"][0]["sha256"]
    assert body["metadata"]["component"]["hashes"][0]["content"] == sums[release.archive.name]


def test_installed_it_answers(installed: Path, tmp_path: Path) -> None:
    listed = run(installed / "kubectl-sharedip", "ls", "-f", str(_EXAMPLE), home=tmp_path)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "192.168.1.205" in listed.stdout


def test_called_by_the_other_name_it_completes(installed: Path) -> None:
    done = run(installed / "kubectl_complete-sharedip", "expl")
    assert (done.returncode, done.stderr) == (0, "")
    first, *_, last = done.stdout.splitlines()
    assert (first.split("\t")[0], last) == ("explain", ":4")


def test_nothing_reaches_for_what_was_left_out(installed: Path) -> None:
    """Reading a kubeconfig, and renewing an OIDC token, which loads all of the client library."""
    lib = (installed / "kubectl-sharedip").resolve().parent / "lib"
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from kubectl_sharedip.cluster.library import library\n"
        "kube_config = library().kube_config\n"
        "client = kube_config.ApiClient(configuration=library().configuration.Configuration())\n"
        "kube_config.OAuth2Session(client_id='x')\n"
        "import dateutil.parser, kubernetes\n"
        "dateutil.parser.parse('2026-01-01T00:00:00Z'); kubernetes.client.CoreV1Api()\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'tzdata'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-IS", "-c", program, str(lib)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
