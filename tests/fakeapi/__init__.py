"""A small API server in this process, for tests that need one to misbehave on command.

It exists because a real API server cannot be told to answer 403 to one list, to drop a connection
in the middle of a watch, or to be a version that knows no field selector on a Service's type. It
refuses to validate objects, to know defaults, and to listen anywhere but on loopback; whether the
program is right about a real cluster is for the tests on the real one.

    with FakeApi([service("shop", "web")], token="t") as api:
        connect(ConnectionRequest(kubeconfig=api.kubeconfig(tmp_path / "config")))
"""

from __future__ import annotations

from .requests import Fault, Recorded
from .server import FakeApi
from .store import Json

__all__ = ["FakeApi", "Fault", "Json", "Recorded"]
