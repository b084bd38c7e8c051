"""YAML text into plain values that remember the line each key and entry stands on.

Read event by event rather than with `yaml.safe_load`: a hostile document then costs no more than its own length, and
plain words stay words. YAML 1.1 makes the topic `ON` true, the language `no` false and the time `10:30` the number 630;
here only `true` and `false` are booleans, and only decimal digits are numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import yaml

from digest.errors import InputError

#: A path into a document, e.g. ("sources", 1, "feed").
Path = tuple[str | int, ...]

#: Characters a document may have: some fifty thousand readers with all their keys.
LONGEST = 20_000_000
#: Maps and lists inside one another.
DEEPEST = 40
#: Entries that aliases (`*name`) may repeat, all together: ten nested lines can otherwise mean ten thousand million.
MOST_REPEATED = 100_000

# Nothing here may show what a value says: it may be a password. So aliases and tags are not quoted in errors.
_QUOTE = "a value that begins with one of & * ! % @ ` stands in quotes"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_MERGE = "<<"
_TEXT = "tag:yaml.org,2002:str"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Located:
    """A parsed YAML document.

    Attributes:
        value: dicts with text keys, lists, text, int, float, bool, date, datetime (aware only if written with a zone)
            and None; None for an empty document.
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
        InputError: it is not YAML, repeats a key, is too long, too deep or too repetitive, or holds anything but plain
            values; the place names the line. The message never shows a value.
    """
    text = text.removeprefix("\ufeff")
    _check_text(text, name)
    try:
        return _Reader(yaml.parse(text, Loader=_Loader), name).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}" if mark else name
        raise InputError(f"this is not valid YAML: {_plain(error)}", place=place) from None
    except yaml.YAMLError:
        raise InputError("this is not valid YAML", place=name) from None


def _check_text(text: str, name: str) -> None:
    if len(text) > LONGEST:
        raise InputError(f"this file is too long: {len(text):,} characters, at most {LONGEST:,} are read", place=name)
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise InputError(f"a character that is no text (U+{ord(found[0]):04X}) stands here", place=f"{name}:{line}")


def _plain(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem or error.context)
    if "cannot start any token" in problem or "tab character" in problem:
        return f"indent with spaces, not tabs; {_QUOTE}"
    if "mapping values are not allowed" in problem:
        return "a colon too many: a value that holds a colon and a space stands in quotes"
    return problem.split("'")[0].strip() if "alias" in problem or "anchor" in problem else problem


class _Reader:
    """Builds the values of one document from its parser's events."""

    def __init__(self, events: Iterator[Any], name: str) -> None:
        self._events = events
        self._name = name
        self._lines: dict[Path, int] = {}
        #: By anchor: the value, and how many entries are in it, those of its own aliases included.
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0
        self._repeated = 0

    def document(self) -> Located:
        """The one document there is."""
        next(self._events)  # the start of the stream
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            return Located(None, {})
        value = self._value(next(self._events), ())
        next(self._events)  # the end of the document
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._error(event, "a second document (---) begins here; one file holds one")
        return Located(value, self._lines)

    def _value(self, event: Any, path: Path) -> Any:
        self._lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self._count
        self._count += 1
        value = self._new_value(event, path)
        if event.anchor:
            self._anchors[event.anchor] = (value, self._count - before)
        return value

    def _new_value(self, event: Any, path: Path) -> Any:
        if len(path) > DEEPEST:
            raise self._error(event, f"this is nested more than {DEEPEST} deep")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if event.tag:
            raise self._error(event, f"tags (!) have no meaning here; {_QUOTE}")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        return self._sequence(path)

    def _scalar(self, event: Any) -> Any:
        if event.implicit[0]:
            return _resolve(event.value)
        if event.implicit[1] or event.tag in ("!", _TEXT):
            return event.value
        raise self._error(event, f"tags (!) have no meaning here; {_QUOTE}")

    def _alias(self, event: Any) -> Any:
        if event.anchor not in self._anchors:
            raise self._error(event, f"this alias (*) names nothing that stands before it; {_QUOTE}")
        value, size = self._anchors[event.anchor]
        self._count += size
        self._repeated += size
        if self._repeated > MOST_REPEATED:
            raise self._error(event, f"aliases (*) repeat more than {MOST_REPEATED:,} entries; write them out")
        return value

    def _sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, Any]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event)
            if key in own or (key == _MERGE and merged):
                raise self._error(event, f"the key {key!r} stands here a second time")
            if key == _MERGE:
                merged = self._merged(path)
            else:
                self._lines[*path, key] = event.start_mark.line + 1
                own[key] = self._value(next(self._events), (*path, key))
        return {**merged, **own} if merged else own

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent) or not isinstance(key := self._scalar(event), str):
            raise self._error(event, "a key here is no text; put it in quotes")
        return key

    def _merged(self, path: Path) -> dict[str, Any]:
        """What `<<` brings in: a map, or several of which the first to hold a key decides."""
        event = next(self._events)
        value = self._value(event, (*path, _MERGE))
        sources = value if isinstance(value, list) else [value]
        if not all(isinstance(source, dict) for source in sources):
            raise self._error(event, "<< takes in maps only, such as `<<: *name`")
        return {key: held for source in reversed(sources) for key, held in source.items()}

    def _error(self, event: Any, message: str) -> InputError:
        return InputError(message, place=f"{self._name}:{event.start_mark.line + 1}")


def _resolve(plain: str) -> Any:
    """What a word without quotes means; text where it is nothing else."""
    if plain in _WORDS:
        return _WORDS[plain]
    for pattern, make in _PATTERNS:
        if pattern.fullmatch(plain):
            try:
                return make(plain)
            except ValueError:  # 2026-02-30: whoever reads the key says what is wrong with it
                return plain
    return plain


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.upper())


_WORDS: Mapping[str, Any] = {
    "": None,
    **dict.fromkeys(("~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# Each takes less than YAML 1.1 does, so what a YAML 1.1 writer leaves without quotes reads the same here.
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"[-+]?(0|[1-9][0-9]{0,17})", re.ASCII), int),
    (re.compile(r"[-+]?[0-9]{1,20}\.[0-9]{0,20}(e[-+][0-9]{1,2})?", re.ASCII), float),
    (re.compile(r"\d{4}-\d\d-\d\d", re.ASCII), date.fromisoformat),
    (re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[-+]\d\d:\d\d)?", re.ASCII), _instant),
)
