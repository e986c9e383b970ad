"""What can be done where an address is given and nobody answers for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubectl_sharedip.report.by_hand.about import (
    About,
    ByHand,
    Hands,
    in_namespace,
    on_object,
    on_service,
)

_EXCLUDE = "node.kubernetes.io/exclude-from-external-load-balancers"
_L2 = "L2Advertisement"
_BGP = "BGPAdvertisement"


def not_advertised(about: About) -> Iterator[ByHand]:
    """SIP601: what to write, since only a person knows how the pool is to be announced."""
    namespace = next((pool.namespace for pool in about.objects("IPAddressPool")), about.namespace)
    yield ByHand(
        summary=f"Add pool {about.text('pool')} to spec.ipAddressPools of one of these, or create an"
        f" L2Advertisement (metallb.io/v1beta1) in namespace {namespace}; without a spec it is for all"
        " pools",
        words=["get", "l2advertisements,bgpadvertisements", *in_namespace(namespace)],
    )


def no_node(about: About) -> Iterator[ByHand]:
    """SIP602: the nodes, and the advertisements that let none in. A node's label is left to its owner."""
    yield ByHand(
        summary="See which nodes are kept out by their label or for want of a network; without the label"
        f" {_EXCLUDE} a node announces, for other load balancers too",
        words=["get", "nodes", "-L", _EXCLUDE],
    )
    for kind in (_L2, _BGP):
        for field in ("spec.serviceSelectors", "spec.nodeSelectors"):
            for advertisement in about.objects(kind, field):
                yield ByHand(
                    summary=f"Widen {field} of {kind} {advertisement.name}, which counts for all Services of"
                    " its pools",
                    words=on_object(["edit"], advertisement),
                )


def no_local_endpoint(about: About) -> Iterator[ByHand]:
    """SIP603: where its pods are; and policy Cluster, where that moves nobody."""
    yield _pods(about, "See where its pods run, and have one on a node that may announce")
    for one in about.rewrites:
        policy = one.after.external_traffic_policy
        patch = f'{{"spec":{{"externalTrafficPolicy":"{policy}"}}}}'
        yield ByHand(
            summary=f"Set its externalTrafficPolicy to {policy}: no address moves, and its pods no longer see"
            " client source IPs",
            words=[*on_service(["patch"], about.service), "--type", "merge", "-p", patch],
        )


def no_endpoint(about: About) -> Iterator[ByHand]:
    """SIP604."""
    yield _pods(about, "See why its pods are not ready, or whether its selector matches any")


def selective(about: About) -> Iterator[ByHand]:
    """SIP607: an empty key does nothing but this; else the advertisement has to let everybody in."""
    keys = {f.field: f.value for f in about.finding.facts if f.object.kind == "Service"}
    if keys and not any(keys.values()):
        gone = [f"{field.split(_QUOTE)[1]}-" for field in keys]
        yield ByHand(
            summary="Take its sharing key away, which is empty and offers no sharing: no address moves",
            words=on_service(["annotate"], about.service, *gone),
        )
        return
    for advertisement in about.objects(_L2):
        yield ByHand(
            summary=f"Take serviceSelectors out of L2Advertisement {advertisement.name}: it is then for all"
            " Services of its pools, whose addresses may go to other nodes",
            words=on_object(["edit"], advertisement),
        )


def no_speaker(about: About) -> Iterator[ByHand]:
    """SIP608."""
    yield ByHand(
        summary=f"See why no speaker is ready on {about.text('nodes')}; a taint that it does not tolerate is"
        " the usual reason",
        words=["get", "pods", *in_namespace(about.namespace), "-o", "wide"],
    )


def no_peer(about: About) -> Iterator[ByHand]:
    """SIP609."""
    yield ByHand(
        summary=f"See which nodes the peers are for, and let one be for {about.text('nodes')}"
        f" (spec.nodeSelectors), or correct spec.peers of BGPAdvertisement {about.text('advertisements')}",
        words=["get", "bgppeers", *in_namespace(about.namespace), "-o", "yaml"],
    )


def no_interface(about: About) -> Iterator[ByHand]:
    """SIP610."""
    for advertisement in about.objects(_L2):
        yield ByHand(
            summary=f"Correct spec.interfaces of L2Advertisement {advertisement.name}, or limit it to nodes"
            " that have them; it counts for all Services of its pools",
            words=on_object(["edit"], advertisement),
        )


_QUOTE = '"'


def _pods(about: About, what: str) -> ByHand:
    selector, name = about.fact("spec.selector"), about.service
    if selector:
        words = ["get", "pods", "-l", selector, "-n", name.namespace, "-o", "wide"]
    else:
        label = f"kubernetes.io/service-name={name.name}"
        words = ["get", "endpointslices", "-l", label, "-n", name.namespace, "-o", "yaml"]
    return ByHand(summary=what, words=words)


ANNOUNCING: Mapping[str, Hands] = {
    "SIP601": not_advertised,
    "SIP602": no_node,
    "SIP603": no_local_endpoint,
    "SIP604": no_endpoint,
    "SIP607": selective,
    "SIP608": no_speaker,
    "SIP609": no_peer,
    "SIP610": no_interface,
}
