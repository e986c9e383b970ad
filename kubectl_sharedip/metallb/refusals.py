"""The ways in which MetalLB refuses: values with their facts, no sentences.

``text`` is what MetalLB itself says inside its event, as foretold for the version in force;
where it names several Services it does so in an order of its own, here sorted.
"""

from __future__ import annotations

from typing import ClassVar

from kubectl_sharedip.metallb.pools import Pool, PoolFault
from kubectl_sharedip.metallb.sharing import AddressConflict
from kubectl_sharedip.model.address import Address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.proof import Fact, Proof

_SERVICE = "controller/service.go"
_ALLOCATOR = "internal/allocator/allocator.go"


@frozen
class Refusal:
    """Why a Service gets no address."""

    RULE: ClassVar[str] = ""
    SOURCE: ClassVar[str] = ""

    facts: tuple[Fact, ...]
    text: str

    @property
    def proof(self) -> Proof:
        """The rule and its facts."""
        return Proof(rule=self.RULE, source=self.SOURCE, facts=self.facts)


@frozen
class BothRequests(Refusal):
    """Field and annotation both ask for an address."""

    RULE: ClassVar[str] = "one-request"
    SOURCE: ClassVar[str] = f"{_SERVICE} getDesiredLbIPs"

    annotation: str
    annotation_value: str


@frozen
class AddressUnreadable(Refusal):
    """The requested address cannot be parsed."""

    RULE: ClassVar[str] = "address-readable"
    SOURCE: ClassVar[str] = f"{_SERVICE} getDesiredLbIPs"

    value: str


@frozen
class TooManyAddresses(Refusal):
    """More than two addresses, or two of one family."""

    RULE: ClassVar[str] = "one-address-a-family"
    SOURCE: ClassVar[str] = "internal/ipfamily/ipfamily.go ForAddressesIPs"

    addresses: tuple[Address, ...]


@frozen
class FamilyMismatch(Refusal):
    """The requested addresses do not have the families of the Service's clusterIPs."""

    RULE: ClassVar[str] = "families-equal"
    SOURCE: ClassVar[str] = f"{_SERVICE} allocateIPs"

    addresses: tuple[Address, ...]
    service_family: str
    wanted_family: str


@frozen
class InNoPool(Refusal):
    """No accepted pool contains a requested address."""

    RULE: ClassVar[str] = "pool-owns-address"
    SOURCE: ClassVar[str] = f"{_ALLOCATOR} poolFor"

    address: Address
    nearest: Pool | None


@frozen
class InTwoPools(Refusal):
    """Two requested addresses lie in different pools."""

    RULE: ClassVar[str] = "one-pool-owns-both"
    SOURCE: ClassVar[str] = f"{_ALLOCATOR} poolFor"

    addresses: tuple[Address, ...]
    pools: tuple[Pool, ...]


@frozen
class AddressAvoided(Refusal):
    """The pool has avoidBuggyIPs, and a requested address ends in .0 or .255."""

    RULE: ClassVar[str] = "address-not-avoided"
    SOURCE: ClassVar[str] = f"{_ALLOCATOR} poolFor"

    address: Address
    pool: Pool


@frozen
class OutsideRequestedPool(Refusal):
    """The requested address lies in another pool than the requested one."""

    RULE: ClassVar[str] = "address-in-requested-pool"
    SOURCE: ClassVar[str] = f"{_SERVICE} allocateIPs"

    addresses: tuple[Address, ...]
    requested_pool: str
    owner: Pool


@frozen
class PoolUnknown(Refusal):
    """The requested pool does not exist, or was not accepted."""

    RULE: ClassVar[str] = "pool-exists"
    SOURCE: ClassVar[str] = f"{_ALLOCATOR} AllocateFromPool"

    pool: str
    known: tuple[str, ...]


