"""Which server is asked, as whom: kubeconfig files and flags, as kubectl takes them."""

from __future__ import annotations

import base64
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from kubectl_sharedip.cluster import wire
from kubectl_sharedip.cluster.connection import Connection, ConnectionRequest, connect
from kubectl_sharedip.cluster.errors import ClusterError
from kubectl_sharedip.cluster.library import library
from tests.fakeapi import FakeApi

SECRET = "s3cr3t-token"


def write(path: Path, **content: Any) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", **content}))
    return str(path)


def one_context(name: str, server: str = "http://127.0.0.1:1", **user: Any) -> dict[str, Any]:
    return {
        "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": f"{name}-ns"}}],
        "clusters": [{"name": name, "cluster": {"server": server}}],
        "users": [{"name": name, "user": user or {"token": SECRET}}],
    }


def error_of(**flags: Any) -> ClusterError:
    with pytest.raises(ClusterError) as caught:
        connect(ConnectionRequest(**flags))
    assert SECRET not in f"{caught.value} {caught.value!r}"
    return caught.value


def test_the_context_gives_cluster_user_namespace_and_server(tmp_path: Path) -> None:
    path = write(tmp_path / "k", **{"current-context": "a"}, **one_context("a", "http://127.0.0.1:7/prefix/"))

    found = connect(ConnectionRequest(kubeconfig=path))

    assert (found.context, found.cluster, found.user) == ("a", "a", "a")
    assert found.namespace == "a-ns"
    assert found.server == "http://127.0.0.1:7/prefix"


def test_a_namespace_given_wins_and_without_any_it_is_default(tmp_path: Path) -> None:
    content = one_context("a")
    path = write(tmp_path / "k", **{"current-context": "a"}, **content)
    assert connect(ConnectionRequest(kubeconfig=path, namespace="shop")).namespace == "shop"

    del content["contexts"][0]["context"]["namespace"]
    path = write(tmp_path / "k", **{"current-context": "a"}, **content)
    assert connect(ConnectionRequest(kubeconfig=path)).namespace == "default"


def test_of_several_files_the_first_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = write(tmp_path / "one", **{"current-context": "b"}, **one_context("a", "http://127.0.0.1:1"))
    both = one_context("b", "http://127.0.0.1:2")
    both["clusters"] += one_context("a", "http://127.0.0.1:3")["clusters"]
    two = write(tmp_path / "two", **{"current-context": "a"}, **both)
    (tmp_path / "empty").write_text("")
    listed = [str(tmp_path / "missing"), str(tmp_path / "empty"), one, two]
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(listed))

    assert connect(ConnectionRequest()).server == "http://127.0.0.1:2"
    assert connect(ConnectionRequest(context="a")).server == "http://127.0.0.1:1"


