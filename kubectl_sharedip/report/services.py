"""A Service as documents show it."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_sharedip.inventory.addresses import version_for
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.sharing import sharing_key
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.report.envelope import Document, named


def service_form(service: Service, views: Sequence[State]) -> Document:
    """The form that a Service has in every list of Services."""
    version, selector = version_for(service, views), service.selector
    return {
        **named(service.name),
        "key": sharing_key(service, version) or None,
        "ports": [str(port) for port in service.ports],
        "externalTrafficPolicy": service.external_traffic_policy,
        "selector": dict(sorted(selector.items()) if len(selector) > 1 else selector),
        "class": service.load_balancer_class,
        "addresses": [str(address) for address in status_addresses(service)],
        "requested": request_form(service, version),
        "terminating": service.terminating,
    }


def request_form(service: Service, version: Version) -> Document:
    """What the Service asks for, as this version reads it: addresses, pool, and the field that they stand in.

    Of a request that cannot be read, the text stands in ``addresses`` as it is.
    """
    request = requested(service, version)
    if isinstance(request, Request):
        return {
            "addresses": [str(address) for address in request.addresses],
            "pool": request.pool_name or None,
            "from": request.field,
        }
    first = request.facts[0]
    return {
        "addresses": list(dict.fromkeys(fact.value for fact in request.facts if fact.value)),
        "pool": None,
        "from": first.field,
    }
