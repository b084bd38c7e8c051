"""Who did what: editors' acts on an issue, and what people at the desk did besides, the latest first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest.desk import Changed
from digest.models import Deed, Issue, Person
from digest.newsroom import Digest
from digest.telling import told
from digest.web.desk.frame import TheIssue, show
from digest.web.doors import Somebody
from digest.web.site import Newsroom, TheSite

router = APIRouter(prefix="/issues/{label}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One thing somebody did."""

    at: datetime
    by: str
    what: str


@router.get("/log")
def logged(request: Request, site: TheSite, digest: Newsroom, issue: TheIssue, _person: Somebody) -> Response:
    """Everything that was done to an issue."""
    return show(request, site, "log", issue=issue, lines=lines_of(digest, issue))


def lines_of(digest: Digest, issue: Issue) -> list[Line]:
    """What was done to an issue, the latest first."""
    headlines = headlines_of(digest, issue)
    acts = [Line(at=act.at, by=act.by, what=named(told(act), headlines)) for act in digest.store.acts(issue.id)]
    deeds = [Line(at=deed.at, by=deed.by, what=deed.what) for deed in digest.store.deeds(issue.id)]
    return sorted((*acts, *deeds), key=lambda line: line.at, reverse=True)


def headlines_of(digest: Digest, issue: Issue) -> dict[int, str]:
    """The headlines of an issue's items as their sources wrote them, by summary id."""
    return {item.summary.id: item.summary.entry.headline for item in digest.store.items(issue.id)}


def named(words: str, headlines: Mapping[int, str]) -> str:
    """What was done, with headlines in the place of numbers."""

    def headline(found: re.Match[str]) -> str:
        known = headlines.get(int(found[1]))
        return f"“{known}”" if known else found[0]

    return re.sub(r"\bsummary (\d+)\b", headline, words)


def said_of(digest: Digest, changed: Changed) -> str:
    """What was just done, in a sentence or two."""
    acts = digest.store.acts(changed.issue.id)
    words = sentence(named(told(acts[-1]), headlines_of(digest, changed.issue)))
    return f"{words} The approval no longer holds: look at it, and approve it again." if changed.voided else words


def sentence(words: str) -> str:
    """The words with a capital letter and a full stop."""
    return f"{words[:1].upper()}{words[1:]}."


def write_down(digest: Digest, person: Person, what: str, issue: Issue | None = None) -> None:
    """Remember what somebody did that leaves no other trace of who it was."""
    issue_id = issue.id if issue else None
    digest.store.add_deed(Deed(at=digest.clock(), by=person.name, what=what, issue_id=issue_id))
