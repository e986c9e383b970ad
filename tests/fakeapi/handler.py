"""The HTTP of the fake API server: one handler a connection, kept alive as the real one does."""

from __future__ import annotations

import gzip
import json
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from .answers import answer, failure, forbidden
from .requests import Fault, Meant, Recorded, split, understood
from .store import Json
from .watching import events

if TYPE_CHECKING:
    from .server import FakeApi

_WORTH_PACKING_BYTES = 512
_WRITES = {"POST": "create", "PATCH": "patch", "DELETE": "delete"}


class Handler(BaseHTTPRequestHandler):
    """Reads a request, records it, lets it through or not, and sends what came of it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body in one packet
    api: FakeApi

    def log_message(self, format: str, *args: Any) -> None:
        """Tests look at FakeApi.requests instead."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path, query = split(self.path)
        headers = {name.lower(): tuple(self.headers.get_all(name) or ()) for name in self.headers}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Recorded(method=self.command, path=path, query=query, headers=headers, body=body)
        self.api.record(request)
        meant = understood(path)
        fault = self.api.next_fault(meant.served.plural if meant else path)
        if fault is not None and self._went_wrong(fault):
            return
        if meant is not None and query.get("watch") == "true":
            self._watch(meant, request)
            return
        status, content = self._judged(meant, request)
        self._send(status, content)
        if request.method in _WRITES and status < 300 and query.get("dryRun") != "All":
            self.api.written(request.method, content)

    def _judged(self, meant: Meant | None, request: Recorded) -> tuple[int, Json]:
        refusal = self._refusal(meant, request)
        if refusal is not None:
            return refusal
        if request.path == "/version":
            return 200, {"gitVersion": self.api.version, "major": "1"}
        if meant is None or meant.served.plural in self.api.absent:
            return 404, {}
        return answer(self.api.store, meant, request, knows_service_type=self.api.knows_service_type)

    def _refusal(self, meant: Meant | None, request: Recorded) -> tuple[int, Json] | None:
        scheme, _, given = request.headers.get("authorization", ("",))[0].partition(" ")
        if self.api.token is not None and (scheme.lower(), given) != ("bearer", self.api.token):
            return failure(401, "Unauthorized")
        if meant is None:
            return None
        verb = _WRITES.get(request.method) or ("get" if meant.name else "list")
        closed = (
            (meant.served.plural, meant.namespace),
            (meant.served.plural, "*"),
            (meant.served.plural, f"{verb} *"),
        )
        if any(place in self.api.forbidden for place in closed):
            user = request.headers.get("impersonate-user", (self.api.user,))[0]
            return forbidden(meant, verb, user)
        return None

    def _went_wrong(self, fault: Fault) -> bool:
        self.api.pause(fault.delay_s)
        if fault.drop or self.api.stopping:
            self.close_connection = True
            return True
        if fault.status is not None:
            self._send_bytes(fault.status, fault.body, dict(fault.headers))
            return True
        return False

    def _send(self, status: int, content: Json) -> None:
        data = json.dumps(content).encode() if content else b"404 page not found\n"
        headers = {"Content-Type": "application/json" if content else "text/plain; charset=utf-8"}
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(data) > _WORTH_PACKING_BYTES:
            data = gzip.compress(data, compresslevel=1)
            headers["Content-Encoding"] = "gzip"
        self._send_bytes(status, data, headers)

    def _send_bytes(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def _watch(self, meant: Meant, request: Recorded) -> None:
        refusal = self._refusal(meant, request)
        if refusal is None and "spec.type" in request.query.get("fieldSelector", ""):
            known = self.api.knows_service_type
            refusal = None if known else failure(400, 'field label not supported: "spec.type"')
        if refusal is not None:
            self._send(*refusal)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        generation = self.api.watch_generation

        def dropped() -> bool:
            return self.api.stopping or self.api.watch_generation != generation

        for event in events(self.api.store, meant, request.query, dropped):
            if dropped():
                break
            line = json.dumps(event).encode() + b"\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
            self.wfile.flush()
        if dropped():
            self.close_connection = True  # in the middle, as a load balancer does
            return
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()
