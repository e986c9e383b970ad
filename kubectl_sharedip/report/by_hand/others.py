"""What to look at where MetalLB itself, or somebody else, is what stands in the way.

Nothing here restarts MetalLB, removes a finalizer or takes a status away from anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.report.by_hand.about import (
    About,
    ByHand,
    Hands,
    on_object,
    on_service,
)

# Kinds that other groups have too: kubectl is told which is meant.
_RESOURCES = {
    "Gateway": "gateways.gateway.networking.k8s.io",
    "Kustomization": "kustomizations.kustomize.toolkit.fluxcd.io",
    "HelmRelease": "helmreleases.helm.toolkit.fluxcd.io",
    "Application": "applications.argoproj.io",
}


def unseen_holder(about: About) -> Iterator[ByHand]:
    """SIP212, where MetalLB names who it is."""
    for holder in about.finding.holders:
        yield ByHand(
            summary=f"Have somebody look at {holder} who may read namespace {holder.namespace}",
            words=on_service(["get"], holder, "-o", "yaml"),
        )


def no_metallb(about: About) -> Iterator[ByHand]:
    """SIP402."""
    yield ByHand(
        summary="See whether something else gives out addresses here, or MetalLB goes by other labels; if"
        " neither, MetalLB has to be installed",
        words=["get", "deployments", "-A"],
    )


def controller_down(about: About) -> Iterator[ByHand]:
    """SIP403: its pods, then what it says."""
    deployment = about.finding.facts[0].object
    yield ByHand(
        summary="See why MetalLB's controller is not ready",
        words=["get", "pods", "-n", deployment.namespace, "-o", "wide"],
    )
    yield ByHand(
        summary="Read what it said last",
        words=["logs", f"deployment/{deployment.name}", "-n", deployment.namespace, "--tail", "50"],
    )


def configuration(about: About) -> Iterator[ByHand]:
    """SIP404."""
    for state in about.objects("ConfigurationState"):
        yield ByHand(
            summary=f"Read in full what MetalLB's {state.name} says, and mend the object that it names",
            words=on_object(["get"], state, "-o", "yaml"),
        )


def two_controllers(about: About) -> Iterator[ByHand]:
    """SIP701: one remedy for each of the marks that tells who it is."""
    for proxy in about.objects("DaemonSet"):
        yield ByHand(
            summary="Have k3s leave the Services to MetalLB (k3s server --disable servicelb: this takes"
            " servicelb from all Services), or give MetalLB and its Services a loadBalancerClass; this is its"
            " DaemonSet",
            words=on_object(["get"], proxy, "-o", "wide"),
        )
    for deployment in about.objects("Deployment"):
        yield ByHand(
            summary=f"See the --lb-class of the MetalLB in {deployment.namespace}: each needs one of its own",
            words=on_object(["get"], deployment, "-o", "yaml"),
        )
    if {"hostname", "manager"}.intersection(about.finding.values["marks"]):
        yield ByHand(
            summary="See who writes its status, and have that controller leave the Service alone",
            words=on_service(["get"], about.service, "-o", "yaml", "--show-managed-fields"),
        )


def owned(about: About) -> Iterator[ByHand]:
    """SIP702: the object in which the change lasts."""
    kind, _, path = about.text("owner").partition(" ")
    namespace, _, name = path.rpartition("/")
    object_ = ObjectRef(_RESOURCES.get(kind, kind), namespace, name)
    if namespace:
        words = on_object(["get"], object_, "-o", "yaml")
    elif kind in _RESOURCES:
        words = ["get", _RESOURCES[kind], "-A", "--field-selector", f"metadata.name={name}"]
    else:
        return
    yield ByHand(
        summary=f"Change {about.text('object')} where it lasts, in {about.text('where')}", words=words
    )


def terminating(about: About) -> Iterator[ByHand]:
    """SIP705: who is waited for. A finalizer is taken away by whoever set it."""
    for holder in about.finding.holders:
        yield ByHand(
            summary=f"See which finalizers keep {holder}, and why those who set them are not done; one that"
            " is removed by hand leaves behind what it was to clean up",
            words=on_service(["get"], holder, "-o", "jsonpath={.metadata.finalizers}"),
        )


OTHERS: Mapping[str, Hands] = {
    "SIP212": unseen_holder,
    "SIP402": no_metallb,
    "SIP403": controller_down,
    "SIP404": configuration,
    "SIP701": two_controllers,
    "SIP702": owned,
    "SIP705": terminating,
}
