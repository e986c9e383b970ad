"""Which addresses and which pool a Service asks for.

Source: ``controller/service.go`` (getDesiredLbIPs). The annotation's list is trimmed item by
item, the field is not trimmed at all, and both together are refused even when they are equal.
"""

from __future__ import annotations

from kubectl_sharedip.metallb.annotations import (
    NEW_PREFIX,
    OLD_PREFIX,
    REQUESTED_ADDRESSES,
    REQUESTED_POOL,
    Setting,
    in_force,
)
from kubectl_sharedip.metallb.facts import service_fact, setting_fact
from kubectl_sharedip.metallb.families import UnknownFamily, family_of_addresses, go_quote
from kubectl_sharedip.metallb.refusals import AddressUnreadable, BothRequests, TooManyAddresses
from kubectl_sharedip.metallb.versions import Version
from kubectl_sharedip.model.address import Address, parse_address
from kubectl_sharedip.model.frozen import frozen
from kubectl_sharedip.model.proof import Fact
from kubectl_sharedip.model.service import Service

FIELD = "spec.loadBalancerIP"
_GO_BLANKS = " \t\n\v\f\r\x85\xa0"


@frozen
class Request:
    """What a Service asks for; no addresses and no pool where it asks for nothing.

    ``field`` is the path of the field or annotation with the addresses, None without any.
    """

    addresses: tuple[Address, ...]
    field: str | None
    fact: Fact | None
    pool: Setting | None

    @property
    def pool_name(self) -> str:
        """The requested pool, empty where none is."""
        return self.pool.value if self.pool else ""


Unreadable = BothRequests | AddressUnreadable | TooManyAddresses


def requested(service: Service, version: Version) -> Request | Unreadable:
    """What the Service asks for, or why MetalLB cannot tell."""
    setting = in_force(service, REQUESTED_ADDRESSES, version)
    pool = in_force(service, REQUESTED_POOL, version)
    text = setting.value if setting else ""
    if text and service.load_balancer_ip:
        assert setting is not None  # an empty text is no setting
        facts = (setting_fact(service, setting), service_fact(service, FIELD, service.load_balancer_ip))
        texts_name = NEW_PREFIX if version.names_metallb_io else OLD_PREFIX
        because = f"service can not have both {texts_name}{REQUESTED_ADDRESSES} and svc.Spec.LoadBalancerIP"
        return BothRequests(facts=facts, text=because, annotation=setting.key, annotation_value=text)
    if setting is not None and text:
        return _from_annotation(service, setting, pool, version)
    if service.load_balancer_ip:
        return _from_field(service, pool)
    return Request(addresses=(), field=None, fact=None, pool=pool)


def _from_annotation(
    service: Service, setting: Setting, pool: Setting | None, version: Version
) -> Request | AddressUnreadable | TooManyAddresses:
    fact = setting_fact(service, setting)
    items = setting.value.split(",")
    addresses = tuple(a for a in (parse_address(item.strip(_GO_BLANKS)) for item in items) if a is not None)
    if len(addresses) < len(items):
        texts_name = NEW_PREFIX if version.names_metallb_io else OLD_PREFIX
        text = f"invalid {texts_name}{REQUESTED_ADDRESSES}: {go_quote(setting.value)}"
        return AddressUnreadable(facts=(fact,), text=text, value=setting.value)
    family = family_of_addresses(addresses)
    if isinstance(family, UnknownFamily):
        return TooManyAddresses(facts=(fact,), text=family.because, addresses=addresses)
    return Request(addresses=addresses, field=setting.field, fact=fact, pool=pool)


def _from_field(service: Service, pool: Setting | None) -> Request | AddressUnreadable:
    fact = service_fact(service, FIELD, service.load_balancer_ip)
    address = parse_address(service.load_balancer_ip)
    if address is None:
        text = f"invalid spec.loadBalancerIP {go_quote(service.load_balancer_ip)}"
        return AddressUnreadable(facts=(fact,), text=text, value=service.load_balancer_ip)
    return Request(addresses=(address,), field=FIELD, fact=fact, pool=pool)
