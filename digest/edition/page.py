"""The two ways a template is rendered: whole, for one reader; and marked, to be cut into the pieces of all readers.

Both give a template the same two functions, `hole(name)` and `slot(name)`, and the same catalogue of pieces, so that
a join of pieces is the page that rendering from scratch would have made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from markupsafe import Markup

from digest.edition.layout import Filling
from digest.errors import TemplateError

#: By slot, the pieces that may stand in it: key to the macro that writes it and what the macro is given.
Catalogue: TypeAlias = Mapping[str, Mapping[str, tuple[str, tuple[Any, ...]]]]

#: Words, then the name of a hole or slot, then words…: every second one, from the first, is text.
Fragment: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """One form (HTML or text) of all editions: the page around its slots, and the pieces that fill them."""

    page: Fragment
    pieces: Mapping[str, Fragment]

    def join(self, fillings: Mapping[str, Filling]) -> Iterator[tuple[str, bool]]:
        """The text of the page filled so, in order, with True; and with False the names of holes that are left."""
        return self._join(self.page, fillings)

    def _join(self, fragment: Fragment, fillings: Mapping[str, Filling]) -> Iterator[tuple[str, bool]]:
        for place, part in enumerate(fragment):
            filling = None if place % 2 == 0 else fillings.get(part)
            if place % 2 == 0 or filling is None:
                yield part, place % 2 == 0
            elif isinstance(filling, str):
                yield filling, True
            else:
                for key, inner in filling:
                    yield from self._join(self.pieces[key], inner)


@dataclass(kw_only=True)
class MarkedPage:
    """Leaves a token for every hole, and every piece of a slot between markers."""

    #: What no text of the issue can contain, so that no feed can write a marker or a token.
    stamp: str
    catalogue: Catalogue
    #: The template's macros; set once they are made.
    macros: Any = None
    #: The pieces written so far, and the number each has in its marker.
    keys: dict[str, int] = field(default_factory=dict)

    def hole(self, name: str) -> Markup:
        """The token of a hole: letters, digits and hyphens, which come through in a link, too."""
        return Markup(f"{self.stamp}-{name}-0")  # noqa: S704 - a hash and a name from our own template

    def slot(self, name: str) -> Markup:
        """Every piece that may stand here and has not been written yet."""
        parts = [self._mark("slot", name)]
        for key, (macro, given) in _pieces(self.catalogue, name).items():
            if key not in self.keys:
                number = self.keys.setdefault(key, len(self.keys))
                parts += [self._mark("piece", str(number)), getattr(self.macros, macro)(*given), self._mark("end", "")]
        parts.append(self._mark("end", ""))
        return Markup("".join(parts))  # noqa: S704 - markers and the output of autoescaped macros

    def _mark(self, kind: str, name: str) -> str:
        return f"<!--{self.stamp} {kind} {name}-->"

    @property
    def tokens(self) -> re.Pattern[str]:
        """What a hole looks like."""
        return re.compile(rf"{self.stamp}-([a-z-]+)-0")


@dataclass(kw_only=True)
class WholePage:
    """Writes one reader's own values and pieces."""

    fillings: Mapping[str, Filling]
    catalogue: Catalogue
    macros: Any = None

    def hole(self, name: str) -> str:
        """The reader's value."""
        value = self.fillings[name]
        if not isinstance(value, str):
            raise TemplateError(f"{name!r} is a slot: write slot({name!r})")
        return value

    def slot(self, name: str) -> Markup:
        """The pieces of this edition, in order."""
        outer, written = self.fillings, []
        steps = outer[name]
        if isinstance(steps, str):
            raise TemplateError(f"{name!r} is a hole: write hole({name!r})")
        for key, inner in steps:
            macro, given = _pieces(self.catalogue, name)[key]
            self.fillings = {**outer, **inner}
            written.append(getattr(self.macros, macro)(*given))
        self.fillings = outer
        return Markup("".join(written))  # noqa: S704 - the output of autoescaped macros


def _pieces(catalogue: Catalogue, slot: str) -> Mapping[str, tuple[str, tuple[Any, ...]]]:
    try:
        return catalogue[slot]
    except KeyError as error:
        raise TemplateError(f"there is no slot {slot!r}; the slots are {', '.join(sorted(catalogue))}") from error


def cut(page: str, marked: MarkedPage) -> tuple[Fragment, dict[str, Fragment]]:
    """The page around its slots, and its pieces by key.

    Raises:
        TemplateError: words stand in a slot outside every piece.
    """
    pieces: dict[str, Fragment] = {}
    keys = list(marked.keys)
    opened: list[tuple[str, str, list[str]]] = [("piece", "", [])]
    marker = re.compile(rf"<!--{marked.stamp} (piece|slot|end) ([a-z0-9-]*)-->")
    text, *marks = marker.split(page)
    opened[-1][2].append(text)
    for kind, name, text in zip(marks[0::3], marks[1::3], marks[2::3], strict=True):
        if kind != "end":
            opened.append((kind, name, []))
        else:
            closed, name, words = opened.pop()
            if closed == "piece":
                pieces[keys[int(name)]] = _fragment("".join(words), marked)
            else:
                _nothing_else(name, words)
                opened[-1][2].append(str(marked.hole(name)))
        opened[-1][2].append(text)
    return _fragment("".join(opened[0][2]), marked), pieces


def _fragment(words: str, marked: MarkedPage) -> Fragment:
    return tuple(marked.tokens.split(words))


def _nothing_else(slot: str, words: list[str]) -> None:
    if stray := "".join(words).strip():
        raise TemplateError(f"in the slot {slot!r} stands {stray[:60]!r} outside every piece")
