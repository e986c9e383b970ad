"""What a person would do about each cause, done to a snapshot: the test's own hands, not the plan's.

One way a code, the bluntest that there is. It knows the codes and what they name, and asks the
program nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType

from kubectl_sharedip.metallb.versions import Version, parse_version
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.pool import PoolResource
from kubectl_sharedip.model.raw import Origin
from kubectl_sharedip.model.service import Service, ServicePort
from kubectl_sharedip.model.snapshot import Snapshot

PREFIXES = ("metallb.io/", "metallb.universe.tf/")
KEY = "cleared"
# Room that no world uses, of both families.
MORE_ROOM = ("10.99.0.1-10.99.0.254", "fc99::1-fc99::ffff")
_FRESH = {4: "10.99.0.7", 6: "fc99::7"}
_POOL = ("metallb.io/address-pool", "metallb.universe.tf/address-pool")
# Where a key may stand, the one that wins first; before 0.14.9 there is the old prefix only.
_KEYS = {
    PREFIXES[0]: tuple(prefix + "allow-shared-ip" for prefix in PREFIXES),
    PREFIXES[1]: (PREFIXES[1] + "allow-shared-ip",),
}
_FREE_PORT = ServicePort(60000, "TCP")


@dataclass(frozen=True, slots=True)
class Clearing:
    """One finding of one Service, to be cleared in a snapshot."""

    snapshot: Snapshot
    service: Service
    finding: Finding

    def services(self, *changed: Service) -> Snapshot:
        """With these Services in place of those of their names."""
        known = {**self.snapshot.services, **{one.name: one for one in changed}}
        return replace(self.snapshot, services=MappingProxyType(known))

    def pools(self, pools: Iterable[PoolResource]) -> Snapshot:
        """With these pools and no others."""
        return replace(self.snapshot, pools=tuple(pools))

    @property
    def prefix(self) -> str:
        """The prefix that wins in the version of the snapshot."""
        version = parse_version(self.snapshot.installations[0].version)
        assert version is not None
        return PREFIXES[0] if version >= Version(0, 14, 9) else PREFIXES[1]

    @property
    def holders(self) -> list[Service]:
        """Those in the way."""
        return [self.snapshot.services[name] for name in self.finding.holders]


def without(service: Service, name: str) -> Service:
    """The Service without MetalLB's annotation of that name, under whichever prefix."""
    gone = {prefix + name for prefix in PREFIXES}
    kept = {key: value for key, value in service.annotations.items() if key not in gone}
    return replace(service, annotations=MappingProxyType(kept))


def with_key(service: Service, key: str) -> Service:
    """The Service with this sharing key, under both prefixes, so that every version reads it."""
    written = {prefix + "allow-shared-ip": key for prefix in PREFIXES}
    return replace(service, annotations=MappingProxyType({**service.annotations, **written}))


def _one_request(it: Clearing) -> Snapshot:
    return it.services(replace(it.service, load_balancer_ip=""))


def _good_request(it: Clearing) -> Snapshot:
    """An address that can be had, in place of the one that cannot: in the pool that it asks for, if any."""
    snapshot = _more_room(it)
    families = [6 if ":" in ip else 4 for ip in it.service.cluster_ips]
    asked = ",".join(_FRESH[family] for family in families)
    bare = without(replace(it.service, load_balancer_ip=""), "loadBalancerIPs")
    written = {prefix + "loadBalancerIPs": asked for prefix in PREFIXES}
    asking = replace(bare, annotations=MappingProxyType({**bare.annotations, **written}))
    return Clearing(snapshot, asking, it.finding).services(asking)


def _in_a_pool(it: Clearing) -> Snapshot:
    """Its address, whichever it is, is given to a pool: the one that it asks for, if any."""
    if any("," in it.service.annotations.get(prefix + "loadBalancerIPs", "") for prefix in PREFIXES):
        return _good_request(it)  # both must come from one pool
    known = {address for pool in it.snapshot.pools for address in pool.addresses}
    entry = f"{it.finding.values['address']}/{128 if ':' in str(it.finding.values['address']) else 32}"
    return it.snapshot if entry in known else _add(it, (entry,))


def _not_avoided(it: Clearing) -> Snapshot:
    return it.pools(replace(pool, avoid_buggy_ips=False) for pool in it.snapshot.pools)


