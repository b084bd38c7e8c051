"""The bytes of an XML feed made fit for its parser: one encoding, no entities of its own, not too many entries, mended.

feedparser reads what is not well formed with a second, loose parser, which takes `&copy=2` in an address for a sign
and loses what stands behind a stray `<`. So what can be mended without a doubt is mended first.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html.entities import html5
from typing import Final
from xml.parsers import expat

from digest.sources.items import MOST_ENTRIES, NotAFeed, Order
from digest.sources.xmlends import with_ends

#: Bytes at the end among which the last tag is looked for: servers append remarks.
_END = 5_000

_NAME = rb"(?:[\w.-]{1,50}:)?"
_ROOT = re.compile(rb"<((?:[\w.-]{1,50}:)?(rss|rdf|feed|channel))\b[^<>]{0,20000}>", re.IGNORECASE)
_ENTRY = re.compile(rb"<" + _NAME + rb"(?:item|entry)(?=[\s>])", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</" + _NAME + rb"(?:item|entry)\s{0,20}>", re.IGNORECASE)
_ENTRY_PREFIX = re.compile(rb"<([\w.-]{1,50}):(?:item|entry)[\s>]", re.IGNORECASE)
_DATE = re.compile(
    rb"<" + _NAME + rb"(?:pubDate|published|issued|date|updated|modified|created)(?:\s[^<>]{0,200})?>"
    rb"\s{0,100}([^<]{4,100})<",
    re.IGNORECASE,
)
_DECLARATION = re.compile(r"\A<\?xml[^<>]{0,500}\?>")

#: What may stand before the first tag: white space, zeros, the bytes of marks.
_BEFORE_TAGS: Final = b" \t\r\n\0\xff\xfe\xef\xbb\xbf"
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\r"))
_AMPERSAND = re.compile(rb"&(?:([A-Za-z][A-Za-z0-9]{1,31});|#([0-9]{1,7});|#[xX]([0-9A-Fa-f]{1,6});)?")
_OF_XML: Final = frozenset({b"amp", b"lt", b"gt", b"quot", b"apos"})
_BARE: Final = (
    rb"allowfullscreen|alt|async|autoplay|checked|controls|defer|disabled|hidden|itemscope|loop|muted|nowrap|open"
    rb"|playsinline|required|reversed|selected"
)
#: A `<` that begins no tag, declaration or instruction.
_LESS_THAN = re.compile(
    rb"<(?!/?[A-Za-z_:\x80-\xff][\w:.\x80-\xff-]{0,100}"
    rb"(?:[\s/]{1,200}(?:(?:" + _BARE + rb")(?=[\s/>])|[A-Za-z_:\x80-\xff][\w:.\x80-\xff-]{0,100}"
    rb"\s{0,50}=\s{0,50}(?:\"[^\"<]{0,20000}\"|'[^'<]{0,20000}'|[^\s\"'=<>`]{1,3000}))){0,60}[\s/]{0,200}>|[!?])"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """Bytes for the parser."""

    data: bytes
    #: As the server named it; None where the bytes were put into UTF-8.
    charset: str | None = None
    #: Entries that were taken out.
    dropped: int = 0
    #: In which order they stand, where some were taken out.
    order: Order = Order.UNKNOWN
    #: True when it ended before its end.
    cut: bool = False
    #: What was mended, or kept it from being well formed; empty when it was.
    trouble: str = ""


def fit(data: bytes, *, charset: str | None) -> Fit:
    """Make a feed's bytes fit.

    Raises:
        NotAFeed: it defines entities (the usual bomb), or breaks off before its first entry ends.
    """
    found = _in_utf8(data, charset)
    found = replace(found, data=without_subset(found.data))
    found = _limited(_ended(found))
    trouble = not_well_formed(found.data, found.charset)
    if not trouble:
        return found
    data = mended(found.data)
    return replace(found, data=with_ends(data) if not_well_formed(data, found.charset) else data, trouble=trouble)


def without_prefix(data: bytes) -> bytes | None:
    """The feed without its entries' prefix, for one that no declaration explains; None where they have none."""
    found = _ENTRY_PREFIX.search(data)
    if not found:
        return None
    return re.sub(rb"(</?)" + re.escape(found[1]) + rb":", rb"\1", data)


def not_well_formed(data: bytes, charset: str | None) -> str:
    """Why it is no well-formed XML; empty when it is, or is in an encoding that only feedparser knows."""
    try:
        usable = charset if charset and b"<&>".decode(charset) == "<&>" else None
        expat.ParserCreate(usable).Parse(data, True)
    except expat.ExpatError as error:
        unknown = expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING]
        return "" if error.code == unknown else str(error)
    except (ValueError, LookupError):
        return ""
    return ""


def mended(data: bytes) -> bytes:
    """Without controls; with a bare `&`, a stray `<` and HTML's entities written as XML wants them. CDATA stays."""
    if b"\x1b$" in data or b"\x1b(" in data:
        # ISO-2022 writes its characters with those very bytes.
        return data
    data = data.translate(None, _CONTROLS).lstrip()
    made: list[bytes] = []
    at = 0
    while (start := data.find(b"<![CDATA[", at)) >= 0 and (end := data.find(b"]]>", start)) >= 0:
        made += [_mended_markup(data[at:start]), data[start : end + 3]]
        at = end + 3
    return b"".join(made) + _mended_markup(data[at:])


def _mended_markup(data: bytes) -> bytes:
    return _LESS_THAN.sub(b"&lt;", _AMPERSAND.sub(_mended_ampersand, data))


