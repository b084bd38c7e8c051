"""What a reader's last mail would have been with other choices: in short, for beside the form; and whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from digest.choosing import what_would_have_been
from digest.errors import NothingToDo
from digest.models import OTHER_TOPIC, Placement, Selection, Subscriber
from digest.newsroom import Digest
from digest.previews import Preview


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One section of a mail: its heading and its headlines."""

    label: str
    headlines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Glimpse:
    """A mail in short."""

    #: The issue's.
    title: str = ""
    parts: tuple[Part, ...] = ()
    #: Why there is no mail to show; empty where there is one.
    words: str = ""

    @property
    def number(self) -> int:
        """How many pieces are in it."""
        return sum(len(part.headlines) for part in self.parts)


def glimpse(digest: Digest, wanted: Subscriber) -> Glimpse:
    """The last mail in short, as these wishes would have made it. InputError when a wish cannot be."""
    try:
        preview = what_would_have_been(digest, wanted)
    except NothingToDo as nothing:
        return Glimpse(words=str(nothing))
    return Glimpse(title=preview.issue.window.title, parts=tuple(_parts(digest, preview)))


def whole_mail(digest: Digest, wanted: Subscriber) -> str:
    """The same, as the HTML that would have been mailed. NothingToDo when nothing would."""
    return what_would_have_been(digest, wanted).html


def _parts(digest: Digest, preview: Preview) -> Iterator[Part]:
    selection, headlines = preview.edition.selection, preview.pool.headlines
    for label, placed in _sections(digest, selection):
        yield Part(label=label, headlines=tuple(headlines[one.summary_id] for one in placed))


def _sections(digest: Digest, selection: Selection) -> Iterator[tuple[str, tuple[Placement, ...]]]:
    for topic, placed in selection.sections:
        yield "More research" if topic == OTHER_TOPIC else digest.tree.label(topic), placed
    if selection.background:
        yield "Good to know", selection.background
