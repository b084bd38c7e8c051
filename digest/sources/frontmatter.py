"""What a text file says of itself before its text begins: YAML, TOML, JSON as site generators read it, or plain labels.

Values are kept as they are printed, whatever type they have there: `2026-03` is a month, and `on` a word.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from itertools import takewhile
from typing import Any, Final

import yaml

from digest.sources.headings import name_key

#: Characters of such a block, and lines; the longest real one had some 4,000.
LONGEST_BLOCK = 20_000
MOST_LINES = 500
#: Values in it that are looked at, and how deep inside one another.
MOST_VALUES = 500
DEEPEST = 5

_KEY = re.compile(r"[\"']?[^\W\d][\w .-]{0,60}[\"']?\s{0,5}[:=](?:\s|$)")
_PLAIN = re.compile(r"[\"']?([^\W\d][\w .-]{0,60}?)[\"']?\s{0,5}[:=]\s{1,20}(\S.{0,2000})$")
_AT_LINE = re.compile(r"line (\d{1,5})")
#: Labels that stand above a text and are none of it: what generators read, and facts of the study.
_LABELS: Final = frozenset(
    (
        *("author", "authors", "byline", "categories", "category", "date", "description", "doi", "draft", "journal"),
        *("keywords", "lang", "language", "layout", "link", "modified", "permalink", "pmid", "published", "publisher"),
        *("slug", "source", "status", "subtitle", "tags", "template", "title", "topics", "type", "updated", "url"),
    )
)
#: In a list of tables, what names one of them.
_NAMES: Final = ("name", "title", "label", "value")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What was read before the text."""

    #: Names in small letters, the outermost first; several values of one name in lines of their own.
    values: Mapping[str, str] = field(default_factory=dict)
    #: Lines of the file that it takes up.
    lines: int = 0
    #: What is wrong with it, and in which line; empty and 0 where nothing is.
    trouble: str = ""
    trouble_line: int = 0


def front_matter(lines: Sequence[str]) -> FrontMatter:
    """The block before the text of these lines; an empty one where there is none.

    One that is broken is read key by key, as far as that goes.
    """
    start = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    opening = lines[start].strip() if start < len(lines) else ""
    if opening in _FORMS:
        return _fenced(lines, start, *_FORMS[opening])
    if opening.startswith("{"):
        return _json(lines, start)
    return _labels(lines, start)


def _fenced(lines: Sequence[str], start: int, form: str, ends: frozenset[str]) -> FrontMatter:
    inside = range(start + 1, min(len(lines), start + MOST_LINES))
    end = next((place for place in inside if lines[place].strip() in ends), None)
    block = lines[start + 1 : end] if end is not None else _head_of(lines[start + 1 :])
    first = next((line for line in block if line.strip() and not line.startswith("#")), "")
    if (end is None and not block) or (first and not _KEY.match(first)):
        return FrontMatter()
    values, trouble, line = _parsed(block, form)
    if trouble and not _is_mostly_keys(block):
        return FrontMatter()
    if end is None:
        trouble, line = f"this block of {form} has no end: put a line {lines[start].strip()} behind it", 0
    after = start + 1 + len(block) + (end is not None)
    return FrontMatter(values, after, trouble, start + 1 + line if trouble else 0)


def _head_of(lines: Sequence[str]) -> list[str]:
    """The lines that can only be keys and their values."""
    head: list[str] = []
    for line in lines[:MOST_LINES]:
        if not (_KEY.match(line) or (head and line.startswith((" ", "\t", "- ")))):
            break
        head.append(line)
    return head


def _is_mostly_keys(block: Sequence[str]) -> bool:
    filled = [line for line in block if line.strip()]
    keys = sum(bool(_KEY.match(line)) or line.startswith((" ", "\t", "- ", "#", "[")) for line in filled)
    return keys >= 0.7 * len(filled)


def _parsed(block: Sequence[str], form: str) -> tuple[dict[str, str], str, int]:
    """The values, and what is wrong in which line of the block (from 1); nothing is where that is empty."""
    text = "\n".join(block)[:LONGEST_BLOCK]
    try:
        return _flat(_LOADERS[form](text)), "", 0
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        trouble = f"this is no valid {form}: {_said(error)}; what of it could be read is used"
        return _key_by_key(block, form), trouble, _line_of(error, len(block))


