"""SIP4xx: is there a MetalLB that handles this Service at all?"""

from __future__ import annotations

from kubectl_sharedip.diagnose.view import found
from kubectl_sharedip.metallb.facts import service_fact
from kubectl_sharedip.model.finding import Finding, Value
from kubectl_sharedip.model.names import ObjectRef
from kubectl_sharedip.model.proof import Fact, Proof
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.model.snapshot import Installation


def not_handled(service: Service, installations: tuple[Installation, ...]) -> Finding | None:
    """Why no MetalLB handles the Service, or None where one does."""
    if service.type != "LoadBalancer":
        fact = service_fact(service, "spec.type", service.type)
        return found("SIP405", {"type": service.type}, facts=(fact,), cause=True)
    if not installations:
        return found("SIP402", {}, cause=True)
    own = service.load_balancer_class or None
    if any(installation.lb_class == own for installation in installations):
        return None
    classes = sorted(installation.lb_class or "" for installation in installations)
    served = ", ".join(f'"{name}"' if name else "none" for name in classes)
    if own is None:
        text = f"It has no loadBalancerClass, and MetalLB serves only {served}."
    else:
        text = f'Its loadBalancerClass is "{own}", and MetalLB serves {served}.'
    fact = service_fact(service, "spec.loadBalancerClass", own)
    return found("SIP401", {"class_text": text}, facts=(fact,), cause=True)


def controller_down(installation: Installation) -> Finding | None:
    """SIP403 where the Deployment of this MetalLB says that nothing of it is available."""
    if installation.controller_ready is not False:
        return None
    name = installation.deployment or "controller"
    deployment = ObjectRef("Deployment", installation.namespace, name)
    fact = Fact(object=deployment, field="status.availableReplicas", value="0")
    proof = Proof(rule="controller-runs", source="config/manifests/metallb-native.yaml", facts=(fact,))
    values: dict[str, Value] = {"deployment": f"{installation.namespace}/{name}"}
    return found("SIP403", values, facts=(fact,), proof=proof, cause=True)
