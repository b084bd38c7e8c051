"""An edition addressed to one subscriber, as the bytes that go over the wire.

Every fragment of the pool is encoded once as quoted-printable that ends in a soft line break (RFC 2045, 6.7), so that
encoded fragments may stand behind one another in any order: a message is a join of bytes, with a reader's few values
encoded on the way. What many editions share, an item and why it stands there, is joined once.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from functools import lru_cache
from html import escape

from digest.dkim import DkimKey, signatures
from digest.edition import READER_HOLES, Block, Filling, Fragment, Paper, Pool, plan
from digest.errors import InputError
from digest.models import FrozenEdition, Message

#: In every message of the list, in this order; the signatures stand before them.
HEADERS = (
    "From", "To", "Subject", "Date", "Message-ID", "List-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
    "Feedback-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
)  # fmt: skip

#: The same in a letter that is not of the list: there is nothing to unsubscribe from.
UNLISTED_HEADERS = tuple(name for name in HEADERS if not name.startswith("List-"))

#: Quoted-printable cannot contain "=_" (RFC 2045, 6.7), so this boundary stands in no body.
_BOUNDARY = "=_digest"
_PART = (
    f'--{_BOUNDARY}\r\nContent-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
)
_BEFORE_TEXT = (_PART % "plain").encode()
_BEFORE_HTML = b"\r\n" + (_PART % "html").encode()
_END = f"\r\n--{_BOUNDARY}--\r\n".encode()

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
#: One mailbox without comments, quotes or lists: nothing in it can begin another recipient or another header.
_ADDRESS = re.compile(r"[!#$%&'*+/=?^_`{|}~.a-zA-Z0-9-]{1,64}@[a-zA-Z0-9.-]{1,253}")
_LIST_ID = re.compile(r"[!#$%&'*+/=?^_`{|}~.a-zA-Z0-9-]{1,254}")
_MESSAGE_ID = re.compile(r"<[^\s<>@\x00-\x20\x7f-\U0010ffff]{1,200}@[a-zA-Z0-9.-]{1,253}>")
_LINK = re.compile(r"(?:https?://|mailto:)[!-;=?-~]{1,900}")
#: A value that says the same in HTML, in text and in quoted-printable.
_PLAIN = re.compile(r"[ !#-%(-;?-~]{1,900}")
#: How many editions are kept ready to be addressed; readers of one edition tend to follow one another.
_READY = 64
#: How many blocks of an issue are kept encoded: an item at a length under a topic is one.
_BLOCKS = 4096


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


@dataclass(frozen=True, slots=True)
class _Ready:
    """An edition laid out: encoded pieces in order, with the names of the reader's holes between them."""

    subject: bytes
    html: tuple[bytes | str, ...]
    text: tuple[bytes | str, ...]


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
        self._html = _Encoded(pool.html, escaped)
        self._text = _Encoded(pool.text, _unchanged)
        self._ready: OrderedDict[str, _Ready] = OrderedDict()
        self._from = f"From: {_mailbox(pool.sender_name, pool.address)}\r\nTo: ".encode("ascii")
        self._after_subject = f"\r\nDate: {format_datetime(date.astimezone(UTC))}\r\nMessage-ID: ".encode("ascii")
        self._list_id = _ascii("List-ID", _LIST_ID, pool.list_id) if pool.list_id else b""
        self._last = (
            f"\r\nFeedback-ID: {_feedback_id(pool)}\r\n"
            "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
            f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n'
        ).encode("ascii")

    def compose(self, edition: FrozenEdition, addressee: Addressee) -> Message:
        """The message, whole: CRLF line ends, no line over 998 octets.

        Raises:
            InputError: the address, Message-ID or a link of this addressee cannot stand in a header; the others' can.
        """
        ready = self._lay(edition)
        head = self._head(ready, addressee)
        values = _values(addressee)
        body = (
            _BEFORE_TEXT,
            *self._text.filled(ready.text, values),
            _BEFORE_HTML,
            *self._html.filled(ready.html, values),
            _END,
        )
        signed = signatures(self._keys, b"".join(head), b"".join(body)) if self._keys else b""
        data = b"".join((signed, *head, b"\r\n", *body))
        return Message(id=addressee.message_id, sender=addressee.sender, recipient=addressee.address, data=data)

    def html(self, edition: FrozenEdition, addressee: Addressee) -> str:
        """The HTML part of that very message, decoded, with plain line ends."""
        return _decoded(self._html.filled(self._lay(edition).html, _values(addressee)))

    def text(self, edition: FrozenEdition, addressee: Addressee) -> str:
        """The text part of that very message, decoded, with plain line ends."""
        return _decoded(self._text.filled(self._lay(edition).text, _values(addressee)))

    def _head(self, ready: _Ready, addressee: Addressee) -> Sequence[bytes]:
        return (
            self._from,
            _ascii("address", _ADDRESS, header_address(addressee.address)),
            ready.subject,
            self._after_subject,
            _ascii("Message-ID", _MESSAGE_ID, addressee.message_id),
            *(self._of_list(addressee) if self._list_id else ()),
            self._last,
        )

    def _of_list(self, addressee: Addressee) -> Sequence[bytes]:
        return (
            b"\r\nList-ID: <",
            self._list_id,
            b">\r\nList-Unsubscribe: <",
            _ascii("unsubscribe link", _LINK, addressee.unsubscribe_url),
            # Folded here, between the two: a folder that knows no links would write them as encoded words.
            b">,\r\n <",
            _ascii("unsubscribe mailto", _LINK, addressee.unsubscribe_mailto),
            b">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click",
        )

    def _lay(self, edition: FrozenEdition) -> _Ready:
        ready = self._ready.get(edition.key)
        if ready is None:
            planned = plan(edition)
            ready = _Ready(
                f"\r\nSubject: {header_text('Subject', edition.subject)}".encode("ascii"),
                self._html.laid_out(planned),
                self._text.laid_out(planned),
            )
            if len(self._ready) >= _READY:
                self._ready.popitem(last=False)
            self._ready[edition.key] = ready
        return ready


