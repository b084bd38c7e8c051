"""Words as quoted-printable that may be joined (RFC 2045, 6.7): every piece ends in a soft line break.

No line begins with a dot: SMTP need not double any (RFC 5321, 4.5.2), and no careless relay can lose one.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable

#: Controls, separators of lines, overrides of direction and halves of surrogates: no value of ours has a use for them.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")

#: Says nothing, and lets anything encoded follow.
SOFT_BREAK = b"=\r\n"
#: The most octets of a line before its soft break.
LINE = 75
_DOT = ord(".")


def encoded(words: str) -> bytes:
    """The words as quoted-printable that anything encoded may follow: UTF-8, CRLF, ended by a soft line break."""
    if not words:
        return b""
    written = binascii.b2a_qp(words.encode(), istext=True).replace(b"\r\n", b"\n") + b"=\n"
    lines = written.split(b"\n")
    if max(map(len, lines)) > LINE + 1 or written.startswith(b".") or b"\n." in written:
        lines = list(map(_lawful, lines))
    return b"\r\n".join(lines)


def _lawful(line: bytes) -> bytes:
    """The line without a dot at its beginning, broken softly where it is longer than 76 octets, by five at most."""
    if line.startswith(b"."):
        line = b"=2E" + line[1:]
    if len(line) <= LINE + 1:
        return line
    escape = line.find(b"=", LINE - 2, LINE)
    place = escape if escape >= 0 else LINE
    return line[:place] + SOFT_BREAK + _lawful(line[place:])


def encoded_plain(words: bytes) -> bytes:
    """The same for ASCII words of which none has to be encoded."""
    pieces = [words[start : start + LINE] for start in range(0, len(words), LINE)]
    if any(piece.startswith(b".") for piece in pieces):
        return encoded(words.decode("ascii"))
    return b"".join([piece + SOFT_BREAK for piece in pieces])


def all_encoded_plain(all_words: Iterable[bytes]) -> list[bytes]:
    """The same for each of these."""
    return [
        words + SOFT_BREAK if 0 < len(words) <= LINE and words[0] != _DOT else encoded_plain(words)
        for words in all_words
    ]


def decoded(parts: Iterable[bytes]) -> str:
    """What encoded pieces say together, with plain line ends."""
    return binascii.a2b_qp(b"".join(parts)).decode().replace("\r\n", "\n")


def printable(value: str) -> str:
    """The value with a space for every run of what cannot be printed."""
    # Asked first because it is quick, and nearly all there is.
    return value if value.isprintable() else UNPRINTABLE.sub(" ", value)
