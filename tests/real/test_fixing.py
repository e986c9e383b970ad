"""``fix`` with ``--yes``: without leave it is refused, with leave MetalLB does what was foretold."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real.asking import (
    Json,
    document,
    foretold,
    name_of,
    parsed,
    resource_versions,
    services_by_name,
    typed,
    written,
)
from tests.realcluster import examples
from tests.realcluster.cluster import RealCluster


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way out for ``service`` of ``example``: what it is asked for with, and who is where then.

    ``listed`` are the flags of every way that is listed where none of them is given; nothing is
    where no leave is needed. ``moves`` are the Services whose addresses change.
    """

    example: str
    service: str
    flags: str
    listed: tuple[str, ...]
    moves: dict[str, str]
    stays: bool = False


_CONFLICT = ("--allow unpin", "--allow others,moves")
_HOLDER = ("--allow others", "--allow unpin")
_POLICIES = ("--allow others,policy", "--allow unpin")

_WAYS = (
    Way(
        example="keyless-requester",
        service="dot",
        flags="",
        listed=(),
        moves={"default/dot": "192.168.1.205"},
    ),
    Way(
        example="classic-conflict",
        service="service-b",
        flags="--allow unpin",
        listed=_CONFLICT,
        moves={"default/service-b": "192.168.1.203"},
    ),
    Way(
        example="classic-conflict",
        service="service-b",
        flags="--allow others,moves",
        listed=_CONFLICT,
        moves={"default/service-b": "192.168.1.202", "default/service-a": "192.168.1.203"},
        stays=True,
    ),
    Way(
        example="full-pool",
        service="second",
        flags="--share-with first",
        listed=("--share-with first",),
        moves={"default/second": "192.168.1.200"},
    ),
    Way(
        example="local-and-cluster",
        service="dns-udp",
        flags="--allow others,policy",
        listed=_POLICIES,
        moves={"default/dns-udp": "192.168.1.200"},
    ),
    Way(
        example="local-and-cluster",
        service="dns-udp",
        flags="--allow unpin",
        listed=_POLICIES,
        moves={"default/dns-udp": "192.168.1.201"},
    ),
    Way(
        example="keyless-holder",
        service="mail-imaps",
        flags="--allow others",
        listed=_HOLDER,
        moves={"default/mail-imaps": "192.168.1.203"},
    ),
    Way(
        example="keyless-holder",
        service="mail-imaps",
        flags="--allow unpin",
        listed=_HOLDER,
        moves={"default/mail-imaps": "192.168.1.200"},
    ),
)


@pytest.mark.parametrize("way", [pytest.param(way, id=f"{way.example} {way.flags}") for way in _WAYS])
def test_it_does_what_it_foretold(cluster: RealCluster, way: Way, tmp_path: Path) -> None:
    examples.create(cluster, examples.manifests(way.example))
    command = _command(way.service, way.flags)
    if way.listed:
        assert command in _refused(cluster, way)
    before, images = cluster.addresses(), services_by_name(cluster)

    plan = parsed(typed(cluster, command, "--yes", "-o", "json"))
    cluster.settle()

    after = cluster.addresses()
    assert after == foretold(plan, before)
    assert after == before | {name: [address] for name, address in way.moves.items()}
    (item,) = plan["items"]
    assert (name_of(item), item["feasible"], item["blocked"]) == (f"default/{way.service}", True, [])
    assert (plan["result"]["applied"], plan["result"]["verified"]) == (True, True)
    _check_edits(plan, services_by_name(cluster))
    _check_journal(plan, images, tmp_path / "state")

    for line in plan["result"]["wayBack"]:
        done = typed(cluster, line)
        assert done.returncode == 0, done.stderr
        cluster.settle(quiet_s=0.3)
    now = services_by_name(cluster)
    assert {name: written(item) for name, item in now.items()} == {
        name: written(item) for name, item in images.items()
    }
    assert cluster.addresses() == (after if way.stays else before)


def _command(service: str, flags: str) -> str:
    return f"kubectl sharedip fix {service} -n default {flags}".rstrip()


def _refused(cluster: RealCluster, way: Way) -> list[str]:
    """The commands that are listed where no leave is given; nothing may have been changed."""
    versions = resource_versions(cluster)
    plan = document(cluster, "fix", way.service, "--yes", status=1)
    assert not plan["items"][0]["feasible"]
    assert (plan["edits"], plan["effects"], plan["result"]) == ([], [], None)
    commands = [alternative["command"] for alternative in plan["alternatives"]]
    assert commands == [_command(way.service, flags) for flags in way.listed]
    assert resource_versions(cluster) == versions
    return commands


def _check_edits(plan: Json, now: dict[str, Json]) -> None:
    """Each field that the plan names is as the plan says, in the cluster."""
    for edit in plan["edits"]:
        for operation in edit["operations"]:
            value: object = now[name_of(edit)]
            for step in operation["path"].split("/")[1:]:
                value = value.get(step.replace("~1", "/")) if isinstance(value, dict) else None
            assert value == operation["value"], operation["path"]


def _check_journal(plan: Json, images: dict[str, Json], state: Path) -> None:
    """The journal is where it belongs, for its owner alone, and has the edited Services as they were."""
    path = Path(plan["result"]["journal"])
    assert state in path.parents
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = json.loads(path.read_text())["before"]
    assert {name_of(one["service"]) for one in kept} == {name_of(edit) for edit in plan["edits"]}
    for one in kept:
        was = images[name_of(one["service"])]
        assert one["object"]["metadata"]["resourceVersion"] == was["metadata"]["resourceVersion"]
        assert one["object"]["metadata"]["uid"] == was["metadata"]["uid"]
        assert written(one["object"]) == written(was)
