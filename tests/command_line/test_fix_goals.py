"""fix with goals, with several Services and with none, as kubectl lines, and from a saved plan."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.command_line.lab import FREE, HELD_BY_VAULT, KEY, PINNED, SHARED, Lab, objects, service
from tests.command_line.program import Program
from tests.command_line.schema import broken_promises
from tests.fakeapi import FakeApi, Json


@pytest.fixture
def api() -> Iterator[FakeApi]:
    api = FakeApi()
    with api:
        yield api


@pytest.fixture
def lab(api: FakeApi, program: Program) -> Lab:
    return Lab(api, program)


CASES = Path(__file__).parent.parent / "cases"


def forty(lab: Lab) -> None:
    """As many Services that wait for the address of vault, each on a port of its own."""
    vault = lab.get("vault", "bank")
    vault["metadata"]["annotations"] = {KEY: "safe"}
    lab.api.put(vault)
    for number in range(40):
        lab.api.put(service(f"w{number:02}", port=8000 + number, loadBalancerIP=HELD_BY_VAULT))


def journal_id(document: Json) -> str:
    """The id under which ``undo`` knows the run."""
    text = Path(document["result"]["journal"]).read_text()
    return str(json.loads(text)["id"])


# Goals


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["dot", "--address", "198.51.100.9"], "SIP105"),
        (["dot", "--address", "2001:db8::1"], "SIP103"),
        (["dot", "--address", HELD_BY_VAULT], "SIP202"),
        (["dot", "--pin"], "SIP201"),
        (["plain", "--separate"], "SIP405"),
    ],
)
def test_what_cannot_be_is_refused_with_the_rule_that_closes_it(
    lab: Lab, words: list[str], said: str
) -> None:
    ended = lab("fix", *words, "--yes", "-o", "json")

    assert ended.status == 1, ended.err
    blocked = ended.document["items"][0]["blocked"]
    assert said in [one["code"] for one in blocked]
    assert broken_promises(ended.document) == []
    assert lab.patches() == []


def of_another_class(lab: Lab) -> None:
    dot = lab.get("dot")
    dot["spec"]["loadBalancerClass"] = "example.com/other"
    lab.api.put(dot)


def down(lab: Lab) -> None:
    controller = next(one for one in objects() if one["kind"] == "Deployment")
    lab.api.put({**controller, "status": {"replicas": 1, "unavailableReplicas": 1}})


def with_rejected_pools(lab: Lab) -> None:
    pool = next(one for one in objects() if one["kind"] == "IPAddressPool")
    lab.api.put({**pool, "metadata": {**pool["metadata"], "name": "overlaps"}})


@pytest.mark.parametrize(
    ("broken", "said"),
    [(of_another_class, "SIP401"), (down, "SIP403"), (with_rejected_pools, "SIP308")],
)
@pytest.mark.parametrize("goal", [(), ("--share-with", "dns-tcp")])
def test_where_no_edit_can_help_the_reason_is_named_and_nothing_is_sent(
    lab: Lab, broken: Callable[[Lab], None], said: str, goal: tuple[str, ...]
) -> None:
    broken(lab)

    ended = lab("fix", "dot", *goal, "--yes", "-o", "json")

    assert ended.status == 1, ended.err
    assert [one["code"] for one in ended.document["items"][0]["blocked"]][:1] == [said]
    assert (ended.document["edits"], ended.document["alternatives"]) == ([], [])
    assert broken_promises(ended.document) == []
    assert lab.patches() == []


def test_an_address_is_requested_and_verified(lab: Lab) -> None:
    lab.metallb_gives("dot", FREE)

    ended = lab("fix", "dot", "--address", FREE, "--yes", "-o", "json")

    assert ended.status == 0, ended.err
    assert [patch["spec"] for patch in lab.patches()] == [{"loadBalancerIP": FREE}]
    assert ended.document["items"][0]["goal"] == f"address {FREE}"


def test_a_pin_moves_nobody(lab: Lab) -> None:
    ended = lab("fix", "dns-tcp", "--pin", "--yes", "-o", "json")

    assert ended.status == 0, ended.err
    assert [patch["metadata"]["annotations"] for patch in lab.patches()] == [{PINNED: SHARED}]
    assert ended.document["effects"] == []


def test_an_address_of_its_own(lab: Lab) -> None:
    ended = lab("fix", "dns-udp", "--separate", "--dry-run=client")

    assert ended.status == 0, ended.err
    assert f"{SHARED} -> {FREE}" in ended.out
    assert "shop/dns-udp loses" in ended.out


def test_the_commands_of_other_goals_go_the_same_way(lab: Lab) -> None:
    lab.api.put(service("torn", port=1, loadBalancerIP="192.0.2.10", annotations={PINNED: "192.0.2.11"}))

    ways = lab("fix", "torn", "-o", "json").document["alternatives"]

    for way in ways:
        words = shlex.split(way["command"])[2:]
        again = lab(
            *words[: words.index("--kubeconfig")], *words[words.index("--kubeconfig") + 2 :], "-o", "json"
        )
        assert again.document["edits"] == way["edits"]
    assert any("--address 192.0.2.11" in way["command"] for way in ways)


# Nothing to do


def test_who_has_the_same_key_elsewhere_is_named_with_the_command_that_unites_them(lab: Lab) -> None:
    lab.api.put(service("dns-far", "192.0.2.13", port=54, annotations={KEY: "dns"}))

    ended = lab("fix", "dns-tcp")

    assert ended.status == 0
    assert "Nothing to do" in ended.out
    assert "fix dns-far -n shop" in ended.out
    assert "--share-with dns-tcp" in ended.out


# Several, and none


def test_several_are_planned_and_done_together(lab: Lab) -> None:
    lab.api.put(service("dot2", port=854, loadBalancerIP=SHARED))
    lab.metallb_gives("dot", SHARED)
    lab.metallb_gives("dot2", SHARED)

    ended = lab("fix", "dot", "dot2", "--yes", "-o", "json")

    assert ended.status == 0, ended.err
    assert broken_promises(ended.document) == []
    assert [item["feasible"] for item in ended.document["items"]] == [True, True]
    assert len(lab.patches()) == 2
    assert ended.document["result"]["verified"] is True
    assert journal_id(ended.document) == ended.document["id"]


def test_without_names_every_pending_one_is_planned(lab: Lab) -> None:
    forty(lab)

    ended = lab("fix", "--dry-run=client", "-o", "json")

    assert ended.status == 0, ended.err
    assert len(ended.document["items"]) == 41
    assert len(ended.document["edits"]) == 41


def test_forty_pending_and_yes_without_all_change_nothing(lab: Lab) -> None:
    forty(lab)

    ended = lab("fix", "--yes")

    assert ended.status == 2
    assert "--all" in ended.err
    assert lab.patches() == []


def test_those_that_have_none_are_listed_and_the_rest_is_done(lab: Lab) -> None:
    lab.api.put(service("astray", port=9, loadBalancerIP="198.51.100.7"))
    lab.metallb_gives("dot", SHARED)

    ended = lab("fix", "--all", "--yes", "-o", "json")

    assert ended.status == 1, ended.err
    assert {item["name"]: item["feasible"] for item in ended.document["items"]} == {
        "astray": False,
        "dot": True,
    }
    assert len(lab.patches()) == 1
    assert ended.document["result"]["verified"] is True


def test_a_name_that_is_wrong_stops_all(lab: Lab) -> None:
    ended = lab("fix", "dot", "dto", "--yes")

    assert ended.status == 3
    assert "Plan for shop/dot" in ended.out
    assert '"dto" not found' in ended.err
    assert lab.patches() == []


def test_where_nothing_waits_there_is_nothing_to_do(lab: Lab) -> None:
    ended = lab("fix", "-n", "bank")

    assert ended.status == 0
    assert "Nothing is Pending in namespace bank. 1 Pending in other namespaces: -A" in ended.err


# kubectl lines


def test_the_kubectl_lines_do_the_same(lab: Lab) -> None:
    document = lab("fix", "dot", "--dry-run=client", "-o", "json").document

    ended = lab("fix", "dot", "--dry-run=client", "-o", "commands")

    assert ended.status == 0, ended.err
    (line,) = ended.out.splitlines()
    words = shlex.split(line)
    assert words[:6] == ["kubectl", "patch", "service", "dot", "-n", "shop"]
    assert json.loads(words[words.index("-p") + 1]) == {"metadata": {"annotations": {KEY: "dns"}}}
    assert words[-2:] == ["--kubeconfig", lab.kubeconfig]
    assert document["edits"][0]["name"] == "dot"


# A saved plan


def saved(lab: Lab, *words: str) -> tuple[str, Json]:
    document = lab("fix", *words, "--dry-run=client", "-o", "json").document
    file = lab.program.home / "plan.json"
    file.write_text(json.dumps(document))
    return str(file), document


def test_a_saved_plan_is_done(lab: Lab) -> None:
    file, document = saved(lab, "dot")
    lab.metallb_gives("dot", SHARED)

    ended = lab("fix", "--plan", file, "--yes", "-o", "json")

    assert ended.status == 0, ended.err
    assert broken_promises(ended.document) == []
    assert (ended.document["id"], ended.document["edits"]) == (document["id"], document["edits"])
    assert ended.document["result"]["verified"] is True
    assert journal_id(ended.document) == document["id"]


def test_a_saved_plan_needs_consent_too(lab: Lab) -> None:
    file, _ = saved(lab, "dot")

    ended = lab("fix", "--plan", file)

    assert ended.status == 1
    assert "--yes" in ended.err
    assert lab.patches() == []


@pytest.mark.parametrize("what", ["edited", "holder", "cluster", "foretold"])
def test_a_saved_plan_that_is_stale_is_refused(lab: Lab, what: str) -> None:
    file, document = saved(lab, "dot")
    if what == "edited":
        lab.annotate("dot", "somebody", "was-here")
    elif what == "holder":
        lab.annotate("dns-udp", KEY, "other")
    else:
        changed: dict[str, Json] = {"cluster": {"cluster": {**document["cluster"], "uid": "another"}}}
        changed["foretold"] = {"effects": []}
        (lab.program.home / "plan.json").write_text(json.dumps({**document, **changed[what]}))

    ended = lab("fix", "--plan", file, "--yes", "-o", "json")

    assert ended.status == 1, ended.err
    assert lab.patches() == []


@pytest.mark.parametrize("text", ["{}", '{"apiVersion": "v1", "kind": "Service"}', "[", '{"kind": "Plan"}'])
def test_a_file_that_is_no_plan_is_named(lab: Lab, text: str) -> None:
    file = lab.program.home / "plan.json"
    file.write_text(text)

    ended = lab("fix", "--plan", str(file), "--yes")

    assert ended.status == 3
    assert "plan.json" in ended.err
    assert "Traceback" not in ended.err
    assert lab.patches() == []


def test_a_way_that_edits_what_is_put_back_says_where_to_make_the_change(program: Program) -> None:
    folder = CASES / "SIP702"
    ended = program("fix", "mail", "-n", "shop", "-f", str(folder / "input.yaml"), "-o", "json")

    document = ended.document
    assert ended.status == 1
    assert [way["needs"] for way in document["alternatives"]] == [["owned"]]
    (warning,) = document["warnings"]
    assert "Kustomization flux-system/apps" in warning