def _mended_ampersand(found: re.Match[bytes]) -> bytes:
    name, decimal, hexadecimal = found.groups()
    if name:
        if name in _OF_XML:
            return found[0]
        meant = html5.get(name.decode() + ";")
        return "".join(f"&#{ord(char)};" for char in meant).encode() if meant else b"&amp;" + found[0][1:]
    if decimal or hexadecimal:
        # What a number means to a browser: 150 is a dash, and nothing is a control.
        meant = html.unescape(found[0].decode())
        return "".join(f"&#{ord(char)};" for char in meant if char >= " " or char in "\t\n\r").encode()
    return b"&amp;"


# --- what stands before, and how it is written -----------------------------------------------------------------


def _in_utf8(data: bytes, charset: str | None) -> Fit:
    name = _wide(data)
    if name:
        text = data.decode(name, "replace").lstrip("\ufeff \t\r\n")
        return Fit(data=_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"), charset="utf-8")
    says_wide = (charset or "").lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf16", "utf32"))
    return Fit(data=data, charset=None if says_wide else charset)


def _wide(data: bytes) -> str:
    """The name of the encoding that writes each character with two or four bytes; empty for all others."""
    at = data.find(b"<", 0, 200)
    if at < 0 or data[:at].strip(_BEFORE_TAGS):
        return ""
    before, after = data[max(0, at - 3) : at], data[at + 1 : at + 4]
    if at % 4 == 0 and after == b"\0\0\0":
        return "utf-32-le"
    if at % 4 == 3 and before == b"\0\0\0":
        return "utf-32-be"
    if at % 2 == 0 and after[:1] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if at % 2 == 1 and before[-1:] == b"\0" else ""


def without_subset(data: bytes) -> bytes:
    """The feed without what its DOCTYPE declares in itself, which is never needed.

    Raises:
        NotAFeed: it declares entities.
    """
    declarations = [place for place in _before_root(data) if not data.startswith((b"<!--", b"<?"), place[0])]
    if any(b"<!ENTITY" in data[start:end].upper() for start, end in declarations):
        raise NotAFeed("it defines entities of its own in a DOCTYPE, which no feed needs and attacks do")
    for start, end in declarations:
        subset = data.find(b"[", start, end)
        if subset >= 0:
            return data[:subset] + data[end - 1 :]
    return data


def _before_root(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each comment, instruction and declaration before the root element begins and ends."""
    at = 0
    while (at := data.find(b"<", at)) >= 0:
        if data.startswith(b"<!--", at):
            end = data.find(b"-->", at)
        elif data.startswith(b"<?", at):
            end = data.find(b"?>", at)
        elif data.startswith(b"<!", at):
            end = _end_of_declaration(data, at)
        else:
            return
        if end < 0:
            end = len(data)
        yield at, min(len(data), end + 1)
        at = end + 1


def _end_of_declaration(data: bytes, at: int) -> int:
    end, subset = data.find(b">", at), data.find(b"[", at)
    if 0 <= subset < end:
        closed = data.find(b"]", subset)
        # An entity's value may hold a bracket; then what is behind it is read as a declaration of its own.
        return data.find(b">", closed) if closed >= 0 else -1
    return end


# --- how far it goes -------------------------------------------------------------------------------------------


def _ended(found: Fit) -> Fit:
    """A feed that breaks off ends behind its last whole entry: half a text is none."""
    data = found.data
    root = _ROOT.search(data[:200_000])
    if not root or root[0].endswith(b"/>"):
        return found
    if re.search(rb"</" + re.escape(root[1]) + rb"\s{0,20}>", data[-_END:], re.IGNORECASE):
        return found
    last = max((one.end() for one in _ENTRY_END.finditer(data)), default=-1)
    if last < 0:
        raise NotAFeed("it breaks off before its first entry ends")
    channel = re.search(rb"<(" + _NAME + rb"channel)\b", data[:last], re.IGNORECASE)
    open_ = channel[1] if channel and root[2].lower() == b"rss" and b"</" + channel[1] not in data[:last] else b""
    return replace(
        found, data=data[:last] + (b"</" + open_ + b">" if open_ else b"") + b"</" + root[1] + b">", cut=True
    )


def _limited(found: Fit) -> Fit:
    """Without the entries beyond the limit, still well formed: its head, those that are kept, its tail."""
    data = found.data
    ends = [one.end() for one in _ENTRY_END.finditer(data)]
    beyond = len(ends) - MOST_ENTRIES
    first = _ENTRY.search(data)
    if beyond <= 0 or not first:
        return found
    # Imported here, for few feeds are as long, and nothing else in this process needs to know a date (50 ms).
    from digest.sources.order import order_of

    starts = [first.start(), *ends[:-1]]
    order = order_of([_date_in(data[start:end]) for start, end in zip(starts, ends, strict=True)])
    if order is Order.OLDEST_FIRST:
        kept = data[: first.start()] + data[ends[beyond - 1] :]
    elif order is Order.NEWEST_FIRST:
        kept = data[: ends[MOST_ENTRIES - 1]] + data[ends[-1] :]
    else:
        # Either end may be where new ones come: as many from the other end, for who knows what is new.
        beyond = max(0, beyond - MOST_ENTRIES)
        kept = data[: ends[MOST_ENTRIES - 1]] + data[ends[MOST_ENTRIES - 1 + beyond] :]
    return replace(found, data=kept, dropped=beyond, order=order)


def _date_in(entry: bytes) -> str:
    date = _DATE.search(entry)
    return date[1].decode("ascii", "replace").strip() if date else ""
