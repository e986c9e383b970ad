"""What cannot stand in a case: chance held against the model, and Services that were not read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parents[2]))  # tests.diagnose_room, however pytest was started

from kubectl_sharedip.diagnose.run import diagnose
from kubectl_sharedip.metallb.edits import Edit, Restart, ServiceEdit
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.settle import settle, unrested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.event import Event
from kubectl_sharedip.model.finding import Diagnosis, Finding
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.raw import NotRead
from kubectl_sharedip.report.words import message
from tests.diagnose_room.case import Case, all_cases
from tests.diagnose_room.program import reading_of

WAITER = ServiceName("shop", "waiter")
KEYS = 'can\'t change sharing key for "shop/waiter", address also in use by {}'
PORT = 'port TCP/80 is already in use on "192.0.2.12"'


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in all_cases()])
def test_what_is_told_to_depend_on_order_does(case: Case) -> None:
    """SIP211 stands only where there are several ends: after a start, or as one or another comes first."""
    reading = reading_of(case.file)
    for service in reading.snapshot.services.values():
        found = diagnose(reading.snapshot, reading.views, service).findings
        told = [finding for finding in found if finding.code == "SIP211"]
        state = state_for(reading.views, service)
        if not told or state is None:
            continue
        waiting = unrested(state)
        names = (service.name, *told[0].holders)
        begun: list[Edit] = [Restart(), *(ServiceEdit(service=state.services[name]) for name in names)]
        ends = {end for first in begun for end in _ends(state, first, waiting, service.name)}
        assert len(ends) > 1, service.name


def _ends(
    state: State, first: Edit, waiting: frozenset[ServiceName], name: ServiceName
) -> tuple[tuple[Address, ...], ...]:
    return settle(state, [first], waiting).addresses(name)


def _pool(addresses: str) -> dict[str, Any]:
    return {
        "apiVersion": "metallb.io/v1beta1",
        "kind": "IPAddressPool",
        "metadata": {"name": "lab", "namespace": "metallb-system"},
        "spec": {"addresses": [addresses]},
    }


def _service(name: str, number: int, address: str | None, **spec: object) -> dict[str, Any]:
    shown = [{"ip": address}] if address else []
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "shop", "uid": f"u{number}"},
        "spec": {
            "type": "LoadBalancer",
            "clusterIPs": [f"10.96.0.{number}"],
            "ports": [{"port": 80}],
            **spec,
        },
        "status": {"loadBalancer": {"ingress": shown}},
    }


def _waiter(
    folder: Path, said: Sequence[tuple[str, str]], *, all_read: bool = False, held: bool = False
) -> Diagnosis:
    """waiter asks for 192.0.2.12, which seen holds where ``held``; ``said`` are MetalLB's events."""
    seen = _service("seen", 1, "192.0.2.12" if held else "192.0.2.10")
    documents = [
        _pool("192.0.2.10-192.0.2.19"),
        seen,
        _service("waiter", 2, None, loadBalancerIP="192.0.2.12"),
    ]
    (folder / "input.yaml").write_text(yaml.safe_dump_all(documents))
    reading = reading_of(folder / "input.yaml")
    events = tuple(
        Event(
            service=WAITER,
            reason=reason,
            type="Warning",
            message=text,
            last_seen=f"2026-01-01T00:00:0{place}Z",
            component="metallb-controller",
        )
        for place, (reason, text) in enumerate(said)
    )
    snapshot = replace(reading.snapshot, events=events, read=reading.snapshot.read | {"events"})
    if not all_read:
        snapshot = replace(
            snapshot,
            read=snapshot.read - {"services"},
            not_read=(*snapshot.not_read, NotRead(resource="services", reason="forbidden")),
        )
    return diagnose(snapshot, reading.views, snapshot.services[WAITER])


def _refused(text: str) -> tuple[str, str]:
    return "AllocationFailed", f'Failed to allocate IP for "shop/waiter": {text}'


