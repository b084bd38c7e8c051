"""How everything stands."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from digest import __version__
from digest.models import SubscriberStatus
from digest.web.api.answers import Answer
from digest.web.api.doors import Caller, ForEditors, router_for
from digest.web.api.sources import SourceAnswer, listed
from digest.web.site import Newsroom

editors = router_for(ForEditors, "status")
ROUTERS = (editors,)


class RunningAnswer(Answer):
    """A window that is still filling."""

    issue: str
    cadence: str
    until: datetime = Field(description="When it closes.")
    due: datetime = Field(description="When its issue is to be sent.")
    new_summaries: int


class StatusAnswer(Answer):
    """How everything stands."""

    newsletter: str
    version: str
    now: datetime
    token: str = Field(description="The name of the token that asks.")
    role: str = Field(description="What it may do.")
    summaries: int
    subscribers: dict[SubscriberStatus, int]
    suppressions: int
    sources: list[SourceAnswer]
    running: list[RunningAnswer]


@editors.get("/status")
def told(digest: Newsroom, person: Caller) -> StatusAnswer:
    """Counts, the sources, and the windows that are filling."""
    store = digest.store
    windows = [digest.calendar.running(cadence, digest.clock()) for cadence in digest.settings.newsletter.cadences]
    return StatusAnswer(
        newsletter=digest.newsletter.name,
        version=__version__,
        now=digest.clock(),
        token=person.name,
        role=person.role,
        summaries=store.count_summaries(),
        subscribers=dict(store.count_subscribers()),
        suppressions=store.count_suppressions(),
        sources=listed(digest).sources,
        running=[
            RunningAnswer(
                issue=window.label,
                cadence=window.cadence,
                until=window.until,
                due=window.due,
                new_summaries=store.count_added(window.since, window.until),
            )
            for window in windows
        ],
    )
