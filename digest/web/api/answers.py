"""What calls and answers have in common: their models, pages of long lists, and problems (RFC 9457)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query, Request
from pydantic import BaseModel, ConfigDict, Field

from digest.web.site import LARGEST, site_of

T = TypeVar("T")


class Answer(BaseModel):
    """What a call comes to. Every instant is in UTC, as ISO 8601."""

    model_config = ConfigDict(frozen=True)


class Call(BaseModel):
    """What a call asks for; an unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Page(Answer, Generic[T]):
    """Some of a long list."""

    items: list[T]
    next: str | None = Field(description="The address of the rest; null when this is the end.")


Cursor = Annotated[
    int, Query(ge=0, le=LARGEST, description="Where to go on, as `next` says it; 0 begins at the beginning.")
]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at the most.")]
Number = Annotated[int, Field(ge=1, le=LARGEST)]


def page_of(request: Request, found: Sequence[T], limit: int, cursor: int | None) -> Page[T]:
    """A page; `found` holds one more than `limit` where there is more, and `cursor` is where that goes on."""
    if len(found) <= limit or cursor is None:
        return Page(items=list(found), next=None)
    url = request.url.include_query_params(cursor=cursor)
    return Page(items=list(found[:limit]), next=f"{site_of(request).base_url}{url.path}?{url.query}")


class Problem(BaseModel):
    """Why a call did not come to what it asked for (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`about:blank`: the status says what kind it is.")
    title: str = Field(description="The status in words.")
    status: int
    detail: str = Field(description="What is wrong, and what to do, in a sentence.")
    version: int | None = Field(None, description="With 409, where somebody changed the issue meanwhile: its version.")
