"""Pages that anybody may keep, each with what tells whether a kept one is still good (RFC 9110, 8.8 and 13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response


def keepable(
    request: Request, body: bytes, media_type: str, *, changed: datetime, headers: Mapping[str, str]
) -> Response:
    """The page; or 304 without it, where whoever asks has the very same.

    Args:
        request: what is asked.
        body: the page.
        media_type: what it is.
        changed: when it was made, or said something else, for the last time.
        headers: what else it goes out with.
    """
    at = changed.astimezone(UTC).replace(microsecond=0)
    tag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    told = {**headers, "ETag": tag, "Last-Modified": format_datetime(at, usegmt=True)}
    if _is_kept(request, tag, at):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=told)
    return Response(body, media_type=media_type, headers=told)


def _is_kept(request: Request, tag: str, changed: datetime) -> bool:
    """By its tag, where one is shown; only else by its time."""
    shown = request.headers.get("if-none-match")
    if shown is not None:
        return tag in {one.strip().removeprefix("W/") for one in shown.split(",")} or shown.strip() == "*"
    try:
        return changed <= parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except (ValueError, TypeError):
        return False
