"""Taking a break: for some months or until a day; the mails come back by themselves."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response

from digest import choosing
from digest.errors import InputError
from digest.models import Subscriber, SubscriberStatus
from digest.newsroom import Digest
from digest.tokens import Purpose
from digest.web.forms import Form
from digest.web.readers.choosing import is_paused
from digest.web.readers.door import Pausing, PostedForm, path_of, readers_router, spoken, words_of
from digest.web.site import Newsroom, Site, TheSite

router = readers_router()

_MONTHS = {1: "1 month", 3: "3 months", 6: "6 months"}


@router.get("/s/{token}")
def asked(request: Request, site: TheSite, holder: Pausing) -> Response:
    """Ask for how long."""
    return _page(request, site, holder.reader)


@router.post("/s/{token}")
def paused(request: Request, site: TheSite, digest: Newsroom, holder: Pausing, form: PostedForm) -> Response:
    """Take the break, or end it."""
    if holder.reader.status is not SubscriberStatus.ACTIVE:
        return _page(request, site, holder.reader)
    try:
        reader = _act(digest, holder.reader, form)
    except InputError as error:
        return _page(request, site, holder.reader, fault=error)
    return site.pages.show(
        request,
        "readers/paused.html",
        reader=reader,
        paused_until=spoken(reader.paused_until) if is_paused(digest, reader) else "",
        token=request.path_params["token"],
    )


def _act(digest: Digest, reader: Subscriber, form: Form) -> Subscriber:
    if form.is_set("end"):
        return choosing.unpause(digest, reader)
    if form.is_set("months"):
        return choosing.pause(digest, reader, months=_months(form))
    return choosing.pause(digest, reader, until=_day(form.text("until")))


def _months(form: Form) -> int:
    months = form.number("months")
    if months not in choosing.PAUSES:
        raise InputError("choose 1, 3 or 6 months, or a day", place="months")
    return months


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InputError("write the day as 2026-12-31", place="until") from None


def _page(request: Request, site: Site, reader: Subscriber, *, fault: InputError | None = None) -> Response:
    digest = site.digest
    token = request.path_params["token"]
    issue_id = digest.signer.read(Purpose.PAUSE, token).issue_id
    return site.pages.show(
        request,
        "readers/pause.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        reader=reader,
        token=token,
        paused_until=spoken(reader.paused_until) if is_paused(digest, reader) else "",
        months={months: words for months, words in _MONTHS.items() if months in choosing.PAUSES},
        first=digest.today + timedelta(days=1),
        last=digest.today + timedelta(days=choosing.LONGEST_PAUSE),
        fault=words_of(fault) if fault else "",
        leave_path=path_of(digest, Purpose.UNSUBSCRIBE, reader.id, issue_id),
    )
