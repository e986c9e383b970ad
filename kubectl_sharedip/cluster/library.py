"""The part of the kubernetes library that this program uses, without the rest of it.

``import kubernetes`` loads some 700 model classes and an OAuth client: 0.2 s or more of every
command, for classes that nobody here touches (packaging.md 2.1). What is wanted are three modules:
configuration, kubeconfig and in-cluster credentials. They are the library's own, unchanged; only
what they import and hardly ever use is put off until somebody calls it (an OIDC token that has run
out does). Refuses to leave anything behind: whoever imports ``kubernetes`` later gets all of it.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple


class Library(NamedTuple):
    """Three modules of the kubernetes library."""

    configuration: Any
    kube_config: Any
    incluster_config: Any


@functools.cache
def library() -> Library:
    """The modules, imported at the first call. Raises ImportError where kubernetes is not installed."""
    if "kubernetes" in sys.modules:
        return _modules()
    try:
        with _stand_ins():
            return _modules()
    except Exception:  # a library laid out otherwise: slower, and right
        for name in [n for n in sys.modules if n.partition(".")[0] == "kubernetes"]:
            del sys.modules[name]
        return _modules()


def _modules() -> Library:
    from kubernetes.client import configuration
    from kubernetes.config import incluster_config, kube_config

    return Library(configuration=configuration, kube_config=kube_config, incluster_config=incluster_config)


@contextmanager
def _stand_ins() -> Iterator[None]:
    """Empty packages and late modules in the way of the slow imports, gone again at the end."""
    spec = importlib.util.find_spec("kubernetes")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("kubernetes is not installed")
    root = spec.submodule_search_locations[0]
    client = _package("kubernetes.client", f"{root}/client")
    places = {
        "kubernetes": _package("kubernetes", root),
        "kubernetes.client": client,
        "oauthlib": _LateModule("oauthlib"),
        "oauthlib.oauth2": _LateModule("oauthlib.oauth2"),
        "requests_oauthlib": _LateModule("requests_oauthlib"),
    }
    placed = [name for name in places if name not in sys.modules]
    sys.modules.update({name: places[name] for name in placed})
    try:
        # kube_config takes both names from the package at import.
        client.__dict__["ApiClient"] = _late("kubernetes.client", "ApiClient")
        from kubernetes.client import configuration

        client.__dict__["Configuration"] = configuration.Configuration
        yield
    finally:
        for name in placed:
            if sys.modules.get(name) is places[name]:
                del sys.modules[name]


def _package(name: str, folder: str) -> ModuleType:
    package = ModuleType(name)
    package.__path__ = [folder]
    return package


def _late(module: str, name: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*args, **kwargs)

    return call


class _LateModule(ModuleType):
    """A module that is imported when something of it is looked at, or a class of it is called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name[:1].isupper():  # `from requests_oauthlib import OAuth2Session`: a class, called later
            return _late(self.__name__, name)
        importlib.import_module(f"{self.__name__}.{name}")
        return getattr(importlib.import_module(self.__name__), name)
