"""Which server is asked and as whom: kubectl and this program, with the same flags and files."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cluster_room.socks_server import SocksServer
from tests.command_line.inside import ran
from tests.fakeapi import FakeApi
from tests.real.between import Between
from tests.real.conftest import Clusters
from tests.real.connecting import LIST, SideBySide, reader_group
from tests.real.tunnel import Tunnel
from tests.realcluster import parts

READERS = "readers"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def pair(clusters: Clusters, tmp_path_factory: pytest.TempPathFactory) -> SideBySide:
    """The programs, a Service to be seen, and a group whose members may see it."""
    cluster = clusters.clean(parts.METALLB_VERSIONS[0])
    reader_group(cluster, READERS)
    return SideBySide(cluster, tmp_path_factory.mktemp("side-by-side"))


def known_as(pair: SideBySide, name: str) -> Json:
    """A user that the server takes for this one."""
    return {"token": pair.cluster.admin_token, "as": name}


def test_several_files_and_the_names_in_them(pair: SideBySide) -> None:
    first = pair.kubeconfig(known_as(pair, "first"), name="one")
    both: Json = {
        "users": [{"name": name, "user": known_as(pair, name)} for name in ("here", "second")],
        "contexts": [{"name": "there", "context": {"cluster": "bad", "user": "second"}}],
        "clusters": [{"name": "bad", "cluster": {"server": pair.cluster.server}}],
        "current-context": "there",
    }
    second = pair.kubeconfig({}, name="two", **both)
    (pair.folder / "empty").write_text("")
    listed = os.pathsep.join([str(pair.folder / "missing"), str(pair.folder / "empty"), first, second])
    several = {"KUBECONFIG": listed}

    assert pair.whoami(environment=several) == "first"
    assert pair.whoami("--context", "there", "--cluster", "here", environment=several) == "second"
    assert pair.whoami("--user=second", environment=several) == "second"
    assert "unknown authority" in pair.agreed("--context", "there", environment=several).words
    third = pair.kubeconfig(known_as(pair, "third"), name="three")
    assert pair.whoami("--kubeconfig", third, environment=several) == "third"
    usual = pair.home / ".kube"
    usual.mkdir()
    pair.kubeconfig(known_as(pair, "usual"), name="home/.kube/config")
    assert pair.whoami() == "usual"
    (usual / "config").unlink()


def test_names_that_are_not_there(pair: SideBySide) -> None:
    path = pair.kubeconfig({"token": pair.cluster.nobody_token})
    # Without -n kubectl has other words for the same thing.
    unknown = pair.agreed("--kubeconfig", path, "--context", "heer", "-n", "default")
    assert unknown.words == 'context "heer" does not exist'
    assert 'did you mean "here"?' in unknown.err
    assert pair.agreed("--kubeconfig", path, "--user", "x").words == 'auth info "x" does not exist'
    changed: Json = {"current-context": "heer"}
    gone = pair.agreed("--kubeconfig", pair.kubeconfig({}, **changed))
    assert gone.words == "context was not found for specified context: heer"
    missing = pair.agreed("--kubeconfig", str(pair.folder / "nowhere"))
    assert missing.words.endswith("nowhere: no such file or directory")
    # What flags give need not be in the file.
    token = ("--token", pair.cluster.nobody_token)
    empty = pair.kubeconfig({}, users=[], clusters=[])
    server = ("-s", pair.cluster.server, "--certificate-authority", str(pair.authority))
    assert pair.whoami("--kubeconfig", empty, *server, *token) == "nobody"


def test_tokens(pair: SideBySide) -> None:
    nobody, admin = pair.cluster.nobody_token, pair.cluster.admin_token
    (pair.folder / "token").write_text(f"{nobody}\n")
    assert pair.whoami("--kubeconfig", pair.kubeconfig({"tokenFile": "token"})) == "nobody"
    assert pair.whoami("--kubeconfig", pair.kubeconfig({"token": "x", "tokenFile": "token"})) == "nobody"
    path = pair.kubeconfig({"token": nobody})
    assert pair.agreed("--kubeconfig", path, "--token", admin).services == ("service/web",)
    refused = pair.agreed("--kubeconfig", path, "--token", "x")
    assert refused.words == "You must be logged in to the server (Unauthorized)"


def test_a_server_and_a_token_alone(pair: SideBySide) -> None:
    given = ("--server", pair.cluster.server, "--token", pair.cluster.nobody_token)
    assert pair.whoami(*given, "--certificate-authority", str(pair.authority)) == "nobody"
    assert pair.whoami(*given, "--insecure-skip-tls-verify") == "nobody"
    untrusted = pair.agreed(*given)
    assert untrusted.words.endswith("x509: certificate signed by unknown authority")
    both = ("--certificate-authority", str(pair.authority), "--insecure-skip-tls-verify")
    assert "not allowed" in pair.agreed(*given, *both).words
    trusted = ("--certificate-authority", str(pair.authority), "--tls-server-name")
    assert pair.whoami(*given, *trusted, "kubernetes") == "nobody"
    theirs, ours = pair.ask(*given, *trusted, "elsewhere")
    for answer in (theirs, ours):
        assert answer.words.startswith("tls: failed to verify certificate: x509: ")
        assert "elsewhere" in answer.words


def test_another_name_and_its_groups_by_flag_and_by_file(pair: SideBySide) -> None:
    admin = pair.kubeconfig({"token": pair.cluster.admin_token}, name="admin")
    amy = ("--kubeconfig", admin, "--as", "amy")
    assert pair.whoami(*amy) == "amy"
    assert pair.whoami(*amy, "--as-group", "others") == "amy"
    for _ in range(2):  # before and after the subcommand
        reading = pair.agreed(*amy, "--as-group", "others", "--as-group", READERS, "--as-uid", "u-1")
        assert reading.services == ("service/web",)
    user = {**known_as(pair, "amy"), "as-groups": [READERS]}
    assert pair.agreed("--kubeconfig", pair.kubeconfig(user)).services == ("service/web",)
    assert pair.whoami("--kubeconfig", pair.kubeconfig(user), "--as-group", "others") == "amy"
    nobody = ("--kubeconfig", pair.kubeconfig({"token": pair.cluster.nobody_token}))
    assert 'cannot impersonate resource "users"' in pair.agreed(*nobody, "--as", "amy").words
    assert "without impersonating a user" in pair.agreed(*nobody, "--as-group", READERS).words


def test_what_is_sent_beside_the_credentials(pair: SideBySide) -> None:
    """The headers of both, as a server sees them."""
    people = pair.cluster.people
    server = people.sign("/CN=headers", names="IP:127.0.0.1")  # without TLS kubectl sends other ones
    extra = {"as-uid": "u-1", "as-groups": ["a", "b"], "as-user-extra": {"why/so": ["x", "y"]}}
    for user, cluster, flags in (
        ({**known_as(pair, "amy"), **extra}, {}, ()),
        ({**known_as(pair, "amy"), **extra}, {}, ("--as", "bob", "--as-group=c", "--disable-compression")),
        ({"token": "secret"}, {"disable-compression": True}, ()),
    ):
        with FakeApi(tls=(server.certificate, server.key)) as api:
            place = {"server": api.url, "certificate-authority": str(people.own.certificate)}
            path = pair.kubeconfig(user, cluster={**place, **cluster})
            pair.ask("--kubeconfig", path, *flags, kubectl=("get", "--raw", "/api/v1/services"))
        theirs, ours = (
            [one.headers for one in api.requests if one.user_agent.startswith(name)]
            for name in ("kubectl/", "kubectl-sharedip/")
        )
        assert theirs
        assert ours
        assert len({_comparable(one) for one in (*theirs, *ours)}) == 1
        packed = not cluster and not flags
        assert all(("gzip" in one.get("accept-encoding", ("",))[0]) is packed for one in (*theirs, *ours))


def _comparable(headers: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    said = ("impersonate", "authorization")
    return tuple(sorted((name, values) for name, values in headers.items() if name.startswith(said)))


def test_a_proxy_of_the_kubeconfig(pair: SideBySide) -> None:
    user = {"token": pair.cluster.nobody_token}
    with Tunnel() as tunnel:
        for login in ("", "jane:pass%20word@"):
            url = f"http://{login}127.0.0.1:{tunnel.port}"
            path = pair.kubeconfig(user, cluster={**pair.place, "proxy-url": url})
            assert pair.whoami("--kubeconfig", path) == "nobody"
        host = pair.cluster.server.removeprefix("https://")
        assert {target for target, _ in tunnel.seen} == {host}
        assert len(tunnel.seen) >= 6
        assert {login for _, login in tunnel.seen} == {None, "Basic amFuZTpwYXNzIHdvcmQ="}
    with SocksServer(login=("jane", "pass word")) as socks:
        over = f"socks5://jane:pass%20word@{socks.address}"
        path = pair.kubeconfig(user, cluster={**pair.place, "proxy-url": over})
        assert pair.whoami("--kubeconfig", path) == "nobody"
        assert set(socks.seen) == {host}
        assert len(socks.seen) >= 2
    for wrong in (url, over, "127.0.0.1:1"):  # nobody listens any more; no URL
        path = pair.kubeconfig(user, cluster={**pair.place, "proxy-url": wrong})
        theirs, ours = pair.ask("--kubeconfig", path)
        assert theirs.services is None
        assert ours.services is None
        assert "proxy" in ours.words


def test_a_proxy_that_is_spoken_to_over_tls(pair: SideBySide) -> None:
    """It has to be trusted as the server is, since the same authorities are asked."""
    user = {"token": pair.cluster.nobody_token}
    signed = pair.cluster.people.sign("/CN=proxy", names="IP:127.0.0.1")
    authorities = pair.folder / "authorities"
    authorities.write_text(pair.authority.read_text() + pair.cluster.people.own.certificate.read_text())
    with Tunnel((signed.certificate, signed.key)) as tunnel:
        place = {"server": pair.cluster.server, "proxy-url": f"https://127.0.0.1:{tunnel.port}"}
        for trust, trusted in (
            ({"certificate-authority": str(authorities)}, True),
            ({"insecure-skip-tls-verify": True}, True),
            ({"certificate-authority": str(pair.authority)}, False),
        ):
            path = pair.kubeconfig(user, cluster={**place, **trust})
            before = len(tunnel.seen)
            if trusted:
                assert pair.whoami("--kubeconfig", path) == "nobody"
                assert len(tunnel.seen) >= before + 2
            else:
                theirs, ours = pair.ask("--kubeconfig", path)
                assert theirs.services is None
                assert ours.services is None
                assert len(tunnel.seen) == before


def test_the_server_of_the_environment(pair: SideBySide) -> None:
    """KUBERNETES_MASTER, where neither flags nor a kubeconfig name a server."""
    usual = {"KUBERNETES_MASTER": pair.cluster.server}
    flags = ("--token", pair.cluster.nobody_token, "--insecure-skip-tls-verify")
    assert pair.whoami(*flags, environment=usual) == "nobody"
    without = {name: value for name, value in pair.place.items() if name != "server"}
    path = pair.kubeconfig({"token": pair.cluster.nobody_token}, cluster=without)
    assert pair.whoami("--kubeconfig", path, environment=usual) == "nobody"
    elsewhere = {"KUBERNETES_MASTER": "https://127.0.0.1:1"}
    whole = pair.kubeconfig({"token": pair.cluster.nobody_token})
    assert pair.whoami("--kubeconfig", whole, environment=elsewhere) == "nobody"
    nowhere: Json = {"contexts": [], "current-context": ""}
    contextless = ("--kubeconfig", pair.kubeconfig({}, **nowhere), *flags[:2])
    assert "unknown authority" in pair.agreed(*contextless, environment=usual).words


def test_the_pages_of_a_list(pair: SideBySide) -> None:
    """The same requests as kubectl makes for the same list, whatever the size of a page."""
    cluster = pair.cluster
    for number in range(4):
        spec = {"type": "LoadBalancer", "ports": [{"port": 80}]}
        body = {"metadata": {"name": f"page-{number}"}, "spec": spec}
        cluster.request("POST", "/api/v1/namespaces/default/services", body)
    with Between(cluster) as between:  # kubectl gives nobody a token without TLS, and tells what it asks
        config = str(between.kubeconfig(pair.folder / "between"))
        for size, pages in (("0", 1), ("1", 5), ("2", 3), ("500", 1)):
            before = len(between.seen)
            ours = ran("ls", "-A", "-o", "name", "--chunk-size", size, "--kubeconfig", config)
            assert len(ours.out.splitlines()) == 5
            asked = [one.path for one in between.seen[before:]]
            theirs = cluster.kubectl(*LIST, "--chunk-size", size, "-v", "6")
            told = re.findall(r"(/api/v1/services\?[^\s\"]*)", theirs.stderr)
            assert _pages(asked) == _pages(told) == [(size, bool(number)) for number in range(pages)]


def _pages(paths: list[str]) -> list[tuple[str, bool]]:
    """Of each request for Services how many it wants, and whether it goes on."""
    queries = [parse_qs(urlsplit(path).query) for path in paths if "/api/v1/services?" in path]
    return [(query.get("limit", ["0"])[0], "continue" in query) for query in queries]


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_server_that_hangs(pair: SideBySide, silent: str) -> None:
    theirs, ours = pair.ask("-s", f"https://{silent}", "--token", "x", "--request-timeout", "1s")
    assert theirs.services is None
    assert ours.words == f"The server {silent} did not answer within 1 s"
    assert "--request-timeout" in ours.err