def _unseen(found: Diagnosis) -> list[tuple[tuple[str, ...], bool, bool, bool]]:
    return [
        (tuple(map(str, one.holders)), one.decisive, one.cause, one.certain)
        for one in found.findings
        if one.code == "SIP212"
    ]


def test_a_holder_that_was_not_read_is_named_from_metallbs_words(tmp_path: Path) -> None:
    found = _waiter(tmp_path, [_refused(KEYS.format("bank/vault,bank/till"))])

    assert _unseen(found) == [(("bank/till", "bank/vault"), True, True, False)]
    (finding,) = (one for one in found.findings if one.code == "SIP212")
    assert message(finding) == (
        "MetalLB says that 192.0.2.12 is held by bank/till, bank/vault, which could not be read here."
    )


def test_what_older_versions_add_is_no_part_of_the_name(tmp_path: Path) -> None:
    """Up to 0.13.7 the reason follows the names."""
    found = _waiter(tmp_path, [_refused(KEYS.format("bank/vault: services can't share key"))])

    assert _unseen(found) == [(("bank/vault",), True, True, False)]


def test_of_a_port_metallb_names_no_holder(tmp_path: Path) -> None:
    found = _waiter(tmp_path, [_refused(PORT)])

    assert _unseen(found) == [((), True, True, False)]
    assert [finding.code for finding in found.findings if finding.decisive] == ["SIP212"]


def test_beside_a_holder_that_was_read_it_is_not_decisive(tmp_path: Path) -> None:
    found = _waiter(tmp_path, [_refused(KEYS.format("bank/vault,shop/seen"))], held=True)

    assert _unseen(found) == [(("bank/vault",), False, True, False)]
    assert [finding.code for finding in found.findings if finding.decisive] == ["SIP202"]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([], id="nothing"),
        pytest.param([_refused("no available IPs")], id="nobody-named"),
        pytest.param([_refused(KEYS.format("shop/seen"))], id="one-that-was-read"),
        pytest.param(
            [_refused(KEYS.format("bank/vault")), ("IPAllocated", 'Assigned IP ["192.0.2.12"]')],
            id="since-then",
        ),
    ],
)
def test_nobody_is_invented(tmp_path: Path, said: Sequence[tuple[str, str]]) -> None:
    assert _unseen(_waiter(tmp_path, said)) == []


def test_where_all_were_read_nobody_is_unseen(tmp_path: Path) -> None:
    found = _waiter(tmp_path, [_refused(KEYS.format("bank/vault"))], all_read=True)

    assert _unseen(found) == []
    assert "SIP212" not in [skipped.code for skipped in found.skipped]


def test_of_many_with_one_key_a_few_are_named_and_those_that_ask_for_the_same_first(tmp_path: Path) -> None:
    """Forty on addresses of their own: each would name all others, and nobody could read that."""
    key = {"metallb.io/allow-shared-ip": "k"}
    pin = {**key, "metallb.io/loadBalancerIPs": "192.0.2.12"}
    documents = [_pool("192.0.2.10-192.0.2.99")]
    for number in range(40):
        body = _service(f"s{number:02}", number, f"192.0.2.{20 + number}")
        metadata = {"annotations": pin if number in (3, 38) else key}
        documents.append({**body, "metadata": {**dict(body["metadata"]), **metadata}})
    file = tmp_path / "many.yaml"
    file.write_text(yaml.safe_dump_all(documents))
    reading = reading_of(file)

    def told(name: str) -> list[Finding]:
        service = reading.snapshot.services[ServiceName("shop", name)]
        found = diagnose(reading.snapshot, reading.views, service).findings
        return [finding for finding in found if finding.code == "SIP207"]

    plain, pinned = told("s10"), told("s03")
    assert len(plain) == len(pinned) == 5
    assert sum("There are more such Services" in message(finding) for finding in plain) == 1
    assert [finding.holders for finding in pinned if finding.severity == "warning"] == [
        (ServiceName("shop", "s38"),)
    ]
    assert {finding.severity for finding in plain} == {"info"}
