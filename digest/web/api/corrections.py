"""Corrections: one sentence for exactly those who got a summary that was not right."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Path, Request
from pydantic import Field

from digest import correcting
from digest.errors import StateError
from digest.models import Amendment, Correction, CorrectionState
from digest.newsroom import Digest
from digest.web.api.answers import Answer, Call, Cursor, Limit, Page, page_of
from digest.web.api.approvals import DoneAnswer
from digest.web.api.doors import Caller, ForEditors, ForOperators, by, router_for, write_down
from digest.web.api.issues import IssueAnswer
from digest.web.faults import NotFound
from digest.web.site import LARGEST, Newsroom, TheSite

editors = router_for(ForEditors, "corrections")
operators = router_for(ForOperators, "corrections")
ROUTERS = (editors, operators)

_LONGEST = 2_000


class CorrectionAnswer(Answer):
    """One correction."""

    id: int
    summary_id: int
    kind: Amendment
    state: CorrectionState
    sentence: str = Field(description="Empty while it is only proposed.")
    by: str = Field(description="Who decided last.")
    at: datetime

    @classmethod
    def fields_of(cls, one: Correction) -> dict[str, object]:
        """The values of a correction."""
        return {name: getattr(one, name) for name in CorrectionAnswer.model_fields}

    @classmethod
    def of(cls, one: Correction) -> Self:
        """The same, as an answer."""
        return cls.model_validate(cls.fields_of(one))


class ReachAnswer(CorrectionAnswer):
    """A correction, and how many it concerns."""

    owed: int = Field(description="Readers who got what it corrects, and were not told.")
    told: int = Field(description="Readers who were told, or are about to be.")
    letter: str | None = Field(description="The mail of its own, where it was sent at once.")


class WriteCall(Call):
    """What was not right."""

    summary_id: int = Field(ge=1, le=LARGEST)
    kind: Amendment
    sentence: str = Field(min_length=1, max_length=_LONGEST, description="In plain words.")


class AcceptCall(Call):
    """The sentence of a proposal that is to stand."""

    sentence: str = Field(min_length=1, max_length=_LONGEST)


def _named(digest: Newsroom, number: Annotated[int, Path(ge=1, le=LARGEST)]) -> Correction:
    found = next((one for one in digest.store.corrections() if one.id == number), None)
    if found is None:
        raise NotFound(f"there is no correction {number}")
    return found


#: The correction that the path names.
TheCorrection = Annotated[Correction, Depends(_named)]


@editors.get("/corrections")
def listed(request: Request, digest: Newsroom, cursor: Cursor = 0, limit: Limit = 100) -> Page[CorrectionAnswer]:
    """All corrections, proposals and dismissed ones too, in the order they came."""
    found = [one for one in digest.store.corrections() if one.id > cursor][: limit + 1]
    last = found[limit - 1].id if len(found) > limit else None
    return page_of(request, [CorrectionAnswer.of(one) for one in found], limit, last)


@editors.get("/corrections/{number}")
def one(digest: Newsroom, correction: TheCorrection) -> ReachAnswer:
    """One correction, and how many readers it concerns."""
    return _reached(digest, correction)


@editors.post("/corrections")
def written(digest: Newsroom, person: Caller, call: WriteCall) -> ReachAnswer:
    """Owe a sentence to everybody who got a summary: in their next issue, or at once by `send`. Twice is once."""
    made, is_new = correcting.write_once(digest, call.summary_id, call.sentence, kind=call.kind, by=by(person))
    if is_new:
        write_down(digest, person, f"marked summary {made.summary_id} as {made.kind}")
    return _reached(digest, made)


@editors.post("/corrections/{number}/accept")
def accepted(digest: Newsroom, person: Caller, correction: TheCorrection, call: AcceptCall) -> ReachAnswer:
    """Let a proposal stand, with a sentence. 409 when somebody decided before, or the same stands."""
    made = correcting.accept(digest, correction, call.sentence, by=by(person))
    write_down(digest, person, f"marked summary {made.summary_id} as {made.kind}")
    return _reached(digest, made)


@editors.post("/corrections/{number}/dismiss")
def dismissed(digest: Newsroom, person: Caller, correction: TheCorrection) -> ReachAnswer:
    """Say that there is nothing to correct. 409 when it stands already."""
    if correction.state is not CorrectionState.DISMISSED:
        correction = correcting.dismiss(digest, correction, by=by(person))
        write_down(digest, person, f"saw nothing to put right in summary {correction.summary_id}")
    return _reached(digest, correction)


@operators.post("/corrections/{number}/send")
def sent(site: TheSite, digest: Newsroom, person: Caller, correction: TheCorrection) -> DoneAnswer:
    """Send a mail of its own to everybody who is owed it, now."""
    letter = correcting.reach(digest, correction).letter
    if letter is not None:
        return DoneAnswer(issue=IssueAnswer.of(letter), changed=False, detail="it was sent by a mail of its own before")
    if correction.state is not CorrectionState.STANDING:
        raise StateError("only a correction that stands is sent")
    issue = correcting.send_at_once(digest, correction, by=by(person))
    write_down(digest, person, "had it sent", issue)
    site.courier.send(issue.window.label)
    return DoneAnswer(issue=IssueAnswer.of(issue), changed=True, detail="it is being sent")


def _reached(digest: Digest, correction: Correction) -> ReachAnswer:
    found = correcting.reach(digest, correction)
    letter = found.letter.window.label if found.letter else None
    more = {"owed": found.owed, "told": found.told, "letter": letter}
    return ReachAnswer.model_validate({**ReachAnswer.fields_of(correction), **more})