@frozen
class PoolNotForService(Refusal):
    """serviceAllocation keeps the Service out; ``term`` is the field of it that does."""

    RULE: ClassVar[str] = "pool-is-for-service"
    SOURCE: ClassVar[str] = f"{_ALLOCATOR} isPoolCompatibleWithService"

    pool: Pool
    term: str


@frozen
class NotShareable(Refusal):
    """A requested address is held by Services that this one may not join."""

    RULE: ClassVar[str] = "may-share"
    SOURCE: ClassVar[str] = f"{_ALLOCATOR} checkSharing"

    conflict: AddressConflict

    @property
    def proof(self) -> Proof:
        """The first rule that fails for each holder, and the request that leaves no other way."""
        parts = tuple(
            Proof(rule=one.rule.name.lower().replace("_", "-"), source=self.SOURCE, facts=one.facts)
            for one in self.conflict.conflicts
        )
        return Proof(rule=self.RULE, source=self.SOURCE, facts=self.facts, because=parts)


@frozen
class Room:
    """What keeps a Service out of one pool's addresses: the addresses in use, by the first reason.

    ``size`` is the number of addresses that the pool can give out in the wanted families,
    ``used`` of them are held. ``exclusion`` says why the pool is not asked at all, where it is not.
    """

    pool: Pool
    exclusion: str | None  # None, not-automatic, not-for-service, other-family, one-family
    size: int
    used: int
    without_key: int
    other_key: int
    other_policy: int
    port_clash: int


@frozen
class PoolFull(Refusal):
    """The requested pool has no address that is free or joinable."""

    RULE: ClassVar[str] = "room-in-requested-pool"
    SOURCE: ClassVar[str] = f"{_ALLOCATOR} AllocateFromPool"

    room: Room
    joinable_by_key: tuple[AddressConflict, ...]


@frozen
class NoRoom(Refusal):
    """No pool that may be chosen automatically has an address for the Service.

    ``kind``: no-pools, no-automatic-pool, pools-for-others, no-room-in-family,
    families-in-two-pools, all-pools-full.
    """

    RULE: ClassVar[str] = "room-in-some-pool"
    SOURCE: ClassVar[str] = f"{_ALLOCATOR} Allocate"

    kind: str
    rooms: tuple[Room, ...]
    joinable_by_key: tuple[AddressConflict, ...]


@frozen
class Unexplained(Refusal):
    """PoolFull, NoRoom or NotShareable, where nobody asked for the reasons."""

    RULE: ClassVar[str] = "room-in-some-pool"
    SOURCE: ClassVar[str] = f"{_ALLOCATOR} Allocate"


@frozen
class PoolsRejected(Refusal):
    """MetalLB does not accept the pools as they stand; which ones rule is not to be seen."""

    RULE: ClassVar[str] = "pools-accepted"
    SOURCE: ClassVar[str] = "internal/config/config.go poolsFor"

    faults: tuple[PoolFault, ...]


@frozen
class NoClusterIP(Refusal):
    """The Service has no clusterIP, or is headless; ``headless`` tells which."""

    RULE: ClassVar[str] = "has-cluster-ip"
    SOURCE: ClassVar[str] = f"{_SERVICE} convergeBalancer"

    headless: bool


@frozen
class DualStackImpossible(Refusal):
    """RequireDualStack with one clusterIP, or two clusterIPs without a dual-stack policy."""

    RULE: ClassVar[str] = "families-and-policy-agree"
    SOURCE: ClassVar[str] = "internal/allocator/allocation.go selectIPsForFamilyAndPolicy"

    policy: str
    cluster_ips: tuple[str, ...]


def holders_of(refusal: Refusal) -> tuple[ServiceName, ...]:
    """The Services that stand in the way, in sorted order; empty where none does."""
    if isinstance(refusal, NotShareable):
        return refusal.conflict.holders
    if isinstance(refusal, PoolFull | NoRoom):
        return tuple(sorted({h for conflict in refusal.joinable_by_key for h in conflict.holders}))
    return ()
