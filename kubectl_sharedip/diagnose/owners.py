"""SIP702 and SIP704: who puts a Service back after an edit, and who deployed it.

Asked of each Service that a remedy would edit, so these are no checks of their own: that a Service
belongs to somebody is nothing to know while nobody wants to change it.
"""

from __future__ import annotations

from kubectl_sharedip.diagnose.view import found
from kubectl_sharedip.inventory.owners import DeployedBy, PutBackBy, deployed_by, put_back_by
from kubectl_sharedip.model.finding import Finding, Value
from kubectl_sharedip.model.names import service_ref
from kubectl_sharedip.model.service import Service


def behind(service: Service) -> tuple[Finding, ...]:
    """Who would undo an edit of this Service, or else who deployed it; empty where nothing tells.

    SIP704 is left out beside a SIP702: a deploy by hand would be put back as well. A SIP702 is not
    certain where it depends on a setting of the owner, which was not read.
    """
    owners = put_back_by(service)
    if owners:
        return tuple(_owned(service, owner) for owner in owners)
    return tuple(_deployed(service, deployer) for deployer in deployed_by(service)[:1])


def _owned(service: Service, by: PutBackBy) -> Finding:
    return found(
        "SIP702",
        {
            "object": str(service_ref(service.name)),
            "owner": str(by.owner),
            "puts_back": by.how,
            "where": f"{by.owner} (spec.infrastructure)" if by.owner.kind == "Gateway" else str(by.owner),
        },
        facts=(by.fact,),
        certain=by.certain,
    )


def _deployed(service: Service, by: DeployedBy) -> Finding:
    values: dict[str, Value] = {
        "object": str(service_ref(service.name)),
        "deployer": by.deployer,
        "where": by.deployer,
    }
    if by.release:
        values["release"] = by.release
    return found("SIP704", values, facts=(by.fact,))
