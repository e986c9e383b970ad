"""Which Services are meant: by name, or all in the scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click

from kubectl_sharedip.cli.failures import InputError
from kubectl_sharedip.cli.reading import Reading, split_name
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.metallb.selectors import matches
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.service import Service

#: What people write before a slash and is no namespace: other kinds that kubectl knows.
_OTHER_KINDS = frozenset(
    (
        *("po", "pod", "pods", "deploy", "deployment", "deployments", "ds", "daemonset", "daemonsets"),
        *(
            "sts",
            "statefulset",
            "statefulsets",
            "ing",
            "ingress",
            "ingresses",
            "ep",
            "endpoints",
            "no",
            "node",
        ),
        *("nodes", "ns", "namespace", "namespaces", "cm", "configmap", "configmaps", "job", "jobs", "pool"),
        *("ipaddresspool", "ipaddresspools", "gateway", "gateways", "gtw", "key"),
    )
)
_MOST_LISTED = 5


def in_scope(reading: Reading) -> tuple[Service, ...]:
    """The Services of the namespace that was asked for, or of all, that have the labels of ``-l``."""
    return tuple(s for s in _of_scope(reading) if reading.labels is None or matches(reading.labels, s.labels))


def left_out(reading: Reading) -> list[str]:
    """What is said beside an answer that ``-l`` has left empty."""
    there = [s for s in _of_scope(reading) if s.type == "LoadBalancer"]
    if reading.labels is None or not there:
        return []
    others = [s for s in there if not matches(reading.labels, s.labels)]
    count, waiting = len(others), len(pending(others))
    return [f"-l leaves out {count} LoadBalancer Services of the scope, {waiting} of them Pending."]


def nothing_pending(reading: Reading) -> list[str]:
    """What is said where no Service of the scope is Pending."""
    if reading.scope is None:
        return left_out(reading) or ["Nothing is Pending."]
    waiting = [s for s in pending(reading.snapshot.services.values()) if s.name.namespace != reading.scope]
    elsewhere = f" {len(waiting)} Pending in other namespaces: -A" if waiting else ""
    return [f"Nothing is Pending in namespace {reading.scope}.{elsewhere}", *left_out(reading)]


def refuse_names_beside_labels(request: Request, names: Sequence[str]) -> None:
    """Raises click.UsageError where Services are named and chosen by their labels too, as kubectl does."""
    if names and request.labels is not None:
        raise click.UsageError("-l chooses among all Services in scope: leave out the names, or -l.")


def _of_scope(reading: Reading) -> tuple[Service, ...]:
    services = reading.snapshot.services.values()
    return tuple(s for s in services if reading.scope in (None, s.name.namespace))


def pending(services: Iterable[Service]) -> tuple[Service, ...]:
    """Those of type LoadBalancer without an address."""
    return tuple(s for s in services if s.type == "LoadBalancer" and not any(e.ip for e in s.ingress))


def resolve(reading: Reading, names: Sequence[str]) -> tuple[list[Service], list[InputError]]:
    """The Services of these names, and an error for each name that none, or several, have.

    Raises click.UsageError for what cannot be the name of a Service.
    """
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


def refuse_what_is_no_name(names: Iterable[str]) -> None:
    """Raises click.UsageError for a word that no Service can have as its name; no cluster is asked."""
    for text in names:
        namespace, name = split_name(text)
        if not name or namespace == "" or "/" in name:
            raise click.UsageError(f'"{text}" is no name of a Service: write NAME or NAMESPACE/NAME.')


def _one(reading: Reading, text: str) -> Service:
    services = reading.snapshot.services
    refuse_what_is_no_name([text])
    namespace, name = split_name(text)
    there = any(one.namespace == namespace for one in services)
    if namespace is not None and not there and namespace.lower() in _OTHER_KINDS:
        raise click.UsageError(f'"{text}" is no Service: write svc/NAME or NAMESPACE/NAME.')
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

    services = sorted(reading.snapshot.services)
    place = f' in namespace "{name.namespace}"' if name.namespace else ""
    same = [str(one) for one in services if one.name == name.name]
    here = sorted({one.name for one in services if name.namespace in ("", one.namespace)})
    near = get_close_matches(name.name, here, n=3) or get_close_matches(
        str(name), [str(one) for one in services], n=3
    )
    if same:
        todo = f"there is {', '.join(same)}"
    elif near:
        todo = f"the nearest names are {', '.join(near)}"
    elif reading.connection is None:
        todo = _listed([str(one) for one in services])
    else:
        todo = "see what there is: kubectl get svc -A"
    return InputError(f'service "{name.name}" not found{place}', todo)


def _listed(names: list[str]) -> str:
    """What the files have, where a name is like none of them."""
    if not names:
        return "the files have no Service at all"
    rest = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return f"the files have {', '.join(names[:_MOST_LISTED])}{rest}"
