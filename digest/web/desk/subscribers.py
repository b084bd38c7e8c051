"""Readers, for operators: counts first, one by their address, what they got and why; in and out by CSV; letting go."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from digest import operations
from digest.audience import address_key
from digest.belongings import export
from digest.errors import DigestError, InputError, NothingToDo, StateError
from digest.models import Delivery, Issue, Subscriber, SubscriberStatus
from digest.newsroom import Digest
from digest.subscribers import Read, write_subscribers_csv
from digest.tries import A_MINUTE, count_try
from digest.web.desk.frame import RowNumber, counted, show
from digest.web.desk.log import write_down
from digest.web.desk.reading import heading
from digest.web.desk.whose import reader_of
from digest.web.doors import DeskForm, Operator
from digest.web.faults import status_of
from digest.web.site import Newsroom, Site, TheSite, caller

router = APIRouter(prefix="/subscribers")

#: So many problems of a file are named; all of them are counted.
_NAMED = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Got:
    """What one issue was to a reader."""

    issue: Issue
    delivery: Delivery
    #: (headline, the section it stood in) of each item; empty where nothing was sent.
    items: tuple[tuple[str, str], ...]


@router.get("")
def listed(request: Request, site: TheSite, _person: Operator) -> Response:
    """How many there are; nobody by name."""
    return _page(request, site)


def _page(request: Request, site: Site, *, trouble: DigestError | None = None) -> Response:
    counts = site.digest.store.count_subscribers()
    return show(
        request,
        site,
        "subscribers",
        counts=counts,
        total=sum(counts.values()),
        trouble=trouble,
        deeds=site.digest.store.deeds(),
        status=status_of(trouble) if trouble else HTTPStatus.OK,
    )


@router.post("/find")
def found(request: Request, site: TheSite, digest: Newsroom, person: Operator, form: DeskForm) -> Response:
    """The reader of an address; from here on they are a number."""
    count_try(digest, "find reader", caller(request), most=60, within=A_MINUTE)
    address = form.text("address")
    reader = next(iter(digest.store.subscribers([address])), None)
    if reader is not None:
        write_down(digest, person, f"looked up reader {reader.id}")
        return site.pages.go(f"/desk/subscribers/{reader.id}")
    is_suppressed = bool(digest.store.suppressed([address]))
    said = "No reader has this address, and it must not be mailed." if is_suppressed else "No reader has this address."
    return site.pages.go("/desk/subscribers", said=said)


@router.get("/export.csv")
def exported(digest: Newsroom, person: Operator) -> Response:
    """All readers as CSV, as `digest subscribers import` takes them."""
    text = write_subscribers_csv(digest.store.subscribers())
    write_down(digest, person, "exported all readers")
    name = 'attachment; filename="subscribers.csv"'
    return Response(text, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


@router.get("/{number}")
def shown(request: Request, site: TheSite, digest: Newsroom, _person: Operator, number: RowNumber) -> Response:
    """One reader: their wishes, what they got and why, and what stands against their address."""
    reader = reader_of(digest, number)
    return show(
        request,
        site,
        "subscriber",
        reader=reader,
        got=list(_got(digest, reader)),
        feedback=digest.store.feedback(reader.address),
        suppressions=digest.store.suppressions_of([reader.address]),
    )


def _got(digest: Digest, reader: Subscriber) -> Iterator[Got]:
    """What each issue was to them, the latest first."""
    for delivery in reversed(digest.store.deliveries_of(reader.id)):
        issue = digest.store.issue_by_id(delivery.issue_id)
        items: tuple[tuple[str, str], ...] = ()
        if delivery.edition_id is not None:
            selection = digest.store.edition(delivery.edition_id).selection
            placed = [(one.summary_id, heading(digest.tree, one.topic_id)) for one in selection.research]
            placed += [(one.summary_id, "Background") for one in selection.background]
            summaries = digest.store.summaries([summary_id for summary_id, _ in placed])
            items = tuple((summaries[one].entry.headline, where) for one, where in placed if one in summaries)
        yield Got(issue=issue, delivery=delivery, items=items)


@router.get("/{number}/export.json")
def taken_along(digest: Newsroom, person: Operator, number: RowNumber) -> Response:
    """All that is kept of one reader."""
    kept = export(digest, reader_of(digest, number))
    write_down(digest, person, f"exported reader {number}")
    name = f'attachment; filename="reader-{number}.json"'
    return JSONResponse(kept, headers={"Content-Disposition": name})


@router.post("/{number}/unsubscribe")
def let_go(site: TheSite, digest: Newsroom, person: Operator, number: RowNumber, _form: DeskForm) -> Response:
    """Never mail them again unless they ask anew."""
    changed = digest.unsubscribe(reader_of(digest, number).address)
    if changed:
        write_down(digest, person, f"unsubscribed reader {number}")
    said = "They are unsubscribed, and get no mail any more." if changed else "They had left before."
    return site.pages.go(f"/desk/subscribers/{number}", said=said)


@router.post("/{number}/lift")
def lifted(site: TheSite, digest: Newsroom, person: Operator, number: RowNumber, _form: DeskForm) -> Response:
    """Let them have mail again that was suppressed for what bounced, or by hand."""
    here = f"/desk/subscribers/{number}"
    try:
        operations.lift(digest, reader_of(digest, number).address)
    except (NothingToDo, StateError) as error:
        return site.pages.go(here, said=f"Nothing is changed: {error}.")
    write_down(digest, person, f"lifted the suppression of reader {number}")
    return site.pages.go(here, said="They may be mailed again.")


@router.get("/{number}/erase")
def about_to_erase(request: Request, site: TheSite, digest: Newsroom, _person: Operator, number: RowNumber) -> Response:
    """Ask whether to erase them."""
    return show(request, site, "erase", reader=reader_of(digest, number))


@router.post("/{number}/erase")
def erased(site: TheSite, digest: Newsroom, person: Operator, number: RowNumber, _form: DeskForm) -> Response:
    """Erase all that is kept of them; while a mail of theirs is on its way they are let go, and erased later."""
    reader = reader_of(digest, number)
    is_done = digest.store.erase(reader.id, now=digest.clock())
    write_down(digest, person, f"erased reader {number}")
    said = (
        "They are erased. What stays is a hash of the address, so that it is not mailed again."
        if is_done
        else "A mail of theirs is on its way: they get no other, and are erased when it is through."
    )
    return site.pages.go("/desk/subscribers", said=said)


# --- a file -------------------------------------------------------------------------------------------------


@router.post("/import")
def tried(request: Request, site: TheSite, digest: Newsroom, _person: Operator, form: DeskForm) -> Response:
    """Read a file and say what it would do; nothing is stored."""
    try:
        data, name = form.file("file")
        read = _read(digest, data, name)
    except DigestError as error:
        return _page(request, site, trouble=error)
    known = {
        address_key(one.address)
        for one in digest.store.subscribers([row.subscriber.address for row in read.subscribers])
    }
    fresh = sum(address_key(row.subscriber.address) not in known for row in read.subscribers)
    return show(
        request,
        site,
        "import",
        kept=site.shelf.keep(data, name),
        file_name=name,
        fresh=fresh,
        known=len(read.subscribers) - fresh,
        unconfirmed=sum(row.subscriber.status is SubscriberStatus.UNCONFIRMED for row in read.subscribers),
        problems=read.problems[:_NAMED],
        number_of_problems=len(read.problems),
    )


@router.post("/import/do")
def imported(site: TheSite, digest: Newsroom, person: Operator, form: DeskForm) -> Response:
    """Take the file in that was read before."""
    kept = site.shelf.find(form.text("kept"))
    if kept is None:
        raise InputError("the file is not here any more: choose it again")
    data, name = kept
    with _as_file(data, name) as path:
        synced = digest.import_subscribers(path).synced
    site.shelf.forget(form.text("kept"))
    write_down(digest, person, f"imported a file of readers: {synced.new} new, {synced.changed} changed")
    away = f" {counted(synced.kept_away, 'reader')} kept away who had left or bounced." if synced.kept_away else ""
    said = f"{counted(synced.new, 'new reader')}, {synced.changed:,} changed, {synced.unchanged:,} as they were."
    return site.pages.go("/desk/subscribers", said=said + away)


def _read(digest: Digest, data: bytes, name: str) -> Read:
    """What the file holds; its faults name the file as its owner does."""
    with _as_file(data, name) as path:
        try:
            read = digest.read_subscribers(path)
        except InputError as error:
            raise InputError(str(error).replace(str(path), name)) from error
        problems = tuple(replace(one, place=one.place.replace(str(path), name)) for one in read.problems)
        return replace(read, problems=problems)


@contextmanager
def _as_file(data: bytes, name: str) -> Iterator[Path]:
    """The bytes as a file of the same kind, for as long as it is read."""
    with tempfile.TemporaryDirectory(prefix="digest-") as directory:
        kind = Path(name).suffix.lower()
        path = Path(directory) / f"readers{kind if kind in ('.csv', '.tsv', '.yaml', '.yml') else '.csv'}"
        path.write_bytes(data)
        yield path
