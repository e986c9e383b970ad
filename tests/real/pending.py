"""The examples with a Service that stays Pending: why, and what MetalLB says of it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.real.asking import document, name_of
from tests.realcluster.cluster import RealCluster


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """``service`` of ``example`` waits; ``said`` is MetalLB's event without its start.

    ``said`` names holders in their order by name: MetalLB's own is random. ``holders`` are those
    whom the finding must name.
    """

    example: str
    service: str
    code: str
    holders: tuple[str, ...]
    said: str

    @property
    def event(self) -> str:
        """The whole text of MetalLB's event."""
        return f'Failed to allocate IP for "default/{self.service}": {self.said}'


CASES = (
    Case(
        example="classic-conflict",
        service="service-b",
        code="SIP206",
        holders=("default/service-a",),
        said='port TCP/80 is already in use on "192.168.1.202"',
    ),
    Case(
        example="full-pool",
        service="second",
        code="SIP307",
        holders=(),
        said="no available IPs",
    ),
    Case(
        example="keyless-holder",
        service="mail-imaps",
        code="SIP202",
        holders=("default/mail-smtp",),
        said='can\'t change sharing key for "default/mail-imaps", address also in use by default/mail-smtp',
    ),
    Case(
        example="keyless-requester",
        service="dot",
        code="SIP201",
        holders=("default/dns-tcp", "default/dns-udp"),
        said='can\'t change sharing key for "default/dot",'
        " address also in use by default/dns-tcp,default/dns-udp",
    ),
    Case(
        example="local-and-cluster",
        service="dns-udp",
        code="SIP204",
        holders=("default/dns-tcp",),
        said='can\'t change sharing key for "default/dns-udp", address also in use by default/dns-tcp',
    ),
)


def check_reason(cluster: RealCluster, case: Case) -> None:
    """The Service has no address, MetalLB's newest event is as foretold, and ``why`` names the cause."""
    assert cluster.addresses()[f"default/{case.service}"] == []
    failures = [e for e in cluster.events("default", case.service) if e["reason"] == "AllocationFailed"]
    assert _holders_sorted(failures[-1]["message"]) == case.event

    (item,) = document(cluster, "why", case.service)["items"]
    assert (item["state"], item["addresses"]) == ("Pending", [])
    (decisive,) = (finding for finding in item["findings"] if finding["decisive"])
    assert (decisive["code"], decisive["cause"], decisive["certain"]) == (case.code, True, True)
    named = {name_of(one) for one in decisive["objects"] if one["kind"] == "Service"}
    assert named - {f"default/{case.service}"} == set(case.holders)
    # "agrees" is the model's own text held against MetalLB's.
    told = [event for event in item["events"] if event["reason"] == "AllocationFailed"]
    assert {_holders_sorted(event["message"]) for event in told} == {case.event}
    assert all(event["agrees"] for event in told)

    # Without a name, it is the one that waits; ls gives the same reason.
    (alone,) = document(cluster, "why")["items"]
    assert name_of(alone) == f"default/{case.service}"
    (waiting,) = document(cluster, "ls", "--pending")["pending"]
    assert waiting["reason"]["code"] == case.code
    assert {name_of(one) for one in waiting["reason"]["holders"]} == set(case.holders)


def _holders_sorted(message: str) -> str:
    start, found, holders = message.partition("in use by ")
    return start + found + ",".join(sorted(holders.split(",")))
