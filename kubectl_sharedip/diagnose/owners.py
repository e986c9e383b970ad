"""SIP702 and SIP704: who puts a Service back after an edit, and who deployed it.

Asked of each Service that a remedy would edit, so these are no checks of their own: that a Service
belongs to somebody is nothing to know while nobody wants to change it. Refuses to guess from names;
only marks that their makers set count.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_sharedip.diagnose.view import found
from kubectl_sharedip.metallb.annotations import annotation_field
from kubectl_sharedip.metallb.facts import service_fact
from kubectl_sharedip.model.finding import Finding
from kubectl_sharedip.model.names import ObjectRef, service_ref
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


def behind(service: Service) -> tuple[Finding, ...]:
    """Who would undo an edit of this Service, or else who deployed it; empty where nothing tells.

    SIP704 is left out beside a SIP702: a deploy by hand would be put back as well. A SIP702 is not
    certain where it depends on a setting of the owner, which was not read.
    """
    owners = {finding.values["owner"]: finding for finding in reversed(list(_owners(service)))}
    if owners:
        return tuple(reversed(owners.values()))
    return tuple(_deployers(service))[:1]


def _owners(service: Service) -> Iterator[Finding]:
    for place, owner in enumerate(service.owners):
        object_ = ObjectRef(owner.kind, service.name.namespace, owner.name)
        fact = service_fact(service, f"metadata.ownerReferences[{place}].name", owner.name)
        how = "controller" if owner.controller else "owner"
        yield _owned(service, object_, how, fact, certain=owner.controller)
    yield from _gateways(service)
    yield from _flux(service)
    yield from _argo(service)


def _gateways(service: Service) -> Iterator[Finding]:
    name, namespace = service.labels.get(_GATEWAY), service.name.namespace
    label = _GATEWAY
    if not name:
        label = f"{_ENVOY_GATEWAY}-name"
        name = service.labels.get(label)
        namespace = service.labels.get(f"{_ENVOY_GATEWAY}-namespace", namespace)
    if name:
        yield _owned(service, ObjectRef("Gateway", namespace, name), "gateway", _label(service, label))


def _flux(service: Service) -> Iterator[Finding]:
    for kind, prefix in _FLUX.items():
        name = service.labels.get(f"{prefix}/name")
        if not name or _spared(service, prefix):
            continue
        namespace = service.labels.get(f"{prefix}/namespace", "")
        release = kind == "HelmRelease"
        how = "flux-helm-release" if release else "flux-kustomization"
        fact = _label(service, f"{prefix}/name")
        yield _owned(service, ObjectRef(kind, namespace, name), how, fact, certain=not release)


def _spared(service: Service, prefix: str) -> bool:
    """Whether Flux is told, on the object itself, to leave it as it is."""
    marks = {**service.labels, **service.annotations}
    return any(marks.get(f"{prefix}/{name}") in spared for name, spared in _FLUX_SPARES.items())


def _argo(service: Service) -> Iterator[Finding]:
    """Whether its self-heal is on stands in the Application: the finding is never certain."""
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
    yield _owned(service, ObjectRef("Application", namespace, name), "argo-cd", fact, certain=False)


def _owned(service: Service, owner: ObjectRef, how: str, fact: Fact, *, certain: bool = True) -> Finding:
    return found(
        "SIP702",
        {
            "object": str(service_ref(service.name)),
            "owner": str(owner),
            "puts_back": how,
            "where": f"{owner} (spec.infrastructure)" if owner.kind == "Gateway" else str(owner),
        },
        facts=(fact,),
        certain=certain,
    )


def _deployers(service: Service) -> Iterator[Finding]:
    values = {"object": str(service_ref(service.name))}
    release = service.annotations.get(_HELM_RELEASE)
    if release and service.labels.get(_MANAGED_BY) == "Helm":
        namespace = service.annotations.get(_HELM_NAMESPACE, service.name.namespace)
        helm = {**values, "deployer": "helm", "where": "helm", "release": f"{namespace}/{release}"}
        fact = service_fact(service, annotation_field(_HELM_RELEASE), release)
        yield found("SIP704", {**helm}, facts=(fact,))
    applied = {**values, "deployer": "kubectl-apply", "where": "kubectl-apply"}
    for place, manager in enumerate(service.managers):
        if (manager.name, manager.operation) in _APPLIES and not manager.subresource:
            field = f"metadata.managedFields[{place}].manager"
            yield found("SIP704", {**applied}, facts=(service_fact(service, field, manager.name),))
    if (manifest := service.annotations.get(_LAST_APPLIED)) is not None:
        fact = service_fact(service, annotation_field(_LAST_APPLIED), manifest)
        yield found("SIP704", {**applied}, facts=(fact,))


def _label(service: Service, label: str) -> Fact:
    return service_fact(service, f'metadata.labels["{label}"]', service.labels[label])