class _Encoded:
    """One paper with every word encoded, and how a reader's values are written into it."""

    def __init__(self, paper: Paper, written: Callable[[str], str]) -> None:
        self._written = written
        self._page = _encoded_fragment(paper.page)
        self.pieces = {key: _encoded_fragment(fragment) for key, fragment in paper.pieces.items()}
        self._greeting = self.pieces.get("greeting", ())
        self._block = lru_cache(maxsize=_BLOCKS)(self._laid)
        self._words = lru_cache(maxsize=_READY)(self._value)

    def laid_out(self, planned: Mapping[str, str | tuple[Block, ...]]) -> tuple[bytes | str, ...]:
        """The page filled as planned; what only the reader can fill stays as the name of its hole."""
        out: list[bytes | str] = []
        for part in self._page:
            if isinstance(part, bytes) or part in READER_HOLES:
                out.append(part)
                continue
            filling = planned[part]
            if isinstance(filling, str):
                out.append(self._words(filling))
            else:
                for block in filling:
                    out += self._block(block)
        return tuple(out)

    def _laid(self, block: Block) -> tuple[bytes | str, ...]:
        out: list[bytes | str] = []
        for key, inside in block.steps(self.pieces):
            self._lay(self.pieces[key], inside, out)
        return _merged(out)

    def _lay(self, fragment: _Pieces, fillings: Mapping[str, Filling], out: list[bytes | str]) -> None:
        for part in fragment:
            if isinstance(part, bytes) or part in READER_HOLES:
                out.append(part)
                continue
            filling = fillings[part]
            if isinstance(filling, str):
                out.append(self._value(filling))
                continue
            for key, inside in filling:
                self._lay(self.pieces[key], inside, out)

    def filled(self, laid_out: Iterable[bytes | str], values: Mapping[str, bytes | str]) -> list[bytes]:
        """The page with this reader's values."""
        out: list[bytes] = []
        for part in laid_out:
            if isinstance(part, bytes):
                out.append(part)
            elif part != "greeting":
                out.append(self._value(values[part]))
            elif values["name"]:
                out += [piece if isinstance(piece, bytes) else self._value(values[piece]) for piece in self._greeting]
        return out

    def _value(self, value: bytes | str) -> bytes:
        return value if isinstance(value, bytes) else encoded(self._written(_printable(value)))


def _printable(value: str) -> str:
    # Asked first because it is quick, and nearly all there is.
    return value if value.isprintable() else _UNPRINTABLE.sub(" ", value)


