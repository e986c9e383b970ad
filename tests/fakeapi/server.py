"""The fake API server as tests use it: start, arrange, misbehave, look at what was asked."""

from __future__ import annotations

import json
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from .handler import Handler
from .listening import Listening
from .requests import Fault, Recorded
from .store import Json, Store, key

OnWrite = Callable[[str, Json], None]


class FakeApi:
    """A server on 127.0.0.1 while the block lasts; its threads end with it.

    ``token`` is demanded of every request (None: everybody may). ``forbidden`` holds pairs of plural and
    namespace that are answered with 403: None is the list of all namespaces and what has no namespace,
    ``"*"`` is everything of that plural, ``"get *"`` each of them by name. ``absent`` are plurals that
    this server does not have. Without ``knows_service_type`` it is older than Kubernetes 1.31. ``tls``
    are the paths of a certificate and its key. All but ``tls`` may be changed at any time.
    """

    def __init__(
        self,
        objects: Iterable[Json] = (),
        *,
        token: str | None = None,
        user: str = "tester",
        forbidden: Iterable[tuple[str, str | None]] = (),
        absent: Iterable[str] = (),
        knows_service_type: bool = True,
        version: str = "v1.34.1",
        tls: tuple[Path, Path] | None = None,
    ) -> None:
        self.store = Store(list(objects))
        self.token = token
        self.user = user
        self.forbidden = set(forbidden)
        self.absent = set(absent)
        self.knows_service_type = knows_service_type
        self.version = version
        self.requests: list[Recorded] = []
        self.watch_generation = 0
        self._tls = tls
        self._stop = threading.Event()
        self._faults: dict[str, deque[Fault]] = {}
        self._on_write: list[OnWrite] = []
        self._broken: list[Exception] = []

    def __enter__(self) -> FakeApi:
        handler = type("BoundHandler", (Handler,), {"api": self})
        self._server = Listening(("127.0.0.1", 0), handler)
        if self._tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*self._tls)
            # The handshake is left to the handler's thread: one that fails must not hold up the others.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        with self.store.changed:
            self.store.changed.notify_all()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()  # waits for the handlers
        if self._broken and kind is None:
            raise self._broken[0]

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.server_port}"

    @property
    def stopping(self) -> bool:
        """Whether the end of the block has been reached."""
        return self._stop.is_set()

    def kubeconfig(
        self,
        path: Path,
        *,
        namespace: str | None = None,
        context: str = "fake",
        user: Json | None = None,
        cluster: Json | None = None,
    ) -> str:
        """Write a kubeconfig with one context for this server; returns the path as text.

        ``user`` takes the place of the credentials (the token), ``cluster`` is added to the cluster.
        """
        own = user if user is not None else ({"token": self.token} if self.token else {})
        place = {"cluster": f"{context}-cluster", "user": f"{context}-user"}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": context,
            "contexts": [
                {"name": context, "context": place | ({"namespace": namespace} if namespace else {})}
            ],
            "clusters": [{"name": place["cluster"], "cluster": {"server": self.url, **(cluster or {})}}],
            "users": [{"name": place["user"], "user": own}],
        }
        path.write_text(json.dumps(content))
        return str(path)

    def on_write(self, callback: OnWrite) -> None:
        """Have ``callback(method, object)`` called after each answered write of a client.

        That is how a test plays MetalLB: it looks at the object and calls put(), which does not call
        back. An exception in it is raised at the end of the block.
        """
        self._on_write.append(callback)

    def fail(self, plural: str, fault: Fault, times: int = 1) -> None:
        """Have the next ``times`` requests for a plural (or a path such as ``/version``) go wrong."""
        self._faults.setdefault(plural, deque()).extend([fault] * times)

    def recover(self) -> None:
        """Answers without a fault from now on."""
        self._faults.clear()

    def drop_watches(self) -> None:
        """Cut every watch that is open now."""
        with self.store.changed:
            self.watch_generation += 1
            self.store.changed.notify_all()

    def expire(self) -> None:
        """Forget the past: what begins before now gets 410; open watches get a bookmark."""
        with self.store.changed:
            self.store.version += 1
            self.store.oldest = self.store.version
            self.store.changed.notify_all()

    def put(self, body: Json) -> Json:
        """Create or replace an object, its status included; returns it with its resourceVersion."""
        return self.store.put(body)

    def get(self, plural: str, namespace: str | None, name: str) -> Json:
        """A copy of an object. Raises KeyError."""
        return self.store.get(key(plural, namespace, name))

    def delete(self, plural: str, namespace: str | None, name: str) -> None:
        """Remove an object. Raises KeyError."""
        self.store.delete(key(plural, namespace, name))

    def asked(self, path_end: str, method: str = "GET") -> list[Recorded]:
        """The requests so far whose path ends so."""
        return [r for r in self.requests if r.path.endswith(path_end) and r.method == method]

    def record(self, request: Recorded) -> None:
        """Called by the handler for each request."""
        self.requests.append(request)

    def next_fault(self, what: str) -> Fault | None:
        """Called by the handler: what shall go wrong this time."""
        waiting = self._faults.get(what)
        return waiting.popleft() if waiting else None

    def pause(self, delay_s: float) -> None:
        """Called by the handler: wait, but not beyond the end of the block."""
        self._stop.wait(delay_s)

    def written(self, method: str, body: Json) -> None:
        """Called by the handler after each write."""
        for callback in self._on_write:
            try:
                callback(method, body)
            except Exception as error:  # a handler has nobody to raise it to
                self._broken.append(error)
