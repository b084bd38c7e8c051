"""A sheet: one form of an issue's mails, HTML or text, with every word encoded and holes for a reader's values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from digest.edition import Block, Filling, Fragment, Paper, steps
from digest.message.quoted import encoded, printable

#: What fills a reader's holes, in the order in which each form has their numbers.
NAMES = ("name", "address", "preferences", "pause", "unsubscribe", "web", "confirm", "greeting")

#: Encoded words, and the numbers of a reader's holes between them.
Pieces: TypeAlias = tuple[bytes | int, ...]
#: The same with what the edition fills still open, by its name.
_Fragment: TypeAlias = tuple[bytes | int | str, ...]
#: Where holes are, and the number of each.
Holes: TypeAlias = list[tuple[int, int]]


class Filled(NamedTuple):
    """What fills a slot."""

    #: Its pieces, as text and as HTML.
    forms: tuple[list[bytes | int], list[bytes | int]]
    #: Whether there is a hole in any of them.
    holed: bool


#: How many different words of editions, such as their subjects, are kept encoded.
_WORDS = 64


class _Encoded(Mapping[str, _Fragment]):
    """An issue's pieces, each encoded when it is first printed: one reader's mail needs few of them."""

    def __init__(self, pieces: Mapping[str, Fragment], encode: Callable[[Fragment], _Fragment]) -> None:
        self._plain = pieces
        self._encode = encode
        self._known: dict[str, _Fragment] = {}

    def __getitem__(self, key: str) -> _Fragment:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._encode(self._plain[key])
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._plain

    def __iter__(self) -> Iterator[str]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)


class Sheet:
    """One form of an issue's mails.

    Args:
        paper: that form's.
        written: how a value is written in it before it is encoded.
        first: the number of the first of its holes; the others follow in the order of `NAMES`.
    """

    def __init__(self, paper: Paper, written: Callable[[str], str], *, first: int) -> None:
        self._written = written
        self._numbers = {name: number for number, name in enumerate(NAMES, first)}
        self._pieces = _Encoded(paper.pieces, self._encoded_fragment)
        self._runs = tuple(_runs(self._encoded_fragment(paper.page)))
        self._words = lru_cache(maxsize=_WORDS)(self.value)

    def fill(
        self, fillings: Mapping[str, str | Filled | None], form: int, out: list[bytes | int], holes: Holes
    ) -> None:
        """Put the page, filled so, behind what is in `out`, and the places of the reader's holes into `holes`.

        Args:
            fillings: by the name of what the edition fills: words, or a slot's pieces in each form.
            form: which of the forms is this one.
            out: parts of a message.
            holes: of the message.
        """
        for run, inside, name in self._runs:
            if inside:
                holes += _moved(inside, len(out))
            out += run
            filling = fillings[name] if name else None
            if filling is None:
                continue
            if isinstance(filling, str):
                out.append(self._words(filling))
                continue
            if filling.holed:
                holes += _moved(holes_of(filling.forms[form]), len(out))
            out += filling.forms[form]

    def block(self, block: Block) -> Pieces:
        """The pieces of a block, with everything that stands between two holes in one.

        Empty where this form has no room for it: a template may have a slot in one form only.
        """
        out: list[bytes | int] = []
        for key, inside in steps(block, self._pieces):
            if key in self._pieces:
                self._lay(self._pieces[key], inside, out)
        return _merged(out)

    def greeting(self, values: Sequence[bytes]) -> bytes:
        """What greets a reader by name, filled with their values by number; empty where a template does not greet."""
        parts = self._pieces.get("greeting", ())
        return b"".join([values[part] if isinstance(part, int) else part for part in parts])  # type: ignore[misc]

    def value(self, value: str) -> bytes:
        """The value as it stands in this form, encoded."""
        return encoded(self._written(printable(value)))

    def _lay(self, fragment: _Fragment, fillings: Mapping[str, Filling], out: list[bytes | int]) -> None:
        for part in fragment:
            if not isinstance(part, str):
                out.append(part)
                continue
            filling = fillings[part]
            if isinstance(filling, str):
                out.append(self.value(filling))
            else:
                for key, inside in filling:
                    self._lay(self._pieces[key], inside, out)

    def _encoded_fragment(self, fragment: Fragment) -> _Fragment:
        parts = ((self._numbers.get(part, part) if place % 2 else encoded(part)) for place, part in enumerate(fragment))
        return tuple(part for part in parts if part != b"")


def _runs(page: _Fragment) -> Iterator[tuple[Pieces, Holes, str]]:
    """What stays as it is, the holes in that, and the name of what the edition fills behind it; "" at the end."""
    run: list[bytes | int] = []
    for part in page:
        if isinstance(part, str):
            yield tuple(run), holes_of(run), part
            run = []
        else:
            run.append(part)
    yield tuple(run), holes_of(run), ""


def holes_of(pieces: Sequence[bytes | int]) -> Holes:
    """Where holes are among these pieces."""
    return [(place, part) for place, part in enumerate(pieces) if isinstance(part, int)]


def _moved(holes: Holes, by: int) -> Holes:
    return [(place + by, number) for place, number in holes]


def _merged(parts: Sequence[bytes | int]) -> Pieces:
    merged: list[bytes | int] = []
    words: list[bytes] = []
    for part in parts:
        if isinstance(part, bytes):
            words.append(part)
        else:
            merged += (b"".join(words), part)
            words.clear()
    return (*merged, b"".join(words))
