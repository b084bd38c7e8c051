"""Bytes into text: what the bytes say of themselves, what the sender says, and what they can be."""

from __future__ import annotations

import codecs
import re

#: Bytes at the start of a page in which it may name its encoding (HTML standard, 13.2.3.2).
PRESCAN = 1_024
#: The share of the bytes on one side that is zero in UTF-16: spaces and line ends alone make as many in any script.
LEAST_ZEROS = 0.08
#: A shorter text has to have more of them: one pasted zero must not be enough.
SHORT = 200
LEAST_IN_SHORT = 0.3

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMED = re.compile(
    rb"<(?:meta|\?xml)[^<>]*?(?:charset|encoding)\s{0,20}=\s{0,20}[\"']?\s{0,20}([\w.:-]{1,40})", re.IGNORECASE
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
#: Names that mean windows-1252 wherever a browser reads them (WHATWG Encoding, 4.2).
_WINDOWS = frozenset({"iso-8859-1", "iso8859-1", "latin-1", "latin1", "ascii", "us-ascii", "windows-1252", "cp1252"})


def decoded(data: bytes, *, charset: str | None = None, markup: bool = False) -> str:
    """The text of these bytes; it never fails, since every byte means something in windows-1252.

    A byte order mark decides, then UTF-16 where every other byte is zero over and over, then UTF-8 if they are valid
    UTF-8, then the sender's charset, then (with `markup`) the page's own word, then windows-1252. Zero bytes that stand
    anywhere else are dropped: somebody pasted them.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    if b"\0" in data:
        wide = _wide(data)
        if wide:
            return data.decode(wide, "replace").replace("\0", "")
        data = data.replace(b"\0", b"")
    named = _NAMED.search(data[:PRESCAN]) if markup else None
    for candidate in ("utf-8", charset, named[1].decode("ascii") if named else None):
        text = _tried(data, candidate)
        if text is not None:
            return text
    return data.decode("cp1252", "replace") if not _undefined(data) else data.decode("latin-1")


def charset_of(content_type: str | None) -> str | None:
    """The charset a Content-Type header names; None when it names none."""
    found = _CHARSET.search(content_type or "")
    return found[1] if found else None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: Latin letters, spaces or markup have their zeros on one side all along."""
    for start in (0, len(data) // 2 & ~1):
        part = data[start : start + PRESCAN]
        first, second = part[0::2].count(0), part[1::2].count(0)
        few, many = sorted((first, second))
        least = LEAST_ZEROS if len(part) >= SHORT else LEAST_IN_SHORT
        if many * 2 < least * len(part) or few * 20 > many:
            return None
        name = "utf-16-le" if second > first else "utf-16-be"
    return name


def _tried(data: bytes, name: str | None) -> str | None:
    if not name or name.lower() in _WINDOWS:
        return None
    try:
        return codecs.decode(data, name, "strict") if codecs.lookup(name)._is_text_encoding else None
    except (LookupError, ValueError):
        return None


def _undefined(data: bytes) -> bool:
    """True for bytes windows-1252 has no character for."""
    return any(byte in data for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))
