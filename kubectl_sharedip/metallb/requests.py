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

    ``field`` is the path of the field or annotation of the ``service`` with the addresses, ``text`` what
    stands there; None without any.
    """

    service: Service
    addresses: tuple[Address, ...]
    field: str | None
    text: str | None
    pool: Setting | None

    @property
    def fact(self) -> Fact | None:
        """The field, where there are addresses; made when it is asked for, as it seldom is."""
        return None if self.field is None else service_fact(self.service, self.field, self.text)

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
    return Request(service=service, addresses=(), field=None, text=None, pool=pool)


def _from_annotation(
    service: Service, setting: Setting, pool: Setting | None, version: Version
) -> Request | AddressUnreadable | TooManyAddresses:
    items = setting.value.split(",")
    read = [parse_address(item.strip(_GO_BLANKS)) for item in items]
    addresses = tuple([address for address in read if address is not None])
    if len(addresses) < len(items):
        fact = setting_fact(service, setting)
        texts_name = NEW_PREFIX if version.names_metallb_io else OLD_PREFIX
        text = f"invalid {texts_name}{REQUESTED_ADDRESSES}: {go_quote(setting.value)}"
        return AddressUnreadable(facts=(fact,), text=text, value=setting.value)
    family = family_of_addresses(addresses)
    if isinstance(family, UnknownFamily):
        fact = setting_fact(service, setting)
        return TooManyAddresses(facts=(fact,), text=family.because, addresses=addresses)
    return Request(service=service, addresses=addresses, field=setting.field, text=setting.value, pool=pool)


def _from_field(service: Service, pool: Setting | None) -> Request | AddressUnreadable:
    text = service.load_balancer_ip
    address = parse_address(text)
    if address is None:
        fact = service_fact(service, FIELD, text)
        because = f"invalid spec.loadBalancerIP {go_quote(text)}"
        return AddressUnreadable(facts=(fact,), text=because, value=text)
    return Request(service=service, addresses=(address,), field=FIELD, text=text, pool=pool)
