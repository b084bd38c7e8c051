"""Packed bodies unpacked: by what the server says and by what the bytes are, for the two do not always agree.

All of it happens here and not in the HTTP library, which unpacks a bomb before anybody can count its bytes.
"""

from __future__ import annotations

import codecs
import zlib
from dataclasses import dataclass

from digest.errors import SourceError

#: Ways of packing on top of each other (`gzip, gzip`), and parts of one gzip file. Real files have under 400 of these.
MOST_LAYERS = 4
MOST_MEMBERS = 2_000
#: Bytes that are handed over at a time.
_STEP = 64 * 1024

_GZIP = b"\x1f\x8b\x08"
#: Real ways of packing that we neither ask for nor read.
_UNREAD = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz", "exi", "xz", "lzma", "bzip2"})
_NOT_PACKED = frozenset({"", "identity", "none", "binary", "8bit", "7bit", "text", "plain"})
#: Controls that no text holds.
_NO_TEXT = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unpacked:
    """What was in it."""

    body: bytes
    #: Why this is not all of it; empty when it is.
    broken: str = ""
    #: What was odd about it and did no harm; empty when nothing was.
    remark: str = ""


def unpacked(data: bytes, encoding: str = "", *, most: int) -> Unpacked:
    """The body as it was before it was packed.

    Args:
        data: as it came.
        encoding: the Content-Encoding header, which may name several ways, the last one outermost.
        most: bytes; a body that grows larger is refused.

    Raises:
        SourceError: it is packed in a way that is not read, is damaged, or is too large.
    """
    found = Unpacked(body=data)
    names = [name.strip().lower() for name in encoding.split(",")]
    if len(names) > MOST_LAYERS:
        raise SourceError(f"it is packed {len(names)} times over, which no real document is")
    for name in reversed(names):
        found = _merged(found, _layer(found.body, name, most))
    for _ in range(MOST_LAYERS):
        if not found.body.startswith(_GZIP):
            break
        found = _merged(found, _gunzip(found.body, most), "it was packed with gzip, though the server did not say so")
    return found


def _merged(before: Unpacked, after: Unpacked, remark: str = "") -> Unpacked:
    return Unpacked(
        body=after.body, broken=before.broken or after.broken, remark=before.remark or after.remark or remark
    )


def _layer(data: bytes, name: str, most: int) -> Unpacked:
    if name in _NOT_PACKED or not data:
        return Unpacked(body=data)
    if name in {"gzip", "x-gzip", "deflate", "x-deflate"}:
        return _inflated(data, name, most)
    if name in _UNREAD or not (_is_charset(name) or _is_text(data)):
        raise SourceError(f"it is packed as {name[:40]!r}, which we did not ask for")
    return Unpacked(body=data, remark=f"the server says that it is packed as {name[:40]!r}; it is not, and was read")


def _inflated(data: bytes, name: str, most: int) -> Unpacked:
    """By its first bytes: gzip, zlib, the bare stream that old servers send as `deflate`, or text after all."""
    if data.startswith(_GZIP[:2]):
        return _gunzip(data, most)
    if _is_text(data):
        return Unpacked(body=data, remark=f"the server says that it is packed as {name!r}; it is not, and was read")
    if _begins_as_zlib(data):
        try:
            return _one_stream(data, zlib.MAX_WBITS, most)
        except zlib.error:  # a bare stream may begin by chance as one with a header does
            pass
    try:
        return _one_stream(data, -zlib.MAX_WBITS, most)
    except zlib.error as error:
        raise SourceError(f"it is packed as {name!r} and damaged: {error}") from error


def _begins_as_zlib(data: bytes) -> bool:
    return data[0] & 0x0F == zlib.DEFLATED and int.from_bytes(data[:2], "big") % 31 == 0


def _one_stream(data: bytes, wbits: int, most: int) -> Unpacked:
    stream = zlib.decompressobj(wbits=wbits)
    body = stream.decompress(data, most + 1)
    _check_size(len(body), most)
    if not body and not stream.eof:
        raise SourceError("it is packed and damaged, or broke off before anything of it could be read")
    return Unpacked(body=body, broken="" if stream.eof else "the end of the packed data is missing")


def _gunzip(data: bytes, most: int) -> Unpacked:
    """All members one after another (RFC 1952, 2.2); what follows the last one, such as zeros, is no part of it."""
    body, at, broken = bytearray(), 0, ""
    view = memoryview(data)
    for _ in range(MOST_MEMBERS):
        at, ended = _member(view, at, body, most)
        if not ended:
            return Unpacked(body=bytes(body), broken="the end of the packed data is missing")
        rest = bytes(view[at : at + len(_GZIP)])
        if rest != _GZIP:
            broken = "the end of the packed data is missing" if rest and _GZIP.startswith(rest) else ""
            return Unpacked(body=bytes(body), broken=broken)
    raise SourceError(f"it is packed in more than {MOST_MEMBERS:,} pieces, which no real document is")


def _member(view: memoryview, at: int, body: bytearray, most: int) -> tuple[int, bool]:
    """Unpacks one member into the body; where it ends, and whether its end was there."""
    stream = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    while at < len(view):
        chunk: bytes | memoryview = view[at : at + _STEP]
        at += len(chunk)
        try:
            body += stream.decompress(chunk, most + 1 - len(body))
        except zlib.error as error:
            raise SourceError(f"it is packed with gzip and damaged: {error}") from error
        _check_size(len(body), most)
        if stream.eof:
            return at - len(stream.unused_data), True
    return at, False


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise SourceError(f"it is larger than {most:,} bytes")


def _is_charset(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding
    except LookupError:
        return False


def _is_text(data: bytes) -> bool:
    """In UTF-16 every other byte may be zero; elsewhere text holds no controls."""
    start = data[:500]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return _NO_TEXT.isdisjoint(start)
