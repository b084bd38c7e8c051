"""The readers, one by one. For operators alone; an address is looked for by POST, so that no url holds one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from fastapi import Path, Query, Request
from pydantic import Field

from digest import belongings, choosing, pipeline
from digest.models import WEEKDAYS, Cadence, Length, PartOfDay, Subscriber, SubscriberStatus
from digest.newsroom import Digest
from digest.web.api.answers import Answer, Call, Cursor, Limit, Page, page_of
from digest.web.api.doors import Caller, ForOperators, router_for, write_down
from digest.web.api.readers_file import read_change, read_row
from digest.web.faults import NotFound
from digest.web.site import LARGEST, Newsroom

operators = router_for(ForOperators, "subscribers")
ROUTERS = (operators,)

SubscriberId = Annotated[int, Path(ge=1, le=LARGEST)]
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Topics = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=500)]


class ConsentAnswer(Answer):
    """The proof that a reader asked for this mail."""

    at: datetime
    method: str
    text_version: str


class SubscriberAnswer(Answer):
    """A reader: their address, what they told us, and what they wish."""

    id: int
    email: str
    name: str
    status: SubscriberStatus
    suppressed: bool = Field(description="Whether a suppression stands against the address.")
    consent: ConsentAnswer | None
    interests: list[str] = Field(description="Ids of topics in the reader's order; none means the general edition.")
    mutes: list[str]
    length: Length
    quiet_note: bool
    cadence: Cadence
    role: str
    language: str
    paused_until: date | None
    timezone: str = Field(description="Empty for the newsletter's.")
    weekday: Day | None
    part_of_day: PartOfDay | None

    @classmethod
    def of(cls, reader: Subscriber, *, suppressed: bool) -> Self:
        """The same, as an answer."""
        same = ("id", "name", "status", "cadence", "role", "language", "paused_until", "timezone", "part_of_day")
        given: dict[str, Any] = {name: getattr(reader, name) for name in same}
        consent = reader.consent and {name: getattr(reader.consent, name) for name in ("at", "method", "text_version")}
        profile = reader.profile
        return cls(
            **given,
            email=reader.address,
            suppressed=suppressed,
            consent=ConsentAnswer(**consent) if consent else None,
            interests=list(profile.interests),
            mutes=sorted(profile.mutes),
            length=profile.length,
            quiet_note=profile.quiet_note,
            weekday=None if reader.weekday is None else WEEKDAYS[reader.weekday],  # type: ignore[arg-type]
        )


class ConsentCall(Call):
    """The proof that a reader asked for this mail. Without it nothing is sent to them."""

    at: datetime
    method: str = Field(min_length=1, max_length=200, description="Such as double-opt-in or paper form.")
    text_version: str = Field("", max_length=200)


class WishesCall(Call):
    """What a reader wishes. What is left out stays as it is; for a new reader, the newsletter's default."""

    name: str | None = Field(None, max_length=120)
    interests: Topics | None = None
    mutes: Topics | None = None
    length: Length | None = None
    quiet_note: bool | None = None
    cadence: Cadence | None = None
    role: str | None = Field(None, max_length=60)
    language: str | None = Field(None, max_length=35)
    paused_until: date | None = None
    timezone: str | None = Field(None, max_length=100)
    weekday: Day | None = None
    part_of_day: PartOfDay | None = None

    def row(self) -> dict[str, Any]:
        """What was said, by the keys of a file of readers."""
        return self.model_dump(mode="json", exclude_unset=True)


class SubscriberCall(WishesCall):
    """A reader to be brought in, by the rules of a file: nobody who left or bounced comes back by it."""

    email: str = Field(min_length=3, max_length=320)
    status: SubscriberStatus | None = None
    consent: ConsentCall | None = None


class FindCall(Call):
    """Whom to look for."""

    email: str = Field(min_length=1, max_length=320)


class ChangedAnswer(Answer):
    """A reader, and whether the call changed anything."""

    subscriber: SubscriberAnswer
    changed: bool
    notes: list[str] = Field(description="What was taken otherwise than it was said, and what is still missing.")


class KeptAnswer(Answer):
    """All that is kept of a reader, as they would be given it themselves."""

    newsletter: str
    reader: dict[str, Any] = Field(description="By the keys of a file of readers.")
    consent: dict[str, Any] | None
    mails: list[dict[str, Any]] = Field(description="What they were sent, with the headlines, or why nothing.")
    letters: list[dict[str, Any]] = Field(description="Of their subscription: what about, where to, when answered.")
    feedback: list[dict[str, Any]]
    not_to_be_mailed: list[dict[str, Any]]


class ErasedAnswer(Answer):
    """What became of it."""

    erased: bool
    detail: str = Field(description="Why it takes a while; empty when it is done.")


