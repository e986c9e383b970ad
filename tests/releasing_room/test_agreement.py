"""Version, tag, changelog and manifest: what does not fit is named, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.releasing import tree
from scripts.releasing.agreement import Said, disagreements, said
from tests.releasing_room.released import RELEASE, ROOT

RELEASED = Said(
    setup="1.2.3",
    package="1.2.3",
    manifest="v1.2.3",
    archives=(("https://example.org/v1.2.3/kubectl-sharedip-v1.2.3.tar.gz", "0" * 64),),
    tags=("v1.2.3",),
    sections=(("Unreleased", ""), ("1.2.3", "2026-05-01"), ("1.2.2", "2026-04-01")),
)


def test_a_release_agrees() -> None:
    assert disagreements(RELEASED) == []


def test_on_the_way_to_one_it_agrees() -> None:
    assert disagreements(replace(RELEASED, tags=(), sections=(("Unreleased", ""),))) == []
    assert disagreements(replace(RELEASED, tags=("nightly",))) == []


def test_each_part_that_says_something_else_is_named() -> None:
    for change, word in (
        ({"package": "1.2.2"}, "__init__.py"),
        ({"manifest": "v1.2.2"}, "krew/sharedip.yaml"),
        ({"archives": (("", ""),)}, "krew/sharedip.yaml"),
        ({"archives": ((RELEASED.archives[0][0].replace("1.2.3", "1.2.2"), "0" * 64),)}, "names no archive"),
        ({"tags": ("v1.2.4",)}, "tagged v1.2.4"),
        ({"sections": (("Unreleased", ""),)}, "CHANGELOG.md"),
        ({"sections": (("1.2.3", ""),)}, "CHANGELOG.md"),
        ({"tags": (), "sections": (("1.2.2", "2026-04-01"),)}, "CHANGELOG.md"),
    ):
        (found,) = disagreements(replace(RELEASED, **change))
        assert word in found


def test_the_changelog_has_the_form_of_keep_a_changelog() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text().splitlines()
    assert lines[0] == "# Changelog"
    headings = [line for line in lines if line.startswith("##")]
    assert headings[0] == "## [Unreleased]" or re.fullmatch(r"## \[[0-9.]+\] - \d{4}-\d\d-\d\d", headings[0])
    kinds = {line.removeprefix("### ") for line in headings if line.startswith("### ")}
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    sections = [line for line in headings if not line.startswith("### ")]
    assert len(sections) == len(said().sections)


def test_the_checkout_agrees() -> None:
    assert disagreements(said()) == []


# The program itself, in a clone of its own


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(folder)], check=True)
    return folder


def git(clone: Path, *words: str) -> str:
    who = ("-c", "user.name=tester", "-c", "user.email=tester@localhost")
    command = ["git", "-C", str(clone), *who, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def check(clone: Path) -> tuple[int, str]:
    command = [sys.executable, "-I", str(clone / RELEASE), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_a_checkout_whose_parts_disagree_is_refused(clone: Path) -> None:
    assert check(clone) == (0, "")
    git(clone, "tag", "v9.9.9")
    status, said = check(clone)
    assert status == 1
    assert "error: the commit is tagged v9.9.9" in said and "CHANGELOG.md" in said


def test_the_commit_of_an_archive_is_not_that_of_its_manifest(clone: Path) -> None:
    """The manifest names the sum of the archive, so it is committed later; the archive stays what it was."""
    before = head(clone)
    manifest = clone / "krew" / "sharedip.yaml"
    manifest.write_text(manifest.read_text() + "# filled in\n")
    git(clone, "commit", "--quiet", "--all", "-m", "the manifest")
    assert head(clone) == before
    (clone / "LICENSE").write_text("another\n")
    git(clone, "commit", "--quiet", "--all", "-m", "the program")
    assert head(clone) == git(clone, "rev-parse", "HEAD") != before


def head(clone: Path) -> str:
    path = "import sys; sys.path.insert(0, sys.argv[1])"
    code = f"{path}; from scripts.releasing.tree import head; print(head().hash)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(clone)], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_the_time_may_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert tree.head().epoch_s == 1700000000
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(tree.Unfit, match="SOURCE_DATE_EPOCH is 'yesterday'"):
        tree.head()
