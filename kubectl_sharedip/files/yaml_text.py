"""YAML text to documents, meaning what it means to kubectl.

It exists to keep PyYAML's own ideas out: dates stay text, keys become text, values are those that
JSON has. It refuses tags beyond those of JSON, and documents made to exhaust the reader: nested
without end, or small texts whose aliases unfold to millions of nodes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from kubectl_sharedip.files import yaml_scalars as scalars
from kubectl_sharedip.files.errors import FileError, syntax_error

#: Levels of nesting. Custom resource definitions have about 50; the C parser crashes on 100,000.
MAX_DEPTH = 200
#: Nodes that aliases may add to those written down. Shared defaults of charts add a few hundred.
MAX_ALIASED = 1_000_000


def yaml_documents(text: str, *, file: str) -> list[tuple[int, Any]]:
    """Each document of ``text`` that is not empty, with the line (1 or more) of its first content.

    ``file`` is the file as given. Raises FileError where the text is not YAML, is nested deeper
    than MAX_DEPTH, or has aliases that would unfold to more than MAX_ALIASED nodes.
    """
    return _guarded(lambda loader, node: loader.construct_document(node), text, file=file)


def yaml_nodes(text: str, *, file: str) -> list[Any]:
    """The same documents as the parser composes them: nodes with their marks, offsets in characters.

    Raises as ``yaml_documents``.
    """
    return [node for _, node in _guarded(lambda loader, node: node, text, file=file)]


def _guarded(use: Callable[[Any, Any], Any], text: str, *, file: str) -> list[tuple[int, Any]]:
    import yaml

    try:
        return _composed(use, text, file=file)
    except yaml.MarkedYAMLError as error:
        raise _marked(error, file, text) from error
    except yaml.reader.ReaderError as error:
        raise _forbidden(error, file, text) from error
    except RecursionError as error:
        raise syntax_error(file=file, line=None, problem="it is nested too deeply", text=text) from error


def _composed(use: Callable[[Any, Any], Any], text: str, *, file: str) -> list[tuple[int, Any]]:
    loader = _loader_class()(text)
    # An alias needs a star; without one there is nothing to count in a file of millions of nodes.
    aliases = "*" in text
    found: list[tuple[int, Any]] = []
    try:
        while loader.check_node():
            node = loader.get_node()
            if node.tag == scalars.NULL:
                continue
            line = node.start_mark.line + 1
            if aliases and (problem := _unfolding(node)):
                raise syntax_error(file=file, line=line, problem=problem, text=text)
            found.append((line, use(loader, node)))
    finally:
        loader.dispose()
    return found


def _marked(error: Any, file: str, text: str) -> FileError:
    mark = error.problem_mark or error.context_mark
    problem = f"{error.problem}, {error.context}" if error.context else f"{error.problem}"
    # What is missing at the end is missed on the line after it, where nobody can look.
    line = min(mark.line + 1, text.rstrip().count("\n") + 1) if mark else None
    return syntax_error(file=file, line=line, problem=f"not valid YAML: {problem}", text=text)


def _forbidden(error: Any, file: str, text: str) -> FileError:
    # The two parsers count the place in other units, so it is looked for again.
    import yaml

    bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if bad is None:
        return syntax_error(file=file, line=None, problem=f"not valid YAML: {error}", text=text)
    line = text.count("\n", 0, bad.start()) + 1
    problem = f"not valid YAML: the character U+{ord(bad.group()):04X} is not allowed"
    return syntax_error(file=file, line=line, problem=problem, text=text)


def _unfolding(root: Any) -> str | None:
    """What is wrong with the aliases under ``root``, counted without unfolding them."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()
    stack = [root]
    while stack:
        node = stack[-1]
        mark = id(node)
        if mark in sizes:
            stack.pop()
            continue
        children = _children(node)
        if mark in open_nodes:
            open_nodes.discard(mark)
            sizes[mark] = 1 + sum(sizes[id(child)] for child in children)
            stack.pop()
            continue
        open_nodes.add(mark)
        for child in children:
            if id(child) in open_nodes:
                return "not valid YAML: an anchor contains an alias of itself"
            if id(child) not in sizes:
                stack.append(child)
    if sizes[id(root)] - len(sizes) > MAX_ALIASED:
        return f"its aliases would unfold to more than {MAX_ALIASED} values"
    return None


def _children(node: Any) -> list[Any]:
    if isinstance(node.value, str):
        return []
    if node.id == "mapping":
        return [child for pair in node.value for child in pair]
    return list(node.value)


@lru_cache(maxsize=1)
def _loader_class() -> Any:
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        """The safe loader with kubectl's reading of words and keys."""

        depth = 0

        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            if kind is yaml.ScalarNode:
                return scalars.tag_of(value) if implicit[0] else scalars.STR
            return super().resolve(kind, value, implicit)

        def descend_resolver(self, parent: Any, index: Any) -> None:
            # Called by both parsers for every node before they go deeper, and by nothing else.
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise yaml.composer.ComposerError(
                    None, None, f"it is nested more than {MAX_DEPTH} levels deep", parent.start_mark
                )

        def ascend_resolver(self) -> None:
            self.depth -= 1

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
            self.flatten_mapping(node)
            return {self._key(key): self.construct_object(value, deep=deep) for key, value in node.value}

        def _key(self, node: Any) -> str:
            if node.tag == scalars.STR and node.id == "scalar":
                return str(node.value)
            try:
                return scalars.key_text(self.construct_object(node) if node.id == "scalar" else None)
            except ValueError as error:
                raise _constructor_error(error, node) from error

    def value_of(read: Any) -> Any:
        def construct(loader: Any, node: Any) -> Any:
            try:
                return read(loader.construct_scalar(node))
            except ValueError as error:
                raise _constructor_error(error, node) from error

        return construct

    safe = yaml.constructor.SafeConstructor
    Loader.yaml_constructors = {
        scalars.NULL: value_of(lambda word: None),
        scalars.BOOL: value_of(scalars.boolean),
        scalars.INT: value_of(scalars.integer),
        scalars.FLOAT: value_of(scalars.fraction),
        scalars.STR: value_of(str),
        scalars.MERGE: value_of(str),
        "tag:yaml.org,2002:timestamp": value_of(str),
        "tag:yaml.org,2002:binary": value_of(_binary),
        "tag:yaml.org,2002:seq": safe.construct_yaml_seq,
        "tag:yaml.org,2002:map": safe.construct_yaml_map,
        None: safe.construct_undefined,
    }
    return Loader


def _binary(word: str) -> str:
    return base64.b64decode(re.sub(r"\s", "", word), validate=True).decode("utf-8")


def _constructor_error(error: ValueError, node: Any) -> Exception:
    import yaml

    return yaml.constructor.ConstructorError(None, None, str(error), node.start_mark)
