"""What is written for pre-commit and CI works as it stands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from tests.command_line.checking import KEY, PIN, POOL, check, manifest, written
from tests.command_line.program import ROOT

CLASH = [manifest(name, annotations={KEY: "edge", PIN: "192.0.2.12"}) for name in ("one", "two")]
_DOCS = (ROOT / "docs" / "check.md").read_text()


def test_the_hook_refuses_manifests_that_clash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (repo,) = yaml.safe_load(_DOCS.rpartition("```yaml\n")[2].partition("```")[0])["repos"]
    (used,) = repo["hooks"]
    program, command, *words = shlex.split(hook["entry"])
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "manifests/deep/a.yaml", POOL, CLASH[0])
    fine = check(*words, *used["args"])
    written(tmp_path, "manifests/b.yml", CLASH[1])
    clash = check(*words, *used["args"])

    assert (program, command, hook["id"]) == ("kubectl-sharedip", "check", used["id"])
    assert "kubectl-sharedip = " in (ROOT / "setup.cfg").read_text()
    assert not hook["pass_filenames"]  # all manifests are looked at, not those that changed
    assert [bool(re.search(hook["files"], name)) for name in ("a.yaml", "b/c.yml", "d.py")] == [
        True,
        True,
        False,
    ]
    assert (fine.status, clash.status) == (0, 1)


def test_every_command_of_the_page_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "manifests/a.yaml", POOL, CLASH[0])
    written(
        tmp_path, "sharedip-baseline.json", check("--offline", "-f", str(tmp_path), "-R", "-o", "json").out
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))

    commands = re.findall(r"kubectl[ -]sharedip check(.*?)(?:  .*| > .*)?$", _DOCS, re.MULTILINE)
    assert len(commands) >= 9
    for words in commands:
        asked = shlex.split(words)
        if "-" not in asked:  # what reads stdin is tried elsewhere
            ended = check(*asked)
            # Where no cluster is to be had that is all that may be wrong.
            assert ended.status == (0 if "--offline" in asked else 3), (words, ended.err)
