"""The links in a mail: opaque, signed, each for one purpose for ever, or for one errand and a while.

A token holds a subscriber's and an issue's number, hidden and authenticated in the manner of a synthetic
initialisation vector (RFC 5297): the tag over the contents is also the seed of the pad that hides them. It carries no
address, no topic and no time, so nothing can be read from a url, and a retried mail has the same bytes. BLAKE2b
(RFC 7693) is keyed with a key made from the operator's secret and personalised with the purpose, so a token for one
purpose is noise for every other.

A token for an errand holds a letter's number and the second it ends at, sealed the same way. That it works only once
is the store's to know: a token cannot.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from datetime import UTC, datetime
from enum import Enum
from hashlib import blake2b
from typing import NamedTuple

from digest.errors import TokenError

_CONTENTS = struct.Struct(">QI")
_TAG_SIZE = 16
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
#: What five bits say in base 32 (RFC 4648, 6), in lower case.
_BASE32 = b"abcdefghijklmnopqrstuvwxyz234567".ljust(256)
#: How many digits of base 32 are spread at once, at the most: a power of two.
_DIGITS = 64


class Purpose(Enum):
    """What a token may be used for; never for anything else."""

    PREFERENCES = b"preferences"
    UNSUBSCRIBE = b"unsubscribe"
    PAUSE = b"pause"
    WEB_VERSION = b"web version"
    #: The envelope sender, so that a bounce says whom it is about (VERP).
    BOUNCE = b"bounce"
    #: The envelope sender of a letter, which says which one it was: some go to another address than their reader's.
    LETTER = b"letter"

    __hash__ = object.__hash__  # an enum's own is slower than all the rest of looking a key up


class Errand(Enum):
    """What the token of one letter may do, once and for a while; never anything else."""

    CONFIRM = b"confirm"
    CHANGE_ADDRESS = b"change address"
    ERASE = b"erase"


class Subject(NamedTuple):
    """Whom a token is about."""

    subscriber_id: int
    #: 0 when it is about no issue.
    issue_id: int = 0


class _Key:
    """One key, and hashes that have taken it in already: a copy of one is begun sooner than a new one."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._pad = blake2b(key=key, person=b"pad", digest_size=_CONTENTS.size)
        self._tags = {
            one: blake2b(key=key, person=one.value, digest_size=_TAG_SIZE) for one in (*Purpose, *Errand)
        }  # fmt: skip

    def seal(self, purpose: Purpose | Errand, contents: bytes) -> bytes:
        """The tag, and the contents hidden behind it."""
        tag = self.tag(purpose, contents)
        return tag + self.hide(tag, contents)

    def tag(self, purpose: Purpose | Errand, contents: bytes) -> bytes:
        begun = self._tags[purpose].copy()
        begun.update(contents)
        return begun.digest()

    def hide(self, tag: bytes, contents: bytes) -> bytes:
        """Exclusive-or with a pad made from the tag: hides, and doing it again shows."""
        begun = self._pad.copy()
        begun.update(tag)
        return (int.from_bytes(begun.digest()) ^ int.from_bytes(contents)).to_bytes(_CONTENTS.size)

    def hashed(self, person: bytes, contents: bytes) -> bytes:
        return blake2b(contents, key=self._key, person=person, digest_size=20).digest()


