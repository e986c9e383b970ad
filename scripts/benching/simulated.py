"""An API server that is not there: so many Services page by page, from memory, over HTTP on loopback.

It exists because a real one with 100,000 Services does not fit beside its client on a small machine. It
hands out what a real one would, packed as a real one packs, and counts. Refuses everything but to list.
Run by itself with the number of Services; it prints its port and ends with its stdin.
"""

from __future__ import annotations

import gzip
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.benching import contents
from scripts.benching.contents import Json

_KINDS = {
    "services": ("v1", "ServiceList"),
    "ipaddresspools": ("metallb.io/v1beta1", "IPAddressPoolList"),
    "deployments": ("apps/v1", "DeploymentList"),
}


class Cluster:
    """What there is, and what was asked for. A page is made when it is first asked for, and kept."""

    def __init__(self, services: int) -> None:
        self.services = services
        self.requests = 0
        self.bytes = 0
        self._lock = threading.Lock()
        self._pages: dict[tuple[str, int, int], bytes] = {}

    def answer(self, path: str, query: dict[str, list[str]]) -> bytes:
        """The packed body for a path."""
        plural = path.rpartition("/")[2]
        limit = int(query.get("limit", ["0"])[0])
        start = int(query.get("continue", ["0"])[0])
        with self._lock:
            self.requests += 1
            place = (plural, start, limit)
            if place not in self._pages:
                self._pages[place] = gzip.compress(json.dumps(self._body(*place)).encode(), 1)
            self.bytes += len(self._pages[place])
            return self._pages[place]

    def _body(self, plural: str, start: int, limit: int) -> Json:
        if plural == "version":
            return {"major": "1", "minor": "34", "gitVersion": "v1.34.1"}
        version, kind = _KINDS.get(plural, ("v1", "List"))
        metadata: Json = {"resourceVersion": "1000"}
        items: list[Json] = []
        if plural == "services":
            end = min(self.services, start + limit if limit else self.services)
            items = [_written(number) for number in range(start, end)]
            if end < self.services:
                metadata |= {"continue": str(end), "remainingItemCount": self.services - end}
        elif plural == "ipaddresspools":
            items = list(contents.pools(self.services))
        return {"apiVersion": version, "kind": kind, "metadata": metadata, "items": items}


def _written(number: int) -> Json:
    """A Service as an API server hands it out: with what it fills in and notes down."""
    body = contents.service(number)
    metadata = body["metadata"]
    written = {"manager": "helm", "operation": "Update", "apiVersion": "v1", "time": "2026-01-01T00:00:00Z"}
    fields: Json = {"f:metadata": {"f:labels": {f"f:{label}": {} for label in metadata["labels"]}}}
    metadata |= {
        "uid": f"00000000-0000-4000-8000-{number:012}",
        "resourceVersion": str(number),
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "managedFields": [{**written, "fieldsType": "FieldsV1", "fieldsV1": fields}] * 2,
    }
    address = f"10.{96 + number // 65536}.{number // 256 % 256}.{number % 256}"
    body["spec"] |= {
        "clusterIP": address,
        "clusterIPs": [address],
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "externalTrafficPolicy": "Cluster",
        "internalTrafficPolicy": "Cluster",
        "sessionAffinity": "None",
    }
    body["status"] = contents.status(number)
    return {name: value for name, value in body.items() if name not in ("apiVersion", "kind")}


def main() -> None:
    """Serves until stdin ends."""
    cluster = Cluster(int(sys.argv[1]))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            told = parts.path == "/told"
            body = json.dumps([cluster.requests, cluster.bytes]).encode()
            if not told:
                body = cluster.answer(parts.path, parse_qs(parts.query))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if not told:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
