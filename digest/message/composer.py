"""Composes the messages of one frozen issue.

    pool, once  -> sheets, headers     every word encoded, holes where an edition or a reader differs
    edition     -> a list of bytes     the editions' holes filled; those of a reader known by their places
    addressee   -> the message         the list copied, the reader's holes filled, joined

What many editions share, an item and why it stands there, is laid out once.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import NamedTuple, cast

from digest.dkim import DkimKey, signatures
from digest.edition import Block, Pool, plan
from digest.message.headers import (
    BOUNDARY,
    SUBJECT_AT,
    head,
    header_text,
    header_values,
)
from digest.message.quoted import all_encoded_plain, decoded
from digest.message.sheet import NAMES, Filled, Holes, Pieces, Sheet, holes_of
from digest.models import FrozenEdition, Message

_PART = f'--{BOUNDARY}\r\nContent-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
_BEFORE_TEXT = (_PART % "plain").encode()
_BEFORE_HTML = b"\r\n" + (_PART % "html").encode()
_END = f"\r\n--{BOUNDARY}--\r\n".encode()

#: Values, a line each, that say the same in HTML, in text and in quoted-printable.
_PLAIN = re.compile(r"[\n !#-%(-;?-~]*")
#: How many editions are kept ready to be addressed; readers of one edition tend to follow one another.
_READY = 64
#: How many blocks of an issue are kept laid out: an item at a length under a topic is one.
_BLOCKS = 4096
#: The numbers of the first holes of the text, the HTML and the headers; `Composer._values` are in that order.
_TEXT, _HTML, _HEADERS = 0, len(NAMES), 2 * len(NAMES)
_GREETING = NAMES.index("greeting")


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """What of a message belongs to one subscriber alone."""

    address: str
    #: Empty when no name is known: then nobody is greeted.
    name: str = ""
    #: Absolute http or https urls, signed for this subscriber; a POST to `unsubscribe_url` acts at once (RFC 8058).
    preferences_url: str
    pause_url: str
    unsubscribe_url: str
    web_url: str
    #: A POST to it does what a letter asks about; empty in mails that ask nothing.
    confirm_url: str = ""
    #: A `mailto:` url that unsubscribes.
    unsubscribe_mailto: str
    #: With angle brackets, the same at every attempt.
    message_id: str
    #: The envelope sender, where bounces go.
    sender: str


class _Ready(NamedTuple):
    """An edition laid out: a message as a list of bytes, with something else in the place of each hole."""

    parts: list[bytes]
    #: Where the holes are, and the number of the value for each.
    holes: Holes
    #: Where the text and the HTML begin; the last part is neither's.
    text: int
    html: int


class _Blocks(dict[Block, tuple[Pieces, Pieces, bool]]):
    """Blocks as text, as HTML, and whether there are holes in them: made when first asked for, only so many kept."""

    def __init__(self, text: Sheet, html: Sheet) -> None:
        super().__init__()
        self._sheets = text, html

    def __missing__(self, block: Block) -> tuple[Pieces, Pieces, bool]:
        if len(self) >= _BLOCKS:
            self.clear()
        text, html = (sheet.block(block) for sheet in self._sheets)
        made = self[block] = text, html, bool(holes_of(text) or holes_of(html))
        return made

    def filled(self, blocks: Sequence[Block]) -> Filled | None:
        """These blocks as what fills a slot; None when there are none."""
        if not blocks:
            return None
        text: list[bytes | int] = []
        html: list[bytes | int] = []
        holed = False
        for block in blocks:
            in_text, in_html, has_holes = self[block]
            text += in_text
            html += in_html
            holed = holed or has_holes
        return Filled((text, html), holed)


class Composer:
    """Makes the messages of one frozen issue. Not shared between threads; the same arguments make the same bytes."""

    def __init__(self, pool: Pool, *, date: datetime, keys: Sequence[DkimKey] = ()) -> None:
        """Encode the pool, once.

        Args:
            pool: as frozen with the issue.
            date: what the Date header says, the same at every attempt.
            keys: each signs every message; none leaves that to the server that takes them.
        """
        self._keys = tuple(keys)
        self._head = head(pool, date, first=_HEADERS)
        self._head_holes = holes_of(self._head)
        self._text = Sheet(pool.text, _unchanged, first=_TEXT)
        self._html = Sheet(pool.html, _escaped, first=_HTML)
        self._ready: OrderedDict[str, _Ready] = OrderedDict()
        self._blocks = _Blocks(self._text, self._html)

    def compose(self, edition: FrozenEdition, addressee: Addressee) -> Message:
        """The message, whole: CRLF line ends, no line over 998 octets.

        Raises:
            InputError: the address, Message-ID or a link of this addressee cannot stand in a header; the others' can.
        """
        ready = self._ready.get(edition.key) or self._lay(edition)
        parts = _filled(ready, self._values(addressee))
        if self._keys:
            # An empty line stands between the two.
            before, body = b"".join(parts[: ready.text - 2]), b"".join(parts[ready.text - 1 :])
            parts.insert(0, signatures(self._keys, before, body))
        data = b"".join(parts)
        return Message(
            id=addressee.message_id,
            sender=addressee.sender,
            recipient=addressee.address,
            data=data,
            # Only an address beyond ASCII is written as it is, in UTF-8; all else is encoded.
            is_plain=data.isascii(),
        )

    def html(self, edition: FrozenEdition, addressee: Addressee) -> str:
        """The HTML part of that very message, decoded, with plain line ends."""
        ready = self._ready.get(edition.key) or self._lay(edition)
        return decoded(_filled(ready, self._values(addressee))[ready.html : -1])

    def text(self, edition: FrozenEdition, addressee: Addressee) -> str:
        """The text part of that very message, decoded, with plain line ends."""
        ready = self._ready.get(edition.key) or self._lay(edition)
        return decoded(_filled(ready, self._values(addressee))[ready.text : ready.html - 1])

    def _lay(self, edition: FrozenEdition) -> _Ready:
        fillings = plan(edition, self._blocks.filled)
        parts: list[bytes | int] = [*self._head, b"\r\n", _BEFORE_TEXT]
        parts[SUBJECT_AT] = _subject(edition.subject)
        holes = self._head_holes.copy()
        text = len(parts)
        self._text.fill(fillings, 0, parts, holes)
        parts.append(_BEFORE_HTML)
        html = len(parts)
        self._html.fill(fillings, 1, parts, holes)
        parts.append(_END)
        if len(self._ready) >= _READY:
            self._ready.popitem(last=False)
        ready = self._ready[edition.key] = _Ready(cast("list[bytes]", parts), holes, text, html)
        return ready

    def _values(self, addressee: Addressee) -> list[bytes]:
        """What fills every hole of a reader's, encoded, by its number."""
        values = (
            addressee.name if addressee.name.strip() else "",
            addressee.address,
            addressee.preferences_url,
            addressee.pause_url,
            addressee.unsubscribe_url,
            addressee.web_url,
            addressee.confirm_url,
        )
        lines = "\n".join(values)
        if _PLAIN.fullmatch(lines) and lines.count("\n") == len(values) - 1:
            text = html = all_encoded_plain(lines.encode("ascii").split(b"\n"))
        else:
            text, html = [*map(self._text.value, values)], [*map(self._html.value, values)]
        headers = header_values(
            addressee.address, addressee.message_id, addressee.unsubscribe_url, addressee.unsubscribe_mailto
        )
        filled = [*text, b"", *html, b"", *headers]
        if text[0]:
            filled[_TEXT + _GREETING] = self._text.greeting(filled)
            filled[_HTML + _GREETING] = self._html.greeting(filled)
        return filled


def _filled(ready: _Ready, values: Sequence[bytes]) -> list[bytes]:
    parts = ready.parts.copy()
    for place, number in ready.holes:
        parts[place] = values[number]
    return parts


@lru_cache(maxsize=_READY)
def _subject(subject: str) -> bytes:
    return header_text("Subject", subject).encode("ascii")


def _escaped(value: str) -> str:
    """A reader's value as HTML text, fit for attributes, too."""
    return escape(value, quote=True)


def _unchanged(value: str) -> str:
    return value
