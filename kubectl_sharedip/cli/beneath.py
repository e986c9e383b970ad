"""What manifests are laid over: a live cluster, or what was recorded of one.

It exists so that ``check -f`` knows nothing of where its cluster comes from. Refuses to lay anything.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from kubectl_sharedip.cli.announced import Key, MoreOf, of_cluster
from kubectl_sharedip.cli.manifests import is_service, key_of
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.intake.owned import Applied, applied_before
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.raw import Origin, RawCluster, RawDocument

if TYPE_CHECKING:
    from kubectl_sharedip.cluster.connection import Connection


@frozen
class Named:
    """Services that were asked for by name, those that are there, and of those that are known of them
    the fields that an earlier apply has set.

    ``untold`` is why that is not known; then there may also be Services of another type of these names.
    """

    services: Sequence[RawDocument]
    applied: Applied
    untold: str | None = None


@frozen
class Beneath:
    """A cluster that can be read.

    ``namespace`` is that of manifests which name none. ``first`` reads resources, ``named`` the Services of
    these names that are there, of whichever type, and ``more_of`` what tells who announces.
    """

    namespace: str
    first: Callable[[Sequence[str]], RawCluster]
    named: Callable[[Collection[Key]], Named]
    more_of: MoreOf


def live(request: Request) -> Beneath:
    """The cluster that the request points at. Raises ClusterError where it cannot be found."""
    from kubectl_sharedip.cluster.connection import connect
    from kubectl_sharedip.cluster.read import read_cluster

    connection = connect(request.connection)
    return Beneath(
        namespace=connection.namespace,
        first=partial(read_cluster, connection, metallb_namespace=request.metallb_namespace),
        named=partial(_named, connection),
        more_of=of_cluster(connection, request.metallb_namespace),
    )


def recorded(request: Request, raw: RawCluster) -> Beneath:
    """The cluster of a snapshot."""
    from kubectl_sharedip.cli.replaying import of_record, replayed

    def first(resources: Sequence[str]) -> RawCluster:
        return replayed(raw, resources, named=lambda _: False, announced=None, announcing=False)

    def named(wanted: Collection[Key]) -> Named:
        found = [one for one in raw.documents if is_service(one) and key_of(one, "default") in wanted]
        untold = "the snapshot was taken by an older version" if found and raw.applied is None else None
        return Named(services=found, applied=raw.applied or {}, untold=untold)

    return Beneath(
        namespace=request.namespace or "default",
        first=first,
        named=named,
        more_of=of_record(raw),
    )


def applied_in(services: Sequence[RawDocument]) -> Applied:
    """Which fields of Services, by namespace and name, an earlier apply has set, by their own account."""
    return {key_of(one, "default"): applied_before(one.body) for one in services}


def _named(connection: Connection, wanted: Collection[Key]) -> Named:
    from kubectl_sharedip.cluster.errors import ClusterError
    from kubectl_sharedip.cluster.read import get_service
    from kubectl_sharedip.cluster.side_by_side import side_by_side

    try:
        found = side_by_side([partial(get_service, connection, *key, whole=True) for key in sorted(wanted)])
    except ClusterError as error:
        if error.kind != "forbidden":
            raise
        return Named(services=(), applied={}, untold="Services may be listed only, not read one by one")
    services = [RawDocument(body=body, origin=Origin()) for body in found if body is not None]
    return Named(services=services, applied=applied_in(services))
