"""kubectl's flags mean the same before and after the subcommand, and the later of two counts."""

from __future__ import annotations

import pytest

from kubectl_sharedip.cli import ls
from kubectl_sharedip.cli.main import cli
from kubectl_sharedip.cli.options import tell_of_request
from kubectl_sharedip.cli.request import Request
from kubectl_sharedip.cluster.request import ConnectionRequest

# Each connection flag of the contract, what is written after it, and what comes of it.
_SAID: dict[str, tuple[str | None, dict[str, object]]] = {
    "--kubeconfig": ("k", {"kubeconfig": "k"}),
    "--context": ("c", {"context": "c"}),
    "--cluster": ("c", {"cluster": "c"}),
    "--user": ("u", {"user": "u"}),
    "-n": ("shop", {"namespace": "shop"}),
    "--namespace": ("shop", {"namespace": "shop"}),
    "-s": ("https://127.0.0.1:1", {"server": "https://127.0.0.1:1"}),
    "--server": ("https://127.0.0.1:1", {"server": "https://127.0.0.1:1"}),
    "--token": ("t", {"token": "t"}),
    "--as": ("amy", {"as_user": "amy"}),
    "--as-group": ("a", {"as_groups": ("a",)}),
    "--as-uid": ("u-1", {"as_uid": "u-1"}),
    "--certificate-authority": ("ca", {"certificate_authority": "ca"}),
    "--client-certificate": ("crt", {"client_certificate": "crt"}),
    "--client-key": ("key", {"client_key": "key"}),
    "--insecure-skip-tls-verify": (None, {"insecure_skip_tls_verify": True}),
    "--tls-server-name": ("name", {"tls_server_name": "name"}),
    "--request-timeout": ("1m.5s", {"request_timeout_s": 60.5}),
    "--chunk-size": ("7", {"chunk_size": 7}),
    "--disable-compression": (None, {"disable_compression": True}),
    "-v": ("6", {"told": tell_of_request}),
    "--v": ("6", {"told": tell_of_request}),
}


def understood(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> ConnectionRequest:
    """The connection that a command line with ``ls`` asks for."""
    seen: list[Request] = []

    def run(request: Request, *rest: object, **more: object) -> int:
        seen.append(request)
        return 0

    monkeypatch.setattr(ls, "run", run)
    assert cli.main(words, standalone_mode=False) == 0
    (request,) = seen
    return request.connection


@pytest.mark.parametrize("flag", _SAID)
def test_a_flag_stands_before_or_after(monkeypatch: pytest.MonkeyPatch, flag: str) -> None:
    value, expected = _SAID[flag]
    ways = [[flag] if value is None else [flag, value]]
    if value is not None and flag.startswith("--"):
        ways.append([f"{flag}={value}"])
    for line in (placed for way in ways for placed in ([*way, "ls"], ["ls", *way])):
        assert understood(monkeypatch, line) == ConnectionRequest(**expected)  # type: ignore[arg-type]


def test_the_later_of_two_counts_and_groups_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = understood(monkeypatch, ["--context", "a", "--as-group", "x", "ls", "--context", "b"])
    assert (asked.context, asked.as_groups) == ("b", ("x",))
    both = understood(monkeypatch, ["--as-group", "x", "ls", "--as-group", "y"])
    assert both.as_groups == ("x", "y")


@pytest.mark.parametrize("line", [["--chunk-size", "0", "ls"], ["ls", "--chunk-size=0"]])
def test_nought_is_a_number(monkeypatch: pytest.MonkeyPatch, line: list[str]) -> None:
    assert understood(monkeypatch, line).chunk_size == 0


def test_every_connection_field_has_its_flag() -> None:
    fields = set(ConnectionRequest.__dataclass_fields__)
    assert {name for _, expected in _SAID.values() for name in expected} == fields
