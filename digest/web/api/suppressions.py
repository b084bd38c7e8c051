"""Addresses that may not be mailed."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from fastapi import Request
from pydantic import Field

from digest import operations
from digest.errors import InputError, NothingToDo
from digest.models import FeedbackKind, Suppression
from digest.subscribers import check_address
from digest.web.api.answers import Answer, Call, Cursor, Limit, Page, page_of
from digest.web.api.doors import Caller, ForOperators, by, router_for, write_down
from digest.web.site import Newsroom

operators = router_for(ForOperators, "suppressions")
ROUTERS = (operators,)


class SuppressionAnswer(Answer):
    """A standing instruction not to mail an address."""

    email: str
    reason: FeedbackKind
    at: datetime
    detail: str

    @classmethod
    def of(cls, given: Suppression) -> Self:
        """The same, as an answer."""
        return cls(email=given.address, reason=given.reason, at=given.at, detail=given.detail)


class SuppressCall(Call):
    """Whom never to mail again."""

    email: str = Field(min_length=3, max_length=320)
    detail: str = Field("", max_length=300, description="Why, for those who look at it later.")


class SuppressedAnswer(Answer):
    """What became of it."""

    changed: bool = Field(description="False when it was so before.")


class LiftCall(Call):
    """Whom to mail again."""

    email: str = Field(min_length=3, max_length=320)


@operators.get("/suppressions")
def listed(request: Request, digest: Newsroom, cursor: Cursor = 0, limit: Limit = 100) -> Page[SuppressionAnswer]:
    """All suppressions, in the order they were made."""
    found = digest.store.suppressions_page(after=cursor, limit=limit + 1)
    rows = [SuppressionAnswer.of(one) for _, one in found]
    return page_of(request, rows, limit, found[limit - 1][0] if len(found) > limit else None)


@operators.post("/suppressions")
def suppress(digest: Newsroom, person: Caller, call: SuppressCall) -> SuppressedAnswer:
    """Never mail an address again, whether it is a reader's or not."""
    try:
        address = check_address(call.email)
    except ValueError as error:
        raise InputError(f"email: {error}") from None
    detail = f"by {by(person)}: {call.detail}" if call.detail else f"by {by(person)}"
    made = Suppression(address=address, reason=FeedbackKind.UNSUBSCRIBE, at=digest.clock(), detail=detail)
    changed = digest.store.suppress(made)
    if changed:
        write_down(digest, person, "suppressed an address")
    return SuppressedAnswer(changed=changed)


@operators.post("/suppressions/lift")
def lift(digest: Newsroom, person: Caller, call: LiftCall) -> SuppressedAnswer:
    """Let an address have mail again. 409 where its owner complained or left: only they can change that."""
    try:
        operations.lift(digest, call.email)
    except NothingToDo:
        return SuppressedAnswer(changed=False)
    write_down(digest, person, "lifted a suppression")
    return SuppressedAnswer(changed=True)
