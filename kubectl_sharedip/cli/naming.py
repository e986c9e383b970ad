"""Which Services are meant: by name, or all in the scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kubectl_sharedip.cli.failures import InputError
from kubectl_sharedip.cli.reading import Reading, split_name
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service


def in_scope(reading: Reading) -> tuple[Service, ...]:
    """The Services of the namespace that was asked for, or of all."""
    services = reading.snapshot.services.values()
    return tuple(s for s in services if reading.scope in (None, s.name.namespace))


def pending(services: Iterable[Service]) -> tuple[Service, ...]:
    """Those of type LoadBalancer without an address."""
    return tuple(s for s in services if s.type == "LoadBalancer" and not any(e.ip for e in s.ingress))


def resolve(reading: Reading, names: Sequence[str]) -> tuple[list[Service], list[InputError]]:
    """The Services of these names, and an error for each name that none, or several, have."""
    found: list[Service] = []
    errors: list[InputError] = []
    for name in names:
        try:
            service = _one(reading, name)
        except InputError as error:
            errors.append(error)
        else:
            if service not in found:
                found.append(service)
    return found, errors


def _one(reading: Reading, text: str) -> Service:
    services = reading.snapshot.services
    namespace, name = split_name(text)
    namespace = namespace or reading.default_namespace
    if namespace is not None:
        service = services.get(ServiceName(namespace, name))
        if service is None:
            raise _unknown(reading, ServiceName(namespace, name))
        return service
    several = sorted(one for one in services if one.name == name)
    if len(several) > 1:
        listed = ", ".join(str(one) for one in several)
        raise InputError(f'service "{name}" is in several namespaces: {listed}', "name one as namespace/name")
    if not several:
        raise _unknown(reading, ServiceName("", name))
    return services[several[0]]


def _unknown(reading: Reading, name: ServiceName) -> InputError:
    from difflib import get_close_matches

    elsewhere = sorted(str(one) for one in reading.snapshot.services if one.name == name.name)
    here = [one.name for one in reading.snapshot.services if name.namespace in ("", one.namespace)]
    near = get_close_matches(name.name, here, n=3)
    place = f' in namespace "{name.namespace}"' if name.namespace else ""
    if elsewhere:
        todo = f"there is {', '.join(elsewhere)}"
    elif near:
        todo = f"the nearest names are {', '.join(near)}"
    else:
        todo = "see what there is: kubectl get svc -A"
    return InputError(f'service "{name.name}" not found{place}', todo)
