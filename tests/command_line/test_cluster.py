"""ls, why and the plan of fix on a cluster: the same answers, with the limits of what may be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest

from tests.command_line.lab import HELD_BY_VAULT, KEY, SHARED, TOKEN, Lab, service
from tests.command_line.program import Program, refused
from tests.command_line.schema import broken_promises
from tests.fakeapi import FakeApi, Fault


@pytest.fixture
def lab(program: Program) -> Iterator[Lab]:
    with FakeApi() as api:
        yield Lab(api, program)


def codes(document: dict[str, Any]) -> list[str]:
    return [note["code"] for note in document["notes"]]


def test_the_addresses_of_the_namespace_and_who_shares_them(lab: Lab) -> None:
    ended = lab("ls", "-o", "json")

    document = ended.document
    assert (ended.status, ended.err, broken_promises(document)) == (0, "", [])
    (item,) = document["items"]
    assert item["address"] == SHARED
    assert [s["name"] for s in item["services"]] == ["dns-tcp", "dns-udp"]
    assert [waiting["name"] for waiting in document["pending"]] == ["dot"]
    source = document["source"]
    assert (source["context"], source["server"], source["kubernetes"]) == ("lab", lab.api.url, "v1.34.1")
    assert source["metallb"] == [
        {
            "namespace": "metallb-system",
            "lbClass": None,
            "version": "0.16.1",
            "exact": True,
            "how": "image",
        }
    ]
    assert source["notRead"] == document["notes"] == []
    assert source["takenAt"] is not None


def test_all_namespaces(lab: Lab) -> None:
    addresses = [item["address"] for item in lab("ls", "-A", "-o", "json").document["items"]]

    assert addresses == [SHARED, HELD_BY_VAULT]


def test_why_names_the_holders_and_the_command_with_its_context(lab: Lab) -> None:
    ended = lab("why", "--context", "lab", "-o", "json")

    document = ended.document
    assert (ended.status, broken_promises(document)) == (0, [])
    (item,) = document["items"]
    (finding,) = item["findings"]
    assert (finding["code"], finding["decisive"], finding["certain"]) == ("SIP201", True, True)
    (remedy,) = finding["remedies"]
    assert (
        remedy["command"] == f"kubectl sharedip fix dot -n shop --kubeconfig {lab.kubeconfig} --context lab"
    )


def test_a_service_of_another_type_is_found_by_its_name(lab: Lab) -> None:
    ended = lab("why", "svc/plain", "-o", "json")

    (item,) = ended.document["items"]
    assert item["state"] == "NotHandled"
    assert [finding["code"] for finding in item["findings"]] == ["SIP405"]


def test_a_name_of_another_namespace(lab: Lab) -> None:
    refused(lab("why", "vault"), 3, '"vault" not found', "bank/vault")
    assert lab("why", "bank/vault", "-o", "json").document["items"][0]["addresses"] == [HELD_BY_VAULT]


def test_a_plan_is_headed_by_context_server_and_user(lab: Lab) -> None:
    ended = lab("fix", "dot", "--dry-run=client")

    assert ended.status == 0
    for text in ("lab", lab.api.url, "lab-user"):
        assert text in ended.out.splitlines()[0]
    assert lab.patches() == []


def test_a_plan_names_the_cluster_and_what_it_edits(lab: Lab) -> None:
    document = lab("fix", "dot", "--dry-run=client", "-o", "json").document

    assert broken_promises(document) == []
    assert document["cluster"] == {"context": "lab", "server": lab.api.url, "uid": "the-cluster"}
    (edit,) = document["edits"]
    assert edit["resourceVersion"] == lab.get("dot")["metadata"]["resourceVersion"]
    relied = {(fact["name"], fact["path"]): fact["value"] for fact in document["reliedOn"]}
    assert relied["dns-tcp", f'metadata.annotations["{KEY}"]'] == "dns"
    assert relied["dot", "spec.loadBalancerIP"] == SHARED


def test_the_token_is_never_printed(lab: Lab) -> None:
    words = ("--token", TOKEN)
    for command in (("why",), ("fix", "dot"), ("fix", "dot", "-o", "json"), ("ls", "-v", "8")):
        ended = lab(*command, *words)
        assert TOKEN not in ended.out + ended.err


def test_every_request_is_told_of_where_that_is_wanted(lab: Lab) -> None:
    told = lab("ls", "-v", "6").err.splitlines()

    asked = [f"{one.method} {one.path} 200 in " for one in lab.api.requests]
    assert sorted(line.rpartition(" in ")[0] + " in " for line in told) == sorted(asked)
    assert all(line.endswith(" ms") for line in told)
    assert lab("ls", "-v", "5").err == ""


def test_an_older_server_knows_no_selector_by_type(lab: Lab) -> None:
    lab.api.knows_service_type = False

    assert lab("ls", "-o", "json").document["pending"][0]["name"] == "dot"


# What has been looked at by MetalLB, and what may not have been yet


def test_one_that_would_be_assigned_waits_for_a_wake_up(lab: Lab) -> None:
    """Everything was read, and nothing has changed for long: MetalLB will not look by itself."""
    lab.api.put(service("late", port=8080))

    item = lab("why", "late", "-o", "json").document["items"][0]
    plan = lab("fix", "late", "--dry-run=client", "-o", "json").document

    assert [(f["code"], f["decisive"], f["certain"]) for f in item["findings"]] == [("SIP501", True, True)]
    (operation,) = plan["edits"][0]["operations"]
    assert (operation["path"], operation["value"]) == ("/metadata/annotations/sharedip~1woken", "1")


def test_one_that_came_a_moment_ago_is_not_judged(lab: Lab) -> None:
    body = service("late", port=8080)
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    lab.api.put(body | {"metadata": body["metadata"] | {"creationTimestamp": now}})

    document = lab("why", "late", "-o", "json").document
    listed = {w["name"]: w["reason"]["code"] for w in lab("ls", "-o", "json").document["pending"]}
    plan = lab("fix", "late", "--dry-run=client", "-o", "json")

    assert document["items"][0]["findings"] == []
    assert codes(document) == ["SIP904"]
    assert listed == {"dot": "SIP201", "late": "SIP904"}
    assert plan.status == 1
    assert broken_promises(plan.document) == []
    assert plan.document["items"][0]["blocked"][0]["code"] == "SIP904"


def test_one_at_rest_where_the_rules_would_not_have_it_is_to_be_reported(lab: Lab) -> None:
    lab.api.put(service("odd", "192.0.2.11", port=8080, loadBalancerIP="192.0.2.13"))

    item = lab("why", "odd", "-o", "json").document["items"][0]

    found = [finding["code"] for finding in item["findings"]]
    assert [code for code in found if not code.startswith("SIP6")] == ["SIP508"]  # nothing is announced here


# What may not be read


def test_services_of_one_namespace_only(lab: Lab) -> None:
    """The answer is given, and says what it leaves open."""
    lab.api.forbidden = {("services", None)}
    ended = lab("why", "-o", "json")

    document = ended.document
    assert (ended.status, broken_promises(document)) == (0, [])
    assert codes(document) == ["SIP901"]
    assert document["source"]["notRead"] == [
        {"resource": "services", "namespace": None, "reason": "forbidden"}
    ]
    (item,) = document["items"]
    assert [finding["code"] for finding in item["findings"] if finding["decisive"]] == ["SIP201"]


def test_a_holder_that_may_not_be_seen_is_not_invented(lab: Lab) -> None:
    """web asks for the address of bank/vault. What is not seen is neither free nor held."""
    lab.api.put(service("web", port=8080, loadBalancerIP=HELD_BY_VAULT))
    lab.api.forbidden = {("services", None)}

    item = lab("why", "web", "-o", "json").document["items"][0]
    listed = {w["name"]: w["reason"] for w in lab("ls", "-o", "json").document["pending"]}

    assert [finding["code"] for finding in item["findings"]] == []
    assert "SIP501" in [skipped["code"] for skipped in item["skipped"]]
    assert listed["web"]["code"] is None
    assert listed["web"]["holders"] == []


def test_a_plan_in_the_dark_needs_leave(lab: Lab) -> None:
    lab.api.forbidden = {("services", None)}
    without = lab("fix", "dot", "--dry-run=client", "-o", "json")
    given = lab("fix", "dot", "--dry-run=client", "--allow", "unseen", "-o", "json")

    assert without.status == 1
    assert [way["needs"] for way in without.document["alternatives"]] == [["unseen"]]
    assert given.status == 0
    assert [edit["name"] for edit in given.document["edits"]] == ["dot"]


def test_pools_that_may_not_be_read(lab: Lab) -> None:
    """Who holds the address is still told; what needs pools is skipped, and nothing is planned."""
    lab.api.forbidden = {("ipaddresspools", "*"), ("ipaddresspools", None)}
    lab.api.forbidden.add(("ipaddresspools", "metallb-system"))
    document = lab("why", "-o", "json").document
    plan = lab("fix", "dot", "--dry-run=client", "-o", "json")

    (item,) = document["items"]
    assert [(f["code"], f["certain"]) for f in item["findings"]] == [("SIP201", False)]
    assert {"SIP105", "SIP307"} <= {skipped["code"] for skipped in item["skipped"]}
    assert "SIP901" in codes(document)
    assert plan.status == 1
    assert plan.document["items"][0]["blocked"][0]["code"] == "SIP901"


def test_a_version_that_may_not_be_found_out(lab: Lab) -> None:
    lab.api.forbidden = {("deployments", "*"), ("deployments", None), ("deployments", "metallb-system")}
    document = lab("why", "-o", "json").document

    assert {"SIP901", "SIP902"} <= set(codes(document))
    assert [one["how"] for one in document["source"]["metallb"]] == ["assumed"]
    assert document["items"][0]["findings"][0]["code"] == "SIP201"


def test_no_rights_to_any_service(lab: Lab) -> None:
    lab.api.forbidden = {("services", "*")}

    for words in (("ls",), ("why", "dot"), ("fix", "dot", "--yes")):
        refused(lab(*words), 3, "forbidden", "services")


def test_nobody_of_that_name(lab: Lab) -> None:
    lab.api.token = "another"

    refused(lab("ls"), 3, "Unauthorized")


def test_no_metallb_in_the_cluster(lab: Lab) -> None:
    lab.api.absent = {"ipaddresspools"}
    lab.api.delete("deployments", "metallb-system", "controller")
    plan = lab("fix", "dot", "--dry-run=client", "-o", "json")

    item = lab("why", "dot", "-o", "json").document["items"][0]
    assert item["state"] == "NotHandled"
    assert [finding["code"] for finding in item["findings"]] == ["SIP402"]
    assert plan.status == 1
    assert plan.document["items"][0]["blocked"][0]["code"] == "SIP402"


def test_a_server_in_trouble_is_named_with_its_words(lab: Lab) -> None:
    lab.api.fail("services", Fault(status=500, body=b"etcd is gone"), times=9)

    refused(lab("ls"), 3, "etcd is gone")


def test_events_are_evidence_and_an_outdated_one_is_told_apart(lab: Lab) -> None:
    failed = 'Failed to allocate IP for "shop/dot": '
    for number, text in enumerate(
        (f'{failed}"10.0.0.1" is not allowed in config', f"{failed}can't change sharing key")
    ):
        said = text if number == 0 else f'{text} for "shop/dot", address also in use by'
        lab.api.put(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"namespace": "shop", "name": f"dot.{number}"},
                "involvedObject": {"kind": "Service", "namespace": "shop", "name": "dot"},
                "reason": "AllocationFailed",
                "type": "Warning",
                "message": f"{said} shop/dns-udp,shop/dns-tcp" if number else said,
                "source": {"component": "metallb-controller"},
                "lastTimestamp": f"2026-01-02T03:0{number}:00Z",
            }
        )

    events = lab("why", "-o", "json").document["items"][0]["events"]

    # The order in which MetalLB names holders is random, so it says nothing.
    assert [(event["lastSeen"], event["agrees"]) for event in events] == [
        ("2026-01-02T03:00:00Z", False),
        ("2026-01-02T03:01:00Z", True),
    ]