@operators.get("/subscribers")
def listed(
    request: Request,
    digest: Newsroom,
    status: Annotated[SubscriberStatus | None, Query(description="Only those of this status.")] = None,
    cursor: Cursor = 0,
    limit: Limit = 100,
) -> Page[SubscriberAnswer]:
    """The readers, in the order they came."""
    found = digest.store.subscribers_page(after=cursor, limit=limit + 1, status=status)
    rows = [SubscriberAnswer.of(row.subscriber, suppressed=row.suppressed) for row in found]
    return page_of(request, rows, limit, rows[limit - 1].id if len(rows) > limit else None)


@operators.post("/subscribers")
def brought(digest: Newsroom, person: Caller, call: SubscriberCall) -> ChangedAnswer:
    """Bring a reader in; of one who is known, change what is said here and nothing else."""
    known = next(iter(digest.store.subscribers([call.email])), None)
    given, notes = read_change(digest, known, call.row()) if known else read_row(digest, call.row())
    synced = pipeline.sync(digest.store, [given], now=digest.clock())
    is_over = known is not None and known.paused_until is not None and given.paused_until is None
    if known is not None and is_over:
        digest.store.set_pause(known.id, None, now=digest.clock())
    changed = bool(synced.new or synced.changed or is_over)
    found = _found(digest, call.email)
    if changed:
        write_down(digest, person, f"{'brought in' if synced.new else 'changed'} reader {found.id}")
    return ChangedAnswer(subscriber=found, changed=changed, notes=notes)


@operators.post("/subscribers/find", responses={404: {}})
def found(digest: Newsroom, call: FindCall) -> SubscriberAnswer:
    """The reader of an address, in any spelling. 404 when it is no reader's."""
    return _found(digest, call.email)


@operators.get("/subscribers/{subscriber_id}")
def one(digest: Newsroom, subscriber_id: SubscriberId) -> SubscriberAnswer:
    """One reader."""
    return _answer(digest, _reader(digest, subscriber_id))


@operators.patch("/subscribers/{subscriber_id}")
def changed(digest: Newsroom, person: Caller, subscriber_id: SubscriberId, call: WishesCall) -> ChangedAnswer:
    """Change a reader's wishes; never their address, status or consent."""
    reader = _reader(digest, subscriber_id)
    wanted, notes = read_change(digest, reader, call.row())
    after = choosing.save(digest, wanted)
    if "paused_until" in call.model_fields_set:
        digest.store.set_pause(reader.id, wanted.paused_until, now=digest.clock())
        after = _reader(digest, subscriber_id)
    if after != reader:
        write_down(digest, person, f"changed reader {subscriber_id}")
    return ChangedAnswer(subscriber=_answer(digest, after), changed=after != reader, notes=notes)


@operators.post("/subscribers/{subscriber_id}/unsubscribe")
def unsubscribed(digest: Newsroom, person: Caller, subscriber_id: SubscriberId) -> ChangedAnswer:
    """Let a reader go, at once: it holds even for mails that are being sent now."""
    reader = _reader(digest, subscriber_id)
    gone = digest.unsubscribe(reader.address)
    if gone:
        write_down(digest, person, f"unsubscribed reader {subscriber_id}")
    return ChangedAnswer(subscriber=_answer(digest, _reader(digest, subscriber_id)), changed=gone, notes=[])


@operators.get("/subscribers/{subscriber_id}/kept")
def kept(digest: Newsroom, person: Caller, subscriber_id: SubscriberId) -> KeptAnswer:
    """All that is kept of a reader: what they wish, what they agreed to, what they got, what came back."""
    all_of_it = belongings.export(digest, _reader(digest, subscriber_id))
    write_down(digest, person, f"exported reader {subscriber_id}")
    return KeptAnswer.model_validate(all_of_it)


@operators.post("/subscribers/{subscriber_id}/erase")
def erased(digest: Newsroom, person: Caller, subscriber_id: SubscriberId) -> ErasedAnswer:
    """Erase all of a reader's but for a hash that keeps files from bringing them back. It cannot be undone."""
    _reader(digest, subscriber_id)
    done = digest.store.erase(subscriber_id, now=digest.clock())
    write_down(digest, person, f"erased reader {subscriber_id}")
    later = "one of their mails is on its way: they get no other, and are erased when it has arrived"
    return ErasedAnswer(erased=done, detail="" if done else later)


def _reader(digest: Digest, subscriber_id: int) -> Subscriber:
    reader = digest.store.subscriber(subscriber_id)
    if reader is None:
        raise NotFound(f"there is no subscriber {subscriber_id}")
    return reader


def _found(digest: Digest, address: str) -> SubscriberAnswer:
    reader = next(iter(digest.store.subscribers([address])), None)
    if reader is None:
        raise NotFound("this address is no reader's")
    return _answer(digest, reader)


def _answer(digest: Digest, reader: Subscriber) -> SubscriberAnswer:
    return SubscriberAnswer.of(reader, suppressed=bool(digest.store.suppressed([reader.address])))