def test_the_usual_place_is_used_and_an_explicit_file_goes_before_all(
    nobodys_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(nobodys_home / ".kube" / "config", **{"current-context": "home"}, **one_context("home"))
    assert connect(ConnectionRequest()).context == "home"

    named = write(tmp_path / "named", **{"current-context": "env"}, **one_context("env"))
    monkeypatch.setenv("KUBECONFIG", named)
    assert connect(ConnectionRequest()).context == "env"

    flag = write(tmp_path / "flag", **{"current-context": "flag"}, **one_context("flag"))
    assert connect(ConnectionRequest(kubeconfig=flag)).context == "flag"


def test_an_unknown_context_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    path = write(tmp_path / "k", **{"current-context": "production"}, **one_context("production"))

    error = error_of(kubeconfig=path, context="prodution")

    assert (error.kind, error.status) == ("kubeconfig", None)
    assert str(error) == f'context "prodution" does not exist\n{path}: did you mean "production"?'
    assert error_of(kubeconfig=path, context="zzz").todo == "contexts there: production"
    gone = error_of(
        kubeconfig=write(tmp_path / "l", **{"current-context": "prodution"}, **one_context("production"))
    )
    assert gone.what == "context was not found for specified context: prodution"
    assert gone.todo == 'did you mean "production"?'
    assert error_of(kubeconfig=path, cluster="productoin").what == 'cluster "productoin" does not exist'
    assert error_of(kubeconfig=path, user="zzz").what == 'auth info "zzz" does not exist'


def test_without_a_current_context_the_contexts_are_listed(tmp_path: Path) -> None:
    path = write(tmp_path / "k", **one_context("a"))

    error = error_of(kubeconfig=path)

    assert error.what == "current-context is not set"
    assert error.todo == "give --context NAME; contexts there: a"


def test_without_any_kubeconfig_it_is_said_where_it_was_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    error = error_of()
    assert error.kind == "kubeconfig"
    assert error.where == "~/.kube/config"
    assert "--kubeconfig" in error.todo
    assert "-f FILE" in error.todo

    monkeypatch.setenv("KUBECONFIG", "nowhere")
    assert error_of().where == "KUBECONFIG=nowhere"


def test_files_that_cannot_be_used_are_named_and_never_quoted(tmp_path: Path) -> None:
    path = tmp_path / "k"
    assert error_of(kubeconfig=str(path)).what == f"stat {path}: no such file or directory"

    path.write_text(f"users:\n- name: a\n  user: {{token: {SECRET}\nclusters: [")
    broken = error_of(kubeconfig=str(path))
    assert broken.what.startswith(f'error loading config file "{path}": yaml: line 4: ')

    path.write_text(f"- {SECRET}\n")
    assert (
        error_of(kubeconfig=str(path)).what == f'error loading config file "{path}": it is not a kubeconfig'
    )

    path.write_text(json.dumps({"current-context": "a", **one_context("a", "127.0.0.1:not-a-port")}))
    assert error_of(kubeconfig=str(path)).what == "the address of the server cannot be read"


def test_flags_override_single_fields(tmp_path: Path) -> None:
    with FakeApi(token="given") as api:
        content = one_context("a", "http://127.0.0.1:1")
        content["clusters"] += one_context("b", api.url)["clusters"]
        content["users"] += one_context("c", token="given")["users"]
        path = write(tmp_path / "k", **{"current-context": "a"}, **content)

        def ask(**flags: str) -> Connection:
            connection = connect(ConnectionRequest(kubeconfig=path, **flags))  # type: ignore[arg-type]
            connection.request("GET", "/version")
            return connection

        by_names = ask(cluster="b", user="c")
        by_values = ask(server=api.url, token="given")

    assert (by_names.context, by_names.cluster, by_names.user) == ("a", "b", "c")
    assert by_values.server == api.url


def test_a_server_and_a_token_are_enough(tmp_path: Path) -> None:
    with FakeApi(token="given") as api:
        connection = connect(ConnectionRequest(server=api.url, token="given"))
        assert connection.request("GET", "/version")["gitVersion"] == "v1.34.1"

    assert (connection.context, connection.user, connection.namespace) == (None, None, "default")
    assert connect(ConnectionRequest(server="127.0.0.1:8080")).server == "http://127.0.0.1:8080"


def test_impersonation_is_sent_as_headers(tmp_path: Path) -> None:
    with FakeApi() as api:
        request = ConnectionRequest(server=api.url, as_user="jörg", as_groups=("dev", "ops"), as_uid="u-1")
        connect(request).request("GET", "/version")

    sent = api.requests[0].headers
    assert [name.encode("latin-1").decode() for name in sent["impersonate-user"]] == ["jörg"]
    assert sent["impersonate-group"] == ("dev", "ops")
    assert sent["impersonate-uid"] == ("u-1",)
    assert error_of(server="http://127.0.0.1:1", as_groups=("dev",)).todo == "give --as as well"


def test_impersonation_in_the_kubeconfig_is_sent_unless_flags_say_otherwise(tmp_path: Path) -> None:
    user: dict[str, Any] = {
        "as": "jane",
        "as-uid": "u-1",
        "as-groups": ["dev"],
        "as-user-extra": {"why/so": ["a", "b"]},
    }
    with FakeApi() as api:
        path = write(tmp_path / "k", **{"current-context": "a"}, **one_context("a", api.url, **user))
        connect(ConnectionRequest(kubeconfig=path)).request("GET", "/version")
        connect(ConnectionRequest(kubeconfig=path, as_user="joe", as_groups=("x",))).request(
            "GET", "/version"
        )

    first, second = (request.headers for request in api.requests)
    assert first["impersonate-user"] == ("jane",)
    assert (first["impersonate-group"], first["impersonate-uid"]) == (("dev",), ("u-1",))
    assert first["impersonate-extra-why%2fso"] == ("a", "b")
    assert (second["impersonate-user"], second["impersonate-group"]) == (("joe",), ("x",))
    del user["as"]
    path = write(tmp_path / "k", **{"current-context": "a"}, **one_context("a", **user))
    words = "requesting uid, groups or user-extra for a without impersonating a user"
    assert error_of(kubeconfig=path).what == words


def test_the_kubeconfig_may_ask_for_answers_that_are_not_packed(tmp_path: Path) -> None:
    with FakeApi() as api:
        path = api.kubeconfig(tmp_path / "k", cluster={"disable-compression": True})
        connect(ConnectionRequest(kubeconfig=path)).request("GET", "/version")
        connect(ConnectionRequest(kubeconfig=api.kubeconfig(tmp_path / "k"))).request("GET", "/version")

    assert [request.headers["accept-encoding"] for request in api.requests] == [("identity",), ("gzip",)]


def test_a_token_is_not_sent_in_clear_text_beyond_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeApi() as api:
        connect(ConnectionRequest(server=api.url, token=SECRET)).request("GET", "/version")
        path = api.kubeconfig(tmp_path / "k", cluster={"server": "http://198.51.100.7", "proxy-url": api.url})
        connect(ConnectionRequest(kubeconfig=path, token=SECRET)).request("GET", "/version")

    near, far = api.requests
    assert near.headers["authorization"] == (f"Bearer {SECRET}",)
    assert far.headers["host"] == ("198.51.100.7",)
    assert "authorization" not in far.headers


def test_a_file_with_a_token_goes_before_a_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    with FakeApi(token="from-file") as api:
        user = {"token": SECRET, "tokenFile": "token"}
        path = write(tmp_path / "k", **{"current-context": "a"}, **one_context("a", api.url, **user))
        assert connect(ConnectionRequest(kubeconfig=path)).request("GET", "/version")
        assert connect(ConnectionRequest(kubeconfig=path, token=SECRET)).request("GET", "/version")
        (tmp_path / "token").unlink()
        api.token = SECRET
        assert connect(ConnectionRequest(kubeconfig=path)).request("GET", "/version")


def test_a_file_with_a_token_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("first\n")
    with FakeApi(token="first") as api:
        user = {"tokenFile": "token"}
        path = write(tmp_path / "k", **{"current-context": "a"}, **one_context("a", api.url, **user))
        connection = connect(ConnectionRequest(kubeconfig=path))
        assert connection.request("GET", "/version")
        monkeypatch.setattr(wire, "_CREDENTIALS_KEPT_S", 0.0)
        (tmp_path / "token").write_text("second\n")
        api.token = "second"
        assert connection.request("GET", "/version")
        (tmp_path / "token").write_text("")  # as it is for a moment while it is written
        assert connection.request("GET", "/version")


def test_what_flags_give_need_not_be_in_the_kubeconfig(tmp_path: Path) -> None:
    with FakeApi(token="given") as api:
        content = one_context("a")
        del content["users"], content["clusters"]
        path = write(tmp_path / "k", **{"current-context": "a"}, **content)

        found = connect(ConnectionRequest(kubeconfig=path, server=api.url, token="given"))
        assert found.request("GET", "/version")

    assert (found.context, found.namespace) == ("a", "a-ns")
    assert error_of(kubeconfig=path).what == 'cluster "a" does not exist'
    assert error_of(kubeconfig=path, server="http://127.0.0.1:1").what == 'auth info "a" does not exist'
    assert error_of(kubeconfig=path, server="x", user="b", token="t").what == 'auth info "b" does not exist'


def test_trusting_and_not_trusting_at_once_is_refused(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    content = one_context("a", "https://127.0.0.1:1")
    content["clusters"][0]["cluster"]["certificate-authority"] = str(certificate[0])
    content["clusters"][0]["cluster"]["insecure-skip-tls-verify"] = True
    path = write(tmp_path / "k", **{"current-context": "a"}, **content)
    words = "specifying a root certificates file with the insecure flag is not allowed"
    assert error_of(kubeconfig=path).what == words
    both = error_of(kubeconfig=path, insecure_skip_tls_verify=True, certificate_authority=str(certificate[0]))
    assert both.what == words
    assert connect(ConnectionRequest(kubeconfig=path, insecure_skip_tls_verify=True)).context == "a"


def test_a_certificate_without_a_key_is_named(tmp_path: Path) -> None:
    user = {"client-certificate": "cert.pem"}
    path = write(
        tmp_path / "k", **{"current-context": "a"}, **one_context("a", "https://127.0.0.1:1", **user)
    )
    assert error_of(kubeconfig=path).what == (
        "client-key-data or client-key must be specified for a to use the clientCert authentication method."
    )


def test_relative_paths_begin_at_their_own_file(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    content = one_context("a", "https://127.0.0.1:1")
    content["clusters"][0]["cluster"]["certificate-authority"] = "ca.pem"
    path = write(tmp_path / "sub" / "k", **{"current-context": "a"}, **content)
    assert f"{tmp_path}/sub/ca.pem" in error_of(kubeconfig=path).what

    (tmp_path / "sub" / "ca.pem").write_text(certificate[0].read_text())
    assert connect(ConnectionRequest(kubeconfig=path)).context == "a"

    (tmp_path / "sub" / "ca.pem").write_text("no certificate")
    assert error_of(kubeconfig=path).what.startswith("unable to load root certificates: not usable as PEM")


def test_entries_that_cannot_be_used_are_told_apart(tmp_path: Path) -> None:
    content = one_context("a", "https://127.0.0.1:1")
    content["clusters"][0]["cluster"]["certificate-authority-data"] = "A"
    path = write(tmp_path / "k", **{"current-context": "a"}, **content)
    unreadable = error_of(kubeconfig=path)
    assert unreadable.what == "getting credentials: its data cannot be used (Error)"
    assert unreadable.where == 'cluster "a", user "a" of the kubeconfig'

    missing = one_context("a", tokenFile="nowhere")
    path = write(tmp_path / "k", **{"current-context": "a"}, **missing)
    assert (
        error_of(kubeconfig=path).what
        == f"getting credentials: open {tmp_path}/nowhere: No such file or directory"
    )

    content = one_context("a", "")
    path = write(tmp_path / "k", **{"current-context": "a"}, **content)
    assert error_of(kubeconfig=path).what == 'cluster "a" has no server'
    assert error_of(
        kubeconfig=path, client_certificate="nowhere", client_key="k", server="https://127.0.0.1:1"
    ).what == (f"getting credentials: File does not exist: {Path.cwd()}/nowhere")


def test_in_a_pod_the_service_account_is_used(
    nobodys_home: Path, tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n")
    (tmp_path / "namespace").write_text("tools")
    module = library().incluster_config
    monkeypatch.setattr(module, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    monkeypatch.setattr(module, "SERVICE_CERT_FILENAME", str(certificate[0]))
    with FakeApi(token=SECRET, tls=certificate) as api:
        monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", api.url.rpartition(":")[2])

        found = connect(ConnectionRequest(tls_server_name="sharedip.test"))
        assert found.request("GET", "/version")["gitVersion"] == "v1.34.1"
        api.token = "given"
        own = ConnectionRequest(tls_server_name="sharedip.test", token="given")
        assert connect(own).request("GET", "/version")["gitVersion"] == "v1.34.1"
        # A kubeconfig in which nothing is chosen is none.
        write(nobodys_home / ".kube" / "config", **one_context("a"))
        assert connect(own).server == api.url
        monkeypatch.setenv("POD_NAMESPACE", "told")
        assert connect(own).namespace == "told"

    assert (found.server, found.namespace) == (api.url, "tools")
    assert (found.context, found.user) == (None, None)


def test_keys_in_the_kubeconfig_do_not_stay_on_disk(
    tmp_path: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    packed = [base64.b64encode(path.read_bytes()).decode() for path in certificate]
    user = {"client-certificate-data": packed[0], "client-key-data": packed[1]}
    path = write(
        tmp_path / "k", **{"current-context": "a"}, **one_context("a", "https://127.0.0.1:1", **user)
    )

    for _ in range(2):  # the library remembers where it wrote them
        connect(ConnectionRequest(kubeconfig=path, insecure_skip_tls_verify=True))
        assert list(scratch.iterdir()) == []
