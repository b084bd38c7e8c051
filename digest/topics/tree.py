"""A file of topics into a tree. Its format is described at the top of the bundled `data/topics.yaml`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from digest.errors import InputError
from digest.models import OTHER_TOPIC, Topic, TopicTree

Path = tuple[str | int, ...]
Line = Callable[[Path], int]

_FILE_KEYS = ("condition", "topics")
_CONDITION_KEYS = ("label", "terms", "acronyms", "mesh")
_TOPIC_KEYS = (
    *("id", "label", "description", "parent", "terms", "acronyms"),
    *("hints", "not_when", "drugs", "mesh", "needs_condition"),
)
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def parse_topics(value: Any, *, name: str, line: Line) -> TopicTree:
    """The tree that a parsed YAML document describes.

    Args:
        value: mappings, lists and scalars.
        name: what to call the document in errors.
        line: on which line the key or entry at a path stands, e.g. ("topics", 3, "terms").

    Returns:
        All topics in the file's order, each parent directly before its children.

    Raises:
        InputError: the first thing that is wrong, with its line and what to do: a key we do not know (and the nearest
            we do), an id used twice, a parent that does not exist, topics that are each other's parents.
    """
    return _Reader(name, line).tree(value)


class _Reader:
    """Checks values on their way into the model; `path` always says where a value stands."""

    def __init__(self, name: str, line: Line) -> None:
        self._name = name
        self._line = line

    def tree(self, value: Any) -> TopicTree:
        document = self._mapping(value, (), _FILE_KEYS)
        condition = self._mapping(document.get("condition"), ("condition",), _CONDITION_KEYS)
        label = self._text(condition, "label", ("condition",))
        entries = document.get("topics")
        if not isinstance(entries, list) or not entries:
            self._fail(("topics",), "`topics` must be a list with at least one topic")
        topics = [self._topic(entry, ("topics", index)) for index, entry in enumerate(entries)]
        return TopicTree(
            condition=label,
            condition_terms=self._phrases(condition, "terms", ("condition",)),
            condition_acronyms=self._phrases(condition, "acronyms", ("condition",)),
            topics=tuple(self._ordered(topics)),
        )

    def _topic(self, value: Any, path: Path) -> Topic:
        entry = self._mapping(value, path, _TOPIC_KEYS)
        return Topic(
            id=self._id(entry, path),
            label=self._text(entry, "label", path),
            description=self._text(entry, "description", path, default=""),
            parent=self._text(entry, "parent", path, default="") or None,
            terms=(*self._phrases(entry, "terms", path), *self._drugs(entry, path)),
            acronyms=self._phrases(entry, "acronyms", path),
            hints=self._phrases(entry, "hints", path),
            not_when=self._phrases(entry, "not_when", path),
            mesh=self._mesh(entry, path),
            needs_condition=self._flag(entry, "needs_condition", path),
        )

    def _ordered(self, topics: Sequence[Topic]) -> Iterator[Topic]:
        """Depth first, in the file's order. What hangs on no root hangs in a circle."""
        places = self._places(topics)
        children: dict[str | None, list[Topic]] = {}
        for topic in topics:
            if topic.parent is not None and topic.parent not in places:
                at: Path = ("topics", places[topic.id], "parent")
                self._fail(at, f"topic {topic.id!r} has the parent {topic.parent!r}, {_unknown(topic.parent, places)}")
            children.setdefault(topic.parent, []).append(topic)
        waiting = [*reversed(children.get(None, ()))]
        while waiting:
            topic = waiting.pop()
            del places[topic.id]
            waiting += reversed(children.get(topic.id, ()))
            yield topic
        for circle, index in places.items():
            self._fail(
                ("topics", index, "parent"), f"topic {circle!r} is below itself: give one of its parents another"
            )

    def _places(self, topics: Sequence[Topic]) -> dict[str, int]:
        places: dict[str, int] = {}
        for index, topic in enumerate(topics):
            if topic.id in places:
                first = self._line(("topics", places[topic.id]))
                self._fail(("topics", index, "id"), f"the id {topic.id!r} is taken by the topic on line {first}")
            places[topic.id] = index
        return places

    # --- single values ---

    def _mapping(self, value: Any, path: Path, known: Sequence[str]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            what = f"`{path[0]}`" if path else "the file"
            self._fail(path, f"{what} needs keys and values here: {', '.join(known)}")
        for key in value:
            if key not in known:
                self._fail((*path, key), f"there is no key {key!r}, {_unknown(str(key), known)}")
        return value

    def _id(self, entry: Mapping[str, Any], path: Path) -> str:
        topic_id = self._text(entry, "id", path)
        if not _ID.fullmatch(topic_id) or topic_id == OTHER_TOPIC:
            reason = "is kept for what fits no topic" if topic_id == OTHER_TOPIC else "is no id"
            self._fail(
                (*path, "id"), f"{topic_id!r} {reason}: use lower-case letters, digits and hyphens, as in 'my-topic'"
            )
        return topic_id

    def _text(self, entry: Mapping[str, Any], key: str, path: Path, *, default: str | None = None) -> str:
        value = entry.get(key, default)
        if value is None:
            self._fail(path, f"the key `{key}` is missing here")
        if not isinstance(value, str) or (default is None and not value.strip()):
            self._fail((*path, key), f"`{key}` must be text: put {value!r} into quotes")
        return value.strip()

    def _flag(self, entry: Mapping[str, Any], key: str, path: Path) -> bool:
        value = entry.get(key, True)
        if not isinstance(value, bool):
            self._fail((*path, key), f"`{key}` must be true or false")
        return value

    def _phrases(self, entry: Mapping[str, Any], key: str, path: Path) -> tuple[str, ...]:
        return self._list(entry.get(key, []), (*path, key))

    def _list(self, values: Any, path: Path) -> tuple[str, ...]:
        if not isinstance(values, list):
            self._fail(path, f"`{path[-1]}` must be a list, as in [one phrase, another]")
        for index, value in enumerate(values):
            if not isinstance(value, str) or not any(char.isalnum() for char in value):
                self._fail((*path, index), f"`{path[-1]}` must hold words: put {value!r} into quotes or take it out")
        return tuple(values)

    def _drugs(self, entry: Mapping[str, Any], path: Path) -> Iterator[str]:
        """Names, then brands and codes: each means the topic."""
        drugs = entry.get("drugs", {})
        if not isinstance(drugs, dict):
            self._fail(
                (*path, "drugs"), "`drugs` must name each drug with its brands and codes, as in name: [Brand, AB-12]"
            )
        for drug, others in drugs.items():
            yield from self._list([drug], (*path, "drugs", drug))
            yield from self._list(others or [], (*path, "drugs", drug))

    def _mesh(self, entry: Mapping[str, Any], path: Path) -> tuple[str, ...]:
        """Unique ids: a list, or a mapping that gives each its name for human readers."""
        mesh = entry.get("mesh", [])
        return self._list(list(mesh) if isinstance(mesh, dict) else mesh, (*path, "mesh"))

    def _fail(self, path: Path, message: str) -> NoReturn:
        raise InputError(message, place=f"{self._name}:{self._line(path)}")


def _unknown(word: str, known: Sequence[str] | Mapping[str, int]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"which does not exist; did you mean {near[0]!r}?" if near else "which does not exist"
