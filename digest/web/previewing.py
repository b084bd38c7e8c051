"""An issue as somebody gets it, soon: what all its editions are joined from is rendered once, behind the pages."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from digest import previews
from digest.edition import Pool
from digest.errors import NothingToDo
from digest.models import CorrectionState, Issue, IssueStatus, Person
from digest.newsroom import Digest
from digest.previews import Preview
from digest.web.faults import NotFound
from digest.web.site import Site


def content_of(digest: Digest, issue: Issue) -> tuple[Hashable, ...]:
    """What decides about all editions but who the readers are."""
    standing = digest.store.corrections(CorrectionState.STANDING)
    version, template = digest.shape(issue).version, digest.templates.stamp()
    return issue.id, issue.status, issue.composed_at, issue.approved_at, version, digest.today, standing, template


def preview_reader(site: Site, issue: Issue, address: str) -> Preview:
    """As `previews.of_reader`."""
    return _from_pool(site, issue, lambda pool: previews.of_reader(site.digest, issue, address, pool=pool))


def preview_interests(site: Site, issue: Issue, interests: Sequence[str]) -> Preview:
    """As `previews.of_interests`."""
    return _from_pool(site, issue, lambda pool: previews.of_interests(site.digest, issue, interests, pool=pool))


def preview_number(site: Site, issue: Issue, number: int, person: Person) -> Preview:
    """As the reader of this number gets it: to operators the very bytes, to editors with links that are nobody's.

    Raises:
        NotFound: there is no such reader any more.
        NothingToDo: they get nothing of it; the message says why, and names nobody.
    """
    reader = site.digest.store.subscriber(number)
    if reader is None:
        raise NotFound(f"there is no reader {number} any more")
    try:
        preview = preview_reader(site, issue, reader.address)
    except NothingToDo as nothing:
        raise NothingToDo(str(nothing).replace(reader.address, "this reader")) from nothing
    return preview if person.is_operator else previews.as_nobody(site.digest, preview)


def beside(digest: Digest, issue: Issue, number: int) -> tuple[int | None, int | None]:
    """The numbers of the readers before and after this one; for nobody in particular (0) the first."""
    cadence = issue.window.cadence
    before = digest.store.subscriber_beside(cadence, number, after=False) if number else None
    return before, digest.store.subscriber_beside(cadence, number, after=True)


def _from_pool(site: Site, issue: Issue, make: Callable[[Pool | None], Preview]) -> Preview:
    """The first preview renders what it needs; the whole pool is made meanwhile for all that follow."""
    digest = site.digest
    if issue.status is not IssueStatus.DRAFT:
        return make(None)
    about = ("pool", *content_of(digest, issue))
    pool: Pool | None = site.errands.known(about)
    preview = make(pool)
    if pool is None:
        site.errands.ask(about, lambda: digest.pool(issue))
    return preview
