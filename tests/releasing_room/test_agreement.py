"""Version, tag, changelog and manifest: what does not fit is named, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from scripts.releasing.agreement import Said, disagreements, said

RELEASED = Said(
    setup="1.2.3",
    package="1.2.3",
    manifest="v1.2.3",
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
        ({"tags": ("v1.2.4",)}, "tagged v1.2.4"),
        ({"sections": (("Unreleased", ""),)}, "CHANGELOG.md"),
        ({"sections": (("1.2.3", ""),)}, "CHANGELOG.md"),
        ({"tags": (), "sections": (("1.2.2", "2026-04-01"),)}, "CHANGELOG.md"),
    ):
        (found,) = disagreements(replace(RELEASED, **change))
        assert word in found


def test_the_checkout_agrees() -> None:
    assert disagreements(said()) == []