def _yaml(text: str) -> Any:
    # The parser's time grows with the square of the brackets that are open.
    if text.count("[") + text.count("{") > MOST_VALUES:
        raise ValueError("it has more brackets than any summary needs")
    # Every value a string: nothing is made of it that was not printed, and no object at all.
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - this loader makes nothing but strings


def _said(error: Exception) -> str:
    words = getattr(error, "problem", None) or str(error).partition(" (at ")[0] or type(error).__name__
    return " ".join(str(words).split())[:120]


def _line_of(error: Exception, last: int) -> int:
    """The line where it went wrong: where what never ends begins, rather than the end."""
    marks = (getattr(error, "context_mark", None), getattr(error, "problem_mark", None))
    lines = [int(mark.line) + 1 for mark in marks if mark is not None]
    if lines:
        return lines[0] if "end of stream" in str(error) else lines[-1]
    found = _AT_LINE.search(str(error))
    return int(found[1]) if found else last if "end of document" in str(error) else 1


def _key_by_key(block: Sequence[str], form: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for chunk in _chunks(block):
        try:
            values |= _flat(_LOADERS[form]("\n".join(chunk)))
        except (yaml.YAMLError, ValueError, RecursionError):
            found = _PLAIN.match(chunk[0])
            if found:
                values[named(found[1])] = found[2].strip(" \"'[]")
    return values


def _chunks(block: Sequence[str]) -> Iterator[list[str]]:
    """A key with the lines that belong to it."""
    chunk: list[str] = []
    for line in block:
        if chunk and line[:1] not in {"", " ", "\t", "-", "]", "}"}:
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk


def _flat(value: Any) -> dict[str, str]:
    """All values by their names, those inside of others after those outside."""
    found: dict[str, str] = {}
    waiting = [(value, 0)]
    seen = 0
    for table, depth in waiting:
        for name, one in table.items() if isinstance(table, Mapping) else ():
            seen += 1
            if seen > MOST_VALUES:
                return found
            if isinstance(one, Mapping):
                waiting += [(one, depth + 1)] if depth < DEEPEST else []
            elif words := "\n".join(_words(one)):
                found.setdefault(named(str(name)), words)
    return found


def _words(value: Any) -> Iterator[str]:
    for one in value[:MOST_VALUES] if isinstance(value, list) else [value]:
        if isinstance(one, Mapping):
            yield from _words(next((one[name] for name in _NAMES if name in one), ""))
        elif isinstance(one, date | time):
            yield one.isoformat()
        elif not isinstance(one, list) and one is not None and str(one).strip():
            yield str(one).strip()


def named(key: str) -> str:
    """A key as it is compared: `publishDate` and `publish_date` are "publish date"."""
    return name_key(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key))


def _json(lines: Sequence[str], start: int) -> FrontMatter:
    text = "\n".join(lines[start:])[:LONGEST_BLOCK]
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return FrontMatter()
    return FrontMatter(_flat(value), start + text.count("\n", 0, end) + 1) if isinstance(value, dict) else FrontMatter()


def _labels(lines: Sequence[str], start: int) -> FrontMatter:
    """`Title: …` and labels like it that stand above the text, where all of them are of the kind that is no text."""
    block = list(takewhile(str.strip, lines[start : start + MOST_LINES]))
    found = [_PLAIN.match(line) for line in block]
    values = {named(one[1]): one[2].strip() for one in found if one and one[0][len(one[1])] == ":"}
    # A name that stands there twice is no such label.
    is_whole = len(values) == len(block) and "title" in values and values.keys() <= _LABELS
    return FrontMatter(values, start + len(block)) if is_whole else FrontMatter()


_LOADERS: Final[Mapping[str, Callable[[str], Any]]] = {"YAML": _yaml, "TOML": tomllib.loads}
_FORMS: Final = {"---": ("YAML", frozenset({"---", "..."})), "+++": ("TOML", frozenset({"+++"}))}
