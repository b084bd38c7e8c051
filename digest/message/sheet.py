"""A sheet: one form of an issue's mails, HTML or text, with every word encoded and holes for a reader's values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from digest.edition import READER_HOLES, Block, Filling, Fragment, Paper
from digest.message.quoted import encoded, printable

#: Encoded words, and the names of a reader's holes between them.
Pieces: TypeAlias = tuple[bytes | str, ...]
#: The same with what the edition fills still open.
_Fragment: TypeAlias = tuple[bytes | str, ...]

#: How many different words of editions, such as their subjects, are kept encoded.
_WORDS = 64
_GREETING = "greeting"


class Sheet:
    """One form of an issue's mails.

    Args:
        paper: that form's.
        written: how a value is written in it before it is encoded.
        form: `html` or `text`; marks the holes of a reader's, so that both forms may be filled in one go.
    """

    def __init__(self, paper: Paper, written: Callable[[str], str], *, form: str) -> None:
        self._written = written
        self._form = form
        self._pieces = {key: self._encoded_fragment(fragment) for key, fragment in paper.pieces.items()}
        self._runs = tuple(_runs(self._encoded_fragment(paper.page)))
        self._words = lru_cache(maxsize=_WORDS)(self.value)

    def page(self, fillings: Mapping[str, str | Sequence[Sequence[Pieces]]], form: int) -> list[bytes | str]:
        """The page filled so; what only the reader can fill stays as the marked name of its hole.

        Args:
            fillings: by the name of what the edition fills: words, or blocks, each laid out in several forms.
            form: which of a block's forms is this one.
        """
        out: list[bytes | str] = []
        for run, name in self._runs:
            out += run
            filling = fillings[name] if name else ()
            if isinstance(filling, str):
                out.append(self._words(filling))
            else:
                for block in filling:
                    out += block[form]
        return out

    def block(self, block: Block) -> Pieces:
        """The pieces of a block, with everything that stands between two holes in one.

        Empty where this form has no room for it: a template may have a slot in one form only.
        """
        out: list[bytes | str] = []
        for key, inside in block.steps(self._pieces):
            if key in self._pieces:
                self._lay(self._pieces[key], inside, out)
        return _merged(out)

    def greeting(self, values: Mapping[str, bytes]) -> bytes:
        """The greeting with this reader's values; empty where it is none of the pieces."""
        parts = self._pieces.get(_GREETING, ())
        return b"".join([part if isinstance(part, bytes) else values[part] for part in parts])

    def value(self, value: str) -> bytes:
        """The value as it stands in this form, encoded."""
        return encoded(self._written(printable(value)))

    def _lay(self, fragment: _Fragment, fillings: Mapping[str, Filling], out: list[bytes | str]) -> None:
        for part in fragment:
            filling = None if isinstance(part, bytes) else fillings.get(part)
            if filling is None:
                out.append(part)
            elif isinstance(filling, str):
                out.append(self.value(filling))
            else:
                for key, inside in filling:
                    self._lay(self._pieces[key], inside, out)

    def _encoded_fragment(self, fragment: Fragment) -> _Fragment:
        parts = (self._hole(part) if place % 2 else encoded(part) for place, part in enumerate(fragment))
        return tuple(part for part in parts if part)

    def _hole(self, name: str) -> str:
        return f"{name}/{self._form}" if name in READER_HOLES else name


def _runs(page: _Fragment) -> Iterator[tuple[Pieces, str]]:
    """The page as what stays as it is, and the name of what the edition fills behind it; empty at the end."""
    run: list[bytes | str] = []
    for part in page:
        if isinstance(part, str) and not is_readers(part):
            yield tuple(run), part
            run = []
        else:
            run.append(part)
    yield tuple(run), ""


def is_readers(name: str) -> bool:
    """Whether a hole of this name is a reader's: only those are marked."""
    return "/" in name


def _merged(parts: Sequence[bytes | str]) -> Pieces:
    merged: list[bytes | str] = []
    words: list[bytes] = []
    for part in parts:
        if isinstance(part, bytes):
            words.append(part)
        else:
            merged += (b"".join(words), part)
            words.clear()
    return (*merged, b"".join(words))
