"""YAML text into plain values that remember the line each key and entry stands on."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import yaml

from digest.errors import InputError

#: A path into a document, e.g. ("sources", 1, "feed").
Path = tuple[str | int, ...]


class Located:
    """A parsed YAML document.

    Attributes:
        value: mappings, lists and scalars as `yaml.safe_load` gives them; None for an empty document.
        lines: the line (from 1) on which the key or entry at each path stands.
    """

    def __init__(self, value: Any, lines: Mapping[Path, int]) -> None:
        self.value = value
        self.lines = lines

    def line(self, path: Path) -> int:
        """The line of this path, or of its nearest parent that has one; 1 for the document."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return 1


def read_yaml(text: str, *, name: str) -> Located:
    """Parse one YAML document.

    Args:
        text: the document.
        name: what to call it in errors, such as its file name.

    Raises:
        InputError: it is not YAML, repeats a key, or holds anything but plain values; the place names the line.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            return Located(None, {})
        lines: dict[Path, int] = {}
        _walk(node, (), lines, name)
        return Located(yaml.safe_load(text), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}" if mark else name
        raise InputError(f"this is not valid YAML: {error.problem or error.context}", place=place) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"this is not valid YAML: {error}", place=name) from error


def _walk(node: yaml.Node, path: Path, lines: dict[Path, int], name: str) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key, value in node.value:
            if key.value in seen:
                raise InputError(
                    f"the key {key.value!r} stands here a second time", place=f"{name}:{key.start_mark.line + 1}"
                )
            seen.add(key.value)
            lines[*path, key.value] = key.start_mark.line + 1
            _walk(value, (*path, key.value), lines, name)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*path, index), lines, name)
