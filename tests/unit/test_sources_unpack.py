from __future__ import annotations

import gzip
import zlib

import pytest

from digest.errors import SourceError
from digest.sources.unpack import MOST_MEMBERS, Unpacked, unpacked

TEXT = b"<rss>" + bytes(range(32, 127)) * 400 + b"</rss>"


def packed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


PACKED = packed(TEXT)


def bare(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


def read(data: bytes, encoding: str = "") -> Unpacked:
    return unpacked(data, encoding, most=200_000)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (PACKED, "gzip"),
        (PACKED, " GZIP "),
        (PACKED, "x-gzip"),
        (zlib.compress(TEXT), "deflate"),
        (bare(TEXT), "deflate"),
        (PACKED, "deflate"),
        (packed(TEXT[:99]) + packed(TEXT[99:5000]) + packed(TEXT[5000:]), "gzip"),
        (PACKED + b"\0" * 20, "gzip"),
        (PACKED + b"\n<!-- served in 3 ms -->", "gzip"),
        (packed(PACKED), "gzip, gzip"),
        (packed(bare(TEXT)), "deflate, gzip"),
        (b"", ""),
    ],
)
def test_what_was_packed_comes_out_whole(data: bytes, encoding: str) -> None:
    """However a server packs, the document is the same, and nothing is said about it."""
    assert read(data, encoding) == Unpacked(body=TEXT if data else b"")


@pytest.mark.parametrize(
    ("data", "encoding", "said"),
    [
        (PACKED, "", "gzip"),
        (packed(PACKED), "gzip", "gzip"),
        (TEXT, "utf-8", "'utf-8'"),
        (TEXT, "iso-8859-1", "'iso-8859-1'"),
        (TEXT, "gzip", "'gzip'"),
        (TEXT, "deflate", "'deflate'"),
        (TEXT, "anything", "'anything'"),
        (TEXT.decode().encode("utf-16"), "gzip", "'gzip'"),
    ],
)
def test_what_is_packed_otherwise_than_said_is_read_and_remarked(data: bytes, encoding: str, said: str) -> None:
    """The bytes are believed before the header."""
    found = read(data, encoding)
    assert found.body in {TEXT, TEXT.decode().encode("utf-16")}
    assert said in found.remark and not found.broken


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (PACKED[:-1], "gzip"),
        (PACKED[: len(PACKED) // 2], "gzip"),
        (PACKED[: len(PACKED) // 2], ""),
        (PACKED + PACKED[:30], "gzip"),
        (PACKED + b"\x1f", "gzip"),
        (zlib.compress(TEXT)[:-1], "deflate"),
        (bare(TEXT)[:-1], "deflate"),
        (packed(PACKED)[:-9], "gzip, gzip"),
    ],
)
def test_what_breaks_off_is_read_so_far_and_called_broken(data: bytes, encoding: str) -> None:
    """A packed body without its end is not whole, in whichever layer it is missing."""
    found = read(data, encoding)
    assert "missing" in found.broken and found.body.startswith(b"<rss>")


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (b"\x8b\x00\x80", "br", "packed as 'br'"),
        (b"\x28\xb5\x2f\xfd", "zstd", "packed as 'zstd'"),
        (TEXT, "br", "packed as 'br'"),
        (b"\x01\x02", "anything", "packed as 'anything'"),
        (b"\x1f\x8b\x08\xff\xff\xff\xff", "gzip", "damaged"),
        (b"\x01\x02\x03\x04", "deflate", "damaged"),
        (packed(b"\0" * 300_000), "gzip", "larger than 200,000 bytes"),
        (packed(packed(b"\0" * 300_000)), "", "larger"),
        (bare(b"\0" * 300_000), "deflate", "larger"),
        (packed(b"") * (MOST_MEMBERS + 1), "gzip", "pieces"),
        (TEXT, "gzip, " * 9, "times over"),
    ],
)
def test_what_cannot_be_unpacked_is_refused_in_words(data: bytes, encoding: str, message: str) -> None:
    """Other ways of packing, damage and bombs are errors that say what they are."""
    with pytest.raises(SourceError, match=message):
        read(data, encoding)
