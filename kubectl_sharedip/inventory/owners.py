"""Who has a Service in hand: who puts it back after an edit, and who deployed it.

Refuses to guess from names; only marks that their makers set count.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from kubectl_sharedip.metallb.annotations import annotation_field
from kubectl_sharedip.metallb.facts import service_fact
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service

_GATEWAY = "gateway.networking.k8s.io/gateway-name"
_ENVOY_GATEWAY = "gateway.envoyproxy.io/owning-gateway"
_FLUX = {
    "Kustomization": "kustomize.toolkit.fluxcd.io",
    "HelmRelease": "helm.toolkit.fluxcd.io",
}
_FLUX_SPARES = {"reconcile": ("disabled",), "ssa": ("Ignore", "IfNotPresent")}
_ARGO_INSTANCE = "argocd.argoproj.io/instance"
_ARGO_TRACKING = "argocd.argoproj.io/tracking-id"
_HELM_RELEASE = "meta.helm.sh/release-name"
_HELM_NAMESPACE = "meta.helm.sh/release-namespace"
_MANAGED_BY = "app.kubernetes.io/managed-by"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_APPLIES = (("kubectl-client-side-apply", "Update"), ("kubectl", "Apply"))

OwnedHow = Literal["controller", "owner", "gateway", "flux-kustomization", "flux-helm-release", "argo-cd"]


@frozen
class PutBackBy:
    """Something that puts the Service back. Not ``certain`` where a setting of it, not read, decides."""

    owner: ObjectRef
    how: OwnedHow
    certain: bool
    fact: Fact


@frozen
class DeployedBy:
    """What made the Service: an edit stays until the next deploy. ``release`` is Helm's, else empty."""

    deployer: Literal["helm", "kubectl-apply"]
    release: str
    fact: Fact


def put_back_by(service: Service) -> tuple[PutBackBy, ...]:
    """Who would undo an edit of this Service, each once; empty where nothing tells."""
    found = {one.owner: one for one in reversed(list(_owners(service)))}
    return tuple(reversed(found.values()))


def deployed_by(service: Service) -> tuple[DeployedBy, ...]:
    """Who deployed this Service, the surest mark first."""
    return tuple(_deployers(service))


def _owners(service: Service) -> Iterator[PutBackBy]:
    for place, owner in enumerate(service.owners):
        ref = ObjectRef(owner.kind, service.name.namespace, owner.name)
        fact = service_fact(service, f"metadata.ownerReferences[{place}].name", owner.name)
        how: OwnedHow = "controller" if owner.controller else "owner"
        yield PutBackBy(owner=ref, how=how, certain=owner.controller, fact=fact)
    yield from _gateways(service)
    yield from _flux(service)
    yield from _argo(service)


def _gateways(service: Service) -> Iterator[PutBackBy]:
    name, namespace = service.labels.get(_GATEWAY), service.name.namespace
    label = _GATEWAY
    if not name:
        label = f"{_ENVOY_GATEWAY}-name"
        name = service.labels.get(label)
        namespace = service.labels.get(f"{_ENVOY_GATEWAY}-namespace", namespace)
    if name:
        ref = ObjectRef("Gateway", namespace, name)
        yield PutBackBy(owner=ref, how="gateway", certain=True, fact=_label(service, label))


def _flux(service: Service) -> Iterator[PutBackBy]:
    for kind, prefix in _FLUX.items():
        name = service.labels.get(f"{prefix}/name")
        if not name or _spared(service, prefix):
            continue
        ref = ObjectRef(kind, service.labels.get(f"{prefix}/namespace", ""), name)
        release = kind == "HelmRelease"
        how: OwnedHow = "flux-helm-release" if release else "flux-kustomization"
        yield PutBackBy(owner=ref, how=how, certain=not release, fact=_label(service, f"{prefix}/name"))


def _spared(service: Service, prefix: str) -> bool:
    """Whether Flux is told, on the object itself, to leave it as it is."""
    marks = {**service.labels, **service.annotations}
    return any(marks.get(f"{prefix}/{name}") in spared for name, spared in _FLUX_SPARES.items())


def _argo(service: Service) -> Iterator[PutBackBy]:
    """Whether its self-heal is on stands in the Application: this is never certain."""
    tracking = service.annotations.get(_ARGO_TRACKING, "")
    application, _, about = tracking.partition(":")
    if application and about == f"/Service:{service.name}":
        # A copy of the Service keeps the annotation and is not the one that is tracked.
        fact = service_fact(service, annotation_field(_ARGO_TRACKING), tracking)
    elif application := service.labels.get(_ARGO_INSTANCE, ""):
        fact = _label(service, _ARGO_INSTANCE)
    else:
        return
    # An Application outside of Argo CD's own namespace is tracked as namespace_name.
    namespace, _, name = application.rpartition("_")
    ref = ObjectRef("Application", namespace, name)
    yield PutBackBy(owner=ref, how="argo-cd", certain=False, fact=fact)


def _deployers(service: Service) -> Iterator[DeployedBy]:
    release = service.annotations.get(_HELM_RELEASE)
    if release and service.labels.get(_MANAGED_BY) == "Helm":
        namespace = service.annotations.get(_HELM_NAMESPACE, service.name.namespace)
        fact = service_fact(service, annotation_field(_HELM_RELEASE), release)
        yield DeployedBy(deployer="helm", release=f"{namespace}/{release}", fact=fact)
    for place, manager in enumerate(service.managers):
        if (manager.name, manager.operation) in _APPLIES and not manager.subresource:
            fact = service_fact(service, f"metadata.managedFields[{place}].manager", manager.name)
            yield DeployedBy(deployer="kubectl-apply", release="", fact=fact)
    if (manifest := service.annotations.get(_LAST_APPLIED)) is not None:
        fact = service_fact(service, annotation_field(_LAST_APPLIED), manifest)
        yield DeployedBy(deployer="kubectl-apply", release="", fact=fact)


def _label(service: Service, label: str) -> Fact:
    return service_fact(service, f'metadata.labels["{label}"]', service.labels[label])
