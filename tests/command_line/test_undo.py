"""undo: what is taken back, what is refused, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_line.lab import FREE, HELD_BY_VAULT, KEY, SHARED, Lab, service
from tests.command_line.program import Program, refused
from tests.command_line.schema import broken_promises
from tests.command_line.test_fix_on_cluster import at_terminal
from tests.fakeapi import FakeApi


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi() as api:
        yield api


@pytest.fixture
def lab(api: FakeApi, program: Program) -> Lab:
    return Lab(api, program)


@pytest.fixture
def fixed(lab: Lab) -> str:
    """The id of a fix that gave ``dot`` the address of its siblings."""
    lab.metallb_gives("dot", SHARED)
    ended = lab("fix", "dot", "--yes", "-o", "json")
    assert ended.status == 0, ended.err
    plan_id: str = ended.document["id"]
    return plan_id


def journals(lab: Lab) -> list[dict[str, Any]]:
    """What the journals hold, in the order of their names."""
    return [json.loads(path.read_text()) for path in sorted(lab.journals.glob("*.json"))]


def listed(lab: Lab) -> list[dict[str, Any]]:
    """The items of undo --list."""
    ended = lab("undo", "--list", "-o", "json")
    assert ended.status == 0, ended.err
    assert broken_promises(ended.document) == []
    items: list[dict[str, Any]] = ended.document["items"]
    return items


def test_the_journal_has_the_id_of_the_plan(lab: Lab, fixed: str) -> None:
    assert [(one["id"], one["state"]) for one in listed(lab)] == [(fixed, "done")]
    assert [one["verified"] for one in journals(lab)] == [True]


def test_the_last_plan_is_taken_back(lab: Lab, fixed: str) -> None:
    lab.metallb_gives("dot")
    ended = lab("undo", "--yes", "-o", "json")

    assert ended.status == 0, ended.err
    document = ended.document
    assert broken_promises(document) == []
    assert [item["goal"] for item in document["items"]] == [f"take plan {fixed} back"]
    effect = {key: document["effects"][0][key] for key in ("name", "before", "after", "certain")}
    assert effect == {"name": "dot", "before": [SHARED], "after": [[]], "certain": True}
    assert document["losses"] == [f"shop/dot loses {SHARED}, on which clients may be"]
    assert (document["result"]["applied"], document["result"]["verified"]) == (True, True)
    assert KEY not in lab.get("dot")["metadata"]["annotations"]
    assert {(one["id"], one["state"]) for one in listed(lab)} == {(fixed, "undone"), (document["id"], "done")}
    first, second = journals(lab) if journals(lab)[0]["id"] == fixed else reversed(journals(lab))
    assert (first["undone"], second["undoes"]) == (document["id"], fixed)
    assert lab.patches()[-1]["metadata"]["annotations"] == {KEY: None}


def test_the_plan_is_shown_with_what_it_drops_before_consent(lab: Lab, fixed: str) -> None:
    ended = lab("undo")

    assert ended.status == 1
    assert f"take plan {fixed} back" in ended.out
    assert f"shop/dot: {SHARED} -> no address" in ended.out
    assert f"shop/dot loses {SHARED}" in ended.out
    assert "--yes" in ended.err
    assert len(lab.patches()) == 1
    assert [one["state"] for one in listed(lab)] == ["done"]


@pytest.mark.parametrize("how", ["client", "server"])
def test_dry_runs_change_nothing(lab: Lab, fixed: str, how: str) -> None:
    before = lab.get("dot")
    ended = lab("undo", fixed, f"--dry-run={how}", "-o", "json")

    assert ended.status == 0, ended.err
    assert lab.get("dot") == before
    assert len(lab.patches()) == (2 if how == "server" else 1)
    assert [one["state"] for one in listed(lab)] == ["done"]


def test_a_second_undo_has_nothing_left(lab: Lab, fixed: str) -> None:
    lab.metallb_gives("dot")
    assert lab("undo", "--yes").status == 0

    again, by_name = lab("undo", "--yes"), lab("undo", fixed, "--yes")

    refused(again, 3, "no plan of this cluster to take back", "--list")
    assert by_name.status == 0
    assert "taken back" in by_name.err
    assert len(lab.patches()) == 2


def test_an_undo_can_be_taken_back(lab: Lab, fixed: str) -> None:
    lab.metallb_gives("dot")
    undo = lab("undo", "--yes", "-o", "json").document["id"]
    lab.metallb_gives("dot", SHARED)

    ended = lab("undo", undo, "--yes")

    assert ended.status == 0, ended.err
    assert lab.get("dot")["metadata"]["annotations"][KEY] == "dns"
    states = {one["id"]: one["state"] for one in listed(lab)}
    assert (states[fixed], states[undo]) == ("done", "undone")


def test_what_somebody_else_wrote_is_not_overwritten(lab: Lab, fixed: str) -> None:
    lab.annotate("dot", KEY, "mine")

    ended = lab("undo", "--yes", "-o", "json")

    assert ended.status == 1
    assert broken_promises(ended.document) == []
    (item,) = ended.document["items"]
    assert not item["feasible"]
    for text in ("shop/dot", KEY, '"mine"', '"dns"'):
        assert text in item["blocked"][0]["message"]
    assert lab.get("dot")["metadata"]["annotations"][KEY] == "mine"
    assert len(lab.patches()) == 1


def test_a_person_who_took_it_back_by_hand_left_nothing_to_do(lab: Lab, fixed: str) -> None:
    body = lab.get("dot")
    del body["metadata"]["annotations"][KEY]
    lab.api.put(body)

    ended = lab("undo", "--yes", "-o", "json")

    assert ended.status == 0, ended.err
    assert ended.document["edits"] == []
    assert len(lab.patches()) == 1
    assert [one["state"] for one in listed(lab)] == ["undone"]


def test_another_field_that_somebody_changed_is_left_alone(lab: Lab, fixed: str) -> None:
    lab.annotate("dot", "note", "mine")
    lab.metallb_gives("dot")

    assert lab("undo", "--yes").status == 0
    assert lab.get("dot")["metadata"]["annotations"]["note"] == "mine"


def test_a_service_that_is_gone_or_made_anew(lab: Lab, fixed: str) -> None:
    body = lab.get("dot")
    lab.api.delete("services", "shop", "dot")
    gone = lab("undo", "--dry-run=client")
    assert gone.status == 0
    assert "shop/dot is gone" in gone.err

    del body["metadata"]["uid"]
    lab.api.put(body)
    anew = lab("undo", "--yes", "-o", "json")
    assert anew.status == 1
    assert "made anew" in anew.document["items"][0]["blocked"][0]["message"]


def test_a_service_of_another_type_is_refused(lab: Lab, fixed: str) -> None:
    body = lab.get("dot")
    lab.api.put(body | {"spec": body["spec"] | {"type": "ClusterIP"}})

    ended = lab("undo", fixed, "--yes", "-o", "json")

    assert ended.status == 1
    assert "spec.type" in ended.document["items"][0]["blocked"][0]["message"]
    assert len(lab.patches()) == 1


def test_the_old_address_that_somebody_else_has_is_named(lab: Lab) -> None:
    """A request was given up, another took the address meanwhile: the plan says so before consent."""
    lab.api.put(service("web", FREE, port=443, loadBalancerIP=FREE))
    path = lab.journals / "20260101T000000Z-00000000.json"
    lab.journals.mkdir()
    lab.api.put(service("web", "192.0.2.13", port=443))
    path.write_text(json.dumps(moved_away(lab)))
    lab.api.put(service("thief", FREE, namespace="bank", port=80))

    ended = lab("undo", "moved", "--dry-run=client", "-o", "json")

    assert ended.status == 0, ended.err
    (warning,) = ended.document["warnings"]
    assert warning == (f"shop/web had {FREE} before the plan and gets no address; bank/thief is there now")


def test_who_waited_and_keeps_its_address_is_named(lab: Lab) -> None:
    """MetalLB was woken, no more: nobody takes back what it then gave."""
    lab.api.put(service("web", FREE, port=443, loadBalancerIP=FREE, annotations={"sharedip/woken": "1"}))
    kept = moved_away(lab)
    kept["before"][0]["object"]["status"] = {"loadBalancer": {}}
    kept["effects"][0] |= {"before": [], "after": [[FREE]]}
    woken = {"op": "add", "path": "/metadata/annotations/sharedip~1woken", "value": "1", "was": None}
    kept["edits"][0] |= {"wakesOnly": True, "operations": [woken]}
    lab.journals.mkdir()
    (lab.journals / "20260101T000000Z-00000000.json").write_text(json.dumps(kept))

    ended = lab("undo", "moved", "--dry-run=client", "-o", "json")

    assert ended.status == 0, ended.err
    assert ended.document["effects"] == []
    assert ended.document["warnings"] == [f"shop/web had no address before the plan and will have {FREE}"]


def test_who_came_by_a_key_makes_way_and_it_is_said_why(lab: Lab) -> None:
    """Else the one who was there, being the one that is edited, would lose the address."""
    lab.api.put(service("web", FREE, port=443, loadBalancerIP=FREE, annotations={KEY: "k"}))
    lab.api.put(service("late", FREE, port=80, loadBalancerIP=FREE, annotations={KEY: "k"}))
    kept = moved_away(lab)
    del kept["before"][0]["object"]["metadata"]["annotations"]
    came = {"namespace": "shop", "name": "late"}
    kept |= {"named": [came], "effects": [{"service": came, "before": [], "after": [[FREE]]}]}
    given = {
        "op": "add",
        "path": f"/metadata/annotations/{KEY.replace('/', '~1')}",
        "value": "k",
        "was": None,
    }
    kept["edits"][0]["operations"] = [given]
    lab.journals.mkdir()
    (lab.journals / "20260101T000000Z-00000000.json").write_text(json.dumps(kept))

    ended = lab("undo", "moved", "--dry-run=client", "-o", "json")

    assert ended.status == 0, ended.err
    assert broken_promises(ended.document) == []
    told = [(edit["name"], edit["operations"][0]["value"]) for edit in ended.document["edits"]]
    assert told == [("late", None), ("web", None), ("late", "k")]
    assert [(effect["name"], effect["after"]) for effect in ended.document["effects"]] == [("late", [[]])]
    assert ended.document["warnings"] == [
        "shop/late goes without its sharing key until the rest is taken back: else whoever was there"
        " before it would lose the address to it"
    ]


def moved_away(lab: Lab) -> dict[str, Any]:
    """The journal of a plan that took the request for FREE from shop/web."""
    name = {"namespace": "shop", "name": "web"}
    before = service("web", FREE, port=443, loadBalancerIP=FREE)
    before["metadata"]["uid"] = lab.get("web")["metadata"]["uid"]
    operation = {"op": "remove", "path": "/spec/loadBalancerIP", "value": None, "was": FREE}
    return {
        "version": 1,
        "id": "moved",
        "at": "2026-01-01T00:00:00Z",
        "cluster": {"context": "lab", "server": lab.api.url, "uid": "the-cluster"},
        "summary": "drop shop/web's request",
        "edits": [
            {
                "service": name,
                "resourceVersion": "1",
                "owner": None,
                "wakesOnly": False,
                "operations": [operation],
            }
        ],
        "before": [{"service": name, "object": before}],
        "effects": [{"service": name, "before": [FREE], "after": [["192.0.2.13"]]}],
        "progress": [{"edit": 0, "state": "done", "resourceVersion": "2"}],
    }


def test_an_operator_that_puts_it_back_is_named(lab: Lab) -> None:
    """The fix is reverted at once: it ends unverified, and undo finds nothing left."""

    def put_back(method: str, body: dict[str, Any]) -> None:
        if method == "PATCH":
            now = lab.get("dot")
            now["metadata"]["annotations"].pop(KEY, None)
            lab.api.put(now)

    lab.api.on_write(put_back)
    ended = lab("fix", "dot", "--yes")
    assert ended.status == 4
    assert "put back by somebody" in ended.err
    assert "kubectl sharedip undo " in ended.err

    taken_back = lab("undo", "--yes")
    assert taken_back.status == 0
    assert "Nothing of plan" in taken_back.err
    assert len(lab.patches()) == 1


def test_an_operator_that_puts_the_undo_back_is_named(lab: Lab, fixed: str) -> None:
    lab.api.on_write(lambda method, _: lab.annotate("dot", KEY, "dns") if method == "PATCH" else None)

    ended = lab("undo", "--yes", "--timeout", "5s")

    assert ended.status == 4
    assert "put back by somebody" in ended.err
    assert next(one["state"] for one in listed(lab) if one["id"] == fixed) == "done"


def test_metallb_that_does_not_answer_is_not_verified(lab: Lab, fixed: str) -> None:
    ended = lab("undo", "--yes", "--timeout", "1s", "-o", "json")

    assert ended.status == 4
    assert (ended.document["result"]["applied"], ended.document["result"]["verified"]) == (True, False)
    assert next(one["state"] for one in listed(lab) if one["id"] == fixed) == "undone"


def test_where_the_old_holder_stays_nothing_else_moves(lab: Lab, fixed: str) -> None:
    before = {name: lab.get(name) for name in ("dns-tcp", "dns-udp", "plain")}
    lab.metallb_gives("dot")

    assert lab("undo", "--yes").status == 0
    assert {name: lab.get(name) for name in before} == before
    assert lab.get("vault", "bank")["status"]["loadBalancer"]["ingress"] == [{"ip": HELD_BY_VAULT}]


def test_controller_down_is_said_and_stops_nobody(lab: Lab, fixed: str) -> None:
    down = lab.api.get("deployments", "metallb-system", "controller")
    down["status"] = {"availableReplicas": 0, "unavailableReplicas": 1}
    lab.api.put(down)

    ended = lab("undo", "--yes", "--timeout", "1s", "-o", "json")

    assert ended.status == 4
    assert any("metallb-system/controller" in one for one in ended.document["warnings"])
    assert KEY not in lab.get("dot")["metadata"]["annotations"]


def test_a_pool_that_changed_since_stops_it(lab: Lab, fixed: str) -> None:
    pool = lab.api.get("ipaddresspools", "metallb-system", "lab")
    pool["spec"]["addresses"] = ["192.0.2.12/32"]
    served: list[int] = []

    record = lab.api.record

    def changing(request: Any) -> None:
        record(request)
        if request.path.endswith("/ipaddresspools"):
            served.append(1)
            if len(served) == 2:
                lab.api.put(pool)

    lab.api.record = changing  # type: ignore[method-assign]
    ended = lab("undo", "--yes")

    assert ended.status == 1
    assert "IPAddressPool metallb-system/lab: spec.addresses" in ended.err
    assert len(lab.patches()) == 1


def test_no_journal_no_edit(lab: Lab, fixed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.journals.chmod(0o500)
    try:
        probe = lab.journals / "probe"
        try:
            probe.write_text("")
        except OSError:
            ended = lab("undo", "--yes")
            assert ended.status == 3
        else:  # who may write everywhere is not kept out by a mode
            probe.unlink()
    finally:
        lab.journals.chmod(0o700)
    assert len(lab.patches()) == 1


def test_the_folder_of_another_home_is_empty(lab: Lab, tmp_path: Path) -> None:
    ended = lab.program("undo", "--list", "--journal-dir", str(tmp_path / "none"))

    assert (ended.status, ended.out) == (0, "")
    assert "no plans" in ended.err


@pytest.mark.parametrize(("answer", "status", "edits"), [("y", 0, 2), ("n", 1, 1)])
def test_a_person_at_the_terminal_is_asked(
    lab: Lab, fixed: str, answer: str, status: int, edits: int
) -> None:
    lab.metallb_gives("dot")

    ended = at_terminal(lab, "undo", answers=[answer])

    assert ended.status == status, ended.err
    assert f"{SHARED} -> no address" in ended.out
    assert len(lab.patches()) == edits
