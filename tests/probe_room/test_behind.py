"""How many pods are behind a port: each once, and only those that serve it are ready."""

from __future__ import annotations

import pytest

from kubectl_sharedip.inventory.endpoints import behind
from kubectl_sharedip.model.announcement import Endpoint, EndpointSlice
from kubectl_sharedip.model.names import ServiceName
from kubectl_sharedip.model.raw import Origin
from kubectl_sharedip.model.service import ServicePort

HTTP = ServicePort(80, "TCP", "http")


def slice_of(*pods: tuple[str, bool | None], ports: tuple[str, ...] = ("http",)) -> EndpointSlice:
    return EndpointSlice(
        service=ServiceName("shop", "web"),
        name="web-1",
        origin=Origin(),
        ports=ports,
        endpoints=tuple(Endpoint(pod=name, node="n1", ready=ready, serving=None) for name, ready in pods),
    )


@pytest.mark.parametrize(
    ("slices", "ready", "total"),
    [
        ((), 0, 0),
        ((slice_of(("a", True), ("b", False), ("c", None)),), 2, 3),
        ((slice_of(("a", True)), slice_of(("a", True))), 1, 1),  # one of each IP family
        ((slice_of(("a", True)), slice_of(("b", True), ports=("metrics",))), 1, 2),
        ((slice_of(("a", True), ports=("metrics",)),), 0, 1),
        ((slice_of(("a", True), ports=()),), 1, 1),
    ],
)
def test_pods_behind_a_named_port(slices: tuple[EndpointSlice, ...], ready: int, total: int) -> None:
    found = behind(slices, HTTP)

    assert (found.ready, found.total) == (ready, total)


def test_a_port_without_a_name_is_the_slice_s_port_without_a_name() -> None:
    found = behind([slice_of(("a", True), ports=("",))], ServicePort(80, "TCP"))

    assert (found.ready, found.total) == (1, 1)


def test_ports_that_differ_in_name_alone_are_one_port() -> None:
    assert {ServicePort(80, "TCP", "http"), ServicePort(80, "TCP", "web")} == {ServicePort(80, "TCP")}
