"""A Service as documents show it."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_sharedip.inventory.addresses import key_of
from kubectl_sharedip.metallb.installed import state_for
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.state import State, status_addresses
from kubectl_sharedip.metallb.versions import NEWEST_KNOWN, parse_version
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.report.envelope import Document, named


def service_form(service: Service, views: Sequence[State]) -> Document:
    """The form that a Service has in every list of Services."""
    return {
        **named(service.name),
        "key": key_of(service, views) or None,
        "ports": [str(port) for port in service.ports],
        "externalTrafficPolicy": service.external_traffic_policy,
        "selector": dict(sorted(service.selector.items())),
        "class": service.load_balancer_class,
        "addresses": [str(address) for address in status_addresses(service)],
        "requested": request_form(service, views),
        "terminating": service.terminating,
    }


def request_form(service: Service, views: Sequence[State]) -> Document:
    """What the Service asks for: addresses, pool, and the field that they stand in.

    Of a request that cannot be read, the text stands in ``addresses`` as it is.
    """
    state = state_for(tuple(views), service)
    version = state.version if state else parse_version(NEWEST_KNOWN)
    assert version is not None  # NEWEST_KNOWN is a version
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
