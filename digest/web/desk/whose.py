"""Whose edition is looked at, as a path says it: numbers only, for an address or an interest stands in no url."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from digest.errors import InputError
from digest.models import Issue, Person, Subscriber
from digest.newsroom import Digest
from digest.previews import Preview
from digest.web.faults import NotFound
from digest.web.previewing import content_of, preview_interests, preview_number
from digest.web.site import LARGEST, Newsroom, Site


@dataclass(frozen=True, kw_only=True, slots=True)
class Whose:
    """A reader, a set of interests, or nobody in particular: the general edition."""

    #: The number of a reader; None for none.
    reader: int | None = None
    #: Topic ids.
    interests: tuple[str, ...] = ()
    #: The places of those topics in the editors' order.
    numbers: tuple[int, ...] = ()
    #: The same, as a url says it: `reader=17`, `t=3&t=7`, or nothing.
    query: str = ""

    @property
    def words(self) -> str:
        """Who that is, without an address."""
        if self.reader is not None:
            return f"Reader {self.reader}"
        return "These interests" if self.interests else "The general edition"


def whose(digest: Digest, reader: int | None, numbers: list[int]) -> Whose:
    """The one a url speaks of. InputError when it numbers no topic."""
    topics = digest.tree.topics
    if wrong := [number for number in numbers if not 0 <= number < len(topics)]:
        raise InputError(f"there is no topic number {wrong[0]}: choose the interests again")
    if reader is not None:
        return Whose(reader=reader, query=f"reader={reader}")
    picked = tuple(dict.fromkeys(numbers))
    interests = tuple(topics[number].id for number in picked)
    return Whose(interests=interests, numbers=picked, query="&".join(f"t={number}" for number in picked))


def _named(
    digest: Newsroom,
    reader: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
    t: Annotated[tuple[int, ...], Query()] = (),
) -> Whose:
    return whose(digest, reader, list(t))


TheirEdition = Annotated[Whose, Depends(_named)]


def reader_of(digest: Digest, number: int) -> Subscriber:
    """The reader of this number. NotFound when there is none."""
    found = digest.store.subscriber(number)
    if found is None:
        raise NotFound(f"there is no reader {number} any more")
    return found


def preview_of(site: Site, issue: Issue, one: Whose, person: Person) -> Preview:
    """The edition as it is sent: to operators the very bytes, to editors with links that are nobody's and no name.

    It is made once for the page and the frame in it; a minute later it is made anew, for a mail sent meanwhile may
    have changed what this reader still wants.

    Raises:
        NothingToDo: they get nothing of it; the message says why, and names nobody.
    """
    digest = site.digest
    reader = None if one.reader is None else reader_of(digest, one.reader)
    minute = digest.clock().replace(second=0, microsecond=0)
    about = (*content_of(digest, issue), one.query, reader, person.is_operator, minute)
    return site.previews.get(about, lambda: _preview(site, issue, one, person))


def _preview(site: Site, issue: Issue, one: Whose, person: Person) -> Preview:
    if one.reader is None:
        return preview_interests(site, issue, one.interests)
    return preview_number(site, issue, one.reader, person)