def _no_pool_request(it: Clearing) -> Snapshot:
    return it.services(without(it.service, "address-pool"))


def _pool_with_room(it: Clearing) -> Snapshot:
    """Another pool in place of the one that is not there: here, whichever there is, with room."""
    return Clearing(_more_room(it), without(it.service, "address-pool"), it.finding).services(
        without(it.service, "address-pool")
    )


def _kept_for_nobody(it: Clearing) -> Snapshot:
    return it.pools(replace(pool, allocation=None) for pool in it.snapshot.pools)


def _one_key(it: Clearing) -> Snapshot:
    """The key of whoever has one; the holders follow the Service, so that its other sharers stay."""
    mine, *theirs = (_key_of(one, it.prefix) for one in (it.service, *it.holders))
    key = mine or next(filter(None, theirs), KEY)
    return it.services(*(with_key(one, key) for one in (it.service, *it.holders)))


def _key_of(service: Service, prefix: str) -> str:
    written = (service.annotations.get(name) for name in _KEYS[prefix])
    return next((value for value in written if value is not None), "")


def _one_policy(it: Clearing) -> Snapshot:
    """The holders take over the policy of the Service, and its selector."""
    mine = it.service
    return it.services(
        *(
            replace(one, external_traffic_policy=mine.external_traffic_policy, selector=mine.selector)
            for one in it.holders
        )
    )


def _other_ports(it: Clearing) -> Snapshot:
    held = {port for one in it.holders for port in one.ports}
    ports = tuple(port for port in it.service.ports if port not in held) or (_FREE_PORT,)
    return it.services(replace(it.service, ports=ports))


def _more_room(it: Clearing) -> Snapshot:
    known = {address for pool in it.snapshot.pools for address in pool.addresses}
    return it.snapshot if known & set(MORE_ROOM) else _add(it, MORE_ROOM)


def _add(it: Clearing, entries: tuple[str, ...]) -> Snapshot:
    """More addresses for one pool: the one that it asks for, else one that it may have, else a new one."""
    wanted = next((it.service.annotations[p] for p in _POOL if p in it.service.annotations), "")
    names = [pool.name for pool in it.snapshot.pools]
    open_ones = [pool.name for pool in it.snapshot.pools if pool.auto_assign and pool.allocation is None]
    name = wanted if wanted in names else next(iter(open_ones), "")
    if name:
        return it.pools(
            replace(pool, addresses=(*pool.addresses, *entries)) if pool.name == name else pool
            for pool in it.snapshot.pools
        )
    return it.pools([*it.snapshot.pools, _new_pool(entries)])


def _new_pool(entries: tuple[str, ...]) -> PoolResource:
    return PoolResource(
        namespace="metallb-system",
        name="zz-new",
        resource_version=None,
        origin=Origin(),
        changed_at=None,
        addresses=entries,
        auto_assign=True,
        avoid_buggy_ips=False,
        allocation=None,
    )


def _one_family(it: Clearing) -> Snapshot:
    return it.services(
        replace(
            it.service,
            ip_family_policy="SingleStack",
            cluster_ips=it.service.cluster_ips[:1],
            ip_families=it.service.ip_families[:1],
        )
    )


CLEARED: dict[str, Callable[[Clearing], Snapshot]] = {
    "SIP101": _one_request,
    "SIP102": _good_request,
    "SIP103": _good_request,
    "SIP104": _good_request,
    "SIP105": _in_a_pool,
    "SIP106": _good_request,
    "SIP107": _not_avoided,
    "SIP108": _no_pool_request,
    "SIP113": _pool_with_room,
    "SIP114": _kept_for_nobody,
    "SIP201": _one_key,
    "SIP202": _one_key,
    "SIP203": _one_key,
    "SIP204": _one_policy,
    "SIP205": _one_policy,
    "SIP206": _other_ports,
    "SIP301": _more_room,
    "SIP302": _more_room,
    "SIP303": _more_room,
    "SIP304": _more_room,
    "SIP305": _more_room,
    "SIP306": _more_room,
    "SIP307": _more_room,
    "SIP407": _one_family,
}


def cleared(snapshot: Snapshot, name: ServiceName, causes: Iterable[Finding]) -> Snapshot:
    """The snapshot with every one of these causes cleared."""
    for finding in causes:
        it = Clearing(snapshot, snapshot.services[name], finding)
        snapshot = CLEARED[finding.code](it)
    return snapshot
