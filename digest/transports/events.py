"""What the providers' feedback has in common: is it authentic, when was it, and whom does it speak against."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from digest.errors import FeedbackError
from digest.models import FeedbackKind
from digest.refusals import About, about, is_busy
from digest.suppression import Feedback, kind_of_code
from digest.transports.wire import one_line

__all__ = [
    "AHEAD", "address_of", "check_mark", "check_password", "check_time", "code_in", "document", "each", "header",
    "instant", "judged", "one_line",
]  # fmt: skip

_log = logging.getLogger(__name__)

_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
#: How far ahead a provider's clock may be.
AHEAD = timedelta(minutes=5)


def header(headers: Mapping[str, str], name: str) -> str:
    """A header by its name in any case; empty when it is not there."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def document(body: bytes) -> Any:
    """The JSON of a call. FeedbackError when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise FeedbackError("this is no JSON") from error


def check_password(headers: Mapping[str, str], *, username: str, password: str) -> None:
    """Refuse a call without this user name and password (RFC 7617); compared in constant time.

    Raises:
        FeedbackError: they are missing or wrong, or none was configured.
    """
    scheme, _, given = header(headers, "Authorization").partition(" ")
    try:
        shown = base64.b64decode(given.strip(), validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        shown = b""
    if not password or not hmac.compare_digest(shown, f"{username}:{password}".encode()):
        raise FeedbackError("the user name or password of this call is wrong", forged=True)


def check_mark(expected: str | bytes, shown: str | bytes) -> None:
    """Refuse a call whose signature is not the expected one; compared in constant time. FeedbackError says so."""
    left, right = (one.encode("utf-8", "replace") if isinstance(one, str) else one for one in (expected, shown))
    if not hmac.compare_digest(left, right):
        raise FeedbackError("the signature of this call is not the provider's", forged=True)


def check_time(seconds: str, *, now: datetime, within: timedelta) -> None:
    """Refuse a call signed longer ago than `within`, or in the future. FeedbackError says so."""
    try:
        at = datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise FeedbackError("the time of this call cannot be read", forged=True) from error
    if not now - within <= at <= now + AHEAD:
        raise FeedbackError("this call was signed too long ago, or in the future", forged=True)


def each(events: Any, read: Callable[[Mapping[str, Any]], Iterable[Feedback | None]]) -> Iterator[Feedback]:
    """What each event says; one that cannot be read never takes the others with it."""
    for event in events if isinstance(events, list) else [events]:
        try:
            yield from [one for one in read(event) if one is not None]
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
            _log.warning("an event of a provider cannot be read: %s", type(error).__name__)


def judged(kind: FeedbackKind | None, code: str, words: str) -> FeedbackKind | None:
    """A provider's word in the light of what the server said: what is our fault never counts against a reader."""
    if kind not in (FeedbackKind.HARD_BOUNCE, FeedbackKind.SOFT_BOUNCE):
        return kind
    if is_busy(words) or about(code, words, unclear=About.READER) is About.US:
        return None
    return (kind_of_code(code, words) or kind) if kind is FeedbackKind.HARD_BOUNCE else kind


def code_in(*texts: Any) -> str:
    """The first enhanced code (RFC 3463) in these words, passing over one that says nothing; empty for none."""
    found = [code for text in texts for code in _ENHANCED.findall(str(text or ""))]
    return next((code for code in found if not code.endswith(".0.0")), found[0] if found else "")


def address_of(given: Any) -> str:
    """The address an event names. ValueError when it names none."""
    address = str(given).strip() if isinstance(given, str) else ""
    if "@" not in address or len(address) > 320 or not address.isprintable():
        raise ValueError("no address")
    return address


def instant(given: Any, now: datetime) -> datetime:
    """When it was, from seconds or ISO 8601; `now` where it cannot be told, and never later."""
    try:
        at = datetime.fromtimestamp(given, UTC) if isinstance(given, int | float) else datetime.fromisoformat(given)
    except (TypeError, ValueError, OverflowError, OSError):
        return now
    return min(at if at.tzinfo else at.replace(tzinfo=UTC), now)
