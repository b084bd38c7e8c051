"""How a summary was read, beside what it was read from."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from digest.inspecting import as_read
from digest.parts import PART_NAMES
from digest.web.desk.frame import RowNumber, show
from digest.web.desk.summaries import summary_of
from digest.web.doors import Somebody
from digest.web.site import TheSite

router = APIRouter()


@router.get("/summaries/{number}/read")
def shown(request: Request, site: TheSite, _person: Somebody, number: RowNumber) -> Response:
    """Its parts with their roles and why, and the document with what was left out of it and by which rule."""
    summary = summary_of(site.digest, number)
    found = as_read(site.digest, summary)
    parts = zip(found.reading.sections, found.reading.why, strict=True) if found else ()
    return show(request, site, "as-read", summary=summary, found=found, parts=[*parts], names=PART_NAMES)
