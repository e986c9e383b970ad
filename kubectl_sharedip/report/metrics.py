"""What a monitor is to see of a check: Pending Services by code, findings, and the room in the pools.

Refuses labels that come and go with each Service: a cluster has few pools and few codes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from kubectl_sharedip.diagnose.pool_counts import Count, counts_of
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.report.envelope import Document

_UNEXPLAINED = "none"


def check_metrics(document: Mapping[str, Any], views: Sequence[State]) -> list[Document]:
    """The families of a CheckReport; ``views`` are the states that it was made from."""
    items = [item for item in document["items"] if item["predicted"] is not None]
    states = Counter(item["predicted"]["state"] for item in items)
    pending = Counter(_decisive(item) for item in items if item["predicted"]["state"] == "Pending")
    findings = Counter((f["code"], f["severity"]) for item in document["items"] for f in item["findings"])
    return [
        _family(
            "sharedip_services",
            "Services of the scope by what becomes of them.",
            (({"state": name}, states[name]) for name in ("Assigned", "NotHandled", "OneOf", "Pending")),
        ),
        _family(
            "sharedip_services_pending",
            "Pending Services by the code of the finding that decides; none: it is not told.",
            (({"code": code}, count) for code, count in sorted(pending.items())),
        ),
        _family(
            "sharedip_findings",
            "Findings that are told, by code and severity.",
            (({"code": c, "severity": s}, count) for (c, s), count in sorted(findings.items())),
        ),
        _family(
            "sharedip_findings_ignored",
            "Findings that are counted and not told.",
            [({}, document["summary"]["ignored"])],
        ),
        *_room(views),
    ]


def _decisive(item: Mapping[str, Any]) -> str:
    return next((str(f["code"]) for f in item["findings"] if f["decisive"]), _UNEXPLAINED)


def _room(views: Sequence[State]) -> Iterator[Document]:
    counts = [
        (count.pool.resource.namespace, name, count)
        for state in views
        for name, of_pool in sorted(counts_of(state).items())
        for count in of_pool
    ]
    told: tuple[tuple[str, str, Callable[[Count], int]], ...] = (
        ("sharedip_pool_addresses", "Addresses that the pool can give out.", lambda c: c.size),
        ("sharedip_pool_addresses_used", "Addresses that one Service or more is on.", lambda c: c.used),
        ("sharedip_pool_addresses_shared", "Addresses that two Services or more are on.", lambda c: c.shared),
        ("sharedip_pool_addresses_free", "Addresses that nobody is on.", lambda c: c.left),
    )
    for name, help_, value in told:
        yield _family(name, help_, ((_labels(*one), value(one[2])) for one in counts))


def _labels(namespace: str, pool: str, count: Count) -> dict[str, str]:
    return {"namespace": namespace, "pool": pool, "family": f"ipv{count.family}"}


def _family(name: str, help_: str, samples: Iterable[tuple[Mapping[str, str], int]]) -> Document:
    return {
        "name": name,
        "help": help_,
        "samples": [{"labels": dict(labels), "value": value} for labels, value in samples],
    }
