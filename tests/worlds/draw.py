"""What a world is made of, drawn at random: pool specs, Services, and edits of one.

Ranges are tiny and keys, ports and labels few, so that Services meet.
"""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Sequence
from typing import TypeVar

from .world import NAMESPACES, Json

T = TypeVar("T")

_NEW, _OLD = "metallb.io/", "metallb.universe.tf/"
_KEYS = [("k", 50), (None, 22), ("K", 6), ("k ", 6), ("z", 10), ("", 6)]
_PORTS = [("TCP", 80, 6), ("TCP", 443, 5), ("UDP", 53, 3), ("TCP", 53, 2), ("UDP", 80, 2), ("SCTP", 80, 1)]
_SELECTORS: list[tuple[Json, int]] = [({"app": "x"}, 5), ({"app": "y"}, 3), ({}, 2)]
_LABELS: list[tuple[Json, int]] = [({}, 5), ({"a": "1"}, 3), ({"b": "2"}, 2)]
_BAD_PINS = ("10.0.0.1,", "none", "10.0.1.0,10.0.1.1", "010.0.0.1", "10.0.0.0/31", " ", "fc00:0::1%1")
_STRANGE = ("10.9.9.9", "fc00:9::9")


class Draw:
    """Draws for one world of one version. ``families`` is v4, v6 or mixed."""

    def __init__(self, rng: random.Random, version: str) -> None:
        self.rng = rng
        self.version = version
        self.families = self.pick([("v4", 60), ("v6", 8), ("mixed", 32)])

    def pick(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of (value, weight)."""
        return self.rng.choices([c[0] for c in choices], [c[1] for c in choices])[0]

    def often(self, percent: float) -> bool:
        """True in so many of a hundred times."""
        return self.rng.random() * 100 < percent

    def addresses(self, block: int) -> list[str]:
        """Ranges inside the block of a pool; no two blocks overlap."""
        v4 = f"10.0.{block}"
        v6 = f"fc00:{block}:"
        fours = [f"{v4}.0/32", f"{v4}.0/31", f"{v4}.0/30", f"{v4}.1-{v4}.2", f"{v4}.254/31", f"{v4}.1-{v4}.4"]
        four = self.pick(list(zip(fours, (5, 8, 4, 6, 3, 2), strict=True)))
        sixes = [f"{v6}:/128", f"{v6}:/127", f"{v6}:1-{v6}:2", f"{v6}:/126"]
        six = self.pick(list(zip(sixes, (4, 5, 4, 2), strict=True)))
        if self.families == "v4":
            return [four, f"{v4}.16/32"] if self.often(15) else [four]
        if self.families == "v6":
            return [six]
        return self.pick([([four, six], 5), ([six, four], 3), ([four], 2), ([six], 1)])

    def allocation(self, priority: int) -> Json:
        """A serviceAllocation."""
        result: Json = {"priority": priority} if priority else {}
        kind = self.pick([("namespaces", 5), ("labels", 5), ("both", 2), ("namespaceLabels", 3), ("none", 1)])
        if kind in ("namespaces", "both"):
            result["namespaces"] = [self.rng.choice(NAMESPACES)]
        if kind in ("labels", "both"):
            result["serviceSelectors"] = [self.selector()]
            if self.often(20):
                result["serviceSelectors"].append({"matchLabels": {"b": "3"}})
        if kind == "namespaceLabels":
            result["namespaceSelectors"] = [{"matchLabels": {"team": self.rng.choice(("s", "t"))}}]
        return result

    def selector(self) -> Json:
        """A selector of Services' labels."""
        in_ = {"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}
        absent = {"matchExpressions": [{"key": "b", "operator": "DoesNotExist"}]}
        labels: list[tuple[Json, int]] = [
            ({"matchLabels": {"a": "1"}}, 5),
            ({"matchLabels": {"b": "2"}}, 3),
            (in_, 1),
            (absent, 1),
        ]
        return self.pick(labels)

    def annotation(self, name: str, value: str | None, other: str | None) -> Json:
        """A merge patch of both prefixes. ``other`` is what the second says, where there are two."""
        fresh, stale = (_OLD, _NEW) if self.version.startswith("0.13") else (_NEW, _OLD)
        kind = self.pick([("fresh", 82), ("stale", 11), ("both", 7)])
        values = {"fresh": (value, None), "stale": (None, value), "both": (value, other)}[kind]
        return {fresh + name: values[0], stale + name: values[1]}

    def key(self) -> Json:
        """Annotations that set, change or remove the sharing key."""
        return self.annotation("allow-shared-ip", self.pick(_KEYS), self.pick(_KEYS))

    def pool_wish(self, pools: Sequence[str]) -> Json:
        """Annotations that ask for a pool: a present one, an unknown one, none."""
        names: list[tuple[str | None, int]] = [(name, 6) for name in pools]
        names += [("nope", 2), ("", 1), (None, 4)]
        return self.annotation("address-pool", self.pick(names), self.pick(names))

    def pin(self, ranges: Sequence[str], families: Sequence[str]) -> tuple[Json, str | None]:
        """Annotations and spec.loadBalancerIP that ask for addresses; now and then bad ones.

        ``families`` are those of the Service: its ipFamilies.
        """
        wanted = list(families) if self.often(88) else [self.rng.choice(("IPv4", "IPv6"))]
        if self.often(30):
            wanted.reverse()
        asked = [
            self._address([r for r in ranges if (":" in r) == (one == "IPv6")] or ranges) for one in wanted
        ]
        text: str | None = ",".join(asked)
        kind = self.pick([("good", 84), ("bad", 7), ("padded", 4), ("strange", 5)])
        if kind == "bad":
            text = self.rng.choice(_BAD_PINS)
        elif kind == "padded":
            text = f" {text} "
        elif kind == "strange":
            text = self.rng.choice(_STRANGE)
        where = self.pick([("annotation", 74), ("field", 20 if len(wanted) == 1 else 2), ("both", 5)])
        field = text if where != "annotation" else None
        written = text if where != "field" else None
        return self.annotation("loadBalancerIPs", written, self._address(ranges)), field

    def _address(self, ranges: Sequence[str]) -> str:
        chosen = ranges[0] if self.often(50) else self.rng.choice(ranges)
        first = chosen.partition("-")[0].partition("/")[0]
        try:
            return str(ipaddress.ip_address(first) + self.rng.choice((0, 0, 0, 1)))
        except ValueError:  # a malformed range
            return _STRANGE[0]

    def ports(self) -> list[Json]:
        """One port or two."""
        found = {
            self.pick([(i, p[2]) for i, p in enumerate(_PORTS)]) for _ in range(2 if self.often(25) else 1)
        }
        order = sorted(found)
        self.rng.shuffle(order)
        return [
            {"name": f"{_PORTS[i][0].lower()}-{_PORTS[i][1]}", "protocol": _PORTS[i][0], "port": _PORTS[i][1]}
            for i in order
        ]

    def traffic(self) -> Json:
        """externalTrafficPolicy and selector, as fields of a spec."""
        policy = "Local" if self.often(35) else "Cluster"
        return {"externalTrafficPolicy": policy, "selector": self.pick(_SELECTORS)}

    def stack(self) -> Json:
        """ipFamilyPolicy and ipFamilies; the API server gives clusterIPs to match."""
        own = {"v4": "IPv4", "v6": "IPv6"}.get(self.families) or self.pick([("IPv4", 3), ("IPv6", 1)])
        if self.families != "mixed" and not self.often(4):
            return {"ipFamilyPolicy": "SingleStack", "ipFamilies": [own]}
        policy = self.pick([("SingleStack", 4), ("PreferDualStack", 4), ("RequireDualStack", 3)])
        other = "IPv6" if own == "IPv4" else "IPv4"
        families = [own] if policy == "SingleStack" else [own, other]
        return {"ipFamilyPolicy": policy, "ipFamilies": families}

    def labels(self) -> Json:
        """Labels for selectors of pools."""
        return self.pick(_LABELS)
