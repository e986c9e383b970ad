"""What is offered to be typed: there is something for every cause, and nothing that does harm.

``CAUSES`` is read off the cases themselves: whatever is a cause in one of them is to have a remedy, or a
reason why there may be none.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.diagnose_room, however pytest was started

from kubectl_sharedip.diagnose.catalogue import CATALOGUE
from kubectl_sharedip.report.by_hand import ALWAYS, BESIDE_CAUSES, BY_HAND, NO_REMEDY
from tests.diagnose_room.case import FOLDER, Case, all_cases
from tests.diagnose_room.program import ask

CASES = all_cases()
each_case = pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])

Json = dict[str, Any]

VERBS = {"annotate", "apply", "create", "describe", "edit", "get", "label", "logs", "patch", "sharedip"}
#: What has no namespace, or is asked for in all of them.
_EVERYWHERE = ("nodes",)
_HARM = ("delete", "restart", "--force", "--all", "drain", "replace")


@cache
def _items(file: Path, *words: str) -> tuple[Json, ...]:
    named = {case.file: [one.name for one in case.services] for case in CASES}[file]
    return tuple(ask("why", *named, "-f", str(file), "-o", "json", *words).document["items"])


def _remedies(item: Json) -> list[Json]:
    return [remedy for finding in item["findings"] for remedy in finding["remedies"]]


def _by_hand(item: Json) -> list[Json]:
    return [r for r in _remedies(item) if not r["command"].startswith("kubectl sharedip ")]


def _causes(item: Json) -> set[str]:
    return {finding["code"] for finding in item["findings"] if finding["cause"]}


_FOLDERS_OF = {
    code: [case for case in CASES if case.name == code or case.name.startswith(f"{code}-")]
    for code in CATALOGUE
}
CAUSES = sorted({code for case in CASES for one in case.services for code in one.causes})


@pytest.mark.parametrize("code", CAUSES)
def test_a_cause_has_a_remedy_or_a_reason_for_none(code: str) -> None:
    """Its own folders count; where it is no cause in any of them, all that have it as one."""
    own = [item for case in _FOLDERS_OF[code] for item in _items(case.file) if code in _causes(item)]
    asked = own or [item for case in CASES for item in _items(case.file) if code in _causes(item)]

    assert asked
    for item in asked:
        assert _remedies(item) or code in NO_REMEDY, f"{item['namespace']}/{item['name']}"


def test_mended_pools_leave_no_report_of_them_standing() -> None:
    file = FOLDER / "case-24-configuration-not-in-force" / "input.yaml"
    items = ask("why", "-f", str(file), "-o", "json").document["items"]
    left = {
        tuple(remedy["leaves"])
        for item in items
        for finding in item["findings"]
        if finding["code"] == "SIP308"
        for remedy in finding["remedies"]
    }
    assert left == {()}


def test_the_tables_speak_of_codes_that_there_are() -> None:
    known = set(CATALOGUE)

    assert set(BY_HAND) <= known
    assert set(NO_REMEDY) <= set(BY_HAND)
    assert set(BESIDE_CAUSES | ALWAYS) <= set(BY_HAND)
    assert all(reason.strip() for reason in NO_REMEDY.values())


@each_case
def test_a_command_can_be_typed_as_it_is(case: Case) -> None:
    for item in _items(case.file):
        for remedy in _remedies(item):
            program, verb, *words = shlex.split(remedy["command"])
            assert program == "kubectl"
            assert verb in VERBS
            assert not set(words) & set(_HARM), remedy["command"]
            assert not any(sign in remedy["command"] for sign in ("<", "...", "\n")), remedy["command"]
            assert remedy["summary"][0].isupper()
            assert not remedy["summary"].endswith(".")


@each_case
def test_a_command_names_the_namespace_of_what_it_is_about(case: Case) -> None:
    # A holder that could not be read is no object of the input; the case names it.
    holders = {holder for one in case.services for holder in one.holders or ()}
    known = _objects(case) | {("svc", *holder.split("/")) for holder in holders}
    for item in _items(case.file):
        for remedy in _by_hand(item):
            words = shlex.split(remedy["command"])[1:]
            kind, slash, name = next(word for word in words[1:] if not word.startswith("-")).partition("/")
            if kind in _EVERYWHERE or "-A" in words:
                assert not slash
                continue
            namespace = words[words.index("-n") + 1]
            if "." in kind:  # whoever owns the Service is no object of the case
                assert f"{namespace}/{name}" in remedy["summary"]
            elif slash and kind != "deployment":
                assert (kind, namespace, name) in known, remedy["command"]
            else:
                assert namespace in {one for _, one, _ in known}


@each_case
def test_what_is_left_standing_is_found_too(case: Case) -> None:
    for item in _items(case.file):
        for finding in item["findings"]:
            for remedy in finding["remedies"]:
                assert set(remedy["leaves"]) <= _causes(item) - {finding["code"]}
                assert remedy["leaves"] == [] or finding["cause"]


@each_case
def test_of_what_is_no_cause_a_service_that_waits_is_told_nothing(case: Case) -> None:
    for item in _items(case.file):
        for finding in item["findings"]:
            if finding["remedies"] and not finding["cause"]:
                assert finding["code"] in BESIDE_CAUSES | ALWAYS
                assert item["addresses"] or finding["code"] in ALWAYS


@each_case
def test_no_live_address_moves_without_a_word(case: Case) -> None:
    """An edit of a Service that has an address says that it stays, or that clients lose it."""
    for item in _items(case.file):
        for remedy in _by_hand(item) if item["addresses"] else ():
            if remedy["command"].startswith("kubectl annotate "):
                said = remedy["summary"]
                assert "no address moves" in said or "lose it" in said
                assert ("no address moves" in said) or item["addresses"][0] in said


#: A folder, a Service, a code, and all of its remedies by hand: summary, command, leaves.
IN_FULL: tuple[tuple[str, str, str, Sequence[tuple[str, str, Sequence[str]]]], ...] = (
    (
        "SIP109",
        "shop/typo",
        "SIP109",
        [
            (
                'Write metallb.io/allow-shared-ip ("dns"), and take metallb.io/allow-shared away: it gets'
                " 192.0.2.12",
                "kubectl annotate svc/typo metallb.io/allow-shared-ip=dns metallb.io/allow-shared- -n shop",
                [],
            )
        ],
    ),
    (
        "SIP109",
        "shop/vendor",
        "SIP109",
        [
            (
                'Write metallb.universe.tf/address-pool ("spare"), and take metallb.universe.tf/pool-name'
                " away: it goes from 192.0.2.10 to 198.51.100.0, and clients on 192.0.2.10 lose it",
                "kubectl annotate svc/vendor metallb.universe.tf/address-pool=spare"
                " metallb.universe.tf/pool-name- -n shop",
                [],
            )
        ],
    ),
    ("SIP109", "shop/odd", "SIP109", []),
    (
        "prefix-too-new",
        "shop/modern",
        "SIP109",
        [
            (
                'Write metallb.universe.tf/allow-shared-ip ("dns"): it gets 192.0.2.12',
                "kubectl annotate svc/modern metallb.universe.tf/allow-shared-ip=dns -n shop",
                [],
            )
        ],
    ),
    (
        "SIP110",
        "shop/joiner",
        "SIP110",
        [
            (
                'Write metallb.io/allow-shared-ip ("dns") as an annotation: it gets 192.0.2.12',
                "kubectl annotate svc/joiner metallb.io/allow-shared-ip=dns -n shop",
                [],
            ),
            (
                "Then take the label metallb.io/allow-shared-ip away, unless somebody else selects by it",
                "kubectl label svc/joiner metallb.io/allow-shared-ip- -n shop",
                ["SIP201"],
            ),
        ],
    ),
    # Which of the two is meant is not to be seen: the version is an assumption, and nothing is said.
    ("SIP112", "shop/torn", "SIP112", []),
    ("SIP112", "shop/bare", "SIP112", []),
    (
        "annotation-precedence",
        "shop/hidden",
        "SIP112",
        [
            (
                "Take metallb.io/allow-shared-ip away, so that metallb.universe.tf/allow-shared-ip"
                ' ("dns") counts: it gets 192.0.2.12',
                "kubectl annotate svc/hidden metallb.io/allow-shared-ip- -n shop",
                [],
            )
        ],
    ),
    (
        "SIP115",
        "shop/mails",
        "SIP115",
        [
            (
                'Give it the sharing key "mail" of shop/mail: it gets 192.0.2.12',
                "kubectl annotate --overwrite svc/mails metallb.io/allow-shared-ip=mail -n shop",
                [],
            )
        ],
    ),
    (
        "SIP303",
        "shop/idle",
        "SIP303",
        [
            (
                "Have it request pool lab, which gives addresses only when asked: it gets 192.0.2.11",
                "kubectl annotate svc/idle metallb.universe.tf/address-pool=lab -n shop",
                [],
            ),
            (
                "Set autoAssign of pool lab to true, and anybody gets its addresses (its owner decides)",
                "kubectl edit ipaddresspool/lab -n metallb-system",
                [],
            ),
        ],
    ),
    (
        "SIP311",
        "shop/second",
        "SIP311",
        [
            (
                "Create pool far in namespace metallb-system too, with the spec that it has in shop",
                "kubectl get ipaddresspool/far -o yaml -n shop",
                [],
            )
        ],
    ),
    (
        "SIP403",
        "shop/mute",
        "SIP403",
        [
            (
                "See why MetalLB's controller is not ready",
                "kubectl get pods -n metallb-system -o wide",
                ["SIP201"],
            ),
            (
                "Read what it said last",
                "kubectl logs deployment/controller -n metallb-system --tail 50",
                ["SIP201"],
            ),
        ],
    ),
    # Its old address is held, and whoever holds it is named in the finding.
    ("SIP510", "shop/swapped", "SIP510", []),
    (
        "SIP603",
        "shop/away",
        "SIP603",
        [
            (
                "See where its pods run, and have one on a node that may announce",
                "kubectl get pods -l app=away -n shop -o wide",
                [],
            ),
            (
                "Set its externalTrafficPolicy to Cluster: no address moves, and its pods no longer see"
                " client source IPs",
                "kubectl patch svc/away -n shop --type merge -p"
                """ '{"spec":{"externalTrafficPolicy":"Cluster"}}'""",
                [],
            ),
        ],
    ),
    (
        "SIP705-free-port",
        "shop/web",
        "SIP705",
        [
            (
                "See which finalizers keep shop/old, and why those who set them are not done; one that is"
                " removed by hand leaves behind what it was to clean up",
                "kubectl get svc/old -o 'jsonpath={.metadata.finalizers}' -n shop",
                ["SIP202"],
            )
        ],
    ),
    (
        "two-holders-two-keys",
        "shop/b",
        "SIP213",
        [
            (
                'Give it the sharing key "x" of shop/a: no address moves',
                "kubectl annotate --overwrite svc/b metallb.io/allow-shared-ip=x -n shop",
                [],
            )
        ],
    ),
)


@pytest.mark.parametrize(
    ("folder", "name", "code", "expected"), IN_FULL, ids=[f"{one[0]}-{one[1]}" for one in IN_FULL]
)
def test_the_remedies_in_full(
    folder: str, name: str, code: str, expected: Sequence[tuple[str, str, Sequence[str]]]
) -> None:
    (item,) = ask("why", name, "-f", str(FOLDER / folder / "input.yaml"), "-o", "json").document["items"]
    (finding,) = (one for one in item["findings"] if one["code"] == code)
    told = [r for r in finding["remedies"] if not r["command"].startswith("kubectl sharedip ")]

    assert [(r["summary"], r["command"], r["leaves"]) for r in told] == list(expected)
    assert all(r["needs"] == [] for r in told)


GOES_BACK = """
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lab, namespace: metallb-system}
spec: {addresses: [192.0.2.10-192.0.2.40]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: metallb-system, labels: {app: metallb, component: controller}}
spec: {template: {spec: {containers: [{name: controller, image: "quay.io/metallb/controller:v0.15.3"}]}}}
status: {availableReplicas: 1}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, uid: u1, annotations: ANNOTATIONS}
spec: {type: LoadBalancer, clusterIPs: [10.96.0.1], ports: [{port: 80}]}
status: {loadBalancer: {ingress: [{ip: 192.0.2.11}]}}
---
apiVersion: v1
kind: Event
metadata: {name: web.1, namespace: shop, resourceVersion: "1"}
involvedObject: {kind: Service, namespace: shop, name: web}
reason: IPAllocated
type: Normal
message: 'Assigned IP ["192.0.2.10"]'
lastTimestamp: "2026-01-05T10:00:00Z"
source: {component: metallb-controller}
---
apiVersion: v1
kind: Event
metadata: {name: web.2, namespace: shop, resourceVersion: "2"}
involvedObject: {kind: Service, namespace: shop, name: web}
reason: IPAllocated
type: Normal
message: 'Assigned IP ["192.0.2.11"]'
lastTimestamp: "2026-01-05T10:30:00Z"
source: {component: metallb-controller}
"""


def _asked(folder: Path, annotations: str, *flags: str) -> Iterator[tuple[str, str, str]]:
    file = folder / "input.yaml"
    file.write_text(GOES_BACK.replace("ANNOTATIONS", annotations))
    (item,) = ask("why", "shop/web", "-f", str(file), "-o", "json", *flags).document["items"]
    for finding in item["findings"]:
        for remedy in finding["remedies"]:
            yield finding["code"], remedy["summary"], remedy["command"]


def test_the_way_back_says_what_it_moves(tmp_path: Path) -> None:
    assert list(_asked(tmp_path, "{}")) == [
        (
            "SIP510",
            "To go back, have it request 192.0.2.10: it goes from 192.0.2.11 to 192.0.2.10, and clients on"
            " 192.0.2.11 lose it",
            "kubectl annotate svc/web metallb.io/loadBalancerIPs=192.0.2.10 -n shop",
        )
    ]


def test_an_old_prefix_is_renamed_where_the_version_is_known(tmp_path: Path) -> None:
    told = _asked(tmp_path, "{metallb.universe.tf/allow-shared-ip: dns}")

    assert [one for one in told if one[0] == "SIP111"] == [
        (
            "SIP111",
            'Write metallb.io/allow-shared-ip ("dns") in place of metallb.universe.tf/allow-shared-ip: no'
            " address moves",
            "kubectl annotate svc/web metallb.io/allow-shared-ip=dns metallb.universe.tf/allow-shared-ip-"
            " -n shop",
        )
    ]


def test_what_is_hidden_is_taken_away_and_what_is_in_force_stays(tmp_path: Path) -> None:
    both = "{metallb.universe.tf/allow-shared-ip: old, metallb.io/allow-shared-ip: new}"
    told = _asked(tmp_path, both)

    assert [one for one in told if one[0] in ("SIP111", "SIP112")] == [
        (
            "SIP112",
            "Take metallb.universe.tf/allow-shared-ip away, which has no effect: no address moves",
            "kubectl annotate svc/web metallb.universe.tf/allow-shared-ip- -n shop",
        )
    ]


def test_the_flags_in_force_stand_in_every_command(tmp_path: Path) -> None:
    flags = ("--context", "lab", "--as", "jane doe")
    told = list(_asked(tmp_path, "{}", *flags))

    assert told
    assert all(command.endswith("-n shop --context lab --as 'jane doe'") for *_, command in told)


OWNED = "{metallb.universe.tf/allow-shared-ip: dns}, labels: {gateway.networking.k8s.io/gateway-name: edge}"


def test_whoever_puts_an_edit_by_hand_back_is_named(tmp_path: Path) -> None:
    told = list(_asked(tmp_path, OWNED))

    assert {code for code, *_ in told} == {"SIP111", "SIP510", "SIP702"}
    assert [one[1:] for one in told if one[0] == "SIP702"] == [
        (
            "Change Service shop/web where it lasts, in Gateway shop/edge (spec.infrastructure)",
            "kubectl get gateways.gateway.networking.k8s.io/edge -o yaml -n shop",
        )
    ]


def _objects(case: Case) -> set[tuple[str, str, str]]:
    short = {"Service": "svc"}
    return {
        (short.get(body["kind"], body["kind"].lower()), body["metadata"].get("namespace", ""), name)
        for body in case.documents
        if (name := body.get("metadata", {}).get("name"))
    }
