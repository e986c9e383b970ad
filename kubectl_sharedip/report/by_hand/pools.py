"""What the owner of a pool can do: edit it, or create one. No pool is deleted, and none made smaller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.report.by_hand.about import About, ByHand, Hands, on_object
from kubectl_sharedip.report.by_hand.service import give_up_a_family
from kubectl_sharedip.report.by_hand.written import pool_of_choice

_POOL = "IPAddressPool"
_MOST = 3  # pools with a remedy each: more than these nobody reads


def add_address(about: About) -> Iterator[ByHand]:
    """SIP105: the nearest pool might have it."""
    for pool in about.objects(_POOL)[:1]:
        address = about.text("address")
        yield _edit(pool, f"Have {address} added to pool {pool.name}, if it is yours to give out")


def not_avoided(about: About) -> Iterator[ByHand]:
    """SIP107."""
    for pool in about.objects(_POOL):
        yield _edit(pool, f"Set avoidBuggyIPs of pool {pool.name} to false, for all of its addresses")


def let_in(about: About) -> Iterator[ByHand]:
    """SIP114 and SIP304: their serviceAllocation leaves the Service out."""
    named = about.finding.values.get("pool")
    pools = [_named(about, named)] if isinstance(named, str) else about.objects(_POOL)[:_MOST]
    for pool in pools:
        if pool is not None:
            yield _edit(pool, f"Let the Service into pool {pool.name} (spec.serviceAllocation)")


def no_pool(about: About) -> Iterator[ByHand]:
    """SIP301: what to write, since only a person knows which addresses are free in the network."""
    where = f" in namespace {about.namespace}" if about.namespace else ""
    yield ByHand(
        summary=f"Create an IPAddressPool (metallb.io/v1beta1){where}, with a range of your network that"
        " nobody uses in spec.addresses; this lists those of all namespaces",
        words=["get", "ipaddresspools", "-A"],
    )


def no_automatic_pool(about: About) -> Iterator[ByHand]:
    """SIP303: ask for one, or have one given out unasked."""
    yield from pool_of_choice(about)
    for pool in about.objects(_POOL)[:_MOST]:
        yield _edit(pool, f"Set autoAssign of pool {pool.name} to true, and anybody gets its addresses")


def more_room(about: About) -> Iterator[ByHand]:
    """SIP302 and SIP305 to SIP307, SIP310: a range more."""
    # Of other pools the facts tell another field: those would not be given out were they larger.
    pool = next(iter(about.objects(_POOL, "spec.addresses")), None)
    if pool is not None:
        family = f"{about.text('families')} " if about.finding.code in ("SIP305", "SIP306") else ""
        a_range = f"an {family}range" if family else "a range"
        yield _edit(pool, f"Add {a_range} to pool {pool.name}")
    else:
        yield ByHand(summary="Add a pool, or a range to one", words=["get", "ipaddresspools", "-A"])


def both_families(about: About) -> Iterator[ByHand]:
    """SIP306: both families in one pool, or one family for the Service."""
    pool = next(iter(about.objects(_POOL, "spec.addresses")), None)
    if pool is not None:
        yield _edit(pool, f"Add a range of the other family to pool {pool.name}")
    yield from give_up_a_family(about)


def rejected(about: About) -> Iterator[ByHand]:
    """SIP308: each pool that has a part in it."""
    for pool in about.objects(_POOL)[:_MOST]:
        yield _edit(
            pool,
            f"Mend the ranges of pool {pool.name}, and leave in it what is in use: MetalLB accepts all"
            " pools or none",
        )


def nearly_full(about: About) -> Iterator[ByHand]:
    """SIP310."""
    for pool in about.objects(_POOL):
        yield _edit(pool, f"Add an {about.text('family')} range to pool {pool.name} before it is full")


def stray(about: About) -> Iterator[ByHand]:
    """SIP311: the pool again, where MetalLB looks. The stray one does no harm where it is."""
    for pool in about.objects(_POOL)[:_MOST]:
        yield ByHand(
            summary=f"Create pool {pool.name} in namespace {about.text('own')} too, with the spec that it"
            f" has in {pool.namespace}",
            words=on_object(["get"], pool, "-o", "yaml"),
            clears="all",
        )


def second_family(about: About) -> Iterator[ByHand]:
    """SIP312."""
    pool = _named(about, about.text("pool"))
    if pool is not None:
        yield _edit(pool, f"Add an {about.text('family')} range to pool {pool.name}")


def empty_range(about: About) -> Iterator[ByHand]:
    """SIP313."""
    for pool in about.objects(_POOL):
        yield _edit(pool, f"Correct the range {about.text('range')} of pool {pool.name}")


def _edit(pool: ObjectRef, what: str) -> ByHand:
    return ByHand(summary=f"{what} (its owner decides)", words=on_object(["edit"], pool))


def _named(about: About, name: str) -> ObjectRef | None:
    """The pool of that name, as a fact or as its MetalLB knows it."""
    known = about.state.pools.by_name.get(name) if about.state is not None else None
    if known is not None:
        return ObjectRef(_POOL, known.resource.namespace, name)
    return next((pool for pool in about.objects(_POOL) if pool.name == name), None)


POOLS: Mapping[str, Hands] = {
    "SIP105": add_address,
    "SIP107": not_avoided,
    "SIP114": let_in,
    "SIP301": no_pool,
    "SIP302": more_room,
    "SIP303": no_automatic_pool,
    "SIP304": let_in,
    "SIP305": more_room,
    "SIP306": both_families,
    "SIP307": more_room,
    "SIP308": rejected,
    "SIP310": nearly_full,
    "SIP311": stray,
    "SIP312": second_family,
    "SIP313": empty_range,
}