def _values(addressee: Addressee) -> Mapping[str, bytes | str]:
    """What fills the reader's holes: encoded already where every form of a mail writes it alike."""
    return {
        "name": _plain(addressee.name) if addressee.name.strip() else b"",
        "address": _plain(addressee.address),
        "preferences": _plain(addressee.preferences_url),
        "pause": _plain(addressee.pause_url),
        "unsubscribe": _plain(addressee.unsubscribe_url),
        "web": _plain(addressee.web_url),
        "confirm": _plain(addressee.confirm_url),
    }


def _plain(value: str) -> bytes | str:
    """The value encoded, when nothing in it needs to be; otherwise as it is."""
    if not _PLAIN.fullmatch(value):
        return value
    words = value.encode("ascii")
    if len(words) <= 75:
        return words + b"=\r\n"
    return b"".join([words[start : start + 75] + b"=\r\n" for start in range(0, len(words), 75)])


def _merged(parts: Iterable[bytes | str]) -> tuple[bytes | str, ...]:
    """The same with everything that stands between two holes in one piece."""
    merged: list[bytes | str] = []
    words: list[bytes] = []
    for part in parts:
        if isinstance(part, bytes):
            words.append(part)
        else:
            merged += (b"".join(words), part)
            words.clear()
    return (*merged, b"".join(words))


#: A fragment with its words encoded; what is no bytes is the name of a hole.
_Pieces = tuple[bytes | str, ...]


def _encoded_fragment(fragment: Fragment) -> _Pieces:
    parts = ((part if place % 2 else encoded(part)) for place, part in enumerate(fragment))
    return tuple(part for part in parts if part)


def encoded(words: str) -> bytes:
    """The words as quoted-printable that anything encoded may follow: UTF-8, CRLF, ended by a soft line break."""
    if not words:
        return b""
    lines = (binascii.b2a_qp(words.encode(), istext=True).replace(b"\r\n", b"\n") + b"=").split(b"\n")
    return b"".join([_lawful(line) + b"\r\n" for line in lines])


def _lawful(line: bytes) -> bytes:
    """The line, broken softly where `b2a_qp` and our own break left it longer than 76 octets, by three at most."""
    if len(line) <= 76:
        return line
    escape = line.find(b"=", 73, 75)
    place = escape if escape >= 0 else 75
    return line[:place] + b"=\r\n" + line[place:]


def escaped(value: str) -> str:
    """A reader's value as HTML text, fit for attributes, too."""
    return escape(value, quote=True)


def _unchanged(value: str) -> str:
    return value


def _decoded(parts: Iterable[bytes]) -> str:
    return binascii.a2b_qp(b"".join(parts)).decode().replace("\r\n", "\n")


def header_text(name: str, text: str) -> str:
    """Words as the value of this header: no controls; as encoded words (RFC 2047) unless plain ASCII.

    Words that hold `=?` are encoded as well: left alone they could be read as an encoded word, and one that decodes
    to a line break becomes a header of its own in some readers of mail.
    """
    text = " ".join(_UNPRINTABLE.sub(" ", text).split())
    if text.isascii() and "=?" not in text and len(text) <= 900:
        return text
    return Header(text, "utf-8", header_name=name).encode(linesep="\r\n")


def _mailbox(name: str, address: str) -> str:
    # A relay that folds a long name anew may lose its quotes, and then what looks like an address is one.
    shown = header_text("From", re.sub(r"[<>@]|=(?=\?)", " ", name)[:120])
    if "=?" not in shown:
        shown = '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
    mailbox = _ascii("sender's address", _ADDRESS, header_address(address)).decode()
    return f"{shown} <{mailbox}>" if name.strip() else mailbox


def header_address(address: str) -> str:
    """The address with its domain in ASCII (IDNA), as a header without SMTPUTF8 needs it."""
    if address.isascii():
        return address
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def _ascii(what: str, form: re.Pattern[str], value: str) -> bytes:
    if not form.fullmatch(value) or "=?" in value:
        raise InputError(f"the {what} cannot be written into a mail's header; correct it and send again", place=what)
    return value.encode("ascii")


def _feedback_id(pool: Pool) -> str:
    """Four fields for complaint reports, the last one naming the sender; none names a reader or what they read."""
    sender = hashlib.sha256(pool.address.encode()).hexdigest()[:12]
    how_often, what = (pool.cadence.value, "issue") if pool.cadence else ("once", "letter")
    return f"{pool.label}:{how_often}:{what}:{sender}"