class Signer:
    """Makes and reads tokens.

    Args:
        secrets: the operator's secrets, the present one first; the others are still read, so that a secret can be
            changed without breaking the links in mails already sent.
    """

    def __init__(self, secrets: Sequence[bytes]) -> None:
        if not secrets or not all(secrets):
            raise ValueError("a signer needs at least one secret, and none may be empty")
        self._keys = [_Key(blake2b(secret, digest_size=32, person=b"digest-links").digest()) for secret in secrets]
        self._present = self._keys[0]

    def sign(self, purpose: Purpose, subject: Subject) -> str:
        """A token of 38 characters, safe in a url's path."""
        return _base64(self._present.seal(purpose, _CONTENTS.pack(*subject)))

    def sign_local_part(self, purpose: Purpose, subject: Subject) -> str:
        """A token of 45 characters that survives mail systems which change the case of a local part."""
        return _base32(self._present.seal(purpose, _CONTENTS.pack(*subject)))

    def read(self, purpose: Purpose, token: str) -> Subject:
        """Whom a token of `sign` is about.

        Raises:
            TokenError: it is not a token of ours for this purpose.
        """
        return self._open(purpose, _decode(token, base64.urlsafe_b64decode, 4))

    def as_of(self, purpose: Purpose, token: str) -> Signer:
        """The signer as it was when it made this token: it signs by the secret of that time. TokenError as `read`."""
        then = copy(self)
        then._present = self._opened(purpose, _decode(token, base64.urlsafe_b64decode, 4))[0]
        return then

    def read_local_part(self, purpose: Purpose, token: str) -> Subject:
        """Whom a token of `sign_local_part` is about. Raises TokenError as `read` does."""
        return self._open(purpose, _decode(token.upper(), base64.b32decode, 8))

    def sign_letter(self, letter_id: int) -> str:
        """A token of 45 characters for a local part, as of `sign_local_part`, that says which letter it is about."""
        return self.sign_local_part(Purpose.LETTER, Subject(subscriber_id=letter_id))

    def read_letter(self, token: str) -> int:
        """The number of the letter a token of `sign_letter` is about. Raises TokenError as `read` does."""
        return self.read_local_part(Purpose.LETTER, token).subscriber_id

    def sign_errand(self, errand: Errand, letter_id: int, *, until: datetime) -> str:
        """A token of 38 characters, safe in a url's path, that works up to this instant (aware; seconds count)."""
        return _base64(self._present.seal(errand, _CONTENTS.pack(letter_id, int(until.timestamp()))))

    def read_errand(self, errand: Errand, token: str, *, now: datetime) -> int:
        """The number of the letter a token of `sign_errand` came in.

        Raises:
            TokenError: it is not a token of ours for this errand, or its time is over (`expired`).
        """
        _key, letter_id, until = self._opened(errand, _decode(token, base64.urlsafe_b64decode, 4))
        if now >= datetime.fromtimestamp(until, UTC):
            raise TokenError("this link is too old: ask for a new one", expired=True)
        return letter_id

    def message_id(self, subject: Subject, domain: str) -> str:
        """The Message-ID of one issue to one subscriber (RFC 5322, 3.6.4), with its angle brackets."""
        return self._named(b"message-id", _CONTENTS.pack(*subject), domain)

    def letter_message_id(self, letter_id: int, domain: str) -> str:
        """The Message-ID of one letter, with its angle brackets."""
        return self._named(b"letter-id", letter_id.to_bytes(8), domain)

    def test_message_id(self, contents: bytes, domain: str) -> str:
        """The Message-ID of a test mail with these contents, with its angle brackets."""
        return self._named(b"test-id", contents, domain)

    def conceal(self, text: str) -> str:
        """A hash (hex) by which a text is known again, and not read; another operator's hash of it is another.

        By the oldest secret, so that what was hashed is known again after a new one was put before it.
        """
        return self._keys[-1].hashed(b"concealed", text.encode()).hex()

    def _named(self, person: bytes, contents: bytes, domain: str) -> str:
        # Named by the oldest secret: a mail that is retried after a new one was put before it is still the same mail.
        return f"<{_base32(self._keys[-1].hashed(person, contents))}@{domain}>"

    def _open(self, purpose: Purpose, sealed: bytes) -> Subject:
        _key, subscriber_id, issue_id = self._opened(purpose, sealed)
        return Subject(subscriber_id=subscriber_id, issue_id=issue_id)

    def _opened(self, purpose: Purpose | Errand, sealed: bytes) -> tuple[_Key, int, int]:
        tag, hidden = sealed[:_TAG_SIZE], sealed[_TAG_SIZE:]
        if len(hidden) == _CONTENTS.size:
            for key in self._keys:
                contents = key.hide(tag, hidden)
                if hmac.compare_digest(tag, key.tag(purpose, contents)):
                    first, second = _CONTENTS.unpack(contents)
                    return key, first, second
        raise TokenError("this link is not one of ours, was cut short, or serves another purpose")


def _base64(data: bytes) -> str:
    """As RFC 4648, 5, without padding."""
    return binascii.b2a_base64(data, newline=False).translate(_URL_SAFE).rstrip(b"=").decode()


def _base32(data: bytes) -> str:
    """As RFC 4648, 6, but in lower case and without padding; the standard library takes twice as long."""
    number = int.from_bytes(data.ljust(5 * _DIGITS // 8, b"\0"))
    for upper, distance in _SPREAD:
        moved = number & upper
        number ^= moved ^ moved << distance
    return number.to_bytes(_DIGITS).translate(_BASE32)[: -(-8 * len(data) // 5)].decode()


def _spread() -> Iterator[tuple[int, int]]:
    """How digits of five bits, one close behind another, come to lie in a byte each, in few steps for all of them.

    In each step the upper half of every group of digits moves up, by the three bits that each of the lower half needs.
    """
    half = _DIGITS // 2
    while half:
        one = ((1 << 5 * half) - 1) << 5 * half
        yield sum(one << 8 * 2 * half * group for group in range(_DIGITS // (2 * half))), 3 * half
        half //= 2


_SPREAD = tuple(_spread())


def _decode(token: str, decoder: Callable[[str], bytes], group: int) -> bytes:
    try:
        return decoder(token + "=" * (-len(token) % group))
    except (binascii.Error, ValueError):
        return b""
