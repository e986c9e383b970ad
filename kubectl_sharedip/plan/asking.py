"""What a Service asks for, written otherwise: addresses and pool, as functions from a Service to a Service.

The form that the Service uses is kept: never the field and the annotation both.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from types import MappingProxyType

from kubectl_sharedip.metallb.annotations import (
    REQUESTED_ADDRESSES,
    REQUESTED_POOL,
    in_force,
    prefixes,
)
from kubectl_sharedip.metallb.requests import Request, requested
from kubectl_sharedip.metallb.state import State
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.service import Service
from kubectl_sharedip.plan.edits import annotated, without_annotations


def without_requested_address(service: Service, version: Version) -> Service:
    """The Service asking for no address, neither in the field nor in an annotation."""
    return replace(without_annotated_request(service, version), load_balancer_ip="")


def without_field_request(service: Service) -> Service:
    """The Service without spec.loadBalancerIP; its annotation stays."""
    return replace(service, load_balancer_ip="")


def without_annotated_request(service: Service, version: Version) -> Service:
    """The Service without the annotation that asks for addresses; its field stays."""
    return without_annotations(service, [prefix + REQUESTED_ADDRESSES for prefix in prefixes(version)])


def without_requested_pool(service: Service, version: Version) -> Service:
    """The Service asking for no pool."""
    return without_annotations(service, [prefix + REQUESTED_POOL for prefix in prefixes(version)])


def with_requested_pool(state: State, service: Service, pool: str) -> Service:
    """The Service asking for this pool, in the annotation in which it asks for one."""
    return annotated(state, service, REQUESTED_POOL, pool, None)


def with_requested_addresses(
    state: State, service: Service, addresses: tuple[Address, ...], like: Service | None
) -> Service:
    """The Service asking for these addresses, in the form that it uses already.

    One that asks for nothing yet is given the annotation, which MetalLB prefers over the field
    (spec.loadBalancerIP is deprecated in Kubernetes, and holds one address only).
    """
    uses_field = bool(service.load_balancer_ip) and len(addresses) == 1
    if uses_field and not has_annotated_request(service, state.version):
        return replace(service, load_balancer_ip=str(addresses[0]))
    text = ",".join(str(address) for address in addresses)
    return annotated(state, replace(service, load_balancer_ip=""), REQUESTED_ADDRESSES, text, like)


def has_annotated_request(service: Service, version: Version) -> bool:
    """Whether the annotation in force asks for an address, readable or not."""
    setting = in_force(service, REQUESTED_ADDRESSES, version)
    return setting is not None and bool(setting.value)


def asks_twice(service: Service, version: Version) -> bool:
    """Whether it asks for addresses in the field and in the annotation, which MetalLB refuses."""
    return bool(service.load_balancer_ip) and has_annotated_request(service, version)


def with_readable_request(service: Service, version: Version) -> Service:
    """The Service with its request written so that MetalLB can read it; itself where that is no slip.

    Only what can mean one thing is mended: blanks, empty items, the length of a host, leading zeros.
    """
    if isinstance(requested(service, version), Request):
        return service
    mended = service
    setting = in_force(service, REQUESTED_ADDRESSES, version)
    if setting is not None and setting.value:
        texts = [text for item in setting.value.split(",") if (text := item.strip())]
        if texts and all(slip(text) for text in texts):
            value = ",".join(dict.fromkeys(str(slip(text)) for text in texts))
            mended = replace(
                mended, annotations=MappingProxyType({**service.annotations, setting.key: value})
            )
    if service.load_balancer_ip and (address := slip(service.load_balancer_ip)) is not None:
        mended = replace(mended, load_balancer_ip=str(address))
    return mended if isinstance(requested(mended, version), Request) else service


def slip(text: str) -> Address | None:
    """The one address that the text can mean, None where it is none or may be read in two ways."""
    host, slash, length = text.strip().partition("/")
    address = parse_address(host) or parse_address(_without_zeros(host))
    if address is None or (slash and length != ("32" if address.family == 4 else "128")):
        return None
    return address


def _without_zeros(text: str) -> str:
    """Without leading zeros, where a number says the same whether they mark it as octal or not."""
    numbers = text.split(".")
    if len(numbers) != 4 or not all(re.fullmatch(r"[0-9]{1,3}", number) for number in numbers):
        return text
    if any(len(number) > 1 and number[0] == "0" and _other_in_octal(number) for number in numbers):
        return text
    return ".".join(str(int(number)) for number in numbers)


def _other_in_octal(number: str) -> bool:
    return re.fullmatch(r"[0-7]+", number) is not None and int(number, 8) != int(number)


def texts_asked_for(service: Service, version: Version) -> tuple[str, ...]:
    """What it asks for by address: each as it is shown, or as it stands where it cannot be read."""
    setting = in_force(service, REQUESTED_ADDRESSES, version)
    items = setting.value.split(",") if setting is not None else []
    texts = [text for item in (service.load_balancer_ip, *items) if (text := item.strip())]
    return tuple(dict.fromkeys(str(slip(text) or text) for text in texts))


def requests_for(service: Service, version: Version) -> tuple[Address, ...]:
    """The addresses that it asks for, as far as they can be read, in the field and the annotation."""
    found = (slip(text) for text in texts_asked_for(service, version))
    return tuple(dict.fromkeys(address for address in found if address is not None))


def asks_for_all(service: Service, version: Version, addresses: Collection[Address]) -> bool:
    """Whether it asks for exactly these, as MetalLB reads it."""
    request = requested(service, version)
    return isinstance(request, Request) and set(request.addresses) == set(addresses)
