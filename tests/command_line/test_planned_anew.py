"""A plan that has become stale is made anew where a person wants it; else the command is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kubectl_sharedip.cli.again import typed
from tests.command_line.lab import KEY, SHARED, TOKEN, Lab
from tests.command_line.program import Ended, Program
from tests.command_line.test_fix_on_cluster import Watched, at_terminal, reads

_COMMAND = "To plan again from what is there now:"


@pytest.fixture
def api() -> Iterator[Watched]:
    api = Watched()
    with api:
        yield api


@pytest.fixture
def lab(api: Watched, program: Program) -> Lab:
    return Lab(api, program)


def changed(lab: Lab, api: Watched) -> None:
    """Between the plan and its first edit somebody gives the siblings another key."""

    def both() -> None:
        for name in ("dns-tcp", "dns-udp"):
            lab.annotate(name, KEY, "other")

    api.before(reads("dns-tcp"), both)


def command_of(ended: Ended) -> str:
    """The command that plans again."""
    lines = ended.err.splitlines()
    return lines[lines.index(_COMMAND) + 1].strip()


def test_a_person_who_wants_it_sees_the_new_plan_and_is_asked_again(lab: Lab, api: Watched) -> None:
    changed(lab, api)
    lab.metallb_gives("dot", SHARED)

    ended = at_terminal(lab, "fix", "dot", answers=["y", "y", "y"])

    assert ended.status == 0, ended.err
    assert [patch["metadata"]["annotations"] for patch in lab.patches()] == [{KEY: "other"}]
    assert ended.out.count("Plan for shop/dot") == 2
    assert "nothing was changed" in ended.err


def test_with_json_there_is_one_document_that_of_the_last_plan(lab: Lab, api: Watched) -> None:
    changed(lab, api)
    lab.metallb_gives("dot", SHARED)

    ended = at_terminal(lab, "fix", "dot", "-o", "json", answers=["y", "y", "y"])

    assert ended.status == 0, ended.err
    assert ended.document["result"]["verified"] is True
    assert [edit["operations"][0]["value"] for edit in ended.document["edits"]] == ["other"]


def test_a_person_who_does_not_want_it(lab: Lab, api: Watched) -> None:
    changed(lab, api)

    ended = at_terminal(lab, "fix", "dot", answers=["y", "n"])

    assert ended.status == 1
    assert lab.patches() == []


def test_consent_beforehand_was_to_the_first_plan(lab: Lab, api: Watched) -> None:
    """With --yes nobody is asked, at a terminal either, and the command comes without it."""
    changed(lab, api)
    at_the_desk = at_terminal(lab, "fix", "dot", "--yes")
    lab.annotate("dns-tcp", KEY, "dns")
    lab.annotate("dns-udp", KEY, "dns")
    changed(lab, api)
    by_a_script = lab("fix", "dot", "-y", "--token", TOKEN)

    for ended in (at_the_desk, by_a_script):
        assert ended.status == 1
        assert "Plan again from what is there now?" not in ended.err
    command = command_of(by_a_script)
    assert command.startswith("kubectl sharedip fix dot ")
    assert f"--kubeconfig {lab.kubeconfig}" in command
    assert "-y" not in command.split() and TOKEN not in by_a_script.err
    assert lab.patches() == []


def test_a_saved_plan_is_not_made_anew_from_its_file(lab: Lab, api: Watched) -> None:
    saved = lab.program.home / "plan.json"
    saved.write_text(lab("fix", "dot", "-o", "json").out)
    changed(lab, api)

    ended = at_terminal(lab, "fix", "--plan", str(saved), answers=["y"])

    assert ended.status == 1
    assert command_of(ended) == "kubectl sharedip fix ... -o json"
    assert lab.patches() == []


def test_an_undo_is_planned_anew_too(lab: Lab, api: Watched) -> None:
    lab.metallb_gives("dot", SHARED)
    assert lab("fix", "dot", "--yes").status == 0
    lab.metallb_gives("dot")
    api.before(reads("dot"), lambda: lab.annotate("dot", "note", "mine"))

    ended = at_terminal(lab, "undo", answers=["y", "y", "y"])

    assert ended.status == 0, ended.err
    assert lab.get("dot")["metadata"]["annotations"].get(KEY) is None
    assert lab.get("dot")["metadata"]["annotations"]["note"] == "mine"


def test_what_is_typed_again() -> None:
    words = ["fix", "-n", "a b", "--token", "secret", "dot", "--yes", "--token=secret", "-y"]
    assert typed(words) == "kubectl sharedip fix -n 'a b' dot"
