"""How objects are named."""

from __future__ import annotations

from typing import NamedTuple


class ServiceName(NamedTuple):
    """Namespace and name of a Service; prints and sorts as ``namespace/name``."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class ObjectRef(NamedTuple):
    """Any object of the cluster. ``namespace`` is empty for objects that have none."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        path = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.kind} {path}"


def service_ref(name: ServiceName) -> ObjectRef:
    """The Service of that name as an object."""
    return ObjectRef("Service", name.namespace, name.name)
